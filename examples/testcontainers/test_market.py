import boto3
import pytest
from testcontainers.core.container import DockerContainer
from testcontainers.core.wait_strategies import HttpWaitStrategy


def market(*options):
    container = DockerContainer("mturk-local").with_command(list(options)).with_exposed_ports(1770)
    return container.with_env("MTURK_LOCAL_DATABASE", "").waiting_for(HttpWaitStrategy(1770, "/_mturk/health"))


@pytest.fixture(scope="session")
def mturk():
    with market("--fixture", "minimal") as running:
        url = f"http://{running.get_container_host_ip()}:{running.get_exposed_port(1770)}"
        keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
        yield boto3.client("mturk", endpoint_url=url, region_name="us-east-1", **keys)


def test_the_market_is_there(mturk):
    assert mturk.list_hits()["NumResults"] == 1

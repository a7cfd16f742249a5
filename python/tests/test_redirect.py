"""Every boto3 client for MTurk leads to the server, and nothing else does."""

import multiprocessing
import os
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor
from unittest import mock

import boto3
import pytest
from botocore.config import Config
from botocore.endpoint import Endpoint
from botocore.exceptions import ClientError, EndpointConnectionError
from botocore.httpsession import ProxyConfiguration
from botocore.stub import Stubber
from freezegun import freeze_time
from market import NOBODY, PRODUCTION, SANDBOX, create_hit, hit_ids

from mturk_local import ControlError, Error, Server, find_binary

ONCE = Config(retries={"total_max_attempts": 1})
KEYS = {"aws_access_key_id": "AKIDINCODE", "aws_secret_access_key": "anything"}
PROXIES = {"HTTP_PROXY": NOBODY, "HTTPS_PROXY": NOBODY}


def _made_at_import():
    """Clients that exist before any fixture does. The default session remembers its first keys."""
    region = {"region_name": "us-east-1"}
    other = {"region_name": "eu-central-1"}
    with mock.patch.dict(os.environ, {"AWS_ACCESS_KEY_ID": "AKIDEARLIER", "AWS_SECRET_ACCESS_KEY": "x"}):
        remembered = boto3.client("mturk", **region)
    session = boto3.session.Session(**region)
    with mock.patch.dict(os.environ, PROXIES):
        behind_a_proxy = boto3.session.Session(**region).client("mturk")
    return {
        "default session": remembered,
        "sandbox": boto3.client("mturk", endpoint_url=SANDBOX, **region),
        "production": boto3.client("mturk", endpoint_url=PRODUCTION, **region),
        "another host": boto3.client("mturk", endpoint_url=NOBODY, **region),
        "another region": boto3.session.Session(**other).client("mturk", endpoint_url=SANDBOX),
        "keys in code": session.client("mturk", **KEYS),
        "session token": session.client("mturk", aws_session_token="token", **KEYS),
        "no keys": session.client("mturk"),
        "a proxy": behind_a_proxy,
    }


CLIENTS = _made_at_import()


@pytest.mark.parametrize("name", CLIENTS)
def test_a_client_that_exists_already_comes_here(mturk, name):
    """As the one requester, whatever its endpoint and keys."""
    hit_id = create_hit(CLIENTS[name])
    assert hit_ids(mturk.client()) == [hit_id]


def test_a_client_that_is_made_meanwhile_comes_here(mturk):
    """Without a region, keys or an endpoint."""
    create_hit(boto3.session.Session().client("mturk"))
    create_hit(boto3.client("mturk", endpoint_url=SANDBOX))
    with mock.patch.dict(os.environ, PROXIES):
        create_hit(boto3.client("mturk"))
    assert len(hit_ids(mturk.client())) == 3


@freeze_time("2020-02-02")
def test_frozen_time_does_not_matter(mturk):
    """Python's clock is another than the market's."""
    hit_id = create_hit(CLIENTS["sandbox"])
    before = mturk.clock.now()
    assert (mturk.advance("30d") - before).days == 30
    mturk.submit(create_hit(CLIENTS["sandbox"]), {"label": "cat"})
    assert len(hit_ids(mturk.client())) == 2
    with Server() as other:
        assert other.client().list_hits()["HITs"] == []
    assert mturk.client().get_hit(HITId=hit_id)["HIT"]["HITStatus"] == "Reviewable"


def test_all_threads_come_here(mturk):
    """Threads that run already, too."""
    begin = threading.Barrier(8)

    def work(_):
        begin.wait()
        return create_hit(CLIENTS["sandbox"])

    with ThreadPoolExecutor(8) as pool:
        made = set(pool.map(work, range(8)))
    assert set(hit_ids(mturk.client())) == made
    assert len(made) == 8


def _create_hit_in_a_child():
    create_hit(CLIENTS["sandbox"])


def test_a_forked_process_comes_here(mturk):
    """And its end does not stop the server."""
    child = multiprocessing.get_context("fork").Process(target=_create_hit_in_a_child)
    child.start()
    child.join()
    assert child.exitcode == 0
    assert len(hit_ids(mturk.client())) == 1


def test_another_program_gets_an_environment(mturk):
    """Variables lead it here; a redirect is for this process."""
    mturk.clock.freeze()
    done = subprocess.run(
        [find_binary(), "clock"],
        env=os.environ | mturk.environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "frozen" in done.stdout


def test_other_services_go_where_they_go(mturk):
    """Only MTurk is here."""
    sts = boto3.client("sts", region_name="us-east-1", endpoint_url=NOBODY, config=ONCE, **KEYS)
    with pytest.raises(EndpointConnectionError, match=NOBODY):
        sts.get_caller_identity()
    assert ProxyConfiguration({"http": NOBODY}).proxy_url_for("http://example.com/") == NOBODY


def test_a_stub_stays_a_stub(mturk):
    """What another tool answers never reaches the server."""
    client = boto3.client("mturk")
    with Stubber(client) as stub:
        stub.add_response("list_hits", {"NumResults": 7})
        assert client.list_hits()["NumResults"] == 7


def test_a_client_of_the_server_may_be_another_requester(mturk):
    """A client with keys of its own sees what is its own."""
    create_hit(CLIENTS["sandbox"])
    other = mturk.client(**KEYS)
    assert hit_ids(other) == []
    create_hit(other)
    assert len(hit_ids(other)) == len(hit_ids(mturk.client())) == 1


def test_clients_may_keep_their_keys(mturk):
    """Then each key is a requester."""
    with mturk.redirect(keep_keys=True):
        create_hit(CLIENTS["keys in code"])
        assert hit_ids(mturk.client()) == []
        assert len(hit_ids(mturk.client(**KEYS))) == 1
    assert hit_ids(CLIENTS["keys in code"]) == []


def test_signatures_are_valid():
    """A strict server verifies them; the first credential is who acts."""
    args = ["--auth", "strict", "--credential", "AKIDONE:one:First", "--credential", "AKIDTWO:two"]
    with Server(args=args) as server, server.redirect():
        hit_id = create_hit(CLIENTS["another region"])
        assert hit_ids(server.client()) == [hit_id]
        assert server.client().list_hits()["NumResults"] == 1
        two = {"aws_access_key_id": "AKIDTWO", "aws_secret_access_key": "two"}
        assert hit_ids(server.client(**two)) == []
        with pytest.raises(ClientError):
            server.client(**{**two, "aws_secret_access_key": "wrong"}).list_hits()
        assert server.dump()["HITs"][0]["HITId"] == hit_id


def test_two_servers_are_two_markets(mturk):
    """The inner redirect counts, and a client that names a server goes to that one."""
    client = boto3.client("mturk", endpoint_url=SANDBOX)
    with Server() as other:
        with other.redirect():
            create_hit(client)
            create_hit(mturk.client(), Title="of the outer one")
        create_hit(client)
        assert (len(hit_ids(other.client())), len(hit_ids(mturk.client()))) == (1, 2)


def test_nothing_is_left_behind():
    """Methods, environment and clients are as before, after an exception too."""
    client = boto3.client("mturk", region_name="us-east-1", endpoint_url=NOBODY, config=ONCE, **KEYS)
    before = (Endpoint.make_request, ProxyConfiguration.proxy_url_for, dict(os.environ))
    with Server() as server:
        with pytest.raises(ZeroDivisionError), server.redirect():
            assert client.list_hits()["HITs"] == []
            assert Endpoint.make_request is not before[0]
            raise ZeroDivisionError
        with pytest.raises(EndpointConnectionError, match=NOBODY):
            client.list_hits()
    assert (Endpoint.make_request, ProxyConfiguration.proxy_url_for, dict(os.environ)) == before


@pytest.mark.parametrize("first", [0, 1])
def test_redirects_may_end_in_any_order(first):
    """The one that began last counts, and what was there before comes back with the end of both."""
    client = boto3.client("mturk", region_name="us-east-1", endpoint_url=NOBODY, config=ONCE, **KEYS)
    before = (Endpoint.make_request, ProxyConfiguration.proxy_url_for, dict(os.environ))
    with Server() as one, Server() as other:
        servers, redirects = [one, other], [one.redirect(), other.redirect()]
        for each in redirects:
            each.__enter__()
        create_hit(client)
        assert [len(hit_ids(server.client())) for server in servers] == [0, 1]
        redirects.pop(first).__exit__(None, None, None)
        servers.pop(first).reset()
        boto3.session.Session().client("mturk")
        create_hit(client, Title="afterwards")
        assert len(hit_ids(servers[0].client())) == [2, 1][first]
        redirects.pop().__exit__(None, None, None)
        assert (Endpoint.make_request, ProxyConfiguration.proxy_url_for, dict(os.environ)) == before
        with pytest.raises(EndpointConnectionError, match=NOBODY):
            client.list_hits()


def test_a_server_that_is_gone_is_named(own_tmp):
    """Instead of calls that leave the machine, or that are repeated for seconds."""
    with Server() as server, server.redirect():
        server._process.kill()
        server._process.wait()
        with pytest.raises(Error, match=str(server.log_file)):
            CLIENTS["sandbox"].list_hits()
        with pytest.raises(Error, match="exit code -9") as caught:
            server.reset()
        assert not isinstance(caught.value, ControlError)

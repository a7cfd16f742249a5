"""Fixtures of the black-box tests: servers in the variants that the tests need."""

import os

import pytest

from harness import access_key, binary, clean_environment, fresh_database, launch

# boto3 reads the environment of this process: no profile, no proxy, no region of the machine.
_CLEAN = clean_environment()
for _name in set(os.environ) - set(_CLEAN):
    if not _name.startswith("MTURK_LOCAL_"):
        del os.environ[_name]
os.environ.update(_CLEAN)

KNOWN = ("AKIDKNOWN", "secretknown")
CREDENTIAL = ("--credential", ":".join((*KNOWN, "Known")))


def pytest_configure(config):
    """Without the program there is nothing to test, which one process of pytest says for all."""
    if not hasattr(config, "workerinput"):
        binary()


@pytest.fixture(scope="session")
def server():
    """One server for all tests that use requesters of their own and leave its clock alone."""
    with launch() as running:
        yield running


@pytest.fixture(scope="session")
def strict():
    """A server that serves one known key only."""
    with launch("--auth", "strict", *CREDENTIAL) as running:
        yield running


@pytest.fixture
def frozen():
    """A server of one's own whose clock stands still until the test moves it."""
    with launch("--clock", "2026-01-01T00:00:00Z", "--freeze", "--seed", "1") as running:
        yield running


@pytest.fixture
def kept(tmp_path):
    """The URL of a database that outlives its server: for `launch(database=kept)`."""
    with fresh_database() as url:
        yield url or f"sqlite:{tmp_path / 'kept.db'}"


@pytest.fixture
def key():
    """The access key of a requester that nobody has seen before."""
    return access_key()


@pytest.fixture
def mturk(server, key):
    """A boto3 client of that requester, on the shared server."""
    return server.client(key)

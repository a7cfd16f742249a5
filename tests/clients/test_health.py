"""Health: it tells when the database takes no writes, and when it takes them again."""

import resource
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest
from botocore.exceptions import ClientError

from harness import (
    ControlError,
    get_hit,
    instant,
    launch,
    listening,
    make_hit,
    postgres_url,
    psql,
)

FROZEN = ("--clock", "2026-01-01T00:00:00Z", "--freeze")
PATHS = ("/_mturk/health", "/_mturk/readyz")


@contextmanager
def no_writes(server, url):
    """The database takes no writes for the length of the block."""
    if not postgres_url():
        # A full disk, so to say: no file grows beyond this. The log of the server is shorter.
        before = resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (20_000, before[1]))
        yield
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, before)
        return
    name = urlsplit(url).path.lstrip("/")
    cut = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
    psql(postgres_url(), f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    psql(postgres_url(), cut)
    yield
    psql(postgres_url(), f"ALTER DATABASE {name} RESET default_transaction_read_only")
    psql(postgres_url(), cut)


def test_writes_that_fail_are_told_and_so_is_their_recovery(kept):
    """503 from the first failure until a write succeeds, which health itself tries."""
    with launch(*FROZEN, database=kept) as server:
        client = server.client()
        hit_id = make_hit(client, LifetimeInSeconds=3600)["HITId"]
        for _ in range(20):
            # The files of the database are longer then than any may be in a moment.
            make_hit(client)
        assert all(server.raw(method="GET", path=path).status == 200 for path in PATHS)
        with no_writes(server, kept):
            with pytest.raises(ClientError) as failed:
                make_hit(client)
            assert failed.value.response["Error"]["Code"] == "ServiceFault"
            for path in PATHS:
                answer = server.raw(method="GET", path=path)
                assert (answer.status, answer.json()["error"]["code"]) == (503, "Unavailable")
            assert server.raw(method="GET", path="/_mturk/livez").status == 200
            assert get_hit(client, hit_id)["HITStatus"] == "Assignable", "reading goes on"
            with pytest.raises(ControlError):
                server.advance("2h")
        for path in PATHS:
            answer = server.raw(method="GET", path=path)
            assert (answer.status, answer.json()["status"]) == (200, "ok")
        # No timer was blamed for it.
        assert server.control("GET", "/_mturk/timers")["failed"] == []
        assert server.advance("2h")["settled"] == 1
        assert get_hit(client, hit_id)["HITStatus"] == "Reviewable"
        assert server.stderr().count("the server is not ready") == 1


def test_a_jump_goes_on_after_a_kill(kept):
    """A process that is killed in a long jump leaves the rest of it to the next one."""
    with launch(*FROZEN, "--seed", "1", database=kept) as server:
        client = server.client("AKIDJUMP")
        for _ in range(400):
            make_hit(client, LifetimeInSeconds=3600)
        with server.begun("POST", "/_mturk/clock", b'{"advance": "1d"}'):
            while "target" not in server.control("GET", "/_mturk/clock"):
                pass
            server.process.kill()
            server.process.wait()
            assert not listening(server.host, server.port)
        server.process.stdout.close()
    with launch(database=kept) as server:
        while "target" in (clock := server.control("GET", "/_mturk/clock")):
            pass
        assert instant(clock["now"]) == instant("2026-01-02T00:00:00Z")
        pages = server.client("AKIDJUMP").get_paginator("list_hits").paginate()
        statuses = [hit["HITStatus"] for page in pages for hit in page["HITs"]]
        assert statuses == ["Reviewable"] * 400

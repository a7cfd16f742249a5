"""Snapshots and the dump at the end, from outside: commands, several processes, and what survives."""

import json
import stat

import pytest
from botocore.exceptions import ClientError

from harness import (
    ControlError,
    access_key,
    fresh_database,
    get_hit,
    launch,
    make_hit,
    postgres_url,
    run_binary,
)

FROZEN = ("--clock", "2026-01-01T00:00:00Z", "--freeze", "--seed", "1")
on_sqlite = pytest.mark.skipif(bool(postgres_url()), reason="about files of SQLite")


def command(server, *arguments):
    """What a command against the server answers."""
    done = run_binary(*arguments, "--endpoint", server.url)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_commands_keep_list_restore_and_delete():
    with launch(*FROZEN) as server:
        client = server.client()
        hit = make_hit(client)
        kept = command(server, "snapshot", "keep", "one")
        assert kept["Name"] == "one" and kept["Now"] == "2026-01-01T00:00:00Z"
        before = command(server, "dump")
        server.submit(hit["HITId"])
        server.advance("30d")
        clock = command(server, "snapshot", "restore", "one")
        assert clock == {"now": "2026-01-01T00:00:00Z", "mode": "frozen"}
        assert command(server, "dump") == before
        assert get_hit(client, hit["HITId"]) == hit
        assert command(server, "snapshot", "list") == {"Snapshots": [kept]}
        assert command(server, "snapshot", "delete", "one") == {}
        gone = run_binary("snapshot", "restore", "one", "--endpoint", server.url)
        assert (gone.returncode, gone.stdout) == (1, "")
        assert gone.stderr == "mturk-local: There is no snapshot one.\n"
        bad = run_binary("snapshot", "keep", "../one", "--endpoint", server.url)
        assert bad.returncode == 1 and "a snapshot's name has" in bad.stderr


@on_sqlite
def test_a_temporary_market_takes_its_snapshots_along(tmp_path):
    with launch(*FROZEN, database=None, TMPDIR=str(tmp_path)) as server:
        make_hit(server.client())
        server.control("POST", "/_mturk/snapshots/one")
        (folder,) = tmp_path.glob("mturk-local-*/*.snapshots")
        assert [file.name for file in folder.iterdir()] == ["one.db"]
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert list(tmp_path.glob("mturk-local-*")) == []


@on_sqlite
def test_snapshots_survive_a_killed_server(tmp_path):
    url = f"sqlite:{tmp_path}/market.db"
    with launch(*FROZEN, database=url) as server:
        hit_id = make_hit(server.client("test", "test"))["HITId"]
        server.control("POST", "/_mturk/snapshots/one")
        server.submit(hit_id)
        server.kill()
    with launch(database=url) as server:
        restored = server.control("POST", "/_mturk/snapshots/one/restore")
        assert restored["now"] == "2026-01-01T00:00:00Z"
        assert get_hit(server.client("test", "test"), hit_id)["NumberOfAssignmentsAvailable"] == 3
        server.kill()
    with launch(database=url) as server:
        assert get_hit(server.client("test", "test"), hit_id)["NumberOfAssignmentsAvailable"] == 3


@pytest.mark.skipif(not postgres_url(), reason="a SQLite file has one process; runs on PostgreSQL")
def test_two_processes_share_snapshots():
    with fresh_database() as url, launch(*FROZEN, database=url) as one, launch(database=url) as two:
        key = access_key()
        hit_id = make_hit(one.client(key))["HITId"]
        kept = one.control("POST", "/_mturk/snapshots/one")
        assert two.control("GET", "/_mturk/snapshots") == {"Snapshots": [kept]}
        later = make_hit(two.client(key))["HITId"]
        one.advance("1d")
        two.control("POST", "/_mturk/snapshots/one/restore")
        assert one.now() == two.now()
        for server in (one, two):
            assert get_hit(server.client(key), hit_id)["HITStatus"] == "Assignable"
            with pytest.raises(ClientError, match="does not exist"):
                get_hit(server.client(key), later)
        one.control("DELETE", "/_mturk/snapshots/one")
        with pytest.raises(ControlError, match="There is no snapshot one"):
            two.control("POST", "/_mturk/snapshots/one/restore")


def test_the_market_is_dumped_when_the_server_stops(tmp_path):
    file = tmp_path / "market.json"
    file.write_text("an earlier one")
    with launch(*FROZEN, "--dump-on-exit", file) as server:
        hit_id = make_hit(server.client("test", "test"))["HITId"]
        server.submit(hit_id)
        dumped = server.control("GET", "/_mturk/world")
        assert file.read_text() == "an earlier one"
    assert json.loads(file.read_text()) == dumped
    assert [entry.name for entry in tmp_path.iterdir()] == ["market.json"]
    with launch("--fixture", file, database=None) as server:
        assert get_hit(server.client("test", "test"), hit_id)["HITId"] == hit_id


def test_exec_dumps_what_its_command_did(tmp_path):
    file = tmp_path / "market.json"
    options = ["exec", "--fixture", "minimal", "--dump-on-exit", file, "--"]
    done = run_binary(*options, "sh", "-c", "exit 7")
    assert done.returncode == 7, done.stderr
    assert len(json.loads(file.read_text())["HITs"]) == 1


def test_where_no_dump_can_be_written_the_server_does_not_start(tmp_path):
    for place in (tmp_path, tmp_path / "none" / "market.json"):
        refused = run_binary("--dump-on-exit", place, "--listen", "127.0.0.1:0")
        assert refused.returncode == 2, refused.stderr
        assert f"--dump-on-exit (MTURK_LOCAL_DUMP_ON_EXIT) {place}: " in refused.stderr
        assert refused.stdout == ""


@on_sqlite
def test_a_dump_that_fails_at_the_end_is_no_clean_stop(tmp_path):
    folder = tmp_path / "gone"
    folder.mkdir()
    with launch("--dump-on-exit", folder / "market.json", database=None) as server:
        folder.rmdir()
        server.process.terminate()
        assert server.wait() == 1
        assert "--dump-on-exit" in server.stderr()

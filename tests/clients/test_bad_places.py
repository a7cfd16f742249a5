"""Bad places for a market: paths without rights, no databases, full disks, databases that go away."""

import os
import shutil
import sqlite3
import subprocess
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from harness import (
    EXTERNAL,
    HIT_MEMBERS,
    INSIDES,
    PATIENCE,
    ROOT,
    ControlError,
    all_assignments,
    binary,
    clean_environment,
    get_hit,
    ids,
    launch,
    make_hit,
    postgres_url,
    psql,
    state,
)

NOBODY = 65534
on_postgres = pytest.mark.skipif(not postgres_url(), reason="runs on PostgreSQL")
on_sqlite = pytest.mark.skipif(bool(postgres_url()), reason="needs SQLite alone; runs there")
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root: to mount, or to step down")


def refused_start(url, program=None, patience=PATIENCE, **how):
    """The database cannot be used: exit 4, and one line on stderr. The line."""
    done = subprocess.run(
        [program or binary(), "--quiet", "--listen", "127.0.0.1:0", "--database", url],
        env=clean_environment(),
        capture_output=True,
        text=True,
        timeout=patience,
        check=False,
        **how,
    )
    assert (done.returncode, done.stdout) == (4, ""), done.stderr
    assert done.stderr.startswith("mturk-local: ")
    assert done.stderr.count("\n") == 1, done.stderr
    assert "panicked" not in done.stderr
    return done.stderr


# --- files -------------------------------------------------------------------------------------


@pytest.fixture
def open_folder(tmp_path_factory):
    """A folder that every user may look into."""
    folder = tmp_path_factory.mktemp("open")
    above = (part for part in folder.parents if part.name.startswith(("pytest-", "popen-")))
    for part in {folder, folder.parent, *above}:
        part.chmod(part.stat().st_mode | 0o055)
    return folder


@as_root
@on_sqlite
def test_no_rights_is_exit_4(open_folder):
    """A file, and a folder, of somebody else: refused, named, and left as they were."""
    program = shutil.copy(binary(), open_folder / "program")
    closed, secret = open_folder / "closed", open_folder / "secret.db"
    closed.mkdir(mode=0o700)
    secret.touch(mode=0o600)
    read_only = open_folder / "read-only.db"
    read_only.touch(mode=0o444)
    for path in (closed / "x.db", secret, read_only, open_folder / "new.db"):
        said = refused_start(f"sqlite:{path}", program, user=NOBODY, group=NOBODY, cwd="/")
        assert str(path) in said and "ermission denied" in said
    assert not any(path.stat().st_size for path in (secret, read_only))
    assert list(closed.iterdir()) == []


@on_sqlite
def test_no_database_is_exit_4(tmp_path):
    """A directory, noise, a line of text: refused, and left as they were."""
    noise, text = tmp_path / "noise", tmp_path / "text"
    noise.write_bytes(bytes(range(256)) * 64)
    text.write_text("hello\n")
    before = noise.read_bytes(), text.read_bytes()
    assert str(tmp_path) in refused_start(f"sqlite:{tmp_path}")
    for path in (noise, text):
        assert "not a database" in refused_start(f"sqlite:{path}")
    assert (noise.read_bytes(), text.read_bytes()) == before


@on_sqlite
def test_damaged_database_is_exit_4(tmp_path):
    """A database whose first page is overwritten is not taken for an empty one."""
    path = tmp_path / "market.db"
    with launch(database=f"sqlite:{path}") as server:
        make_hit(server.client())
    content = path.read_bytes()
    path.write_bytes(b"\xff" * 4096 + content[4096:])
    refused_start(f"sqlite:{path}")
    path.write_bytes(content)
    with launch(database=f"sqlite:{path}"):
        pass


@on_sqlite
def test_empty_file_is_a_new_market(tmp_path):
    """As `mktemp` makes it."""
    path = tmp_path / "market.db"
    path.touch()
    with launch(database=f"sqlite:{path}") as server:
        make_hit(server.client())


@on_sqlite
def test_database_of_another_program_is_exit_4(tmp_path):
    """Nothing is written into it."""
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE customers (name TEXT)")
    connection.close()
    before = path.read_bytes()
    refused_start(f"sqlite:{path}", patience=5)
    assert path.read_bytes() == before


@on_sqlite
def test_second_process_on_a_file_is_exit_4(tmp_path):
    """A SQLite file has one process; the second one says who is in the way, the first goes on."""
    url = f"sqlite:{tmp_path}/market.db"
    with launch(database=url) as server:
        assert f"{tmp_path}/market.db" in refused_start(url)
        make_hit(server.client())


# --- a full disk -------------------------------------------------------------------------------


@pytest.fixture
def small_disk(tmp_path):
    """A folder that holds three megabytes, of which a file named ballast takes one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(folder)]
    done = subprocess.run(mount, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.skip(f"mount is not allowed: {done.stderr.strip()}")
    try:
        (folder / "ballast").write_bytes(b"x" * 1_000_000)
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def check_service_fault(answer):
    """HTTP 500 and the service's own words, without ours."""
    assert answer.status == 500, answer.body
    assert answer.json()["__type"] == "ServiceFault"
    assert not INSIDES.search(answer.body.decode()), answer.body


@as_root
@on_sqlite
def test_full_disk_fails_requests_not_the_server(small_disk):
    """Writes fail as a whole, reads go on, and with room again writes go on too."""
    url = f"sqlite:{small_disk}/market.db"
    with launch(database=url) as server:
        client = server.client("test", "test")
        first = make_hit(client, MaxAssignments=1000)["HITId"]
        made = [first, *fill(server)]
        worked = submit_until_full(server, first)
        # One that needs fewer pages may still have found room.
        made += fill(server, HIT_MEMBERS)
        for _ in range(3):
            check_service_fault(server.raw(HIT_MEMBERS, "CreateHIT"))
        check_market(client, made, first, worked)
        assert server.raw(method="GET", path="/_mturk/health").status == 503
        assert server.control("GET", "/_mturk/livez")["status"] == "ok"
        (small_disk / "ballast").unlink()
        assert server.control("GET", "/_mturk/health")["status"] == "ok"
        made.append(make_hit(client)["HITId"])
        worked.append(server.submit(first)["AssignmentId"])
        client.approve_assignment(AssignmentId=worked[0])
        server.advance("1s")
        check_market(client, made, first, worked, approved=1)
    with launch(database=url) as server:
        check_market(server.client("test", "test"), made, first, worked, approved=1)
    with sqlite3.connect(small_disk / "market.db") as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    connection.close()


@as_root
@on_sqlite
def test_killed_on_a_full_disk(small_disk):
    """After kill -9 with no room left, all that was answered is there as soon as there is room."""
    url = f"sqlite:{small_disk}/market.db"
    with launch(database=url) as server:
        made = fill(server)
        server.kill()
    (small_disk / "ballast").unlink()
    with launch(database=url) as server:
        client = server.client("test", "test")
        assert sorted(listed(client)) == sorted(made)
        make_hit(client)


LARGE = HIT_MEMBERS | {"Question": EXTERNAL.replace("task?", "task?" + "y" * 60_000)}


def fill(server, body=LARGE):
    """The requester `test` creates HITs until there is no room: the ids of those answered."""
    made = []
    for _ in range(200):
        answer = server.raw(body, "CreateHIT")
        if answer.status != 200:
            check_service_fault(answer)
            return made
        made.append(answer.json()["HIT"]["HITId"])
    raise AssertionError("the disk is never full")


def submit_until_full(server, hit_id):
    """Small writes, four at a time, find the last pages: the ids of what was answered."""
    with ThreadPoolExecutor(4) as pool:
        working = [pool.submit(submit_until_fault, server, hit_id) for _ in range(4)]
        return [made for work in working for made in work.result()]


def submit_until_fault(server, hit_id):
    """Small writes, one after the other."""
    made = []
    try:
        while len(made) < 200:
            made.append(server.submit(hit_id)["AssignmentId"])
    except ControlError as refusal:
        assert (refusal.status, refusal.code) == (500, "ServiceFault")
        assert not INSIDES.search(refusal.message)
    return made


def listed(client):
    """The ids of all HITs."""
    pages = client.get_paginator("list_hits").paginate(PaginationConfig={"PageSize": 100})
    return [hit["HITId"] for page in pages for hit in page["HITs"]]


def check_market(client, made, first, worked, approved=0):
    """These HITs and this work are there, and no half of any other."""
    assert sorted(listed(client)) == sorted(made)
    work = all_assignments(client, first, PaginationConfig={"PageSize": 100})
    assert sorted(ids(work)) == sorted(worked)
    assert state(client, first)[1:] == (1000 - len(worked), 0, approved)


# --- PostgreSQL that is not there --------------------------------------------------------------


@on_postgres
def test_unusable_postgres_is_exit_4_without_the_password():
    """An unknown host, database or password: said in one line that does not tell the password."""
    there = urlsplit(postgres_url())
    place = f"{there.hostname}:{there.port}"
    for url, word in [
        ("postgres://postgres:hunter2secret@name.invalid/x", "address"),
        (f"postgres://postgres:hunter2secret@{place}/postgres", "password"),
        (postgres_url().removesuffix("/postgres") + "/no_such_database", "no_such_database"),
        ("postgres://postgres:hunter2secret@127.0.0.1:99999/x", "port"),
    ]:
        said = refused_start(url)
        assert word in said
        assert "hunter2secret" not in said and there.password not in said


def test_refused_postgres_is_said_at_once():
    """Nobody listens there: that is the message, and it does not take long."""
    try:
        said = refused_start("postgres://postgres:hunter2secret@127.0.0.1:1/x", patience=8)
    except subprocess.TimeoutExpired:
        pytest.fail("nothing was said within 8 seconds")
    assert "refused" in said and "hunter2secret" not in said


@contextmanager
def own_postgres():
    """A cluster that may be stopped: its URL, and `control("stop")` or `control("start")`."""
    script = [ROOT / "tests/lib/postgres.sh", "sh", "-c", 'echo "$MTURK_LOCAL_TEST_DATABASE"; cat']
    pipe = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(script, **pipe) as cluster:
        url = cluster.stdout.readline().strip()
        assert url.startswith("postgres://")
        data = Path(psql(url, "SHOW data_directory").strip())
        program = Path(psql(url, "SELECT setting FROM pg_config WHERE name = 'BINDIR'").strip())

        def control(word):
            step_down = {"user": "postgres", "group": "postgres"} if os.geteuid() == 0 else {}
            command = [program / "pg_ctl", word, "-D", data, "-w", "-l", data.parent / "again.log"]
            mode = ["-m", "fast"] if word == "stop" else []
            subprocess.run([*command, *mode], check=True, capture_output=True, cwd="/", **step_down)

        try:
            yield url, control
        finally:
            cluster.stdin.close()


def until_well(ask, most):
    """Asks until it is answered with 200; what fails until then is a ServiceFault. How many did."""
    for failed in range(most):
        answer = ask()
        if answer.status == 200:
            return failed
        check_service_fault(answer)
    raise AssertionError(f"{most} requests have failed")


@on_postgres
def test_cut_connections_heal(kept):
    """Connections that the database cut while nobody used them fail no request."""
    with launch(database=kept) as server:
        client = server.client("test", "test")
        hit_id = make_hit(client)["HITId"]
        with ThreadPoolExecutor(12) as pool:  # so that there are many connections
            list(pool.map(lambda _: server.raw({"HITId": hit_id}, "GetHIT"), range(100)))
        for _ in range(2):
            psql(
                kept,
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()",
            )
            for _ in range(10):
                assert server.raw({"HITId": hit_id}, "GetHIT").status == 200
                assert server.raw(HIT_MEMBERS, "CreateHIT").status == 200
        make_hit(client)
        server.submit(hit_id)
        assert state(client, hit_id) == ("Assignable", 2, 0, 0)


@on_postgres
def test_postgres_goes_away_and_comes_back():
    """While it is away requests fail; then the market is as it was, and goes on."""
    with own_postgres() as (url, control), launch(database=url) as server:
        client = server.client("test", "test")
        hit_id = make_hit(client)["HITId"]
        server.submit(hit_id)
        before = get_hit(client, hit_id), all_assignments(client, hit_id)
        control("stop")
        check_service_fault(server.raw(HIT_MEMBERS, "CreateHIT"))
        assert server.raw(method="GET", path="/_mturk/livez").status == 200
        control("start")
        until_well(lambda: server.raw({"HITId": hit_id}, "GetHIT"), most=20)
        until_well(lambda: server.raw(HIT_MEMBERS, "CreateHIT"), most=20)
        assert before == (get_hit(client, hit_id), all_assignments(client, hit_id))
        assert state(client, hit_id) == ("Assignable", 2, 0, 0)
        server.advance("30d")
        assert state(client, hit_id)[3] == 1


@on_postgres
def test_requests_fail_quickly_while_postgres_is_away(monkeypatch):
    """Health says so within seconds, before a container's health check gives up."""
    monkeypatch.setattr("harness.PATIENCE", 8)
    with own_postgres() as (url, control), launch(database=url) as server:
        hit_id = make_hit(server.client("test", "test"))["HITId"]
        control("stop")
        for _ in range(3):
            check_service_fault(server.raw({"HITId": hit_id}, "GetHIT"))
            assert server.raw(method="GET", path="/_mturk/health").status in (500, 503)
        server.kill()

"""The process: what it prints, how it ends, what it keeps, and how it bears a crowd."""

import http.client
import re
import socket
import sqlite3
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from botocore.exceptions import ClientError

from harness import (
    PATIENCE,
    READY,
    ControlError,
    all_assignments,
    get_hit,
    ids,
    launch,
    listening,
    make_hit,
    psql,
    run_binary,
    state,
)


def refused_start(code, *arguments, **environment):
    """The process must not start and end with this exit code: its stderr."""
    done = run_binary(*arguments, **environment)
    assert done.returncode == code, done.stderr
    assert done.stdout == ""
    assert "panicked" not in done.stderr
    return done.stderr


# --- start and stop ----------------------------------------------------------------------------


def test_ready_line_is_all_of_stdout():
    """stdout carries one line, the ready file the same; all else is on stderr."""
    with launch() as server:
        assert server.ready_file.read_text() == server.ready_line
        hit_id = make_hit(server.client())["HITId"]
        server.submit(hit_id)
        server.raw(b"nonsense")
        server.stop()
        assert READY.fullmatch(server.ready_line)
        assert server.later_stdout == b""
        assert "AWS_ENDPOINT_URL_MTURK" in server.stderr()


def test_health_tells_the_database(server):
    """Health is there as soon as the ready line is, and names the database in use."""
    health = server.control("GET", "/_mturk/health")
    assert health["status"] == "ok"
    assert health["database"] in ("sqlite", "postgresql")
    assert {"version", "now"} <= set(health)
    for path in ("/_mturk/livez", "/_mturk/readyz"):
        assert server.raw(method="GET", path=path).status == 200


def test_sigterm_finishes_the_request_in_flight():
    """A request whose body is still on its way is answered before the process ends with 0."""
    with launch() as server:
        with socket.create_connection((server.host, server.port), timeout=PATIENCE) as connection:
            connection.sendall(
                f"POST / HTTP/1.1\r\nHost: {server.host}:{server.port}\r\nContent-Length: 2\r\n"
                "X-Amz-Target: MTurkRequesterServiceV20170117.GetAccountBalance\r\n"
                "Content-Type: application/x-amz-json-1.1\r\nExpect: 100-continue\r\n\r\n".encode()
            )
            assert connection.recv(4096).startswith(b"HTTP/1.1 100")
            server.process.terminate()
            end = time.monotonic() + 5
            while listening(server.host, server.port) and time.monotonic() < end:
                wait_briefly(server.process)
            connection.sendall(b"{}")
            answer = http.client.HTTPResponse(connection)
            answer.begin()
            assert (answer.status, b"10000.00" in answer.read()) == (200, True)
        assert server.wait() == 0


def wait_briefly(process):
    """Gives the process a moment; it may end in it."""
    try:
        process.wait(0.02)
    except subprocess.TimeoutExpired:
        pass


def test_idle_connections_do_not_hold_the_end():
    """Clients keep connections open for reuse; the process ends all the same."""
    with launch() as server:
        server.client().get_account_balance()
        idle = socket.create_connection((server.host, server.port))
        begun = time.monotonic()
        server.stop()
        idle.close()
        assert time.monotonic() - begun < 20


def test_port_in_use_is_exit_3():
    """The address is named when something else listens there."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = "127.0.0.1:%d" % taken.getsockname()[1]
        assert address in refused_start(3, "--listen", address)


@pytest.mark.parametrize(
    "arguments",
    [
        ["--no-such-option"],
        ["--listen", "127.0.0.1:99999"],
        ["--auth", "sometimes"],
        ["--profile", "staging"],
        ["--clock", "yesterday"],
        ["--seed", "one"],
        ["--credential", "only-a-key"],
        ["--listen", "0.0.0.0:0"],
        ["no-such-command"],
    ],
)
def test_bad_option_is_exit_2(arguments):
    """A bad option is named; an address for the network needs --allow-remote."""
    assert arguments[0].lstrip("-") in refused_start(2, *arguments)


@pytest.mark.parametrize(
    "name, value",
    [
        ("MTURK_LOCAL_AUTH", "sometimes"),
        ("MTURK_LOCAL_LISTEN", "127.0.0.1:99999"),
        ("MTURK_LOCAL_CLOCK", "yesterday"),
        ("MTURK_LOCAL_SEED", "one"),
    ],
)
def test_bad_environment_value_is_exit_2_and_named(name, value):
    """Who set a variable somewhere learns which one."""
    assert name in refused_start(2, **{name: value})


def test_options_come_from_the_environment():
    """Each option has a variable; the command line wins over it."""
    with launch(MTURK_LOCAL_AUTH="strict") as server:
        assert server.raw({}, "GetAccountBalance").status == 400
    with launch("--auth", "open", MTURK_LOCAL_AUTH="strict") as server:
        assert server.raw({}, "GetAccountBalance").status == 200


def test_version_and_help():
    """The two options that every program has."""
    assert re.search(r"\d+\.\d+\.\d+", run_binary("--version").stdout)
    shown = run_binary("--help").stdout
    for option in ("--listen", "--database", "--clock", "--seed", "--auth", "--ready-file"):
        assert option in shown


# --- databases ---------------------------------------------------------------------------------


def test_unusable_database_is_exit_4(tmp_path):
    """No such folder, not a database, nobody listening: said, and no server."""
    text = tmp_path / "text.db"
    text.write_text("This is not a database. " * 100)
    with socket.create_server(("127.0.0.1", 0)) as reserved:
        port = reserved.getsockname()[1]
    for url in (
        f"sqlite:{tmp_path}/no/such/folder/x.db",
        f"sqlite:{text}",
        f"postgres://postgres@127.0.0.1:{port}/nothing",
    ):
        refused_start(4, "--listen", "127.0.0.1:0", "--database", url)
    assert text.read_text().startswith("This is not a database.")


def test_newer_database_is_exit_4(kept):
    """A database that a newer version has written is left alone."""
    with launch(database=kept):
        pass
    insert = (
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)"
        " VALUES (99991231235959, 'of a newer version', true, %s, 0)"
    )
    if kept.startswith("sqlite:"):
        with sqlite3.connect(kept.removeprefix("sqlite:")) as connection:
            connection.execute(insert % "x'00'")
        connection.close()
    else:
        psql(kept, insert % "'\\x00'::bytea")
    assert "newer" in refused_start(4, "--listen", "127.0.0.1:0", "--database", kept)


def test_database_of_before_the_first_release_is_exit_4(kept):
    """Its migrations became one: it is left alone, and the way out is named."""
    with launch(database=kept):
        pass
    older = "UPDATE _sqlx_migrations SET version = 1 WHERE version = 14"
    if kept.startswith("sqlite:"):
        with sqlite3.connect(kept.removeprefix("sqlite:")) as connection:
            connection.execute(older)
        connection.close()
    else:
        psql(kept, older)
    assert "mturk-local dump" in refused_start(4, "--listen", "127.0.0.1:0", "--database", kept)


def test_kept_database_comes_back(kept, key):
    """What was there at the stop is there at the next start, down to the request token."""
    with launch(database=kept) as server:
        client = server.client(key)
        hit = make_hit(client, UniqueRequestToken="once")
        server.submit(hit["HITId"])
        before = get_hit(client, hit["HITId"]), all_assignments(client, hit["HITId"])
    with launch(database=kept) as server:
        client = server.client(key)
        assert before == (get_hit(client, hit["HITId"]), all_assignments(client, hit["HITId"]))
        with pytest.raises(ClientError, match="already exists"):
            make_hit(client, UniqueRequestToken="once")


def test_kept_database_survives_kill(kept, key):
    """After kill -9 in the middle of writing, all that was answered is there."""
    submitted, approved, enough = [], [], threading.Event()

    def work(server, client, hit_id):
        try:
            while True:
                made = server.submit(hit_id)["AssignmentId"]
                submitted.append(made)
                if len(submitted) % 2:
                    client.approve_assignment(AssignmentId=made)
                    approved.append(made)
                if len(submitted) >= 40:
                    enough.set()
        except Exception:  # the server is gone, as it should be
            enough.set()

    with launch(database=kept) as server:
        client = server.client(key)
        hit_id = make_hit(client, MaxAssignments=1_000_000)["HITId"]
        threads = [
            threading.Thread(target=work, args=(server, server.client(key), hit_id))
            for _ in range(4)
        ]
        for thread in threads:
            thread.start()
        assert enough.wait(PATIENCE)
        server.kill()
        for thread in threads:
            thread.join(PATIENCE)
        assert len(submitted) >= 40, "the server ended before it was killed"
    with launch(database=kept) as server:
        client = server.client(key)
        config = {"PageSize": 100}
        listed = all_assignments(client, hit_id, PaginationConfig=config)
        status = {one["AssignmentId"]: one["AssignmentStatus"] for one in listed}
        assert set(submitted) <= set(status)
        assert all(status[assignment_id] == "Approved" for assignment_id in approved)
        assert len(status) <= len(submitted) + 4
        assert get_hit(client, hit_id)["NumberOfAssignmentsCompleted"] == list(
            status.values()
        ).count("Approved")
        server.submit(hit_id)


def test_temporary_database_is_removed(tmp_path):
    """Without --database the state lies in a temporary file, gone with the process."""
    with launch(database=None, TMPDIR=str(tmp_path)) as server:
        make_hit(server.client())
        assert list(tmp_path.iterdir()), "the state is kept in the temporary folder"
        server.stop()
        assert list(tmp_path.iterdir()) == []


# --- a crowd -----------------------------------------------------------------------------------


def together(count, deed):
    """Runs `deed(number)` in `count` threads at once: what each gave, or its error's response."""
    barrier = threading.Barrier(count)

    def one(number):
        barrier.wait(PATIENCE)
        try:
            return deed(number)
        except ClientError as error:
            return error.response

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


def test_forty_approvals_one_success(server, mturk):
    """Of forty concurrent approvals one succeeds, the others are told that it is done."""
    hit_id = make_hit(mturk, MaxAssignments=1)["HITId"]
    assignment_id = server.submit(hit_id)["AssignmentId"]
    answers = together(40, lambda _: mturk.approve_assignment(AssignmentId=assignment_id))
    codes = [answer.get("TurkErrorCode", "done") for answer in answers]
    assert codes.count("done") == 1
    assert codes.count("AWS.MechanicalTurk.InvalidAssignmentState") == 39
    assert state(mturk, hit_id) == ("Reviewable", 0, 0, 1)


def test_twenty_tokens_one_hit(mturk):
    """Of twenty concurrent creations with one token one makes the HIT."""
    answers = together(20, lambda _: make_hit(mturk, UniqueRequestToken="same"))
    codes = [answer.get("TurkErrorCode", "done") for answer in answers]
    assert codes.count("done") == 1
    assert codes.count("AWS.MechanicalTurk.HitAlreadyExists") == 19
    assert mturk.list_hits()["NumResults"] == 1


def test_twenty_creations_one_type(mturk):
    """Concurrent creations with equal values find one HIT type."""
    hits = together(20, lambda number: make_hit(mturk, MaxAssignments=number + 1))
    assert len({hit["HITId"] for hit in hits}) == 20
    assert len({hit["HITTypeId"] for hit in hits}) == 1


def test_no_more_work_than_places(server, mturk):
    """Of thirty workers who come at once, ten find a place."""
    hit_id = make_hit(mturk, MaxAssignments=10)["HITId"]

    def try_to_submit(_):
        try:
            return server.submit(hit_id)["AssignmentId"]
        except ControlError as refusal:
            return refusal.status

    got = together(30, try_to_submit)
    made = [one for one in got if isinstance(one, str)]
    assert len(made) == len(set(made)) == 10
    assert all(400 <= one < 500 for one in got if not isinstance(one, str))
    assert sorted(ids(all_assignments(mturk, hit_id))) == sorted(made)
    assert state(mturk, hit_id) == ("Reviewable", 0, 0, 0)

"""`mturk_local.Server`, from start to stop."""

import http.client
import os
import stat
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from market import create_hit, hit_ids

import mturk_local
from mturk_local import ControlError, Error, Server

NEW_YEAR = datetime(2030, 1, 1, tzinfo=timezone.utc)
FROZEN = ["--clock", "2030-01-01T00:00:00Z", "--freeze"]


@pytest.fixture(scope="module")
def server():
    with Server(args=FROZEN) as running:
        yield running


@pytest.fixture(autouse=True)
def fresh(request):
    if "server" in request.fixturenames:
        request.getfixturevalue("server").reset()


def test_it_starts_and_stops():
    """Each start is a new market; a log without a name goes after a clean stop."""
    server = Server()
    assert not server.running
    with pytest.raises(Error, match="not started"):
        server.reset()
    with server.start() as started:
        assert started is server.start() is server
        assert server.running and server.url.startswith("http://127.0.0.1:")
        create_hit(server.client())
        log = server.log_file
        assert "CreateHIT" in server.log()
    assert not server.running and not log.parent.exists()
    with server:
        assert hit_ids(server.client()) == []
    server.stop()


def test_threads_start_one_server():
    """And each finds it ready."""
    server, begin = Server(), threading.Barrier(6)

    def start(_):
        begin.wait()
        server.start().clock.now()
        return server._process.pid

    with ThreadPoolExecutor(6) as pool:
        assert len(set(pool.map(start, range(6)))) == 1
    server.stop()


def test_a_log_with_a_name_stays(tmp_path):
    with Server(log_file=tmp_path / "server.log") as server:
        server.reset()
    assert "/_mturk/reset" in (tmp_path / "server.log").read_text()


def test_the_log_of_a_crash_stays(own_tmp):
    with Server() as server:
        server._process.kill()
        server._process.wait()
    assert server.log_file.exists()
    with server:
        assert hit_ids(server.client()) == []


@pytest.mark.parametrize("options", [{"args": ["--profile", "moon"]}, {"fixture": "no-such-world"}])
def test_a_start_that_fails_says_why(tmp_path, options):
    log = tmp_path / "server.log"
    with pytest.raises(Error) as caught:
        Server(log_file=log, **options).start()
    (value,) = [*options.get("args", [])[1:], *filter(None, [options.get("fixture")])]
    assert str(log) in str(caught.value) and value in str(caught.value)
    assert "exit code 2" in str(caught.value)


def test_its_environment_does_not_matter(monkeypatch):
    """A server of the same code is the same server, also below `mturk-local exec`."""
    monkeypatch.setenv("MTURK_LOCAL_PROFILE", "moon")
    monkeypatch.setenv("MTURK_LOCAL_FIXTURE", "demo")
    with Server() as server:
        assert hit_ids(server.client()) == []


def test_the_program_may_be_named(monkeypatch, tmp_path):
    monkeypatch.setenv("MTURK_LOCAL_BINARY", str(tmp_path / "none"))
    with pytest.raises(FileNotFoundError, match="MTURK_LOCAL_BINARY"):
        Server().start()
    program = tmp_path / "program"
    program.write_text("#!/bin/sh\necho not me >&2\n")
    program.chmod(0o755)
    monkeypatch.setenv("MTURK_LOCAL_BINARY", str(program))
    with pytest.raises(Error, match="not me"):
        Server(log_file=tmp_path / "log").start()


def test_the_program_is_that_of_the_wheel(monkeypatch):
    monkeypatch.delenv("MTURK_LOCAL_BINARY", raising=False)
    found = Path(mturk_local.find_binary())
    assert found.parent == Path(sys.executable).parent
    assert found.stat().st_mode & stat.S_IXUSR
    monkeypatch.setattr("mturk_local._binary._folders", lambda: iter(["/nowhere"]))
    with pytest.raises(FileNotFoundError, match="/nowhere"):
        mturk_local.find_binary()


def test_the_clock(server):
    clock = server.clock
    assert clock.now() == NEW_YEAR
    assert server.advance("1d12h") == NEW_YEAR + timedelta(hours=36)
    assert clock.advance(timedelta(hours=12)) == NEW_YEAR + timedelta(days=2)
    assert clock.set(NEW_YEAR + timedelta(days=3)) == NEW_YEAR + timedelta(days=3)
    assert clock.set("2030-01-05T00:00:00Z") == NEW_YEAR + timedelta(days=4)
    assert clock.resume() <= clock.now() < NEW_YEAR + timedelta(days=5)
    assert clock.freeze() == clock.now()
    server.reset()
    assert clock.now() == NEW_YEAR


def test_people_work(server):
    hit_id = create_hit(server.client())
    assert server.workers() == []
    worker = server.add_worker(WorkerId="A1ANNA0000000", Locale={"Country": "CA"}, Masters=True)
    assert server.workers() == [worker]
    past = {"accept_time": "-2m", "submit_time": NEW_YEAR - timedelta(minutes=1)}
    server.advance("1h")
    first = server.submit(hit_id, {"label": "cat"}, worker_id="A1ANNA0000000")
    assert (first["WorkerId"], first["AssignmentStatus"]) == ("A1ANNA0000000", "Submitted")
    with pytest.raises(ControlError) as caught:
        server.submit(hit_id, {"label": "cat"}, **past)
    assert caught.value.status >= 400
    other = server.submit(hit_id, accept_time="-2m", submit_time="-1m")
    assert other["SubmitTime"] == "2030-01-01T00:59:00Z"
    assert server.wait(hit_id, submitted=2)["Submitted"] == 2
    assert server.wait(event="AssignmentSubmitted", after=0)["HITId"] == hit_id
    assert len(server.control("GET", "/_mturk/events?EventType=AssignmentSubmitted")["Events"]) == 2


def test_all_pages_of_workers(server):
    ids = [f"A{number:013}" for number in range(1001)]
    server.load({"Workers": [{"WorkerId": worker_id} for worker_id in ids]})
    assert [worker["WorkerId"] for worker in server.workers()] == ids


def test_refusals_name_the_log(server):
    hit_id = create_hit(server.client())
    with pytest.raises(ControlError, match=str(server.log_file)) as caught:
        server.wait(hit_id, submitted=1, timeout=timedelta(milliseconds=1))
    assert caught.value.status == 408
    with pytest.raises(ControlError) as caught:
        server.submit("3" + "0" * 29, {"label": "cat"})
    assert (caught.value.status, caught.value.code) == (404, "HITDoesNotExist")


def test_worlds(server, tmp_path):
    """Files, objects and answers of boto3 load, all of them or none."""
    hit_id = create_hit(server.client(), MaxAssignments=1)
    saved = server.client().list_hits()
    world = server.dump()
    assert [hit["HITId"] for hit in world["HITs"]] == [hit_id]
    server.reset()
    file = tmp_path / "workers.json"
    file.write_text('{"Workers": [{"WorkerId": "A1ANNA0000000"}]}')
    server.load(file, {"HITs": saved["HITs"]}, requester="OTHER")
    assert hit_ids(server.client()) == []
    other = server.client(aws_access_key_id="OTHER", aws_secret_access_key="x")
    assert hit_ids(other) == [hit_id]
    assert [worker["WorkerId"] for worker in server.workers()] == ["A1ANNA0000000"]
    server.load(world, replace=True)
    assert (server.workers(), hit_ids(server.client())) == ([], [hit_id])
    server.reset(empty=True)
    assert server.dump().get("HITs", []) == []
    (tmp_path / "bad.json").write_text("{")
    with pytest.raises(ValueError, match="bad.json"):
        server.load(tmp_path / "bad.json")


def test_fixtures_are_worlds_to_begin_with(tmp_path):
    file = tmp_path / "one.json"
    file.write_text('{"Workers": [{"WorkerId": "A1ANNA0000000"}]}')
    with Server(fixture=[file, "three-pages"]) as server:
        assert "A1ANNA0000000" in [worker["WorkerId"] for worker in server.workers()]
        assert len(server.dump()["HITs"]) == 1


def test_a_token_is_sent():
    with Server(args=["--admin-token=secret-token"]) as server:
        server.reset()
        assert server.environment["MTURK_LOCAL_ADMIN_TOKEN"] == "secret-token"
        server._token = None
        with pytest.raises(ControlError) as caught:
            server.reset()
        assert caught.value.status == 401


def test_a_client_ignores_proxies(server, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    assert hit_ids(server.client()) == []


def test_a_child_does_not_stop_it(server):
    """A process that was forked off runs Python's exit handlers, perhaps."""
    child = os.fork()
    if child == 0:
        server.stop()
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert server.running
    server.reset()


def start_elsewhere(ending, **options):
    """A process that starts a server, prints its URL and its log's folder, and goes on to this code."""
    code = f"""
import os, signal, sys, time
from mturk_local import Server
# A shell lets what it runs in the background ignore it.
signal.signal(signal.SIGINT, signal.default_int_handler)
server = Server().start()
print(server.url, server.log_file.parent, flush=True)
{ending}
"""
    return subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, **options)


def answers(url):
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=10)
    try:
        connection.request("GET", "/_mturk/clock")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def wait_until(condition):
    for _ in range(300):
        if condition():
            return True
        time.sleep(0.1)
    return False


@pytest.mark.parametrize("ending", ["os._exit(3)", "os.kill(os.getpid(), signal.SIGKILL)", "sys.exit()"])
def test_it_ends_with_its_process(own_tmp, tmp_path, ending):
    """Nothing stays: no server, no folder."""
    with start_elsewhere(ending) as process:
        url, folder = process.stdout.readline().split()
        process.wait()
    assert Path(folder).parent == tmp_path
    assert wait_until(lambda: not answers(url))
    assert wait_until(lambda: not list(tmp_path.iterdir())), list(tmp_path.iterdir())


def test_the_log_of_a_process_that_ended_stays_with_a_name(tmp_path):
    log = tmp_path / "server.log"
    code = f"import os, mturk_local; mturk_local.Server(log_file={str(log)!r}).start().reset(); os._exit(0)"
    subprocess.run([sys.executable, "-c", code], check=True)
    assert wait_until(lambda: log.read_text().count("\n") > 1)
    time.sleep(0.5)
    assert "/_mturk/reset" in log.read_text()


def test_ctrl_c_is_for_the_caller():
    """A terminal sends it to the process and to all that belong to its group."""
    ending = """
try:
    os.killpg(0, signal.SIGINT)
    time.sleep(60)
except KeyboardInterrupt:
    time.sleep(0.5)
    print(server.clock.now(), flush=True)
    server.stop()
"""
    with start_elsewhere(ending, start_new_session=True) as process:
        said = process.stdout.read().splitlines()
    assert (process.returncode, len(said)) == (0, 2)


def test_nothing_runs_after_a_stop():
    """Neither the server nor what watches over it."""
    with Server() as server:
        group = server._process.pid
        os.killpg(group, 0)

    def is_gone():
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        return False

    assert wait_until(is_gone)


def test_a_snapshot_is_kept_and_restored(server):
    hit_id = create_hit(server.client())
    kept = server.snapshot("one")
    assert [one["Name"] for one in server.snapshots()] == [kept.name] == ["one"]
    before = server.dump()
    server.submit(hit_id, {"label": "cat"})
    server.advance("30d")
    server.reset()
    server.restore("one")
    assert (server.dump(), server.clock.now()) == (before, NEW_YEAR)
    server.submit(hit_id, {"label": "cat"})
    kept.restore()
    assert server.dump() == before
    kept.delete()
    with pytest.raises(ControlError, match="There is no snapshot one"):
        server.restore("one")
    with pytest.raises(ControlError) as refused:
        server.snapshot("a/b")
    assert refused.value.status == 400


def test_a_block_is_taken_back(server):
    """Also after an error; a name that was given stays."""
    hit_id = create_hit(server.client())
    before = server.dump()
    with server.snapshot():
        server.submit(hit_id, {"label": "cat"})
        assert server.dump() != before
    with pytest.raises(ZeroDivisionError), server.snapshot("named"):
        server.advance("30d")
        raise ZeroDivisionError
    assert server.dump() == before
    assert [one["Name"] for one in server.snapshots()] == ["named"]
    server.control("DELETE", "/_mturk/snapshots/named")


def test_webhooks_are_registered(server):
    added = server.webhook("http://hook.test/", events=["HITCreated"], Description="mine")
    assert added["Secret"].startswith("whsec_")
    (listed,) = server.webhooks()
    assert (listed["Webhook"], listed["Events"], listed["Description"]) == (added["Webhook"], ["HITCreated"], "mine")
    assert "--allow-outbound" in listed["Off"] and "Secret" not in listed
    server.reset()
    assert server.webhooks() == []


def test_calls_fail_and_are_written_down(server):
    client = server.client()
    rule = server.fail("CreateHIT", "ThrottlingException", times=2)
    assert rule["Times"] == 2
    hit_id = create_hit(client)
    calls = server.calls("CreateHIT")
    assert calls.count == len(calls) == 3
    assert [call.error and call.error["Code"] for call in calls] == ["ThrottlingException"] * 2 + [None]
    assert calls[2].request["Title"] == "Label a picture" and calls[2].answer["HIT"]["HITId"] == hit_id
    assert server.calls("CreateHIT", error="any").count == 2
    assert server.calls(requester="NOBODY").count == 0
    assert server.calls(text="no such text").count == 0
    assert server.calls(text="title").count == server.calls(text="TITLE").count > 0
    assert repr(calls[0]).endswith(": ThrottlingException>")
    server.fail(preset="sandbox-lag", Seconds=10)
    assert hit_ids(client) == []
    server.heal()
    assert hit_ids(client) == [hit_id]
    server.reset()
    assert server.calls().count == 0
    with pytest.raises(ControlError, match="Times"):
        server.fail("CreateHIT", "ServiceFault", times=0)


def test_forgotten_calls_are_no_calls():
    with Server(args=["--journal", "2000"]) as small:
        client = small.client()
        for _ in range(20):
            client.list_hits()
        with pytest.raises(Error, match="--journal"):
            small.calls()


def test_all_hits_are_waited_for_together(server):
    hits = [create_hit(server.client()) for _ in range(2)]
    for hit_id in hits:
        server.submit(hit_id, {"label": "cat"})
    assert server.wait(submitted=2)["Submitted"] == 2
    with pytest.raises(ControlError) as caught:
        server.wait(submitted=3, requester=server.requester, timeout="0s")
    assert caught.value.status == 408


def test_a_crowd_does_whatever_hits_appear(server):
    """The clock stands, and nobody advances it."""
    crowd = server.crowd({"label": ["cat", "cat", "dog"]})
    assert crowd["Workers"] == 30
    client = server.client()
    hit_id = create_hit(client)
    assert server.wait(hit_id, submitted=3)["Submitted"] == 3
    answers = [work["Answer"] for work in client.list_assignments_for_hit(HITId=hit_id)["Assignments"]]
    assert sorted(answer.count("cat") for answer in answers) == [0, 1, 1]
    assert server.crowds()[0]["Progress"]["Submitted"] == 3
    server.dismiss()
    assert server.crowds() == []
    server.crowd(workers=1, WorkTime={"Min": "20s"}, Name="slow")
    assert server.wait(idle=True) == {}
    server.advance("20s")
    assert server.crowds()[0]["Progress"]["Submitted"] == 0, "the HIT is full"
    with pytest.raises(ControlError, match="Workers: must be between 1 and 100000"):
        server.crowd(workers=0)

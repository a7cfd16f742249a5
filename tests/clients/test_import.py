"""Archives that boto3 made, imported into a fresh server."""

import contextlib
import datetime
import json
import os
import pty
import re
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from harness import (
    HIT_MEMBERS,
    PATIENCE,
    all_assignments,
    binary,
    clean_environment,
    launch,
    make_hit,
    run_binary,
    worker_id,
)

GONE = datetime.datetime(2019, 8, 30, 12, 0, tzinfo=datetime.timezone.utc)


@pytest.fixture
def empty():
    """A market of one's own, where the archive goes."""
    with launch() as running:
        yield running


def run_import(server, *arguments, code=0):
    """Runs `mturk-local import`: its lines on standard error, and what it printed."""
    done = run_binary("import", *arguments, MTURK_LOCAL_ENDPOINT=server.url)
    assert done.returncode == code, done.stderr
    return done.stderr.splitlines(), json.loads(done.stdout) if done.stdout else None


def pages(client, operation, **members):
    """What boto3 answered, page by page."""
    return list(client.get_paginator(operation).paginate(**members))


def history(server, client):
    """A requester's market with something of everything: the ids of its HITs, and of a type."""
    kind = client.create_qualification_type(
        Name="Careful", Description="who is careful", QualificationTypeStatus="Active"
    )["QualificationType"]["QualificationTypeId"]
    needed = [{"QualificationTypeId": kind, "Comparator": "GreaterThan", "IntegerValues": [3]}]
    hits = [make_hit(client)["HITId"], make_hit(client, Title="Sort words")["HITId"]]
    workers = [worker_id() for _ in range(4)]
    works = [server.submit(hits[0], worker)["AssignmentId"] for worker in workers[:3]]
    works.append(server.submit(hits[1], workers[3], answers={"q": "é"})["AssignmentId"])
    hits.append(make_hit(client, Title="For the careful", QualificationRequirements=needed)["HITId"])
    client.approve_assignment(AssignmentId=works[0], RequesterFeedback="thanks")
    client.reject_assignment(AssignmentId=works[1], RequesterFeedback="empty")
    client.send_bonus(
        WorkerId=workers[0],
        AssignmentId=works[0],
        BonusAmount="0.25",
        Reason="careful",
        UniqueRequestToken="1",
    )
    client.associate_qualification_with_worker(
        QualificationTypeId=kind, WorkerId=workers[0], IntegerValue=7, SendNotification=False
    )
    client.create_worker_block(WorkerId=workers[1], Reason="spam")
    server.advance("2h")
    return hits, kind


def lists(client, hits, kind):
    """Everything that can be listed of a requester, without what surrounds the lists."""

    def entries(operation, name, **members):
        return [entry for page in pages(client, operation, **members) for entry in page[name]]

    return {
        "hits": entries("list_hits", "HITs"),
        "work": {hit: all_assignments(client, hit) for hit in hits},
        "bonuses": [entries("list_bonus_payments", "BonusPayments", HITId=hit) for hit in hits],
        "blocks": entries("list_worker_blocks", "WorkerBlocks"),
        "types": entries(
            "list_qualification_types",
            "QualificationTypes",
            MustBeRequestable=False,
            MustBeOwnedByCaller=True,
        ),
        "holders": entries(
            "list_workers_with_qualification_type", "Qualifications", QualificationTypeId=kind
        ),
    }


def save(path, answer):
    """As researchers do it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        json.dump(answer, file, default=str)


def archive(folder, client, hits, kind):
    """Saves all answers in folders: pages, single answers, JSON lines."""
    save(folder / "hits.json", pages(client, "list_hits"))
    for hit in hits:
        pages_of = pages(client, "list_assignments_for_hit", HITId=hit, PaginationConfig={"PageSize": 2})
        for number, page in enumerate(pages_of):
            save(folder / "assignments" / hit / f"{number}.json", page)
        save(folder / "hit" / f"{hit}.json", client.get_hit(HITId=hit))
    with (folder / "bonuses.jsonl").open("w") as file:
        for hit in hits:
            file.write(json.dumps(client.list_bonus_payments(HITId=hit), default=str) + "\n")
    save(folder / "blocks.txt", client.list_worker_blocks()["WorkerBlocks"])
    save(folder / "types.json", client.get_qualification_type(QualificationTypeId=kind))
    holders = client.list_workers_with_qualification_type(QualificationTypeId=kind)
    save(folder / "types" / "holders.json", holders)


def test_boto3_archive_is_the_same_market(frozen, empty, tmp_path):
    """All lists of the requester are the same on another server, and a second import adds nothing."""
    empty.control("POST", "/_mturk/clock", {"set": "2026-12-31T00:00:00Z"})
    client = frozen.client("AKLAB")
    hits, kind = history(frozen, client)
    archive(tmp_path, client, hits, kind)
    said, loaded = run_import(empty, tmp_path, "--requester", "AKLAB")
    assert said[-1].startswith("imported: 1 qualification type, 1 qualification, 3 HITs, 4 assig")
    assert loaded["Owner"]["AccessKeyId"] == "AKLAB"
    assert any(re.search(rf"{hits[0]}/0.json: 2 assignments of 1 HIT$", line) for line in said), said
    assert [line for line in said if "made up" in line or "left" in line] == []
    before, after = lists(client, hits, kind), lists(empty.client("AKLAB"), hits, kind)
    for hit in before["hits"] + after["hits"]:
        # The other market is later: there the HITs have expired.
        for name in ("HITStatus", "HITGroupId", "NumberOfAssignmentsAvailable"):
            hit.pop(name)
    by_id = {hit["HITId"]: hit for hit in after.pop("hits")}
    assert by_id == {hit["HITId"]: hit for hit in before.pop("hits")}
    assert after == before
    said, loaded = run_import(empty, tmp_path, "--requester", "AKLAB")
    assert said[-1] == "nothing new to import"
    assert loaded is None
    assert lists(empty.client("AKLAB"), hits, kind)["work"] == before["work"]


def test_files_that_are_no_archive(empty, tmp_path):
    """Each is named with the reason, in one line, and the rest is imported."""
    work = {
        "AssignmentId": "3WORK",
        "WorkerId": "A1",
        "HITId": "3GONE",
        "AssignmentStatus": "Submitted",
        "AcceptTime": GONE,
        "SubmitTime": GONE,
        "Answer": "",
    }
    save(tmp_path / "a.json", {"Assignments": [work]})
    (tmp_path / "b.json").write_text(str({"Assignments": [work]}))
    (tmp_path / "c.json").write_text('{"HITs": [\n{"HITId": "3H"')
    (tmp_path / "d.csv").write_text('"HITId","Title"\n"3H","T"\n')
    (tmp_path / "e.json").write_text('{"accuracy": 0.9}')
    (tmp_path / "f.png").write_bytes(b"\x89PNG\r\n")
    (tmp_path / ".hidden").write_text("never read")
    said, loaded = run_import(empty, tmp_path)
    said = [line.removeprefix(f"{tmp_path}/") for line in said]
    assert said[0] == "a.json: 1 assignment of 1 HIT"
    assert said[1].startswith("b.json: left out: Python's repr, not JSON: save answers with json.d")
    assert said[2].startswith("c.json: left out: line 2: not JSON: EOF while parsing")
    assert said[3] == "d.csv, line 1: AssignmentId: there is no such column: no results of a batch"
    assert said[4] == "d.csv, line 1: WorkerId: there is no such column: no results of a batch"
    assert said[5] == "d.csv: left out: with a problem, nothing of a table is imported"
    said = said[:3] + said[5:]
    assert said[4] == "e.json: left out: it has no saved answers"
    assert said[5].startswith("f.png: left out: line 1: not UTF-8 text")
    assert said[6].startswith('made up: 1 HIT known only from assignments or reviews')
    assert (loaded["Loaded"]["HITs"], loaded["Loaded"]["Assignments"]) == (1, 1)


def test_nothing_to_import(empty, tmp_path):
    """Exit code 1 if no file has anything, and 2 if a path is none."""
    (tmp_path / "results.csv").write_text('"HITId","Title"\n')
    said, _ = run_import(empty, tmp_path, code=1)
    assert said[0] == f"{tmp_path}/results.csv, line 1: AssignmentId: there is no such column: no results of a batch"
    assert said[3:] == ["mturk-local: nothing to import"]
    said, _ = run_import(empty, tmp_path / "nowhere", code=2)
    assert said == [f"mturk-local: {tmp_path}/nowhere: No such file or directory (os error 2)"]


def test_dry_run_and_output(tmp_path, empty):
    """Neither asks a server; what is written is a world that loads."""
    work = [
        {"AssignmentId": f"3W{n}", "WorkerId": f"A{n}", "HITId": "3H", "SubmitTime": GONE}
        for n in range(3)
    ]
    save(tmp_path / "work.json", work)
    away = {"MTURK_LOCAL_ENDPOINT": "http://127.0.0.1:9"}
    done = run_binary("import", tmp_path / "work.json", "--dry-run", **away)
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.endswith("would be imported: 1 HIT, 3 assignments\n")
    written = tmp_path / "world.json"
    done = run_binary("import", tmp_path / "work.json", "-q", "--output", written, **away)
    assert done.returncode == 0, done.stderr
    done = run_binary("load", written, MTURK_LOCAL_ENDPOINT=empty.url)
    assert json.loads(done.stdout)["Loaded"]["Assignments"] == 3
    assert len(all_assignments(empty.client("test", "test"), "3H")) == 3


def test_output_is_not_read_and_replaces_a_file_at_once(tmp_path):
    """What is read is never written to; an old file is replaced, and its link and mode stay."""
    source = tmp_path / "saved" / "hit.json"
    save(source, [{"HITId": "3H", "Title": "T"}])
    before = source.read_text()
    (tmp_path / "link.json").symlink_to(source)
    for path, output in [
        (source, source),
        (source, tmp_path / "link.json"),
        (source.parent, source),
        (source.parent, source.parent / "new.json"),
    ]:
        done = run_binary("import", path, "--output", output)
        assert done.returncode == 2, done.stderr
        assert f"{output}: it is read by this import, as a part of {path}" in done.stderr
    assert source.read_text() == before
    assert list(source.parent.iterdir()) == [source]
    old = tmp_path / "old.json"
    old.write_text("old")
    old.chmod(0o600)
    (tmp_path / "to-old").symlink_to(old)
    with old.open() as kept:
        done = run_binary("import", source, "--output", tmp_path / "to-old")
        assert done.returncode == 0, done.stderr
        assert kept.read() == "old"  # The old file was never written to.
    assert json.loads(old.read_text())["HITs"][0]["HITId"] == "3H"
    assert old.stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "to-old").is_symlink()
    done = run_binary("import", source, "--output", "/dev/stdout")
    assert json.loads(done.stdout)["HITs"][0]["HITId"] == "3H"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link.json", "old.json", "saved", "to-old"]


def test_names_change_nothing_of_a_terminal(tmp_path):
    """Names of files and members, with escapes and marks of direction, are shown as text."""
    save(tmp_path / "a\x1b[2J\u202e.json", [{"HITId": "3H", "Title": "T", "own\x9b\x7f": 1}])
    done = run_binary("import", tmp_path, "--dry-run")
    assert r"a\u001b[2J\u202e.json: 1 HIT" in done.stderr
    assert r"does not have: own\u009b\u007f" in done.stderr
    assert not re.search("[\x1b\x7f\x9b\u202e]", done.stderr)


def test_many_files(empty, tmp_path):
    """5,000 assignments in 500 files, a HIT each, and the balance beside them."""
    assert HIT_MEMBERS["Reward"] == "0.05"
    for number in range(500):
        hit = f"3HIT{number}"
        work = [
            {
                "AssignmentId": f"3W{number}X{nth}",
                "WorkerId": f"A{nth}",
                "HITId": hit,
                "AssignmentStatus": "Approved",
                "SubmitTime": GONE + datetime.timedelta(seconds=nth),
            }
            for nth in range(10)
        ]
        known = {"HITId": hit, "Title": "T", "Reward": "0.05", "MaxAssignments": 10}
        save(Path(tmp_path) / str(number % 7) / f"{hit}.json", [work, known])
    save(tmp_path / "balance.json", {"AvailableBalance": "12.34"})  # of production alone
    said, loaded = run_import(empty, tmp_path, "--quiet")
    owner, total = said
    assert owner.startswith('the requester "test"')
    assert total == "imported: 500 HITs, 5000 assignments, the account balance"
    assert loaded["Loaded"]["Workers"] == 10
    dumped = empty.control("GET", "/_mturk/world")
    assert {r["AccessKeyId"]: r["AvailableBalance"] for r in dumped["Requesters"]}["test"] == "12.34"


class Slow(BaseHTTPRequestHandler):
    """A server with an empty market that takes a world once `shown` is set."""

    shown = None

    def do_GET(self):
        self.answer(b"{}")

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        assert self.shown.wait(PATIENCE)
        self.answer(b'{"Loaded": {}}')

    def answer(self, body):
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def test_progress_is_shown_on_a_terminal(tmp_path):
    """One line, rewritten while the server is at work and removed behind it."""
    save(tmp_path / "a.json", [{"HITId": "3HIT", "Title": "T"}])
    Slow.shown = threading.Event()
    with ThreadingHTTPServer(("127.0.0.1", 0), Slow) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        ours, its = pty.openpty()
        environment = clean_environment(MTURK_LOCAL_ENDPOINT=f"http://127.0.0.1:{server.server_port}")
        command = [binary(), "import", str(tmp_path)]
        with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=its) as done:
            os.close(its)
            shown = b""
            while not re.search(rb"\r\x1b\[2Kloading 1 HIT: \d+ s", shown):
                shown = shown + os.read(ours, 4096)
            Slow.shown.set()
            rest = read_all(ours)
        server.shutdown()
    assert done.returncode == 0
    assert re.fullmatch(rb"(\r\x1b\[2Kloading 1 HIT: \d+ s)*\r\x1b\[2K.*imported: 1 HIT\r\n", rest, re.DOTALL), rest


def read_all(terminal):
    """What comes until the other side of a terminal is closed."""
    read = b""
    with contextlib.suppress(OSError):  # Linux says EIO then.
        while more := os.read(terminal, 4096):
            read += more
    os.close(terminal)
    return read


RESULTS = (
    "HITId,Title,Reward,CreationTime,MaxAssignments,RequesterAnnotation,Expiration,"
    "AssignmentId,WorkerId,AssignmentStatus,AcceptTime,SubmitTime,Input.text,Answer.label\r\n"
)


def result(number, submitted="Fri Nov 27 12:03:00 PST 2015"):
    return (
        f"3BATCHHIT{number},Label,$0.05,Fri Nov 27 12:00:00 PST 2015,1,BatchId:187618;OriginalHitTemplateId:9;,"
        f"Fri Dec 04 12:00:00 PST 2015,3BATCHWORK{number},A1ANNA0000000,Submitted,Fri Nov 27 12:01:00 PST 2015,"
        f'{submitted},"\xe9t\xe9, {number}",x\r\n'
    )


def test_saved_results_become_a_batch(empty, tmp_path):
    """In a folder beside JSON; grown since; and what it gives can be imported elsewhere."""
    (tmp_path / "Batch_187618.csv").write_bytes((RESULTS + result(1) + result(2)).encode("latin-1"))
    save(tmp_path / "other.json", {"HITs": []})
    said, loaded = run_import(empty, tmp_path)
    assert "not UTF-8 from here on: the file is read as Latin-1" in said[0]
    assert loaded["Loaded"]["Batches"] == 1
    shown = run_binary("batch", "results", "187618", MTURK_LOCAL_ENDPOINT=empty.url).stdout
    assert '"\u00e9t\u00e9, 2"' in shown and '"Fri Nov 27 20:03:00 UTC 2015"' in shown
    (tmp_path / "Batch_187618.csv").write_bytes((RESULTS + result(1) + result(3)).encode("latin-1"))
    said, loaded = run_import(empty, tmp_path)
    assert "Batch 187618: on the server already; new HITs are not added to it" in said
    assert (loaded["Loaded"]["HITs"], loaded["Loaded"]["Batches"]) == (1, 0)
    (tmp_path / "again.csv").write_text(shown)
    with launch() as elsewhere:
        run_import(elsewhere, tmp_path / "again.csv")
        again = run_binary("batch", "results", "187618", MTURK_LOCAL_ENDPOINT=elsewhere.url).stdout
    assert again == shown


def test_of_results_with_a_problem_nothing_is_imported(empty, tmp_path):
    bad = RESULTS + result(1) + result(2, "soon") + result(3, "later")
    (tmp_path / "results.csv").write_bytes(bad.encode())
    said, _ = run_import(empty, tmp_path, code=1)
    assert [line.removeprefix(f"{tmp_path}/").split(": no time")[0] for line in said[:2]] == [
        'results.csv, line 3: SubmitTime: "soon"',
        'results.csv, line 4: SubmitTime: "later"',
    ]
    assert said[2].endswith("results.csv: left out: with a problem, nothing of a table is imported")

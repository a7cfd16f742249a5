"""Batches, as people make and review them: from the command line, with Python's csv module in between."""

import csv
import io
import json
import subprocess
import time

import pytest

from harness import PATIENCE, binary, clean_environment, fresh_database, launch, run_binary

TEMPLATE = '<p>${text}</p><input name="answer">'


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "task.html").write_text(TEMPLATE)
    (tmp_path / "rows.csv").write_text('id,text\n1,"one, ""two""\nthree"\n2,<b>bold</b>\n')
    return tmp_path


def batch(server, *arguments, code=0, text=None):
    """Runs `mturk-local batch`: what it prints, and what it says beside that."""
    command = [binary(), "batch", *map(str, arguments)]
    done = subprocess.run(
        command,
        input=text,
        env=clean_environment(MTURK_LOCAL_ENDPOINT=server.url),
        capture_output=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == code, done.stderr.decode()
    return done.stdout.decode(), done.stderr.decode()


def create(server, folder, *more):
    files = ("--template", folder / "task.html", "--data", folder / "rows.csv")
    return json.loads(batch(server, "create", *files, *more)[0])


def results(server, number):
    text, _ = batch(server, "results", number)
    return list(csv.DictReader(io.StringIO(text, newline="")))


def reviewed(rows):
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, rows[0])
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def until(ready):
    """What `ready` returns, once that is true."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if found := ready():
            return found
        time.sleep(0.05)
    pytest.fail("it does not come")


def settled(server, number):
    """The batch, once no work on it is under way."""

    def ready():
        shown = server.control("GET", f"/_mturk/batches/{number}")
        return shown if shown["Work"]["Done"] == shown["Work"]["Total"] else None

    return until(ready)


def hits(server):
    listed = server.client("test", "test").list_hits(MaxResults=100)["HITs"]
    return sorted(listed, key=lambda hit: "bold" in hit["Question"])


def test_round_trip(folder):
    """CSV, HITs, work, results, marks, upload; and the same upload again."""
    with launch() as server:
        made = create(server, folder, "--assignments", "2", "--reward", "0.10", "--title", "Read")
        number = made["Batch"]["BatchId"]
        assert made["Cost"] == {"Assignments": 4, "Rewards": "0.40", "Fees": "0.08", "Total": "0.48"}
        shown = settled(server, number)
        assert (shown["Status"], shown["Title"]) == ("Published", "Read")
        first, second = hits(server)
        assert '<p>one, "two"\nthree</p>' in first["Question"]
        assert "<p><b>bold</b></p>" in second["Question"]
        answer = 'a "quoted"\nanswer, with commas'
        server.submit(first["HITId"], "A1ANNA", {"answer": answer})
        server.submit(first["HITId"], "A2BERT", {"answer": "=SUM(A1)"})
        server.submit(second["HITId"], "A1ANNA", {"answer": "é \U0001f600"})
        rows = results(server, number)
        assert [row["Answer.answer"] for row in rows] == [answer, "=SUM(A1)", "é \U0001f600"]
        assert rows[0]["Input.text"] == 'one, "two"\nthree' and rows[2]["Input.id"] == "2"
        assert rows[0]["Reward"] == "$0.10" and rows[0]["RequesterAnnotation"].startswith(f"BatchId:{number};")
        time.strptime(rows[0]["SubmitTime"], "%a %b %d %H:%M:%S UTC %Y")
        harmless, _ = batch(server, "results", number, "--harmless")
        assert '"\'=SUM(A1)"' in harmless

        rows[0]["Approve"], rows[1]["Reject"] = "x", "this is a formula"
        (folder / "reviewed.csv").write_text(reviewed(rows), newline="")
        for _ in range(2):
            batch(server, "review", folder / "reviewed.csv")
            shown = settled(server, number)
            assert shown["Problems"] == []
        rows = results(server, number)
        assert [row["AssignmentStatus"] for row in rows] == ["Approved", "Rejected", "Submitted"]
        assert rows[1]["RequesterFeedback"] == "this is a formula"
        assert rows[0]["LifetimeApprovalRate"] == "100% (1/1)"
        listed = json.loads(batch(server)[0])["Batches"]
        assert [one["BatchId"] for one in listed] == [number]


def test_latin_1_is_told_and_every_problem_has_its_line(folder):
    with launch() as server:
        (folder / "rows.csv").write_bytes("text\ncafé\n".encode("latin-1"))
        files = ("--template", folder / "task.html", "--data", folder / "rows.csv")
        made, told = batch(server, "create", *files, "--dry-run")
        assert "café" in json.loads(made)["Page"]
        assert f"{folder}/rows.csv, line 2: not UTF-8 from here on: the file is read as Latin-1" in told
        (folder / "rows.csv").write_text("id,id,other\n1,2\n\n1,2,3,4\n")
        _, told = batch(server, "create", *files, code=2)
        assert "line 1: id: the column stands twice" in told
        assert "line 2: the row has 2 cells, and the header has 3" in told
        assert "line 4: the row has 4 cells, and the header has 3" in told
        (folder / "rows.csv").write_text("txt,id\nx\n")
        _, told = batch(server, "create", *files, code=2)
        for problem in ("line 1: text: the template has", "line 1: txt: the template does not name", "line 2: the row"):
            assert problem in told, told
        for reward in ("0.055", "$5", "ten", "1000000001"):
            _, told = batch(server, "create", *files, "--reward", reward, code=2)
            assert f'--reward (MTURK_LOCAL_REWARD) "{reward}" is not an amount in dollars' in told
        assert json.loads(batch(server, "list")[0]) == {"Batches": []}
        _, told = batch(server, "review", "-", code=2, text=b"AssignmentId,Approve\n3A,x\n")
        assert "give its number with --batch" in told
        _, told = batch(server, "review", "-", "--batch", "7", code=1, text=b"AssignmentId,Approve\n3A,x\n")
        assert "There is no batch 7." in told


def test_after_a_kill_everything_goes_on_and_nothing_is_done_twice(folder):
    """Publishing and a review survive SIGKILL on a database that is kept."""
    count = 1000
    rows = "".join(f"{number}\n" for number in range(count))
    (folder / "rows.csv").write_text("text\n" + rows)
    with fresh_database() as url:
        url = url or f"sqlite:{folder}/market.db"
        with launch(database=url) as server:
            number = create(server, folder)["Batch"]["BatchId"]
            server.kill()
        with launch(database=url) as server:
            shown = settled(server, number)
            assert (shown["Status"], shown["PublishedCount"]) == ("Published", count)
            assert shown["Assignments"]["Max"] == count
            script = {"Workers": 1, "WorkTime": {"Min": "0s"}, "Answers": {"answer": "x"}}
            server.control("POST", "/_mturk/robots", script)
            server.control("GET", f"/_mturk/wait?Requester=test&submitted={count}&timeout=55s")
            done = results(server, number)
            assert len(done) == count
            for row in done:
                row["Reject"] = "all the same"
            batch(server, "review", "-", text=reviewed(done).encode())
            server.kill()
        with launch(database=url) as server:
            shown = settled(server, number)
            assert shown["Assignments"]["Rejected"] == count and shown["Problems"] == []


def test_without_a_server_it_says_so(folder):
    files = ("--template", str(folder / "task.html"), "--data", str(folder / "rows.csv"))
    done = run_binary("batch", "create", *files, MTURK_LOCAL_ENDPOINT="http://127.0.0.1:9")
    assert done.returncode == 1 and "no server answers" in done.stderr
    done = run_binary("batch", "create", "--template", str(folder / "none"), *files[2:])
    assert done.returncode == 2 and "--template" in done.stderr
    done = run_binary("batch", "create", *files, "--duration", "soon")
    assert done.returncode == 2 and "--duration" in done.stderr

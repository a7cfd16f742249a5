"""The AWS command line, versions 1 and 2, and mturk-local's own commands."""

import json
import os
import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from harness import (
    EXTERNAL,
    HIT_MEMBERS,
    PATIENCE,
    UNKNOWN,
    access_key,
    all_assignments,
    clean_environment,
    ids,
    instant,
    make_hit,
    run_binary,
    worker_id,
)

AWS = {1: Path(sys.executable).parent / "aws", 2: Path("/usr/bin/aws")}
FAILED = {1: (254, 255), 2: (254,)}  # exit codes for an error of the service


@pytest.fixture(scope="module")
def work(server):
    """A requester's HIT with seven submissions: its access key, the HIT's id, their ids."""
    key = access_key()
    hit_id = make_hit(server.client(key), MaxAssignments=9)["HITId"]
    return key, hit_id, [server.submit(hit_id)["AssignmentId"] for _ in range(7)]


@pytest.fixture(params=AWS)
def aws(request, server, work):
    """Runs `aws mturk …` as the requester of `work`; the result is that of subprocess.run."""
    program = AWS[request.param]
    if not program.is_file():
        reason = f"AWS CLI {request.param} is not installed"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)

    def run(*arguments, fails=False):
        done = subprocess.run(
            [program, "mturk", *map(str, arguments), "--endpoint-url", server.url],
            env=clean_environment(
                AWS_ACCESS_KEY_ID=work[0],
                AWS_SECRET_ACCESS_KEY="secret",
                AWS_DEFAULT_REGION="us-east-1",
                AWS_PAGER="",
            ),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        expected = FAILED[request.param] if fails else (0,)
        assert done.returncode in expected, done.stderr
        return done

    run.version = request.param
    return run


def listing(aws, hit_id, *arguments):
    """The JSON that `list-assignments-for-hit` prints."""
    shown = aws("list-assignments-for-hit", "--hit-id", hit_id, *arguments, "--output", "json")
    return json.loads(shown.stdout)


# --- AWS CLI -----------------------------------------------------------------------------------


def test_versions(aws):
    """Each test runs with both major versions of the AWS command line."""
    shown = subprocess.run([AWS[aws.version], "--version"], capture_output=True, check=True)
    assert f"aws-cli/{aws.version}.".encode() in shown.stdout + shown.stderr


def test_account_balance(aws):
    """The first thing that people try."""
    shown = aws("get-account-balance", "--query", "AvailableBalance", "--output", "text")
    assert shown.stdout == "10000.00\n"


def test_create_hit(aws, server, work):
    """create-hit with its options spelled out."""
    options = {
        "--title": "Étiqueter",
        "--description": HIT_MEMBERS["Description"],
        "--reward": "0.05",
        "--lifetime-in-seconds": 3600,
        "--assignment-duration-in-seconds": 600,
        "--auto-approval-delay-in-seconds": 60,
        "--question": EXTERNAL,
        "--qualification-requirements": json.dumps(
            [
                {
                    "QualificationTypeId": "00000000000000000071",
                    "Comparator": "In",
                    "LocaleValues": [{"Country": "US", "Subdivision": "CA"}, {"Country": "FR"}],
                }
            ]
        ),
    }
    arguments = [str(part) for option in options.items() for part in option]
    hit = json.loads(aws("create-hit", *arguments, "--output", "json").stdout)["HIT"]
    assert (hit["Title"], hit["MaxAssignments"]) == ("Étiqueter", 1)
    got = server.client(work[0]).get_hit(HITId=hit["HITId"])["HIT"]
    assert got["Question"] == EXTERNAL
    assert got["QualificationRequirements"][0]["LocaleValues"][1] == {"Country": "FR"}


def test_list_page_size_max_items_and_starting_token(aws, work):
    """--max-items cuts inside a page of --page-size, and --starting-token goes on from there."""
    _, hit_id, made = work
    options = ["--assignment-statuses", "Submitted", "--page-size", 2]
    first = listing(aws, hit_id, *options, "--max-items", 5)
    assert ids(first["Assignments"]) == made[:5]
    rest = listing(aws, hit_id, *options, "--starting-token", first["NextToken"])
    assert ids(rest["Assignments"]) == made[5:]
    assert "NextToken" not in rest


def test_list_everything(aws, work):
    """Without options all pages are fetched; without pagination, one of ten."""
    _, hit_id, made = work
    assert ids(listing(aws, hit_id)["Assignments"]) == made
    assert ids(listing(aws, hit_id, "--page-size", 1)["Assignments"]) == made
    page = listing(aws, hit_id, "--no-paginate")
    assert (page["NumResults"], ids(page["Assignments"])) == (7, made)
    assert page["NextToken"].startswith("p1:")


def test_list_one_page_by_hand(aws, work):
    """--max-results and --next-token are the service's own page and token."""
    _, hit_id, made = work
    page = listing(aws, hit_id, "--max-results", 3)
    assert (page["NumResults"], ids(page["Assignments"])) == (3, made[:3])
    page = listing(aws, hit_id, "--max-results", 100, "--next-token", page["NextToken"])
    assert ids(page["Assignments"]) == made[3:]


def test_list_query(aws, work):
    """--query sees all pages at once."""
    _, hit_id, made = work
    got = listing(aws, hit_id, "--page-size", 3, "--query", "Assignments[].AssignmentId")
    assert got == made
    assert listing(aws, hit_id, "--query", "length(Assignments)") == 7


def test_list_as_text(aws, work):
    """--output text has a line for each assignment."""
    _, hit_id, made = work
    options = ["--hit-id", hit_id, "--page-size", 3, "--output", "text"]
    shown = aws("list-assignments-for-hit", *options).stdout
    lines = [line for line in shown.splitlines() if line.startswith("ASSIGNMENTS\t")]
    assert len(lines) == 7
    assert all(one in line.split("\t") for one, line in zip(made, lines))
    shown = aws("list-assignments-for-hit", *options, "--query", "Assignments[].[AssignmentId]")
    assert shown.stdout.split() == made


def test_list_as_table(aws, work):
    """--output table draws every assignment."""
    _, hit_id, made = work
    options = ["--hit-id", hit_id, "--page-size", 3, "--output", "table"]
    shown = aws("list-assignments-for-hit", *options).stdout
    assert all(shown.count(f"| {one} ") or shown.count(f" {one} ") for one in made)


def test_list_from_cli_input_json(aws, work, tmp_path):
    """--cli-input-json brings the request whole, from the command line or from a file."""
    _, hit_id, made = work
    request = json.dumps({"HITId": hit_id, "AssignmentStatuses": ["Submitted"], "MaxResults": 3})
    (tmp_path / "request.json").write_text(request)
    for given in (request, f"file://{tmp_path}/request.json"):
        shown = aws(
            *("list-assignments-for-hit", "--cli-input-json", given),
            *("--no-paginate", "--output", "json"),
        )
        page = json.loads(shown.stdout)
        assert (page["NumResults"], ids(page["Assignments"])) == (3, made[:3])


def test_unsigned(aws, server):
    """--no-sign-request acts as the default requester."""
    hit_id = make_hit(server.client("test", "test"), MaxAssignments=1)["HITId"]
    submitted = server.submit(hit_id)["AssignmentId"]
    page = listing(aws, hit_id, "--no-sign-request")
    assert ids(page["Assignments"]) == [submitted]


def test_error(aws):
    """An error of the service: exit code, and its text on stderr."""
    done = aws("get-hit", "--hit-id", UNKNOWN, fails=True)
    assert done.stdout == ""
    assert re.search(
        r"An error occurred \(RequestError\) when calling the GetHIT operation: "
        rf"Hit {UNKNOWN} does not exist\. \(\d{{13}} s\)",
        done.stderr,
    )


def test_void_operation_prints_nothing(aws, server, work):
    """An operation without output succeeds silently."""
    hit_id = make_hit(server.client(work[0]))["HITId"]
    shown = aws("update-expiration-for-hit", "--hit-id", hit_id, "--expire-at", 0)
    assert shown.stdout.strip() in ("", "{}")
    assert aws("delete-hit", "--hit-id", hit_id).stdout.strip() in ("", "{}")


# --- mturk-local's own commands ----------------------------------------------------------------


def ours(server, *arguments):
    """Runs `mturk-local … --endpoint …`."""
    return run_binary(*arguments, "--endpoint", server.url)


def test_submit_command(server, mturk):
    """`mturk-local submit` does a worker's work, once; a refusal is told and is exit 1."""
    hit_id = make_hit(mturk)["HITId"]
    worker = worker_id()
    command = ["submit", "--hit", hit_id, "--worker", worker, "--answer"]
    done = ours(server, *command, "q1=yes", "--answer", "q2=a=b & <c>")
    assert done.returncode == 0, done.stderr
    (listed,) = all_assignments(mturk, hit_id)
    assert (listed["WorkerId"], listed["AssignmentStatus"]) == (worker, "Submitted")
    for name, value in (("q1", "yes"), ("q2", "a=b &amp; &lt;c&gt;")):
        answer = f"<QuestionIdentifier>{name}</QuestionIdentifier><FreeText>{value}</FreeText>"
        assert answer in listed["Answer"]
    assert listed["AssignmentId"] in done.stdout
    again = ours(server, *command, "q1=no")
    assert again.returncode == 1
    assert again.stderr and "panicked" not in again.stderr
    assert len(all_assignments(mturk, hit_id)) == 1


def test_clock_command(frozen):
    """`mturk-local clock` shows the time, and moves it."""
    shown = ours(frozen, "clock")
    assert (shown.returncode, "2026-01-01T00:00:00" in shown.stdout) == (0, True), shown.stderr
    moved = ours(frozen, "clock", "advance", "30d")
    assert moved.returncode == 0, moved.stderr
    assert "2026-01-31T00:00:00" in moved.stdout
    assert frozen.now() == instant("2026-01-01T00:00:00Z") + timedelta(days=30)
    assert ours(frozen, "clock", "set", "2027-01-01T00:00:00Z").returncode == 0
    assert frozen.now() == instant("2027-01-01T00:00:00Z")
    assert ours(frozen, "clock", "resume").returncode == 0
    assert ours(frozen, "clock", "freeze").returncode == 0
    assert frozen.now() == frozen.now()
    assert ours(frozen, "clock", "advance", "soon").returncode in (1, 2)


def test_health_command(server):
    """`mturk-local health` is exit 0 when the server answers, and exit 1 when none does."""
    assert ours(server, "health").returncode == 0
    done = run_binary("health", "--endpoint", "http://127.0.0.1:9")
    assert done.returncode == 1
    assert "127.0.0.1:9" in done.stderr and "panicked" not in done.stderr


def test_commands_need_no_secret(server):
    """A command to a server that is not there says where it looked."""
    done = run_binary("clock", "--endpoint", "http://127.0.0.1:9")
    assert done.returncode == 1 and "127.0.0.1:9" in done.stderr
    assert ours(server, "submit", "--hit", UNKNOWN, "--answer", "nothing").returncode == 2

"""One story, told by every client: boto3, AWS CLI 1 and 2, the SDKs for JavaScript and for Rust."""

import json
import os
import re
import shutil
import subprocess
import sys
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pytest
from botocore import xform_name
from botocore.exceptions import ClientError

from harness import (
    EXTERNAL,
    PATIENCE,
    ROOT,
    SANDBOX_SUFFIX,
    UNKNOWN,
    access_key,
    clean_environment,
    worker_id,
)

CLIENTS = ROOT / "tests/clients"
RUST = Path(os.environ.get("MTURK_LOCAL_RUST_CLIENT", ROOT / "target/clients/debug"))
REFUSED = re.compile(r"An error occurred \((\w+)\) when calling the \w+ operation: (.*)")
SUBMITTED_ONLY = "This operation can be called with a status of: Submitted"


class Refused(Exception):
    """An operation was refused: `code`, `message`, and `turk_code` where the client shows it."""

    def __init__(self, code, message, turk_code=None):
        super().__init__(f"{code} {turk_code}: {message}")
        self.code, self.message, self.turk_code = code, message.rstrip(), turk_code


def missing(what):
    """Without a client its tests are left out, but not in CI."""
    pytest.fail(what) if os.environ.get("CI") else pytest.skip(what)


# --- clients: each a function of an operation's name and members ----------------------------------


@contextmanager
def boto3_client(server, key):
    """boto3."""
    client = server.client(key)

    def call(operation, **members):
        try:
            return getattr(client, xform_name(operation))(**members)
        except ClientError as error:
            told = error.response
            code, message = told["Error"]["Code"], told["Error"]["Message"]
            raise Refused(code, message, told.get("TurkErrorCode")) from error

    yield call


@contextmanager
def command_line(program, server, key):
    """An AWS CLI."""
    if not program.is_file():
        missing(f"{program} is not installed")

    def call(operation, **members):
        name = xform_name(operation, "-")
        # Versions of before 2023 do not read the endpoint from the environment.
        command = [program, "mturk", name, "--endpoint-url", server.url]
        command += ["--cli-input-json", json.dumps(members)]
        done = subprocess.run(
            [*command, "--output", "json", "--no-paginate"],
            env=environment(server, key, AWS_PAGER=""),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        if done.returncode == 0:
            return json.loads(done.stdout or "{}")
        told = REFUSED.search(done.stderr)
        assert told, done.stderr
        raise Refused(*told.groups())

    yield call


@contextmanager
def lines(command, server, key):
    """A program that reads and writes an operation a line."""
    with subprocess.Popen(
        command,
        env=environment(server, key),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:

        def call(operation, **members):
            process.stdin.write(json.dumps({"Operation": operation, "Input": members}) + "\n")
            process.stdin.flush()
            answer = json.loads(process.stdout.readline())
            if error := answer.get("Error"):
                assert error.get("Typed", True) == (error["Code"] == "RequestError")
                raise Refused(error["Code"], error["Message"], error["TurkErrorCode"])
            return answer["Output"]

        yield call
        process.stdin.close()
        assert process.wait(PATIENCE) == 0


def environment(server, key, **more):
    """What a client finds its endpoint and its keys in."""
    return clean_environment(
        AWS_ENDPOINT_URL_MTURK=server.url,
        AWS_ACCESS_KEY_ID=key,
        AWS_SECRET_ACCESS_KEY="secret",
        AWS_REGION="us-east-1",
        AWS_DEFAULT_REGION="us-east-1",
        **more,
    )


def javascript(server, key):
    """@aws-sdk/client-mturk."""
    node = shutil.which("node")
    if not node or not (CLIENTS / "js/node_modules/@aws-sdk/client-mturk").is_dir():
        missing("the AWS SDK for JavaScript is not installed: tests/run sdks")
    return lines([node, CLIENTS / "js/client.mjs"], server, key)


def rust(server, key):
    """aws-sdk-mturk."""
    program = RUST / "mturk-local-client-rust"
    if not program.is_file():
        missing(f"{program} is not built: tests/run sdks")
    return lines([program], server, key)


TELLERS = {
    "boto3": boto3_client,
    "aws1": lambda *of: command_line(Path(sys.executable).parent / "aws", *of),
    "aws2": lambda *of: command_line(Path("/usr/bin/aws"), *of),
    "javascript": javascript,
    "rust": rust,
}


@pytest.fixture(params=TELLERS)
def call(request, server):
    """Does one operation with one of the clients, as a requester nobody has seen before."""
    with TELLERS[request.param](server, access_key()) as calling:
        yield calling


def seconds(time):
    """A time, however a client shows it, in epoch seconds."""
    if isinstance(time, str):
        time = datetime.fromisoformat(time.replace("Z", "+00:00"))
    return time.timestamp() if isinstance(time, datetime) else time


@contextmanager
def refused(message, turk_code=None):
    """The block's call is refused with a RequestError in these words."""
    with pytest.raises(Refused) as caught:
        yield
    told = caught.value
    assert (told.code, SANDBOX_SUFFIX.sub("", told.message)) == ("RequestError", message)
    if turk_code and told.turk_code:
        assert told.turk_code == f"AWS.MechanicalTurk.{turk_code}"


# --- the story -----------------------------------------------------------------------------------


def test_story(call, server):
    """A type and a HIT, work, pages of it, review, a bonus, a qualification, and the end."""
    assert call("GetAccountBalance")["AvailableBalance"] == "10000.00"
    type_id = call(
        "CreateHITType",
        Title="Étiqueter",
        Description="Say what it shows",
        Keywords="a, b",
        Reward="0.05",
        AssignmentDurationInSeconds=600,
    )["HITTypeId"]
    hit = call(
        "CreateHITWithHITType",
        HITTypeId=type_id,
        MaxAssignments=3,
        LifetimeInSeconds=3600,
        Question=EXTERNAL,
    )["HIT"]
    hit_id = hit["HITId"]
    shown = ("HITTypeId", "Title", "Question", "Reward", "MaxAssignments", "HITStatus")
    expected = [type_id, "Étiqueter", EXTERNAL, "0.05", 3, "Assignable"]
    assert [hit[name] for name in shown] == expected
    assert seconds(hit["Expiration"]) - seconds(hit["CreationTime"]) == pytest.approx(3600)

    workers = [worker_id() for _ in range(3)]
    made = [server.submit(hit_id, worker)["AssignmentId"] for worker in workers]
    listed, token = [], {}
    for size in (2, 1, 0):
        page = call("ListAssignmentsForHIT", HITId=hit_id, MaxResults=2, **token)
        assert page["NumResults"] == size
        listed += page["Assignments"]
        token = {"NextToken": page["NextToken"]} if size else {}
    assert not page.get("NextToken")
    assert [work["AssignmentId"] for work in listed] == made
    assert [work["WorkerId"] for work in listed] == workers
    assert all("<FreeText>cat</FreeText>" in work["Answer"] for work in listed)
    assert all(seconds(work["SubmitTime"]) > 1e9 for work in listed)

    call("ApproveAssignment", AssignmentId=made[0], RequesterFeedback="Thanks")
    call("RejectAssignment", AssignmentId=made[1], RequesterFeedback="No label")
    with refused(SUBMITTED_ONLY, "InvalidAssignmentState"):
        call("ApproveAssignment", AssignmentId=made[0])
    with refused(f"Hit {UNKNOWN} does not exist."):
        call("GetHIT", HITId=UNKNOWN)

    bonus = {"WorkerId": workers[0], "AssignmentId": made[0], "BonusAmount": "1.50"}
    call("SendBonus", **bonus, Reason="Well done")
    paid = call("ListBonusPayments", AssignmentId=made[0])
    assert paid["NumResults"] == 1
    assert paid["BonusPayments"][0].items() >= (bonus | {"Reason": "Well done"}).items()

    qualified = call(
        "CreateQualificationType",
        Name="Labels",
        Description="Labels well",
        QualificationTypeStatus="Active",
    )["QualificationType"]["QualificationTypeId"]
    of_worker = {"QualificationTypeId": qualified, "WorkerId": workers[0]}
    call("AssociateQualificationWithWorker", **of_worker, IntegerValue=7)
    score = call("GetQualificationScore", **of_worker)["Qualification"]
    assert (score["IntegerValue"], score["Status"]) == (7, "Granted")
    call("DisassociateQualificationFromWorker", **of_worker)
    with refused("This operation can be called with a status of: Granted"):
        call("GetQualificationScore", **of_worker)
    call("DeleteQualificationType", QualificationTypeId=qualified)

    call("UpdateExpirationForHIT", HITId=hit_id, ExpireAt=0)
    call("ApproveAssignment", AssignmentId=made[2])
    hit = call("GetHIT", HITId=hit_id)["HIT"]
    assert (hit["HITStatus"], hit["NumberOfAssignmentsCompleted"]) == ("Reviewable", 3)
    call("DeleteHIT", HITId=hit_id)
    assert call("GetHIT", HITId=hit_id)["HIT"]["HITStatus"] == "Disposed"

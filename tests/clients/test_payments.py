"""`mturk-local payments`: what a requester paid, as a table and as JSON."""

import csv
import io
import json
import subprocess

import pytest

from harness import PATIENCE, binary, clean_environment, launch

HIT = {
    "Title": "Say what you see",
    "Description": "x",
    "Reward": "1.00",
    "MaxAssignments": 3,
    "LifetimeInSeconds": 86400,
    "AssignmentDurationInSeconds": 600,
    "Question": '<ExternalQuestion xmlns="http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2006-07-14/'
    'ExternalQuestion.xsd"><ExternalURL>https://example.com/</ExternalURL><FrameHeight>0</FrameHeight></ExternalQuestion>',
}


@pytest.fixture
def server():
    with launch("--profile", "production", "--clock", "2026-01-01T00:00:00Z", "--freeze") as running:
        client = running.client("lab")
        hit = client.create_hit(**HIT)["HIT"]["HITId"]
        for day, worker in enumerate(["A1ANNA", "A1BEN"]):
            done = running.submit(hit, worker)
            client.approve_assignment(AssignmentId=done["AssignmentId"])
            if day == 0:
                client.send_bonus(
                    WorkerId=worker, AssignmentId=done["AssignmentId"], BonusAmount="0.50", Reason="=1+1"
                )
                running.advance("20h")
        yield running


def payments(server, *arguments, code=0):
    done = subprocess.run(
        [binary(), "payments", *arguments],
        env=clean_environment(MTURK_LOCAL_ENDPOINT=server.url),
        capture_output=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == code, done.stderr.decode()
    return done.stdout.decode() if code == 0 else done.stderr.decode()


def test_payments_are_a_table(server):
    rows = list(csv.DictReader(io.StringIO(payments(server, "--requester", "lab"), newline="")))
    assert [(row["Kind"], row["WorkerId"], row["Amount"], row["Fee"], row["Charged"]) for row in rows] == [
        ("Reward", "A1ANNA", "1.00", "0.20", "1.20"),
        ("Bonus", "A1ANNA", "0.50", "0.10", "0.60"),
        ("Reward", "A1BEN", "1.00", "0.20", "1.20"),
    ]
    assert rows[0]["Time"] == "2026-01-01T00:00:00Z"
    assert rows[1]["Reason"] == "'=1+1"
    balance = server.client("lab").get_account_balance()
    assert float(balance["AvailableBalance"]) + float(balance["OnHoldBalance"]) == pytest.approx(10000 - 3.00)


@pytest.mark.parametrize(
    ("since", "count"), [("1h", 1), ("20h", 3), ("2026-01-01", 3), ("2026-01-01T10:00:00Z", 1), ("2026-01-02", 0)]
)
def test_payments_begin_at_a_time(server, since, count):
    printed = payments(server, "--requester", "lab", "--since", since, "--format", "json")
    assert len(json.loads(printed)["Payments"]) == count


def test_payments_to_one_worker(server):
    everything = json.loads(payments(server, "--requester", "lab", "--format", "json"))["Payments"]
    worker = everything[0]["WorkerId"]
    printed = payments(server, "--requester", "lab", "--worker", worker.lower(), "--format", "json")
    assert json.loads(printed)["Payments"] == [paid for paid in everything if paid["WorkerId"] == worker]


def test_who_paid_nothing_has_an_empty_table(server):
    assert payments(server).count("\n") == 1


def test_a_time_that_is_none_is_refused(server):
    assert "--since (MTURK_LOCAL_SINCE)" in payments(server, "--since", "yesterday", code=2)

"""Fault rules, as programs meet them: boto3 retries what fails, and what had been done by then stays done."""

import http.client
import json
import time
from contextlib import ExitStack

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError

from harness import TARGET, launch, make_hit, refused, run_binary, worker_id

RETRIES = {"retries": {"mode": "standard", "total_max_attempts": 3}}


@pytest.fixture(scope="module")
def server():
    with launch() as running:
        yield running


@pytest.fixture(autouse=True)
def fresh(server):
    server.control("POST", "/_mturk/reset", {})


def add(server, **rule):
    """Adds a rule: what the server has of it."""
    return server.control("POST", "/_mturk/faults", rule)["Faults"][0]


def calls(server, operation):
    """The calls of an operation."""
    return server.control("GET", f"/_mturk/requests?operation={operation}")["Requests"]


def bonus(client, server, **members):
    """Work, and a bonus whose first answer is lost: the payments that there are then."""
    hit = make_hit(client)
    work = server.submit(hit["HITId"], worker_id())
    add(server, Operation="SendBonus", Preset="lost-answer", Times=1)
    payment = {"WorkerId": work["WorkerId"], "AssignmentId": work["AssignmentId"], "BonusAmount": "0.10"}
    try:
        client.send_bonus(Reason="Thanks", **payment, **members)
        error = None
    except ClientError as caught:
        error = caught.response["TurkErrorCode"]
    return error, len(client.list_bonus_payments(HITId=hit["HITId"])["BonusPayments"])


def test_boto3_retries_throttled_calls(server):
    client = server.client(config=RETRIES)
    add(server, Operation="CreateHIT", Error="ThrottlingException", Times=2)
    make_hit(client)
    statuses = [(call["Status"], call.get("Error", {}).get("Code")) for call in calls(server, "CreateHIT")]
    assert statuses == [(400, "ThrottlingException")] * 2 + [(200, None)]
    add(server, Error="ThrottlingException")
    with refused("ThrottlingException", message="Rate exceeded"):
        client.list_hits()


def test_a_lost_answer_makes_a_retry_meet_what_was_done(server):
    client = server.client(config=RETRIES)
    add(server, Operation="CreateQualificationType", Preset="lost-answer", Times=1)
    with refused("RequestError", "QualificationTypeAlreadyExists") as caught:
        client.create_qualification_type(Name="skill", Description="d", QualificationTypeStatus="Active")
    said = caught.value.response["Error"]["Message"]
    assert said.startswith("You have already created a QualificationType with this name.")
    assert [call["Status"] for call in calls(server, "CreateQualificationType")] == [0, 400]


def test_only_a_request_token_keeps_a_bonus_from_being_paid_twice(server):
    client = server.client(config=RETRIES)
    assert bonus(client, server) == (None, 2)
    with_token = bonus(client, server, UniqueRequestToken="once")
    assert with_token == ("AWS.MechanicalTurk.DuplicateRequest", 1)


def test_a_connection_is_dropped_before_the_work(server):
    client = server.client()
    add(server, Operation="CreateHIT", DropConnection=True, Times=1)
    with pytest.raises(ConnectionClosedError):
        make_hit(client)
    assert client.list_hits()["HITs"] == []


def test_latency_is_real(server):
    client = server.client()
    add(server, Operation="ListHITs", LatencyMs=300, Times=1)
    begin = time.monotonic()
    client.list_hits()
    assert time.monotonic() - begin >= 0.3


def test_a_stop_ends_delayed_calls():
    body = json.dumps({"MaxResults": 1})
    head = {"X-Amz-Target": TARGET + "ListHITs", "Content-Type": "application/x-amz-json-1.1"}
    with launch() as running, ExitStack() as open_ones:
        add(running, Operation="ListHITs", LatencyMs=55_000, Probability=1)
        delayed = [http.client.HTTPConnection(running.host, running.port, timeout=30) for _ in range(20)]
        for connection in delayed:
            open_ones.callback(connection.close)
            connection.request("POST", "/", body, head)
        while running.control("GET", "/_mturk/faults")["Faults"][0].get("Drawn") != len(delayed):
            pass  # until each call has met the rule
        begin = time.monotonic()
        running.stop()
        assert time.monotonic() - begin < 5
        for connection in delayed:
            with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError)):
                connection.getresponse()


def test_the_command_adds_lists_and_removes(server):
    def faults(*arguments):
        return run_binary("faults", *arguments, "--endpoint", server.url)

    rule = {"Operation": "CreateHIT", "Error": "ThrottlingException", "Times": 2}
    added = faults("add", *(f"{name}={value}" for name, value in rule.items()))
    (known,) = json.loads(added.stdout)["Faults"]
    assert {name: known[name] for name in rule} == rule
    json_rule = faults("add", '{"Error": "ServiceFault", "Probability": 0.5}')
    assert json_rule.returncode == 0
    assert len(json.loads(faults().stdout)["Faults"]) == len(json.loads(faults("list").stdout)["Faults"]) == 2
    assert json.loads(faults("clear", str(known["Fault"])).stdout) == {"Removed": 1}
    assert json.loads(faults("clear").stdout) == {"Removed": 1}
    bad = faults("add", "Operation=CreateHit", "Times=0")
    assert bad.returncode == 1
    assert "Faults[0].Operation" in bad.stderr and "Times: must be between" in bad.stderr
    assert faults("add", "CreateHIT").returncode == 2


def test_the_command_prints_calls_as_lines(server):
    client = server.client("AKONE")
    client.list_hits(MaxResults=1)
    with refused("RequestError", "HITDoesNotExist"):
        client.get_hit(HITId="3NOBODY")

    def requests(*arguments):
        done = run_binary("requests", *arguments, "--endpoint", server.url)
        assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]

    first, second = requests()
    assert (first["Operation"], first["Request"]) == ("ListHITs", {"MaxResults": 1})
    assert second["Error"]["Hint"] == "HITId 3NOBODY: no requester owns it"
    assert requests("--error", "any", "--requester", "AKONE") == [second]
    assert requests("--limit", "1") == requests("--operation", "ListHITs") == [first]
    assert requests("--after", str(second["Number"])) == []

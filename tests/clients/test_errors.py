"""Bad input: the service's own kind of error each time, nothing stored, the server alive."""

import http.client
import json
import re
import socket
import uuid
from contextlib import suppress

import botocore.session
import pytest

from harness import HIT_MEMBERS, INSIDES, TARGET, UNKNOWN, launch

KINDS = ("RequestError", "ParameterValidationError", "ValidationException")
COUNT = "%d validation error%s detected: "
NOT_NULL = "Value null at '%s' failed to satisfy constraint: Member must not be null"
BAD = "Value '%s' at '%s' failed to satisfy constraint: %s"
AMOUNT = r"Member must satisfy regular expression pattern: ^[0-9]+(\.)?[0-9]{0,2}$"


def check(answer, status, kind):
    """The answer is an error of this `__type`, in the form that its kind has: its body."""
    body = answer.json()
    assert (answer.status, body["__type"]) == (status, kind), body
    assert answer.headers["Content-Type"] == "application/x-amz-json-1.1"
    request_id = answer.headers["x-amzn-RequestId"]
    assert request_id == str(uuid.UUID(request_id)), "a lower-case UUID"
    if kind in ("RequestError", "ParameterValidationError"):
        members = {"__type", "Message", "TurkErrorCode"}
        named = re.search(r" is not valid for the parameter (\w+)\.", body["Message"])
        if kind == "ParameterValidationError" and named:
            assert body["Parameter"] == named[1]
            members.add("Parameter")
        assert set(body) == members
        assert re.search(r" \(\d{13} s\)$", body["Message"]), body
    else:
        assert set(body) <= {"__type", "message"}
        assert not re.search(r"\(\d{13}", body.get("message", ""))
    assert not INSIDES.search(answer.body.decode())
    return body


@pytest.fixture(autouse=True)
def alive_afterwards(server):
    """Whatever a test sends, the server answers the next request."""
    yield
    answer = server.raw({}, "GetAccountBalance")
    assert (answer.status, answer.json()["AvailableBalance"]) == (200, "10000.00")


# --- success, for comparison -------------------------------------------------------------------


def test_success_on_the_wire(server):
    """A good answer: request id, content type, compact JSON, numbers for times, no nulls."""
    answer = server.raw(HIT_MEMBERS, "CreateHIT")
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "application/x-amz-json-1.1"
    assert uuid.UUID(answer.headers["x-amzn-RequestId"]).version == 4
    assert int(answer.headers["Content-Length"]) == len(answer.body)
    hit = answer.json()["HIT"]
    assert isinstance(hit["CreationTime"], (int, float))
    assert isinstance(hit["Expiration"], (int, float))
    assert None not in hit.values()
    compact = json.dumps({"HITTypeId": hit["HITTypeId"]}, separators=(",", ":"))
    members = ("Title", "Description", "Reward", "AssignmentDurationInSeconds", "Keywords")
    created = server.raw({name: HIT_MEMBERS[name] for name in members}, "CreateHITType")
    assert created.body == compact.encode()


def test_void_operations_answer_an_empty_object(server):
    """Clients parse every body, so an operation without output answers `{}`."""
    hit_id = server.raw(HIT_MEMBERS, "CreateHIT").json()["HIT"]["HITId"]
    for operation, body in (
        ("UpdateExpirationForHIT", {"HITId": hit_id, "ExpireAt": 0}),
        ("UpdateHITReviewStatus", {"HITId": hit_id}),
        ("DeleteHIT", {"HITId": hit_id}),
    ):
        answer = server.raw(body, operation)
        assert (answer.status, answer.body) == (200, b"{}"), operation


@pytest.mark.parametrize("members", [{}, {"X": [None, {"y": 1}]}, {"HITid": 5, "Reward": {}}])
def test_unknown_members_are_ignored(server, members):
    """What the model does not know is passed over, as programs in the wild rely on."""
    answer = server.raw({"ExpirationIncrementInSeconds": 5} | members, "ListHITs")
    assert answer.status == 200


# --- requests that are none --------------------------------------------------------------------


@pytest.mark.parametrize("operation", ["NoSuchOperation", "getHIT", "", "GetHIT.GetHIT"])
def test_unknown_operation(server, operation):
    """A target that names no operation."""
    answer = server.raw({}, headers={"X-Amz-Target": TARGET + operation})
    check(answer, 400, "UnknownOperationException")


@pytest.mark.parametrize("target", [None, "", "GetHIT", "DynamoDB_20120810.ListTables", "." * 5000])
def test_missing_or_foreign_target(server, target):
    """A request for no service, or for another one."""
    headers = {"X-Amz-Target": target} if target is not None else {}
    answer = server.raw({}, headers=headers)
    check(answer, answer.status if answer.status == 404 else 400, "UnknownOperationException")


def test_get_with_a_target(server):
    """The API is POST; GET is no operation, whatever the target says."""
    answer = server.raw({}, "GetAccountBalance", "GET")
    assert answer.status in (400, 404, 405)
    check(answer, answer.status, "UnknownOperationException")


@pytest.mark.parametrize("content_type", ["text/plain", "application/xml", "nonsense"])
def test_wrong_content_type(server, content_type):
    """A body of another kind is refused: a plain form of a web page must not reach the API."""
    answer = server.raw({}, "GetAccountBalance", headers={"Content-Type": content_type})
    assert 400 <= answer.status < 500
    check(answer, answer.status, answer.json()["__type"])


NOT_THE_SHAPE = {
    "cut off": b'{"HITId":"3A"',
    "not JSON": b"HITId=3A",
    "trailing text": b"{} {}",
    "a list": b"[]",
    "a number": b"5",
    "a string": b'"GetHIT"',
    "number for a string": b'{"HITId":5}',
    "list for a string": b'{"HITId":["3A"]}',
    "object for a string": b'{"HITId":{"a":1}}',
    "true for a string": b'{"HITId":true}',
    "invalid UTF-8": b'{"HITId":"\xff\xfe"}',
    "encoded surrogate": b'{"HITId":"\xed\xa0\x80"}',
    "lone surrogate": b'{"HITId":"\\ud800"}',
    "raw control character": b'{"HITId":"3A\x01"}',
    "UTF-16": '{"HITId":"3A"}'.encode("utf-16"),
    "deep list": b'{"HITId":' + b"[" * 50_000 + b"]" * 50_000 + b"}",
    "deep object": b'{"HITId":' * 50_000 + b"1" + b"}" * 50_000,
}


@pytest.mark.parametrize("body", NOT_THE_SHAPE.values(), ids=NOT_THE_SHAPE)
def test_body_of_the_wrong_shape(server, body):
    """Broken JSON, the wrong JSON type, or bytes that are no text."""
    check(server.raw(body, "GetHIT"), 400, "SerializationException")


@pytest.mark.parametrize(
    "members",
    [
        {"MaxResults": "10"},
        {"MaxResults": [1]},
        {"AssignmentStatuses": "Submitted"},
        {"AssignmentStatuses": {"a": 1}},
        {"AssignmentStatuses": [1]},
        {"NextToken": 5},
    ],
)
def test_wrong_types_of_members(server, members):
    """A number as a string, a string for a list: the service does not guess."""
    answer = server.raw({"HITId": UNKNOWN} | members, "ListAssignmentsForHIT")
    check(answer, 400, "SerializationException")


def test_empty_body(server):
    """No body at all is an error of its own, or an empty object that lacks its members."""
    answer = server.raw(b"", "GetHIT")
    kind = answer.json()["__type"]
    assert kind in ("SerializationException", "ValidationException")
    check(answer, 400, kind)


def test_body_of_two_megabytes(server):
    """A body beyond the limit gets an answer, not a broken connection."""
    answer = server.raw({"HITId": UNKNOWN, "Padding": "x" * 2_000_000}, "GetHIT")
    assert answer.status in (400, 413)
    check(answer, answer.status, answer.json()["__type"])


def test_body_shorter_than_announced(server):
    """A client that goes away in the middle of its body harms nobody."""
    with socket.create_connection((server.host, server.port)) as connection:
        connection.sendall(
            b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100\r\n"
            b"X-Amz-Target: MTurkRequesterServiceV20170117.GetHIT\r\n\r\n{"
        )


def test_not_http_at_all(server):
    """Bytes that are no HTTP end that connection only."""
    with socket.create_connection((server.host, server.port), timeout=60) as connection:
        connection.sendall(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n")
        connection.shutdown(socket.SHUT_WR)
        with suppress(ConnectionResetError):
            while connection.recv(4096):
                pass


# --- the model's constraints -------------------------------------------------------------------

LIST = "ListAssignmentsForHIT"
PATTERN = "Member must satisfy regular expression pattern: ^[A-Z0-9]+$"
CONSTRAINTS = [
    ("GetHIT", {}, NOT_NULL % "hITId"),
    ("GetHIT", {"HITId": None}, NOT_NULL % "hITId"),
    ("GetHIT", {"HITId": "3abc"}, BAD % ("3abc", "hITId", PATTERN)),
    ("GetHIT", {"HITId": "3É"}, BAD % ("3É", "hITId", PATTERN)),
    (
        "GetHIT",
        {"HITId": "3" * 65},
        BAD % ("3" * 65, "hITId", "Member must have length less than or equal to 64"),
    ),
    (
        LIST,
        {"HITId": UNKNOWN, "MaxResults": 101},
        BAD % (101, "maxResults", "Member must have value less than or equal to 100"),
    ),
    (
        LIST,
        {"HITId": UNKNOWN, "MaxResults": 0},
        BAD % (0, "maxResults", "Member must have value greater than or equal to 1"),
    ),
    (
        LIST,
        {"HITId": UNKNOWN, "NextToken": ""},
        BAD % ("", "nextToken", "Member must have length greater than or equal to 1"),
    ),
    (
        "ListReviewableHITs",
        {"Status": "Disposed"},
        BAD
        % ("Disposed", "status", "Member must satisfy enum value set: [Reviewable, Reviewing]"),
    ),
    ("CreateHIT", HIT_MEMBERS | {"Reward": "0.9752"}, BAD % ("0.9752", "reward", AMOUNT)),
    ("CreateHIT", HIT_MEMBERS | {"Reward": "$5"}, BAD % ("$5", "reward", AMOUNT)),
    ("CreateHIT", HIT_MEMBERS | {"Reward": ".20"}, BAD % (".20", "reward", AMOUNT)),
    ("RejectAssignment", {"AssignmentId": UNKNOWN}, NOT_NULL % "requesterFeedback"),
]


@pytest.mark.parametrize("operation, body, sentence", CONSTRAINTS)
def test_constraint_of_the_model(server, operation, body, sentence):
    """Each broken constraint is told in the service's sentence."""
    got = check(server.raw(body, operation), 400, "ValidationException")
    assert got["message"] == COUNT % (1, "") + sentence


def test_several_constraints_in_one_answer(server):
    """All that is wrong is told at once, and counted."""
    got = check(server.raw({}, "CreateHIT"), 400, "ValidationException")["message"]
    assert got.startswith(COUNT % (5, "s"))
    required = "lifetimeInSeconds assignmentDurationInSeconds reward title description".split()
    for member in required:
        assert NOT_NULL % member in got
    assert got.count("; Value null at ") == 4


def test_unknown_status_in_a_list(server):
    """An enum inside a list names the list and the values that there are."""
    body = {"HITId": UNKNOWN, "AssignmentStatuses": ["Submitted", "Bogus"]}
    got = check(server.raw(body, LIST), 400, "ValidationException")["message"]
    assert got.startswith(COUNT % (1, "") + "Value '") and "'assignmentStatuses" in got
    assert "Member must satisfy enum value set: [" in got


def operations():
    """The operations that botocore knows."""
    return botocore.session.Session().get_service_model("mturk").operation_names


@pytest.mark.parametrize("operation", operations())
def test_every_operation_of_the_model_is_known(server, operation):
    """An empty request is served or refused by name; no operation is unknown or a fault."""
    answer = server.raw({}, operation)
    if answer.status == 200:
        answer.json()
        return
    assert answer.status == 400
    assert answer.json()["__type"] in KINDS


# --- errors of the service itself ---------------------------------------------------------------


def test_request_error_on_the_wire(server):
    """A RequestError: its three members, capital M, the sandbox's suffix."""
    body = check(server.raw({"HITId": UNKNOWN}, "GetHIT"), 400, "RequestError")
    assert body["TurkErrorCode"] == "AWS.MechanicalTurk.HITDoesNotExist"
    assert re.fullmatch(rf"Hit {UNKNOWN} does not exist\. \(\d{{13}} s\)", body["Message"])


def test_production_has_another_suffix():
    """In production the suffix has no `s`."""
    with launch("--profile", "production") as server:
        message = server.raw({"HITId": UNKNOWN}, "GetHIT").json()["Message"]
    assert re.fullmatch(rf"Hit {UNKNOWN} does not exist\. \(\d{{13}}\)", message)


def test_a_connection_serves_many_requests(server):
    """An error does not cost the client its connection, or tells that it does."""
    connection = http.client.HTTPConnection(server.host, server.port, timeout=60)
    headers = {"Content-Type": "application/x-amz-json-1.1"}
    for operation in ("GetHIT", "GetAccountBalance", "NoSuchOperation", "GetAccountBalance"):
        headers["X-Amz-Target"] = TARGET + operation
        connection.request("POST", "/", b"{}", headers)
        answer = connection.getresponse()
        answer.read()
        assert answer.status == (200 if operation == "GetAccountBalance" else 400)
    connection.close()

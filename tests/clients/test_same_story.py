"""Four stories, told by every client: boto3, AWS CLI 1 and 2, the SDKs for JavaScript and Rust."""

import base64
from contextlib import contextmanager
from datetime import datetime

import pytest

from harness import EXTERNAL, SANDBOX_SUFFIX, UNKNOWN, ControlError, access_key, worker_id
from tellers import TELLERS, Refused, tellers_of

SUBMITTED_ONLY = "This operation can be called with a status of: Submitted"
NO_QUALIFICATION = "You requested a Qualification that does not exist."


def pytest_generate_tests(metafunc):
    """Each story is told by its clients."""
    if "callers" in metafunc.fixturenames:
        metafunc.parametrize("callers", tellers_of(metafunc.function.__name__), indirect=True)


@pytest.fixture
def callers(request, server):
    """Two requesters nobody has seen before, each with a function that does one operation."""
    teller = TELLERS[request.param]
    with teller(server, access_key()) as owner, teller(server, access_key()) as stranger:
        yield owner, stranger


@pytest.fixture
def call(callers):
    """Does one operation as the requester whose story it is."""
    return callers[0]


@pytest.fixture
def stranger(callers):
    """Does one operation as somebody else, with the same client."""
    return callers[1]


@pytest.fixture
def workers():
    """Three workers nobody has seen before."""
    return [worker_id() for _ in range(3)]


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


def paged(call, operation, items, size, **asked):
    """Everything in a list, in pages of `size`; every page but the empty last one has a token."""
    listed, token = [], {}
    while True:
        page = call(operation, **asked, MaxResults=size, **token)
        assert page["NumResults"] == len(page[items]) <= size
        assert bool(page.get("NextToken")) == bool(page[items])
        if not page[items]:
            return listed
        listed += page[items]
        token = {"NextToken": page["NextToken"]}


# --- the stories ----------------------------------------------------------------------------------


def test_story(call, stranger, server, workers):
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

    made = [server.submit(hit_id, worker)["AssignmentId"] for worker in workers]
    listed = paged(call, "ListAssignmentsForHIT", "Assignments", 2, HITId=hit_id)
    assert [work["AssignmentId"] for work in listed] == made
    assert [work["WorkerId"] for work in listed] == workers
    assert all("<FreeText>cat</FreeText>" in work["Answer"] for work in listed)
    assert all(seconds(work["SubmitTime"]) > 1e9 for work in listed)

    bonus = {"WorkerId": workers[0], "AssignmentId": made[0], "BonusAmount": "1.50"}
    for operation in ("GetHIT", "ListAssignmentsForHIT"):
        with refused(f"Hit {hit_id} does not exist."):
            stranger(operation, HITId=hit_id)
    with refused(f"Assignment {made[0]} does not exist."):
        stranger("ApproveAssignment", AssignmentId=made[0])
    with refused(f"Assignment {made[0]} does not exist."):
        stranger("SendBonus", **bonus, Reason="Not mine")
    assert stranger("ListHITs")["NumResults"] == 0

    call("ApproveAssignment", AssignmentId=made[0], RequesterFeedback="Thanks")
    call("RejectAssignment", AssignmentId=made[1], RequesterFeedback="No label")
    with refused(SUBMITTED_ONLY, "InvalidAssignmentState"):
        call("ApproveAssignment", AssignmentId=made[0])
    with refused(f"Hit {UNKNOWN} does not exist."):
        call("GetHIT", HITId=UNKNOWN)

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
    with refused(NO_QUALIFICATION):
        stranger("GetQualificationScore", **of_worker)
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


def test_people(call, stranger, server, workers):
    """Workers ask for a qualification, one is blocked and let in again, and there is mail."""
    type_id = call(
        "CreateQualificationType",
        Name="Careful",
        Description="Takes care",
        QualificationTypeStatus="Active",
    )["QualificationType"]["QualificationTypeId"]
    of_type = {"QualificationTypeId": type_id}
    with refused(f"QualificationType [{type_id}] does not exist."):
        stranger("UpdateQualificationType", **of_type, Description="Not mine")
    call("UpdateQualificationType", **of_type, Description="Takes great care")
    for teller in (call, stranger):
        shown = teller("GetQualificationType", **of_type)["QualificationType"]
        assert shown["Description"] == "Takes great care"
    types = {"MustBeRequestable": True, "MustBeOwnedByCaller": True}
    listed = paged(call, "ListQualificationTypes", "QualificationTypes", 1, **types)
    assert [one["QualificationTypeId"] for one in listed] == [type_id]
    assert stranger("ListQualificationTypes", **types)["NumResults"] == 0
    for worker in workers:
        path = f"/_mturk/workers/{worker}/qualifications/{type_id}/request"
        assert server.control("POST", path)["State"] == "Pending"
    asked = paged(call, "ListQualificationRequests", "QualificationRequests", 2)
    assert [one["WorkerId"] for one in asked] == workers
    first, second, third = (one["QualificationRequestId"] for one in asked)
    assert stranger("ListQualificationRequests")["NumResults"] == 0
    with refused(f"QualificationRequest {first} does not exist."):
        stranger("AcceptQualificationRequest", QualificationRequestId=first)
    call("AcceptQualificationRequest", QualificationRequestId=first, IntegerValue=3)
    call("AcceptQualificationRequest", QualificationRequestId=second)
    call("RejectQualificationRequest", QualificationRequestId=third, Reason="Not yet")
    found = paged(call, "ListWorkersWithQualificationType", "Qualifications", 1, **of_type)
    assert [(one["WorkerId"], one["IntegerValue"]) for one in found] == [
        (workers[1], 1),
        (workers[0], 3),
    ]
    with refused(f"QualificationType [{type_id}] does not exist."):
        stranger("ListWorkersWithQualificationType", **of_type)

    hit = {
        "Title": "With care",
        "Description": "For some",
        "Reward": "0.05",
        "MaxAssignments": 3,
        "LifetimeInSeconds": 3600,
        "AssignmentDurationInSeconds": 600,
        "Question": EXTERNAL,
    }
    foreign = stranger("CreateHIT", **hit)["HIT"]["HITId"]
    hit["QualificationRequirements"] = [of_type | {"Comparator": "Exists"}]
    hit_id = call("CreateHIT", **hit)["HIT"]["HITId"]
    requiring = paged(call, "ListHITsForQualificationType", "HITs", 1, **of_type)
    assert [one["HITId"] for one in requiring] == [hit_id]
    assert stranger("ListHITsForQualificationType", **of_type)["NumResults"] == 0
    call("CreateWorkerBlock", WorkerId=workers[1], Reason="Guesses")
    blocks = paged(call, "ListWorkerBlocks", "WorkerBlocks", 1)
    assert blocks == [{"WorkerId": workers[1], "Reason": "Guesses"}]
    assert stranger("ListWorkerBlocks")["NumResults"] == 0
    stranger("DeleteWorkerBlock", WorkerId=workers[1])
    work = server.submit(hit_id, workers[0])["AssignmentId"]
    for worker, code in ((workers[1], "WorkerBlocked"), (workers[2], "DoesNotMeetRequirements")):
        with pytest.raises(ControlError) as told:
            server.submit(hit_id, worker)
        assert (told.value.status, told.value.code) == (422, code)
    server.submit(foreign, workers[1])
    call("DeleteWorkerBlock", WorkerId=workers[1], Reason="Learnt")
    server.submit(hit_id, workers[1])

    call("ApproveAssignment", AssignmentId=work)
    mail = {"Subject": f"To {work}", "MessageText": "Well done", "WorkerIds": workers}
    for teller, unknown in ((call, workers[1:]), (stranger, workers)):
        statuses = teller("NotifyWorkers", **mail)["NotifyWorkersFailureStatuses"]
        assert [status["WorkerId"] for status in statuses] == unknown
        assert {status["NotifyWorkersFailureCode"] for status in statuses} == {"HardFailure"}
    messages = server.control("GET", "/_mturk/messages?limit=1000")["Messages"]
    sent = [message for message in messages if message["Subject"] == mail["Subject"]]
    assert [message["WorkerId"] for message in sent] == workers[:1]


def test_policies(call, stranger, server, workers):
    """A policy decides on work, the HIT is reviewed, and somebody is told of it."""
    score = {"Key": "ApproveIfKnownAnswerScoreIsAtLeast", "Values": ["100"]}
    reject = {"Key": "RejectIfKnownAnswerScoreIsLessThan", "Values": ["100"]}
    key = {"Key": "AnswerKey", "MapEntries": [{"Key": "label", "Values": ["cat"]}]}
    policy = {"PolicyName": "ScoreMyKnownAnswers/2011-09-01", "Parameters": [key, score, reject]}
    hit = call(
        "CreateHIT",
        Title="Known",
        Description="The answers are known",
        Reward="0.05",
        MaxAssignments=2,
        LifetimeInSeconds=3600,
        AssignmentDurationInSeconds=600,
        Question=EXTERNAL,
        AssignmentReviewPolicy=policy,
    )["HIT"]
    hit_id = hit["HITId"]
    values = {"Title": "Well known", "Description": "Dearer", "Reward": "0.10"}
    of_type = call("CreateHITType", **values, AssignmentDurationInSeconds=600)
    of_type = {"HITTypeId": of_type["HITTypeId"]}
    with refused(f"Hit {hit_id} does not exist."):
        stranger("UpdateHITTypeOfHIT", HITId=hit_id, **of_type)
    call("UpdateHITTypeOfHIT", HITId=hit_id, **of_type)
    assert call("GetHIT", HITId=hit_id)["HIT"]["Title"] == "Well known"
    queue = {
        "Destination": f"http://sqs.example/000000000000/{hit_id}",
        "Transport": "SQS",
        "Version": "2014-08-15",
        "EventTypes": ["AssignmentSubmitted", "AssignmentRejected"],
    }
    call("UpdateNotificationSettings", **of_type, Notification=queue, Active=True)
    call("SendTestEventNotification", Notification=queue, TestEventType="Ping")
    call("CreateAdditionalAssignmentsForHIT", HITId=hit_id, NumberOfAdditionalAssignments=1)
    for operation in ("CreateAdditionalAssignmentsForHIT", "ListReviewPolicyResultsForHIT"):
        more = {"NumberOfAdditionalAssignments": 1} if operation.startswith("Create") else {}
        with refused(f"Hit {hit_id} does not exist."):
            stranger(operation, HITId=hit_id, **more)

    answers = ("cat", "dog", "cat")
    made = [
        server.submit(hit_id, worker, {"label": answer})["AssignmentId"]
        for worker, answer in zip(workers, answers, strict=True)
    ]
    works = [call("GetAssignment", AssignmentId=one)["Assignment"] for one in made]
    assert [one["AssignmentStatus"] for one in works] == ["Approved", "Rejected", "Approved"]
    with refused(f"Assignment {made[0]} does not exist."):
        stranger("GetAssignment", AssignmentId=made[0])
    report = call("ListReviewPolicyResultsForHIT", HITId=hit_id)["AssignmentReviewReport"]
    actions = [(one["ActionName"], one["Status"]) for one in report["ReviewActions"]]
    decided = ("approve", "reject", "approve")
    assert actions == [(name, "Succeeded") for then in decided for name in ("review", then)]
    scores = [one for one in report["ReviewResults"] if one["Key"] == "KnownAnswerScore"]
    assert [one["Value"] for one in scores] == ["100", "0", "100"]

    assert [one["HITId"] for one in paged(call, "ListReviewableHITs", "HITs", 1)] == [hit_id]
    call("UpdateHITReviewStatus", HITId=hit_id)
    (only,) = paged(call, "ListHITs", "HITs", 1)
    assert (only["HITId"], only["HITStatus"]) == (hit_id, "Reviewing")
    with refused(f"Hit {hit_id} does not exist."):
        stranger("DeleteHIT", HITId=hit_id)
    events = server.control("GET", f"/_mturk/events?HITId={hit_id}")["Events"]
    told = [one["EventType"] for one in events if "Delivery" in one]
    assert told == ["AssignmentSubmitted", "AssignmentSubmitted", "AssignmentRejected"] + [
        "AssignmentSubmitted"
    ]


def test_file(call, stranger, server, workers):
    """A worker's file is fetched by the link that its requester gets, and nobody else."""
    values = {"Title": "Hum", "Description": "A tune", "Reward": "0.10"}
    values |= {"AssignmentDurationInSeconds": 600, "LifetimeInSeconds": 3600}
    hit_id = call("CreateHIT", **values, MaxAssignments=3, Question=EXTERNAL)["HIT"]["HITId"]
    made = [server.submit(hit_id, worker)["AssignmentId"] for worker in workers]
    files = [
        {
            "AssignmentId": work,
            "QuestionIdentifier": "song",
            "UploadedFileKey": f"K{work}",
            "Content": base64.b64encode(work.encode()).decode(),
        }
        for work in made
    ]
    server.control("POST", "/_mturk/world", {"UploadedFiles": files})
    for work in made:
        of_file = {"AssignmentId": work, "QuestionIdentifier": "song"}
        with refused(f"Assignment {work} does not exist."):
            stranger("GetFileUploadURL", **of_file)
        url = call("GetFileUploadURL", **of_file)["FileUploadURL"]
        assert server.raw(method="GET", path=url.removeprefix(server.url)).body == work.encode()

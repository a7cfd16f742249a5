"""Qualifications as a boto3 program sees them: types, tests, requests, grants, requirements."""

import pytest

from harness import (
    UNKNOWN,
    ControlError,
    make_hit,
    refused,
    worker_id,
)

XSD = "http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas"
TEST = (
    f'<QuestionForm xmlns="{XSD}/2017-11-06/QuestionForm.xsd"><Question><QuestionIdentifier>q'
    "</QuestionIdentifier><QuestionContent><Text>2 + 2?</Text></QuestionContent>"
    "<AnswerSpecification><SelectionAnswer><Selections><Selection><SelectionIdentifier>four"
    "</SelectionIdentifier><Text>4</Text></Selection><Selection><SelectionIdentifier>five"
    "</SelectionIdentifier><Text>5</Text></Selection></Selections></SelectionAnswer>"
    "</AnswerSpecification></Question></QuestionForm>"
)
KEY = (
    f'<AnswerKey xmlns="{XSD}/2005-10-01/AnswerKey.xsd"><Question><QuestionIdentifier>q'
    "</QuestionIdentifier><AnswerOption><SelectionIdentifier>four</SelectionIdentifier>"
    "<AnswerScore>10</AnswerScore></AnswerOption></Question><QualificationValueMapping>"
    "<PercentageMapping><MaximumSummedScore>10</MaximumSummedScore></PercentageMapping>"
    "</QualificationValueMapping></AnswerKey>"
)


def make_type(client, name="Adds", **members):
    """Creates a qualification type: its id."""
    made = client.create_qualification_type(
        Name=name, Description="Can add", QualificationTypeStatus="Active", **members
    )
    return made["QualificationType"]["QualificationTypeId"]


def ask(server, worker, type_id, last="request", **body):
    """A worker asks for a qualification, or hands in its test."""
    path = f"/_mturk/workers/{worker}/qualifications/{type_id}/{last}"
    return server.control("POST", path, body or None)


def test_story_of_a_test_and_the_hit_behind_it(server, mturk):
    """A worker may work when the test is passed, and no longer when the grant is taken back."""
    type_id = make_type(mturk, Test=TEST, AnswerKey=KEY, TestDurationInSeconds=600)
    hit = make_hit(
        mturk,
        QualificationRequirements=[
            {
                "QualificationTypeId": type_id,
                "Comparator": "GreaterThanOrEqualTo",
                "IntegerValues": [100],
                "ActionsGuarded": "DiscoverPreviewAndAccept",
            }
        ],
    )
    good, bad = worker_id(), worker_id()
    for worker, answer, value in ((good, "four", 100), (bad, "five", 0)):
        asked = ask(server, worker, type_id)
        assert (asked["State"], asked["Test"]) == ("Test", TEST)
        done = ask(server, worker, type_id, "test", Answers={"q": answer})
        assert done == {"State": "Granted", "IntegerValue": value}
    server.accept(hit["HITId"], good)
    with pytest.raises(ControlError) as caught:
        server.accept(hit["HITId"], bad)
    assert caught.value.status == 422

    of_type = {"QualificationTypeId": type_id}
    score = mturk.get_qualification_score(**of_type, WorkerId=good)["Qualification"]
    assert (score["IntegerValue"], score["Status"]) == (100, "Granted")
    held = mturk.list_workers_with_qualification_type(**of_type)["Qualifications"]
    assert [one["WorkerId"] for one in held] == [bad, good]
    hits = mturk.list_hits_for_qualification_type(**of_type)["HITs"]
    assert [one["HITId"] for one in hits] == [hit["HITId"]]

    mturk.disassociate_qualification_from_worker(**of_type, WorkerId=good, Reason="late")
    granted = "This operation can be called with a status of: Granted"
    with refused("RequestError", "InvalidQualificationState", granted):
        mturk.get_qualification_score(**of_type, WorkerId=good)
    never = "You requested a Qualification that does not exist."
    with refused("RequestError", "QualificationDoesNotExist", never):
        mturk.get_qualification_score(**of_type, WorkerId=worker_id())

    mturk.delete_qualification_type(**of_type)
    again = "This operation can be called with a status of: Active,Inactive"
    with refused("RequestError", "InvalidQualificationTypeState", again):
        mturk.delete_qualification_type(**of_type)


def test_requests_are_paged_and_decided(server, mturk):
    """What workers ask for waits in a list; deciding on each page skips nobody."""
    type_id = make_type(mturk)
    workers = [worker_id() for _ in range(7)]
    asked = [ask(server, worker, type_id)["QualificationRequestId"] for worker in workers]
    pages = mturk.get_paginator("list_qualification_requests").paginate(
        QualificationTypeId=type_id, PaginationConfig={"PageSize": 2}
    )
    seen = []
    for page in pages:
        for request in page["QualificationRequests"]:
            seen.append(request["QualificationRequestId"])
            if request["WorkerId"] == workers[0]:
                mturk.reject_qualification_request(QualificationRequestId=seen[-1], Reason="no")
            else:
                mturk.accept_qualification_request(QualificationRequestId=seen[-1], IntegerValue=3)
    assert seen == asked
    held = mturk.get_paginator("list_workers_with_qualification_type").paginate(
        QualificationTypeId=type_id, Status="Granted", PaginationConfig={"PageSize": 4}
    )
    values = {one["WorkerId"]: one["IntegerValue"] for page in held for one in page["Qualifications"]}
    assert values == {worker: 3 for worker in workers[1:]}
    state = "This operation can be called with a status of: Submitted"
    with refused("RequestError", "InvalidQualificationRequestState", state):
        mturk.accept_qualification_request(QualificationRequestId=asked[0])


def test_types_are_found_by_any_part_of_their_name(mturk):
    """As recruiting programs look for the types of their studies."""
    for name in ("dlgr-1:First", "dlgr-1:First-second", "Other"):
        make_type(mturk, name)
    with refused("RequestError", "QualificationTypeAlreadyExists"):
        make_type(mturk, "Other")
    pages = mturk.get_paginator("list_qualification_types").paginate(
        Query="DLGR-1:FIRST",
        MustBeRequestable=True,
        MustBeOwnedByCaller=True,
        PaginationConfig={"PageSize": 1},
    )
    names = [one["Name"] for page in pages for one in page["QualificationTypes"]]
    assert names == ["dlgr-1:First", "dlgr-1:First-second"]
    everybody = mturk.get_paginator("list_qualification_types").paginate(MustBeRequestable=False)
    names = {one["Name"] for page in everybody for one in page["QualificationTypes"]}
    assert {"Masters", "Worker_Locale", "Worker_Adult", "Other"} <= names


def test_a_hit_requires_types_that_exist(server, mturk):
    """An unknown type is refused by name; another requester's may be required."""
    required = {"QualificationTypeId": UNKNOWN, "Comparator": "Exists"}
    unknown = f"QualificationType [{UNKNOWN}] does not exist."
    with refused("RequestError", "QualificationTypeDoesNotExist", unknown):
        make_hit(mturk, QualificationRequirements=[required])
    required["QualificationTypeId"] = make_type(server.client())
    make_hit(mturk, QualificationRequirements=[required])

"""The life of a HIT as one boto3 program sees it, counters and all."""

import re
from datetime import timedelta

import pytest

from harness import (
    EXTERNAL,
    HIT_MEMBERS,
    ControlError,
    all_assignments,
    get_hit,
    ids,
    make_hit,
    refused,
    state,
    worker_id,
)

SUBMITTED_ONLY = "This operation can be called with a status of: Submitted"
TYPE_MEMBERS = (
    "Title",
    "Description",
    "Keywords",
    "Reward",
    "AssignmentDurationInSeconds",
)
ANSWER = (
    '<?xml version="1.0" encoding="ASCII"?><QuestionFormAnswers xmlns="http://mechanicalturk.'
    "amazonaws.com/AWSMechanicalTurkDataSchemas/2005-10-01/QuestionFormAnswers.xsd\"><Answer>"
    "<QuestionIdentifier>label</QuestionIdentifier><FreeText>a &lt;b&gt; &amp; \"caf&#233;\" 'x'"
    "</FreeText></Answer><Answer><QuestionIdentifier>sure</QuestionIdentifier><FreeText>yes|very"
    "</FreeText></Answer></QuestionFormAnswers>"
)


def make_type(client, **members):
    """Creates a HIT type like that of `HIT_MEMBERS`: its id."""
    values = {name: HIT_MEMBERS[name] for name in TYPE_MEMBERS} | members
    return client.create_hit_type(**values)["HITTypeId"]


def test_story_from_hit_type_to_disposal(server, mturk):
    """Create, submit, list, approve, reject, override, extend, expire, delete: each step counts."""
    # A HIT type, and a HIT of it.
    type_id = make_type(mturk)
    hit = mturk.create_hit_with_hit_type(
        HITTypeId=type_id, MaxAssignments=3, LifetimeInSeconds=86400, Question=EXTERNAL
    )["HIT"]
    hit_id = hit["HITId"]
    assert hit["HITTypeId"] == type_id
    assert (hit["Title"], hit["Reward"]) == ("Label a picture", "0.05")
    assert state(mturk, hit_id) == ("Assignable", 3, 0, 0)

    # Work: one accepts, then submits; two come by.
    accepted = server.accept(hit_id, worker_id())
    assert state(mturk, hit_id) == ("Assignable", 2, 1, 0)
    assert all_assignments(mturk, hit_id) == []
    server.hand_in(accepted)
    assert state(mturk, hit_id) == ("Assignable", 2, 0, 0)
    server.submit(hit_id)
    server.submit(hit_id)
    assert state(mturk, hit_id) == ("Reviewable", 0, 0, 0)

    # The list, in pages of two.
    pages = list(
        mturk.get_paginator("list_assignments_for_hit").paginate(
            HITId=hit_id, AssignmentStatuses=["Submitted"], PaginationConfig={"PageSize": 2}
        )
    )
    assert [page["NumResults"] for page in pages] == [2, 1, 0]
    first, second, third = ids(a for page in pages for a in page["Assignments"])
    assert first == accepted

    # Review.
    mturk.approve_assignment(AssignmentId=first, RequesterFeedback="Thanks")
    mturk.reject_assignment(AssignmentId=second, RequesterFeedback="Not a label")
    assert state(mturk, hit_id) == ("Reviewable", 0, 0, 2)
    with refused("RequestError", "InvalidAssignmentState", SUBMITTED_ONLY):
        mturk.approve_assignment(AssignmentId=first)
    with refused("RequestError", "InvalidAssignmentState", SUBMITTED_ONLY):
        mturk.reject_assignment(AssignmentId=first, RequesterFeedback="")
    with refused("RequestError", "InvalidAssignmentState", SUBMITTED_ONLY):
        mturk.approve_assignment(AssignmentId=second)
    mturk.approve_assignment(AssignmentId=second, OverrideRejection=True)
    overridden = mturk.get_assignment(AssignmentId=second)["Assignment"]
    assert overridden["AssignmentStatus"] == "Approved"
    assert overridden["RejectionTime"] <= overridden["ApprovalTime"]
    assert state(mturk, hit_id) == ("Reviewable", 0, 0, 2)

    # Two more assignments reopen it; ten would be too many for a HIT of fewer.
    mturk.create_additional_assignments_for_hit(HITId=hit_id, NumberOfAdditionalAssignments=2)
    assert get_hit(mturk, hit_id)["MaxAssignments"] == 5
    assert state(mturk, hit_id) == ("Assignable", 2, 0, 2)
    with refused("RequestError", "InvalidMaximumAssignmentsIncrease"):
        mturk.create_additional_assignments_for_hit(HITId=hit_id, NumberOfAdditionalAssignments=5)

    # A day more.
    later = get_hit(mturk, hit_id)["Expiration"] + timedelta(days=1)
    mturk.update_expiration_for_hit(HITId=hit_id, ExpireAt=later)
    assert get_hit(mturk, hit_id)["Expiration"] == later

    # Expire: the place that nobody took stays counted, and unreviewed work forbids deletion.
    fourth = server.submit(hit_id)["AssignmentId"]
    assert state(mturk, hit_id) == ("Assignable", 1, 0, 2)
    with refused("RequestError", "InvalidHITState"):
        mturk.delete_hit(HITId=hit_id)
    mturk.update_expiration_for_hit(HITId=hit_id, ExpireAt=0)
    assert state(mturk, hit_id) == ("Reviewable", 1, 0, 2)
    with refused("RequestError"):
        mturk.delete_hit(HITId=hit_id)
    mturk.approve_assignment(AssignmentId=third)
    mturk.reject_assignment(AssignmentId=fourth, RequesterFeedback="Late")
    assert state(mturk, hit_id) == ("Reviewable", 1, 0, 4)

    # Delete.
    mturk.delete_hit(HITId=hit_id)
    assert get_hit(mturk, hit_id)["HITStatus"] == "Disposed"
    assert mturk.list_hits()["HITs"] == []
    with refused(
        "RequestError",
        "InvalidHITState",
        "This HIT is currently in the state 'Disposed'.  "
        "This operation can be called with a status of: Reviewing, Reviewable",
    ):
        mturk.delete_hit(HITId=hit_id)


def test_create_hit_and_get_hit_agree(mturk):
    """CreateHIT's answer has every member that GetHIT shows right after, with equal values."""
    hit = make_hit(mturk)
    assert hit == get_hit(mturk, hit["HITId"])
    for name in ("HITId", "HITTypeId", "HITGroupId"):
        assert re.fullmatch("3[A-Z0-9]{29}", hit[name]), name
    assert hit["HITTypeId"] != hit["HITGroupId"]
    assert hit["Question"] == EXTERNAL
    assert hit["QualificationRequirements"] == []
    assert hit["HITReviewStatus"] == "NotReviewed"
    assert hit["AutoApprovalDelayInSeconds"] == 2592000
    assert hit["Expiration"] - hit["CreationTime"] == timedelta(days=1)
    assert "RequesterAnnotation" not in hit


def test_requirements_come_back_in_both_spellings(mturk):
    """Each requirement is echoed with both ActionsGuarded and RequiredToPreview."""
    adult = {
        "QualificationTypeId": "00000000000000000060",
        "Comparator": "EqualTo",
        "IntegerValues": [1],
    }
    hit = make_hit(mturk, QualificationRequirements=[adult])
    assert hit["QualificationRequirements"] == [
        adult | {"ActionsGuarded": "Accept", "RequiredToPreview": False}
    ]


def test_same_type_values_same_type_and_group(server, mturk):
    """A HIT type is its values: per requester, and CreateHIT finds it too."""
    type_id = make_type(mturk, AutoApprovalDelayInSeconds=2592000)
    assert make_type(mturk) == type_id
    assert make_type(mturk, Title="Another") != type_id
    assert make_type(server.client()) != type_id
    one, two = make_hit(mturk), make_hit(mturk, MaxAssignments=1)
    assert one["HITTypeId"] == two["HITTypeId"] == type_id
    assert one["HITGroupId"] == two["HITGroupId"]


def test_unique_request_token_makes_one_hit(server, mturk):
    """A repeated token is refused with the name of the first HIT; another requester may use it."""
    token = "otree_session"
    hit = make_hit(mturk, UniqueRequestToken=token)
    message = f'The HIT with ID "{hit["HITId"]}" already exists.'
    with refused("RequestError", "HitAlreadyExists", message):
        make_hit(mturk, UniqueRequestToken=token)
    make_hit(server.client(), UniqueRequestToken=token)
    assert mturk.list_hits()["NumResults"] == 1


def test_assignment_has_the_answer_and_the_times(server, mturk):
    """The answer XML is built byte for byte, and times appear when they mean something."""
    hit_id = make_hit(mturk, AutoApprovalDelayInSeconds=3600)["HITId"]
    worker = worker_id()
    answers = {"label": "a <b> & \"café\" 'x'", "sure": ["yes", "very"]}
    made = server.submit(hit_id, worker, answers)
    listed = all_assignments(mturk, hit_id)[0]
    got = mturk.get_assignment(AssignmentId=made["AssignmentId"])
    assert got["Assignment"] == listed
    assert got["HIT"]["HITId"] == hit_id
    assert (listed["WorkerId"], listed["HITId"]) == (worker, hit_id)
    assert listed["AssignmentStatus"] == "Submitted"
    assert listed["Answer"] == ANSWER
    assert listed["AcceptTime"] <= listed["SubmitTime"]
    assert listed["AutoApprovalTime"] - listed["SubmitTime"] == timedelta(hours=1)
    for absent in ("ApprovalTime", "RejectionTime", "RequesterFeedback"):
        assert absent not in listed
    mturk.approve_assignment(AssignmentId=made["AssignmentId"], RequesterFeedback="Good")
    approved = all_assignments(mturk, hit_id, AssignmentStatuses=["Approved"])[0]
    assert approved["RequesterFeedback"] == "Good"
    assert approved["ApprovalTime"] >= approved["SubmitTime"]
    assert "RejectionTime" not in approved


def test_unsubmitted_work_is_invisible(server, mturk):
    """What is accepted but not submitted is refused in the service's own words."""
    accepted = server.accept(make_hit(mturk)["HITId"], worker_id())
    message = "This operation can be called with a status of: Reviewable,Approved,Rejected"
    with refused("RequestError", "InvalidAssignmentState", message):
        mturk.get_assignment(AssignmentId=accepted)
    message = "This operation can be called with a status of: null"
    with refused("RequestError", "InvalidAssignmentState", message):
        mturk.approve_assignment(AssignmentId=accepted)


def test_expired_hit_waits_for_pending_work(server, mturk):
    """Who accepted before the expiry may still submit; only then is the HIT Reviewable."""
    hit_id = make_hit(mturk, MaxAssignments=2)["HITId"]
    accepted = server.accept(hit_id, worker_id())
    mturk.update_expiration_for_hit(HITId=hit_id, ExpireAt="2015-01-01T00:00:00Z")
    assert state(mturk, hit_id) == ("Unassignable", 1, 1, 0)
    server.hand_in(accepted)
    assert state(mturk, hit_id) == ("Reviewable", 1, 0, 0)


def test_all_places_taken_then_one_returned(server, mturk):
    """A HIT without a free place is Unassignable, and Assignable again after a return."""
    hit_id = make_hit(mturk, MaxAssignments=2)["HITId"]
    server.submit(hit_id)
    accepted = server.accept(hit_id, worker_id())
    assert state(mturk, hit_id) == ("Unassignable", 0, 1, 0)
    server.control("POST", f"/_mturk/assignments/{accepted}/return")
    assert state(mturk, hit_id) == ("Assignable", 1, 0, 0)


def test_unworked_hit_is_deleted_right_after_expiry(mturk):
    """ExpireAt in the past makes an unworked HIT Reviewable at once, and DeleteHIT succeeds."""
    for past in (0, "2015-01-01T00:00:00Z"):
        hit_id = make_hit(mturk)["HITId"]
        mturk.update_expiration_for_hit(HITId=hit_id, ExpireAt=past)
        assert state(mturk, hit_id) == ("Reviewable", 3, 0, 0)
        mturk.delete_hit(HITId=hit_id)
        assert get_hit(mturk, hit_id)["HITStatus"] == "Disposed"


def test_same_expiration_twice_is_refused(mturk):
    """The service takes a repeated future ExpireAt for a request that it has processed."""
    hit = make_hit(mturk)
    later = hit["Expiration"] + timedelta(days=2)
    mturk.update_expiration_for_hit(HITId=hit["HITId"], ExpireAt=later)
    with refused("RequestError") as caught:
        mturk.update_expiration_for_hit(HITId=hit["HITId"], ExpireAt=later)
    assert "has already been processed." in str(caught.value)


def test_steps_of_expirations_are_counted(mturk):
    """A step of less than a minute from the present end is refused, as two users reported."""
    hit = make_hit(mturk)
    name, ends = "ExpirationIncrementInSeconds", "Valid values range from 60 to 31536000."
    for step in (11, -3600):
        at = hit["Expiration"] + timedelta(seconds=step)
        message = f"The value {step} is invalid for {name}. {ends}"
        with refused("ParameterValidationError", message=message):
            mturk.update_expiration_for_hit(HITId=hit["HITId"], ExpireAt=at)
    later = hit["Expiration"] + timedelta(seconds=60)
    mturk.update_expiration_for_hit(HITId=hit["HITId"], ExpireAt=later)


def test_review_status_goes_there_and_back(server, mturk):
    """UpdateHITReviewStatus moves Reviewable to Reviewing and back, and nothing else."""
    hit_id = make_hit(mturk, MaxAssignments=1)["HITId"]
    with refused("RequestError", "InvalidHITState"):
        mturk.update_hit_review_status(HITId=hit_id)
    server.submit(hit_id)
    mturk.update_hit_review_status(HITId=hit_id)
    assert state(mturk, hit_id)[0] == "Reviewing"
    assert get_hit(mturk, hit_id)["HITReviewStatus"] == "NotReviewed"
    with refused("RequestError", "InvalidHITState"):
        mturk.update_hit_review_status(HITId=hit_id)
    mturk.update_hit_review_status(HITId=hit_id, Revert=True)
    assert state(mturk, hit_id)[0] == "Reviewable"


def test_hit_changes_its_type_until_work_begins(server, mturk):
    """UpdateHITTypeOfHIT gives all properties of the new type, but not to a HIT with work."""
    hit_id = make_hit(mturk)["HITId"]
    other = make_type(mturk, Title="Dearer", Reward="1", AssignmentDurationInSeconds=60)
    mturk.update_hit_type_of_hit(HITId=hit_id, HITTypeId=other)
    hit = get_hit(mturk, hit_id)
    assert (hit["HITTypeId"], hit["Title"], hit["Reward"]) == (other, "Dearer", "1.00")
    assert hit["AssignmentDurationInSeconds"] == 60
    server.submit(hit_id)
    with refused("RequestError"):
        mturk.update_hit_type_of_hit(HITId=hit_id, HITTypeId=make_type(mturk))


def test_sandbox_balance_never_changes(mturk):
    """The sandbox shows 10000.00 whatever is promised."""
    make_hit(mturk, Reward="9", MaxAssignments=100)
    assert mturk.get_account_balance()["AvailableBalance"] == "10000.00"


@pytest.mark.parametrize(
    "call, member",
    [
        ("get_assignment", {}),
        ("approve_assignment", {}),
        ("reject_assignment", {"RequesterFeedback": "No"}),
    ],
)
def test_strangers_assignment_does_not_exist(server, mturk, call, member):
    """Another requester's assignment gets what an unknown one gets."""
    made = server.submit(make_hit(server.client())["HITId"])["AssignmentId"]
    for assignment_id in (made, "3" + "X" * 29):
        message = f"Assignment {assignment_id} does not exist."
        with refused("RequestError", "AssignmentDoesNotExist", message):
            getattr(mturk, call)(AssignmentId=assignment_id, **member)


def test_one_worker_one_assignment_per_hit(server, mturk):
    """A worker who has worked on a HIT is refused a second assignment of it."""
    hit_id = make_hit(mturk)["HITId"]
    worker = worker_id()
    server.submit(hit_id, worker)
    with pytest.raises(ControlError) as caught:
        server.submit(hit_id, worker)
    assert 400 <= caught.value.status < 500
    assert len(all_assignments(mturk, hit_id)) == 1

"""Time: a jump of the clock settles what falls due, each at its own instant."""

from datetime import timedelta

import pytest

from harness import (
    ControlError,
    all_assignments,
    get_hit,
    instant,
    launch,
    make_hit,
    refused,
    state,
    worker_id,
)

START = instant("2026-01-01T00:00:00Z")
FROZEN = ("--clock", "2026-01-01T00:00:00Z", "--freeze", "--seed", "1")


def test_frozen_clock_stands_still(frozen):
    """Everything of one frozen instant carries that instant."""
    client = frozen.client()
    hit = make_hit(client)
    assert hit["CreationTime"] == START
    frozen.submit(hit["HITId"])
    assert all_assignments(client, hit["HITId"])[0]["SubmitTime"] == START
    assert frozen.now() == START


def test_times_are_whole_seconds():
    """The clock has milliseconds, and no answer has."""
    with launch("--clock", "2026-01-01T00:00:00.789Z", "--freeze") as server:
        client = server.client()
        hit = make_hit(client)
        assert hit["CreationTime"] == START
        server.submit(hit["HITId"])
        server.advance("1500ms")
        server.submit(hit["HITId"])
        first, second = all_assignments(client, hit["HITId"])
        assert first["AcceptTime"] == first["SubmitTime"] == START
        assert second["SubmitTime"] == START + timedelta(seconds=2)
        assert "Deadline" not in first
        client.update_expiration_for_hit(HITId=hit["HITId"], ExpireAt=0)
        assert client.list_hits()["HITs"][0]["Expiration"] == START + timedelta(seconds=2)


def test_advance_answers_with_the_new_time(frozen):
    """The control API tells the instant and what was settled."""
    make_hit(frozen.client(), LifetimeInSeconds=60)
    answer = frozen.advance("30d")
    assert instant(answer["now"]) == START + timedelta(days=30) == frozen.now()
    assert answer["settled"] >= 1
    answer = frozen.control("POST", "/_mturk/clock", {"set": "2027-01-01T00:00:00Z"})
    assert instant(answer["now"]) == instant("2027-01-01T00:00:00Z")


def test_clock_started_elsewhere_runs_on():
    """With --clock alone the time begins there and goes on; freeze and resume change that."""
    with launch("--clock", "2030-05-05T12:00:00Z") as server:
        begun = instant("2030-05-05T12:00:00Z")
        created = make_hit(server.client())["CreationTime"]
        assert begun <= created < begun + timedelta(minutes=5)
        server.control("POST", "/_mturk/clock", {"freeze": True})
        assert server.now() == server.now()
        server.control("POST", "/_mturk/clock", {"resume": True})
        assert server.now() >= created


def test_hit_expires(frozen):
    """An unworked HIT is Reviewable after its lifetime, and its free places stay counted."""
    client = frozen.client()
    hit = make_hit(client, LifetimeInSeconds=3600)
    frozen.advance("59m")
    assert state(client, hit["HITId"]) == ("Assignable", 3, 0, 0)
    frozen.advance("30d")
    assert state(client, hit["HITId"]) == ("Reviewable", 3, 0, 0)
    assert get_hit(client, hit["HITId"])["Expiration"] == START + timedelta(hours=1)
    with pytest.raises(ControlError):
        frozen.accept(hit["HITId"], worker_id())
    assert client.list_reviewable_hits()["NumResults"] == 1


def test_deadline_abandons(frozen):
    """Who does not submit in time loses the assignment; the place is free again."""
    client = frozen.client()
    members = {"AssignmentDurationInSeconds": 60, "LifetimeInSeconds": 8640000}
    hit_id = make_hit(client, MaxAssignments=1, **members)["HITId"]
    accepted = frozen.accept(hit_id, worker_id())
    frozen.advance("59s")
    assert state(client, hit_id) == ("Unassignable", 0, 1, 0)
    frozen.advance("30d")
    assert state(client, hit_id) == ("Assignable", 1, 0, 0)
    with pytest.raises(ControlError) as caught:
        frozen.hand_in(accepted)
    assert 400 <= caught.value.status < 500
    frozen.submit(hit_id)
    assert state(client, hit_id) == ("Reviewable", 0, 0, 0)


def test_abandoned_after_expiry_makes_reviewable(frozen):
    """Expired with work pending is Unassignable until the worker's own deadline."""
    client = frozen.client()
    members = {"AssignmentDurationInSeconds": 7200, "LifetimeInSeconds": 3600}
    hit_id = make_hit(client, MaxAssignments=1, **members)["HITId"]
    frozen.advance("50m")
    frozen.accept(hit_id, worker_id())
    frozen.advance("1h")
    assert state(client, hit_id)[0] == "Unassignable"
    frozen.advance("61m")
    assert state(client, hit_id)[0] == "Reviewable"
    assert all_assignments(client, hit_id) == []


@pytest.mark.parametrize("delay, jump", [(0, "1s"), (259200, "30d"), (2592000, "30d")])
def test_auto_approval_at_its_own_instant(frozen, delay, jump):
    """What nobody reviews is approved when the delay is over, not when the clock was moved."""
    client = frozen.client()
    hit_id = make_hit(client, AutoApprovalDelayInSeconds=delay)["HITId"]
    frozen.submit(hit_id)
    frozen.advance(jump)
    approved = all_assignments(client, hit_id)[0]
    assert approved["AssignmentStatus"] == "Approved"
    assert approved["ApprovalTime"] == approved["AutoApprovalTime"]
    assert approved["AutoApprovalTime"] == START + timedelta(seconds=delay)
    assert get_hit(client, hit_id)["NumberOfAssignmentsCompleted"] == 1


def test_rejected_work_is_not_approved_later(frozen):
    """A decision stops the auto-approval, and is overridden within thirty days only."""
    client = frozen.client()
    hit_id = make_hit(client, AutoApprovalDelayInSeconds=3600)["HITId"]
    first, second = (frozen.submit(hit_id)["AssignmentId"] for _ in range(2))
    for assignment_id in (first, second):
        client.reject_assignment(AssignmentId=assignment_id, RequesterFeedback="No")
    frozen.advance("29d")
    client.approve_assignment(AssignmentId=first, OverrideRejection=True)
    frozen.advance("2d")
    with refused("RequestError"):
        client.approve_assignment(AssignmentId=second, OverrideRejection=True)
    statuses = [one["AssignmentStatus"] for one in all_assignments(client, hit_id)]
    assert statuses == ["Approved", "Rejected"]


def test_disposal_after_120_days(frozen):
    """A HIT that nobody deletes is disposed of 120 days after it was over."""
    client = frozen.client()
    hit_id = make_hit(client, LifetimeInSeconds=3600)["HITId"]
    frozen.submit(hit_id)
    frozen.advance("119d")
    assert state(client, hit_id) == ("Reviewable", 2, 0, 1)
    frozen.advance("40d")
    assert get_hit(client, hit_id)["HITStatus"] == "Disposed"
    assert client.list_hits()["HITs"] == []
    assert client.list_reviewable_hits()["HITs"] == []


def history(steps):
    """The state of one market after these jumps."""
    with launch(*FROZEN) as server:
        client = server.client("AKIDHISTORY")
        members = {"AutoApprovalDelayInSeconds": 432000, "AssignmentDurationInSeconds": 86400}
        hit_id = make_hit(client, LifetimeInSeconds=172800, MaxAssignments=4, **members)["HITId"]
        server.submit(hit_id, "A1FIRST000000")
        server.accept(hit_id, "A1SECOND00000")
        server.submit(hit_id, "A1THIRD000000")
        for step in steps:
            server.advance(step)
        return get_hit(client, hit_id), all_assignments(client, hit_id)


def test_one_jump_is_many_steps():
    """A jump of ten days leaves the same world, ids included, as ten days of one."""
    assert history(["10d"]) == history(["1d"] * 10)


def test_token_may_be_used_again_after_a_day(frozen):
    """A UniqueRequestToken counts for 24 hours."""
    client = frozen.client()
    make_hit(client, UniqueRequestToken="daily")
    frozen.advance("23h")
    with refused("RequestError", "HitAlreadyExists"):
        make_hit(client, UniqueRequestToken="daily")
    frozen.advance("2h")
    make_hit(client, UniqueRequestToken="daily")
    assert client.list_hits()["NumResults"] == 2

"""Pages: complete, in order, each once, and tokens that mean what they were given for."""

import base64
import re
from datetime import timedelta

import pytest

from harness import (
    all_assignments,
    get_hit,
    ids,
    launch,
    make_hit,
    postgres_url,
    refused,
    worker_id,
)

TOKEN = re.compile(r"p1:[A-Za-z0-9+/]{64}")


def worked_hit(server, client, count, **members):
    """A HIT with `count` submitted assignments: its id, and theirs in the order of submission."""
    hit_id = make_hit(client, **{"MaxAssignments": count + 100} | members)["HITId"]
    return hit_id, [server.submit(hit_id)["AssignmentId"] for _ in range(count)]


def pages_by_hand(call, **members):
    """All pages as a program without a paginator fetches them, the empty last one too."""
    pages = [call(**members)]
    while "NextToken" in pages[-1]:
        pages.append(call(NextToken=pages[-1]["NextToken"], **members))
        assert len(pages) < 100
    return pages


def refused_token(call, token, **members):
    """The token must be refused, with nothing listed."""
    with refused("RequestError", "InvalidParameterValue") as caught:
        call(NextToken=token, **members)
    assert "NextToken" in caught.value.response["Error"]["Message"]


# --- the form of a page ------------------------------------------------------------------------


@pytest.mark.parametrize("count, sizes", [(5, [2, 2, 1, 0]), (4, [2, 2, 0]), (0, [0])])
def test_token_on_each_page_but_the_empty_last(server, mturk, count, sizes):
    """NextToken stands on every non-empty page, each different; the empty page ends the list."""
    hit_id, made = worked_hit(server, mturk, count)
    pages = pages_by_hand(mturk.list_assignments_for_hit, HITId=hit_id, MaxResults=2)
    assert [page["NumResults"] for page in pages] == sizes
    assert [len(page["Assignments"]) for page in pages] == sizes
    tokens = [page["NextToken"] for page in pages[:-1]]
    assert len(set(tokens)) == len(tokens) == len(sizes) - 1
    assert all(TOKEN.fullmatch(token) for token in tokens)
    assert [a for page in pages for a in ids(page["Assignments"])] == made


def test_default_page_has_ten(server, mturk):
    """Without MaxResults a page has ten, and NumResults counts the page."""
    hit_id, made = worked_hit(server, mturk, 12)
    page = mturk.list_assignments_for_hit(HITId=hit_id)
    assert (page["NumResults"], ids(page["Assignments"])) == (10, made[:10])


def test_empty_page_is_whole_on_the_wire(server, mturk):
    """An empty list is an empty array and a zero, without a token."""
    hit_id = make_hit(server.client("test", "test"))["HITId"]
    answer = server.raw({"HITId": hit_id}, "ListAssignmentsForHIT")
    assert answer.json() == {"NumResults": 0, "Assignments": []}


def test_page_size_may_change_between_pages(server, mturk):
    """A token stands for a place in the list, not for a size of page."""
    hit_id, made = worked_hit(server, mturk, 8)
    listed, token = [], {}
    for size in (1, 3, 100):
        page = mturk.list_assignments_for_hit(HITId=hit_id, MaxResults=size, **token)
        listed += ids(page["Assignments"])
        token = {"NextToken": page["NextToken"]}
    assert listed == made


# --- boto3's paginator -------------------------------------------------------------------------


def test_paginator_page_size_max_items_and_starting_token(server, mturk):
    """PaginationConfig cuts where it says, and StartingToken goes on from there."""
    hit_id, made = worked_hit(server, mturk, 7)
    paginator = mturk.get_paginator("list_assignments_for_hit")
    for max_items in (3, 4):  # inside a page, and at its end
        config = {"PageSize": 2, "MaxItems": max_items}
        first = paginator.paginate(HITId=hit_id, PaginationConfig=config).build_full_result()
        assert ids(first["Assignments"]) == made[:max_items]
        config = {"PageSize": 2, "StartingToken": first["NextToken"]}
        rest = paginator.paginate(HITId=hit_id, PaginationConfig=config).build_full_result()
        assert ids(rest["Assignments"]) == made[max_items:]
        assert "NextToken" not in rest


def test_statuses_filter(server, mturk):
    """A filter lists what has that status; absent or empty, all three."""
    hit_id, made = worked_hit(server, mturk, 6)
    mturk.approve_assignment(AssignmentId=made[1])
    mturk.approve_assignment(AssignmentId=made[4])
    mturk.reject_assignment(AssignmentId=made[2], RequesterFeedback="No")
    wanted = {
        (): made,
        ("Submitted",): [made[0], made[3], made[5]],
        ("Approved",): [made[1], made[4]],
        ("Rejected",): [made[2]],
        ("Rejected", "Approved"): [made[1], made[2], made[4]],
        ("Submitted", "Approved", "Rejected"): made,
    }
    assert ids(all_assignments(mturk, hit_id)) == made
    for statuses, expected in wanted.items():
        for size in (1, 100):
            got = all_assignments(
                mturk,
                hit_id,
                AssignmentStatuses=list(statuses),
                PaginationConfig={"PageSize": size},
            )
            assert ids(got) == expected, statuses


# --- order -------------------------------------------------------------------------------------


def test_ties_are_broken_once_and_for_ever(frozen):
    """With the clock frozen all times are equal, and every page size lists the same order."""
    client = frozen.client()
    hit_id, made = worked_hit(frozen, client, 25)
    assignments = all_assignments(client, hit_id)
    assert len({assignment["SubmitTime"] for assignment in assignments}) == 1
    for size in (1, 3, 7, 100):
        listed = all_assignments(client, hit_id, PaginationConfig={"PageSize": size})
        assert ids(listed) == made, size


def test_order_is_by_submit_time(frozen):
    """Work that is entered with times of the past is listed by those times."""
    client = frozen.client()
    hit = make_hit(client, LifetimeInSeconds=864000, MaxAssignments=10)
    frozen.advance("2d")
    made = {}
    for hours in (5, 1, 4, 2, 3):
        submitted = hit["CreationTime"] + timedelta(hours=hours)
        accepted = submitted - timedelta(minutes=5)
        times = {"AcceptTime": accepted.isoformat(), "SubmitTime": submitted.isoformat()}
        made[hours] = frozen.submit(hit["HITId"], **times)["AssignmentId"]
    listed = all_assignments(client, hit["HITId"], PaginationConfig={"PageSize": 2})
    assert ids(listed) == [made[hours] for hours in sorted(made)]


@pytest.mark.parametrize("clock", ["running", "frozen"])
def test_work_submitted_while_paging_comes_at_the_end(server, request, clock):
    """Nothing is skipped or doubled when work arrives between pages, even in the same instant."""
    running = request.getfixturevalue("frozen") if clock == "frozen" else server
    client = running.client()
    hit_id, made = worked_hit(running, client, 4)
    listed, page = [], {"NextToken": None}
    while "NextToken" in page:
        token = {"NextToken": page["NextToken"]} if page["NextToken"] else {}
        page = client.list_assignments_for_hit(HITId=hit_id, MaxResults=2, **token)
        listed += ids(page["Assignments"])
        if len(made) < 9:
            made.append(running.submit(hit_id)["AssignmentId"])
    assert listed == made


def test_token_of_the_last_page_finds_what_came_later(server, mturk):
    """The token of a page that was the last one leads to work submitted since."""
    hit_id, _ = worked_hit(server, mturk, 1)
    token = mturk.list_assignments_for_hit(HITId=hit_id)["NextToken"]
    assert mturk.list_assignments_for_hit(HITId=hit_id, NextToken=token)["NumResults"] == 0
    later = server.submit(hit_id)["AssignmentId"]
    page = mturk.list_assignments_for_hit(HITId=hit_id, NextToken=token)
    assert ids(page["Assignments"]) == [later]


def test_approving_each_page_skips_nothing(server, mturk):
    """A program that approves page by page what it lists as Submitted meets all of it."""
    hit_id, made = worked_hit(server, mturk, 9)
    listed, token = [], {}
    while True:
        page = mturk.list_assignments_for_hit(
            HITId=hit_id, AssignmentStatuses=["Submitted"], MaxResults=2, **token
        )
        if not page["Assignments"]:
            break
        for assignment_id in ids(page["Assignments"]):
            mturk.approve_assignment(AssignmentId=assignment_id)
            listed.append(assignment_id)
        token = {"NextToken": page["NextToken"]}
    assert listed == made


# --- tokens that are not one's own -------------------------------------------------------------


def test_forged_tokens_are_refused(server, mturk):
    """No invented or altered token ever lists page one."""
    hit_id, _ = worked_hit(server, mturk, 3)
    call = mturk.list_assignments_for_hit
    token = call(HITId=hit_id, MaxResults=1)["NextToken"]
    altered = [
        token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1 :]
        for at in (3, 20, len(token) - 5)
    ]
    invented = ["2", "p1:", "p1:" + base64.b64encode(bytes(48)).decode(), "é" * 20, token + "A"]
    for forged in [*altered, *invented, token[:-4], token[3:], "p2" + token[2:], token.lower()]:
        refused_token(call, forged, HITId=hit_id)


def test_token_is_bound_to_hit_filter_operation_and_requester(server, mturk):
    """A token works where it was given, and nowhere else."""
    hit_id, _ = worked_hit(server, mturk, 3)
    other_hit, _ = worked_hit(server, mturk, 3)
    call = mturk.list_assignments_for_hit
    plain = call(HITId=hit_id, MaxResults=1)["NextToken"]
    filtered = call(HITId=hit_id, MaxResults=1, AssignmentStatuses=["Submitted"])["NextToken"]
    refused_token(call, plain, HITId=other_hit)
    refused_token(call, plain, HITId=hit_id, AssignmentStatuses=["Submitted"])
    refused_token(call, filtered, HITId=hit_id)
    refused_token(call, filtered, HITId=hit_id, AssignmentStatuses=["Approved"])
    refused_token(call, mturk.list_hits(MaxResults=1)["NextToken"], HITId=hit_id)
    refused_token(mturk.list_hits, plain)
    stranger = server.client()
    own_hit, _ = worked_hit(server, stranger, 3)
    refused_token(stranger.list_assignments_for_hit, plain, HITId=own_hit)
    refused_token(stranger.list_hits, mturk.list_hits(MaxResults=1)["NextToken"])


def test_strangers_hit_is_an_unknown_hit(server, mturk):
    """Another requester's HIT gets the answer of a HIT that never was, with a token too."""
    owner = server.client()
    foreign, _ = worked_hit(server, owner, 2)
    token = owner.list_assignments_for_hit(HITId=foreign, MaxResults=1)["NextToken"]
    for hit_id in (foreign, "3" + "Z" * 29):
        for members in ({}, {"AssignmentStatuses": ["Submitted"]}, {"NextToken": token}):
            message = f"Hit {hit_id} does not exist."
            with refused("RequestError", "HITDoesNotExist", message):
                mturk.list_assignments_for_hit(HITId=hit_id, **members)


# --- tokens and processes ----------------------------------------------------------------------


def test_tokens_survive_a_restart(kept, key):
    """On a kept database a token leads on after the server was stopped and started."""
    with launch(database=kept) as first:
        client = first.client(key)
        hit_id, made = worked_hit(first, client, 3)
        token = client.list_assignments_for_hit(HITId=hit_id, MaxResults=1)["NextToken"]
    with launch(database=kept) as second:
        client = second.client(key)
        page = client.list_assignments_for_hit(HITId=hit_id, NextToken=token)
        assert ids(page["Assignments"]) == made[1:]
        assert ids(all_assignments(client, hit_id)) == made


@pytest.mark.skipif(not postgres_url(), reason="several processes share PostgreSQL only")
def test_tokens_work_across_processes(kept, key):
    """Two servers on one database are one service: pages may come from either."""
    with launch(database=kept) as one, launch(database=kept) as two:
        hit_id, made = worked_hit(one, one.client(key), 4)
        token = one.client(key).list_assignments_for_hit(HITId=hit_id, MaxResults=1)["NextToken"]
        page = two.client(key).list_assignments_for_hit(HITId=hit_id, NextToken=token)
        assert ids(page["Assignments"]) == made[1:]


# --- the other lists ---------------------------------------------------------------------------


def hit_ids(client, operation, size, **members):
    """The HITs that a paginator lists, by their ids."""
    paginator = client.get_paginator(operation)
    pages = list(paginator.paginate(PaginationConfig={"PageSize": size}, **members))
    assert all(page["NumResults"] == len(page["HITs"]) for page in pages)
    assert all(TOKEN.fullmatch(page["NextToken"]) for page in pages[:-1])
    assert pages[-1]["NumResults"] == 0 and "NextToken" not in pages[-1]
    return [hit["HITId"] for page in pages for hit in page["HITs"]]


def test_list_hits_newest_first(frozen):
    """ListHITs pages through all HITs of the requester, the newest first, none disposed."""
    client = frozen.client()
    make_hit(frozen.client())
    made = []
    for _ in range(5):
        made.append(make_hit(client)["HITId"])
        frozen.advance("1s")
    for size in (1, 2, 5, 100):
        assert hit_ids(client, "list_hits", size) == made[::-1]
    client.update_expiration_for_hit(HITId=made[2], ExpireAt=0)
    client.delete_hit(HITId=made[2])
    assert hit_ids(client, "list_hits", 2) == [made[4], made[3], made[1], made[0]]
    assert client.list_hits()["HITs"][0] == get_hit(client, made[4])


def test_list_hits_of_one_instant(frozen):
    """HITs created in one instant are each listed once, whatever the page size."""
    client = frozen.client()
    made = {make_hit(client)["HITId"] for _ in range(7)}
    orders = {tuple(hit_ids(client, "list_hits", size)) for size in (1, 2, 3, 100)}
    assert len(orders) == 1
    assert sorted(orders.pop()) == sorted(made)


def test_list_reviewable_hits(server, mturk):
    """ListReviewableHITs pages by status and by type, and shows no other requester's HITs."""
    made = [make_hit(mturk, MaxAssignments=1) for _ in range(3)]
    other = make_hit(mturk, MaxAssignments=1, Title="Another type")
    make_hit(mturk)
    for hit in (*made, other):
        server.submit(hit["HITId"], worker_id())
    same_type = sorted(hit["HITId"] for hit in made)
    by_type = {"HITTypeId": made[0]["HITTypeId"]}
    call = "list_reviewable_hits"
    assert sorted(hit_ids(mturk, call, 2)) == sorted([*same_type, other["HITId"]])
    assert sorted(hit_ids(mturk, call, 2, **by_type)) == same_type
    assert hit_ids(mturk, call, 2, Status="Reviewing") == []
    mturk.update_hit_review_status(HITId=same_type[0])
    assert hit_ids(mturk, call, 2, Status="Reviewing") == same_type[:1]
    assert sorted(hit_ids(mturk, call, 1, Status="Reviewable", **by_type)) == same_type[1:]
    assert hit_ids(server.client(), call, 2, **by_type) == []
    assert all(list(hit) == ["HITId"] for hit in mturk.list_reviewable_hits()["HITs"])

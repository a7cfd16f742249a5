"""Two processes on one PostgreSQL: one market, whichever of them is asked."""

import random
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest
from botocore.exceptions import ClientError

from conftest import CREDENTIAL, KNOWN
from harness import (
    PATIENCE,
    ControlError,
    access_key,
    all_assignments,
    fresh_database,
    get_hit,
    ids,
    instant,
    launch,
    make_hit,
    postgres_url,
    refused,
    state,
    worker_id,
)
from test_process import together

pytestmark = pytest.mark.skipif(
    not postgres_url(), reason="a SQLite file has one process; runs on PostgreSQL"
)
SIGNATURE = "InvalidSignatureException"


@pytest.fixture(scope="module")
def both():
    """Two servers on one database, their clock real."""
    with fresh_database() as url:
        with launch(database=url) as one, launch(database=url) as other:
            yield one, other


@pytest.fixture
def frozen_both():
    """Two servers on one database of their own, whose clock stands still."""
    with fresh_database() as url:
        frozen = ("--clock", "2026-01-01T00:00:00Z", "--freeze")
        with launch(*frozen, database=url) as one, launch(database=url) as other:
            yield one, other


def clients_of(both, key=None):
    """One requester's clients, one for each server."""
    key = key or access_key()
    return [server.client(key) for server in both]


def test_the_same_requesters(both):
    """Each step of a HIT's life can go through the other process."""
    one, other = clients_of(both)
    hit = make_hit(one, MaxAssignments=2)
    assert get_hit(other, hit["HITId"]) == get_hit(one, hit["HITId"])
    accepted = both[1].accept(hit["HITId"], worker_id())
    assert state(one, hit["HITId"]) == ("Assignable", 1, 1, 0)
    both[0].hand_in(accepted)
    other.approve_assignment(AssignmentId=accepted)
    one.create_additional_assignments_for_hit(
        HITId=hit["HITId"], NumberOfAdditionalAssignments=1
    )
    assert state(other, hit["HITId"]) == ("Assignable", 2, 0, 1)
    assert make_hit(other)["HITTypeId"] == hit["HITTypeId"]
    assert all_assignments(one, hit["HITId"]) == all_assignments(other, hit["HITId"])


@pytest.mark.parametrize("_attempt", range(3))
def test_all_start_at_once_on_an_empty_database(_attempt):
    """Four processes make the tables and the world once, and are one market."""

    def begin(_):
        try:
            with launch("--fixture", "three-pages", database=url) as server:
                barrier.wait(PATIENCE)
                client = server.client("test", "test")
                hit = make_hit(client, MaxAssignments=1)
                barrier.wait(PATIENCE)
                return hit, client.list_hits()["NumResults"]
        except BaseException:
            barrier.abort()
            raise

    barrier = threading.Barrier(4)
    with fresh_database() as url:
        hits, counts = zip(*together(4, begin), strict=True)
    assert counts == (5, 5, 5, 5)
    assert len({hit["HITId"] for hit in hits}) == 4
    assert len({hit["HITTypeId"] for hit in hits}) == 1


def test_one_clock(frozen_both):
    """Frozen, moved and resumed on one, the clock is so on the other."""
    one, other = frozen_both
    assert one.now() == other.now() == instant("2026-01-01T00:00:00Z")
    other.advance("1d")
    assert one.now() == other.now() == instant("2026-01-02T00:00:00Z")
    with pytest.raises(ControlError, match="does not go back"):
        one.control("POST", "/_mturk/clock", {"set": "2026-01-01T12:00:00Z"})
    one.control("POST", "/_mturk/clock", {"resume": True})
    assert other.control("GET", "/_mturk/clock")["mode"] != "frozen"


def test_timers_are_settled_once(frozen_both):
    """Both jump at once over hundreds of timers: each takes place once, at its own instant."""
    one, other = clients_of(frozen_both)
    hits = [make_hit(one, MaxAssignments=4, AutoApprovalDelayInSeconds=3600) for _ in range(60)]
    for number, hit in enumerate(hits):
        for server in frozen_both:
            server.submit(hit["HITId"])
        frozen_both[number % 2].accept(hit["HITId"], worker_id())
    target = {"set": "2026-03-01T00:00:00Z"}
    answers = together(4, lambda n: frozen_both[n % 2].control("POST", "/_mturk/clock", target))
    assert {answer["now"] for answer in answers} == {answers[0]["now"]}
    for client in (one, other):
        for hit in hits:
            assert state(client, hit["HITId"]) == ("Reviewable", 2, 0, 2)
    for assignment in all_assignments(other, hits[0]["HITId"]):
        assert assignment["ApprovalTime"] == assignment["AutoApprovalTime"]
    frozen_both[0].advance("365d")
    assert one.list_hits()["HITs"] == other.list_hits()["HITs"] == []


def test_timer_of_the_other_falls_due(both):
    """A process settles what another one has set, and the reader sees it wherever it asks."""
    one, other = clients_of(both)
    hit_id = make_hit(one, AutoApprovalDelayInSeconds=1)["HITId"]
    both[0].submit(hit_id)
    end = time.monotonic() + PATIENCE
    while all_assignments(other, hit_id)[0]["AssignmentStatus"] != "Approved":
        assert time.monotonic() < end
        time.sleep(0.1)
    assert all_assignments(one, hit_id)[0]["AssignmentStatus"] == "Approved"


def test_page_token_goes_on_elsewhere(both):
    """A token from one process continues on the other, and stays bound to its requester."""
    clients = clients_of(both)
    hit_id = make_hit(clients[0], MaxAssignments=9)["HITId"]
    made = [both[number % 2].submit(hit_id)["AssignmentId"] for number in range(7)]
    seen, token, turn = [], {}, 0
    while True:
        page = clients[turn % 2].list_assignments_for_hit(HITId=hit_id, MaxResults=2, **token)
        seen += ids(page["Assignments"])
        turn += 1
        if "NextToken" not in page:
            break
        token = {"NextToken": page["NextToken"]}
    assert seen == made
    foreign = clients_of(both)[1]
    with pytest.raises(ClientError):
        foreign.list_assignments_for_hit(HITId=hit_id, MaxResults=2, **token)


def test_request_token_is_used_up_everywhere(both):
    """What one process has done, the other does not do again; of twenty at once one does it."""
    one, other = clients_of(both)
    make_hit(one, UniqueRequestToken="mine")
    with refused("RequestError", "HitAlreadyExists"):
        make_hit(other, UniqueRequestToken="mine")
    clients = clients_of(both)
    answers = together(20, lambda n: make_hit(clients[n % 2], UniqueRequestToken="same"))
    codes = Counter(answer.get("TurkErrorCode", "done") for answer in answers)
    assert codes == {"done": 1, "AWS.MechanicalTurk.HitAlreadyExists": 19}
    assert clients[1].list_hits()["NumResults"] == 1


def test_known_key_is_known_everywhere():
    """A credential that one process was started with is verified by the other, running one too."""
    with fresh_database() as url, launch("--auth", "strict", database=url) as early:
        with refused("UnrecognizedClientException"):
            early.client(*KNOWN).get_account_balance()
        with launch("--auth", "strict", *CREDENTIAL, database=url) as late:
            hit = make_hit(late.client(*KNOWN))
            end = time.monotonic() + PATIENCE
            while True:  # a process looks for new credentials once a second
                try:
                    assert get_hit(early.client(*KNOWN), hit["HITId"]) == hit
                    break
                except ClientError:
                    assert time.monotonic() < end
                    time.sleep(0.1)
            for server in (early, late):
                with refused(SIGNATURE):
                    server.client(KNOWN[0], "wrong").get_account_balance()


def test_one_goes_the_other_stays():
    """kill -9 of one process in the middle of its work leaves the other one at work."""
    with fresh_database() as url, launch(database=url) as stays:
        with launch(database=url) as goes:
            client, other = clients_of((stays, goes))
            hit_id = make_hit(other, MaxAssignments=1000)["HITId"]
            with ThreadPoolExecutor(4) as pool:
                working = [pool.submit(submit_until_gone, goes, hit_id) for _ in range(4)]
                time.sleep(0.5)
                goes.kill()
                made = sum((work.result() for work in working), [])
        stays.submit(hit_id)
        listed = ids(all_assignments(client, hit_id, PaginationConfig={"PageSize": 100}))
        assert set(made) <= set(listed)
        assert len(made) + 1 <= len(listed) <= len(made) + 5
        assert state(client, hit_id)[1:] == (1000 - len(listed), 0, 0)


def submit_until_gone(server, hit_id):
    """Submits until the server is gone: the ids of what was answered."""
    made = []
    try:
        while True:
            made.append(server.submit(hit_id)["AssignmentId"])
    except OSError:
        return made


# --- a crowd -----------------------------------------------------------------------------------

CLIENTS, STEPS = 8, 100


def test_eight_clients_on_both(both):
    """Eight clients create, submit, decide and list on both at once; every invariant holds."""
    key = access_key()
    world = SimpleNamespace(
        servers=both, key=key, hits=[], submitted=[], decided=Counter(), lists=0
    )
    clients = clients_of(both, key)
    world.hits += [make_hit(clients[n % 2], MaxAssignments=9)["HITId"] for n in range(3)]
    with ThreadPoolExecutor(CLIENTS) as pool:
        for work in [pool.submit(live, world, number) for number in range(CLIENTS)]:
            work.result()
    assert len(world.submitted) > CLIENTS and world.lists >= 1
    assert world.decided and max(world.decided.values()) == 1, "decided twice"
    found = set()
    for hit_id in world.hits:
        found |= check_hit(clients, hit_id, world)
    assert found == {made for _, made in world.submitted}
    for client in clients:
        pages = client.get_paginator("list_hits").paginate(PaginationConfig={"PageSize": 7})
        listed = [hit["HITId"] for page in pages for hit in page["HITs"]]
        assert sorted(listed) == sorted(world.hits)


def live(world, number):
    """One client: the same requester as the others, now on this process, now on that."""
    chance = random.Random(number)
    clients = clients_of(world.servers, world.key)
    for step in range(STEPS):
        at = chance.randrange(2)
        deed = chance.choice((create, submit, submit, decide, decide, decide, look))
        deed(world, world.servers[at], clients[at], chance, f"{number}-{step}")


def create(world, _server, client, chance, name):
    """A HIT with a token of its own."""
    hit = make_hit(client, MaxAssignments=chance.randint(1, 9), UniqueRequestToken=name)
    world.hits.append(hit["HITId"])


def submit(world, server, _client, chance, _name):
    """A worker comes by; the HIT may be full."""
    hit_id = chance.choice(world.hits)
    try:
        world.submitted.append((hit_id, server.submit(hit_id)["AssignmentId"]))
    except ControlError as refusal:
        assert refusal.status == 422, refusal


def decide(world, _server, client, chance, _name):
    """Approves or rejects one of the latest, which others may be at as well."""
    if not world.submitted:
        return
    _, assignment_id = chance.choice(world.submitted[-12:])
    try:
        if chance.random() < 0.7:
            client.approve_assignment(AssignmentId=assignment_id)
        else:
            client.reject_assignment(AssignmentId=assignment_id, RequesterFeedback="No")
    except ClientError as error:
        code = error.response.get("TurkErrorCode")
        assert code == "AWS.MechanicalTurk.InvalidAssignmentState", error
    else:
        world.decided[assignment_id] += 1


def look(world, _server, client, chance, _name):
    """Pages taken while work comes in are without gaps and doubles."""
    hit_id = chance.choice(world.hits)
    before = {made for hit, made in list(world.submitted) if hit == hit_id}
    listed = ids(all_assignments(client, hit_id, PaginationConfig={"PageSize": 2}))
    assert len(listed) == len(set(listed))
    assert before <= set(listed)
    world.lists += 1


def check_hit(clients, hit_id, world):
    """The HIT is the same on both; its counters are what its assignments say: their ids."""
    hits = [get_hit(client, hit_id) for client in clients]
    assert hits[0] == hits[1]
    work = [all_assignments(client, hit_id) for client in clients]
    assert work[0] == work[1]
    undecided = sum(one["AssignmentStatus"] == "Submitted" for one in work[0])
    available = hits[0]["MaxAssignments"] - len(work[0])
    decided = len(work[0]) - undecided
    assert state(clients[0], hit_id)[1:] == (available, 0, decided)
    assert sum(world.decided[one] for one in ids(work[0])) == decided
    return set(ids(work[0]))

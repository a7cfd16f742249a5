"""Robots, as programs meet them: HITs are done by themselves."""

import csv
import io
import json
import os
import subprocess
import time
from collections import Counter, defaultdict

import pytest

from harness import launch, make_hit, run_binary

PAGE = """<HTMLQuestion xmlns="http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2011-11-11/HTMLQuestion.xsd">
<HTMLContent><![CDATA[<!DOCTYPE html><html><body><form name="mturk_form" method="post"
action="https://www.mturk.com/mturk/externalSubmit"><input type="hidden" name="assignmentId" value="">
<input type="radio" name="label" value="cat">Cat<input type="radio" name="label" value="dog">Dog
<input type="submit"></form></body></html>]]></HTMLContent><FrameHeight>0</FrameHeight></HTMLQuestion>"""


@pytest.fixture(scope="module")
def server():
    with launch() as running:
        yield running


@pytest.fixture(autouse=True)
def fresh(server):
    server.control("POST", "/_mturk/reset", {})


def submitted(client, hit):
    return client.list_assignments_for_hit(HITId=hit["HITId"])["Assignments"]


def test_a_crowd_whose_work_takes_no_time_answers_at_once(server):
    client = server.client()
    script = {"Workers": 10, "WorkTime": {"Min": "0s"}, "Answers": {"label": ["cat", "cat", "dog"]}}
    server.control("POST", "/_mturk/robots", script)
    hit = make_hit(client, Question=PAGE, MaxAssignments=3)
    answers = [work["Answer"] for work in submitted(client, hit)]
    assert sorted("cat" in answer for answer in answers) == [False, True, True]


def test_robots_work_while_the_clock_runs(server):
    """Nobody advances it, and nobody asks: the server's own timers do it."""
    client = server.client()
    server.control("POST", "/_mturk/robots", {"Workers": 3, "WorkTime": {"Min": "100ms", "Max": "900ms"}})
    hit = make_hit(client, Question=PAGE, MaxAssignments=3)
    server.control("GET", f"/_mturk/wait?HITId={hit['HITId']}&submitted=3&timeout=20s")
    assert server.control("GET", "/_mturk/wait?idle=true&timeout=20s") == {"Idle": True}
    (crowd,) = server.control("GET", "/_mturk/robots")["Robots"]
    assert crowd["Progress"]["Submitted"] == 3
    assert crowd["Progress"]["AtWork"] == 0


def test_the_requester_api_does_not_tell(server):
    client = server.client()
    server.control("POST", "/_mturk/robots", {"Workers": 1, "WorkTime": {"Min": "0s"}})
    hit = make_hit(client, Question=PAGE, MaxAssignments=1)
    (work,) = submitted(client, hit)
    assert "Robot" not in work
    (worker,) = server.control("GET", "/_mturk/workers")["Workers"]
    assert worker == {"WorkerId": work["WorkerId"], "Masters": False, "Adult": False, "Robot": True}


def test_the_commands(server):
    endpoint = ["--endpoint", server.url]
    added = json.loads(run_binary("robots", "add", "Workers=2", "Name=some", *endpoint).stdout)["Robots"]
    assert [crowd["Workers"] for crowd in added] == [2]
    listed = json.loads(run_binary("robots", *endpoint).stdout)["Robots"]
    assert [crowd["Robot"] for crowd in listed] == [added[0]["Robot"]]
    assert json.loads(run_binary("robots", "clear", *endpoint).stdout) == {"Removed": 1}
    failed = run_binary("robots", "add", "Workers=0", *endpoint)
    assert failed.returncode == 1
    assert "Workers: must be between 1 and 100000" in failed.stderr


def test_labels(server):
    client = server.client()
    server.control("POST", "/_mturk/robots", {"Workers": 5, "WorkTime": {"Min": "0s"}, "Answers": {"label": "cat"}})
    hits = [make_hit(client, Question=PAGE, MaxAssignments=2)["HITId"] for _ in range(2)]
    printed = run_binary("dump", "--labels", "--endpoint", server.url).stdout
    rows = list(csv.DictReader(io.StringIO(printed)))
    assert [(row["task"], row["label"]) for row in rows] == [(hit, "cat") for hit in hits for _ in range(2)]


def test_a_jump_costs_little_more_than_the_same_work_by_the_control_api():
    """10,000 assignments by robots in one jump, and by accept and submit. Prints both times."""
    places, hits = 50, 20
    with launch("--freeze") as running:
        client = running.client()
        ids = [make_hit(client, Question=PAGE, MaxAssignments=places)["HITId"] for _ in range(hits)]
        begun = time.perf_counter()
        for hit in ids:
            for number in range(places):
                body = {"HITId": hit}
                taken = running.control("POST", f"/_mturk/workers/A1HAND{number:04}/accept", body)
                path = f"/_mturk/assignments/{taken['AssignmentId']}/submit"
                running.control("POST", path, {"Answers": {"label": "cat"}})
        by_hand = time.perf_counter() - begun
        ids = [make_hit(client, Question=PAGE, MaxAssignments=places)["HITId"] for _ in range(hits)]
        begun = time.perf_counter()
        running.control("POST", "/_mturk/robots", {"Workers": places})
        running.control("POST", "/_mturk/clock", {"advance": "1d"})
        by_robots = time.perf_counter() - begun
        assert running.control("GET", "/_mturk/wait?submitted=2000&timeout=1s")["Work"]["Submitted"] == 2000
    print(f"{places * hits} assignments: {by_hand:.2f} s by hand, {by_robots:.2f} s by robots")
    assert by_robots < 1.5 * by_hand


def majority(labels):
    """The most frequent label of each task."""
    return {task: Counter(given.values()).most_common(1)[0][0] for task, given in labels.items()}


def dawid_skene(labels, rounds=30):
    """The labels by Dawid and Skene's EM: each worker has a confusion matrix, which its agreement with others tells."""
    classes = sorted({label for given in labels.values() for label in given.values()})
    beliefs = {
        task: {label: sum(one == label for one in given.values()) / len(given) for label in classes}
        for task, given in labels.items()
    }
    for _ in range(rounds):
        shares = {label: sum(belief[label] for belief in beliefs.values()) for label in classes}
        errors = defaultdict(lambda: 0.01)
        for task, given in labels.items():
            for worker, label in given.items():
                for true in classes:
                    errors[worker, true, label] += beliefs[task][true]
        for task, given in labels.items():
            for true in classes:
                belief = shares[true]
                for worker, label in given.items():
                    belief *= errors[worker, true, label] / sum(errors[worker, true, one] for one in classes)
                beliefs[task][true] = belief
            total = sum(beliefs[task].values())
            beliefs[task] = {label: belief / total for label, belief in beliefs[task].items()}
    return {task: max(belief, key=belief.get) for task, belief in beliefs.items()}


# The share of right labels by majority vote and by Dawid-Skene, by seed: as computed here, and by crowd-kit, which
# decides differently where two labels have as many votes.
AGGREGATED = {1: (0.766, 0.84), 2: (0.788, 0.865), 3: (0.801, 0.862)}
BY_CROWD_KIT = {1: (0.771, 0.84), 2: (0.787, 0.864), 3: (0.777, 0.862)}

# A Python that has crowd-kit; see stage "crowd-kit" of tests/run.
CROWD_KIT = os.environ.get("MTURK_LOCAL_TEST_CROWD_KIT")
AGGREGATE = """
import json, sys
import pandas
from crowdkit.aggregation import DawidSkene, MajorityVote
answers = pandas.read_csv(sys.stdin)
print(json.dumps([by.fit_predict(answers).to_dict() for by in (MajorityVote(), DawidSkene(n_iter=100))]))
"""


def labels_of_the_crowd(seed):
    """The labels of the built-in world, as `dump --labels` prints them, and the right ones by task."""
    world = json.loads(run_binary("fixtures", "crowd").stdout)
    world["Robots"][0]["Seed"] = seed
    with launch("--freeze") as running:
        running.control("POST", "/_mturk/world", world)
        running.control("POST", "/_mturk/clock", {"advance": "1d"})
        printed = run_binary("dump", "--labels", "--endpoint", running.url).stdout
    return printed, {hit["HITId"]: json.loads(hit["RequesterAnnotation"])["gold"] for hit in world["HITs"]}


def check_shares(expected, gold, found):
    by_vote, by_model = (sum(labels[task] == gold[task] for task in gold) / len(gold) for labels in found)
    assert (by_vote, by_model) == pytest.approx(expected, abs=0.02)
    assert by_model > by_vote + 0.03


@pytest.mark.parametrize("seed", AGGREGATED)
def test_the_built_in_crowd_is_worth_aggregating(seed):
    printed, gold = labels_of_the_crowd(seed)
    labels = defaultdict(dict)
    for row in csv.DictReader(io.StringIO(printed)):
        labels[row["task"]][row["worker"]] = row["label"]
    assert [len(given) for given in labels.values()] == [5] * 1000
    check_shares(AGGREGATED[seed], gold, (majority(labels), dawid_skene(labels)))


@pytest.mark.skipif(not CROWD_KIT, reason="crowd-kit is not installed: tests/run crowd-kit")
@pytest.mark.parametrize("seed", BY_CROWD_KIT)
def test_crowd_kit_finds_the_model_above_the_vote(seed):
    printed, gold = labels_of_the_crowd(seed)
    done = subprocess.run([CROWD_KIT, "-c", AGGREGATE], input=printed, capture_output=True, text=True, check=True)
    check_shares(BY_CROWD_KIT[seed], gold, json.loads(done.stdout))

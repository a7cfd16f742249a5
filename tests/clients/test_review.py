"""Measures at the requester's desk are those that other programs compute."""

import csv
import http.cookiejar
import io
import itertools
import json
import os
import re
import subprocess
import urllib.parse
import urllib.request
from collections import Counter, defaultdict

import pytest

from harness import launch, run_binary

# A Python that has crowd-kit and krippendorff; see stage "crowd-kit" of tests/run.
CROWD_KIT = os.environ.get("MTURK_LOCAL_TEST_CROWD_KIT")
TYPE = "3CROWD00000000000000000000TYPE"
ALPHA = {
    "crowd_kit": """
import json, sys
import pandas
from crowdkit.metrics.data import alpha_krippendorff
print(json.dumps(float(alpha_krippendorff(pandas.read_csv(sys.stdin, dtype=str)))))
""",
    # Missing labels are no numbers; which number stands for which label does not matter.
    "krippendorff": """
import csv, json, sys
import krippendorff
rows = list(csv.DictReader(sys.stdin))
workers, tasks, labels = (sorted({row[name] for row in rows}) for name in ("worker", "task", "label"))
data = [[float("nan")] * len(tasks) for _ in workers]
for row in rows:
    data[workers.index(row["worker"])][tasks.index(row["task"])] = labels.index(row["label"])
print(json.dumps(float(krippendorff.alpha(data, level_of_measurement="nominal"))))
""",
}


class Desk:
    """A browser in which a requester was chosen."""

    def __init__(self, url, access_key):
        self.url = f"{url}/requester"
        cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self.opener = urllib.request.build_opener(cookies)
        token = re.search(r'name="csrf" value="([^"]*)"', self.get("/choose")).group(1)
        sent = urllib.parse.urlencode({"csrf": token, "key": access_key}).encode()
        self.opener.open(f"{self.url}/choose", sent).close()

    def get(self, path):
        with self.opener.open(self.url + path) as page:
            return page.read().decode()


@pytest.fixture(scope="module")
def measured():
    """The labels of the built-in crowd as a CSV, and what the desk says of them: agreement and alpha."""
    world = json.loads(run_binary("fixtures", "crowd").stdout)
    with launch("--freeze") as running:
        running.control("POST", "/_mturk/world", world)
        running.control("POST", "/_mturk/clock", {"advance": "1d"})
        printed = run_binary("dump", "--labels", "--endpoint", running.url).stdout
        page = Desk(running.url, "test").get(f"/types/{TYPE}/answers?measures=all")
    agreement, alpha = (float(value) for value in re.findall(r'<data value="([^"]+)"', page))
    return printed, agreement, alpha


def by_pairs(printed):
    """Agreement and alpha, pair by pair."""
    units = defaultdict(list)
    for row in csv.DictReader(io.StringIO(printed)):
        units[row["task"]].append(row["label"])
    pairs = [pair for labels in units.values() for pair in itertools.combinations(labels, 2)]
    agreement = sum(a == b for a, b in pairs) / len(pairs)
    compared = [labels for labels in units.values() if len(labels) > 1]
    counts = Counter(label for labels in compared for label in labels)
    number = counts.total()
    observed = sum(sum(a != b for a, b in itertools.permutations(of, 2)) / (len(of) - 1) for of in compared) / number
    by_chance = sum(a * b for a, b in itertools.permutations(counts.values(), 2)) / (number * (number - 1))
    return agreement, 1 - observed / by_chance


def test_measures_are_those_of_all_pairs(measured):
    printed, *found = measured
    assert found == pytest.approx(by_pairs(printed), abs=1e-9)


@pytest.mark.skipif(not CROWD_KIT, reason="crowd-kit is not installed: tests/run crowd-kit")
@pytest.mark.parametrize("package", ALPHA)
def test_others_compute_the_same_alpha(measured, package):
    printed, _, alpha = measured
    done = subprocess.run([CROWD_KIT, "-c", ALPHA[package]], input=printed, capture_output=True, text=True, check=True)
    assert alpha == pytest.approx(json.loads(done.stdout), abs=1e-9)

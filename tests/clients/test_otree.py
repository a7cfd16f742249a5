"""oTree, as PyPI has it, under `exec`: it signs its calls itself and names Amazon's hosts in its code.

MTURK_LOCAL_TEST_OTREE is the path of `otree`; see stage "otree" of tests/run.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from contextlib import closing, contextmanager
from pathlib import Path

import boto3
import pytest

from harness import PATIENCE, binary, clean_environment

OTREE = os.environ.get("MTURK_LOCAL_TEST_OTREE")

pytestmark = pytest.mark.skipif(not OTREE, reason="oTree is not installed: tests/run otree")

SETTINGS = """
SESSION_CONFIGS = [dict(name="survey", app_sequence=["survey"], num_demo_participants=1, mturk_hit_settings=dict(
    keywords=["bonus", "study"], title="A study", description="Answer one question", frame_height=500,
    template="survey/mturk.html", minutes_allotted_per_assignment=60, expiration_hours=24,
    qualification_requirements=[]))]
SESSION_CONFIG_DEFAULTS = dict(real_world_currency_per_point=1.00, participation_fee=0.50, doc="")
LANGUAGE_CODE, REAL_WORLD_CURRENCY_CODE, USE_POINTS = "en", "USD", False
ADMIN_USERNAME, ADMIN_PASSWORD, SECRET_KEY = "admin", "admin", "secret"
"""
TEMPLATE = """<form action="https://www.mturk.com/mturk/externalSubmit"><a class="otree-link">Open the study</a>
<crowd-form><crowd-input name="completion_code"></crowd-input></crowd-form></form>"""
APP = """
from otree.api import *

class C(BaseConstants):
    NAME_IN_URL, PLAYERS_PER_GROUP, NUM_ROUNDS = "survey", None, 1

class Subsession(BaseSubsession): pass
class Group(BaseGroup): pass
class Player(BasePlayer): pass

class First(Page):
    @staticmethod
    def before_next_page(player, timeout_happened):
        player.payoff = cu(0.25)

page_sequence = [First]
"""
PAGE = "{{ block content }}{{ next_button }}{{ endblock }}"


# --- the researcher, who runs under `exec` -----------------------------------------------------


def asked(url, fields=None, **sent):
    """The text of a page, or what a form or JSON gave."""
    return request(url, fields, sent)[1]


def request(url, fields=None, sent=None):
    """The address and the text of a page."""
    body, headers = None, {}
    if fields is not None:
        body = urllib.parse.urlencode(fields, doseq=True).encode()
    elif sent:
        body, headers = json.dumps(sent).encode(), {"Content-Type": "application/json"}
    try:
        with urllib.request.urlopen(urllib.request.Request(url, body, headers), timeout=PATIENCE) as answer:
            return answer.url, answer.read().decode()
    except urllib.error.HTTPError as refused:
        raise AssertionError(f"{url}: {refused.code} {refused.read().decode()}") from None


@contextmanager
def otree_server():
    """oTree's own server for the project in this folder: its URL."""
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with Path("otree.log").open("wb") as log:
        server = subprocess.Popen([OTREE, "prodserver1of2", str(port)], stdout=log, stderr=log, start_new_session=True)
    try:
        deadline = time.monotonic() + PATIENCE
        while True:
            assert server.poll() is None, Path("otree.log").read_text()
            assert time.monotonic() < deadline, Path("otree.log").read_text()
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        # With the process that it starts.
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(PATIENCE)


def study():
    """Publishes a study, takes part as two workers, pays the one who took part, expires the HIT; what there is then."""
    here = os.environ["AWS_ENDPOINT_URL_MTURK"]
    with otree_server() as otree:
        session = json.loads(
            asked(f"{otree}/api/sessions", session_config_name="survey", num_participants=4, is_mturk=True)
        )["code"]
        asked(f"{otree}/MTurkCreateHIT/{session}", {"use_sandbox": "1"})
        mturk = boto3.client("mturk")
        (hit,) = mturk.list_hits()["HITs"]

        def accept(worker):
            return json.loads(asked(f"{here}/_mturk/workers/{worker}/accept", HITId=hit["HITId"]))

        taking_part, absent = accept("A1ANNA0000000"), accept("A1BEN00000000")
        of_worker = {"assignmentId": taking_part["AssignmentId"], "workerId": "A1ANNA0000000", "hitId": hit["HITId"]}
        page, _ = request(f"{otree}/MTurkStart/{session}?{urllib.parse.urlencode(of_worker)}")
        asked(page, {})
        for work in (taking_part, absent):
            answer = [{"completion_code": "otree-code"}]
            asked(
                f"{here}/mturk/externalSubmit",
                {"assignmentId": work["AssignmentId"], "taskAnswers": json.dumps(answer)},
            )
        payments = asked(f"{otree}/MTurkSessionPayments/{session}")
        asked(f"{otree}/PayMTurk/{session}", {"workers": ["A1ANNA0000000"]})
        asked(f"{otree}/MTurkExpireHIT/{session}", {})
        of_hit = {"HITId": hit["HITId"]}
        return {
            "payments": payments,
            "hit": mturk.get_hit(**of_hit)["HIT"],
            "assignments": mturk.list_assignments_for_hit(**of_hit)["Assignments"],
            "bonuses": mturk.list_bonus_payments(**of_hit)["BonusPayments"],
        }


# --- the test ----------------------------------------------------------------------------------


@pytest.fixture
def project(tmp_path):
    """A folder with an oTree project of one page."""
    (tmp_path / "settings.py").write_text(SETTINGS)
    app = tmp_path / "survey"
    app.mkdir()
    (tmp_path / "_static").mkdir()
    (app / "__init__.py").write_text(APP)
    (app / "First.html").write_text(PAGE)
    (app / "mturk.html").write_text(TEMPLATE)
    return tmp_path


def test_a_study_from_its_publication_to_its_payments(project):
    path = os.pathsep.join([str(Path(OTREE).parent), os.environ["PATH"]])
    done = subprocess.run(
        [binary(), "exec", "--", sys.executable, __file__],
        cwd=project,
        env=clean_environment(OTREE_SKIP_CSRF="1", MTURK_LOCAL_TEST_OTREE=OTREE, PATH=path),
        capture_output=True,
        text=True,
        timeout=2 * PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stderr + (project / "otree.log").read_text()
    told = json.loads(done.stdout)
    assert "otree-code" in told["payments"]
    hit = told["hit"]
    assert (hit["Title"], hit["Keywords"], hit["Reward"], hit["MaxAssignments"]) == ("A study", "bonus, study", "0.50", 2)
    assert hit["HITStatus"] == "Reviewable"
    statuses = {work["WorkerId"]: work["AssignmentStatus"] for work in told["assignments"]}
    assert statuses == {"A1ANNA0000000": "Approved", "A1BEN00000000": "Rejected"}
    assert [(bonus["WorkerId"], bonus["BonusAmount"]) for bonus in told["bonuses"]] == [("A1ANNA0000000", "0.25")]


if __name__ == "__main__":
    print(json.dumps(study(), default=str))

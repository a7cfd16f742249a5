"""The instructions of one call of each kind, counted by valgrind, within 3 % of benches/calls.json.

Instructions do not depend on what else the machine does. Where a change makes a call dearer or
cheaper on purpose, `MTURK_LOCAL_UPDATE=1 tests/run instructions-calls` writes the file anew, and
the commit says why. A server answers a few calls, and another many; the difference is theirs, since
what a start costs is in both.

MTURK_LOCAL_TEST_INSTRUCTIONS runs it, on the release program: see stage "instructions-calls" of tests/run.
"""

import http.client
import json
import os
import re
import shlex
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlencode

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from harness import HIT_MEMBERS, ROOT, TARGET, Server, binary, make_hit

pytestmark = pytest.mark.skipif(
    not os.environ.get("MTURK_LOCAL_TEST_INSTRUCTIONS"),
    reason='stage "instructions-calls" of tests/run runs it',
)

COUNTS = ROOT / "benches/calls.json"
MOST = 0.03
KEY = "AKIDINSTRUCTIONS"
HITS, EACH = 10, 100
OPTIONS = ("-q", "--clock", "2026-01-01T00:00:00Z", "--freeze", "--seed", "1")
OPTIONS += ("--credential", f"{KEY}:secret")
FEW, MANY = 50, 750
BROWSER = {"Sec-Fetch-Site": "same-origin"}


class Connection:
    """A connection that stays open, on which one request follows another."""

    def __init__(self, server):
        self.connection = http.client.HTTPConnection(server.host, server.port)
        self.url = server.url
        keys = Credentials(KEY, "secret")
        self.auth = SigV4Auth(keys, "mturk-requester", "us-east-1")

    def send(self, method, path, body, headers):
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        content = answer.read()
        assert answer.status == 200 and content, (path, answer.status, content)
        return content

    def call(self, operation, **members):
        headers = {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": TARGET + operation}
        request = AWSRequest("POST", self.url + "/", headers, json.dumps(members).encode())
        self.auth.add_auth(request)
        return self.send("POST", "/", request.body, dict(request.headers))

    def control(self, path, **members):
        self.send("POST", path, json.dumps(members), {"Content-Type": "application/json"})

    def page(self, path, cookie):
        self.send("GET", path, None, BROWSER | {"Cookie": cookie})


def desk_cookie(server):
    """Chooses the requester at the desk: the cookie of that choice."""
    asked = server.raw(method="GET", path="/requester/choose", headers=BROWSER)
    cookie = asked.headers["Set-Cookie"].split(";")[0]
    token = re.search(r'name="csrf" value="([^"]+)"', asked.body.decode())[1]
    headers = BROWSER | {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
    form = urlencode({"csrf": token, "key": KEY}).encode()
    chosen = server.raw(form, path="/requester/choose", headers=headers)
    return chosen.headers["Set-Cookie"].split(";")[0]


def list_pages(size):
    def calls(server, market, count):
        to = Connection(server)
        for number in range(count):
            hit_id = market["hits"][number % HITS]
            to.call("ListAssignmentsForHIT", HITId=hit_id, MaxResults=size)

    return calls


def create(server, _, count):
    to = Connection(server)
    for _ in range(count):
        to.call("CreateHIT", **HIT_MEMBERS)


def submit(server, market, count):
    to = Connection(server)
    for number in range(count):
        path = f"/_mturk/hits/{market['hits'][number % HITS]}/submissions"
        to.control(path, WorkerId=f"ANEW{number:08}", Answers={"label": "cat"})


def approve(server, market, count):
    to = Connection(server)
    for assignment in market["assignments"][:count]:
        to.call("ApproveAssignment", AssignmentId=assignment)


def settle(server, market, count):
    """All work is approved by itself, or none."""
    if count == MANY:
        assert server.advance("31d")["settled"] >= HITS * EACH


def site(server, market, count):
    to = Connection(server)
    for _ in range(count):
        to.page("/projects", "__Host-mturk_local_worker=A1WORKER")


def desk(server, market, count):
    to, cookie = Connection(server), desk_cookie(server)
    for _ in range(count):
        to.page("/requester/hits", cookie)


CALLS = {
    "ListAssignmentsForHIT, 100 a page": list_pages(100),
    "ListAssignmentsForHIT, 10 a page": list_pages(10),
    "CreateHIT": create,
    "submission by the control API": submit,
    "ApproveAssignment": approve,
    "a settled timer": settle,
    "the list of HITs on the site": site,
    "the list of HITs at the desk": desk,
}


@pytest.fixture(scope="module")
def market(tmp_path_factory):
    """A store with submitted work: its file, and what is in it."""
    folder = tmp_path_factory.mktemp("market")
    server = Server([*OPTIONS, "--database", f"sqlite:{folder / 'market.db'}"], {}, folder)
    client = server.client(KEY)
    made = {"file": folder / "market.db", "hits": [], "assignments": []}
    for hit in range(HITS):
        hit_id = make_hit(client, Title=f"HIT {hit}", MaxAssignments=1000)["HITId"]
        made["hits"].append(hit_id)
        for worker in range(EACH):
            work = server.submit(hit_id, f"AOLD{worker:08}")
            made["assignments"].append(work["AssignmentId"])
    server.stop()
    return made


def instructions(call, market, count, folder, program):
    """The instructions of a server that answers so many calls, from its start to its end."""
    folder.mkdir()
    database = shutil.copy(market["file"], folder / "market.db")
    script, log = folder / "server", folder / "log"
    script.write_text(
        "#!/bin/sh\nexec valgrind --tool=callgrind --callgrind-out-file=/dev/null "
        f'--log-file={shlex.quote(str(log))} {shlex.quote(program)} "$@"\n'
    )
    script.chmod(0o755)
    server = Server([*OPTIONS, "--database", f"sqlite:{database}"], {}, folder, program=str(script))
    call(server, market, count)
    server.stop()
    return int(re.search(r"Collected : (\d+)", log.read_text())[1])


def test_calls_cost_what_they_did(market, tmp_path):
    program = binary()
    made = []
    with ThreadPoolExecutor(2) as pool:
        for number, call in enumerate(CALLS.values()):
            folders = [tmp_path / f"{number}-{count}" for count in (FEW, MANY)]
            made.append(
                [
                    pool.submit(instructions, call, market, count, folder, program)
                    for count, folder in zip((FEW, MANY), folders)
                ]
            )
    now = {}
    for (name, call), (few, many) in zip(CALLS.items(), made):
        calls = HITS * EACH if call is settle else MANY - FEW
        now[name] = round((many.result() - few.result()) / calls)
    if os.environ.get("MTURK_LOCAL_UPDATE"):
        COUNTS.write_text(json.dumps(now, indent=2) + "\n")
    before = json.loads(COUNTS.read_text())
    print(json.dumps(now, indent=2))
    assert now.keys() == before.keys()
    changed = {name: f"{before[name]} before, {now[name]} now" for name in now
               if abs(now[name] / before[name] - 1) > MOST}
    assert not changed, f"write {COUNTS.name} anew if that is meant: {changed}"

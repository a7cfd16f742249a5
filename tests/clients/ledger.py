"""What must be there: the crash test's own account of every HIT, and the deeds that change it.

Each hand (a thread) has HITs of its own, so the history of a HIT is known exactly: after a crash it
stands as the last answered deed left it, or as the one deed whose answer was lost would have.
"""

import http.client
import json
import uuid
from dataclasses import dataclass, field, replace

from harness import EXTERNAL, HIT_MEMBERS, PATIENCE, TARGET, worker_id

LIFETIME_S = 86400
AUTO_APPROVAL_S = 259200
FEEDBACK = "The picture shows something else."


class Lost(Exception):
    """The answer did not come: whether the deed was done is not known."""


class Wrong(Exception):
    """The server did what it must not do."""


class Caller:
    """Speaks to one server over one connection, unsigned: as the requester `test`."""

    def __init__(self, server):
        self.connection = http.client.HTTPConnection(server.host, server.port, timeout=PATIENCE)

    def post(self, path, body, operation=None):
        """One request: its answer, `Lost`, or `Wrong` for any refusal."""
        kind = "x-amz-json-1.1" if operation else "json"
        headers = {"Content-Type": f"application/{kind}"}
        if operation:
            headers["X-Amz-Target"] = TARGET + operation
        try:
            self.connection.request("POST", path, json.dumps(body).encode(), headers)
            answer = self.connection.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException) as error:
            raise Lost(repr(error)) from error
        if answer.status >= 400:
            raise Wrong(f"{operation or path} {body}: {answer.status} {content.decode()}")
        return json.loads(content) if content else {}

    def api(self, operation, **members):
        """One operation of the Requester API."""
        return self.post("/", members, operation)

    def pages(self, operation, member, **members):
        """The items of a list, over all pages."""
        token = {}
        while True:
            page = self.api(operation, MaxResults=100, **members, **token)
            yield from page[member]
            if "NextToken" not in page:
                return
            token = {"NextToken": page["NextToken"]}


@dataclass(frozen=True)
class Picture:
    """How a HIT stands. `work` maps workers to statuses, `held` workers to assignment ids.

    `bonuses` are the reasons of those that were paid; `blocked` and `qualified` are its workers who
    are blocked, and who have the hand's qualification, with which value.
    """

    max: int
    expiration: float | None = None  # None until the server told it
    over: bool = False
    deleted: bool = False
    work: dict = field(default_factory=dict)
    held: dict = field(default_factory=dict)
    bonuses: frozenset = frozenset()
    blocked: frozenset = frozenset()
    qualified: dict = field(default_factory=dict)

    @property
    def available(self):
        """Places that nobody took."""
        return self.max - len(self.held) - len(self.work)

    @property
    def status(self):
        """The status that follows from the rest."""
        if self.deleted:
            return "Disposed"
        if self.available > 0 and not self.over:
            return "Assignable"
        return "Unassignable" if self.held else "Reviewable"

    def counters(self):
        """What GetHIT and ListHITs show of it."""
        decided = sum(status != "Submitted" for status in self.work.values())
        return {
            "HITStatus": self.status,
            "MaxAssignments": self.max,
            "NumberOfAssignmentsAvailable": self.available,
            "NumberOfAssignmentsPending": len(self.held),
            "NumberOfAssignmentsCompleted": decided,
        }

    def shows(self, hit, work, people, now):
        """Whether the server's HIT, its work and its workers are this picture."""
        if people != (sorted(self.bonuses), sorted(self.blocked), self.qualified):
            return False
        if any(hit[name] != value for name, value in self.counters().items()):
            return False
        if self.work != work or self.over != (hit["Expiration"] <= now):
            return False
        return self.over or self.expiration in (None, hit["Expiration"])

    def after_lifetime(self):
        """How it stands when its lifetime is over and every deadline has passed."""
        return replace(self, over=True, held={})

    def after_review_time(self):
        """How it stands when what nobody reviewed was approved."""
        work = {who: s.replace("Submitted", "Approved") for who, s in self.work.items()}
        return replace(self.after_lifetime(), work=work)


@dataclass
class Entry:
    """A HIT in the ledger. `perhaps` is its picture if the deed with the lost answer was done."""

    token: str
    picture: Picture | None  # None: not created, as far as is known
    perhaps: Picture | None = None
    hit_id: str | None = None
    assignment_ids: dict = field(default_factory=dict)
    lost: tuple | None = None  # the request whose answer was lost, if it had a token


def is_repeated(refusal):
    """Whether it is the service's word for a `UniqueRequestToken` that it has seen."""
    return "HitAlreadyExists" in str(refusal) or "DuplicateRequest" in str(refusal)


class Hand:
    """Does one random deed after the other on HITs of its own."""

    def __init__(self, caller, entries, random, qualification):
        self.caller, self.entries, self.random = caller, entries, random
        self.qualification = qualification
        self.answered = 0

    def work(self):
        """Goes on until an answer is lost."""
        try:
            while True:
                self.step()
        except Lost:
            pass

    def step(self):
        """One deed that the HIT's picture allows."""
        live = [entry for entry in self.entries if not entry.picture.deleted]
        if len(live) < 6 or self.random.random() < 0.05:
            self.create()
            return
        entry = self.random.choice(live)
        deeds = [self.extend, self.prolong, self.end]
        if entry.picture.status == "Assignable":
            deeds += [self.submit, self.accept] * 4
        if entry.picture.held and all(entry.picture.held.values()):
            deeds += [self.hand_in] * 4
        if "Submitted" in entry.picture.work.values():
            deeds += [self.approve, self.reject] * 4
        elif entry.picture.status == "Reviewable":
            deeds += [self.delete] * 2
        if entry.picture.work:
            deeds += [self.pay, self.block, self.unblock, self.qualify, self.disqualify]
        self.random.choice(deeds)(entry)

    def do(self, entry, after, operation=None, path="/", **body):
        """Sends a deed; the ledger has `after` only when it was answered."""
        entry.perhaps = after
        entry.lost = (operation, body) if "UniqueRequestToken" in body else None
        answer = self.caller.post(path, body, operation)
        entry.picture, entry.perhaps, entry.lost = after, None, None
        self.answered += 1
        return answer

    def create(self):
        """A HIT with 1 to 5 places. Its token is its annotation too, so that it can be found."""
        after = Picture(max=self.random.randint(1, 5))
        entry = Entry(token=uuid.uuid4().hex, picture=None)
        self.entries.append(entry)
        members = {
            "MaxAssignments": after.max,
            "LifetimeInSeconds": LIFETIME_S,
            "AutoApprovalDelayInSeconds": AUTO_APPROVAL_S,
            "UniqueRequestToken": entry.token,
            "RequesterAnnotation": entry.token,
            "Question": EXTERNAL,
        }
        hit = self.do(entry, after, "CreateHIT", **HIT_MEMBERS | members)["HIT"]
        entry.hit_id = hit["HITId"]
        entry.picture = replace(after, expiration=hit["Expiration"])

    def submit(self, entry):
        """A new worker does it in one step."""
        who, before = worker_id(), entry.picture
        after = replace(before, work=before.work | {who: "Submitted"})
        path = f"/_mturk/hits/{entry.hit_id}/submissions"
        done = self.do(entry, after, path=path, WorkerId=who, Answers={"label": "cat"})
        entry.assignment_ids[who] = done["AssignmentId"]

    def accept(self, entry):
        """A new worker takes a place."""
        who, before = worker_id(), entry.picture
        after = replace(before, held=before.held | {who: None})
        path = f"/_mturk/workers/{who}/accept"
        taken = self.do(entry, after, path=path, HITId=entry.hit_id)["AssignmentId"]
        entry.assignment_ids[who] = taken
        entry.picture = replace(before, held=before.held | {who: taken})

    def hand_in(self, entry):
        """A worker submits what was accepted."""
        before = entry.picture
        who = self.random.choice(list(before.held))
        held = {other: taken for other, taken in before.held.items() if other != who}
        after = replace(before, held=held, work=before.work | {who: "Submitted"})
        path = f"/_mturk/assignments/{before.held[who]}/submit"
        self.do(entry, after, path=path, Answers={"label": "dog"})

    def approve(self, entry):
        """Submitted work is approved."""
        self.decide(entry, "ApproveAssignment", "Approved")

    def reject(self, entry):
        """Submitted work is rejected."""
        self.decide(entry, "RejectAssignment", "Rejected", RequesterFeedback=FEEDBACK)

    def decide(self, entry, operation, status, **members):
        """A decision on one submitted assignment."""
        before = entry.picture
        who = self.random.choice([who for who, s in before.work.items() if s == "Submitted"])
        after = replace(before, work=before.work | {who: status})
        self.do(entry, after, operation, AssignmentId=entry.assignment_ids[who], **members)

    def extend(self, entry):
        """One more place, while there are fewer than nine."""
        if entry.picture.max < 9:
            after = replace(entry.picture, max=entry.picture.max + 1)
            name = "CreateAdditionalAssignmentsForHIT"
            members = {"NumberOfAdditionalAssignments": 1, "UniqueRequestToken": uuid.uuid4().hex}
            self.do(entry, after, name, HITId=entry.hit_id, **members)

    def prolong(self, entry):
        """A minute more, to the whole second that the API takes; an ended HIT is left alone."""
        if not entry.picture.over:
            until = int(entry.picture.expiration) + 60
            after = replace(entry.picture, expiration=until)
            self.do(entry, after, "UpdateExpirationForHIT", HITId=entry.hit_id, ExpireAt=until)

    def end(self, entry):
        """The HIT is over now."""
        if not entry.picture.over:
            after = replace(entry.picture, over=True)
            self.do(entry, after, "UpdateExpirationForHIT", HITId=entry.hit_id, ExpireAt=0)

    def delete(self, entry):
        """A reviewed HIT is deleted."""
        after = replace(entry.picture, deleted=True)
        self.do(entry, after, "DeleteHIT", HITId=entry.hit_id)

    def pay(self, entry):
        """A bonus for somebody's work; its reason is its token."""
        who, token = self.random.choice(list(entry.picture.work)), uuid.uuid4().hex
        after = replace(entry.picture, bonuses=entry.picture.bonuses | {token})
        work = {"WorkerId": who, "AssignmentId": entry.assignment_ids[who]}
        money = {"BonusAmount": "0.01", "Reason": token, "UniqueRequestToken": token}
        self.do(entry, after, "SendBonus", **work, **money)

    def block(self, entry):
        """Somebody may not work any more."""
        who = self.random.choice(list(entry.picture.work))
        after = replace(entry.picture, blocked=entry.picture.blocked | {who})
        self.do(entry, after, "CreateWorkerBlock", WorkerId=who, Reason=FEEDBACK)

    def unblock(self, entry):
        """Somebody may work again."""
        if entry.picture.blocked:
            who = self.random.choice(sorted(entry.picture.blocked))
            after = replace(entry.picture, blocked=entry.picture.blocked - {who})
            self.do(entry, after, "DeleteWorkerBlock", WorkerId=who)

    def qualify(self, entry):
        """Somebody gets the hand's qualification, or another value of it."""
        who, value = self.random.choice(list(entry.picture.work)), self.random.randint(0, 99)
        after = replace(entry.picture, qualified=entry.picture.qualified | {who: value})
        members = {"WorkerId": who, "IntegerValue": value, "SendNotification": False}
        type_id = {"QualificationTypeId": self.qualification}
        self.do(entry, after, "AssociateQualificationWithWorker", **type_id, **members)

    def disqualify(self, entry):
        """Somebody loses it."""
        if entry.picture.qualified:
            who = self.random.choice(list(entry.picture.qualified))
            left = {other: v for other, v in entry.picture.qualified.items() if other != who}
            after = replace(entry.picture, qualified=left)
            type_id = {"QualificationTypeId": self.qualification}
            self.do(entry, after, "DisassociateQualificationFromWorker", WorkerId=who, **type_id)

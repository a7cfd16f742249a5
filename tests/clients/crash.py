#!/usr/bin/env python3
"""Kills a server (-9) again and again under load, and compares what was answered with what is there.

    .venv/bin/python tests/clients/crash.py [--rounds 30] [--seed N] [--database URL]

Without --database it takes a new one: on the PostgreSQL of MTURK_LOCAL_TEST_DATABASE if that is
set (`tests/lib/postgres.sh .venv/bin/python tests/clients/crash.py`), else a SQLite file. A
database that is given must be new; it is left as the last round left it.

Proven in each round: nothing that was answered is lost; the one deed of each hand whose answer was
lost is wholly there or not at all, and repeated with its UniqueRequestToken it is done once; bonuses,
blocks and qualifications are what was answered; the counters of each HIT are what its assignments
say; every event is there once, and none of a deed that is not; SQLite's integrity check is content. Then the clock jumps, with kills in the middle: every lifetime, deadline
and auto-approval takes place all the same. Exit code 0 if all of it holds, 1 with a reason if not.
"""

import argparse
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

from harness import (
    ControlError,
    Server,
    binary,
    clean_environment,
    fresh_database,
    postgres_url,
    psql,
)
from ledger import Caller, Hand, Lost, Wrong, is_repeated

HANDS = 4
JUMPS = (2, 12, 220)  # days from the beginning: lifetimes are over; approved; disposed


class Crash:
    """The rounds on one database."""

    def __init__(self, url, seed, folder):
        self.url, self.folder = url, Path(folder)
        self.random = random.Random(seed)
        self.entries = [[] for _ in range(HANDS)]  # each hand's ledger
        self.qualifications = []  # each hand's qualification type
        self.told = 0  # the number of the latest event that was read
        self.events = Counter()  # by type and what they are about
        self.seen = Counter()
        self.server = None
        self.people = None

    # --- the process ---------------------------------------------------------------------------

    def start(self):
        """Starts a server; one that does not come up is a failure."""
        self.server = Server(["--quiet", "--database", self.url], {}, self.folder)

    def kill(self):
        """kill -9. What it wrote to stderr so far must not speak of failures."""
        self.server.kill()
        said = self.server.stderr()
        if said:
            raise Wrong(f"the server complained:\n{said}")

    def killed_start(self):
        """A server that is killed while it starts: in the migrations, if the database is new."""
        command = [binary(), "--quiet", "--listen", "127.0.0.1:0", "--database", self.url]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        process = subprocess.Popen(command, env=clean_environment(), **quiet)
        time.sleep(self.random.uniform(0, 0.06))
        process.kill()
        if process.wait() != -signal.SIGKILL:
            raise Wrong(f"the server could not start: exit code {process.returncode}")
        self.seen["kills while starting"] += 1

    def wait_for_backends(self):
        """PostgreSQL may be at the last statement of a dead client for a moment."""
        question = (
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )
        end = time.monotonic() + 30
        while psql(self.url, question).strip() != "0":
            if time.monotonic() > end:
                raise Wrong("PostgreSQL still serves the killed process")
            time.sleep(0.02)

    def check_integrity(self):
        """SQLite's own check, on a copy: to open the file would tidy up what the server must."""
        path = Path(self.url.removeprefix("sqlite:"))
        copy = self.folder / "copy.db"
        for suffix in ("", "-wal"):
            if path.with_name(path.name + suffix).exists():
                shutil.copy(f"{path}{suffix}", f"{copy}{suffix}")
        with closing(sqlite3.connect(copy)) as connection:
            said = connection.execute("PRAGMA integrity_check").fetchall()
        for file in self.folder.glob("copy.db*"):
            file.unlink()
        if said != [("ok",)]:
            raise Wrong(f"PRAGMA integrity_check: {said}")

    def after_kill(self):
        """What is done between a kill and the next start."""
        if self.url.startswith("sqlite:"):
            self.check_integrity()
        else:
            self.wait_for_backends()

    # --- rounds --------------------------------------------------------------------------------

    def run(self, rounds):
        """All rounds and the end; raises `Wrong` if something does not hold."""
        for _ in range(3):
            self.killed_start()
        self.start()
        for number in range(HANDS):
            members = {"Name": f"Hand {number}", "Description": "d"}
            made = Caller(self.server).api(
                "CreateQualificationType", QualificationTypeStatus="Active", **members
            )
            self.qualifications.append(made["QualificationType"]["QualificationTypeId"])
        for number in range(rounds):
            self.round()
            if number % 10 == 9:
                self.killed_start()
                self.after_kill()
            self.start()
            self.compare()
        self.check_end()
        self.server.stop()
        self.after_kill()
        return self.seen

    def round(self):
        """Load from several hands, and a kill in the middle of it."""
        hands = [
            Hand(Caller(self.server), entries, random.Random(self.random.random()), type_id)
            for entries, type_id in zip(self.entries, self.qualifications)
        ]
        with ThreadPoolExecutor(HANDS) as pool:
            working = [pool.submit(hand.work) for hand in hands]
            time.sleep(self.random.uniform(0.02, 0.4))
            self.kill()
            for work in working:
                work.result()
        self.after_kill()
        self.seen["rounds"] += 1
        self.seen["answered"] += sum(hand.answered for hand in hands)

    def compare(self):
        """Each HIT that may have changed with the ledger; what was deleted long ago, in the end."""
        caller = Caller(self.server)
        self.repeat_lost(caller)
        now = self.server.now().timestamp()
        blocked = {one["WorkerId"] for one in caller.pages("ListWorkerBlocks", "WorkerBlocks")}
        for entries, type_id in zip(self.entries, self.qualifications):
            members = {"QualificationTypeId": type_id, "Status": "Granted"}
            name = "ListWorkersWithQualificationType"
            held = caller.pages(name, "Qualifications", **members)
            self.people = blocked, {one["WorkerId"]: one["IntegerValue"] for one in held}
            for place, entry in enumerate(reversed(entries)):
                settled = entry.picture and entry.picture.deleted and not entry.perhaps
                if place < 40 or not settled:
                    self.compare_entry(caller, entry, now)
            entries[:] = [entry for entry in entries if entry.hit_id]
        self.check_events()

    def repeat_lost(self, caller):
        """A request with a token is sent again when its answer was lost: it is done once."""
        for entry in (entry for entries in self.entries for entry in entries if entry.lost):
            (operation, body), entry.lost = entry.lost, None
            try:
                caller.post("/", body, operation)
                self.seen["repeated, and done"] += 1
            except Wrong as refusal:
                if not is_repeated(refusal):
                    raise
                self.seen["repeated, and done before"] += 1
            if entry.picture:
                entry.picture, entry.perhaps = entry.perhaps, None

    def check_events(self):
        """The events since the last time: one for each piece of work that was submitted."""
        while True:
            path = f"/_mturk/events?after={self.told}&limit=1000"
            page = self.server.control("GET", path)["Events"]
            for event in page:
                about = event.get("AssignmentId") or event.get("HITId")
                self.events[event["EventType"], about] += 1
                self.told = event["Event"]
            if not page:
                break
        all_entries = [entry for entries in self.entries for entry in entries]
        known = {one for entry in all_entries for one in entry.assignment_ids.values()}
        told = {about for kind, about in self.events if kind == "AssignmentSubmitted"}
        if told - known:
            raise Wrong(f"events of work that is not there: {sorted(told - known)[:5]}")
        for entry in all_entries:
            for who in entry.picture.work:
                count = self.events["AssignmentSubmitted", entry.assignment_ids[who]]
                if count != 1:
                    raise Wrong(f"{count} events of {entry.assignment_ids[who]}")
        self.seen["events"] = sum(self.events.values())

    def people_of(self, caller, entry):
        """Bonuses of the HIT, and which of its workers are blocked and qualified."""
        paid = caller.pages("ListBonusPayments", "BonusPayments", HITId=entry.hit_id)
        workers = set(entry.assignment_ids)
        if entry.perhaps:
            workers |= set(entry.perhaps.work)
        blocked, held = self.people
        bonuses = sorted(one["Reason"] for one in paid)
        mine = {who: value for who, value in held.items() if who in workers}
        return bonuses, sorted(blocked & workers), mine

    def compare_entry(self, caller, entry, now):
        """One HIT: as before the lost deed, or as after it."""
        if entry.hit_id is None:
            self.look_for(caller, entry)
            if entry.hit_id is None:
                self.seen["lost, and not there"] += 1
                return
        hit = caller.api("GetHIT", HITId=entry.hit_id)["HIT"]
        if hit["HITStatus"] == "Disposed":  # its work cannot be listed any more
            listed, work = [], (entry.picture or entry.perhaps).work
        else:
            listed = list(caller.pages("ListAssignmentsForHIT", "Assignments", HITId=entry.hit_id))
            work = {one["WorkerId"]: one["AssignmentStatus"] for one in listed}
        people = self.people_of(caller, entry)
        if entry.picture and entry.picture.shows(hit, work, people, now):
            self.seen["lost, and not there"] += entry.perhaps is not None
        elif entry.perhaps and entry.perhaps.shows(hit, work, people, now):
            self.seen["lost, but there"] += 1
            entry.picture = entry.perhaps
        else:
            raise Wrong(f"{entry} is not\n{hit}\n{work}\n{people}")
        entry.perhaps = None
        if entry.picture.expiration is None:
            entry.picture = replace(entry.picture, expiration=hit["Expiration"])
        for one in listed:
            known = entry.assignment_ids.setdefault(one["WorkerId"], one["AssignmentId"])
            if known != one["AssignmentId"]:
                raise Wrong(f"{entry}: {one} has another id")

    def look_for(self, caller, entry):
        """A HIT whose creation was not answered: there once, or not at all."""
        found = [
            hit["HITId"]
            for hit in caller.pages("ListHITs", "HITs")
            if hit["RequesterAnnotation"] == entry.token
        ]
        if len(found) > 1:
            raise Wrong(f"{entry.token} made {found}")
        entry.hit_id = found[0] if found else None

    # --- the end -------------------------------------------------------------------------------

    def check_end(self):
        """The clock jumps over everything that is set to happen; all of it happens."""
        begun = datetime.now(timezone.utc)
        entries = {entry.hit_id: entry for hand in self.entries for entry in hand}
        live = {key for key, entry in entries.items() if not entry.picture.deleted}
        self.check_listed({key: entries[key].picture.counters() for key in live})
        for days in JUMPS:
            self.jump(begun + timedelta(days=days))
            if days == JUMPS[0]:
                expected = {key: entries[key].picture.after_lifetime() for key in live}
            else:
                expected = {key: entries[key].picture.after_review_time() for key in live}
            if days == JUMPS[-1]:
                expected = {}
            self.check_listed({key: picture.counters() for key, picture in expected.items()})
            for key in self.random.sample(sorted(expected), min(50, len(expected))):
                self.check_work(key, expected[key].work)
        caller = Caller(self.server)
        for key in self.random.sample(sorted(entries), min(50, len(entries))):
            if caller.api("GetHIT", HITId=key)["HIT"]["HITStatus"] != "Disposed":
                raise Wrong(f"{key} is not disposed of")
        self.seen["HITs"] = len(entries)

    def jump(self, target):
        """Sets the clock, with two kills in the middle."""
        for _ in range(2):
            setter = threading.Thread(target=self.set_clock, args=(self.server, target, True))
            setter.start()
            time.sleep(self.random.uniform(0, 0.1))
            self.kill()
            setter.join()
            self.seen["kills in a jump"] += 1
            self.after_kill()
            self.start()
        self.set_clock(self.server, target, False)

    @staticmethod
    def set_clock(server, target, may_be_lost):
        """Jumps to `target`, unless the clock was set to it already, and waits for what is due."""
        try:
            try:
                server.control("POST", "/_mturk/clock", {"set": target.isoformat()})
            except ControlError as refusal:
                if refusal.code != "Conflict":
                    raise
                server.control("POST", "/_mturk/clock", {"advance": "0s"})
        except Exception:
            if not may_be_lost:
                raise

    def check_listed(self, expected):
        """ListHITs has these HITs with these counters, each once, and no others."""
        hits = list(Caller(self.server).pages("ListHITs", "HITs"))
        listed = {hit["HITId"]: hit for hit in hits}
        if len(listed) != len(hits) or listed.keys() != expected.keys():
            odd = sorted(listed.keys() ^ expected.keys())[:5]
            raise Wrong(f"{len(hits)} HITs listed, {len(expected)} expected, such as {odd}")
        for key, counters in expected.items():
            if any(listed[key][name] != value for name, value in counters.items()):
                raise Wrong(f"{listed[key]} is not {counters}")

    def check_work(self, hit_id, expected):
        """The assignments of a HIT are these; what was approved by itself was so in time."""
        work = {}
        for one in Caller(self.server).pages("ListAssignmentsForHIT", "Assignments", HITId=hit_id):
            work[one["WorkerId"]] = one["AssignmentStatus"]
            approved = one.get("ApprovalTime", 0)
            if approved > one["AutoApprovalTime"]:
                raise Wrong(f"approved too late: {one}")
        if work != expected:
            raise Wrong(f"{hit_id}: {work} is not {expected}")


def crash(rounds, seed, url=None):
    """Runs it: what was seen, by name."""
    with tempfile.TemporaryDirectory(prefix="mturk-local-crash-") as folder:
        if url:
            return Crash(url, seed, folder).run(rounds)
        with fresh_database() as fresh:
            return Crash(fresh or f"sqlite:{folder}/market.db", seed, folder).run(rounds)


def main():
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(4), "big"))
    parser.add_argument("--database", metavar="URL")
    options = parser.parse_args()
    on = options.database or ("PostgreSQL" if postgres_url() else "SQLite")
    print(f"{options.rounds} rounds with seed {options.seed} on {on.split('@')[-1]}")
    try:
        seen = crash(options.rounds, options.seed, options.database)
    except (Wrong, Lost) as wrong:
        print(f"WRONG: {wrong}", file=sys.stderr)
        return 1
    print(", ".join(f"{name}: {count}" for name, count in seen.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())

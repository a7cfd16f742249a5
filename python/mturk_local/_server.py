"""Starts mturk-local, and talks to its control API."""

from __future__ import annotations

import argparse
import atexit
import contextlib
import http.client
import json
import os
import re
import secrets
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Union
from urllib.parse import quote, urlencode, urlsplit

from . import _redirect
from ._binary import find_binary

StrPath = Union[str, "os.PathLike[str]"]
Time = Union[str, datetime]
Span = Union[str, timedelta]

# Seconds: to start and to stop, and to answer; a jump of years takes its time.
PATIENCE = 60
LONGEST = 600

# Runs "$@" as this very process. Beside it, a shell waits for the end of the standard input, which comes
# when the caller ends in any way, and then ends the server and removes $0, a temporary log, with its folder.
# The server leads a session of which that shell is a part, so no other process gets its id meanwhile.
LIFELINE = """
exec 3<&0
{
    while read -r _; do :; done
    if kill "$$" && [ -n "$0" ]; then rm -f -- "$0"; rmdir -- "${0%/*}"; fi
} <&3 3<&- >/dev/null 2>&1 &
exec "$@" </dev/null 3<&-
"""


class Error(Exception):
    """The server does not run or does not answer. The text names its log."""


class ControlError(Error):
    """The control API refused: `status` of HTTP, `code` and `message` of the answer."""

    def __init__(self, status: int, code: str, message: str, log_file: Path) -> None:
        super().__init__(f"{message} ({status} {code}; the server's log: {log_file})")
        self.status, self.code, self.message = status, code, message


class Call:
    """A call of the Requester API, as the journal has it.

    `request` and `answer` are the bodies as JSON. `error` is None, or has `Code`, `Message`, `Rule` and
    perhaps `Hint`. `document` is all that the control API says of it.
    """

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document
        self.operation: str | None = document.get("Operation")
        self.requester: str | None = document.get("Requester")
        self.status: int = document["Status"]
        self.request: Any = document["Request"]
        self.answer: Any = document["Answer"]
        self.error: dict[str, str] | None = document.get("Error")

    def __repr__(self) -> str:
        outcome = self.error["Code"] if self.error else self.status
        return f"<{self.operation} {json.dumps(self.request)}: {outcome}>"


class Calls:
    """Calls of the Requester API, the oldest first."""

    def __init__(self, calls: list[Call]) -> None:
        self._calls = calls

    @property
    def count(self) -> int:
        """How many they are."""
        return len(self._calls)

    def __len__(self) -> int:
        return len(self._calls)

    def __iter__(self) -> Iterator[Call]:
        return iter(self._calls)

    def __getitem__(self, index: int) -> Call:
        return self._calls[index]

    def __repr__(self) -> str:
        return repr(self._calls)


class Clock:
    """The market's clock. Each method returns the market's time."""

    def __init__(self, server: Server) -> None:
        self._server = server

    def now(self) -> datetime:
        """The market's time."""
        return _instant(self._server.control("GET", "/_mturk/clock"))

    def advance(self, span: Span) -> datetime:
        """Jumps ahead, such as by "30d" or "1h30m". What falls due on the way happens."""
        if isinstance(span, timedelta):
            span = f"{span // timedelta(milliseconds=1)}ms"
        return self._change(advance=span)

    def set(self, time: Time) -> datetime:
        """Jumps ahead to a time. It does not go back; `Server.reset` does."""
        return self._change(set=time)

    def freeze(self) -> datetime:
        """Stops the clock until it is moved."""
        return self._change(freeze=True)

    def resume(self) -> datetime:
        """Lets it run on from where it stands."""
        return self._change(resume=True)

    def _change(self, **change: Any) -> datetime:
        return _instant(self._server.control("POST", "/_mturk/clock", change))


class Snapshot:
    """The whole market as it was when `Server.snapshot` kept it.

    A `with` block goes back to it at its end, also after an error.
    """

    def __init__(self, server: Server, name: str, *, is_named: bool) -> None:
        self._server, self._is_named = server, is_named
        self.name = name
        self._path = _snapshot(name)

    def restore(self) -> None:
        """Goes back to it."""
        self._server.restore(self.name)

    def delete(self) -> None:
        """Deletes it."""
        self._server.control("DELETE", self._path)

    def __enter__(self) -> Snapshot:
        return self

    def __exit__(self, *_: object) -> None:
        self.restore()
        if not self._is_named:
            self.delete()


class Server:
    """A mturk-local that this process runs, on a free port of 127.0.0.1.

    `fixture`: the worlds that it begins with: a file or the name of a built-in one, or several.
    `args`: more options of `mturk-local`, such as `["--profile", "production", "--freeze"]`.
    `log_file`: where its log goes; without it, into a temporary folder that a clean stop removes.

    It ends with `stop`, and also when this process ends in any other way.

    No variable MTURK_LOCAL_… but MTURK_LOCAL_BINARY has a say: the same code starts the same server.
    """

    def __init__(
        self,
        *,
        fixture: StrPath | Iterable[StrPath] = (),
        args: Iterable[str] = (),
        log_file: StrPath | None = None,
    ) -> None:
        worlds = [fixture] if isinstance(fixture, (str, os.PathLike)) else fixture
        self._args = [f"--fixture={os.fspath(world)}" for world in worlds] + list(args)
        options = _read_options(self._args)
        self._token = options.admin_token
        if options.auth == "strict":
            self._token = self._token or secrets.token_urlsafe()
            if not options.credential:
                self._args.append("--credential=test:test")
        key, _, secret = (options.credential or ["test:test"])[0].partition(":")
        self.requester, self.secret = key, secret.partition(":")[0]
        """The keys with which a client acts: the first `--credential`, or else `test`."""
        self.clock = Clock(self)
        self._named_log = None if log_file is None else Path(log_file).absolute()
        self.log_file: Path = self._named_log or Path(os.devnull)
        """Where its log is; without a name of yours, known once it is started."""
        self._process: subprocess.Popen[str] | None = None
        self._url = ""
        self._session: Any = None
        self._lock = threading.Lock()
        self._owner = os.getpid()
        self._changing = threading.RLock()

    # --- start and stop ------------------------------------------------------------------------

    def start(self) -> Server:
        """Starts it, if it does not run, and returns as soon as it answers."""
        if self._is_of_another_process():
            return self
        with self._changing:
            if not self.running:
                self.stop()
                self._start()
        return self

    def _start(self) -> None:
        binary = find_binary()
        self.log_file = self._named_log or Path(tempfile.mkdtemp(prefix="mturk-local-"), "server.log")
        own = {} if self._token is None else {"MTURK_LOCAL_ADMIN_TOKEN": self._token}
        self._owner = os.getpid()
        with self.log_file.open("ab") as log:
            self._process = subprocess.Popen(
                [*self._lifeline(), binary, "--listen=127.0.0.1:0", *self._args],
                env=_foreign_environment() | own,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                start_new_session=True,  # Ctrl-C in a terminal is for the caller
            )
        atexit.register(self.stop)
        self._read_ready_line(self._process)

    def _lifeline(self) -> list[str]:
        if os.name == "nt":
            return []
        return ["/bin/sh", "-c", LIFELINE, "" if self._named_log else str(self.log_file)]

    def _read_ready_line(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout
        with _killed_after(PATIENCE, process):
            line = process.stdout.readline()
        ready = re.fullmatch(r"mturk-local ready on (http://\S+)\n", line)
        if not ready:
            process.kill()
            code = process.wait()
            self.stop()
            said = "\n".join(self.log().splitlines()[-10:])
            raise Error(f"mturk-local does not start (exit code {code}); its log, {self.log_file}:\n{said}")
        self._url = ready[1]
        _redirect.own_urls.add(f"{self._url}/")

    def stop(self) -> None:
        """Stops it; its market is gone."""
        if self._is_of_another_process():
            self._process = None
            return
        with self._changing:
            process, self._process = self._process, None
            if process is not None:
                self._stop(process)

    def _stop(self, process: subprocess.Popen[str]) -> None:
        atexit.unregister(self.stop)
        _redirect.own_urls.discard(f"{self._url}/")
        crashed = process.poll() is not None
        process.terminate()
        with _killed_after(PATIENCE, process):
            process.wait()
        assert process.stdin and process.stdout
        process.stdin.close()
        process.stdout.close()
        if not (crashed or self._named_log):
            shutil.rmtree(self.log_file.parent, ignore_errors=True)

    def __enter__(self) -> Server:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def running(self) -> bool:
        """Whether it runs."""
        if self._process is None:
            return False
        return self._is_of_another_process() or self._process.poll() is None

    def _is_of_another_process(self) -> bool:
        """In a process that was forked off, nothing is known about it, and its lock may be held for ever."""
        return self._process is not None and self._owner != os.getpid()

    def check(self) -> None:
        """Raises an `Error` if it does not run."""
        if self._process is None:
            raise Error("this mturk-local is not started: call start(), or use it in a `with` statement")
        if not self.running:
            raise Error(f"mturk-local ended with exit code {self._process.returncode}; its log: {self.log_file}")

    @property
    def url(self) -> str:
        """Where it answers, such as http://127.0.0.1:40123."""
        self.check()
        return self._url

    def log(self, begin: int = 0) -> str:
        """What it logged so far, from this byte on."""
        with self.log_file.open("rb") as log:
            log.seek(begin)
            return log.read().decode(errors="replace")

    # --- clients -------------------------------------------------------------------------------

    def client(self, **options: Any) -> Any:
        """A boto3 client for MTurk. The options are those of `boto3.client`.

        It acts as `requester`. With keys of its own, it is another requester, who sees only what
        is theirs: `client(aws_access_key_id="OTHER", aws_secret_access_key="secret")`.
        """
        import boto3.session
        from botocore.config import Config

        ours = {
            "region_name": _redirect.REGION,
            "endpoint_url": self.url,
            "aws_access_key_id": self.requester,
            "aws_secret_access_key": self.secret,
        }
        direct = Config(proxies={})
        config = direct.merge(options.pop("config", None) or direct)
        with self._lock:  # a session makes one client at a time, and reads the model of the service once
            self._session = self._session or boto3.session.Session()
            return self._session.client("mturk", config=config, **{**ours, **options})

    def redirect(self, *, keep_keys: bool = False) -> contextlib.AbstractContextManager[None]:
        """In its `with` block, every MTurk request of botocore and boto3 comes to this server.

        That holds for clients with any `endpoint_url`, also for those that exist already, and in all
        threads of this process. The requests are signed as `requester`, so a client needs no keys;
        with `keep_keys` each client signs with its own. A client that names the URL of a `Server` of
        this process is left alone. Other services are left alone too. Of several redirects the one that
        began last counts; they may end in any order.
        """
        return _redirect.redirect(self, keep_keys)

    @property
    def environment(self) -> dict[str, str]:
        """Variables that lead another process here: `subprocess.run(…, env=os.environ | it)`."""
        variables = {
            "AWS_ENDPOINT_URL_MTURK": self.url,
            "AWS_REGION": _redirect.REGION,
            "AWS_DEFAULT_REGION": _redirect.REGION,
            "AWS_ACCESS_KEY_ID": self.requester,
            "AWS_SECRET_ACCESS_KEY": self.secret,
            "MTURK_LOCAL_ENDPOINT": self.url,
        }
        if self._token is not None:
            variables["MTURK_LOCAL_ADMIN_TOKEN"] = self._token
        return variables

    # --- the control API -----------------------------------------------------------------------

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """One request to the control API, such as `control("GET", "/_mturk/events")`: its JSON."""
        place = urlsplit(self.url)
        headers = {"Content-Type": "application/json"}
        if self._token is not None:
            headers["Authorization"] = f"Bearer {self._token}"
        sent = None if body is None else json.dumps(body, default=_json_time).encode()
        connection = http.client.HTTPConnection(str(place.hostname), place.port, timeout=LONGEST)
        try:
            connection.request(method, path, sent, headers)
            answer = connection.getresponse()
            status, content = answer.status, answer.read()
        except (OSError, http.client.HTTPException) as error:
            self.check()
            raise Error(f"{method} {path}: {error!r}; the server's log: {self.log_file}") from error
        finally:
            connection.close()
        if status >= 400:
            raise self._refusal(status, content)
        return json.loads(content) if content else None

    def _refusal(self, status: int, content: bytes) -> ControlError:
        try:
            error = json.loads(content)["error"]
            return ControlError(status, error["code"], error["message"], self.log_file)
        except (ValueError, LookupError, TypeError):
            text = content.decode(errors="replace")
            return ControlError(status, "Unknown", text, self.log_file)

    def advance(self, span: Span) -> datetime:
        """Moves the clock ahead, such as by "30d": `clock.advance`."""
        return self.clock.advance(span)

    def reset(self, *, empty: bool = False) -> None:
        """Goes back to the start: its worlds, clock and requesters; or to an empty market."""
        self.control("POST", "/_mturk/reset", {"empty": True} if empty else {})

    def snapshot(self, name: str | None = None) -> Snapshot:
        """Keeps the whole market, its clock too, in place of an earlier snapshot with this name.

        `restore` goes back to it, in this test or in later ones. In a `with` statement the market goes
        back at the end of the block. Without a name the snapshot is for such a block alone.
        """
        kept = Snapshot(self, name or f"unnamed-{secrets.token_hex(8)}", is_named=name is not None)
        self.control("POST", kept._path)
        return kept

    def restore(self, name: str) -> None:
        """Goes back to the snapshot with that name."""
        self.control("POST", f"{_snapshot(name)}/restore")

    def snapshots(self) -> list[dict[str, Any]]:
        """The snapshots that are kept, by name."""
        found: list[dict[str, Any]] = self.control("GET", "/_mturk/snapshots")["Snapshots"]
        return found

    def load(self, *worlds: StrPath | Mapping[str, Any], replace: bool = False, requester: str | None = None) -> Any:
        """Loads worlds, each a file or an object, all of them or none; what was loaded.

        `replace`: in place of what is there. `requester`: the access key of who owns the entries
        that name no requester.
        """
        path = "/_mturk/world" + _query(requester=requester)
        return self.control("PUT" if replace else "POST", path, [_read_world(world) for world in worlds])

    def dump(self) -> dict[str, Any]:
        """The market as a world."""
        world: dict[str, Any] = self.control("GET", "/_mturk/world")
        return world

    def submit(
        self,
        hit_id: str,
        answers: Mapping[str, Any] | None = None,
        *,
        worker_id: str | None = None,
        accept_time: Time | None = None,
        submit_time: Time | None = None,
    ) -> dict[str, Any]:
        """A worker accepts a HIT and submits the answers: the assignment.

        Without `worker_id` it is a new worker. The times may lie in the past ("-2h").
        """
        body = {
            "WorkerId": worker_id,
            "Answers": dict(answers or {}),
            "AcceptTime": accept_time,
            "SubmitTime": submit_time,
        }
        path = f"/_mturk/hits/{quote(hit_id, safe='')}/submissions"
        assignment: dict[str, Any] = self.control("POST", path, _given(body))
        return assignment

    def workers(self) -> list[dict[str, Any]]:
        """All workers and what is known of them, by id."""
        found: list[dict[str, Any]] = []
        while True:
            after = found[-1]["WorkerId"] if found else None
            page = self.control("GET", "/_mturk/workers" + _query(after=after, limit=1000))["Workers"]
            if not page:
                return found
            found += page

    def add_worker(self, **traits: Any) -> dict[str, Any]:
        """A new worker: `add_worker(WorkerId="A1ANNA0000000", Locale={"Country": "CA"}, Masters=True)`."""
        worker: dict[str, Any] = self.control("POST", "/_mturk/workers", traits)
        return worker

    def crowd(
        self, answers: Mapping[str, Any] | None = None, *, workers: int = 30, **more: Any
    ) -> dict[str, Any]:
        """Adds robots, who do whatever HITs appear: `crowd({"label": ["cat", "cat", "dog"]})`. Returns the script.

        `answers`: how a field is answered: a value, a list to draw from, or a rule such as
        `{"Gold": "${label}", "Accuracy": 0.9}`. Fields that are not named get plausible answers. `workers`: how many
        robots; each does a HIT once. The work takes no time, so that its answers are there as soon as a HIT is: the
        clock need not advance. `more`: other members of a script, such as `WorkTime={"Min": "20s", "Max": "3m"}`,
        `Return=0.05`, `HITs={"Title": "Label a picture"}`, `Seed=7`. To remove robots, call `reset` or `dismiss`.
        """
        script = {"Workers": workers, "Answers": answers and dict(answers), "WorkTime": {"Min": "0s"}}
        added: list[dict[str, Any]] = self.control("POST", "/_mturk/robots", {**_given(script), **more})["Robots"]
        return added[0]

    def crowds(self) -> list[dict[str, Any]]:
        """The crowds of robots, with their progress."""
        found: list[dict[str, Any]] = self.control("GET", "/_mturk/robots")["Robots"]
        return found

    def dismiss(self) -> None:
        """Removes all robots. What they have in hand is returned."""
        self.control("DELETE", "/_mturk/robots")

    def fail(
        self,
        operation: str | None = None,
        error: str | None = None,
        *,
        times: int | None = None,
        preset: str | None = None,
        requester: str | None = None,
        **more: Any,
    ) -> dict[str, Any]:
        """Makes calls fail: `fail("CreateHIT", "ThrottlingException", times=2)`. Returns the rule.

        `error`: ThrottlingException, ServiceFault, or a TurkErrorCode. `times`: how many calls fail; without
        it, all. `preset`: "throttle", "lost-answer", "sandbox-lag" or "duplicates". `requester`: an access
        key. `more`: other members of a rule, such as `LatencyMs=500`, `AfterCommit=True`. To remove the
        rules, call `reset` or `heal`.
        """
        named = {"Operation": operation, "Error": error, "Times": times, "Preset": preset, "Requester": requester}
        added: list[dict[str, Any]] = self.control("POST", "/_mturk/faults", {**_given(named), **more})["Faults"]
        return added[0]

    def heal(self) -> None:
        """Removes all rules that make calls fail."""
        self.control("DELETE", "/_mturk/faults")

    def webhook(
        self,
        url: str,
        *,
        events: Iterable[str] | None = None,
        secret: str | None = None,
        requester: str | None = None,
        **more: Any,
    ) -> dict[str, Any]:
        """Registers a URL that gets events as signed POST requests. Returns the webhook with its `Secret`.

        Start the server with `--allow-outbound` for the host. `events`: such as ["AssignmentSubmitted"];
        without it, all. `secret`: one is made without it. `requester`: an access key. `more`: other members
        of a webhook, such as `After=0`. `reset` removes the webhook.
        """
        types = None if events is None else list(events)
        named = {"Url": url, "Events": types, "Secret": secret, "Requester": requester}
        added: list[dict[str, Any]] = self.control("POST", "/_mturk/webhooks", {**_given(named), **more})["Webhooks"]
        return added[0]

    def webhooks(self) -> list[dict[str, Any]]:
        """Returns the webhooks, without their secrets: how far each has come, and whether it is `Off`."""
        found: list[dict[str, Any]] = self.control("GET", "/_mturk/webhooks")["Webhooks"]
        return found

    def calls(
        self,
        operation: str | None = None,
        *,
        requester: str | None = None,
        error: str | None = None,
        text: str | None = None,
    ) -> Calls:
        """Returns the calls of the Requester API since the last reset, with their answers.

        `operation`: such as "SendBonus". `requester`: an access key. `error`: a code such as
        "HITDoesNotExist", or "any". `text`: what stands in the request or in the answer. Raises an `Error` if the journal of the server was too small for all calls.
        """
        found: list[Call] = []
        while True:
            after = found[-1].document["Number"] if found else None
            query = _query(operation=operation, requester=requester, error=error, text=text, after=after)
            page = self.control("GET", "/_mturk/requests" + query)
            if page["Dropped"]:
                raise Error(f"{page['Dropped']} calls were dropped: give the server a larger --journal")
            if not page["Requests"]:
                return Calls(found)
            found += map(Call, page["Requests"])

    def wait(
        self,
        hit_id: str | None = None,
        *,
        status: str | None = None,
        submitted: int | None = None,
        approved: int | None = None,
        rejected: int | None = None,
        requester: str | None = None,
        event: str | None = None,
        after: int | None = None,
        idle: bool = False,
        timeout: Span = "30s",
    ) -> dict[str, Any]:
        """Waits until a HIT has a status or so many assignments, until an event happened, or until robots are idle.

        Without `hit_id`, the assignments of all HITs count: of all requesters, or of the `requester`
        with this access key. `idle`: until no robot has a step before the market's time stands; while the clock
        runs, until no robot has a step at all. Returns the counts or the event. After `timeout` of real time, at most 55 seconds, it
        raises a `ControlError` with the status 408.
        """
        if isinstance(timeout, timedelta):
            timeout = f"{timeout // timedelta(milliseconds=1)}ms"
        query = _query(
            HITId=hit_id,
            status=status,
            submitted=submitted,
            approved=approved,
            rejected=rejected,
            Requester=requester,
            event=event,
            after=after,
            idle="true" if idle else None,
            timeout=timeout,
        )
        (found,) = self.control("GET", "/_mturk/wait" + query).values()
        result: dict[str, Any] = {} if found is True else found
        return result


def _read_options(args: list[str]) -> argparse.Namespace:
    """Those of the program's options that matter here."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--auth")
    parser.add_argument("--admin-token")
    parser.add_argument("--credential", action="append")
    return parser.parse_known_args(args)[0]


def _foreign_environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("MTURK_LOCAL_")}


@contextlib.contextmanager
def _killed_after(seconds: float, process: subprocess.Popen[str]) -> Iterator[None]:
    """Kills the process if the block takes longer. A timer's time is real, whatever freezegun does."""
    timer = threading.Timer(seconds, process.kill)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _read_world(world: StrPath | Mapping[str, Any]) -> Any:
    if isinstance(world, Mapping):
        return world
    try:
        return json.loads(Path(world).read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{os.fspath(world)}: no JSON: {error}") from error


def _snapshot(name: str) -> str:
    return f"/_mturk/snapshots/{quote(name, safe='')}"


def _instant(clock: dict[str, str]) -> datetime:
    return datetime.fromisoformat(clock["now"].replace("Z", "+00:00"))


def _json_time(value: object) -> str:
    """Answers of boto3 have datetimes, and a caller may give one."""
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{value!r} is no JSON")


def _given(members: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}


def _query(**parameters: Any) -> str:
    given = _given(parameters)
    return "?" + urlencode(given) if given else ""

"""Starts the binary under test and speaks to it: what the fixtures and the tests share."""

import functools
import http.client
import json
import os
import re
import select
import signal
import socket
import subprocess
import tempfile
import time
import uuid
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlsplit

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

ROOT = Path(__file__).resolve().parents[2]
TARGET = "MTurkRequesterServiceV20170117."
READY = re.compile(r"mturk-local ready on (http://(127\.0\.0\.1):(\d+))\n")
UNKNOWN = "3" + "0" * 29  # an id of the right form that nothing has
INSIDES = re.compile(r"sqlx|sqlite|postgres|serde|axum|panick|\.rs\b|SELECT |INSERT |constraint \"")
PATIENCE = 60  # seconds that a step of the process may take on a busy machine

EXTERNAL = (
    '<ExternalQuestion xmlns="http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas'
    '/2006-07-14/ExternalQuestion.xsd"><ExternalURL>http://localhost:5000/task?a=1&amp;b=2'
    "</ExternalURL><FrameHeight>600</FrameHeight></ExternalQuestion>"
)
HIT_MEMBERS = {
    "Title": "Label a picture",
    "Description": "Say what the picture shows",
    "Keywords": "picture, label",
    "Reward": "0.05",
    "MaxAssignments": 3,
    "LifetimeInSeconds": 86400,
    "AssignmentDurationInSeconds": 3600,
    "Question": EXTERNAL,
}


def clean_environment(**extra):
    """The environment without settings that would change what a client or the server does."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("AWS_", "MTURK_LOCAL_")) and not name.lower().endswith("_proxy")
    }
    nowhere = {name: os.devnull for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE")}
    return kept | nowhere | {"AWS_EC2_METADATA_DISABLED": "true"} | extra


def binary():
    """The path of mturk-local: MTURK_LOCAL_BIN, or the release build."""
    path = Path(os.environ.get("MTURK_LOCAL_BIN", ROOT / "target/release/mturk-local")).absolute()
    if not path.is_file():
        pytest.exit(f"{path} is missing: run `cargo build --release`, or set MTURK_LOCAL_BIN", 3)
    return str(path)


def run_binary(*arguments, **environment):
    """Runs mturk-local to its end; the result has returncode, stdout and stderr."""
    return subprocess.run(
        [binary(), *map(str, arguments)],
        env=clean_environment(**environment),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


# --- databases ---------------------------------------------------------------------------------


def postgres_url():
    """The PostgreSQL server to make databases on, or None when the tests run on SQLite."""
    url = os.environ.get("MTURK_LOCAL_TEST_DATABASE", "")
    return url if url.startswith(("postgres://", "postgresql://")) else None


def psql(url, statement):
    """Runs one statement and returns what psql printed."""
    command = ["psql", "--no-psqlrc", "--quiet", "-At", "-v", "ON_ERROR_STOP=1", "-d", url]
    done = subprocess.run([*command, "-c", statement], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@contextmanager
def fresh_database():
    """A new, empty PostgreSQL database: its URL. None when the tests run on SQLite."""
    if not postgres_url():
        yield None
        return
    name = f"clients_{uuid.uuid4().hex}"
    psql(postgres_url(), f"CREATE DATABASE {name}")
    try:
        yield urlsplit(postgres_url())._replace(path=f"/{name}").geturl()
    finally:
        psql(postgres_url(), f"DROP DATABASE {name} WITH (FORCE)")


# --- the server --------------------------------------------------------------------------------


class ControlError(Exception):
    """The control API refused: `status`, `code`, `message`."""

    def __init__(self, status, body):
        error = json.loads(body)["error"]
        self.status, self.code, self.message = status, error["code"], error["message"]
        super().__init__(f"{status} {self.code}: {self.message}")


class Server:
    """A running mturk-local; `program` is another than the binary under test."""

    def __init__(self, arguments, environment, folder, open_files=None, program=None):
        self.ready_file = folder / "ready"
        self.stderr_file = folder / "stderr"
        self.later_stdout = b""
        listen = ["--listen", "127.0.0.1:0", "--ready-file", str(self.ready_file)]
        command = [program or binary(), *listen]
        if open_files:
            command = ["sh", "-c", f'ulimit -n {open_files} && exec "$0" "$@"', *command]
        with self.stderr_file.open("wb") as stderr:
            self.process = subprocess.Popen(
                command + [str(argument) for argument in arguments],
                env=clean_environment(**environment),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=stderr,
            )
        self.admin_token = environment.get("MTURK_LOCAL_ADMIN_TOKEN")
        self.ready_line = self._read_ready_line()
        self.url, self.host, port = READY.fullmatch(self.ready_line).groups()
        self.port = int(port)

    def _read_ready_line(self):
        line, end = b"", time.monotonic() + PATIENCE
        stdout = self.process.stdout.fileno()
        while not line.endswith(b"\n"):
            select.select([stdout], [], [], max(0, end - time.monotonic()))
            some = os.read(stdout, 4096) if time.monotonic() < end else b""
            if not some:
                self.kill()
                pytest.fail(f"no ready line, but {line!r}; stderr:\n{self.stderr()}")
            line += some
        if not READY.fullmatch(line.decode()):
            self.kill()
            pytest.fail(f"not the ready line: {line!r}")
        return line.decode()

    def stderr(self):
        """What the process wrote to stderr so far."""
        return self.stderr_file.read_text(errors="replace")

    def wait(self):
        """Waits for the end of the process and returns its exit code."""
        try:
            code = self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.kill()
            pytest.fail(f"the process does not end; stderr:\n{self.stderr()}")
        if not self.process.stdout.closed:
            self.later_stdout = self.process.stdout.read()
            self.process.stdout.close()
        return code

    def stop(self):
        """Stops it with SIGTERM, which it must answer with exit code 0."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        code = self.wait()
        assert code == 0, f"exit code {code}; stderr:\n{self.stderr()}"

    def kill(self):
        """Ends it with SIGKILL."""
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def raw(self, body=b"", operation=None, method="POST", path="/", headers=None):
        """One HTTP request exactly as given; the answer has status, headers, body and json()."""
        sent = {"Content-Type": "application/x-amz-json-1.1"}
        if operation:
            sent["X-Amz-Target"] = TARGET + operation
        sent |= headers or {}
        if not isinstance(body, bytes):
            body = json.dumps(body).encode()
        connection = http.client.HTTPConnection(self.host, self.port, timeout=PATIENCE)
        try:
            try:
                connection.request(method, path, body, sent)
            except (BrokenPipeError, ConnectionResetError):
                pass  # refused before all of it was sent: the answer is there to be read
            answer = connection.getresponse()
            content = answer.read()
        finally:
            connection.close()
        return SimpleNamespace(
            status=answer.status,
            headers=answer.headers,
            body=content,
            json=lambda: json.loads(content),
        )

    @contextmanager
    def begun(self, method, path, body):
        """A request that was sent, and whose answer nobody waits for."""
        connection = http.client.HTTPConnection(self.host, self.port, timeout=PATIENCE)
        try:
            connection.request(method, path, body, {"Content-Type": "application/json"})
            yield
        finally:
            connection.close()

    def control(self, method, path, body=None):
        """One request to the control API: its JSON, or a ControlError."""
        headers = {"Content-Type": "application/json"}
        if self.admin_token:
            headers["Authorization"] = f"Bearer {self.admin_token}"
        sent = b"" if body is None else json.dumps(body).encode()
        answer = self.raw(sent, method=method, path=path, headers=headers)
        if answer.status >= 400:
            raise ControlError(answer.status, answer.body)
        return answer.json() if answer.body else None

    def client(self, key=None, secret="secret", **more):
        """A boto3 client; without `key`, that of a requester nobody has seen before."""
        usual = {
            "retries": {"total_max_attempts": 1},
            "max_pool_connections": 50,
            "read_timeout": PATIENCE,
        }
        settings = Config(**(usual | more.pop("config", {})))
        return boto_session().client(
            "mturk",
            region_name="us-east-1",
            endpoint_url=self.url,
            aws_access_key_id=key or access_key(),
            aws_secret_access_key=secret,
            config=settings,
            **more,
        )

    def submit(self, hit_id, worker=None, answers=None, **times):
        """A worker accepts and submits in one step: the assignment as the control API shows it."""
        body = {"Answers": answers or {"label": "cat"}} | times
        if worker:
            body["WorkerId"] = worker
        return self.control("POST", f"/_mturk/hits/{hit_id}/submissions", body)

    def accept(self, hit_id, worker):
        """A worker accepts: the id of the assignment."""
        path = f"/_mturk/workers/{worker}/accept"
        return self.control("POST", path, {"HITId": hit_id})["AssignmentId"]

    def hand_in(self, assignment_id, answers=None):
        """The worker submits what was accepted."""
        path = f"/_mturk/assignments/{assignment_id}/submit"
        return self.control("POST", path, {"Answers": answers or {"label": "cat"}})

    def advance(self, span):
        """Moves the clock on, such as by "30d"; the answer of the control API."""
        return self.control("POST", "/_mturk/clock", {"advance": span})

    def now(self):
        """The instant of the server's clock."""
        return instant(self.control("GET", "/_mturk/clock")["now"])


@contextmanager
def launch(*arguments, database="fresh", open_files=None, **environment):
    """A server for the length of the block. `database`: "fresh", None for the default, or a URL.

    `open_files`: the limit of open files, connections included, that the process has."""
    with tempfile.TemporaryDirectory(prefix="mturk-local-clients-") as folder:
        with fresh_database() if database == "fresh" else given(database) as url:
            options = ["--database", url] if url else []
            server = Server([*options, *arguments], environment, Path(folder), open_files)
            try:
                yield server
            except BaseException:
                server.kill()
                print(server.stderr())
                raise
            if server.process.returncode is None:
                server.stop()


@contextmanager
def given(value):
    """A context that hands `value` through."""
    yield value


# --- requesters, workers, HITs -----------------------------------------------------------------


@functools.cache
def boto_session():
    """One session for all clients, since it reads the service's model once."""
    return boto3.session.Session()


def access_key():
    """An access key, so a requester, that nobody has seen before."""
    return f"AKID{uuid.uuid4().hex[:16].upper()}"


def worker_id():
    """A worker that nobody has seen before."""
    return f"A{uuid.uuid4().hex[:13].upper()}"


def make_hit(client, **members):
    """Creates a HIT of `HIT_MEMBERS` with these members changed: the HIT."""
    wanted = {name: value for name, value in (HIT_MEMBERS | members).items() if value is not None}
    return client.create_hit(**wanted)["HIT"]


def get_hit(client, hit_id):
    """The HIT as GetHIT shows it now."""
    return client.get_hit(HITId=hit_id)["HIT"]


def state(client, hit_id):
    """What moves in a HIT: its status, then Available, Pending and Completed."""
    hit = get_hit(client, hit_id)
    counters = ("Available", "Pending", "Completed")
    return (hit["HITStatus"], *(hit[f"NumberOfAssignments{name}"] for name in counters))


def all_assignments(client, hit_id, **members):
    """The assignments of a HIT, over all pages."""
    pages = client.get_paginator("list_assignments_for_hit").paginate(HITId=hit_id, **members)
    return [assignment for page in pages for assignment in page["Assignments"]]


def ids(assignments):
    """Their ids, in the same order."""
    return [assignment["AssignmentId"] for assignment in assignments]


def instant(text):
    """The datetime of an RFC 3339 text."""
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


# --- refusals ----------------------------------------------------------------------------------

SANDBOX_SUFFIX = re.compile(r" \(\d{13} s\)$")


@contextmanager
def refused(code, turk_code=None, message=None):
    """The block's call must fail so. `message` is compared without the suffix of the sandbox."""
    with pytest.raises(ClientError) as caught:
        yield caught
    got = caught.value.response
    text = got["Error"]["Message"]
    assert got["Error"]["Code"] == code, text
    assert got["ResponseMetadata"]["HTTPStatusCode"] == 400
    if turk_code:
        assert got["TurkErrorCode"] == f"AWS.MechanicalTurk.{turk_code}", text
        assert SANDBOX_SUFFIX.search(text), text
    if message:
        assert SANDBOX_SUFFIX.sub("", text) == message


def listening(host, port):
    """Whether something accepts connections there."""
    try:
        socket.create_connection((host, port), timeout=PATIENCE).close()
    except (ConnectionRefusedError, ConnectionResetError):
        # Reset: it was closed in between.
        return False
    return True

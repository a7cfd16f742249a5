"""Webhooks, as a receiver meets them: signed, in order, at least once, and nowhere else."""

import base64
import hmac
import http.server
import json
import ssl
import threading
import time
from contextlib import contextmanager

import pytest

from certificates import authority, certificate
from harness import PATIENCE, access_key, fresh_database, launch, make_hit, postgres_url, run_binary

ALLOWED = ("--allow-outbound", "127.0.0.1")


class Receiver:
    """A server that keeps the events whose signatures are right, and answers with `statuses`, then with 204."""

    def __init__(self, statuses=(), tls=None):
        self.statuses, self.secret = list(statuses), None
        self.events, self.headers, self.wrong = [], [], []
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status = receiver.take(self.headers, body)
                self.send_response(status)
                self.send_header("Location", receiver.url + "/elsewhere")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(tls / "server.crt", tls / "server.key")
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def take(self, headers, body):
        """Verifies a request, independently of the program: the status of the answer."""
        key = base64.b64decode(self.secret.removeprefix("whsec_"))
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        expected = "v1," + base64.b64encode(hmac.digest(key, signed, "sha256")).decode()
        if headers["webhook-signature"] != expected or abs(time.time() - int(headers["webhook-timestamp"])) > 60:
            self.wrong.append(headers)
            return 401
        self.headers.append(headers)
        status = self.statuses.pop(0) if self.statuses else 204
        if status == 204:
            self.events.append(json.loads(body))
        return status

    def register(self, server, **members):
        """Registers it: the webhook."""
        added = server.control("POST", "/_mturk/webhooks", {"Url": self.url + "/hook", **members})
        webhook = added["Webhooks"][0]
        self.secret = webhook["Secret"]
        return webhook

    def until(self, count):
        """The numbers of the events that came, once there are so many different ones."""
        end = time.monotonic() + PATIENCE
        while len({event["Event"] for event in self.events}) < count:
            assert time.monotonic() < end, (self.events, self.wrong)
            time.sleep(0.02)
        return [event["Event"] for event in self.events]


@contextmanager
def receiver(*arguments, **more):
    """A receiver for the length of the block."""
    found = Receiver(*arguments, **more)
    try:
        yield found
    finally:
        found.server.shutdown()
        found.server.server_close()


@pytest.fixture
def kept(tmp_path):
    """A database that outlives a server."""
    with fresh_database() as url:
        yield url or f"sqlite:{tmp_path}/kept.db"


def webhooks(server):
    """The webhooks."""
    return server.control("GET", "/_mturk/webhooks")["Webhooks"]


def failing(server):
    """The first webhook, once an attempt has failed."""
    end = time.monotonic() + PATIENCE
    while "Failure" not in (webhook := webhooks(server)[0]):
        assert time.monotonic() < end, webhook
        time.sleep(0.02)
    return webhook


def test_signed_events_come_in_order():
    """A hundred events of two requesters at once: as the event log has them."""
    with receiver() as hook, launch(*ALLOWED) as server:
        hook.register(server)
        for client in (server.client(access_key()), server.client(access_key())):
            hit = make_hit(client, MaxAssignments=20)
            for _ in range(16):
                server.submit(hit["HITId"])
        logged = server.control("GET", "/_mturk/events?limit=1000")["Events"]
        hook.until(len(logged))
        assert hook.events == logged and not hook.wrong
        ids = [headers["webhook-id"] for headers in hook.headers]
        assert len(set(ids)) == len(ids)
        assert hook.headers[0]["User-Agent"].startswith("mturk-local/")


def test_what_fails_is_sent_again():
    """After an error, and after a redirect, which is not followed."""
    with receiver([500, 302, 429]) as hook, launch(*ALLOWED) as server:
        hook.register(server)
        make_hit(server.client())
        assert failing(server)["Failures"] >= 1
        make_hit(server.client())
        numbers = hook.until(2)
        assert numbers == sorted(numbers) and len(numbers) == 2
        assert len({headers["webhook-id"] for headers in hook.headers[:4]}) == 1
        assert "not delivered" in server.stderr() and "/hook" not in server.stderr()


def test_events_come_at_least_once_after_a_kill(kept):
    """Killed between events: none is lost, and the order stays."""
    with receiver() as hook:
        with launch(*ALLOWED, database=kept) as server:
            hook.register(server)
            hit = make_hit(server.client(), MaxAssignments=60)
            for _ in range(40):
                server.submit(hit["HITId"])
            hook.until(5)
            server.kill()
        with launch(*ALLOWED, database=kept) as server:
            last = server.control("GET", "/_mturk/events?limit=1000")["Events"][-1]["Event"]
            numbers = hook.until(last)
        assert numbers == sorted(numbers)
        assert sorted(set(numbers)) == list(range(1, last + 1))
        assert len(numbers) <= last + 1, "at most the one that was under way comes twice"


def test_one_of_two_processes_delivers(kept):
    """Both may; each event comes once, whichever of them it happened in."""
    if not postgres_url():
        pytest.skip("a SQLite file has one process")
    with receiver() as hook, launch(*ALLOWED, database=kept) as one, launch(*ALLOWED, database=kept) as other:
        hook.register(one)
        hit = make_hit(one.client(), MaxAssignments=30)
        for number in range(20):
            (one, other)[number % 2].submit(hit["HITId"])
        last = one.control("GET", "/_mturk/events?limit=1000")["Events"][-1]["Event"]
        assert hook.until(last) == list(range(1, last + 1))


def test_a_host_that_is_not_allowed_gets_nothing(kept):
    """The webhook says so; with the host allowed it gets what it has missed."""
    with receiver() as hook:
        with launch("--allow-outbound", "localhost", database=kept) as server:
            assert "--allow-outbound" in hook.register(server)["Off"]
            make_hit(server.client())
            assert "127.0.0.1" in webhooks(server)[0]["Off"]
            end = time.monotonic() + PATIENCE
            while "the webhook is off" not in server.stderr():
                assert time.monotonic() < end
                time.sleep(0.02)
        assert not hook.events and not hook.wrong
        with launch(*ALLOWED, database=kept) as server:
            assert hook.until(1) == [1]
            assert "Off" not in webhooks(server)[0]


def test_addresses_that_no_name_makes_good():
    """Metadata services and the like are refused although their names are allowed."""
    with launch("--allow-outbound", "169.254.169.254") as server:
        server.control("POST", "/_mturk/webhooks", {"Url": "http://169.254.169.254/latest"})
        make_hit(server.client())
        assert "link-local" in failing(server)["Failure"]


def test_https_with_an_authority_of_its_own(tmp_path):
    """SSL_CERT_FILE names whom to trust; another one is not trusted."""
    for name in ("right", "wrong"):
        authority(tmp_path, name)
    certificate(tmp_path, "right")
    with receiver(tls=tmp_path) as hook:
        with launch(*ALLOWED, SSL_CERT_FILE=str(tmp_path / "right.pem")) as server:
            hook.register(server)
            make_hit(server.client())
            assert hook.until(1) == [1]
        with launch(*ALLOWED, SSL_CERT_FILE=str(tmp_path / "wrong.pem")) as server:
            hook.register(server)
            make_hit(server.client())
            assert "certificate" in failing(server)["Failure"]


def test_secrets_are_shown_once_alone(tmp_path):
    """In the answer to the registration, and in a dump with secrets; in no list, dump or log."""
    exit_dump = tmp_path / "exit.json"
    token = ("--admin-token", "t0ken", "--dump-on-exit", exit_dump)
    with receiver([500]) as hook, launch(*ALLOWED, "-v", *token) as server:
        command = {"MTURK_LOCAL_ENDPOINT": server.url, "MTURK_LOCAL_ADMIN_TOKEN": "t0ken"}

        def run(*arguments):
            done = run_binary(*arguments, **command)
            assert done.returncode == 0, done.stderr
            return done.stdout

        added = json.loads(run("webhooks", "add", hook.url, "Events=HITCreated,HITExpired"))["Webhooks"][0]
        hook.secret = added["Secret"]
        assert added["Events"] == ["HITCreated", "HITExpired"]
        make_hit(server.client())
        hook.until(1)
        secret = hook.secret.removeprefix("whsec_")
        for shown in (run("webhooks"), run("dump"), run("requests"), server.stderr()):
            assert secret not in shown
        assert secret in run("dump", "--with-secrets")
        assert json.loads(run("webhooks", "remove", added["Webhook"])) == {"Removed": 1}
        again = tmp_path / "again.json"
        again.write_text(json.dumps({"Webhooks": [{"Url": hook.url, "Secret": hook.secret}]}))
        run("load", again)
        make_hit(server.client())
        hook.until(2)
    assert exit_dump.exists() and secret not in exit_dump.read_text()


def test_a_proxy_of_the_environment_is_ignored():
    """The request goes straight to the host, and the log says so."""
    with receiver() as hook, launch(*ALLOWED, HTTP_PROXY="http://127.0.0.1:1") as server:
        hook.register(server)
        make_hit(server.client())
        assert hook.until(1) == [1]
        assert "HTTP_PROXY is ignored" in server.stderr()

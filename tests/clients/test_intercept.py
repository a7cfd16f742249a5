"""`exec` intercepts: programs that name Amazon's own hosts reach this server, other hosts are untouched."""

import http.client
import json
import os
import shutil
import socket
import socketserver
import ssl
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from certificates import authority, certificate
from conftest import CREDENTIAL, KNOWN
from harness import PATIENCE, ROOT, binary, clean_environment, postgres_url
from test_auth import sign

AWS = {1: Path(sys.executable).parent / "aws", 2: Path("/usr/bin/aws")}
JS = ROOT / "tests/clients/js"
SANDBOX = "mturk-requester-sandbox.us-east-1.amazonaws.com"
PRODUCTION = "mturk-requester.us-east-1.amazonaws.com"
OTHER = "127.0.0.2"  # An address of loopback that no NO_PROXY names.

pytestmark = pytest.mark.skipif(bool(postgres_url()), reason="the database does not matter")


BUNDLES = ("AWS_CA_BUNDLE", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
UNSET = dict.fromkeys((*BUNDLES, "NODE_EXTRA_CA_CERTS", "NODE_OPTIONS"), "")


def under_exec(*command, options=(), **environment):
    """What a command printed under `exec`."""
    done = subprocess.run(
        [binary(), "exec", *options, "--", *map(str, command)],
        env=clean_environment(**UNSET) | environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stderr + done.stdout
    return done.stdout


def python(script, *arguments, **more):
    """What a Python program printed under `exec`."""
    return under_exec(sys.executable, "-c", script, *arguments, **more)


def fetched(host, *, path="/_mturk/livez"):
    """A program that prints what a host answers, by requests."""
    return f"import requests; print(requests.get('https://{host}{path}', timeout=60).text)"


def is_ours(text):
    """Whether this is the answer of mturk-local to /_mturk/livez."""
    return set(json.loads(text)) == {"status", "version"}


# --- programs that name Amazon -----------------------------------------------------------------

BOTO3 = """
import os, sys, boto3
os.environ.pop("AWS_ENDPOINT_URL_MTURK")
named = {"endpoint_url": sys.argv[1]} if sys.argv[1:] else {}
print(boto3.client("mturk", **named).get_account_balance()["AvailableBalance"])
"""


@pytest.mark.parametrize("named", [[f"https://{SANDBOX}"], [f"https://{PRODUCTION}/"], []])
def test_boto3(named):
    """boto3 with the sandbox's URL, with production's, and with none."""
    assert python(BOTO3, *named) == "10000.00\n"


@pytest.mark.parametrize("region", ["us-west-2", "eu-central-1"])
def test_boto3_in_another_region(region):
    """The name of an endpoint is made with whatever region a client has."""
    named = f"https://mturk-requester.{region}.amazonaws.com"
    assert python(BOTO3, named) == "10000.00\n"


def test_signatures_hold():
    """What was signed for Amazon's host is verified as such."""
    options = ["--auth", "strict", *CREDENTIAL]
    assert python(BOTO3, f"https://{SANDBOX}", options=options) == "10000.00\n"


@pytest.mark.parametrize("version", AWS)
def test_command_line(version):
    """The AWS CLI with the sandbox's URL."""
    if not AWS[version].is_file():
        pytest.skip(f"AWS CLI {version} is not installed")
    query = ["--query", "AvailableBalance", "--output", "text"]
    call = [AWS[version], "mturk", "get-account-balance", "--endpoint-url", f"https://{SANDBOX}"]
    assert under_exec(*call, *query, AWS_PAGER="") == "10000.00\n"


@pytest.mark.parametrize(
    "host", [SANDBOX, "worker.mturk.com", "requestersandbox.mturk.com", "www.mturkcontent.com"]
)
def test_requests(host):
    """requests, to each kind of host."""
    assert is_ours(python(fetched(host)))


def test_signed_by_hand():
    """A client of the standard library that signs its requests itself."""
    script = """
import json, sys, urllib.request
url, headers = sys.argv[1], json.loads(sys.argv[2])
print(urllib.request.urlopen(urllib.request.Request(url, b"{}", headers)).read().decode())
"""
    content = {"content-type": "application/x-amz-json-1.1"}
    headers = sign(None, b"{}", key=KNOWN, host=PRODUCTION, **content)
    options = ["--auth", "strict", *CREDENTIAL]
    answer = python(script, f"https://{PRODUCTION}/", json.dumps(headers), options=options)
    assert json.loads(answer)["AvailableBalance"] == "10000.00"


needs_curl = pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed")


@needs_curl
def test_curl():
    """curl."""
    assert is_ours(under_exec("curl", "-sS", "https://workersandbox.mturk.com/_mturk/livez"))


# --- Node --------------------------------------------------------------------------------------

FETCH = "fetch(process.argv[1]).then((a) => a.text()).then(console.log)"
HTTPS = "require('https').get(process.argv[1], (a) => a.pipe(process.stdout))"
BY_NAME = """
const [url, tls] = [new URL(process.argv[1]), require("tls")];
const socket = tls.connect(443, url.hostname, { servername: url.hostname }, () => {
  socket.write(`GET ${url.pathname} HTTP/1.1\\r\\nHost: ${url.hostname}\\r\\nConnection: close\\r\\n\\r\\n`);
});
socket.on("data", (some) => process.stdout.write(String(some).split("\\r\\n\\r\\n").pop()));
"""
SDK = """
import { MTurkClient, GetAccountBalanceCommand } from "@aws-sdk/client-mturk";
delete process.env.AWS_ENDPOINT_URL_MTURK;
const named = process.argv[2] ? { endpoint: process.argv[2] } : {};
const client = new MTurkClient({ maxAttempts: 1, ...named });
console.log((await client.send(new GetAccountBalanceCommand({}))).AvailableBalance);
"""


@pytest.fixture
def node():
    """The program."""
    path = shutil.which("node")
    if not path:
        pytest.skip("Node is not installed")
    return path


@pytest.mark.parametrize("script", [FETCH, HTTPS, BY_NAME])
def test_node(node, script):
    """Node's fetch, https and tls."""
    url = "https://www.mturk.com/_mturk/livez"
    assert is_ours(under_exec(node, "-e", script, url, NODE_OPTIONS="--no-warnings"))


@pytest.mark.parametrize("named", [[f"https://{SANDBOX}"], []])
def test_node_sdk(node, named, tmp_path):
    """The AWS SDK for JavaScript, version 3, with the sandbox's URL and with none."""
    if not (JS / "node_modules/@aws-sdk/client-mturk").is_dir():
        pytest.skip("the AWS SDK for JavaScript is not installed")
    (tmp_path / "node_modules").symlink_to(JS / "node_modules")
    (tmp_path / "client.mjs").write_text(SDK)
    assert under_exec(node, tmp_path / "client.mjs", *named) == "10000.00\n"


# --- other hosts -------------------------------------------------------------------------------


class Echo(BaseHTTPRequestHandler):
    """Answers every request with its path."""

    def do_GET(self):  # noqa: N802
        self.send_response(200)
        self.send_header("Content-Length", str(len(self.path)))
        self.end_headers()
        self.wfile.write(self.path.encode())

    def log_message(self, *_):
        pass


class Relay(socketserver.StreamRequestHandler):
    """A proxy as offices have it: notes each CONNECT, with its password, and tunnels."""

    def handle(self):
        line = self.rfile.readline().split()[1].decode()
        headers = http.client.parse_headers(self.rfile)
        self.server.seen.append((line, headers["Proxy-Authorization"]))
        host, port = line.rsplit(":", 1)
        with socket.create_connection((host, int(port)), timeout=PATIENCE) as there:
            self.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
            back = threading.Thread(target=pass_on, args=(there, self.connection), daemon=True)
            back.start()
            pass_on(self.connection, there)
            back.join(PATIENCE)


def pass_on(source, sink):
    """Copies until one side ends."""
    try:
        while some := source.recv(65536):
            sink.sendall(some)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        pass


@contextmanager
def running(server):
    """The server in a thread, for the length of the block."""
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="module")
def other(tmp_path_factory):
    """An HTTPS server that has nothing to do with Amazon: host and port, and who signed for it."""
    folder = tmp_path_factory.mktemp("other")
    authority(folder, "office")
    certificate(folder, "office", OTHER)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(folder / "server.crt", folder / "server.key")
    server = ThreadingHTTPServer((OTHER, 0), Echo)
    server.socket = tls.wrap_socket(server.socket, server_side=True)
    with running(server):
        yield f"{OTHER}:{server.server_port}", str(folder / "office.pem")


@pytest.fixture
def relay():
    """The proxy of an office; `seen` is what it was asked for."""
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Relay)
    server.daemon_threads, server.seen = True, []
    with running(server):
        server.url = f"http://me:p%40ss@127.0.0.1:{server.server_address[1]}"
        yield server


@needs_curl
def test_another_host_is_untouched(other):
    """Its own certificate arrives, and the authorities that were trusted before still are."""
    host, pem = other
    script = fetched(host, path="/a?b")
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        assert python(script, **{name: pem}) == "/a?b\n"
    assert under_exec("curl", "-sS", f"https://{host}/c", SSL_CERT_FILE=pem) == "/c"
    failing = ["sh", "-c", f"curl -s https://{host}/ || echo $?"]
    assert under_exec(*failing) == "60\n", "who trusted no such authority still trusts none"


def test_another_host_through_node(other, node):
    """Node reaches it as ever, with the authorities that were added before."""
    host, pem = other
    answer = under_exec(node, "-e", FETCH, f"https://{host}/d", NODE_EXTRA_CA_CERTS=pem)
    assert answer == "/d\n"


def test_the_proxy_that_was_there(other, relay):
    """Other hosts go through it; Amazon's old ones do not, whatever NO_PROXY says of them."""
    host, pem = other
    settings = {"REQUESTS_CA_BUNDLE": pem, "HTTPS_PROXY": relay.url}
    assert python(fetched(host, path="/e"), **settings) == "/e\n"
    assert relay.seen == [(host, "Basic bWU6cEBzcw==")]
    relay.seen.clear()
    assert python(fetched(host, path="/f"), NO_PROXY=f"x.test,{OTHER}", **settings) == "/f\n"
    assert is_ours(python(fetched(SANDBOX), no_proxy=".amazonaws.com", **settings))
    assert python(BOTO3, NO_PROXY="*", **settings) == "10000.00\n"
    assert relay.seen == []


def test_hosts_of_amazon_s_that_are_not_the_market_s(other, relay):
    """SQS, SNS and S3 are other hosts."""
    connect = """
import os, sys, urllib.parse, http.client
proxy = urllib.parse.urlsplit(os.environ["https_proxy"])
import base64
password = base64.b64encode(f"{proxy.username}:{proxy.password}".encode()).decode()
for host in sys.argv[1:]:
    connection = http.client.HTTPConnection(proxy.hostname, proxy.port)
    connection.request("CONNECT", host, headers={"Proxy-Authorization": f"Basic {password}"})
    print(connection.getresponse().status)
"""
    hosts = [f"{name}.us-east-1.amazonaws.com:443" for name in ("sqs", "sns", "s3")]
    hosts += ["s3.amazonaws.com:443", f"{SANDBOX}:8443"]
    python(connect, *hosts, HTTPS_PROXY=relay.url)
    assert [host for host, _ in relay.seen] == hosts


# --- the proxy ---------------------------------------------------------------------------------


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_nobody_else_may_use_it():
    """Another user without the password, or with a wrong one, reaches no host, not Amazon's old ones
    either. Programs of the same user, such as browsers, need none."""
    script = """
import encodings.idna, os, urllib.parse, http.client
os.setuid(int(os.environ["AS_USER"]))
proxy = urllib.parse.urlsplit(os.environ["HTTPS_PROXY"])
for host in ("mturk-requester.us-east-1.amazonaws.com:443", "127.0.0.1:80"):
    for headers in ({}, {"Proxy-Authorization": "Basic bXR1cmstbG9jYWw6aHVzaA=="}):
        connection = http.client.HTTPConnection(proxy.hostname, proxy.port)
        connection.request("CONNECT", host, headers=headers)
        answer = connection.getresponse()
        print(answer.status, answer.headers["Proxy-Authenticate"])
print(len(proxy.password) >= 40)
"""
    refused = '407 Basic realm="mturk-local"\n' * 4
    assert python(script, AS_USER="65534") == refused + "True\n"
    assert python(script, AS_USER="0").startswith("200 None\n200 None\n")


def test_other_users_read_and_write_nothing(tmp_path):
    """Whatever the umask is: programs run what is in the folder, and the market has secrets."""
    script = "import glob, os, sys; print([oct(os.stat(at).st_mode) for at in glob.glob(sys.argv[1] + '/mturk-local-*')])"
    command = [binary(), "exec", "--", sys.executable, "-c", script, str(tmp_path)]
    environment = clean_environment(**UNSET) | {"TMPDIR": str(tmp_path)}
    found = subprocess.check_output(
        ["sh", "-c", 'umask 0; exec "$@"', "sh", *command], env=environment, text=True, timeout=PATIENCE
    )
    assert found == "['0o40700', '0o40700']\n"


def test_a_browser(other):
    """Chromium reads HTTPS_PROXY too, and has no password to send."""
    host, _ = other
    if not Path("/usr/bin/chromium").is_file():
        pytest.skip("Chromium is not installed")
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--ignore-certificate-errors"]
    shown = under_exec("/usr/bin/chromium", *options, "--dump-dom", f"https://{host}/page")
    assert "/page" in shown


def test_a_head_has_an_end():
    """A head of more than 16 KiB is refused."""
    script = """
import os, socket, urllib.parse
proxy = urllib.parse.urlsplit(os.environ["HTTPS_PROXY"])
with socket.create_connection((proxy.hostname, proxy.port)) as there:
    there.sendall(b"CONNECT a.test:443 HTTP/1.1\\r\\nx: " + b"x" * 17000)
    print(there.recv(100).split()[1].decode())
"""
    assert python(script) == "431\n"


@needs_curl
def test_what_cannot_be_reached_is_told(relay):
    """A host that takes no connection, a proxy that is away or of a kind that cannot be used."""
    failing = ["sh", "-c", "curl -sv https://127.0.0.2:9/ 2>&1 | grep -o 'HTTP/1.1 502'"]
    assert under_exec(*failing) == "HTTP/1.1 502\n"
    assert under_exec(*failing, HTTPS_PROXY="http://127.0.0.1:9") == "HTTP/1.1 502\n"
    done = subprocess.run(
        [binary(), "exec", "--", "true"],
        env=clean_environment(ALL_PROXY="socks5://me:hush@127.0.0.1:9"),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2 and "--no-intercept" in done.stderr
    assert "hush" not in done.stderr


def test_open_tunnels_end_with_the_command(other, tmp_path):
    """A process that outlives the command does not keep the server: its tunnel ends."""
    script = """
import os, socket, sys, urllib.parse
proxy = urllib.parse.urlsplit(os.environ["HTTPS_PROXY"])
there = socket.create_connection((proxy.hostname, proxy.port))
there.sendall(f"CONNECT {sys.argv[1]} HTTP/1.1\\r\\nHost: {sys.argv[1]}\\r\\n\\r\\n".encode())
print(there.recv(1000).split()[1].decode(), flush=True)
if os.fork() == 0:
    for stream in (0, 1, 2):
        os.close(stream)
    while there.recv(1000):
        pass
    open(sys.argv[2], "w").close()
"""
    ended = tmp_path / "ended"
    assert python(script, other[0], ended) == "200\n"
    for _ in range(PATIENCE * 50):
        if ended.exists():
            return
        time.sleep(0.02)
    pytest.fail("the tunnel is still open")


SHOW = "import json, os; print(json.dumps(dict(os.environ)))"


def test_nothing_is_left_behind():
    """The files are gone after the command, and so is the proxy."""
    shown = json.loads(python(SHOW))
    for name in (*BUNDLES, "NODE_EXTRA_CA_CERTS"):
        assert not Path(shown[name]).exists()
    port = int(shown["HTTPS_PROXY"].rsplit(":", 1)[1])
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)


def test_an_exec_in_an_exec():
    """The inner server gets the calls, and other hosts are reached through both."""
    inner = [binary(), "exec", "--", sys.executable, "-c", fetched(SANDBOX)]
    assert is_ours(under_exec(*inner))


def test_no_intercept():
    """The environment has what it had, and no more than the endpoint."""
    shown = json.loads(python(SHOW, options=["--no-intercept"], HTTPS_PROXY="socks5://x:1"))
    assert shown["HTTPS_PROXY"] == "socks5://x:1" and "AWS_ENDPOINT_URL_MTURK" in shown
    assert not any(shown.get(name) for name in (*UNSET, "NO_PROXY", "no_proxy", "https_proxy"))

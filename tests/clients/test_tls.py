"""HTTPS at --tls-listen: certificates, scheme of links, and every option of the AWS CLI for a list."""

import http.client
import json
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
import yaml

from certificates import authority, certificate
from harness import (
    EXTERNAL,
    HIT_MEMBERS,
    PATIENCE,
    ROOT,
    access_key,
    clean_environment,
    ids,
    launch,
    make_hit,
    postgres_url,
    run_binary,
    worker_id,
)

AWS = {1: Path(sys.executable).parent / "aws", 2: Path("/usr/bin/aws")}
SANDBOX = "mturk-requester-sandbox.us-east-1.amazonaws.com"

pytestmark = pytest.mark.skipif(bool(postgres_url()), reason="the database does not matter")


@pytest.fixture(scope="module")
def secure(tmp_path_factory):
    """A server with a certificate of its own making; `ca` is who signed it, `https` its URL."""
    ca = tmp_path_factory.mktemp("tls") / "ca.pem"
    options = ["--tls-listen", "127.0.0.1:0", "--tls-self-signed", "--tls-ca-out", ca]
    with launch(*options) as server:
        server.ca, server.https = str(ca), https_url(server)
        yield server


def https_url(server):
    """Where it speaks HTTPS, as health says and as standard error said at the start."""
    url = server.control("GET", "/_mturk/health")["https"]
    assert f"HTTPS at {url}/" in server.stderr()
    return url


def connect(server, ca, name="127.0.0.1", protocols=("http/1.1",)):
    """A connection through TLS on which the server shows a certificate for `name`."""
    context = ssl.create_default_context(cafile=ca)
    context.set_alpn_protocols(list(protocols))
    at = urlsplit(server.https)
    plain = socket.create_connection((at.hostname, at.port), timeout=PATIENCE)
    if ca == getattr(server, "ca", None):
        # As Python does from 3.13 on; an authority that openssl makes for a test has no key id.
        context.verify_flags |= ssl.VERIFY_X509_STRICT
    return context.wrap_socket(plain, server_hostname=name)


def get(server, ca, host, path="/_mturk/livez", method="GET", body=None):
    """Status and JSON of one request through TLS, to a host by its name."""
    connection = http.client.HTTPConnection(host)
    connection.sock = connect(server, ca, host)
    connection.request(method, path, body, {"Accept": "application/json"})
    answer = connection.getresponse()
    shown = answer.status, json.loads(answer.read())
    connection.close()
    return shown


# --- connections and certificates --------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    ["localhost", "127.0.0.1", SANDBOX, "mturk-requester.eu-west-1.amazonaws.com", "www.mturk.com"],
)
def test_names(secure, name):
    """The certificate is good for loopback and for Amazon's old names, and the server answers so."""
    assert get(secure, secure.ca, name)[0] == 200


def test_other_names_are_not_in_the_certificate(secure):
    """Nobody who trusts the authority trusts it for other hosts."""
    with pytest.raises(ssl.SSLCertVerificationError):
        connect(secure, secure.ca, "sqs.us-east-1.amazonaws.com")
    with pytest.raises(ssl.SSLCertVerificationError):
        connect(secure, None)


def test_http_1_1_is_agreed_upon(secure):
    """HTTP/1.1 is spoken to whoever knows it; who knows only others is refused at once."""
    with connect(secure, secure.ca, protocols=("h2", "http/1.1")) as agreed:
        assert agreed.selected_alpn_protocol() == "http/1.1"
    with pytest.raises(ssl.SSLError, match="(?i)no.application.protocol"):
        connect(secure, secure.ca, protocols=("h2",))


@pytest.mark.parametrize("body", [b"", b"x" * 900_000])
def test_a_plain_request_is_told(secure, body):
    """HTTP at the port of HTTPS gets a clear answer, however much of a body comes."""
    connection = http.client.HTTPConnection(urlsplit(secure.https).netloc, timeout=PATIENCE)
    connection.request("POST", "/", body)
    answer = connection.getresponse()
    assert answer.status == 400 and b"begin the URL with https://" in answer.read()


def test_links_have_the_scheme(secure):
    """turkSubmitTo and links begin as the caller's own address did."""
    hit_id = make_hit(secure.client(access_key()))["HITId"]
    body = json.dumps({"HITId": hit_id})
    path = f"/_mturk/workers/{worker_id()}/accept"
    status, taken = get(secure, secure.ca, "workersandbox.mturk.com", path, "POST", body)
    assert status == 200
    assert "turkSubmitTo=https://workersandbox.mturk.com" in unquote(taken["URL"])
    plain = secure.control("POST", f"/_mturk/workers/{worker_id()}/accept", {"HITId": hit_id})
    assert f"turkSubmitTo={secure.url}" in unquote(plain["URL"])


def test_certificates_are_read_again(tmp_path):
    """SIGHUP has the files read again; those that cannot be read change nothing."""
    authority(tmp_path, "first")
    authority(tmp_path, "second")
    certificate(tmp_path, "first")
    files = ["--tls-cert", tmp_path / "server.crt", "--tls-key", tmp_path / "server.key"]
    with launch("--tls-listen", "127.0.0.1:0", *files) as server:
        server.https = https_url(server)
        host = "127.0.0.1"
        assert get(server, tmp_path / "first.pem", host)[0] == 200
        (tmp_path / "server.crt").write_text("nonsense")
        hang_up(server, "stays as it was")
        assert get(server, tmp_path / "first.pem", host)[0] == 200
        certificate(tmp_path, "second")
        hang_up(server, "read the certificate")
        assert get(server, tmp_path / "second.pem", host)[0] == 200
        with pytest.raises(ssl.SSLCertVerificationError):
            connect(server, tmp_path / "first.pem")


def hang_up(server, message):
    """Sends SIGHUP and waits for the log to say what came of it."""
    server.process.send_signal(signal.SIGHUP)
    end = time.monotonic() + PATIENCE
    while message not in server.stderr():
        assert time.monotonic() < end, server.stderr()
        time.sleep(0.02)


def test_options_that_make_no_sense(tmp_path):
    """What is missing or wrong is named, and is exit 2."""
    authority(tmp_path, "one")
    authority(tmp_path, "two")
    listen = ["--listen", "127.0.0.1:0", "--tls-listen", "127.0.0.1:0"]
    one, two = ([tmp_path / f"{name}.{kind}" for kind in ("pem", "key")] for name in ("one", "two"))
    for options, named in [
        ([], "--tls-self-signed"),
        (["--tls-cert", one[0]], "--tls-key"),
        (["--tls-cert", one[0], "--tls-key", two[1]], "two.key"),
        (["--tls-cert", tmp_path / "none", "--tls-key", two[1]], "none"),
        (["--tls-self-signed", "--tls-ca-out", one[0]], "--tls-ca-out"),
        (["--tls-self-signed", "--tls-ca-out", tmp_path / "no/ca.pem"], "--tls-ca-out"),
    ]:
        done = run_binary(*listen, *options)
        assert done.returncode == 2 and named in done.stderr, done.stderr
        assert not done.stdout
    done = run_binary("--tls-self-signed")
    assert done.returncode == 2 and "--tls-listen" in done.stderr


def test_a_stop_ends_what_has_said_nothing(secure, tmp_path):
    """A client that never begins TLS does not keep the server from its end."""
    with launch("--tls-listen", "127.0.0.1:0", "--tls-self-signed") as server:
        server.https = https_url(server)
        at = urlsplit(server.https)
        with socket.create_connection((at.hostname, at.port), timeout=PATIENCE):
            begun = time.monotonic()
            server.stop()
            assert time.monotonic() - begun < 5


# --- the AWS CLI -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def work(secure):
    """A requester's HIT with three submissions: its access key, the HIT's id, their ids."""
    key = access_key()
    hit_id = make_hit(secure.client(key), Question=EXTERNAL)["HITId"]
    made = [secure.submit(hit_id)["AssignmentId"] for _ in range(HIT_MEMBERS["MaxAssignments"])]
    return key, hit_id, made


@pytest.fixture(params=AWS)
def aws(request, secure, work, tmp_path):
    """Runs `aws mturk list-assignments-for-hit …` through TLS; the result is subprocess.run's."""
    program = AWS[request.param]
    if not program.is_file():
        reason = f"AWS CLI {request.param} is not installed"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)

    def run(*options, code=0, hit=True, ca=("--ca-bundle", secure.ca), **environment):
        hit = ["--hit-id", work[1]] if hit else []
        keys = {"AWS_ACCESS_KEY_ID": work[0], "AWS_SECRET_ACCESS_KEY": "secret"}
        settings = keys | {"AWS_DEFAULT_REGION": "us-east-1", "AWS_PAGER": ""} | environment
        settings = clean_environment(**settings)
        settings.pop("REQUESTS_CA_BUNDLE", None)
        command = [program, "mturk", "list-assignments-for-hit", *hit, *ca, *options]
        done = subprocess.run(
            [*map(str, command), "--endpoint-url", secure.https],
            env=settings,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert done.returncode == code, done.stderr + done.stdout
        return done

    run.version = request.param
    return run


def listed(aws, *options, **more):
    """The ids that the command lists."""
    return ids(json.loads(aws(*options, "--output", "json", **more).stdout)["Assignments"])


def test_ca_bundle(aws, work):
    """--ca-bundle trusts the authority; without it the certificate is refused."""
    assert listed(aws) == work[2]
    refused = aws(ca=(), code=255)
    assert "SSL validation failed" in refused.stderr


def test_no_verify_ssl(aws, work):
    """--no-verify-ssl asks for no authority."""
    assert listed(aws, "--no-verify-ssl", ca=()) == work[2]


def test_timeouts(aws, work):
    """--cli-connect-timeout and --cli-read-timeout, 0 for none."""
    for seconds in (0, 30):
        options = ["--cli-connect-timeout", seconds, "--cli-read-timeout", seconds]
        assert listed(aws, *options) == work[2]


def test_debug(aws, work):
    """--debug shows the request and the answer as they went over the wire."""
    shown = aws("--debug", "--output", "json")
    assert ids(json.loads(shown.stdout)["Assignments"]) == work[2]
    assert "MTurkRequesterServiceV20170117.ListAssignmentsForHIT" in shown.stderr
    assert "https://127.0.0.1" in shown.stderr


def test_cli_input(aws, work):
    """--cli-input-json and --cli-input-yaml give the members; an option wins over them."""
    members = json.dumps({"HITId": work[1], "AssignmentStatuses": ["Approved"]})
    assert listed(aws, "--cli-input-json", members, hit=False) == []
    won = ["--cli-input-json", members, "--assignment-statuses", "Submitted"]
    assert listed(aws, *won, hit=False) == work[2]
    if aws.version == 2:
        yaml = f"HITId: {work[1]}\nAssignmentStatuses:\n- Submitted\n"
        assert listed(aws, "--cli-input-yaml", yaml, hit=False) == work[2]


def test_skeletons(aws, work):
    """--generate-cli-skeleton input, yaml-input and output, without a request."""
    shown = json.loads(aws("--generate-cli-skeleton", "input").stdout)
    assert {"HITId", "NextToken", "MaxResults", "AssignmentStatuses"} <= set(shown)
    shown = json.loads(aws("--generate-cli-skeleton", "output").stdout)
    assert {"NextToken", "NumResults", "Assignments"} <= set(shown)
    if aws.version == 2:
        assert "HITId: ''" in aws("--generate-cli-skeleton", "yaml-input").stdout


def test_outputs(aws, work):
    """--output json, text, table and, in version 2, yaml."""
    query = ["--query", "Assignments[].[AssignmentId,AssignmentStatus]"]
    shown = aws(*query, "--output", "text").stdout
    assert shown.split() == [word for made in work[2] for word in (made, "Submitted")]
    shown = aws(*query, "--output", "table").stdout
    assert shown.count("|  3") == 3 and "ListAssignmentsForHIT" in shown
    shown = json.loads(aws(*query, "--output", "json").stdout)
    assert shown == [[made, "Submitted"] for made in work[2]]
    if aws.version == 2:
        shown = aws(*query, "--output", "yaml").stdout
        assert shown.splitlines() == [line for made in work[2] for line in (f"- - {made}", "  - Submitted")]
        assert work[2][0] in aws(*query, "--output", "yaml-stream").stdout


def test_color(aws):
    """--color on, off and auto: escapes in a table, or none."""
    escape = re.compile("\x1b\\[")
    assert escape.search(aws("--output", "table", "--color", "on").stdout)
    for color in ("off", "auto"):
        assert not escape.search(aws("--output", "table", "--color", color).stdout)


def test_profile_and_region(aws, work, tmp_path):
    """--profile takes the keys of a profile, and --region any region."""
    (tmp_path / "credentials").write_text(
        f"[someone]\naws_access_key_id = {work[0]}\naws_secret_access_key = secret\n"
    )
    files = {"AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "credentials")}
    none = {"AWS_ACCESS_KEY_ID": access_key(), "AWS_SECRET_ACCESS_KEY": "secret"}
    options = ["--profile", "someone", "--region", "eu-west-1"]
    assert listed(aws, *options, **files, **none) == work[2]


def test_pages(aws, work):
    """--page-size, --max-items, --starting-token and --no-paginate."""
    first = json.loads(aws("--page-size", 1, "--max-items", 2, "--output", "json").stdout)
    assert ids(first["Assignments"]) == work[2][:2]
    assert listed(aws, "--starting-token", first["NextToken"]) == work[2][2:]
    assert listed(aws, "--no-paginate") == work[2]


def test_no_sign_request(aws):
    """--no-sign-request sends no key: that is another requester, who has no such HIT."""
    code = 255 if aws.version == 1 else 254
    assert "does not exist" in aws("--no-sign-request", code=code).stderr


def test_the_rest(aws, work):
    """The options that change nothing here: --no-cli-pager and others of version 2, --v2-debug of 1."""
    if aws.version == 1:
        assert listed(aws, "--v2-debug") == work[2]
        return
    quiet = ["--no-cli-pager", "--no-cli-auto-prompt", "--cli-binary-format", "base64"]
    assert listed(aws, *quiet) == work[2]


# --- in containers -----------------------------------------------------------------------------

# Names lead to a port of this machine, as aliases of a network do.
ALIASES = """
import runpy, socket, sys
resolve = socket.getaddrinfo
aliases, port, program = sys.argv[1].split(), sys.argv[2], sys.argv[3]
def lookup(host, _, *rest, **more):
    assert host in aliases, host
    return resolve("127.0.0.1", port, *rest, **more)
socket.getaddrinfo = lookup
runpy.run_path(program)
"""


def test_the_example_of_containers_that_name_amazon(tmp_path):
    """With the variables and aliases of the example's compose.yaml, its program reaches the server."""
    example = ROOT / "examples/compose-tls"
    services = yaml.safe_load((example / "compose.yaml").read_text())["services"]
    of_server, of_app = services["mturk"]["environment"], services["app"]["environment"]
    assert of_server.pop("MTURK_LOCAL_TLS_LISTEN") == "0.0.0.0:443"
    written, read = Path(of_server.pop("MTURK_LOCAL_TLS_CA_OUT")), Path(of_app["AWS_CA_BUNDLE"])
    assert written.name == read.name
    for service, folder in (("mturk", written.parent), ("app", read.parent)):
        assert services[service]["volumes"][0].split(":")[:2] == ["market", str(folder)]
    ca = tmp_path / written.name
    options = ["--tls-listen", "127.0.0.1:0", "--tls-ca-out", ca]
    with launch(*options, **of_server) as server:
        aliases = " ".join(services["mturk"]["networks"]["default"]["aliases"])
        command = [sys.executable, "-c", ALIASES, aliases, str(urlsplit(https_url(server)).port), example / "app.py"]
        environment = clean_environment(**of_app | {"AWS_CA_BUNDLE": str(ca)})
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert (done.stdout, done.returncode) == ("you have 10000.00\n", 0), done.stderr

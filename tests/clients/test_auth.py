"""Who asks: signatures, keys, session tokens, hosts and origins, in both modes."""

import datetime
import hashlib
import hmac
import json

import freezegun
import pytest
from botocore import UNSIGNED
from botocore.exceptions import ClientError

from conftest import CREDENTIAL, KNOWN
from harness import HIT_MEMBERS, TARGET, get_hit, launch, make_hit, refused

AMAZON = "mturk-requester-sandbox.us-east-1.amazonaws.com"
TITLE = "Étiqueter une image, 絵にラベル, 🏷"


@pytest.fixture(scope="module")
def open_known():
    """A server in the default mode that knows one secret."""
    with launch("--auth", "open", *CREDENTIAL) as running:
        yield running


def sign(server, body, key=KNOWN, now=None, host=None, region="us-east-1", **more):
    """The headers of a request signed by hand, as small programs do: without content-type."""
    now = now or datetime.datetime.now(datetime.timezone.utc)
    stamp = now.strftime("%Y%m%dT%H%M%SZ")
    scope = f"{stamp[:8]}/{region}/mturk-requester/aws4_request"
    headers = {
        "host": host or f"{server.host}:{server.port}",
        "x-amz-date": stamp,
        "x-amz-target": TARGET + more.pop("operation", "GetAccountBalance"),
    } | more
    names = ";".join(sorted(headers))
    lines = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
    payload = hashlib.sha256(body).hexdigest()
    request = f"POST\n/\n\n{lines}\n{names}\n{payload}"
    digest = hashlib.sha256(request.encode()).hexdigest()
    secret = f"AWS4{key[1]}".encode()
    for part in scope.split("/"):
        secret = hmac.digest(secret, part.encode(), "sha256")
    text = f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{digest}"
    signature = hmac.new(secret, text.encode(), "sha256").hexdigest()
    headers["Authorization"] = (
        f"AWS4-HMAC-SHA256 Credential={key[0]}/{scope}, SignedHeaders={names}, "
        f"Signature={signature}"
    )
    return headers


def refused_with(answer, kind):
    """The wire form of an authentication error: 400, its type, a lower-case message."""
    body = answer.json()
    assert (answer.status, body["__type"]) == (400, kind), body
    assert set(body) == {"__type", "message"} and body["message"]


# --- strict ------------------------------------------------------------------------------------


def test_strict_serves_the_known_key(strict):
    """botocore's signature is verified, over a body with characters of all kinds."""
    client = strict.client(*KNOWN)
    hit = make_hit(client, Title=TITLE, RequesterAnnotation="x=1&y=+ %20")
    assert get_hit(client, hit["HITId"])["Title"] == TITLE


def test_strict_serves_with_a_session_token(strict):
    """A session token is a signed header more."""
    client = strict.client(*KNOWN, aws_session_token="FwoGZXIvYXdzE/+=")
    assert client.get_account_balance()["AvailableBalance"] == "10000.00"


def test_strict_refuses_a_wrong_secret(strict):
    """The key is known, the signature is another's."""
    with refused("InvalidSignatureException"):
        strict.client(KNOWN[0], "guessed").get_account_balance()


def test_strict_refuses_an_unknown_key(strict):
    """A key that nobody knows must fail."""
    with refused("UnrecognizedClientException") as caught:
        strict.client("AKIDNOBODY", "secret").get_account_balance()
    message = "The security token included in the request is invalid."
    assert caught.value.response["Error"]["Message"] == message


def test_strict_refuses_the_default_requester(strict):
    """The default key `test` opens nothing here."""
    with refused("UnrecognizedClientException"):
        strict.client("test", "test").get_account_balance()


def test_strict_refuses_an_unsigned_request(strict):
    """Without a signature nobody is served."""
    refused_with(strict.raw({}, "GetAccountBalance"), "MissingAuthenticationTokenException")


@pytest.mark.parametrize(
    "value",
    [
        "AWS4-HMAC-SHA256",
        "AWS4-HMAC-SHA256 Credential=AKIDKNOWN",
        "AWS4-HMAC-SHA256 Credential=AKIDKNOWN/20260101, SignedHeaders=host, Signature=00",
        "Basic QUtJREtOT1dOOnNlY3JldGtub3du",
        "AWS4-HMAC-SHA256 " + "Credential=," * 500,
    ],
)
def test_strict_refuses_a_broken_header(strict, value):
    """A header that cannot be read is refused as such, whatever it holds."""
    headers = {"Authorization": value, "X-Amz-Date": "20260101T000000Z"}
    answer = strict.raw({}, "GetAccountBalance", headers=headers)
    assert answer.status == 400
    refused_with(answer, answer.json()["__type"])


def test_strict_refuses_a_body_changed_on_its_way(strict):
    """The signature covers the body."""
    headers = sign(strict, b"{}")
    assert strict.raw(b"{}", headers=headers).status == 200
    refused_with(strict.raw(b"{ }", headers=headers), "InvalidSignatureException")


def test_strict_refuses_another_target(strict):
    """The signature covers the operation."""
    headers = sign(strict, b"{}") | {"x-amz-target": TARGET + "ListHITs"}
    refused_with(strict.raw(b"{}", headers=headers), "InvalidSignatureException")


@pytest.mark.parametrize("minutes, served", [(-20, False), (-10, True), (10, True), (20, False)])
def test_strict_refuses_an_old_signature(strict, minutes, served):
    """A signature is good for fifteen minutes around the real time."""
    shift = datetime.timedelta(minutes=minutes)
    headers = sign(strict, b"{}", now=datetime.datetime.now(datetime.timezone.utc) + shift)
    answer = strict.raw(b"{}", headers=headers)
    if served:
        assert answer.status == 200, answer.body
    else:
        refused_with(answer, "InvalidSignatureException")


def test_signature_is_by_the_real_clock_though_time_stands_still():
    """A frozen clock of 2026 does not refuse what is signed today."""
    frozen = ("--clock", "2026-01-01T00:00:00Z", "--freeze")
    with launch("--auth", "strict", *CREDENTIAL, *frozen) as server:
        assert server.client(*KNOWN).get_account_balance()


@pytest.mark.parametrize("mode", ["open", "strict"])
def test_a_client_whose_clock_is_frozen_where_the_market_is(mode):
    """A test suite under freezegun starts the market at its own instant, and moves both."""
    at = datetime.datetime(2021, 1, 1, tzinfo=datetime.timezone.utc)
    frozen = ("--clock", at.isoformat(), "--freeze")
    token = {"MTURK_LOCAL_ADMIN_TOKEN": "hush"}
    with launch("--auth", mode, *CREDENTIAL, *frozen, **token) as server:
        client = server.client(*KNOWN)
        # Without a thread or a socket that would wait by the frozen clock.
        with freezegun.freeze_time(at) as clock:
            assert make_hit(client)["CreationTime"] == at
            clock.tick(datetime.timedelta(days=30))
            if mode == "strict":
                with pytest.raises(ClientError, match="Signature expired"):
                    client.get_account_balance()
            server.advance("30d")
            assert client.get_account_balance()


def test_open_mode_does_not_ask_how_old_a_signature_is(server):
    """Whatever a client's clock shows, its known secret is what counts."""
    client = server.client("test", "test")
    with freezegun.freeze_time("2019-06-01"):
        assert client.get_account_balance()
    with freezegun.freeze_time("2019-06-01"), pytest.raises(ClientError, match="signature"):
        server.client("test", "wrong").get_account_balance()


def test_hand_written_signer(strict):
    """A signer that leaves content-type out is served."""
    body = json.dumps(HIT_MEMBERS | {"Title": TITLE}, ensure_ascii=False).encode()
    answer = strict.raw(body, headers=sign(strict, body, operation="CreateHIT"))
    assert answer.status == 200, answer.body
    assert answer.json()["HIT"]["Title"] == TITLE


def test_another_region(strict, open_known):
    """A signature for another region is refused in strict mode alone."""
    answer = strict.raw(b"{}", headers=sign(strict, b"{}", region="us-west-1"))
    refused_with(answer, "InvalidSignatureException")
    expected = "Credential should be scoped to a valid region, not 'us-west-1'."
    assert answer.json()["message"] == expected
    answer = open_known.raw(b"{}", headers=sign(open_known, b"{}", region="us-west-1"))
    assert answer.status == 200, answer.body


def test_host_of_amazon_is_let_in(strict):
    """A program that keeps Amazon's host in header and signature is served."""
    for host in (AMAZON, AMAZON.replace("-sandbox", "")):
        answer = strict.raw(b"{}", headers=sign(strict, b"{}", host=host))
        assert answer.status == 200, answer.body


# --- open --------------------------------------------------------------------------------------


def test_open_verifies_a_known_key(open_known):
    """A key with a known secret is verified; any other is a requester of its own."""
    make_hit(open_known.client(*KNOWN))
    with refused("InvalidSignatureException"):
        open_known.client(KNOWN[0], "guessed").list_hits()
    assert open_known.client("AKIDANYBODY", "any").list_hits()["NumResults"] == 0


def test_open_each_key_is_a_requester(server):
    """Different keys see different worlds, also when a key is a 12-digit account id."""
    clients = [server.client(), server.client(), server.client("123456789012")]
    for number, client in enumerate(clients):
        make_hit(client, Title=f"Mine {number}")
    for number, client in enumerate(clients):
        assert [hit["Title"] for hit in client.list_hits()["HITs"]] == [f"Mine {number}"]


def test_open_unsigned_is_the_default_requester(open_known):
    """An unsigned request acts as the requester of the key `test`."""
    hit_id = open_known.raw(HIT_MEMBERS, "CreateHIT").json()["HIT"]["HITId"]
    assert get_hit(open_known.client("test", "test"), hit_id)["HITId"] == hit_id
    unsigned = open_known.client(config={"signature_version": UNSIGNED})
    assert get_hit(unsigned, hit_id)["HITId"] == hit_id
    with refused("RequestError", "HITDoesNotExist"):
        get_hit(open_known.client(), hit_id)


# --- hosts and origins -------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["evil.example", "evil.example:1770", "127.0.0.1.evil.example"])
def test_foreign_host_is_refused(server, mturk, host):
    """A name that a foreign page had resolved to this machine reaches nothing."""
    hit_id = make_hit(mturk)["HITId"]
    answer = server.raw(HIT_MEMBERS, "CreateHIT", headers={"Host": host})
    assert 400 <= answer.status < 500
    assert b"HITTypeId" not in answer.body
    body, path = {"Answers": {"q": "v"}}, f"/_mturk/hits/{hit_id}/submissions"
    headers = {"Host": host, "Content-Type": "application/json"}
    assert 400 <= server.raw(body, path=path, headers=headers).status < 500
    assert mturk.list_assignments_for_hit(HITId=hit_id)["NumResults"] == 0


def test_local_hosts_are_served(server):
    """The names of this machine are served, with the port or without."""
    for host in ("localhost", f"localhost:{server.port}", "127.0.0.1", f"[::1]:{server.port}"):
        answer = server.raw({}, "GetAccountBalance", headers={"Host": host})
        assert answer.status == 200, host


@pytest.mark.parametrize("origin", ["https://evil.example", "http://localhost.evil", "null"])
def test_write_from_a_foreign_origin_is_refused(server, mturk, origin):
    """A page of another site cannot write through its visitor's browser."""
    hit_id = make_hit(mturk)["HITId"]
    headers = {"Origin": origin}
    for path in (f"/_mturk/hits/{hit_id}/submissions", "/_mturk/clock"):
        body = {"freeze": True} if path.endswith("clock") else {"Answers": {"q": "v"}}
        for kind in ("text/plain", "application/json"):
            answer = server.raw(body, path=path, headers=headers | {"Content-Type": kind})
            assert 400 <= answer.status < 500, path
    answer = server.raw(HIT_MEMBERS, "CreateHIT", headers=headers)
    assert 400 <= answer.status < 500
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert mturk.list_assignments_for_hit(HITId=hit_id)["NumResults"] == 0
    assert server.control("GET", "/_mturk/clock")["mode"] != "frozen"


def test_own_origin_may_write(server, mturk):
    """The server's own pages write."""
    hit_id = make_hit(mturk)["HITId"]
    headers = {"Origin": server.url, "Content-Type": "application/json"}
    path = f"/_mturk/hits/{hit_id}/submissions"
    answer = server.raw({"Answers": {"q": "v"}}, path=path, headers=headers)
    assert answer.status < 300, answer.body
    assert mturk.list_assignments_for_hit(HITId=hit_id)["NumResults"] == 1

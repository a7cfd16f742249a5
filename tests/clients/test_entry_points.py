"""What is damaged on its way: refused by each entry point in its own form; the server goes on."""

import json
import socket

import pytest

PATIENCE = 20

DAMAGED = [
    b"zz\r\nabc\r\n0\r\n\r\n",
    b"-1\r\nabc\r\n0\r\n\r\n",
    b"3\r\nabcdef\r\n0\r\n\r\n",
    b"ffffffffffffffffff\r\nabc",
    b"3;" + b"x" * 17_000 + b"\r\nabc\r\n0\r\n\r\n",
    b"10\r\nabc",
    b"3\r\nabc\r\n",
]


def ask(server, request, ends=True):
    """Sends these bytes, and closes this side if it `ends`; status, headers and body of the answer."""
    with socket.create_connection((server.host, server.port), timeout=PATIENCE) as connection:
        connection.sendall(request)
        if ends:
            connection.shutdown(socket.SHUT_WR)
        answer = b""
        while part := connection.recv(65536):
            answer += part
    head, _, body = answer.partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in lines[1:])
    return int(lines[0].split()[1]) if answer else None, headers, body


@pytest.mark.parametrize("way", ["site", "control"])
def test_work_that_was_sent_whole_is_submitted_although_its_sender_leaves(server, key, way):
    mturk = server.client(key)
    question = (
        '<HTMLQuestion xmlns="http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2011-11-11/'
        'HTMLQuestion.xsd"><HTMLContent><![CDATA[<!DOCTYPE html><p>x</p>]]></HTMLContent><FrameHeight>0'
        "</FrameHeight></HTMLQuestion>"
    )
    hit = mturk.create_hit(
        Title="T",
        Description="D",
        Reward="0.01",
        MaxAssignments=9,
        AssignmentDurationInSeconds=600,
        LifetimeInSeconds=3600,
        Question=question,
    )["HIT"]["HITId"]
    for number in range(9):
        work = server.accept(hit, f"A1LEAVES{number}")
        path, body = f"/mturk/externalSubmit?assignmentId={work}", "a=1"
        if way == "control":
            path, body = f"/_mturk/assignments/{work}/submit", '{"Answers": {"a": "1"}}'
        request = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n\r\n{body}"
        with socket.create_connection((server.host, server.port), timeout=PATIENCE) as connection:
            connection.sendall(request.encode())
    wait = f"/_mturk/wait?HITId={hit}&submitted=9&timeout={PATIENCE}s"
    server.control("GET", wait)
    assert len(mturk.list_assignments_for_hit(HITId=hit)["Assignments"]) == 9


def post(path, chunks, more=""):
    head = (
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{more}"
        "Transfer-Encoding: chunked\r\n\r\n"
    )
    return head.encode() + chunks


@pytest.mark.parametrize("chunks", DAMAGED, ids=range(len(DAMAGED)))
@pytest.mark.parametrize(
    "path, more",
    [
        ("/", "X-Amz-Target: MTurkRequesterServiceV20170117.ListHITs\r\n"),
        ("/_mturk/reset", ""),
        ("/_mturk/world", ""),
        ("/mturk/externalSubmit", ""),
        ("/workers", ""),
    ],
)
def test_a_damaged_chunk_is_400_in_the_form_of_its_door(server, path, more, chunks):
    status, headers, body = ask(server, post(path, chunks, more))
    assert status == 400, (path, chunks[:20], body[:200])
    assert headers["x-content-type-options"] == "nosniff"
    if path == "/":
        assert json.loads(body)["__type"] == "SerializationException"
    elif path.startswith("/_mturk"):
        assert json.loads(body)["error"]["code"] == "BadBody"
    else:
        assert b"<!doctype html>" in body and b"damaged" in body
    assert server.raw({}, "GetAccountBalance").status == 200


def test_a_body_that_is_too_long_stays_413(server):
    piece = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    target = "X-Amz-Target: MTurkRequesterServiceV20170117.ListHITs\r\n"
    status, _, body = ask(server, post("/", piece * 17 + b"0\r\n\r\n", target))
    assert status == 413
    assert json.loads(body)["__type"] == "RequestEntityTooLargeException"


@pytest.mark.parametrize(
    "head",
    [
        "GET /{long} HTTP/1.1\r\nHost: localhost",
        "GET /projects?search={long} HTTP/1.1\r\nHost: localhost",
        "GET / HTTP/1.1\r\nHost: {long}",
        "GET /\x00 HTTP/1.1\r\nHost: localhost",
        "GET / HTTP/1.1\r\nHost: localhost\r\nCookie: a\x00b",
        "GET / HTTP/1.1\r\nHost: localhost\r\nHost: localhost",
        "GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.example",
        "GET / HTTP/1.1\r\nHost: localhost:80@evil.example",
        "GET / HTTP/1.1\r\nHost: localhost:0",
        "GET / HTTP/1.1\r\nHost:",
        "GET / HTTP/1.1",
        "GET / HTTP/1.0",
        "GET http://evil.example/ HTTP/1.1\r\nHost: localhost",
        "GET http://localhost@evil.example/ HTTP/1.1\r\nHost: localhost",
        "CONNECT evil.example:80 HTTP/1.1\r\nHost: localhost",
    ],
)
def test_a_request_that_is_no_request_is_refused(server, head):
    text = (head.replace("{long}", "x" * 100_000) + "\r\nConnection: close\r\n\r\n").encode()
    status, _, _ = ask(server, text)
    assert status in (400, 414, 431), (head, status)


def test_a_cookie_that_names_no_worker_is_none(server):
    """It is as good as none, or too long a head."""
    for value in ["A" * 65, "A" * 3000, "A" * 100_000, "a%00", "\x7f"]:
        head = f"GET /tasks HTTP/1.1\r\nHost: localhost\r\nCookie: mturk_local_worker={value}"
        status, _, _ = ask(server, f"{head}\r\nConnection: close\r\n\r\n".encode())
        assert status in (400, 422, 431), (value[:10], status)


def test_the_whole_address_of_this_server_is_taken(server):
    head = "GET http://localhost/projects HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-Host: evil.example"
    status, headers, body = ask(server, f"{head}\r\nConnection: close\r\n\r\n".encode())
    assert status == 200 and headers["x-frame-options"] == "deny"
    assert b"evil.example" not in body

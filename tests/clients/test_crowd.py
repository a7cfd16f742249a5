"""More connections than the process may have: it serves on, and it stops."""

import http.client
import socket
from contextlib import ExitStack

import pytest

from harness import PATIENCE, launch, make_hit

HEAD = "POST / HTTP/1.1\r\nHost: {host}:{port}\r\n"
CROWDS = {
    "idle": "",
    "half a head": HEAD,
    "half a body": HEAD + "Content-Length: 100\r\n\r\n{{",
    "used": "GET /_mturk/livez HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n",
    "streams": "GET /_mturk/events?stream=1 HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n",
}


def crowd(stack, server, count, sent):
    """`count` connections that send this and then nothing; each is open until the stack ends."""
    connections = []
    for _ in range(count):
        connection = socket.create_connection((server.host, server.port), timeout=PATIENCE)
        connections.append(stack.enter_context(connection))
        try:
            connection.sendall(sent.format(host=server.host, port=server.port).encode())
        except OSError:
            pass  # it had to make room for others
    return connections


def is_closed(connection):
    """Waits until the server closes it."""
    try:
        while connection.recv(4096):
            pass
    except ConnectionResetError:
        pass
    return True


@pytest.mark.parametrize("open_files, count", [(200, 400), (64, 100)])
@pytest.mark.parametrize("sent", ["idle", "half a head", "used"])
def test_idle_crowd_keeps_nobody_out(open_files, count, sent):
    """Calls are answered, with no fault, while idle connections take all the room there is."""
    with launch(open_files=open_files) as server, ExitStack() as stack:
        connections = crowd(stack, server, count, CROWDS[sent])
        for _ in range(10):
            make_hit(server.client())
        hit_id = make_hit(server.client())["HITId"]
        server.submit(hit_id)
        assert server.control("GET", "/_mturk/health")["status"] == "ok"
        assert is_closed(connections[0]), "the first are the first to go"


@pytest.mark.parametrize("sent", CROWDS)
def test_sigterm_is_heard_in_a_crowd(sent):
    """All connections are taken and more wait: the process ends, with 0."""
    with launch(open_files=200) as server, ExitStack() as stack:
        crowd(stack, server, 300, CROWDS[sent])
        server.stop()


def test_a_wait_goes_on_in_a_crowd_of_idle_connections():
    """Those without a request go first."""
    with launch(open_files=200) as server, ExitStack() as stack:
        hit_id = make_hit(server.client())["HITId"]
        waiting = http.client.HTTPConnection(server.host, server.port, timeout=PATIENCE)
        waiting.request("GET", f"/_mturk/wait?HITId={hit_id}&submitted=1&timeout=50s")
        crowd(stack, server, 400, "")
        server.submit(hit_id)
        assert waiting.getresponse().status == 200
        waiting.close()

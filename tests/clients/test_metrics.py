"""Metrics, as Prometheus reads them over a socket."""

import socket

from botocore.exceptions import ClientError

from harness import access_key, launch, make_hit, worker_id

FROZEN = ("--clock", "2026-01-01T00:00:00Z", "--freeze")


def numbers(server, token=None):
    """The numbers, by name and labels."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    answer = server.raw(method="GET", path="/metrics", headers=headers)
    assert answer.status == 200, answer.body
    assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    lines = [line for line in answer.body.decode().splitlines() if not line.startswith("#")]
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}


def test_a_scrape_shows_what_was_done():
    with launch(*FROZEN) as server:
        client = server.client(access_key())
        hit = make_hit(client, MaxAssignments=2)
        server.submit(hit["HITId"], worker_id())
        try:
            client.get_hit(HITId="3NOBODY")
        except ClientError:
            pass
        found = numbers(server)
        assert found['mturk_local_calls_total{operation="GetHIT",outcome="refused"}'] == 1
        took = 'mturk_local_call_duration_seconds{}{{operation="CreateHIT"{}}}'
        assert found[took.format("_count", "")] == 1
        assert found[took.format("_bucket", ',le="+Inf"')] == 1
        assert 0 < found[took.format("_sum", "")] < 60
        assert found['mturk_local_hits{status="Assignable"}'] == 1
        assert found['mturk_local_assignments{status="Submitted"}'] == 1
        assert found["mturk_local_timers_waiting"] == 2
        assert found["mturk_local_database_bytes"] > 0


def test_open_connections_are_counted():
    with launch(*FROZEN) as server:
        with socket.create_connection((server.host, server.port)) as other:
            other.sendall(b"GET /_mturk/livez HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert other.recv(12) == b"HTTP/1.1 200"
            assert numbers(server)["mturk_local_connections"] >= 2


def test_it_asks_for_the_token_and_moves_with_the_control_api():
    with launch("--admin-token", "hush") as server:
        assert server.raw(method="GET", path="/metrics").status == 401
        assert numbers(server, "hush")['mturk_local_hits{status="Assignable"}'] == 0
    with launch("--control-listen", "127.0.0.1:0") as server:
        assert server.raw(method="GET", path="/metrics").status == 404

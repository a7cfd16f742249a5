"""Events are delivered to SQS and SNS, for which moto stands: at least once, and in order."""

import http.client
import json
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import boto3
import pytest
from botocore.config import Config

from harness import (
    PATIENCE,
    access_key,
    clean_environment,
    fresh_database,
    launch,
    make_hit,
    postgres_url,
    refused,
    run_binary,
)

WORK = ["AssignmentSubmitted"]
ALL = [
    "AssignmentAccepted",
    "AssignmentAbandoned",
    "AssignmentReturned",
    "AssignmentSubmitted",
    "AssignmentRejected",
    "AssignmentApproved",
    "HITCreated",
    "HITExpired",
    "HITReviewable",
    "HITExtended",
    "HITDisposed",
]


def free_port():
    """A loopback port that is free at this moment."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


class Cloud:
    """A local SQS and SNS, which can go away and come back, without what it had."""

    def __init__(self):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process = None

    def start(self):
        """It comes."""
        program = str(Path(sys.executable).parent / "moto_server")
        self.process = subprocess.Popen(
            [program, "-H", "127.0.0.1", "-p", str(self.port)],
            env=clean_environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        end = time.monotonic() + PATIENCE
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                assert time.monotonic() < end, "moto_server does not start"
                time.sleep(0.05)

    def stop(self):
        """It goes."""
        if self.process:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
            self.process = None

    def client(self, service):
        """A boto3 client of one of its services."""
        return boto3.client(
            service,
            region_name="us-east-1",
            endpoint_url=self.url,
            aws_access_key_id="test",
            aws_secret_access_key="test",
            config=Config(read_timeout=PATIENCE, retries={"total_max_attempts": 3}),
        )

    def queue(self, name=None):
        """Makes a queue."""
        return Queue(self.client("sqs"), name or f"q-{uuid.uuid4().hex}")

    @property
    def environment(self):
        """What sends a server's notifications there."""
        return {"AWS_ENDPOINT_URL_SQS": self.url, "AWS_ENDPOINT_URL_SNS": self.url}


class Queue:
    """A queue, and what was taken from it."""

    def __init__(self, sqs, name):
        self.sqs = sqs
        self.url = sqs.create_queue(QueueName=name)["QueueUrl"]
        self.arn = sqs.get_queue_attributes(QueueUrl=self.url, AttributeNames=["QueueArn"])[
            "Attributes"
        ]["QueueArn"]
        self.bodies = []

    def take(self):
        """Takes what is there; how much that was."""
        answer = self.sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10)
        messages = answer.get("Messages", [])
        for message in messages:
            self.bodies.append(message["Body"])
            handle = message["ReceiptHandle"]
            self.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=handle)
        return len(messages)

    def documents(self):
        """What was taken, read."""
        return [json.loads(body) for body in self.bodies]

    def events(self):
        """Every event that was taken, in order."""
        return [event for document in self.documents() for event in document["Events"]]

    def until(self, count):
        """Takes until so many different events came; in the order of coming."""
        end = time.monotonic() + PATIENCE
        while len({json.dumps(event) for event in self.events()}) < count:
            assert time.monotonic() < end, self.bodies
            if not self.take():
                time.sleep(0.05)
        while self.take():
            pass
        return self.events()

    def works(self, count):
        """The assignments whose events came, until there are so many."""
        return [event["AssignmentId"] for event in self.until(count)]


@pytest.fixture(scope="module")
def cloud():
    """A cloud for all tests that leave it where it is."""
    found = Cloud()
    found.start()
    yield found
    found.stop()


@pytest.fixture
def away():
    """A cloud that is not there yet."""
    found = Cloud()
    yield found
    found.stop()


def notify(client, hit, destination, transport="SQS", event_types=WORK):
    """Sends events of the HIT's type to a destination."""
    client.update_notification_settings(
        HITTypeId=hit["HITTypeId"],
        Notification=specification(destination, transport, event_types),
        Active=True,
    )


def specification(destination, transport="SQS", event_types=WORK):
    """A notification specification."""
    return {
        "Destination": destination,
        "Transport": transport,
        "Version": "2014-08-15",
        "EventTypes": event_types,
    }


def waiting(server):
    """The events that are not delivered."""
    found = server.control("GET", "/_mturk/events?limit=1000")["Events"]
    return [event for event in found if not event.get("Delivery", {}).get("Delivered", True)]


def until(condition):
    """Looks until it is so."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_a_notification_in_a_queue_is_as_it_was_recorded(cloud):
    """Members and their order, ids, whole seconds; and every document has an id of its own."""
    queue = cloud.queue()
    start = ("--clock", "2026-01-01T00:00:00.250Z", "--freeze", "--credential", "AK:secret")
    with launch(*start, **cloud.environment) as server:
        client = server.client("AK")
        hit = make_hit(client, MaxAssignments=1)
        notify(client, hit, queue.url, event_types=ALL)
        work = server.submit(hit["HITId"])["AssignmentId"]
        client.approve_assignment(AssignmentId=work)
        client.delete_hit(HITId=hit["HITId"])
        names = [event["EventType"] for event in queue.until(5)]
        seen = server.control("GET", f"/_mturk/events?HITId={hit['HITId']}")["Events"]
        until(lambda: not waiting(server))
    assert names == [
        "AssignmentAccepted",
        "AssignmentSubmitted",
        "HITReviewable",
        "AssignmentApproved",
        "HITDisposed",
    ]
    first = queue.documents()[0]
    assert list(first) == [
        "Events",
        "EventDocId",
        "SourceAccount",
        "CustomerId",
        "EventDocVersion",
    ]
    assert re.fullmatch("[0-9a-f]{40}", first["EventDocId"])
    assert re.fullmatch("[0-9]{12}", first["SourceAccount"])
    assert (first["CustomerId"], first["EventDocVersion"]) == (seen[0]["Requester"], "2014-08-15")
    assert list(first["Events"][0].items()) == [
        ("EventType", "AssignmentAccepted"),
        ("EventTimestamp", "2026-01-01T00:00:00Z"),
        ("HITId", hit["HITId"]),
        ("AssignmentId", work),
        ("HITTypeId", hit["HITTypeId"]),
    ]
    assert "AssignmentId" not in queue.events()[-1]
    ids = [document["EventDocId"] for document in queue.documents()]
    assert len(set(ids)) == len(ids)


def test_a_topic_tells_a_queue(cloud):
    """The message of the topic is the document, its subject epoch milliseconds."""
    queue, sns = cloud.queue(), cloud.client("sns")
    topic = sns.create_topic(Name=f"t-{uuid.uuid4().hex}")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue.arn)
    with launch("--clock", "2026-01-01T00:00:00Z", "--freeze", **cloud.environment) as server:
        client = server.client()
        hit = make_hit(client)
        notify(client, hit, topic, "SNS")
        work = server.submit(hit["HITId"])["AssignmentId"]
        until(queue.take)
    envelope = json.loads(queue.bodies[0])
    assert (envelope["Type"], envelope["TopicArn"]) == ("Notification", topic)
    assert envelope["Subject"] == "1767225600000"
    event = json.loads(envelope["Message"])["Events"][0]
    assert (event["EventType"], event["AssignmentId"]) == (WORK[0], work)


def test_a_test_is_delivered_before_it_is_answered(cloud):
    """To a queue and a topic; one that is not there is a fault."""
    queue, sns = cloud.queue(), cloud.client("sns")
    topic = sns.create_topic(Name=f"t-{uuid.uuid4().hex}")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue.arn)
    with launch(AWS_ENDPOINT_URL=cloud.url) as server:
        client = server.client()

        def send(destination, transport, event_type):
            client.send_test_event_notification(
                Notification=specification(destination, transport), TestEventType=event_type
            )

        send(queue.url, "SQS", "Ping")
        assert queue.take() == 1
        assert queue.events()[0]["EventType"] == "Ping"
        send(topic, "SNS", "AssignmentReturned")
        assert queue.take() == 1
        event = json.loads(json.loads(queue.bodies[1])["Message"])["Events"][0]
        assert event["EventType"] == "AssignmentReturned" and event["AssignmentId"]
        for destination, transport in [
            (queue.url + "-not-there", "SQS"),
            (topic + "-not-there", "SNS"),
        ]:
            with refused("RequestError", "InvalidTransportEndpoint"):
                send(destination, transport, "Ping")


def test_events_come_in_order(cloud):
    """Two queues at once, a hundred events each: each in the order in which they happened."""
    queues = [cloud.queue(), cloud.queue()]
    with launch(**cloud.environment) as server:
        client = server.client()
        hits = [make_hit(client, MaxAssignments=100, Title=f"Title {n}") for n in range(2)]
        for hit, queue in zip(hits, queues, strict=True):
            notify(client, hit, queue.url)
        made = [[], []]
        for number in range(200):
            work = server.submit(hits[number % 2]["HITId"])
            made[number % 2].append(work["AssignmentId"])
        for queue, works in zip(queues, made, strict=True):
            assert queue.works(100) == works
        until(lambda: not waiting(server))


def test_without_an_endpoint_events_wait_until_there_is_one(cloud, kept):
    """Nothing is sent, to Amazon least of all; a later start delivers what waits."""
    queue = cloud.queue()
    with launch(database=kept) as server:
        client = server.client()
        hit = make_hit(client)
        notify(client, hit, queue.url)
        works = [server.submit(hit["HITId"])["AssignmentId"] for _ in range(3)]
        assert [event["AssignmentId"] for event in waiting(server)] == works
        assert all("Failures" not in event["Delivery"] for event in waiting(server))
    with launch(database=kept, **cloud.environment):
        assert queue.works(3) == works


def test_a_destination_that_is_away_comes_back(away):
    """The market's clock stands all the while: the waits are real ones."""
    with launch("--clock", "2026-01-01T00:00:00Z", "--freeze", **away.environment) as server:
        client = server.client()
        hit = make_hit(client, MaxAssignments=30)
        notify(client, hit, f"{away.url}/123456789012/comes-back")
        works = [server.submit(hit["HITId"])["AssignmentId"] for _ in range(12)]
        until(lambda: waiting(server)[0]["Delivery"].get("Failures", 0) >= 2)
        away.start()
        until(lambda: "NonExistentQueue" in waiting(server)[0]["Delivery"].get("Failure", ""))
        queue = away.queue("comes-back")
        assert queue.works(12) == works
        until(lambda: not waiting(server))
        away.stop()
        works += [server.submit(hit["HITId"])["AssignmentId"] for _ in range(3)]
        until(lambda: waiting(server) and "Failures" in waiting(server)[0]["Delivery"])
        away.start()
        queue = away.queue("comes-back")
        assert queue.works(3) == works[12:]


def test_one_destination_that_is_away_does_not_hold_up_another(cloud):
    """A queue that does not exist fails; the other one gets what is its."""
    queue = cloud.queue()
    with launch(**cloud.environment) as server:
        client = server.client()
        hits = [make_hit(client, Title=f"Title {n}") for n in range(2)]
        notify(client, hits[0], queue.url + "-not-there")
        notify(client, hits[1], queue.url)
        server.submit(hits[0]["HITId"])
        work = server.submit(hits[1]["HITId"])["AssignmentId"]
        assert queue.works(1) == [work]
        assert [event["HITId"] for event in waiting(server)] == [hits[0]["HITId"]]


def test_kill_9_between_the_action_and_its_delivery_loses_nothing(away, kept):
    """What was answered is delivered by the next process."""
    with launch(database=kept, **away.environment) as server:
        client = server.client()
        hit = make_hit(client, MaxAssignments=30)
        notify(client, hit, f"{away.url}/123456789012/after-the-crash")
        works = [server.submit(hit["HITId"])["AssignmentId"] for _ in range(15)]
        server.kill()
    away.start()
    queue = away.queue("after-the-crash")
    with launch(database=kept, **away.environment) as server:
        assert queue.works(15) == works
        until(lambda: not waiting(server))


def test_kill_9_amid_deliveries_loses_nothing(cloud, kept):
    """What comes twice is the same document, and the order of the first ones is right."""
    queue, key, made = cloud.queue(), access_key(), []
    with launch(database=kept) as server:
        hit = make_hit(server.client(key), MaxAssignments=500)
        notify(server.client(key), hit, queue.url)
    for _ in range(4):
        with launch(database=kept, **cloud.environment) as server:
            for _ in range(30):
                made.append(server.submit(hit["HITId"])["AssignmentId"])
            server.kill()
    with launch(database=kept, **cloud.environment) as server:
        end = time.monotonic() + PATIENCE
        while len({event["AssignmentId"] for event in queue.events()}) < len(made):
            assert time.monotonic() < end
            queue.take()
        until(lambda: not waiting(server))
    while queue.take():
        pass
    firsts = list(dict.fromkeys(event["AssignmentId"] for event in queue.events()))
    assert firsts == made
    by_id = {}
    for document in queue.documents():
        assert by_id.setdefault(document["EventDocId"], document) == document
    assert sum(len(document["Events"]) for document in by_id.values()) == len(made)


@pytest.mark.skipif(not postgres_url(), reason="a SQLite file has one process")
def test_two_processes_deliver_each_event_once(cloud):
    """A hundred events of two processes: each comes once, whoever delivers it."""
    queue, key = cloud.queue(), access_key()
    with fresh_database() as url:
        with launch(database=url, **cloud.environment) as one:
            with launch(database=url, **cloud.environment) as other:
                hit = make_hit(one.client(key), MaxAssignments=100)
                notify(other.client(key), hit, queue.url)
                with ThreadPoolExecutor(4) as pool:
                    servers = [(one, other)[number % 2] for number in range(100)]
                    sent = pool.map(lambda server: server.submit(hit["HITId"]), servers)
                    made = {work["AssignmentId"] for work in sent}
                came = queue.works(100)
                until(lambda: not waiting(one))
                until(lambda: not waiting(other))
    assert sorted(came) == sorted(made)


@pytest.mark.skipif(not postgres_url(), reason="a SQLite file has one process")
def test_the_other_process_delivers_what_a_killed_one_left(away):
    """A lease runs out; then whoever is there delivers."""
    key = access_key()
    with fresh_database() as url, launch(database=url, **away.environment) as stays:
        with launch(database=url, **away.environment) as goes:
            hit = make_hit(goes.client(key))
            notify(goes.client(key), hit, f"{away.url}/123456789012/left")
            works = [goes.submit(hit["HITId"])["AssignmentId"] for _ in range(3)]
            goes.kill()
        away.start()
        assert away.queue("left").works(3) == works
        until(lambda: not waiting(stays))


@pytest.mark.skipif(not postgres_url(), reason="a SQLite file has one process")
def test_a_reader_of_two_processes_misses_nothing():
    """Pages taken while two processes work: no event is skipped, none comes twice."""
    with fresh_database() as url:
        with launch(database=url) as one, launch(database=url) as other:
            servers, key = (one, other), access_key()
            hits = [make_hit(one.client(key), MaxAssignments=100)["HITId"] for _ in range(4)]
            with ThreadPoolExecutor(5) as pool:
                sent = [
                    pool.submit(lambda n=n: servers[n % 2].submit(hits[n % 4])) for n in range(200)
                ]
                seen, after, turn = [], 0, 0
                while len(seen) < 404:
                    # What is submitted after the page was read is on the next one.
                    over = all(work.done() for work in sent)
                    page = servers[turn % 2].control("GET", f"/_mturk/events?after={after}&limit=7")
                    seen += page["Events"]
                    after = seen[-1]["Event"] if seen else 0
                    turn += 1
                    if over and not page["Events"]:
                        break
            made = {work.result()["AssignmentId"] for work in sent}
    numbers = [event["Event"] for event in seen]
    assert numbers == sorted(set(numbers)) and len(numbers) == 404
    submitted = [e["AssignmentId"] for e in seen if e["EventType"] == "AssignmentSubmitted"]
    assert len(submitted) == 200 and set(submitted) == made


@contextmanager
def stream(server, query):
    """The lines of a stream of server-sent events."""
    connection = http.client.HTTPConnection(server.host, server.port, timeout=PATIENCE)
    connection.request("GET", f"/_mturk/events?stream=1{query}")
    try:
        yield connection.getresponse()
    finally:
        connection.close()


def next_event(answer):
    """The next event of a stream, as its number, its type and its document."""
    fields = {}
    while line := answer.readline().decode().rstrip("\n"):
        name, _, value = line.partition(": ")
        fields[name] = value
    return int(fields["id"]), fields["event"], json.loads(fields["data"])


def test_a_stream_follows_the_market_and_does_not_hold_up_its_end():
    """Events come as they happen, on either process's word; SIGTERM ends the stream."""
    with launch() as server:
        hit = make_hit(server.client())
        with stream(server, "&EventType=AssignmentSubmitted") as answer:
            assert answer.headers["Content-Type"] == "text/event-stream"
            work = server.submit(hit["HITId"])["AssignmentId"]
            number, event_type, document = next_event(answer)
            assert (document["Event"], document["AssignmentId"]) == (number, work)
            assert event_type == document["EventType"] == "AssignmentSubmitted"
            begun = time.monotonic()
            server.stop()
            assert time.monotonic() - begun < 5
            assert answer.read() == b""


def test_waiting_for_work(server):
    """The answer comes when enough is submitted, not later."""
    hit = make_hit(server.client())
    path = f"/_mturk/wait?HITId={hit['HITId']}&submitted=2&status=Assignable&timeout=50s"
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(server.control, "GET", path)
        for _ in range(2):
            assert not answer.done()
            server.submit(hit["HITId"])
        assert answer.result()["HIT"]["Submitted"] == 2


def test_an_endpoint_with_tls_is_refused_with_a_reason():
    """Exit code 2, and what to do."""
    for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_SQS", "AWS_ENDPOINT_URL_SNS"):
        done = run_binary("serve", **{name: "https://sqs.us-east-1.amazonaws.com"})
        assert done.returncode == 2
        assert f"({name})" in done.stderr and "http://" in done.stderr, done.stderr


def test_an_event_is_delivered_twice_by_a_rule(cloud):
    with launch(**cloud.environment) as server:
        client, queue = server.client(), cloud.queue()
        hit = make_hit(client)
        notify(client, hit, queue.url)
        server.control("POST", "/_mturk/faults", {"Preset": "duplicates", "Times": 1})
        server.submit(hit["HITId"])
        queue.until(1)
        until(lambda: not waiting(server))
        queue.take()
        first, second = queue.documents()
        assert first == second
        server.submit(hit["HITId"])
        queue.until(2)
        assert len(queue.documents()) == 3


def test_a_failed_attempt_uses_no_rule_up(cloud):
    """A document that a rule doubles comes twice also where the first attempts failed."""
    with launch(**cloud.environment) as server:
        client, name = server.client(), f"late-{uuid.uuid4().hex}"
        hit = make_hit(client)
        notify(client, hit, f"{cloud.url}/123456789012/{name}")
        server.control("POST", "/_mturk/faults", {"Preset": "duplicates", "Times": 1})
        server.submit(hit["HITId"])
        until(lambda: waiting(server) and "Failures" in waiting(server)[0]["Delivery"])
        queue = cloud.queue(name)
        queue.until(1)
        until(lambda: not waiting(server))
        queue.take()
        first, second = queue.documents()
        assert first == second
        assert server.control("GET", "/_mturk/faults")["Faults"] == []

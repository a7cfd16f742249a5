"""Robots whose answers come from a language model and from a program, as the book describes them."""

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from harness import launch, make_hit

PAGE = """<HTMLQuestion xmlns="http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2011-11-11/HTMLQuestion.xsd">
<HTMLContent><![CDATA[<p>Which animal says meow?</p><form action="https://www.mturk.com/mturk/externalSubmit">
<input type="radio" name="label" value="cat" required> Cat<input type="radio" name="label" value="dog"> Dog</form>]]></HTMLContent>
<FrameHeight>0</FrameHeight></HTMLQuestion>"""

KEY = "secret-of-the-test"


@contextmanager
def endpoint(answer):
    """A server on this machine: its address, and the requests that it got."""
    seen = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            seen.append((self.path, self.headers["Authorization"], body))
            status, reply = answer(body)
            reply = json.dumps(reply).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(reply)))
            self.end_headers()
            self.wfile.write(reply)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"127.0.0.1:{server.server_port}", seen
    finally:
        server.shutdown()
        server.server_close()


def completion(body):
    """What a model answers that takes the first option of each field."""
    fields = body["response_format"]["json_schema"]["schema"]["properties"]
    content = json.dumps({name: field["enum"][0] for name, field in fields.items()})
    return 200, {"choices": [{"message": {"role": "assistant", "content": content}, "finish_reason": "stop"}]}


def refusal(_):
    return 200, {"choices": [{"message": {"role": "assistant", "content": None, "refusal": "No."}}]}


def submitted(server, answers, assignments=2):
    """What robots submitted to a HIT within an hour of the market."""
    client = server.client()
    hit = make_hit(client, Question=PAGE, MaxAssignments=assignments)
    server.control("POST", "/_mturk/robots", {"Workers": assignments, "Answers": answers})
    server.control("POST", "/_mturk/clock", {"advance": "1h"})
    return client.list_assignments_for_hit(HITId=hit["HITId"])["Assignments"]


def model(address):
    return {"*": {"OpenAI": {"BaseUrl": f"http://{address}/v1", "Model": "tiny", "ApiKeyEnv": "TEST_MODEL_KEY"}}}


def options(address):
    return ["--freeze", "--allow-outbound", address, "--robot-key-env", "TEST_MODEL_KEY"]


def test_a_model_answers_for_robots():
    with endpoint(completion) as (address, seen), launch(*options(address), TEST_MODEL_KEY=KEY) as server:
        work = submitted(server, model(address))
        assert ["<FreeText>cat</FreeText>" in one["Answer"] for one in work] == [True, True]
        assert {(path, key) for path, key, _ in seen} == {("/v1/chat/completions", f"Bearer {KEY}")}
        assert "Which animal says meow?" in seen[0][2]["messages"][1]["content"]
        for path in ["/_mturk/world", "/_mturk/robots", "/_mturk/requests", "/_mturk/events"]:
            assert KEY not in json.dumps(server.control("GET", path))


def test_a_refusal_returns_the_work():
    with endpoint(refusal) as (address, seen), launch(*options(address), TEST_MODEL_KEY=KEY) as server:
        assert submitted(server, model(address)) == []
        [crowd] = server.control("GET", "/_mturk/robots")["Robots"]
        assert crowd["Progress"]["Returned"] == len(seen) == 2


def test_a_program_answers_for_robots():
    def dogs(body):
        return 200, {"Answers": {field["Name"]: "dog" for field in body["Fields"]}}

    with endpoint(dogs) as (address, seen), launch("--freeze", "--allow-outbound", address) as server:
        work = submitted(server, {"*": {"Http": f"http://{address}/"}})
        assert ["<FreeText>dog</FreeText>" in one["Answer"] for one in work] == [True, True]
        assert [body["HIT"]["Title"] for _, _, body in seen] == [seen[0][2]["HIT"]["Title"]] * 2


def test_nothing_is_sent_to_a_host_that_nobody_named():
    with endpoint(completion) as (address, seen), launch("--freeze") as server:
        assert submitted(server, model(address)) == []
        [crowd] = server.control("GET", "/_mturk/robots")["Robots"]
        assert f"--allow-outbound {address}" in crowd["Off"]
        assert seen == []

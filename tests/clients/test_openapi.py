"""The description of the control API: valid, the same everywhere, and true to what is answered."""

import json
import subprocess
import sys

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from harness import ControlError, clean_environment, launch, make_hit, run_binary

OPENAPI = "/_mturk/openapi.json"
CHECKS = [
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "unsupported_method",
    "allow_header_conformance",
]
LONGEST = 600  # seconds on a busy machine; alone it takes a tenth of that


@pytest.fixture(scope="module")
def own():
    """A server that may be reset and whose clock may be moved."""
    start = ("--clock", "2026-01-01T00:00:00Z", "--freeze", "--seed", "1")
    with launch(*start, "--fixture", "every-status", "--fixture", "qualified") as running:
        yield running


def test_the_description_is_valid_and_printed_as_it_is_served(own):
    description = own.control("GET", OPENAPI)
    assert description["openapi"].startswith("3.1.")
    OpenAPIV31SpecValidator(description).validate()
    printed = run_binary("openapi")
    assert printed.returncode == 0, printed.stderr
    assert json.loads(printed.stdout) == description


def with_real_ids(description, world):
    """The description with ids that are there, so that more than 404 is answered."""
    hits = [hit["HITId"] for hit in world["HITs"]]
    work = [work["AssignmentId"] for hit in world["HITs"] for work in hit["Assignments"]]
    types = [of["QualificationTypeId"] for of in world["QualificationTypes"]]
    there = {"hits": hits, "assignments": work}
    for path, item in description["paths"].items():
        noun = path.removeprefix("/_mturk").split("/")[1]
        if "{typeId}" in path:
            item["post"]["parameters"][1]["schema"] = {"type": "string", "enum": types}
        for operation in item.values() if noun in there else []:
            for parameter in operation["parameters"]:
                parameter["schema"] = {"type": "string", "enum": there[noun]}
    # A stream does not end, and nobody waits for long here.
    listed = description["paths"]["/_mturk/events"]["get"]
    listed["parameters"] = [one for one in listed["parameters"] if one["name"] != "stream"]
    for parameter in description["paths"]["/_mturk/wait"]["get"]["parameters"]:
        if parameter["name"] == "timeout":
            parameter |= {"required": True, "schema": {"type": "string", "enum": ["0s", "10ms"]}}
    wanted = description["components"]["schemas"]["AcceptBody"]["properties"]
    wanted["HITId"] = {"type": "string", "enum": hits}
    return description


# Work comes first: the other routes take its HITs away.
@pytest.mark.parametrize("routes", ["--include-tag", "--exclude-tag"])
def test_generated_requests_are_answered_as_described(own, tmp_path, routes):
    """Requests right and wrong: no 500, and no answer that the description does not have."""
    description = own.control("GET", OPENAPI)
    description = with_real_ids(description, own.control("GET", "/_mturk/world"))
    file = tmp_path / "openapi.json"
    file.write_text(json.dumps(description))
    own.control("POST", "/_mturk/reset")
    command = [sys.executable, "-m", "schemathesis.cli", "run", str(file), "--url", own.url]
    bounds = ["--seed", "1", "--max-examples", "10", "--phases", "coverage,fuzzing"]
    output = ["--no-color", "--no-shrink", "--continue-on-failure", "--request-timeout", "60"]
    done = subprocess.run(
        [*command, routes, "work", *bounds, *output, "--checks", ",".join(CHECKS)],
        cwd=tmp_path,
        env=clean_environment(),
        capture_output=True,
        text=True,
        timeout=LONGEST,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert own.control("GET", "/_mturk/health")["status"] == "ok"


def test_work_is_answered_as_described(own):
    """Each route of work once with success, which generated requests seldom have."""
    # Generated crowds of robots would take the HITs.
    own.control("POST", "/_mturk/reset")
    schemas = own.control("GET", OPENAPI)["components"]

    def check(name, answer):
        schema = {"$ref": f"#/components/schemas/{name}", "components": schemas}
        Draft202012Validator(schema).validate(answer)
        return answer

    def post(path, body=None):
        return own.control("POST", f"/_mturk/{path}", body)

    wanted = {"HITId": make_hit(own.client())["HITId"]}
    check("Assignment", own.submit(wanted["HITId"], "A1ANNA"))
    taken = check("Acceptance", post("workers/A1BERTA/accept", wanted))
    path = f"assignments/{taken['AssignmentId']}/submit"
    check("Assignment", post(path, {"Answers": {"q": "v"}}))
    taken = check("Acceptance", post("workers/A1CARLA/accept", wanted))
    check("Nothing", post(f"assignments/{taken['AssignmentId']}/return"))
    check("World", own.control("GET", "/_mturk/world"))


ODD = [None, -1, 0, 1, 1.5, "", "x", "x" * 300, True, [], [None], [1], ["a"], {}, {"x": 1}, 10**12, 2.0**70]
# What lists take, each with what makes a whole entry of nothing.
LISTS = {
    "robots": ("Robot", {}),
    "faults": ("FaultRule", {"Operation": "*", "Error": "ThrottlingException"}),
    "webhooks": ("Webhook", {"Url": "http://127.0.0.1:1/"}),
}


def variants(schemas, schema, depth=0):
    """Odd values in place of each member of what a schema describes, one at a time."""
    yield from ODD
    for one in schema.get("oneOf", schema.get("allOf", [])):
        yield from variants(schemas, one, depth)
    if "$ref" in schema:
        yield from variants(schemas, schemas[schema["$ref"].rpartition("/")[2]], depth)
    if depth < 3:
        for name, member in schema.get("properties", {}).items():
            yield from ({name: value} for value in variants(schemas, member, depth + 1))
        if isinstance(schema.get("additionalProperties"), dict):
            inner = variants(schemas, schema["additionalProperties"], depth + 1)
            # A member that is null is read as if it were not there.
            yield from ({"q": value} for value in inner if value is not None)


@pytest.mark.parametrize("path", LISTS)
def test_what_is_taken_is_described(own, path):
    """The other way round from generated requests, which try few values of members within members."""
    schemas = own.control("GET", OPENAPI)["components"]
    name, usual = LISTS[path]
    described = Draft202012Validator({"$ref": f"#/components/schemas/{name}", "components": schemas})
    tried = taken = 0
    for member, schema in schemas["schemas"][name]["properties"].items():
        for value in variants(schemas["schemas"], schema):
            entry = usual | {member: value}
            try:
                own.control("POST", f"/_mturk/{path}", entry)
            except ControlError:
                continue
            finally:
                tried += 1
            taken += 1
            assert described.is_valid(entry), entry
            own.control("DELETE", f"/_mturk/{path}")
    assert taken > 20 and tried > 2 * taken, (taken, tried)

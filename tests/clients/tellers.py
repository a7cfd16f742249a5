"""What tells the same story: boto3, AWS CLI 1 and 2, the SDKs for JavaScript and for Rust."""

import json
import os
import re
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest
from botocore import xform_name
from botocore.exceptions import ClientError

from harness import PATIENCE, ROOT, clean_environment

CLIENTS = ROOT / "tests/clients"
RUST = Path(os.environ.get("MTURK_LOCAL_RUST_CLIENT", ROOT / "target/clients/debug"))
REFUSED = re.compile(r"An error occurred \((\w+)\) when calling the \w+ operation: (.*)")


class Refused(Exception):
    """An operation was refused: `code`, `message`, and `turk_code` where the client shows it."""

    def __init__(self, code, message, turk_code=None):
        super().__init__(f"{code} {turk_code}: {message}")
        self.code, self.message, self.turk_code = code, message.rstrip(), turk_code


def missing(what):
    """Without a client its tests are left out, but not in CI."""
    pytest.fail(what) if os.environ.get("CI") else pytest.skip(what)


# --- clients: each a function of an operation's name and members ----------------------------------


@contextmanager
def boto3_client(server, key):
    """boto3."""
    client = server.client(key)

    def call(operation, **members):
        try:
            return getattr(client, xform_name(operation))(**members)
        except ClientError as error:
            told = error.response
            code, message = told["Error"]["Code"], told["Error"]["Message"]
            raise Refused(code, message, told.get("TurkErrorCode")) from error

    yield call


@contextmanager
def command_line(program, server, key):
    """An AWS CLI."""
    if not program.is_file():
        missing(f"{program} is not installed")

    def call(operation, **members):
        name = xform_name(operation, "-")
        # Versions of before 2023 do not read the endpoint from the environment.
        command = [program, "mturk", name, "--endpoint-url", server.url]
        command += ["--cli-input-json", json.dumps(members)]
        done = subprocess.run(
            [*command, "--output", "json", "--no-paginate"],
            env=environment(server, key, AWS_PAGER=""),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        if done.returncode == 0:
            return json.loads(done.stdout or "{}")
        told = REFUSED.search(done.stderr)
        assert told, done.stderr
        raise Refused(*told.groups())

    yield call


@contextmanager
def lines(command, server, key):
    """A program that reads and writes an operation a line."""
    with subprocess.Popen(
        command,
        env=environment(server, key),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:

        def call(operation, **members):
            process.stdin.write(json.dumps({"Operation": operation, "Input": members}) + "\n")
            process.stdin.flush()
            answer = json.loads(process.stdout.readline())
            if error := answer.get("Error"):
                assert error.get("Typed", True) == (error["Code"] == "RequestError")
                raise Refused(error["Code"], error["Message"], error["TurkErrorCode"])
            return answer["Output"]

        yield call
        process.stdin.close()
        assert process.wait(PATIENCE) == 0


def environment(server, key, **more):
    """What a client finds its endpoint and its keys in."""
    return clean_environment(
        AWS_ENDPOINT_URL_MTURK=server.url,
        AWS_ACCESS_KEY_ID=key,
        AWS_SECRET_ACCESS_KEY="secret",
        AWS_REGION="us-east-1",
        AWS_DEFAULT_REGION="us-east-1",
        **more,
    )


def javascript(server, key):
    """@aws-sdk/client-mturk."""
    node = shutil.which("node")
    if not node or not (CLIENTS / "js/node_modules/@aws-sdk/client-mturk").is_dir():
        missing("the AWS SDK for JavaScript is not installed: tests/run sdks")
    return lines([node, CLIENTS / "js/client.mjs"], server, key)


def rust(server, key):
    """aws-sdk-mturk."""
    program = RUST / "mturk-local-client-rust"
    if not program.is_file():
        missing(f"{program} is not built: tests/run sdks-all")
    return lines([program], server, key)


TELLERS = {
    "boto3": boto3_client,
    "aws1": lambda *of: command_line(Path(sys.executable).parent / "aws", *of),
    "aws2": lambda *of: command_line(Path("/usr/bin/aws"), *of),
    "javascript": javascript,
}
# Only `tests/run long` asks for what takes minutes.
EVERYTHING = bool(os.environ.get("MTURK_LOCAL_TEST_ALL_SDKS"))
# To compile it takes minutes.
if RUST.is_dir() or EVERYTHING:
    TELLERS["rust"] = rust
# A command line starts an interpreter for each call, so it tells one story.
ONE_STORY = {"aws1": "test_file", "aws2": "test_story"}


def tellers_of(story):
    """The names of the clients that tell a story."""
    return [name for name in TELLERS if EVERYTHING or ONE_STORY.get(name, story) == story]

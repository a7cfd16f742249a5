"""action.yml and the workflow that uses it: their steps run as GitHub's runner runs them."""

import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from harness import ROOT, binary, clean_environment, postgres_url

ACTION = yaml.safe_load((ROOT / "action.yml").read_text())
WORKFLOW = yaml.safe_load((ROOT / "examples/github-actions/test.yml").read_text())
BUILD_WHEEL = ROOT / "python/build-wheel"
TARBALLS = sorted((ROOT / "target/npm").glob("*.tgz"))
EXPRESSION = re.compile(r"\$\{\{ (.*?) \}\}")
TEST = """
import os

import boto3


def test_the_market_is_there():
    assert "AWS_PROFILE" not in os.environ
    assert boto3.client("mturk").list_hits()["NumResults"] == 1
"""

pytestmark = pytest.mark.skipif(bool(postgres_url()), reason="the database does not matter")


class Runner:
    """A job: the folder of the project, and what its steps left for the steps that follow."""

    def __init__(self, folder):
        self.folder, self.temp = folder / "project", folder / "temp"
        self.folder.mkdir()
        self.temp.mkdir()
        self.environment = clean_environment(
            HOME=str(folder),
            RUNNER_TEMP=str(self.temp),
            PATH=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            PIP_DISABLE_PIP_VERSION_CHECK="1",
            PIP_NO_INDEX="1",
            npm_config_offline="true",
        )
        self.processes = []

    def step(self, step, values):
        """Runs a step in the shell that GitHub uses: the outputs that it set."""
        files = {name: self.temp / name for name in ("GITHUB_ENV", "GITHUB_PATH", "GITHUB_OUTPUT")}
        for file in files.values():
            file.write_text("")
        own = {name: self.filled(text, values) for name, text in step.get("env", {}).items()}
        shell = subprocess.Popen(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", self.filled(step["run"], values)],
            cwd=self.folder,
            env=self.environment | own | {name: str(file) for name, file in files.items()},
            stdin=subprocess.DEVNULL,
            stdout=(self.temp / "output").open("w"),
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self.processes.append(shell.pid)
        assert shell.wait(120) == 0, self.output()
        env, path, output = (file.read_text().splitlines() for file in files.values())
        self.environment |= dict(line.split("=", 1) for line in env)
        self.environment["PATH"] = os.pathsep.join([*reversed(path), self.environment["PATH"]])
        return dict(line.split("=", 1) for line in output)

    @staticmethod
    def filled(text, values):
        """The text with the values of its expressions."""
        return EXPRESSION.sub(lambda match: values[match[1]], text)

    def output(self):
        """What the last step printed."""
        return (self.temp / "output").read_text()

    def action(self, inputs):
        """Runs the action with these inputs: its outputs."""
        assert set(inputs) <= set(ACTION["inputs"])
        given = {name: inputs.get(name, input.get("default")) for name, input in ACTION["inputs"].items()}
        values = {f"inputs.{name}": value for name, value in given.items()}
        for step in ACTION["runs"]["steps"]:
            outputs = self.step(step, values)
            values |= {f"steps.{step.get('id')}.outputs.{name}": value for name, value in outputs.items()}
        return {name: self.filled(output["value"], values) for name, output in ACTION["outputs"].items()}

    def workflow(self):
        """Runs the steps of the example's job but the checkout and those that follow a failure."""
        for step in WORKFLOW["jobs"]["test"]["steps"]:
            if step.get("uses") == "./.github/actions/mturk-local":
                self.action(step["with"])
            elif "run" in step and "if" not in step:
                self.step(step, {})

    def end(self):
        """The runner ends what the steps left behind."""
        for pid in self.processes:
            try:
                os.killpg(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass


@pytest.fixture
def runner(tmp_path):
    """A job that ends with the test."""
    running = Runner(tmp_path)
    yield running
    running.end()


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """A wheel of the program."""
    if not BUILD_WHEEL.exists():
        pytest.skip("there is no python/build-wheel")
    folder = tmp_path_factory.mktemp("wheel")
    return subprocess.check_output([BUILD_WHEEL, binary(), folder], text=True).strip()


@pytest.fixture
def packages(runner):
    """The folder of the project that holds the packages."""
    folder = runner.folder / "packages"
    folder.mkdir()
    return folder


def test_the_wheel_is_installed_and_started(runner, packages, wheel):
    """The whole example: the action, and a test with boto3 that knows nothing of mturk-local."""
    shutil.copy(wheel, packages)
    (runner.folder / "requirements.txt").write_text("boto3\npytest\n")
    (runner.folder / "test_market.py").write_text(TEST)
    runner.workflow()
    assert "1 passed" in runner.output()


@pytest.mark.skipif(not TARBALLS, reason="`tests/run npm` makes the npm packages")
def test_the_npm_packages_are_installed_and_started(runner, packages):
    """The command is on the path, and the variables are those of `mturk-local env`."""
    for file in TARBALLS:
        shutil.copy(file, packages)
    before = set(runner.environment)
    outputs = runner.action({"package": "packages/*.tgz", "options": "--fixture minimal --seed 1"})
    assert runner.environment["MTURK_LOCAL_ENDPOINT"] == outputs["endpoint"]
    assert runner.environment["AWS_ENDPOINT_URL_MTURK"] == outputs["endpoint"]
    assert {name.split("_")[0] for name in set(runner.environment) - before} == {"AWS", "MTURK"}
    runner.step({"run": "mturk-local dump"}, {})
    assert "3MINIMAL00000000000000000HIT01" in runner.output()
    assert "/_mturk/world" in Path(outputs["log"]).read_text()


@pytest.fixture
def installed(runner):
    """A job in which the first step is done."""
    for folder in ("bin", "mturk-local"):
        (runner.temp / folder).mkdir()
    (runner.temp / "bin/mturk-local").symlink_to(binary())
    runner.environment["PATH"] = f"{runner.temp / 'bin'}{os.pathsep}{runner.environment['PATH']}"
    return runner


def test_a_second_start_is_a_server_of_its_own(installed):
    """The ready file of the first is not taken for that of the second."""
    start = ACTION["runs"]["steps"][1]
    endpoints = [installed.step(start, {"inputs.options": ""})["endpoint"] for _ in range(2)]
    assert len(set(endpoints)) == 2


def test_secrets_are_masked(installed):
    """Before the runner prints the environment of the steps that follow; the secret `test` is none."""
    start = ACTION["runs"]["steps"][1]
    options = "--auth strict --credential AKID:s3cr/et+key= --admin-token to.k=en"
    installed.environment |= {"MTURK_LOCAL_ADMIN_TOKEN": "to.k=en", "MTURK_LOCAL_CREDENTIAL": "AKID:s3cr/et+key="}
    installed.step(start, {"inputs.options": options})
    masks = [line for line in installed.output().splitlines() if line.startswith("::add-mask::")]
    assert sorted(masks) == ["::add-mask::s3cr/et+key=", "::add-mask::to.k=en"]
    assert installed.environment["AWS_SECRET_ACCESS_KEY"] == "s3cr/et+key="
    for name in ("MTURK_LOCAL_ADMIN_TOKEN", "MTURK_LOCAL_CREDENTIAL"):
        del installed.environment[name]
    installed.step(start, {"inputs.options": ""})
    assert "::add-mask::" not in installed.output()
    assert installed.environment["AWS_SECRET_ACCESS_KEY"] == "test"


def test_what_is_wrong_is_said(runner):
    """Neither kind of package."""
    with pytest.raises(AssertionError, match="neither a wheel"):
        runner.action({"package": "mturk-local.zip"})


def test_a_server_that_does_not_start_says_why(installed):
    """In the output of the step."""
    with pytest.raises(AssertionError, match="did not start: .*no-such-world"):
        installed.step(ACTION["runs"]["steps"][1], {"inputs.options": "--fixture no-such-world"})

"""The pytest plugin, as a project of its own sees it."""

import json
import os
import signal
import socket
import time
from urllib.parse import urlsplit

import pytest

FRESH = """
    import boto3
    import pytest
    from market import create_hit

    client = boto3.client("mturk", region_name="us-east-1")

    @pytest.mark.parametrize("turn", range(8))
    def test_fresh(mturk, turn, tmp_path_factory):
        assert client.list_hits()["HITs"] == []
        create_hit(client)
        with (tmp_path_factory.getbasetemp() / "seen").open("a") as seen:
            print(mturk.url, mturk.clock.now().year, file=seen)
        mturk.advance("3650d")
        mturk.clock.freeze()
"""
WORLD = json.dumps({"Workers": [{"WorkerId": "A1ANNA0000000"}]})
SHOW = """
    def test_show(mturk):
        print("workers", *(worker["WorkerId"] for worker in mturk.workers()))
        print("hits", len(mturk.dump().get("HITs", [])))
        print("year", mturk.clock.now().year)
"""


@pytest.fixture
def project(pytester, monkeypatch, request):
    """An empty project, which finds `market`."""
    monkeypatch.setenv("PYTHONPATH", str(request.path.parent))
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    for name in [name for name in os.environ if name.startswith("PYTEST_")]:
        monkeypatch.delenv(name)
    return pytester


def run(project, *arguments):
    """Runs pytest there, with the plugin that is installed."""
    return project.runpytest_subprocess("-p", "no:cacheprovider", *arguments)


def servers(project):
    """The servers that ran the tests of FRESH: each test noted its own, and the year."""
    notes = [file.read_text().splitlines() for file in (project.path / "runpytest-0").rglob("seen")]
    urls, years = zip(*(line.split() for note in notes for line in note))
    assert len(urls) == 8 and len(set(years)) == 1
    return set(urls)


def test_each_test_has_a_fresh_market_and_clock(project):
    project.makepyfile(FRESH)
    run(project, "-p", "no:xdist").assert_outcomes(passed=8)
    assert len(servers(project)) == 1


def test_each_worker_of_xdist_has_a_server(project):
    project.makepyfile(FRESH)
    run(project, "-n", "4").assert_outcomes(passed=8)
    assert len(servers(project)) == 4


def test_options_stand_in_the_ini_file(project):
    """Its files are beside it, wherever pytest is called."""
    project.makeini(
        """
        [pytest]
        mturk_local_fixture = world.json three-pages
        mturk_local_args = --clock "2030-01-01T00:00:00Z"
        """
    )
    (project.path / "world.json").write_text(WORLD)
    project.makepyfile(SHOW)
    folder = project.mkdir("elsewhere")
    os.chdir(folder)
    result = run(project, "-s", str(project.path))
    result.stdout.fnmatch_lines(["*workers*A1ANNA0000000*", "hits 1", "year 2030"])


def test_options_of_the_command_line_win(project):
    project.makeini("[pytest]\nmturk_local_fixture = three-pages\nmturk_local_args = --profile moon\n")
    project.mkdir("worlds").joinpath("world.json").write_text(WORLD)
    project.makepyfile(SHOW)
    options = ["--mturk-local-fixture=worlds/world.json", "--mturk-local-args=--clock 2031-01-01T00:00:00Z"]
    result = run(project, "-s", *options)
    result.stdout.fnmatch_lines(["*workers A1ANNA0000000", "hits 0", "year 2031"])


def test_clients_may_keep_their_keys(project):
    project.makeini("[pytest]\nmturk_local_keep_keys = true\n")
    project.makepyfile(
        """
        import boto3
        from market import create_hit

        def test_keys(mturk):
            keys = {"aws_access_key_id": "AKIDINCODE", "aws_secret_access_key": "x"}
            create_hit(boto3.client("mturk", **keys))
            assert mturk.client().list_hits()["HITs"] == []
        """
    )
    run(project).assert_outcomes(passed=1)


def test_a_failure_shows_the_log(project):
    """What was logged during this test, and where all of it is."""
    project.makepyfile(
        """
        import boto3

        def test_before(mturk):
            boto3.client("mturk").list_hits()

        def test_fails(mturk):
            boto3.client("mturk").get_hit(HITId="3NONE")

        def test_fails_without():
            assert False
        """
    )
    result = run(project)
    result.assert_outcomes(passed=1, failed=2)
    text = result.stdout.str()
    assert text.count("mturk-local, from ") == 1
    result.stdout.fnmatch_lines(["*mturk-local, from *server.log*", "*GetHIT*"])
    assert "ListHITs" not in text


@pytest.mark.parametrize(
    "damage",
    [
        "shutil.rmtree(mturk.log_file.parent)",
        "monkeypatch.setattr(pathlib.Path, 'open', broken)",
        "monkeypatch.setattr(mturk, 'log', broken)",
    ],
)
def test_a_log_that_cannot_be_read_ends_no_session(project, damage):
    """The failure is shown, and the tests that follow run."""
    project.makepyfile(
        f"""
        import pathlib
        import shutil

        def broken(*_, **__):
            raise RuntimeError("broken")

        def test_fails(mturk, monkeypatch):
            {damage}
            assert False, "by itself"

        def test_after(mturk):
            assert mturk.client().list_hits()["HITs"] == []
        """
    )
    result = run(project)
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*by itself*", "*mturk-local, from *server.log*", "It cannot be read: *"])


def test_a_start_that_fails_says_why(project):
    project.makepyfile(SHOW)
    result = run(project, "--mturk-local-args=--profile moon")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*mturk-local does not start (exit code 2)*server.log*", "*moon*"])


def test_a_server_that_died_is_replaced(project, own_tmp):
    project.makepyfile(
        """
        def test_dies(mturk):
            mturk._process.kill()
            mturk._process.wait()
            mturk.reset()

        def test_after(mturk):
            assert mturk.client().list_hits()["HITs"] == []
        """
    )
    result = run(project)
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines([f"*exit code -{int(signal.SIGKILL)}*server.log*"])


@pytest.mark.parametrize("ending", ["os._exit(3)", "os.kill(os.getpid(), signal.SIGKILL)"])
def test_no_server_outlives_a_worker_that_crashed(project, ending):
    project.makepyfile(
        f"""
        import os, pathlib, signal

        def test_crashes(mturk):
            pathlib.Path("url").write_text(mturk.url)
            {ending}
        """
    )
    run(project, "-n", "1").assert_outcomes(failed=1)
    place = urlsplit((project.path / "url").read_text())
    for _ in range(300):
        try:
            socket.create_connection((place.hostname, place.port)).close()
        except ConnectionRefusedError:
            return
        time.sleep(0.1)
    pytest.fail("the server runs")


def test_cases_of_unittest_use_the_fixture(project):
    project.makepyfile(
        """
        import unittest
        import boto3
        import pytest
        from market import create_hit

        @pytest.mark.usefixtures("mturk")
        class Named(unittest.TestCase):
            def test_one(self):
                self.assertEqual(boto3.client("mturk").list_hits()["HITs"], [])
                create_hit(boto3.client("mturk"))

            def test_two(self):
                self.test_one()

        class Held(unittest.TestCase):
            @pytest.fixture(autouse=True)
            def market(self, mturk):
                self.mturk = mturk

            def test_three(self):
                self.mturk.submit(create_hit(boto3.client("mturk")), {"label": "cat"})
        """
    )
    run(project).assert_outcomes(passed=3)


def test_a_project_without_boto3_may_use_the_server(project):
    """The module needs no package, and the plugin loads none."""
    project.makepyfile(
        """
        import sys

        def test_alone(mturk):
            mturk.submit(mturk.dump()["HITs"][0]["HITId"], {"label": "cat"})
            assert "boto3" not in sys.modules and "botocore" not in sys.modules
        """
    )
    for package in ("boto3", "botocore"):
        project.mkpydir(package).joinpath("__init__.py").write_text(
            f"raise ModuleNotFoundError('no {package}', name='{package}')"
        )
    run(project, "--mturk-local-fixture=minimal").assert_outcomes(passed=1)

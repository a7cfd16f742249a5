"""The pytest plugin: the fixtures `mturk` and `mturk_server`, and their options."""

from __future__ import annotations

import shlex
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

from ._server import Server

_LOG = pytest.StashKey["tuple[Server, int]"]()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("mturk-local", "Amazon Mechanical Turk on your own machine")
    group.addoption(
        "--mturk-local-fixture",
        action="append",
        metavar="FILE|NAME",
        help="world that each test's market begins with; repeatable, wins over the ini option",
    )
    group.addoption(
        "--mturk-local-args",
        metavar="ARGS",
        help="options of mturk-local, such as '--profile production'; wins over the ini option",
    )
    parser.addini("mturk_local_fixture", "worlds that each test's market begins with: files or names", "args")
    parser.addini("mturk_local_args", "options of mturk-local", "args")
    parser.addini("mturk_local_keep_keys", "let each boto3 client sign with its own keys", "bool", False)


@pytest.fixture(scope="session")
def mturk_server(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The server of this process, for all its tests: each worker of pytest-xdist has its own."""
    log_file = tmp_path_factory.mktemp("mturk-local") / "server.log"
    with Server(fixture=_worlds(pytestconfig), args=_args(pytestconfig), log_file=log_file) as server:
        yield server


@pytest.fixture
def mturk(mturk_server: Server, request: pytest.FixtureRequest) -> Iterator[Server]:
    """A market of the test's own, to which every boto3 client for MTurk leads."""
    mturk_server.start()
    mturk_server.reset()
    request.node.stash[_LOG] = (mturk_server, _size(mturk_server.log_file))
    with mturk_server.redirect(keep_keys=request.config.getini("mturk_local_keep_keys")):
        yield mturk_server


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, None]:
    """A failed test shows what the server logged meanwhile, and where its log is."""
    report = (yield).get_result()
    if report.failed and _LOG in item.stash:
        server, begin = item.stash[_LOG]
        report.sections.append((f"mturk-local, from {server.log_file}", _last_lines(server, begin)))


def _last_lines(server: Server, begin: int) -> str:
    """A test may have removed the file or replaced what reads it, and an error here would end pytest."""
    try:
        return "".join(server.log(begin).splitlines(keepends=True)[-50:])
    except Exception as error:
        return f"It cannot be read: {error!r}"


def _size(log_file: Path) -> int:
    try:
        return log_file.stat().st_size
    except OSError:  # a test removed it
        return 0


def _worlds(config: pytest.Config) -> list[str]:
    """Files of the command line are beside the caller, those of the ini file beside it."""
    named = config.getoption("--mturk-local-fixture")
    if named:
        return [_file_or_name(config.invocation_params.dir, name) for name in named]
    folder = config.inipath.parent if config.inipath else config.rootpath
    return [_file_or_name(folder, name) for name in config.getini("mturk_local_fixture")]


def _file_or_name(folder: Path, name: str) -> str:
    return str(folder / name) if (folder / name).is_file() else name


def _args(config: pytest.Config) -> list[str]:
    named = config.getoption("--mturk-local-args")
    return list(config.getini("mturk_local_args")) if named is None else shlex.split(named)

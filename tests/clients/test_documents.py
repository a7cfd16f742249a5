"""README and book: every command and snippet runs as printed, and every link leads somewhere.

The words behind the language of a fenced block say what the test does with it:

    sh              runs in one shell for the page, from top to bottom; 1770 is the test's port
    sh,serve        starts the server that the blocks below it talk to
    sh,no-run       is checked for its syntax alone, and is listed in NOT_RUN
    sh,elsewhere    is checked for its syntax alone: the examples of --help, which test_help.py runs
    python          runs; with file=NAME it is saved for the blocks below it
    json yaml toml  is parsed; with file=NAME it is saved
    js, rust, dockerfile  is an example, or a part of one; with file=NAME it is saved
    text            is what the block above it printed; … stands for anything
"""

import contextlib
import functools
import json
import os
import re
import signal
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from harness import ROOT, binary, clean_environment, postgres_url, run_binary

BOOK = ROOT / "docs/src"
PAGES = [ROOT / "README.md", *sorted(BOOK.glob("*.md"))]
FENCE = re.compile(r"^```(\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ANY_FENCE = re.compile(r"^\s*(?:```|~~~)", re.MULTILINE)
LINK = re.compile(r"(?<!`)\[[^\]\n]*\]\(([^)\s]+)\)")
VARIABLE = re.compile(r"\bMTURK_LOCAL_[A-Z_]+")
ROUTE = re.compile(r"/_mturk/[\w./{}-]*\w\}?")
OF_PACKAGES = {"BINARY"}
OF_TESTS = {"BIN", "UPDATE", "PYTEST", "TEST_DATABASE", "SIMULATION", "FUZZ_SECONDS", "CRASH_ROUNDS"}
LONGEST = 180  # seconds that a page may take on a busy machine

# What needs a container engine, minutes of building, other machines, or a service that is closed: page and first line.
NOT_RUN = {
    ("README.md", "cargo build --release"),
    ("README.md", "tests/run"),
    ("compose.md", "docker build -t mturk-local ."),
    ("compose.md", "docker compose up"),
    ("javascript.md", "npm ci --prefix npm"),
    ("javascript.md", "npm install --save-dev ../mturk-local/dist/*.tgz vitest @aws-sdk/client-mturk"),
    ("options.md", "mturk-local --database 'postgres://mturk@db/mturk?sslmode=verify-full&sslrootcert=ca.pem'"),
    ("preview.md", "mturk-local preview task.html --data rows.csv"),
    ("python.md", 'python/build-wheel "$(container/build-static.sh)"'),
    ("safety.md", "mturk-local --listen 0.0.0.0:1770 --allow-remote --auth strict \\"),
    ("safety.md", "mturk-local --tls-listen 0.0.0.0:1773 --allow-remote --auth strict --credential mykey:mysecret \\"),
    ("robots-answers.md", "mturk-local --allow-outbound 127.0.0.1:11434"),
    (
        "safety.md",
        "mturk-local --allow-outbound localhost:8000 --allow-outbound '*.example.com' --robot-key-env OPENAI_API_KEY",
    ),
    ("start.md", "cargo install --path ."),
    ("worlds.md", "aws mturk list-hits > hits.json"),
}

pytestmark = pytest.mark.skipif(bool(postgres_url()), reason="the database does not matter")


@dataclass
class Block:
    """A fenced block: where it stands, its language, its other words, its text, what is above it."""

    page: str
    line: int
    language: str
    words: tuple
    text: str
    above: str

    @property
    def name(self):
        """The file that it is saved as, if it has one."""
        names = [word.removeprefix("file=") for word in self.words if word.startswith("file=")]
        return names[0] if names else None

    def __str__(self):
        return f"{self.page}:{self.line}"


@functools.cache
def blocks(page):
    """The fenced blocks of a page, in their order."""
    text = page.read_text()
    found = []
    for match in FENCE.finditer(text):
        language, *words = match[1].split(",")
        line = text.count("\n", 0, match.start()) + 1
        above = text[: match.start()]
        found.append(Block(page.name, line, language, tuple(words), match[2], above))
    assert 2 * len(found) == len(ANY_FENCE.findall(text)), f"{page.name}: a fence without a language"
    return found


def of_pages(chosen=lambda block: True):
    """The blocks of all pages that are chosen."""
    return [block for page in PAGES for block in blocks(page) if chosen(block)]


# --- what runs ---------------------------------------------------------------------------------

# The shell of a page. A server takes any free port, which stands for 1770 in the blocks below it.
SHELL = r"""
set -euo pipefail
server=
port=1770
cargo() { [[ $1 == run && $2 == --release ]] && shift 2 && [[ ${1:-} != -- ]] || shift; mturk-local "$@"; }
stop() { [[ -z $server ]] || { kill "$server"; wait "$server" || true; }; server=; }
trap stop EXIT
with_port() { sed "s/:1770\b/:$1/g" "$2"; }
serve() {
    stop
    rm -f "$ready"
    with_port 0 "$1" >"$1.now"
    (
        export MTURK_LOCAL_LISTEN=127.0.0.1:0 MTURK_LOCAL_READY_FILE=$ready
        mturk-local() { exec "$program" "$@"; }
        source "$1.now"
    ) >"$1.out" &
    server=$!
    until [[ -s $ready ]]; do kill -0 "$server" && sleep 0.05; done
    port=$(sed 's/.*://' "$ready")
    export MTURK_LOCAL_ENDPOINT=http://127.0.0.1:$port
}
run() {
    with_port "$port" "$1" >"$1.now"
    case $1 in
    *.py) python "$1.now" >"$1.out" ;;
    *) source "$1.now" >"$1.out" ;;
    esac
}
save() { with_port "$port" "$1" >"$2"; }
"""


def step(block, folder):
    """The line of the shell that does a block; its text is in a file."""
    if block.language == "text" or {"no-run", "elsewhere"} & set(block.words):
        return ""
    file = folder / f"{block.line}.{'py' if block.language == 'python' else 'sh'}"
    file.write_text(block.text)
    if block.name:
        assert Path(block.name).name == block.name, f"{block}: only a file of the page's folder"
        return f"save {file} {block.name}"
    if block.language not in ("sh", "python"):
        return ""
    verb = "serve" if "serve" in block.words else "run"
    return f"echo '--- {block}' >&2; {verb} {file}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_runs_from_top_to_bottom(page, tmp_path):
    """What a reader types, in one shell and one folder, with the output that is shown."""
    bin_, files, work = (tmp_path / name for name in ("bin", "blocks", "work"))
    for folder in (bin_, files, work):
        folder.mkdir()
    (bin_ / "mturk-local").symlink_to(binary())
    (bin_ / "python").symlink_to(sys.executable)
    steps = [step(block, files) for block in blocks(page)]
    path = os.pathsep.join([str(bin_), str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = clean_environment(
        PATH=path,
        HOME=str(tmp_path),
        program=binary(),
        ready=str(tmp_path / "ready"),
        PYTHONDONTWRITEBYTECODE="1",
        # As if the wheel were installed.
        PYTHONPATH=str(ROOT / "python"),
        MTURK_LOCAL_BINARY=binary(),
        PYTEST_ADDOPTS="-p no:cacheprovider -p mturk_local.pytest_plugin",
        AWS_PAGER="",
    )
    log = tmp_path / "log"
    with log.open("wb") as both:
        shell = subprocess.Popen(
            ["bash", "-c", "\n".join([SHELL, *steps])],
            cwd=work,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=both,
            stderr=both,
            start_new_session=True,
        )
    try:
        code = shell.wait(LONGEST)
    finally:
        # With all that it started and left behind.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(shell.pid, signal.SIGKILL)
    printed = "".join(file.read_text() for file in sorted(files.glob("*.out")))
    assert code == 0, f"{log.read_text()}\n{printed}"
    for above, block in zip(blocks(page), blocks(page)[1:]):
        if block.language == "text":
            (out,) = files.glob(f"{above.line}.*.out")
            assert is_shown(block.text, out.read_text()), f"{block}: printed\n{out.read_text()}"


def is_shown(shown, printed):
    """Whether the printed text is as shown; 1770 is any port, and … anything."""
    pattern = re.escape(shown).replace("…", ".*").replace(":1770", r":\d+")
    return re.fullmatch(pattern, printed, re.DOTALL)


def test_blocks_are_of_known_kinds():
    """Each block has a language that the tests know, and text that parses."""
    kinds = ("python", "js", "rust", "json", "yaml", "toml", "dockerfile", "text")
    words = {"sh": {"serve", "no-run", "elsewhere"}} | dict.fromkeys(kinds, set())
    for block in of_pages():
        assert block.language in words, str(block)
        odd = {word for word in block.words if not word.startswith("file=")}
        assert odd <= words[block.language], str(block)
        assert not block.name or f"`{block.name}`" in block.above, f"{block}: a reader sees no name"
        if block.language == "json":
            json.loads(block.text)
        if block.language == "yaml":
            assert yaml.safe_load(block.text), str(block)
        if block.language == "toml":
            tomllib.loads(block.text)
        if block.language == "python":
            compile(block.text, str(block), "exec")
        if {"no-run", "elsewhere"} & set(block.words):
            subprocess.run(["bash", "-n"], input=block.text, text=True, check=True)


def test_the_book_shows_the_examples():
    """Each file that has the name of one in the book is that one. Manifests are not shown."""
    every = [file for file in (ROOT / "examples").rglob("*") if file.is_file()]
    manifests = {"package.json", "Cargo.toml", "Cargo.lock"}
    files = [file for file in every if file.name not in manifests and file.parent.name != "__pycache__"]
    shown = {(block.name, block.text) for block in of_pages()}
    assert {file for file in files if (file.name, file.read_text()) not in shown} == set()


def test_what_does_not_run_is_listed():
    """A block that no test runs is a promise that nobody keeps: few, and each of them known."""
    found = of_pages(lambda block: "no-run" in block.words)
    assert {(block.page, block.text.splitlines()[0]) for block in found} == NOT_RUN
    assert {block.page for block in of_pages(lambda block: "elsewhere" in block.words)} == {"commands.md"}
    assert len(found) <= len(of_pages(lambda block: block.language == "sh")) / 3


# --- what is named -----------------------------------------------------------------------------


def slug(heading):
    """The anchor that mdBook and code hosts give a heading."""
    text = re.sub(r"[`*]|\]\([^)]*\)|\[", "", heading).strip().lower()
    return re.sub(r"[^\w -]", "", text).replace(" ", "-")


@functools.cache
def anchors(file):
    """The anchors of a page."""
    text = FENCE.sub("", file.read_text())
    return {slug(heading) for heading in re.findall(r"^#+ (.+)$", text, re.MULTILINE)}


DOCUMENTS = [*PAGES, *(ROOT / name for name in ("ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md"))]


@pytest.mark.parametrize("page", DOCUMENTS, ids=lambda page: page.stem)
def test_links_lead_somewhere(page):
    """Relative links: the file is there, and the heading in it. A page of the book stays in it."""
    for target in LINK.findall(FENCE.sub("", page.read_text())):
        if "://" in target:
            continue
        path, _, anchor = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        assert file.exists(), f"{page.name}: {target}"
        assert page.parent != BOOK or BOOK in file.parents, f"{page.name}: {target}"
        assert not anchor or anchor in anchors(file), f"{page.name}: {target}"


def test_the_summary_has_every_page():
    """mdBook leaves out what SUMMARY.md does not name."""
    named = set(LINK.findall((BOOK / "SUMMARY.md").read_text()))
    assert named == {page.name for page in BOOK.glob("*.md")} - {"SUMMARY.md"}


@pytest.fixture(scope="module")
def routes():
    """The routes that the program describes: their method and path."""
    paths = json.loads(run_binary("openapi").stdout)["paths"]
    methods = {"get", "put", "post", "delete"}
    return {(method.upper(), path) for path, item in paths.items() for method in methods & set(item)}


def test_every_control_route_is_documented(routes):
    """The table of control.md has each route once, and no other."""
    rows = re.findall(r"^\| `([A-Z]+) (/metrics|/_mturk/[^`?]+)", (BOOK / "control.md").read_text(), re.MULTILINE)
    assert sorted(rows) == sorted(routes)


def test_routes_and_variables_that_are_named_exist(routes):
    """No page names a route or a variable that there is not."""
    help_ = "".join(run_binary(*command, "--help").stdout for command in commands())
    known = set(VARIABLE.findall(help_)) | {f"MTURK_LOCAL_{name}" for name in OF_TESTS | OF_PACKAGES}
    shapes = [re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(path)) for _, path in routes]
    for page in DOCUMENTS:
        text = page.read_text()
        assert set(VARIABLE.findall(text)) <= known, f"{page.name}: {set(VARIABLE.findall(text)) - known}"
        for route in ROUTE.findall(text):
            assert any(re.fullmatch(shape, route) for shape in shapes), f"{page.name}: {route}"


def commands(command=()):
    """The commands of the program, those of commands too, and the program itself."""
    _, *listed = run_binary(*command, "--help").stdout.split("Commands:\n")
    names = re.findall(r"^  (\w+) ", listed[0].split("\n\n")[0], re.MULTILINE) if listed else []
    nested = [commands((*command, name)) for name in names if name != "help"]
    return [command, *(one for all_of_it in nested for one in all_of_it)]

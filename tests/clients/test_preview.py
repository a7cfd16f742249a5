"""`mturk-local preview`, as people start it: its one line, its options, what it opens, and how it ends."""

import http.client
import re
import select
import signal
import socket
import subprocess
import urllib.request
from contextlib import contextmanager

import pytest

from harness import PATIENCE, READY, binary, clean_environment, run_binary

TEMPLATE = '<p>${text}</p><input name="answer">'


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "task.html").write_text(TEMPLATE)
    (tmp_path / "rows.csv").write_text("text\nOne\nTwo\n")
    return tmp_path


@contextmanager
def preview(folder, *arguments, code=0, stop=signal.SIGINT, **environment):
    """A running preview: its process and its URL."""
    with subprocess.Popen(
        [binary(), "preview", *map(str, arguments)],
        cwd=folder,
        env=clean_environment(**environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert select.select([process.stdout], [], [], PATIENCE)[0], "no line"
            line = process.stdout.readline()
            assert READY.fullmatch(line), line + process.stderr.read()
            yield process, READY.fullmatch(line)[1]
            process.send_signal(stop)
            rest, said = process.communicate(timeout=PATIENCE)
            assert (process.returncode, rest, said) == (code, "", "")
        finally:
            process.kill()


def read(url, path="/", **headers):
    request = urllib.request.Request(url + path, headers=headers)
    with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
        return answer.read().decode()


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_a_page_is_shown_until_a_signal(folder, stop):
    """One line, pages, and an end with code 0, also while a browser waits for changes."""
    with preview(folder, "task.html", "--data", "rows.csv", "--worker", "A1ME", stop=stop) as (_, url):
        page = read(url)
        assert "Row 1 of 2" in page and "Worker A1ME" in page
        changes = http.client.HTTPConnection(url.removeprefix("http://"), timeout=PATIENCE)
        version = re.search('data-version="([^"]+)"', page)[1]
        changes.request("GET", f"/changes?version={version}")
        assert changes.getresponse().status == 200


def test_a_saved_file_is_shown_anew(folder):
    """A waiting page hears of it, and the next one is new."""
    with preview(folder, "task.html") as (_, url):
        version = re.search('data-version="([^"]+)"', read(url))[1]
        (folder / "task.html").write_text("<form>Saved</form>")
        assert "event: changed" in read(url, f"/changes?version={version}")
        # Browsers take such a name for their own machine; Python asks a name server.
        host, frame = re.search('src="http://([^/"]+)(/mturk/frame/[^"]+)"', read(url)).groups()
        assert re.fullmatch(r"r-preview\.localhost:\d+", host)
        assert "<form>Saved</form>" in read(url, frame.replace("&#38;", "&"), Host=host)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere.html"], "there is no file nowhere.html; if you mean a page on a server"),
        (["."], ". is not a file"),
        (["task.html", "--data", "nowhere.csv"], "--data (MTURK_LOCAL_DATA) nowhere.csv"),
        (["task.html", "--worker", "me"], "--worker (MTURK_LOCAL_WORKER)"),
        (["task.html", "--listen-port", "70000"], "--listen-port"),
        (["ftp://a.test/x"], "there is no file ftp://a.test/x; if you mean"),
        ([], "<FILE|URL>"),
    ],
)
def test_what_cannot_be_shown_exits_2(folder, arguments, said):
    """A slip of the pen is told at once."""
    arguments = [str(folder / one) if one == "task.html" else one for one in arguments]
    done = run_binary("preview", *arguments)
    assert (done.returncode, done.stdout) == (2, "") and said in done.stderr


def test_a_port_of_your_choice_and_one_that_is_taken(folder):
    """An option and its variable; a port in use exits 3."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = run_binary("preview", folder / "task.html", "--listen-port", port)
        assert done.returncode == 3 and "in use" in done.stderr
    with preview(folder, "task.html", MTURK_LOCAL_LISTEN_PORT=str(port)) as (_, url):
        assert url == f"http://127.0.0.1:{port}"


def test_a_browser_is_opened_where_there_is_one(folder):
    """`BROWSER` gets the address; `--no-open` keeps it from that, and a missing one is no error."""
    opener = folder / "opener"
    opener.write_text('#!/bin/sh\necho "$1" > opened.part && mv opened.part opened\n')
    opener.chmod(0o755)
    with preview(folder, "task.html", "--no-open", BROWSER=str(opener)) as (_, url):
        read(url)
    assert not (folder / "opened").exists()
    with preview(folder, "task.html", BROWSER="/nowhere/browser") as (_, url):
        read(url)
    with preview(folder, "task.html", BROWSER=str(opener)) as (_, url):
        seen = subprocess.run(
            ["sh", "-c", "until test -e opened; do :; done; cat opened"],
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=True,
        )
        assert seen.stdout.strip().removesuffix("/") == url

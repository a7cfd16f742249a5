"""What `--help`, `man` and `completions` print, used as people use it."""

import os
import re
import select
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from harness import PATIENCE, READY, binary, clean_environment, launch, run_binary

HIT = "3MINIMAL00000000000000000HIT01"
TOKEN = "t0ken"
ELSEWHERE = "http://127.0.0.1:8080"


def commands(*path):
    """The words of each command, of the program itself first."""
    help_ = run_binary(*path, "--help").stdout
    listed = re.search(r"^Commands:\n(.*?)\n\n", help_, re.MULTILINE | re.DOTALL)
    names = re.findall(r"^  (\w+) ", listed[1], re.MULTILINE) if listed else []
    return [path] + [more for name in names if name != "help" for more in commands(*path, name)]


COMMANDS = commands()


def examples(path):
    """The lines below `Examples:`."""
    shown = run_binary(*path, "--help").stdout.split("\nExamples:\n")[1].split("\nRead more:")[0]
    return re.findall(r"^    (\S.*)$", shown, re.MULTILINE)


@pytest.fixture
def folder(tmp_path):
    """A folder with the files that examples name."""
    world = '{"HITs": [{"HITId": "%s", "Title": "t"}]}'
    (tmp_path / "world.json").write_text(world % "3WORLD")
    (tmp_path / "hits.json").write_text(world % "3HITS")
    (tmp_path / "market.json").write_text(world % "3MARKET")
    (tmp_path / "results").mkdir()
    (tmp_path / "results/hits.json").write_text(world % "3RESULTS")
    (tmp_path / "study.jsonl").write_text('{"HITId": "3STUDY", "Title": "t"}\n')
    (tmp_path / "task.html").write_text("<p>${name}</p><input name='x'>")
    (tmp_path / "rows.csv").write_text("name\ncat\n")
    reviewed = "AssignmentId,RequesterAnnotation,Approve,Reject\n3A,BatchId:1;,,\n"
    (tmp_path / "reviewed.csv").write_text(reviewed)
    (tmp_path / "token").write_text(TOKEN)
    (tmp_path / "review.py").write_text("import os; os.environ['AWS_ENDPOINT_URL_MTURK']\n")
    (tmp_path / "test_nothing.py").write_text("def test_nothing():\n    pass\n")
    (tmp_path / ".config/fish/conf.d").mkdir(parents=True)
    return tmp_path


def environment_of(folder, **more):
    """An environment with the program, pytest and the AWS CLI, and this folder as home."""
    places = [Path(binary()).parent, Path(sys.executable).parent, os.environ["PATH"]]
    return clean_environment(PATH=os.pathsep.join(map(str, places)), HOME=str(folder), **more)


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_examples_do_something(path, folder):
    """Each example of a command succeeds, one after another, next to a server with a HIT."""
    known = ("--fixture", "minimal", "--credential", "AK1:secret1", "--admin-token", TOKEN)
    lines = examples(path)
    assert len(lines) == 3
    with launch(*known) as server:
        names = {"ENDPOINT": server.url, "ADMIN_TOKEN": TOKEN}
        names = {f"MTURK_LOCAL_{name}": value for name, value in names.items()}
        if path[:1] == ("batch",):
            made = "mturk-local batch create --template task.html --data rows.csv"
            run(made, folder, environment_of(folder, **names))
        more = {"HIT": HIT, "OTHER": server.url, "MANPAGER": "cat"}
        for line in lines:
            environment = environment_of(folder, **names, **more)
            if re.match("mturk-local (serve|preview|-)", line):
                serve(line, folder, environment_of(folder, MTURK_LOCAL_LISTEN="127.0.0.1:0"))
            elif "man -l" not in line or installed("man"):
                run(line.replace(ELSEWHERE, server.url), folder, environment)


def run(line, folder, environment):
    """Runs a line of a shell, which must succeed in all its parts."""
    if line.startswith("eval"):
        line += ' && test -n "$AWS_ENDPOINT_URL_MTURK"'
    if line.startswith("mturk-local exec"):
        del environment["MTURK_LOCAL_ADMIN_TOKEN"]
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", line],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, f"{line}: {done.stdout}{done.stderr}"


def serve(line, folder, environment):
    """Starts a server with this line and stops it once it is ready."""
    command = ["bash", "-c", f"exec {line} 2>&1"]
    with subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        said = []
        for said_line in process.stdout:
            said.append(said_line)
            if READY.fullmatch(said_line):
                break
        process.terminate()
        assert process.wait(PATIENCE) == 0 and READY.fullmatch(said[-1]), said


# --- the manual --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [path[0] for path in COMMANDS if len(path) == 1])
def test_pages_of_the_manual(name, tmp_path):
    """`man` renders a page at 80 columns without a warning, and it has the usual sections."""
    if not installed("man"):
        return
    page = tmp_path / f"mturk-local-{name}.1"
    page.write_text(run_binary("man", name).stdout)
    shown = subprocess.run(
        ["man", "-l", "--warnings", "-E", "UTF-8", "-P", "cat", page],
        env=clean_environment(MANWIDTH="80", MAN_KEEP_FORMATTING="", LC_ALL="C.UTF-8"),
        capture_output=True,
        text=True,
        check=True,
    )
    assert shown.stderr == ""
    lines = re.sub(".\b|\x1b\\[[0-9;]*m", "", shown.stdout).splitlines()
    assert max(map(len, lines)) <= 80
    wanted = ["NAME", "SYNOPSIS", "DESCRIPTION", "EXAMPLES", "EXIT STATUS", "SEE ALSO"]
    wanted += ["ENVIRONMENT"] if "[env: " in run_binary(name, "--help").stdout else []
    missing = [section for section in wanted if section not in lines]
    assert not missing, "\n".join(lines)
    assert "(1)" in lines[0] and "User Commands" in lines[0]


# --- completions -------------------------------------------------------------------------------

# A prompt that does not stand in the line that sets it.
PROMPT = 'PS1="ready-$((40 + 2))> "'
SHELLS = {
    "bash": ("bash --norc -i", "bind 'set show-all-if-ambiguous on'"),
    "zsh": ("zsh -f -i", "autoload -U compinit; compinit -u"),
}


def installed(program):
    """Whether it is there; with CI set it must be."""
    if shutil.which(program) is None:
        reason = f"{program} is not installed"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    return True


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("--fixture ", {"demo", "every-status", "world.json"}),
        ("serve --fixture three", {"three-pages"}),
        ("--auth ", {"open", "strict"}),
        ("exec --log ", {"text", "json"}),
        ("load ", {"world.json", "hits.json"}),
        ("clock ", {"advance", "freeze"}),
        ("fixtures ", {"demo", "minimal"}),
    ],
)
def test_a_tab_completes(shell, typed, wanted, folder):
    """A tab in a real shell offers commands, values of options, built-in worlds and files."""
    assert installed(shell)
    shown = fish(typed, folder) if shell == "fish" else tab(shell, typed, wanted, folder)
    assert all(word in shown for word in wanted), shown


def fish(typed, folder):
    """What fish offers."""
    line = f"mturk-local completions fish | source; complete -C 'mturk-local {typed}'"
    command = ["fish", "--no-config", "-c", line]
    return subprocess.run(
        command,
        cwd=folder,
        env=environment_of(folder),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=True,
    ).stdout


def tab(shell, typed, wanted, folder):
    """What an interactive shell shows after a tab, as soon as it shows all that is wanted."""
    start, setting = SHELLS[shell]
    turn_on = f"stty cols 200 rows 50; {setting}; source <(mturk-local completions {shell})"
    with subprocess.Popen(
        ["script", "-qec", start, "/dev/null"],
        cwd=folder,
        env=environment_of(folder, TERM="vt100"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        try:
            process.stdin.write(f"{turn_on}; {PROMPT}\n".encode())
            process.stdin.flush()
            until(process, {"ready-42> "})
            process.stdin.write(f"mturk-local {typed}\t\t".encode())
            process.stdin.flush()
            return until(process, wanted)
        finally:
            process.kill()


def until(process, wanted):
    """What the process writes, up to the moment at which it has written all of `wanted`."""
    written, end = "", time.monotonic() + PATIENCE
    while not all(word in written for word in wanted):
        select.select([process.stdout], [], [], max(0, end - time.monotonic()))
        some = os.read(process.stdout.fileno(), 4096) if time.monotonic() < end else b""
        if not some:
            break
        written += some.decode(errors="replace")
    return written

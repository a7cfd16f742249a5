"""A first start that ends badly: what it was to load is there after the next one, once and whole."""

import json
import subprocess

import pytest

from harness import (
    EXTERNAL,
    PATIENCE,
    binary,
    clean_environment,
    fresh_database,
    launch,
    postgres_url,
    state,
)
from test_bad_places import as_root, on_sqlite, small_disk  # noqa: F401

COUNT = 20_000


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """A world file that takes a while: one HIT with COUNT submitted assignments."""
    work = [
        {"WorkerId": f"A1WORKER{n:06}", "SubmitTime": "-10m", "AssignmentStatus": "Submitted"}
        for n in range(COUNT)
    ]
    hit = {
        "HITId": "3BEGINNING",
        "Title": "Count",
        "Description": "Count what there is",
        "Reward": "0.05",
        "MaxAssignments": COUNT + 1,
        "CreationTime": "-1h",
        "Expiration": "+1d",
        "Question": EXTERNAL,
        "Assignments": work,
    }
    # The log says how far a load is when it comes to the next HIT.
    last = hit | {"HITId": "3LAST", "Assignments": [{"WorkerId": "A1LAST"}]}
    path = tmp_path_factory.mktemp("world") / "world.json"
    path.write_text(json.dumps({"HITs": [hit, last]}))
    return path


def begin(url, world, *options):
    """A start that is not waited for."""
    command = [binary(), "--listen", "127.0.0.1:0", "--database", url, "--fixture", str(world)]
    return subprocess.Popen(
        [*command, *options],
        env=clean_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def check_world(url, world):
    """With this start, or with the one before it, the whole world is there. What the start said."""
    with launch("--fixture", world, database=url) as server:
        client = server.client("test", "test")
        assert state(client, "3BEGINNING")[1:] == (1, 0, 0)
        page = client.list_assignments_for_hit(HITId="3BEGINNING", MaxResults=100)
        assert page["NumResults"] == 100
        dumped = server.control("GET", "/_mturk/world")
        work = {hit["HITId"]: len(hit["Assignments"]) for hit in dumped["HITs"]}
        assert work == {"3BEGINNING": COUNT, "3LAST": 1}
        return server.stderr()


def test_a_restart_keeps_the_name_that_a_world_gave(kept):
    """A credential without a name gives its requester none."""
    names = []
    for _ in range(2):
        with launch("--fixture", "demo", "--credential", "test:test", database=kept) as server:
            names.append([one["Name"] for one in server.control("GET", "/_mturk/world")["Requesters"]])
    assert names[0] == names[1]
    assert "test" not in names[0]


def test_killed_while_it_loads(kept, world):
    """After kill -9 in the middle of its first start the market begins with the next one."""
    for _ in range(2):
        with begin(kept, world) as process:
            assert any("loading assignments=" in line for line in process.stderr)
            process.kill()
            assert process.stdout.read() == "", "it was not ready"
    assert "loaded " in check_world(kept, world)
    assert "has a market" in check_world(kept, world)


@as_root
@on_sqlite
def test_no_room_while_it_loads(small_disk, world):  # noqa: F811
    """A full disk is exit 4 and names the database; with room again the market begins."""
    url = f"sqlite:{small_disk}/market.db"
    process = begin(url, world, "--quiet")
    said, why = process.communicate(timeout=PATIENCE)
    assert (process.returncode, said) == (4, ""), why
    assert url in why and "full" in why and why.count("\n") == 1, why
    subprocess.run(["mount", "-o", "remount,size=200m", str(small_disk)], check=True)
    check_world(url, world)


def test_processes_that_start_at_once(world):
    """Both are ready when the world is there, and one of them has loaded it."""
    if not postgres_url():
        pytest.skip("needs PostgreSQL")
    with fresh_database() as url, begin(url, world) as process:
        try:
            said = check_world(url, world)
            assert process.stdout.readline().startswith("mturk-local ready on ")
        finally:
            process.kill()
        began = ["loaded " in each for each in (said, process.stderr.read())]
    assert sorted(began) == [False, True]

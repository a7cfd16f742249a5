"""A SQLite database that is moved, replaced, deleted or overwritten while its server runs."""

import shutil
import sqlite3
import threading
from pathlib import Path

import pytest

from harness import PATIENCE, launch, make_hit, run_binary


def moved(market):
    """The user tidies up."""
    market.rename(market.with_name("elsewhere.db"))


def deleted(market):
    """The user, or a program that cleans up."""
    market.unlink()


def replaced(market):
    """A backup is restored, as careful programs do."""
    fresh = market.with_name("restored.db")
    shutil.copy(market.with_name("backup.db"), fresh)
    market.rename(market.with_name("elsewhere.db"))
    fresh.rename(market)


def overwritten(market):
    """A backup is restored, as `cp` does."""
    shutil.copy(market.with_name("backup.db"), market)


def folder_moved(market):
    """The folder of a project gets another name."""
    market.parent.rename(market.parent.with_name("renamed"))


def folder_deleted(market):
    """The folder of a project goes."""
    shutil.rmtree(market.parent)


def log_deleted(market):
    """A file that looks like a leftover goes."""
    market.with_name("market.db-wal").unlink()


ATTACKS = [moved, deleted, replaced, overwritten, folder_moved, folder_deleted, log_deleted]


@pytest.fixture
def market(tmp_path):
    """The path of a database, beside which lies a backup of it without HITs."""
    folder = tmp_path / "project"
    folder.mkdir()
    path = folder / "market.db"
    with launch(database=f"sqlite:{path}"):
        pass
    with sqlite3.connect(path) as connection:
        connection.execute("VACUUM INTO ?", [str(folder / "backup.db")])
    connection.close()
    return path


def hits(path):
    """The ids of all HITs in a database file."""
    with sqlite3.connect(path) as connection:
        found = connection.execute("SELECT id FROM hits").fetchall()
    connection.close()
    return {hit_id for (hit_id,) in found}


@pytest.mark.parametrize("attack", ATTACKS)
def test_idle_server_ends_with_4(market, attack):
    """Nobody asks for anything: the process says what happened, and ends."""
    with launch(database=f"sqlite:{market}") as server:
        make_hit(server.client())
        attack(market)
        assert server.wait() == 4
        assert "nothing is written any more" in server.stderr()
        assert str(market) in server.stderr().splitlines()[-1]


@pytest.mark.parametrize("attack", ATTACKS)
def test_busy_server_answers_no_write_that_is_lost(market, attack):
    """All that was answered is in the file that was there when it was answered."""
    made, enough = [], threading.Event()

    def work(client):
        try:
            while True:
                made.append(make_hit(client)["HITId"])
                if len(made) >= 40:
                    enough.set()
        except Exception:  # the server refuses, and is gone then
            enough.set()

    with launch(database=f"sqlite:{market}") as server:
        threads = [threading.Thread(target=work, args=(server.client(),)) for _ in range(4)]
        for thread in threads:
            thread.start()
        assert enough.wait(PATIENCE)
        attack(market)
        assert server.wait() == 4
        for thread in threads:
            thread.join(PATIENCE)
    assert len(made) >= 40
    if attack is replaced:
        assert hits(market) == set(), "the backup is as it was restored"
    kept = {
        moved: market.with_name("elsewhere.db"),
        replaced: market.with_name("elsewhere.db"),
        folder_moved: market.parent.with_name("renamed") / market.name,
        log_deleted: market,
    }
    if attack in kept:
        assert set(made) <= hits(kept[attack])


def test_restored_backup_serves_again(market):
    """The next start takes the backup for what it is."""
    for restore in (replaced, overwritten):
        with launch(database=f"sqlite:{market}") as server:
            make_hit(server.client("AKIDRESTORED"))
            restore(market)
            assert server.wait() == 4
        with launch(database=f"sqlite:{market}") as server:
            assert server.client("AKIDRESTORED").list_hits()["NumResults"] == 0


def test_temporary_database_too(tmp_path):
    """A program that cleans up the temporary folder ends the market in it."""
    with launch(database=None, TMPDIR=str(tmp_path)) as server:
        make_hit(server.client())
        for folder in Path(tmp_path).iterdir():
            shutil.rmtree(folder)
        assert server.wait() == 4


def test_exec_ends_with_4(tmp_path):
    """The command is told by SIGTERM; the exit code says why."""
    database = tmp_path / "m.db"
    script = f"rm {database} && exec sleep 1000"
    done = run_binary("exec", "--database", f"sqlite:{database}", "--", "sh", "-c", script)
    assert done.returncode == 4, done.stderr


def test_a_look_at_the_files_ends_nothing(market):
    """Backups are made, times are set, other programs read."""
    with launch(database=f"sqlite:{market}") as server:
        for n in range(3):
            make_hit(server.client("AKIDLOOK"))
            market.touch()
            shutil.copy(market, market.with_name(f"copy-{n}.db"))
            assert len(hits(market)) == n + 1
        assert server.client("AKIDLOOK").list_hits()["NumResults"] == 3

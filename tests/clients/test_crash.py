"""Crashes: what `crash.py` proves, for thirty rounds. More of them: `crash.py --rounds 1000`."""

from crash import crash


def test_thirty_kills_lose_nothing():
    """Under load, kill -9 loses no answered deed and leaves no half one; timers still fire."""
    seen = crash(rounds=30, seed=1770)
    assert seen["rounds"] == 30
    # The kill comes within tenths of a second; a machine that does much else answers few before.
    assert seen["answered"] > 3 * seen["rounds"], "there was no load"

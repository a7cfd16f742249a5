"""Amazon Mechanical Turk on your own machine.

`Server` starts mturk-local and talks to it. With pytest, ask for the fixture `mturk` instead: it
gives each test a fresh market, and every boto3 client for MTurk leads to it.

    with mturk_local.Server() as mturk, mturk.redirect():
        hit_id = create_hits()  # your code, with any boto3 client
        mturk.submit(hit_id, {"label": "cat"})
        mturk.advance("30d")
"""

from ._binary import find_binary
from ._server import Call, Calls, Clock, ControlError, Error, Server, Snapshot

__all__ = ["Call", "Calls", "Clock", "ControlError", "Error", "Server", "Snapshot", "find_binary"]

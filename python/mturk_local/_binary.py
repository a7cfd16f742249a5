"""Where the program is."""

from __future__ import annotations

import os
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

VARIABLE = "MTURK_LOCAL_BINARY"


def find_binary() -> str:
    """The path of the program: what MTURK_LOCAL_BINARY names, else the one that pip installed."""
    named = os.environ.get(VARIABLE)
    if named:
        if not os.path.isfile(named):
            raise FileNotFoundError(f"{VARIABLE} names {named}, which is no file")
        return os.path.abspath(named)
    name = "mturk-local" + (sysconfig.get_config_var("EXE") or "")
    places = list(dict.fromkeys(_folders()))
    for folder in places:
        if os.path.isfile(os.path.join(folder, name)):
            return os.path.join(folder, name)
    raise FileNotFoundError(
        f"{name} is in none of {', '.join(places)}: install the wheel again, "
        f"or let {VARIABLE} name the program"
    )


def _folders() -> Iterator[str]:
    """The folders into which pip puts programs."""
    yield sysconfig.get_path("scripts")
    # A virtual environment that sees the packages of its base.
    yield sysconfig.get_path("scripts", vars={"base": sys.base_prefix})
    # `pip install --prefix` and `--target`.
    package = Path(__file__).resolve().parent
    if len(package.parents) > 3:
        yield str(package.parents[3] / os.path.basename(sysconfig.get_path("scripts")))
    yield str(package.parent / "bin")
    # `pip install --user`.
    yield sysconfig.get_path("scripts", scheme=_user_scheme())


def _user_scheme() -> str:
    if sys.version_info >= (3, 10):
        return sysconfig.get_preferred_scheme("user")
    if os.name == "nt":
        return "nt_user"
    return "posix_user"

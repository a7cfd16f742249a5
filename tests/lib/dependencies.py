#!/usr/bin/env python3
"""Checks the crates of Cargo.lock against deny.toml, and that each dependency is used.

`cargo deny check bans licenses sources` reads the same file. This script stands in for it, because
cargo-deny takes minutes to compile. It covers banned crates, licences and sources; it also names
each dependency of Cargo.toml whose name stands in no source file.
"""

import json
import pathlib
import re
import subprocess
import sys
import tomllib

ROOT = pathlib.Path(__file__).resolve().parents[2]
CRATES_IO = "registry+https://github.com/rust-lang/crates.io-index"
# Named in no source file: their version or a feature of theirs is what is wanted.
FOR_A_FEATURE = {"idna_adapter"}


def is_allowed(expression, allowed):
    """Whether an SPDX expression holds with the allowed licences alone."""
    terms = re.findall(r"[()]|[\w.+-]+(?: WITH [\w.-]+)?|/", expression)
    words = {"AND": "and", "OR": "or", "/": "or", "(": "(", ")": ")"}
    # Only our own words and the two constants are left.
    return eval(" ".join(words.get(term) or str(term in allowed) for term in terms))


def problems():
    rules = tomllib.loads((ROOT / "deny.toml").read_text())
    allowed = set(rules["licenses"]["allow"])
    banned = {ban["name"] for ban in rules["bans"]["deny"]}
    command = ["cargo", "metadata", "--locked", "--format-version=1"]
    packages = json.loads(subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout)["packages"]
    for package in packages:
        name = f"{package['name']} {package['version']}"
        if package["name"] in banned:
            yield f"{name} is banned"
        if not is_allowed(package["license"] or "none", allowed):
            yield f"{name} has the licence {package['license']}"
        if package["source"] not in (None, CRATES_IO):
            yield f"{name} comes from {package['source']}"
    yield from unused(next(package for package in packages if package["name"] == "mturk-local"))


def unused(package):
    sources = [path for folder in ("src", "tests/it", "benches") for path in (ROOT / folder).rglob("*.rs")]
    named = set(re.findall(r"(\w+)(?:::|!)", "\n".join(path.read_text() for path in sources)))
    for dependency in package["dependencies"]:
        name = dependency["rename"] or dependency["name"]
        if name.replace("-", "_") not in named and name not in FOR_A_FEATURE:
            yield f"{name} stands in Cargo.toml and in no source file"


if __name__ == "__main__":
    found = list(problems())
    print("\n".join(found), file=sys.stderr)
    sys.exit(1 if found else 0)

"""The wheel: what is in it, and where it installs."""

import base64
import hashlib
import importlib.metadata
import struct
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from market import ROOT

import mturk_local

X86_64, AARCH64, RISCV = 62, 183, 243
PLAIN, INTERPRETER = 1, 3
SCRIPT = "mturk_local-{}.data/scripts/mturk-local"


def elf(machine, *kinds):
    """A program of a header alone: its processor and what its segments are."""
    ident = b"\x7fELF\x02\x01\x01" + bytes(9)
    header = struct.pack("<HHIQQQIHHHHHH", 2, machine, 1, 0, 64, 0, 0, 64, 56, len(kinds), 0, 0, 0)
    return ident + header + b"".join(struct.pack("<I52x", kind) for kind in kinds)


def build(folder, program):
    """The wheel around a program, or what build-wheel says against it."""
    (folder / "program").write_bytes(program)
    done = subprocess.run(
        [sys.executable, ROOT / "python/build-wheel", folder / "program", folder / "dist"],
        capture_output=True,
        text=True,
        check=False,
    )
    return Path(done.stdout.strip()) if done.returncode == 0 else done.stderr


needs_tomllib = pytest.mark.skipif(sys.version_info < (3, 11), reason="build-wheel needs Python 3.11")


@needs_tomllib
@pytest.mark.parametrize(
    ("machine", "kinds", "platform"),
    [
        (X86_64, [PLAIN], "manylinux_2_17_x86_64.musllinux_1_1_x86_64"),
        (AARCH64, [PLAIN, PLAIN], "manylinux_2_17_aarch64.musllinux_1_1_aarch64"),
        (X86_64, [PLAIN, INTERPRETER], "linux_x86_64"),
    ],
)
def test_the_tags_are_those_of_the_program(tmp_path, machine, kinds, platform):
    wheel = build(tmp_path, elf(machine, *kinds))
    assert wheel.name == f"mturk_local-{mturk_version()}-py3-none-{platform}.whl"
    with zipfile.ZipFile(wheel) as archive:
        text = archive.read(f"mturk_local-{mturk_version()}.dist-info/WHEEL").decode()
    tags = [line.removeprefix("Tag: py3-none-") for line in text.splitlines() if line.startswith("Tag: ")]
    assert ".".join(tags) == platform


@needs_tomllib
@pytest.mark.parametrize("program", [b"MZ" + bytes(100), elf(RISCV, PLAIN)])
def test_other_programs_are_refused(tmp_path, program):
    assert str(build(tmp_path, program)).startswith("build-wheel: ")


@needs_tomllib
@pytest.mark.parametrize("platform", ["manylinux_2_17_aarch64", "manylinux_2_35_aarch64", "musllinux_1_2_aarch64"])
def test_pip_takes_it_on_every_linux(tmp_path, platform):
    """glibc's and musl's, old and new."""
    wheel = build(tmp_path, elf(AARCH64, PLAIN))
    versions = [f"--platform={platform}"]
    if "2_35" in platform:  # pip takes the older ones only where it is asked about its own machine
        versions += ["--platform=manylinux_2_17_aarch64"]
    if "1_2" in platform:
        versions += ["--platform=musllinux_1_1_aarch64"]
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--no-index", "--no-deps"]
    options = [*versions, "--only-binary=:all:", f"--target={tmp_path / 'target'}", wheel]
    subprocess.run([*pip, *options], check=True, capture_output=True)
    assert (tmp_path / "target/bin/mturk-local").read_bytes() == elf(AARCH64, PLAIN)


@needs_tomllib
def test_the_record_names_everything(tmp_path):
    """With digests and sizes, and the same program makes the same wheel."""
    wheel = build(tmp_path, elf(X86_64, PLAIN))
    bytes_ = wheel.read_bytes()
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        (record,) = [name for name in names if name.endswith("/RECORD")]
        rows = [row.split(",") for row in archive.read(record).decode().splitlines()]
        assert [row[0] for row in rows] == names
        for name, digest, size in rows:
            if name != record:
                data = archive.read(name)
                expected = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).decode().rstrip("=")
                assert (digest, size) == (f"sha256={expected}", str(len(data)))
        assert archive.getinfo(SCRIPT.format(mturk_version())).external_attr >> 16 == 0o100755
    assert "mturk_local/py.typed" in names
    assert not [name for name in names if "tests" in name or "__pycache__" in name]
    assert build(tmp_path, elf(X86_64, PLAIN)).read_bytes() == bytes_


def mturk_version():
    """The version of the installed wheel."""
    return importlib.metadata.version("mturk-local")


def test_the_installed_package_is_described():
    found = importlib.metadata.distribution("mturk-local")
    assert found.metadata["License-Expression"] == "MIT OR Apache-2.0"
    assert "# mturk-local for Python" in found.read_text("METADATA")
    needed = " ".join(found.requires or [])
    assert "pytest" in needed and "boto3" in needed and needed.count("extra ==") == len(found.requires)
    assert {entry.group for entry in found.entry_points} == {"pytest11"}
    files = {Path(file).name for file in found.files or []}
    assert {"py.typed", "LICENSE-MIT", "LICENSE-APACHE", "mturk-local"} <= files


def test_these_tests_use_the_installed_package():
    """Not the sources beside them."""
    assert ROOT / "python" not in Path(mturk_local.__file__).parents


def test_the_module_runs_the_program():
    version = subprocess.run(
        [sys.executable, "-m", "mturk_local", "--version"], capture_output=True, text=True, check=True
    )
    assert version.stdout == f"mturk-local {mturk_version()}\n"
    bad = subprocess.run([sys.executable, "-m", "mturk_local", "--nonsense"], capture_output=True, check=False)
    assert bad.returncode == 2

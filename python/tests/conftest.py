"""Tests of the installed wheel: run them with the Python that has it."""

import os
import tempfile

import pytest

# boto3 reads the environment of this process: no profile, no keys, no region, no proxy of the machine.
for _name in list(os.environ):
    if _name.startswith("AWS_") or _name.lower().endswith("_proxy"):
        del os.environ[_name]
os.environ |= {name: os.devnull for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE")}
os.environ["AWS_EC2_METADATA_DISABLED"] = "true"

pytest_plugins = ["pytester"]


@pytest.fixture
def own_tmp(tmp_path, monkeypatch):
    """What a killed server leaves behind goes with the test's own folder."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)

"""The examples run as they are, and the book shows them."""

import subprocess
import sys

import pytest
from market import ROOT

EXAMPLES = ROOT / "examples"


@pytest.mark.parametrize(("folder", "passed"), [("pytest", "3 passed"), ("unittest", "OK")])
def test_an_example_runs(folder, passed):
    """Where the program names Amazon's endpoint, and where it names none."""
    if folder == "unittest" and sys.version_info < (3, 11):
        pytest.skip("enterContext came with Python 3.11")
    options = ["-q", "-p", "no:cacheprovider"] if folder == "pytest" else []
    done = subprocess.run(
        [sys.executable, "-B", "-m", folder, *options],
        cwd=EXAMPLES / folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert passed in done.stdout + done.stderr


def test_the_book_shows_the_examples():
    page = (ROOT / "docs/src/python.md").read_text()
    for file in [*EXAMPLES.glob("pytest/*.py"), *EXAMPLES.glob("unittest/*.py")]:
        assert f"```python,file={file.name}\n{file.read_text()}```" in page, file

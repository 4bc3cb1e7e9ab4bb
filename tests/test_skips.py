"""A test that needs what a machine lacks says so, and fails where nothing may be missing."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SKIPPING = """
import pytest

def test_runs():
    pass

def test_lacks_a_program():
    pytest.skip("no chromium")

@pytest.mark.xfail(strict=True)
def test_is_expected_to_fail():
    assert False
"""


@pytest.mark.parametrize(
    ("options", "expected"), [([], "1 passed, 1 skipped, 1 xfailed"), (["--no-skips"], "1 failed")]
)
def test_skips_fail_where_nothing_may_be_missing(tmp_path, options, expected):
    shutil.copy(Path(__file__).with_name("conftest.py"), tmp_path)
    (tmp_path / "test_skipping.py").write_text(SKIPPING)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options, str(tmp_path)]
    environment = {name: value for name, value in os.environ.items() if name != "PYTEST_ADDOPTS"}
    ran = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=environment, check=False)
    assert expected in ran.stdout
    assert "no chromium" in ran.stdout or not options
    assert ran.returncode == bool(options)

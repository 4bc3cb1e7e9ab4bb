"""The planted bugs still fit the code; `make bugs` replays them against the tests."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent / "bugs"))

from replay import ROOT, planted, read_bugs


@pytest.mark.parametrize("bug", read_bugs(), ids=lambda bug: bug["name"])
def test_bug_can_be_planted(bug):
    assert bug["was"] != bug["becomes"]
    assert planted(bug, ROOT) != (ROOT / bug["file"]).read_text(encoding="utf-8")


def test_there_are_at_least_25_and_none_twice():
    names = [bug["name"] for bug in read_bugs()]
    assert len(names) == len(set(names)) >= 25

"""The documentation tells the truth: the README's example runs, the calibration page shows the fit that is shipped."""

import csv
import doctest
import re
import tomllib
from pathlib import Path

import pytest

from hecon.inputs.parameters import read_parameters

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]


def test_the_readme_s_example_runs():
    assert doctest.testfile(str(ROOT / "README.md"), module_relative=False).failed == 0


def test_the_calibration_page_shows_the_fit():
    page = (ROOT / "docs" / "calibration.md").read_text(encoding="utf-8")
    shown = re.findall(r"^\| [^|]+ \| [^|]+ \| ([\d.]+) \| ([\d.]+) \| ([\d.]+) \|", page, re.MULTILINE)
    recipe = tomllib.loads((ROOT / "parameters" / "calibrated" / "trial.toml").read_text(encoding="utf-8"))["recipe"]
    assert [[float(cell) for cell in row] for row in shown] == list(recipe["fit"].values())


def test_the_calibration_page_shows_every_fitted_parameter():
    page = (ROOT / "docs" / "calibration.md").read_text(encoding="utf-8")
    shown = dict(re.findall(r"^\| `(\w+)` \|.*\| (−?[\d.]+) \|[^|]*\|$", page, re.MULTILINE))
    with (ROOT / "parameters" / "calibrated" / "trial.csv").open(encoding="utf-8") as file:
        point = next(csv.DictReader(file))
    assert {name: float(value.replace("−", "-")) for name, value in shown.items()} == {
        name: float(f"{float(value):.3g}") for name, value in point.items() if name != "row"
    }


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_between_pages_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)#]+)", page.read_text(encoding="utf-8")):
        assert target.startswith("http") or (page.parent / target).exists(), target


def test_every_parameter_in_backticks_exists():
    entries = read_parameters().entries
    known = {*entries, *entries.absent}
    text = (ROOT / "docs" / "accounts.md").read_text(encoding="utf-8")
    named = {name for name in re.findall(r"`([a-z]\w+)`", text) if "_" in name}
    assert len(named & known) > 20

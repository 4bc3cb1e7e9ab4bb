"""The documentation tells the truth: its files are ones, the calibration page shows the fit that is shipped."""

import ast
import re
import shutil
import tomllib
from pathlib import Path

import pytest

from hecon.inputs.parameters import read_parameters, shipped_folder
from hecon.model.simulation import simulate

ROOT = Path(__file__).parents[1]
VERIFICATION = ROOT / "docs" / "verification.md"
PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "CHANGELOG.md",
    *sorted((ROOT / "docs").glob("*.md")),
    *sorted((ROOT / "docs" / "howto").glob("*.md")),
]


def calibration_page_and_recipe():
    page = (ROOT / "docs" / "calibration.md").read_text(encoding="utf-8")
    recipe = tomllib.loads((ROOT / "parameters" / "calibrated" / "trial.toml").read_text(encoding="utf-8"))["recipe"]
    return page, recipe


def file_on(page, first_line):
    """The block of a page that begins with a comment, as a file."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    (block,) = (part for part in re.findall(r"```toml\n(.*?)```", text, flags=re.DOTALL) if part.startswith(first_line))
    return block


def test_the_tutorial_s_program_is_one(tmp_path):
    folder = tmp_path / "parameters"
    shutil.copytree(shipped_folder(), folder)
    (folder / "programs" / "early_call.toml").write_text(
        file_on("tutorial.md", "# parameters/programs/early_call.toml")
    )
    run = simulate(
        read_parameters(folder=folder).base_case(), ["usual_case_management", "early_call"], people=100, weeks=9
    )
    held = run["outcome"].sel(measure="contacts_held", strategy="early_call")
    assert 50 < float(held.sum()) < 100


def test_the_overlay_of_the_page_is_one(tmp_path):
    mine = tmp_path / "my.toml"
    mine.write_text(file_on("howto/own_parameters.md", "# my.toml"))
    parameters = read_parameters(overlays=[mine])
    assert (parameters["caseworker_hour"].value, parameters["top_up_share"].value) == (800.0, 0.8)


def test_the_calibration_page_shows_the_fit():
    page, recipe = calibration_page_and_recipe()
    cells = re.findall(
        r"^\| [^|]+ \| [^|]+ \| ([\d.]+) \| ([\d.]+) \| ([\d.]+) \| (.[\d.]+) \| ([\d.]+) \|$", page, re.MULTILINE
    )
    shown = [[float(cell.replace("−", "-")) for cell in row] for row in cells]
    assert len(shown) == len(recipe["fit"])
    for row, (published, mean, _, error, emulator) in zip(shown, recipe["fit"].values(), strict=True):
        assert row[:3] == [published, mean, error]
        assert row[3] == pytest.approx((mean - published) / error, abs=0.051)
        assert row[4] == pytest.approx(emulator, abs=0.0051)


def test_the_calibration_page_shows_every_fitted_parameter():
    page, recipe = calibration_page_and_recipe()
    rows = re.findall(r"^\| `(\w+)` \|[^|]*\|[^|]*\| ([^|]+) \| (−?\d+)%([^|]*)\|", page, re.MULTILINE)
    assert [name for name, *_ in rows] == list(recipe["posterior"])
    for name, quantiles, contraction, driven in rows:
        _, _, low, median, high, taken, *_ = recipe["posterior"][name]
        assert quantiles.replace("−", "-") == ", ".join(f"{value:.3g}" for value in (low, median, high))
        assert f"{taken:.0%}".replace("-", "−") == f"{contraction}%"
        assert ("prior-driven" in driven) == (taken < 0.2)


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


def names_of_tests(path):
    """The names of a file's tests."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


def verification_rows():
    """The rows of the verification page's tables: their cells."""
    lines = VERIFICATION.read_text(encoding="utf-8").splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| ")]
    return [cells for cells in rows if not cells[0].startswith("what ")]


def test_every_test_named_on_the_verification_page_exists():
    page = VERIFICATION.read_text(encoding="utf-8")
    files = dict(re.findall(r"^\[(\w+)\]: (\S+)$", page, re.MULTILINE))
    known = {key: names_of_tests(VERIFICATION.parent / target) for key, target in files.items()}
    linked = re.findall(r"\[`(test_\w+)`\]\[(\w+)\]", page)
    assert len(linked) == len(re.findall(r"`test_\w+`", page)) > 200
    assert [(name, key) for name, key in linked if name not in known.get(key, ())] == []
    assert {key for _, key in linked} == set(files)


def test_every_row_of_the_verification_page_has_an_answer():
    rows = verification_rows()
    assert len(rows) > 80
    for cells in rows:
        assert len(cells) == 3, cells[0]
        assert "[`test_" in cells[2] or cells[2].startswith(("**Not yet", "Does not apply", "See ")), cells[0]


def test_every_law_of_the_tests_stands_on_the_verification_page():
    numbers = {
        int(number)
        for path in (ROOT / "tests").rglob("test_*.py")
        for name in names_of_tests(path)
        for number in re.findall(r"^test_f(\d\d)_", name)
    }
    shown = {int(number) for cells in verification_rows() for number in re.findall(r"\bF(\d+)\b", cells[0] + cells[2])}
    assert len(numbers) > 10
    assert numbers <= shown == set(range(1, 19))

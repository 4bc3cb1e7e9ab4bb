"""`hecon precision` and `hecon voi`: what they print, write and refuse."""

import pandas as pd
import pytest
from click.testing import CliRunner

from hecon.cli import main
from hecon.evaluation.information import Deciding, Information

SIZE = ("--draws", "6", "--people", "40", "--seed", "3", "--quiet")


def call(*arguments):
    return CliRunner().invoke(main, [str(argument) for argument in arguments], prog_name="hecon")


@pytest.fixture(scope="module")
def precision(tmp_path_factory):
    out = tmp_path_factory.mktemp("precision")
    return call("precision", *SIZE, "--base-people", 100, "--weeks", 104, "--out", out), out


@pytest.fixture(scope="module")
def voi(tmp_path_factory):
    out = tmp_path_factory.mktemp("voi")
    return call("voi", *SIZE, "--weeks", 52, "--no-structural", "--perspective", "nav", "--out", out), out


def test_precision_says_every_headline_and_writes_what_it_says(precision):
    result, out = precision
    assert result.exit_code == 0, result.output
    for said in (
        "with 6 draws of 40 people",
        "Society gains, NOK",
        "Chance of being best",
        "People a draw to halve it",
    ):
        assert said in result.stdout
    names = {"precision.csv", "precision_base.csv", "evpi_bracket.csv", "convergence.svg"}
    assert {path.name for path in out.iterdir()} == names
    for name in names:
        assert str(out / name) in result.stdout
    table = pd.read_csv(out / "precision.csv")
    assert (table["draws_to_halve"] % 6 == 0).all()
    assert (out / "convergence.svg").read_text().startswith("<?xml")


def test_the_figure_is_the_same_in_every_run(precision, tmp_path):
    assert call("precision", *SIZE, "--base-people", 100, "--weeks", 104, "--out", tmp_path).exit_code == 0
    for name in ("convergence.svg", "precision.csv"):
        assert (tmp_path / name).read_bytes() == (precision[1] / name).read_bytes()


def test_voi_says_the_value_its_error_the_country_and_that_draws_are_few(voi):
    result, out = voi
    assert result.exit_code == 0, result.output
    assert "people a year for 10 years" in result.stdout
    assert "warning  Too few draws: 6 " in result.stdout
    assert "Base case, 12 months, gain to nav: chosen now," in result.stdout
    assert {path.name for path in out.iterdir()} == {"evpi.csv", "evppi.csv"}
    assert len(pd.read_csv(out / "evpi.csv")) == 5
    assert pd.read_csv(out / "evppi.csv")["enough"].dtype == bool


def test_voi_shows_whole_labels_and_marks_few_draws_in_a_column_of_its_own(monkeypatch):
    label = "Coordinator's preparation of the first meeting: assessment, contact with employer and doctor"
    about = {"scenario": "base", "horizon": "12 months", "perspective": "society"}
    worth = {"value": 5640.0, "error": 1000.0, "national": 1e10, "national_error": 2e9}
    part = about | worth | {"kind": "parameter", "name": "wage", "label": label, "count": 1}
    parts = [part | {"enough": False}, part | {"label": "A wage", "enough": True}]
    found = Information(
        pd.DataFrame([about | worth | {"chosen": "early_follow_up"}]),
        pd.DataFrame(parts).assign(grade="official", spread=""),
        Deciding(1000.0, 10.0, 9000.0),
        1000,
    )
    monkeypatch.setattr("hecon.evaluation.information.measure_information", lambda *_, **__: found)
    lines = call("voi").stdout.splitlines()
    first, wage = (next(line for line in lines if line.startswith(start)) for start in ("  Coordinator's", "  A wage"))
    assert first.split()[-8:] == ["±", "1,000", "10", "±", "2", "too", "few", "draws"]
    assert "too few draws" not in wage
    assert first.strip().split("  ")[0] + " " + lines[lines.index(first) + 1].strip() == label


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("voi", *SIZE, "--perspective", "societ"), "society"),
        (("voi", "--draws", 1, "--quiet"), "1 is not in the range x>=2"),
        (("voi", *SIZE, "--strategy", "usual_case_management"), "at least two"),
        (("voi", *SIZE, "--scenario", "nothing"), "nothing"),
        (("precision", "--draws", 1, "--quiet"), "1 is not in the range x>=2"),
        (("precision", *SIZE, "--base-people", 1), "1 is not in the range x>=2"),
        (("precision", *SIZE, "--strategy", "early_follow_up"), "at least two"),
        (("precision", *SIZE, "--strategy", "early_follow_up", "--strategy", "mi"), "mi"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(arguments, says):
    result = call(*arguments)
    assert result.exit_code == 2
    assert says in result.stderr
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize("command", ["precision", "voi"])
def test_a_place_that_cannot_be_written_is_refused_before_anything_is_run(command, tmp_path):
    (tmp_path / "file").write_text("")
    result = call(command, *SIZE, "--out", tmp_path / "file" / "in")
    assert result.exit_code == 2
    assert result.stderr.startswith("--out: ")

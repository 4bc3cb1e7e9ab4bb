"""The committed table of every program is what the analysis gives, within its error; sentences follow the numbers."""

import importlib.util
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import hecon

SCRIPT = Path(__file__).parents[2] / "analyses" / "compare_programs.py"
MEASURES = [
    *(f"gain_{name}" for name in ("nav", "public_purse", "employer", "worker", "society")),
    "days_avoided",
    "delivery_cost",
    "sessions",
]


@pytest.fixture(scope="module")
def compare_programs():
    """The script as a module."""
    spec = importlib.util.spec_from_file_location(SCRIPT.stem, SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def committed(compare_programs):
    return pd.read_csv(compare_programs.RESULTS / "compare_programs.csv")


@pytest.fixture(scope="module")
def small(compare_programs):
    return compare_programs.headline(hecon.read_parameters(), draws=24, people=150, threads=1)


def test_the_committed_table_has_the_same_programs_and_columns(committed, small):
    assert list(committed.columns) == list(small.columns)
    for column in ("program", "label", "offered_to", "measured_in", "figure", "grade"):
        assert committed[column].tolist() == small[column].tolist()
    for column in ("effect", "effect_low", "effect_high"):
        np.testing.assert_allclose(committed[column], small[column], rtol=1e-5)


@pytest.mark.parametrize("measure", MEASURES)
def test_the_committed_numbers_are_those_of_a_small_run_within_error(committed, small, measure):
    error = np.hypot(committed[f"{measure}_error"], small[f"{measure}_error"])
    apart = np.abs(committed[measure] - small[measure])
    assert (apart <= 5.0 * error + 1e-5 * np.abs(committed[measure])).all()


def row(**changes):
    """A program's row that gains for certain."""
    given = {
        "program": "it",
        "label": "It",
        "figure": "hazard ratio of sustained return",
        "grade": "study",
        "measured_in": "Mice",
        "effect": 1.5,
        "effect_low": 1.2,
        "effect_high": 1.9,
        "gain_society": 1000.0,
        "gain_society_low": 500.0,
        "gain_society_high": 1500.0,
        "gain_society_error": 10.0,
        "worth": 1.0,
    }
    return pd.DataFrame([{**given, **changes}])


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "It: 1,000 (500 to 1,500): expected to be worth its cost; chance that it is worth its cost over 99%."),
        ({"worth": 0.7}, "expected to be worth its cost, and that is not sure; chance that it is worth its cost 70%."),
        (
            {"gain_society": -1000.0, "worth": 0.3},
            "not expected to be worth its cost, and that is not sure; chance that it is worth its cost 30%.",
        ),
        (
            {"gain_society": -1000.0, "worth": 0.01},
            ": not expected to be worth its cost; chance that it is worth its cost 1%.",
        ),
        ({"gain_society": 15.0, "worth": 0.5}, "cannot be told apart from none; chance that it is worth its cost 50%."),
        ({"figure": "no known effect", "worth": 0.0}, "no known effect: what it costs is lost unless it has one."),
    ],
)
def test_sentences_are_no_more_certain_than_the_numbers(compare_programs, changes, said):
    assert compare_programs.worth_sentences(row(**changes))[1].endswith(said)


def test_the_basis_names_whose_people_they_were(compare_programs):
    assert compare_programs.basis(row())[1] == (
        "  It: hazard ratio of sustained return 1.5 (1.2 to 1.9) (study). Mice."
    )
    none = row(figure="no known effect", grade="none", effect=np.nan, effect_low=np.nan, effect_high=np.nan)
    assert compare_programs.basis(none)[1] == "  It: no known effect. Mice."


def test_figures_are_written_alike_every_time(compare_programs, tmp_path, committed):
    shared = pd.read_csv(compare_programs.RESULTS / "compare_programs_caseload.csv")
    for draw, table, name in (
        (compare_programs.draw_gains, committed, "gain"),
        (compare_programs.draw_caseload, shared, "caseload"),
    ):
        draw(table, tmp_path / f"{name}.svg")
        first = (tmp_path / f"{name}.svg").read_bytes()
        draw(table, tmp_path / f"{name}.svg")
        assert (tmp_path / f"{name}.svg").read_bytes() == first
        assert b"<svg" in first

"""The committed tables of the next trial's value, held to a small run of the script that made them."""

import importlib.util
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from hecon.evaluation.structural import BASE, FIVE_YEARS, YEAR
from hecon.evaluation.study import FUNDERS, terms
from hecon.inputs.parameters import read_parameters

SCRIPT = Path(__file__).parents[2] / "analyses" / "research_value.py"
ONE = "published_hazard_ratio"
SIZES = (300, 4800)
LABELS = ["scenario", "horizon", "arms", "randomised", "people", "offices", "icc", "weeks"]


@pytest.fixture(scope="module")
def script():
    spec = importlib.util.spec_from_file_location("research_value_script", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def small(script):
    return script.tables(read_parameters(), draws=60, people=120, sizes=SIZES, scenarios=[ONE])


@pytest.fixture(scope="module")
def committed(script):
    names = ("", "_bounds", "_best", "_sensitivity")
    return {name: pd.read_csv(script.RESULTS / f"research_value{name}.csv") for name in names}


@pytest.fixture(scope="module")
def labels():
    return {name: about.label for name, about in read_parameters().scenarios.items()} | {BASE: "Base case"}


def test_the_committed_tables_ask_every_scenario_with_a_table(committed):
    tables = [name for name, about in read_parameters().scenarios.items() if about.calibration is not None]
    asked = committed["_best"][["scenario", "horizon"]].drop_duplicates()
    assert set(asked["scenario"]) == {BASE, *tables}
    assert set(asked.loc[asked["scenario"] == BASE, "horizon"]) == {YEAR, FIVE_YEARS}
    assert set(committed["_bounds"]["scenario"]) == {BASE, *tables}


def test_the_committed_values_are_those_of_a_small_run_within_error(committed, small):
    assert list(committed[""].columns) == list(small[""].columns)
    both = committed[""].merge(small[""], on=LABELS, suffixes=("", "_small"))
    assert len(both) == len(small[""])
    apart = (both["evsi"] - both["evsi_small"]).abs()
    assert (apart <= 5.0 * np.hypot(both["evsi_error"], both["evsi_error_small"]) + 1.0).mean() > 0.95
    np.testing.assert_allclose(both["served"], both["served_small"], rtol=1e-5)
    np.testing.assert_allclose(both["study_cost"], both["study_cost_small"], rtol=1e-5)


def test_the_best_is_of_the_committed_table(committed):
    table, top = committed[""], committed["_best"]
    highest = table.groupby(["scenario", "horizon"])["enbs"].max()
    assert set(top["perspective"]) == set(FUNDERS)
    found = top[top["perspective"] == "society"].set_index(["scenario", "horizon"])["enbs"]
    np.testing.assert_allclose(found, highest.loc[found.index], rtol=1e-9)


def row(**changes):
    """The best trial of a scenario."""
    given = {
        "scenario": BASE,
        "horizon": YEAR,
        "perspective": "society",
        "arms": "two",
        "weeks": 52,
        "served": 1e6,
        "evsi_likelihood": 500.0,
        "told": 410.0,
        "told_error": 90.0,
        "randomised": "people",
        "people": 1200,
        "offices": 30,
        "evsi": 400.0,
        "evsi_error": 90.0,
        "enbs": 2.5e8,
        "enbs_error": 4e7,
        "least": 600,
        "most": 2400,
    }
    return pd.Series(given | changes)


def test_answers_in_words(script):
    assert script._worth(row()) == (
        "1,200 people in two arms and 30 offices, people randomised, followed for 52 weeks, would gain NOK 250 million "
        "(Monte Carlo error 40 million), by likelihood 350 million; sizes from 600 to 2,400 cannot be told from it"
    )
    lost = script._worth(row(enbs=-2e7, enbs_error=1e5))
    assert lost.startswith("no trial of 300 to 19,200 people is worth its cost; the one that loses least, 1,200 people")
    assert (
        "lose NOK 20 million (Monte Carlo error 0.1 million). None of them tells more than NOK 410 per person" in lost
    )
    assert "cannot be told from worth it" in script._worth(row(enbs=-2e7, enbs_error=5e7))
    assert "the sign is not sure" in script._short(row(enbs_error=2e8))
    assert "not told from 0" not in script._short(row())
    assert "its information not told from 0" in script._short(row(evsi_error=201.0))


def test_sentences_are_said_of_the_committed_tables(script, committed, labels):
    assert len(script.terms_sentences(terms(read_parameters()))) == 1
    answers = script.answer_sentences(committed["_best"], labels)
    assert len(answers) == 5
    assert answers[-1].startswith("Whether to randomise people or offices is not answered here")
    limits = script.bound_sentences(committed["_bounds"])
    assert len(limits) == 7
    assert ["at most" in line for line in limits] == [False, True, True, True, False, False, False]
    assert "as followed in 1,000 people an arm" in limits[4]
    assert all("after month 12" in line for line in limits[5:])
    assert 1 < len(script.length_sentences(committed[""], labels)) <= 11
    cases = len(committed["_best"][["scenario", "horizon"]].drop_duplicates())
    assert len(script.scenario_sentences(committed["_best"], labels)) == cases
    assert len(script.check_sentences(committed[""])) == 1
    called = script.term_labels(read_parameters())
    assert set(committed["_sensitivity"]["parameter"]) <= set(called)
    moved = script.sensitivity_sentences(committed["_sensitivity"], committed["_best"], labels, called)
    assert len(moved) == 1 + committed["_sensitivity"]["scenario"].nunique()


def compared(**changes):
    """A value by regression and by likelihood."""
    given = {
        "scenario": BASE,
        "horizon": YEAR,
        "weeks": 52,
        "arms": "two",
        "evsi": 100.0,
        "step_error": 5.0,
        "evsi_error": 90.0,
        "evsi_likelihood": 130.0,
        "evsi_likelihood_error": 5.0,
        "effective_draws": 40.0,
    }
    return given | changes


def test_the_two_ways_are_held_to_the_errors_that_they_do_not_share(script):
    table = pd.DataFrame(
        [
            compared(),
            compared(),  # another design that is worth as many people
            compared(evsi=200.0, evsi_likelihood=206.0),
            compared(evsi=300.0, evsi_likelihood=297.0),
            compared(evsi=50.0, evsi_likelihood=500.0, effective_draws=29.0),
            compared(evsi=0.5),
        ]
    )
    (said,) = script.check_sentences(table)
    assert "3 distinct values" in said
    assert "higher in 67%, by NOK 11 per person in the mean and a factor of 1.03 in the median" in said
    assert "67% lie within 2 errors of the second step" in said
    assert "checks nothing" in script.check_sentences(table.iloc[4:])[0]


def test_both_lengths_of_follow_up_are_compared(script, committed):
    assert set(committed[""]["weeks"]) == {52, 104}
    table = pd.DataFrame(
        [row(weeks=52), row(weeks=52, enbs=1e6), row(weeks=104, enbs=-4e7), row(scenario="other", enbs=-1.0)]
    )
    said = script.length_sentences(table, {BASE: "Base case", "other": "Other"})
    assert said[1:] == [
        f"  Base case, {YEAR}: NOK 250 million and NOK −40 million (Monte Carlo errors 40 million and 40 million)."
    ]


def test_the_committed_tables_are_small(script):
    assert (script.RESULTS / "research_value.csv").stat().st_size < 150_000


def test_figures_are_drawn_of_the_tables(script, committed, labels, tmp_path):
    for draw in (script.draw_sizes, script.draw_designs):
        draw(committed[""], labels, tmp_path / "figure.svg")
        first = (tmp_path / "figure.svg").read_bytes()
        draw(committed[""], labels, tmp_path / "figure.svg")
        assert (tmp_path / "figure.svg").read_bytes() == first

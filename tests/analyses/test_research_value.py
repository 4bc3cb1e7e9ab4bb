"""The committed tables of the next trial's value, held to a small run of the script that made them."""

import importlib.util
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from hecon.evaluation.structural import BASE, FIVE_YEARS, YEAR
from hecon.evaluation.study import terms
from hecon.inputs.parameters import read_parameters

SCRIPT = Path(__file__).parents[2] / "analyses" / "research_value.py"
ONE = "published_hazard_ratio"
SIZES = (300, 4800)
LABELS = ["scenario", "horizon", "perspective", "arms", "randomised", "people", "offices", "icc"]


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
    highest = table.groupby(["scenario", "horizon", "perspective"])["enbs"].max()
    found = top.set_index(["scenario", "horizon", "perspective"])["enbs"]
    np.testing.assert_allclose(found, highest.loc[found.index], rtol=1e-9)


def row(**changes):
    """The best trial of a scenario."""
    given = {
        "scenario": BASE,
        "horizon": YEAR,
        "perspective": "society",
        "arms": "usual + mi",
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
    table = pd.DataFrame([row(), row(people=300, evsi=10.0)])
    assert script._worth(row(), table) == (
        "1,200 people in 2 arms and 30 offices, people randomised, gain NOK 250 million (Monte Carlo error "
        "40 million); sizes from 600 to 2,400 cannot be told from it"
    )
    lost = script._worth(row(enbs=-2e7, enbs_error=1e5), table)
    assert lost.startswith("no trial of 300 to 1,200 people is worth its cost; the one that loses least, 1,200 people")
    assert "lose NOK 20 million (Monte Carlo error 0.1 million). Even 1,200" in lost
    assert "cannot be told from worth it" in script._worth(row(enbs=-2e7, enbs_error=5e7), table)
    assert "the sign is not sure" in script._short(row(enbs_error=2e8))


def test_sentences_are_said_of_the_committed_tables(script, committed, labels):
    assert len(script.terms_sentences(terms(read_parameters()))) == 1
    assert len(script.answer_sentences(committed["_best"], committed[""], labels)) == 4
    assert len(script.bound_sentences(committed["_bounds"])) == 5
    cases = len(committed["_best"][["scenario", "horizon"]].drop_duplicates())
    assert len(script.scenario_sentences(committed["_best"], labels)) == cases
    assert len(script.check_sentences(committed[""])) == 1
    moved = script.sensitivity_sentences(committed["_sensitivity"], committed["_best"], labels)
    assert len(moved) == 1 + committed["_sensitivity"]["scenario"].nunique()


def test_figures_are_drawn_of_the_tables(script, committed, labels, tmp_path):
    for draw in (script.draw_sizes, script.draw_designs):
        draw(committed[""], labels, tmp_path / "figure.svg")
        first = (tmp_path / "figure.svg").read_bytes()
        draw(committed[""], labels, tmp_path / "figure.svg")
        assert (tmp_path / "figure.svg").read_bytes() == first

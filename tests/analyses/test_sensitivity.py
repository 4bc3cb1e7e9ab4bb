"""The committed tables of what drives the answer, held to a small run of the script that made them."""

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from hecon.evaluation.plans import bearing
from hecon.evaluation.screening import most_moving
from hecon.inputs.parameters import read_parameters
from hecon.model.simulation import STRATEGIES

SCRIPT = Path(__file__).parents[2] / "analyses" / "sensitivity.py"
TABLES = ("one_way", "morris", "sobol", "pawn", "thresholds")
OUTPUT = ["horizon", "perspective", "strategy", "parameter"]


@pytest.fixture(scope="module")
def script():
    spec = importlib.util.spec_from_file_location("sensitivity_script", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def parameters():
    return read_parameters()


@pytest.fixture(scope="module")
def committed(script):
    return {name: pd.read_csv(script.RESULTS / f"sensitivity_{name}.csv") for name in TABLES}


@pytest.fixture(scope="module")
def small(script, parameters):
    sizes = script.Sizes(
        people=20, weeks=52, one_way_people=100, trajectories=2, base_points=2, random_points=80, asked=2
    )
    return script.headline(parameters, sizes, checkpoint=None, threads=1)


def test_the_committed_tables_have_the_columns_and_rows_of_a_small_run(committed, small):
    assert {name: list(table) for name, table in committed.items()} == {name: list(small[name]) for name in TABLES}
    for name in ("one_way", "morris", "pawn"):
        year = committed[name][committed[name]["horizon"] == "12 months"].reset_index(drop=True)
        pd.testing.assert_frame_equal(year[OUTPUT], small[name][OUTPUT], check_dtype=False)


def test_the_committed_swings_are_those_of_a_small_run_within_error(committed, small):
    year = committed["one_way"]["horizon"] == "12 months"
    large, little = committed["one_way"][year].reset_index(drop=True), small["one_way"]
    np.testing.assert_allclose(large[["low", "high"]], little[["low", "high"]], rtol=1e-5)
    apart = np.abs(large["swing"] - little["swing"])
    seldom = 0.02 * large["gain"].abs() + 100.0  # what hardly anybody of a few people meets has no error there
    assert (apart <= 6.0 * np.hypot(large["error"], little["error"]) + seldom).all()


def test_everything_that_bears_on_the_strategies_was_asked_about(parameters, committed):
    all_of_them = bearing(parameters, STRATEGIES)
    assert tuple(committed["one_way"]["parameter"].unique()) == all_of_them
    alone = [name for name in all_of_them if name not in parameters.blocks]
    fitted = [name for block in parameters.blocks.values() for name in block.columns]
    assert list(committed["pawn"]["parameter"].unique()) == [*alone, *fitted]
    assert {*committed["morris"]["parameter"], *parameters.blocks} == set(all_of_them)


def test_shares_are_of_those_that_screening_found_and_the_block(parameters, committed):
    most = most_moving(committed["morris"], 19, horizon="12 months", perspective="society")
    assert set(committed["sobol"]["parameter"]) == {*most, *parameters.blocks}


def test_shares_are_shares(script, committed):
    rows = script.society(committed["sobol"])
    half = rows["total_high"] - rows["total"] + rows["first_high"] - rows["first"]
    assert (rows["first"] <= rows["total"] + 2.0 * half).all()
    for _, of in rows.groupby("strategy"):
        assert of["first"].sum() == pytest.approx(1.0, abs=0.3)
        assert of["total"].sum() > 0.8


def test_sentences_name_every_program_and_every_parameter_asked_about(script, parameters, committed):
    said = script.sentences(parameters, committed)
    assert len(said) == 2 + (len(STRATEGIES) - 1) + len(committed["thresholds"])
    for name, line in zip(STRATEGIES[1:], said[1:], strict=False):
        assert line.strip().startswith(parameters.programs[name].label)


def test_a_change_in_words(script):
    programs = {"a": "A", "b": "B"}
    row = {"low": 0.0, "high": 2.0, "value": 1.0517, "error": 0.012, "below": "a", "above": "b"}
    nothing = {"rival": "b", "margin": 3100.0, "margin_error": 900.0}
    assert script._change(row | nothing, programs) == "A is best up to 1.05 (Monte Carlo error 0.01), B above"
    never = row | nothing | {"value": np.nan, "above": "a"}
    assert script._change(never, programs) == "A is best from 0 to 2; B comes within NOK 3,100 of it"
    assert script._change(never | {"margin": 1500.0}, programs).endswith("does not tell from nothing")


def test_figures_are_drawn_of_the_committed_tables(script, parameters, committed, tmp_path):
    script.draw(parameters, committed, tmp_path)
    for name in ("one_way", "morris", "sobol", "pawn"):
        drawn = (tmp_path / f"sensitivity_{name}.svg").read_text("utf-8")
        assert all(parameters.programs[strategy].label in drawn for strategy in STRATEGIES[1:])
        assert (script.RESULTS / f"sensitivity_{name}.svg").read_text("utf-8").startswith("<?xml")

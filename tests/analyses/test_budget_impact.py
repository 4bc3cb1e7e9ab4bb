"""The committed table of the budget impact, held to a small run of the script that made it."""

import importlib.util
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from hecon.inputs.parameters import read_parameters

SCRIPT = Path(__file__).parents[2] / "analyses" / "budget_impact.py"
LABELS = ["program", "after_month_12", "year", "item", "unit"]
NUMBERS = ["expected", "error", "low", "high"]


@pytest.fixture(scope="module")
def script():
    spec = importlib.util.spec_from_file_location(SCRIPT.stem, SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def table(script):
    return script.headline(read_parameters(), draws=16, people=60)


def test_the_committed_table_is_what_the_script_gives(script, table):
    committed = pd.read_csv(script.RESULTS / "budget_impact.csv")
    assert list(table.columns) == list(committed.columns) == [*LABELS, *NUMBERS]
    pd.testing.assert_frame_equal(table[LABELS], committed[LABELS], check_dtype=False)
    apart = np.abs(table["expected"] - committed["expected"])
    assert (apart <= 5.0 * np.hypot(table["error"], committed["error"]) + 1e-6).all()


def test_a_figure_a_question_is_drawn_of_it(script, table, tmp_path):
    labels = {name: name.replace("_", " ") for name in table["program"].unique()}
    for draw in (script.draw_cash, script.draw_staff):
        path = tmp_path / f"{draw.__name__}.svg"
        draw(table, labels, path)
        text = path.read_text("utf-8")
        assert all(name.split()[0] in text for name in labels.values())


def test_the_answer_says_rise_and_fall_by_the_sign_and_doubts_what_holds_zero(script):
    row = pd.Series({"expected": -3.0, "error": 0.5, "low": -5.0, "high": -1.0})
    assert script._change(row, "rise", "fall") == "fall by NOK 3.0 million (95% 1 to 5)"
    assert script._change(script._turned(row), "rise", "fall") == "rise by NOK 3.0 million (95% 1 to 5)"
    unsure = pd.Series({"expected": 3.0, "error": 0.5, "low": -1.0, "high": 7.0})
    assert script._change(unsure, "rise", "fall").endswith("which cannot be told apart from no change")
    assert script._spending(row) == "save NOK 3.0 million (95% 1 to 5)"
    assert script._spending(unsure) == "spend NOK 3.0 million (95% −1 to 7)"
    assert script._workers(row, "caseworkers") == "3 caseworkers fewer"
    assert script._workers(unsure, "caseworkers") == "3 caseworkers"


def test_sentences_are_of_the_last_year(script, table):
    name = table["program"].iloc[0]
    told = script.sentences(table, name, "The program")
    assert told[0].startswith("The program, year 5: ")
    assert "caseworkers" in told[-1]
    assert len(told) == 5

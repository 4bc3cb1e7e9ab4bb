"""The committed table of the reforms, held to a small run of the script that made it."""

import importlib.util
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from hecon.inputs.parameters import read_parameters

SCRIPT = Path(__file__).parents[2] / "analyses" / "reforms.py"
LABELS = ["reform", "months", "kind", "name"]
NUMBERS = ["present", "change", "error", "low", "high", "base_case", "base_case_error"]


@pytest.fixture(scope="module")
def script():
    spec = importlib.util.spec_from_file_location("reforms_script", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def parameters():
    return read_parameters()


@pytest.fixture(scope="module")
def table(script, parameters):
    return script.headline(parameters, draws=24, people=300, draw_people=100)


def test_the_committed_table_is_what_the_script_gives(script, table):
    committed = pd.read_csv(script.RESULTS / "reforms.csv")
    assert list(table.columns) == list(committed.columns) == [*LABELS, *NUMBERS]
    pd.testing.assert_frame_equal(table[LABELS], committed[LABELS], check_dtype=False)
    for mean, error in (("change", "error"), ("base_case", "base_case_error")):
        apart = np.abs(table[mean] - committed[mean])
        seldom = 0.01 * np.abs(committed["present"]) + 1.0  # what hardly anybody meets has no error in a small run
        assert (apart <= 5.0 * np.hypot(table[error], committed[error]) + seldom).all()


def test_the_figure_names_every_reform_and_party(script, parameters, table, tmp_path):
    path = tmp_path / "reforms.svg"
    reforms = script.shipped_reforms(parameters)
    script.draw(table, reforms, path)
    text = path.read_text("utf-8")
    assert all(reform.label in text for reform in reforms)
    assert all(label in text for label in script.PARTIES.values())


def test_a_sentence_says_more_less_nothing_or_that_it_cannot_be_told(script):
    row = {"error": 1.0, "low": -30.0, "high": -10.0, "change": -20.0}
    assert script._change(pd.Series(row)) == "20 less (10 to 30)"
    assert script._change(pd.Series(row | {"low": 10.0, "high": 30.0, "change": 20.0})) == "20 more (10 to 30)"
    assert script._change(pd.Series(row | {"high": 5.0})).startswith("cannot be told from nothing")
    assert script._change(pd.Series(dict.fromkeys(row, 0.0))) == "nothing"


def test_every_reform_is_told_of_in_12_months_and_five_years(script, parameters, table):
    for reform in script.shipped_reforms(parameters):
        told = script.sentences(table, reform)
        assert told[0].startswith(reform.label)
        assert [line.split(",")[0] for line in told[1:]] == ["In 12 months", "In five years"]

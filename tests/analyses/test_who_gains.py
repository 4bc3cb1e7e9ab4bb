"""The committed table of who gains is what the analysis gives, within its error; sentences follow the numbers."""

import importlib.util
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import hecon
from hecon.evaluation.distribution import DAYS, EVERYBODY, PURSE

SCRIPT = Path(__file__).parents[2] / "analyses" / "who_gains.py"


@pytest.fixture(scope="module")
def script():
    """The script as a module."""
    spec = importlib.util.spec_from_file_location(SCRIPT.stem, SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def committed(script):
    return pd.read_csv(script.RESULTS / "who_gains.csv")


@pytest.fixture(scope="module")
def small(script):
    return script.headline(hecon.read_parameters(), draws=24, people=150, threads=1)


def test_the_committed_table_has_the_same_groups_and_columns(committed, small):
    assert list(committed.columns) == list(small.columns)
    for column in ("program", "covariate", "level", "party", "method"):
        assert committed[column].tolist() == small[column].tolist()


def test_the_committed_numbers_are_those_of_a_small_run_within_error(committed, small):
    apart = np.abs(committed["gain"] - small["gain"])
    told = np.hypot(committed["error"], small["error"])
    assert (apart <= 5.0 * told + 1e-5 * np.abs(committed["gain"])).all()


def test_the_committed_incomes_are_the_statutes(script):
    incomes = script.income_table(hecon.read_parameters())
    told = pd.read_csv(script.RESULTS / "who_gains_net_income.csv")
    assert told["state"].tolist() == incomes["state"].tolist()
    for column in ("wage_in_g", "wage", "gross", "tax", "net", "share"):
        np.testing.assert_allclose(told[column], incomes[column], rtol=1e-5)
    assert script.income_sentences(incomes)[0].startswith("3.0 G: graded sick leave 100%")


def rows(employer_by_friction, purse_over):
    """One program's rows, for everybody and the purse by wage."""
    given = [
        (EVERYBODY, EVERYBODY, "society", "human_capital", 900.0, 9.0, 20.0, 1800.0),
        (EVERYBODY, EVERYBODY, "society", "friction_cost", 400.0, 9.0, 10.0, 800.0),
        (EVERYBODY, EVERYBODY, "employer", "human_capital", -50.0, 9.0, -90.0, -10.0),
        (EVERYBODY, EVERYBODY, "employer", "friction_cost", employer_by_friction, 9.0, -90.0, -10.0),
        (EVERYBODY, EVERYBODY, DAYS, "human_capital", 3.0, 0.2, 1.0, 5.0),
        (EVERYBODY, EVERYBODY, PURSE, "human_capital", 7.0, 9.0, -40.0, 60.0),
        ("wage", "under_4_g", PURSE, "human_capital", 0.0, 3.0, -40.0, 60.0),
        ("wage", "over_6_g", PURSE, "human_capital", purse_over, 4.0, -40.0, 60.0),
    ]
    columns = ["covariate", "level", "party", "method", "gain", "error", "low", "high"]
    return pd.DataFrame(given, columns=columns).assign(program="it", probability=1.0)


def test_sentences_say_no_more_than_the_numbers(script):
    assert script.program_sentences(rows(-50.0, 12.0)) == [
        "Pays for society; costs the employer.",
        "Expected, NOK: society 900 by human capital and 400 by friction cost; the employer −50 either way, since a "
        "replacement is paid what they produce.",
        "Days on benefit avoided: 3.0. The worker's purse after tax, NOK: about 0 (± 9); no difference by wage that "
        "can be told from simulation error.",
    ]
    apart = script.program_sentences(rows(-20.0, 60.0))
    assert "the employer −50 by human capital and −20 by friction cost" in apart[1]
    assert apart[2].endswith("by wage under 4 G about 0 (± 3), over 6 G 60.")


def test_the_figure_is_written_alike_every_time(script, tmp_path, committed):
    path = tmp_path / "gains.svg"
    script.draw_gains(committed, hecon.read_parameters(), path)
    first = path.read_bytes()
    script.draw_gains(committed, hecon.read_parameters(), path)
    assert path.read_bytes() == first
    assert b"<svg" in first

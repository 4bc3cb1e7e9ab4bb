"""The committed table of offering rules is what the analysis gives, within its error; sentences follow the numbers."""

import importlib.util
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import hecon

SCRIPT = Path(__file__).parents[2] / "analyses" / "targeting.py"


@pytest.fixture(scope="module")
def targeting():
    """The script as a module."""
    spec = importlib.util.spec_from_file_location(SCRIPT.stem, SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def committed(targeting):
    return pd.read_csv(targeting.RESULTS / "targeting.csv")


@pytest.fixture(scope="module")
def splits(targeting):
    return targeting.simulate_cases(hecon.read_parameters(), draws=20, people=100, threads=1)


@pytest.fixture(scope="module")
def small(targeting, splits):
    return targeting.rules_table(hecon.read_parameters(), splits)


def test_the_committed_table_has_the_same_rules_and_columns(committed, small):
    assert list(committed.columns) == list(small.columns)
    for column in ("case", "rule", "label"):
        assert committed[column].tolist() == small[column].tolist()


@pytest.mark.parametrize(("number", "error"), [("gain", "error"), ("gain_per_offered", "gain_per_offered_error")])
def test_the_committed_numbers_are_those_of_a_small_run_within_error(committed, small, number, error):
    apart = np.abs(committed[number] - small[number])
    told = np.hypot(committed[error], small[error])
    assert (apart.isna() | (apart <= 5.0 * told + 1e-5 * np.abs(committed[number]))).all()
    assert (committed[number].isna() == small[number].isna()).all()


def test_the_headline_is_the_table_of_rules(targeting, small):
    again = targeting.headline(hecon.read_parameters(), draws=20, people=100, threads=1)
    pd.testing.assert_frame_equal(again, small)


def test_hours_are_worth_nothing_where_nobody_gains_and_less_the_more_there_are(targeting, splits):
    capacity = targeting.capacity_by_case(splits, halvings=2)
    assert capacity["case"].unique().tolist() == list(targeting.SCARCE)
    for name, rows in capacity.groupby("case"):
        assert (np.diff(rows["shadow_price"]) <= 1e-6).all()
        assert (rows["used"] <= rows["capacity"] + 1e-9).all()
        if name == "mi_mi_nav_effect":
            assert rows["shadow_price"].iloc[0] > 0.0
    assert "full sick leave, wage over 6 G (100%)" in targeting.first_served(splits)


def rule_rows(**best):
    rows = pd.DataFrame(
        {
            "rule": ["nobody", "everybody", "some", "best"],
            "label": ["Nobody", "Everybody", "Only some", "Best"],
            "gain": [0.0, -500.0, 800.0, 700.0],
            "error": [0.0, 10.0, 20.0, 100.0],
            "low": [0.0, -900.0, 100.0, np.nan],
            "high": [0.0, 200.0, 1500.0, np.nan],
            "naive": [np.nan, np.nan, np.nan, 800.0],
        }
    ).set_index("rule")
    for name, value in best.items():
        rows.loc["best", name] = value
    return rows.reset_index()


def test_sentences_say_how_much_is_luck_and_no_more_than_the_numbers(targeting):
    case = targeting.Case("it", "It", "program")
    assert targeting.rule_sentence(rule_rows(), case) == (
        "It: offered to everybody −500 (95% interval −900 to 200). Best of 3 rules: only some, 800; chosen on half of "
        "the draws and scored on the other, 700 ± 100: luck flatters it by 100."
    )
    assert targeting.rule_sentence(rule_rows(gain=100.0), case).endswith(
        "100 ± 100: luck flatters it by 700, which cannot be told from none."
    )
    nobody = rule_rows().query("rule != 'some'")
    assert targeting.rule_sentence(nobody, case).endswith("No rule is expected to gain: best is to offer it to nobody.")


def test_later_offers_are_told_per_person_still_sick_listed(targeting, small):
    case = targeting.CASES[0]
    text = targeting.weeks_sentence(small[small["case"] == case.name], case, 8)
    assert [text.count(f"week {week} ") for week in (8, 12, 16, 20)] == [1, 1, 1, 1]


def test_a_price_of_hours_that_gain_nothing_is_none(targeting):
    case = targeting.Case("it", "It", "program")
    rows = pd.DataFrame(
        {
            "share": [0.5, 1.0],
            "capacity": [2.0, 4.0],
            "gain": [10.0, 0.0],
            "error": [9.0, 0.0],
            "shadow_price": [30.0, 0.0],
            "shadow_price_error": [4.0, 0.0],
        }
    )
    assert targeting.capacity_sentence(rows, case).endswith("so that more of it is worth nothing.")
    gains = targeting.capacity_sentence(rows.assign(gain=[100.0, 150.0]), case)
    assert gains.endswith("so many of the 4.0 hours per person that it takes for everybody: 50%: 30 ± 4; 100%: 0.")


def test_figures_are_written_alike_every_time(targeting, tmp_path, committed):
    capacity = pd.read_csv(targeting.RESULTS / "targeting_capacity.csv")
    for draw, table, name in (
        (targeting.draw_rules, committed, "rules"),
        (targeting.draw_prices, capacity, "prices"),
    ):
        path = tmp_path / f"{name}.svg"
        draw(table, path)
        first = path.read_bytes()
        draw(table, path)
        assert path.read_bytes() == first
        assert b"<svg" in first

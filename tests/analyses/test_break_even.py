"""The committed table of break-evens, held to a small run of the script that made it."""

import importlib.util
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from hecon.evaluation.what_if import QUANTITIES
from hecon.inputs.parameters import read_parameters
from hecon.model.simulation import COMPARATOR

SCRIPT = Path(__file__).parents[2] / "analyses" / "break_even.py"
SOME = ["cross_sector_program", "integrated_care"]
LABELS = ["program", "label", "perspective", "quantity"]
ERRORS = {"value": "error", "days_avoided": "days_error", "return_difference": "return_error"}


@pytest.fixture(scope="module")
def script():
    spec = importlib.util.spec_from_file_location("break_even_script", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def small(script):
    return script.headline(read_parameters(), draws=12, people=80, programs=SOME)


@pytest.fixture(scope="module")
def committed(script):
    return pd.read_csv(script.RESULTS / "break_even.csv")


def test_the_committed_table_asks_everything_of_every_program(script, committed):
    expected = [
        (name, about.label, perspective, quantity)
        for name, about in read_parameters().programs.items()
        if name != COMPARATOR
        for quantity in (QUANTITIES if about.effect_known else ("effect",))
        for perspective in script.PERSPECTIVES
    ]
    assert list(committed[LABELS].itertuples(index=False, name=None)) == expected


def test_the_committed_numbers_are_those_of_a_small_run_within_error(committed, small):
    assert list(committed.columns) == list(small.columns)
    of_some = committed[committed["program"].isin(SOME)].reset_index(drop=True)
    pd.testing.assert_frame_equal(of_some[LABELS], small[LABELS], check_dtype=False)
    both = np.isfinite(of_some["value"]) & np.isfinite(small["value"])
    assert both.sum() >= 10
    for number, error in ERRORS.items():
        apart = np.abs(of_some[number] - small[number])[both]
        assert (apart <= 5.0 * np.hypot(of_some[error], small[error])[both] + 1e-6).all(), number


def row(**changes):
    """A break-even of society's, in the effect."""
    given = {
        "label": "It",
        "quantity": "effect",
        "value": 1.14,
        "error": 0.02,
        "days_avoided": 5.12,
        "days_error": 0.1,
        "side": "above",
        "margin": 0.0,
        "margin_error": 0.0,
        "share_never": 0.1,
        "share_always": 0.0,
        "now": 1.2,
        "now_low": 0.8,
        "now_high": 1.5,
        "least": 1.0,
        "most": 3.0,
    }
    return pd.Series(given | changes)


def test_effects_in_words(script):
    assert script._to_society(row()) == (
        "would have to raise the weekly chance of return of those it reaches by 14% (Monte Carlo error 2 points), that "
        "is avoid 5.1 days per person offered, to be worth its cost to society"
    )
    assert "even at 3 times" in script._to_society(row(side="never", margin=-9.0))
    assert script._to_society(row(side="always", margin=9.0)) == "would be worth its cost to society without any effect"
    assert script._to_nav(row(value=1.09, error=0.01)) == "it would save NAV money from 9%"
    assert script._own(row()) == "its own is put at 20% (−20 to 50%)"
    assert script._own(row(now=np.nan)) == "nobody has measured what it does"


def test_other_quantities_in_words(script):
    cost = {"quantity": "cost", "least": 0.0, "most": np.inf, "value": 4020.0, "error": 300.0}
    assert script._where(row(**cost, now=2500.0)) == "at most NOK 4,000 (Monte Carlo error 300); it costs NOK 2,500"
    assert script._where(row(**cost, now=4500.0)).endswith("which cannot be told apart")
    assert "expected to lose" in script._where(row(**(cost | {"side": "never", "margin": -9.0}), now=4500.0))
    lasting = {"quantity": "duration", "value": 31.4, "error": 2.0, "most": 52.0}
    assert script._where(row(**lasting)).startswith("until week 31 or longer (Monte Carlo error 2); at none in 10%")
    lost = {"side": "never", "margin": -900.0, "margin_error": 100.0}
    assert script._where(row(**lasting, **lost)).startswith("not even until week 52")
    assert script._where(row(**lasting, **(lost | {"margin_error": 500.0}))).startswith("cannot be told")
    assert script._where(row(**(lasting | {"error": 40.0}))).startswith("cannot be told")
    assert script._where(row(quantity="attendance", value=0.61, error=0.1, least=0.1, most=1.4)).startswith("from 0.6 ")


def test_sentences_are_one_a_program(script, committed):
    known = committed.loc[committed["quantity"] == "cost", "program"].nunique()
    assert len(script.effect_sentences(committed)) == 1 + committed["program"].nunique()
    for quantity in ("cost", "attendance", "duration"):
        assert len(script.own_sentences(committed, quantity)) == 1 + known


def test_figures_are_drawn_of_the_tables(script, committed, tmp_path):
    own = pd.DataFrame({"program": SOME[1:], "days": 3.0, "low": 1.0, "high": 5.0}).set_index("program")
    script.draw_effects(committed, own, tmp_path / "effects.svg")
    text = (tmp_path / "effects.svg").read_text("utf-8")
    assert all(label in text for label in committed["label"].unique())
    gain = np.add.outer(-np.arange(3.0), np.arange(4.0)) * 1000.0
    coords = {"cost": [0.0, 5000.0, 10_000.0], "effect": [1.0, 1.1, 1.2, 1.3]}
    surface = xr.DataArray(gain, coords=coords, attrs={"cost": 4000.0})
    script.draw_map(surface, "Some program", tmp_path / "map.svg")
    assert "Some program: gain to society" in (tmp_path / "map.svg").read_text("utf-8")

"""The tables that `hecon sensitivity` prints, from figures made up to be awkward."""

import numpy as np
import pandas as pd
import xarray as xr

from hecon.cli import sensitivity_tables as tables
from hecon.inputs.parameters import read_parameters

READ = read_parameters()


def lines(table):
    return [line.split() for line in table.splitlines()]


def test_swings_have_the_digits_of_their_error_and_noise_of_the_arithmetic_is_nothing():
    found = pd.DataFrame(
        {
            "parameter": ["coordinator_hour", "trial", "mi_course_fee"],
            "low": [444.4, np.nan, 9999.6],
            "high": [739.6, np.nan, 52_200.0],
            "gain_low": [-14_350.0, -9000.0, -3000.0],
            "gain_high": [-6075.0, -9500.0, -3000.0],
            "swing": [8275.0, -500.0, -4.366e-11],
            "error": [321.0, 40.0, 6.432e-12],
            "changes": [True, False, False],
        }
    )
    _, first, second, third = lines(tables.swings(found, READ))
    assert first == [
        "coordinator_hour",
        "444",
        "740",
        "NOK",
        "per",
        "hour",
        "−14,400",
        "−6,100",
        "8,300",
        "±",
        "300",
        "yes",
    ]
    assert second[-8:] == ["–", "–", "−9,000", "−9,500", "−500", "±", "40", "no"]
    assert third == ["mi_course_fee", "10,000", "52,200", "NOK", "per", "caseworker", "−3,000", "−3,000", "0", "no"]


def test_effects_and_shares_are_rounded_by_their_intervals():
    found = pd.DataFrame(
        {
            "parameter": ["coordinator_hour", "mi_course_fee"],
            "mu": [-2567.0, 1e-11],
            "mu_star": [2567.0, 4.366e-11],
            "mu_star_low": [2300.0, -1e-12],
            "mu_star_high": [2834.0, 9e-11],
            "sigma": [324.0, 2e-11],
        }
    )
    _, first, second = lines(tables.effects(found, READ))
    assert first == ["coordinator_hour", "−2,600", "2,600", "2,300", "to", "2,800", "300"]
    assert second == ["mi_course_fee", "0", "0", "0", "to", "0", "0"]
    share = {
        f"{part}{end}": [value]
        for part in ("first", "total")
        for end, value in zip(("", "_low", "_high"), (0.123, -0.01, 0.256), strict=True)
    }
    _, row = lines(tables.shares(pd.DataFrame({"parameter": ["coordinator_hour"], **share}), READ))
    assert row == ["coordinator_hour", "12%", "−1", "to", "26%", "12%", "−1", "to", "26%"]


def test_a_distance_that_is_none_is_a_dash():
    found = pd.DataFrame({"parameter": ["coordinator_hour"], "pawn": [np.nan], "most": [np.nan], "chance": [0.266]})
    assert lines(tables.distances(found, READ))[1] == ["coordinator_hour", "–", "–", "0.27"]


def test_scenarios_are_rounded_by_their_errors():
    found = pd.DataFrame(
        {"scenario": ["base"] * 2, "strategy": ["a", "b"], "gain": [-14_350.0, 0.0], "error": [321.0, 0.0], "best": "b"}
    )
    assert lines(tables.under_scenarios(found))[1] == ["base", "−14,400", "±", "300", "0", "b"]


def test_the_map_shows_where_each_is_best_with_y_upwards():
    best = xr.DataArray([[0, 0, 2], [0, 2, 2]], dims=("y", "x"), coords={"y": [1.0, 2.0], "x": [0.8, 1.0, 1.5]})
    text = tables.preferred(best, ("usual", "early", "coordinated"))
    assert "A  usual: best at 3 of 6 points\nC  coordinated: best at 3 of 6 points" in text
    assert lines(text)[-5:] == [["y"], ["2.00", "A", "C", "C"], ["1.00", "A", "A", "C"], ["0.800", "1.50"], ["x"]]
    alone = tables.preferred(xr.zeros_like(best), ("usual", "early", "coordinated"))
    assert alone.endswith("No other strategy is best anywhere in these ranges.")

"""PAWN indices: known where one coordinate says all, blind to scales, and above chance where something moves."""

import numpy as np
import pytest

from hecon.evaluation.density import SLICES, pawn, pawn_of_function, pawn_of_strategies
from hecon.evaluation.what_if import Size
from hecon.inputs.errors import InputError
from hecon.inputs.parameters import read_parameters

NAMES = ("a", "b", "c")


def test_where_one_coordinate_says_all_the_distances_are_known():
    # A slice from s/n to (s+1)/n of a uniform is farthest from the whole at one of its ends.
    low = np.arange(SLICES) / SLICES
    distances = np.maximum(low, 1.0 - low - 1.0 / SLICES)
    points = (np.random.default_rng(1).permuted(np.arange(4000)) + 0.5)[:, None] / 4000
    found = pawn(points, points[:, 0] ** 3, ("a",)).isel(output=0)
    assert float(found["pawn"][0]) == pytest.approx(np.median(distances), abs=2e-3)
    assert float(found["most"][0]) == pytest.approx(distances.max(), abs=2e-3)


def test_stronger_parameters_have_greater_indices_and_idle_ones_look_like_chance():
    found = pawn_of_function(lambda points: points @ np.array([3.0, 1.0, 0.0]), NAMES, size=800, seed=2).isel(output=0)
    strong, weak, idle = found["pawn"].to_numpy()
    assert strong > weak > float(found["chance"]) > idle


def test_it_sees_what_moves_the_spread_and_not_the_mean():
    def model(points):
        return (points[:, 0] - 0.5) * points[:, 1]

    points = np.random.default_rng(3).random((1600, 3))
    found = pawn(points, model(points), NAMES, seed=2).isel(output=0)
    assert float(found["pawn"].sel(parameter="b")) > float(found["chance"]) > float(found["pawn"].sel(parameter="c"))


def test_distances_are_those_of_salib_but_for_the_one_point_that_it_leaves_out():
    from SALib.analyze import pawn as salib

    points = np.random.default_rng(6).random((240, 3))
    values = np.round(points @ np.array([3.0, 1.0, 0.0]), 1)
    theirs = salib.analyze({"num_vars": 3, "names": list(NAMES), "bounds": [[0.0, 1.0]] * 3}, points, values, S=SLICES)
    ours = pawn(points, values, NAMES).isel(output=0)
    np.testing.assert_allclose(ours["pawn"], theirs["median"], atol=SLICES / 240)
    np.testing.assert_allclose(ours["most"], theirs["maximum"], atol=SLICES / 240)
    assert np.abs(ours["pawn"].to_numpy() - theirs["median"]).mean() < 0.3 * SLICES / 240


def test_scales_of_points_and_of_values_do_not_matter():
    points = np.random.default_rng(4).random((160, 2))
    value = points.sum(axis=1)
    found = [pawn(x, y, NAMES[:2]) for x, y in ((points, value), (np.exp(5.0 * points), value**3))]
    assert found[0].equals(found[1])


def test_chance_is_left_below_by_one_in_twenty():
    luck = np.random.default_rng(5)
    found = pawn(luck.random((200, 100)), luck.random(200), [str(place) for place in range(100)])
    above = float((found["pawn"] > found["chance"]).mean())
    assert above == pytest.approx(0.05, abs=4.0 * np.sqrt(0.05 * 0.95 * 2.0 / 100))


def test_a_constant_output_has_none_and_too_few_points_are_refused():
    points = np.random.default_rng(4).random((80, 2))
    assert np.isnan(pawn(points, np.ones(80), NAMES[:2])["pawn"]).all()
    with pytest.raises(InputError, match="too few to slice: give 80"):
        pawn(points[:79], np.ones(79), NAMES[:2])
    with pytest.raises(InputError, match="one for each"):
        pawn(points, np.ones(81), NAMES[:2])


def test_of_the_model_the_effect_moves_the_gain_most():
    names = ("coordinated_hazard_ratio", "coordinator_hour", "utility_work")
    strategies = ("usual_case_management", "coordinated_program")
    found = pawn_of_strategies(read_parameters(), strategies, run=Size(30, 52, 4, 1), names=names, size=80)
    society = found[found["perspective"] == "society"].set_index("parameter")["pawn"]
    assert list(found.columns[:5]) == ["what", "horizon", "perspective", "strategy", "parameter"]
    assert society["coordinated_hazard_ratio"] > 0.4 > society["utility_work"]

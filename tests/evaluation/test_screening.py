"""Morris screening against models whose effects are known."""

from itertools import product

import numpy as np
import pandas as pd
import pytest

from hecon.evaluation.screening import LEVELS, morris_effects, morris_plan, most_moving, screen_strategies
from hecon.evaluation.what_if import Size
from hecon.inputs.errors import InputError
from hecon.inputs.parameters import read_parameters

SPAN = 0.95
A = np.array([0.5, 3.0, 20.0])


def g_function(points):
    """Sobol's g-function with the coefficients `A`: the product of (|4x - 2| + a) / (1 + a)."""
    return np.prod((np.abs(4.0 * points - 2.0) + A) / (1.0 + A), axis=1)


def effects_over_the_grid(model, dimensions, column):
    """Every elementary effect of a column there is on the grid."""
    grid = 0.025 + SPAN * np.arange(LEVELS) / (LEVELS - 1)
    up = LEVELS // 2
    found = []
    for rest in product(range(LEVELS), repeat=dimensions - 1):
        for low in range(LEVELS - up):
            ends = [np.insert(grid[list(rest)], column, grid[place])[None, :] for place in (low, low + up)]
            found.append(float((model(ends[1]) - model(ends[0]))[0]) * (LEVELS - 1) / up)
    return np.array(found)


def test_a_linear_model_has_one_effect_a_coordinate():
    found = morris_effects(lambda points: points @ np.array([3.0, -2.0, 0.0]), ("a", "b", "c"), seed=1).isel(output=0)
    np.testing.assert_allclose(found["mu"], SPAN * np.array([3.0, -2.0, 0.0]), atol=1e-12)
    np.testing.assert_allclose(found["mu_star"], SPAN * np.array([3.0, 2.0, 0.0]), atol=1e-12)
    np.testing.assert_allclose(found["sigma"], 0.0, atol=1e-12)
    np.testing.assert_allclose(found["mu_star_low"], found["mu_star"], atol=1e-12)


def test_the_g_function_s_effects_are_those_of_its_whole_grid():
    trajectories = 400
    found = morris_effects(g_function, ("a", "b", "c"), trajectories=trajectories, seed=2).isel(output=0)
    for column in range(3):
        every = effects_over_the_grid(g_function, 3, column)
        error = np.abs(every).std() / np.sqrt(trajectories)
        assert float(found["mu_star"][column]) == pytest.approx(np.abs(every).mean(), abs=4.0 * error + 1e-12)
        assert float(found["sigma"][column]) == pytest.approx(every.std(), rel=0.15)
    order = found["mu_star"].to_numpy()
    assert order[0] > order[1] > order[2]
    assert (found["mu_star_low"] < found["mu_star"]).all()


def test_points_stay_within_the_central_95_percent_and_step_one_at_a_time():
    plan = morris_plan(("a", "b", "c", "d"), trajectories=5, seed=3)
    assert plan.points.shape == (5 * 5, 4)
    assert plan.points.min() >= 0.025
    assert plan.points.max() <= 0.975
    steps = np.diff(plan.points.reshape(5, 5, 4), axis=1) != 0.0
    assert (steps.sum(axis=2) == 1).all()
    assert (steps.sum(axis=1) == 1).all()


@pytest.mark.parametrize("seed", [0, 7])
def test_a_seed_says_everything_zero_too(seed):
    found = [morris_effects(g_function, ("a", "b", "c"), trajectories=3, seed=seed) for _ in range(2)]
    assert found[0].equals(found[1])


def test_one_trajectory_or_no_coordinate_is_refused():
    with pytest.raises(InputError, match="trajectories"):
        morris_plan(("a",), trajectories=1)
    with pytest.raises(InputError, match="none is left"):
        morris_plan(())


def test_of_the_model_the_block_is_left_out_and_a_price_is_linear():
    names = ("trial", "coordinator_hour", "coordinated_hazard_ratio", "utility_work")
    run = Size(40, 52, 4, 1)
    strategies = ("usual_case_management", "coordinated_program")
    found = screen_strategies(read_parameters(), strategies, run=run, names=names, trajectories=2)
    assert set(found["parameter"]) == set(names[1:])
    gain = found[(found["perspective"] == "society") & (found["what"] == "gain")].set_index("parameter")
    assert gain["mu"]["coordinator_hour"] == -gain["mu_star"]["coordinator_hour"] < 0.0
    assert gain["mu_star"]["utility_work"] == gain["sigma"]["utility_work"] == 0.0
    most = most_moving(found, 2, horizon="12 months", perspective="society")
    assert most == ("coordinated_hazard_ratio", "coordinator_hour")


def test_the_most_moving_are_by_their_greatest_effect_on_any_strategy_s_gain():
    rows = [
        ("gain", "12 months", "society", "x", "a", 1.0),
        ("gain", "12 months", "society", "y", "a", 9.0),
        ("gain", "12 months", "society", "x", "b", 5.0),
        ("gain", "12 months", "nav", "x", "c", 99.0),
        ("best", "12 months", "society", "x", "c", 99.0),
        ("gain", "12 months", "society", "x", "c", 2.0),
    ]
    table = pd.DataFrame(rows, columns=["what", "horizon", "perspective", "strategy", "parameter", "mu_star"])
    assert most_moving(table, 2, horizon="12 months", perspective="society") == ("a", "b")

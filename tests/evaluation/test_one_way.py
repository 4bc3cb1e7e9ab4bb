"""One parameter at a time, against runs of the model with each value put in place."""

import numpy as np
import pandas as pd
import pytest

from hecon.evaluation.one_way import benefit_by_person, by_swing, one_way
from hecon.evaluation.plans import bearing, run_plan, varied
from hecon.evaluation.what_if import Size
from hecon.inputs.errors import InputError
from hecon.inputs.parameters import read_parameters
from hecon.model.ledger import costs
from hecon.model.simulation import STRATEGIES, simulate

TWO = ("usual_case_management", "coordinated_program")
SMALL = Size(people=60, weeks=60, seed=5, threads=2)
NAMES = ("coordinator_hour", "coordinated_hazard_ratio", "trial", "utility_work")


@pytest.fixture(scope="module")
def parameters():
    return read_parameters()


@pytest.fixture(scope="module")
def found(parameters):
    return one_way(parameters, TWO, run=SMALL, names=NAMES)


def society(found, horizon="12 months"):
    rows = found[(found["perspective"] == "society") & (found["horizon"] == horizon)]
    return rows.set_index("parameter")


def gain(parameters, strategies=TWO):
    """Society's gain in 12 months in a base case."""
    run = simulate(parameters.base_case(), strategies, people=60, weeks=60, seed=5, threads=1)
    cost = costs(run["money"].isel(draw=0, subgroup=0).sel(year=1)).sel(perspective="society") / 60.0
    return float(cost[0] - cost[1])


def test_ends_are_those_of_the_model_with_the_value_put_in_place(parameters, found):
    row = society(found).loc["coordinator_hour"]
    assert row["gain"] == pytest.approx(gain(parameters), abs=1e-6)
    low, high = parameters["coordinator_hour"].quantile(np.array([0.025, 0.975]))
    assert (row["low"], row["high"]) == (low, high)
    for value, end in ((low, "gain_low"), (high, "gain_high")):
        assert row[end] == pytest.approx(gain(parameters.overlay({"coordinator_hour": float(value)})), abs=1e-6)
    assert row["swing"] == row["gain_high"] - row["gain_low"] < 0.0


def test_the_base_case_is_at_values_and_not_at_medians(parameters, found):
    medians = varied(parameters, [dict.fromkeys(NAMES, 0.5)])
    ran = run_plan(parameters, medians, TWO, SMALL)["cost"].sel(perspective="society").to_numpy()[0, 0]
    assert abs(society(found)["gain"].iloc[0] - (ran[0] - ran[1])) > 1.0


def test_the_block_goes_to_the_rows_at_those_shares_of_its_table(parameters, found):
    row = society(found).loc["trial"]
    assert np.isnan([row["low"], row["high"]]).all()
    block = parameters.blocks["trial"]
    for share, end in ((0.025, "gain_low"), (0.975, "gain_high")):
        place = int(share * len(block.draws))
        there = parameters.overlay(dict(zip(block.columns, map(float, block.draws[place]), strict=True)))
        assert row[end] == pytest.approx(gain(there), abs=1e-6)


def test_what_moves_nothing_has_no_swing_and_no_error(found):
    row = society(found).loc["utility_work"]
    assert (row["swing"], row["error"], row["changes"]) == (0.0, 0.0, False)


def test_the_error_is_that_of_the_persons_own_differences(parameters, found):
    row = society(found).loc["coordinator_hour"]
    ends = varied(parameters, [{"coordinator_hour": tail} for tail in (0.025, 0.975)])
    low, high = benefit_by_person(ends, TWO, SMALL)[:, 0, -1, 1]
    assert row["error"] == pytest.approx(np.std(high - low, ddof=1) / np.sqrt(60))
    assert 0.0 < 10.0 * row["error"] < np.hypot(np.std(high, ddof=1), np.std(low, ddof=1)) / np.sqrt(60)


@pytest.mark.slow
def test_the_error_is_the_spread_over_other_luck(parameters):
    runs = [
        society(one_way(parameters, TWO, run=Size(200, 52, seed), names=NAMES[1:2])).iloc[0] for seed in range(1, 41)
    ]
    spread = np.std([row["swing"] for row in runs], ddof=1)
    assert spread == pytest.approx(np.mean([row["error"] for row in runs]), rel=4.0 / np.sqrt(2.0 * 39))


def test_the_best_strategy_is_told_at_both_ends(found):
    row = society(found).loc["coordinated_hazard_ratio"]
    assert row["swing"] > 0.0
    assert (row["best_low"], row["best_high"]) == TWO
    assert row["changes"]
    same = found["best"].eq(found["best_low"]) & found["best"].eq(found["best_high"])
    assert found["changes"].eq(~same).all()


def test_threads_never_show(parameters, found):
    again = one_way(parameters, TWO, run=Size(60, 60, 5, threads=1), names=NAMES)
    pd.testing.assert_frame_equal(found, again, check_exact=True)


def test_rows_are_for_all_that_bears_on_the_strategies(parameters):
    table = one_way(parameters, STRATEGIES[:2], run=Size(4, 8, 1, 1))
    assert tuple(table["parameter"].unique()) == bearing(parameters, STRATEGIES[:2])
    assert set(table["horizon"]) == {"12 months"}
    assert len(table) == len(bearing(parameters, STRATEGIES[:2])) * 5


def test_by_swing_orders_by_the_greatest_of_any_strategy():
    columns = ["parameter", "horizon", "perspective", "swing"]
    rows = [("a", 3.0), ("b", -5.0), ("c", 1.0), ("a", -4.0), ("b", 0.0), ("c", 6.0)]
    table = pd.DataFrame([(name, "12 months", "society", swing) for name, swing in rows], columns=columns)
    assert by_swing(table, horizon="12 months", perspective="society") == ["c", "b", "a"]


def test_one_strategy_or_an_unknown_parameter_is_refused(parameters):
    with pytest.raises(InputError, match="at least two"):
        one_way(parameters, TWO[:1], run=SMALL)
    with pytest.raises(InputError, match="coordinator_hour"):
        one_way(parameters, TWO, run=SMALL, names=["coordinator_hours"])
    with pytest.raises(InputError, match="name each once"):
        one_way(parameters, TWO, run=SMALL, names=["coordinator_hour"] * 2)

"""Sobol' indices against closed forms: linear models, the Ishigami function, groups; and of the model itself."""

import numpy as np
import pytest

from hecon.evaluation.sobol import analyse, salib_seed, sobol_indices, sobol_of_strategies, sobol_plan
from hecon.evaluation.what_if import Size
from hecon.inputs.errors import InputError
from hecon.inputs.parameters import read_parameters

NAMES = ("a", "b", "c")
# Of the published closed form for a = 7, b = 0.1 (Saltelli et al., Global Sensitivity Analysis: The Primer, 2008).
ISHIGAMI = {"first": (0.3139, 0.4424, 0.0), "total": (0.5576, 0.4424, 0.2437)}


def linear(weights):
    """A weighted sum of the coordinates, whose indices are the weights' squares over their sum."""
    return lambda points: points @ np.asarray(weights, np.float64)


def ishigami(points):
    x = np.pi * (2.0 * points - 1.0)
    return np.sin(x[:, 0]) + 7.0 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])


def within(found, order, truth):
    """Each index is within twice the half-width of its own interval of the truth."""
    half = (found[f"{order}_high"] - found[order]).to_numpy()
    apart = np.abs(found[order].to_numpy() - np.asarray(truth))
    return bool((apart <= 2.0 * half + 1e-9).all())


def test_a_linear_model_s_indices_are_squared_weights():
    truth = np.array([9.0, 4.0, 1.0]) / 14.0
    found = sobol_indices(linear([3.0, 2.0, 1.0]), NAMES, size=1024, seed=3).isel(output=0)
    assert within(found, "first", truth)
    assert within(found, "total", truth)
    np.testing.assert_allclose(found["total"], truth, atol=0.02)
    assert bool(found["enough"])


def test_the_ishigami_function():
    found = sobol_indices(ishigami, NAMES, size=1024, seed=3).isel(output=0)
    for order, truth in ISHIGAMI.items():
        assert within(found, order, truth)
        np.testing.assert_allclose(found[order], truth, atol=0.06)


def test_intervals_are_narrower_with_more_points_and_few_points_are_not_enough():
    few, many = (sobol_indices(ishigami, NAMES, size=size, seed=3).isel(output=0) for size in (16, 1024))
    width = [float((one["total_high"] - one["total_low"]).max()) for one in (few, many)]
    assert width[0] > 3.0 * width[1]
    assert not bool(few["enough"])


def test_a_group_has_the_index_of_all_that_its_members_do_together():
    def model(points):
        return points[:, 0] * points[:, 1] + points[:, 2]

    # Var(ab) = 1/9 - 1/16 = 7/144 and Var(c) = 1/12.
    truth = np.array([7.0, 12.0]) / 19.0
    found = sobol_indices(model, NAMES, groups={"a": "both", "b": "both"}, size=1024, seed=3).isel(output=0)
    assert found["parameter"].to_numpy().tolist() == ["both", "c"]
    for order in ("first", "total"):
        assert within(found, order, truth)
        np.testing.assert_allclose(found[order], truth, atol=0.04)


def test_groups_keep_their_own_indices_whatever_their_order():
    found = sobol_indices(linear([0.0, 3.0, 0.0]), NAMES, groups={"a": "z", "c": "z"}, size=256, seed=3).isel(output=0)
    assert found["parameter"].to_numpy().tolist() == ["z", "b"]
    np.testing.assert_allclose(found["total"], [0.0, 1.0], atol=0.05)


def test_a_plan_has_one_column_swapped_a_group():
    plan = sobol_plan(NAMES, groups={"a": "both", "c": "both"}, size=4, seed=3)
    assert plan.points.shape == (4 * 4, 3)
    first, both, second, last = plan.points[:4]
    assert both.tolist() == [last[0], first[1], last[2]]
    assert second.tolist() == [first[0], last[1], first[2]]


def test_many_outputs_are_those_of_each_and_a_constant_one_has_none():
    plan = sobol_plan(NAMES, size=64, seed=3)
    one = ishigami(plan.points)
    both = analyse(plan, np.stack([one, np.full(len(one), 7.0)], axis=1))
    alone = analyse(plan, one)
    np.testing.assert_array_equal(both["total"].isel(output=0), alone["total"].isel(output=0))
    assert np.isnan(both["first"].isel(output=1)).all()
    assert not bool(both["enough"].isel(output=1))


def test_an_output_is_not_constant_because_it_is_small():
    found = sobol_indices(lambda points: 1e-9 * linear([3.0, 2.0, 1.0])(points), NAMES, size=64, seed=3)
    assert np.isfinite(found["total"]).all()


@pytest.mark.parametrize("seed", [0, 3])
def test_a_seed_says_everything_zero_too(seed):
    found = [sobol_indices(ishigami, NAMES, size=16, seed=seed) for _ in range(2)]
    assert found[0].equals(found[1])
    assert not found[0].equals(sobol_indices(ishigami, NAMES, size=16, seed=seed + 1))


def test_the_library_never_sees_a_seed_that_it_reads_as_none():
    assert all(salib_seed(seed) > 0 for seed in (0, 2**32 - 3, 2**32 - 2, 2**63 - 1))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"size": 500}, "power of two"),
        ({"size": 1}, "power of two"),
        ({"groups": {"d": "z"}}, "does not move"),
        ({"groups": dict.fromkeys(NAMES, "all")}, "at least two"),
    ],
)
def test_plans_that_make_no_sense_are_refused(options, words):
    with pytest.raises(InputError, match=words):
        sobol_plan(NAMES, **options)


def test_of_the_model_a_price_does_nothing_to_who_buys_none_of_it():
    parameters = read_parameters()
    strategies = ("usual_case_management", "early_follow_up", "coordinated_program")
    names = ("trial", "coordinated_hazard_ratio", "coordinator_hour")
    found = sobol_of_strategies(parameters, strategies, names, run=Size(40, 52, 4, 1), size=16)
    society = found[(found["perspective"] == "society") & (found["what"] == "gain")]
    total = society.set_index(["strategy", "parameter"])["total"]
    assert len(society) == 6
    assert total["early_follow_up", "coordinator_hour"] == total["early_follow_up", "coordinated_hazard_ratio"] == 0.0
    assert total["early_follow_up", "trial"] > 0.5
    assert (
        total["coordinated_program", "coordinated_hazard_ratio"]
        > total["coordinated_program", "coordinator_hour"]
        > 0.0
    )
    assert set(found["what"]) == {"gain", "best"}

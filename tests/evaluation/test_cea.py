"""Net benefit, acceptability and loss against closed forms, hand-worked cases and laws."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm
from small_problems import labelled

from hecon.evaluation.cea import (
    benefit_cost_ratio,
    ceac,
    ceaf,
    expected,
    expected_incremental_benefit,
    expected_loss,
    incremental,
    interval,
    monte_carlo_error,
    net_monetary_benefit,
    probability_best,
    return_per_krone,
)
from hecon.evaluation.plane import ellipse, quadrant_shares
from hecon.inputs.errors import InputError

# --- Closed forms -----------------------------------------------------------------------------


def test_ceac_of_a_normal_problem():
    mean_effect, sd_effect, mean_cost, sd_cost = 0.05, 0.04, 2000.0, 1500.0
    draws = 200_000
    # A regular grid of each, shuffled against each other: its marginals are exact.
    rng = np.random.default_rng(20)
    quantiles = (np.arange(draws) + 0.5) / draws
    effect = mean_effect + sd_effect * norm.ppf(rng.permutation(quantiles))
    cost = mean_cost + sd_cost * norm.ppf(rng.permutation(quantiles))
    wtp = np.array([0.0, 20_000, 40_000, 100_000])
    curve = ceac(
        labelled(np.column_stack([np.zeros(draws), cost])),
        labelled(np.column_stack([np.zeros(draws), effect])),
        wtp,
    )
    exact = norm.cdf((wtp * mean_effect - mean_cost) / np.hypot(wtp * sd_effect, sd_cost))
    error = np.sqrt(exact * (1 - exact) / draws)
    np.testing.assert_array_less(np.abs(curve.sel(strategy="B") - exact), 4 * error)
    assert curve.dims == ("wtp", "strategy")


def test_acceptability_and_loss_of_a_normal_decision_problem():
    """Effect N(1, 1) and cost N(0, 2) against nothing: the net benefit at a value k is N(k, sqrt(k^2 + 4)).

    E max(0, X) of a normal X is mu Phi(mu / s) + s phi(mu / s).
    """
    draws = 100_000
    rng = np.random.default_rng(31)
    effect, cost = rng.normal(1.0, 1.0, draws), rng.normal(0.0, 2.0, draws)
    none = np.zeros(draws)
    cost, effect = labelled(np.column_stack([none, cost])), labelled(np.column_stack([none, effect]))
    k = np.array([0.0, 1, 2, 3])
    s = np.hypot(k, 2.0)
    won = k * norm.cdf(k / s) + s * norm.pdf(k / s)
    lost = won - k
    error = np.hypot(k, 2.0) / np.sqrt(draws)  # no loss varies more than the benefit does

    curve = ceac(cost, effect, k).sel(strategy="B")
    chance = norm.cdf(k / s)
    np.testing.assert_array_less(abs(curve - chance), 4 * np.sqrt(chance * (1 - chance) / draws))
    loss = expected_loss(cost, effect, k)
    np.testing.assert_array_less(abs(loss.sel(strategy="A") - won), 4 * error)
    np.testing.assert_array_less(abs(loss.sel(strategy="B") - lost), 4 * error)
    gain = expected_incremental_benefit(cost, effect, k, "A")
    np.testing.assert_array_less(abs(gain.sel(strategy="B") - k), 4 * error)
    # At k = 0 the two are equal in expectation: chance 1/2, and either loses 2 phi(0).
    assert lost[0] == won[0] == pytest.approx(2 / np.sqrt(2 * np.pi))
    assert lost[1:] == pytest.approx([0.479811, 0.399282, 0.409463], abs=1e-6)
    best_of_all = ceaf(cost, effect, k[1:])
    assert set(best_of_all["optimal"].to_numpy()) == {"B"}
    np.testing.assert_array_equal(best_of_all["probability"], curve[1:])


def test_expected_loss_by_hand():
    # In the first draw B is best by 3, in the second A by 1.
    loss = expected_loss(labelled([[4, 1], [2, 3]]), labelled([[0, 0], [0, 0]]), 7.0)
    np.testing.assert_array_equal(loss, [1.5, 0.5])
    assert loss.dims == ("strategy",)


def test_expected_incremental_benefit_by_hand():
    cost, effect = labelled([[0, 10, 4], [0, 30, 8]]), labelled([[1, 2, 1], [1, 4, 0]])
    gain = expected_incremental_benefit(cost, effect, [0, 10], "A")
    np.testing.assert_array_equal(gain, [[0, -20, -6], [0, 0, -11]])
    np.testing.assert_array_equal(
        gain, expected_incremental_benefit(cost.mean("draw"), effect.mean("draw"), [0, 10], "A")
    )


def test_ceaf_follows_the_highest_expected_benefit_not_the_highest_probability():
    # B wins small in two draws of three, A wins large in the third.
    cost = labelled([[1, 0], [1, 0], [0, 9]])
    frontier = ceaf(cost, xr.zeros_like(cost), [0.0, 5.0])
    assert list(frontier["optimal"].to_numpy()) == ["A", "A"]
    np.testing.assert_array_equal(frontier["probability"], [1 / 3, 1 / 3])


def test_ceaf_at_one_threshold():
    cost, effect = labelled([[0, 5], [0, 7]]), labelled([[0, 1], [0, 1]])
    frontier = ceaf(cost, effect, 6.5)
    assert frontier["optimal"].item() == "B"
    assert frontier["probability"].item() == 0.5


def test_net_monetary_benefit_by_hand():
    benefit = net_monetary_benefit(labelled([1, 2]), labelled([3, 5]), [0, 10])
    assert benefit.dims == ("wtp", "strategy")
    np.testing.assert_array_equal(benefit, [[-1, -2], [29, 48]])
    np.testing.assert_array_equal(benefit["wtp"], [0, 10])
    single = net_monetary_benefit(labelled([1, 2]), labelled([3, 5]), 10)
    assert single.dims == ("strategy",)
    np.testing.assert_array_equal(single, [29, 48])


def test_probability_best_is_of_the_lowest_cost():
    share = probability_best(labelled([[1, 2, 3], [3, 2, 1], [2, 3, 1], [0, 0, 0]]))
    np.testing.assert_array_equal(share, [0.5, 0, 0.5])  # the tie goes to A


def test_ties_go_to_the_first_strategy():
    cost = labelled([[1, 1, 1]] * 5)
    curve = ceac(cost, cost, [0.0, 1.0, 7.0])
    np.testing.assert_array_equal(curve, [[1, 0, 0]] * 3)


def test_a_tie_that_rounding_hides_goes_to_the_first_too():
    # Neither 0.3 * 3 and 0.9 nor 0.1 + 0.2 and 0.3 are the same in binary: B costs what it is worth in every draw.
    cost, effect = labelled([[0.0, 0.9]] * 4), labelled([[0, 3]] * 4)
    assert 0.3 * 3 != 0.9
    np.testing.assert_array_equal(ceac(cost, effect, 0.3), [1, 0])
    flipped = [part.isel(strategy=[1, 0]) for part in (cost, effect)]
    np.testing.assert_array_equal(ceac(*flipped, 0.3), [1, 0])
    assert ceaf(cost, effect, 0.3)["optimal"].item() == "A"
    assert ceaf(*flipped, 0.3)["optimal"].item() == "B"
    np.testing.assert_array_equal(probability_best(labelled([[0.1 + 0.2, 0.3, 0.3 + 1e-9]])), [1, 0, 0])
    np.testing.assert_array_equal(probability_best(labelled([[0.3 + 1e-9, 0.1 + 0.2, 0.3]])), [0, 1, 0])


def test_a_third_strategy_s_size_makes_no_tie_between_two_others():
    cost, effect = labelled([[180.0, 100.0, 1e15]] * 4), labelled([[0.0, 0.0, 1.0]] * 4)
    for wtp in (0.0, 3000.0):
        np.testing.assert_array_equal(ceac(cost, effect, wtp), [0, 1, 0])
        assert ceaf(cost, effect, wtp)["optimal"].item() == "B"
    np.testing.assert_array_equal(probability_best(cost), [0, 1, 0])
    huge = labelled([[0.0, 0.0, -1e15]] * 4)
    np.testing.assert_array_equal(ceac(cost, huge, 3000.0), [0, 1, 0])


def test_large_amounts_that_differ_are_no_tie():
    cost = labelled([[1e9 + 0.001, 1e9, 1e9 + 0.001]] * 30)
    effect = labelled([[1.0, 1.0, 1.0]] * 30)
    np.testing.assert_array_equal(ceac(cost, effect, [0.0, 5.0]), [[0, 1, 0]] * 2)
    assert list(ceaf(cost, effect, [0.0, 5.0])["optimal"].to_numpy()) == ["B", "B"]
    np.testing.assert_array_equal(probability_best(cost), [0, 1, 0])


def test_what_fifteen_digits_leave_between_two_is_a_tie():
    cost = labelled([[1.00000000000001, 1.0], [1.23456789012346, 1.23456789012345]])
    np.testing.assert_array_equal(probability_best(cost), [1, 0])


def test_the_order_of_draws_changes_no_bit_of_an_expected_value():
    rng = np.random.default_rng(5)
    draws = rng.normal(1.0, 1e6, 3000)
    columns = np.column_stack([draws, *(rng.permutation(draws) for _ in range(5))])
    values = labelled(columns)
    assert len(set(values.mean("draw").to_numpy())) > 1
    assert set(expected(values).to_numpy()) == {math.fsum(draws) / 3000}
    last = labelled(columns[:, ::-1])
    for wtp in (0.0, 0.3):
        assert ceaf(values, last, wtp)["optimal"].item() == "A"
    assert expected(values.isel(draw=0, drop=True)).identical(values.isel(draw=0, drop=True))


PLACES = {"perspective": ["payer", "society"], "subgroup": ["young", "middle", "old"]}
OF_A_PLACE = {
    "net benefit": lambda cost, effect: net_monetary_benefit(cost, effect, [0.0, 2.0, 7.0]),
    "net benefit at one": lambda cost, effect: net_monetary_benefit(cost, effect, 2.0),
    "acceptability": lambda cost, effect: ceac(cost, effect, [0.0, 2.0, 7.0]),
    "chosen": lambda cost, effect: ceaf(cost, effect, [0.0, 2.0, 7.0])["optimal"],
    "its probability": lambda cost, effect: ceaf(cost, effect, [0.0, 2.0, 7.0])["probability"],
    "incremental benefit": lambda cost, effect: expected_incremental_benefit(cost, effect, [0.0, 2.0, 7.0], "B"),
    "loss": lambda cost, effect: expected_loss(cost, effect, [0.0, 2.0, 7.0]),
    "quadrants": lambda cost, effect: quadrant_shares(cost, effect, "B"),
    "ellipse": lambda cost, effect: ellipse(cost, effect, "B"),
    "interval": lambda cost, effect: interval(cost * effect)[1],
    "error": lambda cost, effect: monte_carlo_error(cost * effect),
}


@pytest.mark.parametrize("of", OF_A_PLACE.values(), ids=OF_A_PLACE)
def test_further_dimensions_are_carried_through_everywhere(of):
    rng = np.random.default_rng(11)
    names = {"draw": np.arange(40), "strategy": ["A", "B", "C"]}
    cost = xr.DataArray(
        rng.normal(size=(2, 40, 3, 3)),
        coords={
            "perspective": PLACES["perspective"],
            "draw": names["draw"],
            "subgroup": PLACES["subgroup"],
            "strategy": names["strategy"],
        },
    )
    effect = xr.DataArray(
        rng.normal(size=(40, 3, 3)),
        coords={"draw": names["draw"], "strategy": names["strategy"], "subgroup": PLACES["subgroup"]},
    )
    whole = of(cost, effect)  # the effect has no perspective
    for perspective in PLACES["perspective"]:
        for subgroup in PLACES["subgroup"]:
            place = {"perspective": perspective, "subgroup": subgroup}
            alone = of(cost.sel(place, drop=True), effect.sel(subgroup=subgroup, drop=True))
            found = whole.sel(place, drop=True)
            assert found.dims == alone.dims
            if found.dtype.kind == "f":
                np.testing.assert_allclose(found, alone, rtol=1e-12, atol=1e-13)
            else:
                np.testing.assert_array_equal(found, alone)


def test_a_cost_by_perspective_by_hand():
    cost = labelled([[0, 1], [0, 3]])
    both = xr.concat([cost, -cost], pd.Index(["payer", "society"], name="perspective"))
    share = probability_best(both)
    np.testing.assert_array_equal(share.sel(perspective="payer"), [1, 0])
    np.testing.assert_array_equal(share.sel(perspective="society"), [0, 1])
    curve = ceac(both, cost, [0.0, 2.0])  # the effect has no perspective
    assert curve.dims == ("wtp", "perspective", "strategy")
    np.testing.assert_array_equal(curve.sel(perspective="payer", wtp=2.0), [0, 1])
    assert list(ceaf(both, cost, [0.0])["optimal"].sel(wtp=0.0).to_numpy()) == ["A", "B"]


def test_interval_holds_the_central_share():
    values = xr.DataArray(np.arange(1001.0), dims="draw")
    assert [end.item() for end in interval(values)] == pytest.approx([25, 975])
    assert [end.item() for end in interval(values, level=0.5)] == pytest.approx([250, 750])


def test_monte_carlo_error_by_hand():
    values = xr.DataArray([[1.0, 2, 3, 4], [5, 5, 5, 5]], dims=("strategy", "draw"))
    np.testing.assert_allclose(monte_carlo_error(values), [np.sqrt(5 / 3) / 2, 0])


# --- Ratios that may be printed ---------------------------------------------------------------


def test_benefit_cost_ratio_and_return_by_hand():
    # Delivery costs 100 more than usual care and the net cost falls by 50: each krone brings 1.5.
    delivery, net = labelled([20, 120, 20, 10]), labelled([1000, 950, 700, 2000])
    ratio = benefit_cost_ratio(delivery, net, "A")
    np.testing.assert_array_equal(ratio, [np.nan, 1.5, np.nan, np.nan])
    np.testing.assert_array_equal(return_per_krone(delivery, net, "A"), ratio - 1)


def test_ratio_of_means_unless_by_draw():
    delivery, net = labelled([[0, 1], [0, 3]]), labelled([[0, 0], [0, -9]])
    assert benefit_cost_ratio(delivery, net, "A").sel(strategy="B") == 13 / 4
    by_draw = benefit_cost_ratio(delivery, net, "A", by_draw=True).sel(strategy="B")
    np.testing.assert_array_equal(by_draw, [1, 4])


def test_return_is_minus_the_net_cost_per_krone_spent():
    delivery, net = labelled([0, 40]), labelled([0, 30])
    assert return_per_krone(delivery, net, "A").sel(strategy="B") == pytest.approx(-30 / 40)


# --- Laws -------------------------------------------------------------------------------------

small = st.integers(min_value=0, max_value=12)
draws_of_three = st.lists(st.tuples(small, small, small), min_size=1, max_size=20)


@given(draws_of_three, draws_of_three)
@settings(max_examples=20)
def test_acceptability_sums_to_one(costs, effects):
    draws = min(len(costs), len(effects))
    curve = ceac(labelled(costs[:draws]), labelled(effects[:draws]), [0.0, 0.5, 3.0])
    np.testing.assert_allclose(curve.sum("strategy"), 1, rtol=1e-12)


@given(draws_of_three, draws_of_three)
@settings(max_examples=20)
def test_acceptability_at_a_huge_value_is_the_chance_of_the_largest_effect(costs, effects):
    draws = min(len(costs), len(effects))
    effect = np.add(effects[:draws], [0, 0.25, 0.5])  # no ties
    curve = ceac(labelled(costs[:draws]), labelled(effect), 1e9)
    best = effect.argmax(axis=1)
    np.testing.assert_allclose(curve, [(best == strategy).mean() for strategy in range(3)], rtol=1e-12)


@given(draws_of_three, draws_of_three)
@settings(max_examples=20)
def test_acceptability_does_not_depend_on_order_without_ties(costs, effects):
    draws = min(len(costs), len(effects))
    # An irrational threshold and shifts that no two strategies share: no ties.
    cost = labelled(costs[:draws]) + labelled([0, 0.1234, 0.2718])
    effect = labelled(effects[:draws])
    order = ["C", "A", "B"]
    shuffled = ceac(cost.sel(strategy=order), effect.sel(strategy=order), [np.pi / 3])
    xr.testing.assert_identical(shuffled.sel(strategy=["A", "B", "C"]), ceac(cost, effect, [np.pi / 3]))


@given(draws_of_three, draws_of_three)
@settings(max_examples=20)
def test_the_frontier_of_acceptability_is_the_curve_of_the_strategy_chosen(costs, effects):
    draws = min(len(costs), len(effects))
    cost, effect, wtp = labelled(costs[:draws]), labelled(effects[:draws]), [0.0, 0.5, 3.0, 40.0]
    curve, chosen = ceac(cost, effect, wtp), ceaf(cost, effect, wtp)
    expected = net_monetary_benefit(cost, effect, wtp).mean("draw")
    for value in wtp:
        name = chosen["optimal"].sel(wtp=value).item()
        assert chosen["probability"].sel(wtp=value) == curve.sel(wtp=value, strategy=name)
        assert expected.sel(wtp=value, strategy=name) == pytest.approx(expected.sel(wtp=value).max().item())


@given(draws_of_three, draws_of_three)
@settings(max_examples=20)
def test_the_least_expected_loss_is_the_value_of_perfect_information(costs, effects):
    draws = min(len(costs), len(effects))
    cost, effect, wtp = labelled(costs[:draws]), labelled(effects[:draws]), [0.0, 0.5, 3.0]
    benefit = net_monetary_benefit(cost, effect, wtp)
    loss = expected_loss(cost, effect, wtp)
    assert (loss >= 0).all()
    information = benefit.max("strategy").mean("draw") - benefit.mean("draw").max("strategy")
    np.testing.assert_allclose(loss.min("strategy"), information, rtol=1e-12, atol=1e-12)
    # Differences in loss are differences in expected benefit, the other way round.
    np.testing.assert_allclose(
        incremental(loss, "A"), -expected_incremental_benefit(cost, effect, wtp, "A"), rtol=1e-12, atol=1e-12
    )
    # Whoever never loses is best in every draw, and the other way round where there are no ties.
    assert (loss.where(ceac(cost, effect, wtp) == 1, 0) == 0).all()


@given(draws_of_three, draws_of_three, st.permutations(list("ABC")))
@settings(max_examples=20)
def test_order_of_strategies_changes_nothing_but_ties(costs, effects, order):
    draws = min(len(costs), len(effects))
    cost, effect, wtp = labelled(costs[:draws]), labelled(effects[:draws]), [0.0, np.pi / 3, 3.0]
    again = [part.sel(strategy=order) for part in (cost, effect)]
    for of in (net_monetary_benefit, expected_loss):
        np.testing.assert_allclose(of(*again, wtp).sel(strategy=list("ABC")), of(cost, effect, wtp), atol=1e-12)
    gain = expected_incremental_benefit(*again, wtp, "B").sel(strategy=list("ABC"))
    np.testing.assert_allclose(gain, expected_incremental_benefit(cost, effect, wtp, "B"), atol=1e-12)
    means = np.sort(net_monetary_benefit(cost, effect, wtp).mean("draw"), axis=-1)
    clear = means[:, -1] - means[:, -2] > 1e-9
    chosen = [ceaf(*parts, wtp)["optimal"].to_numpy()[clear] for parts in (again, (cost, effect))]
    np.testing.assert_array_equal(*chosen)


@given(draws_of_three, draws_of_three, st.floats(1e-6, 1e6), st.floats(1e-6, 1e6))
@settings(max_examples=20)
def test_units_of_money_and_effect_scale_losses_and_leave_choices(costs, effects, money, unit):
    draws = min(len(costs), len(effects))
    cost, effect, wtp = labelled(costs[:draws]), labelled(effects[:draws]), np.array([0.0, 0.5, 3.0])
    scaled = (cost * money, effect * unit, wtp * money / unit)
    np.testing.assert_array_equal(ceac(*scaled), ceac(cost, effect, wtp))
    np.testing.assert_array_equal(ceaf(*scaled)["optimal"], ceaf(cost, effect, wtp)["optimal"])
    np.testing.assert_allclose(
        expected_loss(*scaled), expected_loss(cost, effect, wtp) * money, rtol=1e-9, atol=1e-12 * money
    )


@given(draws_of_three, draws_of_three, st.floats(0, 1e6))
@settings(max_examples=20)
def test_swapping_comparators_flips_signs(costs, effects, wtp):
    draws = min(len(costs), len(effects))
    benefit = net_monetary_benefit(labelled(costs[:draws]), labelled(effects[:draws]), wtp)
    forth = incremental(benefit, "A").sel(strategy="B", drop=True)
    back = incremental(benefit, "B").sel(strategy="A", drop=True)
    np.testing.assert_array_equal(forth, -back)
    np.testing.assert_array_equal(incremental(benefit, "A").sel(strategy="A"), 0)


# --- The edge ---------------------------------------------------------------------------------

two = labelled([[0.0, 1.0], [0.0, 2.0]])


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: ceac(two.mean("draw"), two, 1.0), "cost: has no dimension draw"),
        (lambda: ceac(two.isel(draw=[0]), two, 1.0), "coordinates differ"),
        (lambda: ceac(two, two.isel(strategy=[1, 0]), 1.0), "coordinates differ"),
        (lambda: expected_loss(two.where(two < 2), two, 1.0), "cost: 1 of 4 values are not finite"),
        (lambda: expected_loss(two.mean("draw"), two, 1.0), "cost: has no dimension draw"),
        (lambda: expected_incremental_benefit(two, two, 1.0, "usual"), "comparator: no strategy is named 'usual'"),
        (lambda: probability_best(two.isel(strategy=[0])), "needs at least two"),
        (lambda: probability_best(two.isel(strategy=[0, 0])), "share a name"),
        (lambda: probability_best(two.drop_vars("strategy")), "have no names"),
        (lambda: probability_best(two.isel(draw=[])), "is empty along draw"),
        (lambda: probability_best(two > 1), "holds bool, not numbers"),
        (lambda: net_monetary_benefit(two, two, -1.0), "wtp: -1.0"),
        (lambda: net_monetary_benefit(two, two, [np.nan]), "wtp"),
        (lambda: net_monetary_benefit(two, two, []), "wtp"),
        (lambda: net_monetary_benefit(two, two, np.zeros((2, 2))), "wtp"),
        (lambda: incremental(two, "usual"), "no strategy is named 'usual'; there are A, B"),
        (lambda: benefit_cost_ratio(two, two.isel(draw=[0]), "A"), "delivery and net_cost"),
        (lambda: interval(two, level=95), "level: 95"),
        (lambda: interval(two, dim="person"), "values: has no dimension person"),
        (lambda: monte_carlo_error(two.isel(draw=[0])), "at least two along 'draw'"),
    ],
)
@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")
def test_what_is_refused_and_how(call, says):
    with pytest.raises(InputError, match=r"^[^\n]+$") as error:
        call()
    assert says in str(error.value)

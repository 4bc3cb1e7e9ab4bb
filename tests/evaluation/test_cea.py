"""Decision analysis against other people's tables, closed forms and laws."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.stats import norm

from hecon.evaluation.cea import (
    benefit_cost_ratio,
    ceac,
    ceaf,
    icer_table,
    incremental,
    interval,
    monte_carlo_error,
    net_monetary_benefit,
    probability_best,
    return_per_krone,
)
from hecon.inputs.errors import InputError

SHORT = {"frontier": "F", "extendedly dominated": "E", "dominated": "D"}


def _labelled(values, names="ABCDEFGHIJ"):
    """An array by strategy, or by draw and strategy."""
    values = np.asarray(values, dtype=np.float64)
    coords = {"strategy": list(names[: values.shape[-1]])}
    if values.ndim == 1:
        return xr.DataArray(values, coords=coords)
    return xr.DataArray(values, coords={"draw": np.arange(1, len(values) + 1), **coords})


def _table(costs, effects, names="ABCDEFGHIJ"):
    return icer_table(_labelled(costs, names), _labelled(effects, names))


def _outline(table):
    """Strategy and status of each row, in order."""
    return " ".join(f"{row.strategy}:{SHORT[row.status]}" for row in table.itertuples(index=False))


# --- Tables other people printed -------------------------------------------------------------
#
# The numbers are inputs and answers of published problems:
#   HERC: Health Economics Resource Center, US Department of Veterans Affairs, "Cost-effectiveness
#     analysis", worked example of dominance.
#   Paltiel AD, Walensky RP, Schackman BR, et al. Expanded HIV screening in the United States:
#     effect on clinical outcomes, HIV transmission, and costs. Ann Intern Med 2006;145:797-806,
#     table 4: high-risk population, quality-adjusted life-months.
#   The other ones: answers that the R packages dampack (DARTH-git/dampack: its own test of
#     calculate_icers, its issue 37, its C. difficile example after Rajasingham R, Enns EA,
#     Khoruts A, Vaughn BP. Clin Infect Dis 2020;70:754-762) and heemod (heemod issue 182, test of
#     the efficiency frontier) give on these inputs.

PUBLISHED = {
    "HERC": (
        ["E", "D", "C", "B", "A", "UC"],
        [55000, 35000, 25000, 10000, 12000, 5000],
        [5, 4, 3, 2, 1.5, 1],
        "UC:F B:F D:F E:F C:E A:D",
        [5000, 12500, 20000],
    ),
    "test and treat": (
        ["None", "All", "Test"],
        [163771, 164848.7, 163765.1],
        [6.48273, 6.52861, 6.52861],
        "Test:F None:D All:D",
        [],
    ),
    "HIV screening": (
        ["status quo", "once", "5 years", "3 years", "annual"],
        [26000, 27000, 28020, 28440, 29440],
        [277.25 / 12, 277.57 / 12, 277.78 / 12, 277.83 / 12, 277.76 / 12],
        "status quo:F once:F 5 years:F 3 years:F annual:D",
        [37500, 58285.71428572, 100800],
    ),
    "all dominated": (
        ["None", "All", "Test"],
        [10, 15, 5],
        [1, 2, 3],
        "Test:F None:D All:D",
        [],
    ),
    "from zero": (
        ["Status quo", "None", "All", "Test"],
        [0, 10, 15, 5],
        [0, 1, 2, 3],
        "Status quo:F Test:F None:D All:D",
        [5 / 3],
    ),
    "C. difficile": (
        ["s3", "s27", "s33", "s31", "s43", "s44", "s13", "s39", "s20", "s37", "s4"],
        [
            57336.0059896538,
            57541.2526373815,
            57642.2587507842,
            57934.0743411241,
            58072.1137208494,
            58665.7823044647,
            58018.6252420203,
            57814.6470919581,
            58634.2026441398,
            58081.7947984323,
            57887.481549326,
        ],
        [
            12.9399639202408,
            13.0140640696275,
            13.0389116321918,
            13.0966257932217,
            13.11285766912,
            13.1283328397025,
            13.0650412387992,
            13.0462790163185,
            13.1100568867995,
            13.1029711156978,
            12.9970657153765,
        ],
        "s3:F s27:F s33:F s31:F s43:F s44:F s39:E s4:D s13:D s37:D s20:D",
        [2769.85470915263, 4065.03105249231, 5056.2216470406, 8504.2160616553, 38362.6519947134],
    ),
}


@pytest.mark.parametrize("problem", PUBLISHED)
def test_icer_table_of_published_problems(problem):
    names, costs, effects, outline, icers = PUBLISHED[problem]
    table = _table(costs, effects, names)
    assert _outline(table) == outline
    np.testing.assert_allclose(table["icer"].to_numpy()[1 : len(icers) + 1], icers, rtol=1e-7)
    assert table["icer"].notna().sum() == len(icers)


@pytest.mark.parametrize(
    ("costs", "effects", "frontier"),
    [
        (
            [14807, 26041, 49706, 64266, 40022, 57392, 91744, 54651],
            [9.635, 10.2497, 11.1654, 11.5152, 11.582, 11.6248, 11.6296, 11.6588],
            "AEH",
        ),
        ([26041, 14807, 49706, 64266, 40022], [9.13, 9.635, 11.1654, 11.5152, 11.582], "BE"),
        (
            [25000, 35000, 50000, 54651, 64266, 91744],
            [10.2497, 11.1654, 11.3, 11.6588, 11.7, 12.1],
            "ABDF",
        ),
        (
            [26041, 49706, 64266, 57392, 91744, 54651],
            [10.2497, 11.1654, 11.5152, 11.6248, 11.6296, 11.6296],
            "AF",
        ),
        ([26041, 42000, 54651, 60000, 76000], [10.2497, 11.1654, 11.6296, 11.7, 11.8], "ABCDE"),
        (
            [25000, 35000, 50000, 54651, 58500, 64266, 91744],
            [10.2497, 10.2497, 11.3, 11.6588, 11.6588, 11.7, 12.1],
            "ADG",
        ),
    ],
)
def test_efficiency_frontier_of_heemod_issue_182(costs, effects, frontier):
    table = _table(costs, effects)
    assert "".join(table.loc[table["status"] == "frontier", "strategy"]) == frontier


# --- Dominance, ties and words ----------------------------------------------------------------


def test_words_say_who_dominates():
    words = _table([5, 10, 12, 25, 35, 55], [1, 2, 1.5, 3, 4, 5]).set_index("strategy")["words"]
    assert words["A"] == "costs least"
    assert words["B"] == "gives more than A, at 5 per unit of effect"
    assert words["C"] == "costs more and gives less than B"
    assert words["D"] == "a mix of B and E gives more for the same money"
    assert words["E"] == "gives more than B, at 12.5 per unit of effect"


def test_words_round_large_ratios_to_whole_money():
    assert _table([0, 37500.4], [0, 1])["words"][1].endswith("at 37,500 per unit of effect")


def test_identical_strategies_keep_the_first_on_the_frontier():
    table = _table([1, 3, 3, 1], [1, 2, 2, 1])
    assert _outline(table) == "A:F B:F D:D C:D"
    assert list(table["words"][2:]) == ["the same as A", "the same as B"]


def test_equal_effect_at_higher_cost_is_dominated():
    table = _table([1, 2], [5, 5])
    assert _outline(table) == "A:F B:D"
    assert table["words"][0] == "gives the most for the least cost"
    assert table["words"][1] == "costs more and gives the same as A"


def test_less_effect_at_equal_cost_is_dominated():
    table = _table([1, 1], [4, 5])
    assert _outline(table) == "B:F A:D"
    assert table["words"][1] == "costs the same and gives less than B"


def test_one_strategy_can_put_several_before_it_above_the_line():
    # A, B and C alone are a frontier (4, then 6 per unit); D makes both steps poor ones.
    assert _outline(_table([0, 4, 10, 11], [0, 1, 2, 10])) == "A:F D:F B:E C:E"


def test_dominated_only_by_one_that_is_itself_extendedly_dominated():
    table = _table([0, 10, 6, 7], [0, 10, 3, 2])
    assert _outline(table) == "A:F B:F C:E D:D"
    assert table["words"][3] == "costs more and gives less than C"


def test_strategy_exactly_on_the_line_stays_on_the_frontier():
    table = _table([0, 0.1, 0.3], [0, 1, 3])  # 0.3 - 0.1 is not 0.2 in binary
    assert _outline(table) == "A:F B:F C:F"
    np.testing.assert_allclose(table["icer"][1:], 0.1, rtol=1e-15)


@pytest.mark.parametrize(("above", "status"), [(1e-11, "F"), (1e-7, "E")])
def test_line_is_judged_to_a_relative_tolerance(above, status):
    assert f"B:{status}" in _outline(_table([0, 100 * (1 + above), 200], [0, 1, 2]))


def test_cost_saving_strategy_leaves_no_negative_icer():
    table = _table([10, -4], [1, 3])
    assert _outline(table) == "B:F A:D"
    assert table["icer"].isna().all()


def test_expected_values_not_the_mean_of_ratios():
    cost = _labelled([[0, 10], [0, 30]])
    effect = _labelled([[0, 1], [0, 9]])
    assert icer_table(cost, effect)["icer"][1] == 4.0


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
        _labelled(np.column_stack([np.zeros(draws), cost])),
        _labelled(np.column_stack([np.zeros(draws), effect])),
        wtp,
    )
    exact = norm.cdf((wtp * mean_effect - mean_cost) / np.hypot(wtp * sd_effect, sd_cost))
    error = np.sqrt(exact * (1 - exact) / draws)
    np.testing.assert_array_less(np.abs(curve.sel(strategy="B") - exact), 4 * error)
    assert curve.dims == ("wtp", "strategy")


def test_ceaf_follows_the_highest_expected_benefit_not_the_highest_probability():
    # B wins small in two draws of three, A wins large in the third.
    cost = _labelled([[1, 0], [1, 0], [0, 9]])
    frontier = ceaf(cost, xr.zeros_like(cost), [0.0, 5.0])
    assert list(frontier["optimal"].to_numpy()) == ["A", "A"]
    np.testing.assert_array_equal(frontier["probability"], [1 / 3, 1 / 3])


def test_ceaf_at_one_threshold():
    cost, effect = _labelled([[0, 5], [0, 7]]), _labelled([[0, 1], [0, 1]])
    frontier = ceaf(cost, effect, 6.5)
    assert frontier["optimal"].item() == "B"
    assert frontier["probability"].item() == 0.5


def test_net_monetary_benefit_by_hand():
    benefit = net_monetary_benefit(_labelled([1, 2]), _labelled([3, 5]), [0, 10])
    assert benefit.dims == ("wtp", "strategy")
    np.testing.assert_array_equal(benefit, [[-1, -2], [29, 48]])
    np.testing.assert_array_equal(benefit["wtp"], [0, 10])
    single = net_monetary_benefit(_labelled([1, 2]), _labelled([3, 5]), 10)
    assert single.dims == ("strategy",)
    np.testing.assert_array_equal(single, [29, 48])


def test_probability_best_is_of_the_lowest_cost():
    share = probability_best(_labelled([[1, 2, 3], [3, 2, 1], [2, 3, 1], [0, 0, 0]]))
    np.testing.assert_array_equal(share, [0.5, 0, 0.5])  # the tie goes to A


def test_ties_go_to_the_first_strategy():
    cost = _labelled([[1, 1, 1]] * 5)
    curve = ceac(cost, cost, [0.0, 1.0, 7.0])
    np.testing.assert_array_equal(curve, [[1, 0, 0]] * 3)


def test_further_dimensions_are_carried_through():
    cost = _labelled([[0, 1], [0, 3]])
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
    delivery, net = _labelled([20, 120, 20, 10]), _labelled([1000, 950, 700, 2000])
    ratio = benefit_cost_ratio(delivery, net, "A")
    np.testing.assert_array_equal(ratio, [np.nan, 1.5, np.nan, np.nan])
    np.testing.assert_array_equal(return_per_krone(delivery, net, "A"), ratio - 1)


def test_ratio_of_means_unless_by_draw():
    delivery, net = _labelled([[0, 1], [0, 3]]), _labelled([[0, 0], [0, -9]])
    assert benefit_cost_ratio(delivery, net, "A").sel(strategy="B") == 13 / 4
    by_draw = benefit_cost_ratio(delivery, net, "A", by_draw=True).sel(strategy="B")
    np.testing.assert_array_equal(by_draw, [1, 4])


def test_return_is_minus_the_net_cost_per_krone_spent():
    delivery, net = _labelled([0, 40]), _labelled([0, 30])
    assert return_per_krone(delivery, net, "A").sel(strategy="B") == pytest.approx(-30 / 40)


# --- Laws -------------------------------------------------------------------------------------

small = st.integers(min_value=0, max_value=12)
problems = st.lists(st.tuples(small, small), min_size=2, max_size=7)
draws_of_three = st.lists(st.tuples(small, small, small), min_size=1, max_size=20)


@given(problems)
def test_on_the_frontier_exactly_where_some_threshold_makes_it_best(points):
    table = _table(*zip(*points, strict=True)).set_index("strategy")
    # Exact arithmetic: where two strategies cross, between crossings, and beyond them.
    crossings = sorted(
        {Fraction(c - a, e - b) for a, b in points for c, e in points if e != b and Fraction(c - a, e - b) > 0}
    )
    edges = [Fraction(0), *crossings, (crossings or [Fraction(0)])[-1] + 2]
    thresholds = crossings + [(low + high) / 2 for low, high in pairwise(edges)]
    for i, point in enumerate(points):
        best = any(
            wtp * point[1] - point[0] == max(wtp * effect - cost for cost, effect in points) for wtp in thresholds
        )
        first = point not in points[:i]
        assert (table["status"]["ABCDEFGHIJ"[i]] == "frontier") == (best and first)


@given(problems)
def test_ratios_are_positive_and_never_fall(points):
    table = _table(*zip(*points, strict=True))
    ratios = table["icer"].dropna().to_numpy()
    assert (ratios > 0).all()
    assert (np.diff(ratios) >= -1e-9 * ratios[1:]).all()
    assert sorted(table["strategy"]) == list("ABCDEFGHIJ"[: len(points)])


@given(problems, st.randoms(use_true_random=False))
def test_order_of_strategies_matters_only_for_ties(points, random):
    assume(len(set(points)) == len(points))
    shuffled = random.sample(range(len(points)), len(points))
    names = "ABCDEFGHIJ"[: len(points)]
    table = _table(*zip(*points, strict=True))
    again = _table(*zip(*(points[i] for i in shuffled), strict=True), "".join(names[i] for i in shuffled))
    pd.testing.assert_frame_equal(table, again)


@given(draws_of_three, draws_of_three)
def test_acceptability_sums_to_one(costs, effects):
    draws = min(len(costs), len(effects))
    curve = ceac(_labelled(costs[:draws]), _labelled(effects[:draws]), [0.0, 0.5, 3.0])
    np.testing.assert_allclose(curve.sum("strategy"), 1, rtol=1e-12)


@given(draws_of_three, draws_of_three)
def test_acceptability_at_a_huge_value_is_the_chance_of_the_largest_effect(costs, effects):
    draws = min(len(costs), len(effects))
    effect = np.add(effects[:draws], [0, 0.25, 0.5])  # no ties
    curve = ceac(_labelled(costs[:draws]), _labelled(effect), 1e9)
    best = effect.argmax(axis=1)
    np.testing.assert_allclose(curve, [(best == strategy).mean() for strategy in range(3)], rtol=1e-12)


@given(draws_of_three, draws_of_three)
def test_acceptability_does_not_depend_on_order_without_ties(costs, effects):
    draws = min(len(costs), len(effects))
    # An irrational threshold and shifts that no two strategies share: no ties.
    cost = _labelled(costs[:draws]) + _labelled([0, 0.1234, 0.2718])
    effect = _labelled(effects[:draws])
    order = ["C", "A", "B"]
    shuffled = ceac(cost.sel(strategy=order), effect.sel(strategy=order), [np.pi / 3])
    xr.testing.assert_identical(shuffled.sel(strategy=["A", "B", "C"]), ceac(cost, effect, [np.pi / 3]))


@given(draws_of_three, draws_of_three, st.floats(0, 1e6))
def test_swapping_comparators_flips_signs(costs, effects, wtp):
    draws = min(len(costs), len(effects))
    benefit = net_monetary_benefit(_labelled(costs[:draws]), _labelled(effects[:draws]), wtp)
    forth = incremental(benefit, "A").sel(strategy="B", drop=True)
    back = incremental(benefit, "B").sel(strategy="A", drop=True)
    np.testing.assert_array_equal(forth, -back)
    np.testing.assert_array_equal(incremental(benefit, "A").sel(strategy="A"), 0)


@given(problems, st.floats(0.5, 1e5))
def test_incremental_benefit_is_positive_where_wtp_exceeds_the_icer(points, wtp):
    table = _table(*zip(*points, strict=True))
    frontier = table[table["status"] == "frontier"]
    for before, after in pairwise(frontier.itertuples()):
        assume(not np.isclose(wtp, after.icer))
        gain = wtp * (after.effect - before.effect) - (after.cost - before.cost)
        assert (gain > 0) == (wtp > after.icer)


# --- The edge ---------------------------------------------------------------------------------

two = _labelled([[0.0, 1.0], [0.0, 2.0]])


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: ceac(two.mean("draw"), two, 1.0), "cost: has no dimension draw"),
        (lambda: icer_table(two, two.isel(strategy=0)), "effect: has no dimension strategy"),
        (lambda: ceac(two.isel(draw=[0]), two, 1.0), "coordinates differ"),
        (lambda: ceac(two, two.isel(strategy=[1, 0]), 1.0), "coordinates differ"),
        (lambda: icer_table(two.where(two < 2), two), "cost: 1 of 4 values are not finite"),
        (lambda: icer_table(two, two + np.inf), "effect: 4 of 4 values are not finite"),
        (lambda: icer_table(two, two / two), "effect: 2 of 4 values are not finite"),
        (lambda: probability_best(two.isel(strategy=[0])), "needs at least two"),
        (lambda: probability_best(two.isel(strategy=[0, 0])), "share a name"),
        (lambda: probability_best(two.drop_vars("strategy")), "have no names"),
        (lambda: probability_best(two.isel(draw=[])), "is empty along draw"),
        (lambda: probability_best(two > 1), "holds bool, not numbers"),
        (lambda: icer_table(two.expand_dims(perspective=["x"]), two), "perspective"),
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

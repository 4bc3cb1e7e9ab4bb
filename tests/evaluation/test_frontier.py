"""The efficiency frontier against other people's tables, exact arithmetic and laws."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from small_problems import NAMES, chosen_alone, labelled, outline, table_of

from hecon.evaluation.cea import expected
from hecon.evaluation.frontier import icer_table, pairwise
from hecon.inputs.errors import InputError

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
    names, costs, effects, printed, icers = PUBLISHED[problem]
    table = table_of(costs, effects, names)
    assert outline(table) == printed
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
    table = table_of(costs, effects)
    assert "".join(table.loc[table["status"] == "frontier", "strategy"]) == frontier


# --- Dominance, ties and words ----------------------------------------------------------------


def test_words_say_who_dominates():
    words = table_of([5, 10, 12, 25, 35, 55], [1, 2, 1.5, 3, 4, 5]).set_index("strategy")["words"]
    assert words["A"] == "costs least"
    assert words["B"] == "gives more than A, at 5 per unit of effect"
    assert words["C"] == "costs more and gives less than B"
    assert words["D"] == "a mix of B and E gives more for the same money"
    assert words["E"] == "gives more than B, at 12.5 per unit of effect"


def test_words_round_large_ratios_to_whole_money():
    assert table_of([0, 37500.4], [0, 1])["words"][1].endswith("at 37,500 per unit of effect")


def test_identical_strategies_keep_the_first_on_the_frontier():
    table = table_of([1, 3, 3, 1], [1, 2, 2, 1])
    assert outline(table) == "A:F B:F D:D C:D"
    assert list(table["words"][2:]) == ["the same as A", "the same as B"]


def test_equal_effect_at_higher_cost_is_dominated():
    table = table_of([1, 2], [5, 5])
    assert outline(table) == "A:F B:D"
    assert table["words"][0] == "gives the most for the least cost"
    assert table["words"][1] == "costs more and gives the same as A"


def test_less_effect_at_equal_cost_is_dominated():
    table = table_of([1, 1], [4, 5])
    assert outline(table) == "B:F A:D"
    assert table["words"][1] == "costs the same and gives less than B"


def test_one_strategy_can_put_several_before_it_above_the_line():
    # A, B and C alone are a frontier (4, then 6 per unit); D makes both steps poor ones.
    assert outline(table_of([0, 4, 10, 11], [0, 1, 2, 10])) == "A:F D:F B:E C:E"


def test_dominated_only_by_one_that_is_itself_extendedly_dominated():
    table = table_of([0, 10, 6, 7], [0, 10, 3, 2])
    assert outline(table) == "A:F B:F C:E D:D"
    assert table["words"][3] == "costs more and gives less than C"


def test_a_strategy_exactly_on_the_line_is_chosen_alone_by_nobody():
    table = table_of([0, 0.1, 0.3], [0, 1, 3])  # 0.3 - 0.1 is not 0.2 in binary
    assert outline(table) == "A:F C:F B:E"
    assert list(table["words"])[1:] == [
        "gives more than A, at 0.1 per unit of effect",
        "a mix of A and C gives as much for the same money",
    ]
    np.testing.assert_allclose(table["icer"][1], 0.1, rtol=1e-15)


def test_of_many_on_one_line_only_the_ends_are_on_the_frontier():
    rows = np.random.default_rng(3).permutation(9)
    table = table_of(0.7 + 0.1 * rows, 3.0 + 0.3 * rows)
    ends = [NAMES[list(rows).index(end)] for end in (0, 8)]
    assert list(table.loc[table["status"] == "frontier", "strategy"]) == ends
    assert set(table["status"][2:]) == {"extendedly dominated"}
    assert set(table["words"][2:]) == {f"a mix of {ends[0]} and {ends[1]} gives as much for the same money"}


@pytest.mark.parametrize(
    ("above", "status"), [(-1e-11, "E"), (0, "E"), (1e-11, "E"), (1e-7, "E"), (-1e-7, "F"), (-1e-8, "F")]
)
def test_line_is_judged_to_a_relative_tolerance(above, status):
    table = table_of([0, 100 * (1 + above), 200], [0, 1, 2])
    assert f"B:{status}" in outline(table)
    if status == "E":
        assert table["words"][2].endswith(f"gives {'more' if above == 1e-7 else 'as much'} for the same money")


def test_rounding_of_a_mean_over_draws_makes_no_difference_between_strategies():
    rng = np.random.default_rng(8)
    cost, effect = rng.normal(1e5, 1e4, 1000), rng.normal(20.0, 3.0, 1000)
    again = [rng.permutation(1000) for _ in range(6)]
    bits = 1 + 2.0**-51 * rng.permutation(6)
    costs = labelled(np.column_stack([cost, *(cost[o] * bit for o, bit in zip(again, bits, strict=True)), cost + 1]))
    effects = labelled(np.column_stack([effect, *(effect[order] for order in again), effect + 1]))
    assert len(set(expected(costs).to_numpy())) > 3  # the last bits differ
    assert len(set(expected(effects).to_numpy())) == 2  # those of effects only where sums are rounded
    assert len(set(effects.mean("draw").to_numpy())) > 2
    table = icer_table(costs, effects)
    assert outline(table) == "A:F H:F B:D C:D D:D E:D F:D G:D"
    assert set(table["words"][2:]) == {"the same as A"}
    increments = pairwise(costs, effects, "A").set_index("strategy")
    assert list(increments["words"]) == ["the same"] * 6 + ["more for more"]
    assert (increments.loc["B":"G", ["incremental_cost", "incremental_effect"]] == 0).all(axis=None)


def test_two_large_amounts_that_differ_are_two_whatever_a_third_is():
    table = table_of([1e9 + 0.001, 1e9, 1e15], [1.0, 0.0, 1.5])
    assert outline(table) == "B:F A:F C:F"
    assert table["icer"][1] == pytest.approx(0.001, rel=1e-3)
    increments = pairwise(labelled([1e9, 1e9 + 0.001, 1e15]), labelled([0.0, 1.0, 1.5]), "A")
    assert list(increments["words"]) == ["more for more"] * 2


def test_cost_saving_strategy_leaves_no_negative_icer():
    table = table_of([10, -4], [1, 3])
    assert outline(table) == "B:F A:D"
    assert table["icer"].isna().all()


def test_expected_values_not_the_mean_of_ratios():
    cost = labelled([[0, 10], [0, 30]])
    effect = labelled([[0, 1], [0, 9]])
    assert icer_table(cost, effect)["icer"][1] == 4.0


# --- Against one comparator -------------------------------------------------------------------


def test_increments_against_one_comparator_by_hand():
    cost, effect = labelled([100, 150, 80, 120, 60, 100, 100]), labelled([10, 12, 11, 9, 8, 10, 7])
    table = pairwise(cost, effect, "A")
    assert list(table["strategy"]) == list("BCDEFG")
    assert set(table["comparator"]) == {"A"}
    np.testing.assert_array_equal(table["incremental_cost"], [50, -20, 20, -40, 0, 0])
    np.testing.assert_array_equal(table["incremental_effect"], [2, 1, -1, -2, 0, -3])
    np.testing.assert_array_equal(table["icer"], [25, -20, -20, 20, np.nan, 0])
    assert list(table["words"]) == [
        "more for more",
        "dominates",
        "dominated",
        "less for less",
        "the same",
        "dominated",
    ]


def test_one_difference_alone_decides_who_dominates():
    cost, effect = labelled([5, 4, 6, 5, 5]), labelled([2, 2, 2, 3, 1])
    assert list(pairwise(cost, effect, "A")["words"]) == ["dominates", "dominated", "dominates", "dominated"]


# --- Laws -------------------------------------------------------------------------------------

small = st.integers(min_value=0, max_value=12)
problems = st.lists(st.tuples(small, small), min_size=2, max_size=7)
steps = st.tuples(st.integers(1, 4), st.integers(1, 4))


def _on_frontier(table):
    """Positions in the order given."""
    return {NAMES.index(name) for name in table.loc[table["status"] == "frontier", "strategy"]}


@given(problems)
def test_on_the_frontier_exactly_where_some_threshold_chooses_it_alone(points):
    different = list(dict.fromkeys(points))  # the first of those that are the same stands for all
    alone = {points.index(different[i]) for i in chosen_alone(different)}
    assert _on_frontier(table_of(*zip(*points, strict=True))) == alone


@given(st.lists(steps, min_size=2, max_size=9), st.integers(0, 50))
def test_the_same_where_strategies_rise_together_and_many_are_on_a_line(rises, start):
    points = [(start + sum(cost for cost, _ in rises[:i]), sum(up for _, up in rises[:i])) for i in range(len(rises))]
    assert _on_frontier(table_of(*zip(*points, strict=True))) == chosen_alone(points)


@pytest.mark.parametrize("seed", range(3))
def test_a_hundred_random_strategies(seed):
    """Whole numbers, half of them on a convex curve (some on lines, some of one cost), the others above it."""
    rng = np.random.default_rng(seed)
    effect = rng.permutation(1000)[:100]
    cost = effect**2 // 200 + np.where(np.arange(100) < 50, 0, rng.integers(1, 3000, 100))
    points = np.column_stack([cost, effect])
    names = [str(i) for i in range(len(points))]
    table = table_of(points[:, 0], points[:, 1], names)
    frontier = table[table["status"] == "frontier"]
    assert set(frontier["strategy"].astype(int)) == chosen_alone([(int(c), int(e)) for c, e in points])
    assert len(frontier) > 10
    assert (np.diff(frontier["icer"][1:]) > 0).all()


@given(problems)
@settings(max_examples=40)
def test_ratios_are_positive_and_rise(points):
    table = table_of(*zip(*points, strict=True))
    ratios = table["icer"].dropna().to_numpy()
    assert (ratios > 0).all()
    assert (np.diff(ratios) > 0).all()
    assert sorted(table["strategy"]) == list(NAMES[: len(points)])


@given(problems, st.randoms(use_true_random=False))
@settings(max_examples=40)
def test_order_of_strategies_matters_only_for_ties(points, random):
    assume(len(set(points)) == len(points))
    shuffled = random.sample(range(len(points)), len(points))
    table = table_of(*zip(*points, strict=True))
    again = table_of(*zip(*(points[i] for i in shuffled), strict=True), "".join(NAMES[i] for i in shuffled))
    pd.testing.assert_frame_equal(table, again)


@given(problems, st.floats(1e-9, 1e9), st.floats(1e-9, 1e9), st.floats(-1e4, 1e4))
@settings(max_examples=40)
def test_units_and_a_cost_that_all_share_change_nobody_s_status(points, money, unit, shared):
    costs, effects = np.array(points, dtype=np.float64).T
    table = table_of(costs, effects)
    again = table_of((costs + shared) * money, effects * unit)
    assert outline(table) == outline(again)
    # To the rounding of the shared cost.
    np.testing.assert_allclose(again["icer"] * unit / money, table["icer"], rtol=1e-10)


@given(problems, st.floats(0.5, 1e5))
@settings(max_examples=40)
def test_incremental_benefit_is_positive_where_wtp_exceeds_the_icer(points, wtp):
    table = table_of(*zip(*points, strict=True))
    frontier = table[table["status"] == "frontier"]
    for before, after in itertools.pairwise(frontier.itertuples()):
        assume(not np.isclose(wtp, after.icer))
        gain = wtp * (after.effect - before.effect) - (after.cost - before.cost)
        assert (gain > 0) == (wtp > after.icer)


@given(problems)
@settings(max_examples=40)
def test_neighbours_on_the_frontier_have_the_ratio_of_their_pair(points):
    table = table_of(*zip(*points, strict=True))
    cost, effect = (labelled(values) for values in zip(*points, strict=True))
    frontier = table[table["status"] == "frontier"]
    for before, after in itertools.pairwise(frontier.itertuples()):
        pair = pairwise(cost, effect, before.strategy).set_index("strategy").loc[after.strategy]
        assert pair["icer"] == after.icer
        assert pair["words"] == "more for more"


@given(problems)
@settings(max_examples=40)
def test_swapping_strategies_swaps_who_dominates(points):
    cost, effect = (labelled(values) for values in zip(*points, strict=True))
    swapped = {
        "dominates": "dominated",
        "dominated": "dominates",
        "more for more": "less for less",
        "less for less": "more for more",
        "the same": "the same",
    }
    forth = pairwise(cost, effect, "A").set_index("strategy").loc["B"]
    back = pairwise(cost, effect, "B").set_index("strategy").loc["A"]
    assert back["words"] == swapped[forth["words"]]
    assert (back["icer"] == forth["icer"]) or (np.isnan(back["icer"]) and np.isnan(forth["icer"]))


# --- The edge ---------------------------------------------------------------------------------

two = labelled([[0.0, 1.0], [0.0, 2.0]])


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: icer_table(two, two.isel(strategy=0)), "effect: has no dimension strategy"),
        (lambda: icer_table(two.where(two < 2), two), "cost: 1 of 4 values are not finite"),
        (lambda: icer_table(two, two + np.inf), "effect: 4 of 4 values are not finite"),
        (lambda: icer_table(two, two / two), "effect: 2 of 4 values are not finite"),
        (lambda: icer_table(two.expand_dims(perspective=["x"]), two), "cost: has the further dimensions perspective"),
        (lambda: pairwise(two, two.expand_dims(subgroup=["x"]), "A"), "effect: has the further dimensions subgroup"),
        (lambda: pairwise(two, two, "usual"), "comparator: no strategy is named 'usual'; there are A, B"),
        (lambda: pairwise(two, two.isel(strategy=[1, 0]), "A"), "coordinates differ"),
    ],
)
@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")
def test_what_is_refused_and_how(call, says):
    with pytest.raises(InputError, match=r"^[^\n]+$") as error:
        call()
    assert says in str(error.value)

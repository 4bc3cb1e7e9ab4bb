"""The best use of scarce hours: the knapsack by hand, laws of the shadow price, and luck scored elsewhere."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hecon.evaluation.capacity import allocate, capacity_table
from hecon.inputs.errors import InputError

GAIN, HOURS = np.array([[60.0], [100.0], [-5.0], [20.0]]), np.array([[2.0], [10.0], [1.0], [4.0]])
"""Per hour 30, 10, a loss, and 5."""


@pytest.mark.parametrize(
    ("capacity", "share", "gain", "price"),
    [
        (0.0, [0.0, 0.0, 0.0, 0.0], 0.0, 30.0),
        (1.0, [0.5, 0.0, 0.0, 0.0], 30.0, 30.0),
        (7.0, [1.0, 0.5, 0.0, 0.0], 110.0, 10.0),
        (12.0, [1.0, 1.0, 0.0, 0.0], 160.0, 5.0),  # just enough for two: another hour goes to the fourth
        (14.0, [1.0, 1.0, 0.0, 0.5], 170.0, 5.0),
        (16.0, [1.0, 1.0, 0.0, 1.0], 180.0, 0.0),
        (50.0, [1.0, 1.0, 0.0, 1.0], 180.0, 0.0),
    ],
)
def test_one_action_is_the_fractional_knapsack(capacity, share, gain, price):
    best = allocate(GAIN, HOURS, capacity)
    assert best.share[:, 0] == pytest.approx(share, abs=1e-9)
    assert (best.gain, best.shadow_price) == pytest.approx((gain, price), abs=1e-6)
    assert best.hours <= capacity + 1e-9


def test_two_actions_by_hand():
    # The second action gains 4 more for 3 hours more. With 5 hours both groups get the first, and one hour is left.
    gain, hours = np.array([[10.0, 14.0], [10.0, 14.0]]), np.array([[2.0, 5.0], [2.0, 5.0]])
    best = allocate(gain, hours, 5.0)
    assert best.gain == pytest.approx(20.0 + 4.0 / 3.0)
    assert best.shadow_price == pytest.approx(4.0 / 3.0)
    assert best.share.sum(axis=1) == pytest.approx([1.0, 1.0])


def test_where_nothing_gains_hours_are_worth_nothing():
    best = allocate(-np.abs(GAIN), HOURS, 3.0)
    assert (best.gain, best.hours, best.shadow_price) == (0.0, 0.0, 0.0)


problems = st.lists(st.tuples(st.floats(-100.0, 100.0), st.floats(0.1, 10.0)), min_size=1, max_size=6)


@settings(max_examples=15)
@given(problems, st.floats(0.05, 20.0))
def test_more_hours_never_gain_less_and_each_further_one_is_worth_no_more(problem, capacity):
    gain, hours = (np.array(part)[:, None] for part in zip(*problem, strict=True))
    less, more = allocate(gain, hours, capacity), allocate(gain, hours, 1.5 * capacity)
    assert less.gain >= -1e-9
    assert more.gain >= less.gain - 1e-6
    assert more.shadow_price <= less.shadow_price + 1e-6
    assert more.gain - less.gain <= 0.5 * capacity * (less.shadow_price + 1e-6) + 0.01  # concave


@pytest.mark.parametrize("seed", range(8))
def test_where_hours_just_suffice_for_everybody_another_one_is_worth_nothing(seed):
    """Each group may have all of the first action, or later and less of it."""
    rng = np.random.default_rng(seed)
    later = np.cumprod(np.concatenate([np.ones((18, 1)), rng.uniform(0.7, 0.95, size=(18, 3))], axis=1), axis=1)
    hours = rng.uniform(0.1, 0.3, size=(18, 1)) * later
    gain = rng.uniform(1000.0, 9000.0, size=(18, 1)) * later**1.5
    best = allocate(gain, hours, float(hours[:, 0].sum()))
    assert best.share[:, 0] == pytest.approx(1.0, abs=1e-6)
    assert best.shadow_price == pytest.approx(0.0, abs=1e-6)


def noise(draws, groups, seed):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(draws, groups, 1)), np.ones((draws, groups, 1)), np.full(draws, float(groups))


def test_on_pure_noise_the_gain_on_the_other_half_is_none():
    tables = [capacity_table(*noise(40, 8, seed), shares=(0.5,), splits=2) for seed in range(12)]
    honest = np.array([float(table["gain"].iloc[0]) for table in tables])
    assert np.mean([float(table["naive"].iloc[0]) for table in tables]) > 0.03
    assert honest.mean() == pytest.approx(0.0, abs=4.0 * honest.std() / np.sqrt(12))


def test_a_table_without_luck_is_the_knapsack():
    people = np.full(6, 100.0)
    table = capacity_table(
        np.tile(100.0 * GAIN, (6, 1, 1)), np.tile(100.0 * HOURS, (6, 1, 1)), people, shares=(7.0 / 17.0, 1.0)
    )
    assert table["capacity"].tolist() == pytest.approx([7.0, 17.0])
    assert table["used"].tolist() == pytest.approx([7.0, 16.0])
    for name in ("gain", "naive"):
        assert table[name].tolist() == pytest.approx([110.0, 180.0])
    assert table["shadow_price"].tolist() == pytest.approx([10.0, 0.0], abs=1e-6)
    for name in ("error", "shadow_price_error"):
        assert table[name].tolist() == pytest.approx([0.0, 0.0], abs=1e-6)


@pytest.mark.parametrize(
    ("gain", "hours", "capacity", "message"),
    [
        (GAIN, HOURS[:3], 1.0, "shapes"),
        (GAIN * np.nan, HOURS, 1.0, "give finite"),
        (GAIN, HOURS, -1.0, "capacity: -1.0"),
        (GAIN, HOURS, np.nan, "capacity: nan"),
    ],
)
def test_what_makes_no_problem_is_refused(gain, hours, capacity, message):
    with pytest.raises(InputError, match=message):
        allocate(gain, hours, capacity)


def test_too_few_draws_are_refused():
    with pytest.raises(InputError, match="draws: 3 cannot be halved"):
        capacity_table(*noise(3, 2, 1))

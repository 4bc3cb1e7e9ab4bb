"""Net benefit by the weight on a second effect: by hand, against mixtures' closed forms, and its laws."""

import math

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq
from scipy.stats import norm

from hecon.evaluation.weights import flipping_weight, weight_table
from hecon.inputs.errors import InputError

NAMES = ("usual", "talks", "team")


def gains(values, names=NAMES):
    """Gains by draw and strategy; the comparator's, which are 0, come first."""
    values = np.asarray(values, float)
    table = np.column_stack([np.zeros(len(values)), values])
    return xr.DataArray(
        table, coords={"draw": np.arange(1, len(values) + 1), "strategy": list(names[: table.shape[1]])}
    )


def row(table, strategy, weight):
    """One row of a table, by name."""
    return table[(table["strategy"] == strategy) & (table["weight"] == weight)].iloc[0]


# By hand: talks gain -3, -1 or 1, 5; the team gains 0.5 in every draw.

WITHOUT, WITH = gains([[-3.0, 0.5], [-1.0, 0.5]]), gains([[1.0, 0.5], [5.0, 0.5]])


@pytest.mark.parametrize(
    ("weight", "gain", "error", "worth", "best", "chosen"),
    [
        # Mixed draws are -3, -1; then -2, 0.5; then 0.2, 3.8. The error is half the distance of two draws.
        (0.0, -2.0, 1.0, 0.0, 0.0, "team"),
        (0.25, -0.75, 1.25, 0.25, 0.25, "team"),
        (0.8, 2.0, 1.8, 0.8, 0.8, "talks"),
        (1.0, 3.0, 2.0, 1.0, 1.0, "talks"),
    ],
)
def test_a_table_by_hand(weight, gain, error, worth, best, chosen):
    table = weight_table(WITHOUT, WITH, [weight])
    talks, team, usual = (row(table, name, weight) for name in ("talks", "team", "usual"))
    assert talks[["gain", "error", "worth", "best"]].tolist() == pytest.approx([gain, error, worth, best], abs=1e-12)
    assert team[["gain", "error", "worth", "low", "high"]].tolist() == pytest.approx([0.5, 0.0, 1.0, 0.5, 0.5])
    assert team["best"] == pytest.approx(1.0 - best)
    assert usual[["gain", "error", "worth", "best"]].tolist() == [0.0, 0.0, 0.0, 0.0]
    assert table.loc[table["chosen"], "strategy"].tolist() == [chosen]


def test_the_flips_by_hand():
    # Talks gain -2 + 5 p: as much as usual care at 0.4, as the team at 0.5. Mixed draws there differ by 3 and by 2.8.
    usual, team = (flipping_weight(WITHOUT, WITH, "talks", against) for against in ("usual", "team"))
    assert usual.weight == pytest.approx(0.4)
    assert usual.error == pytest.approx((0.6 * 2.0 + 0.4 * 4.0) / 2.0 / 5.0)
    assert team.weight == pytest.approx(0.5)
    assert team.error == pytest.approx((0.5 * 2.0 + 0.5 * 4.0) / 2.0 / 5.0)


def test_a_decision_that_no_weight_flips():
    assert flipping_weight(WITH, WITH, "talks", "usual") is None  # no slope
    assert flipping_weight(WITHOUT, WITH, "team", "usual") is None
    assert flipping_weight(gains([[-3.0], [-1.0]]), gains([[-1.5], [-0.1]]), "talks", "usual") is None
    assert flipping_weight(gains([[3.0], [1.0]]), gains([[1.5], [0.1]]), "talks", "usual") is None


def test_a_decision_that_flips_at_the_very_end():
    tied = gains([[-1.0], [1.0]])
    assert flipping_weight(tied, gains([[1.0], [5.0]]), "talks", "usual").weight == 0.0
    assert flipping_weight(gains([[1.0], [5.0]]), tied, "talks", "usual").weight == 1.0


def test_ties_go_to_the_first():
    table = weight_table(gains([[0.0], [0.0]]), gains([[0.0], [0.0]]), [0.5])
    assert table["chosen"].tolist() == [True, False]
    assert table["best"].tolist() == [1.0, 0.0]


# Mixtures


def normal_samples(draws, seed=1):
    """Two normal samples of the same draws, correlated 0.6: means -8 and 4, SDs 3 and 5."""
    normal = np.random.default_rng(seed).multivariate_normal([0.0, 0.0], [[1.0, 0.6], [0.6, 1.0]], size=draws)
    return gains(-8.0 + 3.0 * normal[:, :1]), gains(4.0 + 5.0 * normal[:, 1:])


@pytest.mark.parametrize("weight", [0.0, 0.1, 0.5, 1.0])
def test_the_interval_is_the_mixtures(weight):
    draws = 40_000
    talks = row(weight_table(*normal_samples(draws), [weight]), "talks", weight)

    def below(value):
        return (1.0 - weight) * norm.cdf(value, -8.0, 3.0) + weight * norm.cdf(value, 4.0, 5.0)

    def density(value):
        return (1.0 - weight) * norm.pdf(value, -8.0, 3.0) + weight * norm.pdf(value, 4.0, 5.0)

    for name, q in (("low", 0.025), ("high", 0.975)):
        exact = brentq(lambda value, q=q: below(value) - q, -60.0, 60.0)
        assert talks[name] == pytest.approx(exact, abs=4.0 * math.sqrt(q * (1.0 - q) / draws) / density(exact))
    assert talks["worth"] == pytest.approx(1.0 - below(0.0), abs=4.0 * 0.5 / math.sqrt(draws))
    assert talks["best"] == pytest.approx(talks["worth"])


def test_a_mixture_is_wider_than_its_mean_draws():
    """The interval says that one of the two effects holds, not that something between them does."""
    talks = row(weight_table(*normal_samples(10_000), [0.5]), "talks", 0.5)
    mixed_sd = 100.0 * talks["error"]
    assert talks["high"] - talks["low"] > 1.3 * 3.92 * mixed_sd


def test_the_errors_are_those_of_repeated_runs():
    draws, repeats, weight = 200, 80, 0.3
    found, told = [], []
    for seed in range(repeats):
        pair = normal_samples(draws, seed)
        talks = row(weight_table(*pair, [weight]), "talks", weight)
        flip = flipping_weight(*pair, "talks", "usual")
        found.append((talks["gain"], flip.weight))
        told.append((talks["error"], flip.error))
    rel = 4.0 / math.sqrt(2.0 * repeats)
    np.testing.assert_allclose(np.mean(told, axis=0), np.std(found, axis=0, ddof=1), rtol=rel)
    exact = math.sqrt((0.7 * 3.0) ** 2 + (0.3 * 5.0) ** 2 + 2.0 * 0.6 * 0.7 * 3.0 * 0.3 * 5.0) / math.sqrt(draws)
    assert np.mean(told, axis=0)[0] == pytest.approx(exact, rel=0.02)
    assert np.mean(found, axis=0)[1] == pytest.approx(8.0 / 12.0, abs=4.0 * np.std(found, axis=0)[1] / repeats**0.5)


# Laws

samples = st.lists(st.tuples(*[st.floats(-1e5, 1e5)] * 4), min_size=2, max_size=12)


@settings(max_examples=25)
@given(samples, st.floats(0.0, 1.0))
def test_laws_of_a_table(values, weight):
    first, second = np.array(values)[:, :2], np.array(values)[:, 2:]
    table = weight_table(gains(first), gains(second), [0.0, weight, 1.0])
    at_0, at, at_1 = (table.iloc[3 * i : 3 * i + 3].reset_index(drop=True) for i in range(3))
    np.testing.assert_allclose(at["gain"], (1.0 - weight) * at_0["gain"] + weight * at_1["gain"], atol=1e-6)
    for name in ("worth", "best"):
        np.testing.assert_allclose(at[name], (1.0 - weight) * at_0[name] + weight * at_1[name], atol=1e-12)
        assert at[name].between(0.0, 1.0 + 1e-12).all()
    assert at["best"].sum() == pytest.approx(1.0)
    assert at["chosen"].sum() == 1
    assert (at["low"] >= np.minimum(at_0["low"], at_1["low"])).all()
    assert (at["high"] <= np.maximum(at_0["high"], at_1["high"])).all()


@settings(max_examples=25)
@given(samples)
def test_at_the_flip_the_two_gain_the_same_and_on_either_side_another_is_ahead(values):
    first, second = gains(np.array(values)[:, :2]), gains(np.array(values)[:, 2:])
    flip = flipping_weight(first, second, "talks", "team")
    ahead = [float((sample.sel(strategy="talks") - sample.sel(strategy="team")).mean()) for sample in (first, second)]
    if flip is None:
        assert ahead[0] * ahead[1] > 0.0 or ahead[0] == ahead[1]
    else:
        assert (1.0 - flip.weight) * ahead[0] + flip.weight * ahead[1] == pytest.approx(0.0, abs=1e-6)
        assert ahead[0] * ahead[1] <= 0.0


@settings(max_examples=25)
@given(samples, st.floats(0.0, 1.0))
def test_swapping_the_effects_swaps_the_weights(values, weight):
    first, second = gains(np.array(values)[:, :2]), gains(np.array(values)[:, 2:])
    there, back = weight_table(first, second, [weight]), weight_table(second, first, [1.0 - weight])
    for name in ("gain", "error", "worth", "best"):
        np.testing.assert_allclose(there[name], back[name], rtol=1e-9, atol=1e-6)


def test_the_order_of_dimensions_does_not_matter():
    first = weight_table(WITHOUT, WITH, [0.3])
    assert weight_table(WITHOUT.transpose(), WITH.transpose(), [0.3]).equals(first)


# What is refused


@pytest.mark.parametrize(
    ("first", "second", "message"),
    [
        (WITHOUT, WITH.isel(draw=[0]), "under two draws"),
        (WITHOUT, gains([[1.0, 0.5]] * 3), "draws or strategies differ"),
        (WITHOUT, gains([[1.0], [5.0]]), "draws or strategies differ"),
        (WITHOUT.isel(strategy=[1, 2]), WITH.isel(strategy=[1, 2]), "no strategy gains 0"),
        (WITHOUT.where(WITHOUT > -2.0), WITH, "gain_without: .* not numbers"),
        (WITHOUT.rename(draw="row"), WITH, "gain_without: has the dimensions row, strategy"),
    ],
)
def test_samples_that_do_not_match_are_refused(first, second, message):
    with pytest.raises(InputError, match=message):
        weight_table(first, second, [0.5])
    with pytest.raises(InputError, match=message):
        flipping_weight(first, second, "talks", "team")


@pytest.mark.parametrize("weights", [[], [1.1], [-0.1, 0.5], [math.nan], [[0.5]]])
def test_weights_outside_0_to_1_are_refused(weights):
    with pytest.raises(InputError, match="weights"):
        weight_table(WITHOUT, WITH, weights)


def test_a_strategy_that_is_none_is_refused():
    with pytest.raises(InputError, match="'walks' is none of usual, talks, team"):
        flipping_weight(WITHOUT, WITH, "talks", "walks")

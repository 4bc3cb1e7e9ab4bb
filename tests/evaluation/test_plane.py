"""The plane by hand, and its ellipse against the normal distribution it is of."""

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from small_problems import labelled

from hecon.evaluation.frontier import pairwise
from hecon.evaluation.plane import QUADRANTS, ellipse, quadrant_shares
from hecon.inputs.errors import InputError


def one_draw_each(increments):
    """Cost and effect of a comparator at (50, 7), and of one strategy that differs by the increments, a draw each."""
    more_cost, more_effect = np.transpose(increments).astype(float)
    base = np.ones(len(more_cost))
    return (
        labelled(np.column_stack([50 * base, 50 + more_cost])),
        labelled(np.column_stack([7 * base, 7 + more_effect])),
    )


def normal_sample(covariance, draws, seed):
    rng = np.random.default_rng(seed)
    more = rng.multivariate_normal([0.3, 200.0], covariance, draws)
    cost = labelled(np.column_stack([rng.normal(0, 500, draws)] * 2)) + labelled(
        np.column_stack([0 * more[:, 0], more[:, 1]])
    )
    return cost, labelled(np.column_stack([0 * more[:, 0], more[:, 0]]))


@pytest.mark.parametrize(
    ("increment", "quadrant"),
    [
        ((1, 1), "NE"),
        ((-1, 1), "SE"),
        ((-1, -1), "SW"),
        ((1, -1), "NW"),
        ((0, 1), "SE"),  # more for the same money
        ((-1, 0), "SE"),  # the same for less
        ((1, 0), "NW"),
        ((0, -1), "NW"),
        ((0, 0), "NW"),  # nothing for nothing
    ],
)
def test_quadrants_by_hand(increment, quadrant):
    shares = quadrant_shares(*one_draw_each([increment]), "A")
    assert shares.dims == ("strategy", "quadrant")
    assert shares["strategy"].to_numpy().tolist() == ["B"]
    assert shares.sel(strategy="B", quadrant=quadrant) == 1
    assert shares.sum() == 1


def test_shares_of_quadrants_are_shares_of_draws():
    cost, effect = one_draw_each([(1, 1), (1, 2), (-1, 1), (1, -3), (-2, -2), (0, 5), (0, 0), (3, 0)])
    shares = quadrant_shares(cost, effect, "A").sel(strategy="B")
    np.testing.assert_array_equal(shares.sel(quadrant=["NE", "SE", "SW", "NW"]), [2 / 8, 2 / 8, 1 / 8, 3 / 8])


def test_what_rounding_makes_of_no_difference_lies_on_the_axis():
    cost, effect = labelled([[0.3, 0.1 + 0.2]]), labelled([[1.0, 2.0]])
    assert cost[0, 0] != cost[0, 1]
    assert quadrant_shares(cost, effect, "A").sel(strategy="B", quadrant="SE") == 1


small = st.integers(-2, 2)


@given(st.lists(st.tuples(small, small), min_size=1, max_size=12))
@settings(max_examples=40)
def test_shares_add_to_one_and_are_those_of_pairs_draw_by_draw(increments):
    cost, effect = one_draw_each(increments)
    shares = quadrant_shares(cost, effect, "A").sel(strategy="B")
    assert shares.sum() == pytest.approx(1)
    place = {"more for more": "NE", "dominates": "SE", "less for less": "SW", "dominated": "NW", "the same": "NW"}
    words = [pairwise(cost.isel(draw=[i]), effect.isel(draw=[i]), "A")["words"][0] for i in range(len(increments))]
    found = [place[said] for said in words]
    np.testing.assert_allclose(shares, [found.count(quadrant) / len(found) for quadrant in QUADRANTS])


def test_seen_from_the_other_side_quadrants_change_places():
    rng = np.random.default_rng(2)
    cost, effect = (labelled(rng.normal(size=(500, 3))) for _ in range(2))
    forth = quadrant_shares(cost, effect, "A").sel(strategy="B", quadrant=["NE", "SE", "SW", "NW"])
    back = quadrant_shares(cost, effect, "B").sel(strategy="A", quadrant=["SW", "NW", "NE", "SE"])
    np.testing.assert_array_equal(forth, back)


@pytest.mark.parametrize("level", [0.5, 0.95])
@pytest.mark.parametrize("correlation", [-0.8, 0.0, 0.6])
def test_the_ellipse_holds_its_share_of_a_normal_sample(level, correlation):
    draws = 20_000
    along = correlation * 2.0 * 900.0
    cost, effect = normal_sample([[4.0, along], [along, 810_000.0]], draws, seed=7)
    outline = ellipse(cost, effect, "A", level).sel(strategy="B")
    x, y = (outline.sel(axis=axis).to_numpy() for axis in ("effect", "cost"))
    px, py = ((part.sel(strategy="B") - part.sel(strategy="A")).to_numpy() for part in (effect, cost))
    # A point is inside a convex outline that runs counter-clockwise if it lies left of every side.
    left = [
        (x1 - x0) * (py - y0) - (y1 - y0) * (px - x0) > 0
        for x0, y0, x1, y1 in zip(x[:-1], y[:-1], x[1:], y[1:], strict=True)
    ]
    # The outline has 100 sides, which cut off a little: 1 - sinc(1/50) of the area.
    error = np.sqrt(level * (1 - level) / draws)
    assert np.all(left, axis=0).mean() == pytest.approx(level, abs=4 * error + 0.001)


def test_points_of_the_ellipse_are_at_one_mahalanobis_distance():
    cost, effect = normal_sample([[4.0, 900.0], [900.0, 810_000.0]], 400, seed=8)
    outline = ellipse(cost, effect, "A").sel(strategy="B")
    more = np.column_stack(
        [(part.sel(strategy="B") - part.sel(strategy="A")).to_numpy() for part in (effect, cost)],
    )
    away = outline.to_numpy() - more.mean(axis=0)
    squared = np.einsum("pi,ij,pj->p", away, np.linalg.inv(np.cov(more.T)), away)
    np.testing.assert_allclose(squared, 5.991464547, rtol=1e-9)  # chi-squared with 2 degrees of freedom, 95%
    np.testing.assert_allclose(outline[0], outline[-1], rtol=1e-12)


def test_an_ellipse_without_breadth_is_a_line_and_one_without_spread_a_point():
    draws = np.arange(50.0)
    none = 0 * draws
    cost = labelled(np.column_stack([none, draws, none + 3, 2 * draws]))
    effect = labelled(np.column_stack([none, none, none + 4, draws]))
    outline = ellipse(cost, effect, "A")
    assert np.isfinite(outline).all()
    np.testing.assert_array_equal(outline.sel(strategy="B", axis="effect"), 0)
    half = np.sqrt(5.991464547) * draws.std(ddof=1)
    assert outline.sel(strategy="B", axis="cost").max() == pytest.approx(24.5 + half, rel=1e-3)
    np.testing.assert_array_equal(outline.sel(strategy="C"), [[4, 3]] * outline.sizes["point"])
    on_line = outline.sel(strategy="D")
    np.testing.assert_allclose(on_line.sel(axis="cost"), 2 * on_line.sel(axis="effect"), atol=1e-5)


two = labelled([[0.0, 1.0], [0.0, 2.0]])


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: quadrant_shares(two, two, "C"), "comparator: no strategy is named 'C'; there are A, B"),
        (lambda: quadrant_shares(two.mean("draw"), two, "A"), "cost: has no dimension draw"),
        (lambda: quadrant_shares(two, two.where(two < 2), "A"), "effect: 1 of 4 values are not finite"),
        (lambda: ellipse(two.isel(draw=[0]), two.isel(draw=[0]), "A"), "cost: has one draw"),
        (lambda: ellipse(two, two, "A", 95), "level: 95"),
        (lambda: ellipse(two, two.isel(draw=[0]), "A"), "coordinates differ"),
    ],
)
def test_what_is_refused_and_how(call, says):
    with pytest.raises(InputError, match=r"^[^\n]+$") as error:
        call()
    assert says in str(error.value)


def test_a_dimension_that_only_the_cost_has_is_carried_through():
    rng = np.random.default_rng(4)
    cost, effect = (labelled(rng.normal(size=(30, 3))) for _ in range(2))
    both = xr.concat([cost, -cost], xr.Variable("perspective", ["payer", "society"]))
    assert quadrant_shares(both, effect, "A").dims == ("perspective", "strategy", "quadrant")
    assert ellipse(both, effect, "A").dims == ("perspective", "strategy", "point", "axis")

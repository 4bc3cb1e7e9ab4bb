"""The cost-effectiveness plane: where the draws of each strategy lie, seen from the comparator.

East is more effect than the comparator, north is more cost. A draw on an axis has one difference only, and counts where
that difference is decided: in the south-east if it is to the strategy's advantage (it dominates), in the north-west if
to its disadvantage (it is dominated). A draw in which the two are the same counts in the north-west: nothing for
nothing is no reason to change. "The same" is as in `frontier.pairwise`, to a relative 1.4e-14.

References
----------
Black WC. The CE plane: a graphic representation of cost-effectiveness. Medical Decision Making 1990;10:212-214.

van Hout BA, Al MJ, Gordon GS, Rutten FFH. Costs, effects and C/E-ratios alongside a clinical trial. Health Economics
1994;3:309-319 (ellipses on the plane).
"""

from __future__ import annotations

import numpy as np
import xarray as xr

from hecon.evaluation.cea import TIE
from hecon.evaluation.checks import check, check_comparator
from hecon.inputs.errors import InputError

QUADRANTS = ("NE", "SE", "SW", "NW")
"""More for more, dominates, less for less, dominated."""
POINTS = 101
"""Of an ellipse; the last is the first again."""


def quadrant_shares(cost: xr.DataArray, effect: xr.DataArray, comparator: str) -> xr.DataArray:
    """Share of draws in each quadrant of the plane.

    Parameters
    ----------
    cost, effect
        Arrays with the dimensions ``draw`` and ``strategy``.
    comparator
        Name of the strategy at the origin.

    Returns
    -------
    xr.DataArray
        ``[..., strategy, quadrant]`` of the other strategies, summing to 1 over quadrants.
    """
    more_cost, more_effect = _increments(cost, effect, comparator)
    south_east = (more_cost <= 0) & (more_effect >= 0) & ((more_cost < 0) | (more_effect > 0))
    north_west = (more_cost >= 0) & (more_effect <= 0)
    north_east = (more_cost > 0) & (more_effect > 0)
    south_west = (more_cost < 0) & (more_effect < 0)
    parts = [part.mean("draw") for part in (north_east, south_east, south_west, north_west)]
    shares = xr.concat(parts, "quadrant", join="exact").assign_coords(quadrant=list(QUADRANTS))
    return shares.transpose(..., "strategy", "quadrant").rename("share")


def ellipse(cost: xr.DataArray, effect: xr.DataArray, comparator: str, level: float = 0.95) -> xr.DataArray:
    """Ellipse on the plane that holds a share of the draws, if increments are jointly normal.

    Around the mean increments, along their covariance over draws: the points at which the squared Mahalanobis distance
    is the quantile ``level`` of a chi-squared distribution with two degrees of freedom, -2 log(1 - level). Where the
    increments lie on a line or do not vary, it is a line or a point.

    Parameters
    ----------
    cost, effect
        Arrays with the dimensions ``draw`` and ``strategy``.
    comparator
        Name of the strategy at the origin.
    level
        Share of the draws inside.

    Returns
    -------
    xr.DataArray
        ``[..., strategy, point, axis]`` of the other strategies, ``axis`` ``effect`` then ``cost``; the last point is
        the first again.

    Raises
    ------
    InputError
        If there is one draw only, or ``level`` is not strictly between 0 and 1.
    """
    if not 0 < level < 1:
        raise InputError(f"level: {level} is not a share of the draws; give one between 0 and 1, such as 0.95")
    more_cost, more_effect = xr.broadcast(*_increments(cost, effect, comparator))
    if more_cost.sizes["draw"] < 2:
        raise InputError("cost: has one draw, which has no spread; an ellipse needs at least two")
    angle = xr.DataArray(np.linspace(0.0, 2.0 * np.pi, POINTS), dims="point")
    radius = np.sqrt(-2.0 * np.log1p(-level))
    # A circle through the Cholesky factor of the covariance; the part of the cost that goes with the effect is 0 where
    # the effect does not vary.
    spread = more_effect.std("draw", ddof=1)
    along = (xr.cov(more_effect, more_cost, "draw", ddof=1) / spread.where(spread > 0)).fillna(0.0)
    across = np.sqrt((more_cost.var("draw", ddof=1) - along**2).clip(min=0.0))
    east, north = radius * np.cos(angle), radius * np.sin(angle)
    points: xr.DataArray = xr.concat(
        [more_effect.mean("draw") + spread * east, more_cost.mean("draw") + along * east + across * north],
        "axis",
        join="exact",
    ).assign_coords(axis=["effect", "cost"])
    return points.transpose(..., "strategy", "point", "axis").rename("ellipse")


def _increments(cost: xr.DataArray, effect: xr.DataArray, comparator: str) -> tuple[xr.DataArray, xr.DataArray]:
    """Differences of the other strategies from the comparator, 0 where rounding alone makes them."""
    check(cost, effect, dims=("draw", "strategy"))
    check_comparator(cost, comparator)
    more_cost, more_effect = (_increment(values, comparator) for values in (cost, effect))
    return more_cost, more_effect


def _increment(values: xr.DataArray, comparator: str) -> xr.DataArray:
    base = values.sel(strategy=comparator, drop=True)
    others = values.drop_sel(strategy=[comparator])
    difference = others - base
    rounding = TIE * np.maximum(abs(others), abs(base))
    settled: xr.DataArray = difference.where(abs(difference) > rounding, 0.0)
    return settled

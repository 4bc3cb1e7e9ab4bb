"""Cost-effectiveness analysis of any costs and effects over draws and strategies.

Nothing here knows what the strategies are. Costs and effects are labelled arrays with the dimensions ``draw`` and
``strategy``; dimensions beyond these (perspective, subgroup) are carried through. Every tie goes to the strategy that
stands first in the order given, and so does what only rounding keeps from being one (`TIE`).

References
----------
Drummond MF, Sculpher MJ, Claxton K, Stoddart GL, Torrance GW. Methods for the Economic Evaluation of Health Care
Programmes. 4th ed. Oxford University Press, 2015.

Fenwick E, Claxton K, Sculpher M. Representing uncertainty: the role of cost-effectiveness acceptability curves. Health
Economics 2001;10:779-787.

Eckermann S, Briggs A, Willan AR. Health technology assessment in the cost-disutility plane. Medical Decision Making
2008;28:172-181 (expected loss).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from hecon.evaluation.checks import check, check_comparator, check_values, thresholds
from hecon.inputs.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Wtp = float | Sequence[float] | NDArray[np.float64]

TIE = 2.0**-46
"""Relative difference, 1.4e-14, below which two amounts are the same: 64 times the spacing of float64, and more than
the fifteen digits of a spreadsheet leave between them. Rounding, no decision."""


def net_monetary_benefit(cost: xr.DataArray, effect: xr.DataArray, wtp: Wtp) -> xr.DataArray:
    """Money value of the effect less the cost.

    Parameters
    ----------
    cost, effect
        Arrays with the dimension ``strategy``, usually ``draw`` too.
    wtp
        Willingness to pay per unit of effect: a number, or several, which add the leading dimension ``wtp``.

    Returns
    -------
    xr.DataArray
        ``wtp * effect - cost``, in the money of ``cost``.
    """
    check(cost, effect, dims=("strategy",))
    threshold = thresholds(wtp)
    benefit = threshold * effect - cost
    return benefit.transpose(*threshold.dims, ...).rename("net_monetary_benefit")


def ceac(cost: xr.DataArray, effect: xr.DataArray, wtp: Wtp) -> xr.DataArray:
    """Cost-effectiveness acceptability curves.

    Returns
    -------
    xr.DataArray
        ``[wtp, ..., strategy]``: the share of draws in which the strategy has the highest net monetary benefit. Sums
        to 1 over strategies.
    """
    check(cost, effect, dims=("draw", "strategy"))
    return _share_best(net_monetary_benefit(cost, effect, wtp), _terms(cost, effect, wtp))


def ceaf(cost: xr.DataArray, effect: xr.DataArray, wtp: Wtp) -> xr.Dataset:
    """Cost-effectiveness acceptability frontier.

    Returns
    -------
    xr.Dataset
        Over ``wtp`` and further dimensions: ``optimal``, the name of the strategy with the highest *expected* net
        monetary benefit, and ``probability``, the share of draws in which it is the best one.
    """
    check(cost, effect, dims=("draw", "strategy"))
    benefit = net_monetary_benefit(cost, effect, wtp)
    terms = _terms(cost, effect, wtp)
    mean = net_monetary_benefit(expected(cost), expected(effect), wtp)
    optimal = best(mean, terms.mean("draw"))
    probability = _share_best(benefit, terms).isel(strategy=optimal, drop=True)
    return xr.Dataset(
        {
            "optimal": cost["strategy"].isel(strategy=optimal).drop_vars("strategy"),
            "probability": probability,
        }
    )


def expected(values: xr.DataArray) -> xr.DataArray:
    """Mean over draws, summed without rounding: in whatever order the draws stand, it is the same to the last bit.

    Returns
    -------
    xr.DataArray
        Over the other dimensions of ``values``; as given where there are no draws.
    """
    if "draw" not in values.dims:
        return values
    mean: xr.DataArray = xr.apply_ufunc(_exact_mean, values, input_core_dims=[["draw"]])
    return mean


def expected_incremental_benefit(cost: xr.DataArray, effect: xr.DataArray, wtp: Wtp, comparator: str) -> xr.DataArray:
    """Expected net monetary benefit of each strategy beyond the comparator's.

    Returns
    -------
    xr.DataArray
        ``[wtp, ..., strategy]``, in the money of ``cost``; 0 for the comparator.
    """
    benefit = net_monetary_benefit(cost, effect, wtp)
    mean = benefit.mean("draw") if "draw" in benefit.dims else benefit
    gain = incremental(mean, comparator)
    return gain.transpose(..., "strategy").rename("expected_incremental_benefit")


def expected_loss(cost: xr.DataArray, effect: xr.DataArray, wtp: Wtp) -> xr.DataArray:
    """Expected loss curves: what choosing a strategy now is expected to forgo.

    The loss in a draw is the net monetary benefit of the draw's best strategy less that of the one chosen. The
    strategy with the highest expected net monetary benefit has the least expected loss, and that loss is the expected
    value of perfect information.

    Returns
    -------
    xr.DataArray
        ``[wtp, ..., strategy]``, in the money of ``cost``; at least 0.
    """
    check(cost, effect, dims=("draw", "strategy"))
    benefit = net_monetary_benefit(cost, effect, wtp)
    loss = (benefit.max("strategy") - benefit).mean("draw")
    return loss.transpose(..., "strategy").rename("expected_loss")


def best(value: xr.DataArray, terms: xr.DataArray | None = None) -> xr.DataArray:
    """Position of the strategy with the highest value, the first of those as high but for rounding.

    A strategy is as high where it falls short of the highest by no more than `TIE` of the terms of these two. What
    others there are, however large, plays no part.

    Parameters
    ----------
    value
        Array with the dimension ``strategy``.
    terms
        Size of the terms that each value is the sum of, which may all but cancel, over the dimensions of ``value``;
        the size of the value itself if None.

    Returns
    -------
    xr.DataArray
        Positions along ``strategy``, over the other dimensions of ``value``.
    """
    size = abs(value) if terms is None else terms
    highest = value.max("strategy")
    its_size = size.where(value == highest).min("strategy")
    among: xr.DataArray = value >= highest - TIE * np.maximum(size, its_size)
    return among.argmax("strategy")


def probability_best(cost: xr.DataArray) -> xr.DataArray:
    """Share of draws in which each strategy costs least, for perspectives that count money only.

    Returns
    -------
    xr.DataArray
        ``[..., strategy]``, summing to 1 over strategies.
    """
    check(cost, dims=("draw", "strategy"))
    return _share_best(-cost)


def interval(values: xr.DataArray, dim: str = "draw", level: float = 0.95) -> tuple[xr.DataArray, xr.DataArray]:
    """Lower and upper end of the central interval over ``dim``.

    Raises
    ------
    InputError
        Where ``level`` is not strictly between 0 and 1.
    """
    check_values(values, "values", (dim,))
    if not 0 < level < 1:
        msg = f"level: {level} is not a share of the draws; give one between 0 and 1, such as 0.95"
        raise InputError(msg)
    tail = (1 - level) / 2
    low, high = (values.quantile(q, dim=dim).drop_vars("quantile") for q in (tail, 1 - tail))
    return low, high


def monte_carlo_error(values: xr.DataArray, dim: str = "draw") -> xr.DataArray:
    """Standard error of the mean over ``dim``: sd / sqrt(n)."""
    check_values(values, "values", (dim,))
    if values.sizes[dim] < 2:
        msg = f"values: a Monte Carlo error needs at least two along '{dim}'"
        raise InputError(msg)
    error: xr.DataArray = values.std(dim, ddof=1) / np.sqrt(values.sizes[dim])
    return error


def incremental(values: xr.DataArray, comparator: str) -> xr.DataArray:
    """Difference of each strategy from the comparator, whose own difference is 0."""
    check(values, dims=("strategy",), names=("values",))
    check_comparator(values, comparator)
    return values - values.sel(strategy=comparator, drop=True)


def benefit_cost_ratio(
    delivery: xr.DataArray, net_cost: xr.DataArray, comparator: str, *, by_draw: bool = False
) -> xr.DataArray:
    """Benefit per krone of delivery, both as differences from the comparator.

    The benefit is what the net cost would have been with delivery alone, less what it is:
    (change in delivery cost - change in net cost) / change in delivery cost.

    Parameters
    ----------
    delivery
        Cost of delivering the strategy.
    net_cost
        All costs less all savings, delivery included, of the chosen perspective.
    comparator
        Name of the strategy that the others are compared with.
    by_draw
        Keep the dimension ``draw`` (for an interval). Otherwise expectations are taken over
        it first: the mean of the ratios is not the ratio of the means.

    Returns
    -------
    xr.DataArray
        NaN where the change in delivery cost is not positive (so for the comparator too):
        the ratio says nothing there and must not be printed.
    """
    check(delivery, net_cost, dims=("strategy",), names=("delivery", "net_cost"))
    spent, net = incremental(delivery, comparator), incremental(net_cost, comparator)
    if not by_draw:
        spent, net = (x.mean("draw") if "draw" in x.dims else x for x in (spent, net))
    positive = spent.where(spent > 0)
    ratio: xr.DataArray = (positive - net) / positive
    return ratio.rename("benefit_cost_ratio")


def return_per_krone(
    delivery: xr.DataArray, net_cost: xr.DataArray, comparator: str, *, by_draw: bool = False
) -> xr.DataArray:
    """Net return per krone of delivery: `benefit_cost_ratio` less the krone itself."""
    ratio = benefit_cost_ratio(delivery, net_cost, comparator, by_draw=by_draw) - 1
    return ratio.rename("return_per_krone")


def _share_best(value: xr.DataArray, terms: xr.DataArray | None = None) -> xr.DataArray:
    """Share of draws in which each strategy has the highest value."""
    position = xr.DataArray(np.arange(value.sizes["strategy"]), coords={"strategy": value["strategy"]})
    share = (best(value, terms) == position).mean("draw")
    return share.transpose(..., "strategy").rename("probability")


def _terms(cost: xr.DataArray, effect: xr.DataArray, wtp: Wtp) -> xr.DataArray:
    """Size of the two terms of each net benefit."""
    terms: xr.DataArray = thresholds(wtp) * abs(effect) + abs(cost)
    return terms


def _exact_mean(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mean over the last axis, of sums that are exact until they are rounded once."""
    rows = values.reshape(-1, values.shape[-1])
    sums = np.array([math.fsum(row.tolist()) for row in rows])
    return np.asarray(sums.reshape(values.shape[:-1]) / values.shape[-1])

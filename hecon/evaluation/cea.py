"""Cost-effectiveness analysis of any costs and effects over draws and strategies.

Nothing here knows what the strategies are. Costs and effects are labelled arrays with the
dimensions ``draw`` and ``strategy``; dimensions beyond these (perspective, subgroup) are
carried through. Every tie goes to the strategy that stands first in the order given.

References
----------
Drummond MF, Sculpher MJ, Claxton K, Stoddart GL, Torrance GW. Methods for the Economic
Evaluation of Health Care Programmes. 4th ed. Oxford University Press, 2015.

Fenwick E, Claxton K, Sculpher M. Representing uncertainty: the role of cost-effectiveness
acceptability curves. Health Economics 2001;10:779-787.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import xarray as xr

from hecon.inputs.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

SLOPE_TOLERANCE = 1e-9
"""Relative difference of two ICERs below which three strategies lie on one line."""


def net_monetary_benefit(
    cost: xr.DataArray, effect: xr.DataArray, wtp: float | Sequence[float] | NDArray[np.float64]
) -> xr.DataArray:
    """Money value of the effect less the cost.

    Parameters
    ----------
    cost, effect
        Arrays with the dimension ``strategy``, usually ``draw`` too.
    wtp
        Willingness to pay per unit of effect: a number, or several, which add the leading
        dimension ``wtp``.

    Returns
    -------
    xr.DataArray
        ``wtp * effect - cost``, in the money of ``cost``.
    """
    _check(cost, effect, dims=("strategy",))
    threshold = _thresholds(wtp)
    benefit = threshold * effect - cost
    return benefit.transpose(*threshold.dims, ...).rename("net_monetary_benefit")


def icer_table(cost: xr.DataArray, effect: xr.DataArray) -> pd.DataFrame:
    """Incremental cost-effectiveness ratios of expected values along the efficiency frontier.

    A strategy is *dominated* where another gives at least as much for at most the cost; of
    two that are the same, the later one is. It is *extendedly dominated* where a mix of two
    others gives more for the same money. A strategy on the straight line between two others
    (their ICERs within a relative 1e-9 of each other) stays on the frontier: for somebody it
    is as good a choice as they are. ICERs on the frontier are therefore positive and never
    fall; strategies off it have none.

    Parameters
    ----------
    cost, effect
        Arrays with the dimension ``strategy`` and no other than ``draw``, over which the
        expectation is taken.

    Returns
    -------
    pd.DataFrame
        Columns ``strategy``, ``cost``, ``effect``, ``incremental_cost``,
        ``incremental_effect``, ``icer`` (each against the row above; NaN off the frontier and
        on its first row), ``status`` (``frontier``, ``extendedly dominated``, ``dominated``)
        and ``words``, which says the status in plain words. The frontier comes first, then
        the extendedly dominated, then the dominated, each by rising cost.

    Examples
    --------
    >>> names = {"strategy": ["usual", "letter", "meeting", "team"]}
    >>> cost = xr.DataArray([100.0, 90.0, 180.0, 200.0], coords=names)
    >>> effect = xr.DataArray([5.0, 6.0, 7.0, 10.0], coords=names)
    >>> table = icer_table(cost, effect)
    >>> table[["strategy", "icer", "status"]]
      strategy  icer                status
    0   letter   NaN              frontier
    1     team  27.5              frontier
    2  meeting   NaN  extendedly dominated
    3    usual   NaN             dominated
    >>> for words in table["words"]:
    ...     print(words)
    costs least
    gives more than letter, at 27.5 per unit of effect
    a mix of letter and team gives more for the same money
    costs more and gives less than letter
    """
    _check(cost, effect, dims=("strategy",))
    costs, effects = (_expected(values, of) for values, of in ((cost, "cost"), (effect, "effect")))
    names = [str(name) for name in cost["strategy"].to_numpy()]

    # By cost, then the greater effect, then the order given: whoever comes later and gives
    # no more than somebody before is dominated.
    order = np.lexsort((np.arange(len(names)), -effects, costs))
    best_before = np.maximum.accumulate(np.concatenate([[-np.inf], effects[order][:-1]]))
    undominated = order[effects[order] > best_before]
    dominated = order[effects[order] <= best_before]
    frontier = _lower_hull(costs, effects, undominated)
    extended = [i for i in undominated if i not in set(frontier)]

    step_cost, step_effect = np.diff(costs[frontier]), np.diff(effects[frontier])
    blank = np.full(len(names) - len(frontier), np.nan)
    rows = np.array([*frontier, *extended, *dominated])
    ratios = step_cost / step_effect
    return pd.DataFrame(
        {
            "strategy": [names[i] for i in rows],
            "cost": costs[rows],
            "effect": effects[rows],
            "incremental_cost": np.concatenate([[np.nan], step_cost, blank]),
            "incremental_effect": np.concatenate([[np.nan], step_effect, blank]),
            "icer": np.concatenate([[np.nan], ratios, blank]),
            "status": ["frontier"] * len(frontier)
            + ["extendedly dominated"] * len(extended)
            + ["dominated"] * len(dominated),
            "words": [
                *_frontier_words(names, frontier, ratios),
                *(_mix_words(i, names, costs, frontier) for i in extended),
                *(_dominance_words(i, names, costs, effects, [*frontier, *extended]) for i in dominated),
            ],
        }
    )


def ceac(cost: xr.DataArray, effect: xr.DataArray, wtp: float | Sequence[float] | NDArray[np.float64]) -> xr.DataArray:
    """Cost-effectiveness acceptability curves.

    Returns
    -------
    xr.DataArray
        ``[wtp, ..., strategy]``: the share of draws in which the strategy has the highest
        net monetary benefit. Sums to 1 over strategies.
    """
    _check(cost, effect, dims=("draw", "strategy"))
    return _share_best(net_monetary_benefit(cost, effect, wtp))


def ceaf(cost: xr.DataArray, effect: xr.DataArray, wtp: float | Sequence[float] | NDArray[np.float64]) -> xr.Dataset:
    """Cost-effectiveness acceptability frontier.

    Returns
    -------
    xr.Dataset
        Over ``wtp``: ``optimal``, the name of the strategy with the highest *expected* net
        monetary benefit, and ``probability``, the share of draws in which it is the best one.
    """
    _check(cost, effect, dims=("draw", "strategy"))
    benefit = net_monetary_benefit(cost, effect, wtp)
    optimal = benefit.mean("draw").argmax("strategy")
    probability = _share_best(benefit).isel(strategy=optimal, drop=True)
    return xr.Dataset(
        {
            "optimal": cost["strategy"].isel(strategy=optimal).drop_vars("strategy"),
            "probability": probability,
        }
    )


def probability_best(cost: xr.DataArray) -> xr.DataArray:
    """Share of draws in which each strategy costs least, for perspectives that count money only.

    Returns
    -------
    xr.DataArray
        ``[..., strategy]``, summing to 1 over strategies.
    """
    _check(cost, dims=("draw", "strategy"))
    return _share_best(-cost)


def interval(values: xr.DataArray, dim: str = "draw", level: float = 0.95) -> tuple[xr.DataArray, xr.DataArray]:
    """Lower and upper end of the central interval over ``dim``.

    Raises
    ------
    InputError
        Where ``level`` is not strictly between 0 and 1.
    """
    _check_values(values, "values", (dim,))
    if not 0 < level < 1:
        msg = f"level: {level} is not a share of the draws; give one between 0 and 1, such as 0.95"
        raise InputError(msg)
    tail = (1 - level) / 2
    low, high = (values.quantile(q, dim=dim).drop_vars("quantile") for q in (tail, 1 - tail))
    return low, high


def monte_carlo_error(values: xr.DataArray, dim: str = "draw") -> xr.DataArray:
    """Standard error of the mean over ``dim``: sd / sqrt(n)."""
    _check_values(values, "values", (dim,))
    if values.sizes[dim] < 2:
        msg = f"values: a Monte Carlo error needs at least two along '{dim}'"
        raise InputError(msg)
    error: xr.DataArray = values.std(dim, ddof=1) / np.sqrt(values.sizes[dim])
    return error


def incremental(values: xr.DataArray, comparator: str) -> xr.DataArray:
    """Difference of each strategy from the comparator, whose own difference is 0."""
    _check(values, dims=("strategy",), names=("values",))
    if comparator not in values["strategy"].to_numpy():
        msg = f"comparator: no strategy is named '{comparator}'; there are {_listed(values)}"
        raise InputError(msg)
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
    _check(delivery, net_cost, dims=("strategy",), names=("delivery", "net_cost"))
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


def _share_best(value: xr.DataArray) -> xr.DataArray:
    """Share of draws in which each strategy has the highest value; argmax takes the first."""
    position = xr.DataArray(np.arange(value.sizes["strategy"]), coords={"strategy": value["strategy"]})
    share = (value.argmax("strategy") == position).mean("draw")
    return share.transpose(..., "strategy").rename("probability")


def _lower_hull(costs: NDArray[np.float64], effects: NDArray[np.float64], undominated: NDArray[np.intp]) -> list[int]:
    """Strategies of rising cost and effect whose ICERs never fall (a monotone chain)."""
    hull: list[int] = []
    for new in undominated:
        while len(hull) >= 2 and _above_line(hull[-2], hull[-1], new, costs, effects):
            hull.pop()
        hull.append(int(new))
    return hull


def _above_line(low: int, middle: int, high: int, costs: NDArray[np.float64], effects: NDArray[np.float64]) -> bool:
    """Whether the step up to the middle costs more per unit than the step from it."""
    to_middle = (costs[middle] - costs[low]) * (effects[high] - effects[middle])
    from_middle = (costs[high] - costs[middle]) * (effects[middle] - effects[low])
    return bool(to_middle > from_middle * (1 + SLOPE_TOLERANCE))


def _frontier_words(names: list[str], frontier: list[int], ratios: NDArray[np.float64]) -> list[str]:
    if len(frontier) == 1:
        return ["gives the most for the least cost"]
    return [
        "costs least",
        *(
            f"gives more than {names[before]}, at {_amount(ratio)} per unit of effect"
            for before, ratio in zip(frontier[:-1], ratios, strict=True)
        ),
    ]


def _mix_words(i: int, names: list[str], costs: NDArray[np.float64], frontier: list[int]) -> str:
    above = int(np.searchsorted(costs[frontier], costs[i]))
    low, high = names[frontier[above - 1]], names[frontier[above]]
    return f"a mix of {low} and {high} gives more for the same money"


def _dominance_words(
    i: int,
    names: list[str],
    costs: NDArray[np.float64],
    effects: NDArray[np.float64],
    undominated: list[int],
) -> str:
    """Name one that dominates, from the frontier where it has one."""
    by = next(j for j in undominated if costs[j] <= costs[i] and effects[j] >= effects[i])
    same_cost, same_effect = costs[by] == costs[i], effects[by] == effects[i]
    if same_cost and same_effect:
        return f"the same as {names[by]}"
    if same_cost:
        return f"costs the same and gives less than {names[by]}"
    if same_effect:
        return f"costs more and gives the same as {names[by]}"
    return f"costs more and gives less than {names[by]}"


def _amount(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _expected(values: xr.DataArray, name: str) -> NDArray[np.float64]:
    mean = values.mean("draw") if "draw" in values.dims else values
    if mean.dims != ("strategy",):
        extra = ", ".join(str(dim) for dim in mean.dims if dim != "strategy")
        msg = f"{name}: has the further dimensions {extra}; choose one place in each with .sel()"
        raise InputError(msg)
    return mean.to_numpy().astype(np.float64)


def _thresholds(wtp: float | Sequence[float] | NDArray[np.float64]) -> xr.DataArray:
    values = np.asarray(wtp, dtype=np.float64)
    if values.ndim > 1 or not values.size:
        msg = f"wtp: has the shape {values.shape}; give one number or a plain list of them"
        raise InputError(msg)
    if not (np.isfinite(values) & (values >= 0)).all():
        msg = f"wtp: {wtp} is not all finite and at least 0; a willingness to pay is"
        raise InputError(msg)
    dims = ("wtp",)[: values.ndim]
    return xr.DataArray(values, dims=dims, coords={"wtp": (dims, values)})


def _check(*arrays: xr.DataArray, dims: tuple[str, ...], names: tuple[str, ...] = ("cost", "effect")) -> None:
    """Refuse what would give a number that is silently wrong."""
    for values, name in zip(arrays, names, strict=False):
        _check_values(values, name, dims)
        _check_strategies(values, name)
    try:
        xr.align(*arrays, join="exact")
    except ValueError as error:
        msg = f"{' and '.join(names)}: their coordinates differ; give both the same ones: {error}"
        raise InputError(" ".join(msg.split())) from error


def _check_values(values: xr.DataArray, name: str, dims: tuple[str, ...]) -> None:
    missing = [dim for dim in dims if dim not in values.dims]
    if missing:
        there = ", ".join(str(dim) for dim in values.dims) or "none"
        msg = f"{name}: has no dimension {', '.join(missing)} (there are: {there}); name it so"
        raise InputError(msg)
    empty = [str(dim) for dim, size in values.sizes.items() if not size]
    if empty:
        msg = f"{name}: is empty along {', '.join(empty)}; give at least one"
        raise InputError(msg)
    if values.dtype.kind not in "fiu":
        msg = f"{name}: holds {values.dtype}, not numbers; convert it first"
        raise InputError(msg)
    # xarray's mean and max would skip NaN without a word.
    wrong = int((~np.isfinite(values.to_numpy())).sum())
    if wrong:
        msg = f"{name}: {wrong} of {values.size} values are not finite; mend or drop those draws"
        raise InputError(msg)


def _check_strategies(values: xr.DataArray, name: str) -> None:
    if "strategy" not in values.coords:
        msg = f"{name}: its strategies have no names; add the coordinate 'strategy'"
        raise InputError(msg)
    if values.sizes["strategy"] < 2:
        msg = f"{name}: has one strategy, {_listed(values)}; a comparison needs at least two"
        raise InputError(msg)
    if not values.indexes["strategy"].is_unique:
        msg = f"{name}: two strategies share a name among {_listed(values)}; rename one"
        raise InputError(msg)


def _listed(values: xr.DataArray) -> str:
    return ", ".join(str(name) for name in values["strategy"].to_numpy())

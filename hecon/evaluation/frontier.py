"""Incremental analysis of expected values: along the efficiency frontier, and against one named comparator.

Who is a tie and who is on the line must not hang on the last bit of a number, so means over draws are exact
(`cea.expected`), and two tolerances stand in for exact arithmetic in the rest. Two costs, or two effects, within a
relative 1.4e-14 of each other are the same (`cea.TIE`): those two, whatever else is compared. Two ratios within a
relative 1e-9 of each other are the same (`SLOPE_TOLERANCE`; a difference of means has fewer digits than they have).
Both hold whatever the units of money and effect.

References
----------
Drummond MF, Sculpher MJ, Claxton K, Stoddart GL, Torrance GW. Methods for the Economic Evaluation of Health Care
Programmes. 4th ed. Oxford University Press, 2015.

Cantor SB. Cost-effectiveness analysis, extended dominance, and ethics: a quantitative assessment. Medical Decision
Making 1994;14:259-265.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from hecon.evaluation.cea import TIE, expected
from hecon.evaluation.checks import check, check_comparator
from hecon.inputs.errors import InputError

if TYPE_CHECKING:
    import xarray as xr
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

SLOPE_TOLERANCE = 1e-9
"""Relative difference of two ICERs below which three strategies lie on one line."""


def icer_table(cost: xr.DataArray, effect: xr.DataArray) -> pd.DataFrame:
    """Incremental cost-effectiveness ratios of expected values along the efficiency frontier.

    A strategy is on the *frontier* if and only if some willingness to pay above 0 chooses it alone. It is *dominated*
    where another gives at least as much for at most the cost; of those that are the same, the first stands for all.
    It is *extendedly dominated* where a mix of two others gives as much or more for the same money, so one on the
    straight line between two others is: nobody needs it. ICERs on the frontier are therefore positive and rise;
    strategies off it have none.

    Parameters
    ----------
    cost, effect
        Arrays with the dimension ``strategy`` and no other than ``draw``, over which the expectation is taken.

    Returns
    -------
    pd.DataFrame
        Columns ``strategy``, ``cost``, ``effect``, ``incremental_cost``, ``incremental_effect``, ``icer`` (each against
        the row above; NaN off the frontier and on its first row), ``status`` (``frontier``, ``extendedly dominated``,
        ``dominated``) and ``words``, which says the status in plain words. The frontier comes first, then the
        extendedly dominated, then the dominated, each by rising cost.

    Raises
    ------
    InputError
        If there are further dimensions: an expectation over them is nobody's decision.

    Examples
    --------
    >>> import xarray as xr
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
    costs, effects = _expected(cost, effect)
    names = [str(name) for name in cost["strategy"].to_numpy()]
    level_cost, level_effect = _levelled(costs), _levelled(effects)
    frontier, extended, dominated = _statuses(level_cost, level_effect)
    rows = [*frontier, *extended, *dominated]
    off = np.full(len(rows) - len(frontier), np.nan)
    step_cost, step_effect = np.diff(costs[frontier]), np.diff(effects[frontier])
    ratios = step_cost / step_effect
    return pd.DataFrame(
        {
            "strategy": [names[i] for i in rows],
            "cost": costs[rows],
            "effect": effects[rows],
            "incremental_cost": np.concatenate([[np.nan], step_cost, off]),
            "incremental_effect": np.concatenate([[np.nan], step_effect, off]),
            "icer": np.concatenate([[np.nan], ratios, off]),
            "status": ["frontier"] * len(frontier)
            + ["extendedly dominated"] * len(extended)
            + ["dominated"] * len(dominated),
            "words": [
                *_frontier_words(names, frontier, ratios),
                *(_mix_words(i, names, level_cost, level_effect, frontier) for i in extended),
                *(_dominance_words(i, names, level_cost, level_effect, [*frontier, *extended]) for i in dominated),
            ],
        }
    )


def pairwise(cost: xr.DataArray, effect: xr.DataArray, comparator: str) -> pd.DataFrame:
    """Expected increments of every other strategy against one comparator, and their ratio.

    A ratio says how to read it only together with its signs, which ``words`` give: more cost for more effect is a
    price to pay, less cost for less effect a price to accept, and the other two need none.

    Parameters
    ----------
    cost, effect
        Arrays with the dimension ``strategy`` and no other than ``draw``, over which the expectation is taken.
    comparator
        Name of the strategy that all the others are compared with.

    Returns
    -------
    pd.DataFrame
        Columns ``strategy`` (the others, in the order given), ``comparator``, ``incremental_cost``,
        ``incremental_effect``, ``icer`` (NaN where the effect is the same) and ``words``: ``dominates``, ``dominated``,
        ``more for more``, ``less for less`` or ``the same``. Of two with one difference between them, the better one
        dominates.

    Raises
    ------
    InputError
        If there are further dimensions, or no strategy of the comparator's name.
    """
    costs, effects = _expected(cost, effect)
    check_comparator(cost, comparator)
    names = cost["strategy"].to_numpy().tolist()
    base = names.index(comparator)
    others = [i for i in range(len(names)) if i != base]
    more_cost, more_effect = (_increments(values, base)[others] for values in (costs, effects))
    return pd.DataFrame(
        {
            "strategy": [names[i] for i in others],
            "comparator": comparator,
            "incremental_cost": more_cost,
            "incremental_effect": more_effect,
            "icer": np.divide(more_cost, more_effect, out=np.full(len(others), np.nan), where=more_effect != 0),
            "words": [_pair_words(*signs) for signs in zip(np.sign(more_cost), np.sign(more_effect), strict=True)],
        }
    )


def _expected(cost: xr.DataArray, effect: xr.DataArray) -> tuple[Floats, Floats]:
    """Give expected cost and effect by strategy."""
    check(cost, effect, dims=("strategy",))
    means = []
    for values, name in ((cost, "cost"), (effect, "effect")):
        mean = expected(values)
        if mean.dims != ("strategy",):
            extra = ", ".join(str(dim) for dim in mean.dims if dim != "strategy")
            msg = f"{name}: has the further dimensions {extra}; choose one place in each with .sel()"
            raise InputError(msg)
        means.append(mean.to_numpy().astype(np.float64))
    return means[0], means[1]


def _levelled(values: Floats) -> Floats:
    """Give the values, those that only rounding keeps apart made the same (the least of them)."""
    order = np.argsort(values, kind="stable")
    ranked = values[order]
    apart = np.diff(ranked) > TIE * np.maximum(np.abs(ranked[1:]), np.abs(ranked[:-1]))
    starts = np.maximum.accumulate(np.where(np.concatenate([[True], apart]), np.arange(len(values)), 0))
    level = np.empty_like(values)
    level[order] = ranked[starts]
    return level


def _increments(values: Floats, base: int) -> Floats:
    """Give differences from one of the values, exactly 0 where rounding alone makes them."""
    difference = values - values[base]
    rounding = TIE * np.maximum(np.abs(values), np.abs(values[base]))
    return np.where(np.abs(difference) <= rounding, 0.0, difference)


def _statuses(costs: Floats, effects: Floats) -> tuple[list[int], list[int], list[int]]:
    """Split the strategies into frontier, extendedly dominated and dominated, each by rising cost."""
    # By cost, then the greater effect, then the order given: whoever comes later and gives
    # no more than somebody before is dominated.
    order = np.lexsort((np.arange(len(costs)), -effects, costs))
    best_before = np.maximum.accumulate(np.concatenate([[-np.inf], effects[order][:-1]]))
    gives_more = effects[order] > best_before
    undominated = [int(i) for i in order[gives_more]]
    frontier = _lower_hull(costs, effects, undominated)
    there = set(frontier)
    return frontier, [i for i in undominated if i not in there], [int(i) for i in order[~gives_more]]


def _lower_hull(costs: Floats, effects: Floats, undominated: list[int]) -> list[int]:
    """Strategies of rising cost and effect whose ICERs rise (a monotone chain)."""
    hull: list[int] = []
    for new in undominated:
        while len(hull) >= 2 and _needless(hull[-2], hull[-1], new, costs, effects):
            hull.pop()
        hull.append(new)
    return hull


def _needless(low: int, middle: int, high: int, costs: Floats, effects: Floats) -> bool:
    """Whether a unit costs at least as much on the step up to the middle as on the step from it."""
    to_middle = (costs[middle] - costs[low]) / (effects[middle] - effects[low])
    from_middle = (costs[high] - costs[middle]) / (effects[high] - effects[middle])
    return bool(to_middle >= from_middle * (1 - SLOPE_TOLERANCE))


def _frontier_words(names: list[str], frontier: list[int], ratios: Floats) -> list[str]:
    if len(frontier) == 1:
        return ["gives the most for the least cost"]
    return [
        "costs least",
        *(
            f"gives more than {names[before]}, at {_amount(ratio)} per unit of effect"
            for before, ratio in zip(frontier[:-1], ratios, strict=True)
        ),
    ]


def _mix_words(i: int, names: list[str], costs: Floats, effects: Floats, frontier: list[int]) -> str:
    above = int(np.searchsorted(costs[frontier], costs[i]))
    low, high = frontier[above - 1], frontier[above]
    to_it, to_high = ((costs[j] - costs[low]) / (effects[j] - effects[low]) for j in (i, high))
    much = "more" if to_it > to_high * (1 + SLOPE_TOLERANCE) else "as much"
    return f"a mix of {names[low]} and {names[high]} gives {much} for the same money"


def _dominance_words(i: int, names: list[str], costs: Floats, effects: Floats, undominated: list[int]) -> str:
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


def _pair_words(more_cost: float, more_effect: float) -> str:
    """Say what the signs of the increments mean."""
    if more_cost == 0 and more_effect == 0:
        return "the same"
    if more_cost <= 0 <= more_effect:
        return "dominates"
    if more_effect <= 0 <= more_cost:
        return "dominated"
    return "more for more" if more_cost > 0 else "less for less"


def _amount(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"

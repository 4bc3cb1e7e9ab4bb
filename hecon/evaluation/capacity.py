"""What to do with whom where caseworkers' time is short, and what another hour of it would be worth.

People are in groups, and each may be given one of some actions or usual care. What is given to which share of a group
is a linear program: the most gain within the hours there are. The dual of the hours is their shadow price: what another
hour would gain *beyond* its price, which the gains have paid already.

References
----------
Dantzig GB. Discrete-variable extremum problems. Operations Research 1957;5:266-288.

Huangfu Q, Hall JAJ. Parallelizing the dual revised simplex method. Mathematical Programming Computation
2018;10:119-142.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from hecon import SEED
from hecon.evaluation.estimates import jackknife_error
from hecon.inputs.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

SHARES = (0.25, 0.5, 0.75, 1.0)
SPLITS = 20
A_LITTLE = 1e-6
"""Of all hours, by which the shadow price looks ahead: where the hours just suffice, another one is worth the less."""
BLOCKS = 10
"""Draws left out together where an error is found by leaving out."""


@dataclass(frozen=True)
class Allocation:
    """The best use of the hours there are.

    Attributes
    ----------
    share
        float64[group, action], of a group's people; who is given nothing gets usual care.
    gain, hours
        Of all groups together.
    shadow_price
        What another hour would gain.
    """

    share: Floats
    gain: float
    hours: float
    shadow_price: float


def allocate(gain: Floats, hours: Floats, capacity: float) -> Allocation:
    """Give every group's people the actions that together gain the most within the hours there are.

    Parameters
    ----------
    gain, hours
        float64[group, action], what giving an action to a whole group gains and takes.
    capacity
        Hours, zero or more.

    Raises
    ------
    InputError
        If the shapes differ, a number is not finite or the capacity is negative.
    """
    if gain.shape != hours.shape or gain.ndim != 2 or not (np.isfinite(gain).all() and np.isfinite(hours).all()):
        raise InputError(f"gain and hours: shapes {gain.shape} and {hours.shape}: give finite [group, action] twice")
    if not capacity >= 0.0:
        raise InputError(f"capacity: {capacity} is no number of hours: give 0 or more")
    share, _ = _solved(gain, hours, capacity)
    _, price = _solved(gain, hours, capacity + A_LITTLE * np.abs(hours).sum())
    return Allocation(share, float((share * gain).sum()), float((share * hours).sum()), price)


def capacity_table(
    gain: Floats,
    hours: Floats,
    people: Floats,
    *,
    shares: Sequence[float] = SHARES,
    splits: int = SPLITS,
    seed: int = SEED,
) -> pd.DataFrame:
    """Give the best use of a share of the hours, chosen on half of the draws and scored on the other half.

    Parameters
    ----------
    gain, hours
        float64[draw, group, action], sums over the group's people. What the first action needs when all are offered it
        is all hours.
    people
        float64[draw], in all groups.
    shares
        Of all hours, how many there are.
    splits, seed
        Random halvings of the draws.

    Returns
    -------
    DataFrame with a row for every share: ``capacity`` and ``used``, hours per person eligible; ``naive``, the gain per
    person eligible on the draws that chose, NOK; ``gain``, that on the other half, with its Monte Carlo ``error``; and
    ``shadow_price``, what another hour would gain beyond its price, NOK, at all draws, with ``shadow_price_error``.

    Raises
    ------
    InputError
        If there are under four draws.
    """
    draws = len(people)
    if draws < 4:
        raise InputError(f"draws: {draws} cannot be halved and compared: give 4 or more")
    rng = np.random.default_rng(seed)
    halves = [half for _ in range(splits) for half in _halves(rng.permutation(draws))]
    blocks = np.array_split(np.arange(draws), min(BLOCKS, draws))

    def problem(among: Integers, share: float) -> tuple[Floats, Floats, float]:
        """Give expected gain and hours per person eligible over some draws, and the hours there are."""
        gained, needed = (np.asarray(part[among].sum(axis=0) / people[among].sum()) for part in (gain, hours))
        return gained, needed, share * max(float(needed[:, 0].sum()), 0.0)

    rows = []
    for share in shares:
        scored = np.zeros((len(halves), draws))
        for place, (chosen, other) in enumerate(halves):
            plan, _ = _solved(*problem(chosen, share))
            scored[place, other] = (gain[other] * plan).sum(axis=(1, 2)) / people[other]
        of_draw = scored.sum(axis=0) / splits
        best = allocate(*problem(np.arange(draws), share))
        without = [allocate(*problem(np.setdiff1d(np.arange(draws), block), share)).shadow_price for block in blocks]
        rows.append(
            {
                "share": share,
                "capacity": share * float(hours[:, :, 0].sum() / people.sum()),
                "used": best.hours,
                "naive": best.gain,
                "gain": float(of_draw.mean()),
                "error": float(of_draw.std(ddof=1) / np.sqrt(draws)),
                "shadow_price": best.shadow_price,
                "shadow_price_error": jackknife_error(np.array(without)),
            }
        )
    return pd.DataFrame(rows)


def _solved(gain: Floats, hours: Floats, capacity: float) -> tuple[Floats, float]:
    """Give the shares, float64[group, action], and the dual of the hours."""
    from scipy.optimize import linprog

    groups, actions = gain.shape
    one_each = np.kron(np.eye(groups), np.ones(actions))
    solved = linprog(
        -gain.ravel(),
        A_ub=np.vstack([hours.ravel(), one_each]),
        b_ub=np.append(capacity, np.ones(groups)),
        bounds=(0.0, 1.0),
        method="highs",
    )
    return np.asarray(solved.x).reshape(gain.shape), float(0.0 - solved.ineqlin.marginals[0])


def _halves(order: Integers) -> tuple[tuple[Integers, Integers], tuple[Integers, Integers]]:
    first, second = np.array_split(order, 2)
    return (first, second), (second, first)

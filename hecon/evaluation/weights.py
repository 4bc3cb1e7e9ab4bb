"""Net benefit under two rival effects, as a function of the weight put on one of them.

Where two trials disagree, the weight *p* that the second one's effect deserves is a judgement, not an estimate. What is
expected at *p* is the weighted mean of what is expected under each. What is uncertain is a mixture: with chance *p* a
draw of the second sample, else one of the first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import xarray as xr

from hecon.evaluation.estimates import TAILS
from hecon.inputs.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Flip:
    """A weight at which a decision flips.

    Attributes
    ----------
    weight
        On the second effect, 0 to 1.
    error
        Its Monte Carlo error.
    """

    weight: float
    error: float


def weight_table(
    gain_without: xr.DataArray, gain_with: xr.DataArray, weights: Sequence[float] | Floats
) -> pd.DataFrame:
    """Give the net benefit of every strategy at each weight.

    Parameters
    ----------
    gain_without, gain_with
        Net benefit over the comparator under the first and the second effect, ``[draw, strategy]``, at the same draws
        with the same luck. The comparator stands among the strategies with a gain of 0.
    weights
        On the second effect, each 0 to 1.

    Returns
    -------
    DataFrame with a row for every weight and strategy: ``weight``, ``strategy``; ``gain`` expected, with its Monte
    Carlo ``error`` and the mixture's 95% interval ``low``, ``high``; ``worth``, the chance that the gain is above 0;
    ``best``, the chance that it is the highest; and ``chosen``, whether the expected gain is. Ties go to the first.

    Raises
    ------
    InputError
        If the two samples are not of the same draws and strategies, or a weight is outside 0 to 1.
    """
    first, second, names = _samples(gain_without, gain_with)
    count = len(first)
    pooled = np.concatenate([first, second])
    is_best = np.argmax(pooled, axis=1)[:, None] == np.arange(len(names))
    rows = []
    for weight in _checked(weights):
        of_draw = np.repeat([(1.0 - weight) / count, weight / count], count)
        mixed = (1.0 - weight) * first + weight * second
        gain = mixed.mean(axis=0)
        low, high = np.quantile(pooled, TAILS, axis=0, weights=of_draw, method="inverted_cdf")
        columns = {
            "gain": gain,
            "error": mixed.std(axis=0, ddof=1) / np.sqrt(count),
            "low": low,
            "high": high,
            "worth": of_draw @ (pooled > 0.0),
            "best": of_draw @ is_best,
            "chosen": np.arange(len(names)) == np.argmax(gain),
        }
        rows.append(pd.DataFrame({"weight": weight, "strategy": names, **columns}))
    return pd.concat(rows, ignore_index=True)


def flipping_weight(gain_without: xr.DataArray, gain_with: xr.DataArray, strategy: str, against: str) -> Flip | None:
    """Give the weight at which the expected net benefits of two strategies are the same.

    Parameters
    ----------
    gain_without, gain_with
        As for `weight_table`.
    strategy, against
        Two of the strategies.

    Returns
    -------
    the weight, with its Monte Carlo error to first order; None where the same one is ahead at every weight

    Raises
    ------
    InputError
        If the two samples are not of the same draws and strategies, or a strategy is not among them.
    """
    first, second, names = _samples(gain_without, gain_with)
    for name in (strategy, against):
        if name not in names:
            raise InputError(f"strategy: {name!r} is none of {', '.join(names)}")
    ahead_first, ahead_second = (
        sample[:, names.index(strategy)] - sample[:, names.index(against)] for sample in (first, second)
    )
    slope = float(ahead_second.mean() - ahead_first.mean())
    if slope == 0.0:
        return None
    weight = -float(ahead_first.mean()) / slope
    if not 0.0 <= weight <= 1.0:
        return None
    at_flip = (1.0 - weight) * ahead_first + weight * ahead_second
    return Flip(weight, float(at_flip.std(ddof=1) / np.sqrt(len(at_flip)) / abs(slope)))


def _samples(gain_without: xr.DataArray, gain_with: xr.DataArray) -> tuple[Floats, Floats, list[str]]:
    """Give both samples as [draw, strategy], and the strategies."""
    for name, gain in (("gain_without", gain_without), ("gain_with", gain_with)):
        if set(gain.dims) != {"draw", "strategy"}:
            raise InputError(f"{name}: has the dimensions {', '.join(map(str, gain.dims))}: give draw and strategy")
        if gain.sizes["draw"] < 2 or not bool(np.isfinite(gain).all()):
            raise InputError(f"{name}: has under two draws, or some that are not numbers: give finite gains")
    try:
        pair = xr.align(gain_without, gain_with, join="exact")
    except ValueError as error:
        raise InputError(
            "gain_without and gain_with: their draws or strategies differ: run both on the same ones"
        ) from error
    first, second = (gain.transpose("draw", "strategy").to_numpy().astype(np.float64) for gain in pair)
    if not np.any(np.all((first == 0.0) & (second == 0.0), axis=0)):
        raise InputError(
            "gain_without and gain_with: no strategy gains 0 in every draw: name the comparator among them"
        )
    return first, second, [str(name) for name in pair[0]["strategy"].to_numpy()]


def _checked(weights: Sequence[float] | Floats) -> Floats:
    """Give the weights as an array, or refuse them."""
    values = np.asarray(weights, dtype=np.float64)
    if values.ndim != 1 or not values.size or not np.all((values >= 0.0) & (values <= 1.0)):
        raise InputError(f"weights: {weights} are not a list of numbers from 0 to 1: give some")
    return values

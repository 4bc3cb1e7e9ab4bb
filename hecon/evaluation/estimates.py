"""Estimates per head from sums over draws, and their Monte Carlo errors.

An estimate per head is a sum over draws divided by the people in them, so that parts weighted by their people add up to
the whole, exactly.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

TAILS = (0.025, 0.975)
"""Of the draws: the ends of a 95% interval."""


def spread(values: Floats) -> tuple[float, float, float, float]:
    """Give the mean over draws, the ends of the 95% interval, and the Monte Carlo error of the mean."""
    low, high = np.quantile(values, TAILS)
    return float(values.mean()), float(low), float(high), float(values.std(ddof=1) / np.sqrt(len(values)))


def pooled(numerator: Floats, denominator: Floats) -> tuple[float, float]:
    """Give the ratio of sums over draws and its Monte Carlo error (delta method).

    Parameters
    ----------
    numerator, denominator
        float64[draw].
    """
    ratio = numerator.sum() / denominator.sum()
    residual = (numerator - ratio * denominator).std(ddof=1)
    return float(ratio), float(residual / abs(denominator.mean()) / np.sqrt(numerator.size))


def interval_per_head(total: Floats, people: Floats) -> tuple[float, float]:
    """Give the 95% interval over draws of a total per head, in draws that have anybody.

    Parameters
    ----------
    total, people
        float64[draw].
    """
    there = people > 0
    low, high = np.quantile(total[there] / people[there], TAILS)
    return float(low), float(high)


def jackknife_error(without: Floats) -> float:
    """Give the Monte Carlo error of an estimate from those that each leave out a part of the draws, all as large."""
    count = len(without)
    return float(np.sqrt((count - 1) / count * ((without - without.mean()) ** 2).sum()))

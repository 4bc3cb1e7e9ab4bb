"""Where simulated gains change sign: the root of their mean over draws, its Monte Carlo error, its spread.

Gains at several values of a quantity come from the same draws and luck. Their mean moves in small steps, not smoothly:
slopes are taken over some distance, and a root is one to within what the Monte Carlo error can tell.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from hecon.evaluation.estimates import TAILS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

Side = Literal["above", "below", "always", "never"]

NEGLIGIBLE = 1e-6
"""A loss below this, in NOK, is rounding."""
SETTLED = 0.05
"""Of the Monte Carlo error: a mean gain this near to zero is a root."""
FINEST = 5e-4
"""Of the range: the narrowest bracket that is looked into."""
EDGE = 0.02
"""Of a bracket: how near to its ends the next value may lie, so that it grows narrow from both."""
APART = 0.03
"""Of the range: how far to each side a slope is taken."""


class Estimate(NamedTuple):
    """A simulated number and its Monte Carlo error."""

    value: float
    error: float


@dataclass(frozen=True)
class Root:
    """Where an expected gain is zero.

    Attributes
    ----------
    value
        NaN where it is nowhere; error and interval then too. Of several, the lowest.
    error
        Monte Carlo error: that of the mean gain there, over the slope.
    low, high
        95% interval of the draws' own roots; infinite where they lie beyond the range.
    share_never, share_always
        Of the draws, those with a gain at no value and at every value.
    side
        Where there is an expected gain: from the value upwards, up to it, always or never.
    margin, margin_error
        Where it is zero nowhere, the expected gain nearest to zero; else 0.
    """

    value: float
    error: float
    low: float
    high: float
    share_never: float
    share_always: float
    side: Side
    margin: float = 0.0
    margin_error: float = 0.0


def find_root(values: Floats, gain: Floats) -> Root:
    """Find where an expected gain is zero.

    Parameters
    ----------
    values
        float64[value], rising.
    gain
        float64[value, draw].
    """
    mean = gain.mean(axis=1)
    always, never = np.all(_worth(gain), axis=0), ~np.any(_worth(gain), axis=0)
    shares = float(never.mean()), float(always.mean())
    at = _bracket(mean)
    if at is None:
        least = int(np.argmin(abs(mean)))
        side: Side = "always" if _worth(mean)[0] else "never"
        return Root(np.nan, np.nan, np.nan, np.nan, *shares, side, float(mean[least]), standard_error(gain[least]))
    rising = bool(_worth(mean)[at + 1])
    nearest = _nearest(mean, at)
    value = float(values[nearest]) if _settled(gain[nearest]) else _smooth_root(values, mean, at)
    error = standard_error(at_value(values, gain, value)) / abs(slope(values, mean, value))
    own = np.array([crossing(values, one) for one in gain.T])
    return Root(value, error, *spread(own, always, never, rising=rising), *shares, "above" if rising else "below")


def next_value(values: Floats, gain: Floats, *, whole: bool) -> float | None:
    """Give the value to try next in search of the root; None where there is none, or it is settled.

    Parameters
    ----------
    values
        float64[value], rising.
    gain
        float64[value, draw].
    whole
        Whether only whole numbers can be tried.
    """
    mean = gain.mean(axis=1)
    at = _bracket(mean)
    if at is None:
        return None
    low, high = values[at : at + 2]
    narrow = high - low <= (1.0 if whole else FINEST * (values[-1] - values[0]))
    if narrow or _settled(gain[_nearest(mean, at)]):
        return None
    guess = _smooth_root(values, mean, at)
    edge = 1.0 if whole else EDGE * (high - low)
    return float(np.clip(np.round(guess) if whole else guess, low + edge, high - edge))


def crossing(values: Floats, gain: Floats) -> float:
    """Give the first value at which a gain changes sign, linear between values; NaN where it never does.

    Parameters
    ----------
    values, gain
        float64[value], the values rising. No gain and no loss counts as a gain.

    Examples
    --------
    >>> crossing(np.array([1.0, 2.0, 4.0]), np.array([-3.0, -1.0, 3.0]))
    2.5
    """
    at = _bracket(gain)
    if at is None:
        return np.nan
    (x, further), (y, beyond) = values[at : at + 2], gain[at : at + 2]
    return float(np.clip(x - y * (further - x) / (beyond - y), x, further))


def at_value(values: Floats, what: Floats, value: float) -> Floats:
    """Interpolate float64[value, draw] at a value, linearly: float64[draw]."""
    at = int(np.clip(np.searchsorted(values, value) - 1, 0, len(values) - 2))
    part = (value - values[at]) / (values[at + 1] - values[at])
    return np.asarray((1.0 - part) * what[at] + part * what[at + 1])


def slope(values: Floats, mean: Floats, value: float) -> float:
    """Give the slope of a mean, float64[value], at a value: a difference over some distance to each side."""
    from scipy.interpolate import PchipInterpolator

    reach = APART * (values[-1] - values[0])
    low, high = max(value - reach, values[0]), min(value + reach, values[-1])
    below, above = PchipInterpolator(values, mean)([low, high])
    return float((above - below) / (high - low))


def spread(own: Floats, always: NDArray[np.bool_], never: NDArray[np.bool_], *, rising: bool) -> tuple[float, float]:
    """Give the 95% interval of the draws' own roots; those beyond the range lie at infinity.

    Parameters
    ----------
    own
        float64[draw], the draws' roots.
    always, never
        bool[draw], those that have none because there is always a gain, or never.
    rising
        Whether gains rise with the value.
    """
    beyond = np.inf if rising else -np.inf
    placed = np.select([always, never], [-beyond, beyond], own)
    low, high = np.quantile(placed, TAILS, method="inverted_cdf")
    return float(low), float(high)


def per_offered(of_draws: Floats, offered: Floats) -> Estimate:
    """Give a ratio of means over draws, with its error by the delta method.

    Parameters
    ----------
    of_draws
        float64[draw], per person of the population.
    offered
        float64[draw], the share of people who are offered the program.
    """
    ratio = float(of_draws.mean() / offered.mean())
    return Estimate(ratio, standard_error(of_draws - ratio * offered) / float(offered.mean()))


def standard_error(of_draws: Floats) -> float:
    """Give the Monte Carlo error of a mean over draws."""
    return float(of_draws.std(ddof=1) / np.sqrt(of_draws.size))


def _worth(gain: Floats) -> NDArray[np.bool_]:
    return np.asarray(gain >= -NEGLIGIBLE)


def _bracket(gain: Floats) -> int | None:
    """Give the place of the value before the first change of sign."""
    worth = _worth(gain)
    changes = np.flatnonzero(worth[1:] != worth[:-1])
    return int(changes[0]) if changes.size else None


def _nearest(mean: Floats, at: int) -> int:
    """Give the end of a bracket at which the mean is nearer to zero."""
    return at + int(abs(mean[at + 1]) < abs(mean[at]))


def _settled(gain: Floats) -> bool:
    """Tell whether a mean gain is as good as zero."""
    return bool(abs(gain.mean()) <= SETTLED * standard_error(gain))


def _smooth_root(values: Floats, mean: Floats, at: int) -> float:
    """Give the root within a bracket of a curve through all values that turns only where they do."""
    from scipy.interpolate import PchipInterpolator
    from scipy.optimize import brentq

    if mean[at] * mean[at + 1] >= 0.0:  # no loss but for rounding, at one of the ends
        return crossing(values, mean)
    curve = PchipInterpolator(values, mean)
    return float(brentq(lambda value: float(curve(value)), values[at], values[at + 1]))

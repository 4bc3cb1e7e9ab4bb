"""Where published figures stand among those of simulated trials."""

import math
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hecon.calibration.replicates import QUANTITIES, SESSIONS, Replicates
from hecon.inputs.targets import ROUNDING, Target

Floats = NDArray[np.float64]

LEVELS = (0.025, 0.5, 0.975)


def figures_table(targets: tuple[Target, ...], predictive: Replicates, sampling: Replicates) -> pd.DataFrame:
    """Give every published figure with its predictive distribution.

    Parameters
    ----------
    targets
        Figures of the trial's arms.
    predictive, sampling
        Trials at drawn parameters, and at one point.

    Returns
    -------
    DataFrame with what the figure is of, and what `standing` says of it
    """
    return pd.DataFrame(
        [
            _about(target)
            | standing(
                target.value,
                predictive.figures[:, column],
                sampling.figures[:, column],
                last_digit=_last_digit(target),
                ratio=target.is_ratio,
            )
            for column, target in enumerate(targets)
        ]
    )


def standing(
    observed: float, predicted: Floats, sampling: Floats, *, last_digit: float = 0.0, ratio: bool = False
) -> dict[str, Any]:
    """Say where an observed figure stands in a predictive distribution.

    Parameters
    ----------
    observed
        The figure as printed.
    predicted
        float64[trial], its predictive distribution.
    sampling
        float64[trial], the same of trials that differ in people and luck alone.
    last_digit
        The unit of the last digit printed: what would be printed alike is a tie, and half of the ties count as below.
    ratio
        Whether its spread is that of its logarithm.

    Returns
    -------
    ``observed``, ``median``, ``low``, ``high``, ``percentile`` (0 to 100), ``inside``, ``width_ratio``, ``sampling_sd``

    Notes
    -----
    The width compares quantiles of simulated trials. That of `hecon.calibration.refits` is over a normal interval from
    the figure's standard error, which includes rounding.
    """
    low, median, high = (float(x) for x in np.quantile(predicted, LEVELS))
    least, _, most = np.quantile(sampling, LEVELS)
    half = last_digit / 2.0 + 1e-9
    below = float(np.mean(predicted < observed - half))
    ties = float(np.mean(np.abs(predicted - observed) <= half))
    return {
        "observed": observed,
        "median": median,
        "low": low,
        "high": high,
        "percentile": 100.0 * (below + ties / 2.0),
        "inside": low <= observed <= high,
        "width_ratio": (high - low) / float(most - least) if most > least else math.nan,
        "sampling_sd": float(np.std(np.log(sampling) if ratio else sampling)),
    }


def sessions_table(replicates: Replicates) -> pd.DataFrame:
    """Give each quantity by the number of sessions; trials in which nobody had so many say nothing of their days.

    Returns
    -------
    DataFrame with ``arm``, ``sessions``, ``quantity``, ``predicted`` (mean over trials), ``low`` and ``high``
    """
    rows = []
    for arm, values in replicates.sessions.items():
        for row, number in enumerate(SESSIONS):
            for column, quantity in enumerate(QUANTITIES):
                known = values[:, row, column][np.isfinite(values[:, row, column])]
                low, high = np.quantile(known, [LEVELS[0], LEVELS[-1]]) if len(known) else (math.nan, math.nan)
                mean = known.mean() if len(known) else math.nan
                rows.append((arm, number, quantity, mean, low, high))
    return pd.DataFrame(rows, columns=["arm", "sessions", "quantity", "predicted", "low", "high"])


def returned(replicates: Replicates) -> list[dict[str, Any]]:
    """Give the course of sustained return by arm, with its band over trials."""
    courses = []
    for arm, share in replicates.returned.items():
        low, high = np.quantile(share, [LEVELS[0], LEVELS[-1]], axis=0)
        about = {"curve": "returned", "arm": arm, "week": list(range(share.shape[1]))}
        courses.append(about | {"predicted": share.mean(axis=0), "low": low, "high": high})
    return courses


def _about(target: Target) -> dict[str, Any]:
    """Say which figure a row is of."""
    return {
        "figure": target.name,
        "arm": target.arm,
        "against": target.against,
        "statistic": target.statistic,
        "unit": target.unit,
    }


def _last_digit(target: Target) -> float:
    """Give the unit of the last digit printed: that of its kind, or the value's own where it has more."""
    kind = next((digit for unit, digit in ROUNDING.items() if target.unit.startswith(unit)), 1.0)
    own = 10.0 ** -len(f"{target.value:g}".partition(".")[2])
    return min(kind, own)

"""The simulated arms beside the trial's published figures."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    import xarray as xr

    from hecon.evaluation.comparison import Comparison
    from hecon.inputs.parameters import Parameters

SHARE_OF_QUANTILE = {"benefit_days_q1": 0.25, "benefit_days_median": 0.5, "benefit_days_q3": 0.75}


ARMS = {
    "usual_care": "usual_case_management",
    "active_control": "early_follow_up",
    "motivational_interviewing": "motivational_interviewing",
}


MEASURE_OF = {
    "sustained_return": "sustained_return",
    "no_benefit_day_365": "no_benefit_12m",
    "aap_entry": "entered_aap_12m",
}


def published(parameters: Parameters) -> pd.DataFrame:
    """Give the trial's published figures that the model has outcomes for; empty without a file targets.toml."""
    path = parameters.folder / "targets.toml"
    columns = ["strategy", "statistic", "value", "n"]
    if not path.is_file():
        return pd.DataFrame(columns=columns)
    known = {*SHARE_OF_QUANTILE, *MEASURE_OF, "sustained_return_median_days"}
    rows = [
        (ARMS[target["arm"]], target["statistic"], float(target["value"]), int(target["n"]))
        for target in tomllib.loads(path.read_text(encoding="utf-8"))["targets"]
        if target["arm"] in ARMS and target["statistic"] in known
    ]
    return pd.DataFrame(rows, columns=columns)


def against_trial(comparison: Comparison) -> pd.DataFrame:
    """Set the base case beside the trial's figures, with the range that an arm of the trial's size would show.

    Returns
    -------
    DataFrame with ``strategy``, ``statistic``, ``published``, ``simulated``, ``low``, ``high`` (95% range of an arm
    drawn from the model) and ``within``
    """
    rows = []
    for row in published(comparison.parameters).itertuples():
        if row.strategy not in comparison.strategies:
            continue
        simulated, low, high = _arm(comparison.base.sel(strategy=row.strategy), str(row.statistic), int(row.n))
        rows.append((row.strategy, row.statistic, row.value, simulated, low, high, low <= row.value <= high))
    return pd.DataFrame(rows, columns=["strategy", "statistic", "published", "simulated", "low", "high", "within"])


def _arm(base: xr.Dataset, statistic: str, n: int) -> tuple[float, float, float]:
    """Give a simulated statistic and its 95% sampling range among n people."""
    if statistic in MEASURE_OF:
        share = float(base["outcome"].sel(measure=MEASURE_OF[statistic]))
        half = 1.96 * np.sqrt(share * (1.0 - share) / n)
        return share, share - half, share + half
    at = SHARE_OF_QUANTILE.get(statistic, 0.5)
    half = 1.96 * np.sqrt(at * (1.0 - at) / n)
    name, factor = ("benefit_days", 1.0) if statistic in SHARE_OF_QUANTILE else ("weeks_to_return", 7.0)
    levels = base["quantile"].to_numpy()
    low, simulated, high = factor * np.interp([at - half, at, at + half], levels, base[name].to_numpy())
    return float(simulated), float(low), float(high)

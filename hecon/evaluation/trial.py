"""The simulated arms beside the trial's published figures."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from hecon.evaluation.estimates import TAILS
from hecon.inputs.targets import ARMS, read_targets
from hecon.model.trial import STATISTICS, emulate, simulated_trials, statistics
from hecon.model.trial import hazard_ratios as ratio_of_arms

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hecon.inputs.parameters import Parameters
    from hecon.inputs.points import Inputs
    from hecon.inputs.targets import Target

TRIALS = 2000
PEOPLE = 20_000
SIZE = 255
"""People in an arm of the trial, for the range of a hazard ratio."""
COLUMNS = ("strategy", "statistic", "published", "simulated", "low", "high", "within")


@dataclass(frozen=True)
class AgainstTrial:
    """The trial's arms, emulated at the base case, beside its figures; empty tables without a file targets.toml.

    Attributes
    ----------
    published
        What the trial published that an emulated arm has too: ``arm``, ``strategy``, ``statistic``, ``value``, ``n``.
    statistics
        Of the strategies compared: ``strategy``, ``statistic``, ``published``, ``simulated``, ``low``, ``high`` (95%
        range over simulated trials of the same size) and ``within``.
    ratios
        The hazard ratios of return between arms: ``strategy``, ``against``, ``adjusted``, ``published``,
        ``published_low``, ``published_high`` (from the standard error), ``simulated``, ``low``, ``high`` and
        ``within``; the model's is unadjusted.
    """

    published: pd.DataFrame = field(repr=False)
    statistics: pd.DataFrame = field(repr=False)
    ratios: pd.DataFrame = field(repr=False)


def against_trial(
    parameters: Parameters, strategies: Sequence[str], seed: int, people: int = PEOPLE, trials: int = TRIALS
) -> AgainstTrial:
    """Emulate the trial's arms at the base case and set them beside its figures.

    Parameters
    ----------
    parameters
        As `read_parameters` gives them.
    strategies
        Whose arms' statistics are wanted; hazard ratios are of all arms.
    seed
        Of all luck.
    people
        In each emulated arm; each arm has the trial's own mix at inclusion.
    trials
        Drawn from every arm for the ranges of its figures; a fourth as many for those of hazard ratios.
    """
    file = parameters.folder / "targets.toml"
    targets = read_targets(parameters.folder) if file.is_file() else ()
    figures = _published(targets)
    inputs = parameters.base_case()
    return AgainstTrial(
        figures,
        _statistics(inputs, figures[figures["strategy"].isin(strategies)], seed, people, trials),
        _ratios(inputs, targets, seed, people, trials // 4),
    )


def _published(targets: Sequence[Target]) -> pd.DataFrame:
    rows = [
        (target.arm, ARMS[target.arm], target.statistic, target.value, target.n)
        for target in targets
        if target.arm in ARMS and target.statistic in STATISTICS
    ]
    return pd.DataFrame(rows, columns=["arm", "strategy", "statistic", "value", "n"])


def _statistics(inputs: Inputs, figures: pd.DataFrame, seed: int, people: int, trials: int) -> pd.DataFrame:
    rows = []
    for arm, ours in figures.groupby("arm", sort=False):
        cohort = emulate(inputs, str(arm), people=people, seed=seed)
        simulated = statistics(cohort)
        drawn = statistics(simulated_trials(cohort, int(ours["n"].max()), trials=trials, seed=seed))
        for row in ours.itertuples():
            low, high = np.quantile(drawn[row.statistic], TAILS)
            figure = float(simulated[row.statistic][0])
            rows.append((row.strategy, row.statistic, row.value, figure, low, high, low <= row.value <= high))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _ratios(inputs: Inputs, targets: Sequence[Target], seed: int, people: int, trials: int) -> pd.DataFrame:
    ratios = [target for target in targets if target.is_ratio and target.se is not None and target.arm in ARMS]
    cohorts = {arm: emulate(inputs, arm, people=people, seed=seed) for arm in ARMS} if ratios else {}
    rows = []
    for target in ratios:
        against = target.against or "usual_care"
        pair = [cohorts[target.arm], cohorts[against]]
        figure = float(ratio_of_arms(*pair)[0])
        drawn = [simulated_trials(arm, SIZE, trials=trials, seed=seed + number) for number, arm in enumerate(pair)]
        low, high = np.quantile(ratio_of_arms(*drawn), TAILS)
        half = 1.96 * (target.se or 0.0)
        rows.append(
            {
                "strategy": ARMS[target.arm],
                "against": ARMS[against],
                "adjusted": "adjusted" in target.statistic,
                "published": target.value,
                "published_low": target.value * np.exp(-half),
                "published_high": target.value * np.exp(half),
                "simulated": figure,
                "low": low,
                "high": high,
                "within": bool(low <= target.value <= high),
            }
        )
    return pd.DataFrame(rows)

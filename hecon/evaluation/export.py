"""hecon's own probabilistic analysis as files for other tools: one column a strategy or parameter, one row a draw."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

import hecon
from hecon.evaluation import pairs
from hecon.evaluation.information import columns
from hecon.evaluation.plans import check_strategies
from hecon.evaluation.psa import LEAST_DRAWS
from hecon.inputs.errors import InputError
from hecon.model.kernel import WEEKS_PER_YEAR
from hecon.model.runs import whole_file
from hecon.model.simulation import STRATEGIES, simulate

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import xarray as xr

    from hecon.inputs.parameters import Parameters

DIGITS = "%.10g"
"""Digits of a number in the files: a difference of a small effect must survive."""
FILES = ("costs.csv", "effects.csv", "parameters.csv", "README.txt")


@dataclass(frozen=True)
class Export:
    """What is written.

    Attributes
    ----------
    pair : what the cost is paired with, one of `pairs.PAIRS`
    cost, effect : float64[draw, strategy], per person
    parameters : float64[draw, parameter], those that vary and bear on the strategies
    record : what was run, by label
    """

    pair: pairs.Pair
    cost: xr.DataArray
    effect: xr.DataArray
    parameters: pd.DataFrame
    record: dict[str, str]


def export(
    parameters: Parameters,
    pair: str = "days",
    *,
    strategies: Sequence[str] = STRATEGIES,
    draws: int = 1000,
    people: int = 1000,
    weeks: int = WEEKS_PER_YEAR,
    seed: int = hecon.SEED,
    threads: int | None = None,
    progress: str | None = None,
) -> Export:
    """Run the probabilistic analysis of a pair of cost and effect.

    Parameters
    ----------
    pair
        Name of one of `pairs.PAIRS`.
    strategies
        Names of program files, the comparator first.
    draws, people, weeks, seed, threads, progress
        As of `simulate`; costs and effects are of all the weeks.

    Raises
    ------
    InputError
        For a pair that is not there, one strategy, one draw, or sizes that cannot be run.
    """
    chosen = pairs.named(pair)
    check_strategies(strategies)
    if draws < LEAST_DRAWS:
        raise InputError(f"draws: {draws} tells nothing of uncertainty; give {LEAST_DRAWS} or more")
    inputs = parameters.sample(draws, seed)
    run = simulate(inputs, strategies, people=people, weeks=weeks, seed=seed, threads=threads, progress=progress)
    cost, effect = pairs.paired(run, pair, pairs.WHOLE_RUN)
    worth = ""
    if chosen.worth is not None:
        worth = f"{pairs.worths(parameters)[pair]:.6g} {chosen.unit}"
    return Export(
        pair=chosen,
        cost=cost,
        effect=effect,
        parameters=columns(parameters, inputs, strategies),
        record={
            "Strategies": ", ".join(strategies),
            "Draws": f"{draws}",
            "People in each draw": f"{people}",
            "Weeks": f"{weeks}",
            "Seed": f"{seed}",
            "Statute as on": f"{parameters.date}",
            "Parameters, SHA-256": parameters.hash,
            "Replaced by the user": ", ".join(parameters.overlaid) or "nothing",
            "What a unit of effect is worth": worth or "does not apply",
            "hecon": hecon.__version__,
            "Python": sys.version.split()[0],
            **{name: version(name) for name in ("numpy", "numba")},
        },
    )


def write_export(made: Export, folder: Path) -> list[Path]:
    """Write costs.csv, effects.csv, parameters.csv and README.txt, each whole or not at all."""
    tables = (_frame(made.cost), _frame(made.effect), made.parameters)
    paths = [folder / name for name in FILES]
    for table, path in zip(tables, paths, strict=False):
        with whole_file(path) as temporary:
            table.to_csv(temporary, index=False, float_format=DIGITS, lineterminator="\n")
    with whole_file(paths[-1]) as temporary:
        temporary.write_text(read_me(made), encoding="utf-8")
    return paths


def read_me(made: Export) -> str:
    """Say what the files hold and how other tools read them."""
    pair = made.pair
    if pair.effect is None:
        effects = (
            "0 throughout: this pair is of money alone. Net benefit is minus the cost whatever the willingness to pay."
        )
        wtp = "0"
    else:
        effects = EFFECTS[pair.effect]
        wtp = made.record["What a unit of effect is worth"].split()[0]
    first = str(made.cost["strategy"].to_numpy()[0])
    said = [
        f"Probabilistic analysis by hecon: {pair.label}",
        "",
        "costs.csv       one column a strategy, one row a draw: NOK of 2025 per person, discounted.",
        f"effects.csv     the same columns and rows: {effects.format(first=first)}",
        f"parameters.csv  the same rows, one column a parameter: {made.parameters.shape[1]} vary and bear on these.",
        "                Those of a calibrated block were drawn together: value them as one group.",
        *([pair.caution] if pair.caution else []),
        "",
        *(f"{label}: {text}" for label, text in made.record.items()),
        "",
        "R:     costs <- as.matrix(read.csv('costs.csv', check.names = FALSE))",
        "       effects <- as.matrix(read.csv('effects.csv', check.names = FALSE))",
        "       parameters <- read.csv('parameters.csv', check.names = FALSE)",
        "BCEA:  BCEA::bcea(eff = effects, cost = costs, ref = 1, interventions = colnames(costs))",
        "dampack: dampack::make_psa_obj(cost = as.data.frame(costs), effectiveness = as.data.frame(effects),",
        "       parameters = parameters, strategies = colnames(costs), currency = 'NOK')",
        "SAVI:  upload the three files: parameters, costs, effects, each with its line of names.",
        f"hecon: hecon cea costs.csv effects.csv --parameters parameters.csv --wtp {wtp}",
        "",
    ]
    return "\n".join(said)


EFFECTS = {
    pairs.DAYS: "days on benefit avoided per person, against {first}; not discounted.",
    pairs.QALYS: "QALYs per person, discounted.",
}


def _frame(values: xr.DataArray) -> pd.DataFrame:
    # -0.0 is written as 0.
    return pd.DataFrame(np.asarray(values) + 0.0, columns=values["strategy"].to_numpy())

"""Morris screening: which of many parameters matter at all, from few runs.

Trajectories step through a grid of four levels of every coordinate, one at a time. The average size of what a step
does, ``mu_star``, says how much a parameter matters; the spread, ``sigma``, how much that depends on where the others
are, or on where it is itself. Levels are equally spaced from the 2.5% to the 97.5% quantile. An effect is what a step
does over the step's length as a share of that span: with a result in NOK, ``mu_star`` is NOK too. The calibrated block
is left out: its coordinate numbers rows of a table, and nothing lies between two of them.

References
----------
Morris MD. Factorial sampling plans for preliminary computational experiments. Technometrics 1991;33:161-174.

Campolongo F, Cariboni J, Saltelli A. An effective screening design for sensitivity analysis of large models.
Environmental Modelling & Software 2007;22:1509-1518.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from hecon import SEED
from hecon.evaluation.estimates import TAILS
from hecon.evaluation.plans import bearing, check_coordinates, check_strategies, labelled, outputs, run_plan
from hecon.evaluation.sobol import salib_seed
from hecon.inputs.errors import InputError
from hecon.inputs.points import check_seed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import pandas as pd
    from numpy.typing import NDArray

    from hecon.evaluation.what_if import Size
    from hecon.inputs.parameters import Parameters

    Floats = NDArray[np.float64]

LEVELS = 4
"""Of the grid: with an even number, a step of `LEVELS / (2 (LEVELS - 1))` of its span makes all levels as likely."""
RESAMPLES = 1000


@dataclass(frozen=True, eq=False)
class MorrisPlan:
    """Trajectories along which a model is run.

    Attributes
    ----------
    names
        The coordinates.
    trajectories
        How many.
    seed
        Of the trajectories and of the bootstrap.
    points
        float64[trajectories * (coordinates + 1), coordinate].
    """

    names: tuple[str, ...]
    trajectories: int
    seed: int
    points: Floats


def morris_plan(names: Sequence[str], *, trajectories: int = 20, seed: int = SEED) -> MorrisPlan:
    """Plan trajectories through the central 95% of every coordinate.

    Raises
    ------
    InputError
        If there are under two trajectories, or no coordinate.
    """
    from SALib.sample import morris

    check_seed(seed)
    if trajectories < 2:
        raise InputError(f"trajectories: {trajectories} shows no spread: give 2 or more, 20 for a result")
    if not names:
        raise InputError("parameters: none is left to screen: name some that are not of a calibrated block")
    points = morris.sample(_problem(names), trajectories, num_levels=LEVELS, seed=salib_seed(seed))
    return MorrisPlan(tuple(names), trajectories, seed, points)


def analyse(plan: MorrisPlan, values: Floats, *, resamples: int = RESAMPLES) -> xr.Dataset:
    """Estimate elementary effects from what a model gives along the trajectories of a plan.

    Parameters
    ----------
    plan
        As `morris_plan` gives it.
    values
        float64[point], or float64[point, output].
    resamples
        Of the bootstrap.

    Returns
    -------
    Dataset over [output, parameter], in the unit of the output: ``mu`` and ``mu_star``, the means of effects and of
    their sizes; ``mu_star_low`` and ``mu_star_high``, its 95% interval; ``sigma``, the spread of effects
    """
    from SALib.analyze import morris

    table = values.reshape(len(values), -1)
    parts = ("mu", "mu_star", "sigma", "mu_star_conf")
    columns = np.empty((len(parts), table.shape[1], len(plan.names)))
    for place, one in enumerate(table.T):
        found = morris.analyze(
            _problem(plan.names),
            plan.points,
            one,
            num_levels=LEVELS,
            num_resamples=resamples,
            seed=salib_seed(plan.seed),
        )
        columns[:, place] = [np.asarray(found[part], dtype=np.float64) for part in parts]
    mu, star, sigma, half = columns
    data = {"mu": mu, "mu_star": star, "mu_star_low": star - half, "mu_star_high": star + half, "sigma": sigma}
    return xr.Dataset(
        {name: (("output", "parameter"), part) for name, part in data.items()},
        coords={"output": np.arange(table.shape[1]), "parameter": list(plan.names)},
    )


def morris_effects(
    model: Callable[[Floats], Floats], names: Sequence[str], *, trajectories: int = 20, seed: int = SEED
) -> xr.Dataset:
    """Screen any function of points in the unit cube.

    Parameters
    ----------
    model
        float64[point, coordinate] to float64[point] or float64[point, output].
    names, trajectories, seed
        As for `morris_plan`.

    Returns
    -------
    As `analyse` returns them
    """
    plan = morris_plan(names, trajectories=trajectories, seed=seed)
    return analyse(plan, model(plan.points))


def screen_strategies(
    parameters: Parameters,
    strategies: Sequence[str],
    *,
    run: Size,
    names: Sequence[str] | None = None,
    trajectories: int = 20,
    checkpoint: Path | None = None,
) -> pd.DataFrame:
    """Screen what every net benefit depends on, and which strategy is best.

    Parameters
    ----------
    parameters
        As `read_parameters` gives them.
    strategies
        Names of program files; the first is the comparator.
    run
        How large each run is.
    names
        The coordinates that move; all that bear on the strategies if None. Calibrated blocks are left out.
    trajectories
        Steps through all coordinates.
    checkpoint
        As for `run_plan`.

    Returns
    -------
    DataFrame with a row for every output and parameter: the fields of `Output`, ``parameter``, and what `analyse` gives
    """
    check_strategies(strategies)
    asked_for = bearing(parameters, strategies) if names is None else names
    check_coordinates(parameters, asked_for)
    moving = [name for name in asked_for if name not in parameters.blocks]
    plan = morris_plan(moving, trajectories=trajectories, seed=run.seed)
    ran = run_plan(parameters, parameters.at(plan.points, moving), strategies, run, checkpoint)
    asked, values = outputs(ran)
    return labelled(analyse(plan, values), asked)


def most_moving(screened: pd.DataFrame, count: int, *, horizon: str, perspective: str) -> tuple[str, ...]:
    """Give the parameters with the greatest ``mu_star`` on the net benefit of any strategy, greatest first."""
    here = (screened["horizon"] == horizon) & (screened["perspective"] == perspective)
    of = screened[here & (screened["what"] == "gain")]
    most = of.groupby("parameter", sort=False)["mu_star"].max()
    return tuple(str(name) for name in most.sort_values(ascending=False, kind="stable").index[:count])


def _problem(names: Sequence[str]) -> dict[str, Any]:
    return {
        "num_vars": len(names),
        "names": list(names),
        "groups": list(names),
        "bounds": [list(TAILS)] * len(names),
    }

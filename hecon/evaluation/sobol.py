"""Sobol' indices: which share of the variance of a result each parameter, or group of parameters, accounts for.

The first order is the share that would go, on average, if the parameter were known; the total order also has its part
in every interaction. Any function of points in the unit cube can be asked. Estimates come from finitely many points:
first orders that are small come out below zero too, and one whose interval holds zero cannot be told from none.

References
----------
Sobol' IM. Global sensitivity indices for nonlinear mathematical models and their Monte Carlo estimates. Mathematics and
Computers in Simulation 2001;55:271-280.

Saltelli A, Annoni P, Azzini I, Campolongo F, Ratto M, Tarantola S. Variance based sensitivity analysis of model output.
Design and estimator for the total sensitivity index. Computer Physics Communications 2010;181:259-270.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from hecon import SEED
from hecon.evaluation.plans import check_coordinates, check_strategies, labelled, outputs, run_plan
from hecon.inputs.errors import InputError
from hecon.inputs.points import check_seed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    import pandas as pd
    from numpy.typing import NDArray

    from hecon.evaluation.what_if import Size
    from hecon.inputs.parameters import Parameters

    Floats = NDArray[np.float64]

RESAMPLES = 200
ROUNDING = 1e-12
"""Relative difference below which results are the same."""
WIDE = 0.1
"""Half-width of an interval of a total order above which parameters cannot be ranked: more points are needed."""


@dataclass(frozen=True, eq=False)
class SobolPlan:
    """Points at which a model is run for its Sobol' indices.

    Attributes
    ----------
    names
        The coordinates.
    groups
        Of each coordinate, the group it moves with; its own name where it moves alone.
    size
        Base points; a power of two.
    seed
        Of the points and of the bootstrap.
    points
        float64[size * (groups + 2), coordinate].
    """

    names: tuple[str, ...]
    groups: tuple[str, ...]
    size: int
    seed: int
    points: Floats

    @property
    def parameters(self) -> tuple[str, ...]:
        """The groups, each once: what indices are of."""
        return tuple(dict.fromkeys(self.groups))

    @property
    def problem(self) -> dict[str, Any]:
        """What SALib calls a problem."""
        return _problem(self.names, self.groups)


def sobol_plan(
    names: Sequence[str], *, groups: Mapping[str, str] | None = None, size: int = 512, seed: int = SEED
) -> SobolPlan:
    """Plan the points for Sobol' indices of first and total order.

    Parameters
    ----------
    names
        The coordinates.
    groups
        The group of each coordinate that moves together with others.
    size
        Base points, a power of two; the model is run at ``size * (groups + 2)``.
    seed
        Of the points.

    Raises
    ------
    InputError
        If the size is no power of two, a name in `groups` is not among the coordinates, or under two groups are left.
    """
    from SALib.sample import sobol

    check_seed(seed)
    if size < 2 or size & (size - 1):
        raise InputError(f"size: {size} is no power of two: give 64, 128, 256, 512, 1024, ...")
    given = dict(groups or {})
    strange = [name for name in given if name not in names]
    if strange:
        raise InputError(f"groups: {', '.join(strange)} does not move in this plan: leave it out")
    of = tuple(given.get(name, name) for name in names)
    if len(set(of)) < 2:
        raise InputError(f"parameters: {', '.join(set(of)) or 'none'}: shares of a variance need at least two")
    points = sobol.sample(_problem(names, of), size, calc_second_order=False, seed=salib_seed(seed))
    return SobolPlan(tuple(names), of, size, seed, points)


def analyse(plan: SobolPlan, values: Floats, *, resamples: int = RESAMPLES) -> xr.Dataset:
    """Estimate Sobol' indices from what a model gives at the points of a plan.

    Parameters
    ----------
    plan
        As `sobol_plan` gives it.
    values
        float64[point], or float64[point, output].
    resamples
        Of the bootstrap.

    Returns
    -------
    Dataset over [output, parameter]: ``first`` and ``total``, each with the ends of its 95% interval ``_low`` and
    ``_high``; and over [output] ``enough``, whether every interval of a total order is narrower than `WIDE` to each
    side. NaN for an output that is the same at all base points: it has no variance to share.
    """
    from SALib.analyze import sobol

    table = values.reshape(len(values), -1)
    columns = np.full((6, table.shape[1], len(plan.parameters)), np.nan)
    for place, one in enumerate(table.T):
        if _same(one.reshape(plan.size, -1)[:, [0, -1]]):
            continue
        found = sobol.analyze(
            plan.problem, one, calc_second_order=False, num_resamples=resamples, seed=salib_seed(plan.seed)
        )
        for order, name in enumerate(("S1", "ST")):
            middle, half = found[name], found[f"{name}_conf"]
            columns[3 * order : 3 * order + 3, place] = middle, middle - half, middle + half
    data = dict(zip(("first", "first_low", "first_high", "total", "total_low", "total_high"), columns, strict=True))
    indices = xr.Dataset(
        {name: (("output", "parameter"), part) for name, part in data.items()},
        coords={"output": np.arange(table.shape[1]), "parameter": list(plan.parameters)},
    )
    half = (indices["total_high"] - indices["total"]).max("parameter", skipna=False)
    return indices.assign(enough=half < WIDE)


def sobol_indices(
    model: Callable[[Floats], Floats],
    names: Sequence[str],
    *,
    groups: Mapping[str, str] | None = None,
    size: int = 512,
    seed: int = SEED,
) -> xr.Dataset:
    """Give the Sobol' indices of any function of points in the unit cube.

    Parameters
    ----------
    model
        float64[point, coordinate] to float64[point] or float64[point, output].
    names, groups, size, seed
        As for `sobol_plan`.

    Returns
    -------
    As `analyse` returns them
    """
    plan = sobol_plan(names, groups=groups, size=size, seed=seed)
    return analyse(plan, model(plan.points))


def sobol_of_strategies(
    parameters: Parameters,
    strategies: Sequence[str],
    names: Sequence[str],
    *,
    run: Size,
    groups: Mapping[str, str] | None = None,
    size: int = 512,
    checkpoint: Path | None = None,
) -> pd.DataFrame:
    """Give the Sobol' indices of every net benefit, and of which strategy is best.

    Parameters
    ----------
    parameters
        As `read_parameters` gives them.
    strategies
        Names of program files; the first is the comparator.
    names
        The coordinates that move; the others stay at their value. A calibrated block is one coordinate, and so one
        group.
    run
        How large each run is.
    groups, size
        As for `sobol_plan`.
    checkpoint
        As for `run_plan`.

    Returns
    -------
    DataFrame with a row for every output and parameter: the fields of `Output`, ``parameter``, and what `analyse` gives
    """
    check_strategies(strategies)
    check_coordinates(parameters, names)
    plan = sobol_plan(names, groups=groups, size=size, seed=run.seed)
    ran = run_plan(parameters, parameters.at(plan.points, names), strategies, run, checkpoint)
    asked, values = outputs(ran)
    return labelled(analyse(plan, values), asked)


def salib_seed(seed: int) -> int:
    """Give a seed that SALib takes as one: it reads 0 as none."""
    return seed % (2**32 - 2) + 1


def _same(values: Floats) -> bool:
    """Tell whether values differ by rounding alone."""
    return bool(np.ptp(values) <= ROUNDING * np.abs(values).max())


def _problem(names: Sequence[str], groups: Sequence[str]) -> dict[str, Any]:
    together = {} if tuple(names) == tuple(groups) else {"groups": list(groups)}
    return {"num_vars": len(names), "names": list(names), "bounds": [[0.0, 1.0]] * len(names), **together}

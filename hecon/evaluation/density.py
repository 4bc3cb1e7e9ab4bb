"""How far each parameter moves the whole distribution of a result, not its variance alone: the PAWN index.

A sample of points is cut into slices of a parameter; in each, the distribution of the result is set against that of all
points by the Kolmogorov-Smirnov distance. The index is the median over slices: 0 for a parameter that moves nothing, at
most 1. In a finite sample it is above 0 for everything; how far is seen from columns of pure chance.

References
----------
Pianosi F, Wagener T. Distribution-based sensitivity analysis from a generic input-output sample. Environmental
Modelling & Software 2018;108:197-207.

Khorashadi Zadeh F, Nossent J, Sarrazin F, et al. Comparison of variance-based and moment-independent global sensitivity
analysis approaches by application to the SWAT model. Environmental Modelling & Software 2017;91:210-222.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from hecon import SEED
from hecon.evaluation.plans import bearing, check_coordinates, check_strategies, labelled, outputs, run_plan
from hecon.inputs.errors import InputError
from hecon.inputs.points import check_seed, random_points

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import pandas as pd
    from numpy.typing import NDArray

    from hecon.evaluation.what_if import Size
    from hecon.inputs.parameters import Parameters

    Floats = NDArray[np.float64]

SLICES = 8
LEAST_IN_SLICE = 10
CHANCE = 100
"""Columns of pure chance; what 95% of them stay below, an index must exceed to be told from nothing."""


def pawn(points: Floats, values: Floats, names: Sequence[str], *, seed: int = SEED) -> xr.Dataset:
    """Estimate PAWN indices from any sample of points and what a model gave there.

    Parameters
    ----------
    points
        float64[point, parameter], a random sample; whatever scale each column has.
    values
        float64[point], or float64[point, output].
    names
        Of the columns.
    seed
        Of the columns of chance.

    Returns
    -------
    Dataset over [output, parameter]: ``pawn``, the median distance over slices; ``most``, the greatest; and the
    coordinate ``chance``, the index that 95% of columns of pure chance stay below. Both are NaN for an output that is
    the same at every point.

    Raises
    ------
    InputError
        If there are too few points to slice, or not as many values.
    """
    check_seed(seed)
    check_size(len(points))
    if len(values) != len(points):
        raise InputError(f"values: {len(values)} at {len(points)} points: give one for each")
    table = values.reshape(len(values), -1)
    found = np.full((2, table.shape[1], len(names)), np.nan)
    for place, one in enumerate(table.T):
        if np.ptp(one) > 0.0:
            found[:, place] = _distances(points, one)
    luck = np.random.default_rng([seed, 1])
    by_chance = _distances(luck.random((len(points), CHANCE)), luck.random(len(points)))[0]
    return xr.Dataset(
        {name: (("output", "parameter"), part) for name, part in zip(("pawn", "most"), found, strict=True)},
        coords={
            "output": np.arange(table.shape[1]),
            "parameter": list(names),
            "chance": float(np.quantile(by_chance, 0.95)),
        },
    )


def pawn_of_function(
    model: Callable[[Floats], Floats], names: Sequence[str], *, size: int = 1000, seed: int = SEED
) -> xr.Dataset:
    """Give the PAWN indices of any function of points in the unit cube: `pawn` at random points of it."""
    points = random_points(size, seed, names)
    return pawn(points, model(points), names, seed=seed)


def pawn_of_strategies(
    parameters: Parameters,
    strategies: Sequence[str],
    *,
    run: Size,
    names: Sequence[str] | None = None,
    size: int = 1000,
    checkpoint: Path | None = None,
) -> pd.DataFrame:
    """Give how far each parameter moves the distribution of every net benefit.

    Parameters
    ----------
    parameters
        As `read_parameters` gives them.
    strategies
        Names of program files; the first is the comparator.
    run
        How large each run is.
    names
        The coordinates that move; all that bear on the strategies if None. Slices are cut of what they draw: of each
        parameter of a calibrated block, since rows beside each other in its table are alike in one thing only. What
        such a parameter is told to move may be another's, fitted together with it.
    size
        Random points.
    checkpoint
        As for `run_plan`.

    Returns
    -------
    DataFrame with a row for every net benefit and parameter: the fields of `Output`, ``parameter``, and what `pawn`
    gives
    """
    check_strategies(strategies)
    moving = bearing(parameters, strategies) if names is None else tuple(names)
    check_coordinates(parameters, moving)
    inputs = parameters.at(random_points(size, run.seed, moving), moving)
    asked, values = outputs(run_plan(parameters, inputs, strategies, run, checkpoint))
    gains = [place for place, output in enumerate(asked) if output.what == "gain"]
    drawn = np.stack(list(inputs.drawn.values()), axis=1)
    found = pawn(drawn, values[:, gains], list(inputs.drawn), seed=run.seed)
    return labelled(found, [asked[place] for place in gains])


def check_size(points: int) -> None:
    """Refuse too few points.

    Raises
    ------
    InputError
        If a slice would hold too few.
    """
    if points < SLICES * LEAST_IN_SLICE:
        raise InputError(f"points: {points} are too few to slice: give {SLICES * LEAST_IN_SLICE} or more")


def _distances(points: Floats, values: Floats) -> Floats:
    """Give the median and the greatest distance over the slices of every column: float64[2, column]."""
    order = np.argsort(values, kind="stable")
    steps = np.flatnonzero(np.append(np.diff(values[order]) > 0.0, True))
    whole = (steps + 1.0) / len(values)
    found = np.empty((2, points.shape[1]))
    for place, column in enumerate(points.T):
        inner = np.quantile(column, np.arange(1, SLICES) / SLICES)
        member = np.searchsorted(inner, column[order], side="right") == np.arange(SLICES)[:, None]
        below = np.cumsum(member, axis=1)[:, steps]
        within = below[below[:, -1] > 0]
        distance = np.abs(within / within[:, -1:] - whole).max(axis=1)
        found[:, place] = np.median(distance), distance.max()
    return found

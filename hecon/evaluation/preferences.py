"""Which strategy has the highest net benefit: over two parameters, along one, and under every named scenario.

All runs share the people and the luck of key 0; what is not asked about stays at its value. Monte Carlo errors are of
the mean over persons.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import xarray as xr

from hecon.evaluation.crossings import Estimate, find_root, next_value, slope, standard_error
from hecon.evaluation.estimates import TAILS
from hecon.evaluation.one_way import benefit_by_person
from hecon.evaluation.plans import (
    PERSPECTIVE_NAMES,
    best,
    check_coordinates,
    check_strategies,
    gains,
    horizons,
    run_plan,
    varied,
)
from hecon.inputs.errors import InputError, closest
from hecon.model.runs import run_blocks

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from hecon.evaluation.plans import By
    from hecon.evaluation.what_if import Size
    from hecon.inputs.parameters import Parameters

    Floats = NDArray[np.float64]
    Axis = tuple[str, Sequence[float] | Floats]

FIRST = 9
"""Values at which a range is looked at first."""
ROUNDS = 8


def two_way(
    parameters: Parameters,
    strategies: Sequence[str],
    x: Axis,
    y: Axis,
    *,
    run: Size,
    by: By = "value",
    checkpoint: Path | None = None,
) -> xr.Dataset:
    """Give net benefit, and the strategy that has most of it, over a grid of two parameters.

    Parameters
    ----------
    parameters
        As `read_parameters` gives them.
    strategies
        Names of program files; the first is the comparator.
    x, y
        Each a name and its numbers, rising.
    run
        How large each run is.
    by
        Whether the numbers are values of any parameter that is one number, or quantiles of a coordinate.
    checkpoint
        As for `run_plan`.

    Returns
    -------
    Dataset over [y's name, x's name, horizon, perspective]: ``gain`` by strategy over the comparator, NOK per person,
    and ``best``, the place of the strategy with the highest net benefit

    Raises
    ------
    InputError
        If both are the same, or numbers do not rise, or as `varied`.
    """
    check_strategies(strategies)
    if x[0] == y[0]:
        raise InputError(f"x and y: both are {x[0]}: a map needs two parameters")
    for name, numbers in (x, y):
        if len(numbers) < 2 or not np.all(np.diff(np.asarray(numbers, np.float64)) > 0):
            raise InputError(f"{name}: its numbers do not rise: give two or more in order")
    changes = [{y[0]: float(v), x[0]: float(u)} for v in y[1] for u in x[1]]
    ran = run_plan(parameters, varied(parameters, changes, by), strategies, run, checkpoint)
    both = xr.Dataset({"gain": gains(ran), "best": best(ran)})
    grid = pd.MultiIndex.from_product([list(map(float, part[1])) for part in (y, x)], names=[y[0], x[0]])
    coords = xr.Coordinates.from_pandas_multiindex(grid, "point")
    named = both.assign_coords(coords)
    return named.unstack("point").transpose(y[0], x[0], ...)  # noqa: PD010  (of xarray)


def threshold(
    parameters: Parameters,
    strategies: Sequence[str],
    name: str,
    *,
    run: Size,
    span: tuple[float, float] | None = None,
    perspective: str = "society",
    horizon: str | None = None,
) -> pd.DataFrame:
    """Find the values of a parameter at which another strategy comes to have the highest net benefit.

    Parameters
    ----------
    parameters
        As `read_parameters` gives them.
    strategies
        Names of program files; the first is the comparator.
    name
        Of a parameter that is one number.
    run
        How large each run is.
    span
        The range looked at; the central 95% of its distribution if None.
    perspective
        Whose net benefit.
    horizon
        Over how long; 12 months if None.

    Returns
    -------
    DataFrame with a row for every change, in order: ``parameter``, ``perspective``, ``horizon``, ``low`` and ``high``
    of the range; ``below`` and ``above``, the strategies preferred on the two sides; ``value`` and its Monte Carlo
    ``error``. Where nothing changes in the range there is one row: ``below`` and ``above`` the same strategy, no value,
    and ``rival``, the strategy that comes nearest to it, with ``margin``, by how much it falls short there, and
    ``margin_error``. A margin within two errors of zero leaves open whether something changes.

    Raises
    ------
    InputError
        If the parameter has no range, the range is not one, or a perspective or horizon is unknown.
    """
    check_strategies(strategies)
    check_place(perspective, horizon, run.weeks)
    low, high = span_of(parameters, name, span)
    at = horizons(run.weeks).index(horizon or horizons(run.weeks)[0]), PERSPECTIVE_NAMES.index(perspective)

    def benefit(values: Floats) -> Floats:
        """Give float64[value, strategy, person]."""
        found: dict[float, Floats] = {}

        def one(value: float) -> None:
            inputs = varied(parameters, [{name: value}], "value")
            found[value] = benefit_by_person(inputs, strategies, run)[0][at]

        run_blocks(one, values.tolist(), threads=run.threads, progress=run.progress)
        return np.stack([found[value] for value in values.tolist()])

    values = np.linspace(low, high, FIRST)
    tried = benefit(values)
    for _ in range(ROUNDS):
        wanted = [next_value(*_between(values, tried, place), whole=False) for place in _changes(tried)]
        more = np.setdiff1d([value for value in wanted if value is not None], values)
        if not more.size:
            break
        order = np.argsort(np.concatenate([values, more]))
        values, tried = np.concatenate([values, more])[order], np.concatenate([tried, benefit(more)])[order]
    about = {
        "parameter": name,
        "perspective": perspective,
        "horizon": horizons(run.weeks)[at[0]],
        "low": low,
        "high": high,
    }
    return pd.DataFrame([about | found for found in _found(values, tried, strategies)])


def scenarios(parameters: Parameters, strategies: Sequence[str], *, run: Size) -> pd.DataFrame:
    """Give every strategy's net benefit with everything at its value, and under each named scenario.

    Parameters
    ----------
    parameters
        As `read_parameters` gives them.
    strategies
        Names of program files; the first is the comparator.
    run
        How large each run is.

    Returns
    -------
    DataFrame with a row for every scenario ("base" first), horizon, perspective and strategy but the comparator:
    ``label``; ``gain`` over the comparator, NOK per person, and its Monte Carlo ``error``; ``moved``, how far that is
    from the base case, and ``moved_error``, of the same persons' differences; ``best``; ``changes``, whether that is
    another strategy than in the base case
    """
    check_strategies(strategies)
    base = benefit_by_person(parameters.base_case(), strategies, run)[0]
    found = {"base": _reduced(base, base)}

    def put(name: str) -> None:
        here = benefit_by_person(parameters.with_scenario(name).base_case(), strategies, run)[0]
        found[name] = _reduced(here, base)

    run_blocks(put, parameters.scenarios, threads=run.threads, progress=run.progress)
    labels = {"base": "Base case"} | {name: scenario.label for name, scenario in parameters.scenarios.items()}
    chosen = {name: reduced[0].argmax(axis=-1) for name, reduced in found.items()}
    places = [(h, v, s) for h in range(base.shape[0]) for v in range(base.shape[1]) for s in range(1, base.shape[2])]
    return pd.DataFrame(
        [
            {
                "scenario": name,
                "label": labels[name],
                "horizon": horizons(run.weeks)[at[0]],
                "perspective": PERSPECTIVE_NAMES[at[1]],
                "strategy": strategies[at[2]],
                **dict(zip(("gain", "error", "moved", "moved_error"), (part[at] for part in found[name]), strict=True)),
                "best": strategies[chosen[name][at[:2]]],
                "changes": bool(chosen[name][at[:2]] != chosen["base"][at[:2]]),
            }
            for name in labels
            for at in places
        ]
    )


def check_place(perspective: str, horizon: str | None, weeks: int) -> None:
    """Refuse a perspective or horizon that a run does not have.

    Raises
    ------
    InputError
        If it has not.
    """
    if perspective not in PERSPECTIVE_NAMES:
        raise InputError(f"perspective: {perspective!r} is not one: {closest(perspective, PERSPECTIVE_NAMES)}")
    if horizon is not None and horizon not in horizons(weeks):
        raise InputError(f"horizon: {horizon!r} is not one of a run of {weeks} weeks: {', '.join(horizons(weeks))}")


def span_of(parameters: Parameters, name: str, given: tuple[float, float] | None = None) -> tuple[float, float]:
    """Give the range asked for, or the central 95% of a parameter's distribution, or of a calibrated one's rows.

    Raises
    ------
    InputError
        If the parameter has no distribution and no range is given, or that is none.
    """
    entry = parameters[name]
    if given is not None:
        if not given[0] < given[1]:
            raise InputError(f"{name}: {given[0]:g} to {given[1]:g} is no range: give a lower and a higher value")
        return given
    if entry.block is not None:
        drawn = parameters.blocks[entry.block]
        low, high = np.quantile(drawn.draws[:, drawn.columns.index(name)], TAILS)
    else:
        if not entry.uncertain:
            raise InputError(
                f"{name}: has no distribution, and so no range of its own: give a lowest and a highest value"
            )
        check_coordinates(parameters, [name])
        low, high = entry.quantile(np.array(TAILS))
    return float(low), float(high)


def _changes(tried: Floats) -> list[int]:
    """Give the places before which another strategy is best than after."""
    first = tried.mean(axis=-1).argmax(axis=-1)
    return [int(place) for place in np.flatnonzero(first[1:] != first[:-1])]


def _between(values: Floats, tried: Floats, place: int) -> tuple[Floats, Floats]:
    """Give the two values around a change, and there the gain of the later best strategy over the earlier one."""
    first = tried.mean(axis=-1).argmax(axis=-1)
    part = tried[place : place + 2]
    return values[place : place + 2], part[:, first[place + 1]] - part[:, first[place]]


def _root(values: Floats, gain: Floats) -> Estimate:
    """Give where a gain passes zero between two values, the lower of which may be the place itself."""
    root = find_root(values, gain)
    if np.isfinite(root.value):
        return Estimate(root.value, root.error)
    return Estimate(float(values[0]), standard_error(gain[0]) / abs(slope(values, gain.mean(axis=1), float(values[0]))))


def _found(values: Floats, tried: Floats, strategies: Sequence[str]) -> list[dict[str, object]]:
    """Give the changes, or how far the nearest rival stays behind."""
    first = tried.mean(axis=-1).argmax(axis=-1)
    found: list[dict[str, object]] = []
    for place in _changes(tried):
        sides = strategies[first[place]], strategies[first[place + 1]]
        found.append(_change(*sides, *_root(*_between(values, tried, place))))
    if found:
        return found
    behind = tried[:, first[0]][:, None] - tried
    nearest = behind.mean(axis=-1)
    nearest[:, first[0]] = np.inf
    value, rival = np.unravel_index(nearest.argmin(), nearest.shape)
    same = strategies[first[0]]
    margin = float(nearest[value, rival]), standard_error(behind[value, rival])
    return [_change(same, same, np.nan, np.nan, strategies[rival], *margin)]


def _change(
    below: str,
    above: str,
    value: float,
    error: float,
    rival: str = "",
    margin: float = np.nan,
    margin_error: float = np.nan,
) -> dict[str, object]:
    return {
        "below": below,
        "above": above,
        "value": value,
        "error": error,
        "rival": rival,
        "margin": margin,
        "margin_error": margin_error,
    }


def _reduced(here: Floats, base: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Give means over persons of a net benefit and of its difference from another, each with its error."""
    root = np.sqrt(here.shape[-1])
    parts = [(part.mean(axis=-1), part.std(axis=-1, ddof=1) / root) for part in (here, here - base)]
    return (*parts[0], *parts[1])

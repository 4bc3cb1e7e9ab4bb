"""Plans of points: what moves, what is run there, and thousands of runs that go on where they were interrupted.

All points of a plan share the luck of key 0, so that results differ by the parameters alone. Every row of a plan says
where the coordinates of the unit cube stand that it moves; the others stay at their value, which is not their median.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
import pandas as pd
import xarray as xr

from hecon.evaluation import cea
from hecon.evaluation.results import CARRIED_FORWARD, DAYS, YEAR_1
from hecon.inputs.errors import InputError, closest
from hecon.model.block import Setup
from hecon.model.checkpoint import Checkpoint, Wanted, kept_in_order
from hecon.model.grid import extent, person_weeks, worth_sending
from hecon.model.identity import identity
from hecon.model.kernel import WEEKS_PER_YEAR
from hecon.model.ledger import PERSPECTIVES, costs
from hecon.model.programs import RESOURCES
from hecon.model.runs import at_work, blocks
from hecon.model.simulation import simulate

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from hecon.evaluation.what_if import Size
    from hecon.inputs.parameters import Parameters
    from hecon.inputs.points import Inputs

    Floats = NDArray[np.float64]
    Change = Mapping[str, float]

By = Literal["value", "quantile"]
PERSPECTIVE_NAMES = tuple(perspective.name for perspective in PERSPECTIVES)
ROOMS = ("inputs", "model", "evaluation")
"""Whose code a plan's results depend on."""


class Output(NamedTuple):
    """One number that the model gives at every point.

    Attributes
    ----------
    what
        ``gain``, net benefit over the first strategy in NOK per person; or ``best``, 1 where the strategy has the
        highest net benefit of all.
    horizon, perspective, strategy
        Of what.
    """

    what: str
    horizon: str
    perspective: str
    strategy: str


def bearing(parameters: Parameters, strategies: Collection[str]) -> tuple[str, ...]:
    """Give the coordinates that can move a result of some strategies, in the order of the unit cube.

    Left out are those that only other programs name, prices of what none of the strategies takes, volumes, and what
    research would take.

    Raises
    ------
    InputError
        If there is no such program.
    """
    programs = parameters.programs
    for name in strategies:
        if name not in programs:
            raise InputError(f"strategies: no file programs/{name}.toml: {closest(name, programs)}")
    among = _with_included(parameters, strategies)
    named = {name for program in among for _, name in programs[program].named()}
    taken = {
        resource
        for program in among
        for part in (
            programs[program].per_participant,
            *(side for contact in programs[program].contacts for side in (contact.held, contact.missed)),
        )
        for resource in part
    }
    unused = {price.parameter for resource, price in RESOURCES.items() if resource not in taken}
    return tuple(name for name in parameters.uncertain if _bears(parameters, name, named, unused))


def varied(parameters: Parameters, changes: Sequence[Change], by: By = "quantile") -> Inputs:
    """Give a draw with key 0 for each change, everything else at its value.

    Parameters
    ----------
    parameters
        As `read_parameters` gives them.
    changes
        Numbers by name; an empty one is the base case.
    by
        Whether numbers are quantiles of a coordinate, strictly between 0 and 1, or values of a parameter.

    Raises
    ------
    InputError
        If a name is no coordinate, or a parameter is a list, or a number is out of range.
    """
    base = parameters.at(np.empty((len(changes), 0)), ())
    moved: dict[str, Floats] = {}
    for row, change in enumerate(changes):
        for name, number in change.items():
            for parameter, value in _values_at(parameters, name, number, by).items():
                if parameter not in moved:
                    moved[parameter] = np.array(base[parameter])
                    if moved[parameter].ndim != 1:
                        raise InputError(f"{parameter}: is a list: put a whole list in place by an overlay")
                moved[parameter][row] = value
    return base.replaced(moved)


def run_plan(
    parameters: Parameters, inputs: Inputs, strategies: Sequence[str], size: Size, checkpoint: Path | None = None
) -> xr.Dataset:
    """Run strategies at every point of a plan.

    Parameters
    ----------
    parameters
        Those that the inputs were made of; what else is not in the inputs.
    inputs
        The points, from `varied` or `Parameters.at`.
    strategies
        Names of program files; the first is the comparator.
    size
        Of every run.
    checkpoint
        A folder in which blocks of points are kept as they are done: a run that was killed goes on from there, and one
        that is asked for again is read. What was run for other points, sizes, parameters or code is never taken up.
        None keeps nothing.

    Returns
    -------
    Dataset per person: ``cost[point, horizon, strategy, perspective]``, discounted NOK, and ``days[point, strategy]``,
    on benefit in 12 months
    """
    asked = Setup(tuple(strategies), size.people, size.weeks, size.seed, (), None, money=True)
    _, each = extent(asked, len(inputs), None if checkpoint is not None else at_work(size.threads))
    folder = None if checkpoint is None else checkpoint / identity(inputs, asked, parameters.hash, each, rooms=ROOMS)
    shape = (len(inputs), len(strategies), len(horizons(size.weeks)) * len(PERSPECTIVES) + 1)
    wanted = [
        Wanted(
            f"points-{start}-{stop}",
            (stop - start, *shape[1:]),
            lambda start=start, stop=stop: (inputs.block(start, stop), tuple(strategies), size),  # type: ignore[misc]
        )
        for start, stop in blocks(len(inputs), each)
    ]
    parts = kept_in_order(
        _run_block,
        wanted,
        Checkpoint(folder),
        threads=size.threads,
        progress=size.progress,
        shared=(inputs.entries, inputs.programs),
        here=not worth_sending(person_weeks(asked, len(inputs))),
    )
    table = np.concatenate(list(parts))
    cost = table[..., :-1].reshape(*shape[:2], -1, len(PERSPECTIVES))
    return xr.Dataset(
        {
            "cost": (("point", "horizon", "strategy", "perspective"), cost.transpose(0, 2, 1, 3)),
            "days": (("point", "strategy"), table[..., -1]),
        },
        coords={
            "horizon": list(horizons(size.weeks)),
            "strategy": list(strategies),
            "perspective": list(PERSPECTIVE_NAMES),
        },
    )


def horizons(weeks: int) -> tuple[str, ...]:
    """Give the horizons that a run of so many weeks has: 12 months, and beyond if it goes there."""
    return (YEAR_1,) if weeks <= WEEKS_PER_YEAR else (YEAR_1, CARRIED_FORWARD)


def gains(run: xr.Dataset) -> xr.DataArray:
    """Give net benefit over the first strategy: NOK per person [point, horizon, strategy, perspective]."""
    return -cea.incremental(run["cost"], str(run["strategy"].to_numpy()[0]))


def best(run: xr.Dataset) -> xr.DataArray:
    """Give the place of the strategy with the highest net benefit: [point, horizon, perspective]; ties to the first."""
    return cea.best(-run["cost"])


def outputs(run: xr.Dataset) -> tuple[tuple[Output, ...], Floats]:
    """Give what a global analysis explains: every gain, and where every strategy is best.

    Returns
    -------
    the outputs, and float64[point, output]
    """
    gain, first = gains(run), best(run)
    names = [str(name) for name in run["strategy"].to_numpy()]
    labels, columns = [], []
    for horizon, perspective in _places(run):
        for place, name in enumerate(names):
            here = {"horizon": horizon, "perspective": perspective}
            if place:
                labels.append(Output("gain", horizon, perspective, name))
                columns.append(gain.sel(here).isel(strategy=place).to_numpy())
            labels.append(Output("best", horizon, perspective, name))
            columns.append((first.sel(here) == place).to_numpy().astype(np.float64))
    return tuple(labels), np.stack(columns, axis=1)


def labelled(indices: xr.Dataset, asked: Sequence[Output]) -> pd.DataFrame:
    """Give indices [output, parameter] as a table, a row for every output and parameter."""
    table = indices.to_dataframe().reset_index()
    heads = pd.DataFrame([asked[place]._asdict() for place in table["output"]], columns=list(Output._fields))
    return pd.concat([heads, table.drop(columns="output")], axis=1)


def check_strategies(strategies: Sequence[str]) -> None:
    """Refuse fewer than two strategies.

    Raises
    ------
    InputError
        If there are.
    """
    if len(strategies) < 2:
        raise InputError(f"strategies: {', '.join(strategies) or 'none'}: a comparison needs at least two")


def check_coordinates(parameters: Parameters, names: Sequence[str]) -> None:
    """Refuse a name that is no coordinate, or comes twice.

    Raises
    ------
    InputError
        If there is one, or there are none.
    """
    if not names:
        raise InputError("parameters: none of them is uncertain: give one a distribution")
    for name in names:
        if name not in parameters.uncertain:
            raise InputError(f"{name!r} is not an uncertain parameter: {closest(name, parameters.uncertain)}")
    if len(set(names)) < len(names):
        raise InputError(f"parameters: {', '.join(names)}: name each once")


def _with_included(parameters: Parameters, strategies: Collection[str]) -> set[str]:
    found: set[str] = set()
    waiting = list(strategies)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += parameters.programs[name].includes
    return found


def _bears(parameters: Parameters, name: str, named: Collection[str], unused: Collection[str | None]) -> bool:
    if name in parameters.blocks:
        return True
    entry = parameters[name]
    if name in named:
        return True
    return not entry.file.startswith("programs/") and entry.role == "model" and name not in unused


def _values_at(parameters: Parameters, name: str, number: float, by: By) -> dict[str, float]:
    """Give the value of every parameter that a change of one name moves."""
    if not np.isfinite(number):
        raise InputError(f"{name}: {number} is not finite: give a number")
    if by == "value":
        if name in parameters.blocks:
            raise InputError(f"{name}: is a calibrated block: it moves by quantile, or name one of its parameters")
        return {parameters[name].name: float(number)}
    check_coordinates(parameters, [name])
    if not 0.0 < number < 1.0:
        raise InputError(f"{name}: quantile {number:g} lies outside 0 to 1: give one between them")
    drawn = parameters.at([[number]], [name]).drawn
    return {parameter: float(values[0]) for parameter, values in drawn.items()}


def _run_block(inputs: Inputs, strategies: Sequence[str], size: Size) -> Floats:
    """Give costs and days at some points: float64[point, strategy, horizon and perspective, then days]."""
    run = simulate(inputs, strategies, people=size.people, weeks=size.weeks, seed=size.seed, threads=1)
    head = run["people"].sum("subgroup")
    cost = costs((run["money"] / head).sum("subgroup")).transpose("draw", "strategy", "year", "perspective").to_numpy()
    parts = [cost[:, :, 0]] if len(horizons(size.weeks)) == 1 else [cost[:, :, 0], cost.sum(axis=2)]
    days = (run["outcome"].sel(measure=DAYS) / head).sum("subgroup").transpose("draw", "strategy").to_numpy()
    return np.concatenate([*parts, days[:, :, None]], axis=2)


def _places(run: xr.Dataset) -> Iterator[tuple[str, str]]:
    for horizon in run["horizon"].to_numpy():
        for perspective in run["perspective"].to_numpy():
            yield str(horizon), str(perspective)

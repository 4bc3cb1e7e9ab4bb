"""Response curves: the figure of a program's whole arm, at each multiplier of the hazard of those whom it reaches.

A published intention-to-treat figure is of everybody allocated. It is a target for the emulated arm, and never the
multiplier of those who attended. The arm and the one that it was measured against are the same people with the same
luck: those in the program's offer, from the week of the offer, for 12 months. Rows of the posterior are spread evenly
over its coordinate. Each has luck of its own, so that the error that finite arms leave averages out over them.
"""

import datetime as dt
import json
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import hecon
from hecon import SEED
from hecon.calibration.figures import BLOCK, DATE
from hecon.calibration.followed import Followed, follow, without_benefit
from hecon.calibration.rehabilitation import time_to_return
from hecon.inputs.errors import InputError, closest
from hecon.inputs.parameters import Inputs, Parameters, read_parameters
from hecon.inputs.points import check_seed
from hecon.inputs.responses import (
    COMMAND,
    HEADER,
    RESPONSES,
    arm_digest,
    measured_effect,
    read_table,
)
from hecon.inputs.schema import Effect, Figure, Measured, ProgramFile
from hecon.model.cox import log_hazard_ratio
from hecon.model.identity import code_digest
from hecon.model.kernel import FULL, GRADED, WEEKS_PER_YEAR
from hecon.model.programs import offered
from hecon.model.runs import run_blocks, whole_file

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

FARTHEST = 8.0
STEPS = 10
"""Ratios on either side of 1."""
ROWS = 60
PEOPLE = 2000
LEAST_ROWS = 2
LEAST_OFFERED = 20
"""People of an offer in an arm; with fewer, a row has no hazard ratio to speak of."""
SUSTAINED = 4
"""Weeks without benefit of a sustained return, as the trial counted them."""
BEYOND_ERROR = 3.0
"""Standard errors by which a step may go the wrong way, as finite arms let it."""
RATIO = "response_ratio"
"""The name under which the multiplier is read while a curve is made."""


@dataclass(frozen=True)
class Response:
    """A program's curve.

    Attributes
    ----------
    program, on : whose effect, and on what
    figure, against : what was measured, against which program
    ratio, value, error : float64[ratio], the multiplier, the arm's figure and its Monte Carlo error
    rows, people : of the posterior, and drawn in each
    offered : people of the offer in an arm, all rows together
    levelled : points that were moved within their error, so that the curve never turns
    """

    program: str
    on: str
    figure: Figure
    against: str
    ratio: Floats
    value: Floats
    error: Floats
    rows: int
    people: int
    offered: int
    levelled: int

    @property
    def curve(self) -> tuple[tuple[float, float], ...]:
        """Pairs of a multiplier and the arm's figure."""
        return tuple(zip(self.ratio.tolist(), self.value.tolist(), strict=True))


def ratios() -> Floats:
    """Return the multipliers of a curve, evenly spread in their logarithm, with 1 in the middle: float64[ratio]."""
    return np.asarray(FARTHEST ** (np.arange(-STEPS, STEPS + 1) / STEPS))


def response_curve(
    parameters: Parameters,
    name: str,
    *,
    at: Sequence[float] | None = None,
    rows: int = ROWS,
    people: int = PEOPLE,
    seed: int = SEED,
    threads: int | None = None,
    progress: bool = False,
) -> Response:
    """Emulate a program's arm at every multiplier, and the arm that it was measured against.

    Natural history is that of each row; all else, attendance too, has the value of the base case.

    Parameters
    ----------
    parameters : read on a date of the trial, with the calibrated block
    name : of a program with a measured effect
    at : the multipliers, ascending; those of `ratios` if None
    rows : of the posterior
    people : drawn in each, of whom those in the offer are counted
    seed : of all luck
    threads : number of threads; never shows in the results
    progress : whether to show how far the run has come

    Raises
    ------
    InputError
        If the program has no measured effect, too few are in its offer, or its figure turns with the multiplier.
    """
    effect, measured = _measured(parameters, name)
    if rows < LEAST_ROWS:
        raise InputError(f"rows: {rows} is too few for a curve: give {LEAST_ROWS} or more")
    inputs = _at_rows(parameters, name, rows)
    grid = ratios() if at is None else np.asarray(at, dtype=float)
    found = np.zeros((2, rows, len(grid)))
    counts = np.zeros(rows, dtype=np.int64)

    def emulate_row(row: int) -> None:
        found[:, row], counts[row] = _arms(inputs, row, name, measured, grid, people=people, seed=seed)

    run_blocks(emulate_row, range(rows), threads=threads, progress=name if progress else None)
    each = _on_scale(found[0], found[1], measured.figure)
    falls = (measured.figure == "days") != (effect.on != "return")
    pooled, levelled = monotone(each, falls=falls, what=f"programs/{name}.toml: {measured.figure}")
    error = each.std(axis=0, ddof=1) / np.sqrt(rows)
    value = pooled if measured.figure == "days" else np.exp(pooled)
    return Response(
        program=name,
        on=effect.on,
        figure=measured.figure,
        against=measured.against,
        ratio=grid,
        value=value,
        error=error if measured.figure == "days" else value * error,
        rows=rows,
        people=people,
        offered=int(counts.sum()),
        levelled=levelled,
    )


def monotone(each: Floats, *, falls: bool, what: str) -> tuple[Floats, int]:
    """Pool figures over rows into a curve that never turns.

    Parameters
    ----------
    each : float64[row, ratio]
    falls : whether the figure falls with the ratio
    what : the figure's name, for messages

    Returns
    -------
    float64[ratio], and how many points were moved, each within its error

    Raises
    ------
    InputError
        If a step goes the wrong way by more than its error.
    """
    from scipy.optimize import isotonic_regression

    pooled = each.mean(axis=0)
    steps = np.diff(each, axis=1) * (-1.0 if falls else 1.0)
    error = steps.std(axis=0, ddof=1) / np.sqrt(len(each))
    wrong = int((steps.mean(axis=0) < -BEYOND_ERROR * error - 1e-9).sum())
    if wrong:
        raise InputError(f"{what}: turns with the multiplier at {wrong} of {len(error)} steps: give more people")
    level = np.asarray(isotonic_regression(pooled, increasing=not falls).x)
    return level, int((np.abs(level - pooled) > 1e-12).sum())


def make_curves(
    folder: Path | None,
    names: Iterable[str] = (),
    *,
    rows: int = ROWS,
    people: int = PEOPLE,
    seed: int = SEED,
    threads: int | None = None,
    progress: bool = False,
) -> list[Response]:
    """Make the curves of programs with a measured effect, and write them into a folder of parameters.

    Parameters
    ----------
    folder : of parameters; those that come with hecon if None
    names : of programs; all with a measured effect if none. The others' curves stay as they are
    rows, people, seed, threads, progress : as for `response_curve`

    Raises
    ------
    InputError
        If a program is unknown or has no measured effect.
    """
    check_seed(seed)
    parameters = read_parameters(DATE, folder)
    if BLOCK not in parameters.blocks:
        raise InputError(f"calibrated/{BLOCK}.csv was not read: curves start from its rows: run `hecon calibrate`")
    every = [name for name, program in parameters.programs.items() if measured_effect(program) is not None]
    wanted = list(names) or every
    made = []
    for name in _in_order(parameters, wanted):
        response = response_curve(
            parameters, name, rows=rows, people=people, seed=seed, threads=threads, progress=progress
        )
        parameters = parameters.with_program(_with_curve(parameters.programs[name], response))
        made.append(response)
    _write(made, parameters, every, seed)
    return made


def _measured(parameters: Parameters, name: str) -> tuple[Effect, Measured]:
    if name not in parameters.programs:
        raise InputError(f"programs: no file programs/{name}.toml: {closest(name, parameters.programs)}")
    effect = measured_effect(parameters.programs[name])
    if effect is None or effect.measured is None:
        raise InputError(f"programs/{name}.toml: has no measured figure: only an effect with one has a curve")
    return effect, effect.measured


def _at_rows(parameters: Parameters, name: str, rows: int) -> Inputs:
    """Return inputs at rows of the posterior, keyed 1, 2, ..., whose program takes the multiplier as a parameter."""
    program = parameters.programs[name]
    effects = tuple(
        effect
        if effect.measured is None
        else effect.model_copy(update={"ratios": (*effect.ratios, RATIO), "measured": None})
        for effect in program.effects
    )
    points = ((np.arange(rows) + 0.5) / rows)[:, None]
    inputs = parameters.at(points, [BLOCK]) if BLOCK in parameters.blocks else parameters.at(np.zeros((rows, 0)), [])
    return replace(
        inputs,
        draw=np.arange(1, rows + 1),
        points=None,
        coordinates=(),
        programs={**inputs.programs, name: program.model_copy(update={"effects": effects})},
        drawn={**inputs.drawn, RATIO: np.ones(rows)},
    )


def _arms(
    inputs: Inputs, row: int, name: str, measured: Measured, grid: Floats, *, people: int, seed: int
) -> tuple[Floats, int]:
    """Return what is measured at one row, in the arm and the other: float64[2, ratio]; and how many are in each."""
    program = inputs.programs[name]
    delay = program.offer.delay
    start = 0 if delay is None else int(inputs[delay][row])
    control = follow(inputs, row, measured.against, people=people, weeks=start + WEEKS_PER_YEAR, seed=seed)
    sick = np.isin(control.states(start)[:, start], (FULL, GRADED))
    chosen = np.flatnonzero(offered(program, control.population) & sick)
    if len(chosen) < LEAST_OFFERED:
        raise InputError(f"people: of {people}, {len(chosen)} are in the offer of programs/{name}.toml: give more")
    beside = _counted(control, measured.figure, chosen, start)
    out = np.zeros((2, len(grid)))
    for column, ratio in enumerate(grid):
        treated = _counted(control.under(name, {RATIO: float(ratio)}), measured.figure, chosen, start)
        if measured.figure == "hazard_ratio":
            weeks, returned = np.concatenate([treated, beside], axis=1)
            out[0, column] = log_hazard_ratio(weeks, returned, np.repeat([True, False], len(chosen)))
        else:
            out[:, column] = treated.mean(), beside.mean()
    return out, len(chosen)


def _counted(arm: Followed, figure: Figure, chosen: Integers, start: int) -> Floats:
    """Return what the figure is made of, of each of those chosen, 12 months after the offer.

    Weeks to sustained return and whether there was one, float64[2, person]; days on benefit, or whether they are
    without, float64[person].
    """
    end = start + WEEKS_PER_YEAR
    if figure == "days":
        return np.asarray(arm.days(end)[chosen])  # those before the offer are the same in both arms
    states = arm.states(end)[chosen, start:]
    if figure == "odds_of_work":
        return without_benefit(states[:, -1]).astype(float)
    return np.stack(time_to_return(states, SUSTAINED))


def _on_scale(treated: Floats, control: Floats, figure: Figure) -> Floats:
    """Return figures row by row, whose mean over rows is the pooled one: float64[row, ratio], ratios as logarithms.

    An odds ratio is that of the pooled shares; a row adds its part of the first order.
    """
    if figure != "odds_of_work":
        return treated - control
    parts = []
    for share in (treated, control):
        mean = share.mean(axis=0)
        parts.append(np.log(mean / (1.0 - mean)) + (share - mean) / (mean * (1.0 - mean)))
    return np.asarray(parts[0] - parts[1])


def _in_order(parameters: Parameters, names: Iterable[str]) -> list[str]:
    """Return programs, each after the one that it was measured against."""
    ordered: list[str] = []

    def add(name: str, wanted: frozenset[str]) -> None:
        _, measured = _measured(parameters, name)
        if measured.against in wanted - {name}:
            add(measured.against, wanted - {name})
        if name not in ordered:
            ordered.append(name)

    todo = list(names)
    for name in todo:
        add(name, frozenset(todo))
    return ordered


def _with_curve(program: ProgramFile, response: Response) -> ProgramFile:
    effects = tuple(
        effect
        if effect.measured is None
        else effect.model_copy(update={"measured": effect.measured.model_copy(update={"curve": response.curve})})
        for effect in program.effects
    )
    return program.model_copy(update={"effects": effects})


def _write(made: list[Response], parameters: Parameters, every: Iterable[str], seed: int) -> None:
    """Write the table and its recipe: curves made now beside those kept from before."""
    table, recipe = (parameters.folder / f"{RESPONSES}{ending}" for ending in (".csv", ".toml"))
    rows: dict[str, list[tuple[float, float, float]]] = {}
    recipes: dict[str, Mapping[str, Any]] = {}
    if table.is_file() and recipe.is_file():
        rows = read_table({f"{RESPONSES}.csv": table.read_text(encoding="utf-8")}, [])
        recipes = dict(tomllib.loads(recipe.read_text(encoding="utf-8")))
    bare = read_parameters(DATE, parameters.folder, calibrated=False)
    for response in made:
        name = response.program
        rows[name] = list(zip(response.ratio, response.value, response.error, strict=True))
        recipes[name] = {
            "command": f"{COMMAND} {name} --rows {response.rows} --people {response.people} --seed {seed}",
            "on": response.on,
            "figure": response.figure,
            "against": response.against,
            "arm": arm_digest(name, parameters),
            "rows": response.rows,
            "people": response.people,
            "offered": response.offered,
            "levelled": response.levelled,
            "seed": seed,
            "hecon": f"{hecon.__version__}, code {code_digest(('inputs', 'model', 'calibration'))}",
            "made": dt.datetime.now(tz=dt.UTC).date().isoformat(),
            "statute": parameters.date.isoformat(),
            "parameters": bare.hash,
        }
    kept = [name for name in every if name in rows and name in recipes]
    lines = [",".join(HEADER)]
    about = [f"# Written by `{COMMAND}`, as is the table beside it. `arm` tells what a curve was made of."]
    for name in kept:
        lines += [f"{name},{recipes[name]['on']}," + ",".join(f"{part:.6g}" for part in row) for row in rows[name]]
        about += ["", f"[{name}]", *(f"{key} = {json.dumps(value)}" for key, value in recipes[name].items())]
    for path, text in ((table, lines), (recipe, about)):
        with whole_file(path) as temporary:
            temporary.write_text("\n".join(text) + "\n", encoding="utf-8")

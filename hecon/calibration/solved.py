"""Tables of scenarios whose effects are solved for: every row's emulated arms do what the scenario says.

A row of the calibrated block keeps its natural history. The ratio of early contact is solved first, on the arm of early
follow-up, then that of the motivational content, on the arm that has both. Every arm has usual care's mix at inclusion
and the same people with the same luck, so that what lies between two arms is the effects' alone: were every ratio 1,
they would be one. Each row has luck of its own, so that the error that a finite arm leaves in a ratio averages out over
rows, where common luck would shift all of them alike.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hecon import SEED
from hecon.calibration.figures import BLOCK
from hecon.calibration.followed import stratified_normals
from hecon.inputs.errors import InputError, closest
from hecon.inputs.parameters import Inputs, Parameters
from hecon.inputs.targets import read_targets
from hecon.model.runs import blocks, run_blocks
from hecon.model.trial import Arm, emulate, hazard_ratios

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

SOLVED = ("aap_difference_zero", "published_hazard_ratio", "mi_nav_effect")
"""The scenarios whose tables are solved for."""
FARTHEST = 8.0
"""No ratio is looked for above this, or below its inverse: the nearer end is taken there, and counted."""
NARROW = 0.005
"""Width of the bracket around the logarithm of a ratio at which its search ends."""
SHARE_TOLERANCE = 0.0005
"""Of a difference in shares, which 5,000 people an arm with the same luck leave uncertain by 0.002 to 0.003."""
RATIO_TOLERANCE = 0.001
"""Of a log hazard ratio, which 5,000 people an arm with the same luck leave uncertain by 0.003 to 0.005."""
POINT_PEOPLE = 4
"""Times as many people for the row `point`, whose error no average over rows takes away."""
SHARED_ARM = 0.5
"""Correlation of two contrasts that share one of three independent arms of equal variance."""
ROWS_PER_BLOCK = 8
LEAST_PEOPLE = 100
MIX = "usual_care"


class Roots(NamedTuple):
    """Ratios solved for.

    Attributes
    ----------
    ratio : float64[row]
    distance : float64[row], that is left between the figure and its target
    outside : bool[row], where no ratio in the bracket reaches the target: the nearer end stands there
    """

    ratio: Floats
    distance: Floats
    outside: NDArray[np.bool_]


@dataclass(frozen=True)
class _Unknown:
    """A ratio, the arm whose figure it moves, and what that is to be: float64[row]."""

    column: str
    arm: str
    target: Floats


@dataclass(frozen=True)
class _Problem:
    """What a scenario asks of the arms: unknowns in the order they are solved in, and the figure they move."""

    unknowns: tuple[_Unknown, ...]
    figure: Callable[[Arm, Arm], Floats]
    tolerance: float
    without_effect: tuple[str, ...]
    words: str


def solve_table(
    scenario: str,
    parameters: Parameters,
    *,
    people: int = 5000,
    seed: int = SEED,
    threads: int | None = None,
    progress: bool = False,
) -> tuple[dict[str, Floats], dict[str, object]]:
    """Solve a scenario's table from the rows of the calibrated block.

    Parameters
    ----------
    scenario : one of `SOLVED`
    parameters : read on a date of the trial, with the calibrated block
    people : in each emulated arm of a row; the row `point` has four times as many
    seed : of all luck
    threads : number of threads; never shows in the results
    progress : whether to show how far the run has come

    Returns
    -------
    the columns by name, float64[row], of which the first row is the base case; and the recipe, plain values by key

    Raises
    ------
    InputError
        If the scenario is not one that is solved for, the block is missing, or the arms are too small.
    """
    if scenario not in SOLVED:
        raise InputError(f"scenario: {scenario!r} has no table that is solved for: {closest(scenario, SOLVED)}")
    if scenario == "mi_nav_effect":
        from hecon.calibration.mi_nav import mi_nav_rows

        return mi_nav_rows(parameters, people=people, seed=seed, threads=threads, progress=progress)
    columns, rows = starting_columns(scenario, parameters, people)
    problem = _aap_difference(rows) if scenario == "aap_difference_zero" else _published(parameters, rows, seed)
    columns |= {name: np.ones(rows) for name in problem.without_effect}
    found = {u.column: Roots(np.empty(rows), np.empty(rows), np.empty(rows, dtype=np.bool_)) for u in problem.unknowns}
    base = parameters.base_case()

    def solve(bounds: tuple[int, int]) -> None:
        crowd = people * (POINT_PEOPLE if bounds[0] == 0 else 1)
        for name, solved in _solve_rows(problem, base, columns, np.arange(*bounds), people=crowd, seed=seed).items():
            for whole, part in zip(found[name], solved, strict=True):
                whole[slice(*bounds)] = part

    tasks = [(0, 1), *((start + 1, stop + 1) for start, stop in blocks(rows - 1, ROWS_PER_BLOCK))]
    run_blocks(solve, tasks, threads=threads, progress=f"solving {scenario}" if progress else None)
    recipe = recipe_of(problem.words, found, people=people, seed=seed, tolerance=problem.tolerance)
    return columns | {name: roots.ratio for name, roots in found.items()}, recipe


def starting_columns(scenario: str, parameters: Parameters, people: int) -> tuple[dict[str, Floats], int]:
    """Return the columns that a scenario's table starts from, those of the calibrated block, and how many rows.

    Returns
    -------
    the columns by name, float64[row], the row `point` first; and the number of rows

    Raises
    ------
    InputError
        If the block is missing, or the people are too few to solve for an effect.
    """
    if BLOCK not in parameters.blocks:
        raise InputError(f"calibrated/{BLOCK}.csv was not read: {scenario} starts from its rows: calibrate first")
    if people < LEAST_PEOPLE:
        raise InputError(f"people: {people} is too few to solve for an effect: give {LEAST_PEOPLE} or more")
    block = parameters.blocks[BLOCK]
    table = np.vstack([block.point, block.draws])
    return dict(zip(block.columns, table.T.copy(), strict=True)), len(table)


def recipe_of(words: str, found: Mapping[str, Roots], *, people: int, seed: int, tolerance: float) -> dict[str, object]:
    """Say how a table was solved for.

    Parameters
    ----------
    words : what was solved
    found : the roots by column, the row `point` first
    people : in each emulated arm of a row; the row `point` has four times as many
    seed : of all luck
    tolerance : the distance at which a row is solved

    Returns
    -------
    plain values by key
    """
    recipe: dict[str, object] = {
        "method": words,
        "rows": len(next(iter(found.values())).ratio) - 1,
        "people": people,
        "people_point": people * POINT_PEOPLE,
        "seed": seed,
        "bracket": [1.0 / FARTHEST, FARTHEST],
        "tolerance": tolerance,
    }
    for name, roots in found.items():
        recipe[f"{name}_rows_at_an_end"] = int(roots.outside.sum())
        recipe[f"{name}_farthest_off"] = float(np.max(np.abs(roots.distance[~roots.outside]), initial=0.0))
    return recipe


def solve_ratios(distance: Callable[[Floats, Integers], Floats], rows: int, *, tolerance: float) -> Roots:
    """Find each row's ratio at which a figure reaches its target, all rows at once.

    Chandrupatla's method on the logarithm of the ratio, every row from the same bracket.

    Parameters
    ----------
    distance : what lies between figure and target, float64[k], at k log ratios and the rows they are for; monotone up
        to small steps. It is asked only for rows that are not solved yet
    rows : how many there are
    tolerance : the distance at which a row is solved; its search also ends where the bracket is narrow
    """
    from scipy.optimize import elementwise

    end = np.full(rows, np.log(FARTHEST))
    found = elementwise.find_root(
        distance,
        (-end, end),
        args=(np.arange(rows),),
        tolerances={"xatol": NARROW, "xrtol": 0.0, "fatol": tolerance, "frtol": 0.0},
    )
    ends, distances = np.stack(found.bracket), np.stack(found.f_bracket)
    nearer = (np.argmin(np.abs(distances), axis=0), np.arange(rows))
    outside = ~found.success
    return Roots(
        np.exp(np.where(outside, ends[nearer], found.x)), np.where(outside, distances[nearer], found.f_x), outside
    )


def published_log_ratios(parameters: Parameters, rows: int, seed: int) -> tuple[Floats, Floats]:
    """Draw the trial's adjusted log hazard ratios of return: early contact, and both, against usual care.

    The trial published MI's against usual care and against the active control. Early contact's is their quotient. Draws
    are stratified, so that their means over rows are the published ones.

    Returns
    -------
    float64[row] each; the first row has the published medians
    """
    against_usual = _published_target(parameters, "hazard_ratio_adjusted")
    against_early = _published_target(parameters, "hazard_ratio_adjusted_active_control")
    first, second = (np.append(0.0, stratified_normals(rows - 1, seed + number)) for number in range(2))
    shared = SHARED_ARM * first + np.sqrt(1.0 - SHARED_ARM**2) * second
    both = np.log(against_usual[0]) + against_usual[1] * first
    content = np.log(against_early[0]) + against_early[1] * shared
    return both - content, both


def _aap_difference(rows: int) -> _Problem:
    """Return the problem of arms from which as many enter the allowance."""
    return _Problem(
        unknowns=(
            _Unknown("early_contact_aap_odds_ratio", "active_control", np.zeros(rows)),
            _Unknown("motivational_content_aap_odds_ratio", "motivational_interviewing", np.zeros(rows)),
        ),
        figure=lambda arm, usual: arm.entered_aap.mean(axis=1) - usual.entered_aap.mean(axis=1),
        tolerance=SHARE_TOLERANCE,
        without_effect=(),
        words="odds ratios solved row by row: as many enter the allowance within 12 months as under usual care",
    )


def _published(parameters: Parameters, rows: int, seed: int) -> _Problem:
    """Return the problem of arms that have the published adjusted hazard ratios, and no other effect."""
    early, both = published_log_ratios(parameters, rows, seed)
    return _Problem(
        unknowns=(
            _Unknown("early_contact_return_ratio", "active_control", early),
            _Unknown("motivational_content_return_ratio", "motivational_interviewing", both),
        ),
        figure=lambda arm, usual: np.log(hazard_ratios(arm, usual)),
        tolerance=RATIO_TOLERANCE,
        without_effect=tuple(
            f"{part}_{on}_ratio" for part in ("early_contact", "motivational_content") for on in ("relapse", "aap_odds")
        ),
        words="hazard ratios of return solved row by row: the arms have the published adjusted ratios, drawn in pairs",
    )


def _published_target(parameters: Parameters, statistic: str) -> tuple[float, float]:
    """Return a published ratio and the standard error of its logarithm."""
    for target in read_targets(parameters.folder):
        if target.statistic == statistic and target.se is not None:
            return target.value, target.se
    raise InputError(f"targets.toml: no target has the statistic {statistic} and a standard error: add it with its se")


def _solve_rows(
    problem: _Problem, base: Inputs, columns: Mapping[str, Floats], rows: Integers, *, people: int, seed: int
) -> dict[str, Roots]:
    """Return the roots of some rows by column, one after the other: a later one knows those before."""
    here = {name: values[rows] for name, values in columns.items()}

    def emulated(arm: str, among: Integers, changed: dict[str, Floats]) -> Arm:
        drawn = {name: values[among] for name, values in here.items()} | changed
        inputs = replace(base, draw=rows[among], points=None, drawn=drawn)
        return emulate(inputs, arm, people=people, seed=seed, threads=1, mix=MIX)

    usual = emulated("usual_care", np.arange(len(rows)), {})
    found = {}
    for unknown in problem.unknowns:

        def distance(log_ratio: Floats, among: Integers, unknown: _Unknown = unknown) -> Floats:
            arm = emulated(unknown.arm, among, {unknown.column: np.exp(log_ratio)})
            beside = Arm(*(values[among] for values in vars(usual).values()))
            return problem.figure(arm, beside) - unknown.target[rows[among]]

        found[unknown.column] = solve_ratios(distance, len(rows), tolerance=problem.tolerance)
        here[unknown.column] = found[unknown.column].ratio
    return found

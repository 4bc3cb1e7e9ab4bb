"""MI's effect as MI-NAV found it: for every row of the calibrated block, the ratio of return that gives its days.

Where Trondheim found next to no difference, MI-NAV found 15.6 fewer days in 12 months. A row keeps its natural history
and Trondheim's early contact. Of MI as a whole, the effects on relapse and on the allowance are taken away, and the one
on return is solved so that people like MI-NAV's have as many days fewer under MI than under usual care, which are the
same people with the same luck.
"""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from hecon import SEED
from hecon.calibration.followed import NORMAL_95, alone, stratified_normals
from hecon.calibration.solved import POINT_PEOPLE, Roots, recipe_of, solve_ratios, starting_columns
from hecon.inputs.errors import InputError
from hecon.inputs.parameters import Inputs, Parameters
from hecon.inputs.unseen import read_unseen
from hecon.model.kernel import WEEKS_PER_YEAR
from hecon.model.runs import blocks, run_blocks
from hecon.model.simulation import simulate

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

MI = "motivational_interviewing"
USUAL = "usual_case_management"
RETURN = "motivational_content_return_ratio"
FIGURE = "mi_nav.days_52.difference"
TOLERANCE = 0.1
"""Days, of a mean difference that 5,000 people with the same luck leave uncertain by about half a day."""
ROWS_PER_BLOCK = 8


def mi_nav_rows(
    parameters: Parameters,
    *,
    people: int = 5000,
    seed: int = SEED,
    threads: int | None = None,
    progress: bool = False,
) -> tuple[dict[str, Floats], dict[str, object]]:
    """Solve the table of the scenario `mi_nav_effect` from the rows of the calibrated block.

    The row `point` has the published difference; the others have draws of its normal distribution, one in each of as
    many strata, paired with rows at random.

    Parameters
    ----------
    parameters : read on a date of the trial, with the calibrated block
    people : emulated for a row; the row `point` has four times as many
    seed : of all luck
    threads : number of threads; never shows in the results
    progress : whether to show how far the run has come

    Returns
    -------
    the columns by name, float64[row], of which the first row is the base case; and the recipe, plain values by key

    Raises
    ------
    InputError
        If the block is missing, or the people are too few.
    """
    columns, rows = starting_columns("mi_nav_effect", parameters, people)
    needed = needed_days(parameters, rows - 1, seed)
    base = parameters.base_case()
    inputs = replace(base, draw=np.arange(rows), points=None, drawn=MappingProxyType({**base.drawn, **columns}))
    words = "solving mi_nav_effect" if progress else None
    parts = [
        solved_return(
            parameters,
            inputs.block(*bounds),
            needed[slice(*bounds)],
            people=crowd,
            seed=seed,
            threads=threads,
            progress=words,
        )
        for bounds, crowd in (((0, 1), people * POINT_PEOPLE), ((1, rows), people))
    ]
    found = Roots(*(np.concatenate(both) for both in zip(*parts, strict=True)))
    method = (
        "ratio of return under MI solved row by row: MI-NAV's days in 12 months, -15.6 (-31.0 to -0.2), for people "
        "like its own; no effect of MI on relapse or on the allowance"
    )
    recipe = recipe_of(method, {RETURN: found}, people=people, seed=seed, tolerance=TOLERANCE)
    return columns | contents(columns, found.ratio), recipe


def needed_days(parameters: Parameters, draws: int, seed: int) -> Floats:
    """Return MI-NAV's difference in days at 12 months: as published, then draws of its normal distribution.

    Returns
    -------
    float64[1 + draws], in workdays, negative where MI has fewer
    """
    figure = read_unseen(parameters.folder).figures[FIGURE]
    if figure.value is None or figure.low is None or figure.high is None:
        raise InputError(f"unseen.toml: {FIGURE} has no value with low and high: the scenario mi_nav_effect needs them")
    error = (figure.high - figure.low) / NORMAL_95
    return np.concatenate([[figure.value], figure.value + error * stratified_normals(draws, seed)])


def solved_return(
    parameters: Parameters,
    inputs: Inputs,
    needed: Floats,
    *,
    people: int,
    seed: int,
    threads: int | None = None,
    progress: str | None = None,
) -> Roots:
    """Find the ratio of return, early contact and content together, that gives MI-NAV's people a difference in days.

    Parameters
    ----------
    parameters : for MI-NAV's people
    inputs : the draws, each with luck of its own key
    needed : float64[draw], days under MI less those under usual care in 12 months
    people : emulated for a draw
    seed : of all luck
    threads : number of threads; never shows in the results
    progress : what the progress bar says; no bar if None
    """
    study = read_unseen(parameters.folder).studies["mi_nav"]
    whole = alone(inputs, MI).replaced(study.people)
    found = Roots(np.empty(len(whole)), np.empty(len(whole)), np.empty(len(whole), dtype=np.bool_))

    def solve(bounds: tuple[int, int]) -> None:
        part = _solved_block(whole.block(*bounds), needed[slice(*bounds)], people, seed)
        for column, values in zip(found, part, strict=True):
            column[slice(*bounds)] = values

    run_blocks(solve, blocks(len(whole), ROWS_PER_BLOCK), threads=threads, progress=progress)
    return found


def _solved_block(inputs: Inputs, needed: Floats, people: int, seed: int) -> Roots:
    """Return the roots of a few draws."""
    usual = _mean_days(inputs, USUAL, people, seed)

    def distance(log_ratio: Floats, among: Integers) -> Floats:
        columns = {name: values[among] for name, values in inputs.drawn.items()}
        drawn = MappingProxyType(columns | contents(columns, np.exp(log_ratio)))
        treated = replace(inputs, draw=inputs.draw[among], points=None, drawn=drawn)
        return _mean_days(treated, MI, people, seed) - usual[among] - needed[among]

    return solve_ratios(distance, len(inputs), tolerance=TOLERANCE)


def contents(columns: Mapping[str, Floats], ratio: Floats) -> dict[str, Floats]:
    """Return the ratios of MI's content that, with those of early contact, change return by `ratio` and nothing else.

    Parameters
    ----------
    columns : the ratios of early contact among them, float64[row]
    ratio : float64[row], of return, early contact and content together
    """
    return {
        RETURN: ratio / columns["early_contact_return_ratio"],
        "motivational_content_relapse_ratio": 1.0 / columns["early_contact_relapse_ratio"],
        "motivational_content_aap_odds_ratio": 1.0 / columns["early_contact_aap_odds_ratio"],
    }


def _mean_days(inputs: Inputs, strategy: str, people: int, seed: int) -> Floats:
    """Return mean days on benefit in 12 months: float64[draw]."""
    results = simulate(inputs, [strategy], people=people, weeks=WEEKS_PER_YEAR, seed=seed, money=False, threads=1)
    days = results["outcome"].sel(measure="benefit_days_12m").isel(strategy=0, subgroup=0).to_numpy()
    return np.asarray(days / people)

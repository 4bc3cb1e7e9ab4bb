"""A register of people, run block by block: outcomes by subgroup and, on request, by person, in memory that stays flat.

Money by year and flow of every person would fill the memory of a machine. A block of people is therefore summed up as
soon as it is simulated: what is kept is sums by subgroup, and what is asked for of each person goes to a file.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from hecon import SEED
from hecon.evaluation.estimates import interval_per_head, pooled
from hecon.evaluation.person_writer import check_person_file, writing_persons
from hecon.evaluation.subgroups import EVERYBODY
from hecon.inputs.errors import InputError
from hecon.model.block import PERSON, Setup, simulate_block
from hecon.model.cohort import ID, cohort_population
from hecon.model.grid import PERSONS_PER_BLOCK, person_weeks, worth_sending
from hecon.model.ledger import FLOW_NAMES, PERSPECTIVES, PROGRAM_FLOWS, signs
from hecon.model.outcomes import MEASURES
from hecon.model.population import COLUMNS, level
from hecon.model.runs import blocks, in_order
from hecon.model.simulation import STRATEGIES, check_setup
from hecon.model.worlds import population_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from hecon.inputs.points import Inputs
    from hecon.model.block import Sums
    from hecon.model.population import Population

    Floats = NDArray[np.float64]

PROGRAM = "program"
PAYERS = (PROGRAM, *(perspective.name for perspective in PERSPECTIVES))
UNITS = {f"cost_{payer}{end}": "NOK" for end in ("_12m", "") for payer in PAYERS} | {
    measure.name: measure.unit for measure in MEASURES
}
"""What is told of subgroups and persons, and its unit: costs in the first 12 months and over the run, and every outcome
of the model."""


class Part(NamedTuple):
    """What a block of people gives.

    Attributes
    ----------
    people : float64[draw, cell], how many there are
    sums : float64[draw, strategy, cell, outcome]
    squares : float64[2, strategy, cell, outcome], sums of squares over people and draws: of an outcome, and of what it
        differs by from the first strategy's
    persons : float64[person, strategy, outcome], means over draws; nobody where they are not asked for
    """

    people: Floats
    sums: Floats
    squares: Floats
    persons: Floats


def register(
    inputs: Inputs,
    cohort: pd.DataFrame,
    strategies: Sequence[str] = STRATEGIES,
    *,
    by: Sequence[str] = (),
    weeks: int = 260,
    persons: Path | str | None = None,
    seed: int = SEED,
    threads: int | None = None,
    progress: str | None = None,
) -> pd.DataFrame:
    """Simulate a user's own people, however many, and give their outcomes by subgroup and, in a file, by person.

    Luck and people are those of `simulate`, and so are the sums. Memory grows with the threads and with the subgroups,
    not with the people.

    Parameters
    ----------
    inputs
        Draws, from `Parameters.base_case` or `.sample`.
    cohort
        People, as `read_cohort` returns them.
    strategies
        Names of program files, the comparator first.
    by
        Covariates ("sex", "education", "diagnosis", "start", "age", "wage", "risk"), each of which splits everybody.
    weeks
        Horizon.
    persons
        A CSV or Parquet file to be written, with a row for each person and strategy: ``id``, or ``row`` of the file
        that was read where nobody has a name; ``strategy``; and the outcomes, each a mean over the draws. Whole or not
        there at all.
    seed
        Of all luck.
    threads
        Number of threads; never shows in the results.
    progress
        What the progress bar says; None for no bar.

    Returns
    -------
    DataFrame with a row for everybody, and for each level of each covariate in which there is somebody, by strategy
    and outcome: ``covariate``, ``level``, ``people`` (a mean over draws, since some levels follow from luck),
    ``strategy``, ``outcome``, ``unit``; per head the ``mean`` and its Monte Carlo ``error``, and what it differs by
    from the first strategy's, ``increment``, with ``increment_error``. From several draws the errors are those of a
    mean of draws, and ``low`` and ``high`` are the ends of the increment's 95% interval over draws. From one draw they
    are taken from the people, as if these were drawn from many more like them, which makes them larger than luck alone
    would. Costs are discounted NOK of 2025 by human capital, in the first 12 months (``cost_nav_12m``) and over the run
    (``cost_nav``), of the program alone and to each perspective.

    Raises
    ------
    InputError
        If a strategy, covariate, size or person is out of range, or the file cannot be written as its name says.
    """
    names = cohort[ID] if ID in cohort else pd.Series(cohort.index, name="row")
    cohort = cohort.drop(columns=ID, errors="ignore")  # whoever computes a block need not know whose it is
    setup = Setup(tuple(strategies), len(cohort), weeks, seed, (PERSON,), cohort, money=True)
    by = (by,) if isinstance(by, str) else tuple(by)
    if PERSON in by:
        raise InputError(f"by: {PERSON} is no covariate here: name a file for `persons`")
    check_setup(replace(setup, by=by), inputs)
    cohort_population(cohort, inputs.one(0), seed)  # whoever is at fault is told of before the run
    path = None if persons is None else check_person_file(Path(persons))
    cells = cells_of(by)
    shape = (len(setup.strategies), len(cells), len(UNITS))
    total = Part(
        np.zeros((len(inputs), len(cells))), np.zeros((len(inputs), *shape)), np.zeros((2, *shape)), np.zeros(0)
    )
    bounds = list(blocks(len(cohort), PERSONS_PER_BLOCK))
    parts = in_order(
        partial(people_block, persons=path is not None),
        ((inputs, setup.part(*bound), by) for bound in bounds),
        len(bounds),
        threads=threads,
        progress=progress,
        shared=(inputs.entries, inputs.programs),
        here=not worth_sending(person_weeks(setup, len(inputs))),
    )
    with writing_persons(path, setup.strategies, tuple(UNITS)) as write, closing(parts):
        for (start, stop), part in zip(bounds, parts, strict=True):
            for whole, more in zip(total[:-1], part[:-1], strict=True):
                np.add(whole, more, out=whole)
            if path is not None:
                write(names.iloc[start:stop], part.persons)
    return _table(total, setup.strategies, cells)


def cells_of(by: Sequence[str]) -> list[tuple[str, str]]:
    """Give everybody and every level of some covariates: (covariate, level)."""
    return [(EVERYBODY, EVERYBODY), *((name, value) for name in by for value in COLUMNS[name])]


def people_block(inputs: Inputs, setup: Setup, by: Sequence[str], *, persons: bool) -> Part:
    """Simulate some people and sum them up by subgroup: a pure function, whoever computes it.

    Parameters
    ----------
    inputs
        All draws.
    setup
        The block's people, each apart.
    by
        Covariates, each of which splits them.
    persons
        Whether the people themselves are given too.
    """
    people, sums = [], []
    squares = np.zeros((2, len(setup.strategies), len(cells_of(by)), len(UNITS)))
    apart = np.zeros((setup.persons if persons else 0, len(setup.strategies), len(UNITS)))
    for draw in range(len(inputs)):
        told = outcomes_of(simulate_block(inputs.block(draw, draw + 1), setup))
        members = _members(population_of(inputs.one(draw), setup), by)
        increments = told - told[0]
        people.append([float(member.sum()) for member in members])
        sums.append(_by_cell(told, members))
        squares[0] += _by_cell(told**2, members)
        squares[1] += _by_cell(increments**2, members)
        if persons:
            apart += told.swapaxes(0, 1) / len(inputs)
    return Part(np.array(people), np.array(sums), squares, apart)


def outcomes_of(sums: Sums) -> Floats:
    """Give what is told of each person at one draw: float64[strategy, person, outcome], in the order of `UNITS`."""
    money = sums.money[0]
    flows = np.stack([money[:, :, 0], money.sum(axis=2)])
    program = np.isin(FLOW_NAMES, PROGRAM_FLOWS).astype(float)
    parties = [signs(FLOW_NAMES, perspective.parties, "human_capital").to_numpy() for perspective in PERSPECTIVES]
    # Not a product of matrices, whose last digits would tell how many people a block has.
    costs = [(part * weight).sum(axis=-1) for part in flows for weight in (program, *parties)]
    return np.concatenate([np.stack(costs, axis=-1), sums.outcome[0]], axis=-1)


def _members(population: Population, by: Sequence[str]) -> list[NDArray[np.bool_]]:
    """Give who is in each cell."""
    everybody = np.ones(len(population), dtype=np.bool_)
    return [everybody, *(level(population, name) == place for name in by for place in range(len(COLUMNS[name])))]


def _by_cell(values: Floats, members: Sequence[NDArray[np.bool_]]) -> Floats:
    """Sum float64[strategy, person, outcome] over the people of each cell: [strategy, cell, outcome]."""
    return np.stack([values[:, member].sum(axis=1) for member in members], axis=1)


def _table(total: Part, strategies: Sequence[str], cells: Sequence[tuple[str, str]]) -> pd.DataFrame:
    """Give the table of subgroups."""
    rows: list[dict[str, object]] = []
    for cell, (covariate, value) in enumerate(cells):
        people = total.people[:, cell]
        if not people.any():
            continue
        place = {"covariate": covariate, "level": value, "people": float(people.mean())}
        for strategy, name in enumerate(strategies):
            for column, (outcome, unit) in enumerate(UNITS.items()):
                sums = total.sums[:, strategy, cell, column]
                more = sums - total.sums[:, 0, cell, column]
                told = {"strategy": name, "outcome": outcome, "unit": unit}
                rows.append(place | told | _row(sums, more, people, total.squares[:, strategy, cell, column]))
    return pd.DataFrame(rows)


def _row(sums: Floats, more: Floats, people: Floats, squares: Floats) -> dict[str, float]:
    """Give one outcome of one subgroup per head, with errors from draws, or from the people of the only draw."""
    if len(people) > 1:
        (mean, error), (increment, of_increment) = pooled(sums, people), pooled(more, people)
        low, high = interval_per_head(more, people)
        ends = {"low": low, "high": high}
    else:
        mean, increment = sums[0] / people[0], more[0] / people[0]
        error, of_increment = (
            _from_people(square, per_head, people[0])
            for square, per_head in zip(squares, (mean, increment), strict=True)
        )
        ends = {}
    return {"mean": mean, "error": error, "increment": increment, "increment_error": of_increment, **ends}


def _from_people(squares: float, mean: float, people: float) -> float:
    """Give the standard error of a mean from a sum of squares; none can be had of one person."""
    if people < 2:
        return float("nan")
    return float(np.sqrt(max(squares / people - mean**2, 0.0) / (people - 1)))

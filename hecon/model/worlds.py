"""The worlds of a run's draws: every table that the kernel reads, made for a few draws at once.

Tables of several draws have a leading axis of draws. numpy then does the same arithmetic in a fraction of the calls,
and bit for bit what it does of each draw alone; the kernel reads one draw at a time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from hecon.model import kernel
from hecon.model.benefits import accounts, statute_rules
from hecon.model.cohort import cohort_population
from hecon.model.hazards import STRUCTURE, hazards
from hecon.model.population import Population, draw_population, people_arrays
from hecon.model.programs import compile_program

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from hecon.inputs.points import Draw, Inputs, Values
    from hecon.model.block import Setup

PERSONS_AT_ONCE = 16384
"""People whose tables are made at once: an amount of each is then 128 KiB, and a few stay in the cache."""


class Ready(NamedTuple):
    """A draw, ready to be walked.

    Attributes
    ----------
    values : the draw's inputs
    population : its people at inclusion
    world : what they are walked through, under the first strategy
    programs : every strategy, in the order of the setup
    """

    values: Draw
    population: Population
    world: kernel.World
    programs: kernel.Programs


def prepare(inputs: Inputs, setup: Setup) -> Iterator[Ready]:
    """Go through the draws, each ready to be walked.

    Parameters
    ----------
    inputs : the draws
    setup : what is asked for
    """
    clock = setup.weeks + longest_clock(setup, inputs)
    step = max(1, PERSONS_AT_ONCE // setup.persons)
    for start in range(0, len(inputs), step):
        part = inputs.block(start, min(start + step, len(inputs)))
        values = part.together()
        population = population_of(values, setup)
        compiled = [compile_program(name, part.programs, values, population) for name in setup.strategies]
        programs = kernel.stacked(compiled)
        people, rules = people_arrays(population, values), statute_rules(values)
        prices = accounts(population, values, setup.weeks, money=setup.money)
        for draw, table in enumerate(hazards(part, clock)):
            world = kernel.World(
                kernel.People(*_of_draw(people, draw)),
                STRUCTURE,
                kernel.Rules(*_of_draw(rules, draw)),
                table,
                kernel.Program(*_of_draw(compiled[0], draw)),
                kernel.Accounts(*_of_draw(prices, draw)),
                setup.weeks,
            )
            of_draw = kernel.Programs(*_of_draw(programs, draw))
            yield Ready(part.one(draw), population.of_draw(draw), world, of_draw)


def longest_clock(setup: Setup, inputs: Inputs) -> int:
    """Return the longest time anybody has been sick-listed at inclusion."""
    if setup.cohort is not None:
        return int(setup.cohort["weeks_sick_listed"].max())
    return int(inputs["weeks_sick_listed_at_inclusion"].max())


def population_of(values: Values, setup: Setup) -> Population:
    """Return the people of a draw, or of several with a leading axis of draws.

    Parameters
    ----------
    values : the draws' inputs
    setup : whose people
    """
    if setup.cohort is not None:
        return cohort_population(setup.cohort, values, setup.seed, setup.first)
    return draw_population(values, setup.people, setup.seed, setup.first)


def _of_draw(fields: Iterable[Any], draw: int) -> Iterator[Any]:
    """Go through one draw's part of the fields of a table: numbers, and arrays in the order that the kernel reads."""
    for field in fields:
        part = field[draw]
        yield np.ascontiguousarray(part) if part.ndim else part.item()

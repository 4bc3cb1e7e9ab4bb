"""One block of a run: some draws of some people under every strategy.

A block is a pure function of its arguments: whichever thread, process or machine computes it, its bytes are the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hecon.inputs.points import Draw, Inputs
from hecon.model import kernel
from hecon.model.benefits import accounts, statute_rules
from hecon.model.cohort import cohort_population
from hecon.model.hazards import STATES, STRUCTURE, hazards
from hecon.model.kernel import WEEKS_PER_YEAR
from hecon.model.ledger import FLOW_INDEX, FLOWS, net_public_financing
from hecon.model.outcomes import MEASURE_NAMES
from hecon.model.population import COLUMNS, Population, draw_population, level, people_arrays
from hecon.model.programs import (
    RESOURCE_NAMES,
    compile_program,
    delivery,
    delivery_flows,
    discounted_use,
    resource_use,
)

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

PERSON = "person"
"""Everybody apart, in place of subgroups."""
OVER_THE_HORIZON = [
    kernel.BENEFIT_DAYS,
    kernel.NEW_SPELLS,
    kernel.QALYS,
    kernel.CONTACTS_HELD,
    kernel.CONTACTS_MISSED,
    *range(kernel.WEEKS_IN_STATE, kernel.MEASURES),
]
"""Columns of the outcomes that go on being counted after month 12."""


@dataclass(frozen=True)
class Setup:
    """What a run is asked for, beside its inputs; the fields are the arguments of `simulate`.

    A part of a run's people is a setup of its own, whose first person has the number `first`: luck hangs on it.
    """

    strategies: tuple[str, ...]
    people: int
    weeks: int
    seed: int
    by: tuple[str, ...]
    cohort: pd.DataFrame | None
    money: bool
    first: int = 0

    @property
    def years(self) -> int:
        """Years of the results, the last one perhaps begun only."""
        return -(-self.weeks // WEEKS_PER_YEAR)

    @property
    def persons(self) -> int:
        """People in a draw."""
        return self.people if self.cohort is None else len(self.cohort)

    def part(self, start: int, stop: int) -> "Setup":
        """Give the people from start up to stop."""
        if self.cohort is not None:
            return replace(self, cohort=self.cohort.iloc[start:stop], first=self.first + start)
        return replace(self, people=min(stop, self.people) - start, first=self.first + start)


class Sums(NamedTuple):
    """What a block gives: sums over the people of each row, a subgroup or a person.

    Attributes
    ----------
    money : float64[draw, strategy, row, year, flow], discounted NOK of 2025
    outcome : float64[draw, strategy, row, measure]
    units : float64[draw, strategy, row, resource]
    delivered : float64[draw, strategy, row, year, resource], discounted
    people : float64[draw, row]
    """

    money: Floats
    outcome: Floats
    units: Floats
    delivered: Floats
    people: Floats

    @classmethod
    def zeros(cls, setup: Setup, draws: int) -> "Sums":
        """Give sums of nothing."""
        rows = len(labels_of(setup))
        shape = (draws, len(setup.strategies), rows)
        return cls(
            np.zeros((*shape, setup.years, len(FLOWS))),
            np.zeros((*shape, len(MEASURE_NAMES))),
            np.zeros((*shape, len(RESOURCE_NAMES))),
            np.zeros((*shape, setup.years, len(RESOURCE_NAMES))),
            np.zeros((draws, rows)),
        )


def simulate_block(inputs: Inputs, setup: Setup) -> Sums:
    """Simulate some people under every strategy at some draws.

    Parameters
    ----------
    inputs : the draws of the block
    setup : its people, and what else is asked for
    """
    tables = hazards(inputs, setup.weeks + longest_clock(setup, inputs))
    sums = Sums.zeros(setup, len(inputs))
    for draw, table in enumerate(tables):
        values = inputs.one(draw)
        population = population_of(values, setup)
        row = _rows(population, setup)
        sums.people[draw] = np.bincount(row, minlength=sums.people.shape[1])
        world = world_of(population, values, table, setup)
        for index, strategy in enumerate(setup.strategies):
            ran = run_strategy(world, population, strategy, values, row, sums.people.shape[1], setup)
            sums.money[draw, index] = ran.money
            sums.outcome[draw, index] = ran.outcome
            sums.units[draw, index] = ran.units
            sums.delivered[draw, index] = ran.delivered
        share = values["differences_carried_forward"]
        if setup.weeks > WEEKS_PER_YEAR and share < 1.0:
            year = replace(setup, weeks=WEEKS_PER_YEAR, money=False)
            begun = world._replace(horizon=WEEKS_PER_YEAR)
            first_year = [
                run_strategy(begun, population, strategy, values, row, sums.people.shape[1], year).outcome
                for strategy in setup.strategies
            ]
            carry_forward((sums.money[draw], sums.delivered[draw]), sums.outcome[draw], first_year, share)
    return sums


def world_of(population: Population, values: Draw, table: kernel.Hazards, setup: Setup) -> kernel.World:
    """Return what is the same under every strategy at one draw; the program is put in later."""
    nothing = kernel.Program(
        week=np.zeros(0, dtype=np.int64),
        eligible=np.zeros((0, len(STATES)), dtype=np.bool_),
        attendance=np.zeros(0),
        reach=np.zeros(0),
        own=np.zeros(0, dtype=np.bool_),
        effect=np.ones(STRUCTURE.destination.shape),
        exit_effect=np.ones(STRUCTURE.exit_destination.shape),
        until=0,
        offered=np.zeros(len(population), dtype=np.bool_),
        offer_week=0,
        offered_in=np.zeros(len(STATES), dtype=np.bool_),
    )
    return kernel.World(
        people_arrays(population, values),
        STRUCTURE,
        statute_rules(values),
        table,
        nothing,
        accounts(population, values, setup.weeks, money=setup.money),
        setup.weeks,
    )


class Ran(NamedTuple):
    """One strategy at one draw.

    Attributes
    ----------
    money : float64[row, year, flow]
    outcome : float64[row, measure]
    held : float64[row, contact, 2], contacts held and missed
    units : float64[row, resource]
    delivered : float64[row, year, resource], discounted
    """

    money: Floats
    outcome: Floats
    held: Floats
    units: Floats
    delivered: Floats


def run_strategy(
    world: kernel.World,
    population: Population,
    strategy: str,
    values: Draw,
    row: Integers,
    rows: int,
    setup: Setup,
) -> Ran:
    """Run one strategy at one draw, for people whose row of the results is `row`, of `rows`."""
    world = world._replace(program=compile_program(strategy, values.programs, values, population))
    contacts = len(world.program.week)
    money = np.zeros((rows, setup.years, len(FLOWS)))
    outcome = np.zeros((rows, len(MEASURE_NAMES)))
    held = np.zeros((rows, contacts, 2))
    into = kernel.Results(row, money, outcome, held)
    kernel.simulate_people(setup.seed, int(values.key), world, into, setup.first)
    units = np.zeros((rows, len(RESOURCE_NAMES)))
    delivered = np.zeros((rows, setup.years, len(RESOURCE_NAMES)))
    if setup.money:
        given = outcome[:, kernel.OFFERED]
        costs = delivery(strategy, values.programs, values)
        units += resource_use(costs, held, given)
        delivered += discounted_use(costs, held, given, setup.years, values["discount_rate"])
        money += delivery_flows(costs, held, given, setup.years, values["discount_rate"])
        money[..., FLOW_INDEX["cost_of_public_funds"]] = values["cost_of_public_funds"] * net_public_financing(money)
    return Ran(money, outcome, held, units, delivered)


def carry_forward(by_year: Sequence[Floats], outcome: Floats, first_year: Sequence[Floats], share: float) -> None:
    """Let differences to the first strategy that arise after the first year count for a share of them, in place.

    Parameters
    ----------
    by_year : what is counted by year: money, and what was delivered, each float64[strategy, row, year, ...]
    outcome : float64[strategy, row, measure]
    first_year : float64[row, measure] of each strategy, the outcomes after 52 weeks
    share : 0 for none of them
    """
    for strategy in range(1, len(outcome)):
        for amounts in by_year:
            later = amounts[strategy, :, 1:]
            later -= amounts[0, :, 1:]
            later *= share
            later += amounts[0, :, 1:]
        ended = outcome[0] + (first_year[strategy] - first_year[0])
        counted = ended + share * (outcome[strategy] - ended)
        outcome[strategy][:, OVER_THE_HORIZON] = counted[:, OVER_THE_HORIZON]


def labels_of(setup: Setup) -> list[str] | list[int]:
    """Return the labels of subgroups: all, the levels of the covariates, or everybody's number."""
    if setup.by == (PERSON,):
        return list(range(setup.first, setup.first + setup.persons))
    labels = [""]
    for name in setup.by:
        labels = [f"{label}, {level}" if label else level for label in labels for level in COLUMNS[name]]
    return labels if setup.by else ["all"]


def _rows(population: Population, setup: Setup) -> Integers:
    """Return each person's subgroup."""
    if setup.by == (PERSON,):
        return np.arange(len(population))
    row = np.zeros(len(population), dtype=np.int64)
    for name in setup.by:
        row = row * len(COLUMNS[name]) + level(population, name)
    return row


def longest_clock(setup: Setup, inputs: Inputs) -> int:
    """Return the longest time anybody has been sick-listed at inclusion."""
    if setup.cohort is not None:
        return int(setup.cohort["weeks_sick_listed"].max())
    return int(inputs["weeks_sick_listed_at_inclusion"].max())


def population_of(values: Draw, setup: Setup) -> Population:
    """Return the people of one draw."""
    if setup.cohort is not None:
        return cohort_population(setup.cohort, values, setup.seed, setup.first)
    return draw_population(values, setup.people, setup.seed, setup.first)

"""One block of a run: some draws of some people under every strategy.

A block is a pure function of its arguments: whichever thread, process or machine computes it, its bytes are the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hecon.inputs.points import Draws, Inputs
from hecon.model import kernel
from hecon.model.kernel import WEEKS_PER_YEAR
from hecon.model.ledger import FLOW_INDEX, FLOWS, net_public_financing
from hecon.model.outcomes import MEASURE_NAMES
from hecon.model.population import COLUMNS, Population, level
from hecon.model.programs import (
    RESOURCE_NAMES,
    contacts_of,
    delivery,
    delivery_flows,
    discounted_use,
    resource_use,
)
from hecon.model.worlds import prepare

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
    sums = Sums.zeros(setup, len(inputs))
    rows = sums.people.shape[1]
    contacts = max(len(contacts_of(name, inputs.programs)) for name in setup.strategies)
    held = np.zeros((len(inputs), len(setup.strategies), rows, contacts, 2))
    first_year = np.zeros_like(sums.outcome)
    carried = inputs["differences_carried_forward"]
    carries = (setup.weeks > WEEKS_PER_YEAR) & (carried < 1.0)
    for draw, (values, population, world, programs) in enumerate(prepare(inputs, setup)):
        row = _rows(population, setup)
        sums.people[draw] = np.bincount(row, minlength=rows)
        sums.money[draw], sums.outcome[draw], held[draw] = run_strategies(world, programs, values.key, row, rows, setup)
        if carries[draw]:
            begun = world._replace(horizon=WEEKS_PER_YEAR)
            first_year[draw] = run_strategies(begun, programs, values.key, row, rows, setup).outcome
    if setup.money:
        add_delivery(sums, held, inputs.together(), setup)
    for draw in np.flatnonzero(carries).tolist():
        by_year = (sums.money[draw], sums.delivered[draw])
        carry_forward(by_year, sums.outcome[draw], first_year[draw], float(carried[draw]))
    return sums


class Ran(NamedTuple):
    """Every strategy at one draw.

    Attributes
    ----------
    money : float64[strategy, row, year, flow]
    outcome : float64[strategy, row, measure]
    held : float64[strategy, row, contact, 2], contacts held and missed
    """

    money: Floats
    outcome: Floats
    held: Floats


def run_strategies(
    world: kernel.World, programs: kernel.Programs, key: int, row: Integers, rows: int, setup: Setup
) -> Ran:
    """Run every strategy at the draw with a key, for people whose row of the results is `row`, of `rows`."""
    strategies, contacts = programs.week.shape
    years = -(-world.horizon // WEEKS_PER_YEAR)
    money = np.zeros((strategies, rows, len(FLOWS), years))
    outcome = np.zeros((strategies, rows, len(MEASURE_NAMES)))
    held = np.zeros((strategies, rows, contacts, 2))
    into = kernel.Results(row, money, outcome, held)
    kernel.simulate_strategies(setup.seed, key, world, programs, into, setup.first)
    return Ran(money.swapaxes(-1, -2), outcome, held)


def add_delivery(sums: Sums, held: Floats, values: Draws, setup: Setup) -> None:
    """Add what delivery took and cost under every strategy, and the cost of public funds, in place.

    Parameters
    ----------
    sums : what was counted and paid but for that
    held : float64[draw, strategy, row, contact, 2], contacts held and missed
    values : the draws
    setup : what is asked for
    """
    for index, strategy in enumerate(setup.strategies):
        costs = delivery(strategy, values.programs, values)
        given = sums.outcome[:, index, :, kernel.OFFERED]
        met = held[:, index, :, : costs.week.shape[-1]]
        delivered = discounted_use(costs, met, given, setup.years, values["discount_rate"])
        sums.units[:, index] = resource_use(costs, met, given)
        sums.delivered[:, index] = delivered
        sums.money[:, index] += delivery_flows(costs, delivered)
    share = values.inputs["cost_of_public_funds"][:, None, None, None]
    sums.money[..., FLOW_INDEX["cost_of_public_funds"]] = share * net_public_financing(sums.money)


def carry_forward(by_year: Sequence[Floats], outcome: Floats, first_year: Floats, share: float) -> None:
    """Let differences to the first strategy that arise after the first year count for a share of them, in place.

    Parameters
    ----------
    by_year : what is counted by year: money, and what was delivered, each float64[strategy, row, year, ...]
    outcome : float64[strategy, row, measure]
    first_year : float64[strategy, row, measure], the outcomes after 52 weeks
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

"""The kernel with every rule on, alone: what the benchmarks of its speed and of its luck run."""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

import hecon
from hecon.inputs.points import Inputs
from hecon.model import block, kernel, worlds
from hecon.model.ledger import FLOW_NAMES, FLOWS, SOCIETY, signs
from hecon.model.simulation import STRATEGIES

Floats = NDArray[np.float64]

PROGRAM = "motivational_interviewing"


class Case(NamedTuple):
    """People at the base case, and what they are walked through under some strategies."""

    inputs: Inputs
    setup: block.Setup
    ready: worlds.Ready


class Lives(NamedTuple):
    """What the kernel reads: people with their world, and strategies."""

    world: kernel.World
    programs: kernel.Programs

    @property
    def person_weeks(self) -> int:
        """Weeks of people and strategies."""
        return len(self.world.people.state) * self.world.horizon * len(self.programs.until)

    def part(self, start: int, stop: int) -> "Lives":
        """Give some of the people."""
        some = slice(start, stop)
        world = self.world._replace(
            people=kernel.People(*(array[some] for array in self.world.people)),
            accounts=self.world.accounts._replace(rate=self.world.accounts.rate[some]),
        )
        offered = np.ascontiguousarray(self.programs.offered[:, some])
        return Lives(world, self.programs._replace(offered=offered))

    def under(self, strategy: int) -> kernel.World:
        """Give the world in which one of the strategies is offered."""
        return self.world._replace(program=kernel.Program(*(field[strategy] for field in self.programs)))


def case(people: int, weeks: int, strategies: Sequence[str] = STRATEGIES) -> Case:
    """Give people at the base case, ready for the kernel."""
    inputs = hecon.read_parameters().base_case()
    setup = block.Setup(tuple(strategies), people, weeks, hecon.SEED, (), None, money=True)
    return Case(inputs, setup, next(worlds.prepare(inputs, setup)))


def lives(people: int, weeks: int, strategies: Sequence[str] = STRATEGIES) -> Lives:
    """Give what the kernel reads of people at the base case."""
    ready = case(people, weeks, strategies).ready
    return Lives(ready.world, ready.programs)


def simulate(of: Lives, first: int = 0) -> kernel.Results:
    """Run the kernel once over everybody under every strategy, walk and measure, added up over the people."""
    strategies, contacts = of.programs.week.shape
    years = -(-of.world.horizon // kernel.WEEKS_PER_YEAR)
    results = kernel.Results(
        np.zeros(len(of.world.people.state), dtype=np.int64),
        np.zeros((strategies, 1, len(FLOWS), years)),
        np.zeros((strategies, 1, kernel.MEASURES)),
        np.zeros((strategies, 1, contacts, 2)),
    )
    kernel.simulate_strategies(hecon.SEED, 0, of.world, of.programs, results, first)
    return results


def walk(world: kernel.World) -> NDArray[np.int64]:
    """Walk everybody in a world and count nothing but their stays: int64[person]."""
    counts = np.zeros(len(world.people.state), dtype=np.int64)
    kernel.trace_people(hecon.SEED, 0, world, counts, np.zeros((len(counts), 0, 4), dtype=np.int64))
    return counts


def cost_by_person(of: Case, seed: int) -> Floats:
    """Give everybody's cost to society under every strategy: float64[strategy, person].

    They are the same people, whatever the luck's seed.
    """
    people = of.setup.persons
    setup = replace(of.setup, seed=seed, by=(block.PERSON,))
    ran = block.run_strategies(of.ready.world, of.ready.programs, of.ready.values.key, np.arange(people), people, setup)
    sums = block.Sums.zeros(setup, 1)
    sums.money[0], sums.outcome[0] = ran.money, ran.outcome
    block.add_delivery(sums, ran.held[None], of.inputs.together(), setup)
    return np.asarray(sums.money[0].sum(axis=2) @ signs(FLOW_NAMES, SOCIETY, "human_capital").to_numpy())

"""People of one draw followed under one program: what is counted of them, and the state they are in week by week."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from hecon.inputs.points import Draw, Inputs
from hecon.model import kernel
from hecon.model.benefits import BENEFIT_DAYS_PER_YEAR
from hecon.model.block import Setup
from hecon.model.hazards import STATES
from hecon.model.outcomes import MEASURE_NAMES
from hecon.model.population import Population
from hecon.model.programs import compile_program, delivery, resource_use
from hecon.model.runs import run_blocks
from hecon.model.taxes import contribution_rate
from hecon.model.worlds import prepare

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
States = NDArray[np.int8]
Booleans = NDArray[np.bool_]

NORMAL_95 = 3.919928
"""Width of the central 95% of a standard normal distribution."""
ROOM = 16
"""Stays that a person's history has room for at first."""


@dataclass(frozen=True)
class Followed:
    """People of one draw under one program.

    Attributes
    ----------
    strategy : the program's name
    population : the people at inclusion
    values : the draw's inputs
    world : what they are walked through, with the longest horizon asked for
    seed : of all luck
    """

    strategy: str
    population: Population
    values: Draw
    world: kernel.World
    seed: int

    def under(self, strategy: str, changes: Mapping[str, float]) -> "Followed":
        """Return the same people, with the same luck, under another program.

        Parameters
        ----------
        strategy : the program's name
        changes : numbers that its file names, or other values of parameters it names
        """
        values = self.values.inputs.block(self.values.position, self.values.position + 1).replaced(changes).one(0)
        program = compile_program(strategy, values.programs, values, self.population)
        world = self.world._replace(program=program)
        return replace(self, strategy=strategy, values=values, world=world)

    def counted(self, weeks: int) -> tuple[Floats, Floats]:
        """Return what is counted in so many weeks.

        Returns
        -------
        outcomes float64[person, measure]; contacts held and missed float64[person, contact, 2]
        """
        persons = len(self.population)
        years = -(-weeks // kernel.WEEKS_PER_YEAR)
        outcome = np.zeros((persons, len(MEASURE_NAMES)))
        held = np.zeros((persons, len(self.world.program.week), 2))
        into = kernel.Results(np.arange(persons), np.zeros((persons, years, 1)), outcome, held)
        world = self.world._replace(horizon=weeks)
        kernel.simulate_people(self.seed, int(self.values.key), world, into)
        return outcome, held

    def days(self, weeks: int) -> Floats:
        """Return days on benefit, full-time-equivalent workdays, in so many weeks: float64[person]."""
        return self.counted(weeks)[0][:, kernel.BENEFIT_DAYS]

    def delivery(self, weeks: int) -> Floats:
        """Return what delivering the program to each costs in so many weeks, undiscounted: float64[person], NOK."""
        costs = delivery(self.strategy, self.values.programs, self.values)
        outcome, held = self.counted(weeks)
        return np.asarray(resource_use(costs, held, outcome[:, kernel.OFFERED]) @ costs.price.sum(axis=1))

    def states(self, weeks: int) -> States:
        """Return the state at the start of each week from 0 to the last: int8[person, week]."""
        persons = len(self.population)
        world = self.world._replace(horizon=weeks)
        counts = np.zeros(persons, dtype=np.int64)
        stays = np.zeros((persons, ROOM, 4), dtype=np.int64)
        kernel.trace_people(self.seed, int(self.values.key), world, counts, stays)
        if counts.max() > ROOM:
            stays = np.zeros((persons, int(counts.max()), 4), dtype=np.int64)
            kernel.trace_people(self.seed, int(self.values.key), world, counts, stays)
        lived = np.arange(stays.shape[1]) < counts[:, None]
        first = np.where(lived, stays[:, :, kernel.FIRST], weeks + 1)
        lengths = np.diff(first, axis=1, append=weeks + 1)
        state = stays[:, :, kernel.STATE].astype(np.int8)
        return np.repeat(state.ravel(), lengths.ravel()).reshape(persons, weeks + 1)

    @property
    def value_of_a_day(self) -> Floats:
        """What a full-time day of each one's work is worth: float64[person], NOK of 2025."""
        full_time = self.population.wage / self.population.employment_fraction
        return full_time * (1.0 + contribution_rate(self.values)) / BENEFIT_DAYS_PER_YEAR


def follow(inputs: Inputs, position: int, strategy: str, *, people: int, weeks: int, seed: int) -> Followed:
    """Return the people of one draw, to be followed under one program.

    Parameters
    ----------
    inputs : the draws
    position : which of them
    strategy : the program's name
    people : how many
    weeks : the longest horizon they will be followed to
    seed : of all luck
    """
    setup = Setup((strategy,), people, weeks, seed, (), None, money=False)
    ready = next(prepare(inputs.block(position, position + 1), setup))
    return Followed(strategy, ready.population, ready.values, ready.world, seed)


def alone(inputs: Inputs, strategy: str) -> Inputs:
    """Return inputs in which a program has its own contacts only: those of usual care every arm has."""
    programs = {**inputs.programs, strategy: inputs.programs[strategy].model_copy(update={"includes": ()})}
    return replace(inputs, programs=programs)


def each_draw(
    work: Callable[[int], Mapping[str, float]], draws: int, *, threads: int | None, progress: str | None
) -> dict[str, Floats]:
    """Return what is worked out at each draw, by name: float64[draw]."""
    found: list[Mapping[str, float]] = [{}] * draws

    def at(position: int) -> None:
        found[position] = work(position)

    run_blocks(at, range(draws), threads=threads, progress=progress)
    return {name: np.array([one[name] for one in found]) for name in found[0]}


def stratified_normals(count: int, seed: int) -> Floats:
    """Return standard normal numbers, one in each of as many equally likely strata, in random order: float64[count]."""
    from scipy.special import ndtri

    random = np.random.default_rng(seed)
    return np.asarray(ndtri((random.permutation(count) + random.random(count)) / count))


def without_benefit(states: States) -> Booleans:
    """Return in which weeks people are alive and on no medical benefit."""
    benefit = ("full_sick_leave", "graded_sick_leave", "work_assessment_allowance", "disability_pension", "dead")
    return ~np.isin(states, [STATES.index(name) for name in benefit])

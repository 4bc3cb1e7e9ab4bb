"""The kernel with every rule on, alone: what the benchmarks of its speed and of its luck run."""

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

import hecon
from hecon.inputs.points import Draw
from hecon.model import block, kernel
from hecon.model.hazards import hazards
from hecon.model.ledger import FLOW_NAMES, FLOWS, SOCIETY, signs
from hecon.model.population import Population, draw_population
from hecon.model.programs import compile_program

Floats = NDArray[np.float64]

PROGRAM = "motivational_interviewing"


class Ready(NamedTuple):
    """The people of the base case, and the world in which a program is offered to them."""

    setup: block.Setup
    values: Draw
    population: Population
    world: kernel.World


def ready(people: int, weeks: int, overlay: Mapping[str, float] | None = None, program: str = PROGRAM) -> Ready:
    """Give people at the base case, ready for the kernel.

    Parameters
    ----------
    overlay : values put in place of the parameters'
    """
    inputs = hecon.read_parameters(overlays=[dict(overlay)] if overlay else []).base_case()
    values = inputs.one(0)
    setup = block.Setup((program,), people, weeks, hecon.SEED, (), None, money=True)
    population = draw_population(values, people, hecon.SEED)
    table = hazards(inputs, weeks + block.longest_clock(setup, inputs))[0]
    world = block.world_of(population, values, table, setup)
    world = world._replace(program=compile_program(program, values.programs, values, population))
    return Ready(setup, values, population, world)


def simulate(world: kernel.World, first: int = 0) -> kernel.Results:
    """Run the kernel once over everybody in a world, walk and measure, added up over the people."""
    years = -(-world.horizon // kernel.WEEKS_PER_YEAR)
    results = kernel.Results(
        np.zeros(len(world.people.state), dtype=np.int64),
        np.zeros((1, years, len(FLOWS))),
        np.zeros((1, kernel.MEASURES)),
        np.zeros((1, len(world.program.week), 2)),
    )
    kernel.simulate_people(hecon.SEED, 0, world, results, first)
    return results


def walk(world: kernel.World) -> NDArray[np.int64]:
    """Walk everybody in a world and count nothing but their stays: int64[person]."""
    counts = np.zeros(len(world.people.state), dtype=np.int64)
    kernel.trace_people(hecon.SEED, 0, world, counts, np.zeros((len(counts), 0, 4), dtype=np.int64))
    return counts


def part(world: kernel.World, start: int, stop: int) -> kernel.World:
    """Give the world of some of its people."""
    some = slice(start, stop)
    return world._replace(
        people=kernel.People(*(array[some] for array in world.people)),
        accounts=world.accounts._replace(rate=world.accounts.rate[some]),
        program=world.program._replace(offered=world.program.offered[some]),
    )


def cost_by_person(of: Ready, strategy: str, seed: int) -> Floats:
    """Give everybody's cost to society under a strategy, float64[person]: the same people, whatever the luck's seed."""
    people = len(of.population)
    setup = replace(of.setup, seed=seed, by=(block.PERSON,))
    ran = block.run_strategy(of.world, of.population, strategy, of.values, np.arange(people), people, setup)
    return np.asarray(ran.money.sum(axis=1) @ signs(FLOW_NAMES, SOCIETY, "human_capital").to_numpy())

"""Inputs and strategies in, outcomes and money flows out. This module owns the random numbers."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from hecon import SEED
from hecon.inputs.errors import InputError, closest
from hecon.inputs.points import Draw, Inputs, check_seed
from hecon.model import kernel
from hecon.model.benefits import accounts, statute_rules
from hecon.model.cohort import cohort_population
from hecon.model.hazards import STATES, STRUCTURE, hazards
from hecon.model.kernel import WEEKS_PER_YEAR
from hecon.model.ledger import FLOW_INDEX, FLOW_NAMES, FLOWS, net_public_financing
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
from hecon.model.runs import blocks, run_blocks

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

STRATEGIES = ("usual_case_management", "early_follow_up", "motivational_interviewing", "coordinated_program")
COMPARATOR = STRATEGIES[0]
"""Usual case management: what programs are measured against unless another is named."""
PERSON = "person"
DRAWS_PER_BLOCK = 8
PERSONS_PER_BLOCK = 4096
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
    """What a run is asked for, beside its inputs; the fields are the arguments of `simulate`."""

    strategies: tuple[str, ...]
    people: int
    weeks: int
    seed: int
    by: tuple[str, ...]
    cohort: pd.DataFrame | None
    money: bool

    @property
    def years(self) -> int:
        """Years of the results, the last one perhaps begun only."""
        return -(-self.weeks // WEEKS_PER_YEAR)

    @property
    def persons(self) -> int:
        """People in a draw."""
        return self.people if self.cohort is None else len(self.cohort)


def simulate(
    inputs: Inputs,
    strategies: Sequence[str] = STRATEGIES,
    *,
    people: int = 1000,
    weeks: int = 260,
    seed: int = SEED,
    by: str | Sequence[str] = (),
    cohort: pd.DataFrame | None = None,
    money: bool = True,
    threads: int | None = None,
    progress: str | None = None,
) -> xr.Dataset:
    """Simulate every strategy at every draw, with the same people and the same luck.

    Where `differences_carried_forward` is below 1, what a strategy differs by from the *first* one named counts in full
    for the first 52 weeks and for that share afterwards: at 0, every strategy has the first one's course from then on,
    money by money and outcome by outcome. `trace` follows people as they go, whatever that parameter says.

    Parameters
    ----------
    inputs : draws, from `Parameters.base_case`, `.sample` or `.at`
    strategies : names of program files
    people : synthetic people a draw, like the trial's at inclusion
    weeks : horizon
    seed : of all luck
    by : covariates that split the people into subgroups ("sex", "education", "diagnosis", "start", "age", "wage",
        "risk"), or "person" to keep everybody apart
    cohort : a user's own people, as `read_cohort` returns them, in place of synthetic ones
    money : False counts outcomes only and reads no amounts
    threads : number of threads; never shows in the results
    progress : what the progress bar says; None for no bar

    Returns
    -------
    Dataset of sums over the people of a subgroup:

        - money[draw, strategy, subgroup, year, flow], discounted NOK of 2025
        - outcome[draw, strategy, subgroup, measure]
        - units[draw, strategy, subgroup, resource], what delivery took, undiscounted; zero without money
        - delivered[draw, strategy, subgroup, year, resource], the same by year and discounted as money is: times the
          prices of the draw, the money of delivery
        - people[draw, subgroup], how many there are

    Raises
    ------
    InputError
        If a strategy, covariate, size or cohort is out of range.
    """
    setup = Setup(tuple(strategies), people, weeks, seed, (by,) if isinstance(by, str) else tuple(by), cohort, money)
    _check(setup, inputs)
    labels = _subgroups(setup)
    results = _empty(setup, len(inputs), labels)
    into = {str(name): array.to_numpy() for name, array in results.data_vars.items()}
    by_person = setup.by == (PERSON,)

    def simulate_block(bounds: tuple[int, int]) -> None:
        block = inputs.block(*bounds)
        tables = hazards(block, weeks + _longest_clock(setup, block))
        for position, draw in enumerate(range(*bounds)):
            values = block.one(position)
            population = _population(values, setup)
            row = _rows(population, setup)
            into["people"][draw] = np.bincount(row, minlength=len(labels))
            world = world_of(population, values, tables[position], setup)
            for index, strategy in enumerate(setup.strategies):
                ran = run_strategy(
                    world, population, strategy, values, row, len(labels), setup, threads if by_person else 1
                )
                into["money"][draw, index] = ran.money
                into["outcome"][draw, index] = ran.outcome
                into["units"][draw, index] = ran.units
                into["delivered"][draw, index] = ran.delivered
            share = values["differences_carried_forward"]
            if weeks > WEEKS_PER_YEAR and share < 1.0:
                year = replace(setup, weeks=WEEKS_PER_YEAR, money=False)
                begun = world._replace(horizon=WEEKS_PER_YEAR)
                first_year = [
                    run_strategy(
                        begun, population, strategy, values, row, len(labels), year, threads if by_person else 1
                    ).outcome
                    for strategy in setup.strategies
                ]
                carry_forward((into["money"][draw], into["delivered"][draw]), into["outcome"][draw], first_year, share)

    run_blocks(
        simulate_block, blocks(len(inputs), DRAWS_PER_BLOCK), threads=1 if by_person else threads, progress=progress
    )
    return results


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
    threads: int | None,
) -> Ran:
    """Run one strategy at one draw, for people whose row of the results is `row`, of `rows`."""
    world = world._replace(program=compile_program(strategy, values.programs, values, population))
    contacts = len(world.program.week)
    money = np.zeros((rows, setup.years, len(FLOWS)))
    outcome = np.zeros((rows, len(MEASURE_NAMES)))
    held = np.zeros((rows, contacts, 2))
    into = kernel.Results(row, money, outcome, held)
    key = (setup.seed, int(values.key))
    if threads == 1:
        kernel.simulate_people(0, setup.persons, *key, world, into)
    else:  # everybody has a row of their own, so blocks of people share no sum
        run_blocks(
            lambda bounds: kernel.simulate_people(*bounds, *key, world, into),
            blocks(setup.persons, PERSONS_PER_BLOCK),
            threads=threads,
            progress=None,
        )
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


def trace(
    inputs: Inputs,
    strategy: str,
    *,
    people: int = 1000,
    weeks: int = 260,
    seed: int = SEED,
    cohort: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return everybody's stays under one strategy at the first draw, the shape of a registry's spell data.

    Returns
    -------
    DataFrame with one row a stay: person, state, first (week), weeks, waited (weeks of the spell by law behind them at
    its start), used (weekdays of the right)
    """
    setup = Setup((strategy,), people, weeks, seed, (), cohort, money=False)
    _check(setup, inputs)
    values = inputs.one(0)
    population = _population(values, setup)
    table = hazards(inputs.block(0, 1), weeks + _longest_clock(setup, inputs))[0]
    program = compile_program(strategy, values.programs, values, population)
    world = world_of(population, values, table, setup)._replace(program=program)
    counts = np.zeros(setup.persons, dtype=np.int64)
    room = 32
    while True:
        stays = np.zeros((setup.persons, room, 4), dtype=np.int64)
        kernel.trace_people(seed, int(values.key), world, counts, stays)
        if counts.max() <= room:
            break
        room = int(counts.max())
    person, stay = np.nonzero(np.arange(room) < counts[:, None])
    frame = pd.DataFrame(stays[person, stay], columns=["state", "first", "waited", "used"])
    frame.insert(0, "person", person)
    following = np.append(frame["first"].to_numpy()[1:], weeks)
    last = np.append(person[1:] != person[:-1], True)
    frame.insert(3, "weeks", np.where(last, weeks, following) - frame["first"].to_numpy())
    frame["state"] = pd.Categorical.from_codes(frame["state"].to_numpy(dtype=np.int64), categories=pd.Index(STATES))
    return frame


def occupancy(stays: pd.DataFrame, weeks: int) -> xr.DataArray:
    """Return the share of people in each state at the start of each week: [week, state].

    Parameters
    ----------
    stays : as `trace` returns them
    weeks : the horizon they were traced to
    """
    change = np.zeros((weeks + 2, len(STATES)))
    state = stays["state"].cat.codes.to_numpy()
    first = stays["first"].to_numpy()
    end = first + stays["weeks"].to_numpy()
    last = stays["person"].ne(stays["person"].shift(-1)).to_numpy()
    np.add.at(change, (first, state), 1.0)
    np.subtract.at(change, (np.where(last, weeks + 1, end), state), 1.0)
    share = np.cumsum(change, axis=0)[: weeks + 1] / stays["person"].nunique()
    return xr.DataArray(share, dims=("week", "state"), coords={"week": np.arange(weeks + 1), "state": list(STATES)})


def _check(setup: Setup, inputs: Inputs) -> None:
    if not setup.strategies or len(set(setup.strategies)) < len(setup.strategies):
        message = f"strategies: {', '.join(setup.strategies) or 'none'}: name each once, and at least one"
        raise InputError(message)
    for name in setup.strategies:
        if name not in inputs.programs:
            message = f"strategies: no file programs/{name}.toml: {closest(name, inputs.programs)}"
            raise InputError(message)
    for name in setup.by:
        if name not in COLUMNS and setup.by != (PERSON,):
            message = f"by: no covariate {name!r} splits the people: choose among {', '.join(COLUMNS)}, or person alone"
            raise InputError(message)
    if len(set(setup.by)) < len(setup.by):
        message = f"by: {', '.join(setup.by)}: name each covariate once"
        raise InputError(message)
    for name, size in (("people", setup.people), ("weeks", setup.weeks)):
        if size < 1:
            message = f"{name}: {size} is too few: give 1 or more"
            raise InputError(message)
    check_seed(setup.seed)


def _subgroups(setup: Setup) -> list[str] | list[int]:
    """Return the labels of subgroups: all, the levels of the covariates, or everybody's number."""
    if setup.by == (PERSON,):
        return list(range(setup.persons))
    labels = [""]
    for name in setup.by:
        labels = [f"{label}, {level}" if label else level for label in labels for level in COLUMNS[name]]
    return labels if setup.by else ["all"]


def _rows(population: Population, setup: Setup) -> Integers:
    """Return each person's subgroup."""
    if setup.by == (PERSON,):
        return np.arange(setup.persons)
    row = np.zeros(setup.persons, dtype=np.int64)
    for name in setup.by:
        row = row * len(COLUMNS[name]) + level(population, name)
    return row


def _empty(setup: Setup, draws: int, labels: list[str] | list[int]) -> xr.Dataset:
    shape = (draws, len(setup.strategies), len(labels))
    return xr.Dataset(
        {
            "money": (("draw", "strategy", "subgroup", "year", "flow"), np.zeros((*shape, setup.years, len(FLOWS)))),
            "outcome": (("draw", "strategy", "subgroup", "measure"), np.zeros((*shape, len(MEASURE_NAMES)))),
            "units": (("draw", "strategy", "subgroup", "resource"), np.zeros((*shape, len(RESOURCE_NAMES)))),
            "delivered": (
                ("draw", "strategy", "subgroup", "year", "resource"),
                np.zeros((*shape, setup.years, len(RESOURCE_NAMES))),
            ),
            "people": (("draw", "subgroup"), np.zeros((draws, len(labels)))),
        },
        coords={
            "draw": np.arange(draws),
            "strategy": list(setup.strategies),
            "subgroup": labels,
            "year": np.arange(1, setup.years + 1),
            "flow": list(FLOW_NAMES),
            "measure": list(MEASURE_NAMES),
            "resource": list(RESOURCE_NAMES),
        },
        attrs={"weeks": setup.weeks, "seed": setup.seed},
    )


def _longest_clock(setup: Setup, inputs: Inputs) -> int:
    """Return the longest time anybody has been sick-listed at inclusion."""
    if setup.cohort is not None:
        return int(setup.cohort["weeks_sick_listed"].max())
    return int(inputs["weeks_sick_listed_at_inclusion"].max())


def _population(values: Draw, setup: Setup) -> Population:
    if setup.cohort is not None:
        return cohort_population(setup.cohort, values, setup.seed)
    return draw_population(values, setup.people, setup.seed)

"""Worlds for tests: of hecon's own inputs, tiny deterministic ones, and other people's models."""

import numpy as np

from hecon.inputs.schema import Effect
from hecon.model import kernel
from hecon.model.block import Setup
from hecon.model.hazards import STATES, STRUCTURE
from hecon.model.population import draw_population
from hecon.model.programs import compile_program
from hecon.model.worlds import prepare

CERTAIN = 1000.0  # a hazard that no patience survives: the longest is 41 ln 2, or 28


def asked_about(parameters, name):
    """Parameters whose program acts on return by `what_if_return_ratio` alone, and not by a published figure."""
    effect = Effect(on="return", ratios=("what_if_return_ratio",), until="effect_ends_week")
    return parameters.with_program(parameters.programs[name].model_copy(update={"effects": (effect,)}))


def no_program(structure=STRUCTURE, persons=1):
    """A strategy that does nothing."""
    states = len(structure.group)
    return kernel.Program(
        week=np.zeros(0, dtype=np.int64),
        eligible=np.zeros((0, states), dtype=np.bool_),
        attendance=np.zeros(0),
        reach=np.zeros(0),
        own=np.zeros(0, dtype=np.bool_),
        effect=np.ones(structure.destination.shape),
        exit_effect=np.ones(structure.exit_destination.shape),
        until=0,
        offered=np.zeros(persons, dtype=np.bool_),
        offer_week=0,
        offered_in=np.zeros(states, dtype=np.bool_),
    )


def count_weeks(persons, horizon, *, states=8, holiday_pay_days=48, later_from=10_000, friction_weeks=12):
    """Accounts that only count: every category is its own flow, at one a week, undiscounted."""
    return kernel.Accounts(
        discount=np.arange(horizon + 1.0),
        effect_discount=np.arange(horizon + 1.0),
        rate=np.ones((persons, kernel.CATEGORIES)),
        entries=np.arange(kernel.CATEGORIES + 1),
        flow=np.arange(kernel.CATEGORIES),
        utility=np.ones(states),
        holiday_pay_days=holiday_pay_days,
        later_from=later_from,
        friction_weeks=friction_weeks,
    )


def compiled(strategy, inputs, people=1):
    """A program as the kernel reads it at the first draw."""
    values = inputs.one(0)
    return compile_program(strategy, values.programs, values, draw_population(values, people, 1))


def world_of(inputs, strategy, people, weeks, seed):
    """The world that `simulate` would make of the first draw, and its population."""
    setup = Setup((strategy,), people, weeks, seed, (), None, money=True)
    ready = next(prepare(inputs.block(0, 1), setup))
    return ready.world, ready.population


def one_person(rules, horizon, *, leave=None, state="full_sick_leave", weeks=0, used=0, exit_weight=None, **people):
    """A world of one person whose stays last as long as we say.

    Parameters
    ----------
    leave : {state: (weeks in the group after which the stay ends, the state it leads to)}; the others never end
    state, weeks, used : at inclusion; `weeks` also count as weeks of the employer's period behind them
    exit_weight : {group: float64[slot]}
    people : other fields of `kernel.People`
    """
    cumulative = np.zeros((len(STATES), horizon + 120, 3))
    for origin, (after, to) in (leave or {}).items():
        row = STATES.index(origin)
        slot = int(np.flatnonzero(STRUCTURE.destination[row] == STATES.index(to))[0])
        cumulative[row, after:, slot] = CERTAIN * np.arange(1, horizon + 121 - after)
    weights = np.zeros(STRUCTURE.exit_destination.shape)
    weights[:, 0] = 1.0
    for group, row in (exit_weight or {}).items():
        weights[group] = row
    used_by_group = np.zeros((1, len(rules.right)), dtype=np.int64)
    used_by_group[0, STRUCTURE.group[kernel.FULL]] = used
    person = kernel.People(
        state=np.array([STATES.index(state)]),
        clock=np.array([weeks]),
        waited=np.array([weeks]),
        used=used_by_group,
        retirement=np.array([10_000]),
        sex=np.array([0]),
        age=np.array([44.0]),
        scale=np.ones((1, 4)),
        benefit_share=np.ones((1, len(STATES))),
        insured_weeks=np.array([0]),
    )._replace(**people)
    return kernel.World(
        person,
        STRUCTURE,
        rules,
        kernel.Hazards(cumulative, weights, np.zeros((2, 58)), np.ones(len(STATES)), 18.0),
        no_program(),
        count_weeks(1, horizon),
        horizon,
    )


def markov_world(cumulative, destination, persons, horizon):
    """Another model's world: one group a state, no rights, no effects; everybody begins in state 0.

    Parameters
    ----------
    cumulative : float64[state, week, slot]
    destination : int64[state, slot]
    """
    states = len(destination)
    groups = np.zeros(states, dtype=np.int64)
    structure = kernel.Structure(
        group=np.arange(states),
        destination=np.ascontiguousarray(destination),
        scale=np.zeros(destination.shape, dtype=np.int64),
        exit_destination=np.full((states, 1), -1),
        exit_scale=np.zeros((states, 1), dtype=np.int64),
        absorbing=np.all(destination < 0, axis=1),
        restoring_group=0,
        retired=states - 1,
        dead=states - 1,
    )
    zeros = np.zeros(persons, dtype=np.int64)
    people = kernel.People(
        state=zeros,
        clock=zeros,
        waited=zeros,
        used=np.zeros((persons, states), dtype=np.int64),
        retirement=np.full(persons, horizon + 1000),
        sex=zeros,
        age=np.full(persons, 25.0),
        scale=np.ones((persons, 1)),
        benefit_share=np.zeros((persons, states)),
        insured_weeks=zeros,
    )
    rules = kernel.Rules(groups, groups, np.zeros(states, dtype=np.bool_), 0, 0, 0)
    tables = kernel.Hazards(
        np.ascontiguousarray(cumulative), np.zeros((states, 1)), np.zeros((1, 2)), np.ones(states), 0.0
    )
    counting = count_weeks(1, horizon, states=states)
    return kernel.World(people, structure, rules, tables, no_program(structure, persons), counting, horizon)


def traced(world, seed=1, draw=0, room=24):
    """Everybody's stays as the kernel walks them: (counts int64[person], stays int64[person, stay, 4])."""
    counts = np.zeros(len(world.people.state), dtype=np.int64)
    while True:
        stays = np.zeros((len(counts), room, 4), dtype=np.int64)
        kernel.trace_people(seed, draw, world, counts, stays)
        if counts.max() <= room:
            return counts, stays
        room = int(counts.max())


def stays_of(world, seed=1, draw=0):
    """The stays of a world's first person: list of (state's name, first week)."""
    counts, stays = traced(world, seed, draw)
    return [(STATES[state], int(first)) for state, first, *_ in stays[0, : counts[0]]]


def measured(world, seed=1, draw=0, flows=None):
    """Walk and measure everybody, each in a row of their own: (flow, measured, held)."""
    persons = len(world.people.state)
    years = -(-world.horizon // kernel.WEEKS_PER_YEAR)
    flow = np.zeros((persons, years, flows or kernel.CATEGORIES))
    outcome = np.zeros((persons, kernel.MEASURES))
    held = np.zeros((persons, len(world.program.week), 2))
    into = kernel.Results(np.arange(persons), flow, outcome, held)
    kernel.simulate_people(seed, draw, world, into)
    return flow, outcome, held


def states_by_week(counts, stays, horizon):
    """The state at the start of every week from 0 to the horizon: int64[person, week]."""
    persons, room = stays.shape[:2]
    state = np.zeros((persons, horizon + 1), dtype=np.int64)
    week = np.arange(horizon + 1)
    for stay in range(room):
        there = (stay < counts)[:, None] & (stays[:, stay, 1, None] <= week)
        state = np.where(there, stays[:, stay, 0, None], state)
    return state

"""Inputs and strategies in, outcomes and money flows out. This module owns the random numbers."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import xarray as xr

from hecon import SEED
from hecon.inputs.errors import InputError, closest
from hecon.inputs.points import Inputs, check_seed
from hecon.model import kernel
from hecon.model.block import PERSON, Setup, Sums, labels_of, longest_clock, population_of, simulate_block, world_of
from hecon.model.hazards import STATES, hazards
from hecon.model.ledger import FLOW_NAMES
from hecon.model.outcomes import MEASURE_NAMES
from hecon.model.population import COLUMNS
from hecon.model.programs import RESOURCE_NAMES, compile_program
from hecon.model.runs import blocks, run_blocks

STRATEGIES = ("usual_case_management", "early_follow_up", "motivational_interviewing", "coordinated_program")
COMPARATOR = STRATEGIES[0]
"""Usual case management: what programs are measured against unless another is named."""
DRAWS_PER_BLOCK = 8
PERSONS_PER_BLOCK = 4096


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
    check_setup(setup, inputs)
    sums = Sums.zeros(setup, len(inputs))
    alone = setup.by == (PERSON,)

    def work(bounds: tuple[tuple[int, int], tuple[int, int]]) -> None:
        draws, persons = slice(*bounds[0]), slice(*bounds[1])
        done = simulate_block(inputs.block(*bounds[0]), setup.part(*bounds[1]))
        sums.people[draws, persons if alone else slice(None)] = done.people
        for total, part in zip(sums[:-1], done[:-1], strict=True):
            total[draws, :, persons if alone else slice(None)] = part

    todo = [
        (draws, persons)
        for draws in blocks(len(inputs), 1 if alone else DRAWS_PER_BLOCK)
        for persons in (blocks(setup.persons, PERSONS_PER_BLOCK) if alone else [(0, setup.persons)])
    ]
    run_blocks(work, todo, threads=threads, progress=progress)
    return _labelled(sums, setup)


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
    check_setup(setup, inputs)
    values = inputs.one(0)
    population = population_of(values, setup)
    table = hazards(inputs.block(0, 1), weeks + longest_clock(setup, inputs))[0]
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


def check_setup(setup: Setup, inputs: Inputs) -> None:
    """Refuse strategies, covariates and sizes that there cannot be.

    Raises
    ------
    InputError
        Naming the argument, its value and the way out.
    """
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


def _labelled(sums: Sums, setup: Setup) -> xr.Dataset:
    """Return sums with the names of what they are sums of."""
    dims = {
        "money": ("draw", "strategy", "subgroup", "year", "flow"),
        "outcome": ("draw", "strategy", "subgroup", "measure"),
        "units": ("draw", "strategy", "subgroup", "resource"),
        "delivered": ("draw", "strategy", "subgroup", "year", "resource"),
        "people": ("draw", "subgroup"),
    }
    return xr.Dataset(
        {name: (of, getattr(sums, name)) for name, of in dims.items()},
        coords={
            "draw": np.arange(len(sums.people)),
            "strategy": list(setup.strategies),
            "subgroup": labels_of(setup),
            "year": np.arange(1, setup.years + 1),
            "flow": list(FLOW_NAMES),
            "measure": list(MEASURE_NAMES),
            "resource": list(RESOURCE_NAMES),
        },
        attrs={"weeks": setup.weeks, "seed": setup.seed},
    )

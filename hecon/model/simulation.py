"""Inputs and strategies in, outcomes and money flows out. This module owns the random numbers."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from hecon import SEED
from hecon.inputs.errors import InputError, closest
from hecon.inputs.points import Inputs, check_seed
from hecon.model import kernel
from hecon.model.block import PERSON, Setup
from hecon.model.checkpoint import Checkpoint, kept_here
from hecon.model.grid import PERSON_WEEKS_PER_BLOCK, extent, person_weeks
from hecon.model.hazards import STATES
from hecon.model.identity import identity
from hecon.model.population import COLUMNS
from hecon.model.store import in_memory, stored
from hecon.model.worlds import prepare

STRATEGIES = ("usual_case_management", "early_follow_up", "motivational_interviewing", "coordinated_program")
COMPARATOR = STRATEGIES[0]
"""Usual case management: what programs are measured against unless another is named."""


def simulate(  # noqa: PLR0913  (a run has that many honest choices)
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
    store: Path | str | None = None,
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
    threads : number of threads, where neither `hecon.workers` nor `hecon.cluster` is in force; never shows in the
        results
    progress : what the progress bar says; None for no bar
    store : a NetCDF file to which the run is streamed block by block, and from which it is read lazily. A run that was
        killed goes on when it is asked for again, and ends with the same bytes; one that is there is only opened.
        Memory does not grow with the draws: at most two blocks a worker, and four more, are held at once, each of at
        most 16 MiB, or of one draw if that has more. The disk holds the run twice until it is done

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
        If a strategy, covariate, size or cohort is out of range, the store holds another run, or workers are lost.
    """
    setup = Setup(tuple(strategies), people, weeks, seed, (by,) if isinstance(by, str) else tuple(by), cohort, money)
    check_setup(setup, inputs)
    if store is not None:
        return stored(Path(store), inputs, setup, threads=threads, progress=progress)
    large = person_weeks(setup, len(inputs)) > 2 * PERSON_WEEKS_PER_BLOCK
    checkpoint = (
        kept_here(lambda: identity(inputs, setup, extent(setup, len(inputs), None))) if large else Checkpoint(None)
    )
    return in_memory(inputs, setup, checkpoint, threads=threads, progress=progress)


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
    ready = next(prepare(inputs.block(0, 1), setup))
    counts = np.zeros(setup.persons, dtype=np.int64)
    room = 32
    while True:
        stays = np.zeros((setup.persons, room, 4), dtype=np.int64)
        kernel.trace_people(seed, ready.values.key, ready.world, counts, stays)
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

"""How a run is cut into blocks, each some draws of some people, and what the blocks give, in order."""

from collections.abc import Generator, Mapping
from contextlib import closing
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hecon.inputs.points import Inputs
from hecon.model.block import PERSON, Setup, labels_of, simulate_block
from hecon.model.checkpoint import Checkpoint, Wanted, kept_in_order
from hecon.model.ledger import FLOW_NAMES
from hecon.model.outcomes import MEASURE_NAMES
from hecon.model.programs import RESOURCE_NAMES
from hecon.model.runs import at_work, blocks

Floats = NDArray[np.float64]

PERSONS_PER_BLOCK = 8192
"""People of a block, always: sums over more people are added block by block, and so have the same bytes everywhere."""
PERSON_WEEKS_PER_BLOCK = 50_000_000
"""Weeks of people and strategies in a large run's block: a fraction of a second."""
LEAST_PERSON_WEEKS = 1_000_000
"""Of a block of a small run: a few milliseconds."""
WORTH_SENDING = 5_000_000
"""Person-weeks below which a whole run stays in this process: sending it would take longer."""
DRAWS_PER_BLOCK = 64
"""At most, since each draw has tables of its own."""
BLOCKS_PER_WORKER = 4
"""At least, so that none waits long for the last."""
BYTES_PER_BLOCK = 16 * 2**20
"""Of what a block gives, unless one draw of its people gives more."""


class Block(NamedTuple):
    """Some draws of some people: where each begins and ends."""

    draws: tuple[int, int]
    persons: tuple[int, int]

    @property
    def name(self) -> str:
        """What the block is kept as."""
        return "draws-{}-{}-persons-{}-{}".format(*self.draws, *self.persons)


def shapes(setup: Setup, draws: int, rows: int) -> dict[str, tuple[int, ...]]:
    """Give the shapes of what is not zero throughout: sums of so many draws and rows, by their name in `Sums`."""
    head, resources = (draws, len(setup.strategies), rows), len(RESOURCE_NAMES)
    counted = {"outcome": (*head, len(MEASURE_NAMES)), "people": (draws, rows)}
    if not setup.money:
        return counted
    return counted | {
        "money": (*head, setup.years, len(FLOW_NAMES)),
        "units": (*head, resources),
        "delivered": (*head, setup.years, resources),
    }


def person_weeks(setup: Setup, draws: int) -> int:
    """Say how much work a run is."""
    return draws * setup.persons * setup.weeks * len(setup.strategies)


def worth_sending(work: int) -> bool:
    """Tell whether a run of so many person-weeks is large enough for other processes."""
    return work >= WORTH_SENDING


def cut(setup: Setup, draws: int, at_once: int | None) -> list[Block]:
    """Cut a run into blocks, in the order of its draws and in a draw of its people.

    Parameters
    ----------
    setup, draws : the run
    at_once : how many blocks are computed at once; None for a cut that knows of no workers, as blocks that are kept
        must have
    """
    persons, size = extent(setup, draws, at_once)
    return [Block(of, who) for of in blocks(draws, size) for who in blocks(setup.persons, persons)]


def extent(setup: Setup, draws: int, at_once: int | None) -> tuple[int, int]:
    """Say how many people and draws a block of a run has, as `cut` says."""
    each = setup.weeks * len(setup.strategies)
    most = _person_weeks_per_block(person_weeks(setup, draws), at_once)
    persons = min(PERSONS_PER_BLOCK, setup.persons)
    rows = len(labels_of(setup)) if setup.by != (PERSON,) else 1
    row = 8 * _numbers(shapes(setup, 1, rows))
    if setup.by == (PERSON,):  # nothing is added: these may be cut finer
        persons = max(1, min(persons, most // each, BYTES_PER_BLOCK // row))
        row *= persons
    return persons, max(1, min(most // (persons * each), BYTES_PER_BLOCK // row, DRAWS_PER_BLOCK, draws))


def draws_per_block(each: int, draws: int, at_once: int | None) -> int:
    """Say how many draws, each of so many person-weeks, make a block, where `at_once` are computed at once."""
    return max(1, min(_person_weeks_per_block(each * draws, at_once) // each, DRAWS_PER_BLOCK, draws))


def _person_weeks_per_block(work: int, at_once: int | None) -> int:
    if at_once is None or at_once == 1:
        return PERSON_WEEKS_PER_BLOCK
    return min(max(work // (BLOCKS_PER_WORKER * at_once), LEAST_PERSON_WEEKS), PERSON_WEEKS_PER_BLOCK)


def run_grid(
    inputs: Inputs, setup: Setup, checkpoint: Checkpoint, *, threads: int | None, progress: str | None
) -> Generator[tuple[Block, dict[str, Floats]]]:
    """Give the sums of every block in order, computed by the workers in force or taken up where they are kept.

    No more are in memory than `hecon.model.runs.in_order` says. Sums that are zero throughout are left out.
    """
    at_once = None if checkpoint.folder is not None else at_work(threads)
    grid = cut(setup, len(inputs), at_once)
    shaped = [shapes(setup, block.draws[1] - block.draws[0], _rows(setup, block)) for block in grid]
    wanted = [
        Wanted(
            block.name,
            (_numbers(of),),
            lambda block=block: (inputs.block(*block.draws), setup.part(*block.persons)),  # type: ignore[misc]
        )
        for block, of in zip(grid, shaped, strict=True)
    ]
    found = kept_in_order(
        _flat_block,
        wanted,
        checkpoint,
        threads=threads,
        progress=progress,
        shared=(inputs.entries, inputs.programs),
        # Of everybody's outcomes, more comes back than a walk of a year is worth.
        here=not worth_sending(person_weeks(setup, len(inputs))) or (setup.by == (PERSON,) and not setup.money),
    )
    with closing(found):
        for block, of, flat in zip(grid, shaped, found, strict=True):
            ends = np.cumsum([int(np.prod(shape)) for shape in of.values()])[:-1]
            parts = zip(of.items(), np.split(flat, ends), strict=True)
            yield block, {name: part.reshape(shape) for (name, shape), part in parts}


def _numbers(of: Mapping[str, tuple[int, ...]]) -> int:
    return sum(int(np.prod(shape)) for shape in of.values())


def _rows(setup: Setup, block: Block) -> int:
    return block.persons[1] - block.persons[0] if setup.by == (PERSON,) else len(labels_of(setup))


def _flat_block(inputs: Inputs, setup: Setup) -> Floats:
    """Give the sums of a block in one array, which is what is sent and kept."""
    sums = simulate_block(inputs, setup)
    return np.concatenate([getattr(sums, name).ravel() for name in shapes(setup, 1, 1)])

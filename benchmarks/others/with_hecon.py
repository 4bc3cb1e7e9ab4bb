"""The task with hecon's kernel: one group a state, no rights, no effects, a cycle for a week.

That is how its tests run published models. People go through in blocks that fit the processor's cache, on one thread;
what a stay is worth is a difference of prefix sums.
"""

import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from task import STATES, Answer, Task

sys.path.insert(0, str(Path(__file__).parents[2] / "tests"))

from small_worlds import markov_world, traced

BLOCK = 5000


def run(task: Task, persons: int, seed: int) -> Answer:
    """Simulate: a block's luck hangs on its number, as a draw's does."""
    slots = int((task.hazard > 0.0).sum(axis=1).max())
    destination = np.full((len(STATES), slots), -1)
    hazard = np.zeros((len(STATES), slots))
    for origin, row in enumerate(task.hazard):
        to = np.flatnonzero(row)
        destination[origin, : len(to)] = to
        hazard[origin, : len(to)] = row[to]
    cumulative = np.arange(task.cycles + 2.0)[None, :, None] * hazard[:, None, :]
    worth_before = np.concatenate([[0.0], np.cumsum(task.weight)])
    present = np.zeros(len(STATES))
    discounted = np.zeros(len(STATES))
    for block, start in enumerate(range(0, persons, BLOCK)):
        people = min(BLOCK, persons - start)
        world = markov_world(cumulative, destination, people, task.cycles)
        state, first, end = stays(*traced(world, seed=seed, draw=block), task.cycles)
        discounted += np.bincount(state, worth_before[end] - worth_before[first], len(STATES))
        present += np.bincount(state[end > task.cycles], minlength=len(STATES))
    return Answer(present / persons, task.worth @ discounted / persons)


def stays(counts: NDArray[np.int64], rows: NDArray[np.int64], cycles: int) -> tuple[NDArray[np.int64], ...]:
    """Give the state of every stay, its first cycle, and the cycle after its last."""
    state, first = rows[:, :, 0], rows[:, :, 1]
    end = np.empty_like(first)
    end[:, :-1] = first[:, 1:]
    last = counts - 1
    end[np.arange(len(counts)), last] = cycles + 1
    there = np.arange(rows.shape[1]) <= last[:, None]
    return state[there], first[there], end[there]

"""The task: four states, known probabilities, discounted cost and QALYs of people who all begin healthy.

The model is that of Krijkamp EM, Alarid-Escudero F, Enns EA, Jalal HJ, Hunink MGM, Pechlivanoglou P. Microsimulation
modeling for health decision sciences using R: a tutorial. Med Decis Making 2018;38:400-422, without treatment: 30
cycles of a year, worth what the state is worth at cycles 0 to 30, discounted 3%. The second task is the same model by
week for ten years: the hazards of a year divided by 52.

What is exact here is computed by multiplying matrices, and so is the variance of a person's cost and QALYs, which says
how far a simulation of so many people may be off.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

STATES = ("healthy", "sick", "sicker", "dead")
COST = np.array([2000.0, 4000.0, 15000.0, 0.0])
UTILITY = np.array([1.0, 0.75, 0.5, 0.0])
DISCOUNT_RATE = 0.03
WEEKS = 52
YEARLY = np.array(
    [
        [0.0, 0.15, 0.0, 0.005],
        [0.5, 0.0, 0.105, 1 - (1 - 0.005) ** 3],
        [0.0, 0.0, 0.0, 1 - (1 - 0.005) ** 10],
        [0.0, 0.0, 0.0, 0.0],
    ]
)
"""The probability of moving within a year, without that of staying."""
ERRORS = 4.0
"""Standard errors that an answer may be off: several answers of several runs are looked at together."""


@dataclass(frozen=True)
class Task:
    """What is simulated.

    Attributes
    ----------
    name : of the task
    cycles : moves of a person; states are worth something at cycles 0 to `cycles`
    length : years of a cycle
    hazard : float64[state, state], per cycle
    """

    name: str
    cycles: int
    length: float
    hazard: Floats

    @property
    def probability(self) -> Floats:
        """The probabilities of a cycle, float64[state, state], each row adding up to 1."""
        total = self.hazard.sum(axis=1, keepdims=True)
        moves = -np.expm1(-total) * np.divide(self.hazard, total, out=np.zeros_like(self.hazard), where=total > 0.0)
        return moves + np.diag(1.0 - moves.sum(axis=1))

    @property
    def weight(self) -> Floats:
        """The discounting of a cycle, float64[cycle]."""
        return (1.0 + DISCOUNT_RATE) ** (-self.length * np.arange(self.cycles + 1.0))

    @property
    def worth(self) -> Floats:
        """What a state is worth in a cycle, float64[cost or QALYs, state]."""
        return self.length * np.array([COST, UTILITY])


class Answer(NamedTuple):
    """What a package answers.

    Attributes
    ----------
    share : float64[state], of the people at the last cycle
    worth : float64[cost or QALYs], discounted, per person
    """

    share: Floats
    worth: Floats


def tasks() -> dict[str, Task]:
    """Give the tasks by name."""
    total = YEARLY.sum(axis=1, keepdims=True)
    hazard = -np.log1p(-total) * np.divide(YEARLY, total, out=np.zeros_like(YEARLY), where=total > 0.0)
    every = [Task("30 years by year", 30, 1.0, hazard), Task("10 years by week", 520, 1.0 / WEEKS, hazard / WEEKS)]
    return {task.name: task for task in every}


def from_counts(task: Task, counts: Floats) -> Answer:
    """Give the answer that follows from how many people are in each state, float64[cycle, state]."""
    share = counts / counts[0].sum()
    return Answer(share[-1], task.worth @ (task.weight @ share))


def exact(task: Task) -> tuple[Answer, Answer]:
    """Give the exact answer, and the standard deviation of one person's."""
    share = [np.array([1.0, 0.0, 0.0, 0.0])]
    for _ in range(task.cycles):
        share.append(share[-1] @ task.probability)
    answer = from_counts(task, np.array(share))
    # First and second moment of what is still to come from each state, backwards from the last cycle.
    mean = np.zeros((2, len(STATES)))
    square = np.zeros((2, len(STATES)))
    for cycle in reversed(range(task.cycles + 1)):
        now = task.weight[cycle] * task.worth
        later, later_square = mean @ task.probability.T, square @ task.probability.T
        mean, square = now + later, now**2 + 2.0 * now * later + later_square
    spread = np.sqrt(square[:, 0] - mean[:, 0] ** 2)
    return answer, Answer(np.sqrt(answer.share * (1.0 - answer.share)), spread)


def errors_off(task: Task, answer: Answer, persons: int) -> float:
    """Give by how many standard errors the worst part of an answer is off."""
    right, spread = exact(task)
    off = [
        np.abs(got - want) / np.maximum(deviation / np.sqrt(persons), 1e-12)
        for got, want, deviation in zip(answer, right, spread, strict=True)
    ]
    return float(np.max(np.concatenate(off)))

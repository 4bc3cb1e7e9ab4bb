"""The acceptability frontier: which choice is best by expected value, as a sick-leave day avoided is worth more."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from hecon.evaluation import cea, results
from hecon.report import words
from hecon.report.language import t
from hecon.report.numbers import kroner

if TYPE_CHECKING:
    from hecon.evaluation.comparison import Comparison

POINTS = 101


@dataclass(frozen=True, eq=False)
class Piece:
    """A part of the frontier along which one choice is best by expected value.

    Attributes
    ----------
    strategy
        The choice.
    wtp
        What a day avoided is worth, NOK: float64[point].
    probability
        The chance that the choice is the best: float64[point].
    """

    strategy: str
    wtp: np.ndarray
    probability: np.ndarray


def worths(comparison: Comparison) -> np.ndarray:
    """Give the values of a sick-leave day that are drawn: from nothing to two and a half days' production."""
    return np.linspace(0.0, np.ceil(2.5 * float(comparison.base["value_of_day"]) / 1000) * 1000, POINTS)


def pieces(comparison: Comparison) -> list[Piece]:
    """Give the frontier piece by piece, from a day worth nothing up."""
    wtp = worths(comparison)
    found = cea.ceaf(*results.program_costs_and_effects(comparison), wtp.tolist())
    chosen, probability = found["optimal"].to_numpy(), found["probability"].to_numpy()
    ends = [0, *(np.flatnonzero(chosen[1:] != chosen[:-1]) + 1), len(wtp)]
    return [Piece(str(chosen[start]), wtp[start:end], probability[start:end]) for start, end in pairwise(ends)]


def sentence(comparison: Comparison) -> str:
    """Say which choice is best by expected value, and from what worth of a day another is."""
    found = pieces(comparison)
    first = words.spoken(comparison.label(found[0].strategy))
    if len(found) == 1:
        return t(
            "By expected value {choice} is the choice at every worth of a day shown, up to {most}.",
            choice=first,
            most=kroner(float(worths(comparison)[-1])),
        )
    turns = [
        t(
            "{choice} from {amount}",
            choice=words.spoken(comparison.label(after.strategy)),
            amount=kroner(*turn(comparison, before.strategy, after.strategy)),
        )
        for before, after in pairwise(found)
    ]
    return t(
        "By expected value the choice is {first} when a day avoided is worth nothing, and {turns}.",
        first=first,
        turns=words.joined(turns),
    )


def turn(comparison: Comparison, before: str, after: str) -> tuple[float, float]:
    """Give the worth of a day at which two choices have the same expected net benefit, and its Monte Carlo error."""
    cost, effect = results.program_costs_and_effects(comparison)
    more, gained = ((part.sel(strategy=after) - part.sel(strategy=before)).to_numpy() for part in (cost, effect))
    return float(more.mean() / gained.mean()), results.ratio_error(more, gained)

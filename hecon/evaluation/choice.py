"""Choosing the best of several rules on draws, and how much of its lead is luck.

What looks best on the draws that score it looks better than it is: the winner's curse. The choice is therefore made on
one half of the draws and scored on the other.

References
----------
Smith JE, Winkler RL. The optimizer's curse: skepticism and postdecision surprise in decision analysis. Management
Science 2006;52:311-322.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hecon import SEED
from hecon.evaluation.estimates import jackknife_error
from hecon.inputs.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

SPLITS = 200
BLOCKS = 20
"""Draws left out together where an error is found by leaving out."""


@dataclass(frozen=True)
class Choice:
    """What comes of choosing the best of some rules.

    Attributes
    ----------
    share
        float64[rule], how often a half of the draws chose each.
    score
        float64[rule], its mean on the other half when it was chosen; NaN where it never was.
    naive
        The highest mean over all draws.
    honest
        The mean on the other half of what a half chose.
    error
        Its Monte Carlo error, by leaving out blocks of draws; on the large side where rules are close.
    """

    share: Floats
    score: Floats
    naive: float
    honest: float
    error: float

    @property
    def curse(self) -> float:
        """By how much the best rule's own draws flatter it: the winner's curse."""
        return self.naive - self.honest


def choose_rule(gains: Floats, *, splits: int = SPLITS, seed: int = SEED) -> Choice:
    """Choose the rule with the highest mean on one half of the draws and score it on the other, in turn.

    Parameters
    ----------
    gains
        float64[draw, rule].
    splits
        Random halvings; what is returned is their mean.
    seed
        Of the halvings.

    Raises
    ------
    InputError
        If there are under four draws.
    """
    draws, rules = gains.shape
    if draws < 4:
        raise InputError(f"draws: {draws} cannot be halved and compared: give 4 or more")
    places = np.random.default_rng(seed).permuted(np.tile(np.arange(draws), (splits, 1)), axis=1)
    halves = np.concatenate([places < draws // 2, places >= draws // 2])
    best, scores = _chosen(halves, gains)
    often = np.bincount(best, minlength=rules)
    total = np.bincount(best, weights=scores, minlength=rules)
    blocks = np.array_split(np.arange(draws), min(BLOCKS, draws))
    without = np.array([_chosen(np.delete(halves, block, 1), np.delete(gains, block, 0))[1].mean() for block in blocks])
    return Choice(
        share=often / len(best),
        score=np.divide(total, often, out=np.full(rules, np.nan), where=often > 0),
        naive=float(gains.mean(axis=0).max()),
        honest=float(scores.mean()),
        error=jackknife_error(without),
    )


def _chosen(halves: NDArray[np.bool_], gains: Floats) -> tuple[NDArray[np.intp], Floats]:
    """Give the rule that each half chooses, int64[half], and its mean on the other half, float64[half]."""
    best = np.argmax(_means(halves, gains), axis=1)
    return best, _means(~halves, gains)[np.arange(len(best)), best]


def _means(among: NDArray[np.bool_], gains: Floats) -> Floats:
    """Give float64[split, rule], means over the draws among each half."""
    return np.asarray((among.astype(float) @ gains) / among.sum(axis=1, keepdims=True))

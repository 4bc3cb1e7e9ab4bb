"""Conditional expectations over draws: what a target is expected to be, given some columns.

A ridge regression on Gaussian features of the columns' normal scores (a Gaussian process on landmarks, Nyström), which
sees interactions of any order, unlike sums of curves. How far a feature reaches and how much it is held back are
chosen, for each target, by the error in predicting a draw from all others; where that is not smaller than the error of
the mean by a standard error, the mean it is (Breiman's rule). The leverage stays that of the curve: it says how far the
truth may be from the mean without being noticed.

scikit-learn makes the features. The ridge is our own: leverages and predictions of left-out draws, on which standard
errors rest, come with one decomposition for every penalty and every target, and `RidgeCV` keeps them to itself.

References
----------
Strong M, Oakley JE, Brennan A. Estimating multiparameter partial expected value of perfect information from a
probabilistic sensitivity analysis sample: a nonparametric regression approach. Medical Decision Making 2014;34:311-326.

Williams CKI, Seeger M. Using the Nyström method to speed up kernel machines. NIPS 13, 2001:682-688.

Breiman L, Friedman JH, Olshen RA, Stone CJ. Classification and Regression Trees. Wadsworth, 1984, section 3.4.3.

Golub GH, Heath M, Wahba G. Generalized cross-validation as a method for choosing a good ridge parameter.
Technometrics 1979;21:215-223.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

REACHES = (0.5, 1.0, 2.0)
WIDE_REACHES = (1.0, 2.0, 4.0)
"""Length scales of features that are tried, for up to two columns and for more: in standard deviations of a column's
scores, times root the columns."""
PENALTIES = np.geomspace(1e2, 1e-7, 19)
"""Ridge penalties that are tried, per draw, for features of variance up to 1; of equals, the first."""
LANDMARKS = {1: 40, 2: 120}
WIDE_LANDMARKS = 500
"""Landmarks at most, by the number of columns."""
DRAWS_PER_LANDMARK = 2
SEED = 1
"""Of the choice of landmarks: the same draws always give the same answer."""
BEATEN = 1.0
"""Standard errors by which a curve has to predict better than the mean to be preferred to it."""
EXACT = 1e-10
"""Share of a target's spread below which it is a combination of others."""


@dataclass(frozen=True)
class Fit:
    """Conditional expectations of targets.

    Attributes
    ----------
    fitted : float64[target, draw], the expectation given the columns
    left_out : float64[target, draw], the same from all other draws
    leverage : float64[target, draw], the weight of a draw's own target in its expectation
    """

    fitted: Floats
    left_out: Floats
    leverage: Floats


@dataclass(frozen=True)
class Targets:
    """Targets as combinations of few.

    Attributes
    ----------
    mean : float64[target]
    basis : float64[part, draw], of mean 0
    mix : float64[target, part]
    """

    mean: Floats
    basis: Floats
    mix: Floats


def reduced(values: Floats) -> Targets:
    """Give targets as combinations of few: net benefits at any number of thresholds are made of two a strategy.

    Parameters
    ----------
    values
        float64[target, draw].
    """
    from scipy.linalg import qr

    mean = values.mean(axis=1)
    scale = values.std(axis=1)
    scale[scale <= EXACT * np.abs(mean)] = 0.0
    centred = (values - mean[:, None]) / np.where(scale > 0, scale, np.inf)[:, None]
    basis, upper, order = qr(centred.T, mode="economic", pivoting=True)
    diagonal = np.abs(np.diag(upper))
    rank = int((diagonal > EXACT * diagonal[0]).sum())
    mix = np.empty((len(values), rank))
    mix[order] = upper[:rank].T
    return Targets(mean, np.ascontiguousarray(basis[:, :rank].T), mix * scale[:, None])


def regress(targets: Targets, columns: Floats) -> Fit:
    """Regress targets on columns.

    Parameters
    ----------
    columns
        float64[draw, column]. A constant one says nothing; given none but such, the expectation is the mean.
    """
    least = np.full(len(targets.mean), np.inf)
    fitted, left_out, leverage = (np.zeros((len(targets.mean), len(columns))) for _ in range(3))
    for features in _features(_scores(columns)):
        smooth = _Smooth.of(features, targets.basis)
        error = np.array([((targets.mix @ products) * targets.mix).sum(axis=1) for products in smooth.error])
        choice = error.argmin(axis=0)
        error = error.min(axis=0)
        for penalty in np.unique(choice[error < least]):
            where = (choice == penalty) & (error < least)
            own = smooth.leverage[penalty]
            fitted[where] = targets.mix[where] @ smooth.fitted[penalty]
            left_out[where] = targets.mix[where] @ (targets.basis - smooth.missed[penalty])
            leverage[where] = own
        least = np.minimum(error, least)
    flat = ~_beats_mean(targets.mix @ targets.basis, left_out)
    fitted[flat] = left_out[flat] = 0.0
    return Fit(fitted + targets.mean[:, None], left_out + targets.mean[:, None], leverage)


@dataclass(frozen=True)
class _Smooth:
    """Ridge regressions of a basis at every penalty."""

    fitted: Floats  # [penalty, part, draw]
    missed: Floats  # [penalty, part, draw], errors where the draw is left out
    leverage: Floats  # [penalty, draw]
    error: Floats  # [penalty, part, part], products of those errors

    @classmethod
    def of(cls, features: Floats, basis: Floats) -> _Smooth:
        draws = len(features)
        centred = features - features.mean(axis=0)
        power, axes = np.linalg.eigh(centred.T @ centred)
        turned = centred @ axes
        held = 1.0 / (np.maximum(power, 0.0) + PENALTIES[:, None] * draws)
        fitted = (held[:, None] * (basis @ turned)) @ turned.T
        leverage = held @ (turned**2).T + 1.0 / draws
        missed = (basis - fitted) / np.maximum(1.0 - leverage, EXACT)[:, None]
        return cls(fitted, missed, leverage, missed @ missed.transpose(0, 2, 1))


def _beats_mean(centred: Floats, left_out: Floats) -> NDArray[np.bool_]:
    """Tell which predictions of left-out draws are closer than their mean, by a standard error of the difference."""
    draws = centred.shape[1]
    gain = (centred * (draws / (draws - 1.0))) ** 2 - (centred - left_out) ** 2
    return np.asarray(gain.mean(axis=1) > BEATEN * gain.std(axis=1, ddof=1) / np.sqrt(draws))


def _scores(columns: Floats) -> Floats:
    """Give normal scores of the columns that are not constant: float64[draw, column]."""
    from scipy.special import ndtri
    from scipy.stats import rankdata

    varying = columns[:, (columns != columns[0]).any(axis=0)]
    return np.asarray(ndtri((rankdata(varying, axis=0) - 0.5) / len(columns)), dtype=np.float64)


def _features(scores: Floats) -> Iterator[Floats]:
    """Give the features at every reach: the scores themselves, and bumps around landmarks."""
    from sklearn.kernel_approximation import Nystroem

    draws, width = scores.shape
    if not width:
        return
    most = min(LANDMARKS.get(width, WIDE_LANDMARKS), max(draws // DRAWS_PER_LANDMARK, 1))
    for reach in REACHES if width in LANDMARKS else WIDE_REACHES:
        bumps = Nystroem(gamma=0.5 / (reach**2 * width), n_components=most, random_state=SEED).fit_transform(scores)
        yield np.hstack([scores / np.sqrt(width), bumps])

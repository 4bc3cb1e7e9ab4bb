"""An emulator of the trial's figures: a quadratic trend and a Gaussian process of what it leaves.

An arm's figures depend on the natural history, on the product of the effects that its program names and on its own
attendance, not on the other arms'. Each arm therefore has an emulator of its own, in those coordinates.
"""

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hecon.calibration.figures import YEARLY, long_run
from hecon.calibration.priors import Prior
from hecon.inputs.points import Inputs
from hecon.inputs.targets import ARMS, Target

Floats = NDArray[np.float64]

TUNED = 300
"""Runs on which length scales are chosen; all runs are then conditioned on."""
TUNING_STEPS = 20


@dataclass(frozen=True)
class ArmEmulator:
    """The emulator of one arm.

    Attributes
    ----------
    coordinates : float64[parameter, coordinate], from parameters to what the arm depends on
    attendances : the columns of `coordinates` that are attendances of the program's contacts, in their order
    columns : positions of the arm's targets
    logarithm : bool[target of the arm], figures that are emulated on their logarithm
    centre, scale : float64[coordinate], of the runs
    length : float64[coordinate], of the process
    trend : float64[term, target of the arm], of 1, the coordinates, and their products
    runs : float64[run, coordinate], over the length scales
    weights : float64[run, target of the arm], of the kernel between a point and every run
    """

    coordinates: Floats
    attendances: NDArray[np.int64]
    columns: NDArray[np.int64]
    logarithm: NDArray[np.bool_]
    centre: Floats
    scale: Floats
    length: Floats
    trend: Floats
    runs: Floats
    weights: Floats

    def __call__(self, rows: Floats) -> Floats:
        """Return the arm's figures at rows of parameters: float64[row, target of the arm]."""
        at = (bent(rows @ self.coordinates, self.attendances) - self.centre) / self.scale
        scaled = at / self.length
        squares = np.sum(scaled**2, axis=1)[:, None] + np.sum(self.runs**2, axis=1) - 2.0 * scaled @ self.runs.T
        found = terms(at) @ self.trend + np.exp(-0.5 * squares) @ self.weights
        return np.where(self.logarithm, np.exp(np.where(self.logarithm, found, 0.0)), found)


@dataclass(frozen=True)
class Emulator:
    """Figures at rows of parameters, without running the model.

    Attributes
    ----------
    priors, targets : what rows and figures are
    arms : the emulators of the arms' figures; those of registers are computed
    fixed : by name, what the registers' figures need and nobody fits
    """

    priors: tuple[Prior, ...]
    targets: tuple[Target, ...]
    arms: tuple[ArmEmulator, ...]
    fixed: dict[str, float]

    def __call__(self, rows: Floats) -> Floats:
        """Return figures at rows of parameters on the priors' scales: float64[row, target]."""
        out = np.empty((len(rows), len(self.targets)))
        for arm in self.arms:
            out[:, arm.columns] = arm(rows)
        at = {prior.name: prior.inverse(rows[:, column]) for column, prior in enumerate(self.priors)}
        registers = long_run({**{name: np.full(len(rows), value) for name, value in self.fixed.items()}, **at})
        for column, target in enumerate(self.targets):
            if target.arm not in ARMS:
                out[:, column] = registers[target.statistic]
        return out


def train(inputs: Inputs, priors: Sequence[Prior], targets: Sequence[Target], rows: Floats, found: Floats) -> Emulator:
    """Return the emulator that runs of the model teach.

    Parameters
    ----------
    inputs : the base case, for what the arms' programs name and what is not fitted
    priors, targets : what the columns of rows and figures are
    rows : float64[run, parameter], on the priors' scales
    found : float64[run, target], the model's figures there
    """
    arms = []
    for arm in ARMS:
        columns = np.array([i for i, target in enumerate(targets) if target.arm == arm], dtype=np.int64)
        if len(columns):
            logarithm = np.array([targets[i].is_ratio for i in columns])
            figures = np.where(logarithm, np.log(np.where(logarithm, found[:, columns], 1.0)), found[:, columns])
            coordinates, attendances = arm_coordinates(inputs, arm, priors)
            arms.append(_arm_emulator(coordinates, attendances, columns, logarithm, rows, figures))
    names = {prior.name for prior in priors}
    fixed = {name: float(inputs[name][0]) for name in YEARLY if name not in names}
    return Emulator(tuple(priors), tuple(targets), tuple(arms), fixed)


def arm_coordinates(inputs: Inputs, arm: str, priors: Sequence[Prior]) -> tuple[Floats, NDArray[np.int64]]:
    """Return the matrix from parameters to what an arm's figures depend on, and which coordinates are attendances.

    Parameters that no program names are the natural history, and coordinates of every arm. The ratios that a program
    multiplies into one effect are one coordinate, the sum of their logarithms; a contact's attendance is one too.

    Returns
    -------
    float64[parameter, coordinate], and the columns of the attendances in the order of the contacts
    """
    names = [prior.name for prior in priors]
    ratios, attendances = _named(inputs, ARMS[arm]) if arm != "usual_care" else ([], [])
    elsewhere = {name for other in ARMS.values() for group in _named(inputs, other) for part in group for name in part}
    seen = [group for group in attendances if group[0] in names]
    groups = [[name] for name in names if name not in elsewhere]
    groups += [group for group in ratios if set(group) & set(names)] + seen
    matrix = np.array([[float(name in group) for group in groups] for name in names])
    return matrix, np.arange(len(groups) - len(seen), len(groups))


def _named(inputs: Inputs, strategy: str) -> tuple[list[list[str]], list[list[str]]]:
    """Return the ratios of each effect of a program, and the attendance of each of its contacts."""
    program = inputs.programs[strategy]
    contacts = [] if strategy == ARMS["usual_care"] else [[contact.attendance] for contact in program.contacts]
    return [list(effect.ratios) for effect in program.effects], contacts


def bent(at: Floats, attendances: NDArray[np.int64]) -> Floats:
    """Return coordinates with the excess of each attendance over the next one, or 0: float64[row, more coordinates].

    Who attends a contact attends every contact with a higher attendance, so the share with one session alone has a kink
    where two attendances are equal, which nothing smooth follows.
    """
    excess = np.maximum(at[:, attendances[:-1]] - at[:, attendances[1:]], 0.0)
    return np.concatenate([at, excess], axis=1)


def terms(at: Floats) -> Floats:
    """Return the terms of a quadratic: float64[row, 1 + k + k (k + 1) / 2]."""
    k = at.shape[1]
    first, second = np.triu_indices(k)
    return np.concatenate([np.ones((len(at), 1)), at, at[:, first] * at[:, second]], axis=1)


def _arm_emulator(
    coordinates: Floats,
    attendances: NDArray[np.int64],
    columns: NDArray[np.int64],
    logarithm: NDArray[np.bool_],
    rows: Floats,
    figures: Floats,
) -> ArmEmulator:
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.gaussian_process import GaussianProcessRegressor
    from sklearn.gaussian_process.kernels import RBF, ConstantKernel, WhiteKernel
    from sklearn.linear_model import RidgeCV

    points = bent(rows @ coordinates, attendances)
    spans = points.std(axis=0)
    centre, scale = points.mean(axis=0), np.where(spans > 0.0, spans, 1.0)
    at = (points - centre) / scale
    level, spread = figures.mean(axis=0), figures.std(axis=0)
    quadratic = terms(at)
    ridge = RidgeCV(alphas=10.0 ** np.arange(-3.0, 4.0), fit_intercept=False)
    trend = ridge.fit(quadratic, (figures - level) / spread).coef_.reshape(figures.shape[1], -1).T
    left = (figures - level) / spread - quadratic @ trend
    unit = left.std(axis=0)
    kernel = ConstantKernel(1.0, (1e-2, 1e2)) * RBF(np.full(at.shape[1], 3.0), (0.5, 1e3)) + WhiteKernel(
        0.1, (1e-3, 1e1)
    )
    chosen = slice(None, None, max(1, len(at) // TUNED))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # a length at its bound: nothing depends on that coordinate
        tuned = GaussianProcessRegressor(kernel, optimizer=_few_steps).fit(at[chosen], (left / unit)[chosen])
    process = GaussianProcessRegressor(tuned.kernel_, optimizer=None).fit(at, left / unit)
    signal, length = tuned.kernel_.k1.k1.constant_value, tuned.kernel_.k1.k2.length_scale
    weights = signal * process.alpha_ * unit * spread
    trend = trend * spread
    trend[0] += level
    return ArmEmulator(coordinates, attendances, columns, logarithm, centre, scale, length, trend, at / length, weights)


def _few_steps(objective: Callable[..., tuple[float, Floats]], start: Floats, bounds: Floats) -> tuple[Floats, float]:
    """Choose length scales in few steps: the last digits of a likelihood that is flat there buy nothing."""
    from scipy.optimize import minimize

    steps = {"maxiter": TUNING_STEPS}
    found = minimize(objective, start, jac=True, method="L-BFGS-B", bounds=bounds, options=steps)  # type: ignore[call-overload]
    return found.x, found.fun

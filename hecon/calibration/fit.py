"""The start of the calibration: penalised least squares from several starts, on the model itself."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hecon.calibration.figures import Data

Floats = NDArray[np.float64]

STEP = 0.2
"""Of the finite differences, in units of the prior's SD: figures of a simulated cohort move in steps."""
SCREENED = 200
"""Draws from the prior, the best of which the fit starts from."""
STARTS = 2
EVALUATIONS = 12
"""Steps that a descent may take."""
TOLERANCE = 1e-3
"""Relative gain in the sum of squares below which a descent ends."""


@dataclass(frozen=True)
class Problem:
    """Figures at rows of parameters, standardised: 0 and 1 are the mean and the SD of the prior.

    Attributes
    ----------
    figures : float64[row, parameter] to float64[row, target]
    data : the targets with the covariance of their errors
    """

    figures: Callable[[Floats], Floats]
    data: Data

    def residuals(self, rows: Floats) -> Floats:
        """Return whitened distances from targets and priors: float64[row, target + parameter]."""
        return np.concatenate([self.data.residuals(self.figures(rows)), rows], axis=1)

    def jacobian(self, point: Floats) -> Floats:
        """Return the derivatives of the residuals at a point, by central differences: float64[residual, parameter]."""
        step = STEP * np.eye(len(point))
        values = self.residuals(np.concatenate([point + step, point - step]))
        return ((values[: len(point)] - values[len(point) :]) / (2.0 * STEP)).T

    def starts(self, parameters: int, seed: int) -> Floats:
        """Return the best of many draws from the prior: float64[start, parameter]."""
        rows = np.clip(np.random.default_rng(seed).standard_normal((SCREENED, parameters)), -2.0, 2.0)
        rows[0] = 0.0
        loss = np.sum(self.residuals(rows) ** 2, axis=1)
        return np.asarray(rows[np.argsort(loss)[:STARTS]])

    def descend(self, start: Floats) -> tuple[Floats, float]:
        """Return the minimum reached from a start, and the sum of squares there (scipy's trust region method)."""
        from scipy.optimize import least_squares

        def at(point: Floats) -> Floats:
            return np.asarray(self.residuals(point[None, :])[0])

        found = least_squares(at, start, jac=self.jacobian, ftol=TOLERANCE, max_nfev=EVALUATIONS)
        return np.asarray(found.x), 2.0 * float(found.cost)

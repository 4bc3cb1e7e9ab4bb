"""The least squares start: closed forms of linear figures, starts, and descents that never go uphill."""

import numpy as np
import pytest

from hecon.calibration import fit
from hecon.calibration.figures import Data
from hecon.calibration.fit import Problem
from hecon.inputs.targets import Target

SLOPES = np.array([[1.0, 0.5, 0.0], [-1.0, 2.0, 0.3]])
PUBLISHED = np.array([3.0, -1.0])
COVARIANCE = np.array([[0.5, 0.2], [0.2, 1.0]])


@pytest.fixture
def data():
    about = dict.fromkeys(("arm", "statistic", "unit", "role", "source", "locator", "read"), "")
    targets = tuple(Target(name=str(value), value=float(value), **about) for value in PUBLISHED)
    return Data(targets, ((np.arange(2), COVARIANCE),))


@pytest.fixture
def linear(data):
    return Problem(lambda rows: rows @ SLOPES.T, data)


def test_residuals_are_those_of_the_data_and_then_the_standardised_parameters(linear, data):
    rows = np.array([[0.0, 0.0, 0.0], [1.0, -1.0, 2.0]])
    found = linear.residuals(rows)
    assert found.shape == (2, 2 + 3)
    np.testing.assert_array_equal(found[:, :2], data.residuals(rows @ SLOPES.T))
    np.testing.assert_array_equal(found[:, 2:], rows)


def test_the_derivatives_of_linear_figures_are_their_slopes(linear):
    white = np.linalg.solve(np.linalg.cholesky(COVARIANCE), SLOPES)
    expected = np.concatenate([white, np.eye(3)])
    np.testing.assert_allclose(linear.jacobian(np.array([0.4, -2.0, 1.0])), expected, atol=1e-12)


def test_differences_are_central(data):
    # Of x^2 they are exact, 2 x; a difference to one side alone would be off by the step.
    square = Problem(lambda rows: rows[:, :2] ** 2, Data(data.targets, ((np.arange(2), np.eye(2)),)))
    found = square.jacobian(np.array([1.5, -1.0, 0.0]))
    np.testing.assert_allclose(found[:2], [[3.0, 0.0, 0.0], [0.0, -2.0, 0.0]], atol=1e-12)


def test_a_descent_on_linear_figures_ends_at_the_normal_equations(linear):
    precision = np.linalg.inv(COVARIANCE)
    exact = np.linalg.solve(SLOPES.T @ precision @ SLOPES + np.eye(3), SLOPES.T @ precision @ PUBLISHED)
    point, loss = linear.descend(np.array([2.0, 2.0, -2.0]))
    np.testing.assert_allclose(point, exact, atol=1e-6)
    off = SLOPES @ exact - PUBLISHED
    assert loss == pytest.approx(off @ precision @ off + exact @ exact, rel=1e-9)


@pytest.mark.parametrize("steps", [1, 2, 5])
def test_a_descent_never_goes_uphill(data, monkeypatch, steps):
    monkeypatch.setattr(fit, "EVALUATIONS", steps)
    bent = Problem(lambda rows: np.sin(3.0 * rows @ SLOPES.T), data)
    start = np.array([1.0, 1.0, 1.0])
    point, loss = bent.descend(start)
    assert loss <= np.sum(bent.residuals(start[None, :]) ** 2) + 1e-12
    assert loss == pytest.approx(np.sum(bent.residuals(point[None, :]) ** 2), rel=1e-12)


def test_starts_are_the_best_of_those_screened_among_them_the_priors_mean(linear, monkeypatch):
    monkeypatch.setattr(fit, "SCREENED", 30)
    monkeypatch.setattr(fit, "STARTS", 30)
    every = linear.starts(3, seed=4)
    loss = np.sum(linear.residuals(every) ** 2, axis=1)
    assert (np.diff(loss) >= 0.0).all()
    assert (every == 0.0).all(axis=1).sum() == 1
    assert np.abs(every).max() <= 2.0
    monkeypatch.setattr(fit, "STARTS", 2)
    np.testing.assert_array_equal(linear.starts(3, seed=4), every[:2])
    assert (linear.starts(3, seed=5) != every[:2]).any()

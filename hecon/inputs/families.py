"""Families of distributions: what a quantile function and a mean need, and no more."""

import math
from dataclasses import dataclass
from types import ModuleType

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


class Distribution:
    """Anything with a quantile function, a mean, a median, and the centre it was given by."""

    def ppf(self, u: ArrayLike) -> Floats:
        """Give the quantiles at the probabilities `u`, elementwise."""
        raise NotImplementedError

    @property
    def mean(self) -> float:
        """The mean."""
        raise NotImplementedError

    @property
    def median(self) -> float:
        """The median."""
        return float(self.ppf(0.5))

    @property
    def centre(self) -> float:
        """What the base case uses: the mean, but the median of a ratio given by its median."""
        return self.mean


@dataclass(frozen=True)
class Normal(Distribution):
    """A normal distribution."""

    mu: float
    sd: float

    def ppf(self, u: ArrayLike) -> Floats:
        """Give the quantiles at the probabilities `u`, elementwise."""
        return np.asarray(self.mu + self.sd * _special().ndtri(np.asarray(u, float)))

    @property
    def mean(self) -> float:
        """The mean."""
        return self.mu


@dataclass(frozen=True)
class Lognormal(Distribution):
    """A log-normal distribution, given by its median or by its mean."""

    log_mean: float
    log_sd: float
    by_median: bool

    def ppf(self, u: ArrayLike) -> Floats:
        """Give the quantiles at the probabilities `u`, elementwise."""
        logs = self.log_mean + self.log_sd * _special().ndtri(np.asarray(u, float))
        return np.asarray(np.exp(logs))

    @property
    def mean(self) -> float:
        """The mean."""
        return math.exp(self.log_mean + self.log_sd**2 / 2)

    @property
    def median(self) -> float:
        """The median."""
        return math.exp(self.log_mean)

    @property
    def centre(self) -> float:
        """The one of the two that it was given by."""
        return self.median if self.by_median else self.mean


@dataclass(frozen=True)
class Gamma(Distribution):
    """A gamma distribution."""

    shape: float
    scale: float

    def ppf(self, u: ArrayLike) -> Floats:
        """Give the quantiles at the probabilities `u`, elementwise."""
        return np.asarray(self.scale * _special().gammaincinv(self.shape, np.asarray(u, float)))

    @property
    def mean(self) -> float:
        """The mean."""
        return self.shape * self.scale


@dataclass(frozen=True)
class Beta(Distribution):
    """A beta distribution."""

    alpha: float
    beta: float

    def ppf(self, u: ArrayLike) -> Floats:
        """Give the quantiles at the probabilities `u`, elementwise."""
        return np.asarray(_special().betaincinv(self.alpha, self.beta, np.asarray(u, float)))

    @property
    def mean(self) -> float:
        """The mean."""
        return self.alpha / (self.alpha + self.beta)


@dataclass(frozen=True)
class Uniform(Distribution):
    """A uniform distribution."""

    low: float
    high: float

    def ppf(self, u: ArrayLike) -> Floats:
        """Give the quantiles at the probabilities `u`, elementwise."""
        return np.asarray(self.low + (self.high - self.low) * np.asarray(u, float))

    @property
    def mean(self) -> float:
        """The mean."""
        return (self.low + self.high) / 2


@dataclass(frozen=True)
class Triangular(Distribution):
    """A triangular distribution."""

    low: float
    mode: float
    high: float

    def ppf(self, u: ArrayLike) -> Floats:
        """Give the quantiles at the probabilities `u`, elementwise."""
        p, width = np.asarray(u, float), self.high - self.low
        rising = self.low + np.sqrt(p * width * (self.mode - self.low))
        falling = self.high - np.sqrt((1 - p) * width * (self.high - self.mode))
        return np.where(p * width < self.mode - self.low, rising, falling)

    @property
    def mean(self) -> float:
        """The mean."""
        return (self.low + self.mode + self.high) / 3


def _special() -> ModuleType:
    # Imported when first used: a command that draws nothing should not wait for scipy.
    import scipy.special

    return scipy.special

"""From what papers report (a mean and its error, an interval, counts) to a quantile function.

References
----------
Briggs A, Claxton K, Sculpher M. Decision Modelling for Health Economic Evaluation.
Oxford University Press 2006, chapter 4: the method of moments for beta and gamma,
and the log-normal for ratios.
"""

import math
from collections.abc import Callable, Mapping
from typing import Any

from hecon.inputs.families import (
    Beta,
    Distribution,
    Gamma,
    Lognormal,
    Normal,
    Triangular,
    Uniform,
)

Z95 = 1.96  # the multiplier with which papers make a 95% interval from a standard error


def from_reported(spec: Mapping[str, Any]) -> Distribution:
    """Make the distribution that an entry of a parameter file describes.

    Parameters
    ----------
    spec
        `family` and the numbers reported, for example
        `{"family": "gamma", "mean": 690.0, "ci95": [540, 860]}`.

    Raises
    ------
    ValueError
        If the family is unknown, the numbers are not those it takes, or no such
        distribution exists.
    """
    numbers = {key: value for key, value in spec.items() if key != "family"}
    family = spec.get("family")
    forms = {keys: make for (name, keys), make in _FORMS.items() if name == family}
    if not forms:
        known = ", ".join(sorted({name for name, _ in _FORMS}))
        raise ValueError(f"family {family!r} is not one of {known}: choose one")
    for keys, make in forms.items():
        if set(keys) == set(numbers):
            return make(**{key: _number(key, value) for key, value in numbers.items()})
    wanted = " or ".join("{" + ", ".join(keys) + "}" for keys in forms)
    got = "{" + ", ".join(numbers) + "}"
    raise ValueError(f"{got} are not the keys of family {family!r}: give {wanted}")


def normal(mean: float, se: float) -> Normal:
    """Give the normal with this mean and standard error."""
    _positive(se=se)
    return Normal(mean, se)


def normal_from_interval(mean: float, ci95: tuple[float, float]) -> Normal:
    """Give the normal of a mean and its 95% interval: se = (high - low) / (2 x 1.96)."""
    return normal(mean, _se(mean, ci95))


def lognormal(mean: float, se: float) -> Lognormal:
    """Give the log-normal with this mean and standard error (method of moments).

    The log's variance is ln(1 + (se / mean)^2) and its mean ln(mean) less half of that.
    """
    _positive(mean=mean, se=se)
    variance = math.log1p((se / mean) ** 2)
    return Lognormal(math.log(mean) - variance / 2, math.sqrt(variance), by_median=False)


def ratio(median: float, log_sd: float) -> Lognormal:
    """Give the log-normal of a ratio: its median, and the standard error of its logarithm."""
    _positive(median=median, log_sd=log_sd)
    return Lognormal(math.log(median), log_sd, by_median=True)


def ratio_from_interval(median: float, ci95: tuple[float, float]) -> Lognormal:
    """Give a ratio by its 95% interval: log_sd = (ln high - ln low) / (2 x 1.96)."""
    _positive(**{"median": median, "ci95's low end": ci95[0]})
    _contains(median, ci95)
    return ratio(median, (math.log(ci95[1]) - math.log(ci95[0])) / (2 * Z95))


def gamma(mean: float, se: float) -> Gamma:
    """Give the gamma with shape (mean / se)^2 and scale se^2 / mean (method of moments)."""
    _positive(mean=mean, se=se)
    return Gamma((mean / se) ** 2, se**2 / mean)


def gamma_from_interval(mean: float, ci95: tuple[float, float]) -> Gamma:
    """Give the gamma of a mean and its 95% interval: se = (high - low) / (2 x 1.96)."""
    return gamma(mean, _se(mean, ci95))


def beta(mean: float, se: float) -> Beta:
    """Give the beta whose alpha + beta is mean (1 - mean) / se^2 - 1 (method of moments)."""
    _positive(mean=mean, se=se)
    if mean >= 1 or se**2 >= mean * (1 - mean):
        raise ValueError(f"no beta has mean {mean} and se {se}: se^2 must be below mean x (1 - mean)")
    size = mean * (1 - mean) / se**2 - 1
    return Beta(mean * size, (1 - mean) * size)


def beta_from_counts(events: float, total: float) -> Beta:
    """Give the beta of a share counted: alpha = events, beta = total - events."""
    if not 0 < events < total:
        raise ValueError(f"{events} events of {total} give no beta: there must be some and not all")
    return Beta(events, total - events)


def uniform(low: float, high: float) -> Uniform:
    """Give the uniform from low to high."""
    _ordered(low=low, high=high)
    return Uniform(low, high)


def triangular(low: float, mode: float, high: float) -> Triangular:
    """Give the triangular; its centre is its mean, (low + mode + high) / 3."""
    _ordered(low=low, high=high)
    if not low <= mode <= high:
        raise ValueError(f"the mode {mode} lies outside {low} to {high}: put it between them")
    return Triangular(low, mode, high)


_FORMS: dict[tuple[str, tuple[str, ...]], Callable[..., Distribution]] = {
    ("normal", ("mean", "se")): normal,
    ("normal", ("mean", "ci95")): normal_from_interval,
    ("lognormal", ("median", "log_sd")): ratio,
    ("lognormal", ("median", "ci95")): ratio_from_interval,
    ("lognormal", ("mean", "se")): lognormal,
    ("gamma", ("mean", "se")): gamma,
    ("gamma", ("mean", "ci95")): gamma_from_interval,
    ("beta", ("mean", "se")): beta,
    ("beta", ("events", "total")): beta_from_counts,
    ("uniform", ("low", "high")): uniform,
    ("triangular", ("low", "mode", "high")): triangular,
}


def _number(key: str, value: object) -> float | tuple[float, float]:
    if key == "ci95":
        if isinstance(value, list | tuple) and len(value) == 2:
            low, high = (_float(key, end) for end in value)
            return low, high
        raise ValueError(f"ci95 {value!r} is not an interval: give [low, high]")
    return _float(key, value)


def _float(key: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"{key} {value!r} is not a finite number: give one")
    return float(value)


def _se(mean: float, ci95: tuple[float, float]) -> float:
    _contains(mean, ci95)
    return (ci95[1] - ci95[0]) / (2 * Z95)


def _contains(centre: float, ci95: tuple[float, float]) -> None:
    if not ci95[0] < centre < ci95[1]:
        raise ValueError(f"ci95 {list(ci95)} does not contain {centre}: give [low, high] around it")


def _positive(**numbers: float) -> None:
    for key, number in numbers.items():
        if number <= 0:
            raise ValueError(f"{key} {number} is not above 0: give a positive number")


def _ordered(low: float, high: float) -> None:
    if low >= high:
        raise ValueError(f"low {low} is not below high {high}: order them")

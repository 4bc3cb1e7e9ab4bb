"""Expected value of sample information: what a study is worth before anybody knows what it will find.

References
----------
Strong M, Oakley JE, Brennan A, Breeze P. Estimating the expected value of sample information using the probabilistic
sensitivity analysis sample: a fast, nonparametric regression-based method. Medical Decision Making 2015;35:570-583.

Menzies NA. An efficient estimator for the expected value of sample information. Medical Decision Making
2016;36:308-320.

Kish L. Survey Sampling. Wiley, 1965.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from hecon.evaluation.voi import against_best, evppi, expected_shortfall, folded, leaders, perfect, precise, unfolded
from hecon.inputs.errors import InputError

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

FEWEST = 50.0
"""Effective draws of the median study below which a value is not believed."""


def evsi(benefit: xr.DataArray, statistics: pd.DataFrame) -> xr.Dataset:
    """Value of a study by regression on what it would find.

    Parameters
    ----------
    benefit
        Net benefit ``[..., draw, strategy]``.
    statistics
        One row a draw: what one study, simulated with the draw's parameters, found; one column a statistic. Together
        they have to hold what the study's data say of the net benefits.

    Returns
    -------
    xr.Dataset
        ``value``, ``se`` and ``enough`` over the other dimensions of `benefit`, as `hecon.evppi` gives them.
    """
    names = [str(name) for name in statistics.columns]
    if not names:
        raise InputError("statistics: has no column; give at least one statistic of the study")
    return evppi(benefit, statistics.set_axis(names, axis=1), of=[names]).isel(parameters=0, drop=True)


def evsi_by_likelihood(benefit: xr.DataArray, log_likelihood: Floats) -> xr.Dataset:
    """Value of a study by weighing the draws with the likelihood of each of many simulated studies.

    Parameters
    ----------
    benefit
        Net benefit ``[..., draw, strategy]``.
    log_likelihood
        float64[study, draw]: of the data of a study under the parameters of a draw, up to a constant of the study. The
        studies are simulated with parameters drawn as those of the draws were.

    Returns
    -------
    xr.Dataset
        Over the other dimensions of `benefit`: ``value``, ``se`` and ``enough``. Without dimensions: ``effective``, the
        number of draws that a study's posterior rests on (Kish), of the median study.

    Raises
    ------
    InputError
        For a log likelihood that is not [study, draw], is NaN, or rules every draw out.

    Notes
    -----
    A study's expectation that rests on few draws is noisy, and the best of noisy expectations is too high. In 30
    samples of 1,000 draws of normal decision problems no bias showed where the median study rested on over 100 draws;
    on 35, the value was up to a quarter too high. `enough` asks for 50. Add draws, or use `evsi`.
    """
    from threadpoolctl import threadpool_limits

    values, rest = folded(benefit)
    weights = _weights(log_likelihood, benefit.sizes["draw"])
    effective = 1.0 / (weights**2).sum(axis=1)
    with threadpool_limits(1):
        found = [_worth(case, weights) for case in against_best(values)]
    value, error = (np.array(column) for column in zip(*found, strict=True))
    limit = perfect(values)
    enough = precise(value, error, limit) & (np.median(effective) >= FEWEST)
    parts = {"value": np.clip(value, 0.0, limit), "se": error, "enough": enough}
    return xr.Dataset(
        {**{name: unfolded(part, rest) for name, part in parts.items()}, "effective": float(np.median(effective))}
    )


def enbs(
    evsi_per_person: xr.DataArray | float, population: xr.DataArray | float, cost: xr.DataArray | float
) -> xr.DataArray | float:
    """Expected net benefit of sampling: what a study is worth to all it serves, less what it costs.

    Parameters
    ----------
    evsi_per_person
        Money per person.
    population
        People decided about after the results, discounted: `population_total`.
    cost
        Of the study, discounted money.
    """
    return evsi_per_person * population - cost


def population_total(per_year: float, years: float, discount_rate: float, start: float = 0.0) -> float:
    """Discounted number of people whom a decision is about.

    People come at an even rate, and each is discounted at the moment they come.

    Parameters
    ----------
    per_year
        People a year.
    years
        From now until the decision would be taken anew.
    discount_rate
        A year.
    start
        Years from now until the first of them is decided about, such as when a study reports.

    Raises
    ------
    InputError
        For numbers that cannot be.
    """
    given = {"per_year": per_year, "years": years, "discount_rate": discount_rate, "start": start}
    for name, value in given.items():
        if not (np.isfinite(value) and value >= 0):
            raise InputError(f"{name}: {value} is not a finite number of at least 0; give one that is")
    length = max(years - start, 0.0)
    force = np.log1p(discount_rate)
    lasting = length if force == 0 else -np.expm1(-force * length) / force
    return float(per_year * np.exp(-force * start) * lasting)


def _weights(log_likelihood: Floats, draws: int) -> Floats:
    """Give posterior weights of the draws after each study: float64[study, draw]."""
    logs = np.asarray(log_likelihood, dtype=np.float64)
    if logs.ndim != 2 or logs.shape[1] != draws or len(logs) < 2:
        raise InputError(
            f"log_likelihood: has the shape {logs.shape}; give [study, draw], studies of {draws} draws each"
        )
    most = logs.max(axis=1)
    if not np.isfinite(most).all():
        wrong = int((~np.isfinite(most)).sum())
        raise InputError(f"log_likelihood: {wrong} studies are NaN, infinite, or impossible in every draw; mend them")
    weights = np.exp(logs - most[:, None])
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))


def _worth(against: Floats, weights: Floats) -> tuple[float, float]:
    """Give a study's value and its standard error.

    Parameters
    ----------
    against
        float64[strategy, draw], net benefits against the strategy that is best on average.
    weights
        float64[study, draw].
    """
    studies, draws = np.arange(len(weights)), against.shape[1]
    expected = against @ weights.T
    first, second = leaders(expected)
    value = expected[first, studies]

    # What studies lead one to expect is on average what is expected now (a control variate).
    centred = expected - expected.mean(axis=1, keepdims=True)
    slope = np.linalg.lstsq(centred.T, value - value.mean(), rcond=None)[0]
    now = against.mean(axis=1)
    estimate = value.mean() - slope @ (expected.mean(axis=1) - now)
    of_studies = (value - value.mean() - slope @ centred).std(ddof=1) / np.sqrt(len(studies))

    # A draw's pull on that: by how much it lifts the strategies that studies choose, above what they expect.
    chosen = np.arange(len(against))[:, None] == first
    mixed = slope @ against
    lifted = (against * (chosen @ weights)).sum(axis=0) - value @ weights
    shared = mixed * weights.sum(axis=0) - (slope @ expected) @ weights
    of_draws = np.linalg.norm((lifted - shared) / len(studies) + (mixed - slope @ now) / draws)

    # Where few draws bear on a study, it may seem to favour the lesser strategy.
    lead = expected[first, studies] - expected[second, studies]
    regret = expected_shortfall(lead, _unsure(against, weights, first, second)).mean()
    return float(estimate), float(np.linalg.norm([of_studies, of_draws, regret]))


def _unsure(against: Floats, weights: Floats, first: NDArray[np.intp], second: NDArray[np.intp]) -> Floats:
    """Give the Monte Carlo error of each study's lead of one strategy over another: float64[study]."""
    found = np.zeros(len(weights))
    for pair in np.unique(np.stack([first, second]), axis=1).T:
        studies = (first == pair[0]) & (second == pair[1])
        lead = against[pair[0]] - against[pair[1]]
        own = weights[studies]
        squares = own**2
        mean = own @ lead
        found[studies] = squares @ lead**2 - 2.0 * mean * (squares @ lead) + mean**2 * squares.sum(axis=1)
    return np.sqrt(np.maximum(found, 0.0))

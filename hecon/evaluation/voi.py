"""Value of information: what knowing more before choosing is worth.

Expected net benefit of choosing after the unknown is known, less that of choosing now. In the money of the net benefit,
per whatever it is per. Nothing here knows what the strategies are; every tie goes to the strategy that stands first.

References
----------
Raiffa H, Schlaifer R. Applied Statistical Decision Theory. Harvard University, 1961.

Strong M, Oakley JE, Brennan A. Estimating multiparameter partial expected value of perfect information from a
probabilistic sensitivity analysis sample: a nonparametric regression approach. Medical Decision Making 2014;34:311-326.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from hecon.evaluation.cea import best
from hecon.evaluation.checks import check
from hecon.evaluation.regression import Fit, reduced, regress
from hecon.inputs.errors import InputError
from hecon.model.runs import run_blocks

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

DRAWS_PER_COLUMN = 20
"""Fewest draws for each column that is known, for the answer to be believed."""
UNBORNE = 2.0
"""Standard errors by which draws that were left out may give less than those that were not."""
VAGUE = 0.25
"""Share of the value of perfect information above which a standard error says that little is known."""
HALF = 0.5
"""Share of a value above which its standard error leaves open whether it is above 0."""
NEGLIGIBLE = 0.01
"""Share of the value of perfect information up to which a standard error matters to nobody."""


def evpi(benefit: xr.DataArray) -> xr.DataArray:
    """Expected value of perfect information: of knowing everything before choosing.

    Parameters
    ----------
    benefit
        Net benefit ``[..., draw, strategy]``.

    Returns
    -------
    xr.DataArray
        Over the other dimensions, at least 0: the mean over draws of the highest net benefit in the draw, less the
        highest of the mean net benefits.
    """
    values, rest = folded(benefit)
    return unfolded(perfect(values), rest).rename("evpi")


def foregone(benefit: xr.DataArray) -> xr.DataArray:
    """Give what choosing now loses in each draw against the best choice there: ``[..., draw]``.

    Its mean over draws is `evpi`, and its Monte Carlo error that of `evpi`.
    """
    chosen = benefit.isel(strategy=best(benefit.mean("draw"))).drop_vars("strategy")
    return benefit.max("strategy") - chosen


def evppi(
    benefit: xr.DataArray,
    parameters: pd.DataFrame,
    of: Sequence[str | Sequence[str]] | None = None,
    *,
    threads: int | None = None,
    progress: str | None = None,
) -> xr.Dataset:
    """Expected value of partial perfect information: of knowing some parameters before choosing.

    Parameters
    ----------
    benefit
        Net benefit ``[..., draw, strategy]``.
    parameters
        One row a draw, in the order of the draws; one column a parameter.
    of
        Parameters, and groups of them (a list of names), to be known together. Every parameter alone by default.
    threads
        Number of threads; never shows in the results.
    progress
        What the progress bar says; None for no bar.

    Returns
    -------
    xr.Dataset
        ``value``, its standard error ``se`` and ``enough`` (whether there are draws enough to believe both) over
        ``parameters`` (the name, or those of a group joined by commas) and the other dimensions of `benefit`. The value
        is at least 0 and at most `evpi`.

    Raises
    ------
    InputError
        For a parameter that is not there or not finite, and for rows that are not the draws.

    Notes
    -----
    Draws are *enough* if there are at least 20 for each parameter that is known together; the standard error is at most
    a quarter of the value of perfect information, and at most half the value or a hundredth of that of perfect
    information (a value is told from 0, or told to be next to it); and choosing in each draw by what all the other
    draws say is worth at most two standard errors less than the value. The first comes of a trial of 40 samples: for a
    product of two directions among 26 parameters, 55% of values were within two standard errors of the truth with 150
    draws, 95% with 300 and all with 520, which came out low by 35%, 14% and 11%.

    The standard error has two parts. Draws are a sample: the value is the mean net benefit of choosing by the curve,
    over choosing now, and has the error of such a mean. And the curve is estimated: where it is unsure which strategy
    leads, what following it may lose is the unit normal loss of the lead. In 60 samples of 1,000 and of 5,000 draws of
    three normal decision problems, 97% and 98% of values were within two standard errors of the closed form, and the
    mean of the values within 2% of it.

    Two biases are left. Strategies that are equally good on average look different in few draws, so that the value,
    like that of perfect information, then comes out low; and a curve that few draws cannot show is taken for flat.
    """
    from threadpoolctl import threadpool_limits

    values, rest = folded(benefit)
    groups = _groups(parameters, of)
    columns = _columns(parameters, benefit.sizes["draw"])
    against, limit = against_best(values), perfect(values)
    found: dict[str, dict[str, NDArray[Any]]] = {}

    def ask(group: str) -> None:
        places = groups[group]
        found[group] = _known(against, regress(targets, columns[:, places]), limit)
        found[group]["enough"] &= len(columns) >= DRAWS_PER_COLUMN * len(places)

    with threadpool_limits(1):  # sums in one order, whatever the machine
        targets = reduced(against.reshape(-1, against.shape[-1]))
        run_blocks(ask, groups, threads=threads, progress=progress)
    variables = {name: [found[group][name] for group in groups] for name in ("value", "se", "enough")}
    over = xr.DataArray(list(groups), dims="parameters", name="parameters")
    return xr.Dataset(
        {name: xr.concat([unfolded(of, rest) for of in parts], over) for name, parts in variables.items()}
    )


def folded(benefit: xr.DataArray) -> tuple[Floats, xr.DataArray]:
    """Give net benefits float64[case, strategy, draw], and an array that has the dimensions the cases were."""
    check(benefit, dims=("draw", "strategy"), names=("benefit",))
    if benefit.sizes["draw"] < 2:
        raise InputError("benefit: one draw says nothing of what is unknown; give at least two")
    values = benefit.transpose(..., "strategy", "draw")
    plain = values.to_numpy().astype(np.float64)
    return plain.reshape(-1, *plain.shape[-2:]), values.isel(draw=0, strategy=0, drop=True)


def unfolded(cases: NDArray[Any], rest: xr.DataArray) -> xr.DataArray:
    """Give numbers by case their dimensions back."""
    return xr.DataArray(cases.reshape(rest.shape), coords=rest.coords, dims=rest.dims)


def against_best(values: Floats) -> Floats:
    """Give net benefits less those of the strategy that is best on average, both float64[case, strategy, draw].

    Whatever all strategies share leaves before anything is estimated.
    """
    leader = values.mean(axis=2).argmax(axis=1)
    return np.asarray(values - values[np.arange(len(values)), leader][:, None])


def perfect(values: Floats) -> Floats:
    """Give the value of perfect information, float64[case], of net benefits float64[case, strategy, draw]."""
    return np.asarray(np.maximum(against_best(values).max(axis=1).mean(axis=1), 0.0))


def precise(value: Floats, error: Floats, limit: Floats) -> NDArray[np.bool_]:
    """Tell where a standard error is small enough.

    Small beside the value of perfect information, and beside the value itself unless it is next to nothing.

    Parameters
    ----------
    value, error, limit
        A value of information, its standard error, and the value of perfect information.
    """
    negligible = error <= NEGLIGIBLE * limit
    return np.asarray((error <= VAGUE * limit) & (negligible | (error <= HALF * value)))


def leaders(expected: Floats) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Give the first and the second of the strategies in each column of float64[strategy, column]."""
    first = expected.argmax(axis=0)
    rest = expected.copy()
    rest[first, np.arange(expected.shape[1])] = -np.inf
    return first, rest.argmax(axis=0)


def expected_shortfall(lead: Floats, spread: Floats) -> Floats:
    """Give what is lost by following a lead that is unsure: the unit normal loss integral (Raiffa and Schlaifer 1961).

    Parameters
    ----------
    lead, spread
        Mean, at least 0, and standard deviation of a normal; the loss is its expected shortfall below 0.
    """
    from scipy.special import ndtr

    z = lead / np.where(spread > 0, spread, np.inf)
    return np.asarray(spread * np.exp(-0.5 * z**2) / np.sqrt(2.0 * np.pi) - lead * np.where(spread > 0, ndtr(-z), 0.0))


def _known(against: Floats, fit: Fit, limit: Floats) -> dict[str, NDArray[Any]]:
    """Give the value of what was regressed on, its standard error and whether draws are enough, by case."""
    parts = (part.reshape(against.shape) for part in (fit.fitted, fit.left_out, fit.leverage))
    found = [_worth(*case) for case in zip(against, *parts, strict=True)]
    value, error, gap = (np.array(column) for column in zip(*found, strict=True))
    enough = (gap <= UNBORNE * error) & precise(value, error, limit)
    return {"value": np.clip(value, 0.0, limit), "se": error, "enough": enough}


def _worth(against: Floats, fitted: Floats, left_out: Floats, leverage: Floats) -> tuple[float, float, float]:
    """Give the value, its standard error, and how much of it draws that were left out do not bear out.

    All arguments are float64[strategy, draw]; net benefits are against the strategy that is best on average.
    """
    draws = np.arange(against.shape[1])
    first, second = leaders(fitted)
    value = fitted[first, draws].mean()
    sampling = against[first, draws].std(ddof=1) / np.sqrt(len(draws))
    honest = against[left_out.argmax(axis=0), draws].mean()

    # Where the regression is unsure which strategy leads, it may take the lesser one.
    missed = np.cov(against - fitted)
    spread = np.diag(missed)[:, None] + np.diag(missed) - 2.0 * missed
    own = np.maximum(leverage[first, draws], leverage[second, draws])
    unsure = np.sqrt(np.maximum(spread[first, second], 0.0) * own)
    regret = expected_shortfall(fitted[first, draws] - fitted[second, draws], unsure).mean()
    return float(value), float(np.hypot(sampling, regret)), float(value - honest)


def _groups(parameters: pd.DataFrame, of: Sequence[str | Sequence[str]] | None) -> dict[str, list[int]]:
    """Give the positions of the columns of each group, by its name."""
    if not parameters.columns.is_unique:
        twice = parameters.columns[parameters.columns.duplicated()][0]
        raise InputError(f"parameters: two columns are called {twice}; rename one")
    chosen = list(parameters.columns) if of is None else of
    groups = [[names] if isinstance(names, str) else list(names) for names in chosen]
    unknown = sorted({name for names in groups for name in names} - set(parameters.columns))
    there = ", ".join(map(str, parameters.columns))
    if unknown:
        raise InputError(f"of: no parameter is called {', '.join(unknown)}; there are {there}")
    if not groups or not all(groups):
        raise InputError(f"of: names no parameter; give some of {there}")
    return {",".join(names): [parameters.columns.get_loc(name) for name in names] for names in groups}


def _columns(parameters: pd.DataFrame, draws: int) -> Floats:
    if len(parameters) != draws:
        raise InputError(f"parameters: {len(parameters)} rows for {draws} draws; give one row for each draw")
    words = [name for name, column in parameters.items() if column.dtype.kind not in "fiub"]
    if words:
        raise InputError(f"parameters: {words[0]} holds no numbers; convert it or drop it")
    columns = np.asarray(parameters.to_numpy(dtype=np.float64))
    for name, column in zip(parameters.columns, columns.T, strict=True):
        wrong = int((~np.isfinite(column)).sum())
        if wrong:
            raise InputError(f"parameters: {name} is not finite in {wrong} draws; mend or drop those draws")
    return columns

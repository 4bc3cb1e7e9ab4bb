"""Is the run large enough: how exact every headline is, what its error comes from, and what would halve it.

A draw's result is what the parameters make of it plus the luck of its people. The same draws with another luck tell the
two apart: half the mean squared difference is the variance that luck adds. More draws make both smaller; more people in
each draw make only the luck smaller, so that where parameters dominate no number of people halves an error.

References
----------
O'Hagan A, Stevenson M, Madan J. Monte Carlo probabilistic sensitivity analysis for patient level simulation models:
efficient estimation of mean and variance using ANOVA. Health Economics 2007;16:1009-1023.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
import xarray as xr

from hecon import SEED
from hecon.evaluation import results
from hecon.evaluation.cea import incremental
from hecon.evaluation.plans import check_strategies
from hecon.inputs.errors import InputError
from hecon.model.block import PERSON
from hecon.model.ledger import PERSPECTIVES, PROGRAM_FLOWS, costs
from hecon.model.simulation import STRATEGIES, simulate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from hecon.inputs.parameters import Parameters
    from hecon.inputs.points import Inputs

    Floats = NDArray[np.float64]
    Headline = tuple[str, str, str, str]

PAIRS = 200
"""Draws run a second time with another luck."""
HALF = 4.0
"""By how much a variance must fall for its root to be halved."""
GAIN, DAYS, PRICE, RETURN = "gain", "days avoided", "cost per day avoided", "return per krone"
BEST, EVPI = "chance of being best", "value of perfect information"
BIASED = (BEST, EVPI)
"""Headlines that luck moves in one direction, beside making them less exact: more people are about the bias."""
INDEX = ("headline", "horizon", "perspective", "strategy")


class Split(NamedTuple):
    """The Monte Carlo error of a mean over draws, and what it comes from.

    Attributes
    ----------
    error
        Of the mean.
    error_people
        The part of it that is the luck of people; the parts add up in squares.
    error_draws
        The part that is parameters: what is left however many people there are in a draw.
    luck
        The share of the variance between draws that is the luck of people, 0 to 1.
    luck_error
        Its Monte Carlo error.
    draws_to_halve
        Draws at which the error is half of what it is, with as many people in each.
    people_to_halve
        People in a draw at which it is, with as many draws; NaN where no number of people alone does it.
    """

    error: float
    error_people: float
    error_draws: float
    luck: float
    luck_error: float
    draws_to_halve: float
    people_to_halve: float


class Bracket(NamedTuple):
    """The expected value of perfect information between two bounds.

    Attributes
    ----------
    low, low_error
        Choosing in each draw with one luck and scoring with another: too low in expectation, since some choices are
        wrong; at least 0.
    high, high_error
        Choosing and scoring with the same luck: too high in expectation, since luck is taken for knowledge.
    alike
        Share of draws in which both lucks choose the same.
    """

    low: float
    low_error: float
    high: float
    high_error: float
    alike: float


@dataclass(frozen=True, eq=False)
class Precision:
    """How exact a run is.

    Attributes
    ----------
    table
        A row for every headline of the probabilistic analysis: `headline`, `horizon`, `perspective`, `strategy`,
        `value`, and the fields of `Split`; for chances and the value of perfect information `people_to_halve` is NaN.
    base
        A row for every headline of the base case: `value`, `error` (from people; NaN of one person alone) and
        `people_to_halve`.
    bracket
        A row for every horizon and perspective: the fields of `Bracket`.
    running
        Over the draws so far, society in 12 months: `gain` and `gain_error[draw, strategy]`, `best[draw, strategy]` and
        `evpi[draw]`.
    draws, pairs, people, base_people
        How many draws there are, how many were run twice, people in each, and people in the base case.
    """

    table: pd.DataFrame = field(repr=False)
    base: pd.DataFrame = field(repr=False)
    bracket: pd.DataFrame = field(repr=False)
    running: xr.Dataset = field(repr=False)
    draws: int
    pairs: int
    people: int
    base_people: int


def measure_precision(
    parameters: Parameters,
    *,
    strategies: Sequence[str] = STRATEGIES,
    people: int = 20_000,
    draws: int = 1000,
    draw_people: int = 1000,
    weeks: int = 260,
    seed: int = SEED,
    cohort: pd.DataFrame | None = None,
    threads: int | None = None,
    progress: bool = False,
) -> Precision:
    """Run base case and probabilistic analysis, some draws twice, and say how exact every headline is.

    Parameters
    ----------
    parameters
        As `read_parameters` gives them.
    strategies
        Names of program files; the first is the comparator.
    people
        Synthetic people in the base case.
    draws, draw_people
        Draws of the probabilistic analysis, and people in each.
    weeks
        The long horizon.
    seed
        Of all luck.
    cohort
        A user's own people, in place of synthetic ones.
    threads
        Number of threads; never shows in the results.
    progress
        Whether to show how far the run has come.

    Raises
    ------
    InputError
        If there are too few draws, or a size or strategy is out of range.
    """
    if draws < 2:
        raise InputError(f"draws: {draws} tells nothing of the spread over draws: give 2 or more")
    if cohort is None and people < 2:
        raise InputError(f"people: {people} tells nothing of the spread over people: give 2 or more in the base case")
    check_strategies(strategies)
    inputs = parameters.sample(draws, seed)

    def run(what: str, given: Inputs, seed: int, *, by: str = "") -> xr.Dataset:
        """Simulate at the given draws: synthetic people, or the user's own."""
        return simulate(
            given,
            strategies,
            people=people if by else draw_people,
            weeks=weeks,
            seed=seed,
            by=by or (),
            cohort=cohort,
            threads=threads,
            progress=what if progress else None,
        )

    return precision(
        run("Probabilistic analysis", inputs, seed),
        run("Another luck", again_inputs(inputs), other_luck(seed)),
        run("Base case", parameters.base_case(), seed, by=PERSON),
        strategies[0],
    )


def again_inputs(inputs: Inputs) -> Inputs:
    """Give the draws that are run a second time: the first of them."""
    return inputs.block(0, min(PAIRS, len(inputs)))


def other_luck(seed: int) -> int:
    """Give the seed of another luck for the same draws."""
    return seed + 1 if seed < 2**63 - 1 else 0


def precision(run: xr.Dataset, again: xr.Dataset, base: xr.Dataset, comparator: str) -> Precision:
    """Say how exact every headline of a run is.

    Parameters
    ----------
    run
        The probabilistic analysis, as `simulate` returns it.
    again
        Its first draws, or all of them, with another luck.
    base
        The base case by person.
    comparator
        The strategy that the others are measured against.
    """
    means, luck = results.per_person(run), results.per_person(again)
    persons = base.isel(draw=0, drop=True).rename(subgroup="draw")[["money", "outcome"]]
    people = int(run["people"].isel(draw=0).sum())
    first, second = _costs(means), _costs(luck)
    headlines = _headlines(means, comparator) | _chances(first)
    repeated = _headlines(luck, comparator) | _chances(second)
    rows = [_row(key, pair, repeated[key], people) for key, pair in headlines.items() if _says(key, *pair)]
    of_persons = _headlines(persons, comparator)
    return Precision(
        table=pd.DataFrame(rows),
        base=pd.DataFrame([_base_row(key, pair) for key, pair in of_persons.items() if _says(key, *pair)]),
        bracket=pd.DataFrame(_brackets(first, second)),
        running=_running(first.sel(horizon=results.YEAR_1, perspective="society", drop=True), comparator),
        draws=run.sizes["draw"],
        pairs=again.sizes["draw"],
        people=people,
        base_people=persons.sizes["draw"],
    )


def split_error(values: Floats, again: Floats, people: int) -> Split:
    """Split the Monte Carlo error of a mean over draws into what people and what parameters give to it.

    Parameters
    ----------
    values
        float64[draw].
    again
        float64[pair], of the first draws with another luck, independent of the first.
    people
        In each draw.
    """
    total, draws = values.var(ddof=1), len(values)
    squared = (values[: len(again)] - again) ** 2 / 2.0
    if total == 0.0:
        return Split(0.0, 0.0, 0.0, 0.0, 0.0, float(draws), float(people))
    luck = min(squared.mean() / total, 1.0)
    errors = squared.std(ddof=1) / np.sqrt(len(again)), luck * _variance_error(values)
    return Split(
        error=float(np.sqrt(total / draws)),
        error_people=float(np.sqrt(luck * total / draws)),
        error_draws=float(np.sqrt((1.0 - luck) * total / draws)),
        luck=float(luck),
        luck_error=float(np.hypot(*errors) / total),
        draws_to_halve=HALF * draws,
        people_to_halve=people_to_halve(luck, people),
    )


def people_to_halve(luck: float, people: int) -> float:
    """Give the people in a draw at which an error is half of what it is; NaN where no number is enough.

    With a share `luck` of the variance from `people`, the variance with n is 1 - luck + luck people / n of what it is.

    Examples
    --------
    >>> people_to_halve(1.0, 1000), people_to_halve(0.8, 1000), people_to_halve(0.75, 1000)
    (4000.0, 16000.0, nan)
    """
    room = luck - (1.0 - 1.0 / HALF)
    return round(people * luck / room, 6) if room > 0.0 else float("nan")


def evpi_bracket(benefit: Floats, again: Floats) -> Bracket:
    """Put the expected value of perfect information of the parameters between two bounds.

    Parameters
    ----------
    benefit
        float64[draw, strategy], net benefit.
    again
        float64[pair, strategy], of the first draws with another luck.
    """
    pairs = len(again)
    loss = benefit.max(axis=1) - benefit[:, benefit.mean(axis=0).argmax()]
    first = benefit[:pairs]
    ours, theirs = first.argmax(axis=1), again.argmax(axis=1)
    each = np.arange(pairs)
    excess = 0.5 * (first.max(axis=1) - first[each, theirs] + again.max(axis=1) - again[each, ours])
    error = loss.std(ddof=1) / np.sqrt(len(loss))
    return Bracket(
        low=max(float(loss.mean() - excess.mean()), 0.0),
        low_error=float(np.hypot(error, excess.std(ddof=1) / np.sqrt(pairs))),
        high=float(loss.mean()),
        high_error=float(error),
        alike=float(np.mean(ours == theirs)),
    )


def running_mean(values: Floats) -> tuple[Floats, Floats]:
    """Give the mean over the draws so far and its Monte Carlo error (NaN at the first): float64[draw, ...] each."""
    count = np.arange(1, len(values) + 1).reshape(-1, *[1] * (values.ndim - 1))
    centred = values - values[0]  # against loss of digits in the squares
    mean = centred.cumsum(axis=0) / count
    spread = np.maximum((centred**2).cumsum(axis=0) - count * mean**2, 0.0)
    with np.errstate(invalid="ignore"):
        error = np.sqrt(spread / (count - 1) / count)
    return values[0] + mean, error


def running_evpi(benefit: Floats) -> Floats:
    """Give the expected value of perfect information over the draws so far: float64[draw]."""
    mean, _ = running_mean(benefit)
    best, _ = running_mean(benefit.max(axis=1))
    return np.asarray(best - mean.max(axis=1))


def _variance_error(values: Floats) -> float:
    """Give the standard error of a variance over draws."""
    return float(((values - values.mean()) ** 2).std(ddof=1) / np.sqrt(len(values)))


def _headlines(means: xr.Dataset, comparator: str) -> dict[Headline, tuple[Floats, Floats | None]]:
    """Give every headline that is a mean, or a ratio of two: numerator and denominator, float64[draw]."""
    money = means["money"].transpose("draw", "strategy", "year", "flow")
    spent = results.by_horizon(money.sel(flow=list(results.DELIVERY_FLOWS)).sum("flow"))
    program = incremental(money.sel(year=1, flow=list(PROGRAM_FLOWS)).sum("flow"), comparator)
    days = -incremental(means["outcome"].sel(measure=results.DAYS, drop=True), comparator)
    net = incremental(_costs(means), comparator)
    change = {horizon: incremental(values, comparator) for horizon, values in spent.items()}
    found: dict[Headline, tuple[Floats, Floats | None]] = {}
    for name in [str(each) for each in means["strategy"].to_numpy() if each != comparator]:
        for horizon, spent_more in change.items():
            for side in (each.name for each in PERSPECTIVES):
                gain = -net.sel(horizon=horizon, perspective=side, strategy=name).to_numpy()
                found[GAIN, horizon, side, name] = gain, None
            saved = found[GAIN, horizon, "society", name][0]
            found[RETURN, horizon, "society", name] = saved, spent_more.sel(strategy=name).to_numpy()
        avoided = days.sel(strategy=name).to_numpy()
        found[DAYS, results.YEAR_1, "", name] = avoided, None
        found[PRICE, results.YEAR_1, "", name] = program.sel(strategy=name).to_numpy(), avoided
    return found


def _chances(cost: xr.DataArray) -> dict[Headline, tuple[Floats, Floats | None]]:
    """Give whether each strategy is best, and what the one best on average loses: float64[draw]."""
    found: dict[Headline, tuple[Floats, Floats | None]] = {}
    for horizon in cost["horizon"].to_numpy().tolist():
        for side in cost["perspective"].to_numpy().tolist():
            table = cost.sel(horizon=horizon, perspective=side).to_numpy()
            best = table.argmin(axis=1)
            for position, name in enumerate(cost["strategy"].to_numpy().tolist()):
                found[BEST, horizon, side, name] = (best == position).astype(float), None
            found[EVPI, horizon, side, ""] = table[:, table.mean(axis=0).argmin()] - table.min(axis=1), None
    return found


def _says(key: Headline, numerator: Floats, denominator: Floats | None) -> bool:
    """Tell whether a headline is printed at all: of the ratios, one with a meaning."""
    if denominator is None:
        return True
    return bool(denominator.mean() > 0.0 and (key[0] != PRICE or numerator.mean() > 0.0))


def _linear(pair: tuple[Floats, Floats | None], at: tuple[Floats, Floats | None]) -> Floats:
    """Give values whose mean and error are those of a headline: a ratio in its linear form around the one at hand."""
    numerator, denominator = pair
    if denominator is None or at[1] is None:
        return numerator
    ratio, below = at[0].mean() / at[1].mean(), at[1].mean()
    return np.asarray(ratio + (numerator - ratio * denominator) / below)


def _row(
    key: Headline, pair: tuple[Floats, Floats | None], again: tuple[Floats, Floats | None], people: int
) -> dict[str, object]:
    values = _linear(pair, pair)
    split = split_error(values, _linear(again, pair), people)
    if key[0] in BIASED:
        split = split._replace(people_to_halve=float("nan"))
    return {**dict(zip(INDEX, key, strict=True)), "value": float(values.mean()), **split._asdict()}


def _base_row(key: Headline, pair: tuple[Floats, Floats | None]) -> dict[str, object]:
    values = _linear(pair, pair)
    error = float(values.std(ddof=1) / np.sqrt(len(values))) if len(values) > 1 else float("nan")
    named = dict(zip(INDEX, key, strict=True))
    return {**named, "value": float(values.mean()), "error": error, "people_to_halve": HALF * len(values)}


def _brackets(first: xr.DataArray, second: xr.DataArray) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for horizon in first["horizon"].to_numpy().tolist():
        for side in first["perspective"].to_numpy().tolist():
            one, other = (-part.sel(horizon=horizon, perspective=side).to_numpy() for part in (first, second))
            rows.append({"horizon": horizon, "perspective": side, **evpi_bracket(one, other)._asdict()})
    return rows


def _costs(means: xr.Dataset) -> xr.DataArray:
    """Give the cost per person: [horizon, draw, strategy, perspective]."""
    parts = {horizon: costs(money) for horizon, money in results.by_horizon(means["money"]).items()}
    cost = xr.concat(parts.values(), "horizon", join="exact").assign_coords(horizon=list(parts))
    return cost.transpose("horizon", "draw", "strategy", "perspective")


def _running(cost: xr.DataArray, comparator: str) -> xr.Dataset:
    benefit = -cost.transpose("draw", "strategy").to_numpy()
    names = cost["strategy"].to_numpy()
    usual = int(np.flatnonzero(names == comparator)[0])
    gain, error = running_mean(benefit - benefit[:, [usual]])
    best, _ = running_mean((benefit.argmax(axis=1)[:, None] == np.arange(len(names))).astype(float))
    dims = ("draw", "strategy")
    return xr.Dataset(
        {
            "gain": (dims, gain),
            "gain_error": (dims, error),
            "best": (dims, best),
            "evpi": ("draw", running_evpi(benefit)),
        },
        coords={"draw": cost["draw"], "strategy": names},
    )

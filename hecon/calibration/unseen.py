"""The model beside studies that it was not fitted to: what they reported, what it predicts, and why they part.

Each study is emulated at rows of the calibrated block: people like its own, its contacts, its follow-up, the statute of
2019. A prediction is what a study of that size would report, so its interval holds the posterior and the study's own
sampling; where the model leaves out what makes a figure vary, the sampling is that of the printed interval.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from hecon import SEED
from hecon.calibration.figures import BLOCK
from hecon.calibration.followed import each_draw, stratified_normals
from hecon.calibration.mi_nav import contents, needed_days, solved_return
from hecon.calibration.rehabilitation import Rates, i_more, with_rehabilitation
from hecon.calibration.studies import leavers, mi_nav, oyeflaten
from hecon.inputs.errors import InputError
from hecon.inputs.parameters import Inputs, Parameters
from hecon.inputs.prices import CONVERSIONS, RATES, Prices
from hecon.inputs.unseen import Published, Unseen, read_unseen

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]

LEAST_DRAWS = 20
SOLVED_PEOPLE = 2000
"""People in whom MI-NAV's effect is solved for at each draw."""
WAGE = "relative_wage_of_sick_listed"
MOVED = (
    "mi_nav.days_26.motivational_interviewing.median",
    "mi_nav.days_26.difference",
    "mi_nav.days_26.difference_mean",
    "mi_nav.cost_26.societal",
    "mi_nav.days_52.difference",
    "mi_nav.benefit_odds_ratio",
    "mi_nav.net_benefit_52",
)
"""Figures of MI-NAV that MI's effect moves: predicted a second time with the published days in 12 months put in."""
GIVEN = {
    "mi_nav_fitted": "MI-NAV's days in 12 months",
    "i_more": "I-MORE's hazard ratio at 12 months",
    "morgante": "I-MORE's hazard ratio at 12 months",
}
"""What was published of an effect and put into a study's emulation: its other figures are predicted given that."""
OWN_DAYS = ("i_more.production_of_43_days", "i_more.net_benefit_of_43_days")
"""Figures predicted from the study's own days, which tell of the value of a day alone."""
PROBABILITY = "% of draws"
CENTRAL = (0.5, 0.025, 0.975)


def unseen_trials(
    parameters: Parameters,
    *,
    seed: int = SEED,
    threads: int | None = None,
    progress: bool = False,
    draws: int = 400,
) -> "pd.DataFrame":
    """Predict every figure of the studies that the model was not fitted to.

    Parameters
    ----------
    parameters : read on a date of the trial, with the calibrated block
    seed : of all luck
    threads : number of threads; never shows in the results
    progress : whether to show how far the run has come
    draws : rows of the calibrated block, spread evenly over it

    Returns
    -------
    DataFrame with one row a figure: study, figure, unit; observed, observed_low, observed_high; predicted (median),
    low, high (95% predictive interval); inside, whether the published value lies in it, or the sign is the published
    one (missing where neither is a question); miss (predicted less observed); direction, where only one was published;
    reason, where they part; seen, what the calibration knew ("no", "fitted", "input", "imposed"); given, the published
    effect that was put into the study's emulation; n, source, locator, read, name

    Raises
    ------
    InputError
        If the block or the file of studies is missing, or the draws are too few.
    """
    if BLOCK not in parameters.blocks:
        raise InputError(f"calibrated/{BLOCK}.csv was not read: predictions start from its rows: calibrate first")
    if draws < LEAST_DRAWS:
        raise InputError(f"draws: {draws} is too few for an interval: give {LEAST_DRAWS} or more")
    unseen = read_unseen(parameters.folder)
    inputs = posterior_rows(parameters, draws, seed)
    predicted = _predictions(parameters, inputs, unseen, seed=seed, threads=threads, progress=progress)
    fitted = _with_days_fitted(parameters, inputs, unseen, seed=seed, threads=threads, progress=progress)
    figures = [*unseen.figures.values(), *_again(unseen)]
    drawn = {"mi_nav_fitted": fitted}
    rows = [
        _row(figure, study.label, drawn.get(name, predicted)[figure.name])
        for name, study in unseen.studies.items()
        for figure in figures
        if figure.study == name
    ]
    return _frame(rows)


def posterior_rows(parameters: Parameters, draws: int, seed: int) -> Inputs:
    """Return rows of the calibrated block, spread evenly over it, each with luck of its own; the wage level varies too.

    Parameters
    ----------
    parameters : with the calibrated block
    draws : how many rows
    seed : of the pairing of wages with rows
    """
    names = [name for name in (BLOCK, WAGE) if name in parameters.uncertain]
    even = (np.arange(draws) + 0.5) / draws
    points = {BLOCK: even, WAGE: np.random.default_rng(seed).permutation(even)}
    inputs = parameters.at(np.stack([points[name] for name in names], axis=1), names=names)
    return replace(inputs, draw=np.arange(1, draws + 1))


def euros(parameters: Parameters, year: int) -> float:
    """Return what a NOK of 2025, moved by wages, is in euros of a year."""
    return 1.0 / _prices(parameters).factor(year, "wage", "EUR")


def dollars(parameters: Parameters, year: int) -> float:
    """Return what a euro is in dollars at a year's mean rates."""
    series = _prices(parameters).series
    return series[RATES["EUR"]][year] / series[RATES["USD"]][year]


def _prices(parameters: Parameters) -> Prices:
    """Return the series of prices.toml."""
    known = {name: parameters.definitions[name].values for name in CONVERSIONS & parameters.definitions.keys()}
    return Prices(
        {
            name: {one.start.year: one.value for one in values if isinstance(one.value, float)}
            for name, values in known.items()
        }
    )


def _predictions(
    parameters: Parameters, inputs: Inputs, unseen: Unseen, *, seed: int, threads: int | None, progress: bool
) -> dict[str, Floats]:
    """Return what every study would report at each draw: float64[draw] by the figure's name."""
    years = {
        name: int(study.design["price_year"]) for name, study in unseen.studies.items() if "price_year" in study.design
    }
    rates = Rates(euros(parameters, years["i_more"]), dollars(parameters, years["morgante"]))
    normals = stratified_normals(len(inputs), seed)
    treated = with_rehabilitation(inputs, unseen)
    euro = euros(parameters, years["mi_nav"])

    def at(position: int) -> Mapping[str, float]:
        return (
            mi_nav(inputs, position, unseen, euro=euro, seed=seed)
            | i_more(treated, position, unseen, normal=float(normals[position]), rates=rates, seed=seed)
            | oyeflaten(inputs, position, unseen, seed=seed)
            | leavers(inputs, position, unseen, seed=seed)
        )

    return each_draw(at, len(inputs), threads=threads, progress="emulating other studies" if progress else None)


def _with_days_fitted(
    parameters: Parameters, inputs: Inputs, unseen: Unseen, *, seed: int, threads: int | None, progress: bool
) -> dict[str, Floats]:
    """Return what MI-NAV would report if MI had its published days in 12 months."""
    needed = needed_days(parameters, len(inputs), seed)[1:]
    words = "solving for MI-NAV's days" if progress else None
    found = solved_return(parameters, inputs, needed, people=SOLVED_PEOPLE, seed=seed, threads=threads, progress=words)
    columns = {
        name: inputs[name]
        for name in ("early_contact_return_ratio", "early_contact_relapse_ratio", "early_contact_aap_odds_ratio")
    }
    solved = inputs.replaced(contents(columns, found.ratio))
    euro = euros(parameters, int(unseen.studies["mi_nav"].design["price_year"]))
    return each_draw(
        lambda position: mi_nav(solved, position, unseen, euro=euro, seed=seed),
        len(inputs),
        threads=threads,
        progress="emulating MI-NAV" if progress else None,
    )


def _again(unseen: Unseen) -> list[Published]:
    """Return the figures that are predicted a second time: what follows from the study's own days, not unseen again."""
    study = unseen.studies["mi_nav_fitted"]
    return [replace(unseen.figures[name], study=study.name, differs=study.differs, seen="imposed") for name in MOVED]


def _row(figure: Published, study: str, draws: Floats) -> dict[str, object]:
    """Return a figure's row of the table."""
    known = draws[~np.isnan(draws)]
    if figure.unit == PROBABILITY:
        middle, low, high = float(known.mean()), np.nan, np.nan
    else:
        middle, low, high = (float(q) for q in np.quantile(known, CENTRAL, method="inverted_cdf"))
    inside = _inside(figure, middle, low, high)
    value, below, above = (np.nan if one is None else one for one in (figure.value, figure.low, figure.high))
    parts = inside is False or middle < below or middle > above
    return {
        "study": study,
        "figure": figure.figure,
        "unit": figure.unit,
        "observed": value,
        "observed_low": below,
        "observed_high": above,
        "predicted": middle,
        "low": low,
        "high": high,
        "inside": inside,
        "miss": middle - value,
        "direction": figure.direction or "",
        "reason": figure.differs if parts else "",
        "seen": "imposed" if figure.name in OWN_DAYS else figure.seen,
        "given": GIVEN.get(figure.study, ""),
        "n": figure.n,
        "source": figure.source,
        "locator": figure.locator,
        "read": figure.read,
        "name": figure.name,
    }


def _inside(figure: Published, middle: float, low: float, high: float) -> bool | None:
    """Return whether the published value lies in the interval, or the sign is the published one; None if neither is."""
    if np.isnan(low):
        return None
    if figure.value is not None:
        return low <= figure.value <= high
    signs = {"negative": middle < 0.0, "none": low <= 0.0 <= high, "positive": middle > 0.0}
    return signs[figure.direction or "none"]


def _frame(rows: list[dict[str, object]]) -> "pd.DataFrame":
    """Return the rows as a table; `inside` and `n` may be missing."""
    import pandas as pd

    return pd.DataFrame(rows).astype({"inside": "boolean", "n": "Int64"})

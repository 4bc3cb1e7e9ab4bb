"""What the figures show, in words and numbers, for those who cannot see them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hecon.evaluation import cea, results
from hecon.model.kernel import WEEKS_PER_YEAR
from hecon.report import words
from hecon.report.language import t
from hecon.report.numbers import chance, grouped, kroner, number
from hecon.report.time_plots import state_shares

if TYPE_CHECKING:
    from collections.abc import Iterable

    import xarray as xr

    from hecon.evaluation.comparison import Comparison

QUARTILES = (0.25, 0.5, 0.75)


def plane_words(comparison: Comparison) -> str:
    """Give where each program's mean lies on the cost-effectiveness plane."""
    cost, effect = results.program_costs_and_effects(comparison)
    more = cea.incremental(cost, comparison.comparator)
    return _each(
        t(
            "{program}: {cost} of program cost and {days} sick-leave days avoided per person",
            program=comparison.label(name),
            cost=kroner(*_mean(more.sel(strategy=name))),
            days=number(*_mean(effect.sel(strategy=name))),
        )
        for name in comparison.programs
    )


def difference_words(comparison: Comparison) -> str:
    """Give how many more people each program has in work, on sick leave, on the allowance and on a pension."""
    shares = state_shares(comparison)
    usual = shares[comparison.comparator]
    weeks = len(usual["work"]) - 1
    said = []
    for when, week in ((t("Month 12"), min(WEEKS_PER_YEAR, weeks)), (t("At the end"), weeks)):
        for name in comparison.programs:
            gap = {state: 100.0 * float(shares[name][state][week] - usual[state][week]) for state in usual}
            said.append(
                t(
                    "{when}, {program}: {work} points at work, {leave} on sick leave, {allowance} on the allowance, "
                    "{pension} on a pension",
                    when=when,
                    program=words.spoken(comparison.label(name)),
                    work=grouped(gap["work"], 1),
                    leave=grouped(gap["full_sick_leave"] + gap["graded_sick_leave"], 1),
                    allowance=grouped(gap["work_assessment_allowance"], 1),
                    pension=grouped(gap["disability_pension"], 1),
                )
            )
    return _each(said)


def convergence_words(comparison: Comparison) -> str:
    """Give what the running means came to, and what they were at half the draws."""
    running = comparison.precision.running
    count = running.sizes["draw"]
    said = []
    for draws in (max(count // 2, 1), count):
        at = running.isel(draw=draws - 1)
        parts = [
            t(
                "{program} gains society {gain} and is best in {chance}",
                program=words.spoken(comparison.label(name)),
                gain=kroner(float(at["gain"].sel(strategy=name)), float(at["gain_error"].sel(strategy=name))),
                chance=chance(float(at["best"].sel(strategy=name)), draws),
            )
            for name in comparison.programs
        ]
        said.append(
            t(
                "After {draws} draws: {programs}; knowing everything is worth {value}",
                draws=grouped(draws),
                programs=words.joined(parts),
                value=kroner(float(at["evpi"]), comparison.information.of()["error"]),
            )
        )
    return _each(said)


def day_words(comparison: Comparison) -> str:
    """Give the quartiles of days on benefit under every strategy."""
    levels = comparison.base["quantile"].to_numpy()
    said = []
    for name in comparison.strategies:
        days = comparison.base["benefit_days"].sel(strategy=name).to_numpy()
        low, median, high = (grouped(round(float(one))) for one in np.interp(QUARTILES, levels, days))
        said.append(
            t(
                "{program}: half have between {low} and {high} days on benefit, and the median is {median}",
                program=comparison.label(name),
                low=low,
                high=high,
                median=median,
            )
        )
    return _each(said)


def _mean(drawn: xr.DataArray) -> tuple[float, float]:
    """Give a mean over draws and its Monte Carlo error."""
    return float(drawn.mean()), float(drawn.std(ddof=1)) / drawn.sizes["draw"] ** 0.5


def _each(texts: Iterable[str]) -> str:
    """Put one text after another."""
    return " ".join(f"{text}." for text in texts)

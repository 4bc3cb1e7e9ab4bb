"""Whether the run is large enough: every headline's Monte Carlo error, and what the luck of people adds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hecon.evaluation import results
from hecon.evaluation.precision import BEST, BIASED, DAYS, EVPI, GAIN, HALF, PRICE, RETURN
from hecon.model.ledger import PERSPECTIVES
from hecon.report import words
from hecon.report.cells import Cell, Table
from hecon.report.language import mark, t, translated
from hecon.report.numbers import (
    chance,
    grouped,
    hundredths,
    kroner,
    number,
    only_a_limit,
    percent,
    places,
    plus_minus,
    rounded,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable
    from typing import Any

    import pandas as pd

    from hecon.evaluation.precision import Precision

    Row = dict[Hashable, Any]

SIDES = {perspective.name: perspective.label for perspective in PERSPECTIVES}
DASH = Cell("–")
LEAST_FOR_CHANCES = 6
"""Draws up to which a chance is not told from a half."""
UNITS = {
    GAIN: mark("Society gains, NOK"),
    DAYS: mark("Sick-leave days avoided"),
    PRICE: mark("Cost per day avoided, NOK"),
    RETURN: mark("Return per krone, NOK"),
    BEST: mark("Chance of being best for society"),
    EVPI: mark("Value of knowing everything, society, NOK"),
}


def large_enough(precision: Precision, label: Callable[[str], str], years: str) -> Table:
    """Give every headline's Monte Carlo error, what it comes from, and what would halve it.

    Parameters
    ----------
    precision
        As `hecon.evaluation.precision` gives it.
    label
        Gives a strategy in words.
    years
        The long horizon in words.
    """
    table = precision.table
    table = table[table["perspective"].isin(["society", ""])]
    long = table["horizon"] != results.YEAR_1
    order = [
        (translated(UNITS[GAIN]), table[(table["headline"] == GAIN) & ~long]),
        (t("Society gains, NOK, {years} (b)", years=years), table[(table["headline"] == GAIN) & long]),
        *(
            (translated(UNITS[name]), table[(table["headline"] == name) & ~long])
            for name in (DAYS, PRICE, RETURN, BEST, EVPI)
        ),
    ]
    rows = [
        (
            Cell(name if position == 0 else ""),
            Cell(label(row["strategy"]) if row["strategy"] else "", strategy=row["strategy"]),
            *_numbers(row, precision.draws),
        )
        for name, part in order
        for position, row in enumerate(part.to_dict("records"))
    ]
    return Table(
        t(
            "How exact the headlines are with {draws} draws of {people} people. 12 months where nothing else is said.",
            draws=grouped(precision.draws),
            people=grouped(precision.people),
        ),
        (
            t("Headline"),
            "",
            t("Value and its error"),
            t("Error from people"),
            t("Error from draws"),
            t("Luck in the variance"),
            t("Draws to halve it"),
            t("People a draw to halve it"),
        ),
        tuple(rows),
        words=2,
        notes=(
            t(
                "{pairs} draws were run twice, with the same parameters and another luck of other people: half the "
                "mean squared difference is the variance that luck adds. Errors from people and from draws add up in "
                "squares.",
                pairs=grouped(precision.pairs),
            ),
            t(
                "“Never alone”: with however many people in a draw, the error from draws is left, and it is more than "
                "half. A dash: these draws do not tell; or a chance is so near 0 or 1 that only a limit can be given. "
                "More people lessen what luck adds to a chance or to the value of knowing everything, in one "
                "direction; only draws lessen the error."
            ),
        ),
    )


def large_enough_words(precision: Precision, label: Callable[[str], str], years: str) -> list[str]:
    """Say how far the luck of people matters, and between which bounds the value of perfect information lies.

    Parameters
    ----------
    precision, label, years
        As for `large_enough`.
    """
    place = precision.bracket[precision.bracket["perspective"] == "society"].set_index("horizon")
    return [_luck(precision, label, years), _bounds(place.loc[results.YEAR_1])]


def _luck(precision: Precision, label: Callable[[str], str], years: str) -> str:
    """Say how much narrower intervals would be without the luck of people."""
    gains = precision.table[precision.table["headline"] == GAIN]
    told = gains[(gains["error"] > 0.0) & (gains["luck"] > words.CLEAR * gains["luck_error"])]
    text = t(
        "Each draw has only {people} people, and part of the spread between draws is their luck.",
        people=grouped(precision.people),
    )
    if told.empty:
        untold = t("How much, so few draws do not tell.")
        return f"{text} {untold}"
    most = _most(told, label, years)
    society = told[(told["perspective"] == "society") & (told["horizon"] == results.YEAR_1)]
    if society.empty or told["luck"].idxmax() in society.index:
        narrower = t("Without it 95% intervals would be narrower: by {most}.", most=most)
    else:
        narrower = t(
            "Without it 95% intervals would be narrower: by at most {share} for what society gains in 12 months, and "
            "by {most}.",
            share=_narrower(society),
            most=most,
        )
    return f"{text} {narrower}"


def _most(told: pd.DataFrame, label: Callable[[str], str], years: str) -> str:
    """Say where intervals would be narrower by the most, and by how much."""
    row = told.loc[told["luck"].idxmax()]
    said = {
        "share": _narrower(told),
        "side": words.side(SIDES[row["perspective"]]),
        "strategy": words.spoken(label(row["strategy"])),
    }
    if row["horizon"] == results.YEAR_1:
        return t("{share}, the most of all, for what {side} gains in 12 months from {strategy}", **said)
    return t("{share}, the most of all, for what {side} gains over {years} (b) from {strategy}", **said, years=years)


def _bounds(row: pd.Series) -> str:
    """Say between which bounds the value of knowing everything lies."""
    error = float(row["high_error"])
    low, high = kroner(row["low"], error), kroner(row["high"], error)
    told = plus_minus(error) != ""
    about = t("Monte Carlo error {error}", error=number(error, error)) if told else t("no Monte Carlo error")
    if rounded(row["low"], error) == rounded(row["high"], error):
        return t(
            "The value of knowing everything, {amount} per person to society in 12 months ({error}), is moved by the "
            "luck of people by less than can be told.",
            amount=high,
            error=about,
        )
    return t(
        "The value of knowing everything lies between {low} and {high} per person to society in 12 months ({error}): "
        "the higher figure takes some luck for knowledge, the lower one does not, but chooses wrongly at times.",
        low=low,
        high=high,
        error=about,
    )


def _narrower(told: pd.DataFrame) -> str:
    share = float(1.0 - np.sqrt(1.0 - told["luck"].max()))
    return percent(max(share, 0.01))


def _numbers(row: Row, draws: int) -> tuple[Cell, ...]:
    """Give a headline, the parts of its error and what would halve it; dashes where nothing is told."""
    is_chance = row["headline"] == BEST
    scale = 100.0 if is_chance else 1.0
    value, *errors = (scale * row[name] for name in ("value", "error", "error_people", "error_draws"))
    if is_chance:
        if draws <= LEAST_FOR_CHANCES:
            return (DASH,) * 6
        text = chance(row["value"], draws)
        if only_a_limit(row["value"], draws):
            return Cell(text), *[DASH] * 5
    else:
        text = number(value, errors[0])
    if row["error"] <= 0.0:
        return Cell(text), *[DASH] * 5
    told = row["luck_error"] < row["luck"]
    luck, luck_error = 100.0 * row["luck"], 100.0 * row["luck_error"]
    return (
        Cell(text, plus_minus(errors[0])),
        *(Cell(number(each, each)) if told and each > 0.0 else DASH for each in errors[1:]),
        Cell(hundredths(rounded(luck, luck_error), max(places(luck, luck_error), 0)), plus_minus(luck_error))
        if told
        else DASH,
        Cell(grouped(row["draws_to_halve"])),
        _people(row, told=told),
    )


def _people(row: Row, *, told: bool) -> Cell:
    """Give the people who would halve an error; where the share of luck is not told, it may still be too small."""
    too_small = row["luck"] + words.CLEAR * row["luck_error"] < 1.0 - 1.0 / HALF
    if row["headline"] in BIASED or not (told or too_small):
        return DASH
    people = row["people_to_halve"]
    return Cell(grouped(float(f"{people:.2g}")) if np.isfinite(people) else t("never alone"))

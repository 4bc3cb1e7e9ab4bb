"""Whether the run is large enough: every headline's Monte Carlo error, and what the luck of people adds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hecon.evaluation import results
from hecon.evaluation.precision import BEST, BIASED, DAYS, EVPI, GAIN, HALF, PRICE, RETURN
from hecon.model.ledger import PERSPECTIVES
from hecon.report import words
from hecon.report.cells import Cell, Table
from hecon.report.numbers import chance, number, percent, plus_minus

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
    GAIN: "Society gains, NOK",
    DAYS: "Sick-leave days avoided",
    PRICE: "Cost per day avoided, NOK",
    RETURN: "Return per krone, NOK",
    BEST: "Chance of being best for society",
    EVPI: "Value of knowing everything, society, NOK",
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
        (UNITS[GAIN], table[(table["headline"] == GAIN) & ~long]),
        (f"{UNITS[GAIN]}, {years} (b)", table[(table["headline"] == GAIN) & long]),
        *((UNITS[name], table[(table["headline"] == name) & ~long]) for name in (DAYS, PRICE, RETURN, BEST, EVPI)),
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
        f"How exact the headlines are with {precision.draws:,} draws of {precision.people:,} people. 12 months where "
        "nothing else is said.",
        (
            "Headline",
            "",
            "Value and its error",
            "Error from people",
            "Error from draws",
            "Luck in the variance",
            "Draws to halve it",
            "People a draw to halve it",
        ),
        tuple(rows),
        words=2,
        notes=(
            f"{precision.pairs:,} draws were run twice, with the same parameters and another luck of other people: "
            "half the mean squared difference is the variance that luck adds. Errors from people and from draws add "
            "up in squares.",
            "“Never alone”: with however many people in a draw, the error from draws is left, and it is more than "
            "half. A dash: these draws do not tell; or a chance is so near 0 or 1 that only a limit can be given. More "
            "people lessen what luck adds to a chance or to the value of knowing everything, in one direction; only "
            "draws lessen the error.",
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
    text = f"Each draw has only {precision.people:,} people, and part of the spread between draws is their luck."
    if told.empty:
        return f"{text} How much, so few draws do not tell."
    most = told.loc[told["luck"].idxmax()]
    over = "in 12 months" if most["horizon"] == results.YEAR_1 else f"over {years} (b)"
    of_most = (
        f"{_narrower(told)}, the most of all, for what {words.side(SIDES[most['perspective']])} gains {over} from "
        f"{words.spoken(label(most['strategy']))}"
    )
    text += " Without it 95% intervals would be narrower: by "
    society = told[(told["perspective"] == "society") & (told["horizon"] == results.YEAR_1)]
    if society.empty or most.name in society.index:
        return f"{text}{of_most}."
    return f"{text}at most {_narrower(society)} for what society gains in 12 months, and by {of_most}."


def _bounds(row: pd.Series) -> str:
    """Say between which bounds the value of knowing everything lies."""
    error = float(row["high_error"])
    low, high = number(row["low"], error), number(row["high"], error)
    about = f"(Monte Carlo error {number(error, error)})" if plus_minus(error) else "(no Monte Carlo error)"
    if low == high:
        return (
            f"The value of knowing everything, NOK {high} per person to society in 12 months {about}, is moved by the "
            "luck of people by less than can be told."
        )
    return (
        f"The value of knowing everything lies between NOK {low} and NOK {high} per person to society in 12 months "
        f"{about}: the higher figure takes some luck for knowledge, the lower one does not, but chooses wrongly at "
        "times."
    )


def _narrower(told: pd.DataFrame) -> str:
    share = float(1.0 - np.sqrt(1.0 - told["luck"].max()))
    return percent(share) if share >= 0.01 else "1%"


def _numbers(row: Row, draws: int) -> tuple[Cell, ...]:
    """Give a headline, the parts of its error and what would halve it; dashes where nothing is told."""
    is_chance = row["headline"] == BEST
    scale = 100.0 if is_chance else 1.0
    value, *errors = (scale * row[name] for name in ("value", "error", "error_people", "error_draws"))
    if is_chance:
        text = chance(row["value"], draws) if draws > LEAST_FOR_CHANCES else "–"
        if text.startswith(("–", "under", "over")):
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
        Cell(f"{number(luck, luck_error)}%", plus_minus(luck_error)) if told else DASH,
        Cell(f"{row['draws_to_halve']:,.0f}"),
        _people(row, told=told),
    )


def _people(row: Row, *, told: bool) -> Cell:
    """Give the people who would halve an error; where the share of luck is not told, it may still be too small."""
    too_small = row["luck"] + words.CLEAR * row["luck_error"] < 1.0 - 1.0 / HALF
    if row["headline"] in BIASED or not (told or too_small):
        return DASH
    people = row["people_to_halve"]
    return Cell(f"{float(f'{people:.2g}'):,.0f}" if np.isfinite(people) else "never alone")

"""How sure the choice is, what would be worth knowing before it, and whether the run is large enough to say so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from hecon.evaluation import results
from hecon.evaluation.information import BASE, GROUP
from hecon.evaluation.precision import BEST, BIASED, DAYS, EVPI, GAIN, PRICE, RETURN
from hecon.model.ledger import PERSPECTIVES
from hecon.report import words
from hecon.report.cells import Cell, Table
from hecon.report.numbers import chance, number, percent, plus_minus

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable
    from typing import Any

    from hecon.evaluation.information import Information
    from hecon.evaluation.precision import Precision
    from hecon.inputs.parameters import Parameters

SIDES = {perspective.name: perspective.label for perspective in PERSPECTIVES}
BILLION = 1e9
MOST_ROWS = 12
LEAST_DRAWS = 500
"""Fewer draws than these are said to be few, whatever the estimates say of themselves."""
UNITS = {
    GAIN: "Society gains, NOK",
    DAYS: "Sick-leave days avoided",
    PRICE: "Cost per day avoided, NOK",
    RETURN: "Return per krone, NOK",
    BEST: "Chance of being best for society",
    EVPI: "Value of knowing everything, society, NOK",
}


def worth_knowing_words(information: Information, label: Callable[[str], str], *, national: bool) -> list[str]:
    """Say what knowing everything would be worth, and of which part of it.

    Parameters
    ----------
    information
        As `hecon.evaluation.information` gives it.
    label
        Gives a strategy in words.
    national
        Whether the people are those of Norway, not a user's own.
    """
    row = information.of()
    text = (
        f"Who knew everything about the parameters before choosing would gain society NOK "
        f"{number(row['value'], row['error'])} per person in 12 months "
        f"(Monte Carlo error {number(row['error'], row['error'])}) over always choosing "
        f"{words.spoken(label(row['chosen']))}. No study of these parameters can be worth more per person."
    )
    deciding = information.deciding
    if national:
        billions = number(row["national"] / BILLION, row["national_error"] / BILLION)
        text += (
            f" For all who are eligible and accept, {number(deciding.per_year, 1000.0)} people a year for "
            f"{deciding.years:g} years, discounted, that is NOK {billions} billion."
        )
    return [text, *_leading(information, row)]


def few_draws(information: Information) -> list[str]:
    """Warn where draws are too few for what is said of single parameters and groups."""
    if information.draws >= LEAST_DRAWS:
        return []
    return [
        f"Too few draws: {information.draws} are not enough to tell what single parameters and groups are worth. Read "
        "what stands here as a trial run, and give 1,000 draws or more."
    ]


def everything(information: Information, label: Callable[[str], str], years: str, *, national: bool) -> Table:
    """Give what knowing everything is worth to every side."""
    table = information.everything
    table = table[table["scenario"] == BASE].set_index(["horizon", "perspective"])
    later = results.CARRIED_FORWARD in table.index.get_level_values("horizon")
    rows = []
    for side, name in SIDES.items():
        row = table.loc[(results.YEAR_1, side)]
        cells = [Cell(name), Cell(label(row["chosen"])), _amount(row["value"], row["error"])]
        if national:
            cells.append(_amount(row["national"] / BILLION, row["national_error"] / BILLION))
        if later:
            row = table.loc[(results.CARRIED_FORWARD, side)]
            cells += [_amount(row["value"], row["error"])]
        rows.append(tuple(cells))
    header = ["Side", "Chosen now, 12 months", "Per person, 12 months, NOK"]
    header += ["For Norway, NOK billion"] if national else []
    header += [f"Per person, {years} (b), NOK"] if later else []
    return Table(
        "What knowing every parameter before choosing would be worth to each side: the expected value of perfect "
        "information, with its Monte Carlo error.",
        tuple(header),
        tuple(rows),
        words=2,
        notes=(
            "What is at stake differs between sides, and these values do not add up. The value is what the best choice "
            "in each draw gains over the one choice that is best on average; it is an upper limit, before what it "
            "takes to find out, the years until one knows, and those who are served until then.",
        ),
    )


def known(information: Information, *, national: bool) -> Table | None:
    """Give the groups and single parameters that would be most worth knowing; None where none can be told from zero."""
    table = information.known
    table = table[(table["scenario"] == BASE) & (table["horizon"] == results.YEAR_1)]
    society = table[table["perspective"] == "society"]
    told = society[society["value"] > words.CLEAR * society["error"]]
    shown = pd.concat([told[told["kind"] == GROUP].head(MOST_ROWS), told[told["kind"] != GROUP].head(MOST_ROWS)])
    if shown.empty:
        return None
    whole = float(information.of()["value"])
    places = table.set_index(["kind", "name", "perspective"])
    rows = []
    for row in shown.to_dict("records"):
        detail = f"{row['count']} parameters" if row["count"] > 1 else f"one parameter, grade: {row['grade']}"
        few = "" if row["enough"] else " | too few draws"
        cells = [
            Cell(row["label"], detail, tone="assumed" if row["grade"] == "assumption" else ""),
            Cell(number(row["value"], row["error"]), plus_minus(row["error"]) + few),
            Cell(percent(row["value"] / whole)),
        ]
        if national:
            cells.append(_amount(row["national"] / BILLION, row["national_error"] / BILLION))
        for side in (side for side in SIDES if side != "society"):
            other = places.loc[(row["kind"], row["name"], side)]
            clear = other["value"] > words.CLEAR * other["error"]
            cells.append(_amount(other["value"], other["error"]) if clear else Cell("–"))
        rows.append(tuple(cells))
    others = len(society) - len(shown)
    return Table(
        "What knowing a part would be worth in 12 months: expected value of partial perfect information, NOK per "
        "person, groups first, with its Monte Carlo error.",
        (
            "Known before choosing",
            "Society",
            "Of knowing all",
            *(["Norway, society, NOK billion"] if national else []),
            *(label for side, label in SIDES.items() if side != "society"),
        ),
        tuple(rows),
        notes=(
            "A group's members are known together. Values of parts overlap and need not add up: two things may be "
            "worth knowing only together, or tell the same.",
            f"Not shown: {others} single parameters and groups whose value to society cannot be told from zero; a dash "
            "is the same for a side.",
        ),
    )


def by_scenario(information: Information, parameters: Parameters, label: Callable[[str], str]) -> Table | None:
    """Give what knowing is worth to society under every other calibrated table; None where none was asked."""
    table = information.everything
    table = table[(table["horizon"] == results.YEAR_1) & (table["perspective"] == "society")]
    if len(table) < 2:
        return None
    rows = []
    for row in table.to_dict("records"):
        parts = information.known
        parts = parts[
            (parts["scenario"] == row["scenario"])
            & (parts["horizon"] == results.YEAR_1)
            & (parts["perspective"] == "society")
            & (parts["kind"] == GROUP)
        ]
        top = parts.sort_values("value", ascending=False, kind="stable").head(1).to_dict("records")
        named = "Base case" if row["scenario"] == BASE else parameters.scenarios[row["scenario"]].label
        told = bool(top) and top[0]["value"] > words.CLEAR * top[0]["error"]
        part = (
            Cell(top[0]["label"], f"{number(top[0]['value'], top[0]['error'])} {plus_minus(top[0]['error'])}")
            if told
            else Cell("None can be told from zero")
        )
        rows.append((Cell(named), Cell(label(row["chosen"])), part, _amount(row["value"], row["error"])))
    return Table(
        "The same when the effects are calibrated otherwise: society, 12 months, NOK per person.",
        ("", "Chosen now", "Most worth knowing, of effects and what was fitted", "Knowing everything"),
        tuple(rows),
        words=3,
        notes=(
            "Which calibration is right is itself not known. That is no parameter with a probability here, and no "
            "value is put on knowing it: where rows choose differently, more can hang on it than on the parameters.",
        ),
    )


def large_enough(precision: Precision, label: Callable[[str], str], years: str) -> Table:
    """Give every headline's Monte Carlo error, what it comes from, and what would halve it."""
    table = precision.table
    table = table[table["perspective"].isin(["society", ""])]
    long = table["horizon"] != results.YEAR_1
    order = [
        (UNITS[GAIN], table[(table["headline"] == GAIN) & ~long]),
        (f"{UNITS[GAIN]}, {years} (b)", table[(table["headline"] == GAIN) & long]),
        *((UNITS[name], table[(table["headline"] == name) & ~long]) for name in (DAYS, PRICE, RETURN, BEST, EVPI)),
    ]
    rows = []
    for name, part in order:
        for position, row in enumerate(part.to_dict("records")):
            rows.append(
                (
                    Cell(name if position == 0 else ""),
                    Cell(label(row["strategy"]) if row["strategy"] else "", strategy=row["strategy"]),
                    *_errors(row, precision.draws),
                    Cell(percent(row["luck"], 1) if row["error"] > 0 else "–", _points(row["luck_error"])),
                    Cell(f"{row['draws_to_halve']:,.0f}" if row["error"] > 0 else "–"),
                    Cell(_people(row)),
                )
            )
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
            "half. A dash: more people lessen what luck adds to a chance or to the value of knowing everything, in one "
            "direction; only draws lessen the error.",
        ),
    )


def large_enough_words(precision: Precision) -> list[str]:
    """Say how far the luck of people matters, and between which bounds the value of perfect information lies."""
    gains = precision.table[precision.table["headline"] == GAIN]
    luck = gains["luck"].to_numpy()
    place = precision.bracket[precision.bracket["perspective"] == "society"].set_index("horizon")
    row = place.loc[results.YEAR_1]
    low, high, error = (number(row[name], _between(row)) for name in ("low", "high", "high_error"))
    return [
        f"The luck of people is {percent(luck.min(), 1)} to {percent(luck.max(), 1)} of the variance between draws of "
        f"what a side gains. Without it 95% intervals would be at most {percent(1.0 - np.sqrt(1.0 - luck.max()), 1)} "
        "narrower.",
        "Luck makes the value of knowing everything look too high. Chosen by one luck and scored by another it is too "
        f"low on average: NOK {low} per person for society in 12 months. Chosen and scored by the same luck it is too "
        f"high: NOK {high}. The error from draws, {error}, is common to both. The two lucks choose the same in "
        f"{percent(row['alike'])} of draws.",
    ]


def _leading(information: Information, row: pd.Series) -> list[str]:
    """Say which group is most worth knowing, where the simulation can tell."""
    table = information.known
    table = table[
        (table["scenario"] == BASE)
        & (table["horizon"] == results.YEAR_1)
        & (table["perspective"] == "society")
        & (table["kind"] == GROUP)
    ]
    told = table[table["value"] > words.CLEAR * table["error"]]
    if told.empty or row["value"] <= 0.0:
        return []
    top = told.iloc[0]
    share = percent(top["value"] / row["value"])
    text = f"Knowing “{words.spoken(top['label'])}” and nothing else would bring {share} of that"
    rest = [f"“{words.spoken(one.label)}” {percent(one.value / row['value'])}" for one in told.iloc[1:].itertuples()]
    return [f"{text}{'; knowing ' + words.joined(rest) if rest else ''}."]


def _amount(value: float, error: float) -> Cell:
    return Cell(number(value, error), plus_minus(error))


def _errors(row: dict[Hashable, Any], draws: int) -> tuple[Cell, ...]:
    """Give a headline and the parts of its error; a chance in percent."""
    scale = 100.0 if row["headline"] == BEST else 1.0
    value, *errors = (scale * row[name] for name in ("value", "error", "error_people", "error_draws"))
    text = chance(row["value"], draws) if row["headline"] == BEST else number(value, errors[0])
    return Cell(text, plus_minus(errors[0])), *(Cell(number(each, each) if each > 0 else "–") for each in errors[1:])


def _points(error: float) -> str:
    return f"± {100.0 * error:.1f}" if error > 0 else ""


def _between(row: pd.Series) -> float:
    """Give the scale on which two bounds of the same draws can be told apart."""
    return min(max(float(row["high"] - row["low"]), 1.0), max(float(row["high_error"]), 1.0))


def _people(row: dict[Hashable, Any]) -> str:
    if row["headline"] in BIASED:
        return "–"
    people = row["people_to_halve"]
    return f"{float(f'{people:.2g}'):,.0f}" if np.isfinite(people) else "never alone"

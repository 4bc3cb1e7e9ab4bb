"""The report's tables of what else could be chosen: every program, and the effect that would pay for one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hecon.evaluation.programs import NO_EFFECT
from hecon.model.simulation import COMPARATOR
from hecon.report import words
from hecon.report.cells import Cell, Table, amount_cell
from hecon.report.language import mark, t, translated
from hecon.report.numbers import chance, exact, grouped, interval, number, percent, plus_minus
from hecon.report.programs import effect_words

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping
    from typing import Any

    from hecon.evaluation.choices import Choices
    from hecon.evaluation.comparison import Comparison

UNMEASURED = ("assumption", "none")
SIDES = {
    "never": mark("no effect in the range would do"),
    "always": mark("none"),
    "below": mark("a smaller one than now"),
}


def every_program(comparison: Comparison, found: Choices) -> Table:
    """Give what every program gains per person offered it, and what its effect rests on."""
    rows = tuple(_program_row(comparison, row, found.draws) for row in found.programs.to_dict("records"))
    return Table(
        t(
            "Every program there is a file of, against {usual}: NOK and days per person offered it, first 12 months.",
            usual=words.spoken(comparison.parameters.programs[COMPARATOR].label),
        ),
        (
            "",
            t("Effect, as measured"),
            t("Days avoided"),
            t("Delivery costs, employers' time included"),
            t("Society gains"),
            t("Worth its cost"),
        ),
        rows,
        words=2,
        notes=(
            t(
                "{draws} draws of {people} synthetic people, the same for all and not those of the tables above, so "
                "that amounts differ a little. A published effect of a whole arm is met by the emulated arm, "
                "attendance and all. Programs for different people are not rivals: a gain counts among those who are "
                "offered the program.",
                draws=grouped(found.draws),
                people=grouped(found.people),
            ),
            t(
                "An effect measured in other people, another country or another decade is applied here as it is, "
                "unless its spread says otherwise: read each row with where it was measured."
            ),
        ),
    )


def needed_effects(comparison: Comparison, found: Choices) -> Table:
    """Give the effect at which programs would pay for themselves: what would have to be true."""
    labels = {name: program.label for name, program in comparison.parameters.programs.items()}
    rows = []
    for name, part in found.needed.groupby("program", sort=False):
        row = part.set_index("perspective")
        now = row.loc["society"]
        known = np.isfinite(now["now"])
        rows.append(
            (
                Cell(labels[str(name)]),
                Cell(
                    number(now["now"]) if known else t("not known"),
                    interval(now["now_low"], now["now_high"], 0.0) if known else "",
                    tone="" if known else "assumed",
                ),
                _root(row.loc["society"]),
                Cell(*_with_error(now["days_avoided"], now["days_error"])),
                _root(row.loc["public_purse"]),
            )
        )
    return Table(
        t(
            "What would have to be true: the ratio of return, among those a program reaches, at which it pays for "
            "itself in 12 months."
        ),
        (
            "",
            t("Ratio now"),
            t("Pays for society from"),
            t("Days avoided per person there"),
            t("Pays for the public purse from"),
        ),
        tuple(rows),
        notes=(
            t(
                "With any other effect of the program switched off, everything else as it is, the same people and luck "
                "at every ratio. {ratio} means that each week one tenth more of those reached go back to work. The "
                "interval is of single draws: what the ratio would have to be if the other parameters were as in that "
                "draw.",
                ratio=exact(1.1),
            ),
        ),
    )


def conflicting(found: Choices) -> list[str]:
    """Say which evidence disagrees, program by program."""
    return [f"{translated(row['label'])}: {translated(row['text'])}" for row in found.conflicts.to_dict("records")]


def _program_row(comparison: Comparison, row: Mapping[Hashable, Any], draws: int) -> tuple[Cell, ...]:
    """Give a program's cells; where no effect is known, nothing of it but what it costs to deliver."""
    programs = comparison.parameters.programs
    model = programs[str(row["program"])].delivered_as if row["program"] in programs else None
    same = (
        [t("Another result of the program “{program}”", program=translated(programs[model].label))]
        if model is not None
        else []
    )
    unknown = Cell(t("not known"), tone="assumed")
    known = row["figure"] != NO_EFFECT
    return (
        Cell(translated(row["label"]), " | ".join([words.upper(translated(row["offered_to"])), *same])),
        Cell(
            words.upper(effect_words(row)),
            f"{translated(row['measured_in'])} | {_grade(row)}",
            tone="assumed" if row["grade"] in UNMEASURED or row["spread"] in UNMEASURED else "text",
        ),
        amount_cell(dict(row), "days_avoided") if known else unknown,
        Cell(number(row["delivery_cost"], row["delivery_cost_error"])),
        amount_cell(dict(row), "gain_society") if known else unknown,
        Cell(chance(row["worth"], draws)) if known else unknown,
    )


def _root(row: Mapping[str, Any]) -> Cell:
    if not np.isfinite(row["value"]):
        tried = t("ratios {least} to {most}", least=exact(row["least"], 2), most=exact(row["most"], 2))
        return Cell(translated(SIDES.get(row["side"], "–")), tried)
    low, high = row["low"], row["high"]
    whole = np.isfinite(low) and np.isfinite(high)
    spread = interval(low, high, row["error"]) if whole else t("in {share} of draws", share=percent(_within(row)))
    return Cell(number(row["value"], row["error"]), f"{spread} | {plus_minus(row['error'])}")


def _within(row: Mapping[str, Any]) -> float:
    return float(1.0 - row["share_never"] - row["share_always"])


def _with_error(value: float, error: float) -> tuple[str, str]:
    return number(value, error), plus_minus(error)


def _grade(row: Mapping[Hashable, Any]) -> str:
    grade = translated(row["grade"])
    if not row["spread"]:
        return t("grade: {grade}", grade=grade)
    return t("grade: {grade}, its spread: {spread}", grade=grade, spread=translated(row["spread"]))

"""What each parameter does by itself: a tornado of society's gain, and which of them change somebody's choice."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import numpy as np

from hecon.evaluation.comparison import ONE_WAY_PEOPLE
from hecon.evaluation.one_way import by_swing
from hecon.evaluation.results import YEAR_1
from hecon.model.ledger import PERSPECTIVES
from hecon.report import words
from hecon.report.canvas import canvas, ink, thousands
from hecon.report.cells import Cell, Figure, Section, Table, name_cell
from hecon.report.language import t, translated
from hecon.report.numbers import exact, grouped, kroner, number, plus_minus
from hecon.report.paints import INK, STRATEGY_INKS, inline_svg

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from hecon.evaluation.comparison import Comparison
    from hecon.report.paints import Drawing, Paint

SHOWN = 10
"""Parameters in the figure."""
SOCIETY = "society"
LETTERS = 72
"""Of a line of a parameter's name."""
LINE_HEIGHT, BAR, SPACE, HEAD, FOOT = 0.165, 0.34, 0.12, 0.42, 0.6
"""Inches: of a line of a name, of a bar and the space under it, above the rows, below them."""
DASH = Cell("–")


def one_at_a_time(comparison: Comparison, *, paint: Paint = inline_svg) -> Section | None:
    """Say what each parameter does by itself over 12 months; None where that was not computed.

    Parameters
    ----------
    comparison
        With `one_way`.
    paint
        What a drawn figure becomes.
    """
    found = comparison.one_way
    if found is None:
        return None
    found = found[found["horizon"] == YEAR_1]
    nearest = nearest_to_worth(found)
    rows = greatest(found, nearest)
    changing = changes(comparison, found)
    return Section(
        sentences=tuple(_sentences(comparison, found, nearest)),
        figure=_figure(comparison, rows, nearest, paint),
        tables=(*([changing] if changing is not None else []), _swings(comparison, rows, nearest)),
        open=1 if changing is not None else 0,
        notes=(
            t(
                "Each parameter goes from its 2.5% to its 97.5% quantile with all others at their value, for the same "
                "{people} people with the same luck. What was fitted moves as one, along its table of draws. What "
                "parameters do only together does not show here.",
                people=grouped(people(comparison)),
            ),
        ),
    )


def turning(comparison: Comparison) -> list[str]:
    """Say which parameter alone turns society's choice over 12 months, and where; nothing where none does."""
    found = comparison.one_way
    if found is None:
        return []
    there = found[(found["horizon"] == YEAR_1) & (found["perspective"] == SOCIETY) & found["changes"]]
    names = list(dict.fromkeys(by_swing(there, horizon=YEAR_1, perspective=SOCIETY)))
    if not names:
        return []
    rows = there[there["parameter"] == names[0]]
    turn = _turn(comparison, rows)
    said = {"parameter": label(comparison, names[0])}
    others = [t("{count} more do so too", count=grouped(len(names) - 1))] if len(names) > 1 else []
    text = (
        t("“{parameter}” alone turns the choice within its central 95%", **said)
        if turn is None or comparison.comparator not in set(rows[["best", "best_low", "best_high"]].to_numpy().ravel())
        else t(
            "“{parameter}” alone turns the choice, at about {turn} ({unit}; now {value})",
            turn=turn,
            unit=translated(comparison.parameters[names[0]].unit),
            value=exact(float(np.mean(comparison.parameters[names[0]].value)), 3),
            **said,
        )
    )
    return [f"{'; '.join([text, *others])}."]


def people(comparison: Comparison) -> int:
    """Give how many people each parameter was moved for."""
    return min(int(comparison.record["people_base_case"]), ONE_WAY_PEOPLE)


def nearest_to_worth(found: pd.DataFrame) -> str:
    """Give the program with the greatest gain to society, all parameters at their value."""
    society = found[found["perspective"] == SOCIETY].drop_duplicates("strategy")
    return str(society.loc[society["gain"].idxmax(), "strategy"])


def greatest(found: pd.DataFrame, program: str) -> pd.DataFrame:
    """Give a program's rows for society with the greatest swings, greatest first."""
    rows = found[(found["perspective"] == SOCIETY) & (found["strategy"] == program)]
    order = by_swing(rows, horizon=YEAR_1, perspective=SOCIETY)[:SHOWN]
    return rows.set_index("parameter", drop=False).loc[order]


def flips_at(row: pd.Series, value: float) -> float | None:
    """Give about what value of a parameter a program comes out even at, on the lines between the three runs.

    Parameters
    ----------
    row
        Of `one_way`.
    value
        The parameter's value.

    Returns
    -------
    The value nearest to the parameter's own; None if the gain has one sign throughout, or the parameter no values
    """
    ends = [(row["low"], row["gain_low"]), (row["high"], row["gain_high"])]
    crossings = [
        value + (end - value) * row["gain"] / (row["gain"] - gain)
        for end, gain in ends
        if np.isfinite(end) and row["gain"] * gain < 0.0
    ]
    return min(crossings, key=lambda at: abs(at - value)) if crossings else None


def label(comparison: Comparison, name: str) -> str:
    """Give the words for a parameter, or for a table of draws that moves as one."""
    parameters = comparison.parameters
    if name in parameters.blocks:
        return t(
            "Fitted to the trial, all {count} parameters together",
            count=grouped(len(parameters.blocks[name].columns)),
        )
    return parameters[name].label


def assumed(comparison: Comparison, name: str) -> bool:
    """Tell whether a parameter, or its spread, is an assumption."""
    return name not in comparison.parameters.blocks and comparison.parameters[name].judged


def changes(comparison: Comparison, found: pd.DataFrame) -> Table | None:
    """Give every parameter that by itself changes a side's choice; None if no one does."""
    names = {one.name: one.label for one in PERSPECTIVES}
    rows = []
    for side, title in names.items():
        there = found[(found["perspective"] == side) & found["changes"]]
        for position, name in enumerate(there["parameter"].unique()):
            row = there[there["parameter"] == name].iloc[0]
            chosen = t("now: {choice}", choice=words.spoken(comparison.label(str(row["best"]))))
            first = Cell("") if position else Cell(translated(title), chosen)
            rows.append((first, *_changing(comparison, there, row)))
    if not rows:
        return None
    return Table(
        t("Every parameter that by itself changes what is best for a side, within its central 95%."),
        (
            t("Side"),
            t("Parameter"),
            t("Grade"),
            t("From and to"),
            t("Best at the low end"),
            t("Best at the high end"),
            t("Turns at about"),
        ),
        tuple(rows),
        words=4,
        notes=(
            t(
                "It turns where a program comes out even with {usual}, on straight lines between the value and the "
                "ends: known more exactly, the parameter would decide the choice. A table of draws has no such value.",
                usual=words.spoken(comparison.label(comparison.comparator)),
            ),
        ),
    )


def _changing(comparison: Comparison, there: pd.DataFrame, row: pd.Series) -> Iterator[Cell]:
    name = str(row["parameter"])
    yield Cell(label(comparison, name), name)
    yield grade_cell(comparison, name)
    yield _range(comparison, row)
    for best in ("best_low", "best_high"):
        yield name_cell(comparison, str(row[best]))
    found = _turn(comparison, there[there["parameter"] == name])
    yield DASH if found is None else Cell(found)


def _turn(comparison: Comparison, rows: pd.DataFrame) -> str | None:
    """Write the value nearest to a parameter's own at which a program that would be chosen comes out even."""
    name = str(rows["parameter"].iloc[0])
    if name in comparison.parameters.blocks:
        return None
    value = float(np.mean(comparison.parameters[name].value))
    chosen = {best for key in ("best", "best_low", "best_high") for best in rows[key]}
    at = [flips_at(row, value) for _, row in rows[rows["strategy"].isin(chosen)].iterrows()]
    crossings = [one for one in at if one is not None]
    return exact(min(crossings, key=lambda one: abs(one - value)), 3) if crossings else None


def grade_cell(comparison: Comparison, name: str) -> Cell:
    """Give a parameter's grade; an assumption stands out."""
    if name in comparison.parameters.blocks:
        return Cell(translated("calibrated"))
    entry = comparison.parameters[name]
    spread = t("spread: {grade}", grade=translated(entry.spread)) if entry.spread is not None else ""
    return Cell(translated(entry.grade), spread, tone="assumed" if entry.judged else "")


def _range(comparison: Comparison, row: pd.Series) -> Cell:
    """Give the two ends between which a parameter goes, with its unit."""
    if not np.isfinite(row["low"]):
        return DASH
    ends = t("{low} to {high}", low=exact(row["low"], 3), high=exact(row["high"], 3))
    return Cell(ends, translated(comparison.parameters[str(row["parameter"])].unit))


def _sentences(comparison: Comparison, found: pd.DataFrame, nearest: str) -> Iterator[str]:
    society = found[found["perspective"] == SOCIETY]
    count = grouped(society["parameter"].nunique())
    changing = society[society["changes"]]
    names = list(changing["parameter"].unique())
    if not names:
        yield t(
            "None of the {count} parameters changes by itself, within its central 95%, which choice is best for "
            "society over 12 months.",
            count=count,
        )
    else:
        listed = words.joined([t("“{name}”", name=label(comparison, name)) for name in names])
        yield (
            t(
                "Of {count} parameters one changes by itself, within its central 95%, which choice is best for society "
                "over 12 months: {names}.",
                count=count,
                names=listed,
            )
            if len(names) == 1
            else t(
                "Of {count} parameters {changing} change by themselves, within their central 95%, which choice is best "
                "for society over 12 months: {names}.",
                count=count,
                changing=grouped(len(names)),
                names=listed,
            )
        )
    first = greatest(found, nearest).iloc[0]
    yield t(
        "Nearest to being worth its cost is {program}. What moves its gain most is “{parameter}”: from {low} to {high} "
        "per person.",
        program=words.spoken(comparison.label(nearest)),
        parameter=label(comparison, str(first["parameter"])),
        low=kroner(min(first["gain_low"], first["gain_high"]), first["error"]),
        high=kroner(max(first["gain_low"], first["gain_high"]), first["error"]),
    )


def _swings(comparison: Comparison, rows: pd.DataFrame, nearest: str) -> Table:
    """Give the numbers of the figure."""
    return Table(
        t(
            "{program}: society's gain in NOK per person, 12 months, at the ends of the parameters that move it most.",
            program=comparison.label(nearest),
        ),
        (
            t("Parameter"),
            t("Grade"),
            t("From and to"),
            t("Gain at the low end"),
            t("Gain at the high end"),
            t("Swing"),
        ),
        tuple(
            (
                Cell(label(comparison, name), name),
                grade_cell(comparison, name),
                _range(comparison, row),
                Cell(number(row["gain_low"], row["error"])),
                Cell(number(row["gain_high"], row["error"])),
                Cell(number(row["swing"], row["error"]), plus_minus(row["error"])),
            )
            for name, row in zip(rows["parameter"].tolist(), (row for _, row in rows.iterrows()), strict=True)
        ),
        words=3,
    )


def _figure(comparison: Comparison, rows: pd.DataFrame, nearest: str, paint: Paint) -> Figure:
    program, usual = comparison.label(nearest), words.spoken(comparison.label(comparison.comparator))
    alternative = words.joined(
        [
            t(
                "{parameter}: {low} and {high}",
                parameter=label(comparison, str(row["parameter"])),
                low=kroner(row["gain_low"], row["error"]),
                high=kroner(row["gain_high"], row["error"]),
            )
            for _, row in rows.iterrows()
        ],
        "; ",
        "; ",
    )
    return Figure(
        t(
            "Society's gain from {program} over {usual}, 12 months, at the two ends of each parameter: the {count} "
            "greatest swings. The thin line is the gain with all at their values; right of the broken line the program "
            "is worth its cost",
            program=words.spoken(program),
            usual=usual,
            count=grouped(len(rows)),
        ),
        alternative,
        draw(comparison, rows, nearest, paint=paint),
    )


def draw(comparison: Comparison, rows: pd.DataFrame, program: str, *, paint: Paint = inline_svg) -> Drawing:
    """Draw the gain at the two ends of each parameter, the greatest swing first, its name above its bar.

    Parameters
    ----------
    comparison
        For labels, grades and the program's colour.
    rows
        As `greatest` gives them.
    program
        Whose they are.
    paint
        What the figure becomes.
    """
    texts = [_in_lines(comparison, str(name)) for name in rows.index]
    deep = [LINE_HEIGHT * (text.count("\n") + 1) for text in texts]
    height = HEAD + sum(deep) + BAR * len(rows) + FOOT
    ends = {"gain_low": STRATEGY_INKS[0], "gain_high": ink(comparison, program)}
    with canvas("tornado", height=height) as (figure, axes):
        figure.subplots_adjust(left=0.02, right=0.98, top=1.0 - HEAD / height, bottom=FOOT / height)
        middle, top = float(rows["gain"].iloc[0]), 0.0
        for text, room, (_, row) in zip(texts, deep, rows.iterrows(), strict=True):
            axes.text(0.0, top, text, transform=axes.get_yaxis_transform(), va="top", fontsize=9)
            bar, top = top - room - BAR / 2.0 + SPACE / 2.0, top - room - BAR
            for end, colour in ends.items():
                axes.barh(bar, row[end] - middle, left=middle, color=colour, height=BAR - SPACE, linewidth=0)
            reach = [bar - BAR / 2.0, bar + (BAR - SPACE) / 2.0]  # not into the name above
            axes.plot([middle] * 2, reach, color=INK, linewidth=0.8)
            axes.plot([0.0] * 2, reach, color=INK, linewidth=1.2, linestyle=(0, (2, 1.5)))
        low, high = axes.get_xlim()
        axes.set_xlim(min(low, -0.04 * (high - low)), max(high, 0.04 * (high - low)))
        axes.set_ylim(top, 0.0)
        axes.set_yticks([])
        axes.grid(visible=False)
        axes.spines["left"].set_visible(False)
        axes.set_xlabel(t("Society's gain, NOK per person, 12 months"))
        thousands(axes.xaxis)
        for text, colour, side in (
            (t("■ parameter at its low end (2.5%)"), STRATEGY_INKS[0], 0.02),
            (t("■ at its high end (97.5%)"), ink(comparison, program), 0.55),
        ):
            figure.text(side, 1.0 - 0.05 / height, text, color=colour, fontweight="bold", fontsize=9.5, va="top")
        return paint(figure)


def _in_lines(comparison: Comparison, name: str) -> str:
    """Give what stands above a bar, and that the parameter is assumed where it is."""
    said = label(comparison, name)
    if assumed(comparison, name):
        whole = comparison.parameters[name].grade == "assumption"
        said = (
            t("{parameter} (assumed)", parameter=said) if whole else t("{parameter} (spread assumed)", parameter=said)
        )
    return "\n".join(textwrap.wrap(said, LETTERS))

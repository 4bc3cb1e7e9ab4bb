"""Cells and tables as the template places them, and the cells that many tables share."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from hecon.evaluation import results
from hecon.report.language import mark, t, translated
from hecon.report.numbers import chance, exact, interval, number, plus_minus

if TYPE_CHECKING:
    import pandas as pd

    from hecon.evaluation.comparison import Comparison

LENGTHS = {
    2: mark("two years"),
    3: mark("three years"),
    4: mark("four years"),
    5: mark("five years"),
    10: mark("ten years"),
}


@dataclass(frozen=True)
class Cell:
    """One cell: its text, what stands small under it, and a strategy whose colour marks it."""

    text: str
    detail: str = ""
    strategy: str = ""
    tone: str = ""


@dataclass(frozen=True)
class Table:
    """A table: a caption, headers, rows whose first `words` columns are text, and notes."""

    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    words: int = 1
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Figure:
    """A figure: its caption, what a reader who cannot see it is told, and the drawing."""

    caption: str
    alt: str
    svg: str | bytes


@dataclass(frozen=True)
class Section:
    """What a part of the report says: sentences, what a reader must be warned of, a figure, and tables.

    The first tables, as many as `open`, stand on the page; the others open when they are asked for.
    """

    sentences: tuple[str, ...]
    warnings: tuple[str, ...] = ()
    figure: Figure | None = None
    tables: tuple[Table, ...] = ()
    open: int = 1
    notes: tuple[str, ...] = ()


def years(comparison: Comparison) -> str:
    """Give the long horizon in words."""
    length = comparison.record["weeks"] / 52
    return translated(LENGTHS[length]) if length in LENGTHS else t("{length} years", length=exact(length, 3))


def span(comparison: Comparison, horizon: str) -> str:
    """Give a horizon in words."""
    said = translated(horizon)
    return said if horizon == results.YEAR_1 else t("{years}, {horizon}", years=years(comparison), horizon=said)


def rows_of(costs: pd.DataFrame, horizon: str, perspective: str) -> pd.DataFrame:
    """Give the rows of one horizon and perspective, by strategy."""
    return costs[(costs["horizon"] == horizon) & (costs["perspective"] == perspective)].set_index("strategy")


def name_cell(comparison: Comparison, strategy: str) -> Cell:
    """Give the cell that names a strategy, with its colour."""
    return Cell(comparison.label(strategy), strategy=strategy)


def gain_cell(row: pd.Series) -> Cell:
    """Give a gain from a row of costs, the signs turned."""
    turned = {"gain": -row["increment"], "gain_error": row["error"], "gain_low": -row["high"], "gain_high": -row["low"]}
    return amount_cell(turned, "gain")


def amount_cell(row: pd.Series | dict[str, float], name: str) -> Cell:
    """Give a mean with its interval and Monte Carlo error, marked where the interval spans zero."""
    value, error, low, high = (row[name + part] for part in ("", "_error", "_low", "_high"))
    tone = "unsure" if low < 0.0 < high else ""
    return Cell(
        number(value, error), " | ".join(filter(None, [interval(low, high, error), plus_minus(error)])), tone=tone
    )


def best(cell: Cell, probability: float, draws: int) -> Cell:
    """Give a cell with the chance of being the best beneath what stands there."""
    odds = t("best: {chance}", chance=chance(probability, draws))
    return replace(cell, detail=" | ".join(filter(None, [cell.detail, odds])))

"""Cells and tables as the template places them, and the cells that many tables share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hecon.evaluation import results
from hecon.report.numbers import interval, number, plus_minus

if TYPE_CHECKING:
    import pandas as pd

    from hecon.evaluation.comparison import Comparison


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


def years(comparison: Comparison) -> str:
    """Give the long horizon in words."""
    length = comparison.record["weeks"] / 52
    names = {2: "two", 3: "three", 4: "four", 5: "five", 10: "ten"}
    return f"{names.get(length, f'{length:.3g}')} years"


def span(comparison: Comparison, horizon: str) -> str:
    """Give a horizon in words."""
    return horizon if horizon == results.YEAR_1 else f"{years(comparison)}, {horizon}"


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

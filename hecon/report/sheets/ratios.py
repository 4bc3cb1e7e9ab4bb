"""What a day avoided costs, by formula: against the comparator, and along the frontier."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hecon.evaluation.frontier import icer_table
from hecon.evaluation.pairs import paired
from hecon.evaluation.results import ratio_error
from hecon.report.language import t
from hecon.report.numbers import NEGLIGIBLE, rounded
from hecon.report.sheets import costs, draws
from hecon.report.sheets.book import CLOSE, KRONER, Book, cell, span
from hecon.report.words import spoken

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

SIDE = 7
"""The first column right of the table, as on the rest of the sheet."""
USUAL, USUAL_ERROR, STEP, STEP_ERROR, BEFORE, RUN = range(SIDE + 1, SIDE + 7)
"""Columns of what stands in full: both ratios with their errors, the place of the one before, and the run's ratio."""
QUIET = "#7b8794"


def write(book: Book, top: int) -> int:
    """Write the table under its head at a row; give the next free row."""
    comparison, page, values = book.comparison, book.sheets["results"], book.places
    names = comparison.strategies
    heads = [
        t("Cost of a day avoided"),
        t("Mean cost, NOK"),
        t("Mean days avoided"),
        t("NOK per day, against {usual}", usual=spoken(comparison.label(comparison.comparator))),
        t("NOK per day, along the frontier"),
    ]
    book.header("results", top, heads, height=62)
    cost = np.array([values[f"values {costs.PROGRAM} {name}"].mean() for name in names])
    avoided = np.array([values[f"values {costs.AVOIDED} {name}"].mean() for name in names])
    base = top + 1
    for position, name in enumerate(names):
        at = base + position
        page.write(at, 0, comparison.label(name), book.style())
        mean = book.style(num_format=KRONER)
        book.formula("results", cell(at, 1), f"AVERAGE({costs.of(book, costs.PROGRAM, name)})", cost[position], mean)
        tenth = book.style(num_format="#,##0.0")
        average = f"AVERAGE({costs.of(book, costs.AVOIDED, name)})"
        book.formula("results", cell(at, 2), average, avoided[position], tenth)
    # A copy on its side, so that every pair of strategies can be asked at once.
    quiet = book.style(num_format="#,##0.0", font_color=QUIET)
    for position in range(len(names)):
        for part, drawn in ((1, cost), (2, avoided)):
            turned = cell(base + part - 1, SIDE + 1 + position)
            book.formula("results", turned, cell(base + position, part), drawn[position], quiet)
    for line, text in enumerate((t("Cost, on its side"), t("Days, on its side"), t("On the frontier: 1"))):
        page.write(base + line, SIDE, text, book.style(font_color=QUIET))
    on = _frontier(book, base, len(names))
    full = base + max(len(names), 3) + 1
    book.header(
        "results",
        full,
        [
            t("Cost of a day avoided, in full"),
            heads[3],
            t("Error"),
            heads[4],
            t("Error"),
            t("Place of the one before"),
            t("As run"),
        ],
        column=SIDE,
        height=62,
        words={SIDE},
    )
    for position in range(len(names)):
        _against_usual(book, base, full + 1, position, (cost, avoided))
        _along_frontier(book, base, full + 1, position, (cost, avoided), on)
    _check(book, full + 1, len(names))
    return full + len(names) + 4


def _frontier(book: Book, base: int, count: int) -> list[bool]:
    """Write which strategies no other, and no mixture of two, beats at both cost and days."""
    table = {row["strategy"]: row["status"] for row in _icers(book).to_dict("records")}
    on = [table[name] == "frontier" for name in book.comparison.strategies]
    down = {part: span(base, part, base + count - 1, part) for part in (1, 2)}
    across = {part: span(base + part - 1, SIDE + 1, base + part - 1, SIDE + count) for part in (1, 2)}
    for position, flag in enumerate(on):
        c, e = cell(base + position, 1), cell(base + position, 2)
        beaten = f"SUMPRODUCT(({down[1]}<={c})*({down[2]}>={e})*((({down[1]}<{c})+({down[2]}>{e}))>0))"
        mixed = (
            f"SUMPRODUCT(({down[2]}<{e})*({across[2]}>{e})*({c}*({across[2]}-{down[2]})>"
            f"{down[1]}*({across[2]}-{down[2]})+({across[1]}-{down[1]})*({e}-{down[2]})))"
        )
        book.formula(
            "results",
            cell(base + 2, SIDE + 1 + position),
            f"IF({beaten}+{mixed}>0,0,1)",
            int(flag),
            book.style(font_color=QUIET),
        )
    return on


def _against_usual(book: Book, base: int, full: int, position: int, means: tuple[Floats, Floats]) -> None:
    """Write a strategy's cost per day against the comparator, or in words why it has none."""
    names, name = book.comparison.strategies, book.comparison.strategies[position]
    usual = names.index(book.comparison.comparator)
    book.sheets["results"].write(full + position, SIDE, book.comparison.label(name), book.style(font_color=QUIET))
    if position == usual:
        look = book.style(num_format=KRONER, align="right")
        book.sheets["results"].write(base + position, 3, t("compared with"), look)
        return
    c, e = cell(base + position, 1), cell(base + position, 2)
    more, fewer = f"({c}-{cell(base + usual, 1, fixed=True)})", f"({e}-{cell(base + usual, 2, fixed=True)})"
    worse, saves, less = t("avoids no days"), t("saves money too"), t("saves, more days")
    extra, days = (mean[position] - mean[usual] for mean in means)
    said: object = extra / days if extra > 0 and days > 0 else worse if extra > 0 else saves if days > 0 else less
    formula = f'IF({more}>0,IF({fewer}>0,{more}/{fewer},"{worse}"),IF({fewer}>0,"{saves}","{less}"))'
    spread = (costs.of(book, costs.EXTRA, name), costs.of(book, costs.AVOIDED, name))
    drawn = tuple(book.places[f"values {key} {name}"] for key in (costs.EXTRA, costs.AVOIDED))
    _ratio(book, (base + position, 3), (full + position, USUAL), (formula, said), spread, drawn)


def _along_frontier(
    book: Book, base: int, full: int, position: int, means: tuple[Floats, Floats], on: list[bool]
) -> None:
    """Write a strategy's cost per day against the one before it on the frontier, or in words why it has none."""
    names, (cost, avoided) = book.comparison.strategies, means
    c, e = cell(base + position, 1), cell(base + position, 2)
    flags = span(base + 2, SIDE + 1, base + 2, SIDE + len(names))
    across = [span(base + part, SIDE + 1, base + part, SIDE + len(names)) for part in (0, 1)]
    flag = cell(base + 2, SIDE + 1 + position, fixed=True)
    # Along the frontier more days cost more, so the one before is the costliest of those with fewer days.
    below = f"{flags}*({across[1]}<{e})"
    before = f"SUMPRODUCT(MAX({below}*{across[0]}))"
    days_before = f"INDEX({across[1]},MATCH({before},{across[0]},0))"
    off, start = t("dominated"), t("where it starts")
    formula = f'IF({flag}=0,"{off}",IF(SUMPRODUCT({below})=0,"{start}",({c}-{before})/({e}-{days_before})))'
    earlier = [i for i in range(len(names)) if on[i] and avoided[i] < avoided[position]]
    nearest = max(earlier, key=lambda i: cost[i], default=None) if on[position] else None
    result: object = start if on[position] else off
    place = cell(full + position, BEFORE)
    ratio = cell(full + position, STEP)
    book.formula(
        "results",
        place,
        f"IF(ISNUMBER({ratio}),MATCH({before},{across[0]},0),0)",
        0 if nearest is None else nearest + 1,
        book.style(font_color=QUIET),
    )
    own = names[position]
    spread = tuple(
        f"({costs.of(book, key, own)}-("
        + "+".join(f"({place}={i})*{costs.of(book, key, name)}" for i, name in enumerate(names, start=1))
        + "))"
        for key in (costs.PROGRAM, costs.AVOIDED)
    )
    drawn = None
    if nearest is not None:
        result = (cost[position] - cost[nearest]) / (avoided[position] - avoided[nearest])
        drawn = tuple(
            book.places[f"values {key} {own}"] - book.places[f"values {key} {names[nearest]}"]
            for key in (costs.PROGRAM, costs.AVOIDED)
        )
    _ratio(book, (base + position, 4), (full + position, STEP), (formula, result), spread, drawn)


def _ratio(
    book: Book,
    shown: tuple[int, int],
    full: tuple[int, int],
    formula: tuple[str, object],
    spread: tuple[str, ...],
    drawn: tuple[Floats, ...] | None,
) -> None:
    """Write a ratio in full with its Monte Carlo error (delta method), and rounded to what that error supports."""
    says, result = formula
    exact = book.style(num_format="#,##0.00", font_color="#52606d", align="right")
    ratio, error = cell(*full), cell(full[0], full[1] + 1)
    book.formula("results", ratio, says, result, exact)
    off = ratio_error(*drawn) if isinstance(result, float) and drawn is not None else 0.0
    spent, days = spread
    book.array(
        "results",
        error,
        f"IF(ISNUMBER({ratio}),STDEV({spent}-N({ratio})*{days})/SQRT({book.comparison.draws})/ABS(AVERAGE({days})),0)",
        off,
        exact,
    )
    book.formula(
        "results",
        cell(*shown),
        f"IF({error}>{NEGLIGIBLE},ROUND({ratio},-INT(LOG10({error}))),{ratio})",
        rounded(float(result), off) if isinstance(result, float) and off > NEGLIGIBLE else result,
        book.style(num_format=KRONER, align="right"),
    )


def _check(book: Book, full: int, count: int) -> None:
    """Check the ratios along the frontier against hecon's own."""
    table = _icers(book).set_index("strategy")
    page = book.sheets["results"]
    look = book.style(num_format="#,##0.00", font_color="#52606d", align="right")
    for position, name in enumerate(book.comparison.strategies):
        ratio = float(table.loc[name, "icer"])
        page.write(full + position, RUN, ratio if np.isfinite(ratio) else "–", look)
    page.write(full + count, BEFORE, t("As the run has it"), book.style(align="right"))
    same = "AND(" + ",".join(_equal(cell(full + i, STEP), cell(full + i, RUN)) for i in range(count)) + ")"
    book.check(t("The frontier and its ratios are the run's"), "results", cell(full + count, RUN), same)


def _equal(mine: str, run: str) -> str:
    """Give the test that a cell is another, or that both are words."""
    return f"IF(ISNUMBER({mine}),IF(ISNUMBER({run}),ABS({mine}-{run})<={CLOSE}*ABS({run}),FALSE),NOT(ISNUMBER({run})))"


def _icers(book: Book) -> pd.DataFrame:
    """Give hecon's own table of ratios."""
    return icer_table(*paired(draws.shown(book), "days", comparator=book.comparison.comparator))

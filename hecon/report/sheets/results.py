"""The sheet of results: expected values, intervals and chances, by formula from the draws."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hecon.evaluation import results
from hecon.evaluation.cea import incremental, net_monetary_benefit
from hecon.evaluation.frontier import icer_table
from hecon.evaluation.pairs import paired
from hecon.model.ledger import PERSPECTIVES
from hecon.model.ledger import costs as ledger_costs
from hecon.report.language import t, translated
from hecon.report.numbers import NEGLIGIBLE, TAIL, rounded
from hecon.report.sheets import costs, draws, inputs
from hecon.report.sheets.book import CLOSE, GOOD, KRONER, Book, cell, span
from hecon.report.sheets.labels import PERSPECTIVE_LABELS
from hecon.report.words import spoken

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

WIDTH = 14
AS_THEY_STAND = (costs.EXTRA, costs.AVOIDED, costs.BENEFIT)
"""What the draws hold as differences already; a perspective's gain is the comparator's cost less a strategy's own."""
EXACT = 7
"""The first column of what stands unrounded, right of the rounded table."""


def write(book: Book) -> None:
    """Write the sheet."""
    page = book.sheets["results"]
    row = book.titled(
        "results",
        t(
            "Results: 12 months, per person, against {usual}",
            usual=spoken(book.comparison.label(book.comparison.comparator)),
        ),
        [
            t(
                "Everything here follows Inputs. Left: rounded to the digits that the Monte Carlo error supports. "
                "Right: in full, with that error, and what the run gave before any change. Positive is a gain. An "
                "interval holds 95% of the draws."
            ),
            t("Longer horizons, subgroups and scenarios are in the report: they take other runs, not other prices."),
        ],
        width=WIDTH - 1,
        letters=190,
    )
    page.set_column(0, 0, 44)
    page.set_column(1, 5, 19)
    page.set_column(6, 6, 3)
    page.set_column(EXACT, WIDTH, 15)
    book.places["asked"] = _asked(book)
    row = _days(book, row)
    for perspective in PERSPECTIVES:
        row = _gains(book, row, perspective.name)
    book.printed("results", frozen=(1, 1))


def _asked(book: Book) -> dict[str, xr.DataArray]:
    """Give what hecon itself makes of the draws: [draw, strategy] by table."""
    run, usual = draws.shown(book), book.comparison.comparator
    spent, avoided = paired(run, "days", comparator=usual)
    money = results.per_person(run)["money"].sel(year=1, drop=True)
    gains = -incremental(ledger_costs(money), usual)
    return {
        costs.EXTRA: incremental(spent, usual),
        costs.AVOIDED: avoided,
        costs.BENEFIT: incremental(net_monetary_benefit(spent, avoided, book.inputs[inputs.WTP].value), usual),
        **{one.name: gains.sel(perspective=one.name, drop=True) for one in PERSPECTIVES},
    }


def _days(book: Book, row: int) -> int:
    """Write program costs against days avoided: the only cost that is divided by days. Give the next free row."""
    comparison, usual = book.comparison, book.comparison.comparator
    names, values = comparison.strategies, book.places
    _title(book, row, t("What a day avoided costs: program, health care and participants, without production"))
    rows = _table(book, row + 1, t("Extra program cost, NOK"), costs.EXTRA)
    book.places["extra cost rows"] = rows
    _table(book, row + 4 + len(names), t("Days avoided"), costs.AVOIDED)
    rows_benefit = _table(
        book, row + 7 + 2 * len(names), t("Net benefit at the willingness to pay, NOK"), costs.BENEFIT
    )
    book.places["benefit rows"] = rows_benefit
    top = row + 10 + 3 * len(names)
    page = book.sheets["results"]
    heads = [
        t("Cost of a day avoided"),
        t("Mean cost, NOK"),
        t("Mean days avoided"),
        t("NOK per day, against {usual}", usual=spoken(comparison.label(usual))),
        t("NOK per day, along the frontier"),
    ]
    book.header("results", top, heads, height=62)
    cost = np.array([values[f"values {costs.PROGRAM} {name}"].mean() for name in names])
    avoided = np.array([values[f"values {costs.AVOIDED} {name}"].mean() for name in names])
    base = top + 1
    end = base + len(names) - 1
    for position, name in enumerate(names):
        at = base + position
        page.write(at, 0, comparison.label(name), book.style())
        mean = book.style(num_format=KRONER)
        book.formula("results", cell(at, 1), f"AVERAGE({costs.of(book, costs.PROGRAM, name)})", cost[position], mean)
        tenth = book.style(num_format="#,##0.0")
        average = f"AVERAGE({costs.of(book, costs.AVOIDED, name)})"
        book.formula("results", cell(at, 2), average, avoided[position], tenth)
    # A copy on its side, so that every pair of strategies can be asked at once.
    for position in range(len(names)):
        for part, drawn in ((1, cost), (2, avoided)):
            book.formula(
                "results",
                cell(base + part - 1, EXACT + 1 + position),
                cell(base + position, part),
                drawn[position],
                book.style(num_format="#,##0.0", font_color="#7b8794"),
            )
    page.write(base, EXACT, t("Cost, on its side"), book.style(font_color="#7b8794"))
    page.write(base + 1, EXACT, t("Days, on its side"), book.style(font_color="#7b8794"))
    page.write(base + 2, EXACT, t("On the frontier: 1"), book.style(font_color="#7b8794"))
    on = _frontier(book, base, len(names))
    for position in range(len(names)):
        _ratios(book, base, position, cost, avoided, on)
    _check_frontier(book, base, end)
    return end + 3


def _frontier(book: Book, base: int, count: int) -> list[bool]:
    """Write which strategies no other, and no mixture of two, beats at both cost and days."""
    table = {row["strategy"]: row["status"] for row in _icers(book).to_dict("records")}
    on = [table[name] == "frontier" for name in book.comparison.strategies]
    down = {part: span(base, part, base + count - 1, part) for part in (1, 2)}
    across = {part: span(base + part - 1, EXACT + 1, base + part - 1, EXACT + count) for part in (1, 2)}
    for position, flag in enumerate(on):
        c, e = cell(base + position, 1), cell(base + position, 2)
        beaten = f"SUMPRODUCT(({down[1]}<={c})*({down[2]}>={e})*((({down[1]}<{c})+({down[2]}>{e}))>0))"
        mixed = (
            f"SUMPRODUCT(({down[2]}<{e})*({across[2]}>{e})*({c}*({across[2]}-{down[2]})>"
            f"{down[1]}*({across[2]}-{down[2]})+({across[1]}-{down[1]})*({e}-{down[2]})))"
        )
        book.formula(
            "results",
            cell(base + 2, EXACT + 1 + position),
            f"IF({beaten}+{mixed}>0,0,1)",
            int(flag),
            book.style(font_color="#7b8794"),
        )
    return on


def _ratios(book: Book, base: int, position: int, cost: Floats, avoided: Floats, on: list[bool]) -> None:
    """Write a strategy's cost per day, or in words why it has none."""
    names = book.comparison.strategies
    usual = names.index(book.comparison.comparator)
    c, e = cell(base + position, 1), cell(base + position, 2)
    more, fewer = f"({c}-{cell(base + usual, 1, fixed=True)})", f"({e}-{cell(base + usual, 2, fixed=True)})"
    worse, saves, less = t("avoids no days"), t("saves money too"), t("saves, more days")
    extra, days = cost[position] - cost[usual], avoided[position] - avoided[usual]
    look = book.style(num_format=KRONER, align="right")
    if position == usual:
        book.sheets["results"].write(base + position, 3, t("compared with"), look)
    else:
        said: object = extra / days if extra > 0 and days > 0 else worse if extra > 0 else saves if days > 0 else less
        formula = f'IF({more}>0,IF({fewer}>0,{more}/{fewer},"{worse}"),IF({fewer}>0,"{saves}","{less}"))'
        book.formula("results", cell(base + position, 3), formula, said, look)
    flags = span(base + 2, EXACT + 1, base + 2, EXACT + len(names))
    across = [span(base + part, EXACT + 1, base + part, EXACT + len(names)) for part in (0, 1)]
    flag = cell(base + 2, EXACT + 1 + position, fixed=True)
    # Along the frontier more days cost more, so the one before is the costliest of those with fewer days.
    below = f"{flags}*({across[1]}<{e})"
    before = f"SUMPRODUCT(MAX({below}*{across[0]}))"
    days_before = f"INDEX({across[1]},MATCH({before},{across[0]},0))"
    off, start = t("dominated"), t("where it starts")
    formula = f'IF({flag}=0,"{off}",IF(SUMPRODUCT({below})=0,"{start}",({c}-{before})/({e}-{days_before})))'
    earlier = [i for i in range(len(names)) if on[i] and avoided[i] < avoided[position]]
    result: object = off
    if on[position]:
        nearest = max(earlier, key=lambda i: cost[i], default=None)
        result = start
        if nearest is not None:
            result = (cost[position] - cost[nearest]) / (avoided[position] - avoided[nearest])
    book.formula("results", cell(base + position, 4), formula, result, look)


def _check_frontier(book: Book, base: int, end: int) -> None:
    """Check the ratios along the frontier against hecon's own."""
    table = _icers(book).set_index("strategy")
    page = book.sheets["results"]
    page.write(base - 1, 5, t("As run"), book.style(bold=True, align="right"))
    for position, name in enumerate(book.comparison.strategies):
        ratio = float(table.loc[name, "icer"])
        page.write(
            base + position, 5, ratio if np.isfinite(ratio) else "–", book.style(num_format=KRONER, align="right")
        )
    book.sheets["results"].write(end + 1, 4, t("As the run has it"), book.style(align="right"))
    same = "AND(" + ",".join(_equal(cell(base + i, 4), cell(base + i, 5)) for i in range(end - base + 1)) + ")"
    book.check(t("The frontier and its ratios are the run's"), "results", cell(end + 1, 5), same)


def _equal(mine: str, run: str) -> str:
    """Give the test that a cell is another, or that both are words."""
    return f"IF(ISNUMBER({mine}),IF(ISNUMBER({run}),ABS({mine}-{run})<={CLOSE}*ABS({run}),FALSE),NOT(ISNUMBER({run})))"


def _icers(book: Book) -> pd.DataFrame:
    """Give hecon's own table of ratios."""
    return icer_table(*paired(draws.shown(book), "days", comparator=book.comparison.comparator))


def _gains(book: Book, row: int, perspective: str) -> int:
    """Write what each strategy gains a perspective; give the next free row."""
    _title(book, row, t("{who}: gain in money", who=translated(PERSPECTIVE_LABELS[perspective])))
    rows = _table(book, row + 1, t("Gain, NOK"), perspective)
    book.places[f"gain rows {perspective}"] = rows
    return rows[1] + 3


def _title(book: Book, row: int, text: str) -> None:
    book.sheets["results"].write(row, 0, text, book.style(bold=True, font_size=12, font_color=GOOD))
    book.sheets["results"].set_row(row, 20)


def _table(book: Book, row: int, what: str, key: str) -> tuple[int, int]:
    """Write expected values, intervals, errors and chances of being best; give the first and last row of numbers."""
    comparison, page = book.comparison, book.sheets["results"]
    usual, asked = comparison.comparator, book.places["asked"]
    best = f"cost {key} best" in book.places
    heads = [what, t("Expected"), t("95% interval from"), t("to"), t("Monte Carlo error"), t("Best in") if best else ""]
    book.header("results", row, heads)
    book.header(
        "results",
        row,
        [t("Expected, in full"), t("From"), t("To"), t("Error"), t("As run"), t("Change since the run")],
        column=EXACT,
    )
    first = row + 1
    for position, name in enumerate(comparison.strategies):
        at = first + position
        page.write(at, 0, comparison.label(name), book.style())
        own, other = costs.of(book, key, name), costs.of(book, key, usual)
        drawn, before = book.places[f"values {key} {name}"], book.places[f"values {key} {usual}"]
        each, drawn = (own, drawn) if key in AS_THEY_STAND else (f"({other}-{own})", before - drawn)
        run = float(asked[key].sel(strategy=name).mean())
        numbers = _numbers(book, at, each, drawn, run, days=key == costs.AVOIDED)
        if name == usual:
            for column in (1, 2, 3, 4):
                page.write(at, column, "–", book.style(align="right"))
        else:
            _rounded(book, at, numbers, days=key == costs.AVOIDED)
        if best:
            place = book.places[f"values {key} best"]
            rows = book.places["cost rows"]
            at_best = book.places[f"cost {key} best"]
            range_best = book.at("costs", span(rows[0], at_best, rows[1], at_best))
            share = float(np.mean(place == position + 1))
            style = book.style(num_format="0%", align="right")
            book.formula("results", cell(at, 5), f"COUNTIF({range_best},{position + 1})/{len(place)}", share, style)
    last = first + len(comparison.strategies) - 1
    place = span(first, EXACT + 5, last, EXACT + 5)
    full = span(first, EXACT + 4, last, EXACT + 4)
    page.write(last + 1, EXACT + 4, t("As the run has it"), book.style(align="right"))
    book.check(
        t("{what}: expected values are the run's", what=_said(what, key)),
        "results",
        cell(last + 1, EXACT + 5),
        f"SUMPRODUCT(--(ABS({place})>{CLOSE}*(1+ABS({full}))))=0",
    )
    return first, last


def _said(what: str, key: str) -> str:
    """Name a table, with whose it is."""
    if key in PERSPECTIVE_LABELS:
        return t("{who}: gain in money", who=translated(PERSPECTIVE_LABELS[key]))
    return what


def _numbers(book: Book, row: int, each: str, drawn: Floats, run: float, *, days: bool) -> dict[str, float]:
    """Write what stands in full, right of the table."""
    exact = book.style(num_format="#,##0.000" if days else "#,##0.00", font_color="#52606d")
    found = {
        "mean": float(drawn.mean()),
        "low": float(np.quantile(drawn, 0.025)),
        "high": float(np.quantile(drawn, 0.975)),
        "error": float(drawn.std(ddof=1) / np.sqrt(drawn.size)),
    }
    formulas = {
        "mean": f"AVERAGE({each})",
        "low": f"PERCENTILE({each},0.025)",
        "high": f"PERCENTILE({each},0.975)",
        "error": f"STDEV({each})/SQRT({drawn.size})",
    }
    for column, (name, value) in enumerate(found.items(), start=EXACT):
        book.array("results", cell(row, column), formulas[name], value, exact)
    book.sheets["results"].write_number(row, EXACT + 4, run, exact)
    mean, before = cell(row, EXACT), cell(row, EXACT + 4)
    book.formula("results", cell(row, EXACT + 5), f"{mean}-{before}", found["mean"] - run, exact)
    return found


def _rounded(book: Book, row: int, numbers: dict[str, float], *, days: bool) -> None:
    """Write the table proper: no more digits than the Monte Carlo error supports."""
    error = cell(row, EXACT + 3)
    look = book.style(num_format="#,##0.0##" if days else KRONER, align="right", bold=True)
    plain = book.style(num_format="#,##0.0##" if days else KRONER, align="right")
    for column, (name, wider) in enumerate((("mean", 1.0), ("low", TAIL), ("high", TAIL), ("error", 1.0)), start=1):
        source = cell(row, EXACT + column - 1)
        spread = f"{wider:g}*{error}"
        formula = f"IF({error}>{NEGLIGIBLE},ROUND({source},-INT(LOG10({spread}))),{source})"
        value = rounded(numbers[name], wider * numbers["error"]) if numbers["error"] > NEGLIGIBLE else numbers[name]
        book.formula("results", cell(row, column), formula, value, look if column == 1 else plain)

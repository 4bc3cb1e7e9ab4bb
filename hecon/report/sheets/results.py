"""The sheet of results: expected values, intervals and chances, by formula from the draws."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hecon.evaluation import results
from hecon.evaluation.cea import incremental, net_monetary_benefit
from hecon.evaluation.pairs import paired
from hecon.model.ledger import PERSPECTIVES
from hecon.model.ledger import costs as ledger_costs
from hecon.report.language import t, translated
from hecon.report.numbers import NEGLIGIBLE, TAIL, rounded
from hecon.report.sheets import costs, draws, inputs, ratios
from hecon.report.sheets.book import CLOSE, GOOD, KRONER, Book, cell, span
from hecon.report.sheets.labels import PERSPECTIVE_LABELS
from hecon.report.words import spoken

if TYPE_CHECKING:
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
    names = book.comparison.strategies
    _title(book, row, t("What a day avoided costs: program, health care and participants, without production"))
    rows = _table(book, row + 1, t("Extra program cost, NOK"), costs.EXTRA)
    book.places["extra cost rows"] = rows
    _table(book, row + 4 + len(names), t("Days avoided"), costs.AVOIDED)
    rows_benefit = _table(
        book, row + 7 + 2 * len(names), t("Net benefit at the willingness to pay, NOK"), costs.BENEFIT
    )
    book.places["benefit rows"] = rows_benefit
    return ratios.write(book, row + 10 + 3 * len(names))


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

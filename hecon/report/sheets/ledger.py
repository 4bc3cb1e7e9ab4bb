"""The ledger: every flow of the base case as quantities times rates and prices, beside Python's amount."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hecon.evaluation import results
from hecon.evaluation.account import delivery_rate, lines
from hecon.model.ledger import FLOWS, PUBLIC
from hecon.model.programs import RESOURCES
from hecon.report.language import t, translated
from hecon.report.sheets import inputs
from hecon.report.sheets.book import CLOSE, Book, cell, span
from hecon.report.sheets.labels import FLOW_LABELS, QUANTITY_LABELS, RESOURCE_LABELS
from hecon.report.sheets.live import Live, live

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

RATE, QUANTITY = 2, 3
"""Columns of the rates, and the first of the quantities."""
FUNDS = "cost_of_public_funds"


@dataclass(frozen=True)
class Entry:
    """A line as it is written: what is counted, what a unit costs, and how much there is by strategy."""

    label: str
    rate: Live
    quantity: Floats


def write(book: Book) -> None:
    """Write the sheet, and keep the row of every flow."""
    page, comparison = book.sheets["ledger"], book.comparison
    names = comparison.strategies
    count = len(names)
    row = book.titled(
        "ledger",
        t("Ledger: the base case's money from quantities and prices, 12 months, NOK per person"),
        [
            t(
                "Each flow (bold) is the sum of its lines, and each line is a quantity times a rate. Quantities are "
                "discounted means over all people of the base case: wages or years of those whom the rate applies to, "
                "units of delivery. Rates are formulas of Inputs. Beside each flow stands what Python has, and the "
                "difference."
            )
        ],
        width=QUANTITY + 2 * count,
        letters=200,
    )
    groups = (
        (t("Quantity per person"), QUANTITY),
        (t("NOK per person"), QUANTITY + count),
        ("Python", QUANTITY + 2 * count),
    )
    for text, column in groups:
        page.merge_range(row, column, row, column + count - 1, text, book.style(bold=True, align="center", bottom=1))
    heads = [
        t("Flow and its lines"),
        t("Rate, from"),
        t("Rate, NOK a unit"),
        *(comparison.label(name) for name in names),
    ]
    heads += [comparison.label(name) for name in names] * 2 + [t("Largest difference"), t("As Python has it")]
    book.header("ledger", row + 1, heads, height=62, words=(0, 1))
    for column, width in ((0, 50), (1, 44), (2, 14), (QUANTITY + 3 * count, 13), (QUANTITY + 3 * count + 1, 12)):
        page.set_column(column, column, width)
    page.set_column(QUANTITY, QUANTITY + 3 * count - 1, 14)
    first = row + 2
    rows: dict[str, int] = {}
    book.places["flow rows"], book.places["flow values"] = rows, {}
    at = first
    for flow in FLOWS:
        rows[flow.name] = at
        at = _flow(book, flow.name, at)
    book.places["ledger checks"] = span(first, QUANTITY + 3 * count + 1, at - 1, QUANTITY + 3 * count + 1)
    page.write(at + 1, 0, t("Every flow as Python has it"), book.style(bold=True))
    tests = ",".join(cell(line, QUANTITY + 3 * count + 1) for line in rows.values())
    book.check(
        t("Every flow of the ledger is Python's, to {close}", close="1e-9"), "ledger", cell(at + 1, 1), f"AND({tests})"
    )
    book.printed("ledger", repeat=row + 1, frozen=(first, 1))


def _entries(book: Book, flow: str) -> list[Entry]:
    """Give a flow's lines that have anything in them."""
    account, names = book.comparison.account, list(book.comparison.strategies)
    made = [
        Entry(
            translated(QUANTITY_LABELS[line.quantity]),
            live(line.rate(book.inputs)),
            account["quantity"].sel(item=line.quantity, strategy=names).to_numpy(),
        )
        for line in lines(book.values)
        if line.flow == flow
    ]
    made += [
        Entry(
            translated(RESOURCE_LABELS[name]),
            live(delivery_rate(name)(book.inputs)),
            account["delivered"].sel(resource=name, strategy=names).to_numpy(),
        )
        for name in inputs.resources(book)
        if RESOURCES[name].flow == flow
    ]
    return [entry for entry in made if entry.quantity.any()]


def _flow(book: Book, flow: str, row: int) -> int:
    """Write a flow and its lines; give the next free row."""
    page, names = book.sheets["ledger"], book.comparison.strategies
    count = len(names)
    bold = book.style(bold=True, num_format="#,##0.00", top=1, top_color="#c8ced6")
    page.write(row, 0, translated(FLOW_LABELS[flow]), bold)
    for column in range(1, QUANTITY + 3 * count + 2):
        page.write_blank(row, column, None, bold)
    entries = _entries(book, flow)
    total = np.zeros(count)
    if flow == FUNDS:
        total = _public_funds(book, row)
        end = row + 1
    else:
        for position, entry in enumerate(entries, start=1):
            total = total + _line(book, row + position, entry)
        end = row + len(entries)
        for place in range(count):
            column = QUANTITY + count + place
            formula = f"SUM({span(row + 1, column, end, column, fixed=False)})" if entries else "0"
            book.formula("ledger", cell(row, column), formula, total[place], bold)
    python = book.comparison.base["money"].sel(horizon=results.YEAR_1, flow=flow, strategy=list(names)).to_numpy()
    for place, value in enumerate(python.tolist()):
        page.write_number(row, QUANTITY + 2 * count + place, value, bold)
    mine = span(row, QUANTITY + count, row, QUANTITY + 2 * count - 1, fixed=False)
    theirs = span(row, QUANTITY + 2 * count, row, QUANTITY + 3 * count - 1, fixed=False)
    gap, last = cell(row, QUANTITY + 3 * count), QUANTITY + 3 * count + 1
    largest = float(np.abs(total - python).max())
    tiny = book.style(bold=True, num_format="0.0E+00", top=1, top_color="#c8ced6")
    book.formula("ledger", gap, f"SUMPRODUCT(MAX(ABS({mine}-{theirs})))", largest, tiny)
    test = f"{gap}<={CLOSE}*SUMPRODUCT(MAX(ABS({theirs})))"
    book.formula(
        "ledger", cell(row, last), test, value=True, style=book.style(align="center", top=1, top_color="#c8ced6")
    )
    book.places["flow values"][flow] = total
    return end + 1


def _line(book: Book, row: int, entry: Entry) -> Floats:
    """Write a line and give its amounts."""
    page, count = book.sheets["ledger"], len(book.comparison.strategies)
    page.write(row, 0, entry.label, book.style(indent=2))
    if entry.rate.formula != "1":
        page.write_string(row, 1, entry.rate.formula, book.style(font_color="#52606d"))
    look = book.style(num_format="#,##0.00" if abs(entry.rate.value) >= 20 else "0.0000")
    book.formula("ledger", cell(row, RATE), entry.rate.formula, entry.rate.value, look)
    amounts = entry.rate.value * entry.quantity
    many = book.style(num_format="#,##0.00" if np.abs(entry.quantity).max() >= 20 else "0.000000")
    for place, (quantity, amount) in enumerate(zip(entry.quantity.tolist(), amounts.tolist(), strict=True)):
        page.write_number(row, QUANTITY + place, quantity, many)
        formula = f"{cell(row, RATE).replace('C', '$C')}*{cell(row, QUANTITY + place)}"
        book.formula("ledger", cell(row, QUANTITY + count + place), formula, amount, book.style(num_format="#,##0.00"))
    return np.asarray(amounts)


def _public_funds(book: Book, row: int) -> Floats:
    """Write the cost of public funds: a share of what the public purse finances, flow by flow; give its amounts."""
    page, count = book.sheets["ledger"], len(book.comparison.strategies)
    bold = book.style(bold=True, num_format="#,##0.00", top=1, top_color="#c8ced6")
    page.write(row + 1, 0, t("What the public purse pays less what it receives"), book.style(indent=2))
    rate = book.inputs[FUNDS]
    page.write_string(row + 1, 1, rate.formula, book.style(font_color="#52606d"))
    book.formula("ledger", cell(row + 1, RATE), rate.formula, rate.value, book.style(num_format="0.0000"))
    signed = [
        (flow.name, int(flow.payer in PUBLIC) - int(flow.payee in PUBLIC)) for flow in FLOWS if flow.name != FUNDS
    ]
    rows, values = book.places["flow rows"], book.places["flow values"]
    net = sum((sign * values[name] for name, sign in signed if sign), np.zeros(count))
    plain = book.style(num_format="#,##0.00")
    for place in range(count):
        column = QUANTITY + count + place
        terms = "".join(f"{'+' if sign > 0 else '-'}{cell(rows[name], column)}" for name, sign in signed if sign)
        book.formula("ledger", cell(row + 1, QUANTITY + place), terms.removeprefix("+"), net[place], plain)
        amount = f"{cell(row + 1, RATE).replace('C', '$C')}*{cell(row + 1, QUANTITY + place)}"
        book.formula("ledger", cell(row + 1, column), amount, rate.value * net[place], plain)
        book.formula("ledger", cell(row, column), cell(row + 1, column), rate.value * net[place], bold)
    return np.asarray(rate.value * net)

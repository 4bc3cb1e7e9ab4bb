"""Who pays whom: the ledger's flows by payer and payee, what each party pays, and every perspective."""

from __future__ import annotations

import numpy as np

from hecon.evaluation import results
from hecon.model.ledger import FLOWS, PARTIES, PERSPECTIVES
from hecon.report.language import t, translated
from hecon.report.sheets import ledger
from hecon.report.sheets.book import CLOSE, Book, cell, span
from hecon.report.sheets.inputs import FRICTION
from hecon.report.sheets.labels import FLOW_LABELS, PARTY_LABELS, PERSPECTIVE_LABELS
from hecon.report.words import spoken

AMOUNT = 4
MONEY = "#,##0.00"


def write(book: Book) -> None:
    """Write the sheet."""
    page, names = book.sheets["parties"], book.comparison.strategies
    count = len(names)
    row = book.titled(
        "parties",
        t("Parties: who pays whom, base case, 12 months, NOK per person"),
        [
            t(
                "A perspective is a set of parties. Its cost is what they pay to others less what others pay to them, "
                "so transfers between its members cancel. Over all parties the sum is zero. Replacements count only "
                "under the friction cost method, chosen in Inputs."
            )
        ],
        width=AMOUNT + count,
    )
    labels = [book.comparison.label(name) for name in names]
    book.header("parties", row, [t("Flow"), t("Payer"), t("Payee"), t("Counted"), *labels], height=48, words=(0, 1, 2))
    page.set_column(0, 0, 46)
    page.set_column(1, 2, 16)
    page.set_column(3, 3, 10)
    page.set_column(AMOUNT, AMOUNT + 2 * count + 2, 15)
    first = row + 1
    for position, flow in enumerate(FLOWS):
        at = first + position
        page.write(at, 0, translated(FLOW_LABELS[flow.name]), book.style())
        page.write(at, 1, translated(PARTY_LABELS[flow.payer]), book.style())
        page.write(at, 2, translated(PARTY_LABELS[flow.payee]), book.style())
        if flow.kind == "friction":
            book.formula("parties", cell(at, 3), FRICTION, 0, book.style(num_format="0"))
        else:
            page.write_number(at, 3, 1, book.style())
        for place in range(count):
            source = book.at("ledger", cell(book.places["flow rows"][flow.name], ledger.QUANTITY + count + place))
            value = float(book.places["flow values"][flow.name][place])
            book.formula("parties", cell(at, AMOUNT + place), source, value, book.style(num_format=MONEY))
    last = first + len(FLOWS) - 1
    by_party, start = _parties(book, first, last)
    _perspectives(book, start, by_party)
    book.printed("parties", frozen=(first, 1))


def _parties(book: Book, first: int, last: int) -> tuple[np.ndarray, int]:
    """Write what each party pays less what it receives; give the amounts [party, strategy] and the first row."""
    page, names = book.sheets["parties"], book.comparison.strategies
    count, head = len(names), last + 2
    labels = [book.comparison.label(name) for name in names]
    heads = [t("Party: pays less receives"), "", "", "", *labels]
    book.header(
        "parties", head, [*heads, "", *(translated(PERSPECTIVE_LABELS[one.name]) for one in PERSPECTIVES)], height=48
    )
    page.write(head - 1, AMOUNT + count + 1, t("Member of the perspective: 1"), book.style(bold=True))
    amounts = np.array([book.places["flow values"][flow.name] for flow in FLOWS])
    counted = np.array([[float(flow.kind != "friction")] for flow in FLOWS])
    paid = np.array(
        [
            [float(flow.payer == party) - float(flow.payee == party) for flow in FLOWS] @ (counted * amounts)
            for party in PARTIES
        ]
    )
    weight = span(first, 3, last, 3)
    for position, party in enumerate(PARTIES):
        at = head + 1 + position
        page.write(at, 0, translated(PARTY_LABELS[party]), book.style())
        for place in range(count):
            money = span(first, AMOUNT + place, last, AMOUNT + place)
            formula = "-".join(
                f"SUMPRODUCT(({span(first, column, last, column)}=$A{at + 1})*{weight}*{money})" for column in (1, 2)
            )
            style = book.style(num_format=MONEY)
            book.formula("parties", cell(at, AMOUNT + place), formula, float(paid[position, place]), style)
        for place, perspective in enumerate(PERSPECTIVES):
            page.write_number(at, AMOUNT + count + 1 + place, int(party in perspective.parties), book.style())
    end = head + len(PARTIES)
    page.write(end + 1, 0, t("All parties"), book.style(bold=True, top=1))
    for place in range(count):
        total = f"SUM({span(head + 1, AMOUNT + place, end, AMOUNT + place)})"
        style = book.style(bold=True, num_format="0.00", top=1)
        book.formula("parties", cell(end + 1, AMOUNT + place), total, 0.0, style)
    sums = span(end + 1, AMOUNT, end + 1, AMOUNT + count - 1)
    book.check(
        t("What all parties pay and receive adds up to zero"),
        "parties",
        cell(end + 1, 3),
        f"SUMPRODUCT(MAX(ABS({sums})))<0.000001",
        as_run=False,
    )
    return paid, head + 1


def _perspectives(book: Book, start: int, paid: np.ndarray) -> None:
    """Write the cost to every perspective beside Python's, and the gain against the comparator."""
    page, names = book.sheets["parties"], book.comparison.strategies
    count, end = len(names), start + len(PARTIES) - 1
    usual = names.index(book.comparison.comparator)
    labels = [book.comparison.label(name) for name in names]
    head = end + 5
    page.merge_range(
        head - 1, AMOUNT, head - 1, AMOUNT + count - 1, t("Cost, NOK per person"), book.style(bold=True, align="center")
    )
    page.merge_range(
        head - 1, AMOUNT + count + 1, head - 1, AMOUNT + 2 * count, "Python", book.style(bold=True, align="center")
    )
    book.header("parties", head, [t("Perspective"), "", "", t("As Python has it"), *labels, "", *labels], height=48)
    base = book.comparison.base["cost"].sel(horizon=results.YEAR_1)
    tests = []
    look = book.style(num_format=MONEY)
    for position, perspective in enumerate(PERSPECTIVES):
        at = head + 1 + position
        page.write(at, 0, translated(PERSPECTIVE_LABELS[perspective.name]), book.style())
        members = np.array([float(party in perspective.parties) for party in PARTIES])
        python = base.sel(perspective=perspective.name, strategy=list(names)).to_numpy()
        belongs = span(start, AMOUNT + count + 1 + position, end, AMOUNT + count + 1 + position)
        for place in range(count):
            money = span(start, AMOUNT + place, end, AMOUNT + place)
            value = float(members @ paid[:, place])
            book.formula("parties", cell(at, AMOUNT + place), f"SUMPRODUCT({belongs},{money})", value, look)
            page.write_number(at, AMOUNT + count + 1 + place, float(python[place]), look)
        mine, theirs = (span(at, c, at, c + count - 1) for c in (AMOUNT, AMOUNT + count + 1))
        test = f"SUMPRODUCT(MAX(ABS({mine}-{theirs})))<={CLOSE}*SUMPRODUCT(MAX(ABS({theirs})))"
        book.formula("parties", cell(at, 3), test, value=True, style=book.style(align="center"))
        tests.append(cell(at, 3))
    rows = head + 1 + len(PERSPECTIVES)
    page.write(rows, 0, t("Every perspective as Python has it"), book.style(bold=True))
    book.check(
        t("The cost to every perspective is Python's, to {close}", close="1e-9"),
        "parties",
        cell(rows, 3),
        f"AND({','.join(tests)})",
    )
    gains = rows + 2
    book.header(
        "parties", gains, [t("Gain against {usual}", usual=spoken(labels[usual])), "", "", "", *labels], height=48
    )
    for position, perspective in enumerate(PERSPECTIVES):
        at = gains + 1 + position
        page.write(at, 0, translated(PERSPECTIVE_LABELS[perspective.name]), book.style())
        members = np.array([float(party in perspective.parties) for party in PARTIES])
        for place in range(count):
            formula = f"{cell(head + 1 + position, AMOUNT + usual)}-{cell(head + 1 + position, AMOUNT + place)}"
            value = float(members @ (paid[:, usual] - paid[:, place]))
            book.formula("parties", cell(at, AMOUNT + place), formula, value, book.style(num_format="#,##0"))

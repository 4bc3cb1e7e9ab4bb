"""Who gains and who pays, party by party, and what cancels between them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hecon.evaluation import results
from hecon.report import words
from hecon.report.cells import Cell, Table, amount_cell, gain_cell, rows_of
from hecon.report.language import mark, t, translated
from hecon.report.numbers import kroner

if TYPE_CHECKING:
    import pandas as pd

    from hecon.evaluation.comparison import Comparison

LEAST_NOK = 0.5
"""An amount below this is not told."""
LABELS = {
    "worker": mark("Worker"),
    "employer": mark("Employer"),
    "nav": mark("NAV"),
    "treasury": mark("Treasury"),
    "municipality": mark("Municipality"),
    "health_service": mark("Health service"),
    "taxpayers": mark("Taxpayers"),
    "outside": mark("Outside world"),
}
PARTS = {
    "production": (
        mark("{amount} more production, disruption deducted"),
        mark("{amount} less production, disruption deducted"),
    ),
    "delivery": (
        mark("{amount} less spent on delivery, employers' time included"),
        mark("{amount} more spent on delivery, employers' time included"),
    ),
    "public_funds": (mark("{amount} less lost by raising taxes"), mark("{amount} more lost by raising taxes")),
}
"""What society gains and loses of each part of `hecon.evaluation.results.to_society`."""


def by_party(comparison: Comparison, costs: pd.DataFrame) -> Table:
    """Give what every party gains or loses with each program in 12 months: over all of them it sums to zero.

    Parameters
    ----------
    comparison
        As `compare` returns it.
    costs
        As `hecon.evaluation.results.perspective_costs` returns them.
    """
    table = results.by_party(comparison).set_index(["party", "strategy"])
    rows = [
        (
            Cell(translated(LABELS[party])),
            *(amount_cell(table.loc[(party, name)], "gain") for name in comparison.programs),
        )
        for party in results.COUNTED_PARTIES
    ]
    society = rows_of(costs, results.YEAR_1, "society")
    everybody = t("All but the outside world")
    rows.append((Cell(t("Society"), everybody), *(gain_cell(society.loc[name]) for name in comparison.programs)))
    return Table(
        t(
            "What each party gains with each program against {ground}, NOK per person in the first 12 months. A minus "
            "is a loss. Beneath: 95% interval and Monte Carlo error.",
            ground=words.spoken(comparison.label(comparison.comparator)),
        ),
        ("", *(comparison.label(name) for name in comparison.programs)),
        tuple(rows),
        notes=(
            t(
                "The parties, the outside world among them, sum to zero: what one gains another pays. The outside "
                "world stands for what society uses up or is spared: labour and goods, and what raising taxes costs."
            ),
        ),
    )


def cancelling(comparison: Comparison) -> list[str]:
    """Say what cancels between the parties of society with each program, and what is left of it for society."""
    table = results.to_society(comparison).set_index(["strategy", "part"])
    first = t(
        "Benefits, wages, taxes and contributions go from one party within society to another, and cancel. What "
        "society gains or loses is production less the disruption by new spells, what delivery uses up, and the cost "
        "of raising taxes."
    )
    return [first, *(_left(comparison, table.loc[name], name) for name in comparison.programs)]


def _left(comparison: Comparison, parts: pd.DataFrame, name: str) -> str:
    """Say of one program what cancels, and each part of what is left that the simulation can tell from zero."""
    said = []
    for part, (gained, lost) in PARTS.items():
        row = parts.loc[part]
        if abs(row["gain"]) > max(words.CLEAR * row["gain_error"], LEAST_NOK):
            text = gained if row["gain"] > 0 else lost
            said.append(t(text, amount=kroner(abs(row["gain"]), row["gain_error"])))
    moved = parts.loc["cancels"]
    program = words.upper(words.spoken(comparison.label(name)))
    cancels = kroner(moved["gain"], moved["gain_error"])
    if not said:
        return t(
            "{program}: payments between parties change by {amount} per person in all, and cancel; nothing is left for "
            "society that the simulation can tell from zero.",
            program=program,
            amount=cancels,
        )
    return t(
        "{program}: payments between parties change by {amount} per person in all, and cancel; what is left for "
        "society is {parts}.",
        program=program,
        amount=cancels,
        parts=words.joined(said, "; and ", "; "),
    )

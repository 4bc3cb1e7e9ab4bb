"""How a comparison is computed, in short: what a reader needs before the numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hecon.report.cells import years
from hecon.report.language import t
from hecon.report.numbers import grouped

if TYPE_CHECKING:
    from hecon.evaluation.comparison import Comparison


def how_computed(comparison: Comparison) -> str:
    """Describe the model and the run: weeks and states, who pays, what is drawn, and the luck that all share."""
    record = comparison.record
    sentences = (
        t(
            "A microsimulation follows every person week by week for {years}, on full or graded sick leave, at work, "
            "on work assessment allowance, on a disability pension, unemployed or in another state.",
            years=years(comparison),
        ),
        t(
            "What a person is paid each week, by whom, and what the program takes in hours and other costs follow from "
            "the statute and from prices, and are booked by payer and payee."
        ),
        t(
            "{draws} draws of all uncertain parameters, with {people} people in each, give the expected values and "
            "intervals; those fitted to the trial and registers are drawn together. Every alternative has the same "
            "people, draws and luck, so that alternatives differ by what the program does.",
            draws=grouped(record["draws"]),
            people=grouped(record["people_per_draw"]),
        ),
    )
    return " ".join(sentences)

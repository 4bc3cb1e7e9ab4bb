"""The report as an Excel workbook with live formulas: a reader checks the arithmetic, and sees results move.

No macro and no link leads out of it. Every formula stands with what it gives, so that a reader that does not
recalculate shows the right numbers too.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from hecon.model.runs import whole_file
from hecon.report.document import TITLE
from hecon.report.language import t, translated
from hecon.report.sheets import checks, costs, curves, draws, front, inputs, ledger, parameters, parties, results
from hecon.report.sheets import people as people_sheet
from hecon.report.sheets import rules as rules_sheet
from hecon.report.sheets.book import SHEETS, Book, Sheet

if TYPE_CHECKING:
    from pathlib import Path

    from hecon.evaluation.comparison import Comparison

AS_TEXT = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
"""Of xlsxwriter: a label is a text, whatever it begins with; formulas are written as formulas."""
MADE = dt.datetime(2025, 1, 1, tzinfo=dt.UTC)
"""A date for the file's properties, which ask for one: the same in every run."""


def write(comparison: Comparison, path: Path, title: str | None) -> Path:
    """Write a comparison as a workbook, in the language that is spoken; the same comparison gives the same bytes.

    Parameters
    ----------
    comparison
        As `compare` gives it, its labels in that language.
    path
        Where; written whole or not at all.
    title
        The question; hecon's own if not given.

    Returns
    -------
    The path.
    """
    import xlsxwriter

    question = title or t(TITLE)
    with whole_file(path) as temporary:
        file = xlsxwriter.Workbook(temporary, {"default_date_format": "yyyy-mm-dd", **AS_TEXT})
        file.set_properties({"title": question, "author": "hecon", "created": MADE.replace(tzinfo=None)})
        file.set_calc_mode("auto")
        shown = [key for key in SHEETS if key not in {"rules", "people"} or "person" in comparison.account]
        book = Book(
            file,
            comparison,
            comparison.parameters.base_case().one(0),
            {key: file.add_worksheet(translated(SHEETS[key]), worksheet_class=Sheet) for key in shown},
        )
        inputs.write(book)
        draws.write(book)
        costs.write(book)
        results.write(book)
        curves.write(book)
        ledger.write(book)
        parties.write(book)
        if "people" in book.sheets:
            rules_sheet.write(book)
            people_sheet.write(book)
        parameters.write(book)
        checks.write(book)
        front.write(book, question)
        file.close()
    return path

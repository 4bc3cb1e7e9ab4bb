"""The first sheet: the question and the answer, what each sheet is, what may be changed, and the record of the run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hecon.report import statements
from hecon.report.language import mark, t, translated
from hecon.report.run_record import run_record
from hecon.report.sheets.book import BAD, GOOD, INPUT_INK, INPUT_SHADE, SHEETS, Book, cell
from hecon.report.sheets.checks import ALL

if TYPE_CHECKING:
    from collections.abc import Mapping

ABOUT: Mapping[str, str] = {
    "inputs": mark("Willingness to pay, prices and rates: what you may change."),
    "results": mark("Costs, days avoided and gains by perspective, with intervals, from the draws. Follows prices."),
    "curves": mark("Which strategy is best by what a day is worth; the plane of cost and days. Follows prices."),
    "ledger": mark("The base case: every flow of money as quantity times rate, beside Python's amount."),
    "parties": mark("The same flows by who pays whom, and the cost to every perspective."),
    "rules": mark("The statute by formula for a hundred people: caps, minimums, brackets."),
    "people": mark("Their weeks and their money, flow by flow, beside Python's."),
    "parameters": mark("Every parameter with value, distribution, grade and source."),
    "draws": mark("One row a draw: prices, quantities, days, and cost before delivery."),
    "costs": mark("One row a draw: costs by formula."),
    "checks": mark("Every check, with a link to where it is made."),
}


def write(book: Book, title: str) -> None:
    """Write the sheet and let the file open on it."""
    page, answer = book.sheets["front"], statements.answer(book.comparison)
    page.set_column(0, 0, 42)
    page.set_column(1, 1, 110)
    page.write(0, 0, title, book.style(bold=True, font_size=18))
    page.set_row(0, 30)
    wrapped = book.style(text_wrap=True, valign="top")
    row = _text(book, 2, answer.headline, book.style(text_wrap=True, valign="top", bold=True, font_size=13), 100)
    for text in answer.because:
        row = _text(book, row, text, wrapped, 150)
    row = _text(
        book,
        row,
        t("The answer is of the run: this text does not follow Inputs. What changed inputs give stands in Results."),
        book.style(text_wrap=True, valign="top", italic=True),
        150,
    )
    row = _head(book, row + 1, t("Is the arithmetic right?"))
    page.write(row, 0, t("Checks"), wrapped)
    book.formula("front", cell(row, 1), ALL, t("All checks pass"), book.style(bold=True, font_color=GOOD, font_size=12))
    fails = {"type": "text", "criteria": "begins with", "value": t("Some checks fail: see the list")[:4]}
    page.conditional_format(row, 1, row, 1, {**fails, "format": book.style(bold=True, font_color=BAD, font_size=12)})
    row = _head(book, row + 2, t("How to use it"))
    look = book.style(font_color=INPUT_INK, bg_color=INPUT_SHADE, border=1, border_color="#d9c97a", align="center")
    page.write(row, 0, t("blue on yellow"), look)
    row = _line(
        book,
        row,
        None,
        t(
            "may be changed: all in Inputs, and the step on Curves. Everything else is a formula or a result of the "
            "run. Excel and LibreOffice recalculate at once; Python is not needed."
        ),
    )
    for sheet, about in ABOUT.items():
        if sheet in book.sheets:
            page.write_url(
                row,
                0,
                f"internal:{book.at(sheet, 'A1')}",
                book.style(font_color="#0b4f9e", underline=1, valign="top"),
                translated(SHEETS[sheet]),
            )
            row = _line(book, row, None, translated(about))
    if "people" not in book.sheets:
        row = _line(
            book,
            row,
            "",
            t("The people are a user's own, so that none is shown one by one: Rules and People are left out."),
        )
    row = _head(book, row + 1, t("Run record"))
    for label, value in run_record(book.comparison):
        row = _line(book, row, label, value)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 1)
    page.hide_gridlines(2)
    page.set_footer("&L&A&R&P / &N")
    page.activate()


def _head(book: Book, row: int, text: str) -> int:
    book.sheets["front"].write(row, 0, text, book.style(bold=True, font_size=13, font_color=GOOD))
    return row + 1


def _text(book: Book, row: int, text: str, look: object, letters: int) -> int:
    """Write a text over both columns, as high as it needs."""
    page = book.sheets["front"]
    page.merge_range(row, 0, row, 1, text, look)
    page.set_row(row, 17 * (1 + len(text) // letters))
    return row + 1


def _line(book: Book, row: int, name: str | None, text: str) -> int:
    """Write a name, unless it stands there, and what is said of it."""
    page, look = book.sheets["front"], book.style(text_wrap=True, valign="top")
    if name is not None:
        page.write_string(row, 0, name, look)
    page.write_string(row, 1, text, look)
    page.set_row(row, 15 * (1 + len(text) // 125))
    return row + 1

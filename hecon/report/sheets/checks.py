"""The sheet of checks: every statement of the workbook that must be true, with a link to where it is tested."""

from __future__ import annotations

from hecon.report.language import t
from hecon.report.sheets.book import BAD, GOOD, Book, cell, span
from hecon.report.sheets.inputs import AS_RUN

ALL = "all_checks"


def write(book: Book) -> None:
    """Write the sheet, and name the cell that says whether all hold."""
    page = book.sheets["checks"]
    row = book.titled(
        "checks",
        t("Checks"),
        [
            t(
                "Checks against Python hold while the inputs stand as in the run: a change moves results away from it, "
                "as it should, and these checks then wait. The others always hold."
            )
        ],
        width=4,
    )
    page.set_column(0, 0, 70)
    page.set_column(1, 1, 18)
    page.set_column(2, 3, 22)
    book.header("checks", row, [t("What must be true"), t("Result"), t("Sheet"), t("Cell")], height=24, words=range(4))
    first = row + 1
    passes, fails, waits = t("passes"), t("fails"), t("waits: inputs changed")
    for at, check in enumerate(book.checks, start=first):
        page.write(at, 0, check.says, book.style())
        target = book.at(check.sheet, check.cell)
        tested = f'IF({target},"{passes}","{fails}")'
        formula = f'IF({AS_RUN},{tested},"{waits}")' if check.as_run else tested
        book.formula("checks", cell(at, 1), formula, passes, book.style(bold=True, font_color=GOOD))
        page.write_url(
            at, 2, f"internal:{target}", book.style(font_color="#0b4f9e", underline=1), book.name(check.sheet)
        )
        page.write_string(at, 3, check.cell, book.style())
    last = first + len(book.checks) - 1
    results = span(first, 1, last, 1)
    bad = {"type": "cell", "criteria": "==", "value": f'"{fails}"', "format": book.style(bold=True, font_color=BAD)}
    page.conditional_format(first, 1, last, 1, bad)
    page.write(last + 2, 0, t("All checks"), book.style(bold=True))
    good, changed = t("All checks pass"), t("Inputs changed: checks against Python wait")
    wrong = t("Some checks fail: see the list")
    formula = f'IF(COUNTIF({results},"{fails}")>0,"{wrong}",IF({AS_RUN},"{good}","{changed}"))'
    book.formula("checks", cell(last + 2, 1), formula, good, book.style(bold=True, font_color=GOOD))
    book.file.define_name(ALL, f"={book.at('checks', cell(last + 2, 1, fixed=True))}")
    book.printed("checks", repeat=row, frozen=(first, 0))

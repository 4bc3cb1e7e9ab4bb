"""The workbook while it is written: sheets by what they hold, one look, inputs by name, and the list of checks."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from hecon.report.language import mark, translated

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from xlsxwriter import Workbook

    from hecon.evaluation.comparison import Comparison
    from hecon.inputs.points import Draw
    from hecon.report.sheets.live import Live

SHEETS = {
    "front": mark("Read me"),
    "inputs": mark("Inputs"),
    "results": mark("Results"),
    "curves": mark("Curves"),
    "ledger": mark("Ledger"),
    "parties": mark("Parties"),
    "rules": mark("Rules"),
    "people": mark("People"),
    "parameters": mark("Parameters"),
    "draws": mark("Draws"),
    "costs": mark("Draw costs"),
    "checks": mark("Checks"),
}
"""What each sheet is called, in their order."""
INK, LINE, SHADE, INPUT_INK, INPUT_SHADE = "#1f2933", "#c8ced6", "#e9eef4", "#0b4f9e", "#fff8d6"
GOOD, BAD = "#1b6e3c", "#a4161a"
KRONER, PLAIN, RATE, WEEKS = "#,##0", "#,##0.0", "0.0000", "#,##0.000"
EXACT = "General"
CLOSE = 1e-9
"""The most by which a formula may differ from Python, relatively."""


class Sheet(Worksheet):  # type: ignore[misc]
    """A sheet that takes formulas as they are.

    xlsxwriter searches every formula for the names of new functions, of which there are none here: with tens of
    thousands of formulas that takes most of the time.
    """

    def _prepare_formula(self, formula: str, expand_future_functions: bool = False) -> str:  # noqa: FBT001, FBT002
        del expand_future_functions
        return formula.removeprefix("{").removeprefix("=").removesuffix("}")


@dataclass(frozen=True)
class Check:
    """A statement, the cell that says whether it is true, and whether it holds only while inputs are as in the run."""

    says: str
    sheet: str
    cell: str
    as_run: bool


@dataclass(frozen=True)
class Book:
    """What the sheets share.

    Attributes
    ----------
    file
        The workbook as xlsxwriter writes it.
    comparison, values
        What is reported, and the inputs of its base case.
    sheets
        By what they hold, a key of `SHEETS`.
    inputs
        Cells that a reader may change, by the name that formulas know them by.
    checks
        Grows as sheets are written.
    places
        Addresses that another sheet needs, by a name; grows too.
    """

    file: Workbook
    comparison: Comparison
    values: Draw
    sheets: dict[str, Worksheet]
    inputs: dict[str, Live] = field(default_factory=dict)
    checks: list[Check] = field(default_factory=list)
    places: dict[str, Any] = field(default_factory=dict)
    styles: dict[tuple[tuple[str, Any], ...], Any] = field(default_factory=dict)

    def style(self, **properties: object) -> Any:  # noqa: ANN401  (xlsxwriter has no types)
        """Give a cell format, the same object for the same properties."""
        key = tuple(sorted(properties.items()))
        if key not in self.styles:
            self.styles[key] = self.file.add_format({"font_color": INK, "valign": "vcenter", **properties})
        return self.styles[key]

    def name(self, sheet: str) -> str:
        """Give a sheet's name in the language that is spoken."""
        return translated(SHEETS[sheet])

    def at(self, sheet: str, address: str) -> str:
        """Give an address on another sheet."""
        return f"'{self.name(sheet)}'!{address}"

    def formula(self, sheet: str, cell: str, formula: str, value: object, style: object = None) -> None:
        """Write a formula and what it gives, for readers that do not recalculate."""
        self.sheets[sheet].write_formula(cell, f"={formula}", style, value)

    def array(self, sheet: str, cell: str, formula: str, value: object, style: object = None) -> None:
        """Write a formula that works on whole columns at once."""
        self.sheets[sheet].write_array_formula(f"{cell}:{cell}", f"{{={formula}}}", style, value)

    def check(self, says: str, sheet: str, cell: str, formula: str, *, as_run: bool = True) -> None:
        """Write whether something holds, and keep it for the list."""
        # In no colour: the sheet of checks has it. LibreOffice fails to print a rule on a cell of such a formula.
        self.formula(sheet, cell, formula, value=True, style=self.style(align="center", bold=True))
        self.checks.append(Check(says, sheet, cell, as_run))

    def titled(self, sheet: str, title: str, notes: Sequence[str], *, width: int, letters: int = 160) -> int:
        """Write a sheet's title and what it is, and give the number of the next free row, counted from 0.

        Parameters
        ----------
        width
            Columns that the notes span.
        letters
            How many stand on a line of them.
        """
        page = self.sheets[sheet]
        page.set_row(0, 26)
        page.write(0, 0, title, self.style(bold=True, font_size=16))
        wrapped = self.style(text_wrap=True, valign="top")
        for row, note in enumerate(notes, start=1):
            page.merge_range(row, 0, row, width - 1, note, wrapped)
            page.set_row(row, 15 * (1 + len(note) // letters))
        return len(notes) + 2

    def header(
        self,
        sheet: str,
        row: int,
        texts: Sequence[str],
        *,
        column: int = 0,
        height: float = 32.0,
        words: Collection[int] = (0,),
    ) -> None:
        """Write a row of column heads, those over words to the left."""
        look = self.style(bold=True, bg_color=SHADE, bottom=1, bottom_color=LINE, text_wrap=True, valign="bottom")
        right = self.style(
            bold=True, bg_color=SHADE, bottom=1, bottom_color=LINE, text_wrap=True, valign="bottom", align="right"
        )
        self.sheets[sheet].set_row(row, height)
        for position, text in enumerate(texts):
            self.sheets[sheet].write(row, column + position, text, look if column + position in words else right)

    def printed(
        self, sheet: str, *, repeat: int | None = None, frozen: tuple[int, int] = (1, 0), wide: bool = False
    ) -> None:
        """Set how a sheet is printed and what stays in sight; a wide one takes several pages."""
        page = self.sheets[sheet]
        page.set_landscape()
        page.set_paper(9)
        if wide:
            page.set_print_scale(50)
            page.repeat_columns(0, max(frozen[1] - 1, 0))
        else:
            page.fit_to_pages(1, 0)
        page.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        page.set_footer("&L&A&R&P / &N")
        page.hide_gridlines(2)
        page.freeze_panes(*frozen)
        if repeat is not None:
            page.repeat_rows(repeat)


def cell(row: int, column: int, *, fixed: bool = False) -> str:
    """Give an address from a row and column counted from 0."""
    return f"${letters(column)}${row + 1}" if fixed else f"{letters(column)}{row + 1}"


@cache
def letters(column: int) -> str:
    """Give a column's letters from its number counted from 0."""
    return str(xl_col_to_name(column))


def span(first_row: int, first_column: int, last_row: int, last_column: int, *, fixed: bool = True) -> str:
    """Give the address of a range."""
    return f"{cell(first_row, first_column, fixed=fixed)}:{cell(last_row, last_column, fixed=fixed)}"


def filled(formula: str, at: Callable[[str], str]) -> str:
    """Put addresses in the places of the names in a formula's braces.

    Examples
    --------
    >>> filled("{wage}*(1-{grade})", {"wage": "B2", "grade": "C2"}.__getitem__)
    'B2*(1-C2)'
    """
    first, *parts = formula.split("{")
    return first + "".join(at(name) + rest for name, rest in (part.split("}") for part in parts))

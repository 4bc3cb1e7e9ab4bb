"""The report in short as a Word document: what a case file or a memorandum takes over, at most five pages."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from itertools import islice
from typing import TYPE_CHECKING, cast

from hecon.evaluation import results
from hecon.model.runs import whole_file
from hecon.report import (
    budget,
    certainty,
    evidence,
    in_place,
    limits,
    parties,
    plots,
    statements,
    tables,
    tornado,
    validated,
)
from hecon.report.cells import Cell, Table
from hecon.report.document import TITLE, who
from hecon.report.language import TERRITORIES, language, t, translated
from hecon.report.paints import png
from hecon.report.run_record import run_record

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import Any

    from hecon.evaluation.comparison import Comparison
    from hecon.report.paints import Drawing

FIRST_DATE = (1980, 1, 1, 0, 0, 0)
"""The date of every file in the document, which is a zip: none of the clock, so that it repeats byte for byte."""
FONT, SIZE, SMALL = "Calibri", 10.5, 8.0
FULL_WIDTH_CM = 16.5
LETTER_CM, MARGINS_CM = 0.175, 0.42
"""Of a cell: a letter of its small type, and what stays free beside the text."""
TESTED = 3
"""Sentences of the validation: what was fitted, what was not, and other studies."""
LONGEST = 30
"""Letters of a text that a column still grows for."""
LINES = "".join(
    f'<w:{edge} w:val="single" w:sz="{width}" w:space="0" w:color="{colour}"/>'
    for edge, width, colour in (("top", 8, "1B1F23"), ("bottom", 8, "1B1F23"), ("insideH", 4, "DCDFDC"))
)
"""Of a table: above, below and between rows, in eighths of a point."""
ACCENT, SOFT, SHADE = "0B4F6C", "59626B", "FFF4DA"
LONGEST_PROPERTY = 255
"""Letters that Word allows a property of a document."""


def write(comparison: Comparison, path: Path, title: str | None = None) -> Path:
    """Write the report in short as one Word document, whole or not at all; the same comparison gives the same bytes.

    Parameters
    ----------
    comparison
        As `compare` returns it, its labels in the language that is spoken (`localised`).
    path
        Where.
    title
        The question at the top.
    """
    asked = translated(TITLE) if title is None else title
    document = _empty(asked)
    _answer(document, comparison, asked)
    _sides(document, comparison)
    _money(document, comparison)
    _more(document, comparison)
    _evidence(document, comparison)
    with whole_file(path) as temporary:
        temporary.write_bytes(_without_clock(document))
    return path


def _answer(document: Any, comparison: Comparison, title: str) -> None:
    """Put the first page: question, answer, how sure, what would change it."""
    costs, per_day = results.perspective_costs(comparison), results.cost_per_day(comparison)
    said = statements.answer(comparison)
    document.add_heading(title, level=0)
    document.add_paragraph(who(comparison), style="Quiet")
    document.add_paragraph(said.headline, style="Answer")
    for text in in_place.notices(comparison.parameters):
        document.add_paragraph(text)
    _table(document, tables.summary(comparison, costs, per_day))
    for heading, texts in ((t("How sure"), said.because), (t("What would change it"), said.changes)):
        document.add_heading(heading, level=1)
        for text in texts:
            document.add_paragraph(text, style="List Bullet")


def _sides(document: Any, comparison: Comparison) -> None:
    """Put what every side gains or loses, and how the choice depends on what a day is worth."""
    costs = results.perspective_costs(comparison)
    document.add_heading(t("Each side's gain and loss, 12 months"), level=1)
    _picture(
        document,
        plots.net_benefit(comparison, costs, paint=png),
        t("Society's gain from each program, with its 95% interval; the table gives the numbers."),
    )
    _table(document, tables.perspectives(comparison, costs, results.YEAR_1))


def _money(document: Any, comparison: Comparison) -> None:
    """Put who pays whom, and the price of a sick-leave day avoided."""
    document.add_heading(t("Who pays whom"), level=1)
    _table(document, parties.by_party(comparison, results.perspective_costs(comparison)))
    document.add_heading(t("The price of a sick-leave day avoided"), level=1)
    for text in statements.days_sentences(comparison, results.cost_per_day(comparison)):
        document.add_paragraph(text, style="List Bullet")
    _picture(
        document,
        plots.acceptability(comparison, paint=png),
        t("Probability that each choice is best, by what a sick-leave day avoided is worth."),
    )


def _more(document: Any, comparison: Comparison) -> None:
    """Put what public budgets would meet, which parameters decide, how the model was tested, what knowing is worth."""
    document.add_heading(t("Budgets, sensitivity, validation and the value of knowing more"), level=1)
    for text in further(comparison):
        document.add_paragraph(text, style="List Bullet")


def further(comparison: Comparison) -> Iterator[str]:
    """Give the first words of the sections that stand in full in the report, where each was computed."""
    found = comparison.one_way
    nearest = (
        comparison.programs[-1]
        if found is None
        else tornado.nearest_to_worth(found[found["horizon"] == results.YEAR_1])
    )
    if comparison.budget is not None:
        last = int(comparison.budget.cash["year"].max())
        yield from budget.sentences(comparison, comparison.budget, nearest, last)
    swings = tornado.one_at_a_time(comparison)
    yield from swings.sentences[:1] if swings is not None else ()
    record = validated.record_of(comparison.parameters)
    yield from islice(validated.sentences(record), TESTED) if record else ()
    national = comparison.record["people"] == "synthetic"
    information = comparison.information
    yield certainty.worth_knowing_words(information, comparison.parameters, comparison.label, national=national)[0]


def _evidence(document: Any, comparison: Comparison) -> None:
    """Put what the numbers rest on, what the model leaves out, and the record of the run."""
    document.add_heading(t("Assumptions and their grades"), level=1)
    _table(document, _grades(comparison))
    document.add_heading(t("Limitations"), level=1)
    for text in limits.limitations(comparison):
        document.add_paragraph(text, style="List Bullet")
    document.add_heading(t("Run record"), level=1)
    record = "\n".join(f"{label}: {value}" for label, value in run_record(comparison))
    document.add_paragraph(record, style="Quiet")


def _grades(comparison: Comparison) -> Table:
    """Give how many parameters have which grade."""
    rows = tuple(
        (Cell(translated(grade)), Cell(meaning, tone="text"), Cell(f"{count}"), Cell(f"{moving}"))
        for grade, meaning, count, moving in evidence.grade_counts(comparison)
    )
    caption = t("Every parameter has a grade; the full report lists them with their sources.")
    return Table(caption, (t("Grade"), t("What it means"), t("Parameters"), t("Of them uncertain")), rows, words=2)


def _empty(title: str) -> Any:
    """Give a document without content, with its styles, language and properties."""
    import docx
    from docx.enum.style import WD_STYLE_TYPE
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls, qn
    from docx.shared import Cm, Pt, RGBColor

    document = docx.Document()
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21.0), Cm(29.7)
    section.left_margin = section.right_margin = Cm((21.0 - FULL_WIDTH_CM) / 2)
    section.top_margin = section.bottom_margin = Cm(2.0)
    styles = document.styles
    normal = styles["Normal"]
    normal.font.name, normal.font.size = FONT, Pt(SIZE)
    normal.paragraph_format.space_after = Pt(4)
    spoken = normal.element.get_or_add_rPr().makeelement(qn("w:lang"), {qn("w:val"): _tag()})
    normal.element.get_or_add_rPr().append(spoken)
    for name, size, colour in (("Title", 15, ACCENT), ("Heading 1", 13, ACCENT)):
        style = styles[name]
        style.font.name, style.font.size, style.font.bold = FONT, Pt(size), True
        style.font.color.rgb = RGBColor.from_string(colour)
        style.element.rPr.rFonts.attrib.clear()
        style.element.rPr.rFonts.set(qn("w:ascii"), FONT)
        style.element.rPr.rFonts.set(qn("w:hAnsi"), FONT)
    for name, size, colour, bold in (("Quiet", 9, SOFT, False), ("Answer", 14, "1B1F23", True)):
        style = styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = normal
        style.font.size, style.font.bold, style.font.color.rgb = Pt(size), bold, RGBColor.from_string(colour)
    hyphens = parse_xml(f"<w:autoHyphenation {nsdecls('w')}/>")
    document.settings.element.find(qn("w:defaultTabStop")).addnext(hyphens)
    about = document.core_properties
    about.title = title[:LONGEST_PROPERTY]
    about.author, about.comments, about.language = "hecon", "", _tag()
    about.created = about.modified = dt.datetime(*FIRST_DATE, tzinfo=dt.UTC)
    return document


def _tag() -> str:
    """Give the language as documents name it."""
    return TERRITORIES[language()].replace("_", "-")


def _table(document: Any, table: Table) -> None:
    """Put a table: caption above, header repeated on every page, small print under a cell's text, notes beneath."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls
    from docx.shared import Cm, Pt, RGBColor

    caption = document.add_paragraph(table.caption, style="Quiet")
    caption.paragraph_format.keep_with_next = True
    placed = document.add_table(rows=1, cols=len(table.header))
    placed.autofit = False
    placed._tbl.tblPr.append(parse_xml(f"<w:tblBorders {nsdecls('w')}>{LINES}</w:tblBorders>"))
    needed, widths = _needed(table), _widths(table)
    head_size = SMALL * min(1.0, FULL_WIDTH_CM / sum(needed))
    widths = [FULL_WIDTH_CM * width / sum(widths) for width in widths]
    for column, width in zip(placed.columns, widths, strict=True):
        column.width = Cm(width)

    def fill(cell: Any, text: str, detail: str, column: int, *, head: bool, tone: str = "") -> None:
        """Put a cell's text and what stands small under it."""
        cell.width = Cm(widths[column])
        paragraph = cell.paragraphs[0]
        paragraph.paragraph_format.space_after = Pt(0)
        if column >= table.words and tone != "text":
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        run = paragraph.add_run(text)
        run.font.size, run.font.bold = Pt(head_size if head else SMALL + 0.5), head
        for part in filter(None, detail.split(" | ")):
            small = paragraph.add_run(f"\n{part}")
            small.font.size, small.font.bold = Pt(SMALL - 1.0), False
            small.font.color.rgb = RGBColor.from_string(SOFT)
        if tone == "assumed":
            cell._tc.get_or_add_tcPr().append(parse_xml(f'<w:shd {nsdecls("w")} w:val="clear" w:fill="{SHADE}"/>'))

    for column, head in enumerate(table.header):
        fill(placed.rows[0].cells[column], head, "", column, head=True)
    placed.rows[0]._tr.get_or_add_trPr().append(parse_xml(f"<w:tblHeader {nsdecls('w')}/>"))
    for row in table.rows:
        cells = placed.add_row()
        cells._tr.get_or_add_trPr().append(parse_xml(f"<w:cantSplit {nsdecls('w')}/>"))
        for column, cell in enumerate(row):
            fill(cells.cells[column], cell.text, cell.detail, column, head=False, tone=cell.tone)
    for note in table.notes:
        document.add_paragraph(note, style="Quiet")


def _widths(table: Table) -> list[float]:
    """Give columns' widths, in cm: what each needs, and of the rest more to those with longer texts."""
    needed = _needed(table)
    spare = max(FULL_WIDTH_CM - sum(needed), 0.0)
    wanted = []
    for column, least in enumerate(needed):
        longest = max(len(text) for text in _texts(table, column))
        wanted.append(max(LETTER_CM * min(longest, LONGEST) + MARGINS_CM - least, 0.1))
    return [least + spare * more / sum(wanted) for least, more in zip(needed, wanted, strict=True)]


def _needed(table: Table) -> list[float]:
    """Give what each column needs that no word breaks, in cm."""
    words = ([word for text in _texts(table, i) for word in re.split("[ \n]", text)] for i in range(len(table.header)))
    return [LETTER_CM * max(map(len, each)) + MARGINS_CM for each in words]


def _texts(table: Table, column: int) -> list[str]:
    """Give what stands in a column, each line of the small print for itself."""
    cells = [row[column] for row in table.rows]
    return [table.header[column], *(text for cell in cells for text in (cell.text, *cell.detail.split(" | ")))]


def _picture(document: Any, picture: Drawing, alt: str) -> None:
    """Put a figure with what a reader who cannot see it is told."""
    from docx.shared import Cm

    shape = document.add_picture(io.BytesIO(cast("bytes", picture)), width=Cm(0.8 * FULL_WIDTH_CM))
    shape._inline.docPr.set("descr", alt)


def _without_clock(document: Any) -> bytes:
    """Give a document's bytes, its files in their order and without the time they were written."""
    written, again = io.BytesIO(), io.BytesIO()
    document.save(written)
    with zipfile.ZipFile(written) as before, zipfile.ZipFile(again, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            after.writestr(zipfile.ZipInfo(name, FIRST_DATE), before.read(name), zipfile.ZIP_DEFLATED)
    return again.getvalue()

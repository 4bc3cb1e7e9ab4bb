"""The report in short as a Word document: the answer first, in the reader's language, the same bytes each time."""

import re

import docx
import pytest

from hecon.report.formats import write_report
from hecon.report.language import localised, speaking
from hecon.report.statements import answer
from hecon.report.word import LETTER_CM, MARGINS_CM, SMALL, further


@pytest.fixture(scope="module", params=["en", "nb"])
def written(request, whole, tmp_path_factory):
    path = tmp_path_factory.mktemp("word") / "report.docx"
    return request.param, write_report(whole, path, lang=request.param)


def texts(path):
    return [paragraph.text for paragraph in docx.Document(path).paragraphs]


def test_the_answer_stands_under_the_question(written, whole):
    lang, path = written
    with speaking(lang):
        said = answer(localised(whole))
    paragraphs = texts(path)
    assert paragraphs[2] == said.headline
    assert set(said.because) | set(said.changes) <= set(paragraphs)


def test_the_document_says_its_language_and_knows_no_clock(written):
    lang, path = written
    document = docx.Document(path)
    assert document.core_properties.language == {"en": "en-US", "nb": "nb-NO"}[lang]
    assert document.core_properties.created.year == 1980


def test_every_picture_is_told_to_those_who_cannot_see_it(written):
    _, path = written
    shapes = docx.Document(path).inline_shapes
    assert len(shapes) == 2
    assert all(len(shape._inline.docPr.get("descr")) > 40 for shape in shapes)


def test_headers_repeat_and_rows_stay_whole(written):
    _, path = written
    tables = docx.Document(path).tables
    assert len(tables) >= 4
    for table in tables:
        first, *others = [row._tr.trPr for row in table.rows]
        assert first.xpath("w:tblHeader")
        assert all(row.xpath("w:cantSplit") for row in others)


def test_the_same_comparison_gives_the_same_bytes(written, whole, tmp_path):
    lang, path = written
    again = write_report(whole, tmp_path / "again.docx", lang=lang)
    assert again.read_bytes() == path.read_bytes()


def test_columns_are_as_wide_as_their_longest_word(written):
    _, path = written
    for table in docx.Document(path).tables:
        for column in table.columns:
            longest = max(len(word) for word in re.split("[ \n]", column.cells[0].text))
            kept = column.width.cm - MARGINS_CM
            type_cm = LETTER_CM * column.cells[0].paragraphs[0].runs[0].font.size.pt / SMALL
            assert kept >= type_cm * longest - 0.1


def test_words_may_be_hyphenated(written):
    _, path = written
    assert docx.Document(path).settings.element.xpath("w:autoHyphenation")


def test_a_case_file_finds_validation_and_the_value_of_knowing(written, whole):
    lang, path = written
    with speaking(lang):
        said = list(further(localised(whole)))
    assert len(said) >= 3
    assert set(said) <= set(texts(path))


def test_a_title_longer_than_a_property_stands_whole_on_the_page(whole, tmp_path):
    title = "Which program? " * 30
    document = docx.Document(write_report(whole, tmp_path / "report.docx", title))
    assert document.paragraphs[0].text == title
    assert title.startswith(document.core_properties.title)

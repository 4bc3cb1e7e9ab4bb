"""The report as a PDF: every section on paper, readable to a machine, the same bytes each time."""

import re
import shutil
import subprocess
import sys
from importlib import resources

import pytest

from hecon.inputs.errors import InputError
from hecon.report import pdf
from hecon.report.document import render
from hecon.report.formats import write_report


@pytest.fixture(scope="module")
def written(whole, tmp_path_factory):
    """The report of a small run in bokmål, written twice."""
    try:
        pdf.engine()
    except InputError as error:
        pytest.skip(str(error))
    folder = tmp_path_factory.mktemp("pdf")
    return [write_report(whole, folder / f"{name}.pdf", lang="nb") for name in ("one", "two")]


def poppler(tool, *arguments):
    if shutil.which(tool) is None:
        pytest.skip(f"needs {tool}: apt-get install poppler-utils")
    return subprocess.run([tool, *map(str, arguments)], capture_output=True, text=True, check=True).stdout


@pytest.mark.slow
def test_the_same_comparison_gives_the_same_bytes(written):
    one, two = written
    assert one.read_bytes() == two.read_bytes()


@pytest.mark.slow
def test_every_section_is_on_paper(written, whole):
    text = re.sub(r"\s+", " ", poppler("pdftotext", written[0], "-"))
    headings = re.findall(r"<h2[^>]*>([^<{]+)</h2>", render(whole))
    assert len(headings) > 10
    for heading in ("Hvor sikkert", "Hvem betaler hvem", "Kjøringslogg", "CHEERS 2022"):
        assert heading in text
    assert "explore" not in text


@pytest.mark.slow
def test_the_contents_stand_first_with_their_pages(written):
    first = poppler("pdftotext", "-layout", "-l", "2", written[0], "-")
    for name in ("Tiltak", "Hvem betaler hvem", "Budsjettvirkning", "Validering", "Kjøringslogg"):
        found = re.search(rf"{name} \.{{4,}} (\d+)\b", first)
        assert found, name
        page = poppler("pdftotext", "-f", found[1], "-l", found[1], written[0], "-")
        assert name.split()[0][:6].lower() in page.lower()


def test_no_letter_is_too_small_to_read():
    rules = resources.files("hecon.report").joinpath("templates", "print.css").read_text(encoding="utf-8")
    assert min(float(size) for size in re.findall(r"font(?:-size)?:\s*([\d.]+)pt", rules)) >= 7.0


@pytest.mark.slow
def test_pages_are_a4_tagged_and_without_a_clock(written):
    about = poppler("pdfinfo", written[0])
    assert "A4" in about
    assert re.search(r"Tagged:\s+yes", about)
    assert "CreationDate" not in about
    assert int(re.search(r"Pages:\s+(\d+)", about)[1]) > 10


@pytest.mark.slow
def test_every_letter_comes_from_the_fonts_that_come_along(written):
    rows = poppler("pdffonts", written[0]).splitlines()[2:]
    assert rows
    assert all(re.search(rf"\+{pdf.FONT}\S*\s.*\byes\s+yes\s+yes\b", row) for row in rows), rows


def test_no_colour_is_left_to_a_page_that_is_not_there(whole):
    page = render(whole, screen=False)
    drawn = re.findall(r"<svg.*?</svg>", page, flags=re.DOTALL)
    assert len(drawn) > 5
    assert not any("var(--" in figure or "currentColor" in figure for figure in drawn)
    assert "<script" not in page


@pytest.mark.parametrize(("fault", "said"), [(ImportError(), r"pip install 'hecon\[pdf\]'"), (OSError(), "Pango")])
def test_what_is_missing_is_named_in_one_line(monkeypatch, fault, said):
    class Missing:
        def find_spec(self, name, *_):
            if name == "weasyprint":
                raise fault

    for name in [name for name in sys.modules if name.split(".")[0] == "weasyprint"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "meta_path", [Missing(), *sys.meta_path])
    with pytest.raises(InputError, match=said) as caught:
        pdf.engine()
    assert "\n" not in str(caught.value)

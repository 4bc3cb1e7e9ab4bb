"""The report's format is the file's ending, and what is missing is said in one line."""

import builtins
from types import SimpleNamespace

import pytest

import hecon
from hecon.inputs.errors import InputError
from hecon.report import formats
from hecon.report.language import language


@pytest.fixture
def writers(monkeypatch):
    """Every format's writer notes how it was called."""
    calls = []

    def module(suffix):
        def write(comparison, path, title):
            calls.append((suffix, comparison, path, title, language()))

        return SimpleNamespace(write=write)

    monkeypatch.setattr(formats, "_module", module)
    monkeypatch.setattr(formats, "localised", lambda comparison: f"{comparison} in {language()}")
    return calls


def test_the_ending_chooses_the_writer_and_the_language_is_spoken(writers, tmp_path):
    for suffix in formats.FORMATS:
        path = tmp_path / f"report{suffix}"
        assert hecon.write_report("a comparison", path, "Why?", lang="nb") == path
        assert writers.pop() == (suffix, "a comparison in nb", path, "Why?", "nb")
    hecon.write_report("a comparison", str(tmp_path / "report.html"))
    assert writers == [(".html", "a comparison in en", tmp_path / "report.html", None, "en")]
    assert language() == "en"


def test_an_empty_title_is_hecon_s_own_in_every_format(writers, tmp_path):
    for suffix in formats.FORMATS:
        hecon.write_report("a comparison", tmp_path / f"report{suffix}", "")
    assert {title for *_, title, _ in writers} == {None}
    with pytest.raises(InputError, match=r"title: .*U\+0001"):
        hecon.write_report("a comparison", tmp_path / "report.html", "a\x01")


@pytest.mark.parametrize("name", ["report.odt", "report", "report.htm", "report.PDF"])
def test_an_unknown_ending_is_one_line_that_names_those_there_are(writers, tmp_path, name):
    with pytest.raises(InputError, match=r"html, pdf, docx or xlsx") as caught:
        hecon.write_report("a comparison", tmp_path / name)
    assert len(caught.value.faults) == 1
    assert writers == []


def test_an_unknown_language_is_one_line(writers, tmp_path):
    with pytest.raises(InputError, match=r"lang: .*'nn'.*nb"):
        hecon.write_report("a comparison", tmp_path / "report.html", lang="nn")
    assert writers == []


def test_every_fault_of_formats_is_named_once():
    with pytest.raises(InputError) as caught:
        formats.check_formats([".odt", ".html", ".tex", ".odt"])
    assert [line.partition(":")[2][:7] for line in caught.value.faults] == [" 'odt' ", " 'tex' "]


@pytest.mark.parametrize(
    ("error", "named"),
    [
        (OSError("cannot load library 'libpango-1.0-0'"), "Pango"),
        (ImportError("No module", name="weasyprint"), "hecon[pdf]"),
    ],
    ids=["system", "library"],
)
def test_a_pdf_without_what_it_needs_names_the_extra_and_pango(monkeypatch, error, named):
    imported = builtins.__import__

    def importing(name, *args, **kwargs):
        if name.partition(".")[0] == "weasyprint":
            raise error
        return imported(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", importing)
    with pytest.raises(InputError) as caught:
        formats.check_formats([".pdf"])
    (line,) = caught.value.faults
    assert named in line


def test_a_library_that_is_missing_is_named(monkeypatch):
    def missing(_suffix):
        raise ModuleNotFoundError("No module named 'docx'", name="docx")

    monkeypatch.setattr(formats, "_module", missing)
    with pytest.raises(InputError, match=r"docx needs docx: .*pip install") as caught:
        formats.check_formats([".docx"])
    assert len(caught.value.faults) == 1


@pytest.mark.parametrize("error", [ImportError("cannot import name"), ModuleNotFoundError("No", name="hecon.report.x")])
def test_a_fault_of_hecon_s_own_is_no_missing_library(monkeypatch, error):
    def broken(_suffix):
        raise error

    monkeypatch.setattr(formats, "_module", broken)
    with pytest.raises(type(error)):
        formats.check_formats([".docx"])

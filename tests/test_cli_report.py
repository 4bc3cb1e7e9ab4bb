"""`hecon report`: its formats, its language, and reports of stored results."""

from pathlib import Path
from types import SimpleNamespace

import click
import pytest
from click.testing import CliRunner

import hecon
from hecon.cli import main
from hecon.cli.comparisons import RESULTS
from hecon.report import formats
from hecon.report.language import language

SMALL = ("--draws", "4", "--quiet")


def call(*arguments):
    """Run the command in this process."""
    return CliRunner().invoke(main, ["report", *map(str, arguments)], prog_name="hecon")


def assert_refused(result, *named):
    """Assert exit code 2 and one line on the error stream that names what is wrong: never a traceback."""
    assert result.exit_code == 2, result.output
    (line,) = result.stderr.splitlines()
    for words in named:
        assert words in line


@pytest.fixture(scope="module")
def comparison():
    return hecon.compare(hecon.read_parameters(), people=50, draws=2, draw_people=20, weeks=104)


@pytest.fixture
def written(monkeypatch):
    """What the writers of reports were asked for; they write one word."""
    calls = []

    def module(_suffix):
        def write(_comparison, path, title):
            calls.append((path, title, language()))
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("report", encoding="utf-8")

        return SimpleNamespace(write=write)

    monkeypatch.setattr(formats, "_module", module)
    return calls


@pytest.fixture
def runs(monkeypatch, comparison):
    """The runs that were asked for; none takes time."""
    calls = []

    def compare(*_args, **options):
        calls.append(options)
        return comparison

    monkeypatch.setattr("hecon.compare", compare)
    return calls


@pytest.fixture
def kept(monkeypatch):
    """What is kept of a run is a word."""

    def save(_comparison, path):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("kept", encoding="utf-8")

    monkeypatch.setattr("hecon.evaluation.store.save", save)


@pytest.fixture
def stored(comparison, tmp_path):
    return comparison.save(tmp_path / "stored" / RESULTS)


@pytest.fixture
def never(monkeypatch):
    """Nothing is run, read or written."""

    def refuse(*_args, **_options):
        pytest.fail("it began before it had looked at what was asked")

    for name in ("hecon.compare", "hecon.read_comparison", "hecon.cli.comparisons.write_report"):
        monkeypatch.setattr(name, refuse)


def test_it_says_what_it_wrote_and_keeps_the_results(runs, written, comparison, tmp_path):
    out = tmp_path / "some" / "report.html"
    result = call(*SMALL, "--out", out, "--title", "Why?")
    assert result.exit_code == 0, result.output
    headline, report, results = result.stdout.splitlines()
    assert headline == hecon.answer(comparison).headline
    assert report == f"Report: {out}"
    assert results.startswith(f"Results: {out.parent / RESULTS}")
    assert results.endswith(f"hecon report --from {out.parent / RESULTS}")
    assert sorted(out.parent.iterdir()) == [out, out.parent / RESULTS]
    assert len(runs) == 1
    assert written == [(out, "Why?", "en")]
    assert hecon.read_comparison(out.parent / RESULTS).record == comparison.record


@pytest.mark.usefixtures("kept")
def test_many_formats_of_one_run_in_the_order_asked(runs, written, tmp_path):
    result = call(*SMALL, "--format", "docx, html,xlsx,docx", "--out", tmp_path / "brief.html", "--lang", "nb")
    assert result.exit_code == 0, result.output
    names = ["brief.docx", "brief.html", "brief.xlsx"]
    assert [path.name for path, *_ in written] == names
    assert {lang for *_, lang in written} == {"nb"}
    assert [line.rpartition("/")[2] for line in result.stdout.splitlines()[1:-1]] == names
    assert len(runs) == 1


@pytest.mark.usefixtures("runs", "written", "kept")
def test_the_headline_is_in_the_reports_language(comparison, tmp_path):
    english = call(*SMALL, "--out", tmp_path / "report.html").stdout.splitlines()[0]
    norsk = call(*SMALL, "--out", tmp_path / "rapport.html", "--lang", "nb").stdout.splitlines()[0]
    assert english == hecon.answer(comparison).headline != norsk
    assert norsk
    assert language() == "en"


@pytest.mark.usefixtures("runs", "written")
def test_two_reports_in_a_folder_keep_two_runs(tmp_path):
    other = tmp_path / RESULTS
    other.write_text("of another run", encoding="utf-8")
    result = call(*SMALL, "--out", tmp_path / "ours.html")
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines()[-1].startswith(f"Results: {tmp_path / 'ours.nc'}, ")
    assert other.read_text(encoding="utf-8") == "of another run"
    assert hecon.read_comparison(tmp_path / "ours.nc").record["draws"]


@pytest.mark.usefixtures("never")
def test_a_title_that_no_file_can_hold_is_refused(tmp_path):
    assert_refused(call(*SMALL, "--title", "a\x0bb", "--out", tmp_path / "report.html"), "title", "U+000B")


@pytest.mark.usefixtures("runs", "kept")
@pytest.mark.parametrize(
    ("options", "name"),
    [
        ((), "report.html"),
        (("--lang", "nb"), "rapport.html"),
        (("--format", "pdf"), "report.pdf"),
        (("--out", "brief.docx"), "brief.docx"),
        (("--out", "brief.docx", "--format", "xlsx"), "brief.xlsx"),
        (("--out", "brief"), "brief.html"),
    ],
)
def test_where_it_writes_when_little_is_said(written, tmp_path, monkeypatch, options, name):
    monkeypatch.chdir(tmp_path)
    assert call(*SMALL, *options).exit_code == 0
    ((path, *_),) = written
    assert path.name == name
    assert path.parent == (Path() if "--out" in options else Path("results"))


def test_a_stored_result_is_reported_without_a_run(written, stored, tmp_path, monkeypatch):
    monkeypatch.setattr("hecon.compare", lambda *_args, **_options: pytest.fail("it ran"))
    result = call("--from", stored, "--out", tmp_path / "new" / "report.html", "--lang", "nb", "--quiet")
    assert result.exit_code == 0, result.output
    assert [line.partition(":")[0] for line in result.stdout.splitlines()[1:]] == ["Report"]
    assert sorted((tmp_path / "new").iterdir()) == [tmp_path / "new" / "report.html"]
    assert len(written) == 1


@pytest.mark.usefixtures("never")
@pytest.mark.parametrize(
    "option",
    [
        ("--draws", "4"),
        ("--people", "9"),
        ("--base-people", "9"),
        ("--weeks", "104"),
        ("--seed", str(hecon.SEED)),
        ("--threads", "1"),
        ("--strategy", "early_follow_up"),
        ("--cohort", "people.csv"),
        ("--overlay", "mine.toml"),
        ("--scenario", "frailty_off"),
        ("--date", "2025-07-01"),
    ],
)
def test_an_option_of_a_run_beside_a_stored_one_is_refused(tmp_path, option):
    """Even one that says what the run was: nobody need know that it does nothing."""
    assert_refused(call("--from", "results.nc", "--out", tmp_path / "report.html", *option), "--from", option[0])


@pytest.mark.usefixtures("never")
def test_every_option_of_a_run_is_named_at_once(tmp_path):
    options = ("--draws", 4, "--seed", 3)
    assert_refused(call("--from", "results.nc", "--out", tmp_path / "report.html", *options), "--draws, --seed")


def test_a_file_that_is_no_result_is_refused(written, tmp_path):
    other = tmp_path / "other.nc"
    other.write_text("no result", encoding="utf-8")
    assert_refused(call("--from", other, "--out", tmp_path / "report.html"), "other.nc", "NetCDF")
    assert_refused(call("--from", tmp_path / "none.nc", "--out", tmp_path / "report.html"), "none.nc", "is no file")
    assert written == []


@pytest.mark.usefixtures("never")
def test_every_unknown_format_is_named_at_once(tmp_path):
    result = call(*SMALL, "--format", "html,odt,tex", "--out", tmp_path / "report.html")
    assert result.exit_code == 2
    lines = result.stderr.splitlines()
    assert len(lines) == 2
    assert "odt" in lines[0]
    assert "tex" in lines[1]
    assert all("html, pdf, docx or xlsx" in line for line in lines)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("never")
@pytest.mark.parametrize("formats", ["", ",", "html,"])
def test_an_empty_format_is_refused(tmp_path, formats):
    result = call(*SMALL, "--format", formats, "--out", tmp_path / "report.html")
    assert result.exit_code == 2
    assert "html, pdf, docx or xlsx" in result.stderr


@pytest.mark.usefixtures("never")
def test_an_ending_that_no_report_has_is_refused(tmp_path):
    assert_refused(call(*SMALL, "--out", tmp_path / "report.txt"), "--out", ".txt", "html, pdf, docx or xlsx")


@pytest.mark.usefixtures("never")
def test_a_language_that_no_report_has_is_refused(tmp_path):
    assert_refused(call(*SMALL, "--lang", "nn", "--out", tmp_path / "report.html"), "nn", "nb")


@pytest.mark.usefixtures("never")
@pytest.mark.parametrize("occupied", ["report.docx", RESULTS])
def test_every_place_is_looked_at_before_anything_runs(tmp_path, occupied):
    (tmp_path / occupied).mkdir()
    result = call(*SMALL, "--format", "html,docx", "--out", tmp_path / "report.html")
    assert_refused(result, "--out", f"{occupied} is a folder")
    assert [path.name for path in tmp_path.iterdir()] == [occupied]


@pytest.mark.usefixtures("never")
def test_what_a_format_needs_is_looked_for_before_anything_runs(tmp_path, monkeypatch):
    def missing(_suffix):
        raise ModuleNotFoundError("No module named 'xlsxwriter'", name="xlsxwriter")

    monkeypatch.setattr(formats, "_module", missing)
    assert_refused(call(*SMALL, "--format", "xlsx", "--out", tmp_path / "report.html"), "xlsx needs xlsxwriter")


@pytest.mark.usefixtures("runs", "kept")
def test_a_report_that_fails_leaves_the_run(monkeypatch, tmp_path):
    def full(*_args, **_options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("hecon.cli.comparisons.write_report", full)
    assert_refused(call(*SMALL, "--out", tmp_path / "report.html"), "No space left")
    assert [path.name for path in tmp_path.iterdir()] == [RESULTS]


@pytest.mark.usefixtures("runs", "written", "kept")
def test_open_shows_the_first_file(tmp_path, monkeypatch):
    shown = []
    monkeypatch.setattr(click, "launch", lambda place: shown.append(place) or 0)
    result = call(*SMALL, "--format", "docx,html", "--out", tmp_path / "report.html", "--open")
    assert result.exit_code == 0
    assert shown == [str(tmp_path / "report.docx")]
    assert result.stderr == ""


@pytest.mark.usefixtures("runs", "written", "kept")
def test_open_on_a_machine_without_a_viewer_is_a_line(tmp_path, monkeypatch):
    monkeypatch.setattr("subprocess.Popen", lambda *_args, **_options: (_ for _ in ()).throw(FileNotFoundError()))
    result = call(*SMALL, "--out", tmp_path / "report.html", "--open")
    assert result.exit_code == 0
    assert len(result.stdout.splitlines()) == 3
    assert result.stderr.splitlines() == [f"--open: no program shows {tmp_path / 'report.html'} here: open it yourself"]

"""Comparing the programs: the report, and the results as files."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click
from click.core import ParameterSource

import hecon
from hecon.cli.options import COHORT, check_place, on_workers, parameters_of, reading, size, sizes_of
from hecon.inputs.errors import InputError
from hecon.report.formats import FORMATS, check_formats, check_title, named_formats, write_report
from hecon.report.language import ENGLISH, LANGUAGES, localised, speaking

if TYPE_CHECKING:
    from hecon.evaluation.comparison import Comparison

RESULTS = "results.nc"
FOLDER = Path("results")
BLOCKS, KEPT = "blocks", "block.npy"
"""The folder of a run's blocks beside its results, and a file as there may be in it."""
NAMES = {ENGLISH: "report", "nb": "rapport"}
"""How a report is called, by its language."""
HTML = "html"
OF_A_REPORT = {"out", "title", "lang", "formats", "stored", "show", "quiet"}
"""Options of `hecon report` that a stored result leaves something to say with."""


kept_until_done = click.option(
    "--checkpoint",
    type=click.Path(path_type=Path),
    help="Where blocks of a large run are kept until it is done: one that was killed goes on from there.  "
    "[default: blocks, beside the results]",
)


@click.command()
@reading
@COHORT
@size
@on_workers
@kept_until_done
@click.option(
    "--from",
    "stored",
    type=click.Path(path_type=Path),
    metavar="RESULTS.NC",
    help="A run's stored results, to report without running again.",
)
@click.option(
    "--format", "formats", metavar="html,pdf,docx,xlsx", help="One or more, with commas.  [default: html, or --out's]"
)
@click.option(
    "--lang", type=click.Choice(list(LANGUAGES)), default=ENGLISH, show_default=True, help="The report's language."
)
@click.option("--title", help="The report's title.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="Where; its ending becomes that of each format.  [default: results/report.html, in Norwegian "
    "results/rapport.html]",
)
@click.option("--open", "show", is_flag=True, help="Show the first file when it is written.")
def report(
    stored: Path | None,
    formats: str | None,
    lang: str,
    title: str | None,
    out: Path | None,
    checkpoint: Path | None,
    *,
    show: bool,
    **options: Any,  # noqa: ANN401  (click passes what the options declare)
) -> None:
    """Compare the programs and write the report, as one HTML file or in other formats.

    The results are kept beside it, as results.nc, or under the name that --out gives: with --from they give other
    formats, and the other language, in seconds.
    """
    if stored is not None:
        _refuse_a_run(stored)
    check_title(title)
    place = out or FOLDER / NAMES[lang]
    files = _files(place, formats)
    keep = None if stored is not None else place.parent / _results(place)
    for file in (place, *files, *(() if keep is None else (keep,))):
        check_place(file.parent, file)
    comparison = _run(checkpoint, keep, **options) if keep is not None else hecon.read_comparison(cast("Path", stored))
    for file in files:
        write_report(comparison, file, title, lang=lang)
    with speaking(lang):
        click.echo(hecon.answer(localised(comparison)).headline)
    for file in files:
        click.echo(f"Report: {file}")
    if keep is not None:
        click.echo(f"Results: {keep}, for other formats without a new run: hecon report --from {keep}")
    if show and click.launch(str(files[0])):
        click.echo(f"--open: no program shows {files[0]} here: open it yourself", err=True)


@click.command()
@reading
@COHORT
@size
@on_workers
@kept_until_done
@click.option("--out", type=click.Path(path_type=Path), default=FOLDER, show_default=True)
def run(out: Path, checkpoint: Path | None, **options: Any) -> None:  # noqa: ANN401
    """Compare the programs and write the results: results.nc (NetCDF) and a CSV for each table."""
    check_place(out, out / RESULTS)
    comparison = _run(checkpoint, out / RESULTS, **options)
    click.echo("\n".join(str(path) for path in [out / RESULTS, *comparison.save_csv(out)]))


def _run(
    checkpoint: Path | None,
    keep: Path,
    *,
    date: str | None,
    overlays: tuple[Path, ...],
    scenarios: tuple[str, ...],
    **options: Any,  # noqa: ANN401
) -> "Comparison":
    """Compare, and keep the results: first, for whatever becomes of a report, the run is not lost."""
    from hecon.model.checkpoint import keeping

    folder = checkpoint or keep.parent / BLOCKS
    check_place(folder, folder / KEPT, "--checkpoint")
    with keeping(folder):
        comparison = hecon.compare(parameters_of(date, overlays, scenarios), **sizes_of(**options))
        comparison.save(keep)
    return comparison


def _results(place: Path) -> str:
    """Give the name of the results beside a report, its own unless it is the default: two reports keep two runs."""
    return RESULTS if place.stem in NAMES.values() else f"{place.stem}{Path(RESULTS).suffix}"


def _files(place: Path, formats: str | None) -> list[Path]:
    """Give the files to write, one a format, when all of the formats can be written here."""
    ending = place.suffix
    if ending and ending not in FORMATS:
        raise InputError(f"--out: {place} ends in {ending}: end it in {named_formats()}, or in none")
    asked = (ending.removeprefix(".") or HTML) if formats is None else formats
    suffixes = [f".{name.strip()}" for name in asked.split(",")]
    check_formats(suffixes)
    return [place.with_suffix(suffix) for suffix in dict.fromkeys(suffixes)]


def _refuse_a_run(stored: Path) -> None:
    """Refuse the options of a run beside a run's stored results."""
    context = click.get_current_context()
    given = [
        option.opts[0]
        for option in context.command.params
        if option.name not in OF_A_REPORT
        and context.get_parameter_source(option.name or "") is ParameterSource.COMMANDLINE
    ]
    if given:
        raise InputError(f"--from: {stored} is a run that is done: leave out {', '.join(given)}, or --from to run anew")

"""Comparing the programs: the report, and the results as files."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import hecon
from hecon.cli.options import COHORT, check_place, parameters_of, reading, size, sizes_of

if TYPE_CHECKING:
    from hecon.evaluation.comparison import Comparison


@click.command()
@reading
@COHORT
@size
@click.option("--out", type=click.Path(path_type=Path), default=Path("results/report.html"), show_default=True)
@click.option("--title", help="The report's title.")
def report(out: Path, title: str | None, **options: Any) -> None:  # noqa: ANN401  (click passes what the options declare)
    """Compare the programs and write the report, one HTML file."""
    check_place(out.parent, out)
    comparison = _compare(**options)
    written = hecon.write_report(comparison, out, title)
    click.echo(hecon.answer(comparison).headline)
    click.echo(f"Report: {written}")


@click.command()
@reading
@COHORT
@size
@click.option("--out", type=click.Path(path_type=Path), default=Path("results"), show_default=True)
def run(out: Path, **options: Any) -> None:  # noqa: ANN401
    """Compare the programs and write the results: results.nc (NetCDF) and a CSV for each table."""
    check_place(out, out / "results.nc")
    comparison = _compare(**options)
    files = [comparison.save(out / "results.nc"), *comparison.save_csv(out)]
    click.echo("\n".join(str(path) for path in files))


def _compare(
    *,
    date: str | None,
    overlays: tuple[Path, ...],
    scenarios: tuple[str, ...],
    **options: Any,  # noqa: ANN401
) -> "Comparison":
    return hecon.compare(parameters_of(date, overlays, scenarios), **sizes_of(**options))

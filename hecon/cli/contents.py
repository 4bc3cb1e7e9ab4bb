"""What the files hold: parameters, programs, and whether the model keeps its laws with them."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import click

import hecon
from hecon.cli.options import COHORT, check_place, parameters_of, reading

if TYPE_CHECKING:
    from hecon.inputs.parameters import Parameter, Parameters


@click.command()
@reading
@click.argument("name", required=False)
@click.option("--grade", help="Only those of this grade, such as assumption.")
def parameters(name: str | None, grade: str | None, **options: Any) -> None:  # noqa: ANN401
    """List the parameters, or show NAME with its source."""
    _check_grade(grade)
    read = parameters_of(**options)
    if name is not None:
        _show(read, read[name])
        return
    for entry in sorted(read.entries.values(), key=lambda entry: (entry.file, entry.name)):
        if grade is None or entry.grade == grade:
            click.echo(f"{entry.name:45} {_number(entry.value):>12} {entry.unit:28.28} {entry.grade:11} {entry.source}")


@click.command()
@reading
@click.argument("name", required=False)
@click.option("--page", type=click.Path(path_type=Path), help="Write programs.md to this folder.")
def programs(name: str | None, page: Path | None, **options: Any) -> None:  # noqa: ANN401
    """List the programs and what their effects rest on, or show NAME."""
    from hecon.inputs.errors import InputError, closest
    from hecon.report.programs import PAGE, in_order, listed, section, write_page

    read = parameters_of(**options)
    if page is not None:
        check_place(page, page / PAGE, "--page")
        click.echo(f"Written: {write_page(read, page)}")
    elif name is None:
        click.echo("\n".join(listed(read, each) for each in in_order(read)))
    elif name in read.programs:
        click.echo(section(read, name))
    else:
        raise InputError(f"{name!r} is not a program: {closest(name, read.programs)}")


@click.command()
@reading
@COHORT
def check(cohort: Path | None, **options: Any) -> None:  # noqa: ANN401
    """Check the parameter files and the model's laws on a small run."""
    from hecon.inputs.responses import stale_curves

    read = parameters_of(**options)
    for name in read.scenarios:
        read.with_scenario(name)
    click.echo(
        f"{len(read.entries)} parameters, {len(read.programs)} programs, {len(read.scenarios)} scenarios: in order"
    )
    for warning in stale_curves(read):
        click.echo(f"warning  {warning}")
    people = None if cohort is None else hecon.read_cohort(cohort)
    laws = hecon.check_laws(read, people)
    for law in laws:
        click.echo(f"{'kept  ' if law.kept else 'BROKEN'}  {law.name} ({law.detail})")
    if not all(law.kept for law in laws):
        sys.exit(1)


def _check_grade(grade: str | None) -> None:
    from hecon.inputs.errors import InputError
    from hecon.inputs.schema import Grade

    grades = get_args(Grade)
    if grade is not None and grade not in grades:
        raise InputError(f"--grade: {grade!r} is no grade: choose among {', '.join(grades)}")


def _show(read: "Parameters", entry: "Parameter") -> None:
    source = read.sources.get(entry.source)
    lines = {
        "name": entry.name,
        "label": entry.label,
        "value": f"{_number(entry.value)} {entry.unit}",
        "published": f"{_number(entry.published)} ({entry.currency} of {entry.price_year})" if entry.price_year else "",
        "uncertainty": str(dict(entry.distribution)) if entry.distribution else entry.block or "fixed",
        "grade": f"{entry.grade}, read: {entry.read}",
        "spread": f"{entry.spread}: not the source's own" if entry.spread else "",
        "source": entry.source if source is None else f"{source.authors} ({source.year}). {source.title}.",
        "where": entry.locator,
        "file": entry.file,
    }
    for key, text in lines.items():
        if text:
            click.echo(f"{key:12} {text}")


def _number(value: "float | tuple[float, ...]") -> str:
    return f"{value:.6g}" if isinstance(value, float) else f"{len(value)} values"

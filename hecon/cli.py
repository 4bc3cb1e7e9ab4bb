"""The command `hecon`."""

import datetime as dt
import logging
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, get_args

import click
from click.core import ParameterSource

import hecon

if TYPE_CHECKING:
    from hecon.evaluation.comparison import Comparison
    from hecon.inputs.parameters import Parameter, Parameters

Command = TypeVar("Command", bound=Callable[..., object])

WIDTH = 100
COUNT = click.IntRange(min=1)
COHORT = click.option(
    "--cohort", type=click.Path(path_type=Path), help="A CSV of your own people, in place of synthetic ones."
)


class _Group(click.Group):
    """A group that answers bad input in one line and with exit code 2, never with a traceback."""

    def main(self, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401  (as click declares it)
        """Run the command; click's own complaints are one line too."""
        if not kwargs.get("standalone_mode", True):
            return super().main(*args, **kwargs)
        try:
            result = super().main(*args, **{**kwargs, "standalone_mode": False})
        except click.exceptions.NoArgsIsHelpError as error:
            click.echo(error.format_message())
            sys.exit(0)
        except click.ClickException as error:
            click.echo(f"{error.format_message()} See hecon --help.", err=True)
            sys.exit(error.exit_code)
        except click.Abort:
            click.echo("interrupted: nothing half-written is left", err=True)
            sys.exit(130)
        sys.exit(result if isinstance(result, int) else 0)

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401
        from hecon.inputs.errors import InputError

        try:
            return super().invoke(ctx)
        except InputError as error:
            click.echo(str(error), err=True)
            ctx.exit(2)
        except BrokenPipeError:  # who reads us, such as `head`, has had enough
            sys.stdout = None
            ctx.exit(0)
        except OSError as error:
            click.echo(f"{error.filename or 'file'}: {error.strerror or error}: choose another place", err=True)
            ctx.exit(2)
        except KeyboardInterrupt:
            click.echo("interrupted: nothing half-written is left", err=True)
            ctx.exit(130)


def reading(command: Command) -> Command:
    """Add the options that say which parameters are read."""
    options = (
        click.option("--date", metavar="YYYY-MM-DD", help="The date whose statute holds.  [default: 2025-07-01]"),
        click.option(
            "--overlay",
            "overlays",
            type=click.Path(path_type=Path),
            multiple=True,
            help="A file, or folder of files, of your own values; may be repeated.",
        ),
        click.option("--scenario", "scenarios", multiple=True, help="A named scenario; may be repeated."),
    )
    for option in reversed(options):
        command = option(command)
    return command


def size(command: Command) -> Command:
    """Add the options that say what is compared, and how large the run is."""
    options = (
        click.option(
            "--strategy",
            "strategies",
            multiple=True,
            help="A program file's name, the comparator first; may be repeated.  [default: the four of the report]",
        ),
        click.option(
            "--draws", type=COUNT, default=1000, show_default=True, help="Draws of the probabilistic analysis."
        ),
        click.option("--people", type=COUNT, default=1000, show_default=True, help="People in each draw."),
        click.option("--base-people", type=COUNT, default=20_000, show_default=True, help="People in the base case."),
        click.option("--weeks", type=COUNT, default=260, show_default=True, help="The long horizon."),
        click.option("--seed", default=hecon.SEED, show_default=True, help="Of all luck."),
        click.option(
            "--threads", type=click.IntRange(min=1), help="Never shows in results.  [default: all processors]"
        ),
        click.option("--quiet", is_flag=True, help="No progress bars."),
    )
    for option in reversed(options):
        command = option(command)
    return command


@click.group(cls=_Group, context_settings={"max_content_width": WIDTH, "help_option_names": ["-h", "--help"]})
@click.version_option(hecon.__version__, prog_name="hecon")
def main() -> None:
    """Which return-to-work program is worth its cost in Norway, to whom, and how sure are we."""
    logging.basicConfig(level=logging.WARNING, format="%(message)s")


@main.command()
@reading
@COHORT
@size
@click.option("--out", type=click.Path(path_type=Path), default=Path("results/report.html"), show_default=True)
@click.option("--title", help="The report's title.")
def report(out: Path, title: str | None, **options: Any) -> None:  # noqa: ANN401  (click passes what the options declare)
    """Compare the programs and write the report, one HTML file."""
    _check_place(out.parent, out)
    comparison = _compare(**options)
    written = hecon.write_report(comparison, out, title)
    click.echo(hecon.answer(comparison).headline)
    click.echo(f"Report: {written}")


@main.command()
@reading
@COHORT
@size
@click.option("--out", type=click.Path(path_type=Path), default=Path("results"), show_default=True)
def run(out: Path, **options: Any) -> None:  # noqa: ANN401
    """Compare the programs and write the results: results.nc (NetCDF) and a CSV for each table."""
    _check_place(out, out / "results.nc")
    comparison = _compare(**options)
    files = [comparison.save(out / "results.nc"), *comparison.save_csv(out)]
    click.echo("\n".join(str(path) for path in files))


@main.command()
@reading
@click.argument("name", required=False)
@click.option("--grade", help="Only those of this grade, such as assumption.")
def parameters(name: str | None, grade: str | None, **options: Any) -> None:  # noqa: ANN401
    """List the parameters, or show NAME with its source."""
    _check_grade(grade)
    read = _parameters(**options)
    if name is not None:
        _show(read, read[name])
        return
    for entry in sorted(read.entries.values(), key=lambda entry: (entry.file, entry.name)):
        if grade is None or entry.grade == grade:
            click.echo(f"{entry.name:45} {_number(entry.value):>12} {entry.unit:28.28} {entry.grade:11} {entry.source}")


@main.command()
@reading
@click.argument("name", required=False)
@click.option("--page", type=click.Path(path_type=Path), help="Write programs.md to this folder.")
def programs(name: str | None, page: Path | None, **options: Any) -> None:  # noqa: ANN401
    """List the programs and what their effects rest on, or show NAME."""
    from hecon.inputs.errors import InputError, closest
    from hecon.report.programs import PAGE, in_order, listed, section, write_page

    read = _parameters(**options)
    if page is not None:
        _check_place(page, page / PAGE, "--page")
        click.echo(f"Written: {write_page(read, page)}")
    elif name is None:
        click.echo("\n".join(listed(read, each) for each in in_order(read)))
    elif name in read.programs:
        click.echo(section(read, name))
    else:
        raise InputError(f"{name!r} is not a program: {closest(name, read.programs)}")


@main.command()
@reading
@COHORT
def check(cohort: Path | None, **options: Any) -> None:  # noqa: ANN401
    """Check the parameter files and the model's laws on a small run."""
    from hecon.inputs.responses import stale_curves

    read = _parameters(**options)
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


@main.command()
@click.option("--scenario", help="Make the table of a named scenario, in place of the base case's.")
@click.option("--checks", is_flag=True, help="Refit without parts of the data, on known truth, under other priors.")
@click.option(
    "--programs",
    "program",
    metavar="[NAME]",
    is_flag=False,
    flag_value="",
    help="Make the response curves of programs whose effect was measured, or of NAME; rows and people have defaults "
    "of their own.",
)
@click.option("--rows", default=1000, show_default=True, help="Rows of the table.")
@click.option("--people", default=20_000, show_default=True, help="People in each emulated arm.")
@click.option("--seed", default=hecon.SEED, show_default=True, help="Of all luck.")
@click.option("--threads", type=COUNT, help="Never shows in results.")
@click.option("--folder", type=click.Path(path_type=Path), help="Of parameters; its calibrated/ is written.")
@click.option(
    "--checkpoint",
    type=click.Path(path_type=Path),
    default=Path("results/calibration"),
    show_default=True,
    help="Where steps are kept: a run that was killed goes on from there.",
)
def calibrate(
    scenario: str | None,
    program: str | None,
    rows: int,
    folder: Path | None,
    *,
    checks: bool,
    **options: Any,  # noqa: ANN401
) -> None:
    """Draw what was never published from its posterior, and write parameters/calibrated/."""
    from hecon.calibration.tables import make_checks, make_tables
    from hecon.inputs.errors import InputError

    if program is not None:
        if scenario is not None or checks:
            raise InputError("--programs: curves are of the base case: leave --scenario and --checks out")
        _make_curves(program, folder, rows=rows, **options)
        return
    if checks:
        if scenario is not None:
            raise InputError("--checks: they are of the base case: leave --scenario out")
        click.echo(f"Checks: {make_checks(folder, progress=True, **options)}")
        return
    for name, posterior in make_tables(folder, scenario, rows=rows, progress=True, **options).items():
        click.echo(name)
        click.echo(f"{'figure':55} {'published':>10} {'model':>10} {'errors off':>10}")
        data = posterior.data
        for column, (target, error) in enumerate(zip(data.targets, data.error, strict=True)):
            mean = posterior.emulated[:, column].mean()
            click.echo(f"{target.name:55} {target.value:10.3g} {mean:10.3g} {(mean - target.value) / error:10.1f}")
        click.echo(
            f"R-hat at most {posterior.r_hat.max():.3f}, effective sample size at least "
            f"{posterior.effective_size.min():.0f}, emulator off by at most {posterior.emulator_error.max():.2f} "
            "standard errors"
        )


def _make_curves(program: str, folder: Path | None, **options: Any) -> None:  # noqa: ANN401
    """Make response curves, of the size asked for or else of their own, and say what they reach."""
    from hecon.calibration.responses import make_curves

    source = click.get_current_context().get_parameter_source
    sizes = {name: options[name] for name in ("rows", "people") if source(name) is not ParameterSource.DEFAULT}
    names = (program,) if program else ()
    given = {name: options[name] for name in ("seed", "threads")}
    curves = make_curves(folder, names, progress=True, **given, **sizes)
    click.echo(f"{'program':45} {'figure':15} {'at 1/8':>10} {'at 1':>10} {'at 8':>10}")
    for made in curves:
        reached = made.value[[0, len(made.value) // 2, -1]]
        click.echo(f"{made.program:45} {made.figure:15} " + " ".join(f"{value:10.3g}" for value in reached))


@main.command()
@click.option("--trials", default=4000, show_default=True, help="Simulated trials.")
@click.option("--unseen-draws", default=400, show_default=True, help="Draws of other studies; 0 leaves them out.")
@click.option("--seed", default=hecon.SEED, show_default=True, help="Of all luck.")
@click.option("--threads", type=COUNT, help="Never shows in results.")
@click.option("--scenario", help="A named scenario to put in place.")
@click.option("--folder", type=click.Path(path_type=Path), help="Of parameters.")
@click.option("--json", "numbers", type=click.Path(path_type=Path), help="Write the numbers to this file.")
@click.option("--page", type=click.Path(path_type=Path), help="Write validation.md and its figures to this folder.")
@click.option("--quiet", is_flag=True, help="No progress bars.")
def validate(folder: Path | None, numbers: Path | None, page: Path | None, *, quiet: bool, **options: Any) -> None:  # noqa: ANN401
    """Run the Trondheim trial again and again, and see where its published figures fall."""
    from hecon.calibration.figures import DATE
    from hecon.report.validation import FOLDER, NUMBERS, PAGE, terminal, write_page

    files = [] if numbers is None else [numbers]
    for file in files:
        _check_place(file.parent, file, "--json")
    if page is not None:
        _check_place(page, page / PAGE, "--page")
        files.append(page / FOLDER / NUMBERS)
    validation = hecon.validate(hecon.read_parameters(DATE, folder), progress=not quiet, **options)
    content = validation.content()
    for file in files:
        validation.save(file)
    click.echo(terminal(content))
    for file in [*files, *([] if page is None else [write_page(content, page)])]:
        click.echo(f"Written: {file}")


def _check_place(folder: Path, file: Path, option: str = "--out") -> None:
    """Refuse a place that cannot be written, before minutes are spent."""
    from hecon.inputs.errors import InputError

    if file.is_dir():
        raise InputError(f"{option}: {file} is a folder: name a file in it")
    there = next(place for place in (folder.absolute(), *folder.absolute().parents) if place.exists())
    if not there.is_dir() or not os.access(there, os.W_OK):
        raise InputError(f"{option}: {there} cannot be written: choose another place")


def _check_grade(grade: str | None) -> None:
    from hecon.inputs.errors import InputError
    from hecon.inputs.schema import Grade

    grades = get_args(Grade)
    if grade is not None and grade not in grades:
        raise InputError(f"--grade: {grade!r} is no grade: choose among {', '.join(grades)}")


def _parameters(date: str | None, overlays: tuple[Path, ...], scenarios: tuple[str, ...]) -> "Parameters":
    from hecon.inputs.errors import InputError
    from hecon.inputs.parameters import DATE

    try:
        day = DATE if date is None else dt.date.fromisoformat(date)
    except ValueError:
        raise InputError(f"--date: {date!r} is no date: write it as {DATE}") from None
    read = hecon.read_parameters(day, overlays=overlays)
    for name in scenarios:
        read = read.with_scenario(name)
    return read


def _compare(
    *,
    cohort: Path | None,
    strategies: tuple[str, ...],
    draws: int,
    people: int,
    base_people: int,
    weeks: int,
    seed: int,
    threads: int | None,
    quiet: bool,
    **options: Any,  # noqa: ANN401
) -> "Comparison":
    from hecon.model.simulation import STRATEGIES

    return hecon.compare(
        _parameters(**options),
        strategies=strategies or STRATEGIES,
        people=base_people,
        draws=draws,
        draw_people=people,
        weeks=weeks,
        seed=seed,
        cohort=None if cohort is None else hecon.read_cohort(cohort),
        threads=threads,
        progress=not quiet,
    )


def _show(read: "Parameters", entry: "Parameter") -> None:
    source = read.sources.get(entry.source)
    lines = {
        "name": entry.name,
        "label": entry.label,
        "value": f"{_number(entry.value)} {entry.unit}",
        "published": f"{_number(entry.published)} ({entry.currency} of {entry.price_year})" if entry.price_year else "",
        "uncertainty": str(dict(entry.distribution)) if entry.distribution else entry.block or "fixed",
        "grade": f"{entry.grade}, read: {entry.read}",
        "source": entry.source if source is None else f"{source.authors} ({source.year}). {source.title}.",
        "where": entry.locator,
        "file": entry.file,
    }
    for key, text in lines.items():
        if text:
            click.echo(f"{key:12} {text}")


def _number(value: "float | tuple[float, ...]") -> str:
    return f"{value:.6g}" if isinstance(value, float) else f"{len(value)} values"

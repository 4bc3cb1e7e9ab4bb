"""The model and the data: calibration and validation."""

from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

import hecon
from hecon.cli.options import COUNT, check_place, on_workers
from hecon.inputs.errors import InputError


@click.command()
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
@on_workers
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


@click.command()
@click.option("--trials", default=4000, show_default=True, help="Simulated trials.")
@click.option("--unseen-draws", default=400, show_default=True, help="Draws of other studies; 0 leaves them out.")
@click.option("--seed", default=hecon.SEED, show_default=True, help="Of all luck.")
@click.option("--threads", type=COUNT, help="Never shows in results.")
@on_workers
@click.option("--scenario", help="A named scenario to put in place.")
@click.option("--folder", type=click.Path(path_type=Path), help="Of parameters.")
@click.option("--json", "numbers", type=click.Path(path_type=Path), help="Write the numbers to this file.")
@click.option(
    "--keep", is_flag=True, help="Write the numbers beside the calibrated table, where the report reads them."
)
@click.option("--page", type=click.Path(path_type=Path), help="Write validation.md and its figures to this folder.")
@click.option("--quiet", is_flag=True, help="No progress bars.")
def validate(
    folder: Path | None,
    numbers: Path | None,
    page: Path | None,
    *,
    keep: bool,
    quiet: bool,
    **options: Any,  # noqa: ANN401
) -> None:
    """Run the Trondheim trial again and again, and see where its published figures fall."""
    from hecon.calibration.figures import DATE
    from hecon.report.validation import NUMBERS, PAGE, terminal, write_page

    files = [] if numbers is None else [numbers]
    for file in files:
        check_place(file.parent, file, "--json")
    if page is not None:
        check_place(page, page / PAGE, "--page")
    parameters = hecon.read_parameters(DATE, folder)
    if keep:
        if options["scenario"] is not None:
            raise InputError(f"--keep: what is kept is the base case, not {options['scenario']}: write it with --json")
        check_place(parameters.folder / "calibrated", parameters.folder / NUMBERS, "--keep")
        files.append(parameters.folder / NUMBERS)
    validation = hecon.validate(parameters, progress=not quiet, **options)
    content = validation.content()
    for file in files:
        validation.save(file)
    click.echo(terminal(content))
    for file in [*files, *([] if page is None else [write_page(content, page)])]:
        click.echo(f"Written: {file}")

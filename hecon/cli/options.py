"""Options that several commands take, and what is made of them."""

import datetime as dt
from collections.abc import Callable
from contextlib import nullcontext
from functools import wraps
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING, Any, TypeVar, cast

import click

import hecon

if TYPE_CHECKING:
    from hecon.inputs.parameters import Parameters

Command = TypeVar("Command", bound=Callable[..., object])

COUNT = click.IntRange(min=1)
SEVERAL = click.IntRange(min=2)
"""Of what must vary to have an error."""
COHORT = click.option(
    "--cohort",
    type=click.Path(path_type=Path),
    help="A CSV or Parquet file of your own people, in place of synthetic ones.",
)


STRATEGY = click.option(
    "--strategy",
    "strategies",
    multiple=True,
    help="A program file's name, the comparator first; may be repeated.  [default: the four of the report]",
)
LUCK = click.option("--seed", default=hecon.SEED, show_default=True, help="Of all luck.")
THREADS = click.option("--threads", type=COUNT, help="Never shows in results.  [default: all processors]")
QUIET = click.option("--quiet", is_flag=True, help="No progress bars.")


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
        STRATEGY,
        click.option(
            "--draws", type=SEVERAL, default=1000, show_default=True, help="Draws of the probabilistic analysis."
        ),
        click.option("--people", type=COUNT, default=1000, show_default=True, help="People in each draw."),
        click.option("--base-people", type=SEVERAL, default=20_000, show_default=True, help="People in the base case."),
        click.option("--weeks", type=COUNT, default=260, show_default=True, help="The long horizon, 104 or more."),
        LUCK,
        THREADS,
        QUIET,
    )
    for option in reversed(options):
        command = option(command)
    return command


def on_workers(command: Command) -> Command:
    """Add the options that say where the model is run, and put those workers in force for the command."""

    @wraps(command)
    def there(
        *args: Any,  # noqa: ANN401  (whatever the command takes)
        scheduler: str | None,
        cluster: str | None,
        workers: int | None,
        **options: Any,  # noqa: ANN401
    ) -> object:
        from hecon.inputs.errors import InputError

        if scheduler is not None and cluster is not None:
            raise InputError(f"--cluster: {cluster} beside --scheduler {scheduler}: give one of them")
        if workers is not None and cluster is None:
            raise InputError(f"--workers: {workers} of what? They are a local cluster's: give --cluster local too")
        where = scheduler or cluster
        with nullcontext() if where is None else hecon.cluster(where, workers):
            return command(*args, **options)

    for option in (
        click.option("--workers", type=COUNT, help="Processes of --cluster local.  [default: all processors]"),
        click.option("--cluster", type=click.Choice(["local"]), help="Run the model on processes of this machine."),
        click.option(
            "--scheduler", metavar="ADDRESS", help="Run the model on a dask cluster, such as tcp://host:8786."
        ),
    ):
        there = option(there)
    return cast("Command", there)


def parameters_of(date: str | None, overlays: tuple[Path, ...], scenarios: tuple[str, ...]) -> "Parameters":
    """Read what the options of `reading` say."""
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


def sizes_of(
    *,
    cohort: Path | None,
    strategies: tuple[str, ...],
    base_people: int,
    people: int,
    quiet: bool,
    **same: Any,  # noqa: ANN401  (draws, weeks, seed, threads: called the same here and there)
) -> dict[str, Any]:
    """Give what the options of `size` and `COHORT` say as the arguments of `compare`."""
    from hecon.model.simulation import STRATEGIES

    return {
        "strategies": strategies or STRATEGIES,
        "people": base_people,
        "draw_people": people,
        "cohort": None if cohort is None else hecon.read_cohort(cohort),
        "progress": not quiet,
        **same,
    }


def check_place(folder: Path, file: Path, option: str = "--out") -> None:
    """Refuse a place that cannot be written, before minutes are spent."""
    from hecon.inputs.errors import InputError

    if "-" in {str(folder), str(file)}:
        raise InputError(f"{option}: '-' does not mean the terminal here: name a file or a folder")
    there = next(place for place in (folder.absolute(), *folder.absolute().parents) if place.exists())
    try:
        # Permissions do not tell: not of a folder that is the system's, nor of a name that is too long.
        with NamedTemporaryFile(dir=there, prefix=f".{file.stem}-", suffix=file.suffix):
            pass
    except OSError as error:
        place = file if there.is_dir() else there
        reason = "" if isinstance(error, (FileNotFoundError, NotADirectoryError)) else f" ({error.strerror})"
        raise InputError(f"{option}: {place} cannot be written{reason}: choose another place") from None
    if file.is_dir():
        raise InputError(f"{option}: {file} is a folder: name a file in it")

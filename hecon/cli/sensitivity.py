"""What drives the answer: one parameter at a time, two, thresholds, scenarios, screening, shares of variance."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import hecon
from hecon.cli.options import COUNT, check_place, on_workers, parameters_of, reading

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from hecon.evaluation.what_if import Size
    from hecon.inputs.parameters import Parameters

BESIDE_THE_BLOCK = 19


@click.group()
def sensitivity() -> None:
    """Say what drives the answer: net benefit by parameter, all runs with the same luck."""


def asking(people: int, *, kept: bool) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Add the options that every part takes."""
    options = [
        reading,
        click.option(
            "--strategy",
            "strategies",
            multiple=True,
            help="A program file's name, the comparator first; may be repeated.  [default: the four of the report]",
        ),
        click.option("--perspective", default="society", show_default=True, help="Shown; --out writes all."),
        click.option("--horizon", help="Shown; --out writes all.  [default: 12 months]"),
        click.option("--people", type=click.IntRange(min=2), default=people, show_default=True, help="In each run."),
        click.option("--weeks", type=COUNT, default=260, show_default=True, help="The long horizon."),
        click.option("--seed", default=hecon.SEED, show_default=True, help="Of all luck."),
        click.option("--threads", type=COUNT, help="Never shows in results.  [default: all processors]"),
        on_workers,
        click.option("--quiet", is_flag=True, help="No progress bars."),
        click.option("--out", type=click.Path(path_type=Path), help="A folder for the table and its figure."),
    ]
    if kept:
        options.append(
            click.option(
                "--checkpoint",
                type=click.Path(path_type=Path),
                default=Path("results/sensitivity"),
                show_default=True,
                help="Where runs are kept: one that was killed goes on from there.",
            )
        )

    def add(command: Callable[..., None]) -> Callable[..., None]:
        for option in reversed(options):
            command = option(command)
        return command

    return add


@sensitivity.command("one-way")
@asking(4000, kept=False)
@click.option("--parameter", "names", multiple=True, help="Only these; may be repeated.")
def one_way(names: tuple[str, ...], **options: Any) -> None:  # noqa: ANN401  (click passes what the options declare)
    """Move each parameter from its 2.5% to its 97.5% quantile, and draw the tornado."""
    from hecon.cli.sensitivity_tables import swings
    from hecon.evaluation.one_way import one_way as run_one_way
    from hecon.report.sensitivity_figures import draw_tornado

    asked = _Asked(**options)
    asked.check("one_way.csv", "one_way.svg")
    found = run_one_way(asked.parameters, asked.strategies, run=asked.size("One at a time"), names=names or None)
    asked.show(asked.here(found), swings)
    click.echo("±: Monte Carlo error of the swing; another best: whether another strategy is best at either end;")
    click.echo("–: parameters fitted together move along their table and have no single low or high value")
    asked.write(found, "one_way", draw_tornado)


@sensitivity.command("two-way")
@asking(1000, kept=True)
@click.option("--x", required=True, metavar="NAME", help="A parameter.")
@click.option("--y", required=True, metavar="NAME", help="Another one.")
@click.option("--x-range", nargs=2, type=float, help="Its values.  [default: the central 95% of its distribution]")
@click.option("--y-range", nargs=2, type=float, help="As for x.")
@click.option("--steps", type=click.IntRange(min=2), default=15, show_default=True, help="Values of each.")
def two_way(
    x: str,
    y: str,
    x_range: tuple[float, float] | None,
    y_range: tuple[float, float] | None,
    steps: int,
    checkpoint: Path,
    **options: Any,  # noqa: ANN401
) -> None:
    """Say which strategy is best over two parameters."""
    import numpy as np

    from hecon.cli.sensitivity_tables import preferred
    from hecon.evaluation.preferences import span_of
    from hecon.evaluation.preferences import two_way as run_two_way
    from hecon.report.sensitivity_figures import axis_words, draw_preferred

    asked = _Asked(**options)
    asked.check("two_way.csv", "two_way.svg")
    axes = [
        (name, np.linspace(*span_of(asked.parameters, name, given), steps))
        for name, given in ((x, x_range), (y, y_range))
    ]
    grid = run_two_way(
        asked.parameters, asked.strategies, *axes, run=asked.size("Two at a time"), checkpoint=checkpoint
    )
    here = grid.sel(horizon=asked.horizon, perspective=asked.perspective)
    click.echo(asked.head("Highest net benefit"))
    for way, (name, _) in zip("xy", axes, strict=True):
        click.echo(f"{way}: {name}, {axis_words(asked.parameters, name)}")
    click.echo(preferred(here["best"], asked.strategies))
    named = here["best"].to_series().map(lambda place: asked.strategies[place]).rename("best").reset_index()
    for place, name in enumerate(asked.strategies[1:], start=1):
        named[f"gain_{name}"] = here["gain"].isel(strategy=place).to_numpy().ravel()
    asked.write(named, "two_way", None)
    if asked.out is not None:
        words = axis_words(asked.parameters, x), axis_words(asked.parameters, y)
        draw_preferred(here, asked.programs, words, asked.out / "two_way.svg")
        click.echo(f"Written: {asked.out / 'two_way.svg'}")


@sensitivity.command()
@asking(4000, kept=False)
@click.argument("name")
@click.option("--range", "span", nargs=2, type=float, help="Values.  [default: the central 95% of its distribution]")
def threshold(name: str, span: tuple[float, float] | None, **options: Any) -> None:  # noqa: ANN401
    """Find the value of parameter NAME at which another strategy comes to be best."""
    from hecon.cli.sensitivity_tables import crossings
    from hecon.evaluation.preferences import threshold as find
    from hecon.report.sensitivity_figures import axis_words

    asked = _Asked(**options)
    asked.check("threshold.csv")
    found = find(
        asked.parameters,
        asked.strategies,
        name,
        run=asked.size("Threshold"),
        span=span,
        perspective=asked.perspective,
        horizon=asked.horizon,
    )
    click.echo(asked.head("Highest net benefit"))
    click.echo(f"{name}: {axis_words(asked.parameters, name)}")
    click.echo("\n".join(crossings(found, asked.parameters)))
    asked.write(found, "threshold", None)


@sensitivity.command()
@asking(4000, kept=False)
def scenarios(**options: Any) -> None:  # noqa: ANN401
    """Put every named scenario in place, one at a time."""
    from hecon.cli.sensitivity_tables import under_scenarios
    from hecon.evaluation.preferences import scenarios as put_in_place

    asked = _Asked(**options)
    asked.check("scenarios.csv")
    found = put_in_place(asked.parameters, asked.strategies, run=asked.size("Scenarios"))
    click.echo(asked.head())
    click.echo(under_scenarios(asked.here(found)))
    click.echo("±: Monte Carlo error")
    asked.write(found, "scenarios", None)


@sensitivity.command()
@asking(1000, kept=True)
@click.option("--trajectories", type=click.IntRange(min=2), default=20, show_default=True)
@click.option("--parameter", "names", multiple=True, help="Only these; may be repeated.")
def morris(names: tuple[str, ...], trajectories: int, checkpoint: Path, **options: Any) -> None:  # noqa: ANN401
    """Screen which parameters matter at all; calibrated blocks are left out."""
    from hecon.cli.sensitivity_tables import effects
    from hecon.evaluation.screening import screen_strategies
    from hecon.report.sensitivity_figures import draw_screening

    asked = _Asked(**options)
    asked.check("morris.csv", "morris.svg")
    found = screen_strategies(
        asked.parameters,
        asked.strategies,
        run=asked.size("Screening"),
        names=names or None,
        trajectories=trajectories,
        checkpoint=checkpoint,
    )
    asked.show(asked.here(found), effects)
    asked.write(found, "morris", draw_screening)


@sensitivity.command()
@asking(1000, kept=True)
@click.option("--size", "base", default=512, show_default=True, help="Base points, a power of two.")
@click.option(
    "--parameter", "names", multiple=True, help="Those that move.  [default: most by screening, and the block]"
)
@click.option("--trajectories", type=click.IntRange(min=2), default=20, show_default=True, help="Of the screening.")
def sobol(names: tuple[str, ...], base: int, trajectories: int, checkpoint: Path, **options: Any) -> None:  # noqa: ANN401
    """Share out the variance of net benefit among parameters, alone and with interactions."""
    from hecon.cli.sensitivity_tables import shares
    from hecon.evaluation.screening import most_moving, screen_strategies
    from hecon.evaluation.sobol import sobol_of_strategies, sobol_plan
    from hecon.report.sensitivity_figures import draw_shares

    asked = _Asked(**options)
    asked.check("sobol.csv", "sobol.svg")
    sobol_plan(names or ("any", "other"), size=base, seed=asked.size("").seed)  # refused before anything is run
    if not names:
        screened = screen_strategies(
            asked.parameters,
            asked.strategies,
            run=asked.size("Screening"),
            trajectories=trajectories,
            checkpoint=checkpoint,
        )
        most = most_moving(screened, BESIDE_THE_BLOCK, horizon=asked.horizon, perspective=asked.perspective)
        names = (*most, *asked.parameters.blocks)
    found = sobol_of_strategies(
        asked.parameters,
        asked.strategies,
        names,
        run=asked.size("Shares of variance"),
        size=base,
        checkpoint=checkpoint,
    )
    here = asked.here(found)
    asked.show(here, shares)
    noise = int(((here["first"] < 0.0) | (here["first_low"] <= 0.0)).sum())
    click.echo(
        f"{noise} of {len(here)} first orders cannot be told from none: their intervals reach zero; a negative one"
    )
    click.echo("is noise.")
    if not here["enough"].all():
        click.echo(f"Some intervals of total orders are wide: more points are needed, --size {2 * base} or more.")
    asked.write(found, "sobol", draw_shares)


@sensitivity.command()
@asking(1000, kept=True)
@click.option("--size", "points", type=COUNT, default=1000, show_default=True, help="Random points.")
@click.option("--parameter", "names", multiple=True, help="Only these; may be repeated.")
def density(names: tuple[str, ...], points: int, checkpoint: Path, **options: Any) -> None:  # noqa: ANN401
    """Say how far each parameter moves the distribution of net benefit (PAWN)."""
    from hecon.cli.sensitivity_tables import distances
    from hecon.evaluation.density import check_size, pawn_of_strategies
    from hecon.report.sensitivity_figures import draw_distances

    asked = _Asked(**options)
    asked.check("density.csv", "density.svg")
    check_size(points)
    found = pawn_of_strategies(
        asked.parameters,
        asked.strategies,
        run=asked.size("Moved distributions"),
        names=names or None,
        size=points,
        checkpoint=checkpoint,
    )
    asked.show(asked.here(found), distances)
    click.echo("chance: what 95% of columns of pure chance stay below; –: net benefit does not vary")
    asked.write(found, "density", draw_distances)


class _Asked:
    """What the options that every part takes ask for."""

    def __init__(
        self,
        *,
        strategies: tuple[str, ...],
        perspective: str,
        horizon: str | None,
        people: int,
        weeks: int,
        seed: int,
        threads: int | None,
        quiet: bool,
        out: Path | None,
        **read: Any,  # noqa: ANN401
    ) -> None:
        from hecon.evaluation.plans import check_strategies, horizons
        from hecon.evaluation.preferences import check_place as check_shown
        from hecon.model.simulation import STRATEGIES

        self.strategies = strategies or STRATEGIES
        check_strategies(self.strategies)
        check_shown(perspective, horizon, weeks)
        self.perspective, self.horizon = perspective, horizon or horizons(weeks)[0]
        self.out = out
        self.parameters: Parameters = parameters_of(**read)
        self._size = people, weeks, seed, threads
        self._quiet = quiet

    @property
    def programs(self) -> dict[str, str]:
        """Words by strategy."""
        return {name: self.parameters.programs[name].label for name in self.strategies}

    def size(self, progress: str) -> Size:
        """Give how large each run is."""
        from hecon.evaluation.what_if import Size

        return Size(*self._size, None if self._quiet else progress)

    def check(self, *files: str) -> None:
        """Refuse a folder that cannot be written."""
        if self.out is not None:
            for file in files:
                check_place(self.out, self.out / file)

    def here(self, found: pd.DataFrame) -> pd.DataFrame:
        """Give the rows of what is shown."""
        rows = found[(found["horizon"] == self.horizon) & (found["perspective"] == self.perspective)]
        return rows[rows["what"] == "gain"] if "what" in rows else rows

    def head(self, what: str = "") -> str:
        """Say what is shown: of what, for whom, over how long, with how many people."""
        from hecon.evaluation.results import YEAR_1

        people, weeks, *_ = self._size
        over = self.horizon if self.horizon == YEAR_1 else f"{weeks} weeks, {self.horizon}"
        shown = what or f"Net benefit over {self.strategies[0]}"
        return f"{shown}, NOK per person; perspective {self.perspective}; {over}; {people:,} people in each run"

    def show(self, here: pd.DataFrame, table: Callable[[pd.DataFrame, Parameters], str]) -> None:
        """Print the parameters that come first, for each strategy."""
        click.echo(self.head())
        for name in self.strategies[1:]:
            click.echo(f"\n{name}\n{table(here[here['strategy'] == name], self.parameters)}")
        click.echo("")

    def write(self, found: pd.DataFrame, name: str, draw: Callable[..., None] | None) -> None:
        """Write a table, and its figure."""
        if self.out is None:
            return
        from hecon.model.runs import write_csv
        from hecon.report.sensitivity_figures import labels_of

        click.echo(f"Written: {write_csv(found, self.out / f'{name}.csv')}")
        if draw is not None:
            labels = labels_of(self.parameters, list(found["parameter"].unique()))
            draw(self.here(found), labels, self.programs, self.out / f"{name}.svg")
            click.echo(f"Written: {self.out / f'{name}.svg'}")

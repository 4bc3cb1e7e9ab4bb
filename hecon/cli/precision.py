"""Whether a run is large enough."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hecon.cli.columns import columns
from hecon.cli.options import COHORT, check_place, on_workers, parameters_of, reading, size, sizes_of

if TYPE_CHECKING:
    from hecon.evaluation.precision import Precision
    from hecon.inputs.parameters import Parameters

FIGURE = "convergence.svg"
HORIZON = "the long horizon"


@click.command()
@reading
@COHORT
@size
@on_workers
@click.option(
    "--out", type=click.Path(path_type=Path), help="Write the tables and the convergence figure to this folder."
)
def precision(
    *,
    date: str | None,
    overlays: tuple[Path, ...],
    scenarios: tuple[str, ...],
    out: Path | None,
    **options: Any,  # noqa: ANN401  (click passes what the options declare)
) -> None:
    """Say how exact the headlines are: errors from people and from draws, and what would halve them."""
    from hecon.evaluation.precision import measure_precision

    if out is not None:
        check_place(out, out / FIGURE)
    read = parameters_of(date, overlays, scenarios)
    found = measure_precision(read, **sizes_of(**options))
    _say(read, found)
    if out is not None:
        click.echo("\n".join(str(path) for path in _write(read, found, out)))


def _say(read: "Parameters", found: "Precision") -> None:
    from hecon.report.enough import large_enough, large_enough_words

    def label(name: str) -> str:
        return read.programs[name].label

    table = large_enough(found, label, HORIZON)
    click.echo(table.caption)
    rows = [[f"{cell.text} {cell.detail}".strip() for cell in row] for row in table.rows]
    click.echo(columns(table.header, rows, words=range(table.words)))
    click.echo("\n".join(["", *table.notes, *large_enough_words(found, label, HORIZON)]))


def _write(read: "Parameters", found: "Precision", out: Path) -> list[Path]:
    from hecon.model.runs import write_csv
    from hecon.report.convergence import CONVERGENCE_HEIGHT, CONVERGENCE_PANELS, draw_convergence
    from hecon.report.files import COLOURS, TEXT, figure

    tables = {"precision": found.table, "precision_base": found.base, "evpi_bracket": found.bracket}
    paths = [write_csv(table, out / f"{name}.csv") for name, table in tables.items()]
    names = [str(name) for name in found.running["strategy"].to_numpy()]
    inks = {name: COLOURS[place % len(COLOURS)] for place, name in enumerate(names)}
    labels = {name: read.programs[name].label for name in names}
    with figure(out / FIGURE, height=CONVERGENCE_HEIGHT, panels=CONVERGENCE_PANELS) as (drawn, axes):
        draw_convergence(drawn, axes, found.running, inks, labels, TEXT)
    return [*paths, out / FIGURE]

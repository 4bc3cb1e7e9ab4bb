"""A register of one's own people: outcomes by subgroup and by person, as files."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import hecon
from hecon.cli.columns import columns
from hecon.cli.options import COUNT, LUCK, QUIET, STRATEGY, THREADS, check_place, on_workers, parameters_of, reading

if TYPE_CHECKING:
    import pandas as pd

    from hecon.inputs.parameters import Parameters

SUBGROUPS = "subgroups.csv"
PERSONS = "persons"
GAIN, DAYS = "cost_society_12m", "benefit_days_12m"


@click.command()
@click.argument("people", type=click.Path(path_type=Path))
@reading
@STRATEGY
@click.option("--by", multiple=True, metavar="COVARIATE", help="Splits everybody; may be repeated.")
@click.option("--persons", is_flag=True, help="Also write outcomes by person, as CSV or Parquet, as PEOPLE is.")
@click.option("--weeks", type=COUNT, default=260, show_default=True, help="The horizon.")
@click.option(
    "--draws", type=COUNT, default=1, show_default=True, help="1 is the base case; more, a probabilistic analysis."
)
@LUCK
@THREADS
@QUIET
@on_workers
@click.option("--out", type=click.Path(path_type=Path), default=Path("results"), show_default=True)
def register(
    people: Path,
    *,
    date: str | None,
    overlays: tuple[Path, ...],
    scenarios: tuple[str, ...],
    strategies: tuple[str, ...],
    persons: bool,
    draws: int,
    seed: int,
    quiet: bool,
    out: Path,
    **options: Any,  # noqa: ANN401  (by, weeks, threads: called the same here and there)
) -> None:
    """Simulate the people of a CSV or Parquet file, however many, and write what becomes of them by subgroup."""
    from hecon.evaluation.person_writer import CSV
    from hecon.model.person_files import PARQUET
    from hecon.model.runs import write_csv
    from hecon.model.simulation import STRATEGIES

    ending = people.suffix if people.suffix.lower() in PARQUET else CSV
    by_person = out / f"{PERSONS}{ending}" if persons else None
    for file in (out / SUBGROUPS, *([] if by_person is None else [by_person])):
        check_place(out, file)
    read = parameters_of(date, overlays, scenarios)
    table = hecon.register(
        read.base_case() if draws == 1 else read.sample(draws, seed),
        hecon.read_cohort(people),
        strategies or STRATEGIES,
        persons=by_person,
        seed=seed,
        progress=None if quiet else "register",
        **options,
    )
    click.echo(_said(read, table))
    click.echo(write_csv(table, out / SUBGROUPS))
    if by_person is not None:
        click.echo(by_person)


def _said(read: "Parameters", table: "pd.DataFrame") -> str:
    """Lay out what society gains and the days avoided, by subgroup and program."""
    from hecon.evaluation.splits import level_words
    from hecon.report.numbers import number, plus_minus

    comparator = table["strategy"].iloc[0]
    own = table[table["outcome"].isin([GAIN, DAYS]) & table["strategy"].ne(comparator)]
    rows = []
    for (level, strategy), part in own.groupby(["level", "strategy"], sort=False):
        told = part.set_index("outcome")
        amounts = [(-told.loc[name, "increment"], told.loc[name, "increment_error"]) for name in (GAIN, DAYS)]
        cells = [text for amount, error in amounts for text in (number(amount, error), plus_minus(error))]
        rows.append(
            [level_words(str(level)), read.programs[str(strategy)].label, f"{told['people'].iloc[0]:,.0f}", *cells]
        )
    head = ["", "", "people", "society gains, NOK", "", "days avoided", ""]
    label = read.programs[comparator].label
    return f"Per head in 12 months, against {label.lower()}\n{columns(head, rows, words=(0, 1))}"

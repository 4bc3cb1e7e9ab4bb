"""What knowing more would be worth before a program is chosen."""

from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING, Any

import click

import hecon
from hecon.cli.columns import columns
from hecon.cli.options import COUNT, SEVERAL, check_place, on_workers, parameters_of, reading

if TYPE_CHECKING:
    import pandas as pd

    from hecon.evaluation.information import Information
    from hecon.inputs.parameters import Parameters

TOP = 12
HEAD = ("known before choosing", "NOK per person", "", "NOK billion, Norway", "", "")
WORDS = (0, 2, 4, 5)
"""Columns that are no numbers: what is known, errors, and the mark of few draws."""
LETTERS = 56
"""Of a label before it goes on in the next line."""


@click.command()
@reading
@click.option(
    "--strategy",
    "strategies",
    multiple=True,
    help="A program file's name; may be repeated.  [default: the four of the report]",
)
@click.option("--perspective", default="society", show_default=True, help="Whose gain is shown; --out writes all.")
@click.option("--draws", type=SEVERAL, default=1000, show_default=True, help="Draws of the probabilistic analysis.")
@click.option("--people", type=COUNT, default=1000, show_default=True, help="People in each draw.")
@click.option("--weeks", type=COUNT, default=260, show_default=True, help="The long horizon; 52 for 12 months only.")
@click.option(
    "--structural/--no-structural", default=True, help="Ask in scenarios with other calibrations and spreads too."
)
@click.option("--seed", default=hecon.SEED, show_default=True, help="Of all luck.")
@click.option("--threads", type=COUNT, help="Never shows in results.  [default: all processors]")
@on_workers
@click.option("--quiet", is_flag=True, help="No progress bars.")
@click.option("--out", type=click.Path(path_type=Path), help="Write evpi.csv and evppi.csv to this folder.")
def voi(
    *,
    strategies: tuple[str, ...],
    perspective: str,
    draws: int,
    people: int,
    weeks: int,
    structural: bool,
    seed: int,
    threads: int | None,
    quiet: bool,
    out: Path | None,
    **options: Any,  # noqa: ANN401  (click passes what the options declare)
) -> None:
    """Give the value of perfect information, of all parameters, groups and single ones, per person and for Norway."""
    from hecon.evaluation.information import measure_information
    from hecon.inputs.errors import InputError, closest
    from hecon.model.ledger import PERSPECTIVES
    from hecon.model.runs import write_csv
    from hecon.model.simulation import STRATEGIES

    sides = [each.name for each in PERSPECTIVES]
    if perspective not in sides:
        raise InputError(f"--perspective: {perspective!r} is not one: {closest(perspective, sides)}")
    if out is not None:
        check_place(out, out / "evpi.csv")
    read = parameters_of(**options)
    found = measure_information(
        read,
        strategies=strategies or STRATEGIES,
        draws=draws,
        people=people,
        weeks=weeks,
        seed=seed,
        structural=structural,
        threads=threads,
        progress=not quiet,
    )
    _say(read, found, perspective)
    if out is not None:
        for name, table in {"evpi": found.everything, "evppi": found.known}.items():
            click.echo(str(write_csv(table, out / f"{name}.csv")))


def _say(read: "Parameters", found: "Information", perspective: str) -> None:
    from hecon.evaluation.information import BASE
    from hecon.evaluation.results import NO_EFFECT_AFTER, YEAR_1
    from hecon.report.certainty import few_draws
    from hecon.report.judgement import judgement_words

    deciding = found.deciding
    click.echo(
        f"The choice is about {deciding.per_year:,.0f} people a year for {deciding.years:g} years: "
        f"{deciding.people:,.0f}, discounted. {found.draws:,} draws."
    )
    for text in few_draws(found):
        click.echo(f"warning  {text}")
    table = found.everything[found.everything["perspective"] == perspective]
    for row in table.to_dict("records"):
        where = "Base case" if row["scenario"] == "base" else read.scenarios[row["scenario"]].label
        chosen = read.programs[row["chosen"]].label
        click.echo(f"\n{where}, {row['horizon']}, gain to {perspective}: chosen now, {chosen}")
        whole = _lines("Everything", row)
        if row["horizon"] == NO_EFFECT_AFTER:
            click.echo(columns(HEAD, whole, words=WORDS))
            click.echo("  nothing is added to what differs within 12 months: parts are worth what they are there")
            continue
        known = found.known
        here = (known["scenario"] == row["scenario"]) & (known["horizon"] == row["horizon"])
        _top(whole, known[here & (known["perspective"] == perspective)])
        if (row["scenario"], row["horizon"]) == (BASE, YEAR_1):
            for text in judgement_words(found, read, lambda name: read.programs[name].label, perspective):
                click.echo(f"  {text}")
    click.echo(
        "\nEach ± is a Monte Carlo error, of the simulation alone: it says nothing of how well the spreads are known. "
        "Values of parts overlap and need not add up. Given the spreads, all are upper limits to what a study can be "
        "worth."
    )


def _top(whole: list[list[str]], known: "pd.DataFrame") -> None:
    """Say the most valuable, and how many cannot be told from zero."""
    told = known[known["value"] > 2.0 * known["error"]].sort_values("value", ascending=False, kind="stable")
    parts = [line for row in told.head(TOP).to_dict("records") for line in _lines(row["label"], row)]
    click.echo(columns(HEAD, [*whole, *parts], words=WORDS))
    rest = len(known) - min(len(told), TOP)
    click.echo(
        f"  {rest} other single parameters and groups: {'less, or ' if len(told) > TOP else ''}not told from zero"
    )


def _lines(label: str, row: "dict[Any, Any]") -> list[list[str]]:
    """Give an amount's line, and more where its label is long; a mark where its draws are too few."""
    from hecon.report.numbers import number, plus_minus

    national, error = row["national"] / 1e9, row["national_error"] / 1e9
    amounts = [number(row["value"], row["error"]), plus_minus(row["error"]), number(national, error), plus_minus(error)]
    first, *rest = wrap(label, LETTERS)
    mark = "" if row.get("enough", True) else "too few draws"
    return [[f"  {first}", *amounts, mark], *([f"    {text}", *[""] * (len(HEAD) - 1)] for text in rest)]

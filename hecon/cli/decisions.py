"""Decision analysis of anybody's model, and hecon's own draws for anybody's tools."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import hecon
from hecon.cli.options import COUNT, check_place, on_workers, parameters_of, reading

if TYPE_CHECKING:
    from collections.abc import Sequence


@click.command()
@click.argument("costs", type=click.Path(path_type=Path))
@click.argument("effects", type=click.Path(path_type=Path))
@click.option("--parameters", type=click.Path(path_type=Path), help="A CSV of the drawn parameters, one column each.")
@click.option("--wtp", metavar="K,...", help="Willingness to pay per unit of effect.  [default: 41 values from 0]")
@click.option("--comparator", metavar="NAME", help="What the others are compared with.  [default: the first column]")
@click.option(
    "--evppi",
    metavar="NAME[,NAME...]",
    multiple=True,
    help="A parameter, or a group known together; may be repeated.  [default: every parameter]",
)
@click.option("--json", "json_file", type=click.Path(path_type=Path), help="Write every number to this file.")
@click.option("--html", "html_file", type=click.Path(path_type=Path), help="Write a report to this file.")
@click.option("--quiet", is_flag=True, help="No progress bar.")
def cea(
    costs: Path,
    effects: Path,
    parameters: Path | None,
    wtp: str | None,
    comparator: str | None,
    evppi: tuple[str, ...],
    json_file: Path | None,
    html_file: Path | None,
    quiet: bool,
) -> None:
    """Analyse the COSTS and EFFECTS of any model: CSVs with one column a strategy and one row a draw."""
    from hecon.evaluation.decision import decide, write_json
    from hecon.evaluation.psa import names_in, read_sample
    from hecon.inputs.errors import InputError, closest
    from hecon.report.decision_words import summary

    read = [path for path in (costs, effects, parameters) if path is not None]
    _check_places({"--json": json_file, "--html": html_file}, read)
    thresholds = None if wtp is None else _thresholds(wtp)
    if evppi and parameters is None:
        raise InputError("--evppi: asks about parameters that are not there; give their draws with --parameters FILE")
    sample = read_sample(costs, effects, parameters)
    known = [str(name) for name in sample.cost["strategy"].to_numpy()]
    if comparator is not None and comparator not in known:
        raise InputError(f"--comparator: no strategy is named '{comparator}': {closest(comparator, known)}")
    of = None
    if evppi and sample.parameters is not None:
        of = {text.strip(): names_in(text, list(sample.parameters.columns), "--evppi") for text in evppi}
    decision = decide(
        sample.cost,
        sample.effect,
        wtp=thresholds,
        comparator=comparator,
        parameters=sample.parameters,
        of=of,
        progress=None if quiet else "Value of information",
    )
    places = {"the JSON": json_file, "the report": html_file}
    click.echo(summary(decision, [name for name, path in places.items() if path is not None]))
    if json_file is not None:
        click.echo(f"JSON: {write_json(decision, json_file)}")
    if html_file is not None:
        from hecon.report.decision import write_decision_report

        click.echo(f"Report: {write_decision_report(decision, sample.sources, html_file)}")


@click.command()
@reading
@click.option(
    "--pair",
    metavar="NAME",
    default="days",
    show_default=True,
    help="What is paired with what: days, qaly_health, qaly_society, or money alone: nav, public_purse, employer, "
    "worker, society.",
)
@click.option(
    "--strategy",
    "strategies",
    multiple=True,
    help="A program file's name, the comparator first; may be repeated.  [default: the four of the report]",
)
@click.option("--draws", type=click.IntRange(min=2), default=1000, show_default=True, help="Rows of the files.")
@click.option("--people", type=COUNT, default=1000, show_default=True, help="People in each draw.")
@click.option("--weeks", type=COUNT, default=52, show_default=True, help="Over which costs and effects are counted.")
@click.option("--seed", default=hecon.SEED, show_default=True, help="Of all luck.")
@click.option("--threads", type=click.IntRange(min=1), help="Never shows in the files.  [default: all processors]")
@on_workers
@click.option("--quiet", is_flag=True, help="No progress bar.")
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path("results/psa"), show_default=True, help="A folder."
)
def export(
    *,
    date: str | None,
    overlays: tuple[Path, ...],
    scenarios: tuple[str, ...],
    pair: str,
    strategies: tuple[str, ...],
    quiet: bool,
    out: Path,
    **options: Any,  # noqa: ANN401  (click passes what the options declare)
) -> None:
    """Write hecon's own draws as CSVs for BCEA, dampack, SAVI and `hecon cea`."""
    from hecon.evaluation.export import FILES, export, write_export
    from hecon.model.simulation import STRATEGIES

    for name in FILES:
        check_place(out, out / name)
    made = export(
        parameters_of(date, overlays, scenarios),
        pair,
        strategies=strategies or STRATEGIES,
        progress=None if quiet else "draws",
        **options,
    )
    click.echo("\n".join(str(path) for path in write_export(made, out)))


def _thresholds(text: str) -> list[float]:
    """Read the option --wtp."""
    from hecon.evaluation.psa import LARGEST
    from hecon.inputs.errors import InputError

    values = []
    for position, piece in enumerate(text.split(",")):
        if position and re.fullmatch(r"0\d\d", piece):
            raise InputError(
                f"--wtp: '{text.strip()}' seems to part thousands by commas, which part amounts here; write plain "
                "digits, such as 0,20000,50000"
            )
        try:
            value = float(piece)
        except ValueError:
            value = float("nan")
        if not 0 <= value <= LARGEST or "_" in piece:
            raise InputError(
                f"--wtp: '{piece.strip()}' is no amount; write finite numbers from 0 on with one comma between, "
                "such as 0,20000,50000"
            )
        values.append(value)
    return values


def _check_places(places: dict[str, Path | None], read: Sequence[Path]) -> None:
    """Refuse places that cannot be written, or hold something else, before anything is computed."""
    from hecon.inputs.errors import InputError

    taken = {path.resolve(): str(path) for path in read}
    for option, path in places.items():
        if path is None:
            continue
        check_place(path.parent, path, option)
        if path.exists() and not path.is_file():
            raise InputError(f"{option}: {path} is no file that can be replaced; choose another place")
        if path.resolve() in taken:
            raise InputError(f"{option}: {path} is {taken[path.resolve()]} too; choose another place")
        taken[path.resolve()] = f"the file of {option}"

"""What drives the answer: one parameter at a time, screening, shares of variance, moved distributions, thresholds.

The four strategies of the report over five years, 1,000 people at every point, all with the same luck. Runs that were
killed go on where they stopped. Takes about eight minutes on two cores:

    python analyses/sensitivity.py
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

import hecon
from hecon.evaluation.density import pawn_of_strategies
from hecon.evaluation.one_way import by_swing, one_way
from hecon.evaluation.plans import bearing
from hecon.evaluation.preferences import threshold
from hecon.evaluation.results import YEAR_1
from hecon.evaluation.screening import most_moving, screen_strategies
from hecon.evaluation.sobol import sobol_of_strategies
from hecon.evaluation.what_if import Size
from hecon.model.runs import write_csv
from hecon.model.simulation import STRATEGIES
from hecon.report.numbers import number, percent
from hecon.report.sensitivity_figures import draw_distances, draw_screening, draw_shares, draw_tornado, labels_of

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    from hecon.inputs.parameters import Parameters

RESULTS = Path(__file__).parent / "results"
CHECKPOINT = Path("results") / "sensitivity"
PERSPECTIVE = "society"
BESIDE_THE_BLOCK = 19
"""Parameters beside the calibrated block that shares of variance are of: those that screening finds to move most."""


@dataclass(frozen=True)
class Sizes:
    """How large each part is.

    Attributes
    ----------
    people, weeks
        Of every run.
    one_way_people
        One parameter at a time, and thresholds.
    trajectories, base_points, random_points
        Of screening, of shares of variance (times the parameters and two), and of moved distributions.
    asked
        Parameters whose threshold is looked for: those that swing most.
    """

    people: int = 1000
    weeks: int = 260
    one_way_people: int = 4000
    trajectories: int = 20
    base_points: int = 512
    random_points: int = 1000
    asked: int = 12


def main() -> None:
    """Print what drives the answer; write the tables and the figures."""
    parameters = hecon.read_parameters()
    found = headline(parameters, progress=True)
    for name, table in found.items():
        write_csv(table, RESULTS / f"sensitivity_{name}.csv")
    draw(parameters, found, RESULTS)
    print("\n".join(sentences(parameters, found)))


def headline(
    parameters: Parameters,
    sizes: Sizes = Sizes(),
    *,
    checkpoint: Path | None = CHECKPOINT,
    threads: int | None = None,
    progress: bool = False,
) -> dict[str, pd.DataFrame]:
    """Give every table: one_way, morris, sobol, pawn and thresholds."""

    def size(what: str, people: int, weeks: int = sizes.weeks) -> Size:
        return Size(people, weeks, hecon.SEED, threads, what if progress else None)

    alone = one_way(parameters, STRATEGIES, run=size("One at a time", sizes.one_way_people))
    screened = screen_strategies(
        parameters,
        STRATEGIES,
        run=size("Screening", sizes.people),
        trajectories=sizes.trajectories,
        checkpoint=checkpoint,
    )
    most = most_moving(screened, BESIDE_THE_BLOCK, horizon=YEAR_1, perspective=PERSPECTIVE)
    shares = sobol_of_strategies(
        parameters,
        STRATEGIES,
        (*most, *parameters.blocks),
        run=size("Shares of variance", sizes.people),
        size=sizes.base_points,
        checkpoint=checkpoint,
    )
    moved = pawn_of_strategies(
        parameters,
        STRATEGIES,
        run=size("Moved distributions", sizes.people),
        size=sizes.random_points,
        checkpoint=checkpoint,
    )
    asked = [
        name for name in by_swing(alone, horizon=YEAR_1, perspective=PERSPECTIVE) if name not in parameters.blocks
    ][: sizes.asked]
    changes = [
        threshold(
            parameters, STRATEGIES, name, run=size("Thresholds", sizes.one_way_people, 52), perspective=PERSPECTIVE
        )
        for name in asked
    ]
    return {
        "one_way": alone,
        "morris": screened,
        "sobol": shares,
        "pawn": moved,
        "thresholds": pd.concat(changes, ignore_index=True),
    }


def draw(parameters: Parameters, found: dict[str, pd.DataFrame], folder: Path) -> None:
    """Draw society's net benefit in 12 months: tornado, screening, shares and moved distributions."""
    programs = {name: parameters.programs[name].label for name in STRATEGIES}
    for name, drawn in (
        ("one_way", draw_tornado),
        ("morris", draw_screening),
        ("sobol", draw_shares),
        ("pawn", draw_distances),
    ):
        labels = labels_of(parameters, found[name]["parameter"].unique().tolist())
        drawn(society(found[name]), labels, programs, folder / f"sensitivity_{name}.svg")


def society(table: pd.DataFrame) -> pd.DataFrame:
    """Give the rows on society's net benefit in 12 months."""
    rows = table[(table["horizon"] == YEAR_1) & (table["perspective"] == PERSPECTIVE)]
    return rows[rows["what"] == "gain"] if "what" in rows else rows


def sentences(parameters: Parameters, found: dict[str, pd.DataFrame]) -> list[str]:
    """Say what moves society's net benefit in 12 months most, and at which values another strategy is best."""
    labels = labels_of(parameters, bearing(parameters, STRATEGIES))
    programs = {name: parameters.programs[name].label for name in STRATEGIES}
    said = [
        "Net benefit to society in 12 months; of its variance, the share that goes with each, interactions included:"
    ]
    for name, rows in society(found["sobol"]).groupby("strategy", sort=False):
        most = rows.sort_values("total", ascending=False, kind="stable").head(3)
        parts = [
            f"{labels[row.parameter]} {percent(row.total)} ({percent(row.total_low)} to {percent(row.total_high)})"
            for row in most.itertuples()
        ]
        enough = "" if rows["enough"].all() else " Some intervals are wide: more points would narrow them."
        said.append(f"  {programs[str(name)]}: {'; '.join(parts)}.{enough}")
    said.append("One at a time, across the central 95% of each parameter that swings most:")
    changes = found["thresholds"].to_dict("records")
    return [*said, *(f"  {labels[row['parameter']]}: {_change(row, programs)}." for row in changes)]


def _change(row: Mapping[Hashable, object], programs: dict[str, str]) -> str:
    """Say where the best strategy changes, or that it does not."""
    low, high, value, error, margin, margin_error = (
        float(str(row[name])) for name in ("low", "high", "value", "error", "margin", "margin_error")
    )
    below, above = programs[str(row["below"])], programs[str(row["above"])]
    if below != above:
        return f"{below} is best up to {value:.3g} (Monte Carlo error {error:.1g}), {above} above"
    near = f"{programs[str(row['rival'])]} comes within NOK {number(margin, margin_error)} of it"
    sure = "" if margin > 2.0 * margin_error else ", which the Monte Carlo error does not tell from nothing"
    return f"{below} is best from {low:.3g} to {high:.3g}; {near}{sure}"


if __name__ == "__main__":
    main()

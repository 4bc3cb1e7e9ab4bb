"""Changes of the sick-leave rules: who would pay more and who less, by party and by flow.

Every reform is a file of a few values (analyses/reforms/, and the scenario of 30 days from the employer), simulated
beside the present law with the same people and luck under usual case management. Behaviour is held fixed. Takes about
two minutes on two cores:

    python analyses/reforms.py
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import hecon
from hecon.cli.group import answering
from hecon.evaluation.reforms import Reform, compare_reforms, read_reform
from hecon.model.runs import write_csv
from hecon.report.files import COLOURS, PAPER, TEXT, figure
from hecon.report.numbers import interval, number

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from hecon.inputs.parameters import Parameters

HERE = Path(__file__).parent
RESULTS = HERE / "results"
SCENARIO = "employer_period_30_days"
PEOPLE = 20_000
DRAWS = 400
DRAW_PEOPLE = 1000
PARTIES = {
    "worker": "Worker",
    "employer": "Employer",
    "nav": "NAV",
    "treasury": "Treasury",
    "municipality": "Municipality",
    "taxpayers": "Cost of public funds",
    "society": "Society",
}
"""Those shown, in order. Negative costs are gains; society is all of them, and what is produced."""
MORE, LESS = COLOURS[2], COLOURS[1]
CLEARLY = 0.5
"""NOK per person below which an amount is nothing."""


def main() -> None:
    """Print what every reform moves; write the table and the figure."""
    parameters = hecon.read_parameters()
    reforms = shipped_reforms(parameters)
    found = headline(parameters, progress=True)
    write_csv(found, RESULTS / "reforms.csv")
    draw(found, reforms, RESULTS / "reforms_who_pays.svg")
    for reform in reforms:
        print("\n".join(sentences(found, reform)), end="\n\n")
    print("Behaviour is held fixed in all of them: nobody in the model answers to what an absence pays or costs.")


def shipped_reforms(parameters: Parameters) -> list[Reform]:
    """Read the reforms: the scenario of the employer's period, and those of the folder."""
    scenario = parameters.folder / "scenarios" / f"{SCENARIO}.toml"
    return [read_reform(path) for path in (scenario, *sorted((HERE / "reforms").glob("*.toml")))]


def headline(
    parameters: Parameters,
    *,
    draws: int = DRAWS,
    people: int = PEOPLE,
    draw_people: int = DRAW_PEOPLE,
    seed: int = hecon.SEED,
    threads: int | None = None,
    progress: bool = False,
) -> pd.DataFrame:
    """Give what every reform changes, per person, by party and flow, in 12 months and five years.

    Parameters
    ----------
    parameters
        As `read_parameters` gives them.
    draws, people, draw_people, seed
        Size and luck of the runs.
    threads
        Number of threads.
    progress
        Whether to show how far the runs have come.
    """
    return compare_reforms(
        parameters,
        shipped_reforms(parameters),
        draws=draws,
        people=people,
        draw_people=draw_people,
        seed=seed,
        threads=threads,
        progress=progress,
    )


def sentences(found: pd.DataFrame, reform: Reform) -> list[str]:
    """Say what a reform moves, and what is not counted."""
    rows = found[(found["reform"] == reform.name) & (found["kind"] != "flow")]
    lines = [f"{reform.label}. {reform.summary}"]
    for months, horizon in ((12, "In 12 months"), (60, "In five years")):
        told = rows[rows["months"] == months].set_index("name").loc[list(PARTIES)]
        parts = [f"{PARTIES[str(name)]} {_change(row)}" for name, row in told.iterrows()]
        lines.append(f"{horizon}, NOK per person: " + "; ".join(parts) + ".")
    return lines


def _change(row: pd.Series) -> str:
    """Say what a party pays more or less, with the interval, or that the sign is not clear."""
    change, error, low, high = (float(row[name]) for name in ("change", "error", "low", "high"))
    if max(abs(low), abs(high), abs(change)) < CLEARLY:
        return "nothing"
    if low < 0.0 < high:
        return f"cannot be told from nothing ({interval(low, high, error)})"
    nearer, further = sorted((abs(low), abs(high)))
    return f"{number(abs(change), error)} {'more' if change > 0.0 else 'less'} ({interval(nearer, further, error)})"


def draw(found: pd.DataFrame, reforms: list[Reform], path: Path) -> None:
    """Draw who pays more and who less: five years as bars with 95% intervals, 12 months as dots."""
    rows = found[found["kind"] != "flow"]
    across = 2
    down = -(-len(reforms) // across)
    with figure(
        path, width=9.2, height=2.9 * down, panels=(down, across), left=0.19, right=0.98, wspace=0.1, hspace=0.42
    ) as (drawn, grid):
        for axes, reform in zip(grid.flat, reforms, strict=False):
            _panel(axes, rows[rows["reform"] == reform.name], reform)
        for axes in grid[:, 1:].flat:
            axes.tick_params(labelleft=False)
        for axes in grid.flat[len(reforms) :]:
            axes.set_axis_off()
        shown = grid.flat[0].get_legend_handles_labels()
        drawn.legend(*shown, loc="lower right", bbox_to_anchor=(0.97, 0.14), frameon=False, fontsize=10.5)
        drawn.supxlabel("Pays more than today, thousand NOK per person (to the left: pays less)", fontsize=10.5)


def _panel(axes: Axes, rows: pd.DataFrame, reform: Reform) -> None:
    """Draw one reform."""
    places = range(len(PARTIES))[::-1]
    by_horizon = _thousands(rows)
    year, later = by_horizon[12], by_horizon[max(by_horizon)]
    colours = [MORE if change > 0.0 else LESS for change in later["change"]]
    reach = [later["change"] - later["low"], later["high"] - later["change"]]
    axes.barh(places, later["change"], color=colours, height=0.6)
    axes.errorbar(
        later["change"], places, xerr=reach, fmt="none", ecolor=TEXT, elinewidth=0.9, label="Five years, 95% interval"
    )
    axes.plot(year["change"], places, "o", color=PAPER, markeredgecolor=TEXT, markersize=4.5, label="12 months")
    axes.axvline(0.0, color=TEXT, linewidth=0.8)
    axes.set_yticks(list(places), list(PARTIES.values()))
    axes.grid(visible=False, axis="y")
    axes.set_title(reform.label, loc="left", fontsize=10.5, fontweight="bold")


def _thousands(rows: pd.DataFrame) -> dict[int, pd.DataFrame]:
    """Give the amounts by horizon, in thousands, parties in the order they are shown."""
    amounts = rows.set_index("name")[["months", "change", "low", "high"]]
    return {
        int(months): part[["change", "low", "high"]].loc[list(PARTIES)] / 1000.0
        for months, part in amounts.groupby("months")
    }


if __name__ == "__main__":
    with answering():
        main()

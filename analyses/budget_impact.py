"""What a national roll-out would spend and release, year by year, and how many staff it would need.

Rolls out each program alone over five calendar years, against usual case management for everybody, and gives what NAV
and the health service would spend on it, what rule-based benefits and taxes would change by, and the staff it would
take. About two minutes on two cores:

    python analyses/budget_impact.py
"""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING, Any

import pandas as pd

import hecon
from hecon.cli.group import answering
from hecon.evaluation.budget import CARRIED_FORWARD, NO_EFFECT, budget_impact
from hecon.evaluation.budget_tables import by_payer, cash, staff, volumes
from hecon.model.runs import write_csv
from hecon.report.files import COLOURS, figure
from hecon.report.numbers import interval, number

if TYPE_CHECKING:
    from collections.abc import Iterator

    import xarray as xr
    from matplotlib.figure import Figure

    from hecon.inputs.parameters import Parameters

RESULTS = Path(__file__).parent / "results"
PROGRAMS = ("early_follow_up", "motivational_interviewing", "mi_nav_vocational_advice", "coordinated_program")
YEARS = 5
DRAWS = 500
PEOPLE = 600
MILLION = 1e6
EITHER = "either"
"""Stands where the two structural choices about the time after month 12 give the same."""
SPENT = ("spent_nav", "spent_health", "spent")
KINDS = {
    "caseworker_hours": "caseworkers",
    "coordinator_hours": "coordinators",
    "supervisor_hours": "supervisors",
    "physiotherapist_hours": "physiotherapists",
    "occupational_therapist_hours": "occupational therapists",
    "psychologist_hours": "psychologists",
    "physician_hours": "physicians",
    "gp_hours": "general practitioners",
}


def main() -> None:
    """Print the answer and write the tables and the figures."""
    parameters = hecon.read_parameters()
    impact = rolled_out(parameters, draws=DRAWS, people=PEOPLE, progress=True)
    table = headline_of(impact)
    write_csv(table, RESULTS / "budget_impact.csv")
    write_csv(_in_millions(by_payer(impact)), RESULTS / "budget_impact_by_payer.csv")
    labels = {name: parameters.programs[name].label for name in impact["program"].values.tolist()}
    draw_cash(table, labels, RESULTS / "budget_impact_cash.svg")
    draw_staff(table, labels, RESULTS / "budget_impact_staff.svg")
    for name, label in labels.items():
        print("\n".join(sentences(table, name, label)), end="\n\n")
    print(
        "Undiscounted, NOK of 2025. Production and the cost of public funds are no budget items and are left out.\n"
        "What benefits release does not come back to the frames that pay for the operations. Acceptance and the pace\n"
        "of the roll-out are assumptions; how many pass week 8 is interpolated, not counted."
    )


def headline(parameters: Parameters, *, draws: int = DRAWS, people: int = PEOPLE) -> pd.DataFrame:
    """Give the answer as a table.

    Parameters
    ----------
    parameters
        As `read_parameters` gives them.
    draws, people
        Draws of the probabilistic analysis, and people in each.

    Returns
    -------
    DataFrame with a row for every program, calendar year and item: program, after_month_12 (no_effect, carried_forward,
    or either), year, item, unit; the expected value, its Monte Carlo error, and the 95% interval low, high
    """
    return headline_of(rolled_out(parameters, draws=draws, people=people))


def rolled_out(parameters: Parameters, *, draws: int, people: int, progress: bool = False) -> xr.Dataset:
    """Give the budget impact of every program that there is a file of, as `budget_impact` does."""
    there = [name for name in PROGRAMS if name in parameters.programs]
    return budget_impact(parameters, there, years=YEARS, draws=draws, people=people, progress=progress)


def headline_of(impact: xr.Dataset) -> pd.DataFrame:
    """Give the headline table of a budget impact."""
    people = volumes(impact).rename(columns={"stage": "item"}).assign(unit="people", after_month_12=EITHER)
    money = _in_millions(cash(impact)).assign(unit="NOK million")
    spent = money["item"].isin(SPENT)
    operations = money[spent & (money["after_month_12"] == NO_EFFECT)].assign(after_month_12=EITHER)
    workers = staff(impact).rename(columns={"staff": "item"})
    workers = workers.assign(
        item=workers["item"].map(KINDS).str.replace(" ", "_"), unit="full-time equivalents", after_month_12=EITHER
    )
    table = pd.concat([people, operations, money[~spent], workers], ignore_index=True)
    order = {name: position for position, name in enumerate(impact["program"].values.tolist())}
    table = table.sort_values(
        ["program", "year"], key=lambda column: column.map(order) if column.name == "program" else column, kind="stable"
    )
    columns = ["program", "after_month_12", "year", "item", "unit", "expected", "error", "low", "high"]
    return table[columns].reset_index(drop=True)


def sentences(table: pd.DataFrame, name: str, label: str) -> list[str]:
    """Say what a program would spend, release and need in the last year."""
    last = table[(table["program"] == name) & (table["year"] == YEARS)]
    row = last[last["after_month_12"] == EITHER].set_index("item")
    needed = row[(row["unit"] == "full-time equivalents") & (row["expected"].abs() >= 0.5)]
    workers = ", ".join(_workers(person, kind.replace("_", " ")) for kind, person in needed.iterrows())
    return [
        f"{label}, year {YEARS}: {_count(row.loc['eligible'])} people eligible, "
        f"{_count(row.loc['offered'])} offered it, {_count(row.loc['accepted'])} accept.",
        f"  On operations, NAV would {_spending(row.loc['spent_nav'])}, and the health service would "
        f"{_spending(row.loc['spent_health'])}.",
        *(f"  {_released(last, choice)}" for choice in (NO_EFFECT, CARRIED_FORWARD)),
        f"  Full-time equivalents against usual care: {workers}.",
    ]


def _released(last: pd.DataFrame, choice: str) -> str:
    """Say what happens to benefits and to the public purse under one structural choice."""
    row = last[last["after_month_12"] == choice].set_index("item")
    when = {NO_EFFECT: "With no effect after month 12", CARRIED_FORWARD: "With differences carried forward"}[choice]
    benefits = _change(_turned(row.loc["released"]), "rise", "fall")
    public = _change(row.loc["net"], "be worse off", "be better off")
    return (
        f"{when}, rule-based benefits would be expected to {benefits}; in all, benefits and taxes counted, the public "
        f"purse would be expected to {public}."
    )


def _workers(row: pd.Series, kind: str) -> str:
    """Write how many more or fewer people are needed."""
    if row["expected"] > 0.0:
        return f"{_count(row)} {kind}"
    return f"{_count(_turned(row))} {kind} fewer"


def _spending(row: pd.Series) -> str:
    """Write what is spent, or saved."""
    return f"spend {_amount(row)}" if row["expected"] >= 0.0 else f"save {_amount(_turned(row))}"


def _change(row: pd.Series, up: str, down: str) -> str:
    """Write a change with the verb that its sign asks for, and whether its sign is known."""
    rises = row["expected"] >= 0.0
    words = f"{up if rises else down} by {_amount(row if rises else _turned(row))}"
    unsure = row["low"] < 0.0 < row["high"]
    return f"{words}, which cannot be told apart from no change" if unsure else words


def _turned(row: pd.Series) -> pd.Series:
    """Give a row with its sign turned."""
    return pd.Series(
        {"expected": -row["expected"], "error": row["error"], "low": -row["high"], "high": -row["low"]}, dtype=float
    )


def _amount(row: pd.Series) -> str:
    """Write an expectation and its interval."""
    within = interval(row["low"], row["high"], row["error"])
    return f"NOK {number(row['expected'], row['error'])} million (95% {within})"


def _count(row: pd.Series) -> str:
    """Write a number of people."""
    return number(row["expected"], max(row["error"], 1.0))


def _in_millions(table: pd.DataFrame) -> pd.DataFrame:
    """Give a table of NOK in millions."""
    columns = ["expected", "error", "low", "high"]
    return table.assign(**{column: table[column] / MILLION for column in columns})


def draw_cash(table: pd.DataFrame, labels: dict[str, str], path: Path) -> None:
    """Draw cash spent against cash released by year, a panel a program, each on its own scale."""
    series = (
        ("spent", EITHER, "Spent on operations", COLOURS[0], "s", -0.16),
        ("released", NO_EFFECT, "Released in benefits, no effect after month 12", COLOURS[1], "o", 0.0),
        ("released", CARRIED_FORWARD, "Released in benefits, differences carried forward", COLOURS[2], "^", 0.16),
    )
    with _panels(path, labels, "NOK billion a year") as (drawn, panels):
        for name, panel in panels.items():
            for item, choice, words, colour, marker, shift in series:
                of = table[(table["program"] == name) & (table["item"] == item) & (table["after_month_12"] == choice)]
                x = of["year"] + shift
                panel.vlines(x, of["low"] / 1000, of["high"] / 1000, color=colour, linewidth=3, alpha=0.35)
                panel.plot(x, of["expected"] / 1000, marker, color=colour, markersize=5, label=words)
        handles, words = next(iter(panels.values())).get_legend_handles_labels()
        drawn.legend(handles, words, loc="upper left", frameon=False, fontsize="small")


def draw_staff(table: pd.DataFrame, labels: dict[str, str], path: Path) -> None:
    """Draw the staff needed by year, stacked by kind, a panel a program, all on one scale."""
    people = table[table["unit"] == "full-time equivalents"]
    colours = dict(zip((kind.replace(" ", "_") for kind in KINDS.values()), COLOURS, strict=True))
    handles = {}
    with _panels(path, labels, "Full-time equivalents") as (drawn, panels):
        for name, panel in panels.items():
            of = people[people["program"] == name].pivot_table(index="year", columns="item", values="expected")
            for side in (of.clip(lower=0.0), of.clip(upper=0.0)):
                below = side.cumsum(axis=1) - side
                for kind in of.columns:
                    bars = panel.bar(of.index, side[kind], bottom=below[kind], color=colours[kind], width=0.62)
                    handles[kind] = bars
            panel.yaxis.set_major_formatter("{x:,.0f}")
        lows, highs = zip(*(panel.get_ylim() for panel in panels.values()), strict=True)
        for panel in panels.values():
            panel.set_ylim(min(lows), max(highs))
        words = [kind.replace("_", " ").capitalize() for kind in handles]
        drawn.legend(list(handles.values()), words, loc="upper left", frameon=False, fontsize="small", ncols=4)


@contextmanager
def _panels(path: Path, labels: dict[str, str], unit: str) -> Iterator[tuple[Figure, dict[str, Any]]]:
    """Give a figure with one panel a program over the calendar years, and room for a legend above."""
    rows = -(-len(labels) // 2)
    height = 1.2 + 2.4 * rows
    room = {"top": 1.0 - 1.05 / height, "hspace": 0.5, "wspace": 0.24}
    with figure(path, height=height, panels=(rows, 2), **room) as (drawn, axes):
        panels = dict(zip(labels, axes.flat, strict=False))
        for position, (name, panel) in enumerate(panels.items()):
            panel.axhline(0, color=COLOURS[0], linewidth=0.8)
            panel.set_title("\n".join(wrap(labels[name], 36)), loc="left", fontsize="medium", fontweight="bold")
            panel.set_xticks(range(1, YEARS + 1))
            if position % 2 == 0:
                panel.set_ylabel(unit)
            if position >= len(labels) - 2:
                panel.set_xlabel("Calendar year of the roll-out")
        for panel in axes.flat[len(labels) :]:
            panel.set_visible(False)
        yield drawn, panels


if __name__ == "__main__":
    with answering():
        main()

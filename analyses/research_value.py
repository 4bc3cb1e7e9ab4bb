"""What the next trial of motivational interviewing is worth, and how large it should be.

Values a trial of 300 to 19 200 people against usual case management, over 12 months and by perspective, in the base
case and in every structural scenario with a table of its own. Takes about three minutes on two cores:

    python analyses/research_value.py
"""

from __future__ import annotations

from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

import hecon
from hecon.evaluation.next_trial import Design
from hecon.evaluation.research import best, bounds, sensitivity, worth
from hecon.evaluation.structural import BASE, YEAR, cases
from hecon.evaluation.study import FUNDERS, SOCIETY, people_served, terms, years_to_results
from hecon.evaluation.trial_information import information
from hecon.model.runs import write_csv
from hecon.model.simulation import STRATEGIES
from hecon.report.files import COLOURS, TEXT, figure
from hecon.report.numbers import MINUS, number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

    from hecon.evaluation.study import Terms
    from hecon.inputs.parameters import Parameters

RESULTS = Path(__file__).parent / "results"
DRAWS = 1000
PEOPLE = 1000
SIZES = (300, 600, 1200, 2400, 4800, 9600, 19200)
OFFICES = (10, 30, 100)
MIDDLE = 30
USUAL, EARLY, MI = STRATEGIES[:3]
TWO, THREE = (USUAL, MI), (USUAL, EARLY, MI)
"""Arms: motivational interviewing against usual case management, and early follow-up without it beside them."""
ICC_RANGE = (0.01, 0.05)
MILLION, BILLION = 1e6, 1e9
SURE = 2.0
"""Monte Carlo errors by which a number must differ from 0 for its sign to be told."""
PARTY = {"society": "society", "public_purse": "the public purse", "nav": "NAV"}
TERMS = {
    "people_a_year": "People eligible who accept, a year",
    "decision_lifetime": "Years for which the choice stands",
    "trial_preparation": "Years of preparation",
    "trial_recruitment": "People an office includes a year",
    "trial_analysis": "Years of analysis",
    "trial_fixed_cost": "Fixed cost",
    "trial_cost_per_participant": "Cost per participant",
    "trial_cost_per_office": "Cost per office",
    "cost_of_public_funds": "Cost of public funds",
}


def main() -> None:
    """Print what the next trial is worth and how large it should be; write the tables and the figures."""
    parameters = hecon.read_parameters()
    found = tables(parameters, progress=True)
    for name, table in found.items():
        write_csv(table, RESULTS / f"research_value{name}.csv")
    labels = {name: about.label for name, about in parameters.scenarios.items()} | {BASE: "Base case"}
    draw_sizes(found[""], labels, RESULTS / "research_value.svg")
    draw_designs(found[""], labels, RESULTS / "research_value_designs.svg")
    for part in (
        terms_sentences(terms(parameters)),
        answer_sentences(found["_best"], found[""], labels),
        bound_sentences(found["_bounds"]),
        scenario_sentences(found["_best"], labels),
        sensitivity_sentences(found["_sensitivity"], found["_best"], labels),
        check_sentences(found[""]),
    ):
        print("\n".join(fill(line, 120, subsequent_indent="  ") for line in part), end="\n\n")


def designs(icc: float, sizes: Sequence[int] = SIZES) -> list[Design]:
    """Give the trials compared: two or three arms; people or offices randomised; few offices or many."""
    least, most = ICC_RANGE
    return [
        *(Design(TWO, n, offices) for offices in OFFICES for n in sizes),
        *(Design(THREE, n, MIDDLE) for n in sizes),
        *(Design(TWO, n, offices, by_office=True, icc=icc) for offices in OFFICES for n in sizes),
        *(Design(TWO, n, MIDDLE, by_office=True, icc=share) for share in (least, most) for n in sizes),
    ]


def tables(
    parameters: Parameters,
    *,
    draws: int = DRAWS,
    people: int = PEOPLE,
    sizes: Sequence[int] = SIZES,
    scenarios: Sequence[str] | None = None,
    threads: int | None = None,
    progress: bool = False,
) -> dict[str, pd.DataFrame]:
    """Give every table: the trials by size, what information could be worth at most, the best trial, and on what."""
    given = terms(parameters)
    trials = designs(given.icc, sizes)
    by_size, limits, moved = [], [], []
    for case in cases(
        parameters, THREE, scenarios=scenarios, draws=draws, people=people, threads=threads, progress=progress
    ):
        found = information(case, trials, threads=threads)
        by_size.append(worth(case, trials, found, given))
        limits.append(bounds(case, Design(THREE, sizes[-1]), given))
        if case.horizon == YEAR:
            moved.append(sensitivity(case, trials, found, parameters, SOCIETY))
    together = pd.concat(by_size, ignore_index=True)
    return {
        "": together,
        "_bounds": pd.concat(limits, ignore_index=True),
        "_best": best(together),
        "_sensitivity": pd.concat(moved, ignore_index=True),
    }


def headline(
    parameters: Parameters,
    *,
    draws: int = DRAWS,
    people: int = PEOPLE,
    scenarios: Sequence[str] | None = None,
    threads: int | None = None,
) -> pd.DataFrame:
    """Give the best trial by scenario, horizon and perspective; errors are Monte Carlo standard errors."""
    return tables(parameters, draws=draws, people=people, scenarios=scenarios, threads=threads)["_best"]


def terms_sentences(given: Terms) -> list[str]:
    """Say whom the choice is about and what a trial takes."""
    years = years_to_results(Design(TWO, 1200, MIDDLE), given)
    return [
        f"The choice is about {number(given.people_a_year, 1000.0)} people a year for {given.lifetime:g} years, "
        f"{people_served(given) / MILLION:.2f} million discounted. A trial of {number(1200)} people in {MIDDLE} "
        f"offices reports after {years:.1f} years."
    ]


def answer_sentences(top: pd.DataFrame, table: pd.DataFrame, labels: dict[str, str]) -> list[str]:
    """Say what the next trial is worth in the base case, over 12 months, to those who might pay for it."""
    said = [f"What the next trial of motivational interviewing is worth ({labels[BASE].lower()}, {YEAR}):"]
    for perspective in reversed(FUNDERS):
        row = _row(top, BASE, YEAR, perspective)
        said.append(f"  To {PARTY[perspective]}: {_worth(row, table)}.")
    return said


def bound_sentences(limits: pd.DataFrame) -> list[str]:
    """Say what any research could be worth to society at most, in the base case."""
    ours = limits[(limits["scenario"] == BASE) & (limits["horizon"] == YEAR) & (limits["perspective"] == SOCIETY)]
    said = [f"What knowing is worth to society at most, base case, {YEAR}:"]
    for row in ours.itertuples():
        unsure = "" if row.enough else ", too few draws to be sure"
        said.append(
            f"  {row.known}: NOK {number(row.value, row.error)} per person (Monte Carlo error "
            f"{number(row.error, row.error)}{unsure}), NOK {_billions(row.national)} for all."
        )
    return said


def scenario_sentences(top: pd.DataFrame, labels: dict[str, str]) -> list[str]:
    """Say how large the trial should be in every scenario and over five years, for society."""
    said = ["The same for society in other scenarios, and over five years:"]
    for row in top[top["perspective"] == SOCIETY].itertuples():
        if (row.scenario, row.horizon) == (BASE, YEAR):
            continue
        said.append(f"  {labels[row.scenario]}, {row.horizon}: {_short(row)}.")
    return said


def sensitivity_sentences(moved: pd.DataFrame, top: pd.DataFrame, labels: dict[str, str]) -> list[str]:
    """Say whether what was assumed of the trial changes whether it is worth its cost to society, and its size."""
    said = ["What was assumed of the trial, each at the ends of its 95% interval, for society:"]
    for scenario, rows in moved.groupby("scenario", sort=False):
        now = _row(top, str(scenario), YEAR, SOCIETY)
        turned = rows[(rows["enbs"] > 0) != (now["enbs"] > 0)]
        what = "; ".join(f"{TERMS[row.parameter].lower()} at {_at(row.at)}" for row in turned.itertuples())
        sizes = f"best size {number(rows['people'].min())} to {number(rows['people'].max())}"
        if now["enbs"] > 0:
            kept = f"it stays worth its cost, {sizes}" if turned.empty else f"no longer worth its cost with {what}"
        else:
            kept = "it stays not worth its cost" if turned.empty else f"worth its cost with {what}"
        said.append(f"  {labels[str(scenario)]}: {kept}.")
    return said


def check_sentences(table: pd.DataFrame) -> list[str]:
    """Say how far apart the two ways to value a trial are."""
    believed = table[(table["effective_draws"] >= 30.0) & (table["evsi_error"] > 1.0)]
    if believed.empty:
        return ["No value that is not 0 rests on 30 draws or more, so that the likelihood checks nothing here."]
    apart = (believed["evsi"] - believed["evsi_likelihood"]).abs()
    error = np.hypot(believed["evsi_error"], believed["evsi_likelihood_error"])
    return [
        f"By regression and by likelihood: in {(apart <= SURE * error).mean():.0%} of {len(believed)} values that rest "
        f"on 30 draws or more the two lie within {SURE:.0f} standard errors of one another."
    ]


def draw_sizes(table: pd.DataFrame, labels: dict[str, str], path: Path) -> None:
    """Draw what a trial with people randomised in many offices is worth by its size, for society, by scenario."""
    rows = table[
        (table["perspective"] == SOCIETY)
        & (table["horizon"] == YEAR)
        & (table["arms"] == " + ".join(TWO))
        & (table["randomised"] == "people")
        & (table["offices"] == OFFICES[-1])
    ]
    with figure(path, width=11.4, height=5.4, panels=(1, 2), left=0.065, right=0.765, top=0.84, wspace=0.22) as (
        drawn,
        (left, right),
    ):
        for colour, (scenario, of) in zip(COLOURS, rows.groupby("scenario", sort=False), strict=False):
            label = fill(labels[str(scenario)], 28)
            _line(left, of, "evsi", "evsi_error", colour, 1.0, label)
            _line(right, of, "enbs", "enbs_error", colour, BILLION, label)
        right.legend(loc="center left", bbox_to_anchor=(1.02, 0.5), frameon=False, fontsize=9)
        for axes in (left, right):
            _sizes(axes, rows["people"].unique())
        right.axhline(0.0, color=TEXT, linewidth=0.9)
        left.set_ylim(bottom=0.0)
        drawn.text(0.065, 0.94, f"Two arms, people randomised in {OFFICES[-1]} offices, society, {YEAR}", color=TEXT)
        drawn.text(0.065, 0.88, "Value of the information, NOK per person", fontweight="bold")
        drawn.text(0.45, 0.88, "Less cost and losses, for Norway, NOK billion", fontweight="bold")


def draw_designs(table: pd.DataFrame, labels: dict[str, str], path: Path) -> None:
    """Draw what designs are worth to society by size, in the base case and in the scenario where most is at stake."""
    ours = table[(table["perspective"] == SOCIETY) & (table["horizon"] == YEAR)]
    others = ours[ours["scenario"] != BASE]
    shown = [BASE, str(others.loc[others["enbs"].idxmax(), "scenario"])]
    with figure(path, width=12.8, height=5.0, panels=(1, 2), left=0.07, right=0.735, top=0.86, wspace=0.22) as (
        _,
        panels,
    ):
        for axes, scenario in zip(panels, shown, strict=True):
            rows = ours[ours["scenario"] == scenario]
            unit = BILLION if rows["enbs"].abs().max() > BILLION else MILLION
            for name, of, colour, dashes in _kinds(rows):
                axes.plot(
                    of["people"],
                    of["enbs"] / unit,
                    color=colour,
                    linestyle=dashes,
                    marker="o",
                    markersize=4,
                    label=name,
                )
            axes.axhline(0.0, color=TEXT, linewidth=0.9)
            axes.set_title(fill(labels[scenario], 48), loc="left", fontsize="medium", fontweight="bold")
            axes.set_ylabel(f"Expected net benefit of the trial, NOK {'billion' if unit == BILLION else 'million'}")
            _sizes(axes, rows["people"].unique())
        panels[-1].legend(loc="center left", bbox_to_anchor=(1.02, 0.5), frameon=False, fontsize=9)


def _kinds(rows: pd.DataFrame) -> list[tuple[str, pd.DataFrame, str, str]]:
    """Give the designs that are drawn: a name, their rows, a colour and a dash."""
    two, three = " + ".join(TWO), " + ".join(THREE)
    usual_icc = rows.loc[rows["randomised"] == "offices", "icc"].median()
    asked = [
        *((two, "people", offices, 0.0, COLOURS[1]) for offices in OFFICES),
        (three, "people", MIDDLE, 0.0, COLOURS[3]),
        *((two, "offices", offices, usual_icc, COLOURS[2]) for offices in OFFICES),
    ]
    dash = dict(zip(OFFICES, (":", "--", "-"), strict=True))
    found = []
    for arms, randomised, offices, icc, colour in asked:
        of = rows[
            (rows["arms"] == arms)
            & (rows["randomised"] == randomised)
            & (rows["offices"] == offices)
            & np.isclose(rows["icc"], icc)
        ]
        arm = "two arms" if arms == two else "three arms"
        found.append((f"{arm}, {randomised} randomised, {offices} offices", of, colour, dash[offices]))
    return found


def _line(axes: Axes, rows: pd.DataFrame, value: str, error: str, colour: str, unit: float, label: str) -> None:
    """Draw a value over size with a band of a Monte Carlo error each way."""
    middle, half = rows[value] / unit, rows[error] / unit
    axes.fill_between(rows["people"], middle - half, middle + half, color=colour, alpha=0.12, linewidth=0)
    axes.plot(rows["people"], middle, color=colour, linewidth=1.8, marker="o", markersize=4, label=label)


def _sizes(axes: Axes, sizes: Sequence[int]) -> None:
    axes.set_xscale("log")
    axes.set_xticks(list(sizes), [f"{size:,}" for size in sizes])
    axes.set_xticks([], minor=True)
    axes.set_xlabel("People in the trial")
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.10g}".replace("-", MINUS))


def _row(table: pd.DataFrame, scenario: str, horizon: str, perspective: str) -> pd.Series:
    """Give the row of a scenario, horizon and perspective."""
    where = (table["scenario"] == scenario) & (table["horizon"] == horizon) & (table["perspective"] == perspective)
    return table[where].iloc[0]


def _worth(row: pd.Series, table: pd.DataFrame) -> str:
    """Say what the best trial is worth, or that none is worth its cost."""
    sizes = f"{number(table['people'].min())} to {number(table['people'].max())} people"
    if row["enbs"] <= 0.0:
        same = table[
            (table["scenario"] == row["scenario"])
            & (table["horizon"] == row["horizon"])
            & (table["perspective"] == row["perspective"])
        ]
        most = same.loc[same["evsi"].idxmax()]
        sure = "" if row["enbs"] < -SURE * row["enbs_error"] else ", which cannot be told from worth it"
        told, error = (number(most[name], most["evsi_error"]) for name in ("evsi", "evsi_error"))
        return (
            f"no trial of {sizes} is worth its cost; the one that loses least, {_design(row)}, lose NOK "
            f"{_millions(-row['enbs'])} (Monte Carlo error {_millions(row['enbs_error'])}){sure}. Even "
            f"{_design(most)}, tell no more than NOK {told} per person (Monte Carlo error {error})"
        )
    return _short(row)


def _short(row: pd.Series) -> str:
    """Say the best design and what it gains."""
    if row.enbs <= 0.0:
        return f"no trial is worth its cost; {_design(row)}, lose NOK {_millions(-row.enbs)}{_unsure(row)}"
    return (
        f"{_design(row)}, gain NOK {_millions(row.enbs)}{_unsure(row)}; sizes from "
        f"{number(row.least)} to {number(row.most)} cannot be told from it"
    )


def _unsure(row: pd.Series) -> str:
    """Say the Monte Carlo error, and whether the sign is within it."""
    told = abs(row.enbs) > SURE * row.enbs_error
    return f" (Monte Carlo error {_millions(row.enbs_error)}{'' if told else ', so that the sign is not sure'})"


def _design(row: pd.Series) -> str:
    """Name a design."""
    arms = len(row.arms.split(" + "))
    return f"{number(row.people)} people in {arms} arms and {row.offices} offices, {row.randomised} randomised"


def _millions(value: float) -> str:
    """Write an amount in millions with two digits."""
    amount = value / MILLION
    return f"{amount:,.0f} million" if abs(amount) >= 10.0 else f"{amount:.2g} million"


def _billions(value: float) -> str:
    """Write an amount in billions."""
    return f"{value / BILLION:.1f} billion" if value >= BILLION else _millions(value)


def _at(value: float) -> str:
    """Write the value of a parameter."""
    return f"{value:,.0f}" if value >= 100.0 else f"{value:.2g}"


if __name__ == "__main__":
    main()

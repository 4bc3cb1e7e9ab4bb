"""What the next trial of motivational interviewing is worth, and how large it should be.

Values a trial of 300 to 19 200 people, followed for one or two years, against usual case management: over 12 months and
by perspective, in the base case and in every structural scenario with a table of its own. Takes 12 minutes of processor
time:

    python analyses/research_value.py
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

import hecon
from hecon.evaluation.next_trial import LENGTHS, Design
from hecon.evaluation.research import EVERYTHING, FIGURES, best, bounds, sensitivity, worth
from hecon.evaluation.structural import BASE, FIVE_YEARS, YEAR, cases
from hecon.evaluation.study import ASSUMED, FUNDERS, SOCIETY, people_served, terms, years_to_results
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
SHORT, LONG = LENGTHS
"""Weeks of follow-up."""
USUAL, EARLY, MI = STRATEGIES[:3]
TWO, THREE = (USUAL, MI), (USUAL, EARLY, MI)
"""Arms: motivational interviewing against usual case management, and early follow-up without it beside them."""
ICC_RANGE = (0.01, 0.05)
MILLION, BILLION = 1e6, 1e9
SURE = 2.0
"""Monte Carlo errors by which a number must differ from 0 for its sign to be told."""
PARTY = {"society": "society", "public_purse": "the public purse", "nav": "NAV"}
ARMS = {" + ".join(arms): words for arms, words in ((TWO, "two"), (THREE, "three"))}
BELIEVED = 30.0
"""Draws that a posterior rests on, below which a value by likelihood is not compared."""
LEAST = 1.0
"""NOK per person from which values are compared."""


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
        answer_sentences(found["_best"], labels),
        bound_sentences(found["_bounds"]),
        scenario_sentences(found["_best"], labels),
        length_sentences(found[""], labels),
        sensitivity_sentences(found["_sensitivity"], found["_best"], labels, term_labels(parameters)),
        check_sentences(found[""]),
    ):
        print("\n".join(fill(line, 120, subsequent_indent="  ") for line in part), end="\n\n")


def designs(icc: float, sizes: Sequence[int] = SIZES) -> list[Design]:
    """Give the trials compared: one year or two; two or three arms; people or offices randomised; few offices or many.

    Offices are randomised where there are 30 or more, and with one year of follow-up.
    """
    few, many = OFFICES[1:]
    least, most = ICC_RANGE
    return [
        *(Design(TWO, n, offices, weeks=weeks) for weeks in LENGTHS for offices in OFFICES for n in sizes),
        *(Design(THREE, n, MIDDLE, weeks=weeks) for weeks in LENGTHS for n in sizes),
        *(
            Design(TWO, n, offices, by_office=True, icc=share, weeks=SHORT)
            for offices, share in ((few, icc), (many, icc), (few, least), (few, most))
            for n in sizes
        ),
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
    """Give every table: the trials for society, what knowing is worth, the best trial for each funder, and on what."""
    given = terms(parameters)
    trials = designs(given.icc, sizes)
    by_size, limits, moved = [], [], []
    for case in cases(
        parameters, THREE, scenarios=scenarios, draws=draws, people=people, threads=threads, progress=progress
    ):
        asked = replace(case, benefit=case.benefit.sel(perspective=list(FUNDERS)))
        found = information(asked, trials, threads=threads)
        by_size.append(worth(asked, trials, found, given).replace({"arms": ARMS}).drop(columns="gain"))
        limits.append(bounds(asked, Design(THREE, sizes[-1], weeks=LONG), given))
        if case.horizon == YEAR:
            moved.append(sensitivity(asked, trials, found, parameters, SOCIETY).replace({"arms": ARMS}))
    together = pd.concat(by_size, ignore_index=True)
    return {
        "": together[together["perspective"] == SOCIETY].drop(columns="perspective").reset_index(drop=True),
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


def term_labels(parameters: Parameters) -> dict[str, str]:
    """Give what the terms that are varied are called."""
    labels = {name: parameters[name].label for name in ASSUMED.values()}
    return labels | {"people_a_year": "People eligible who accept, a year"}


def terms_sentences(given: Terms) -> list[str]:
    """Say whom the choice is about and what a trial takes."""
    years = years_to_results(Design(TWO, 1200, MIDDLE), given)
    return [
        f"The choice is about {number(given.people_a_year, 1000.0)} people a year for {given.lifetime:g} years, "
        f"{people_served(given) / MILLION:.2f} million discounted. A trial of {number(1200)} people in {MIDDLE} "
        f"offices, followed for {LONG} weeks, reports after {years:.1f} years."
    ]


def answer_sentences(top: pd.DataFrame, labels: dict[str, str]) -> list[str]:
    """Say what the next trial is worth in the base case, over 12 months, to those who might pay for it."""
    said = [f"What the next trial of motivational interviewing is worth ({labels[BASE].lower()}, {YEAR}):"]
    for perspective in reversed(FUNDERS):
        row = _row(top, BASE, YEAR, perspective)
        said.append(f"  To {PARTY[perspective]}: {_worth(row)}.")
    said.append(
        "Whether to randomise people or offices is not answered here: contamination between people of an office, and "
        "likeness of people who have the same caseworker, would both count against randomising people, and neither is "
        "in the model."
    )
    return said


def bound_sentences(limits: pd.DataFrame) -> list[str]:
    """Say what any research could be worth to society, in the base case, and how much of it arises after month 12."""
    of_society = limits[(limits["scenario"] == BASE) & (limits["perspective"] == SOCIETY)]
    ours = of_society[of_society["horizon"] == YEAR]
    said = [f"What knowing is worth to society, base case, {YEAR}:"]
    for row in ours.itertuples():
        unsure = "" if row.enough else ", too few draws to be sure"
        most = "" if row.known.startswith(FIGURES) else "at most "
        said.append(
            f"  {row.known}: {most}NOK {number(row.value, row.error)} per person (Monte Carlo error "
            f"{number(row.error, row.error)}{unsure}), NOK {_billions(row.national)} for all."
        )
    later = of_society[of_society["horizon"] == FIVE_YEARS].set_index("known")["value"]
    first = ours.set_index("known")["value"]
    asked = [known for known in first.index if known == EVERYTHING or known.startswith(FIGURES)]
    after = (
        f"  {known}, over {FIVE_YEARS}: NOK {number(later[known], 10.0)}, of which NOK "
        f"{number(later[known] - first[known], 10.0)} arise after month 12, from differences carried forward; without "
        f"them it is what it is over {YEAR}."
        for known in asked
    )
    return [*said, *after]


def scenario_sentences(top: pd.DataFrame, labels: dict[str, str]) -> list[str]:
    """Say how large the trial should be in every scenario and over five years, for society."""
    said = ["The same for society in other scenarios, and over five years:"]
    for row in top[top["perspective"] == SOCIETY].itertuples():
        if (row.scenario, row.horizon) == (BASE, YEAR):
            continue
        said.append(f"  {labels[row.scenario]}, {row.horizon}: {_short(row)}.")
    return said


def length_sentences(table: pd.DataFrame, labels: dict[str, str]) -> list[str]:
    """Say what one year of follow-up gains over two, wherever some trial is worth its cost to society."""
    said = [f"Followed for {SHORT} or for {LONG} weeks, the best trial of each length, for society:"]
    for (scenario, horizon), rows in table.groupby(["scenario", "horizon"], sort=False):
        tops = [rows.loc[of["enbs"].idxmax()] for _, of in rows.groupby("weeks")]
        if max(top["enbs"] for top in tops) <= 0.0:
            continue
        values = " and ".join(f"NOK {_millions(top['enbs'])}" for top in tops)
        errors = " and ".join(_millions(top["enbs_error"]) for top in tops)
        said.append(f"  {labels[str(scenario)]}, {horizon}: {values} (Monte Carlo errors {errors}).")
    return said if len(said) > 1 else ["No trial of either length is worth its cost to society anywhere."]


def sensitivity_sentences(
    moved: pd.DataFrame, top: pd.DataFrame, labels: dict[str, str], terms_called: dict[str, str]
) -> list[str]:
    """Say whether what was assumed of the trial changes whether it is worth its cost to society, and its size."""
    said = ["What was assumed of the trial, all but the ICC, each at the ends of its 95% interval, for society:"]
    for scenario, rows in moved.groupby("scenario", sort=False):
        now = _row(top, str(scenario), YEAR, SOCIETY)
        turned = rows[(rows["enbs"] > 0) != (now["enbs"] > 0)]
        what = "; ".join(f"“{terms_called[row.parameter]}” at {_at(row.at)}" for row in turned.itertuples())
        sizes = f"best size {number(rows['people'].min())} to {number(rows['people'].max())}"
        if now["enbs"] > 0:
            kept = f"it stays worth its cost, {sizes}" if turned.empty else f"no longer worth its cost with {what}"
        else:
            kept = "it stays not worth its cost" if turned.empty else f"worth its cost with {what}"
        said.append(f"  {labels[str(scenario)]}: {kept}.")
    return said


def check_sentences(table: pd.DataFrame) -> list[str]:
    """Say how far apart the two ways to value a trial are, by the errors that they do not share."""
    same = ["scenario", "horizon", "weeks", "arms", "evsi", "evsi_likelihood"]  # designs that are worth as many people
    values = table.drop_duplicates(same)
    values = values[(values["effective_draws"] >= BELIEVED) & (values["evsi"] >= LEAST)]
    if values.empty:
        return [f"No value of NOK 1 or more rests on {BELIEVED:.0f} draws or more, so that likelihood checks nothing."]
    apart = values["evsi_likelihood"] - values["evsi"]
    error = np.hypot(values["step_error"], values["evsi_likelihood_error"])
    ratio = values["evsi_likelihood"] / values["evsi"]
    return [
        f"By regression and by likelihood, {len(values)} distinct values of NOK {LEAST:.0f} or more that rest on "
        f"{BELIEVED:.0f} draws or more: likelihood is higher in {(apart > 0.0).mean():.0%}, by NOK "
        f"{number(apart.mean(), 1.0)} per person in the mean and a factor of {ratio.median():.2f} in the median. "
        f"{(apart.abs() <= SURE * error).mean():.0%} lie within {SURE:.0f} errors of the second step of one another; "
        "both use the same draws and trials, so that this is a mild test. Where they differ, the truth may lie between."
    ]


def draw_sizes(table: pd.DataFrame, labels: dict[str, str], path: Path) -> None:
    """Draw what a trial with people randomised in many offices is worth by its size, for society, by scenario."""
    rows = table[
        (table["horizon"] == YEAR)
        & (table["weeks"] == SHORT)
        & (table["arms"] == "two")
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
        drawn.text(
            0.065,
            0.94,
            f"Two arms, people randomised in {OFFICES[-1]} offices, followed for {SHORT} weeks; society, {YEAR}",
            color=TEXT,
        )
        drawn.text(0.065, 0.88, "Value of the information, NOK per person", fontweight="bold")
        drawn.text(0.45, 0.88, "Less cost and losses, for Norway, NOK billion", fontweight="bold")


def draw_designs(table: pd.DataFrame, labels: dict[str, str], path: Path) -> None:
    """Draw what designs are worth to society by size, in the base case and in the scenario where most is at stake."""
    ours = table[table["horizon"] == YEAR]
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
    usual_icc = rows.loc[rows["randomised"] == "offices", "icc"].median()
    asked = [
        *(("two", "people", offices, 0.0, SHORT, COLOURS[1]) for offices in OFFICES),
        ("two", "people", OFFICES[-1], 0.0, LONG, COLOURS[0]),
        ("three", "people", MIDDLE, 0.0, SHORT, COLOURS[3]),
        *(("two", "offices", offices, usual_icc, SHORT, COLOURS[2]) for offices in OFFICES[1:]),
    ]
    dash = dict(zip(OFFICES, (":", "--", "-"), strict=True))
    found = []
    for arms, randomised, offices, icc, weeks, colour in asked:
        of = rows[
            (rows["arms"] == arms)
            & (rows["randomised"] == randomised)
            & (rows["offices"] == offices)
            & (rows["weeks"] == weeks)
            & np.isclose(rows["icc"], icc)
        ]
        found.append((f"{arms} arms, {randomised} randomised, {offices} offices, {weeks} w", of, colour, dash[offices]))
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


def _worth(row: pd.Series) -> str:
    """Say what the best trial is worth, or that none is worth its cost."""
    if row["enbs"] > 0.0:
        return _short(row)
    sure = "" if row["enbs"] < -SURE * row["enbs_error"] else ", which cannot be told from worth it"
    told, error = (number(row[name], row["told_error"]) for name in ("told", "told_error"))
    return (
        f"no trial of {number(SIZES[0])} to {number(SIZES[-1])} people is worth its cost; the one that loses least, "
        f"{_design(row)}, would lose NOK {_millions(-row['enbs'])} (Monte Carlo error {_millions(row['enbs_error'])})"
        f"{sure}. None of them tells more than NOK {told} per person (Monte Carlo error {error})"
    )


def _short(row: pd.Series) -> str:
    """Say the best design and what it gains."""
    if row.enbs <= 0.0:
        return f"no trial is worth its cost; {_design(row)}, would lose NOK {_millions(-row.enbs)}{_unsure(row)}"
    by_likelihood = row.enbs + (row.evsi_likelihood - row.evsi) * row.served
    return (
        f"{_design(row)}, would gain NOK {_millions(row.enbs)}{_unsure(row)}, by likelihood "
        f"{_millions(by_likelihood)}; sizes from {number(row.least)} to {number(row.most)} cannot be told from it"
    )


def _unsure(row: pd.Series) -> str:
    """Say the Monte Carlo error, and whether the sign is within it."""
    told = abs(row.enbs) > SURE * row.enbs_error
    value = "" if row.enbs <= 0.0 or row.evsi >= SURE * row.evsi_error else ", its information not told from 0"
    return f" (Monte Carlo error {_millions(row.enbs_error)}{value}{'' if told else ', so that the sign is not sure'})"


def _design(row: pd.Series) -> str:
    """Name a design."""
    return (
        f"{number(row.people)} people in {row.arms} arms and {row.offices} offices, {row.randomised} randomised, "
        f"followed for {row.weeks} weeks"
    )


def _millions(value: float) -> str:
    """Write an amount in millions with two digits."""
    amount = value / MILLION
    text = f"{amount:,.0f} million" if abs(amount) >= 10.0 else f"{amount:.2g} million"
    return text.replace("-", MINUS)


def _billions(value: float) -> str:
    """Write an amount in billions."""
    return f"{value / BILLION:.1f} billion" if value >= BILLION else _millions(value)


def _at(value: float) -> str:
    """Write the value of a parameter."""
    return f"{value:,.0f}" if value >= 100.0 else f"{value:.2g}"


if __name__ == "__main__":
    main()

"""The report as a document: one self-contained HTML file."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING

import numpy as np

from hecon.evaluation import results
from hecon.model.ledger import PERSPECTIVES
from hecon.model.runs import whole_file
from hecon.report import plots, tables, words
from hecon.report.numbers import kroner, number, percent

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from hecon.evaluation.comparison import Comparison
    from hecon.report.words import Standing

TITLE = "Which return-to-work program is worth its cost?"
LEAST_QALY = 0.0001
RECORD = {
    "seed": "Seed",
    "draws": "Draws of the probabilistic analysis",
    "people_per_draw": "People per draw",
    "people_base_case": "People in the base case",
    "people": "Who they are",
    "weeks": "Weeks",
    "strategies": "Strategies",
    "statute_date": "Statute as on",
    "parameters": "Parameters, SHA-256",
    "overlaid": "Replaced by the user",
    "hecon": "hecon",
    "python": "Python",
    "numpy": "numpy",
    "numba": "numba",
}


@dataclass(frozen=True)
class Figure:
    """A figure: its caption, what a reader who cannot see it is told, and the drawing."""

    caption: str
    alt: str
    svg: str


@dataclass(frozen=True)
class Answer:
    """The first screen: the answer, what stands behind it, and what would change it."""

    headline: str
    because: tuple[str, ...]
    changes: tuple[str, ...]


def write_report(comparison: Comparison, path: Path, title: str | None = None) -> Path:
    """Write the report of a comparison as one HTML file that asks nothing of the network.

    Parameters
    ----------
    comparison
        As `compare` returns it.
    path
        Where; written whole or not at all.
    title
        The question at the top.

    Returns
    -------
    The path.
    """
    text = render(comparison, title or TITLE)
    with whole_file(path) as temporary:
        temporary.write_text(text, encoding="utf-8")
    return path


def render(comparison: Comparison, title: str = TITLE) -> str:
    """Give the report as text; the same comparison gives the same bytes."""
    import jinja2

    environment = jinja2.Environment(
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    source = files("hecon.report").joinpath("templates/report.html.j2").read_text(encoding="utf-8")
    return environment.from_string(source).render(title=title, **content(comparison))


def content(comparison: Comparison) -> dict[str, object]:
    """Give everything the template places: answer, tables, figures and texts."""
    costs = results.perspective_costs(comparison)
    per_day = results.cost_per_day(comparison)
    return {
        "answer": answer(comparison),
        "programs": [comparison.parameters.programs[name] for name in comparison.strategies],
        "years": tables.years(comparison),
        "summary": tables.summary(comparison, costs, per_day),
        "perspectives": tables.perspectives(comparison, costs, results.YEAR_1),
        "long_perspectives": [(h, tables.perspectives(comparison, costs, h)) for h in results.HORIZONS[1:]],
        "levels": tables.cost_levels(comparison, costs),
        "ledger": tables.ledger(comparison),
        "icers": tables.icers(comparison),
        "days": _days(comparison, per_day),
        "returns": tables.returns(comparison),
        "five_years": tables.five_years(comparison),
        "horizon_sentence": _horizon_sentence(comparison, costs),
        "allowance": allowance_sentences(comparison),
        "scenarios": tables.scenario_gains(comparison),
        "drivers": tables.drivers(comparison),
        "productivity": tables.productivity(comparison),
        "subgroups": tables.subgroups(comparison),
        "qalys": qaly_sentences(comparison),
        "outcomes": tables.outcomes(comparison),
        "trial": tables.against_trial(comparison),
        "grades": tables.grade_counts(comparison),
        "assumptions": tables.assumptions(comparison),
        "calibration": calibration_sentence(comparison),
        "limitations": limitations(comparison),
        "record": [(label, comparison.record[key]) for key, label in RECORD.items()],
        "overlaid": comparison.parameters.overlaid,
        **_figures(comparison, costs),
    }


def answer(comparison: Comparison) -> Answer:
    """Give the answer in plain words, computed from the run."""
    costs = results.perspective_costs(comparison)
    order = _standings(comparison, costs, results.YEAR_1, "society")
    verdict = words.verdict(order, comparison.draws)
    by_perspective = {
        perspective.label: _standings(comparison, costs, results.YEAR_1, perspective.name)
        for perspective in PERSPECTIVES
    }
    changes = [
        words.perspectives_sentence(by_perspective),
        _horizon_sentence(comparison, costs),
        *allowance_sentences(comparison)[:1],
        _scenarios_sentence(comparison),
        *_friction_sentence(comparison),
        *_analyses_sentence(comparison, costs),
    ]
    return Answer(verdict.headline, verdict.because, tuple(changes))


def allowance_sentences(comparison: Comparison) -> list[str]:
    """Say what the trial saw of work assessment allowance, how sure it is, and how much of the result rests on it."""
    trial = results.published(comparison.parameters)
    seen = trial[trial["statistic"] == "aap_entry"].set_index("strategy")
    usual = comparison.comparator
    arms = [name for name in comparison.programs if name in seen.index]
    if usual not in seen.index or not arms:
        return []
    control = seen.loc[usual]
    parts = []
    for name in arms:
        arm = seen.loc[name]
        gap = arm["value"] - control["value"]
        half = 1.96 * np.sqrt(sum(row["value"] * (1 - row["value"]) / row["n"] for row in (arm, control)))
        low, high = 100 * (gap - half), 100 * (gap + half)
        spans = ", which spans zero" if low < 0 < high else ""
        parts.append(
            f"{percent(arm['value'])} with {words.spoken(comparison.label(name))} (difference {number(100 * gap, 0.1)} "
            f"points, 95% interval {number(low, 0.1)} to {number(high, 0.1)}{spans})"
        )
    text = (
        f"A caution about the allowance: in the trial {percent(control['value'])} of those with "
        f"{words.spoken(comparison.label(usual))} had moved to work assessment allowance within 12 months, against "
        f"{words.joined(parts)}."
    )
    effect, remainder = _allowance_in_model(comparison, arms)
    return [f"{text} {effect}", remainder]


def _allowance_in_model(comparison: Comparison, arms: list[str]) -> tuple[str, str]:
    """Say what the scenario without a difference removes in the model, and what it does to society's result."""
    table = results.after_month_12(comparison).set_index("strategy")
    entry = results.allowance_entry(comparison).set_index("strategy")
    moved, left = [], []
    for name in arms:
        row, label = table.loc[name], words.spoken(comparison.label(name))
        error = float(row["c_less_b_error"])
        if abs(row["c_less_b"]) > words.CLEAR * error:
            way = "better" if row["c_less_b"] > 0 else "worse"
            moved.append(f"{label} NOK {number(abs(row['c_less_b']), error)} {way}")
        points = 100 * entry.loc[name]
        left.append(
            f"{number(points['carried'], points['carried_error'])} points with and "
            f"{number(points['alike'], points['alike_error'])} without it for {label}"
        )
    span = tables.years(comparison)
    effect = (
        f"Over {span}, taking the programs' own effect on the way to the allowance as chance makes {words.joined(moved)} "
        "per person to society."
        if moved
        else f"Over {span}, taking the programs' own effect on the way to the allowance as chance changes society's result by "
        "no more than simulation error."
    )
    remainder = (
        f"In the model the difference in those who have moved to the allowance by month 12 is {words.joined(left)}. What is "
        "left without it comes from time on sick leave: whoever stays longer is nearer to the end of sick pay."
    )
    return effect, remainder


def qaly_sentences(comparison: Comparison) -> list[str]:
    """Say what the base case holds about health, and print no ratio of it."""
    share = comparison.parameters["causal_share_of_utility_difference"].value
    table = results.outcomes(comparison).set_index(["measure", "strategy"])
    if share == 0.0:
        first = (
            "No QALY effect measured. No trial has shown that these programs change quality-adjusted life years, and the "
            "base case therefore gives them none except through survival, and prints no cost per QALY."
        )
    else:
        first = (
            f"These parameters assume that {percent(float(share))} of the difference in quality of life between states is "
            "caused by work. That is an assumption and no measurement: no QALY effect was measured in a trial, and no cost "
            "per QALY is printed."
        )
    rows = [table.loc[("qalys", name)] for name in comparison.programs]
    span = f"Computed change over {tables.years(comparison)}, discounted QALYs per person: "
    if all(abs(row["increment"]) < LEAST_QALY for row in rows):
        return [first, f"{span}under {LEAST_QALY:g} with every program."]
    parts = [
        f"{words.spoken(comparison.label(name))} {number(row['increment'], max(row['error'], LEAST_QALY))}"
        for name, row in zip(comparison.programs, rows, strict=True)
    ]
    return [first, f"{span}{words.joined(parts)}."]


def calibration_sentence(comparison: Comparison) -> str:
    """Say how the calibrated parameters came about, and whether they are provisional."""
    parts = []
    for name, recipe in comparison.parameters.calibration.items():
        status = str(recipe.get("status", "")).lower()
        said = " ".join(str(value) for value in recipe.values()).lower()
        if "posterior" in status:
            parts.append(f"Block “{name}” is a posterior: its draws carry the uncertainty that the data leave.")
        else:
            method = recipe.get("method") or recipe.get("summary")
            placeholder = "; it is a placeholder, and results must not be used" if "placeholder" in said else ""
            detail = f" Recipe: {method}" if isinstance(method, str) else ""
            parts.append(
                f"Provisional: block “{name}” is a least-squares fit to the trial and registers with an approximate "
                f"covariance, no posterior{placeholder}.{detail}"
            )
    return " ".join(parts) or "No parameter is calibrated."


def limitations(comparison: Comparison) -> list[str]:
    """Give what the model leaves out or takes for granted, as it stands in these parameters."""
    values = comparison.parameters
    surplus = values["production_surplus"].value
    employer = (
        "A returned worker is worth nothing to the employer by assumption: production equals labour cost in the base case, "
        "so the employer's result is sick pay, contributions, disruption and meeting time only."
        if surplus == 0.0
        else f"A returned worker is worth {percent(float(surplus))} of the labour cost to the employer, an assumption."
    )
    texts = [
        "The rolling three-year window for sick-pay rights is left out: 26 weeks in work restore the rights.",
        employer,
        "Capacity is not modelled: the coordinators, teams and trained caseworkers that a program needs are there, at "
        "constant cost however many take part.",
        "In the trial 17% of those invited consented. That is consent to research, not the uptake of a service, and is not "
        "used as such: results are per person allocated.",
        "Coordinated return to work has its effect from Denmark, where rules and services differ; the transfer to Norway is "
        "a judgement, and its spread is too."
        if "coordinated_program" in comparison.programs
        else "",
        "Programs change hazards for 52 weeks at most. What comes later follows from where people are then, by rates from "
        "registers and assumptions about all long-term sick-listed, not from observing participants.",
        "Covariates change no hazards, since no source gives their effect: subgroups differ in wage, start and rights only.",
        "One statute holds for the whole horizon, in real terms; a graded pension held at inclusion counts only where it grows.",
        "Savings in rule-based benefits do not come back to the frame-funded operations of NAV that pay for the program.",
        "Effects on people outside the program are left out: jobs taken from others, or caseworkers taken from others.",
        "Monte Carlo errors say how exact the simulation is, not how good the model is; intervals hold only the uncertainty of "
        "parameters that have a distribution.",
    ]
    return [text for text in texts if text]


def _figures(comparison: Comparison, costs: pd.DataFrame) -> dict[str, Figure]:
    society = _standings(comparison, costs, results.YEAR_1, "society")
    usual = comparison.label(comparison.comparator)
    gains = words.joined(
        [words.society_sentence(one, _usual(society)) for one in society if not one.comparator], " ", " "
    )
    value = float(comparison.base["value_of_day"])
    shown = comparison.occupancy.sel(strategy=comparison.comparator).isel(week=-1)
    ends = words.joined(
        [
            f"{percent(float(shown.sel(state=state)))} {label.lower()}"
            for state, label in plots.STATE_LABELS.items()
            if state != "elsewhere"
        ]
    )
    at_value = results.acceptability(comparison, [value]).isel(wtp=0)
    best = words.joined(
        [
            f"{words.spoken(comparison.label(name))} {percent(float(at_value.sel(strategy=name)))}"
            for name in comparison.strategies
        ]
    )
    return {
        "net_figure": Figure(
            f"Society's gain against {words.spoken(usual)}: expected value and 95% interval",
            gains,
            plots.net_benefit(comparison, costs),
        ),
        "plane_figure": Figure(
            "Cost-effectiveness plane: each point is one draw; rings are means. Below the broken line a program costs less "
            "than the production its days are worth.",
            "Scatter of program cost against sick-leave days avoided, by program; the table gives means and intervals.",
            plots.plane(comparison),
        ),
        "ceac_figure": Figure(
            "Probability that each choice is best when a sick-leave day avoided is worth so much; program costs only",
            f"At the value of a day's production, {kroner(value)}, the probabilities are: {best}.",
            plots.acceptability(comparison),
        ),
        "occupancy_figure": Figure(
            f"Where people are over time, {words.spoken(usual)}, base case",
            f"At the end: {ends}.",
            plots.occupancy(comparison),
        ),
        "differences_figure": Figure(
            f"Difference from {words.spoken(usual)} in percentage points, base case; the grey line is month 12",
            "Lines of the difference in the share at work, on sick leave, on the allowance and on a pension, by program.",
            plots.differences(comparison),
        ),
        "days_figure": Figure(
            "Days on benefit in 12 months, base case. Thick bar and dot: the model's quartiles and median; thin bar and tick "
            "beneath: those of the trial's arm.",
            "Histograms of days on benefit by strategy; the table beside gives quartiles of model and trial.",
            plots.benefit_days(comparison),
        ),
    }


def _standings(comparison: Comparison, costs: pd.DataFrame, horizon: str, perspective: str) -> list[Standing]:
    labels = {name: comparison.label(name) for name in comparison.strategies}
    return words.standings(costs, horizon, perspective, labels, comparison.comparator)


def _usual(order: list[Standing]) -> Standing:
    return next(one for one in order if one.comparator)


def _days(comparison: Comparison, per_day: pd.DataFrame) -> list[str]:
    return [words.days_sentence(row, comparison.label(row["strategy"])) for _, row in per_day.iterrows()]


def _horizon_sentence(comparison: Comparison, costs: pd.DataFrame) -> str:
    orders = {h: _standings(comparison, costs, h, "society") for h in results.HORIZONS[1:]}
    return words.horizon_sentence(orders, tables.years(comparison))


def _scenarios_sentence(comparison: Comparison) -> str:
    table = results.scenarios(comparison)
    labels = {name: comparison.label(name) for name in comparison.strategies}
    named = {name: scenario.label for name, scenario in comparison.parameters.scenarios.items()}
    return words.scenarios_sentence(table[table["horizon"] == results.YEAR_1], labels, named)


def _friction_sentence(comparison: Comparison) -> list[str]:
    """Say when valuing production by friction cost changes the choice."""
    table = results.productivity(comparison)

    def best(method: str) -> str:
        """Give the choice with the greatest expected gain by one method."""
        gains = table[table["method"] == method].set_index("strategy")["gain"]
        return str(gains.idxmax()) if gains.max() > 0 else comparison.comparator

    human, friction = best("human_capital"), best("friction_cost")
    if human == friction:
        return []
    return [
        f"If an absent worker is replaced after a friction period, the best expected result for society is with "
        f"{words.spoken(comparison.label(friction))}, not {words.spoken(comparison.label(human))}."
    ]


def _analyses_sentence(comparison: Comparison, costs: pd.DataFrame) -> list[str]:
    """Say when base case and probabilistic mean choose differently."""
    rows = costs[(costs["horizon"] == results.YEAR_1) & (costs["perspective"] == "society")].set_index("strategy")
    expected, base = rows["increment"].idxmin(), rows["base_increment"].idxmin()
    if expected == base:
        return []
    return [
        f"The base case, with every parameter at its single value, would choose {words.spoken(comparison.label(base))}; the "
        f"decision here follows the expected value over all draws, {words.spoken(comparison.label(expected))}."
    ]

"""What a comparison says, in sentences: the answer, its cautions, and what the model leaves out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hecon.evaluation import results
from hecon.evaluation.trial import hazard_ratios, published
from hecon.model.ledger import PERSPECTIVES
from hecon.report import words
from hecon.report.cells import years
from hecon.report.numbers import number, percent

if TYPE_CHECKING:
    import pandas as pd

    from hecon.evaluation.comparison import Comparison
    from hecon.report.words import Standing

LEAST_QALY = 0.0001


@dataclass(frozen=True)
class Answer:
    """The first screen: the answer, what stands behind it, and what would change it."""

    headline: str
    because: tuple[str, ...]
    changes: tuple[str, ...]


def answer(comparison: Comparison) -> Answer:
    """Give the answer in plain words, computed from the run."""
    costs = results.perspective_costs(comparison)
    order = standings(comparison, costs, results.YEAR_1, "society")
    verdict = words.verdict(order, comparison.draws)
    by_perspective = {
        perspective.label: standings(comparison, costs, results.YEAR_1, perspective.name)
        for perspective in PERSPECTIVES
    }
    changes = [
        words.perspectives_sentence(by_perspective),
        horizon_sentence(comparison, costs),
        *allowance_sentences(comparison)[:1],
        _scenarios_sentence(comparison),
        *_friction_sentence(comparison),
        *_certainty_sentence(comparison),
        *_analyses_sentence(comparison, costs),
    ]
    return Answer(verdict.headline, (*verdict.because, *trial_sentences(comparison)), tuple(changes))


def trial_sentences(comparison: Comparison) -> list[str]:
    """Say what the trial found of return to work, and where the model stands beside it."""
    table = hazard_ratios(comparison)
    if table.empty:
        return []
    texts = []
    for name, rows in table[table["against"] == comparison.comparator].groupby("strategy", sort=False):
        if name not in comparison.programs:
            continue
        printed = words.joined(
            [
                f"{row.published:.2f} {'adjusted' if row.adjusted else 'unadjusted'} "
                f"({row.published_low:.2f} to {row.published_high:.2f})"
                for row in rows.itertuples()
            ]
        )
        clear = ((rows["published_low"] > 1.0) | (rows["published_high"] < 1.0)).any()
        simulated = float(rows["simulated"].iloc[0])
        text = (
            f"In the trial itself the hazard ratio of return to work with {words.spoken(comparison.label(str(name)))} "
            f"against {words.spoken(comparison.label(comparison.comparator))} was {printed}"
            f"{'' if clear else ': no clear effect'}. The model's is {simulated:.2f}"
        )
        if simulated < float(rows["published"].min()):
            text += (
                ", lower, since it must also reach what else the arms reported: the upper quartile of days, those "
                "without benefit on day 365, those moved to the allowance"
            )
        texts.append(f"{text}.{_prior_driven(comparison, str(name))}")
    return texts


def _prior_driven(comparison: Comparison, strategy: str) -> str:
    """Say how many of a program's fitted effects are mostly what was believed before the data."""
    parameters = comparison.parameters
    ratios = {name for effect in parameters.programs[strategy].effects for name in effect.ratios}
    fitted = [parameters[name].locator for name in sorted(ratios) if parameters[name].block is not None]
    driven = sum("prior-driven" in text for text in fitted)
    return f" {driven} of its {len(fitted)} fitted effects are mostly prior." if driven else ""


def allowance_sentences(comparison: Comparison) -> list[str]:
    """Say what the trial saw of work assessment allowance, how sure it is, and how much of the result rests on it."""
    trial = published(comparison.parameters)
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
    span = years(comparison)
    effect = (
        f"Over {span}, taking the arms' difference in entry to the allowance as chance makes "
        f"{words.joined(moved)} "
        "per person to society."
        if moved
        else f"Over {span}, taking the arms' difference in entry to the allowance as chance changes society's "
        "result by "
        "no more than simulation error."
    )
    remainder = (
        f"In the model the difference in those who have moved to the allowance by month 12 is {words.joined(left)}. "
        "Without it the odds at the end of sick pay are solved for, draw by draw, so that as many enter among the "
        "trial's people; what is left here is simulation error and a different mix of people."
    )
    return effect, remainder


def qaly_sentences(comparison: Comparison) -> list[str]:
    """Say what the base case holds about health, and print no ratio of it."""
    share = comparison.parameters.base_case().one(0)["causal_share_of_utility_difference"]
    table = results.outcomes(comparison).set_index(["measure", "strategy"])
    if share == 0.0:
        first = (
            "No QALY effect measured. No trial has shown that these programs change quality-adjusted life years, and "
            "the "
            "base case therefore gives them none except through survival, and prints no cost per QALY."
        )
    else:
        first = (
            f"These parameters assume that {percent(share)} of the difference in quality of life between states is "
            "caused by work. That is an assumption and no measurement: no QALY effect was measured in a trial, and "
            "no cost "
            "per QALY is printed."
        )
    rows = [table.loc[("qalys", name)] for name in comparison.programs]
    span = f"Computed change over {years(comparison)}, discounted QALYs per person: "
    if all(abs(row["increment"]) < LEAST_QALY for row in rows):
        return [first, f"{span}under {LEAST_QALY:g} with every program."]
    parts = [
        f"{words.spoken(comparison.label(name))} {number(row['increment'], max(row['error'], LEAST_QALY))}"
        for name, row in zip(comparison.programs, rows, strict=True)
    ]
    return [first, f"{span}{words.joined(parts)}."]


def calibration_sentence(comparison: Comparison) -> str:
    """Say how the calibrated parameters came about, and how far the draws and the emulator can be trusted."""
    parts = []
    for name, recipe in comparison.parameters.calibration.items():
        method = recipe.get("method", "no method is given")
        if {"r_hat", "effective_size", "emulator_error"} <= recipe.keys():
            parts.append(
                f"Block “{name}” is a posterior given the trial and registers ({method}): R-hat at most "
                f"{recipe['r_hat']:.3f}, at least {recipe['effective_size']:,} effective draws, the emulator off by at "
                f"most {recipe['emulator_error']:.2f} standard errors of a figure where the model was run beside it."
            )
        else:
            parts.append(f"Block “{name}” is no posterior: {method}.")
    return " ".join(parts) or "No parameter is calibrated."


def limitations(comparison: Comparison) -> list[str]:
    """Give what the model leaves out or takes for granted, as it stands in these parameters."""
    values = comparison.parameters.base_case().one(0)
    surplus = values["production_surplus"]
    employer = (
        "A returned worker is worth nothing to the employer by assumption: production equals labour cost in the base "
        "case, "
        "so the employer's result is sick pay, contributions, disruption and meeting time only."
        if surplus == 0.0
        else f"A returned worker is worth {percent(surplus)} of the labour cost to the employer, an assumption."
    )
    texts = [
        "The rolling three-year window for sick-pay rights is left out: "
        f"{values['requalification'] / 7:.0f} weeks in work restore the rights.",
        employer,
        "Capacity is not modelled: the coordinators, teams and trained caseworkers that a program needs are there, at "
        "constant cost however many take part.",
        "In the trial 17% of those invited consented. That is consent to research, not the uptake of a service, and "
        "is not "
        "used as such: results are per person allocated.",
        "Coordinated return to work has its effect from Denmark, where rules and services differ; the transfer to "
        "Norway is "
        "a judgement, and its spread is too."
        if "coordinated_program" in comparison.programs
        else "",
        f"Programs change hazards for {values['effect_ends_week']:.0f} weeks at most. "
        "What comes later follows from where people are then, by rates "
        "from "
        "registers and assumptions about all long-term sick-listed, not from observing participants.",
        "Covariates change no hazards, since no source gives their effect: subgroups differ in wage, start and "
        "rights only.",
        "One statute holds for the whole horizon, in real terms; a graded pension held at inclusion counts only "
        "where it grows.",
        "Savings in rule-based benefits do not come back to the frame-funded operations of NAV that pay for the "
        "program.",
        "Effects on people outside the program are left out: jobs taken from others, or caseworkers taken from others.",
        "Monte Carlo errors say how exact the simulation is, not how good the model is; intervals hold only the "
        "uncertainty of "
        "parameters that have a distribution.",
    ]
    return [text for text in texts if text]


def standings(comparison: Comparison, costs: pd.DataFrame, horizon: str, perspective: str) -> list[Standing]:
    """Give how the strategies of a comparison stand, as `words.standings` does."""
    labels = {name: comparison.label(name) for name in comparison.strategies}
    return words.standings(costs, horizon, perspective, labels, comparison.comparator)


def days_sentences(comparison: Comparison, per_day: pd.DataFrame) -> list[str]:
    """Say of each program what it costs and how many days it avoids."""
    return [words.days_sentence(row, comparison.label(row["strategy"])) for _, row in per_day.iterrows()]


def horizon_sentence(comparison: Comparison, costs: pd.DataFrame) -> str:
    """Say whether the ranking for society depends on what comes after month 12."""
    orders = {h: standings(comparison, costs, h, "society") for h in results.HORIZONS[1:]}
    return words.horizon_sentence(orders, years(comparison))


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


def _certainty_sentence(comparison: Comparison) -> list[str]:
    """Say when friction cost makes sure what human capital leaves open."""
    table = results.productivity(comparison).set_index("method")
    open_, sure = (
        {row["strategy"] for _, row in table.loc[[method]].iterrows() if (row["gain_high"] < 0.0) == certain}
        for method, certain in (("human_capital", False), ("friction_cost", True))
    )
    lost = [words.spoken(comparison.label(name)) for name in comparison.programs if name in open_ & sure]
    if not lost:
        return []
    return [
        "If an absent worker is replaced after a friction period, less production is at stake, and the whole 95% "
        f"interval is a loss to society for {words.joined(lost)}."
    ]


def _analyses_sentence(comparison: Comparison, costs: pd.DataFrame) -> list[str]:
    """Say when base case and probabilistic mean choose differently."""
    rows = costs[(costs["horizon"] == results.YEAR_1) & (costs["perspective"] == "society")].set_index("strategy")
    expected, base = rows["increment"].idxmin(), rows["base_increment"].idxmin()
    if expected == base:
        return []
    return [
        "The base case, with every parameter at its single value, would choose "
        f"{words.spoken(comparison.label(base))}; the "
        f"decision here follows the expected value over all draws, {words.spoken(comparison.label(expected))}."
    ]

"""What a comparison says, in sentences: the answer, its cautions, and what the model leaves out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hecon.evaluation import results
from hecon.model.ledger import PERSPECTIVES
from hecon.report import change_words, day_words, tornado, validated, words
from hecon.report.cells import years
from hecon.report.language import t
from hecon.report.numbers import chance, exact, number, percent

if TYPE_CHECKING:
    import pandas as pd

    from hecon.evaluation.comparison import Comparison
    from hecon.report.words import Standing

LEAST_QALY = 0.0001
MUCH = 0.1
"""Change of a chance from which on it is told."""
MEASURED = "mi_nav.qalys_26"
"""The difference in QALYs that a trial of one of the programs measured."""


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
        *tornado.turning(comparison),
        _scenarios_sentence(comparison),
        change_words.horizon_sentence(_by_horizon(comparison, costs), years(comparison)),
        *_friction_sentence(comparison, order),
        change_words.perspectives_sentence(by_perspective),
        *_analyses_sentence(comparison, costs),
    ]
    because = (*verdict.because, *validated.too_narrow(comparison.parameters))
    return Answer(verdict.headline, because, tuple(changes))


def qaly_sentences(comparison: Comparison) -> list[str]:
    """Say what the base case holds about health, and print no ratio of it."""
    share = comparison.parameters.base_case().one(0)["causal_share_of_utility_difference"]
    table = results.outcomes(comparison).set_index(["measure", "strategy"])
    measured = _measured_qalys(comparison)
    if share == 0.0:
        first = t(
            "No clear QALY effect: {measured}. The base case therefore gives the programs no effect on "
            "quality-adjusted life years except through survival, and prints no cost per QALY.",
            measured=measured,
        )
    else:
        first = t(
            "These parameters assume that {share} of the difference in quality of life between states is caused by "
            "work. That is an assumption: {measured}. No cost per QALY is printed.",
            share=percent(share),
            measured=measured,
        )
    rows = [table.loc[("qalys", name)] for name in comparison.programs]
    if all(abs(row["increment"]) < LEAST_QALY for row in rows):
        second = t(
            "Computed change over {years}, discounted QALYs per person: under {least} with every program.",
            years=years(comparison),
            least=number(LEAST_QALY, LEAST_QALY),
        )
        return [first, second]
    parts = [
        f"{words.spoken(comparison.label(name))} {number(row['increment'], max(row['error'], LEAST_QALY))}"
        for name, row in zip(comparison.programs, rows, strict=True)
    ]
    second = t(
        "Computed change over {years}, discounted QALYs per person: {changes}.",
        years=years(comparison),
        changes=words.joined(parts),
    )
    return [first, second]


def _measured_qalys(comparison: Comparison) -> str:
    """Say what MI-NAV found, with its figure where the record of the validation has it and its interval spans zero."""
    rows = validated.record_of(comparison.parameters).get("unseen", ())
    found: dict[str, float | None] = next((row for row in rows if row["name"] == MEASURED), {})
    value, low, high = (found.get(name) for name in ("observed", "observed_low", "observed_high"))
    if value is None or low is None or high is None or not low < 0.0 < high:
        return t("MI-NAV measured it and found none that could be told from zero")
    return t(
        "MI-NAV measured it and found none that could be told from zero (with motivational interviewing {value} QALYs "
        "in 6 months, 95% interval {low} to {high})",
        value=exact(value),
        low=exact(low),
        high=exact(high),
    )


def standings(comparison: Comparison, costs: pd.DataFrame, horizon: str, perspective: str) -> list[Standing]:
    """Give how the strategies of a comparison stand, as `words.standings` does."""
    labels = {name: comparison.label(name) for name in comparison.strategies}
    return words.standings(costs, horizon, perspective, labels, comparison.comparator)


def days_sentences(comparison: Comparison, per_day: pd.DataFrame) -> list[str]:
    """Say of each program what it costs and how many days it avoids, and then who bears its cost."""
    labels = {name: comparison.label(name) for name in comparison.programs}
    said = [day_words.days_sentence(row, labels[row["strategy"]]) for _, row in per_day.iterrows()]
    return [*said, day_words.payers_sentence(results.ledger(comparison), labels)]


def horizon_sentence(comparison: Comparison, costs: pd.DataFrame) -> str:
    """Say whether the best choice for society depends on what comes after month 12, and what is open there."""
    orders = _by_horizon(comparison, costs)
    said = (change_words.horizon_sentence(orders, years(comparison)), change_words.unsettled_sentence(orders))
    return " ".join(filter(None, said))


def _by_horizon(comparison: Comparison, costs: pd.DataFrame) -> dict[str, list[Standing]]:
    return {horizon: standings(comparison, costs, horizon, "society") for horizon in results.HORIZONS[1:]}


def _scenarios_sentence(comparison: Comparison) -> str:
    table = results.scenarios(comparison)
    labels = {name: comparison.label(name) for name in comparison.strategies}
    named = {name: scenario.label for name, scenario in comparison.parameters.scenarios.items()}
    return change_words.scenarios_sentence(table[table["horizon"] == results.YEAR_1], labels, named)


def _friction_sentence(comparison: Comparison, order: list[Standing]) -> list[str]:
    """Say when valuing production by friction cost changes the choice, or the chance of a program by much."""
    costs = results.perspective_costs(comparison, "friction_cost")
    friction = standings(comparison, costs, results.YEAR_1, "society")
    if order[0].label != friction[0].label and change_words.settled(order) and change_words.settled(friction):
        return [
            t(
                "If an absent worker is replaced after a friction period, the best expected result for society is with "
                "{program}, not {other}.",
                program=words.spoken(friction[0].label),
                other=words.spoken(order[0].label),
            )
        ]
    before = {one.label: one.probability for one in order if not one.comparator}
    moved = {one.label: one.probability for one in friction if not one.comparator}
    most = max(moved, key=lambda label: abs(moved[label] - before[label]))
    if abs(moved[most] - before[most]) < MUCH:
        return []
    return [
        t(
            "If an absent worker is replaced after a friction period, the chance that {program} is the best choice for "
            "society is {friction}, not {human}.",
            program=words.spoken(most),
            friction=chance(moved[most], comparison.draws),
            human=chance(before[most], comparison.draws),
        )
    ]


def replaced_sentences(comparison: Comparison) -> list[str]:
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
        t(
            "If an absent worker is replaced after a friction period, less production is at stake, and the whole 95% "
            "interval is a loss to society for {programs}.",
            programs=words.joined(lost),
        )
    ]


def _analyses_sentence(comparison: Comparison, costs: pd.DataFrame) -> list[str]:
    """Say when base case and probabilistic mean choose differently."""
    rows = costs[(costs["horizon"] == results.YEAR_1) & (costs["perspective"] == "society")].set_index("strategy")
    expected, base = rows["increment"].idxmin(), rows["base_increment"].idxmin()
    if expected == base:
        return []
    return [
        t(
            "The base case, with every parameter at its single value, would choose {program}; the decision here "
            "follows the expected value over all draws, {other}.",
            program=words.spoken(comparison.label(base)),
            other=words.spoken(comparison.label(expected)),
        )
    ]

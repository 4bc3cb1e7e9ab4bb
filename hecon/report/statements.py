"""What a comparison says, in sentences: the answer, its cautions, and what the model leaves out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hecon.evaluation import results
from hecon.model.ledger import PERSPECTIVES
from hecon.report import change_words, day_words, words
from hecon.report.cells import years
from hecon.report.language import t
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
        _scenarios_sentence(comparison),
        horizon_sentence(comparison, costs),
        *_friction_sentence(comparison),
        change_words.perspectives_sentence(by_perspective),
        *_analyses_sentence(comparison, costs),
    ]
    return Answer(verdict.headline, verdict.because, tuple(changes))


def qaly_sentences(comparison: Comparison) -> list[str]:
    """Say what the base case holds about health, and print no ratio of it."""
    share = comparison.parameters.base_case().one(0)["causal_share_of_utility_difference"]
    table = results.outcomes(comparison).set_index(["measure", "strategy"])
    if share == 0.0:
        first = t(
            "No QALY effect measured. No trial has shown that these programs change quality-adjusted life years, and "
            "the base case therefore gives them none except through survival, and prints no cost per QALY."
        )
    else:
        first = t(
            "These parameters assume that {share} of the difference in quality of life between states is caused by "
            "work. That is an assumption and no measurement: no QALY effect was measured in a trial, and no cost per "
            "QALY is printed.",
            share=percent(share),
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


def standings(comparison: Comparison, costs: pd.DataFrame, horizon: str, perspective: str) -> list[Standing]:
    """Give how the strategies of a comparison stand, as `words.standings` does."""
    labels = {name: comparison.label(name) for name in comparison.strategies}
    return words.standings(costs, horizon, perspective, labels, comparison.comparator)


def days_sentences(comparison: Comparison, per_day: pd.DataFrame) -> list[str]:
    """Say of each program what it costs and how many days it avoids."""
    return [day_words.days_sentence(row, comparison.label(row["strategy"])) for _, row in per_day.iterrows()]


def horizon_sentence(comparison: Comparison, costs: pd.DataFrame) -> str:
    """Say whether the ranking for society depends on what comes after month 12."""
    orders = {h: standings(comparison, costs, h, "society") for h in results.HORIZONS[1:]}
    return change_words.horizon_sentence(orders, years(comparison))


def _scenarios_sentence(comparison: Comparison) -> str:
    table = results.scenarios(comparison)
    labels = {name: comparison.label(name) for name in comparison.strategies}
    named = {name: scenario.label for name, scenario in comparison.parameters.scenarios.items()}
    return change_words.scenarios_sentence(table[table["horizon"] == results.YEAR_1], labels, named)


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
        t(
            "If an absent worker is replaced after a friction period, the best expected result for society is with "
            "{program}, not {other}.",
            program=words.spoken(comparison.label(friction)),
            other=words.spoken(comparison.label(human)),
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

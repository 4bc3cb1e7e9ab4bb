"""What a sick-leave day avoided costs, in plain words: true whatever the numbers are, and never a ratio of noise."""

from __future__ import annotations

from itertools import permutations
from typing import TYPE_CHECKING

from hecon.report.language import mark, t
from hecon.report.numbers import NEGLIGIBLE, TAIL, kroner, number, plus_minus
from hecon.report.words import CLEAR, joined, spoken, upper

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

DELIVERED = {
    ("more", "none"): mark(
        "{program} costs NAV, the health service and participants {cost} more and "
        "has no effect on sick-leave days that the simulation can tell from zero{interval}."
    ),
    ("less", "none"): mark(
        "{program} costs NAV, the health service and participants {cost} less and "
        "has no effect on sick-leave days that the simulation can tell from zero{interval}."
    ),
    ("more", "avoids"): mark(
        "{program} costs NAV, the health service and participants {cost} more and "
        "avoids {days} sick-leave days per person{interval}."
    ),
    ("less", "avoids"): mark(
        "{program} costs NAV, the health service and participants {cost} less and "
        "avoids {days} sick-leave days per person{interval}."
    ),
    ("more", "adds"): mark(
        "{program} costs NAV, the health service and participants {cost} more and "
        "adds {days} sick-leave days per person{interval}."
    ),
    ("less", "adds"): mark(
        "{program} costs NAV, the health service and participants {cost} less and "
        "adds {days} sick-leave days per person{interval}."
    ),
}
"""What delivering a program costs beyond the comparator, and what it does to sick-leave days."""

PAID = {"nav": "delivery_nav", "health": "delivery_health", "participants": "delivery_participant"}
"""The flows of the program cost, by who pays them."""

RELATIONS = (
    mark("the same as {first}"),
    mark("costs the same and gives less than {first}"),
    mark("costs more and gives the same as {first}"),
    mark("costs more and gives less than {first}"),
    mark("a mix of {first} and {second} gives more for the same money"),
    mark("a mix of {first} and {second} gives as much for the same money"),
)
"""How a strategy off the frontier stands to others, as `hecon.evaluation.frontier.icer_table` says it."""


def days_sentence(row: pd.Series, label: str) -> str:
    """Say what a program costs, how many sick-leave days it avoids, and at what price a day.

    Parameters
    ----------
    row
        Of `hecon.evaluation.results.cost_per_day`.
    label
        The program in words.
    """
    text = f"{_spent_and_avoided(row, label)} "
    days, value = row["days"], row["value_of_day"]
    if row["ratio"] == row["ratio"] and days > CLEAR * row["days_error"]:  # a ratio of noise is not printed
        amounts = {"ratio": kroner(row["ratio"], row["ratio_error"]), "value": kroner(value)}
        if row["ratio"] < value:
            return text + t(
                "That is {ratio} per day avoided; a day's production is worth {value}, more than it costs.", **amounts
            )
        return text + t(
            "That is {ratio} per day avoided; a day's production is worth {value}, less than it costs.", **amounts
        )
    if row["program_cost"] > 0:
        return text + t(
            "No cost per day avoided is printed. It would pay for itself in production at {days} days avoided per "
            "person.",
            days=number(row["break_even"], max(row["program_cost_error"] / value, 0.05)),
        )
    return text + t("No cost per day avoided is needed: it costs less.")


def _spent_and_avoided(row: pd.Series, label: str) -> str:
    """Say what a program costs to deliver, and how many days it avoids or adds, with its interval."""
    days, error = row["days"], row["days_error"]
    said = {
        "program": upper(spoken(label)),
        "cost": kroner(abs(row["program_cost"]), row["program_cost_error"]),
        "days": number(abs(days), error),
        "interval": "",
    }
    if row["days_low"] < -NEGLIGIBLE and row["days_high"] > NEGLIGIBLE:
        said["interval"] = " " + t(
            "(95% interval {low} to {high} avoided: it spans zero)",
            low=number(row["days_low"], TAIL * error),
            high=number(row["days_high"], TAIL * error),
        )
    way = "none" if abs(days) <= CLEAR * error + NEGLIGIBLE else "avoids" if days > 0 else "adds"
    return t(DELIVERED["more" if row["program_cost"] > 0 else "less", way], **said)


def payers_sentence(ledger: pd.DataFrame, labels: Mapping[str, str]) -> str:
    """Say of every program's cost which part each payer bears.

    Parameters
    ----------
    ledger
        As `hecon.evaluation.results.ledger` gives it.
    labels
        The programs in words.
    """
    flows = ledger.set_index(["strategy", "flow"])
    parts = []
    for name, label in labels.items():
        shares = {
            payer: kroner(row["increment"], max(row["error"], 1.0))  # no øre
            for payer, row in ((payer, flows.loc[(name, flow)]) for payer, flow in PAID.items())
        }
        parts.append(
            t(
                "with {program} NAV {nav}, the health service {health}, participants {participants}",
                program=spoken(label),
                **shares,
            )
        )
    return t(
        "Program cost is what NAV, the health service and participants pay more: {parts}. Employers' time in meetings "
        "is delivery too, but no program cost here.",
        parts=joined(parts, "; ", "; "),
    )


def icer_words(table: pd.DataFrame) -> list[str]:
    """Say for every row of the ICER table where the strategy stands, never with a negative ratio."""
    lines = []
    before = ""
    alone = (table["status"] == "frontier").sum() == 1
    for row in table.itertuples():
        if row.status == "extendedly dominated":
            lines.append(t("Extendedly dominated: {relation}.", relation=_relation(row.words, table["label"])))
        elif row.status == "dominated":
            lines.append(t("Dominated: {relation}.", relation=_relation(row.words, table["label"])))
        elif before:
            lines.append(
                t(
                    "{ratio} per sick-leave day avoided beyond {program} ({error}).",
                    ratio=kroner(row.icer, row.icer_error),
                    program=spoken(before),
                    error=plus_minus(row.icer_error) or t("no simulation error"),
                )
            )
        elif alone:
            lines.append(t("Costs least and avoids the most days: no other can be better value."))
        else:
            lines.append(t("Costs least."))
        if row.status == "frontier":
            before = row.label
    return lines


def _relation(said: str, labels: Sequence[str]) -> str:
    """Say in the report's language, labels as within a sentence, what the table says in English."""
    for relation in RELATIONS:
        for first, second in permutations(labels, 2):
            if relation.format(first=first, second=second) == said:
                return t(relation, first=spoken(first), second=spoken(second))
    return said

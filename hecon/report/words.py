"""What the numbers say, in plain words: every sentence is computed, and true whatever the numbers are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from hecon.report.numbers import NEGLIGIBLE, TAIL, chance, kroner, number, plus_minus

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

CLEAR = 2.0
"""Monte Carlo errors by which two expected values must differ before the simulation is said to separate them."""

Kind = Literal["none", "none_but_unsure", "program", "program_unsure", "program_or_another", "too_close"]


@dataclass(frozen=True)
class Standing:
    """How a strategy stands with one party over one horizon, per person.

    Attributes
    ----------
    label
        The strategy in words.
    comparator
        Whether it is what the others are measured against.
    gain, error, low, high
        What is gained against the comparator, its Monte Carlo error and 95% interval, NOK.
    probability
        Of being the best.
    behind, behind_error, behind_low
        What is lost against the one with the highest expected gain, and the lower end of its 95% interval.
    """

    label: str
    comparator: bool
    gain: float
    error: float
    low: float
    high: float
    probability: float
    behind: float
    behind_error: float
    behind_low: float

    @property
    def spans_zero(self) -> bool:
        """Whether the 95% interval of the gain holds both a loss and a gain."""
        return self.low < -NEGLIGIBLE and self.high > NEGLIGIBLE

    @property
    def near_best(self) -> bool:
        """Whether the simulation cannot separate its expected value from the best one's."""
        return self.behind <= CLEAR * self.behind_error + NEGLIGIBLE


@dataclass(frozen=True)
class Verdict:
    """The answer: what kind it is, in one sentence, and what stands behind it."""

    kind: Kind
    headline: str
    because: tuple[str, ...]


def standings(
    table: pd.DataFrame, horizon: str, perspective: str, labels: Mapping[str, str], comparator: str
) -> list[Standing]:
    """Give how the strategies stand in one perspective and horizon, the best expected value first.

    Parameters
    ----------
    table
        As `hecon.evaluation.results.summarise` returns it.
    horizon, perspective
        Which rows.
    labels
        Strategies in words.
    comparator
        Whom the others are measured against.
    """
    rows = table[(table["horizon"] == horizon) & (table["perspective"] == perspective)]
    found = [
        Standing(
            label=labels[row.strategy],
            comparator=row.strategy == comparator,
            gain=-row.increment,
            error=row.error,
            low=-row.high,
            high=-row.low,
            probability=row.probability,
            behind=row.behind,
            behind_error=row.behind_error,
            behind_low=row.behind_low,
        )
        for row in rows.itertuples()
    ]
    return sorted(found, key=lambda one: one.behind)


def verdict(order: Sequence[Standing], draws: int, *, span: str = "12 months") -> Verdict:
    """Say which program is worth its cost to society, and how firmly the evidence says so.

    Parameters
    ----------
    order
        As `standings` returns them, for society.
    draws
        Of the probabilistic analysis.
    span
        The horizon in words.
    """
    best = order[0]
    usual = next(one for one in order if one.comparator)
    programs = [one for one in order if not one.comparator]
    rivals = [one for one in order[1:] if one.near_best]
    because = (sureness(order, draws), *(society_sentence(one, usual) for one in programs))
    maybe = [one for one in programs if one.high > NEGLIGIBLE]
    name, ground = spoken(best.label), spoken(usual.label)
    kind: Kind
    if rivals and (best.comparator or usual in rivals):
        close = [one for one in [best, *rivals] if not one.comparator]
        kind = "too_close"
        headline = (
            f"Over {span} it cannot be said whether {listed(close, 'or')} is worth the cost: "
            f"the expected difference from {ground} is too small for this simulation to tell from zero."
        )
    elif best.comparator and not maybe:
        kind, headline = "none", f"Over {span}, no program is worth its cost to society."
    elif best.comparator:
        kind = "none_but_unsure"
        everyone = len(maybe) == len(programs) > 1
        open_to = "rules none of them out" if everyone else f"does not rule out that {listed(maybe, 'or')} is"
        headline = f"Over {span}, no program is expected to be worth its cost to society, but the evidence {open_to}."
    elif best.low <= NEGLIGIBLE:
        kind = "program_unsure"
        headline = (
            f"Over {span}, {name} is expected to be worth its cost to society, but the evidence does not settle it."
        )
    else:
        others = [one for one in programs if one is not best and one.behind_low <= 0.0]
        kind = "program_or_another" if others else "program"
        headline = f"Over {span}, {name} is worth its cost to society."
        if others:
            headline = (
                f"Over {span}, {name} is worth its cost to society; "
                f"whether {listed(others, 'or')} is better still is not settled."
            )
    return Verdict(kind, headline, because)


def society_sentence(one: Standing, usual: Standing, whom: str = "society") -> str:
    """Say what a program gains or loses against the comparator, with its interval."""
    start = f"{upper(spoken(one.label))} against {spoken(usual.label)}: "
    if abs(one.gain) <= NEGLIGIBLE and one.high - one.low <= NEGLIGIBLE:
        return f"{start}no difference at all."
    amount = kroner(abs(one.gain), one.error)
    if abs(one.gain) <= CLEAR * one.error:
        expected = f"{whom} is expected to come out even, as far as the simulation can tell"
    else:
        expected = f"{whom} is expected to {'gain' if one.gain > 0 else 'lose'} {amount} per person"
    return f"{start}{expected} ({range_words(one)})."


def range_words(one: Standing) -> str:
    """Say a 95% interval in losses and gains, and whether it spans zero."""
    error = TAIL * one.error
    low, high = number(abs(one.low), error), number(abs(one.high), error)
    if one.spans_zero:
        loss = "about zero" if low == "0" else f"a loss of NOK {low}"
        gain = "about zero" if high == "0" else f"a gain of NOK {high}"
        return f"95% interval from {loss} to {gain}: it {'just reaches' if '0' in {low, high} else 'spans'} zero"
    if one.low >= -NEGLIGIBLE:
        return f"95% interval a gain of NOK {low} to {high}"
    return f"95% interval a loss of NOK {high} to {low}"


def sureness(order: Sequence[Standing], draws: int) -> str:
    """Say how probable it is that each strategy is the best."""
    ranked = sorted(order, key=lambda one: -one.probability)
    parts = [f"{spoken(one.label)} {chance(one.probability, draws)}" for one in ranked]
    text = f"The chance of being the best choice for society is {joined(parts)}."
    if ranked[0].label != order[0].label:
        text += (
            f" {upper(spoken(order[0].label))} has the best expected value although "
            f"{spoken(ranked[0].label)} is best more often: when it wins it wins more."
        )
    return text


def perspectives_sentence(by_perspective: Mapping[str, Sequence[Standing]]) -> str:
    """Say who would choose what over 12 months.

    Parameters
    ----------
    by_perspective
        Perspectives in words, and how the strategies stand with each.
    """
    choices: dict[str, list[str]] = {}
    close = []
    for whom, order in by_perspective.items():
        choices.setdefault(spoken(order[0].label), []).append(side(whom))
        rivals = [one for one in order[1:] if one.near_best]
        if rivals:
            close.append(f"for {side(whom)} {listed([order[0], *rivals])} are too close to separate")
    if len(choices) == 1:
        (name,) = choices
        text = f"Every side has the best expected result with {name}: {joined([side(w) for w in by_perspective])}."
    else:
        parts = [f"{name} for {joined(whom)}" for name, whom in choices.items()]
        best = joined(parts, "; and with ", "; with ")
        text = f"Not everybody gains from the same choice. The best expected result is with {best}."
    return f"{text} {upper(joined(close))}." if close else text


def horizon_sentence(by_horizon: Mapping[str, Sequence[Standing]], years: str) -> str:
    """Say whether the ranking for society depends on what is assumed after month 12.

    Parameters
    ----------
    by_horizon
        The three assumptions in words, and how the strategies stand under each.
    years
        The long horizon in words.
    """
    rankings = {name: tuple(one.label for one in order) for name, order in by_horizon.items()}
    firsts = {name: ranking[0] for name, ranking in rankings.items()}
    if len(set(firsts.values())) > 1:
        by_first: dict[str, list[str]] = {}
        for name, first in firsts.items():
            by_first.setdefault(spoken(first), []).append(name)
        parts = [f"{first} under {joined(names)}" for first, names in by_first.items()]
        text = (
            f"Over {years} the answer depends on what is assumed after month 12: the best expected result for "
            "society is "
            f"with {joined(parts, ', but with ', ', with ')}."
        )
    elif len(set(rankings.values())) > 1:
        text = (
            f"Over {years} {spoken(next(iter(firsts.values())))} stays first whatever is assumed after month 12, "
            "but the ranking behind it changes."
        )
    else:
        text = (
            f"Over {years} the ranking of the programs for society is the same under all three assumptions about what "
            "comes after month 12."
        )
    close = [name for name, order in by_horizon.items() if any(one.near_best for one in order[1:])]
    if close:
        text += f" Under {joined(close)} the first two are too close for the simulation to separate."
    unsettled = [
        name for name, order in by_horizon.items() if any(one.spans_zero for one in order if not one.comparator)
    ]
    if unsettled:
        text += f" Under {joined(unsettled)} at least one program's interval spans zero."
    return text


def days_sentence(row: pd.Series, label: str) -> str:
    """Say what a program costs, how many sick-leave days it avoids, and at what price a day.

    Parameters
    ----------
    row
        Of `hecon.evaluation.results.cost_per_day`.
    label
        The program in words.
    """
    start = f"{upper(spoken(label))} "
    cost = kroner(abs(row["program_cost"]), row["program_cost_error"])
    start += f"costs {cost} more to deliver" if row["program_cost"] > 0 else f"costs {cost} less to deliver"
    days, error = row["days"], row["days_error"]
    if abs(days) <= CLEAR * error + NEGLIGIBLE:
        effect = "and has no effect on sick-leave days that the simulation can tell from zero"
    else:
        effect = f"and {'avoids' if days > 0 else 'adds'} {number(abs(days), error)} sick-leave days per person"
    if row["days_low"] < -NEGLIGIBLE and row["days_high"] > NEGLIGIBLE:
        effect += (
            f" (95% interval {number(row['days_low'], TAIL * error)} to {number(row['days_high'], TAIL * error)} "
            "avoided: it spans zero)"
        )
    text = f"{start} {effect}. "
    value = row["value_of_day"]
    if row["ratio"] == row["ratio"] and days > CLEAR * error:  # a ratio of noise is not printed
        worth = "more than" if row["ratio"] < value else "less than"
        return text + (
            f"That is {kroner(row['ratio'], row['ratio_error'])} per day avoided; a day's production is worth "
            f"{kroner(value)}, {worth} it costs."
        )
    if row["program_cost"] > 0:
        return text + (
            f"No cost per day avoided is printed. It would pay for itself in production at "
            f"{number(row['break_even'], max(row['program_cost_error'] / value, 0.05))} days avoided per person."
        )
    return text + "No cost per day avoided is needed: it costs less."


def icer_words(table: pd.DataFrame) -> list[str]:
    """Say for every row of the ICER table where the strategy stands, never with a negative ratio."""
    lines = []
    before = ""
    frontier = (table["status"] == "frontier").sum()
    for row in table.itertuples():
        if row.status == "extendedly dominated":
            lines.append(f"Extendedly dominated: {spoken_in(row.words, table['label'])}.")
        elif row.status == "dominated":
            lines.append(f"Dominated: {spoken_in(row.words, table['label'])}.")
        elif not before:
            alone = " and avoids the most days: no other can be better value" if frontier == 1 else ""
            lines.append(f"Costs least{alone}.")
        else:
            lines.append(
                f"{kroner(row.icer, row.icer_error)} per sick-leave day avoided beyond {spoken(before)} "
                f"({plus_minus(row.icer_error) or 'no simulation error'})."
            )
        if row.status == "frontier":
            before = row.label
    return lines


def scenarios_sentence(gains: pd.DataFrame, labels: Mapping[str, str], scenario_labels: Mapping[str, str]) -> str:
    """Say which scenarios change the best strategy for society over 12 months, base case.

    Parameters
    ----------
    gains
        Rows of one horizon: scenario ("base" among them), strategy, gain over the comparator.
    labels
        Strategies in words; the name missing from the rows is the comparator.
    scenario_labels
        Scenarios in words.
    """
    (comparator,) = [name for name in labels if name not in set(gains["strategy"])]

    def best(scenario: str) -> str:
        """Give the strategy with the greatest gain, the comparator's being nothing."""
        rows = gains[gains["scenario"] == scenario].set_index("strategy")["gain"]
        return str(rows.idxmax()) if rows.max() > NEGLIGIBLE else comparator

    base = best("base")
    changed = {name: best(name) for name in scenario_labels if best(name) != base}
    if not changed:
        return (
            f"In the base case {spoken(labels[base])} has the best result for society over 12 months; "
            f"none of the {len(scenario_labels)} other assumptions tried changes that."
        )
    parts = [f"“{spoken(scenario_labels[name])}” ({spoken(labels[to])})" for name, to in changed.items()]
    return (
        f"In the base case {spoken(labels[base])} has the best result for society over 12 months; of "
        f"{len(scenario_labels)} other assumptions tried, {joined(parts)} would change the choice."
    )


def side(perspective: str) -> str:
    """Give a perspective's name as it stands in a sentence."""
    return (
        perspective
        if perspective == "NAV"
        else ("society" if perspective == "Society" else f"the {lower(perspective)}")
    )


def spoken(label: str) -> str:
    """Give a label as it stands within a sentence."""
    return label if label[1:2].isupper() else lower(label)


def spoken_in(text: str, labels: Sequence[str]) -> str:
    """Give a sentence with the labels in it as they stand within one."""
    for label in labels:
        text = text.replace(label, spoken(label))
    return text


def lower(text: str) -> str:
    """Give text with a small first letter."""
    return text[:1].lower() + text[1:]


def upper(text: str) -> str:
    """Give text with a capital first letter."""
    return text[:1].upper() + text[1:]


def joined(parts: Sequence[str], last: str = " and ", between: str = ", ") -> str:
    """Join parts as in a sentence."""
    return parts[0] if len(parts) == 1 else between.join(parts[:-1]) + last + parts[-1]


def listed(of: Sequence[Standing], last: str = "and") -> str:
    """Name strategies in a sentence."""
    return joined([spoken(one.label) for one in of], f" {last} ")

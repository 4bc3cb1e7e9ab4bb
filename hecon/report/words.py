"""What the numbers say, in plain words: every sentence is computed, and true whatever the numbers are."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from hecon.report.language import mark, t, translated
from hecon.report.numbers import NEGLIGIBLE, TAIL, chance, kroner, number, rounded

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

CLEAR = 2.0
"""Monte Carlo errors by which two expected values must differ before the simulation is said to separate them."""

PROPER = ("At Work and Coping", "Danish", "Nav ", "Navs ", "Senter for jobbmestring")
"""How labels begin that keep their capital letter within a sentence."""

SIDES = {
    "NAV": mark("NAV"),
    "Public purse": mark("the public purse"),
    "Employer": mark("the employer"),
    "Worker": mark("the worker"),
    "Society": mark("society"),
}
"""Perspectives as they stand in a sentence, by their labels."""

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
    said = {"span": translated(span), "program": spoken(best.label)}
    kind: Kind
    if rivals and (best.comparator or usual in rivals):
        close = [one for one in [best, *rivals] if not one.comparator]
        kind = "too_close"
        headline = t(
            "Over {span} it cannot be said whether {programs} is worth the cost: the expected difference from {ground} "
            "is too small for this simulation to tell from zero.",
            programs=listed(close, " or "),
            ground=spoken(usual.label),
            **said,
        )
    elif best.comparator and not maybe:
        kind, headline = "none", t("Over {span}, none of the programs compared is worth its cost to society.", **said)
    elif best.comparator:
        kind, headline = "none_but_unsure", _none_but(most_open(maybe, draws), len(programs), draws, said["span"])
    elif best.low <= NEGLIGIBLE:
        kind = "program_unsure"
        headline = t(
            "Over {span}, {program} is expected to be worth its cost to society, but the evidence does not settle it.",
            **said,
        )
    elif others := [one for one in programs if one is not best and one.behind_low <= 0.0]:
        kind = "program_or_another"
        headline = t(
            "Over {span}, {program} is worth its cost to society; whether {programs} is better still is not settled.",
            programs=listed(others, " or "),
            **said,
        )
    else:
        kind, headline = "program", t("Over {span}, {program} is worth its cost to society.", **said)
    return Verdict(kind, headline, because)


def most_open(maybe: Sequence[Standing], draws: int) -> list[Standing]:
    """Give, of the programs that may be worth their cost, those whose chance of being best no other's clearly exceeds.

    Parameters
    ----------
    maybe
        The programs whose 95% interval reaches a gain.
    draws
        That the chances are shares of.
    """
    ranked = sorted(maybe, key=lambda one: -one.probability)
    most = ranked[0].probability

    def behind(one: Standing) -> bool:
        """Tell whether its chance is lower by more than so many draws leave to luck."""
        variance = most + one.probability - (most - one.probability) ** 2  # in one draw only one of them is best
        return most - one.probability > CLEAR * math.sqrt(max(variance, 0.0) / draws)

    return [one for one in ranked if not behind(one)]


def _none_but(open_: Sequence[Standing], compared: int, draws: int, span: str) -> str:
    """Say that no program is expected to be worth its cost, and which is really open."""
    if len(open_) == 1:
        return t(
            "Over {span}, none of the programs compared is expected to be worth its cost to society, but the evidence "
            "does not settle it: the chance that {program} is the best choice is {chance}.",
            span=span,
            program=spoken(open_[0].label),
            chance=chance(open_[0].probability, draws),
        )
    if len(open_) == compared:
        return t(
            "Over {span}, none of the programs compared is expected to be worth its cost to society, but the evidence "
            "rules none of them out.",
            span=span,
        )
    return t(
        "Over {span}, none of the programs compared is expected to be worth its cost to society, but the evidence does "
        "not rule out that {programs} is.",
        span=span,
        programs=listed(open_, " or "),
    )


def society_sentence(one: Standing, usual: Standing) -> str:
    """Say what society gains or loses with a program against the comparator, with its interval."""
    names = {"program": upper(spoken(one.label)), "ground": spoken(usual.label)}
    if abs(one.gain) <= NEGLIGIBLE and one.high - one.low <= NEGLIGIBLE:
        return t("{program} against {ground}: no difference at all.", **names)
    range_ = range_words(one)
    amount = kroner(abs(one.gain), one.error)
    if abs(one.gain) <= CLEAR * one.error:
        return t(
            "{program} against {ground}: society is expected to come out even, as far as the simulation can tell "
            "({range}).",
            range=range_,
            **names,
        )
    if one.gain > 0:
        return t(
            "{program} against {ground}: society is expected to gain {amount} per person ({range}).",
            amount=amount,
            range=range_,
            **names,
        )
    return t(
        "{program} against {ground}: society is expected to lose {amount} per person ({range}).",
        amount=amount,
        range=range_,
        **names,
    )


def range_words(one: Standing) -> str:
    """Say a 95% interval in losses and gains, and whether it spans zero."""
    error = TAIL * one.error
    low, high = number(abs(one.low), error), number(abs(one.high), error)
    if one.spans_zero:
        none = [rounded(end, error) == 0.0 for end in (one.low, one.high)]
        ends = {
            "loss": t("about zero") if none[0] else t("a loss of {amount}", amount=kroner(abs(one.low), error)),
            "gain": t("about zero") if none[1] else t("a gain of {amount}", amount=kroner(abs(one.high), error)),
        }
        if any(none):
            return t("95% interval from {loss} to {gain}: it just reaches zero", **ends)
        return t("95% interval from {loss} to {gain}: it spans zero", **ends)
    if one.low >= -NEGLIGIBLE:
        return t("95% interval a gain of NOK {low} to {high}", low=low, high=high)
    return t("95% interval a loss of NOK {low} to {high}", low=high, high=low)


def sureness(order: Sequence[Standing], draws: int) -> str:
    """Say how probable it is that each strategy is the best."""
    ranked = sorted(order, key=lambda one: -one.probability)
    parts = [
        t("{chance} for {program}", program=spoken(one.label), chance=chance(one.probability, draws)) for one in ranked
    ]
    text = t("The chance of being the best choice for society is {chances}.", chances=joined(parts))
    if ranked[0].label == order[0].label:
        return text
    but = t(
        "{best} has the best expected value although {other} is best more often: when it wins it wins more.",
        best=upper(spoken(order[0].label)),
        other=spoken(ranked[0].label),
    )
    return f"{text} {but}"


def side(perspective: str) -> str:
    """Give a perspective, by its label in English, as it stands in a sentence."""
    return translated(SIDES[perspective])


def spoken(label: str) -> str:
    """Give a label as it stands within a sentence."""
    return label if label[1:2].isupper() or label.startswith(PROPER) else lower(label)


def lower(text: str) -> str:
    """Give text with a small first letter."""
    return text[:1].lower() + text[1:]


def upper(text: str) -> str:
    """Give text with a capital first letter."""
    return text[:1].upper() + text[1:]


def joined(parts: Sequence[str], last: str = " and ", between: str = ", ") -> str:
    """Join parts as in a sentence; what stands between them is given in English."""
    if len(parts) == 1:
        return parts[0]
    return translated(between).join(parts[:-1]) + translated(last) + parts[-1]


def listed(of: Sequence[Standing], last: str = " and ") -> str:
    """Name strategies in a sentence."""
    return joined([spoken(one.label) for one in of], last)

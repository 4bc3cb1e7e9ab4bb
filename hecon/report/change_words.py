"""What would change the answer, in plain words: other sides, what comes after month 12, other assumptions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hecon.report.language import t, translated
from hecon.report.numbers import NEGLIGIBLE, grouped
from hecon.report.words import joined, side, spoken

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from hecon.report.words import Standing

LEAST_CHANGE = 0.5
"""NOK per person below which a scenario is said to change nothing."""
MOST_NAMED = 4
"""How many assumptions that would change the choice are named; the others are counted."""


def perspectives_sentence(by_perspective: Mapping[str, Sequence[Standing]]) -> str:
    """Say who would choose what over 12 months; who cannot tell the best from the next is given no choice.

    Parameters
    ----------
    by_perspective
        Perspectives in words, and how the strategies stand with each.
    """
    choices: dict[str, list[str]] = {}
    close: list[str] = []
    for whom, order in by_perspective.items():
        if settled(order):
            choices.setdefault(spoken(order[0].label), []).append(side(whom))
        else:
            close.append(side(whom))
    if not choices:
        return t(
            "In the first 12 months the best ones are too close for the simulation to separate, for every side: "
            "{sides}.",
            sides=joined(close),
        )
    parts = [t("with {program} for {sides}", program=name, sides=joined(whom)) for name, whom in choices.items()]
    if len(choices) > 1:
        text = t(
            "In the first 12 months not everybody gains from the same choice. The best expected result is {choices}.",
            choices=joined(parts, "; and ", "; "),
        )
    elif close:
        text = t("In the first 12 months the best expected result is {choices}.", choices=parts[0])
    else:
        text = t(
            "In the first 12 months every side has the best expected result with {program}.",
            program=next(iter(choices)),
        )
    if not close:
        return text
    apart = t("For {sides} the best ones are too close for the simulation to separate.", sides=joined(close))
    return f"{text} {apart}"


def settled(order: Sequence[Standing]) -> bool:
    """Tell whether the simulation can separate the best expected value from every other."""
    return not any(one.near_best for one in order[1:])


def horizon_sentence(by_horizon: Mapping[str, Sequence[Standing]], years: str) -> str:
    """Say whether the best choice for society depends on what is assumed after month 12.

    Under an assumption that leaves the best too close to the next there is no first, and none is named.

    Parameters
    ----------
    by_horizon
        The three assumptions in words, and how the strategies stand under each.
    years
        The long horizon in words.
    """
    by_first: dict[str, list[str]] = {}
    close = []
    for name, order in by_horizon.items():
        if settled(order):
            by_first.setdefault(spoken(order[0].label), []).append(name)
        else:
            close.append(name)
    if not by_first:
        return t(
            "Over {years} the best choices for society are too close for the simulation to separate, whatever is "
            "assumed after month 12.",
            years=years,
        )
    if len(by_first) == 1 and not close:
        return t(
            "Over {years} the best expected result for society is with {program}, whatever is assumed after month 12.",
            years=years,
            program=next(iter(by_first)),
        )
    parts = [t("with {program} under {names}", program=p, names=_named(names)) for p, names in by_first.items()]
    said = {"years": years, "choices": joined(parts, ", but ", ", ")}
    text = (
        t(
            "Over {years} the answer depends on what is assumed after month 12: the best expected result for society "
            "is {choices}.",
            **said,
        )
        if len(by_first) > 1
        else t("Over {years} the best expected result for society is {choices}.", **said)
    )
    if not close:
        return text
    apart = t("Under {names} the best ones are too close for the simulation to separate.", names=_named(close))
    return f"{text} {apart}"


def unsettled_sentence(by_horizon: Mapping[str, Sequence[Standing]]) -> str:
    """Say under which assumptions after month 12 the interval of some program spans zero; nothing if under none."""
    open_ = [name for name, order in by_horizon.items() if any(one.spans_zero for one in order if not one.comparator)]
    if not open_:
        return ""
    if len(open_) == len(by_horizon):
        return t("Whichever is assumed, at least one program's interval spans zero.")
    return t("Under {names} at least one program's interval spans zero.", names=_named(open_))


def _named(labels: Sequence[str]) -> str:
    return joined([translated(label) for label in labels])


def scenarios_sentence(gains: pd.DataFrame, labels: Mapping[str, str], scenario_labels: Mapping[str, str]) -> str:
    """Say which scenarios change the best strategy for society over 12 months, base case.

    Only those that move an amount in it are counted: the others cannot change the choice.

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

    by_scenario = {str(name): rows.set_index("strategy")["gain"] for name, rows in gains.groupby("scenario")}
    moving = [
        name
        for name in scenario_labels
        if name in by_scenario and (by_scenario[name] - by_scenario["base"]).abs().max() >= LEAST_CHANGE
    ]

    def best(scenario: str) -> str:
        """Give the strategy with the greatest gain, the comparator's being nothing."""
        rows = by_scenario[scenario]
        return str(rows.idxmax()) if rows.max() > NEGLIGIBLE else comparator

    base = best("base")
    changed = {name: best(name) for name in moving if best(name) != base}
    said = {"program": spoken(labels[base]), "count": grouped(len(moving))}
    if not changed:
        return t(
            "In the base case {program} has the best result for society over 12 months; none of the {count} scenarios "
            "that move this result changes that.",
            **said,
        )
    parts = [
        t("“{scenario}” ({program})", scenario=spoken(scenario_labels[name]), program=spoken(labels[to]))
        for name, to in changed.items()
    ]
    if len(parts) > MOST_NAMED:
        parts = [*parts[: MOST_NAMED - 1], t("{count} more", count=grouped(len(parts) - MOST_NAMED + 1))]
    return t(
        "Of {count} scenarios that move society's result over 12 months in the base case, {changed} would change the "
        "choice from {program}.",
        changed=joined(parts),
        **said,
    )

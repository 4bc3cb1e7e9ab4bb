"""What would change the answer, in plain words: other sides, what comes after month 12, other assumptions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hecon.report.language import t, translated
from hecon.report.numbers import NEGLIGIBLE, grouped
from hecon.report.words import joined, side, spoken

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    import pandas as pd

    from hecon.report.words import Standing

MOST_NAMED = 4
"""How many assumptions that would change the choice are named; the others are counted."""


def perspectives_sentence(by_perspective: Mapping[str, Sequence[Standing]]) -> str:
    """Say who would choose what over 12 months.

    Parameters
    ----------
    by_perspective
        Perspectives in words, and how the strategies stand with each.
    """
    choices: dict[str, list[str]] = {}
    close: list[str] = []
    for whom, order in by_perspective.items():
        choices.setdefault(spoken(order[0].label), []).append(side(whom))
        if any(one.near_best for one in order[1:]):
            close.append(side(whom))
    if len(choices) == 1:
        (name,) = choices
        text = t(
            "Every side has the best expected result with {program}: {sides}.",
            program=name,
            sides=joined([side(whom) for whom in by_perspective]),
        )
    else:
        parts = [t("with {program} for {sides}", program=name, sides=joined(whom)) for name, whom in choices.items()]
        text = t(
            "Not everybody gains from the same choice. The best expected result is {choices}.",
            choices=joined(parts, "; and ", "; "),
        )
    if not close:
        return text
    apart = t("For {sides} the best ones are too close for the simulation to separate.", sides=joined(close))
    return f"{text} {apart}"


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
        parts = [t("with {program} under {names}", program=p, names=_named(names)) for p, names in by_first.items()]
        text = t(
            "Over {years} the answer depends on what is assumed after month 12: the best expected result for society "
            "is {choices}.",
            years=years,
            choices=joined(parts, ", but ", ", "),
        )
    elif len(set(rankings.values())) > 1:
        text = t(
            "Over {years} {program} stays first whatever is assumed after month 12, but the ranking behind it changes.",
            years=years,
            program=spoken(next(iter(firsts.values()))),
        )
    else:
        text = t(
            "Over {years} the ranking of the programs for society is the same under all three assumptions about what "
            "comes after month 12.",
            years=years,
        )
    close = [name for name, order in by_horizon.items() if any(one.near_best for one in order[1:])]
    unsettled = [
        name for name, order in by_horizon.items() if any(one.spans_zero for one in order if not one.comparator)
    ]
    return " ".join([text, *_doubts(close, unsettled, by_horizon)])


def _doubts(close: Sequence[str], unsettled: Sequence[str], horizons: Collection[str]) -> list[str]:
    """Say under which assumptions the first two are too close to separate, and an interval spans zero."""
    if len(close) == len(unsettled) == len(horizons):
        return [
            t(
                "Whichever is assumed, the first two are too close for the simulation to separate, and at least one "
                "program's interval spans zero."
            )
        ]
    said = []
    if len(close) == len(horizons):
        said.append(t("Whichever is assumed, the first two are too close for the simulation to separate."))
    elif close:
        said.append(t("Under {names} the first two are too close for the simulation to separate.", names=_named(close)))
    if len(unsettled) == len(horizons):
        said.append(t("Whichever is assumed, at least one program's interval spans zero."))
    elif unsettled:
        said.append(t("Under {names} at least one program's interval spans zero.", names=_named(unsettled)))
    return said


def _named(labels: Sequence[str]) -> str:
    return joined([translated(label) for label in labels])


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
    said = {"program": spoken(labels[base]), "count": grouped(len(scenario_labels))}
    if not changed:
        return t(
            "In the base case {program} has the best result for society over 12 months; none of the {count} other "
            "assumptions tried changes that.",
            **said,
        )
    parts = [
        t("“{scenario}” ({program})", scenario=spoken(scenario_labels[name]), program=spoken(labels[to]))
        for name, to in changed.items()
    ]
    if len(parts) > MOST_NAMED:
        parts = [*parts[: MOST_NAMED - 1], t("{count} more", count=grouped(len(parts) - MOST_NAMED + 1))]
    return t(
        "In the base case {program} has the best result for society over 12 months; of {count} other assumptions "
        "tried, {changed} would change the choice.",
        changed=joined(parts),
        **said,
    )

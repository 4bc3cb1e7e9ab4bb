"""How much of what knowing everything would be worth hangs on a spread that nobody measured."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hecon.evaluation import results
from hecon.evaluation.information import BASE, GROUP
from hecon.report import words
from hecon.report.groups import effects_of
from hecon.report.language import t
from hecon.report.numbers import kroner, tenths

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from hecon.evaluation.information import Information
    from hecon.inputs.parameters import Parameters

MOST = 0.5


def judgement_words(
    information: Information, parameters: Parameters, label: Callable[[str], str], perspective: str = "society"
) -> list[str]:
    """Say that the leading group is a judgement, and what knowing everything would be worth had one judged otherwise.

    Parameters
    ----------
    information
        As `hecon.evaluation.information` gives it.
    parameters
        As its base case had them.
    label
        Gives a strategy in words.
    perspective
        Whose gain it is.

    Returns
    -------
    One text, or none: where no group can be told from zero, or the leading one is no single published value whose
    spread is assumed. Amounts are of the scenarios of the same run that give that value another distribution.
    """
    leading, whole = leading_groups(information, perspective), information.of(perspective=perspective)
    if leading.empty or whole["value"] <= 0.0:
        return []
    top = leading.iloc[0]
    if top["count"] > 1 or parameters[top["name"]].spread != "assumption":
        return []
    share = top["value"] / whole["value"]
    judged = _judged(top, parameters)
    if share > MOST:
        text = t("Most of it is one judgement: {judged}.", judged=judged)
    else:
        part = words.upper(tenths(top["value"], whole["value"]))
        text = t("{share} of it is one judgement: {judged}.", share=part, judged=judged)
    return [" ".join([text, *_otherwise(information, whole, top, parameters, label)])]


def leading_groups(information: Information, perspective: str = "society") -> pd.DataFrame:
    """Give the groups whose value in 12 months can be told from zero, the most valuable first."""
    table = information.known
    table = table[
        (table["scenario"] == BASE)
        & (table["horizon"] == results.YEAR_1)
        & (table["perspective"] == perspective)
        & (table["kind"] == GROUP)
    ]
    told = table[table["value"] > words.CLEAR * table["error"]]
    return told.sort_values("value", ascending=False, kind="stable")


def _judged(top: pd.Series, parameters: Parameters) -> str:
    """Say what is judged."""
    for program in parameters.programs.values():
        if top["label"] == effects_of(program):
            return t("how far the published effect of {program} carries over", program=words.spoken(program.label))
    label = words.spoken(parameters[top["name"]].label)
    return t("how far the published “{parameter}” carries over", parameter=label)


def _otherwise(
    information: Information, whole: pd.Series, top: pd.Series, parameters: Parameters, label: Callable[[str], str]
) -> list[str]:
    """Say what knowing everything would be worth under every scenario of the run that spreads the judged value anew."""
    asked = information.everything["scenario"].unique().tolist()
    other = [name for name in asked if name != BASE and top["name"] in parameters.scenarios[name].redrawn]
    rows = sorted(
        (information.of(name, perspective=whole["perspective"]) for name in other), key=lambda row: row["value"]
    )
    said = []
    for row in rows:
        amount = kroner(row["value"], row["error"])
        scenario = words.spoken(parameters.scenarios[row["scenario"]].label)
        if row["chosen"] == whole["chosen"]:
            said.append(t("{amount} (“{scenario}”)", amount=amount, scenario=scenario))
        else:
            choice = words.spoken(label(row["chosen"]))
            said.append(
                t(
                    "{amount} (“{scenario}”; the choice would be {choice})",
                    amount=amount,
                    scenario=scenario,
                    choice=choice,
                )
            )
    if not said:
        return []
    return [t("Had one judged otherwise it would be {amounts}.", amounts=words.joined(said, " or "))]

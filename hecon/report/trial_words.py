"""What the trial found, beside the model, and how much rests on its difference in work assessment allowance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from hecon.evaluation import results
from hecon.report import words
from hecon.report.cells import years
from hecon.report.evidence import STATISTICS
from hecon.report.language import t, translated
from hecon.report.numbers import grouped, kroner, number, percent
from hecon.report.validated import record_of

if TYPE_CHECKING:
    from collections.abc import Hashable

    from hecon.evaluation.comparison import Comparison


def trial_sentences(comparison: Comparison) -> list[str]:
    """Say what the trial found of return to work, and where the model stands beside it."""
    table = comparison.trial.ratios
    if table.empty:
        return []
    texts = []
    for name, rows in table[table["against"] == comparison.comparator].groupby("strategy", sort=False):
        if name not in comparison.programs:
            continue
        printed = words.joined([_printed(row) for row in rows.to_dict("records")])
        clear = ((rows["published_low"] > 1.0) | (rows["published_high"] < 1.0)).any()
        simulated = float(rows["simulated"].iloc[0])
        trial = {
            "program": words.spoken(comparison.label(str(name))),
            "ground": words.spoken(comparison.label(comparison.comparator)),
            "printed": printed,
        }
        found = (
            t(
                "In the trial itself the hazard ratio of return to work with {program} against {ground} was {printed}.",
                **trial,
            )
            if clear
            else t(
                "In the trial itself the hazard ratio of return to work with {program} against {ground} was "
                "{printed}: no clear effect.",
                **trial,
            )
        )
        model = (
            t(
                "The model's is {ratio}, lower, since it must also reach what else the arms reported: the upper "
                "quartile of days, those without benefit on day 365, those moved to the allowance.",
                ratio=grouped(simulated, 2),
            )
            if simulated < float(rows["published"].min())
            else t("The model's is {ratio}.", ratio=grouped(simulated, 2))
        )
        texts.append(" ".join([found, model, *_prior_driven(comparison, str(name))]))
    return texts


def _printed(row: dict[Hashable, Any]) -> str:
    """Give a hazard ratio as the trial printed it, with its interval."""
    ratio, low, high = (grouped(row[name], 2) for name in ("published", "published_low", "published_high"))
    if row["adjusted"]:
        return t("{ratio} adjusted ({low} to {high})", ratio=ratio, low=low, high=high)
    return t("{ratio} unadjusted ({low} to {high})", ratio=ratio, low=low, high=high)


def _prior_driven(comparison: Comparison, strategy: str) -> list[str]:
    """Say how many of a program's fitted effects are mostly what was believed before the data."""
    fitted = _fitted(comparison, strategy)
    driven = sum("prior-driven" in comparison.parameters[name].locator for name in fitted)
    if not driven:
        return []
    counts = {"driven": grouped(driven), "fitted": grouped(len(fitted))}
    if driven == 1:
        return [t("{driven} of its {fitted} fitted effects is mostly prior.", **counts)]
    return [t("{driven} of its {fitted} fitted effects are mostly prior.", **counts)]


def _fitted(comparison: Comparison, strategy: str) -> list[str]:
    """Give the fitted ratios of a program's effects."""
    parameters = comparison.parameters
    ratios = {name for effect in parameters.programs[strategy].effects for name in effect.ratios}
    return [name for name in sorted(ratios) if parameters[name].block is not None]


def allowance_sentences(comparison: Comparison) -> list[str]:
    """Say what the trial saw of work assessment allowance, how sure it is, and how much of the result rests on it."""
    trial = comparison.trial.published
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
        said = {
            "share": percent(arm["value"]),
            "program": words.spoken(comparison.label(name)),
            "gap": number(100 * gap, 0.1),
            "low": number(low, 0.1),
            "high": number(high, 0.1),
        }
        parts.append(
            t(
                "{share} with {program} (difference {gap} percentage points, 95% interval {low} to {high}, which spans "
                "zero)",
                **said,
            )
            if low < 0 < high
            else t("{share} with {program} (difference {gap} percentage points, 95% interval {low} to {high})", **said)
        )
    text = t(
        "A caution about the allowance: in the trial {share} of those with {ground} had moved to work assessment "
        "allowance within 12 months, against {arms}.",
        share=percent(control["value"]),
        ground=words.spoken(comparison.label(usual)),
        arms=words.joined(parts),
    )
    effect, remainder = _allowance_in_model(comparison, arms)
    gaps = {name: float(seen.loc[name, "value"] - control["value"]) for name in arms}
    return [f"{text} {effect}", " ".join([remainder, *_pulled(comparison, gaps)])]


def _pulled(comparison: Comparison, gaps: dict[str, float]) -> list[str]:
    """Say where the model's difference is clearly smaller than the trial's: the prior pulls it towards none."""
    entry = results.allowance_entry(comparison).set_index("strategy")
    pulled = [
        name
        for name, gap in gaps.items()
        if _fitted(comparison, name)
        and entry.loc[name, "carried"] * gap > 0.0
        and abs(entry.loc[name, "carried"]) + words.CLEAR * entry.loc[name, "carried_error"] < abs(gap)
    ]
    if not pulled:
        return []
    return [
        t(
            "With {programs} the model's difference is smaller than the trial's: the trial tells it only roughly, and "
            "what was believed of the effects before it pulls them towards none.",
            programs=words.joined([words.spoken(comparison.label(name)) for name in pulled]),
        )
    ]


def outside_sentences(comparison: Comparison) -> list[str]:
    """Say which of the trial's figures lie outside the range of arms of its size, and how that range is not the other.

    Parameters
    ----------
    comparison
        As `compare` gives it.
    """
    trial = comparison.trial
    if trial.statistics.empty:
        return []
    missed = []
    for row in trial.statistics[~trial.statistics["within"].astype(bool)].to_dict("records"):
        name, unit = STATISTICS[row["statistic"]]
        seen, model = (
            percent(row[key]) if unit == "share" else grouped(row[key]) for key in ("published", "simulated")
        )
        figure = words.lower(translated(name))
        missed.append(_missed(figure, words.spoken(comparison.label(row["strategy"])), seen, model))
    ratios = trial.ratios if trial.ratios.empty else trial.ratios[~trial.ratios["within"].astype(bool)]
    for row in ratios.to_dict("records"):
        program, ground = (comparison.parameters.programs[row[key]].label for key in ("strategy", "against"))
        figure = (
            t("the adjusted hazard ratio of return against {program}", program=words.spoken(ground))
            if row["adjusted"]
            else t("the unadjusted hazard ratio of return against {program}", program=words.spoken(ground))
        )
        seen, model = (grouped(row[key], 2) for key in ("published", "simulated"))
        missed.append(_missed(figure, words.spoken(program), seen, model))
    said = (
        t(
            "Outside the range that arms of the trial's size would show if the base case were true: {figures}.",
            figures=words.joined(missed, "; ", "; "),
        )
        if missed
        else t(
            "Every figure lies within the range that arms of the trial's size would show if the base case were true."
        )
    )
    if not record_of(comparison.parameters):
        return [said]
    wider = t(
        "That range has the luck of the arms alone, with the parameters of the base case. The intervals of the "
        "validation are wider, since its parameters are drawn too: a figure may be outside here and inside there."
    )
    return [f"{said} {wider}"]


def _missed(figure: str, program: str, seen: str, model: str) -> str:
    return t(
        "{figure} with {program} ({seen} in the trial, {model} in the model)",
        figure=figure,
        program=program,
        seen=seen,
        model=model,
    )


def _allowance_in_model(comparison: Comparison, arms: list[str]) -> tuple[str, str]:
    """Say what the scenario without a difference removes in the model, and what it does to society's result."""
    table = results.after_month_12(comparison).set_index("strategy")
    entry = results.allowance_entry(comparison).set_index("strategy")
    moved, left = [], []
    for name in arms:
        row, label = table.loc[name], words.spoken(comparison.label(name))
        error = float(row["c_less_b_error"])
        if abs(row["c_less_b"]) > words.CLEAR * error:
            said = {"program": label, "amount": kroner(abs(row["c_less_b"]), error)}
            moved.append(
                t("{program} {amount} better", **said) if row["c_less_b"] > 0 else t("{program} {amount} worse", **said)
            )
        points = 100 * entry.loc[name]
        left.append(
            t(
                "{carried} percentage points with and {alike} without it for {program}",
                carried=number(points["carried"], points["carried_error"]),
                alike=number(points["alike"], points["alike_error"]),
                program=label,
            )
        )
    span = years(comparison)
    effect = (
        t(
            "Over {years}, taking the arms' difference in entry to the allowance as chance makes {moved} per person "
            "to society.",
            years=span,
            moved=words.joined(moved),
        )
        if moved
        else t(
            "Over {years}, taking the arms' difference in entry to the allowance as chance changes society's result by "
            "no more than simulation error.",
            years=span,
        )
    )
    remainder = t(
        "In the model the difference in those who have moved to the allowance by month 12 is {left}. Without it the "
        "odds at the end of sick pay are solved for, draw by draw, so that as many enter among the trial's people; "
        "what is left here is simulation error and a different mix of people.",
        left=words.joined(left),
    )
    return effect, remainder

"""What the model leaves out or takes for granted, and how far its calibrated parameters can be trusted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hecon.report.language import t, translated
from hecon.report.numbers import grouped, percent

if TYPE_CHECKING:
    from hecon.evaluation.comparison import Comparison


def limitations(comparison: Comparison) -> list[str]:
    """Give what the model leaves out or takes for granted, as it stands in these parameters."""
    values = comparison.parameters.base_case().one(0)
    surplus = values["production_surplus"]
    employer = (
        t(
            "A returned worker is worth nothing to the employer by assumption: production equals labour cost in the "
            "base case, so the employer's result is sick pay, contributions, disruption and meeting time only."
        )
        if surplus == 0.0
        else t(
            "A returned worker is worth {share} of the labour cost to the employer, an assumption.",
            share=percent(surplus),
        )
    )
    texts = [
        t(
            "The rolling three-year window for sick-pay rights is left out: {weeks} weeks in work restore the rights.",
            weeks=grouped(values["requalification"] / 7),
        ),
        employer,
        t(
            "Capacity is not modelled: the coordinators, teams and trained caseworkers that a program needs are there, "
            "at constant cost however many take part."
        ),
        t(
            "In the trial 17% of those invited consented. That is consent to research, not the uptake of a service, "
            "and is not used as such: results are per person allocated."
        ),
        t(
            "Coordinated return to work has its effect from Denmark, where rules and services differ; the transfer to "
            "Norway is a judgement, and its spread is too."
        )
        if "coordinated_program" in comparison.programs
        else "",
        t(
            "Programs change hazards for {weeks} weeks at most. What comes later follows from where people are then, "
            "by rates from registers and assumptions about all long-term sick-listed, not from observing participants.",
            weeks=grouped(values["effect_ends_week"]),
        ),
        t(
            "Covariates change no hazards, since no source gives their effect: subgroups differ in wage, start and "
            "rights only."
        ),
        t(
            "One statute holds for the whole horizon, in real terms; a graded pension held at inclusion counts only "
            "where it grows."
        ),
        t(
            "Savings in rule-based benefits do not come back to the frame-funded operations of NAV that pay for the "
            "program."
        ),
        t(
            "Effects on people outside the program are left out: jobs taken from others, or caseworkers taken from "
            "others."
        ),
        t(
            "Monte Carlo errors say how exact the simulation is, not how good the model is; intervals hold only the "
            "uncertainty of parameters that have a distribution."
        ),
    ]
    return [text for text in texts if text]


def calibration_sentence(comparison: Comparison) -> str:
    """Say how the calibrated parameters came about, and how far the draws and the emulator can be trusted."""
    parts = []
    for name, recipe in comparison.parameters.calibration.items():
        method = translated(recipe["method"]) if "method" in recipe else t("no method is given")
        if {"r_hat", "effective_size", "emulator_error"} <= recipe.keys():
            parts.append(
                t(
                    "Block “{block}” is a posterior given the trial and registers ({method}): R-hat at most {r_hat}, "
                    "at least {draws} effective draws, the emulator off by at most {error} standard errors of a "
                    "figure where the model was run beside it.",
                    block=name,
                    method=method,
                    r_hat=grouped(recipe["r_hat"], 3),
                    draws=grouped(recipe["effective_size"]),
                    error=grouped(recipe["emulator_error"], 2),
                )
            )
        else:
            parts.append(t("Block “{block}” is no posterior: {method}.", block=name, method=method))
    return " ".join(parts) or t("No parameter is calibrated.")

"""Whom to offer a program: to nobody, to all, to some, or later; and what each rule gains per person eligible."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import xarray as xr

from hecon import SEED
from hecon.evaluation.choice import SPLITS, choose_rule
from hecon.evaluation.estimates import interval_per_head, pooled
from hecon.evaluation.splits import of_levels, split_gains, words
from hecon.inputs.errors import InputError
from hecon.model.population import COLUMNS
from hecon.model.simulation import COMPARATOR

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from hecon.inputs.points import Inputs

    Floats = NDArray[np.float64]

COVARIATES = ("diagnosis", "start", "age", "wage", "risk")
"""Whom an offer may go by; not by sex or education, which a service has no ground to go by."""
DELAYS = (0, 4, 8, 12)
HIGHER_RISK = ("middle_third", "highest_third")


@dataclass(frozen=True)
class Rule:
    """Who is offered a program.

    Attributes
    ----------
    name, label
        Its name, and in words.
    levels
        Levels by covariate; everybody if there are none.
    delay
        Weeks after inclusion at which it is offered to those still sick-listed.
    nobody
        Usual care.
    """

    name: str
    label: str
    levels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    delay: int = 0
    nobody: bool = False


def offering_rules(
    weeks_sick_listed: int, covariates: Sequence[str] = COVARIATES, delays: Sequence[int] = DELAYS
) -> tuple[Rule, ...]:
    """Give the rules that are compared: nobody first, then everybody, one level of a covariate, and later offers.

    Parameters
    ----------
    weeks_sick_listed
        Of everybody at inclusion.
    covariates
        Each of whose levels is a rule.
    delays
        Weeks after inclusion.
    """
    rules = [
        Rule("nobody", "Nobody: usual care", nobody=True),
        Rule("everybody", f"Everybody, at inclusion (week {weeks_sick_listed})"),
    ]
    for name in covariates:
        rules += [Rule(f"{name}_{level}", f"Only {words(name, level)}", {name: (level,)}) for level in COLUMNS[name]]
        if name == "risk":
            rules.append(Rule("risk_upper_two_thirds", "Only risk upper two thirds", {name: HIGHER_RISK}))
    rules += [
        Rule(f"week_{weeks_sick_listed + weeks}", f"Still sick-listed in week {weeks_sick_listed + weeks}", {}, weeks)
        for weeks in delays
        if weeks > 0
    ]
    return tuple(rules)


def offered_by(inputs: Inputs, program: str, rule: Rule) -> Inputs:
    """Add the variant of a program that is offered by a rule, among those whom the program is for; see `variant`.

    Raises
    ------
    InputError
        If the rule offers it to nobody, which is no program.
    """
    if rule.nobody:
        raise InputError(f"rule: {rule.name} offers nothing: usual care is a program of its own")
    about, name = inputs.programs[program], variant(program, rule)
    delay = f"delay of {name}"
    own, narrowed = about.offer.levels(), {}
    for covariate, levels in rule.levels.items():
        narrowed[covariate] = tuple(level for level in levels if level in own.get(covariate, levels))
        if not narrowed[covariate]:
            among = ", ".join(own[covariate])
            raise InputError(f"{covariate}: {program} is for {among}: none of {', '.join(levels)} is offered it")
    offer = about.offer.model_copy(update={**narrowed, "delay": delay if rule.delay else about.offer.delay})
    return replace(
        inputs,
        programs={**inputs.programs, name: about.model_copy(update={"name": name, "offer": offer})},
        drawn={**inputs.drawn, delay: np.full(len(inputs), float(rule.delay))},
    )


def variant(program: str, rule: Rule) -> str:
    """Name the variant of a program that is offered by a rule."""
    return f"{program}, {rule.name}"


def split_by_week(
    inputs: Inputs,
    programs: Sequence[str],
    rules: Sequence[Rule],
    *,
    people: int,
    seed: int = SEED,
    comparator: str = COMPARATOR,
    threads: int | None = None,
    progress: str | None = None,
) -> xr.Dataset:
    """Simulate programs for 12 months, offered in every week that a rule names, split by every covariate that one does.

    Parameters
    ----------
    inputs
        Draws.
    programs
        Names of program files.
    rules
        As `offering_rules` gives them.
    people, seed, threads, progress
        As for `hecon.simulate`.
    comparator
        What gains are over.

    Returns
    -------
    as `split_gains` does, with a strategy for every program and delay
    """
    by = [name for name in COLUMNS if any(name in rule.levels for rule in rules)]
    names = []
    for program in programs:
        for delay in sorted({rule.delay for rule in rules}):
            inputs = offered_by(inputs, program, _to_all(delay))
            names.append(variant(program, _to_all(delay)))
    return split_gains(
        inputs, names, by, people=people, seed=seed, comparator=comparator, threads=threads, progress=progress
    )


def rule_gains(split: xr.Dataset, program: str, rules: Sequence[Rule], perspective: str = "society") -> xr.Dataset:
    """Give what a program gains when it is offered by each rule.

    People do not influence each other, so offering it to some gains what these gain when it is offered to all.

    Parameters
    ----------
    split
        As `split_by_week` returns it.
    program
        Its name.
    rules
        As it was given.
    perspective
        Whose gain.

    Returns
    -------
    Dataset of sums over everybody eligible, offered it or not: ``gain[draw, rule]`` over the comparator, NOK; ``days``
    on benefit avoided; ``hours`` of NAV's staff; ``offered`` people; and ``people[draw]``
    """
    parts = []
    for rule in rules:
        place = {"strategy": variant(program, _to_all(rule.delay)), "perspective": perspective}
        amounts = of_levels(split.sel(place, drop=True), rule.levels)[["gain", "days", "hours", "offered"]]
        parts.append(amounts * 0.0 if rule.nobody else amounts)
    gains = xr.concat(parts, "rule", join="exact", data_vars="all").assign_coords(rule=[rule.name for rule in rules])
    return gains.assign(people=split["people"].sum("subgroup"))


def actions_by_group(
    split: xr.Dataset, programs: Sequence[str], delays: Sequence[int], by: Sequence[str], perspective: str = "society"
) -> xr.Dataset:
    """Give what each group of people gains and takes by each action, which is a program offered at a delay.

    Parameters
    ----------
    split, perspective
        As for `rule_gains`.
    programs, delays
        Among those that were run.
    by
        Covariates whose levels together make the groups, among those that the people are split by.

    Returns
    -------
    Dataset of sums: ``gain[draw, group, action]``, NOK, ``hours`` of NAV's staff, and ``people[draw, group]``
    """
    groups = [dict(zip(by, levels, strict=True)) for levels in product(*(COLUMNS[name] for name in by))]
    actions = [variant(program, _to_all(delay)) for program in programs for delay in delays]
    sums = [
        of_levels(split.sel(perspective=perspective, drop=True), {name: [level] for name, level in group.items()})
        for group in groups
    ]
    names = [", ".join(words(name, level) for name, level in group.items()) for group in groups]
    table = xr.concat(sums, "group", join="exact", data_vars="all").assign_coords(group=names)
    chosen = table[["gain", "hours"]].sel(strategy=actions).rename(strategy="action")
    return chosen.transpose("draw", "group", "action").assign(people=table["people"].transpose("draw", "group"))


def targeting_table(
    gains: xr.Dataset, rules: Sequence[Rule], *, splits: int = SPLITS, seed: int = SEED
) -> pd.DataFrame:
    """Give what each rule is expected to gain per person eligible, and what choosing the best of them is worth.

    Parameters
    ----------
    gains
        As `rule_gains` returns them.
    rules
        The same rules.
    splits, seed
        As for `choose_rule`.

    Returns
    -------
    DataFrame with a row for every rule and a last one for choosing the best: ``gain`` to society per person eligible,
    NOK, with its Monte Carlo ``error`` and 95% interval over draws ``low``, ``high``; ``probability`` of a gain above
    0; ``offered``, the share of the eligible; ``gain_per_offered`` with ``gain_per_offered_error``; ``hours`` of
    NAV's staff per person eligible; ``chosen``, how often half of the draws chose it; and ``honest``, its gain on the
    other half then. The last row's ``gain`` is the honest score of the choice; its ``naive`` is the highest gain over
    all draws, which flatters by the winner's curse.
    """
    people = gains["people"].to_numpy()
    per_head = gains["gain"].transpose("draw", "rule").to_numpy() / people[:, None]
    choice = choose_rule(per_head, splits=splits, seed=seed)
    rows = []
    for place, rule in enumerate(rules):
        part = {name: gains[name].sel(rule=rule.name).to_numpy() for name in ("gain", "offered", "hours")}
        gain, error = pooled(part["gain"], people)
        low, high = interval_per_head(part["gain"], people)
        anybody = part["offered"].sum() > 0
        each, each_error = pooled(part["gain"], part["offered"]) if anybody else (np.nan, np.nan)
        rows.append(
            {
                "rule": rule.name,
                "label": rule.label,
                "gain": gain,
                "error": error,
                "low": low,
                "high": high,
                "probability": float((part["gain"] > 0).mean()),
                "offered": float(part["offered"].sum() / people.sum()),
                "gain_per_offered": each,
                "gain_per_offered_error": each_error,
                "hours": float(part["hours"].sum() / people.sum()),
                "chosen": choice.share[place],
                "honest": choice.score[place],
            }
        )
    rows.append(
        {
            "rule": "best",
            "label": "The best of these, chosen on half of the draws",
            "gain": choice.honest,
            "error": choice.error,
            "chosen": 1.0,
            "honest": choice.honest,
            "naive": choice.naive,
        }
    )
    return pd.DataFrame(rows)


def _to_all(delay: int) -> Rule:
    """Give the rule that offers a program to everybody still sick-listed after so many weeks."""
    return Rule(f"offered {delay} weeks after inclusion", "", delay=delay)

"""What knowing more would be worth before one of the programs is chosen: everything, groups, single parameters.

Groups follow from the files: the effects that a program names, everything fitted together to the trial, and each file
of parameters. A group's members are known together; its worth is neither the sum nor the greatest of theirs.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import PurePath
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from hecon import SEED
from hecon.evaluation import results
from hecon.evaluation.cea import best, monte_carlo_error
from hecon.evaluation.plans import bearing, check_strategies
from hecon.evaluation.study import people_served, terms
from hecon.evaluation.voi import evpi, evppi, foregone
from hecon.inputs.errors import InputError
from hecon.model.ledger import costs
from hecon.model.runs import run_blocks
from hecon.model.simulation import STRATEGIES, simulate

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import xarray as xr

    from hecon.inputs.parameters import Parameters
    from hecon.inputs.points import Inputs

BASE = "base"
SINGLE, GROUP = "parameter", "group"
SINGLES_FROM = 50
"""Draws below which no single parameter is asked of: a curve through so few says nothing."""
EFFECTS, FITTED = "Effects of {program}", "Everything fitted together ({block})"
TAKES, ALL_OF = "What {program} takes", "All of {file}"
"""What groups are called; the report says it in its own language."""
KNOWN = [
    *("scenario", "horizon", "perspective", "kind", "name", "label", "count", "grade", "spread"),
    *("value", "error", "enough"),
]


@dataclass(frozen=True)
class Deciding:
    """How many people a choice is about.

    Attributes
    ----------
    per_year
        People who become eligible and accept, a year.
    years
        For how many the choice stands.
    people
        All of them, each discounted to today.
    """

    per_year: float
    years: float
    people: float


@dataclass(frozen=True, eq=False)
class Information:
    """What knowing more would be worth, NOK per person.

    Attributes
    ----------
    everything
        A row for every scenario, horizon and perspective: ``chosen``, the strategy that is best on average; ``value``
        of knowing everything and its Monte Carlo ``error``; ``national``, NOK for all whom the choice is about, and
        ``national_error``, which holds the number of people as known. Where the long horizon was asked of, it stands
        there with no effect after month 12 too, which needs no run: nothing is added to a difference of the first year.
    known
        A row for every scenario, horizon, perspective, and parameter or group: ``kind``, ``name``, ``label``,
        ``count`` of parameters, ``grade`` where it is one and ``spread`` where the grade of its distribution is
        another, ``value`` and ``error``, ``enough`` (whether there are draws enough to believe both), ``national`` and
        ``national_error``. The most valuable first, by the value to society. A group of one stands once, as a group.
        None is of the long horizon with no effect after month 12: there, parts are worth what they are in 12 months.
    deciding
        How many people the choice is about.
    draws
        How many there are.
    """

    everything: pd.DataFrame = field(repr=False)
    known: pd.DataFrame = field(repr=False)
    deciding: Deciding
    draws: int

    def of(self, scenario: str = BASE, horizon: str = results.YEAR_1, perspective: str = "society") -> pd.Series:
        """Give the row of knowing everything."""
        at = self.everything
        at = at[(at["scenario"] == scenario) & (at["horizon"] == horizon) & (at["perspective"] == perspective)]
        return at.iloc[0]


def measure_information(
    parameters: Parameters,
    *,
    strategies: Sequence[str] = STRATEGIES,
    draws: int = 1000,
    people: int = 1000,
    weeks: int = 260,
    seed: int = SEED,
    structural: bool = True,
    threads: int | None = None,
    progress: bool = False,
) -> Information:
    """Run a probabilistic analysis and give what knowing more would be worth.

    Parameters
    ----------
    parameters
        As `read_parameters` gives them.
    strategies
        Names of program files, one of which will be chosen.
    draws, people
        Of the probabilistic analysis, and synthetic people in each draw.
    weeks
        The long horizon; 52 for 12 months only.
    seed
        Of all luck.
    structural
        Whether to ask in the scenarios of `redrawing` too, over 12 months.
    threads
        Number of threads; never shows in the results.
    progress
        Whether to show how far the run has come.

    Raises
    ------
    InputError
        If a strategy is unknown or a size out of range.
    """
    check_strategies(strategies)
    if draws < 2:
        raise InputError(f"draws: {draws} shows no uncertainty: give 2 or more, 1000 for a report")
    others = redrawing(parameters, strategies) if structural else ()
    cases = {BASE: parameters} | {name: parameters.with_scenario(name) for name in others}
    cost = {}
    for name, given in cases.items():
        run = simulate(
            given.sample(draws, seed),
            strategies,
            people=people,
            weeks=weeks if name == BASE else min(weeks, 52),
            seed=seed,
            threads=threads,
            progress=(given.scenarios[name].label if name != BASE else "Probabilistic analysis") if progress else None,
        )
        for horizon, money in results.by_horizon(results.per_person(run)["money"]).items():
            cost[name, horizon] = costs(money)
    thorough = {place for place in cost if place[0] == BASE}
    return information(parameters, cost, seed, thorough=thorough, threads=threads, progress=progress)


def information(
    parameters: Parameters,
    cost: dict[tuple[str, str], xr.DataArray],
    seed: int,
    *,
    thorough: set[tuple[str, str]] | None = None,
    threads: int | None = None,
    progress: bool = False,
) -> Information:
    """Give what knowing more would be worth, from the costs of a probabilistic analysis.

    Parameters
    ----------
    parameters
        As the run of scenario ``"base"`` had them.
    cost
        By scenario and horizon: cost per person [draw, strategy, perspective], of as many draws each.
    seed
        That the draws were sampled with.
    thorough
        Where to ask for every group, and with 50 draws or more for every parameter; elsewhere it is the effects, and
        what was fitted together. The first place if not given.
    threads, progress
        As for `simulate`.
    """
    from threadpoolctl import threadpool_limits

    places = list(cost)
    whole = {places[0]} if thorough is None else thorough
    found: dict[tuple[str, str], pd.DataFrame] = {}

    def ask(place: tuple[str, str]) -> None:
        scenario, horizon = place
        given = parameters if scenario == BASE else parameters.with_scenario(scenario)
        inputs = given.sample(cost[place].sizes["draw"], seed)
        table = _known(given, inputs, cost[place], threads, whole=place in whole)
        found[place] = table.assign(scenario=scenario, horizon=horizon)[KNOWN]

    with threadpool_limits(1):  # held here, so that no place lets go of it while another reckons
        run_blocks(ask, places, threads=threads, progress="Value of information" if progress else None)
    draws = cost[places[0]].sizes["draw"]
    deciding = people_deciding(parameters)
    everything = pd.concat([row for place in places for row in _horizons(cost, *place)], ignore_index=True)
    known = pd.concat([found[place] for place in places], ignore_index=True)
    return Information(_national(everything, deciding), _national(known, deciding), deciding, draws)


def redrawing(parameters: Parameters, strategies: Sequence[str]) -> tuple[str, ...]:
    """Give the scenarios in which draws fall otherwise, and with them what knowing is worth.

    That is those with a calibrated table of their own, and those that give another distribution to something drawn that
    bears on the strategies.
    """
    moving = set(bearing(parameters, strategies))
    return tuple(
        name
        for name, scenario in parameters.scenarios.items()
        if scenario.calibration is not None or moving.intersection(scenario.redrawn)
    )


def people_deciding(parameters: Parameters) -> Deciding:
    """Give how many people a choice is about: eligible and accepting, for as long as the choice stands.

    Net benefit per person does not depend on how many there are, so that expected values may be multiplied.
    """
    given = terms(parameters)
    return Deciding(given.people_a_year, given.lifetime, people_served(given))


def columns(parameters: Parameters, inputs: Inputs, strategies: Sequence[str]) -> pd.DataFrame:
    """Give the draws of every parameter that moves and bears on the strategies: a row a draw."""
    names = [
        member
        for name in bearing(parameters, strategies)
        for member in (parameters.blocks[name].columns if name in parameters.blocks else (name,))
        if member in inputs.drawn
    ]
    return pd.DataFrame({name: inputs[name] for name in dict.fromkeys(names) if np.ptp(inputs[name]) > 0.0})


def groups(
    parameters: Parameters, strategies: Sequence[str], names: Sequence[str], *, files: bool = True
) -> dict[str, list[str]]:
    """Give groups of parameters that one would learn of together, each with its members, by what it is called.

    Parameters
    ----------
    parameters
        As `read_parameters` gives them.
    strategies
        Names of program files.
    names
        The parameters that move.
    files
        Whether to ask of each file too, beside the effects and what was fitted together.
    """
    found: dict[str, list[str]] = {}
    of_effects: set[str] = set()
    for strategy in strategies:
        program = parameters.programs[strategy]
        named = {name for place, name in program.named() if place.startswith("effects")}
        found[EFFECTS.format(program=_spoken(program.label))] = [name for name in names if name in named]
        of_effects |= named
    for block in parameters.blocks:
        found[FITTED.format(block=block)] = [name for name in names if parameters[name].block == block]
    for name in names:
        entry = parameters[name]
        if files and entry.block is None and name not in of_effects:
            found.setdefault(_file_label(parameters, entry.file), []).append(name)
    return {label: members for label, members in found.items() if members}


def _file_label(parameters: Parameters, file: str) -> str:
    """Give what a file of parameters is called."""
    path = PurePath(file)
    if path.parent.name == "programs" and path.stem in parameters.programs:
        return TAKES.format(program=_spoken(parameters.programs[path.stem].label))
    return ALL_OF.format(file=path.name)


def _spoken(label: str) -> str:
    """Give a name as it stands in a sentence: an abbreviation keeps its capitals."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]


def _known(
    parameters: Parameters, inputs: Inputs, cost: xr.DataArray, threads: int | None, *, whole: bool
) -> pd.DataFrame:
    """Give what knowing parameters and groups is worth to every perspective."""
    strategies = [str(name) for name in cost["strategy"].to_numpy()]
    table = columns(parameters, inputs, strategies)
    asked = groups(parameters, strategies, list(table), files=whole)
    kinds = dict.fromkeys(asked, GROUP)
    if whole and len(table) >= SINGLES_FROM:
        grouped = {names[0] for names in asked.values() if len(names) == 1}
        asked |= {name: [name] for name in table if name not in grouped}
    if not asked:
        return pd.DataFrame(columns=KNOWN)
    benefit = -cost.transpose("perspective", "draw", "strategy")
    worth = evppi(benefit, table, of=list(asked.values()), threads=threads).transpose("parameters", "perspective")
    sides = benefit["perspective"].to_numpy().tolist()
    keys = {label: ",".join(names) for label, names in asked.items()}  # as evppi calls them; the same members once
    first = {label: float(worth["value"].sel(parameters=key, perspective=sides[-1])) for label, key in keys.items()}
    rows = []
    for side in sides:
        at = worth.sel(perspective=side)
        for label in sorted(asked, key=lambda label: -first[label]):
            found, names = at.sel(parameters=keys[label]), asked[label]
            one = parameters[names[0]] if len(names) == 1 else None
            rows.append(
                {
                    "perspective": side,
                    "kind": kinds.get(label, SINGLE),
                    "name": label if one is None else one.name,
                    "label": label if one is None or label in kinds else one.label,
                    "count": len(names),
                    "grade": "" if one is None else one.grade,
                    "spread": "" if one is None else one.spread or "",
                    "value": float(found["value"]),
                    "error": float(found["se"]),
                    "enough": bool(found["enough"]),
                }
            )
    return pd.DataFrame(rows)


def _horizons(cost: dict[tuple[str, str], xr.DataArray], scenario: str, horizon: str) -> Iterator[pd.DataFrame]:
    """Give what knowing everything is worth, before the long horizon the same with no effect after month 12."""
    if horizon == results.CARRIED_FORWARD and (scenario, results.YEAR_1) in cost:
        yield _everything(cost[scenario, results.YEAR_1], scenario, results.NO_EFFECT_AFTER)
    yield _everything(cost[scenario, horizon], scenario, horizon)


def _everything(cost: xr.DataArray, scenario: str, horizon: str) -> pd.DataFrame:
    """Give what knowing everything is worth to every perspective."""
    benefit = -cost.transpose("perspective", "draw", "strategy")
    return pd.DataFrame(
        {
            "scenario": scenario,
            "horizon": horizon,
            "perspective": benefit["perspective"].to_numpy(),
            "chosen": benefit["strategy"].to_numpy()[best(benefit.mean("draw")).to_numpy()],
            "value": evpi(benefit).to_numpy(),
            "error": monte_carlo_error(foregone(benefit)).to_numpy(),
        }
    )


def _national(table: pd.DataFrame, deciding: Deciding) -> pd.DataFrame:
    return table.assign(
        national=table["value"].astype(float) * deciding.people, national_error=table["error"] * deciding.people
    )

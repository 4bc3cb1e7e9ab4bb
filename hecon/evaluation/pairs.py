"""What may be paired with what: which cost goes with which effect, and what a unit of that effect is worth.

A cost that already holds production or benefits must not be set against days of sick leave: the days would count twice.
Days therefore pair with the costs of the program alone, and quality-adjusted life years (QALYs) with those costs or,
in scenarios, with society's. Payers, worker and society have net benefit in NOK and no effect beside it. All pairs come
from one run: which is asked for is chosen after it.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

import xarray as xr

from hecon import SEED
from hecon.evaluation.cea import incremental, net_monetary_benefit
from hecon.inputs.errors import InputError, closest
from hecon.model.cohort import cohort_population
from hecon.model.ledger import PERSPECTIVES, PROGRAM_FLOWS, Productivity, cost
from hecon.model.population import draw_population
from hecon.model.taxes import contribution_rate

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from hecon.inputs.parameters import Parameters

WORKDAYS = 260
"""In a year, so that 52 weeks of absence lose a year's production."""
YEAR_1 = "12 months"
WHOLE_RUN = "whole run"
PROGRAM = "program"
"""Costs to NAV, the health service and participants of giving the program, whoever benefits from it."""
DAYS, QALYS = "days", "qalys"
PARTIES = {perspective.name: perspective.parties for perspective in PERSPECTIVES}


@dataclass(frozen=True)
class Pair:
    """A cost and the effect that it may be set against.

    Attributes
    ----------
    name, label : what it is called, and in words
    cost : "program", or the name of a perspective
    effect : "days" avoided, "qalys", or None for money alone
    unit : of the willingness to pay; None for money alone
    worth : what a unit of effect is worth: a parameter, or "value_of_day", its production; None for money alone
    caution : what must be said beside a result; empty if nothing
    """

    name: str
    label: str
    cost: str
    effect: str | None = None
    unit: str | None = None
    worth: str | None = None
    caution: str = ""


NO_QALY_EFFECT = (
    "No QALY effect has been measured: at base QALYs differ by survival alone. For scenarios in which work causes part "
    "of the differences in quality of life."
)

PAIRS: Mapping[str, Pair] = MappingProxyType(
    {
        pair.name: pair
        for pair in (
            Pair(
                "days",
                "Program cost against sick-leave days avoided",
                PROGRAM,
                DAYS,
                unit="NOK per day avoided",
                worth="value_of_day",
            ),
            Pair(
                "qaly_health",
                "Program cost against QALYs, production left out",
                PROGRAM,
                QALYS,
                unit="NOK per QALY",
                worth="value_per_hta_qaly",
                caution=NO_QALY_EFFECT + " The value has no weight for severity.",
            ),
            Pair(
                "qaly_society",
                "Society's cost against QALYs",
                "society",
                QALYS,
                unit="NOK per QALY",
                worth="value_of_qaly",
                caution=NO_QALY_EFFECT + " The value is meant for people otherwise healthy.",
            ),
            *(
                Pair(perspective.name, f"Money alone: {perspective.label}", perspective.name)
                for perspective in PERSPECTIVES
            ),
        )
    }
)
"""Every pair by name: three with an effect, and one of money alone for each perspective."""


def named(name: str) -> Pair:
    """Return the pair called `name`.

    Raises
    ------
    InputError
        If there is none, with the closest one.
    """
    if name not in PAIRS:
        raise InputError(f"pair: there is no '{name}': {closest(name, PAIRS)}")
    return PAIRS[name]


def pair_of(cost: str, effect: str | None = None) -> Pair:
    """Return the pair of a cost and an effect, or say why there is none.

    Parameters
    ----------
    cost
        "program", or the name of a perspective.
    effect
        "days", "qalys", or None for money alone.

    Raises
    ------
    InputError
        If they must not be paired, or one is unknown.
    """
    for said, given, known in (("cost", cost, (PROGRAM, *PARTIES)), ("effect", effect, (DAYS, QALYS, None))):
        if given not in known:
            raise InputError(f"{said}: there is no '{given}': {closest(str(given), [k for k in known if k])}")
    for pair in PAIRS.values():
        if (pair.cost, pair.effect) == (cost, effect):
            return pair
    if effect == DAYS:
        raise InputError(
            f"pair: the cost to {cost} holds the production or benefits of a day and is never divided by days: "
            f"take the pair 'days', of program costs, or '{cost}', of money alone"
        )
    if effect == QALYS:
        raise InputError(
            f"pair: QALYs pair with program costs or society's, not with the cost to {cost}: take 'qaly_health', "
            f"'qaly_society', or '{cost}', of money alone"
        )
    raise InputError("pair: program costs without an effect say nothing of worth: take 'days', or 'society' for money")


def paired(
    run: xr.Dataset,
    name: str,
    horizon: str = YEAR_1,
    *,
    comparator: str | None = None,
    productivity: Productivity = "human_capital",
) -> tuple[xr.DataArray, xr.DataArray]:
    """Give cost and effect of a pair per person, from a run of the model.

    Parameters
    ----------
    run
        As `simulate` returns it; subgroups are added up (choose some with ``.isel`` before, if only they count).
    name
        Of the pair, one of `PAIRS`.
    horizon
        "12 months" or "whole run".
    comparator
        Strategy that days avoided are counted from; the first of the run if None. Differences between strategies do
        not depend on it.
    productivity
        How lost production is counted in society's and the employer's cost.

    Returns
    -------
    tuple[xr.DataArray, xr.DataArray]
        Cost in NOK and effect in the pair's unit, both ``[draw, strategy]``. Without an effect the second is 0, so
        that net benefit is minus the cost whatever the willingness to pay.

    Raises
    ------
    InputError
        If the pair or horizon is unknown, or QALYs of 12 months are asked of a longer run.
    """
    pair = named(name)
    money = _of_horizon(run, horizon)
    if pair.cost == PROGRAM:
        total = money.sel(flow=list(PROGRAM_FLOWS)).sum("flow")
    else:
        total = cost(money, PARTIES[pair.cost], productivity=productivity)
    people = run["people"].sum("subgroup")
    amount = (total.sum("subgroup") / people).transpose("draw", "strategy").rename("cost")
    if pair.effect is None:
        return amount, xr.zeros_like(amount).rename("effect")
    measure = _measure(pair.effect, run, horizon)
    counted = run["outcome"].sel(measure=measure, drop=True).sum("subgroup") / people
    if pair.effect == DAYS:
        counted = -incremental(counted, comparator or str(run["strategy"].to_numpy()[0]))
    return amount, counted.transpose("draw", "strategy").rename("effect")


def benefit(
    run: xr.Dataset,
    name: str,
    worths: Mapping[str, float],
    horizon: str = YEAR_1,
    *,
    productivity: Productivity = "human_capital",
) -> xr.DataArray:
    """Give the net monetary benefit of a pair per person, at what its effect is worth; minus the cost if it has none.

    Parameters
    ----------
    run, name, horizon, productivity
        As in `paired`; days avoided are counted from the first strategy.
    worths
        NOK per unit of effect by name of the pair, as `worths` gives them.

    Returns
    -------
    xr.DataArray
        ``[draw, strategy]``, NOK.

    Raises
    ------
    InputError
        As `paired`, or if the pair has an effect and `worths` no value for it.
    """
    amount, effect = paired(run, name, horizon, productivity=productivity)
    if PAIRS[name].effect is None:
        return (-amount).rename("net_monetary_benefit")
    if name not in worths:
        raise InputError(f"worths: has no value for the pair '{name}': add one in {PAIRS[name].unit}")
    return net_monetary_benefit(amount, effect, worths[name]).drop_vars("wtp").transpose("draw", "strategy")


def benefits(
    run: xr.Dataset, worths: Mapping[str, float], names: Sequence[str] = tuple(PAIRS), horizon: str = YEAR_1
) -> xr.DataArray:
    """Give the net monetary benefit of several pairs from one run: ``[pair, draw, strategy]``, NOK per person."""
    parts = [benefit(run, name, worths, horizon) for name in names]
    return xr.concat(parts, "pair", join="exact").assign_coords(pair=list(names))


def worths(
    parameters: Parameters, *, people: int = 20_000, seed: int = SEED, cohort: pd.DataFrame | None = None
) -> dict[str, float]:
    """Give what a unit of effect is worth in the base case, by name of each pair that has an effect, in NOK.

    Parameters
    ----------
    parameters
        As `read_parameters` gives them.
    people, seed, cohort
        Whose wages a day's production is the mean of: synthetic people, or a user's own.
    """
    values = parameters.base_case().one(0)
    day = value_of_day(parameters, people, seed, cohort)
    return {
        pair.name: day if pair.worth == "value_of_day" else float(values[pair.worth])
        for pair in PAIRS.values()
        if pair.worth is not None
    }


def value_of_day(parameters: Parameters, people: int, seed: int, cohort: pd.DataFrame | None) -> float:
    """Give the production of a full-time-equivalent workday: mean full-time wage with contribution / 260."""
    values = parameters.base_case().one(0)
    who = draw_population(values, people, seed) if cohort is None else cohort_population(cohort, values, seed)
    wage = who.wage.sum() / who.employment_fraction.sum()
    return float(wage * (1.0 + contribution_rate(values)) / WORKDAYS)


def _of_horizon(run: xr.Dataset, horizon: str) -> xr.DataArray:
    """Give the money of a horizon: [draw, strategy, subgroup, flow]."""
    if horizon == YEAR_1:
        return run["money"].sel(year=1, drop=True)
    if horizon == WHOLE_RUN:
        return run["money"].sum("year")
    raise InputError(f"horizon: there is no '{horizon}': take '{YEAR_1}' or '{WHOLE_RUN}'")


def _measure(effect: str, run: xr.Dataset, horizon: str) -> str:
    """Name the outcome that counts an effect over a horizon."""
    if effect == DAYS:
        return "benefit_days_12m" if horizon == YEAR_1 else "benefit_days"
    if horizon == YEAR_1 and run.sizes["year"] > 1:
        raise InputError(
            f"horizon: QALYs are counted over the whole run, here {run.sizes['year']} years: "
            f"run 52 weeks for those of {YEAR_1}, or take '{WHOLE_RUN}'"
        )
    return "qalys"

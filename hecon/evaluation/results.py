"""Tables of a comparison: tidy, one row a fact, each with the Monte Carlo error that says how many digits it has."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import xarray as xr

from hecon.evaluation import cea, pairs
from hecon.evaluation.estimates import TAILS, spread
from hecon.evaluation.frontier import icer_table
from hecon.model.ledger import FLOWS, PARTIES, SOCIETY, Productivity, cost, costs
from hecon.model.outcomes import MEASURES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from hecon.evaluation.comparison import Comparison

YEAR_1 = pairs.YEAR_1
NO_EFFECT_AFTER = "(a) no effect after month 12"
CARRIED_FORWARD = "(b) differences carried forward"
AAP_DIFFERENCE_ZERO = "(c) allowance difference zero"
HORIZONS = (YEAR_1, NO_EFFECT_AFTER, CARRIED_FORWARD, AAP_DIFFERENCE_ZERO)
"""The headline, and the long horizon under three assumptions about what comes after month 12."""

COUNTED = tuple(flow for flow in FLOWS if flow.kind != "friction")
"""Flows under human capital; replacements, a party of the others, neither pay nor are paid in them."""
COUNTED_PARTIES = tuple(name for name in PARTIES if any(name in {flow.payer, flow.payee} for flow in COUNTED))
DELIVERY_FLOWS = tuple(flow.name for flow in FLOWS if flow.kind == "delivery")
DAYS = "benefit_days_12m"


def costs_by_horizon(comparison: Comparison, productivity: Productivity = "human_capital") -> xr.DataArray:
    """Give the cost per person by draw: [horizon, draw, strategy, perspective], NOK."""
    key = ("costs_by_horizon", productivity)
    if key not in comparison.found:
        comparison.found[key] = _costs_by_horizon(comparison, productivity)
    cost: xr.DataArray = comparison.found[key]
    return cost


def _costs_by_horizon(comparison: Comparison, productivity: Productivity) -> xr.DataArray:
    money = _money(comparison)
    year_1 = costs(money.sel(year=1, drop=True), productivity=productivity)
    carried = costs(money.sum("year"), productivity=productivity)
    alike = costs(comparison.per_person_alike["money"].sum("year"), productivity=productivity)
    comparator = comparison.comparator
    stopped = carried.sel(strategy=comparator, drop=True) + cea.incremental(year_1, comparator)
    parts = [part.transpose("draw", "strategy", "perspective") for part in (year_1, stopped, carried, alike)]
    return xr.concat(parts, "horizon", join="exact").assign_coords(horizon=list(HORIZONS))


def perspective_costs(comparison: Comparison, productivity: Productivity = "human_capital") -> pd.DataFrame:
    """Give costs per person in every perspective and horizon, with intervals and the probability of costing least.

    Returns
    -------
    DataFrame with the columns of `summarise`, and ``base_increment`` and ``base_error`` (human capital; from persons)
    """
    key = ("perspective_costs", productivity)
    if key not in comparison.found:
        comparison.found[key] = _perspective_costs(comparison, productivity)
    table: pd.DataFrame = comparison.found[key]
    return table.copy()


def _perspective_costs(comparison: Comparison, productivity: Productivity) -> pd.DataFrame:
    table = summarise(costs_by_horizon(comparison, productivity), comparison.comparator)
    if productivity == "human_capital":
        increment = cea.incremental(comparison.base["cost"], comparison.comparator)
        error = comparison.base["cost_error"]
        same = {NO_EFFECT_AFTER: YEAR_1}  # nothing is added to the increment of the first year
        places = [
            {"horizon": same.get(row.horizon, row.horizon), "perspective": row.perspective, "strategy": row.strategy}
            for row in table.itertuples()
        ]
        table["base_increment"] = [float(increment.sel(place)) for place in places]
        table["base_error"] = [float(error.sel(place)) for place in places]
    return table


def summarise(cost: xr.DataArray, comparator: str) -> pd.DataFrame:
    """Summarise costs over draws.

    Parameters
    ----------
    cost
        Costs [horizon, draw, strategy, perspective].
    comparator
        The strategy that increments are taken against.

    Returns
    -------
    DataFrame with a row for every horizon, perspective and strategy: ``cost``, ``cost_error``; ``increment`` with its
    Monte Carlo ``error`` and 95% interval ``low``, ``high``; ``probability`` of costing least; and ``behind``, what it
    costs more than the strategy with the least expected cost, with ``behind_error``, ``behind_low``, ``behind_high``.
    """
    increment = cea.incremental(cost, comparator)
    best = cea.best(-cost.mean("draw"))
    behind = cost - cost.isel(strategy=best).drop_vars("strategy")
    low, high = cea.interval(increment)
    behind_low, behind_high = cea.interval(behind)
    columns = {
        "cost": cost.mean("draw"),
        "cost_error": cea.monte_carlo_error(cost),
        "increment": increment.mean("draw"),
        "error": cea.monte_carlo_error(increment),
        "low": low,
        "high": high,
        "probability": cea.probability_best(cost),
        "behind": behind.mean("draw"),
        "behind_error": cea.monte_carlo_error(behind),
        "behind_low": behind_low,
        "behind_high": behind_high,
    }
    return _frame(columns, ("horizon", "perspective", "strategy"))


def ledger(comparison: Comparison) -> pd.DataFrame:
    """Give every flow of the first 12 months per person, with its payer and payee, and its change by program."""
    money = _money(comparison).sel(year=1, drop=True)
    increment = cea.incremental(money, comparison.comparator)
    columns = {
        "amount": money.mean("draw"),
        "amount_error": cea.monte_carlo_error(money),
        "increment": increment.mean("draw"),
        "error": cea.monte_carlo_error(increment),
    }
    table = _frame(columns, ("flow", "strategy"))
    about = {flow.name: flow for flow in FLOWS}
    for name in ("label", "payer", "payee", "kind"):
        table.insert(2, name, [getattr(about[flow], name) for flow in table["flow"]])
    return table


def by_party(comparison: Comparison) -> pd.DataFrame:
    """Give what every party, the outside world among them, gains with each program per person in the first 12 months.

    Returns
    -------
    DataFrame with ``party``, ``strategy`` (programs only) and ``gain`` (with ``_error``, ``_low``, ``_high``), NOK;
    over all parties the gains of a program sum to zero
    """
    money = _money(comparison).sel(year=1, drop=True)
    rows = []
    for party in COUNTED_PARTIES:
        gain = -cea.incremental(cost(money, {party}), comparison.comparator)
        rows += [
            {"party": party, "strategy": name, **_spread("gain", gain.sel(strategy=name).to_numpy())}
            for name in comparison.programs
        ]
    return pd.DataFrame(rows)


def to_society(comparison: Comparison) -> pd.DataFrame:
    """Give what society gains with each program from the outside in 12 months, part by part, and what cancels in it.

    Returns
    -------
    DataFrame with ``strategy``, ``part`` and ``gain`` (with ``_error``, ``_low``, ``_high``), NOK per person: the parts
    ``production`` (disruption deducted), ``delivery`` and ``public_funds`` (their cost), which sum to its gain, and
    ``cancels``, the changes of payments between its parties added up without their signs, whose net is nothing
    """
    increment = cea.incremental(_money(comparison).sel(year=1, drop=True), comparison.comparator)
    parts: dict[str, list[str]] = {"production": [], "delivery": [], "public_funds": [], "cancels": []}
    for flow in COUNTED:
        crosses = "outside" in {flow.payer, flow.payee}
        kind = ("public_funds" if flow.kind == "transfer" else flow.kind) if crosses else "cancels"
        parts[kind].append(flow.name)
    rows = []
    for name in comparison.programs:
        for part, flows in parts.items():
            moved = increment.sel(strategy=name, flow=flows)
            gain = (moved * np.sign(moved.mean("draw"))).sum("flow") if part == "cancels" else -cost(moved, SOCIETY)
            rows.append({"strategy": name, "part": part, **_spread("gain", gain.to_numpy())})
    return pd.DataFrame(rows)


def program_costs_and_effects(comparison: Comparison) -> tuple[xr.DataArray, xr.DataArray]:
    """Give program cost (NOK) and sick-leave days avoided per person in 12 months: [draw, strategy] each.

    Program, health-care and participant costs only: a cost that holds production or benefits is never divided by days.
    """
    return pairs.paired(comparison.carried, "days", comparator=comparison.comparator)


def program_icers(comparison: Comparison) -> pd.DataFrame:
    """Give the ICER table of program cost against days avoided, with the Monte Carlo error of each ratio."""
    cost, effect = program_costs_and_effects(comparison)
    labels = [comparison.label(name) for name in comparison.strategies]
    table = icer_table(cost.assign_coords(strategy=labels), effect.assign_coords(strategy=labels))
    of_label = dict(zip(labels, comparison.strategies, strict=True))
    table.insert(1, "label", table["strategy"])
    table["strategy"] = [of_label[label] for label in table["label"]]
    errors = [np.nan] * len(table)
    frontier = table.index[table["status"] == "frontier"]
    for before, after in pairwise(frontier):
        names = table.loc[[before, after], "strategy"]
        step_cost, step_effect = (part.sel(strategy=list(names)).diff("strategy") for part in (cost, effect))
        errors[after] = ratio_error(step_cost.to_numpy(), step_effect.to_numpy())
    table["icer_error"] = errors
    return table


def ratio_error(numerator: NDArray[np.float64], denominator: NDArray[np.float64]) -> float:
    """Give the Monte Carlo error of a ratio of means over draws (delta method)."""
    ratio = numerator.mean() / denominator.mean()
    residual = (numerator - ratio * denominator).std(ddof=1)
    return float(residual / abs(denominator.mean()) / np.sqrt(numerator.size))


def cost_per_day(comparison: Comparison) -> pd.DataFrame:
    """Give each program's cost and days avoided against the comparator in 12 months, and their ratio where it has one.

    Returns
    -------
    DataFrame with ``program_cost`` and ``days`` (each with ``_error``, ``_low``, ``_high``), ``ratio`` and
    ``ratio_error`` (NOK per day; NaN unless the program costs more and avoids days), ``value_of_day``, ``break_even``
    (days at which production alone would pay for it; NaN unless it costs more), ``probability`` that the days avoided
    are worth more than the program
    """
    cost, effect = program_costs_and_effects(comparison)
    value = float(comparison.base["value_of_day"])
    more = cea.incremental(cost, comparison.comparator)
    rows = []
    for name in comparison.programs:
        spent, avoided = more.sel(strategy=name).to_numpy(), effect.sel(strategy=name).to_numpy()
        costly = spent.mean() > 0
        ratio = costly and avoided.mean() > 0
        rows.append(
            {
                "strategy": name,
                **_spread("program_cost", spent),
                **_spread("days", avoided),
                "ratio": spent.mean() / avoided.mean() if ratio else np.nan,
                "ratio_error": ratio_error(spent, avoided) if ratio else np.nan,
                "value_of_day": value,
                "break_even": spent.mean() / value if costly else np.nan,
                "probability": float(np.mean(value * avoided > spent)),
            }
        )
    return pd.DataFrame(rows)


def acceptability(comparison: Comparison, wtp: Sequence[float]) -> xr.DataArray:
    """Give the acceptability curves of program cost against days avoided: probability[wtp, strategy]."""
    cost, effect = program_costs_and_effects(comparison)
    return cea.ceac(cost, effect, wtp)


def returns(comparison: Comparison) -> pd.DataFrame:
    """Give delivery cost, society's net cost, benefit-cost ratio and return per krone by horizon.

    Ratios are NaN where the change in delivery cost is not positive; so are their intervals unless it is in every draw.
    """
    delivery = _money(comparison).sel(flow=list(DELIVERY_FLOWS)).sum("flow")
    delivery_alike = comparison.per_person_alike["money"].sel(flow=list(DELIVERY_FLOWS)).sum("flow")
    year_1 = delivery.sel(year=1, drop=True)
    spent = [year_1, year_1, delivery.sum("year"), delivery_alike.sum("year")]
    society = costs_by_horizon(comparison).sel(perspective="society", drop=True)
    rows = []
    for horizon, given in zip(HORIZONS, spent, strict=True):
        net = society.sel(horizon=horizon, drop=True)
        ratio = cea.benefit_cost_ratio(given, net, comparison.comparator)
        by_draw = cea.benefit_cost_ratio(given, net, comparison.comparator, by_draw=True)
        change = cea.incremental(given, comparison.comparator)
        saved = change - cea.incremental(net, comparison.comparator)
        for name in comparison.programs:
            draws = by_draw.sel(strategy=name).to_numpy()
            low, high = np.quantile(draws, TAILS) if np.isfinite(draws).all() else (np.nan, np.nan)
            central = float(ratio.sel(strategy=name))
            pair = (saved.sel(strategy=name).to_numpy(), change.sel(strategy=name).to_numpy())
            rows.append(
                {
                    "horizon": horizon,
                    "strategy": name,
                    **_spread("delivery", pair[1]),
                    **_spread("benefit", pair[0]),
                    "benefit_cost_ratio": central,
                    "return_per_krone": central - 1.0,
                    "ratio_error": ratio_error(*pair) if np.isfinite(central) else np.nan,
                    "ratio_low": low,
                    "ratio_high": high,
                }
            )
    return pd.DataFrame(rows)


def after_month_12(comparison: Comparison) -> pd.DataFrame:
    """Give society's gain by program under (a), (b) and (c), and the share of (b) that arises after month 12.

    The share is NaN where (b) has no sign: its mean within two Monte Carlo errors of zero.
    """
    society = costs_by_horizon(comparison).sel(perspective="society", drop=True)
    gain = -cea.incremental(society, comparison.comparator)
    rows = []
    for name in comparison.programs:
        by_horizon = gain.sel(strategy=name)
        row: dict[str, str | float] = {"strategy": name}
        for key, horizon in zip("abc", HORIZONS[1:], strict=True):
            row |= _spread(key, by_horizon.sel(horizon=horizon).to_numpy())
        stopped = by_horizon.sel(horizon=NO_EFFECT_AFTER).to_numpy()
        carried = by_horizon.sel(horizon=CARRIED_FORWARD).to_numpy()
        row |= _spread("later", carried - stopped)
        row |= _spread("c_less_b", by_horizon.sel(horizon=AAP_DIFFERENCE_ZERO).to_numpy() - carried)
        clear = abs(carried.mean()) > 2.0 * float(row["b_error"])
        row["share_later"] = (carried - stopped).mean() / carried.mean() if clear else np.nan
        row["share_later_error"] = ratio_error(carried - stopped, carried) if clear else np.nan
        rows.append(row)
    return pd.DataFrame(rows)


def allowance_entry(comparison: Comparison) -> pd.DataFrame:
    """Give the difference in the share moved to the allowance within 12 months: as fitted, and under (c)."""
    columns: dict[str, xr.DataArray] = {}
    for name, run in (("carried", comparison.carried), ("alike", comparison.alike)):
        share = per_person(run)["outcome"].sel(measure="entered_aap_12m", drop=True)
        gap = cea.incremental(share, comparison.comparator)
        columns |= {name: gap.mean("draw"), f"{name}_error": cea.monte_carlo_error(gap)}
    return _frame(columns, ("strategy",))


def productivity(comparison: Comparison) -> pd.DataFrame:
    """Give society's gain in 12 months with lost production by human capital and by friction cost."""
    rows = []
    for method in ("human_capital", "friction_cost"):
        cost = costs_by_horizon(comparison, method).sel(perspective="society", horizon=YEAR_1, drop=True)
        gain = -cea.incremental(cost, comparison.comparator)
        best = cea.probability_best(cost)
        rows += [
            {
                "method": method,
                "strategy": name,
                **_spread("gain", gain.sel(strategy=name).to_numpy()),
                "probability": float(best.sel(strategy=name)),
            }
            for name in comparison.programs
        ]
    return pd.DataFrame(rows)


def subgroups(comparison: Comparison) -> pd.DataFrame:
    """Give days avoided and society's gain in 12 months by start and by diagnosis.

    Covariates change no hazard and effects are taken as equal, so differences follow from baseline risk.
    """
    run = comparison.carried
    keys = [label.split(", ") for label in run["subgroup"].to_numpy().tolist()]
    rows = []
    for position, covariate in enumerate(("start", "diagnosis")):
        for level in dict.fromkeys(key[position] for key in keys):
            part = run.isel(subgroup=[i for i, key in enumerate(keys) if key[position] == level])
            there = part["people"].sum("subgroup") > 0
            if not bool(there.all()):
                continue
            mean = per_person(part)
            cost = costs(mean["money"].sel(year=1, drop=True)).sel(perspective="society", drop=True)
            days = mean["outcome"].sel(measure=DAYS, drop=True)
            gain = -cea.incremental(cost, comparison.comparator)
            avoided = -cea.incremental(days, comparison.comparator)
            rows += [
                {
                    "covariate": covariate,
                    "level": level,
                    "strategy": name,
                    "share": float(part["people"].sum() / run["people"].sum()),
                    **_spread("usual_days", days.sel(strategy=comparison.comparator).to_numpy()),
                    **_spread("days", avoided.sel(strategy=name).to_numpy()),
                    **_spread("gain", gain.sel(strategy=name).to_numpy()),
                }
                for name in comparison.programs
            ]
    return pd.DataFrame(rows)


def outcomes(comparison: Comparison) -> pd.DataFrame:
    """Give every outcome per person by strategy: probabilistic mean and base case, with increments and their errors."""
    values = comparison.per_person["outcome"]
    increment = cea.incremental(values, comparison.comparator)
    low, high = cea.interval(increment)
    columns = {
        "mean": values.mean("draw"),
        "mean_error": cea.monte_carlo_error(values),
        "increment": increment.mean("draw"),
        "error": cea.monte_carlo_error(increment),
        "low": low,
        "high": high,
        "base": comparison.base["outcome"],
        "base_increment": cea.incremental(comparison.base["outcome"], comparison.comparator),
        "base_error": comparison.base["outcome_error"],
    }
    table = _frame(columns, ("measure", "strategy"))
    units = {measure.name: measure.unit for measure in MEASURES}
    table.insert(1, "unit", [units[name] for name in table["measure"]])
    return table


def scenarios(comparison: Comparison) -> pd.DataFrame:
    """Give society's gain at the base case and in every scenario, by program and horizon."""
    gains = comparison.scenarios.sel(strategy=list(comparison.programs))
    return _frame({"gain": gains}, ("scenario", "horizon", "strategy"))


def structural(comparison: Comparison) -> pd.DataFrame:
    """Give society's expected gain in 12 months in the base case and in every scenario in which draws fall otherwise.

    Returns
    -------
    DataFrame with ``scenario``, ``strategy``, ``gain`` (with ``_error``, ``_low``, ``_high``) and ``probability``, that
    the strategy is the best of all for society
    """
    rows = []
    for scenario in comparison.structural["scenario"].to_numpy().tolist():
        cost = comparison.structural.sel(scenario=scenario, perspective="society", drop=True)
        gain = -cea.incremental(cost, comparison.comparator)
        best = cea.probability_best(cost)
        rows += [
            {
                "scenario": scenario,
                "strategy": name,
                **_spread("gain", gain.sel(strategy=name).to_numpy()),
                "probability": float(best.sel(strategy=name)),
            }
            for name in comparison.strategies
        ]
    return pd.DataFrame(rows)


def _money(comparison: Comparison) -> xr.DataArray:
    """Give NOK per person: [draw, strategy, year, flow], differences carried forward."""
    return comparison.per_person["money"]


def by_horizon(money: xr.DataArray) -> dict[str, xr.DataArray]:
    """Give money of the first 12 months, and of all years if there are more, by horizon and without years."""
    year_1 = {YEAR_1: money.sel(year=1, drop=True)}
    return year_1 | ({CARRIED_FORWARD: money.sum("year")} if money.sizes["year"] > 1 else {})


def per_person(run: xr.Dataset) -> xr.Dataset:
    """Give money and outcomes of a run per person, over the people of all subgroups."""
    people = run["people"].sum("subgroup")
    return run[["money", "outcome"]].sum("subgroup") / people


def _spread(name: str, draws: NDArray[np.float64]) -> dict[str, float]:
    """Give the mean over draws with its Monte Carlo error and 95% interval."""
    mean, low, high, error = spread(draws)
    return {name: mean, f"{name}_error": error, f"{name}_low": low, f"{name}_high": high}


def _frame(columns: dict[str, xr.DataArray], dims: tuple[str, ...]) -> pd.DataFrame:
    """Give arrays of the same dimensions as a tidy table, rows in the order of the coordinates."""
    arrays = {name: array.transpose(*dims) for name, array in columns.items()}
    first = next(iter(arrays.values()))
    index = pd.MultiIndex.from_product([first[dim].to_numpy().tolist() for dim in dims], names=list(dims))
    return pd.DataFrame({name: array.to_numpy().ravel() for name, array in arrays.items()}, index=index).reset_index()

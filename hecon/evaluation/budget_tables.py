"""What a budget impact says: by payer, cash spent against cash released, volumes and staff."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from hecon.evaluation.budget import BUDGET_FLOWS, DELIVERY_FLOWS, budget_impact
from hecon.evaluation.cea import interval
from hecon.model.ledger import FLOWS, PUBLIC, cost

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from hecon.inputs.parameters import Parameters

YEARS, DRAWS, PEOPLE = 5, 150, 200
"""Of a roll-out beside a comparison: its interval is the parameters', and few people a draw show it."""
TREASURY = "treasury"
REVENUE = tuple(flow.name for flow in FLOWS if flow.payee == TREASURY)
"""Taxes and contributions."""
BENEFITS = tuple(name for name in BUDGET_FLOWS if name not in (*DELIVERY_FLOWS, *REVENUE))
"""Paid by rule to whoever has the right: what is saved here does not come back to those who pay for the program."""


@dataclass(frozen=True)
class RollOut:
    """What a national roll-out of each of some programs would spend and release, over the calendar years.

    Attributes
    ----------
    by_payer, cash, volumes, staff
        As the functions of these names give them.
    draws, people
        Draws of the probabilistic analysis, and synthetic people in each.
    """

    by_payer: pd.DataFrame = field(repr=False)
    cash: pd.DataFrame = field(repr=False)
    volumes: pd.DataFrame = field(repr=False)
    staff: pd.DataFrame = field(repr=False)
    draws: int
    people: int


def roll_out(
    parameters: Parameters,
    programs: Sequence[str],
    *,
    draws: int = DRAWS,
    people: int = PEOPLE,
    seed: int,
    threads: int | None = None,
    progress: bool = False,
) -> RollOut:
    """Give the tables of a budget impact over five years.

    Parameters
    ----------
    parameters, programs, seed, threads, progress
        As for `budget_impact`.
    draws, people
        Draws of the probabilistic analysis, and synthetic people in each: no more than `DRAWS` and `PEOPLE` are run.
    """
    sizes = {"draws": min(draws, DRAWS), "people": min(people, PEOPLE)}
    impact = budget_impact(parameters, programs, years=YEARS, seed=seed, threads=threads, progress=progress, **sizes)
    return RollOut(by_payer(impact), cash(impact), volumes(impact), staff(impact), **sizes)


def by_payer(impact: xr.Dataset) -> pd.DataFrame:
    """Give the change in what each public payer pays, net of what it receives.

    Parameters
    ----------
    impact
        As `budget_impact` gives it.

    Returns
    -------
    DataFrame with program, after_month_12, year and payer ("nav_operations", "nav_benefits", "health_service",
    "municipality", "treasury", whose cost is revenue lost, and "public_purse", all of them); the expected change in
    NOK, its Monte Carlo error, and the 95% interval low, high
    """
    money = impact["money"]
    operations = money.sel(flow="delivery_nav", drop=True)
    payers = {
        "nav_operations": operations,
        "nav_benefits": cost(money, {"nav"}) - operations,
        **{payer: cost(money, {payer}) for payer in ("health_service", "municipality", TREASURY)},
        "public_purse": cost(money, PUBLIC),
    }
    return _table(payers, "payer")


def cash(impact: xr.Dataset) -> pd.DataFrame:
    """Give the cash that is spent against the cash that is released, year by year.

    Parameters
    ----------
    impact
        As `budget_impact` gives it.

    Returns
    -------
    DataFrame with program, after_month_12, year and item; the expected NOK, its Monte Carlo error, and the 95% interval
    low, high. Items: spent_nav and spent_health, operations within a frame, and their sum spent; released, what is no
    longer paid in rule-based benefits (negative where they rise); revenue, what taxes and contributions bring in more;
    and net, what the public purse must find: spent less released less revenue
    """
    money = impact["money"]
    spent = {name: money.sel(flow=f"delivery_{name}", drop=True) for name in ("nav", "health")}
    released = -money.sel(flow=list(BENEFITS)).sum("flow")
    revenue = money.sel(flow=list(REVENUE)).sum("flow")
    both = spent["nav"] + spent["health"]
    items = {
        **{f"spent_{name}": values for name, values in spent.items()},
        "spent": both,
        "released": released,
        "revenue": revenue,
        "net": both - released - revenue,
    }
    return _table(items, "item")


def volumes(impact: xr.Dataset) -> pd.DataFrame:
    """Give the people eligible, offered and accepting: program, year, stage, expected number, error, low, high."""
    return _summary(impact["volume"])


def staff(impact: xr.Dataset) -> pd.DataFrame:
    """Give the change in staff, in full-time equivalents: program, year, staff, expected number, error, low, high.

    Staff that a program does not change are left out.
    """
    table = _summary(impact["full_time"])
    most = table["expected"].abs().groupby([table["program"], table["staff"]]).transform("max")
    return table[most > 0.0].reset_index(drop=True)


def _table(parts: dict[str, xr.DataArray], dim: str) -> pd.DataFrame:
    joined = xr.concat(list(parts.values()), dim=dim, join="exact", coords="minimal", compat="override")
    return _summary(joined.assign_coords({dim: list(parts)}).transpose(..., dim))


def _summary(values: xr.DataArray) -> pd.DataFrame:
    """Give expectation, Monte Carlo error and 95% interval over the draws, one row for each of the other labels."""
    low, high = interval(values)
    summary = xr.Dataset(
        {
            "expected": values.mean("draw"),
            "error": values.std("draw", ddof=1) / np.sqrt(values.sizes["draw"]),
            "low": low,
            "high": high,
        }
    )
    return summary.to_dataframe(dim_order=[dim for dim in values.dims if dim != "draw"]).reset_index()

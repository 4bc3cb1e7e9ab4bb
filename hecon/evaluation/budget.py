"""Budget impact: what a national roll-out would spend and release, calendar year by calendar year.

An open cohort of those eligible (ISPOR's good practice): people enter evenly over every year, and their money is
followed by time since inclusion, a quarter at a time. Undiscounted, in NOK of 2025, and only what passes through a
public budget: production and the cost of public funds are no budget items and are left out.

References
----------
Sullivan SD, Mauskopf JA, Augustovski F, et al. Budget impact analysis: principles of good practice. Report of the ISPOR
2012 Budget Impact Analysis Good Practice II Task Force. Value in Health 2014;17:5-14.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from hecon import SEED
from hecon.inputs.errors import InputError
from hecon.model.ledger import FLOWS, PUBLIC
from hecon.model.programs import RESOURCES
from hecon.model.runs import run_blocks
from hecon.model.simulation import COMPARATOR, simulate

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from hecon.inputs.parameters import Parameters
    from hecon.inputs.points import Inputs

    Floats = NDArray[np.float64]

QUARTER = 13
QUARTERS = 4
BUDGET_FLOWS = tuple(flow.name for flow in FLOWS if PUBLIC & {flow.payer, flow.payee})
"""Flows that enter or leave a public budget."""
DELIVERY_FLOWS = tuple(flow.name for flow in FLOWS if flow.name in BUDGET_FLOWS and flow.kind == "delivery")
STAFF = tuple(name for name, price in RESOURCES.items() if price.flow in DELIVERY_FLOWS and name.endswith("_hours"))
"""Resources that are hours of NAV's or the health service's staff."""
CRITERIA = (
    "share_employees",
    "share_aged_18_to_60",
    "share_absent_half_or_more",
    "share_not_pregnancy_related",
    "share_speaking_norwegian",
)
"""Who of those passing week 8 is eligible: shares, multiplied as if independent."""
NO_EFFECT, CARRIED_FORWARD = "no_effect", "carried_forward"
STAGES = ("eligible", "offered", "accepted")


def budget_impact(
    parameters: Parameters,
    programs: str | Sequence[str],
    *,
    years: int = 5,
    draws: int = 200,
    people: int = 1000,
    seed: int = SEED,
    cohort: pd.DataFrame | None = None,
    threads: int | None = None,
    progress: bool = False,
) -> xr.Dataset:
    """Give the change in public budgets when a program is rolled out, against usual case management for all.

    People enter evenly over the year, and what happens to them in a quarter since inclusion is spread evenly over it:
    of those who enter in calendar quarter q, the flows of their quarter j since inclusion (from 0) fall half in
    calendar quarter q + j and half in q + j + 1. Those not offered the program, or not accepting it, are under usual
    care and change nothing. Several programs are rolled out instead of one another, never together.

    Parameters
    ----------
    parameters
        As `read_parameters` gives them; their `discount_rate` and `differences_carried_forward` are not used.
    programs
        Names of program files.
    years
        Calendar years from the start of the roll-out. `offices_offering` beyond its last year stays at the last one.
    draws, people
        Draws of the probabilistic analysis, and synthetic people in each.
    seed
        Of all luck.
    cohort
        A user's own people, as `read_cohort` returns them, in place of synthetic ones: what those eligible are like,
        not how many they are.
    threads
        Number of threads; never shows in the results.
    progress
        Whether to show how many quarters have been run.

    Returns
    -------
    Dataset, all of it differences from usual case management but the volumes:
        money[draw, program, after_month_12, year, flow], NOK of 2025; `after_month_12` is "no_effect" (differences in
        benefits and taxes end there; what is delivered later is still paid) or "carried_forward"
        units[draw, program, year, resource], what delivery takes
        full_time[draw, program, year, staff], full-time equivalents
        volume[draw, program, year, stage], people eligible, offered the program and accepting it

    Raises
    ------
    InputError
        If a program is unknown or named twice, or a size is too small.
    """
    names = (programs,) if isinstance(programs, str) else tuple(programs)
    _check(names, years, draws)
    inputs = parameters.overlay({"discount_rate": 0.0, "differences_carried_forward": 1.0}).sample(draws, seed)
    flows = quarterly(
        inputs,
        (COMPARATOR, *names),
        QUARTERS * years,
        people=people,
        seed=seed,
        cohort=cohort,
        threads=threads,
        progress=progress,
    )
    change = (flows.sel(strategy=list(names)) - flows.sel(strategy=COMPARATOR)).rename(strategy="program")
    in_offices, everybody = _volumes(inputs, years)
    accepting = xr.DataArray(inputs["acceptance"], dims="draw")
    offered = in_offices * flows["offered"].sel(strategy=list(names)).rename(strategy="program")
    volume = xr.concat(
        [everybody.broadcast_like(offered), offered, offered * accepting], dim="stage", join="exact"
    ).assign_coords(stage=list(STAGES))
    reached = (in_offices * accepting).rename(year="entry")
    units = _in_calendar(change["units"], reached)
    hours = xr.DataArray(inputs["hours_at_work"], dims="draw")
    return xr.Dataset(
        {
            "money": _in_calendar(_after_month_12(change["money"]), reached),
            "units": units,
            "full_time": (units.sel(resource=list(STAFF)) / hours).rename(resource="staff"),
            "volume": volume.transpose("draw", "program", "year", "stage"),
        }
    )


def quarterly(
    inputs: Inputs,
    strategies: Sequence[str],
    quarters: int,
    *,
    people: int = 1000,
    seed: int = SEED,
    cohort: pd.DataFrame | None = None,
    threads: int | None = None,
    progress: bool = False,
) -> xr.Dataset:
    """Give what happens to a person by quarter since inclusion, as differences between horizons 13 weeks apart.

    The same people have the same luck to whatever horizon they are followed, so that the difference is exact.

    Parameters
    ----------
    inputs
        Draws; undiscounted flows need a `discount_rate` of 0.
    strategies
        Names of program files.
    quarters
        How many to follow.
    people, seed, cohort, threads, progress
        As for `simulate`.

    Returns
    -------
    Dataset, per person: money[draw, strategy, quarter, flow] of `BUDGET_FLOWS`, units[draw, strategy, quarter,
    resource], and offered[draw, strategy], the share who are offered the program
    """
    until: dict[int, xr.Dataset] = {}

    def follow(quarter: int) -> None:
        run = simulate(inputs, strategies, people=people, weeks=QUARTER * quarter, seed=seed, cohort=cohort, threads=1)
        everybody = run["people"].sum("subgroup")
        sums = xr.Dataset(
            {
                "money": run["money"].sel(flow=list(BUDGET_FLOWS)).sum(["subgroup", "year"]),
                "units": run["units"].sum("subgroup"),
                "offered": run["outcome"].sel(measure="offered", drop=True).sum("subgroup"),
            }
        )
        until[quarter] = sums / everybody

    # The longest first, so that no thread is left with it at the end.
    run_blocks(
        follow, range(quarters, 0, -1), threads=threads, progress="Budget impact by quarter" if progress else None
    )
    totals = [until[quarter] for quarter in range(1, quarters + 1)]
    sums = xr.concat(
        [xr.zeros_like(totals[0]), *totals], dim="quarter", join="exact", data_vars="all", coords="minimal"
    )
    steps = sums[["money", "units"]].diff("quarter").assign_coords(quarter=np.arange(quarters))
    steps["offered"] = sums["offered"].isel(quarter=-1)
    return steps.transpose("draw", "strategy", "quarter", ...)


def timing(years: int) -> xr.DataArray:
    """Give when the flows of those who enter in a year fall, as shares of them.

    Parameters
    ----------
    years
        Calendar years.

    Returns
    -------
    share[year, entry, quarter]: of what those entering in the year `entry` cause in a quarter since inclusion (from 0),
    what falls in the calendar year; sums to 1 over the years, but for what falls after the last
    """
    count = QUARTERS * years
    share = np.zeros((years, years, count))
    for entered in range(count):
        for since in range(count):
            for at in (entered + since, entered + since + 1):
                if at < count:
                    share[at // QUARTERS, entered // QUARTERS, since] += 0.5 / QUARTERS
    calendar = np.arange(1, years + 1)
    return xr.DataArray(
        share,
        dims=("year", "entry", "quarter"),
        coords={"year": calendar, "entry": calendar, "quarter": np.arange(count)},
    )


def eligible(inputs: Inputs) -> Floats:
    """Give how many people a year are eligible in the whole country: float64[draw]."""
    passing = inputs["people_passing_week_8"] * inputs["volume_growth"]
    return np.asarray(passing * np.prod([inputs[name] for name in CRITERIA], axis=0))


def _volumes(inputs: Inputs, years: int) -> tuple[xr.DataArray, xr.DataArray]:
    """Give those eligible where an office offers the program, and all eligible: [draw, year] and [draw]."""
    plan = inputs["offices_offering"]
    offices = plan[:, np.minimum(np.arange(years), plan.shape[1] - 1)]
    coords = {"draw": np.arange(len(inputs))}
    everybody = xr.DataArray(eligible(inputs), dims="draw", coords=coords)
    return everybody * xr.DataArray(
        offices, dims=("draw", "year"), coords=coords | {"year": np.arange(1, years + 1)}
    ), everybody


def _after_month_12(money: xr.DataArray) -> xr.DataArray:
    """Give both structural choices: no difference in transfers after month 12, and every one carried forward."""
    counted = (money["quarter"] < QUARTERS) | money["flow"].isin(DELIVERY_FLOWS)
    return xr.concat([money.where(counted, 0.0), money], dim="after_month_12", join="exact").assign_coords(
        after_month_12=[NO_EFFECT, CARRIED_FORWARD]
    )


def _in_calendar(change: xr.DataArray, reached: xr.DataArray) -> xr.DataArray:
    """Sum a change per person by quarter since inclusion over all who enter, by calendar year."""
    total: xr.DataArray = xr.dot(timing(reached.sizes["entry"]), change, reached, dim=["entry", "quarter"])
    return total.transpose("draw", "program", ..., "year", change.dims[-1])


def _check(programs: tuple[str, ...], years: int, draws: int) -> None:
    if not programs or len(set(programs)) < len(programs) or COMPARATOR in programs:
        given = ", ".join(programs) or "none"
        raise InputError(
            f"programs: {given}: name each once, at least one, and not {COMPARATOR}: it is what is replaced"
        )
    if years < 1:
        raise InputError(f"years: {years} is too few: give 1 or more")
    if draws < 2:
        raise InputError(f"draws: {draws} give no interval: give 2 or more")

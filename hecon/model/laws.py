"""The model's laws, checked on a small run with whatever parameters and people a user brings."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import xarray as xr

from hecon.inputs.parameters import Inputs, Parameters
from hecon.model.hazards import STATES
from hecon.model.kernel import WEEKDAYS, WEEKS_PER_YEAR
from hecon.model.ledger import PARTIES, PERSPECTIVES, SOCIETY, cost
from hecon.model.simulation import STRATEGIES, occupancy, simulate, trace

PEOPLE = 500
DRAWS = 4
WEEKS = 104
NOK = 1e-6
"""How far from zero a sum over one person's money may be."""


@dataclass(frozen=True)
class Law:
    """A law and whether a run kept it.

    Attributes
    ----------
    name : the law in words
    kept : whether it holds
    detail : the figure that decides
    """

    name: str
    kept: bool
    detail: str


@dataclass(frozen=True)
class Run:
    """A small run that the laws are read off.

    Attributes
    ----------
    inputs : the base case and a few draws
    cohort : a user's own people, or None
    results : of `simulate`, every program
    """

    inputs: Inputs
    cohort: pd.DataFrame | None
    results: xr.Dataset

    def again(self, inputs: Inputs | None = None, **changes: object) -> xr.Dataset:
        """Run once more with something changed."""
        return _simulated(self.inputs if inputs is None else inputs, self.cohort, **changes)


def check_laws(parameters: Parameters, cohort: pd.DataFrame | None = None) -> list[Law]:
    """Check the model's laws on a small run.

    Parameters
    ----------
    parameters : with the user's overlays
    cohort : the user's people, or None for synthetic ones

    Returns
    -------
    every law, kept or not
    """
    inputs = parameters.sample(DRAWS, seed=1)
    run = Run(inputs, cohort, _simulated(inputs, cohort))
    return [law(run) for law in LAWS]


def _simulated(inputs: Inputs, cohort: pd.DataFrame | None, **changes: object) -> xr.Dataset:
    every = {"strategies": tuple(inputs.programs), "people": PEOPLE, "weeks": WEEKS, "cohort": cohort}
    return simulate(inputs, **(every | changes))  # type: ignore[arg-type]


def everything_is_finite(run: Run) -> Law:
    """No amount or outcome is missing or infinite."""
    wrong = sum(int((~np.isfinite(run.results[part])).sum()) for part in ("money", "outcome", "people"))
    return Law("No amount or outcome is missing or infinite", wrong == 0, f"{wrong} are")


def money_sums_to_zero(run: Run) -> Law:
    """Costs over all parties and the outside sum to zero."""
    total = sum(cost(run.results["money"], {party}) for party in PARTIES)
    worst = float(np.abs(total).max() / run.results["people"].sum("subgroup").min())
    return Law("Costs over all parties and the outside sum to zero", worst <= NOK, f"{worst:.1e} NOK a person")


def perspectives_add_up(run: Run) -> Law:
    """Disjoint perspectives add up to their union."""
    money = run.results["money"]
    alone = sum(cost(money, {party}) for party in SOCIETY)
    worst = float(np.abs(alone - cost(money, SOCIETY)).max() / run.results["people"].sum("subgroup").min())
    return Law("The parties' costs add up to society's", worst <= NOK, f"{worst:.1e} NOK a person")


def subgroups_add_up(run: Run) -> Law:
    """Subgroups add up to the whole."""
    parts = run.again(by=("sex", "diagnosis"))
    worst = max(
        float(np.abs(parts[part].sum("subgroup") - run.results[part].sum("subgroup")).max())
        for part in ("money", "outcome", "units")
    )
    worst /= float(run.results["people"].sum("subgroup").min())
    return Law("Subgroups add up to the whole", worst <= NOK, f"{worst:.1e} a person")


def friction_is_not_above_human_capital(run: Run) -> Law:
    """Friction cost is never above human capital."""
    money = run.results["money"]
    society = next(perspective.parties for perspective in PERSPECTIVES if perspective.name == "society")
    saved = cost(money, society) - cost(money, society, productivity="friction_cost")
    return Law(
        "Friction cost is never above human capital", bool((saved >= -NOK).all()), f"{float(saved.min()):.0f} NOK"
    )


def twins_differ_by_nothing(run: Run) -> Law:
    """A program under two names gives exactly the same."""
    name = STRATEGIES[-1]
    programs = {**run.inputs.programs, "twin": run.inputs.programs[name]}
    both = run.again(replace(run.inputs, programs=programs), strategies=[name, "twin"])
    same = all(
        bool((both[part].isel(strategy=0) == both[part].isel(strategy=1)).all()) for part in ("money", "outcome")
    )
    return Law("Identical programs differ by exactly 0", same, "bit for bit")


def threads_do_not_show(run: Run) -> Law:
    """Any number of threads gives the same bytes."""
    same = run.results.identical(run.again(threads=1)) and run.results.identical(run.again(threads=3))
    return Law("The number of threads never shows", same, "bit for bit")


def nobody_vanishes(run: Run) -> Law:
    """Everybody is in one state every week, and the dead stay dead."""
    shares = occupancy(trace(run.inputs, STRATEGIES[0], people=PEOPLE, weeks=WEEKS, cohort=run.cohort), WEEKS)
    total = float(np.abs(shares.sum("state") - 1.0).max())
    dead = bool((shares.sel(state="dead").diff("week") >= 0.0).all())
    weeks = run.results["outcome"].sel(measure=[f"weeks_{state}" for state in STATES]).sum("measure")
    lived = float(np.abs(weeks / run.results["people"] - WEEKS).max())
    kept = total < 1e-9 and dead and lived < 1e-9
    return Law("Everybody is in one state every week, and the dead stay dead", kept, f"{total:.1e} of a person")


def days_fit_in_a_year(run: Run) -> Law:
    """Nobody has more than 260 days on benefit in 12 months."""
    days = run.again(by="person", weeks=WEEKS_PER_YEAR)["outcome"].sel(measure="benefit_days_12m")
    least, most = float(days.min()), float(days.max())
    kept = least >= 0.0 and most <= WEEKS_PER_YEAR * WEEKDAYS
    return Law("From 0 to 260 full-time-equivalent days on benefit in 12 months", kept, f"{least:.0f} to {most:.0f}")


def rights_end(run: Run) -> Law:
    """No stay begins with more of the right to sick pay used than there is."""
    stays = trace(run.inputs, STRATEGIES[0], people=PEOPLE, weeks=WEEKS, cohort=run.cohort)
    sick = stays[stays["state"].isin(["full_sick_leave", "graded_sick_leave"])]
    most, right = int(sick["used"].max()), int(run.inputs["sick_pay_rights"][0])
    return Law("Nobody is sick-listed with the right to sick pay used up", most < right, f"most used {most} of {right}")


def discounting_lowers(run: Run) -> Law:
    """A higher discount rate never raises what a benefit costs."""
    rate = np.full(len(run.inputs), 2.0) * run.inputs["discount_rate"]
    dearer = run.again(replace(run.inputs, drawn={**run.inputs.drawn, "discount_rate": rate}))
    flow = "sick_pay"
    kept = bool((dearer["money"].sel(flow=flow) <= run.results["money"].sel(flow=flow) + NOK).all())
    return Law("A higher discount rate lowers present values", kept, flow.replace("_", " "))


LAWS: tuple[Callable[[Run], Law], ...] = (
    everything_is_finite,
    money_sums_to_zero,
    perspectives_add_up,
    subgroups_add_up,
    friction_is_not_above_human_capital,
    twins_differ_by_nothing,
    threads_do_not_show,
    nobody_vanishes,
    days_fit_in_a_year,
    rights_end,
    discounting_lowers,
)

"""Who pays whom: flows between parties, and perspectives as sets of parties.

A perspective's cost is what its members pay to others less what others pay to them, so transfers cancel by themselves,
costs over all parties sum to zero, and disjoint perspectives add up to their union.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from hecon.inputs.errors import InputError

PARTIES = (
    "worker",
    "employer",
    "nav",
    "treasury",
    "municipality",
    "health_service",
    "taxpayers",
    "replacements",
    "outside",
)
PUBLIC = frozenset({"nav", "treasury", "municipality", "health_service"})
SOCIETY = frozenset(PARTIES) - {"outside"}

Productivity = Literal["human_capital", "friction_cost"]


@dataclass(frozen=True)
class Flow:
    """Money from a payer to a payee.

    Attributes
    ----------
    name, label : its label along the dimension `flow`, and in words
    payer, payee : two of `PARTIES`
    kind : "transfer", "delivery", "production" or "friction" (counted under the friction cost method only)
    """

    name: str
    label: str
    payer: str
    payee: str
    kind: Literal["transfer", "delivery", "production", "friction"]


FLOWS = (
    Flow("wages", "Wages", "employer", "worker", "transfer"),
    Flow("employer_sick_pay", "Sick pay in the employer's period", "employer", "worker", "transfer"),
    Flow("top_up", "Wage above the sick pay cap", "employer", "worker", "transfer"),
    Flow("employer_holiday_pay", "Holiday pay earned on the employer's sick pay", "employer", "worker", "transfer"),
    Flow("pension_contribution", "Pension contributions during leave", "employer", "worker", "transfer"),
    Flow("employer_contribution", "Employer's social contribution", "employer", "treasury", "transfer"),
    Flow("sick_pay", "Sick pay", "nav", "worker", "transfer"),
    Flow("holiday_pay", "Holiday pay on sick pay", "nav", "worker", "transfer"),
    Flow("work_assessment_allowance", "Work assessment allowance", "nav", "worker", "transfer"),
    Flow("disability_pension", "Disability pension", "nav", "worker", "transfer"),
    Flow("unemployment_benefit", "Unemployment benefit", "nav", "worker", "transfer"),
    Flow("social_assistance", "Municipal assistance", "municipality", "worker", "transfer"),
    Flow("income_tax", "Income tax", "worker", "treasury", "transfer"),
    Flow("production", "Production", "outside", "employer", "production"),
    Flow("leisure", "Value of leisure", "outside", "worker", "production"),
    Flow("disruption", "Disruption by a new spell", "employer", "outside", "production"),
    Flow("replacement_production", "Production by a replacement", "outside", "employer", "friction"),
    Flow("replacement_pay", "Labour cost of a replacement", "employer", "replacements", "friction"),
    Flow("delivery_nav", "Program delivery, NAV's operations", "nav", "outside", "delivery"),
    Flow("delivery_health", "Program delivery, health service", "health_service", "outside", "delivery"),
    Flow("delivery_employer", "Employer's time in meetings", "employer", "outside", "delivery"),
    Flow("delivery_participant", "Participant's time and travel", "worker", "outside", "delivery"),
    Flow("cost_of_public_funds", "Cost of public funds", "taxpayers", "outside", "transfer"),
)
FLOW_NAMES = tuple(flow.name for flow in FLOWS)
FLOW_INDEX = {name: index for index, name in enumerate(FLOW_NAMES)}
PROGRAM_FLOWS = ("delivery_nav", "delivery_health", "delivery_participant")
"""What a cost per sick-leave day avoided may contain: program, health care and participant costs only."""


@dataclass(frozen=True)
class Perspective:
    """A set of parties.

    Attributes
    ----------
    name, label : its label along the dimension `perspective`, and in words
    parties : whose money counts
    """

    name: str
    label: str
    parties: frozenset[str]


PERSPECTIVES = (
    Perspective("nav", "NAV", frozenset({"nav"})),
    Perspective("public_purse", "Public purse", PUBLIC),
    Perspective("employer", "Employer", frozenset({"employer"})),
    Perspective("worker", "Worker", frozenset({"worker"})),
    Perspective("society", "Society", SOCIETY),
)


def cost(flow: xr.DataArray, parties: Collection[str], *, productivity: Productivity = "human_capital") -> xr.DataArray:
    """Return what a set of parties pays to others less what others pay to them.

    Parameters
    ----------
    flow : money along a dimension `flow` whose labels are among `FLOW_NAMES`
    parties : members of the perspective
    productivity : whether replacements produce after the friction period

    Returns
    -------
    the cost, without the dimension `flow`

    Raises
    ------
    InputError
        If a party or a flow is unknown.
    """
    unknown = sorted(set(parties) - set(PARTIES))
    if unknown:
        message = f"perspective: {', '.join(unknown)} is no party: choose among {', '.join(PARTIES)}"
        raise InputError(message)
    return _summed(flow, [parties], productivity).isel(perspective=0)


def costs(flow: xr.DataArray, *, productivity: Productivity = "human_capital") -> xr.DataArray:
    """Return the cost in every perspective, along a new dimension `perspective`."""
    names = [perspective.name for perspective in PERSPECTIVES]
    parties = [perspective.parties for perspective in PERSPECTIVES]
    return _summed(flow, parties, productivity).assign_coords(perspective=names)


def signs(flows: Collection[str], parties: Collection[str], productivity: Productivity) -> xr.DataArray:
    """Return +1 for flows that leave the parties, -1 for flows that reach them and 0 for the others."""
    sign = [_sign(FLOWS[FLOW_INDEX[name]], parties, productivity) for name in flows]
    return xr.DataArray(np.array(sign), dims="flow", coords={"flow": list(flows)})


def _summed(flow: xr.DataArray, perspectives: Sequence[Collection[str]], productivity: Productivity) -> xr.DataArray:
    """Return the cost to each of some sets of parties, along `perspective`."""
    names = flow["flow"].values.tolist()
    strange = [name for name in names if name not in FLOW_INDEX]
    if strange:
        message = f"flow: {', '.join(map(str, strange))} is no flow: choose among {', '.join(FLOW_NAMES)}"
        raise InputError(message)
    axis = flow.get_axis_num("flow")
    last = np.moveaxis(flow.to_numpy(), axis, -1)  # in numpy: aligning labels takes longer than the sums
    parts = [(last * signs(names, parties, productivity).to_numpy()).sum(axis=-1) for parties in perspectives]
    kept = flow.isel(flow=0, drop=True)
    return xr.DataArray(np.stack(parts), dims=("perspective", *kept.dims), coords=kept.coords)


def net_public_financing(money: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return what the public purse must finance: operations, benefits and care less taxes and contributions.

    Parameters
    ----------
    money : float64[..., flow], in the order of `FLOWS`
    """
    return np.asarray(money @ _PUBLIC_SIGNS)


def _sign(flow: Flow, parties: Collection[str], productivity: Productivity) -> float:
    counted = flow.kind != "friction" or productivity == "friction_cost"
    return float(counted * (int(flow.payer in parties) - int(flow.payee in parties)))


_PUBLIC_SIGNS = np.array([_sign(flow, PUBLIC, "human_capital") for flow in FLOWS])

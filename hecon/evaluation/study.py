"""What a trial costs, when it reports, and whom its result then serves.

Expected net benefit of sampling: what the trial is worth per person, times the people decided about after it has
reported and before the decision would be taken anew, less what it costs to do and what its participants lose by being
allocated to something else than what is best today. Whoever is treated before the results gets today's best: that is
what delay costs.

References
----------
Claxton K, Posnett J. An economic approach to clinical trial design and research priority-setting. Health Economics
1996;5:513-524.

Eckermann S, Willan AR. Expected value of information and decision making in HTA. Health Economics 2007;16:195-209.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from hecon.evaluation.budget import eligible
from hecon.evaluation.cea import best, monte_carlo_error
from hecon.evaluation.evsi import population_total
from hecon.inputs.errors import InputError
from hecon.model.kernel import WEEKS_PER_YEAR
from hecon.model.programs import RESOURCE_INDEX, prices

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from hecon.evaluation.next_trial import Design
    from hecon.inputs.parameters import Parameters
    from hecon.inputs.points import Inputs

    Floats = NDArray[np.float64]

SOCIETY = "society"
FUNDERS = ("nav", "public_purse", SOCIETY)
"""Perspectives that pay for a trial, each as if it paid for all of it; employers and workers pay nothing."""
ASSUMED: Mapping[str, str] = MappingProxyType(
    {
        "lifetime": "decision_lifetime",
        "preparation": "trial_preparation",
        "recruitment": "trial_recruitment",
        "analysis": "trial_analysis",
        "icc": "trial_icc",
        "fixed_cost": "trial_fixed_cost",
        "cost_per_participant": "trial_cost_per_participant",
        "cost_per_office": "trial_cost_per_office",
        "discount_rate": "discount_rate",
        "cost_of_public_funds": "cost_of_public_funds",
    }
)
"""The parameter that each of the terms has its value from."""
CASELOAD, LASTS = "participants_per_caseworker", "training_lasts"
"""What programs spread the cost of training over."""


@dataclass(frozen=True)
class Terms:
    """What a trial takes, and what its result is good for.

    Attributes
    ----------
    people_a_year : whom the decision is about: those eligible who accept a program
    lifetime : years from now until the decision would be taken anew
    preparation, analysis : years before the first participant, and after the last one's follow-up
    recruitment : people whom an office includes in a year
    icc : share of an outcome's variance that lies between offices
    fixed_cost, cost_per_participant, cost_per_office : NOK of 2025
    training : what it costs to train a professional, NOK, by strategy; none for those without
    caseload, training_lasts : participants a year, and years, over which programs spread it
    discount_rate : a year
    cost_of_public_funds : per krone of public money, a cost to society
    """

    people_a_year: float
    lifetime: float
    preparation: float
    recruitment: float
    analysis: float
    icc: float
    fixed_cost: float
    cost_per_participant: float
    cost_per_office: float
    discount_rate: float
    cost_of_public_funds: float
    training: Mapping[str, float] = field(default_factory=dict)
    caseload: float = 1.0
    training_lasts: float = 1.0


def terms(parameters: Parameters) -> Terms:
    """Give the terms at the parameters' values: volumes and costs are means, and independent of what is decided."""
    inputs = parameters.base_case()
    return Terms(
        people_a_year=float(people_a_year(inputs)[0]),
        training=_training(inputs),
        caseload=float(inputs[CASELOAD][0]),
        training_lasts=float(inputs[LASTS][0]),
        **{term: float(inputs[name][0]) for term, name in ASSUMED.items()},
    )


def people_a_year(inputs: Inputs) -> Floats:
    """Give whom the decision is about, people a year at every draw: the eligible who accept what they are offered."""
    return np.asarray(eligible(inputs) * inputs["acceptance"])


def years_to_results(design: Design, given: Terms) -> float:
    """Give the years from now until a trial reports; offices include at the same time, the last person is followed."""
    including = design.people / (design.offices * given.recruitment)
    return given.preparation + including + design.weeks / WEEKS_PER_YEAR + given.analysis


def people_served(given: Terms, start: float = 0.0) -> float:
    """Give the discounted number of people decided about from `start` years from now until the lifetime is over."""
    return population_total(given.people_a_year, given.lifetime, given.discount_rate, start)


def study_cost(design: Design, given: Terms) -> float:
    """Give the cost of doing a trial, NOK of 2025, not discounted, so at most a few percent too high."""
    per_office = given.cost_per_office * design.offices + idle_training(design, given)
    return given.fixed_cost + given.cost_per_participant * design.people + per_office


def idle_training(design: Design, given: Terms) -> float:
    """Give the cost of training that a trial's participants do not carry, NOK.

    A program charges its participants as if everybody trained used the training for years. A trial trains, in every
    office that has the arm, as many whole caseworkers as its participants take while they are included, and what these
    participants do not carry is lost when it ends.
    """
    offices = design.offices / len(design.arms) if design.by_office else design.offices
    an_office = design.an_arm / offices
    a_year = given.recruitment / (1 if design.by_office else len(design.arms))
    trained = max(math.ceil(a_year / given.caseload), 1)
    idle = max(trained - an_office / (given.caseload * given.training_lasts), 0.0)
    return offices * idle * sum(given.training.get(arm, 0.0) for arm in design.arms)


def funded(cost: float, perspective: str, given: Terms) -> float:
    """Give what a trial's cost is to a perspective: public money costs society more than itself."""
    if perspective not in FUNDERS:
        return 0.0
    return cost * (1.0 + given.cost_of_public_funds) if perspective == SOCIETY else cost


def expected_loss(benefit: xr.DataArray, arms: Sequence[str]) -> xr.Dataset:
    """Give what a participant is expected to lose by being allocated at random, and its Monte Carlo error.

    Parameters
    ----------
    benefit
        Net benefit per person ``[..., draw, strategy]``.
    arms
        Of the trial, people in equal numbers to each; they are among the strategies.

    Returns
    -------
    Dataset with ``value`` and ``se`` over the other dimensions: the best expected net benefit less the arms' mean

    Raises
    ------
    InputError
        If an arm is none of the strategies.
    """
    strange = [arm for arm in arms if arm not in benefit["strategy"].to_numpy()]
    if strange:
        raise InputError(f"arms: {', '.join(strange)}: is none of the strategies decided on: name it among them")
    chosen = benefit.isel(strategy=best(benefit.mean("draw")), drop=True)
    lost = chosen - benefit.sel(strategy=list(arms)).mean("strategy")
    return xr.Dataset({"value": lost.mean("draw"), "se": monte_carlo_error(lost)})


def _training(inputs: Inputs) -> dict[str, float]:
    """Give what it costs to train a professional, NOK, by strategy: the terms that last for years."""
    values = inputs.one(0)
    price = prices(values).sum(axis=1)
    found = {}
    for name, program in values.programs.items():
        trained = [
            price[RESOURCE_INDEX[resource]] * math.prod(values[part] for part in term.times)
            for resource, quantity in program.per_participant.items()
            for term in quantity
            if LASTS in term.over
        ]
        if trained:
            found[name] = float(sum(trained))
    return found

"""What the base case's money is made of: quantities and prices that a reader can multiply without the model.

Every flow is a sum of lines, each a quantity (discounted pay, or years, of those whom a rule applies to, per person)
times a rate of the statute or a price. Who is above a cap, under a minimum or in a tax bracket is in the quantities, so
that all lines are linear in their rates and none has to be taken on trust. A hundred people stand beside the sums, week
by week category, so that the rules themselves can be worked through.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from hecon.evaluation.pay_bases import pay_bases
from hecon.model.benefits import BENEFIT_DAYS_PER_YEAR
from hecon.model.category_weeks import CATEGORY_NAMES, weeks_by_category
from hecon.model.kernel import WEEKS_PER_YEAR
from hecon.model.programs import RESOURCES
from hecon.model.taxes import BRACKETS, ZONES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pandas as pd

    from hecon.inputs.parameters import Parameters
    from hecon.inputs.points import Draw

    Rate = Callable[[Mapping[str, Any]], Any]

SHOWN = 100
"""People who stand in the account one by one; none where they are a user's own."""
FACTS = ("wage", "age", "grade", "employment_fraction", "pension_held", "weeks_sick_listed")
"""What the rules of money read of a person, and two facts more to know them by."""


@dataclass(frozen=True)
class Line:
    """A part of a flow: a quantity times a rate.

    Attributes
    ----------
    name, flow
        Its own, and of the flow that it is a part of.
    quantity
        The name of what is counted.
    rate
        What a unit costs, from parameters by name; numbers, or anything that adds and multiplies like them.
    """

    name: str
    flow: str
    quantity: str
    rate: Rate


def account(
    parameters: Parameters,
    persons: xr.Dataset,
    *,
    people: int,
    seed: int,
    cohort: pd.DataFrame | None = None,
) -> xr.Dataset:
    """Count what the base case's first 12 months are made of.

    Parameters
    ----------
    parameters
        Those of the run.
    persons
        The base case by person, as `simulate` gives it.
    people, seed, cohort
        As the run had them.

    Returns
    -------
    Dataset of means per person, discounted: quantity[strategy, item], NOK of pay or years; weeks[strategy,
    category]; delivered[strategy, resource], units. Of the first people, unless they are a user's own:
    person[someone, fact], person_weeks[strategy, someone, category], person_delivered[strategy, someone, resource] and
    person_flow[strategy, someone, flow], NOK
    """
    strategies = [str(name) for name in persons["strategy"].to_numpy()]
    inputs = parameters.base_case()
    who, weeks = weeks_by_category(inputs, strategies, people=people, weeks=WEEKS_PER_YEAR, seed=seed, cohort=cohort)
    bases = pay_bases(who, inputs.one(0))
    counted = [
        # No dot product: BLAS adds in an order that depends on the machine's threads.
        [sum(float((part[:, category] * base).sum()) for category, base in of.items()) for of in bases.values()]
        for part in weeks
    ]
    first_year = persons.isel(draw=0, drop=True).sel(year=1, drop=True)
    delivered = first_year["delivered"]
    parts: dict[str, Any] = {
        "quantity": (("strategy", "item"), np.array(counted) / len(who) / WEEKS_PER_YEAR),
        "weeks": (("strategy", "category"), weeks.mean(axis=1)),
        "delivered": (
            ("strategy", "resource"),
            delivered.mean("subgroup").transpose("strategy", "resource").to_numpy(),
        ),
    }
    if cohort is None:
        some = slice(0, SHOWN)
        facts = np.stack([np.asarray(getattr(who, name), np.float64)[some] for name in FACTS], axis=1)
        shown = first_year.isel(subgroup=some)
        parts |= {
            "person": (("someone", "fact"), facts),
            "person_weeks": (("strategy", "someone", "category"), weeks[:, some]),
            "person_delivered": (
                ("strategy", "someone", "resource"),
                shown["delivered"].transpose("strategy", "subgroup", "resource").to_numpy(),
            ),
            "person_flow": (
                ("strategy", "someone", "flow"),
                shown["money"].transpose("strategy", "subgroup", "flow").to_numpy(),
            ),
        }
    return xr.Dataset(
        parts,
        coords={
            "strategy": strategies,
            "item": list(bases),
            "category": list(CATEGORY_NAMES),
            "resource": first_year["resource"].to_numpy(),
            "flow": first_year["flow"].to_numpy(),
        }
        | ({"fact": list(FACTS)} if cohort is None else {}),
    )


def lines(values: Draw) -> tuple[Line, ...]:
    """Give every line of the account but those of delivery and of public funds, at the statute of one draw.

    Parameters
    ----------
    values
        Say which zone's contribution is in force, and whether there is an extra one.
    """
    zone = ZONES[int(values["contribution_zone"])]
    made = [
        *(
            Line(f"wages_{state}", "wages", f"wages_{state}", lambda _: 1.0)
            for state in ("work", "graded", "aap", "pension")
        ),
        Line("employer_sick_pay", "employer_sick_pay", "employer_pay", _times("sick_pay_rate")),
        Line("top_up", "top_up", "above_cap", _times("top_up_share")),
        Line(
            "employer_holiday_pay",
            "employer_holiday_pay",
            "employer_pay",
            _times("employer_holiday_pay_rate", "sick_pay_rate"),
        ),
        Line("pension_contribution", "pension_contribution", "leave_pay", _times("pension_contribution_rate")),
        Line("contribution_wages", "employer_contribution", "wages", _times(zone)),
        Line("contribution_sick_pay", "employer_contribution", "employer_pay", _times(zone, "sick_pay_rate")),
        Line("contribution_top_up", "employer_contribution", "above_cap", _times(zone, "top_up_share")),
        Line("sick_pay", "sick_pay", "nav_pay", _times("sick_pay_rate")),
        Line("sick_pay_later", "sick_pay", "nav_later_pay", _times("sick_pay_later_rate")),
        *_holiday_pay(),
        *_long_benefits(),
        Line("unemployment_benefit", "unemployment_benefit", "unemployed_pay", _times("unemployment_rate")),
        Line("social_assistance", "social_assistance", "assisted", _times("social_assistance")),
        *_taxes(),
        Line("production", "production", "output", lambda v: (1.0 + v[zone]) * (1.0 + v["production_surplus"])),
        Line("leisure", "leisure", "leisure", _times("leisure_value_share")),
        Line("disruption", "disruption", "spells", _times("disruption_per_spell")),
        Line(
            "replacement_production",
            "replacement_production",
            "replaced",
            lambda v: (1.0 + v[zone]) * (1.0 + v["production_surplus"]),
        ),
        Line("replacement_pay", "replacement_pay", "replaced", lambda v: 1.0 + v[zone]),
    ]
    if values["employer_extra_contribution_rate"] > 0.0:
        made += _extra_contribution()
    return tuple(made)


def delivery_rate(resource: str) -> Rate:
    """Give what a unit of a resource costs, from parameters by name."""
    price = RESOURCES[resource]  # type: ignore[index]

    def rate(values: Mapping[str, Any]) -> Any:  # noqa: ANN401
        unit = 1.0 if price.parameter is None else values[price.parameter]
        return unit * (1.0 + values["overhead_share"]) if price.overhead else unit

    return rate


def _holiday_pay() -> list[Line]:
    rates = {"younger": "holiday_pay_nav_rate", "older": "holiday_pay_nav_rate_from_60"}
    pay = {"": "sick_pay_rate", "later_": "sick_pay_later_rate"}
    return [
        Line(
            f"holiday_{when}{age}",
            "holiday_pay",
            f"holiday_{when}{age}",
            _times(rate, paid),
        )
        for when, paid in pay.items()
        for age, rate in rates.items()
    ]


def _long_benefits() -> list[Line]:
    allowance, pension = "work_assessment_allowance", "disability_pension"
    return [
        Line("aap_earned", allowance, "aap_earned", _times("aap_rate")),
        Line("aap_minimum", allowance, "aap_minimum", _times("aap_minimum", "grunnbelop")),
        Line(
            "aap_minimum_young",
            allowance,
            "aap_minimum_young",
            _times("aap_minimum_under_25_share", "aap_minimum", "grunnbelop"),
        ),
        Line(
            "aap_children",
            allowance,
            "aap_children",
            lambda v: v["aap_child_supplement"] * BENEFIT_DAYS_PER_YEAR * v["children_per_person"],
        ),
        Line("pension_earned", pension, "pension_earned", _times("disability_rate")),
        Line(
            "pension_minimum_single",
            pension,
            "pension_minimum_single",
            _times("disability_minimum_single", "grunnbelop"),
        ),
        Line(
            "pension_minimum_cohabiting",
            pension,
            "pension_minimum_cohabiting",
            _times("disability_minimum_cohabiting", "grunnbelop"),
        ),
    ]


def _taxes() -> list[Line]:
    names = ["tax_general", "tax_social_security", "tax_social_security_step"]
    made = [Line(name, "income_tax", name, _times(f"{name}_rate")) for name in names]
    return made + [Line(f"tax_bracket_{k}", "income_tax", f"tax_bracket_{k}", _step(k)) for k in BRACKETS]


def _step(bracket: int) -> Rate:
    """Give what a bracket adds to the rate of the one below."""
    own, below = f"tax_bracket_{bracket}_rate", f"tax_bracket_{bracket - 1}_rate"
    return _times(own) if bracket == BRACKETS[0] else lambda v: v[own] - v[below]


def _times(*names: str) -> Rate:
    """Give a product of parameters."""

    def rate(values: Mapping[str, Any]) -> Any:  # noqa: ANN401
        product = values[names[0]]
        for name in names[1:]:
            product = product * values[name]
        return product

    return rate


def _extra_contribution() -> list[Line]:
    """Give the lines of the employer's extra contribution of 2023 and 2024."""
    rate = _times("employer_extra_contribution_rate")

    def with_surplus(v: Mapping[str, Any]) -> Any:  # noqa: ANN401
        return v["employer_extra_contribution_rate"] * (1.0 + v["production_surplus"])

    return [
        Line("extra_contribution", "employer_contribution", "extra_pay", rate),
        Line("extra_production", "production", "extra_output", with_surplus),
        Line("extra_replacement_production", "replacement_production", "extra_replaced", with_surplus),
        Line("extra_replacement_pay", "replacement_pay", "extra_replaced", rate),
    ]

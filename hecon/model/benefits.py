"""The statute: what a week in each state pays, and who pays it.

Rules with arithmetic are named functions of a few lines over annual amounts in NOK of 2025. `weekly_rates` puts them
together: for every category of weeks that the kernel counts, the flows it gives rise to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from hecon.model import kernel
from hecon.model.hazards import ON_AAP, SICKNESS, STRUCTURE
from hecon.model.kernel import DAYS_PER_WEEK, WEEKS_PER_YEAR
from hecon.model.ledger import FLOW_INDEX
from hecon.model.taxes import added_tax, employer_contribution, income_tax

if TYPE_CHECKING:
    from hecon.inputs.points import Draw
    from hecon.model.population import Population

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

BENEFIT_DAYS_PER_YEAR = 260


def waiting_period(values: Draw) -> tuple[int, int]:
    """Return the employer's period as whole weeks and days over: 16 calendar days are 2 and 2."""
    weeks, days = divmod(int(values["employer_period"]), 7)
    return weeks, days


def opens_employer_period(days_at_work: float, relapse_gap: float) -> bool:
    """Return whether a relapse after so many days at work opens a new employer period (folketrygdloven § 8-19)."""
    return days_at_work >= relapse_gap


def whole_weeks(days: float) -> int:
    """Return the least number of whole weeks that holds `days`: a gap of 16 days is 3 weeks, 182 days are 26."""
    return int(-(-days // 7))


def statute_rules(values: Draw) -> kernel.Rules:
    """Return the statute's counters as the kernel reads them."""
    groups = len(np.unique(STRUCTURE.group))
    right = np.zeros(groups, dtype=np.int64)
    right[SICKNESS] = int(values["sick_pay_rights"])
    right[ON_AAP] = int(values["aap_rights"])
    restored = np.zeros(groups, dtype=np.int64)
    restored[SICKNESS] = whole_weeks(values["requalification"])
    restored[ON_AAP] = int(values["aap_restoration"])
    waits = np.zeros(groups, dtype=np.bool_)
    waits[SICKNESS] = True
    weeks, days = waiting_period(values)
    return kernel.Rules(right, restored, waits, weeks, days, whole_weeks(values["relapse_gap"]))


def sick_pay(income: Floats, values: Draw) -> Floats:
    """Return sick pay for a whole year of full absence: income up to 6 G."""
    return values["sick_pay_rate"] * np.minimum(income, values["sick_pay_cap"] * values["grunnbelop"])


def later_sick_pay(income: Floats, values: Draw) -> Floats:
    """Return sick pay for a whole year from `sick_pay_later_from_week` of the spell on: income up to 6 G as before."""
    return values["sick_pay_later_rate"] * np.minimum(income, values["sick_pay_cap"] * values["grunnbelop"])


def earns_enough(income: Floats, values: Draw) -> NDArray[np.bool_]:
    """Return who earns enough for sick pay from NAV, half of G; the employer's period asks for no minimum."""
    return income >= values["sick_pay_minimum_income"] * values["grunnbelop"]


def top_up(income: Floats, values: Draw) -> Floats:
    """Return what employers pay above 6 G for a whole year of full absence, the mean of those who do and do not."""
    return values["top_up_share"] * np.maximum(income - values["sick_pay_cap"] * values["grunnbelop"], 0.0)


def work_assessment_allowance(income: Floats, age: Floats, values: Draw) -> Floats:
    """Return the allowance at full degree without child supplement: 66% of income to 6 G, never under the minimum."""
    share = np.where(age < 25, values["aap_minimum_under_25_share"], 1.0)
    minimum = share * values["aap_minimum"] * values["grunnbelop"]
    return np.maximum(values["aap_rate"] * np.minimum(income, values["sick_pay_cap"] * values["grunnbelop"]), minimum)


def disability_pension(income: Floats, single: float, values: Draw) -> Floats:
    """Return disability pension at full degree: 66% of income up to 6 G, never under the minimum.

    Parameters
    ----------
    income : float64[person], NOK a year
    single : probability of the higher minimum of those who live alone
    """
    earned = values["disability_rate"] * np.minimum(income, values["sick_pay_cap"] * values["grunnbelop"])
    cohabiting = np.maximum(earned, values["disability_minimum_cohabiting"] * values["grunnbelop"])
    alone = np.maximum(earned, values["disability_minimum_single"] * values["grunnbelop"])
    return single * alone + (1.0 - single) * cohabiting


def pension_increase(held: Floats, values: Draw) -> Floats:
    """Return the share of the job held that a disability pension replaces, a degree held at inclusion left out."""
    return np.maximum(values["disability_degree"] - held, 0.0) / (1.0 - held)


def reduced_pension(full: Floats, degree: float, before: Floats, earnings: Floats, values: Draw) -> Floats:
    """Return a disability pension beside earnings (folketrygdloven § 12-14).

    Earnings above what the degree leaves and a disregard take off as much as a full pension was of the income before;
    none is paid to who earns more than four fifths of that. The model's pensioners earn what their degree leaves, so
    that their pension is not reduced.

    Parameters
    ----------
    full : float64[person], the pension at full degree, NOK a year
    degree : of the pension
    before, earnings : float64[person], earnings before the disability, above 0, and now, NOK a year
    """
    limit = (1.0 - degree) * before + values["disability_earnings_disregard"] * values["grunnbelop"]
    share = np.minimum(full / before, values["disability_reduction_cap"])
    left = np.maximum(degree * full - share * np.maximum(earnings - limit, 0.0), 0.0)
    return np.where(earnings > values["disability_earnings_stop"] * before, 0.0, left)


def unemployment_benefit(income: Floats, values: Draw) -> Floats:
    """Return unemployment benefit for a whole year: 62.4% of income up to 6 G (folketrygdloven § 4-12)."""
    return values["unemployment_rate"] * np.minimum(income, values["unemployment_cap"] * values["grunnbelop"])


def insured_weeks(income: Floats, insured: Integers, values: Draw) -> Integers:
    """Return weeks of unemployment benefit: 104 with income of 2 G or more, else 52; 0 without a right (§ 4-15)."""
    enough = income >= values["unemployment_weeks_income_limit"] * values["grunnbelop"]
    weeks = np.where(enough, values["unemployment_weeks"], values["unemployment_weeks_short"])
    return (insured * weeks).astype(np.int64)


def weekly_rates(population: Population, values: Draw) -> dict[int, dict[str, Floats]]:
    """Return the flows of a week in each category, and of a new spell: category -> flow -> float64[person], NOK.

    A week's tax is a fifty-second of the tax on a whole year in the same state. Holiday pay, from NAV or the employer,
    is taxed at what it adds to the tax on a year at work, the year in which it is paid.
    """
    income = population.wage
    grade = population.grade
    degree = np.full_like(income, values["aap_degree"])
    increase = pension_increase(population.pension_held, values)
    pay, later_pay = sick_pay(income, values), later_sick_pay(income, values)
    entitled = earns_enough(income, values)
    nav_pay = {"nav": entitled * pay, "nav_later": entitled * later_pay}
    above = top_up(income, values)
    children = values["aap_child_supplement"] * BENEFIT_DAYS_PER_YEAR * values["children_per_person"]
    # Who held a graded pension at inclusion earned the job's income beside it: benefits replace the part that is left.
    left = 1.0 - population.pension_held
    allowance = left * degree * (work_assessment_allowance(income / left, population.age, values) + children)
    pension = left * increase * disability_pension(income / left, values["share_single"], values)
    unemployed = unemployment_benefit(income, values)
    assistance = np.full_like(income, values["social_assistance"])
    holiday = np.where(
        population.age + 1.0 >= 60.0, values["holiday_pay_nav_rate_from_60"], values["holiday_pay_nav_rate"]
    )

    leave = values["pension_contribution_rate"] * income
    labour_cost = income + employer_contribution(income, values)
    product = labour_cost * (1.0 + values["production_surplus"])
    graded_product = np.minimum((1.0 - grade) * values["graded_productivity"], 1.0)
    after_tax = income - income_tax(income, values)

    def employed(share: Floats | float) -> dict[str, Floats]:
        """Return the flows of work for a share of the job."""
        return {"wages": share * income, "employer_contribution": employer_contribution(share * income, values)}

    def sick(share: Floats | float, payer: str) -> dict[str, Floats]:
        """Return the flows of sick leave with a share of the job absent.

        The employer tops up the wage above 6 G and no more: what the later rate takes away is the worker's loss.
        """
        flows = employed(1.0 - share)
        if payer == "nobody":
            return flows
        by_employer = share * (pay + above) if payer == "employer" else share * above
        flows["employer_contribution"] = employer_contribution(flows["wages"] + by_employer, values)
        flows["top_up"] = share * above
        flows["pension_contribution"] = share * leave
        if payer == "employer":
            flows["employer_sick_pay"] = share * pay
            flows["employer_holiday_pay"] = share * values["employer_holiday_pay_rate"] * pay
        else:
            flows["sick_pay"] = share * nav_pay[payer]
        return flows

    def replaced(share: Floats | float) -> dict[str, Floats]:
        """Return the flows of a replacement for a share of the job."""
        return {"replacement_production": share * product, "replacement_pay": share * labour_cost}

    everybody = np.ones_like(income)
    presence = {
        kernel.IN_WORK: (1.0 - values["presenteeism"]) * everybody,
        kernel.GRADED_EMPLOYER: graded_product,
        kernel.GRADED_NAV: graded_product,
        kernel.GRADED_LATER: graded_product,
        kernel.GRADED_UNPAID: graded_product,
        kernel.ON_AAP: 1.0 - degree,
        kernel.ON_PENSION: 1.0 - increase,
    }
    absence = {
        kernel.FULL_EMPLOYER: everybody,
        kernel.FULL_NAV: everybody,
        kernel.FULL_LATER: everybody,
        kernel.FULL_UNPAID: everybody,
        kernel.GRADED_EMPLOYER: grade,
        kernel.GRADED_NAV: grade,
        kernel.GRADED_LATER: grade,
        kernel.GRADED_UNPAID: grade,
        kernel.ON_AAP: degree,
        kernel.ON_PENSION: increase,
        kernel.UNEMPLOYED_INSURED: everybody,
        kernel.UNEMPLOYED_ASSISTED: everybody,
    }
    rates = {
        kernel.IN_WORK: employed(everybody),
        kernel.FULL_EMPLOYER: sick(everybody, "employer"),
        kernel.FULL_NAV: sick(everybody, "nav"),
        kernel.FULL_UNPAID: sick(everybody, "nobody"),
        kernel.FULL_HOLIDAY_PAY: {"holiday_pay": holiday * nav_pay["nav"]},
        kernel.FULL_LATER: sick(everybody, "nav_later"),
        kernel.FULL_LATER_HOLIDAY_PAY: {"holiday_pay": holiday * nav_pay["nav_later"]},
        kernel.GRADED_EMPLOYER: sick(grade, "employer"),
        kernel.GRADED_NAV: sick(grade, "nav"),
        kernel.GRADED_UNPAID: sick(grade, "nobody"),
        kernel.GRADED_HOLIDAY_PAY: {"holiday_pay": holiday * grade * nav_pay["nav"]},
        kernel.GRADED_LATER: sick(grade, "nav_later"),
        kernel.GRADED_LATER_HOLIDAY_PAY: {"holiday_pay": holiday * grade * nav_pay["nav_later"]},
        kernel.ON_AAP: employed(1.0 - degree) | {"work_assessment_allowance": allowance},
        kernel.ON_PENSION: employed(1.0 - increase) | {"disability_pension": pension},
        kernel.UNEMPLOYED_INSURED: {"unemployment_benefit": unemployed},
        kernel.UNEMPLOYED_ASSISTED: {"social_assistance": assistance},
        kernel.REPLACED_FULL: replaced(everybody),
        kernel.REPLACED_GRADED: replaced(1.0 - graded_product),
        kernel.REPLACED_AAP: replaced(degree),
        kernel.REPLACED_PENSION: replaced(increase),
        kernel.REPLACED_UNEMPLOYED: replaced(everybody),
    }
    _tax(rates, income, values)
    for category, share in presence.items():
        rates[category]["production"] = share * product
    for category, share in absence.items():
        rates[category]["leisure"] = values["leisure_value_share"] * share * after_tax
    weekly = {
        category: {name: amount / WEEKS_PER_YEAR for name, amount in flows.items()} for category, flows in rates.items()
    }
    weekly[kernel.NEW_SPELL] = {"disruption": values["disruption_per_spell"] * everybody}
    return weekly


def _tax(rates: dict[int, dict[str, Floats]], income: Floats, values: Draw) -> None:
    """Add the tax on yearly flows, in place; of holiday pay no more is ever earned than the law's days of it."""
    taxed = ("wages", "employer_sick_pay", "sick_pay", "top_up", "work_assessment_allowance", "disability_pension")
    taxable = {
        category: sum((flows[name] for name in (*taxed, "unemployment_benefit") if name in flows), 0.0 * income)
        for category, flows in rates.items()
    }
    payers = [category for category, amount in taxable.items() if np.any(amount)]
    taxes = income_tax(np.stack([taxable[category] for category in payers]), values)
    for category, tax in zip(payers, taxes, strict=True):
        rates[category]["income_tax"] = tax
    shares = {
        "holiday_pay": max(values["holiday_pay_nav_days"], 1.0) / BENEFIT_DAYS_PER_YEAR,
        "employer_holiday_pay": max(values["employer_period"], 1.0) / (DAYS_PER_WEEK * WEEKS_PER_YEAR),
    }
    paid = [(flows, name) for flows in rates.values() for name in shares if name in flows]
    share = np.array([[shares[name]] for _, name in paid])
    added = added_tax(np.stack([flows[name] for flows, name in paid]), share, income, values)
    for (flows, _), tax in zip(paid, added, strict=True):
        flows["income_tax"] = flows.get("income_tax", 0.0) + tax


def accounts(population: Population, values: Draw, horizon: int, *, money: bool = True) -> kernel.Accounts:
    """Return what the kernel prices weeks with.

    Parameters
    ----------
    horizon : weeks
    money : without it no week has a price, and no statute of money is read
    """
    rates = weekly_rates(population, values) if money else {}
    flows: list[int] = []
    columns: list[Floats] = []
    entries = [0]
    for category in range(kernel.CATEGORIES):
        for name, amount in rates.get(category, {}).items():
            flows.append(FLOW_INDEX[name])
            columns.append(amount)
        entries.append(len(flows))
    rate = np.stack(columns, axis=1) if columns else np.empty((len(population), 0))
    return kernel.Accounts(
        discount=discount_weeks(horizon, values["discount_rate"], values["real_wage_growth"]),
        effect_discount=discount_weeks(horizon, values["discount_rate"]),
        rate=np.ascontiguousarray(rate),
        entries=np.array(entries),
        flow=np.array(flows, dtype=np.int64),
        utility=state_utilities(values),
        holiday_pay_days=int(values["holiday_pay_nav_days"]),
        later_from=int(values["sick_pay_later_from_week"]) - 1,
        friction_weeks=int(values["friction_period"]),
    )


def discount_weeks(horizon: int, rate: float, growth: float = 0.0) -> Floats:
    """Return the sums of weekly discount weights, ``(1 + growth)^(t/52) (1 + rate)^-((t + 0.5)/52)``, mid-week.

    Returns
    -------
    float64[horizon + 1]; the weight of week t is the difference of elements t + 1 and t
    """
    week = np.arange(horizon)
    weights = (1.0 + growth) ** (week / WEEKS_PER_YEAR) * (1.0 + rate) ** (-(week + 0.5) / WEEKS_PER_YEAR)
    return np.concatenate([[0.0], np.cumsum(weights)])


def state_utilities(values: Draw) -> Floats:
    """Return the utility of a year in each state: float64[state].

    Differences between states are mostly selection, so only their causal share counts; the rest of the living share
    the utility at inclusion.
    """
    own = {
        kernel.WORK: "work",
        kernel.FULL: "full_sick_leave",
        kernel.GRADED: "graded_sick_leave",
        kernel.AAP: "work_assessment_allowance",
        kernel.PENSION: "disability_pension",
        kernel.UNEMPLOYED: "unemployed",
    }
    base = values["utility_at_inclusion"]
    utility = np.full(8, base)
    for state, name in own.items():
        utility[state] += values["causal_share_of_utility_difference"] * (values[f"utility_{name}"] - base)
    utility[kernel.DEAD] = 0.0
    return utility

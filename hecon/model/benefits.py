"""The statute: what a week in each state pays, and who pays it.

Rules with arithmetic are named functions of a few lines over annual amounts in NOK of 2025. `weekly_rates` puts them
together: for every category of weeks that the kernel counts, the flows it gives rise to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hecon.inputs.points import beside, whole
from hecon.model import kernel
from hecon.model.hazards import ON_AAP, SICKNESS, STATES, STRUCTURE
from hecon.model.kernel import DAYS_PER_WEEK, WEEKS_PER_YEAR
from hecon.model.ledger import FLOW_INDEX
from hecon.model.taxes import added_tax, employer_contribution, income_tax

if TYPE_CHECKING:
    from hecon.inputs.points import Values
    from hecon.model.population import Population

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

BENEFIT_DAYS_PER_YEAR = 260
GROUPS = len(STRUCTURE.exit_destination)
TAXED = (
    "wages",
    "employer_sick_pay",
    "sick_pay",
    "top_up",
    "work_assessment_allowance",
    "disability_pension",
    "unemployment_benefit",
)
"""Flows to the worker that are taxed in the year in which they are earned."""
FULL_LEAVE = range(kernel.FULL_EMPLOYER, kernel.FULL_LATER_HOLIDAY_PAY + 1)
GRADED_LEAVE = range(kernel.GRADED_EMPLOYER, kernel.GRADED_LATER_HOLIDAY_PAY + 1)
"""Categories of sick leave: paid by the employer, by NAV, by nobody, with NAV's holiday pay, and NAV's at the later
rate."""
AWAY = (
    kernel.FULL_EMPLOYER,
    kernel.FULL_NAV,
    kernel.FULL_LATER,
    kernel.FULL_UNPAID,
    kernel.UNEMPLOYED_INSURED,
    kernel.UNEMPLOYED_ASSISTED,
)
AWAY_IN_PART = (kernel.GRADED_EMPLOYER, kernel.GRADED_NAV, kernel.GRADED_LATER, kernel.GRADED_UNPAID)
"""Categories of weeks without work, and of those with a part of it."""


def waiting_period(values: Values) -> tuple[Integers, Integers]:
    """Return the employer's period as whole weeks and days over: 16 calendar days are 2 and 2."""
    weeks, days = np.divmod(np.asarray(values["employer_period"]).astype(np.int64), DAYS_PER_WEEK)
    return weeks, days


def opens_employer_period(days_at_work: float, relapse_gap: float) -> bool:
    """Return whether a relapse after so many days at work opens a new employer period (folketrygdloven § 8-19)."""
    return days_at_work >= relapse_gap


def whole_weeks(days: float | Floats) -> float | Floats:
    """Return the least number of whole weeks that holds `days`: a gap of 16 days is 3 weeks, 182 days are 26."""
    return -(-days // DAYS_PER_WEEK)


def statute_rules(values: Values) -> kernel.Rules:
    """Return the statute's counters as the kernel reads them, with a leading axis of draws where there are several."""
    right = np.zeros((*values.shape, GROUPS), dtype=np.int64)
    right[..., SICKNESS] = whole(values, values["sick_pay_rights"])
    right[..., ON_AAP] = whole(values, values["aap_rights"])
    restored = np.zeros((*values.shape, GROUPS), dtype=np.int64)
    restored[..., SICKNESS] = whole(values, whole_weeks(values["requalification"]))
    restored[..., ON_AAP] = whole(values, values["aap_restoration"])
    waits = np.zeros((*values.shape, GROUPS), dtype=np.bool_)
    waits[..., SICKNESS] = True
    weeks, days = waiting_period(values)
    reopening = whole_weeks(values["relapse_gap"])
    return kernel.Rules(right, restored, waits, whole(values, weeks), whole(values, days), whole(values, reopening))


def sick_pay(income: Floats, values: Values) -> Floats:
    """Return sick pay for a whole year of full absence: income up to 6 G."""
    return values["sick_pay_rate"] * np.minimum(income, values["sick_pay_cap"] * values["grunnbelop"])


def later_sick_pay(income: Floats, values: Values) -> Floats:
    """Return sick pay for a whole year from `sick_pay_later_from_week` of the spell on: income up to 6 G as before."""
    return values["sick_pay_later_rate"] * np.minimum(income, values["sick_pay_cap"] * values["grunnbelop"])


def earns_enough(income: Floats, values: Values) -> NDArray[np.bool_]:
    """Return who earns enough for sick pay from NAV, half of G; the employer's period asks for no minimum."""
    return income >= values["sick_pay_minimum_income"] * values["grunnbelop"]


def top_up(income: Floats, values: Values) -> Floats:
    """Return what employers pay above 6 G for a whole year of full absence, the mean of those who do and do not."""
    return values["top_up_share"] * np.maximum(income - values["sick_pay_cap"] * values["grunnbelop"], 0.0)


def work_assessment_allowance(income: Floats, age: Floats, values: Values) -> Floats:
    """Return the allowance at full degree without child supplement: 66% of income to 6 G, never under the minimum."""
    share = np.where(age < 25, values["aap_minimum_under_25_share"], 1.0)
    minimum = share * values["aap_minimum"] * values["grunnbelop"]
    return np.maximum(values["aap_rate"] * np.minimum(income, values["sick_pay_cap"] * values["grunnbelop"]), minimum)


def disability_pension(income: Floats, single: float | Floats, values: Values) -> Floats:
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


def pension_increase(held: Floats, values: Values) -> Floats:
    """Return the share of the job held that a disability pension replaces, a degree held at inclusion left out."""
    return np.maximum(values["disability_degree"] - held, 0.0) / (1.0 - held)


def reduced_pension(full: Floats, degree: float, before: Floats, earnings: Floats, values: Values) -> Floats:
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


def unemployment_benefit(income: Floats, values: Values) -> Floats:
    """Return unemployment benefit for a whole year: 62.4% of income up to 6 G (folketrygdloven § 4-12)."""
    return values["unemployment_rate"] * np.minimum(income, values["unemployment_cap"] * values["grunnbelop"])


def insured_weeks(income: Floats, insured: Integers, values: Values) -> Integers:
    """Return weeks of unemployment benefit: 104 with income of 2 G or more, else 52; 0 without a right (§ 4-15)."""
    enough = income >= values["unemployment_weeks_income_limit"] * values["grunnbelop"]
    weeks = np.where(enough, values["unemployment_weeks"], values["unemployment_weeks_short"])
    return (insured * weeks).astype(np.int64)


def weekly_rates(population: Population, values: Values) -> dict[int, dict[str, Floats]]:
    """Return the flows of a week in each category, and of a new spell: category -> flow -> float64[..., person], NOK.

    A week's tax is a fifty-second of the tax on a whole year in the same state.
    """
    return {
        category: {name: amount / _weeks_priced(category) for name, amount in flows.items()}
        for category, flows in yearly_rates(population, values).items()
    }


def _weeks_priced(category: int) -> float:
    """Return how many weeks a yearly rate pays for; a new spell is priced once."""
    return 1.0 if category == kernel.NEW_SPELL else WEEKS_PER_YEAR


def yearly_rates(population: Population, values: Values) -> dict[int, dict[str, Floats]]:
    """Return the flows of a year in each category, and of a new spell: category -> flow -> float64[..., person], NOK.

    A flow that a category never has is left out of it.
    """
    income, grade = population.wage, population.grade
    degree, increase = values["aap_degree"], pension_increase(population.pension_held, values)
    # Who held a graded pension at inclusion earned the job's income beside it: benefits replace the part that is left.
    left = 1.0 - population.pension_held
    children = values["aap_child_supplement"] * BENEFIT_DAYS_PER_YEAR * values["children_per_person"]
    allowance = left * degree * (work_assessment_allowance(income / left, population.age, values) + children)
    pension = left * increase * disability_pension(income / left, values["share_single"], values)
    unemployed = unemployment_benefit(income, values)

    work = _taxed(employed(1.0, income, values), values)
    beside_aap, beside_pension = (employed(1.0 - share, income, values) for share in (degree, increase))
    rates = {
        kernel.IN_WORK: work,
        **sick_leave(population, work["income_tax"], values),
        kernel.ON_AAP: _taxed(beside_aap | {"work_assessment_allowance": allowance}, values),
        kernel.ON_PENSION: _taxed(beside_pension | {"disability_pension": pension}, values),
        kernel.UNEMPLOYED_INSURED: _taxed({"unemployment_benefit": unemployed}, values),
        kernel.UNEMPLOYED_ASSISTED: {"social_assistance": np.full_like(income, values["social_assistance"])},
        kernel.NEW_SPELL: {"disruption": np.full_like(income, values["disruption_per_spell"])},
    }

    labour_cost = income + work["employer_contribution"]
    product = labour_cost * (1.0 + values["production_surplus"])
    output = np.minimum((1.0 - grade) * values["graded_productivity"], 1.0)
    graded_product = output * product
    rates[kernel.IN_WORK]["production"] = (1.0 - values["presenteeism"]) * product
    for category in (kernel.GRADED_EMPLOYER, kernel.GRADED_NAV, kernel.GRADED_LATER, kernel.GRADED_UNPAID):
        rates[category]["production"] = graded_product
    rates[kernel.ON_AAP]["production"] = (1.0 - degree) * product
    rates[kernel.ON_PENSION]["production"] = (1.0 - increase) * product

    def replaced(share: Floats | float) -> dict[str, Floats]:
        """Return the flows of a replacement for a share of the job."""
        return {"replacement_production": share * product, "replacement_pay": share * labour_cost}

    rates[kernel.REPLACED_FULL] = rates[kernel.REPLACED_UNEMPLOYED] = replaced(1.0)
    rates[kernel.REPLACED_GRADED] = replaced(1.0 - output)
    rates[kernel.REPLACED_AAP] = replaced(degree)
    rates[kernel.REPLACED_PENSION] = replaced(increase)

    value_of_time = values["leisure_value_share"]
    if np.any(value_of_time > 0.0):
        after_tax = income - work["income_tax"]
        away = dict.fromkeys(AWAY, 1.0) | dict.fromkeys(AWAY_IN_PART, grade)
        away |= {kernel.ON_AAP: degree, kernel.ON_PENSION: increase}
        for category, share in away.items():
            rates[category]["leisure"] = value_of_time * share * after_tax
    return rates


def employed(share: Floats | float, income: Floats, values: Values) -> dict[str, Floats]:
    """Return the flows of a year's work for a share of the job: flow -> float64[..., person], NOK."""
    wages = share * income
    return {"wages": wages, "employer_contribution": employer_contribution(wages, values)}


def sick_leave(population: Population, tax: Floats, values: Values) -> dict[int, dict[str, Floats]]:
    """Return the flows of a year on sick leave: category -> flow -> float64[..., person], NOK.

    The employer tops up the wage above 6 G and no more: what the later rate takes away is the worker's loss. Holiday
    pay, from NAV or the employer, is taxed at what it adds to the tax on a year at work, the year in which it is paid.

    Parameters
    ----------
    tax : float64[..., person], on a year at work
    """
    income = population.wage
    pay, above = sick_pay(income, values), top_up(income, values)
    entitled = earns_enough(income, values)
    nav_pay = entitled * pay
    falls = np.any(values["sick_pay_later_rate"] != values["sick_pay_rate"])
    later_pay = entitled * later_sick_pay(income, values) if falls else nav_pay
    contributions = values["pension_contribution_rate"] * income
    older = population.age + 1.0 >= 60.0
    holiday = np.where(older, values["holiday_pay_nav_rate_from_60"], values["holiday_pay_nav_rate"])
    # Of holiday pay no more is ever earned than the law's days of it.
    nav_share = np.maximum(values["holiday_pay_nav_days"], 1.0) / BENEFIT_DAYS_PER_YEAR
    employer_share = np.maximum(values["employer_period"], 1.0) / (DAYS_PER_WEEK * WEEKS_PER_YEAR)

    def absent(share: Floats | float, work: dict[str, Floats]) -> list[dict[str, Floats]]:
        """Return the flows with a share of the job absent beside what work is left, in the order of the categories."""
        wages = work.get("wages", 0.0)
        topped = share * above
        leave = work | {"top_up": topped, "pension_contribution": share * contributions}
        of_employer = leave | {
            "employer_contribution": employer_contribution(wages + share * (pay + above), values),
            "employer_sick_pay": share * pay,
            "employer_holiday_pay": share * values["employer_holiday_pay_rate"] * pay,
        }
        earned = of_employer["employer_holiday_pay"]
        paid_by_employer = _taxed(of_employer, values)
        paid_by_employer["income_tax"] += added_tax(earned, employer_share, income, tax, values)
        leave["employer_contribution"] = employer_contribution(wages + topped, values)

        def by_nav(daily: Floats) -> tuple[dict[str, Floats], dict[str, Floats]]:
            """Return the flows while NAV pays, and the holiday pay earned on that."""
            earned = holiday * share * daily
            return (
                _taxed(leave | {"sick_pay": share * daily}, values),
                {"holiday_pay": earned, "income_tax": added_tax(earned, nav_share, income, tax, values)},
            )

        paid, holiday_pay = by_nav(nav_pay)
        later, later_holiday_pay = by_nav(later_pay) if falls else (dict(paid), holiday_pay)
        return [paid_by_employer, paid, _taxed(work, values), holiday_pay, later, later_holiday_pay]

    full = absent(1.0, {})
    graded = absent(population.grade, employed(1.0 - population.grade, income, values))
    return dict(zip((*FULL_LEAVE, *GRADED_LEAVE), full + graded, strict=True))


def _taxed(flows: dict[str, Floats], values: Values) -> dict[str, Floats]:
    """Return yearly flows with the tax on those that are taxed as wages are."""
    taxable = [flows[name] for name in TAXED if name in flows]
    return flows | {"income_tax": income_tax(sum(taxable[1:], taxable[0]), values)} if taxable else dict(flows)


def accounts(population: Population, values: Values, horizon: int, *, money: bool = True) -> kernel.Accounts:
    """Return what the kernel prices weeks with, with a leading axis of draws where there are several.

    Parameters
    ----------
    horizon : weeks
    money : without it no week has a price, and no statute of money is read
    """
    rates = yearly_rates(population, values) if money else {}
    flows: list[int] = []
    entries = [0]
    rate = np.empty((sum(map(len, rates.values())), *population.wage.shape))
    for category in range(kernel.CATEGORIES):
        for name, amount in rates.get(category, {}).items():
            np.divide(amount, _weeks_priced(category), out=rate[len(flows)])
            flows.append(FLOW_INDEX[name])
        entries.append(len(flows))

    def same(array: Floats | Integers) -> NDArray[Any]:
        """Return an array that no draw moves, or that all draws have."""
        return np.array(np.broadcast_to(array, (*values.shape, array.shape[-1])))

    return kernel.Accounts(
        discount=same(discount_weeks(horizon, values["discount_rate"], values["real_wage_growth"])),
        effect_discount=same(discount_weeks(horizon, values["discount_rate"])),
        rate=np.moveaxis(rate, 0, -1),
        entries=same(np.array(entries)),
        flow=same(np.array(flows, dtype=np.int64)),
        utility=state_utilities(values),
        holiday_pay_days=whole(values, values["holiday_pay_nav_days"]),
        later_from=whole(values, values["sick_pay_later_from_week"] - 1.0),
        friction_weeks=whole(values, values["friction_period"]),
    )


def discount_weeks(horizon: int, rate: float | Floats, growth: float | Floats = 0.0) -> Floats:
    """Return the sums of weekly discount weights, ``(1 + growth)^(t/52) (1 + rate)^-((t + 0.5)/52)``, mid-week.

    Parameters
    ----------
    horizon : weeks
    rate, growth : a year; a number, or float64[draw, 1]

    Returns
    -------
    float64[..., horizon + 1]; the weight of week t is the difference of elements t + 1 and t
    """
    week = np.arange(horizon)
    weights = (1.0 + growth) ** (week / WEEKS_PER_YEAR) * (1.0 + rate) ** (-(week + 0.5) / WEEKS_PER_YEAR)
    return np.concatenate([np.zeros_like(weights[..., :1]), np.cumsum(weights, axis=-1)], axis=-1)


def state_utilities(values: Values) -> Floats:
    """Return the utility of a year in each state: float64[..., state].

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
    utility = [base] * len(STATES)
    for state, name in own.items():
        utility[state] = base + values["causal_share_of_utility_difference"] * (values[f"utility_{name}"] - base)
    utility[kernel.DEAD] = 0.0
    return beside(values, utility)

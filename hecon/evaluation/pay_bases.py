"""What a rate of the statute applies to: the pay, or the time, of each person in each category of weeks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from hecon.model import kernel
from hecon.model.benefits import (
    BENEFIT_DAYS_PER_YEAR,
    TAXED,
    earns_enough,
    pension_increase,
    weekly_rates,
)
from hecon.model.kernel import DAYS_PER_WEEK, WEEKS_PER_YEAR
from hecon.model.taxes import BRACKETS, income_tax

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hecon.inputs.points import Draw
    from hecon.model.population import Population

Floats = NDArray[np.float64]
Bases = dict[str, dict[int, Floats]]

BY_EMPLOYER = (kernel.FULL_EMPLOYER, kernel.GRADED_EMPLOYER)
BY_NAV = (kernel.FULL_NAV, kernel.GRADED_NAV)
BY_NAV_LATER = (kernel.FULL_LATER, kernel.GRADED_LATER)
UNPAID = (kernel.FULL_UNPAID, kernel.GRADED_UNPAID)
HOLIDAY = (kernel.FULL_HOLIDAY_PAY, kernel.GRADED_HOLIDAY_PAY)
HOLIDAY_LATER = (kernel.FULL_LATER_HOLIDAY_PAY, kernel.GRADED_LATER_HOLIDAY_PAY)
GRADED = (kernel.GRADED_EMPLOYER, kernel.GRADED_NAV, kernel.GRADED_LATER, kernel.GRADED_UNPAID)
UNEMPLOYED = (kernel.UNEMPLOYED_INSURED, kernel.UNEMPLOYED_ASSISTED)
OLDER_FROM = 59.0
"""The age from which holiday pay has the rate of those who turn 60 within the year."""


def pay_bases(population: Population, values: Draw) -> Bases:
    """Give what each line of the account counts: line -> category -> float64[person].

    Parameters
    ----------
    population
        The people at inclusion.
    values
        The inputs they were drawn with.

    Returns
    -------
    NOK of pay a year, or years where a rate is an amount; for the line ``spells``, spells.
    """
    income, grade = population.wage, population.grade
    one = np.ones_like(income)
    cap = values["sick_pay_cap"] * values["grunnbelop"]
    degree = values["aap_degree"] * one
    increase = pension_increase(population.pension_held, values)
    absent = dict.fromkeys((*BY_EMPLOYER, *BY_NAV, *BY_NAV_LATER, *UNPAID, *HOLIDAY, *HOLIDAY_LATER), one)
    absent |= dict.fromkeys((*GRADED, HOLIDAY[1], HOLIDAY_LATER[1]), grade)
    absent |= {kernel.ON_AAP: degree, kernel.ON_PENSION: increase}
    absent |= dict.fromkeys(UNEMPLOYED, one)
    capped, above = np.minimum(income, cap), np.maximum(income - cap, 0.0)
    entitled = capped * earns_enough(income, values)
    older = population.age >= OLDER_FROM

    def of_absent(categories: tuple[int, ...], pay: Floats) -> dict[int, Floats]:
        return {category: absent[category] * pay for category in categories}

    paid_leave = (*BY_EMPLOYER, *BY_NAV, *BY_NAV_LATER)
    held = {kernel.IN_WORK: income} | {
        category: (1.0 - absent[category]) * income for category in (*GRADED, kernel.ON_AAP, kernel.ON_PENSION)
    }
    output = np.minimum((1.0 - grade) * values["graded_productivity"], 1.0)
    replaced = {
        kernel.REPLACED_FULL: one,
        kernel.REPLACED_GRADED: 1.0 - output,
        kernel.REPLACED_AAP: degree,
        kernel.REPLACED_PENSION: increase,
        kernel.REPLACED_UNEMPLOYED: one,
    }
    present = {kernel.IN_WORK: (1.0 - values["presenteeism"]) * one} | dict.fromkeys(GRADED, output)
    present |= {kernel.ON_AAP: 1.0 - degree, kernel.ON_PENSION: 1.0 - increase}
    after_tax = income - income_tax(income, values)
    bases: Bases = {
        "wages_work": {kernel.IN_WORK: income},
        "wages_graded": {category: held[category] for category in GRADED},
        "wages_aap": {kernel.ON_AAP: held[kernel.ON_AAP]},
        "wages_pension": {kernel.ON_PENSION: held[kernel.ON_PENSION]},
        "wages": held,
        "employer_pay": of_absent(BY_EMPLOYER, capped),
        "above_cap": of_absent(paid_leave, above),
        "leave_pay": of_absent(paid_leave, income),
        "nav_pay": of_absent(BY_NAV, entitled),
        "nav_later_pay": of_absent(BY_NAV_LATER, entitled),
        "holiday_younger": of_absent(HOLIDAY, entitled * ~older),
        "holiday_older": of_absent(HOLIDAY, entitled * older),
        "holiday_later_younger": of_absent(HOLIDAY_LATER, entitled * ~older),
        "holiday_later_older": of_absent(HOLIDAY_LATER, entitled * older),
        "unemployed_pay": {
            kernel.UNEMPLOYED_INSURED: np.minimum(income, values["unemployment_cap"] * values["grunnbelop"])
        },
        "assisted": {kernel.UNEMPLOYED_ASSISTED: one},
        "output": {category: share * income for category, share in present.items()},
        "replaced": {category: share * income for category, share in replaced.items()},
        "leisure": of_absent((*paid_leave, *UNPAID, kernel.ON_AAP, kernel.ON_PENSION, *UNEMPLOYED), after_tax),
        "spells": {kernel.NEW_SPELL: WEEKS_PER_YEAR * one},
    }
    bases |= _allowance(population, values, degree) | _pension(population, values, increase)
    rates = weekly_rates(population, values)
    return bases | _extra_contribution(rates, income, values, present, replaced) | _tax_bases(rates, income, values)


def _allowance(population: Population, values: Draw, degree: Floats) -> Bases:
    """Part the allowance into what earnings and what the minimum gives."""
    left = 1.0 - population.pension_held
    earned = np.minimum(population.wage / left, values["sick_pay_cap"] * values["grunnbelop"])
    young = population.age < 25
    minimum = np.where(young, values["aap_minimum_under_25_share"], 1.0) * values["aap_minimum"] * values["grunnbelop"]
    by_earnings = values["aap_rate"] * earned >= minimum
    time = left * degree
    parts = {
        "aap_earned": time * earned * by_earnings,
        "aap_minimum": time * ~by_earnings * ~young,
        "aap_minimum_young": time * ~by_earnings * young,
        "aap_children": time,
    }
    return {name: {kernel.ON_AAP: amount} for name, amount in parts.items()}


def _pension(population: Population, values: Draw, increase: Floats) -> Bases:
    """Part the pension into what earnings and what the two minimums give."""
    left = 1.0 - population.pension_held
    earned = np.minimum(population.wage / left, values["sick_pay_cap"] * values["grunnbelop"])
    pension = values["disability_rate"] * earned
    alone = pension >= values["disability_minimum_single"] * values["grunnbelop"]
    together = pension >= values["disability_minimum_cohabiting"] * values["grunnbelop"]
    single, time = values["share_single"], left * increase
    parts = {
        "pension_earned": time * earned * (single * alone + (1.0 - single) * together),
        "pension_minimum_single": time * single * ~alone,
        "pension_minimum_cohabiting": time * (1.0 - single) * ~together,
    }
    return {name: {kernel.ON_PENSION: amount} for name, amount in parts.items()}


def _extra_contribution(
    rates: Mapping[int, Mapping[str, Floats]],
    income: Floats,
    values: Draw,
    present: Mapping[int, Floats],
    replaced: Mapping[int, Floats],
) -> Bases:
    """Give pay above the threshold of the employer's extra contribution, where one is in force."""
    if values["employer_extra_contribution_rate"] <= 0.0:
        return {}
    threshold = values["employer_extra_contribution_threshold"]
    above = np.maximum(income - threshold, 0.0)
    paid = {
        category: _yearly(flows, ("wages", "employer_sick_pay", "top_up"), income) for category, flows in rates.items()
    }
    return {
        "extra_pay": {category: np.maximum(pay - threshold, 0.0) for category, pay in paid.items()},
        "extra_output": {category: share * above for category, share in present.items()},
        "extra_replaced": {category: share * above for category, share in replaced.items()},
    }


def _tax_bases(rates: Mapping[int, Mapping[str, Floats]], income: Floats, values: Draw) -> Bases:
    """Give the bases of each tax rate; holiday pay's are what it adds to those of a year at work."""
    bases: Bases = {}

    def add(category: int, parts: Mapping[str, Floats]) -> None:
        for name, amount in parts.items():
            of_line = bases.setdefault(name, {})
            of_line[category] = of_line.get(category, 0.0) + amount

    at_work = tax_parts(income, values)
    shares = {
        "holiday_pay": max(values["holiday_pay_nav_days"], 1.0) / BENEFIT_DAYS_PER_YEAR,
        "employer_holiday_pay": max(values["employer_period"], 1.0) / (DAYS_PER_WEEK * WEEKS_PER_YEAR),
    }
    for category, flows in rates.items():
        taxable = _yearly(flows, TAXED, income)
        if np.any(taxable):
            add(category, tax_parts(taxable, values))
        for name, share in shares.items():
            if name in flows:
                with_pay = tax_parts(income + share * WEEKS_PER_YEAR * flows[name], values)
                add(category, {part: (with_pay[part] - at_work[part]) / share for part in with_pay})
    return bases


def tax_parts(income: Floats, values: Draw) -> dict[str, Floats]:
    """Give what each rate of the income tax applies to in a year's taxable income: line -> float64[person], NOK."""
    deduction = np.minimum(values["tax_minimum_deduction_rate"] * income, values["tax_minimum_deduction_cap"])
    above_floor = np.maximum(income - values["tax_social_security_floor"], 0.0)
    full = values["tax_social_security_rate"] * income <= values["tax_social_security_step_rate"] * above_floor
    parts = {
        "tax_general": np.maximum(income - deduction - values["tax_personal_allowance"], 0.0),
        "tax_social_security": income * full,
        "tax_social_security_step": above_floor * ~full,
    }
    for bracket in BRACKETS:
        parts[f"tax_bracket_{bracket}"] = np.maximum(income - values[f"tax_bracket_{bracket}_threshold"], 0.0)
    return parts


def _yearly(flows: Mapping[str, Floats], names: tuple[str, ...], income: Floats) -> Floats:
    """Add up flows of a week as NOK a year; 0 without any."""
    return np.asarray(sum((flows[name] for name in names if name in flows), 0.0 * income) * WEEKS_PER_YEAR)

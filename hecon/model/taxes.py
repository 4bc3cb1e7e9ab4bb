"""Income tax of the worker and social contribution of the employer, on a year's pay.

Amounts are NOK of 2025 a year. The tables of other years stand in `statute.toml` by date and are moved to 2025 with the
wage level, so that a wage is taxed as the same share of the wage level was taxed then.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from hecon.inputs.errors import InputError

if TYPE_CHECKING:
    from hecon.inputs.points import Values

Floats = NDArray[np.float64]

BRACKETS = (1, 2, 3, 4, 5)
ZONES = (
    "employer_contribution",
    "employer_contribution_zone_1",
    "employer_contribution_zone_1a",
    "employer_contribution_zone_2",
    "employer_contribution_zone_3",
    "employer_contribution_zone_4",
    "employer_contribution_zone_4a",
    "employer_contribution_zone_5",
)
"""The rate that each value of `contribution_zone` names; 0 is the national average."""


def income_tax(income: Floats, values: Values) -> Floats:
    """Return income tax and social security contribution on a year's taxable income, at the rates for wages.

    The allowance, the disability pension and unemployment benefit have the same rates.

    Parameters
    ----------
    income : float64[..., person], NOK a year
    """
    deduction = np.minimum(values["tax_minimum_deduction_rate"] * income, values["tax_minimum_deduction_cap"])
    tax = values["tax_general_rate"] * np.maximum(income - deduction - values["tax_personal_allowance"], 0.0)
    above_floor = values["tax_social_security_step_rate"] * np.maximum(
        income - values["tax_social_security_floor"], 0.0
    )
    tax += np.minimum(values["tax_social_security_rate"] * income, above_floor)
    return tax + bracket_tax(income, values)


def bracket_tax(income: Floats, values: Values) -> Floats:
    """Return the part of the income tax whose rate grows by brackets: each adds what its rate is above the one below.

    Parameters
    ----------
    income : float64[..., person], NOK a year
    """
    tax = np.zeros_like(income)
    highest = income.max(initial=0.0)
    lower_rate: float | Floats = 0.0
    for bracket in BRACKETS:
        rate, threshold = values[f"tax_bracket_{bracket}_rate"], values[f"tax_bracket_{bracket}_threshold"]
        if np.any(threshold < highest):
            tax += (rate - lower_rate) * np.maximum(income - threshold, 0.0)
        lower_rate = rate
    return tax


def added_tax(amount: Floats, share: Floats | float, income: Floats, tax: Floats, values: Values) -> Floats:
    """Return the tax on a rate of pay of which only a share of a year's amount is ever paid, on top of a year's income.

    Holiday pay is earned in one year and paid in the next, on top of what is then earned, so it is taxed at what it
    adds to the tax on that year's income.

    Parameters
    ----------
    amount : float64[..., person], NOK for a whole year at the rate
    share : the most of it that anybody gets, as a share of a year, above 0
    income, tax : float64[..., person], NOK, the income of the year in which it is paid, and the tax on it

    Returns
    -------
    float64[..., person], NOK for a whole year at the rate
    """
    return (income_tax(income + share * amount, values) - tax) / share


def contribution_rate(values: Values) -> float | Floats:
    """Return the employer's contribution as a share of pay in the zone that `contribution_zone` names.

    Zone 1a has its lower rate: what of its free amount an enterprise has used is not known.

    Raises
    ------
    InputError
        If the parameter names no zone.
    """
    zone = values["contribution_zone"]
    named = {zone} if isinstance(zone, float) else set(zone.ravel().tolist())
    for each in named:
        if each not in range(len(ZONES)):
            message = (
                f"statute.toml: contribution_zone {each:g} is no zone: give 0 for the national average, "
                "or 1 to 7 for zone 1, 1a, 2, 3, 4, 4a or 5"
            )
            raise InputError(message)
    if isinstance(zone, float):
        return values[ZONES[int(zone)]]
    return np.asarray(sum((zone == each) * values[ZONES[int(each)]] for each in named))


def employer_contribution(pay: Floats, values: Values) -> Floats:
    """Return the employer's social contribution on a worker's yearly pay, with the extra one where it is in force.

    The extra contribution of 2023 and 2024 is due on the pay above a threshold.
    """
    contribution = contribution_rate(values) * pay
    extra = values["employer_extra_contribution_rate"]
    if np.any(extra > 0.0):
        contribution += np.maximum(extra, 0.0) * np.maximum(pay - values["employer_extra_contribution_threshold"], 0.0)
    return contribution

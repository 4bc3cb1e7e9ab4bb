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
    from hecon.inputs.points import Draw

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


def income_tax(income: Floats, values: Draw) -> Floats:
    """Return income tax and social security contribution on a year's taxable income, at the rates for wages.

    The allowance, the disability pension and unemployment benefit have the same rates.

    Parameters
    ----------
    income : float64[...], NOK a year
    """
    deduction = np.minimum(values["tax_minimum_deduction_rate"] * income, values["tax_minimum_deduction_cap"])
    general = values["tax_general_rate"] * np.maximum(income - deduction - values["tax_personal_allowance"], 0.0)
    above_floor = values["tax_social_security_step_rate"] * np.maximum(
        income - values["tax_social_security_floor"], 0.0
    )
    contribution = np.minimum(values["tax_social_security_rate"] * income, above_floor)
    brackets = np.zeros_like(income)
    lower_rate = 0.0
    for bracket in BRACKETS:
        rate = values[f"tax_bracket_{bracket}_rate"]
        brackets += (rate - lower_rate) * np.maximum(income - values[f"tax_bracket_{bracket}_threshold"], 0.0)
        lower_rate = rate
    return general + contribution + brackets


def added_tax(amount: Floats, share: Floats | float, income: Floats, values: Draw) -> Floats:
    """Return the tax on a rate of pay of which only a share of a year's amount is ever paid, on top of a year's income.

    Holiday pay is earned in one year and paid in the next, on top of what is then earned, so it is taxed at what it
    adds to the tax on that year's income.

    Parameters
    ----------
    amount : float64[..., person], NOK for a whole year at the rate
    share : the most of it that anybody gets, as a share of a year, above 0; one, or float64[..., 1]
    income : float64[person], NOK, the income of the year in which it is paid

    Returns
    -------
    float64[..., person], NOK for a whole year at the rate
    """
    return (income_tax(income + share * amount, values) - income_tax(income, values)) / share


def contribution_rate(values: Draw) -> float:
    """Return the employer's contribution as a share of pay in the zone that `contribution_zone` names.

    Zone 1a has its lower rate: what of its free amount an enterprise has used is not known.

    Raises
    ------
    InputError
        If the parameter names no zone.
    """
    zone = values["contribution_zone"]
    if zone not in range(len(ZONES)):
        message = (
            f"statute.toml: contribution_zone {zone:g} is no zone: give 0 for the national average, "
            "or 1 to 7 for zone 1, 1a, 2, 3, 4, 4a or 5"
        )
        raise InputError(message)
    return values[ZONES[int(zone)]]


def employer_contribution(pay: Floats, values: Draw) -> Floats:
    """Return the employer's social contribution on a worker's yearly pay, with the extra one where it is in force.

    The extra contribution of 2023 and 2024 is due on the pay above a threshold.
    """
    contribution = contribution_rate(values) * pay
    extra = values["employer_extra_contribution_rate"]
    if extra > 0.0:
        contribution = contribution + extra * np.maximum(pay - values["employer_extra_contribution_threshold"], 0.0)
    return contribution

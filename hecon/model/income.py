"""What a worker has to live on in each state: gross income, tax and net income of a whole year.

The amounts are those that the ledger's flows are made of, for one person at a time whose degree, family and age are
known, where the accounts have a mean. Holiday pay is left out: it is paid in another year.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from hecon.inputs.errors import InputError
from hecon.model.benefits import (
    BENEFIT_DAYS_PER_YEAR,
    disability_pension,
    earns_enough,
    reduced_pension,
    sick_pay,
    top_up,
    unemployment_benefit,
    work_assessment_allowance,
)
from hecon.model.taxes import income_tax

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from hecon.inputs.parameters import Parameters
    from hecon.inputs.points import Draw

Floats = NDArray[np.float64]

STATES = (
    "work",
    "graded_sick_leave",
    "full_sick_leave_employer",
    "full_sick_leave_nav",
    "work_assessment_allowance",
    "disability_pension_single",
    "disability_pension_cohabiting",
    "unemployment_benefit",
    "municipal_assistance",
)
UNTAXED = "municipal_assistance"


def net_income(
    wage: float | Sequence[float] | Floats,
    inputs: Parameters | Draw,
    *,
    grade: float = 0.5,
    age: float = 44.0,
    children: float = 0.0,
    allowance_degree: float = 1.0,
    pension_degree: float = 1.0,
) -> pd.DataFrame:
    """Return a worker's yearly income in each state.

    Graded sick leave and the two kinds of benefit are combined with work for the share of the job that is left; the
    employers' top-up above 6 G is the mean of all employers, as in the accounts.

    Parameters
    ----------
    wage : NOK of 2025 a year, before the absence, above 0; one or several
    inputs : parameters, read at their base case, or one draw
    grade : share of the job absent on graded sick leave, which NAV pays
    age : years; under 25 the allowance has a lower minimum
    children : whom the allowance has a supplement for
    allowance_degree, pension_degree : share of the job that each replaces

    Returns
    -------
    DataFrame with a row for each wage and state: `wage`, `state` (of `STATES`), `gross`, `tax`, `net` (NOK of 2025 a
    year) and `share`, of the net pay at work

    Raises
    ------
    InputError
        If a wage is not above 0, or a share lies outside 0 to 1.
    """
    import pandas as pd

    from hecon.inputs.parameters import Parameters

    values = inputs.base_case().one(0) if isinstance(inputs, Parameters) else inputs
    pay = np.atleast_1d(np.asarray(wage, np.float64))
    _check(pay, {"grade": grade, "allowance_degree": allowance_degree, "pension_degree": pension_degree})
    shares = (grade, allowance_degree, pension_degree)
    gross = _gross(pay, values, np.full_like(pay, age), children, shares)
    tax = {state: income_tax(amount, values) * (state != UNTAXED) for state, amount in gross.items()}
    at_work = gross["work"] - tax["work"]
    rows = [
        {
            "wage": amount,
            "state": state,
            "gross": gross[state][i],
            "tax": tax[state][i],
            "net": gross[state][i] - tax[state][i],
            "share": (gross[state][i] - tax[state][i]) / at_work[i],
        }
        for i, amount in enumerate(pay)
        for state in STATES
    ]
    return pd.DataFrame(rows)


def _gross(
    pay: Floats, values: Draw, age: Floats, children: float, shares: tuple[float, float, float]
) -> dict[str, Floats]:
    """Return the year's income before tax by state: float64[wage]."""
    grade, allowance_degree, pension_degree = shares
    by_nav = earns_enough(pay, values) * sick_pay(pay, values) + top_up(pay, values)
    supplement = children * values["aap_child_supplement"] * BENEFIT_DAYS_PER_YEAR
    allowance = work_assessment_allowance(pay, age, values) + supplement
    beside = (1.0 - pension_degree) * pay

    def pension(single: float) -> Floats:
        """Return a pension beside what its degree leaves of the job."""
        full = disability_pension(pay, single, values)
        return beside + reduced_pension(full, pension_degree, pay, beside, values)

    return {
        "work": pay,
        "graded_sick_leave": (1.0 - grade) * pay + grade * by_nav,
        "full_sick_leave_employer": sick_pay(pay, values) + top_up(pay, values),
        "full_sick_leave_nav": by_nav,
        "work_assessment_allowance": (1.0 - allowance_degree) * pay + allowance_degree * allowance,
        "disability_pension_single": pension(1.0),
        "disability_pension_cohabiting": pension(0.0),
        "unemployment_benefit": unemployment_benefit(pay, values),
        "municipal_assistance": np.full_like(pay, values["social_assistance"]),
    }


def _check(pay: Floats, shares: dict[str, float]) -> None:
    if not np.all(np.isfinite(pay) & (pay > 0.0)):
        message = f"wage: {pay[~(np.isfinite(pay) & (pay > 0.0))][0]:g} is no pay at work: give NOK a year, above 0"
        raise InputError(message)
    for name, share in shares.items():
        if not 0.0 <= share <= 1.0:
            message = f"{name}: {share:g} is no share of a job: give 0 to 1"
            raise InputError(message)

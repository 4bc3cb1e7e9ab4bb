"""What the sheet of rules gives, by hecon's own statute: the values that stand with its formulas."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from hecon.model import benefits
from hecon.model.benefits import BENEFIT_DAYS_PER_YEAR
from hecon.model.kernel import DAYS_PER_WEEK, WEEKS_PER_YEAR
from hecon.model.taxes import added_tax, employer_contribution, income_tax

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hecon.inputs.points import Draw

Floats = NDArray[np.float64]


def worked_out(values: Draw, facts: Mapping[str, Floats]) -> dict[str, Floats]:
    """Give every column of the sheet of rules.

    Parameters
    ----------
    values
        The inputs of the base case.
    facts
        Of each person, as `hecon.evaluation.account.FACTS` names them.

    Returns
    -------
    column -> float64[person]
    """
    wage, age, grade, held = (facts[name] for name in ("wage", "age", "grade", "pension_held"))
    entitled = benefits.earns_enough(wage, values).astype(float)
    pay, later = benefits.sick_pay(wage, values), benefits.later_sick_pay(wage, values)
    left, degree = 1.0 - held, values["aap_degree"]
    children = values["aap_child_supplement"] * BENEFIT_DAYS_PER_YEAR * values["children_per_person"]
    increase = benefits.pension_increase(held, values)
    older = age + 1.0 >= 60.0
    worked = {
        "sick_pay": pay,
        "entitled": entitled,
        "nav_pay": entitled * pay,
        "later_pay": entitled * later,
        "top_up": benefits.top_up(wage, values),
        "left": left,
        "allowance": left * degree * (benefits.work_assessment_allowance(wage / left, age, values) + children),
        "increase": increase,
        "pension": left * increase * benefits.disability_pension(wage / left, values["share_single"], values),
        "unemployment": benefits.unemployment_benefit(wage, values),
        "holiday_rate": np.where(older, values["holiday_pay_nav_rate_from_60"], values["holiday_pay_nav_rate"]),
        "labour_cost": wage + employer_contribution(wage, values),
        "output": np.minimum((1.0 - grade) * values["graded_productivity"], 1.0),
    }
    part, above = (1.0 - grade) * wage, worked["top_up"]
    taxable = {
        "in_work": wage,
        "full_employer": pay + above,
        "full_nav": worked["nav_pay"] + above,
        "full_later": worked["later_pay"] + above,
        "graded_employer": part + grade * (pay + above),
        "graded_nav": part + grade * (worked["nav_pay"] + above),
        "graded_unpaid": part,
        "graded_later": part + grade * (worked["later_pay"] + above),
        "on_aap": (1.0 - degree) * wage + worked["allowance"],
        "on_pension": (1.0 - increase) * wage + worked["pension"],
        "unemployed_insured": worked["unemployment"],
    }
    by_employer, by_nav = values["employer_holiday_pay_rate"] * pay, worked["holiday_rate"] * worked["nav_pay"]
    by_nav_later = worked["holiday_rate"] * worked["later_pay"]
    holiday = {
        "full_employer": by_employer,
        "graded_employer": grade * by_employer,
        "full_holiday_pay": by_nav,
        "graded_holiday_pay": grade * by_nav,
        "full_later_holiday_pay": by_nav_later,
        "graded_later_holiday_pay": grade * by_nav_later,
    }
    for name, income in taxable.items():
        worked |= {f"taxable {name}": income, f"tax {name}": income_tax(income, values)}
    for name, amount in holiday.items():
        share = (
            max(values["employer_period"], 1.0) / (DAYS_PER_WEEK * WEEKS_PER_YEAR)
            if name.endswith("employer")
            else max(values["holiday_pay_nav_days"], 1.0) / BENEFIT_DAYS_PER_YEAR
        )
        worked |= {
            f"holiday {name}": amount,
            f"with {name}": wage + share * amount,
            f"added {name}": added_tax(amount, share, wage, worked["tax in_work"], values),
        }
    return worked | {"after_tax": wage - worked["tax in_work"]}

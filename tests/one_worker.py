"""One worker on 1 July 2025, and what a year in a category pays them."""

import numpy as np

from hecon.model.benefits import weekly_rates
from hecon.model.population import Population

G = 130_160.0
SIX_G = 780_960.0


def person(wage=600_000.0, age=44.0, grade=0.5, **fields):
    """A population of one."""
    numbers = {"age": age, "grade": grade, "wage": wage, "employment_fraction": 1.0, "pension_held": 0.0}
    zeros = ("sex", "education", "diagnosis", "start", "weeks_sick_listed", "rights_used", "frailty")
    groups = dict.fromkeys(("age_group", "wage_group", "risk"), 1)
    everything = numbers | dict.fromkeys(zeros, 0) | groups | {"insured": 1} | fields
    return Population(**{name: np.array([value]) for name, value in everything.items()})


def yearly(values, category, **fields):
    """What a whole year in a category pays one person, by flow."""
    weekly = weekly_rates(person(**fields), values)[category]
    return {name: 52.0 * float(amount[0]) for name, amount in weekly.items()}

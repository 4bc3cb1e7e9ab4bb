"""The people at inclusion: covariates, wage, start, rights used, frailty."""

import operator
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from itertools import accumulate
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from hecon.inputs.errors import InputError
from hecon.inputs.points import Draw, Values, beside
from hecon.inputs.schema import Age, Diagnosis, Education, Risk, Sex, Start, Wage
from hecon.model import kernel
from hecon.model.benefits import insured_weeks, pension_increase, waiting_period
from hecon.model.hazards import (
    SCALE_EXIT,
    SCALE_RELAPSE,
    SCALE_RETURN,
    SCALES,
    SICKNESS,
    STATES,
    STRUCTURE,
)
from hecon.model.kernel import AAP, FULL, GRADED, PENSION, WEEKS_PER_YEAR

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

COLUMNS: dict[str, tuple[str, ...]] = {
    "sex": get_args(Sex),
    "education": get_args(Education),
    "diagnosis": get_args(Diagnosis),
    "start": get_args(Start),
    "age": get_args(Age),
    "wage": get_args(Wage),
    "risk": get_args(Risk),
}
"""The covariates that split people into subgroups, and their levels."""
AGE_LIMITS = (35.0, 50.0)
WAGE_LIMITS = (4.0, 6.0)
"""In G; who earns more than the upper has a part of the wage that no benefit replaces."""
GRADES = (0.5, 0.6, 0.7, 0.8)
AGE_STEPS = 2048

# Which column of luck decides what, so that adding one moves no other.
(
    LUCK_AGE,
    LUCK_SEX,
    LUCK_EDUCATION,
    LUCK_DIAGNOSIS,
    LUCK_START,
    LUCK_GRADE,
    LUCK_PART_TIME,
    LUCK_WAGE,
    LUCK_PRIOR_DAYS,
    LUCK_FRAILTY,
    LUCK_PENSION,
    LUCK_INSURED,
    LUCK_RISK,
) = range(13)
LUCK_COLUMNS = 13


@dataclass(frozen=True)
class Population:
    """People at inclusion, one array a covariate, each float64 or int64[person], or [draw, person] of several draws.

    Attributes
    ----------
    age : years
    sex, education, diagnosis, start, age_group, wage_group, risk : places among the levels in `COLUMNS`
    grade : share of the job absent while on graded sick leave, on average
    employment_fraction : of full time
    wage : NOK of 2025 a year for the job held (full-time wage times employment fraction)
    weeks_sick_listed : whole weeks
    rights_used : weekdays of sick pay used
    pension_held : degree of a disability pension held at inclusion
    frailty : standard normal; above 0 returns sooner
    insured : whether an unemployed person has a right to unemployment benefit
    """

    age: Floats
    sex: Integers
    education: Integers
    diagnosis: Integers
    start: Integers
    grade: Floats
    employment_fraction: Floats
    wage: Floats
    weeks_sick_listed: Integers
    rights_used: Integers
    pension_held: Floats
    frailty: Floats
    insured: Integers
    age_group: Integers
    wage_group: Integers
    risk: Integers

    def __len__(self) -> int:
        """Return the number of people in a draw."""
        return int(self.age.shape[-1])

    def of_draw(self, draw: int) -> "Population":
        """Return the people of one of several draws."""
        return Population(**{field.name: getattr(self, field.name)[draw] for field in fields(self)})


def level(population: Population, name: str) -> Integers:
    """Return which level of a covariate each person has: int64[person], places in `COLUMNS[name]`."""
    codes: Integers = getattr(population, {"age": "age_group", "wage": "wage_group"}.get(name, name))
    return codes


def draw_population(values: Values, people: int, seed: int, first: int = 0) -> Population:
    """Draw synthetic people like the trial's at inclusion, with the luck of the draw's key.

    Parameters
    ----------
    values : inputs of a draw, or of several
    people : how many in each
    seed : of the luck
    first : the number of the first of them
    """
    from scipy.special import ndtri

    luck = luck_of_people(values, people, seed, first)
    woman = luck[LUCK_SEX] < values["share_women"]
    median = np.where(woman, values["monthly_wage_median_women"], values["monthly_wage_median_men"])
    spread = np.where(woman, values["wage_log_sd_women"], values["wage_log_sd_men"])
    full_time_wage = 12.0 * median * np.exp(spread * ndtri(luck[LUCK_WAGE])) * values["relative_wage_of_sick_listed"]
    held = np.where(
        luck[LUCK_PENSION] < values["share_graded_pension_at_inclusion"], values["pension_degree_at_inclusion"], 0.0
    )
    part_time = np.where(luck[LUCK_PART_TIME] < values["share_part_time"], values["part_time_fraction"], 1.0)
    fraction = np.minimum(part_time, 1.0 - held)
    wage = full_time_wage * fraction
    weeks = np.full(wage.shape, np.asarray(values["weeks_sick_listed_at_inclusion"]).astype(np.int64))
    days = values["sick_days_prior_year_median"] * np.exp(
        values["sick_days_prior_year_log_sd"] * ndtri(luck[LUCK_PRIOR_DAYS])
    )
    shares = [values["share_grade_50"], values["share_grade_60"], values["share_grade_70"]]
    grade = np.array(GRADES)[_place(luck[LUCK_GRADE], shares)]
    age = _ages(luck[LUCK_AGE], values)
    frailty = ndtri(luck[LUCK_FRAILTY])
    return Population(
        age=age,
        sex=woman.astype(np.int64),
        education=(luck[LUCK_EDUCATION] < values["share_higher_education"]).astype(np.int64),
        diagnosis=_place(luck[LUCK_DIAGNOSIS], [values["share_musculoskeletal"], values["share_psychological"]]),
        start=(luck[LUCK_START] >= values["share_full_at_inclusion"]).astype(np.int64),
        grade=tapered(grade, values),
        employment_fraction=fraction,
        wage=wage,
        weeks_sick_listed=weeks,
        rights_used=rights_used(days, weeks, values),
        pension_held=held,
        frailty=frailty,
        insured=(luck[LUCK_INSURED] < values["share_insured_unemployed"]).astype(np.int64),
        **groups(age, wage, frailty, luck[LUCK_RISK], values),
    )


def luck_of_people(values: Values, people: int, seed: int, first: int) -> Floats:
    """Return the luck that people are drawn with: float64[column, ..., person], strictly between 0 and 1."""
    if isinstance(values, Draw):
        return kernel.uniforms(seed, values.key, people, LUCK_COLUMNS, first).T
    luck = np.empty((LUCK_COLUMNS, len(values.key), people))
    for draw, key in enumerate(values.key):
        luck[:, draw] = kernel.uniforms(seed, int(key), people, LUCK_COLUMNS, first).T
    return luck


def _place(luck: Floats, shares: Sequence[float | Floats]) -> Integers:
    """Return which of the shares, laid end to end, a person's luck falls in, or beyond them all."""
    place = np.zeros(luck.shape, dtype=np.int64)
    for end in accumulate(shares, operator.add):
        place += luck >= end
    return place


def groups(age: Floats, wage: Floats, frailty: Floats, luck: Floats, values: Values) -> dict[str, Integers]:
    """Return the groups of age, wage and predicted risk, by field of `Population`.

    The risk of a long absence is predicted by a prognostic score, standard normal, which knows of frailty what its
    correlation with it says.

    Parameters
    ----------
    age, wage, frailty : as in `Population`
    luck : float64[..., person], what the score sees beside frailty
    values : inputs of a draw, or of several
    """
    from scipy.special import ndtri

    correlation = values["risk_score_correlation"]
    score = -correlation * frailty + np.sqrt(1.0 - correlation * correlation) * ndtri(luck)
    return {
        "age_group": _above(age, AGE_LIMITS),
        "wage_group": _above(wage / values["grunnbelop"], WAGE_LIMITS),
        "risk": _above(score, ndtri([1.0 / 3.0, 2.0 / 3.0])),
    }


def _above(number: Floats, limits: Iterable[float]) -> Integers:
    """Return how many of some limits a number has reached: the place of its group."""
    place = np.zeros(number.shape, dtype=np.int64)
    for limit in limits:
        place += number >= limit
    return place


def tapered(grade: Floats, values: Values) -> Floats:
    """Return the average grade over the weeks on graded leave: it falls as people work more, but not under 20%."""
    return np.clip(grade * values["graded_taper"], values["sick_pay_minimum_grade"], 1.0)


def _ages(luck: Floats, values: Values) -> Floats:
    """Return ages from a beta distribution on the trial's age range that has its mean and SD."""
    said = beside(values, [values[name] for name in ("age_mean", "age_sd", "age_minimum", "age_maximum")])
    several = np.unique(said.reshape(-1, said.shape[-1]), axis=0).tolist()
    if len(several) == 1:
        return _quantiles(luck, *several[0])
    return np.stack([_quantiles(one, *numbers) for one, numbers in zip(luck, said.tolist(), strict=True)])


def _quantiles(luck: Floats, mean: float, sd: float, low: float, high: float) -> Floats:
    """Return quantiles of a beta distribution by its mean, SD and range, linear between `AGE_STEPS` of them."""
    ages, slopes = _age_quantiles(mean, sd, low, high + 1.0)
    step = (luck * AGE_STEPS).astype(np.int64)
    return slopes[step] * (luck - step / AGE_STEPS) + ages[step]


@lru_cache(maxsize=64)
def _age_quantiles(mean: float, sd: float, low: float, high: float) -> tuple[Floats, Floats]:
    """Return the quantiles at the beginning of each step, and their slopes to the next one."""
    from scipy.special import betaincinv

    centre, spread = (mean - low) / (high - low), sd / (high - low)
    concentration = centre * (1.0 - centre) / spread**2 - 1.0 if spread > 0.0 else 0.0
    if not 0.0 < centre < 1.0 or concentration <= 0.0:
        message = (
            f"population.toml: no ages from {low:g} to {high:g} have mean {mean:g} and SD {sd:g}: "
            "give a mean between them and a smaller SD above 0"
        )
        raise InputError(message)
    grid = np.linspace(0.0, 1.0, AGE_STEPS + 1)
    ages = low + (high - low) * betaincinv(centre * concentration, (1.0 - centre) * concentration, grid)
    return ages, np.diff(ages) / np.diff(grid)


def rights_used(days: Floats, weeks: Integers, values: Values) -> Integers:
    """Return weekdays of sick pay used, from calendar days of sick leave in the year before.

    The present spell has used at least its own weeks, and somebody without rights would not be sick-listed.
    """
    full_weeks, rest = waiting_period(values)
    waiting = 5 * full_weeks + np.minimum(rest, 5)
    own = np.maximum(5 * weeks - waiting, 0)
    used = np.rint(days * 5.0 / 7.0 - waiting).astype(np.int64)
    return np.clip(used, own, np.asarray(values["sick_pay_rights"]).astype(np.int64) - 1)


def people_arrays(population: Population, values: Values) -> kernel.People:
    """Return the people as the kernel reads them, with a leading axis of draws where there are several."""
    shape = population.age.shape
    used = np.zeros((*shape, len(STRUCTURE.exit_destination)), dtype=np.int64)
    used[..., SICKNESS] = population.rights_used
    frailty = np.exp(values["frailty_sd"] * population.frailty)
    scale = np.ones((*shape, SCALES))
    scale[..., SCALE_RETURN] = frailty
    scale[..., SCALE_RELAPSE] = frailty ** -values["relapse_frailty"]
    scale[..., SCALE_EXIT] = frailty ** values["exhaustion_frailty"]
    share = np.zeros((*shape, len(STATES)))
    share[..., FULL] = population.employment_fraction
    share[..., GRADED] = population.grade * population.employment_fraction
    share[..., AAP] = values["aap_degree"] * population.employment_fraction
    share[..., PENSION] = pension_increase(population.pension_held, values) * population.employment_fraction
    years = values["retirement_age"] - population.age
    return kernel.People(
        state=np.where(population.start == 0, FULL, GRADED),
        clock=population.weeks_sick_listed,
        waited=population.weeks_sick_listed,
        used=used,
        retirement=np.maximum(np.floor(years * WEEKS_PER_YEAR), 0).astype(np.int64),
        sex=population.sex,
        age=population.age,
        scale=scale,
        benefit_share=share,
        insured_weeks=insured_weeks(population.wage, population.insured, values),
    )

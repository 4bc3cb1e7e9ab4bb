"""I-MORE against O-ACT emulated: the published hazard ratio put on the arm, and what follows from it.

The study's people had been sick-listed for months. They are the model's people who are still in their first spell then,
with the frailty, the rights and the grades that this selects; the effect begins in that week and acts on everybody.
O-ACT is usual care. Each function gives, at one draw, what the study would have reported: by the figure's name.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from hecon.calibration.followed import NORMAL_95, Followed, States, follow, without_benefit
from hecon.calibration.mi_nav import USUAL
from hecon.calibration.studies import INCLUSION, value_of_a_day
from hecon.inputs.points import Inputs
from hecon.inputs.schema import Contact, Effect, ProgramFile
from hecon.inputs.unseen import Published, Unseen
from hecon.model.benefits import discount_weeks, pension_increase, state_utilities
from hecon.model.cox import log_hazard_ratio
from hecon.model.hazards import STATES
from hecon.model.kernel import AAP, FULL, GRADED, PENSION, WEEKS_PER_YEAR, WORK
from hecon.model.trial import mid_quantile

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

FOLLOWED = 2000
"""People who begin; those still sick-listed when the study took its people in are followed."""
FARTHEST = 16.0
"""No ratio is looked for above this, or below its inverse."""
NARROW = 0.01
MONTH = 5
"""Weeks without benefit of a sustained return: the first whole number of weeks to hold a calendar month."""
REHABILITATION = "rehabilitation"
CAUSAL = {"25": 0.25, "50": 0.5}


@dataclass(frozen=True)
class Rates:
    """Money at one study's prices: what a NOK of 2025 is in its euros, and a euro in its dollars."""

    euro: float
    dollar: float


def with_rehabilitation(inputs: Inputs, unseen: Unseen) -> Inputs:
    """Return inputs that know a program which changes return to work in everybody from the week the study begins.

    The parameters it names are `rehabilitation_week`, `_attendance`, `_ratio` and `_end`.
    """
    names = {part: f"{REHABILITATION}_{part}" for part in ("week", "attendance", "ratio", "end")}
    program = ProgramFile(
        name=REHABILITATION,
        label="Rehabilitation",
        summary="Everybody still sick-listed is affected from one week on.",
        measured_in="I-MORE",
        contacts=(
            Contact(
                name="inclusion",
                week=names["week"],
                eligible=("full_sick_leave", "graded_sick_leave"),
                attendance=names["attendance"],
            ),
        ),
        effects=(Effect(on="return", ratios=(names["ratio"],), until=names["end"]),),
    )
    start = unseen.studies["i_more"].design["weeks_sick_listed"] - INCLUSION
    numbers: dict[str, float | Floats] = {
        "week": start,
        "attendance": 1.0,
        "ratio": 1.0,
        "end": start + inputs["effect_ends_week"],
    }
    own = {names[part]: np.broadcast_to(np.asarray(value, float), (len(inputs),)) for part, value in numbers.items()}
    return replace(inputs, programs={**inputs.programs, REHABILITATION: program}, drawn={**inputs.drawn, **own})


def i_more(
    inputs: Inputs, position: int, unseen: Unseen, *, normal: float, rates: Rates, seed: int
) -> dict[str, float]:
    """Return what I-MORE's reports would have said at one draw, over two years, seven, and 25.

    Parameters
    ----------
    inputs : the draws, with keys of their own, and the program of `with_rehabilitation`
    position : which of them
    unseen : the study and its figures
    normal : standard normal number that draws the published hazard ratio
    rates : money
    seed : of all luck
    """
    design = unseen.studies["i_more"].design
    start = int(design["weeks_sick_listed"]) - INCLUSION
    horizon = start + int(unseen.studies["morgante"].design["weeks"])
    control = follow(inputs, position, USUAL, people=FOLLOWED, weeks=horizon, seed=seed)
    chosen = still_sick_listed(control.states(start))
    published = unseen.figures["i_more.hazard_ratio_12"]
    middle, low, high = (np.log(one or 1.0) for one in (published.value, published.low, published.high))
    ratio = solved_ratio(control, chosen, start, float(middle + (high - low) / NORMAL_95 * normal))
    treated = control.under(REHABILITATION, {f"{REHABILITATION}_ratio": ratio})
    arms = _Arms(treated, control, chosen, start)
    draw = np.random.default_rng([seed, int(inputs.draw[position]), 3])
    healthcare = _drawn(unseen.figures["i_more.healthcare"], draw)
    worth = rates.euro * control.value_of_a_day[chosen]
    fraction = control.population.employment_fraction[chosen]
    return (
        _first_years(arms, unseen, worth, healthcare)
        | _their_days(unseen, rates.euro * value_of_a_day(control.value_of_a_day[chosen], fraction), healthcare, draw)
        | _lifetime(arms, unseen, rates, healthcare)
    )


def still_sick_listed(states: States) -> Integers:
    """Return who has been on sick leave without a break up to the last of the weeks: the positions of persons."""
    return np.flatnonzero(np.isin(states, [FULL, GRADED]).all(axis=1))


def solved_ratio(control: Followed, chosen: Integers, start: int, target: float) -> float:
    """Return the ratio of return among everybody at which the emulated arm has a log hazard ratio, or the nearer end.

    Parameters
    ----------
    control : the people under usual care
    chosen : those taken in
    start : the week they are taken in
    target : log hazard ratio of sustained return within 12 months
    """
    from scipy.optimize import brentq

    beside = control.states(start + WEEKS_PER_YEAR)[chosen, start:]

    def distance(log_ratio: float) -> float:
        treated = control.under(REHABILITATION, {f"{REHABILITATION}_ratio": float(np.exp(log_ratio))})
        return log_ratio_of_return(treated.states(start + WEEKS_PER_YEAR)[chosen, start:], beside) - target

    end = float(np.log(FARTHEST))
    if distance(end) <= 0.0:
        return FARTHEST
    if distance(-end) >= 0.0:
        return 1.0 / FARTHEST
    return float(np.exp(brentq(distance, -end, end, xtol=NARROW)))


def log_ratio_of_return(treated: States, control: States) -> float:
    """Return the log hazard ratio of sustained return between two arms.

    Parameters
    ----------
    treated, control : int8[person, week], of which the last is the state at the end of the follow-up
    """
    weeks, returned = (
        np.concatenate(one) for one in zip(time_to_return(treated), time_to_return(control), strict=True)
    )
    return log_hazard_ratio(weeks, returned, np.repeat([True, False], [len(treated), len(control)]))


def time_to_return(states: States, run: int = MONTH) -> tuple[Floats, Floats]:
    """Return weeks to the first `run` weeks without benefit, cut at the end, and whether there were such.

    Parameters
    ----------
    states : int8[person, week], of which the last is the state at the end of the follow-up
    run : how many make a sustained return

    Returns
    -------
    float64[person] each
    """
    weeks = states.shape[1] - 1
    free = np.cumsum(without_benefit(states[:, :weeks]), axis=1)
    whole = np.concatenate([free[:, run - 1 : run], free[:, run:] - free[:, :-run]], axis=1) == run
    returned = whole.any(axis=1)
    return np.where(returned, whole.argmax(axis=1), weeks).astype(float), returned.astype(float)


@dataclass(frozen=True)
class _Arms:
    """The same people under the program and under usual care, from the week they were taken in."""

    treated: Followed
    control: Followed
    chosen: Integers
    start: int

    def days(self, horizons: Sequence[int]) -> dict[int, tuple[Floats, Floats]]:
        """Return each one's days on benefit in so many weeks since they were taken in, treated and control."""
        before = self.control.days(self.start)

        def since(arm: Followed, weeks: int) -> Floats:
            return (arm.days(self.start + weeks) - before)[self.chosen]

        return {weeks: (since(self.treated, weeks), since(self.control, weeks)) for weeks in horizons}

    def states(self, weeks: int) -> tuple[States, States]:
        """Return each one's states since they were taken in, treated and control."""
        arms = (self.treated, self.control)
        one, other = (arm.states(self.start + weeks)[self.chosen, self.start :] for arm in arms)
        return one, other


def _first_years(arms: _Arms, unseen: Unseen, worth: Floats, healthcare: float) -> dict[str, float]:
    """Return the reports on trials of the published size: different people in the two arms."""
    design = unseen.studies["i_more"].design
    treated, control = _split(arms, int(design["i_more"]), int(design["o_act"]))
    late_treated, late_control = _split(arms, int(design["i_more_84"]), int(design["o_act_84"]))
    days = arms.days((26, 52, 104, 364))
    year, two_years = arms.states(WEEKS_PER_YEAR), arms.states(2 * WEEKS_PER_YEAR)

    def quantile(weeks: int, q: float) -> tuple[float, float]:
        one, other = days[weeks]
        return _quantile(one[treated], q), _quantile(other[control], q)

    half, median, long_median = quantile(26, 0.5), quantile(52, 0.5), quantile(104, 0.5)
    lower, upper = quantile(52, 0.25), quantile(52, 0.75)
    lost = [days[104][0][treated] * worth[treated], days[104][1][control] * worth[control]]
    late = [days[364][0][late_treated] * worth[late_treated], days[364][1][late_control] * worth[late_control]]
    return {
        "i_more.hazard_ratio_12": float(np.exp(log_ratio_of_return(year[0][treated], year[1][control]))),
        "i_more.hazard_ratio_24": float(np.exp(log_ratio_of_return(two_years[0][treated], two_years[1][control]))),
        "i_more.days_26.difference": half[0] - half[1],
        "i_more.days_52.i_more.median": median[0],
        "i_more.days_52.o_act.median": median[1],
        "i_more.days_52.i_more.q1": lower[0],
        "i_more.days_52.o_act.q1": lower[1],
        "i_more.days_52.i_more.q3": upper[0],
        "i_more.days_52.o_act.q3": upper[1],
        "i_more.days_52.difference": median[0] - median[1],
        "i_more.days_104.i_more.median": long_median[0],
        "i_more.days_104.o_act.median": long_median[1],
        "i_more.days_104.difference": float(days[104][0][treated].mean() - days[104][1][control].mean()),
        "i_more.aap_104.i_more": float((two_years[0][treated, -1] == AAP).mean()),
        "i_more.aap_104.o_act": float((two_years[1][control, -1] == AAP).mean()),
        "i_more.healthcare": healthcare,
        "i_more.net_benefit_104": float(lost[1].mean() - lost[0].mean()) - healthcare,
        "i_more.days_364.difference": float(days[364][0][late_treated].mean() - days[364][1][late_control].mean()),
        "i_more.production_364": float(late[1].mean() - late[0].mean()),
    }


def _their_days(unseen: Unseen, day: float, healthcare: float, draw: np.random.Generator) -> dict[str, float]:
    """Return the study's own difference in days, drawn, at the model's value of a day."""
    production = -_drawn(unseen.figures["i_more.days_104.difference"], draw) * day
    return {
        "i_more.value_of_a_day": day,
        "i_more.production_of_43_days": production,
        "i_more.net_benefit_of_43_days": production - healthcare,
    }


def _lifetime(arms: _Arms, unseen: Unseen, rates: Rates, healthcare: float) -> dict[str, float]:
    """Return the differences between the arms over the long horizon, discounted, in all people followed."""
    design = unseen.studies["morgante"].design
    weeks = int(design["weeks"])
    values = arms.control.values
    weights = np.diff(discount_weeks(weeks, values["discount_rate"]))
    spent = [_discounted_weeks(states[:, :-1], weights) for states in arms.states(weeks)]
    gained = spent[0] - spent[1]
    share = production_shares(arms.control)[arms.chosen]
    weekly = arms.control.value_of_a_day * arms.control.population.employment_fraction * 5.0
    production = rates.euro * float((gained * share).sum(axis=1) @ weekly[arms.chosen]) / len(arms.chosen)
    found = {"morgante.net_saving": production - healthcare}
    for name, causal in CAUSAL.items():
        drawn = MappingProxyType({**values.inputs.drawn, "causal_share_of_utility_difference": np.array([causal])})
        utility = state_utilities(replace(values.inputs, drawn=drawn).one(values.position))
        qalys = float((gained @ utility).mean()) / WEEKS_PER_YEAR
        per_qaly = rates.dollar * healthcare / qalys if qalys > 0.0 else np.inf
        found[f"morgante.qalys.{name}"] = qalys
        found[f"morgante.cost_per_qaly.{name}"] = per_qaly
        found[f"morgante.not_cost_effective.{name}"] = 100.0 * (per_qaly > design["threshold"])
    return found


def production_shares(people: Followed) -> Floats:
    """Return the share of each one's job that is produced in each state: float64[person, state]."""
    population, values = people.population, people.values
    share = np.zeros((len(population), len(STATES)))
    share[:, WORK] = 1.0 - values["presenteeism"]
    share[:, GRADED] = np.minimum((1.0 - population.grade) * values["graded_productivity"], 1.0)
    share[:, AAP] = 1.0 - values["aap_degree"]
    share[:, PENSION] = 1.0 - pension_increase(population.pension_held, values)
    return share * (1.0 + values["production_surplus"])


def _discounted_weeks(states: States, weights: Floats) -> Floats:
    """Return the discounted weeks in each state: float64[person, state]."""
    persons = len(states)
    cell = states + len(STATES) * np.arange(persons)[:, None]
    summed = np.bincount(cell.ravel(), np.tile(weights, persons), minlength=persons * len(STATES))
    return summed.reshape(persons, len(STATES)).astype(float)


def _split(arms: _Arms, treated: int, control: int) -> tuple[Integers, Integers]:
    """Return the positions among those taken in of the people of each arm: nobody is in both, if there are enough.

    Where fewer were taken in than the arms need, they are counted again from the first.
    """
    positions = np.arange(treated + control) % len(arms.chosen)
    return positions[:treated], positions[treated:]


def _quantile(values: Floats, q: float) -> float:
    """Return a quantile of the mid-distribution."""
    return float(mid_quantile(values[None, :], q)[0])


def _drawn(figure: Published, draw: np.random.Generator) -> float:
    """Return a draw of the normal distribution that a figure's interval implies."""
    error = ((figure.high or 0.0) - (figure.low or 0.0)) / NORMAL_95
    return (figure.value or 0.0) + error * float(draw.standard_normal())

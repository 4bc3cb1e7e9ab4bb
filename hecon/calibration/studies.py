"""Studies emulated without an effect of their own: MI-NAV, four years after rehabilitation, leavers of the allowance.

Each function gives, at one draw, what the study would have reported: by the figure's name, in the figure's unit.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from hecon.calibration.followed import NORMAL_95, States, alone, follow, without_benefit
from hecon.calibration.mi_nav import MI, USUAL
from hecon.inputs.points import Inputs
from hecon.inputs.unseen import Published, Unseen
from hecon.model.hazards import STATES
from hecon.model.kernel import AAP, FULL, GRADED, PENSION, QALYS, RETIRED, UNEMPLOYED, WEEKS_PER_YEAR, WORK
from hecon.model.trial import mid_quantile

Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]

HALF_YEAR = 26
MONTHS = 12
FOLLOWED = 3000
"""People whose histories are read; the study's own number is drawn from what they show."""
INCLUSION = 8
"""Weeks sick-listed when the model's people begin."""


def mi_nav(inputs: Inputs, position: int, unseen: Unseen, *, euro: float, seed: int) -> dict[str, float]:
    """Return what MI-NAV would have reported at one draw: arms of its size, drawn apart.

    Parameters
    ----------
    inputs : the draws, with keys of their own
    position : which of them
    unseen : the study and its figures
    euro : what a NOK of 2025 is in euros of the study's price year
    seed : of all luck
    """
    study = unseen.studies["mi_nav"]
    usual_care, treated = (int(study.design[name]) for name in ("usual_care", MI))
    people = usual_care + treated
    whole = alone(inputs, MI).replaced(study.people)
    usual, mi = (
        follow(whole, position, strategy, people=people, weeks=WEEKS_PER_YEAR, seed=seed) for strategy in (USUAL, MI)
    )
    half = {"usual": usual.counted(HALF_YEAR)[0][:usual_care], "mi": mi.counted(HALF_YEAR)[0][usual_care:]}
    days = {26: (usual.days(HALF_YEAR)[:usual_care], mi.days(HALF_YEAR)[usual_care:])}
    days[52] = (usual.days(WEEKS_PER_YEAR)[:usual_care], mi.days(WEEKS_PER_YEAR)[usual_care:])
    worth = euro * np.concatenate([usual.value_of_a_day[:usual_care], mi.value_of_a_day[usual_care:]])
    lost = {w: (one * worth[:usual_care], other * worth[usual_care:]) for w, (one, other) in days.items()}
    cost = {w: euro * float(mi.delivery(w)[usual_care:].mean()) for w in (HALF_YEAR, WEEKS_PER_YEAR)}
    noise = _noise(unseen.figures, seed, int(inputs.draw[position]))
    return {
        "mi_nav.days_26.usual_care.median": float(mid_quantile(days[26][0][None, :], 0.5)[0]),
        "mi_nav.days_26.motivational_interviewing.median": float(mid_quantile(days[26][1][None, :], 0.5)[0]),
        "mi_nav.days_26.difference": _difference(days[26]),
        "mi_nav.days_26.difference_mean": _difference(days[26]),
        "mi_nav.qalys_26": _difference((half["usual"][:, QALYS], half["mi"][:, QALYS])) + noise["mi_nav.qalys_26"],
        "mi_nav.cost_26.societal": _difference(lost[26]) + cost[26],
        "mi_nav.cost_26.without_production": cost[26] + noise["mi_nav.cost_26.without_production"],
        "mi_nav.days_52.difference": _difference(days[52]),
        "mi_nav.benefit_odds_ratio": odds_ratio(
            on_benefit_by_month(mi.states(WEEKS_PER_YEAR)[usual_care:]),
            on_benefit_by_month(usual.states(WEEKS_PER_YEAR)[:usual_care]),
        ),
        "mi_nav.net_benefit_52": -_difference(lost[52]) - cost[52],
        "mi_nav.value_of_a_day": euro * value_of_a_day(usual.value_of_a_day, usual.population.employment_fraction),
    }


def oyeflaten(inputs: Inputs, position: int, unseen: Unseen, *, seed: int) -> dict[str, float]:
    """Return the percentages working one to four years after departure, at one draw.

    People are taken from the model's own histories, in the state of departure at the week that the study's design says,
    so that their clocks and rights are those that brought them there.
    """
    study = unseen.studies["oyeflaten"]
    departure = {name: int(weeks) - INCLUSION for name, weeks in study.design.items() if name != "program"}
    longest = max(departure.values()) + 4 * WEEKS_PER_YEAR
    people = follow(inputs.replaced(study.people), position, USUAL, people=FOLLOWED, weeks=longest, seed=seed)
    states = people.states(longest)
    chosen = departing(states, departure, int(study.design["program"]))
    random = np.random.default_rng([seed, int(inputs.draw[position]), 1])
    found = {}
    for name, (week, who) in chosen.items():
        for year in range(1, 5):
            figure = unseen.figures[f"oyeflaten.{name}.{year}"]
            later = states[who, week + year * WEEKS_PER_YEAR]
            working = np.isin(later, [WORK, UNEMPLOYED])
            share = float(working.mean()) if len(working) else float("nan")
            found[figure.name] = 100.0 * _sampled(share, _implied_people(figure), random)
    return found


def departing(states: States, departure: Mapping[str, int], program: int) -> dict[str, tuple[int, Booleans]]:
    """Return who is in each state of departure, and in which week.

    Parameters
    ----------
    states : int8[person, week]
    departure : weeks since inclusion by kind: sick_listed, allowance, pension
    program : weeks that the program took, before which those who work were sick-listed

    Returns
    -------
    by state of departure, the week and bool[person]
    """
    sick, allowance, pension = (departure[name] for name in ("sick_listed", "allowance", "pension"))
    there = states[:, sick]
    back = (there == WORK) & np.isin(states[:, sick - program], [FULL, GRADED])
    on_allowance, on_pension = states[:, allowance] == AAP, states[:, pension] == PENSION
    return {
        "working": (sick, back),
        "partial_sick_leave": (sick, there == GRADED),
        "full_sick_leave": (sick, there == FULL),
        "medical_rehabilitation": (allowance, on_allowance),
        "vocational_rehabilitation": (allowance, on_allowance),
        "partial_pension": (pension, on_pension),
        "full_pension": (pension, on_pension),
    }


def leavers(inputs: Inputs, position: int, unseen: Unseen, *, seed: int) -> dict[str, float]:
    """Return where the allowance's leavers are half a year later, in percent, at one draw."""
    study = unseen.studies["leavers"]
    weeks, later, limit_later = (int(study.design[name]) for name in ("weeks", "later", "limit_later"))
    people = follow(inputs.replaced(study.people), position, USUAL, people=FOLLOWED, weeks=weeks, seed=seed)
    states = people.states(weeks)
    status = after_leaving(states, later)
    limit = -(-int(people.values["aap_rights"]) // 5)
    passed = after_limit(states, limit, limit_later)
    random = np.random.default_rng([seed, int(inputs.draw[position]), 2])
    kinds = {
        "employee": [WORK, FULL, GRADED],
        "employee_only": [WORK, FULL, GRADED],
        "employee_with_benefit": [],
        "pension": [PENSION],
        "neither": [UNEMPLOYED],
        "allowance": [AAP],
        "retired": [RETIRED],
    }
    found = {}
    for name, figure in unseen.figures.items():
        if figure.study != "leavers" or figure.n is None:
            continue
        _, when, kind = name.split(".")
        among, of_kind = (passed, {"allowance": [AAP], "work": [WORK]}) if when == "limit" else (status, kinds)
        share = float(np.isin(among, of_kind[kind]).mean()) if len(among) else float("nan")
        found[name] = 100.0 * _sampled(share, figure.n, random)
    return found


def after_leaving(states: States, later: int) -> States:
    """Return the states so many weeks after the allowance was left for another state, the dead left out.

    Parameters
    ----------
    states : int8[person, week]
    later : weeks
    """
    left = (states[:, :-1] == AAP) & (states[:, 1:] != AAP)
    person, week = np.nonzero(left[:, : states.shape[1] - 1 - later])
    found = states[person, week + 1 + later]
    return np.asarray(found[found != STATES.index("dead")])


def after_limit(states: States, limit: int, later: int) -> States:
    """Return the states so many weeks after the allowance had lasted to its limit, the dead left out.

    Parameters
    ----------
    states : int8[person, week]
    limit : weeks that the right lasts
    later : weeks
    """
    entered = (states[:, 1:] == AAP) & (states[:, :-1] != AAP)
    who = np.flatnonzero(entered.any(axis=1))
    first = entered[who].argmax(axis=1) + 1
    seen = first + limit + later < states.shape[1]
    who, first = who[seen], first[seen]
    stayed = (states[who[:, None], first[:, None] + np.arange(limit)] == AAP).all(axis=1)
    found = states[who[stayed], first[stayed] + limit + later]
    return np.asarray(found[found != STATES.index("dead")])


def on_benefit_by_month(states: States) -> Booleans:
    """Return who was on a medical benefit in some week of each month: bool[person, month].

    Parameters
    ----------
    states : int8[person, week], a year of weeks
    """
    benefit = ~without_benefit(states[:, :WEEKS_PER_YEAR])
    starts = np.arange(MONTHS) * WEEKS_PER_YEAR // MONTHS
    return np.asarray(np.add.reduceat(benefit, starts, axis=1) > 0)


def odds_ratio(treated: Booleans, control: Booleans) -> float:
    """Return the odds ratio over months by Mantel and Haenszel's estimator.

    Parameters
    ----------
    treated, control : bool[person, month]
    """
    a, c = treated.sum(axis=0).astype(float), control.sum(axis=0).astype(float)
    b, d = len(treated) - a, len(control) - c
    return float(np.sum(a * d) / np.sum(b * c))


def value_of_a_day(worth: Floats, fraction: Floats) -> float:
    """Return the mean value of a full-time day, each weighed by the part of full time that they work.

    Parameters
    ----------
    worth : float64[person], of a full-time day
    fraction : float64[person], of full time
    """
    return float(np.sum(worth * fraction) / np.sum(fraction))


def _difference(arms: tuple[Floats, Floats]) -> float:
    """Return the second arm's mean less the first's."""
    return float(arms[1].mean() - arms[0].mean())


def _implied_people(figure: Published) -> int:
    """Return the number of people whose share would have the printed interval."""
    share, error = (figure.value or 0.0) / 100.0, ((figure.high or 0.0) - (figure.low or 0.0)) / NORMAL_95 / 100.0
    return max(round(share * (1.0 - share) / error**2), 1)


def _sampled(share: float, people: int, random: np.random.Generator) -> float:
    """Return the share that so many people drawn would show."""
    return share if np.isnan(share) else random.binomial(people, share) / people


def _noise(figures: Mapping[str, Published], seed: int, key: int) -> dict[str, float]:
    """Return an error drawn from the printed interval of figures that vary by what the model leaves out."""
    random = np.random.default_rng([seed, key, 0])
    return {
        name: ((figures[name].high or 0.0) - (figures[name].low or 0.0)) / NORMAL_95 * random.standard_normal()
        for name in ("mi_nav.qalys_26", "mi_nav.cost_26.without_production")
    }

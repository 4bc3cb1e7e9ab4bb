"""Shares in every state and week, computed exactly for people who are all alike, agree with the simulation.

The recursion carries probability over (state, weeks in the group, weekdays of sick pay used, weeks waited, weekdays of
allowance used, affected), for each class of people whom the same contacts affect. It is written from the rules and
shares nothing with the kernel but tables.
"""

import math
from collections import defaultdict
from itertools import pairwise

import numpy as np
import pytest
from small_worlds import no_program, states_by_week, traced, world_of

from hecon.inputs.parameters import read_parameters
from hecon.model import kernel
from hecon.model.hazards import ON_AAP, SICKNESS, STATES, STRUCTURE
from hecon.model.kernel import FULL, GRADED, WORK

WEEKS = 72
NEGLIGIBLE = 2e-8  # probability of a history that is not carried on; what is lost is counted
PERSONS = 100_000
SEED = 21
GROUP = STRUCTURE.group.tolist()
SICK = (FULL, GRADED)
ALIKE = {
    "frailty_sd": 0.0,
    "relapse_rate": 2.0,
    "aap_rights": 101.0,  # runs out within the horizon, on a Monday
    "aap_to_work": 0.6,
    "mortality_men": [30.0 + 2.0 * year for year in range(58)],
    "mortality_ratio_pension": 2.0,
    "mi_first_attendance": 1.0,
    "mi_second_attendance": 1.0,
    "early_contact_return_ratio": 1.6,
    "early_contact_relapse_ratio": 0.7,
    "early_contact_aap_odds_ratio": 0.4,
    "motivational_content_return_ratio": 1.0,
    "motivational_content_relapse_ratio": 1.0,
    "motivational_content_aap_odds_ratio": 1.0,
    "effect_ends_week": 40.0,
}
STARTS = {"eight weeks in": (8, 3, 28), "rights nearly spent": (8, 3, 200), "first day": (0, 0, 150)}


def world_of_the_alike(strategy, start, weeks=WEEKS, **changes):
    """The model's world with everybody alike: full sick leave, men of 44, no retirement in sight."""
    inputs = read_parameters().overlay(ALIKE | changes).base_case()
    world, _ = world_of(inputs, strategy, PERSONS, weeks, SEED)
    clock, waited, used = STARTS[start]
    people = world.people
    rights = np.zeros_like(people.used)
    rights[:, SICKNESS] = used
    alike = people._replace(
        state=np.full(PERSONS, FULL),
        clock=np.full(PERSONS, clock),
        waited=np.full(PERSONS, waited),
        used=rights,
        retirement=np.full(PERSONS, 10_000),
        sex=np.zeros(PERSONS, dtype=np.int64),
        age=np.full(PERSONS, 44.0),
    )
    assert np.all(people.scale == 1.0)
    return world._replace(people=alike)


class Recursion:
    """One step of the exact model, for people of one propensity to attend."""

    def __init__(self, world, propensity):
        self.world = world
        self.reached = [propensity < reach for reach in world.program.reach]
        self.hazard = np.diff(world.hazards.cumulative, axis=1).tolist()
        self.right = {SICKNESS: int(world.rules.right[SICKNESS]), ON_AAP: int(world.rules.right[ON_AAP])}

    def exits(self, group, *, helped):
        """Where a right that has run out leads: (state, probability)."""
        program = self.world.program
        weights = {
            int(to): float(self.world.hazards.exit_weight[group, slot])
            * (float(program.exit_effect[group, slot]) if helped else 1.0)
            for slot, to in enumerate(STRUCTURE.exit_destination[group])
            if to >= 0
        }
        return [(to, weight / sum(weights.values())) for to, weight in weights.items()]

    def enter(self, key, to, probability, *, helped, into):
        """Send probability from a key to a state, or through the exit where the right is spent."""
        state, clock, sick_used, waited, aap_used, affected = key
        group = GROUP[to]
        used = {SICKNESS: sick_used, ON_AAP: aap_used}
        if group in used and used[group] >= self.right[group]:
            for beyond, share in self.exits(group, helped=helped):
                renewed = (state, clock, sick_used, waited, 0 if GROUP[beyond] == group else aap_used, affected)
                self.enter(renewed, beyond, probability * share, helped=helped, into=into)
            return
        if to in SICK and state == WORK and clock >= 3:
            waited = 0
        clock = clock if group == GROUP[state] else 0
        into[to, clock, sick_used, waited, aap_used, affected] += probability

    def step(self, now, week):
        """Carry the probability of every key over a week."""
        world, program = self.world, self.world.program
        position = 44.0 + week / 52 - world.hazards.first_age
        yearly = np.interp(
            [position, position + 1 / 52],
            np.arange(world.hazards.mortality.shape[1]),
            world.hazards.mortality[0],
        )
        due = [contact for contact in range(len(program.week)) if program.week[contact] == week]
        after = defaultdict(float)
        for (state, clock, sick_used, waited, aap_used, was_affected), probability in now.items():
            if STRUCTURE.absorbing[state]:
                after[state, 0, 0, 0, 0, False] += probability
                continue
            affected = was_affected or any(
                self.reached[contact] and program.eligible[contact, state] for contact in due
            )
            helped = affected and week < program.until
            dies = -math.expm1(-float(world.hazards.mortality_ratio[state]) * (yearly[1] - yearly[0]))
            after[STRUCTURE.dead, 0, 0, 0, 0, False] += probability * dies
            alive = probability * (1.0 - dies)
            hazards = [
                hazard * (float(program.effect[state, slot]) if helped else 1.0)
                for slot, hazard in enumerate(self.hazard[state][clock])
            ]
            total = sum(hazards)
            # What the week does to the counters: 5, 5 and 2 weekdays of the employer's period are not charged.
            sick_after, aap_after, waited_after = sick_used, aap_used, waited
            if state in SICK:
                charged = (0, 0, 3)[waited] if waited < 3 else 5
                sick_after = min(sick_used + charged, self.right[SICKNESS])
                waited_after = min(waited + 1, 3)
            elif GROUP[state] == ON_AAP:
                aap_after = min(aap_used + 5, self.right[ON_AAP])
            key = state, clock + 1, sick_after, waited_after, aap_after, affected
            if total > 0.0:
                leaving = key
                if state == WORK:
                    leaving = (
                        state,
                        clock + 1,
                        0 if clock + 1 >= 26 else sick_after,
                        waited_after,
                        0 if clock + 1 >= 52 else aap_after,
                        affected,
                    )
                leaves = -math.expm1(-total)
                for slot, hazard in enumerate(hazards):
                    if hazard > 0.0:
                        to = int(STRUCTURE.destination[state, slot])
                        self.enter(leaving, to, alive * leaves * hazard / total, helped=helped, into=after)
            self.enter(key, state, alive * math.exp(-total), helped=helped, into=after)
        return {key: probability for key, probability in after.items() if probability > NEGLIGIBLE}


def exact_occupancy(world, start):
    """Return float64[week, state]; propensities are uniform, and alike between one contact's reach and the next."""
    share = np.zeros((world.horizon + 1, len(STATES)))
    for low, high in pairwise(sorted({0.0, 1.0, *world.program.reach.tolist()})):
        recursion = Recursion(world, (low + high) / 2)
        clock, waited, used = STARTS[start]
        now = {(FULL, clock, used, waited, 0, False): high - low}
        for week in range(world.horizon + 1):
            for key, probability in now.items():
                share[week, key[0]] += probability
            now = recursion.step(now, week) if week < world.horizon else {}
    return share


def compare_with_the_exact(world, start):
    """Set the simulated shares beside the exact ones, and return the exact ones."""
    exact = exact_occupancy(world, start)
    lost = 1.0 - exact.sum(axis=1, keepdims=True)
    assert np.all((lost > -1e-12) & (lost < 5e-4))  # a third of a standard error of a share of a half
    states = states_by_week(*traced(world, seed=SEED), world.horizon)
    simulated = np.stack([(states == state).mean(axis=0) for state in range(len(STATES))], axis=1)
    # Four standard errors, for many weeks of 8 states are looked at together; one person more where almost nobody is.
    error = np.sqrt(exact * (1.0 - exact) / PERSONS)
    assert np.all(np.abs(simulated - exact) <= 4.0 * error + 1.0 / PERSONS + lost)
    return exact


@pytest.mark.parametrize(
    ("strategy", "start"),
    [
        ("usual_case_management", "eight weeks in"),
        pytest.param("motivational_interviewing", "rights nearly spent", marks=pytest.mark.slow),
        pytest.param("motivational_interviewing", "first day", marks=pytest.mark.slow),
        pytest.param("motivational_interviewing", "eight weeks in", marks=pytest.mark.slow),
        pytest.param("usual_case_management", "rights nearly spent", marks=pytest.mark.slow),
        pytest.param("usual_case_management", "first day", marks=pytest.mark.slow),
    ],
)
def test_simulated_occupancy_is_the_exact_one(strategy, start):
    world = world_of_the_alike(strategy, start)
    exact = compare_with_the_exact(world, start)
    seen = {STATES[state] for state in range(len(STATES)) if exact[WEEKS, state] > 0.001}
    assert seen == set(STATES) - {"retired"}
    assert exact[WEEKS, kernel.AAP] > 0.01


@pytest.mark.parametrize("response", [0.0, 0.5, 1.0])
def test_an_invitation_affects_the_share_of_those_who_stay_away_that_it_says(response):
    """Few come, and some the second time only; the sessions fall early and the effect is strong, so that it shows."""
    sessions = {"mi_first_week": 1.0, "mi_second_week": 4.0, "mi_first_attendance": 0.3, "mi_second_attendance": 0.5}
    strong = {"early_contact_return_ratio": 4.0, "effect_ends_week": 14.0, "invitation_response": response}
    world = world_of_the_alike("motivational_interviewing", "eight weeks in", 20, **sessions, **strong)
    exact = compare_with_the_exact(world, "eight weeks in")
    nobody = exact_occupancy(world._replace(program=no_program(persons=PERSONS)), "eight weeks in")
    assert np.all(np.abs(exact - nobody)[:2] < 1e-12)
    assert exact[14, WORK] - nobody[14, WORK] > 0.05

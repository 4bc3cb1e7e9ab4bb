"""The kernel's stays, weeks, money and outcomes equal those of a walk that visits every week in plain Python."""

from itertools import pairwise

import numpy as np
import pytest
from slow_walk import Luck, Tables, slow_categories, slow_measures, slow_money, slow_stays
from small_worlds import asked_about, count_weeks, measured, traced, world_of

from hecon.model import kernel
from hecon.model.kernel import AAP, DEAD, FULL, GRADED, PENSION, RETIRED, UNEMPLOYED, WORK
from hecon.model.ledger import FLOWS
from hecon.model.simulation import STRATEGIES

SEED = 7
PEOPLE = 250
WEEKS = 260
# Effects that bite and end within the stays, so that their edges are met.
EFFECTS = {
    "early_contact_return_ratio": 1.5,
    "early_contact_relapse_ratio": 0.6,
    "early_contact_aap_odds_ratio": 2.5,
    "motivational_content_return_ratio": 0.7,
    "motivational_content_relapse_ratio": 1.4,
    "motivational_content_aap_odds_ratio": 0.3,
    "what_if_return_ratio": 1.8,
    "effect_ends_week": 30.0,
}
# People move often, rights run out early, and few weeks in work restore them.
BUSY = {
    "spells_over_16_days": 0.9,
    "spells_over_8_weeks": 0.7,
    "relapse_rate": 4.0,
    "sick_pay_rights": 90.0,
    "aap_rights": 101.0,
    "aap_to_work": 1.5,
    "requalification": 70.0,
}
OLD = {"age_mean": 62.0, "age_sd": 3.0, "age_minimum": 55.0, "age_maximum": 65.5}
DEADLY = {"mortality_men": [80.0] * 58, "mortality_women": [60.0 + year for year in range(58)]}
CASES = {
    "as shipped": {},
    "effects": EFFECTS,
    "busy": EFFECTS | BUSY,
    "old and deadly": EFFECTS | BUSY | OLD | DEADLY,
    "pension doubles mortality": EFFECTS | BUSY | DEADLY | {"mortality_ratio_pension": 2.0, "aap_to_disability": 1.0},
    "employer pays 30 days": EFFECTS | BUSY | {"employer_period": 30.0, "relapse_gap": 22.0},
    "less sick pay from week 6": EFFECTS | BUSY | {"sick_pay_later_rate": 0.7, "sick_pay_later_from_week": 6.0},
    "an effect beyond the horizon": EFFECTS | BUSY | {"effect_ends_week": 400.0},
    "half of those who stay away are affected": EFFECTS | BUSY | {"invitation_response": 0.5},
    "being invited is enough": EFFECTS | BUSY | {"invitation_response": 1.0},
}


SESSIONS = ("early_follow_up", "motivational_interviewing")
PAIRS = [
    (case, strategy)
    for case, overlay in CASES.items()
    for strategy in STRATEGIES
    if strategy in SESSIONS or "invitation_response" not in overlay
]


@pytest.fixture(scope="module")
def both(parameters):
    """Both walks of a case under a strategy, walked once."""
    done = {}

    def walk(case, strategy):
        if (case, strategy) not in done:
            inputs = asked_about(parameters, "coordinated_program").overlay(CASES[case]).base_case()
            world, _ = world_of(inputs, strategy, PEOPLE, WEEKS, SEED)
            tables = Tables(world)
            slow = [slow_stays(world, SEED, 0, person, tables) for person in range(PEOPLE)]
            done[case, strategy] = world, traced(world, SEED, 0), slow
        return done[case, strategy]

    return walk


@pytest.mark.parametrize(("case", "strategy"), PAIRS)
def test_stays_are_those_of_the_slow_walk(both, case, strategy):
    world, (counts, stays), slow = both(case, strategy)
    longest = world.rules.waiting_weeks + 1  # from there on the employer's period is over
    for person, expected in enumerate(slow):
        got = [tuple(row) for row in stays[person, : counts[person]].tolist()]
        assert [row[:2] for row in got] == [row[:2] for row in expected], person
        for row, other in zip(got, expected, strict=True):
            if row[1] == WEEKS:
                continue  # tells the state at the horizon; no weeks follow it
            assert row[3] == other[3], person
            if row[0] in (FULL, GRADED):
                assert min(row[2], longest) == min(other[2], longest), person


@pytest.mark.parametrize(("case", "strategy"), PAIRS)
def test_weeks_money_and_outcomes_are_those_of_a_slow_count(both, case, strategy):
    world, (counts, stays), _ = both(case, strategy)
    counting = world._replace(accounts=count_weeks(PEOPLE, WEEKS))
    weeks, _, _ = measured(counting, SEED, 0)
    money, outcome, held = measured(world, SEED, 0, flows=len(FLOWS))
    for person in range(PEOPLE):
        rows = [tuple(row) for row in stays[person, : counts[person]].tolist()]
        expected, _ = slow_categories(counting, person, rows)
        np.testing.assert_allclose(weeks[person], expected, rtol=1e-9, atol=1e-9, err_msg=str(person))
        discounted, unpaid = slow_categories(world, person, rows)
        np.testing.assert_allclose(
            money[person], slow_money(world, person, discounted, len(FLOWS)), rtol=1e-9, atol=1e-6, err_msg=str(person)
        )
        propensity = Luck(SEED, 0, person).uniform(kernel.LUCK_ATTENDANCE, 0)
        measures, contacts = slow_measures(world, person, rows, unpaid, propensity)
        np.testing.assert_allclose(outcome[person], measures, rtol=1e-9, atol=1e-9, err_msg=str(person))
        np.testing.assert_array_equal(held[person], contacts, err_msg=str(person))


def test_the_cases_meet_every_rule(both):
    """A comparison proves nothing of a rule that nobody met."""
    met = {}
    for case in CASES:
        _, _, slow = both(case, "motivational_interviewing")
        for rows in slow:
            states = [row[0] for row in rows]
            met[case] = met.get(case, set()) | set(pairwise(states))
    assert (AAP, AAP) in met["busy"]  # the allowance ends and is extended
    assert (WORK, AAP) in met["busy"]  # a relapse without rights draws the exit at once
    assert {(FULL, AAP), (FULL, UNEMPLOYED), (GRADED, WORK), (FULL, PENSION)} <= met["busy"]
    assert {(state, RETIRED) for state in (WORK, FULL, GRADED, AAP)} <= met["old and deadly"]
    assert {(state, DEAD) for state in (WORK, FULL, GRADED, AAP)} <= met["old and deadly"]
    assert (PENSION, DEAD) in met["pension doubles mortality"]

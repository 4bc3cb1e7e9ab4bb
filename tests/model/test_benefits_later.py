"""Another rate of sick pay later in the spell: which weeks it holds for, and what they pay."""

import numpy as np
import pytest
from one_worker import SIX_G, yearly
from small_worlds import count_weeks, measured, one_person

from hecon.model import kernel
from hecon.model.benefits import statute_rules
from hecon.model.simulation import STRATEGIES, simulate

FULL, GRADED, WORK = "full_sick_leave", "graded_sick_leave", "work"
REFORM = {"sick_pay_later_rate": 0.8, "sick_pay_later_from_week": 9.0}


@pytest.fixture(scope="module")
def rules(values):
    return statute_rules(values)


def weeks_of(world, later_from):
    """Undiscounted weeks of one person by category, the later rate holding after so many weeks of the spell."""
    accounts = count_weeks(1, world.horizon, later_from=later_from)
    flow, _, _ = measured(world._replace(accounts=accounts))
    return flow[0].sum(axis=0)


def test_the_later_rate_holds_from_the_week_of_the_spell_that_is_named(rules):
    """A new spell of 12 weeks: 16 days of the employer, NAV's to the end of week 8, and four weeks later."""
    world = one_person(rules, 13, state=WORK, leave={WORK: (1, FULL)})
    got = weeks_of(world, 8)
    assert got[kernel.FULL_EMPLOYER] == pytest.approx(16 / 7)
    assert got[kernel.FULL_NAV] == pytest.approx(8 - 16 / 7)
    assert got[kernel.FULL_LATER] == pytest.approx(4.0)


def test_people_at_week_8_are_in_the_later_weeks_from_the_start(rules):
    got = weeks_of(one_person(rules, 10, weeks=8, used=28), 8)
    assert (got[kernel.FULL_NAV], got[kernel.FULL_LATER]) == (0.0, 10.0)
    got = weeks_of(one_person(rules, 10, weeks=6, used=18), 8)
    assert (got[kernel.FULL_NAV], got[kernel.FULL_LATER]) == (2.0, 8.0)


def test_the_weeks_of_the_spell_go_on_from_full_to_graded_leave(rules):
    world = one_person(rules, 20, weeks=4, used=8, leave={FULL: (6, GRADED)})
    got = weeks_of(world, 8)
    assert (got[kernel.FULL_NAV], got[kernel.GRADED_NAV], got[kernel.GRADED_LATER]) == (2.0, 2.0, 16.0)
    assert got[kernel.FULL_LATER] == 0.0


def test_a_relapse_that_opens_no_new_spell_goes_on_counting_and_another_begins_anew(rules):
    soon = weeks_of(one_person(rules, 14, weeks=6, used=18, leave={FULL: (8, WORK), WORK: (2, FULL)}), 8)
    assert (soon[kernel.FULL_NAV], soon[kernel.FULL_LATER]) == (2.0, 8.0)  # two more weeks, then all of the rest
    late = weeks_of(one_person(rules, 15, weeks=6, used=18, leave={FULL: (8, WORK), WORK: (3, FULL)}), 8)
    assert late[kernel.FULL_LATER] == 0.0  # eight weeks of a new spell
    assert late[kernel.FULL_NAV] == pytest.approx(2 + 8 - 16 / 7)


def test_the_employer_s_days_and_days_without_a_right_are_taken_from_the_weeks_they_fall_in(rules):
    early = weeks_of(one_person(rules, 6, state=WORK, leave={WORK: (1, FULL)}), 1)
    assert early[kernel.FULL_EMPLOYER] == pytest.approx(16 / 7)
    assert early[kernel.FULL_NAV] == 0.0
    assert early[kernel.FULL_LATER] == pytest.approx(5 - 16 / 7)
    ended = weeks_of(one_person(rules, 60, weeks=8, used=30), 8)
    assert 5 * ended[kernel.FULL_UNPAID] == pytest.approx(2.0)
    assert 5 * ended[kernel.FULL_LATER] == pytest.approx(248 - 30)


def test_holiday_pay_is_earned_on_what_each_week_pays(rules):
    """48 weekdays: 28 to the end of week 8, 20 later."""
    got = weeks_of(one_person(rules, 30, state=WORK, leave={WORK: (1, FULL)}), 8)
    assert 5 * got[kernel.FULL_HOLIDAY_PAY] == pytest.approx(28.0)
    assert 5 * got[kernel.FULL_LATER_HOLIDAY_PAY] == pytest.approx(20.0)


def test_a_later_week_pays_the_later_rate_and_its_own_tax(parameters):
    values = parameters.overlay(REFORM | {"top_up_share": 0.5, "leisure_value_share": 0.25}).base_case().one(0)
    for wage in (600_000.0, 1_000_000.0):
        before, later = (yearly(values, category, wage=wage) for category in (kernel.FULL_NAV, kernel.FULL_LATER))
        assert later["sick_pay"] == pytest.approx(0.8 * min(wage, SIX_G))
        assert later["top_up"] == before["top_up"] == pytest.approx(0.5 * max(wage - SIX_G, 0.0))  # nobody tops it up
        assert later["employer_contribution"] == before["employer_contribution"]
        assert later["income_tax"] < before["income_tax"]
        assert later["leisure"] == before["leisure"]
    graded = yearly(values, kernel.GRADED_LATER, wage=600_000.0, grade=0.4)
    assert graded["sick_pay"] == pytest.approx(0.8 * 0.4 * 600_000)
    assert graded["wages"] == pytest.approx(0.6 * 600_000)
    holiday = yearly(values, kernel.FULL_LATER_HOLIDAY_PAY, wage=600_000.0)
    assert holiday["holiday_pay"] == pytest.approx(0.102 * 0.8 * 600_000)


def test_with_the_present_rate_the_week_from_which_it_holds_changes_nothing(parameters):
    money = [
        simulate(parameters.overlay({"sick_pay_later_from_week": week}).base_case(), STRATEGIES, people=200, weeks=156)[
            "money"
        ].to_numpy()
        for week in (53.0, 9.0, 1.0)
    ]
    np.testing.assert_allclose(money[1], money[0], rtol=1e-12, atol=1e-6)
    np.testing.assert_allclose(money[2], money[0], rtol=1e-12, atol=1e-6)


def test_the_reform_touches_nobody_s_course_of_life(parameters):
    now, then = (
        simulate(inputs.base_case(), ["usual_case_management"], people=200, weeks=156)
        for inputs in (parameters, parameters.overlay(REFORM))
    )
    np.testing.assert_array_equal(now["outcome"], then["outcome"])
    assert float((then["money"] - now["money"]).sel(flow="sick_pay").sum()) < 0.0

"""The statute in hand-worked cases: exact numbers of weeks, weekdays and kroner on 1 July 2025 (G = 130 160)."""

import numpy as np
import pytest
from one_worker import SIX_G, G, person, yearly
from small_worlds import measured, one_person, stays_of, traced

from hecon.model import kernel
from hecon.model.benefits import (
    disability_pension,
    insured_weeks,
    opens_employer_period,
    pension_increase,
    sick_pay,
    statute_rules,
    unemployment_benefit,
    waiting_period,
    weekly_rates,
    whole_weeks,
    work_assessment_allowance,
)
from hecon.model.hazards import ON_AAP, SICKNESS
from hecon.model.taxes import income_tax

FULL, GRADED, AAP, WORK = "full_sick_leave", "graded_sick_leave", "work_assessment_allowance", "work"


@pytest.fixture(scope="module")
def rules(values):
    return statute_rules(values)


def weeks_by_category(world):
    """Undiscounted weeks of one person by category, over the whole horizon."""
    flow, _, _ = measured(world)
    return flow[0].sum(axis=0)


def rows_of(world):
    """Rows of one person: state, first week, weeks waited, weekdays used."""
    counts, stays = traced(world)
    return stays[0, : counts[0]].tolist()


# The employer's period and the right to sick pay


def test_the_employer_period_of_16_days_is_two_weeks_and_two_days(values, rules):
    assert waiting_period(values) == (2, 2)
    assert (rules.waiting_weeks, rules.waiting_days) == (2, 2)


@pytest.mark.parametrize(
    ("weeks", "employer"),
    [(1, 1.0), (2, 2.0), (3, 16 / 7), (4, 16 / 7), (20, 16 / 7)],
    ids=lambda value: f"{value:.3g}",
)
def test_the_employer_pays_16_calendar_days_of_a_new_spell(rules, weeks, employer):
    world = one_person(rules, 10 + weeks, state=WORK, leave={WORK: (10, FULL)})
    got = weeks_by_category(world)
    assert got[kernel.IN_WORK] == 10.0
    assert got[kernel.FULL_EMPLOYER] == pytest.approx(employer, abs=1e-12)
    assert got[kernel.FULL_NAV] == pytest.approx(weeks - employer, abs=1e-12)
    assert 5 * got[kernel.FULL_EMPLOYER] <= 11.43  # weekdays of money


@pytest.mark.parametrize(("weeks", "used"), [(1, 0), (2, 0), (3, 3), (4, 8), (10, 38)])
def test_the_employer_period_takes_5_5_and_2_weekdays_from_what_the_right_is_charged(rules, weeks, used):
    world = one_person(rules, 30, state=WORK, leave={WORK: (5, FULL), FULL: (weeks, GRADED)})
    assert rows_of(world)[2][:2] == [kernel.GRADED, 5 + weeks]
    assert rows_of(world)[2][3] == used


def test_a_period_of_30_days_is_four_weeks_and_two_days(parameters):
    values = parameters.with_scenario("employer_period_30_days").base_case().one(0)
    rules = statute_rules(values)
    world = one_person(rules, 30, state=WORK, leave={WORK: (5, FULL), FULL: (6, GRADED)})
    assert rows_of(world)[2][3] == 30 - 22  # 5, 5, 5, 5 and 2 of six weeks
    assert weeks_by_category(world)[kernel.FULL_EMPLOYER] == pytest.approx(30 / 7, abs=1e-12)


@pytest.mark.parametrize(("days", "opens"), [(0, False), (10, False), (15, False), (16, True), (20, True)])
def test_16_days_at_work_before_a_relapse_open_a_new_employer_period(values, days, opens):
    assert opens_employer_period(days, values["relapse_gap"]) is opens


def test_a_gap_in_days_is_the_least_number_of_whole_weeks_that_holds_it(rules):
    assert [whole_weeks(days) for days in (1, 7, 8, 14, 15, 16, 21, 182)] == [1, 1, 2, 2, 3, 3, 3, 26]
    assert rules.reopening_weeks == 3
    assert rules.restored_after[SICKNESS] == 26


@pytest.mark.parametrize(("gap", "employer"), [(1, 0.0), (2, 0.0), (3, 16 / 7), (4, 16 / 7)])
def test_a_relapse_after_two_weeks_opens_no_employer_period_and_after_three_it_does(rules, gap, employer):
    leave = {FULL: (10, WORK), WORK: (gap, FULL)}
    world = one_person(rules, 2 + gap + 8, weeks=8, used=28, leave=leave)
    assert stays_of(world)[:3] == [(FULL, 0), (WORK, 2), (FULL, 2 + gap)]
    got = weeks_by_category(world)
    assert got[kernel.FULL_EMPLOYER] == pytest.approx(employer, abs=1e-12)
    assert got[kernel.FULL_NAV] == pytest.approx(10 - employer, abs=1e-12)
    assert got[kernel.NEW_SPELL] == 1.0


def test_a_relapse_after_two_weeks_continues_an_unfinished_employer_period(rules):
    leave = {FULL: (1, WORK), WORK: (2, FULL)}
    world = one_person(rules, 12, state=WORK, leave=leave)
    assert [first for state, first in stays_of(world) if state == FULL] == [2, 5, 8, 11]
    got = weeks_by_category(world)
    assert got[kernel.FULL_EMPLOYER] == pytest.approx(16 / 7, abs=1e-12)  # 1, 1, 2/7 and 0 of the four spells
    assert got[kernel.FULL_NAV] == pytest.approx(4 - 16 / 7, abs=1e-12)
    used = [row[3] for row in rows_of(world) if row[0] == kernel.FULL]
    assert used == [0, 0, 0, 3]


def test_nobody_sick_listed_for_eight_weeks_is_in_the_employer_period(rules):
    got = weeks_by_category(one_person(rules, 30, weeks=8, used=28))
    assert got[kernel.FULL_EMPLOYER] == 0.0
    assert got[kernel.FULL_NAV] == 30.0


# Exhaustion and restoration


def test_a_new_spell_lasts_52_weeks_at_most(rules):
    assert rules.right[SICKNESS] == 248
    world = one_person(rules, 80, state=WORK, leave={WORK: (10, FULL)})
    assert stays_of(world)[:3] == [(WORK, 0), (FULL, 10), (AAP, 62)]  # 12 weekdays of the employer and 248 of NAV
    got = weeks_by_category(world)
    assert got[kernel.FULL_NAV] == pytest.approx(52 - 16 / 7, abs=1e-12)
    assert got[kernel.FULL_UNPAID] == 0.0


@pytest.mark.parametrize(
    ("used", "end", "unpaid"), [(28, 44, 0), (30, 44, 2), (32, 44, 4), (33, 43, 0), (243, 1, 0), (247, 1, 4)]
)
def test_rights_used_before_inclusion_shorten_what_is_left(rules, used, end, unpaid):
    world = one_person(rules, 60, weeks=8, used=used)
    assert stays_of(world)[1] == (AAP, end)
    got = weeks_by_category(world)
    assert 5 * got[kernel.FULL_UNPAID] == pytest.approx(unpaid, abs=1e-12)
    assert 5 * got[kernel.FULL_NAV] == pytest.approx(248 - used, abs=1e-12)


def test_a_graded_day_uses_a_whole_day_of_the_right(rules):
    world = one_person(rules, 60, state=GRADED, weeks=8, used=28)
    assert stays_of(world)[1] == (AAP, 44)
    assert weeks_by_category(world)[kernel.GRADED_NAV] == 44.0
    mixed = one_person(rules, 60, weeks=8, used=28, leave={FULL: (20, GRADED)})
    assert stays_of(mixed)[:3] == [(FULL, 0), (GRADED, 12), (AAP, 44)]


@pytest.mark.parametrize(("weeks_at_work", "used"), [(25, 205), (26, 0), (27, 0)])
def test_26_weeks_in_work_restore_the_right_and_25_do_not(rules, weeks_at_work, used):
    leave = {FULL: (9, WORK), WORK: (weeks_at_work, FULL)}
    world = one_person(rules, 60, weeks=8, used=200, leave=leave)
    assert rows_of(world)[2][:2] == [kernel.FULL, 1 + weeks_at_work]
    assert rows_of(world)[2][3] == used


def test_weeks_in_work_must_be_unbroken_to_restore_the_right(rules):
    leave = {FULL: (9, WORK), WORK: (20, FULL)}
    world = one_person(rules, 100, weeks=8, used=100, leave=leave)
    used = [row[3] for row in rows_of(world) if row[0] == kernel.FULL]
    assert used[:4] == [100, 105, 138, 171]  # twice 20 weeks are not 26; a new period of 12 days opens each time


def test_time_on_the_allowance_does_not_restore_the_right_and_a_relapse_draws_the_exit_at_once(rules):
    leave = {AAP: (100, WORK), WORK: (25, FULL)}
    world = one_person(rules, 140, weeks=8, used=243, leave=leave)
    assert stays_of(world)[:4] == [(FULL, 0), (AAP, 1), (WORK, 101), (AAP, 126)]
    assert weeks_by_category(world)[kernel.NEW_SPELL] == 0.0
    leave[WORK] = (26, FULL)
    world = one_person(rules, 140, weeks=8, used=243, leave=leave)
    assert stays_of(world)[:4] == [(FULL, 0), (AAP, 1), (WORK, 101), (FULL, 127)]


def test_a_relapse_without_a_right_that_exits_to_work_goes_on_counting_weeks_in_work(rules):
    to_work = {SICKNESS: [0.0, 0.0, 0.0, 1.0]}
    world = one_person(rules, 60, weeks=8, used=243, leave={WORK: (25, FULL)}, exit_weight=to_work)
    # At week 26 the relapse is turned away; a week later 26 unbroken weeks have given the right anew.
    assert stays_of(world)[:4] == [(FULL, 0), (WORK, 1), (WORK, 26), (FULL, 27)]


def test_a_move_within_the_spell_in_the_week_the_right_ends_opens_no_stay(rules):
    world = one_person(rules, 20, weeks=8, used=243, leave={FULL: (9, GRADED)})
    assert stays_of(world)[:2] == [(FULL, 0), (AAP, 1)]


def test_hazards_act_before_the_right_runs_out(rules):
    world = one_person(rules, 20, weeks=8, used=243, leave={FULL: (9, WORK)})
    assert stays_of(world)[:2] == [(FULL, 0), (WORK, 1)]


@pytest.mark.parametrize(
    ("weights", "to"),
    [([1, 0, 0, 0], AAP), ([0, 1, 0, 0], "disability_pension"), ([0, 0, 1, 0], "unemployed"), ([0, 0, 0, 1], WORK)],
)
def test_784_weekdays_of_allowance_end_in_an_extension_or_an_exit(rules, weights, to):
    assert rules.right[ON_AAP] == 784
    world = one_person(rules, 400, state=AAP, exit_weight={ON_AAP: weights})
    assert stays_of(world)[:2] == [(AAP, 0), (to, 157)]  # 156.8 weeks
    if to == AAP:
        assert stays_of(world)[2] == (AAP, 314)


@pytest.mark.parametrize(("weeks_at_work", "used"), [(51, 250), (52, 0), (60, 0)])
def test_52_weeks_in_work_open_a_new_period_of_allowance_whatever_comes_between(rules, weeks_at_work, used):
    leave = {AAP: (50, WORK), WORK: (weeks_at_work, FULL)}
    world = one_person(rules, 180, weeks=8, used=243, leave=leave)
    rows = [row for row in rows_of(world) if row[0] == kernel.AAP]
    assert [row[1] for row in rows[:2]] == [1, 51 + weeks_at_work + 52]  # a whole year of sick pay lies between
    assert rows[1][3] == used


# Holiday pay


@pytest.mark.parametrize(("used", "days"), [(0, 48), (28, 20), (47, 1), (48, 0), (100, 0)])
@pytest.mark.parametrize("state", [FULL, GRADED])
def test_holiday_pay_is_earned_on_the_first_48_days_of_nav(rules, state, used, days):
    got = weeks_by_category(one_person(rules, 30, state=state, weeks=8, used=used))
    category = kernel.FULL_HOLIDAY_PAY if state == FULL else kernel.GRADED_HOLIDAY_PAY
    assert 5 * got[category] == pytest.approx(days, abs=1e-12)


def test_a_day_of_the_employer_earns_no_holiday_pay_from_nav(rules):
    got = weeks_by_category(one_person(rules, 4, state=WORK, leave={WORK: (1, FULL)}))
    assert 5 * got[kernel.FULL_HOLIDAY_PAY] == pytest.approx(3, abs=1e-12)
    got = weeks_by_category(one_person(rules, 40, state=WORK, leave={WORK: (1, FULL)}))
    assert 5 * got[kernel.FULL_HOLIDAY_PAY] == pytest.approx(48, abs=1e-12)


@pytest.mark.parametrize(("age", "rate"), [(44.0, 0.102), (58.9, 0.102), (59.0, 0.125), (63.0, 0.125)])
def test_holiday_pay_is_higher_for_those_who_turn_60(values, age, rate):
    flows = yearly(values, kernel.FULL_HOLIDAY_PAY, wage=900_000.0, age=age)
    assert flows["holiday_pay"] == pytest.approx(rate * SIX_G)
    assert set(flows) == {"holiday_pay", "income_tax"}


# Amounts


def test_f03_the_annual_average_of_g_is_four_months_of_the_old_and_eight_of_the_new(parameters):
    definitions = parameters.definitions
    amounts = {value.start.year: value.value for value in definitions["grunnbelop"].values}
    averages = {value.start.year: value.value for value in definitions["grunnbelop_average"].values}
    assert set(range(2016, 2027)) <= set(averages) <= set(amounts)
    for year in range(2016, 2027):
        assert averages[year] == pytest.approx((4 * amounts[year - 1] + 8 * amounts[year]) / 12, abs=0.51), year


def test_f03_the_highest_daily_rate_is_that_of_nav(parameters):
    amounts = {value.start.year: value.value for value in parameters.definitions["grunnbelop"].values}
    highest = [2078, 2136, 2161, 2236, 2304, 2339, 2455, 2573, 2737, 2862, 3004, 3151]
    assert [round(6 * amounts[year] / 260) for year in range(2015, 2027)] == highest


def test_f14_income_above_6_g_does_not_change_what_nav_pays(values):
    income = np.array([400_000.0, SIX_G, 781_000.0, 2_000_000.0])
    np.testing.assert_allclose(sick_pay(income, values), [400_000, SIX_G, SIX_G, SIX_G], rtol=1e-15)
    age = np.full(4, 44.0)
    expected = [265_656.56, 515_433.6, 515_433.6, 515_433.6]
    np.testing.assert_allclose(work_assessment_allowance(income, age, values), expected, rtol=1e-12)
    pension = [329_174.64, 515_433.6, 515_433.6, 515_433.6]
    np.testing.assert_allclose(disability_pension(income, 1.0, values), pension, rtol=1e-12)
    np.testing.assert_allclose(unemployment_benefit(income, values)[1:], 0.624 * SIX_G, rtol=1e-12)
    assert unemployment_benefit(income, values)[0] == pytest.approx(249_600.0)


def test_f14_the_allowance_is_never_below_its_minimum(values):
    income = np.array([100_000.0, 402_000.0, 403_000.0])  # 66% meets 2.041 G at 402 510
    age = np.full(3, 25.0)
    expected = [2.041 * G, 2.041 * G, 265_980.0]
    np.testing.assert_allclose(work_assessment_allowance(income, age, values), expected, rtol=1e-12)


def test_f14_the_minimum_of_the_allowance_is_two_thirds_under_25(values):
    income = np.array([100_000.0, 300_000.0, 300_000.0])
    age = np.array([24.9, 24.9, 25.0])
    expected = [2.041 * G * 2 / 3, 198_000.0, 2.041 * G]
    np.testing.assert_allclose(work_assessment_allowance(income, age, values), expected, rtol=1e-12)


def test_f14_the_pension_is_never_below_its_minimum(values):
    income = np.array([100_000.0, 470_000.0, 700_000.0])
    np.testing.assert_allclose(disability_pension(income, 0.0, values), [2.329 * G, 310_200.0, 462_000.0], rtol=1e-12)
    np.testing.assert_allclose(disability_pension(income, 1.0, values), [2.529 * G, 2.529 * G, 462_000.0], rtol=1e-12)
    middle = 0.3 * 2.529 * G + 0.7 * 2.329 * G
    assert disability_pension(income, 0.3, values)[0] == pytest.approx(middle, rel=1e-12)


def test_a_pension_held_at_inclusion_counts_only_where_it_increases(parameters):
    values = parameters.overlay({"disability_degree": 0.9}).base_case().one(0)
    got = pension_increase(np.array([0.0, 0.5, 0.9, 0.95]), values)
    np.testing.assert_allclose(got, [0.9, 0.8, 0.0, 0.0], atol=1e-12)  # of the half job left, four fifths


def test_wages_above_6_g_leave_a_gap_of_which_the_employer_tops_up_a_share(parameters):
    values = parameters.overlay({"top_up_share": 0.5, "employer_contribution": 0.141}).base_case().one(0)
    gap = 1_000_000.0 - SIX_G
    by_nav = yearly(values, kernel.FULL_NAV, wage=1_000_000.0)
    assert by_nav["sick_pay"] == pytest.approx(SIX_G)
    assert by_nav["top_up"] == pytest.approx(gap / 2)
    assert by_nav["employer_contribution"] == pytest.approx(0.141 * gap / 2)  # none is due on what NAV pays
    assert "wages" not in by_nav
    assert "employer_sick_pay" not in by_nav
    by_employer = yearly(values, kernel.FULL_EMPLOYER, wage=1_000_000.0)
    assert by_employer["employer_sick_pay"] == pytest.approx(SIX_G)
    assert by_employer["top_up"] == pytest.approx(gap / 2)
    assert by_employer["employer_contribution"] == pytest.approx(0.141 * (SIX_G + gap / 2))
    assert by_employer["employer_holiday_pay"] == pytest.approx(0.102 * SIX_G)
    assert "sick_pay" not in by_employer
    year_off = float(income_tax(np.array([SIX_G + gap / 2]), values)[0])
    assert by_nav["income_tax"] == pytest.approx(year_off)  # the worker's pay is the same
    on_holiday_pay = (0.22 + 0.077 + 0.167) * 0.102 * SIX_G  # on top of a million, in the fourth step
    assert by_employer["income_tax"] == pytest.approx(year_off + on_holiday_pay)


def test_f14_a_grade_pays_its_share(parameters):
    values = parameters.overlay({"graded_productivity": 1.0}).base_case().one(0)
    for grade in (0.2, 0.5, 0.8):
        flows = yearly(values, kernel.GRADED_NAV, wage=900_000.0, grade=grade)
        assert flows["sick_pay"] == pytest.approx(grade * SIX_G)
        assert flows["wages"] == pytest.approx((1 - grade) * 900_000)
        assert flows["production"] == pytest.approx((1 - grade) * 900_000 * (1 + values["employer_contribution"]))
        assert flows["pension_contribution"] == pytest.approx(grade * values["pension_contribution_rate"] * 900_000)


def test_the_allowance_and_the_pension_are_scaled_by_their_degree(parameters):
    overlay = {"aap_degree": 0.8, "disability_degree": 0.6, "children_per_person": 0.5, "share_single": 0.0}
    values = parameters.overlay(overlay).base_case().one(0)
    allowance = yearly(values, kernel.ON_AAP, wage=600_000.0)
    assert allowance["work_assessment_allowance"] == pytest.approx(0.8 * (396_000 + 0.5 * 37 * 260))
    assert allowance["wages"] == pytest.approx(0.2 * 600_000)
    assert allowance["production"] == pytest.approx(0.2 * 600_000 * (1 + values["employer_contribution"]))
    pension = yearly(values, kernel.ON_PENSION, wage=600_000.0)
    assert pension["disability_pension"] == pytest.approx(0.6 * 396_000)
    assert pension["wages"] == pytest.approx(0.4 * 600_000)


def test_a_year_of_full_absence_loses_exactly_one_year_of_labour_cost(parameters):
    values = parameters.overlay({"production_surplus": 0.0, "presenteeism": 0.0}).base_case().one(0)
    working = yearly(values, kernel.IN_WORK, wage=600_000.0)
    absent = yearly(values, kernel.FULL_NAV, wage=600_000.0)
    cost = 600_000 * (1 + values["employer_contribution"])
    assert working["production"] - absent.get("production", 0.0) == pytest.approx(cost, rel=1e-12)
    assert working["wages"] + working["employer_contribution"] == pytest.approx(cost, rel=1e-12)


def test_the_employer_bears_the_shortfall_of_graded_production(parameters):
    values = parameters.overlay({"graded_productivity": 0.6, "production_surplus": 0.0}).base_case().one(0)
    flows = yearly(values, kernel.GRADED_NAV, wage=500_000.0, grade=0.5)
    labour = 250_000 * (1 + values["employer_contribution"])
    assert flows["production"] == pytest.approx(0.6 * labour)
    assert flows["wages"] + flows["employer_contribution"] == pytest.approx(labour)


def test_a_replacement_produces_and_is_paid_for_the_share_of_the_job_that_is_absent(parameters):
    overlay = {"aap_degree": 0.9, "disability_degree": 0.8, "graded_productivity": 1.2, "production_surplus": 0.2}
    values = parameters.overlay(overlay).base_case().one(0)
    labour = 500_000 * (1 + values["employer_contribution"])
    shares = {
        kernel.REPLACED_FULL: 1.0,
        kernel.REPLACED_GRADED: 1 - 0.4 * 1.2,  # what the absent 60% leave undone
        kernel.REPLACED_AAP: 0.9,
        kernel.REPLACED_PENSION: 0.8,
        kernel.REPLACED_UNEMPLOYED: 1.0,
    }
    for category, share in shares.items():
        flows = yearly(values, category, wage=500_000.0, grade=0.6)
        assert flows == pytest.approx(
            {"replacement_production": 1.2 * share * labour, "replacement_pay": share * labour}
        )


def test_free_time_is_valued_at_pay_after_tax(parameters):
    values = parameters.with_scenario("leisure_valued").base_case().one(0)
    after_tax = 650_000 - float(income_tax(np.array([650_000.0]), values)[0])
    assert yearly(values, kernel.FULL_NAV, wage=650_000.0)["leisure"] == pytest.approx(0.25 * after_tax)
    assert yearly(values, kernel.GRADED_NAV, wage=650_000.0, grade=0.4)["leisure"] == pytest.approx(0.1 * after_tax)
    assert "leisure" not in yearly(values, kernel.IN_WORK, wage=650_000.0)


def test_a_new_spell_disrupts_once(values):
    weekly = weekly_rates(person(), values)[kernel.NEW_SPELL]
    assert {name: float(amount[0]) for name, amount in weekly.items()} == {"disruption": values["disruption_per_spell"]}


def test_presence_at_work_while_unwell_lowers_production_alone(parameters):
    well, unwell = (
        yearly(parameters.overlay({"presenteeism": share}).base_case().one(0), kernel.IN_WORK) for share in (0.0, 0.1)
    )
    assert unwell["production"] == pytest.approx(0.9 * well["production"])
    assert {name: amount for name, amount in unwell.items() if name != "production"} == {
        name: amount for name, amount in well.items() if name != "production"
    }


# Unemployment


def test_unemployment_benefit_lasts_104_weeks_from_2_g_of_income_and_52_below(values):
    income = np.array([2 * G, 2 * G - 1, 700_000.0])
    got = insured_weeks(income, np.array([1, 1, 0]), values)
    assert got.tolist() == [104, 52, 0]


def test_municipal_assistance_follows_when_the_insured_weeks_are_spent(rules):
    world = one_person(rules, 200, state="unemployed", insured_weeks=np.array([104]))
    got = weeks_by_category(world)
    assert (got[kernel.UNEMPLOYED_INSURED], got[kernel.UNEMPLOYED_ASSISTED]) == (104, 96)


def test_insured_weeks_are_spent_over_all_stays_together(rules):
    leave = {"unemployed": (6, WORK), WORK: (2, FULL)}
    weights = {SICKNESS: [0.0, 1.0, 0.0, 0.0]}
    world = one_person(
        rules, 14, state="unemployed", used=248, leave=leave, exit_weight=weights, insured_weeks=np.array([10])
    )
    assert stays_of(world)[:3] == [("unemployed", 0), (WORK, 6), ("unemployed", 8)]
    got = weeks_by_category(world)
    assert (got[kernel.UNEMPLOYED_INSURED], got[kernel.UNEMPLOYED_ASSISTED]) == (10, 2)


def test_somebody_pays_for_the_unemployed(values):
    assert yearly(values, kernel.UNEMPLOYED_INSURED)["unemployment_benefit"] == pytest.approx(0.624 * 600_000)
    assert yearly(values, kernel.UNEMPLOYED_ASSISTED)["social_assistance"] == values["social_assistance"] > 0
    assert yearly(values, kernel.UNEMPLOYED_ASSISTED).get("income_tax", 0.0) == 0.0


# Tax


def test_f04_income_tax_worked_by_hand(values):
    general = 0.22 * (650_000 - 92_000 - 108_550)
    brackets = 0.017 * (306_050 - 217_400) + 0.04 * (650_000 - 306_050)
    by_hand = general + 0.077 * 650_000 + brackets
    assert income_tax(np.array([650_000.0]), values)[0] == pytest.approx(by_hand, rel=1e-12)


@pytest.mark.parametrize(
    ("income", "percent"),
    [(650_000.0, 25.3), (1_000_000.0, 31.3), (744_840.0, 27.0), (0.66 * 744_840.0, 22.5), (265_657.0, 13.4)],
)
def test_f04_income_tax_is_the_published_share_of_income(values, income, percent):
    assert round(100 * income_tax(np.array([income]), values)[0] / income, 1) == percent


def test_income_tax_starts_at_the_floor_and_never_falls_with_income(values):
    income = np.linspace(0.0, 2_000_000.0, 4001)
    tax = income_tax(income, values)
    assert np.all(np.diff(tax) >= 0.0)
    assert np.all(tax[income <= 99_650.0] == 0.0)
    assert np.all(np.diff(tax) <= 500.0 * 0.5)  # no krone is taxed at more than a half
    just_above = np.array([100_650.0])
    assert income_tax(just_above, values)[0] == pytest.approx(250.0)  # 25% of what is above the floor


def test_a_week_is_taxed_as_a_fifty_second_of_a_year_in_its_state(values):
    flows = yearly(values, kernel.GRADED_NAV, wage=1_000_000.0, grade=0.5)
    paid = flows["wages"] + flows["sick_pay"] + flows["top_up"]
    assert flows["income_tax"] == pytest.approx(float(income_tax(np.array([paid]), values)[0]), rel=1e-12)

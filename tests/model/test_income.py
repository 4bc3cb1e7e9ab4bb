"""The worker's income in each state is what the accounts pay, and by hand."""

import numpy as np
import pytest
from one_worker import SIX_G, G, person

from hecon.inputs.errors import InputError
from hecon.model import kernel
from hecon.model.benefits import reduced_pension, weekly_rates
from hecon.model.income import STATES, net_income
from hecon.model.ledger import FLOW_INDEX, FLOWS

TO_WORKER = {flow.name for flow in FLOWS if flow.payee == "worker" and flow.kind == "transfer"}
LATER = {"employer_holiday_pay", "pension_contribution"}  # paid in another year, or at 67
CATEGORY = {
    "work": kernel.IN_WORK,
    "graded_sick_leave": kernel.GRADED_NAV,
    "full_sick_leave_employer": kernel.FULL_EMPLOYER,
    "full_sick_leave_nav": kernel.FULL_NAV,
    "work_assessment_allowance": kernel.ON_AAP,
    "disability_pension_single": kernel.ON_PENSION,
    "disability_pension_cohabiting": kernel.ON_PENSION,
    "unemployment_benefit": kernel.UNEMPLOYED_INSURED,
    "municipal_assistance": kernel.UNEMPLOYED_ASSISTED,
}


def of(frame, state, column):
    """One number of the table of one wage."""
    return float(frame.set_index("state").loc[state, column])


@pytest.mark.parametrize("wage", [120_000.0, 350_000.0, 600_000.0, 1_000_000.0])
@pytest.mark.parametrize("state", STATES)
def test_net_income_is_what_a_year_of_the_accounts_weeks_pays_the_worker(parameters, state, wage):
    single = 0.0 if state.endswith("cohabiting") else 1.0
    values = parameters.overlay({"share_single": single}).base_case().one(0)
    frame = net_income(
        wage,
        values,
        grade=0.4,
        age=44.0,
        children=values["children_per_person"],
        allowance_degree=values["aap_degree"],
        pension_degree=values["disability_degree"],
    )
    flows = weekly_rates(person(wage=wage, grade=0.4), values)[CATEGORY[state]]
    gross = sum(52 * float(flows[name][0]) for name in TO_WORKER - LATER if name in flows)
    taxed = 52 * float(flows["income_tax"][0]) if "income_tax" in flows else 0.0
    if "employer_holiday_pay" in flows:  # its tax is paid with it
        taxed = of(frame, "full_sick_leave_nav" if wage > 0.5 * G else state, "tax")
    assert of(frame, state, "gross") == pytest.approx(gross, rel=1e-12)
    assert of(frame, state, "net") == pytest.approx(gross - taxed, rel=1e-12)
    assert of(frame, state, "share") == pytest.approx(of(frame, state, "net") / of(frame, "work", "net"))
    assert set(flows) <= set(FLOW_INDEX)


def test_income_by_hand(parameters):
    """600 000 a year on 1 July 2025, in full."""
    frame = net_income(600_000.0, parameters, children=1.0)
    gross = {
        "work": 600_000,
        "graded_sick_leave": 600_000,
        "full_sick_leave_employer": 600_000,
        "full_sick_leave_nav": 600_000,
        "work_assessment_allowance": 396_000 + 37 * 260,
        "disability_pension_single": 396_000,
        "disability_pension_cohabiting": 396_000,
        "unemployment_benefit": 374_400,
        "municipal_assistance": parameters["social_assistance"].value,
    }
    assert frame["state"].tolist() == list(STATES)
    np.testing.assert_allclose(frame["gross"], list(gross.values()), rtol=1e-12)
    tax = 0.22 * (600_000 - 92_000 - 108_550) + 0.077 * 600_000 + 0.017 * 88_650 + 0.04 * 293_950
    assert of(frame, "work", "tax") == pytest.approx(tax)
    assert of(frame, "municipal_assistance", "tax") == 0.0
    assert of(frame, "work", "share") == 1.0


def test_no_state_pays_more_than_work_but_where_a_minimum_does(parameters):
    frame = net_income([350_000.0, 500_000.0, 800_000.0], parameters)
    assert frame["share"].max() <= 1.0
    low = net_income(300_000.0, parameters)  # less than the minimum pension of who lives alone
    assert of(low, "disability_pension_single", "share") > 1.0
    half = net_income(500_000.0, parameters, allowance_degree=0.5)
    assert of(half, "work_assessment_allowance", "gross") == pytest.approx(250_000 + 165_000)


def test_minimum_benefits_depend_on_age_and_family(parameters):
    young, older = (net_income(200_000.0, parameters, age=age) for age in (24.0, 25.0))
    assert of(young, "work_assessment_allowance", "gross") == pytest.approx(2.041 * G * 2 / 3)
    assert of(older, "work_assessment_allowance", "gross") == pytest.approx(2.041 * G)
    assert of(older, "disability_pension_single", "gross") == pytest.approx(2.529 * G)
    assert of(older, "disability_pension_cohabiting", "gross") == pytest.approx(2.329 * G)


def test_pay_above_6_g_is_replaced_by_the_mean_employer_alone(parameters):
    values = parameters.overlay({"top_up_share": 0.25}).base_case().one(0)
    frame = net_income(1_000_000.0, values)
    assert of(frame, "full_sick_leave_nav", "gross") == pytest.approx(SIX_G + 0.25 * (1_000_000 - SIX_G))
    assert of(frame, "work_assessment_allowance", "gross") == pytest.approx(0.66 * SIX_G)


def test_who_earns_less_than_half_of_g_has_sick_pay_from_the_employer_alone(parameters):
    frame = net_income(0.5 * G - 1.0, parameters)
    assert of(frame, "full_sick_leave_nav", "gross") == 0.0
    assert of(frame, "full_sick_leave_employer", "gross") == 0.5 * G - 1.0
    assert of(net_income(0.5 * G, parameters), "full_sick_leave_nav", "gross") == 0.5 * G


@pytest.mark.parametrize(
    ("earnings", "pension"),
    [
        (0.0, 330_000.0),
        (0.4 * G, 330_000.0),  # the disregard
        (0.4 * G + 100_000, 330_000 - 66_000),  # each further krone takes off 330 / 500
        (400_000.0, 330_000 - 0.66 * (400_000 - 0.4 * G)),
        (400_001.0, 0.0),  # more than four fifths of the income before
    ],
)
def test_earnings_reduce_a_whole_pension(values, earnings, pension):
    got = reduced_pension(np.array([330_000.0]), 1.0, np.array([500_000.0]), np.array([earnings]), values)
    assert got[0] == pytest.approx(pension, abs=1e-6)


def test_a_graded_pension_leaves_the_earnings_that_its_degree_does_not_replace(values):
    full, before = np.array([330_000.0]), np.array([500_000.0])
    half = reduced_pension(full, 0.5, before, np.array([250_000.0]), values)
    assert half[0] == 165_000.0
    above = reduced_pension(full, 0.5, before, np.array([250_000 + 0.4 * G + 50_000]), values)
    assert above[0] == pytest.approx(165_000 - 33_000)


def test_from_july_2026_no_krone_takes_off_more_than_seven_tenths(parameters):
    values = parameters.overlay({"disability_reduction_cap": 0.7}).base_case().one(0)
    full, before = np.array([300_000.0]), np.array([320_000.0])
    got = reduced_pension(full, 1.0, before, np.array([0.4 * G + 100_000]), values)
    assert got[0] == pytest.approx(300_000 - 70_000)


@pytest.mark.parametrize("wage", [0.0, -1.0, float("nan"), [400_000.0, 0.0]])
def test_a_wage_that_is_none_is_refused(parameters, wage):
    with pytest.raises(InputError, match=r"wage: .* is no pay at work: give NOK a year, above 0"):
        net_income(wage, parameters)


def test_a_degree_beyond_a_whole_job_is_refused(parameters):
    with pytest.raises(InputError, match=r"grade: 1\.2 is no share of a job: give 0 to 1"):
        net_income(500_000.0, parameters, grade=1.2)

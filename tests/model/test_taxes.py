"""Income tax and the employer's contribution, by hand and against published figures, year by year."""

import datetime as dt

import numpy as np
import pytest
from one_worker import SIX_G, yearly

from hecon.inputs.errors import InputError
from hecon.inputs.parameters import read_parameters
from hecon.model import kernel
from hecon.model.simulation import simulate
from hecon.model.taxes import ZONES, added_tax, contribution_rate, employer_contribution, income_tax

YEARS = range(2015, 2027)
TABLE = (
    "tax_general_rate",
    "tax_personal_allowance",
    "tax_minimum_deduction_rate",
    "tax_minimum_deduction_cap",
    "tax_social_security_rate",
    "tax_social_security_floor",
    "tax_social_security_step_rate",
    *(f"tax_bracket_{step}_{what}" for step in range(1, 6) for what in ("threshold", "rate")),
)


class Nominal:
    """The values of a date as they were printed, in the money of the day."""

    def __init__(self, parameters, year):
        self.definitions, self.date = parameters.definitions, dt.date(year, 7, 1)

    def __getitem__(self, name):
        return self.definitions[name].on(self.date).value


def tax(income, values):
    """The tax on one income."""
    return float(income_tax(np.array([float(income)]), values)[0])


# Income tax


@pytest.mark.parametrize(
    ("year", "income", "percent"),
    [
        (2025, 650_000.0, 25.3),
        (2025, 1_000_000.0, 31.3),
        (2024, 650_000.0, 25.7),  # smartepenger.no, skatteprosenter på lønnsinntekt
        (2024, 1_000_000.0, 31.9),
    ],
)
def test_the_tax_of_a_year_is_the_published_share_of_income(parameters, year, income, percent):
    assert round(100 * tax(income, Nominal(parameters, year)) / income, 1) == percent


@pytest.mark.parametrize(
    ("year", "percent"),
    [(2016, 46.9), (2017, 46.7), (2018, 46.6), (2019, 46.4), (2020, 46.4), (2021, 46.4), (2022, 47.4), (2025, 47.4)],
)
def test_the_highest_tax_on_a_krone_is_that_of_the_ministry(parameters, year, percent):
    """The ministry's tables print the highest marginal rate on wages."""
    values = Nominal(parameters, year)
    assert 100 * (tax(4_000_001, values) - tax(4_000_000, values)) == pytest.approx(percent, abs=0.051)


def test_the_trial_s_years_are_worked_by_hand(parameters):
    """A wage of 500 000 in 2019 and 2020, every rule of the year on paper."""
    by_hand = 0.22 * (500_000 - 100_800 - 56_550) + 41_000 + 0.019 * 71_150 + 0.042 * 254_350
    assert tax(500_000, Nominal(parameters, 2019)) == pytest.approx(by_hand, rel=1e-12)
    by_hand = 0.22 * (500_000 - 104_450 - 51_300) + 41_000 + 0.019 * 73_700 + 0.042 * 245_500
    assert tax(500_000, Nominal(parameters, 2020)) == pytest.approx(by_hand, rel=1e-12)


def test_before_2016_there_were_two_steps_and_before_2022_no_fifth(parameters):
    year_2015 = Nominal(parameters, 2015)
    assert tax(2e6, year_2015) - tax(1e6, year_2015) == pytest.approx(1e6 * (0.27 + 0.082 + 0.12))
    assert tax(800_000, year_2015) - tax(700_000, year_2015) == pytest.approx(1e5 * (0.27 + 0.082 + 0.09))
    year_2021 = Nominal(parameters, 2021)
    assert tax(3e6, year_2021) - tax(2e6, year_2021) == pytest.approx(1e6 * (0.22 + 0.082 + 0.162))


@pytest.mark.parametrize("year", YEARS)
def test_every_year_has_a_whole_table_that_rises(parameters, year):
    values = Nominal(parameters, year)
    assert all(values[name] > 0 for name in TABLE)
    steps = [values[f"tax_bracket_{step}_threshold"] for step in range(1, 6)]
    assert steps == sorted(steps)
    income = np.linspace(0.0, 3_000_000.0, 6001)
    paid = income_tax(income, values)
    assert np.all(np.diff(paid) >= 0.0)
    assert np.all(np.diff(paid) <= 500.0 * 0.5)  # no krone is taxed at more than a half
    assert np.all(paid[income <= values["tax_social_security_floor"]] == 0.0)


@pytest.mark.parametrize("year", YEARS)
def test_the_special_minimum_deduction_that_is_left_out_would_have_changed_no_tax(parameters, year):
    """Until 2022 a wage earner's minimum deduction was never below 31 800: no general income is left there."""
    values = Nominal(parameters, year)
    income = np.linspace(0.0, 31_800 / values["tax_minimum_deduction_rate"], 200)
    left = income * (1.0 - values["tax_minimum_deduction_rate"]) - values["tax_personal_allowance"]
    assert np.all(left <= 0.0)


@pytest.mark.parametrize("year", [2014, 2027])
def test_a_year_without_a_table_is_refused(parameters, year):
    for name in TABLE:
        with pytest.raises(InputError, match=f"{name} has no value on {year}-07-01"):
            parameters.definitions[name].on(dt.date(year, 7, 1))


def test_the_tax_of_another_year_is_the_same_share_of_the_wage_level():
    then = read_parameters(dt.date(2019, 7, 1))
    growth = then["tax_personal_allowance"].factor
    moved, nominal = then.base_case().one(0), Nominal(then, 2019)
    assert growth > 1.2
    for wage in (300_000.0, 600_000.0, 1_200_000.0):
        assert tax(wage * growth, moved) == pytest.approx(growth * tax(wage, nominal), rel=1e-12)


@pytest.mark.parametrize("year", [2018, 2019, 2020, 2021, 2022, 2023, 2024])
def test_money_is_priced_in_the_years_since_2018(year):
    inputs = read_parameters(dt.date(year, 7, 1)).base_case()
    money = simulate(inputs, ["usual_case_management"], people=20, weeks=52)["money"]
    assert np.all(np.isfinite(money))
    assert float(money.sel(flow="income_tax").sum()) > 0.0


# Holiday pay


def test_holiday_pay_is_taxed_at_what_it_adds_to_the_tax_on_a_year_at_work(values):
    flows = yearly(values, kernel.FULL_HOLIDAY_PAY, wage=600_000.0)
    assert flows["income_tax"] == pytest.approx((0.22 + 0.077 + 0.04) * 0.102 * 600_000)
    flows = yearly(values, kernel.GRADED_HOLIDAY_PAY, wage=600_000.0, grade=0.4)
    assert flows["income_tax"] == pytest.approx((0.22 + 0.077 + 0.04) * 0.102 * 0.4 * 600_000)


def test_of_holiday_pay_no_more_is_taxed_than_48_days_earn(values):
    """At 690 000 the third step is 7 150 away: 48 days of holiday pay are 12 993 and reach it."""
    earned = 0.102 * 690_000 * 48 / 260
    added = (0.22 + 0.077) * earned + 0.04 * 7_150 + 0.137 * (earned - 7_150)
    flows = yearly(values, kernel.FULL_HOLIDAY_PAY, wage=690_000.0)
    assert flows["income_tax"] * 48 / 260 == pytest.approx(added)


def test_the_employer_s_holiday_pay_is_taxed_too(values):
    with_pay = yearly(values, kernel.FULL_EMPLOYER, wage=600_000.0)
    added = (0.22 + 0.077 + 0.04) * 0.102 * 600_000
    assert with_pay["income_tax"] == pytest.approx(tax(600_000, values) + added)
    # 16 days earn 3 094 at 690 000: the third step, 7 150 away, is not reached.
    near = yearly(values, kernel.FULL_EMPLOYER, wage=690_000.0)
    assert near["income_tax"] == pytest.approx(tax(690_000, values) + (0.22 + 0.077 + 0.04) * 0.102 * 690_000)


def test_what_is_added_to_the_tax_is_a_share_of_the_tax_on_both(values):
    income = np.array([600_000.0])
    got = added_tax(np.array([100_000.0]), 0.5, income, income_tax(income, values), values)
    assert got[0] == pytest.approx(2 * (tax(650_000, values) - tax(600_000, values)))


# The employer's contribution


@pytest.mark.parametrize(
    ("zone", "rate"), [(0, 0.132), (1, 0.141), (2, 0.106), (3, 0.106), (4, 0.064), (5, 0.051), (6, 0.079), (7, 0.0)]
)
def test_one_parameter_chooses_the_zone(parameters, zone, rate):
    values = parameters.overlay({"contribution_zone": float(zone)}).base_case().one(0)
    assert contribution_rate(values) == rate
    flows = yearly(values, kernel.IN_WORK, wage=600_000.0)
    assert flows["employer_contribution"] == pytest.approx(rate * 600_000)
    assert flows["production"] == pytest.approx((1 + rate) * 600_000)


@pytest.mark.parametrize("zone", [8.0, 1.5])
def test_a_zone_that_there_is_not_is_refused(parameters, zone):
    values = parameters.overlay({"contribution_zone": zone}).base_case().one(0)
    with pytest.raises(InputError, match=r"contribution_zone .* is no zone: give 0 for the national average"):
        contribution_rate(values)
    assert len(ZONES) == 8


@pytest.mark.parametrize(("year", "threshold", "rate"), [(2023, 750_000, 0.05), (2024, 850_000, 0.05)])
def test_the_extra_contribution_was_due_on_high_pay_in_two_years(parameters, year, threshold, rate):
    values = Nominal(parameters, year)
    pay = np.array([threshold - 1.0, threshold + 100_000.0])
    expected = [0.132 * (threshold - 1.0), 0.132 * (threshold + 100_000) + rate * 100_000]
    np.testing.assert_allclose(employer_contribution(pay, values), expected, rtol=1e-12)


@pytest.mark.parametrize("year", [2015, 2019, 2022, 2025, 2026])
def test_there_is_no_extra_contribution_in_other_years(parameters, year):
    values = Nominal(parameters, year)
    assert employer_contribution(np.array([2e6]), values)[0] == pytest.approx(0.132 * 2e6)


def test_the_extra_contribution_is_due_on_a_year_s_pay_from_the_employer():
    values = read_parameters(dt.date(2024, 7, 1)).base_case().one(0)
    limit = values["employer_extra_contribution_threshold"]
    wage = limit + 50_000
    assert yearly(values, kernel.IN_WORK, wage=wage)["employer_contribution"] == pytest.approx(
        0.132 * wage + 0.05 * 50_000
    )
    graded = yearly(values, kernel.GRADED_NAV, wage=wage, grade=0.5)
    paid = graded["wages"] + graded["top_up"]
    assert paid < limit
    assert graded["employer_contribution"] == pytest.approx(0.132 * paid)


def test_nav_s_sick_pay_owes_no_contribution(values):
    assert yearly(values, kernel.FULL_NAV, wage=600_000.0)["employer_contribution"] == 0.0
    assert SIX_G > 600_000

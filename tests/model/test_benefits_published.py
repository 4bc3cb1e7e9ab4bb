"""The statute's amounts against figures that others have printed, in the money of their day."""

import datetime as dt

import numpy as np
import pytest

from hecon.model.benefits import disability_pension, sick_pay, unemployment_benefit, work_assessment_allowance

WORKDAYS = 260
HIGH = np.array([2_000_000.0])
LOW = np.array([1_000.0])
AGE = np.array([44.0])


@pytest.fixture
def on(parameters):
    """The values of a date as they were printed."""

    class Nominal:
        def __init__(self, *date):
            self.date = dt.date(*date)

        def __getitem__(self, name):
            return parameters.definitions[name].on(self.date).value

    return Nominal


@pytest.mark.parametrize(
    ("date", "daily"),
    [((2019, 4, 30), 2236), ((2019, 5, 1), 2304), ((2025, 7, 1), 3004), ((2026, 7, 1), 3151)],
)
def test_the_highest_sick_pay_a_day_is_nav_s(on, date, daily):
    """NAV's own tests of its code: 2 304 a day from 1 May 2019 and 2 236 before."""
    assert round(sick_pay(HIGH, on(*date))[0] / WORKDAYS) == daily


@pytest.mark.parametrize(
    ("year", "daily"),
    [
        (2015, 1372),
        (2016, 1410),
        (2017, 1426),
        (2018, 1476),
        (2019, 1521),
        (2020, 1544),
        (2021, 1621),
        (2022, 1698),
        (2023, 1807),
        (2024, 1889),
        (2025, 1982),
        (2026, 2080),
    ],
)
def test_the_highest_allowance_a_day_is_66_percent_of_6_g(on, year, daily):
    assert round(work_assessment_allowance(HIGH, AGE, on(year, 7, 1))[0] / WORKDAYS) == daily


@pytest.mark.parametrize(
    ("date", "amount"),
    [((2019, 7, 1), 2 * 99_858), ((2024, 6, 30), 2 * 124_028), ((2025, 7, 1), 265_657), ((2026, 7, 1), 278_697)],
)
def test_the_smallest_allowance_is_the_published_one(on, date, amount):
    assert round(work_assessment_allowance(LOW, AGE, on(*date))[0]) == amount


def test_the_smallest_allowance_under_25_fell_to_two_thirds_in_2020(on):
    young = np.array([24.0])
    assert work_assessment_allowance(LOW, young, on(2019, 7, 1))[0] == 2 * 99_858
    assert work_assessment_allowance(LOW, young, on(2025, 7, 1))[0] == pytest.approx(265_656.56 * 2 / 3)


@pytest.mark.parametrize(("year", "supplement"), [(2019, 27), (2023, 35), (2024, 36), (2025, 37), (2026, 38)])
def test_the_child_supplement_is_that_of_the_year(on, year, supplement):
    assert on(year, 7, 1)["aap_child_supplement"] == supplement


@pytest.mark.parametrize(
    ("date", "single", "cohabiting"),
    [((2024, 6, 30), 2.48 * 124_028, 2.28 * 124_028), ((2025, 7, 1), 2.529 * 130_160, 2.329 * 130_160)],
)
def test_the_smallest_pension_depends_on_who_one_lives_with(on, date, single, cohabiting):
    assert disability_pension(LOW, 1.0, on(*date))[0] == pytest.approx(single)
    assert disability_pension(LOW, 0.0, on(*date))[0] == pytest.approx(cohabiting)
    assert disability_pension(HIGH, 1.0, on(*date))[0] == pytest.approx(0.66 * 6 * on(*date)["grunnbelop"])


def test_limits_that_the_cancer_society_printed_in_2016(on):
    """kreftforeningen.no, Inntekt under sykdom: half of G is 46 288, and 6 G is 555 456."""
    values = on(2016, 7, 1)
    assert values["sick_pay_minimum_income"] * values["grunnbelop"] == 46_288
    assert sick_pay(HIGH, values)[0] == 555_456


def test_unemployment_benefit_is_2_4_per_mille_a_day(on):
    values = on(2025, 7, 1)
    income = np.array([500_000.0])
    assert unemployment_benefit(income, values)[0] / WORKDAYS == pytest.approx(0.0024 * 500_000)


@pytest.mark.parametrize(
    ("date", "amount", "average"),
    [((2019, 7, 1), 99_858, 98_866), ((2020, 7, 1), 101_351, 100_853), ((2025, 7, 1), 130_160, 128_116)],
)
def test_g_is_there_as_of_the_day_and_as_the_year_s_average(on, date, amount, average):
    assert on(*date)["grunnbelop"] == amount
    assert on(*date)["grunnbelop_average"] == average

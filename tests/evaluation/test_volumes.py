"""Volumes of a national service: the arithmetic that leads from published counts to the shipped values."""

import math

import numpy as np
import pytest

from hecon.inputs.parameters import read_parameters

WEEK_26, WEEK_52 = 115_000, 40_000


@pytest.fixture(scope="module")
def parameters():
    return read_parameters()


def passing(week, shape):
    """Number still sick-listed in a week, interpolated: the hazard falls with duration where the shape is below 1."""
    slope = math.log(WEEK_26 / WEEK_52) / (52**shape - 26**shape)
    return WEEK_26 * math.exp(slope * (26**shape - week**shape))


def test_the_count_at_week_26_follows_from_meetings_not_held():
    reaching = 15_000 / (0.32 - 0.19)
    assert reaching == pytest.approx(WEEK_26, rel=0.005)


def test_those_passing_week_8_are_interpolated_between_published_counts(parameters):
    entry = parameters["people_passing_week_8"]
    assert passing(26, 0.6) == pytest.approx(WEEK_26)
    assert passing(52, 0.6) == pytest.approx(WEEK_52)
    assert entry.value == pytest.approx(passing(8, 0.6), rel=0.002)
    # The shapes that the locator tells, to the nearest thousand.
    by_shape = {0.5: 358_000, 0.6: 325_000, 0.8: 274_000, 1.0: 239_000}
    for shape, told in by_shape.items():
        assert round(passing(8, shape), -3) == pytest.approx(told, abs=1_000)
        assert f"{told:,}".replace(",", " ") in entry.locator
    low, high = entry.reported().ppf([0.025, 0.975])
    assert passing(8, 1.0) < low < passing(8, 0.6) < passing(8, 0.5) < high


def test_sick_pay_days_speak_for_a_falling_hazard():
    """NAV paid 29 to 30 million days a year; five a week times a mean grade of 0.72 over weeks 3 to 52 gives them."""
    weeks = np.arange(2.3, 52.0, 0.1)
    days = {
        shape: 5 * 0.72 * np.trapezoid([passing(week, shape) for week in weeks], weeks)
        for shape in (0.5, 0.6, 0.8, 1.0)
    }
    assert days[0.5] == pytest.approx(29.6e6, rel=0.02)
    assert days[0.6] == pytest.approx(27.7e6, rel=0.02)
    assert days[1.0] < days[0.8] < days[0.6] < days[0.5]


def test_growth_is_that_of_sick_pay_beyond_wages(parameters):
    wages = np.prod([1.031, 1.035, 1.043, 1.052, 1.057, 1.050])
    assert parameters["volume_growth"].value == pytest.approx(61.7 / 37.9 / wages, abs=0.005)


@pytest.mark.parametrize(
    ("name", "share"),
    [
        ("share_employees", 31_980 / (31_980 + 1_621)),
        (
            "share_aged_18_to_60",
            (sum((53_174, 279_464, 560_235, 661_492, 681_404, 739_570, 818_655, 774_580, 721_932)) + 596_751 / 5)
            / 6_045_437,
        ),
        ("share_absent_half_or_more", 1 - 0.5 * 0.27),
        ("share_not_pregnancy_related", 1 - 286_369 / 5_634_152),
        ("share_speaking_norwegian", 1 - 435_532 / 2_493_510 / 3),
    ],
)
def test_criteria_are_the_shares_published(parameters, name, share):
    entry = parameters[name]
    assert entry.value == pytest.approx(share, abs=0.003)
    assert entry.uncertain


def test_a_full_time_year_is_what_is_left_after_holidays_and_absence(parameters):
    contracted = 37.5 * 52 - 7.5 * (25 + 10)
    assert contracted == 1687.5
    assert parameters["hours_at_work"].value == pytest.approx(0.94 * contracted, rel=0.01)


def test_consent_to_research_is_not_acceptance_of_a_service(parameters):
    acceptance = parameters["acceptance"]
    low, high = acceptance.reported().ppf([0.025, 0.975])
    assert acceptance.grade == "assumption"
    assert 775 / 4_671 < 0.2 < low < 0.6 < high

"""The trial's statistics: quantiles that do not jump, Cox's hazard ratio, sampling errors, and the arm emulated."""

import math
from dataclasses import replace

import numpy as np
import pytest

from hecon.calibration.figures import DATE
from hecon.inputs.parameters import read_parameters
from hecon.inputs.targets import ARMS
from hecon.model.cox import log_hazard_ratio
from hecon.model.simulation import simulate
from hecon.model.trial import QUARTILES, STATISTICS, Arm, emulate, mid_quantile, simulated_trials, statistics


def sampling_covariance(arm, names, n, *, trials, seed):
    figures = statistics(simulated_trials(arm, n, trials=trials, seed=seed))
    return np.cov(np.stack([figures[name] for name in names]))


@pytest.fixture(scope="module")
def base():
    return read_parameters(DATE).base_case()


def arm_of(**people):
    """An arm of one draw, whose people have nothing but what is given."""
    n = len(next(iter(people.values())))
    fields = dict.fromkeys(("days", "weeks", "returned", "no_benefit", "entered_aap", "sessions"), [0.0] * n) | people
    return Arm(**{name: np.array([values], float) for name, values in fields.items()})


# Quantiles of the mid-distribution


@pytest.mark.parametrize(
    ("q", "expected"),
    [(0.5, 2.0), (0.25, 1.0 + 1.0 / 3.0), (0.125, 1.0), (0.05, 1.0), (0.6875, 2.5), (0.95, 3.0)],
)
def test_mid_quantile_by_hand(q, expected):
    # 1, 2, 2, 3: the mid-distribution is 1/8 at 1, 1/2 at 2 and 7/8 at 3.
    assert mid_quantile(np.array([[3.0, 2.0, 1.0, 2.0]]), q)[0] == pytest.approx(expected, abs=1e-14)


@pytest.mark.parametrize("q", [0.01, 0.25, 0.5, 0.75, 0.9])
def test_mid_quantile_of_people_without_ties_is_hazens(q):
    values = np.random.default_rng(3).gamma(2.0, size=(3, 501))
    np.testing.assert_allclose(mid_quantile(values, q), np.quantile(values, q, axis=1, method="hazen"), rtol=1e-13)


def test_mid_quantile_of_people_all_alike_is_their_value():
    assert mid_quantile(np.full((2, 7), 52.0), 0.25).tolist() == [52.0, 52.0]


def test_mid_quantile_moves_smoothly_where_the_plain_median_stays_or_jumps():
    few = np.array([[1.0] * 4 + [2.0] * 4 + [3.0] * 4])
    more = np.array([[1.0] * 4 + [2.0] * 4 + [3.0] * 5])
    assert np.median(few) == np.median(more) == 2.0
    assert mid_quantile(few, 0.5)[0] == 2.0
    # 6.5 of 13 lies half a person above the middle (6) of those at 2; to the middle of those at 3 are 4.5.
    assert mid_quantile(more, 0.5)[0] == pytest.approx(2.0 + 0.5 / 4.5)


# Cox's log hazard ratio


def ratio_of(treated, control):
    """The hazard ratio of two groups of (week, event)."""
    weeks, event = np.array([*treated, *control], float).T
    return math.exp(log_hazard_ratio(weeks, event, np.repeat([True, False], [len(treated), len(control)])))


def test_hazard_ratio_without_ties_by_hand():
    # Likelihood r^2 / ((2r + 2)(r + 2)(r + 1)), greatest where r^2 - r - 4 = 0.
    assert ratio_of([(1, 1), (3, 1)], [(2, 1), (4, 1)]) == pytest.approx((1.0 + math.sqrt(17.0)) / 2.0, rel=1e-10)


def test_hazard_ratio_with_ties_is_breslows_by_hand():
    # Three events at 1: r^2 / (3r + 3)^3; control at 3: 1 / (r + 2); treated at 4: r / (r + 1). Greatest at r^2 = 3.
    treated, control = [(1, 1), (1, 1), (4, 1)], [(1, 1), (3, 1), (5, 0)]
    assert ratio_of(treated, control) == pytest.approx(math.sqrt(3.0), rel=1e-10)


def test_who_is_censored_in_the_week_of_an_event_is_still_at_risk():
    # r / (2r + 2) / (r + 1), greatest at 1; without the censored one it would be at 1 / sqrt(2).
    assert ratio_of([(2, 1), (4, 0)], [(2, 0), (3, 1)]) == pytest.approx(1.0, rel=1e-10)


def test_identical_groups_have_a_log_hazard_ratio_of_zero():
    random = np.random.default_rng(5)
    weeks, event = random.integers(1, 53, 300).astype(float), random.integers(0, 2, 300).astype(float)
    both = log_hazard_ratio(np.tile(weeks, 2), np.tile(event, 2), np.repeat([True, False], 300))
    assert both == pytest.approx(0.0, abs=1e-12)


def test_swapping_the_groups_flips_the_sign():
    random = np.random.default_rng(6)
    weeks, event = random.integers(1, 20, 400).astype(float), random.integers(0, 2, 400).astype(float)
    treated = random.random(400) < 0.4
    one = log_hazard_ratio(weeks, event, treated)
    assert abs(one) > 1e-3
    assert log_hazard_ratio(weeks, event, ~treated) == pytest.approx(-one, rel=1e-9)


@pytest.mark.parametrize("ratio", [0.5, 1.0, 1.4])
def test_constant_hazards_give_back_their_ratio(ratio):
    n, end = 30_000, 52.0
    random = np.random.default_rng(7)
    treated = np.repeat([True, False], n)
    time = random.exponential(1.0 / np.where(treated, 0.04 * ratio, 0.04))
    event = (time <= end).astype(float)
    error = math.sqrt(1.0 / event[treated].sum() + 1.0 / event[~treated].sum())
    estimate = log_hazard_ratio(np.minimum(time, end), event, treated)
    assert abs(estimate - math.log(ratio)) < 3.0 * error


def test_only_the_order_of_times_matters():
    random = np.random.default_rng(8)
    time, treated = random.exponential(size=200), random.random(200) < 0.5
    ones = np.ones(200)
    assert log_hazard_ratio(time, ones, treated) == pytest.approx(log_hazard_ratio(time**3, ones, treated), rel=1e-12)


# An arm's figures and their sampling error


def test_figures_of_an_arm_by_hand():
    arm = arm_of(
        days=[10, 20, 20, 30],
        weeks=[4, 8, 52, 52],
        returned=[1, 1, 0, 0],
        no_benefit=[1, 1, 1, 0],
        entered_aap=[0, 0, 0, 1],
        sessions=[2, 1, 0, 2],
    )
    figures = {name: float(value[0]) for name, value in statistics(arm).items()}
    assert set(figures) == {*STATISTICS, "benefit_days_mean"}
    assert figures == pytest.approx(
        {
            "benefit_days_q1": 10.0 + 10.0 / 3.0,
            "benefit_days_median": 20.0,
            "benefit_days_q3": 20.0 + 10.0 * 2.0 / 3.0,
            "benefit_days_mean": 20.0,
            "sustained_return": 0.5,
            "sustained_return_median_days": 7.0 * (8.0 + 44.0 / 3.0),  # 1/2 lies a third of the way from 3/8 to 3/4
            "no_benefit_day_365": 0.75,
            "aap_entry": 0.25,
            "sessions_two": 0.5,
            "sessions_one": 0.25,
            "sessions_none": 0.25,
        }
    )


def test_every_draw_has_its_own_figures():
    arm = Arm(*[np.array([[0.0, 0.0], [1.0, 1.0]])] * 6)
    assert statistics(arm)["sustained_return"].tolist() == [0.0, 1.0]
    assert statistics(arm)["sessions_none"].tolist() == [1.0, 0.0]


def test_a_sample_of_an_arm_keeps_each_persons_figures_together():
    arm = arm_of(days=[1, 2, 3], weeks=[10, 20, 30], sessions=[0, 1, 2])
    drawn = arm.sample(np.array([[2, 0], [1, 1]]))
    assert drawn.days.tolist() == [[3, 1], [2, 2]]
    assert drawn.weeks.tolist() == [[30, 10], [20, 20]]
    assert drawn.sessions.tolist() == [[2, 0], [1, 1]]


def test_shares_have_the_binomial_sampling_covariance():
    people, n, trials = 10_000, 264, 4000
    random = np.random.default_rng(9)
    returned = (random.random(people) < 0.8).astype(float)
    well = returned * (random.random(people) < 0.7)
    arm = arm_of(returned=returned, no_benefit=well)
    found = sampling_covariance(arm, ("sustained_return", "no_benefit_day_365"), n, trials=trials, seed=1)
    p, q = returned.mean(), well.mean()
    exact = np.array([[p * (1 - p), q * (1 - p)], [q * (1 - p), q * (1 - q)]]) / n  # who is well has returned
    variance = np.diag(exact)
    error = np.sqrt((exact**2 + np.outer(variance, variance)) / trials)
    assert (np.abs(found - exact) < 4.0 * error).all()


def test_a_median_has_its_asymptotic_sampling_variance():
    n, trials = 255, 4000
    arm = arm_of(days=np.random.default_rng(10).exponential(100.0, 50_000))
    found = sampling_covariance(arm, ("benefit_days_median", "benefit_days_q1"), n, trials=trials, seed=2)
    # p (1 - p) / (n f^2) at quantiles 1/2 and 1/4 of an exponential of mean 100, whose density is (1 - p) / 100.
    assert found[0, 0] == pytest.approx(100.0**2 * (0.5 / 0.5) / n, rel=0.12)
    assert found[1, 1] == pytest.approx(100.0**2 * (0.25 / 0.75) / n, rel=0.12)
    assert found[0, 1] == pytest.approx(100.0**2 * 0.25 * 0.5 / (n * 0.75 * 0.5), rel=0.2)


def test_sampling_covariance_is_the_same_for_the_same_seed():
    arm = arm_of(returned=np.random.default_rng(1).integers(0, 2, 100), days=np.arange(100.0))
    names = ("sustained_return", "benefit_days_median")
    first, again, other = (sampling_covariance(arm, names, 50, trials=50, seed=seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


# The emulated arm


@pytest.fixture(scope="module")
def arms(base):
    return {arm: emulate(base, arm, people=2000) for arm in ARMS}


def test_usual_care_has_no_sessions_and_the_others_at_most_two(arms):
    assert arms["usual_care"].sessions.max() == 0.0
    for arm in ("active_control", "motivational_interviewing"):
        assert set(np.unique(arms[arm].sessions)) == {0.0, 1.0, 2.0}


def test_usual_dialogue_meetings_are_held_but_not_counted(base, arms):
    held = simulate(base, ["usual_case_management"], people=2000, weeks=52, by="person", money=False)
    assert float(held["outcome"].sel(measure="contacts_held").sum()) > 0.0
    assert arms["usual_care"].sessions.sum() == 0.0


@pytest.mark.parametrize("arm", sorted(ARMS))
def test_leaving_meetings_out_of_the_count_changes_nothing_else(base, arms, arm):
    mix = {name: base[f"{name}_{arm}"] for name in ("share_full_at_inclusion", "share_graded_pension_at_inclusion")}
    full = simulate(
        replace(base, drawn={**base.drawn, **mix}), [ARMS[arm]], people=2000, weeks=52, by="person", money=False
    )["outcome"].isel(strategy=0)
    np.testing.assert_array_equal(full.sel(measure="benefit_days_12m"), arms[arm].days)
    np.testing.assert_array_equal(full.sel(measure="weeks_to_sustained_return"), arms[arm].weeks)
    np.testing.assert_array_equal(full.sel(measure="entered_aap_12m"), arms[arm].entered_aap)


def test_an_arm_has_its_own_mix_at_inclusion(base, arms):
    for arm in ARMS:
        all_full = replace(base, drawn={**base.drawn, f"share_full_at_inclusion_{arm}": np.ones(1)})
        changed = emulate(all_full, arm, people=2000)
        assert changed.days.mean() != arms[arm].days.mean()
        for other in set(ARMS) - {arm}:
            np.testing.assert_array_equal(emulate(all_full, other, people=2000).days, arms[other].days)


def test_figures_are_possible(arms):
    for arm in arms.values():
        assert arm.days.shape == arm.weeks.shape == (1, 2000)
        assert (arm.days >= 0.0).all()
        assert (arm.days <= 260.0).all()
        for flag in (arm.returned, arm.no_benefit, arm.entered_aap):
            assert set(np.unique(flag)) == {0.0, 1.0}
        assert (arm.weeks[arm.returned == 0.0] == 52.0).all()
        assert (arm.weeks[arm.returned == 1.0] <= 48.0).all()  # four weeks must still fit in the year
        figures = statistics(arm)
        assert figures["sessions_two"] + figures["sessions_one"] + figures["sessions_none"] == pytest.approx(1.0)
        assert np.all(np.diff([figures[name] for name in QUARTILES], axis=0) > 0.0)


def test_attendance_is_what_the_arm_offers(base, arms):
    attended = ("early_first_attendance", "early_second_attendance")
    never = replace(base, drawn={**base.drawn, **dict.fromkeys(attended, np.zeros(1))})
    always = replace(base, drawn={**base.drawn, **dict.fromkeys(attended, np.ones(1))})
    assert emulate(never, "active_control", people=2000).sessions.max() == 0.0
    most = emulate(always, "active_control", people=2000)
    assert most.sessions.mean() > arms["active_control"].sessions.mean()
    assert most.sessions.max() == 2.0


def test_the_number_of_threads_does_not_show(base, arms):
    alone = emulate(base, "motivational_interviewing", people=2000, threads=1)
    for name, values in vars(alone).items():
        np.testing.assert_array_equal(values, getattr(arms["motivational_interviewing"], name))

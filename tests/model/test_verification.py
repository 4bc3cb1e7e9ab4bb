"""Checks that TECH-VER lists and no other file holds: extremes, swaps, halves and doubles, and draws in their place."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from small_worlds import asked_about

from hecon.inputs.parameters import read_parameters
from hecon.model.hazards import STATES
from hecon.model.population import draw_population
from hecon.model.simulation import SEED, STRATEGIES, occupancy, simulate, trace

USUAL, EARLY, MI, COORDINATED = STRATEGIES
NOW = read_parameters()
ALIVE = [state for state in STATES if state not in {"dead", "retired"}]
WHOLE_EFFECT = {"coordinated_meeting_attendance": 1.0, "coordinated_first_week": 1.0, "effect_ends_week": 52.0}
# The sessions of the two programs made the same: weeks, attendance, hours.
SAME_SESSIONS = {
    **{f"{program}_first_week": 7.0 for program in ("early", "mi")},
    **{f"{program}_second_week": 9.0 for program in ("early", "mi")},
    **{f"{program}_first_attendance": 0.7 for program in ("early", "mi")},
    **{f"{program}_second_attendance": 0.5 for program in ("early", "mi")},
    "mi_course_fee": 0.0,
    "mi_training_hours": 0.0,
    "mi_supervision_hours": 0.0,
}
EFFECTS = ("return_ratio", "relapse_ratio", "aap_odds_ratio")


def of(run, measure):
    """An outcome of the first draw: float64[strategy, subgroup]."""
    return run["outcome"][0].sel(measure=measure).values


def mortality(per_1000):
    return {f"mortality_{sex}": [per_1000] * 58 for sex in ("men", "women")}


# Death and the end of working life


def test_without_mortality_nobody_dies_and_everybody_lives_the_horizon(parameters):
    overlay = mortality(0.0) | {"utility_at_inclusion": 1.0, "discount_rate": 0.0}
    run = simulate(parameters.overlay(overlay).base_case(), people=1000, weeks=260, by="person")
    assert np.all(of(run, "weeks_dead") == 0.0)
    np.testing.assert_allclose(of(run, "qalys"), 260 / 52, rtol=1e-12)


def test_the_highest_mortality_leaves_nobody_alive(parameters):
    """Of 1000 living 999 die in a year: two years leave one in a million."""
    share = occupancy(trace(parameters.overlay(mortality(999.0)).base_case(), USUAL, people=2000, weeks=104), 104)
    assert float(share.sel(state="dead")[-1]) == 1.0
    after_half_a_year = 1.0 - 0.001**0.5
    error = np.sqrt(after_half_a_year * (1.0 - after_half_a_year) / 2000)
    assert abs(float(share.sel(state="dead", week=26)) - after_half_a_year) <= 4.0 * error


def test_survival_is_the_life_tables(parameters):
    """As many die in five years as the table says of people of their ages, here with ten times its deaths, to show."""
    people = 20_000
    table = {name: [10.0 * value for value in parameters[name].value] for name in ("mortality_men", "mortality_women")}
    inputs = parameters.overlay(table | {"mortality_ratio_pension": 1.0}).base_case()
    who = draw_population(inputs.one(0), people, SEED)
    yearly = np.stack([table["mortality_men"], table["mortality_women"]]) / 1000.0
    cumulative = np.insert(np.cumsum(-np.log1p(-yearly), axis=1), 0, 0.0, axis=1)
    years = np.arange(cumulative.shape[1])
    hazard = [
        np.interp(age - 13.0, years, cumulative[sex]) - np.interp(age - 18.0, years, cumulative[sex])
        for age, sex in zip(who.age, who.sex, strict=True)
    ]
    dies = -np.expm1(-np.array(hazard))
    weeks_dead = of(simulate(inputs, [USUAL], people=people, weeks=261, by="person", money=False), "weeks_dead")[0]
    assert abs((weeks_dead > 0.0).sum() - dies.sum()) <= 4.0 * np.sqrt((dies * (1.0 - dies)).sum())
    worse = parameters.overlay(table | {"mortality_ratio_pension": 20.0}).base_case()
    more = of(simulate(worse, [USUAL], people=people, weeks=261, by="person", money=False), "weeks_dead")[0]
    assert np.all(more >= weeks_dead)
    assert more.sum() > weeks_dead.sum()


def test_everybody_is_retired_or_dead_at_the_end_of_working_life(parameters):
    weeks = 52 * (67 - 18)
    share = occupancy(trace(parameters.base_case(), USUAL, people=300, weeks=weeks), weeks)
    assert float(share.sel(state=["retired", "dead"])[-1].sum()) == 1.0
    assert float(share.sel(state="retired")[-1]) < 1.0


def test_what_enters_a_state_less_what_leaves_it_is_its_change(parameters):
    stays = trace(parameters.base_case(), MI, people=1000, weeks=156)
    share = occupancy(stays, 156)
    state, first, person = stays["state"].cat.codes.to_numpy(), stays["first"].to_numpy(), stays["person"].to_numpy()
    follows = np.flatnonzero(person[1:] == person[:-1]) + 1
    change = np.zeros((157, len(STATES)))
    np.add.at(change, (first[follows], state[follows]), 1 / 1000)
    np.subtract.at(change, (first[follows], state[follows - 1]), 1 / 1000)
    start = np.bincount(state[first == 0], minlength=len(STATES)) / 1000
    np.testing.assert_allclose(share, start + np.cumsum(change, axis=0), atol=1e-12)
    assert np.abs(change[1:]).sum() > 1.0


# Effects


def test_swapped_effects_swap_the_results(parameters):
    """What early follow-up does and what MI does change places, bit for bit, when their effects do."""

    def run(early, content):
        ratios = {f"early_contact_{name}": early for name in EFFECTS}
        ratios |= {f"motivational_content_{name}": content for name in EFFECTS}
        return simulate(parameters.overlay(SAME_SESSIONS | ratios).base_case(), [EARLY, MI], people=1500, weeks=156)

    one, other = run(2.0, 0.25), run(0.5, 4.0)  # early 2 and MI 0.5, then early 0.5 and MI 2
    for part in ("money", "outcome"):
        np.testing.assert_array_equal(one[part].sel(strategy=EARLY), other[part].sel(strategy=MI))
        np.testing.assert_array_equal(one[part].sel(strategy=MI), other[part].sel(strategy=EARLY))
        assert np.any(one[part].sel(strategy=EARLY).values != one[part].sel(strategy=MI).values)


def test_twice_the_effect_is_about_twice_the_gain(parameters):
    """On the scale of log hazards, near no effect; half the effect is half the gain in the same comparison."""

    def days(log_ratio):
        overlay = WHOLE_EFFECT | {"what_if_return_ratio": float(np.exp(log_ratio))}
        run = simulate(
            asked_about(parameters, COORDINATED).overlay(overlay).base_case(),
            [COORDINATED],
            people=4000,
            weeks=52,
            by="person",
        )
        return of(run, "benefit_days_12m")[0]

    none, half, whole = (days(log_ratio) for log_ratio in (0.0, 0.1, 0.2))
    gain, off = none - whole, (none - whole) - 2.0 * (none - half)
    assert gain.mean() > 10.0 * gain.std() / np.sqrt(len(gain))
    assert abs(off.mean()) <= 3.0 * off.std() / np.sqrt(len(off))


def test_who_has_used_more_of_the_right_moves_to_the_allowance_no_less_often(parameters):
    """A worse start gives a worse outcome, person by person: the same luck meets the end of the right earlier."""
    inputs = parameters.overlay({"relapse_rate": 0.0, "return_rate_full": 0.01}).base_case()
    entered = []
    for used in (30, 90, 150, 210):
        frame = cohort_of(500, rights_used=used)
        run = simulate(inputs, [USUAL], weeks=52, cohort=frame, by="person", money=False)
        entered.append(of(run, "entered_aap_12m")[0])
    assert np.all(np.diff(entered, axis=0) >= 0.0)
    assert np.all(np.diff(np.sum(entered, axis=1)) > 0.0)


def cohort_of(people, **given):
    """People all alike, as `read_cohort` gives them."""
    one = {"age": 44.0, "sex": "woman", "start": "full_sick_leave", "weeks_sick_listed": 8, "wage": 500_000.0}
    rest = {"education": "school", "diagnosis": "other", "grade": 0.5, "employment_fraction": 1.0, "pension_held": 0.0}
    return pd.DataFrame([one | rest | given] * people)


# Discounting and utilities


def test_an_extreme_discount_rate_leaves_the_first_week(parameters):
    rate = 1e300  # a week is worth some 590,000 of the next
    inputs = parameters.overlay({"cost_of_public_funds": 0.0}).base_case()
    steep = replace(inputs, drawn={"discount_rate": np.array([rate])})
    flat = replace(inputs, drawn={"discount_rate": np.zeros(1)})
    long, first = (
        simulate(chosen, people=300, weeks=weeks)["money"].sum("year") for chosen, weeks in ((steep, 260), (flat, 1))
    )
    expected = first * rate ** (-0.5 / 52)
    later = 300 * 1e6 * rate ** (-1.5 / 52) * 1.001  # more than all later weeks can pay: a million a week and person
    np.testing.assert_allclose(long, expected, rtol=1e-12, atol=later)
    assert int((expected > 100.0 * later).sum()) > 10


def test_qalys_lie_between_the_worst_and_the_best_utility(parameters):
    overlay = {"causal_share_of_utility_difference": 1.0, "discount_rate": 0.0}
    inputs = parameters.overlay(overlay).base_case()
    run = simulate(inputs, [USUAL], people=1000, weeks=260, by="person", money=False)
    years = (260.0 - of(run, "weeks_dead")) / 52
    names = [f"utility_{state}" for state in ALIVE]
    utilities = [parameters[name].value for name in (*names, "utility_at_inclusion")]
    assert np.all(of(run, "qalys") <= years)
    assert np.all(of(run, "qalys") <= max(utilities) * years + 1e-9)
    assert np.all(of(run, "qalys") >= min(utilities) * years - 1e-9)
    lower = parameters.overlay(
        overlay | {name: 0.5 * parameters[name].value for name in (*names, "utility_at_inclusion")}
    )
    less = simulate(lower.base_case(), [USUAL], people=1000, weeks=260, by="person", money=False)
    np.testing.assert_allclose(of(less, "qalys"), 0.5 * of(run, "qalys"), rtol=1e-12)


# Draws


def test_what_is_linear_in_a_price_is_on_average_what_it_is_at_the_mean(parameters):
    """The probabilistic mean is the deterministic result where the model is linear: here exactly."""
    grid = (np.arange(40)[:, None] + 0.5) / 40
    drawn = parameters.at(grid, ["caseworker_hour"])
    prices = drawn["caseworker_hour"]
    line = simulate(drawn, [EARLY], people=200, weeks=52)["money"].sel(flow="delivery_nav").sum(["subgroup", "year"])
    at_mean = parameters.overlay({"caseworker_hour": float(prices.mean())}).base_case()
    expected = simulate(at_mean, [EARLY], people=200, weeks=52)["money"].sel(flow="delivery_nav").sum()
    assert prices.std() > 10.0
    assert float(line.mean()) == pytest.approx(float(expected), rel=1e-12)


def test_another_sample_gives_the_same_mean_within_its_error(parameters):
    def delivery_cost(seed):
        run = simulate(parameters.sample(60, seed=seed), [EARLY], people=100, weeks=52, seed=seed)
        return run["money"].sel(flow="delivery_nav").sum(["subgroup", "year"])[:, 0].values / 100

    one, other = delivery_cost(1), delivery_cost(2)
    error = np.sqrt(one.var(ddof=1) / len(one) + other.var(ddof=1) / len(other))
    assert not np.array_equal(one, other)
    assert abs(one.mean() - other.mean()) <= 4.0 * error


def moves_no_person(name):
    """Whether a parameter is read only beside the model: volumes and research, whose own tests move it."""
    return name not in NOW.blocks and NOW[name].role != "model"


@pytest.mark.parametrize("name", [name for name in NOW.uncertain if not moves_no_person(name)])
def test_every_coordinate_moves_a_result(name):
    """A parameter that is drawn and read by nothing would be uncertainty that no result shows."""
    busy = NOW.overlay({"causal_share_of_utility_difference": 0.5, "relapse_rate": 4.0, "sick_pay_rights": 90.0})
    run = simulate(busy.at([[0.05], [0.95]], [name]), list(NOW.programs), people=150, weeks=260, by="risk")
    assert any(np.any(run[part][0].values != run[part][1].values) for part in ("money", "outcome"))


@pytest.mark.parametrize("name", sorted(NOW.scenarios))
def test_every_scenario_moves_a_result(name):
    """A scenario that changes nothing would be a question that was never asked."""
    about = NOW.scenarios[name]
    spread_only = bool(about.changes) and all(change.value == NOW[each].value for each, change in about.changes.items())
    base, other = (
        simulate(
            parameters.sample(3, 1) if spread_only else parameters.base_case(),
            [USUAL, MI, COORDINATED],
            people=1000 if spread_only else 3000,
            weeks=260,
        )
        for parameters in (NOW, NOW.with_scenario(name))
    )
    assert any(np.any(base[part].values != other[part].values) for part in ("money", "outcome"))

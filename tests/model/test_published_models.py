"""Other people's models through the kernel: one group a state, no rights, no effects, a cycle for a week.

Probabilities enter as hazards, h_k = -ln(1 - sum p) p_k / sum p; what a cycle is worth is computed here from the stays.
"""

import functools

import numpy as np
import pytest
from scipy.integrate import quad
from small_worlds import markov_world, states_by_week, traced

PERSONS = 100_000
HEALTHY, SICK, SICKER, GONE = range(4)
# Where one can go from healthy, sick, sicker and dead.
DESTINATION = np.array([[SICK, GONE, -1], [HEALTHY, SICKER, GONE], [GONE, -1, -1], [-1, -1, -1]])


def constant_hazards(probability, cycles):
    """Return cumulative hazards float64[state, cycle, slot] of the transition matrix's moves."""
    hazard = np.zeros(DESTINATION.shape)
    for state, row in enumerate(DESTINATION):
        moves = np.array([probability[state, to] if to >= 0 else 0.0 for to in row])
        total = moves.sum()
        if total > 0.0:
            hazard[state] = -np.log1p(-total) * moves / total
    return np.arange(cycles + 2.0)[None, :, None] * hazard[:, None, :]


def simulated_states(probability, cycles, seed):
    """Return int64[person, cycle] from the kernel."""
    world = markov_world(constant_hazards(probability, cycles), DESTINATION, PERSONS, cycles)
    return states_by_week(*traced(world, seed=seed), cycles)


def cohort(probability, cycles):
    """Return float64[cycle, state], the exact shares."""
    share = [np.array([1.0, 0.0, 0.0, 0.0])]
    for _ in range(cycles):
        share.append(share[-1] @ probability)
    return np.array(share)


def matrix(healthy_sick, healthy_dead, sick_healthy, sick_sicker, sick_dead, sicker_dead):
    """Return the transition matrix of the two models, what is left over staying put."""
    moves = np.array(
        [
            [0.0, healthy_sick, 0.0, healthy_dead],
            [sick_healthy, 0.0, sick_sicker, sick_dead],
            [0.0, 0.0, 0.0, sicker_dead],
            [0.0, 0.0, 0.0, 0.0],
        ]
    )
    return moves + np.diag(1.0 - moves.sum(axis=1))


def within_three_standard_errors(sample, exact):
    error = sample.std(ddof=1) / np.sqrt(len(sample))
    return abs(sample.mean() - exact) <= 3.0 * error


# Krijkamp EM, Alarid-Escudero F, Enns EA, Jalal HJ, Hunink MGM, Pechlivanoglou P. Microsimulation modeling for health
# decision sciences using R: a tutorial. Med Decis Making 2018;38:400-422, and its repository
# DARTH-git/Microsimulation-tutorial, appendix A (microsimulation) and C (the same as a cohort). Rewards at cycles 0 to
# 30, discounted 3%.

KRIJKAMP_CYCLES = 30
KRIJKAMP = matrix(0.15, 0.005, 0.5, 0.105, 1 - (1 - 0.005) ** 3, 1 - (1 - 0.005) ** 10)
KRIJKAMP_COST = {"no treatment": [2000.0, 4000.0, 15000.0, 0.0], "treatment": [2000.0, 16000.0, 27000.0, 0.0]}
KRIJKAMP_QALY = {"no treatment": [1.0, 0.75, 0.5, 0.0], "treatment": [1.0, 0.95, 0.5, 0.0]}
KRIJKAMP_PRINTED = {"no treatment": (75_976, 15.839), "treatment": (141_623, 16.400)}
KRIJKAMP_SIMULATED = {"no treatment": (75_996, 15.823), "treatment": (141_644, 16.384)}


@functools.cache
def krijkamp():
    return simulated_states(KRIJKAMP, KRIJKAMP_CYCLES, seed=11)


def discounted(values, states, weight):
    """Return each person's discounted sum of what the states are worth."""
    return (np.array(values)[states] * weight).sum(axis=1)


@pytest.mark.parametrize("arm", ["no treatment", "treatment"])
def test_f18_krijkamp_cohort_is_the_printed_one(arm):
    weight = 1.03 ** -np.arange(KRIJKAMP_CYCLES + 1.0)
    share = weight @ cohort(KRIJKAMP, KRIJKAMP_CYCLES)
    cost, qaly = KRIJKAMP_PRINTED[arm]
    assert share @ KRIJKAMP_COST[arm] == pytest.approx(cost, abs=0.5)
    assert share @ KRIJKAMP_QALY[arm] == pytest.approx(qaly, abs=0.0005)


@pytest.mark.parametrize("arm", ["no treatment", "treatment"])
def test_f18_krijkamp_microsimulation(arm):
    weight = 1.03 ** -np.arange(KRIJKAMP_CYCLES + 1.0)
    share = weight @ cohort(KRIJKAMP, KRIJKAMP_CYCLES)
    cost = discounted(KRIJKAMP_COST[arm], krijkamp(), weight)
    qaly = discounted(KRIJKAMP_QALY[arm], krijkamp(), weight)
    assert within_three_standard_errors(cost, share @ KRIJKAMP_COST[arm])
    assert within_three_standard_errors(qaly, share @ KRIJKAMP_QALY[arm])
    # Their own 100,000 people have an error of the same size as ours.
    theirs_cost, theirs_qaly = KRIJKAMP_SIMULATED[arm]
    assert abs(cost.mean() - theirs_cost) <= 3.0 * np.sqrt(2.0) * cost.std() / np.sqrt(PERSONS)
    assert abs(qaly.mean() - theirs_qaly) <= 3.0 * np.sqrt(2.0) * qaly.std() / np.sqrt(PERSONS)


def test_f18_krijkamp_increments_under_common_luck():
    weight = 1.03 ** -np.arange(KRIJKAMP_CYCLES + 1.0)
    share = weight @ cohort(KRIJKAMP, KRIJKAMP_CYCLES)
    more = {
        name: np.subtract(table["treatment"], table["no treatment"])
        for name, table in (("cost", KRIJKAMP_COST), ("qaly", KRIJKAMP_QALY))
    }
    gain = {name: discounted(value, krijkamp(), weight) for name, value in more.items()}
    assert within_three_standard_errors(gain["cost"], share @ more["cost"])
    assert within_three_standard_errors(gain["qaly"], share @ more["qaly"])
    assert share @ more["cost"] / (share @ more["qaly"]) == pytest.approx(116_901, abs=0.5)
    assert gain["qaly"].std() / np.sqrt(PERSONS) < 0.0015  # printed 0.001; about 0.023 with luck of its own in each arm


# Alarid-Escudero F, Krijkamp E, Enns EA, et al. An introductory tutorial on cohort state-transition models in R using a
# cost-effectiveness analysis example. Med Decis Making 2023;43:3-20, and its repository
# DARTH-git/cohort-modeling-tutorial-intro: 75 cycles of a year, discounted 3%.

SICKER_CYCLES = 75


def sick_sicker(ratio):
    """Return the transition matrix, the rate of getting sicker times `ratio`; moves are conditional on survival."""

    def probability(rate):
        return -np.expm1(-rate)

    dead = [probability(0.002 * hazard) for hazard in (1.0, 3.0, 10.0)]
    return matrix(
        (1 - dead[0]) * probability(0.15),
        dead[0],
        (1 - dead[1]) * probability(0.5),
        (1 - dead[1]) * probability(0.105 * ratio),
        dead[1],
        dead[2],
    )


SICK_SICKER = {  # ratio of treatment B, cost of treatment while sick or sicker, utility while sick; printed answers
    "standard of care": (1.0, 0.0, 0.75, 151_580, 20.711),
    "A": (1.0, 12_000.0, 0.95, 284_805, 21.499),
    "B": (0.6, 13_000.0, 0.75, 259_100, 22.184),
    "AB": (0.6, 25_000.0, 0.95, 378_875, 23.137),
}


def cycle_weights():
    """Return the weights the tutorial prints its answers with: "Simpson's" 2/3 and 4/3 in the other's place."""
    weight = np.where(np.arange(SICKER_CYCLES + 1) % 2 == 1, 2 / 3, 4 / 3)
    weight[[0, -1]] = 1 / 3
    return weight * 1.03 ** -np.arange(SICKER_CYCLES + 1.0)


@functools.cache
def sick_sicker_states(ratio):
    return simulated_states(sick_sicker(ratio), SICKER_CYCLES, seed=12)


@pytest.mark.parametrize("strategy", SICK_SICKER)
def test_f18_sick_sicker(strategy):
    ratio, treatment, utility, printed_cost, printed_qaly = SICK_SICKER[strategy]
    cost = [2000.0, 4000.0 + treatment, 15_000.0 + treatment, 0.0]
    qaly = [1.0, utility, 0.5, 0.0]
    weight = cycle_weights()
    share = weight @ cohort(sick_sicker(ratio), SICKER_CYCLES)
    assert share @ cost == pytest.approx(printed_cost, abs=0.5)
    assert share @ qaly == pytest.approx(printed_qaly, abs=0.0005)
    states = sick_sicker_states(ratio)
    assert within_three_standard_errors(discounted(cost, states, weight), share @ cost)
    assert within_three_standard_errors(discounted(qaly, states, weight), share @ qaly)


def test_f18_sick_sicker_traces_and_increments():
    """Shares in every state and cycle, and the increments of the frontier with the luck in common."""
    weight = cycle_weights()
    for ratio in (1.0, 0.6):
        exact = cohort(sick_sicker(ratio), SICKER_CYCLES)
        states = sick_sicker_states(ratio)
        for state in range(4):
            share = (states == state).mean(axis=0)
            error = np.sqrt(exact[:, state] * (1 - exact[:, state]) / PERSONS)
            # Four errors: 76 cycles are looked at together.
            assert np.all(np.abs(share - exact[:, state]) <= 4.0 * error + 1e-12)
    base, better = (weight @ cohort(sick_sicker(ratio), SICKER_CYCLES) for ratio in (1.0, 0.6))
    costs = [2000.0, 4000.0, 15_000.0, 0.0], [2000.0, 17_000.0, 28_000.0, 0.0]
    gain = discounted(costs[1], sick_sicker_states(0.6), weight) - discounted(costs[0], sick_sicker_states(1.0), weight)
    assert within_three_standard_errors(gain, better @ costs[1] - base @ costs[0])
    assert better @ costs[1] - base @ costs[0] == pytest.approx(107_521, abs=1.0)


# A progressive model in continuous time, clock reset: S1 to S2 and S3 by competing Weibull hazards, then S2 to S3.
# Its answers are integrals, computed below by quadrature.

HORIZON = 200.0
TO_S2, TO_S3, FROM_S2 = (1.3, 4.0), (1.1, 12.0), (0.8, 5.0)  # shape, scale in years


def weibull(time, law, ratio=1.0):
    """Return the cumulative hazard."""
    shape, scale = law
    return ratio * (time / scale) ** shape


@functools.cache
def continuous(ratio):
    """Return mean years in S1 and in S2."""

    def survival(time):
        return np.exp(-weibull(time, TO_S2, ratio) - weibull(time, TO_S3))

    def entry(time):
        shape, scale = TO_S2
        return ratio * shape / scale * (time / scale) ** (shape - 1) * survival(time)

    first = quad(survival, 0, HORIZON, limit=500)[0]
    entered = quad(entry, 0, HORIZON, limit=500)[0]
    second = quad(lambda time: np.exp(-weibull(time, FROM_S2)), 0, HORIZON, limit=500)[0]
    return first, entered * second


def discrete_tables(cycle, ratio):
    """Return cumulative hazards float64[state, cycle, slot]."""
    cycles = round(HORIZON / cycle)
    time = cycle * np.arange(cycles + 2.0)
    cumulative = np.zeros((3, cycles + 2, 2))
    cumulative[0, :, 0] = weibull(time, TO_S2, ratio)
    cumulative[0, :, 1] = weibull(time, TO_S3)
    cumulative[1, :, 0] = weibull(time, FROM_S2)
    return cumulative


def discrete(cycle, ratio):
    """Return mean years in S1 and in S2 of the discrete model, exactly: moves at the ends of cycles."""
    table = discrete_tables(cycle, ratio)
    total = table[0].sum(axis=1)
    survival = np.exp(-total[:-1])
    step = np.diff(table[0], axis=0)
    entered = (survival * -np.expm1(-np.diff(total)) * step[:, 0] / step.sum(axis=1)).sum()
    return cycle * survival.sum(), entered * cycle * np.exp(-table[1, :-1, 0]).sum()


@functools.cache
def years_in_states(cycle, ratio, persons=PERSONS):
    """Return each person's years in S1 and S2: float64[person, 2]."""
    destination = np.array([[1, 2], [2, -1], [-1, -1]])
    cycles = round(HORIZON / cycle)
    counts, stays = traced(markov_world(discrete_tables(cycle, ratio), destination, persons, cycles), seed=13, room=4)
    years = np.zeros((persons, 2))
    for stay in range(3):
        lasting = counts > stay + 1
        length = np.where(lasting, stays[:, min(stay + 1, 3), 1] - stays[:, stay, 1], 0)
        for state in range(2):
            years[:, state] += np.where(stays[:, stay, 0] == state, length, 0) * cycle
    return years


CYCLES = (1 / 4, 1 / 12, 1 / 52)


def test_f18_the_semi_markov_model_has_the_known_answers():
    # Years in S1 and S2, with and without a hazard ratio of 0.7 on the way to S2; hesim (hesim-dev/hesim,
    # IndivCtstmTrans with clock reset, 200,000 people) gives 3.020, 4.376, 3.725 and 4.065.
    np.testing.assert_allclose(continuous(1.0), [3.0184334087856923, 4.383217861782492], rtol=1e-7)
    np.testing.assert_allclose(continuous(0.7), [3.7297116970754267, 4.046490173912061], rtol=1e-7)


@pytest.mark.parametrize("ratio", [1.0, 0.7])
@pytest.mark.parametrize("cycle", CYCLES, ids=["quarter", "month", "week"])
def test_f18_semi_markov_simulation_is_the_discrete_model(cycle, ratio):
    exact = discrete(cycle, ratio)
    years = years_in_states(cycle, ratio)
    for state in range(2):
        assert within_three_standard_errors(years[:, state], exact[state])


@pytest.mark.parametrize("ratio", [1.0, 0.7])
def test_f18_semi_markov_error_falls_with_the_cycle(ratio):
    errors = np.array([np.subtract(discrete(cycle, ratio), continuous(ratio)) for cycle in CYCLES])
    # A stay is rounded up to whole cycles, half a cycle on average: the error is of the first order.
    assert np.all(errors[0, 0] > errors[1:, 0])
    np.testing.assert_allclose(errors[:, 0], np.array(CYCLES) / 2, rtol=0.1)
    assert np.all(np.diff(np.abs(errors), axis=0) < 0.0)
    # With the luck in common, the simulation's own differences between cycles are nearly free of noise.
    years = [years_in_states(cycle, ratio) for cycle in CYCLES]
    for coarse, fine in ((0, 1), (1, 2), (0, 2)):
        difference = years[coarse] - years[fine]
        for state in range(2):
            exact = discrete(CYCLES[coarse], ratio)[state] - discrete(CYCLES[fine], ratio)[state]
            assert within_three_standard_errors(difference[:, state], exact)
        assert difference[:, 0].std() < 0.1 * years[fine][:, 0].std()

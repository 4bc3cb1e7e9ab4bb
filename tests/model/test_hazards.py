"""Tables of hazards against the formulas they sum, and programs against the files they come from."""

import numpy as np
import pytest
from scipy.integrate import quad
from small_worlds import compiled

from hecon.model.hazards import (
    ON_AAP,
    SICKNESS,
    STATES,
    STRUCTURE,
    cumulative_hazards,
    exit_weights,
    hazards,
)
from hecon.model.kernel import AAP, DEAD, FULL, GRADED, PENSION, RETIRED, UNEMPLOYED, WORK
from hecon.model.ledger import FLOW_INDEX, FLOWS
from hecon.model.programs import (
    RESOURCE_INDEX,
    RESOURCE_NAMES,
    Delivery,
    contacts_of,
    delivery,
    delivery_flows,
    discounted_use,
    resource_use,
)

RATES = {
    "return_rate_full": 0.03,
    "return_rate_graded": 0.05,
    "return_slope": 0.6,
    "full_to_graded_rate": 0.04,
    "graded_to_full_rate": 0.01,
    "relapse_rate": 1.3,
    "relapse_decay": 0.8,
    "relapse_full_share": 0.7,
    "aap_to_work": 0.2,
    "aap_to_disability": 0.17,
    "aap_to_unemployed": 0.08,
    "disability_to_work": 0.001,
    "unemployed_to_work": 0.5,
}


def table(parameters, weeks=120, **changes):
    """Cumulative hazards by origin and destination: {(origin, destination): float64[week]}."""
    cumulative = cumulative_hazards(parameters.overlay(RATES | changes).base_case(), weeks)[0]
    return {
        (origin, int(destination)): cumulative[origin, :, slot]
        for origin in range(len(STATES))
        for slot, destination in enumerate(STRUCTURE.destination[origin])
        if destination >= 0
    }


@pytest.mark.parametrize("slope", [0.6, 0.0, -0.4])
def test_return_follows_a_power_of_the_weeks_in_the_spell(parameters, slope):
    got = table(parameters, return_slope=slope)
    for origin, rate in ((FULL, 0.03), (GRADED, 0.05)):
        for week in (8, 9, 26, 52, 120):
            exact, _ = quad(lambda w, rate=rate: rate * (w / 26) ** slope, min(8, week), week)
            assert got[origin, WORK][week] - got[origin, WORK][8] == pytest.approx(exact if week > 8 else 0.0, rel=1e-6)


def test_new_spells_are_as_short_as_registers_count_them(parameters):
    got = table(parameters, spells_over_16_days=0.4, spells_over_8_weeks=0.1)
    for origin in (FULL, GRADED):
        early = got[origin, WORK]
        assert early[3] == pytest.approx(-np.log(0.4) + (3 - 16 / 7) * np.log(0.4 / 0.1) / (8 - 16 / 7), rel=1e-12)
        assert np.exp(-early[8]) == pytest.approx(0.1, rel=1e-12)
        assert early[1] == pytest.approx(-np.log(0.4) * 7 / 16, rel=1e-12)
        assert early[5] - early[4] == pytest.approx(np.log(0.4 / 0.1) / (8 - 16 / 7), rel=1e-12)


@pytest.mark.parametrize("decay", [0.0, 0.8, 1.0, 1.0 + 1e-7, 2.5])
def test_relapse_decays_with_the_weeks_in_work(parameters, decay):
    got = table(parameters, relapse_decay=decay)
    for week in (1, 13, 52, 120):
        exact, _ = quad(lambda w: 1.3 / 52 * (1 + w / 13) ** -decay, 0, week)
        assert got[WORK, FULL][week] == pytest.approx(0.7 * exact, rel=1e-6)
        assert got[WORK, GRADED][week] == pytest.approx(0.3 * exact, rel=1e-6)


def test_the_other_hazards_are_constant(parameters):
    got = table(parameters)
    week = np.arange(121)
    yearly = {
        (AAP, WORK): 0.2,
        (AAP, PENSION): 0.17,
        (AAP, UNEMPLOYED): 0.08,
        (PENSION, WORK): 0.001,
        (UNEMPLOYED, WORK): 0.5,
    }
    weekly = {(FULL, GRADED): 0.04, (GRADED, FULL): 0.01}
    for move, rate in yearly.items():
        np.testing.assert_allclose(got[move], rate * week / 52, rtol=1e-12)
    for move, rate in weekly.items():
        np.testing.assert_allclose(got[move], rate * week, rtol=1e-12)
    assert set(got) == set(yearly) | set(weekly) | {(FULL, WORK), (GRADED, WORK), (WORK, FULL), (WORK, GRADED)}


def test_f01_cumulative_hazards_start_at_nothing_and_never_fall(parameters):
    cumulative = cumulative_hazards(parameters.sample(50, seed=2), 300)
    assert np.all(cumulative[:, :, 0] == 0.0)
    assert np.all(np.diff(cumulative, axis=2) >= 0.0)
    assert np.isfinite(cumulative).all()
    empty = STRUCTURE.destination < 0
    assert np.all(cumulative[:, empty.nonzero()[0], :, empty.nonzero()[1]] == 0.0)


def test_many_draws_are_the_draws_one_by_one(parameters):
    inputs = parameters.sample(4, seed=2)
    together = hazards(inputs, 80)
    for draw in range(4):
        alone = hazards(inputs.block(draw, draw + 1), 80)[0]
        for one, other in zip(together[draw], alone, strict=True):
            np.testing.assert_array_equal(one, other)


def test_mortality_is_the_hazard_of_the_yearly_probability(parameters):
    men, women = [100.0] * 58, [float(1 + year) for year in range(58)]
    inputs = parameters.overlay({"mortality_men": men, "mortality_women": women}).base_case()
    cumulative = hazards(inputs, 10)[0].mortality
    np.testing.assert_allclose(-np.expm1(-np.diff(cumulative, axis=1)), np.array([men, women]) / 1000, rtol=1e-12)
    assert np.all(cumulative[:, 0] == 0.0)


def test_only_a_pension_changes_mortality(parameters):
    ratio = hazards(parameters.overlay({"mortality_ratio_pension": 2.5}).base_case(), 10)[0].mortality_ratio
    assert [float(value) for value in ratio] == [2.5 if state == PENSION else 1.0 for state in range(len(STATES))]


def test_weights_where_a_right_runs_out(parameters):
    values = {
        "exhaustion_aap_weight": 3.0,
        "exhaustion_unemployed_weight": 0.4,
        "exhaustion_disability_weight": 0.05,
        "aap_extension_share": 0.5,
        "aap_end_disability_weight": 0.32,
        "aap_end_unemployed_weight": 0.13,
        "aap_end_work_weight": 0.06,
    }
    weights = exit_weights(parameters.overlay(values).base_case())[0]
    sick = dict(zip(STRUCTURE.exit_destination[SICKNESS].tolist(), weights[SICKNESS].tolist(), strict=True))
    assert sick == {AAP: 3.0, UNEMPLOYED: 0.4, PENSION: 0.05, WORK: 1.0}
    ended = dict(zip(STRUCTURE.exit_destination[ON_AAP].tolist(), weights[ON_AAP].tolist(), strict=True))
    assert ended == {AAP: 0.5, PENSION: 0.32, UNEMPLOYED: 0.13, WORK: 0.06}


def test_nobody_leaves_retirement_or_death_and_everybody_can_leave_the_rest():
    left = {state for state in range(len(STATES)) if np.any(STRUCTURE.destination[state] >= 0)}
    assert left == {WORK, FULL, GRADED, AAP, PENSION, UNEMPLOYED}
    assert {RETIRED, DEAD} == set(np.flatnonzero(STRUCTURE.absorbing))
    for state in range(len(STATES)):
        assert state not in STRUCTURE.destination[state]


# Programs


def test_an_effect_multiplies_its_own_hazards_only(parameters):
    values = {
        "early_contact_return_ratio": 2.0,
        "motivational_content_return_ratio": 1.5,
        "early_contact_relapse_ratio": 0.5,
        "motivational_content_relapse_ratio": 0.5,
        "early_contact_aap_odds_ratio": 4.0,
        "motivational_content_aap_odds_ratio": 0.5,
    }
    inputs = parameters.overlay(values).base_case()
    program = compiled("motivational_interviewing", inputs)
    moves = {
        (origin, int(to)): float(program.effect[origin, slot])
        for origin in range(len(STATES))
        for slot, to in enumerate(STRUCTURE.destination[origin])
        if program.effect[origin, slot] != 1.0
    }
    assert moves == {(FULL, WORK): 3.0, (GRADED, WORK): 3.0, (WORK, FULL): 0.25, (WORK, GRADED): 0.25}
    exits = {
        (group, int(STRUCTURE.exit_destination[group, slot])): float(program.exit_effect[group, slot])
        for group, slot in zip(*np.nonzero(program.exit_effect != 1.0), strict=True)
    }
    assert exits == {(SICKNESS, AAP): 2.0}
    assert program.until == 52


def test_contacts_are_in_the_order_of_their_weeks(parameters):
    inputs = parameters.base_case()
    for name in inputs.programs:
        program = compiled(name, inputs)
        costs = delivery(name, inputs.programs, inputs.one(0))
        np.testing.assert_array_equal(program.week, costs.week)
        assert np.all(np.diff(program.week) >= 0)
        assert len(program.week) == len(contacts_of(name, inputs.programs))
        assert not program.eligible[:, [WORK, AAP, PENSION, UNEMPLOYED, RETIRED, DEAD]].any()


def test_what_a_contact_costs_by_hand(parameters):
    values = {
        "session_conversation_hours": 1.5,
        "session_preparation_hours": 0.3,
        "session_notes_hours": 0.2,
        "caseworker_hour": 700.0,
        "supervisor_hour": 900.0,
        "overhead_share": 0.25,
        "participant_hour": 200.0,
        "trips_per_contact": 1.0,
        "participant_trip": 90.0,
        "missed_session_hours": 0.25,
        "mi_course_fee": 20_000.0,
        "mi_training_hours": 45.0,
        "mi_supervision_hours": 39.0,
        "participants_per_caseworker": 30.0,
        "training_lasts": 2.0,
        "caseworkers_per_supervisor": 6.0,
    }
    inputs = parameters.overlay(values).base_case()
    costs = delivery("motivational_interviewing", inputs.programs, inputs.one(0))
    first = int(np.flatnonzero(costs.week == 7)[0])
    held = costs.held[first] @ costs.price
    assert {flow.name: float(held[FLOW_INDEX[flow.name]]) for flow in FLOWS if held[FLOW_INDEX[flow.name]]} == {
        "delivery_nav": pytest.approx(1400.0 * 1.25),
        "delivery_participant": 1.5 * 200 + 90,
    }
    missed = costs.missed[first] @ costs.price
    assert missed.sum() == missed[FLOW_INDEX["delivery_nav"]] == pytest.approx(175.0 * 1.25)
    everybody = costs.per_participant @ costs.price
    caseworker, supervisor = 45 / 30 / 2 + 39 / 30, 39 / 30 / 6
    expected = 20_000 / 30 / 2 + (caseworker * 700 + supervisor * 900) * 1.25
    assert everybody.sum() == everybody[FLOW_INDEX["delivery_nav"]] == pytest.approx(expected)


def test_delivery_is_booked_in_its_year_and_discounted_from_its_week():
    nav, hours = FLOW_INDEX["delivery_nav"], RESOURCE_INDEX["caseworker_hours"]
    held, missed = (np.zeros((3, len(RESOURCE_NAMES))) for _ in range(2))
    everybody, price = np.zeros(len(RESOURCE_NAMES)), np.zeros((len(RESOURCE_NAMES), len(FLOWS)))
    held[:, hours], missed[:, hours], everybody[hours], price[hours, nav] = (1.0, 2.0, 3.0), (0.1, 0.2, 0.3), 0.05, 100
    costs = Delivery(np.array([0, 51, 60]), held, missed, everybody, 0, price)
    contacts = np.array([[[2.0, 1.0], [1.0, 0.0], [3.0, 2.0]]])
    got = delivery_flows(costs, discounted_use(costs, contacts, np.array([4.0]), 2, 0.04))

    def discounted(week):
        return 1.04 ** (-(week + 0.5) / 52)

    first = (4 * 5 + 2 * 100 + 10) * discounted(0) + 200 * discounted(51)
    np.testing.assert_allclose(got[0, :, nav], [first, (3 * 300 + 2 * 30) * discounted(60)], rtol=1e-12)
    assert got.sum() == pytest.approx(got[..., nav].sum())
    # A contact after the horizon costs nothing.
    within = delivery_flows(costs, discounted_use(costs, contacts, np.array([4.0]), 1, 0.04))
    np.testing.assert_allclose(within[0, :, nav], [first])
    # Units are the same, undiscounted.
    units = resource_use(costs, contacts, np.array([4.0]))
    assert units[0, hours] == units.sum() == pytest.approx(4 * 0.05 + 2 + 0.1 + 2 + 3 * 3 + 2 * 0.3)

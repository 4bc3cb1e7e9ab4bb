"""Laws of the model: sums, symmetries, bounds and limits that hold whatever the parameters say."""

from dataclasses import replace
from itertools import combinations, pairwise

import numpy as np
import pytest
import xarray as xr
from small_worlds import asked_about, compiled, markov_world, measured, traced, world_of

from hecon.inputs.errors import InputError
from hecon.inputs.parameters import read_parameters
from hecon.model import benefits, grid, kernel, simulation
from hecon.model.hazards import STATES
from hecon.model.laws import check_laws
from hecon.model.ledger import (
    FLOW_NAMES,
    FLOWS,
    PARTIES,
    PERSPECTIVES,
    PROGRAM_FLOWS,
    PUBLIC,
    SOCIETY,
    cost,
    costs,
    net_public_financing,
    signs,
)
from hecon.model.outcomes import MEASURE_NAMES, MEASURES, measure
from hecon.model.population import draw_population
from hecon.model.simulation import STRATEGIES, occupancy, simulate, trace

USUAL, EARLY, MI, COORDINATED = STRATEGIES
NOK = 1e-6  # per person
SCENARIOS = sorted(read_parameters().scenarios)
# The active control and motivational interviewing made the same, and so strong that it shows.
STRONG = {
    "early_contact_return_ratio": 2.0,
    "early_contact_relapse_ratio": 0.5,
    "early_contact_aap_odds_ratio": 3.0,
    "motivational_content_return_ratio": 1.0,
    "motivational_content_relapse_ratio": 1.0,
    "motivational_content_aap_odds_ratio": 1.0,
    "early_first_week": 7.0,
    "early_second_week": 9.0,
    "early_first_attendance": 0.7,
    "early_second_attendance": 0.5,
    "mi_first_attendance": 0.7,
    "mi_second_attendance": 0.5,
    "mi_course_fee": 0.0,
    "mi_training_hours": 0.0,
    "mi_supervision_hours": 0.0,
}
NO_EFFECT = STRONG | {
    "early_contact_return_ratio": 1.0,
    "early_contact_relapse_ratio": 1.0,
    "early_contact_aap_odds_ratio": 1.0,
}
PRICES = (
    "caseworker_hour",
    "coordinator_hour",
    "supervisor_hour",
    "physiotherapist_hour",
    "psychologist_hour",
    "physician_hour",
    "gp_hour",
    "employer_hour",
    "participant_hour",
    "participant_trip",
)


@pytest.fixture(scope="module")
def base(parameters):
    return parameters.base_case()


@pytest.fixture(scope="module")
def persons(base):
    """The base case, everybody apart."""
    return simulate(base, people=1500, weeks=260, by="person")


@pytest.fixture(scope="module")
def strong(parameters):
    """A strong effect, everybody apart."""
    return simulate(parameters.overlay(STRONG).base_case(), people=1500, weeks=104, by="person")


def same_bytes(one, other):
    """Whether two results hold the same bytes."""
    return all(one[name].values.tobytes() == other[name].values.tobytes() for name in ("money", "outcome", "people"))


# Probabilities and traces


def test_f01_a_hazard_is_no_probability():
    """The share that leaves in a week is 1 - exp(-h), and no hazard moves nobody."""
    persons, hazard = 200_000, 0.7
    for rates in ([hazard, 0.0], [0.0, 0.0], [hazard / 4, 3 * hazard / 4]):
        cumulative = np.zeros((3, 4, 2))
        cumulative[0] = np.arange(4.0)[:, None] * rates
        world = markov_world(cumulative, np.array([[1, 2], [-1, -1], [-1, -1]]), persons, 1)
        counts, stays = traced(world, room=3)
        last = stays[np.arange(persons), counts - 1, 0]
        for state, rate in enumerate(rates, start=1):
            exact = -np.expm1(-sum(rates)) * rate / sum(rates) if rate > 0.0 else 0.0
            error = np.sqrt(exact * (1 - exact) / persons)
            assert abs((last == state).mean() - exact) <= 3.0 * error


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_f05_everybody_is_in_one_state_and_the_dead_stay_dead(parameters, strategy):
    inputs = parameters.overlay({"age_mean": 58.0, "age_sd": 2.0, "mortality_men": [40.0] * 58}).base_case()
    share = occupancy(trace(inputs, strategy, people=2000, weeks=520), 520)
    np.testing.assert_allclose(share.sum("state"), 1.0, atol=1e-12)
    assert np.all(share >= -1e-12)
    for absorbing in ("dead", "retired"):
        assert np.all(share.sel(state=absorbing).diff("week") >= -1e-12)
        assert share.sel(state=absorbing)[-1] > 0.05


def test_f05_weeks_in_states_are_the_horizon(persons):
    weeks = persons["outcome"].sel(measure=[f"weeks_{state}" for state in STATES]).sum("measure")
    np.testing.assert_array_equal(weeks, 260.0)


def test_occupancy_is_that_of_the_weeks_counted(base):
    stays = trace(base, MI, people=800, weeks=120)
    share = occupancy(stays, 120)
    counted = simulate(base, [MI], people=800, weeks=120)["outcome"][0, 0, 0]
    for state in STATES:
        weeks = float(share.sel(state=state)[:120].sum()) * 800
        assert weeks == pytest.approx(float(counted.sel(measure=f"weeks_{state}")), abs=1e-6)


def test_retirement_comes_in_the_week_of_the_birthday(parameters):
    inputs = parameters.overlay({"age_mean": 63.0, "age_sd": 1.5, "age_minimum": 60.0, "age_maximum": 65.9}).base_case()
    people = draw_population(inputs.one(0), 500, simulation.SEED)
    stays = trace(inputs, USUAL, people=500, weeks=520)
    retired = stays[stays["state"] == "retired"]
    assert len(retired) > 400
    age = people.age[retired["person"]] + retired["first"] / 52
    assert np.all((age <= 67.0) & (age > 67.0 - 1.5 / 52))
    assert not stays[~stays["state"].isin(["retired", "dead"])]["first"].gt(52 * 7 + 1).any()


# Effects


def test_f06_identical_programs_differ_by_exactly_nothing(parameters):
    both = simulate(parameters.overlay(STRONG).sample(5, seed=3), [EARLY, MI], people=400, weeks=156)
    for part in ("money", "outcome"):
        np.testing.assert_array_equal(both[part].isel(strategy=0), both[part].isel(strategy=1))
    assert float(both["outcome"].sel(measure="contacts_held").min()) > 0.0


def test_f06_a_program_under_another_name_is_the_same_program(base):
    twins = replace(base, programs={**base.programs, "twin": base.programs[COORDINATED]})
    both = simulate(twins, [COORDINATED, USUAL, "twin"], people=500, weeks=260)
    for part in ("money", "outcome"):
        np.testing.assert_array_equal(both[part].isel(strategy=0), both[part].isel(strategy=2))


def test_f06_without_effect_and_cost_a_program_is_usual_care(parameters):
    inputs = parameters.overlay(
        NO_EFFECT
        | {f"session_{part}_hours": 0.0 for part in ("conversation", "preparation", "notes")}
        | {"missed_session_hours": 0.0}
    ).base_case()
    # The trips are paid per contact, so they must cost nothing too.
    inputs = replace(inputs, drawn={"participant_trip": np.zeros(1)})
    both = simulate(inputs, [USUAL, EARLY], people=2000, weeks=260)
    np.testing.assert_array_equal(both["money"].isel(strategy=0), both["money"].isel(strategy=1))
    outcome = both["outcome"].drop_sel(measure=["contacts_held", "contacts_missed"])
    np.testing.assert_array_equal(outcome.isel(strategy=0), outcome.isel(strategy=1))
    held = both["outcome"].sel(measure="contacts_held")
    assert np.all(held.isel(strategy=1) > held.isel(strategy=0))


def test_f07_everybody_returns_when_the_ratio_has_no_bound_and_nobody_when_it_is_nothing(parameters):
    reach = {"coordinated_meeting_attendance": 1.0, "coordinated_first_week": 1.0, "effect_ends_week": 52.0}
    after = {}
    for ratio in (1e9, 1e-9):
        inputs = asked_about(parameters, COORDINATED).overlay(reach | {"what_if_return_ratio": ratio}).base_case()
        after[ratio] = trace(inputs, COORDINATED, people=2000, weeks=52)
    share = occupancy(after[1e9], 52)
    assert float(share.sel(week=1, state=["full_sick_leave", "graded_sick_leave"]).sum()) > 0.8
    assert float(share.sel(week=2, state=["full_sick_leave", "graded_sick_leave"]).sum()) < 0.02  # new relapses only
    stays = after[1e-9]
    sick = stays["state"].isin(["full_sick_leave", "graded_sick_leave"])
    returned = (stays["state"] == "work") & sick.shift(fill_value=False) & (stays["first"] > 1)
    # Those who were already back before the first contact attend at no time; the others return by exhaustion alone.
    attended = stays.loc[sick & (stays["first"] <= 1) & (stays["first"] + stays["weeks"] > 1), "person"]
    fulfilled = returned & stays["person"].isin(attended)
    right = parameters["sick_pay_rights"].value
    at_exhaustion = stays["used"].shift() + 5 * stays["weeks"].shift() >= right
    first_spell = stays.groupby("person")["state"].transform(lambda rows: (rows == "work").cumsum()) == 1
    assert not (fulfilled & first_spell & ~at_exhaustion).any()


def test_f07_effects_are_monotone(parameters):
    """Under the same luck a higher ratio ends everybody's stay no later."""
    calm = {"full_to_graded_rate": 0.0, "graded_to_full_rate": 0.0}
    first, days = [], []
    for ratio in (0.25, 0.5, 1.0, 2.0, 4.0):
        inputs = asked_about(parameters, COORDINATED).overlay(calm | {"what_if_return_ratio": ratio}).base_case()
        stays = trace(inputs, COORDINATED, people=2000, weeks=104)
        first.append(stays.groupby("person")["weeks"].first().to_numpy())
        run = simulate(inputs, [COORDINATED], people=2000, weeks=52)
        days.append(float(run["outcome"].sel(measure="benefit_days_12m")[0, 0, 0]))
    assert np.all(np.diff(first, axis=0) <= 0)
    assert np.all(np.diff(days) < 0.0)


def test_larger_odds_of_the_allowance_only_add_people_to_it(parameters):
    entered = []
    for odds in (0.5, 1.0, 2.0):
        values = NO_EFFECT | {"early_contact_aap_odds_ratio": odds, "relapse_rate": 0.0}
        run = simulate(parameters.overlay(values).base_case(), [EARLY], people=2000, weeks=52, by="person")
        entered.append(run["outcome"].sel(measure="entered_aap_12m")[0, 0].values)
    assert np.all(np.diff(entered, axis=0) >= 0)
    assert entered[0].sum() < entered[1].sum() < entered[2].sum()


@pytest.mark.parametrize(("strategy", "first_contact"), [(EARLY, 7), (MI, 7), (COORDINATED, 1)])
def test_f08_nothing_differs_before_the_first_contact(parameters, strategy, first_contact):
    inputs = asked_about(parameters, COORDINATED).overlay(STRONG | {"what_if_return_ratio": 2.0}).base_case()
    usual, treated = (trace(inputs, name, people=3000, weeks=60) for name in (USUAL, strategy))
    share = [occupancy(stays, 60) for stays in (usual, treated)]
    before = share[0]["week"] <= first_contact
    assert share[0].where(before, drop=True).equals(share[1].where(before, drop=True))
    assert not share[0].equals(share[1])
    columns = ["person", "state", "first", "waited", "used"]
    early = [stays.loc[stays["first"] <= first_contact, columns].reset_index(drop=True) for stays in (usual, treated)]
    assert early[0].equals(early[1])


def test_an_effect_ends(parameters):
    """An effect that ends in the week of the first contact is none; a later end changes nothing before it."""
    never, late, later = (
        trace(parameters.overlay(STRONG | {"effect_ends_week": week}).base_case(), EARLY, people=3000, weeks=104)
        for week in (7.0, 20.0, 52.0)
    )
    usual = trace(parameters.base_case(), USUAL, people=3000, weeks=104)
    assert never.equals(usual)
    until = [stays[stays["first"] <= 20].drop(columns="weeks").reset_index(drop=True) for stays in (late, later)]
    assert until[0].equals(until[1])
    assert not late.equals(later)


def test_f08_days_on_benefit_fit_in_the_year(persons):
    days = persons["outcome"].sel(measure=["benefit_days_12m", "benefit_days"])
    assert float(days.min()) >= 0.0
    assert float(days.sel(measure="benefit_days_12m").max()) <= 260.0
    assert float(days.sel(measure="benefit_days").max()) <= 5 * 260.0


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_f08_no_sick_leave_begins_without_a_right(parameters, strategy):
    inputs = parameters.overlay({"relapse_rate": 3.0}).base_case()
    stays = trace(inputs, strategy, people=4000, weeks=260)
    sick = stays[stays["state"].isin(["full_sick_leave", "graded_sick_leave"])]
    assert sick["used"].between(0, 247).all()
    assert (sick["used"] > 200).sum() > 100
    unbroken, spent, restored = 0, 0, 0
    for row in stays.itertuples():
        if row.first == 0:
            unbroken = spent = 0
        if row.state == "work":
            unbroken += row.weeks
        elif row.state in {"full_sick_leave", "graded_sick_leave"}:
            assert row.used >= spent or unbroken >= 26
            restored += row.used < spent
            spent, unbroken = row.used, 0
        else:
            unbroken = 0
    assert restored > 100


def test_f09_the_employer_pays_sick_pay_in_new_spells_only(persons):
    paid = persons["money"].sel(flow="employer_sick_pay").sum("year")
    spells = persons["outcome"].sel(measure="new_spells")
    assert np.all(paid.values[spells.values == 0] == 0.0)
    assert np.all(paid.values[spells.values == 1] >= 0.0)
    assert (paid > 0.0).sum() > 1000


# Contacts


def test_contacts_are_only_for_those_still_sick_listed(base):
    for strategy in STRATEGIES:
        run = simulate(base, [strategy], people=3000, weeks=60, by="person")
        outcome = run["outcome"][0, 0]
        due = (outcome.sel(measure="contacts_held") + outcome.sel(measure="contacts_missed")).values
        stays = trace(base, strategy, people=3000, weeks=60)
        program = compiled(strategy, base)
        expected = np.zeros(3000)
        for week in program.week:
            there = (stays["first"] <= week) & (stays["first"] + stays["weeks"] > week)
            sick = stays["state"].isin(["full_sick_leave", "graded_sick_leave"])
            expected[stays.loc[there & sick, "person"]] += 1.0
        np.testing.assert_array_equal(due, expected)


def test_attendance_is_nested_and_has_its_probability(base):
    """Who attends the less attended contact attends the more attended one too, where due to both."""
    people = 20_000
    for strategy in (EARLY, MI, COORDINATED):
        world, _ = world_of(base, strategy, people, 40, 5)
        _, _, held = measured(world, seed=5, flows=len(FLOWS))
        due = held.sum(axis=2) > 0
        attends = held[:, :, 0] > 0
        share = world.program.attendance
        for one, other in combinations(range(len(share)), 2):
            less, more = (one, other) if share[one] <= share[other] else (other, one)
            both = due[:, less] & due[:, more]
            assert np.all(attends[both, more] >= attends[both, less])
        for contact, probability in enumerate(share):
            n = due[:, contact].sum()
            error = np.sqrt(probability * (1 - probability) / n)
            assert abs(attends[due[:, contact], contact].mean() - probability) <= 4.0 * error


def test_contacts_of_an_included_program_start_no_effect(base):
    program = compiled(MI, base)
    usual = compiled(USUAL, base)
    assert np.all(np.diff(program.week) >= 0)
    assert sorted(program.week[program.reach == 0.0]) == sorted(usual.week)
    assert sorted(program.reach[program.reach > 0.0]) == sorted(program.attendance[program.reach > 0.0])
    assert np.sum(program.reach > 0.0) == 2
    assert not usual.reach.any()


@pytest.mark.parametrize("response", [0.0, 0.25, 1.0])
def test_an_invitation_reaches_a_share_of_those_who_stay_away(parameters, response):
    """Of 60% who come and 40% who stay away, a quarter of the 40 makes 70%; the coordinated program is left alone."""
    changed = parameters.overlay({"mi_first_attendance": 0.6, "mi_second_attendance": 0.2})
    values = changed.overlay({"invitation_response": response}).base_case()
    sessions = compiled(MI, values)
    own = sessions.reach[sessions.reach > 0.0]
    np.testing.assert_allclose(own, {0.0: [0.6, 0.2], 0.25: [0.7, 0.4], 1.0: [1.0, 1.0]}[response], rtol=1e-15)
    other = compiled(COORDINATED, values)
    np.testing.assert_array_equal(other.reach, other.attendance)


def test_being_affected_without_coming_helps_as_much_as_coming(parameters):
    """If the invitation is enough, life goes as if all had come, but they have not come."""
    weak, strong = (parameters.overlay(STRONG | {"invitation_response": response}) for response in (0.0, 1.0))
    run = {
        name: simulate(chosen.base_case(), [MI], people=3000, weeks=52)["outcome"].sum(["draw", "strategy", "subgroup"])
        for name, chosen in (("weak", weak), ("strong", strong))
    }
    days = {name: float(outcome.sel(measure="benefit_days_12m")) for name, outcome in run.items()}
    assert days["strong"] < days["weak"]
    everybody = strong.overlay({"mi_first_attendance": 1.0, "mi_second_attendance": 1.0})
    came = simulate(everybody.base_case(), [MI], people=3000, weeks=52)["outcome"].sum(["draw", "strategy", "subgroup"])
    same = [name for name in MEASURE_NAMES if not name.startswith("contacts")]
    np.testing.assert_array_equal(came.sel(measure=same), run["strong"].sel(measure=same))
    assert float(came.sel(measure="contacts_missed")) < float(run["strong"].sel(measure="contacts_missed"))


def test_without_effects_every_program_gives_the_same_life(parameters):
    """Bit for bit, contacts and what delivery costs aside."""
    run = simulate(parameters.with_scenario("no_effect").base_case(), people=1500, weeks=260, by="person")
    same = [name for name in MEASURE_NAMES if not name.startswith("contacts")]
    flows = [name for name in FLOW_NAMES if not name.startswith("delivery") and name != "cost_of_public_funds"]
    for part in (run["outcome"].sel(measure=same), run["money"].sel(flow=flows)):
        for strategy in STRATEGIES:
            np.testing.assert_array_equal(part.sel(strategy=strategy), part.sel(strategy=USUAL), err_msg=strategy)
    held = run["outcome"].sel(measure="contacts_held").sum(["draw", "subgroup"])
    assert float(held.sel(strategy=MI)) > float(held.sel(strategy=USUAL))


# Differences after month 12


@pytest.fixture(scope="module")
def carried(parameters):
    """Runs with all, none, half and a quarter of the later differences, everybody apart, and one of 52 weeks."""

    def run(share, weeks=156):
        inputs = parameters.overlay(STRONG | {"differences_carried_forward": share}).base_case()
        return simulate(inputs, people=600, weeks=weeks, by="person")

    return {share: run(share) for share in (1.0, 0.0, 0.5, 0.25)} | {"first year": run(1.0, 52)}


WHOLE = [
    "benefit_days",
    "new_spells",
    "qalys",
    "contacts_held",
    "contacts_missed",
    *(f"weeks_{state}" for state in STATES),
]


def test_without_later_differences_everybody_goes_on_as_under_the_first_strategy(carried):
    """Money of later years is the first strategy's, and sums differ by what the first 52 weeks differed by."""
    full, none, year = carried[1.0], carried[0.0], carried["first year"]
    assert_array_equal = np.testing.assert_array_equal
    assert_array_equal(none["money"].sel(year=1), full["money"].sel(year=1))
    assert_array_equal(none.sel(strategy=USUAL)["money"], full.sel(strategy=USUAL)["money"])
    for strategy in STRATEGIES:
        later = none["money"].sel(strategy=strategy, year=[2, 3])
        assert_array_equal(later, full["money"].sel(strategy=USUAL, year=[2, 3]), err_msg=strategy)
        for name in MEASURE_NAMES:
            of = {"strategy": strategy, "measure": name}
            usual = {"strategy": USUAL, "measure": name}
            expected = full["outcome"].sel(of)
            if name in WHOLE:
                gap = year["outcome"].sel(of) - year["outcome"].sel(usual)
                expected = full["outcome"].sel(usual) + gap
            np.testing.assert_allclose(none["outcome"].sel(of), expected, rtol=1e-13, atol=1e-13, err_msg=str(of))
    assert float(abs(full["money"] - none["money"]).sel(year=2).max()) > 1000.0
    assert float(abs(full["outcome"] - none["outcome"]).sel(measure="weeks_work").max()) > 10.0


@pytest.mark.parametrize("share", [0.25, 0.5])
def test_a_share_of_the_later_differences_lies_between_none_and_all(carried, share):
    for part, tolerance in (("money", NOK), ("outcome", 1e-9)):
        expected = (1.0 - share) * carried[0.0][part] + share * carried[1.0][part]
        np.testing.assert_allclose(carried[share][part], expected, rtol=1e-12, atol=tolerance)


def test_later_differences_are_against_the_strategy_named_first(parameters):
    inputs = parameters.overlay(STRONG | {"differences_carried_forward": 0.0}).base_case()
    one = simulate(inputs, [USUAL, MI], people=300, weeks=104)["money"].sel(year=2)
    other = simulate(inputs, [MI, USUAL], people=300, weeks=104)["money"].sel(year=2)
    alone = simulate(inputs, [MI], people=300, weeks=104)["money"].sel(year=2)
    np.testing.assert_array_equal(one.sel(strategy=MI), one.sel(strategy=USUAL))
    np.testing.assert_array_equal(other.sel(strategy=USUAL), alone.sel(strategy=MI))
    assert not np.array_equal(one, other)


def test_later_differences_do_not_show_within_52_weeks_nor_in_the_sum_over_people(parameters, carried):
    none = parameters.overlay(STRONG | {"differences_carried_forward": 0.0})
    short = simulate(none.base_case(), people=600, weeks=52, by="person")
    assert same_bytes(short, carried["first year"])
    summed = simulate(none.base_case(), people=600, weeks=156)
    for part, tolerance in (("money", NOK), ("outcome", 1e-9)):
        np.testing.assert_allclose(
            summed[part].sum("subgroup"), carried[0.0][part].sum("subgroup"), rtol=1e-10, atol=tolerance
        )


def test_each_draw_has_its_own_share_of_the_later_differences(parameters):
    spread = {"value": 0.5, "distribution": {"family": "uniform", "low": 0.0, "high": 1.0}}
    drawn = parameters.overlay(STRONG | {"differences_carried_forward": spread})
    both = simulate(drawn.at([[0.0], [1.0]], ["differences_carried_forward"]), people=200, weeks=104)
    for draw, share in enumerate((0.0, 1.0)):
        fixed = parameters.overlay(STRONG | {"differences_carried_forward": share}).base_case()
        alone = simulate(fixed, people=200, weeks=104)
        np.testing.assert_allclose(both["money"][draw], alone["money"][0], rtol=1e-12, atol=NOK)


def test_effects_of_one_program_end_together(base):
    effects = base.programs[MI].effects
    other = effects[1].model_copy(update={"until": "mi_first_week"})
    broken = base.programs[MI].model_copy(update={"effects": (effects[0], other)})
    with pytest.raises(InputError, match=r"^programs/odd\.toml: effects end in weeks \[7, 52\]: .*together$"):
        simulate(replace(base, programs={**base.programs, "odd": broken}), ["odd"], people=10, weeks=20)


# The ledger


@pytest.mark.parametrize("productivity", ["human_capital", "friction_cost"])
@pytest.mark.parametrize("scenario", ["base case", *SCENARIOS])
def test_f10_the_ledger_closes_in_every_scenario(parameters, scenario, productivity):
    chosen = parameters if scenario == "base case" else parameters.with_scenario(scenario)
    run = simulate(chosen.base_case(), tuple(chosen.programs), people=250, weeks=260, by="person")
    money = run["money"]
    assert np.isfinite(money).all()
    by_party = {party: cost(money, {party}, productivity=productivity).sum("year") for party in PARTIES}
    everybody = sum(by_party.values())
    assert float(np.abs(everybody).max()) <= NOK
    np.testing.assert_allclose(cost(money, PARTIES, productivity=productivity), 0.0, atol=NOK)
    society = cost(money, SOCIETY, productivity=productivity).sum("year")
    np.testing.assert_allclose(sum(by_party[party] for party in SOCIETY), society, atol=NOK)
    # Society's cost is what crosses its border, transfers left out.
    total = money.sum("year")
    border = (
        sum(total.sel(flow=flow.name) for flow in FLOWS if flow.kind == "delivery")
        + total.sel(flow="disruption")
        + total.sel(flow="cost_of_public_funds")
        - total.sel(flow="production")
        - total.sel(flow="leisure")
        - (total.sel(flow="replacement_production") if productivity == "friction_cost" else 0.0)
    )
    np.testing.assert_allclose(society, border, atol=NOK)
    saved = cost(money, SOCIETY) - cost(money, SOCIETY, productivity="friction_cost")
    assert float(saved.min()) >= 0.0
    raised = net_public_financing(total.values) * 0.2
    np.testing.assert_allclose(total.sel(flow="cost_of_public_funds"), raised, rtol=1e-12, atol=NOK)
    others = money.drop_sel(flow="cost_of_public_funds")
    assert float(others.min()) >= 0.0


def test_f10_transfers_cancel_in_society():
    sign = signs(FLOW_NAMES, SOCIETY, "friction_cost")
    for flow in FLOWS:
        crosses = "outside" in (flow.payer, flow.payee)
        assert float(sign.sel(flow=flow.name)) == (0 if not crosses else (-1 if flow.payer == "outside" else 1))
        real = flow.kind != "transfer" and flow.name != "replacement_pay"
        assert crosses == (real or flow.name == "cost_of_public_funds")
    assert {flow.payer for flow in FLOWS} | {flow.payee for flow in FLOWS} == set(PARTIES)


def test_f10_disjoint_perspectives_add_up(persons):
    money = persons["money"].isel(subgroup=slice(0, 50)).sum("year")
    sets = [frozenset(pair) for pair in combinations(PARTIES, 2)]
    sign = {one: signs(FLOW_NAMES, one, "friction_cost").values for one in sets}
    for one, other in combinations(sets, 2):
        if not one & other:
            np.testing.assert_array_equal(sign[one] + sign[other], signs(FLOW_NAMES, one | other, "friction_cost"))
    purse, rest = cost(money, PUBLIC), cost(money, SOCIETY - PUBLIC)
    np.testing.assert_allclose(purse + rest, cost(money, SOCIETY), atol=NOK)


def test_perspectives_are_the_sets_of_parties_they_say(persons):
    table = costs(persons["money"].isel(subgroup=slice(0, 20)))
    assert list(table["perspective"].values) == ["nav", "public_purse", "employer", "worker", "society"]
    assert {"nav", "treasury", "municipality", "health_service"} == PUBLIC
    assert set(PARTIES) - {"outside"} == SOCIETY
    for perspective in PERSPECTIVES:
        alone = cost(persons["money"].isel(subgroup=slice(0, 20)), perspective.parties)
        np.testing.assert_array_equal(table.sel(perspective=perspective.name), alone)


def test_an_unknown_party_is_refused(persons):
    with pytest.raises(InputError, match=r"^perspective: king is no party: choose among worker, .*outside$"):
        cost(persons["money"], {"king"})


def test_f10_public_funds_cost_a_fifth_of_the_change_in_public_financing(strong):
    money = strong["money"].sum(["subgroup", "year"])[0]
    change = money - money.sel(strategy=USUAL)
    purse = cost(change.drop_sel(flow="cost_of_public_funds"), PUBLIC)
    np.testing.assert_allclose(change.sel(flow="cost_of_public_funds"), 0.2 * purse, rtol=1e-9, atol=1e-3)
    assert np.any(np.abs(purse) > 1e5)
    # It is the taxpayers', who belong to society alone.
    alone = xr.zeros_like(money)
    alone.loc[{"flow": "cost_of_public_funds"}] = 1.0
    borne = costs(alone)
    assert borne.sel(perspective="society").values.tolist() == [1.0] * 4
    assert np.all(borne.drop_sel(perspective="society") == 0.0)


def test_program_costs_hold_no_benefit_and_no_production():
    kinds = {flow.kind for flow in FLOWS if flow.name in PROGRAM_FLOWS}
    assert kinds == {"delivery"}
    assert "delivery_employer" not in PROGRAM_FLOWS


# Discounting


def test_f11_weights_are_mid_week():
    weights = np.diff(benefits.discount_weeks(520, 0.04))
    week = np.arange(520)
    np.testing.assert_allclose(weights, 1.04 ** (-(week + 0.5) / 52), rtol=1e-12)
    grown = np.diff(benefits.discount_weeks(520, 0.04, 0.009))
    np.testing.assert_allclose(grown / weights, 1.009 ** (week / 52), rtol=1e-11)
    np.testing.assert_array_equal(np.diff(benefits.discount_weeks(520, 0.0)), 1.0)


def test_f11_discounting_lowers_values_and_not_weeks(parameters):
    runs = [
        simulate(parameters.overlay({"discount_rate": rate}).base_case(), [MI], people=300, weeks=260)
        for rate in (0.0, 0.02, 0.04, 0.08)
    ]
    positive = [run["money"].drop_sel(flow="cost_of_public_funds").values for run in runs]
    for lower, higher in pairwise(positive):
        assert np.all(higher <= lower)
        assert np.all(higher[lower > 0.0] < lower[lower > 0.0])
    qalys = [float(run["outcome"].sel(measure="qalys")[0, 0, 0]) for run in runs]
    assert qalys == sorted(qalys, reverse=True)
    unmoved = [run["outcome"].drop_sel(measure="qalys").values for run in runs]
    assert all(np.array_equal(unmoved[0], other) for other in unmoved)


def test_f11_undiscounted_wages_are_weeks_times_a_fifty_second(parameters):
    inputs = parameters.overlay({"discount_rate": 0.0, "aap_degree": 1.0, "disability_degree": 1.0}).base_case()
    run = simulate(inputs, [USUAL], people=400, weeks=260, by="person")
    people = draw_population(inputs.one(0), 400, simulation.SEED)
    outcome = run["outcome"][0, 0]
    whole = people.pension_held == 0.0
    at_work = outcome.sel(measure="weeks_work").values + (1 - people.grade) * outcome.sel(
        measure="weeks_graded_sick_leave"
    )
    expected = people.wage / 52 * at_work
    wages = run["money"].sel(flow="wages")[0, 0].sum("year").values
    np.testing.assert_allclose(wages[whole], expected.values[whole], rtol=1e-9)
    assert np.all(wages[~whole] >= expected.values[~whole] - NOK)


# Utilities and unit costs


def test_f12_a_utility_of_one_counts_years_of_life_and_of_nothing_nothing(parameters):
    flat = {"causal_share_of_utility_difference": 0.0, "discount_rate": 0.0}
    for utility in (1.0, 0.0):
        inputs = parameters.overlay(flat | {"utility_at_inclusion": utility}).base_case()
        outcome = simulate(inputs, [USUAL], people=2000, weeks=520, by="person")["outcome"][0, 0]
        alive = 520.0 - outcome.sel(measure="weeks_dead")
        np.testing.assert_allclose(outcome.sel(measure="qalys"), utility * alive / 52, rtol=1e-12, atol=1e-12)


def test_f12_only_the_causal_share_of_a_difference_counts(parameters):
    for share in (0.0, 0.25, 1.0):
        values = parameters.overlay({"causal_share_of_utility_difference": share}).base_case().one(0)
        utility = benefits.state_utilities(values)
        assert utility[kernel.DEAD] == 0.0
        at_inclusion = values["utility_at_inclusion"]
        for state in ("work", "full_sick_leave", "graded_sick_leave", "disability_pension", "unemployed"):
            own = values[f"utility_{state}"]
            assert utility[STATES.index(state)] == pytest.approx(share * own + (1 - share) * at_inclusion, rel=1e-12)


def test_f12_qalys_of_the_base_case_differ_by_survival_alone(strong):
    outcome = strong["outcome"][0]
    qalys = outcome.sel(measure="qalys")
    dead = outcome.sel(measure="weeks_dead")
    assert np.any(outcome.sel(measure="weeks_work") != outcome.sel(measure="weeks_work", strategy=USUAL))
    same = (dead == dead.sel(strategy=USUAL)).values
    np.testing.assert_allclose(
        qalys.values[same], np.broadcast_to(qalys.sel(strategy=USUAL), qalys.shape)[same], rtol=1e-12
    )


def test_f12_without_prices_delivery_costs_nothing(parameters):
    free = dict.fromkeys(PRICES, 0.0) | {"mi_course_fee": 0.0}
    run = simulate(parameters.overlay(free).base_case(), people=300, weeks=60)
    delivery = [flow.name for flow in FLOWS if flow.kind == "delivery"]
    assert np.all(run["money"].sel(flow=delivery) == 0.0)
    assert np.all(run["money"].sel(flow="wages").sum("year") > 0.0)


@pytest.mark.parametrize(
    ("strategy", "price", "line"),
    [
        (EARLY, "caseworker_hour", "delivery_nav"),
        (USUAL, "gp_hour", "delivery_health"),
        (USUAL, "employer_hour", "delivery_employer"),
        (COORDINATED, "employer_hour", "delivery_employer"),
    ],
)
def test_f12_doubling_a_unit_cost_doubles_its_line_only(parameters, strategy, price, line):
    once = parameters[price].value
    single, double = (
        simulate(parameters.overlay({price: factor * once}).base_case(), [strategy], people=300, weeks=60)["money"]
        for factor in (1.0, 2.0)
    )
    np.testing.assert_array_equal(double.sel(flow=line), 2.0 * single.sel(flow=line))
    assert float(single.sel(flow=line).sum()) > 0.0
    rest = [name for name in FLOW_NAMES if name not in {line, "cost_of_public_funds"}]
    np.testing.assert_array_equal(double.sel(flow=rest), single.sel(flow=rest))


def test_f12_every_price_of_delivery_is_in_exactly_one_line(parameters):
    inputs = parameters.base_case()
    before = simulate(inputs, people=200, weeks=60)["money"]
    moved = {}
    for price in PRICES:
        dearer = replace(inputs, drawn={price: 2.0 * inputs[price]})
        change = np.abs(simulate(dearer, people=200, weeks=60)["money"] - before).sum(["draw", "subgroup", "year"])
        lines = change.drop_sel(flow="cost_of_public_funds")
        moved[price] = [str(name) for name in lines["flow"].values[(lines > 0.0).any("strategy").values]]
    assert all(len(lines) == 1 for lines in moved.values()), moved
    assert moved["participant_trip"] == moved["participant_hour"] == ["delivery_participant"]
    assert moved["caseworker_hour"] == moved["coordinator_hour"] == ["delivery_nav"]


def test_delivery_by_hand(parameters):
    """One contact that everybody attends, in week 7: hours times price times people still sick-listed, discounted."""
    prices = {"caseworker_hour": 560.0, "overhead_share": 0.25}
    inputs = parameters.overlay(NO_EFFECT | prices | {"early_first_attendance": 1.0}).base_case()
    inputs = replace(inputs, drawn={"dialogue_meeting_share": np.zeros(1), "early_second_attendance": np.ones(1)})
    run = simulate(inputs, [EARLY], people=500, weeks=52)
    share = occupancy(trace(inputs, EARLY, people=500, weeks=52), 52)
    sick = share.sel(state=["full_sick_leave", "graded_sick_leave"]).sum("state") * 500
    expected = sum(float(sick.sel(week=week)) * 2.0 * 700.0 * 1.04 ** (-(week + 0.5) / 52) for week in (7, 9))
    assert float(run["money"].sel(flow="delivery_nav").sum()) == pytest.approx(expected, rel=1e-9)


# Horizons, friction, wages


def test_f13_a_horizon_is_the_sum_of_its_years(base):
    short, long = (simulate(base, people=1000, weeks=weeks, by="person") for weeks in (104, 260))
    flows = [name for name in FLOW_NAMES if name != "cost_of_public_funds"]
    years = long["money"].sel(flow=flows).isel(year=slice(0, 2))
    np.testing.assert_allclose(short["money"].sel(flow=flows), years, rtol=1e-9, atol=NOK)


@pytest.mark.parametrize("overlay", [{}, {"relapse_rate": 4.0, "sick_pay_rights": 90.0}], ids=["base", "busy"])
def test_f13_the_first_year_does_not_depend_on_the_horizon(parameters, overlay):
    inputs = parameters.overlay(overlay).base_case()
    short, long = (simulate(inputs, people=4000, weeks=weeks, by="person") for weeks in (52, 156))
    names = [name for name in MEASURE_NAMES if name.endswith("_12m") or name.startswith(("sustained", "weeks_to"))]
    for name in names:
        np.testing.assert_array_equal(
            short["outcome"].sel(measure=name), long["outcome"].sel(measure=name), err_msg=name
        )


def test_friction_cost_is_never_above_human_capital(persons, parameters):
    saved = cost(persons["money"], SOCIETY) - cost(persons["money"], SOCIETY, productivity="friction_cost")
    assert float(saved.min()) >= 0.0
    assert float(saved.sum()) > 0.0
    for weeks in (0.0, 12.0, 1000.0):
        run = simulate(parameters.overlay({"friction_period": weeks}).base_case(), [USUAL], people=300, weeks=260)
        replaced = float(run["money"].sel(flow="replacement_production").sum())
        assert (replaced > 0.0) == (weeks < 1000.0)


def test_without_a_friction_period_no_production_is_lost(parameters):
    """A replacement from the first day makes up for every absence among the living of working age."""
    overlay = {"friction_period": 0.0, "discount_rate": 0.0, "share_graded_pension_at_inclusion": 0.0}
    inputs = parameters.overlay(overlay).base_case()
    run = simulate(inputs, [USUAL], people=300, weeks=260, by="person")
    values = inputs.one(0)
    people = draw_population(values, 300, simulation.SEED)
    outcome = run["outcome"][0, 0]
    lived = 260 - outcome.sel(measure="weeks_dead") - outcome.sel(measure="weeks_retired")
    produced = run["money"][0, 0].sel(flow=["production", "replacement_production"]).sum(["flow", "year"])
    # Counting only weeks in which somebody is there to be absent: the states each have a replacement.
    full = people.wage * (1 + values["employer_contribution"]) / 52 * lived
    np.testing.assert_allclose(produced, full, rtol=1e-9)


def test_real_growth_moves_every_amount_alike(parameters):
    growing = parameters.overlay({"real_wage_growth": 0.04, "discount_rate": 0.04})
    run = simulate(growing.base_case(), [USUAL], people=300, weeks=260, by="person")
    flat = simulate(parameters.overlay({"discount_rate": 0.0}).base_case(), [USUAL], people=300, weeks=260, by="person")
    delivered = [flow.name for flow in FLOWS if flow.kind == "delivery"]
    others = [name for name in FLOW_NAMES if name not in {*delivered, "cost_of_public_funds"}]
    # Growth and discounting cancel but for half a week.
    np.testing.assert_allclose(
        run["money"].sel(flow=others), 1.04 ** (-0.5 / 52) * flat["money"].sel(flow=others), rtol=1e-9, atol=NOK
    )


# Luck


def test_the_same_seed_gives_the_same_bytes_and_another_does_not(parameters):
    inputs = parameters.sample(3, seed=9)
    first, again, other = (simulate(inputs, people=200, weeks=80, seed=seed) for seed in (4, 4, 5))
    assert same_bytes(first, again)
    assert not same_bytes(first, other)


@pytest.mark.parametrize("threads", [1, 2, 3, None])
@pytest.mark.parametrize("size", [1, 3, 100])
def test_threads_and_blocks_of_draws_never_show(parameters, monkeypatch, threads, size):
    inputs = parameters.sample(7, seed=9)
    expected = simulate(inputs, people=150, weeks=80, by=("sex", "start"), threads=1)
    monkeypatch.setattr(grid, "DRAWS_PER_BLOCK", size)
    assert same_bytes(expected, simulate(inputs, people=150, weeks=80, by=("sex", "start"), threads=threads))


@pytest.mark.parametrize("threads", [1, 2, 3, None])
@pytest.mark.parametrize("size", [1, 7, 64, 10_000])
def test_threads_and_blocks_of_persons_never_show(base, monkeypatch, threads, size):
    expected = simulate(base, people=200, weeks=80, by="person", threads=1)
    monkeypatch.setattr(grid, "PERSONS_PER_BLOCK", size)
    assert same_bytes(expected, simulate(base, people=200, weeks=80, by="person", threads=threads))


def test_a_draw_does_not_depend_on_the_others(parameters):
    """A larger sample begins with the same draws, and a block of it is itself."""
    small, large = (simulate(parameters.sample(draws, seed=9), people=200, weeks=80) for draws in (3, 6))
    np.testing.assert_array_equal(small["money"], large["money"].isel(draw=slice(0, 3)))
    middle = simulate(parameters.sample(6, seed=9).block(2, 5), people=200, weeks=80)
    np.testing.assert_array_equal(middle["outcome"], large["outcome"].isel(draw=slice(2, 5)))


def test_more_people_leave_the_others_where_they_were(base):
    few, many = (trace(base, MI, people=people, weeks=104) for people in (200, 600))
    assert many[many["person"] < 200].equals(few)


def test_draws_have_luck_of_their_own(base):
    """The same parameters with another key: other people, other lives."""
    one, two = (simulate(replace(base, draw=np.array([key])), [USUAL], people=3000, by="person") for key in (1, 2))
    days = [run["outcome"].sel(measure="benefit_days_12m")[0, 0].values for run in (one, two)]
    assert not np.array_equal(*days)
    assert abs(np.corrcoef(days)[0, 1]) < 4.0 / np.sqrt(3000)  # four standard errors of no correlation
    difference = days[0].mean() - days[1].mean()
    assert abs(difference) < 4.0 * np.sqrt((days[0].var() + days[1].var()) / 3000)


def test_f16_points_share_the_luck_of_the_base_case(parameters, base):
    nowhere = parameters.at(np.empty((2, 0)), names=[])
    assert nowhere.draw.tolist() == [0, 0]
    run, expected = (simulate(inputs, people=300, weeks=104) for inputs in (nowhere, base))
    for draw in range(2):
        np.testing.assert_array_equal(run["money"][draw], expected["money"][0])
        np.testing.assert_array_equal(run["outcome"][draw], expected["outcome"][0])


def test_strategies_share_people_and_luck(base):
    """A strategy's results do not depend on which others run beside it."""
    together = simulate(base, people=400, weeks=104)
    for strategy in STRATEGIES:
        alone = simulate(base, [strategy], people=400, weeks=104)
        np.testing.assert_array_equal(together["money"].sel(strategy=strategy), alone["money"].sel(strategy=strategy))
    # Most lives are the same where the effect is small, and next to none are by chance: that makes increments precise.
    usual, other = (trace(base, name, people=2000, weeks=104) for name in (USUAL, COORDINATED))
    elsewhere = trace(base, COORDINATED, people=2000, weeks=104, seed=simulation.SEED + 1)
    lives = [stays.groupby("person").apply(lambda rows: tuple(rows["first"])) for stays in (usual, other, elsewhere)]
    assert (lives[0] == lives[1]).mean() > 0.5
    assert (lives[0] == lives[2]).mean() < 0.05


def test_luck_is_uniform():
    """Kolmogorov-Smirnov: D sqrt(n) is above 1.95 once in a thousand; the largest of 36 above 2.4 as rarely."""
    n = 100_000
    grid = np.arange(1, n + 1) / n
    for draw in (0, 1, 1000):
        luck = kernel.uniforms(20251121, draw, n, 12)
        assert luck.min() > 0.0
        assert luck.max() < 1.0
        for column in luck.T:
            ordered = np.sort(column)
            distance = max(np.max(grid - ordered), np.max(ordered - grid + 1 / n))
            assert distance * np.sqrt(n) < 2.4


def test_luck_is_uncorrelated_across_person_draw_column_and_seed():
    n = 100_000
    bound = 4.5 / np.sqrt(n)  # some 200 pairs are looked at; one of 150,000 is beyond 4.5 standard errors
    luck = {key: kernel.uniforms(*key, n, 12) for key in ((1, 0), (1, 1), (1, 2), (2, 0), (0, 1))}
    columns = np.corrcoef(luck[1, 0].T) - np.eye(12)
    assert np.abs(columns).max() < bound
    for column in range(12):
        one = luck[1, 0][:, column]
        for other in ((1, 1), (1, 2), (2, 0), (0, 1)):
            assert abs(np.corrcoef(one, luck[other][:, column])[0, 1]) < bound
        for lag in (1, 2, 64):
            assert abs(np.corrcoef(one[lag:], one[:-lag])[0, 1]) < bound


def test_the_words_of_a_walk_are_all_different_and_their_halves_independent():
    """Patience is drawn from a word's high bits and the destination from its low bits."""
    words = []
    for person in range(40):
        key = np.uint64(kernel.person_key(3, 0, person))
        words += [kernel.luck(key, purpose, visit) for purpose in range(20) for visit in range(60)]
        words += [
            kernel.luck(key, purpose, 0) for purpose in (kernel.LUCK_EXIT, kernel.LUCK_DEATH, kernel.LUCK_ATTENDANCE)
        ]
    assert len(set(map(int, words))) == len(words)
    high = np.array([kernel.high_uniform(np.uint64(word)) for word in words])
    low = np.array([kernel.low_uniform(np.uint64(word)) for word in words])
    n = len(words)
    assert abs(np.corrcoef(high, low)[0, 1]) < 4.0 / np.sqrt(n)
    assert abs(np.corrcoef(high[1:], high[:-1])[0, 1]) < 4.0 / np.sqrt(n)
    for sample in (high, low):
        assert abs(sample.mean() - 0.5) < 4.0 / np.sqrt(12 * n)


# Subgroups and outcomes


@pytest.mark.parametrize("by", ["sex", ("education", "diagnosis"), ("sex", "start"), "person"])
def test_grouped_results_add_up_to_the_whole(parameters, by):
    inputs = parameters.base_case() if by == "person" else parameters.sample(2, seed=1)
    whole, parts = (simulate(inputs, people=600, weeks=104, by=chosen) for chosen in ((), by))
    for name in ("money", "outcome", "people"):
        total = parts[name].sum("subgroup")
        np.testing.assert_allclose(total, whole[name].sel(subgroup="all"), rtol=1e-9, atol=NOK)


def test_subgroups_are_who_they_say(base):
    run = simulate(base, [USUAL], people=500, weeks=52, by=("sex", "start"))
    people = draw_population(base.one(0), 500, simulation.SEED)
    assert list(run["subgroup"].values) == [
        f"{sex}, {start}" for sex in ("man", "woman") for start in ("full_sick_leave", "graded_sick_leave")
    ]
    expected = [np.sum((people.sex == sex) & (people.start == start)) for sex in (0, 1) for start in (0, 1)]
    assert run["people"][0].values.tolist() == expected


def test_outcomes_agree_with_each_other(persons):
    outcome = persons["outcome"][0]

    def of(name):
        return outcome.sel(measure=name).values

    assert np.all(of("sustained_return_month") <= of("sustained_return"))
    assert np.all((of("weeks_to_sustained_return") < 52) == (of("sustained_return") == 1))
    assert np.all(of("weeks_to_sustained_return")[of("sustained_return") == 1] <= 48)
    assert np.all(of("at_work_12m") <= of("no_benefit_12m"))
    assert np.all(of("on_aap_12m") <= of("entered_aap_12m"))
    assert np.all(of("no_benefit_12m") + of("on_aap_12m") + of("on_pension_12m") <= 1)
    assert np.all(of("benefit_days_12m") <= of("benefit_days"))
    assert np.all(of("entered_aap_12m") <= (of("weeks_work_assessment_allowance") > 0))


def test_measures_are_named_once():
    assert len(set(MEASURE_NAMES)) == len(MEASURES) == kernel.MEASURES
    assert [measure(name).name for name in MEASURE_NAMES] == list(MEASURE_NAMES)
    assert MEASURE_NAMES[kernel.BENEFIT_DAYS_12M] == "benefit_days_12m"
    assert MEASURE_NAMES[kernel.ENTERED_AAP_12M] == "entered_aap_12m"
    assert MEASURE_NAMES[kernel.QALYS] == "qalys"
    for index, state in enumerate(STATES):
        assert MEASURE_NAMES[kernel.WEEKS_IN_STATE + index] == f"weeks_{state}"


def test_counting_outcomes_alone_gives_the_same_outcomes(base):
    with_money, without = (simulate(base, people=300, weeks=104, money=money) for money in (True, False))
    np.testing.assert_array_equal(with_money["outcome"], without["outcome"])
    assert np.all(without["money"] == 0.0)


# The laws a user can check, and what `simulate` refuses


def test_the_laws_that_users_check_are_kept(parameters):
    broken = [law for law in check_laws(parameters) if not law.kept]
    assert not broken


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"strategies": []}, "strategies: none: name each once, and at least one"),
        ({"strategies": [USUAL, USUAL]}, f"strategies: {USUAL}, {USUAL}: name each once, and at least one"),
        ({"strategies": ["motivational"]}, f"strategies: no file programs/motivational.toml: .*{MI}"),
        ({"by": "shoe_size"}, "by: no covariate 'shoe_size' splits the people: choose among sex, .*"),
        ({"by": ("sex", "person")}, "by: no covariate 'person' splits the people: .*"),
        ({"people": 0}, "people: 0 is too few: give 1 or more"),
        ({"weeks": 0}, "weeks: 0 is too few: give 1 or more"),
        ({"seed": -1}, "seed: -1 is out of range: give a whole number from 0 to 9223372036854775807"),
    ],
)
def test_what_cannot_be_run_is_refused_in_one_line(base, asked, message):
    with pytest.raises(InputError, match=f"^{message}$") as caught:
        simulate(base, **({"people": 10, "weeks": 10} | asked))
    assert len(caught.value.faults) == 1

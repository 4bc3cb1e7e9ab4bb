"""The programs that come with hecon: what their files say, what they take by hand, what their prices are made of."""

import datetime as dt
import math

import numpy as np
import pytest

import hecon
from hecon.model.ledger import FLOW_INDEX, FLOW_NAMES
from hecon.model.programs import RESOURCE_INDEX, contacts_of, delivery

NOW = hecon.read_parameters()
USUAL, COORDINATED, ONE, MI = (
    "usual_case_management",
    "coordinated_program",
    "early_follow_up_one_session",
    "motivational_interviewing",
)
DANES = ("danish_return_to_work_pooled", *(f"danish_return_to_work_municipality_{k}" for k in (1, 2, 3)))
ADDED = sorted(name for name, program in NOW.programs.items() if USUAL in program.includes)
DELIVERY = [name for name in FLOW_NAMES if name.startswith("delivery")]
STAFF = (
    "coordinator",
    "supervisor",
    "physiotherapist",
    "occupational_therapist",
    "psychologist",
    "physician",
    "gp",
)
Z = 1.96


def published(name, date=None):
    """What a source prints, on a date or today."""
    return NOW[name].published if date is None else NOW.definitions[name].on(date).value


def taken(name, contact, parameters=NOW):
    """Units of each resource in a contact held, at the base case, without those that are not used."""
    program = parameters.programs[name]
    values = parameters.base_case().one(0)
    units = delivery(name, {name: program.model_copy(update={"includes": ()})}, values)
    order = sorted(program.contacts, key=lambda part: values[part.week])
    row = units.held[[part.name for part in order].index(contact)]
    return {resource: row[index] for resource, index in RESOURCE_INDEX.items() if row[index]}


# The files


def test_the_programs_are_those_that_the_questions_name():
    assert set(NOW.programs) == {
        USUAL,
        "early_follow_up",
        ONE,
        MI,
        "mi_nav_motivational_interviewing",
        "mi_nav_vocational_advice",
        COORDINATED,
        *DANES,
        "integrated_care",
        "outpatient_rehabilitation",
        "inpatient_rehabilitation",
        "individual_placement_and_support",
        "at_work_and_coping",
        "cross_sector_program",
    }
    assert [name for name, program in NOW.programs.items() if not program.effect_known] == ["cross_sector_program"]


@pytest.mark.parametrize("name", sorted(NOW.programs))
def test_every_program_simulates_from_its_file(name):
    run = hecon.simulate(NOW.base_case(), [name], people=200, weeks=52)
    assert np.all(np.isfinite(run["money"]))
    assert np.all(np.isfinite(run["outcome"].sel(measure=["benefit_days_12m", "qalys"])))
    offered = float(run["outcome"].sel(measure="offered").sum())
    assert offered == 200 if not NOW.programs[name].offer.levels() else 20 < offered < 200
    assert float(run["money"].sel(flow=DELIVERY).sum()) > 0.0
    assert float(run["money"].sel(flow="delivery_participant").sum()) > 0.0


@pytest.mark.parametrize("name", ADDED)
def test_beside_its_own_contacts_a_program_is_usual_case_management(name):
    """Without its contacts, effects and training nothing is left but what the comparator does, to the last krone."""
    bare = NOW.programs[name].model_copy(update={"contacts": (), "effects": (), "per_participant": {}})
    run = hecon.simulate(NOW.with_program(bare).base_case(), [USUAL, name], people=150, weeks=52)
    np.testing.assert_array_equal(run["money"].isel(strategy=0), run["money"].isel(strategy=1))
    usual = [contact for contact, _ in contacts_of(USUAL, NOW.programs)]
    assert [contact for contact, own in contacts_of(name, NOW.programs) if not own] == usual


def test_only_coordination_replaces_the_usual_meeting_and_delivers_it_to_fewer():
    assert {*ADDED, USUAL, COORDINATED, *DANES} == set(NOW.programs)
    for name in (COORDINATED, *DANES):
        assert NOW.programs[name].contacts == NOW.programs[COORDINATED].contacts
        meeting = next(part for part in NOW.programs[name].contacts if part.name == "dialogue_meeting")
        assert meeting.held == NOW.programs[USUAL].contacts[0].held
        assert NOW[meeting.attendance].value < NOW["dialogue_meeting_share"].value


def test_one_conversation_is_the_first_of_two_with_all_that_they_do():
    one, two = NOW.programs[ONE], NOW.programs["early_follow_up"]
    assert one.contacts == two.contacts[:1]
    assert one.effects == two.effects
    assert len(two.contacts) == 2


def test_effects_beside_return_are_those_that_the_trial_was_fitted_to():
    elsewhere = {name for name, program in NOW.programs.items() for effect in program.effects if effect.on != "return"}
    assert elsewhere == {"early_follow_up", ONE, MI}
    assert {effect.until for program in NOW.programs.values() for effect in program.effects} == {"effect_ends_week"}


def test_what_disagrees_is_named_on_both_sides():
    def against(name):
        return {part.program for part in NOW.programs[name].conflicts}

    assert "mi_nav_motivational_interviewing" in against(MI)
    assert MI in against("mi_nav_motivational_interviewing")
    assert "danish_return_to_work_pooled" in against(COORDINATED)
    for name in DANES:
        assert COORDINATED in against(name)
    for name in DANES[1:]:
        assert set(DANES[1:]) - {name} <= against(name)
    assert all(NOW.programs[name].conflicts for name in NOW.programs if name != "early_follow_up")


OFFERS = {
    "mi_nav_motivational_interviewing": ({"musculoskeletal"}, 0),
    "mi_nav_vocational_advice": ({"musculoskeletal"}, 0),
    "integrated_care": ({"musculoskeletal"}, 12 - 8),
    "outpatient_rehabilitation": ({"musculoskeletal", "psychological"}, 16 - 8),
    "inpatient_rehabilitation": ({"musculoskeletal", "psychological"}, 16 - 8),
    "individual_placement_and_support": ({"psychological"}, 0),
    "at_work_and_coping": ({"psychological"}, 0),
}


@pytest.mark.parametrize("name", sorted(NOW.programs))
def test_a_program_is_offered_for_the_disorders_that_it_was_measured_in_and_when(name):
    offer = NOW.programs[name].offer
    diagnoses, delay = OFFERS.get(name, (set(), 0))
    assert {key: set(levels) for key, levels in offer.levels().items()} == (
        {"diagnosis": diagnoses} if diagnoses else {}
    )
    assert (0 if offer.delay is None else NOW[offer.delay].value) == delay


# What was published

INTERVALS = [
    ("mi_nav_motivational_interviewing_days", -15.6, -31.0, -0.2),
    ("mi_nav_vocational_advice_days", -17.6, -33.0, -2.2),
    ("danish_municipality_1_hazard_ratio", 1.12, 0.97, 1.29),
    ("danish_municipality_2_hazard_ratio", 1.51, 1.31, 1.74),
    ("danish_municipality_3_hazard_ratio", 0.80, 0.63, 1.03),
    ("danish_pooled_hazard_ratio", 1.12, 0.60, 2.08),
    ("integrated_care_hazard_ratio", 1.9, 1.2, 2.8),
    ("inpatient_rehabilitation_hazard_ratio", 1.9, 1.2, 3.0),
]


@pytest.mark.parametrize(("name", "value", "low", "high"), INTERVALS, ids=[name for name, *_ in INTERVALS])
def test_a_figure_is_drawn_from_its_published_interval(name, value, low, high):
    """The interval's width is kept; its ends are where the paper's two digits and the family let them be."""
    ends = NOW[name].quantile(np.array([0.025, 0.975]))
    assert NOW[name].value == value
    if high < 0.0:
        np.testing.assert_allclose(ends, [low, high], atol=0.01)
    else:
        assert math.log(ends[1] / ends[0]) == pytest.approx(math.log(high / low), abs=0.01)
        np.testing.assert_allclose(ends, [low, high], rtol=0.05)


def test_the_next_municipality_is_predicted_from_three():
    """Random effects by DerSimonian and Laird, as in Borenstein et al., Introduction to Meta-Analysis, chapter 12."""
    log = np.log([1.12, 1.51, 0.80])
    error = np.log(np.array([1.29, 1.74, 1.03]) / [0.97, 1.31, 0.63]) / (2 * Z)
    weight = error**-2.0
    fixed = weight @ log / weight.sum()
    q = weight @ (log - fixed) ** 2
    between = (q - 2) / (weight.sum() - (weight**2).sum() / weight.sum())
    weight = 1.0 / (error**2 + between)
    entry = NOW["danish_pooled_hazard_ratio"]
    assert q == pytest.approx(21.4, abs=0.1)
    assert math.exp(weight @ log / weight.sum()) == pytest.approx(entry.value, abs=0.005)
    assert math.sqrt(between + 1.0 / weight.sum()) == pytest.approx(entry.distribution["log_sd"], abs=0.005)


@pytest.mark.parametrize(
    ("name", "treated", "control", "people", "transfer"),
    [
        ("individual_placement_odds_ratio", 0.366, 0.271, 410, 0.20),
        ("at_work_and_coping_odds_ratio", 0.442, 0.372, 1193, 0.10),
    ],
)
def test_odds_of_work_come_from_the_shares_of_two_equal_arms(name, treated, control, people, transfer):
    odds = treated / (1 - treated) * (1 - control) / control
    error = math.sqrt(sum(1.0 / (0.5 * people * share * (1 - share)) for share in (treated, control)))
    assert NOW[name].value == pytest.approx(odds, abs=0.001)
    assert NOW[name].distribution["log_sd"] == pytest.approx(math.hypot(error, transfer), abs=0.001)


# What a contact takes


def test_a_session_takes_two_hours_of_a_caseworker_as_uncertain_as_it_was():
    expected = {"caseworker_hours": 2.0, "participant_hours": 1.0, "participant_trips": 1.0}
    for name, contact in [(ONE, "first_session"), (MI, "first_session"), (MI, "second_session")]:
        assert taken(name, contact) == pytest.approx(expected)
    parts = [NOW[f"session_{part}_hours"].distribution["se"] for part in ("conversation", "preparation", "notes")]
    assert math.hypot(*parts) == pytest.approx(0.45, abs=0.005)


@pytest.mark.parametrize(
    ("name", "contact", "expected"),
    [
        (
            USUAL,
            "dialogue_meeting",
            {
                "caseworker_hours": 3.0,
                "employer_hours": 1.5,
                "gp_hours": 0.5,
                "participant_hours": 1.0,
                "participant_trips": 1.0,
            },
        ),
        (
            COORDINATED,
            "team_assessment",
            {
                "coordinator_hours": 2.0,
                "physiotherapist_hours": 1.5,
                "psychologist_hours": 1.5,
                "physician_hours": 0.25,
                "participant_hours": 2.0,
                "participant_trips": 1.0,
            },
        ),
        (
            "mi_nav_vocational_advice",
            "third_and_fourth_call",
            {"physiotherapist_hours": 2 * (0.75 + 0.25 + 0.5), "participant_hours": 2 * 0.75},
        ),
        (
            "outpatient_rehabilitation",
            "group_sessions_2",
            {
                "psychologist_hours": 3 * (2.5 + 0.5) / 8 + 3 * 0.1,
                "participant_hours": 3 * 2.5,
                "participant_trips": 3.0,
            },
        ),
    ],
)
def test_hours_of_a_contact_by_hand(name, contact, expected):
    assert taken(name, contact) == pytest.approx(expected)


def test_a_stay_costs_what_outpatient_groups_cost_and_the_difference_measured():
    """Per person allocated, in NOK of 2025: 12 057 euros of 2020, and hour by hour the same staff."""
    stay = taken("inpatient_rehabilitation", "stay")
    parts = [part.name for part in NOW.programs["outpatient_rehabilitation"].contacts]
    groups = [taken("outpatient_rehabilitation", part) for part in parts]
    for staff in ("psychologist_hours", "physiotherapist_hours", "occupational_therapist_hours"):
        assert stay[staff] == pytest.approx(sum(units.get(staff, 0.0) for units in groups))
    care = 12057 * published("exchange_rate_eur", dt.date(2020, 7, 1)) * moved_by_wages(2020)
    assert stay["care"] * NOW["inpatient_rehabilitation_attendance"].value == pytest.approx(care)


def test_a_job_specialist_spends_a_year_on_the_clients_of_a_year():
    quarters = [taken("individual_placement_and_support", f"quarter_{k}") for k in (1, 2, 3, 4)]
    assert sum(units["coordinator_hours"] for units in quarters) == pytest.approx(1600 / 20)
    assert sum(units["supervisor_hours"] for units in quarters) == pytest.approx(1600 / 20 / 10)


def test_contacts_on_a_screen_take_no_trips_but_for_stays_and_workplaces():
    online = NOW.overlay({"share_in_person": 0.0})
    travels = {
        (name, part.name)
        for name, program in NOW.programs.items()
        for part in program.contacts
        if "participant_trips" in taken(name, part.name, online)
    }
    assert travels == {
        ("inpatient_rehabilitation", "stay"),
        ("integrated_care", "workplace_visit"),
        ("cross_sector_program", "workplace_assessment"),
    }
    assert taken(MI, "first_session", online)["participant_hours"] == taken(MI, "first_session")["participant_hours"]


# Training and caseload


def test_training_and_supervision_by_hand():
    """45 hours and a fee over 36 a year for two years, 39 hours a year over 36; the supervisor has eight at a time."""
    costs = delivery(MI, NOW.programs, NOW.base_case().one(0))
    everybody = costs.per_participant @ costs.price
    caseworker = 537 * 1.28
    supervisor = 581 * moved_by_wages(2024) * 1.28
    expected = 25_000 / 72 + (45 / 72 + 39 / 36) * caseworker + 39 / 36 / 8 * supervisor
    assert everybody[FLOW_INDEX["delivery_nav"]] == pytest.approx(expected)
    assert everybody.sum() == pytest.approx(expected)


def test_how_many_share_a_caseworkers_training_reaches_from_the_trials_own_to_many():
    load = NOW["participants_per_caseworker"].reported()
    np.testing.assert_allclose(load.ppf(np.array([0.1587, 0.8413])), [18.8, 69.0], rtol=0.005)
    draws = load.ppf((np.arange(1_000_000) + 0.5) / 1_000_000)
    assert 1 / 12_000 < np.mean(draws < 257 / 80) < 1 / 8_000


def test_training_and_supervision_cost_on_average_what_was_assumed_as_a_whole():
    """1 200 NOK of 2024 and 1.2 hours at 687: the parts are new, the mean of their sum is not."""
    inputs = NOW.sample(6000, seed=1)
    load, years = inputs["participants_per_caseworker"], inputs["training_lasts"]
    caseworker = inputs["caseworker_hour"] * (1 + inputs["overhead_share"])
    supervisor = inputs["supervisor_hour"] * (1 + inputs["overhead_share"])
    training = (inputs["mi_course_fee"] + inputs["mi_training_hours"] * caseworker) / load / years
    held = inputs["mi_supervision_hours"] / load
    cost = training + held * (caseworker + supervisor / inputs["caseworkers_per_supervisor"])
    before = 1200 * moved_by_wages(2024) + 1.2 * 687
    assert abs(cost.mean() - before) < 3.0 * cost.std() / np.sqrt(len(cost)) + 0.03 * before


# Prices


def moved_by_wages(year):
    """What a krone of a year is in 2025 by the wage index."""
    return published("wage_index", dt.date(2025, 7, 1)) / published("wage_index", dt.date(year, 7, 1))


def test_a_caseworkers_hour_is_pay_of_2024_grown_and_spread_over_the_hours_at_work():
    year = published("caseworker_monthly_pay") * published("pay_growth_state") * 12
    hour = year * published("person_cost_factor") / NOW["hours_at_work"].value
    assert round(hour) == published("caseworker_hour") == NOW["caseworker_hour"].value == 537


@pytest.mark.parametrize("who", STAFF)
def test_an_hour_of_other_staff_is_pay_of_2024_moved_by_wages(who):
    factor = published("person_cost_factor", dt.date(2024, 7, 1))
    hour = published(f"{who}_monthly_pay") * 12 * factor / NOW["hours_at_work"].value
    entry = NOW[f"{who}_hour"]
    assert (entry.price_year, entry.index, entry.published) == (2024, "wage", pytest.approx(hour, abs=1.0))
    assert entry.value == pytest.approx(entry.published * moved_by_wages(2024))


def test_overhead_is_what_the_ledger_has_above_person_costs():
    assert published("total_cost_factor") / published("person_cost_factor") - 1 == pytest.approx(0.28, abs=0.001)
    for year in (2019, 2023, 2024):
        date = dt.date(year, 7, 1)
        share = published("total_cost_factor", date) / published("person_cost_factor", date) - 1
        assert share == pytest.approx(NOW["overhead_share"].value, abs=0.02)
    assert round(537 * 1.28) == 687


def test_a_trip_is_its_minutes_and_its_kilometres():
    time = published("trip_minutes") / 60 * NOW["participant_hour"].value
    distance = 2 * published("trip_kilometres") * published("kilometre_rate")
    assert NOW["participant_trip"].value == pytest.approx(time + distance, abs=1.0)
    assert NOW["participant_hour"].value == pytest.approx(328 * moved_by_wages(2024))

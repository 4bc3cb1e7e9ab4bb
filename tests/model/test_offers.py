"""Who is offered a program, and when: those not offered live as under usual care and cost nothing."""

import numpy as np
import pytest

from hecon.inputs.errors import InputError
from hecon.inputs.parameters import read_parameters
from hecon.inputs.schema import Contact, Effect, Offer, ProgramFile, Term
from hecon.model.outcomes import MEASURE_NAMES
from hecon.model.population import COLUMNS, draw_population, level
from hecon.model.programs import RESOURCE_NAMES, RESOURCES, compile_program
from hecon.model.simulation import simulate, trace

USUAL, MI, OWN = "usual_case_management", "motivational_interviewing", "for_some"
STRONG = {"early_contact_return_ratio": 3.0, "mi_first_attendance": 0.9, "mi_second_attendance": 0.9}
DELAY = "dialogue_meeting_week"  # any whole number of weeks serves: 18


@pytest.fixture(scope="module")
def strong():
    return read_parameters().overlay(STRONG)


def for_some(parameters, **offer):
    program = parameters.programs[MI].model_copy(update={"name": OWN, "offer": Offer(**offer)})
    return parameters.with_program(program)


@pytest.mark.parametrize("covariate", sorted(COLUMNS))
def test_who_is_not_offered_lives_as_under_usual_care(strong, covariate):
    """Level by level: the offered have exactly the program's results, the others exactly usual care's."""
    chosen = COLUMNS[covariate][-1]
    inputs = for_some(strong, **{covariate: [chosen]}).base_case()
    run = simulate(inputs, [USUAL, MI, OWN], people=400, weeks=60, by=covariate).isel(draw=0)
    assert run["people"].sel(subgroup=chosen) > 20
    for part in ("money", "outcome", "units"):
        both = run[part].sel(strategy=[USUAL, MI]).to_numpy()
        assert not np.array_equal(both[0], both[1])
        mine = run[part].sel(strategy=OWN)
        np.testing.assert_array_equal(mine.sel(subgroup=chosen), run[part].sel(strategy=MI, subgroup=chosen))
        others = [each for each in COLUMNS[covariate] if each != chosen]
        usual = run[part].sel(strategy=USUAL, subgroup=others).copy()
        if part == "outcome":
            usual.loc[{"measure": "offered"}] = 0.0  # everybody is offered usual care
        np.testing.assert_array_equal(mine.sel(subgroup=others), usual)


def test_offers_of_all_levels_are_an_offer_to_all(strong):
    every = for_some(strong, **{name: list(levels) for name, levels in COLUMNS.items()})
    run = simulate(every.sample(3, seed=2), [MI, OWN], people=150, weeks=60)
    assert run["money"].sel(strategy=MI).equals(run["money"].sel(strategy=OWN).assign_coords(strategy=MI))
    assert float(run["outcome"].sel(strategy=OWN, measure="offered").sum()) == 3 * 150


def test_two_covariates_are_both_asked_for(strong):
    inputs = for_some(strong, sex=["woman"], diagnosis=["musculoskeletal", "other"]).base_case()
    people = draw_population(inputs.one(0), 500, 20251121)
    among = (people.sex == 1) & np.isin(people.diagnosis, [0, 2])
    run = simulate(inputs, [OWN], people=500, weeks=20)
    assert float(run["outcome"].sel(measure="offered").sum()) == among.sum() > 100


def test_a_delayed_offer_reaches_those_still_sick_listed_then(strong):
    """Put off by 18 weeks: contacts come 18 weeks later, training is for those sick-listed in week 18."""
    inputs = for_some(strong, delay=DELAY).base_case()
    run = simulate(inputs, [MI, OWN], people=600, weeks=60).isel(draw=0, subgroup=0)
    stays = trace(inputs, OWN, people=600, weeks=60)
    there = (stays["first"] <= 18) & (stays["first"] + stays["weeks"] > 18)
    sick = stays["state"].isin(["full_sick_leave", "graded_sick_leave"])
    offered = float(run["outcome"].sel(strategy=OWN, measure="offered"))
    assert offered == (there & sick).sum() < 600
    early = simulate(inputs, [USUAL, OWN], people=600, weeks=25).isel(draw=0, subgroup=0)["outcome"]
    days = early.sel(measure="benefit_days")
    assert float(days.sel(strategy=OWN)) == float(days.sel(strategy=USUAL))  # nothing before week 7 + 18
    assert float(run["outcome"].sel(strategy=OWN, measure="benefit_days_12m")) > float(
        run["outcome"].sel(strategy=MI, measure="benefit_days_12m")
    )


def test_who_is_back_at_work_when_the_offer_comes_is_never_given_it(strong):
    """Person by person: those not sick-listed in week 18 live as under usual care, whatever comes later."""
    inputs = for_some(strong.overlay({"relapse_rate": 6.0}), delay=DELAY).base_case()
    run = simulate(inputs, [USUAL, OWN], people=3000, weeks=80, by="person").isel(draw=0)
    offered = run["outcome"].sel(strategy=OWN, measure="offered").to_numpy() == 1.0
    assert 0.1 < offered.mean() < 0.9
    for part in ("money", "units"):
        both = run[part].isel(subgroup=~offered)
        np.testing.assert_array_equal(both.sel(strategy=OWN), both.sel(strategy=USUAL))
    outcome = run["outcome"].drop_sel(measure="offered")
    others = outcome.isel(subgroup=~offered)
    np.testing.assert_array_equal(others.sel(strategy=OWN), others.sel(strategy=USUAL))
    stays = trace(inputs, OWN, people=3000, weeks=80)
    late = stays["state"].isin(["full_sick_leave", "graded_sick_leave"]) & (stays["first"] > 18)
    assert np.isin(stays.loc[late, "person"], np.flatnonzero(~offered)).sum() > 50  # who relapse, and would be due


def test_the_effect_of_a_delayed_offer_lasts_as_long(strong):
    inputs = for_some(strong, delay=DELAY).overlay({"effect_ends_week": 30.0}).base_case()
    values = inputs.one(0)
    people = draw_population(values, 2, seed=1)
    late, now = (compile_program(name, values.programs, values, people) for name in (OWN, MI))
    assert (now.until, late.until) == (30, 30 + 18)
    own = late.own
    np.testing.assert_array_equal(late.week[own], now.week[now.own] + 18)
    np.testing.assert_array_equal(late.week[~own], now.week[~now.own])  # usual care's meeting stays where it was


def test_a_delayed_offer_books_training_when_it_is_offered(strong):
    inputs = for_some(strong.overlay({"discount_rate": 0.0}), delay=DELAY).base_case()
    held = simulate(inputs, [OWN], people=300, weeks=18).isel(draw=0)
    assert float(held["outcome"].sel(measure="offered").sum()) == 0.0
    assert float(held["money"].sel(flow="delivery_nav").sum()) == 0.0
    after = simulate(inputs, [OWN], people=300, weeks=19).isel(draw=0)
    assert float(after["money"].sel(flow="delivery_nav").sum()) > 0.0


def test_money_of_delivery_is_units_times_prices(strong):
    """Undiscounted, what each payer spends is the sum of units times prices, overhead included."""
    inputs = strong.overlay({"discount_rate": 0.0}).base_case()
    values = inputs.one(0)
    run = simulate(inputs, [USUAL, MI, "coordinated_program"], people=200, weeks=60).isel(draw=0, subgroup=0)
    for flow in sorted({price.flow for price in RESOURCES.values()}):
        expected = sum(
            run["units"].sel(resource=name, drop=True)
            * (1.0 if price.parameter is None else values[price.parameter])
            * (1.0 + (values["overhead_share"] if price.overhead else 0.0))
            for name, price in RESOURCES.items()
            if price.flow == flow
        )
        np.testing.assert_allclose(run["money"].sel(flow=flow).sum("year"), expected, rtol=1e-12)
    assert set(RESOURCES) == set(RESOURCE_NAMES)
    assert "offered" in MEASURE_NAMES


def test_groups_of_age_and_wage_are_what_they_say(strong):
    inputs = strong.base_case()
    values = inputs.one(0)
    people = draw_population(values, 2000, seed=3)
    np.testing.assert_array_equal(level(people, "age") == 0, people.age < 35.0)
    np.testing.assert_array_equal(level(people, "age") == 2, people.age >= 50.0)
    np.testing.assert_array_equal(level(people, "wage") == 2, people.wage >= 6.0 * values["grunnbelop"])
    np.testing.assert_array_equal(level(people, "wage") == 0, people.wage < 4.0 * values["grunnbelop"])


@pytest.mark.parametrize("correlation", [0.0, 0.4, 1.0])
def test_predicted_risk_knows_of_frailty_what_its_correlation_says(strong, correlation):
    """In thirds; at 1 it is the order of frailty, at 0 it knows nothing."""
    people = draw_population(strong.overlay({"risk_score_correlation": correlation}).base_case().one(0), 6000, seed=3)
    risk = level(people, "risk")
    shares = np.bincount(risk, minlength=3) / 6000
    np.testing.assert_allclose(shares, 1 / 3, atol=4 * np.sqrt(2 / 9 / 6000))
    # The mean of a standard normal within its upper third is exp(-c^2 / 2) / sqrt(2 pi) * 3 = 1.0908, c = 0.4307.
    gap = people.frailty[risk == 0].mean() - people.frailty[risk == 2].mean()
    assert gap == pytest.approx(2 * 1.0908 * correlation, abs=4 * np.sqrt(2 / 2000))


def test_a_program_put_in_place_names_parameters_that_are_there(strong):
    effect = Effect(on="return", ratios=("no_such_ratio",), until="effect_ends_week")
    program = strong.programs[MI].model_copy(update={"name": OWN, "effects": (effect,)})
    with pytest.raises(InputError, match=r"effects\[0\].ratios\[0\]: 'no_such_ratio' is not a parameter"):
        strong.with_program(program)


def test_a_quantity_is_a_sum_of_products_over_products(strong):
    """2.0 x 0.5 / 4 + 3: hours a contact takes, put together from parameters."""
    values = {"mi_first_week": 2.0, "early_first_attendance": 0.5, "mi_second_week": 4.0, "early_first_week": 3.0}
    contact = Contact(
        name="visit",
        week="trips_per_contact",
        eligible=("full_sick_leave", "graded_sick_leave"),
        attendance="coordinated_meeting_attendance",
        held={
            "caseworker_hours": [
                {"times": ["mi_first_week", "early_first_attendance"], "over": ["mi_second_week"]},
                "early_first_week",
            ]
        },
    )
    assert contact.held["caseworker_hours"][1] == Term(times=("early_first_week",))
    program = ProgramFile(name=OWN, label="Visit", summary="A visit.", measured_in="nobody", contacts=(contact,))
    inputs = strong.overlay(values).with_program(program).base_case()
    run = simulate(inputs, [OWN], people=100, weeks=8).isel(draw=0, strategy=0, subgroup=0)
    held = float(run["outcome"].sel(measure="contacts_held"))
    assert held > 50.0
    assert float(run["units"].sel(resource="caseworker_hours")) == pytest.approx(3.25 * held)


def test_values_put_at_draws_keep_points_and_luck(strong):
    inputs = strong.sample(4, seed=1)
    ratio = np.array([0.5, 1.0, 2.0, 4.0])
    changed = inputs.replaced({"early_contact_return_ratio": ratio, "discount_rate": 0.0})
    np.testing.assert_array_equal(changed["early_contact_return_ratio"], ratio)
    np.testing.assert_array_equal(changed["discount_rate"], np.zeros(4))
    np.testing.assert_array_equal(changed["frailty_sd"], inputs["frailty_sd"])
    np.testing.assert_array_equal(changed.draw, inputs.draw)
    with pytest.raises(InputError, match="give one number, or one for each of 4 draws"):
        inputs.replaced({"discount_rate": np.zeros(3)})
    with pytest.raises(InputError, match="is a list"):
        inputs.replaced({"mortality_men": 1.0})
    with pytest.raises(InputError, match="no_such"):
        inputs.replaced({"no_such": 1.0})

"""What a trial costs, whom it serves and what it tells, by hand; laws of its value on a small run."""

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from hecon.evaluation.budget import CRITERIA
from hecon.evaluation.next_trial import Design
from hecon.evaluation.research import EFFECTS, EVERYTHING, FIGURES, OF_THE_TRIAL, best, bounds, sensitivity, worth
from hecon.evaluation.results import per_person
from hecon.evaluation.structural import FIVE_YEARS, YEAR, cases
from hecon.evaluation.study import (
    Terms,
    expected_loss,
    funded,
    idle_training,
    people_served,
    study_cost,
    terms,
    years_to_results,
)
from hecon.evaluation.trial_information import at, exact, given, information, kept
from hecon.evaluation.voi import evpi, evppi
from hecon.inputs.errors import InputError
from hecon.inputs.parameters import read_parameters
from hecon.model.ledger import costs
from hecon.model.simulation import simulate

USUAL, MI = "usual_case_management", "motivational_interviewing"
ARMS = (USUAL, MI)
GIVEN = Terms(
    people_a_year=1000.0,
    lifetime=10.0,
    preparation=1.0,
    recruitment=50.0,
    analysis=0.5,
    icc=0.02,
    fixed_cost=5e6,
    cost_per_participant=2000.0,
    cost_per_office=1e5,
    discount_rate=0.0,
    cost_of_public_funds=0.2,
)


@pytest.fixture(scope="module")
def parameters():
    return read_parameters()


@pytest.fixture(scope="module")
def case(parameters):
    """The scenario in which most is at stake, small."""
    found = cases(parameters, ARMS, scenarios=["published_hazard_ratio"], draws=80, people=150, trial_people=150)
    return next(iter(found))


@pytest.fixture(scope="module")
def designs():
    return [Design(ARMS, n, 10) for n in (200, 3200)] + [Design(ARMS, 3200, 10, by_office=True, icc=0.05)]


@pytest.fixture(scope="module")
def found(case, designs):
    return information(case, designs)


def test_time_until_the_results_by_hand():
    design = Design(ARMS, 600, 6)
    assert years_to_results(design, GIVEN) == pytest.approx(1.0 + 600 / (6 * 50) + 104 / 52 + 0.5)


def test_people_served_by_hand():
    assert people_served(GIVEN) == pytest.approx(10_000.0)
    assert people_served(GIVEN, 5.5) == pytest.approx(4500.0)
    assert people_served(GIVEN, 12.0) == 0.0
    discounted = replace(GIVEN, discount_rate=0.04)
    exact = 1000.0 * (1.04**-5.5 - 1.04**-10.0) / math.log(1.04)
    assert people_served(discounted, 5.5) == pytest.approx(exact, rel=1e-12)


def test_costs_by_hand():
    assert study_cost(Design(ARMS, 600, 6), GIVEN) == pytest.approx(5e6 + 600 * 2000 + 6e5)
    assert funded(100.0, "society", GIVEN) == pytest.approx(120.0)
    assert funded(100.0, "nav", GIVEN) == 100.0
    assert funded(100.0, "employer", GIVEN) == 0.0


def test_participants_lose_by_the_arms_they_are_allocated_to():
    benefit = xr.DataArray(
        [[0.0, -6.0, 4.0], [0.0, -10.0, 0.0]],
        dims=("draw", "strategy"),
        coords={"strategy": ["usual", "new", "best"]},
    )
    lost = expected_loss(benefit, ("usual", "new"))
    assert float(lost["value"]) == pytest.approx(2.0 - (0.0 - 8.0) / 2)
    assert float(lost["se"]) == pytest.approx(np.std([7.0, 5.0], ddof=1) / np.sqrt(2))
    with pytest.raises(InputError, match=r"^arms: other"):
        expected_loss(benefit, ("usual", "other"))


def test_terms_are_the_parameters_values(parameters):
    given = terms(parameters)
    shares = np.prod([parameters[name].value for name in (*CRITERIA, "acceptance")])
    people = parameters["people_passing_week_8"].value * parameters["volume_growth"].value * shares
    assert given.people_a_year == pytest.approx(people)
    assert 0.01 <= given.icc <= 0.05
    assert given.fixed_cost == parameters["trial_fixed_cost"].value
    names = ("mi_course_fee", "mi_training_hours", "caseworker_hour", "overhead_share")
    fee, hours, price, overhead = (parameters[name].value for name in names)
    assert given.training[MI] == pytest.approx(fee + hours * price * (1.0 + overhead), rel=1e-6)
    assert USUAL not in given.training
    assert given.caseload == pytest.approx(float(parameters.base_case()["participants_per_caseworker"][0]))
    assert given.training_lasts == pytest.approx(float(parameters.base_case()["training_lasts"][0]))


def test_net_benefit_of_a_trial_is_gain_less_cost_and_losses(case, designs, found):
    table = worth(case, designs, found, GIVEN)
    left = table["evsi"] * table["served"] - table["study_cost"] - table["expected_loss"]
    np.testing.assert_allclose(table["enbs"], left, rtol=1e-9)
    assert len(table) == 15
    society = table[table["perspective"] == "society"].iloc[0]
    assert society["study_cost"] == pytest.approx(1.2 * (5e6 + 200 * 2000 + 1e6))
    lost = expected_loss(case.benefit, ARMS)["value"].sel(perspective="society")
    assert society["expected_loss"] == pytest.approx(200 * float(lost))


def test_nobody_left_to_serve_leaves_the_cost(case, designs, found):
    table = worth(case, designs, found, replace(GIVEN, lifetime=2.0), ["society"])
    assert (table["gain"] == 0.0).all()
    np.testing.assert_allclose(table["enbs"], -table["study_cost"] - table["expected_loss"])


def test_a_trial_tells_no_more_than_its_figures_and_those_no_more_than_everything(case, designs, found):
    table = worth(case, designs, found, GIVEN, ["society"])
    limits = bounds(case, designs[0], GIVEN).query("perspective == 'society'").set_index("known")
    figures = f"{FIGURES} of 104 weeks, as followed in 150 people an arm"
    small, large, alike = table["evsi"]
    assert small < large
    assert alike < large
    error = np.hypot(table["evsi_error"].max(), limits.loc[figures, "error"])
    assert large <= limits.loc[figures, "value"] + 2.0 * error
    assert limits.loc[figures, "value"] <= limits.loc[EFFECTS, "value"] + 2.0 * limits.loc[EFFECTS, "error"]
    assert limits.loc[EFFECTS, "value"] <= limits.loc[EVERYTHING, "value"] + 2.0 * limits.loc[EVERYTHING, "error"]


def test_regression_and_likelihood_agree(designs, found):
    values = found[ARMS, designs[0].outcomes, 104].sel(perspective="society")
    apart = abs(values["evsi"] - values["evsi_likelihood"])
    assert (apart <= 3.0 * np.hypot(values["step_error"], values["evsi_likelihood_error"])).all()


def test_each_length_of_follow_up_is_valued_with_its_own_figures(case):
    lengths = [Design(ARMS, 800, 10, weeks=weeks) for weeks in (52, 104)]
    both = information(case, lengths)
    for design in lengths:
        alone = information(replace(case, figures=case.figures.sel(weeks=[design.weeks])), [design])
        xr.testing.assert_allclose(at(both, design), at(alone, design))
    assert float(abs(at(both, lengths[0])["evsi"] - at(both, lengths[1])["evsi"]).max()) > 1.0
    with pytest.raises(InputError, match=r"^weeks: 1 were not followed"):
        information(case, [Design(ARMS, 800, 10, weeks=1)])
    table = worth(case, lengths, both, GIVEN, ["society"])
    assert list(table["weeks"]) == [52, 104]
    assert table["served"].iloc[0] == pytest.approx(table["served"].iloc[1] + 1000.0)


def test_the_error_of_a_value_has_three_parts(case, designs, found):
    values = found[ARMS, designs[0].outcomes, 104]
    benefit, of_means = kept(case, ARMS)
    figures = exact(case, designs[0])
    first = evppi(benefit, figures, [list(figures)]).isel(parameters=0)
    step = values["evsi"] / first["value"].where(first["value"] > 0.0, np.inf) * first["se"]
    best = given(benefit, figures.to_numpy()).idxmax("strategy")
    squares = sum(((best == name).mean("draw") * of_means.sel(strategy=name)) ** 2 for name in of_means["strategy"])
    expected = np.sqrt(values["step_error"] ** 2 + step**2 + squares)
    np.testing.assert_allclose(values["evsi_error"].transpose(*expected.dims), expected, rtol=1e-9)
    for part in (step, squares):
        assert float(part.sel(perspective="society").max()) > 1.0


def test_bounds_of_what_a_trial_bears_on_leave_other_programs_out(case, designs):
    limits = bounds(case, designs[0], GIVEN).set_index(["known", "perspective"])
    benefit, _ = kept(case, ARMS)
    columns = {
        EFFECTS: pd.DataFrame({name: case.inputs[name] for name in OF_THE_TRIAL}),
        f"{FIGURES} of 104 weeks, as followed in 150 people an arm": exact(case, designs[0]),
    }
    for known, table in columns.items():
        with_noise, without = (
            evppi(values.sel(perspective="society"), table, [list(table)]).isel(parameters=0)
            for values in (case.benefit, benefit)
        )
        assert limits.loc[(known, "society"), "value"] == pytest.approx(float(without["value"]), rel=1e-6)
        assert limits.loc[(known, "society"), "error"] == pytest.approx(float(without["se"]), rel=1e-6)
        assert abs(float(with_noise["value"] - without["value"])) > 1.0


def test_a_value_that_is_not_told_from_0_is_not_enough(case, designs, found):
    values = found[ARMS, designs[0].outcomes, 104]
    unsure = (values["evsi_error"] > 0.5 * values["evsi"]) & (values["evsi_error"] > 0.01 * evpi(case.benefit))
    assert unsure.any()
    assert not (values["enough"] & unsure).any()


def test_training_that_participants_do_not_carry_by_hand():
    trained = replace(GIVEN, training={MI: 50_000.0, "coordinated_program": 1e9}, caseload=20.0, training_lasts=2.0)
    # An office includes 50 a year, 25 to each arm: two caseworkers, who could see 80 people in the two years.
    by_people = Design(ARMS, 600, 30)
    assert idle_training(by_people, trained) == pytest.approx(30 * 50_000.0 * (2 - 10 / 40))
    # With offices randomised, 15 have the method, with 50 a year: three caseworkers each, for 20 people.
    by_office = Design(ARMS, 600, 30, by_office=True, icc=0.02)
    assert idle_training(by_office, trained) == pytest.approx(15 * 50_000.0 * (3 - 20 / 40))
    assert idle_training(Design(ARMS, 9600, 30), trained) == 0.0
    assert idle_training(Design((USUAL, "early_follow_up"), 600, 30), trained) == 0.0
    more = study_cost(by_people, trained) - study_cost(by_people, GIVEN)
    assert more == pytest.approx(idle_training(by_people, trained))


def test_between_sizes_the_value_is_linear_in_the_logarithm(designs, found):
    values = found[ARMS, designs[0].outcomes, 104]
    low, high = values["effective_people"].to_numpy()[:2]
    middle = Design(ARMS, round(2.0 * math.sqrt(low * high)), 10)
    mean = values["evsi"].isel(effective_people=slice(0, 2)).mean("effective_people")
    np.testing.assert_allclose(at(found, middle)["evsi"], mean, rtol=0.02)
    exactly = Design(ARMS, int(2 * low), 10)
    np.testing.assert_allclose(at(found, exactly)["evsi"], values["evsi"].isel(effective_people=0), rtol=1e-12)


def test_what_other_programs_do_is_taken_away_and_means_stay(case):
    benefit, errors = kept(case, ARMS)
    xr.testing.assert_allclose(benefit.mean("draw"), case.benefit.mean("draw"))
    effect = case.inputs["coordinated_hazard_ratio"]
    gain = (benefit - benefit.sel(strategy=USUAL)).sel(strategy="coordinated_program", perspective="society")
    raw = (case.benefit - case.benefit.sel(strategy=USUAL)).sel(strategy="coordinated_program", perspective="society")
    assert float(gain.std()) < 0.6 * float(raw.std())
    assert abs(np.corrcoef(effect, gain)[0, 1]) < 0.3 < abs(np.corrcoef(effect, raw)[0, 1])
    assert (errors >= 0.0).all()


def test_best_is_the_highest_and_its_neighbours_within_error():
    table = pd.DataFrame(
        {
            "scenario": "base",
            "horizon": YEAR,
            "perspective": "society",
            "people": [300, 600, 1200, 2400],
            "enbs": [1.0, 5.0, 6.0, 2.0],
            "enbs_error": 1.5,
            "evsi": [1.0, 5.0, 8.0, 9.0],
            "evsi_error": [1.0, 2.0, 3.0, 4.0],
        }
    )
    (row,) = best(table).itertuples()
    assert (row.people, row.least, row.most) == (1200, 600, 1200)
    assert (row.told, row.told_error) == (9.0, 4.0)


def test_terms_at_their_ends_move_the_best_trial(parameters, case, designs, found):
    moved = sensitivity(case, designs, found, parameters, "society").set_index(["parameter", "end"])
    assert moved.loc[("people_a_year", "high"), "enbs"] > moved.loc[("people_a_year", "low"), "enbs"]
    assert moved.loc[("trial_fixed_cost", "high"), "enbs"] < moved.loc[("trial_fixed_cost", "low"), "enbs"]
    assert moved.loc[("decision_lifetime", "low"), "at"] == pytest.approx(6.118, abs=1e-3)


def test_base_has_two_horizons(parameters):
    found = list(cases(parameters, ARMS, scenarios=["base"], draws=3, people=40, trial_people=60))
    assert [case.horizon for case in found] == [YEAR, FIVE_YEARS]
    assert found[0].benefit.dims == ("perspective", "draw", "strategy")
    run = per_person(simulate(found[0].inputs, people=40, weeks=260))
    one_year, five_years = (-costs(money) for money in (run["money"].sel(year=1, drop=True), run["money"].sum("year")))
    for case, expected in zip(found, (one_year, five_years), strict=True):
        xr.testing.assert_allclose(case.benefit, expected.transpose(*case.benefit.dims))
    assert (abs(five_years - one_year).sel(perspective="society") > 1e5).all()

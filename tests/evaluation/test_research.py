"""What a trial costs, whom it serves and what it tells, by hand; laws of its value on a small run."""

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from hecon.evaluation.budget import CRITERIA
from hecon.evaluation.next_trial import Design
from hecon.evaluation.research import EFFECTS, EVERYTHING, FIGURES, best, bounds, sensitivity, worth
from hecon.evaluation.structural import FIVE_YEARS, YEAR, cases
from hecon.evaluation.study import (
    Terms,
    expected_loss,
    funded,
    people_served,
    study_cost,
    terms,
    years_to_results,
)
from hecon.evaluation.trial_information import at, information, kept
from hecon.inputs.errors import InputError
from hecon.inputs.parameters import read_parameters

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
    small, large, alike = table["evsi"]
    assert small < large
    assert alike < large
    error = np.hypot(table["evsi_error"].max(), limits.loc[FIGURES, "error"])
    assert large <= limits.loc[FIGURES, "value"] + 2.0 * error
    assert limits.loc[FIGURES, "value"] <= limits.loc[EFFECTS, "value"] + 2.0 * limits.loc[EFFECTS, "error"]
    assert limits.loc[EFFECTS, "value"] <= limits.loc[EVERYTHING, "value"] + 2.0 * limits.loc[EVERYTHING, "error"]


def test_regression_and_likelihood_agree(designs, found):
    values = found[ARMS, designs[0].outcomes].sel(perspective="society")
    apart = abs(values["evsi"] - values["evsi_likelihood"])
    assert (apart <= 3.0 * np.hypot(values["evsi_error"], values["evsi_likelihood_error"])).all()


def test_between_sizes_the_value_is_linear_in_the_logarithm(designs, found):
    values = found[ARMS, designs[0].outcomes]
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
        }
    )
    (row,) = best(table).itertuples()
    assert (row.people, row.least, row.most) == (1200, 600, 1200)


def test_terms_at_their_ends_move_the_best_trial(parameters, case, designs, found):
    moved = sensitivity(case, designs, found, parameters, "society").set_index(["parameter", "end"])
    assert moved.loc[("people_a_year", "high"), "enbs"] > moved.loc[("people_a_year", "low"), "enbs"]
    assert moved.loc[("trial_fixed_cost", "high"), "enbs"] < moved.loc[("trial_fixed_cost", "low"), "enbs"]
    assert moved.loc[("decision_lifetime", "low"), "at"] == pytest.approx(6.118, abs=1e-3)


def test_base_has_two_horizons(parameters):
    found = list(cases(parameters, ARMS, scenarios=["base"], draws=3, people=40, trial_people=60))
    assert [case.horizon for case in found] == [YEAR, FIVE_YEARS]
    assert found[0].benefit.dims == ("perspective", "draw", "strategy")

"""The next trial: designs, simulated data and their likelihood, against closed forms."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from scipy.special import ndtr
from scipy.stats import multivariate_normal

from hecon.evaluation.evsi import evsi, evsi_by_likelihood
from hecon.evaluation.next_trial import (
    AAP,
    DAYS,
    OUTCOMES,
    Design,
    asked,
    figures,
    log_likelihood,
    moments,
    simulated_trials,
    statistics,
)
from hecon.evaluation.voi import evpi
from hecon.inputs.errors import InputError
from hecon.inputs.parameters import read_parameters
from hecon.model.simulation import trace

ARMS = ("usual", "new")
USUAL, MI = "usual_case_management", "motivational_interviewing"


def exactly(mean, covariance, arms=ARMS):
    """Figures of a toy model: mean float64[draw, arm, outcome], the same covariance everywhere."""
    names = list(OUTCOMES)
    mean = np.asarray(mean, dtype=float)
    shape = (*mean.shape, len(names))
    dims = ("draw", "arm", "outcome", "other")
    of = xr.Dataset(
        {"mean": (dims[:3], mean), "covariance": (dims, np.broadcast_to(covariance, shape))},
        coords={"draw": np.arange(len(mean)), "arm": list(arms), "outcome": names, "other": names},
    )
    return of.expand_dims(weeks=[104])


def unit_normal_loss(gap):
    return np.exp(-0.5 * gap**2) / np.sqrt(2 * np.pi) - gap * ndtr(-gap)


@pytest.fixture(scope="module")
def normal():
    """A choice between nothing and a program that gains NOK 1 for each day it avoids; the days are normal."""
    draws, mean, sd, of_person = 600, -2.0, 4.0, 60.0
    rng = np.random.default_rng(11)
    days = mean + sd * rng.standard_normal(draws)
    level = 100.0 + 5.0 * rng.standard_normal(draws)
    means = np.zeros((draws, 2, 2))
    means[:, 0, 0], means[:, 1, 0] = level, level - days
    means[:, :, 1] = 0.2
    benefit = xr.DataArray(
        np.column_stack([np.zeros(draws), days]), dims=("draw", "strategy"), coords={"strategy": list(ARMS)}
    )
    of = exactly(means, np.diag([of_person**2, 0.16]))

    def closed(design):
        """Raiffa and Schlaifer: the spread of the posterior mean, and the unit normal loss integral."""
        noise = 2.0 * of_person**2 / design.effective_people
        spread = sd**2 / np.sqrt(sd**2 + noise)
        return spread * unit_normal_loss(abs(mean) / spread)

    return of, benefit, closed


def test_design_effect_by_hand():
    assert Design(ARMS, 400, 20, by_office=True, icc=0.02).design_effect == pytest.approx(1.0 + 19 * 0.02)
    assert Design(ARMS, 400, 20, by_office=True, icc=0.02).effective_people == pytest.approx(200 / 1.38)
    assert Design(ARMS, 400, 20, by_office=False, icc=0.02).design_effect == 1.0
    assert Design(ARMS, 400, 400, by_office=True, icc=0.5).design_effect == 1.0
    assert Design(ARMS, 400, 20, by_office=True, icc=0.05).of(800).people == 800


@pytest.mark.parametrize(
    ("wrong", "names"),
    [
        ({"arms": ("usual",)}, "arms"),
        ({"arms": ("usual", "usual")}, "arms"),
        ({"people": 3}, "people"),
        ({"offices": 0}, "offices"),
        ({"offices": 1, "by_office": True}, "offices"),
        ({"icc": 1.0}, "icc"),
        ({"weeks": 0}, "weeks"),
        ({"outcomes": ("pain",)}, "outcomes"),
        ({"outcomes": ()}, "outcomes"),
    ],
)
def test_designs_that_cannot_be(wrong, names):
    with pytest.raises(InputError, match=f"^{names}: "):
        Design(**({"arms": ARMS, "people": 400, "offices": 10} | wrong))


def test_moments_are_numpys():
    people = np.random.default_rng(3).normal(size=(4, 50, 2))
    mean, covariance = moments(people)
    for draw in range(4):
        np.testing.assert_allclose(mean[draw], people[draw].mean(axis=0))
        np.testing.assert_allclose(covariance[draw], np.cov(people[draw].T))


def test_likelihood_is_the_multivariate_normals():
    rng = np.random.default_rng(5)
    covariance = np.array([[9.0, 0.4], [0.4, 0.16]])
    of = exactly(rng.normal(size=(3, 2, 2)), covariance)
    design = Design(ARMS, 40, 4, by_office=True, icc=0.1)
    trials = simulated_trials(of, design, seed=1)
    found = log_likelihood(trials, of, design)
    for study in range(3):
        for draw in range(3):
            expected = sum(
                multivariate_normal.logpdf(
                    trials[study, arm], of["mean"].to_numpy()[0, draw, arm], covariance / design.effective_people
                )
                for arm in range(2)
            )
            assert found[study, draw] == pytest.approx(expected, rel=1e-9)


def test_simulated_trials_have_the_error_of_their_size():
    of = exactly(np.zeros((4000, 2, 2)), np.array([[3600.0, 6.0], [6.0, 0.16]]))
    design = Design(ARMS, 200)
    trials = simulated_trials(of, design, seed=2)
    np.testing.assert_allclose(np.cov(trials[:, 0].T), np.array([[36.0, 0.06], [0.06, 0.0016]]), rtol=0.15)
    assert abs(np.corrcoef(trials[:, 0, 0], trials[:, 1, 0])[0, 1]) < 4.0 / np.sqrt(4000)
    np.testing.assert_allclose(simulated_trials(of, Design(ARMS, 800), seed=2), trials / 2.0, rtol=1e-9)


def test_statistics_are_the_first_arm_and_the_differences():
    trials = np.array([[[100.0, 0.3], [90.0, 0.35]]])
    found = statistics(trials, Design(ARMS, 100))
    assert list(found.columns) == [
        f"{DAYS}, usual",
        f"{AAP}, usual",
        f"{DAYS}, new less usual",
        f"{AAP}, new less usual",
    ]
    np.testing.assert_allclose(found.to_numpy()[0], [100.0, 0.3, -10.0, 0.05])


@pytest.mark.parametrize("people", [400, 3000])
def test_value_is_that_of_the_normal_normal_closed_form(normal, people):
    of, benefit, closed = normal
    design = Design(ARMS, people)
    trials = simulated_trials(of, design, seed=7)
    by_regression = evsi(benefit, statistics(trials, design))
    by_likelihood = evsi_by_likelihood(benefit, log_likelihood(trials, of, design))
    for found in (by_regression, by_likelihood):
        assert float(found["value"]) == pytest.approx(closed(design), abs=3.0 * float(found["se"]) + 0.02)


def test_larger_trials_tell_more_and_offices_alike_tell_less(normal):
    of, benefit, _ = normal
    people = [Design(ARMS, n) for n in (300, 1200, 19200)]
    alike = Design(ARMS, 1200, 30, by_office=True, icc=0.1)
    values = [
        float(evsi(benefit, statistics(simulated_trials(of, design, seed=7), design))["value"])
        for design in [*people, alike]
    ]
    assert values[0] < values[1] < values[2] <= float(evpi(benefit)) + 1e-9
    assert values[3] < values[1]


def test_figures_are_those_of_the_people_followed():
    inputs = read_parameters().sample(3, seed=4)
    found = figures(inputs, (USUAL, MI), people=200, seed=20)
    stays = trace(inputs.block(0, 1), MI, people=200, weeks=104, seed=21)
    ever = stays.groupby("person")["state"].agg(lambda state: (state == "work_assessment_allowance").any())
    long = found.sel(weeks=104)
    share = float(long["mean"].sel(draw=0, arm=MI, outcome=AAP))
    assert share == pytest.approx(float(ever.mean()), abs=1e-12)
    variance = float(long["covariance"].sel(draw=0, arm=MI, outcome=AAP, other=AAP))
    assert variance == pytest.approx(share * (1.0 - share) * 200 / 199, rel=1e-9)
    days = long["mean"].sel(outcome=DAYS)
    assert ((days > 20.0) & (days < 520.0)).all()
    xr.testing.assert_identical(found, figures(inputs, (USUAL, MI), people=200, seed=20, threads=1))


def test_each_length_of_follow_up_has_its_own_figures():
    inputs = read_parameters().sample(2, seed=4)
    both = figures(inputs, (USUAL, MI), people=150, seed=20)
    alone = figures(inputs, (USUAL, MI), people=150, weeks=(52,), seed=20)
    xr.testing.assert_identical(both.sel(weeks=[52]), alone)
    stays = trace(inputs.block(0, 1), MI, people=150, weeks=52, seed=21)
    stays = stays[stays["weeks"] > 0]
    ever = stays.groupby("person")["state"].agg(lambda state: (state == "work_assessment_allowance").any())
    assert float(alone["mean"].sel(weeks=52, draw=0, arm=MI, outcome=AAP)) == pytest.approx(float(ever.mean()))
    assert (both["mean"].sel(weeks=104) > both["mean"].sel(weeks=52)).all()
    assert int(both["people"]) == 150


def test_a_length_that_was_not_followed_is_refused(normal):
    of, _, _ = normal
    short = Design(ARMS, 400, weeks=1)
    trials = simulated_trials(of, Design(ARMS, 400), seed=7)
    for ask in (
        lambda: simulated_trials(of, short),
        lambda: log_likelihood(trials, of, short),
        lambda: asked(of, short),
    ):
        with pytest.raises(InputError, match=r"^weeks: 1 were not followed: give one of 104, or make figures"):
            ask()
    for weeks in ((), (52, 52)):
        with pytest.raises(InputError, match=r"^weeks: "):
            figures(read_parameters().sample(2, seed=4), (USUAL, MI), people=50, weeks=weeks)


def test_an_arm_that_was_not_followed_is_refused():
    of = exactly(np.zeros((2, 2, 2)), np.eye(2))
    with pytest.raises(InputError, match=r"^arms: other"):
        simulated_trials(of, Design(("usual", "other"), 100))
    with pytest.raises(InputError, match="too few"):
        figures(read_parameters().sample(2, seed=4), (USUAL, MI), people=2)


def test_days_alone_tell_no_more_than_both(normal):
    of, _, _ = normal
    design = Design(ARMS, 400, outcomes=(DAYS,))
    trials = simulated_trials(of, design, seed=7)
    assert trials.shape[2] == 1
    assert isinstance(statistics(trials, design), pd.DataFrame)
    assert log_likelihood(trials[:5], of, design).shape == (5, 600)

"""Value of a study against the closed forms of the normal decision problem, and laws.

The problem is that of the vignette of the R package voi (Jackson C, Heath A; vignettes/voi.Rmd): two strategies, 0 and
p1 − p2, p1 normal of mean 1 and sd 1, p2 of mean 0 and sd 2. After n observations of one of them, its expectation is
normal with the variance that was resolved: prior variance squared over (prior variance + observation variance / n).
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from scipy.integrate import quad
from scipy.stats import norm

from hecon.evaluation.evsi import enbs, evsi, evsi_by_likelihood, population_total
from hecon.evaluation.voi import evpi, evppi
from hecon.inputs.errors import InputError

DRAWS, STUDIES = 3_000, 500
EXACT = {  # (of, sd of an observation): by number of observations
    ("p1", 1.0): {1: 0.0251272708300061, 10: 0.07232512026086235, 100: 0.08211760559711401},
    ("p1", 3.0): {5: 0.01165991983193937, 50: 0.06490209963840354, 1000: 0.0822363219492952},
    ("p2", 2.0): {1: 0.1996412283742457, 5: 0.33496888884233833, 50: 0.38866431947212865},
}
CASES = [(*key, count, value) for key, counts in EXACT.items() for count, value in counts.items()]


def _problem(seed=1):
    random = np.random.default_rng(seed)
    drawn = {"p1": 1.0 + random.standard_normal(DRAWS), "p2": 2.0 * random.standard_normal(DRAWS)}
    values = np.stack([np.zeros(DRAWS), drawn["p1"] - drawn["p2"]], axis=1)
    benefit = xr.DataArray(values, dims=("draw", "strategy"), coords={"strategy": ["now", "new"]})
    return random, drawn, benefit


def _log_likelihood(found, parameter, spread):
    return -0.5 * ((found[:, None] - parameter) / spread) ** 2


@pytest.mark.parametrize(("of", "sd", "count", "value"), CASES)
def test_closed_forms(of, sd, count, value):
    random, drawn, benefit = _problem(seed=int(count) + 1)
    prior = {"p1": 1.0, "p2": 2.0}[of]
    resolved = prior**2 / np.sqrt(prior**2 + sd**2 / count)
    assert value == pytest.approx(norm.cdf(1 / resolved) + resolved * norm.pdf(1 / resolved) - 1.0, rel=1e-10)

    spread = sd / np.sqrt(count)
    means = drawn[of] + spread * random.standard_normal(DRAWS)
    by_regression = evsi(benefit, pd.DataFrame({"mean": means}))
    assert abs(by_regression.value.item() - value) <= 2.5 * by_regression.se.item()
    by_likelihood = evsi_by_likelihood(benefit, _log_likelihood(means[:STUDIES], drawn[of], spread))
    assert abs(by_likelihood.value.item() - value) <= 2.5 * by_likelihood.se.item()
    assert max(by_regression.se.item(), by_likelihood.se.item()) < 0.1 * evpi(benefit).item()


def test_one_statistic_is_worth_what_it_is_as_a_parameter():
    random, drawn, benefit = _problem()
    statistics = pd.DataFrame({"x": drawn["p1"] + random.standard_normal(DRAWS), "y": drawn["p2"]})
    found = evsi(benefit, statistics)
    assert found.equals(evppi(benefit, statistics, [["x", "y"]]).isel(parameters=0, drop=True))


def test_study_that_tells_nothing_is_worth_nothing():
    _, _, benefit = _problem()
    found = evsi_by_likelihood(benefit, np.zeros((20, DRAWS)))
    assert found.value.item() == pytest.approx(0.0, abs=1e-12)
    assert found.effective.item() == pytest.approx(DRAWS)


def test_study_that_tells_the_draw_is_worth_perfect_information():
    _, _, benefit = _problem()
    certain = np.where(np.eye(DRAWS, dtype=bool), 0.0, -np.inf)
    found = evsi_by_likelihood(benefit, certain)
    assert found.value.item() == pytest.approx(evpi(benefit).item(), rel=1e-9)
    assert found.effective.item() == pytest.approx(1.0)
    assert not found.enough.item()


def test_posterior_by_hand():
    # Two draws; a study makes the first 3 times as likely as the second, another the reverse.
    values = xr.DataArray([[0.0, 4.0], [0.0, -8.0]], dims=("draw", "strategy"), coords={"strategy": ["now", "new"]})
    found = evsi_by_likelihood(values, np.log([[3.0, 1.0], [2.0, 6.0]]))
    # New is expected to give 3/4 * 4 - 1/4 * 8 = 1 after the first, -5 after the other, -2 now.
    assert found.value.item() == pytest.approx(0.5)
    assert found.effective.item() == pytest.approx(1.6)


def test_more_strategies_and_dimensions():
    random, drawn, benefit = _problem()
    p1, p2 = drawn["p1"], drawn["p2"]
    three = xr.DataArray(
        np.stack([np.zeros(DRAWS), p1 - p2, 2.0 * p1 - 1.5], axis=1),
        dims=("draw", "strategy"),
        coords={"strategy": ["now", "new", "bold"]},
    )
    stacked = xr.concat([three, -three], pd.Index(["x", "y"], name="payer"))
    found = evsi_by_likelihood(stacked, _log_likelihood(p1[:STUDIES] + random.standard_normal(STUDIES), p1, 1.0))
    assert found.value.dims == ("payer",)
    # After one observation the expectation of p1 is normal of mean 1 and variance 1/2.
    known, _ = quad(lambda m: max(0.0, m, 2.0 * m - 1.5) * norm.pdf(m, 1.0, np.sqrt(0.5)), -6.0, 8.0, points=[0.0, 1.5])
    assert abs(found.value.sel(payer="x").item() - (known - 1.0)) <= 2.5 * found.se.sel(payer="x").item()
    assert benefit.sizes["draw"] == DRAWS


def test_a_value_that_rests_on_few_draws_is_flagged():
    random, drawn, benefit = _problem()
    means = drawn["p1"][:STUDIES] + random.standard_normal(STUDIES)
    wide = evsi_by_likelihood(benefit, _log_likelihood(means, drawn["p1"], 1.0))
    narrow = evsi_by_likelihood(benefit, _log_likelihood(means, drawn["p1"], 0.001))
    assert wide.enough.item()
    assert not narrow.enough.item()
    assert narrow.effective.item() < 50.0 < wide.effective.item()


def test_constants_of_a_study_do_not_matter():
    random, drawn, benefit = _problem()
    logs = _log_likelihood(drawn["p1"][:50] + random.standard_normal(50), drawn["p1"], 1.0)
    lower = evsi_by_likelihood(benefit, logs - 5_000.0 * np.arange(50)[:, None])
    assert lower.value.item() == pytest.approx(evsi_by_likelihood(benefit, logs).value.item(), rel=1e-9)


def test_net_benefit_of_sampling():
    per_person = xr.DataArray([10.0, 15.0, 16.0], coords={"people": [100, 500, 2_000]})
    cost = xr.DataArray([20_000.0, 60_000.0, 210_000.0], coords={"people": [100, 500, 2_000]})
    assert list(enbs(per_person, 10_000.0, cost).to_numpy()) == [80_000.0, 90_000.0, -50_000.0]


@pytest.mark.parametrize(("rate", "start"), [(0.0, 0.0), (0.04, 0.0), (0.04, 2.5), (0.0, 3.0)])
def test_people_are_discounted_when_they_come(rate, start):
    by_quadrature, _ = quad(lambda year: 1_000.0 * (1.0 + rate) ** -year, start, 10.0)
    assert population_total(1_000.0, 10.0, rate, start) == pytest.approx(by_quadrature, rel=1e-9)


def test_a_decision_that_ends_before_the_results_is_about_nobody():
    assert population_total(1_000.0, 5.0, 0.04, 6.0) == 0.0


def test_what_cannot_be_told_is_refused():
    _, _, benefit = _problem()
    cases = [
        (
            lambda: evsi_by_likelihood(benefit, np.zeros((5, 7))),
            "log_likelihood: has the shape (5, 7); give [study, draw], studies of 3000 draws each",
        ),
        (
            lambda: evsi_by_likelihood(benefit, np.full((2, DRAWS), np.nan)),
            "log_likelihood: 2 studies are NaN, infinite, or impossible in every draw; mend them",
        ),
        (
            lambda: evsi(benefit, pd.DataFrame(index=range(DRAWS))),
            "statistics: has no column; give at least one statistic of the study",
        ),
        (
            lambda: population_total(-1.0, 5.0, 0.04),
            "per_year: -1.0 is not a finite number of at least 0; give one that is",
        ),
    ]
    for call, words in cases:
        with pytest.raises(InputError) as refusal:
            call()
        assert str(refusal.value) == words

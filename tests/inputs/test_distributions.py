"""Distributions against scipy's own and against the numbers they were reported by."""

import math
import re
import time

import numpy as np
import pytest
from scipy import stats

from hecon.inputs.distributions import from_reported

SPECS = [
    {"family": "normal", "mean": 3.0, "se": 0.5},
    {"family": "normal", "mean": 1.0, "ci95": [0.02, 1.98]},
    {"family": "lognormal", "median": 1.12, "log_sd": 0.316},
    {"family": "lognormal", "median": 1.2, "ci95": [0.9, 1.6]},
    {"family": "lognormal", "mean": 500.0, "se": 300.0},
    {"family": "gamma", "mean": 690.0, "se": 85.0},
    {"family": "gamma", "mean": 5000.0, "ci95": [1000.0, 12000.0]},
    {"family": "beta", "mean": 0.631, "se": 0.05},
    {"family": "beta", "events": 46, "total": 264},
    {"family": "uniform", "low": 0.8, "high": 1.2},
    {"family": "triangular", "low": 150.0, "mode": 600.0, "high": 7300.0},
    {"family": "triangular", "low": 0.0, "mode": 0.0, "high": 1.0},
    {"family": "triangular", "low": 0.0, "mode": 1.0, "high": 1.0},
]


def frozen(spec):  # noqa: PLR0911 - a case a family
    """The same distribution by scipy, from formulas written out here."""
    s = dict(spec)
    low, high = s.get("ci95", (None, None))
    match s["family"], set(s) - {"family"}:
        case "normal", _:
            return stats.norm(s["mean"], s["se"] if "se" in s else (high - low) / 3.92)
        case "lognormal", keys if "median" in keys:
            sd = s["log_sd"] if "log_sd" in s else (math.log(high) - math.log(low)) / 3.92
            return stats.lognorm(sd, scale=s["median"])
        case "lognormal", _:
            variance = math.log(1 + s["se"] ** 2 / s["mean"] ** 2)
            return stats.lognorm(math.sqrt(variance), scale=s["mean"] * math.exp(-variance / 2))
        case "gamma", _:
            se = s["se"] if "se" in s else (high - low) / 3.92
            return stats.gamma(s["mean"] ** 2 / se**2, scale=se**2 / s["mean"])
        case "beta", keys if "events" in keys:
            return stats.beta(s["events"], s["total"] - s["events"])
        case "beta", _:
            size = s["mean"] * (1 - s["mean"]) / s["se"] ** 2 - 1
            return stats.beta(s["mean"] * size, (1 - s["mean"]) * size)
        case "uniform", _:
            return stats.uniform(s["low"], s["high"] - s["low"])
    width = s["high"] - s["low"]
    return stats.triang((s["mode"] - s["low"]) / width, s["low"], width)


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: "-".join(map(str, spec.values())))
def test_quantiles_are_scipys(spec):
    u = np.array([1e-9, 0.001, 0.025, 0.3, 0.5, 0.77, 0.975, 0.999])
    ours, theirs = from_reported(spec), frozen(spec)
    np.testing.assert_allclose(ours.ppf(u), theirs.ppf(u), rtol=1e-9)
    assert ours.mean == pytest.approx(theirs.mean(), rel=1e-12)
    assert ours.median == pytest.approx(theirs.median(), rel=1e-9)


@pytest.mark.parametrize("spec", [s for s in SPECS if "se" in s], ids=lambda s: s["family"])
def test_moments_are_the_ones_reported(spec):
    u = (np.arange(400_000) + 0.5) / 400_000
    drawn = from_reported(spec).ppf(u)
    assert drawn.mean() == pytest.approx(spec["mean"], rel=1e-4)
    assert drawn.std() == pytest.approx(spec["se"], rel=2e-3)


def test_the_ends_of_a_reported_interval_are_its_quantiles():
    interval = [0.9, 1.6]
    spec = {"family": "lognormal", "median": math.sqrt(0.9 * 1.6), "ci95": interval}
    assert from_reported(spec).ppf([0.025, 0.975]) == pytest.approx(interval, rel=1e-5)
    spec = {"family": "normal", "mean": 5.0, "ci95": [3.0, 7.0]}
    assert from_reported(spec).ppf([0.025, 0.975]) == pytest.approx([3.0, 7.0], rel=1e-4)


def test_the_centre_is_the_mean_but_for_a_ratio_its_median():
    for spec in SPECS:
        drawn = from_reported(spec)
        assert drawn.centre == (drawn.median if "median" in spec else drawn.mean)
    assert from_reported({"family": "lognormal", "median": 1.12, "log_sd": 0.3}).mean > 1.12


@pytest.mark.parametrize(
    ("spec", "says"),
    [
        ({"family": "cauchy", "mean": 1}, "family 'cauchy' is not one of beta, gamma"),
        ({"mean": 1.0, "se": 1.0}, "family None is not one of"),
        ({"family": "gamma", "mean": 1, "sd": 1}, "give {mean, se} or {mean, ci95}"),
        ({"family": "gamma", "mean": 1, "se": 1, "ci95": [0, 2]}, "are not the keys"),
        ({"family": "gamma", "mean": 1, "se": 0}, "se 0.0 is not above 0"),
        ({"family": "gamma", "mean": 1, "se": True}, "se True is not a finite number"),
        ({"family": "gamma", "mean": 1, "se": math.inf}, "se inf is not a finite number"),
        ({"family": "normal", "mean": 1, "ci95": [2, 3]}, "does not contain 1.0"),
        ({"family": "normal", "mean": 1, "ci95": [2, 0]}, "does not contain 1.0"),
        ({"family": "normal", "mean": 1, "ci95": 2}, "ci95 2 is not an interval"),
        ({"family": "lognormal", "median": 1, "ci95": [0, 3]}, "low end 0.0 is not above 0"),
        ({"family": "beta", "mean": 0.5, "se": 0.5}, "no beta has mean 0.5 and se 0.5"),
        ({"family": "beta", "mean": 1.2, "se": 0.1}, "no beta has mean 1.2"),
        ({"family": "beta", "events": 0, "total": 9}, "0.0 events of 9.0 give no beta"),
        ({"family": "uniform", "low": 1, "high": 1}, "low 1.0 is not below high 1.0"),
        ({"family": "triangular", "low": 0, "mode": 2, "high": 1}, "the mode 2.0 lies outside"),
    ],
)
def test_what_gives_no_distribution_is_refused(spec, says):
    with pytest.raises(ValueError, match=re.escape(says)):
        from_reported(spec)


def test_a_thousand_draws_of_sixty_parameters_take_well_under_a_second():
    points = np.random.default_rng(1).random((60, 1000))
    made = [from_reported(SPECS[i % len(SPECS)]) for i in range(60)]
    start = time.perf_counter()
    for distribution, u in zip(made, points, strict=True):
        distribution.ppf(u)
    assert time.perf_counter() - start < 1

"""What is believed before the data: scales on which it is normal, and parameters to and from them."""

import math

import numpy as np
import pytest

from hecon.calibration.priors import EFFECTS, PRIORS, Prior, natural, on_scale

NAMES = [prior.name for prior in PRIORS]


@pytest.mark.parametrize("prior", PRIORS, ids=NAMES)
def test_priors_transforms_are_inverse_and_their_centre_is_the_mean(prior):
    grid = prior.mean + prior.sd * np.linspace(-3.0, 3.0, 13)
    np.testing.assert_allclose(prior.transform(prior.inverse(grid)), grid, rtol=1e-9, atol=1e-12)
    assert float(prior.inverse(np.array(prior.mean))) == pytest.approx(prior.centre, rel=1e-12)
    assert (np.diff(prior.inverse(grid)) > 0.0).all()


@pytest.mark.parametrize(
    ("scale", "mean", "words"),
    [
        ("identity", 0.25, "value normal around 0.25, SD 0.5"),
        ("log", math.log(0.25), "logarithm normal around 0.25, SD 0.5"),
        ("logit", math.log(1.0 / 3.0), "log odds normal around 0.25, SD 0.5"),
    ],
)
def test_a_prior_by_hand(scale, mean, words):
    prior = Prior("a", "A", "share", scale, 0.25, 0.5)
    assert prior.mean == pytest.approx(mean, rel=1e-14)
    assert prior.words == words


def test_standardised_parameters_by_hand():
    priors = [Prior("a", "A", "", "identity", 2.0, 0.5), Prior("b", "B", "", "log", 3.0, 0.2)]
    rows = np.array([[0.0, 0.0], [1.0, -2.0]])
    np.testing.assert_allclose(on_scale(rows, priors), [[2.0, math.log(3.0)], [2.5, math.log(3.0) - 0.4]], rtol=1e-14)
    found = natural(rows, priors)
    assert list(found) == ["a", "b"]
    assert found["a"].tolist() == [2.0, 2.5]
    np.testing.assert_allclose(found["b"], [3.0, 3.0 * math.exp(-0.4)], rtol=1e-14)


def test_priors_are_named_once_and_only_effects_are_centred_on_none():
    assert len(set(NAMES)) == len(NAMES)
    assert {prior.name for prior in PRIORS if prior.centre == 1.0 and prior.name.endswith("_ratio")} == set(EFFECTS)
    assert len(EFFECTS) == 6

"""Value of information against closed forms, quadrature and laws.

The normal decision problem of two strategies (0, and p1 − p2) is that of the vignette of the R package voi (Jackson C,
Heath A; vignettes/voi.Rmd). Its closed forms follow from the unit normal loss integral (Raiffa H, Schlaifer R. Applied
Statistical Decision Theory. Harvard University, 1961).
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import norm
from threadpoolctl import threadpool_limits

from hecon.evaluation.regression import Fit
from hecon.evaluation.voi import _known, evpi, evppi, expected_shortfall, foregone, perfect, precise
from hecon.inputs.errors import InputError

DRAWS = 4_000


def _value(mean, spread):
    """Of learning a net benefit that is normal, against 0."""
    return mean * norm.cdf(mean / spread) + spread * norm.pdf(mean / spread) - max(mean, 0.0)


def _benefit(*strategies):
    """Net benefit [draw, strategy] from one array a strategy."""
    values = np.stack(np.broadcast_arrays(*strategies), axis=1).astype(np.float64)
    return xr.DataArray(values, dims=("draw", "strategy"), coords={"strategy": list("ABCDEF")[: values.shape[1]]})


def _normal(count, columns, seed):
    return np.random.default_rng(seed).standard_normal((columns, count))


def _knowing(benefit, *columns):
    """EVPPI and its standard error of knowing the columns together."""
    names = [f"x{number}" for number in range(len(columns))]
    found = evppi(benefit, pd.DataFrame(dict(zip(names, columns, strict=True))), [names])
    return found.value.item(), found.se.item()


def _agrees(found, truth, errors=2.5):
    value, error = found
    return abs(value - truth) <= errors * error


# --- Closed forms --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mean", "spreads", "perfect", "each"),
    [
        # p1 of mean 1 and sd 1, less p2 of mean 0 and sd 2.
        (1.0, (1.0, -2.0), 0.4798107063483925, (0.0833154705876864, 0.39559311480261217)),
        # Both of mean 0.
        (0.0, (1.0, 2.0), 0.8920620580763856, (0.3989422804014327, 0.7978845608028654)),
    ],
)
def test_normal_decision_problem(mean, spreads, perfect, each):
    p1, p2 = _normal(DRAWS, 2, seed=11) * np.array(spreads)[:, None]
    benefit = _benefit(0.0, mean + p1 + p2)
    error = np.maximum(mean + p1 + p2, 0.0).std() / np.sqrt(DRAWS)
    assert evpi(benefit).item() == pytest.approx(perfect, abs=2.5 * error)
    found = evppi(benefit, pd.DataFrame({"p1": p1, "p2": p2}))
    for name, truth, spread in zip(("p1", "p2"), each, spreads, strict=True):
        assert truth == pytest.approx(_value(mean, abs(spread)), rel=1e-10)
        one = found.sel(parameters=name)
        assert _agrees((one.value.item(), one.se.item()), truth)
        assert one.se.item() < 0.05 * perfect
        assert one.enough.item()


def test_value_at_each_willingness_to_pay():
    # Effect p1, cost p2: at k the net benefit is normal of mean k and variance k² + 4.
    p1, p2 = _normal(DRAWS, 2, seed=12) * np.array([1.0, 2.0])[:, None] + np.array([1.0, 0.0])[:, None]
    wtp = np.array([1.0, 2.0, 3.0])
    benefit = xr.DataArray(wtp, coords={"wtp": wtp}) * _benefit(0.0, p1) - _benefit(0.0, p2)
    perfect = [0.4798107063483925, 0.3992824567484914, 0.40946341599383507]
    error = np.maximum(-benefit.sel(strategy="B"), 0.0).std("draw") / np.sqrt(DRAWS)
    assert (abs(evpi(benefit) - perfect) <= 2.5 * error).all()
    found = evppi(benefit, pd.DataFrame({"p1": p1, "p2": p2}))
    assert found.value.dims == ("parameters", "wtp")
    truth = [[_value(k, k) for k in wtp], [_value(k, 2.0) for k in wtp]]
    assert (abs(found.value - truth) <= 2.5 * found.se).all()


def test_pure_interaction():
    # Alone, neither of two standard normals tells the sign of their product; both do: E max(0, ab) = 1/π.
    a, b = _normal(DRAWS, 2, seed=13)
    benefit = _benefit(0.0, a * b)
    assert _agrees(_knowing(benefit, a), 0.0)
    assert _agrees(_knowing(benefit, b), 0.0)
    together = _knowing(benefit, a, b)
    assert _agrees(together, 1.0 / np.pi)
    assert together[0] == pytest.approx(evpi(benefit).item(), rel=0.02)


def test_correlated_parameters():
    # Net benefit a + b with correlation r: knowing a tells (1 + r) a; knowing both tells all.
    a, e = _normal(DRAWS, 2, seed=14)
    r = 0.7
    b = r * a + np.sqrt(1.0 - r**2) * e
    benefit = _benefit(0.0, a + b)
    assert _agrees(_knowing(benefit, a), _value(0.0, 1.0 + r))
    assert _agrees(_knowing(benefit, a, b), _value(0.0, np.sqrt(2.0 + 2.0 * r)))


def test_parameter_that_acts_through_another_alone():
    # c is not in the net benefit, only correlated with what is: it tells r c of it.
    a, e = _normal(DRAWS, 2, seed=15)
    c = 0.6 * a + 0.8 * e
    assert _agrees(_knowing(_benefit(0.0, a), c), _value(0.0, 0.6))


def test_discrete_parameter():
    # Two of four equally likely values are worth choosing it for, with 0.5 and 1: 1.5 / 4 in all.
    which = np.arange(DRAWS) % 4
    noise = _normal(DRAWS, 1, seed=16)[0]
    benefit = _benefit(0.0, np.array([-1.0, 0.5, -1.0, 1.0])[which] + noise)
    assert _agrees(_knowing(benefit, which), 0.375)


def test_more_than_two_strategies():
    x, e, f = _normal(DRAWS, 3, seed=17)
    curves = (lambda x: 0.0 * x, lambda x: np.exp(0.5 * x) - 1.5, lambda x: 0.5 * x**2 - 0.8)
    benefit = _benefit(*(curve(x) + noise for curve, noise in zip(curves, (0.0, e, 2.0 * f), strict=True)))
    known, _ = quad(lambda x: max(curve(x) for curve in curves) * norm.pdf(x), -9.0, 9.0, limit=200)
    now = max(0.0, np.exp(0.125) - 1.5, 0.5 - 0.8)
    assert _agrees(_knowing(benefit, x), known - now)


def test_step():
    x, e = _normal(DRAWS, 2, seed=18)
    benefit = _benefit(0.0, np.where(x > 1.0, 2.0, -0.5) + e)
    assert _agrees(_knowing(benefit, x), 2.0 * norm.sf(1.0))


def test_group_of_many_columns():
    # A calibrated block: 26 columns, of which one direction, and the product of two others, matter.
    x = _normal(1_200, 26, seed=19)
    one, two = x[:13].sum(axis=0) / np.sqrt(13.0), x[13:].sum(axis=0) / np.sqrt(13.0)
    found = _knowing(_benefit(0.0, one + 0.5 * one * two + two), *x)
    value = evpi(_benefit(0.0, one + 0.5 * one * two + two)).item()
    assert found[0] == pytest.approx(value, rel=0.05)


def test_parameter_that_plays_no_part():
    x, e = _normal(DRAWS, 2, seed=20)
    for mean in (0.0, 0.3):
        value, error = _knowing(_benefit(0.0, mean + e), x)
        assert value <= 2.0 * error
        assert value < 0.03 * _value(mean, 1.0)


def test_constant_parameter_is_worth_nothing():
    e = _normal(200, 1, seed=21)[0]
    assert _knowing(_benefit(0.0, e), np.full(200, 0.1)) == (0.0, 0.0)


def test_expected_shortfall_is_the_unit_normal_loss():
    lead, spread = np.array([0.0, 1.0, 0.5, 2.0]), np.array([1.0, 1.0, 2.0, 0.0])
    by_quadrature = [
        quad(lambda x, m=m, s=s: -min(x, 0.0) * norm.pdf(x, m, s), m - 12.0 * s, 0.0)[0]
        for m, s in zip(lead[:3], spread[:3], strict=True)
    ]
    assert expected_shortfall(lead, spread) == pytest.approx([*by_quadrature, 0.0], rel=1e-8)
    assert expected_shortfall(np.zeros(1), np.ones(1))[0] == pytest.approx(1.0 / np.sqrt(2.0 * np.pi))


# --- Hand-worked ---------------------------------------------------------------------------------


def test_perfect_information_by_hand():
    # Best in each draw: 3, 5, 4 (mean 4); best on average: B with 10/3.
    benefit = _benefit([3.0, 0.0, 1.0], [1.0, 5.0, 4.0])
    assert evpi(benefit).item() == pytest.approx(4.0 - 10.0 / 3.0)


def test_what_choosing_now_loses_has_perfect_information_for_its_mean():
    x = _normal(400, 3, seed=31)
    benefit = _benefit(*x)
    lost = foregone(benefit)
    assert lost.dims == ("draw",)
    assert (lost >= 0).all()
    assert lost.mean().item() == pytest.approx(evpi(benefit).item(), rel=1e-12)


def test_further_dimensions_are_carried_through():
    a, e = _normal(300, 2, seed=22)
    one = _benefit(0.0, a + e)
    both = xr.concat([one, 2.0 * one, 0.5 - one], pd.Index(["x", "y", "z"], name="perspective"))
    found = evppi(both.transpose("strategy", "perspective", "draw"), pd.DataFrame({"a": a, "e": e}), ["a", ("a", "e")])
    assert list(found.parameters.to_numpy()) == ["a", "a,e"]
    assert found.value.dims == found.enough.dims == ("parameters", "perspective")
    alone = evppi(0.5 - one, pd.DataFrame({"a": a}))
    assert found.value.sel(parameters="a", perspective="z").item() == pytest.approx(alone.value.item(), rel=1e-9)
    assert evpi(both).dims == ("perspective",)


# --- Laws ----------------------------------------------------------------------------------------


@st.composite
def _anything(draw):
    """Net benefits and columns of few draws, with ties and constants."""
    draws, strategies, columns = draw(st.integers(2, 30)), draw(st.integers(2, 4)), draw(st.integers(1, 3))
    number = st.one_of(st.integers(-2, 2).map(float), st.floats(-1e6, 1e6, allow_subnormal=False))

    def table(width):
        cells = draw(st.lists(number, min_size=draws * width, max_size=draws * width))
        return np.array(cells).reshape(draws, width)

    return table(strategies), table(columns)


@settings(max_examples=25)
@given(_anything())
def test_nothing_is_worth_less_than_0_or_more_than_knowing_everything(data):
    values, columns = data
    benefit = _benefit(*values.T)
    found = evppi(benefit, pd.DataFrame(columns, columns=[f"x{i}" for i in range(columns.shape[1])]))
    assert (found.value >= 0.0).all()
    assert (found.value <= evpi(benefit)).all()
    assert np.isfinite(found.se).all()
    assert (found.se >= 0.0).all()


def test_a_curve_that_overshoots_is_held_to_perfect_information():
    against = np.array([[[0.0, 0.0, 0.0, 0.0], [1.0, -2.0, 1.0, -2.0]]])
    fit = Fit(3.0 * against.reshape(2, 4), against.reshape(2, 4), np.full((2, 4), 0.5))
    assert _known(against, fit, perfect(against))["value"] == pytest.approx([0.5])


def test_what_strategies_share_is_worth_nothing():
    a, b, e = _normal(500, 3, seed=23)
    benefit = _benefit(0.0, a + e, b - 0.1)
    found = _knowing(benefit, a)
    assert _knowing(benefit + 1e3, a) == pytest.approx(found, rel=1e-6)
    shared = xr.DataArray(50.0 * a + 20.0 * e, dims="draw")
    assert _knowing(benefit + shared, a) == pytest.approx(found, rel=1e-6)
    assert evpi(benefit + shared).item() == pytest.approx(evpi(benefit).item(), rel=1e-9)


def test_value_scales_with_money():
    a, b, e = _normal(500, 3, seed=23)
    benefit = _benefit(0.0, a + e, b - 0.1)
    assert _knowing(1e5 * benefit, a) == pytest.approx(tuple(1e5 * part for part in _knowing(benefit, a)), rel=1e-6)


def test_order_of_strategies_does_not_matter():
    a, b, e = _normal(500, 3, seed=24)
    strategies = (np.zeros(500), a + e, b - 0.1)
    assert _knowing(_benefit(*strategies[::-1]), a) == pytest.approx(_knowing(_benefit(*strategies), a), rel=1e-9)


def test_same_bytes_on_any_threads():
    x = _normal(500, 5, seed=25)
    benefit = _benefit(0.0, x[0] * x[1] + x[2], x[3])
    parameters = pd.DataFrame(x.T, columns=list("abcde"))
    found = []
    for threads in (1, 2):
        with threadpool_limits(threads):
            found.append(evppi(benefit, parameters, ["a", ["a", "b", "c"]], threads=threads))
    assert found[0].identical(found[1])


# --- Are there draws enough? -----------------------------------------------------------------------


def test_few_draws_are_flagged():
    a, e = _normal(5_000, 2, seed=26)
    benefit = _benefit(0.0, a + e)
    assert evppi(benefit, pd.DataFrame({"a": a})).enough.item()
    few = evppi(benefit.isel(draw=slice(25)), pd.DataFrame({"a": a[:25]}))
    assert not few.enough.item()
    assert few.se.item() > 0.25 * evpi(benefit.isel(draw=slice(25))).item()


def test_many_columns_for_the_draws_are_flagged():
    x = _normal(300, 26, seed=27)
    parameters = pd.DataFrame(x.T, columns=[f"x{i}" for i in range(26)])
    found = evppi(_benefit(0.0, x.sum(axis=0) + 9.0 * x[0]), parameters, [list(parameters), ["x0"]])
    assert list(found.enough.to_numpy()) == [False, True]


@pytest.mark.parametrize(
    ("value", "error", "enough"),
    [
        (841.0, 722.0, False),  # of 28,772: small beside it, but the value may be nothing or twice itself
        (1_500.0, 722.0, True),
        (0.0, 722.0, False),
        (0.0, 100.0, True),  # told to be next to nothing
        (90.0, 100.0, True),
        (0.0, 0.0, True),
        (20_000.0, 7_500.0, False),  # told from 0, but vague
    ],
)
def test_an_error_is_small_beside_the_value_unless_that_is_next_to_nothing(value, error, enough):
    assert precise(np.array(value), np.array(error), np.array(28_772.0)) == enough


def test_a_value_that_draws_do_not_tell_from_0_is_flagged():
    a, e = _normal(100, 2, seed=30)
    found = evppi(_benefit(0.0, 0.3 * a + e), pd.DataFrame({"a": a}))
    limit = evpi(_benefit(0.0, 0.3 * a + e)).item()
    assert 0.5 * found.value.item() < found.se.item() < 0.25 * limit
    assert not found.enough.item()


def test_progress_is_told(capsys):
    a, e = _normal(100, 2, seed=28)
    evppi(_benefit(0.0, a), pd.DataFrame({"a": a, "e": e}), progress="Value of information")
    assert "Value of information" in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.parametrize("draws", [1_000, 5_000])
def test_standard_error_is_calibrated(draws):
    """Within two standard errors in about 90% of 60 samples or more, and no bias of half of one."""
    off = []
    for seed in range(60):
        a, e = _normal(draws, 2, seed=1_000 + seed)
        problems = [
            (_benefit(0.0, 1.0 + a - 2.0 * e), a, _value(1.0, 1.0)),
            (_benefit(0.0, 1.0 + a - 2.0 * e), e, _value(1.0, 2.0)),
            (_benefit(0.0, 0.3 + a + e), 0.6 * a + 0.8 * e, _value(0.3, 1.4)),
        ]
        found = [(*_knowing(benefit, column), truth) for benefit, column, truth in problems]
        off.append([(value - truth) / error for value, error, truth in found])
    off = np.array(off)
    # 90% less two standard errors of a share of 60.
    assert ((np.abs(off) <= 2.0).mean(axis=0) >= 0.9 - 2.0 * np.sqrt(0.9 * 0.1 / 60)).all()
    assert (np.abs(off) <= 2.0).mean() >= 0.9
    assert (np.abs(off.mean(axis=0)) <= 0.5).all()


# --- Refusals ------------------------------------------------------------------------------------


def test_what_cannot_be_told_is_refused():
    a, e = _normal(50, 2, seed=29)
    benefit, parameters = _benefit(0.0, a), pd.DataFrame({"a": a, "e": e})
    cases = [
        (lambda: evppi(benefit, parameters, ["b"]), "of: no parameter is called b; there are a, e"),
        (lambda: evppi(benefit, parameters, []), "of: names no parameter; give some of a, e"),
        (lambda: evppi(benefit, parameters, [[]]), "of: names no parameter; give some of a, e"),
        (lambda: evppi(benefit, parameters[:49]), "parameters: 49 rows for 50 draws; give one row for each draw"),
        (
            lambda: evppi(benefit, parameters.assign(e=np.nan)),
            "parameters: e is not finite in 50 draws; mend or drop those draws",
        ),
        (
            lambda: evppi(benefit, parameters.set_axis(["a", "a"], axis=1)),
            "parameters: two columns are called a; rename one",
        ),
        (lambda: evppi(benefit, parameters.assign(e="no")), "parameters: e holds no numbers; convert it or drop it"),
        (lambda: evpi(benefit.isel(draw=[0])), "benefit: one draw says nothing of what is unknown; give at least two"),
        (lambda: evpi(benefit / 0.0), "benefit: 100 of 100 values are not finite; mend or drop those draws"),
    ]
    for call, words in cases:
        with np.errstate(divide="ignore", invalid="ignore"), pytest.raises(InputError) as refusal:
            call()
        assert str(refusal.value) == words

"""Conditional expectations against closed forms, refits without a draw, and laws."""

from __future__ import annotations

import numpy as np
import pytest

from hecon.evaluation.regression import PENALTIES, _Smooth, reduced, regress


def _draws(count, columns, seed=1):
    return np.random.default_rng(seed).standard_normal((count, columns))


def _explained(truth, found):
    return 1.0 - ((found - truth) ** 2).mean() / truth.var()


def test_net_benefits_at_many_thresholds_are_few_targets():
    cost, effect = _draws(200, 3).T, _draws(200, 3, seed=2).T
    thresholds = np.linspace(0.0, 1e6, 30)
    values = (thresholds[:, None, None] * effect - cost + 7.0).reshape(-1, 200)
    targets = reduced(values)
    assert targets.basis.shape == (6, 200)
    assert targets.mix @ targets.basis + targets.mean[:, None] == pytest.approx(values, rel=1e-9, abs=1e-9)


def test_targets_without_spread_need_no_part():
    targets = reduced(np.array([[3.0, 3.0, 3.0], [1.0, 2.0, 3.0], [0.1, 0.1, 0.1]]))
    assert len(targets.basis) == 1
    assert targets.mean == pytest.approx([3.0, 2.0, 0.1])
    assert (targets.mix[[0, 2]] == 0.0).all()


def test_all_targets_may_be_constant():
    fit = regress(reduced(np.full((2, 30), 4.0)), _draws(30, 1))
    assert (fit.fitted == 4.0).all()
    assert (fit.left_out == 4.0).all()


def test_a_left_out_draw_is_predicted_as_a_fit_without_it_would():
    features, target = _draws(25, 4), _draws(1, 25, seed=2)
    target -= target.mean()
    smooth = _Smooth.of(features, target)
    for penalty in (3, 9, 15):
        for draw in (0, 11):
            rest = np.arange(25) != draw
            others, middle = features[rest], features[rest].mean(axis=0)
            # The penalty is per draw of the whole sample.
            gram = (others - middle).T @ (others - middle) + PENALTIES[penalty] * 25 * np.eye(4)
            slope = np.linalg.solve(gram, (others - middle).T @ target[0, rest])
            without = target[0, rest].mean() + (features[draw] - middle) @ slope
            assert target[0, draw] - smooth.missed[penalty, 0, draw] == pytest.approx(without, rel=1e-8)


def test_leverage_is_what_a_draw_adds_to_its_own_expectation():
    features, target = _draws(25, 4), _draws(1, 25, seed=2)
    target -= target.mean()
    nudged = target.copy()
    nudged[0, 5] += 1.0
    smooth, after = (_Smooth.of(features, of - of.mean()) for of in (target, nudged))
    # The mean, taken off before, rises by 1/25 itself.
    risen = after.fitted[:, 0, 5] - smooth.fitted[:, 0, 5] + 1.0 / 25.0
    assert smooth.leverage[:, 5] == pytest.approx(risen, abs=1e-12)


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        (1, lambda x: np.exp(x[0])),
        (1, lambda x: np.sin(2.0 * x[0])),
        (2, lambda x: x[0] * x[1]),
        (3, lambda x: x[0] * x[1] * x[2] + x[0]),
        (12, lambda x: x.sum(axis=0) + x[0] * x[1]),
    ],
)
def test_curves_and_products_are_seen(columns, expected):
    x = _draws(1_000, columns)
    truth = expected(x.T)
    fit = regress(reduced(truth[None] + 0.3 * truth.std() * _draws(1, 1_000, seed=2)), x)
    assert _explained(truth, fit.fitted[0]) > 0.9
    assert _explained(truth, fit.left_out[0]) > 0.85


def test_each_target_is_held_back_as_it_needs():
    x = _draws(800, 1)
    targets = np.stack([_draws(1, 800, seed=3)[0], np.sin(2.0 * x[:, 0])])
    fit = regress(reduced(targets), x)
    assert fit.leverage[0].sum() < 5.0 < fit.leverage[1].sum()


def test_a_curve_has_to_beat_the_mean():
    # Noise that grows with the column invites a curve through its ends.
    x, noise = _draws(800, 1), _draws(20, 800, seed=3)
    fit = regress(reduced(noise * x[:, 0]), x)
    flat = (fit.fitted == fit.fitted[:, :1]).all(axis=1)
    assert flat.mean() >= 0.8
    assert (fit.left_out[flat] == fit.fitted[flat]).all()
    assert (fit.leverage[flat] > 0.0).all()


def test_a_column_without_spread_says_nothing():
    x, target = _draws(300, 1), _draws(1, 300, seed=2)
    with_one = regress(reduced(target), np.hstack([x, np.full((300, 1), 0.3)]))
    assert (with_one.fitted == regress(reduced(target), x).fitted).all()
    none = regress(reduced(target), np.full((300, 1), 0.3))
    assert none.fitted == pytest.approx(np.full((1, 300), target.mean()))
    assert (none.leverage == 0.0).all()


def test_only_the_order_of_a_columns_values_counts_for_its_bumps():
    # A column and its cube have the same normal scores.
    x, target = _draws(300, 2), _draws(1, 300, seed=2)
    assert (regress(reduced(target), x).fitted == regress(reduced(target), x**3).fitted).all()


def test_scale_and_level_of_a_target_pass_through():
    x, target = _draws(300, 1), _draws(1, 300, seed=2)
    fit, other = regress(reduced(target), x), regress(reduced(1e6 * target - 5e7), x)
    assert other.fitted == pytest.approx(1e6 * fit.fitted - 5e7, rel=1e-9)

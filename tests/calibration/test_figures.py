"""Published and simulated figures: whitened distances, parts of the data, and the covariance of a trial's figures."""

import math
from dataclasses import replace

import numpy as np
import pytest

from hecon.calibration import figures as module
from hecon.calibration.figures import (
    DATE,
    MEAN_DAYS,
    Data,
    figures,
    figures_of,
    fitted_targets,
    long_run,
    trial_data,
    with_values,
)
from hecon.calibration.priors import PRIORS
from hecon.inputs.errors import InputError
from hecon.inputs.parameters import read_parameters, shipped_folder
from hecon.inputs.targets import ARMS, Target

NAMES = [prior.name for prior in PRIORS]
MEAN = np.array([prior.mean for prior in PRIORS])
SD = np.array([prior.sd for prior in PRIORS])
PEOPLE, SEED = 300, 5


def targets_of(*values):
    """Targets that only have a value."""
    about = dict.fromkeys(("arm", "statistic", "unit", "role", "source", "locator", "read"), "")
    return tuple(Target(name=str(value), value=value, **about) for value in values)


# Residuals


def test_residuals_of_unit_covariance_are_distances():
    data = Data(targets_of(1.0, 2.0, 3.0), ((np.arange(3), np.eye(3)),))
    np.testing.assert_array_equal(data.residuals(np.array([1.5, 2.0, 0.0])), [0.5, 0.0, -3.0])


def test_residuals_of_independent_figures_are_z_scores():
    data = Data(targets_of(1.0, 2.0), ((np.arange(2), np.diag([4.0, 0.25])),))
    np.testing.assert_allclose(data.residuals(np.array([3.0, 1.0])), [1.0, -2.0], rtol=1e-14)
    np.testing.assert_allclose(data.error, [2.0, 0.5], rtol=1e-14)


def test_residuals_of_correlated_figures_by_hand():
    # [[4, 2], [2, 5]] = L L' with L = [[2, 0], [1, 2]]; L z = (2, 5) gives z = (1, 2).
    data = Data(targets_of(10.0, 20.0), ((np.arange(2), np.array([[4.0, 2.0], [2.0, 5.0]])),))
    np.testing.assert_allclose(data.residuals(np.array([12.0, 25.0])), [1.0, 2.0], rtol=1e-14)


def test_residuals_of_many_rows_and_groups_out_of_order():
    random = np.random.default_rng(1)
    root = random.normal(size=(3, 3))
    first, second = np.array([4, 0, 2]), np.array([1, 3])
    groups = ((first, root @ root.T + np.eye(3)), (second, np.diag([4.0, 9.0])))
    data = Data(targets_of(*range(1, 6)), groups)
    given = random.normal(size=(6, 5))
    found = data.residuals(given)
    assert found.shape == (6, 5)
    distance = given - np.arange(1.0, 6.0)
    squares = sum(
        np.einsum("ri,ij,rj->r", distance[:, where], np.linalg.inv(covariance), distance[:, where])
        for where, covariance in groups
    )
    np.testing.assert_allclose(np.sum(found**2, axis=1), squares, rtol=1e-12)
    for row, expected in zip(given, found, strict=True):
        np.testing.assert_allclose(data.residuals(row), expected, rtol=1e-12)
    assert data.error[[1, 3]].tolist() == [2.0, 3.0]
    np.testing.assert_allclose(data.error[first], np.sqrt(np.diag(groups[0][1])))


def test_a_ratio_is_as_far_off_as_its_logarithm():
    ratio = replace(targets_of(1.25)[0], unit="hazard ratio")
    data = Data((*targets_of(1.25), ratio), ((np.array([0]), np.array([[0.25]])), (np.array([1]), np.array([[0.01]]))))
    given = np.array([[2.5, 2.5], [1.25, 1.25], [0.625, 0.625]])
    np.testing.assert_allclose(data.distances(given)[:, 0], [1.25, 0.0, -0.625], atol=1e-14)
    np.testing.assert_allclose(data.distances(given)[:, 1], [math.log(2.0), 0.0, -math.log(2.0)], atol=1e-14)
    found = data.residuals(given)
    np.testing.assert_allclose(found[:, 0], [2.5, 0.0, -1.25], atol=1e-14)
    np.testing.assert_allclose(found[:, 1], [10.0 * math.log(2.0), 0.0, -10.0 * math.log(2.0)], atol=1e-12)


# Parts of the data


@pytest.fixture
def four():
    """Four figures: the first, third and fourth vary together, the second on its own."""
    together = np.array([[4.0, 2.0, 1.0], [2.0, 5.0, 0.5], [1.0, 0.5, 9.0]])
    return Data(
        targets_of(10.0, 20.0, 30.0, 40.0), ((np.array([0, 2, 3]), together), (np.array([1]), np.array([[49.0]])))
    )


def test_the_covariance_of_all_figures_by_hand(four):
    expected = [[4.0, 0.0, 2.0, 1.0], [0.0, 49.0, 0.0, 0.0], [2.0, 0.0, 5.0, 0.5], [1.0, 0.0, 0.5, 9.0]]
    assert four.covariance.tolist() == expected
    assert four.error.tolist() == [2.0, 7.0, math.sqrt(5.0), 3.0]


def test_some_of_the_data_have_the_marginal_covariance(four):
    some = four.only([3, 1, 0])
    assert [target.value for target in some.targets] == [40.0, 20.0, 10.0]
    assert some.covariance.tolist() == [[9.0, 0.0, 1.0], [0.0, 49.0, 0.0], [1.0, 0.0, 4.0]]
    # Of (3, 7, 2) off, the first and last together weigh (9, 1, 4 inverted by hand) (36 - 12 + 36) / 35; the other 1.
    squares = np.sum(some.residuals(np.array([43.0, 27.0, 12.0])) ** 2)
    assert squares == pytest.approx((4.0 * 9.0 - 2.0 * 6.0 + 9.0 * 4.0) / 35.0 + 1.0, rel=1e-14)


def test_a_body_of_data_that_is_left_out_leaves_no_group(four):
    alone = four.only(np.array([1]))
    assert [positions.tolist() for positions, _ in alone.groups] == [[0]]
    assert alone.residuals(np.array([[34.0], [20.0]])).tolist() == [[2.0], [0.0]]


def test_all_of_the_data_are_the_data(four):
    given = np.random.default_rng(2).normal(size=(5, 4))
    np.testing.assert_array_equal(four.only(range(4)).residuals(given), four.residuals(given))


# The model's figures


@pytest.fixture(scope="module")
def base():
    return read_parameters(DATE, calibrated=False).base_case()


@pytest.fixture(scope="module")
def targets():
    return fitted_targets(shipped_folder())


def test_with_values_puts_parameters_in_at_key_0(base):
    rows = np.stack([MEAN, MEAN + 0.1 * SD, MEAN - SD])
    at = with_values(base, rows)
    assert len(at) == 3
    assert at.draw.tolist() == [0, 0, 0]
    assert at.points is None
    for column, prior in enumerate(PRIORS):
        np.testing.assert_allclose(prior.transform(at[prior.name]), rows[:, column], rtol=1e-9, atol=1e-12)
    assert at["discount_rate"].tolist() == [base["discount_rate"][0]] * 3
    with pytest.raises(TypeError):
        at.drawn["return_slope"] = np.zeros(3)


def test_with_values_of_some_parameters_leaves_the_others_where_they_were(base):
    slope = PRIORS[NAMES.index("return_slope")]
    fixed = replace(base, drawn={"frailty_sd": np.array([0.25])})
    at = with_values(fixed, np.array([[0.1]]), [slope])
    assert (at["return_slope"][0], at["frailty_sd"][0]) == (0.1, 0.25)


def test_figures_of_a_row_do_not_depend_on_the_others(base, targets):
    rows = np.stack([MEAN, MEAN + 0.5 * SD])
    both = figures(base, rows, targets, people=PEOPLE, seed=SEED, threads=1)
    again = figures(base, rows[1:], targets, people=PEOPLE, seed=SEED, threads=2)
    np.testing.assert_array_equal(both[1:], again)
    assert (both[0] != both[1]).any()


def test_long_run_figures_are_those_of_competing_exits(base, targets):
    row = MEAN.copy()
    for name, rate in (("aap_to_work", 0.3), ("aap_to_disability", 0.15), ("aap_to_unemployed", 0.05)):
        row[NAMES.index(name)] = math.log(rate)
    found = figures(base, row[None, :], targets, people=PEOPLE, seed=SEED, threads=None)[0]
    of = {target.statistic: value for target, value in zip(targets, found, strict=True)}
    assert of["aap_to_disability_rate"] == pytest.approx(0.15)
    assert of["aap_leavers_disability_share"] == pytest.approx(0.3)
    assert of["aap_leavers_work_share"] == pytest.approx(0.6)


def test_registers_need_no_more_than_the_rates():
    rates = {"aap_to_work": np.array([0.2]), "aap_to_disability": np.array([0.1]), "aap_to_unemployed": np.array([0.1])}
    found = {name: value.tolist() for name, value in long_run(rates).items()}
    assert found == {
        "aap_to_disability_rate": [0.1],
        "aap_leavers_disability_share": [0.25],
        "aap_leavers_work_share": [0.5],
    }


def test_mean_days_are_predicted_of_every_arm_and_are_no_data():
    assert [target.arm for target in MEAN_DAYS] == list(ARMS)
    assert {(target.statistic, target.role) for target in MEAN_DAYS} == {("benefit_days_mean", "check")}
    assert np.isnan([target.value for target in MEAN_DAYS]).all()


def test_a_figure_that_the_model_does_not_have_is_refused_in_one_line():
    target = replace(targets_of(1.0)[0], name="x", arm="all", statistic="none_such")
    with pytest.raises(InputError, match=r"targets\.toml: x: no figure none_such: choose among aap_to") as caught:
        figures_of([target], {}, {"aap_to_disability_rate": np.zeros(1)})
    assert len(caught.value.faults) == 1


# The covariance of a trial's figures

TRIALS = 300


@pytest.fixture(scope="module")
def large(base, targets):
    """The data at the priors' mean."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "TRIALS", TRIALS)
        return trial_data(base, MEAN, targets, people=2000, seed=SEED, threads=None)


def test_the_trial_is_one_body_of_data_and_each_register_figure_has_its_own_error(large, targets):
    seen = np.sort(np.concatenate([positions for positions, _ in large.groups]))
    np.testing.assert_array_equal(seen, np.arange(len(targets)))
    assert [len(positions) for positions, _ in large.groups] == [7 + 9 + 9 + 1, 1, 1, 1]
    for positions, covariance in large.groups:
        assert (np.linalg.eigvalsh(covariance) > 0.0).all()
        for i in positions:
            if targets[i].arm not in ARMS:
                assert large.error[i] == pytest.approx(targets[i].se)


def test_a_share_has_the_binomial_error_and_that_of_rounding(base, large, targets):
    at = figures(base, MEAN[None, :], targets, people=2000, seed=SEED, threads=None)[0]
    for i, target in enumerate(targets):
        if target.statistic in {"sustained_return", "no_benefit_day_365", "aap_entry"}:
            expected = at[i] * (1.0 - at[i]) / target.n + 0.01**2 / 12.0
            assert large.error[i] ** 2 == pytest.approx(expected, rel=4.0 * math.sqrt(2.0 / TRIALS))


def test_arms_vary_apart_but_a_hazard_ratio_with_both_of_its_arms(large, targets):
    arm = np.array([target.arm for target in targets])
    ratio = next(i for i, target in enumerate(targets) if target.is_ratio)
    correlation = large.covariance / np.outer(large.error, large.error)
    plain = [np.flatnonzero((arm == name) & (np.arange(len(arm)) != ratio)) for name in ARMS]
    for one in range(3):
        for other in range(one):
            between = correlation[np.ix_(plain[one], plain[other])]
            assert np.abs(between).max() < 4.5 / math.sqrt(TRIALS)
    returned = {target.arm: i for i, target in enumerate(targets) if target.statistic == "sustained_return"}
    assert correlation[ratio, returned["motivational_interviewing"]] > 0.2
    assert correlation[ratio, returned["usual_care"]] < -0.2


def test_a_register_figure_without_an_error_is_refused_in_one_line(base, targets):
    register = replace(targets[-1], se=None)
    with pytest.raises(InputError, match=rf"targets\.toml: {register.name} has no standard error: give se") as caught:
        trial_data(base, MEAN, (register,), people=PEOPLE, seed=SEED, threads=1)
    assert len(caught.value.faults) == 1

"""The fit: whitened residuals, priors, a small fit with the real machinery, and the block that is shipped."""

import math
import re
import shutil
import tomllib
from dataclasses import replace
from types import MappingProxyType

import numpy as np
import pytest
from tqdm import tqdm

from hecon.calibration import posterior
from hecon.calibration.posterior import DATE, Data, calibrate, figures, fitted_targets, trial_data, with_values
from hecon.calibration.priors import PRIORS, Prior
from hecon.inputs.errors import InputError
from hecon.inputs.parameters import read_parameters, shipped_folder
from hecon.inputs.targets import ARMS, Target, read_targets
from hecon.model.trial import emulate, statistics

NAMES = [prior.name for prior in PRIORS]
MEAN = np.array([prior.mean for prior in PRIORS])
SD = np.array([prior.sd for prior in PRIORS])
ROWS, PEOPLE, SEED = 40, 300, 5


def targets_of(*values):
    """Targets that only have a value."""
    about = dict.fromkeys(("arm", "statistic", "unit", "role", "source", "locator", "read"), "")
    return tuple(Target(name=str(value), value=value, **about) for value in values)


def on_scale(rows):
    """Rows of parameters on the priors' scales."""
    return np.stack([prior.transform(rows[:, column]) for column, prior in enumerate(PRIORS)], axis=1)


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
    found = data.residuals(np.array([[2.5, 2.5], [1.25, 1.25], [0.625, 0.625]]))
    np.testing.assert_allclose(found[:, 0], [2.5, 0.0, -1.25], atol=1e-14)
    np.testing.assert_allclose(found[:, 1], [10.0 * math.log(2.0), 0.0, -10.0 * math.log(2.0)], atol=1e-12)


# Priors


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


def test_priors_are_named_once_and_only_effects_are_centred_on_none():
    assert len(set(NAMES)) == len(NAMES)
    centred = {prior.name for prior in PRIORS if prior.centre == 1.0 and prior.name.endswith("_ratio")}
    assert centred == {name for name in NAMES if name.startswith(("early_contact", "motivational_content"))}


# The problem


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


def test_the_trial_is_one_body_of_data_and_each_registry_figure_has_its_own_error(base, targets, monkeypatch):
    monkeypatch.setattr(posterior, "TRIALS", 300)
    data = trial_data(base, MEAN, targets, people=2000, seed=SEED, threads=None)
    seen = np.sort(np.concatenate([positions for positions, _ in data.groups]))
    np.testing.assert_array_equal(seen, np.arange(len(targets)))
    assert [len(positions) for positions, _ in data.groups] == [7 + 9 + 9 + 1, 1, 1, 1]
    for positions, covariance in data.groups:
        assert (np.linalg.eigvalsh(covariance) > 0.0).all()
        for i in positions:
            if targets[i].se is not None and targets[i].arm not in ARMS:
                assert data.error[i] == pytest.approx(targets[i].se)
    # A share's error is the binomial one with rounding to a hundredth added.
    at = figures(base, MEAN[None, :], targets, people=2000, seed=SEED, threads=None)[0]
    for i, target in enumerate(targets):
        if target.statistic in {"sustained_return", "no_benefit_day_365", "aap_entry"}:
            expected = at[i] * (1.0 - at[i]) / target.n + 0.01**2 / 12.0
            assert data.error[i] ** 2 == pytest.approx(expected, rel=4.0 * math.sqrt(2.0 / 300))


# A small fit


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A fit by the real machinery with few people and steps, its block written to a copy of the folder."""
    folder = tmp_path_factory.mktemp("small") / "parameters"
    shutil.copytree(shipped_folder(), folder)
    for path in (folder / "calibrated").iterdir():
        path.unlink()
    with pytest.MonkeyPatch.context() as patch:
        for name, number in {"ITERATIONS": 2, "STARTS": 1, "SCREENED": 10, "TRIALS": 200}.items():
            patch.setattr(posterior, name, number)
        parameters = read_parameters(DATE, folder, calibrated=False)
        fit = calibrate(parameters, rows=ROWS, people=PEOPLE, seed=SEED)
        problem = posterior._Problem(parameters.base_case(), fit.targets, PEOPLE, SEED, None)
    return fit, problem, folder


def test_the_fit_lies_below_the_prior_mean(small):
    fit, problem, _ = small
    data = problem.data(fit.point)
    loss = np.sum(problem.residuals(np.stack([MEAN, fit.point]), data)[1] ** 2, axis=1)
    assert loss[1] < 0.5 * loss[0]


def test_the_fit_reports_the_figures_at_its_point(small):
    fit, problem, _ = small
    at = figures(problem.base, fit.point[None, :], fit.targets, people=PEOPLE, seed=SEED, threads=1)
    np.testing.assert_array_equal(fit.fitted, at[0])


def test_data_never_widen_a_prior(small):
    fit, _, _ = small
    assert (np.linalg.eigvalsh(fit.covariance) > 0.0).all()
    assert (fit.contraction > -1e-9).all()
    assert (fit.contraction < 1.0).all()


def test_descent_never_goes_uphill(small, monkeypatch):
    fit, problem, _ = small
    monkeypatch.setattr(posterior, "ITERATIONS", 1)
    data = problem.data(fit.point)
    with tqdm(disable=True) as bar:
        _, after = problem.descend(MEAN, data, bar)
    assert after <= np.sum(problem.residuals(MEAN[None, :], data)[1] ** 2)


def test_residuals_hold_the_data_and_the_priors(small):
    fit, problem, _ = small
    data = problem.data(fit.point)
    rows = np.stack([MEAN, MEAN + SD])
    _, values = problem.residuals(rows, data)
    assert values.shape == (2, len(fit.targets) + len(PRIORS))
    ends = values[:, -len(PRIORS) :]
    np.testing.assert_allclose(ends, [np.zeros(len(PRIORS)), np.ones(len(PRIORS))], atol=1e-12)


def test_a_parameter_that_is_seen_directly_is_recovered(small):
    """The rate from the allowance to a pension is itself a figure: normal prior and datum have a closed form."""
    _, problem, _ = small
    column = NAMES.index("aap_to_disability")
    seen = tuple(target for target in problem.targets if target.statistic == "aap_to_disability_rate")
    truth, error = 0.3, 0.003
    toy = posterior._Problem(problem.base, seen, 20, SEED, None)
    data = Data(targets_of(truth), ((np.array([0]), np.array([[error**2]])),))
    with tqdm(disable=True) as bar:
        point, _ = toy.descend(MEAN, data, bar)
    assert math.exp(point[column]) == pytest.approx(truth, abs=error)
    others = np.delete(np.arange(len(PRIORS)), column)
    np.testing.assert_allclose(point[others], MEAN[others], atol=1e-9)


def test_the_written_block_is_read_and_drawn_from(small):
    fit, _, folder = small
    parameters = read_parameters(DATE, folder)
    block = parameters.blocks["trial"]
    assert list(block.columns) == NAMES
    assert len(block.draws) == ROWS
    np.testing.assert_allclose(on_scale(block.point[None, :])[0], fit.point, atol=1e-4)
    assert parameters["return_slope"].grade == "calibrated"
    drawn = parameters.sample(200, seed=1)
    assert set(drawn["return_slope"]) <= set(block.draws[:, NAMES.index("return_slope")])
    assert parameters.base_case()["frailty_sd"][0] == block.point[NAMES.index("frailty_sd")]


def test_the_recipe_says_how_it_was_made_and_that_it_is_provisional(small):
    fit, _, folder = small
    recipe = read_parameters(DATE, folder).calibration["trial"]
    assert recipe["status"] == "provisional"
    assert (recipe["rows"], recipe["people"], recipe["seed"]) == (ROWS, PEOPLE, SEED)
    assert recipe["command"] == f"hecon calibrate --rows {ROWS} --people {PEOPLE} --seed {SEED}"
    assert recipe["statute"] == DATE.isoformat()
    assert set(recipe["fit"]) == {target.name for target in fit.targets}
    for target, value, error in zip(fit.targets, fit.fitted, fit.error, strict=True):
        assert recipe["fit"][target.name] == pytest.approx([target.value, value, error], rel=6e-3)


def test_columns_that_the_data_hardly_move_are_called_prior_driven(small):
    fit, _, folder = small
    columns = tomllib.loads((folder / "calibrated" / "trial.toml").read_text(encoding="utf-8"))["columns"]
    assert list(columns) == NAMES
    assert 0 < sum(fit.contraction < 0.2) < len(PRIORS)
    for prior, contraction in zip(PRIORS, fit.contraction, strict=True):
        told = columns[prior.name]["prior"]
        assert told.startswith(f"Prior: {prior.words}. The data took {contraction:.0%} of that SD")
        assert told.endswith("prior-driven") == (contraction < 0.2)


def test_rows_stand_in_the_order_of_predicted_days(small):
    _, _, folder = small
    parameters = read_parameters(DATE, folder)
    rows = on_scale(parameters.blocks["trial"].draws)
    days = posterior._usual_days(parameters.base_case(), rows, SEED, None)
    assert days[-1] > days[0] + 5.0
    assert np.diff(days).min() > -0.1  # six digits are written, and a person in 2,000 may cross a week by the seventh


def test_the_same_seed_fits_and_writes_the_same(small, tmp_path, monkeypatch):
    fit, _, folder = small
    copy = tmp_path / "parameters"
    shutil.copytree(folder, copy)
    for name, number in {"ITERATIONS": 2, "STARTS": 1, "SCREENED": 10, "TRIALS": 200}.items():
        monkeypatch.setattr(posterior, name, number)
    again = calibrate(read_parameters(DATE, copy, calibrated=False), rows=ROWS, people=PEOPLE, seed=SEED, threads=1)
    np.testing.assert_array_equal(again.point, fit.point)
    for name in ("trial.csv", "trial.toml"):
        assert (copy / "calibrated" / name).read_bytes() == (folder / "calibrated" / name).read_bytes()


def test_a_block_of_no_rows_is_refused_before_it_is_fitted_and_leaves_the_old_one(small, tmp_path, monkeypatch):
    copy = tmp_path / "parameters"
    shutil.copytree(small[2], copy)
    for name, number in {"ITERATIONS": 1, "STARTS": 1, "SCREENED": 2, "TRIALS": 100}.items():
        monkeypatch.setattr(posterior, name, number)
    with pytest.raises(InputError, match="rows: 0"):
        calibrate(read_parameters(DATE, copy, calibrated=False), rows=0, people=PEOPLE, seed=SEED)
    assert len(read_parameters(DATE, copy).blocks["trial"].draws) == ROWS


def test_draws_have_the_fits_mean_and_covariance_and_a_cumulative_hazard():
    random = np.random.default_rng(1)
    root = random.normal(size=(len(PRIORS), len(PRIORS))) * 0.1
    fit = posterior.Fit(MEAN, root @ root.T + 0.01 * np.eye(len(PRIORS)), (), np.empty(0), np.empty(0))
    rows = 20_000
    draws = posterior._draws(fit, rows, seed=3)
    error = np.sqrt(np.diag(fit.covariance) / rows)
    assert (np.abs(draws.mean(axis=0) - MEAN) < 4.5 * error).all()
    variance = np.diag(fit.covariance)
    spread = np.sqrt((fit.covariance**2 + np.outer(variance, variance)) / rows)
    assert (np.abs(np.cov(draws.T) - fit.covariance) < 5.0 * spread).all()
    steep = MEAN.copy()
    steep[NAMES.index("return_slope")] = -0.8
    cut = posterior._draws(posterior.Fit(steep, fit.covariance, (), np.empty(0), np.empty(0)), 500, seed=3)
    assert cut.shape == (500, len(PRIORS))
    assert cut[:, NAMES.index("return_slope")].min() > -0.9


# The block that is shipped


@pytest.fixture(scope="module")
def shipped():
    return read_parameters(DATE)


def test_the_shipped_block_has_enough_rows_and_says_so(shipped):
    block, recipe = shipped.blocks["trial"], shipped.calibration["trial"]
    assert list(block.columns) == NAMES
    assert len(block.draws) == recipe["rows"] >= 1000
    assert len(np.unique(block.draws, axis=0)) == len(block.draws)
    assert recipe["status"] == "provisional"


def test_the_shipped_recipe_was_fitted_to_the_targets_that_stand_there_now(shipped):
    recipe = shipped.calibration["trial"]["fit"]
    published = {target.name: target.value for target in fitted_targets(shipped.folder)}
    assert {name: row[0] for name, row in recipe.items()} == pytest.approx(published)


def test_the_shipped_recipe_uses_the_priors_that_stand_there_now(shipped):
    for prior in PRIORS:
        column = shipped.blocks["trial"].about.columns[prior.name]
        assert column.prior.startswith(f"Prior: {prior.words}. ")
        assert (column.label, column.unit) == (prior.label, prior.unit)


@pytest.mark.parametrize("prior", PRIORS, ids=NAMES)
def test_shipped_draws_are_as_wide_as_their_recipe_says(shipped, prior):
    block = shipped.blocks["trial"]
    column = block.columns.index(prior.name)
    draws, point = prior.transform(block.draws[:, column]), prior.transform(block.point[column])
    told = block.about.columns[prior.name].prior
    taken = int(re.search(r"took (-?\d+)%", told).group(1)) / 100.0
    sd = draws.std(ddof=1)
    assert 1.0 - sd / prior.sd == pytest.approx(taken, abs=0.005 + 4.0 * (1.0 - taken) / math.sqrt(2 * len(draws)))
    assert abs(draws.mean() - point) < 4.0 * sd / math.sqrt(len(draws))
    if taken != 0.2:
        assert told.endswith("prior-driven") == (taken < 0.2)


def test_shipped_rows_stand_in_the_order_of_predicted_days(shipped):
    recipe = shipped.calibration["trial"]
    rows = on_scale(shipped.blocks["trial"].draws)[::100]
    days = posterior._usual_days(shipped.base_case(), rows, recipe["seed"], None)
    assert days[-1] > days[0] + 5.0
    assert np.diff(days).min() > -0.1


def usual_care():
    """The seven figures of usual care."""
    return [target for target in read_targets(shipped_folder()) if target.arm == "usual_care" and target.role == "fit"]


@pytest.mark.parametrize("target", usual_care(), ids=lambda target: target.statistic)
def test_the_shipped_point_reaches_usual_care_as_its_recipe_says(shipped, target):
    published, fitted, error = shipped.calibration["trial"]["fit"][target.name]
    assert published == target.value
    assert abs(fitted - published) < 2.0 * error


@pytest.fixture(scope="module")
def now(shipped):
    """The figures of usual care simulated at the shipped point with another seed than the fit's."""
    inputs = shipped.base_case()
    at = with_values(inputs, on_scale(shipped.blocks["trial"].point[None, :]))
    assert isinstance(at.drawn, MappingProxyType)
    return statistics(emulate(at, "usual_care", people=5000, seed=shipped.calibration["trial"]["seed"] + 1))


@pytest.mark.parametrize("target", usual_care(), ids=lambda target: target.statistic)
def test_the_shipped_point_reaches_usual_care_as_simulated_now(shipped, now, target):
    error = shipped.calibration["trial"]["fit"][target.name][2]
    assert abs(now[target.statistic][0] - target.value) < 2.0 * error


def test_the_shipped_recipe_holds_what_the_model_gives_now(shipped):
    """A change of the model after the fit shows here: the recipe's figures within their Monte Carlo error."""
    recipe = shipped.calibration["trial"]
    targets = fitted_targets(shipped.folder)
    point = on_scale(shipped.blocks["trial"].point[None, :])
    people = 20_000
    found = figures(shipped.base_case(), point, targets, people=people, seed=recipe["seed"], threads=None)[0]
    for target, value in zip(targets, found, strict=True):
        _, fitted, error = recipe["fit"][target.name]
        chance = 0.0 if target.n is None and target.arm == "all" else error * math.sqrt((target.n or 250) / people)
        assert abs(value - fitted) < 3.0 * chance + 1e-3 * abs(fitted), target.name

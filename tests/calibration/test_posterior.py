"""The posterior of toys with closed forms, and what is told of one: contraction, the emulator's error, weights."""

import math
from dataclasses import replace

import numpy as np
import pytest
from tqdm import tqdm

from hecon.calibration import posterior, sampling
from hecon.calibration.emulator import Emulator
from hecon.calibration.figures import DATE, MEAN_DAYS, Data, fitted_targets
from hecon.calibration.posterior import Calibration, Posterior, Stage, calibrate, calibration, draw, run_model
from hecon.calibration.priors import EFFECTS, PRIORS, Prior
from hecon.inputs.errors import InputError
from hecon.inputs.parameters import read_parameters
from hecon.inputs.targets import ARMS, Target
from hecon.model.checkpoint import Checkpoint
from hecon.model.trial import Arm

ABOUT = dict.fromkeys(("unit", "role", "source", "locator", "read"), "")
SLOPE = Prior("return_slope", "Slope", "exponent", "identity", 0.3, 0.4)
RATE = Prior("aap_to_disability", "To pension", "per year", "identity", 0.17, 0.05)
UNSEEN = Prior("relapse_decay", "Decay", "exponent", "identity", 0.8, 0.4)


def nothing_kept():
    return Checkpoint(None, tqdm(disable=True))


def target(name, value, arm="all", statistic="aap_to_disability_rate"):
    return Target(name=name, value=value, arm=arm, statistic=statistic, **ABOUT)


def problem_of(priors, targets, seed=3):
    """A problem of which nothing is asked that needs the model."""
    return Calibration(None, tuple(priors), (*targets, *MEAN_DAYS), 100, seed, 1)


# The density


@pytest.fixture
def two():
    """Two figures that vary together, 2 x and x + y of two parameters; the second parameter may be any number."""
    targets = (target("a", 1.0), target("b", -1.0))
    data = Data(targets, ((np.arange(2), np.array([[4.0, 2.0], [2.0, 5.0]])),))
    problem = problem_of([SLOPE, UNSEEN], targets)

    def emulator(rows):
        x, y = rows.T
        return np.stack([2.0 * x, x + y, *[np.full(len(rows), np.nan)] * len(MEAN_DAYS)], axis=1)

    return problem, data, emulator


def test_the_density_is_the_likelihood_and_the_prior_by_hand(two):
    problem, data, emulator = two
    density = problem.density(emulator, data, lambda rows: rows)
    rows = np.array([[0.0, 0.0], [0.5, -1.0], [2.0, 1.5]])
    expected = []
    for z, w in rows:
        x, y = 0.3 + 0.4 * z, 0.8 + 0.4 * w
        a, b = 2.0 * x - 1.0, x + y + 1.0
        likelihood = (5.0 * a**2 - 4.0 * a * b + 4.0 * b**2) / 16.0  # the inverse of [[4, 2], [2, 5]]
        expected.append(-0.5 * (likelihood + z**2 + w**2))
    np.testing.assert_allclose(density(rows), expected, rtol=1e-12)


def test_a_wider_prior_weighs_less(two):
    problem, data, emulator = two
    rows = np.array([[0.5, -1.0]])
    own = problem.density(emulator, data, lambda rows: rows)(rows)
    wide = problem.density(emulator, data, lambda rows: rows / [2.0, 1.0])(rows)
    assert wide[0] - own[0] == pytest.approx(0.5 * (0.5**2 - 0.25**2), rel=1e-12)


def test_part_of_the_data_is_the_likelihood_of_that_part(two):
    problem, data, emulator = two
    some = problem.density(emulator, data.only([1]), lambda rows: 0.0 * rows)
    x, y = 0.3, 0.8
    assert some(np.zeros((1, 2)))[0] == pytest.approx(-0.5 * (x + y + 1.0) ** 2 / 5.0, rel=1e-12)


def test_where_return_has_no_cumulative_hazard_the_density_is_zero_and_the_emulator_not_asked(two):
    problem, data, emulator = two
    asked = []

    def watched(rows):
        asked.append(rows[:, 0].min())
        return emulator(rows)

    edge = (-0.9 - 0.3) / 0.4
    rows = np.array([[edge - 1e-9, 0.0], [edge + 1e-9, 0.0], [-9.0, 0.0]])
    assert np.isfinite(problem.density(watched, data, lambda rows: rows)(rows)).tolist() == [False, True, False]
    assert min(asked) > -0.9
    assert problem_of([UNSEEN], []).inside(np.array([[-50.0]])).all()


def test_a_register_rate_seen_directly_has_the_conjugate_posterior(monkeypatch):
    """A normal prior of SD 0.05 around 0.17 and a figure of 0.2 with standard error 0.02; the other sees nothing."""
    monkeypatch.setattr(sampling, "WALKERS", 20)
    seen = (target("seen", 0.2),)
    problem = problem_of([RATE, UNSEEN], seen)
    emulator = Emulator(problem.priors, seen, (), {"aap_to_work": 0.2, "aap_to_unemployed": 0.08})
    data = Data(seen, ((np.array([0]), np.array([[0.02**2]])),))
    nothing = np.empty((0, 2)), np.empty((0, 1)), np.zeros(1)
    stage = Stage(data, np.zeros(2), np.diag([0.4, 1.0]), np.eye(2), *nothing, emulator)
    sizes = {"ensembles": 2, "burn": 100, "steps": 300}
    chains = draw(problem, stage, data, problem.spread(), nothing_kept(), "toy", **sizes)
    precision = 1.0 / 0.05**2 + 1.0 / 0.02**2
    mean = (0.17 / 0.05**2 + 0.2 / 0.02**2) / precision
    size = chains.effective_size
    assert size.min() > 300.0
    rate, decay = (chains.draws.reshape(-1, 2) * [0.05, 0.4] + [0.17, 0.8]).T
    for values, centre, sd, count in ((rate, mean, precision**-0.5, size[0]), (decay, 0.8, 0.4, size[1])):
        assert values.mean() == pytest.approx(centre, abs=4.5 * sd / math.sqrt(count))
        assert values.std() == pytest.approx(sd, rel=4.5 / math.sqrt(2.0 * count))
    assert abs(np.corrcoef(rate, decay)[0, 1]) < 4.5 / math.sqrt(size.min())


# What is fitted


@pytest.fixture(scope="module")
def parameters():
    return read_parameters(DATE, calibrated=False)


def test_every_prior_and_every_target_is_fitted_and_mean_days_are_predicted(parameters):
    problem = calibration(parameters, people=100, seed=1, threads=None)
    assert problem.priors == PRIORS
    assert problem.fitted == fitted_targets(parameters.folder)
    assert problem.targets[len(problem.fitted) :] == MEAN_DAYS


def test_what_a_scenario_or_an_overlay_gives_is_not_fitted(parameters):
    fixed = parameters.with_scenario("frailty_off").overlay({"early_first_attendance": 0.31})
    problem = calibration(fixed, people=100, seed=1, threads=None)
    gone = {prior.name for prior in PRIORS} - {prior.name for prior in problem.priors}
    assert gone == {"frailty_sd", "early_first_attendance"}
    assert (problem.inputs["frailty_sd"][0], problem.inputs["early_first_attendance"][0]) == (0.0, 0.31)


def test_wider_priors_are_those_of_the_effects(parameters):
    problem = calibration(parameters, people=100, seed=1, threads=None)
    spread = dict(zip([prior.name for prior in problem.priors], problem.spread(2.0, 1.3), strict=True))
    assert {name for name, sd in spread.items() if sd == 2.0} == set(EFFECTS)
    assert sorted(set(spread.values())) == [1.3, 2.0]
    assert problem.spread().tolist() == [1.0] * len(PRIORS)


@pytest.mark.parametrize(
    ("options", "line"),
    [
        ({"rows": 9}, "rows: 9 is too few for a calibration: give 10 or more"),
        ({"people": 99}, "people: 99 is too few for a calibration: give 100 or more"),
    ],
)
def test_a_calibration_too_small_to_mean_anything_is_refused_in_one_line(parameters, monkeypatch, options, line):
    monkeypatch.setattr(posterior, "emulated", lambda *_: pytest.fail("it began"))
    with pytest.raises(InputError) as caught:
        calibrate(parameters, checkpoint=None, **options)
    assert caught.value.faults == (line,)


# The luck of all runs


def test_the_offset_is_how_far_the_one_luck_of_all_runs_is_from_the_mean_of_others(parameters, monkeypatch):
    """Days of all are 40 with the luck of the runs, 50 with the first other one, 51 with the second, and so on."""
    asked = []

    def emulate(inputs, arm, *, people, seed, threads):
        asked.append((arm, people, seed, threads, inputs["return_slope"].tolist()))
        days = np.where(inputs.draw == 0, 40.0, 49.0 + inputs.draw)[:, None] * np.ones(4)
        week = np.ones((len(inputs), 4)) * [1.0, 2.0, 3.0, 4.0]
        return Arm(days=days, weeks=week, returned=1.0 + 0.0 * week, no_benefit=week, entered_aap=week, sessions=week)

    monkeypatch.setattr(posterior, "KEYS", 5)
    monkeypatch.setattr(posterior, "emulate", emulate)
    monkeypatch.setattr("hecon.calibration.figures.emulate", emulate)
    problem = calibration(parameters, people=100, seed=7, threads=1)
    point = np.zeros(len(PRIORS))
    point[[prior.name for prior in PRIORS].index("return_slope")] = 1.0
    offset = dict(zip([one.name for one in problem.targets], problem.offset(point), strict=True))
    for arm in ARMS:
        assert offset[f"{arm}.benefit_days.mean"] == pytest.approx(52.0 - 40.0)
        assert offset[f"{arm}.aap_entry"] == pytest.approx(0.0, abs=1e-12)
    assert offset["aap_to_disability_rate"] == pytest.approx(0.0, abs=1e-12)
    assert sorted(len(slopes) for *_, slopes in asked) == [1, 1, 1, 5, 5, 5]
    assert all(slope == pytest.approx(0.7) for *_, slopes in asked for slope in slopes)
    assert {(people, seed, threads) for _, people, seed, threads, _ in asked} == {(100, 7, 1)}


# Where the model is run


def test_rows_are_run_chunk_by_chunk_in_their_order(monkeypatch):
    monkeypatch.setattr(posterior, "CHUNK", 4)
    chunks = []

    class Toy(Calibration):
        def figures(self, rows):
            chunks.append(len(rows))
            return 2.0 * rows

    toy = Toy(None, (SLOPE,), MEAN_DAYS, 100, 1, 1)
    rows = np.arange(10.0)[:, None]
    np.testing.assert_array_equal(run_model(toy, rows, nothing_kept(), "runs"), 2.0 * rows)
    assert chunks == [4, 4, 2]


def test_runs_fill_the_normal_around_the_fit_where_the_model_can_be_run():
    root = np.array([[0.5, 0.0], [0.3, 0.4]])
    centre = np.array([-2.0, 1.0])
    problem = problem_of([SLOPE, UNSEEN], [])
    rows = posterior._around(centre, root, 400, problem)
    assert rows.shape == (400, 2)
    assert problem.inside(rows).all()
    assert rows[:, 0].min() < -2.8  # the edge, -3, is near
    free = posterior._around(centre, root, 400, problem_of([RATE, UNSEEN], []))
    np.testing.assert_allclose(free.mean(axis=0), centre, atol=0.01)  # a random sample would be off by 0.025
    np.testing.assert_allclose(np.cov(free.T), root @ root.T, atol=0.02)


# The row that is the base case


def test_the_base_case_is_the_row_nearest_to_the_mean_in_parameters_and_twice_as_much_in_figures():
    figures = np.array([[50.0, 0.1], [60.0, 0.2], [70.0, 0.3], [60.0, 0.2]])
    # Squares from the mean over the variance: in the parameter 0.09, 2.17, 0.35, 1.39; in each figure 2, 0, 2, 0.
    draws = np.array([[0.5], [1.3], [-0.1], [-0.5]])
    assert posterior._central(draws, figures) == 3
    assert posterior._central(draws, np.ones((4, 2))) == 0
    # Rows 0 and 3 lie 0 and 1.98 off in parameter and figure, rows 1 and 2 lie 2 and 0.02 off: the weight decides.
    nearer = np.array([[0.0], [1.0], [-1.0], [0.0]]), np.array([[1.0], [0.1], [-0.1], [-1.0]])
    assert posterior._central(*nearer) == 1


# What is told of a posterior


@pytest.fixture
def told():
    """Four rows of two parameters, one figure with standard error 2; three rows were checked."""
    figure = (target("a", 10.0),)
    draws = np.array([[-1.0, 0.1], [0.0, 0.2], [0.0, 0.3], [1.0, 0.4]])
    emulated = np.array([[10.0, 99.0], [12.0, 99.0], [14.0, 99.0], [16.0, 99.0]])
    return Posterior(
        priors=(RATE, UNSEEN),
        targets=(*figure, MEAN_DAYS[0]),
        data=Data(figure, ((np.array([0]), np.array([[4.0]])),)),
        draws=draws,
        emulated=emulated,
        checked=np.array([3, 0, 1]),
        figures=np.array([[14.0, 1.0], [10.0, 2.0], [13.0, 3.0]]),
        point=2,
        at_point=np.array([15.0, 4.0]),
        sd=np.array([0.75, 1.25]),
        r_hat=np.ones(2),
        effective_size=np.ones(2),
        autocorrelation_times=50.0,
        offset=np.zeros(2),
    )


def test_contraction_by_hand(told):
    assert told.contraction.tolist() == [0.25, -0.25]


def test_the_emulators_error_by_hand(told):
    # Off by 2, 0 and -1 days, in standard errors of 2.
    np.testing.assert_allclose(told.emulator_error, [math.sqrt(5.0 / 3.0) / 2.0], rtol=1e-14)


def test_the_emulators_error_of_a_ratio_is_that_of_its_logarithm(told):
    ratio = replace(told.data.targets[0], unit="hazard ratio")
    data = Data((ratio,), ((np.array([0]), np.array([[4.0]])),))
    expected = math.sqrt((math.log(16.0 / 14.0) ** 2 + math.log(12.0 / 13.0) ** 2) / 3.0) / 2.0
    np.testing.assert_allclose(replace(told, data=data).emulator_error, [expected], rtol=1e-14)


def test_importance_by_hand(told):
    # Emulated 3, 0 and 1 standard errors off, run 2, 0 and 1.5: likelihoods' ratios exp(5/2), 1 and exp(-5/8).
    ratio = np.exp([2.5, 0.0, -0.625])
    np.testing.assert_allclose(told.importance, ratio / ratio.mean(), rtol=1e-12)
    # So weighed, the model's 14, 10 and 13 have another mean than 37 / 3.
    shift = (np.sum(ratio * [14.0, 10.0, 13.0]) / np.sum(ratio) - 37.0 / 3.0) / 2.0
    np.testing.assert_allclose(told.importance_shift, [shift], rtol=1e-12)


def test_a_perfect_emulator_gives_every_row_the_same_weight(told):
    exact = replace(told, figures=told.emulated[told.checked])
    assert exact.emulator_error.tolist() == [0.0]
    assert exact.importance.tolist() == [1.0, 1.0, 1.0]
    assert exact.importance_shift.tolist() == [0.0]

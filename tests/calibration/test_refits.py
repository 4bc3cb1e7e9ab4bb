"""Refits: what is left out and predicted, coverage counted on known truth, and differences under other priors."""

import json
import math
from dataclasses import replace
from statistics import NormalDist

import numpy as np
import pytest
from small_calibration import shrink
from tqdm import tqdm

from hecon.calibration import figures, refits
from hecon.calibration.figures import DATE, MEAN_DAYS, Data, fitted_targets
from hecon.calibration.posterior import Calibration, Stage
from hecon.calibration.priors import EFFECTS, PRIORS, Prior
from hecon.calibration.refits import Refit, check, recovery
from hecon.calibration.sampling import Chains
from hecon.inputs.parameters import read_parameters
from hecon.inputs.targets import ARMS, Target
from hecon.model.checkpoint import Checkpoint
from hecon.model.trial import Arm

ABOUT = dict.fromkeys(("role", "source", "locator", "read"), "")
STANDARD = tuple(Prior(name, name, "", "identity", 0.0, 1.0) for name in "pqr")
SLOPES = np.array([[1.0, 0.5, 0.0], [-1.0, 2.0, 0.3]])
COVARIANCE = np.array([[0.5, 0.2], [0.2, 1.0]])
OFFSET = np.array([0.0, 0.0, 1.0, 2.0, 1.5])
"""Of the luck of the toy's runs: true days are so many more, against usual care 1 and 0.5."""


def nothing_kept():
    return Checkpoint(None, tqdm(disable=True))


def target(name, value, unit="days"):
    return Target(name=name, value=value, arm="usual_care", statistic=name, unit=unit, **ABOUT)


def told(rows):
    """Two figures, linear in three parameters, and days in the arms: 5, more by the first, by ten times the second."""
    first = np.full(len(rows), 5.0)
    days = np.stack([first, first + rows[:, 0], first + 10.0 * rows[:, 1]], axis=1)
    return np.concatenate([rows @ SLOPES.T, days], axis=1)


class Toy(Calibration):
    """A problem whose model is `told`."""

    def figures(self, rows):
        return told(rows)


@pytest.fixture
def toy():
    targets = (target("a", 3.0), target("b", -1.0))
    data = Data(targets, ((np.arange(2), COVARIANCE),))
    wide = np.array([[2.0, 0.0, 0.0], [0.5, 1.0, 0.0], [0.3, -0.2, 0.7]])
    runs = np.empty((0, 3)), np.empty((0, 5))
    stage = Stage(data, np.array([1.0, 0.0, -1.0]), np.eye(3), wide, *runs, OFFSET, told)
    return Toy(None, STANDARD, (*targets, *MEAN_DAYS), 100, 4, 1), stage


# What is left out


@pytest.fixture(scope="module")
def parameters():
    return read_parameters(DATE, calibrated=False)


@pytest.fixture(scope="module")
def real(parameters):
    """The real problem, of which the model is not asked."""
    return Calibration(parameters.base_case(), PRIORS, (*fitted_targets(parameters.folder), *MEAN_DAYS), 200, 6, 1)


def test_every_target_is_left_out_by_its_arm_and_by_its_kind(real):
    names = [target.name for target in real.fitted]
    by_arm, by_kind = set(), set()
    for refit in refits._refits(real):
        gone = set(names) - {names[i] for i in refit.kept}
        (by_arm if refit.name in ARMS else by_kind).update(gone)
    assert by_arm == {target.name for target in real.fitted if target.arm in ARMS}
    assert by_kind == set(names)


def test_an_arm_that_is_left_out_takes_its_hazard_ratio_with_it(real):
    refit = {refit.name: refit for refit in refits._refits(real)}
    for arm in ARMS:
        kept = [real.fitted[i] for i in refit[arm].kept]
        assert {target.arm for target in kept} == {"all", *ARMS} - {arm}
        assert any(target.is_ratio for target in kept) == (arm == "active_control")


def test_other_priors_leave_nothing_out_and_are_wider_as_their_names_say(real):
    wider = {refit.name: refit.prior_sd for refit in refits._refits(real) if len(refit.kept) == len(real.fitted)}
    effect = np.array([prior.name in EFFECTS for prior in PRIORS])
    expected = {
        "as stated": (1.0, 1.0),
        "effects: half the SD": (0.5, 1.0),
        "effects: twice the SD": (2.0, 1.0),
        "all: half the SD": (0.5, 0.5),
        "all: twice the SD": (2.0, 2.0),
    }
    assert set(wider) == set(expected)
    for name, (effects, others) in expected.items():
        assert (wider[name][effect] == effects).all()
        assert (wider[name][~effect] == others).all()
    left_out = [refit for refit in refits._refits(real) if len(refit.kept) < len(real.fitted)]
    assert all((refit.prior_sd == 1.0).all() for refit in left_out)


# Predictions of what is left out


def predicted(toy, rows, kept=(1,), **changes):
    problem, stage = toy
    problem = replace(problem, **changes)
    return refits._predicted(problem, stage, Refit("some", np.array(kept), np.ones(3)), rows)


def test_a_figure_left_out_of_two_has_the_conditional_normal(toy):
    """Were the parameters known, the figures would be normal around the model's with the trial's covariance."""
    rows = np.tile([0.2, -0.4, 1.0], (20_000, 1))
    (found,) = predicted(toy, rows)
    mean = SLOPES @ rows[0]
    share = 0.2 / 1.0
    centre = mean[0] + share * (-1.0 - mean[1])
    sd = math.sqrt(0.5 - share * 0.2)
    error = sd / math.sqrt(len(rows))
    assert found["median"] == pytest.approx(centre, abs=4.5 * 1.2533 * error)  # sqrt(pi / 2): a median's error
    # A quantile's error is sqrt(p (1 - p) / n) over the density: 2.67 times that of a mean at 2.5%.
    assert found["low"] == pytest.approx(centre - 1.959964 * sd, abs=4.5 * 2.67 * error)
    assert found["high"] == pytest.approx(centre + 1.959964 * sd, abs=4.5 * 2.67 * error)
    assert found["width_ratio"] == pytest.approx(math.sqrt(1.0 - share * 0.2 / 0.5), abs=0.03)
    assert (found["left_out"], found["figure"], found["observed"]) == ("some", "a", 3.0)
    assert not found["inside"]


def test_with_the_posterior_of_the_other_figure_the_prediction_is_that_of_the_bivariate_normal(toy):
    """Figures = model + error, model's parameters normal: the two figures are one bivariate normal."""
    joint = SLOPES @ SLOPES.T + COVARIANCE
    seen = SLOPES[1]
    gain = seen / joint[1, 1]  # the posterior of standard normal parameters, given the second figure
    root = np.linalg.cholesky(np.eye(3) - np.outer(gain, seen))
    rows = -1.0 * gain + np.random.default_rng(1).standard_normal((20_000, 3)) @ root.T
    (found,) = predicted(toy, rows)
    sd = math.sqrt(joint[0, 0] - joint[0, 1] ** 2 / joint[1, 1])
    centre = -joint[0, 1] / joint[1, 1]
    error = sd / math.sqrt(len(rows))
    assert found["median"] == pytest.approx(centre, abs=4.5 * 1.2533 * error)
    assert found["low"] == pytest.approx(centre - 1.959964 * sd, abs=4.5 * 2.67 * error)
    assert found["high"] == pytest.approx(centre + 1.959964 * sd, abs=4.5 * 2.67 * error)
    share = NormalDist(centre, sd).cdf(3.0)
    assert found["inside"] == (0.025 < share < 0.975)


def test_figures_left_out_together_borrow_nothing_from_each_other(toy):
    rows = np.tile([0.2, -0.4, 1.0], (20_000, 1))
    alone = refits._predicted(
        *(replace(toy[0], targets=(target("c", 0.0), *toy[0].targets)), with_one_more(toy[1])),
        Refit("both", np.array([0]), np.ones(3)),
        rows,
    )
    mean = SLOPES @ rows[0]
    for found, centre, sd in zip(alone, mean, np.sqrt(np.diag(COVARIANCE)), strict=True):
        assert found["median"] == pytest.approx(centre, abs=4.5 * 1.2533 * sd / math.sqrt(len(rows)))
        assert found["width_ratio"] == pytest.approx(1.0, abs=0.04)


def with_one_more(stage):
    """The stage with a figure that varies on its own, before the two."""
    data = Data(
        (target("c", 0.0), *stage.data.targets),
        ((np.array([0]), np.array([[1.0]])), (np.array([1, 2]), COVARIANCE)),
    )
    return replace(
        stage, data=data, emulator=lambda rows: np.concatenate([np.zeros((len(rows), 1)), told(rows)], axis=1)
    )


def test_a_ratio_left_out_is_predicted_on_its_logarithm(toy):
    problem, stage = toy
    ratio = target("a", 1.5, "hazard ratio, log")
    data = Data((ratio, stage.data.targets[1]), stage.data.groups)
    stage = replace(stage, data=data, emulator=lambda rows: np.full((len(rows), 5), 1.2))
    problem = replace(problem, targets=(ratio, *problem.targets[1:]))
    (found,) = refits._predicted(problem, stage, Refit("a", np.array([1]), np.ones(3)), np.zeros((20_000, 3)))
    centre, sd = math.log(1.2) + 0.2 * (-1.0 - 1.2), math.sqrt(0.46)
    error = sd / math.sqrt(20_000)
    assert math.log(found["median"]) == pytest.approx(centre, abs=4.5 * 1.2533 * error)
    assert math.log(found["high"]) == pytest.approx(centre + 1.959964 * sd, abs=4.5 * 2.67 * error)


# Known truth


@pytest.fixture
def counted(toy, monkeypatch):
    """Count coverage over trials of the toy's, given draws: the truths, the trials and the result."""
    problem, stage = toy
    seen = {}

    def trials(_problem, truths, random):
        seen["truths"] = truths
        luck = random.standard_normal((len(truths), 2)) @ np.linalg.cholesky(COVARIANCE).T
        seen["trials"] = truths @ SLOPES.T + luck
        return seen["trials"]

    monkeypatch.setattr(refits, "_trials", trials)

    def count(draw, replications, rows):
        monkeypatch.setattr(refits, "draw", draw)
        monkeypatch.setattr(refits, "ROWS", rows)
        return seen, recovery(problem, stage, replications, nothing_kept())

    return count


def test_coverage_is_counted_right(counted):
    """Draws that fill -1 to 1 evenly: their 90% interval is -0.9 to 0.9, in whatever trial."""
    even = np.linspace(-1.0, 1.0, 201)
    asked = []

    def draw(_problem, _stage, data, _prior, _kept, name, **sizes):
        asked.append((name, [target.value for target in data.targets], sizes["ensembles"]))
        return Chains(np.tile(even[None, :, None, None], (1, 1, 1, 3)))

    seen, found = counted(draw, 30, 201)
    inside = np.abs(seen["truths"]) <= 0.9
    assert 0.0 < inside.mean() < 1.0
    assert found["coverage"] == pytest.approx(inside.mean(), rel=1e-12)
    assert list(found["by_parameter"].values()) == pytest.approx(inside.mean(axis=0).tolist())
    assert list(found["by_parameter"]) == ["p", "q", "r"]
    # Days against usual care are the first parameter, and ten times the second, and what the luck was off by.
    first, second, _ = seen["truths"].T
    expected = [np.mean(np.abs(first + 1.0) <= 0.9), np.mean(np.abs(10.0 * second + 0.5) <= 9.0)]
    assert list(found["days_against_usual_care"].values()) == pytest.approx(expected)
    assert list(found["days_against_usual_care"]) == list(ARMS.values())[1:]
    error = inside.mean(axis=1).std(ddof=1) / math.sqrt(30)
    assert found["high"] - found["coverage"] == pytest.approx(1.96 * error)
    assert found["coverage"] - found["low"] == pytest.approx(1.96 * error)
    assert (found["replications"], found["parameters"], found["interval"]) == (30, 3, 0.9)
    np.testing.assert_array_equal([values for _, values, _ in asked], seen["trials"])
    assert len({name for name, *_ in asked}) == 30
    counted(draw, 31, 201)  # another study, with other luck: none of its steps is one of those
    assert len({name for name, *_ in asked}) == 61


def test_truths_and_the_fits_prior_are_one_distribution(counted, toy):
    _, stage = toy
    priors = []

    def draw(_problem, _stage, _data, prior, _kept, _name, **_sizes):
        priors.append(prior)
        return Chains(np.zeros((1, 10, 1, 3)))

    seen, _ = counted(draw, 2000, 10)
    standard = priors[0](seen["truths"])
    np.testing.assert_allclose(standard @ stage.wide.T + stage.centre, seen["truths"], atol=1e-12)
    assert (np.abs(standard.mean(axis=0)) < 4.5 / math.sqrt(2000)).all()
    assert np.abs(np.cov(standard.T) - np.eye(3)).max() < 4.5 * math.sqrt(2.0 / 2000)


@pytest.mark.parametrize(("narrower", "share"), [(1.0, 0.9), (0.5, 2.0 * NormalDist().cdf(0.5 * 1.644854) - 1.0)])
def test_the_exact_posterior_holds_the_truth_in_nine_of_ten_trials_and_a_narrow_one_in_fewer(
    counted, toy, narrower, share
):
    _, stage = toy
    before = np.linalg.inv(stage.wide @ stage.wide.T)
    weight = SLOPES.T @ np.linalg.inv(COVARIANCE)
    covariance = np.linalg.inv(before + weight @ SLOPES)
    root = narrower * np.linalg.cholesky(covariance)
    random = np.random.default_rng(8)

    def draw(_problem, _stage, data, _prior, _kept, _name, **_sizes):
        figures = np.array([target.value for target in data.targets])
        mean = covariance @ (before @ stage.centre + weight @ figures)
        return Chains(mean + random.standard_normal((1, 1000, 1, 3)) @ root.T)

    _, found = counted(draw, 300, 1000)
    error = (found["high"] - found["low"]) / (2.0 * 1.96)
    assert found["coverage"] == pytest.approx(share, abs=4.0 * error)
    for value in found["by_parameter"].values():
        assert value == pytest.approx(share, abs=4.5 * math.sqrt(share * (1.0 - share) / 300))


def test_truths_are_where_the_model_can_be_run(toy, monkeypatch):
    slope = Prior("return_slope", "", "", "identity", 0.0, 1.0)
    problem, stage = replace(toy[0], priors=(slope, *STANDARD[1:])), replace(toy[1], centre=np.zeros(3))
    seen = []
    monkeypatch.setattr(refits, "_trials", lambda _problem, truths, _random: seen.append(truths) or truths[:, :2])
    monkeypatch.setattr(refits, "draw", lambda *_args, **_sizes: Chains(np.zeros((1, 4, 1, 3))))
    monkeypatch.setattr(refits, "ROWS", 4)
    recovery(problem, stage, 40, nothing_kept())
    assert len(seen[0]) == 40
    assert seen[0][:, 0].min() > -0.9


def test_simulated_trials_have_the_trials_people_each_with_luck_of_their_own(real):
    number = 30
    random = np.random.default_rng(1)
    found = refits._trials(real, np.zeros((number, len(PRIORS))), random)
    large = figures.figures(
        real.inputs,
        np.array([[prior.mean for prior in PRIORS]]),
        real.fitted,
        people=5000,
        seed=99,
        threads=None,
    )[0]
    for value, column, target in zip(large, found.T, real.fitted, strict=True):
        assert len(np.unique(column)) > 5, target.name
        if target.arm not in ARMS:
            assert column.mean() == pytest.approx(value, abs=4.5 * target.se / math.sqrt(number))
            assert column.std(ddof=1) == pytest.approx(target.se, rel=4.5 / math.sqrt(2.0 * number))
        elif target.unit == "share":
            people = refits._size(real.fitted, target.arm)
            counts = column * people
            np.testing.assert_allclose(counts, np.round(counts), atol=1e-9)
            error = math.sqrt(value * (1.0 - value) / people)
            chance = error * math.hypot(1.0 / math.sqrt(number), math.sqrt(people / 5000))
            assert column.mean() == pytest.approx(value, abs=4.5 * chance)
            assert column.std(ddof=1) == pytest.approx(error, rel=4.5 / math.sqrt(2.0 * number))


def test_the_arms_of_a_simulated_trial_have_luck_of_their_own(real):
    number = 60
    found = refits._trials(real, np.zeros((number, len(PRIORS))), np.random.default_rng(1))
    columns = {(target.arm, target.statistic): column for target, column in zip(real.fitted, found.T, strict=True)}
    shares = ("sustained_return", "no_benefit_day_365", "aap_entry")
    pairs = [("usual_care", "active_control"), ("usual_care", "motivational_interviewing")]
    for one, other in pairs:
        found = [np.corrcoef(columns[one, share], columns[other, share])[0, 1] for share in shares]
        assert np.abs(found).max() < 4.5 / math.sqrt(number)


def test_an_arm_has_as_many_people_as_its_figures_were_counted_in(real):
    assert [refits._size(real.fitted, arm) for arm in ARMS] == [264, 252, 257]


# Other priors


def test_differences_are_those_of_the_same_people_with_one_mix(real, monkeypatch):
    """Three rows: usual care's days are 50, 60, 70; those of the others as much more, and entry likewise."""
    more = {
        "usual_care": (np.zeros(3), np.zeros(3)),
        "active_control": (np.array([-2.0, 0.0, 5.0]), np.array([0.1, 0.1, 0.1])),
        "motivational_interviewing": (np.array([-3.0, -2.0, -1.0]), np.array([0.0, -0.1, 0.2])),
    }
    mixes = []

    def emulate(inputs, arm, *, people, seed, threads, mix):
        assert (people, seed, threads, len(inputs)) == (200, 6, 1, 3)
        mixes.append(mix)
        days, entry = more[arm]
        values = {"days": days + np.array([50.0, 60.0, 70.0]), "entered_aap": entry + 0.2}
        empty = dict.fromkeys(("weeks", "returned", "no_benefit", "sessions"), np.zeros((3, 2)))
        spread = np.array([-0.05, 0.05])  # two people around each mean
        return Arm(**empty, **{name: value[:, None] + spread for name, value in values.items()})

    monkeypatch.setattr(refits, "emulate", emulate)
    monkeypatch.setattr(refits, "COMPARED", 3)
    rows = np.zeros((5, len(PRIORS)))
    refit = Refit("all: twice the SD", np.arange(len(real.fitted)), real.spread())
    control, interviewing = refits._differences(real, refit, rows, nothing_kept())
    assert mixes == ["usual_care"] * 3
    assert (control["priors"], control["strategy"]) == ("all: twice the SD", "early_follow_up")
    assert interviewing["strategy"] == "motivational_interviewing"
    # Quantiles of three values lie on straight lines between them: 2.5% a twentieth of the way to the second.
    expected = {
        "days_median": 0.0,
        "days_low": -2.0 + 0.05 * 2.0,
        "days_high": 5.0 - 0.05 * 5.0,
        "days_fewer": 1.0 / 3.0,
        "entry_median": 0.1,
        "entry_low": 0.1,
        "entry_high": 0.1,
        "entry_fewer": 0.0,
    }
    assert {key: control[key] for key in expected} == pytest.approx(expected, abs=1e-12)
    assert interviewing["days_fewer"] == 1.0
    assert interviewing["entry_fewer"] == pytest.approx(1.0 / 3.0)
    assert interviewing["entry_median"] == pytest.approx(0.0, abs=1e-12)


# All together


class Linear(Calibration):
    """The real problem with a model that is linear in the parameters."""

    def figures(self, rows):
        slopes = np.random.default_rng(2).normal(size=(len(self.priors), len(self.targets)))
        values = np.array([target.value for target in self.fitted])
        values = np.concatenate([values, [60.0, 61.0, 62.0]])
        return values * np.exp(0.01 * rows @ slopes)


@pytest.fixture
def checked(parameters, real, monkeypatch):
    """What `check` returns when its emulator is the model, and draws are normal; and the steps it kept."""
    problem = Linear(**vars(real))
    fitted = len(problem.fitted)
    values = np.array([target.value for target in problem.fitted])
    data = Data(problem.fitted, ((np.arange(fitted), np.diag((0.1 * values) ** 2)),))
    k = len(PRIORS)
    mean, sd = (np.array([getattr(prior, name) for prior in PRIORS]) for name in ("mean", "sd"))

    def exact(scaled):
        return problem.figures((scaled - mean) / sd) + offset

    offset = np.linspace(-0.1, 0.1, fitted + 3)
    runs = np.zeros((3, k)), np.zeros((3, fitted + 3))
    stage = Stage(data, np.zeros(k), np.eye(k), np.eye(k), *runs, offset, exact)
    steps, taught = [], []

    def draw(_problem, _stage, data, _prior, _kept, name, **_sizes):
        steps.append(name)
        luck = np.random.default_rng(len(steps)).normal(size=(1, 20, 4, k))
        return Chains(0.3 * luck + 0.001 * len(data.targets))

    def train(_inputs, _priors, _targets, rows, found):
        taught.append((rows[3:], found[3:]))
        return exact

    def alike(inputs, _arm, **_options):
        return Arm(*[inputs["return_slope"][:, None] * np.ones(2)] * 6)

    monkeypatch.setattr(refits, "calibration", lambda *_args, **_options: problem)
    monkeypatch.setattr(refits, "emulated", lambda *_: stage)
    monkeypatch.setattr(
        refits, "recovery", lambda _problem, _stage, replications, _kept: {"replications": replications}
    )
    for name, value in {"draw": draw, "train": train, "emulate": alike, "ROWS": 60, "TAUGHT": 4}.items():
        monkeypatch.setattr(refits, name, value)
    return check(parameters, people=200, seed=6, replications=7, checkpoint=None), steps, taught, exact


def test_checks_tell_of_every_refit(checked, real):
    found, *_ = checked
    assert set(found) == {"left_out", "recovery", "prior_sensitivity", "emulator_error"}
    assert found["recovery"] == {"replications": 7}
    names = [refit.name for refit in refits._refits(real)]
    assert list(found["emulator_error"]) == names
    assert max(found["emulator_error"].values()) < 1e-9  # the emulator is the model
    by_arm = [row["figure"] for row in found["left_out"] if row["left_out"] in ARMS]
    by_kind = [row["figure"] for row in found["left_out"] if row["left_out"] not in ARMS]
    assert sorted(by_kind) == sorted(target.name for target in real.fitted)
    assert set(by_arm) == {target.name for target in real.fitted if target.arm in ARMS}
    tried = [(row["priors"], row["strategy"]) for row in found["prior_sensitivity"]]
    assert tried == [(name, strategy) for name in names[-5:] for strategy in list(ARMS.values())[1:]]
    assert json.loads(json.dumps(found)) == found


def test_every_refit_teaches_the_emulator_and_no_two_steps_have_one_name(checked, real):
    _, steps, [(rows, found)], exact = checked
    number = len(refits._refits(real))
    assert len(rows) == 4 * number
    np.testing.assert_allclose(found, exact(rows), rtol=1e-12)
    assert len(steps) == len(set(steps)) == 2 * number
    assert all(name.replace("-", "").replace("_", "").isalnum() for name in steps)


@pytest.mark.slow
def test_checks_are_made_with_the_real_machinery_and_taken_up_where_they_stopped(parameters, tmp_path, monkeypatch):
    shrink(monkeypatch)
    options = {"people": 100, "seed": 6, "replications": 3, "checkpoint": tmp_path, "threads": 1}
    found = check(parameters, **options)
    assert set(found) == {"left_out", "recovery", "prior_sensitivity", "emulator_error"}
    (folder,) = tmp_path.iterdir()
    kept = {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}
    assert check(parameters, **(options | {"threads": 2})) == found
    assert {path.name: path.stat().st_mtime_ns for path in folder.iterdir()} == kept
    # Another number of replications is another study, whose steps are not those.
    more = check(parameters, **(options | {"replications": 4}))
    assert more["recovery"]["replications"] == 4
    assert more["left_out"] == found["left_out"]

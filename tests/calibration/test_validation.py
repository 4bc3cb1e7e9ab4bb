"""The trial run again: percentiles and widths by hand, replicates that share no luck, and a result that repeats."""

import hashlib
import json
import math
import shutil
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from hecon.calibration import replicates, validation
from hecon.calibration.figures import BLOCK, DATE
from hecon.calibration.replicates import QUANTITIES, SESSIONS, by_sessions, courses, lucky, replicate, trial_sizes
from hecon.calibration.standing import standing
from hecon.calibration.validation import read_checks, validate
from hecon.cli import main
from hecon.inputs.errors import InputError
from hecon.inputs.parameters import read_parameters, shipped_folder
from hecon.inputs.targets import ARMS, read_targets
from hecon.model.trial import Arm, emulate, hazard_ratios, statistics

TRIALS, FOLLOWED, SEED = 40, 5, 3
UNSEEN = [
    {
        "study": "Another trial",
        "figure": "Days, median",
        "unit": "workdays",
        "observed": 50.0,
        "observed_low": 40.0,
        "observed_high": 60.0,
        "predicted": 45.0,
        "low": 30.0,
        "high": 61.0,
        "inside": inside,
        "miss": -5.0,
        "direction": "",
        "reason": "",
        "seen": seen,
    }
    for inside, seen in ((True, "no"), (False, "no"), (None, "no"), (False, "fitted"))
]
UNSEEN[3]["reason"] = "They were counted later."
UNSEEN += [{**UNSEEN[0], "observed": None, "direction": "negative", "inside": inside} for inside in (True, True, False)]


def other_studies(*_, **__):
    """A table as `unseen_trials` gives it, without running anything."""
    return pd.DataFrame(UNSEEN).astype({"inside": "boolean"})


@pytest.fixture(scope="module")
def parameters():
    return read_parameters(DATE)


@pytest.fixture(scope="module")
def targets(parameters):
    return tuple(target for target in read_targets(parameters.folder) if target.arm in ARMS)


@pytest.fixture(scope="module")
def draws(parameters):
    return parameters.at(np.random.default_rng(1).random((12, 1)), names=[BLOCK])


@pytest.fixture(scope="module")
def trials(draws, targets):
    return replicate(draws, targets, seed=SEED, threads=1, progress=None)


@pytest.fixture(scope="module")
def found(parameters):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(validation, "_unseen", other_studies)
        patch.setattr(validation, "COURSES", FOLLOWED)
        return validate(parameters, trials=TRIALS, seed=SEED, threads=1)


@pytest.fixture
def few(monkeypatch):
    """Other studies without their runs, and few trials followed through the year."""
    monkeypatch.setattr(validation, "_unseen", other_studies)
    monkeypatch.setattr(validation, "COURSES", FOLLOWED)


def folder_with(tmp_path, old, new):
    """A copy of the shipped parameters with another targets.toml."""
    folder = tmp_path / "parameters"
    shutil.copytree(shipped_folder(), folder)
    (folder / "calibrated" / validation.CHECKS).unlink(missing_ok=True)
    text = (folder / "targets.toml").read_text(encoding="utf-8")
    assert old in text
    (folder / "targets.toml").write_text(text.replace(old, new), encoding="utf-8")
    return folder


# Where an observed figure stands


def test_a_figure_s_place_by_hand():
    predicted = np.arange(101.0)
    said = standing(30.0, predicted, predicted / 2.0)
    assert said["median"] == 50.0
    assert (said["low"], said["high"]) == (2.5, 97.5)
    assert said["percentile"] == pytest.approx(100.0 * 30.5 / 101.0)  # 30 below, and half of the one that ties
    assert said["width_ratio"] == pytest.approx(2.0)
    assert said["sampling_sd"] == pytest.approx(math.sqrt((101.0**2 - 1.0) / 12.0) / 2.0)
    assert said["inside"] is True


@pytest.mark.parametrize(
    ("observed", "percentile", "inside"), [(-1.0, 0.0, False), (2.0, 50.0, True), (9.0, 100.0, False)]
)
def test_half_of_the_ties_count_as_below(observed, percentile, inside):
    said = standing(observed, np.array([1.0, 2.0, 2.0, 3.0]), np.arange(4.0))
    assert said["percentile"] == pytest.approx(percentile)
    assert said["inside"] is inside


def test_what_would_be_printed_alike_is_a_tie():
    predicted = np.array([0.870, 0.876, 0.884, 0.900])
    assert standing(0.88, predicted, predicted, last_digit=0.01)["percentile"] == pytest.approx(50.0)
    assert standing(0.88, predicted, predicted, last_digit=0.0001)["percentile"] == pytest.approx(50.0)
    assert standing(0.87, predicted, predicted, last_digit=0.01)["percentile"] == pytest.approx(12.5)


def test_a_ratio_s_sampling_spread_is_that_of_its_logarithm():
    ratios = np.exp([-0.2, 0.0, 0.2])
    assert standing(1.0, ratios, ratios, ratio=True)["sampling_sd"] == pytest.approx(0.2 * math.sqrt(2.0 / 3.0))


def test_without_sampling_there_is_no_width_to_compare():
    assert math.isnan(standing(1.0, np.arange(4.0), np.ones(4))["width_ratio"])


# Replicates


def test_no_two_trials_and_no_two_arms_share_luck(draws):
    keys = np.concatenate([lucky(draws, arm).draw for arm in ARMS])
    assert len(set(keys)) == len(ARMS) * len(draws)
    assert keys.min() == 1
    few = np.concatenate([lucky(draws.block(0, 5), arm).draw for arm in ARMS])
    assert set(few) <= set(keys)
    np.testing.assert_array_equal(
        lucky(draws.block(0, 5), "active_control").draw, lucky(draws, "active_control").draw[:5]
    )


def test_figures_are_those_of_the_emulated_arms(draws, targets, trials):
    sizes = trial_sizes(targets)
    assert {arm: (size.analysed, size.randomised) for arm, size in sizes.items()} == {
        "usual_care": (264, 264),
        "active_control": (251, 252),
        "motivational_interviewing": (255, 257),
    }
    arms = {
        arm: emulate(lucky(draws, arm), arm, people=size.randomised, seed=SEED, threads=1)
        for arm, size in sizes.items()
    }
    analysed = {
        arm: Arm(*(values[:, : sizes[arm].analysed] for values in vars(people).values()))
        for arm, people in arms.items()
    }
    for column, target in enumerate(targets):
        if target.is_ratio:
            expected = hazard_ratios(analysed[target.arm], analysed[target.against])
        elif target.statistic.startswith("sessions"):
            expected = statistics(arms[target.arm])[target.statistic]
        else:
            expected = statistics(analysed[target.arm])[target.statistic]
        np.testing.assert_array_equal(trials.figures[:, column], expected, err_msg=target.name)


def test_threads_and_chunks_never_show(draws, targets, trials, monkeypatch):
    monkeypatch.setattr(replicates, "CHUNK", 5)
    again = replicate(draws, targets, seed=SEED, threads=2, progress=None)
    np.testing.assert_array_equal(again.figures, trials.figures)
    for arm in trials.sessions:
        np.testing.assert_array_equal(again.sessions[arm], trials.sessions[arm])
    for arm in trials.returned:
        np.testing.assert_array_equal(again.returned[arm], trials.returned[arm])


def test_a_larger_number_of_trials_begins_with_the_same(draws, targets, trials):
    few = replicate(draws.block(0, 4), targets, seed=SEED, threads=1, progress=None, whole=False)
    np.testing.assert_array_equal(few.figures, trials.figures[:4])
    assert few.sessions == {}
    assert few.returned == {}


def test_the_course_of_return_ends_at_the_trial_s_share(targets, trials):
    for arm, share in trials.returned.items():
        column = next(i for i, t in enumerate(targets) if (t.arm, t.statistic) == (arm, "sustained_return"))
        np.testing.assert_array_equal(share[:, -1], trials.figures[:, column])
        assert (np.diff(share, axis=1) >= 0.0).all()
        assert (share[:, 48] == share[:, 52]).all()  # four weeks must still fit in the year


def test_people_by_sessions_by_hand():
    arm = Arm(
        days=np.array([[10.0, 20.0, 30.0, 40.0]]),
        weeks=np.array([[3.0, 8.0, 52.0, 5.0]]),
        returned=np.array([[1.0, 1.0, 0.0, 1.0]]),
        no_benefit=np.zeros((1, 4)),
        entered_aap=np.zeros((1, 4)),
        sessions=np.array([[0.0, 0.0, 2.0, 2.0]]),
    )
    two, one, none = by_sessions(arm, 7.0)[0]
    assert SESSIONS == (2, 1, 0)
    assert dict(zip(QUANTITIES, two, strict=True)) == pytest.approx(
        {
            "share": 0.5,
            "mean": 35.0,
            "benefit_days_q1": 30.0,  # mid-distribution of two people: 1/4 and 3/4 are the people themselves
            "benefit_days_median": 35.0,
            "benefit_days_q3": 40.0,
            "returned_before": 0.5,
        }
    )
    assert none[QUANTITIES.index("returned_before")] == 0.5
    assert none[QUANTITIES.index("mean")] == 15.0
    assert one[0] == 0.0
    assert np.isnan(one[1:]).all()


def test_the_courses_end_where_the_year_s_figures_are(draws, targets):
    sizes = trial_sizes(targets)
    drawn = courses(draws, sizes, seed=SEED, threads=1, progress=None)
    days = {course["arm"]: course for course in drawn if course["curve"] == "days"}
    for arm, size in sizes.items():
        people = emulate(lucky(draws, arm), arm, people=size.analysed, seed=SEED, threads=1)
        assert days[arm]["week"][-1] == 52
        assert days[arm]["predicted"][-1] == pytest.approx(people.days.mean(), rel=1e-12)
        assert days[arm]["predicted"][0] == 0.0
        assert (np.diff(days[arm]["predicted"]) > 0.0).all()
        assert (days[arm]["low"] <= days[arm]["high"]).all()
    states = {course["state"]: course["predicted"] for course in drawn if course["curve"] == "states"}
    np.testing.assert_allclose(sum(states.values()), np.ones(53), rtol=1e-12)
    assert states["work"][0] == 0.0
    usual = emulate(lucky(draws, "usual_care"), "usual_care", people=264, seed=SEED, threads=1)
    free = sum(states[state][-1] for state in ("work", "unemployed", "retired"))
    assert free == pytest.approx(usual.no_benefit.mean(), rel=1e-12)


def test_a_figure_of_an_arm_without_a_size_is_refused(targets):
    ratio = next(target for target in targets if target.is_ratio)
    with pytest.raises(InputError, match=r"no figure of usual_care says how many people"):
        trial_sizes(tuple(target for target in targets if target.arm != "usual_care"))
    with pytest.raises(InputError, match=r"give some"):
        trial_sizes((ratio,))


def test_a_figure_nobody_knows_is_refused(draws, targets):
    strange = (*targets, replace(targets[0], name="strange", statistic="happiness"))
    with pytest.raises(InputError, match=r"targets.toml: strange: no figure happiness: choose among"):
        replicate(draws.block(0, 1), strange, seed=SEED, threads=1, progress=None)


# The result


def test_every_published_figure_is_there_once_fitted_and_predicted_apart(found, targets):
    assert list(found.fitted["figure"]) == [target.name for target in targets if target.role == "fit"]
    assert list(found.predicted["figure"]) == [target.name for target in targets if target.role == "check"]
    every = pd.concat([found.fitted, found.predicted])
    assert (every["low"] <= every["median"]).all()
    assert (every["median"] <= every["high"]).all()
    assert (every["inside"] == ((every["low"] <= every["observed"]) & (every["observed"] <= every["high"]))).all()
    assert every["percentile"].between(0.0, 100.0).all()
    assert (every["width_ratio"] > 0.0).all()


@pytest.mark.usefixtures("few")
def test_predictions_take_rows_of_the_block_and_widths_those_of_the_point(parameters, targets, monkeypatch):
    runs = []

    def kept(inputs, *arguments, **options):
        runs.append((inputs, replicate(inputs, *arguments, **options)))
        return runs[-1][1]

    monkeypatch.setattr(validation, "replicate", kept)
    said = validate(parameters, trials=20, seed=SEED, threads=1).fitted
    (drawn, predictive), (point, sampling) = runs
    block = parameters.blocks[BLOCK]
    column = block.columns.index("relapse_rate")
    assert set(drawn["relapse_rate"]) <= set(block.draws[:, column])
    assert len(set(drawn["relapse_rate"])) > 10
    assert set(point["relapse_rate"]) == {block.point[column]}
    assert (len(drawn), len(point)) == (20, 10)
    for row in said.to_dict("records"):
        figure = [target.name for target in targets].index(row["figure"])
        (low, high), (least, most) = (
            np.quantile(run.figures[:, figure], [0.025, 0.975]) for run in (predictive, sampling)
        )
        assert (row["low"], row["high"]) == (low, high)
        assert row["width_ratio"] == pytest.approx((high - low) / (most - least), rel=1e-12)


def test_the_summary_counts(found):
    summary = found.summary
    assert summary["all_arms"]["of"] == len(found.fitted) + len(found.predicted)
    assert summary["all_arms"]["inside"] + len(summary["misses"]) == summary["all_arms"]["of"]
    assert summary["all_arms"]["inside"] == summary["fitted"]["inside"] + summary["predicted"]["inside"]
    assert summary["usual_care"]["of"] == sum(found.fitted["arm"] == "usual_care")
    assert summary["unseen"] == {
        "inside": 1,
        "of": 2,
        "share": 0.5,
    }  # what was known, what is not judged and what is a sign alone is left out
    assert summary["directions"] == {"inside": 2, "of": 3, "share": pytest.approx(2 / 3)}
    assert summary["known"] == {"inside": 0, "of": 1, "share": 0.0}
    assert summary["known_misses"] == [
        {
            "study": "Another trial",
            "figure": "Days, median",
            "seen": "fitted",
            "reason": "They were counted later.",
        }
    ]
    assert summary["left_out"]["of"] == len(found.refits)


def test_shares_by_sessions_add_to_one(found):
    shares = found.sessions[found.sessions["quantity"] == "share"].groupby("arm")["predicted"].sum()
    assert len(shares) == 2
    np.testing.assert_allclose(shares, 1.0, rtol=1e-12)


def test_who_has_sessions_had_not_returned(found):
    mean = found.sessions[found.sessions["quantity"] == "returned_before"].set_index(["arm", "sessions"])["predicted"]
    for arm in ("active_control", "motivational_interviewing"):
        assert mean[arm, 0] > mean[arm, 2]


@pytest.mark.usefixtures("few")
def test_the_json_repeats_byte_for_byte(found, parameters):
    again = validate(parameters, trials=TRIALS, seed=SEED, threads=2)
    assert again.to_json() == found.to_json()


@pytest.mark.usefixtures("few")
def test_another_seed_is_another_run(found, parameters):
    other = validate(parameters, trials=TRIALS, seed=SEED + 1, threads=1)
    assert (other.fitted["median"] != found.fitted["median"]).any()
    np.testing.assert_array_equal(other.fitted["observed"], found.fitted["observed"])


def test_the_json_says_what_was_run_and_nothing_of_where(found, parameters):
    text = found.to_json()
    content = json.loads(text)
    assert content == found.content()
    assert {
        "record",
        "summary",
        "fitted",
        "predicted",
        "by_sessions",
        "left_out",
        "recovery",
        "prior_sensitivity",
        "unseen",
        "curves",
    } == set(content)
    record = content["record"]
    assert (record["seed"], record["trials"], record["parameters"]) == (SEED, TRIALS, parameters.hash)
    assert record["recipe"]["hecon"] == parameters.calibration[BLOCK]["hecon"]
    assert str(parameters.folder.parent) not in text
    assert "NaN" not in text


def test_numbers_have_six_digits(found):
    numbers = [row[key] for row in found.content()["fitted"] for key in ("median", "low", "high", "percentile")]
    assert numbers == [float(f"{number:.6g}") for number in numbers]


def test_a_file_is_written_whole(found, tmp_path):
    path = found.save(tmp_path / "deep" / "validation.json")
    assert path.read_text(encoding="utf-8") == found.to_json()
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.usefixtures("few")
def test_a_planted_figure_is_a_miss(tmp_path):
    folder = folder_with(tmp_path, "value     = 76.0", "value     = 176.0")
    planted = validate(read_parameters(DATE, folder), trials=20, seed=SEED, threads=1)
    row = planted.fitted.set_index("figure").loc["usual_care.benefit_days.median"]
    assert not row["inside"]
    assert row["percentile"] == 100.0
    assert "usual_care.benefit_days.median" in planted.summary["misses"]


@pytest.mark.usefixtures("few")
def test_a_scenario_is_put_in_place(parameters):
    name = "graded_leave_mitigates_70_percent"
    changed = validate(parameters, trials=20, seed=SEED, threads=1, scenario=name)
    assert changed.record["scenario"] == name
    assert changed.record["parameters"] == parameters.with_scenario(name).hash


@pytest.mark.usefixtures("few")
def test_checks_of_the_base_case_are_not_shown_as_a_scenario_s(parameters, monkeypatch):
    row = {"left_out": "usual_care", "inside": True}
    checks = {"left_out": [row], "recovery": {"replications": 1}, "prior_sensitivity": [{"priors": "as stated"}]}
    monkeypatch.setattr(validation, "read_checks", lambda _: checks)
    base = validate(parameters, trials=20, seed=SEED, threads=1)
    assert (len(base.refits), len(base.recovery), len(base.prior_sensitivity)) == (1, 1, 1)
    changed = validate(parameters, trials=20, seed=SEED, threads=1, scenario="graded_leave_mitigates_70_percent")
    assert (len(changed.refits), len(changed.recovery), len(changed.prior_sensitivity)) == (0, 0, 0)


# Bad input


def test_too_few_trials_are_refused(parameters):
    with pytest.raises(InputError, match=r"trials: 19 show no distribution: give 20 or more"):
        validate(parameters, trials=19)


def test_without_a_calibrated_block_there_is_nothing_to_validate():
    with pytest.raises(InputError, match=r"calibrated/trial.csv: is missing: run hecon calibrate"):
        validate(read_parameters(DATE, calibrated=False), trials=20)


def test_checks_are_read_if_they_are_of_this_block(tmp_path):
    (tmp_path / "trial.csv").write_text("row,a\npoint,1\n", encoding="utf-8")
    assert read_checks(tmp_path) == {}
    digest = hashlib.sha256((tmp_path / "trial.csv").read_bytes()).hexdigest()
    path = tmp_path / validation.CHECKS
    path.write_text(json.dumps({"block": digest, "left_out": [1]}), encoding="utf-8")
    assert read_checks(tmp_path)["left_out"] == [1]
    (tmp_path / "trial.csv").write_text("row,a\npoint,2\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"is of another calibration than trial.csv: run hecon calibrate --checks"):
        read_checks(tmp_path)
    path.write_text("{", encoding="utf-8")
    with pytest.raises(InputError, match=r"cannot be read"):
        read_checks(tmp_path)


# The command


def call(*arguments):
    """Run the command in this process."""
    return CliRunner().invoke(main, [str(argument) for argument in arguments], prog_name="hecon")


@pytest.mark.usefixtures("few")
def test_the_command_prints_and_writes(tmp_path):
    folder = shutil.copytree(shipped_folder(), tmp_path / "parameters")
    result = call(
        "validate",
        "--folder",
        folder,
        "--keep",
        "--trials",
        20,
        "--threads",
        1,
        "--seed",
        SEED,
        "--quiet",
        "--json",
        tmp_path / "a.json",
        "--page",
        tmp_path,
    )
    assert result.exit_code == 0, result.output
    assert "published figures of usual care" in result.output
    assert (tmp_path / "a.json").read_bytes() == (folder / "calibrated" / "validation.json").read_bytes()
    assert (tmp_path / "validation.md").is_file()
    assert f"Written: {tmp_path / 'validation.md'}" in result.output


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("--trials", 3), "trials: 3"),
        (("--scenario", "no_such"), "no_such"),
        (("--json", "{here}"), "--json: "),
        (("--json", "{here}/file/a.json"), "--json: "),
        (("--page", "{here}/file"), "--page: "),
        (("--keep", "--scenario", "no_effect_after_month_12"), "--keep: "),
        (("--folder", "{here}/nowhere"), "nowhere"),
    ],
)
def test_the_command_refuses_in_one_line(arguments, named, tmp_path, monkeypatch):
    monkeypatch.setattr(validation, "replicate", None)  # nothing may be simulated before
    (tmp_path / "file").write_text("", encoding="utf-8")
    result = call("validate", "--quiet", *(str(word).format(here=tmp_path) for word in arguments))
    assert result.exit_code == 2
    assert named in result.output
    assert len(result.output.splitlines()) == 1

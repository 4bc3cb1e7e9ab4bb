"""Tables of draws: a small calibration by the real machinery, one that was killed, and the tables that are shipped."""

import datetime as dt
import hashlib
import json
import math
import re
import shutil
import tomllib
from dataclasses import replace

import numpy as np
import pytest
from small_calibration import CHECKED, PEOPLE, SEED, count_steps, shrink, uncalibrated_folder
from tqdm import tqdm

from hecon.calibration import posterior, tables
from hecon.calibration.figures import BLOCK, DATE, figures, fitted_targets, with_values
from hecon.calibration.posterior import calibrate, calibration, place
from hecon.calibration.priors import EFFECTS, PRIORS, natural
from hecon.calibration.solved import SOLVED
from hecon.calibration.tables import LIBRARIES, PRIOR_WIDTHS, make_checks, make_tables, place_of
from hecon.inputs.errors import InputError
from hecon.inputs.parameters import read_parameters, shipped_folder
from hecon.model.checkpoint import Checkpoint
from hecon.model.trial import emulate

NAMES = [prior.name for prior in PRIORS]
ROWS = 40
SIZES = {"rows": ROWS, "people": PEOPLE, "seed": SEED}


def transformed(rows):
    """Rows of a table on the priors' scales."""
    return np.stack([prior.transform(rows[:, column]) for column, prior in enumerate(PRIORS)], axis=1)


def written(folder, name):
    """The text of a table and of its recipe, without the day it was made."""
    stem = place_of(folder, name)
    recipe = stem.with_suffix(".toml").read_text(encoding="utf-8")
    return stem.with_suffix(".csv").read_text(encoding="utf-8"), re.sub('(?m)^made = ".*"\n', "", recipe)


@pytest.fixture(scope="module", autouse=True)
def patch():
    """Every calibration of this module is small."""
    with pytest.MonkeyPatch.context() as context:
        shrink(context)
        yield context


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """The posteriors of the base case and of other priors, the folder they are written to, and that of the steps."""
    room = tmp_path_factory.mktemp("small")
    folder = uncalibrated_folder(room)
    return make_tables(folder, **SIZES, threads=1, checkpoint=room / "steps"), folder, room / "steps"


@pytest.fixture(scope="module")
def read(small):
    """The parameters with the tables that were written."""
    return read_parameters(DATE, small[1])


@pytest.fixture(scope="module")
def bare(small):
    """The parameters without what is calibrated."""
    return read_parameters(DATE, small[1], calibrated=False)


def block_of(parameters, name):
    return parameters.blocks[BLOCK] if name == BLOCK else parameters.tables[name].block


# What one calibration gives


def test_one_calibration_gives_three_tables(small, read):
    drawn, _, _ = small
    assert list(drawn) == list(PRIOR_WIDTHS) == [BLOCK, "effect_priors_half", "effect_priors_double"]
    for name, one in drawn.items():
        block = block_of(read, name)
        assert list(block.columns) == NAMES
        assert block.draws.shape == (ROWS, len(PRIORS))
        values = np.stack(list(natural(one.draws, one.priors).values()), axis=1)
        np.testing.assert_allclose(block.draws, values, rtol=1e-5)
        np.testing.assert_array_equal(block.point, block.draws[one.point])


def test_draws_are_those_of_the_table(read):
    block = read.blocks[BLOCK]
    drawn = read.sample(200, seed=1)
    assert set(drawn["return_slope"]) <= set(block.draws[:, NAMES.index("return_slope")])
    assert read.base_case()["frailty_sd"][0] == block.point[NAMES.index("frailty_sd")]
    assert read["return_slope"].grade == "calibrated"
    half = read.with_scenario("effect_priors_half")
    assert half.base_case()["frailty_sd"][0] == half.tables["effect_priors_half"].block.point[NAMES.index("frailty_sd")]


def test_draws_are_those_of_the_posterior_under_priors_as_wide_as_they_are_called(small):
    drawn, _, _ = small
    for name, width in PRIOR_WIDTHS.items():
        for prior, own in zip(drawn[name].priors, PRIORS, strict=True):
            assert prior.sd == pytest.approx(own.sd * (width if own.name in EFFECTS else 1.0))
            assert (prior.name, prior.centre, prior.scale) == (own.name, own.centre, own.scale)


def test_contraction_is_that_of_all_draws_that_the_rows_were_taken_from(small):
    (folder,) = small[2].iterdir()
    for name, one in small[0].items():
        width = PRIOR_WIDTHS[name]
        draws = np.stack([np.load(folder / f"effects-{width:g}-{number}.npy") for number in range(posterior.ENSEMBLES)])
        relative = [width if prior.name in EFFECTS else 1.0 for prior in PRIORS]
        expected = 1.0 - draws.reshape(-1, len(PRIORS)).std(axis=0) / relative
        np.testing.assert_allclose(one.contraction, expected, rtol=1e-9, atol=1e-12)


def test_rows_stand_in_the_order_of_predicted_days_of_usual_care(small):
    for one in small[0].values():
        column = [target.name for target in one.targets].index("usual_care.benefit_days.mean")
        assert (np.diff(one.emulated[:, column]) >= 0.0).all()
        assert one.emulated[-1, column] > one.emulated[0, column] + 1.0


def test_the_model_was_run_at_the_rows_checked_and_at_the_base_case(small, bare):
    problem = calibration(bare, people=PEOPLE, seed=SEED, threads=2)
    for name, one in small[0].items():
        assert len(one.figures) == len(one.checked) == CHECKED
        assert len({*one.checked.tolist(), one.point}) == CHECKED + 1
        some = np.array([one.checked[0], one.checked[-1], one.point])
        found = problem.figures(one.draws[some] * problem.spread(PRIOR_WIDTHS[name])) + one.offset
        np.testing.assert_array_equal(found, [one.figures[0], one.figures[-1], one.at_point])


def test_the_luck_of_the_runs_is_taken_away_before_they_teach(small, bare):
    one = small[0][BLOCK]
    (folder,) = small[2].iterdir()
    np.testing.assert_array_equal(one.offset, np.load(folder / "offset.npy"))
    assert (one.offset[: len(one.data.targets) - 3] != 0.0).any()
    problem = calibration(bare, people=PEOPLE, seed=SEED, threads=1)
    with tqdm(disable=True) as bar:
        stage = posterior.emulated(problem, Checkpoint(folder, bar))
    kept = [np.load(folder / f"{name}.npy") for name in ("runs-0", "runs-40", "refined-0")]
    np.testing.assert_array_equal(stage.found, np.concatenate(kept) + one.offset)
    assert stage.rows.shape == (80, len(PRIORS))


def test_the_recipe_says_how_it_was_made(small, read, bare):
    for name, one in small[0].items():
        recipe = block_of(read, name).about.recipe
        assert (recipe["rows"], recipe["people"], recipe["seed"]) == (ROWS, PEOPLE, SEED)
        assert recipe["command"] == f"hecon calibrate --rows {ROWS} --people {PEOPLE} --seed {SEED}"
        assert recipe["statute"] == DATE.isoformat()
        assert recipe["parameters"] == bare.hash
        assert recipe["versions"].split(", ")[0] == f"numpy {np.__version__}"
        assert [part.split()[0] for part in recipe["versions"].split(", ")] == list(LIBRARIES)
        assert 0 <= (dt.datetime.now(tz=dt.UTC).date() - dt.date.fromisoformat(recipe["made"])).days <= 1
        assert recipe["point"] == f"row {one.point}, the nearest to the posterior mean"
        assert recipe["r_hat"] == pytest.approx(one.r_hat.max(), rel=1e-4)
        assert recipe["effective_size"] == int(one.effective_size.min())
        assert recipe["autocorrelation_times"] == int(one.autocorrelation_times)
        assert recipe["emulator_error"] == pytest.approx(one.emulator_error.max(), rel=0.05)
        assert recipe["importance_effective_share"] == pytest.approx(1.0 / np.mean(one.importance**2), rel=0.05)
        assert recipe["importance_shift"] == pytest.approx(np.abs(one.importance_shift).max(), rel=0.05)
        off = np.abs(one.offset[: len(one.data.targets)] / one.data.error)
        assert recipe["luck_taken_away"] == pytest.approx(off.max(), rel=0.05)


def test_the_recipe_holds_the_fit_to_every_target(small, read):
    for name, one in small[0].items():
        fit = block_of(read, name).about.recipe["fit"]
        assert list(fit) == [target.name for target in fitted_targets(read.folder)]
        for column, (target, row) in enumerate(zip(one.data.targets, fit.values(), strict=True)):
            told = (target.value, one.emulated[:, column].mean(), one.at_point[column], one.data.error[column])
            assert row[:4] == pytest.approx(told, rel=6e-3)
            assert row[4] == pytest.approx(one.emulator_error[column], rel=0.06)


def test_the_recipe_holds_the_posterior_of_every_parameter(small, read):
    for name, one in small[0].items():
        recipe = block_of(read, name).about.recipe["posterior"]
        assert list(recipe) == NAMES
        drawn = natural(one.draws, one.priors).values()
        for column, (values, row) in enumerate(zip(drawn, recipe.values(), strict=True)):
            told = [values.mean(), values.std(ddof=1), *np.quantile(values, [0.05, 0.5, 0.95]), one.contraction[column]]
            assert row[:6] == pytest.approx(told, rel=6e-4, abs=1e-12)
            assert row[6:] == pytest.approx([one.r_hat[column], one.effective_size[column]], rel=1e-2)


def test_columns_tell_the_prior_and_what_the_data_took(small, read):
    for name, one in small[0].items():
        columns = block_of(read, name).about.columns
        for prior, contraction in zip(one.priors, one.contraction, strict=True):
            told = columns[prior.name].prior
            assert told.startswith(f"Prior: {prior.words}. The data took {contraction:.0%} of that SD")
            assert told.endswith("prior-driven") == (contraction < 0.2)
            assert (columns[prior.name].label, columns[prior.name].unit) == (prior.label, prior.unit)


# What is kept on the way


def test_no_two_steps_have_one_name(small):
    (folder,) = small[2].iterdir()
    expected = posterior.steps_to_emulate() + 3 * (posterior.ENSEMBLES + 1)
    assert len(list(folder.iterdir())) == expected


def test_another_number_of_rows_takes_up_the_walks_and_runs_the_model_at_its_own(small, bare, monkeypatch):
    made = count_steps(monkeypatch)
    fewer = calibrate(bare, rows=CHECKED + 1, people=PEOPLE, seed=SEED, threads=1, checkpoint=small[2])[BLOCK]
    assert [name.split("-")[0] for name in made] == ["effects"]
    assert "check" in made[0]
    assert sorted([*fewer.checked.tolist(), fewer.point]) == list(range(CHECKED + 1))
    problem = calibration(bare, people=PEOPLE, seed=SEED, threads=1)
    np.testing.assert_array_equal(fewer.figures, problem.figures(fewer.draws[fewer.checked]) + fewer.offset)


def test_a_posterior_is_known_by_the_width_of_its_priors_and_not_by_its_name(small, bare, monkeypatch):
    drawn, _, steps = small
    made = count_steps(monkeypatch)
    effects = {"mine": 0.5, BLOCK: 2.0}
    again = calibrate(bare, **SIZES, threads=1, effects=effects, checkpoint=steps)
    assert made == []
    np.testing.assert_array_equal(again["mine"].draws, drawn["effect_priors_half"].draws)
    np.testing.assert_array_equal(again[BLOCK].draws, drawn["effect_priors_double"].draws)


@pytest.mark.parametrize("other", ["seed", "people", "target", "parameter", "constant"])
def test_another_calibration_does_not_take_up_the_steps(small, bare, tmp_path, monkeypatch, other):
    _, folder, steps = small
    sizes = dict(SIZES)
    if other in sizes:
        sizes[other] += 1
    elif other == "target":
        folder = shutil.copytree(folder, tmp_path / "parameters")
        path = folder / "targets.toml"
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace("value     = 76.0", "value     = 77.0", 1), encoding="utf-8")
        assert fitted_targets(folder)[0].value == 77.0
        bare = replace(bare, folder=folder)
    elif other == "constant":
        monkeypatch.setattr(posterior, "BURN", 11)
    else:
        bare = bare.overlay({"invitation_response": 0.5})
    made = count_steps(monkeypatch, stop=0)
    with pytest.raises(KeyboardInterrupt):
        calibrate(bare, **sizes, threads=1, checkpoint=steps)
    assert made == []


def test_another_version_of_the_code_does_not_take_up_the_steps(small, bare, monkeypatch):
    problem = calibration(bare, people=PEOPLE, seed=SEED, threads=1)
    assert (small[2] / place(bare, problem)).is_dir()
    assert place(bare, replace(problem, threads=2)) == place(bare, problem)
    rooms = []
    monkeypatch.setattr(posterior, "code_digest", lambda names: rooms.extend(names) or "other")
    assert not (small[2] / place(bare, problem)).exists()
    assert rooms == ["inputs", "model", "calibration"]


# A scenario's table, and a run that was killed


@pytest.fixture(scope="module")
def without_frailty(small, tmp_path_factory):
    """A scenario's table, its folder, the steps that made it, and the bar that showed them."""
    room = tmp_path_factory.mktemp("scenario")
    folder = shutil.copytree(small[1], room / "parameters")
    bars = []

    class Bar(tqdm):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            self.moved = 0
            bars.append(self)

        def update(self, n=1):
            self.moved += n

    with pytest.MonkeyPatch.context() as context:
        context.setattr(posterior, "tqdm", Bar)
        made = count_steps(context)
        drawn = make_tables(folder, "frailty_off", **SIZES, threads=1, checkpoint=room / "steps")
    return drawn, folder, made, bars


def test_a_parameter_that_a_scenario_fixes_is_not_fitted_and_its_column_is_constant(without_frailty):
    drawn, folder, _, _ = without_frailty
    block = read_parameters(DATE, folder).tables["frailty_off"].block
    assert list(block.columns) == NAMES
    frailty = NAMES.index("frailty_sd")
    assert (block.draws[:, frailty] == 0.0).all()
    assert block.point[frailty] == 0.0
    assert (np.delete(block.draws, frailty, axis=1).std(axis=0) > 0.0).all()
    assert [prior.name for prior in drawn["frailty_off"].priors] == [name for name in NAMES if name != "frailty_sd"]
    assert block.about.columns["frailty_sd"].prior == "Fixed by the scenario, not fitted"
    assert "frailty_sd" not in block.about.recipe["posterior"]
    assert block.about.recipe["command"].endswith(" --scenario frailty_off")
    changed = read_parameters(DATE, folder).with_scenario("frailty_off").sample(50, seed=1)
    assert (changed["frailty_sd"] == 0.0).all()
    assert len(set(changed["return_slope"])) > 10


def test_a_scenario_leaves_the_base_cases_table_as_it_was(small, without_frailty):
    assert written(without_frailty[1], BLOCK) == written(small[1], BLOCK)


def test_the_bar_knows_how_many_steps_there_are(without_frailty):
    _, _, made, (bar,) = without_frailty
    assert bar.total == bar.moved == len(made) == len(set(made))


def test_a_run_that_was_killed_goes_on_to_the_same_bytes(small, without_frailty, tmp_path, monkeypatch):
    _, finished, steps, _ = without_frailty
    folder = shutil.copytree(small[1], tmp_path / "parameters")
    before = written(folder, "frailty_off")
    half = len(steps) // 2
    with monkeypatch.context() as context:
        first = count_steps(context, stop=half)
        with pytest.raises(KeyboardInterrupt):
            make_tables(folder, "frailty_off", **SIZES, threads=1, checkpoint=tmp_path / "steps")
    assert first == steps[:half]
    assert written(folder, "frailty_off") == before
    second = count_steps(monkeypatch)
    make_tables(folder, "frailty_off", **SIZES, threads=2, checkpoint=tmp_path / "steps")
    assert sorted(second) == sorted(steps[half:])
    assert written(folder, "frailty_off") == written(finished, "frailty_off")


# Which table a scenario gets


@pytest.fixture
def asked(monkeypatch):
    """What `calibrate` was asked for, which then ends."""
    seen = {}

    def begun(parameters, **options):
        seen.update(options, parameters=parameters)
        raise KeyboardInterrupt

    monkeypatch.setattr(tables, "calibrate", begun)
    return seen


def test_a_scenario_is_fitted_with_what_it_fixes_and_the_priors_as_they_stand(small, asked, tmp_path):
    with pytest.raises(KeyboardInterrupt):
        make_tables(small[1], "invitation_effect", rows=17, people=130, seed=3, threads=2, checkpoint=tmp_path)
    assert asked["parameters"].date == DATE
    assert asked["parameters"].blocks == {}
    assert asked["parameters"]["invitation_response"].value == 1.0
    given = {name: asked[name] for name in ("rows", "people", "seed", "threads", "checkpoint")}
    assert given == {"rows": 17, "people": 130, "seed": 3, "threads": 2, "checkpoint": tmp_path}
    assert asked.get("effects", {BLOCK: 1.0}) == {BLOCK: 1.0}


def test_the_base_case_brings_the_tables_of_other_priors(small, asked):
    with pytest.raises(KeyboardInterrupt):
        make_tables(small[1])
    assert asked["effects"] == {BLOCK: 1.0, "effect_priors_half": 0.5, "effect_priors_double": 2.0}
    assert asked["parameters"].overlaid == ()


def test_a_scenario_that_is_solved_for_starts_from_the_table_of_the_base_case(small, tmp_path, monkeypatch):
    folder = shutil.copytree(small[1], tmp_path / "parameters")
    base = read_parameters(DATE, folder).blocks[BLOCK]
    whole = np.vstack([base.point, base.draws])
    seen = {}

    def solve(scenario, parameters, **options):
        seen.update(options, scenario=scenario)
        np.testing.assert_array_equal(parameters.blocks[BLOCK].draws, base.draws)
        columns = dict(zip(NAMES, whole.T.copy(), strict=True))
        return columns | {"early_contact_aap_odds_ratio": np.full(len(whole), 0.5)}, {"method": "by hand", "left": 0.25}

    monkeypatch.setattr(tables, "solve_table", solve)
    assert make_tables(folder, "aap_difference_zero", people=300, seed=8) == {}
    assert (seen["scenario"], seen["people"], seen["seed"]) == ("aap_difference_zero", 300, 8)
    block = read_parameters(DATE, folder).tables["aap_difference_zero"].block
    assert block.about.recipe["method"] == "by hand"
    assert block.about.recipe["left"] == 0.25
    told = {name: column.prior for name, column in block.about.columns.items()}
    assert told.pop("early_contact_aap_odds_ratio") == "Set or solved for by the scenario"
    assert set(told.values()) == {"As in calibrated/trial.csv, row by row"}
    np.testing.assert_array_equal(block.draws[:, 0], base.draws[:, 0])
    assert (block.draws[:, NAMES.index("early_contact_aap_odds_ratio")] == 0.5).all()


@pytest.mark.parametrize(
    ("scenario", "line"),
    [
        ("frailty_of", "scenarios: 'frailty_of' is not one: the closest known name is frailty_off"),
        (
            "no_effect",
            "scenarios/no_effect.toml: has no table: it is run as it stands: leave --scenario no_effect out",
        ),
        (
            "effect_priors_half",
            "scenarios/effect_priors_half.toml: is made by `hecon calibrate` itself: "
            "leave --scenario effect_priors_half out",
        ),
    ],
)
def test_a_scenario_that_gets_no_table_of_its_own_is_refused_in_one_line(small, asked, scenario, line):
    with pytest.raises(InputError) as caught:
        make_tables(small[1], scenario)
    assert caught.value.faults == (line,)
    assert asked == {}


def test_without_the_base_cases_table_nothing_is_solved_or_checked(tmp_path, monkeypatch):
    folder = uncalibrated_folder(tmp_path)
    monkeypatch.setattr(tables, "solve_table", lambda *_args, **_options: pytest.fail("it began"))
    monkeypatch.setattr(tables, "check", lambda *_args, **_options: pytest.fail("it began"))
    options = {"people": 300, "seed": 1, "threads": 1, "checkpoint": tmp_path, "progress": False}
    for make in (
        lambda: make_tables(folder, "aap_difference_zero", **options),
        lambda: make_checks(folder, **options),
    ):
        with pytest.raises(
            InputError, match=r"trial\.csv, \.toml: cannot be read: run `hecon calibrate` first"
        ) as error:
            make()
        assert len(error.value.faults) == 1


def test_too_few_rows_are_refused_and_leave_the_old_table(small):
    before = written(small[1], BLOCK)
    with pytest.raises(InputError, match="rows: 0 is too few") as caught:
        make_tables(small[1], rows=0, people=PEOPLE, seed=SEED)
    assert len(caught.value.faults) == 1
    assert written(small[1], BLOCK) == before


def test_checks_are_written_beside_the_table_with_its_digest(small, tmp_path, monkeypatch):
    folder = shutil.copytree(small[1], tmp_path / "parameters")
    seen = {}

    def check(parameters, **options):
        seen.update(options, blocks=parameters.blocks, date=parameters.date)
        return {"left_out": [], "recovery": {"coverage": 0.9}}

    monkeypatch.setattr(tables, "check", check)
    options = {"people": 300, "seed": 1, "threads": 2, "checkpoint": tmp_path, "progress": False}
    path = make_checks(folder, **options)
    assert path == folder / "calibrated" / "trial_checks.json"
    assert seen == {**options, "blocks": {}, "date": DATE}
    digest = hashlib.sha256((folder / "calibrated" / "trial.csv").read_bytes()).hexdigest()
    found = json.loads(path.read_text(encoding="utf-8"))
    assert found == {"block": digest, "left_out": [], "recovery": {"coverage": 0.9}}


# The tables that are shipped

FITTED = (*PRIOR_WIDTHS, "frailty_off", "invitation_effect")


@pytest.fixture(scope="module")
def shipped():
    return read_parameters(DATE)


def test_every_scenario_with_a_table_is_fitted_or_solved_for(shipped):
    named = {scenario.calibration for scenario in shipped.scenarios.values()} - {None}
    assert named == {*FITTED, *SOLVED} - {BLOCK}


def priors_of(name):
    """The priors that a table was made with."""
    width = PRIOR_WIDTHS.get(name, 1.0)
    free = [prior for prior in PRIORS if not (name == "frailty_off" and prior.name == "frailty_sd")]
    return [replace(prior, sd=prior.sd * (width if prior.name in EFFECTS else 1.0)) for prior in free]


@pytest.mark.parametrize("name", FITTED)
def test_a_shipped_table_has_a_thousand_rows_and_one_of_them_is_the_base_case(shipped, name):
    block = block_of(shipped, name)
    recipe = block.about.recipe
    assert list(block.columns) == NAMES
    assert len(block.draws) == recipe["rows"] >= 1000
    assert len(np.unique(block.draws, axis=0)) > 0.95 * len(block.draws)  # a walker may stay where it is, now and then
    number = int(re.match(r"row (\d+), the nearest to the posterior mean$", recipe["point"]).group(1))
    np.testing.assert_array_equal(block.point, block.draws[number])
    assert recipe["statute"] == DATE.isoformat()


@pytest.mark.parametrize("name", FITTED)
def test_a_shipped_recipe_was_fitted_to_the_targets_that_stand_there_now(shipped, name):
    fit = block_of(shipped, name).about.recipe["fit"]
    published = {target.name: target.value for target in fitted_targets(shipped.folder)}
    assert {target: row[0] for target, row in fit.items()} == pytest.approx(published)


@pytest.mark.parametrize("name", FITTED)
def test_a_shipped_recipe_has_the_priors_that_stand_there_now(shipped, name):
    columns = block_of(shipped, name).about.columns
    for prior in priors_of(name):
        assert columns[prior.name].prior.startswith(f"Prior: {prior.words}. ")
    assert [(columns[prior.name].label, columns[prior.name].unit) for prior in PRIORS] == [
        (prior.label, prior.unit) for prior in PRIORS
    ]


@pytest.mark.parametrize("name", FITTED)
def test_shipped_draws_are_as_wide_as_their_recipe_says(shipped, name):
    block = block_of(shipped, name)
    for prior in priors_of(name):
        told = block.about.columns[prior.name].prior
        taken = int(re.search(r"took (-?\d+)%", told).group(1)) / 100.0
        values = block.draws[:, NAMES.index(prior.name)]
        # Of all draws, of which the rows are some: an SD of n rows has a relative error of 1 / sqrt(2 n).
        chance = 4.5 * (1.0 - taken) / math.sqrt(2.0 * len(values))
        assert 1.0 - prior.transform(values).std(ddof=1) / prior.sd == pytest.approx(taken, abs=0.005 + chance)
        mean, sd, *quantiles, contraction, _, _ = block.about.recipe["posterior"][prior.name]
        assert [mean, sd, *quantiles] == pytest.approx(
            [values.mean(), values.std(ddof=1), *np.quantile(values, [0.05, 0.5, 0.95])], rel=1e-3
        )
        assert contraction == pytest.approx(taken, abs=0.0051)
        if taken != 0.2:
            assert told.endswith("prior-driven") == (taken < 0.2)


@pytest.mark.parametrize("name", FITTED)
def test_a_shipped_posterior_was_sampled_until_its_chains_agreed(shipped, name):
    recipe = block_of(shipped, name).about.recipe
    diagnostics = np.array([row[6:] for row in recipe["posterior"].values()])
    assert len(diagnostics) == len(priors_of(name))
    assert diagnostics[:, 0].max() < 1.05
    assert diagnostics[:, 1].min() > 400
    assert recipe["r_hat"] == pytest.approx(diagnostics[:, 0].max(), rel=1e-4)
    assert recipe["effective_size"] == pytest.approx(diagnostics[:, 1].min(), abs=1.0)
    wrong = max(row[4] for row in recipe["fit"].values())
    assert recipe["emulator_error"] == pytest.approx(wrong, rel=0.05)
    assert 0.0 < recipe["importance_effective_share"] <= 1.0
    assert recipe["autocorrelation_times"] >= 1


def assert_model_gives(shipped, name):
    """The recipe's figures at the point are those of the model now, within the chance of the luck of this run."""
    block = block_of(shipped, name)
    recipe = block.about.recipe
    targets = fitted_targets(shipped.folder)
    bare = read_parameters(DATE, shipped.folder, calibrated=False)
    fixed = bare if name in PRIOR_WIDTHS else bare.with_scenario(name)
    options = {"people": recipe["people"], "seed": recipe["seed"], "threads": None}
    row = np.array([[prior.transform(block.point[NAMES.index(prior.name)]) for prior in priors_of(name)]])
    found = figures(fixed.base_case(), row, targets, priors=priors_of(name), **options)[0]
    for target, value in zip(targets, found, strict=True):
        _, _, at_point, error, _ = recipe["fit"][target.name]
        chance = 0.0 if target.arm == "all" else error * math.sqrt((target.n or 255) / recipe["people"])
        assert abs(value - at_point) < 4.5 * chance + 1e-3 * abs(at_point), target.name


def test_the_shipped_recipe_holds_what_the_model_gives_now(shipped):
    assert_model_gives(shipped, BLOCK)


@pytest.mark.slow
@pytest.mark.parametrize("name", FITTED[1:])
def test_a_scenarios_shipped_recipe_holds_what_the_model_gives_now(shipped, name):
    assert_model_gives(shipped, name)


def usual_care():
    """The seven figures of usual care."""
    return [target for target in fitted_targets(shipped_folder()) if target.arm == "usual_care"]


@pytest.mark.parametrize("target", usual_care(), ids=lambda target: target.statistic)
def test_the_shipped_posterior_and_its_point_reach_usual_care(shipped, target):
    published, mean, at_point, error, _ = shipped.calibration[BLOCK]["fit"][target.name]
    assert published == target.value
    assert abs(mean - published) < 2.0 * error
    assert abs(at_point - published) < 2.0 * error


@pytest.mark.parametrize("name", FITTED[:1])
def test_shipped_rows_stand_in_the_order_of_predicted_days(shipped, name):
    block = block_of(shipped, name)
    some = block.draws[:: len(block.draws) // 20]
    at = with_values(shipped.base_case(), transformed(some))
    days = emulate(at, "usual_care", people=1000, seed=block.about.recipe["seed"]).days.mean(axis=1)
    # Were rows in any other order, the correlation would be zero with an error of 1 / sqrt(rows).
    assert np.corrcoef(np.arange(len(some)), days)[0, 1] > 4.0 / math.sqrt(len(some))


def test_the_shipped_checks_are_of_the_shipped_table(shipped):
    folder = shipped.folder / "calibrated"
    checks = json.loads((folder / tables.CHECKS).read_text(encoding="utf-8"))
    assert checks["block"] == hashlib.sha256((folder / "trial.csv").read_bytes()).hexdigest()


def test_every_shipped_recipe_is_one_of_this_form(shipped):
    recipes = {
        path: tomllib.loads(path.read_text(encoding="utf-8"))
        for path in (shipped.folder / "calibrated").rglob("*.toml")
    }
    tables = {path: content["recipe"] for path, content in recipes.items() if path.stem != "responses"}
    assert len(tables) > 5
    for path, recipe in tables.items():
        assert {"command", "people", "seed", "hecon", "versions", "made", "statute", "parameters"} <= set(recipe), path
        assert recipe["command"].startswith("hecon calibrate "), path

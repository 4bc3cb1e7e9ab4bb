"""Tables solved for: roots with closed forms, pairs of published ratios, arms that do what was asked of them."""

import math
import sys
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from hecon.calibration.figures import BLOCK, DATE
from hecon.calibration.priors import PRIORS
from hecon.calibration.solved import FARTHEST, NARROW, SOLVED, published_log_ratios, solve_ratios, solve_table
from hecon.inputs.calibrated import Block, BlockFile, Column
from hecon.inputs.errors import InputError
from hecon.inputs.parameters import read_parameters
from hecon.model.trial import emulate, hazard_ratios

NAMES = tuple(prior.name for prior in PRIORS)
EFFECTS = tuple(name for name in NAMES if name.startswith(("early_contact", "motivational_content")))
ROWS, PEOPLE, SEED = 3, 600, 11
ARMS_OF = {"active_control": "early_contact", "motivational_interviewing": "motivational_content"}


# Roots


def test_ratios_are_the_closed_forms_of_each_row():
    wanted = np.array([0.2, 0.9, 1.0, 3.0, 7.0])
    found = solve_ratios(lambda log, row: np.sinh(log) - np.sinh(np.log(wanted))[row], 5, tolerance=1e-4)
    np.testing.assert_allclose(np.log(found.ratio), np.log(wanted), atol=NARROW)
    np.testing.assert_allclose(found.distance, np.sinh(np.log(found.ratio)) - np.sinh(np.log(wanted)), atol=1e-12)
    assert not found.outside.any()


def test_a_falling_figure_is_solved_too():
    found = solve_ratios(lambda log, row: 1.5 ** (1.0 + row) - np.exp(log), 3, tolerance=1e-6)
    np.testing.assert_allclose(found.ratio, [1.5, 1.5**2, 1.5**3], rtol=NARROW)


def test_a_figure_that_moves_in_steps_is_met_within_a_step():
    step = 0.01
    found = solve_ratios(lambda log, row: np.round(log / step) * step - 0.3141 - 0.1 * row, 4, tolerance=step / 2.0)
    np.testing.assert_allclose(np.log(found.ratio), 0.3141 + 0.1 * np.arange(4), atol=step + NARROW)


def test_where_nothing_in_the_bracket_reaches_the_target_the_nearer_end_stands():
    wanted = np.log([2.0, 20.0, 1.0 / 20.0])
    found = solve_ratios(lambda log, row: log - wanted[row], 3, tolerance=1e-6)
    assert found.outside.tolist() == [False, True, True]
    np.testing.assert_allclose(found.ratio, [2.0, FARTHEST, 1.0 / FARTHEST], rtol=1e-6)
    np.testing.assert_allclose(found.distance[1:], [math.log(FARTHEST / 20.0), math.log(20.0 / FARTHEST)])


def test_rows_that_are_solved_are_not_asked_for_again():
    asked = np.zeros(2, dtype=np.int64)

    def distance(log, row):
        np.add.at(asked, row, 1)
        return np.where(row == 0, log - math.log(FARTHEST), log**3 - 0.1)

    solve_ratios(distance, 2, tolerance=1e-9)
    assert asked[0] == 2
    assert asked[1] > 4


# The published ratios


@pytest.fixture(scope="module")
def parameters():
    """Parameters of the trial's date, with a block of a few draws from narrowed priors."""
    random = np.random.default_rng(SEED)
    rows = np.array(
        [prior.inverse(prior.mean + 0.2 * prior.sd * random.standard_normal(ROWS + 1)) for prior in PRIORS]
    ).T
    about = BlockFile(recipe={}, columns={prior.name: Column(label=prior.label, unit=prior.unit) for prior in PRIORS})
    return read_parameters(DATE, calibrated=False).with_block(Block(BLOCK, "", about, NAMES, rows[0], rows[1:]))


def test_the_base_case_has_the_published_medians(parameters):
    early, both = published_log_ratios(parameters, 5, SEED)
    assert both[0] == pytest.approx(math.log(1.12), abs=1e-14)
    assert early[0] == pytest.approx(math.log(1.12 / 1.16), abs=1e-14)


def test_published_pairs_share_an_arm(parameters):
    rows = 40_000
    early, both = (values[1:] for values in published_log_ratios(parameters, rows + 1, SEED))
    content = both - early
    for values, median, se in ((both, 1.12, 0.113), (content, 1.16, 0.112)):
        assert values.mean() == pytest.approx(math.log(median), abs=4.0 * se / math.sqrt(rows))
        assert values.std() == pytest.approx(se, rel=4.0 / math.sqrt(2.0 * rows))
    assert np.corrcoef(both, content)[0, 1] == pytest.approx(0.5, abs=4.0 * 0.75 / math.sqrt(rows))
    # The third contrast of three arms alike is as uncertain as the other two.
    expected = math.sqrt(0.113**2 + 0.112**2 - 0.113 * 0.112)
    assert early.std() == pytest.approx(expected, rel=4.0 / math.sqrt(2.0 * rows))


def test_a_folder_without_the_published_ratios_is_refused(parameters, tmp_path):
    (tmp_path / "targets.toml").write_text("targets = []\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"targets\.toml: no target has the statistic hazard_ratio_adjusted"):
        published_log_ratios(replace(parameters, folder=tmp_path), 3, SEED)


# Emulated arms


@pytest.fixture(scope="module")
def solved(parameters):
    """The table and recipe of each scenario."""
    return {name: solve_table(name, parameters, people=PEOPLE, seed=SEED) for name in SOLVED[:2]}


def emulated(parameters, columns, keys, *, people, seed):
    """The arms at rows of a table, all with usual care's mix at inclusion."""
    inputs = replace(parameters.base_case(), draw=keys, points=None, drawn=columns)
    return {arm: emulate(inputs, arm, people=people, seed=seed, mix="usual_care") for arm in ("usual_care", *ARMS_OF)}


def wanted(parameters, scenario):
    """What the figure of each arm is to be, by arm."""
    targets = published_log_ratios(parameters, ROWS + 1, SEED) if scenario == SOLVED[1] else np.zeros((2, ROWS + 1))
    return dict(zip(ARMS_OF, targets, strict=True))


def figure(scenario, arm, usual):
    if scenario == SOLVED[1]:
        return np.log(hazard_ratios(arm, usual))
    return arm.entered_aap.mean(axis=1) - usual.entered_aap.mean(axis=1)


def test_arms_of_one_mix_without_effects_are_the_same_people(parameters):
    none = dict.fromkeys(EFFECTS, np.ones(1))
    inputs = replace(parameters.base_case(), drawn=none)
    usual, *others = (emulate(inputs, arm, people=PEOPLE, mix="usual_care") for arm in ("usual_care", *ARMS_OF))
    for arm in others:
        np.testing.assert_array_equal(arm.weeks, usual.weeks)
        np.testing.assert_array_equal(arm.entered_aap, usual.entered_aap)
    own = emulate(inputs, "active_control", people=PEOPLE)
    assert (own.weeks != usual.weeks).any()


@pytest.mark.parametrize("scenario", SOLVED[:2])
def test_with_the_luck_it_was_solved_with_every_arm_does_as_asked(parameters, solved, scenario):
    columns, recipe = solved[scenario]
    draws = {name: values[1:] for name, values in columns.items()}
    arms = emulated(parameters, draws, np.arange(1, ROWS + 1), people=PEOPLE, seed=SEED)
    for arm, part in ARMS_OF.items():
        unknown = f"{part}_{'return' if scenario == SOLVED[1] else 'aap_odds'}_ratio"
        off = figure(scenario, arms[arm], arms["usual_care"]) - wanted(parameters, scenario)[arm][1:]
        assert recipe[f"{unknown}_rows_at_an_end"] == 0
        # An arm of 600 moves by a person: 1 / 600 of a share, about as much of a log hazard ratio.
        assert np.abs(off).max() <= recipe[f"{unknown}_farthest_off"] + 1e-12 <= 2.0 / PEOPLE


@pytest.mark.parametrize("scenario", SOLVED[:2])
def test_with_other_luck_and_more_people_too_within_their_error(parameters, solved, scenario):
    columns, _ = solved[scenario]
    people = 3000
    arms = emulated(parameters, columns, np.arange(ROWS + 1), people=people, seed=SEED + 1)
    others = emulated(parameters, columns, np.arange(ROWS + 1), people=people, seed=SEED + 2)
    for arm in ARMS_OF:
        first, second = (figure(scenario, run[arm], run["usual_care"]) for run in (arms, others))
        # Half the squared difference of two seeds is the variance of one; that of the arms it was solved on is greater.
        error = np.sqrt(np.mean((first - second) ** 2) / 2.0 * (0.5 + people / PEOPLE))
        off = 0.5 * (first + second) - wanted(parameters, scenario)[arm]
        assert np.sqrt(np.mean(off**2)) < 3.0 * error + 2.0 / PEOPLE


@pytest.mark.parametrize(
    ("scenario", "moved", "none"),
    [(SOLVED[0], ("aap_odds",), ()), (SOLVED[1], ("return",), ("relapse", "aap_odds"))],
)
def test_a_row_keeps_all_that_is_not_solved_for(parameters, solved, scenario, moved, none):
    columns, _ = solved[scenario]
    block = parameters.blocks[BLOCK]
    was = dict(zip(NAMES, np.vstack([block.point, block.draws]).T, strict=True))
    assert tuple(columns) == NAMES
    for part in ARMS_OF.values():
        for on in moved:
            assert (columns[f"{part}_{on}_ratio"] != was.pop(f"{part}_{on}_ratio")).all()
        for on in none:
            was[f"{part}_{on}_ratio"] = np.ones(ROWS + 1)
    for name, values in was.items():
        np.testing.assert_array_equal(columns[name], values)


def test_the_recipe_says_what_was_done(solved):
    for _, recipe in solved.values():
        assert (recipe["rows"], recipe["people"], recipe["seed"]) == (ROWS, PEOPLE, SEED)
        assert recipe["people_point"] == 4 * PEOPLE
        assert all(isinstance(value, str | int | float | list) for value in recipe.values())


def test_the_number_of_threads_does_not_show(parameters, solved):
    again, recipe = solve_table(SOLVED[1], parameters, people=PEOPLE, seed=SEED, threads=1)
    for name, values in solved[SOLVED[1]][0].items():
        np.testing.assert_array_equal(again[name], values)
    assert recipe == solved[SOLVED[1]][1]


def test_a_row_does_not_depend_on_the_others(parameters, solved):
    block = parameters.blocks[BLOCK]
    fewer = parameters.with_block(replace(block, draws=block.draws[:1]))
    columns, _ = solve_table(SOLVED[0], fewer, people=PEOPLE, seed=SEED)
    for name, values in columns.items():
        np.testing.assert_array_equal(values, solved[SOLVED[0]][0][name][:2])


def test_rows_that_cannot_do_as_asked_are_counted_and_kept(parameters):
    """Where nobody attends, no ratio moves an arm."""
    block = parameters.blocks[BLOCK]
    draws = block.draws.copy()
    draws[1, [NAMES.index("mi_first_attendance"), NAMES.index("mi_second_attendance")]] = 0.0
    columns, recipe = solve_table(
        SOLVED[1], parameters.with_block(replace(block, draws=draws)), people=PEOPLE, seed=SEED
    )
    assert recipe["motivational_content_return_ratio_rows_at_an_end"] == 1
    assert recipe["early_contact_return_ratio_rows_at_an_end"] == 0
    content = columns["motivational_content_return_ratio"]
    assert len(content) == ROWS + 1
    assert abs(math.log(content[2])) == pytest.approx(math.log(FARTHEST))
    assert recipe["motivational_content_return_ratio_farthest_off"] <= 2.0 / PEOPLE


def test_mi_nav_is_handed_on(parameters, monkeypatch):
    given = {}

    def mi_nav_rows(these, **arguments):
        given.update(arguments, parameters=these)
        return {}, {"method": "theirs"}

    monkeypatch.setitem(sys.modules, "hecon.calibration.mi_nav", SimpleNamespace(mi_nav_rows=mi_nav_rows))
    arguments = {"people": 200, "seed": 3, "threads": 1, "progress": False}
    assert solve_table("mi_nav_effect", parameters, **arguments) == ({}, {"method": "theirs"})
    assert given == {**arguments, "parameters": parameters}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"scenario": "aap_differenc_zero"}, "scenario: 'aap_differenc_zero' .* closest known name is aap_difference"),
        ({"people": 99}, "people: 99 is too few"),
        ({"parameters": None}, r"calibrated/trial\.csv was not read"),
    ],
)
def test_what_cannot_be_solved_is_refused(parameters, change, message):
    asked = {"scenario": SOLVED[0], "parameters": parameters} | change
    asked["parameters"] = asked["parameters"] or read_parameters(DATE, calibrated=False)
    with pytest.raises(InputError, match=message):
        solve_table(**asked)

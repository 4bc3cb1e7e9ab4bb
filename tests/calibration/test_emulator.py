"""The emulator: functions that it must reproduce, what an arm depends on, and registers, which it computes."""

import math
from dataclasses import replace

import numpy as np
import pytest

from hecon.calibration import emulator
from hecon.calibration.emulator import arm_coordinates, bent, terms, train
from hecon.calibration.figures import DATE, figures, fitted_targets
from hecon.calibration.priors import PRIORS
from hecon.inputs.parameters import read_parameters
from hecon.inputs.targets import ARMS, Target

NAMES = [prior.name for prior in PRIORS]
MEAN = np.array([prior.mean for prior in PRIORS])
SD = np.array([prior.sd for prior in PRIORS])
SOME = (
    "return_slope",
    "relapse_decay",
    "early_contact_return_ratio",
    "motivational_content_return_ratio",
    "early_first_attendance",
    "early_second_attendance",
    "mi_first_attendance",
    "mi_second_attendance",
)
FEW = tuple(prior for prior in PRIORS if prior.name in SOME)
RUNS = 200
ABOUT = dict.fromkeys(("role", "source", "locator", "read"), "")


@pytest.fixture(scope="module")
def base():
    inputs = read_parameters(DATE, calibrated=False).base_case()
    rates = {"aap_to_work": 0.2, "aap_to_disability": 0.1, "aap_to_unemployed": 0.05}
    return replace(inputs, drawn={name: np.array([rate]) for name, rate in rates.items()})


def figure(name, arm, unit="share"):
    return Target(name=name, value=1.0, arm=arm, statistic="aap_to_disability_rate", unit=unit, **ABOUT)


def rows_of(number, seed, priors=FEW):
    """Rows of parameters on their priors' scales."""
    luck = np.random.default_rng(seed).standard_normal((number, len(priors)))
    return luck * [prior.sd for prior in priors] + [prior.mean for prior in priors]


def column(rows, name, priors=FEW):
    return rows[:, [prior.name for prior in priors].index(name)]


# The terms


def test_terms_of_a_quadratic_by_hand():
    assert terms(np.array([[2.0, 3.0], [0.0, -1.0]])).tolist() == [[1, 2, 3, 4, 6, 9], [1, 0, -1, 0, 0, 1]]


def test_who_attends_less_first_than_second_has_no_excess():
    at = np.array([[9.0, 1.0, 0.4], [9.0, 0.4, 1.0], [9.0, 1.0, 1.0]])
    found = bent(at, np.array([1, 2]))
    np.testing.assert_allclose(found, [[9.0, 1.0, 0.4, 0.6], [9.0, 0.4, 1.0, 0.0], [9.0, 1.0, 1.0, 0.0]], rtol=1e-14)
    np.testing.assert_array_equal(bent(at, np.array([], dtype=np.int64)), at)
    np.testing.assert_array_equal(bent(at, np.array([1])), at)


# What an arm depends on


def test_coordinates_of_each_arm_by_hand(base):
    for arm, expected, attended in (
        ("usual_care", [[0], [1]], []),
        ("active_control", [[0], [1], [2], [4], [5]], [3, 4]),
        ("motivational_interviewing", [[0], [1], [2, 3], [6], [7]], [3, 4]),
    ):
        matrix, attendances = arm_coordinates(base, arm, FEW)
        assert matrix.shape == (len(FEW), len(expected))
        assert [np.flatnonzero(part).tolist() for part in matrix.T] == expected
        assert set(np.unique(matrix)) == {0.0, 1.0}
        assert attendances.tolist() == attended


def test_of_all_parameters_each_arm_leaves_out_only_what_other_arms_are_offered(base):
    natural = sum(not name.startswith(("early_", "motivational_", "mi_")) for name in NAMES)
    for arm, number in (
        ("usual_care", natural),
        ("active_control", natural + 3 + 2),
        ("motivational_interviewing", natural + 3 + 2),
    ):
        matrix, _ = arm_coordinates(base, arm, PRIORS)
        assert matrix.shape == (len(PRIORS), number)
    mine, _ = arm_coordinates(base, "motivational_interviewing", PRIORS)
    unread = {name for name, row in zip(NAMES, mine, strict=True) if not row.any()}
    assert unread == {"early_first_attendance", "early_second_attendance"}


def test_what_a_scenario_fixes_is_no_coordinate(base):
    free = tuple(prior for prior in FEW if prior.name not in {"early_contact_return_ratio", "mi_first_attendance"})
    matrix, attendances = arm_coordinates(base, "motivational_interviewing", free)
    named = [[free[i].name for i in np.flatnonzero(part)] for part in matrix.T]
    assert named[2:] == [["motivational_content_return_ratio"], ["mi_second_attendance"]]
    assert attendances.tolist() == [3]


def test_the_model_depends_on_no_more_than_the_coordinates(base):
    """Rows alike in an arm's coordinates have the same figures of that arm, and others of the arms that differ."""
    targets = tuple(target for target in fitted_targets(read_parameters(DATE, calibrated=False).folder))
    rows = np.tile(MEAN + 0.2 * SD, (4, 1))
    more = math.log(1.5)
    rows[1, NAMES.index("mi_first_attendance")] += 1.0
    rows[2, NAMES.index("early_second_attendance")] -= 1.0
    rows[3, [NAMES.index(f"early_contact_{kind}_ratio") for kind in ("return", "relapse")]] += more
    rows[3, [NAMES.index(f"motivational_content_{kind}_ratio") for kind in ("return", "relapse")]] -= more
    found = figures(base, rows, targets, people=300, seed=2, threads=None)
    of = {arm: found[:, [i for i, target in enumerate(targets) if target.arm == arm]] for arm in ARMS}
    for arm, same in (
        ("usual_care", (1, 2, 3)),
        ("active_control", (1,)),
        ("motivational_interviewing", (2, 3)),
    ):
        for row in (1, 2, 3):
            assert (of[arm][row] == of[arm][0]).all() == (row in same), (arm, row)


# Functions that it reproduces


@pytest.fixture
def taught(base, monkeypatch):
    """Train an emulator of functions of rows, one a target, on few runs."""
    monkeypatch.setattr(emulator, "TUNED", 100)

    def make(*functions, noise=0.0):
        rows = rows_of(RUNS, 1)
        found = np.stack([function(rows) for function, _ in functions], axis=1)
        found += noise * np.random.default_rng(2).standard_normal(found.shape)
        return train(base, FEW, [target for _, target in functions], rows, found)

    return make


def test_a_quadratic_function_is_reproduced(taught):
    def square(rows):
        slope, decay = column(rows, "return_slope"), column(rows, "relapse_decay")
        return 3.0 + 2.0 * slope - slope**2 + 0.5 * slope * decay

    def with_program(rows):
        effect = column(rows, "early_contact_return_ratio") + column(rows, "motivational_content_return_ratio")
        first = column(rows, "mi_first_attendance")
        excess = np.maximum(first - column(rows, "mi_second_attendance"), 0.0)
        return -50.0 + 4.0 * effect * first + excess**2 + 3.0 * excess

    told = taught((square, figure("a", "usual_care")), (with_program, figure("b", "motivational_interviewing")))
    new = rows_of(200, 9)
    exact = np.stack([square(new), with_program(new)], axis=1)
    # The ridge takes a thousandth of a run's weight: errors are of that size.
    np.testing.assert_allclose(told(new), exact, atol=1e-3)


def test_a_ratio_whose_logarithm_is_quadratic_is_reproduced_and_positive_everywhere(taught):
    def ratio(rows):
        return np.exp(0.3 - 2.0 * column(rows, "return_slope") ** 2 + column(rows, "relapse_decay"))

    told = taught((ratio, figure("a", "usual_care", "hazard ratio, log")))
    new = rows_of(200, 9)
    np.testing.assert_allclose(told(new)[:, 0], ratio(new), rtol=1e-3)
    assert (told(5.0 * new) > 0.0).all()


def test_a_smooth_function_is_met_within_three_hundredths_of_its_spread(taught):
    def wave(rows):
        slope, effect = column(rows, "return_slope"), column(rows, "early_contact_return_ratio")
        return np.sin(3.0 * slope) + np.exp(2.0 * effect) * np.cos(column(rows, "relapse_decay"))

    told = taught((wave, figure("a", "active_control")))
    new = rows_of(300, 9)
    off = told(new)[:, 0] - wave(new)
    assert np.sqrt(np.mean(off**2)) < 0.03 * wave(new).std()
    # A quadratic alone is off by a third: it is the process that follows what is not quadratic.
    alone = rows_of(RUNS, 1)
    trend, *_ = np.linalg.lstsq(terms(alone[:, [0, 1, 2, 4, 5]]), wave(alone), rcond=None)
    assert np.std(off) < 0.1 * np.std(terms(new[:, [0, 1, 2, 4, 5]]) @ trend - wave(new))


def test_luck_in_the_runs_is_averaged_and_not_followed(taught):
    def plane(rows):
        return column(rows, "return_slope") + 2.0 * column(rows, "relapse_decay")

    noise = 0.5
    told = taught((plane, figure("a", "usual_care")), noise=noise)
    new = rows_of(300, 9)
    # Six terms fitted to so many runs: an error of noise sqrt(6 / runs), were there nothing else.
    assert np.sqrt(np.mean((told(new)[:, 0] - plane(new)) ** 2)) < 2.0 * noise * math.sqrt(6.0 / RUNS)


# What it must not depend on


@pytest.fixture(scope="module")
def wavy(base):
    """An emulator of one figure of each arm, and of a register's."""
    targets = (*(figure(arm, arm) for arm in ARMS), figure("rate", "all"))
    rate = next(prior for prior in PRIORS if prior.name == "aap_to_disability")
    priors = (*FEW, rate)
    rows = rows_of(120, 3, priors)
    found = np.stack([np.sin(rows @ np.linspace(1.0, 2.0, len(priors)) + part) for part in range(4)], axis=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(emulator, "TUNED", 40)
        patch.setattr(emulator, "TUNING_STEPS", 3)
        return train(base, priors, targets, rows, found)


def moved(rows, changes):
    out = rows.copy()
    for name, change in changes.items():
        out[:, SOME.index(name)] += change
    return out


def test_an_arm_is_blind_to_what_it_does_not_read(wavy):
    rows = rows_of(20, 4, wavy.priors)
    usual, control, interviewing = wavy(rows)[:, :3].T
    other = wavy(moved(rows, {"mi_first_attendance": 0.7, "mi_second_attendance": -1.0}))
    np.testing.assert_array_equal(other[:, 0], usual)
    np.testing.assert_array_equal(other[:, 1], control)
    assert (other[:, 2] != interviewing).all()
    early = wavy(moved(rows, {"early_first_attendance": 0.7, "early_second_attendance": 0.3}))
    np.testing.assert_array_equal(early[:, 2], interviewing)
    assert (early[:, 1] != control).all()
    content = wavy(moved(rows, {"motivational_content_return_ratio": 0.4}))
    np.testing.assert_array_equal(content[:, 1], control)


def test_the_product_of_two_ratios_is_all_that_the_arm_with_both_reads(wavy):
    rows = rows_of(20, 4, wavy.priors)
    swapped = moved(rows, {"early_contact_return_ratio": 0.3, "motivational_content_return_ratio": -0.3})
    before, after = wavy(rows), wavy(swapped)
    np.testing.assert_allclose(after[:, 2], before[:, 2], rtol=1e-9)
    np.testing.assert_array_equal(after[:, 0], before[:, 0])
    assert (after[:, 1] != before[:, 1]).all()


def test_figures_of_a_row_do_not_depend_on_the_others(wavy):
    rows = rows_of(20, 4, wavy.priors)
    np.testing.assert_allclose(wavy(rows)[7:8], wavy(rows[7:8]), rtol=1e-9)


# Registers


def test_figures_of_registers_are_exact(wavy):
    rows = rows_of(20, 5, wavy.priors)
    np.testing.assert_allclose(wavy(rows)[:, -1], np.exp(rows[:, -1]), rtol=1e-14)


def test_a_rate_that_is_not_fitted_stands_where_the_base_case_has_it(base):
    rate = next(prior for prior in PRIORS if prior.name == "aap_to_disability")
    share = replace(figure("share", "all"), statistic="aap_leavers_work_share")
    rows = np.log([[0.1], [0.25]])
    made = train(base, (rate,), (share,), rows, np.zeros((2, 1)))
    assert made.fixed == {"aap_to_work": 0.2, "aap_to_unemployed": 0.05}
    np.testing.assert_allclose(made(rows)[:, 0], [0.2 / 0.35, 0.2 / 0.5], rtol=1e-14)

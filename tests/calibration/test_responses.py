"""Response curves: closed forms, what stands at the ends, a table read back, arms that have the published figure."""

import math
import shutil
import tomllib
from dataclasses import replace

import numpy as np
import pytest
from click.testing import CliRunner

import hecon
from hecon.calibration.figures import BLOCK, DATE
from hecon.calibration.followed import follow
from hecon.calibration.rehabilitation import time_to_return
from hecon.calibration.responses import SUSTAINED, _in_order, make_curves, monotone, ratios, response_curve
from hecon.cli import main
from hecon.inputs.errors import InputError
from hecon.inputs.parameters import read_parameters, shipped_folder
from hecon.inputs.responses import RESPONSES, arm_digest, measured_effect, multiplier, read_table, stale_curves
from hecon.inputs.schema import Contact, Effect, Measured, Offer, ProgramFile
from hecon.model.cox import log_hazard_ratio
from hecon.model.simulation import simulate

SEED = 5
USUAL, MI = "usual_case_management", "motivational_interviewing"
SICK = ("full_sick_leave", "graded_sick_leave")
VARIANT = f"""
label       = "A variant"
summary     = "Two conversations, measured as a whole arm."
measured_in = "Nowhere"
includes    = ["{USUAL}"]

[[contacts]]
name       = "first"
week       = "mi_first_week"
eligible   = ["full_sick_leave", "graded_sick_leave"]
attendance = "mi_first_attendance"

[[effects]]
on    = "return"
until = "effect_ends_week"
[effects.measured]
figure  = "FIGURE"
value   = "variant_figure"
against = "{USUAL}"

[parameters.variant_figure]
label = "Figure of the whole arm"
unit  = "ratio"
[[parameters.variant_figure.values]]
start   = 2015-01-01
value   = 1.1
grade   = "assumption"
read    = "memory"
source  = "aasdahl-2023"
locator = "Written for a test"
"""


# What a curve says


CURVE = ((0.5, 0.8), (1.0, 1.0), (2.0, 1.4))


@pytest.mark.parametrize("figure", ["hazard_ratio", "odds_of_work"])
def test_a_ratio_is_read_off_between_points_on_logarithms(figure):
    assert multiplier(CURVE, figure, 1.4) == pytest.approx(2.0, rel=1e-12)
    assert multiplier(CURVE, figure, math.sqrt(1.4)) == pytest.approx(math.sqrt(2.0), rel=1e-12)
    assert multiplier(CURVE, figure, math.sqrt(0.8)) == pytest.approx(math.sqrt(0.5), rel=1e-12)


def test_days_are_read_off_as_they_are_and_fall_with_the_multiplier():
    curve = ((0.5, 12.0), (1.0, 0.0), (4.0, -20.0))
    assert multiplier(curve, "days", -10.0) == pytest.approx(2.0, rel=1e-12)
    assert multiplier(curve, "days", 6.0) == pytest.approx(math.sqrt(0.5), rel=1e-12)


@pytest.mark.parametrize(("value", "end"), [(0.1, 0.5), (0.8, 0.5), (1.4, 2.0), (9.0, 2.0)])
def test_beyond_its_ends_the_end_stands(value, end):
    assert multiplier(CURVE, "hazard_ratio", value) == pytest.approx(end, rel=1e-12)


@pytest.mark.parametrize(
    ("curve", "value", "line"),
    [((), 1.1, "effects.measured: no curve says which"), (CURVE, 0.0, "0 is no hazard_ratio: give a number above 0")],
)
def test_what_no_curve_can_say_is_refused_in_one_line(curve, value, line):
    with pytest.raises(InputError, match=line) as refused:
        multiplier(curve, "hazard_ratio", value)
    assert len(refused.value.faults) == 1


# How a curve is made


def variant(figure="hazard_ratio", **changes):
    """A program whose whole arm was measured."""
    measured = Measured(figure=figure, value="what_if_return_ratio", against=USUAL)
    effect = Effect(on="return", until="effect_ends_week", measured=measured)
    contact = Contact(name="first", week="mi_first_week", eligible=SICK, attendance="mi_first_attendance")
    given = {"contacts": (contact,), "effects": (effect,), "label": "V", "summary": "V", "measured_in": "V"}
    return ProgramFile(name="variant", **{**given, **changes})


@pytest.fixture(scope="module")
def parameters():
    """Those of the trial's date, with the calibrated block."""
    return read_parameters(DATE)


def test_the_ratios_are_even_on_logarithms_and_one_is_among_them():
    grid = ratios()
    assert len(grid) == 21
    assert grid[10] == 1.0
    np.testing.assert_allclose(grid[[0, -1]], [0.125, 8.0])
    np.testing.assert_allclose(np.diff(np.log(grid)), np.log(8.0) / 10)


def test_with_everybody_reached_at_once_and_constant_hazards_the_ratio_is_the_multiplier(parameters):
    """Nobody relapses, runs out of rights, or changes grade: in every week the chances of return have one ratio."""
    hazard = 0.02
    toy = {
        "return_slope": 0.0,
        "return_rate_full": hazard,
        "return_rate_graded": hazard,
        "full_to_graded_rate": 0.0,
        "graded_to_full_rate": 0.0,
        "relapse_rate": 0.0,
        "frailty_sd": 0.0,
        "sick_pay_rights": 100_000.0,
        "mi_first_week": 0.0,
        "mi_first_attendance": 1.0,
        "retirement_age": 200.0,
    }
    block = parameters.blocks[BLOCK]
    fixed = parameters.overlay({name: value for name, value in toy.items() if name not in block.columns})
    table = block.draws[:8].copy()
    for column, name in enumerate(block.columns):
        if name in toy:
            table[:, column] = toy[name]
    made = response_curve(
        fixed.with_block(replace(block, draws=table)).with_program(variant()), "variant", rows=8, people=1500, seed=SEED
    )
    # Of those at risk, 1 - exp(-hazard x ratio) return in a week: Breslow's estimate is exactly their quotient.
    exact = -np.expm1(-hazard * made.ratio) / -np.expm1(-hazard)
    assert made.value[10] == 1.0
    np.testing.assert_array_less(np.abs(made.value - exact), 4.0 * made.error + 1e-12)
    assert made.error.max() < 0.25
    assert np.abs(made.value / exact - 1.0).max() < 0.06


@pytest.mark.parametrize(("figure", "sign"), [("hazard_ratio", 1.0), ("days", -1.0), ("odds_of_work", 1.0)])
def test_curves_are_monotone_and_go_through_no_difference(parameters, figure, sign):
    made = response_curve(parameters.with_program(variant(figure)), "variant", rows=4, people=250, seed=SEED)
    assert (np.diff(made.value) * sign >= 0.0).all()
    assert (made.value[-1] - made.value[0]) * sign > 0.0
    none = 0.0 if figure == "days" else 1.0
    assert made.value[10] == pytest.approx(none, abs=1e-12)
    assert made.error[10] == pytest.approx(0.0, abs=1e-12)
    assert made.offered == 1000


@pytest.mark.parametrize("figure", ["days", "odds_of_work", "hazard_ratio"])
def test_figures_are_those_of_the_arm_as_it_is_simulated(parameters, figure):
    """At the ends of the curve: the same people with the same luck as `simulate` has them, pooled over rows."""
    rows, people = 3, 200
    program = variant(figure)
    made = response_curve(parameters.with_program(program), "variant", rows=rows, people=people, seed=SEED)
    plain = Effect(on="return", ratios=("what_if_return_ratio",), until="effect_ends_week")
    given = parameters.with_program(program.model_copy(update={"effects": (plain,)}))
    inputs = given.at(((np.arange(rows) + 0.5) / rows)[:, None], [BLOCK])
    inputs = replace(inputs, draw=np.arange(1, rows + 1))
    for column in (0, 20):
        at = inputs.replaced({"what_if_return_ratio": made.ratio[column]})
        run = simulate(at, [USUAL, "variant"], people=people, weeks=52, seed=SEED, by="person", money=False)["outcome"]

        def of(measure, run=run):
            return run.sel(measure=measure).transpose("strategy", "draw", "subgroup").to_numpy()

        if figure == "days":
            days = of("benefit_days_12m").mean(axis=(1, 2))
            assert made.value[column] == pytest.approx(days[1] - days[0], abs=1e-9)
        elif figure == "odds_of_work":
            share = of("no_benefit_12m").mean(axis=(1, 2))
            odds = share / (1.0 - share)
            assert made.value[column] == pytest.approx(odds[1] / odds[0], rel=1e-9)
        else:
            weeks, returned = of("weeks_to_sustained_return"), of("sustained_return")
            treated = np.repeat([True, False], people)
            logs = [
                log_hazard_ratio(*(np.concatenate([part[1, row], part[0, row]]) for part in (weeks, returned)), treated)
                for row in range(rows)
            ]
            assert made.value[column] == pytest.approx(np.exp(np.mean(logs)), rel=1e-9)
            assert made.error[column] == pytest.approx(
                made.value[column] * np.std(logs, ddof=1) / np.sqrt(rows), rel=1e-9
            )


def test_a_return_counted_from_states_is_the_one_that_the_model_counts(parameters):
    inputs = parameters.base_case()
    arm = follow(inputs, 0, USUAL, people=400, weeks=52, seed=SEED)
    weeks, returned = time_to_return(arm.states(52), SUSTAINED)
    run = simulate(inputs, [USUAL], people=400, weeks=52, seed=SEED, by="person", money=False)["outcome"]
    for measure, found in (("weeks_to_sustained_return", weeks), ("sustained_return", returned)):
        np.testing.assert_array_equal(found, run.sel(measure=measure).to_numpy()[0, 0])


def test_only_those_in_the_offer_are_counted(parameters):
    everybody = response_curve(parameters.with_program(variant()), "variant", rows=2, people=400, seed=SEED)
    some = variant(offer=Offer(diagnosis=("psychological",)))
    few = response_curve(parameters.with_program(some), "variant", rows=2, people=400, seed=SEED)
    late = variant(offer=Offer(delay="mi_second_week"))
    later = response_curve(parameters.with_program(late), "variant", rows=2, people=400, seed=SEED)
    assert everybody.offered == 800
    assert 0 < few.offered < 800
    assert 0 < later.offered < 800
    assert (few.value[[0, -1]] != everybody.value[[0, -1]]).all()


def test_small_turns_are_levelled_and_great_ones_refused():
    wiggle = np.array([[0.0, 1.0, 0.9, 2.0], [0.0, 0.8, 1.1, 2.0], [0.0, 1.1, 0.85, 2.0]])
    pooled, levelled = monotone(wiggle, falls=False, what="it")
    assert levelled == 2
    np.testing.assert_allclose(pooled, [0.0, 0.95833333, 0.95833333, 2.0])
    np.testing.assert_array_equal(monotone(-wiggle, falls=True, what="it")[0], -pooled)
    with pytest.raises(InputError, match="it: turns with the multiplier at 2 of 3 steps"):
        monotone(wiggle, falls=True, what="it")


def test_the_number_of_threads_does_not_show(parameters):
    given = parameters.with_program(variant())
    one, two = (
        response_curve(given, "variant", rows=2, people=100, seed=SEED, threads=threads).value for threads in (1, 2)
    )
    np.testing.assert_array_equal(one, two)


def test_an_arm_is_made_after_the_one_that_it_was_measured_against(parameters):
    """Its own ratios and the multiplier are both on top of usual care; the other arm has its own multiplier."""
    first = variant()
    against = first.effects[0].measured.model_copy(update={"against": "variant"})
    effect = first.effects[0].model_copy(update={"measured": against})
    given = parameters.with_program(first).with_program(
        variant(effects=(effect,)).model_copy(update={"name": "second"})
    )
    assert _in_order(given, ["second", "variant"]) == ["variant", "second"]
    assert _in_order(given, ["second"]) == ["second"]
    with pytest.raises(InputError, match="hecon calibrate --programs variant"):
        response_curve(given, "second", rows=2, people=100, seed=SEED)


def test_a_new_posterior_makes_curves_stale(parameters):
    given = parameters.with_program(variant())
    block = parameters.blocks[BLOCK]
    other = given.with_block(replace(block, draws=block.draws[::-1]))
    assert arm_digest("variant", other) != arm_digest("variant", given)


@pytest.mark.parametrize(
    ("name", "size", "line"),
    [
        ("nothing", {}, "programs: no file programs/nothing.toml"),
        (MI, {}, "programs/motivational_interviewing.toml: has no measured figure"),
        ("variant", {"rows": 1}, "rows: 1 is too few for a curve"),
        ("variant", {"people": 10}, "people: of 10, 10 are in the offer of programs/variant.toml: give more"),
    ],
)
def test_a_curve_that_cannot_be_made_is_refused(parameters, name, size, line):
    with pytest.raises(InputError, match=line):
        response_curve(parameters.with_program(variant()), name, seed=SEED, **{"rows": 2, "people": 100, **size})


# The table and its recipe


@pytest.fixture(scope="module")
def bare(tmp_path_factory):
    """The shipped folder with one measured program more, and without curves."""
    folder = tmp_path_factory.mktemp("responses") / "parameters"
    shutil.copytree(shipped_folder(), folder, ignore=shutil.ignore_patterns("responses.*"))
    (folder / "programs" / "variant.toml").write_text(VARIANT.replace("FIGURE", "hazard_ratio"), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def folder(bare, tmp_path_factory):
    """The same with a small curve."""
    copy = tmp_path_factory.mktemp("made") / "parameters"
    shutil.copytree(bare, copy)
    make_curves(copy, ["variant"], rows=2, people=150, seed=SEED)
    return copy


def test_what_is_written_is_read_back(folder):
    again = read_parameters(DATE, folder)
    made = response_curve(again, "variant", rows=2, people=150, seed=SEED)
    curve = np.array(measured_effect(again.programs["variant"]).measured.curve)
    np.testing.assert_allclose(curve, np.array(made.curve), rtol=5e-6)
    stale = [line for line in stale_curves(again) if "variant" in line]
    assert stale == []


def test_a_curve_made_by_name_leaves_the_others(folder, tmp_path):
    copy = tmp_path / "parameters"
    shutil.copytree(folder, copy)
    second = VARIANT.replace("FIGURE", "days").replace("variant_figure", "second_figure")
    (copy / "programs" / "second.toml").write_text(second, encoding="utf-8")
    before = (copy / "calibrated" / "responses.csv").read_text()
    make_curves(copy, ["second"], rows=2, people=100, seed=SEED)
    after = (copy / "calibrated" / "responses.csv").read_text()
    assert set(before.splitlines()) < set(after.splitlines())
    read = read_parameters(DATE, copy)
    assert all(measured_effect(read.programs[name]).measured.curve for name in ("variant", "second"))


def test_a_program_without_its_curve_is_refused_when_it_is_simulated(bare):
    read = read_parameters(DATE, bare)
    with pytest.raises(InputError, match="hecon calibrate --programs variant") as refused:
        simulate(read.base_case(), [USUAL, "variant"], people=10, weeks=52, money=False)
    assert len(refused.value.faults) == 1
    assert any("variant.toml: its measured effect has no curve" in line for line in stale_curves(read))
    simulate(read.base_case(), [USUAL], people=10, weeks=52, money=False)


@pytest.mark.parametrize(
    ("old", "new", "kept"),
    [
        ("mi_first_week", "mi_second_week", True),
        ('label       = "A variant"', 'label = "Other words"', True),
        ('"hazard_ratio"', '"odds_of_work"', False),
        (f'against = "{USUAL}"', 'against = "early_follow_up"', False),
    ],
)
def test_a_curve_of_another_arm_is_warned_about_and_of_another_figure_not_used(folder, tmp_path, old, new, kept):
    copy = tmp_path / "parameters"
    shutil.copytree(folder, copy)
    file = copy / "programs" / "variant.toml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")
    read = read_parameters(DATE, copy)
    assert bool(measured_effect(read.programs["variant"]).measured.curve) == kept
    assert any("variant.toml" in line for line in stale_curves(read)) == ("label" not in old)


@pytest.mark.parametrize(
    ("file", "text", "line"),
    [
        ("responses.toml", None, r"calibrated/responses\.toml: is missing"),
        ("responses.csv", None, r"calibrated/responses\.csv: is missing"),
        ("responses.csv", "program,ratio\n", r"responses\.csv: header: is not program,on,ratio,figure,error"),
        ("responses.csv", "program,on,ratio,figure,error\na,b,c,1,1\n", r"responses\.csv: line 2: 'a,b,c,1,1' is no"),
        ("responses.csv", "program,on,ratio,figure,error\na,b,0,1,1\n", r"responses\.csv: line 2: 'a,b,0,1,1' is no"),
    ],
)
def test_faulty_files_are_refused(folder, tmp_path, file, text, line):
    copy = tmp_path / "parameters"
    shutil.copytree(folder, copy)
    path = copy / "calibrated" / file
    if text is None:
        path.unlink()
    else:
        path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=line):
        read_parameters(DATE, copy)


# The command


def call(*arguments):
    """Run `hecon` as a user does."""
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def test_the_command_makes_curves_and_says_what_they_reach(bare, tmp_path):
    copy = tmp_path / "parameters"
    shutil.copytree(bare, copy)
    size = ("--rows", 2, "--people", 100, "--seed", SEED, "--threads", 1)
    result = call("calibrate", "--programs", "variant", "--folder", copy, *size)
    assert result.exit_code == 0, result.output
    curve = measured_effect(read_parameters(DATE, copy).programs["variant"]).measured.curve
    line = result.stdout.splitlines()[-1].split()
    assert line == ["variant", "hazard_ratio", *(f"{curve[point][1]:.3g}" for point in (0, 10, 20))]
    recipe = tomllib.loads((copy / "calibrated" / "responses.toml").read_text(encoding="utf-8"))["variant"]
    assert recipe["command"] == f"hecon calibrate --programs variant --rows 2 --people 100 --seed {SEED}"


def test_the_command_has_sizes_of_its_own_and_takes_all_programs_by_default(monkeypatch):
    seen = {}

    def made(folder, names, **options):
        seen.update(options, folder=folder, names=names)
        return []

    monkeypatch.setattr("hecon.calibration.responses.make_curves", made)
    assert call("calibrate", "--programs").exit_code == 0
    assert seen == {"folder": None, "names": (), "progress": True, "seed": hecon.SEED, "threads": None}
    assert call("calibrate", "--programs", "it", "--rows", 1000).exit_code == 0
    assert (seen["names"], seen["rows"], "people" in seen) == (("it",), 1000, False)


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("--checks",), "--programs: curves are of the base case: leave --scenario and --checks out"),
        (("--seed", -1), "seed: -1 is out of range"),
    ],
)
def test_the_command_refuses_in_one_line(arguments, line):
    result = call("calibrate", "--programs", MI, *arguments)
    assert result.exit_code == 2
    assert result.stderr.startswith(line)
    assert len(result.stderr.splitlines()) == 1


def test_check_warns_of_what_is_stale(monkeypatch):
    monkeypatch.setattr("hecon.inputs.responses.stale_curves", lambda _: iter(["programs/it.toml: has changed"]))
    monkeypatch.setattr(hecon, "check_laws", lambda *_: [])
    result = CliRunner().invoke(main, ["check"])
    assert "warning  programs/it.toml: has changed" in result.stdout


# The curves that are shipped

MEASURED = [name for name, program in read_parameters(DATE).programs.items() if measured_effect(program) is not None]


@pytest.mark.parametrize("name", MEASURED)
def test_every_shipped_measured_effect_has_a_curve_that_never_turns(parameters, name):
    effect = measured_effect(parameters.programs[name])
    ratio, figure = np.array(effect.measured.curve).T
    assert ratio[10] == 1.0
    steps = np.diff(figure) * (-1.0 if effect.measured.figure == "days" else 1.0)
    assert (steps >= 0.0).all()
    assert steps.sum() > 0.0


def test_no_shipped_curve_is_stale(parameters):
    assert list(stale_curves(parameters)) == []


@pytest.mark.slow
@pytest.mark.parametrize("name", MEASURED)
def test_at_the_shipped_multiplier_the_arm_has_the_published_figure(parameters, name):
    """Other luck than the curve was made with: off by no more than the errors of both."""
    measured = measured_effect(parameters.programs[name]).measured
    published = parameters.base_case()[measured.value][0]
    ratio = multiplier(measured.curve, measured.figure, published)
    made = response_curve(parameters, name, at=[ratio], rows=40, people=2000, seed=SEED)
    curve_error = np.interp(ratio, *np.array(shipped_errors()[name]).T[[0, 2]])
    error = math.hypot(made.error[0], curve_error)
    assert made.value[0] == pytest.approx(published, abs=4.0 * error + 1e-6)


def shipped_errors():
    """Rows (ratio, figure, error) of the shipped table, by program."""
    text = (shipped_folder() / f"{RESPONSES}.csv").read_text(encoding="utf-8")
    return read_table({f"{RESPONSES}.csv": text}, [])

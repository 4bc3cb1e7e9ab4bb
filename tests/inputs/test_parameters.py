"""What is read, what is refused and how it is said, and which draws points give."""

import datetime as dt
import math
import pickle
import re
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from scipy import stats

from hecon.inputs.distributions import from_reported
from hecon.inputs.errors import InputError
from hecon.inputs.parameters import _on, read_parameters, shipped_folder
from hecon.inputs.reading import read_folder

BETA = "distribution = { family = 'beta', mean = 0.5, se = 0.1 }"
UNIFORM = "distribution = { family = 'uniform', low = 0.0, high = 2.0 }"


@pytest.fixture
def drawn(read, texts):
    """Two uncertain parameters, a fixed one, a list, and a calibrated block."""
    table = (
        texts.entry("half", texts.value(value=0.5, extra=BETA))
        + texts.entry("one", texts.value(extra=UNIFORM))
        + texts.entry("fixed", texts.value(value=3))
        + texts.entry("table", texts.value(value=[1, 2.5, 3]))
        + texts.entry("noted", texts.value(extra=UNIFORM), head='role = "reference"')
    )
    block = {"calibrated/joint.csv": texts.block, "calibrated/joint.toml": texts.about}
    return read({"some.toml": table, **block})


# Dates


def test_the_value_that_held_on_the_date_is_read(read, texts):
    rows = [texts.value("2018-01-01", 1.0), texts.value("2020-05-01", 2.0)]
    files = {"some.toml": texts.entry("step", *rows)}
    for date, expected in [((2018, 1, 1), 1), ((2020, 4, 30), 1), ((2020, 5, 1), 2)]:
        step = read(files, dt.date(*date))["step"]
        assert (step.value, step.published) == (expected, expected)
    assert step.start == dt.date(2020, 5, 1)
    assert (step.grade, step.read, step.source) == ("study", "primary", "paper-2020")


@pytest.mark.parametrize(
    ("date", "why"),
    [
        ((2017, 12, 31), "its first one starts on 2018-01-01"),
        ((2019, 1, 1), "one ends on 2018-12-31 and the next starts on 2020-01-01"),
        ((2021, 1, 1), "its last one ends on 2020-12-31"),
    ],
)
def test_a_date_without_a_value_is_refused_when_it_is_read(read, texts, date, why):
    rows = [texts.value(f"{year}-01-01", extra=f"end = {year}-12-31\n{BETA}", value=0.5) for year in (2018, 2020)]
    day = dt.date(*date)
    parameters = read({"some.toml": texts.entry("gap", *rows)}, day)
    assert "gap" not in parameters.uncertain
    says = f"some.toml: gap has no value on {day}: {why}"
    for access in (parameters.entries.__getitem__, parameters.base_case().__getitem__):
        with pytest.raises(InputError) as caught:
            access("gap")
        assert str(caught.value) == says
    assert read({}, dt.date(2020, 12, 31))["gap"].value == 0.5


def test_an_unknown_name_is_met_with_the_closest(drawn):
    with pytest.raises(InputError, match=r"'fixd' is not the name of one: .* is fixed"):
        drawn.base_case()["fixd"]


# Points and draws


def test_the_base_case_is_each_value_as_it_is(drawn):
    inputs = drawn.base_case()
    assert len(inputs) == 1
    assert inputs.draw.tolist() == [0]
    assert inputs.points is None
    assert [inputs[name].tolist() for name in ("half", "one", "fixed")] == [[0.5], [1.0], [3.0]]
    assert inputs["relapse"].tolist() == [0.5]
    assert inputs["table"].tolist() == [[1.0, 2.5, 3.0]]


def test_a_block_is_one_coordinate_and_a_reference_none(drawn):
    assert drawn.uncertain == ("half", "one", "joint")
    assert drawn.calibration == {"joint": {"seed": 7}}
    assert (drawn["relapse"].grade, drawn["relapse"].unit) == ("calibrated", "per week")


def test_points_give_quantiles_and_rows(drawn):
    inputs = drawn.at([[0.025, 0.25, 0.0], [0.975, 0.75, 0.25], [0.5, 0.5, 1.0]])
    size = 0.25 / 0.01 - 1
    law = stats.beta(size / 2, size / 2)
    np.testing.assert_allclose(inputs["half"], law.ppf([0.025, 0.975, 0.5]))
    assert inputs["one"].tolist() == [0.5, 1.5, 1.0]
    assert inputs["relapse"].tolist() == [0.1, 0.2, 1.0]
    assert inputs["frailty"].tolist() == [1.0, 2.0, 4.0]
    assert inputs.draw.tolist() == [0, 0, 0]
    assert inputs["table"].shape == (3, 3)


def test_coordinates_that_are_not_named_stay_at_their_value(drawn):
    inputs = drawn.at([[0.25], [0.75]], ["one"])
    assert inputs["one"].tolist() == [0.5, 1.5]
    assert inputs["half"].tolist() == [0.5, 0.5]
    assert inputs["relapse"].tolist() == [0.5, 0.5]


def test_the_corners_of_the_cube_give_finite_numbers(read, texts):
    normal = "distribution = { family = 'normal', mean = 1.0, se = 1.0 }"
    parameters = read(some=texts.entry("x", texts.value(extra=normal)))
    assert np.all(np.isfinite(parameters.at([[0.0], [1.0]])["x"]))


@pytest.mark.parametrize(
    ("points", "names", "says"),
    [
        ([[0.5]], ["fixed"], "'fixed' is not an uncertain parameter"),
        ([[0.5, 0.5]], ["one"], "shape (1, 2): give one column for each of 1"),
        ([0.5], ["one"], "shape (1,)"),
        ([[1.5]], ["one"], "outside 0 to 1"),
        ([[math.nan]], ["one"], "outside 0 to 1 or are not numbers"),
        ([[0.1, 0.2]], ["one", "one"], "come twice"),
    ],
)
def test_points_that_do_not_fit_are_refused(drawn, points, names, says):
    with pytest.raises(InputError) as caught:
        drawn.at(points, names)
    assert says in str(caught.value)


def test_samples_are_keyed_uniform_and_independent(drawn):
    inputs = drawn.sample(4000, seed=3)
    assert inputs.draw.tolist() == list(range(1, 4001))
    assert inputs.points.shape == (4000, 3)
    for column in inputs.points.T:
        assert stats.kstest(column, "uniform").pvalue > 0.001
    off = np.corrcoef(inputs.points.T)[np.triu_indices(3, 1)]
    assert np.all(np.abs(off) < 4 / math.sqrt(4000))
    assert not np.array_equal(inputs.points, drawn.sample(4000, seed=4).points)
    np.testing.assert_array_equal(inputs.points, drawn.sample(4000, seed=3).points)


def test_a_larger_sample_begins_with_the_smaller(drawn):
    large, small = drawn.sample(500, 1), drawn.sample(100, 1)
    for name in ("half", "one", "relapse", "table"):
        np.testing.assert_array_equal(large[name][:100], small[name])


def test_a_block_of_draws_is_a_slice(drawn):
    inputs = drawn.sample(100, 1)
    part = inputs.block(30, 60)
    assert part.draw.tolist() == list(range(31, 61))
    for name in ("half", "relapse", "fixed", "table"):
        np.testing.assert_array_equal(part[name], inputs[name][30:60])
    assert np.shares_memory(part["half"], inputs["half"])
    assert len(inputs.block(90, 200)) == 10


def test_one_draw_is_read_as_numbers(drawn):
    inputs = drawn.sample(10, 1)
    draw = inputs.one(4)
    assert draw.key == 5
    assert (draw["half"], draw["fixed"]) == (inputs["half"][4], 3.0)
    assert draw.programs == inputs.programs
    with pytest.raises(InputError, match=r"some.toml: table is a list: read it from the inputs"):
        draw["table"]
    with pytest.raises(IndexError):
        inputs.one(10)


def test_inputs_cannot_be_changed_and_travel(drawn):
    inputs = drawn.sample(10, 1)
    for name in ("half", "relapse", "fixed"):
        with pytest.raises(ValueError, match="read-only"):
            inputs[name][0] = 1.0
    copy = pickle.loads(pickle.dumps(inputs))  # noqa: S301 - our own bytes
    np.testing.assert_array_equal(copy["half"], inputs["half"])
    with ThreadPoolExecutor(8) as pool:
        read = list(pool.map(lambda i: inputs.block(i, i + 1)["half"][0], range(10)))
    assert read == inputs["half"].tolist()


def test_a_sample_of_no_draws_is_refused(drawn):
    with pytest.raises(InputError, match="draws: 0 is not a number of draws"):
        drawn.sample(0, 1)


def test_the_hash_changes_with_content_and_date(read, texts):
    files = {"some.toml": texts.entry("x")}
    first = read(files)
    assert first.hash == read(files).hash
    assert first.hash != read(files, dt.date(2025, 7, 2)).hash
    assert first.hash != read({"some.toml": texts.entry("x") + "# a comment\n"}).hash


# Refusals


CASES = {
    "grade = 'guess'": "values[0].grade: 'guess' is not one of 'statute'",
    "end = 2017-01-01": "values[0].end: 2017-01-01 ends before it starts on 2018-01-01",
    "colour = 1": "values[0].colour: no such key here: remove it, or the closest known name is",
    "distribution = { family = 'cauchy' }": "values[0].distribution: family 'cauchy' is not",
    "distribution = { family = 'gamma', mean = 2.0, se = 1.0 }": (
        "values[0].distribution: its centre 2 is not the value 1: make them equal"
    ),
    "distribution = { family = 'lognormal', median = 2.0, log_sd = 1.0 }": "centre 2 is not",
    "distribution = 3": "values[0].distribution: 3: ",
    "spread = 'assumption'": "values[0].spread: 'assumption' is the grade of a distribution, and there is none",
    f"{UNIFORM}\nspread = 'study'": "values[0].spread: 'study' is the grade of the value: remove it",
    f"{UNIFORM}\nspread = 'guess'": "values[0].spread: 'guess' is not one of 'statute'",
}


@pytest.mark.parametrize("extra", CASES)
def test_a_faulty_value_is_refused_by_name(faults, texts, extra):
    kept = texts.provenance.replace('grade = "study"\n', "") if "grade" in extra else None
    row = texts.value(extra=extra, **({"provenance": kept} if kept else {}))
    (line,) = faults(some=texts.entry("x", row))
    assert line.startswith("some.toml: x: values[0].")
    assert CASES[extra] in line


@pytest.mark.parametrize("key", ["grade", "read", "source", "locator"])
def test_missing_provenance_is_refused(faults, texts, key):
    rest = "".join(line for line in texts.provenance.splitlines(keepends=True) if not line.startswith(key))
    (line,) = faults(some=texts.entry("x", texts.value(provenance=rest)))
    assert line == f"some.toml: x: values[0].{key}: is missing: add it"


def test_a_source_nobody_lists_is_refused(faults, texts):
    row = texts.value(provenance=texts.provenance.replace("paper-2020", "paper-2021"))
    (line,) = faults(some=texts.entry("x", row))
    assert line.startswith("some.toml: x: values[0].source: 'paper-2021' is not in sources.toml")
    assert line.endswith("the closest known name is paper-2020")


def test_memory_forces_an_assumption(faults, read, texts):
    memory = texts.provenance.replace("primary", "memory")
    (line,) = faults(some=texts.entry("x", texts.value(provenance=memory)))
    assert line.startswith("some.toml: x: values[0].read: 'memory' has grade 'study'")
    honest = memory.replace("study", "assumption")
    assert read(some=texts.entry("x", texts.value(provenance=honest)))["x"].read == "memory"


def test_a_distribution_has_a_grade_of_its_own_where_it_is_not_the_value_s(read, texts):
    assumed = f"{UNIFORM}\nspread = 'assumption'"
    rows = texts.entry("own", texts.value(extra=UNIFORM)) + texts.entry("wide", texts.value(extra=assumed))
    own, wide = (read(some=rows)[name] for name in ("own", "wide"))
    assert (own.grade, own.spread, own.judged) == ("study", None, False)
    assert (wide.grade, wide.spread, wide.judged) == ("study", "assumption", True)
    mine = read(some=rows).overlay({"wide": {"value": 1.0, "distribution": dict(wide.distribution)}})["wide"]
    assert (mine.grade, mine.spread, mine.judged) == ("assumption", None, True)


def test_who_says_that_a_spread_is_assumed_grades_it_so():
    """A published value that is widened by judgement is no study's uncertainty."""
    defined = read_folder(shipped_folder()).definitions.values()
    said = [
        (each.name, value.grade, value.spread)
        for each in defined
        for value in each.values
        if re.search(r"spread.* assumed", value.locator, re.IGNORECASE)
    ]
    assert ("coordinated_hazard_ratio", "study", "assumption") in said
    assert all("assumption" in grades for _, *grades in said)


@pytest.mark.parametrize("number", ["nan", "inf", "true", "'3'", "[]", "[1, nan]", "[1, true]"])
def test_a_value_is_a_finite_number(faults, texts, number):
    (line,) = faults(some=texts.entry("x", texts.value(value=number)))
    assert line.startswith("some.toml: x: values[0].value: ")


@pytest.mark.parametrize("date", ["'2018-01-01'", "2018-01-01T12:00:00", "2018"])
def test_a_start_is_a_date(faults, texts, date):
    (line,) = faults(some=texts.entry("x", texts.value(date)))
    assert line.startswith("some.toml: x: values[0].start: ")


@pytest.mark.parametrize("second", ["2018-01-01", "2017-06-01"])
def test_values_out_of_date_order_are_refused(faults, texts, second):
    (line,) = faults(some=texts.entry("x", texts.value(), texts.value(second)))
    assert line.startswith(f"some.toml: x: values[1].start: {second} is not after 2018-01-01")


def test_overlapping_values_and_lists_of_two_lengths_are_refused(faults, texts):
    first = texts.value(extra="end = 2020-01-01", value=[1, 2])
    lines = faults(some=texts.entry("x", first, texts.value("2020-01-01", [1, 2, 3])))
    assert [line.split(": ")[2] for line in lines] == ["values[0].end", "values[1].value"]


def test_every_fault_of_every_file_is_said_at_once(faults, texts):
    wrong = texts.provenance.replace("study", "guess").replace("paper-2020", "nobody")
    lines = faults(
        one=texts.entry("a", texts.value(provenance=wrong), texts.value("2017-01-01", "nan")),
        two=texts.entry("b") + texts.entry("a"),
        three='[c]\nlabel = "x"\n',
        four="not toml",
    )
    assert [": ".join(line.split(": ")[:3]) for line in lines] == [
        "four.toml: is not TOML: Expected '=' after a key in a key/value pair (at line 1, column 5)",
        "two.toml: a: is already defined in one.toml",
        "one.toml: a: values[0].grade",
        "one.toml: a: values[0].source",
        "one.toml: a: values[1].value",
        "one.toml: a: values[1].start",
        "three.toml: c: unit",
        "three.toml: c: values",
    ]


def test_a_folder_that_is_none_is_refused(tmp_path):
    with pytest.raises(InputError, match="is not a folder of parameters"):
        read_parameters(folder=tmp_path / "nowhere")


# Programs


@pytest.fixture
def program(texts):
    """The files of one program; its ratio and hours are its own parameters."""
    own = texts.entry("parameters.session_hours") + texts.entry("parameters.return_ratio")
    rest = texts.entry("first_week") + texts.entry("share_met")
    block = {"calibrated/joint.csv": texts.block, "calibrated/joint.toml": texts.about}
    return {"programs/visit.toml": texts.program + own, "some.toml": rest, **block}


def test_a_program_names_parameters_its_own_included(read, program):
    parameters = read(program)
    visit = parameters.programs["visit"]
    assert (visit.name, visit.contacts[0].eligible) == ("visit", ("full_sick_leave",))
    assert [term.times for term in visit.contacts[0].held["caseworker_hours"]] == [("session_hours",)]
    assert parameters["session_hours"].file == "programs/visit.toml"
    assert parameters.base_case().programs == parameters.programs


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('"first_week"', '"frist_week"', "contacts[0].week: 'frist_week' is not a parameter"),
        ('["return_ratio"]', '["x"]', "effects[0].ratios[0]: 'x' is not a parameter"),
        ('training = "session_hours"', 'training = "x"', "per_participant.training: 'x' is not"),
        ("full_sick_leave", "ill", "contacts[0].eligible[0]: 'ill' is not one of 'work'"),
        ("caseworker_hours =", "coffee =", "contacts[0].held.coffee"),
        ('on = "return"', 'on = "mood"', "effects[0].on: 'mood' is not one of"),
        ("includes = []", 'includes = ["vist"]', "'vist' is not a program: the closest known"),
        ("includes = []", 'includes = ["visit"]', "includes: they lead back to 'visit'"),
        ("includes = []", "colour = 1", "visit.toml: colour: no such key here"),
        ("summary", "sumary", "visit.toml: summary: is missing"),
        ("session_hours.values", "share_met.values", "session_hours: values: there are none"),
        ("parameters.return_ratio", "parameters.share_met", "share_met: is already defined in"),
    ],
)
def test_a_program_that_names_what_is_not_there_is_refused(faults, program, old, new, says):
    text = program["programs/visit.toml"].replace(old, new)
    lines = faults({**program, "programs/visit.toml": text})
    assert any(says in line for line in lines), lines


def test_a_program_whose_training_would_not_be_paid_cannot_be_included(faults, program):
    base = program["programs/visit.toml"]
    other = base.split("[parameters")[0].replace("includes = []", 'includes = ["visit"]')
    lines = faults({**program, "programs/visit.toml": base, "programs/two.toml": other})
    assert any("two.toml: includes: 'visit' has an offer or costs per participant" in line for line in lines), lines


def test_calibrated_columns_count_as_parameters(read, program):
    text = program["programs/visit.toml"].replace('["return_ratio"]', '["relapse"]')
    assert read({**program, "programs/visit.toml": text}).programs["visit"]


def test_before_calibration_a_programs_names_are_refused_when_read(read, program):
    text = program["programs/visit.toml"].replace('["return_ratio"]', '["early_ratio"]')
    bare = {"programs/visit.toml": text, "some.toml": program["some.toml"]}
    parameters = read(bare)
    with pytest.raises(InputError, match=r"visit.toml: effects\[0\]\.ratios\[0\]: 'early_ratio'"):
        parameters["early_ratio"]
    assert parameters.overlay({"early_ratio": 1.5}).base_case()["early_ratio"].tolist() == [1.5]


# Calibrated blocks


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("point,", "first,", "joint.csv: row: is not 'point', 0, 1, 2"),
        ("\n1,", "\n7,", "joint.csv: row: is not 'point', 0, 1, 2"),
        ("0.9,3.0", "0.9", "joint.csv: line 5: has 2 cells, not 3"),
        ("0.9", "nan", "joint.csv: line 5: relapse: 'nan' is not a finite number"),
        ("0.9", "", "joint.csv: line 5: relapse: '' is not a finite number"),
        ("row,", "draw,", "joint.csv: header"),
        ("relapse", "fixed", "joint.csv: fixed: is already defined in some.toml"),
        ("frailty", "other", "joint.toml: columns.other: is missing"),
        ("frailty", "other", "joint.toml: columns.frailty: the table has no such column"),
    ],
)
def test_a_faulty_block_is_refused(faults, texts, old, new, says):
    lines = faults(
        {
            "some.toml": texts.entry("fixed"),
            "calibrated/joint.csv": texts.block.replace(old, new, 1),
            "calibrated/joint.toml": texts.about,
        }
    )
    assert any(says in line for line in lines), lines


def test_a_block_needs_its_recipe_and_its_source(faults, texts):
    lines = faults({"calibrated/joint.csv": texts.block})
    assert lines[0].startswith("calibrated/joint.toml: is missing")
    sources = texts.sources.partition("[hecon-calibration]")[0]
    lines = faults({"calibrated/joint.toml": texts.about, "sources.toml": sources})
    assert lines[0].startswith("sources.toml: hecon-calibration: is missing")


def test_blocks_can_be_left_unread(write, texts):
    folder = write({"calibrated/joint.csv": texts.block, "calibrated/joint.toml": texts.about})
    assert read_parameters(folder=folder).blocks
    assert not read_parameters(folder=folder, calibrated=False).blocks


def test_a_candidate_block_takes_the_place_of_the_one_read(drawn):
    old = drawn.blocks["joint"]
    new = type(old)(old.name, old.file, old.about, old.columns, old.point + 1, old.draws[:2] + 1)
    parameters = drawn.with_block(new)
    assert parameters.base_case()["frailty"].tolist() == [3.0]
    assert parameters.at([[0.4], [0.6]], ["joint"])["frailty"].tolist() == [2.0, 3.0]
    assert parameters.hash != drawn.hash


# The files that come with hecon


@pytest.fixture(scope="module")
def shipped():
    return read_folder(shipped_folder())


def test_shipped_centres_are_their_values(shipped):
    values = [(d.name, v) for d in shipped.definitions.values() for v in d.values]
    centres = {
        (name, v.start): from_reported(v.distribution).centre - v.value
        for name, v in values
        if v.distribution is not None
    }
    assert len(centres) > 30
    sizes = {(name, v.start): v.value for name, v in values}
    assert {key for key, gap in centres.items() if abs(gap) > 1e-3 * abs(sizes[key])} == set()


def test_shipped_parameters_load_on_every_date_on_which_anything_changes(shipped):
    day = dt.timedelta(days=1)
    starts = {v.start for d in shipped.definitions.values() for v in d.values}
    ends = {v.end + day for d in shipped.definitions.values() for v in d.values if v.end}
    assert len(starts | ends) > 20
    for date in sorted(starts | ends):
        parameters = _on(shipped, date)
        inputs = parameters.base_case()
        for name in parameters.entries:
            assert np.all(np.isfinite(inputs[name])), (name, date)
        for name, why in parameters.entries.absent.items():
            assert name in why


def test_everything_the_model_reads_has_a_value_on_the_default_date():
    parameters = read_parameters()
    awaited = set(read_folder(shipped_folder()).uncalibrated)
    for name, defined in parameters.definitions.items():
        if defined.head.role == "model":
            assert name in parameters.entries, parameters.entries.absent[name]
    assert awaited == set() or not parameters.blocks


def test_shipped_draws_are_finite_and_their_means_are_the_values():
    parameters = read_parameters()
    middle = parameters.at(np.tile((np.arange(2000)[:, None] + 0.5) / 2000, len(parameters.uncertain)))
    for name in parameters.uncertain:
        if name in parameters.blocks:
            continue
        entry = parameters[name]
        assert np.all(np.isfinite(middle[name]))
        centre = np.median(middle[name]) if "median" in entry.distribution else middle[name].mean()
        assert centre == pytest.approx(entry.value, rel=5e-3), name


FAMILIES = {
    "share": {"beta", "uniform", "triangular"},
    "index, 1": {"beta"},
    "hazard ratio": {"lognormal"},
    "odds ratio": {"lognormal"},
    "NOK": {"gamma", "lognormal", "triangular"},
    "hours": {"gamma", "lognormal", "triangular"},
    "per year": {"gamma", "lognormal"},
    "per week": {"gamma", "lognormal"},
}


def test_families_fit_what_they_are_families_of():
    """Shares and utilities stay between 0 and 1, ratios are skewed about 1, and costs, hours and rates are positive."""
    parameters = read_parameters()
    seen = set()
    for name in parameters.uncertain:
        if name not in parameters.blocks:
            unit = next((unit for unit in FAMILIES if parameters[name].unit.startswith(unit)), None)
            seen.add(unit)
            assert unit is None or parameters[name].distribution["family"] in FAMILIES[unit], name
    assert len(seen) > 4


def test_shipped_draws_are_possible_values():
    """Not even the draws at the far ends are refused where a user would give them."""
    parameters = read_parameters()
    assert parameters.uncertain
    ends = parameters.at(np.repeat([[1e-6], [1.0 - 1e-6]], len(parameters.uncertain), axis=1))
    for name in parameters.uncertain:
        for column in parameters.blocks[name].columns if name in parameters.blocks else (name,):
            for value in ends[column]:
                assert parameters.overlay({column: float(value)})[column].value == value


def test_methods_are_chosen_and_not_drawn():
    """Discounting, the price of public funds and what is causal are decisions: scenarios change them, draws do not."""
    methods = (
        "discount_rate",
        "real_wage_growth",
        "cost_of_public_funds",
        "friction_period",
        "causal_share_of_utility_difference",
        "leisure_value_share",
        "effect_ends_week",
        "retirement_age",
    )
    parameters = read_parameters()
    sampled = parameters.sample(50, seed=1)
    for name in methods:
        assert name not in parameters.uncertain
        assert set(sampled[name].tolist()) == {parameters[name].value}


def test_every_shipped_scenario_can_be_put_in_place():
    parameters = read_parameters()
    assert parameters.scenarios
    for name, scenario in parameters.scenarios.items():
        changed = parameters.with_scenario(name)
        assert changed.overlaid == tuple(scenario.changes)
        for key, change in scenario.changes.items():
            assert changed.base_case()[key].tolist() == [change.value]

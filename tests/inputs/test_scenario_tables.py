"""Scenarios with a table of draws of their own: what it takes the place of, and what it is refused for."""

import pytest

from hecon.inputs.errors import InputError
from hecon.inputs.parameters import read_parameters

HEAD = 'label = "A scenario"\nsummary = "What it says"\n'
TABLE = "row,relapse,frailty\npoint,5.0,20.0\n0,6.0,30.0\n1,7.0,40.0\n"
OTHER = "row,frailty,relapse\npoint,200.0,50.0\n0,300.0,60.0\n"


@pytest.fixture
def files(texts):
    """A block of four draws, a scenario with a table and a value, one with a table alone, and one without."""
    about = texts.about.replace("seed = 7", "seed = 8")
    return {
        "some.toml": texts.entry("cost", texts.value(extra="distribution = {family='uniform', low=0, high=2}")),
        "calibrated/joint.csv": texts.block,
        "calibrated/joint.toml": texts.about,
        "scenarios/refitted.toml": HEAD + 'calibration = "own"\n[cost]\nvalue = 0.25\n',
        "scenarios/other.toml": HEAD + 'calibration = "elsewhere"\n',
        "scenarios/plain.toml": HEAD + "[frailty]\nvalue = 0.0\n",
        "calibrated/scenarios/own.csv": TABLE,
        "calibrated/scenarios/own.toml": about,
        "calibrated/scenarios/elsewhere.csv": OTHER,
        "calibrated/scenarios/elsewhere.toml": texts.about,
    }


@pytest.fixture
def base(read, files):
    return read(files)


def drawn(parameters, u):
    """What the block's coordinate gives."""
    inputs = parameters.at([[u]], ["joint"])
    return inputs["relapse"].tolist() + inputs["frailty"].tolist()


def test_a_table_takes_the_place_of_the_block_with_its_columns(base):
    changed = base.with_scenario("refitted")
    assert changed.uncertain == ("joint",)
    assert base.uncertain == ("cost", "joint")
    assert [changed.base_case()[name].tolist() for name in ("relapse", "frailty", "cost")] == [[5.0], [20.0], [0.25]]
    assert [drawn(changed, u) for u in (0.0, 0.49, 0.51, 1.0)] == [[6.0, 30.0]] * 2 + [[7.0, 40.0]] * 2
    assert [drawn(base, u) for u in (0.0, 0.26, 0.51, 1.0)] == [[0.1, 1.0], [0.2, 2.0], [0.9, 3.0], [1.0, 4.0]]
    assert changed.calibration == {"joint": {"seed": 8}}
    assert base.calibration == {"joint": {"seed": 7}}
    entry = changed["frailty"]
    assert (entry.file, entry.block, entry.grade) == ("calibrated/scenarios/own.csv", "joint", "calibrated")
    assert changed.overlaid == ("cost",)
    assert base["frailty"].value == 2.0


def test_the_order_of_the_columns_does_not_matter(base):
    changed = base.with_scenario("other")
    assert (changed["relapse"].value, changed["frailty"].value) == (50.0, 200.0)
    assert drawn(changed, 0.7) == [60.0, 300.0]
    assert changed.overlaid == ()


def test_the_same_point_of_the_cube_draws_from_the_table(base):
    """A sample moves along the same coordinates, so that a scenario is compared with the base draw by draw."""
    one, other = base.sample(40, 3), base.with_scenario("other").sample(40, 3)
    assert one.coordinates == other.coordinates
    assert one.points.tolist() == other.points.tolist()
    assert set(other["frailty"].tolist()) == {300.0}
    assert len(set(one["frailty"].tolist())) == 4


def test_what_was_replaced_before_stays_replaced(base):
    for changed in (
        base.overlay({"relapse": 0.7}).with_scenario("refitted"),
        base.with_scenario("refitted").overlay({"relapse": 0.7}),
    ):
        assert drawn(changed, 0.9) == [0.7, 40.0]
        assert changed["frailty"].value == 20.0
    both = base.with_scenario("plain").with_scenario("other")
    assert drawn(both, 0.9) == [60.0, 0.0]
    assert base.overlay({"cost": 0.75}).with_scenario("refitted")["cost"].value == 0.25


def test_of_two_tables_the_later_stands(base):
    both = base.with_scenario("refitted").with_scenario("other")
    assert drawn(both, 0.9) == [60.0, 300.0]
    assert both["cost"].value == 0.25


def test_a_scenario_and_its_table_change_the_hash(base, read, files):
    hashes = [base.hash, *(base.with_scenario(name).hash for name in ("refitted", "other", "plain"))]
    assert len(set(hashes)) == 4
    assert base.with_scenario("other").hash == read(files).with_scenario("other").hash
    assert read({**files, "calibrated/scenarios/own.csv": TABLE.replace("7.0", "7.5")}).hash != base.hash


def test_a_table_is_parsed_when_it_is_used_and_once(base, read, files):
    assert base.tables["own"].block is base.with_scenario("plain").tables["own"].block
    broken = read({**files, "calibrated/scenarios/own.csv": TABLE.replace("7.0", "many").replace("40.0", "")})
    with pytest.raises(InputError) as caught:
        broken.with_scenario("refitted")
    assert caught.value.faults == (
        "calibrated/scenarios/own.csv: line 4: relapse: 'many' is not a finite number: give one",
        "calibrated/scenarios/own.csv: line 4: frailty: '' is not a finite number: give one",
    )
    assert broken.with_scenario("other")["frailty"].value == 200.0
    with pytest.raises(InputError, match=r"^calibrated/scenarios/own\.toml: is not TOML"):
        read({**files, "calibrated/scenarios/own.toml": "= 3"}).with_scenario("refitted")


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (",frailty", ",luck", "header: lacks frailty and adds luck: give exactly the columns of calibrated/joint.csv"),
        ("\n", ",1\n", "header: adds luck: give exactly the columns of calibrated/joint.csv"),
    ],
)
def test_a_table_has_exactly_the_columns_of_a_block(read, files, texts, old, new, says):
    table = TABLE.replace(old, new).replace("frailty,1", "frailty,luck")
    about = texts.about + '[columns.luck]\nlabel = "Luck"\nunit = "share"\n'
    if "frailty" not in table:
        about = texts.about.replace("columns.frailty", "columns.luck")
    changed = read({**files, "calibrated/scenarios/own.csv": table, "calibrated/scenarios/own.toml": about})
    with pytest.raises(InputError) as caught:
        changed.with_scenario("refitted")
    assert caught.value.faults == (f"calibrated/scenarios/own.csv: {says}",)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        (
            {"calibrated/scenarios/own.csv": None, "calibrated/scenarios/own.toml": None},
            "scenarios/refitted.toml: calibration: there is no calibrated/scenarios/own.csv: "
            "hecon calibrate --scenario refitted makes it",
        ),
        (
            {"calibrated/scenarios/own.toml": None},
            "calibrated/scenarios/own.toml: is missing: a block is a table and its recipe, add it",
        ),
        (
            {"scenarios/refitted.toml": None},
            'calibrated/scenarios/own.csv: no scenario names it: write calibration = "own" in one, or remove it',
        ),
        (
            {"scenarios/plain.toml": HEAD + "calibration = 3\n"},
            "scenarios/plain.toml: calibration: 3: input should be a valid string: correct it",
        ),
        (
            {"scenarios/refitted.toml": 'calibration = "own"\nsummary = "x"\n[cost]\nvalue = 0.25\n'},
            "scenarios/refitted.toml: label: is missing: add it",
        ),
    ],
)
def test_tables_and_scenarios_that_miss_each_other_are_refused(faults, files, changes, says):
    given = {name: text for name, text in {**files, **changes}.items() if text is not None}
    assert faults(given) == (says,)


def test_only_a_scenario_has_a_table(base, tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text('calibration = "own"\ncost = 0.3\n', encoding="utf-8")
    with pytest.raises(InputError, match=r"^mine\.toml: calibration: only a scenario has a table: remove it here"):
        base.overlay(path)


# Before calibration


def test_without_what_is_calibrated_a_scenario_is_its_values_alone(write, files):
    """That is how it is calibrated: its table need not be there, nor the columns that its values name."""
    given = {name: text for name, text in files.items() if not name.startswith("calibrated/scenarios/")}
    parameters = read_parameters(folder=write(given), calibrated=False)
    assert parameters.with_scenario("plain").base_case()["frailty"].tolist() == [0.0]
    changed = parameters.with_scenario("refitted")
    assert changed["cost"].value == 0.25
    with pytest.raises(InputError, match="'relapse' is not the name of one"):
        changed["relapse"]
    with pytest.raises(InputError, match=r"^scenarios/plain\.toml: frailty: is not the name of a parameter"):
        changed["frailty"]


def test_a_table_that_was_not_read_cannot_be_put_over_a_block(write, files, base):
    parameters = read_parameters(folder=write(files), calibrated=False).with_block(base.blocks["joint"])
    with pytest.raises(
        InputError, match=r"^scenarios/refitted\.toml: calibration: 'own' was not read: read the folder"
    ):
        parameters.with_scenario("refitted")

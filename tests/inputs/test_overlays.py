"""Overlays and scenarios: what they replace, what they leave, and what they are refused for."""

import datetime as dt

import numpy as np
import pytest

from hecon.inputs.errors import InputError
from hecon.inputs.parameters import read_parameters
from hecon.inputs.prices import CONVERSIONS

# What an overlay may give is checked by unit: entries are shares where nothing else is said, so 0 to 1.
GAMMA = "distribution = { family = 'gamma', mean = 1.0, se = 0.2 }"
SCENARIO = 'label = "Dearer"\nsummary = "It costs more"\n[cost]\nvalue = 4.0\nnote = "assumed"\n'


@pytest.fixture(scope="module")
def shipped():
    return read_parameters()


@pytest.fixture
def base(read, texts):
    """A priced and uncertain cost, another uncertain one, a list, a late one, and a block."""
    priced = f'price_year = 2020\nindex = "cpi"\n{GAMMA}'
    table = (
        texts.entry("cost", texts.value(extra=priced), unit="NOK")
        + texts.entry("other", texts.value(extra=GAMMA))
        + texts.entry("table", texts.value(value=[1, 2]))
        + texts.entry("late", texts.value("2030-01-01"))
    )
    files = {
        "some.toml": table,
        "scenarios/dearer.toml": SCENARIO,
        "calibrated/joint.csv": texts.block,
        "calibrated/joint.toml": texts.about,
    }
    return read(files)


def test_a_number_replaces_a_value_in_prices_of_2025_and_fixes_it(base):
    changed = base.overlay({"cost": 800})
    assert changed.base_case()["cost"].tolist() == [800.0]
    assert changed.overlaid == ("cost",)
    assert changed.uncertain == ("other", "joint")
    entry = changed["cost"]
    assert (entry.grade, entry.source, entry.unit, entry.file) == (
        "assumption",
        "overlay",
        "NOK",
        "some.toml",
    )
    assert changed.sample(5, 1)["cost"].tolist() == [800.0] * 5
    assert base["cost"].value == pytest.approx(130 / 110)
    assert base.overlaid == ()


def test_what_is_not_replaced_keeps_its_draws(base):
    before, after = base.sample(50, 1), base.overlay({"cost": 800, "frailty": 1}).sample(50, 1)
    for name in ("other", "relapse"):
        np.testing.assert_array_equal(before[name], after[name])


def test_a_file_may_bring_a_distribution_a_source_and_a_note(base, tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(
        "other = 0.2\n[cost]\nvalue = 10.0\nsource = 'our accounts'\nnote = 'page 3'\n"
        "distribution = { family = 'uniform', low = 5.0, high = 15.0 }\n",
        encoding="utf-8",
    )
    changed = base.overlay(path)
    assert changed.uncertain == ("cost", "joint")
    assert changed.at([[0.25]], ["cost"])["cost"].tolist() == [7.5]
    assert (changed["cost"].source, changed["cost"].locator) == ("our accounts", "page 3")
    assert changed["other"].source == "mine.toml"
    assert changed.overlaid == ("other", "cost")


def test_overlays_are_put_one_over_the_other(read, texts):
    files = {"some.toml": texts.entry("x") + texts.entry("y")}
    parameters = read(files, overlays=[{"x": 0.2, "y": 0.3}, {"x": 0.4}])
    assert [parameters[name].value for name in "xy"] == [0.4, 0.3]
    assert parameters.overlaid == ("x", "y")
    assert read(files, overlays={"x": 0.2})["x"].value == 0.2


def test_a_calibrated_column_can_be_fixed_while_the_others_move(base):
    changed = base.overlay({"relapse": 0.7})
    assert changed.uncertain == ("cost", "other", "joint")
    inputs = changed.at([[0.0], [0.99]], ["joint"])
    assert inputs["relapse"].tolist() == [0.7, 0.7]
    assert inputs["frailty"].tolist() == [1.0, 4.0]
    assert base.overlay({"relapse": 0.7, "frailty": 1}).uncertain == ("cost", "other")


def test_a_list_keeps_its_length(base):
    assert base.overlay({"table": [0.3, 0.4]}).base_case()["table"].tolist() == [[0.3, 0.4]]
    for value in ([0.1, 0.2, 0.3], 0.5):
        with pytest.raises(InputError, match=r"table: value is .*: the parameter is a list of 2"):
            base.overlay({"table": value})
    with pytest.raises(InputError, match="cost: value is a list of 1: the parameter is one number"):
        base.overlay({"cost": [1]})


def test_an_overlay_gives_a_value_where_the_date_has_none(base):
    with pytest.raises(InputError, match="late has no value on 2025-07-01"):
        base["late"]
    assert base.overlay({"late": 0.2}).base_case()["late"].tolist() == [0.2]


@pytest.mark.parametrize(
    ("overlay", "says"),
    [
        ({"csot": 1}, "overlay: csot: is not the name of a parameter: the closest known name is cost"),
        ({"cost": "much"}, "overlay: cost: value: 'much' is not a finite number"),
        ({"cost": {"value": 1, "colour": 2}}, "overlay: cost: colour: no such key here"),
        ({"cost": {"note": "x"}}, "overlay: cost: value: is missing: add it"),
        ({"cpi": 100}, "overlay: cpi: moves published prices to one year: remove it here"),
        (
            {"cost": {"value": 1, "distribution": {"family": "beta", "mean": 0.5, "se": 0.1}}},
            "overlay: cost: distribution: its centre 0.5 is not the value 1",
        ),
    ],
)
def test_an_overlay_that_does_not_fit_is_refused(base, overlay, says):
    with pytest.raises(InputError) as caught:
        base.overlay(overlay)
    assert str(caught.value).startswith(says)


def test_all_faults_of_an_overlay_are_said_at_once(base):
    with pytest.raises(InputError) as caught:
        base.overlay({"csot": 1, "tabel": 2})
    assert len(caught.value.faults) == 2
    with pytest.raises(InputError) as caught:
        base.overlay({"csot": 1, "other": 2, "table": [-1, 3], "late": 0.5})
    assert [fault.split(": ", 1)[1] for fault in caught.value.faults] == [
        "csot: is not the name of a parameter: the closest known name is cost",
        "other: value 2 is out of range: give 0 to 1",
        "table: value -1 is out of range: give 0 to 1",
        "table: value 3 is out of range: give 0 to 1",
    ]


RANGES = [
    ("share", 0.0, 1.0, "0 to 1"),
    ("share of pay", 0.0, 1.0, "0 to 1"),
    ("index, 1 = full health", -1.0, 1.0, "-1 to 1"),
    ("exponent", -10.0, 10.0, "-10 to 10"),
    ("per year, real", -0.2, 0.2, "-0.2 to 0.2"),
    ("workdays, difference", -260.0, 260.0, "-260 to 260"),
    ("per year", 0.0, None, "0 or more"),
    ("per week", 0.0, None, "0 or more"),
    ("hazard ratio", 0.0, None, "0 or more"),
    ("NOK", 0.0, None, "0 or more"),
]


@pytest.mark.parametrize(("unit", "low", "high", "told"), RANGES, ids=[unit for unit, *_ in RANGES])
def test_a_unit_says_which_values_are_possible(read, texts, unit, low, high, told):
    """The ends themselves are; what lies just beyond them is refused in one line, whichever way it is given."""
    head = 'price_year = 2020\nindex = "cpi"' if unit == "NOK" else ""
    parameters = read({"some.toml": texts.entry("x", texts.value(extra=head), unit=unit)})
    most = 1e9 if high is None else high
    for value in (low, 0.5 * (low + most), most):
        assert parameters.overlay({"x": value})["x"].value == value
        assert parameters.overlay({"x": {"value": value}})["x"].value == value
    for value in (low - 0.001, *(() if high is None else (high + 0.001,))):
        for given in (value, {"value": value}):
            with pytest.raises(InputError) as caught:
                parameters.overlay({"x": given})
            assert caught.value.faults == (f"overlay: x: value {value:g} is out of range: give {told}",)


@pytest.mark.parametrize("unit", ["weekdays", "calendar days", "week", "weeks"])
def test_what_the_model_counts_in_is_whole(read, texts, unit):
    parameters = read({"some.toml": texts.entry("x", unit=unit)})
    assert parameters.overlay({"x": 8})["x"].value == 8.0
    for value, fault in (
        (8.5, f"is not whole: the model counts {unit} in whole numbers"),
        (-8, "is out of range: give 0 or more"),
    ):
        with pytest.raises(InputError) as caught:
            parameters.overlay({"x": value})
        assert caught.value.faults == (f"overlay: x: value {value:g} {fault}",)
    assert read({"some.toml": texts.entry("x", unit="years")}).overlay({"x": 8.5})["x"].value == 8.5


@pytest.mark.parametrize(
    ("name", "value", "fault"),
    [
        ("share_women", 2, "is out of range: give 0 to 1"),
        ("share_women", -0.01, "is out of range: give 0 to 1"),
        ("early_first_attendance", 1.5, "is out of range: give 0 to 1"),
        ("return_rate_full", -1, "is out of range: give 0 or more"),
        ("weeks_sick_listed_at_inclusion", 8.5, "is not whole: the model counts weeks in whole numbers"),
        ("weeks_sick_listed_at_inclusion", -8, "is out of range: give 0 to 51"),
        ("sick_pay_rights", 247.5, "is not whole: the model counts weekdays in whole numbers"),
        ("employer_period", 16.5, "is not whole: the model counts calendar days in whole numbers"),
        ("discount_rate", -1, "is out of range: give -0.2 to 0.2"),
        ("return_slope", -1, "is out of range: give -0.9 to 10"),
        ("graded_taper", 0, "is out of range: give 0.01 to 10"),
        ("spells_over_16_days", 0, "is out of range: give 0.001 to 0.999"),
        ("spells_over_16_days", 1, "is out of range: give 0.001 to 0.999"),
    ],
)
def test_a_shipped_parameter_takes_no_impossible_value(shipped, name, value, fault):
    with pytest.raises(InputError) as caught:
        shipped.overlay({name: value})
    assert caught.value.faults == (f"overlay: {name}: value {value:g} {fault}",)


def test_what_is_shipped_is_in_range(shipped):
    """Every value could be given back as an overlay, but those that move prices."""
    given = {name: entry.value for name, entry in shipped.entries.items() if name not in CONVERSIONS}
    assert shipped.overlay(given).overlaid == tuple(given)


def test_a_file_that_cannot_be_read_is_refused(base, tmp_path):
    with pytest.raises(InputError, match=r"nowhere.toml: cannot be read"):
        base.overlay(tmp_path / "nowhere.toml")
    broken = tmp_path / "broken.toml"
    broken.write_text("= 3", encoding="utf-8")
    with pytest.raises(InputError, match=r"broken.toml: is not TOML"):
        base.overlay(str(broken))


def test_a_scenario_is_an_overlay_with_a_name(base):
    changed = base.with_scenario("dearer")
    assert base.scenarios["dearer"].label == "Dearer"
    assert changed["cost"].value == 4.0
    assert changed["cost"].locator == "assumed"
    with pytest.raises(InputError, match="'daerer' is not one: the closest known name is dearer"):
        base.with_scenario("daerer")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (SCENARIO.replace("[cost]", "[csot]"), "scenarios/dearer.toml: csot: is not the name"),
        (SCENARIO.replace("4.0", "[4.0]"), "scenarios/dearer.toml: cost: value is a list of 1"),
        (SCENARIO.replace("4.0", "-4.0"), "scenarios/dearer.toml: cost: value -4 is out of range: give 0 or more"),
        (SCENARIO.replace('summary = "It costs more"\n', ""), "dearer.toml: summary: is missing"),
    ],
)
def test_a_scenario_that_does_not_fit_is_refused_at_once(faults, texts, text, says):
    row = texts.value(extra='price_year = 2020\nindex = "cpi"')
    lines = faults({"some.toml": texts.entry("cost", row, unit="NOK"), "scenarios/dearer.toml": text})
    assert any(says in line for line in lines), lines


def test_an_overlay_changes_the_hash(base):
    assert base.overlay({"cost": 1}).hash != base.hash
    assert base.overlay({"cost": 1}).hash == base.overlay({"cost": 1.0}).hash
    assert base.overlay({"cost": 1}).hash != base.overlay({"cost": 2}).hash
    assert base.overlay({"cost": 1}).date == dt.date(2025, 7, 1)

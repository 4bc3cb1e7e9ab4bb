"""Parameters that are read again from what they were read from are the same, whatever was put in place."""

import datetime as dt
import json
from pathlib import Path

import numpy as np
import pytest

from hecon.inputs.origin import retold
from hecon.inputs.parameters import read_again, read_parameters

PLACE = Path("results.nc")
DATE = dt.date(2020, 1, 1)


def as_they_are():
    return read_parameters()


def on_another_date():
    return read_parameters(DATE)


def overlaid():
    changes = {
        "caseworker_hour": {
            "value": 900.0,
            "distribution": {"family": "gamma", "mean": 900.0, "ci95": [700.0, 1100.0]},
            "source": "our own",
            "note": "a guess",
        },
        "discount_rate": 0.03,
    }
    return read_parameters(overlays=[{"caseworker_hour": 800}, changes])


def with_a_list():
    given = read_parameters()
    name, entry = next((name, entry) for name, entry in given.entries.items() if isinstance(entry.value, tuple))
    return given.overlay({name: list(entry.value)})


def with_scenarios():
    return (
        read_parameters().with_scenario("frailty_off").overlay({"caseworker_hour": 700}).with_scenario("mi_nav_effect")
    )


def with_a_program():
    given = read_parameters()
    return given.with_program(given.programs["motivational_interviewing"].model_copy(update={"name": "mine"}))


def uncalibrated():
    return read_parameters(calibrated=False)


WAYS = (as_they_are, on_another_date, overlaid, with_a_list, with_scenarios, with_a_program, uncalibrated)


@pytest.mark.parametrize("way", WAYS)
def test_they_are_read_again(way):
    given = way()
    again = read_again(retold(given.origin.told(), given.origin.texts), given.date, PLACE)
    assert again.hash == given.hash
    assert again.origin.told() == given.origin.told()
    assert again.overlaid == given.overlaid
    assert again.uncertain == given.uncertain
    assert list(again.entries) == list(given.entries)
    assert dict(again.entries.items()) == dict(given.entries.items())
    assert again.programs == given.programs
    assert list(again.programs) == list(given.programs)
    assert again.scenarios == given.scenarios
    assert again.sources == given.sources
    for name, block in given.blocks.items():
        np.testing.assert_array_equal(again.blocks[name].draws, block.draws)


def test_the_order_of_steps_is_kept():
    """An overlay before a scenario that sets the same parameter gives way to it, and after it does not."""
    given = read_parameters()
    scenario = "employer_period_30_days"
    changed, change = next(iter(given.scenarios[scenario].changes.items()))
    other = given[changed].value
    assert other != change.value
    last = given.with_scenario(scenario).overlay({changed: other})
    first = given.overlay({changed: other}).with_scenario(scenario)
    for one in (first, last):
        again = read_again(retold(one.origin.told(), one.origin.texts), one.date, PLACE)
        assert again[changed].value == one[changed].value
        assert again.hash == one.hash
    assert first[changed].value != last[changed].value


def test_a_block_put_in_place_has_no_origin():
    given = read_parameters()
    (block,) = given.blocks.values()
    assert given.with_block(block).origin is None
    assert given.with_block(block).overlay({"caseworker_hour": 700}).origin is None


def test_what_is_told_names_no_place_of_the_users_machine(tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text("caseworker_hour = 700\n", encoding="utf-8")
    given = read_parameters(overlays=file)
    assert str(tmp_path) not in given.origin.told()
    assert json.loads(given.origin.told())["steps"][0]["name"] == "mine.toml"

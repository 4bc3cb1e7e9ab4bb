"""A reader sees on the first screen what stands in the place of the shipped values."""

from hecon.inputs.parameters import read_parameters
from hecon.report.in_place import notices, replaced, scenarios


def test_shipped_values_ask_for_no_notice():
    parameters = read_parameters()
    assert (replaced(parameters), scenarios(parameters), notices(parameters)) == ((), (), [])


def test_a_scenario_is_named_and_its_values_are_not_the_user_s():
    parameters = read_parameters(overlays=[{"caseworker_hour": 900.0}]).with_scenario("leisure_valued")
    changed = parameters.scenarios["leisure_valued"]
    assert changed.changes
    assert replaced(parameters) == ("caseworker_hour",)
    assert scenarios(parameters) == ("leisure_valued",)
    own, named = notices(parameters)
    assert "one hour of a NAV caseworker" in own
    assert changed.label[1:] in named


def test_a_scenario_that_only_brings_a_table_is_named_too():
    parameters = read_parameters().with_scenario("published_hazard_ratio")
    assert replaced(parameters) == ()
    (named,) = notices(parameters)
    assert parameters.scenarios["published_hazard_ratio"].label[1:] in named

"""Offering rules: a variant offered to some is the sum over them, later offers reach fewer, and the table by hand."""

from functools import cache
from itertools import pairwise

import numpy as np
import pytest
import xarray as xr

from hecon.evaluation.splits import split_gains
from hecon.evaluation.targeting import (
    DELAYS,
    Rule,
    actions_by_group,
    offered_by,
    offering_rules,
    rule_gains,
    split_by_week,
    targeting_table,
    variant,
)
from hecon.inputs.errors import InputError
from hecon.inputs.parameters import read_parameters
from hecon.model.population import COLUMNS

MI = "motivational_interviewing"
RULES = offering_rules(8, ("diagnosis", "risk"))
SIZE = {"people": 120, "seed": 3}


@cache
def inputs():
    return read_parameters().sample(5, 3)


@cache
def split():
    return split_by_week(inputs(), [MI], RULES, **SIZE)


@cache
def gains():
    return rule_gains(split(), MI, RULES)


def of(name):
    return next(rule for rule in RULES if rule.name == name)


@pytest.mark.parametrize(
    "rule",
    [
        of("everybody"),
        of("diagnosis_psychological"),
        of("risk_highest_third"),
        of("risk_upper_two_thirds"),
        of("week_12"),
        of("week_20"),
    ],
    ids=lambda rule: rule.name,
)
def test_a_program_offered_by_a_rule_gains_what_those_it_is_offered_to_gain(rule):
    offered = split_gains(offered_by(inputs(), MI, rule), [variant(MI, rule)], (), **SIZE)
    own = offered.sel(strategy=variant(MI, rule), perspective="society").isel(subgroup=0)
    for name in ("gain", "days", "hours", "offered"):
        np.testing.assert_allclose(gains()[name].sel(rule=rule.name), own[name], rtol=1e-9, atol=1e-6)


def test_a_later_offer_to_some_is_both():
    rule = Rule("later_to_some", "", {"risk": ("highest_third",)}, 8)
    offered = split_gains(offered_by(inputs(), MI, rule), [variant(MI, rule)], (), **SIZE)
    found = rule_gains(split(), MI, [rule])
    np.testing.assert_allclose(
        found["gain"].isel(rule=0), offered["gain"].sel(perspective="society").isel(strategy=0, subgroup=0), rtol=1e-9
    )
    assert (found["offered"].isel(rule=0) <= gains()["offered"].sel(rule="week_16")).all()


def test_nobody_gains_nothing_and_takes_nothing():
    for name in ("gain", "days", "hours", "offered"):
        np.testing.assert_array_equal(gains()[name].sel(rule="nobody"), 0.0)


def test_the_rules_of_a_covariate_sum_to_everybody():
    for name in ("gain", "hours", "offered"):
        for covariate in ("diagnosis", "risk"):
            parts = [f"{covariate}_{level}" for level in COLUMNS[covariate]]
            summed = gains()[name].sel(rule=parts).sum("rule")
            np.testing.assert_allclose(summed, gains()[name].sel(rule="everybody"), rtol=1e-9, atol=1e-6)
        upper = gains()[name].sel(rule=["risk_middle_third", "risk_highest_third"]).sum("rule")
        np.testing.assert_allclose(gains()[name].sel(rule="risk_upper_two_thirds"), upper, rtol=1e-9, atol=1e-6)


def test_later_offers_reach_only_who_is_still_sick_listed():
    reached = [gains()["offered"].sel(rule=f"week_{8 + delay}" if delay else "everybody") for delay in DELAYS]
    np.testing.assert_array_equal(reached[0], 120.0)
    assert all((later <= earlier).all() for earlier, later in pairwise(reached))
    assert float(reached[-1].mean()) < 110.0
    hours = [float(gains()["hours"].sel(rule=f"week_{8 + delay}").sum()) for delay in DELAYS if delay]
    assert hours == sorted(hours, reverse=True)


def test_rules_are_named_once_and_nobody_comes_first():
    rules = offering_rules(8)
    assert len({rule.name for rule in rules}) == len(rules)
    assert rules[0].nobody
    assert [rule.name for rule in rules if rule.delay] == ["week_12", "week_16", "week_20"]
    assert not any({"sex", "education"} & rule.levels.keys() for rule in rules)


def test_a_rule_that_offers_nothing_is_no_program():
    with pytest.raises(InputError, match="nobody offers nothing"):
        offered_by(inputs(), MI, of("nobody"))


def test_a_programs_own_offer_is_narrowed_and_never_widened():
    own = inputs().programs["mi_nav_vocational_advice"].offer
    assert own.diagnosis == ("musculoskeletal",)
    for levels, expected in (
        (("musculoskeletal", "other"), ("musculoskeletal",)),
        ((), ("musculoskeletal",)),
    ):
        rule = Rule("some", "", {"diagnosis": levels} if levels else {})
        name = variant("mi_nav_vocational_advice", rule)
        given = offered_by(inputs(), "mi_nav_vocational_advice", rule).programs[name]
        assert given.offer.diagnosis == expected
    with pytest.raises(InputError, match=r"diagnosis: .* is for musculoskeletal: none of other"):
        offered_by(inputs(), "mi_nav_vocational_advice", Rule("others", "", {"diagnosis": ("other",)}))


def test_actions_sum_to_the_rules():
    actions = actions_by_group(split(), [MI], (0, 8), ("diagnosis", "risk"))
    assert actions.sizes == {"draw": 5, "group": 9, "action": 2}
    assert str(actions["group"][0].item()) == "diagnosis musculoskeletal, risk lowest third"
    for action, rule in enumerate(("everybody", "week_16")):
        for name in ("gain", "hours"):
            np.testing.assert_allclose(
                actions[name].isel(action=action).sum("group"), gains()[name].sel(rule=rule), rtol=1e-9
            )
    np.testing.assert_array_equal(actions["people"].sum("group"), 120.0)


def test_a_table_by_hand():
    rules = [Rule("nobody", "Nobody", nobody=True), Rule("everybody", "All"), Rule("some", "Some")]
    gain = np.array([[0.0, 400.0, 300.0], [0.0, -200.0, 100.0], [0.0, 400.0, 300.0], [0.0, -200.0, 100.0]])
    flat = np.tile([0.0, 100.0, 25.0], (4, 1))
    dims = ("draw", "rule")
    data = xr.Dataset(
        {"gain": (dims, gain), "offered": (dims, flat), "hours": (dims, 2.0 * flat), "people": ("draw", [100.0] * 4)},
        coords={"rule": [rule.name for rule in rules]},
    )
    table = targeting_table(data, rules).set_index("rule")
    assert table["gain"].tolist()[:3] == pytest.approx([0.0, 1.0, 2.0])  # per person eligible
    assert table.loc["some", ["offered", "gain_per_offered", "hours", "probability"]].tolist() == pytest.approx(
        [0.25, 8.0, 0.5, 1.0]
    )
    assert table.loc["everybody", "probability"] == 0.5
    assert table.loc["everybody", "error"] == pytest.approx(np.std([4, -2, 4, -2], ddof=1) / 2.0)
    assert np.isnan(table.loc["nobody", "gain_per_offered"])
    # Halves are two high and two low draws, or one of each. Two high choose everybody, which then loses 2.
    assert table["chosen"].sum() == pytest.approx(2.0)
    assert table.loc["everybody", "honest"] == pytest.approx(-2.0)
    assert table.loc["best", "naive"] == 2.0
    assert table.loc["best", "honest"] == table.loc["best", "gain"] < 2.0
    assert table["naive"].isna().tolist() == [True, True, True, False]

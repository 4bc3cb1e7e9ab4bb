"""The answer's other sentences, and what a table says of programs: what they claim is true of the run."""

import json
from dataclasses import replace

import numpy as np
import pytest

from hecon.calibration.figures import BLOCK
from hecon.evaluation import results
from hecon.inputs.parameters import shipped_folder
from hecon.report import change_words, choices, scenarios, statements, tornado, trial_words, validated
from hecon.report.validation import read_numbers
from hecon.report.validation_tables import judged


@pytest.fixture(scope="module")
def record():
    return read_numbers(shipped_folder())


def kept(whole, record):
    """The comparison with a record of a validation, read with its parameters; none where it is empty."""
    text = json.dumps(record) if record else ""
    return replace(
        whole, parameters=replace(whole.parameters, origin=replace(whole.parameters.origin, validation=text))
    )


def test_the_first_screen_names_the_parameter_that_alone_turns_the_choice_and_where(whole):
    found = whole.one_way.assign(changes=False)
    assert tornado.turning(replace(whole, one_way=found)) == tornado.turning(replace(whole, one_way=None)) == []
    own = (found["parameter"] == "coordinated_hazard_ratio") & (found["perspective"] == "society")
    usual = whole.comparator
    found.loc[own, ["changes", "best", "best_low", "best_high"]] = [True, usual, usual, "coordinated_program"]
    ends = (own & (found["strategy"] == "coordinated_program"), ["gain", "gain_low", "gain_high"])
    found.loc[ends] = [-100.0, -900.0, 100.0]
    turned = replace(whole, one_way=found)
    (said,) = tornado.turning(turned)
    entry = whole.parameters["coordinated_hazard_ratio"]
    turn = (entry.value + entry.quantile(np.array([0.975]))[0]) / 2.0
    assert said == f"“{entry.label}” alone turns the choice, at about {turn:.3g} (hazard ratio; now {entry.value:g})."
    assert said in statements.answer(turned).changes


def test_intervals_are_said_to_be_too_narrow_only_where_a_validation_of_these_says_so(whole, record):
    own = record | {"record": record["record"] | {"block": whole.parameters.blocks[BLOCK].digest}}
    counted = judged(record["unseen"])
    (said,) = validated.too_narrow(kept(whole, own).parameters)
    inside = sum(row["inside"] for row in counted)
    assert said.startswith(f"Of {len(counted)} figures of other studies that the model was not fitted to, {inside} lie")
    assert said in statements.answer(kept(whole, own)).because
    right = own | {"unseen": [row | {"inside": True} for row in counted]}
    other = own | {"record": own["record"] | {"block": "0" * 64}}
    for one in (right, other):
        assert validated.too_narrow(kept(whole, one).parameters) == []
    assert validated.too_narrow(kept(whole, {}).parameters) == []


def test_the_trial_s_figures_outside_are_named(whole, record):
    table = whole.trial.statistics.assign(within=True)
    missed = (table["strategy"] == "early_follow_up") & (table["statistic"] == "sustained_return")
    ratios = whole.trial.ratios.assign(within=True)
    none, one = (
        replace(whole, trial=replace(whole.trial, statistics=table.assign(within=within), ratios=ratios))
        for within in (True, ~missed)
    )
    (said,) = trial_words.outside_sentences(kept(one, record))
    assert "if the base case were true: sustained return within 12 months with early follow-up (" in said
    assert "The intervals of the validation are wider" in said
    (said,) = trial_words.outside_sentences(kept(none, {}))
    assert said.startswith("Every figure lies within")
    assert "validation" not in said


def test_a_program_of_unknown_effect_is_no_measured_failure(whole):
    rows = {row[0].text: row for row in choices.every_program(whole, whole.choices).rows}
    _, effect, days, cost, gain, worth = rows["Cross-sector program"]
    assert effect.text == "No known effect"
    assert {days.text, gain.text, worth.text} == {"not known"}
    assert (days.detail, gain.detail, worth.detail) == ("", "", "")
    assert cost.text not in {"not known", "–"}
    assert "not known" not in [cell.text for cell in rows["Early follow-up"]]


def test_results_of_one_program_say_so(whole):
    rows = choices.every_program(whole, whole.choices).rows
    said = {
        row[0].text for row in rows if "Another result of the program “Coordinated return to work”" in row[0].detail
    }
    assert said == {row[0].text for row in rows if row[0].text.startswith("Danish")}
    assert len(said) == 4


def test_the_base_case_is_told_from_the_expectation(whole):
    about, gains = scenarios.base_case_sentences(whole)
    assert about.startswith("The base case is one point")
    assert gains.count(" against ") == 1 + len(whole.programs)
    assert scenarios.structural(whole).rows[0][0].text == "Expected over the draws"
    assert scenarios.scenario_gains(whole).rows[0][0].text == "Base case"


def test_scenarios_of_health_alone_are_listed_as_moving_no_money(whole):
    (note,) = [text for text in scenarios.scenario_gains(whole).notes if text.startswith("Not shown")]
    for name in ("utility_causal_25", "utility_causal_50"):
        label = whole.parameters.scenarios[name].label
        assert f"{label[:1].lower()}{label[1:]}" in note


def test_friction_cost_is_told_where_it_changes_a_chance_by_much_and_names_no_first_that_is_close(whole, monkeypatch):
    order = statements.standings(whole, results.perspective_costs(whole), results.YEAR_1, "society")
    usual = next(one for one in order if one.comparator)
    program = next(one for one in order if not one.comparator)

    def said(chance, human):
        friction = [replace(usual, behind=0.0), replace(program, probability=chance, behind=900.0, behind_error=1.0)]
        monkeypatch.setattr(statements, "standings", lambda *_: friction)
        return statements._friction_sentence(whole, [usual, replace(program, probability=human)])

    assert said(0.30, 0.35) == []
    (text,) = said(0.05, 0.85)
    assert "is the best choice for society is" in text
    assert not change_words.settled([usual, replace(program, behind=1.0, behind_error=1.0)])


def test_qaly_effect_is_said_to_be_measured_and_not_clear(whole):
    said = statements.qaly_sentences(whole)[0]
    assert said.startswith("No clear QALY effect: MI-NAV measured it")
    assert "−0.001 QALYs in 6 months, 95% interval −0.02 to 0.01" in said
    bare = kept(whole, {})
    assert "(" not in statements.qaly_sentences(bare)[0]

"""What the report says of how sure the choice is, and of what would be worth knowing."""

import dataclasses

import pandas as pd
import pytest

from hecon.evaluation.information import BASE, GROUP, SINGLE, Deciding, Information
from hecon.evaluation.results import CARRIED_FORWARD, NO_EFFECT_AFTER, YEAR_1
from hecon.inputs.parameters import read_parameters
from hecon.report import certainty
from hecon.report.judgement import judgement_words

SIDES = list(certainty.SIDES)
LABELS = {"usual": "Usual care", "program": "The program", "": ""}


def made_up(draws=1000, value=4000.0):
    """Knowing everything is worth 4,000 to society; one group nearly as much; one parameter nothing one can tell."""
    everything = [
        {
            "scenario": scenario,
            "horizon": horizon,
            "perspective": side,
            "chosen": chosen,
            "value": value,
            "error": 300.0,
        }
        for scenario, horizon, chosen in (
            (BASE, YEAR_1, "usual"),
            (BASE, NO_EFFECT_AFTER, "usual"),
            (BASE, CARRIED_FORWARD, "usual"),
            ("frailty_off", YEAR_1, "program"),
        )
        for side in SIDES
    ]
    parts = [
        ("Effects of coordinated return to work", GROUP, 1, "study", 3600.0, 300.0),
        ("All of costs.toml", GROUP, 9, "", 90.0, 80.0),
        ("A wage", SINGLE, 1, "official", 100.0, 90.0),
    ]
    known = [
        {
            "scenario": scenario,
            "horizon": YEAR_1,
            "perspective": side,
            "kind": kind,
            "name": "coordinated_hazard_ratio" if grade == "study" else label,
            "label": label,
            "count": count,
            "grade": grade,
            "spread": "assumption" if grade == "study" else "",
            "value": amount,
            "error": error,
            "enough": True,
        }
        for scenario in (BASE, "frailty_off")
        for side in SIDES
        for label, kind, count, grade, amount, error in parts
    ]
    tables = [pd.DataFrame(rows) for rows in (everything, known)]
    tables = [table.assign(national=table["value"] * 1e6, national_error=table["error"] * 1e6) for table in tables]
    return Information(tables[0], tables[1], Deciding(125_000.0, 10.0, 1e6), draws)


def texts(table):
    return [[f"{cell.text} {cell.detail}".strip() for cell in row] for row in table.rows]


def test_the_words_give_the_value_its_error_and_the_country():
    first, second, _ = certainty.worth_knowing_words(made_up(), read_parameters(), LABELS.get, national=True)
    assert "gain society NOK 4,000 per person in 12 months (Monte Carlo error 300)" in first
    assert "always choosing usual care" in first
    assert "130,000 people a year for 10 years, discounted, that is NOK 4.0 billion" in first
    assert "Given these spreads, no study of these parameters can be worth more per person" in first
    assert second.startswith(
        "Knowing “effects of coordinated return to work” and nothing else would bring NOK 3,600 (Monte Carlo "
    )
    assert second.endswith("error 300), about 90% of it.")


def spread_otherwise(**worth):
    """The same, and scenarios in which knowing everything is worth so much."""
    made = made_up()
    base = made.everything[(made.everything["scenario"] == BASE) & (made.everything["horizon"] == YEAR_1)]
    rows = [base.assign(scenario=name, value=value, chosen=chosen) for name, (value, chosen) in worth.items()]
    return dataclasses.replace(made, everything=pd.concat([made.everything, *rows], ignore_index=True))


def test_what_is_one_judgement_is_said_and_what_another_would_make_of_it():
    """Only scenarios that spread the leading parameter otherwise: one with a table of its own is another question."""
    found = spread_otherwise(
        coordinated_three_municipalities=(17000.0, "program"), coordinated_spread_published=(600.0, "usual")
    )
    (text,) = judgement_words(found, read_parameters(), LABELS.get)
    assert text == (
        "Most of it is one judgement: how far the published effect of coordinated return to work carries over. Had one "
        "judged otherwise it would be NOK 600 (“coordinated program: the published interval alone”) or NOK 17,000 "
        "(“coordinated program as in three trial municipalities”; the choice would be the program)."
    )
    assert certainty.worth_knowing_words(found, read_parameters(), LABELS.get, national=True)[-1] == text
    (alone,) = judgement_words(made_up(), read_parameters(), LABELS.get)
    assert alone.endswith("carries over.")


def test_a_share_is_that_of_the_amounts_as_printed_and_none_where_draws_are_few():
    """6,000 +- 1,000 and 5,000 +- 1,000: of 5,640 and 5,300 it would be 94%."""
    made = made_up()
    known = made.known[made.known["kind"] == GROUP].assign(error=1000.0)
    known["value"] = known["value"].where(known["count"] > 1, 5300.0)
    found = dataclasses.replace(made, everything=made.everything.assign(value=5640.0, error=1000.0), known=known)
    words = certainty.worth_knowing_words(found, read_parameters(), LABELS.get, national=True)
    assert "gain society NOK 6,000 per person" in words[0]
    assert words[1].endswith("would bring NOK 5,000 (Monte Carlo error 1,000), about 80% of it.")
    for few in (dataclasses.replace(found, draws=499), dataclasses.replace(found, known=known.assign(enough=False))):
        words = certainty.worth_knowing_words(few, read_parameters(), LABELS.get, national=True)
        assert words[1].endswith("would bring NOK 5,000 (Monte Carlo error 1,000).")
    few = dataclasses.replace(made, draws=499)
    assert texts(certainty.known(few, national=True))[0][2] == "–"


def test_the_choice_of_five_years_stands_beside_its_value():
    made = made_up()
    later = made.everything["horizon"] == CARRIED_FORWARD
    found = dataclasses.replace(
        made, everything=made.everything.assign(chosen=made.everything["chosen"].where(~later, "program"))
    )
    table = certainty.everything(found, LABELS.get, "five years", national=True)
    assert table.header[1] == "Chosen now, 12 months"
    assert texts(table)[0][1] == "Usual care five years (b): the program"
    short = dataclasses.replace(made, everything=made.everything[made.everything["horizon"] == YEAR_1])
    assert texts(certainty.everything(short, LABELS.get, "five years", national=True))[0][1] == "Usual care"


def test_a_part_that_is_not_most_is_given_as_a_share():
    made = made_up()
    (text,) = judgement_words(
        dataclasses.replace(made, everything=made.everything.assign(value=9000.0)), read_parameters(), LABELS.get
    )
    assert text.startswith("About 40% of it is one judgement")


def test_what_was_measured_or_is_many_is_no_judgement():
    made, parameters = made_up(), read_parameters()
    measured = parameters.overlay({"coordinated_hazard_ratio": parameters["coordinated_hazard_ratio"].value})
    assert judgement_words(made, measured, LABELS.get) == []
    many = dataclasses.replace(made, known=made.known.assign(count=2))
    assert judgement_words(many, parameters, LABELS.get) == []
    untold = dataclasses.replace(made, known=made.known.assign(value=0.0))
    assert judgement_words(untold, parameters, LABELS.get) == []


def test_five_years_stand_with_and_without_what_comes_after_month_12():
    made = made_up()
    later = made.everything["horizon"] == CARRIED_FORWARD
    for value, share in ((16000.0, "about 80%"), (3000.0, "–")):
        found = dataclasses.replace(
            made, everything=made.everything.assign(value=made.everything["value"].where(~later, value))
        )
        table = certainty.everything(found, LABELS.get, "five years", national=False)
        assert table.header[-3:] == (
            "Per person, five years (a), NOK",
            "Per person, five years (b), NOK",
            "Of (b), after month 12",
        )
        assert texts(table)[0][-3:] == ["4,000 ± 300", f"{value:,.0f} ± 300", share]
    assert table.notes[-1].startswith("(a): no effect after month 12")
    short = dataclasses.replace(made, everything=made.everything[made.everything["horizon"] == YEAR_1])
    table = certainty.everything(short, LABELS.get, "five years", national=False)
    assert not any("(a)" in text or "(b)" in text for text in (*table.header, *table.notes))


def test_a_user_s_own_people_are_not_norway():
    (first, *_) = certainty.worth_knowing_words(made_up(), read_parameters(), LABELS.get, national=False)
    assert "billion" not in first
    for table in (
        certainty.everything(made_up(), LABELS.get, "five years", national=False),
        certainty.known(made_up(), national=False),
    ):
        assert not any("Norway" in head for head in table.header)
        assert {len(row) for row in table.rows} == {len(table.header)}


def test_what_cannot_be_told_from_zero_is_counted_and_not_shown():
    table = certainty.known(made_up(), national=True)
    (row,) = texts(table)
    assert row[0] == "Effects of coordinated return to work one parameter, grade: study, its spread: assumption"
    assert row[1:3] == ["3,600 ± 300", "about 90%"]
    assert "Not shown: 2 " in table.notes[-1]
    nothing = made_up()
    none = dataclasses.replace(nothing, known=nothing.known.assign(value=0.0))
    assert certainty.known(none, national=True) is None
    assert len(certainty.worth_knowing_words(none, read_parameters(), LABELS.get, national=True)) == 1


def test_every_side_and_scenario_has_a_row():
    table = certainty.everything(made_up(), LABELS.get, "five years", national=True)
    assert [row[0] for row in texts(table)] == list(certainty.SIDES.values())
    assert {len(row) for row in table.rows} == {len(table.header)}
    scenarios = certainty.by_scenario(made_up(), read_parameters(), LABELS.get)
    assert [row[1] for row in texts(scenarios)] == ["Usual care", "The program"]
    alone = made_up()
    base = dataclasses.replace(alone, everything=alone.everything[alone.everything["scenario"] == BASE])
    assert certainty.by_scenario(base, read_parameters(), LABELS.get) is None


@pytest.mark.parametrize(("draws", "few"), [(499, True), (500, False)])
def test_few_draws_are_said_to_be_few(draws, few):
    said = certainty.few_draws(made_up(draws=draws))
    assert bool(said) == few
    assert all(f"Too few draws: {draws} " in text for text in said)


def test_draws_that_are_too_few_for_one_value_stand_beside_it():
    made = made_up()
    table = certainty.known(dataclasses.replace(made, known=made.known.assign(enough=False)), national=True)
    assert "too few draws" in table.rows[0][1].detail

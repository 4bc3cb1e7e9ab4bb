"""What the report says of how sure the choice is, and whether the run is large enough."""

import dataclasses
from functools import cache

import numpy as np
import pandas as pd
import pytest

from hecon.evaluation.information import BASE, GROUP, SINGLE, Deciding, Information
from hecon.evaluation.precision import measure_precision
from hecon.evaluation.results import CARRIED_FORWARD, YEAR_1
from hecon.inputs.parameters import read_parameters
from hecon.report import certainty

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
            (BASE, CARRIED_FORWARD, "usual"),
            ("frailty_off", YEAR_1, "program"),
        )
        for side in SIDES
    ]
    parts = [
        ("Effects of the program", GROUP, 1, "assumption", 3600.0, 300.0),
        ("All of costs.toml", GROUP, 9, "", 90.0, 80.0),
        ("A wage", SINGLE, 1, "official", 100.0, 90.0),
    ]
    known = [
        {
            "scenario": scenario,
            "horizon": YEAR_1,
            "perspective": side,
            "kind": kind,
            "name": label,
            "label": label,
            "count": count,
            "grade": grade,
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


@cache
def small():
    return measure_precision(read_parameters(), draws=20, draw_people=40, people=100, weeks=104, seed=2)


def texts(table):
    return [[f"{cell.text} {cell.detail}".strip() for cell in row] for row in table.rows]


def test_the_words_give_the_value_its_error_and_the_country():
    first, second = certainty.worth_knowing_words(made_up(), LABELS.get, national=True)
    assert "gain society NOK 4,000 per person in 12 months (Monte Carlo error 300)" in first
    assert "always choosing usual care" in first
    assert "125,000 people a year for 10 years, discounted, that is NOK 4.0 billion" in first
    assert second == "Knowing “effects of the program” and nothing else would bring 90% of that."


def test_a_user_s_own_people_are_not_norway():
    (first, _) = certainty.worth_knowing_words(made_up(), LABELS.get, national=False)
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
    assert row[0] == "Effects of the program one parameter, grade: assumption"
    assert row[1:3] == ["3,600 ± 300", "90%"]
    assert "Not shown: 2 " in table.notes[-1]
    nothing = made_up()
    none = dataclasses.replace(nothing, known=nothing.known.assign(value=0.0))
    assert certainty.known(none, national=True) is None
    assert len(certainty.worth_knowing_words(none, LABELS.get, national=True)) == 1


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


@cache
def label(name):
    return read_parameters().programs[name].label


def test_every_headline_has_a_row_with_its_error():
    table = certainty.large_enough(small(), label, "two years")
    heads = [row[0].text for row in table.rows if row[0].text]
    assert heads[:2] == ["Society gains, NOK", "Society gains, NOK, two years (b)"]
    assert heads[-1] == "Value of knowing everything, society, NOK"
    assert {len(row) for row in table.rows} == {len(table.header)}
    assert not any(text == "nan" for row in texts(table) for text in row)
    draws = {row[6].text for row in table.rows}
    assert draws <= {"80", "–"}


def test_people_who_would_halve_an_error_are_told():
    found = small()
    table = found.table.assign(people_to_halve=np.nan)
    society = table[table["perspective"] == "society"].index[0]
    table.loc[society, "people_to_halve"] = 123_456.0
    shown = certainty.large_enough(dataclasses.replace(found, table=table), label, "two years")
    column = [row[7].text for row in shown.rows]
    assert column[0] == "120,000"
    assert {"never alone", "–"} <= set(column)


def test_the_bounds_of_the_value_are_told_apart():
    found = small()
    bracket = found.bracket.assign(low=4000.0, high=4100.0, low_error=400.0, high_error=400.0, alike=0.95)
    _, text = certainty.large_enough_words(dataclasses.replace(found, bracket=bracket))
    assert "NOK 4,000" in text
    assert "NOK 4,100" in text
    assert "95% of draws" in text

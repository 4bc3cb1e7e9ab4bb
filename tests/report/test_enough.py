"""What the report says of whether the run is large enough."""

import dataclasses
from functools import cache

import numpy as np
import pandas as pd
import pytest

from hecon.evaluation.precision import BEST, GAIN, measure_precision
from hecon.evaluation.results import CARRIED_FORWARD, YEAR_1
from hecon.inputs.parameters import read_parameters
from hecon.report.enough import large_enough, large_enough_words


@cache
def small():
    return measure_precision(read_parameters(), draws=20, draw_people=40, people=100, weeks=104, seed=2)


@cache
def label(name):
    return read_parameters().programs[name].label


def table(found=None):
    return large_enough(small() if found is None else found, label, "two years")


def texts(rows):
    return [[f"{cell.text} {cell.detail}".strip() for cell in row] for row in rows]


def with_first(**changed):
    """The same, the first gain of society otherwise, and the cells of its row after the name."""
    found = small()
    rows = found.table.copy()
    first = rows[(rows["perspective"] == "society") & (rows["headline"] == GAIN)].index[0]
    for name, value in changed.items():
        rows.loc[first, name] = value
    return texts(table(dataclasses.replace(found, table=rows)).rows)[0][2:]


def only(*rows):
    """The same with these gains alone: perspective, horizon, share of luck and its error."""
    frame = pd.DataFrame(
        [
            {
                "headline": GAIN,
                "horizon": horizon,
                "perspective": side,
                "strategy": "early_follow_up",
                "error": 10.0,
                "luck": luck,
                "luck_error": error,
            }
            for side, horizon, luck, error in rows
        ]
    )
    return large_enough_words(dataclasses.replace(small(), table=frame), label, "two years")[0]


def test_every_headline_has_a_row_with_its_error():
    shown = table()
    heads = [row[0].text for row in shown.rows if row[0].text]
    assert heads[:2] == ["Society gains, NOK", "Society gains, NOK, two years (b)"]
    assert heads[-1] == "Value of knowing everything, society, NOK"
    assert {len(row) for row in shown.rows} == {len(shown.header)}
    assert not any(text == "nan" for row in texts(shown.rows) for text in row)
    assert {row[6].text for row in shown.rows} == {"80", "–"}


def test_people_who_would_halve_an_error_are_told():
    told = {"luck": 0.8, "luck_error": 0.1}
    assert with_first(people_to_halve=123_456.0, **told)[-1] == "120,000"
    assert with_first(people_to_halve=np.nan, **told)[-1] == "never alone"


def test_a_share_of_luck_that_its_error_exceeds_is_not_printed_nor_what_follows_from_it():
    assert with_first(luck=1.0, luck_error=8.133)[1:] == ["–", "–", "–", "80", "–"]
    assert with_first(luck=0.01, luck_error=0.02)[1:] == ["–", "–", "–", "80", "never alone"]
    assert with_first(luck=0.123, luck_error=0.02)[3] == "12% ± 2"


def test_beside_a_limit_to_a_chance_stands_nothing():
    found = small()
    rows = found.table.copy()
    chances = rows["headline"] == BEST
    rows.loc[chances, "value"] = 0.02
    cells = [row[2:] for row in texts(table(dataclasses.replace(found, table=rows)).rows) if "under" in row[2]]
    assert cells == [["under 15%", *["–"] * 5]] * 4
    few = dataclasses.replace(found, draws=2)
    assert not any("under" in text for row in texts(table(few).rows) for text in row)


def test_luck_is_said_in_what_it_does_to_intervals_with_side_and_horizon():
    said = only(("society", YEAR_1, 0.19, 0.05), ("employer", CARRIED_FORWARD, 0.64, 0.1), ("nav", YEAR_1, 1.0, 8.0))
    assert said == (
        "Each draw has only 40 people, and part of the spread between draws is their luck. Without it 95% intervals "
        "would be narrower: by at most 10% for what society gains in 12 months, and by 40%, the most of all, for what "
        "the employer gains over two years (b) from early follow-up."
    )
    alone = only(("society", YEAR_1, 0.19, 0.05))
    assert alone.endswith("by 10%, the most of all, for what society gains in 12 months from early follow-up.")
    assert only(("society", YEAR_1, 1.0, 8.0)).endswith("How much, so few draws do not tell.")


@pytest.mark.parametrize(
    ("low", "high", "says"),
    [
        (
            4049.0,
            5951.0,
            "lies between NOK 4,000 and NOK 6,000 per person to society in 12 months (Monte Carlo error 400)",
        ),
        (4000.0, 4040.0, "NOK 4,000 per person to society in 12 months (Monte Carlo error 400), is moved"),
    ],
)
def test_the_value_lies_between_two_bounds_of_one_rounding(low, high, says):
    found = small()
    bracket = found.bracket.assign(low=low, high=high, low_error=450.0, high_error=400.0, alike=0.95)
    _, text = large_enough_words(dataclasses.replace(found, bracket=bracket), label, "two years")
    assert says in text
    assert text.count(". ") == 0

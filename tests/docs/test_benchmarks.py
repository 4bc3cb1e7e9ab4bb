"""The page of benchmarks shows what was kept, and the task that packages are compared on has a known answer."""

import dataclasses
import sys
from pathlib import Path

import numpy as np
import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture(autouse=True)
def scripts(monkeypatch):
    monkeypatch.syspath_prepend(BENCHMARKS)
    monkeypatch.syspath_prepend(BENCHMARKS / "others")
    yield
    for name in ("page", "task", "with_hecon", "common"):
        sys.modules.pop(name, None)


def test_the_page_shows_every_table_as_it_was_kept():
    import page

    text = page.PAGE.read_text(encoding="utf-8")
    assert page.shown(text) == sorted(page.TABLES)
    assert set(page.kept()) <= set(page.TABLES)
    assert page.written(text) == text


def test_a_number_on_the_page_is_the_one_in_the_table():
    import page

    text = page.PAGE.read_text(encoding="utf-8")
    for name in page.kept():
        for row in page.rows_of(name):
            line = " | ".join(page.cell(row[column]) for column in page.TABLES[name])
            assert f"| {line} |\n" in text, (name, row)


def test_only_right_answers_are_told():
    import page
    from task import ERRORS

    assert {row["package"] for row in page.rows_of("others")} == {"hecon", "heormodel", "starsim", "vivarium"}
    assert all(row["worst_errors_off"] <= ERRORS for row in page.rows_of("others"))


def test_the_exact_answer_of_the_task_is_the_published_one():
    from task import exact, tasks

    answer, spread = exact(tasks()["30 years by year"])
    assert answer.worth == pytest.approx([75_976, 15.839], abs=0.5)
    assert answer.worth[1] == pytest.approx(15.839, abs=0.0005)
    assert spread.share == pytest.approx(np.sqrt(answer.share * (1 - answer.share)))


def test_the_week_is_a_52nd_of_the_year():
    from task import tasks

    yearly, weekly = tasks().values()
    rate = weekly.hazard.sum(axis=1) * 52
    assert rate == pytest.approx(yearly.hazard.sum(axis=1))
    assert weekly.probability.sum(axis=1) == pytest.approx(1.0)
    # Without moves on the way, 52 weeks are a year: nobody comes back to sicker.
    assert weekly.probability[2, 2] ** 52 == pytest.approx(yearly.probability[2, 2])


@pytest.mark.parametrize("name", ["30 years by year", "10 years by week"])
def test_hecon_answers_within_its_monte_carlo_error_and_a_wrong_answer_is_caught(name):
    from task import ERRORS, errors_off, tasks
    from with_hecon import run

    task = tasks()[name]
    assert errors_off(task, run(task, 12_000, seed=3), 12_000) < ERRORS
    wrong = dataclasses.replace(task, hazard=1.1 * task.hazard)
    assert errors_off(task, run(wrong, 12_000, seed=3), 12_000) > ERRORS


def test_the_spread_of_a_person_is_that_of_simulated_people():
    from task import exact, tasks
    from with_hecon import run

    task = tasks()["30 years by year"]
    persons, runs = 500, 60
    worth = np.array([run(task, persons, seed=seed).worth for seed in range(1, runs + 1)])
    found = worth.std(axis=0, ddof=1) * np.sqrt(persons)
    # The standard error of a standard deviation of so many runs is about 1 / sqrt(2 runs) of it.
    assert found == pytest.approx(exact(task)[1].worth, rel=4.0 / np.sqrt(2.0 * runs))

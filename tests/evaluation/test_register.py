"""Outcomes of a register: persons, subgroups and everybody say the same, however the people were cut and stored."""

import os
import pickle
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pytest

import hecon
from hecon.evaluation import register as module
from hecon.evaluation.person_writer import writing_persons
from hecon.evaluation.register import PAYERS, UNITS, cells_of, register
from hecon.inputs.errors import InputError
from hecon.model import grid
from hecon.model.cohort import read_cohort
from hecon.model.ledger import PROGRAM_FLOWS, costs
from hecon.model.population import COLUMNS
from hecon.model.simulation import simulate

STRATEGIES = ("usual_case_management", "motivational_interviewing")
BY = ("sex", "risk")
WEEKS = 104
PEOPLE = 90


@pytest.fixture(scope="module")
def inputs():
    return hecon.read_parameters().base_case()


@pytest.fixture(scope="module")
def frame():
    place = np.arange(PEOPLE)
    return pd.DataFrame(
        {
            "id": [f"p{number:03}" for number in place],
            "age": 20.5 + place % 46,
            "sex": np.where(place % 3, "woman", "man"),
            "start": np.where(place % 5, "full_sick_leave", "graded_sick_leave"),
            "weeks_sick_listed": place % 40,
            "wage": 200_000.0 + 9_000 * place,
        }
    )


@pytest.fixture(scope="module")
def cohort(frame, tmp_path_factory):
    path = tmp_path_factory.mktemp("register") / "people.csv"
    frame.to_csv(path, index=False)
    return read_cohort(path)


@pytest.fixture(scope="module")
def both(inputs, cohort, tmp_path_factory):
    """Give the table of subgroups and the persons of one draw."""
    path = tmp_path_factory.mktemp("register") / "persons.parquet"
    table = register(inputs, cohort, STRATEGIES, by=BY, weeks=WEEKS, persons=path)
    return table, pd.read_parquet(path)


def per_head(table, covariate, column="mean"):
    """Give a column of a covariate's levels: [level, strategy, outcome]."""
    part = table[table["covariate"] == covariate]
    return part.set_index(["level", "strategy", "outcome"])[column].to_xarray()


# One truth


def test_subgroups_add_up_to_everybody(both):
    table, _ = both
    whole = per_head(table, "everybody").sel(level="everybody") * PEOPLE
    for covariate in BY:
        people = per_head(table, covariate, "people")
        np.testing.assert_array_equal(people.sum("level"), PEOPLE)
        total = (per_head(table, covariate) * people).sum("level")
        np.testing.assert_allclose(total, whole, rtol=1e-12, atol=1e-6)


def test_persons_add_up_to_subgroups(both, cohort):
    table, persons = both
    assert persons["id"].tolist() == np.repeat(cohort["id"].to_numpy(), len(STRATEGIES)).tolist()
    assert persons["strategy"].tolist() == [*STRATEGIES] * PEOPLE
    assert list(persons) == ["id", "strategy", *UNITS]
    sexes = persons.merge(cohort[["id", "sex"]], on="id").rename(columns={"sex": "level"})
    for covariate, groups in (("everybody", ["strategy"]), ("sex", ["level", "strategy"])):
        of_persons = sexes.groupby(groups, observed=True)[list(UNITS)].mean()
        told = table[table["covariate"] == covariate].pivot_table("mean", groups, "outcome", sort=False)
        np.testing.assert_allclose(told.loc[of_persons.index, list(UNITS)], of_persons, rtol=1e-12, atol=1e-9)


def test_sums_are_those_of_the_model(both, inputs, cohort):
    table, _ = both
    run = simulate(inputs, STRATEGIES, weeks=WEEKS, cohort=cohort, by="sex").sel(draw=0)
    per_person = run[["money", "outcome"]] / run["people"]
    told = per_head(table, "sex").rename(level="subgroup").sel(strategy=list(STRATEGIES))
    for end, money in (("_12m", per_person["money"].sel(year=1)), ("", per_person["money"].sum("year"))):
        by_perspective = costs(money)
        for payer in PAYERS[1:]:
            expected = by_perspective.sel(perspective=payer)
            np.testing.assert_allclose(
                told.sel(outcome=f"cost_{payer}{end}").transpose(*expected.dims), expected, rtol=1e-11
            )
        expected = money.sel(flow=list(PROGRAM_FLOWS)).sum("flow")
        np.testing.assert_allclose(
            told.sel(outcome=f"cost_program{end}").transpose(*expected.dims), expected, rtol=1e-11
        )
    for measure in per_person["measure"].to_numpy():
        expected = per_person["outcome"].sel(measure=measure)
        np.testing.assert_allclose(told.sel(outcome=measure).transpose(*expected.dims), expected, rtol=1e-11)


def test_everybody_lives_the_whole_run_in_some_state(both):
    _, persons = both
    states = [name for name in persons if name.startswith("weeks_") and name != "weeks_to_sustained_return"]
    np.testing.assert_array_equal(persons[states].sum(axis=1), WEEKS)


# Errors


def test_the_errors_of_one_draw_are_taken_from_the_people(both):
    table, persons = both
    by_strategy = {name: part[list(UNITS)].to_numpy() for name, part in persons.groupby("strategy")}
    increments = by_strategy[STRATEGIES[1]] - by_strategy[STRATEGIES[0]]
    rows = table[(table["covariate"] == "everybody") & (table["strategy"] == STRATEGIES[1])]
    for column, values in (("", by_strategy[STRATEGIES[1]]), ("increment_", increments)):
        expected = values.std(axis=0, ddof=1) / np.sqrt(PEOPLE)
        np.testing.assert_allclose(rows[f"{column}error"], expected, rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(rows["increment"], increments.mean(axis=0), rtol=1e-9, atol=1e-9)
    assert not {"low", "high"} & set(table)


def test_the_comparator_differs_from_itself_by_nothing(both):
    table, _ = both
    own = table[table["strategy"] == STRATEGIES[0]]
    assert not own[["increment", "increment_error"]].to_numpy().any()


def test_of_one_person_no_error_is_told(inputs, cohort):
    table = register(inputs, cohort.iloc[:1], STRATEGIES, weeks=10)
    assert table["error"].isna().all()
    assert np.isfinite(table["mean"]).all()


def test_several_draws_give_means_and_their_errors(cohort, tmp_path):
    draws = hecon.read_parameters().sample(4, seed=5)
    path = tmp_path / "persons.parquet"
    table = register(draws, cohort, STRATEGIES, by=BY, weeks=60, persons=path)
    run = simulate(draws, STRATEGIES, weeks=60, cohort=cohort)
    days = run["outcome"].sel(measure="benefit_days", subgroup="all") / PEOPLE
    more = (days - days.isel(strategy=0)).isel(strategy=1).to_numpy()
    row = table[table["outcome"].eq("benefit_days") & table["strategy"].eq(STRATEGIES[1])].iloc[0]
    assert row["mean"] == pytest.approx(float(days.isel(strategy=1).mean()), rel=1e-12)
    assert row["increment"] == pytest.approx(more.mean(), rel=1e-9)
    assert row["increment_error"] == pytest.approx(more.std(ddof=1) / 2.0, rel=1e-9)
    assert (row["low"], row["high"]) == pytest.approx(np.quantile(more, (0.025, 0.975)), rel=1e-9)
    alone = simulate(draws, STRATEGIES, weeks=60, cohort=cohort, by="person")["outcome"].mean("draw")
    np.testing.assert_allclose(
        pd.read_parquet(path)["benefit_days"].to_numpy().reshape(PEOPLE, 2),
        alone.sel(measure="benefit_days").transpose("subgroup", "strategy"),
        rtol=1e-12,
    )
    risk = table[table["covariate"].eq("risk") & table["outcome"].eq("qalys") & table["strategy"].eq(STRATEGIES[0])]
    assert risk["people"].sum() == PEOPLE  # a mean over draws: who is at high risk follows from luck


# However it is done


@pytest.mark.parametrize("size", [1, 7, PEOPLE - 1])
def test_blocks_never_show(both, inputs, cohort, tmp_path, monkeypatch, size):
    monkeypatch.setattr(module, "PERSONS_PER_BLOCK", size)
    path = tmp_path / "persons.parquet"
    table = register(inputs, cohort, STRATEGIES, by=BY, weeks=WEEKS, persons=path)
    pd.testing.assert_frame_equal(pd.read_parquet(path), both[1], check_exact=True)
    words = ["covariate", "level", "people", "strategy", "outcome", "unit"]
    pd.testing.assert_frame_equal(table[words], both[0][words])
    for name in ("mean", "increment"):
        np.testing.assert_allclose(table[name], both[0][name], rtol=1e-11, atol=1e-8)


def test_a_block_can_be_computed_elsewhere_by_whoever_knows_no_names(both, inputs, cohort, monkeypatch):
    real = module.people_block

    def elsewhere(*block, persons):
        assert "id" not in block[1].cohort
        return pickle.loads(pickle.dumps(real(*pickle.loads(pickle.dumps(block)), persons=persons)))  # noqa: S301

    monkeypatch.setattr(module, "people_block", elsewhere)
    pd.testing.assert_frame_equal(register(inputs, cohort, STRATEGIES, by=BY, weeks=WEEKS), both[0], check_exact=True)


def test_blocks_go_to_the_workers_in_force(inputs, cohort, monkeypatch):
    monkeypatch.setattr(module, "PERSONS_PER_BLOCK", 20)
    monkeypatch.setattr(grid, "WORTH_SENDING", 0)
    here = register(inputs, cohort, STRATEGIES, by=BY, weeks=60)
    with ThreadPoolExecutor(2) as pool, hecon.workers(pool):
        sent = []
        monkeypatch.setattr(pool, "submit", lambda *task, own=pool.submit: sent.append(task) or own(*task))
        there = register(inputs, cohort, STRATEGIES, by=BY, weeks=60)
    assert len(sent) >= -(-PEOPLE // 20)
    pd.testing.assert_frame_equal(there, here, check_exact=True)


def test_threads_never_show_whichever_block_is_ready_first(inputs, cohort, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "PERSONS_PER_BLOCK", 20)
    path, again = tmp_path / "persons.csv", tmp_path / "again.csv"
    table = register(inputs, cohort, STRATEGIES, by=BY, weeks=60, persons=path, threads=1)
    real, second = module.people_block, threading.Event()

    def first_comes_last(inputs, setup, by, *, persons):
        part = real(inputs, setup, by, persons=persons)
        if setup.first == 20:
            second.set()
        assert setup.first or second.wait(60)
        return part

    monkeypatch.setattr(module, "people_block", first_comes_last)
    later = register(inputs, cohort, STRATEGIES, by=BY, weeks=60, persons=again, threads=2)
    pd.testing.assert_frame_equal(later, table, check_exact=True)
    assert again.read_bytes() == path.read_bytes()


def test_people_from_csv_and_from_parquet_have_the_same_outcomes(inputs, cohort, frame, tmp_path):
    stored = tmp_path / "people.parquet"
    frame.to_parquet(stored)
    csv, parquet = tmp_path / "persons.csv", tmp_path / "persons.parquet"
    table = register(inputs, cohort, STRATEGIES, by=BY, weeks=60, persons=csv)
    again = register(inputs, read_cohort(stored), STRATEGIES, by=BY, weeks=60, persons=parquet)
    pd.testing.assert_frame_equal(table, again, check_exact=True)
    pd.testing.assert_frame_equal(
        pd.read_csv(csv), pd.read_parquet(parquet), check_dtype=False, rtol=1e-5, check_exact=False
    )


def test_whoever_has_no_name_is_called_by_the_row_of_the_file(inputs, tmp_path, frame):
    path, out = tmp_path / "people.csv", tmp_path / "persons.csv"
    frame.drop(columns="id").iloc[:3].to_csv(path, index=False)
    register(inputs, read_cohort(path), STRATEGIES, weeks=10, persons=out)
    assert pd.read_csv(out)["row"].tolist() == [2, 2, 3, 3, 4, 4]


def test_levels_in_which_there_is_nobody_are_left_out(inputs, cohort):
    table = register(inputs, cohort[cohort["sex"] == "man"], STRATEGIES, by=("sex",), weeks=10)
    assert set(table["level"]) == {"everybody", "man"}
    assert cells_of(("sex",))[1:] == [("sex", name) for name in COLUMNS["sex"]]


# Whole or not at all


@pytest.mark.parametrize("name", ["persons.csv", "persons.parquet"])
@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError])
def test_a_run_that_ends_early_leaves_the_file_as_it_was(inputs, cohort, tmp_path, monkeypatch, name, error):
    monkeypatch.setattr(module, "PERSONS_PER_BLOCK", 20)
    path, real = tmp_path / name, module.people_block
    path.write_text("before")

    def ends_early(inputs, setup, by, *, persons):
        if setup.first == 60:
            raise error
        return real(inputs, setup, by, persons=persons)

    monkeypatch.setattr(module, "people_block", ends_early)
    with pytest.raises(error):
        register(inputs, cohort, STRATEGIES, weeks=10, persons=path, threads=1)
    assert os.listdir(tmp_path) == [name]  # noqa: PTH208  (hidden files too)
    assert path.read_text() == "before"


def test_no_file_is_made_of_nobody(tmp_path):
    with writing_persons(None, STRATEGIES, ("qalys",)) as write:
        write(pd.Series(["a"]), np.zeros((1, 2, 1)))
    assert not list(tmp_path.iterdir())


# Refused


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"by": ("person",)}, "by: person is no covariate here"),
        ({"by": ("height",)}, "by: no covariate 'height' splits the people"),
        ({"by": ("sex", "sex")}, "by: sex, sex: name each covariate once"),
        ({"strategies": ("nothing",)}, "strategies: no file programs/nothing.toml"),
        ({"weeks": 0}, "weeks: 0 is too few"),
        ({"persons": "persons.xlsx"}, "persons: persons.xlsx is neither CSV nor Parquet: end it in .csv or .parquet"),
    ],
)
def test_what_cannot_be_is_refused_before_the_run(inputs, cohort, monkeypatch, changed, told):
    monkeypatch.setattr(module, "people_block", None)
    with pytest.raises(InputError, match=told):
        register(inputs, cohort, **{"strategies": STRATEGIES, "weeks": 10, **changed})


def test_a_person_at_fault_is_told_of_before_the_run(inputs, cohort, monkeypatch):
    monkeypatch.setattr(module, "people_block", None)
    spent = cohort.assign(rights_used=np.where(np.arange(PEOPLE) == PEOPLE - 1, 999.0, -1.0))
    with pytest.raises(InputError, match=rf"row {PEOPLE + 1}: rights_used is 999: give"):
        register(inputs, spent, STRATEGIES, weeks=10)

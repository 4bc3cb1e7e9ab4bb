"""Parquet files of people: the same table as the CSV, or refused in one line."""

import decimal
import re
import sys
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import parquet

from hecon.inputs.errors import InputError
from hecon.model.cohort import CODED, KINDS, OPTIONAL, REQUIRED, read_cohort
from hecon.model.population import COLUMNS

PEOPLE = {
    "id": ["a", "b", "c"],
    "age": [40.0, 50.25, 24.5],
    "sex": ["man", "woman", "woman"],
    "start": ["full_sick_leave", "graded_sick_leave", "full_sick_leave"],
    "weeks_sick_listed": [8, 20, 0],
    "wage": [500_000, 800_000, 350_000],
    "education": ["higher", "school", "school"],
    "grade": [0.5, 0.6, 0.99],
    "employment_fraction": [0.6, 1.0, 0.8],
    "pension_held": [0.4, 0.0, 0.2],
}


@pytest.fixture
def write(tmp_path):
    """Write people as Parquet, some columns exchanged for others or left out (None)."""

    def writer(people=PEOPLE, /, **changed):
        path = tmp_path / "people.parquet"
        columns = {name: cells for name, cells in {**people, **changed}.items() if cells is not None}
        parquet.write_table(pa.table(columns), path)
        return path

    return writer


@pytest.fixture
def fault(write):
    """Give the one line with which people are refused."""

    def reader(people=PEOPLE, /, **changed):
        return refused(write(people, **changed))

    return reader


def refused(path):
    """Give the one line with which a file is refused, less its path."""
    with pytest.raises(InputError) as caught:
        read_cohort(path)
    (line,) = caught.value.faults
    assert line.startswith(f"{path}: ")
    return line.removeprefix(f"{path}: ")


def as_csv(path):
    """Write PEOPLE as CSV, and read them."""
    pd.DataFrame(PEOPLE).to_csv(path, index=False)
    return read_cohort(path)


def test_a_parquet_file_reads_as_the_csv_of_the_same_people(write, tmp_path):
    frame = read_cohort(write())
    assert set(frame) == {*REQUIRED, *OPTIONAL, "id"}
    pd.testing.assert_frame_equal(
        frame.reset_index(drop=True), as_csv(tmp_path / "people.csv").reset_index(drop=True), check_like=True
    )
    assert frame["grade"].tolist() == PEOPLE["grade"]
    assert all(frame[name].cat.categories.tolist() == list(COLUMNS[name]) for name in CODED)


@pytest.mark.parametrize(
    ("name", "cells"),
    [
        ("weeks_sick_listed", pa.array([8, 20, 0], pa.int8())),
        ("weeks_sick_listed", pa.array([8, 20, 0], pa.uint64())),
        ("wage", pa.array([decimal.Decimal("500000.00"), decimal.Decimal(800_000), decimal.Decimal(350_000)])),
        ("age", pa.array(PEOPLE["age"], pa.float32())),
        ("grade", pa.array(PEOPLE["grade"], pa.float32())),
        ("employment_fraction", pa.array(PEOPLE["employment_fraction"], pa.float32())),
        ("pension_held", pa.array(PEOPLE["pension_held"], pa.float32())),
        ("pension_held", pa.array(PEOPLE["pension_held"]).dictionary_encode()),
        ("sex", pa.array(PEOPLE["sex"]).dictionary_encode()),
        ("sex", pa.array(PEOPLE["sex"], pa.large_string())),
        ("sex", pa.array(PEOPLE["sex"], pa.string_view())),
        ("id", pa.array(PEOPLE["id"]).dictionary_encode()),
    ],
    ids=str,
)
def test_numbers_and_words_may_be_stored_in_many_ways(write, name, cells):
    """Also as 32-bit floats, whose 0.6 is not that of 64 bits: 0.6 of a job and 0.4 of a pension are one job."""
    pd.testing.assert_frame_equal(read_cohort(write(**{name: cells})), read_cohort(write()))


def test_what_pandas_writes_is_read(tmp_path):
    """With its index, its categories and the integers that may be missing."""
    frame = pd.DataFrame(PEOPLE).set_index(pd.Index([7, 3, 5]))
    frame = frame.astype({"sex": "category", "weeks_sick_listed": "Int16", "age": "Float64", "start": "string"})
    path = tmp_path / "people.pq"
    frame.to_parquet(path)
    assert "__index_level_0__" in parquet.read_schema(path).names
    assert read_cohort(path)["age"].tolist() == PEOPLE["age"]
    assert read_cohort(path)["weeks_sick_listed"].tolist() == PEOPLE["weeks_sick_listed"]


def test_names_keep_their_zeros_and_numbers_stay_numbers(write, tmp_path):
    path = tmp_path / "people.csv"
    pd.DataFrame(PEOPLE | {"id": ["007", "08", "9"]}).to_csv(path, index=False)
    assert read_cohort(path)["id"].tolist() == ["007", "08", "9"]
    assert read_cohort(write(id=["007", "08", "9"]))["id"].tolist() == ["007", "08", "9"]
    assert read_cohort(write(id=[2**53 + 1, 8, 9]))["id"].tolist() == [2**53 + 1, 8, 9]


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
@pytest.mark.parametrize(
    ("names", "row", "value", "told"),
    [
        (["a", None, "c"], 2, "nan", "every person a name, or leave the column out"),
        (["a", "b", "a"], 3, "a", "each person a name that is nobody else's"),
    ],
    ids=["missing", "twice"],
)
def test_whoever_has_no_name_of_their_own_is_refused(tmp_path, suffix, names, row, value, told):
    path = tmp_path / f"people.{suffix}"
    frame = pd.DataFrame(PEOPLE | {"id": names})
    frame.to_csv(path, index=False) if suffix == "csv" else frame.to_parquet(path)
    assert refused(path).lower() == f"row {row + (suffix == 'csv')}: id is {value}: give {told}"


@pytest.mark.parametrize(
    ("name", "cells", "told"),
    [
        ("age", ["40", "50", "24"], "column age holds string: store whole or floating numbers"),
        ("age", [True, False, True], "column age holds bool: store whole or floating numbers"),
        ("age", [[40], [50], [24]], "column age holds list<element: int64>: store whole or floating numbers"),
        ("wage", [{"nok": 1}] * 3, "column wage holds struct<nok: int64>: store whole or floating numbers"),
        ("age", pa.array(PEOPLE["age"]).cast(pa.float16()), "column age holds halffloat: store whole or floating"),
        ("weeks_sick_listed", pa.array([8, 20, 0], pa.duration("s")), "column weeks_sick_listed holds duration[s]:"),
        ("sex", [0, 1, 1], "column sex holds int64: store text"),
        ("sex", pa.array([0, 1, 1]).dictionary_encode(), "column sex holds int64: store text"),
        ("sex", [b"man", b"woman", b"woman"], "column sex holds binary: store text"),
        ("sex", pa.nulls(3), "column sex holds null: store text"),
        ("id", [0.5, 1.5, 2.5], "column id holds double: store text or whole numbers"),
        ("hight", [1, 2, 3], "unknown column hight: known are age, sex, "),
        ("start", None, "no column start: a cohort needs age, sex, "),
        ("age", [40.0, None, 24.5], "row 2: age is nan: give a number from 18 to 66.99"),
        ("sex", ["man", "woman", None], "row 3: sex is nan: give one of man, woman"),
        ("sex", ["Man", "woman", "man"], "row 1: sex is Man: give one of man, woman"),
        ("weeks_sick_listed", [8, None, 0], "row 2: weeks_sick_listed is nan: give a number from 0 to 51"),
        ("grade", [0.5, 0.5, float("inf")], "row 3: grade is inf: give a number from 0.2 to 0.99"),
        ("wage", pa.array([1, 2**63, 3], pa.uint64()), None),
    ],
)
def test_a_fault_is_told_in_one_line(write, fault, name, cells, told):
    if told is None:
        assert read_cohort(write(**{name: cells}))[name].max() == 2.0**63
    else:
        assert fault(**{name: cells}).startswith(told)


def test_nobody_is_refused(fault):
    empty = pa.table(PEOPLE).slice(0, 0)
    assert fault({name: empty[name] for name in empty.column_names}) == "no people: give at least one row"


def test_a_column_given_twice_is_refused(tmp_path):
    path = tmp_path / "people.parquet"
    table = pa.table(PEOPLE)
    parquet.write_table(table.append_column("age", table["age"]), path)
    assert refused(path) == "more than one column age: leave one of each"


@pytest.mark.parametrize("content", [b"", b"age,sex\n", b"PAR1" * 9, b"PAR1\x00\x00\x00\x00PAR1"], ids=repr)
def test_what_is_no_parquet_is_refused_in_one_line(tmp_path, content):
    path = tmp_path / "people.parquet"
    path.write_bytes(content)
    assert re.fullmatch(r"cannot be read as Parquet \(.+\): write it anew, or give a CSV", refused(path))


def test_a_damaged_page_is_refused_in_one_line(write):
    path = write()
    whole = path.read_bytes()
    path.write_bytes(whole[:4] + bytes(len(whole) // 3) + whole[4 + len(whole) // 3 :])
    assert re.fullmatch(r"cannot be read as Parquet \(.+\): write it anew, or give a CSV", refused(path))


def test_a_file_that_is_not_there_or_a_folder_is_refused(tmp_path):
    told = "give the path of a CSV or Parquet file"
    assert refused(tmp_path / "nobody.parquet") == f"cannot be read (no such file or directory): {told}"
    (tmp_path / "folder.parquet").mkdir()
    assert refused(tmp_path / "folder.parquet") == f"cannot be read (is a directory): {told}"


def test_without_its_library_the_extra_is_named(write, monkeypatch):
    path = write()
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    assert refused(path) == "pyarrow is not installed: pip install 'hecon[register]', or give a CSV"


@pytest.mark.parametrize("page", ["register.md", "own_people.md"])
def test_the_pages_list_the_columns_that_are_read(page):
    """Which are needed, what levels they have, and what is taken where they are missing."""
    text = (Path(__file__).parents[2] / "docs" / "howto" / page).read_text("utf-8")
    table = text[text.index("| column | needed |") :].split("\n\n")[0].splitlines()[2:]
    rows = {name.strip(" `"): rest for name, *rest in (line.strip("|").split("|") for line in table)}
    assert set(rows) == {*REQUIRED, *OPTIONAL, "id"} == set(KINDS)
    for name, cells in rows.items():
        said = " ".join(cells)
        assert (cells[0].strip() == "yes") == (name in REQUIRED)
        assert set(re.findall("`(\\w+)`", said)) == set(COLUMNS[name] if name in CODED else ())
        default = OPTIONAL.get(name, -1)
        if isinstance(default, str):
            assert cells[-1].strip() == f"`{default}`" or f"`{default}` (if missing)" in said
        elif default >= 0.0:
            assert re.search(rf"(^|; )\s*{default:g}( if missing)?\s*$", cells[-1])

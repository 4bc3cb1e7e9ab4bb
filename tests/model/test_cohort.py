"""A user's own people: read or refused in one line, and simulated as they are."""

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from hecon.inputs.errors import InputError
from hecon.model.cohort import CODED, OPTIONAL, REQUIRED, cohort_population, read_cohort
from hecon.model.population import COLUMNS
from hecon.model.simulation import simulate, trace

HEADER = "age,sex,start,weeks_sick_listed,wage"
PEOPLE = (
    "40,man,full_sick_leave,8,500000",
    "50,woman,graded_sick_leave,20,800000",
    "24.5,woman,full_sick_leave,0,350000",
)
STRATEGIES = ["usual_case_management", "motivational_interviewing"]


@pytest.fixture
def write(tmp_path):
    """Write a cohort."""

    def writer(*rows, header=HEADER):
        path = tmp_path / "people.csv"
        path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
        return path

    return writer


@pytest.fixture
def fault(write):
    """Write a cohort that must be refused, and give the one line of the error."""

    def reader(*rows, header=HEADER):
        path = write(*rows, header=header)
        with pytest.raises(InputError) as caught:
            read_cohort(path)
        lines = caught.value.faults
        assert len(lines) == 1
        assert lines[0].startswith(f"{path}: ")
        return lines[0].removeprefix(f"{path}: ")

    return reader


# Reading


def test_a_cohort_is_read_with_what_is_missing_filled_in(write):
    frame = read_cohort(write(*PEOPLE))
    assert frame["age"].tolist() == [40.0, 50.0, 24.5]
    assert frame["sex"].tolist() == ["man", "woman", "woman"]
    assert frame["wage"].tolist() == [500_000, 800_000, 350_000]
    assert set(frame) == {*REQUIRED, *OPTIONAL}
    for name, default in OPTIONAL.items():
        assert frame[name].tolist() == [default] * 3


def test_all_columns_are_read_in_any_order(write):
    header = (
        "wage,pension_held,rights_used,employment_fraction,grade,diagnosis,education,weeks_sick_listed,start,sex,age"
    )
    row = "400000,0.4,50,0.6,0.8,psychological,higher,12,graded_sick_leave,woman,33"
    frame = read_cohort(write(row, header=header))
    expected = dict(zip(header.split(","), row.split(","), strict=True))
    assert {name: str(frame[name].iloc[0]) for name in ("diagnosis", "education", "start", "sex")} == {
        name: expected[name] for name in ("diagnosis", "education", "start", "sex")
    }
    for name in ("wage", "pension_held", "rights_used", "employment_fraction", "grade", "weeks_sick_listed", "age"):
        assert float(frame[name].iloc[0]) == float(expected[name])


@pytest.mark.parametrize("name", REQUIRED)
def test_a_missing_column_is_named(fault, name):
    position = REQUIRED.index(name)
    cut = [",".join(cell for i, cell in enumerate(row.split(",")) if i != position) for row in (HEADER, *PEOPLE)]
    assert fault(*cut[1:], header=cut[0]).startswith(f"no column {name}: ")


def test_an_unknown_column_is_named(fault):
    assert fault("40,man,full_sick_leave,8,500000,1", header=f"{HEADER},hight").startswith("unknown column hight: ")


@pytest.mark.parametrize(
    ("cell", "value", "told"),
    [
        ("age", "17.9", "a number from 18 to 66.99"),
        ("age", "67", "a number from 18 to 66.99"),
        ("age", "old", "a number from 18 to 66.99"),
        ("age", "", "a number from 18 to 66.99"),
        ("sex", "Man", "one of man, woman"),
        ("sex", "", "one of man, woman"),
        ("start", "full", "one of full_sick_leave, graded_sick_leave"),
        ("weeks_sick_listed", "-1", "a number from 0 to 51"),
        ("weeks_sick_listed", "52", "a number from 0 to 51"),
        ("weeks_sick_listed", "8.5", "a whole number"),
        ("wage", "0", "a number of 1 or more"),
        ("wage", "-500000", "a number of 1 or more"),
        ("wage", "500 000", "a number of 1 or more"),
        ("wage", "nan", "a number of 1 or more"),
        ("wage", "inf", "a number of 1 or more"),
        ("education", "phd", "one of school, higher"),
        ("diagnosis", "back", "one of musculoskeletal, psychological, other"),
        ("grade", "0.1", "a number from 0.2 to 0.99"),
        ("grade", "50", "a number from 0.2 to 0.99"),
        ("employment_fraction", "0", "a number from 0.01 to 1"),
        ("employment_fraction", "80", "a number from 0.01 to 1"),
        ("rights_used", "-2", "a number of -1 or more"),
        ("rights_used", "inf", "a number of -1 or more"),
        ("rights_used", "many", "a number of -1 or more"),
        ("rights_used", "10.5", "a whole number"),
        ("pension_held", "1", "a number from 0 to 0.99"),
    ],
)
def test_a_fault_names_the_row_the_column_the_value_and_the_way_out(fault, cell, value, told):
    names = HEADER.split(",") if cell in REQUIRED else [*HEADER.split(","), cell]
    good = dict(zip(HEADER.split(","), PEOPLE[0].split(","), strict=True)) | ({} if cell in REQUIRED else {cell: ""})
    rows = [dict(good), good | {cell: value}]
    rows[0][cell] = good[cell] or str(OPTIONAL[cell])
    text = [",".join(row[name] for name in names) for row in rows]
    message = fault(*text, header=",".join(names))
    match = re.fullmatch(r"row 3: (\w+) is (.+): give (.+)", message)
    assert match.group(1) == cell
    assert match.group(2) in {value or "nan", f"{value}.0"}  # a column of numbers is read as such
    assert match.group(3).startswith(told)


def test_the_row_is_the_files_own_where_lines_are_empty(fault):
    # Beside an empty line a column of numbers is read as floating, so 500 shows as 500.0.
    message = fault(PEOPLE[0], "", "", PEOPLE[1].replace("50,", "500,"))
    assert re.fullmatch(r"row 5: age is 500(\.0)?: give a number from 18 to 66\.99", message)


def test_empty_lines_are_nobody(write):
    full, gaps = (read_cohort(write(*rows)) for rows in (PEOPLE, ["", PEOPLE[0], "", "", PEOPLE[1], PEOPLE[2], "", ""]))
    pd.testing.assert_frame_equal(gaps.reset_index(drop=True), full.reset_index(drop=True), check_dtype=False)


def test_ages_at_the_bounds_are_read(write):
    """From 18, the first age with a mortality, to the day before sick pay's limit at 67."""
    rows = [PEOPLE[0].replace("40,", f"{age},") for age in ("18", "66.99")]
    assert read_cohort(write(*rows))["age"].tolist() == [18.0, 66.99]


def test_a_job_and_a_pension_held_are_one_job_at_most(fault, write):
    header = f"{HEADER},employment_fraction,pension_held"
    good, bad = f"{PEOPLE[0]},0.6,0.4", f"{PEOPLE[1]},0.6,0.41"
    told = "give no more than the pension held leaves of a job"
    assert fault(good, bad, header=header) == f"row 3: employment_fraction is 0.6: {told}"
    assert read_cohort(write(good, header=header))["pension_held"].tolist() == [0.4]
    # Whoever gives a pension must say what job is beside it: a full one is not.
    assert fault(f"{PEOPLE[0]},0.5", header=f"{HEADER},pension_held") == f"row 2: employment_fraction is 1.0: {told}"


@pytest.mark.parametrize("longer", [(0, 1, 2), (0,), (0, 2)], ids=["all rows", "first row", "first and last row"])
def test_a_row_with_a_cell_too_many_is_called_that(fault, longer):
    """Not an unknown sex: the reader must not shift the other cells."""
    message = fault(*(f"{row},7" if i in longer else row for i, row in enumerate(PEOPLE)))
    assert message == "rows have more cells than the header: give each cell a column"


@pytest.mark.parametrize("ages", [(40,), (40, 50), (40, 50, 60), (24, 60, 25)], ids=str)
def test_whole_ages_do_not_hide_a_cell_too_many(fault, ages):
    """Nor do evenly spaced ones, which look like numbers of rows."""
    message = fault(*(f"{age},man,full_sick_leave,8,500000,7" for age in ages))
    assert message == "rows have more cells than the header: give each cell a column"


def test_a_later_row_with_a_cell_too_many_is_named_by_its_line(fault):
    message = fault(PEOPLE[0], f"{PEOPLE[1]},7", PEOPLE[2])
    assert message.startswith("cannot be read as CSV (")
    assert "Expected 5 fields in line 3, saw 6" in message


def test_people_given_twice_are_two(write):
    assert len(read_cohort(write(PEOPLE[0], PEOPLE[0]))) == 2


@pytest.mark.parametrize("rows", [[], [""]], ids=["header-only", "blank-line"])
def test_no_people_is_refused(fault, rows):
    assert fault(*rows) == "no people: give at least one row"


@pytest.mark.parametrize("content", [b"", bytes([0x9C, 0xFF, 0xFE]) * 30], ids=["empty", "not-text"])
def test_what_is_no_csv_is_refused_in_one_line(tmp_path, content):
    path = tmp_path / "people.csv"
    path.write_bytes(content)
    with pytest.raises(InputError, match="cannot be read as CSV") as caught:
        read_cohort(path)
    assert len(caught.value.faults) == 1


def test_a_file_that_a_spreadsheet_marked_is_read(tmp_path):
    path = tmp_path / "people.csv"
    path.write_text("\n".join([HEADER, *PEOPLE]), encoding="utf-8-sig")
    assert len(read_cohort(path)) == 3


# Simulating


@pytest.fixture(scope="module")
def cohort(tmp_path_factory):
    path = tmp_path_factory.mktemp("cohort") / "people.csv"
    rows = [
        f"{20 + i % 46}.5,{'man' if i % 2 else 'woman'},full_sick_leave,{i % 52},{200000 + 9000 * i}"
        for i in range(120)
    ]
    path.write_text("\n".join([HEADER, *rows, "66.99,man,graded_sick_leave,51,90000"]) + "\n", encoding="utf-8")
    return read_cohort(path)


def test_a_cohort_is_simulated_whole_whatever_the_number_of_synthetic_people(parameters, cohort):
    inputs = parameters.sample(3, seed=1)
    small, large = (simulate(inputs, STRATEGIES, people=people, weeks=104, cohort=cohort) for people in (1, 5000))
    assert small.identical(large)
    assert small["people"].to_numpy().tolist() == [[121.0]] * 3
    assert np.isfinite(small["money"]).all()


def test_the_people_are_the_same_in_every_draw_and_their_luck_is_not(parameters, cohort):
    inputs = parameters.sample(3, seed=1)
    first, second = (cohort_population(cohort, inputs.one(draw), seed=7) for draw in (0, 1))
    for name in ("age", "sex", "education", "diagnosis", "start", "wage", "weeks_sick_listed", "employment_fraction"):
        np.testing.assert_array_equal(getattr(first, name), getattr(second, name))
    for name in ("rights_used", "pension_held"):
        np.testing.assert_array_equal(getattr(first, name), getattr(second, name))
    assert (first.frailty != second.frailty).all()
    again = cohort_population(cohort, inputs.one(0), seed=7)
    np.testing.assert_array_equal(first.frailty, again.frailty)
    assert (first.frailty != cohort_population(cohort, inputs.one(0), seed=8).frailty).all()


def test_covariates_reach_the_population_as_given(parameters, cohort):
    who = cohort_population(cohort, parameters.base_case().one(0), seed=7)
    np.testing.assert_array_equal(who.age, cohort["age"])
    np.testing.assert_array_equal(who.wage, cohort["wage"])
    np.testing.assert_array_equal(who.sex == 1, cohort["sex"] == "woman")
    np.testing.assert_array_equal(who.start == 1, cohort["start"] == "graded_sick_leave")


def test_rights_used_are_the_spells_own_where_none_are_given(parameters, write):
    # 16 days of the employer's period hold 12 weekdays: 8 weeks leave 40 - 12 = 28 of NAV's.
    frame = read_cohort(write(*PEOPLE, "30,man,full_sick_leave,51,500000"))
    who = cohort_population(frame, parameters.base_case().one(0), seed=1)
    assert who.rights_used.tolist() == [28, 88, 0, 243]
    given = frame.assign(rights_used=[100, -1, 0, 247])
    assert cohort_population(given, parameters.base_case().one(0), 1).rights_used.tolist() == [100, 88, 0, 247]


@pytest.fixture
def refused(write):
    """Simulate somebody whose rights used must be refused, and give the one line of the error."""

    def simulated(parameters, weeks, used):
        """The somebody stands on the file's row 4, below an empty line."""
        rows = (f"{PEOPLE[0]},-1", "", f"40,man,full_sick_leave,{weeks},500000,{used}")
        frame = read_cohort(write(*rows, header=f"{HEADER},rights_used"))
        lines = []
        for run in (
            lambda: cohort_population(frame, parameters.base_case().one(0), seed=1),
            lambda: trace(parameters.base_case(), STRATEGIES[0], weeks=52, cohort=frame),
            lambda: simulate(parameters.base_case(), STRATEGIES, weeks=52, cohort=frame),
        ):
            with pytest.raises(InputError) as caught:
                run()
            lines += caught.value.faults
        assert len(lines) == 3
        assert len(set(lines)) == 1
        return lines[0]

    return simulated


def test_rights_given_are_not_less_than_the_spell_itself_has_used(parameters, write, refused):
    """Somebody sick-listed for 40 weeks has used 188 weekdays, whatever the file says."""
    for used in (0, 187):
        assert refused(parameters, 40, used) == (
            f"cohort: row 4: rights_used is {used}: give 188, what the spell has used, to 247, or leave it out"
        )
    frame = read_cohort(write("40,man,full_sick_leave,40,500000,188", header=f"{HEADER},rights_used"))
    assert cohort_population(frame, parameters.base_case().one(0), seed=1).rights_used.tolist() == [188]


def test_rights_given_stay_below_the_statutes_right(parameters, refused):
    """Nobody on sick leave has used all 248 weekdays, nor more."""
    for used in (248, 1000, 2**40):
        assert refused(parameters, 8, used) == (
            f"cohort: row 4: rights_used is {used}: give 28, what the spell has used, to 247, or leave it out"
        )


@pytest.mark.parametrize("used", ["1e19", "1e300"])
def test_rights_too_large_to_count_are_refused_too(parameters, write, used):
    """They are not taken for ones left out."""
    path = write(f"40,man,full_sick_leave,8,500000,{used}", header=f"{HEADER},rights_used")
    with pytest.raises(InputError, match=r"row 2: rights_used is "):
        cohort_population(read_cohort(path), parameters.base_case().one(0), seed=1)


def test_rights_given_stay_below_a_shorter_right(parameters, write, refused):
    """With a right of 100 weekdays nobody on sick leave has used 200, nor 100."""
    shorter = parameters.overlay({"sick_pay_rights": 100})
    for used in (200, 100):
        assert refused(shorter, 8, used) == (
            f"cohort: row 4: rights_used is {used}: give 28, what the spell has used, to 99, or leave it out"
        )
    frame = read_cohort(write("40,man,full_sick_leave,8,500000,99", header=f"{HEADER},rights_used"))
    stays = trace(shorter.base_case(), STRATEGIES[0], weeks=52, cohort=frame)
    assert stays["used"].iloc[0] == 99
    sick = stays[stays["state"].isin(["full_sick_leave", "graded_sick_leave"])]
    assert (sick["used"] < 100).all()


def test_a_cohort_alike_the_synthetic_people_costs_what_they_cost(parameters):
    """Drawn people written out as a cohort, with the same luck: the same results to rounding."""
    from hecon.model.population import COLUMNS, draw_population  # the oracle's own people

    # A grade is tapered when it is read, so the drawn one is divided by what it was multiplied with.
    free = parameters.overlay({"graded_taper": 1.0})
    inputs = free.base_case()
    drawn = draw_population(inputs.one(0), 400, seed=11)
    frame = pd.DataFrame(
        {name: getattr(drawn, name) for name in ("age", "wage", "weeks_sick_listed", "grade", "rights_used")}
        | {name: getattr(drawn, name) for name in ("employment_fraction", "pension_held")}
        | {name: np.array(COLUMNS[name])[getattr(drawn, name)] for name in CODED}
    )
    synthetic = simulate(inputs, STRATEGIES, people=400, weeks=104, seed=11)
    given = simulate(inputs, STRATEGIES, weeks=104, seed=11, cohort=frame)
    np.testing.assert_allclose(given["money"], synthetic["money"], rtol=1e-12)
    np.testing.assert_allclose(given["outcome"], synthetic["outcome"], rtol=1e-12)


def test_subgroups_of_a_cohort_add_up(parameters, cohort):
    inputs = parameters.sample(2, seed=1)
    whole = simulate(inputs, STRATEGIES, weeks=104, cohort=cohort)
    parts = simulate(inputs, STRATEGIES, weeks=104, cohort=cohort, by=("sex", "start"))
    np.testing.assert_allclose(parts["money"].sum("subgroup"), whole["money"].isel(subgroup=0), rtol=1e-10, atol=1e-4)
    assert parts["people"].sum("subgroup").to_numpy().tolist() == [121.0, 121.0]


def test_the_order_of_draws_does_not_matter_to_a_cohort(parameters, cohort):
    inputs = parameters.sample(3, seed=1)
    turned = replace(inputs.block(2, 3))
    last = simulate(inputs, STRATEGIES, weeks=60, cohort=cohort).isel(draw=[2])
    alone = simulate(turned, STRATEGIES, weeks=60, cohort=cohort)
    np.testing.assert_array_equal(alone["money"], last["money"])


def test_a_cohort_on_the_eve_of_retirement_retires(parameters, write):
    stays = trace(
        parameters.base_case(), STRATEGIES[0], weeks=52, cohort=read_cohort(write("66.99,man,full_sick_leave,8,1"))
    )
    assert stays["state"].iloc[-1] in {"retired", "dead"}
    assert stays["first"].max() <= 1


def test_levels_are_known_by_their_names_however_they_are_held(parameters, cohort):
    """As read, as text, and as categories in another order; a level that is none is refused, not taken for another."""
    values = parameters.base_case().one(0)
    expected = cohort_population(cohort, values, seed=7)
    text = cohort.astype(dict.fromkeys(CODED, "str"))
    turned = cohort.assign(**{name: cohort[name].cat.reorder_categories(COLUMNS[name][::-1]) for name in CODED})
    for frame in (text, turned):
        for name in CODED:
            np.testing.assert_array_equal(
                getattr(cohort_population(frame, values, seed=7), name), getattr(expected, name)
            )
    with pytest.raises(InputError, match=r"cohort: row 2: sex is boy: give man, woman"):
        cohort_population(text.assign(sex="boy"), values, seed=7)

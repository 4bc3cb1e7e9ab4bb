"""The people: the trial's population in distribution, and a user's own cohort with every fault named."""

import numpy as np
import pytest

from hecon.inputs.errors import InputError
from hecon.model import simulation
from hecon.model.cohort import read_cohort
from hecon.model.population import COLUMNS, GRADES, draw_population, people_arrays, tapered
from hecon.model.simulation import simulate, trace

HEADER = "age,sex,start,weeks_sick_listed,wage"
ROW = "44,woman,full_sick_leave,8,600000"
PEOPLE = 100_000


@pytest.fixture(scope="module")
def people(values):
    return draw_population(values, PEOPLE, 1)


@pytest.fixture
def csv(tmp_path):
    """Write a cohort and give its path."""

    def write(*rows, header=HEADER):
        path = tmp_path / "cohort.csv"
        path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
        return path

    return write


# Synthetic people


def share_within(sample, expected):
    """Whether a share is within four standard errors."""
    return abs(sample.mean() - expected) <= 4.0 * np.sqrt(expected * (1.0 - expected) / len(sample))


def test_people_are_the_trials_in_shares(people, values):
    assert share_within(people.sex == 1, values["share_women"])
    assert share_within(people.education == 1, values["share_higher_education"])
    assert share_within(
        people.diagnosis == COLUMNS["diagnosis"].index("musculoskeletal"), values["share_musculoskeletal"]
    )
    assert share_within(people.diagnosis == COLUMNS["diagnosis"].index("psychological"), values["share_psychological"])
    assert share_within(people.start == 0, values["share_full_at_inclusion"])
    assert share_within(people.pension_held > 0, values["share_graded_pension_at_inclusion"])
    assert share_within(people.insured == 1, values["share_insured_unemployed"])
    at_first = people.grade / values["graded_taper"]  # the grade falls over the weeks on graded leave
    for grade, name in zip(GRADES, ("share_grade_50", "share_grade_60", "share_grade_70"), strict=False):
        assert share_within(np.isclose(at_first, grade), values[name])


def test_no_grade_is_under_what_the_law_pays(values):
    got = tapered(np.array([0.2, 0.25, 1.0]), values)
    expected = np.maximum(np.array([0.2, 0.25, 1.0]) * values["graded_taper"], 0.2)
    np.testing.assert_allclose(got, expected, rtol=1e-12)


def test_people_are_the_trials_in_age_and_earlier_days(people, values):
    assert values["age_minimum"] <= people.age.min() <= people.age.max() <= values["age_maximum"] + 1.0
    assert abs(people.age.mean() - values["age_mean"]) <= 4.0 * values["age_sd"] / np.sqrt(PEOPLE)
    spread = people.age.std()
    fourth = ((people.age - people.age.mean()) ** 4).mean()
    error = np.sqrt((fourth - spread**4) / PEOPLE) / (2 * spread)  # of a standard deviation
    assert abs(spread - values["age_sd"]) <= 4.0 * error
    # Rights are the trial's days of the year before in weekdays, less 12 in the employer's period, and 28 or more.
    day = np.log((np.array([65.0, 78.0, 97.0])) / 78.0) / values["sick_days_prior_year_log_sd"]
    np.testing.assert_allclose(day, [-0.6745, 0.0, 0.6745], atol=0.07)  # quartiles as printed, in whole days
    median = 78 * 5 / 7 - 12
    assert abs(np.median(people.rights_used) - median) <= 1.0  # rounded to weekdays
    assert people.rights_used.min() == 8 * 5 - 12
    assert people.rights_used.max() <= 247


def test_wages_are_lognormal_and_the_cap_binds_for_some(people, values):
    full_time = people.wage / people.employment_fraction
    for sex, name in ((0, "men"), (1, "women")):
        logs = np.log(full_time[people.sex == sex])
        centre = np.log(12 * values[f"monthly_wage_median_{name}"] * values["relative_wage_of_sick_listed"])
        spread = values[f"wage_log_sd_{name}"]
        assert abs(logs.mean() - centre) <= 4.0 * spread / np.sqrt(len(logs))
        assert abs(logs.std() - spread) <= 4.0 * spread / np.sqrt(2 * len(logs))
    above = (people.wage > 6 * values["grunnbelop"]).mean()
    assert 0.05 < above < 0.5  # well under half


def test_frailty_is_standard_normal_and_independent_of_what_is_known(people):
    assert abs(people.frailty.mean()) <= 4.0 / np.sqrt(PEOPLE)
    assert abs(people.frailty.std() - 1.0) <= 4.0 / np.sqrt(2 * PEOPLE)
    for name in ("age", "wage", "sex", "start", "grade", "diagnosis", "rights_used"):
        assert abs(np.corrcoef(people.frailty, getattr(people, name))[0, 1]) <= 4.0 / np.sqrt(PEOPLE)


def test_covariates_change_no_hazard(people, values):
    """Frailty alone scales hazards: subgroups differ through wage, start, rights and age."""
    arrays = people_arrays(people, values)
    frailty = np.exp(values["frailty_sd"] * people.frailty)
    np.testing.assert_allclose(arrays.scale[:, 1], frailty, rtol=1e-12)
    np.testing.assert_allclose(arrays.scale[:, 2], frailty ** -values["relapse_frailty"], rtol=1e-12)
    np.testing.assert_allclose(arrays.scale[:, 3], frailty ** values["exhaustion_frailty"], rtol=1e-12)
    np.testing.assert_array_equal(arrays.scale[:, 0], 1.0)


def test_days_on_benefit_are_full_time_equivalents(people, values):
    arrays = people_arrays(people, values)
    fraction = people.employment_fraction
    np.testing.assert_allclose(arrays.benefit_share[:, 1], fraction)
    np.testing.assert_allclose(arrays.benefit_share[:, 2], people.grade * fraction)
    np.testing.assert_allclose(arrays.benefit_share[:, 3], values["aap_degree"] * fraction)
    np.testing.assert_array_equal(arrays.benefit_share[:, [0, 5, 6, 7]], 0.0)
    held = people.pension_held > 0
    assert np.all(fraction[held] <= 0.5)
    assert np.all(arrays.benefit_share[held, 4] < arrays.benefit_share[~held, 4].max())


# A user's own people


def test_a_cohort_is_read_and_what_is_left_out_has_its_default(csv):
    frame = read_cohort(csv(ROW, "30,man,graded_sick_leave,12,450000.5"))
    assert frame["age"].tolist() == [44, 30]
    assert frame["grade"].tolist() == [0.5, 0.5]
    assert frame["education"].tolist() == ["school", "school"]
    assert frame["rights_used"].tolist() == [-1, -1]


def test_a_cohort_is_the_people_that_are_simulated(csv, parameters):
    header = HEADER + ",grade,employment_fraction,rights_used,pension_held,diagnosis"
    rows = [
        "44,woman,full_sick_leave,8,600000,0.5,1,100,0,psychological",
        "50,man,graded_sick_leave,20,500000,0.8,0.6,-1,0,other",
        "25,woman,graded_sick_leave,2,400000,0.6,0.5,-1,0.5,musculoskeletal",
    ]
    frame = read_cohort(csv(*rows, header=header))
    stays = trace(parameters.base_case(), "usual_case_management", weeks=60, cohort=frame)
    first = stays.groupby("person").first()
    assert first["state"].tolist() == ["full_sick_leave", "graded_sick_leave", "graded_sick_leave"]
    # Rights not given are those of the spell: 20 weeks are 100 weekdays less 12; two weeks are all the employer's.
    assert first["used"].tolist() == [100, 88, 0]
    assert first["waited"].clip(upper=3).tolist() == [3, 3, 2]
    run = simulate(parameters.sample(3, seed=1), people=77, weeks=60, cohort=frame, by="diagnosis")
    assert run["people"].values.tolist() == [[1.0, 1.0, 1.0]] * 3  # the same people in every draw
    assert float(run["outcome"].sel(measure="benefit_days_12m").min()) >= 0.0


def test_a_cohort_in_the_employer_period_is_paid_by_the_employer(csv, parameters):
    frame = read_cohort(csv("44,woman,full_sick_leave,0,520000", "44,woman,full_sick_leave,2,520000", ROW))
    # Nobody leaves: neither at the rate of the trial's people nor in a new spell's first 8 weeks (1 in 1000 may).
    still = {"return_rate_full": 0.0, "full_to_graded_rate": 0.0, "discount_rate": 0.0}
    spells = {"spells_over_16_days": 0.999, "spells_over_8_weeks": 0.999}
    inputs = parameters.overlay(still | spells).base_case()
    run = simulate(inputs, ["usual_case_management"], weeks=10, cohort=frame, by="person")
    paid = run["money"].sel(flow=["employer_sick_pay", "sick_pay"])[0, 0, :, 0].values
    np.testing.assert_allclose(paid[0], [10_000 * 16 / 7, 10_000 * (10 - 16 / 7)], rtol=1e-9)
    np.testing.assert_allclose(paid[1], [10_000 * 2 / 7, 10_000 * (10 - 2 / 7)], rtol=1e-9)
    assert paid[2, 0] == 0.0


def test_a_cohort_keeps_its_results_when_its_order_of_columns_changes(csv, parameters):
    one = read_cohort(csv(ROW))
    other = read_cohort(csv("600000,8,full_sick_leave,woman,44", header="wage,weeks_sick_listed,start,sex,age"))
    runs = [simulate(parameters.base_case(), weeks=60, cohort=frame) for frame in (one, other)]
    assert runs[0].identical(runs[1])


@pytest.mark.parametrize("weeks", [0, 30, 51])
def test_a_cohort_may_have_been_sick_listed_for_most_of_a_year(csv, parameters, weeks):
    frame = read_cohort(csv(f"44,man,full_sick_leave,{weeks},600000"))
    stays = trace(parameters.base_case(), "usual_case_management", weeks=104, cohort=frame)
    sick = stays[stays["state"].isin(["full_sick_leave", "graded_sick_leave"])]
    assert sick["used"].between(0, 247).all()
    assert sick["weeks"].iloc[0] <= 52 - weeks


def test_somebody_past_the_retirement_age_is_retired_from_the_first_week(csv, parameters):
    frame = read_cohort(csv("65,woman,full_sick_leave,8,600000"))
    inputs = parameters.overlay({"retirement_age": 62.0}).base_case()
    outcome = simulate(inputs, weeks=52, cohort=frame)["outcome"][0, 0, 0]
    assert float(outcome.sel(measure="weeks_retired")) == 52.0
    assert float(outcome.sel(measure="benefit_days")) == 0.0
    stays = trace(inputs, "usual_case_management", weeks=52, cohort=frame)
    assert (stays["first"] >= 0).all()


def test_retirement_interrupts_a_spell(csv, parameters):
    frame = read_cohort(csv("66.5,woman,full_sick_leave,8,600000"))
    inputs = parameters.overlay({"return_rate_full": 0.0, "full_to_graded_rate": 0.0}).base_case()
    outcome = simulate(inputs, ["usual_case_management"], weeks=52, cohort=frame)["outcome"][0, 0, 0]
    assert float(outcome.sel(measure="weeks_full_sick_leave")) == 26.0
    assert float(outcome.sel(measure="weeks_retired")) == 26.0


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("17,woman,full_sick_leave,8,600000", r"row 3: age is 17: give a number from 18 to 66.99"),
        ("67,woman,full_sick_leave,8,600000", r"row 3: age is 67: give a number from 18 to 66.99"),
        ("old,woman,full_sick_leave,8,600000", r"row 3: age is old: give a number from 18 to 66.99"),
        (",woman,full_sick_leave,8,600000", r"row 3: age is nan: give a number from 18 to 66.99"),
        ("44,female,full_sick_leave,8,600000", r"row 3: sex is female: give one of man, woman"),
        ("44,woman,work,8,600000", r"row 3: start is work: give one of full_sick_leave, graded_sick_leave"),
        ("44,woman,full_sick_leave,52,600000", r"row 3: weeks_sick_listed is 52: give a number from 0 to 51"),
        ("44,woman,full_sick_leave,-1,600000", r"row 3: weeks_sick_listed is -1: give a number from 0 to 51"),
        ("44,woman,full_sick_leave,8.5,600000", r"row 3: weeks_sick_listed is 8.5: give a whole number"),
        ("44,woman,full_sick_leave,8,0", r"row 3: wage is 0: give a number of 1 or more, digits alone"),
        ("44,woman,full_sick_leave,8,inf", r"row 3: wage is inf: give .*"),
    ],
)
def test_every_fault_of_a_cohort_is_named_in_one_line(csv, row, message):
    with pytest.raises(InputError, match=rf"cohort\.csv: {message}$") as caught:
        read_cohort(csv(ROW, row))
    assert len(caught.value.faults) == 1


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("grade", "0.1", "grade is 0.1: give a number from 0.2 to 0.99"),
        ("grade", "1", "grade is 1: give a number from 0.2 to 0.99"),
        ("employment_fraction", "0", "employment_fraction is 0: give a number from 0.01 to 1"),
        ("rights_used", "-2", "rights_used is -2: give a number of -1 or more, digits alone"),
        ("rights_used", "1.5", "rights_used is 1.5: give a whole number"),
        ("pension_held", "1", "pension_held is 1: give a number from 0 to 0.99"),
        ("pension_held", "0.5", "employment_fraction is 1.0: give no more than the pension held leaves of a job"),
        ("education", "phd", "education is phd: give one of school, higher"),
        ("diagnosis", "flu", "diagnosis is flu: give one of musculoskeletal, psychological, other"),
    ],
)
def test_every_fault_of_an_optional_column_is_named(csv, column, value, message):
    with pytest.raises(InputError, match=rf"row 2: {message}$"):
        read_cohort(csv(f"{ROW},{value}", header=f"{HEADER},{column}"))


def test_a_cohort_without_a_column_with_an_unknown_one_or_without_people_is_refused(csv, tmp_path):
    with pytest.raises(InputError, match=r"no column wage: a cohort needs age, sex, start, weeks_sick_listed, wage$"):
        read_cohort(csv("44,woman,full_sick_leave,8", header="age,sex,start,weeks_sick_listed"))
    with pytest.raises(InputError, match=r"unknown column shoe_size: known are age, .*pension_held, id$"):
        read_cohort(csv(f"{ROW},40", header=f"{HEADER},shoe_size"))
    with pytest.raises(InputError, match=r"no people: give at least one row$"):
        read_cohort(csv())
    with pytest.raises(InputError, match=r"missing\.csv: cannot be read .*CSV or Parquet file$"):
        read_cohort(tmp_path / "missing.csv")


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff\xfe\x00", f"{HEADER}\n{ROW}\n{ROW},1,2\n".encode()],
    ids=["empty", "not text", "ragged"],
)
def test_a_file_that_is_no_table_is_refused_in_one_line(tmp_path, content):
    path = tmp_path / "cohort.csv"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"cohort\.csv") as caught:
        read_cohort(path)
    assert len(caught.value.faults) == 1


def test_the_luck_of_one_covariate_moves_no_other(parameters):
    """A share that changes leaves everybody's other covariates where they were."""
    one, two = (
        draw_population(parameters.overlay({"share_women": share}).base_case().one(0), 2000, simulation.SEED)
        for share in (0.3, 0.7)
    )
    assert not np.array_equal(one.sex, two.sex)
    for name in ("age", "education", "diagnosis", "start", "grade", "employment_fraction", "rights_used", "frailty"):
        np.testing.assert_array_equal(getattr(one, name), getattr(two, name))

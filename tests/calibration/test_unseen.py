"""Studies the model was not fitted to: their figures, emulations by hand, and a table that leaves none out."""

import math
import tomllib
from dataclasses import replace

import numpy as np
import pytest

from hecon.calibration import followed, rehabilitation, studies, unseen
from hecon.calibration.figures import DATE
from hecon.calibration.followed import follow, without_benefit
from hecon.calibration.rehabilitation import (
    Rates,
    log_ratio_of_return,
    production_shares,
    solved_ratio,
    still_sick_listed,
    with_rehabilitation,
)
from hecon.calibration.studies import after_leaving, after_limit, departing, odds_ratio, on_benefit_by_month
from hecon.calibration.unseen import dollars, euros, posterior_rows, unseen_trials
from hecon.inputs.errors import InputError
from hecon.inputs.parameters import read_parameters, shipped_folder
from hecon.inputs.targets import read_targets
from hecon.inputs.unseen import Published, read_unseen
from hecon.model.block import Setup, run_strategies
from hecon.model.programs import delivery, delivery_flows, discounted_use
from hecon.model.simulation import occupancy, simulate, trace
from hecon.model.worlds import prepare

WORK, FULL, GRADED, AAP, PENSION, UNEMPLOYED, RETIRED, DEAD = range(8)
DRAWS = 20
STUDY = '[[studies]]\nname = "s"\nlabel = "S"\ndiffers = "d"\nnote = "n"\n'
FIGURE = (
    '[[figures]]\nname = "s.a"\nstudy = "s"\nfigure = "A"\nunit = "days"\n'
    'source = "x"\nlocator = "y"\nread = "primary"\n'
)


@pytest.fixture(scope="module")
def shipped():
    return read_parameters(DATE)


@pytest.fixture(scope="module")
def published(shipped):
    return read_unseen(shipped.folder)


def history(*runs):
    """One person's states week by week: (state, weeks) after each other."""
    return [state for state, weeks in runs for _ in range(weeks)]


def histories(*people):
    return np.array(people, dtype=np.int8)


def delivered(inputs, strategy, people, seed):
    """What delivery costs in a year as the model's own ledger has it, undiscounted."""
    values = inputs.one(0)
    setup = Setup((strategy,), people, 52, seed, (), None, money=False)
    ready = next(prepare(inputs, setup))
    held = run_strategies(ready.world, ready.programs, values.key, np.arange(people), people, setup).held[0]
    costs = delivery(strategy, values.programs, values)
    flows = delivery_flows(costs, discounted_use(costs, held, np.ones(people), 1, 0.0))
    return float(flows.sum())


# The figures as published


def test_every_figure_has_a_source_that_is_listed(published):
    sources = tomllib.loads((shipped_folder() / "sources.toml").read_text(encoding="utf-8"))
    assert {figure.source for figure in published.figures.values()} <= set(sources)


def test_figures_lie_in_their_intervals(published):
    bounded = [one for one in published.figures.values() if one.low is not None]
    assert len(bounded) > 40
    assert all(one.low <= one.value <= one.high for one in bounded)


def test_people_are_changed_by_parameters_that_are_there(shipped, published):
    assert {name for study in published.studies.values() for name in study.people} <= set(shipped.entries)


def test_shares_of_leavers_add_up_to_all(published):
    for quarter, rest in (("2019q2", 0.6), ("2019q3", 0.4), ("2022q1", 0.0)):
        kinds = ("employee", "pension", "neither", "allowance")
        total = sum(published.figures[f"leavers.{quarter}.{kind}"].value for kind in kinds)
        assert total + rest == pytest.approx(100.0, abs=0.15)  # printed to a tenth


def test_what_was_fitted_of_the_leavers_is_marked(shipped, published):
    leavers = {target.statistic: target.value for target in read_targets(shipped.folder) if "leavers" in target.name}
    for kind, statistic in (("employee", "aap_leavers_work_share"), ("pension", "aap_leavers_disability_share")):
        figures = [published.figures[f"leavers.{quarter}.{kind}"] for quarter in ("2019q2", "2019q3", "2022q1")]
        assert np.mean([one.value for one in figures]) == pytest.approx(100 * leavers[statistic], abs=0.5)
        assert {one.seen for one in figures} == {"fitted"}


def test_a_series_gives_a_figure_a_year(published):
    partial = [published.figures[f"oyeflaten.partial_sick_leave.{year}"] for year in range(1, 5)]
    assert [one.value for one in partial] == [49.1, 50.2, 52.4, 56.2]
    assert partial[0].figure.endswith("1 year after")
    assert (partial[3].low, partial[3].high) == (33.1, 80.9)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ("", "give a value, or a direction"),
        ('value = 1.0\ndirection = "positive"\n', "give a value, or a direction"),
        ('direction = "upwards"\n', "give a value, or a direction"),
        ('value = 1.0\nseen = "perhaps"\n', "seen is 'perhaps'"),
        ("value = 1.0\nvalues = 2.0\n", "cannot be read"),
        ("value = 1.0\n" + FIGURE + "value = 1.0\n", "stands twice"),
    ],
)
def test_an_entry_that_says_too_little_or_too_much_is_refused(tmp_path, more, words):
    (tmp_path / "unseen.toml").write_text(STUDY + FIGURE + more, encoding="utf-8")
    with pytest.raises(InputError, match=words):
        read_unseen(tmp_path)


def test_a_study_says_why_its_figures_may_part(tmp_path):
    (tmp_path / "unseen.toml").write_text(STUDY + FIGURE + "value = 1.0\n", encoding="utf-8")
    assert read_unseen(tmp_path).figures["s.a"].differs == "d"


def test_a_folder_without_studies_is_refused_in_one_line(tmp_path):
    with pytest.raises(InputError, match=r"unseen\.toml: studies cannot be read") as caught:
        read_unseen(tmp_path)
    assert "\n" not in str(caught.value)


# Money


def test_a_krone_in_euros_of_another_year_by_hand(shipped):
    # Moved back by wages, 143.8445 to 114.1271, then exchanged at 10.7228 NOK a euro.
    assert euros(shipped, 2020) == pytest.approx(114.1271 / 143.8445 / 10.7228, rel=1e-6)
    assert dollars(shipped, 2020) == pytest.approx(10.7228 / 9.4041, rel=1e-6)


def test_their_days_at_their_value_give_their_money(published):
    class Middle:
        def standard_normal(self):
            return 0.0

    found = rehabilitation._their_days(published, 14725.0 / 43.0, 12057.0, Middle())
    assert found["i_more.production_of_43_days"] == pytest.approx(14725.0)
    assert found["i_more.net_benefit_of_43_days"] == pytest.approx(14725.0 - 12057.0)


def test_a_day_is_worth_labour_cost_by_260(shipped):
    inputs = shipped.base_case().replaced({"employer_contribution": 0.1})
    people = follow(inputs, 0, "usual_case_management", people=1, weeks=1, seed=1)
    population = replace(people.population, wage=np.array([260_000.0]), employment_fraction=np.array([0.5]))
    assert replace(people, population=population).value_of_a_day == pytest.approx([2200.0])


def test_part_timers_days_count_for_their_part():
    worth, fraction = np.array([100.0, 200.0]), np.array([1.0, 0.5])
    assert studies.value_of_a_day(worth, fraction) == pytest.approx((100.0 + 100.0) / 1.5)


def test_what_is_produced_in_each_state_by_hand(shipped):
    changes = {"aap_degree": 0.9, "disability_degree": 0.95, "graded_productivity": 1.2, "production_surplus": 0.0}
    people = follow(shipped.base_case().replaced(changes), 0, "usual_case_management", people=2, weeks=1, seed=1)
    population = replace(people.population, grade=np.array([0.5, 0.2]), pension_held=np.array([0.0, 0.5]))
    share = production_shares(replace(people, population=population))
    assert share[0] == pytest.approx([1.0, 0.0, 0.6, 0.1, 0.05, 0.0, 0.0, 0.0])
    assert share[1] == pytest.approx([1.0, 0.0, 0.96, 0.1, 0.1, 0.0, 0.0, 0.0])  # of the half job held, 0.45 is lost


def test_discounted_weeks_of_a_life_by_hand():
    states = histories(history((FULL, 2), (WORK, 1)), history((WORK, 3)))
    weeks = rehabilitation._discounted_weeks(states, np.array([1.0, 0.5, 0.25]))
    assert weeks[:, [WORK, FULL]].tolist() == [[0.25, 1.5], [1.75, 0.0]]
    assert weeks.sum() == pytest.approx(3.5)


# Histories read


def test_histories_are_those_that_trace_gives(shipped):
    inputs = shipped.base_case()
    people = follow(inputs, 0, "early_follow_up", people=300, weeks=120, seed=5)
    share = occupancy(trace(inputs, "early_follow_up", people=300, weeks=120, seed=5), 120)
    states = people.states(120)
    assert states.shape == (300, 121)
    for state in range(8):
        np.testing.assert_allclose((states == state).mean(axis=0), share.to_numpy()[:, state], atol=1e-12)


def test_who_has_more_stays_than_fit_is_read_whole(shipped, monkeypatch):
    people = follow(shipped.base_case(), 0, "usual_case_management", people=100, weeks=200, seed=5)
    whole = people.states(200)
    monkeypatch.setattr(followed, "ROOM", 1)
    np.testing.assert_array_equal(people.states(200), whole)


def test_days_and_delivery_are_those_that_simulate_counts(shipped):
    inputs = shipped.base_case()
    people = follow(inputs, 0, "motivational_interviewing", people=200, weeks=52, seed=5)
    results = simulate(inputs, ["motivational_interviewing"], people=200, weeks=52, seed=5, by="person", money=False)
    counted = results["outcome"].isel(draw=0, strategy=0)
    np.testing.assert_array_equal(people.days(52), counted.sel(measure="benefit_days"))
    assert people.delivery(52).sum() == pytest.approx(delivered(inputs, "motivational_interviewing", 200, 5))


def test_the_same_people_under_another_program_have_the_same_past(shipped, published):
    inputs = with_rehabilitation(shipped.base_case(), published)
    people = follow(inputs, 0, "usual_case_management", people=400, weeks=80, seed=5)
    other = people.under("rehabilitation", {"rehabilitation_ratio": 4.0})
    before, after = people.states(80), other.states(80)
    np.testing.assert_array_equal(before[:, :23], after[:, :23])  # week 30 of the spell is week 22, when it is held
    stayed = still_sick_listed(before[:, :23])
    assert without_benefit(after[stayed]).sum() > without_benefit(before[stayed]).sum()
    gone = np.setdiff1d(np.arange(400), np.flatnonzero(np.isin(before[:, 22], [FULL, GRADED])))
    np.testing.assert_array_equal(before[gone], after[gone])


def test_only_an_unbroken_first_spell_is_still_one():
    people = histories(
        history((FULL, 2), (GRADED, 2)), history((FULL, 1), (WORK, 1), (FULL, 2)), history((GRADED, 3), (AAP, 1))
    )
    assert still_sick_listed(people).tolist() == [0]


def test_departure_by_state_on_tiny_histories():
    people = histories(
        history((FULL, 3), (WORK, 7)),  # back within the program's two weeks
        history((WORK, 10)),  # at work before it
        history((GRADED, 6), (AAP, 4)),
        history((FULL, 5), (AAP, 2), (PENSION, 3)),
    )
    chosen = departing(people, {"sick_listed": 3, "allowance": 6, "pension": 9}, program=2)
    found = {name: (week, np.flatnonzero(who).tolist()) for name, (week, who) in chosen.items()}
    assert found == {
        "working": (3, [0]),
        "partial_sick_leave": (3, [2]),
        "full_sick_leave": (3, [3]),
        "medical_rehabilitation": (6, [2, 3]),
        "vocational_rehabilitation": (6, [2, 3]),
        "partial_pension": (9, [3]),
        "full_pension": (9, [3]),
    }


def test_leavers_are_looked_up_so_many_weeks_after_they_left():
    people = histories(
        history((AAP, 2), (WORK, 1), (FULL, 4)),  # left in week 2: on sick leave in week 4
        history((FULL, 1), (AAP, 6)),  # did not leave
        history((AAP, 4), (PENSION, 3)),  # left in week 4: a pension in week 6
        history((AAP, 5), (WORK, 2)),  # left too late to be looked up
        history((AAP, 1), (WORK, 1), (AAP, 1), (UNEMPLOYED, 4)),  # left twice
        history((AAP, 2), (WORK, 1), (DEAD, 4)),
    )
    assert sorted(after_leaving(people, 2).tolist()) == sorted([FULL, PENSION, UNEMPLOYED, UNEMPLOYED])


def test_who_passed_the_limit_is_looked_up_later():
    people = histories(
        history((FULL, 1), (AAP, 3), (WORK, 4)),  # to the limit of three weeks
        history((FULL, 1), (AAP, 2), (WORK, 5)),  # left before it
        history((FULL, 1), (AAP, 7)),  # extended
        history((FULL, 4), (AAP, 4)),  # would be looked up after the end
        history((AAP, 8)),  # came on it before they were seen
    )
    assert after_limit(people, 3, 2).tolist() == [WORK, AAP]


def test_months_on_benefit_and_their_odds_ratio_by_hand():
    sick = history((FULL, 52), (WORK, 1))
    half = history((GRADED, 26), (WORK, 27))
    well = history((WORK, 53))
    months = on_benefit_by_month(histories(sick, half, well))
    assert months.sum(axis=1).tolist() == [12, 6, 0]
    # Six months 2 of 2 against 1 of 2, six 1 of 2 against 1 of 2: (6 x 2 x 1 + 6 x 1 x 1) / (6 x 0 x 1 + 6 x 1 x 1).
    assert odds_ratio(months[[0, 1]], months[[0, 2]]) == pytest.approx(3.0)


def test_a_return_is_five_weeks_without_benefit():
    early = history((FULL, 1), (WORK, 9))
    late = history((FULL, 2), (WORK, 4), (FULL, 1), (UNEMPLOYED, 3))
    weeks, returned = rehabilitation.time_to_return(histories(early, late, history((WORK, 5), (FULL, 5))))
    assert weeks.tolist() == [1.0, 9.0, 0.0]
    assert returned.tolist() == [1.0, 0.0, 1.0]


def test_the_dead_do_not_return():
    assert without_benefit(histories([WORK, UNEMPLOYED, RETIRED, DEAD, AAP, PENSION, FULL, GRADED])).tolist() == [
        [True, True, True, False, False, False, False, False]
    ]


# The effect put on the arm


@pytest.fixture(scope="module")
def taken_in(shipped, published):
    inputs = with_rehabilitation(shipped.base_case(), published)
    people = follow(inputs, 0, "usual_case_management", people=1500, weeks=80, seed=5)
    return people, still_sick_listed(people.states(22))


def emulated_log_ratio(people, chosen, ratio):
    treated = people.under("rehabilitation", {"rehabilitation_ratio": ratio})
    return log_ratio_of_return(treated.states(74)[chosen, 22:], people.states(74)[chosen, 22:])


def test_without_an_effect_the_emulated_hazard_ratio_is_one(taken_in):
    assert emulated_log_ratio(*taken_in, 1.0) == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize("hazard_ratio", [1.2, 1.9])
def test_the_ratio_solved_for_gives_the_published_hazard_ratio(taken_in, hazard_ratio):
    people, chosen = taken_in
    ratio = solved_ratio(people, chosen, 22, math.log(hazard_ratio))
    around = [emulated_log_ratio(people, chosen, ratio * math.exp(step)) for step in (-0.02, 0.02)]
    assert around[0] <= math.log(hazard_ratio) <= around[1]


def test_a_hazard_ratio_out_of_reach_takes_the_nearer_end(taken_in):
    assert solved_ratio(*taken_in, 22, 10.0) == rehabilitation.FARTHEST
    assert solved_ratio(*taken_in, 22, -10.0) == 1.0 / rehabilitation.FARTHEST


def test_days_count_from_when_people_are_taken_in(taken_in):
    people, chosen = taken_in
    treated = people.under("rehabilitation", {"rehabilitation_ratio": 4.0})
    days = rehabilitation._Arms(treated, people, chosen, 22).days((1, 30))
    for one, other in days.values():
        assert one.shape == other.shape == chosen.shape
    assert (days[1][0] > 0.0).all()  # the state at the start of a week counts
    assert (days[1][0] <= 5.0 + 1e-9).all()  # a sum of weeks less another
    np.testing.assert_array_equal(*days[1])
    assert days[30][0].mean() < days[30][1].mean()


class Stub:
    """Two arms whose days and states are what we say."""

    start = 0

    def __init__(self, control, states, days=()):
        self.control, self._states, self._days = control, states, days
        self.chosen = np.arange(len(states[0]))

    def states(self, weeks):
        return tuple(np.tile(one[:, None], weeks + 1).astype(np.int8) for one in self._states)

    def days(self, horizons):
        return {weeks: tuple(weeks * one for one in self._days) for weeks in horizons}


def test_reports_are_of_different_people_in_the_two_arms(published):
    people = np.arange(166.0)
    states = np.where(people < 43, AAP, WORK), np.where(people < 106, AAP, WORK)
    worth = np.full(166, 2.0)
    found = rehabilitation._first_years(Stub(None, states, (people, people)), published, worth, 100.0)
    # 86 of I-MORE are persons 0 to 85, 80 of O-ACT persons 86 to 165.
    assert found["i_more.days_26.difference"] == pytest.approx(26 * (42.5 - 125.5))
    assert found["i_more.days_52.i_more.median"] == pytest.approx(52 * 42.5)
    assert found["i_more.days_52.o_act.q3"] == pytest.approx(52 * (86 + 59.5))
    assert found["i_more.days_104.difference"] == pytest.approx(104 * (42.5 - 125.5))
    assert found["i_more.net_benefit_104"] == pytest.approx(2.0 * 104 * (125.5 - 42.5) - 100.0)
    assert found["i_more.aap_104.i_more"] == 0.5
    assert found["i_more.aap_104.o_act"] == 0.25
    assert found["i_more.production_364"] == pytest.approx(2.0 * 364 * ((82 + 39) - 40.5))  # 82 and 79 by then


def test_25_years_at_work_in_place_of_sick_leave_by_hand(shipped, published):
    inputs = shipped.base_case().replaced({"discount_rate": 0.0, "production_surplus": 0.0})
    people = follow(inputs, 0, "usual_case_management", people=2, weeks=1, seed=1)
    stub = Stub(people, (np.array([WORK, WORK]), np.array([FULL, WORK])))
    found = rehabilitation._lifetime(stub, published, Rates(euro=0.1, dollar=1.2), 1000.0)
    values = people.values
    labour_cost = people.population.wage[0] * (1.0 + values["employer_contribution"])
    assert found["morgante.net_saving"] == pytest.approx(0.1 * 25 * labour_cost / 2 - 1000.0)
    qalys = 25 / 2 * (values["utility_work"] - values["utility_full_sick_leave"])
    assert found["morgante.qalys.25"] == pytest.approx(0.25 * qalys)
    assert found["morgante.qalys.50"] == pytest.approx(0.5 * qalys)
    assert found["morgante.cost_per_qaly.25"] == pytest.approx(1200.0 / (0.25 * qalys))


def test_without_health_gained_no_cost_per_qaly_is_low_enough(shipped, published):
    people = follow(shipped.base_case(), 0, "usual_case_management", people=2, weeks=1, seed=1)
    same = np.array([FULL, WORK])
    found = rehabilitation._lifetime(Stub(people, (same, same)), published, Rates(euro=0.1, dollar=1.2), 1000.0)
    assert found["morgante.net_saving"] == -1000.0
    assert found["morgante.cost_per_qaly.50"] == math.inf
    assert found["morgante.not_cost_effective.50"] == 100.0


# What a study of that size would report


def test_money_of_mi_nav_is_its_days_and_delivery(shipped, published):
    alike = {"wage_log_sd_men": 0.0, "wage_log_sd_women": 0.0, "share_part_time": 0.0}
    alike |= {"monthly_wage_median_men": 50_000.0, "monthly_wage_median_women": 50_000.0}
    alike |= {"share_graded_pension_at_inclusion": 0.0}
    inputs = posterior_rows(shipped, DRAWS, 7).replaced(alike)
    found = studies.mi_nav(inputs, 3, published, euro=0.1, seed=7)
    day = found["mi_nav.value_of_a_day"]
    delivered_26 = found["mi_nav.cost_26.societal"] - day * found["mi_nav.days_26.difference"]
    delivered_52 = -found["mi_nav.net_benefit_52"] - day * found["mi_nav.days_52.difference"]
    assert delivered_26 == pytest.approx(delivered_52)  # both sessions are held by week 9
    assert delivered_26 > 0.1 * float(
        inputs["mi_course_fee"][3] / inputs["participants_per_caseworker"][3] / inputs["training_lasts"][3]
    )


def test_a_share_varies_like_the_people_its_interval_stands_for():
    figure = Published("a", "s", "A", "%", "", "x", "y", "primary", value=50.0, low=40.2, high=59.8)
    assert studies._implied_people(figure) == 100  # standard error 5%


def test_rows_of_the_block_are_spread_over_it_with_luck_of_their_own(shipped):
    inputs = posterior_rows(shipped, 40, 1)
    assert inputs.draw.tolist() == list(range(1, 41))
    block = shipped.blocks["trial"]
    rows = ((np.arange(40) + 0.5) / 40 * len(block.draws)).astype(int)
    for column in ("return_rate_full", "relapse_rate"):
        np.testing.assert_array_equal(inputs[column], block.draws[rows, block.columns.index(column)])
    assert len(np.unique(inputs["relative_wage_of_sick_listed"])) == 40


def figure_of(**more):
    return Published("a", "s", "A", "days", "differs", "x", "y", "primary", **more)


@pytest.mark.parametrize(
    ("about", "inside", "reason"),
    [
        ({"value": 50.0}, True, ""),
        ({"value": 200.0}, False, "differs"),
        ({"value": 40.0, "low": 39.0, "high": 41.0}, True, "differs"),  # inside, yet far off what was printed
        ({"direction": "positive"}, True, ""),
        ({"direction": "negative"}, False, "differs"),
        ({"direction": "none"}, False, "differs"),
    ],
)
def test_a_row_by_hand(about, inside, reason):
    row = unseen._row(figure_of(**about), "S", np.arange(1.0, 101.0))
    assert (row["predicted"], row["low"], row["high"]) == (50.0, 3.0, 98.0)
    assert row["inside"] is inside
    assert row["reason"] == reason
    if "value" in about:
        assert row["miss"] == 50.0 - about["value"]


def test_no_difference_is_a_sign_that_an_interval_around_zero_has():
    assert unseen._row(figure_of(direction="none"), "S", np.arange(-50.0, 51.0))["inside"] is True


def test_a_share_of_draws_has_no_interval():
    row = unseen._row(replace(figure_of(value=98.0), unit="% of draws"), "S", np.repeat([0.0, 100.0], [1, 3]))
    assert row["predicted"] == 75.0
    assert row["inside"] is None


# The table


@pytest.fixture(scope="module")
def predict():
    """The table from few people, so that it takes a second."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(studies, "FOLLOWED", 200)
        patch.setattr(rehabilitation, "FOLLOWED", 300)
        patch.setattr(unseen, "SOLVED_PEOPLE", 50)
        yield unseen_trials


@pytest.fixture(scope="module")
def table(shipped, predict):
    return predict(shipped, seed=7, threads=2, draws=DRAWS)


def test_every_published_figure_is_in_the_table(table, published):
    assert set(table["name"]) == set(published.figures)
    twice = table["name"].value_counts()
    assert set(twice[twice == 2].index) == set(unseen.MOVED)
    assert twice.max() == 2
    assert table["study"].nunique() == len(published.studies)
    for row in table.itertuples():
        figure = published.figures[row.name]
        assert row.observed == figure.value or (figure.value is None and row.direction == figure.direction)


def test_every_figure_is_predicted(table):
    assert table["predicted"].notna().all()
    ranged = table[table["low"].notna()]
    assert (ranged["low"] <= ranged["predicted"]).all()
    assert (ranged["predicted"] <= ranged["high"]).all()
    assert set(table.loc[table["inside"].isna(), "unit"]) == {"% of draws"}


def test_where_they_part_a_reason_is_given(table):
    assert (table.loc[table["inside"].eq(False).fillna(value=False), "reason"] != "").all()


def test_what_is_imposed_comes_out(table):
    imposed = table[table["seen"] == "imposed"]
    put_in = ["mi_nav.days_52.difference", "i_more.hazard_ratio_12", "i_more.healthcare"]
    assert set(imposed["name"]) == {*put_in, *unseen.OWN_DAYS, *unseen.MOVED}
    assert imposed.loc[imposed["name"].isin(put_in), "inside"].all()


def test_nothing_that_follows_from_mi_nav_s_own_days_counts_as_unseen_again(table, published):
    again = table[table["study"] == published.studies["mi_nav_fitted"].label]
    assert set(again["name"]) == set(unseen.MOVED)
    assert set(again["seen"]) == {"imposed"}


def test_a_study_says_which_published_effect_it_was_given(table, published):
    given = {study: set(rows["given"]) for study, rows in table.groupby("study")}
    assert given == {study.label: {unseen.GIVEN.get(name, "")} for name, study in published.studies.items()}
    assert given[published.studies["i_more"].label] == {"I-MORE's hazard ratio at 12 months"}


def test_a_table_is_the_same_for_any_number_of_threads(shipped, predict, table):
    again = predict(shipped, seed=7, threads=1, draws=DRAWS)
    assert again.equals(table)


def test_another_seed_or_draw_gives_another_study(shipped, published):
    inputs = posterior_rows(shipped, DRAWS, 7)
    first, again, seed, draw = (
        studies.mi_nav(inputs, position, published, euro=0.1, seed=one)
        for position, one in ((0, 7), (0, 7), (0, 8), (1, 7))
    )
    assert first == again
    for other in (seed, draw):
        same = {name for name in first if first[name] == other[name]}
        assert {name for name in same if not name.endswith(".median")} == set()  # medians can tie


def test_what_cannot_be_predicted_is_refused(shipped):
    with pytest.raises(InputError, match="draws: 19 is too few"):
        unseen_trials(shipped, draws=19)
    with pytest.raises(InputError, match="calibrate first"):
        unseen_trials(read_parameters(DATE, calibrated=False))


def test_a_longer_horizon_keeps_what_was_lived_before(shipped, published):
    inputs = with_rehabilitation(shipped.base_case(), published)
    people = follow(inputs, 0, "usual_case_management", people=200, weeks=300, seed=5)
    np.testing.assert_array_equal(people.states(300)[:, :101], people.states(100))

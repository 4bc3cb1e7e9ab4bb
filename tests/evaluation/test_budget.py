"""Budget impact against sums by hand: persons, entry quarters and quarters since inclusion, one by one."""

import numpy as np
import pytest
import xarray as xr

from hecon.evaluation.budget import (
    BUDGET_FLOWS,
    CRITERIA,
    DELIVERY_FLOWS,
    STAFF,
    budget_impact,
    quarterly,
    timing,
)
from hecon.evaluation.budget_tables import BENEFITS, REVENUE, by_payer, cash, staff, volumes
from hecon.inputs.errors import InputError
from hecon.inputs.parameters import read_parameters
from hecon.inputs.schema import Offer, ProgramFile
from hecon.model.cohort import read_cohort
from hecon.model.ledger import FLOWS, PARTIES, cost
from hecon.model.programs import RESOURCE_NAMES
from hecon.model.simulation import COMPARATOR, simulate, trace

PEOPLE = """age,sex,start,weeks_sick_listed,wage
31,woman,full_sick_leave,8,430000
44,man,graded_sick_leave,8,560000
52,woman,full_sick_leave,12,610000
58.5,man,full_sick_leave,9,820000
"""
PROGRAM = "motivational_interviewing"
SICK = ["full_sick_leave", "graded_sick_leave"]
RUN = {"draws": 2, "seed": 7, "threads": 1}
CERTAIN = {"acceptance": 1.0, "volume_growth": 1.0, "people_passing_week_8": 4000.0, **dict.fromkeys(CRITERIA, 1.0)}


@pytest.fixture(scope="module")
def parameters():
    return read_parameters()


@pytest.fixture(scope="module")
def cohort(tmp_path_factory):
    path = tmp_path_factory.mktemp("cohort") / "people.csv"
    path.write_text(PEOPLE, encoding="utf-8")
    return read_cohort(path)


@pytest.fixture(scope="module")
def impact(parameters, cohort):
    return budget_impact(parameters, PROGRAM, years=2, cohort=cohort, **RUN)


def meeting(states, **changes):
    """A program that is one meeting, its only effect on money being what it costs."""
    return ProgramFile.model_validate(
        {
            "name": "meeting",
            "label": "A meeting",
            "summary": "One hour with a caseworker.",
            "measured_in": "Nobody",
            "includes": [COMPARATOR],
            "contacts": [
                {
                    "name": "meeting",
                    "week": "mi_first_week",
                    "eligible": states,
                    "attendance": "mi_first_attendance",
                    "held": {"caseworker_hours": "session_conversation_hours"},
                }
            ],
        }
        | changes
    )


def with_meeting(parameters, states=SICK, **changes):
    fixed = {
        "mi_first_week": 20.0,
        "mi_first_attendance": 1.0,
        "session_conversation_hours": 1.0,
        "caseworker_hour": 500.0,
    }
    return parameters.with_program(meeting(states, **changes)).overlay({**CERTAIN, **fixed, "overhead_share": 0.25})


def share_in(states, week, inputs, cohort):
    """Share of a cohort in one of the states in a week, under usual care at the first draw."""
    stays = trace(inputs, COMPARATOR, weeks=104, seed=RUN["seed"], cohort=cohort)
    there = (stays["first"] <= week) & (stays["first"] + stays["weeks"] > week)
    return float(stays["state"].isin(states)[there].mean())


# Against sums by hand


def test_budget_impact_is_the_sum_by_hand_over_persons_entries_and_quarters(parameters, cohort, impact):
    years, calendar = 2, 8
    undiscounted = parameters.overlay({"discount_rate": 0.0, "differences_carried_forward": 1.0})
    inputs = undiscounted.sample(RUN["draws"], RUN["seed"])
    runs = [
        simulate(inputs, [COMPARATOR, PROGRAM], weeks=13 * n, seed=RUN["seed"], cohort=cohort, by="person", threads=1)
        for n in range(1, calendar + 1)
    ]
    delivery = {"delivery_nav", "delivery_health"}
    plan = [0.2, 0.4]
    for draw in range(RUN["draws"]):
        values = inputs.one(draw)
        eligible = values["people_passing_week_8"] * values["volume_growth"]
        for name in CRITERIA:
            eligible *= values[name]
        for flow in ("sick_pay", "work_assessment_allowance", "income_tax", "delivery_nav", "delivery_health"):
            by_hand = {"no_effect": np.zeros(calendar + 30), "carried_forward": np.zeros(calendar + 30)}
            for person in range(len(cohort)):
                before = 0.0
                for since, run in enumerate(runs):
                    sums = run["money"].isel(draw=draw, subgroup=person).sel(flow=flow).sum("year")
                    until = float(sums.sel(strategy=PROGRAM) - sums.sel(strategy=COMPARATOR))
                    step, before = until - before, until
                    for entered in range(calendar):
                        entrants = eligible * plan[entered // 4] * values["acceptance"] / 4 / len(cohort)
                        for choice, total in by_hand.items():
                            counted = choice == "carried_forward" or since < 4 or flow in delivery
                            total[entered + since] += 0.5 * entrants * step * counted
                            total[entered + since + 1] += 0.5 * entrants * step * counted
            for choice, total in by_hand.items():
                expected = total[:calendar].reshape(years, 4).sum(axis=1)
                got = impact["money"].sel(after_month_12=choice, flow=flow, program=PROGRAM).isel(draw=draw)
                np.testing.assert_allclose(got.to_numpy(), expected, rtol=1e-9, atol=1e-6)


def test_cash_spent_is_the_meetings_held_by_those_still_sick_listed(parameters, cohort):
    ready = with_meeting(parameters)
    impact = budget_impact(ready, "meeting", years=3, cohort=cohort, **RUN)
    inputs = ready.sample(RUN["draws"], RUN["seed"])
    held = [share_in(SICK, 20, inputs.block(draw, draw + 1), cohort) for draw in range(RUN["draws"])]
    assert max(held) > 0.0
    # In week 20, the second quarter since inclusion: of a year's entrants, 5/8 of the meetings fall in the year, 3/8 in
    # the next. 4 000 people a year, the offices of the plan, an hour at 500 and a quarter on top.
    entrants = 4000 * np.array([0.2, 0.4, 0.6])
    meetings = 5 / 8 * entrants + 3 / 8 * np.array([0.0, *entrants[:-1]])
    expected = np.outer(held, meetings)
    spent = impact["money"].sel(program="meeting", flow="delivery_nav")
    for choice in ("no_effect", "carried_forward"):
        np.testing.assert_allclose(spent.sel(after_month_12=choice), 500.0 * 1.25 * expected, rtol=1e-12)
    hours = impact["units"].sel(program="meeting", resource="caseworker_hours")
    np.testing.assert_allclose(hours, expected, rtol=1e-12)
    people = impact["full_time"].sel(program="meeting", staff="caseworker_hours")
    np.testing.assert_allclose(people, expected / 1600.0, rtol=1e-12)
    rest = impact["money"].drop_sel(flow="delivery_nav")
    assert float(np.abs(rest).max()) == 0.0


def test_a_program_that_is_offered_to_some_counts_them_alone(parameters, cohort):
    ready = with_meeting(parameters, offer=Offer(sex=("woman",)).model_dump())
    impact = budget_impact(ready.overlay({"acceptance": 0.5}), "meeting", years=1, cohort=cohort, **RUN)
    volume = impact["volume"].sel(program="meeting", year=1)
    assert volume.sel(stage="eligible").values.tolist() == [4000.0, 4000.0]
    assert volume.sel(stage="offered").values.tolist() == [0.2 * 4000 * 2 / 4] * 2
    assert volume.sel(stage="accepted").values.tolist() == [0.2 * 4000 * 2 / 4 * 0.5] * 2


def test_an_offer_later_in_the_first_year_is_counted(parameters, cohort):
    late = {"delay": "mi_second_week"}
    ready = with_meeting(parameters, offer=late).overlay({"mi_second_week": 30.0, "mi_first_week": 0.0})
    impact = budget_impact(ready, "meeting", years=1, cohort=cohort, **RUN)
    inputs = ready.sample(RUN["draws"], RUN["seed"])
    share = [share_in(SICK, 30, inputs.block(draw, draw + 1), cohort) for draw in range(RUN["draws"])]
    assert 0.0 < sum(share) < RUN["draws"]
    offered = impact["volume"].sel(program="meeting", year=1, stage="offered")
    np.testing.assert_allclose(offered, 0.2 * 4000 * np.array(share), rtol=1e-12)


def test_what_is_delivered_after_month_12_is_paid_whatever_the_effect(parameters, cohort):
    """A meeting in week 60 with those at work is in the fifth quarter: 7/8 of it in the year after entry."""
    ready = with_meeting(parameters, states=["work"]).overlay({"mi_first_week": 60.0})
    impact = budget_impact(ready, "meeting", years=2, cohort=cohort, **RUN)
    inputs = ready.sample(RUN["draws"], RUN["seed"])
    share = [share_in(["work"], 60, inputs.block(draw, draw + 1), cohort) for draw in range(RUN["draws"])]
    assert max(share) > 0.0
    spent = impact["money"].sel(program="meeting", flow="delivery_nav")
    for choice in ("no_effect", "carried_forward"):
        expected = 500.0 * 1.25 * 0.2 * 4000 * 7 / 8 * np.array(share)
        np.testing.assert_allclose(spent.sel(after_month_12=choice, year=2), expected, rtol=1e-12)
        assert float(spent.sel(after_month_12=choice, year=1).max()) == 0.0


# Timing


def test_the_calendar_of_one_years_entrants():
    """Of the first quarter since inclusion, 1, 1, 1 and 1/2 fall in the year of the four entry quarters: 7/8."""
    share = timing(3).sel(entry=1)
    first = [7 / 8, 5 / 8, 3 / 8, 1 / 8]
    np.testing.assert_allclose(share.sel(year=1)[:4], first)
    np.testing.assert_allclose(share.sel(year=2)[:8], [*first[::-1], *first])
    np.testing.assert_allclose(share.sel(year=3)[:8], [0.0, 0.0, 0.0, 0.0, *first[::-1]])
    assert float(share.sel(year=1)[4:].sum()) == 0.0


def test_every_flow_falls_in_some_year_and_entry_years_are_alike():
    share = timing(6)
    within = share.sum("year").sel(entry=1)[:20]
    np.testing.assert_allclose(within, 1.0)
    np.testing.assert_allclose(share.sel(entry=3)[2:, :8].values, share.sel(entry=1)[:4, :8].values)
    assert float(share.sel(entry=3)[:2].sum()) == 0.0


def test_in_all_time_entrants_cause_what_a_person_causes_times_their_number(parameters, cohort):
    ready = parameters.overlay({**CERTAIN, "offices_offering": [1.0, 0.0, 0.0, 0.0, 0.0]})
    impact = budget_impact(ready, PROGRAM, years=3, cohort=cohort, **RUN)
    inputs = ready.overlay({"discount_rate": 0.0}).sample(RUN["draws"], RUN["seed"])
    run = simulate(inputs, [COMPARATOR, PROGRAM], weeks=52, seed=RUN["seed"], cohort=cohort)
    money = run["money"].sum(["year", "subgroup"]).sel(flow=list(BUDGET_FLOWS)) / len(cohort)
    expected = 4000.0 * (money.sel(strategy=PROGRAM) - money.sel(strategy=COMPARATOR))
    got = impact["money"].sel(after_month_12="no_effect", program=PROGRAM).sum("year")
    np.testing.assert_allclose(got.to_numpy(), expected.to_numpy(), rtol=1e-9, atol=1e-6)
    assert impact["volume"].sel(stage="accepted").sum("year").values.tolist() == [[4000.0], [4000.0]]


def test_quarters_add_up_to_the_ledgers_years(parameters):
    inputs = parameters.overlay({"discount_rate": 0.0, "differences_carried_forward": 1.0}).sample(3, seed=5)
    strategies = [COMPARATOR, PROGRAM, "coordinated_program"]
    by_quarter = quarterly(inputs, strategies, 12, people=50, seed=5, threads=1)
    run = simulate(inputs, strategies, people=50, weeks=156, seed=5, threads=1)
    by_year = run["money"].sel(flow=list(BUDGET_FLOWS)).sum("subgroup") / 50
    in_years = by_quarter["money"].to_numpy().reshape(3, 3, 3, 4, -1).sum(axis=3)
    np.testing.assert_allclose(in_years, by_year.to_numpy(), rtol=1e-9, atol=1e-6)
    np.testing.assert_allclose(
        by_quarter["units"].sum("quarter"), run["units"].sum("subgroup") / 50, rtol=1e-9, atol=1e-9
    )
    assert by_quarter["money"].dims == ("draw", "strategy", "quarter", "flow")


# Laws


def test_the_first_year_has_the_plans_share_and_later_years_keep_the_last(parameters, cohort):
    flat = parameters.overlay({"offices_offering": [1.0] * 5})
    ramped, full = (budget_impact(p, PROGRAM, years=1, cohort=cohort, **RUN) for p in (parameters, flat))
    xr.testing.assert_allclose(ramped["money"], 0.2 * full["money"], rtol=1e-12)
    short = parameters.overlay({"offices_offering": [0.5, 0.25, 0.25, 0.25, 0.75]})
    late = budget_impact(short, PROGRAM, years=6, cohort=cohort, **RUN)["volume"].isel(draw=0, program=0)
    shares = late.sel(stage="offered") / late.sel(stage="eligible")
    np.testing.assert_allclose(shares, [0.5, 0.25, 0.25, 0.25, 0.75, 0.75])


def test_without_acceptance_nothing_changes(parameters, cohort, impact):
    none = budget_impact(parameters.overlay({"acceptance": 0.0}), PROGRAM, years=2, cohort=cohort, **RUN)
    for name in ("money", "units", "full_time"):
        assert float(np.abs(none[name]).max()) == 0.0
        assert float(np.abs(impact[name]).max()) > 0.0
    assert float(none["volume"].sel(stage="accepted").max()) == 0.0
    assert float(none["volume"].sel(stage="offered").min()) > 0.0


def test_twice_the_people_change_twice_the_money(parameters, cohort):
    one, two = (
        budget_impact(parameters.overlay({"people_passing_week_8": n}), PROGRAM, years=2, cohort=cohort, **RUN)
        for n in (1e5, 2e5)
    )
    xr.testing.assert_allclose(two[["money", "units", "full_time", "volume"]], 2.0 * one, rtol=1e-12)


def test_structural_choices_differ_in_transfers_after_month_12_alone(impact):
    money = impact["money"].sel(program=PROGRAM)
    apart = money.sel(after_month_12="carried_forward") - money.sel(after_month_12="no_effect")
    assert float(np.abs(apart.sel(year=1)).max()) == 0.0
    assert float(np.abs(apart.sel(year=2, flow=list(BENEFITS))).max()) > 0.0
    assert float(np.abs(apart.sel(flow=list(DELIVERY_FLOWS))).max()) == 0.0


def test_roll_outs_do_not_touch_one_another(parameters, cohort, impact):
    both = budget_impact(parameters, ["coordinated_program", PROGRAM], years=2, cohort=cohort, **RUN)
    xr.testing.assert_allclose(both.sel(program=[PROGRAM]), impact, rtol=1e-12)


def test_threads_show_nowhere(parameters):
    one, two = (budget_impact(parameters, PROGRAM, years=1, draws=3, people=20, threads=n) for n in (1, 2))
    xr.testing.assert_identical(one, two)


# What is a budget item


def test_only_what_passes_through_a_public_budget_is_counted(impact):
    kinds = {flow.name: flow for flow in FLOWS}
    assert tuple(impact["flow"].values) == BUDGET_FLOWS
    assert {*BENEFITS, *REVENUE, *DELIVERY_FLOWS} == set(BUDGET_FLOWS)
    assert len(BENEFITS) + len(REVENUE) + len(DELIVERY_FLOWS) == len(BUDGET_FLOWS)
    assert not {"production", "cost_of_public_funds", "wages"} & set(BUDGET_FLOWS)
    assert {kinds[name].payer for name in DELIVERY_FLOWS} == {"nav", "health_service"}
    assert set(STAFF) <= set(RESOURCE_NAMES)
    assert not {"employer_hours", "participant_hours", "training", "care"} & set(STAFF)


def test_money_is_conserved_over_all_parties(impact):
    total = cost(impact["money"], PARTIES)
    assert float(np.abs(total).max()) == 0.0
    public, others = (
        cost(impact["money"], parties)
        for parties in ({"nav", "treasury", "municipality", "health_service"}, {"worker", "employer", "outside"})
    )
    np.testing.assert_allclose(public, -others, rtol=1e-12, atol=1e-3)


# Tables


def test_cash_adds_up_to_the_public_purse(impact):
    table = cash(impact).set_index(["program", "after_month_12", "year", "item"])["expected"].unstack("item")
    np.testing.assert_allclose(table["spent"], table["spent_nav"] + table["spent_health"])
    np.testing.assert_allclose(table["net"], table["spent"] - table["released"] - table["revenue"])
    payers = by_payer(impact).set_index(["program", "after_month_12", "year", "payer"])["expected"].unstack("payer")
    np.testing.assert_allclose(payers["public_purse"], table["net"])
    np.testing.assert_allclose(payers["nav_operations"], table["spent_nav"])
    np.testing.assert_allclose(payers["health_service"], table["spent_health"])
    np.testing.assert_allclose(payers["treasury"], -table["revenue"])
    np.testing.assert_allclose(payers["nav_benefits"] + payers["municipality"], -table["released"])


def test_the_error_is_that_of_the_mean_and_the_interval_holds_it(parameters):
    impact = budget_impact(parameters, PROGRAM, years=1, draws=12, people=50, threads=1)
    table = cash(impact).set_index(["after_month_12", "item"])
    spent = impact["money"].sel(flow="delivery_nav", after_month_12="no_effect").to_numpy().ravel()
    row = table.loc[("no_effect", "spent_nav")]
    assert row["expected"] == pytest.approx(spent.mean())
    assert row["error"] == pytest.approx(spent.std(ddof=1) / np.sqrt(12))
    assert (row["low"], row["high"]) == pytest.approx(tuple(np.quantile(spent, [0.025, 0.975])))


def test_staff_and_volumes_have_a_row_a_year(impact):
    people = staff(impact)
    assert set(people["staff"]) >= {"caseworker_hours"}
    assert (people.groupby("staff")["expected"].apply(lambda e: e.abs().max()) > 0.0).all()
    counted = volumes(impact)
    assert counted[["year", "stage"]].values.tolist() == [
        [year, stage] for year in (1, 2) for stage in ("eligible", "offered", "accepted")
    ]


# What is refused


@pytest.mark.parametrize(
    ("programs", "sizes", "says"),
    [
        ([], {}, "programs: none: name each once"),
        ([COMPARATOR], {}, "it is what is replaced"),
        ([PROGRAM, PROGRAM], {}, "name each once"),
        ("nothing_of_the_kind", {}, "no file programs/nothing_of_the_kind.toml"),
        (PROGRAM, {"years": 0}, "years: 0 is too few"),
        (PROGRAM, {"draws": 1}, "draws: 1 give no interval"),
    ],
)
def test_what_cannot_be_rolled_out_is_refused(parameters, programs, sizes, says):
    with pytest.raises(InputError, match=says):
        budget_impact(parameters, programs, people=5, **sizes)

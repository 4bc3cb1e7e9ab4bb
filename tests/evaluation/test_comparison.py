"""A small comparison: laws between its tables, its repeatability and its files."""

import dataclasses
from functools import cache

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from hecon.evaluation import cea, comparison, results, trial
from hecon.evaluation.comparison import NO_AAP_DIFFERENCE, compare
from hecon.inputs.errors import InputError
from hecon.inputs.parameters import read_parameters
from hecon.inputs.schema import Change, Scenario
from hecon.model.ledger import PROGRAM_FLOWS
from hecon.model.simulation import STRATEGIES

SMALL = {"people": 400, "draws": 12, "draw_people": 60, "weeks": 156, "seed": 5}


@cache
def small():
    return compare(read_parameters(), **SMALL)


@pytest.mark.slow
def test_results_do_not_depend_on_threads():
    again = compare(read_parameters(), threads=1, **SMALL)
    for name in ("base", "carried", "alike", "occupancy", "scenarios", "structural"):
        xr.testing.assert_identical(getattr(again, name), getattr(small(), name))


def test_no_effect_after_month_12_is_the_increment_of_the_first_year():
    table = results.perspective_costs(small()).set_index(["horizon", "perspective", "strategy"])["increment"]
    np.testing.assert_allclose(table[results.NO_EFFECT_AFTER], table[results.YEAR_1], rtol=1e-6, atol=1e-4)


@pytest.mark.slow
def test_the_scenario_without_later_differences_is_column_a():
    """What a run of the scenario carries forward is what (a) takes from the base case, draw by draw."""
    run = compare(read_parameters().with_scenario("no_effect_after_month_12"), **SMALL)
    stopped = results.costs_by_horizon(small()).sel(horizon=results.NO_EFFECT_AFTER, drop=True)
    carried = results.costs_by_horizon(run).sel(horizon=results.CARRIED_FORWARD, drop=True)
    np.testing.assert_allclose(carried, stopped, rtol=1e-9, atol=1e-4)
    assert not np.allclose(stopped, results.costs_by_horizon(small()).sel(horizon=results.CARRIED_FORWARD))
    later = results.after_month_12(run)
    np.testing.assert_allclose(later["b"], later["a"], rtol=1e-9, atol=1e-4)
    gain = small().scenarios.sel(scenario=["no_effect_after_month_12", "base"])
    for horizon in (results.YEAR_1, results.CARRIED_FORWARD):
        one, other = gain.sel(scenario="no_effect_after_month_12", horizon=horizon), gain.sel(scenario="base")
        np.testing.assert_allclose(one, other.sel(horizon=results.YEAR_1), rtol=1e-9, atol=1e-4)


def test_every_scenario_that_may_move_money_is_tried():
    """Also one that is a table alone; those that change QALYs only are left out."""
    parameters = read_parameters()
    moving = {name for name in parameters.scenarios if not name.startswith("utility_causal")}
    assert {scenario.calibration for scenario in parameters.scenarios.values() if not scenario.changes} <= moving
    assert small().scenarios["scenario"].to_numpy().tolist() == ["base", *sorted(moving)]
    base = results.scenarios(small()).set_index(["scenario", "horizon", "strategy"])["gain"]["base"]
    society = small().base["cost"].sel(perspective="society")
    gain = -cea.incremental(society, small().comparator)
    for (horizon, strategy), value in base.items():
        assert value == pytest.approx(float(gain.sel(horizon=horizon, strategy=strategy)))


def test_scenarios_that_spread_an_effect_otherwise_are_drawn_too():
    """A spread moves the draws of the one program, and with them what knowing everything is worth."""
    cost = small().structural
    names = ("coordinated_spread_published", "coordinated_spread_double", "coordinated_three_municipalities")
    assert set(names) <= set(cost["scenario"].to_numpy())
    for name in names:
        change = abs(cost.sel(scenario=name) - cost.sel(scenario="base")).max(["draw", "perspective"]).to_series()
        assert change.pop("coordinated_program") > 100.0
        assert change.max() < 1e-6, "rounding of sums"
    gain = -cea.incremental(cost, small().comparator).sel(strategy="coordinated_program", perspective="society")
    spread = gain.std("draw").to_series()
    assert spread[names[0]] < spread["base"] < spread[names[1]] < spread[names[2]]
    worth = small().information
    assert set(worth.everything["scenario"]) == set(cost["scenario"].to_numpy())
    values = [float(worth.of(name)["value"]) for name in (names[0], "base", *names[1:])]
    assert values == sorted(values)


def test_what_a_user_replaced_stays_in_every_scenario():
    """Where a user has fixed all that is calibrated, the table without a difference has nothing left to change."""
    parameters = read_parameters()
    fixed = {name: parameters[name].value for name in parameters.blocks["trial"].columns}
    run = compare(parameters.overlay(fixed), people=60, draws=2, draw_people=40, weeks=104)
    for part in ("money", "outcome"):
        np.testing.assert_allclose(run.carried[part].sum("subgroup"), run.alike[part].sum("subgroup"), rtol=1e-9)
    base, table = (run.scenarios.sel(scenario=name) for name in ("base", NO_AAP_DIFFERENCE))
    np.testing.assert_array_equal(base, table)


def test_scenarios_run_apart_and_beside_the_base_case_agree():
    """The one that the probabilistic analysis has too is not run again; a user's own may well have no table."""
    dear = Scenario(label="Dear", summary="Hours cost much", changes={"caseworker_hour": Change(value=9000.0)})
    parameters = dataclasses.replace(read_parameters(), scenarios={"dear": dear, NO_AAP_DIFFERENCE: dear})
    run = compare(parameters, people=60, draws=2, draw_people=40, weeks=104)
    base, apart, beside = (run.scenarios.sel(scenario=name) for name in ("base", "dear", NO_AAP_DIFFERENCE))
    np.testing.assert_allclose(apart, beside, rtol=1e-9, atol=1e-6)
    assert float(abs(apart - base).sel(strategy="motivational_interviewing").min()) > 1000.0


def test_a_scenario_that_cannot_be_put_in_place_is_refused_before_anything_is_run(monkeypatch):
    def started(*_args, **_options):
        raise AssertionError

    monkeypatch.setattr(comparison, "simulate", started)
    parameters = read_parameters()
    without = dataclasses.replace(parameters, scenarios={})
    with pytest.raises(InputError, match=r"^scenarios/aap_difference_zero\.toml: is missing"):
        compare(without, **SMALL)
    table = dataclasses.replace(parameters.tables["frailty_off"], text="row,frailty_sd\npoint,many\n0,1.0\n")
    broken = dataclasses.replace(parameters, tables={**parameters.tables, "frailty_off": table})
    with pytest.raises(InputError, match=r"calibrated/scenarios/frailty_off\.csv: line 2: frailty_sd: 'many'"):
        compare(broken, **SMALL)


def test_the_record_says_which_table_was_drawn_from():
    assert small().record["calibration"] == "calibrated/trial.csv"
    changed = read_parameters().with_scenario("frailty_off")
    run = compare(changed, people=60, draws=2, draw_people=40, weeks=104)
    assert run.record["calibration"] == "calibrated/scenarios/frailty_off.csv"
    assert run.record["parameters"] == changed.hash != small().record["parameters"]


def test_disjoint_sides_add_up_and_the_comparator_gains_nothing():
    table = results.perspective_costs(small())
    comparator = table[table["strategy"] == small().comparator]
    assert (comparator["increment"] == 0).all()
    best = table.groupby(["horizon", "perspective"])["behind"].min()
    assert (best == 0).all()
    total = table.groupby(["horizon", "perspective"])["probability"].sum()
    np.testing.assert_allclose(total, 1.0)


def test_summary_of_made_up_costs_by_hand():
    dims = ("horizon", "draw", "strategy", "perspective")
    cost = np.array([[10.0, 14.0], [10.0, 4.0], [10.0, 9.0]])[None, :, :, None]
    coords = {"horizon": ["12 months"], "strategy": ["usual", "program"], "perspective": ["society"]}
    table = results.summarise(xr.DataArray(cost, dims=dims, coords=coords), "usual").set_index("strategy")
    assert table.loc["program", "increment"] == pytest.approx(-1.0)
    assert table.loc["program", "error"] == pytest.approx(np.std([4.0, -6.0, -1.0], ddof=1) / np.sqrt(3))
    assert table.loc["program", "probability"] == pytest.approx(2 / 3)
    assert table.loc["usual", "behind"] == pytest.approx(1.0)


def test_only_program_costs_are_divided_by_days():
    cost, _ = results.program_costs_and_effects(small())
    run = small().carried
    money = run["money"].sel(year=1, flow=list(PROGRAM_FLOWS)).sum(["flow", "subgroup"]) / run["people"].sum("subgroup")
    np.testing.assert_allclose(cost, money)
    assert "delivery_employer" not in PROGRAM_FLOWS


def test_ratios_are_printed_only_where_they_mean_something():
    per_day = results.cost_per_day(small())
    meaningless = (per_day["program_cost"] <= 0) | (per_day["days"] <= 0)
    assert (per_day["ratio"].isna() == meaningless).all()
    assert not (results.program_icers(small())["icer"] <= 0).any()
    table = results.returns(small())
    assert (table["benefit_cost_ratio"].isna() == (table["delivery"] <= 0)).all()


def test_error_of_a_ratio_is_that_of_its_bootstrap():
    rng = np.random.default_rng(2)
    denominator = rng.normal(4.0, 1.0, 500)
    numerator = 3.0 * denominator + rng.normal(0.0, 2.0, 500)
    picks = rng.integers(0, 500, (2000, 500))
    ratios = numerator[picks].mean(axis=1) / denominator[picks].mean(axis=1)
    assert results.ratio_error(numerator, denominator) == pytest.approx(ratios.std(), rel=0.1)


def test_the_value_of_a_day_is_a_full_time_wage_over_260():
    people = pd.DataFrame(
        {
            "age": [40.0, 50.0],
            "sex": ["woman", "man"],
            "start": ["full_sick_leave", "graded_sick_leave"],
            "weeks_sick_listed": [8, 8],
            "wage": [300_000.0, 520_000.0],
            "education": ["school", "higher"],
            "diagnosis": ["other", "other"],
            "grade": [0.5, 0.5],
            "employment_fraction": [0.5, 1.0],
            "rights_used": [-1, -1],
            "pension_held": [0.0, 0.0],
        }
    )
    parameters = read_parameters()
    sizes = SMALL | {"draws": 2}
    own = compare(parameters, cohort=people, **sizes)
    contribution = parameters["employer_contribution"].value
    assert float(own.base["value_of_day"]) == pytest.approx(820_000.0 / 1.5 * (1 + contribution) / 260)
    assert own.record["people"].startswith("a user's cohort")
    levels = set(results.subgroups(own)["level"])
    assert "musculoskeletal" not in levels


def test_base_case_errors_come_from_persons():
    base = small().base
    assert float(base["cost_error"].sel(strategy=small().comparator).max()) == 0.0
    assert (base["cost_error"].sel(strategy="coordinated_program", horizon=results.YEAR_1) > 0).all()
    assert (np.diff(base["benefit_days"].transpose("strategy", "quantile")) >= 0).all()


def test_the_coordinated_program_has_no_allowance_effect_to_take_away():
    row = results.after_month_12(small()).set_index("strategy").loc["coordinated_program"]
    assert row["c_less_b"] == pytest.approx(0.0, abs=1e-6)


def test_published_figures_are_the_trials():
    table = small().trial.statistics
    seen = table.set_index(["strategy", "statistic"])["published"]
    assert seen[("usual_case_management", "benefit_days_median")] == 76.0
    assert ((table["low"] <= table["simulated"]) & (table["simulated"] <= table["high"])).all()


def test_without_targets_there_is_nothing_to_set_against(tmp_path):
    parameters = dataclasses.replace(read_parameters(), folder=tmp_path)
    found = trial.against_trial(parameters, STRATEGIES, 5)
    assert found.published.empty
    assert found.statistics.empty
    assert found.ratios.empty


def test_every_table_is_written(tmp_path):
    paths = small().save_csv(tmp_path / "tables")
    assert all(not pd.read_csv(one).empty for one in paths)


@pytest.mark.parametrize(
    ("changed", "says"),
    [({"draws": 1}, "draws: 1"), ({"weeks": 52}, "weeks: 52"), ({"strategies": ["early_follow_up"]}, "at least two")],
)
def test_sizes_out_of_range_are_refused_in_one_line(changed, says):
    with pytest.raises(InputError, match=says):
        compare(read_parameters(), **(SMALL | changed))


def test_acceptability_at_no_value_goes_to_the_cheapest():
    curves = results.acceptability(small(), [0.0])
    cost, _ = results.program_costs_and_effects(small())
    np.testing.assert_allclose(curves.isel(wtp=0), cea.probability_best(cost))


def test_the_chance_that_days_pay_for_a_program_is_a_share_of_draws():
    cost, days = results.program_costs_and_effects(small())
    value = float(small().base["value_of_day"])
    table = results.cost_per_day(small()).set_index("strategy")["probability"]
    for name in small().programs:
        spent = cost.sel(strategy=name) - cost.sel(strategy=small().comparator)
        paid = [value * avoided > price for avoided, price in zip(days.sel(strategy=name), spent, strict=True)]
        assert table[name] == sum(map(bool, paid)) / len(paid)
    assert ((table > 0) & (table < 1)).any()  # else a verdict on the means would do as well

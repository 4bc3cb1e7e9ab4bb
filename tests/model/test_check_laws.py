"""`check_laws` keeps what is right and catches what is planted, one law at a time."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from hecon.inputs.parameters import read_parameters
from hecon.model import laws, ledger, simulation
from hecon.model.laws import LAWS, check_laws
from hecon.model.simulation import simulate

MONEY_ZERO = "Costs over all parties and the outside sum to zero"
ADD_UP = "The parties' costs add up to society's"
SUBGROUPS = "Subgroups add up to the whole"
FRICTION = "Friction cost is never above human capital"
TWINS = "Identical programs differ by exactly 0"
THREADS = "The number of threads never shows"
ONE_STATE = "Everybody is in one state every week, and the dead stay dead"
FINITE = "No amount or outcome is missing or infinite"
DAYS = "From 0 to 260 full-time-equivalent days on benefit in 12 months"
RIGHTS = "Nobody is sick-listed with the right to sick pay used up"
DISCOUNT = "A higher discount rate lowers present values"


def broken(parameters, cohort=None):
    """The names of the laws that a run breaks."""
    return {law.name for law in check_laws(parameters, cohort) if not law.kept}


def test_all_laws_are_kept_by_what_is_shipped(parameters):
    checked = check_laws(parameters)
    assert len(checked) == len(LAWS)
    assert [law.name for law in checked if not law.kept] == []
    assert {law.name for law in checked} == {
        FINITE,
        MONEY_ZERO,
        ADD_UP,
        SUBGROUPS,
        FRICTION,
        TWINS,
        THREADS,
        ONE_STATE,
        DAYS,
        RIGHTS,
        DISCOUNT,
    }
    assert all(law.detail for law in checked)


@pytest.mark.parametrize("scenario", ["employer_period_30_days", "pension_mortality", "leisure_valued"])
def test_all_laws_are_kept_by_scenarios(parameters, scenario):
    assert broken(parameters.with_scenario(scenario)) == set()


@pytest.mark.parametrize("date", ["2025-01-01", "2025-12-31"])
def test_all_laws_are_kept_on_other_dates(date):
    import datetime as dt

    assert broken(read_parameters(dt.date.fromisoformat(date))) == set()


def test_all_laws_are_kept_with_few_people_of_a_users_own(parameters):
    one = {"age": [40.0], "sex": ["man"], "start": ["full_sick_leave"], "weeks_sick_listed": [8], "wage": [500_000.0]}
    rest = {"education": ["school"], "diagnosis": ["other"], "grade": [0.5], "employment_fraction": [1.0]}
    cohort = pd.DataFrame(one | rest | {"rights_used": [-1], "pension_held": [0.0]})
    assert broken(parameters, cohort) == set()


def test_a_flow_that_is_counted_on_one_side_only_is_caught(parameters, monkeypatch):
    right = ledger._sign

    def wrong(flow, parties, productivity):
        if flow.name == "sick_pay":
            return float(flow.payer in parties)
        return right(flow, parties, productivity)

    monkeypatch.setattr(ledger, "_sign", wrong)
    assert MONEY_ZERO in broken(parameters)


def test_a_sign_that_is_wrong_for_one_party_is_caught(parameters, monkeypatch):
    right = ledger._sign

    def wrong(flow, parties, productivity):
        sign = right(flow, parties, productivity)
        return -sign if flow.name == "income_tax" and set(parties) == {"worker"} else sign

    monkeypatch.setattr(ledger, "_sign", wrong)
    assert {MONEY_ZERO, ADD_UP} <= broken(parameters)


def test_a_sign_that_is_wrong_for_society_alone_is_caught(parameters, monkeypatch):
    right = ledger._sign

    def wrong(flow, parties, productivity):
        sign = right(flow, parties, productivity)
        return -sign if flow.name == "production" and len(parties) > 1 else sign

    monkeypatch.setattr(ledger, "_sign", wrong)
    found = broken(parameters)
    assert ADD_UP in found
    assert MONEY_ZERO not in found


def test_a_replacement_that_costs_more_than_it_makes_is_caught(parameters, monkeypatch):
    right = ledger._sign

    def wrong(flow, parties, productivity):
        sign = right(flow, parties, productivity)
        return -2.0 * sign if flow.name == "replacement_production" else sign

    monkeypatch.setattr(ledger, "_sign", wrong)
    assert FRICTION in broken(parameters)


def changed_simulation(monkeypatch, change):
    """Let the laws see results that are changed after the fact."""

    def simulated(inputs, *arguments, **options):
        results = simulate(inputs, *arguments, **options)
        return change(results, options)

    monkeypatch.setattr(laws, "simulate", simulated)


def test_people_lost_between_subgroups_are_caught(parameters, monkeypatch):
    def change(results, options):
        if options.get("by") == ("sex", "diagnosis"):
            results["outcome"][..., 0, :] *= 0.5
        return results

    changed_simulation(monkeypatch, change)
    assert SUBGROUPS in broken(parameters)


def test_luck_that_goes_by_the_position_of_a_program_is_caught(parameters, monkeypatch):
    def change(results, _options):
        results["money"][:, -1] += 1.0
        return results

    changed_simulation(monkeypatch, change)
    assert TWINS in broken(parameters)


def test_a_number_of_threads_that_shows_is_caught(parameters, monkeypatch):
    def change(results, options):
        if options.get("threads") == 3:
            results["outcome"][:] += 1e-9
        return results

    changed_simulation(monkeypatch, change)
    assert broken(parameters) == {THREADS}


def test_a_person_who_vanishes_is_caught(parameters, monkeypatch):
    right = laws.occupancy
    monkeypatch.setattr(laws, "occupancy", lambda stays, weeks: right(stays, weeks) * 0.999)
    assert broken(parameters) == {ONE_STATE}


def test_the_dead_who_rise_are_caught(parameters, monkeypatch):
    right = laws.occupancy

    def wrong(stays, weeks):
        shares = right(stays, weeks).copy()
        dead, work = ({"week": weeks // 2, "state": state} for state in ("dead", "work"))
        shares.loc[dead], shares.loc[work] = 0.0, float(shares.loc[dead]) + float(shares.loc[work])
        shares.loc[{"week": weeks // 2 - 1, "state": "dead"}] += 0.1
        shares.loc[{"week": weeks // 2 - 1, "state": "work"}] -= 0.1
        return shares

    monkeypatch.setattr(laws, "occupancy", wrong)
    assert broken(parameters) == {ONE_STATE}


def test_a_week_counted_twice_is_caught(parameters, monkeypatch):
    def change(results, _options):
        results["outcome"].loc[{"measure": "weeks_work"}] += 1.0
        return results

    changed_simulation(monkeypatch, change)
    assert ONE_STATE in broken(parameters)


@pytest.mark.parametrize("days", [261.0, -1.0])
def test_an_impossible_number_of_days_is_caught(parameters, monkeypatch, days):
    def change(results, options):
        if options.get("by") == "person":
            results["outcome"].loc[{"measure": "benefit_days_12m", "subgroup": 0}] = days
        return results

    changed_simulation(monkeypatch, change)
    assert broken(parameters) == {DAYS}


def test_a_right_that_is_overdrawn_is_caught(parameters, monkeypatch):
    right = laws.trace

    def wrong(*arguments, **options):
        stays = right(*arguments, **options)
        first = stays.index[stays["state"] == "full_sick_leave"][0]
        stays.loc[first, "used"] = 248
        return stays

    monkeypatch.setattr(laws, "trace", wrong)
    assert broken(parameters) == {RIGHTS}


def test_a_discount_factor_upside_down_is_caught(parameters, monkeypatch):
    def simulated(inputs, *arguments, **options):
        upside_down = {**inputs.drawn, "discount_rate": 1.0 / (1.0 + inputs["discount_rate"]) - 1.0}
        return simulate(replace(inputs, drawn=upside_down), *arguments, **options)

    monkeypatch.setattr(laws, "simulate", simulated)
    assert DISCOUNT in broken(parameters)


@pytest.mark.parametrize("amount", [np.nan, np.inf])
def test_money_that_is_not_a_finite_number_is_caught(parameters, monkeypatch, amount):
    """Sums and maxima of xarray skip what is not a number: one law does not."""

    def change(results, _options):
        results["money"].loc[{"year": 1, "flow": "sick_pay"}][0, 0, 0] = amount
        return results

    changed_simulation(monkeypatch, change)
    with np.errstate(invalid="ignore"):
        assert FINITE in broken(parameters)


def test_the_laws_see_a_program_as_it_stands(parameters):
    """The run that is checked is one of the model's own, not of something the laws build for themselves."""
    assert laws.simulate is simulation.simulate
    assert isinstance(simulate(parameters.sample(1, 1), people=2, weeks=2), xr.Dataset)

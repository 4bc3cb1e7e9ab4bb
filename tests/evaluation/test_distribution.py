"""Who gains: groups add up, accounts agree, friction cost stays below human capital, sentences claim no more."""

from functools import cache

import numpy as np
import pandas as pd
import pytest

from hecon.evaluation.distribution import (
    BY_METHOD,
    DAYS,
    EVERYBODY,
    PURSE,
    discordance,
    gains_by_party,
    production_lost,
    who_gains,
)
from hecon.inputs.parameters import read_parameters
from hecon.model.ledger import PERSPECTIVES, costs
from hecon.model.population import draw_population
from hecon.model.simulation import STRATEGIES, simulate

PROGRAMS = ["motivational_interviewing", "early_follow_up"]
BY = ("wage", "sex")


@cache
def parameters():
    return read_parameters()


@cache
def run(weeks=52):
    inputs = parameters().sample(6, 5)
    return simulate(inputs, (STRATEGIES[0], *PROGRAMS), people=150, weeks=weeks, seed=5, by=BY)


@cache
def table():
    return who_gains(parameters(), PROGRAMS, BY, draws=6, people=150, seed=5)


def test_groups_add_up_to_everybody():
    keys = ["program", "party", "method"]
    whole = table()[table()["covariate"] == EVERYBODY].set_index(keys)["gain"]
    for _, rows in table()[table()["covariate"] != EVERYBODY].groupby("covariate"):
        summed = (rows["gain"] * rows["share"]).groupby([rows[key] for key in keys]).sum()
        np.testing.assert_allclose(summed[whole.index], whole, rtol=1e-9, atol=1e-9)


def test_every_program_group_party_and_method_has_a_row():
    accounts = len(PERSPECTIVES) + len(BY_METHOD) + 2
    assert len(table()) == len(PROGRAMS) * (1 + 3 + 2) * accounts
    assert table()["program"].unique().tolist() == PROGRAMS
    assert set(table()["party"]) == {PURSE, DAYS} | {perspective.name for perspective in PERSPECTIVES}
    friction = table()[table()["method"] == "friction_cost"]
    assert set(friction["party"]) == set(BY_METHOD)
    assert ((table()["low"] <= table()["high"]) & table()["probability"].between(0.0, 1.0)).all()


def test_a_program_for_some_is_counted_per_person_of_these():
    advice = "mi_nav_vocational_advice"
    own = who_gains(parameters(), [advice], ("diagnosis", "sex"), draws=4, people=150, seed=5)
    assert own[own["covariate"] == "diagnosis"]["level"].unique().tolist() == ["musculoskeletal"]
    whole, some = (
        own[own["covariate"] == name].drop(columns=["covariate", "level"]).reset_index(drop=True)
        for name in (EVERYBODY, "diagnosis")
    )
    pd.testing.assert_frame_equal(whole, some)
    run = simulate(parameters().sample(4, 5), (STRATEGIES[0], advice), people=150, weeks=52, seed=5, by="diagnosis")
    days = run["outcome"].sel(measure="benefit_days_12m").isel(subgroup=0)
    avoided = float((days.isel(strategy=0) - days.isel(strategy=1)).sum() / run["people"].isel(subgroup=0).sum())
    assert whole.set_index("party").loc[DAYS, "gain"] == pytest.approx(avoided)


def test_gains_are_the_ledgers():
    gains = gains_by_party(run())
    money = run()["money"].sum("year")
    cost = costs(money).transpose("draw", "strategy", "subgroup", "perspective")
    for perspective in PERSPECTIVES:
        own = cost.sel(perspective=perspective.name)
        np.testing.assert_allclose(
            gains.sel(account=f"{perspective.name} human_capital"),
            -(own - own.sel(strategy=STRATEGIES[0], drop=True)),
            atol=1e-6,
        )
    np.testing.assert_array_equal(gains.sel(strategy=STRATEGIES[0]), 0.0)
    friction = costs(money, productivity="friction_cost").transpose("draw", "strategy", "subgroup", "perspective")
    for name in BY_METHOD:
        own = friction.sel(perspective=name)
        np.testing.assert_allclose(
            gains.sel(account=f"{name} friction_cost"),
            -(own - own.sel(strategy=STRATEGIES[0], drop=True)),
            atol=1e-6,
        )


def test_the_workers_purse_and_time_are_the_workers_gain():
    gains = gains_by_party(run())
    more = run()["money"].sum("year")
    more = more - more.sel(strategy=STRATEGIES[0], drop=True)
    own_time = more.sel(flow="leisure", drop=True) - more.sel(flow="delivery_participant", drop=True)
    np.testing.assert_allclose(
        gains.sel(account=f"{PURSE} human_capital") + own_time, gains.sel(account="worker human_capital"), atol=1e-6
    )


def test_production_lost_under_friction_cost_is_never_above_human_capital():
    """Per draw, strategy and subgroup; and never below zero, so that a replacement makes no more than is missing."""
    for weeks in (52, 260):
        money = run(weeks)["money"].sum("year")
        human, friction = (production_lost(money, 0.0, method) for method in ("human_capital", "friction_cost"))
        assert (friction <= human).all()
        assert float((human - friction).sum()) > 0.0
    inputs = parameters().sample(6, 5)
    for draw in range(6):
        values = inputs.one(draw)
        people = draw_population(values, 150, 5)
        week = people.wage * (1.0 + values["employer_contribution"]) / 52.0
        discount = (1.0 + values["discount_rate"]) ** (-(np.arange(52) + 0.5) / 52.0)
        potential = float(week.sum() * discount.sum()) * (1.0 + values["production_surplus"])
        whole = run()["money"].sum(["year", "subgroup"]).isel(draw=draw)
        for method in ("human_capital", "friction_cost"):
            assert (production_lost(whole, potential, method) >= -1e-6 * potential).all()


# Sentences

COLUMNS = ["party", "gain", "error", "low", "high", "probability"]


def sentence(*rows):
    return discordance(pd.DataFrame(rows, columns=COLUMNS))


def test_clear_winners_and_losers():
    rows = [
        ("employer", -50.0, 1.0, -70.0, -30.0, 0.0),
        ("society", 900.0, 9.0, 20.0, 1800.0, 0.98),
        ("nav", 90.0, 9.0, 2.0, 180.0, 0.98),
    ]
    assert sentence(*rows) == "Pays for society and NAV; costs the employer."
    assert sentence(rows[0]) == "Costs the employer."
    assert sentence(rows[1]) == "Pays for society."


def test_what_cannot_be_told_is_said_to_be():
    rows = [
        ("society", -100.0, 20.0, -300.0, 100.0, 0.2),
        ("nav", -80.0, 20.0, -150.0, -10.0, 0.01),
        ("employer", 5.0, 20.0, -100.0, 100.0, 0.5),
        ("worker", 70.0, 20.0, -10.0, 120.0, 0.9),
    ]
    assert sentence(*rows) == (
        "Costs NAV; the rest cannot be told from zero: a gain is expected for the worker (chance 90%), a loss is "
        "expected for society (chance 80%), neither is expected for the employer."
    )
    assert sentence(rows[0], rows[2]) == (
        "No party's gain can be told from zero: a loss is expected for society (chance 80%), neither is expected for "
        "the employer."
    )


def test_days_and_the_purse_are_no_party():
    rows = [("society", 9.0, 1.0, 2.0, 18.0, 1.0), (DAYS, -1.0, 0.1, -2.0, -0.5, 0.0), (PURSE, 1.0, 0.1, 0.5, 2.0, 1.0)]
    assert sentence(*rows) == "Pays for society."


@pytest.mark.parametrize("program", PROGRAMS)
def test_of_a_run(program):
    own = table()[(table()["covariate"] == EVERYBODY) & (table()["method"] == "human_capital")]
    text = discordance(own[own["program"] == program])
    assert text.endswith(".")
    assert all(name in text for name in ("society", "NAV", "the public purse", "the employer", "the worker"))

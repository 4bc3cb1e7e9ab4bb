"""Gains by subgroup: sums are the whole, delivery is what is left without an effect, days set equal by hand."""

from functools import cache

import numpy as np
import pandas as pd
import pytest

from hecon.evaluation import subgroups
from hecon.evaluation.estimates import interval_per_head, jackknife_error, pooled
from hecon.evaluation.splits import level_words, of_levels, split_gains, words
from hecon.evaluation.subgroups import (
    BASELINE_RISK,
    EVERYBODY,
    UNTOLD,
    WHAT_IF,
    caution,
    ranking_sentences,
    subgroup_table,
    with_what_if,
)
from hecon.inputs.errors import InputError
from hecon.inputs.parameters import read_parameters
from hecon.model.ledger import PERSPECTIVES
from hecon.model.population import COLUMNS
from hecon.model.simulation import COMPARATOR

MI = "motivational_interviewing"
BY = ("start", "wage", "risk")
AMOUNTS = ("gain", "delivery", "days", "hours", "offered")


@cache
def parameters():
    return read_parameters()


@cache
def split(by=BY, scenario=None):
    given = parameters() if scenario is None else parameters().with_scenario(scenario)
    return split_gains(given.sample(6, 2), [MI, "early_follow_up"], by, people=150, seed=2)


@cache
def table(scenario=None):
    given = parameters() if scenario is None else parameters().with_scenario(scenario)
    return subgroup_table(given, MI, BY, draws=8, people=200, seed=4)


# Sums


def test_subgroups_sum_to_the_whole():
    whole = split(())
    parts = split().sum("subgroup")
    for name in AMOUNTS:
        np.testing.assert_allclose(parts[name], whole[name].isel(subgroup=0), rtol=1e-9, atol=1e-6)
    np.testing.assert_array_equal(parts["people"], 150.0)


@pytest.mark.parametrize("covariate", BY)
def test_levels_sum_to_the_whole_and_are_those_of_a_run_split_by_one_covariate(covariate):
    alone = split((covariate,))
    summed = 0.0
    for place, level in enumerate(COLUMNS[covariate]):
        part = of_levels(split(), {covariate: [level]})
        for name in (*AMOUNTS, "people"):
            np.testing.assert_allclose(part[name], alone[name].isel(subgroup=place), rtol=1e-9, atol=1e-6)
        summed = summed + part["gain"]
    np.testing.assert_allclose(summed, split()["gain"].sum("subgroup"), rtol=1e-9, atol=1e-6)


def test_two_covariates_are_those_who_have_both():
    labels = split()["subgroup"].to_numpy().tolist()
    both = of_levels(split(), {"start": ["full_sick_leave"], "risk": ["middle_third", "highest_third"]})
    own = [label.startswith("full_sick_leave") and not label.endswith("lowest_third") for label in labels]
    np.testing.assert_allclose(both["gain"], split()["gain"].isel(subgroup=np.flatnonzero(own)).sum("subgroup"))
    everybody = of_levels(split(), {})
    np.testing.assert_array_equal(everybody["people"], 150.0)


@pytest.mark.parametrize(
    ("levels", "message"),
    [
        ({"sex": ["man"]}, "not split by 'sex': it was by start, wage, risk"),
        ({"wage": ["over_7_g"]}, "wage: over_7_g is no level of it: choose among under_4_g"),
    ],
)
def test_what_cannot_be_summed_is_refused(levels, message):
    with pytest.raises(InputError, match=message):
        of_levels(split(), levels)


def test_shares_times_gains_are_everybodys():
    whole = table()[table()["covariate"] == EVERYBODY].set_index("perspective")
    assert whole["share"].tolist() == [1.0] * len(PERSPECTIVES)
    for _, rows in table()[table()["covariate"] != EVERYBODY].groupby("covariate"):
        assert rows.groupby("perspective")["share"].sum().to_numpy() == pytest.approx(1.0)
        for name in ("gain", "days"):
            summed = (rows["share"] * rows[name]).groupby(rows["perspective"]).sum()
            np.testing.assert_allclose(summed[whole.index], whole[name], rtol=1e-9)


# Delivery, and days


def test_without_an_effect_the_gain_is_delivery():
    """Nothing else differs from usual care then, person by person."""
    none = split(BY, "no_effect")
    np.testing.assert_allclose(none["gain"], none["delivery"], rtol=1e-9, atol=1e-5)
    np.testing.assert_array_equal(none["days"], 0.0)
    assert (none["delivery"].sel(perspective="society").sum("subgroup") < 0.0).all()


def test_without_an_effect_equal_days_are_none_and_what_is_left_is_delivery():
    rows = table("no_effect")
    np.testing.assert_allclose(rows["equal_days_gain"], rows["gain"], rtol=1e-9)
    assert rows["days"].tolist() == [0.0] * len(rows)
    assert (rows["day_value"] != 0.0).all()


def test_with_the_value_of_a_day_everybodys_days_and_delivery_the_gain_is_theirs():
    rows = table().set_index(["covariate", "level", "perspective"])
    whole = rows.loc[(EVERYBODY, EVERYBODY, "society")]
    over = rows.loc[("wage", "over_6_g", "society")]
    sums = split_gains(parameters().sample(8, 4), [MI], BY, people=200, seed=4).sel(strategy=MI, perspective="society")
    part = of_levels(sums, {"wage": ["over_6_g"]})
    delivery = float(part["delivery"].sum() / part["people"].sum())
    assert over["equal_days_gain"] == pytest.approx(over["day_value"] * whole["days"] + delivery, rel=1e-9)


def test_a_day_of_those_who_earn_more_is_worth_more_to_society():
    rows = table()[(table()["covariate"] == "wage") & (table()["perspective"] == "society")]
    worth = rows.set_index("level")["day_value"]
    assert worth["under_4_g"] < worth["4_to_6_g"] < worth["over_6_g"]


def test_the_common_improvement_costs_nothing_and_returns_everybody_sooner():
    inputs = with_what_if(parameters().sample(6, 2), MI)
    sums = split_gains(inputs, [MI, WHAT_IF], BY, people=150, seed=2)
    assert (sums["days"].sel(strategy=WHAT_IF).sum("draw") >= 0.0).all()
    assert float(sums["delivery"].sel(strategy=WHAT_IF, perspective="society").sum()) >= 0.0  # meetings not needed
    np.testing.assert_allclose(sums.sel(strategy=MI)["gain"], split().sel(strategy=MI)["gain"], rtol=1e-9, atol=1e-6)
    assert inputs.programs[WHAT_IF].includes == (COMPARATOR,)


# Rankings


def test_the_best_level_is_first_and_behind_nobody():
    for _, rows in table().groupby(["covariate", "perspective"]):
        best = rows.loc[rows["gain"].idxmax()]
        assert (best["rank"], best["behind"], best["behind_error"]) == (1, 0.0, 0.0)
        assert sorted(rows["rank"]) == sorted(rows["equal_days_rank"]) == list(range(1, len(rows) + 1))
        np.testing.assert_allclose(rows["behind"], best["gain"] - rows["gain"])


def rows_of(covariate, levels, gains, behind_error, worth):
    count = len(levels)
    return pd.DataFrame(
        {
            "covariate": [covariate] * count,
            "level": levels,
            "perspective": ["society"] * count,
            "rank": np.argsort(np.argsort(-np.array(gains))) + 1,
            "behind": max(gains) - np.array(gains),
            "behind_error": behind_error,
            "day_value": worth,
            "day_value_error": [1.0] * count,
            "equal_days_rank": np.argsort(np.argsort(-np.array(worth))) + 1,
        }
    )


def test_a_ranking_says_what_it_follows_from_and_nothing_where_luck_decides():
    told = rows_of("wage", ["under_4_g", "over_6_g"], [1.0, 9.0], [2.0, 0.0], [30.0, 10.0])
    assert ranking_sentences(told) == [
        f"By wage: over 6 G > under 4 G ({BASELINE_RISK}). If every subgroup avoided the same number of days: "
        "under 4 G > over 6 G."
    ]
    luck = rows_of("sex", ["man", "woman"], [3.0, 9.0], [7.0, 0.0], [30.0, 27.0])
    assert ranking_sentences(luck) == [f"By sex: {UNTOLD} ({BASELINE_RISK}), nor if days were equal."]
    half = rows_of("sex", ["man", "woman"], [3.0, 9.0], [7.0, 0.0], [30.0, 20.0])
    assert ranking_sentences(pd.concat([half, told])) == [
        f"By sex: {UNTOLD} ({BASELINE_RISK}). If every subgroup avoided the same number of days: man > woman.",
        *ranking_sentences(told),
    ]


def test_words():
    assert words("wage", "4_to_6_g") == "wage 4 to 6 G"
    assert words("start", "graded_sick_leave") == "graded sick leave"
    assert level_words("highest_third") == "highest third"
    assert "not measured" in caution()


# Estimates


def test_estimates_by_hand():
    total, people = np.array([2.0, 10.0]), np.array([2.0, 4.0])
    ratio, error = pooled(total, people)
    assert ratio == 2.0  # 12 over 6; residuals -2 and 2, SD 2 sqrt 2, over a mean of 3 and sqrt 2
    assert error == pytest.approx(2.0 / 3.0)
    assert interval_per_head(np.array([2.0, 9.0, 0.0]), np.array([2.0, 3.0, 0.0])) == pytest.approx((1.05, 2.95))


def test_the_jackknife_of_a_mean_is_its_standard_error():
    values = np.random.default_rng(1).normal(size=30)
    without = (values.sum() - values) / 29
    assert jackknife_error(without) == pytest.approx(values.std(ddof=1) / np.sqrt(30))


def test_the_error_of_equal_days_is_that_of_repeated_runs():
    found, told = [], []
    for seed in range(200):
        rng = np.random.default_rng(seed)
        priced, days, people = 50.0 + rng.normal(size=40), 20.0 + 3.0 * rng.normal(size=40), np.full(40, 10.0)
        gain, error = subgroups._equal_days(30.0 * priced, priced, days, people, -5.0 * people, people)
        found.append(gain)
        told.append(error)
    assert np.mean(found) == pytest.approx(30.0 * 2.0 - 5.0, abs=4.0 * np.std(found) / np.sqrt(200))
    assert np.mean(told) == pytest.approx(np.std(found), rel=4.0 / np.sqrt(400))


@pytest.mark.parametrize(
    ("program", "draws", "fault"),
    [
        ("motivational", 8, "no file programs/motivational.toml"),
        (COMPARATOR, 8, "what the others are compared with"),
        (MI, 1, "draws: 1 shows no uncertainty"),
    ],
)
def test_an_impossible_table_is_refused(program, draws, fault):
    with pytest.raises(InputError, match=fault):
        subgroup_table(parameters(), program, BY, draws=draws, people=20)

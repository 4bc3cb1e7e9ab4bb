"""Is the run large enough: variances known in closed form, laws verified by running more, and a small real run."""

from functools import cache

import numpy as np
import pandas as pd
import pytest

from hecon.evaluation import precision as module
from hecon.evaluation import results
from hecon.evaluation.precision import (
    BEST,
    EVPI,
    GAIN,
    PRICE,
    RETURN,
    evpi_bracket,
    measure_precision,
    people_to_halve,
    precision,
    running_evpi,
    running_mean,
    split_error,
)
from hecon.inputs.errors import InputError
from hecon.inputs.parameters import read_parameters
from hecon.model.ledger import costs
from hecon.model.simulation import simulate

USUAL, EARLY, COORDINATED = "usual_case_management", "early_follow_up", "coordinated_program"


def synthetic(draws, people, *, parameters=1.0, person=10.0, seed=1, pairs=None):
    """A model whose draws have a mean of their own, N(0, parameters), and people around it, N(0, person)."""
    rng = np.random.default_rng(seed)
    truth = rng.normal(0.0, np.sqrt(parameters), draws)
    luck = rng.normal(0.0, np.sqrt(person / people), (2, draws))
    first, second = truth + luck
    return first, second[:pairs]


@pytest.mark.parametrize(("parameters", "person"), [(1.0, 10.0), (1.0, 400.0), (0.0, 10.0), (1.0, 0.0)])
def test_variances_are_those_of_the_closed_form(parameters, person):
    people = 20
    first, second = synthetic(4000, people, parameters=parameters, person=person, pairs=2000)
    split = split_error(first, second, people)
    total = parameters + person / people
    assert split.luck == pytest.approx(person / people / total, abs=4 * split.luck_error + 1e-12)
    assert split.error == pytest.approx(np.sqrt(total / 4000), rel=4 / np.sqrt(2 * 4000))
    assert np.hypot(split.error_people, split.error_draws) == pytest.approx(split.error)


def test_the_error_of_the_share_is_its_spread_over_runs():
    runs = [split_error(*synthetic(400, 10, seed=seed, pairs=100), 10) for seed in range(1, 401)]
    shares = np.array([split.luck for split in runs])
    errors = np.array([split.luck_error for split in runs])
    assert shares.mean() == pytest.approx(0.5, abs=4 * shares.std() / np.sqrt(400) + 0.01)
    assert errors.mean() == pytest.approx(shares.std(ddof=1), rel=0.15)


@pytest.mark.parametrize("person", [10.0, 1000.0])
def test_so_many_draws_do_halve_the_error(person):
    split = split_error(*synthetic(500, 20, person=person, seed=2), 20)
    more = int(split.draws_to_halve)
    means = [synthetic(more, 20, person=person, seed=seed)[0].mean() for seed in range(1000, 1400)]
    assert np.std(means) == pytest.approx(split.error / 2, rel=0.2)  # four errors of a spread over 400, and of split's


def test_so_many_people_do_halve_the_error():
    """By running the same synthetic model with that many people in each draw."""
    split = split_error(*synthetic(20_000, 20, person=400.0, seed=3), 20)
    exact = 20 * (20 / 21) / (20 / 21 - 0.75)
    assert split.people_to_halve == pytest.approx(exact, rel=0.15)
    people = round(split.people_to_halve)
    more = split_error(*synthetic(20_000, people, person=400.0, seed=4), people)
    assert more.error == pytest.approx(split.error / 2, rel=0.06)


def test_where_parameters_dominate_no_number_of_people_halves_the_error():
    split = split_error(*synthetic(2000, 20, person=20.0), 20)
    assert np.isnan(split.people_to_halve)
    endless = split_error(*synthetic(2000, 10**9, person=20.0), 10**9)
    assert endless.error == pytest.approx(split.error_draws, rel=0.1)
    assert endless.error > split.error / 2
    assert np.isnan(people_to_halve(0.75, 1000))
    assert people_to_halve(1.0, 1000) == 4000.0


def test_what_never_moves_has_no_error():
    split = split_error(np.full(50, 7.0), np.full(50, 7.0), 10)
    assert (split.error, split.luck, split.luck_error) == (0.0, 0.0, 0.0)


def two_options(person, *, draws=20_000, people=10, seed=5):
    """Net benefit of nothing, and of a program worth N(-0.5, 1) with luck around it: float64[draw, 2], twice."""
    first, second = synthetic(draws, people, person=person, seed=seed)
    return tuple(np.column_stack([np.zeros(draws), part - 0.5]) for part in (first, second))


def unit_normal_loss(z):
    from scipy.stats import norm

    return norm.pdf(z) - z * norm.sf(z)


def test_the_bracket_holds_the_value_of_perfect_information():
    """EVPI of a choice worth N(-m, s) against nothing is s times the unit normal loss of m / s."""
    truth = unit_normal_loss(0.5)
    bracket = evpi_bracket(*two_options(10.0))
    noisy = np.sqrt(2.0) * unit_normal_loss(0.5 / np.sqrt(2.0))
    assert bracket.high == pytest.approx(noisy, abs=4 * bracket.high_error)
    assert bracket.low + 4 * bracket.low_error < truth < bracket.high - 4 * bracket.high_error
    # Choosing by what has the correlation r with the truth is worth r s times the unit normal loss of m / (r s).
    r = np.sqrt(0.5)
    assert bracket.low == pytest.approx(r * unit_normal_loss(0.5 / r), abs=4 * bracket.low_error)


def test_without_luck_both_bounds_are_the_same():
    bracket = evpi_bracket(*two_options(0.0))
    assert bracket.low == bracket.high == pytest.approx(unit_normal_loss(0.5), abs=4 * bracket.high_error)
    assert bracket.alike == 1.0


def test_the_running_mean_ends_at_the_mean_and_its_error():
    values = np.random.default_rng(6).normal(1e6, 3.0, (300, 2))
    mean, error = running_mean(values)
    np.testing.assert_allclose(mean[-1], values.mean(axis=0))
    np.testing.assert_allclose(error[-1], values.std(axis=0, ddof=1) / np.sqrt(300), rtol=1e-6)
    np.testing.assert_allclose(error[9], values[:10].std(axis=0, ddof=1) / np.sqrt(10), rtol=1e-6)
    assert np.isnan(error[0]).all()
    benefit = np.column_stack([np.zeros(300), values[:, 0] - 1e6])
    by_hand = benefit[:40].max(axis=1).mean() - benefit[:40].mean(axis=0).max()
    assert running_evpi(benefit)[39] == pytest.approx(by_hand)


def indexed(table):
    return table.set_index(list(module.INDEX)).sort_index()


SIZE = {"draws": 24, "draw_people": 60, "people": 300, "weeks": 104, "seed": 3}


@cache
def small():
    return measure_precision(read_parameters(), **SIZE)


def test_headlines_are_those_of_the_comparison():
    table = indexed(small().table)
    assert not table["value"].isna().any()
    assert set(small().table["headline"]) >= {GAIN, "days avoided", BEST, EVPI}
    inputs = read_parameters().sample(24, 3)
    run = simulate(inputs, people=60, weeks=104, seed=3)
    cost = costs(results.per_person(run)["money"].sel(year=1)).sel(perspective="society")
    gain = -(cost.sel(strategy=EARLY) - cost.sel(strategy=USUAL))
    row = table.loc[(GAIN, results.YEAR_1, "society", EARLY)]
    assert row["value"] == pytest.approx(float(gain.mean()))
    assert row["error"] == pytest.approx(float(gain.std(ddof=1)) / np.sqrt(24))
    chances = small().table.query("headline == @BEST")
    np.testing.assert_allclose(chances.groupby(["horizon", "perspective"])["value"].sum(), 1.0)


def test_ratios_have_the_error_of_the_delta_method():
    rng = np.random.default_rng(8)
    spent, avoided = rng.normal(900.0, 50.0, 400), rng.normal(2.0, 0.4, 400)
    linear = module._linear((spent, avoided), (spent, avoided))
    assert linear.mean() == pytest.approx(spent.mean() / avoided.mean())
    assert linear.std(ddof=1) / 20 == pytest.approx(results.ratio_error(spent, avoided))


def test_ratios_stand_only_where_they_are_printed():
    assert not module._says((PRICE, "", "", ""), np.full(3, -1.0), np.ones(3))
    assert not module._says((RETURN, "", "", ""), np.ones(3), -np.ones(3))
    assert module._says((RETURN, "", "", ""), -np.ones(3), np.ones(3))


def test_errors_fall_as_they_say_on_the_model_itself():
    """With four times as many people, as much less of the variance is luck."""
    parameters = read_parameters()
    few = measure_precision(parameters, **(SIZE | {"draws": 60, "draw_people": 50, "weeks": 52})).table
    many = measure_precision(parameters, **(SIZE | {"draws": 60, "draw_people": 200, "weeks": 52})).table
    one, four = (indexed(part).loc[(GAIN, results.YEAR_1, "society", COORDINATED)] for part in (few, many))
    ratio = (one["error_people"] / four["error_people"]) ** 2
    relative = np.hypot(one["luck_error"] / one["luck"], four["luck_error"] / four["luck"])
    assert ratio == pytest.approx(4.0, rel=3 * relative)
    assert 0 < four["luck"] < one["luck"] < 1


def test_the_base_case_has_errors_from_people_only():
    base = small().base
    assert (base["people_to_halve"] == 1200).all()
    row = indexed(base).loc[(GAIN, results.YEAR_1, "society", EARLY)]
    run = simulate(read_parameters().base_case(), people=300, weeks=104, seed=3, by="person")
    cost = costs(run["money"].sel(year=1).isel(draw=0)).sel(perspective="society")
    gain = -(cost.sel(strategy=EARLY) - cost.sel(strategy=USUAL))
    assert row["error"] == pytest.approx(float(gain.std(ddof=1)) / np.sqrt(300))


def test_luck_of_its_own_and_the_same_points():
    """The second run shares parameters with the first, so that what is left is luck: not the same people twice."""
    gains = small().table.query("headline == 'gain' and perspective == 'society'")
    assert gains["luck"].between(0.001, 1.0).all()
    inputs = read_parameters().sample(6, 3)
    first, second = (simulate(inputs, people=40, weeks=52, seed=seed) for seed in (3, module.other_luck(3)))
    same = precision(first, first, simulate(read_parameters().base_case(), people=40, weeks=52, by="person"), USUAL)
    assert (same.table["luck"] == 0.0).all()
    assert not np.array_equal(first["money"], second["money"])
    assert set(same.table["horizon"]) == {results.YEAR_1}


def test_the_convergence_ends_where_the_table_stands():
    table = indexed(small().table)["value"]
    last = small().running.isel(draw=-1)
    assert float(last["evpi"]) == pytest.approx(table[(EVPI, results.YEAR_1, "society", "")])
    for name in (USUAL, EARLY, COORDINATED):
        assert float(last["best"].sel(strategy=name)) == pytest.approx(table[(BEST, results.YEAR_1, "society", name)])
    assert float(last["gain"].sel(strategy=EARLY)) == pytest.approx(table[(GAIN, results.YEAR_1, "society", EARLY)])


def test_one_draw_is_refused_in_one_line():
    with pytest.raises(InputError, match=r"^people: 1 "):
        measure_precision(read_parameters(), draws=2, people=1, weeks=52)
    with pytest.raises(InputError, match=r"^draws: 1 "):
        measure_precision(read_parameters(), **(SIZE | {"draws": 1}))


def test_tables_are_data_frames_without_holes():
    for table in (small().table.drop(columns="people_to_halve"), small().base, small().bracket):
        assert isinstance(table, pd.DataFrame)
        assert not table.isna().any().any()
    bracket = small().bracket
    assert (bracket["low"] <= bracket["high"]).all()
    assert (bracket["low"] >= 0).all()

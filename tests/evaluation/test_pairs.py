"""What may be paired with what: every pair from one run, by the ledger's own hand; and what is refused."""

from functools import cache

import numpy as np
import pytest
import xarray as xr

from hecon.evaluation import pairs
from hecon.evaluation.cea import incremental
from hecon.evaluation.pairs import PAIRS, benefit, benefits, pair_of, paired, value_of_day, worths
from hecon.inputs.errors import InputError
from hecon.inputs.parameters import read_parameters
from hecon.model.ledger import FLOWS, PERSPECTIVES, costs
from hecon.model.simulation import simulate

KIND = {flow.name: flow.kind for flow in FLOWS}
LONG = pairs.WHOLE_RUN


@cache
def one_run(weeks):
    """Five draws by four strategies, with people in several subgroups of different size."""
    return simulate(read_parameters().sample(5, 3), people=80, weeks=weeks, seed=3, by="start")


@cache
def shipped_worths():
    return worths(read_parameters(), people=2000, seed=3)


def by_hand(run, flows, years):
    """NOK per person in some flows and years."""
    money = run["money"].sel(flow=flows, year=years).to_numpy().sum(axis=(2, 3, 4))
    return money / run["people"].to_numpy().sum(axis=1)[:, None]


def test_one_run_gives_every_pair():
    run = one_run(52)
    every = benefits(run, shipped_worths())
    assert every.dims == ("pair", "draw", "strategy")
    assert every["pair"].to_numpy().tolist() == [
        "days",
        "qaly_health",
        "qaly_society",
        *(perspective.name for perspective in PERSPECTIVES),
    ]
    assert np.isfinite(every).all()
    for name in PAIRS:
        xr.testing.assert_identical(every.sel(pair=name, drop=True), benefit(run, name, shipped_worths()))
    # They are different questions: no two have the same answer.
    gains = incremental(every, run["strategy"].to_numpy()[0]).isel(strategy=slice(1, None)).to_numpy()
    assert len({row.tobytes() for row in gains}) == len(PAIRS)


@pytest.mark.parametrize("horizon", [pairs.YEAR_1, LONG])
def test_money_alone_is_minus_the_cost_of_the_perspective(horizon):
    run = one_run(104)
    people = run["people"].sum("subgroup")
    money = run["money"].sum("subgroup") / people
    cost = costs(money.sel(year=1) if horizon == pairs.YEAR_1 else money.sum("year"))
    for perspective in PERSPECTIVES:
        amount, effect = paired(run, perspective.name, horizon)
        assert amount.dims == effect.dims == ("draw", "strategy")
        np.testing.assert_allclose(amount, cost.sel(perspective=perspective.name), rtol=1e-12)
        assert (effect == 0).all()
        np.testing.assert_array_equal(benefit(run, perspective.name, {}, horizon), -amount)


@pytest.mark.parametrize(
    ("horizon", "years", "measure"), [(pairs.YEAR_1, [1], "benefit_days_12m"), (LONG, [1, 2], "benefit_days")]
)
def test_days_are_set_against_program_costs_and_nothing_else(horizon, years, measure):
    run = one_run(104)
    amount, effect = paired(run, "days", horizon)
    # NAV's, the health service's and participants' delivery; no benefit, production or employer's time.
    np.testing.assert_allclose(
        amount, by_hand(run, ["delivery_nav", "delivery_health", "delivery_participant"], years), rtol=1e-12
    )
    days = run["outcome"].sel(measure=measure).sum("subgroup") / run["people"].sum("subgroup")
    np.testing.assert_allclose(effect, days.isel(strategy=[0]).to_numpy() - days.to_numpy(), atol=1e-9)
    assert (effect.isel(strategy=0) == 0).all()
    seen_from = paired(run, "days", horizon, comparator="coordinated_program")[1]
    assert (seen_from.sel(strategy="coordinated_program") == 0).all()
    np.testing.assert_allclose(
        incremental(seen_from, "early_follow_up"), incremental(effect, "early_follow_up"), atol=1e-9
    )


def test_qalys_are_set_against_program_costs_or_society_s():
    run = one_run(52)
    qalys = run["outcome"].sel(measure="qalys").sum("subgroup") / run["people"].sum("subgroup")
    assert 0.5 < float(qalys.mean()) < 1
    for name, cost in (("qaly_health", "days"), ("qaly_society", "society")):
        amount, effect = paired(run, name)
        np.testing.assert_allclose(amount, paired(run, cost)[0], rtol=1e-12)
        np.testing.assert_allclose(effect, qalys, rtol=1e-12)


def test_a_benefit_is_at_the_pair_s_own_worth():
    run = one_run(52)
    for name, worth in (("days", 3000.0), ("qaly_health", 275_000.0), ("qaly_society", 1.0)):
        amount, effect = paired(run, name)
        np.testing.assert_allclose(benefit(run, name, {name: worth}), worth * effect - amount, rtol=1e-12)


def test_no_cost_that_holds_production_or_benefits_meets_days():
    met = {pair.cost for pair in PAIRS.values() if pair.effect == pairs.DAYS}
    assert met == {pairs.PROGRAM}
    assert {KIND[flow] for flow in pairs.PROGRAM_FLOWS} == {"delivery"}


def test_what_a_unit_of_effect_is_worth():
    found = shipped_worths()
    assert set(found) == {name for name, pair in PAIRS.items() if pair.effect is not None}
    parameters = read_parameters()
    assert found["days"] == value_of_day(parameters, 2000, 3, None)
    assert 2000 < found["days"] < 4000  # a full-time wage with contribution, by 260
    assert found["qaly_health"] == 275_000  # nominal: Meld. St. 38 (2020-2021)
    # 0.97 million NOK of 2021 moves with consumer prices.
    assert 970_000 * 1.1 < found["qaly_society"] < 970_000 * 1.3
    changed = parameters.overlay({"value_of_qaly": 500_000.0})
    assert worths(changed, people=100, seed=3)["qaly_society"] == 500_000


def test_pairs_are_found_by_their_cost_and_effect():
    for pair in PAIRS.values():
        assert pair_of(pair.cost, pair.effect) is pair
        assert (pair.effect is None) == (pair.unit is None) == (pair.worth is None)


def test_friction_cost_moves_society_and_no_program_cost():
    run = one_run(104)
    for name, moves in (("society", True), ("days", False), ("nav", False)):
        human, friction = (
            paired(run, name, LONG, productivity=method)[0] for method in ("human_capital", "friction_cost")
        )
        assert (not np.array_equal(human, friction)) == moves


@pytest.mark.parametrize("party", [perspective.name for perspective in PERSPECTIVES])
def test_days_with_any_payer_s_cost_are_refused(party):
    with pytest.raises(InputError, match=r"^[^\n]+$") as error:
        pair_of(party, "days")
    assert f"the cost to {party} holds the production or benefits of a day" in str(error.value)
    assert f"take the pair 'days', of program costs, or '{party}'" in str(error.value)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: pair_of("nav", "qalys"), "QALYs pair with program costs or society's, not with the cost to nav"),
        (lambda: pair_of("program"), "program costs without an effect"),
        (lambda: pair_of("soceity", "days"), "cost: there is no 'soceity': the closest known name is society"),
        (lambda: pair_of("society", "day"), "effect: there is no 'day': the closest known name is days"),
        (lambda: paired(one_run(52), "day"), "pair: there is no 'day': the closest known name is days"),
        (lambda: paired(one_run(52), "days", "5 years"), "horizon: there is no '5 years': take '12 months'"),
        (lambda: paired(one_run(104), "qaly_health"), "QALYs are counted over the whole run, here 2 years"),
        (lambda: paired(one_run(52), "days", comparator="usual"), "comparator: no strategy is named 'usual'"),
        (lambda: benefit(one_run(52), "days", {}), "worths: has no value for the pair 'days': add one in NOK per day"),
    ],
)
def test_what_is_refused_and_how(call, says):
    with pytest.raises(InputError, match=r"^[^\n]+$") as error:
        call()
    assert says in str(error.value)

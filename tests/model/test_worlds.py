"""Tables made for several draws at once are those of each draw alone, bit for bit."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from hecon.inputs.errors import InputError
from hecon.inputs.parameters import read_parameters
from hecon.inputs.schema import Offer
from hecon.model import block
from hecon.model.benefits import accounts, statute_rules, weekly_rates
from hecon.model.cohort import OPTIONAL, cohort_population
from hecon.model.hazards import hazards
from hecon.model.kernel import IN_WORK, stacked
from hecon.model.population import Population, draw_population, people_arrays
from hecon.model.programs import compile_program, delivery, delivery_flows, discounted_use, resource_use
from hecon.model.taxes import ZONES
from hecon.model.worlds import PERSONS_AT_ONCE, prepare

DRAWS, PEOPLE, WEEKS, SEED = 9, 60, 120, 4
LATE = "for_women_later"
STRATEGIES = ("usual_case_management", "motivational_interviewing", LATE, "coordinated_program")
COHORT = pd.DataFrame(
    {
        "age": [24.0, 40.5, 63.0, 58.9],
        "sex": ["man", "woman", "woman", "man"],
        "start": ["full_sick_leave", "graded_sick_leave"] * 2,
        "weeks_sick_listed": [0, 8, 20, 45],
        "wage": [90_000.0, 550_000.0, 820_000.0, 2_100_000.0],
        **OPTIONAL,
    }
)


@pytest.fixture(scope="module")
def varied():
    """Draws in which every parameter that is one number varies, with the extra contribution of 2024 in force."""
    parameters = read_parameters(dt.date(2024, 7, 1))
    late = parameters.programs["motivational_interviewing"].model_copy(
        update={"name": LATE, "offer": Offer(sex=["woman"], delay="dialogue_meeting_week")}
    )
    inputs = parameters.with_program(late).sample(DRAWS, seed=3)
    shrink = 1.0 - 0.01 * np.arange(DRAWS)
    numbers = [name for name, entry in inputs.entries.items() if isinstance(entry.value, float)]
    values = {name: inputs[name] * shrink for name in numbers}
    ends = {part.until for program in inputs.programs.values() for part in program.effects}
    values |= {name: 40.0 + np.arange(DRAWS) for name in ends}
    values |= {
        "contribution_zone": np.arange(DRAWS) % len(ZONES),
        "weeks_sick_listed_at_inclusion": np.arange(DRAWS) + 4.0,
        "dialogue_meeting_week": 2.0 + 6.0 * np.arange(DRAWS),  # the last ones in the second year
        "leisure_value_share": 0.1 * shrink,
        "sick_pay_later_rate": 0.8 * shrink,
        "sick_pay_later_from_week": 27.0 + np.arange(DRAWS),
        "differences_carried_forward": np.linspace(0.0, 1.0, DRAWS),
    }
    return inputs.replaced(values)


def setup(**asked):
    return block.Setup(**{
        "strategies": STRATEGIES, "people": PEOPLE, "weeks": WEEKS, "seed": SEED, "by": (), "cohort": None,
        "money": True, **asked,
    })  # fmt: skip


def rate_of_contribution(ready):
    """The least that anybody's employer owes of the wage: the zone's rate, without the extra one."""
    work = weekly_rates(ready.population, ready.values)[IN_WORK]
    return float(np.min(work["employer_contribution"] / work["wages"]))


def assert_same(one, other):
    """Two tables have the same numbers, types and order of bytes, field by field."""
    names = vars(one) if isinstance(one, Population) else one._fields
    for name in names:
        left, right = getattr(one, name), getattr(other, name)
        assert np.asarray(left).dtype == np.asarray(right).dtype, name
        np.testing.assert_array_equal(left, right, err_msg=name)


@pytest.mark.parametrize("cohort", [None, COHORT], ids=["drawn", "cohort"])
def test_tables_of_a_block_are_those_of_each_draw(varied, cohort):
    """By the path of a single draw, numbers in place of columns, and by that of a block of one."""
    asked = setup(cohort=cohort)
    clock = WEEKS + (45 if cohort is not None else 12)
    for draw, ready in enumerate(prepare(varied, asked)):
        values = varied.one(draw)
        who = draw_population(values, PEOPLE, SEED) if cohort is None else cohort_population(cohort, values, SEED)
        assert_same(ready.population, who)
        assert_same(ready.world.people, people_arrays(who, values))
        assert_same(ready.world.rules, statute_rules(values))
        assert_same(ready.world.accounts, accounts(who, values, WEEKS))
        assert_same(ready.world.hazards, hazards(varied.block(draw, draw + 1), clock)[0])
        alone = next(prepare(varied.block(draw, draw + 1), asked))
        assert_same(ready.world.accounts, alone.world.accounts)
        assert_same(ready.population, alone.population)
        assert_same(ready.programs, alone.programs)
        of_who = [compile_program(name, varied.programs, values, who) for name in STRATEGIES]
        assert_same(ready.programs, stacked(of_who))
    assert draw == DRAWS - 1


def test_what_varies_is_told_apart(varied):
    """Else the test above would be of one draw, seen nine times."""
    first, *_, last = prepare(varied, setup())
    late = STRATEGIES.index(LATE)
    assert (first.programs.offer_week[late], last.programs.offer_week[late]) == (2, 50)
    assert last.programs.until[late] - first.programs.until[late] == 48 + DRAWS - 1
    assert not np.array_equal(first.programs.own[1], last.programs.own[1])  # usual care's meeting changes place
    assert first.world.accounts.later_from < last.world.accounts.later_from
    of_the_poor = [rate_of_contribution(ready) for ready in (first, last)]
    assert of_the_poor[0] != pytest.approx(of_the_poor[1], rel=1e-3)


def test_delivery_of_a_block_is_that_of_each_draw(varied):
    random = np.random.default_rng(1)
    for name in STRATEGIES:
        costs = delivery(name, varied.programs, varied.together())
        held = random.integers(0, 30, (DRAWS, 3, costs.week.shape[-1], 2)).astype(float)
        offered = random.integers(0, 90, (DRAWS, 3)).astype(float)
        rate = varied.together()["discount_rate"]
        units, delivered = resource_use(costs, held, offered), discounted_use(costs, held, offered, 2, rate)
        money = delivery_flows(costs, delivered)
        for draw in range(DRAWS):
            values = varied.one(draw)
            alone = delivery(name, varied.programs, values)
            for field in ("week", "held", "missed", "per_participant", "offer_week", "price"):
                np.testing.assert_array_equal(getattr(costs, field)[draw], getattr(alone, field), err_msg=field)
            counted = (alone, held[draw], offered[draw])
            later = discounted_use(*counted, 2, values["discount_rate"])
            np.testing.assert_array_equal(units[draw], resource_use(*counted))
            np.testing.assert_allclose(delivered[draw], later, rtol=1e-15)  # a power of one number and of many
            np.testing.assert_array_equal(delivery_flows(alone, delivered[draw]), money[draw])


@pytest.mark.parametrize("cohort", [None, COHORT], ids=["drawn", "cohort"])
def test_results_do_not_show_which_draws_were_simulated_together(varied, cohort, monkeypatch):
    """Some draws value leisure and pay an extra contribution, others do not: a block has places for all."""
    some = np.arange(DRAWS) % 2.0
    changed = varied.replaced(
        {
            "leisure_value_share": some * varied["leisure_value_share"],
            "employer_extra_contribution_rate": some * varied["employer_extra_contribution_rate"],
            "sick_pay_later_rate": np.where(some, varied["sick_pay_later_rate"], varied["sick_pay_rate"]),
        }
    )
    asked = setup(cohort=cohort, by=("sex",))
    together = block.simulate_block(changed, asked)
    monkeypatch.setattr("hecon.model.worlds.PERSONS_AT_ONCE", 1)
    by_draw = [block.simulate_block(changed.block(draw, draw + 1), asked) for draw in range(DRAWS)]
    for part, parts in zip(together, zip(*by_draw, strict=True), strict=True):
        np.testing.assert_array_equal(part, np.concatenate(parts))
    assert np.any(together.money)


def test_draws_are_taken_together_as_long_as_their_people_fit(varied, monkeypatch):
    sizes = []

    def noted(population, values):
        sizes.append(population.age.shape)
        return people_arrays(population, values)

    monkeypatch.setattr("hecon.model.worlds.people_arrays", noted)
    people = PERSONS_AT_ONCE // 4 - 1
    keys = [ready.values.key for ready in prepare(varied, setup(people=people, money=False))]
    assert keys == varied.draw.tolist() == list(range(1, DRAWS + 1))
    assert sizes == [(4, people), (4, people), (1, people)]


def test_an_unknown_zone_is_refused_in_whichever_draw_it_is(varied):
    strange = varied.replaced({"contribution_zone": [0.0] * (DRAWS - 1) + [8.0]})
    with pytest.raises(InputError, match="contribution_zone 8 is no zone"):
        list(prepare(strange, setup()))

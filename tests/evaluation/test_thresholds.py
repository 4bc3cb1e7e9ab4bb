"""Break-even: a toy whose root is known, closed forms, laws between runs, and the root found again."""

import dataclasses
from functools import cache

import numpy as np
import pytest

from hecon.evaluation import crossings, thresholds, two_way, what_if
from hecon.evaluation.crossings import crossing, find_root, next_value
from hecon.evaluation.thresholds import break_even, table
from hecon.evaluation.two_way import net_benefit_map, zero_contour
from hecon.evaluation.what_if import PERSPECTIVE_NAMES, Size, Worth, own_effect, worth
from hecon.inputs.errors import InputError
from hecon.inputs.parameters import read_parameters
from hecon.inputs.schema import Effect, Offer
from hecon.model.simulation import simulate

MI = "motivational_interviewing"
SMALL = {"draws": 10, "people": 200, "seed": 3}
SIZE = Size(people=200, seed=3)


@cache
def parameters():
    return read_parameters()


@cache
def small(quantity, program=MI):
    return {one.perspective: one for one in break_even(parameters(), program, quantity, **SMALL)}


def toy(slope, levels):
    """Worth that is linear in the effect, and as many days avoided as the ratio lies above 1."""

    def of_toy(_inputs, _program, changes, _size):
        values = np.array([next(iter(change.values())) for change in changes])
        gain = levels + slope * (values[:, None] - 1.0)
        days = np.repeat(values[:, None] - 1.0, len(levels), axis=1)
        everywhere = np.repeat(gain[:, None], len(PERSPECTIVE_NAMES), axis=1)
        return Worth(everywhere, 0.0 * everywhere, days, 0.01 * days, np.full(len(levels), 0.5))

    return of_toy


def test_the_root_of_a_line_its_error_and_its_spread(monkeypatch):
    levels = np.array([-1.0, -2.0, -3.0, -6.0])
    monkeypatch.setattr(thresholds, "worth", toy(10.0, levels))
    found = break_even(parameters(), MI, "effect", draws=4)[0]
    assert found.value == pytest.approx(1.3, abs=1e-9)
    assert found.error == pytest.approx(np.std(levels, ddof=1) / 2.0 / 10.0, rel=1e-9)
    assert (found.low, found.high) == pytest.approx((1.1, 1.6))
    assert (found.side, found.share_without) == ("above", 0.0)
    assert found.days_avoided == pytest.approx(0.3 / 0.5)  # of those offered, who are half
    assert found.days_error == pytest.approx(found.error / 0.5)
    assert found.return_difference == pytest.approx(0.01 * found.days_avoided)


@pytest.mark.parametrize(
    ("slope", "levels", "side", "never", "always"),
    [
        (1.0, [-5.0, -4.0, -1.0, -3.0], "never", 0.75, 0.0),
        (1.0, [1.0, 2.0, 3.0, -1.0], "always", 0.0, 0.75),
        (-2.0, [1.0, 1.5, 9.0, 1.2], "below", 0.0, 0.25),
        (2.0, [-1.0, -1.5, 0.5, -1.2], "above", 0.0, 0.25),
    ],
)
def test_sides_of_a_line(monkeypatch, slope, levels, side, never, always):
    monkeypatch.setattr(thresholds, "worth", toy(slope, np.array(levels)))
    found = break_even(parameters(), MI, "effect", draws=4)[0]
    assert (found.side, found.share_never, found.share_always) == (side, never, always)
    if np.isfinite(found.value):  # a draw that gains at any ratio would break even beyond the range
        assert found.value == pytest.approx(1.0 + abs(np.mean(levels)) / 2.0, abs=1e-6)
        ends = {"below": (1.5, np.inf), "above": (-np.inf, 1.75)}
        assert (found.low, found.high) == pytest.approx(ends[side])
    else:
        assert np.isnan([found.value, found.error, found.low, found.high, found.days_avoided]).all()
        nearest = np.array(levels) + (2.0 * slope if side == "never" else 0.0)  # at a ratio of 3, or of 1
        assert found.margin == pytest.approx(nearest.mean())
        assert found.margin_error == pytest.approx(np.std(nearest, ddof=1) / 2.0)


def test_days_at_the_root_know_that_it_has_an_error(monkeypatch):
    """Where a day is worth the same in every draw, as many are needed whatever the root."""
    levels = np.array([-1.0, -2.0, -3.0, -6.0])

    def of_toy(*args):
        ran = toy(10.0, levels)(*args)
        return dataclasses.replace(ran, days=2.0 + 0.7 * ran.gain[:, 0])

    monkeypatch.setattr(thresholds, "worth", of_toy)
    found = break_even(parameters(), MI, "effect", draws=4)[0]
    assert found.error > 0.1
    assert found.days_avoided == pytest.approx(2.0 / 0.5)
    assert found.days_error == pytest.approx(0.0, abs=1e-9)


def test_the_search_finds_the_root_of_a_curve():
    """In whole numbers too, between two that stand next to each other."""
    luck = np.random.default_rng(4).normal(0.0, 1e-3, 50)
    for whole, wanted in ((False, np.sqrt(50.0)), (True, 7.0 + 1.0 / 15.0)):
        values = np.array([1.0, 20.0, 40.0])
        while (more := next_value(values, (values**2 - 50.0)[:, None] + luck, whole=whole)) is not None:
            assert more not in values
            values = np.sort([*values, more])
        found = find_root(values, (values**2 - 50.0)[:, None] + luck)
        assert found.value == pytest.approx(wanted, abs=0.02 if whole else 1e-3)
        assert len(values) < 14


def test_the_lowest_of_several_crossings():
    assert crossing(np.arange(4.0), np.array([-1.0, 1.0, -1.0, 1.0])) == 0.5
    assert crossing(np.arange(2.0), np.array([0.0, -1.0])) == 0.0
    assert np.isnan(crossing(np.arange(2.0), np.array([0.0, 1.0])))


def test_a_direct_run_at_the_root_gains_nothing():
    inputs = parameters().sample(8, 3)
    for found in break_even(parameters(), MI, "effect", perspectives=["nav", "society"], draws=8, people=800, seed=3):
        assert 1.0 < found.value < 2.0
        ran = worth(inputs, MI, [{"effect": found.value}], Size(people=800, seed=3))
        gain = ran.gain[0, PERSPECTIVE_NAMES.index(found.perspective)]
        assert abs(gain.mean()) <= crossings.SETTLED * crossings.standard_error(gain)
        assert ran.days.mean() == pytest.approx(found.days_avoided, abs=0.1 * found.days_error)
        assert ran.returned.mean() == pytest.approx(found.return_difference, abs=0.1 * found.return_error)


def test_a_costlier_program_needs_a_larger_effect():
    dear = parameters().overlay({"caseworker_hour": 2.0 * parameters()["caseworker_hour"].value})
    for one in break_even(dear, MI, "effect", perspectives=["nav", "society"], **SMALL):
        cheap = small("effect")[one.perspective]
        assert one.value > cheap.value + 0.02
        assert one.days_avoided > cheap.days_avoided


def helpful(name, **changes):
    """Motivational interviewing with a large effect on return alone, and changes to its file."""
    about = parameters().programs[MI]
    effect = Effect(on="return", ratios=("what_if_return_ratio",), until="effect_ends_week")
    program = about.model_copy(update={"name": name, "effects": (effect,), **changes})
    return parameters().overlay({"what_if_return_ratio": 1.4}).with_program(program)


def free():
    """The same, taking nothing to deliver."""
    contacts = parameters().programs[MI].contacts
    bare = tuple(contact.model_copy(update={"held": {}, "missed": {}}) for contact in contacts)
    return helpful("free", contacts=bare, per_participant={})


def test_break_even_cost_is_the_gain_before_delivery():
    """By hand from the flows: NAV's is what it saves in benefits; society pays further kroner by taxes."""
    ours = helpful("helpful")
    run = simulate(ours.sample(10, 3), [what_if.COMPARATOR, "helpful"], people=200, weeks=52, seed=3)
    money = (run["money"] / run["people"]).sum(["subgroup", "year"]).mean("draw")
    more = (money.sel(strategy="helpful") - money.sel(strategy=what_if.COMPARATOR)).to_series()
    benefits = ["sick_pay", "holiday_pay", "work_assessment_allowance", "disability_pension", "unemployment_benefit"]
    private = more[["delivery_employer", "delivery_participant"]].sum()
    public = more[["delivery_nav", "delivery_health"]].sum()
    rate = ours["cost_of_public_funds"].value
    assert rate == 0.2
    before = more["production"] + more["leisure"] - more["disruption"] - (more["cost_of_public_funds"] - rate * public)
    by_hand = {"nav": -more[benefits].sum(), "society": private + (before - private) / (1.0 + rate)}
    found = {one.perspective: one for one in break_even(ours, "helpful", "cost", **SMALL)}
    for name, value in by_hand.items():
        assert value > found[name].now
        assert found[name].value == pytest.approx(value, rel=1e-9)
        assert found[name].side == "below"
    bad = {
        one.perspective: one
        for one in break_even(ours.overlay({"what_if_return_ratio": 0.8}), "helpful", "cost", **SMALL)
    }
    assert (bad["nav"].side, np.isnan(bad["nav"].value)) == ("never", True)
    assert bad["nav"].margin < -4.0 * bad["nav"].margin_error < 0.0
    assert found["nav"].now == pytest.approx(more["delivery_nav"], rel=1e-9)
    assert found["society"].now == pytest.approx(private + public, rel=1e-9)


@pytest.mark.parametrize("quantity", ["effect", "attendance", "duration", "cost"])
def test_what_costs_nothing_and_helps_is_worth_it_at_any_value(quantity):
    (found,) = break_even(free(), "free", quantity, perspectives=["society"], draws=4, people=400, seed=3)
    if quantity == "cost":
        assert found.value > 1000.0
        assert -500.0 < found.now < 0.0  # fewer dialogue meetings are all that delivery differs by
    else:
        assert found.side == "always"
        assert np.isnan(found.value)


def test_cost_is_per_person_offered():
    """Offered to some alone, the same people gain the same; who is not offered it gains nothing."""
    base = free()
    some = base.with_program(
        base.programs["free"].model_copy(update={"name": "some", "offer": Offer(start=("full_sick_leave",))})
    )
    inputs = some.sample(6, 3)
    ran = worth(inputs, "some", [{}], SIZE)
    everybody = simulate(inputs, [what_if.COMPARATOR, "free"], people=200, weeks=52, seed=3, by="start")
    days = everybody["outcome"].sel(measure="benefit_days_12m", subgroup="full_sick_leave")
    avoided = (days.isel(strategy=0) - days.isel(strategy=1)).sum() / everybody["people"].sum()
    share = everybody["people"].sel(subgroup="full_sick_leave").sum() / everybody["people"].sum()
    (found,) = break_even(some, "some", "cost", perspectives=["nav"], draws=6, people=200, seed=3)
    assert ran.offered.mean() == pytest.approx(float(share))
    assert 0.2 < float(share) < 0.9
    assert found.days_avoided == pytest.approx(float(avoided / share))
    assert found.value * ran.offered.mean() == pytest.approx(
        (ran.gain + ran.delivery)[0, PERSPECTIVE_NAMES.index("nav")].mean()
    )


def test_variants_that_change_nothing_are_the_program():
    inputs = parameters().sample(4, 3)
    ran = worth(inputs, MI, [{}, {"attendance": 1.0}, {"duration": 52.0}, {"effect": 1.0}, {"duration": 1.0}], SIZE)
    for same in (1, 2):
        np.testing.assert_array_equal(ran.gain[same], ran.gain[0])
    for without in (3, 4):  # before the first contact has done anything, every effect is off
        np.testing.assert_array_equal(ran.days[without], 0.0)
        nav = PERSPECTIVE_NAMES.index("nav")
        np.testing.assert_allclose(ran.gain[without, nav], -ran.delivery[without, nav], rtol=1e-9)


def test_attendance_is_cut_at_everybody():
    inputs = parameters().sample(4, 3)
    ran = worth(inputs, MI, [{"attendance": 50.0}, {"attendance": 60.0}, {"attendance": 1.0}], SIZE)
    np.testing.assert_array_equal(ran.gain[0], ran.gain[1])
    all_come = parameters().overlay({"mi_first_attendance": 1.0, "mi_second_attendance": 1.0}).sample(4, 3)
    np.testing.assert_array_equal(ran.gain[0], worth(all_come, MI, [{}], SIZE).gain[0])
    assert not np.array_equal(ran.gain[0], ran.gain[2])


def test_all_perspectives_come_from_the_same_runs(monkeypatch):
    runs = []

    def counted(*args, **options):
        runs.append(args[1])
        return simulate(*args, **options)

    monkeypatch.setattr(what_if, "simulate", counted)
    found = table(break_even(parameters(), MI, "cost", draws=3, people=50))
    assert len(runs) == 1
    assert found["perspective"].tolist() == list(PERSPECTIVE_NAMES)
    runs.clear()
    every = break_even(parameters(), MI, "effect", draws=3, people=50)
    assert len(runs) <= 1 + thresholds.ROUNDS
    assert len({one.least for one in every}) == len({one.most for one in every}) == 1


def test_the_root_found_with_other_draws_lies_within_its_error():
    for name in ("nav", "society"):
        first = small("effect")[name]
        (again,) = break_even(parameters(), MI, "effect", perspectives=[name], draws=10, people=200, seed=8)
        assert first.value != again.value
        assert abs(first.value - again.value) < 4.0 * np.hypot(first.error, again.error)
        assert abs(first.days_avoided - again.days_avoided) < 4.0 * np.hypot(first.days_error, again.days_error)


def test_the_zero_contour_of_a_map_passes_through_the_one_way_root():
    (root,) = break_even(parameters(), MI, "effect", perspectives=["society"], draws=8, people=800, seed=3)
    effects, spent = [1.0, root.value, 1.5], [0.0, cost_of_effect(root.value), 12_000.0]
    surface = net_benefit_map(
        parameters(), MI, ("effect", effects), ("cost", spent), "society", draws=8, people=800, seed=3
    )
    assert surface.dims == ("cost", "effect")
    at_root = surface.isel(effect=1, cost=1)
    assert abs(float(at_root)) < 0.2 * float(at_root["error"])
    further = surface.isel(cost=0) - surface.isel(cost=2)
    np.testing.assert_allclose(further, 1.2 * 12_000.0, rtol=1e-9)  # of public funds, a fifth more
    (line,) = zero_contour(surface)
    crossed = np.interp(spent[1], *line[np.argsort(line[:, 1])].T[::-1])
    assert crossed == pytest.approx(root.value, abs=0.1 * root.error)


def cost_of_effect(ratio):
    """What delivery costs where the ratio is another: who returns sooner comes to fewer contacts."""
    ran = worth(parameters().sample(8, 3), MI, [{"effect": ratio}], Size(people=800, seed=3))
    return float(ran.delivery[0, PERSPECTIVE_NAMES.index("society")].mean())


def test_a_map_of_effect_and_duration_holds_the_runs():
    surface = net_benefit_map(
        parameters(), MI, ("effect", [1.2, 1.4]), ("duration", [20.0, 52.0]), "nav", draws=3, people=50, seed=3
    )
    ran = worth(parameters().sample(3, 3), MI, [{"effect": 1.4, "duration": 20.0}], Size(people=50, seed=3))
    at = surface.sel(effect=1.4, duration=20.0)
    gain = ran.gain[0, PERSPECTIVE_NAMES.index("nav")]
    assert float(at) == pytest.approx(gain.mean(), rel=1e-12)
    assert float(at["error"]) == pytest.approx(crossings.standard_error(gain))
    assert float(surface.sel(effect=1.4, duration=52.0)) > float(at)


def test_a_programs_own_effect():
    inputs = parameters().sample(5, 3)
    product = inputs["early_contact_return_ratio"] * inputs["motivational_content_return_ratio"]
    np.testing.assert_allclose(own_effect(inputs, MI), product)
    about = parameters().programs[MI].model_copy(update={"effect_known": False})
    unknown = parameters().with_program(about).sample(2, 3)
    assert own_effect(unknown, MI) is None


@pytest.mark.parametrize(
    ("program", "quantity", "options", "says"),
    [
        ("motivation", "effect", {}, "program: no file programs/motivation.toml"),
        ("usual_case_management", "effect", {}, "what the others are compared with"),
        (MI, "dose", {}, "quantity: 'dose' is none of effect"),
        (MI, "effect", {"perspectives": ["nva"]}, "perspective: 'nva' is not one"),
        (MI, "effect", {"draws": 1}, "draws: 1 shows no uncertainty"),
    ],
)
def test_what_cannot_be_asked_is_refused(program, quantity, options, says):
    with pytest.raises(InputError, match=says):
        break_even(parameters(), program, quantity, **options)


def test_a_program_without_an_effect_has_none_to_shorten():
    about = parameters().programs[MI].model_copy(update={"name": "bare", "effects": ()})
    with_bare = parameters().with_program(about)
    with pytest.raises(InputError, match="no effect is known: ask for the effect"):
        break_even(with_bare, "bare", "duration", draws=2)
    with pytest.raises(InputError, match="a map needs two quantities"):
        two_way.net_benefit_map(with_bare, "bare", ("effect", [1.0]), ("effect", [2.0]), "nav")
    nobody = parameters().with_program(about.model_copy(update={"contacts": ()}))
    with pytest.raises(InputError, match="no contact of its own"):
        break_even(nobody, "bare", "effect", draws=2)
    found = break_even(with_bare, "bare", "effect", perspectives=["nav"], draws=6, people=100, seed=3)[0]
    assert found.side == "above"
    assert np.isnan(found.now)
    assert dataclasses.astuple(found)[:3] == ("bare", "nav", "effect")

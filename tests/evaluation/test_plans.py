"""Plans of points: what moves, that nothing else does, and runs that go on where they were interrupted."""

from dataclasses import replace

import numpy as np
import pytest
import xarray as xr

from hecon.evaluation import plans
from hecon.evaluation.plans import bearing, best, gains, outputs, run_plan, varied
from hecon.evaluation.what_if import Size
from hecon.inputs.errors import InputError
from hecon.inputs.parameters import read_parameters
from hecon.model import grid
from hecon.model.simulation import STRATEGIES, simulate

TWO = ("usual_case_management", "coordinated_program")
SMALL = Size(people=30, weeks=60, seed=5, threads=1)


@pytest.fixture(scope="module")
def parameters():
    return read_parameters()


@pytest.mark.parametrize(
    "strategies", [STRATEGIES, TWO, ("usual_case_management", "integrated_care", "mi_nav_vocational_advice")]
)
def test_what_is_left_out_moves_no_byte(parameters, strategies):
    left = [name for name in parameters.uncertain if name not in bearing(parameters, strategies)]
    assert len(left) > 30
    moved, base = parameters.at(np.full((1, len(left)), 0.93), left), parameters.base_case()
    run = [simulate(each, strategies, people=60, weeks=60, threads=1) for each in (base, moved)]
    assert all(run[0][name].to_numpy().tobytes() == run[1][name].to_numpy().tobytes() for name in run[0])


def test_prices_are_left_out_where_nothing_is_bought(parameters):
    assert "physiotherapist_hour" not in bearing(parameters, TWO[:1])
    assert "physiotherapist_hour" in bearing(parameters, (TWO[0], "integrated_care"))


def test_what_moves_days_is_never_left_out(parameters):
    assert {"trial", "coordinated_hazard_ratio", "spells_over_8_weeks"} <= set(bearing(parameters, TWO))
    assert "people_passing_week_8" not in bearing(parameters, TWO)


def test_a_change_moves_what_it_names_and_leaves_the_rest_at_its_value(parameters):
    inputs = varied(parameters, [{}, {"caseworker_hour": 0.5}, {"coordinator_hour": 0.9, "trial": 0.2}])
    hour = parameters["caseworker_hour"]
    assert inputs["caseworker_hour"].tolist() == [hour.value, float(hour.quantile(np.array(0.5))), hour.value]
    assert inputs["caseworker_hour"][1] != hour.value
    assert inputs["participants_per_caseworker"].tolist() == [36.0] * 3
    rows = parameters.at([[0.2]], ["trial"])
    point = parameters.base_case()
    assert inputs["return_slope"].tolist() == [*point["return_slope"], *point["return_slope"], *rows["return_slope"]]
    assert inputs.draw.tolist() == [0, 0, 0]


def test_a_change_by_value_takes_any_number_of_a_parameter(parameters):
    inputs = varied(parameters, [{"return_slope": -0.5, "cost_of_public_funds": 0.0}], "value")
    assert (inputs["return_slope"][0], inputs["cost_of_public_funds"][0]) == (-0.5, 0.0)


@pytest.mark.parametrize(
    ("change", "by", "words"),
    [
        ({"trial": 0.5}, "value", "calibrated block"),
        ({"caseworker_hour": 1.0}, "quantile", "outside 0 to 1"),
        ({"caseworker_hours": 0.5}, "quantile", "caseworker_hour"),
        ({"caseworker_hour": np.nan}, "value", "not finite"),
        ({"mortality_men": 3.0}, "value", "a list"),
    ],
)
def test_changes_that_make_no_sense_are_refused(parameters, change, by, words):
    with pytest.raises(InputError, match=words):
        varied(parameters, [change], by)


def test_a_plan_gives_what_the_model_gives(parameters):
    inputs = varied(parameters, [{}, {"coordinated_hazard_ratio": 0.9}])
    ran = run_plan(parameters, inputs, TWO, SMALL)
    direct = simulate(inputs, TWO, people=30, weeks=60, seed=5, threads=1)
    per_person = (direct["money"] / 30.0).sum("subgroup")
    production = -per_person.sel(flow="production")
    spent = per_person.sel(flow=["delivery_nav", "delivery_health", "delivery_employer", "delivery_participant"])
    other = per_person.sel(flow=["disruption", "cost_of_public_funds"]).sum("flow") - per_person.sel(flow="leisure")
    society = (production + spent.sum("flow") + other).to_numpy()
    cost = ran["cost"].sel(perspective="society").to_numpy()
    np.testing.assert_allclose(cost[:, 0], society[:, :, 0], rtol=1e-9)
    np.testing.assert_allclose(cost[:, 1], society.sum(axis=2), rtol=1e-9)
    days = direct["outcome"].sel(measure="benefit_days_12m", subgroup="all").to_numpy() / 30.0
    np.testing.assert_array_equal(ran["days"].to_numpy(), days)


@pytest.fixture
def in_blocks(monkeypatch):
    """Blocks of two points, and how many were run; the next but `allowed` is interrupted."""
    monkeypatch.setattr(grid, "DRAWS_PER_BLOCK", 2)
    state = {"ran": 0, "allowed": 99}
    real = plans.simulate

    def counted(*arguments, **options):
        if state["ran"] >= state["allowed"]:
            raise KeyboardInterrupt
        state["ran"] += 1
        return real(*arguments, **options)

    monkeypatch.setattr(plans, "simulate", counted)
    return state


def test_an_interrupted_plan_goes_on_with_the_same_bytes(parameters, tmp_path, in_blocks):
    inputs = varied(parameters, [{"coordinated_hazard_ratio": u} for u in np.linspace(0.1, 0.9, 7)])
    whole = run_plan(parameters, inputs, TWO, SMALL)
    in_blocks |= {"ran": 0, "allowed": 2}
    with pytest.raises(KeyboardInterrupt):
        run_plan(parameters, inputs, TWO, SMALL, tmp_path)
    in_blocks |= {"ran": 0, "allowed": 99}
    resumed = run_plan(parameters, inputs, TWO, replace(SMALL, threads=2), tmp_path)
    assert in_blocks["ran"] == 2
    again = run_plan(parameters, inputs, TWO, SMALL, tmp_path)
    assert in_blocks["ran"] == 2
    for other in (resumed, again):
        assert all(whole[name].to_numpy().tobytes() == other[name].to_numpy().tobytes() for name in whole)


@pytest.mark.parametrize("what", ["seed", "people", "points", "strategies", "parameters"])
def test_another_plan_s_blocks_are_never_taken_up(parameters, tmp_path, in_blocks, what):
    inputs = varied(parameters, [{"coordinated_hazard_ratio": 0.3}])
    run_plan(parameters, inputs, TWO, SMALL, tmp_path)
    size, strategies = SMALL, TWO
    if what in {"seed", "people"}:
        size = replace(SMALL, **{what: 6})
    elif what == "points":
        inputs = varied(parameters, [{"coordinated_hazard_ratio": 0.30001}])
    elif what == "strategies":
        strategies = TWO[::-1]
    else:
        parameters = parameters.overlay({"top_up_share": 0.1})
        inputs = varied(parameters, [{"coordinated_hazard_ratio": 0.3}])
    other = run_plan(parameters, inputs, strategies, size, tmp_path)
    assert in_blocks["ran"] == 2
    assert other["cost"].equals(run_plan(parameters, inputs, strategies, size)["cost"])


def test_gains_and_the_best_of_costs_by_hand():
    cost = np.array([[[[5.0], [3.0], [3.0]]], [[[1.0], [1.0], [2.0]]]])
    run = xr.Dataset(
        {"cost": (("point", "horizon", "strategy", "perspective"), cost)},
        coords={"horizon": ["12 months"], "strategy": ["usual", "a", "b"], "perspective": ["society"]},
    )
    assert gains(run).to_numpy().squeeze().tolist() == [[0.0, 2.0, 2.0], [0.0, 0.0, -1.0]]
    assert best(run).to_numpy().squeeze().tolist() == [1, 0]
    tied = run.assign(cost=run["cost"].copy(data=cost + np.array([0.3, 0.1 + 0.2, 0.1 + 0.2])[:, None] - cost))
    assert best(tied).to_numpy().squeeze().tolist() == [0, 0]  # but for rounding the same: the first
    asked, values = outputs(run)
    assert [(one.what, one.strategy) for one in asked] == [
        ("best", "usual"),
        ("gain", "a"),
        ("best", "a"),
        ("gain", "b"),
        ("best", "b"),
    ]
    assert values.tolist() == [[0.0, 2.0, 1.0, 2.0, 0.0], [1.0, 0.0, 0.0, -1.0, 0.0]]

"""Which strategy is best where: thresholds against straight lines, grids and scenarios against single runs."""

from dataclasses import replace

import numpy as np
import pytest

from hecon.evaluation import preferences
from hecon.evaluation.one_way import benefit_by_person
from hecon.evaluation.plans import run_plan, varied
from hecon.evaluation.preferences import scenarios, threshold, two_way
from hecon.evaluation.what_if import Size
from hecon.inputs.errors import InputError
from hecon.inputs.parameters import read_parameters

TWO = ("usual_case_management", "coordinated_program")
SMALL = Size(people=60, weeks=52, seed=5, threads=1)


@pytest.fixture(scope="module")
def parameters():
    return read_parameters()


@pytest.fixture(scope="module")
def effective(parameters):
    """Parameters with which the coordinated program gains, whatever its hours cost up to some price."""
    return parameters.overlay({"coordinated_hazard_ratio": 1.3})


def gains_at(parameters, name, values):
    ran = run_plan(parameters, varied(parameters, [{name: value} for value in values], "value"), TWO, SMALL)
    cost = ran["cost"].sel(perspective="society").to_numpy()[:, 0]
    return cost[:, 0] - cost[:, 1]


def test_along_a_price_the_threshold_is_that_of_the_straight_line(effective):
    low, high = gains_at(effective, "coordinator_hour", (0.0, 50_000.0))
    assert low > 0.0 > high
    found = threshold(effective, TWO, "coordinator_hour", run=SMALL, span=(0.0, 50_000.0))
    assert found[["below", "above"]].to_numpy().tolist() == [[*TWO[::-1]]]
    assert found["value"][0] == pytest.approx(50_000.0 * low / (low - high), rel=1e-6)
    assert 0.0 < found["error"][0] < found["value"][0]


def test_never_within_the_range_names_the_nearest_rival_and_how_far_it_is(parameters):
    found = threshold(parameters, TWO, "coordinated_hazard_ratio", run=SMALL, span=(0.6, 0.8)).iloc[0]
    assert (found["below"], found["above"], found["rival"]) == (TWO[0], TWO[0], TWO[1])
    assert np.isnan(found["value"])
    nearest = varied(parameters, [{"coordinated_hazard_ratio": 0.8}], "value")
    own = benefit_by_person(nearest, TWO, SMALL)[0, 0, -1, 1]
    assert found["margin"] == pytest.approx(-own.mean())
    assert found["margin_error"] == pytest.approx(own.std(ddof=1) / np.sqrt(60))


def made_up(monkeypatch, lines):
    """Net benefits that are functions of one parameter's value, the same for two persons but for a little."""

    def benefit(inputs, *_):
        x = float(inputs["coordinator_hour"][0])
        means = np.array([line(x) for line in lines])[:, None] + np.array([-0.01, 0.01])
        means[0] = lines[0](x)
        return np.broadcast_to(means, (1, 1, 5, len(lines), 2))

    monkeypatch.setattr(preferences, "benefit_by_person", benefit)


def test_every_change_is_found_with_a_third_strategy_in_between(parameters, monkeypatch):
    made_up(monkeypatch, [lambda _: 0.0, lambda x: x - 40.0, lambda x: 5.0 * (x - 47.0)])
    names = ("usual_case_management", "early_follow_up", "coordinated_program")
    found = threshold(parameters, names, "coordinator_hour", run=SMALL, span=(0.0, 100.0))
    assert found["below"].tolist() == [names[0], names[1]]
    assert found["above"].tolist() == [names[1], names[2]]
    np.testing.assert_allclose(found["value"], [40.0, 48.75], atol=0.01)


def test_there_and_back_again_is_two_changes(parameters, monkeypatch):
    made_up(monkeypatch, [lambda _: 0.0, lambda x: 400.0 - (x - 50.0) ** 2])
    found = threshold(parameters, TWO, "coordinator_hour", run=SMALL, span=(0.0, 100.0))
    assert found["below"].tolist() == [*TWO]
    np.testing.assert_allclose(found["value"], [30.0, 70.0], atol=0.05)


def test_a_grid_is_single_runs_side_by_side(parameters):
    x, y = ("coordinated_hazard_ratio", [0.9, 1.0, 1.4]), ("coordinator_hour", [100.0, 3000.0])
    grid = two_way(parameters, TWO, x, y, run=SMALL)
    assert grid["gain"].dims[:2] == ("coordinator_hour", "coordinated_hazard_ratio")
    here = grid.sel(perspective="society", horizon="12 months")
    for price in y[1]:
        single = gains_at(parameters.overlay({"coordinator_hour": price}), x[0], x[1])
        row = here.sel(coordinator_hour=price)
        np.testing.assert_allclose(row["gain"].sel(strategy=TWO[1]), single, rtol=1e-9)
        assert row["best"].to_numpy().tolist() == (single > 0.0).astype(int).tolist()
    assert {0, 1} == set(here["best"].to_numpy().ravel().tolist())


def test_a_grid_by_quantile_moves_the_block_too(parameters):
    grid = two_way(parameters, TWO, ("trial", [0.1, 0.9]), ("coordinator_hour", [0.2, 0.8]), run=SMALL, by="quantile")
    society = grid["gain"].sel(strategy=TWO[1], perspective="society", horizon="12 months")
    assert (society.sel(coordinator_hour=0.2) > society.sel(coordinator_hour=0.8)).all()
    assert len(np.unique(society)) == 4


@pytest.mark.parametrize(
    ("x", "y", "words"),
    [
        (("coordinator_hour", [1.0, 2.0]), ("coordinator_hour", [1.0, 2.0]), "two parameters"),
        (("coordinator_hour", [2.0, 1.0]), ("caseworker_hour", [1.0, 2.0]), "do not rise"),
        (("coordinator_hour", [2.0]), ("caseworker_hour", [1.0, 2.0]), "do not rise"),
    ],
)
def test_grids_that_make_no_sense_are_refused(parameters, x, y, words):
    with pytest.raises(InputError, match=words):
        two_way(parameters, TWO, x, y, run=SMALL)


@pytest.mark.parametrize(
    ("name", "options", "words"),
    [
        ("coordinator_hour", {"span": (3.0, 3.0)}, "no range"),
        ("coordinator_hour", {"perspective": "state"}, "'state' is not one"),
        ("coordinator_hour", {"horizon": "(b) differences carried forward"}, "52 weeks"),
        ("cost_of_public_funds", {}, "has no distribution"),
        ("coordinator_hours", {}, "coordinator_hour"),
    ],
)
def test_thresholds_that_make_no_sense_are_refused(parameters, name, options, words):
    with pytest.raises(InputError, match=words):
        threshold(parameters, TWO, name, run=SMALL, **options)


def test_a_fitted_parameter_s_range_is_that_of_its_rows(parameters):
    low, high = preferences.span_of(parameters, "return_slope")
    rows = parameters.blocks["trial"].draws[:, parameters.blocks["trial"].columns.index("return_slope")]
    assert (rows < low).mean() == pytest.approx(0.025, abs=0.002)
    assert (rows > high).mean() == pytest.approx(0.025, abs=0.002)


def test_scenarios_are_base_cases_with_each_put_in_place(parameters):
    some = dict(list(parameters.scenarios.items())[:2]) | {
        name: parameters.scenarios[name] for name in ("no_effect", "coordinated_three_municipalities")
    }
    found = scenarios(replace(parameters, scenarios=some), TWO, run=SMALL)
    society = found[found["perspective"] == "society"].set_index("scenario")
    assert list(society.index) == ["base", *some]
    assert (society["moved"]["base"], society["moved_error"]["base"]) == (0.0, 0.0)
    for name in some:
        ran = run_plan(parameters, parameters.with_scenario(name).base_case(), TWO, SMALL)
        cost = ran["cost"].sel(perspective="society").to_numpy()[0, 0]
        assert society["gain"][name] == pytest.approx(cost[0] - cost[1])
        assert society["moved"][name] == pytest.approx(society["gain"][name] - society["gain"]["base"])
    better = society["best"].eq(TWO[1])
    assert society["changes"].eq(better != better["base"]).all()

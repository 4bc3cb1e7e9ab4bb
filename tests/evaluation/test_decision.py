"""The whole decision analysis of a sample: closed forms, laws, and the JSON's exact shape."""

import json
import math

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from hecon.evaluation.decision import as_json, decide, grid, write_json
from hecon.inputs.errors import InputError

DRAWS = 2000
EXTRA_COST, GAIN, SD_X, SD_Y = 1000.0, 0.1, 0.06, 0.03
KEYS = [
    "strategies",
    "wtp",
    "icer_table",
    "pairwise",
    "nmb",
    "ceac",
    "ceaf",
    "evpi",
    "eib",
    "expected_loss",
    "evppi",
]


def sample(cost, effect, names=None):
    """Label costs and effects [draw, strategy]."""
    cost, effect = np.asarray(cost, float), np.asarray(effect, float)
    coords = {"draw": np.arange(1, len(cost) + 1), "strategy": names or [f"s{i}" for i in range(cost.shape[1])]}
    return tuple(xr.DataArray(values, dims=("draw", "strategy"), coords=coords) for values in (cost, effect))


def normal_problem(draws=DRAWS):
    """A new strategy that costs 1,000 more and gives a normal amount more: x and y make it up, z is nothing."""
    scores = norm.ppf((np.arange(draws) + 0.5) / draws)
    random = np.random.default_rng(4)
    x, y, z = (random.permutation(scores) for _ in range(3))
    more = GAIN + SD_X * x + SD_Y * y
    cost = np.column_stack([np.full(draws, 500.0), np.full(draws, 500.0 + EXTRA_COST)])
    effect = np.column_stack([np.full(draws, 2.0), 2.0 + more])
    return *sample(cost, effect, ["usual", "new"]), pd.DataFrame({"x": x, "y": y, "z": z, "fixed": 1.0})


def expected_value(wtp, spread):
    """What learning a normal part of the new strategy's gain is worth, of that spread in effect: unit normal loss."""
    mean, sd = wtp * GAIN - EXTRA_COST, wtp * spread
    away = abs(mean) / sd
    return sd * (norm.pdf(away) - away * norm.sf(away))


@pytest.fixture(scope="module")
def normal():
    cost, effect, parameters = normal_problem()
    return decide(cost, effect, wtp=[5000, 10_000, 20_000], parameters=parameters, of=None)


def test_the_normal_problem_has_its_closed_forms(normal):
    spread = math.hypot(SD_X, SD_Y)
    for i, wtp in enumerate(normal.wtp):
        curves = normal.curves.isel(wtp=i)
        mean = wtp * GAIN - EXTRA_COST
        error = wtp * spread / math.sqrt(DRAWS)
        assert float(curves["eib"].sel(strategy="new")) == pytest.approx(mean, abs=4 * error)
        better = norm.sf(-mean / (wtp * spread))
        sampling = math.sqrt(better * (1 - better) / DRAWS)
        assert float(curves["ceac"].sel(strategy="new")) == pytest.approx(better, abs=4 * sampling)
        assert float(curves["evpi"]) == pytest.approx(
            expected_value(wtp, spread), abs=4 * float(curves["evpi_error"]) + 1e-9
        )
    (row,) = normal.pairwise.to_dict("records")
    assert row["icer"] == pytest.approx(EXTRA_COST / GAIN, rel=4 * spread / GAIN / math.sqrt(DRAWS))


def test_parameters_are_worth_what_the_normal_problem_says(normal):
    for i, wtp in enumerate(normal.wtp):
        for name, spread in (("x", SD_X), ("y", SD_Y)):
            found = normal.evppi.sel(parameters=name).isel(wtp=i)
            assert float(found["value"]) == pytest.approx(
                expected_value(wtp, spread), abs=4 * float(found["se"]) + 1e-9
            )
        nothing = normal.evppi.sel(parameters="z").isel(wtp=i)
        assert float(nothing["value"]) <= 4 * float(nothing["se"]) + 1e-9
    np.testing.assert_array_equal(normal.evppi["value"].sel(parameters="fixed"), 0)


def test_groups_go_by_the_keys_they_were_asked_by():
    cost, effect, parameters = normal_problem(400)
    found = decide(cost, effect, wtp=[10_000], parameters=parameters, of={"x,y": ("x", "y"), "y": ("y",)}).evppi
    assert found["parameters"].values.tolist() == ["x,y", "y"]
    both, one = (found["value"].sel(parameters=name).item() for name in ("x,y", "y"))
    assert both > 1.5 * one
    assert both == pytest.approx(expected_value(10_000, math.hypot(SD_X, SD_Y)), rel=0.15)


@settings(max_examples=20)
@given(
    st.integers(2, 5),
    st.integers(2, 12),
    st.integers(0, 2**32 - 1),
    st.lists(st.floats(0, 1e6), min_size=1, max_size=4, unique=True),
)
def test_laws(strategies, draws, seed, wtp):
    random = np.random.default_rng(seed)
    cost, effect = sample(random.integers(0, 9, (draws, strategies)), random.integers(0, 4, (draws, strategies)))
    decision = decide(cost, effect, wtp=wtp, comparator="s1")
    curves = decision.curves
    assert decision.wtp == wtp
    np.testing.assert_allclose(curves["ceac"].sum("strategy"), 1)
    np.testing.assert_allclose(curves["expected_loss"].min("strategy"), curves["evpi"], rtol=1e-9, atol=1e-6)
    assert (curves["evpi"] >= 0).all()
    assert (curves["eib"].sel(strategy="s1") == 0).all()
    for i in range(len(wtp)):
        at = curves.isel(wtp=i)
        best = str(at["optimal"].item())
        assert float(at["ceaf"]) == float(at["ceac"].sel(strategy=best))
        assert float(at["nmb"].sel(strategy=best)) == pytest.approx(float(at["nmb"].max()), rel=1e-9, abs=1e-9)


def test_a_long_grid_gives_the_same_in_parts(monkeypatch):
    cost, effect, _ = normal_problem(50)
    whole = decide(cost, effect)
    monkeypatch.setattr("hecon.evaluation.decision.VALUES_AT_ONCE", 300)
    xr.testing.assert_allclose(decide(cost, effect).curves, whole.curves)


def test_ties_go_to_the_first():
    cost, effect = sample([[1, 1, 2]] * 3, [[1, 1, 1]] * 3)
    decision = decide(cost, effect, wtp=[0, 5])
    assert decision.curves["optimal"].values.tolist() == ["s0", "s0"]
    np.testing.assert_array_equal(decision.curves["ceac"], [[1, 0, 0], [1, 0, 0]])


def icers(*values):
    return pd.DataFrame({"icer": values})


NONE = icers(math.nan, math.nan)


@pytest.mark.parametrize(
    ("frontier", "pairs", "end"),
    [
        (icers(math.nan, 20_098.0), NONE, 50_000),
        (icers(math.nan, 159.0, 224.7), icers(1e6), 500),
        (icers(math.nan, 20_000.0), NONE, 40_000),
        (icers(math.nan), icers(-500.0, 30_000.0), 80_000),
        (icers(math.nan), icers(-500.0), 50_000),
        (icers(math.nan, 0.00031), NONE, 0.0008),
        (icers(math.nan, 45.0), NONE, 100),
    ],
)
def test_the_grid_ends_at_a_round_number_of_about_twice_the_largest_icer(frontier, pairs, end):
    values = grid(frontier, pairs)
    assert len(values) == 41
    assert values[0] == 0
    assert values[-1] == end
    np.testing.assert_allclose(np.diff(values), values[-1] / 40)


def test_the_json_has_its_shape_and_no_more(normal):
    content = json.loads(as_json(normal))
    assert list(content) == KEYS
    assert content["strategies"] == ["usual", "new"]
    assert content["wtp"] == [5000, 10_000, 20_000]
    assert [list(row) for row in content["icer_table"]] == [
        ["strategy", "cost", "effect", "incremental_cost", "incremental_effect", "icer", "status"]
    ] * 2
    assert content["icer_table"][0]["icer"] is None
    assert content["icer_table"][1]["status"] == "frontier"
    assert [list(row) for row in content["pairwise"]] == [
        ["strategy", "comparator", "incremental_cost", "incremental_effect", "icer"]
    ]
    for key in ("nmb", "ceac", "eib", "expected_loss"):
        assert list(content[key]) == ["usual", "new"]
        assert all(len(values) == 3 for values in content[key].values())
    assert len(content["ceaf"]) == len(content["evpi"]) == 3
    assert list(content["evppi"]) == ["x", "y", "z", "fixed"]
    assert list(content["evppi"]["x"]) == ["value", "se"]
    assert content["evppi"]["fixed"]["value"] == [0, 0, 0]


def test_the_json_keeps_every_digit(normal):
    content = json.loads(as_json(normal))
    assert content["nmb"]["new"] == normal.curves["nmb"].sel(strategy="new").values.tolist()
    assert content["ceaf"] == normal.curves["ceaf"].values.tolist()


def test_without_parameters_nothing_is_said_of_them():
    cost, effect, _ = normal_problem(20)
    assert json.loads(as_json(decide(cost, effect)))["evppi"] == {}


def test_what_is_no_number_is_null():
    cost, effect = sample([[1, 2, 3]] * 2, [[1, 1, 2]] * 2)
    content = json.loads(as_json(decide(cost, effect)))
    assert content["pairwise"][0]["icer"] is None
    assert [row["status"] for row in content["icer_table"]] == ["frontier", "frontier", "dominated"]
    assert content["icer_table"][2]["icer"] is None
    assert content["icer_table"][2]["incremental_cost"] is None


def test_the_json_is_written_whole(tmp_path, normal):
    path = write_json(normal, tmp_path / "new" / "x.json")
    assert path.read_text(encoding="utf-8") == as_json(normal)
    assert [file.name for file in path.parent.iterdir()] == ["x.json"]


def test_what_cannot_be_decided_is_refused():
    cost, effect, parameters = normal_problem(20)
    with pytest.raises(InputError, match="no strategy is named 'nwe': the closest known name is new"):
        decide(cost, effect, comparator="nwe")
    for wtp in ([-1.0], [math.nan], [math.inf], []):
        with pytest.raises(InputError, match="wtp"):
            decide(cost, effect, wtp=wtp)
    with pytest.raises(InputError, match="19 rows"):
        decide(cost, effect, parameters=parameters.iloc[1:])

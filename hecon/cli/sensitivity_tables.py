"""What `hecon sensitivity` prints: amounts with no more digits than their Monte Carlo error supports."""

from __future__ import annotations

from math import isnan
from string import ascii_uppercase
from typing import TYPE_CHECKING

from hecon.cli.columns import columns
from hecon.report.numbers import number, plus_minus

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence
    from typing import Any

    import pandas as pd
    import xarray as xr

    from hecon.inputs.parameters import Parameters

    Row = dict[Hashable, Any]

SHOWN = 12
"""Rows of a table; --out writes them all."""
TWO_SIDED = 3.92
"""Errors in a 95% interval from end to end."""


def swings(found: pd.DataFrame, parameters: Parameters) -> str:
    """Give the parameters with the greatest swings, and net benefit at the two ends of each.

    Parameters
    ----------
    found
        Rows of `one_way`, of one strategy, horizon and perspective.
    parameters
        As `read_parameters` gives them.
    """
    head = ("parameter", "low", "high", "unit", "at low", "at high", "swing", "", "another best")

    def row(of: Row) -> list[str]:
        name, error = of["parameter"], of["error"]
        amounts = [number(of[part], error) for part in ("gain_low", "gain_high", "swing")]
        ends = [number(of["low"]), number(of["high"]), _unit(parameters, name)]
        return [_named(parameters, name), *ends, *amounts, plus_minus(error), "yes" if of["changes"] else "no"]

    return columns(head, _greatest(found, "swing", row), words={0, 3, 7, 8})


def effects(found: pd.DataFrame, parameters: Parameters) -> str:
    """Give the parameters with the greatest elementary effects: rows of `screen_strategies`, of one strategy."""
    head = ("parameter", "effect (mu)", "size (mu*)", "95% interval", "spread (sigma)")

    def row(of: Row) -> list[str]:
        amount = _rounding(of["mu_star_high"] - of["mu_star_low"])
        reach = f"{amount(of['mu_star_low'])} to {amount(of['mu_star_high'])}"
        middle = amount(of["mu"]), amount(of["mu_star"]), reach, amount(of["sigma"])
        return [_named(parameters, of["parameter"]), *middle]

    return columns(head, _greatest(found, "mu_star", row))


def shares(found: pd.DataFrame, parameters: Parameters) -> str:
    """Give the parameters with the greatest shares of variance: rows of `sobol_of_strategies`, of one strategy."""
    head = ("parameter", "alone", "95% interval", "with interactions", "95% interval")

    def row(of: Row) -> list[str]:
        texts = [_named(parameters, of["parameter"])]
        for part in ("first", "total"):
            share, low, high = (100.0 * of[part + end] for end in ("", "_low", "_high"))
            amount = _rounding(high - low)
            texts += [f"{amount(share)}%", f"{amount(low)} to {amount(high)}%"]
        return texts

    return columns(head, _greatest(found, "total", row))


def distances(found: pd.DataFrame, parameters: Parameters) -> str:
    """Give the parameters that move the distribution most: rows of `pawn_of_strategies`, of one strategy."""
    head = ("parameter", "distance", "greatest", "chance")

    def row(of: Row) -> list[str]:
        return [_named(parameters, of["parameter"]), *(_hundredths(of[part]) for part in ("pawn", "most", "chance"))]

    return columns(head, _greatest(found, "pawn", row))


def under_scenarios(found: pd.DataFrame) -> str:
    """Give net benefit and the best strategy under every scenario: rows of `scenarios`, of one perspective."""
    names = list(found["strategy"].unique())
    rows = []
    for scenario, part in found.groupby("scenario", sort=False):
        gains = part.set_index("strategy")[["gain", "error"]]
        amounts = [f"{number(*gains.loc[name])} {plus_minus(gains.loc[name, 'error'])}".strip() for name in names]
        rows.append([str(scenario), *amounts, str(part["best"].iloc[0])])
    return columns(("scenario", *names, "best"), rows, words={0, len(names) + 1})


def preferred(best: xr.DataArray, strategies: Sequence[str]) -> str:
    """Give a map of letters: which strategy is best, y upwards and x to the right.

    Parameters
    ----------
    best
        The places of the best strategies over [y's name, x's name].
    strategies
        In the order compared.
    """
    places = best.to_numpy()
    up, right = (best[name].to_numpy() for name in best.dims)
    there = [place for place in range(len(strategies)) if (places == place).any()]
    key = [
        f"{ascii_uppercase[place]}  {strategies[place]}: best at {(places == place).sum()} of {places.size} points"
        for place in there
    ]
    if len(there) == 1:
        return "\n".join([*key, "No other strategy is best anywhere in these ranges."])
    lines = [
        [number(value), " ".join(ascii_uppercase[place] for place in row)]
        for value, row in zip(up[::-1].tolist(), places[::-1], strict=True)
    ]
    low, high = number(float(right[0])), number(float(right[-1]))
    below = f"{low}  {high.rjust(2 * len(right) - 3 - len(low))}"
    return "\n".join([*key, "", columns(["y", ""], [*lines, ["", below], ["", "x"]], words={1})])


def crossings(found: pd.DataFrame, parameters: Parameters) -> list[str]:
    """Say at which values of a parameter the choice changes, or how near a rival comes: rows of `threshold`."""
    said = []
    for row in found.to_dict("records"):
        name = row["parameter"]
        unit = parameters[name].unit
        if row["below"] != row["above"]:
            value = f"{number(row['value'], row['error'])} {unit}"
            error = f"Monte Carlo error {number(row['error'], row['error'])}"
            said.append(f"{name}: {row['below']} is best up to {value} ({error}), then {row['above']}")
            continue
        margin, error = (number(row[part], row["margin_error"]) for part in ("margin", "margin_error"))
        looked = f"{number(row['low'])} to {number(row['high'])} {unit}"
        said += [
            f"{name}: never within {looked}; {row['below']} is best throughout",
            f"{row['rival']} comes nearest, within NOK {margin} per person (Monte Carlo error {error})",
        ]
    return said


def _greatest(found: pd.DataFrame, by: str, row: Callable[[Row], list[str]]) -> list[list[str]]:
    order = found[by].abs().sort_values(ascending=False, kind="stable").index[:SHOWN]
    return [row(each) for each in found.loc[order].to_dict("records")]


def _named(parameters: Parameters, name: str) -> str:
    """Give the name to ask for a parameter by; a calibrated block also says that it is one."""
    from hecon.report.sensitivity_figures import labels_of

    return f"{name}: {labels_of(parameters, [name])[name]}" if name in parameters.blocks else name


def _unit(parameters: Parameters, name: str) -> str:
    return "" if name in parameters.blocks else parameters[name].unit


def _rounding(reach: float) -> Callable[[float], str]:
    """Give what rounds by the error behind a 95% interval."""
    return lambda value: number(value, reach / TWO_SIDED)


def _hundredths(distance: float) -> str:
    """Give a distance between distributions; a dash where nothing moves."""
    return "–" if isnan(distance) else f"{distance:.2f}"

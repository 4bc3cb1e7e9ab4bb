"""The whole decision analysis of one probabilistic analysis, whoever's model made it.

References
----------
Fenwick E, Claxton K, Sculpher M. Representing uncertainty: the role of cost-effectiveness acceptability curves. Health
Economics 2001;10:779-787.

Alarid-Escudero F, Enns EA, Kuntz KM, Michaud TL, Jalal H. "Time traveling is just too dangerous" but some methods are
worth revisiting: the advantages of expected loss curves over cost-effectiveness acceptability curves and frontier.
Value in Health 2019;22:611-618.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from hecon.evaluation import cea, frontier, voi
from hecon.evaluation.psa import LARGEST
from hecon.inputs.errors import InputError, closest
from hecon.model.runs import whole_file

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import pandas as pd

STEPS = 40
"""Of the grid of willingness to pay that is made where none is given."""
NICE = (1.0, 1.25, 2.0, 2.5, 5.0, 10.0)
"""Steps that a reader can count in, times a power of ten."""
FALLBACK = 50_000.0
"""Largest willingness to pay of the grid where no ratio says what matters."""
VALUES_AT_ONCE = 20_000_000
"""Net benefits held in memory together: 160 MB."""
ICER_COLUMNS = ("strategy", "cost", "effect", "incremental_cost", "incremental_effect", "icer", "status")
PAIR_COLUMNS = ("strategy", "comparator", "incremental_cost", "incremental_effect", "icer")


@dataclass(frozen=True)
class Decision:
    """What a probabilistic analysis says about a decision.

    Attributes
    ----------
    cost, effect : float64[draw, strategy]
    comparator : the strategy that the others are compared with one by one
    icers : the frontier and what lies off it, as `frontier.icer_table` gives it
    pairwise : each other strategy against the comparator, as `frontier.pairwise` gives it
    curves : over `wtp`, in the order asked for: `nmb`, `ceac`, `eib` (against the comparator), `expected_loss` and
        `eib_error` [wtp, strategy]; `optimal` (the name of the strategy with the highest expected net benefit), `ceaf`
        (the share of draws in which it is best), `evpi` and `evpi_error` [wtp]. Errors are Monte Carlo standard errors.
    evppi : `value` and `se` [parameters, wtp] as `voi.evppi` gives them, the coordinate being the keys asked for; None
        without parameters
    """

    cost: xr.DataArray
    effect: xr.DataArray
    comparator: str
    icers: pd.DataFrame
    pairwise: pd.DataFrame
    curves: xr.Dataset
    evppi: xr.Dataset | None

    @property
    def strategies(self) -> list[str]:
        """Names, in the order given."""
        return [str(name) for name in self.cost["strategy"].to_numpy()]

    @property
    def draws(self) -> int:
        """Number of draws."""
        return int(self.cost.sizes["draw"])

    @property
    def wtp(self) -> list[float]:
        """Willingness to pay that the curves run over."""
        return [float(value) for value in self.curves["wtp"].to_numpy()]


def decide(
    cost: xr.DataArray,
    effect: xr.DataArray,
    *,
    wtp: Sequence[float] | None = None,
    comparator: str | None = None,
    parameters: pd.DataFrame | None = None,
    of: Mapping[str, Sequence[str]] | None = None,
    progress: str | None = None,
) -> Decision:
    """Do the whole decision analysis.

    Parameters
    ----------
    cost, effect
        float64[draw, strategy].
    wtp
        Willingness to pay per unit of effect; the grid of `grid` if None.
    comparator
        Name of a strategy; the first one if None.
    parameters
        float64[draw, parameter], of the same draws.
    of
        Groups of parameters by the key they go by; every parameter alone if None.
    progress
        What the progress bar of the value of information says; None for no bar.

    Raises
    ------
    InputError
        For a comparator that is no strategy, a willingness to pay that is none, parameters of other draws.
    """
    icers = frontier.icer_table(cost, effect)
    names = [str(name) for name in cost["strategy"].to_numpy()]
    against = names[0] if comparator is None else comparator
    if against not in names:
        raise InputError(f"comparator: no strategy is named '{against}': {closest(against, names)}")
    pairwise = frontier.pairwise(cost, effect, against)
    thresholds = grid(icers, pairwise) if wtp is None else _checked(wtp)
    return Decision(
        cost=cost,
        effect=effect,
        comparator=against,
        icers=icers,
        pairwise=pairwise,
        curves=_curves(cost, effect, thresholds, against),
        evppi=None if parameters is None else _evppi(cost, effect, thresholds, parameters, of, progress),
    )


def grid(icers: pd.DataFrame, pairwise: pd.DataFrame) -> list[float]:
    """Give 41 evenly spaced values from 0 to about twice the largest ICER.

    The largest ICER on the frontier counts; without one, the largest positive one of a pair; without one, the grid ends
    at 50,000. The step is 1, 1.25, 2, 2.5 or 5 times a power of ten, the least that takes the end to
    twice the ICER.

    Parameters
    ----------
    icers, pairwise
        With the column `icer`.
    """
    for table in (icers, pairwise):
        ratios = table["icer"].to_numpy(dtype=np.float64)
        usable = ratios[np.isfinite(ratios) & (ratios > 1 / LARGEST) & (ratios < LARGEST / 10)]
        if usable.size:
            top = 2.0 * float(usable.max())
            break
    else:
        top = FALLBACK
    power = 10.0 ** math.floor(math.log10(top / STEPS))
    step = next(nice * power for nice in NICE if nice * power * STEPS >= top * (1 - 1e-9))
    return [float(f"{step * position:.12g}") for position in range(STEPS + 1)]


def as_json(decision: Decision) -> str:
    """Give the decision analysis as JSON: lists run along `wtp`, and what is not a number is null."""
    curves = decision.curves
    content = {
        "strategies": decision.strategies,
        "wtp": decision.wtp,
        "icer_table": _records(decision.icers, ICER_COLUMNS),
        "pairwise": _records(decision.pairwise, PAIR_COLUMNS),
        "nmb": _by_strategy(curves["nmb"]),
        "ceac": _by_strategy(curves["ceac"]),
        "ceaf": _listed(curves["ceaf"]),
        "evpi": _listed(curves["evpi"]),
        "eib": _by_strategy(curves["eib"]),
        "expected_loss": _by_strategy(curves["expected_loss"]),
        "evppi": {} if decision.evppi is None else _by_parameter(decision.evppi),
    }
    return json.dumps(content, ensure_ascii=False, allow_nan=False, indent=1) + "\n"


def write_json(decision: Decision, path: Path) -> Path:
    """Write the decision analysis as JSON, whole or not at all."""
    with whole_file(path) as temporary:
        temporary.write_text(as_json(decision), encoding="utf-8")
    return path


def _checked(wtp: Sequence[float]) -> list[float]:
    values = [float(value) for value in wtp]
    if not values or not all(0 <= value <= LARGEST for value in values):
        raise InputError(f"wtp: {', '.join(map(str, wtp))} is not all finite and at least 0; a willingness to pay is")
    return values


def _curves(cost: xr.DataArray, effect: xr.DataArray, wtp: list[float], comparator: str) -> xr.Dataset:
    """Give what depends on willingness to pay, as many values at a time as memory takes."""
    at_once = max(1, VALUES_AT_ONCE // cost.size)
    parts = [_part(cost, effect, wtp[i : i + at_once], comparator) for i in range(0, len(wtp), at_once)]
    return xr.concat(parts, "wtp") if len(parts) > 1 else parts[0]


def _part(cost: xr.DataArray, effect: xr.DataArray, wtp: list[float], comparator: str) -> xr.Dataset:
    benefit = cea.net_monetary_benefit(cost, effect, wtp)
    optimal = cea.ceaf(cost, effect, wtp)
    more = benefit - benefit.sel(strategy=comparator, drop=True)
    return xr.Dataset(
        {
            "nmb": benefit.mean("draw"),
            "ceac": cea.ceac(cost, effect, wtp),
            "optimal": optimal["optimal"],
            "ceaf": optimal["probability"],
            "evpi": voi.evpi(benefit),
            "evpi_error": cea.monte_carlo_error(voi.foregone(benefit)),
            "eib": cea.expected_incremental_benefit(cost, effect, wtp, comparator),
            "eib_error": cea.monte_carlo_error(more),
            "expected_loss": cea.expected_loss(cost, effect, wtp),
        }
    )


def _evppi(
    cost: xr.DataArray,
    effect: xr.DataArray,
    wtp: list[float],
    parameters: pd.DataFrame,
    of: Mapping[str, Sequence[str]] | None,
    progress: str | None,
) -> xr.Dataset:
    if len(parameters) != cost.sizes["draw"]:
        raise InputError(f"parameters: have {len(parameters)} rows, and there are {cost.sizes['draw']} draws")
    groups = {str(name): (str(name),) for name in parameters.columns} if of is None else dict(of)
    benefit = cea.net_monetary_benefit(cost, effect, wtp)
    found = voi.evppi(benefit, parameters, list(groups.values()), progress=progress)
    varies = [
        bool((parameters[list(names)] != parameters[list(names)].iloc[0]).to_numpy().any()) for names in groups.values()
    ]
    known = found.assign_coords(parameters=list(groups))
    return known.assign(value=known["value"].where(xr.DataArray(varies, dims="parameters"), 0.0))


def _records(table: pd.DataFrame, columns: Sequence[str]) -> list[dict[str, str | float | None]]:
    return [{column: _value(row[column]) for column in columns} for row in table.to_dict("records")]


def _value(value: str | float) -> str | float | None:
    if isinstance(value, str):
        return value
    return float(value) if math.isfinite(value) else None


def _listed(values: xr.DataArray) -> list[str | float | None]:
    return [_value(float(value)) for value in values.to_numpy()]


def _by_strategy(values: xr.DataArray) -> dict[str, list[str | float | None]]:
    names = values["strategy"].to_numpy()
    return {str(name): _listed(values.isel(strategy=position)) for position, name in enumerate(names)}


def _by_parameter(evppi: xr.Dataset) -> dict[str, dict[str, list[str | float | None]]]:
    parts = ("value", "se")
    return {
        str(name): {part: _listed(evppi[part].isel(parameters=position)) for part in parts}
        for position, name in enumerate(evppi["parameters"].to_numpy())
    }

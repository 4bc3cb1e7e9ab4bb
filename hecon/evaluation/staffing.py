"""Who must work how long for a program, and what it costs per participant by how many share its training.

A participant is a person who is offered the program: what is spent on each, such as a share of the training, is spent
on everybody offered.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from hecon.evaluation.estimates import spread
from hecon.evaluation.programs import programs_of
from hecon.model.programs import RESOURCE_NAMES, delivery
from hecon.model.simulation import COMPARATOR

if TYPE_CHECKING:
    from collections.abc import Sequence

    import xarray as xr
    from numpy.typing import NDArray

    from hecon.inputs.parameters import Inputs, Parameters

    Floats = NDArray[np.float64]

CASELOADS = (10, 20, 33, 50, 100)
PROFESSIONS = tuple(name for name in RESOURCE_NAMES if name.endswith("_hours") and name != "participant_hours")
SPREAD_OVER = "participants_per_"
"""What a parameter's name begins with that says how many participants share something in a year."""
PER = 1000
HOURS = "hours_at_work"


def staffing_table(parameters: Parameters, run: xr.Dataset) -> pd.DataFrame:
    """Give the hours that programs take of each profession, beyond what usual case management takes.

    Parameters
    ----------
    parameters
        Those of the run.
    run
        As `simulate_programs` gives it.

    Returns
    -------
    DataFrame with a row for every program and profession that it takes time of: ``program``, ``label``, ``profession``;
    ``hours`` per participant with Monte Carlo ``error``; ``hours_per_1000`` and ``full_time_per_1000``, the full-time
    years, of 1 000 offered. Negative where a program takes less than usual care
    """
    units, offered = _units(run)
    year = parameters.base_case()[HOURS][0]
    rows = []
    for name in programs_of(run):
        for profession in PROFESSIONS:
            hours = (units.sel(strategy=name, resource=profession) / offered.sel(strategy=name)).to_numpy()
            if not hours.any():
                continue
            mean, _, _, error = spread(hours)
            rows.append(
                {
                    "program": name,
                    "label": parameters.programs[name].label,
                    "profession": profession.removesuffix("_hours").replace("_", " "),
                    "hours": mean,
                    "error": error,
                    "hours_per_1000": PER * mean,
                    "full_time_per_1000": PER * mean / year,
                }
            )
    return pd.DataFrame(rows)


def caseload_table(parameters: Parameters, run: xr.Dataset, *, caseloads: Sequence[float] = CASELOADS) -> pd.DataFrame:
    """Give what programs cost per participant by how many participants a year share training and supervision.

    Undiscounted, beyond what usual case management costs to deliver. Only the caseload is put in place: everything else
    is as in the run, draw by draw.

    Parameters
    ----------
    parameters
        Those of the run.
    run
        As `simulate_programs` gives it.
    caseloads
        Participants per professional trained and year.

    Returns
    -------
    DataFrame with a row for every program whose file spreads something over participants, and every caseload:
    ``program``, ``label``, ``caseload``, ``cost`` per participant, its 95% interval ``low``, ``high``, ``error``
    """
    units, offered = _units(run)
    inputs = parameters.sample(run.sizes["draw"], run.attrs["seed"])
    price = np.array([_prices(inputs, draw) for draw in range(len(inputs))])
    rows = []
    for name in programs_of(run):
        shared = caseload_parameters(parameters, name)
        if not shared:
            continue
        taken = units.sel(strategy=name).transpose("draw", "resource").to_numpy()
        each = taken / offered.sel(strategy=name).to_numpy()[:, None] - _everybody(inputs, name)
        for caseload in caseloads:
            there = _everybody(inputs.replaced(dict.fromkeys(shared, float(caseload))), name)
            cost = ((each + there) * price).sum(axis=1)
            mean, low, high, error = spread(cost)
            rows.append(
                {
                    "program": name,
                    "label": parameters.programs[name].label,
                    "caseload": caseload,
                    "cost": mean,
                    "low": low,
                    "high": high,
                    "error": error,
                }
            )
    return pd.DataFrame(rows, columns=["program", "label", "caseload", "cost", "low", "high", "error"])


def caseload_parameters(parameters: Parameters, name: str) -> tuple[str, ...]:
    """Give the parameters that say over how many participants a year a program spreads what it spends on each."""
    terms = [term for quantity in parameters.programs[name].per_participant.values() for term in quantity]
    names = (over for term in terms for over in term.over if over.startswith(SPREAD_OVER))
    return tuple(dict.fromkeys(names))


def _units(run: xr.Dataset) -> tuple[xr.DataArray, xr.DataArray]:
    """Give units beyond usual care's [draw, strategy, resource], and how many are offered [draw, strategy]."""
    units = run["units"].sum("subgroup")
    return units - units.sel(strategy=COMPARATOR, drop=True), run["outcome"].sel(measure="offered").sum("subgroup")


def _prices(inputs: Inputs, draw: int) -> Floats:
    """Give what a unit of each resource costs, whoever pays: float64[resource]."""
    values = inputs.one(draw)
    return np.asarray(delivery(COMPARATOR, values.programs, values).price.sum(axis=1))


def _everybody(inputs: Inputs, name: str) -> Floats:
    """Give what is spent on every participant, held contacts apart: float64[draw, resource]."""
    draws = (inputs.one(draw) for draw in range(len(inputs)))
    return np.array([delivery(name, values.programs, values).per_participant for values in draws])

"""A run split into subgroups: what programs gain over usual care in each, and sums over subgroups."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import xarray as xr

from hecon import SEED
from hecon.evaluation import cea
from hecon.inputs.errors import InputError
from hecon.model.kernel import WEEKS_PER_YEAR
from hecon.model.ledger import FLOW_NAMES, FLOWS, costs, net_public_financing
from hecon.model.population import COLUMNS
from hecon.model.simulation import COMPARATOR, simulate

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hecon.inputs.points import Inputs

STAFF = ("caseworker_hours", "coordinator_hours")
"""The hours of NAV's staff in which capacity is counted."""
SPEAKING = ("sex", "start")
"""Covariates whose levels say by themselves what they are."""
DELIVERY = [flow.kind == "delivery" for flow in FLOWS]


def split_gains(
    inputs: Inputs,
    programs: Sequence[str],
    by: Sequence[str],
    *,
    people: int,
    seed: int = SEED,
    comparator: str = COMPARATOR,
    threads: int | None = None,
    progress: str | None = None,
) -> xr.Dataset:
    """Simulate programs for 12 months and give what each subgroup gains over the comparator.

    Parameters
    ----------
    inputs
        Draws.
    programs
        Names of program files, without the comparator.
    by
        Covariates that split the people.
    people
        Synthetic people in a draw.
    seed, threads, progress
        As for `hecon.simulate`.
    comparator
        Usually usual case management.

    Returns
    -------
    Dataset of sums over the people of a subgroup, differences from the comparator but for ``offered`` and ``people``:
    ``gain[draw, strategy, subgroup, perspective]`` and ``delivery`` (the part of the gain that is the cost of
    delivery and of financing it, negative where it costs), NOK; ``days[draw, strategy, subgroup]`` on benefit avoided;
    ``hours`` of caseworkers and coordinators; ``offered`` the program; ``people[draw, subgroup]``
    """
    run = simulate(
        inputs,
        (comparator, *programs),
        people=people,
        weeks=WEEKS_PER_YEAR,
        seed=seed,
        by=tuple(by),
        threads=threads,
        progress=progress,
    )
    money = run["money"].sum("year")
    delivered = money.where(xr.DataArray(DELIVERY, dims="flow"), 0.0)
    share = inputs["cost_of_public_funds"][:, None, None]
    financing = share * net_public_financing(delivered.transpose(..., "flow").to_numpy())
    delivered[..., FLOW_NAMES.index("cost_of_public_funds")] = financing
    days = run["outcome"].sel(measure="benefit_days_12m", drop=True)
    hours = run["units"].sel(resource=list(STAFF)).sum("resource")
    dims = ("draw", "strategy", "subgroup", "perspective")
    more = xr.Dataset(
        {
            "gain": -cea.incremental(costs(money), comparator).transpose(*dims),
            "delivery": -cea.incremental(costs(delivered), comparator).transpose(*dims),
            "days": -cea.incremental(days, comparator),
            "hours": cea.incremental(hours, comparator),
            "offered": run["outcome"].sel(measure="offered", drop=True),
        }
    )
    return more.sel(strategy=list(programs)).assign(people=run["people"]).assign_attrs(by=tuple(by))


def of_levels(split: xr.Dataset, levels: Mapping[str, Sequence[str]]) -> xr.Dataset:
    """Sum over the people who have one of the levels named of every covariate named; over everybody if none is.

    Raises
    ------
    InputError
        If the run was not split by a covariate, or it has no such level.
    """
    by = split.attrs["by"]
    for covariate, wanted in levels.items():
        if covariate not in by:
            raise InputError(f"by: the run was not split by {covariate!r}: it was by {', '.join(by) or 'nothing'}")
        strange = [level for level in wanted if level not in COLUMNS[covariate]]
        if strange:
            known = ", ".join(COLUMNS[covariate])
            raise InputError(f"{covariate}: {', '.join(strange)} is no level of it: choose among {known}")
    among = [
        place
        for place, label in enumerate(split["subgroup"].to_numpy().tolist())
        if all(label.split(", ")[by.index(covariate)] in wanted for covariate, wanted in levels.items())
    ]
    return split.isel(subgroup=among).sum("subgroup")


def words(covariate: str, level: str) -> str:
    """Name a level of a covariate.

    Examples
    --------
    >>> words("wage", "over_6_g"), words("start", "full_sick_leave")
    ('wage over 6 G', 'full sick leave')
    """
    text = level_words(level)
    return text if covariate in SPEAKING else f"{covariate} {text}"


def level_words(level: str) -> str:
    """Name a level where its covariate is named already."""
    return re.sub(r"_g$", " G", level).replace("_", " ")

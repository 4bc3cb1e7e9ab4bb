"""What a change of the law moves between the parties, behaviour held fixed.

A reform is an overlay of a few values. It is simulated beside the present law with the same people and the same luck,
under usual case management, so that the difference is the reform's alone. Hazards do not answer to money in the model:
what a reform changes here are the amounts, the payers and the limits of rights, not what people or employers do.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import xarray as xr

from hecon import SEED
from hecon.evaluation.cea import interval, monte_carlo_error
from hecon.inputs.errors import InputError
from hecon.model.kernel import WEEKS_PER_YEAR
from hecon.model.ledger import FLOWS, PARTIES, PUBLIC, SOCIETY, cost
from hecon.model.simulation import COMPARATOR, simulate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hecon.inputs.parameters import Parameters
    from hecon.inputs.points import Inputs

UNIONS = {"public_purse": PUBLIC, "society": SOCIETY}
"""Sets of parties that are told beside the single ones."""
COUNTED = tuple(flow.name for flow in FLOWS if flow.kind != "friction")


@dataclass(frozen=True)
class Reform:
    """A change of the law.

    Attributes
    ----------
    name
        Of its file.
    label, summary
        In words; the summary says what the figures do not hold.
    overlay
        The values that it puts in place of others.
    """

    name: str
    label: str
    summary: str
    overlay: dict[str, Any]


def read_reform(path: Path | str) -> Reform:
    """Read a reform: an overlay in TOML with a `label` and a `summary`.

    Raises
    ------
    InputError
        If it cannot be read, or one of the two is missing.
    """
    where = Path(path)
    try:
        table = tomllib.loads(where.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"{where.name}: cannot be read: {error}: give a TOML file, saved as UTF-8") from None
    for key in ("label", "summary"):
        if not isinstance(table.get(key), str):
            raise InputError(f"{where.name}: {key} is missing: say in words what the reform is")
    label, summary = table.pop("label"), table.pop("summary")
    return Reform(where.stem, label, summary, table)


def compare_reforms(
    parameters: Parameters,
    reforms: Sequence[Reform],
    *,
    people: int = 20_000,
    draws: int = 200,
    draw_people: int = 1000,
    weeks: int = 260,
    seed: int = SEED,
    threads: int | None = None,
    progress: bool = False,
) -> pd.DataFrame:
    """Give what each reform changes per person, by party and by flow, in 12 months and over the whole horizon.

    Parameters
    ----------
    parameters
        The present law.
    reforms
        What is put over it, one at a time.
    people
        Synthetic people in the base case.
    draws, draw_people
        Draws of the probabilistic analysis, and people in each.
    weeks
        The long horizon: two years or more, or 52 for the first year alone.
    seed
        Of all luck.
    threads
        Number of threads; never shows in the results.
    progress
        Whether to show how far the runs have come.

    Returns
    -------
    pd.DataFrame
        A row for each `reform`, horizon (`months`), `kind` ("party": what it pays less what it gets, discounted;
        "union": the same of a set of parties; "flow": an amount) and `name`. Columns, NOK of 2025 per person:
        `present`, under the present law; `change`, both means over draws; `error`, the Monte Carlo standard error of
        the change; `low` and `high`, its 95% interval over draws; `base_case` and `base_case_error`, the change in
        the base case with its error over persons.

    Raises
    ------
    InputError
        If a size is too small, or a reform does not fit the parameters.
    """
    _check(draws, people, weeks)

    def run(law: Parameters, what: str) -> tuple[xr.DataArray, xr.DataArray]:
        """Give the amounts of a law's draws and of its base case's persons: [draw or person, months, item]."""
        told = (f"{what}, probabilistic", f"{what}, base case") if progress else (None, None)
        sampled = _items(law.sample(draws, seed), draw_people, weeks, seed, threads, told[0])
        persons = _items(law.base_case(), people, weeks, seed, threads, told[1], by_person=True)
        return sampled, persons

    now = run(parameters, "Present law")
    rows = []
    for reform in reforms:
        then = run(parameters.overlay(reform.overlay), reform.label)
        rows += _rows(reform.name, now, then)
    return pd.DataFrame(rows)


def _items(
    inputs: Inputs,
    people: int,
    weeks: int,
    seed: int,
    threads: int | None,
    progress: str | None,
    *,
    by_person: bool = False,
) -> xr.DataArray:
    """Give what every party, union and flow comes to: [case, months, item] per person, a case a draw or a person."""
    by = "person" if by_person else ()
    ran = simulate(
        inputs, [COMPARATOR], people=people, weeks=weeks, seed=seed, by=by, threads=threads, progress=progress
    )
    money = (ran["money"] / ran["people"]).isel(strategy=0, drop=True)
    money = money.isel(draw=0, drop=True) if by_person else money.isel(subgroup=0, drop=True)
    money = money.rename({"subgroup" if by_person else "draw": "case"})
    horizons = {12: money.isel(year=0, drop=True), round(12 * weeks / WEEKS_PER_YEAR): money.sum("year")}
    flow = xr.concat(list(horizons.values()), pd.Index(list(horizons), name="months"), join="exact")
    parts = {("party", name): cost(flow, {name}) for name in PARTIES}
    parts |= {("union", name): cost(flow, members) for name, members in UNIONS.items()}
    parts |= {("flow", name): flow.sel(flow=name, drop=True) for name in COUNTED}
    items = pd.Index([f"{kind} {name}" for kind, name in parts], name="item")
    return xr.concat(list(parts.values()), items, join="exact", coords="minimal", compat="override")


def _rows(
    reform: str, now: tuple[xr.DataArray, xr.DataArray], then: tuple[xr.DataArray, xr.DataArray]
) -> list[dict[str, str | int | float]]:
    """Give the rows of one reform."""
    change, persons = then[0] - now[0], then[1] - now[1]
    low, high = interval(change, "case")
    columns = {
        "present": now[0].mean("case"),
        "change": change.mean("case"),
        "error": monte_carlo_error(change, "case"),
        "low": low,
        "high": high,
        "base_case": persons.mean("case"),
        "base_case_error": monte_carlo_error(persons, "case"),
    }
    return [
        {"reform": reform, "months": int(months), "kind": item.split()[0], "name": item.split()[1]}
        | {name: float(values.sel(months=months, item=item)) for name, values in columns.items()}
        for months in np.unique(change["months"])
        for item in change["item"].to_numpy().tolist()
    ]


def _check(draws: int, people: int, weeks: int) -> None:
    for name, size, least in (("draws", draws, 2), ("people", people, 2), ("weeks", weeks, WEEKS_PER_YEAR)):
        if size < least:
            raise InputError(f"{name}: {size} is too few: give {least} or more")
    if weeks != WEEKS_PER_YEAR and weeks < 2 * WEEKS_PER_YEAR:
        raise InputError(f"weeks: {weeks} is neither a year nor a longer horizon beside it: give 52, or 104 or more")

"""The tables of a decision analysis's report."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hecon.evaluation import cea, plane
from hecon.report.cells import Cell, Table
from hecon.report.decision_words import (
    amount,
    least_sure,
    plus_minus,
    ratio_error,
    runner_up,
    shown_positions,
    too_few,
    with_error,
)
from hecon.report.numbers import counted

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from hecon.evaluation.decision import Decision

MANY = 12
"""Strategies beyond which tables of all of them are folded away."""
SHARES = {
    "SE": "costs less, gives more",
    "NE": "costs more, gives more",
    "SW": "costs less, gives less",
    "NW": "costs more, gives less",
}


def thresholds(decision: Decision) -> Table:
    """Give the answer at some willingness to pay: which is best, by how much, how surely, and what knowing is worth."""
    curves = decision.curves
    rows = []
    for i in shown_positions(decision):
        second, lead, error = runner_up(decision, i)
        best = str(curves["optimal"].values[i])
        probability = counted(float(curves["ceaf"].values[i]))
        close = lead < 2 * error
        rows.append(
            (
                Cell(amount(decision.wtp[i])),
                Cell(best, strategy=best, tone="text"),
                Cell(with_error(lead, error), f"over {second}", tone="warn" if close else ""),
                Cell(probability),
                Cell(with_error(float(curves["evpi"].values[i]), float(curves["evpi_error"].values[i]))),
            )
        )
    return Table(
        "What is expected to be best, by what a unit of effect is worth. Amounts are per person, in the files' own "
        "money, ± a Monte Carlo error.",
        (
            "A unit of effect is worth",
            "Expected to be best",
            "By, over the next best",
            "Best in so many of the draws",
            "Knowing everything is worth",
        ),
        tuple(rows),
        words=0,
    )


def incremental(decision: Decision) -> tuple[Table, Table | None]:
    """Give the incremental analysis along the frontier, and what lies off it apart where strategies are many."""
    errors = {
        "cost": cea.monte_carlo_error(decision.cost),
        "effect": cea.monte_carlo_error(decision.effect),
    }
    rows = []
    before = ""
    for row in decision.icers.to_dict("records"):
        name = row["strategy"]
        levels = [_level(row[key], errors[key].sel(strategy=name)) for key in ("cost", "effect")]
        steps = [Cell("–")] * 3
        if row["status"] == "frontier":
            if before:
                steps = _steps(decision, row, before)
            before = name
        status = "" if row["status"] == "frontier" else f"{row['status']}: "
        rows.append((Cell(name, strategy=name), *levels, *steps, Cell(f"{status}{row['words']}", tone="text")))
    many = len(rows) > MANY
    on_it = int((decision.icers["status"] == "frontier").sum())
    header = ("Strategy", "Cost", "Effect", "More cost", "More effect", "Cost of one more unit (ICER)", "In words")
    note = (
        "Small: the Monte Carlo error of a mean over draws, and 95% intervals of increments. Strategies off the "
        "frontier have no ICER."
    )
    whole = Table(
        "Expected cost and effect, and increments along the frontier: each strategy of it against the one above.",
        header,
        tuple(rows[:on_it] if many else rows),
        notes=(note,),
    )
    off = Table("Strategies off the frontier.", header, tuple(rows[on_it:])) if many and on_it < len(rows) else None
    return whole, off


def pairwise(decision: Decision) -> Table:
    """Give every other strategy against the comparator, with where its draws lie on the plane."""
    shares = plane.quadrant_shares(decision.cost, decision.effect, decision.comparator)
    rows = []
    for row in decision.pairwise.to_dict("records"):
        name = row["strategy"]
        at = shares.sel(strategy=name)
        rows.append(
            (
                Cell(name, strategy=name),
                *_steps(decision, row, decision.comparator),
                Cell(row["words"], tone="text"),
                *(Cell(counted(float(at.sel(quadrant=corner)))) for corner in SHARES),
            )
        )
    return Table(
        f"Each strategy against {decision.comparator}: expected increments with their 95% interval over draws, and the "
        "share of draws in each corner of the plane.",
        (
            "Strategy",
            "More cost",
            "More effect",
            "ICER",
            "In words",
            *(words.capitalize() for words in SHARES.values()),
        ),
        tuple(rows),
        notes=(
            "The ICER of a strategy that costs less and gives less is what is saved for each unit given up. That of a "
            "strategy that dominates or is dominated is negative, says nothing and is left out here.",
        ),
    )


def benefits(decision: Decision) -> Table:
    """Give expected incremental benefit and the probability of being best by strategy and willingness to pay."""
    positions = shown_positions(decision)
    curves = decision.curves.isel(wtp=positions)
    rows = []
    for i, name in enumerate(decision.strategies):
        cells = [
            Cell(
                with_error(float(curves["eib"].values[j, i]), float(curves["eib_error"].values[j, i])),
                f"best in {counted(float(curves['ceac'].values[j, i]))} | "
                f"loses {amount(float(curves['expected_loss'].values[j, i]), float(curves['evpi_error'].values[j]))}",
            )
            for j in range(len(positions))
        ]
        rows.append((Cell(name, strategy=name), *cells))
    return Table(
        f"Expected net benefit beyond {decision.comparator}'s, per person ± a Monte Carlo error, by what a unit of "
        "effect is worth. Small: in how many draws it is best, and what choosing it now is expected to lose.",
        ("Strategy", *(f"at {amount(decision.wtp[i])}" for i in positions)),
        tuple(rows),
    )


def information(decision: Decision, positions: list[int]) -> Table | None:
    """Give what knowing parameters is worth, the most first; None without parameters."""
    if decision.evppi is None:
        return None
    found = decision.evppi.isel(wtp=positions)
    value, error = found["value"].to_numpy(), found["se"].to_numpy()
    few = set(too_few(decision))
    at = positions.index(least_sure(decision))
    rows = []
    for i in np.argsort(-value[:, at], kind="stable"):
        name = str(found["parameters"].values[i])
        warning = "too few draws to trust it" if name in few else ""
        rows.append(
            (
                Cell(name, warning, tone="warn" if warning else ""),
                *(Cell(with_error(float(v), float(e))) for v, e in zip(value[i], error[i], strict=True)),
            )
        )
    return Table(
        "What knowing a parameter, or a group, before choosing is worth per person, ± a standard error, by what "
        "a unit of effect is worth.",
        ("Parameter", *(f"at {amount(decision.wtp[i])}" for i in positions)),
        tuple(rows),
    )


def _level(value: float, error: xr.DataArray) -> Cell:
    return Cell(amount(value, float(error)), plus_minus(value, float(error)).strip())


def _steps(decision: Decision, row: dict[str, float] | pd.Series, against: str) -> list[Cell]:
    """Give the cells of an increment: cost, effect, ratio."""
    name = str(row["strategy"])
    cells = []
    for key, values in (("incremental_cost", decision.cost), ("incremental_effect", decision.effect)):
        more = values.sel(strategy=name) - values.sel(strategy=against)
        low, high = (float(end) for end in cea.interval(more))
        error = float(cea.monte_carlo_error(more))
        cells.append(Cell(with_error(float(row[key]), error), f"{amount(low, 2 * error)} to {amount(high, 2 * error)}"))
    both = (row["incremental_cost"] > 0) == (row["incremental_effect"] > 0)
    ratio = float(row["icer"])
    shown = with_error(ratio, ratio_error(decision, name, against)) if both and np.isfinite(ratio) else "–"
    return [*cells, Cell(shown)]

"""What the page needs to compute tables and curves of any choice by itself: increments of every draw, and its texts."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

import numpy as np

from hecon.evaluation import cea, pairs, results
from hecon.evaluation.estimates import spread
from hecon.evaluation.frontier import SLOPE_TOLERANCE
from hecon.model.ledger import PERSPECTIVES, PROGRAM_FLOWS, costs
from hecon.report import words
from hecon.report.cells import span, years
from hecon.report.explore_texts import (
    ALSO,
    CAUTIONS,
    COSTS,
    COUNTED,
    FORM,
    GROUPS,
    KINDS,
    MEANINGS,
    OUTCOMES,
    REFUSALS,
    SIDES,
    TEXTS,
    WORTHS,
)
from hecon.report.language import signs, t, translated
from hecon.report.numbers import NEGLIGIBLE, TAIL, kroner, percent

if TYPE_CHECKING:
    from collections.abc import Iterator

    import xarray as xr

    from hecon.evaluation.comparison import Comparison

LIMIT = 3_300_000
"""Characters that the draws may take in the page."""
EVERYBODY = "all"
HORIZONS = {
    results.YEAR_1: "12m",
    results.NO_EFFECT_AFTER: "a",
    results.CARRIED_FORWARD: "b",
    results.AAP_DIFFERENCE_ZERO: "c",
}
"""Short names, for the address of a choice."""
MONEY = "money"
MOST_WORTHS = 2.5
"""How far the willingness to pay goes, in what the effect is worth at first."""


def explore(comparison: Comparison, limit: int = LIMIT) -> dict[str, object]:
    """Give what the interactive part of the page places: its texts, the choices of its controls, and the data as JSON.

    Parameters
    ----------
    comparison
        As `compare` returns it, its labels in the language that is spoken.
    limit
        Characters that the draws may take; the first that fit are carried, and the page says how many.

    Returns
    -------
    Mapping with ``form`` (texts), ``outcomes``, ``costs``, ``horizons`` (labels by name), ``groups`` (labels by name,
    by kind), and as JSON ``exactness`` (the tolerances) and ``data``, safe to stand inside a script element. In it,
    increments against the comparator are float64, little-endian, in base64: ``[program, draw]`` by group, horizon and
    quantity (days avoided are positive); levels
    are means and Monte Carlo errors by strategy, over the draws that are carried.
    """
    groups = _groups(comparison)
    every = {(horizon, group, name): array for horizon, group, name, array in _quantities(comparison, groups)}
    found = {key: _increments(every[_same(key)], comparison) for key in every}
    kept = {array.tobytes() for array in found.values()}
    per_draw = len(kept) * len(comparison.programs) * 8 * 4 / 3
    draws = max(2, min(comparison.draws, int(limit / per_draw)))
    places: dict[bytes, int] = {}
    increments = {
        " ".join(key): places.setdefault(np.ascontiguousarray(array[:, :draws]).tobytes(), len(places))
        for key, array in found.items()
    }
    data = {
        "signs": {"thousands": signs().thousands, "decimal": signs().decimal, "percent": signs().before_percent},
        "texts": {name: translated(text) for name, text in TEXTS.items()},
        "refusals": {name: translated(text) for name, text in REFUSALS.items()},
        "strategies": [
            {"name": name, "label": comparison.label(name), "spoken": words.spoken(comparison.label(name))}
            for name in comparison.strategies
        ],
        "comparator": comparison.strategies.index(comparison.comparator),
        "draws": draws,
        "made": comparison.draws,
        "outcomes": {name: translated(text) for name, text in COUNTED.items()},
        "pairs": _pairs(comparison),
        "sides": {name: translated(text) for name, text in SIDES.items()},
        "horizons": {
            short: {
                "label": span(comparison, name),
                "span": translated(name)
                if name == results.YEAR_1
                else t(TEXTS["long_span"], years=years(comparison), letter=short),
                "meaning": translated(MEANINGS[short]),
            }
            for name, short in HORIZONS.items()
        },
        "groups": {name: _about(comparison, name, groups) for name in groups},
        "levels": {" ".join(key): _levels(array, draws) for key, array in every.items()},
        "also": {name: _also(comparison, part, draws) for name, (_, part) in groups.items()},
        "increments": increments,
        "arrays": [base64.b64encode(array).decode("ascii") for array in places],
    }
    return {
        "form": {name: translated(text) for name, text in FORM.items()},
        "outcomes": {name: translated(text) for name, text in OUTCOMES.items()},
        "costs": {name: translated(text) for name, text in COSTS.items()},
        "horizons": {short: words.upper(span(comparison, name)) for name, short in HORIZONS.items()},
        "everybody": translated(GROUPS[EVERYBODY][0]),
        "kinds": [
            (translated(label), {name: _group(name)[0] for name, (of, _) in groups.items() if of == kind})
            for kind, label in KINDS.items()
        ],
        "exactness": json.dumps({"negligible": NEGLIGIBLE, "tail": TAIL, "tie": cea.TIE, "slope": SLOPE_TOLERANCE}),
        "data": json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c"),
    }


def _quantities(
    comparison: Comparison, groups: dict[str, tuple[str, xr.Dataset]]
) -> Iterator[tuple[str, str, str, xr.DataArray]]:
    """Give horizon, group, name and level [draw, strategy] of every cost and effect that may be chosen."""
    for group, (_, run) in groups.items():
        mean = comparison.per_person if group == EVERYBODY else results.per_person(run)
        year_1 = dict(_measured(mean, mean["money"].sel(year=1, drop=True), "benefit_days_12m"))
        years = dict(_measured(mean, mean["money"].sum("year"), "benefit_days", "qalys"))
        usual = {name: array.sel(strategy=comparison.comparator, drop=True) for name, array in years.items()}
        for name, array in year_1.items():
            yield "12m", group, name, array
            yield "a", group, name, usual[name] + cea.incremental(array, comparison.comparator)
        for name, array in years.items():
            yield "b", group, name, array
    alike = comparison.per_person_alike
    for name, array in _measured(alike, alike["money"].sum("year"), "benefit_days", "qalys"):
        yield "c", EVERYBODY, name, array


def _same(key: tuple[str, str, str]) -> tuple[str, str, str]:
    """Give the key that has the same increments: without an effect after month 12, those of the first year."""
    horizon, group, name = key
    return ("12m" if horizon == "a" else horizon), group, name


def _measured(
    mean: xr.Dataset, money: xr.DataArray, days: str, qalys: str | None = None
) -> Iterator[tuple[str, xr.DataArray]]:
    """Give every cost and effect of a horizon: [draw, strategy]."""
    by_side = costs(money)
    for perspective in PERSPECTIVES:
        yield perspective.name, by_side.sel(perspective=perspective.name, drop=True)
    yield pairs.PROGRAM, money.sel(flow=list(PROGRAM_FLOWS)).sum("flow")
    yield pairs.DAYS, -mean["outcome"].sel(measure=days, drop=True)
    if qalys:
        yield pairs.QALYS, mean["outcome"].sel(measure=qalys, drop=True)


def _groups(comparison: Comparison) -> dict[str, tuple[str, xr.Dataset]]:
    """Give everybody, and every level that somebody has in each draw: its kind and its part of the run."""
    run = comparison.carried
    keys = [str(label).split(", ") for label in run["subgroup"].to_numpy()]
    found = {EVERYBODY: ("", run)}
    for position, kind in enumerate(KINDS):
        for level in dict.fromkeys(key[position] for key in keys):
            part = run.isel(subgroup=[i for i, key in enumerate(keys) if key[position] == level])
            if bool((part["people"].sum("subgroup") > 0).all()):
                found[level] = (kind, part)
    return found


def _increments(array: xr.DataArray, comparison: Comparison) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """Give the increments against the comparator as stored: float64[program, draw]."""
    levels = array.transpose("strategy", "draw").to_numpy()  # in numpy: the page asks for a hundred and more
    places = [comparison.strategies.index(name) for name in comparison.programs]
    usual = levels[comparison.strategies.index(comparison.comparator)]
    return np.ascontiguousarray(levels[places] - usual, dtype="<f8")


def _levels(array: xr.DataArray, draws: int) -> list[tuple[float, float]]:
    """Give the mean and its Monte Carlo error by strategy."""
    first = array.isel(draw=slice(draws)).transpose("draw", "strategy")
    errors = cea.monte_carlo_error(first).to_numpy()
    return list(zip(first.mean("draw").to_numpy().tolist(), errors.tolist(), strict=True))


def _also(comparison: Comparison, run: xr.Dataset, draws: int) -> list[dict[str, object]]:
    """Give the other effects: levels by strategy, and increments by program as mean, low, high and error."""
    outcome = results.per_person(run)["outcome"].isel(draw=slice(draws))
    rows: list[dict[str, object]] = []
    for name, (label, unit) in ALSO.items():
        array = outcome.sel(measure=name, drop=True)
        increments = [spread(row) for row in _increments(array, comparison)]
        levels = _levels(array, draws)
        rows.append(
            {"name": name, "label": translated(label), "unit": unit, "levels": levels, "increments": increments}
        )
    return rows


def _pairs(comparison: Comparison) -> dict[str, dict[str, object]]:
    """Give every pair of a cost and an effect, with what a unit of effect is worth at first."""
    values = comparison.parameters.base_case().one(0)
    found: dict[str, dict[str, object]] = {}
    for pair in pairs.PAIRS.values():
        about: dict[str, object] = {"cost": pair.cost, "outcome": pair.effect or MONEY}
        if pair.worth is not None:
            day = pair.worth == "value_of_day"
            worth = float(comparison.base["value_of_day"]) if day else float(values[pair.worth])
            step = 10.0 ** (np.floor(np.log10(worth)) - 1)
            about["worth"] = worth
            about["step"] = step
            about["most"] = float(np.ceil(MOST_WORTHS * worth / (10 * step)) * 10 * step)
            about["hint"] = t(WORTHS[pair.name], amount=kroner(worth))
        about["cautions"] = [translated(text) for text in CAUTIONS.get(pair.name, ())]
        found[pair.name] = about
    return found


def _group(name: str) -> tuple[str, str]:
    """Give a subgroup as a label and as it stands in a sentence."""
    plain = name.replace("_", " ")
    label, inside = GROUPS.get(name, (plain.capitalize(), plain))
    return translated(label), translated(inside)


def _about(comparison: Comparison, name: str, groups: dict[str, tuple[str, xr.Dataset]]) -> dict[str, str]:
    """Give a subgroup in words, with its share of the people."""
    label, inside = _group(name)
    if name == EVERYBODY:
        return {"label": label, "inside": inside, "hint": translated(TEXTS["everybody_hint"])}
    share = float(groups[name][1]["people"].sum() / comparison.carried["people"].sum())
    return {"label": label, "inside": inside, "hint": t(TEXTS["group_hint"], share=percent(share))}

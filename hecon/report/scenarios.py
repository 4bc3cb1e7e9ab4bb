"""The report's tables of scenarios: one assumption changed at a time, and what that does to the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hecon.evaluation import results
from hecon.evaluation.cea import incremental
from hecon.evaluation.weights import flipping_weight, weight_table
from hecon.report import words
from hecon.report.cells import Cell, Table, amount_cell, best, years
from hecon.report.change_words import LEAST_CHANGE
from hecon.report.language import t
from hecon.report.numbers import chance, hundredths, number, percent, places, rounded

if TYPE_CHECKING:
    import xarray as xr

    from hecon.evaluation.comparison import Comparison

MI_NAV = "mi_nav_effect"
WEIGHTS = (0.0, 0.25, 0.5, 0.75, 1.0)


def scenario_gains(comparison: Comparison) -> Table:
    """Give society's gain in the base case and every scenario."""
    table = results.scenarios(comparison).set_index(["scenario", "horizon", "strategy"])["gain"]
    labels = {name: about.label for name, about in comparison.parameters.scenarios.items()}
    errors = comparison.base["cost_error"].sel(perspective="society")
    places = [(horizon, name) for horizon in (results.YEAR_1, results.CARRIED_FORWARD) for name in comparison.programs]
    rows, same = [], []
    for scenario in comparison.scenarios["scenario"].to_numpy().tolist():
        about = comparison.parameters.scenarios.get(scenario)
        if about and all(abs(table[(scenario, *place)] - table[("base", *place)]) < LEAST_CHANGE for place in places):
            same.append(scenario)
            continue
        cells = [
            Cell(number(table[(scenario, horizon, name)], float(errors.sel(horizon=horizon, strategy=name))))
            for horizon, name in places
        ]
        rows.append((Cell(about.label, about.summary) if about else Cell(t("Base case")), *cells))
    run = set(comparison.scenarios["scenario"].to_numpy().tolist())
    same += [name for name in labels if name not in run]  # those that change health alone are not run
    return Table(
        t(
            "What society gains per person, NOK, when one assumption is changed and everything else stays in the base "
            "case."
        ),
        ("", *(_head(comparison, horizon, name) for horizon, name in places)),
        tuple(rows),
        notes=(
            t(
                "Every row has the same people and the same luck, so that the rows' differences are the assumption's "
                "alone. Digits by the base case's Monte Carlo error."
            ),
            *(
                [
                    t(
                        "Not shown, since they change no money in the base case: {scenarios}.",
                        scenarios=words.joined([t("“{label}”", label=words.spoken(labels[name])) for name in same]),
                    )
                ]
                if same
                else []
            ),
        ),
    )


def structural(comparison: Comparison) -> Table:
    """Give society's expected gain, with its uncertainty, under every other way of calibrating or spreading effects."""
    table = results.structural(comparison).set_index(["scenario", "strategy"])
    rows = []
    for scenario in comparison.structural["scenario"].to_numpy().tolist():
        about = comparison.parameters.scenarios.get(scenario)
        first = Cell(about.label, about.summary) if about else Cell(t("Expected over the draws"), t("as in the answer"))
        cells = []
        for name in comparison.programs:
            row = table.loc[(scenario, name)]
            cells.append(best(amount_cell(row, "gain"), row["probability"], comparison.draws))
        rows.append((first, *cells))
    return Table(
        t(
            "What society gains per person in 12 months, NOK: expected over draws, with its 95% interval and the "
            "chance of being the best of all, when the effects are calibrated or spread otherwise."
        ),
        ("", *(comparison.label(name) for name in comparison.programs)),
        tuple(rows),
        notes=(
            t(
                "Every row has the same draws of people, luck and prices; the calibrated parameters come from a table "
                "of its own, or a published effect has another spread. Priors on the effects pull them towards none: "
                "at half their spread more, at double less."
            ),
        ),
    )


def base_case_sentences(comparison: Comparison) -> list[str]:
    """Say what the base case is, why it is not the expectation over draws, and what society gains by each."""
    base = results.scenarios(comparison).set_index(["scenario", "horizon", "strategy"])["gain"]
    costs = results.perspective_costs(comparison)
    society = costs[(costs["horizon"] == results.YEAR_1) & (costs["perspective"] == "society")].set_index("strategy")
    parts = []
    for name in comparison.programs:
        point, row = base[("base", results.YEAR_1, name)], society.loc[name]
        parts.append(
            t(
                "{base} against {expected} with {program}",
                base=number(point, row["base_error"]),
                expected=number(-row["increment"], row["error"]),
                program=words.spoken(comparison.label(name)),
            )
        )
    return [
        t(
            "The base case is one point: every parameter at its value, and the fitted ones at one row of their draws, "
            "the nearest to their mean. The answer rests on the expectation over all draws, which differs from it "
            "because results are not linear in the parameters and one row stands for all of the fitted ones."
        ),
        t(
            "What society gains per person in 12 months, NOK, in the base case against the expectation over the draws: "
            "{gains}.",
            gains=words.joined(parts, "; ", "; "),
        ),
    ]


def mi_nav_weight(comparison: Comparison) -> Table | None:
    """Give society's gain from MI by the weight put on what MI-NAV found; None where MI or that scenario is not there.

    Only expected gains are mixed, and each stands beside its weight.
    """
    name = "motivational_interviewing"
    if name not in comparison.programs or MI_NAV not in comparison.structural["scenario"]:
        return None
    society = comparison.structural.sel(perspective="society", drop=True)
    gains = -incremental(society, comparison.comparator)
    without, with_ = (gains.sel(scenario=scenario, drop=True) for scenario in ("base", MI_NAV))
    table = weight_table(without, with_, WEIGHTS)
    rows = []
    for row in table[table["strategy"] == name].to_dict("records"):
        gain = {"gain": row["gain"], **{f"gain_{key}": row[key] for key in ("error", "low", "high")}}
        rows.append(
            (
                Cell(percent(row["weight"])),
                amount_cell(gain, "gain"),
                Cell(chance(row["worth"], comparison.draws)),
                Cell(chance(row["best"], comparison.draws)),
            )
        )
    return Table(
        t(
            "What society gains per person in 12 months from motivational interviewing, NOK, by the weight put on the "
            "effect that MI-NAV found in musculoskeletal disorders, the rest on that of the Trondheim trial."
        ),
        (
            t("Weight on MI-NAV"),
            t("Expected gain"),
            t("Chance that it is worth its cost"),
            t("Chance that it is the best of all"),
        ),
        tuple(rows),
        words=0,
        notes=(
            *(_flip(comparison, (without, with_), name, other) for other in comparison.strategies if other != name),
            t(
                "MI-NAV was a trial in musculoskeletal disorders alone. The weight is a judgement of how far it speaks "
                "for the people here, not an estimate."
            ),
        ),
    )


def _flip(comparison: Comparison, pair: tuple[xr.DataArray, xr.DataArray], name: str, other: str) -> str:
    """Say at which weight a program overtakes another, or that it does not."""
    without, with_ = pair
    flip = flipping_weight(without, with_, name, other)
    first, second = words.spoken(comparison.label(name)), words.spoken(comparison.label(other))
    if flip is None:
        ahead = float(np.mean(without.sel(strategy=name) - without.sel(strategy=other))) > 0.0
        leader, loser = (words.upper(first), second) if ahead else (words.upper(second), first)
        return t("{leader} is expected to do better than {loser} at every weight.", leader=leader, loser=loser)
    weight, error = 100.0 * flip.weight, 100.0 * flip.error
    return t(
        "Between {first} and {second} the expected choice changes at a weight of {weight} (Monte Carlo error {error} "
        "points).",
        first=first,
        second=second,
        weight=hundredths(rounded(weight, error), max(places(weight, error), 0)),
        error=number(error, error),
    )


def _head(comparison: Comparison, horizon: str, name: str) -> str:
    if horizon == results.YEAR_1:
        return t("{program}, 12 months", program=comparison.label(name))
    return t("{program}, {years} (b)", program=comparison.label(name), years=years(comparison))

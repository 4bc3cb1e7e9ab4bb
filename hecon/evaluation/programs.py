"""Every program against usual care: what it gains whom, what its effect rests on, and what evidence disagrees.

One run has every program at the same draws with the same people and the same luck. Sums are per person *offered*: of
the people whom a program is not offered, it changes nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from hecon import SEED
from hecon.evaluation.cea import incremental
from hecon.evaluation.estimates import TAILS, spread
from hecon.evaluation.results import DAYS, DELIVERY_FLOWS
from hecon.inputs.errors import InputError
from hecon.inputs.points import random_points
from hecon.inputs.targets import ARMS
from hecon.model.ledger import PERSPECTIVES, costs
from hecon.model.population import COLUMNS
from hecon.model.simulation import COMPARATOR, simulate

if TYPE_CHECKING:
    from collections.abc import Sequence

    import xarray as xr
    from numpy.typing import NDArray

    from hecon.inputs.parameters import Parameters
    from hecon.inputs.schema import Effect, ProgramFile

    Floats = NDArray[np.float64]

SPLIT = "diagnosis"
GRADES = ("trial", "study", "assumption", "none")
"""What an effect rests on, best first."""
NO_EFFECT = "no known effect"
NONE_OF_ITS_OWN = "no effect of its own"
FIGURES = {
    "hazard_ratio": "hazard ratio of sustained return",
    "days": "difference in days on benefits, 12 months",
    "odds_of_work": "odds ratio of no benefit at 12 months",
}
"""What was measured, of everybody allocated."""
MULTIPLIERS = {
    "return": "ratio of return, those reached",
    "relapse": "ratio of relapse, those reached",
    "work_assessment_allowance": "odds ratio of the allowance, those reached",
}
"""What an effect multiplies where no figure of the whole arm was measured."""
_BEST = {"trial": "trial", "calibrated": "trial", "assumption": "assumption"}
_LEVELS = {
    "diagnosis": "{} disorders",
    "start": "{}",
    "sex": "{}",
    "education": "{} education",
    "age": "aged {}",
    "wage": "wage {}",
    "risk": "{} of risk",
}
POINTS = 2000
"""At which a product of parameters is drawn for its interval."""


def simulate_programs(
    parameters: Parameters,
    *,
    programs: Sequence[str] | None = None,
    draws: int,
    people: int,
    weeks: int = 52,
    seed: int = SEED,
    threads: int | None = None,
    progress: bool = False,
) -> xr.Dataset:
    """Simulate programs beside usual case management, split by diagnosis.

    Parameters
    ----------
    parameters
        As `read_parameters` gives them.
    programs
        Names of program files; all but the comparator if not given.
    draws, people
        Draws, and synthetic people in each.
    weeks
        The horizon.
    seed
        Of all luck.
    threads
        Number of threads; never shows in the results.
    progress
        Whether to show how far the run has come.

    Returns
    -------
    the Dataset of `hecon.simulate`, the comparator first

    Raises
    ------
    InputError
        If there are under two draws, a program is unknown, or nobody is offered one of them in some draw.
    """
    if draws < 2:
        raise InputError(f"draws: {draws} shows no uncertainty: give 2 or more")
    names = [name for name in (parameters.programs if programs is None else programs) if name != COMPARATOR]
    run = simulate(
        parameters.sample(draws, seed),
        [COMPARATOR, *names],
        people=people,
        weeks=weeks,
        seed=seed,
        by=SPLIT,
        threads=threads,
        progress="Programs" if progress else None,
    )
    offered = _offered(run)
    for name in names:
        if not bool((offered.sel(strategy=name) > 0).all()):
            raise InputError(f"people: {people} a draw are too few for {name}: in some nobody is offered it, give more")
    return run


def program_table(parameters: Parameters, run: xr.Dataset) -> pd.DataFrame:
    """Give every program's gains and costs per person offered, over usual case management, and what they rest on.

    Parameters
    ----------
    parameters
        Those of the run.
    run
        As `simulate_programs` gives it.

    Returns
    -------
    DataFrame with one row a program: ``program``, ``label``, ``offered_to``, ``measured_in``; ``figure`` with
    ``effect``, its value, ``effect_low`` and ``effect_high``, the 95% interval that is drawn, ``grade`` (one of
    `GRADES`), and ``spread``, the grade of the interval where it is not the value's;
    ``offered``, the share of people who are offered it; for each perspective ``gain_<perspective>``, ``days_avoided``,
    ``delivery_cost`` and ``sessions`` (contacts held beyond usual care's), each with ``_low``, ``_high`` and Monte
    Carlo ``_error``; and ``worth``, the chance that society gains
    """
    total = run.sum("subgroup")
    money = total["money"].sum("year")
    gain = _beyond(0.0 - costs(money), run)
    outcome = total["outcome"]
    columns = {
        **{f"gain_{one.name}": gain.sel(perspective=one.name, drop=True) for one in PERSPECTIVES},
        "days_avoided": _beyond(0.0 - outcome.sel(measure=DAYS, drop=True), run),
        "delivery_cost": _beyond(money.sel(flow=list(DELIVERY_FLOWS)).sum("flow"), run),
        "sessions": _beyond(outcome.sel(measure="contacts_held", drop=True), run),
    }
    share = (_offered(run) / total["people"]).mean("draw")
    rows = []
    for name in programs_of(run):
        row: dict[str, object] = {**described(parameters, name), "offered": float(share.sel(strategy=name))}
        for column, values in columns.items():
            row |= _spread(column, values.sel(strategy=name).to_numpy())
        society = columns["gain_society"].sel(strategy=name).to_numpy()
        rows.append(row | {"worth": float(np.mean(society > 0.0))})
    return pd.DataFrame(rows)


def described(parameters: Parameters, name: str) -> dict[str, object]:
    """Give what a program is and what its effect rests on: the columns of `program_table` that need no run."""
    program = parameters.programs[name]
    figure, published = published_effect(parameters, program)
    low, high = (np.nan, np.nan) if len(published) < 3 else published[1:]
    return {
        "program": name,
        "label": program.label,
        "offered_to": offer_words(parameters, program),
        "measured_in": program.measured_in,
        "figure": figure,
        "effect": published[0] if published else np.nan,
        "effect_low": low,
        "effect_high": high,
        "grade": evidence_grade(parameters, program),
        "spread": _spread_grade(parameters, program),
    }


def published_effect(parameters: Parameters, program: ProgramFile) -> tuple[str, tuple[float, ...]]:
    """Give what was measured of a program in words, its value, and the ends of its 95% interval if it has one.

    Where a figure of the whole arm was measured, that one; else what multiplies the return of those reached, whose
    interval is that of the parameters' product.
    """
    if not program.effect_known or not program.effects:
        return NO_EFFECT if not program.effect_known else NONE_OF_ITS_OWN, ()
    effect = _leading(program)
    if effect.measured is not None:
        return FIGURES[effect.measured.figure], _central(parameters, (effect.measured.value,))
    fitted = any(parameters[name].block is not None for name in effect.ratios)
    return MULTIPLIERS[effect.on] + (", fitted to the trial" if fitted else ""), _central(parameters, effect.ratios)


def in_words(figure: str, published: Sequence[float]) -> str:
    """Write a figure, its value, and the interval if there is one."""
    value, *ends = [f"{number:.3g}".replace("-", "\N{MINUS SIGN}") for number in published] or [""]
    return f"{figure} {value}".strip() + (f" ({ends[0]} to {ends[1]})" if ends else "")


def evidence_grade(parameters: Parameters, program: ProgramFile) -> str:
    """Give what a program's effect rests on, one of `GRADES`: the weakest of the parameters that it names.

    A ratio fitted to the trial is the trial's for the programs of its arms alone.
    """
    if not program.effect_known or not program.effects:
        return "none"
    effect = _leading(program)
    names = effect.ratios if effect.measured is None else (*effect.ratios, effect.measured.value)
    found = [_BEST.get(parameters[name].grade, "study") for name in names]
    if program.name not in ARMS.values() and any(parameters[name].block is not None for name in names):
        found.append(
            "assumption"
        )  # what was fitted to the trial is of its arms: that another program does it is assumed
    return max(found, key=GRADES.index)


def _spread_grade(parameters: Parameters, program: ProgramFile) -> str:
    """Give the grade of the interval of a measured effect, where it is not the value's own."""
    if not program.effect_known or not program.effects:
        return ""
    measured = _leading(program).measured
    return "" if measured is None else parameters[measured.value].spread or ""


def offer_words(parameters: Parameters, program: ProgramFile) -> str:
    """Say whom a program is offered to."""
    parts = [
        _LEVELS[name].format(" or ".join(level.replace("_", " ") for level in levels))
        for name, levels in program.offer.levels().items()
    ]
    base = parameters.base_case().one(0)
    weeks = base["weeks_sick_listed_at_inclusion"]
    if program.offer.delay is not None:
        weeks += base[program.offer.delay]
    who = ", ".join(parts) or "everybody"
    return f"{who}, sick-listed {weeks:.0f} weeks"


def best_by_group(parameters: Parameters, run: xr.Dataset) -> pd.DataFrame:
    """Give the programs that each diagnosis group may be offered, and which has the highest expected gain to society.

    Programs delivered as another are left out: they are other results of that one, and nobody can choose a result. The
    gain is per person of the group, offered or not, so that programs offered to few and to all can be compared. The
    best is chosen on half of the draws, and every gain is that of the other half: chosen and scored on the same ones,
    the best would look better than it is.

    Parameters
    ----------
    parameters
        Those of the run.
    run
        As `simulate_programs` gives it.

    Returns
    -------
    DataFrame with a row for every group and program, usual care first: ``group``, ``program``, ``label``, ``gain`` with
    ``low``, ``high`` and Monte Carlo ``error``; ``best``, the chance of having the highest gain; ``chosen``

    Raises
    ------
    InputError
        If there are under four draws, so that a half has no error.
    """
    if run.sizes["draw"] < 4:
        raise InputError(f"draws: {run.sizes['draw']} are too few to choose on half of them: give 4 or more")
    cost = costs(run["money"].sum("year")).sel(perspective="society", drop=True)
    gain = (0.0 - incremental(cost, COMPARATOR)) / run["people"]
    rows = []
    for group in COLUMNS[SPLIT]:
        options = [name for name in programs_of(run) if parameters.programs[name].delivered_as is None]
        offers = {name: parameters.programs[name].offer.levels().get(SPLIT, (group,)) for name in options}
        names = [COMPARATOR, *(name for name, levels in offers.items() if group in levels)]
        values = gain.sel(subgroup=group, strategy=names).transpose("draw", "strategy").to_numpy()
        chosen = int(np.argmax(values[::2].mean(axis=0)))
        scored = values[1::2]
        best = np.argmax(values, axis=1)
        for position, name in enumerate(names):
            mean, low, high, error = spread(scored[:, position])
            rows.append(
                {
                    "group": group,
                    "program": name,
                    "label": parameters.programs[name].label,
                    "gain": mean,
                    "low": low,
                    "high": high,
                    "error": error,
                    "best": float(np.mean(best == position)),
                    "chosen": position == chosen,
                }
            )
    return pd.DataFrame(rows)


def conflicts(parameters: Parameters) -> pd.DataFrame:
    """Give the evidence that disagrees, side by side; each pair of programs once.

    Returns
    -------
    DataFrame with one row a disagreement: ``program``, ``label``, ``result``, ``measured_in``; ``other``,
    ``other_label``, ``other_result``, ``other_measured_in``, empty where the other evidence is no program's; ``text``
    """
    rows = []
    seen = set()
    for name, program in parameters.programs.items():
        for conflict in program.conflicts:
            pair = frozenset({name, conflict.program})
            if conflict.program is not None and pair in seen:
                continue
            seen.add(pair)
            row = _result(parameters, program, "")
            if conflict.program is None:
                row |= dict.fromkeys(("other", "other_label", "other_result", "other_measured_in"), "")
            else:
                other = _result(parameters, parameters.programs[conflict.program], "other_")
                row |= {"other": other.pop("other_program"), **other}
            rows.append(row | {"text": conflict.text})
    names = ["label", "result", "measured_in"]
    return pd.DataFrame(rows, columns=["program", *names, "other", *(f"other_{name}" for name in names), "text"])


def programs_of(run: xr.Dataset) -> list[str]:
    """Give the programs of a run, the comparator left out."""
    return [str(name) for name in run["strategy"].to_numpy() if name != COMPARATOR]


def _result(parameters: Parameters, program: ProgramFile, prefix: str) -> dict[str, str]:
    said = in_words(*published_effect(parameters, program))
    columns = {"program": program.name, "label": program.label, "result": said, "measured_in": program.measured_in}
    return {f"{prefix}{name}": text for name, text in columns.items()}


def _leading(program: ProgramFile) -> Effect:
    """Give the effect that says most of a program: one measured in the whole arm, or on return, or else the first."""
    return min(program.effects, key=lambda effect: (effect.measured is None, effect.on != "return"))


def _central(parameters: Parameters, names: Sequence[str]) -> tuple[float, ...]:
    """Give the product of parameters and, if it is uncertain, the ends of its 95% interval."""
    value = float(np.prod([parameters.base_case()[name][0] for name in names]))
    moving = [parameters[name] for name in names if parameters[name].uncertain]
    coordinates = tuple(dict.fromkeys(entry.block or entry.name for entry in moving))
    if not coordinates:
        return (value,)
    even = ((np.arange(POINTS) + 0.5) / POINTS)[:, None]
    points = even if len(coordinates) == 1 else random_points(POINTS, SEED, coordinates)
    drawn = parameters.at(points, coordinates)
    low, high = np.quantile(np.prod([drawn[name] for name in names], axis=0), TAILS)
    return value, float(low), float(high)


def _offered(run: xr.Dataset) -> xr.DataArray:
    """Give how many are offered each strategy: [draw, strategy]."""
    return run["outcome"].sel(measure="offered", drop=True).sum("subgroup")


def _beyond(total: xr.DataArray, run: xr.Dataset) -> xr.DataArray:
    """Give what a program has beyond usual care, per person offered."""
    return incremental(total, COMPARATOR).sel(strategy=programs_of(run)) / _offered(run).sel(strategy=programs_of(run))


def _spread(name: str, values: Floats) -> dict[str, object]:
    mean, low, high, error = spread(values)
    return {name: mean, f"{name}_low": low, f"{name}_high": high, f"{name}_error": error}

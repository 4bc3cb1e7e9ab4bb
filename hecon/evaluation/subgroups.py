"""What a program gains in each subgroup, and how subgroups would rank if all avoided the same number of days.

Covariates change no hazard and a program's effect is taken as equal in everybody. What differs between subgroups
therefore follows from their baseline risk and from what a day of theirs is worth. A second ranking sets the days equal
and leaves only the latter.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from hecon import SEED
from hecon.evaluation.estimates import interval_per_head, jackknife_error, pooled
from hecon.evaluation.splits import level_words, of_levels, split_gains
from hecon.evaluation.what_if import check_asked, check_program
from hecon.inputs.errors import InputError
from hecon.inputs.schema import Contact, Effect, ProgramFile
from hecon.model.population import COLUMNS
from hecon.model.simulation import COMPARATOR

if TYPE_CHECKING:
    from collections.abc import Sequence

    import xarray as xr
    from numpy.typing import NDArray

    from hecon.inputs.parameters import Parameters
    from hecon.inputs.points import Inputs

    Floats = NDArray[np.float64]

EVERYBODY = "everybody"
WHAT_IF = "what_if"
WHAT_IF_RATIO = 1.2
"""A common improvement of return, small beside what divides people and large enough to count days by."""
BASELINE_RISK = "follows from baseline risk; effect assumed equal"
EQUAL_DAYS = "If every subgroup avoided the same number of days"
UNTOLD = "no difference that can be told from simulation error"
CLEAR = 2.0
"""Monte Carlo errors beyond which an expected gain is told from zero."""
LEADS = 3.0
"""Those beyond which the best of several levels is told from the others: luck helped to pick it."""


def subgroup_table(
    parameters: Parameters,
    program: str,
    by: Sequence[str] = tuple(COLUMNS),
    *,
    draws: int,
    people: int,
    seed: int = SEED,
    comparator: str = COMPARATOR,
    threads: int | None = None,
) -> pd.DataFrame:
    """Give a program's gain in every subgroup of every covariate, 12 months, and two rankings of the subgroups.

    Parameters
    ----------
    parameters
        As `read_parameters` gives them.
    program
        Name of a program file.
    by
        Covariates, each of which splits everybody.
    draws, people, seed, threads
        Of the run; `people` in each draw.
    comparator
        What the gain is over.

    Returns
    -------
    DataFrame with a row for every covariate, level and perspective, and first one for everybody: ``share`` of the
    people; ``gain`` per person of the subgroup, NOK, with its Monte Carlo ``error`` and 95% interval over draws
    ``low``, ``high``; ``days`` avoided per person with ``days_error``; ``day_value``, what a day avoided is worth to
    the perspective in the subgroup, NOK, with ``day_value_error``; ``equal_days_gain`` with ``equal_days_error``, the
    gain if the subgroup avoided as many days per person as everybody does and were delivered the program as it is; and
    the place of the level among the covariate's by either gain, ``rank`` and ``equal_days_rank``, 1 the best; and
    ``behind``, by how much its gain is below the best level's, with ``behind_error``, draw by draw. Share times gain,
    summed over a covariate's levels, is everybody's gain.

    Raises
    ------
    InputError
        If there is no such program, it has no contact, or there are too few draws for an error.
    """
    check_asked((), (), draws)
    inputs = with_what_if(parameters.sample(draws, seed), program, comparator)
    both = split_gains(inputs, [program, WHAT_IF], by, people=people, seed=seed, comparator=comparator, threads=threads)
    split, priced = (both.sel(strategy=name, drop=True) for name in (program, WHAT_IF))
    whole = split.sum("subgroup")
    rows = _rows(whole, whole, priced.sum("subgroup"), {"covariate": EVERYBODY, "level": EVERYBODY})
    for covariate in by:
        for level in COLUMNS[covariate]:
            part, value = (of_levels(sums, {covariate: [level]}) for sums in (split, priced))
            if float(part["people"].sum()) > 0.0:
                rows += _rows(part, whole, value, {"covariate": covariate, "level": level})
    table = pd.DataFrame(rows)
    _put_behind(table)
    for name, gain in (("rank", "gain"), ("equal_days_rank", "equal_days_gain")):
        places = table.groupby(["covariate", "perspective"], sort=False)[gain].rank(ascending=False, method="first")
        table[name] = places.astype(int)
    table.insert(0, "program", program)
    return table


def with_what_if(inputs: Inputs, program: str, comparator: str = COMPARATOR) -> Inputs:
    """Add a program that costs nothing: from another's first contact on, everybody returns somewhat sooner."""
    check_program(inputs, program, ())
    if not inputs.programs[program].contacts:
        raise InputError(f"programs/{program}.toml: no contact from which a common improvement could begin: add one")
    first = inputs.programs[program].contacts[0]
    attendance = f"attendance of {WHAT_IF}"
    asked = ProgramFile(
        name=WHAT_IF,
        label="A common improvement of return, at no cost",
        summary="Everybody still sick-listed returns to work somewhat sooner.",
        measured_in="Nobody: a way to ask what a day avoided is worth",
        includes=(comparator,),
        contacts=(Contact(name=WHAT_IF, week=first.week, eligible=first.eligible, attendance=attendance),),
        effects=(Effect(on="return", ratios=("what_if_return_ratio",), until="effect_ends_week"),),
    )
    everybody = inputs.replaced({"what_if_return_ratio": WHAT_IF_RATIO})
    return replace(
        everybody,
        programs={**inputs.programs, WHAT_IF: asked},
        drawn={**everybody.drawn, attendance: np.ones(len(inputs))},
    )


def caution() -> str:
    """Say how little a ranking of subgroups rests on."""
    return (
        "A caution: whether an effect differs between subgroups was mostly not measured, and here it is assumed equal "
        "in all of them. Covariates change nobody's hazard of return: what differs between subgroups follows from "
        "wage, full or graded leave, rights used, age and predicted risk."
    )


def ranking_sentences(table: pd.DataFrame, perspective: str = "society") -> list[str]:
    """Say for each covariate which levels gain most, as it is and with equal days, where luck does not decide.

    Parameters
    ----------
    table
        As `subgroup_table` returns it.
    perspective
        Whose gain.
    """
    sentences, level = [], []
    own = table[(table["perspective"] == perspective) & (table["covariate"] != EVERYBODY)]
    for covariate, rows in own.groupby("covariate", sort=False):
        worth = rows["day_value"]
        told = bool((rows["behind"] > LEADS * rows["behind_error"]).any())
        apart = bool(worth.max() - worth.min() > LEADS * np.hypot(*rows["day_value_error"].nlargest(2)))
        if not told and not apart:
            level.append(str(covariate))
            continue
        orders = [
            " > ".join(level_words(name) for name in rows.sort_values(rank)["level"]) if clear else UNTOLD
            for rank, clear in (("rank", told), ("equal_days_rank", apart))
        ]
        sentences.append(f"By {covariate}: {orders[0]} ({BASELINE_RISK}). {EQUAL_DAYS}: {orders[1]}.")
    if level:
        sentences.append(f"By {', '.join(level)}: {UNTOLD} ({BASELINE_RISK}), nor if days were equal.")
    return sentences


def _rows(part: xr.Dataset, whole: xr.Dataset, priced: xr.Dataset, place: dict[str, str]) -> list[dict[str, object]]:
    """Give a subgroup's rows, one a perspective, from its sums by draw."""
    people, everybody = (sums["people"].to_numpy() for sums in (part, whole))
    days, days_error = pooled(part["days"].to_numpy(), people)
    rows: list[dict[str, object]] = []
    for perspective in part["perspective"].to_numpy().tolist():
        gains, delivery, worth = (
            sums.sel(perspective=perspective).to_numpy() for sums in (part["gain"], part["delivery"], priced["gain"])
        )
        gain, error = pooled(gains, people)
        low, high = interval_per_head(gains, people)
        value, value_error = pooled(worth, priced["days"].to_numpy())
        equal, equal_error = _equal_days(
            worth, priced["days"].to_numpy(), whole["days"].to_numpy(), everybody, delivery, people
        )
        rows.append(
            place
            | {
                "perspective": perspective,
                "share": float(people.sum() / everybody.sum()),
                "gain": gain,
                "error": error,
                "low": low,
                "high": high,
                "days": days,
                "days_error": days_error,
                "day_value": value,
                "day_value_error": value_error,
                "equal_days_gain": equal,
                "equal_days_error": equal_error,
                "by_draw": (gains - gain * people) / people.mean(),
            }
        )
    return rows


def _put_behind(table: pd.DataFrame) -> None:
    """Add by how much each level is behind the best, and its error from what each draw adds to either gain."""
    best = table.groupby(["covariate", "perspective"], sort=False)["gain"].transform("idxmax").to_numpy()
    by_draw = np.stack(table.pop("by_draw").to_list())
    table["behind"] = table["gain"].to_numpy()[best] - table["gain"].to_numpy()
    table["behind_error"] = (by_draw[best] - by_draw).std(axis=1, ddof=1) / np.sqrt(by_draw.shape[1])


def _equal_days(
    worth: Floats, priced_days: Floats, days: Floats, everybody: Floats, delivery: Floats, people: Floats
) -> tuple[float, float]:
    """Give value of a day times everybody's days, plus delivery's (negative) gain, with its error by the jackknife."""

    def gain(*sums: Floats) -> Floats:
        return np.asarray(sums[0] / sums[1] * sums[2] / sums[3] + sums[4] / sums[5])

    parts = (worth, priced_days, days, everybody, delivery, people)
    without = gain(*(part.sum() - part for part in parts))
    return float(gain(*(part.sum() for part in parts))), jackknife_error(without)

"""What the next trial is worth, by perspective and structural scenario, and how large it should be.

References
----------
Jackson CH, Baio G, Heath A, Strong M, Welton NJ, Wilson ECF. Value of information analysis in models to inform health
policy. Annual Review of Statistics and Its Application 2022;9:95-118.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from hecon.evaluation.cea import monte_carlo_error
from hecon.evaluation.estimates import TAILS
from hecon.evaluation.evsi import enbs
from hecon.evaluation.study import (
    ASSUMED,
    Terms,
    expected_loss,
    funded,
    people_a_year,
    people_served,
    study_cost,
    terms,
    years_to_results,
)
from hecon.evaluation.trial_information import at, exact, kept
from hecon.evaluation.voi import VAGUE, evpi, evppi, foregone

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import xarray as xr

    from hecon.evaluation.next_trial import Design
    from hecon.evaluation.structural import Case
    from hecon.evaluation.trial_information import Information
    from hecon.inputs.parameters import Parameters

    Plain = dict[str, list[float]]

EVERYTHING = "Everything"
EFFECTS = "What early contact and motivational content do, and how many attend"
COORDINATED = "What the coordinated program does"
FIGURES = "The trial's figures"
OF_THE_TRIAL = (
    "early_contact_return_ratio",
    "early_contact_relapse_ratio",
    "early_contact_aap_odds_ratio",
    "motivational_content_return_ratio",
    "motivational_content_relapse_ratio",
    "motivational_content_aap_odds_ratio",
    "early_first_attendance",
    "early_second_attendance",
    "mi_first_attendance",
    "mi_second_attendance",
)
"""Parameters of the calibrated block that tell the arms apart."""
OF_COORDINATION = "coordinated_hazard_ratio"
VALUES = ("evsi", "evsi_error", "step_error", "evsi_likelihood", "evsi_likelihood_error", "effective_draws")


def worth(
    case: Case,
    designs: Iterable[Design],
    found: Information,
    given: Terms,
    perspectives: Sequence[str] | None = None,
) -> pd.DataFrame:
    """Give what trials are worth to all whom they serve, and what they cost.

    Parameters
    ----------
    case : the scenario
    designs : trials
    found : as `trial_information.information` gives it for them
    given : what a trial takes
    perspectives : all by default

    Returns
    -------
    DataFrame, a row a design and perspective: ``scenario``, ``horizon``, ``perspective``, the design, ``years`` until
    the results and ``served`` (people decided about after them, discounted); ``evsi`` with ``evsi_error``, the part of
    it that is the second ``step_error``, and ``enough``; ``evsi_likelihood`` with the second step's error and
    ``effective_draws``, NOK per person; ``gain`` (to all
    served), ``study_cost``, ``expected_loss`` and ``enbs`` with ``enbs_error``, NOK
    """
    return _table(_valued(case, designs, found, perspectives), given)


def sensitivity(
    case: Case, designs: Iterable[Design], found: Information, parameters: Parameters, perspective: str
) -> pd.DataFrame:
    """Give the best trial when each of the terms is at the ends of its 95% interval, one at a time.

    The share of variance between offices is left out: it changes what a trial tells, so it is part of the designs.

    Returns
    -------
    DataFrame, a row a parameter and end: ``parameter``, ``end``, ``at``, and the best design as `best` gives it
    """
    given = terms(parameters)
    valued = list(_valued(case, designs, found, [perspective]))
    ends = {
        field: (name, parameters[name].quantile(np.array(TAILS)))
        for field, name in ASSUMED.items()
        if name in parameters.uncertain and field != "icc"
    }
    ends["people_a_year"] = ("people_a_year", np.quantile(people_a_year(case.inputs), TAILS))
    rows = []
    for term, (name, values) in ends.items():
        for end, value in zip(("low", "high"), values, strict=True):
            table = _table(valued, replace(given, **{term: float(value)}))  # type: ignore[arg-type]  # a float each
            rows.append({"parameter": name, "end": end, "at": float(value), **best(table).iloc[0]})
    return pd.DataFrame(rows)


def bounds(case: Case, design: Design, given: Terms) -> pd.DataFrame:
    """Give what perfect information is worth: on everything, on some parameters, and on what a trial measures.

    What a trial measures is known as it was in the people followed in each draw: it holds their luck, so that its value
    is no bound on that of trials of more people.

    Returns
    -------
    DataFrame, a row a perspective and ``known``: ``value`` with ``error`` and ``enough``, NOK per person, and
    ``national``, NOK for all decided about from now on
    """
    followed = f"{FIGURES} of {design.weeks} weeks, as followed in {int(case.figures['people']):,} people an arm"
    figures = exact(case, design)
    effects = pd.DataFrame({name: case.inputs[name] for name in OF_THE_TRIAL})
    coordination = pd.DataFrame({OF_COORDINATION: case.inputs[OF_COORDINATION]})
    benefit, _ = kept(case, design.arms)
    parts = {
        EVERYTHING: _everything(case.benefit),
        COORDINATED: evppi(case.benefit, coordination).isel(parameters=0, drop=True),
        EFFECTS: evppi(benefit, effects, of=[list(effects)]).isel(parameters=0, drop=True),
        followed: evppi(benefit, figures, of=[list(figures)]).isel(parameters=0, drop=True),
    }
    served = people_served(given)
    among = case.benefit["perspective"].to_numpy().tolist()
    columns = {name: _plain(values, among) for name, values in parts.items()}
    return pd.DataFrame(
        [
            {
                "scenario": case.scenario,
                "horizon": case.horizon,
                "perspective": perspective,
                "known": name,
                "value": of["value"][i],
                "error": of["se"][i],
                "enough": bool(of["enough"][i]),
                "national": of["value"][i] * served,
            }
            for i, perspective in enumerate(among)
            for name, of in columns.items()
        ]
    )


def best(table: pd.DataFrame, by: Sequence[str] = ("scenario", "horizon", "perspective")) -> pd.DataFrame:
    """Give the design with the highest expected net benefit of sampling in each group of rows.

    Returns
    -------
    DataFrame, a row a group as it stands in the table, with ``least`` and ``most``: the sizes of trial, of any design,
    whose expected net benefit is within one Monte Carlo error of the highest; and ``told`` with ``told_error``, the
    highest value of information of any design, NOK per person
    """
    rows = []
    for _, group in table.groupby(list(by), sort=False):
        top = group.loc[group["enbs"].idxmax()]
        near = group.loc[group["enbs"] >= top["enbs"] - top["enbs_error"], "people"]
        told = group.loc[group["evsi"].idxmax()]
        rows.append(
            {
                **top,
                "least": near.min(),
                "most": near.max(),
                "told": told["evsi"],
                "told_error": told["evsi_error"],
            }
        )
    return pd.DataFrame(rows)


def _everything(benefit: xr.DataArray) -> xr.Dataset:
    """Give the value of perfect information as the others have theirs, with the Monte Carlo error of its mean."""
    value, error = evpi(benefit), monte_carlo_error(foregone(benefit))
    return value.to_dataset(name="value").assign(se=error, enough=error <= VAGUE * value)


class _Valued(NamedTuple):
    """A design in a perspective: what it tells and what its participants lose, per person."""

    case: Case
    design: Design
    perspective: str
    value: dict[str, float]
    loss: dict[str, float]


def _valued(
    case: Case, designs: Iterable[Design], found: Information, perspectives: Sequence[str] | None
) -> Iterator[_Valued]:
    """Go through the designs and perspectives."""
    among = case.benefit["perspective"].to_numpy().tolist() if perspectives is None else list(perspectives)
    losses: dict[tuple[str, ...], Plain] = {}
    for design in designs:
        if design.arms not in losses:
            losses[design.arms] = _plain(expected_loss(case.benefit, design.arms), among)
        value, loss = _plain(at(found, design), among), losses[design.arms]
        for i, perspective in enumerate(among):
            yield _Valued(case, design, perspective, *({name: of[i] for name, of in x.items()} for x in (value, loss)))


def _table(valued: Iterable[_Valued], given: Terms) -> pd.DataFrame:
    """Give what trials are worth to all whom they serve, and what they cost."""
    rows = []
    for case, design, perspective, value, loss in valued:
        years = years_to_results(design, given)
        served = people_served(given, years)
        paid, lost = funded(study_cost(design, given), perspective, given), design.people * loss["value"]
        rows.append(
            {
                "scenario": case.scenario,
                "horizon": case.horizon,
                "perspective": perspective,
                "arms": " + ".join(design.arms),
                "randomised": "offices" if design.by_office else "people",
                "people": design.people,
                "offices": design.offices,
                "icc": design.icc if design.by_office else 0.0,
                "weeks": design.weeks,
                "years": years,
                "served": served,
                **{name: value[name] for name in VALUES},
                "enough": bool(value["enough"]),
                "gain": value["evsi"] * served,
                "study_cost": paid,
                "expected_loss": lost,
                "enbs": enbs(value["evsi"], served, paid + lost),
                "enbs_error": math.hypot(value["evsi_error"] * served, design.people * loss["se"]),
            }
        )
    return pd.DataFrame(rows)


def _plain(values: xr.Dataset, perspectives: Sequence[str]) -> Plain:
    """Give numbers by name, in the order of the perspectives."""
    asked = values.sel(perspective=list(perspectives))
    return {str(name): np.broadcast_to(column.to_numpy(), len(perspectives)).tolist() for name, column in asked.items()}

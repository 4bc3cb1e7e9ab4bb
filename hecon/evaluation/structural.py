"""Structural scenarios, each simulated twice: as what is decided on, and as what a trial would see of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hecon import SEED
from hecon.evaluation.comparison import NO_AAP_DIFFERENCE
from hecon.evaluation.next_trial import figures
from hecon.evaluation.results import per_person
from hecon.model.kernel import WEEKS_PER_YEAR
from hecon.model.ledger import costs
from hecon.model.simulation import STRATEGIES, simulate

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import xarray as xr

    from hecon.inputs.parameters import Parameters
    from hecon.inputs.points import Inputs

BASE = "base"
YEAR, FIVE_YEARS = "12 months", "5 years"
LONG = 260


@dataclass(frozen=True, eq=False)
class Case:
    """One way of looking at what is not known.

    Attributes
    ----------
    scenario, horizon : the structural scenario, and until when money is counted
    benefit : net benefit per person, NOK, [perspective, draw, strategy]
    figures : what a trial would measure, as `next_trial.figures` gives it
    inputs : the draws
    """

    scenario: str
    horizon: str
    benefit: xr.DataArray = field(repr=False)
    figures: xr.Dataset = field(repr=False)
    inputs: Inputs = field(repr=False)


def cases(
    parameters: Parameters,
    arms: Sequence[str],
    *,
    scenarios: Sequence[str] | None = None,
    strategies: Sequence[str] = STRATEGIES,
    draws: int = 1000,
    people: int = 1000,
    trial_people: int = 1000,
    seed: int = SEED,
    threads: int | None = None,
    progress: bool = False,
) -> Iterator[Case]:
    """Go through the structural scenarios: 12 months each; five years at base, and with no difference in the allowance.

    Parameters
    ----------
    parameters : as `read_parameters` gives them
    arms : strategies that a trial may have as arms
    scenarios : names; "base", and all that have a table of their own in its place, by default
    strategies : what is decided among
    draws, people : of the probabilistic analysis; people in each draw
    trial_people : synthetic people that a trial's figures are read from, in each arm and draw
    seed : of all luck
    threads : number of threads; never shows in the results
    progress : whether to show how far each run has come

    Yields
    ------
    Case
    """
    tables = [name for name, about in parameters.scenarios.items() if about.calibration is not None]
    for name in (BASE, *tables) if scenarios is None else scenarios:
        given = parameters if name == BASE else parameters.with_scenario(name)
        label = "Base case" if name == BASE else parameters.scenarios[name].label
        inputs = given.sample(draws, seed)
        long = name in {BASE, NO_AAP_DIFFERENCE}
        run = per_person(
            simulate(
                inputs,
                strategies,
                people=people,
                weeks=LONG if long else WEEKS_PER_YEAR,
                seed=seed,
                threads=threads,
                progress=label if progress else None,
            )
        )
        measured = figures(
            inputs,
            arms,
            people=trial_people,
            seed=seed,
            threads=threads,
            progress=f"{label}, as a trial sees it" if progress else None,
        )
        horizons = {YEAR: run["money"].sel(year=1, drop=True)}
        if long:
            horizons[FIVE_YEARS] = run["money"].sum("year")
        for horizon, money in horizons.items():
            benefit = -costs(money).transpose("perspective", "draw", "strategy")
            yield Case(name, horizon, benefit, measured, inputs)

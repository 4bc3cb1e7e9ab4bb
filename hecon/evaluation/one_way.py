"""One parameter at a time: what each does to net benefit across its central 95%, all else at its value.

Every run has the people and the luck of key 0. A swing is therefore the parameter's, up to how these people happened to
meet it: its Monte Carlo error is that of a mean over persons of what each gains at one end less what the same person
gains at the other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from hecon.evaluation.estimates import TAILS
from hecon.evaluation.plans import (
    PERSPECTIVE_NAMES,
    bearing,
    check_coordinates,
    check_strategies,
    horizons,
    varied,
)
from hecon.model.block import PERSON
from hecon.model.ledger import costs
from hecon.model.runs import run_blocks
from hecon.model.simulation import simulate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from hecon.evaluation.what_if import Size
    from hecon.inputs.parameters import Parameters
    from hecon.inputs.points import Inputs

    Floats = NDArray[np.float64]


def one_way(
    parameters: Parameters, strategies: Sequence[str], *, run: Size, names: Sequence[str] | None = None
) -> pd.DataFrame:
    """Give what each uncertain parameter does to net benefit from its 2.5% to its 97.5% quantile.

    Parameters
    ----------
    parameters
        As `read_parameters` gives them.
    strategies
        Names of program files; the first is the comparator.
    run
        How large each run is.
    names
        The coordinates to move; all that bear on the strategies if None. A calibrated block moves by its coordinate:
        to the rows at those shares of its table, which is sorted by predicted days on benefit under usual care.

    Returns
    -------
    DataFrame with a row for every parameter, horizon, perspective and strategy but the comparator: ``low`` and
    ``high``, the parameter's values (NaN for a block); ``gain``, net benefit over the comparator in NOK per person with
    everything at its value; ``gain_low`` and ``gain_high`` at the two ends; ``swing``, the second less the first, and
    its Monte Carlo ``error``; ``best``, ``best_low`` and ``best_high``, the strategy with the highest net benefit; and
    ``changes``, whether it is another one at either end
    """
    check_strategies(strategies)
    moving = bearing(parameters, strategies) if names is None else tuple(names)
    check_coordinates(parameters, moving)
    base = benefit_by_person(varied(parameters, [{}]), strategies, run)[0]
    ends: dict[str, tuple[Floats, Floats]] = {}

    def move(name: str) -> None:
        low, high = benefit_by_person(varied(parameters, [{name: tail} for tail in TAILS]), strategies, run)
        ends[name] = (np.stack([low.mean(axis=-1), high.mean(axis=-1)]), _error(high - low))

    run_blocks(move, moving, threads=run.threads, progress=run.progress)
    middle = base.mean(axis=-1)
    frames = [_rows(parameters, name, middle, *ends[name], strategies, run) for name in moving]
    return pd.concat(frames, ignore_index=True)


def by_swing(found: pd.DataFrame, *, horizon: str, perspective: str) -> list[str]:
    """Give the parameters by the greatest swing that each has in the net benefit of any strategy, greatest first."""
    of = found[(found["horizon"] == horizon) & (found["perspective"] == perspective)]
    most = of["swing"].abs().groupby(of["parameter"], sort=False).max()
    return [str(name) for name in most.sort_values(ascending=False, kind="stable").index]


def benefit_by_person(inputs: Inputs, strategies: Sequence[str], run: Size) -> Floats:
    """Give every person's net benefit over the first strategy, on one thread.

    Returns
    -------
    float64[point, horizon, perspective, strategy, person], discounted NOK; the first strategy's is 0
    """
    found = []
    for point in range(len(inputs)):
        ran = simulate(
            inputs.block(point, point + 1),
            strategies,
            people=run.people,
            weeks=run.weeks,
            seed=run.seed,
            by=PERSON,
            threads=1,
        )
        cost = costs(ran["money"].isel(draw=0)).transpose("year", "perspective", "strategy", "subgroup").to_numpy()
        parts = [cost[0], cost.sum(axis=0)][: len(horizons(run.weeks))]
        found.append(np.stack([part[:, :1] - part for part in parts]))
    return np.stack(found)


def _error(change: Floats) -> Floats:
    return np.asarray(change.std(axis=-1, ddof=1) / np.sqrt(change.shape[-1]))


def _rows(
    parameters: Parameters,
    name: str,
    middle: Floats,
    ends: Floats,
    error: Floats,
    strategies: Sequence[str],
    run: Size,
) -> pd.DataFrame:
    """Give one parameter's rows; arrays are over [horizon, perspective, strategy], `ends` with the end before."""
    values = np.array([np.nan, np.nan]) if name in parameters.blocks else parameters[name].quantile(np.array(TAILS))
    chosen = [np.asarray(strategies)[of.argmax(axis=-1)] for of in (middle, *ends)]
    places = [
        (h, v, s) for h in range(middle.shape[0]) for v in range(middle.shape[1]) for s in range(1, middle.shape[2])
    ]
    return pd.DataFrame(
        [
            {
                "parameter": name,
                "horizon": horizons(run.weeks)[at[0]],
                "perspective": PERSPECTIVE_NAMES[at[1]],
                "strategy": strategies[at[2]],
                "low": values[0],
                "high": values[1],
                "gain": middle[at],
                "gain_low": ends[0][at],
                "gain_high": ends[1][at],
                "swing": ends[1][at] - ends[0][at],
                "error": error[at],
                "best": chosen[0][at[:2]],
                "best_low": chosen[1][at[:2]],
                "best_high": chosen[2][at[:2]],
                "changes": bool(chosen[1][at[:2]] != chosen[0][at[:2]] or chosen[2][at[:2]] != chosen[0][at[:2]]),
            }
            for at in places
        ]
    )

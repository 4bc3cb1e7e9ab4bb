"""How long the value of knowing each parameter takes: 10,000 draws of 4 strategies, 14 parameters, 41 thresholds.

Run it with `make bench`.
"""

from functools import partial

import numpy as np
import pandas as pd
import xarray as xr
from common import Row, in_turn, median, run

import hecon
from hecon.evaluation.cea import net_monetary_benefit

DRAWS, STRATEGIES, PARAMETERS, GROUP = 10_000, 4, 14, 6
THRESHOLDS = np.linspace(0.0, 1_000_000.0, 41)
SEED = 5
REPEATS = 3


def sample() -> tuple[xr.DataArray, pd.DataFrame]:
    """Return net benefits [wtp, draw, strategy] with products in them, and the parameters that they come from."""
    random = np.random.default_rng(SEED)
    drawn = random.standard_normal((DRAWS, PARAMETERS))
    noise = random.standard_normal((2, DRAWS, STRATEGIES))
    each = np.arange(STRATEGIES)
    cost = 10_000 * (each + drawn[:, each] + drawn[:, each + 4] * drawn[:, each + 8] + noise[0])
    effect = 0.02 * (each + drawn[:, each + 2] + np.exp(0.5 * drawn[:, each + 10]) + noise[1])
    coords = {"draw": np.arange(DRAWS), "strategy": list("ABCD")}
    cost, effect = (xr.DataArray(of, dims=("draw", "strategy"), coords=coords) for of in (cost, effect))
    names = [f"parameter {number}" for number in range(1, PARAMETERS + 1)]
    return net_monetary_benefit(cost, effect, THRESHOLDS), pd.DataFrame(drawn, columns=names)


def measure() -> list[Row]:
    """Time every parameter alone, and a group."""
    benefit, parameters = sample()
    asked = {"each parameter": None, f"a group of {GROUP}": [list(parameters.columns[:GROUP])]}
    times = in_turn({words: partial(hecon.evppi, benefit, parameters, of) for words, of in asked.items()}, REPEATS)
    return [
        {"of": words, "draws": DRAWS, "wall_s": median(taken).wall, "cpu_s": median(taken).cpu}
        for words, taken in times.items()
    ]


if __name__ == "__main__":
    run("voi", measure, "seconds to the value of knowing parameters")

"""Small decision problems for tests: labelled arrays, and who is on the frontier by exact arithmetic."""

from fractions import Fraction
from itertools import pairwise

import numpy as np
import xarray as xr

from hecon.evaluation.frontier import icer_table

NAMES = "ABCDEFGHIJ"
SHORT = {"frontier": "F", "extendedly dominated": "E", "dominated": "D"}


def labelled(values, names=NAMES):
    """An array by strategy, or by draw and strategy."""
    values = np.asarray(values, dtype=np.float64)
    coords = {"strategy": list(names[: values.shape[-1]])}
    if values.ndim == 1:
        return xr.DataArray(values, coords=coords)
    return xr.DataArray(values, coords={"draw": np.arange(1, len(values) + 1), **coords})


def table_of(costs, effects, names=NAMES):
    """The ICER table of expected costs and effects."""
    return icer_table(labelled(costs, names), labelled(effects, names))


def outline(table):
    """Strategy and status of each row, in order."""
    return " ".join(f"{row.strategy}:{SHORT[row.status]}" for row in table.itertuples(index=False))


def chosen_alone(points):
    """Positions of strategies that some willingness to pay above 0 chooses alone, tried on all of them exactly.

    Whoever is strictly best somewhere is so on an open interval between two of the values at which strategies draw
    level, so one value inside each interval tells. Points are whole numbers (cost, effect), no two the same.
    """
    level = {
        Fraction(cost - other_cost, effect - other_effect)
        for cost, effect in points
        for other_cost, other_effect in points
        if effect > other_effect and cost > other_cost
    }
    edges = [Fraction(0), *sorted(level), max(level, default=Fraction(0)) + 2]
    found = set()
    for wtp in ((low + high) / 2 for low, high in pairwise(edges)):
        benefit = [wtp.numerator * effect - wtp.denominator * cost for cost, effect in points]
        best = max(benefit)
        if benefit.count(best) == 1:
            found.add(benefit.index(best))
    return found

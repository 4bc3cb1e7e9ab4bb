"""How long Sobol' indices of the full model take: 20 parameters, 512 base points, 4 strategies, 1,000 people, 5 years.

Nothing is kept or read from disk. Run it with `make bench-large`.
"""

from common import Row, run, spent

import hecon
from hecon.evaluation.plans import bearing
from hecon.evaluation.sobol import sobol_of_strategies
from hecon.evaluation.what_if import Size
from hecon.model.simulation import STRATEGIES

PARAMETERS = 20
BASE_POINTS = 512


def measure() -> list[Row]:
    """Time the analysis, once."""
    parameters = hecon.read_parameters()
    names = bearing(parameters, STRATEGIES)[-PARAMETERS:]  # the calibrated block is the last
    hecon.simulate(parameters.base_case(), people=10, weeks=60)
    size = Size(1000, 260, progress="Shares of variance")
    taken = spent(lambda: sobol_of_strategies(parameters, STRATEGIES, names, run=size, size=BASE_POINTS))
    points = BASE_POINTS * (PARAMETERS + 2)
    return [{"parameters": PARAMETERS, "points": points, "wall_s": taken.wall, "cpu_s": taken.cpu}]


if __name__ == "__main__":
    run("sobol", measure, "seconds to Sobol' indices of either order")

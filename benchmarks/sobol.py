"""How long Sobol' indices of the full model take: 20 parameters, 512 base points, 4 strategies, 1,000 people, 5 years.

Nothing is kept or read from disk. Run it with `python benchmarks/sobol.py`; machines are noisy, so quote the machine
and what else it was doing, which is printed.
"""

import os
import platform
import time

import hecon
from hecon.evaluation.plans import bearing
from hecon.evaluation.sobol import sobol_of_strategies
from hecon.evaluation.what_if import Size
from hecon.model.simulation import STRATEGIES

PARAMETERS = 20
BASE_POINTS = 512


def main() -> None:
    """Print the time."""
    parameters = hecon.read_parameters()
    names = bearing(parameters, STRATEGIES)[-PARAMETERS:]  # the calibrated block is the last
    hecon.simulate(parameters.base_case(), people=10, weeks=60)
    points = BASE_POINTS * (PARAMETERS + 2)
    load = os.getloadavg()[0]
    start, spent = time.perf_counter(), time.process_time()
    found = sobol_of_strategies(
        parameters, STRATEGIES, names, run=Size(1000, 260, progress="Shares of variance"), size=BASE_POINTS
    )
    wall, cpu = time.perf_counter() - start, time.process_time() - spent
    print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} processors, load before {load:.1f}")
    print(f"{points:,} points, {len(found):,} indices of either order: {wall:.0f} s, {cpu:.0f} s of processor time")


if __name__ == "__main__":
    main()

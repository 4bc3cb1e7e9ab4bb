"""One probabilistic analysis in this process: tells its seconds and its peak memory as a line of JSON.

Its arguments are persons, weeks, draws, strategies and workers.
"""

import json
import sys

from common import peak_memory, spent

import hecon
from hecon.model.simulation import STRATEGIES


def main() -> None:
    """Warm up on a small run of the same kind, and measure."""
    people, weeks, draws, strategies, workers = (int(word) for word in sys.argv[1:])
    parameters = hecon.read_parameters()
    some = STRATEGIES[:strategies]
    hecon.simulate(parameters.sample(4, hecon.SEED), some, people=10, weeks=weeks, threads=workers)
    before = peak_memory()
    points = parameters.sample(draws, hecon.SEED)
    taken = spent(lambda: hecon.simulate(points, some, people=people, weeks=weeks, threads=workers))
    print(json.dumps({"wall": taken.wall, "cpu": taken.cpu, "memory_before": before, "memory": peak_memory()}))


if __name__ == "__main__":
    main()

"""One probabilistic analysis: tells its seconds, peak memory and the digest of its bytes as a line of JSON.

Its arguments are persons, weeks, draws, strategies, workers, and what they are: threads, or dask's processes.
"""

import hashlib
import json
import resource
import sys
import time

from common import peak_memory, spent

import hecon
from hecon.model.simulation import STRATEGIES


def children() -> float:
    """Give the processor time of processes that this one has started and seen end."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Warm up on a small run of the same kind, and measure."""
    people, weeks, draws, strategies, workers = (int(word) for word in sys.argv[1:6])
    parameters, some = hecon.read_parameters(), STRATEGIES[:strategies]
    points = parameters.sample(draws, hecon.SEED)
    ran = []

    def simulate() -> None:
        ran.append(hecon.simulate(points, some, people=people, weeks=weeks, threads=workers))

    if sys.argv[6:] == ["dask"]:
        with hecon.cluster("local", workers=workers):
            begun = time.perf_counter()
            hecon.simulate(parameters.sample(32 * workers, 1), some, people=1000, weeks=weeks)
            warm_up = time.perf_counter() - begun
            before = peak_memory()
            taken = spent(simulate)
        cpu = children()  # of the workers in their whole life, since only their end tells
    else:
        begun = time.perf_counter()
        hecon.simulate(parameters.sample(4, 1), some, people=10, weeks=weeks, threads=workers)
        warm_up = time.perf_counter() - begun
        before = peak_memory()
        taken = spent(simulate)
        cpu = taken.cpu
    digest = hashlib.sha256(b"".join(array.to_numpy().tobytes() for array in ran[0].data_vars.values()))
    print(
        json.dumps(
            {
                "wall": taken.wall,
                "cpu": cpu,
                "warm_up": warm_up,
                "memory_before": before,
                "memory": peak_memory(),
                "bytes": digest.hexdigest()[:12],
            }
        )
    )


if __name__ == "__main__":
    main()

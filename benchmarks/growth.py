"""How time and memory grow with persons, weeks, draws, strategies and workers.

One of them is doubled at a time from the same run, each in a process of its own, in turn. The exponent is the slope of
the logarithm of processor time on that of the size: 1 is in proportion, 0 not at all.
"""

import math
import statistics
import sys
from pathlib import Path

from common import Row, run, told_by

BASE = {"people": 1000, "weeks": 260, "draws": 100, "strategies": 2, "workers": 1}
SIZES = {
    "people": (500, 1000, 2000),
    "weeks": (130, 260, 520),
    "draws": (50, 100, 200),
    "strategies": (1, 2, 4),
    "workers": (1, 2),
}
REPEATS = 3
ONE_RUN = Path(__file__).parent / "one_run.py"


def measure() -> list[Row]:
    """Run every size in turn."""
    runs = {(name, size): BASE | {name: size} for name, sizes in SIZES.items() for size in sizes}
    found: dict[tuple[int, ...], list[Row]] = {tuple(of.values()): [] for of in runs.values()}
    for _ in range(REPEATS):
        for words, told in found.items():
            told.append(told_by((sys.executable, ONE_RUN, *words)))
    medians = {
        words: {part: statistics.median(row[part] for row in told) for part in told[0]} for words, told in found.items()
    }
    middle = {key: medians[tuple(of.values())] for key, of in runs.items()}
    rows = []
    for name, sizes in SIZES.items():
        cpu = [middle[name, size]["cpu"] for size in sizes]
        exponent = statistics.linear_regression([math.log(size) for size in sizes], [math.log(s) for s in cpu]).slope
        for size in sizes:
            taken = middle[name, size]
            rows.append(
                {
                    "of": name,
                    **runs[name, size],
                    "wall_s": taken["wall"],
                    "cpu_s": taken["cpu"],
                    "exponent_of_cpu": exponent,
                    "wall_times_smallest": taken["wall"] / middle[name, sizes[0]]["wall"],
                    "peak_memory_mib": taken["memory"],
                    "memory_for_the_run_mib": taken["memory"] - taken["memory_before"],
                }
            )
    return rows


if __name__ == "__main__":
    run("growth", measure, "time and memory by the size of a run")

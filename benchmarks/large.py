"""Large runs as they are asked for: an analysis on threads and on a local cluster, and a register's worth of people.

Each is a process of its own, once: the first of them takes seconds, the others minutes.
"""

import sys
from pathlib import Path

from common import Row, run, told_by

ONE_RUN = Path(__file__).parent / "one_run.py"
ANALYSIS = {"people": 1000, "weeks": 520, "draws": 10_000, "strategies": 4}
RUNS = (
    {"people": 1000, "weeks": 260, "draws": 1000, "strategies": 4, "workers": 2, "where": "threads"},
    ANALYSIS | {"workers": 2, "where": "threads"},
    ANALYSIS | {"workers": 2, "where": "dask"},
    ANALYSIS | {"workers": 1, "where": "dask"},
    {"people": 400_000, "weeks": 520, "draws": 1, "strategies": 4, "workers": 2, "where": "threads"},
)


def measure() -> list[Row]:
    """Run each."""
    rows = []
    for of in RUNS:
        told = told_by((sys.executable, ONE_RUN, *of.values()))
        person_weeks = of["people"] * of["weeks"] * of["draws"] * of["strategies"]
        rows.append(
            {
                **of,
                "wall_s": told["wall"],
                "cpu_s": told["cpu"],
                "million_person_weeks_per_s": person_weeks / told["wall"] / 1e6,
                "peak_memory_mib": told["memory"],
                "bytes": told["bytes"],
            }
        )
    return rows


if __name__ == "__main__":
    run("large", measure, "large runs: the clock, the processor, peak memory")

"""A register as large as Norway's: time and peak memory of reading it and simulating it, as people grow.

`python benchmarks/register.py [PEOPLE ...]` takes the numbers of people, 25,000, 100,000 and 400,000 unless others are
given. Each is made as a Parquet file of synthetic people with histories of their own, then read and simulated for 520
weeks under 4 strategies in a process of its own, so that peak memory is that run's alone.
"""

import json
import os
import platform
import resource
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd

import hecon
from hecon.model.cohort import CODED, MINIMUM_GRADE
from hecon.model.population import COLUMNS, draw_population

PEOPLE = (25_000, 100_000, 400_000)
WEEKS = 520
BY = ("sex", "diagnosis", "age")


def synthetic(people: int) -> pd.DataFrame:
    """Make a register: people like the trial's at inclusion, sick-listed for 1 to 40 weeks."""
    drawn = draw_population(hecon.read_parameters().base_case().one(0), people, hecon.SEED)
    coded = {name: pd.Categorical.from_codes(getattr(drawn, name), list(COLUMNS[name])) for name in CODED}
    return pd.DataFrame(
        {
            "id": np.arange(people),
            "age": drawn.age.clip(18.0, 66.99),
            **coded,
            "weeks_sick_listed": np.random.default_rng(hecon.SEED).integers(1, 41, people),
            "wage": drawn.wage.round(),
            "grade": drawn.grade.clip(MINIMUM_GRADE, 0.99),
            "employment_fraction": drawn.employment_fraction,
            "pension_held": drawn.pension_held,
        }
    )


def peak() -> float:
    """Give the most memory that this process has held, MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)


def measure(path: Path, persons: Path | None) -> None:
    """Print, as JSON, the seconds and the memory of reading a register and of running it."""
    inputs = hecon.read_parameters().base_case()
    begun, processor = time.perf_counter(), time.process_time()
    cohort = hecon.read_cohort(path)
    read, held = time.perf_counter() - begun, peak()
    hecon.register(inputs, cohort.iloc[:10], by=BY, weeks=WEEKS)  # compiled, or read from disk
    begun, processor = time.perf_counter(), time.process_time()
    hecon.register(inputs, cohort, by=BY, weeks=WEEKS, persons=persons)
    told = {"read": read, "read_peak": held, "run": time.perf_counter() - begun}
    print(json.dumps(told | {"cpu": time.process_time() - processor, "peak": peak()}))


def main() -> None:
    """Print the figures."""
    sizes = [int(word) for word in sys.argv[1:]] or PEOPLE
    print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} processors, {WEEKS} weeks, 4 strategies")
    print(f"{'people':>9} {'persons':>8} {'read, s':>8} {'MiB':>6} {'run, s':>7} {'CPU, s':>7} {'peak MiB':>9}")
    with TemporaryDirectory() as folder:
        for people in sizes:
            path = Path(folder) / "people.parquet"
            synthetic(people).to_parquet(path)
            for persons in ("", str(Path(folder) / "persons.parquet")):
                command = [sys.executable, __file__, "--measure", str(path), persons]
                done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603  (ourselves)
                told = json.loads(done.stdout)
                print(
                    f"{people:9,} {'written' if persons else '-':>8} {told['read']:8.2f} {told['read_peak']:6.0f} "
                    f"{told['run']:7.1f} {told['cpu']:7.1f} {told['peak']:9.0f}",
                    flush=True,
                )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        measure(Path(sys.argv[2]), Path(sys.argv[3]) if sys.argv[3] else None)
    else:
        main()

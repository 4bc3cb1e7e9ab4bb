"""What every benchmark shares: repeats in turn, peak memory, the machine, and a table, printed and kept.

Machines are noisy. What is compared is therefore measured in turn (A B A B), and what is told is the median of a few
repeats after one that is not counted; processor time says more than the clock where others use the machine.
"""

import argparse
import csv
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

RESULTS = Path(__file__).parent / "results"
MACHINES = RESULTS / "machines.csv"
DIGITS = 4
MIB = 1024
REPEATS = 5

Row = dict[str, Any]


class Spent(NamedTuple):
    """Seconds of the clock and of the processor."""

    wall: float
    cpu: float


def spent(work: Callable[[], object]) -> Spent:
    """Time some work once."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return Spent(time.perf_counter() - wall, time.process_time() - cpu)


def median(times: Iterable[Spent]) -> Spent:
    """Give the median of the clock and that of the processor."""
    return Spent(*(statistics.median(part) for part in zip(*times, strict=True)))


def in_turn(works: Mapping[str, Callable[[], object]], repeats: int = REPEATS) -> dict[str, list[Spent]]:
    """Time each work a few times, one after the other and again, after one round that is not counted."""
    for work in works.values():
        work()
    times: dict[str, list[Spent]] = {name: [] for name in works}
    for _ in range(repeats):
        for name, work in works.items():
            times[name].append(spent(work))
    return times


def ratio(ones: Sequence[Spent], others: Sequence[Spent]) -> float:
    """Give how many times the processor time of the others the ones took: the median of the rounds' ratios."""
    return statistics.median(one.cpu / other.cpu for one, other in zip(ones, others, strict=True))


def peak_memory() -> float:
    """Give the most memory that this process has held, MiB.

    Linux counts in the resource usage of a process what its parent held when it began; the status file does not.
    """
    status = Path("/proc/self/status")
    if status.exists():
        return int(status.read_text().split("VmHWM:")[1].split()[0]) / MIB
    size = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return size / MIB / (MIB if sys.platform == "darwin" else 1)


def told_by(command: Sequence[object], **settings: str) -> Row:
    """Run a command in a process of its own and read what it tells in its last line; one processor to a library."""
    environment = os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"} | settings
    words = [str(word) for word in command]
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)  # noqa: S603  (our own)
    if done.returncode:
        raise SystemExit(f"{' '.join(words)} failed:\n{done.stderr}")
    told: Row = json.loads(done.stdout.splitlines()[-1])
    return told


def processor() -> str:
    """Give the processor's name."""
    told = Path("/proc/cpuinfo")
    lines = told.read_text().splitlines() if told.exists() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def machine() -> Row:
    """Give what a time depends on beside the code."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / MIB**3
    return {
        "processor": processor(),
        "processors": os.cpu_count(),
        "memory_gib": round(memory),
        "system": platform.system(),
        "python": platform.python_version(),
        "numpy": version("numpy"),
        "numba": version("numba"),
        "load_before": round(os.getloadavg()[0], 1),
    }


def run(name: str, measure: Callable[[], list[Row]], title: str) -> None:
    """Be the script of a benchmark: measure, print the table, and with `--keep` write it to benchmarks/results/.

    Parameters
    ----------
    name : of the table
    measure : gives its rows, all with the same columns
    title : what the table shows, and in which units
    """
    parser = argparse.ArgumentParser(description=title)
    parser.add_argument("--keep", action="store_true", help="write the table to benchmarks/results/")
    keep = parser.parse_args().keep
    before = machine()
    print(", ".join(f"{key.replace('_', ' ')} {value}" for key, value in before.items()))
    rows = [{key: significant(value) for key, value in row.items()} for row in measure()]
    show(rows, title)
    if keep:
        write_table(RESULTS / f"{name}.csv", rows)
        others = [row for row in read_table(MACHINES) if row["benchmark"] != name] if MACHINES.exists() else []
        write_table(MACHINES, sorted([*others, {"benchmark": name} | before], key=lambda row: str(row["benchmark"])))


def significant(value: object) -> object:
    """Round a measured number to the digits that are kept."""
    return float(f"{value:.{DIGITS}g}") if isinstance(value, float) else value


def show(rows: Sequence[Row], title: str) -> None:
    """Print a table."""
    columns = list(rows[0])
    texts = [columns, *([f"{row[column]}" for column in columns] for row in rows)]
    widths = [max(len(text[place]) for text in texts) for place in range(len(columns))]
    print(f"\n{title}\n")
    for text in texts:
        print("  ".join(cell.rjust(width) for cell, width in zip(text, widths, strict=True)))


def write_table(path: Path, rows: Sequence[Row]) -> None:
    """Write a table as CSV."""
    path.parent.mkdir(exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def read_table(path: Path) -> list[Row]:
    """Read a table as it was written: numbers as numbers."""
    with path.open(encoding="utf-8", newline="") as file:
        return [{key: _value(text) for key, text in row.items()} for row in csv.DictReader(file)]


def _value(text: str) -> str | int | float:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text

"""hecon against heormodel, starsim and vivarium on the same four states: the clock, the processor, peak memory.

Run it with `make bench-others`, which installs the others in an environment of their own. Each measurement is a process
of its own on one thread, the packages take turns, and none counts whose answer is further from the exact one than
Monte Carlo error explains.
"""

import statistics
import sys
import tempfile
from pathlib import Path

import numpy as np
from task import ERRORS, Answer, Task, errors_off, tasks

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(HERE.parent))

from common import REPEATS, Row, run, told_by  # noqa: E402  (of the folder above)

ENVIRONMENT = ROOT / ".venv-bench" / "bin" / "python"
PACKAGES = {"hecon": Path(sys.executable), "heormodel": ENVIRONMENT, "starsim": ENVIRONMENT, "vivarium": ENVIRONMENT}
PERSONS = 50_000


def once(package: str, task: Task, seed: int, cache: str) -> Row:
    """Measure a package once, and see that its answer is right."""
    command = (PACKAGES[package], HERE / "one.py", package, task.name, PERSONS, seed)
    told = told_by(command, NUMBA_CACHE_DIR=cache)
    answer = Answer(np.array(told["share"]), np.array(told["worth"]))
    told["errors_off"] = errors_off(task, answer, PERSONS)
    if told["errors_off"] > ERRORS:
        raise SystemExit(f"{package} is {told['errors_off']:.1f} standard errors off on {task.name}: {answer}")
    return told


def of_task(task: Task, cache: str) -> list[Row]:
    """Measure every package on a task, the first time with nothing compiled."""
    cold = {package: once(package, task, 1, cache) for package in PACKAGES}
    warm: dict[str, list[Row]] = {package: [] for package in PACKAGES}
    for repeat in range(REPEATS):
        for package, found in warm.items():
            found.append(once(package, task, 2 + repeat, cache))
    rows = []
    for package, found in warm.items():
        middle = {key: statistics.median(row[key] for row in found) for key in ("wall", "cpu", "memory", "import")}
        against = statistics.median(row["cpu"] / own["cpu"] for row, own in zip(found, warm["hecon"], strict=True))
        rows.append(
            {
                "task": task.name,
                "package": package,
                "version": found[0]["version"],
                "persons": PERSONS,
                "cycles": task.cycles,
                "repeats": len(found),
                "wall_s": middle["wall"],
                "cpu_s": middle["cpu"],
                "cpu_times_hecon": against,
                "million_person_cycles_per_cpu_s": PERSONS * task.cycles / middle["cpu"] / 1e6,
                "import_s": middle["import"],
                "compile_s": cold[package]["compile"],
                "peak_memory_mib": middle["memory"],
                "memory_for_the_task_mib": statistics.median(row["memory"] - row["memory_before"] for row in found),
                "worst_errors_off": max(row["errors_off"] for row in [cold[package], *found]),
            }
        )
    return rows


def measure() -> list[Row]:
    """Measure every package on every task."""
    if not ENVIRONMENT.exists():
        raise SystemExit(f"{ENVIRONMENT} is not there: make it with `make bench-others`")
    rows = []
    for task in tasks().values():
        with tempfile.TemporaryDirectory() as cache:
            rows += of_task(task, cache)
    return rows


if __name__ == "__main__":
    run("others", measure, "one thread; seconds, medians; what a first call compiles and imports is told apart")

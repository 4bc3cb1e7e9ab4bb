"""What a user waits for before anything is simulated: imports, help, the first call of the kernel.

Each is a process of its own, in turn; the time of a bare interpreter is told beside. The kernel is called for the first
time in a process with its machine code on disk, and once with nothing on disk, so that it is compiled.
"""

import statistics
import subprocess
import sys
import tempfile
import time
from functools import partial

from common import REPEATS, Row, run, told_by

FIRST_CALL = """
import json, time
begun = time.perf_counter()
import hecon
imported = time.perf_counter()
inputs = hecon.read_parameters().base_case()
from hecon.model import block, kernel
from hecon.model.simulation import STRATEGIES
setup = block.Setup(STRATEGIES, 10, 60, 1, (), None, money=True)
ready = time.perf_counter()
block.simulate_block(inputs, setup)
called = time.perf_counter()
print(json.dumps({"import": imported - begun, "ready": ready - imported, "call": called - ready}))
"""


def seconds(*words: str) -> float:
    """Time a process of Python from beginning to end."""
    begun = time.perf_counter()
    subprocess.run([sys.executable, *words], check=True, capture_output=True)  # noqa: S603  (our own commands)
    return time.perf_counter() - begun


def measure() -> list[Row]:
    """Start everything in turn, after a round that is not counted."""
    processes = {
        "python, doing nothing": partial(seconds, "-c", "pass"),
        "python -c 'import hecon', the whole process": partial(seconds, "-c", "import hecon"),
        "hecon --help, the whole process": partial(seconds, "-m", "hecon", "--help"),
    }
    parts = {
        "import": "import hecon, within a process",
        "ready": "reading the parameters and loading the model's modules",
        "call": "the first call of the kernel, compiled before",
    }
    times: dict[str, list[float]] = {name: [] for name in (*processes, *parts.values())}
    for repeat in range(REPEATS + 1):
        found = {name: start() for name, start in processes.items()}
        told = told_by((sys.executable, "-c", FIRST_CALL))
        found |= {words: told[part] for part, words in parts.items()}
        if repeat:
            for name, taken in found.items():
                times[name].append(taken)
    with tempfile.TemporaryDirectory() as empty:
        compiled = told_by((sys.executable, "-c", FIRST_CALL), NUMBA_CACHE_DIR=empty)["call"]
    rows: list[Row] = [
        {"what": name, "repeats": REPEATS, "seconds": statistics.median(taken), "least": min(taken)}
        for name, taken in times.items()
    ]
    once = {"what": "the first call of the kernel, nothing compiled", "repeats": 1}
    return [*rows, {**once, "seconds": compiled, "least": compiled}]


if __name__ == "__main__":
    run("latency", measure, "seconds until something happens")

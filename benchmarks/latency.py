"""What a user waits for before anything is simulated: imports, help, the first call of the kernel.

Each is a process of its own, in turn; the time of a bare interpreter is told beside. The kernel is called for the first
time in a process with its machine code on disk, and once with nothing on disk, so that it is compiled.
"""

import os
import subprocess
import sys
import tempfile
import time
from functools import partial

from common import REPEATS, Row, Spent, median, run, told_by

FIRST_CALL = """
import json, time
now = lambda: (time.perf_counter(), time.process_time())
begun = now()
import hecon
imported = now()
inputs = hecon.read_parameters().base_case()
from hecon.model import block, kernel
from hecon.model.simulation import STRATEGIES
setup = block.Setup(STRATEGIES, 10, 60, 1, (), None, money=True)
ready = now()
block.simulate_block(inputs, setup)
called = now()
spent = lambda start, end: [after - before for before, after in zip(start, end)]
print(json.dumps({"import": spent(begun, imported), "ready": spent(imported, ready), "call": spent(ready, called)}))
"""


def process(*words: str) -> Spent:
    """Time a process of Python from beginning to end."""
    begun, before = time.perf_counter(), os.times()
    subprocess.run([sys.executable, *words], check=True, capture_output=True)  # noqa: S603  (our own commands)
    after = os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return Spent(time.perf_counter() - begun, cpu)


def measure() -> list[Row]:
    """Start everything in turn, after a round that is not counted."""
    processes = {
        "python, doing nothing": partial(process, "-c", "pass"),
        "python -c 'import hecon', the whole process": partial(process, "-c", "import hecon"),
        "hecon --help, the whole process": partial(process, "-m", "hecon", "--help"),
    }
    parts = {
        "import": "import hecon, within a process",
        "ready": "reading the parameters and loading the model's modules",
        "call": "the first call of the kernel, compiled before",
    }
    times: dict[str, list[Spent]] = {name: [] for name in (*processes, *parts.values())}
    for repeat in range(REPEATS + 1):
        found = {name: start() for name, start in processes.items()}
        told = told_by((sys.executable, "-c", FIRST_CALL))
        found |= {words: Spent(*told[part]) for part, words in parts.items()}
        if repeat:
            for name, taken in found.items():
                times[name].append(taken)
    with tempfile.TemporaryDirectory() as empty:
        compiled = Spent(*told_by((sys.executable, "-c", FIRST_CALL), NUMBA_CACHE_DIR=empty)["call"])
    times["the first call of the kernel, nothing compiled"] = [compiled]
    return [
        {"what": name, "repeats": len(taken), "wall_s": median(taken).wall, "cpu_s": median(taken).cpu}
        for name, taken in times.items()
    ]


if __name__ == "__main__":
    run("latency", measure, "seconds until something happens")

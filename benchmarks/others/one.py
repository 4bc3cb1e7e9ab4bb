"""One package, one task, once, in this process: tells seconds, memory and the answer as a line of JSON.

Its arguments are a package, the name of a task, how many persons, and a seed.
"""

import dataclasses
import json
import sys
import time
from importlib import import_module
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from common import peak_memory, spent

WARM_UP_CYCLES = 10


def main() -> None:
    """Warm up with all the people and a few cycles, so that everything is compiled, and measure."""
    package, name, persons, seed = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    begun = time.process_time()
    run = import_module(f"with_{package}").run
    imported = time.process_time() - begun
    before = peak_memory()
    from task import tasks

    task = tasks()[name]
    first = spent(lambda: run(dataclasses.replace(task, cycles=WARM_UP_CYCLES), persons, seed))
    again = spent(lambda: run(dataclasses.replace(task, cycles=WARM_UP_CYCLES), persons, seed))
    answers = []
    taken = spent(lambda: answers.append(run(task, persons, seed)))
    told = {
        "version": import_module(package).__version__,
        "import": imported,
        "compile": max(first.cpu - again.cpu, 0.0),
        "wall": taken.wall,
        "cpu": taken.cpu,
        "memory_before": before,
        "memory": peak_memory(),
        "share": answers[0].share.tolist(),
        "worth": answers[0].worth.tolist(),
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main()

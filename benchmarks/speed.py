"""How fast the kernel is: million person-weeks a second, every rule on, money and outcomes counted.

Run it with `make bench`.
"""

from concurrent.futures import ThreadPoolExecutor
from functools import partial

from common import Row, in_turn, median, run
from kernel_run import part, ready, simulate

PEOPLE = 20_000
HORIZONS = (52, 260, 520)
THREADS = (1, 2)


def measure() -> list[Row]:
    """Time the kernel alone, its people shared out to threads."""
    works = {}
    for weeks in HORIZONS:
        world = ready(PEOPLE, weeks).world
        for threads in THREADS:
            share = PEOPLE // threads
            parts = [(part(world, start, start + share), start) for start in range(0, PEOPLE, share)]
            works[weeks, threads] = partial(on_threads, parts)
    times = in_turn(works)
    rows = []
    for (weeks, threads), taken in times.items():
        wall, cpu = median(taken)
        rows.append(
            {
                "weeks": weeks,
                "threads": threads,
                "people": PEOPLE,
                "wall_ms": 1000.0 * wall,
                "million_person_weeks_per_s": PEOPLE * weeks / wall / 1e6,
                "million_person_weeks_per_cpu_s": PEOPLE * weeks / cpu / 1e6,
            }
        )
    return rows


def on_threads(parts: list) -> None:
    """Run each part on a thread of its own."""
    with ThreadPoolExecutor(len(parts)) as pool:
        list(pool.map(lambda some: simulate(*some), parts))


if __name__ == "__main__":
    run("speed", measure, "the kernel alone, every rule on: million person-weeks a second")

"""How fast the kernel is: million person-weeks a second, every rule on, money and outcomes counted.

The weeks of a person count once for each strategy. A person's life without a program is walked once and shared by all
strategies that change nothing of it, so several strategies in one call take less than each in a call of its own.

Run it with `make bench`.
"""

from concurrent.futures import ThreadPoolExecutor
from functools import partial

from common import Row, in_turn, median, run
from kernel_run import PROGRAM, Lives, lives, simulate

from hecon.model.simulation import STRATEGIES

PEOPLE = 20_000
HORIZONS = (52, 260, 520)
THREADS = (1, 2)


def measure() -> list[Row]:
    """Time the kernel alone, its people shared out to threads."""
    works, sizes = {}, {}
    for weeks in HORIZONS:
        for strategies in (STRATEGIES, (PROGRAM,)):
            of = lives(PEOPLE, weeks, strategies)
            for threads in THREADS:
                share = PEOPLE // threads
                parts = [(of.part(start, start + share), start) for start in range(0, PEOPLE, share)]
                works[weeks, len(strategies), threads] = partial(on_threads, parts)
                sizes[weeks, len(strategies), threads] = of.person_weeks
    times = in_turn(works)
    rows = []
    for (weeks, strategies, threads), taken in times.items():
        wall, cpu = median(taken)
        million = sizes[weeks, strategies, threads] / 1e6
        rows.append(
            {
                "weeks": weeks,
                "strategies": strategies,
                "threads": threads,
                "people": PEOPLE,
                "wall_ms": 1000.0 * wall,
                "million_person_weeks_per_s": million / wall,
                "million_person_weeks_per_cpu_s": million / cpu,
            }
        )
    return rows


def on_threads(parts: list[tuple[Lives, int]]) -> None:
    """Run each part on a thread of its own."""
    with ThreadPoolExecutor(len(parts)) as pool:
        list(pool.map(lambda some: simulate(*some), parts))


if __name__ == "__main__":
    run("speed", measure, "the kernel alone, every rule on: million person-weeks a second")

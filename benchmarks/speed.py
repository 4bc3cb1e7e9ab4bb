"""How fast the model is, and how much luck in common is worth: medians of repeats, ratios within one run.

Run it with `make bench`. Machines are noisy: quote the ratios, and the medians with the machine they come from.
"""

import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

import hecon
from hecon.inputs.parameters import Inputs
from hecon.model import block, kernel, worlds
from hecon.model.ledger import FLOW_NAMES, FLOWS, SOCIETY, signs
from hecon.model.simulation import STRATEGIES

Floats = NDArray[np.float64]

REPEATS = 9
PEOPLE = 20_000
PROGRAM = "motivational_interviewing"


def seconds(work: Callable[[], object]) -> float:
    """Return the median time of a few repeats, after one that is not counted."""
    work()
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def people_and_world(inputs: Inputs, weeks: int, people: int) -> tuple[block.Setup, worlds.Ready]:
    """Return a run's people at the base case, ready for the comparator and a program."""
    setup = block.Setup((STRATEGIES[0], PROGRAM), people, weeks, hecon.SEED, ("person",), None, money=True)
    return setup, next(worlds.prepare(inputs, setup))


def person_weeks(weeks: int, threads: int) -> float:
    """Return millions of person-weeks a second of the kernel alone: every rule, money and outcomes counted."""
    inputs = hecon.read_parameters().base_case()
    setup, ready = people_and_world(inputs, weeks, PEOPLE)
    world = ready.world._replace(program=ready.programs[1])
    share = PEOPLE // threads

    def part(thread: int) -> None:
        results = kernel.Results(
            np.zeros(share, dtype=np.int64),
            np.zeros((1, setup.years, len(FLOWS))),
            np.zeros((1, kernel.MEASURES)),
            np.zeros((1, len(world.program.week), 2)),
        )
        some = slice(thread * share, (thread + 1) * share)
        people = kernel.People(*(array[some] for array in world.people))
        accounts = world.accounts._replace(rate=world.accounts.rate[some])
        program = world.program._replace(offered=world.program.offered[some])
        part = world._replace(people=people, accounts=accounts, program=program)
        kernel.simulate_people(hecon.SEED, 0, part, results, thread * share)

    with ThreadPoolExecutor(threads) as pool:
        return PEOPLE * weeks / seconds(lambda: list(pool.map(part, range(threads)))) / 1e6


def variance_ratio(weeks: int, overlay: dict[str, float]) -> float:
    """Return the variance of the incremental cost to society under independent luck, over that under shared luck.

    The people are the same in both: only what happens to them is drawn anew.
    """
    inputs = hecon.read_parameters(overlays=[overlay]).base_case()
    setup, ready = people_and_world(inputs, weeks, PEOPLE)
    everybody = np.arange(PEOPLE)

    def cost_by_person(which: int, seed: int) -> Floats:
        again = replace(setup, strategies=(setup.strategies[which],), seed=seed)
        world = ready.world._replace(program=ready.programs[which])
        ran = block.run_strategy(world, ready.values.key, everybody, PEOPLE, again)
        sums = block.Sums.zeros(again, 1)
        sums.money[0, 0], sums.outcome[0, 0] = ran.money, ran.outcome
        block.add_delivery(sums, [ran.held[None]], inputs.together(), again)
        return sums.money[0, 0].sum(axis=1) @ signs(FLOW_NAMES, SOCIETY, "human_capital").to_numpy()

    usual, program, elsewhere = cost_by_person(0, 1), cost_by_person(1, 1), cost_by_person(1, 2)
    return float(np.var(elsewhere - usual) / np.var(program - usual))


def psa_seconds() -> float:
    """Return the time of 1,000 draws of 4 strategies, 1,000 people and 260 weeks on all processors."""
    inputs = hecon.read_parameters().sample(1000, hecon.SEED)
    hecon.simulate(inputs.block(0, 4), people=10)
    start = time.perf_counter()
    hecon.simulate(inputs, people=1000, weeks=260)
    return time.perf_counter() - start


def import_seconds() -> float:
    """Return the time of `import hecon`, less that of an empty interpreter."""
    command = [sys.executable, "-c"]
    bare = seconds(lambda: subprocess.run([*command, "pass"], check=True))  # noqa: S603  (our own command)
    return seconds(lambda: subprocess.run([*command, "import hecon"], check=True)) - bare  # noqa: S603


def main() -> None:
    """Print the figures."""
    print(
        f"{platform.processor() or platform.machine()}, {os.cpu_count()} processors, Python {platform.python_version()}"
    )
    print(f"\n{'weeks':>6} {'1 thread':>10} {'2 threads':>10}   million person-weeks a second, every rule on")
    for weeks in (52, 260, 520):
        print(f"{weeks:6} {person_weeks(weeks, 1):10.0f} {person_weeks(weeks, 2):10.0f}")
    print("\nvariance of the incremental cost to society, independent over shared luck")
    print(f"{'weeks':>6} {'as fitted':>10} {'return 1.2':>10}   the program's effect; with none the ratio has no bound")
    strong = {"early_contact_return_ratio": 1.2, "motivational_content_return_ratio": 1.0}
    for weeks in (52, 260):
        print(f"{weeks:6} {variance_ratio(weeks, {}):10.0f} {variance_ratio(weeks, strong):10.0f}")
    print(f"\n1,000 draws x 4 strategies x 1,000 people x 260 weeks: {psa_seconds():.1f} s")
    print(f"import hecon: {import_seconds():.2f} s")


if __name__ == "__main__":
    main()

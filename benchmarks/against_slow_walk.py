"""The kernel against hecon's own slow walk, which visits every week in plain Python: person-weeks a second.

The slow walk is the tests' oracle (`tests/slow_walk.py`): the same rules, written from the statute and not from the
kernel. Both walk the same people under the same strategies and count their money and outcomes; a ratio only counts if
the answers agree.
"""

import sys
from functools import partial
from pathlib import Path

import numpy as np
from common import Row, in_turn, median, ratio, run
from kernel_run import Lives, lives, simulate

from hecon import SEED
from hecon.model import kernel
from hecon.model.ledger import FLOWS
from hecon.model.simulation import STRATEGIES

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from slow_walk import (
    Luck,
    Tables,
    slow_categories,
    slow_measures,
    slow_money,
    slow_stays,
)

PEOPLE = 5000
SLOWLY = 100
"""As many of the people are walked slowly too."""
HORIZONS = (52, 260, 520)
REPEATS = 3


def slow(of: Lives) -> kernel.Results:
    """Do what the kernel does, week by week, strategy by strategy."""
    strategies, contacts = of.programs.week.shape
    years = -(-of.world.horizon // kernel.WEEKS_PER_YEAR)
    flow = np.zeros((strategies, 1, len(FLOWS), years))
    measured = np.zeros((strategies, 1, kernel.MEASURES))
    held = np.zeros((strategies, 1, contacts, 2))
    for strategy in range(strategies):
        world = of.under(strategy)
        tables = Tables(world)
        for person in range(len(world.people.state)):
            stays = slow_stays(world, SEED, 0, person, tables)
            counted, unpaid = slow_categories(world, person, stays)
            flow[strategy, 0] += slow_money(world, person, counted, len(FLOWS)).T
            propensity = Luck(SEED, 0, person).uniform(kernel.LUCK_ATTENDANCE, 0)
            outcome, met = slow_measures(world, person, stays, unpaid, propensity)
            measured[strategy, 0] += outcome
            held[strategy, 0] += met
    return kernel.Results(np.zeros(0, dtype=np.int64), flow, measured, held)


def measure() -> list[Row]:
    """Time both, in turn."""
    rows = []
    for weeks in HORIZONS:
        of = lives(PEOPLE, weeks)
        some = of.part(0, SLOWLY)
        for quick, known in zip(simulate(some)[1:], slow(some)[1:], strict=True):
            np.testing.assert_allclose(quick, known, rtol=1e-9, atol=1e-6)
        times = in_turn({"kernel": partial(simulate, of), "slow walk": partial(slow, some)}, REPEATS)
        rows.append(
            {
                "weeks": weeks,
                "strategies": len(STRATEGIES),
                "people": PEOPLE,
                "people_slowly": SLOWLY,
                "thousand_person_weeks_per_cpu_s_slowly": some.person_weeks / median(times["slow walk"]).cpu / 1e3,
                "thousand_person_weeks_per_cpu_s": of.person_weeks / median(times["kernel"]).cpu / 1e3,
                "times": PEOPLE / SLOWLY * ratio(times["slow walk"], times["kernel"]),
            }
        )
    return rows


if __name__ == "__main__":
    run("against_slow_walk", measure, "person-weeks a second of processor time, every rule on")

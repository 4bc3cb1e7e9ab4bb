"""The kernel against hecon's own slow walk, which visits every week in plain Python: person-weeks a second.

The slow walk is the tests' oracle (`tests/slow_walk.py`): the same rules, written from the statute and not from the
kernel. Both walk the same people and count their money and outcomes; a ratio only counts if the answers agree.
"""

import sys
from functools import partial
from pathlib import Path

import numpy as np
from common import Row, in_turn, median, ratio, run
from kernel_run import part, ready, simulate

from hecon import SEED
from hecon.model import kernel
from hecon.model.kernel import World
from hecon.model.ledger import FLOWS

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


def slow(world: World) -> kernel.Results:
    """Do what the kernel does, week by week."""
    years = -(-world.horizon // kernel.WEEKS_PER_YEAR)
    flow = np.zeros((1, years, len(FLOWS)))
    measured = np.zeros((1, kernel.MEASURES))
    held = np.zeros((1, len(world.program.week), 2))
    tables = Tables(world)
    for person in range(len(world.people.state)):
        stays = slow_stays(world, SEED, 0, person, tables)
        counted, unpaid = slow_categories(world, person, stays)
        flow[0] += slow_money(world, person, counted, len(FLOWS))
        propensity = Luck(SEED, 0, person).uniform(kernel.LUCK_ATTENDANCE, 0)
        outcome, contacts = slow_measures(world, person, stays, unpaid, propensity)
        measured[0] += outcome
        held[0] += contacts
    return kernel.Results(np.zeros(0, dtype=np.int64), flow, measured, held)


def measure() -> list[Row]:
    """Time both, in turn."""
    rows = []
    for weeks in HORIZONS:
        world = ready(PEOPLE, weeks).world
        some = part(world, 0, SLOWLY)
        for quick, known in zip(simulate(some)[1:], slow(some)[1:], strict=True):
            np.testing.assert_allclose(quick, known, rtol=1e-9, atol=1e-6)
        times = in_turn({"kernel": partial(simulate, world), "slow walk": partial(slow, some)})
        rows.append(
            {
                "weeks": weeks,
                "people": PEOPLE,
                "people_slowly": SLOWLY,
                "thousand_person_weeks_per_cpu_s_slowly": SLOWLY * weeks / median(times["slow walk"]).cpu / 1e3,
                "thousand_person_weeks_per_cpu_s": PEOPLE * weeks / median(times["kernel"]).cpu / 1e3,
                "times": PEOPLE / SLOWLY * ratio(times["slow walk"], times["kernel"]),
            }
        )
    return rows


if __name__ == "__main__":
    run("against_slow_walk", measure, "person-weeks a second of processor time, every rule on")

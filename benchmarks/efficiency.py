"""What precision costs: processor seconds to a standard error of 1% of the incremental cost to society, by luck.

A program is compared with the first strategy for the same people at the base case. Under shared luck the same people
meet the same luck under both, as in every run of hecon; under independent luck each strategy has luck of its own. The
seconds are those of a person, both strategies, times the persons that the variance asks for. Where the mean is near
zero, 1% of it is near nothing, and no number of people is enough: the standard error asked for is told in NOK, beside
the mean and its own error.
"""

from dataclasses import replace

import numpy as np
from common import Row, in_turn, median, run
from kernel_run import Case, case, cost_by_person

from hecon import SEED
from hecon.model.block import simulate_block
from hecon.model.simulation import STRATEGIES

PEOPLE = 20_000
HORIZONS = (52, 260)
SHARE = 0.01
REPEATS = 3
OTHER_LUCK = SEED + 1


def measure() -> list[Row]:
    """Measure the variance of a person's increment, and the time of a person, by program and horizon."""
    usual = STRATEGIES[0]
    rows = []
    for weeks in HORIZONS:
        of = case(PEOPLE, weeks)
        cost, elsewhere = (cost_by_person(of, seed) for seed in (SEED, OTHER_LUCK))

        def seconds(*strategies: str, of: Case = of) -> float:
            setup = replace(of.setup, strategies=strategies)
            taken = in_turn({"block": lambda: simulate_block(of.inputs, setup)}, REPEATS)
            return median(taken["block"]).cpu / PEOPLE

        alone = seconds(usual)
        for place, program in enumerate(STRATEGIES[1:], 1):
            lucks = {
                "shared": (cost[place] - cost[0], seconds(usual, program)),
                "independent": (elsewhere[place] - cost[0], alone + seconds(program)),
            }
            mean = float(lucks["shared"][0].mean())
            target = SHARE * abs(mean)
            rows += [
                {
                    "weeks": weeks,
                    "program": program,
                    "luck": luck,
                    "mean_increment_nok": mean,
                    "error_of_mean_nok": float(lucks["shared"][0].std() / np.sqrt(PEOPLE)),
                    "standard_error_asked_nok": target,
                    "sd_of_a_person_nok": float(increment.std()),
                    "microseconds_per_person": 1e6 * each,
                    "persons": float(increment.var() / target**2),
                    "cpu_s": float(each * increment.var() / target**2),
                }
                for luck, (increment, each) in lucks.items()
            ]
    return rows


if __name__ == "__main__":
    run("efficiency", measure, "processor seconds to a standard error of 1% of the incremental cost to society")

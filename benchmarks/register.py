"""A register as large as Norway's: time and peak memory of reading it and simulating it, as people grow.

Each register is made as a Parquet file of synthetic people with histories of their own, then read and simulated for 520
weeks under 4 strategies in a process of its own, so that peak memory is that run's alone; with a file of outcomes by
person, and without. Each is run once. It needs the extra `register`.
"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
from common import Row, run, told_by

import hecon
from hecon.model.cohort import CODED, MINIMUM_GRADE
from hecon.model.population import COLUMNS, draw_population

PEOPLE = (25_000, 100_000, 400_000)
WEEKS = 520
ONE_REGISTER = Path(__file__).parent / "one_register.py"


def synthetic(people: int) -> pd.DataFrame:
    """Make a register: people like the trial's at inclusion, sick-listed for 1 to 40 weeks."""
    drawn = draw_population(hecon.read_parameters().base_case().one(0), people, hecon.SEED)
    coded = {name: pd.Categorical.from_codes(getattr(drawn, name), list(COLUMNS[name])) for name in CODED}
    return pd.DataFrame(
        {
            "id": np.arange(people),
            "age": drawn.age.clip(18.0, 66.99),
            **coded,
            "weeks_sick_listed": np.random.default_rng(hecon.SEED).integers(1, 41, people),
            "wage": drawn.wage.round(),
            "grade": drawn.grade.clip(MINIMUM_GRADE, 0.99),
            "employment_fraction": drawn.employment_fraction,
            "pension_held": drawn.pension_held,
        }
    )


def measure() -> list[Row]:
    """Read and run each register."""
    rows = []
    with TemporaryDirectory() as folder:
        for people in PEOPLE:
            path = Path(folder) / "people.parquet"
            synthetic(people).to_parquet(path)
            for by_person in ("no", "yes"):
                persons = [Path(folder) / "persons.parquet"] if by_person == "yes" else []
                told = told_by((sys.executable, ONE_REGISTER, WEEKS, path, *persons))
                rows.append(
                    {
                        "people": people,
                        "by_person": by_person,
                        "read_s": told["read"],
                        "wall_s": told["wall"],
                        "cpu_s": told["cpu"],
                        "peak_memory_mib": told["memory"],
                    }
                )
    return rows


if __name__ == "__main__":
    run("register", measure, "a register of people: reading, the clock, the processor, peak memory")

"""One register in this process: tells its seconds and its peak memory as a line of JSON.

Its arguments are weeks, the Parquet file of people, and where outcomes by person are written, if they are.
"""

import json
import sys

from common import peak_memory, spent

import hecon

BY = ("sex", "diagnosis", "age")


def main() -> None:
    """Read it, once without counting, warm up on a few of its people, and measure."""
    weeks, path, *persons = sys.argv[1:]
    inputs = hecon.read_parameters().base_case()
    hecon.read_cohort(path)
    cohorts = []
    read = spent(lambda: cohorts.append(hecon.read_cohort(path)))
    cohort = cohorts[0]
    hecon.register(inputs, cohort.iloc[:10], by=BY, weeks=int(weeks))
    taken = spent(
        lambda: hecon.register(inputs, cohort, by=BY, weeks=int(weeks), persons=persons[0] if persons else None)
    )
    print(json.dumps({"read": read.wall, "wall": taken.wall, "cpu": taken.cpu, "memory": peak_memory()}))


if __name__ == "__main__":
    main()

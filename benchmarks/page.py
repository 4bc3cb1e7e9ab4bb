"""Writes the kept tables into docs/benchmarks.md, each between its two marks, so that no number there is typed.

Run it with `make bench-page`.
"""

import re
from collections.abc import Callable
from pathlib import Path

from common import MACHINES, RESULTS, Row, read_table

from hecon.report.numbers import number

PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"
MARKS = re.compile(r"(<!-- table: (\w+) -->\n).*?(<!-- end of table -->)", re.DOTALL)
Columns = dict[str, str]

TABLES: dict[str, Columns] = {
    "speed": {
        "weeks": "weeks",
        "strategies": "strategies",
        "threads": "threads",
        "million_person_weeks_per_s": "by the clock",
        "million_person_weeks_per_cpu_s": "by processor time",
    },
    "rules": {
        "weeks": "weeks",
        "strategies": "strategies",
        "switched_off": "switched off",
        "all_rules_over_this": "every rule over this",
        "stays_per_person": "stays per person",
        "ns_per_stay": "nanoseconds per stay",
    },
    "against_slow_walk": {
        "weeks": "weeks",
        "thousand_person_weeks_per_cpu_s_slowly": "slow walk, thousand person-weeks a second",
        "thousand_person_weeks_per_cpu_s": "kernel, thousand person-weeks a second",
        "times": "times",
    },
    "efficiency": {
        "weeks": "weeks",
        "program": "program",
        "luck": "luck",
        "mean_increment_nok": "increment, NOK per person",
        "standard_error_asked_nok": "standard error asked, NOK",
        "sd_of_a_person_nok": "SD of a person, NOK",
        "persons": "persons",
        "cpu_s": "processor seconds",
    },
    "growth": {
        "of": "doubled",
        "people": "persons",
        "weeks": "weeks",
        "draws": "draws",
        "strategies": "strategies",
        "workers": "workers",
        "wall_s": "seconds by the clock",
        "cpu_s": "of the processor",
        "exponent_of_cpu": "exponent",
        "memory_for_the_run_mib": "memory for the run, MiB",
    },
    "large": {
        "people": "persons",
        "weeks": "weeks",
        "draws": "draws",
        "strategies": "strategies",
        "workers": "workers",
        "where": "on",
        "wall_s": "seconds by the clock",
        "cpu_s": "of the processor",
        "million_person_weeks_per_s": "million person-weeks a second",
        "peak_memory_mib": "peak memory, MiB",
        "bytes": "digest of the result",
    },
    "register": {
        "people": "persons",
        "by_person": "file by person",
        "read_s": "reading, s",
        "wall_s": "seconds by the clock",
        "cpu_s": "of the processor",
        "peak_memory_mib": "peak memory, MiB",
    },
    "latency": {"what": "what", "wall_s": "seconds by the clock", "cpu_s": "of the processor"},
    "voi": {"of": "value of knowing", "wall_s": "seconds by the clock", "cpu_s": "of the processor"},
    "sobol": {"points": "points", "wall_s": "seconds by the clock", "cpu_s": "of the processor"},
    "others": {
        "task": "task",
        "package": "package",
        "version": "version",
        "wall_s": "seconds by the clock",
        "cpu_s": "of the processor",
        "cpu_times_hecon": "times hecon's",
        "million_person_cycles_per_cpu_s": "million person-cycles a second",
        "peak_memory_mib": "peak memory, MiB",
        "import_s": "import, s",
        "compile_s": "compile, s",
        "worst_errors_off": "furthest off, standard errors",
    },
}


def cell(value: object) -> str:
    """Write a number to three digits, a whole number whole, and words as words."""
    if isinstance(value, float):
        return number(value)
    return f"{value:,}" if isinstance(value, int) else str(value).replace("_", " ")


def markdown(name: str) -> str:
    """Give a kept table, and below it the machine that it was measured on."""
    if name not in kept():
        return "Nobody has kept these figures yet.\n"
    columns = TABLES[name]
    rows = rows_of(name)
    lines = [f"| {' | '.join(columns.values())} |", "|" + "---|" * len(columns)]
    lines += [f"| {' | '.join(cell(row[column]) for column in columns)} |" for row in rows]
    return "\n".join([*lines, "", f"*{on_machine(name)}*", ""])


def on_machine(name: str) -> str:
    """Say what a table was measured on."""
    told = next(row for row in read_table(MACHINES) if row["benchmark"] == name)
    return (
        f"{told['processor']}, {told['processors']} processors, {told['memory_gib']} GiB, {told['system']}, "
        f"Python {told['python']}, numpy {told['numpy']}, numba {told['numba']}; "
        f"load before it began {told['load_before']}. "
        f"In full: [{name}.csv](../benchmarks/results/{name}.csv)."
    )


def written(text: str, table: Callable[[str], str] = markdown) -> str:
    """Put every table into its place on the page."""
    return MARKS.sub(lambda found: f"{found[1]}\n{table(found[2])}\n{found[3]}", text)


def kept() -> list[str]:
    """Name the tables in benchmarks/results/."""
    return sorted(path.stem for path in RESULTS.glob("*.csv") if path != MACHINES)


def shown(text: str) -> list[str]:
    """Name the tables on a page."""
    return sorted(found[2] for found in MARKS.finditer(text))


def rows_of(name: str) -> list[Row]:
    """Give the rows of a kept table."""
    return read_table(RESULTS / f"{name}.csv")


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8")), encoding="utf-8")

"""The record of a run as a reader is shown it: what would repeat it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hecon.report import in_place
from hecon.report.language import day, mark, t, translated
from hecon.report.numbers import grouped

if TYPE_CHECKING:
    from hecon.evaluation.comparison import Comparison

LABELS = {
    "seed": mark("Seed"),
    "draws": mark("Draws of the probabilistic analysis"),
    "people_per_draw": mark("People per draw"),
    "people_base_case": mark("People in the base case"),
    "people": mark("Who they are"),
    "weeks": mark("Weeks"),
    "strategies": mark("Strategies"),
    "statute_date": mark("Statute as on"),
    "parameters": mark("Parameters, SHA-256"),
    "calibration": mark("Calibrated draws"),
    "scenarios": mark("Scenarios in place"),
    "overlaid": mark("Replaced by the user"),
    "hecon": "hecon",
    "python": "Python",
    "numpy": "numpy",
    "numba": "numba",
}
COUNTS = ("draws", "people_per_draw", "people_base_case")
COHORT = "a user's cohort, "
"""What the record says before the digest of a user's own people."""


def run_record(comparison: Comparison) -> list[tuple[str, str]]:
    """Give what was run and with what, each with its name."""
    parameters = comparison.parameters
    put = {"scenarios": in_place.scenarios(parameters), "overlaid": in_place.replaced(parameters)}
    record = {**comparison.record, **{key: ", ".join(names) or "none" for key, names in put.items()}}
    said = {key: translated(str(record[key])) for key in LABELS}
    said |= {key: grouped(record[key]) for key in COUNTS}
    said["strategies"] = ", ".join(comparison.label(name) for name in comparison.strategies)
    said["statute_date"] = day(record["statute_date"])
    if str(record["people"]).startswith(COHORT):
        said["people"] = t("a user's cohort, {digest}", digest=record["people"].removeprefix(COHORT))
    return [(translated(label), said[key]) for key, label in LABELS.items()]

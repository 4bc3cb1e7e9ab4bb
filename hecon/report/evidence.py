"""The tables of what the numbers rest on: the trial, and every parameter with its source and grade."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from hecon.evaluation import trial
from hecon.report import words
from hecon.report.cells import Cell, Table, name_cell
from hecon.report.numbers import percent

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hecon.evaluation.comparison import Comparison
    from hecon.inputs.entries import Parameter

GRADES = {
    "statute": "law, or a rule of the ministry",
    "trial": "the trial itself",
    "registry": "a national register",
    "study": "a published study",
    "derived": "computed from published figures",
    "calibrated": "fitted to the trial and registers",
    "assumption": "assumed: no source gives it",
}


STATISTICS = {
    "benefit_days_q1": ("Days on benefit, lower quartile", "days"),
    "benefit_days_median": ("Days on benefit, median", "days"),
    "benefit_days_q3": ("Days on benefit, upper quartile", "days"),
    "sustained_return": ("Sustained return within 12 months", "share"),
    "sustained_return_median_days": ("Median time to sustained return, calendar days", "days"),
    "no_benefit_day_365": ("Without benefit on day 365", "share"),
    "aap_entry": ("Moved to work assessment allowance by day 365", "share"),
    "sessions_two": ("Attended two sessions", "share"),
    "sessions_one": ("Attended one session", "share"),
    "sessions_none": ("Attended no session", "share"),
}


def against_trial(comparison: Comparison) -> Table | None:
    """Set the base case beside what the trial published; none where the parameters have no targets."""
    table = trial.against_trial(comparison)
    if table.empty:
        return None
    rows, before = [], ""
    for row in table.to_dict("records"):
        name, unit = STATISTICS[row["statistic"]]
        values = [row[key] for key in ("published", "simulated", "low", "high")]
        seen, model, low, high = (percent(x) if unit == "share" else f"{x:.0f}" for x in values)
        arm = name_cell(comparison, row["strategy"]) if row["strategy"] != before else Cell("")
        before = row["strategy"]
        within = Cell("within") if row["within"] else Cell("outside", tone="warn")
        rows.append((arm, Cell(name), Cell(seen), Cell(model), Cell(f"{low} to {high}"), within))
    ratios = trial.hazard_ratios(comparison)
    for row in ratios.to_dict("records"):
        said = "adjusted" if row["adjusted"] else "unadjusted"
        against = words.spoken(comparison.parameters.programs[row["against"]].label)
        rows.append(
            (
                name_cell(comparison, row["strategy"]),
                Cell(f"Hazard ratio of return against {against}, {said}"),
                Cell(f"{row['published']:.2f}"),
                Cell(f"{row['simulated']:.2f}"),
                Cell(f"{row['low']:.2f} to {row['high']:.2f}"),
                Cell("within") if row["within"] else Cell("outside", tone="warn"),
            )
        )
    verdicts = [bool(one) for one in (*table["within"], *(() if ratios.empty else ratios["within"]))]
    outside = verdicts.count(False)
    return Table(
        "The base case against the published figures of the trial's arms (Aasdahl et al. 2023).",
        ("Arm", "Figure", "Trial", "Model", "95% range of an arm its size", ""),
        tuple(rows),
        words=2,
        notes=(
            f"{len(verdicts) - outside} of {len(verdicts)} figures lie within the range that arms of the trial's size "
            "would show if the model were true. Most of them were used to fit it, so this is a check of the fit and no "
            "validation. The model's hazard ratios are unadjusted, also beside the trial's adjusted ones. The "
            f"statute here is that of {comparison.parameters.date}; the trial ran under that of its own years.",
        ),
    )


def grade_counts(comparison: Comparison) -> list[tuple[str, str, int, int]]:
    """Give grade, what it means, how many parameters have it and how many of them are uncertain."""
    entries = _read(comparison)
    counts = Counter(entry.grade for entry in entries)
    moving = Counter(entry.grade for entry in entries if entry.uncertain)
    return [(grade, meaning, counts[grade], moving[grade]) for grade, meaning in GRADES.items() if counts[grade]]


def assumptions(comparison: Comparison) -> Table:
    """Give every parameter with its value, distribution, source and grade."""
    parameters = comparison.parameters
    rows = []
    for entry in sorted(_read(comparison), key=lambda one: (one.file, one.name)):
        source = parameters.sources.get(entry.source)
        parts = [source.authors, str(source.year), source.title] if source else [entry.source]
        citation = ". ".join(part.rstrip(".") for part in parts)
        mine = entry.name in parameters.overlaid
        reference = " For reference: the model does not read it." if entry.role == "reference" else ""
        rows.append(
            (
                Cell(entry.label, entry.name),
                Cell(_value(entry), entry.unit),
                Cell(_distribution(entry)),
                Cell(
                    entry.grade + (" (yours)" if mine else ""),
                    " | ".join(_reading(entry)),
                    tone="assumed" if entry.judged else "",
                ),
                Cell(f"{citation}.", f"{entry.locator}{reference}"),
            )
        )
    return Table(
        f"Every parameter on {parameters.date}. Money is NOK of 2025; a distribution is in the terms of its source.",
        ("Parameter", "Value", "Distribution", "Grade", "Source, and where in it"),
        tuple(rows),
        words=5,
    )


def _read(comparison: Comparison) -> Sequence[Parameter]:
    return list(comparison.parameters.entries.values())


def _reading(entry: Parameter) -> Iterator[str]:
    """Say how a value was read, and what grade its spread has where that is another."""
    if entry.read != entry.grade:
        yield entry.read
    if entry.spread is not None:
        yield f"spread: {entry.spread}"


def _value(entry: Parameter) -> str:
    if isinstance(entry.value, tuple):
        return f"{len(entry.value)} values, {entry.value[0]:.4g} to {entry.value[-1]:.4g}"
    if entry.unit.startswith("NOK") or abs(entry.value) >= 10_000:
        return f"{entry.value:,.0f}" if abs(entry.value) >= 100 else f"{entry.value:,.4g}"
    return f"{entry.value:.4g}"


def _distribution(entry: Parameter) -> str:
    if entry.block is not None:
        return f"joint, block {entry.block}"
    if entry.distribution is None:
        return "fixed"
    parts = [
        f"{key.replace('_', ' ')} {' to '.join(f'{x:g}' for x in np.atleast_1d(value))}"
        for key, value in entry.distribution.items()
        if key != "family"
    ]
    return f"{entry.distribution['family']}, {', '.join(parts)}"

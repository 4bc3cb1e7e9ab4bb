"""The tables of what the numbers rest on: the trial, and every parameter with its source and grade."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from hecon.evaluation.estimates import TAILS
from hecon.inputs.prices import PRICE_YEAR
from hecon.report import in_place, words
from hecon.report.cells import Cell, Table, name_cell
from hecon.report.language import ENGLISH, day, language, mark, t, translated
from hecon.report.numbers import exact, grouped, percent, rounded

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from hecon.evaluation.comparison import Comparison
    from hecon.inputs.calibrated import Block
    from hecon.inputs.entries import Parameter

GRADES = {
    "statute": mark("law, or a rule of the ministry"),
    "trial": mark("the trial itself"),
    "registry": mark("a national register"),
    "study": mark("a published study"),
    "derived": mark("computed from published figures"),
    "calibrated": mark("fitted to the trial and registers"),
    "assumption": mark("assumed: no source gives it"),
}

STATISTICS = {
    "benefit_days_q1": (mark("Days on benefit, lower quartile"), "days"),
    "benefit_days_median": (mark("Days on benefit, median"), "days"),
    "benefit_days_q3": (mark("Days on benefit, upper quartile"), "days"),
    "sustained_return": (mark("Sustained return within 12 months"), "share"),
    "sustained_return_median_days": (mark("Median time to sustained return, calendar days"), "days"),
    "no_benefit_day_365": (mark("Without benefit on day 365"), "share"),
    "aap_entry": (mark("Moved to work assessment allowance by day 365"), "share"),
    "sessions_two": (mark("Attended two sessions"), "share"),
    "sessions_one": (mark("Attended one session"), "share"),
    "sessions_none": (mark("Attended no session"), "share"),
}
RATIO_DECIMALS = 2
"""Of a hazard ratio: as the trial printed it, and what arms of 20,000 people tell."""
TERMS = {
    "mean": mark("mean {value}"),
    "median": mark("median {value}"),
    "mode": mark("mode {value}"),
    "se": mark("se {value}"),
    "log_sd": mark("log sd {value}"),
    "ci95": mark("ci95 {value}"),
    "low": mark("low {value}"),
    "high": mark("high {value}"),
    "events": mark("events {value}"),
    "total": mark("total {value}"),
}
"""What a source tells of a distribution."""
WHOLE_KRONER = 100.0
"""From here on money has no øre."""
DIGITS = 6
"""Of the numbers of a distribution: those that its source prints."""


def against_trial(comparison: Comparison) -> Table | None:
    """Set the base case beside what the trial published; none where the parameters have no targets."""
    table = comparison.trial.statistics
    if table.empty:
        return None
    rows, before = [], ""
    for row in table.to_dict("records"):
        name, unit = STATISTICS[row["statistic"]]
        values = [row[key] for key in ("published", "simulated", "low", "high")]
        seen, model, low, high = (percent(x) if unit == "share" else grouped(x) for x in values)
        arm = name_cell(comparison, row["strategy"]) if row["strategy"] != before else Cell("")
        before = row["strategy"]
        figure = (Cell(translated(name)), Cell(seen), Cell(model), Cell(t("{low} to {high}", low=low, high=high)))
        rows.append((arm, *figure, _verdict(within=row["within"])))
    ratios = comparison.trial.ratios
    for row in ratios.to_dict("records"):
        against = words.spoken(comparison.parameters.programs[row["against"]].label)
        name = (
            t("Hazard ratio of return against {program}, adjusted", program=against)
            if row["adjusted"]
            else t("Hazard ratio of return against {program}, unadjusted", program=against)
        )
        seen, model, low, high = (
            grouped(row[key], RATIO_DECIMALS) for key in ("published", "simulated", "low", "high")
        )
        figure = (Cell(name), Cell(seen), Cell(model), Cell(t("{low} to {high}", low=low, high=high)))
        rows.append((name_cell(comparison, row["strategy"]), *figure, _verdict(within=row["within"])))
    verdicts = [bool(one) for one in (*table["within"], *(() if ratios.empty else ratios["within"]))]
    outside = verdicts.count(False)
    return Table(
        t("The base case against the published figures of the trial's arms (Aasdahl et al. 2023)."),
        (t("Arm"), t("Figure"), t("Trial"), t("Model"), t("95% range of an arm its size"), ""),
        tuple(rows),
        words=2,
        notes=(
            t(
                "{inside} of {all} figures lie within the range that arms of the trial's size would show if the model "
                "were true. Most of them were used to fit it, so this is a check of the fit and no validation. The "
                "model's hazard ratios are unadjusted, also beside the trial's adjusted ones. The statute here is that "
                "of {date}; the trial ran under that of its own years.",
                inside=len(verdicts) - outside,
                all=len(verdicts),
                date=day(comparison.parameters.date),
            ),
        ),
    )


def grade_counts(comparison: Comparison) -> list[tuple[str, str, int, int]]:
    """Give grade, what it means, how many parameters have it and how many of them are uncertain."""
    entries = _read(comparison)
    counts = Counter(entry.grade for entry in entries)
    moving = Counter(entry.grade for entry in entries if entry.uncertain)
    return [
        (grade, translated(meaning), counts[grade], moving[grade]) for grade, meaning in GRADES.items() if counts[grade]
    ]


def assumptions(comparison: Comparison) -> Table:
    """Give every parameter with its value, distribution, source and grade."""
    parameters = comparison.parameters
    own = in_place.replaced(parameters)
    rows = []
    for entry in sorted(_read(comparison), key=lambda one: (one.file, one.name)):
        source = parameters.sources.get(entry.source)
        parts = [source.authors, str(source.year), source.title] if source else [entry.source]
        citation = ". ".join(part.rstrip(".") for part in parts)
        mine = entry.name in own
        grade = translated(entry.grade)
        reference = [t("For reference: the model does not read it.")] if entry.role == "reference" else []
        rows.append(
            (
                Cell(entry.label, entry.name),
                Cell(_value(entry), translated(entry.unit)),
                Cell(_distribution(entry), _drawn(entry, parameters.blocks)),
                Cell(
                    t("{grade} (yours)", grade=grade) if mine else grade,
                    " | ".join(_reading(entry)),
                    tone="assumed" if entry.judged else "",
                ),
                Cell(f"{citation}.", " ".join([entry.locator, *reference])),
            )
        )
    return Table(
        t(
            "Every parameter on {date}. Money is NOK of {year}; a distribution is in the terms of its source.",
            date=day(parameters.date),
            year=PRICE_YEAR,
        ),
        (t("Parameter"), t("Value"), t("Distribution"), t("Grade"), t("Source, and where in it")),
        tuple(rows),
        words=5,
        notes=() if language() == ENGLISH else (t("Where in a source a number stands is said in English."),),
    )


def _read(comparison: Comparison) -> Sequence[Parameter]:
    return list(comparison.parameters.entries.values())


def _reading(entry: Parameter) -> Iterator[str]:
    """Say how a value was read, and what grade its spread has where that is another."""
    if entry.read != entry.grade:
        yield translated(entry.read)
    if entry.spread is not None:
        yield t("spread: {grade}", grade=translated(entry.spread))


def _verdict(*, within: bool) -> Cell:
    return Cell(t("within")) if within else Cell(t("outside"), tone="warn")


def _value(entry: Parameter) -> str:
    if isinstance(entry.value, tuple):
        first, last = exact(entry.value[0]), exact(entry.value[-1])
        return t("{count} values, {first} to {last}", count=len(entry.value), first=first, last=last)
    whole_kroner = entry.unit.startswith("NOK") and abs(entry.value) >= WHOLE_KRONER
    return grouped(entry.value) if whole_kroner else exact(entry.value)


def _distribution(entry: Parameter) -> str:
    if entry.block is not None:
        return t("joint, block {block}", block=entry.block)
    if entry.distribution is None:
        return t("fixed")
    terms = [_term(key, value) for key, value in entry.distribution.items() if key != "family"]
    return ", ".join([translated(entry.distribution["family"]), *terms])


def _drawn(entry: Parameter, blocks: Mapping[str, Block]) -> str:
    """Say what a block's draws of a parameter are by themselves; nothing where no block draws it."""
    if entry.block is None:
        return ""
    block = blocks[entry.block]
    drawn = block.draws[:, block.columns.index(entry.name)]
    mean, low, high = (exact(rounded(value, 0.0)) for value in (drawn.mean(), *np.quantile(drawn, TAILS)))
    return t("mean {mean}, 95% interval {low} to {high}", mean=mean, low=low, high=high)


def _term(key: str, value: float | Sequence[float]) -> str:
    ends = [exact(float(end), DIGITS) for end in np.atleast_1d(value)]
    said = ends[0] if len(ends) == 1 else t("{low} to {high}", low=ends[0], high=ends[-1])
    return t(TERMS[key], value=said)

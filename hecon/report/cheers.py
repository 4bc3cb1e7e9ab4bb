"""The CHEERS 2022 checklist: where the report answers each item, and where it does not.

References
----------
Husereau D, Drummond M, Augustovski F, et al. Consolidated Health Economic Evaluation Reporting Standards 2022 (CHEERS
2022) statement: updated reporting guidance for health economic evaluations. BMJ 2022;376:e067975.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from hecon.report.cells import years
from hecon.report.language import day, mark, t, translated
from hecon.report.numbers import grouped, percent

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from hecon.evaluation.comparison import Comparison

Status = Literal["yes", "part", "no"]
STATUS: dict[Status, str] = {"yes": mark("Answered"), "part": mark("In part"), "no": mark("Not done")}
PARTS = {
    "answer": mark("The answer"),
    "programs": mark("The programs"),
    "method": mark("How it is computed"),
    "sides": mark("Each side"),
    "ledger": mark("Who pays whom"),
    "day": mark("Price of a day"),
    "years": mark("Over {years}"),
    "change": mark("What would change it"),
    "sure": mark("How sure"),
    "for-whom": mark("For whom"),
    "health": mark("Health"),
    "trial": mark("Against the trial"),
    "validation": mark("Validation"),
    "assumptions": mark("Assumptions"),
    "limits": mark("Limitations"),
    "run": mark("Run record"),
}
"""Sections of the page by their id."""
CITATION = (
    "Husereau D, Drummond M, Augustovski F, et al. Consolidated Health Economic Evaluation Reporting Standards 2022 "
    "(CHEERS 2022) statement. BMJ 2022;376:e067975."
)


@dataclass(frozen=True)
class Item:
    """An item of the checklist.

    Attributes
    ----------
    number
        From 1 to 28.
    name
        Its short title.
    status
        Whether it is answered.
    how
        One line.
    places
        Sections that answer it: id and name of each.
    """

    number: int
    name: str
    status: Status
    how: str
    places: tuple[tuple[str, str], ...] = ()

    @property
    def said(self) -> str:
        """The status in words."""
        return translated(STATUS[self.status])


def checklist(comparison: Comparison) -> dict[str, object]:
    """Give the items with what is said of them, and where the checklist is from."""
    found = items(comparison)
    return {"items": found, "said": counts(found), "citation": CITATION}


def items(comparison: Comparison) -> list[Item]:
    """Give the 28 items, in their order."""
    parts = {place: t(name, years=years(comparison)) for place, name in PARTS.items()}
    return [
        Item(number, translated(name), status, how, tuple((place, parts[place]) for place in places))
        for number, (name, status, how, places) in enumerate(_items(comparison), start=1)
    ]


def counts(found: Collection[Item]) -> str:
    """Say how many items are answered, in part, and not done."""
    by_status = {status: sum(item.status == status for item in found) for status in STATUS}
    return t(
        "Of {of} items {yes} are answered in this report, {part} in part, and {no} are not done.",
        of=grouped(len(found)),
        **{status: grouped(count) for status, count in by_status.items()},
    )


def _items(comparison: Comparison) -> Iterator[tuple[str, Status, str, tuple[str, ...]]]:
    """Give title, status, line and sections of each item, in the order of the statement."""
    own = comparison.record["people"] != "synthetic"
    rate = float(np.mean(comparison.parameters["discount_rate"].value))
    yield (
        mark("Title"),
        "part",
        t("The title is the question; what is compared stands under it. It does not name the kind of analysis."),
        ("programs",),
    )
    yield (
        mark("Abstract"),
        "part",
        t("The first screen gives answer, uncertainty and what would change it, not in the form of an abstract."),
        ("answer",),
    )
    yield (
        mark("Background and objectives"),
        "part",
        t("The question and its alternatives are stated; earlier evaluations are not reviewed."),
        ("programs",),
    )
    yield (
        mark("Health economic analysis plan"),
        "no",
        t("No analysis plan was registered beforehand. The record lets the run be repeated."),
        ("run",),
    )
    yield (
        mark("Study population"),
        "part",
        t("A user's own cohort: the report gives its size, not its characteristics.")
        if own
        else t(
            "Synthetic people made from the trial and registers: the parameters say from what. No table of their ages, "
            "sex and wages."
        ),
        ("assumptions", "for-whom"),
    )
    yield (
        mark("Setting and location"),
        "yes",
        t("Norway, under the statute of {date}.", date=day(comparison.record["statute_date"])),
        ("programs", "run"),
    )
    yield mark("Comparators"), "yes", t("Every alternative is described, usual case management too."), ("programs",)
    yield (
        mark("Perspective"),
        "yes",
        t(
            "Society, since the programs are to be worth their cost to all; NAV, the public purse, the employer and "
            "the worker by themselves, since each decides for its own part."
        ),
        ("sides", "ledger"),
    )
    yield (
        mark("Time horizon"),
        "yes",
        t(
            "12 months, since the trial measured that long; {years} under three assumptions, since the allowance lasts "
            "for years.",
            years=years(comparison),
        ),
        ("sides", "years"),
    )
    yield (
        mark("Discount rate"),
        "yes",
        t(
            "{rate} a year for costs and effects; its source is among the parameters.",
            rate=percent(rate, 0 if round(100.0 * rate, 6).is_integer() else 1),
        ),
        ("assumptions",),
    )
    yield (
        mark("Selection of outcomes"),
        "yes",
        t("Sick-leave days avoided, sustained return, net benefit in NOK, and QALYs beside them."),
        ("sides", "day", "health", "trial"),
    )
    yield (
        mark("Measurement of outcomes"),
        "yes",
        t("Days and return as in the trial, from registered benefits; simulated figures stand beside the trial's."),
        ("trial",),
    )
    yield (
        mark("Valuation of outcomes"),
        "part",
        t("Days are valued by lost production. Differences in utility between states are assumed."),
        ("day", "health", "assumptions"),
    )
    yield (
        mark("Measurement and valuation of resources and costs"),
        "yes",
        t("Delivery in hours, meetings and fees times prices; benefits and taxes by the rules of the statute."),
        ("ledger", "assumptions"),
    )
    yield (
        mark("Currency, price date, and conversion"),
        "part",
        t("NOK of 2025. How each price was moved to that year stands in the parameter files, not here."),
        ("assumptions",),
    )
    yield (
        mark("Rationale and description of model"),
        "part",
        t("The model is described in short. Its equations stand in hecon's documentation, not here."),
        ("method", "run"),
    )
    yield (
        mark("Analytics and assumptions"),
        "yes",
        t("Fit and predictions against published figures; draws carried through; every assumption graded and listed."),
        ("validation", "assumptions", "limits"),
    )
    yield (
        mark("Characterising heterogeneity"),
        "part",
        t(
            "Gains by full or graded leave at inclusion and by diagnosis, with effects taken as equal: nothing is said "
            "of age, sex or whom a program suits."
        ),
        ("for-whom",),
    )
    yield (
        mark("Characterising distributional effects"),
        "part",
        t("Who pays and who gains is shown by side and subgroup; no one's gain has more weight than another's."),
        ("sides", "for-whom"),
    )
    yield (
        mark("Characterising uncertainty"),
        "yes",
        t("Draws of all uncertain parameters, one parameter at a time, scenarios, and Monte Carlo errors."),
        ("sure", "change"),
    )
    yield (
        mark("Approach to engagement with patients and others affected by the study"),
        "no",
        t("No patients, caseworkers, employers or others affected took part in planning the analysis."),
        (),
    )
    yield (
        mark("Study parameters"),
        "part",
        t(
            "Every value with its distribution, source and grade; of a row of values, such as one for each age, only "
            "the first and the last."
        ),
        ("assumptions",),
    )
    yield (
        mark("Summary of main results"),
        "yes",
        t("Costs and gains of every alternative by perspective, and the price of a day avoided."),
        ("sides", "ledger", "day"),
    )
    yield (
        mark("Effect of uncertainty"),
        "part",
        t(
            "Intervals, chances of being best, other horizons, what turns the choice, and what knowing more would be "
            "worth. The discount rate is not varied."
        ),
        ("day", "years", "change", "sure"),
    )
    yield (
        mark("Effect of engagement with patients and others affected by the study"),
        "no",
        t("There was none, so nothing was changed by it."),
        (),
    )
    yield (
        mark("Study findings, limitations, generalisability, and current knowledge"),
        "part",
        t(
            "Limitations are listed; how far the model reaches beyond the trial shows in figures of other studies. "
            "Ethics, equity and other evaluations are not discussed."
        ),
        ("limits", "validation"),
    )
    yield (
        mark("Source of funding"),
        "no",
        t("The project declares nothing about funding; whoever uses the report must."),
        (),
    )
    yield (
        mark("Conflicts of interest"),
        "no",
        t("The project declares nothing about interests; whoever uses the report must."),
        (),
    )

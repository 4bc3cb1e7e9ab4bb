"""What is counted: every outcome named and defined once, the trial's own definitions first."""

from dataclasses import dataclass

from hecon.model import kernel
from hecon.model.hazards import STATES


@dataclass(frozen=True)
class Measure:
    """One outcome of a person.

    Attributes
    ----------
    name : its label along the dimension `measure`
    label, unit : for tables and figures
    definition : what exactly is counted
    """

    name: str
    label: str
    unit: str
    definition: str


TRIAL = (
    Measure(
        "benefit_days_12m",
        "Days on medical benefits, 12 months",
        "full-time-equivalent workdays",
        "Sick pay, work assessment allowance and increases of disability pension in the first 52 weeks, five days "
        "a week, times grade and employment fraction (primary outcome of Aasdahl et al. 2023).",
    ),
    Measure(
        "benefit_days",
        "Days on medical benefits, whole horizon",
        "full-time-equivalent workdays",
        "The same over the whole horizon.",
    ),
    Measure(
        "sustained_return",
        "Sustained return to work within 12 months",
        "share of people",
        "Four consecutive weeks without medical benefits that end within the first 52 weeks.",
    ),
    Measure(
        "weeks_to_sustained_return",
        "Time to sustained return, cut at 12 months",
        "weeks",
        "Weeks from inclusion to the first of those four weeks; 52 where there is none.",
    ),
    Measure(
        "sustained_return_month",
        "Sustained return, one calendar month",
        "share of people",
        "As sustained return, but five consecutive weeks, the first whole number of weeks to hold a calendar month.",
    ),
    Measure(
        "no_benefit_12m",
        "Without medical benefits at 12 months",
        "share of people",
        "No sick pay, work assessment allowance or disability pension in the week of day 365: at work or unemployed. "
        "The trial calls it at work.",
    ),
    Measure("at_work_12m", "At work at 12 months", "share of people", "In the state work in the week of day 365."),
    Measure(
        "on_aap_12m",
        "On work assessment allowance at 12 months",
        "share of people",
        "In the state in the week of day 365: a stock, unlike the trial's figure.",
    ),
    Measure(
        "entered_aap_12m",
        "Moved to work assessment allowance within 12 months",
        "share of people",
        "Entered it at least once by day 365, cumulatively, as the trial reports it.",
    ),
    Measure(
        "on_pension_12m",
        "On disability pension at 12 months",
        "share of people",
        "In the state in the week of day 365; a graded pension held at inclusion does not count.",
    ),
    Measure("new_spells", "New spells of sick leave", "spells", "Spells that began after inclusion."),
    Measure(
        "qalys",
        "Quality-adjusted life years",
        "QALYs, discounted",
        "Utility at inclusion while alive, plus the causal share of the difference between states.",
    ),
    Measure("contacts_held", "Contacts held", "contacts", "Contacts held with people still eligible that week."),
    Measure(
        "contacts_missed",
        "Contacts missed",
        "contacts",
        "Contacts of the program not held with people still eligible: not attended, or not offered to them.",
    ),
    Measure(
        "offered",
        "Offered the program",
        "people",
        "In the program's offer and sick-listed in the week in which it is offered.",
    ),
)
MEASURES = TRIAL + tuple(
    Measure(
        f"weeks_{state}",
        f"Weeks in {state.replace('_', ' ')}",
        "weeks",
        "Weeks begun in the state over the whole horizon, undiscounted.",
    )
    for state in STATES
)
MEASURE_NAMES = tuple(measure.name for measure in MEASURES)

if len(MEASURES) != kernel.MEASURES:
    message = "outcomes.py and kernel.py disagree on how many measures there are"
    raise AssertionError(message)


def measure(name: str) -> Measure:
    """Return the outcome called `name`."""
    return MEASURES[MEASURE_NAMES.index(name)]

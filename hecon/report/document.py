"""The report as a document: one self-contained HTML file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hecon.evaluation import results
from hecon.model.runs import whole_file
from hecon.report import certainty, choices, enough, evidence, plots, scenarios, statements, tables, words
from hecon.report.cells import years
from hecon.report.numbers import kroner, percent

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from hecon.evaluation.comparison import Comparison
    from hecon.report.words import Standing

TITLE = "Which return-to-work program is worth its cost?"
RECORD = {
    "seed": "Seed",
    "draws": "Draws of the probabilistic analysis",
    "people_per_draw": "People per draw",
    "people_base_case": "People in the base case",
    "people": "Who they are",
    "weeks": "Weeks",
    "strategies": "Strategies",
    "statute_date": "Statute as on",
    "parameters": "Parameters, SHA-256",
    "calibration": "Calibrated draws",
    "overlaid": "Replaced by the user",
    "hecon": "hecon",
    "python": "Python",
    "numpy": "numpy",
    "numba": "numba",
}


@dataclass(frozen=True)
class Figure:
    """A figure: its caption, what a reader who cannot see it is told, and the drawing."""

    caption: str
    alt: str
    svg: str


def write_report(comparison: Comparison, path: Path, title: str | None = None) -> Path:
    """Write the report of a comparison as one HTML file that asks nothing of the network.

    Parameters
    ----------
    comparison
        As `compare` returns it.
    path
        Where; written whole or not at all.
    title
        The question at the top.

    Returns
    -------
    The path.
    """
    text = render(comparison, title or TITLE)
    with whole_file(path) as temporary:
        temporary.write_text(text, encoding="utf-8")
    return path


def render(comparison: Comparison, title: str = TITLE) -> str:
    """Give the report as text; the same comparison gives the same bytes."""
    return page("report.html.j2", title=title, **content(comparison))


def page(template: str, **content: object) -> str:
    """Put what a template places in it: one text, with nothing left to fetch."""
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("hecon.report"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(template).render(**content)


def content(comparison: Comparison) -> dict[str, object]:
    """Give everything the template places: answer, tables, figures and texts."""
    costs = results.perspective_costs(comparison)
    per_day = results.cost_per_day(comparison)
    return {
        "answer": statements.answer(comparison),
        "ink": {name: position % len(plots.STRATEGY_INKS) for position, name in enumerate(comparison.strategies)},
        "programs": [comparison.parameters.programs[name] for name in comparison.strategies],
        "years": years(comparison),
        "summary": tables.summary(comparison, costs, per_day),
        "perspectives": tables.perspectives(comparison, costs, results.YEAR_1),
        "long_perspectives": [(h, tables.perspectives(comparison, costs, h)) for h in results.HORIZONS[1:]],
        "levels": tables.cost_levels(comparison, costs),
        "ledger": tables.ledger(comparison),
        "icers": tables.icers(comparison),
        "days": statements.days_sentences(comparison, per_day),
        "returns": tables.returns(comparison),
        "five_years": tables.five_years(comparison),
        "horizon_sentence": statements.horizon_sentence(comparison, costs),
        "allowance": statements.allowance_sentences(comparison),
        "scenarios": scenarios.scenario_gains(comparison),
        "structural": scenarios.structural(comparison),
        "mi_nav_weight": scenarios.mi_nav_weight(comparison),
        "choices": _choices(comparison),
        "certainty": _certainty(comparison),
        "productivity": tables.productivity(comparison),
        "subgroups": tables.subgroups(comparison),
        "qalys": statements.qaly_sentences(comparison),
        "outcomes": tables.outcomes(comparison),
        "trial": evidence.against_trial(comparison),
        "grades": evidence.grade_counts(comparison),
        "assumptions": evidence.assumptions(comparison),
        "calibration": statements.calibration_sentence(comparison),
        "limitations": statements.limitations(comparison),
        "record": [(label, comparison.record[key]) for key, label in RECORD.items()],
        "overlaid": comparison.parameters.overlaid,
        "who": who(comparison),
        **_figures(comparison, costs),
    }


def _choices(comparison: Comparison) -> dict[str, object] | None:
    """Give what else could be chosen; None where the people are a user's own."""
    found = comparison.choices
    if found is None:
        return None
    return {
        "programs": choices.every_program(comparison, found),
        "needed": choices.needed_effects(comparison, found),
        "conflicts": choices.conflicting(found),
    }


def _certainty(comparison: Comparison) -> dict[str, object]:
    """Give what knowing more is worth, and whether the run is large enough to say so."""
    information, label = comparison.information, comparison.label
    national = comparison.record["people"] == "synthetic"
    return {
        "worth": certainty.worth_knowing_words(information, comparison.parameters, label, national=national),
        "few": certainty.few_draws(information),
        "everything": certainty.everything(information, label, years(comparison), national=national),
        "known": certainty.known(information, national=national),
        "by_scenario": certainty.by_scenario(information, comparison.parameters, label),
        "enough": enough.large_enough_words(comparison.precision, label, years(comparison)),
        "precision": enough.large_enough(comparison.precision, label, years(comparison)),
    }


def who(comparison: Comparison) -> str:
    """Say whom the report is about, and whether a user has changed the people or the numbers."""
    own = comparison.record["people"] != "synthetic"
    people = (
        f"{comparison.record['people_base_case']} people of a user's own cohort."
        if own
        else "People in Norway sick-listed for eight weeks or more."
    )
    labels = ", ".join(comparison.label(name) for name in comparison.strategies)
    replaced = comparison.parameters.overlaid
    changed = f" Values replaced: {', '.join(replaced)}." if replaced else ""
    return f"{people} {labels}.{changed}"


def _figures(comparison: Comparison, costs: pd.DataFrame) -> dict[str, Figure]:
    society = statements.standings(comparison, costs, results.YEAR_1, "society")
    usual = comparison.label(comparison.comparator)
    gains = words.joined(
        [words.society_sentence(one, _usual(society)) for one in society if not one.comparator], " ", " "
    )
    value = float(comparison.base["value_of_day"])
    shown = comparison.occupancy.sel(strategy=comparison.comparator).isel(week=-1)
    ends = words.joined(
        [
            f"{percent(float(shown.sel(state=state)))} {label.lower()}"
            for state, label in plots.STATE_LABELS.items()
            if state != "elsewhere"
        ]
    )
    at_value = results.acceptability(comparison, [value]).isel(wtp=0)
    best = words.joined(
        [
            f"{words.spoken(comparison.label(name))} {percent(float(at_value.sel(strategy=name)))}"
            for name in comparison.strategies
        ]
    )
    return {
        "net_figure": Figure(
            f"Society's gain against {words.spoken(usual)}: expected value and 95% interval",
            gains,
            plots.net_benefit(comparison, costs),
        ),
        "plane_figure": Figure(
            "Cost-effectiveness plane: each point is one draw; rings are means. Below the broken line a program "
            "costs less "
            "than the production its days are worth.",
            "Scatter of program cost against sick-leave days avoided, by program; the table gives means and intervals.",
            plots.plane(comparison),
        ),
        "ceac_figure": Figure(
            "Probability that each choice is best when a sick-leave day avoided is worth so much; program costs only",
            f"At the value of a day's production, {kroner(value)}, the probabilities are: {best}.",
            plots.acceptability(comparison),
        ),
        "occupancy_figure": Figure(
            f"Where people are over time, {words.spoken(usual)}, base case",
            f"At the end: {ends}.",
            plots.occupancy(comparison),
        ),
        "differences_figure": Figure(
            f"Difference from {words.spoken(usual)} in percentage points, base case; the grey line is month 12",
            "Lines of the difference in the share at work, on sick leave, on the allowance and on a pension, by "
            "program.",
            plots.differences(comparison),
        ),
        "convergence_figure": Figure(
            "Society's gain in 12 months with 95% bands of its Monte Carlo error, the chance of being best, and the "
            "value of knowing everything, over the draws so far",
            "Curves that flatten as draws are added; the table gives where they end and their errors.",
            plots.convergence(comparison),
        ),
        "days_figure": Figure(
            "Days on benefit in 12 months among the people compared, base case; bar and dot are quartiles and median. "
            "The trial's arms had mixes of their own: the table sets each beside its own emulation.",
            "Histograms of days on benefit by strategy; the table has those of the trial's arms and emulations.",
            plots.benefit_days(comparison),
        ),
    }


def _usual(order: list[Standing]) -> Standing:
    return next(one for one in order if one.comparator)

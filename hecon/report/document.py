"""The report as a document: one self-contained HTML file."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from hecon.evaluation import results
from hecon.model.runs import whole_file
from hecon.report import (
    budget,
    certainty,
    cheers,
    choices,
    enough,
    evidence,
    figure_words,
    frontier,
    in_place,
    interactive,
    limits,
    parties,
    plots,
    scenarios,
    statements,
    tables,
    time_plots,
    tornado,
    trial_words,
    validated,
    words,
)
from hecon.report.cells import Figure, years
from hecon.report.language import language, mark, t, translated
from hecon.report.method import how_computed
from hecon.report.numbers import grouped, kroner, percent
from hecon.report.paints import STRATEGY_INKS, inline_svg, print_svg
from hecon.report.run_record import run_record

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from hecon.evaluation.comparison import Comparison
    from hecon.report.paints import Paint
    from hecon.report.words import Standing

TITLE = mark("Which return-to-work program is worth its cost?")


def write(comparison: Comparison, path: Path, title: str | None = None) -> Path:
    """Write the report of a comparison as one HTML file that asks nothing of the network.

    Parameters
    ----------
    comparison
        As `compare` returns it, its labels in the language that is spoken.
    path
        Where; written whole or not at all.
    title
        The question at the top.

    Returns
    -------
    The path.
    """
    text = render(comparison, title)
    with whole_file(path) as temporary:
        temporary.write_text(text, encoding="utf-8")
    return path


def render(comparison: Comparison, title: str | None = None, *, screen: bool = True) -> str:
    """Give the report as text, for a screen or for paper; the same comparison gives the same bytes."""
    explore = interactive.explore(comparison) if screen else None
    placed = content(comparison, paint=inline_svg if screen else print_svg)
    return page("report.html.j2", title=title or t(TITLE), explore=explore, **placed)


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
    environment.globals |= {"t": t, "translated": translated, "lang": language(), "nth": count(1).__next__}
    return environment.get_template(template).render(**content)


def content(comparison: Comparison, *, paint: Paint = inline_svg) -> dict[str, object]:
    """Give everything a document places: answer, tables, texts, and figures as the paint makes them."""
    costs = results.perspective_costs(comparison)
    per_day = results.cost_per_day(comparison)
    return {
        "answer": statements.answer(comparison),
        "ink": {name: position % len(STRATEGY_INKS) for position, name in enumerate(comparison.strategies)},
        "programs": [comparison.parameters.programs[name] for name in comparison.strategies],
        "years": years(comparison),
        "summary": tables.summary(comparison, costs, per_day),
        "perspectives": tables.perspectives(comparison, costs, results.YEAR_1),
        "long_perspectives": [(translated(h), tables.perspectives(comparison, costs, h)) for h in results.HORIZONS[1:]],
        "levels": tables.cost_levels(comparison, costs),
        "ledger": tables.ledger(comparison),
        "icers": tables.icers(comparison),
        "days": statements.days_sentences(comparison, per_day),
        "returns": tables.returns(comparison),
        "five_years": tables.five_years(comparison),
        "horizon_sentence": statements.horizon_sentence(comparison, costs),
        "allowance": trial_words.allowance_sentences(comparison),
        "scenarios": scenarios.scenario_gains(comparison),
        "base_case": scenarios.base_case_sentences(comparison),
        "structural": scenarios.structural(comparison),
        "mi_nav_weight": scenarios.mi_nav_weight(comparison),
        "choices": _choices(comparison),
        "certainty": _certainty(comparison),
        "productivity": tables.productivity(comparison),
        "subgroups": tables.subgroups(comparison),
        "qalys": statements.qaly_sentences(comparison),
        "outcomes": tables.outcomes(comparison),
        "trial": evidence.against_trial(comparison),
        "trial_words": [*trial_words.trial_sentences(comparison), *trial_words.outside_sentences(comparison)],
        "replaced_words": statements.replaced_sentences(comparison),
        "parties": parties.by_party(comparison, costs),
        "cancelling": parties.cancelling(comparison),
        "grades": evidence.grade_counts(comparison),
        "assumptions": evidence.assumptions(comparison),
        "frontier": frontier.sentence(comparison),
        "tornado": tornado.one_at_a_time(comparison, paint=paint),
        "budget": budget.impact(comparison, paint=paint),
        "validation": validated.in_short(comparison, paint=paint),
        "cheers": cheers.checklist(comparison),
        "calibration": limits.calibration_sentence(comparison),
        "limitations": limits.limitations(comparison),
        "method": how_computed(comparison),
        "record": run_record(comparison),
        "overlaid": in_place.replaced(comparison.parameters),
        "notices": in_place.notices(comparison.parameters),
        "who": who(comparison),
        **_figures(comparison, costs, paint),
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
    """Say whom the report is about, and what is compared."""
    own = comparison.record["people"] != "synthetic"
    people = (
        t("{count} people of a user's own cohort.", count=grouped(comparison.record["people_base_case"]))
        if own
        else t("People in Norway sick-listed for eight weeks or more.")
    )
    labels = words.joined([words.spoken(comparison.label(name)) for name in comparison.strategies])
    return f"{people} {t('Compared: {strategies}.', strategies=labels)}"


def _figures(comparison: Comparison, costs: pd.DataFrame, paint: Paint) -> dict[str, Figure]:
    society = statements.standings(comparison, costs, results.YEAR_1, "society")
    usual = comparison.label(comparison.comparator)
    gains = words.joined(
        [words.society_sentence(one, _usual(society)) for one in society if not one.comparator], " ", " "
    )
    value = float(comparison.base["value_of_day"])
    shown = comparison.occupancy.sel(strategy=comparison.comparator).isel(week=-1)
    shares = {state: float(shown.sel(state=state)) for state in time_plots.STATE_LABELS if state != "elsewhere"}
    shares["elsewhere"] = 1.0 - sum(shares.values())
    ends = words.joined(
        [
            f"{percent(shares[state])} {words.spoken(translated(label))}"
            for state, label in time_plots.STATE_LABELS.items()
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
            t("Society's gain against {ground}: expected value and 95% interval", ground=words.spoken(usual)),
            gains,
            plots.net_benefit(comparison, costs, paint=paint),
        ),
        "plane_figure": Figure(
            t(
                "Cost-effectiveness plane: each point is one draw; rings are means. Below the broken line a program "
                "costs less than the production its days are worth."
            ),
            figure_words.plane_words(comparison),
            plots.plane(comparison, paint=paint),
        ),
        "ceac_figure": Figure(
            t("Probability that each choice is best when a sick-leave day avoided is worth so much; program costs only")
            + ". "
            + t(
                "The heavy line is the acceptability frontier: it follows the choice that is best by expected value, "
                "which need not be the one that is best most often"
            ),
            t(
                "At the value of a day's production, {value}, the probabilities are: {probabilities}.",
                value=kroner(value),
                probabilities=best,
            )
            + f" {frontier.sentence(comparison)}",
            plots.acceptability(comparison, paint=paint),
        ),
        "occupancy_figure": Figure(
            t("Where people are over time, {ground}, base case", ground=words.spoken(usual)),
            t("At the end: {shares}.", shares=ends),
            time_plots.occupancy(comparison, paint=paint),
        ),
        "differences_figure": Figure(
            t(
                "Difference from {ground} in percentage points, base case; the broken upright line is month 12",
                ground=words.spoken(usual),
            ),
            figure_words.difference_words(comparison),
            time_plots.differences(comparison, paint=paint),
        ),
        "convergence_figure": Figure(
            t(
                "Society's gain in 12 months with 95% bands of its Monte Carlo error, the chance of being best, and "
                "the value of knowing everything, over the draws so far"
            ),
            figure_words.convergence_words(comparison),
            plots.convergence(comparison, paint=paint),
        ),
        "days_figure": Figure(
            t(
                "Days on benefit in 12 months among the people compared, base case; bar and dot are quartiles and "
                "median. The trial's arms had mixes of their own: the table sets each beside its own emulation."
            ),
            figure_words.day_words(comparison),
            time_plots.benefit_days(comparison, paint=paint),
        ),
    }


def _usual(order: list[Standing]) -> Standing:
    return next(one for one in order if one.comparator)

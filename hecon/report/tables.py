"""The tables of the report: captions, headers and cells as text, each number with its error."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hecon.evaluation import cea, results
from hecon.evaluation.subgroups import caution
from hecon.model.ledger import FLOW_NAMES, PERSPECTIVES
from hecon.model.outcomes import measure
from hecon.report import day_words, words
from hecon.report.cells import Cell, Table, amount_cell, best, gain_cell, name_cell, rows_of, span, years
from hecon.report.language import t, translated
from hecon.report.numbers import chance, exact, grouped, interval, kroner, number, percent, plus_minus, rounded

if TYPE_CHECKING:
    import pandas as pd

    from hecon.evaluation.comparison import Comparison

LARGEST_SHARE_ERROR = 0.5
"""Monte Carlo error above which a share of a result says nothing."""
LEAST_FLOW = 0.5
"""NOK per person below which a flow is left out of the ledger."""

PARTY_NAMES = {"nav": "NAV", "health_service": "health service"}
"""Parties whose names are not their words."""

OUTCOMES = (
    "benefit_days_12m",
    "sustained_return",
    "weeks_to_sustained_return",
    "sustained_return_month",
    "no_benefit_12m",
    "at_work_12m",
    "entered_aap_12m",
    "on_aap_12m",
    "on_pension_12m",
    "contacts_held",
)


def summary(comparison: Comparison, costs: pd.DataFrame, per_day: pd.DataFrame) -> Table:
    """Give the first screen's table: what each program costs, does and is worth over 12 months."""
    society = rows_of(costs, results.YEAR_1, "society")
    days = per_day.set_index("strategy")
    rows = []
    for name in comparison.strategies:
        row = society.loc[name]
        odds = chance(row["probability"], comparison.draws)
        if name == comparison.comparator:
            cells = [Cell("–"), Cell("–"), Cell("–")]
        else:
            effect = days.loc[name]
            cells = [
                amount_cell(effect, "program_cost"),
                amount_cell(effect, "days"),
                gain_cell(row),
            ]
        role = t("what the others are compared with") if name == comparison.comparator else ""
        rows.append((Cell(comparison.label(name), role, name), *cells, Cell(odds)))
    return Table(
        t(
            "Per person, first 12 months, against {usual}. Mean of {draws} draws; 95% interval and Monte Carlo error "
            "(±) beneath.",
            usual=words.spoken(comparison.label(comparison.comparator)),
            draws=grouped(comparison.draws),
        ),
        (
            "",
            t("Program cost, NOK"),
            t("Sick-leave days avoided"),
            t("Society gains, NOK"),
            t("Chance it is best"),
        ),
        tuple(rows),
    )


def perspectives(comparison: Comparison, costs: pd.DataFrame, horizon: str) -> Table:
    """Give what each side gains with each program, and how probably it is that side's best."""
    rows = []
    for name in comparison.strategies:
        cells = [name_cell(comparison, name)]
        for perspective in PERSPECTIVES:
            row = rows_of(costs, horizon, perspective.name).loc[name]
            gain = Cell("–") if name == comparison.comparator else gain_cell(row)
            cells.append(best(gain, row["probability"], comparison.draws))
        rows.append(tuple(cells))
    return Table(
        t(
            "What each side gains per person, NOK, {horizon}. A minus is a loss. Beneath: 95% interval, Monte Carlo "
            "error, and the probability that the choice costs this side least.",
            horizon=span(comparison, horizon),
        ),
        ("", *(translated(perspective.label) for perspective in PERSPECTIVES)),
        tuple(rows),
    )


def cost_levels(comparison: Comparison, costs: pd.DataFrame) -> Table:
    """Give the level of costs in every perspective and horizon, and increments in the two analyses."""
    rows = []
    for horizon in results.HORIZONS:
        for perspective in PERSPECTIVES:
            part = rows_of(costs, horizon, perspective.name)
            for name in comparison.strategies:
                row = part.loc[name]
                compared = name != comparison.comparator
                rows.append(
                    (
                        Cell(span(comparison, horizon)),
                        Cell(translated(perspective.label)),
                        name_cell(comparison, name),
                        Cell(number(row["cost"], row["cost_error"]), plus_minus(row["cost_error"])),
                        Cell(number(row["increment"], row["error"]), plus_minus(row["error"]))
                        if compared
                        else Cell("–"),
                        Cell(interval(row["low"], row["high"], row["error"])) if compared else Cell("–"),
                        Cell(number(row["base_increment"], row["base_error"]), plus_minus(row["base_error"]))
                        if compared
                        else Cell("–"),
                        Cell(chance(row["probability"], comparison.draws)),
                    )
                )
    return Table(
        t(
            "Costs per person, NOK: paid to others less received, so a minus is income. Expected values over draws, "
            "and the increments of the base case beside them. Monte Carlo errors beneath."
        ),
        (
            t("Horizon"),
            t("Side"),
            t("Strategy"),
            t("Cost"),
            t("Increment"),
            t("95% interval"),
            t("Base case increment"),
            t("Chance cheapest"),
        ),
        tuple(rows),
        words=3,
    )


def ledger(comparison: Comparison) -> Table:
    """Give who pays whom in the first 12 months: the level with the comparator and the change with each program."""
    table = results.ledger(comparison)
    rows = []
    for flow in FLOW_NAMES:
        part = table[table["flow"] == flow].set_index("strategy")
        first = part.loc[comparison.comparator]
        if part["amount"].abs().max() < LEAST_FLOW or first["kind"] == "friction":
            continue
        changes = [
            Cell(number(row["increment"], row["error"]), plus_minus(row["error"]))
            for row in (part.loc[name] for name in comparison.programs)
        ]
        rows.append(
            (
                Cell(translated(str(first["label"]))),
                Cell(_parties(first["payer"], first["payee"])),
                Cell(number(first["amount"], first["amount_error"]), plus_minus(first["amount_error"])),
                *changes,
            )
        )
    return Table(
        t(
            "Money per person in the first 12 months, NOK, and its change with each program; Monte Carlo errors "
            "beneath."
        ),
        (
            t("Flow"),
            t("From → to"),
            comparison.label(comparison.comparator),
            *(t("Change: {program}", program=words.spoken(comparison.label(name))) for name in comparison.programs),
        ),
        tuple(rows),
        words=2,
        notes=(
            t(
                "Flows under {least} NOK everywhere are left out, and so are replacements, which only the friction "
                "cost method counts. Summed over all parties and the outside world the ledger is zero.",
                least=exact(LEAST_FLOW),
            ),
        ),
    )


def icers(comparison: Comparison) -> Table:
    """Give the ICER table of program cost against sick-leave days avoided."""
    table = results.program_icers(comparison)
    cost, effect = results.program_costs_and_effects(comparison)
    errors = {
        name: [
            float(part.sel(strategy=name).std("draw", ddof=1)) / np.sqrt(comparison.draws) for part in (cost, effect)
        ]
        for name in comparison.strategies
    }
    low, high = (
        dict(zip(comparison.strategies, end.to_numpy(), strict=True))
        for end in cea.interval(effect.sel(strategy=list(comparison.strategies)))
    )
    unsure = t("the 95% interval of its days avoided spans zero")
    rows = [
        (
            name_cell(comparison, row.strategy),
            Cell(number(row.cost, errors[row.strategy][0]), plus_minus(errors[row.strategy][0])),
            Cell(number(row.effect, errors[row.strategy][1]), plus_minus(errors[row.strategy][1])),
            Cell(sentence, unsure if low[row.strategy] < 0.0 < high[row.strategy] else "", tone="text"),
        )
        for row, sentence in zip(table.itertuples(), day_words.icer_words(table), strict=True)
    ]
    return Table(
        t(
            "Program, health-care and participant costs against sick-leave days avoided, per person, first 12 months. "
            "Monte Carlo errors beneath."
        ),
        ("", t("Program cost, NOK"), t("Days avoided"), t("Cost per sick-leave day avoided")),
        tuple(rows),
        notes=(
            t(
                "Only these costs are divided by days: a cost that already holds production or benefits counts the "
                "day twice. A full-time workday is worth {value} in production: mean full-time wage with employer's "
                "contribution, divided by 260.",
                value=kroner(float(comparison.base["value_of_day"])),
            ),
        ),
    )


def returns(comparison: Comparison) -> Table:
    """Give the benefit-cost ratio and return per krone to society."""
    rows = []
    for row in results.returns(comparison).to_dict("records"):
        error = row["ratio_error"]
        printed = np.isfinite(row["benefit_cost_ratio"])
        rows.append(
            (
                Cell(
                    words.upper(span(comparison, row["horizon"])) if row["strategy"] == comparison.programs[0] else ""
                ),
                name_cell(comparison, row["strategy"]),
                amount_cell(row, "delivery"),
                amount_cell(row, "benefit"),
                Cell(number(row["benefit_cost_ratio"], error), plus_minus(error))
                if printed
                else Cell(t("not printed")),
                Cell(
                    number(row["return_per_krone"], error),
                    interval(row["ratio_low"] - 1, row["ratio_high"] - 1, error),
                    tone="unsure" if row["ratio_low"] < 1.0 < row["ratio_high"] else "",
                )
                if printed
                else Cell(t("not printed")),
            )
        )
    return Table(
        t(
            "What society gets back for a krone of delivery (NAV, health service, employer and participant), per "
            "person."
        ),
        (
            t("Horizon"),
            "",
            t("Delivery, NOK"),
            t("Benefit, NOK"),
            t("Benefit-cost ratio"),
            t("Return per krone, NOK"),
        ),
        tuple(rows),
        words=2,
        notes=(
            t(
                "Benefit is the change in delivery less the change in society's net cost. A return of 0 means that "
                "the krone just comes back; −1 that it is lost. Neither ratio is printed where delivery does not cost "
                "more than with the comparator."
            ),
        ),
    )


def five_years(comparison: Comparison) -> Table:
    """Give society's gain over the long horizon under the three assumptions."""
    rows = []
    for row in results.after_month_12(comparison).to_dict("records"):
        share = row["share_later"]
        rows.append(
            (
                name_cell(comparison, row["strategy"]),
                *(amount_cell(row, key) for key in "abc"),
                amount_cell(row, "later"),
                Cell(_share(share, row["share_later_error"])),
            )
        )
    return Table(
        t(
            "What society gains per person over {years}, NOK, under three assumptions about what comes after month 12; "
            "95% interval and Monte Carlo error beneath.",
            years=years(comparison),
        ),
        (
            "",
            translated(results.NO_EFFECT_AFTER),
            translated(results.CARRIED_FORWARD),
            t("(c) as (b), allowance difference zero"),
            t("Of (b), after month 12"),
            t("Its share of (b)"),
        ),
        tuple(rows),
        notes=(t("The share is not defined where (b) is too close to zero for the simulation to give it a sign."),),
    )


def productivity(comparison: Comparison) -> Table:
    """Give society's gain by two methods of valuing lost production."""
    table = results.productivity(comparison).set_index(["strategy", "method"])
    rows = []
    for name in comparison.programs:
        cells = []
        for method in ("human_capital", "friction_cost"):
            row = table.loc[(name, method)]
            cells.append(best(amount_cell(row, "gain"), row["probability"], comparison.draws))
        rows.append((name_cell(comparison, name), *cells))
    weeks = comparison.parameters.base_case().one(0)["friction_period"]
    return Table(
        t("What society gains per person in 12 months, NOK, by how lost production is valued."),
        ("", t("Human capital (base)"), t("Friction cost, {weeks} weeks", weeks=exact(weeks))),
        tuple(rows),
        notes=(
            t(
                "By friction cost only the weeks until a replacement works are lost, counted from the start of the "
                "spell: after eight weeks of sick leave little of that period is left for a program to save."
            ),
        ),
    )


def subgroups(comparison: Comparison) -> Table:
    """Give results by start of sick leave and by diagnosis."""
    table = results.subgroups(comparison)
    rows = []
    groups = [] if table.empty else table.groupby(["covariate", "level"], sort=False)
    for (_, level), part in groups:
        first = part.iloc[0]
        for position, row in enumerate(part.to_dict("records")):
            rows.append(
                (
                    Cell(_level(str(level)), t("{share} of people", share=percent(first["share"])))
                    if position == 0
                    else Cell(""),
                    name_cell(comparison, row["strategy"]),
                    Cell(number(row["usual_days"], row["usual_days_error"]), plus_minus(row["usual_days_error"]))
                    if position == 0
                    else Cell(""),
                    amount_cell(row, "days"),
                    amount_cell(row, "gain"),
                )
            )
    return Table(
        t("By how people are sick-listed at inclusion, and by diagnosis; per person, first 12 months."),
        (
            "",
            "",
            t("Days with {usual}", usual=words.spoken(comparison.label(comparison.comparator))),
            t("Days avoided"),
            t("Society gains, NOK"),
        ),
        tuple(rows),
        words=2,
        notes=(
            t("Every difference here follows from baseline risk; the effect is assumed equal."),
            translated(caution()),
        ),
    )


def outcomes(comparison: Comparison) -> Table:
    """Give the main outcomes of every strategy."""
    table = results.outcomes(comparison).set_index(["measure", "strategy"])
    rows = []
    for name in OUTCOMES:
        about = measure(name)
        share = about.unit == "share of people"
        cells = []
        for strategy in comparison.strategies:
            row = table.loc[(name, strategy)].drop("unit").astype(float) * (100.0 if share else 1.0)
            if strategy == comparison.comparator:
                cells.append(Cell(number(row["mean"], row["mean_error"]), plus_minus(row["mean_error"])))
            else:
                sign = "+" if rounded(row["increment"], row["error"]) > 0.0 else ""
                change = f"{sign}{number(row['increment'], row['error'])} {plus_minus(row['error'])}"
                cells.append(Cell(number(row["mean"], row["mean_error"]), change))
        unit = t("% of people") if share else translated(about.unit)
        rows.append((Cell(translated(about.label), unit), *cells))
    return Table(
        t(
            "Outcomes per person: mean over draws, and beneath it the change against the comparator with its Monte "
            "Carlo error; changes of shares are in percentage points."
        ),
        ("", *(comparison.label(name) for name in comparison.strategies)),
        tuple(rows),
    )


def _share(share: float, error: float) -> str:
    if not np.isfinite(share) or error > LARGEST_SHARE_ERROR:
        return t("not defined")
    return t("opposite sign") if share < 0.0 else percent(share)


def _level(name: str) -> str:
    return translated(name.replace("_", " ").capitalize())


def _parties(payer: str, payee: str) -> str:
    """Give from whom money goes to whom: the pair is one text, whose words may bend."""
    return translated(f"{PARTY_NAMES.get(payer, payer)} → {PARTY_NAMES.get(payee, payee)}")

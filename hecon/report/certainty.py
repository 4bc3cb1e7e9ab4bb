"""How sure the choice is, and what would be worth knowing before it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from hecon.evaluation import results
from hecon.evaluation.information import BASE, GROUP
from hecon.model.ledger import PERSPECTIVES
from hecon.report import words
from hecon.report.cells import Cell, Table
from hecon.report.judgement import judgement_words, leading_groups
from hecon.report.language import t, translated
from hecon.report.numbers import grouped, headcount, kroner, number, plus_minus, rounded, tenths

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable
    from typing import Any

    from hecon.evaluation.information import Information
    from hecon.inputs.parameters import Parameters

SIDES = {perspective.name: perspective.label for perspective in PERSPECTIVES}
BILLION = 1e9
MOST_ROWS = 12
LEAST_DRAWS = 500
"""Fewer draws than these are said to be few, whatever the estimates say of themselves."""
ENOUGH_DRAWS = 1000


def worth_knowing_words(
    information: Information, parameters: Parameters, label: Callable[[str], str], *, national: bool
) -> list[str]:
    """Say what knowing everything would be worth, and of which part of it.

    Parameters
    ----------
    information
        As `hecon.evaluation.information` gives it.
    parameters
        As its base case had them.
    label
        Gives a strategy in words.
    national
        Whether the people are those of Norway, not a user's own.
    """
    row = information.of()
    said = [
        t(
            "To know every parameter before the choice, and to choose by it, would gain society {amount} per person in "
            "12 months (Monte Carlo error {error}) over always choosing {choice}. Given these spreads, no study of "
            "these parameters can be worth more per person.",
            amount=kroner(row["value"], row["error"]),
            error=number(row["error"], row["error"]),
            choice=words.spoken(label(row["chosen"])),
        )
    ]
    deciding = information.deciding
    if national:
        said.append(
            t(
                "For all who are eligible and accept, {people} people a year for {years} years, discounted, that is "
                "NOK {billions} billion.",
                people=headcount(deciding.per_year),
                years=_span(information),
                billions=number(row["national"] / BILLION, row["national_error"] / BILLION),
            )
        )
    return [" ".join(said), *_leading(information, row), *judgement_words(information, parameters, label)]


def _span(information: Information) -> str:
    """Write for how many years the national values count those who are reached."""
    years = information.deciding.years
    return grouped(years, int(not float(years).is_integer()))


def few_draws(information: Information) -> list[str]:
    """Warn where draws are too few for what is said of single parameters and groups."""
    if information.draws >= LEAST_DRAWS:
        return []
    return [
        t(
            "Too few draws: {draws} are not enough to tell what single parameters and groups are worth. Read what "
            "stands here as a trial run, and give {enough} draws or more.",
            draws=grouped(information.draws),
            enough=grouped(ENOUGH_DRAWS),
        )
    ]


def everything(information: Information, label: Callable[[str], str], years: str, *, national: bool) -> Table:
    """Give what knowing everything is worth to every side."""
    table = information.everything
    table = table[table["scenario"] == BASE].set_index(["horizon", "perspective"])
    later = results.CARRIED_FORWARD in table.index.get_level_values("horizon")
    rows = []
    for side, name in SIDES.items():
        row = table.loc[(results.YEAR_1, side)]
        chosen = label(table.loc[(results.CARRIED_FORWARD, side)]["chosen"]) if later else ""
        detail = t("{years} (b): {choice}", years=years, choice=words.spoken(chosen)) if later else ""
        cells = [Cell(translated(name)), Cell(label(row["chosen"]), detail), _amount(row["value"], row["error"])]
        if national:
            cells.append(_amount(row["national"] / BILLION, row["national_error"] / BILLION))
        if later:
            stopped, carried = (
                table.loc[(horizon, side)] for horizon in (results.NO_EFFECT_AFTER, results.CARRIED_FORWARD)
            )
            rest = carried["value"] - stopped["value"]
            clear = rest > 0.0 and carried["value"] > words.CLEAR * carried["error"]
            cells += [_amount(each["value"], each["error"]) for each in (stopped, carried)]
            cells.append(Cell(tenths(rest, carried["value"]) if clear else "–"))
        rows.append(tuple(cells))
    header = [t("Side"), t("Chosen now, 12 months"), t("Per person, 12 months, NOK")]
    header += [t("For Norway over {span} years, NOK billion", span=_span(information))] if national else []
    if later:
        header += [
            *(t("Per person, {years} ({case}), NOK", years=years, case=case) for case in "ab"),
            t("Of (b), after month 12"),
        ]
    return Table(
        t(
            "What knowing every parameter before choosing would be worth to each side: the expected value of perfect "
            "information, with its Monte Carlo error."
        ),
        tuple(header),
        tuple(rows),
        words=2,
        notes=(
            t(
                "What is at stake differs between sides, and these values do not add up. The value is what the best "
                "choice in each draw gains over the one choice that is best on average; given the spreads of the "
                "parameters it is an upper limit, before what it takes to find out, the years until one knows, and "
                "those who are served until then."
            ),
            *(
                [
                    t(
                        "(a): no effect after month 12, so that nothing is added to what differs within 12 months, and "
                        "knowing is worth the same. (b): differences carried forward, which no trial followed."
                    )
                ]
                if later
                else []
            ),
        ),
    )


def known(information: Information, *, national: bool) -> Table | None:
    """Give the groups and single parameters that would be most worth knowing; None where none can be told from zero."""
    table = information.known
    table = table[(table["scenario"] == BASE) & (table["horizon"] == results.YEAR_1)]
    society = table[table["perspective"] == "society"]
    told = society[society["value"] > words.CLEAR * society["error"]]
    shown = pd.concat([told[told["kind"] == GROUP].head(MOST_ROWS), told[told["kind"] != GROUP].head(MOST_ROWS)])
    if shown.empty:
        return None
    whole = information.of()
    places = table.set_index(["kind", "name", "perspective"])
    rows = []
    for row in shown.to_dict("records"):
        few = "" if row["enough"] else " | " + t("too few draws")
        cells = [
            Cell(row["label"], _what(row), tone="assumed" if "assumption" in {row["grade"], row["spread"]} else ""),
            Cell(number(row["value"], row["error"]), plus_minus(row["error"]) + few),
            Cell(_share(row, whole, information)),
        ]
        if national:
            cells.append(_amount(row["national"] / BILLION, row["national_error"] / BILLION))
        for side in (side for side in SIDES if side != "society"):
            other = places.loc[(row["kind"], row["name"], side)]
            clear = other["value"] > words.CLEAR * other["error"]
            cells.append(_amount(other["value"], other["error"]) if clear else Cell("–"))
        rows.append(tuple(cells))
    others = len(society) - len(shown)
    return Table(
        t(
            "What knowing a part would be worth in 12 months: expected value of partial perfect information, NOK per "
            "person, groups first, with its Monte Carlo error."
        ),
        (
            t("Known before choosing"),
            translated(SIDES["society"]),
            t("Of knowing all"),
            *([t("Norway, society, over {span} years, NOK billion", span=_span(information))] if national else []),
            *(translated(label) for side, label in SIDES.items() if side != "society"),
        ),
        tuple(rows),
        notes=(
            t(
                "A group's members are known together. Values of parts overlap and need not add up: two things may be "
                "worth knowing only together, or tell the same."
            ),
            t(
                "Not shown: {count} single parameters and groups whose value to society cannot be told from zero; a "
                "dash is the same for a side.",
                count=grouped(others),
            ),
        ),
    )


def by_scenario(information: Information, parameters: Parameters, label: Callable[[str], str]) -> Table | None:
    """Give what knowing is worth to society in every scenario in which draws fall otherwise; None if none was."""
    table = information.everything
    table = table[(table["horizon"] == results.YEAR_1) & (table["perspective"] == "society")]
    if len(table) < 2:
        return None
    rows = []
    for row in table.to_dict("records"):
        parts = information.known
        parts = parts[
            (parts["scenario"] == row["scenario"])
            & (parts["horizon"] == results.YEAR_1)
            & (parts["perspective"] == "society")
            & (parts["kind"] == GROUP)
        ]
        top = parts.sort_values("value", ascending=False, kind="stable").head(1).to_dict("records")
        named = t("Base case") if row["scenario"] == BASE else parameters.scenarios[row["scenario"]].label
        told = bool(top) and top[0]["value"] > words.CLEAR * top[0]["error"]
        part = (
            Cell(top[0]["label"], f"{number(top[0]['value'], top[0]['error'])} {plus_minus(top[0]['error'])}")
            if told
            else Cell(t("None can be told from zero"))
        )
        rows.append((Cell(named), Cell(label(row["chosen"])), part, _amount(row["value"], row["error"])))
    return Table(
        t("The same when the effects are calibrated or spread otherwise: society, 12 months, NOK per person."),
        ("", t("Chosen now"), t("Most worth knowing, of effects and what was fitted"), t("Knowing everything")),
        tuple(rows),
        words=3,
        notes=(
            t(
                "Which calibration and which spread are right is itself not known. That is no parameter with a "
                "probability here, and no value is put on knowing it: where rows choose differently, more can hang on "
                "it than on the parameters."
            ),
        ),
    )


def _leading(information: Information, row: pd.Series) -> list[str]:
    """Say which group is most worth knowing, where the simulation can tell."""
    told = leading_groups(information)
    if told.empty or row["value"] <= 0.0:
        return []
    (first, worth), *rest = [(words.spoken(one["label"]), _part(one, row, information)) for _, one in told.iterrows()]
    if not rest:
        return [t("Knowing “{group}” and nothing else would bring {worth}.", group=first, worth=worth)]
    others = words.joined([t("“{group}” {worth}", group=group, worth=worth) for group, worth in rest])
    return [
        t(
            "Knowing “{group}” and nothing else would bring {worth}; knowing {others}.",
            group=first,
            worth=worth,
            others=others,
        )
    ]


def _part(one: pd.Series, whole: pd.Series, information: Information) -> str:
    """Give what a part is worth, its error, and which share of all it is."""
    said = {"amount": kroner(one["value"], one["error"]), "error": number(one["error"], one["error"])}
    if not _shares(one, whole, information):
        return t("{amount} (Monte Carlo error {error})", **said)
    return t("{amount} (Monte Carlo error {error}), {share} of it", **said, share=_share(one, whole, information))


def _what(row: dict[Hashable, Any]) -> str:
    """Say what is known: how many parameters, or of one its grades."""
    if row["count"] > 1:
        return t("{count} parameters", count=grouped(row["count"]))
    grade, spread = translated(row["grade"]), translated(row["spread"])
    if spread:
        return t("one parameter, grade: {grade}, its spread: {spread}", grade=grade, spread=spread)
    return t("one parameter, grade: {grade}", grade=grade)


def _share(one: pd.Series | dict[Hashable, Any], whole: pd.Series, information: Information) -> str:
    """Give which share of all a part is worth, from both as they are printed; a dash where none is given."""
    if not _shares(one, whole, information):
        return "–"
    return tenths(rounded(one["value"], one["error"]), rounded(whole["value"], whole["error"]))


def _shares(one: pd.Series | dict[Hashable, Any], whole: pd.Series, information: Information) -> bool:
    """Tell whether a part's share of all can be given: not where draws are too few."""
    return information.draws >= LEAST_DRAWS and bool(one["enough"]) and whole["value"] > 0.0


def _amount(value: float, error: float) -> Cell:
    return Cell(number(value, error), plus_minus(error))

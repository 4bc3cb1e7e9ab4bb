"""What a national roll-out would spend and release: by payer and year, in cash, people and staff."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hecon.evaluation.budget import CARRIED_FORWARD, CRITERIA, NO_EFFECT
from hecon.report import words
from hecon.report.canvas import canvas, ink, thousands
from hecon.report.cells import Cell, Figure, Section, Table, name_cell
from hecon.report.language import mark, t, translated
from hecon.report.numbers import NEGLIGIBLE, grouped, headcount, interval, number, plus_minus
from hecon.report.paints import INK, STRATEGY_INKS, inline_svg

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from hecon.evaluation.budget_tables import RollOut
    from hecon.evaluation.comparison import Comparison
    from hecon.report.paints import Drawing, Paint

MILLION, BILLION = 1e6, 1e9
CHOICES = {
    NO_EFFECT: mark("(a) no effect after month 12"),
    CARRIED_FORWARD: mark("(b) differences carried forward"),
}
PAYERS = {
    "nav_operations": mark("NAV, operations"),
    "nav_benefits": mark("NAV, benefits"),
    "health_service": mark("Health service"),
    "municipality": mark("Municipalities"),
    "treasury": mark("Treasury, revenue lost"),
    "public_purse": mark("The public purse, all of them"),
}
ITEMS = {
    "spent_nav": mark("Spent by NAV on operations"),
    "spent_health": mark("Spent by the health service"),
    "released": mark("Released in rule-based benefits"),
    "revenue": mark("More taxes and contributions"),
    "net": mark("What the public purse must find"),
}
SPENT = ("spent_nav", "spent_health")
STAGES = {
    "eligible": mark("Eligible"),
    "offered": mark("Offered the program"),
    "accepted": mark("Accept it"),
}
STAFF = {
    "caseworker_hours": mark("Caseworkers"),
    "coordinator_hours": mark("Coordinators"),
    "supervisor_hours": mark("Supervisors"),
    "physiotherapist_hours": mark("Physiotherapists"),
    "occupational_therapist_hours": mark("Occupational therapists"),
    "psychologist_hours": mark("Psychologists"),
    "physician_hours": mark("Physicians"),
    "gp_hours": mark("General practitioners"),
}
SPENDING_OF_NAV = (
    mark("NAV would spend {amount} on operations"),
    mark("NAV would save {amount} on operations"),
    mark("NAV would spend about as much on operations as now (95% interval of the rise: NOK {interval} million)"),
)
SPENDING_OF_BOTH = (
    mark("NAV and the health service would spend {amount} on operations"),
    mark("NAV and the health service would save {amount} on operations"),
    mark(
        "NAV and the health service would spend about as much on operations as now (95% interval of the rise: NOK "
        "{interval} million)"
    ),
)
BENEFITS = (
    mark("Rule-based benefits would fall by {amount}"),
    mark("Rule-based benefits would rise by {amount}"),
    mark("Rule-based benefits would be about even (95% interval of the fall: NOK {interval} million)"),
)
PURSE = (
    mark("the public purse would be worse off by {amount}"),
    mark("the public purse would be better off by {amount}"),
    mark("the public purse would come out about even (95% interval of what it must find: NOK {interval} million)"),
)
CARRIED = (
    mark("worse off by {amount}"),
    mark("better off by {amount}"),
    mark("about even (95% interval of what it must find: NOK {interval} million)"),
)
"""What is said of an amount that is above zero, below it, and within two of its errors of it."""
VOLUME = ("people_passing_week_8", "volume_growth", *CRITERIA, "acceptance", "offices_offering")
LEAST_PEOPLE = 0.5
"""Fewer, in every year, are not shown."""
PANEL, HEAD, FOOT = 1.75, 0.95, 0.5
"""Inches: of a program, above the panels, below them."""


def impact(comparison: Comparison, *, paint: Paint = inline_svg) -> Section | None:
    """Say what rolling out each program would do to public budgets; None where that was not computed.

    Parameters
    ----------
    comparison
        With `budget`.
    paint
        What a drawn figure becomes.
    """
    found = comparison.budget
    if found is None:
        return None
    last = int(found.cash["year"].max())
    return Section(
        sentences=(
            t(
                "If every office offered the program within {years} years, alone and in place of usual case "
                "management, this is what public budgets would meet, undiscounted, in NOK of 2025.",
                years=grouped(last),
            ),
            *(text for program in comparison.programs for text in sentences(comparison, found, program, last)),
        ),
        warnings=(
            t(
                "What benefits release does not come back to the frames that pay for the program: benefits are paid by "
                "rule, operations within a limit."
            ),
        ),
        figure=_figure(comparison, found, last, paint),
        tables=(
            payers_of_last_year(comparison, found, last),
            cash_by_year(comparison, found),
            payers_by_year(comparison, found),
            people_and_staff(comparison, found),
        ),
        notes=tuple(_notes(comparison, found)),
    )


def sentences(comparison: Comparison, found: RollOut, program: str, year: int) -> Iterator[str]:
    """Say what a program would spend and release in a calendar year."""
    people = found.volumes[(found.volumes["program"] == program) & (found.volumes["year"] == year)].set_index("stage")
    cash = found.cash[(found.cash["program"] == program) & (found.cash["year"] == year)]
    rows = {choice: cash[cash["after_month_12"] == choice].set_index("item") for choice in CHOICES}
    spent, released, net = (rows[NO_EFFECT].loc[item] for item in ("spent", "released", "net"))
    said = {
        "program": words.upper(comparison.label(program)),
        "year": grouped(year),
        "accepted": headcount(people.loc["accepted", "expected"]),
        "eligible": headcount(people.loc["eligible", "expected"]),
        "spending": _spending(spent, both=_also_health(rows[NO_EFFECT])),
    }
    yield " ".join(
        [
            t("{program}, year {year}: {accepted} of {eligible} eligible people would accept, and {spending}.", **said),
            t(
                "{benefits} if nothing differs after month 12, and with taxes counted {purse}; if differences are "
                "carried forward, {carried}.",
                benefits=_turned(released, BENEFITS),
                purse=_turned(net, PURSE),
                carried=_turned(rows[CARRIED_FORWARD].loc["net"], CARRIED),
            ),
        ]
    )


def _spending(spent: pd.Series, *, both: bool) -> str:
    """Say who would spend how much, in words that follow the sign."""
    return _turned(spent, SPENDING_OF_BOTH if both else SPENDING_OF_NAV)


def _also_health(rows: pd.DataFrame) -> bool:
    """Tell whether what the health service spends shows in the sum, beside what NAV spends."""
    return bool(abs(rows.loc["spent_health", "expected"]) > rows.loc["spent", "error"])


def _turned(row: pd.Series, said: tuple[str, str, str]) -> str:
    """Say an amount by its sign: the first text where it is above zero, the second below, the third about even."""
    if abs(row["expected"]) <= words.CLEAR * row["error"] + NEGLIGIBLE:
        low, high, error = (row[key] / MILLION for key in ("low", "high", "error"))
        return t(said[2], interval=interval(low, high, error))
    return t(said[0] if row["expected"] > 0.0 else said[1], amount=_amount(row))


def payers_of_last_year(comparison: Comparison, found: RollOut, year: int) -> Table:
    """Give by program what each payer pays more or less of in a year."""
    table = found.by_payer[found.by_payer["year"] == year]
    rows = []
    for program in comparison.programs:
        for position, (choice, words_) in enumerate(CHOICES.items()):
            own = table[(table["program"] == program) & (table["after_month_12"] == choice)].set_index("payer")
            name = Cell("") if position else name_cell(comparison, program)
            rows.append((name, Cell(translated(words_)), *(_cell(own.loc[payer], MILLION) for payer in PAYERS)))
    return Table(
        t("What each public payer would pay more in year {year}, NOK million; negative is less.", year=grouped(year)),
        (t("Program"), t("After month 12"), *(translated(label) for label in PAYERS.values())),
        tuple(rows),
        words=2,
    )


def payers_by_year(comparison: Comparison, found: RollOut) -> Table:
    """Give by program and payer what is paid more or less of in every year."""
    return Table(
        t("What each public payer would pay more, year by year, NOK million; negative is less."),
        (t("Program"), t("After month 12"), t("Payer"), *_years(found)),
        tuple(_by_year(comparison, found.by_payer, "payer", PAYERS)),
        words=3,
    )


def cash_by_year(comparison: Comparison, found: RollOut) -> Table:
    """Give by program the cash that is spent and released in every year."""
    return Table(
        t("Cash spent against cash released, year by year, NOK million."),
        (t("Program"), t("After month 12"), t("Cash"), *_years(found)),
        tuple(_by_year(comparison, found.cash, "item", ITEMS)),
        words=3,
        notes=(
            t(
                "What the public purse must find is what is spent, less what is released, less what taxes and "
                "contributions bring in more."
            ),
        ),
    )


def people_and_staff(comparison: Comparison, found: RollOut) -> Table:
    """Give by program the people eligible, offered and accepting, and the staff it takes, in every year."""
    rows: list[tuple[Cell, ...]] = []
    for program in comparison.programs:
        parts = ((found.volumes, "stage", STAGES), (found.staff, "staff", STAFF))
        for table, key, labels in parts:
            own = table[table["program"] == program]
            for name in labels:
                each = own[own[key] == name].sort_values("year")
                if each.empty or each["expected"].abs().max() < LEAST_PEOPLE:
                    continue
                cells = [_cell(row, 1.0) for _, row in each.iterrows()]
                kind = t("People") if key == "stage" else t("Full-time equivalents")
                first = name_cell(comparison, program) if name == "eligible" else Cell("")
                rows.append((first, Cell(translated(labels[name]), kind), *cells))
    return Table(
        t("People and staff, year by year; staff are the change against usual case management."),
        (t("Program"), t("Who"), *_years(found)),
        tuple(rows),
        words=2,
    )


def _by_year(
    comparison: Comparison, table: pd.DataFrame, key: str, labels: dict[str, str]
) -> Iterator[tuple[Cell, ...]]:
    """Give a row for each program, assumption and label; what an assumption does not touch stands once."""
    for program in comparison.programs:
        before = ""
        for position, (choice, words_) in enumerate(CHOICES.items()):
            own = table[(table["program"] == program) & (table["after_month_12"] == choice)]
            for name, label in labels.items():
                if position and name in {*SPENT, "nav_operations", "health_service"}:
                    continue
                each = own[own[key] == name].sort_values("year")
                first = Cell("") if before else name_cell(comparison, program)
                said = Cell(translated(words_) if choice != before else "")
                before = choice
                yield (first, said, Cell(translated(label)), *(_cell(row, MILLION) for _, row in each.iterrows()))


def _years(found: RollOut) -> Iterator[str]:
    return (t("Year {year}", year=grouped(year)) for year in sorted(found.cash["year"].unique()))


def _cell(row: pd.Series, unit: float) -> Cell:
    """Give an expectation with its interval and Monte Carlo error, marked where the interval spans zero."""
    value, error, low, high = (row[key] / unit for key in ("expected", "error", "low", "high"))
    detail = " | ".join(filter(None, [interval(low, high, error), plus_minus(error)]))
    return Cell(number(value, error), detail, tone="unsure" if low < 0.0 < high else "")


def _amount(row: pd.Series) -> str:
    """Write the size of an amount in millions, with the interval turned with it."""
    sign = 1.0 if row["expected"] >= 0.0 else -1.0
    low, high = sorted(sign * row[key] / MILLION for key in ("low", "high"))
    error = row["error"] / MILLION
    return t(
        "NOK {amount} million (95% interval {interval})",
        amount=number(abs(row["expected"]) / MILLION, error),
        interval=interval(low, high, error),
    )


def _notes(comparison: Comparison, found: RollOut) -> Iterator[str]:
    yield t(
        "{draws} draws of {people} people, followed a quarter at a time as they enter evenly over each year. "
        "Production and the cost of public funds pass through no public budget and are left out.",
        draws=grouped(found.draws),
        people=grouped(found.people),
    )
    entries = [comparison.parameters[name] for name in VOLUME]
    assumed = [t("“{name}”", name=entry.label) for entry in entries if entry.judged]
    if assumed:
        yield t(
            "How many are reached rests on assumptions, in value or in spread: {names}.", names=words.joined(assumed)
        )


def _figure(comparison: Comparison, found: RollOut, last: int, paint: Paint) -> Figure:
    said = words.joined(
        [
            t(
                "{program}: spent {spent}, released {stopped} without and {carried} with differences carried forward, "
                "NOK million",
                program=comparison.label(program),
                **{
                    key: number(row["expected"] / MILLION, row["error"] / MILLION)
                    for key, row in _points(found, program, last).items()
                },
            )
            for program in comparison.programs
        ],
        "; ",
        "; ",
    )
    return Figure(
        t(
            "Cash spent on operations against cash released in rule-based benefits, by year of the roll-out: expected "
            "value and 95% interval; below zero more benefits are paid"
        ),
        t("In year {year}: {programs}", year=grouped(last), programs=said),
        draw(comparison, found, paint=paint),
    )


def _points(found: RollOut, program: str, year: int) -> dict[str, pd.Series]:
    cash = found.cash[(found.cash["program"] == program) & (found.cash["year"] == year)]
    rows = cash.set_index(["after_month_12", "item"])
    return {
        "spent": rows.loc[(NO_EFFECT, "spent")],
        "stopped": rows.loc[(NO_EFFECT, "released")],
        "carried": rows.loc[(CARRIED_FORWARD, "released")],
    }


def draw(comparison: Comparison, found: RollOut, *, paint: Paint = inline_svg) -> Drawing:
    """Draw cash spent against cash released by year, a panel a program, all on one scale.

    Parameters
    ----------
    comparison
        For labels and colours.
    found
        The roll-out.
    paint
        What the figure becomes.
    """
    programs = comparison.programs
    height = HEAD + PANEL * len(programs) + FOOT
    series = (
        ("spent", NO_EFFECT, t("spent on operations"), "s", -0.2),
        ("released", NO_EFFECT, t("released, no effect after month 12"), "o", 0.0),
        ("released", CARRIED_FORWARD, t("released, differences carried forward"), "^", 0.2),
    )
    with canvas("budget", height=height, panels=(len(programs), 1)) as (figure, grid):
        figure.subplots_adjust(top=1.0 - HEAD / height, bottom=FOOT / height, hspace=0.42)
        panels = [grid] if len(programs) == 1 else list(grid)
        for axes, program in zip(panels, programs, strict=True):
            own = found.cash[found.cash["program"] == program]
            for item, choice, text, marker, shift in series:
                each = own[(own["item"] == item) & (own["after_month_12"] == choice)]
                colour = STRATEGY_INKS[0] if item == "spent" else ink(comparison, program)
                x = each["year"] + shift
                axes.vlines(x, each["low"] / BILLION, each["high"] / BILLION, color=colour, linewidth=3, alpha=0.4)
                hollow = {"markerfacecolor": "none"} if marker == "^" else {}
                axes.plot(x, each["expected"] / BILLION, marker, color=colour, markersize=5, label=text, **hollow)
            axes.axhline(0, color=INK, linewidth=0.8)
            axes.set_title(
                comparison.label(program), loc="left", fontsize=10.5, fontweight="bold", color=ink(comparison, program)
            )
            axes.set_xticks(sorted(own["year"].unique()))
            thousands(axes.yaxis)
        lows, highs = zip(*(axes.get_ylim() for axes in panels), strict=True)
        for axes in panels:
            axes.set_ylim(min(lows), max(highs))
        panels[len(panels) // 2].set_ylabel(t("NOK billion a year"))
        panels[-1].set_xlabel(t("Year of the roll-out"))
        for place, (symbol, (_, _, text, _, _)) in enumerate(zip("■●△", series, strict=True)):
            figure.text(0.02, 1.0 - (0.1 + 0.2 * place) / height, f"{symbol} {text}", fontsize=9.5, va="top")
        return paint(figure)

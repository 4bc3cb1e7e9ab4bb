"""The tables of a validation, the same cells for the terminal and for the page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hecon.inputs.unseen import UNKNOWN
from hecon.report.cells import Cell, Table
from hecon.report.evidence import STATISTICS
from hecon.report.numbers import MINUS, number

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Row = Mapping[str, Any]

ARM_LABELS = {"usual_care": "Usual care", "active_control": "Active control", "motivational_interviewing": "MI"}
SESSION_LABELS = {2: "Two", 1: "One", 0: "No"}
DIRECTIONS = {"negative": "a lower value", "none": "no difference", "positive": "a higher value"}
STRATEGIES = {"early_follow_up": "Early follow-up"}
REGISTERS = {
    "aap_to_disability_rate": ("Allowance to pension, per year", "rate"),
    "aap_leavers_disability_share": ("Leavers of the allowance to pension", "share"),
    "aap_leavers_work_share": ("Leavers of the allowance to work", "share"),
}
FIGURE_HEADER = ("Arm", "Figure", "Published", "Predicted", "95% interval", "Percentile", "Width", "")


def figures_table(rows: Sequence[Row]) -> Table:
    """Give published figures beside their predictive distributions."""
    cells, before = [], ""
    for row in rows:
        arm = arm_label(row["arm"])
        published, predicted, interval = written(row)
        texts = ("" if arm == before else arm, label(row), published, predicted, interval)
        more = (percentile(row["percentile"]), width(row["width_ratio"]))
        cells.append((*map(Cell, (*texts, *more)), verdict(row)))
        before = arm
    return Table("", FIGURE_HEADER, tuple(cells), words=2)


def sessions_table(rows: Sequence[Row]) -> Table:
    """Give people and days by the number of sessions they had."""
    header = ("Arm", "Sessions", "Share", "Mean days", "Lower quartile", "Median", "Upper quartile", "Returned before")
    cells: list[tuple[Cell, ...]] = []
    before = ""
    for arm, sessions in dict.fromkeys((row["arm"], row["sessions"]) for row in rows):
        theirs = [row for row in rows if (row["arm"], row["sessions"]) == (arm, sessions)]
        order = ("share", "mean", "benefit_days_q1", "benefit_days_median", "benefit_days_q3", "returned_before")
        found = {row["quantity"]: row for row in theirs}
        name = "" if arm == before else arm_label(arm)
        cells.append((Cell(name), Cell(SESSION_LABELS[sessions]), *(_with_interval(found[key]) for key in order)))
        before = arm
    return Table("", header, tuple(cells), words=2)


def unseen_table(rows: Sequence[Row]) -> Table:
    """Give one study's figures, to which the model was not fitted, beside what it predicts of them."""
    header = ("Figure", "Published", "Its 95% interval", "Predicted", "95% interval", "")
    cells = []
    for row in rows:
        unit = row["unit"]
        texts = (
            with_unit(row),
            published(row),
            between(row["observed_low"], row["observed_high"], unit),
            shown(row["predicted"], unit),
            between(row["low"], row["high"], unit),
        )
        cells.append((*map(Cell, texts), verdict(row)))
    return Table("", header, tuple(cells))


def with_unit(row: Row) -> str:
    """Write what a figure of another study is, with its unit where the numbers do not show it."""
    return f"{row['figure']}, {row['unit']}" if row["unit"] in {"workdays", "EUR", "USD"} else str(row["figure"])


def published(row: Row) -> str:
    """Write what another study published: a number, or the sign of a difference."""
    return DIRECTIONS[row["direction"]] if row["observed"] is None else shown(row["observed"], row["unit"])


def judged(rows: Sequence[Row]) -> list[Row]:
    """Give the figures of other studies that count: numbers that nothing knew, inside or outside an interval."""
    return [row for row in unknown(rows) if row["observed"] is not None]


def signs(rows: Sequence[Row]) -> list[Row]:
    """Give those of which only a sign was published, and which nothing knew."""
    return [row for row in unknown(rows) if row["observed"] is None]


def unknown(rows: Sequence[Row]) -> list[Row]:
    """Give the numbers and signs of other studies that nothing knew and that can be right or wrong."""
    return [row for row in rows if row["inside"] is not None and row.get("seen", UNKNOWN) == UNKNOWN]


def grouped(rows: Sequence[Row], key: str) -> dict[str, list[Row]]:
    """Give rows by what stands under a key, in the order in which it first does."""
    return {name: [row for row in rows if row[key] == name] for name in dict.fromkeys(row[key] for row in rows)}


def counts_table(rows: Sequence[Row], key: str, title: str) -> Table:
    """Count the figures inside their interval by what stands under a key, with the median width where there is one."""
    cells, wide = [], any(row.get("width_ratio") is not None for row in rows)
    for name, theirs in grouped(rows, key).items():
        texts = [spoken(name), f"{sum(bool(row['inside']) for row in theirs)}", f"{len(theirs)}"]
        cells.append(tuple(map(Cell, [*texts, *([median_width(theirs)] if wide else [])])))
    return Table("", (title, "Inside", "Of", *(["Width"] if wide else [])), tuple(cells))


def median_width(rows: Sequence[Row]) -> str:
    """Write the median of how much wider than sampling alone some intervals are."""
    widths = sorted(row["width_ratio"] for row in rows if row["width_ratio"] is not None)
    return width(widths[len(widths) // 2] if widths else None)


def left_out_table(rows: Sequence[Row], known: Mapping[str, Row]) -> Table:
    """Give figures as a refit without them predicts them.

    Parameters
    ----------
    rows
        Of the refits.
    known
        The trial's figures by name, for their labels and units.
    """
    header = ("Left out", "Arm", "Figure", "Published", "Predicted", "95% interval", "Width", "")
    cells, before = [], ""
    for row in rows:
        whole = {**known.get(row["figure"], _register(row["figure"])), **row}
        left = spoken(row["left_out"])
        texts = ("" if left == before else left, arm_label(whole["arm"]), label(whole), *written(whole))
        cells.append((*map(Cell, (*texts, width(row["width_ratio"]))), verdict(row)))
        before = left
    return Table("", header, tuple(cells), words=3)


def priors_table(rows: Sequence[Row]) -> Table:
    """Give what each strategy changes against usual care at other priors."""
    header = ("Priors", "Strategy", "Days more", "95% interval", "Fewer", "Points more", "95% interval", "Fewer")
    cells, before = [], ""
    for row in rows:
        texts = ["" if row["priors"] == before else spoken(row["priors"]), spoken(row["strategy"])]
        for key, scale in (("days", 1.0), ("entry", 100.0)):
            middle, low, high = (scale * row[f"{key}_{part}"] for part in ("median", "low", "high"))
            fewer = shown(row[f"{key}_fewer"], "share")
            texts += [shown(middle, "days", 1), between(low, high, "days", 1), fewer]
        cells.append(tuple(map(Cell, texts)))
        before = row["priors"]
    return Table("", header, tuple(cells), words=2)


def markdown(table: Table) -> str:
    """Write a table as Markdown; what lies outside stands out."""
    rule = ["---"] * table.words + ["---:"] * (len(table.header) - table.words)
    rows = [[f"**{cell.text}**" if cell.tone else cell.text for cell in row] for row in table.rows]
    lines = [table.header, rule, *rows]
    return "\n".join(f"| {' | '.join(text.replace('|', '/') for text in line)} |" for line in lines)


def plain(table: Table) -> str:
    """Write a table in columns for a terminal; what lies outside is in capitals."""
    rows = [[cell.text.upper() if cell.tone else cell.text for cell in row] for row in table.rows]
    lines = [list(table.header), *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(table.header))]
    words = table.words
    return "\n".join(
        "  ".join(
            text.ljust(size) if column < words else text.rjust(size)
            for column, (text, size) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


def arm_label(arm: str) -> str:
    """Give the name of an arm of the trial."""
    return ARM_LABELS.get(arm, spoken(arm))


def label(row: Row) -> str:
    """Say what a figure of the trial is."""
    statistic = str(row["statistic"])
    if statistic in STATISTICS:
        return STATISTICS[statistic][0]
    if statistic.startswith("hazard_ratio"):
        kind = "adjusted" if "adjusted" in statistic else "unadjusted"
        against = arm_label(row.get("against") or "usual_care")
        return f"Hazard ratio of return against {against[:1].lower()}{against[1:]}, {kind}"
    return spoken(statistic)


def written(row: Row) -> tuple[str, str, str]:
    """Write what was published, predicted, and the interval, finely enough to show on which side the figure lies."""
    unit = row["unit"]
    for finer in range(4):
        scale = 100.0 if _is_share(unit) else 1.0
        digits = finer + (2 if "ratio" in unit or unit == "rate" else 0)
        low, seen, high = (round(scale * row[key], digits) for key in ("low", "observed", "high"))
        if (low <= seen <= high) == row["inside"]:
            break
    return (
        shown(row["observed"], unit),
        shown(row["median"], unit, finer),
        between(row["low"], row["high"], unit, finer),
    )


def shown(value: float | None, unit: str, finer: int = 0) -> str:
    """Write a figure in its unit: shares in percent, ratios with two decimals, days whole, money with three digits.

    Examples
    --------
    >>> shown(0.876, "share"), shown(1.1, "hazard ratio"), shown(-4.62, "workdays"), shown(154.84, "workdays", 1)
    ('88%', '1.10', '−4.6', '154.8')
    """
    if value is None:
        return "–"
    if _is_share(unit):
        text = f"{100.0 * value:.{finer}f}%"
    elif unit.startswith("%"):
        text = f"{value:.1f}%"
    elif "ratio" in unit or unit == "rate":
        text = f"{value:.{2 + finer}f}"
    elif unit == "QALYs":
        text = f"{value:.3f}"
    elif "day" in unit:
        text = f"{value:.{max(finer, 1 if abs(value) < 10.0 else 0)}f}"
    else:
        text = number(value)
    if not text.startswith("-"):
        return text
    return MINUS + text[1:] if any(digit in text for digit in "123456789") else text[1:]


def between(low: float | None, high: float | None, unit: str, finer: int = 0) -> str:
    """Write an interval in a figure's unit."""
    return "–" if low is None or high is None else f"{shown(low, unit, finer)} to {shown(high, unit, finer)}"


def percentile(value: float) -> str:
    """Write where a figure falls, 0 to 100; the ends of the distribution are never reached for certain."""
    return "under 1" if value < 1.0 else "over 99" if value > 99.0 else f"{value:.0f}"


def width(value: float | None) -> str:
    """Write how much wider than sampling alone an interval is."""
    return "–" if value is None else f"{value:.1f}"


def verdict(row: Row) -> Cell:
    """Say whether a figure lies inside its interval, or a sign agrees, and whether it was known beforehand."""
    known = f", {row['seen']}" if row.get("seen", UNKNOWN) != UNKNOWN else ""
    if row["inside"] is None:
        return Cell(f"–{known}")
    right, wrong = ("agrees", "differs") if row["observed"] is None else ("inside", "outside")
    return Cell(f"{right}{known}") if row["inside"] else Cell(f"{wrong}{known}", tone="outside")


def spoken(name: str) -> str:
    """Write a name in words."""
    text = STRATEGIES.get(name, name.replace("_", " "))
    return text[:1].upper() + text[1:]


def _is_share(unit: str) -> bool:
    return unit.startswith("share")


def _register(name: str) -> dict[str, str]:
    """Say what a figure of the registers is, which no trial has."""
    what, unit = REGISTERS.get(name, (spoken(name), ""))
    return {"arm": "registers", "statistic": what, "unit": unit}


def _with_interval(row: Row) -> Cell:
    unit = "share" if row["quantity"] in {"share", "returned_before"} else "days"
    return Cell(f"{shown(row['predicted'], unit)} ({between(row['low'], row['high'], unit)})")

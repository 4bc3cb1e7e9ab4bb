"""The validation in short, from its record: figures fitted, figures of other studies, and which were missed and why."""

from __future__ import annotations

import math
from statistics import median
from typing import TYPE_CHECKING, Any

from hecon.calibration.figures import BLOCK, DATE
from hecon.inputs.parameters import read_again
from hecon.report import words
from hecon.report.canvas import canvas
from hecon.report.cells import Cell, Figure, Section, Table
from hecon.report.language import mark, t, translated
from hecon.report.numbers import MINUS, exact, grouped, hundredths, percent, rounded
from hecon.report.paints import INK, LINE, STRATEGY_INKS, inline_svg
from hecon.report.validation import NUMBERS, numbers_of, read_numbers
from hecon.report.validation_tables import grouped as grouped_by
from hecon.report.validation_tables import judged, signs

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from hecon.evaluation.comparison import Comparison
    from hecon.inputs.parameters import Parameters
    from hecon.report.paints import Drawing, Paint

    Row = Mapping[str, Any]
    Record = Mapping[str, Any]

TRIAL = mark("The trial itself: fitted and other figures")
DIRECTIONS = {
    "negative": mark("a lower value"),
    "none": mark("no difference"),
    "positive": mark("a higher value"),
}
RIGHT = 0.95
"""Of the figures a right 95% interval holds."""
EDGE = 4.0
"""Half-widths of an interval beyond which a mark stands at the edge."""
ROW, HEAD, FOOT = 0.6, 0.1, 0.95
"""Inches: of a study, above the rows, below them."""


def in_short(comparison: Comparison, *, paint: Paint = inline_svg) -> Section | None:
    """Say how the model stood against figures published elsewhere; None where no validation was kept.

    Parameters
    ----------
    comparison
        Its parameters' folder is where the record stands.
    paint
        What a drawn figure becomes.

    Raises
    ------
    InputError
        If the record cannot be read.
    """
    record = record_of(comparison.parameters)
    if not record:
        return None
    return Section(
        sentences=tuple(sentences(record)),
        warnings=tuple(_others(comparison.parameters, record)),
        figure=_figure(record, paint),
        tables=(by_study(record), misses(record)),
        notes=(
            t(
                "{trials} simulated trials, {draws} draws of the fitted parameters for the other studies. A predictive "
                "interval holds what a study of that size would report, so it has the study's own luck in it.",
                trials=grouped(record["record"]["trials"]),
                draws=grouped(record["record"]["unseen_draws"]),
            ),
        ),
    )


def record_of(parameters: Parameters) -> Record:
    """Give what was kept of a validation beside the parameters when they were read, so that a report stays what it was.

    Where a calibrated block was put in place in memory, nothing was kept with them: what stands beside them now.
    """
    if parameters.origin is None:
        return read_numbers(parameters.folder)
    return numbers_of(parameters.origin.validation, str(parameters.folder / NUMBERS))


def sentences(record: Record) -> Iterator[str]:
    """Say how many figures lie inside their predictive intervals."""
    summary = record["summary"]
    fitted, predicted = summary["fitted"], summary["predicted"]
    yield t(
        "{of} published figures of the trial were used to fit the model, and {inside} of them lie within their 95% "
        "predictive interval. That the model can have a figure it was fitted to is no prediction.",
        of=grouped(fitted["of"]),
        inside=grouped(fitted["inside"]),
    )
    if predicted["of"]:
        yield t(
            "Of {of} further figures of the same people, not fitted, {inside} lie within.",
            of=grouped(predicted["of"]),
            inside=grouped(predicted["inside"]),
        )
    rows = record["unseen"]
    counted = judged(rows)
    if counted:
        inside = _held(counted)
        said = t(
            "Of {of} figures from {studies} studies that the model has not seen, {inside} lie within their interval "
            "and {missed} do not; right intervals would hold about {right}.",
            of=grouped(len(counted)),
            studies=grouped(len(grouped_by(counted, "study"))),
            inside=grouped(inside),
            missed=grouped(len(counted) - inside),
            right=grouped(round(RIGHT * len(counted))),
        )
        unsure = t("For other people and other studies the model is less exact than its intervals say.")
        yield f"{said} {unsure}" if inside < _least(len(counted)) else said
        given = [row for row in counted if row.get("given")]
        if given:
            yield t(
                "{given} of these figures are of studies whose published effect was put in: {inside} of them lie "
                "within, and tell of what follows from the effect, not of the effect.",
                given=grouped(len(given)),
                inside=grouped(_held(given)),
            )
    only = signs(rows)
    if only:
        yield t(
            "Of {of} differences of which only the direction was published, {inside} agree.",
            of=grouped(len(only)),
            inside=grouped(_held(only)),
        )
    left = summary["left_out"]
    if left["of"]:
        yield t(
            "When arms and kinds of figures were left out and the model fitted to the rest, {inside} of {of} figures "
            "left out lay within their interval.",
            inside=grouped(left["inside"]),
            of=grouped(left["of"]),
        )


def too_narrow(parameters: Parameters) -> list[str]:
    """Say that intervals are too narrow, where fewer figures of other studies lie inside than right ones would hold.

    Nothing where no validation of this calibration was kept.
    """
    record = record_of(parameters)
    own = parameters.blocks.get(BLOCK)
    if not record or own is None or own.digest != record["record"].get("block"):
        return []
    counted = judged(record["unseen"])
    inside = _held(counted)
    if not counted or inside >= _least(len(counted)):
        return []
    return [
        t(
            "Of {of} figures of other studies that the model was not fitted to, {inside} lie inside its 95% intervals, "
            "where {right} would be expected: the uncertainty is larger than the intervals show.",
            of=grouped(len(counted)),
            inside=grouped(inside),
            right=grouped(round(RIGHT * len(counted))),
        )
    ]


def by_study(record: Record) -> Table:
    """Count by study what was predicted and what was missed, with how far off and the likely reasons."""
    rows = []
    for study, theirs in grouped_by(judged(record["unseen"]), "study").items():
        out = [row for row in theirs if not row["inside"]]
        reasons = list(dict.fromkeys(translated(row["reason"]) for row in out if row["reason"]))
        rows.append(
            (
                Cell(translated(study)),
                Cell(_of(theirs)),
                Cell(_typical(theirs)),
                Cell(" ".join(reasons) or "–", tone="text"),
            )
        )
    return Table(
        t("Figures of studies that no parameter was fitted to, and why those that were missed may have been."),
        (t("Study"), t("Within"), t("Off by, middle figure"), t("Likely reasons for what was missed")),
        tuple(rows),
        notes=(
            t(
                "Off by: the distance from the middle of the prediction, in half-widths of its 95% interval; above 1 "
                "is outside. What lies outside an interval of no width counts as farthest."
            ),
        ),
    )


def misses(record: Record) -> Table:
    """Give every figure that was missed, and by how much."""
    out = [row for row in (*judged(record["unseen"]), *signs(record["unseen"])) if not row["inside"]]
    rows, before = [], ""
    for row in (row for theirs in grouped_by(out, "study").values() for row in theirs):
        study = "" if row["study"] == before else translated(row["study"])
        before = row["study"]
        rows.append(
            (
                Cell(study),
                Cell(translated(row["figure"]), translated(row["unit"])),
                Cell(
                    translated(DIRECTIONS[row["direction"]])
                    if row["observed"] is None
                    else _written(row["observed"], row["unit"])
                ),
                Cell(_written(row["predicted"], row["unit"])),
                Cell(
                    t("{low} to {high}", low=_written(row["low"], row["unit"]), high=_written(row["high"], row["unit"]))
                ),
                Cell("–" if row["miss"] is None else _signed(row["miss"], row["unit"])),
            )
        )
    return Table(
        t("Every figure that was missed."),
        (
            t("Study"),
            t("Figure"),
            t("Published"),
            t("Predicted"),
            t("95% predictive interval"),
            t("Predicted less published"),
        ),
        tuple(rows),
        words=2,
    )


def away(row: Row, middle: str = "predicted") -> float:
    """Give how far a published figure is from the middle of its prediction, in half-widths of the interval.

    The half is that on the figure's side, so that 1 is the end of the interval; infinite where it has no width.
    """
    gap = float(row["observed"] - row[middle])
    half = float(row["high"] - row[middle] if gap > 0.0 else row[middle] - row["low"])
    if half > 0.0 or not gap:
        return gap / half if half > 0.0 else 0.0
    return math.copysign(math.inf, gap)


def _others(parameters: Parameters, record: Record) -> Iterator[str]:
    """Say where the validation was made with other parameters than these."""
    own = parameters.blocks.get(BLOCK)
    about = record["record"]
    if own is None or own.digest != about.get("block"):
        yield t(
            "This validation is of another calibration than this report's: what it says holds for the parameters with "
            "the hash {hash}, and of these nothing is known.",
            hash=about["parameters"][:16],
        )
    elif _hash(parameters) != about["parameters"]:
        yield t(
            "This validation was made with the same fitted parameters as this report, but before something else among "
            "the parameters was changed (hash then {hash}).",
            hash=about["parameters"][:16],
        )


def _hash(parameters: Parameters) -> str | None:
    """Give the hash of the parameters on the date of the validation; None where a block was put in place in memory."""
    if parameters.origin is None:
        return None
    if parameters.date == DATE:
        return parameters.hash
    return read_again(parameters.origin, DATE, parameters.folder).hash


def _held(rows: Sequence[Row]) -> int:
    return sum(bool(row["inside"]) for row in rows)


def _of(rows: Sequence[Row]) -> str:
    """Write how many of the figures lie within, on one line."""
    said = t("{inside} of {of}", inside=grouped(_held(rows)), of=grouped(len(rows)))
    return said.replace(" ", "\N{NO-BREAK SPACE}")


def _least(count: int) -> float:
    """Give how few right intervals would hold by chance in one case of forty."""
    return RIGHT * count - 1.96 * math.sqrt(RIGHT * (1.0 - RIGHT) * count)


def _typical(rows: Sequence[Row]) -> str:
    middle = median(abs(away(row)) for row in rows)
    return grouped(middle, 1) if math.isfinite(middle) else "–"


def _written(value: float | None, unit: str) -> str:
    """Write a figure in its unit."""
    if value is None:
        return "–"
    if unit == "share":
        return percent(value)
    if unit == "%":
        return hundredths(value, 1)
    return grouped(value, 2) if "ratio" in unit else exact(rounded(value, 0.0), 3)


def _signed(value: float, unit: str) -> str:
    written = _written(value, unit)
    return written if written.startswith(MINUS) or not value else f"+{written}"


def _figure(record: Record, paint: Paint) -> Figure | None:
    rows = judged(record["unseen"])
    if not rows:
        return None
    counts = words.joined(
        [
            t("{study}: {inside}", study=translated(study), inside=_of(one))
            for study, one in grouped_by(rows, "study").items()
        ],
        "; ",
        "; ",
    )
    return Figure(
        t(
            "Where published figures fall around what the model predicts: each mark is a figure, the band its 95% "
            "predictive interval; rings lie outside it"
        ),
        t("Within their intervals: {counts}.", counts=counts),
        draw(record, paint=paint),
    )


def draw(record: Record, *, paint: Paint = inline_svg) -> Drawing:
    """Draw how far each published figure is from its prediction, a row a study.

    Parameters
    ----------
    record
        Of the validation.
    paint
        What the figure becomes.
    """
    trial = [(away(row, "median"), row["inside"]) for row in (*record["fitted"], *record["predicted"])]
    lines = {translated(TRIAL): trial} | {
        translated(study): [(away(row), row["inside"]) for row in theirs]
        for study, theirs in grouped_by(judged(record["unseen"]), "study").items()
    }
    height = HEAD + ROW * len(lines) + FOOT
    with canvas("validated", height=height) as (figure, axes):
        figure.subplots_adjust(left=0.03, right=0.97, top=1.0 - HEAD / height, bottom=FOOT / height)
        axes.axvspan(-1.0, 1.0, color=LINE, linewidth=0)
        axes.axvline(0.0, color=INK, linewidth=0.8)
        for place, (name, marks) in zip(range(len(lines) - 1, -1, -1), lines.items(), strict=True):
            axes.text(0.0, place + 0.22, name, transform=axes.get_yaxis_transform(), va="bottom", fontsize=9.5)
            for at, inside in marks:
                x = max(-EDGE, min(EDGE, at))
                axes.plot(
                    [x],
                    [place],
                    "o",
                    color=STRATEGY_INKS[1 if inside else 2],
                    markersize=6,
                    markerfacecolor=STRATEGY_INKS[1] if inside else "none",
                    alpha=0.75,
                )
        axes.set(xlim=(-EDGE - 0.15, EDGE + 0.15), ylim=(-0.5, len(lines) - 0.3))
        axes.set_yticks([])
        axes.grid(visible=False, axis="y")
        axes.spines["left"].set_visible(False)
        axes.set_xticks([-EDGE, -2.0, -1.0, 0.0, 1.0, 2.0, EDGE])
        ends = {-EDGE: f"{MINUS}{grouped(EDGE)}…", EDGE: f"{grouped(EDGE)}…"}
        axes.xaxis.set_major_formatter(lambda value, _: ends.get(value, grouped(value)))
        axes.set_xlabel(
            t("Published less predicted, half-widths of the interval;\nat the edge: farther off, or no width")
        )
        return paint(figure)

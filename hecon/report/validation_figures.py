"""The figures of a validation, as SVG files for a page."""

from __future__ import annotations

import io
import textwrap
from contextlib import contextmanager
from math import log
from typing import TYPE_CHECKING, Any

from hecon.report.canvas import STYLE, spread
from hecon.report.paints import FONTS, INK, LINE
from hecon.report.time_plots import STATE_LABELS
from hecon.report.validation_tables import arm_label, grouped, judged, label, median_width, spoken

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from matplotlib.figure import Figure

    Row = Mapping[str, Any]

ARM_COLOURS = {"usual_care": "#5b6670", "active_control": "#0072b2", "motivational_interviewing": "#c24e00"}
STATE_COLOURS = {
    "work": "#cfdde6",
    "graded_sick_leave": "#9fbfd1",
    "full_sick_leave": "#6a9bb8",
    "work_assessment_allowance": "#e0b56a",
    "disability_pension": "#b07a2a",
    "elsewhere": "#c9c9c4",
}
"""Those of the report, in the light."""
MISSED, PLAIN, PAPER = "#b3261e", "#0b4f6c", "#ffffff"
TEXT, GRID = "#1b1f23", "#dcdfdc"
WIDTH = 7.6
ROW = 0.235
LONGEST = 60
"""Letters of a row's name on one line."""
REACH = 6.0
"""Predictive standard deviations beyond which a mark stands at the edge."""


def figures(content: Mapping[str, Any]) -> dict[str, str]:
    """Draw every figure that the content of a validation has numbers for.

    Returns
    -------
    SVG by name
    """
    rows = [*content["fitted"], *content["predicted"]]
    drawn = {"figures": published(rows), **{name: year(content, name) for name in ("days", "returned")}}
    drawn["states"] = states(content)
    for number, rows in enumerate(grouped(content["unseen"], "study").values(), start=1):
        if comparable(rows):
            drawn[f"unseen_{number}"] = unseen(rows)
    if content["left_out"]:
        drawn["left_out"] = left_out(content["left_out"])
    return drawn


def published(rows: Sequence[Row]) -> str:
    """Draw every predictive interval around its published figure, in standard deviations of trial sampling."""
    arms = grouped(rows, "arm")
    lines = len(rows) + len(arms)
    with _figure("figures", height=0.9 + ROW * lines, left=0.46) as (figure, axes):
        place, ticks = 0.0, []
        for arm, theirs in arms.items():
            ticks.append((place, arm_label(arm), True))
            for row in theirs:
                place -= 1.0
                low, middle, high = (_away(row[key], row) for key in ("low", "median", "high"))
                colour = ARM_COLOURS.get(arm, PLAIN) if row["inside"] else MISSED
                axes.plot([low, high], [place] * 2, color=colour, linewidth=5, alpha=0.4, solid_capstyle="butt")
                axes.plot([middle], [place], "o", color=colour, markersize=5)
                if not row["inside"]:
                    axes.text(
                        0.995,
                        place,
                        "outside",
                        ha="right",
                        va="center",
                        color=MISSED,
                        transform=axes.get_yaxis_transform(),
                    )
                ticks.append((place, label(row).replace(" of return", ""), False))
            place -= 1.0
        axes.axvline(0, color=TEXT, linewidth=1)
        axes.text(0, 1.0, "published", ha="center", va="bottom", transform=axes.get_xaxis_transform())
        _rows(axes, ticks, place)
        axes.set_xlabel("Predicted less published, in SDs of trial sampling")
        return _svg(figure)


def year(content: Mapping[str, Any], name: str) -> str:
    """Draw the course of days on benefit, or of sustained return, by arm with its band."""
    courses = {curve["arm"]: curve for curve in content["curves"] if curve["curve"] == name}
    marks = {(row["arm"], row["statistic"]): row["observed"] for row in [*content["fitted"], *content["predicted"]]}
    first = next(iter(courses.values()))
    with _figure(name, height=3.3, panels=len(courses), left=0.1) as (figure, grid):
        for axes, (arm, course) in zip(grid, courses.items(), strict=True):
            colour = ARM_COLOURS.get(arm, PLAIN)
            axes.fill_between(course["week"], course["low"], course["high"], color=colour, alpha=0.25, linewidth=0)
            axes.plot(course["week"], course["predicted"], color=colour, linewidth=2)
            if course is not first:
                axes.plot(first["week"], first["predicted"], color=TEXT, linewidth=1, linestyle=(0, (3, 2)))
                _note(axes, f"dashed: {arm_label(first['arm']).lower()}")
            if name == "returned":
                _mark(axes, marks.get((arm, "sustained_return_median_days")), marks.get((arm, "sustained_return")))
                axes.set(ylim=(0, 1))
                _percent(axes)
                if course is first:
                    _note(axes, "diamonds: published")
            axes.set_title(arm_label(arm), loc="left", fontsize=11, color=colour, fontweight="bold")
            axes.set(xlim=(0, 52.8), xticks=range(0, 53, 13))
            axes.set_xlabel("Weeks from inclusion")
        top = max(max(course["high"]) for course in courses.values())
        if name == "days":
            for axes in grid:
                axes.set_ylim(0, 1.05 * top)
        for axes in grid[1:]:
            axes.tick_params(labelleft=False)
        grid[0].set_ylabel("Days per person so far" if name == "days" else "Sustained return begun")
        return _svg(figure)


def states(content: Mapping[str, Any]) -> str:
    """Draw where people in usual care are over the year, as areas."""
    shares = {curve["state"]: curve["predicted"] for curve in content["curves"] if curve["curve"] == "states"}
    weeks = next(curve["week"] for curve in content["curves"] if curve["curve"] == "states")
    shown = {state: shares[state] for state in STATE_LABELS if state != "elsewhere"}
    shown["elsewhere"] = [1.0 - sum(values) for values in zip(*shown.values(), strict=True)]
    with _figure("states", height=3.6, left=0.1, right=0.72) as (figure, axes):
        below = [0.0] * len(weeks)
        middles = []
        for state, values in shown.items():
            above = [low + value for low, value in zip(below, values, strict=True)]
            axes.fill_between(weeks, below, above, color=STATE_COLOURS[state], linewidth=0)
            middles.append((below[-1] + above[-1]) / 2)
            below = above
        for state, middle, spot in zip(shown, middles, spread(middles, 0.075), strict=True):
            axes.annotate(
                f"{STATE_LABELS[state]} {100 * shown[state][-1]:.0f}%",
                (weeks[-1], middle),
                (weeks[-1] * 1.04, spot),
                va="center",
                annotation_clip=False,
                arrowprops={"arrowstyle": "-", "color": STATE_COLOURS[state], "linewidth": 1.2},
            )
        axes.set(xlim=(0, weeks[-1]), ylim=(0, 1), xticks=range(0, 53, 13))
        axes.set_xlabel("Weeks from inclusion")
        axes.set_ylabel("Share of people")
        _percent(axes)
        return _svg(figure)


def comparable(rows: Sequence[Row]) -> list[Row]:
    """Give the figures of another study that can be drawn: a number published, and a prediction with an interval."""
    return [row for row in judged(rows) if _spread(row) > 0.0]


def unseen(rows: Sequence[Row]) -> str:
    """Draw what a study published against what the model predicts of it, in predictive standard deviations."""
    known = comparable(rows)
    with _figure(f"unseen {rows[0]['study']}", height=0.9 + 1.3 * ROW * len(known), left=0.5) as (figure, axes):
        ticks = []
        for place, row in enumerate(known):
            bar = [_deviations(row[key], row) for key in ("low", "high")]
            axes.plot(bar, [-place] * 2, color=PLAIN, linewidth=7, alpha=0.25, solid_capstyle="butt")
            colour = PLAIN if row["inside"] else MISSED
            own = [_deviations(row[key], row) for key in ("observed_low", "observed_high") if row[key] is not None]
            if len(own) == 2:
                axes.plot(own, [-place] * 2, color=colour, linewidth=1.3)
            at = _deviations(row["observed"], row)
            mark = "o" if abs(at) < REACH else "<" if at < 0 else ">"
            axes.plot([at], [-place], mark, color=colour, markersize=5)
            ticks.append((-float(place), row["figure"], False))
        axes.axvline(0, color=TEXT, linewidth=1)
        axes.text(0, 1.0, "predicted", ha="center", va="bottom", transform=axes.get_xaxis_transform())
        _rows(axes, ticks, -float(len(known)))
        axes.set_xlim(-REACH - 0.3, REACH + 0.3)
        axes.set_xlabel("Published less predicted, in predictive SDs")
        return _svg(figure)


def left_out(rows: Sequence[Row]) -> str:
    """Draw the share of left-out figures that refits without them predict, by what was left out."""
    groups = grouped(rows, "left_out")
    with _figure("left_out", height=0.9 + 1.3 * ROW * len(groups), left=0.3, right=0.72) as (figure, axes):
        ticks = []
        for position, (name, theirs) in enumerate(groups.items()):
            inside = sum(bool(row["inside"]) for row in theirs)
            share = inside / len(theirs)
            axes.plot([0, share], [-position] * 2, color=PLAIN, linewidth=5, alpha=0.3, solid_capstyle="butt")
            axes.plot([share], [-position], "o", color=PLAIN, markersize=6, clip_on=False)
            wide = f", width {median_width(theirs)}"
            axes.annotate(f"{inside} of {len(theirs)}{wide}", (1.03, -position), va="center", annotation_clip=False)
            ticks.append((-float(position), spoken(name), False))
        axes.axvline(0.95, color=TEXT, linewidth=1, linestyle=(0, (3, 2)))
        _rows(axes, ticks, -float(len(groups)))
        axes.set(xlim=(0, 1.0))
        from matplotlib.ticker import PercentFormatter

        axes.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
        axes.set_xlabel("Left-out figures inside their 95% interval")
        return _svg(figure)


def _away(value: float, row: Row) -> float:
    """Give how far a value lies from the published figure, in standard deviations of trial sampling."""
    spread_of = row["sampling_sd"] or 1.0
    if "ratio" in row["unit"]:
        return log(value / row["observed"]) / spread_of
    return float((value - row["observed"]) / spread_of)


def _spread(row: Row) -> float:
    """Give the predictive standard deviation that an interval of 95% stands for; 0 where there is none."""
    if row["low"] is None or row["high"] is None:
        return 0.0
    return (_scale(row["high"], row) - _scale(row["low"], row)) / (2 * 1.96)


def _scale(value: float, row: Row) -> float:
    return log(value) if "ratio" in row["unit"] and value > 0.0 else float(value)


def _deviations(value: float, row: Row) -> float:
    """Give how far a value lies from the prediction, in predictive standard deviations, no further than the edge."""
    at = (_scale(value, row) - _scale(row["predicted"], row)) / _spread(row)
    return min(max(at, -REACH), REACH)


def _mark(axes: Any, median: float | None, share: float | None) -> None:  # noqa: ANN401
    """Mark the published median time to return and the share by twelve months."""
    for week, value in ((None if median is None else median / 7.0, 0.5), (52.0, share)):
        if week is not None and value is not None:
            axes.plot([week], [value], "D", color=PAPER, markeredgecolor=TEXT, markersize=6, zorder=5, clip_on=False)


def _note(axes: Any, text: str) -> None:  # noqa: ANN401
    axes.text(0.97, 0.04, text, ha="right", va="bottom", fontsize=9, transform=axes.transAxes)


def _rows(axes: Any, ticks: Sequence[tuple[float, str, bool]], last: float) -> None:  # noqa: ANN401
    """Name the rows; headings are bold."""
    axes.set_yticks([place for place, _, _ in ticks])
    named = axes.set_yticklabels([_wrapped(text) for _, text, _ in ticks], fontsize=9)
    for text, (_, _, heading) in zip(named, ticks, strict=True):
        text.set_fontweight("bold" if heading else "normal")
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="y", visible=False)
    axes.spines["left"].set_visible(False)
    axes.set_ylim(last + 0.4, 0.6)


def _wrapped(text: str) -> str:
    """Break a long name into lines of about the same length."""
    lines = -(-len(text) // LONGEST)
    return text if lines == 1 else textwrap.fill(text, len(text) // lines + 6)


def _percent(axes: Any) -> None:  # noqa: ANN401
    from matplotlib.ticker import PercentFormatter

    axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))


@contextmanager
def _figure(
    salt: str, *, height: float, panels: int = 1, left: float, right: float = 0.975
) -> Iterator[tuple[Figure, Any]]:
    """Give a figure and its axes; margins at top and bottom are the same in inches, whatever the height."""
    import matplotlib as mpl
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    with mpl.rc_context({**STYLE, "svg.hashsalt": salt}):
        figure = Figure(figsize=(WIDTH, height), layout=None, facecolor=PAPER)
        FigureCanvasSVG(figure)
        axes = figure.subplots(1, panels)
        figure.subplots_adjust(left=left, right=right, top=1 - 0.32 / height, bottom=0.55 / height, wspace=0.12)
        yield figure, axes


def _svg(figure: Figure) -> str:
    """Give a figure as an SVG file: no dates, colours of its own."""
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    text = buffer.getvalue().replace("'DejaVu Sans'", FONTS).replace(INK, TEXT).replace(LINE, GRID)
    return "\n".join(line.rstrip() for line in text.splitlines()) + "\n"

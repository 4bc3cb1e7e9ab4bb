"""The figures of states over time and of days on benefit, in placeholder inks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from hecon.report.canvas import ROW_OF_NAMES, canvas, dash, decimals, ink, name_above, percents, room_left, spread
from hecon.report.language import mark, t, translated
from hecon.report.paints import INK, STATE_INKS, Drawing, Paint, inline_svg

if TYPE_CHECKING:
    from hecon.evaluation.comparison import Comparison
    from hecon.report.canvas import Dash

STATE_LABELS = {
    "work": mark("Work"),
    "graded_sick_leave": mark("Graded sick leave"),
    "full_sick_leave": mark("Full sick leave"),
    "work_assessment_allowance": mark("Allowance"),
    "disability_pension": mark("Pension"),
    "elsewhere": mark("Other"),
}
DAYS_PER_STEP = 20
YEAR_1_LINE: Dash = (0.0, (2.0, 1.5))
"""Of the end of month 12, upright."""


def occupancy(comparison: Comparison, *, paint: Paint = inline_svg) -> Drawing:
    """Draw where people are over time with the comparator, as areas."""
    shares = state_shares(comparison)
    usual = shares[comparison.comparator]
    with canvas("occupancy") as (figure, axes):
        years = np.arange(len(usual["work"])) / 52
        below = np.zeros(len(years))
        middles = []
        for state, colour in STATE_INKS.items():
            axes.fill_between(years, below, below + usual[state], color=colour, linewidth=0)
            middles.append(below[-1] + usual[state][-1] / 2)
            below = below + usual[state]
        for (state, label), middle, spot in zip(STATE_LABELS.items(), middles, spread(middles, 0.075), strict=True):
            axes.annotate(
                translated(label),
                (years[-1], middle),
                (years[-1] * 1.05, spot),
                va="center",
                color=INK,
                annotation_clip=False,
                arrowprops={"arrowstyle": "-", "color": STATE_INKS[state], "linewidth": 1.2},
            )
        axes.set(xlim=(0, years[-1]), ylim=(0, 1))
        axes.set_xlabel(t("Years from inclusion"))
        decimals(axes.xaxis)
        axes.set_ylabel(t("Share of people"))
        percents(axes.yaxis)
        figure.subplots_adjust(right=0.7)
        room_left(figure, axes)
        return paint(figure)


def differences(comparison: Comparison, *, paint: Paint = inline_svg) -> Drawing:
    """Draw how many more people each program has in work, on sick leave, on the allowance and on a pension."""
    shares = state_shares(comparison)
    panels = {
        t("At work"): ("work",),
        t("On sick leave"): ("full_sick_leave", "graded_sick_leave"),
        t("On the allowance"): ("work_assessment_allowance",),
        t("On a pension"): ("disability_pension",),
    }
    with canvas("differences", panels=(2, 2)) as (figure, grid):
        for axes, (title, states) in zip(grid.ravel(), panels.items(), strict=True):
            for name in comparison.programs:
                gaps = [shares[name][state] - shares[comparison.comparator][state] for state in states]
                gap = 100 * np.sum(gaps, axis=0)
                line = {"color": ink(comparison, name), "linestyle": dash(comparison, name)}
                axes.plot(np.arange(len(gap)) / 52, gap, linewidth=1.6, **line)
            axes.axhline(0, color=INK, linewidth=0.8)
            axes.axvline(1, color=INK, linewidth=0.9, linestyle=YEAR_1_LINE)
            axes.set_title(title, loc="left", fontsize=11)
            axes.margins(x=0)
            decimals(axes.xaxis)
            decimals(axes.yaxis)
        for axes in grid[1]:
            axes.set_xlabel(t("Years"))
        for axes in grid[:, 0]:
            axes.set_ylabel(t("Points"))
        labels = {name: comparison.label(name) for name in comparison.programs}
        rows = name_above(
            figure,
            {label: ink(comparison, name) for name, label in labels.items()} | {t("month 12"): INK},
            {label: dash(comparison, name) for name, label in labels.items()} | {t("month 12"): YEAR_1_LINE},
        )
        figure.tight_layout(rect=(0, 0, 1, 0.98 - ROW_OF_NAMES * rows))
        return paint(figure)


def benefit_days(comparison: Comparison, *, paint: Paint = inline_svg) -> Drawing:
    """Draw the distribution of days on benefit with its quartiles."""
    levels = comparison.base["quantile"].to_numpy()
    rows = len(comparison.strategies)
    with canvas("days", height=1.0 + 0.85 * rows) as (figure, axes):
        longest = float(comparison.base["benefit_days"].max())
        edges = np.arange(0.0, longest + DAYS_PER_STEP, DAYS_PER_STEP)
        for position, name in enumerate(comparison.strategies):
            colour = ink(comparison, name)
            days = comparison.base["benefit_days"].sel(strategy=name).to_numpy()
            mass = np.diff(np.interp(edges, days, levels, left=0.0, right=1.0))
            axes.bar(
                edges[:-1],
                0.8 * mass / max(mass.max(), 1e-9),
                DAYS_PER_STEP * 0.92,
                -position,
                align="edge",
                color=colour,
                alpha=0.35,
                linewidth=0,
            )
            q1, median, q3 = np.interp([0.25, 0.5, 0.75], levels, days)
            axes.plot([q1, q3], [-position - 0.05] * 2, color=colour, linewidth=3, solid_capstyle="butt")
            axes.plot([median], [-position - 0.05], "o", color=colour, markersize=6)
            axes.text(longest, -position + 0.6, comparison.label(name), color=colour, fontweight="bold", ha="right")
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        axes.set(xlim=(0, longest), ylim=(-rows + 0.7, 0.95))
        axes.set_xlabel(t("Days on benefit in 12 months, full-time equivalents"))
        decimals(axes.xaxis)
        return paint(figure)


def state_shares(comparison: Comparison) -> dict[str, dict[str, Any]]:
    """Give the share in each drawn state by strategy and state: float64[week]."""
    shares = {}
    for name in comparison.strategies:
        table = comparison.occupancy.sel(strategy=name)
        own = {state: table.sel(state=state).to_numpy() for state in STATE_LABELS if state != "elsewhere"}
        own["elsewhere"] = 1.0 - np.sum(list(own.values()), axis=0)
        shares[name] = own
    return shares

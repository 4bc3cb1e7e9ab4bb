"""The figures of money and uncertainty, in placeholder inks: a paint makes of each what the document needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hecon.evaluation import cea, results
from hecon.report import frontier
from hecon.report.canvas import canvas, decimals, folded, ink, percents, room_left, spread, thousands
from hecon.report.convergence import CONVERGENCE_HEIGHT, CONVERGENCE_PANELS, draw_convergence
from hecon.report.language import t
from hecon.report.numbers import kroner
from hecon.report.paints import INK, Drawing, Paint, inline_svg

if TYPE_CHECKING:
    import pandas as pd

    from hecon.evaluation.comparison import Comparison

MOST_POINTS = 400


def plane(comparison: Comparison, *, paint: Paint = inline_svg) -> Drawing:
    """Draw the cost-effectiveness plane: program cost against days avoided, one point a draw."""
    cost, effect = results.program_costs_and_effects(comparison)
    more = cea.incremental(cost, comparison.comparator)
    with canvas("plane") as (figure, axes):
        value = float(comparison.base["value_of_day"])
        for name in comparison.programs:
            x, y = effect.sel(strategy=name).to_numpy(), more.sel(strategy=name).to_numpy()
            colour = ink(comparison, name)
            axes.scatter(x[:MOST_POINTS], y[:MOST_POINTS], s=7, color=colour, alpha=0.28, linewidths=0)
        low, high = axes.get_xlim()
        bottom, top = axes.get_ylim()
        axes.axhline(0, color=INK, linewidth=0.8)
        axes.axvline(0, color=INK, linewidth=0.8)
        top = max(top, 0.0) * 1.18
        reach = min(high, top / value)
        if reach > 0:
            axes.plot([0, reach], [0, value * reach], color=INK, linewidth=1, linestyle=(0, (4, 3)))
            said = t("a day's production, {amount}", amount=kroner(value))
            side = "right" if reach - low > (high - low) / 2 else "left"
            axes.text(reach, value * reach, said, ha=side, va="bottom")
        means = [
            (float(effect.sel(strategy=n).mean()), float(more.sel(strategy=n).mean())) for n in comparison.programs
        ]
        for (days, spent), name in zip(means, comparison.programs, strict=True):
            axes.plot(
                [days],
                [spent],
                "o",
                color=ink(comparison, name),
                markersize=7,
                markeredgecolor=INK,
                markeredgewidth=0.8,
            )
        spots = spread([spent for _, spent in means], (top - min(bottom, 0.0)) * 0.075)
        for (days, spent), spot, name in zip(means, spots, comparison.programs, strict=True):
            left = days > (low + high) / 2
            axes.annotate(
                folded(comparison.label(name)),
                (days, spent),
                (low + (0.01 if left else 0.99) * (high - low), spot),
                color=ink(comparison, name),
                fontweight="bold",
                ha="left" if left else "right",
                va="center",
                arrowprops={
                    "arrowstyle": "-",
                    "color": ink(comparison, name),
                    "linewidth": 0.8,
                    "relpos": (1.0 if left else 0.0, 0.5),
                },
            )
        axes.set(xlim=(low, high), ylim=(min(bottom, 0.0), top))
        axes.set_xlabel(t("Sick-leave days avoided per person, 12 months"))
        axes.set_ylabel(t("Program cost, NOK per person"))
        decimals(axes.xaxis)
        thousands(axes.yaxis)
        room_left(figure, axes)
        return paint(figure)


def net_benefit(comparison: Comparison, costs: pd.DataFrame, *, paint: Paint = inline_svg) -> Drawing:
    """Draw society's gain with its 95% interval by program, 12 months."""
    rows = costs[(costs["horizon"] == results.YEAR_1) & (costs["perspective"] == "society")].set_index("strategy")
    with canvas("net", height=0.75 + 0.8 * len(comparison.programs)) as (figure, axes):
        for position, name in enumerate(comparison.programs):
            row = rows.loc[name]
            colour = ink(comparison, name)
            y = -position
            axes.plot([-row["high"], -row["low"]], [y, y], color=colour, linewidth=5, alpha=0.45, solid_capstyle="butt")
            axes.plot([-row["increment"]], [y], "o", color=colour, markersize=8)
            axes.text(
                -row["increment"],
                y + 0.2,
                comparison.label(name),
                ha="center",
                va="bottom",
                color=colour,
                fontweight="bold",
            )
        for position in range(len(comparison.programs)):  # beside the bars only: the names stand between them
            axes.plot([0, 0], [-position - 0.36, -position + 0.14], color=INK, linewidth=1)
        axes.set_ylim(-len(comparison.programs) + 0.5, 0.75)
        axes.margins(x=0.12)
        low, high = axes.get_xlim()
        half = 0.22 * (high - low)
        axes.set_xlim(
            min(low, min(-rows["increment"]) - half), max(high, max(-rows["increment"]) + half, 0.1 * (high - low))
        )
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        figure.subplots_adjust(right=0.95)
        axes.set_xlabel(t("NOK per person, 12 months"))
        for x, side, words in ((0.0, "left", t("← society loses")), (1.0, "right", t("society gains →"))):
            axes.text(x, 1.0, words, ha=side, va="bottom", transform=axes.transAxes)
        thousands(axes.xaxis)
        return paint(figure)


def acceptability(comparison: Comparison, *, paint: Paint = inline_svg) -> Drawing:
    """Draw the acceptability curves over what a sick-leave day avoided is worth, and heavier their frontier."""
    value = float(comparison.base["value_of_day"])
    wtp = frontier.worths(comparison)
    curves = results.acceptability(comparison, wtp.tolist())
    with canvas("ceac") as (figure, axes):
        ends = [float(curves.sel(strategy=name).isel(wtp=-1)) for name in comparison.strategies]
        lines = max(folded(comparison.label(name)).count("\n") + 1 for name in comparison.strategies)
        spots = spread(ends, 0.075 * lines)
        spots = [spot - min(*spots, 0.0) for spot in spots]  # below zero they would meet the axis's numbers
        for name, end, spot in zip(comparison.strategies, ends, spots, strict=True):
            colour = ink(comparison, name)
            axes.plot(wtp, curves.sel(strategy=name), color=colour, linewidth=2)
            axes.annotate(
                folded(comparison.label(name)),
                (wtp[-1], end),
                (wtp[-1] * 1.04, spot),
                va="center",
                color=colour,
                fontweight="bold",
                annotation_clip=False,
                arrowprops={"arrowstyle": "-", "color": colour, "linewidth": 0.7},
            )
        for piece in frontier.pieces(comparison):
            axes.plot(
                piece.wtp,
                piece.probability,
                color=ink(comparison, piece.strategy),
                linewidth=7,
                alpha=0.35,
                solid_capstyle="butt",
            )
        axes.axvline(value, color=INK, linewidth=1, linestyle=(0, (4, 3)))
        axes.text(value, 1.03, t("a day's production, {amount}", amount=kroner(value)), ha="center", va="bottom")
        axes.set(xlim=(0, wtp[-1]), ylim=(-0.02, 1.02))
        axes.set_xlabel(t("What a sick-leave day avoided is worth, NOK"))
        axes.set_ylabel(t("Probability of being best"))
        thousands(axes.xaxis, 4)
        percents(axes.yaxis)
        figure.subplots_adjust(right=0.58)
        room_left(figure, axes)
        return paint(figure)


def convergence(comparison: Comparison, *, paint: Paint = inline_svg) -> Drawing:
    """Draw what the headlines were after so many draws."""
    inks = {name: ink(comparison, name) for name in comparison.strategies}
    labels = {name: comparison.label(name) for name in comparison.strategies}
    with canvas("convergence", height=CONVERGENCE_HEIGHT, panels=CONVERGENCE_PANELS) as (figure, axes):
        draw_convergence(figure, axes, comparison.precision.running, inks, labels, INK)
        return paint(figure)

"""The figures of the report, in placeholder inks: a paint makes of each what the document needs."""

from __future__ import annotations

import textwrap
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from hecon.evaluation import cea, results
from hecon.report import frontier
from hecon.report.convergence import CONVERGENCE_HEIGHT, CONVERGENCE_PANELS, draw_convergence
from hecon.report.language import mark, signs, t, translated
from hecon.report.numbers import grouped, hundredths, kroner
from hecon.report.paints import INK, LINE, STATE_INKS, STRATEGY_INKS, Drawing, Paint, inline_svg

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pandas as pd
    from matplotlib.figure import Figure

    from hecon.evaluation.comparison import Comparison

STATE_LABELS = {
    "work": mark("Work"),
    "graded_sick_leave": mark("Graded sick leave"),
    "full_sick_leave": mark("Full sick leave"),
    "work_assessment_allowance": mark("Allowance"),
    "disability_pension": mark("Pension"),
    "elsewhere": mark("Other"),
}
WIDTH, HEIGHT = 6.1, 4.2
MOST_POINTS = 400
DAYS_PER_STEP = 20
LONGEST_NAME = 27
"""Letters of a name on one line beside a figure."""
LETTER = 0.0155
"""Room for a letter of a name above a figure, as a share of its width."""
LONGEST_ROW = 78
"""Letters of the names on one line above a figure, three between each two."""
ROW_OF_NAMES = 0.04
STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",
    "text.parse_math": False,
    "font.family": ["DejaVu Sans"],
    "font.size": 10.5,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "grid.color": LINE,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.unicode_minus": True,
}
"""How every figure is drawn; its ids take a salt of their own."""


def ink(comparison: Comparison, strategy: str) -> str:
    """Give a strategy's placeholder ink, the same in every figure."""
    return STRATEGY_INKS[comparison.strategies.index(strategy) % len(STRATEGY_INKS)]


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
        axes.axvline(0, color=INK, linewidth=1)
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
        return paint(figure)


def occupancy(comparison: Comparison, *, paint: Paint = inline_svg) -> Drawing:
    """Draw where people are over time with the comparator, as areas."""
    shares = _occupancy(comparison)
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
        return paint(figure)


def differences(comparison: Comparison, *, paint: Paint = inline_svg) -> Drawing:
    """Draw how many more people each program has in work, on sick leave, on the allowance and on a pension."""
    shares = _occupancy(comparison)
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
                axes.plot(np.arange(len(gap)) / 52, gap, color=ink(comparison, name), linewidth=1.6)
            axes.axhline(0, color=INK, linewidth=0.8)
            axes.axvline(1, color=LINE, linewidth=0.8)
            axes.set_title(title, loc="left", fontsize=11)
            axes.margins(x=0)
            decimals(axes.xaxis)
            decimals(axes.yaxis)
        for axes in grid[1]:
            axes.set_xlabel(t("Years"))
        for axes in grid[:, 0]:
            axes.set_ylabel(t("Points"))
        rows = name_above(figure, {comparison.label(name): ink(comparison, name) for name in comparison.programs})
        figure.tight_layout(rect=(0, 0, 1, 0.98 - ROW_OF_NAMES * rows))
        return paint(figure)


def convergence(comparison: Comparison, *, paint: Paint = inline_svg) -> Drawing:
    """Draw what the headlines were after so many draws."""
    inks = {name: ink(comparison, name) for name in comparison.strategies}
    labels = {name: comparison.label(name) for name in comparison.strategies}
    with canvas("convergence", height=CONVERGENCE_HEIGHT, panels=CONVERGENCE_PANELS) as (figure, axes):
        draw_convergence(figure, axes, comparison.precision.running, inks, labels, INK)
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


def spread(values: Sequence[float], gap: float) -> list[float]:
    """Move values apart so that no two are nearer than a gap, in their order.

    Examples
    --------
    >>> spread([0.0, 0.0, 5.0], 1.0)
    [-0.5, 0.5, 5.0]
    """
    order = sorted(range(len(values)), key=lambda i: values[i])
    groups: list[tuple[list[int], float]] = []
    for i in order:
        members, centre = [i], float(values[i])
        while groups:
            before, middle = groups[-1]
            if centre - middle >= gap * (len(before) + len(members)) / 2:
                break
            centre = (middle * len(before) + centre * len(members)) / (len(before) + len(members))
            members = before + members
            groups.pop()
        groups.append((members, centre))
    out = [0.0] * len(values)
    for members, centre in groups:
        for rank, i in enumerate(members):
            out[i] = centre + gap * (rank - (len(members) - 1) / 2)
    return out


def folded(name: str) -> str:
    """Give a name on as many lines as it takes beside a figure."""
    return textwrap.fill(name, LONGEST_NAME, break_long_words=False)


def name_above(figure: Figure, names: Mapping[str, str]) -> int:
    """Write names in their colours above a figure, on as many rows as they take; give how many those are."""
    rows: list[list[str]] = [[]]
    for name in names:
        if rows[-1] and sum(len(each) + 3 for each in [*rows[-1], name]) > LONGEST_ROW:
            rows.append([])
        rows[-1].append(name)
    for place, row in enumerate(rows):
        letters = [0, *np.cumsum([len(name) + 3 for name in row])]
        for name, before in zip(row, letters[:-1], strict=True):
            at = (0.01 + min(1.0 / letters[-1], LETTER) * before, 0.985 - ROW_OF_NAMES * place)
            figure.text(*at, name, color=names[name], fontweight="bold", fontsize=9.5, va="top")
    return len(rows)


def _occupancy(comparison: Comparison) -> dict[str, dict[str, Any]]:
    """Give the share in each drawn state by strategy: float64[week]."""
    shares = {}
    for name in comparison.strategies:
        table = comparison.occupancy.sel(strategy=name)
        own = {state: table.sel(state=state).to_numpy() for state in STATE_LABELS if state != "elsewhere"}
        own["elsewhere"] = 1.0 - np.sum(list(own.values()), axis=0)
        shares[name] = own
    return shares


@contextmanager
def canvas(
    salt: str, *, width: float = WIDTH, height: float = HEIGHT, panels: tuple[int, int] = (1, 1)
) -> Iterator[tuple[Figure, Any]]:
    """Give a figure and its axes in the report's style; the salt makes its ids its own and the same in every run."""
    import matplotlib as mpl
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    with mpl.rc_context({**STYLE, "svg.hashsalt": salt}):
        figure = Figure(figsize=(width, height), layout=None)
        FigureCanvasSVG(figure)
        axes = figure.subplots(*panels)
        figure.subplots_adjust(left=0.13, right=0.97, top=0.93, bottom=0.62 / height)
        yield figure, axes


def thousands(axis: Any, most: int = 6) -> None:  # noqa: ANN401  (matplotlib's axis)
    """Write an axis's numbers, no more than so many and one, as the language separates thousands."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    axis.set_major_locator(MaxNLocator(most))
    axis.set_major_formatter(FuncFormatter(lambda value, _: grouped(value)))


def percents(axis: Any) -> None:  # noqa: ANN401  (matplotlib's axis)
    """Write an axis's shares in percent."""
    from matplotlib.ticker import FuncFormatter

    axis.set_major_formatter(FuncFormatter(lambda value, _: hundredths(100.0 * value)))


def decimals(axis: Any) -> None:  # noqa: ANN401  (matplotlib's axis)
    """Write an axis's numbers with as many decimals as tell them apart, as the language writes them."""
    from matplotlib.ticker import ScalarFormatter

    class Spoken(ScalarFormatter):
        def __call__(self, value: float, position: int | None = None) -> str:
            return super().__call__(value, position).replace(".", signs().decimal)

    axis.set_major_formatter(Spoken())

"""The figures of the report, as SVG that takes its colours and letters from the page."""

from __future__ import annotations

import io
import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from hecon.evaluation import cea, results
from hecon.report.convergence import CONVERGENCE_HEIGHT, CONVERGENCE_PANELS, draw_convergence

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pandas as pd
    from matplotlib.figure import Figure

    from hecon.evaluation.comparison import Comparison

INK, LINE = "#010203", "#040506"
STRATEGY_INKS = ("#010101", "#020202", "#030303", "#040404", "#050505", "#060606")
STATE_INKS = {
    "work": "#0a0101",
    "graded_sick_leave": "#0a0202",
    "full_sick_leave": "#0a0303",
    "work_assessment_allowance": "#0a0404",
    "disability_pension": "#0a0505",
    "elsewhere": "#0a0606",
}
"""Inks are placeholders: the page gives each its colour, one for light and one for dark."""

STATE_LABELS = {
    "work": "Work",
    "graded_sick_leave": "Graded sick leave",
    "full_sick_leave": "Full sick leave",
    "work_assessment_allowance": "Allowance",
    "disability_pension": "Pension",
    "elsewhere": "Other",
}
WIDTH, HEIGHT = 6.1, 4.2
FONTS = "system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif"
MOST_POINTS = 400
DAYS_PER_STEP = 20
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


def plane(comparison: Comparison) -> str:
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
            axes.text(
                reach,
                value * reach,
                f"a day's production,\nNOK {value:,.0f} ",
                ha="right" if reach > high / 2 else "left",
                va="bottom",
            )
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
                comparison.label(name),
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
        axes.set_xlabel("Sick-leave days avoided per person, 12 months")
        axes.set_ylabel("Program cost, NOK per person")
        thousands(axes.yaxis)
        return inline_svg(figure)


def net_benefit(comparison: Comparison, costs: pd.DataFrame) -> str:
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
        axes.set_xlabel("NOK per person, 12 months")
        for x, side, words in ((0.0, "left", "← society loses"), (1.0, "right", "society gains →")):
            axes.text(x, 1.0, words, ha=side, va="bottom", transform=axes.transAxes)
        thousands(axes.xaxis)
        return inline_svg(figure)


def acceptability(comparison: Comparison) -> str:
    """Draw the acceptability curves over what a sick-leave day avoided is worth."""
    value = float(comparison.base["value_of_day"])
    wtp = np.linspace(0.0, np.ceil(2.5 * value / 1000) * 1000, 101)
    curves = results.acceptability(comparison, wtp.tolist())
    with canvas("ceac") as (figure, axes):
        ends = [float(curves.sel(strategy=name).isel(wtp=-1)) for name in comparison.strategies]
        spots = spread(ends, 0.075)
        for name, end, spot in zip(comparison.strategies, ends, spots, strict=True):
            colour = ink(comparison, name)
            axes.plot(wtp, curves.sel(strategy=name), color=colour, linewidth=2)
            axes.annotate(
                comparison.label(name),
                (wtp[-1], end),
                (wtp[-1] * 1.04, spot),
                va="center",
                color=colour,
                fontweight="bold",
                annotation_clip=False,
                arrowprops={"arrowstyle": "-", "color": colour, "linewidth": 0.7},
            )
        axes.axvline(value, color=INK, linewidth=1, linestyle=(0, (4, 3)))
        axes.text(value, 1.03, f"a day's production, NOK {value:,.0f}", ha="center", va="bottom")
        axes.set(xlim=(0, wtp[-1]), ylim=(-0.02, 1.02))
        axes.set_xlabel("What a sick-leave day avoided is worth, NOK")
        axes.set_ylabel("Probability of being best")
        thousands(axes.xaxis)
        percents(axes.yaxis)
        figure.subplots_adjust(right=0.58)
        return inline_svg(figure)


def occupancy(comparison: Comparison) -> str:
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
                label,
                (years[-1], middle),
                (years[-1] * 1.05, spot),
                va="center",
                color=INK,
                annotation_clip=False,
                arrowprops={"arrowstyle": "-", "color": STATE_INKS[state], "linewidth": 1.2},
            )
        axes.set(xlim=(0, years[-1]), ylim=(0, 1))
        axes.set_xlabel("Years from inclusion")
        axes.set_ylabel("Share of people")
        percents(axes.yaxis)
        figure.subplots_adjust(right=0.7)
        return inline_svg(figure)


def differences(comparison: Comparison) -> str:
    """Draw how many more people each program has in work, on sick leave, on the allowance and on a pension."""
    shares = _occupancy(comparison)
    panels = {
        "At work": ("work",),
        "On sick leave": ("full_sick_leave", "graded_sick_leave"),
        "On the allowance": ("work_assessment_allowance",),
        "On a pension": ("disability_pension",),
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
        for axes in grid[1]:
            axes.set_xlabel("Years")
        for axes in grid[:, 0]:
            axes.set_ylabel("Points")
        labels = [comparison.label(name) for name in comparison.programs]
        letters = np.cumsum([0, *(len(label) + 3 for label in labels)])
        for name, label, before in zip(comparison.programs, labels, letters[:-1], strict=True):
            at = 0.01 + min(1.0 / letters[-1], 0.0155) * before
            figure.text(at, 0.985, label, color=ink(comparison, name), fontweight="bold", fontsize=9.5, va="top")
        figure.tight_layout(rect=(0, 0, 1, 0.94))
        return inline_svg(figure)


def convergence(comparison: Comparison) -> str:
    """Draw what the headlines were after so many draws."""
    inks = {name: ink(comparison, name) for name in comparison.strategies}
    labels = {name: comparison.label(name) for name in comparison.strategies}
    with canvas("convergence", height=CONVERGENCE_HEIGHT, panels=CONVERGENCE_PANELS) as (figure, axes):
        draw_convergence(figure, axes, comparison.precision.running, inks, labels, INK)
        return inline_svg(figure)


def benefit_days(comparison: Comparison) -> str:
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
        axes.set_xlabel("Days on benefit in 12 months, full-time equivalents")
        return inline_svg(figure)


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


def inline_svg(figure: Figure) -> str:
    """Give a figure as inline SVG: no dates, no size of its own, colours by name."""
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    text = buffer.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    text = re.sub(r'(<svg[^>]*?) (?:width|height)="[^"]*"', r"\1", text)
    text = re.sub(r'(<svg[^>]*?) (?:width|height)="[^"]*"', r"\1", text)
    text = re.sub(r"xmlns:xlink=\"[^\"]*\" ?", "", text).replace("xlink:href", "href")
    used = set(re.findall(r"#([\w.-]+)", text))
    text = re.sub(r' id="([\w.-]+)"', lambda found: found[0] if found[1] in used else "", text)
    text = text.replace("'DejaVu Sans'", FONTS)
    names = {INK: "currentColor", LINE: "var(--line)"}
    names |= {colour: f"var(--strategy-{position})" for position, colour in enumerate(STRATEGY_INKS)}
    names |= {colour: f"var(--state-{state.replace('_', '-')})" for state, colour in STATE_INKS.items()}
    for colour, name in names.items():
        text = text.replace(colour, name)
    return text


def thousands(axis: Any) -> None:  # noqa: ANN401  (matplotlib's axis)
    """Write an axis's numbers with commas between thousands and a true minus sign."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    axis.set_major_locator(MaxNLocator(6))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}".replace("-", "\N{MINUS SIGN}")))


def percents(axis: Any) -> None:  # noqa: ANN401  (matplotlib's axis)
    """Write an axis's shares in percent."""
    from matplotlib.ticker import PercentFormatter

    axis.set_major_formatter(PercentFormatter(1.0, decimals=0))

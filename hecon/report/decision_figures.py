"""The figures of a decision analysis, as SVG that takes its colours and letters from the page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from hecon.evaluation import cea, plane
from hecon.report.canvas import canvas, percents, spread
from hecon.report.decision_words import amount, short
from hecon.report.paints import INK, LINE, STRATEGY_INKS, inline_svg

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.figure import Figure

    from hecon.evaluation.decision import Decision

WIDTH, HEIGHT = 5.0, 3.5
BAR = 0.27
"""Inches of a bar of the value of information."""
MOST_POINTS = 300
"""Draws of a strategy on the plane; more hide each other."""
MOST_BARS = 12
LETTER = 0.0165
"""Width of a letter, as a share of a figure's."""
NARROW = 0.72
"""Right end of axes, as a share of a figure's width, below which large numbers would touch each other."""
BROKEN = (0, (4, 3))


def leaders(decision: Decision) -> list[str]:
    """Name the strategies that figures show in colour: all where they are few, else those that are best most often."""
    chance = decision.curves["ceac"].max("wtp").to_numpy()
    chosen = set(decision.curves["optimal"].to_numpy())
    names = decision.strategies
    order = sorted(range(len(names)), key=lambda i: (names[i] not in chosen, -chance[i], i))
    return [names[i] for i in sorted(order[: len(STRATEGY_INKS)])]


def inks(decision: Decision) -> dict[str, int]:
    """Give each leader the number of its colour."""
    return {name: position for position, name in enumerate(leaders(decision))}


def draw_plane(decision: Decision) -> str:
    """Draw the plane: draws, means and 95% ellipses seen from the comparator, and the frontier."""
    cost, effect = (cea.incremental(values, decision.comparator) for values in (decision.cost, decision.effect))
    shown = [name for name in leaders(decision) if name != decision.comparator]
    rings = plane.ellipse(decision.cost, decision.effect, decision.comparator)
    with canvas("decision plane", width=WIDTH, height=HEIGHT + 0.5) as (figure, axes):
        for name in shown:
            colour = _ink(decision, name)
            x, y = (values.sel(strategy=name).to_numpy()[:MOST_POINTS] for values in (effect, cost))
            axes.scatter(x, y, s=5, color=colour, alpha=0.25, linewidths=0)
            ring = rings.sel(strategy=name)
            axes.plot(ring.sel(axis="effect"), ring.sel(axis="cost"), color=colour, linewidth=1.2)
        means = [
            (float(effect.sel(strategy=n).mean()), float(cost.sel(strategy=n).mean())) for n in decision.strategies
        ]
        others = [mean for name, mean in zip(decision.strategies, means, strict=True) if name not in shown]
        axes.plot(*zip(*others, strict=True), "o", color=INK, markersize=3, alpha=0.5, linestyle="none")
        best = decision.icers[decision.icers["status"] == "frontier"]["strategy"]
        line = [means[decision.strategies.index(name)] for name in best]
        axes.plot(*zip(*line, strict=True), color=INK, linewidth=1.2, linestyle=BROKEN)
        axes.axhline(0, color=INK, linewidth=0.7)
        axes.axvline(0, color=INK, linewidth=0.7)
        axes.margins(0.06)
        _label_means(axes, decision, [*shown, decision.comparator], means)
        axes.set_xlabel("Effect more than the comparator's")
        axes.set_ylabel("Cost more than the comparator's")
        _amounts(axes.xaxis)
        _amounts(axes.yaxis)
        _fit(figure, shown)
        return inline_svg(figure)


def draw_acceptability(decision: Decision) -> str:
    """Draw each strategy's probability of being best, and in ink that of the one expected to be best."""
    wtp, order = _rising(decision)
    with canvas("decision acceptability", width=WIDTH, height=HEIGHT) as (figure, axes):
        axes.plot(wtp, decision.curves["ceaf"].to_numpy()[order], color=INK, linewidth=5, alpha=0.22)
        _lines(axes, decision, decision.curves["ceac"].to_numpy()[order], wtp, (0.0, 1.0))
        axes.set_ylim(-0.02, 1.02)
        axes.set_ylabel("Probability of being best")
        percents(axes.yaxis)
        _fit(figure, leaders(decision))
        return inline_svg(figure)


def draw_losses(decision: Decision) -> str:
    """Draw what choosing each strategy now is expected to lose; the lower edge is the value of knowing everything."""
    wtp, order = _rising(decision)
    loss = decision.curves["expected_loss"].to_numpy()[order]
    edge = decision.curves["evpi"].to_numpy()[order]
    named = [decision.strategies.index(name) for name in leaders(decision)]
    # Strategies that are far from best would press the others flat.
    top = max(float(np.sort(loss[:, named], axis=1)[:, : max(2, len(named) // 2)].max()), float(edge.max())) * 1.08
    with canvas("decision losses", width=WIDTH, height=HEIGHT) as (figure, axes):
        axes.plot(wtp, edge, color=INK, linewidth=5, alpha=0.22)
        _lines(axes, decision, loss, wtp, (0.0, top or 1.0))
        axes.set_ylim(-0.02 * (top or 1.0), top or 1.0)
        axes.set_ylabel("Expected loss, per person")
        _amounts(axes.yaxis)
        _fit(figure, leaders(decision))
        return inline_svg(figure)


def draw_evpi(decision: Decision) -> str:
    """Draw the value of knowing everything, with twice its Monte Carlo error."""
    wtp, order = _rising(decision)
    value = decision.curves["evpi"].to_numpy()[order]
    error = decision.curves["evpi_error"].to_numpy()[order]
    with canvas("decision evpi", width=WIDTH, height=HEIGHT) as (figure, axes):
        axes.fill_between(
            wtp, np.maximum(value - 2 * error, 0.0), value + 2 * error, color=INK, alpha=0.15, linewidth=0
        )
        axes.plot(wtp, value, color=INK, linewidth=1.8, marker="o" if len(wtp) == 1 else None)
        icers = decision.icers["icer"].to_numpy(dtype=np.float64)
        for icer in icers[np.isfinite(icers) & (icers >= wtp[0]) & (icers <= wtp[-1])]:
            axes.axvline(icer, color=INK, linewidth=0.8, linestyle=BROKEN)
        axes.set_ylim(0.0, float((value + 2 * error).max()) * 1.08 or 1.0)
        axes.set_ylabel("Per person")
        _thresholds(axes, wtp)
        _amounts(axes.yaxis)
        figure.subplots_adjust(left=0.17)
        return inline_svg(figure)


def draw_evppi(decision: Decision, position: int, positions: Sequence[int]) -> str:
    """Draw the value of knowing parameters at one willingness to pay, with a standard error each way.

    Parameters
    ----------
    position
        Along `wtp`.
    positions
        All that are drawn: they share parameters, their order and the scale.
    """
    if decision.evppi is None:
        raise ValueError("no parameters were given")
    found = decision.evppi.isel(wtp=list(positions))
    value, error = (found[part].to_numpy() for part in ("value", "se"))
    order = np.argsort(-value.max(axis=1), kind="stable")[:MOST_BARS]
    rows = [i for i in order if value[i].max() > 0] or order[:1]
    names = [short(str(found["parameters"].values[i])) for i in rows]
    height = 1.1 + BAR * len(rows)
    panel = list(positions).index(position)
    with canvas(f"decision evppi {panel}", width=WIDTH, height=height) as (figure, axes):
        y, length, half = -np.arange(len(rows)), value[rows, panel], error[rows, panel]
        axes.barh(y, length, height=0.62, color=STRATEGY_INKS[1], alpha=0.75, linewidth=0)
        axes.hlines(y, np.maximum(length - half, 0.0), length + half, color=INK, linewidth=1.2)
        axes.set_yticks(y, names)
        axes.tick_params(axis="y", length=0)
        axes.grid(visible=False, axis="y")
        axes.set(xlim=(0.0, float((value + error)[rows].max()) * 1.05 or 1.0), ylim=(0.6 - len(rows), 0.6))
        axes.set_xlabel("Per person")
        _amounts(axes.xaxis, 4)
        left = min(0.06 + LETTER * max(len(name) for name in names), 0.5)
        figure.subplots_adjust(left=left, right=0.95, top=1 - 0.15 / height, bottom=0.6 / height)
        return inline_svg(figure)


def _lines(
    axes: Any,  # noqa: ANN401  (matplotlib's axes)
    decision: Decision,
    values: Any,  # noqa: ANN401
    wtp: Any,  # noqa: ANN401
    span: tuple[float, float],
) -> None:
    """Draw a line a strategy, the leaders in their colour with their names at the right end."""
    named = inks(decision)
    for position, name in enumerate(decision.strategies):
        if name not in named:
            axes.plot(wtp, values[:, position], color=LINE, linewidth=0.8)
    for name in named:
        position = decision.strategies.index(name)
        marker = "o" if len(wtp) == 1 else None
        axes.plot(wtp, values[:, position], color=_ink(decision, name), linewidth=1.9, marker=marker)
    _thresholds(axes, wtp)
    low, high = span
    ends = {name: _end(wtp, values[:, decision.strategies.index(name)], high) for name in named}
    _names_at_right(axes, decision, ends, 0.075 * (high - low), span)


def _end(wtp: Any, values: Any, high: float) -> tuple[float, float]:  # noqa: ANN401
    """Give the point at which a line ends, or leaves at the top."""
    above = np.flatnonzero(values > high)
    if not above.size or above[0] == 0:
        return float(wtp[-1]), float(min(values[-1], high))
    after = int(above[0])
    share = (high - values[after - 1]) / (values[after] - values[after - 1])
    return float(wtp[after - 1] + share * (wtp[after] - wtp[after - 1])), high


def _names_at_right(
    axes: Any,  # noqa: ANN401
    decision: Decision,
    ends: Mapping[str, tuple[float, float]],
    gap: float,
    span: tuple[float, float],
) -> None:
    """Name lines at the right of the axes, from where they end; the one that leaves at the top first stands highest."""
    left, right = axes.get_xlim()
    order = sorted(ends, key=lambda name: (ends[name][1], -ends[name][0]))
    spots = np.array(spread([ends[name][1] for name in order], gap))
    spots = spots - max(spots.max() - span[1], 0.0) + max(span[0] - spots.min(), 0.0)
    for name, spot in zip(order, spots, strict=True):
        axes.annotate(
            short(name),
            ends[name],
            (right + 0.04 * (right - left), spot),
            va="center",
            color=_ink(decision, name),
            fontweight="bold",
            annotation_clip=False,
            arrowprops={"arrowstyle": "-", "color": _ink(decision, name), "linewidth": 0.7},
        )


def _label_means(axes: Any, decision: Decision, names: list[str], means: list[tuple[float, float]]) -> None:  # noqa: ANN401
    """Mark expected values, and name them at the right side of the plane."""
    low, high = axes.get_xlim()
    bottom, top = axes.get_ylim()
    axes.set(xlim=(low, high), ylim=(bottom, top))
    at = [means[decision.strategies.index(name)] for name in names]
    spots = spread([y for _, y in at], 0.07 * (top - bottom))
    for name, (x, y), spot in zip(names, at, spots, strict=True):
        colour = _ink(decision, name)
        axes.plot([x], [y], "o", color=colour, markersize=6, markeredgecolor=INK, markeredgewidth=0.8)
        axes.annotate(
            short(name),
            (x, y),
            (high + 0.03 * (high - low), spot),
            va="center",
            color=colour,
            fontweight="bold",
            annotation_clip=False,
            arrowprops={"arrowstyle": "-", "color": colour, "linewidth": 0.7, "relpos": (0.0, 0.5)},
        )


def _thresholds(axes: Any, wtp: Any) -> None:  # noqa: ANN401
    if wtp[-1] > wtp[0]:
        axes.set_xlim(wtp[0], wtp[-1])
    axes.set_xlabel("What a unit of effect is worth")
    _amounts(axes.xaxis, 4)


def _amounts(axis: Any, count: int = 5) -> None:  # noqa: ANN401
    """Write an axis's numbers, whatever their size."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    axis.set_major_locator(MaxNLocator(count))
    axis.set_major_formatter(
        FuncFormatter(lambda value, _: amount(0.0 if abs(value) < 1e-300 else float(f"{value:.6g}")))
    )


def _fit(figure: Figure, names: Sequence[str]) -> None:
    """Leave room for names at the right, and fewer numbers below where that is much."""
    from matplotlib.ticker import MaxNLocator

    longest = max((len(short(name)) for name in names), default=0)
    right = 0.91 - LETTER * longest
    figure.subplots_adjust(left=0.17, right=right)
    for axes in figure.axes if right < NARROW else ():
        axes.xaxis.set_major_locator(MaxNLocator(3))


def _rising(decision: Decision) -> tuple[Any, Any]:
    """Give willingness to pay in rising order, each value once, and where each stands."""
    return np.unique(decision.wtp, return_index=True)


def _ink(decision: Decision, name: str) -> str:
    named = inks(decision)
    return STRATEGY_INKS[named[name]] if name in named else INK

"""What every figure of the report shares: its style, its axes' numbers, strategies' inks and lines, names in place."""

from __future__ import annotations

import textwrap
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from hecon.report.language import signs
from hecon.report.numbers import grouped, hundredths
from hecon.report.paints import INK, LINE, STRATEGY_INKS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from matplotlib.figure import Figure

    from hecon.evaluation.comparison import Comparison

Dash = tuple[float, tuple[float, ...]]
"""Where a line's pattern begins, and its strokes and gaps in widths of the line."""
WIDTH, HEIGHT = 6.1, 4.2
LONGEST_NAME = 27
"""Letters of a name on one line beside a figure."""
LETTER = 0.0155
"""Room for a letter of a name above a figure, as a share of its width."""
LONGEST_ROW = 78
"""Letters of the names on one line above a figure, three between each two."""
ROW_OF_NAMES = 0.04
EDGE = 0.08
"""Inches that stay free at a figure's left edge."""
SAMPLE = 5
"""Letters for which the sample of a line before a name takes room."""
SOLID: Dash = (0.0, ())
DASHES: tuple[Dash, ...] = (
    (0.0, (1.0, 1.2)),
    SOLID,
    (0.0, (5.0, 1.6)),
    (0.0, (6.0, 1.5, 1.2, 1.5)),
    (0.0, (2.5, 1.2)),
    (0.0, (6.0, 1.2, 1.2, 1.2, 1.2, 1.2)),
)
"""Lines of the strategies, in their order."""
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


def ink(comparison: Comparison, strategy: str) -> str:
    """Give a strategy's placeholder ink, the same in every figure."""
    return STRATEGY_INKS[comparison.strategies.index(strategy) % len(STRATEGY_INKS)]


def dash(comparison: Comparison, strategy: str) -> Dash:
    """Give a strategy's line, which tells it apart where colours do not."""
    return DASHES[comparison.strategies.index(strategy) % len(DASHES)]


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


def name_above(figure: Figure, names: Mapping[str, str], lines: Mapping[str, Dash] | None = None) -> int:
    """Write names in their colours above a figure, each after a sample of its line where lines are given.

    Returns
    -------
    On how many rows they stand.
    """
    before = SAMPLE if lines else 0
    rows: list[list[str]] = [[]]
    for name in names:
        if rows[-1] and sum(before + len(each) + 3 for each in [*rows[-1], name]) > LONGEST_ROW:
            rows.append([])
        rows[-1].append(name)
    for place, row in enumerate(rows):
        letters = [0, *np.cumsum([before + len(name) + 3 for name in row])]
        letter = min(1.0 / letters[-1], LETTER)
        for name, at in zip(row, letters[:-1], strict=True):
            top = 0.985 - ROW_OF_NAMES * place
            if lines:
                sample(figure, 0.01 + letter * at, top, SAMPLE * letter, names[name], lines[name])
            figure.text(0.01 + letter * (at + before), top, name, **named(names[name]))
    return len(rows)


def named(colour: str) -> dict[str, Any]:
    """Give how a name above a figure is written."""
    return {"color": colour, "fontweight": "bold", "fontsize": 9.5, "va": "top"}


def sample(figure: Figure, left: float, top: float, room: float, colour: str, line: Dash) -> None:
    """Draw a piece of a line before its name, in shares of the figure."""
    from matplotlib.lines import Line2D

    y = top - 0.07 / figure.get_figheight()
    figure.add_artist(Line2D([left, left + 0.85 * room], [y, y], color=colour, linestyle=line, linewidth=1.8))


def room_left(figure: Figure, axes: Any) -> None:  # noqa: ANN401  (matplotlib's axes)
    """Move axes to the right until what stands left of them has its room on the figure."""
    figure.draw_without_rendering()
    outside = EDGE * figure.dpi - axes.get_tightbbox().x0
    if outside > 0.0:
        figure.subplots_adjust(left=figure.subplotpars.left + outside / figure.bbox.width)

"""Figures of an analysis, as SVG files that stand alone."""

from __future__ import annotations

import io
import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from hecon.model.runs import whole_file
from hecon.report.canvas import STYLE
from hecon.report.paints import FONTS, INK, LINE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from matplotlib.figure import Figure

COLOURS = ("#5b6670", "#0072b2", "#c24e00", "#2f7d4f", "#8c5aa8", "#a07a00", "#b3261e", "#1f6f78")
"""One a strategy; told apart by people who see red and green alike, with the help of markers or labels."""
TEXT, GRID, PAPER = "#1b1f23", "#dcdfdc", "#ffffff"
WIDTH, HEIGHT = 7.6, 4.4


@contextmanager
def figure(
    path: Path, *, width: float = WIDTH, height: float = HEIGHT, panels: tuple[int, int] = (1, 1), **adjust: float
) -> Iterator[tuple[Figure, Any]]:
    """Give a figure and its axes in the report's style, and write it when it is drawn: the same bytes in every run.

    Parameters
    ----------
    path : of the SVG
    width, height : inches
    panels : rows and columns of axes
    adjust : of `Figure.subplots_adjust`
    """
    import matplotlib as mpl
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    colours = {INK: TEXT, LINE: GRID}
    style = {key: colours.get(value, value) if isinstance(value, str) else value for key, value in STYLE.items()}
    room = {"left": 0.13, "right": 0.97, "top": 0.93, "bottom": 0.62 / height} | adjust
    with mpl.rc_context({**style, "svg.hashsalt": path.stem}):
        drawn = Figure(figsize=(width, height), layout=None, facecolor=PAPER)
        FigureCanvasSVG(drawn)
        axes = drawn.subplots(*panels)
        drawn.subplots_adjust(**room)
        yield drawn, axes
        buffer = io.StringIO()
        drawn.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    text = re.sub(r"<metadata>.*?</metadata>", "", buffer.getvalue(), flags=re.DOTALL)
    with whole_file(path) as temporary:
        temporary.write_text(text.replace("'DejaVu Sans'", FONTS), encoding="utf-8")

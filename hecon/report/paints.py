"""What a drawn figure becomes: SVG in the page's colours, SVG in concrete ones for paper, or a picture.

Figures are drawn in placeholder inks. A page gives each its colour, one for light and one for dark; what cannot ask a
page, such as a document for print, takes the light ones from here.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.figure import Figure

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
"""Inks are placeholders: each paint gives them their colour."""

NAMES = (
    {INK: "ink", LINE: "line"}
    | {colour: f"strategy-{position}" for position, colour in enumerate(STRATEGY_INKS)}
    | {colour: f"state-{state.replace('_', '-')}" for state, colour in STATE_INKS.items()}
)
"""What the page calls the colour of an ink."""
LIGHT = {
    "ink": "#1b1f23",
    "line": "#dcdfdc",
    "strategy-0": "#5b6670",
    "strategy-1": "#0072b2",
    "strategy-2": "#c24e00",
    "strategy-3": "#00805e",
    "strategy-4": "#a3487a",
    "strategy-5": "#8a6d00",
    "state-work": "#cfdde6",
    "state-graded-sick-leave": "#9fbfd1",
    "state-full-sick-leave": "#6a9bb8",
    "state-work-assessment-allowance": "#e0b56a",
    "state-disability-pension": "#b07a2a",
    "state-elsewhere": "#c9c9c4",
}
"""The page's colours in the light, by their names there."""
PAPER = "#ffffff"
DPI = 200
FONTS = "system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif"
COLOURED = ("color", "facecolor", "edgecolor", "markerfacecolor", "markeredgecolor")

Drawing = str | bytes
Paint = Callable[["Figure"], Drawing]
"""Turns a drawn figure into what a document needs: text to place in a page, or the bytes of a picture."""


def inline_svg(figure: Figure) -> str:
    """Give a figure as inline SVG: no dates, no size of its own, colours by the page's names."""
    return _svg(figure, {ink: "currentColor" if ink == INK else f"var(--{name})" for ink, name in NAMES.items()})


def print_svg(figure: Figure) -> str:
    """Give a figure as inline SVG in the light colours, for paper."""
    return _svg(figure, {ink: LIGHT[name] for ink, name in NAMES.items()})


def png(figure: Figure) -> bytes:
    """Give a figure as a picture in the light colours; the same figure gives the same bytes."""
    figure.draw_without_rendering()  # marks of the axes are made when they are drawn
    recolour(figure, {ink: LIGHT[name] for ink, name in NAMES.items()})
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=DPI, facecolor=PAPER, metadata={"Software": None})
    return buffer.getvalue()


def recolour(figure: Figure, colours: Mapping[str, str]) -> None:
    """Give everything in a figure that has one of some colours, as #rrggbb, another one."""
    parts = figure.findobj()
    # The line from a label to what it labels belongs to the label, and no list of parts has it.
    arrows = [arrow for arrow in (getattr(part, "arrow_patch", None) for part in parts) if arrow is not None]
    for part in [*parts, *arrows]:
        for name in COLOURED:
            if hasattr(part, f"get_{name}") and hasattr(part, f"set_{name}"):
                _exchange(part, name, colours)


def _exchange(part: Any, name: str, colours: Mapping[str, str]) -> None:  # noqa: ANN401  (any of matplotlib's artists)
    from matplotlib.colors import to_hex, to_rgba_array

    old = to_rgba_array(getattr(part, f"get_{name}")())
    new = [colours.get(to_hex(colour), "") for colour in old]
    if any(new):
        mixed = [(found, colour[3]) if found else tuple(colour) for found, colour in zip(new, old, strict=True)]
        getattr(part, f"set_{name}")(mixed if len(mixed) > 1 else mixed[0])


def _svg(figure: Figure, colours: Mapping[str, str]) -> str:
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
    return re.sub("|".join(colours), lambda found: colours[found[0]], text)

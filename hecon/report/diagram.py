"""docs/states.svg: the states and the ways between them, drawn from the structure that the kernel walks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hecon.model.hazards import ON_AAP, SICKNESS, STATES, STRUCTURE
from hecon.model.kernel import AAP, FULL, GRADED, PENSION, UNEMPLOYED, WORK
from hecon.model.runs import whole_file

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NAME = "states.svg"
WIDTH, HEIGHT = 880, 440
WORK_BOTTOM, ROW_TOP, ROW_BOTTOM, SPELL_BOTTOM, BUS = 70, 170, 230, 256, 300
CENTRE = {FULL: 130, GRADED: 314, UNEMPLOYED: 480, AAP: 634, PENSION: 788}
"""Where the states of the middle row stand; work lies above all of them."""
LABELS = {
    FULL: ("full", "sick leave"),
    GRADED: ("graded", "sick leave"),
    UNEMPLOYED: ("unemployed",),
    AAP: ("work assessment", "allowance"),
    PENSION: ("disability", "pension"),
}
HALF = 68
STYLE = """
  text { font-family: system-ui, sans-serif; font-size: 14px; fill: #1b2733; text-anchor: middle; }
  .small { font-size: 12px; fill: #45525f; }
  .state { fill: #e8f0f7; stroke: #34618c; stroke-width: 1.5; }
  .absorbing { fill: #eeeeee; stroke: #6b6b6b; }
  .group { fill: none; stroke: #34618c; stroke-dasharray: 2 3; }
  .hazard { fill: none; stroke: #1b2733; stroke-width: 1.5; marker-end: url(#head); }
  .exit { fill: none; stroke: #a34a00; stroke-width: 1.5; stroke-dasharray: 6 4; marker-end: url(#exit-head); }
  .feed { fill: none; stroke: #a34a00; stroke-width: 1.5; stroke-dasharray: 6 4; }
"""


def write_diagram(folder: Path) -> Path:
    """Write the diagram to a folder, whole or not at all, and return its path."""
    with whole_file(folder / NAME) as temporary:
        temporary.write_text(diagram(), encoding="utf-8")
    return folder / NAME


def diagram() -> str:
    """Give the diagram as SVG: an arrow for every way that `hecon.model.hazards.STRUCTURE` has.

    An arrow carries where it leads from and to in `data-from` and `data-to`, by the names of the states.
    """
    title = "States of the model and the ways between them"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{title}">',
        f"<title>{title}</title>",
        f"<style>{STYLE}</style>",
        "<defs>",
        *_head("head", "#1b2733"),
        *_head("exit-head", "#a34a00"),
        "</defs>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
        *_boxes(),
        *_hazards(),
        *_exits(),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def ways() -> set[tuple[str, str]]:
    """Give the moves that have a hazard, as pairs of states."""
    return {
        (STATES[state], STATES[int(end)]) for state, row in enumerate(STRUCTURE.destination) for end in row if end >= 0
    }


def exits() -> set[str]:
    """Give the states that people go to when a right runs out; both rights lead to the same ones.

    Raises
    ------
    ValueError
        If they do not: the diagram has one line for both.
    """
    sick, aap = ({int(end) for end in STRUCTURE.exit_destination[group] if end >= 0} for group in (SICKNESS, ON_AAP))
    if sick != aap:
        raise ValueError("the rights lead to different states: draw a line for each")
    return {STATES[state] for state in sick}


def _boxes() -> Iterator[str]:
    yield f'<rect class="state" x="30" y="20" width="{WIDTH - 60}" height="{WORK_BOTTOM - 20}" rx="8"/>'
    yield f'<text x="{WIDTH / 2:g}" y="50">work</text>'
    left, right = CENTRE[FULL] - HALF - 18, CENTRE[GRADED] + HALF + 18
    top, high = ROW_TOP - 20, SPELL_BOTTOM - ROW_TOP + 20
    yield f'<rect class="group" x="{left}" y="{top}" width="{right - left}" height="{high}" rx="10"/>'
    yield f'<text class="small" x="{(left + right) / 2:g}" y="{ROW_BOTTOM + 16}">one spell, one clock, one right</text>'
    size = f'width="{2 * HALF}" height="{ROW_BOTTOM - ROW_TOP}"'
    for state, x in CENTRE.items():
        yield f'<rect class="state" x="{x - HALF}" y="{ROW_TOP}" {size} rx="8"/>'
        lines = LABELS[state]
        for index, line in enumerate(lines):
            level = (ROW_TOP + ROW_BOTTOM) / 2 + 5 + 18 * (index - (len(lines) - 1) / 2)
            yield f'<text x="{x}" y="{level:g}">{line}</text>'
    for x, name in ((WIDTH // 2 - 90, "retired"), (WIDTH // 2 + 90, "dead")):
        yield f'<rect class="state absorbing" x="{x - HALF}" y="360" width="{2 * HALF}" height="40" rx="8"/>'
        yield f'<text x="{x}" y="385">{name}</text>'
    yield f'<text class="small" x="{WIDTH / 2:g}" y="422">from every state: by age, and by the life table</text>'


def _hazards() -> Iterator[str]:
    for state, end in sorted((STATES.index(a), STATES.index(b)) for a, b in ways()):
        if WORK in {state, end}:
            x = CENTRE[end if state == WORK else state] + (18 if state == WORK else -18)
            between = (WORK_BOTTOM, ROW_TOP) if state == WORK else (ROW_TOP, WORK_BOTTOM)
            yield _arrow("hazard", state, end, _line(x, between))
        else:
            side = 1 if CENTRE[end] > CENTRE[state] else -1
            y = (ROW_TOP + ROW_BOTTOM) / 2 - 10 * side
            yield _arrow(
                "hazard", state, end, f"M {CENTRE[state] + side * HALF} {y:g} H {CENTRE[end] - side * (HALF + 3)}"
            )


def _exits() -> Iterator[str]:
    reached = sorted(STATES.index(name) for name in exits())
    spell = (CENTRE[FULL] + CENTRE[GRADED]) / 2
    yield f'<path class="feed" d="M {spell:g} {SPELL_BOTTOM} V {BUS} M {CENTRE[AAP] + 20} {ROW_BOTTOM} V {BUS}"/>'
    yield f'<path class="feed" d="M 20 {BUS} H {CENTRE[PENSION]}"/>'
    yield f'<text class="small" x="{spell:g}" y="{BUS + 20}">a right runs out</text>'
    for state in reached:
        if state == WORK:
            yield _arrow("exit", None, state, f"M 20 {BUS} V 45 H 27")
        else:
            x = CENTRE[state] - (20 if state == AAP else 0)
            yield _arrow("exit", None, state, _line(x, (BUS, ROW_BOTTOM)))


def _arrow(kind: str, state: int | None, end: int, path: str) -> str:
    start = "right" if state is None else STATES[state]
    return f'<path class="{kind}" data-from="{start}" data-to="{STATES[end]}" d="{path}"/>'


def _line(x: float, between: tuple[int, int]) -> str:
    """Give an upright line that stops short of where it leads, for the head."""
    start, end = between
    return f"M {x:g} {start} V {end + (3 if end < start else -3)}"


def _head(name: str, colour: str) -> Iterator[str]:
    yield f'<marker id="{name}" viewBox="0 0 8 8" refX="6" refY="4" markerWidth="8" markerHeight="8" orient="auto">'
    yield f'<path d="M 0 0 L 8 4 L 0 8 z" fill="{colour}"/></marker>'

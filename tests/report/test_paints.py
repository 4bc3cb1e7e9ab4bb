"""What a drawn figure becomes, and how figures are laid out: the page's colours, nothing left in a placeholder."""

import re
from pathlib import Path
from zlib import crc32

import pytest
from matplotlib.colors import to_hex, to_rgba_array

from hecon.report import paints
from hecon.report.canvas import (
    DASHES,
    LONGEST_ROW,
    canvas,
    decimals,
    folded,
    name_above,
    percents,
    room_left,
    thousands,
)
from hecon.report.language import speaking
from hecon.report.paints import INK, LIGHT, LINE, NAMES, STATE_INKS, STRATEGY_INKS, inline_svg, png, print_svg

CSS = (Path(paints.__file__).parent / "templates" / "page.css").read_text(encoding="utf-8")
GAP = "\N{NO-BREAK SPACE}"
SIGNATURE = 8
"""Bytes before the first chunk of a PNG."""


def drawn(paint):
    """A figure with something of each kind that the report draws."""
    with canvas("test") as (figure, axes):
        axes.scatter([0.0, 1.0], [0.0, 2.0], color=STRATEGY_INKS[0], alpha=0.5)
        axes.plot([0.0, 1.0], [0.0, 2000.0], "o-", color=STRATEGY_INKS[1], markeredgecolor=INK)
        axes.fill_between([0.0, 1.0], 0.0, 500.0, color=STATE_INKS["work"], linewidth=0)
        axes.bar([0.5], [900.0], 0.1, color=STRATEGY_INKS[3], alpha=0.5)
        axes.axvline(0.5, color=LINE)
        arrow = {"arrowstyle": "-", "color": STRATEGY_INKS[2]}
        axes.annotate("a name", (1.0, 1000.0), (0.5, 1500.0), color=STRATEGY_INKS[2], arrowprops=arrow)
        axes.set_ylabel("an axis")
        thousands(axes.yaxis)
        return paint(figure)


def colours(figure):
    """Every colour in a figure, and in the lines from its labels."""
    parts = figure.findobj()
    parts += [part.arrow_patch for part in parts if getattr(part, "arrow_patch", None)]
    found = set()
    for part in parts:
        for name in paints.COLOURED:
            if hasattr(part, f"get_{name}"):
                found |= {to_hex(one) for one in to_rgba_array(getattr(part, f"get_{name}")())}
    return found


def chunks(picture):
    """The kinds of the chunks of a PNG, each checked against its checksum."""
    kinds, place = [], SIGNATURE
    while place < len(picture):
        length = int.from_bytes(picture[place : place + 4], "big")
        body, check = picture[place + 4 : place + 8 + length], picture[place + 8 + length : place + 12 + length]
        assert crc32(body).to_bytes(4, "big") == check
        kinds.append(body[:4].decode())
        place += 12 + length
    return kinds


def test_the_light_colours_are_those_of_the_page():
    root = CSS[CSS.index(":root {") : CSS.index("}")]
    page = dict(re.findall(r"--([\w-]+): (#\w{6});", root))
    assert {name: page[name] for name in LIGHT} == LIGHT
    assert {name for name in page if name.startswith(("strategy", "state"))} <= set(LIGHT)
    assert set(NAMES.values()) == set(LIGHT)
    assert page["paper"] == paints.PAPER


def test_a_page_s_figure_has_the_page_s_colours_only():
    text = drawn(inline_svg)
    assert set(re.findall(r"#[0-9a-f]{6}\b", text)) == set()
    assert {"var(--strategy-0)", "var(--strategy-3)", "var(--line)", "var(--state-work)"} <= set(
        re.findall(r"var\([\w-]+\)", text)
    )
    assert "currentColor" in text


def test_a_printed_figure_asks_the_page_for_nothing():
    text = drawn(print_svg)
    assert "var(" not in text
    assert "currentColor" not in text
    assert set(re.findall(r"#[0-9a-f]{6}\b", text)) <= set(LIGHT.values())
    assert LIGHT["strategy-2"] in text


def test_a_picture_has_no_placeholder_left_and_no_date():
    seen = {}

    def kept(figure):
        seen["picture"] = png(figure)
        seen["colours"] = colours(figure)
        return seen["picture"]

    first, again = drawn(kept), drawn(png)
    assert first == again
    assert not seen["colours"] & set(NAMES)
    assert {LIGHT[f"strategy-{number}"] for number in range(4)} | {LIGHT["ink"], LIGHT["line"]} <= seen["colours"]
    assert chunks(first)[0] == "IHDR"
    assert not {"tEXt", "tIME", "zTXt", "iTXt"} & set(chunks(first))


def test_a_recoloured_mark_keeps_its_transparency():
    def alphas(figure):
        figure.draw_without_rendering()
        paints.recolour(figure, {ink: LIGHT[name] for ink, name in NAMES.items()})
        (axes,) = figure.axes
        return axes.collections[0].get_facecolor()[0][3], axes.patches[0].get_facecolor()[3]

    assert drawn(alphas) == (0.5, 0.5)


@pytest.mark.parametrize(
    ("write", "end", "en", "nb"),
    [
        (thousands, -2000.0, "−2,000", f"−2{GAP}000"),
        (percents, 0.5, "50%", f"50{GAP}%"),
        (decimals, 0.5, "0.5", "0,5"),
    ],
)
def test_an_axis_writes_its_numbers_in_the_language(write, end, en, nb):
    for language, said in (("en", en), ("nb", nb)):
        with speaking(language), canvas("axis") as (figure, axes):
            axes.set_ylim(min(end, 0.0), max(end, 0.0))
            write(axes.yaxis)
            figure.draw_without_rendering()
            assert said in [label.get_text() for label in axes.get_yticklabels()]


def test_long_names_take_more_lines_and_short_ones_stay():
    assert folded("Coordinated return to work") == "Coordinated return to work"
    assert folded("Koordinert tilbakeføring til arbeid").count("\n") == 1


@pytest.mark.parametrize("length", [5, 20, 33, 60])
def test_names_above_a_figure_never_meet(length):
    names = {f"{letter}{'x' * (length - 1)}": INK for letter in "abcdef"}
    with canvas("names") as (figure, _):
        rows = name_above(figure, names)
        boxes = [text.get_window_extent() for text in figure.texts]
        assert len(boxes) == len(names)
        assert not [(a, b) for i, a in enumerate(boxes) for b in boxes[i + 1 :] if a.overlaps(b)]
    assert rows == -(-len(names) // max(LONGEST_ROW // (length + 3), 1))


def test_what_stands_left_of_axes_has_its_room():
    with canvas("left") as (figure, axes):
        axes.set_ylim(-9e8, 9e8)
        thousands(axes.yaxis)
        axes.set_ylabel("an axis")
        figure.draw_without_rendering()
        assert axes.get_tightbbox().x0 < 0.0
        room_left(figure, axes)
        figure.draw_without_rendering()
        assert axes.get_tightbbox().x0 >= 0.0


def test_names_above_a_figure_stand_after_their_lines():
    names = {"One program": STRATEGY_INKS[1], "Another program": STRATEGY_INKS[2]}
    with canvas("samples") as (figure, _):
        name_above(figure, names, dict(zip(names, DASHES, strict=False)))
        boxes = [text.get_window_extent() for text in figure.texts]
        pieces = [line.get_window_extent() for line in figure.artists]
        assert len(pieces) == len(boxes) == len(names)
        assert not [(a, b) for a in boxes for b in pieces if a.overlaps(b)]
    assert len(set(DASHES)) == len(STRATEGY_INKS)

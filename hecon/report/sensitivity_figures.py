"""Figures of what drives the answer: a tornado, screening, shares of variance, moved distributions, maps."""

from __future__ import annotations

import textwrap
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np

from hecon.report.files import COLOURS, TEXT, figure

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    import pandas as pd
    import xarray as xr
    from matplotlib.axes import Axes

    from hecon.inputs.parameters import Parameters

LOW, HIGH, OTHER = COLOURS[1], COLOURS[2], COLOURS[0]
SHOWN = 10
"""Parameters of a panel, at most."""
LETTERS = 44
"""Of a label before it goes on in a second line."""
ALONG, UP = 76, 44
"""Letters of a line along and beside a map."""
MAP, LINE_HEIGHT = 3.5, 0.19
"""Inches: the height of a map, and of a line of text."""
ROW, HEAD, FOOT = 0.31, 0.5, 0.85
"""Inches: of a parameter, above a panel, below the figure."""


def labels_of(parameters: Parameters, names: Sequence[str]) -> dict[str, str]:
    """Give the words for parameters; a calibrated block says that it is one."""
    return {
        name: f"Fitted to the trial, all {len(parameters.blocks[name].columns)} together"
        if name in parameters.blocks
        else parameters[name].label
        for name in names
    }


def axis_words(parameters: Parameters, name: str) -> str:
    """Give what stands along an axis: a parameter's label, and its unit in brackets."""
    return f"{parameters[name].label} ({parameters[name].unit})"


def draw_tornado(found: pd.DataFrame, labels: Mapping[str, str], programs: Mapping[str, str], path: Path) -> None:
    """Draw net benefit at the two ends of each parameter, the greatest swings first, a panel for each program.

    Parameters
    ----------
    found
        Rows of `one_way`, of one horizon and perspective.
    labels, programs
        Words by parameter and by strategy.
    path
        Of the SVG.
    """
    with _panels(found, "swing", labels, programs, path, "Net benefit over the comparator, NOK per person") as panels:
        for axes, rows in panels:
            places = np.arange(len(rows))[::-1]
            for end, colour, up in (("gain_low", LOW, 0.17), ("gain_high", HIGH, -0.17)):
                axes.barh(places + up, rows[end] - rows["gain"], left=rows["gain"], color=colour, height=0.34)
            axes.axvline(float(rows["gain"].iloc[0]), color=TEXT, linewidth=0.9)
            low, high = axes.get_xlim()
            if low < 0.0 < high:
                axes.axvline(0.0, color=TEXT, linewidth=0.9, linestyle=(0, (4, 3)))
        _key(panels[0][0], {"at its 2.5% quantile": LOW, "at its 97.5% quantile": HIGH})


def draw_screening(found: pd.DataFrame, labels: Mapping[str, str], programs: Mapping[str, str], path: Path) -> None:
    """Draw the size of elementary effects with their 95% intervals, and their spread.

    Parameters
    ----------
    found
        Rows of `screen_strategies` on net benefit, of one horizon and perspective.
    labels, programs, path
        As for `draw_tornado`.
    """
    words = "Effect of the central 95% of the parameter, NOK per person"
    with _panels(found, "mu_star", labels, programs, path, words) as panels:
        for axes, rows in panels:
            places = np.arange(len(rows))[::-1]
            _bars(axes, places, rows, "mu_star", LOW)
            axes.plot(rows["sigma"], places, "D", color=HIGH, markersize=4.5)
            axes.set_xlim(left=0.0)
        _key(panels[0][0], {"mean size of effects": LOW, "spread of effects": HIGH})


def draw_shares(found: pd.DataFrame, labels: Mapping[str, str], programs: Mapping[str, str], path: Path) -> None:
    """Draw Sobol' indices of first and total order with their 95% intervals.

    Parameters
    ----------
    found
        Rows of `sobol_of_strategies` on net benefit, of one horizon and perspective.
    labels, programs, path
        As for `draw_tornado`.
    """
    with _panels(found, "total", labels, programs, path, "Share of the variance of net benefit") as panels:
        for axes, rows in panels:
            places = np.arange(len(rows))[::-1]
            for name, colour, up in (("first", LOW, 0.17), ("total", HIGH, -0.17)):
                _bars(axes, places + up, rows, name, colour, height=0.32)
            axes.axvline(0.0, color=TEXT, linewidth=0.8)
            axes.xaxis.set_major_formatter(lambda share, _: f"{100.0 * share:.0f}%".replace("-", "−"))
        _key(panels[0][0], {"alone (first order)": LOW, "with interactions (total order)": HIGH})


def draw_distances(found: pd.DataFrame, labels: Mapping[str, str], programs: Mapping[str, str], path: Path) -> None:
    """Draw PAWN indices, and as a line what 95% of columns of pure chance stay below.

    Parameters
    ----------
    found
        Rows of `pawn_of_strategies`, of one horizon and perspective.
    labels, programs, path
        As for `draw_tornado`.
    """
    words = "Median distance between distributions of net benefit"
    with _panels(found, "pawn", labels, programs, path, words) as panels:
        for axes, rows in panels:
            colours = np.where(rows["pawn"] > rows["chance"], LOW, OTHER)
            axes.barh(np.arange(len(rows))[::-1], rows["pawn"], color=colours, height=0.62)
            axes.axvline(float(rows["chance"].iloc[0]), color=TEXT, linewidth=1.0, linestyle=(0, (4, 3)))
            axes.set_xlim(left=0.0)
        _key(panels[0][0], {"told from chance": LOW, "not told from chance": OTHER})


def draw_preferred(grid: xr.Dataset, programs: Mapping[str, str], words: tuple[str, str], path: Path) -> None:
    """Draw which strategy has the highest net benefit over two parameters.

    Parameters
    ----------
    grid
        As `two_way` returns it, at one horizon and perspective.
    programs
        Words by strategy, in the order compared.
    words
        What stands along x and along y.
    path
        Of the SVG.
    """
    first = grid["best"]
    y, x = (first[name].to_numpy() for name in first.dims)
    there = [int(place) for place in np.unique(first.to_numpy())]
    along, up = (textwrap.wrap(text, letters) for text, letters in zip(words, (ALONG, UP), strict=True))
    above, below = 0.2 + 0.24 * len(there), 0.42 + LINE_HEIGHT * len(along)
    height, left = above + MAP + below, 0.09 + 0.025 * len(up)
    with figure(path, height=height, left=left, top=1.0 - above / height, bottom=below / height) as (drawn, axes):
        for row, place in enumerate(there):
            u, v = np.nonzero((first.to_numpy() == place).T)
            colour = COLOURS[place % len(COLOURS)]
            axes.scatter(x[u], y[v], marker="s", s=46, color=colour, linewidths=0)
            label = f"■ {list(programs.values())[place]}"
            at = 1.0 - (0.1 + 0.24 * row) / height
            drawn.text(left, at, label, color=colour, fontweight="bold", va="top")
        axes.set_xlabel("\n".join(along))
        axes.set_ylabel("\n".join(up))


@contextmanager
def _panels(
    found: pd.DataFrame, by: str, labels: Mapping[str, str], programs: Mapping[str, str], path: Path, words: str
) -> Iterator[list[tuple[Axes, pd.DataFrame]]]:
    """Give a panel for each program with its rows, the greatest first, labelled; what all share is drawn."""
    parts = [(name, _greatest(found[found["strategy"] == name], by)) for name in found["strategy"].unique()]
    height = sum(HEAD + ROW * len(rows) for _, rows in parts) + FOOT
    with figure(path, width=8.4, height=height) as (drawn, spare):
        drawn.delaxes(spare)
        top, panels = height - 0.3, []
        for name, rows in parts:
            tall = ROW * len(rows)
            axes = drawn.add_axes((0.42, (top - HEAD - tall) / height, 0.53, tall / height))
            axes.set_yticks(
                np.arange(len(rows))[::-1], [_in_lines(labels[each]) for each in rows["parameter"]], fontsize=9
            )
            axes.set_ylim(-0.6, len(rows) - 0.4)
            axes.tick_params(axis="y", length=0)
            axes.spines["left"].set_visible(False)
            axes.grid(visible=False, axis="y")
            axes.set_title(programs[name], loc="left", fontsize=10.5, fontweight="bold")
            axes.xaxis.set_major_formatter(
                lambda value, _: f"{value:,.0f}".replace("-", "−") if abs(value) >= 10 else f"{value:g}"
            )
            axes.locator_params(axis="x", nbins=6)
            panels.append((axes, rows))
            top -= HEAD + tall
        panels[-1][0].set_xlabel(words)
        yield panels


def _greatest(rows: pd.DataFrame, by: str) -> pd.DataFrame:
    order = rows[by].abs().sort_values(ascending=False, kind="stable").index[:SHOWN]
    return rows.loc[order]


def _bars(axes: Axes, places: np.ndarray, rows: pd.DataFrame, name: str, colour: str, height: float = 0.62) -> None:
    axes.barh(places, rows[name], color=colour, height=height)
    reach = [rows[name] - rows[f"{name}_low"], rows[f"{name}_high"] - rows[name]]
    axes.errorbar(rows[name], places, xerr=reach, fmt="none", ecolor=TEXT, elinewidth=0.9)


def _key(axes: Axes, words: Mapping[str, str]) -> None:
    """Say above the first panel, at the right, what the colours are."""
    for place, (text, colour) in enumerate(reversed(list(words.items()))):
        axes.annotate(
            text,
            (1.0, 1.0),
            (0, 5 + 13 * place),
            xycoords="axes fraction",
            textcoords="offset points",
            ha="right",
            color=colour,
            fontsize=9.5,
            fontweight="bold",
        )


def _in_lines(label: str) -> str:
    return "\n".join(textwrap.wrap(label, LETTERS, max_lines=2, placeholder=" …"))

"""The convergence figure: what the headlines were after so many draws."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from hecon.report.language import t

if TYPE_CHECKING:
    from collections.abc import Mapping

    import xarray as xr
    from matplotlib.figure import Figure

CONVERGENCE_PANELS = (3, 1)
CONVERGENCE_HEIGHT = 6.6
BAND = 1.96
"""Errors on either side of a running mean: 95%."""
NAMES_PER_ROW, NAME_HEIGHT = 2, 0.03
LONGEST_NAME = 27
"""Letters of a name where two stand in a row."""
SAMPLE = 0.06
"""Of the width, for a piece of a line before its name."""
SKIPPED = 10
"""Draws before the curves begin: a mean over fewer swings off the paper."""


def draw_convergence(
    figure: Figure,
    axes: Any,  # noqa: ANN401  (matplotlib's axes)
    running: xr.Dataset,
    inks: Mapping[str, str],
    labels: Mapping[str, str],
    ink: str,
) -> None:
    """Draw society's gain, the chance of being best and the value of knowing everything over the draws so far.

    Parameters
    ----------
    figure, axes
        Three panels, one above the other.
    running
        As `hecon.evaluation.precision.Precision` has it.
    inks, labels
        Of the strategies, by name; those never given a band are the comparator, whose gain is none.
    ink
        Of what belongs to no strategy.
    """
    from hecon.report.canvas import DASHES, named, percents, sample, thousands

    count = np.arange(1, running.sizes["draw"] + 1)
    dashes = {name: DASHES[place % len(DASHES)] for place, name in enumerate(inks)}
    shown = slice(min(SKIPPED, len(count) - 2), None)
    for name, colour in inks.items():
        part = running.sel(strategy=name)
        gain, error = part["gain"].to_numpy()[shown], part["gain_error"].to_numpy()[shown]
        if np.any(gain != 0.0):
            axes[0].fill_between(
                count[shown], gain - BAND * error, gain + BAND * error, color=colour, alpha=0.2, linewidth=0
            )
            axes[0].plot(count[shown], gain, color=colour, linewidth=1.6, linestyle=dashes[name])
        best = part["best"].to_numpy()[shown]
        axes[1].plot(count[shown], best, color=colour, linewidth=1.6, linestyle=dashes[name])
    axes[2].plot(count[shown], running["evpi"].to_numpy()[shown], color=ink, linewidth=1.6)
    titles = (
        t("Society gains, NOK per person"),
        t("Chance of being best"),
        t("Value of knowing everything, NOK per person"),
    )
    for place, title in zip(axes, titles, strict=True):
        place.set_title(title, loc="left", fontsize=11)
        place.margins(x=0)
        thousands(place.xaxis)
    thousands(axes[0].yaxis)
    percents(axes[1].yaxis)
    thousands(axes[2].yaxis)
    axes[1].set_ylim(-0.02, 1.02)
    axes[2].set_ylim(bottom=0.0)
    axes[2].set_xlabel(t("Draws so far"))
    columns = NAMES_PER_ROW if max(len(labels[name]) for name in inks) <= LONGEST_NAME else 1
    for place, (name, colour) in enumerate(inks.items()):
        row, column = divmod(place, columns)
        left, top = 0.01 + column / columns, 0.995 - NAME_HEIGHT * row
        sample(figure, left, top, SAMPLE, colour, dashes[name])
        figure.text(left + SAMPLE, top, labels[name], **named(colour))
    rows = -(-len(inks) // columns)
    figure.tight_layout(rect=(0, 0, 1, 0.985 - NAME_HEIGHT * rows))

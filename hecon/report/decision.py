"""The report of a decision analysis: one self-contained HTML file."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import hecon
from hecon.model.runs import whole_file
from hecon.report import decision_figures as figures
from hecon.report import decision_tables as tables
from hecon.report import decision_words as words
from hecon.report.cells import Figure
from hecon.report.document import page

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from hecon.evaluation.decision import Decision
    from hecon.evaluation.psa import Source

KINDS = ("Costs", "Effects", "Parameters")
PANELS = 2
"""Values of willingness to pay at which figures show what parameters are worth."""


def write_decision_report(decision: Decision, sources: Sequence[Source], path: Path) -> Path:
    """Write the report of a decision analysis as one HTML file that asks nothing of the network.

    Parameters
    ----------
    decision
        As `decide` returns it.
    sources
        The files it was read from, in the order costs, effects, parameters.
    path
        Where; written whole or not at all. The same analysis gives the same bytes.

    Returns
    -------
    The path.
    """
    text = render(decision, sources)
    with whole_file(path) as temporary:
        temporary.write_text(text, encoding="utf-8")
    return path


def render(decision: Decision, sources: Sequence[Source]) -> str:
    """Give the report as text."""
    with warnings.catch_warnings():
        # The page's own font draws the letters; matplotlib's needs not have them.
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        return page("decision.html.j2", **content(decision, sources))


def content(decision: Decision, sources: Sequence[Source]) -> dict[str, object]:
    """Give everything the template places: sentences, tables, figures and what was read."""
    at = panels(decision)
    frontier, off_frontier = tables.incremental(decision)
    return {
        "title": f"Decision analysis of {sources[0].name} and {sources[1].name}",
        "who": f"{len(decision.strategies)} strategies, {decision.draws:,} draws. Compared with {decision.comparator}.",
        "headline": words.headline(decision),
        "how_sure": words.how_sure(decision),
        "more_information": words.more_information(decision),
        "ink": figures.inks(decision),
        "many": len(decision.strategies) > tables.MANY,
        "thresholds": tables.thresholds(decision),
        "frontier": frontier,
        "off_frontier": off_frontier,
        "pairwise": tables.pairwise(decision),
        "benefits": tables.benefits(decision),
        "information": tables.information(decision, sorted({*at, words.least_sure(decision)})),
        "few": words.too_few(decision),
        "record": record(decision, sources),
        **_figures(decision, at),
    }


def panels(decision: Decision) -> list[int]:
    """Choose the positions along `wtp` at which parameters are shown: the least sure, and others around it."""
    shown = words.shown_positions(decision)
    sure = words.least_sure(decision)
    others = [i for i in shown if float(decision.curves["evpi"][i]) > 0 and decision.wtp[i] != decision.wtp[sure]]
    others.sort(key=lambda i: -float(decision.curves["evpi"][i]))
    return sorted({sure, *others[: PANELS - 1]}, key=lambda i: decision.wtp[i])


def record(decision: Decision, sources: Sequence[Source]) -> list[tuple[str, str]]:
    """Say what was read, and by what."""
    read = [
        (kind, f"{one.name}: {one.rows:,} rows, {one.columns} columns, SHA-256 {one.digest}")
        for kind, one in zip(KINDS, sources, strict=False)
    ]
    rising = sorted(decision.wtp)
    worth = f"{len(rising)} values from {words.amount(rising[0])} to {words.amount(rising[-1])}"
    return [*read, ("Willingness to pay", worth), ("Comparator", decision.comparator), ("hecon", hecon.__version__)]


def _figures(decision: Decision, at: list[int]) -> dict[str, Figure | list[Figure]]:
    few = "" if len(figures.leaders(decision)) == len(decision.strategies) else " Named are those best most often."
    evppi = [
        Figure(
            f"What knowing a parameter is worth where a unit of effect is worth {words.amount(decision.wtp[i])}; lines "
            "are a standard error each way",
            "Bars of the parameters most worth knowing; the table below has every one.",
            figures.draw_evppi(decision, i, at),
        )
        for i in (at if decision.evppi is not None else [])
    ]
    return {
        "plane_figure": Figure(
            f"Cost-effectiveness plane, seen from {decision.comparator}: points are draws, rings hold 95% of them if "
            f"normal, the broken line is the frontier.{few}",
            "Scatter of more cost against more effect; the table has means, intervals and shares of each corner.",
            figures.draw_plane(decision),
        ),
        "acceptability_figure": Figure(
            "Probability that each strategy is best. The wide grey line follows the one expected to be best: the "
            f"acceptability frontier.{few}",
            " ".join(words.how_sure(decision)),
            figures.draw_acceptability(decision),
        ),
        "loss_figure": Figure(
            "What choosing a strategy now is expected to lose. Lowest is best, and the wide grey line along the lowest "
            f"is the value of knowing everything.{few}",
            "Expected loss curves; the table has them at some values.",
            figures.draw_losses(decision),
        ),
        "evpi_figure": Figure(
            "What knowing everything before choosing is worth; the band is two Monte Carlo errors each way, broken "
            "lines are ICERs of the frontier",
            " ".join(words.how_sure(decision)),
            figures.draw_evpi(decision),
        ),
        "evppi_figures": evppi,
    }

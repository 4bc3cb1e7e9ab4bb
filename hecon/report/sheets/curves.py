"""The sheet of curves: acceptability curve and frontier, and the plane, with native charts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hecon.evaluation import cea
from hecon.evaluation.pairs import paired
from hecon.report.language import t
from hecon.report.sheets import costs, draws, inputs
from hecon.report.sheets.book import INPUT_INK, INPUT_SHADE, KRONER, Book, cell, span

if TYPE_CHECKING:
    from collections.abc import Sequence

    import xarray as xr

STEPS = 40
INKS = ("#52606d", "#0b6e99", "#c8553d", "#6a4c93", "#2e7d32", "#b8860b")
"""Of the strategies in charts, in their order."""


def write(book: Book) -> None:
    """Write the sheet."""
    page, names = book.sheets["curves"], book.comparison.strategies
    row = book.titled(
        "curves",
        t("Curves: which strategy is best, by what a day avoided is worth"),
        [
            t(
                "The share of draws in which each strategy has the highest net benefit, program costs only, and the "
                "strategy with the highest expected net benefit (the frontier). By formula from the draws; change the "
                "step to look further or closer."
            )
        ],
        width=8,
        letters=140,
    )
    spent, avoided = paired(draws.shown(book), "days", comparator=book.comparison.comparator)
    step = float(np.ceil(2.5 * book.inputs[inputs.WTP].value / 1000.0) * 1000.0 / STEPS)
    page.write(row, 0, t("Step, NOK per day"), book.style(bold=True))
    look = book.style(font_color=INPUT_INK, bg_color=INPUT_SHADE, border=1, border_color="#d9c97a", num_format=KRONER)
    page.write_number(row, 1, step, look)
    top = row + 2
    heads = [t("NOK per day avoided"), *(book.comparison.label(name) for name in names)]
    heads += [
        t("Frontier: highest expected net benefit"),
        t("Its probability of being best"),
        t("Expected net benefit"),
    ]
    book.header("curves", top, heads, height=62)
    page.set_column(0, 0, 30)
    page.set_column(1, len(names), 15)
    page.set_column(len(names) + 1, len(names) + 1, 30)
    page.set_column(len(names) + 2, len(names) + 3, 17)
    grid = [step * number for number in range(STEPS + 1)]
    curve = cea.ceac(spent, avoided, grid)
    _means(book, top + STEPS + 4, spent, avoided)
    for number in range(STEPS + 1):
        _point(book, top + 1 + number, number, cell(row, 1, fixed=True), (spent, avoided, curve), top + STEPS + 5)
    _charts(book, top + 1, heads)
    at = top + STEPS + 3
    page.write(at, 0, t("Each row adds up to one"), book.style())
    sums = "+".join(span(top + 1, 1 + i, top + 1 + STEPS, 1 + i) for i in range(len(names)))
    book.check(
        t("Acceptability adds up to one"), "curves", cell(at, 1), f"SUMPRODUCT(ABS({sums}-1))<0.000001", as_run=False
    )
    book.printed("curves", repeat=top, frozen=(top + 1, 1))


def _point(
    book: Book, row: int, number: int, step: str, run: tuple[xr.DataArray, xr.DataArray, xr.DataArray], means: int
) -> None:
    """Write one row: a willingness to pay, every strategy's chance of being best, and the frontier."""
    names, count = book.comparison.strategies, run[0].sizes["draw"]
    spent, avoided, curve = run
    chances = [float(curve.isel(wtp=number).sel(strategy=name)) for name in names]
    wtp = float(curve["wtp"][number])
    book.formula("curves", cell(row, 0), f"{number}*{step}", wtp, book.style(num_format=KRONER))
    at = f"$A{row + 1}"
    share = book.style(num_format="0%")
    for position, name in enumerate(names):
        beats = []
        for place, other in enumerate(names):
            if other != name:
                days = f"({costs.of(book, costs.AVOIDED, name)}-{costs.of(book, costs.AVOIDED, other)})"
                more = f"({costs.of(book, costs.PROGRAM, name)}-{costs.of(book, costs.PROGRAM, other)})"
                beats.append(f"({at}*{days}-{more}{'>' if place < position else '>='}0)")
        formula = f"SUMPRODUCT({'*'.join(beats) if len(beats) > 1 else '--' + beats[0]})/{count}"
        book.formula("curves", cell(row, 1 + position), formula, chances[position], share)
    last = len(names)
    mean = wtp * avoided.mean("draw").to_numpy() - spent.mean("draw").to_numpy()
    best = int(mean.argmax())
    net = f"({at}*{span(means + 1, 1, means + 1, last)}-{span(means, 1, means, last)})"
    highest = f"MAX({net})"
    labels = span(means - 1, 1, means - 1, last)
    book.array(
        "curves",
        cell(row, last + 1),
        f"INDEX({labels},MATCH({highest},{net},0))",
        book.comparison.label(names[best]),
        book.style(indent=1),
    )
    book.array(
        "curves",
        cell(row, last + 2),
        f"INDEX({cell(row, 1)}:{cell(row, last)},MATCH({highest},{net},0))",
        chances[best],
        share,
    )
    usual = names.index(book.comparison.comparator)
    gain = f"{highest}-({at}*{cell(means + 1, 1 + usual, fixed=True)}-{cell(means, 1 + usual, fixed=True)})"
    book.array("curves", cell(row, last + 3), gain, float(mean[best] - mean[usual]), book.style(num_format=KRONER))


def _means(book: Book, row: int, spent: xr.DataArray, avoided: xr.DataArray) -> None:
    """Write expected cost and days of every strategy, which the frontier is made of."""
    page, names = book.sheets["curves"], book.comparison.strategies
    page.set_row(row, 32)
    page.write(row, 0, t("Expected"), book.style(bold=True))
    page.write(row + 1, 0, t("Program cost, NOK"), book.style())
    page.write(row + 2, 0, t("Days avoided"), book.style())
    for position, name in enumerate(names, start=1):
        page.write(row, position, book.comparison.label(name), book.style(bold=True, text_wrap=True))
        for below, key, run, digits in ((1, costs.PROGRAM, spent, KRONER), (2, costs.AVOIDED, avoided, "#,##0.0")):
            mean = float(run.sel(strategy=name).mean())
            average = f"AVERAGE({costs.of(book, key, name)})"
            book.formula("curves", cell(row + below, position), average, mean, book.style(num_format=digits))


def _charts(book: Book, first: int, heads: Sequence[str]) -> None:
    """Draw the acceptability curves, and the draws on the plane."""
    page, names, sheet = book.sheets["curves"], book.comparison.strategies, book.name("curves")
    last = first + STEPS
    curve = book.file.add_chart({"type": "scatter", "subtype": "straight"})
    for position, name in enumerate(names):
        ink = INKS[position % len(INKS)]
        curve.add_series(
            {
                "name": book.comparison.label(name),
                "categories": [sheet, first, 0, last, 0],
                "values": [sheet, first, 1 + position, last, 1 + position],
                "line": {"color": ink, "width": 2.25},
            }
        )
    curve.add_series(
        {
            "name": t("Frontier"),
            "categories": [sheet, first, 0, last, 0],
            "values": [sheet, first, len(names) + 2, last, len(names) + 2],
            "line": {"color": "#1f2933", "width": 1.25, "dash_type": "dash"},
        }
    )
    curve.set_title({"name": t("Probability of being best"), "name_font": {"size": 12}})
    grey = {"visible": True, "line": {"color": "#e1e5ea"}}
    curve.set_x_axis({"name": heads[0], "min": 0, "major_gridlines": grey, "num_format": KRONER})
    curve.set_y_axis({"min": 0, "max": 1, "num_format": "0%", "major_gridlines": grey})
    curve.set_legend({"position": "bottom"})
    curve.set_size({"width": 760, "height": 400})
    page.insert_chart(first, len(names) + 5, curve, {"description": t("Acceptability curves; the table holds them.")})
    plane = book.file.add_chart({"type": "scatter"})
    rows = book.places["cost rows"]
    for position, name in enumerate(names):
        if name == book.comparison.comparator:
            continue
        ink = INKS[position % len(INKS)]
        at = [book.places[f"cost {key} {name}"] for key in (costs.AVOIDED, costs.EXTRA)]
        plane.add_series(
            {
                "name": book.comparison.label(name),
                "categories": [book.name("costs"), rows[0], at[0], rows[1], at[0]],
                "values": [book.name("costs"), rows[0], at[1], rows[1], at[1]],
                "marker": {"type": "circle", "size": 3, "fill": {"color": ink}, "border": {"none": True}},
            }
        )
    plane.set_title({"name": t("Extra program cost against days avoided, each draw"), "name_font": {"size": 12}})
    plane.set_x_axis({"name": t("Days avoided"), "major_gridlines": grey, "num_format": "0", "label_position": "low"})
    plane.set_y_axis(
        {"name": t("Extra program cost, NOK"), "major_gridlines": grey, "num_format": KRONER, "label_position": "low"}
    )
    plane.set_legend({"position": "bottom"})
    plane.set_size({"width": 760, "height": 400})
    page.insert_chart(
        first + 22, len(names) + 5, plane, {"description": t("Plane of the draws; the sheet of draw costs holds them.")}
    )

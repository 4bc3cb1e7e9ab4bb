"""The sheet of draws: what each draw of the probabilistic analysis gave, before prices that a reader may change."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hecon.evaluation import results
from hecon.model.ledger import FLOWS, PERSPECTIVES, costs
from hecon.model.programs import RESOURCES
from hecon.report.language import t, translated
from hecon.report.numbers import grouped
from hecon.report.sheets import inputs
from hecon.report.sheets.book import Book, cell, span
from hecon.report.sheets.labels import PERSPECTIVE_LABELS, RESOURCE_LABELS

if TYPE_CHECKING:
    import xarray as xr

MOST = 1000
"""Draws that a workbook holds; of a longer run, the first ones."""
LEFT_OUT = (*(flow.name for flow in FLOWS if flow.kind == "delivery"), "cost_of_public_funds")
"""Flows that the sheet of draw costs adds by formula."""
OVERHEAD, FUNDS = "overhead_share", "cost_of_public_funds"


def shown(book: Book) -> xr.Dataset:
    """Give the draws that the workbook holds."""
    return book.comparison.carried.isel(draw=slice(0, MOST))


def write(book: Book) -> None:
    """Write the sheet, and keep where its columns are."""
    run, page = shown(book), book.sheets["draws"]
    comparison, taken = book.comparison, inputs.resources(book)
    priced = dict.fromkeys(RESOURCES[name].parameter for name in taken)
    prices = [OVERHEAD, FUNDS, *(name for name in priced if name is not None)]
    count = run.sizes["draw"]
    said = [
        t(
            "One row a draw: means per person in 12 months, discounted. Prices are those drawn; the ratio above each "
            "is that of the price in Inputs to the price in the run, and multiplies every draw. Quantities of delivery "
            "are units per person. The cost before delivery is everything else that a perspective pays less what it "
            "receives, without delivery and without the cost of public funds, which the next sheet adds."
        )
    ]
    if comparison.draws > count:
        said.append(
            t(
                "The run has {all} draws; the workbook holds the first {some}, and its results are of these.",
                all=grouped(comparison.draws),
                some=grouped(count),
            )
        )
    head = book.titled("draws", t("Draws"), said, width=14)
    page.write(head, 0, t("Ratio to the run"), book.style(bold=True))
    values = comparison.parameters.sample(comparison.draws, comparison.record["seed"])
    heads: list[str] = [t("Draw")]
    columns: list[np.ndarray] = [np.arange(1.0, count + 1)]
    for name in prices:
        book.places[f"price {name}"] = len(heads)
        book.formula(
            "draws",
            cell(head, len(heads)),
            book.places[f"ratio {name}"],
            1.0,
            book.style(num_format="0.000", bold=True),
        )
        heads.append(comparison.parameters.entries[name].label)
        columns.append(values[name][:count])
    mean = results.per_person(run)
    people = run["people"].sum("subgroup")
    units = run["delivered"].sel(year=1, drop=True).sum("subgroup") / people
    money = mean["money"].sel(year=1, drop=True)
    rest = costs(money.sel(flow=[name for name in money["flow"].to_numpy() if name not in LEFT_OUT]))
    days = mean["outcome"].sel(measure=results.DAYS, drop=True)
    for strategy in comparison.strategies:
        label = comparison.label(strategy)
        book.places[f"days {strategy}"] = len(heads)
        heads.append(t("{program}: days on benefit", program=label))
        columns.append(days.sel(strategy=strategy).to_numpy())
        for resource in taken:
            book.places[f"units {strategy} {resource}"] = len(heads)
            heads.append(t("{program}: {resource}", program=label, resource=translated(RESOURCE_LABELS[resource])))
            columns.append(units.sel(strategy=strategy, resource=resource).to_numpy())
        for perspective in PERSPECTIVES:
            book.places[f"rest {strategy} {perspective.name}"] = len(heads)
            who = translated(PERSPECTIVE_LABELS[perspective.name])
            heads.append(t("{program}: cost before delivery, {who}", program=label, who=who))
            columns.append(rest.sel(strategy=strategy, perspective=perspective.name).to_numpy())
    book.header("draws", head + 1, heads, height=92)
    first = head + 2
    book.places["draw rows"] = (first, first + count - 1)
    book.places["ratio row"] = head
    look = {True: book.style(num_format="#,##0.00"), False: book.style(num_format="0")}
    for column, numbers in enumerate(columns):
        page.set_column(column, column, 16)
        page.write_column(first, column, numbers.tolist(), look[column > 0])
    book.places["draw values"] = np.column_stack(columns)
    book.printed("draws", repeat=head + 1, frozen=(first, 1), wide=True)


def of(book: Book, column: int) -> str:
    """Give the address of a column of draws, all rows."""
    first, last = book.places["draw rows"]
    return book.at("draws", span(first, column, last, column))

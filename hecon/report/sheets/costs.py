"""The sheet of draw costs: each draw's costs by formula, from its quantities and the prices in Inputs."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from hecon.model.ledger import PERSPECTIVES
from hecon.model.programs import RESOURCES
from hecon.report.language import mark, t, translated
from hecon.report.sheets.book import KRONER, PLAIN, Book, cell, span
from hecon.report.sheets.inputs import WTP, resources
from hecon.report.sheets.labels import PERSPECTIVE_LABELS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from hecon.inputs.schema import Resource

    Floats = NDArray[np.float64]

PAYERS = ("delivery_nav", "delivery_health", "delivery_employer", "delivery_participant")
OF_PROGRAM = ("delivery_nav", "delivery_health", "delivery_participant")
OF_PERSPECTIVE = {
    "nav": ("delivery_nav",),
    "public_purse": ("delivery_nav", "delivery_health"),
    "employer": ("delivery_employer",),
    "worker": ("delivery_participant",),
    "society": PAYERS,
}
"""Which payers' delivery a perspective bears."""
PAYER_LABELS = {
    "delivery_nav": mark("delivery, NAV"),
    "delivery_health": mark("delivery, health service"),
    "delivery_employer": mark("employer's time"),
    "delivery_participant": mark("participant's time and travel"),
}
OVERHEAD, FUNDS = "price overhead_share", "price cost_of_public_funds"
"""Columns of draws."""
PROGRAM, EXTRA, AVOIDED, BENEFIT = "program", "extra", "avoided", "benefit"


@dataclass(frozen=True)
class Grid:
    """The sheet while it grows column by column: one row a draw from `first` on, `shift` rows above those of draws."""

    book: Book
    first: int
    shift: int
    heads: list[str] = field(default_factory=list)

    def column(self, key: str, label: str, formula: Callable[[int], str], values: Floats, digits: str = KRONER) -> None:
        """Write a column: its formula by the number of the row, and what it gives."""
        at = len(self.heads) + 1
        self.heads.append(label)
        self.book.places[f"cost {key}"] = at
        self.book.places[f"values {key}"] = values
        look = self.book.style(num_format=digits)
        for row, value in enumerate(values.tolist(), start=self.first):
            self.book.formula("costs", cell(row, at), formula(row), value, look)

    def own(self, key: str, row: int) -> str:
        """Give the address of a cell of this sheet."""
        return cell(row, self.book.places[f"cost {key}"])

    def drawn(self, key: str, row: int) -> str:
        """Give the address of a cell of the sheet of draws, of the same draw."""
        return self.book.at("draws", cell(row + self.shift, self.book.places[key]))

    def ratio(self, key: str) -> str:
        """Give the address of the ratio that a column of draws is multiplied by."""
        return self.book.at("draws", cell(self.book.places["ratio row"], self.book.places[key], fixed=True))

    def values(self, key: str) -> Floats:
        """Give what a column of this sheet holds."""
        return np.asarray(self.book.places[f"values {key}"])

    def stored(self, key: str) -> Floats:
        """Give what a column of the sheet of draws holds."""
        return np.asarray(self.book.places["draw values"][:, self.book.places[key]])


def write(book: Book) -> None:
    """Write the sheet, and keep where its columns are and what they hold."""
    page = book.sheets["costs"]
    head = book.titled(
        "costs",
        t("Draw costs"),
        [
            t(
                "One row a draw, all by formula, NOK per person in 12 months. Delivery is quantity times the drawn "
                "price times its ratio in Inputs, overheads on top of hours. Society also bears the cost of public "
                "funds, a share of what the public purse finances. The net benefit of days is willingness to pay "
                "times days avoided less what the program costs more. Best is the place of the best strategy in the "
                "row, the first of equals."
            )
        ],
        width=14,
    )
    begin, end = book.places["draw rows"]
    first, last = head + 1, head + 1 + end - begin
    book.places["cost rows"] = (first, last)
    grid = Grid(book, first, begin - first)
    page.set_column(0, 0, 8)
    _program(grid)
    _days(grid)
    for perspective in (one.name for one in PERSPECTIVES):
        for strategy in book.comparison.strategies:
            _perspective(grid, perspective, strategy)
        _best(grid, perspective, "MIN")
    book.header("costs", head, [t("Draw"), *grid.heads], height=92)
    page.set_column(1, len(grid.heads), 16)
    page.write_column(first, 0, list(range(1, last - first + 2)), book.style())
    book.printed("costs", repeat=head, frozen=(first, 1), wide=True)


def _program(grid: Grid) -> None:
    """Write delivery by payer, and the cost of each program."""
    label = grid.book.comparison.label
    for strategy in grid.book.comparison.strategies:
        for payer in PAYERS:
            grid.column(
                f"{payer} {strategy}",
                t("{program}: {what}", program=label(strategy), what=translated(PAYER_LABELS[payer])),
                partial(_delivery, grid, strategy, payer),
                _delivered(grid, strategy, payer),
            )
    for strategy in grid.book.comparison.strategies:
        parts = [f"{payer} {strategy}" for payer in OF_PROGRAM]
        grid.column(
            f"{PROGRAM} {strategy}",
            t("{program}: program cost", program=label(strategy)),
            partial(_sum, grid, parts),
            np.sum([grid.values(part) for part in parts], axis=0),
        )


def _days(grid: Grid) -> None:
    """Write extra program cost, days avoided and their net benefit."""
    label, usual, wtp = grid.book.comparison.label, grid.book.comparison.comparator, grid.book.inputs[WTP].value
    strategies = grid.book.comparison.strategies
    for strategy in strategies:
        grid.column(
            f"{EXTRA} {strategy}",
            t("{program}: extra program cost", program=label(strategy)),
            partial(_less, grid.own, f"{PROGRAM} {strategy}", f"{PROGRAM} {usual}"),
            grid.values(f"{PROGRAM} {strategy}") - grid.values(f"{PROGRAM} {usual}"),
        )
    for strategy in strategies:
        grid.column(
            f"{AVOIDED} {strategy}",
            t("{program}: days avoided", program=label(strategy)),
            partial(_less, grid.drawn, f"days {usual}", f"days {strategy}"),
            grid.stored(f"days {usual}") - grid.stored(f"days {strategy}"),
            PLAIN,
        )
    for strategy in strategies:
        grid.column(
            f"{BENEFIT} {strategy}",
            t("{program}: net benefit of days", program=label(strategy)),
            partial(_benefit, grid, strategy),
            wtp * grid.values(f"{AVOIDED} {strategy}") - grid.values(f"{EXTRA} {strategy}"),
        )
    _best(grid, BENEFIT, "MAX")


def _less(address: Callable[[str, int], str], one: str, other: str, row: int) -> str:
    return f"{address(one, row)}-{address(other, row)}"


def _sum(grid: Grid, keys: Sequence[str], row: int) -> str:
    return "+".join(grid.own(key, row) for key in keys)


def _benefit(grid: Grid, strategy: str, row: int) -> str:
    return f"{WTP}*{grid.own(f'{AVOIDED} {strategy}', row)}-{grid.own(f'{EXTRA} {strategy}', row)}"


def _perspective(grid: Grid, perspective: str, strategy: str) -> None:
    """Write what a strategy costs a perspective: what the draw has, delivery, and society's cost of public funds."""
    borne = [f"{payer} {strategy}" for payer in OF_PERSPECTIVE[perspective]]
    total = grid.stored(f"rest {strategy} {perspective}") + np.sum([grid.values(key) for key in borne], axis=0)
    if perspective == "society":
        total = total + grid.stored(FUNDS) * grid.values(f"public_purse {strategy}")

    def formula(row: int) -> str:
        parts = [grid.drawn(f"rest {strategy} {perspective}", row), *(grid.own(key, row) for key in borne)]
        if perspective == "society":
            parts.append(f"{grid.drawn(FUNDS, row)}*{grid.ratio(FUNDS)}*{grid.own(f'public_purse {strategy}', row)}")
        return "+".join(parts)

    who, label = translated(PERSPECTIVE_LABELS[perspective]), grid.book.comparison.label(strategy)
    grid.column(f"{perspective} {strategy}", t("{program}: cost, {who}", program=label, who=who), formula, total)


def of(book: Book, key: str, strategy: str) -> str:
    """Give the address of a column of costs, all draws."""
    first, last = book.places["cost rows"]
    at = book.places[f"cost {key} {strategy}"]
    return book.at("costs", span(first, at, last, at))


def _best(grid: Grid, key: str, which: str) -> None:
    """Write which strategy is best in each draw, counted from 1."""
    names = grid.book.comparison.strategies
    table = np.column_stack([grid.values(f"{key} {name}") for name in names])
    place = (table.argmax(axis=1) if which == "MAX" else table.argmin(axis=1)) + 1.0

    def formula(row: int) -> str:
        block = f"{grid.own(f'{key} {names[0]}', row)}:{grid.own(f'{key} {names[-1]}', row)}"
        return f"MATCH({which}({block}),{block},0)"

    grid.column(f"{key} best", t("Best: place in the row"), formula, place, "0")


def _resources(book: Book, payer: str, *, hours: bool) -> list[Resource]:
    """Give the resources that a payer pays, those with overheads or those without."""
    return [name for name in resources(book) if RESOURCES[name].flow == payer and RESOURCES[name].overhead == hours]


def _delivery(grid: Grid, strategy: str, payer: str, row: int) -> str:
    """Give the formula of a payer's delivery in one draw."""

    def priced(resource: Resource) -> str:
        units, parameter = grid.drawn(f"units {strategy} {resource}", row), RESOURCES[resource].parameter
        if parameter is None:
            return units
        return f"{units}*{grid.drawn(f'price {parameter}', row)}*{grid.ratio(f'price {parameter}')}"

    with_overhead = "+".join(priced(name) for name in _resources(grid.book, payer, hours=True))
    parts = [priced(name) for name in _resources(grid.book, payer, hours=False)]
    if with_overhead:
        parts.insert(0, f"(1+{grid.drawn(OVERHEAD, row)}*{grid.ratio(OVERHEAD)})*({with_overhead})")
    return "+".join(parts) or "0"


def _delivered(grid: Grid, strategy: str, payer: str) -> Floats:
    """Give a payer's delivery in every draw, as the formula has it."""

    def priced(resource: Resource) -> Floats:
        units, parameter = grid.stored(f"units {strategy} {resource}"), RESOURCES[resource].parameter
        return units if parameter is None else units * grid.stored(f"price {parameter}")

    overhead = grid.stored(OVERHEAD)
    parts = [(1.0 + overhead) * priced(name) for name in _resources(grid.book, payer, hours=True)]
    parts += [priced(name) for name in _resources(grid.book, payer, hours=False)]
    return np.asarray(np.sum(parts, axis=0) if parts else 0.0 * overhead)

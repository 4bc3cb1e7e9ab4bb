"""Parameters as they stand on one date, in the price year's money."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hecon.inputs.distributions import from_reported
from hecon.inputs.errors import InputError, closest
from hecon.inputs.families import Distribution, Floats
from hecon.inputs.prices import PRICE_YEAR, Prices
from hecon.inputs.schema import Definition, PublishedValue, is_money


@dataclass(frozen=True)
class Parameter:
    """One parameter on a date, with where it comes from.

    `value` is what the model reads: money is in NOK of 2025. `published` is what the
    source prints, in `currency` and the prices of `price_year`; `distribution` is
    written in the same terms, and `factor` takes both to 2025. `start` and `end` are
    the dates between which the published value holds (none for a calibrated or
    overlaid one), and `block` names the calibrated block that draws it, if one does.
    `spread` is the grade of the distribution where it is not `grade`.
    """

    name: str
    label: str
    unit: str
    file: str
    role: str
    value: float | tuple[float, ...]
    published: float | tuple[float, ...]
    grade: str
    read: str
    source: str
    locator: str
    currency: str = "NOK"
    price_year: int | None = None
    index: str | None = None
    distribution: Mapping[str, Any] | None = None
    start: dt.date | None = None
    end: dt.date | None = None
    factor: float = 1.0
    block: str | None = None
    spread: str | None = None

    @property
    def judged(self) -> bool:
        """Whether its value, or how far it may lie from that, is assumed."""
        return "assumption" in {self.grade, self.spread}

    @property
    def uncertain(self) -> bool:
        """Whether a coordinate of the unit cube moves it."""
        return self.block is not None or (self.distribution is not None and self.role != "reference")

    def reported(self) -> Distribution | None:
        """Give its distribution, in the terms of its source."""
        return None if self.distribution is None else from_reported(self.distribution)

    def quantile(self, u: Floats) -> Floats:
        """Give what it is at points of its coordinate, in the terms of `value`."""
        reported = self.reported()
        if reported is None:
            raise InputError(f"{self.file}: {self.name} has no distribution: give it one to vary it")
        return self.factor * reported.ppf(u)


class Entries(dict[str, Parameter]):
    """Parameters by name; one without a value on the date is refused when it is read."""

    def __init__(self, present: Mapping[str, Parameter], absent: Mapping[str, str]) -> None:
        """Keep the parameters there are, and why each other one is not there."""
        super().__init__(present)
        self.absent = dict(absent)

    def __missing__(self, name: str) -> Parameter:
        """Say why a parameter cannot be read."""
        if name in self.absent:
            raise InputError(self.absent[name])
        known = closest(name, [*self, *self.absent])
        raise InputError(f"parameters: {name!r} is not the name of one: {known}")

    def __reduce__(self) -> tuple[type["Entries"], tuple[dict[str, Parameter], dict[str, str]]]:
        """Pickle it for another process."""
        return type(self), (dict(self), self.absent)

    def replaced(self, changes: Mapping[str, Parameter]) -> "Entries":
        """Give the same parameters with some of them changed."""
        absent = {name: why for name, why in self.absent.items() if name not in changes}
        return Entries({**self, **changes}, absent)


@dataclass(frozen=True)
class Defined:
    """A parameter's definition: all its dated values, and the file they stand in."""

    name: str
    file: str
    head: Definition
    values: tuple[PublishedValue, ...] = field(repr=False)

    @property
    def length(self) -> int | None:
        """How many numbers its values have; none if they are single numbers."""
        value = self.values[0].value
        return len(value) if isinstance(value, tuple) else None

    def on(self, date: dt.date) -> PublishedValue:
        """Give the value that holds on a date.

        Raises
        ------
        InputError
            If none does: a date before the first value, or after an end.
        """
        begun = [value for value in self.values if value.start <= date]
        if begun and (begun[-1].end is None or date <= begun[-1].end):
            return begun[-1]
        if not begun:
            why = f"its first one starts on {self.values[0].start}"
        elif len(begun) == len(self.values):
            why = f"its last one ends on {begun[-1].end}"
        else:
            following = self.values[len(begun)].start
            why = f"one ends on {begun[-1].end} and the next starts on {following}"
        raise InputError(f"{self.file}: {self.name} has no value on {date}: {why}")

    def factor(self, value: PublishedValue, prices: Prices, date: dt.date) -> float:
        """Give what a value is multiplied by to be money of the price year."""
        if value.price_year is not None:
            return prices.factor(value.price_year, value.index or "cpi", value.currency)
        if value.grade == "statute" and is_money(self.head.unit) and date.year != PRICE_YEAR:
            return prices.statutory_factor(date)
        return 1.0

    def parameter(self, prices: Prices, date: dt.date) -> Parameter:
        """Give the parameter as it stands on a date.

        Raises
        ------
        InputError
            If no value holds on the date, or the year has no index.
        """
        value = self.on(date)
        try:
            factor = self.factor(value, prices, date)
        except InputError as error:
            raise InputError(f"{self.file}: {self.name} has no value in prices of {PRICE_YEAR}: {error}") from None
        return Parameter(
            name=self.name,
            label=self.head.label,
            unit=self.head.unit,
            file=self.file,
            role=self.head.role,
            value=scaled(value.value, factor),
            published=value.value,
            factor=factor,
            **value.model_dump(exclude={"value"}),
        )


def scaled(value: float | tuple[float, ...], factor: float) -> float | tuple[float, ...]:
    """Multiply a number, or each number of a list."""
    if isinstance(value, tuple):
        return tuple(number * factor for number in value)
    return value * factor

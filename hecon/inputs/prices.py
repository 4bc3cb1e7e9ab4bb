"""Money of another year or currency as Norwegian kroner of the price year."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from hecon.inputs.errors import InputError

PRICE_YEAR = 2025
SERIES = {"cpi": "cpi", "wage": "wage_index"}  # a value's `index` -> the entry of prices.toml
RATES = {"EUR": "exchange_rate_eur", "USD": "exchange_rate_usd", "GBP": "exchange_rate_gbp"}
CONVERSIONS = frozenset({*SERIES.values(), *RATES.values()})


@dataclass(frozen=True)
class Prices:
    """The yearly series that move money between years and currencies.

    Parameters
    ----------
    series
        By the name of the entry (`cpi`, `wage_index`, `exchange_rate_eur`, ...) and
        year: an index on any base, or the year's mean price of one unit of the
        currency in NOK.
    """

    series: Mapping[str, Mapping[int, float]] = field(default_factory=dict)

    def factor(self, price_year: int, index: str, currency: str = "NOK") -> float:
        """Give what a published amount is multiplied by to be NOK of the price year.

        Foreign money is first exchanged at its own year's mean rate and then moved
        by the Norwegian index, so that it keeps what it bought there and then.

        Raises
        ------
        InputError
            If the year has no exchange rate or no index.
        """
        rate = 1.0 if currency == "NOK" else self._at(RATES[currency], price_year)
        if price_year == PRICE_YEAR:
            return rate
        name = SERIES[index]
        return rate * self._at(name, PRICE_YEAR) / self._at(name, price_year)

    def statutory_factor(self, date: dt.date) -> float:
        """Give what a statutory amount in force on a date is multiplied by: wages' growth.

        The law's amounts follow the wage level, so one of another year stands for the
        same share of a wage in the price year.
        """
        return self.factor(date.year, "wage")

    def _at(self, name: str, year: int) -> float:
        years = self.series.get(name, {})
        if year in years:
            return years[year]
        covered = f"covers {min(years)} to {max(years)}" if years else "has no such entry"
        raise InputError(f"{year} has no {name}: prices.toml {covered}")

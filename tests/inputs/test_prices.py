"""Money of other years and currencies, worked by hand."""

import datetime as dt

import numpy as np
import pytest

from hecon.inputs.errors import InputError
from hecon.inputs.prices import PRICE_YEAR, Prices

PRICES = Prices(
    {
        "cpi": {2020: 110.0, 2025: 132.0},
        "wage_index": {2018: 100.0, 2020: 105.0, 2025: 140.0},
        "exchange_rate_eur": {2020: 10.0},
    }
)
GAMMA = "distribution = { family = 'gamma', mean = 100.0, se = 20.0 }"


def test_an_amount_moves_by_its_own_index():
    assert PRICE_YEAR == 2025
    assert PRICES.factor(2020, "cpi") == pytest.approx(1.2)
    assert PRICES.factor(2020, "wage") == pytest.approx(4 / 3)
    assert PRICES.factor(2025, "wage") == 1.0


def test_foreign_money_is_exchanged_in_its_own_year_first():
    assert PRICES.factor(2020, "cpi", "EUR") == pytest.approx(12.0)
    assert Prices({"exchange_rate_eur": {2025: 11.7}}).factor(2025, "cpi", "EUR") == 11.7


def test_statutory_amounts_follow_wages():
    assert PRICES.statutory_factor(dt.date(2018, 5, 1)) == pytest.approx(1.4)
    assert PRICES.statutory_factor(dt.date(2025, 1, 1)) == 1.0


@pytest.mark.parametrize(
    ("year", "index", "currency", "says"),
    [
        (2019, "cpi", "NOK", "2019 has no cpi: prices.toml covers 2020 to 2025"),
        (2026, "wage", "NOK", "2026 has no wage_index: prices.toml covers 2018 to 2025"),
        (2025, "cpi", "EUR", "2025 has no exchange_rate_eur: prices.toml covers 2020 to 2020"),
        (2020, "cpi", "USD", "2020 has no exchange_rate_usd: prices.toml has no such entry"),
    ],
)
def test_a_year_without_an_index_is_refused(year, index, currency, says):
    with pytest.raises(InputError) as caught:
        PRICES.factor(year, index, currency)
    assert str(caught.value) == says


def test_value_and_draws_move_together(read, texts):
    row = texts.value(value=100.0, extra=f'{GAMMA}\nprice_year = 2020\nindex = "cpi"\ncurrency = "EUR"')
    parameters = read(costs=texts.entry("session", row, unit="NOK per session"))
    session = parameters["session"]
    factor = 10.0 * 130.0 / 110.0
    assert session.value == pytest.approx(100.0 * factor)
    assert (session.published, session.currency, session.price_year) == (100.0, "EUR", 2020)
    drawn = parameters.at(np.linspace(0.0005, 0.9995, 1000)[:, None])["session"]
    assert drawn.mean() == pytest.approx(100.0 * factor, rel=1e-3)
    assert drawn.std() == pytest.approx(20.0 * factor, rel=0.01)


def test_a_statutory_amount_of_another_year_is_moved_and_one_of_2025_is_not(read, texts):
    law = texts.provenance.replace("study", "statute")
    rows = [texts.value("2018-05-01", 100.0, provenance=law)]
    files = {"statute.toml": texts.entry("amount", *rows, unit="NOK per year")}
    assert read(files, dt.date(2018, 6, 1))["amount"].value == pytest.approx(140.0)
    assert read(files, dt.date(2025, 6, 1))["amount"].value == 100.0
    with pytest.raises(InputError, match=r"amount has no value in prices of 2025: 2026 has no wage"):
        read(files, dt.date(2026, 6, 1))["amount"]


def test_a_statutory_share_does_not_move(read, texts):
    law = texts.provenance.replace("study", "statute")
    rows = [texts.value(value=0.66, provenance=law)]
    parameters = read(statute=texts.entry("rate", *rows), date=dt.date(2018, 6, 1))
    assert parameters["rate"].value == 0.66


@pytest.mark.parametrize(
    ("extra", "says"),
    [
        ("", "costs.toml: session: values[0].price_year: money needs one"),
        ("price_year = 2020", "values[0].index: a price year needs one"),
        ('index = "cpi"', "values[0].price_year: money needs one"),
        ('price_year = 2020\nindex = "gdp"', "'gdp' is not one of 'wage' or 'cpi': choose one"),
        ('price_year = 2020.5\nindex = "cpi"', "values[0].price_year: 2020.5: "),
        ('price_year = 1999\nindex = "cpi"', "price_year: 1999 has no cpi: prices.toml covers"),
        ('price_year = 2020\nindex = "cpi"\ncurrency = "SEK"', "currency: 'SEK' is not one of"),
    ],
)
def test_money_says_its_year_and_index(faults, texts, extra, says):
    row = texts.value(extra=extra)
    lines = faults(costs=texts.entry("session", row, unit="NOK per session"))
    assert any(says in line for line in lines), lines


def test_foreign_money_needs_a_year_whatever_its_unit(faults, texts):
    lines = faults(costs=texts.entry("session", texts.value(extra='currency = "EUR"')))
    assert "costs.toml: session: values[0].price_year: money needs one" in lines[0]

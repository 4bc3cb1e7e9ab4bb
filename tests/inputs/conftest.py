"""A small folder of parameter files, and a way to write variants of it."""

import pytest

from hecon.inputs.errors import InputError
from hecon.inputs.parameters import read_parameters

PROVENANCE = 'grade = "study"\nread = "primary"\nsource = "paper-2020"\nlocator = "table 1"\n'
SOURCES = """
[paper-2020]
title = "A paper"
authors = "Somebody A"
year = 2020

[hecon-calibration]
title = "The calibration"
authors = "The hecon authors"
year = 2025
"""


def value(start="2018-01-01", value=1.0, extra="", provenance=PROVENANCE, name="NAME"):
    """One dated value of a parameter."""
    return f"[[{name}.values]]\nstart = {start}\nvalue = {value}\n{extra}\n{provenance}\n"


def entry(name, *values, unit="share", head=""):
    """A parameter with its values."""
    body = "".join(values or [value()]).replace("[[NAME.", f"[[{name}.")
    return f'[{name}]\nlabel = "A parameter"\nunit = "{unit}"\n{head}\n{body}\n'


def series(name, numbers, unit="2015 = 100"):
    """A yearly series of prices.toml."""
    rows = [value(f"{year}-01-01", number, f"end = {year}-12-31") for year, number in numbers.items()]
    return entry(name, *rows, unit=unit, head='role = "reference"')


PRICES = (
    series("cpi", {2020: 110.0, 2024: 125.0, 2025: 130.0})
    + series("wage_index", {2018: 100.0, 2020: 105.0, 2025: 140.0})
    + series("exchange_rate_eur", {2020: 10.0}, unit="NOK per EUR")
)
PROGRAM = """
label = "A program"
summary = "What it is"
measured_in = "People"
includes = []
[[contacts]]
name = "first"
week = "first_week"
eligible = ["full_sick_leave"]
attendance = "share_met"
[contacts.held]
caseworker_hours = "session_hours"
[[effects]]
on = "return"
ratios = ["return_ratio"]
until = "first_week"
[per_participant]
training = "session_hours"
"""
BLOCK = "row,relapse,frailty\npoint,0.5,2.0\n0,0.1,1.0\n1,0.2,2.0\n2,0.9,3.0\n3,1.0,4.0\n"
ABOUT = """
[recipe]
seed = 7
[columns.relapse]
label = "Relapse"
unit = "per week"
prior = "normal(0, 1)"
[columns.frailty]
label = "Frailty"
unit = "log hazard"
"""


@pytest.fixture
def write(tmp_path):
    """Write files over the small folder and give its path."""

    def writer(files=None, **named):
        default = {"sources.toml": SOURCES, "prices.toml": PRICES}
        given = {**(files or {}), **{f"{key}.toml": text for key, text in named.items()}}
        for name, text in {**default, **given}.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return tmp_path

    return writer


@pytest.fixture
def read(write):
    """Write files and read the folder."""

    def reader(files=None, date=None, overlays=(), **named):
        folder = write(files, **named)
        dates = () if date is None else (date,)
        return read_parameters(*dates, folder=folder, overlays=overlays)

    return reader


@pytest.fixture
def faults(read):
    """Write files that must be refused, and give the lines of the error."""

    def reader(files=None, **named):
        with pytest.raises(InputError) as caught:
            read(files, **named)
        return caught.value.faults

    return reader


@pytest.fixture
def texts():
    """The pieces that files are written from."""

    class Texts:
        pass

    for name, piece in globals().items():
        if name in {"value", "entry", "series"}:
            setattr(Texts, name, staticmethod(piece))
        elif name in {"PROVENANCE", "SOURCES", "PRICES", "PROGRAM", "BLOCK", "ABOUT"}:
            setattr(Texts, name.lower(), piece)
    return Texts

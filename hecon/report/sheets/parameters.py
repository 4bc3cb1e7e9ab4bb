"""The sheet of parameters: every one with its value, distribution, grade and source, to filter and sort."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from hecon.report import evidence
from hecon.report.language import day, t, translated

if TYPE_CHECKING:
    from hecon.inputs.entries import Parameter
    from hecon.report.sheets.book import Book

ASSUMED = "#fde8d0"
WIDTHS = (44, 13, 20, 30, 13, 11, 44, 46, 26, 36)
PRINTED = 8
"""Columns that are printed; file and name are for the screen."""


def write(book: Book) -> None:
    """Write the sheet."""
    page, parameters = book.sheets["parameters"], book.comparison.parameters
    row = book.titled(
        "parameters",
        t("Parameters on {date}", date=day(parameters.date)),
        [
            t(
                "Every parameter, money in NOK of 2025. A distribution is in the terms of its source. Shaded: the "
                "value, or how far it may lie from it, is assumed. Filter by grade to see what rests on what."
            )
        ],
        width=8,
        letters=240,
    )
    heads = [
        t("Parameter"),
        t("Value"),
        t("Unit"),
        t("Distribution"),
        t("Grade"),
        t("How read"),
        t("Source"),
        t("Where in it"),
        t("File"),
        t("Name"),
    ]
    book.header("parameters", row, heads, height=24, words={*range(len(heads))} - {1})
    for column, width in enumerate(WIDTHS):
        page.set_column(column, column, width)
    said = {line[0].detail: line for line in evidence.assumptions(book.comparison).rows}
    entries = sorted(parameters.entries.values(), key=lambda one: (one.file, one.name))
    for at, entry in enumerate(entries, start=row + 1):
        fill = {"bg_color": ASSUMED} if entry.judged else {}
        text = book.style(text_wrap=True, valign="top", **fill)
        number, look = _value(entry)
        value = book.style(valign="top", align="right", num_format=look, **fill)
        cited = parameters.sources.get(entry.source)
        source = entry.source if cited is None else f"{cited.authors} ({cited.year}). {cited.title}"
        words = [
            entry.label,
            "" if isinstance(number, float) else number,
            translated(entry.unit),
            " | ".join(filter(None, [said[entry.name][2].text, said[entry.name][2].detail])),
            translated(entry.grade),
            translated(entry.read),
            source,
            entry.locator,
            entry.file,
            entry.name,
        ]
        for column, word in enumerate(words):
            page.write_string(at, column, word, text)
        page.write(at, 1, number, value)
        page.set_row(at, 15 * max(1 + int(1.1 * len(word)) // width for word, width in zip(words, WIDTHS, strict=True)))
    page.autofilter(row, 0, row + len(entries), len(heads) - 1)
    page.print_area(0, 0, row + len(entries), PRINTED - 1)
    book.printed("parameters", repeat=row, frozen=(row + 1, 1))


def _value(entry: Parameter) -> tuple[float | str, str]:
    """Give a value, and how many digits it shows: three, as a number without an error has."""
    if isinstance(entry.value, tuple):
        return "; ".join(f"{number:.4g}" for number in entry.value), "@"
    size = abs(entry.value)
    decimals = 0 if size >= 100 or size == 0.0 else min(2 - math.floor(math.log10(size)), 8)
    if float(entry.value).is_integer():
        decimals = 0
    return float(entry.value), "#,##0" + ("." + "0" * decimals if decimals else "")

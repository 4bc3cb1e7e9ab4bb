"""The language of a report: texts by their English, and how the language writes numbers.

Code holds English. `t` gives a text in the language that is spoken, from the catalogues in `locale/`, one folder a
language, in gettext's format; what has no translation, such as a user's own program, stands in its English.
"""

from __future__ import annotations

import datetime as dt
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from hecon.inputs.errors import InputError, closest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from hecon.evaluation.comparison import Comparison

ENGLISH = "en"
LANGUAGES = {ENGLISH: "English", "nb": "Norsk bokmål"}
"""The languages a report may be written in, by their codes, each in its own words."""
DAYS = {ENGLISH: "d MMMM y", "nb": "d. MMMM y"}
"""How a language writes a date, in the terms of CLDR."""
TERRITORIES = {ENGLISH: "en_US", "nb": "nb_NO"}
"""Whose way of writing numbers a language follows, in the terms of the Unicode locale data (CLDR)."""
LOCALE = Path(__file__).parent / "locale"

_spoken: ContextVar[str] = ContextVar("language", default=ENGLISH)


@dataclass(frozen=True)
class Signs:
    """How a language writes numbers: what stands between thousands, before decimals and before a percent sign."""

    thousands: str
    decimal: str
    before_percent: str


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Let every text and number be in a language while the context lasts.

    Raises
    ------
    InputError
        If there is no such language.
    """
    if language not in LANGUAGES:
        raise InputError(f"lang: there is no '{language}': {closest(language, LANGUAGES)}")
    token = _spoken.set(language)
    try:
        yield
    finally:
        _spoken.reset(token)


def language() -> str:
    """Give the code of the language that is spoken."""
    return _spoken.get()


def t(text: str, **values: object) -> str:
    """Give a text in the language that is spoken, with values in its braces.

    Parameters
    ----------
    text
        The English, whole sentences where it can be: parts of one do not translate.
    **values
        What stands in the braces, already written as the language writes it.

    Examples
    --------
    >>> with speaking("nb"):
    ...     t("{low} to {high}", low="1", high="2")
    '1 til 2'
    """
    return translated(text).format(**values)


def translated(text: str) -> str:
    """Give a label of the data, or a text marked by `mark`, in the language that is spoken, as it stands.

    Examples
    --------
    >>> with speaking("nb"):
    ...     translated("Society"), translated("Nobody knows this label")
    ('Samfunnet', 'Nobody knows this label')
    """
    return catalogue(_spoken.get()).get(text, text)


def mark(text: str) -> str:
    """Give a text as it is: it stands in a table of the code and is translated where it is used."""
    return text


def day(date: dt.date | str) -> str:
    """Write a date in the language that is spoken, from a date or from year, month and day with dashes.

    Examples
    --------
    >>> day("2025-07-01")
    '1 July 2025'
    >>> with speaking("nb"):
    ...     day("2025-07-01")
    '1. juli 2025'
    """
    from babel.dates import format_date

    spoken = _spoken.get()
    given = dt.date.fromisoformat(date) if isinstance(date, str) else date
    return str(format_date(given, DAYS[spoken], locale=TERRITORIES[spoken]))


def signs() -> Signs:
    """Give how the language that is spoken writes numbers."""
    return _signs(_spoken.get())


def localised(comparison: Comparison) -> Comparison:
    """Give a comparison whose programs, scenarios and parameters have their labels in the language that is spoken."""
    from hecon.report.groups import relabelled

    if _spoken.get() == ENGLISH:
        return comparison
    parameters = comparison.parameters
    entries = {name: replace(entry, label=translated(entry.label)) for name, entry in parameters.entries.items()}
    programs = {
        name: program.model_copy(
            update={key: translated(getattr(program, key)) for key in ("label", "summary", "measured_in")}
            | {
                "conflicts": type(program.conflicts)(
                    conflict.model_copy(update={"text": translated(conflict.text)}) for conflict in program.conflicts
                )
            }
        )
        for name, program in parameters.programs.items()
    }
    scenarios = {
        name: scenario.model_copy(update={key: translated(getattr(scenario, key)) for key in ("label", "summary")})
        for name, scenario in parameters.scenarios.items()
    }
    said = replace(parameters, entries=parameters.entries.replaced(entries), programs=programs, scenarios=scenarios)
    information = relabelled(comparison.information, parameters, said)
    return comparison.said(said, information)


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """Give every translated text of a language by its English; none for English.

    Raises
    ------
    InputError
        If two catalogues translate the same text differently.
    """
    from babel.messages.pofile import read_po

    texts: dict[str, str] = {}
    for path in sorted((LOCALE / language).glob("*.po")):
        with path.open("rb") as file:
            messages = [(str(message.id), str(message.string)) for message in read_po(file) if message.string]
        for english, said in messages:
            if english and texts.setdefault(english, said) != said:
                raise InputError(f"{path.name}: translates {english!r} otherwise than another file: agree on one")
    return texts


@cache
def _signs(language: str) -> Signs:
    from babel import Locale
    from babel.numbers import get_decimal_symbol, get_group_symbol

    locale = Locale.parse(TERRITORIES[language])
    before = locale.percent_formats[None].suffix[0].removesuffix("%")
    return Signs(get_group_symbol(locale), get_decimal_symbol(locale), before)

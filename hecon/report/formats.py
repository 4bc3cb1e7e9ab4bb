"""The report in the format that a file's name asks for, and in the language that the reader asks for."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hecon.inputs.errors import InputError
from hecon.report.language import ENGLISH, localised, speaking

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hecon.evaluation.comparison import Comparison

FORMATS = {".html": "document", ".pdf": "pdf", ".docx": "word", ".xlsx": "workbook"}
"""The module that writes a file, by how its name ends; each has a function `write(comparison, path, title)`."""


def write_report(comparison: Comparison, path: Path | str, title: str | None = None, *, lang: str = ENGLISH) -> Path:
    """Write the report of a comparison: the same comparison gives the same bytes.

    Parameters
    ----------
    comparison
        As `compare` returns it, or `read_comparison`.
    path
        Where; it ends in .html (a page that asks nothing of the network), .pdf, .docx (the report in short) or .xlsx
        (live formulas), and is written whole or not at all.
    title
        The question at the top; hecon's own in the report's language if not given, or empty.
    lang
        The report's language: "en", or "nb" for bokmål.

    Returns
    -------
    The path.

    Raises
    ------
    InputError
        If hecon writes no such format, something that it needs is not installed, there is no such language, or the
        title holds a control character.
    """
    place = Path(path)
    check_title(title)
    check_formats([place.suffix])
    with speaking(lang):
        _module(place.suffix).write(localised(comparison), place, title or None)
    return place


def check_title(title: str | None) -> None:
    """Refuse a title that no file can hold.

    Raises
    ------
    InputError
        If it holds a control character.
    """
    from hecon.inputs.schema import unprintable

    if title is not None and (found := unprintable(title)):
        raise InputError(f"title: holds the control character {found}: leave it out")


def check_formats(suffixes: Iterable[str]) -> None:
    """Refuse formats that cannot be written here, before minutes are spent.

    Raises
    ------
    InputError
        With one line for every fault.
    """
    faults = []
    for suffix in dict.fromkeys(suffixes):
        if suffix not in FORMATS:
            faults.append(f"format: '{suffix.removeprefix('.')}' is not one: give {named_formats()}")
            continue
        try:
            module = _module(suffix)
            if hasattr(module, "engine"):
                module.engine()
        except InputError as error:
            faults += error.faults
        except ModuleNotFoundError as error:
            if (error.name or "").startswith("hecon"):
                raise
            faults.append(f"format: {suffix.removeprefix('.')} needs {error.name}: pip install --upgrade hecon")
    if faults:
        raise InputError.of(faults)


def named_formats() -> str:
    """Give the formats there are, in words."""
    *first, last = (suffix.removeprefix(".") for suffix in FORMATS)
    return f"{', '.join(first)} or {last}"


def _module(suffix: str) -> Any:  # noqa: ANN401  (a module)
    return import_module(f"hecon.report.{FORMATS[suffix]}")

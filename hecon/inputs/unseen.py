"""Studies that the model was not fitted to: their published figures, and how each is emulated."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hecon.inputs.errors import InputError

UNKNOWN = "no"
SEEN = (UNKNOWN, "fitted", "input", "imposed")
"""What the calibration knew of a figure: nothing; it, or another year of it, is a target; a parameter was read from it;
the emulation is solved to have it."""
DIRECTIONS = ("negative", "none", "positive")


@dataclass(frozen=True)
class Study:
    """A study that the model was not fitted to, and how it is emulated.

    Attributes
    ----------
    name, label : in the figures' `study`, and in words
    differs : what differs between it and the model, in one sentence
    people : parameters changed to be like its people
    design : numbers of its emulation; `note` says what they are and which are assumed
    """

    name: str
    label: str
    differs: str
    note: str
    people: Mapping[str, float] = field(default_factory=dict)
    design: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Published:
    """One figure of a study that the model was not fitted to.

    Attributes
    ----------
    name, study : what it is a figure of
    figure, unit : in words
    value, low, high : as published, with its 95% interval; None where there is none
    n : people it was counted in
    direction : the sign reported, where no number was: one of `DIRECTIONS`
    seen : one of `SEEN`
    differs : why the model may miss it, in one sentence
    source, locator, read : where it comes from
    """

    name: str
    study: str
    figure: str
    unit: str
    differs: str
    source: str
    locator: str
    read: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    n: int | None = None
    direction: str | None = None
    seen: str = UNKNOWN


@dataclass(frozen=True)
class Unseen:
    """The studies that the model was not fitted to, and their figures, both by name."""

    studies: Mapping[str, Study]
    figures: Mapping[str, Published]


def read_unseen(folder: Path) -> Unseen:
    """Read the studies, and their figures, that stand in a folder of parameters.

    Raises
    ------
    InputError
        If the file is missing or an entry is not complete.
    """
    path = folder / "unseen.toml"
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
        studies = {one["name"]: Study(**one) for one in tables["studies"]}
        entries = [*tables["figures"], *(entry for series in tables.get("series", []) for entry in _each(series))]
        figures = [Published(**{"differs": studies[entry["study"]].differs} | entry) for entry in entries]
    except (OSError, KeyError, TypeError, ValueError) as error:
        message = f"{path}: studies cannot be read ({error}): a figure needs name, study, figure, unit and provenance"
        raise InputError(message) from error
    for one in figures:
        if one.seen not in SEEN:
            raise InputError(f"unseen.toml: {one.name}: seen is {one.seen!r}: choose one of {', '.join(SEEN)}")
        if (one.value is None) == (one.direction is None) or one.direction not in (None, *DIRECTIONS):
            raise InputError(f"unseen.toml: {one.name}: give a value, or a direction among {', '.join(DIRECTIONS)}")
        if [figure.name for figure in figures].count(one.name) > 1:
            raise InputError(f"unseen.toml: {one.name}: stands twice: rename or remove one")
    order = list(studies)
    figures.sort(key=lambda figure: order.index(figure.study))
    return Unseen(studies, {figure.name: figure for figure in figures})


def _each(series: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the figures of a series, one a year after its start."""
    shared = {key: value for key, value in series.items() if key not in ("years", "value", "low", "high")}
    columns = zip(series["years"], series["value"], series["low"], series["high"], strict=True)
    return [
        shared
        | {
            "name": f"{series['name']}.{year}",
            "figure": f"{series['figure']}, {year} {'year' if year == 1 else 'years'} after",
            "value": value,
            "low": low,
            "high": high,
        }
        for year, value, low, high in columns
    ]

"""Overlays: what a user or a scenario puts in the place of parameters."""

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from hecon.inputs.entries import Defined, Entries, Parameter
from hecon.inputs.errors import InputError, closest
from hecon.inputs.prices import CONVERSIONS
from hecon.inputs.schema import Change, validate

Overlay = Mapping[str, Any] | Path | str

HUGE = 1e12
"""More than anything counted here."""
UNITS = {
    "share": (0.0, 1.0),
    "index, 1": (-1.0, 1.0),
    "exponent": (-10.0, 10.0),
    "per year, real": (-0.2, 0.2),
    "workdays, difference": (-260.0, 260.0),
}
"""What a unit allows, by what it begins with; the other units allow 0 and more."""
LIMITS = {
    "return_slope": (-0.9, 10.0),
    "graded_taper": (0.01, 10.0),
    "spells_over_16_days": (0.001, 0.999),
    "spells_over_8_weeks": (0.001, 0.999),
    "sick_pay_rights": (1.0, HUGE),
    "weeks_sick_listed_at_inclusion": (0.0, 51.0),
    "mortality_men": (0.0, 999.0),
    "mortality_women": (0.0, 999.0),
    "participants_per_caseworker": (0.1, HUGE),
    "training_lasts": (0.1, HUGE),
    "caseworkers_per_supervisor": (0.1, HUGE),
    "rehabilitation_group_size": (1.0, HUGE),
    "inpatient_rehabilitation_attendance": (0.01, 1.0),
    "individual_placement_clients": (0.1, HUGE),
    "individual_placement_specialists": (0.1, HUGE),
}
"""What a parameter allows where its unit says too little."""
WHOLE = ("weekdays", "calendar days", "week", "weeks")


def overlay_files(overlay: Overlay) -> list[Overlay]:
    """Give a folder's TOML files in the order of their names, or the overlay itself.

    Raises
    ------
    InputError
        If the folder has none.
    """
    if isinstance(overlay, Mapping) or not Path(overlay).is_dir():
        return [overlay]
    files = sorted(Path(overlay).glob("*.toml"))
    if not files:
        raise InputError(f"{overlay}: has no TOML file: put one there, or name a file")
    return list(files)


def read_overlay(overlay: Overlay) -> tuple[str, dict[str, Change]]:
    """Read an overlay, a mapping or a TOML file: what to call it, and its changes.

    Raises
    ------
    InputError
        With one line for every fault.
    """
    where, table = "overlay", overlay
    if not isinstance(table, Mapping):
        where = Path(table).name
        try:
            table = tomllib.loads(Path(table).read_text(encoding="utf-8-sig"))
        except OSError as error:
            why = (error.strerror or "unknown fault").lower()
            raise InputError(f"{overlay}: cannot be read ({why}): give the path of a TOML file") from None
        except UnicodeDecodeError as error:
            raise InputError(f"{where}: is no UTF-8 text ({error.reason}): save it as UTF-8") from None
        except tomllib.TOMLDecodeError as error:
            raise InputError(f"{where}: is not TOML: {error}: correct it there; decimals take a point") from None
    changes, faults = read_changes(where, table)
    if faults:
        raise InputError.of(faults)
    return where, changes


def read_changes(where: str, table: Mapping[str, Any]) -> tuple[dict[str, Change], list[str]]:
    """Read the changes of an overlay's table, a bare number standing for its value."""
    changes, faults = {}, []
    for name, raw in table.items():
        if name in {"label", "summary"} and isinstance(raw, str):
            continue
        if name == "calibration" and isinstance(raw, str):
            faults.append(f"{where}: calibration: only a scenario has a table: remove it here, or name the scenario")
            continue
        entry = raw if isinstance(raw, Mapping) else {"value": raw}
        change, wrong = validate(Change, dict(entry), f"{where}: {name}")
        faults += wrong
        if change is not None:
            changes[name] = change
    return changes, faults


def change_faults(
    where: str,
    changes: Mapping[str, Change],
    lengths: Mapping[str, int | None],
    names: Mapping[str, object],
    units: Mapping[str, str],
) -> Iterator[str]:
    """Say which changes do not fit the parameters there are."""
    for name, change in changes.items():
        size = len(change.value) if isinstance(change.value, tuple) else None
        if name not in names:
            yield f"{where}: {name}: is not the name of a parameter: {closest(name, names)}"
        elif name in CONVERSIONS:
            yield f"{where}: {name}: moves published prices to one year: remove it here"
        elif size != lengths.get(name):
            has, wants = _count(size), _count(lengths.get(name))
            yield f"{where}: {name}: value is {has}: the parameter is {wants}, give as many"
        else:
            yield from (f"{where}: {name}: {fault}" for fault in range_faults(name, units.get(name, ""), change.value))


def range_faults(name: str, unit: str, value: float | tuple[float, ...]) -> Iterator[str]:
    """Say which of a parameter's numbers its unit does not allow."""
    low, high = LIMITS.get(name) or next(
        (limits for begins, limits in UNITS.items() if unit.startswith(begins)), (0.0, HUGE)
    )
    for number in value if isinstance(value, tuple) else (value,):
        if not low <= number <= high:
            upto = f" to {high:g}" if high < HUGE or number > high else " or more"
            yield f"value {number:g} is out of range: give {low:g}{upto}"
        elif unit in WHOLE and number != round(number):
            yield f"value {number:g} is not whole: the model counts {unit} in whole numbers"


def replacements(
    where: str,
    changes: Mapping[str, Change],
    entries: Entries,
    definitions: Mapping[str, Defined],
) -> dict[str, Parameter]:
    """Give the parameters that an overlay puts in place of those there are.

    Raises
    ------
    InputError
        If a change does not fit, one line each.
    """
    lengths = {name: entry.length for name, entry in definitions.items()}
    names = {**dict.fromkeys(entries), **dict.fromkeys(entries.absent)}
    units = {name: entry.head.unit for name, entry in definitions.items()}
    units |= {name: entry.unit for name, entry in entries.items()}
    faults = list(change_faults(where, changes, lengths, names, units))
    if faults:
        raise InputError.of(faults)
    return {
        name: _replaced(name, where, change, entries.get(name), definitions.get(name))
        for name, change in changes.items()
    }


def _replaced(name: str, where: str, change: Change, entry: Parameter | None, defined: Defined | None) -> Parameter:
    about = entry or defined
    head = about.head if isinstance(about, Defined) else about
    return Parameter(
        name=name,
        label=head.label if head else name,
        unit=head.unit if head else "",
        file=about.file if about else where,
        role=head.role if head else "model",
        value=change.value,
        published=change.value,
        distribution=change.distribution,
        source=change.source or where,
        locator=change.note or "",
        grade="assumption",
        read="memory",  # nothing was read: the user's word stands for it
    )


def _count(size: int | None) -> str:
    return "one number" if size is None else f"a list of {size}"

"""Read a folder of parameter files whole, and say everything that is wrong with it."""

import datetime as dt
import hashlib
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeGuard

from hecon.inputs.calibrated import SOURCE, TABLES, Block, ScenarioTable, pair_faults, read_block
from hecon.inputs.entries import Defined
from hecon.inputs.errors import InputError, closest
from hecon.inputs.overlays import change_faults
from hecon.inputs.prices import CONVERSIONS, Prices
from hecon.inputs.programs import (
    Raw,
    program_faults,
    read_programs,
    read_scenarios,
    read_tables,
    tables_in,
    unknown_names,
)
from hecon.inputs.responses import STEM, with_curves
from hecon.inputs.schema import (
    Definition,
    ProgramFile,
    PublishedValue,
    Scenario,
    Source,
    validate,
)

VALIDATION = "calibrated/validation.json"
"""Where the record of a validation is kept: of the parameters, and none of them."""
APART = frozenset({"targets.toml", "unseen.toml"})  # published figures: the model reads none, others do


@dataclass(frozen=True, eq=False)
class Folder:
    """Everything a folder of parameter files says, on all dates.

    Where there is no calibrated block yet, `uncalibrated` says by name which parameters
    its programs and scenarios await. `tables` are the scenarios' own tables of draws, `texts`
    the text of every file that was read, and `validation` that of the record of a validation.
    """

    path: Path
    definitions: Mapping[str, Defined]
    sources: Mapping[str, Source]
    programs: Mapping[str, ProgramFile]
    scenarios: Mapping[str, Scenario]
    blocks: Mapping[str, Block]
    tables: Mapping[str, ScenarioTable]
    prices: Prices
    uncalibrated: Mapping[str, str]
    texts: Mapping[str, str]
    hash: str
    validation: str = ""


def read_folder(path: Path, *, calibrated: bool = True) -> Folder:
    """Read a folder of parameter files, its calibrated blocks too unless told otherwise.

    Raises
    ------
    InputError
        With one line for every fault of every file.
    """
    if not path.is_dir():
        raise InputError(f"{path}: is not a folder of parameters: give one that is")
    texts, faults = _texts(path, calibrated=calibrated)
    record = path / VALIDATION
    kept = record.read_text(encoding="utf-8", errors="replace") if calibrated and record.is_file() else ""
    return replace(folder_of(texts, path, faults, calibrated=calibrated), validation=kept)


def folder_of(texts: Mapping[str, str], path: Path, faults: Iterable[str] = (), *, calibrated: bool = True) -> Folder:
    """Read a folder of parameter files from the text of each.

    Parameters
    ----------
    texts
        By the files' places in the folder.
    path
        Where the folder stands.
    faults
        What is wrong with it already.
    calibrated
        Whether calibrated tables are to be expected.

    Raises
    ------
    InputError
        With one line for every fault of every file.
    """
    faults = list(faults)
    tables = {name: _toml(name, text, faults) for name, text in texts.items() if not name.startswith(TABLES)}
    broken = bool(faults)  # names may be missing then, and absence proves nothing
    if "sources.toml" not in texts:
        faults.append("sources.toml: is missing: list there where the numbers come from")
    listed = tables.get("sources.toml")
    known = None if listed is None else set(listed)
    sources = _sources(listed or {}, faults)
    places, raw = _entries(tables, faults)
    definitions = {
        name: entry
        for name, table in raw.items()
        if (entry := _defined(name, places[name], table, known, faults)) is not None
    }
    blocks = _blocks(texts, tables, places, faults)
    if blocks and known is not None and SOURCE not in known:
        faults.append(f"sources.toml: {SOURCE}: is missing: the calibrated blocks need it, add it")
    programs = with_curves(read_programs(tables, faults), texts, tables, faults)
    scenarios = read_scenarios(tables, faults)
    own_tables = read_tables(texts, tables, scenarios, faults, calibrated=calibrated)
    prices = _prices(definitions)
    faults += _price_faults(definitions, prices)
    uncalibrated: dict[str, str] = {}
    if not broken:
        faults += program_faults(programs, {stem for stem, _ in tables_in(tables, "programs")})
        unknown = list(unknown_names(programs, places))
        if any(name.startswith("calibrated/") for name in texts):
            faults += [fault for _, fault in unknown]
        else:  # a model must be read to be calibrated: its names are refused when used
            uncalibrated = dict(unknown)
        if not calibrated:
            uncalibrated |= {
                name: f"scenarios/{stem}.toml: {name}: is not the name of a parameter: {closest(name, places)}"
                for stem, scenario in scenarios.items()
                for name in scenario.changes.keys() - places.keys() - uncalibrated.keys()
            }
        lengths = {name: entry.length for name, entry in definitions.items()}
        units = {name: entry.head.unit for name, entry in definitions.items()}
        for stem, scenario in scenarios.items():
            where = f"scenarios/{stem}.toml"
            faults += change_faults(where, scenario.changes, lengths, places | uncalibrated, units)
    if faults:
        raise InputError.of(faults)
    digest = hashlib.sha256()
    for name in sorted(texts):
        content = texts[name].encode()
        digest.update(f"{name} {len(content)}\n".encode() + content)
    return Folder(
        path,
        definitions,
        sources,
        programs,
        scenarios,
        blocks,
        own_tables,
        prices,
        uncalibrated,
        texts,
        digest.hexdigest(),
    )


def _texts(path: Path, *, calibrated: bool) -> tuple[dict[str, str], list[str]]:
    patterns = ["*.toml", "programs/*.toml", "scenarios/*.toml"]
    if calibrated:
        patterns += [f"{place}*.{ending}" for place in ("calibrated/", TABLES) for ending in ("csv", "toml")]
    found = sorted(file for pattern in patterns for file in path.glob(pattern))
    texts: dict[str, str] = {}
    faults = []
    for file in found:
        name = file.relative_to(path).as_posix()
        if name in APART:
            continue
        try:
            texts[name] = file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            faults.append(f"{name}: cannot be read as UTF-8 text: {error}")
    return texts, faults


def _toml(name: str, text: str, faults: list[str]) -> Raw | None:
    if name.endswith(".csv"):
        return {}
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        faults.append(f"{name}: is not TOML: {error}: correct it there")
        return None


def _sources(table: Raw, faults: list[str]) -> dict[str, Source]:
    sources = {}
    for key, raw in table.items():
        source, wrong = validate(Source, raw, f"sources.toml: {key}")
        faults += wrong
        if source is not None:
            sources[key] = source
    return sources


def _entries(tables: Mapping[str, Raw | None], faults: list[str]) -> tuple[dict[str, str], dict[str, Any]]:
    """Give the file and the raw table of each parameter, the first where two define it."""
    places: dict[str, str] = {}
    raw: dict[str, Any] = {}
    for file, table in tables.items():
        if file == "sources.toml" or not table or file.startswith(("scenarios/", "calibrated/")):
            continue
        local = table.get("parameters", {}) if file.startswith("programs/") else table
        if not isinstance(local, dict):
            faults.append(f"{file}: parameters: {local!r} is not a table: write [parameters.NAME]")
            continue
        for name, entry in local.items():
            if name in places:
                faults.append(f"{file}: {name}: is already defined in {places[name]}: rename or remove one")
                continue
            places[name], raw[name] = file, entry
    return places, raw


def _defined(name: str, file: str, raw: object, sources: set[str] | None, faults: list[str]) -> Defined | None:
    where = f"{file}: {name}"
    if not isinstance(raw, dict):
        faults.append(f"{where}: {raw!r} is not a table: write [{name}] and its values")
        return None
    rows = raw.get("values")
    head, wrong = validate(Definition, {**raw, "values": ()}, where)
    if not isinstance(rows, list) or not rows:
        wrong.append(f"{where}: values: there are none: add [[{name}.values]]")
        rows = []
    context = {"name": name, "unit": raw.get("unit", ""), "sources": sources}
    values = []
    for i, row in enumerate(rows):
        value, more = validate(PublishedValue, row, where, f"values[{i}]", context)
        wrong += more
        values.append(value)
    wrong += [f"{where}: {fault}" for fault in _series_faults(rows)]
    faults += wrong
    if wrong or head is None:
        return None
    return Defined(name, file, head, tuple(value for value in values if value is not None))


def _series_faults(rows: list[Any]) -> Iterator[str]:
    tables: list[Raw] = [row if isinstance(row, dict) else {} for row in rows]
    for i, (before, after) in enumerate(pairwise(tables), start=1):
        start, last, end = after.get("start"), before.get("start"), before.get("end")
        if not _is_date(start):
            continue
        if _is_date(last) and start <= last:
            yield f"values[{i}].start: {start} is not after {last}: put the values in date order"
        elif _is_date(end) and end >= start:
            yield f"values[{i - 1}].end: {end} is not before the next start {start}: shorten it"
    sizes = [len(v) if isinstance(v, list) else None for v in (t.get("value") for t in tables)]
    for i, size in enumerate(sizes):
        if size != sizes[0]:
            yield f"values[{i}].value: is not as long as that of values[0]: give as many numbers"


def _is_date(value: object) -> TypeGuard[dt.date]:
    return isinstance(value, dt.date) and not isinstance(value, dt.datetime)


def _blocks(
    texts: Mapping[str, str],
    tables: Mapping[str, Raw | None],
    places: dict[str, str],
    faults: list[str],
) -> dict[str, Block]:
    """Read the calibrated blocks, and add their columns to the places of names."""
    stems = sorted({Path(name).stem for name in tables if name.startswith("calibrated/")} - {STEM})
    blocks = {}
    for stem in stems:
        where = f"calibrated/{stem}"
        absent = pair_faults(where, texts)
        if absent:
            faults += absent
            continue
        about = tables[f"{where}.toml"]
        if about is None:
            continue
        block, wrong = read_block(stem, texts[f"{where}.csv"], about, where)
        faults += wrong
        header = texts[f"{where}.csv"].partition("\n")[0].strip().split(",")[1:]
        for name in (stem, *header):
            if name in places or (name in stems and name != stem):
                other = places.get(name, "calibrated/")
                faults.append(f"{where}.csv: {name}: is already defined in {other}: rename one")
        places.update(dict.fromkeys(header, f"{where}.csv"))
        if block is not None:
            blocks[stem] = block
    return blocks


def _prices(definitions: Mapping[str, Defined]) -> Prices:
    series: dict[str, dict[int, float]] = {}
    for name in CONVERSIONS & definitions.keys():
        values = definitions[name].values
        series[name] = {v.start.year: v.value for v in values if isinstance(v.value, float)}
    return Prices(series)


def _price_faults(definitions: Mapping[str, Defined], prices: Prices) -> Iterator[str]:
    for name, entry in definitions.items():
        for i, value in enumerate(entry.values):
            try:
                entry.factor(value, prices, dt.date(2025, 7, 1))
            except InputError as error:
                yield f"{entry.file}: {name}: values[{i}].price_year: {error}"

"""Program and scenario files, the scenarios' tables, and whether what they name is there."""

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from hecon.inputs.calibrated import TABLES, ScenarioTable, pair_faults
from hecon.inputs.errors import closest
from hecon.inputs.overlays import read_changes
from hecon.inputs.schema import Offer, ProgramFile, Scenario, validate

Raw = dict[str, Any]
HEAD = frozenset(Scenario.model_fields) - {"changes"}


def read_programs(tables: Mapping[str, Raw | None], faults: list[str]) -> dict[str, ProgramFile]:
    """Read the programs among a folder's tables, and add what is wrong to the faults."""
    programs = {}
    for stem, table in tables_in(tables, "programs"):
        if table is None:
            continue
        where = f"programs/{stem}.toml"
        if "name" in table:
            faults.append(f"{where}: name: a program is named by its file: remove it")
        own: Raw = {key: value for key, value in table.items() if key != "parameters"}
        program, wrong = validate(ProgramFile, own | {"name": stem}, where)
        faults += wrong
        if own.get("delivered_as") is not None and {"contacts", "includes", "per_participant"} & own.keys():
            faults.append(f"{where}: delivered_as: contacts, includes and per_participant are the other's: remove them")
        if program is not None:
            programs[stem] = program
    return {stem: _delivered(program, programs) for stem, program in programs.items()}


def _delivered(program: ProgramFile, programs: Mapping[str, ProgramFile]) -> ProgramFile:
    """Give a program the contacts, resources and inclusions of the one that it is delivered as."""
    model = programs.get(program.delivered_as or "")
    if model is None:
        return program
    taken = ("includes", "contacts", "per_participant")
    return program.model_copy(update={name: getattr(model, name) for name in taken})


def read_scenarios(tables: Mapping[str, Raw | None], faults: list[str]) -> dict[str, Scenario]:
    """Read the scenarios among a folder's tables, and add what is wrong to the faults."""
    scenarios = {}
    for stem, table in tables_in(tables, "scenarios"):
        if table is None:
            continue
        where = f"scenarios/{stem}.toml"
        head: Raw = {key: raw for key, raw in table.items() if key in HEAD}
        changes, wrong = read_changes(where, {key: raw for key, raw in table.items() if key not in HEAD})
        scenario, more = validate(Scenario, head | {"changes": changes}, where)
        faults += [*wrong, *more]
        if scenario is not None:
            scenarios[stem] = scenario
    return scenarios


def read_tables(
    texts: Mapping[str, str],
    tables: Mapping[str, Raw | None],
    scenarios: Mapping[str, Scenario],
    faults: list[str],
    *,
    calibrated: bool,
) -> dict[str, ScenarioTable]:
    """Give the scenarios' own tables, unparsed, and add what is wrong to the faults.

    Each is named by a scenario, and each that is named is there: all but when nothing
    `calibrated` was read.
    """
    stems = sorted({PurePosixPath(name).stem for name in texts if name.startswith(TABLES)})
    written = [table for _, table in tables_in(tables, "scenarios")]
    named = [table.get("calibration") for table in written if table is not None]
    faults += [
        f"scenarios/{stem}.toml: calibration: there is no {TABLES}{scenario.calibration}.csv: "
        f"hecon calibrate --scenario {stem} makes it"
        for stem, scenario in scenarios.items()
        if calibrated and scenario.calibration is not None and scenario.calibration not in stems
    ]
    found = {}
    for stem in stems:
        where = f"{TABLES}{stem}"
        if stem not in named and None not in written:  # a file that is no TOML may name it
            faults.append(f'{where}.csv: no scenario names it: write calibration = "{stem}" in one, or remove it')
        absent = pair_faults(where, texts)
        faults += absent
        if not absent:
            found[stem] = ScenarioTable(stem, texts[f"{where}.csv"], texts[f"{where}.toml"], where)
    return found


def unknown_names(programs: Mapping[str, ProgramFile], names: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Go through the names in programs that are no parameter's, each with its fault."""
    for stem, program in programs.items():
        for place, name in program.named():
            if name not in names:
                known = closest(name, names)
                fault = f"{place}: {name!r} is not a parameter: define it, or {known}"
                yield name, f"programs/{stem}.toml: {fault}"


def program_faults(programs: Mapping[str, ProgramFile], stems: set[str]) -> Iterator[str]:
    """Say what is wrong between programs, and with the names in each."""
    for stem, program in programs.items():
        file = f"programs/{stem}.toml"
        seen = [contact.name for contact in program.contacts]
        for i, contact in enumerate(program.contacts):
            if contact.name in seen[:i]:
                yield f"{file}: contacts[{i}].name: {contact.name!r} is there before: rename it"
        for place, other in program.named_programs():
            if other not in stems:
                yield f"{file}: {place}: {other!r} is not a program: {closest(other, stems)}"
        model = programs.get(program.delivered_as or "")
        if model is not None and model.delivered_as is not None:
            yield f"{file}: delivered_as: {model.name!r} is itself delivered as {model.delivered_as!r}: name that one"
        if _reaches(programs, program.includes, stem):
            yield f"{file}: includes: they lead back to {stem!r}: break the circle"
        for other in program.includes:
            if other in programs and (programs[other].per_participant or programs[other].offer != Offer()):
                told = f"{other!r} has an offer or costs per participant of its own, which inclusion leaves out"
                yield f"{file}: includes: {told}: write its contacts here"


def _reaches(programs: Mapping[str, ProgramFile], names: tuple[str, ...], goal: str) -> bool:
    ahead, seen = list(names), set[str]()
    while ahead:
        name = ahead.pop()
        if name == goal:
            return True
        if name in programs and name not in seen:
            ahead += programs[name].includes
        seen.add(name)
    return False


def tables_in(tables: Mapping[str, Raw | None], folder: str) -> Iterator[tuple[str, Raw | None]]:
    """Go through the tables of a subfolder's files, each by its file's stem."""
    for name, table in tables.items():
        if name.startswith(f"{folder}/") and name.endswith(".toml"):
            yield PurePosixPath(name).stem, table

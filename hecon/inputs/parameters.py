"""Parameters as they stood on a date, and the inputs that points of the unit cube draw."""

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

import hecon
from hecon.inputs.calibrated import Block, ScenarioTable
from hecon.inputs.entries import Defined, Entries, Parameter
from hecon.inputs.errors import InputError, closest
from hecon.inputs.origin import Origin, Step
from hecon.inputs.overlays import Overlay, overlay_files, read_overlay, replacements
from hecon.inputs.points import Draw, Inputs, checked_points, drawn_values, random_points
from hecon.inputs.reading import Folder, folder_of, read_folder
from hecon.inputs.schema import Change, ProgramFile, Scenario, Source

__all__ = ["Draw", "Inputs", "Parameter", "Parameters", "read_parameters", "shipped_folder"]

DATE = dt.date(2025, 7, 1)


def read_parameters(
    date: dt.date = DATE,
    folder: Path | str | None = None,
    overlays: Iterable[Overlay] | Overlay = (),
    *,
    calibrated: bool = True,
) -> "Parameters":
    """Read parameters as they stood on a date.

    Parameters
    ----------
    date
        The date: of two values of a parameter, the one that held then.
    folder
        The folder of parameter files; those that come with hecon if not given.
    overlays
        Mappings, TOML files or folders of them, `{name: value}` or `{name: {"value": ..., ...}}`, each
        put over what came before it. Their money is NOK of the price year.
    calibrated
        Whether to read the calibrated blocks too, and the scenarios' tables. Without them
        what only they define is refused when read, until `with_block` or an overlay gives
        it, and a scenario is no more than its values.

    Raises
    ------
    InputError
        With one line for every fault of every file.
    """
    path = shipped_folder() if folder is None else Path(folder)
    parameters = _on(read_folder(path, calibrated=calibrated), date, calibrated=calibrated)
    several = (overlays,) if isinstance(overlays, str | Path | Mapping) else overlays
    for overlay in several:
        for part in overlay_files(overlay):
            parameters = parameters.overlay(part)
    return parameters


def read_again(origin: Origin, date: dt.date, place: Path) -> "Parameters":
    """Read parameters from what they were read from, and put in place what was put in place since.

    Parameters
    ----------
    origin
        Of `Parameters`.
    date
        The date.
    place
        What stands for the folder, in messages.

    Raises
    ------
    InputError
        With one line for every fault.
    """
    folder = folder_of(origin.texts, place, calibrated=origin.calibrated)
    parameters = _on(replace(folder, validation=origin.validation), date, calibrated=origin.calibrated)
    for step in origin.steps:
        if step.changes is not None:
            parameters = parameters.changed(step.name, step.changes)
        elif step.program is not None:
            parameters = parameters.with_program(step.program)
        else:
            parameters = parameters.with_scenario(step.name)
    return parameters


def shipped_folder() -> Path:
    """Give the folder of the parameter files that come with hecon."""
    package = Path(hecon.__file__).parent
    inside = package / "data" / "parameters"
    return inside if inside.is_dir() else package.parent / "parameters"


@dataclass(frozen=True, eq=False)
class Parameters:
    """All parameters on a date, with programs, scenarios and sources.

    Attributes
    ----------
    date
        The date.
    entries
        The parameters that have a value on the date, by name. Reading another one
        raises an InputError that says why it has none.
    sources, programs, scenarios
        What their files say, by key or by the file's name.
    blocks
        The calibrated blocks, each one coordinate of the unit cube.
    tables
        The scenarios' own tables of draws, by the name their scenarios give.
    overlaid
        The names that an overlay or a scenario replaced, in the order it did.
    hash
        SHA-256 of the date and of all that was read, overlays included.
    folder
        Where the files stand.
    origin
        What was read and what was put in place since; None where that was a block, which no file holds.
    """

    date: dt.date
    entries: Entries = field(repr=False)
    sources: Mapping[str, Source] = field(repr=False)
    programs: Mapping[str, ProgramFile] = field(repr=False)
    scenarios: Mapping[str, Scenario] = field(repr=False)
    blocks: Mapping[str, Block] = field(repr=False)
    tables: Mapping[str, ScenarioTable] = field(repr=False)
    definitions: Mapping[str, Defined] = field(repr=False)
    folder: Path
    hash: str
    overlaid: tuple[str, ...] = ()
    origin: Origin | None = field(default=None, repr=False)

    def __getitem__(self, name: str) -> Parameter:
        """Give a parameter by name, as `entries` does."""
        return self.entries[name]

    @property
    def calibration(self) -> dict[str, dict[str, Any]]:
        """The recipe that made each calibrated block, by the block's name."""
        return {name: block.about.recipe for name, block in self.blocks.items()}

    @property
    def uncertain(self) -> tuple[str, ...]:
        """The coordinates of the unit cube, in order: parameters, then calibrated blocks."""
        moving = [entry for entry in self.entries.values() if entry.uncertain]
        blocks = {entry.block: None for entry in moving if entry.block is not None}
        return (*(entry.name for entry in moving if entry.block is None), *blocks)

    def base_case(self) -> Inputs:
        """Give one draw, with each parameter at its value and key 0."""
        return Inputs(self.date, _keys(1), None, (), self.programs, self.entries, {})

    def sample(self, draws: int, seed: int) -> Inputs:
        """Give draws with keys 1..N at random points of the unit cube.

        A larger number of draws begins with the same ones, and a parameter's points do
        not depend on which others are uncertain.
        """
        if draws < 1:
            raise InputError(f"draws: {draws} is not a number of draws: give 1 or more")
        points = random_points(draws, seed, self.uncertain)
        keys = np.arange(1, draws + 1, dtype=np.int64)
        return replace(self.at(points), draw=keys)

    def at(self, points: ArrayLike, names: Sequence[str] | None = None) -> Inputs:
        """Give a draw with key 0 at each point.

        Parameters
        ----------
        points
            float64[point, coordinate], each in 0 to 1.
        names
            The coordinates; all of `uncertain` if not given. Those not named stay at
            their value.
        """
        coordinates = self.uncertain if names is None else tuple(names)
        array = checked_points(points, coordinates, self.uncertain)
        array.flags.writeable = False
        drawn = drawn_values(array, coordinates, self.entries, self.blocks)
        return Inputs(self.date, _keys(len(array)), array, coordinates, self.programs, self.entries, drawn)

    def overlay(self, overlay: Overlay) -> "Parameters":
        """Put other values in place of some: fixed, unless they bring a distribution."""
        return self.changed(*read_overlay(overlay))

    def changed(self, where: str, changes: Mapping[str, Change]) -> "Parameters":
        """Put an overlay's changes in place; `where` names it in messages."""
        return replace(_changed(self, where, changes), origin=_then(self, Step("overlay", where, changes)))

    def with_scenario(self, name: str) -> "Parameters":
        """Put a scenario in place: its table of draws, if it has one, and then its values.

        The table takes the place of the calibrated block that has its columns, under the
        same coordinate; of two scenarios with a table the later one's stands. Columns that
        an overlay or an earlier scenario has replaced stay replaced. Where no block was
        read, no table is looked for.

        Raises
        ------
        InputError
            If no scenario has the name, or its table is faulty or was not read.
        """
        if name not in self.scenarios:
            raise InputError(f"scenarios: {name!r} is not one: {closest(name, self.scenarios)}")
        where, scenario = f"scenarios/{name}.toml", self.scenarios[name]
        drawn = self
        if scenario.calibration is not None and self.blocks:
            drawn = _recalibrated(self, where, scenario.calibration)
        return replace(_changed(drawn, where, scenario.changes), origin=_then(self, Step("scenario", name)))

    def with_program(self, program: ProgramFile) -> "Parameters":
        """Put a program beside the others, or in the place of the one that has its name.

        Raises
        ------
        InputError
            If it names a parameter that there is none of.
        """
        faults = [
            f"programs/{program.name}: {place}: {name!r} is not a parameter: {closest(name, self.entries)}"
            for place, name in program.named()
            if name not in self.entries and name not in self.entries.absent
        ]
        if faults:
            raise InputError.of(faults)
        text = f"{self.hash} {program.name} {program.model_dump_json()}"
        return replace(
            self,
            programs={**self.programs, program.name: program},
            hash=hashlib.sha256(text.encode()).hexdigest(),
            origin=_then(self, Step("program", program.name, program=program)),
        )

    def with_block(self, block: Block) -> "Parameters":
        """Put a calibrated block in place, or a candidate for one."""
        digest = hashlib.sha256(f"{self.hash} {block.name} {block.columns}".encode())
        digest.update(np.vstack([block.point, block.draws]).tobytes())
        return replace(
            self,
            entries=self.entries.replaced(block.parameters()),
            blocks={**self.blocks, block.name: block},
            hash=digest.hexdigest(),
            origin=None,
        )


def _changed(parameters: Parameters, where: str, changes: Mapping[str, Change]) -> Parameters:
    new = replacements(where, changes, parameters.entries, parameters.definitions)
    content = {name: change.model_dump() for name, change in changes.items()}
    text = parameters.hash + json.dumps(content, sort_keys=True)
    return replace(
        parameters,
        entries=parameters.entries.replaced(new),
        overlaid=tuple(dict.fromkeys([*parameters.overlaid, *new])),
        hash=hashlib.sha256(text.encode()).hexdigest(),
    )


def _recalibrated(parameters: Parameters, where: str, table: str) -> Parameters:
    """Put a scenario's table in place, but for the columns that something else has replaced."""
    if table not in parameters.tables:
        raise InputError(f"{where}: calibration: {table!r} was not read: read the folder with what is calibrated")
    block = parameters.tables[table].in_place_of(parameters.blocks.values())
    columns = block.parameters().items()
    entries = parameters.entries
    return replace(
        parameters,
        entries=entries.replaced({name: new for name, new in columns if entries[name].block == block.name}),
        blocks={**parameters.blocks, block.name: block},
        hash=hashlib.sha256(f"{parameters.hash} {block.file}".encode()).hexdigest(),
    )


def _then(parameters: Parameters, step: Step) -> Origin | None:
    return None if parameters.origin is None else parameters.origin.then(step)


def _on(folder: Folder, date: dt.date, *, calibrated: bool = True) -> Parameters:
    present: dict[str, Parameter] = {}
    absent: dict[str, str] = dict(folder.uncalibrated)
    for name, defined in folder.definitions.items():
        try:
            present[name] = defined.parameter(folder.prices, date)
        except InputError as error:
            absent[name] = str(error)
    for block in folder.blocks.values():
        present |= block.parameters()
    return Parameters(
        date=date,
        entries=Entries(present, absent),
        sources=folder.sources,
        programs=folder.programs,
        scenarios=folder.scenarios,
        blocks=folder.blocks,
        tables=folder.tables,
        definitions=folder.definitions,
        folder=folder.path,
        hash=hashlib.sha256(f"{folder.hash} {date}".encode()).hexdigest(),
        origin=Origin(folder.texts, calibrated, validation=folder.validation),
    )


def _keys(count: int) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    keys = np.zeros(count, np.int64)
    keys.flags.writeable = False
    return keys

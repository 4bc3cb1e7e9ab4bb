"""Calibrated blocks: tables of joint draws, each with the recipe that made it."""

import csv
import hashlib
import io
import math
import tomllib
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict

from hecon.inputs.entries import Parameter
from hecon.inputs.errors import InputError
from hecon.inputs.families import Floats
from hecon.inputs.schema import Text, validate

SOURCE = "hecon-calibration"
TABLES = "calibrated/scenarios/"
"""Where the scenarios' own tables stand."""


class Column(BaseModel):
    """What a column of the table is, and what was believed of it before the data."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    label: Text
    unit: Text
    prior: str = ""


class BlockFile(BaseModel):
    """The file beside the table: how it was made, and what its columns are."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    recipe: dict[str, Any]
    columns: dict[str, Column]


@dataclass(frozen=True, eq=False)
class Block:
    """A table of joint draws; one coordinate of the unit cube chooses the row.

    `point` is float64[column], the base case; `draws` is float64[row, column].
    """

    name: str
    file: str
    about: BlockFile
    columns: tuple[str, ...]
    point: Floats
    draws: Floats

    @property
    def digest(self) -> str:
        """SHA-256 of its columns, its point and its draws: what says whether two tables are the same."""
        digest = hashlib.sha256("\n".join(self.columns).encode())
        digest.update(np.vstack([self.point, self.draws]).astype("<f8").tobytes())
        return digest.hexdigest()

    def rows(self, u: Floats) -> Floats:
        """Give float64[point, column] at points of the block's coordinate."""
        count = len(self.draws)
        return self.draws[np.minimum((u * count).astype(np.int64), count - 1)]

    def parameters(self) -> dict[str, Parameter]:
        """Give its columns as parameters."""
        return {
            name: Parameter(
                name=name,
                label=self.about.columns[name].label,
                unit=self.about.columns[name].unit,
                file=self.file,
                role="model",
                value=float(value),
                published=float(value),
                grade="calibrated",
                read="derived",
                source=SOURCE,
                locator=self.about.columns[name].prior,
                block=self.name,
            )
            for name, value in zip(self.columns, self.point, strict=True)
        }


@dataclass(frozen=True, eq=False)
class ScenarioTable:
    """A scenario's own table of joint draws, as text: parsed when first used, since few runs use one.

    Attributes
    ----------
    name : the stem of its files
    text, about : the CSV and the TOML beside it
    where : the path of the files without their endings, for messages
    """

    name: str
    text: str
    about: str
    where: str

    @cached_property
    def block(self) -> Block:
        """The table, parsed.

        Raises
        ------
        InputError
            With one line for every fault of the two files.
        """
        try:
            about = tomllib.loads(self.about)
        except tomllib.TOMLDecodeError as error:
            raise InputError(f"{self.where}.toml: is not TOML: {error}: correct it there") from None
        block, faults = read_block(self.name, self.text, about, self.where)
        if block is None:
            raise InputError.of(faults)
        return block

    def in_place_of(self, blocks: Iterable[Block]) -> Block:
        """Give the table under the name of the block that has the same columns.

        Raises
        ------
        InputError
            If the table is faulty, or no block has exactly its columns.
        """
        own = set(self.block.columns)
        nearest = max(blocks, key=lambda block: len(own & set(block.columns)))
        lacks, adds = sorted(set(nearest.columns) - own), sorted(own - set(nearest.columns))
        if lacks or adds:
            differs = [f"{what} {', '.join(names)}" for what, names in (("lacks", lacks), ("adds", adds)) if names]
            raise InputError(
                f"{self.where}.csv: header: {' and '.join(differs)}: give exactly the columns of {nearest.file}"
            )
        return replace(self.block, name=nearest.name)


def pair_faults(where: str, names: Container[str]) -> list[str]:
    """Say which of a table's two files is not among those there are."""
    absent = [f"{where}{ending}" for ending in (".csv", ".toml") if f"{where}{ending}" not in names]
    return [f"{file}: is missing: a block is a table and its recipe, add it" for file in absent]


def read_block(name: str, text: str, about: Mapping[str, Any], where: str) -> tuple[Block | None, list[str]]:
    """Read a block from its table and the table of its TOML: it or nothing, and every fault.

    Parameters
    ----------
    name
        The block's name, the stem of its files.
    text
        The CSV: a column `row` with "point" and then 0, 1, 2, ...; a column a parameter.
    about
        The content of the TOML file.
    where
        The path of the files without their endings, for messages.
    """
    model, faults = validate(BlockFile, about, f"{where}.toml")
    header, *rows = list(csv.reader(io.StringIO(text))) or [[]]
    faults += [f"{where}.csv: {fault}" for fault in _table_faults(header, rows)]
    columns = tuple(header[1:])
    if model is not None:
        faults += [
            f"{where}.toml: columns.{column}: is missing: the table has it, say what it is"
            for column in columns
            if column not in model.columns
        ]
        faults += [
            f"{where}.toml: columns.{column}: the table has no such column: remove it"
            for column in model.columns
            if column not in columns
        ]
    if faults or model is None:
        return None, faults
    table = np.array([[float(cell) for cell in row[1:]] for row in rows])
    table.flags.writeable = False
    return Block(name, f"{where}.csv", model, columns, table[0], table[1:]), []


def _table_faults(header: list[str], rows: list[list[str]]) -> list[str]:
    if header[:1] != ["row"] or len(set(header)) != len(header) or len(header) == 1:
        return ["header: its first column is not 'row' or two have one name: name each once"]
    faults = []
    expected = ["point", *map(str, range(len(rows) - 1))]
    if len(rows) <= 1 or [row[0] if row else "" for row in rows] != expected:
        faults.append("row: is not 'point', 0, 1, 2, ...: number the rows so, one draw at least")
    for line, row in enumerate(rows, start=2):
        if len(row) != len(header):
            faults.append(f"line {line}: has {len(row)} cells, not {len(header)}: complete it")
            continue
        faults += [
            f"line {line}: {column}: {cell!r} is not a finite number: give one"
            for column, cell in zip(header[1:], row[1:], strict=True)
            if not _finite(cell)
        ]
    return faults


def _finite(cell: str) -> bool:
    try:
        return math.isfinite(float(cell))
    except ValueError:
        return False

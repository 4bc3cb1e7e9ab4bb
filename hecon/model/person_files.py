"""Files of people, one row a person: CSV and Parquet, read into the same table or refused in one line."""

import re
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from hecon.inputs.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Collection

    import pyarrow as pa

PARQUET = (".parquet", ".pq")
"""Endings of a Parquet file; any other file is read as CSV."""
LEVELS, NUMBERS, NAMES = "levels", "numbers", "names"
"""What a column holds: one of a few words, numbers, or a name that is nobody else's."""
HOLDS = {LEVELS: "text", NUMBERS: "whole or floating numbers", NAMES: "text or whole numbers"}
INDEX = re.compile(r"__index_level_\d+__")
"""What pandas calls a column that was no column of its owner's."""


def read_people(path: Path, kinds: dict[str, str], required: "Collection[str]") -> pd.DataFrame:
    """Read the cells of a file of people, by its ending; what they may hold is for the caller to say.

    Parameters
    ----------
    path : a CSV with a header, or a Parquet file
    kinds : what each known column holds: "levels", "numbers" or "names"
    required : the columns that must be there

    Returns
    -------
    DataFrame whose index is the row of the file: row 1 is the header of a CSV, and the first person of a Parquet file.
    Columns of levels are categoricals of whatever the file says.

    Raises
    ------
    InputError
        If the file cannot be read, or has other columns or nobody in it.
    """
    read = _read_parquet if path.suffix.lower() in PARQUET else _read_csv
    frame = read(path, kinds, required)
    if frame.empty:
        message = f"{path}: no people: give at least one row"
        raise InputError(message)
    return frame


def _read_csv(path: Path, kinds: dict[str, str], required: "Collection[str]") -> pd.DataFrame:
    types = {name: {LEVELS: "category", NAMES: "str"}[kind] for name, kind in kinds.items() if kind != NUMBERS}
    try:
        frame = pd.read_csv(path, skip_blank_lines=False, skipinitialspace=True, dtype=types, low_memory=False)
    except OSError as error:
        raise InputError(_unreadable(path, error)) from error
    except ValueError as error:
        message = f"{path}: cannot be read as CSV ({_said(error)}): give a comma-separated file with a header"
        raise InputError(message) from error
    if not frame.index.equals(pd.RangeIndex(len(frame))):  # pandas takes the first cells for an index
        message = f"{path}: rows have more cells than the header: give each cell a column"
        raise InputError(message)
    if ";" in str(frame.columns[0]) and any(name not in frame for name in required):
        message = f"{path}: its cells are separated by semicolons: separate them by commas"
        raise InputError(message)
    _check_columns(path, [str(name) for name in frame], kinds, required)
    frame.index += 2
    return frame.dropna(how="all")  # blank lines, which still count as rows


def _read_parquet(path: Path, kinds: dict[str, str], required: "Collection[str]") -> pd.DataFrame:
    needs_pyarrow(path)
    import pyarrow as pa
    from pyarrow import parquet

    try:
        with path.open("rb") as file:
            names = [name for name in parquet.read_schema(file).names if not INDEX.fullmatch(name)]
            _check_columns(path, names, kinds, required)
            file.seek(0)
            table = parquet.read_table(file, columns=names)
        frame = pd.DataFrame({name: _column(path, name, kinds[name], table[name]) for name in names})
    except (OSError, pa.ArrowException) as error:
        if isinstance(error, OSError) and error.strerror:
            raise InputError(_unreadable(path, error)) from error
        message = f"{path}: cannot be read as Parquet ({_said(error)}): write it anew, or give a CSV"
        raise InputError(message) from error
    frame.index += 1
    return frame


def needs_pyarrow(path: Path) -> None:
    """Refuse a Parquet file where nothing reads or writes one.

    Raises
    ------
    InputError
        Naming the extra that does.
    """
    if find_spec("pyarrow") is None:
        message = f"{path}: pyarrow is not installed: pip install 'hecon[register]', or give a CSV"
        raise InputError(message)


def _column(path: Path, name: str, kind: str, cells: "pa.ChunkedArray") -> "pd.Series":
    """Give a Parquet file's column as its kind is held here."""
    import pyarrow as pa
    from pyarrow import types

    of = cells.type.value_type if types.is_dictionary(cells.type) else cells.type
    text = types.is_string(of) or types.is_large_string(of) or types.is_string_view(of)
    whole = types.is_integer(of)
    number = whole or types.is_float32(of) or types.is_float64(of) or types.is_decimal(of)
    if not {LEVELS: text, NUMBERS: number, NAMES: text or whole}[kind]:
        message = f"{path}: column {name} holds {_said(of)}: store {HOLDS[kind]}"
        raise InputError(message)
    if types.is_dictionary(cells.type):
        cells = cells.cast(of)
    if kind == LEVELS:
        return cells.cast(pa.string()).dictionary_encode().to_pandas()
    if kind == NAMES:
        return cells.cast(pa.string()).to_pandas() if text or cells.null_count else cells.to_pandas()
    if types.is_float32(of):  # 0.6 must not become 0.60000002
        cells = cells.cast(pa.string())
    return cells.cast(pa.float64(), safe=False).to_pandas()  # whole numbers above 2 ** 53 too


def _check_columns(path: Path, names: list[str], kinds: dict[str, str], required: "Collection[str]") -> None:
    missing = [name for name in required if name not in names]
    if missing:
        message = f"{path}: no column {', '.join(missing)}: a cohort needs {', '.join(required)}"
        raise InputError(message)
    unknown = [name for name in names if name not in kinds]
    if unknown:
        message = f"{path}: unknown column {', '.join(unknown)}: known are {', '.join(kinds)}"
        raise InputError(message)
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        message = f"{path}: more than one column {', '.join(twice)}: leave one of each"
        raise InputError(message)


def refuse(path: Path, cells: "pd.Series", wrong: "pd.Series[bool]", expected: str) -> None:
    """Refuse a column in which something is wrong, naming the first row at fault, its cell and the way out."""
    if wrong.any():
        first = int(np.argmax(wrong.to_numpy()))
        message = f"{path}: row {cells.index[first]}: {cells.name} is {cells.iloc[first]}: give {expected}"
        raise InputError(message)


def _unreadable(path: Path, error: OSError) -> str:
    reason = (error.strerror or "unknown fault").lower()
    return f"{path}: cannot be read ({reason}): give the path of a CSV or Parquet file"


def _said(what: object) -> str:
    """Put what a library says in one line of modest length."""
    text = " ".join(str(what).split())
    return text if len(text) <= 120 else f"{text[:117]}..."

"""Somebody's probabilistic analysis, read from CSVs: one column a strategy or parameter, one row a draw."""

from __future__ import annotations

import csv
import hashlib
import io
import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import xarray as xr

from hecon.inputs.errors import InputError, closest

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    Row = tuple[int, list[str]]

LEAST_DRAWS = 2
"""With one draw nothing is uncertain, and no error can be told."""
LARGEST = 1e50
"""Beyond this, products and squares of numbers leave what a computer can hold."""
COUNTING_DRAWS = 20
"""From so many draws on, a column that goes 1, 2, 3, ... counts the rows: a strategy's in both files, a parameter."""
SEPARATORS = (",", ";", "\t")


@dataclass(frozen=True)
class Source:
    """A file that was read: its name, its rows and columns, and the SHA-256 of its bytes."""

    name: str
    rows: int
    columns: int
    digest: str


@dataclass(frozen=True)
class Sample:
    """A probabilistic analysis.

    Attributes
    ----------
    cost, effect : float64[draw, strategy], strategies in the order of the file of costs
    parameters : float64[draw, parameter], or None
    sources : the files, in the order costs, effects, parameters
    """

    cost: xr.DataArray
    effect: xr.DataArray
    parameters: pd.DataFrame | None
    sources: tuple[Source, ...]


def read_sample(costs: Path, effects: Path, parameters: Path | None = None) -> Sample:
    """Read a probabilistic analysis from its files.

    Commas, semicolons or tabs part the cells; where it is not the comma, decimals may follow a comma. Quotes, a byte
    order mark, any ends of lines and empty lines at the end are all fine. Effects in another order of strategies are
    put in that of the costs, by name.

    Parameters
    ----------
    costs, effects : one column a strategy, one row a draw; the first line names the strategies
    parameters : one column a parameter, one row a draw, the same draws in the same order

    Raises
    ------
    InputError
        Where a file cannot be read, a cell is no finite number, a name is missing or there twice, or the files do not
        fit together: one line that says which.
    """
    cost_names, cost, cost_source = _read(costs)
    effect_names, effect, effect_source = _read(effects)
    for path, names in ((costs, cost_names), (effects, effect_names)):
        if len(names) == 1:
            raise InputError(f"{path}: has one strategy, '{names[0]}'; a comparison needs at least two columns")
    _check_same_strategies(costs, cost_names, effects, effect_names)
    _check_same_rows(costs, cost, effects, effect)
    effect = effect[:, [effect_names.index(name) for name in cost_names]]
    _refuse_counters(costs, cost_names, _counts(cost) & _counts(effect), ", as in the effects")
    sources = [cost_source, effect_source]
    table = None
    if parameters is not None:
        names, values, source = _read(parameters)
        _check_same_rows(costs, cost, parameters, values)
        _refuse_counters(parameters, names, _counts(values))
        table = pd.DataFrame(values, columns=names)
        sources.append(source)
    return Sample(_labelled(cost, cost_names), _labelled(effect, cost_names), table, tuple(sources))


def names_in(text: str, known: Sequence[str], where: str) -> tuple[str, ...]:
    """Split names at commas; a name that itself holds a comma is taken whole where it can be.

    Parameters
    ----------
    text : names with commas between them
    known : what may be named
    where : what the error says the text is

    Examples
    --------
    >>> names_in("cost, of a day,rate", ["rate", "cost, of a day"], "--evppi")
    ('cost, of a day', 'rate')

    Raises
    ------
    InputError
        For a name that is not known, with the closest one, or one that is there twice.
    """
    pieces = text.split(",")
    found: list[str] = []
    while pieces:
        for length in range(len(pieces), 0, -1):
            name = ",".join(pieces[:length]).strip()
            if name in known:
                found.append(name)
                del pieces[:length]
                break
        else:
            wrong = pieces[0].strip()
            if not wrong:
                raise InputError(f"{where}: '{text}' has no name in one place; write names with one comma between")
            raise InputError(f"{where}: there is no '{wrong}': {closest(wrong, known)}")
    twice = [name for name, count in Counter(found).items() if count > 1]
    if twice:
        raise InputError(f"{where}: '{text}' names {twice[0]} twice; name it once")
    return tuple(found)


def _labelled(values: NDArray[np.float64], names: list[str]) -> xr.DataArray:
    return xr.DataArray(
        values, dims=("draw", "strategy"), coords={"draw": np.arange(1, len(values) + 1), "strategy": names}
    )


def _read(path: Path) -> tuple[list[str], NDArray[np.float64], Source]:
    """Read one file: names of the columns, float64[row, column], and what was read."""
    raw = _bytes(path)
    separator, rows = _rows(path, raw)
    if not rows:
        raise InputError(f"{path}: is empty; give a line of names and then one line a draw")
    _, names = rows[0]
    if all(_number(cell, separator) is not None for cell in names):
        raise InputError(f"{path}: line 1 holds numbers, not names; put a line above that names the columns")
    _check_names(path, names)
    if len(rows) - 1 < LEAST_DRAWS:
        count = "one draw" if len(rows) == 2 else "no draws"
        raise InputError(f"{path}: has {count} under its line of names; an analysis needs at least {LEAST_DRAWS}")
    values = _numbers(path, names, rows[1:], separator)
    return names, values, Source(path.name, len(values), len(names), hashlib.sha256(raw).hexdigest())


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise InputError(f"{path}: there is no such file") from None
    except IsADirectoryError:
        raise InputError(f"{path}: is a folder; name a CSV in it") from None
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: cannot be read: {getattr(error, 'strerror', None) or error}") from None


def _rows(path: Path, raw: bytes) -> tuple[str, list[Row]]:
    """Split a file into rows of cells with the number of the line that each ends on; none empty at either end."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        way_out = "save it as CSV UTF-8 (a workbook is no CSV)"
        raise InputError(f"{path}: byte {error.start + 1} is not UTF-8; {way_out}") from None
    separator = _separator(text)
    reader = _reader(text, separator)
    try:
        rows = [(reader.line_num, [" ".join(cell.strip().splitlines()) for cell in row]) for row in reader]
    except csv.Error as error:
        raise InputError(f"{path}: line {reader.line_num} is not CSV: {error}; mend its quotes") from None
    full = [position for position, (_, cells) in enumerate(rows) if any(cells)]
    return separator, rows[full[0] : full[-1] + 1] if full else []


def _reader(text: str, separator: str) -> Any:  # noqa: ANN401  (the reader's type has no public name)
    return csv.reader(io.StringIO(text, newline=""), delimiter=separator, skipinitialspace=True, strict=True)


def _separator(text: str) -> str:
    """Tell what parts the cells: what makes the second row numbers under names, the more the better."""

    def fit(separator: str) -> tuple[bool, int]:
        rows = filter(any, _reader(text, separator))
        names: list[str] = []
        try:
            names = next(rows, [])
            numbers = next(rows, names)
        except csv.Error:
            return False, len(names)
        fits = len(names) == len(numbers) and all(_number(cell.strip(), separator) is not None for cell in numbers)
        return fits, len(names)

    return max(SEPARATORS, key=fit)


def _number(cell: str, separator: str) -> float | None:
    """Give a cell's number, infinities and NaN included, or None where it holds none."""
    text = cell
    if separator != "," and "," in cell:
        if "." in cell:
            return None
        text = cell.replace(",", ".")
    try:
        return None if "_" in text else float(text)
    except ValueError:
        return None


def _check_names(path: Path, names: list[str]) -> None:
    for position, name in enumerate(names, start=1):
        if not name:
            hint = " (row names? leave them out)" if position == 1 else ""
            raise InputError(f"{path}: column {position} of {len(names)} has no name{hint}; name it in line 1")
    for name, count in Counter(names).items():
        if count > 1:
            places = " and ".join(str(i) for i, other in enumerate(names, start=1) if other == name)
            raise InputError(f"{path}: columns {places} are both named '{name}'; rename one")


def _numbers(path: Path, names: list[str], rows: list[Row], separator: str) -> NDArray[np.float64]:
    """Turn rows of cells into float64[row, column], every one a finite number."""
    values = np.empty((len(rows), len(names)))
    commas = points = False
    for position, (line, cells) in enumerate(rows):
        where = f"{path}: row {position + 1} (line {line})"
        if not any(cells):
            raise InputError(f"{where} is empty; delete it or fill it")
        if len(cells) != len(names):
            raise InputError(f"{where} has {len(cells)} cells, and line 1 has {len(names)} names; mend that row")
        for column, cell in enumerate(cells):
            number = _number(cell, separator)
            if number is None or not math.isfinite(number) or abs(number) > LARGEST:
                raise InputError(f"{where}, column '{names[column]}': {_fault(cell, number)}")
            values[position, column] = number
        if separator != ",":
            joined = "".join(cells)
            commas, points = commas or "," in joined, points or "." in joined
            if commas and points:
                raise InputError(
                    f"{where}: decimals follow a comma in some rows and a point in others; use one of them"
                )
    return values


def _fault(cell: str, number: float | None) -> str:
    """Say what is wrong with a cell."""
    if not cell:
        return "the cell is empty; give a number"
    if number is not None and math.isfinite(number):
        return f"{cell} is too large to reckon with; use larger units"
    if number is not None or cell.upper().strip("#") in {"NA", "N/A"}:
        return f"{cell} is no finite number; mend or drop that draw in every file"
    return f"'{cell[:40]}' is no number; write it with digits and one decimal sign, none between thousands"


def _check_same_strategies(costs: Path, cost_names: list[str], effects: Path, effect_names: list[str]) -> None:
    for path, names, other, others in (
        (costs, cost_names, effects, effect_names),
        (effects, effect_names, costs, cost_names),
    ):
        for name in names:
            if name not in others:
                raise InputError(f"{path}: has the strategy '{name}', and {other} has not: {closest(name, others)}")


def _check_same_rows(one: Path, values: NDArray[np.float64], other: Path, others: NDArray[np.float64]) -> None:
    if len(values) != len(others):
        raise InputError(
            f"{one} has {len(values)} rows and {other} has {len(others)}: a row is one draw in each of them"
        )


def _counts(values: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Tell which columns go 0, 1, 2, ... or 1, 2, 3, ... down all of many rows."""
    first = values[0]
    count = np.arange(len(values))[:, None] + first
    return np.asarray((len(values) >= COUNTING_DRAWS) & np.isin(first, (0.0, 1.0)) & (values == count).all(axis=0))


def _refuse_counters(path: Path, names: list[str], counts: NDArray[np.bool_], where: str = "") -> None:
    """Refuse a column that numbers the draws: it would be compared, or valued, without a word."""
    for column in np.flatnonzero(counts):
        way_out = "leave it out of both" if where else "leave it out"
        raise InputError(f"{path}: column '{names[column]}' only counts the rows{where}; {way_out}")

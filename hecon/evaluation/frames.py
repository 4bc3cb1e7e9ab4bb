"""A table as a dataset and back, each cell exactly what it was: what NetCDF holds of a DataFrame."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import xarray as xr

if TYPE_CHECKING:
    from collections.abc import Mapping

ROW = "row"
COLUMNS = "columns"
"""The attribute with each column's name and kind, in order."""
MISSING = "missing_rows"
"""The attribute of a column of text with the rows that have none."""
TEXT = "str"


def dataset_of(table: pd.DataFrame) -> xr.Dataset:
    """Give a table as a dataset with one variable a column along ``row``.

    Text stands as text, a missing one as an empty text whose row the attribute ``missing_rows`` has; a column of mixed
    kinds stands as JSON, one text a cell.

    Raises
    ------
    ValueError
        If the rows have names: they would be lost.
    """
    if not table.index.equals(pd.RangeIndex(len(table))):
        raise ValueError(f"a table with named rows cannot be stored: {list(table.columns)}: make the names a column")
    columns = {str(name): str(table[name].dtype) for name in table.columns}
    return xr.Dataset(
        {name: _variable(table[name], kind) for name, kind in columns.items()}, attrs={COLUMNS: json.dumps(columns)}
    )


def table_of(dataset: xr.Dataset) -> pd.DataFrame:
    """Give the table that `dataset_of` made a dataset of."""
    columns: Mapping[str, str] = json.loads(dataset.attrs[COLUMNS])
    rows = pd.RangeIndex(dataset.sizes.get(ROW, 0))
    return pd.DataFrame({name: _column(dataset[name], kind) for name, kind in columns.items()}, index=rows)


def _variable(column: pd.Series, kind: str) -> xr.Variable:
    if kind == TEXT:
        missing = column.isna().to_numpy()
        cells = np.array(["" if gone else str(cell) for cell, gone in zip(column, missing, strict=True)], dtype=object)
        attributes = {MISSING: np.flatnonzero(missing)} if missing.any() else {}
        return xr.Variable(ROW, cells, attributes)
    if column.dtype.kind in "biuf":
        return xr.Variable(ROW, column.to_numpy())
    return xr.Variable(ROW, np.array([json.dumps(cell) for cell in column], dtype=object))


def _column(variable: xr.DataArray, kind: str) -> pd.Series:
    cells = variable.to_numpy()
    if kind == TEXT:
        column = pd.Series([str(cell) for cell in cells], dtype=TEXT)
        column[np.atleast_1d(variable.attrs.get(MISSING, ())).astype(int)] = np.nan
        return column
    if cells.dtype.kind in "biuf":
        return pd.Series(cells, dtype=kind)
    return pd.Series([json.loads(str(cell)) for cell in cells], dtype=kind)

"""Outcomes by person as CSV or Parquet, written block by block, whole or not at all."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from hecon.inputs.errors import InputError
from hecon.model.person_files import PARQUET, needs_pyarrow
from hecon.model.runs import SIGNIFICANT, whole_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    Write = Callable[[pd.Series[object], NDArray[np.float64]], None]

CSV = ".csv"


def check_person_file(path: Path) -> Path:
    """Refuse a file of persons that is neither CSV nor Parquet, or that cannot be written here.

    Raises
    ------
    InputError
        Naming the file and the way out.
    """
    if path.suffix.lower() in PARQUET:
        needs_pyarrow(path)
    elif path.suffix.lower() != CSV:
        raise InputError(f"persons: {path} is neither CSV nor Parquet: end it in {CSV} or {PARQUET[0]}")
    return path


@contextmanager
def writing_persons(path: Path | None, strategies: Sequence[str], outcomes: Sequence[str]) -> Iterator[Write]:
    """Give what adds a block of people to a file: their names, and float64[person, strategy, outcome].

    Parameters
    ----------
    path
        Takes its name when all is written; nothing is written if None.
    strategies, outcomes
        Names of what the columns and rows hold.
    """
    if path is None:
        yield lambda _names, _values: None
        return
    with whole_file(path) as temporary:
        add = _to_parquet if path.suffix.lower() in PARQUET else _to_csv
        with add(temporary) as write:

            def block(names: pd.Series[object], values: NDArray[np.float64]) -> None:
                columns = {
                    str(names.name): np.repeat(names.to_numpy(), len(strategies)),
                    "strategy": np.tile(np.array(strategies, dtype=object), len(names)),
                }
                flat = values.reshape(-1, len(outcomes))
                write(pd.DataFrame(columns | {name: flat[:, place] for place, name in enumerate(outcomes)}))

            yield block


@contextmanager
def _to_csv(path: Path) -> Iterator[Callable[[pd.DataFrame], None]]:
    with path.open("w", encoding="utf-8", newline="") as file:

        def write(frame: pd.DataFrame) -> None:
            frame.to_csv(file, header=file.tell() == 0, index=False, float_format=SIGNIFICANT, lineterminator="\n")

        yield write


@contextmanager
def _to_parquet(path: Path) -> Iterator[Callable[[pd.DataFrame], None]]:
    import pyarrow as pa
    from pyarrow import parquet

    writer: parquet.ParquetWriter | None = None

    def write(frame: pd.DataFrame) -> None:
        nonlocal writer
        table = pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata(None)
        if writer is None:
            writer = parquet.ParquetWriter(path, table.schema)
        writer.write_table(table)

    try:
        yield write
    finally:
        if writer is not None:
            writer.close()

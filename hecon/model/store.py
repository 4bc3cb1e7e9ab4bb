"""What a run gives, labelled: in memory, or in one NetCDF file that is written block by block and opened lazily."""

import shutil
from collections.abc import Iterable
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from hecon.inputs.errors import InputError
from hecon.inputs.points import Inputs
from hecon.model.block import PERSON, Setup, Sums, labels_of
from hecon.model.checkpoint import Checkpoint
from hecon.model.grid import Block, Floats, extent, run_grid
from hecon.model.identity import identity
from hecon.model.ledger import FLOW_NAMES
from hecon.model.outcomes import MEASURE_NAMES
from hecon.model.programs import RESOURCE_NAMES
from hecon.model.runs import whole_file

Parts = Iterable[tuple[Block, dict[str, Floats]]]
DIMS = {
    "money": ("draw", "strategy", "subgroup", "year", "flow"),
    "outcome": ("draw", "strategy", "subgroup", "measure"),
    "units": ("draw", "strategy", "subgroup", "resource"),
    "delivered": ("draw", "strategy", "subgroup", "year", "resource"),
    "people": ("draw", "subgroup"),
}
"""Of the sums of a run."""
IDENTITY = "hecon_run"
"""The attribute of a file that says which run it holds."""
BLOCKS = ".blocks"
"""What the folder of a file's blocks adds to its name."""
_ATTRIBUTES = ("weeks", "seed")
DEFLATED = {"compression": "gzip", "compression_opts": 1, "shuffle": True}


def in_memory(inputs: Inputs, setup: Setup, checkpoint: Checkpoint, **how: Any) -> xr.Dataset:  # noqa: ANN401
    """Give the sums of a run as arrays in memory.

    Parameters
    ----------
    inputs, setup : the run
    checkpoint : where its blocks are kept
    how : threads and progress
    """
    sums = Sums.zeros(setup, len(inputs))
    with closing(run_grid(inputs, setup, checkpoint, **how)) as done:
        for block, part in done:
            for name, values in part.items():
                total, at = getattr(sums, name), _place(name, setup, block)
                total[at] = values if _first(setup, block) else total[at] + values
    return xr.Dataset(
        {name: (dims, getattr(sums, name)) for name, dims in DIMS.items()},
        coords=coordinates(setup, len(inputs)),
        attrs=_attributes(setup),
    )


def stored(path: Path, inputs: Inputs, setup: Setup, **how: Any) -> xr.Dataset:  # noqa: ANN401
    """Give the sums of a run from a file, which is made if it is not there, and opened lazily.

    Blocks are kept beside the file as they come, and put into it in order when all are there; memory holds the blocks
    in flight and those of one draw at a time, however many draws there are. The same run gives the same bytes, on
    whatever workers, in however many attempts.

    Parameters
    ----------
    path : of the file
    inputs, setup : the run
    how : threads and progress

    Raises
    ------
    InputError
        If the file holds something else.
    """
    beside = path.with_name(f"{path.name}{BLOCKS}")
    size = extent(setup, len(inputs), None)
    name = identity(inputs, setup, size)
    folder = beside / name
    if not path.exists():
        made = folder / path.name  # what a kill leaves half-written goes with the folder
        with whole_file(made) as temporary, closing(run_grid(inputs, setup, Checkpoint(folder), **how)) as done:
            _write(temporary, _empty(inputs, setup, name), setup, size, done)
        made.replace(path)
    opened = _opened(path, name)
    shutil.rmtree(folder, ignore_errors=True)
    with suppress(OSError):
        beside.rmdir()  # unless blocks of another run are there
    return opened


def _write(path: Path, empty: xr.Dataset, setup: Setup, extents: tuple[int, int], done: Parts) -> None:
    """Write a file from the blocks of a run in order; what is never written is zero."""
    import h5netcdf

    empty.to_netcdf(path, engine="h5netcdf")
    persons, draws = extents
    alone = setup.by == (PERSON,)
    chunk = {str(dim): size for dim, size in empty.sizes.items()} | {"draw": draws}
    if alone:
        chunk["subgroup"] = persons
    held: dict[str, Floats] = {}
    with h5netcdf.File(path, "a") as file:
        for name, dims in DIMS.items():
            file.create_variable(name, dims, np.float64, chunks=tuple(chunk[dim] for dim in dims), **DEFLATED)
        for block, part in done:
            held = part if _first(setup, block) else {name: held[name] + more for name, more in part.items()}
            if alone or block.persons[1] == setup.persons:
                for name, values in held.items():
                    file.variables[name][_place(name, setup, block)] = values


def _empty(inputs: Inputs, setup: Setup, name: str) -> xr.Dataset:
    """Give the labels of a run's file."""
    labels = coordinates(setup, len(inputs))
    texts = {
        key: np.array(values, dtype=object) if isinstance(values[0], str) else values for key, values in labels.items()
    }
    return xr.Dataset(coords=texts, attrs={**_attributes(setup), IDENTITY: name})


def _opened(path: Path, name: str) -> xr.Dataset:
    """Open a file lazily, if it holds the run of a name."""
    try:
        opened = xr.open_dataset(path, engine="h5netcdf")
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RuntimeError) as error:
        raise InputError(f"{path}: cannot be read as NetCDF: name another file, or delete it") from error
    if opened.attrs.get(IDENTITY) != name:
        opened.close()
        raise InputError(
            f"{path}: holds another run, of other parameters, points, sizes or code: name another file, or delete it"
        )
    texts = {key: of.to_numpy().astype(str) for key, of in opened.coords.items() if of.dtype.kind not in "iuf"}
    attributes = {key: int(opened.attrs[key]) for key in _ATTRIBUTES}
    return opened.assign_coords(texts).drop_attrs(deep=False).assign_attrs(attributes)


def coordinates(setup: Setup, draws: int) -> dict[str, Any]:
    """Give the labels of a run's sums by dimension."""
    return {
        "draw": np.arange(draws),
        "strategy": list(setup.strategies),
        "subgroup": labels_of(setup),
        "year": np.arange(1, setup.years + 1),
        "flow": list(FLOW_NAMES),
        "measure": list(MEASURE_NAMES),
        "resource": list(RESOURCE_NAMES),
    }


def _attributes(setup: Setup) -> dict[str, int]:
    return {name: getattr(setup, name) for name in _ATTRIBUTES}


def _first(setup: Setup, block: Block) -> bool:
    """Tell whether a block's sums are the first of their rows, to which others may be added."""
    return setup.by == (PERSON,) or block.persons[0] == 0


def _place(name: str, setup: Setup, block: Block) -> tuple[slice, ...]:
    """Say where a block's sums of a name stand among those of the run."""
    rows = slice(*block.persons) if setup.by == (PERSON,) else slice(None)
    return (slice(*block.draws), rows) if name == "people" else (slice(*block.draws), slice(None), rows)

"""A comparison as one NetCDF file that everything can be reported from: each part is a group, and one holds the files.

The groups `base`, `carried`, `alike`, `occupancy`, `scenarios` and `structural` open with
``xarray.open_dataset(path, group="carried")``. A table is a group with one variable a column. The group `parameters`
holds the text of every file of parameters that was read, so that the labels, values and sources in a report are those
of the run, whatever has become of the files.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import xarray as xr

from hecon import __version__
from hecon.evaluation.budget_tables import RollOut
from hecon.evaluation.choices import Choices
from hecon.evaluation.comparison import Comparison
from hecon.evaluation.frames import MISSING, dataset_of, table_of
from hecon.evaluation.information import Deciding, Information
from hecon.evaluation.precision import Precision
from hecon.evaluation.trial import AgainstTrial
from hecon.inputs.errors import InputError
from hecon.inputs.origin import Origin, retold
from hecon.inputs.parameters import Parameters, read_again
from hecon.inputs.reading import VALIDATION
from hecon.model.runs import whole_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    import h5py

    Groups = Mapping[str, xr.Dataset]

FORMAT = 1
"""Of the file, raised when its parts change."""
PARTS = {part.__name__: part for part in (Precision, Information, Deciding, Choices, RollOut, AgainstTrial)}
"""What a group may be, beside a dataset, an array and a table."""
KIND, PLAIN, MADE = "hecon", "values", "hecon_format"
"""Attributes: what a group is; its fields that are neither arrays nor tables, as JSON; the file's format."""
BARE = b"This is a netCDF dimension but not a netCDF variable"
"""How HDF5's dimension scale is called where a dimension has no labels."""
AGAIN = "run again with hecon run or hecon report"
RECORDED = (
    "seed",
    "draws",
    "people_per_draw",
    "people_base_case",
    "people",
    "weeks",
    "strategies",
    "statute_date",
    "parameters",
    "calibration",
    "overlaid",
    "hecon",
    "python",
    "numpy",
    "numba",
)
"""What every report shows of the record."""
RUN = ("money", "outcome", "people")
VARIABLES = {
    "base": ("money", "cost", "cost_error", "outcome", "outcome_error", "value_of_day"),
    "carried": RUN,
    "alike": RUN,
    "account": ("quantity", "weeks", "delivered"),
}
"""What every report reads of the datasets."""
MOST = 4 * 2**30
"""Bytes that the arrays of a file may take in memory: a small file can unfold to more than there is."""


def save(comparison: Comparison, path: Path) -> Path:
    """Write a comparison to one NetCDF file, whole or not at all; the same comparison gives the same bytes.

    Raises
    ------
    InputError
        If its parameters hold a calibrated block that was put in place in memory.
    """
    origin = comparison.parameters.origin
    if origin is None:
        raise InputError(
            "parameters: hold a calibrated block put in place in memory, which no file has: read it from calibrated/"
        )
    groups = dict(_groups("/", comparison))
    record = {key: value if isinstance(value, int) else str(value) for key, value in comparison.record.items()}
    groups["/"] = groups["/"].assign_attrs({MADE: FORMAT, **record})
    groups["/parameters"] = _texts(comparison.parameters, origin)
    tree = xr.DataTree.from_dict(groups)
    squeezed = {
        group: {
            name: {"zlib": True, "complevel": 5, "shuffle": True}
            for name, values in dataset.data_vars.items()
            if values.ndim and values.dtype.kind in "biuf"
        }
        for group, dataset in groups.items()
    }
    with whole_file(path) as temporary:
        tree.to_netcdf(temporary, engine="h5netcdf", encoding=squeezed)
    return path


def read_comparison(path: Path | str) -> Comparison:
    """Read a comparison that `Comparison.save`, `hecon run` or `hecon report` has written.

    Every report of it is, byte for byte, that of the comparison which was saved.

    Raises
    ------
    InputError
        If the file is not such a one, is damaged, or was made by a hecon that this one does not understand.
    """
    path = Path(path)
    groups = _read(path)
    root = groups["/"]
    if MADE not in root.attrs:
        made = "by an older hecon, without what a report needs" if "statute_date" in root.attrs else "by something else"
        raise InputError(f"{path}: was made {made}: {AGAIN}")
    try:
        return _comparison(path, groups)
    # An InputError is a ValueError, and JSON can be nested deeper than it can be read.
    except (LookupError, ValueError, TypeError, AttributeError, RecursionError, MemoryError) as error:
        wrote = root.attrs.get("hecon", "another version")
        raise InputError(
            f"{path}: was made by hecon {wrote}, and hecon {__version__} reads it otherwise "
            f"({_said(error)}): report it with the hecon that made it, or {AGAIN}"
        ) from error


def _groups(place: str, part: Any) -> Iterator[tuple[str, xr.Dataset]]:  # noqa: ANN401  (any part of a comparison)
    """Give a part's own group and those below it."""
    name = place.rpartition("/")[2]
    if isinstance(part, xr.Dataset):
        yield place, part.assign_attrs({KIND: "Dataset"})
    elif isinstance(part, xr.DataArray):
        named = json.dumps({"name": part.name})
        yield place, part.to_dataset(name=name).assign_attrs({KIND: "DataArray", PLAIN: named})
    elif isinstance(part, pd.DataFrame):
        yield place, dataset_of(part).assign_attrs({KIND: "DataFrame"})
    elif is_dataclass(part):
        held = {field.name: getattr(part, field.name) for field in fields(part)}
        below = {name: one for name, one in held.items() if _stands_alone(one)}
        plain = {name: one for name, one in held.items() if name not in below and not isinstance(one, Parameters)}
        yield place, xr.Dataset(attrs={KIND: type(part).__name__, PLAIN: json.dumps(plain)})
        for below_name, one in below.items():
            yield from _groups(f"{place.rstrip('/')}/{below_name}", one)


def _stands_alone(part: object) -> bool:
    """Tell whether a part is a group: the parameters are one too, of another kind."""
    arrays = isinstance(part, xr.Dataset | xr.DataArray | pd.DataFrame)
    return arrays or (is_dataclass(part) and not isinstance(part, Parameters))


def _comparison(path: Path, groups: Groups) -> Comparison:
    """Give the comparison that the groups of a file hold."""
    made = groups["/"].attrs[MADE]
    if made != FORMAT:
        raise ValueError(f"its format is {made}, not {FORMAT}")
    told = json.loads(groups["/"].attrs[PLAIN])
    below = {field.name for field in fields(Comparison)} - told.keys() - {"parameters"}
    parts = {name: _part(f"/{name}", groups) for name in below}
    parameters = _parameters(groups["/parameters"], told["record"]["parameters"], path)
    comparison = Comparison(parameters=parameters, **told, **parts)
    _check(comparison)
    return comparison


def _check(comparison: Comparison) -> None:
    """Refuse a comparison without what every report shows of it."""
    missing = [f"record.{key}" for key in RECORDED if key not in comparison.record]
    for name, variables in VARIABLES.items():
        held = getattr(comparison, name)
        missing += [f"{name}.{variable}" for variable in variables if variable not in held]
    if missing:
        raise ValueError(f"it has no {', '.join(missing)}")


def _part(place: str, groups: Groups) -> Any:  # noqa: ANN401  (any part of a comparison)
    """Give what stands in a group and in those below it."""
    dataset = groups[place]
    kind = dataset.attrs[KIND]
    told = json.loads(dataset.attrs.get(PLAIN, "{}"))
    if kind == "DataFrame":
        return table_of(dataset)
    if kind in {"Dataset", "DataArray"}:
        as_it_was = _as_it_was(dataset)
        return as_it_was if kind == "Dataset" else as_it_was[place.rpartition("/")[2]].rename(told["name"]).drop_attrs()
    part = PARTS[kind]
    below = {field.name for field in fields(part)} - told.keys()
    return part(**told, **{name: _part(f"{place}/{name}", groups) for name in below})


def _as_it_was(dataset: xr.Dataset) -> xr.Dataset:
    """Give a dataset as it was before it was stored: its texts of a fixed length, its attributes only its own."""
    texts = {
        name: (values.dims, values.to_numpy().astype(str))
        for name, values in dataset.variables.items()
        if values.dtype.kind not in "biuf"
    }
    attributes = {name: value for name, value in dataset.attrs.items() if name not in {KIND, PLAIN}}
    return dataset.assign(texts).drop_attrs().assign_attrs(attributes)


def _texts(parameters: Parameters, origin: Origin) -> xr.Dataset:
    """Give the text of every file that was read, all in one array of bytes, and what was put in place since."""
    texts = {name: text.encode() for name, text in sorted({**origin.texts, VALIDATION: origin.validation}.items())}
    return xr.Dataset(
        {
            "text": ("byte", np.frombuffer(b"".join(texts.values()), dtype=np.uint8)),
            "bytes": ("file", np.array([len(text) for text in texts.values()])),
        },
        coords={"file": np.array(list(texts), dtype=object)},
        attrs={"date": parameters.date.isoformat(), "origin": origin.told()},
    )


def _parameters(dataset: xr.Dataset, expected: str, place: Path) -> Parameters:
    """Give the parameters that the texts of their files give, if they are still what they were."""
    ends = np.cumsum(dataset["bytes"].to_numpy())
    content = dataset["text"].to_numpy().tobytes()
    texts = {
        str(name): content[end - length : end].decode()
        for name, end, length in zip(dataset["file"].to_numpy(), ends, dataset["bytes"].to_numpy(), strict=True)
    }
    validation = texts.pop(VALIDATION)
    origin = retold(dataset.attrs["origin"], texts, validation)
    parameters = read_again(origin, dt.date.fromisoformat(dataset.attrs["date"]), place)
    if parameters.hash != expected:
        raise ValueError("its parameters come out otherwise")
    return parameters


def _read(path: Path) -> Groups:
    """Give every group of a file, in memory; by h5py, which takes a tenth of the time that xarray takes."""
    import h5py

    if not path.is_file():
        raise InputError(f"{path}: is no file: name a results.nc that hecon run or hecon report has written")
    groups: dict[str, xr.Dataset] = {}
    try:
        with h5py.File(path) as file:
            found = dict(_inside("/", file, set()))
            _check_size(one for one in found.values() if isinstance(one, h5py.Dataset))
            for name, one in found.items():
                if isinstance(one, h5py.Group):
                    groups[name] = _dataset(one)
    except (OSError, ValueError, TypeError, AttributeError, LookupError, RuntimeError, MemoryError) as error:
        raise InputError(f"{path}: cannot be read as NetCDF ({_said(error)}): {AGAIN}") from error
    return groups


def _check_size(arrays: Iterable[h5py.Dataset]) -> None:
    size = sum(one.size * one.dtype.itemsize for one in arrays)
    if size > MOST:
        raise ValueError(f"its arrays would take {size / 2**30:.1f} GiB of memory")


def _inside(place: str, group: h5py.Group, met: set[int]) -> Iterator[tuple[str, h5py.Group | h5py.Dataset]]:
    """Go through a group and all below it; nothing in it may stand in another file, which would be read too."""
    import h5py
    from h5py import h5o

    address = h5o.get_info(group.id).addr
    if address in met:
        raise ValueError(f"{place} stands in two places")
    met.add(address)
    yield place, group
    for name in group:
        below = f"{place.rstrip('/')}/{name}"
        if not isinstance(group.get(name, getlink=True), h5py.HardLink):
            raise ValueError(f"{below} is a link to somewhere else")  # noqa: TRY004  (of the file, not of a caller)
        held = group[name]
        if isinstance(held, h5py.Group):
            yield from _inside(below, held, met)
        elif isinstance(held, h5py.Dataset):
            if held.external or held.is_virtual:
                raise ValueError(f"{below} stands in another file")
            yield below, held


def _said(error: Exception) -> str:
    """Give the first line of what an error says, or else its kind."""
    return next(iter(str(error).splitlines()), "") or type(error).__name__


def _dataset(group: h5py.Group) -> xr.Dataset:
    """Give the variables of one group, as h5netcdf lays them out: their dimensions are HDF5's dimension scales."""
    from h5py import h5o

    # By address: HDF5 looks for the name of a scale through the whole file.
    names = {h5o.get_info(held.id).addr: name for name, held in group.items()}
    variables = {}
    for name, held in group.items():
        attributes = _attributes(held)
        scale = attributes.get("NAME")
        if hasattr(held, "items") or (isinstance(scale, bytes) and scale.startswith(BARE)):
            continue
        dims = [names[h5o.get_info(dim[0].id).addr] if len(dim) else name for dim in held.dims]
        values = held.asstr()[()] if held.dtype.kind == "O" else held[()]
        if attributes.get("dtype") == "bool":
            values = values.astype(bool)
        kept = {MISSING: attributes[MISSING]} if MISSING in attributes else {}
        variables[name] = xr.Variable(dims, values, kept)
    return xr.Dataset(variables, attrs=_attributes(group))


def _attributes(held: h5py.Group | h5py.Dataset) -> dict[str, Any]:
    """Give attributes as they were: h5netcdf makes an array of a number."""
    return {
        name: value.item() if isinstance(value, np.ndarray | np.generic) and value.size == 1 else value
        for name, value in held.attrs.items()
    }

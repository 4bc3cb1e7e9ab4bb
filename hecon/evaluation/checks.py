"""What decision analysis asks of its arrays: labelled, finite, and with the same strategies in the same order.

Whatever is refused here would give a number that is silently wrong: xarray skips NaN in a mean and drops draws that
only one of two arrays has.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from hecon.inputs.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


def check(*arrays: xr.DataArray, dims: tuple[str, ...], names: tuple[str, ...] = ("cost", "effect")) -> None:
    """Refuse arrays that lack a dimension, names or a number, or whose coordinates differ.

    Parameters
    ----------
    arrays
        Numbers with at least the dimensions ``dims``.
    dims
        Dimensions that each must have.
    names
        What the arrays are called in a message.

    Raises
    ------
    InputError
        In one line that names the array, what is wrong with it and the way out.
    """
    for values, name in zip(arrays, names, strict=False):
        check_values(values, name, dims)
        _check_strategies(values, name)
    try:
        xr.align(*arrays, join="exact")
    except ValueError as error:
        msg = f"{' and '.join(names)}: their coordinates differ; give both the same ones: {error}"
        raise InputError(" ".join(msg.split())) from error


def check_values(values: xr.DataArray, name: str, dims: tuple[str, ...]) -> None:
    """Refuse an array without some dimension, without entries, or with entries that are no finite numbers."""
    missing = [dim for dim in dims if dim not in values.dims]
    if missing:
        there = ", ".join(str(dim) for dim in values.dims) or "none"
        msg = f"{name}: has no dimension {', '.join(missing)} (there are: {there}); name it so"
        raise InputError(msg)
    empty = [str(dim) for dim, size in values.sizes.items() if not size]
    if empty:
        msg = f"{name}: is empty along {', '.join(empty)}; give at least one"
        raise InputError(msg)
    if values.dtype.kind not in "fiu":
        msg = f"{name}: holds {values.dtype}, not numbers; convert it first"
        raise InputError(msg)
    wrong = int((~np.isfinite(values.to_numpy())).sum())
    if wrong:
        msg = f"{name}: {wrong} of {values.size} values are not finite; mend or drop those draws"
        raise InputError(msg)


def check_comparator(values: xr.DataArray, comparator: str) -> None:
    """Refuse a comparator that is none of the strategies."""
    if comparator not in values["strategy"].to_numpy():
        msg = f"comparator: no strategy is named '{comparator}'; there are {listed(values)}"
        raise InputError(msg)


def thresholds(wtp: float | Sequence[float] | NDArray[np.float64]) -> xr.DataArray:
    """Give a willingness to pay, or several along ``wtp``, as an array that carries its own labels.

    Raises
    ------
    InputError
        If one is negative or not finite, or there are none.
    """
    values = np.asarray(wtp, dtype=np.float64)
    if values.ndim > 1 or not values.size:
        msg = f"wtp: has the shape {values.shape}; give one number or a plain list of them"
        raise InputError(msg)
    if not (np.isfinite(values) & (values >= 0)).all():
        msg = f"wtp: {wtp} is not all finite and at least 0; a willingness to pay is"
        raise InputError(msg)
    dims = ("wtp",)[: values.ndim]
    return xr.DataArray(values, dims=dims, coords={"wtp": (dims, values)})


def listed(values: xr.DataArray) -> str:
    """Name the strategies of an array, for a message."""
    return ", ".join(str(name) for name in values["strategy"].to_numpy())


def _check_strategies(values: xr.DataArray, name: str) -> None:
    if "strategy" not in values.coords:
        msg = f"{name}: its strategies have no names; add the coordinate 'strategy'"
        raise InputError(msg)
    if values.sizes["strategy"] < 2:
        msg = f"{name}: has one strategy, {listed(values)}; a comparison needs at least two"
        raise InputError(msg)
    if not values.indexes["strategy"].is_unique:
        msg = f"{name}: two strategies share a name among {listed(values)}; rename one"
        raise InputError(msg)

"""Net benefit as a function of two quantities at once, and where it is zero."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from hecon import SEED
from hecon.evaluation.crossings import per_offered
from hecon.evaluation.what_if import PERSPECTIVE_NAMES, Size, check_asked, check_program, marginal, worth
from hecon.inputs.errors import InputError
from hecon.model.kernel import WEEKS_PER_YEAR

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from hecon.evaluation.what_if import Quantity
    from hecon.inputs.parameters import Parameters

    Floats = NDArray[np.float64]


def net_benefit_map(
    parameters: Parameters,
    program: str,
    x: tuple[Quantity, Sequence[float] | Floats],
    y: tuple[Quantity, Sequence[float] | Floats],
    perspective: str,
    *,
    draws: int = 200,
    people: int = 1000,
    seed: int = SEED,
    threads: int | None = None,
    progress: str | None = None,
) -> xr.DataArray:
    """Give the expected net benefit over usual case management as a function of two quantities.

    Parameters
    ----------
    parameters, program
        As for `break_even`.
    x, y
        Each a quantity and its values.
    perspective
        One of those of `hecon.model.ledger.PERSPECTIVES`.
    draws, people, seed, threads, progress
        As for `break_even`.

    Returns
    -------
    NOK per person offered, [quantity of y, quantity of x]; the coordinate ``error`` is its Monte Carlo error

    Raises
    ------
    InputError
        As `break_even`, and if both quantities are the same one.
    """
    names = (y[0], x[0])
    check_asked(names, [perspective], draws)
    if x[0] == y[0]:
        raise InputError(f"x and y: both are {x[0]}: a map needs two quantities")
    inputs = parameters.sample(draws, seed)
    check_program(inputs, program, names)
    axes = [np.asarray(values, np.float64) for _, values in (y, x)]
    grid = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 2)
    changes: list[dict[str, float]] = [
        {name: value for name, value in zip(names, at, strict=True) if name != "cost"} for at in grid.tolist()
    ]
    runs = {tuple(change.items()): change for change in changes}
    tried = worth(inputs, program, [*runs.values()], Size(people, WEEKS_PER_YEAR, seed, threads, progress))
    of_change = [list(runs).index(tuple(change.items())) for change in changes]
    place = PERSPECTIVE_NAMES.index(perspective)
    gain = tried.gain[of_change, place]
    if "cost" in names:
        spent = grid[:, [names.index("cost")]] * tried.offered
        gain = gain + marginal(inputs, perspective) * (tried.delivery[of_change, place] - spent)
    mean, error = zip(*(per_offered(one, tried.offered) for one in gain), strict=True)
    shape = (len(axes[0]), len(axes[1]))
    return xr.DataArray(
        np.reshape(mean, shape),
        coords={**dict(zip(names, axes, strict=True)), "error": (names, np.reshape(error, shape))},
        dims=names,
        name="net_benefit",
        attrs={"program": program, "perspective": perspective, "draws": draws, "people": people, "seed": seed},
    )


def zero_contour(surface: xr.DataArray) -> list[Floats]:
    """Give the lines along which a map of net benefit is zero: float64[point, 2] each, x and y."""
    from contourpy import contour_generator

    y, x = (surface[name].to_numpy() for name in surface.dims)
    return [np.asarray(line) for line in contour_generator(x, y, surface.to_numpy()).lines(0.0)]

"""Points of the unit cube, and the inputs they draw."""

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hecon.inputs.calibrated import Block
from hecon.inputs.entries import Entries
from hecon.inputs.errors import InputError, closest
from hecon.inputs.families import Floats
from hecon.inputs.schema import ProgramFile

INSIDE = 2.0**-53  # the edge of the open interval: a normal has no quantile at 0 or 1


@dataclass(frozen=True, eq=False)
class Inputs:
    """The model's inputs at draws, read by name; arrays are read-only.

    Attributes
    ----------
    date
        The date as of which the parameters were read.
    draw
        int64[draw], the key of each draw's luck: 1..N when sampled, else 0.
    points
        float64[draw, coordinate], or none for the base case.
    coordinates
        The names of the columns of `points`.
    programs
        The programs by name.
    """

    date: dt.date
    draw: NDArray[np.int64]
    points: Floats | None
    coordinates: tuple[str, ...]
    programs: Mapping[str, ProgramFile]
    entries: Entries = field(repr=False)
    drawn: Mapping[str, Floats] = field(repr=False)

    def __len__(self) -> int:
        """Count the draws."""
        return len(self.draw)

    def __getitem__(self, name: str) -> Floats:
        """Give float64[draw], or float64[draw, k] of a parameter that is a list.

        Raises
        ------
        InputError
            If no parameter has the name, or it has no value on the date.
        """
        if name in self.drawn:
            return self.drawn[name]
        value = np.asarray(self.entries[name].value, np.float64)
        values = np.empty((len(self), *value.shape))
        values[...] = value
        values.flags.writeable = False
        return values

    def one(self, position: int) -> "Draw":
        """Give one draw."""
        return Draw(self, range(len(self))[position])

    def together(self) -> "Draws":
        """Give all draws, to be computed with at once."""
        return Draws(self)

    def block(self, start: int, stop: int) -> "Inputs":
        """Give the draws from start up to stop, without copying them."""
        part = slice(start, stop)
        return replace(
            self,
            draw=self.draw[part],
            points=None if self.points is None else self.points[part],
            drawn={name: values[part] for name, values in self.drawn.items()},
        )

    def replaced(self, values: Mapping[str, ArrayLike]) -> "Inputs":
        """Put values at the draws in the place of some: the same points, the same luck.

        Parameters
        ----------
        values
            A number, or float64[draw], by parameter.

        Raises
        ------
        InputError
            If no parameter has the name, or there are not as many values as draws.
        """
        new = {}
        for name, given in values.items():
            if name not in self.drawn and not isinstance(self.entries[name].value, float):
                raise InputError(f"{name}: is a list: put a whole list in place by an overlay")
            array = np.array(given, np.float64)
            if array.shape not in {(), (len(self),)}:
                raise InputError(f"{name}: shape {array.shape}: give one number, or one for each of {len(self)} draws")
            array = np.array(np.broadcast_to(array, (len(self),)))
            array.flags.writeable = False
            new[name] = array
        return replace(self, drawn={**self.drawn, **new})


@dataclass(frozen=True, eq=False)
class Draw:
    """The inputs of one draw, read by name as numbers.

    Attributes
    ----------
    inputs
        The draws.
    position
        Which of them.
    """

    inputs: Inputs = field(repr=False)
    position: int

    def __getitem__(self, name: str) -> float:
        """Give the value of a parameter that is one number.

        Raises
        ------
        InputError
            If no parameter has the name, it has no value on the date, or it is a list.
        """
        if name in self.inputs.drawn:
            return float(self.inputs.drawn[name][self.position])
        entry = self.inputs.entries[name]
        if isinstance(entry.value, tuple):
            raise InputError(f"{entry.file}: {name} is a list: read it from the inputs")
        return entry.value

    @property
    def key(self) -> int:
        """The key of the draw's luck."""
        return int(self.inputs.draw[self.position])

    @property
    def programs(self) -> Mapping[str, ProgramFile]:
        """The programs by name."""
        return self.inputs.programs

    @property
    def shape(self) -> tuple[int, ...]:
        """The axes that a table has before its own: none."""
        return ()


@dataclass(frozen=True, eq=False)
class Draws:
    """The inputs of several draws at once, read by name as `Draw` reads those of one.

    What is computed of them, person by person, has a leading axis of draws: float64[draw, person].

    Attributes
    ----------
    inputs
        The draws.
    """

    inputs: Inputs = field(repr=False)

    def __getitem__(self, name: str) -> "float | Floats":
        """Give the value of a parameter that is one number: float64[draw, 1], or the number that no draw moves.

        Raises
        ------
        InputError
            As `Draw` does.
        """
        if name in self.inputs.drawn:
            return self.inputs.drawn[name][:, None]
        return Draw(self.inputs, 0)[name]

    @property
    def key(self) -> NDArray[np.int64]:
        """The keys of the draws' luck: int64[draw]."""
        return self.inputs.draw

    @property
    def programs(self) -> Mapping[str, ProgramFile]:
        """The programs by name."""
        return self.inputs.programs

    @property
    def shape(self) -> tuple[int, ...]:
        """The axes that a table has before its own: draws."""
        return (len(self.inputs),)


Values = Draw | Draws
"""What the statute is computed with: one draw, or several at once."""


def beside(values: Values, numbers: Sequence["float | Floats"]) -> Floats:
    """Give numbers of a draw, or of several, side by side: float64[..., number].

    Parameters
    ----------
    values
        The draws.
    numbers
        Each a number, or float64[draw, 1].
    """
    out = np.empty((*values.shape, len(numbers)))
    for column, number in enumerate(numbers):
        out[..., column] = per_draw(number)
    return out


def per_draw(number: "float | Floats") -> "float | Floats":
    """Give a number as it is, and float64[draw, 1] as float64[draw]."""
    return number[:, 0] if isinstance(number, np.ndarray) else number


def whole(values: Values, number: "float | Floats | NDArray[np.int64]") -> Any:  # noqa: ANN401  (int, or int64[draw])
    """Give a number of a draw, or of several, without its fraction: an int, or int64[draw]."""
    if isinstance(values, Draw):
        return int(number)
    column = np.asarray(number).astype(np.int64)
    return np.broadcast_to(column[:, 0] if column.ndim else column, values.shape)


def check_seed(seed: int) -> None:
    """Refuse a seed that no generator takes.

    Raises
    ------
    InputError
        If it is negative or longer than 63 bits.
    """
    if not 0 <= seed < 2**63:
        raise InputError(f"seed: {seed} is out of range: give a whole number from 0 to {2**63 - 1}")


def random_points(draws: int, seed: int, names: Sequence[str]) -> Floats:
    """Give float64[draw, coordinate], independent and uniform.

    Each coordinate has its own stream, keyed by the seed and its name: an overlay that
    adds or removes one leaves the others' points where they were, and so does a larger
    number of draws.
    """
    check_seed(seed)
    points = np.empty((draws, len(names)))
    for column, name in enumerate(names):
        key = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "little")
        points[:, column] = np.random.default_rng([seed, key]).random(draws)
    return points


def checked_points(points: ArrayLike, names: Sequence[str], known: Sequence[str]) -> Floats:
    """Give points as float64[point, coordinate], strictly inside the unit cube.

    Raises
    ------
    InputError
        If a name is no coordinate or comes twice, or the points do not fit.
    """
    array = np.asarray(points, np.float64)
    faults = [
        f"points: {name!r} is not an uncertain parameter: {closest(name, known)}" for name in names if name not in known
    ]
    if len(set(names)) != len(names):
        faults.append(f"points: names {list(names)} come twice: give each once")
    if array.ndim != 2 or array.shape[1] != len(names):
        faults.append(f"points: shape {array.shape}: give one column for each of {len(names)}")
    elif not np.all((array >= 0) & (array <= 1)):
        faults.append("points: some lie outside 0 to 1 or are not numbers: keep them inside")
    if faults:
        raise InputError.of(faults)
    return np.clip(array, INSIDE, 1 - INSIDE)


def drawn_values(
    points: Floats, names: Sequence[str], entries: Entries, blocks: Mapping[str, Block]
) -> Mapping[str, Floats]:
    """Give float64[point] by parameter, for the parameters that the coordinates move."""
    values: dict[str, Floats] = {}
    for name, u in zip(names, points.T, strict=True):
        if name in blocks:
            rows = blocks[name].rows(u)
            moved = zip(blocks[name].columns, rows.T, strict=True)
            values |= {column: v for column, v in moved if entries[column].block == name}
        else:
            values[name] = entries[name].quantile(u)
    frozen = {name: np.ascontiguousarray(value) for name, value in values.items()}
    for value in frozen.values():
        value.flags.writeable = False
    return frozen

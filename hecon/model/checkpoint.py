"""Arrays that a long run keeps on disk as it makes them, so that a killed run goes on where it stopped."""

import os
import shutil
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

import numpy as np
from numpy.typing import NDArray

from hecon.model.runs import in_order, whole_file

if TYPE_CHECKING:
    from tqdm import tqdm

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Checkpoint:
    """A folder of arrays by name, each there whole or not at all.

    Attributes
    ----------
    folder : where they are kept; None keeps nothing. Its name is the identity of the run, so that what is found there
        is of the same run
    bar : moves by one whenever `keep` gives an array; None for no bar
    """

    folder: Path | None
    bar: "tqdm[NoReturn] | None" = None

    def keep(self, name: str, make: Callable[[], Floats]) -> Floats:
        """Return the array of a name: the one kept, or else a new one, kept whole or not at all."""
        made = self.read(name)
        if made is None:
            made = np.asarray(make(), dtype=np.float64)
            self.write(name, made)
        if self.bar is not None:
            self.bar.update(1)
        return made

    def read(self, name: str) -> Floats | None:
        """Return the array kept under a name; None if there is none, or it is damaged."""
        kept = self._mapped(name)
        return None if kept is None else np.array(kept, dtype=np.float64)

    def has(self, name: str, shape: tuple[int, ...]) -> bool:
        """Tell whether an array of a shape is kept under a name, without reading it."""
        kept = self._mapped(name)
        return kept is not None and kept.shape == shape

    def write(self, name: str, array: Floats) -> None:
        """Keep an array under a name."""
        if self.folder is None:
            return
        with whole_file(self._path(self.folder, name)) as temporary, temporary.open("wb") as file:
            np.save(file, array)
            file.flush()
            os.fsync(file.fileno())  # the name must not outlive the content if the machine goes down

    def _mapped(self, name: str) -> NDArray[Any] | None:
        if self.folder is None:
            return None
        with suppress(OSError, ValueError, EOFError):  # none is there, or its disk lost a part of it
            kept: NDArray[Any] = np.load(self._path(self.folder, name), mmap_mode="r")
            return kept
        return None

    @staticmethod
    def _path(folder: Path, name: str) -> Path:
        return folder / f"{name}.npy"


class Wanted(NamedTuple):
    """An array that is wanted of a run.

    Attributes
    ----------
    name, shape : of the array
    task : gives the arguments of the function that makes it
    """

    name: str
    shape: tuple[int, ...]
    task: Callable[[], tuple[Any, ...]]


def kept_in_order(
    work: Callable[..., Floats],
    wanted: Sequence[Wanted],
    checkpoint: Checkpoint,
    *,
    threads: int | None,
    progress: str | None,
    shared: tuple[object, ...] = (),
    here: bool = False,
) -> Generator[Floats]:
    """Give every array in order: those kept, and the others as they are made, and kept, by the workers in force.

    Parameters
    ----------
    work, threads, progress, shared, here : as for `hecon.model.runs.in_order`
    wanted : what is wanted, in order
    checkpoint : where arrays are kept
    """
    there = [checkpoint.has(one.name, one.shape) for one in wanted]
    missing = [one for one, found in zip(wanted, there, strict=True) if not found]
    made = in_order(
        work,
        (one.task() for one in missing),
        len(missing),
        threads=threads,
        progress=progress,
        shared=shared,
        here=here,
        done=sum(there),
        kept="" if checkpoint.folder is None else str(checkpoint.folder),
    )
    with closing(made):
        for one, found in zip(wanted, there, strict=True):
            if found:
                yield checkpoint.keep(one.name, lambda one=one: work(*one.task()))  # type: ignore[misc]
            else:
                array = next(made)
                checkpoint.write(one.name, array)
                yield array


_FOLDER: ContextVar[tuple[Path, set[Path]] | None] = ContextVar("folder", default=None)


@contextmanager
def keeping(folder: Path) -> Iterator[None]:
    """Let every large run within the block keep its blocks in a folder until the block ends well.

    The same runs within such a block go on from there if it was killed.
    """
    used: set[Path] = set()
    before = _FOLDER.set((folder, used))
    try:
        yield
    finally:
        _FOLDER.reset(before)
    for each in used:
        shutil.rmtree(each, ignore_errors=True)
    with suppress(OSError):
        folder.rmdir()  # unless another run keeps something there


def kept_here(identity: Callable[[], str]) -> Checkpoint:
    """Give the checkpoint of a large run: in the folder of the `keeping` around it, if there is one."""
    place = _FOLDER.get()
    if place is None:
        return Checkpoint(None)
    folder = place[0] / identity()
    place[1].add(folder)
    return Checkpoint(folder)

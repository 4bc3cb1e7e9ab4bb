"""What every repeated run shares: blocks of draws on a pool of threads, progress, files written whole or not at all."""

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING, NoReturn, TypeVar

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

import hecon

if TYPE_CHECKING:
    import pandas as pd

Task = TypeVar("Task")
SIGNIFICANT = "%.6g"
"""Digits of a number in a CSV."""


def run_blocks(
    work: Callable[[Task], None], tasks: Iterable[Task], *, threads: int | None, progress: str | None
) -> None:
    """Do every task on a pool of threads; an interrupt drops what has not begun.

    Parameters
    ----------
    work : does one task
    tasks : each writes to places of its own, so that neither their order nor the number of threads shows
    threads : number of threads; as many as there are processors if None
    progress : what the progress bar says; no bar if None
    """
    todo = list(tasks)
    with tqdm(total=len(todo), desc=progress, disable=progress is None, leave=False, unit="block") as bar:
        if threads == 1 or len(todo) == 1:  # a pool would cost more than a small task
            for task in todo:
                work(task)
                bar.update(1)
            return
        pool = ThreadPoolExecutor(max_workers=threads or os.cpu_count() or 1)
        try:
            running: set[Future[None]] = {pool.submit(work, task) for task in todo}
            while running:
                done, running = wait(running, return_when=FIRST_COMPLETED)
                for future in done:
                    bar.update(1)
                    future.result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def blocks(length: int, size: int) -> Iterator[tuple[int, int]]:
    """Return the bounds of blocks of at most `size`."""
    for start in range(0, length, size):
        yield start, min(start + size, length)


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Give a temporary path beside `path` that takes its name only when the block ends well."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=path.parent, prefix=f".{path.stem}-", suffix=path.suffix, delete=False) as file:
        temporary = Path(file.name)
    try:
        yield temporary
        temporary.chmod(0o644)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def write_csv(table: "pd.DataFrame", path: Path) -> Path:
    """Write a table as CSV, six significant digits, whole or not at all."""
    with whole_file(path) as temporary:
        table.to_csv(temporary, index=False, float_format=SIGNIFICANT, lineterminator="\n")
    return path


@dataclass(frozen=True)
class Checkpoint:
    """Arrays that a long run keeps on disk as it makes them, so that a killed run goes on where it stopped.

    Attributes
    ----------
    folder : where they are kept; None keeps nothing
    bar : moves by one whenever an array is there
    """

    folder: Path | None
    bar: "tqdm[NoReturn]"

    def keep(self, name: str, make: Callable[[], NDArray[np.float64]]) -> NDArray[np.float64]:
        """Return the array of a name: the one kept, or else a new one, kept whole or not at all."""
        path = None if self.folder is None else self.folder / f"{name}.npy"
        if path is not None and path.is_file():
            made = np.load(path)
        else:
            made = make()
            if path is not None:
                with whole_file(path) as temporary:
                    np.save(temporary, made)
        self.bar.update(1)
        return np.asarray(made, dtype=np.float64)


def code_digest(rooms: Iterable[str] = ()) -> str:
    """Tell one state of hecon's own files from another of the same version: of some rooms only, or of all."""
    package = Path(hecon.__file__).parent
    digest = hashlib.sha256()
    wanted = set(rooms)
    for file in sorted(package.rglob("*.py")):
        place = file.relative_to(package)
        if not wanted or place.parts[0] in wanted:
            digest.update(place.as_posix().encode() + file.read_bytes())
    return digest.hexdigest()[:12]

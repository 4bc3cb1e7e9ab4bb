"""What every repeated run shares: blocks of draws on a pool of threads, progress, files written whole or not at all."""

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TypeVar

from tqdm import tqdm

Task = TypeVar("Task")


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

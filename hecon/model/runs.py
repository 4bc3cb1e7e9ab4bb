"""What every repeated run shares: one scheduler, and files written whole or not at all."""

import os
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING, Any, TypeVar

from tqdm import tqdm

from hecon.inputs.errors import InputError
from hecon.model.workers import Crew, crew, ended

if TYPE_CHECKING:
    import pandas as pd

Task = TypeVar("Task")
Result = TypeVar("Result")
Submit = Callable[[tuple[Any, ...]], "Future[Result]"]
SIGNIFICANT = "%.6g"
"""Digits of a number in a CSV."""
AHEAD = 2
"""Tasks in flight for each worker, and as many more: enough that none waits for the next, few enough for memory."""
MOST_WAITING = 32
"""Threads of this process that wait for a cluster's workers at once."""


def run_blocks(
    work: Callable[[Task], None], tasks: Iterable[Task], *, threads: int | None, progress: str | None
) -> None:
    """Do every task on threads of this process; an interrupt drops what has not begun.

    Parameters
    ----------
    work : does one task; the runs of the model that it makes go to the workers in force
    tasks : each writes to places of its own, so that neither their order nor the number of threads shows
    threads : number of threads; as many as there are processors, or workers in force, if None
    progress : what the progress bar says; no bar if None
    """
    todo = [(task,) for task in tasks]
    at_once = threads or max(processors(), min(at_work(), MOST_WAITING))
    for _ in in_order(work, todo, len(todo), threads=at_once, progress=progress, here=True, ahead=len(todo)):
        pass


def in_order(
    work: Callable[..., Result],
    tasks: Iterable[tuple[Any, ...]],
    number: int,
    *,
    threads: int | None,
    progress: str | None,
    shared: tuple[object, ...] = (),
    here: bool = False,
    done: int = 0,
    kept: str = "",
    ahead: int | None = None,
) -> Generator[Result]:
    """Give the result of every task in the order of the tasks, on the workers in force, or else on threads.

    Closing the iterator, or an exception, drops what has not begun. A task is taken from `tasks` when it is sent, so
    that tasks and results in memory are at most `AHEAD` for each worker and `AHEAD` more, however many there are.

    Parameters
    ----------
    work : a function of a module, pure, unless `here`
    tasks : arguments of `work`
    number : how many tasks there are
    threads : number of threads where no workers are in force; as many as there are processors if None
    progress : what the progress bar says; no bar if None
    shared : objects that tasks hold in common, sent to each worker once
    here : whether to stay in this process, whatever is in force
    done : how many blocks the bar has behind it
    kept : where finished blocks are kept, as told if workers are lost
    ahead : how many tasks are in flight, in place of the bound

    Raises
    ------
    InputError
        If the workers in force are lost.
    """
    force = None if here else crew()
    with tqdm(
        total=number + done, initial=done, desc=progress, disable=progress is None, leave=False, unit="block"
    ) as bar:
        if force is not None:
            results = _elsewhere(force, work, tasks, shared, f"{{}} of {number + done} blocks", done, kept)
        elif threads == 1 or number == 1:  # a pool would cost more than a small task
            results = (work(*task) for task in tasks)
        else:
            results = _on_threads(work, tasks, threads or processors(), ahead)
        try:
            for result in results:
                bar.update(1)
                yield result
        finally:
            results.close()


def at_work(threads: int | None = None) -> int:
    """Say how many tasks are done at once: by the workers in force, or else on so many threads."""
    force = crew()
    return (threads or processors()) if force is None else max(1, force.number())


def processors() -> int:
    """Say how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _on_threads(
    work: Callable[..., Result], tasks: Iterable[tuple[Any, ...]], threads: int, ahead: int | None
) -> Generator[Result]:
    pool = ThreadPoolExecutor(max_workers=threads)
    most = ahead or AHEAD * (threads + 1)
    try:
        # What is in force here is in force there: each thread has the context of whoever sent it.
        yield from _drained(lambda task: pool.submit(copy_context().run, work, *task), tasks, lambda: most)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _elsewhere(
    force: Crew,
    work: Callable[..., Result],
    tasks: Iterable[tuple[Any, ...]],
    shared: tuple[object, ...],
    of_all: str,
    done: int,
    kept: str,
) -> Generator[Result]:
    send = force.sender(work, shared)
    try:
        for result in _drained(send, tasks, lambda: AHEAD * (max(1, force.number()) + 1)):
            yield result
            done += 1
    except Exception as error:
        why = ended(error)
        if why is None:
            raise
        left = f"they are kept in {kept}, and the same run goes on from there" if kept else "run again"
        raise InputError(f"workers: {why} after {of_all.format(done)}: {left}") from error


def _drained(submit: "Submit[Result]", tasks: Iterable[tuple[Any, ...]], most: Callable[[], int]) -> Generator[Result]:
    """Keep a bounded number in flight, and give results in order."""
    running: deque[Future[Result]] = deque()
    try:
        for task in tasks:
            while running and len(running) >= most():
                yield running.popleft().result()
            running.append(submit(task))
        while running:
            yield running.popleft().result()
    finally:
        for future in running:
            future.cancel()


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

"""Which workers are in force: threads of this process, or an executor of the user's, such as a cluster's."""

import logging
import pickle
import socket
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from time import monotonic
from typing import Any, TypeVar

from hecon.inputs.errors import InputError
from hecon.model.identity import machinery

Result = TypeVar("Result")
LOCAL = "local"
"""The cluster that is started here."""
PATIENCE = 10
"""Seconds to wait for a scheduler, and for its first worker."""
COUNT_AGAIN = 5.0
"""Seconds after which a cluster's workers are counted again: it may grow while a run goes on."""
_DEAF = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)"
"""What a local worker does first: an interrupt reaches all processes of a terminal, and this one answers it."""


@dataclass(frozen=True)
class Crew:
    """Workers in force.

    Attributes
    ----------
    executor : where tasks are sent
    number : says how many of them it does at once
    """

    executor: Executor
    number: Callable[[], int]

    def sender(
        self, work: Callable[..., Result], shared: tuple[object, ...]
    ) -> Callable[[tuple[Any, ...]], "Future[Result]"]:
        """Give what sends a task: its arguments, of which those `shared` are pickled once."""
        code, common = machinery(), pickle.dumps(shared, protocol=pickle.HIGHEST_PROTOCOL)

        def send(task: tuple[Any, ...]) -> "Future[Result]":
            return self.executor.submit(_do, work, code, common, _told(task, shared))

        return send


_CREW: ContextVar[Crew | None] = ContextVar("crew", default=None)


def crew() -> Crew | None:
    """Give the workers in force; none for threads of this process."""
    return _CREW.get()


@contextmanager
def workers(executor: Executor, number: int | None = None) -> Iterator[None]:
    """Let an executor do the work of every large run within the block, in place of this process's threads.

    Results do not depend on it, byte for byte. Runs of less than a block stay in this process.

    Parameters
    ----------
    executor : any of `concurrent.futures`, such as a `ProcessPoolExecutor`, or one of the same kind
    number : how many tasks it does at once; read off it, or else 8, if None

    Raises
    ------
    InputError
        If it is no executor, or the number is less than 1.
    """
    if not isinstance(executor, Executor):
        raise InputError(f"workers: {executor!r} is no executor: give one of concurrent.futures, or use hecon.cluster")
    most = getattr(executor, "_max_workers", 8) if number is None else number
    if most < 1:
        raise InputError(f"workers: {most} is too few: give 1 or more")
    with _in_force(Crew(executor, lambda: most)):
        yield


@contextmanager
def cluster(where: str = LOCAL, workers: int | None = None) -> Iterator[None]:
    """Let a cluster do the work of every large run within the block (dask.distributed, the extra `cluster`).

    A block that was on a worker which is lost is computed by another one, with the same bytes.

    Parameters
    ----------
    where : ``"local"`` for processes on this machine, started for the block, or the address of a scheduler that runs,
        such as ``"tcp://10.0.0.1:8786"``
    workers : how many processes a local cluster has; as many as there are processors if None

    Raises
    ------
    InputError
        If the extra is missing, or no scheduler with workers answers at the address.
    """
    try:
        import distributed
    except ImportError:
        raise InputError("cluster: distributed is not installed: pip install 'hecon[cluster]'") from None
    if workers is not None and (where != LOCAL or workers < 1):
        fault = "is too few: give 1 or more" if where == LOCAL else f"are for a local cluster: {where} has its own"
        raise InputError(f"workers: {workers} {fault}")
    with _quiet():
        if where != LOCAL:
            with _client(where) as client, _in_force(_of_client(client)):
                yield
            return
        with (
            distributed.LocalCluster(
                n_workers=workers,
                threads_per_worker=1,
                processes=True,
                dashboard_address="127.0.0.1:0",  # at None, it takes a port that another cluster may have
                scheduler_kwargs={"dashboard": False},
                silence_logs=logging.CRITICAL,
                memory_limit=0,
                preload=[_DEAF],
            ) as local,
            _client(local) as client,
            _in_force(_of_client(client)),
        ):
            yield


def ended(error: Exception) -> str | None:
    """Say how workers came to an end, if that is what an exception is about."""
    kinds: tuple[type[BaseException], ...] = (BrokenExecutor, CancelledError)
    if "distributed" in sys.modules:
        from distributed.comm import CommClosedError
        from distributed.scheduler import KilledWorker, NoValidWorkerError

        if isinstance(error, KilledWorker):
            return "several ended at the same block, perhaps for want of memory"
        kinds = (*kinds, CommClosedError, NoValidWorkerError)
    if isinstance(error, RuntimeError) and "after shutdown" in str(error):
        return "the executor was shut down"
    if not isinstance(error, kinds):
        return None
    return f"they were lost ({type(error).__name__})"


@contextmanager
def _in_force(force: Crew | None) -> Iterator[None]:
    before = _CREW.set(force)
    try:
        yield
    finally:
        _CREW.reset(before)


def _client(where: Any) -> Any:  # noqa: ANN401  (an address, or a cluster of a library that may be missing)
    """Connect to a scheduler that has workers."""
    import distributed

    if isinstance(where, str):
        _check_address(where)
    client = distributed.Client(where, timeout=PATIENCE, set_as_default=False)
    try:
        client.wait_for_workers(1, timeout=PATIENCE)
    except TimeoutError:
        client.close()
        raise InputError(f"cluster: the scheduler at {where} has no workers: start some with dask worker") from None
    return client


def _check_address(address: str) -> None:
    """Refuse an address at which nothing answers: a client that fails to connect takes minutes to go away."""
    import asyncio

    from distributed.comm import connect, get_address_host_port, parse_address
    from distributed.security import Security

    async def try_it() -> None:
        connection = await connect(address, timeout=PATIENCE, **Security().get_connection_args("client"))
        await connection.close()

    try:
        if parse_address(address)[0] in {"tcp", "tls"}:  # a connection that nobody takes is left open by what follows
            socket.create_connection(get_address_host_port(address), timeout=PATIENCE).close()
        with ThreadPoolExecutor(1) as aside:  # a notebook has a loop of its own here
            aside.submit(asyncio.run, try_it()).result()
    except (OSError, ValueError) as error:
        why = next(iter(str(error).splitlines()), "") or type(error).__name__
        raise InputError(
            f"cluster: no scheduler answers at {address} ({why}): "
            f"give {LOCAL}, or an address such as tcp://10.0.0.1:8786"
        ) from None


def _of_client(client: Any) -> Crew:  # noqa: ANN401
    """Give the workers of a dask client."""
    counted = (0.0, 0)

    def number() -> int:
        nonlocal counted
        if not counted[1] or monotonic() - counted[0] > COUNT_AGAIN:
            known = max(1, counted[1])
            with suppress(OSError):  # a scheduler that is gone is told of by the blocks it had
                known = max(1, sum(client.nthreads().values()))
            counted = monotonic(), known
        return counted[1]

    return Crew(client.get_executor(pure=False), number)


@contextmanager
def _quiet() -> Iterator[None]:
    """Silence a library that tells of every connection: what the user needs to know is raised."""
    known = [name for name in logging.root.manager.loggerDict if name.partition(".")[0] == "distributed"]
    logs = [logging.getLogger(name) for name in ("distributed", "tornado.application", *known)]
    before = [log.level for log in logs]
    for log in logs:
        log.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for log, level in zip(logs, before, strict=True):
            log.setLevel(level)


class _Pickler(pickle.Pickler):
    """Writes the place of what tasks hold in common instead of the thing."""

    shared: tuple[object, ...]

    def persistent_id(self, obj: object) -> int | None:
        for place, one in enumerate(self.shared):
            if obj is one:
                return place
        return None


class _Unpickler(pickle.Unpickler):
    """Reads what `_Pickler` wrote."""

    shared: tuple[object, ...]

    def persistent_load(self, pid: int) -> object:
        return self.shared[pid]


def _told(task: tuple[Any, ...], shared: tuple[object, ...]) -> bytes:
    into = BytesIO()
    pickler = _Pickler(into, protocol=pickle.HIGHEST_PROTOCOL)
    pickler.shared = shared
    pickler.dump(task)
    return into.getvalue()


def _do(work: Callable[..., Result], code: tuple[str, ...], common: bytes, told: bytes) -> Result:
    """Do a task on a worker, if it computes what this hecon computes."""
    own = _own_machinery()
    if own != code:
        raise InputError(
            f"workers: {socket.gethostname()} runs {', '.join(own)}, and not {', '.join(code)}: "
            "install the same there as here"
        )
    unpickler = _Unpickler(BytesIO(told))
    unpickler.shared = _common(common)
    with _in_force(None):  # a thread of this process may know of the workers that it is one of
        return work(*unpickler.load())


@lru_cache(maxsize=1)
def _own_machinery() -> tuple[str, ...]:
    return machinery()


@lru_cache(maxsize=4)
def _common(common: bytes) -> tuple[object, ...]:
    shared: tuple[object, ...] = pickle.loads(common)  # noqa: S301  (from our own scheduler)
    return shared

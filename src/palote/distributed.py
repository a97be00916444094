"""More than one machine: the only home of Ray (extra ``ray``).

Ray is handed whole pieces of work, parts of a reading job or trainings, that come out the
same wherever and however often they are done: so that it may lose a machine and do them again
elsewhere. The machines need Palote of the same version; they share no disk with this one but
what the sources and the target name.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from palote import __version__
from palote.bulk.current import Now, Snapshot
from palote.bulk.job import Job, Read, read_part
from palote.errors import DataError, MissingExtra, PaloteError, ServerError
from palote.model.quiet import quiet
from palote.reader import Reader

__all__ = ["cluster", "each_on_ray", "read_on_ray"]

RETRIES = 3
"""How often a training is begun anew when its machine or its process is lost."""
LOOK = 1.0
"""Seconds between two looks at the network's files."""
STORE = 256 * 1024 * 1024
"""Bytes of Ray's object store where it is started here; only small rows pass through it."""

Item = TypeVar("Item")
Result = TypeVar("Result")


@contextmanager
def cluster(address: str | None) -> Iterator[int]:
    """Connect with a cluster, or start Ray on this machine, while the body runs.

    Args:
        address: "HOST:PORT" or "auto"; ``RAY_ADDRESS`` or this machine if not given.

    Yields:
        The number of CPUs.

    Raises:
        MissingExtra: Ray is not installed.
        ServerError: the cluster cannot be reached, or Ray does not start.
    """
    # Ray would send statistics to its makers, and warn of what is to change in its next version.
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    # What its processes tell each other is no message to a person; that they keep it, neither.
    os.environ.setdefault("RAY_BACKEND_LOG_LEVEL", "fatal")
    try:
        import ray
    except ImportError as error:
        raise MissingExtra("ray", "Reading or training on Ray") from error
    wanted = address or os.environ.get("RAY_ADDRESS")
    try:
        if wanted:
            _knock(wanted)
        with quiet():
            ray.init(
                address=wanted or "local",
                include_dashboard=None if wanted else False,
                object_store_memory=None if wanted else STORE,
                logging_level=logging.ERROR,
                log_to_driver=False,
            )
    except Exception as error:  # of many kinds, ours none
        said = (str(error).splitlines() or [type(error).__name__])[0][:300]
        where = f"The Ray cluster at {wanted!r} cannot be reached" if wanted else "Ray cannot start"
        raise ServerError(
            f"{where}: {said} Look with: ray status. Start one with: ray start --head"
        ) from error
    try:
        yield max(1, int(ray.cluster_resources().get("CPU", 1)))
    finally:
        ray.shutdown()


def _knock(address: str) -> None:
    """Raise OSError where nobody listens: Ray would try for a minute, and then end the process."""
    host, _, port = address.rpartition("://")[2].rpartition(":")
    if host and port.isdecimal():
        socket.create_connection((host, int(port)), timeout=10).close()


class Board:
    """Where the machines find the network as it is now; an actor.

    Args:
        snapshot: the network at the beginning.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot

    def put(self, snapshot: Snapshot) -> None:
        """Replace the network."""
        self._snapshot = snapshot

    def latest(self, known: str) -> Snapshot | None:
        """Return the network; None if its version is known."""
        return None if self._snapshot.version == known else self._snapshot


class Remote(Protocol):
    """A method of an actor, as Ray hands it out."""

    def remote(self, argument: str | Snapshot) -> object:
        """Call it; what it gives comes later."""
        ...


class BoardHandle(Protocol):
    """`Board` from afar."""

    latest: Remote
    put: Remote


class Received:
    """The network that the board has; looked up before each batch.

    Args:
        board: the actor.
    """

    def __init__(self, board: BoardHandle) -> None:
        self._board = board
        self._folder: TemporaryDirectory[str] | None = None
        self._reader: Reader | None = None
        self._version = ""

    def now(self) -> tuple[Reader, str]:
        """Return the reader of the next batch, and its version."""
        import ray

        latest: Snapshot | None = ray.get(self._board.latest.remote(self._version))
        if latest is not None or self._reader is None:
            assert latest is not None
            folder = TemporaryDirectory(prefix="palote-")
            self._reader = latest.unpacked(Path(folder.name))
            self._folder, self._version = folder, latest.version
        return self._reader, self._version


class PartReader:
    """Reads parts of a job; Ray Data keeps one for each worker, so the network is loaded once.

    Args:
        job: a begun one.
        board: the network.
        version: Palote's, where the job was begun.
    """

    def __init__(self, job: Job, board: BoardHandle, version: str) -> None:
        self._job = job
        self._current = Received(board)
        self._problem = (
            ""
            if version == __version__
            else f"A machine of the cluster has Palote {__version__}, this one has {version}. "
            "Install the same version everywhere."
        )

    def __call__(self, batch: dict[str, NDArray[np.int64]]) -> dict[str, NDArray[np.generic]]:
        """Read the parts with these numbers; return how many pictures, or what went wrong."""
        pictures, problems = [], []
        for part in batch["part"].tolist():
            problem = self._problem
            if not problem:
                try:
                    read_part(self._job, part, self._current, _nothing)
                except PaloteError as error:
                    problem = str(error)
            pictures.append(self._job.rows_of(part))
            problems.append(problem)
        return {"pictures": np.array(pictures), "problem": np.array(problems)}


def read_on_ray(
    job: Job,
    parts: Sequence[int],
    current: Now,
    address: str | None,
    workers: int | None,
    read: Read,
) -> None:
    """Read parts of a job on a cluster.

    Args:
        job: a begun one.
        parts: their numbers.
        current: the network of this machine; what changes there reaches the workers.
        address: see `cluster`.
        workers: readers; one for each CPU if not given.
        read: is told how many pictures more are done.

    Raises:
        MissingExtra: Ray is not installed.
        ServerError: the cluster cannot be reached, or is lost.
        DataError: a worker cannot read the list or write the results.
    """
    with cluster(address) as cpus:
        import ray
        from ray import data
        from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

        data.DataContext.get_current().enable_progress_bars = False
        logging.getLogger("ray.data").setLevel(logging.ERROR)
        # On this machine: if that is lost, all is; any other may be.
        here = NodeAffinitySchedulingStrategy(ray.get_runtime_context().get_node_id(), soft=False)
        keeper = ray.remote(Board).options(num_cpus=0, scheduling_strategy=here)
        board = keeper.remote(current.snapshot())
        # Each part a block of its own: it is what a worker takes, and what is done again.
        todo = data.from_items([{"part": part} for part in parts], override_num_blocks=len(parts))
        results = todo.map_batches(
            PartReader,
            batch_size=1,
            fn_constructor_args=(job, board, __version__),
            compute=data.ActorPoolStrategy(size=min(workers or cpus, len(parts))),
            num_cpus=1,
        )
        with _watched(current, board):
            try:
                for row in results.iter_rows():
                    if row["problem"]:
                        raise DataError(str(row["problem"]))
                    read(int(row["pictures"]))
            except ray.exceptions.RayError as error:
                raise ServerError(
                    f"The cluster failed: {_last_line(error)} "
                    "What is written stays; the same command goes on."
                ) from error


@contextmanager
def _watched(current: Now, board: BoardHandle) -> Iterator[None]:
    """Hand the workers the network whenever it has changed, while the body runs."""
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(LOOK):
            if current.renewed():
                board.put.remote(current.snapshot())

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        ended.set()
        watcher.join()


def each_on_ray(
    work: Callable[[Item], Result],
    items: Sequence[Item],
    cpus: int,
    address: str | None,
) -> Iterator[tuple[int, Result | PaloteError]]:
    """Do a piece of work for each item, somewhere on a cluster, and yield what is finished.

    Args:
        work: done in a process of its own; begun anew if that is lost.
        items: what it is done for.
        cpus: of each piece of work.
        address: see `cluster`.

    Yields:
        The number of the item, and what came out; the error if it failed.

    Raises:
        MissingExtra: Ray is not installed.
        ServerError: the cluster cannot be reached, or no machine has so many CPUs.
    """
    with cluster(address):
        import ray

        most = max(node["Resources"].get("CPU", 0) for node in ray.nodes() if node["Alive"])
        if most < cpus:
            raise ServerError(
                f"No machine of the cluster has {cpus} CPUs; the largest has {most:g}. "
                "Give fewer with --cpus."
            )
        task = ray.remote(work).options(num_cpus=cpus, max_retries=RETRIES)
        running = {task.remote(item): number for number, item in enumerate(items)}
        while running:
            (done,), _ = ray.wait(list(running), num_returns=1)
            number = running.pop(done)
            try:
                yield number, ray.get(done)
            except (ray.exceptions.RayError, PaloteError) as error:
                yield number, ServerError(f"It failed on the cluster: {_last_line(error)}")


def _last_line(error: Exception) -> str:
    """Return what went wrong; Ray puts the whole traceback of the worker before it."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return (lines[-1] if lines else type(error).__name__)[:300]


def _nothing(count: int) -> None:
    pass

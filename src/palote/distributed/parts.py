"""The parts of a reading job on a cluster: Ray Data with actors that keep the network.

The network may change while they read. An actor on the machine of the command, the board, has
it as it is now, and each worker asks there before each batch.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from palote import __version__
from palote.bulk.current import Now, Snapshot
from palote.bulk.job import Job, Read, read_part
from palote.distributed.cluster import cluster, last_line
from palote.errors import DataError, PaloteError, ServerError
from palote.reader import Reader

__all__ = ["read_on_ray"]

LOOK = 1.0
"""Seconds between two looks at the network's files."""


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
                    f"The cluster failed: {last_line(error)} "
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


def _nothing(count: int) -> None:
    pass

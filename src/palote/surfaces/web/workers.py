"""Several processes at one address, each replaced if it dies: ``palote serve --workers``.

uvicorn's own supervisor does it. Each worker builds the application anew, from the environment,
and need not import it again (`forking`); what they share (metrics, rate limits) lies in a folder
that ends with the server.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import socket
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import uvicorn
from uvicorn._subprocess import subprocess_started
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors import multiprocess

from palote.errors import ServerError
from palote.settings import Settings
from palote.surfaces.web import forking

__all__ = ["APPLICATION", "run_workers"]

APPLICATION = "palote.surfaces.web:app_from_environment"

START_SECONDS = 60
"""A worker that gives no sign of life for so long, when it starts or later, is replaced."""

LOOK_SECONDS = 0.2
"""So often it is looked whether one that is asked for a sign of life is there at all."""


def run_workers(
    config: uvicorn.Config,
    listeners: Sequence[socket.socket],
    settings: Settings,
    started: Callable[[], None],
) -> None:
    """Run workers until interrupted.

    Args:
        config: how they serve; its application is `APPLICATION`.
        listeners: where they listen.
        settings: what they get by way of the environment.
        started: called once all have been started; who connects before they are ready waits.

    Raises:
        ServerError: a worker cannot start, and would not at a second attempt either.
    """
    config.timeout_worker_healthcheck = START_SECONDS
    with tempfile.TemporaryDirectory(prefix="palote-", ignore_cleanup_errors=True) as folder:
        own = replace(settings, shared_dir=settings.shared_dir or Path(folder))
        os.environ.update(own.to_environment())
        supervisor = _Supervisor(config, listeners, started)
        with _own_workers():
            supervisor.run()
    if any(process.exitcode == STARTUP_FAILURE for process in supervisor.processes):
        raise ServerError("A worker could not start. What it said stands above.")


class _Worker(multiprocess.Process):
    """A worker that begins as a copy where it can, and whose death is noticed at once."""

    def __init__(self, config: uvicorn.Config, sockets: list[socket.socket]) -> None:
        super().__init__(config, sockets)
        if forking.FORKS:
            begun = {"config": config, "target": self.target, "sockets": sockets}
            self.process = forking.Copy(  # type: ignore[assignment]
                target=subprocess_started, kwargs={**begun, "stdin_fileno": None}
            )

    def _healthcheck(self, timeout: float) -> bool | None:
        """Ask for a sign of life; uvicorn's own waits for that of a dead one, too."""
        deadline = time.monotonic() + timeout
        try:
            self.parent_conn.send(b"ping")
            while self.process.is_alive() and time.monotonic() < deadline:
                if self.parent_conn.poll(LOOK_SECONDS):
                    return bool(self.parent_conn.recv())
        except (OSError, EOFError, pickle.UnpicklingError):
            pass
        return None


@contextlib.contextmanager
def _own_workers() -> Iterator[None]:
    """Have the supervisor begin such workers, within the block: it does not ask which."""
    usual = multiprocess.Process
    vars(multiprocess)["Process"] = _Worker
    try:
        yield
    finally:
        vars(multiprocess)["Process"] = usual


class _Supervisor(multiprocess.Multiprocess):
    """Tells when the workers have been started, and lets nobody wait for those that end."""

    def __init__(
        self,
        config: uvicorn.Config,
        listeners: Sequence[socket.socket],
        started: Callable[[], None],
    ) -> None:
        super().__init__(config, list(listeners))
        self._when_started = started

    def init_processes(self) -> None:
        """Start the workers."""
        super().init_processes()
        self._when_started()

    def terminate_all(self) -> None:
        """Tell the workers to stop; who connects after that is refused at once."""
        for listener in self.sockets:
            listener.close()
        super().terminate_all()

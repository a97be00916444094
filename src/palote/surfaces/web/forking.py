"""Processes that begin as a copy of this one, on Linux: what it has imported they need not import.

A copy has one thread and everything that is in memory, so this process must hold nothing that two
may not share: no store, no network, no thread. What needs these to be checked is done in a copy.
On macOS a copy cannot be relied on (its system libraries start threads), so that there each process
begins anew.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import signal
import sys
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, TypeVar

from uvicorn.supervisors.multiprocess import SIGNALS

from palote.errors import PaloteError, ServerError
from palote.surfaces.web.metrics import share

__all__ = ["FORKS", "Copy", "in_a_copy"]

FORKS = sys.platform == "linux"
"""Whether a process may begin as a copy here."""

Result = TypeVar("Result")

if TYPE_CHECKING or FORKS:
    from multiprocessing.context import ForkProcess

    class Copy(ForkProcess):
        """A process that is told of signals by the system, and not by what its parent notes."""

        def start(self) -> None:
            """Begin; a signal that comes until the copy has settled waits."""
            before = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
            try:
                super().start()
            finally:
                signal.pthread_sigmask(signal.SIG_SETMASK, before)

        def run(self) -> None:
            """Settle, in the copy, and do what it is for."""
            for one in SIGNALS:
                signal.signal(one, signal.SIG_DFL)
            signal.signal(signal.SIGINT, signal.default_int_handler)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
            share()
            super().run()


def in_a_copy(work: Callable[[], Result]) -> Result:
    """Do something in a copy of this process, which stays clean of it; here if that cannot be.

    Args:
        work: what to do; what it returns must be picklable.

    Raises:
        PaloteError: that of the work.
        ServerError: the copy ended before it was done.
    """
    if not FORKS:
        return work()
    here, there = multiprocessing.Pipe(duplex=False)
    with here:
        with there:
            copy = Copy(target=_work, args=(work, there))
            copy.start()
        try:
            done: tuple[Result, PaloteError | None] = here.recv()
        except EOFError:
            raise ServerError("The server could not be prepared. Why stands above.") from None
        finally:
            copy.join()
    result, error = done
    if error is not None:
        raise error
    return result


def _work(work: Callable[[], Result], to: Connection) -> None:
    # Who interrupts it interrupts its parent, too; and that may have ended without waiting.
    with contextlib.suppress(KeyboardInterrupt, BrokenPipeError):
        try:
            to.send((work(), None))
        except PaloteError as error:
            to.send((None, error))

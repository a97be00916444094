"""Before the server stops, it says so: ``/readyz`` answers 503 from the first SIGTERM on.

ASGI tells an application that its server stops only after the last request. So the application
looks at the signal itself, before it hands it on to whatever handled it (uvicorn, alone or as a
worker of Gunicorn or of its own supervisor): at once, or after a time in which requests are
still taken, so that a load balancer sees that the server is going before it is gone.
Ctrl+C is a person's, who does not want to wait.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import threading
from collections.abc import Iterator
from types import FrameType

__all__ = ["Draining"]


class Draining:
    """Whether the server has been told to stop.

    Args:
        seconds: how long requests are still taken then.
    """

    def __init__(self, seconds: float = 0) -> None:
        self.begun = False
        self._seconds = seconds

    @contextlib.contextmanager
    def watching(self) -> Iterator[None]:
        """Watch for SIGTERM while the block runs, where somebody handles it and it can be had."""
        before = signal.getsignal(signal.SIGTERM)
        if threading.current_thread() is not threading.main_thread() or not callable(before):
            yield
            return
        loop = asyncio.get_running_loop()

        def told(number: int, frame: FrameType | None) -> None:
            again, self.begun = self.begun, True
            if again or not self._seconds:
                before(number, frame)
            else:
                loop.call_soon_threadsafe(loop.call_later, self._seconds, before, number, None)

        signal.signal(signal.SIGTERM, told)
        try:
            yield
        finally:
            if signal.getsignal(signal.SIGTERM) is told:
                signal.signal(signal.SIGTERM, before)

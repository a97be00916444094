"""How many readings run, and how many may wait: beyond that a client is told at once.

A server that takes in more than it can do answers ever later, until no one waits for the
answer any more and it still computes it. So the queue has an end, and whoever leaves while
waiting is not computed for. It belongs to one event loop, and needs no lock.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from starlette.requests import ClientDisconnect
from starlette.types import Receive

from palote.surfaces.web.metrics import Metrics
from palote.surfaces.web.problems import Busy

__all__ = ["Queue"]

Result = TypeVar("Result")


class Queue:
    """Runs work in threads, a bounded number at once, and lets a bounded number wait.

    Args:
        running: threads.
        waiting: how many may wait for one; beyond that `Busy` is raised.
        metrics: where its length is noted.
    """

    def __init__(self, running: int, waiting: int, metrics: Metrics) -> None:
        self._most_running = running
        self._most_waiting = waiting
        self._metrics = metrics
        self._running = 0
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._threads = ThreadPoolExecutor(running, thread_name_prefix="palote-read")
        self._elsewhere = 0

    async def run(self, work: Callable[[], Result], receive: Receive | None = None) -> Result:
        """Run ``work`` in a thread, as soon as one is free.

        Args:
            work: what to run.
            receive: the request's, its body taken in already; tells if the client leaves.

        Raises:
            Busy: too many wait already.
            ClientDisconnect: the client left while it waited.
        """
        await self._turn(receive)
        try:
            return await self.in_thread(work)
        finally:
            self._pass_on()

    @property
    def has_threads(self) -> bool:
        """Whether there is a free one, and nobody waits for it."""
        return self._running < self._most_running and not self._waiting

    def also_waiting(self, count: int) -> None:
        """Say how many wait for something else than a thread."""
        if count != self._elsewhere:
            self._elsewhere = count
            self._note()

    def check_room(self) -> None:
        """Make sure that one more may wait.

        Raises:
            Busy: too many do already.
        """
        if len(self._waiting) + self._elsewhere >= self._most_waiting:
            self._metrics.refused.inc()
            raise Busy("Palote has as many readings waiting as it takes. Try again in a moment.")

    async def in_thread(self, work: Callable[[], Result]) -> Result:
        """Run ``work`` in a thread outside the queue: what is short, or has to be."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    def close(self) -> None:
        """Let the threads go."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _turn(self, receive: Receive | None) -> None:
        if self._running < self._most_running:
            self._running += 1
            self._note()
            self._metrics.stage("wait", 0.0)
            return
        self.check_room()
        start = time.perf_counter()
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        self._note()
        leaving = asyncio.create_task(_left(receive)) if receive else None
        if leaving:
            leaving.add_done_callback(lambda _: turn.cancel())
        try:
            await turn
            self._metrics.stage("wait", time.perf_counter() - start)
        except asyncio.CancelledError:
            with contextlib.suppress(ValueError):
                self._waiting.remove(turn)
            if not turn.cancelled():
                # It was our turn in the very moment in which we were stopped.
                self._pass_on()
            self._note()
            if leaving and leaving.done() and not leaving.cancelled():
                raise ClientDisconnect from None
            raise
        finally:
            if leaving:
                leaving.cancel()

    def _pass_on(self) -> None:
        """Give the place to whoever has waited longest."""
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                break
        else:
            self._running -= 1
        self._note()

    def _note(self) -> None:
        self._metrics.queue(self._running, len(self._waiting) + self._elsewhere)


async def _left(receive: Receive) -> None:
    """Return once the client has left."""
    while (await receive())["type"] != "http.disconnect":
        pass

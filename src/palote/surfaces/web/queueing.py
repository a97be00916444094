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
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from starlette.requests import ClientDisconnect
from starlette.types import Receive

from palote.surfaces.web.metrics import Metrics
from palote.surfaces.web.problems import Busy

__all__ = ["Queue"]

Result = TypeVar("Result")

LONGEST_STAY = 0.01
"""Seconds after which the event loop looks at what else there is."""

LOOKED_AFTER = 0.1
"""Seconds of waiting from which on it is asked whether a client is still there, for what is short:
to be told of it meanwhile would cost as much as what it waits for."""


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
        self._short: deque[asyncio.Future[None]] = deque()
        self._called = False  # one of them, which has not begun yet
        self._stayed = 0.0

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

    async def stay(self, receive: Receive | None = None) -> float | None:
        """Wait until something short may be done here, in the event loop.

        To hand a reading over to a thread and back costs more than the network takes, and threads
        that take turns at Python's lock cost as much again. But nobody who waits is overtaken, and
        after `LONGEST_STAY` everything else has its turn.

        Args:
            receive: the request's, its body taken in already; tells if the client left.

        Returns:
            The seconds that it waited; None if it has to wait for a thread after all.

        Raises:
            Busy: too many wait already.
            ClientDisconnect: the client left while it waited.
        """
        if self._threads_are_full:
            return None
        if not self._short and not self._called and self._stayed < LONGEST_STAY:
            return 0.0
        self._check_room()
        start = time.perf_counter()
        turn = asyncio.get_running_loop().create_future()
        self._short.append(turn)
        self._note()
        try:
            await turn
            waited = time.perf_counter() - start
            if receive is not None and waited > LOOKED_AFTER and await _has_left(receive):
                raise ClientDisconnect
        except BaseException:
            with contextlib.suppress(ValueError):
                self._short.remove(turn)
            if not turn.cancelled():
                self._called = False
                self._next_short()
            raise
        finally:
            self._note()
        self._called = False
        if self._threads_are_full:
            self._next_short()
            return None
        return waited

    @contextlib.contextmanager
    def staying(self) -> Iterator[None]:
        """Note how long the block takes, in which something short is done here, after `stay`."""
        start = time.perf_counter()
        if not self._stayed:
            asyncio.get_running_loop().call_soon(self._over)
        try:
            yield
        finally:
            self._stayed += time.perf_counter() - start
            if self._stayed < LONGEST_STAY:
                self._next_short()

    @property
    def _threads_are_full(self) -> bool:
        return self._running >= self._most_running or bool(self._waiting)

    def _over(self) -> None:
        """The loop has looked at everything else."""
        self._stayed = 0.0
        self._next_short()

    def _next_short(self) -> None:
        """Give the turn to whoever has waited longest to stay."""
        while self._short and not self._called:
            turn = self._short.popleft()
            if not turn.done():
                turn.set_result(None)
                self._called = True

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
        self._check_room()
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

    def _check_room(self) -> None:
        if len(self._waiting) + len(self._short) >= self._most_waiting:
            self._metrics.refused.inc()
            raise Busy("Palote has as many readings waiting as it takes. Try again in a moment.")

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
        self._metrics.queue(self._running, len(self._waiting) + len(self._short))


async def _left(receive: Receive) -> None:
    """Return once the client has left."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def _has_left(receive: Receive) -> bool:
    """Tell whether the client has left, without waiting for it."""
    left = asyncio.ensure_future(_left(receive))
    await asyncio.sleep(0)
    if left.done():
        return True
    left.cancel()
    return False

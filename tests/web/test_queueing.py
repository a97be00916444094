"""The queue: bounded, in order, and left by whoever leaves."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import anyio
import cv2
import httpx
import numpy as np
import pytest
from PIL import Image
from starlette.requests import ClientDisconnect
from starlette.types import Message

from palote import Settings
from palote.errors import CorruptImage
from palote.model.card import Card
from palote.result import Reading
from palote.surfaces.web import create_app
from palote.surfaces.web import readers as web_readers
from palote.surfaces.web.memory import give_back_soon
from palote.surfaces.web.metrics import Metrics
from palote.surfaces.web.problems import Busy
from palote.surfaces.web.queueing import Queue
from palote.surfaces.web.readers import Readers

from .conftest import drawing, encoded, serving
from .learning import SEVEN
from .test_limits import open_request
from .test_metrics import samples

PATIENCE = 20.0


def test_what_a_large_photo_took_is_given_back(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, given = list[str](), threading.Semaphore(0)

    def noted() -> None:
        asked.append("soon")
        give_back_soon()

    monkeypatch.setattr(web_readers, "give_back_soon", noted)
    clear_cache = Image.core.clear_cache

    def cleared() -> None:
        clear_cache()
        given.release()

    monkeypatch.setattr(Image.core, "clear_cache", cleared)
    readers = Readers(Settings())

    def read(picture: bytes) -> str:
        return readers.read(
            picture, expect="auto", clean="auto", model=None, stages=False, saliency=False
        ).text

    assert read(encoded(drawing(7))) == "7"
    assert not asked
    large = encoded(cv2.resize(drawing(7), (1000, 1000)))
    assert read(large) == read(large) == "7"
    # What is damaged may have been as large.
    with pytest.raises(CorruptImage):
        read(large[:-100])
    assert len(asked) == 3
    # Once for all that were read within a moment; and again for those that come later.
    assert given.acquire(timeout=PATIENCE)
    assert read(large) == "7"
    assert given.acquire(timeout=PATIENCE)


@dataclass
class Client:
    """A client of the queue; it stays until it is told to leave."""

    def __post_init__(self) -> None:
        self.leaves = asyncio.Event()

    async def receive(self) -> Message:
        await self.leaves.wait()
        return {"type": "http.disconnect"}


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not true():
            await asyncio.sleep(0.001)


async def lengths(metrics: Metrics) -> tuple[float, float]:
    found = samples(metrics.exposition().decode())
    return found["palote_queue_running",], found["palote_queue_waiting",]


def test_one_runs_two_wait_and_the_fourth_is_sent_away() -> None:
    async def story() -> None:
        metrics = Metrics()
        queue = Queue(1, 2, metrics)
        door, done = threading.Event(), list[int]()

        def work(number: int) -> Callable[[], None]:
            def run() -> None:
                door.wait(PATIENCE)
                done.append(number)

            return run

        clients = [Client() for _ in range(3)]
        asked = [
            asyncio.create_task(queue.run(work(number), client.receive))
            for number, client in enumerate(clients)
        ]
        await asyncio.sleep(0)
        assert await lengths(metrics) == (1, 2)
        with pytest.raises(Busy, match="Try again"):
            await queue.run(work(9))

        clients[1].leaves.set()
        with pytest.raises(ClientDisconnect):
            await asked[1]
        assert await lengths(metrics) == (1, 1)
        last = asyncio.create_task(queue.run(work(3)))
        await asyncio.sleep(0)
        assert await lengths(metrics) == (1, 2)

        door.set()
        async with asyncio.timeout(PATIENCE):
            await asyncio.gather(asked[0], asked[2], last)
        assert done == [0, 2, 3]
        assert await lengths(metrics) == (0, 0)
        queue.close()

    anyio.run(story)


def test_an_error_and_a_stop_free_their_places() -> None:
    async def story() -> None:
        metrics = Metrics()
        queue = Queue(1, 5, metrics)
        door = threading.Event()

        def fail() -> None:
            door.wait(PATIENCE)
            raise ValueError("no")

        failing = asyncio.create_task(queue.run(fail))
        stopped = asyncio.create_task(queue.run(lambda: None))
        just_then = asyncio.create_task(queue.run(lambda: None))
        await asyncio.sleep(0)
        stopped.cancel()
        with pytest.raises(asyncio.CancelledError):
            await stopped
        # Whoever is stopped when it has just been let in passes its place on, too.
        failing.add_done_callback(lambda _: just_then.cancel())
        door.set()
        with pytest.raises(ValueError, match="no"):
            await failing
        with pytest.raises(asyncio.CancelledError):
            await just_then
        async with asyncio.timeout(PATIENCE):
            assert await queue.run(lambda: 7) == 7
        assert await lengths(metrics) == (0, 0)
        queue.close()

    anyio.run(story)


class Slow:
    """A reader that reads when it is let."""

    name = "default"
    card = Card("default")

    def __init__(self) -> None:
        self.door = threading.Event()
        self.read_so_far = 0

    def read(self, image: object, **options: object) -> Reading:
        if not isinstance(image, np.ndarray):
            self.door.wait(PATIENCE)
            self.read_so_far += 1
        return Reading("", "empty", 0.0)


@pytest.fixture
def slow() -> Iterator[Slow]:
    reader = Slow()
    yield reader
    reader.door.set()


def test_a_full_server_says_so_at_once_and_forgets_who_left(slow: Slow) -> None:
    settings = Settings(running=1, waiting=1)
    app = create_app(settings, load=lambda name, settings: slow)  # type: ignore[arg-type,return-value]
    with serving(app) as server:

        def waiting() -> float:
            text = httpx.get(f"{server.url}/metrics").text
            return samples(text)["palote_queue_waiting",]

        body = f"Content-Length: {len(SEVEN)}"
        first = open_request(server, body)
        first.sendall(SEVEN)
        second = open_request(server, body)
        second.sendall(SEVEN)
        anyio.run(until, lambda: waiting() == 1)
        refused = httpx.post(f"{server.url}/api/read", content=SEVEN)
        assert (refused.status_code, refused.json()["code"]) == (503, "busy")
        assert refused.headers["retry-after"] == "1"

        second.close()
        anyio.run(until, lambda: waiting() == 0)
        slow.door.set()
        assert httpx.post(f"{server.url}/api/read", content=SEVEN).status_code == 200
        assert first.recv(12) == b"HTTP/1.1 200"
        first.close()
    assert slow.read_so_far == 2

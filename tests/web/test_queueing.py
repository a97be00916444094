"""The queue: bounded, in order, and left by whoever leaves."""

from __future__ import annotations

import asyncio
import threading
import time
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
from palote.surfaces.web.light import is_light
from palote.surfaces.web.memory import give_back_soon
from palote.surfaces.web.metrics import Metrics
from palote.surfaces.web.problems import Busy
from palote.surfaces.web.queueing import LONGEST_STAY, LOOKED_AFTER, Queue
from palote.surfaces.web.readers import Readers

from .conftest import drawing, encoded, serving
from .learning import SEVEN
from .test_limits import open_request
from .test_metrics import samples

PATIENCE = 20.0


def test_what_is_short_may_stay_in_the_loop_but_not_for_long() -> None:
    async def story() -> None:
        metrics = Metrics()
        queue = Queue(1, 2, metrics)
        done = list[str]()

        async def short(name: str, seconds: float = 0.0, client: Client | None = None) -> None:
            waited = await queue.stay(client.receive if client else None)
            assert waited is not None
            with queue.staying():
                done.append(name)
                time.sleep(seconds)

        await short("first")
        assert await queue.stay() == 0.0
        # Four ask in one round of the loop: the first takes its time, and the others wait until
        # all else has had its turn; in order, and not too many.
        asked = [asyncio.create_task(short(name, LONGEST_STAY)) for name in ("2", "3", "4", "5")]
        asyncio.get_running_loop().call_soon(done.append, "all else")
        async with asyncio.timeout(PATIENCE):
            with pytest.raises(Busy, match="Try again"):
                await asked[3]
            assert done == ["first", "2", "all else"]
            assert await lengths(metrics) == (0, 2)
            await asked[1]
            # A place is free again, at the end of the line.
            await short("last")
        assert done[3:] == ["3", "4", "last"]
        assert await lengths(metrics) == (0, 0)

        # Who is stopped while it waits, or when its turn has just come, holds up nobody.
        asked = [
            asyncio.create_task(short(name, LONGEST_STAY)) for name in ("long", "never", "never")
        ]
        await asyncio.sleep(0)
        assert await lengths(metrics) == (0, 2)
        asked[1].cancel()
        await asyncio.sleep(0)
        asked[2].cancel()
        async with asyncio.timeout(PATIENCE):
            await short("in the end")
            for task in asked[1:]:
                with pytest.raises(asyncio.CancelledError):
                    await task
        assert done[6:] == ["long", "in the end"]

        # Nobody overtakes what waits for a thread, and there is never more at once than is allowed.
        door = threading.Event()
        asyncio.create_task(short("long", LONGEST_STAY))  # noqa: RUF006
        late = asyncio.create_task(queue.stay())
        running = asyncio.create_task(queue.run(lambda: door.wait(PATIENCE)))
        async with asyncio.timeout(PATIENCE):
            assert await late is None
        assert await queue.stay() is None
        door.set()
        await running
        assert await queue.stay() == 0.0
        queue.close()

    anyio.run(story)


def test_who_leaves_while_it_waits_to_stay_is_not_read_for() -> None:
    async def story() -> None:
        queue = Queue(1, 5, Metrics())
        gone, there = Client(), Client()
        gone.leaves.set()

        async def long() -> None:
            assert await queue.stay() == 0.0
            with queue.staying():
                time.sleep(LONGEST_STAY)

        taking_long = asyncio.create_task(long())
        asked = [asyncio.create_task(queue.stay(client.receive)) for client in (gone, there)]
        asyncio.get_running_loop().call_soon(time.sleep, LOOKED_AFTER)
        await taking_long
        async with asyncio.timeout(PATIENCE):
            with pytest.raises(ClientDisconnect):
                await asked[0]
            waited = await asked[1]
        assert waited is not None and waited > LOOKED_AFTER
        queue.close()

    anyio.run(story)


def test_a_plain_digit_needs_no_thread_and_everything_else_does() -> None:
    app = create_app(Settings())
    with serving(app) as server:
        queue, handed_over = app.state.queue, list[bytes]()
        in_thread = queue.in_thread

        async def counted(work: Callable[[], object]) -> object:
            handed_over.append(b"")
            return await in_thread(work)

        queue.in_thread = counted
        plain = drawing(7)
        photo = cv2.imencode(".jpg", plain)[1].tobytes()
        two = encoded(np.hstack([plain, plain]))
        for picture, query, threads in (
            (SEVEN, "", 0),
            (SEVEN, "?expect=digit&stages=true&clean=auto&model=default", 0),
            (SEVEN, "?clean=otsu", 1),
            (SEVEN, "?saliency=true", 1),
            (SEVEN, "?expect=number", 1),
            (photo, "", 1),
            (two, "", 1),
        ):
            handed_over.clear()
            answer = httpx.post(f"{server.url}/api/read{query}", content=picture)
            assert answer.status_code == 200
            assert len(handed_over) == threads, query
            assert "7" in answer.json()["text"]
        figures = samples(httpx.get(f"{server.url}/metrics").text)
        assert figures["palote_stage_seconds_count", "wait"] == 7
        assert figures["palote_readings_total", "default", "ok"] == 7
    broken = SEVEN[:-30]
    assert is_light(SEVEN) and is_light(broken)
    for heavy in (
        photo,
        SEVEN[:20],
        "data:,",
        SEVEN + bytes(70_000),
        encoded(np.zeros((400, 400), np.uint8)),
    ):
        assert not is_light(heavy)
    assert not is_light(SEVEN[:33] + b"\0\0\0\1zTXt" + SEVEN[33:])


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

"""Plain digits are read in the event loop, those that wait there together."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import anyio
import cv2
import httpx
import numpy as np
import pytest
from starlette.requests import ClientDisconnect

from palote import Reader, Settings
from palote.errors import CorruptImage, PaloteError
from palote.result import Reading
from palote.surfaces.web import create_app
from palote.surfaces.web.glances import LOOKED_AFTER, MOST_AT_ONCE, Glances
from palote.surfaces.web.light import is_light
from palote.surfaces.web.metrics import Metrics
from palote.surfaces.web.problems import Busy
from palote.surfaces.web.queueing import Queue

from .conftest import drawing, encoded, serving
from .learning import SEVEN
from .test_metrics import samples
from .test_queueing import PATIENCE, Client, lengths


class Looks:
    """Reads names instead of pictures, and notes which it was shown together."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, ...]] = []
        self.seconds = 0.0

    def __call__(
        self, images: Sequence[bytes], expect: str, stages: bool
    ) -> list[Reading | PaloteError | None]:
        names = tuple(image.decode() for image in images)
        self.seen.append((*names, *([expect] if expect != "auto" else [])))
        time.sleep(self.seconds)
        if "bomb" in names:
            raise ZeroDivisionError
        told: list[Reading | PaloteError | None] = []
        for name in names:
            broken = CorruptImage("broken") if name == "broken" else Reading(name, "ok", 1.0)
            told.append(None if name == "hard" else broken)
        return told


Told = tuple[float, Reading] | None


def of(
    glances: Glances, name: str, client: Client | None = None, expect: str = "auto"
) -> asyncio.Task[Told]:
    """Ask for a reading of one name."""
    receive = (client or Client()).receive
    return asyncio.create_task(glances.read(name.encode(), expect, False, receive))


async def text_of(asked: asyncio.Task[Told]) -> str | None:
    told = await asked
    return None if told is None else told[1].text


def in_loop(story: Callable[[Glances, Looks, Queue, Metrics], object], waiting: int = 20) -> None:
    """Run a story, whose one thread is free at first."""

    async def told() -> None:
        metrics, looks = Metrics(), Looks()
        queue = Queue(1, waiting, metrics)
        async with asyncio.timeout(PATIENCE):
            await story(Glances(queue, looks), looks, queue, metrics)  # type: ignore[misc]
        assert await lengths(metrics) == (0, 0)
        queue.close()

    anyio.run(told)


def test_those_who_ask_in_one_round_of_the_loop_are_looked_at_together() -> None:
    async def story(glances: Glances, looks: Looks, *_: object) -> None:
        names = [str(number) for number in range(MOST_AT_ONCE + 2)]
        asked = [of(glances, name) for name in names]
        between = list[int]()
        asyncio.get_running_loop().call_soon(lambda: between.append(len(looks.seen)))
        assert [await text_of(one) for one in asked] == names
        # In order, no more than so many at once, and what else there is has its turn.
        assert looks.seen == [tuple(names[:MOST_AT_ONCE]), tuple(names[MOST_AT_ONCE:])]
        assert between == [0]
        assert await text_of(of(glances, "later")) == "later"
        # What differs in what is expected is asked apart.
        looks.seen.clear()
        several = [of(glances, "a"), of(glances, "b", expect="digit"), of(glances, "c")]
        assert [await text_of(one) for one in several] == ["a", "b", "c"]
        assert looks.seen == [("a", "c"), ("b", "digit")]

    in_loop(story)


def test_a_picture_that_fails_fails_alone() -> None:
    async def story(glances: Glances, *_: object) -> None:
        several = [of(glances, name) for name in ("a", "broken", "hard", "b")]
        assert await text_of(several[0]) == "a"
        with pytest.raises(CorruptImage):
            await several[1]
        assert [await text_of(one) for one in several[2:]] == [None, "b"]
        # Nobody knows which of them it was: each has to be read by itself.
        several = [of(glances, name) for name in ("a", "bomb")]
        assert [await text_of(one) for one in several] == [None, None]

    in_loop(story)


def test_who_is_stopped_or_has_left_is_not_read_for() -> None:
    async def story(glances: Glances, looks: Looks, *_: object) -> None:
        stopped, a = of(glances, "stopped"), of(glances, "a")
        await asyncio.sleep(0)
        stopped.cancel()
        assert await text_of(a) == "a"
        with pytest.raises(asyncio.CancelledError):
            await stopped
        gone = Client()
        gone.leaves.set()
        left, there = of(glances, "left", gone), of(glances, "there")
        await asyncio.sleep(0)
        time.sleep(LOOKED_AFTER)
        with pytest.raises(ClientDisconnect):
            await left
        told = await there
        assert told is not None and told[0] > LOOKED_AFTER
        assert looks.seen == [("a",), ("there",)]

    in_loop(story)


def test_only_so_many_wait_and_nobody_overtakes_who_waits_for_a_thread() -> None:
    async def story(glances: Glances, looks: Looks, queue: Queue, metrics: Metrics) -> None:
        asked = [of(glances, str(number)) for number in range(MOST_AT_ONCE + 3)]
        await asyncio.sleep(0)
        assert await lengths(metrics) == (0, 2)
        with pytest.raises(Busy, match="Try again"):
            await asked[-1]
        assert [await text_of(one) for one in asked[:-1]] == [
            str(number) for number in range(MOST_AT_ONCE + 2)
        ]
        looks.seen.clear()
        door = threading.Event()
        late = of(glances, "late")
        running = asyncio.create_task(queue.run(lambda: door.wait(PATIENCE)))
        assert await late is None
        assert await of(glances, "later") is None
        assert not looks.seen
        door.set()
        await running
        assert await text_of(of(glances, "at last")) == "at last"

    in_loop(story, waiting=2)


def test_a_look_at_several_pictures_says_what_each_says_by_itself() -> None:
    reader = Reader()
    two = np.hstack([drawing(7), drawing(7)])
    pictures = [drawing(7), two, drawing(1), np.full((90, 90), 255, np.uint8), drawing(7)[::-1]]
    for expect in ("auto", "digit", "number"):
        told = reader.glances(pictures, expect=expect)
        alone = [reader.glance(picture, expect=expect) for picture in pictures]
        assert [one is None for one in told] == [one is None for one in alone]
        for one, other in zip(told, alone, strict=True):
            if one is not None and other is not None:
                assert one.text == other.text and one.digits[0].box == other.digits[0].box
                assert one.confidence == pytest.approx(other.confidence, abs=1e-5)
    assert reader.glances([]) == []
    assert [one and one.text for one in reader.glances(pictures)] == ["7", None, "1", None, None]


def test_many_at_once_get_their_own_answers() -> None:
    pictures = {text: encoded(drawing(int(text))) for text in "147"}
    with serving(create_app(Settings(rate_limit=0))) as server, httpx.Client() as client:

        def ask(text: str) -> str:
            picture = pictures.get(text, SEVEN[:-30])
            answer = client.post(f"{server.url}/api/read", content=picture)
            return str(answer.json()["text" if answer.status_code == 200 else "code"])

        wanted = ["1", "4", "corrupt-image", "7"] * 20
        with ThreadPoolExecutor(8) as pool:
            given = list(pool.map(ask, wanted))
        assert given == wanted
        figures = samples(httpx.get(f"{server.url}/metrics").text)
        assert figures["palote_stage_seconds_count", "wait"] == 60
        assert figures["palote_stage_seconds_count", "read"] == 60


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

"""The two threads: the newest wins, trouble is told, nothing hangs at the end."""

from __future__ import annotations

import threading
import time

import numpy as np
import pytest

from palote.errors import ModelCorrupt, NoCamera, TooSmall
from palote.result import Reading
from palote.surfaces.webcam import threads
from palote.surfaces.webcam.threads import Asker, Grabber, SupportsRead

from .conftest import Slow, Source, answer, frame, reading, until

WHOLE = (0, 0, 640, 480)


def shades(*values: int) -> list[np.ndarray]:
    return [np.full((48, 64, 3), value, np.uint8) for value in values]


@pytest.fixture
def fresh() -> threading.Event:
    return threading.Event()


def never(name: str) -> SupportsRead:
    raise AssertionError(f"{name} is not to be loaded")


def test_the_newest_frame_is_kept(fresh: threading.Event):
    source = Source(shades(1, 2, 3))
    grabber = Grabber(source, fresh)
    until(lambda: grabber.newest and grabber.newest.number > 4)
    assert fresh.is_set() and grabber.newest is not None
    assert grabber.newest.pixels[0, 0, 0] == 3
    assert 0 <= time.perf_counter() - grabber.newest.taken < 30
    grabber.close()
    assert source.closed
    given = source.given
    time.sleep(0.05)
    assert source.given == given


def test_a_source_that_is_lost_and_comes_back(
    fresh: threading.Event, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(threads, "RETRY_SECONDS", 0.02)
    lost = NoCamera("Camera 0 gives no pictures.")
    source = Source([*shades(1), lost], pause=0.0)
    grabber = Grabber(source, fresh)
    until(lambda: grabber.trouble is lost)
    assert grabber.newest is not None and grabber.newest.number == 1
    source.pictures = shades(9)
    until(lambda: grabber.newest and grabber.newest.pixels[0, 0, 0] == 9)
    assert grabber.trouble is None
    grabber.close()


def test_a_source_that_breaks_is_not_silent(fresh: threading.Event):
    grabber = Grabber(Source([ZeroDivisionError("ours")]), fresh)  # type: ignore[list-item]
    until(lambda: isinstance(grabber.failed, ZeroDivisionError))
    assert fresh.is_set()
    grabber.close()


def test_a_camera_that_hangs_does_not_keep_the_window(
    fresh: threading.Event, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(threads, "JOIN_SECONDS", 0.05)
    hang = threading.Event()

    class Hanging(Source):
        def next(self) -> np.ndarray:
            hang.wait()
            return shades(1)[0]

    source = Hanging([])
    Grabber(source, fresh).close()
    # Closing what another thread still reads from would crash.
    assert not source.closed
    hang.set()


def test_frames_that_came_meanwhile_are_not_read(fresh: threading.Event):
    slow = Slow()
    asker = Asker(("a",), slow, never, fresh)
    frames = [frame(number, shade=number) for number in range(1, 6)]
    asker.submit(frames[0], WHOLE)
    until(lambda: len(slow.seen) == 1)
    for one in frames[1:]:
        asker.submit(one, WHOLE)
    slow.may.set()
    until(lambda: asker.answer and asker.answer.frame is frames[-1])
    assert [int(one[0, 0, 0]) for one in slow.seen] == [1, 5]
    assert asker.answer is not None and asker.answer.model == "a" and fresh.is_set()
    asker.close()


def test_a_part_is_read_and_its_box_is_the_frames(fresh: threading.Event):
    slow = Slow()
    slow.may.set()
    asker = Asker(("a",), slow, never, fresh)
    asker.submit(frame(), (100, 50, 200, 160))
    until(lambda: asker.answer)
    assert slow.seen[0].shape == (160, 200, 3)
    assert asker.answer is not None
    assert asker.answer.boxes == ((110, 70, 30, 40),) and asker.answer.part.shape == (160, 200, 3)
    assert answer(reading(status="empty")).boxes == ()
    asker.close()


def test_what_stands_still_is_read_again_as_something_else(fresh: threading.Event):
    slow = Slow()
    slow.may.set()
    asker = Asker(("one",), slow, lambda name: slow, fresh)
    asker.submit(frame(), (0, 0, 640, 480))
    until(lambda: asker.answer and asker.answer.expect == "digit")
    asker.look_for("number")
    until(lambda: asker.answer and asker.answer.expect == "number")
    assert slow.expected == ["digit", "number"]
    asker.close()


def test_other_models_in_turn(fresh: threading.Event):
    """Also where one of them cannot be loaded; what stands still is read anew."""

    def load(name: str) -> Slow:
        if name == "broken":
            raise ModelCorrupt("The model 'broken' is damaged.")
        made = Slow(lambda pixels: reading("4"))
        made.may.set()
        return made

    first = Slow()
    first.may.set()
    asker = Asker(("a", "broken", "c"), first, load, fresh)
    still = frame()
    asker.submit(still, WHOLE)
    until(lambda: asker.answer)
    assert asker.next_model() == "broken"
    until(lambda: not asker.loading)
    trouble = asker.take_trouble()
    assert trouble is not None and trouble.loading == "broken"
    assert isinstance(trouble.error, ModelCorrupt) and asker.take_trouble() is None
    assert asker.model == "a" and asker.reader is first
    assert asker.next_model() == "c"
    until(lambda: asker.answer and asker.answer.model == "c")
    assert asker.answer is not None and asker.answer.frame is still
    assert asker.answer.reading.text == "4"
    assert asker.next_model() == "a"
    until(lambda: asker.model == "a" and not asker.loading)
    asker.close()


def test_a_frame_that_cannot_be_read(fresh: threading.Event):
    def refuse(pixels: np.ndarray) -> Reading:
        raise TooSmall("The array has 2 x 2 pixels.")

    slow = Slow(refuse)
    slow.may.set()
    asker = Asker(("a",), slow, never, fresh)
    asker.submit(frame(), WHOLE)
    until(fresh.is_set)
    until(lambda: slow.seen)
    found: list[threads.Trouble] = []
    until(lambda: found or (found.extend(filter(None, [asker.take_trouble()])) or found))
    assert found[0].loading == "" and "2 x 2" in str(found[0].error)
    assert asker.answer is None and asker.failed is None
    asker.close()


def test_a_reader_that_breaks_is_not_silent(fresh: threading.Event):
    def fail(pixels: np.ndarray) -> Reading:
        raise ZeroDivisionError

    slow = Slow(fail)
    slow.may.set()
    asker = Asker(("a",), slow, never, fresh)
    asker.submit(frame(), WHOLE)
    until(lambda: isinstance(asker.failed, ZeroDivisionError))
    asker.close()

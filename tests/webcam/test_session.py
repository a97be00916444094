"""Keys, frames and answers in; what is to be seen out. No screen."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
import pytest

from palote.errors import ModelCorrupt, NoCamera, TooSmall, UnsupportedFormat
from palote.result import Reading
from palote.surfaces.webcam import session as module
from palote.surfaces.webcam.collect import Collection
from palote.surfaces.webcam.frames import Frame
from palote.surfaces.webcam.session import Session
from palote.surfaces.webcam.threads import Answer, SupportsRead, Trouble
from palote.surfaces.webcam.words import words_in

from .conftest import Slow, frame, number, reading

WORDS = words_in("en")


@dataclass
class Grabbed:
    """Stands for the thread that fetches."""

    newest: Frame | None = None
    trouble: Exception | None = None
    failed: BaseException | None = None


@dataclass
class Asked:
    """Stands for the thread that reads; answers come when the test gives them."""

    answer: Answer | None = None
    model: str = "default"
    models: tuple[str, ...] = ("default", "other")
    expect: str = "digit"
    loading: str = ""
    failed: BaseException | None = None
    trouble: Trouble | None = None
    reader: SupportsRead = field(default_factory=Slow)
    submitted: list[tuple[Frame, tuple[int, int, int, int]]] = field(default_factory=list)

    def submit(self, frame: Frame, area: tuple[int, int, int, int]) -> None:
        self.submitted.append((frame, area))

    def look_for(self, expect: str) -> None:
        self.expect = expect

    def next_model(self) -> str:
        self.loading = self.models[1]
        return self.loading

    def take_trouble(self) -> Trouble | None:
        trouble, self.trouble = self.trouble, None
        return trouble


class Stage:
    """A session, what is around it, and a clock."""

    def __init__(self, folder: Path) -> None:
        self.grabber, self.asker = Grabbed(), Asked()
        self.asker.reader.may.set()  # type: ignore[attr-defined]
        self.said: list[str] = []
        self.folder = folder
        self.collection = Collection(folder / "my-digits")
        self.now = 100.0
        self.count = 0
        self.session = Session(
            self.grabber,  # type: ignore[arg-type]
            self.asker,  # type: ignore[arg-type]
            self.collection,
            folder / "pictures",
            WORDS,
            self.said.append,
            lambda: np.full((60, 90, 3), 77, np.uint8),
        )

    def see(self, of: Reading | None = None, seconds: float = 0.04) -> Frame:
        """A frame comes, and its answer, and both are drawn."""
        self.now += seconds
        self.count += 1
        self.grabber.newest = frame(self.count, self.now)
        self.session.tick(self.now)
        if of is not None:
            newest, area = self.asker.submitted[-1]
            self.asker.answer = Answer(newest, area, of, self.asker.model, self.asker.expect)
            self.session.tick(self.now + 0.01)
        self.session.drawn(self.now + 0.02)
        return self.grabber.newest

    def press(self, *characters: str) -> None:
        for one in characters:
            self.session.press(one, self.now)
        self.session.tick(self.now)

    @property
    def notice(self) -> str:
        notice = self.session.view().notice
        return notice.text if notice else ""


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    before = threading.active_count()
    yield Stage(tmp_path)
    assert threading.active_count() == before


def test_nothing_yet(stage: Stage):
    stage.session.tick(stage.now)
    view = stage.session.view()
    assert view.frame is view.reading is view.notice is None and view.boxes == ()
    stage.press("7", "s", "\b", " ", "w")
    assert not stage.session.frozen, "there is nothing to freeze"
    assert not (stage.folder / "pictures").exists() and stage.collection.counts == [0] * 10


def test_a_frame_and_its_answer(stage: Stage):
    seven = reading("7")
    newest = stage.see(seven)
    view = stage.session.view()
    assert view.frame is newest and view.reading is seven and view.boxes == ((10, 20, 30, 40),)
    assert view.area is None and not view.frozen and view.model == "default"
    assert stage.asker.submitted == [(newest, (0, 0, 640, 480))]
    stage.session.tick(stage.now + 0.01)
    assert stage.session.view() == view, "without anything new there is nothing to draw"
    assert len(stage.asker.submitted) == 1


def test_a_hand_before_the_digit_does_not_flicker(stage: Stage):
    seven, nothing = reading("7"), reading(status="empty")
    stage.see(seven)
    for _ in range(3):
        stage.see(nothing)
        assert stage.session.view().reading is seven
    stage.see(seven)
    for _ in range(8):
        stage.see(nothing)
    assert stage.session.view().reading is nothing


def test_figures(stage: Stage):
    for _ in range(60):
        stage.see(reading("7"))
    view = stage.session.view()
    assert view.fps == pytest.approx(25, rel=0.02) and view.delay_ms == pytest.approx(20)
    figures = stage.session.meter.figures()
    assert figures.frames == 60 and figures.median_ms == pytest.approx(20)
    # What is read again later, in another part or frozen, tells nothing of the speed.
    for key in ("w", " ", "w"):
        stage.press(key)
        newest, area = stage.asker.submitted[-1]
        stage.asker.answer = Answer(newest, area, reading("7"), "default")
        stage.session.tick(stage.now + 5)
        stage.session.drawn(stage.now + 5)
    assert stage.session.meter.figures() == figures


def test_freezing_keeps_frame_and_answer_together(stage: Stage):
    seven = reading("7")
    shown = stage.see(seven)
    stage.see()
    stage.press(" ")
    view = stage.session.view()
    assert view.frozen and view.frame is shown and view.reading is seven
    asked = len(stage.asker.submitted)
    stage.see()
    assert stage.session.view() == view and len(stage.asker.submitted) == asked
    stage.press(" ")
    assert not stage.session.view().frozen
    newest = stage.see()
    assert stage.session.view().frame is newest


def test_freezing_with_a_slow_network_waits_for_its_answer(stage: Stage):
    stage.see(reading("7"))
    for _ in range(30):
        newest = stage.see()
    stage.press(" ")
    assert stage.session.view().frame is newest and stage.session.view().reading is None
    assert stage.asker.submitted[-1][0] is newest
    one = reading("1")
    stage.asker.answer = Answer(newest, (0, 0, 640, 480), one, "default")
    stage.session.tick(stage.now)
    assert stage.session.view().reading is one
    # An answer of another frame comes late.
    stage.asker.answer = Answer(frame(99), (0, 0, 640, 480), reading("2"), "default")
    stage.session.tick(stage.now + 9)
    assert stage.session.view().reading is one


def test_what_stands_still_is_read_by_the_next_model(stage: Stage):
    still = stage.see(reading("7"))
    stage.press(" ", "m")
    assert stage.session.view().loading == "other"
    stage.asker.loading, stage.asker.model = "", "other"
    stage.asker.answer = Answer(still, (0, 0, 640, 480), reading("1"), "other")
    stage.session.tick(stage.now)
    stage.session.tick(stage.now + 1)
    view = stage.session.view()
    assert view.model == "other" and view.reading is not None and view.reading.text == "1"


def test_a_digit_is_saved_and_counted(stage: Stage):
    stage.see(reading("7"))
    stage.press("7")
    view = stage.session.view()
    assert view.counts[7] == 1 and view.latest == 7
    (path,) = (stage.folder / "my-digits" / "7").iterdir()
    assert str(path) in stage.notice and stage.said == [f"Saved as 7: {path}"]
    stage.press("7")
    assert "already" in stage.notice and stage.session.view().counts[7] == 1
    stage.press("\b")
    assert not path.exists() and stage.session.view().counts[7] == 0
    assert str(path) in stage.said[-1]
    stage.press("\b")
    assert stage.notice == WORDS.nothing_undone


@pytest.mark.parametrize("status", ["unsure", "not_digit"])
def test_what_is_read_wrongly_can_be_saved_too(stage: Stage, status):
    stage.see(reading("1", status))
    stage.press("7")
    assert stage.collection.counts[7] == 1


def test_there_is_no_digit_to_save(stage: Stage):
    stage.see(reading(status="empty"))
    stage.press("7")
    notice = stage.session.view().notice
    assert notice is not None and notice.bad and notice.text == WORDS.nothing
    assert not (stage.folder / "my-digits").exists()


def test_a_picture_of_the_moment(stage: Stage):
    newest = stage.see(reading("7"))
    stage.press("s")
    one, other = sorted((stage.folder / "pictures").iterdir(), key=lambda path: len(path.name))
    assert np.array_equal(cv2.imread(str(one)), newest.pixels[..., ::-1])
    assert cv2.imread(str(other)).shape == (60, 90, 3) and other.stem == f"{one.stem}-window"
    assert stage.notice == stage.said[0] == f"Picture saved: {one.absolute()}"


def test_places_that_cannot_be_written(stage: Stage):
    (stage.folder / "pictures").touch()
    (stage.folder / "my-digits").touch()
    stage.see(reading("7"))
    for key in ("s", "7"):
        stage.press(key)
        notice = stage.session.view().notice
        assert notice is not None and notice.bad and notice.text == WORDS.not_saved
        assert "cannot be written" in stage.said[-1]


def test_a_part_of_the_frame(stage: Stage):
    stage.see(reading("1"))
    stage.session.read_part((0.5, 0.25, 0.25, 0.5))
    view = stage.session.view()
    assert view.area == (320, 120, 160, 240) and view.reading is None
    assert stage.asker.submitted[-1][1] == (320, 120, 160, 240)
    # What was asked about the whole frame is no answer any more.
    stage.session.tick(stage.now)
    assert stage.session.view().reading is None
    stage.see(reading("7"))
    assert stage.session.view().boxes == ((330, 140, 30, 40),)
    stage.press("w")
    assert stage.session.view().area is None
    stage.see(reading("7"))
    assert stage.session.view().boxes == ((10, 20, 30, 40),)


@pytest.mark.parametrize("part", [(0.0, 0.0, 0.001, 0.001), (0.99, 0.999, 0.5, 0.5)])
def test_a_part_is_never_too_small_or_outside(stage: Stage, part):
    stage.session.read_part(part)
    stage.see()
    x, y, width, height = stage.asker.submitted[-1][1]
    assert x >= 0 and y >= 0 and min(width, height) >= 16
    assert x + width <= 640 and y + height <= 480


def test_help_and_leaving(stage: Stage):
    stage.press("h")
    assert stage.session.view().help
    stage.press("?")
    assert not stage.session.view().help and not stage.session.over
    stage.press("q")
    assert stage.session.over


def test_a_notice_goes(stage: Stage):
    stage.session.notify("hello", stage.now)
    stage.session.tick(stage.now + module.NOTICE_SECONDS - 0.1)
    assert stage.notice == "hello"
    stage.session.tick(stage.now + module.NOTICE_SECONDS + 0.1)
    assert stage.notice == ""


def test_a_single_model(stage: Stage):
    stage.asker.models = ("default",)
    stage.press("m")
    assert stage.notice == WORDS.only_model and not stage.asker.loading


def test_a_model_that_cannot_be_loaded(stage: Stage):
    stage.asker.trouble = Trouble(ModelCorrupt("The model 'x' is damaged."), "x.keras")
    stage.session.tick(stage.now)
    notice = stage.session.view().notice
    assert notice is not None and notice.bad and "x.keras" in notice.text
    assert stage.said == ["The model 'x' is damaged."]


def test_a_frame_that_cannot_be_read(stage: Stage):
    stage.asker.trouble = Trouble(TooSmall("The array has 2 x 2 pixels."))
    stage.session.tick(stage.now)
    assert stage.notice == WORDS.not_read and "2 x 2" in stage.said[0]


@pytest.mark.parametrize(
    ("error", "sentence"),
    [(NoCamera("gone"), WORDS.lost), (UnsupportedFormat("gone"), WORDS.broken)],
)
def test_no_pictures_any_more(stage: Stage, error, sentence):
    stage.see(reading("7"))
    stage.grabber.trouble = error
    for _ in range(3):
        stage.session.tick(stage.now)
    assert stage.session.view().trouble == sentence
    assert stage.said == ["gone"], "the terminal is told once"
    stage.grabber.trouble = None
    stage.session.tick(stage.now)
    assert stage.session.view().trouble == ""


@pytest.mark.parametrize("thread", ["grabber", "asker"])
def test_a_thread_that_broke_ends_the_window(stage: Stage, thread: str):
    getattr(stage, thread).failed = ZeroDivisionError("ours")
    with pytest.raises(ZeroDivisionError):
        stage.session.tick(stage.now)


def test_numbers_are_looked_for_and_not_saved_as_digits(stage: Stage) -> None:
    stage.see(reading("7"))
    stage.press("n")
    assert stage.asker.expect == "number" and stage.session.view().expect == "number"
    assert stage.session.view().reading is None, "what was read as a digit is no number"
    stage.see(number("2047"))
    view = stage.session.view()
    assert view.reading is not None and view.reading.text == "2047"
    assert [box[0] for box in view.boxes] == [100, 150, 200, 250]
    stage.press("7")
    assert stage.notice == WORDS.one_by_one and stage.collection.added == 0
    stage.press("n", "n")
    assert stage.asker.expect == "digit"

"""Two threads beside the window: one fetches pictures, one reads them.

So the picture never waits for the network. Of pictures the newest wins: what came while
the network was busy is never read. ``fresh`` is set whenever there is something new.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from palote.errors import PaloteError
from palote.result import Box, Reading
from palote.surfaces.webcam.frames import Frame, FrameSource

__all__ = ["Answer", "Asker", "Grabber", "SupportsRead", "Trouble"]

RETRY_SECONDS = 1.0
CATCH_UP_SECONDS = 0.1
JOIN_SECONDS = 2.0
"""A camera that hangs must not keep the window from closing."""


class SupportsRead(Protocol):
    """What the window needs of a `palote.Reader`."""

    def read(self, image: NDArray[np.uint8], *, expect: str) -> Reading:
        """Read one picture."""
        ...


@dataclass(frozen=True, eq=False)
class Answer:
    """What was read of a frame.

    Attributes:
        frame: the whole of it.
        area: (x, y, width, height) of the part that was read, in pixels of the frame.
        reading: its boxes are in pixels of the part.
        model: what read: one of the names that `Asker` was given.
        expect: what was looked for.
    """

    frame: Frame
    area: Box
    reading: Reading
    model: str
    expect: str = "digit"

    @property
    def part(self) -> NDArray[np.uint8]:
        """What was read, uint8 (h, w, 3) RGB."""
        x, y, width, height = self.area
        return self.frame.pixels[y : y + height, x : x + width]

    @property
    def boxes(self) -> tuple[Box, ...]:
        """Where the digits are, in pixels of the frame."""
        left, top = self.area[:2]
        found = (digit.box for digit in self.reading.digits)
        return tuple((x + left, y + top, width, height) for x, y, width, height in found)


@dataclass(frozen=True)
class Trouble:
    """What the thread that reads could not do.

    Attributes:
        error: why.
        loading: the model that could not be loaded; empty if a picture could not be read.
    """

    error: PaloteError
    loading: str = ""


class Grabber:
    """Fetches pictures, and keeps the newest.

    Args:
        source: closed when the grabber is.
        fresh: set with every picture.
    """

    def __init__(self, source: FrameSource, fresh: threading.Event) -> None:
        self._source = source
        self._fresh = fresh
        self._end = threading.Event()
        self.newest: Frame | None = None
        self.trouble: PaloteError | None = None
        """Why there are no pictures now; None as long as there are."""
        self.failed: BaseException | None = None
        """What ended the thread, if that was no error of ours."""
        self._thread = threading.Thread(target=self._work, name="palote-grab", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop, and let the source go."""
        self._end.set()
        self._thread.join(JOIN_SECONDS)
        if not self._thread.is_alive():
            self._source.close()

    def _work(self) -> None:
        try:
            self._fetch()
        except BaseException as error:
            self.failed = error
            self._fresh.set()

    def _fetch(self) -> None:
        numbers = count(1)
        due = time.perf_counter()
        while not self._end.is_set():
            try:
                pixels = self._source.next()
            except PaloteError as error:
                self.trouble = error
                self._fresh.set()
                self._end.wait(RETRY_SECONDS)
                continue
            self.trouble = None
            self.newest = Frame(next(numbers), pixels, time.perf_counter())
            self._fresh.set()
            # A small delay is made up for; after a large one it goes on from there.
            due = max(due + self._source.pause, time.perf_counter() - CATCH_UP_SECONDS)
            self._end.wait(due - time.perf_counter())


class Asker:
    """Reads the newest frame that it was handed, again and again.

    Args:
        models: names that ``load`` understands; the first reads at first.
        reader: of the first model.
        load: makes the reader of a model; it may raise a `PaloteError`.
        fresh: set with every answer.
        expect: "digit", "number" or "auto", see `palote.Reader.read`.
    """

    def __init__(
        self,
        models: tuple[str, ...],
        reader: SupportsRead,
        load: Callable[[str], SupportsRead],
        fresh: threading.Event,
        expect: str = "digit",
    ) -> None:
        self._load = load
        self._fresh = fresh
        self._reader = reader
        self._change = threading.Condition()
        self._waiting: tuple[Frame, Box] | None = None
        self._last: tuple[Frame, Box] | None = None
        self._end = False
        self._trouble: Trouble | None = None
        self._place = 0
        self.models = models
        self.model = models[0]
        self.expect = expect
        """What is looked for."""
        self.loading = ""
        """The model that is being loaded, if one is."""
        self.answer: Answer | None = None
        self.failed: BaseException | None = None
        """What ended the thread, if that was no error of ours."""
        self._thread = threading.Thread(target=self._work, name="palote-read", daemon=True)
        self._thread.start()

    @property
    def reader(self) -> SupportsRead:
        """What reads now."""
        return self._reader

    def submit(self, frame: Frame, area: Box) -> None:
        """Have a part of a frame read, in place of any that still waits."""
        with self._change:
            self._waiting = self._last = (frame, area)
            self._change.notify()

    def next_model(self) -> str:
        """Load the model after the one that was asked for last; return its name."""
        with self._change:
            self._place = (self._place + 1) % len(self.models)
            self.loading = self.models[self._place]
            self._change.notify()
            return self.loading

    def look_for(self, expect: str) -> None:
        """Look for something else from now on, also in a frame that stands still."""
        with self._change:
            self.expect = expect
            self._waiting = self._waiting or self._last
            self._change.notify()

    def take_trouble(self) -> Trouble | None:
        """Return, once, what could not be done."""
        with self._change:
            trouble, self._trouble = self._trouble, None
            return trouble

    def close(self) -> None:
        """Stop."""
        with self._change:
            self._end = True
            self._change.notify()
        self._thread.join(JOIN_SECONDS)

    def _work(self) -> None:
        try:
            while self._step():
                self._fresh.set()
        except BaseException as error:
            self.failed = error
            self._fresh.set()

    def _step(self) -> bool:
        """Wait for something to do and do it; return False at the end."""
        with self._change:
            while not (self._end or self._waiting or self.loading):
                self._change.wait()
            if self._end:
                return False
            wanted, work = self.loading, self._waiting
            if not wanted:
                self._waiting = None
        if wanted:
            self._use(wanted)
        elif work is not None:
            self._read(*work)
        return True

    def _use(self, name: str) -> None:
        trouble = None
        if name != self.model:
            try:
                self._reader, self.model = self._load(name), name
            except PaloteError as error:
                trouble = Trouble(error, name)
        with self._change:
            self._trouble = trouble or self._trouble
            if self.loading == name:
                self.loading = ""
            # A frame that stands still is read with the other model too.
            self._waiting = self._waiting or self._last

    def _read(self, frame: Frame, area: Box) -> None:
        x, y, width, height = area
        try:
            seen = frame.pixels[y : y + height, x : x + width]
            expect = self.expect
            reading = self._reader.read(seen, expect=expect)
        except PaloteError as error:
            with self._change:
                self._trouble = Trouble(error)
            return
        self.answer = Answer(frame, area, reading, self.model, expect)

"""What happens in the window: frames and answers in, keys in, what is to be seen out.

Nothing here knows of a screen, so that all of it can be tested without one.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from palote.data.saving import save
from palote.errors import DataError, NoCamera, PaloteError
from palote.result import Box
from palote.surfaces.webcam.collect import Collection, png, stamp
from palote.surfaces.webcam.frames import Frame
from palote.surfaces.webcam.keys import command_of, digit_of
from palote.surfaces.webcam.steady import Meter, Steady
from palote.surfaces.webcam.threads import Answer, Asker, Grabber
from palote.surfaces.webcam.view import Notice, View
from palote.surfaces.webcam.words import Words

__all__ = ["Part", "Session"]

NOTICE_SECONDS = 5.0
FIGURES_SECONDS = 0.5
"""Figures that change more often cannot be read."""
RECENT_SECONDS = 0.5
LEAST_SIDE = 16

EXPECTATIONS = ("digit", "number", "auto")
"""What may be looked for, as its key goes through it."""

Part = tuple[float, float, float, float]
"""(x, y, width, height) of a part of the frame, as shares of its sides."""
WHOLE: Part = (0.0, 0.0, 1.0, 1.0)


class Session:
    """The state behind one window.

    Args:
        grabber: where frames come from.
        asker: what reads them.
        collection: where digits are saved.
        pictures: folder for pictures of the moment.
        words: texts of the person's language.
        say: writes a line to the terminal.
        screen: the window as it is, uint8 (h, w, 3) RGB.
    """

    def __init__(
        self,
        grabber: Grabber,
        asker: Asker,
        collection: Collection,
        pictures: Path,
        words: Words,
        say: Callable[[str], None],
        screen: Callable[[], NDArray[np.uint8]],
    ) -> None:
        self._grabber = grabber
        self._asker = asker
        self._collection = collection
        self._pictures = pictures
        self._words = words
        self._say = say
        self._screen = screen
        self._steady = Steady()
        self._meter = Meter()
        self._frame: Frame | None = None
        self._part: Part = WHOLE
        self._answer: Answer | None = None
        self._notice: Notice | None = None
        self._until = 0.0
        self._trouble = ""
        self._latest: int | None = None
        self._fps = self._delay_ms = self._counted = 0.0
        self._undrawn: list[Frame | Answer] = []
        self._timed: Frame | None = None
        self.frozen = False
        self.help = False
        self.over = False
        """The person wants to leave."""

    @property
    def meter(self) -> Meter:
        """How fast it is."""
        return self._meter

    def tick(self, now: float) -> None:
        """Take in what the threads have brought.

        Args:
            now: in seconds of `time.perf_counter`.

        Raises:
            Exception: whatever ended one of the threads.
        """
        for thread in (self._grabber, self._asker):
            if thread.failed is not None:
                raise thread.failed
        frame = self._grabber.newest
        if not self.frozen and frame is not None and frame is not self._frame:
            self._frame = frame
            self._undrawn.append(frame)
            self._asker.submit(frame, self._area(frame))
        answer = self._asker.answer
        if answer is not None and answer is not self._answer and self._is_wanted(answer):
            self._answer = answer
            self._undrawn.append(answer)
        if self._answer is not None and self._is_wanted(self._answer):
            self._steady.update(self._answer, now)
        if self._notice is not None and now > self._until:
            self._notice = None
        if now - self._counted > FIGURES_SECONDS:
            self._fps, self._delay_ms, self._counted = self._meter.fps, self._meter.delay_ms, now
        self._tell_trouble(now)

    def drawn(self, now: float) -> None:
        """Note that everything is on the screen."""
        for one in self._undrawn:
            if isinstance(one, Frame):
                self._meter.frame(now)
            elif one.frame is not self._timed and not self.frozen:
                # A frame that is read again, by another model, tells nothing of the speed.
                self._meter.answer(now - one.frame.taken)
                self._timed = one.frame
        self._undrawn.clear()

    def view(self) -> View:
        """Return what is to be seen now."""
        shown, frame = self._steady.shown, self._frame
        return View(
            frame=frame,
            area=None if frame is None or self._part == WHOLE else self._area(frame),
            boxes=shown.boxes if shown else (),
            reading=shown.reading if shown else None,
            fps=self._fps,
            delay_ms=self._delay_ms,
            model=self._asker.model,
            expect=self._asker.expect,
            loading=self._asker.loading,
            frozen=self.frozen,
            help=self.help,
            notice=self._notice,
            trouble=self._trouble,
            counts=tuple(self._collection.counts),
            latest=self._latest,
        )

    def press(self, character: str, now: float) -> None:
        """Do what a key stands for, if it stands for something."""
        if (digit := digit_of(character)) is not None:
            self._save_digit(digit, now)
            return
        match command_of(character):
            case "quit":
                self.over = True
            case "freeze":
                self._freeze()
            case "picture":
                self._save_picture(now)
            case "model":
                self._next_model(now)
            case "expect":
                self._look_for_another()
            case "undo":
                self._undo(now)
            case "whole":
                self.read_part(None)
            case "help":
                self.help = not self.help

    def read_part(self, part: Part | None) -> None:
        """Read only a part of the frame from now on, or all of it."""
        self._part = part or WHOLE
        self._steady.reset()
        self._answer = None
        if self._frame is not None:
            self._asker.submit(self._frame, self._area(self._frame))

    def notify(self, text: str, now: float, bad: bool = False) -> None:
        """Show a sentence for a moment."""
        self._notice, self._until = Notice(text, bad), now + NOTICE_SECONDS

    def _is_wanted(self, answer: Answer) -> bool:
        """Tell whether an answer is of the part that is read now, and of the frame if it stands."""
        if self.frozen and answer.frame is not self._frame:
            return False
        return answer.expect == self._asker.expect and answer.area == self._area(answer.frame)

    def _area(self, frame: Frame) -> Box:
        height, width = frame.pixels.shape[:2]
        left, top, wide, high = self._part
        x = max(0, min(round(left * width), width - LEAST_SIDE))
        y = max(0, min(round(top * height), height - LEAST_SIDE))
        return (
            *(x, y),
            min(max(round(wide * width), LEAST_SIDE), width - x),
            min(max(round(high * height), LEAST_SIDE), height - y),
        )

    def _freeze(self) -> None:
        shown, newest = self._steady.shown, self._frame
        self.frozen = newest is not None and not self.frozen
        if not self.frozen or newest is None:
            return
        if shown and newest.taken - shown.frame.taken < RECENT_SECONDS:
            # What the person saw belongs together: this answer and its own frame.
            self._frame, self._answer = shown.frame, shown
        else:
            self._steady.reset()
            self._asker.submit(newest, self._area(newest))

    def _save_digit(self, digit: int, now: float) -> None:
        shown = self._steady.shown
        if shown is None or not shown.reading.digits:
            self.notify(self._words.nothing, now, bad=True)
            return
        if shown.reading.lines:
            self.notify(self._words.one_by_one, now, bad=True)
            return
        try:
            path = self._collection.save(
                shown, digit, partial(self._asker.reader.read, expect="digit")
            )
        except PaloteError as error:
            self._failed(self._words.not_saved, error, now)
            return
        if path is None:
            self.notify(self._words.already.format(digit=digit), now)
            return
        self._latest = digit
        self._done(self._words.saved.format(digit=digit, path=path), now)

    def _undo(self, now: float) -> None:
        path = self._collection.undo()
        if path is None:
            self.notify(self._words.nothing_undone, now)
            return
        self._latest = None
        self._done(self._words.undone.format(path=path), now)

    def _save_picture(self, now: float) -> None:
        if self._frame is None:
            self.notify(self._words.waiting, now, bad=True)
            return
        path = (self._pictures / f"palote-{stamp()}.png").absolute()
        try:
            save(path, png(self._frame.pixels))
            save(path.with_stem(f"{path.stem}-window"), png(self._screen()))
        except DataError as error:
            self._failed(self._words.not_saved, error, now)
            return
        self._done(self._words.picture.format(path=path), now)

    def _next_model(self, now: float) -> None:
        if len(self._asker.models) == 1:
            self.notify(self._words.only_model, now)
        else:
            self._asker.next_model()

    def _look_for_another(self) -> None:
        place = EXPECTATIONS.index(self._asker.expect) + 1
        self._asker.look_for(EXPECTATIONS[place % len(EXPECTATIONS)])
        self._steady.reset()
        self._answer = None

    def _tell_trouble(self, now: float) -> None:
        if trouble := self._asker.take_trouble():
            said = self._words.no_model if trouble.loading else self._words.not_read
            self._failed(said.format(model=trouble.loading), trouble.error, now)
        error = self._grabber.trouble
        before = self._trouble
        self._trouble = ""
        if error is not None:
            camera = isinstance(error, NoCamera)
            self._trouble = self._words.lost if camera else self._words.broken
            if not before:
                self._say(str(error))

    def _done(self, text: str, now: float) -> None:
        self._say(text)
        self.notify(text, now)

    def _failed(self, text: str, error: PaloteError, now: float) -> None:
        self._say(str(error))
        self.notify(text, now, bad=True)

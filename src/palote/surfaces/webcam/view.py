"""What is to be seen in the window: all that drawing needs to know, and nothing it may change."""

from __future__ import annotations

from dataclasses import dataclass

from palote.result import Box, Reading
from palote.surfaces.webcam.frames import Frame

__all__ = ["Notice", "View"]


@dataclass(frozen=True)
class Notice:
    """A sentence that is shown for a moment."""

    text: str
    bad: bool = False


@dataclass(frozen=True)
class View:
    """Everything that is to be seen; two that are equal look the same.

    Attributes:
        frame: the camera's picture, once there is one.
        area: the part of it that is read, in its pixels; None if that is all of it.
        boxes: where the digits are, in its pixels.
        reading: the answer on show.
        fps: frames a second.
        delay_ms: from the frame to the last answer.
        model: what reads.
        expect: what it looks for.
        loading: what will, if it is being loaded.
        frozen: the picture stands still.
        help: the keys are shown.
        notice: what just happened.
        trouble: why there are no pictures; empty as long as there are.
        counts: pictures in each class folder.
        latest: the digit that was saved last.
    """

    frame: Frame | None
    area: Box | None
    boxes: tuple[Box, ...]
    reading: Reading | None
    fps: float
    delay_ms: float
    model: str
    expect: str
    loading: str
    frozen: bool
    help: bool
    notice: Notice | None
    trouble: str
    counts: tuple[int, ...]
    latest: int | None

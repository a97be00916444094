"""Films of digits on paper, for a browser whose camera is a file.

Motion JPEG, 30 frames a second, as Chromium takes it and as most web cameras send it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import cv2
import numpy as np

from .conftest import Picture, strokes

RATE = 30
"""Frames a second that Chromium plays, whatever the file says."""

REPEATED = 3
"""Each frame comes so often in a row, as from a camera in poor light."""

INK = np.array([110, 55, 30], np.float32)  # blue; OpenCV wants it first


class Paper:
    """A sheet under a lamp: light falls off to one side, and every frame has its noise.

    Args:
        size: width and height of the picture, in pixels.
        seed: of the noise.
    """

    def __init__(self, size: tuple[int, int] = (640, 480), seed: int = 5) -> None:
        self.width, self.height = size
        self._rng = np.random.default_rng(seed)
        across = np.linspace(1.0, 0.72, self.width, dtype=np.float32)
        down = np.linspace(1.0, 0.9, self.height, dtype=np.float32)
        self._light = (down[:, None] * across)[..., None] * np.array([205, 218, 226], np.float32)
        shape = (self.height, self.width, 3)
        self._noise = [self._rng.normal(0, 4, shape).astype(np.float32) for _ in range(4)]

    def frame(self, digit: int | None, at: float = 0.0, share: float = 0.42) -> Picture:
        """One picture, uint8 (height, width, 3), blue first.

        Args:
            digit: what is written on the sheet; None for nothing.
            at: seconds; the sheet moves a little as they go by.
            share: height of the digit, of the picture's.
        """
        picture = self._light
        if digit is not None:
            ink = np.zeros((self.height, self.width), np.uint8)
            shift = np.array([(self.width - self.height) / 2, 0]) + self.height * 0.03 * np.array(
                [np.sin(2.1 * at + digit), np.cos(1.7 * at)]
            )
            pen = max(2, round(0.075 * share * self.height))
            for stroke in strokes(digit, self.height, share):
                points = [np.rint((np.array(stroke) + shift) * 16).astype(np.int32)]
                cv2.polylines(ink, points, False, 255, pen, cv2.LINE_AA, 4)
            cover = cv2.GaussianBlur(ink, (0, 0), 0.8)[..., None] * np.float32(0.85 / 255)
            picture = picture * (1 - cover) + INK * cover
        noise = self._noise[self._rng.integers(len(self._noise))]
        return np.asarray(np.clip(picture + noise, 0, 255), np.uint8)


def scenes(digits: Iterable[int], shown: float, blank: float, paper: Paper) -> Iterator[Picture]:
    """Frames of one digit after the other, with the bare sheet after each.

    Args:
        digits: what is shown.
        shown: seconds that each is shown.
        blank: seconds of bare sheet after each.
        paper: what it is written on.
    """
    step = REPEATED / RATE
    for digit in digits:
        for number in range(round(shown / step)):
            yield from [paper.frame(digit, number * step)] * REPEATED
        for _ in range(round(blank / step)):
            yield from [paper.frame(None)] * REPEATED


def write(path: Path, frames: Iterable[Picture]) -> Path:
    """Write frames as a Motion JPEG file, which must end in .mjpeg."""
    last: Picture | None = None
    jpeg = b""
    with path.open("wb") as file:
        for frame in frames:
            if frame is not last:
                jpeg = cv2.imencode(".jpg", frame, [cv2.IMWRITE_JPEG_QUALITY, 85])[1].tobytes()
                last = frame
            file.write(jpeg)
    return path

"""Whatever is drawn, numbers are looked for in it without an error."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from palote import Reader
from palote.ink import CLEANINGS, InkSpec
from palote.ink.fit import fit_crop
from palote.pixels import load
from palote.result import Reading

DRAWINGS = 12


def anything(rng: np.random.Generator) -> NDArray[np.uint8]:
    """Lines, rings, frames, print and scribbles, any number of each."""
    height, width = int(rng.integers(20, 400)), int(rng.integers(20, 700))
    picture = np.full((height, width), int(rng.integers(150, 256)), np.uint8)
    ink = int(rng.integers(0, 100))
    for _ in range(int(rng.integers(1, 25))):
        (x, y), (u, v) = (rng.integers(0, (width, height)).tolist() for _ in range(2))
        pen = int(rng.integers(1, 6))
        kind = int(rng.integers(0, 6))
        if kind < 3:
            cv2.line(picture, (x, y), [(u, v), (x, v), (u, y)][kind], ink, pen)
        elif kind == 3:
            cv2.circle(picture, (x, y), int(rng.integers(1, 5 + height // 4)), ink, pen)
        elif kind == 4:
            cv2.putText(picture, str(rng.integers(0, 9999)), (x, y), 0, pen / 2, ink, pen)
        else:
            points = rng.integers(0, (width, height), (6, 2)).astype(np.int32)
            cv2.polylines(picture, [points], False, ink, pen)
    if rng.random() < 0.2:
        picture = 255 - picture
    if rng.random() < 0.2:
        noisy = picture + rng.normal(0, 15, picture.shape)
        picture = np.clip(noisy, 0, 255).astype(np.uint8)
    return picture


@pytest.mark.parametrize("seed", range(4))
def test_any_drawing_can_be_read(seed: int) -> None:
    rng = np.random.default_rng(seed)
    reader = Reader()
    for _ in range(DRAWINGS):
        coded = cv2.imencode(".png", anything(rng))[1].tobytes()
        reading = reader.read(load(coded), expect="number")
        assert isinstance(reading, Reading)
        assert (reading.status in ("empty", "not_digit")) == (reading.text == "")


@pytest.mark.parametrize("how", CLEANINGS)
@pytest.mark.parametrize("pattern", [None, "####", "#/##"])
def test_any_drawing_can_be_read_in_every_way(how: str, pattern: str | None) -> None:
    rng = np.random.default_rng([len(how), len(pattern or "")])
    reader = Reader()
    for _ in range(DRAWINGS // 3):
        # Also what fills its frame without a tone of paper between, as MNIST's rows do.
        digits = np.zeros((28, 28 * int(rng.integers(1, 6))), np.uint8)
        cv2.putText(digits, str(rng.integers(0, 99999)), (2, 24), 0, 0.9, 255, 2)
        for picture in (anything(rng), digits, (digits // 60).astype(np.uint8)):
            reading = reader.read(picture, expect="number", clean=how, pattern=pattern)
            assert (reading.status in ("empty", "not_digit")) == (reading.text == "")


def test_a_crop_without_ink_is_a_blank_patch() -> None:
    for crop in (np.zeros((40, 30), np.uint8), np.eye(900, 300, dtype=np.uint8)):
        patch = fit_crop(crop, InkSpec())
        assert patch.shape == (28, 28) and np.isfinite(patch).all()
    assert not fit_crop(np.zeros((4, 9), np.uint8), InkSpec()).any()

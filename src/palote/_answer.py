"""Parts of an answer: a digit of a network's shares, and the pictures of the way."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from palote.ink import Candidate
from palote.model.engine import DIGITS
from palote.pixels import Picture
from palote.result import Digit, Stage

__all__ = ["digit_of", "stages_of"]


def digit_of(candidate: Candidate, share: NDArray[np.float32], picture: Picture) -> Digit:
    """Return the best digit of what the network says of a candidate.

    Args:
        candidate: one interpretation of the picture.
        share: float32 (10 or 11,), calibrated.
        picture: what it was found in; the box is in pixels of its full size.
    """
    digits = share[:DIGITS].astype(np.float64)
    value = int(np.argmax(digits))
    total = float(digits.sum())
    given = digits / total if total > 0 else np.full(DIGITS, 1 / DIGITS)
    height, width = picture.pixels.shape[:2]
    across, down = picture.size[0] / width, picture.size[1] / height
    x, y, w, h = candidate.box
    box = (round(x * across), round(y * down), round(w * across), round(h * down))
    return Digit(
        str(value),
        min(1.0, float(digits[value])),
        given.astype(np.float32),
        box,
        candidate.patch,
    )


def stages_of(candidate: Candidate) -> tuple[Stage, ...]:
    """Collect the pictures of the way, for people to look at."""
    cleaned = candidate.cleaned
    binary = (candidate.mask * np.uint8(255)).astype(np.uint8)
    if candidate.mask.all():
        binary = np.where(cleaned.strength > 127, 255, 0).astype(np.uint8)
    small = (candidate.patch > 0.5).astype(np.uint8) * np.uint8(255)
    centred = np.rint(candidate.patch * 255).astype(np.uint8)
    return (
        Stage("original", cleaned.original),
        Stage("evened", np.asarray(cv2.bitwise_not(cleaned.strength), np.uint8)),
        Stage("binary", binary),
        Stage("binary28", np.asarray(small, np.uint8)),
        Stage("centred", centred),
    )

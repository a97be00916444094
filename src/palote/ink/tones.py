"""Small sums over the tones of a picture that cleaning does again and again, and fast.

They stand for what NumPy and OpenCV would do in several passes over millions of pixels.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ["beyond", "histogram", "lowered", "otsu", "percentile", "quantile", "shrink"]

TONES = range(256)

MANY, WORD = 4096, 8
"""Pixels from which on a histogram looks for bare paper, in so many at once."""

LEFT_OUT = 0.85
"""A picture is not shrunk by less than this."""

LEAST = 1e-7
"""Share of the pixels that each side of a threshold has, at least."""

HALO = 5
"""Side in pixels of what around ink is its own soft edge."""


def beyond(ink: NDArray[np.bool_], other: NDArray[np.bool_]) -> int:
    """Return how many pixels of ink, bool (h, w), lie outside of other ink and its soft edge."""
    around = cv2.dilate(other.view(np.uint8), np.ones((HALO, HALO), np.uint8))
    return int(cv2.countNonZero(cv2.subtract(ink.view(np.uint8), around)))


def shrink(picture: NDArray[np.uint8], longest: int) -> tuple[NDArray[np.uint8], float]:
    """Shrink to about a longer side: by whole blocks of pixels, the rest linearly.

    That is seven times faster than means over fractions of pixels, and as sharp: a rest
    that would only soften is left out.
    """
    height, width = picture.shape[:2]
    if max(height, width) <= longest:
        return picture, 1.0
    scale = 1.0
    block = min(max(height, width) // longest, height, width)
    if block > 1:
        high, wide = height // block, width // block
        whole = picture[: high * block, : wide * block]
        picture = np.asarray(cv2.resize(whole, (wide, high), interpolation=cv2.INTER_AREA))
        scale = 1 / block
    rest = longest / max(picture.shape[:2])
    if rest < LEFT_OUT:
        scale *= rest
        size = max(1, round(width * scale)), max(1, round(height * scale))
        picture = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_LINEAR))
    return picture, scale


def lowered(ink: NDArray[np.uint8], level: int) -> NDArray[np.uint8]:
    """Subtract a level, no lower than 0; what is given itself if that is 0.

    `cv2.subtract` with a number takes a picture of one by four pixels for a scalar.
    """
    if level == 0:
        return ink
    return np.asarray(cv2.subtract(ink, np.full(ink.shape, level, np.uint8)), np.uint8)


def histogram(
    picture: NDArray[np.uint8], mask: NDArray[np.bool_] | None = None
) -> NDArray[np.float64]:
    """Return how many pixels, all or those of a mask, have each tone: (256,)."""
    plane = np.ascontiguousarray(picture)
    if mask is not None:
        return _counted(plane, mask.view(np.uint8))
    if plane.size < MANY:
        return _counted(plane)
    flat = plane.ravel()
    words = flat[: flat.size // WORD * WORD].view(np.uint64)
    bare = flat[0]
    written = words[words != np.full(WORD, bare).view(np.uint64)]
    if 2 * len(written) > len(words):
        return _counted(plane)
    # Most of a clean sheet is bare, like its corner: eight pixels at once are passed over.
    some = np.append(written.view(np.uint8), flat[WORD * len(words) :])
    counts = _counted(some) if some.size else np.zeros(len(TONES))
    counts[bare] += flat.size - some.size
    return counts


def _counted(
    plane: NDArray[np.uint8], mask: NDArray[np.uint8] | None = None
) -> NDArray[np.float64]:
    counts = cv2.calcHist([plane], [0], mask, [len(TONES)], [0, len(TONES)])
    return np.asarray(counts.ravel(), np.float64)


def otsu(counts: NDArray[np.float64]) -> int:
    """Return Otsu's threshold (1979) of pixels of which so many have each tone.

    It is what `cv2.threshold` finds in the pixels themselves.

    Args:
        counts: float64 (256,), not all 0.
    """
    below = np.cumsum(counts / counts.sum())
    sums = np.cumsum(counts / counts.sum() * np.arange(len(counts)))
    both = (below > LEAST) & (1 - below > LEAST)
    between = np.square(sums[-1] * below - sums)[both] / (below * (1 - below))[both]
    return int(np.flatnonzero(both)[np.argmax(between)]) if len(between) else 0


def quantile(counts: NDArray[np.float64], share: float) -> int:
    """Return the tone up to which such a share of the pixels lies."""
    below = np.cumsum(counts)
    return int(np.searchsorted(below, share * below[-1]))


def percentile(counts: NDArray[np.float64], share: float) -> float:
    """Return the tone below which such a share of the pixels lies, between two linearly.

    It is `numpy.percentile` of the pixels themselves.
    """
    below = np.cumsum(counts)
    place = share * (below[-1] - 1)
    lower, upper = np.searchsorted(below, [np.floor(place), np.ceil(place)], side="right")
    return float(lower + (upper - lower) * (place % 1))

"""Cut off the bands along a picture's sides that a scan or a photo shows beside the page.

The cover of a scanner, the desk at one edge, the rim of a screenshot. Such a band is of one tone,
and runs along all of its side.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from palote.ink.sheets import Sheet

__all__ = ["may_have_bands", "without_bands"]

SMALLEST = 60
"""Shorter side in pixels of a picture in which they are looked for."""

WIDEST = 0.14
"""A band is no wider than this share of the picture."""

FULL, BARE = 0.93, 0.6
"""Share of a line along a side that has the band's tone, at least; and behind it, at most."""

SOFT = 2
"""Lines behind the band that are cut off with it, for its edge is soft."""


def may_have_bands(glance: NDArray[np.uint8]) -> bool:
    """Tell whether there may be a band, in a time that hardly counts.

    Args:
        glance: uint8 (h, w), the picture small.
    """
    bright = _bright(glance)
    return any(_odd(_turned(bright, side)[0], bright) for side in range(4))


def without_bands(picture: NDArray[np.uint8], grey: NDArray[np.uint8]) -> Sheet | None:
    """Cut the bands off; nothing if there are none.

    Args:
        picture: uint8, (h, w) grey or (h, w, 3) RGB, upright.
        grey: uint8 (h', w'), its tones, perhaps smaller.
    """
    if min(picture.shape[:2]) < SMALLEST:
        return None
    bright = _bright(grey)
    widths = [_width(_turned(bright, side), bright) for side in range(4)]
    if not any(widths):
        return None
    scale = picture.shape[0] / grey.shape[0]
    top, bottom, left, right = (round(width * scale) for width in widths)
    height, wide = picture.shape[:2]
    part = np.ascontiguousarray(picture[top : height - bottom, left : wide - right])
    return Sheet(part, (left, top), 1.0)


def _bright(grey: NDArray[np.uint8]) -> NDArray[np.bool_]:
    threshold, _ = cv2.threshold(grey, 0, 255, cv2.THRESH_OTSU)
    return np.asarray(grey > threshold)


def _turned(bright: NDArray[np.bool_], side: int) -> NDArray[np.bool_]:
    """Return a view in which a side (top, bottom, left, right) is on top."""
    view = bright.T if side >= 2 else bright
    return view[::-1] if side % 2 else view


def _odd(line: NDArray[np.bool_], bright: NDArray[np.bool_]) -> bool:
    """Tell whether a line along a side has the tone that most of the picture has not."""
    share = np.count_nonzero(line) / line.size
    dark = 2 * np.count_nonzero(bright) < bright.size
    return bool(share > FULL if dark else share < 1 - FULL)


def _width(view: NDArray[np.bool_], bright: NDArray[np.bool_]) -> int:
    """Return how many lines on top are a band."""
    if not _odd(view[0], bright):
        return 0
    most = int(WIDEST * len(view))
    shares = np.count_nonzero(view[: most + SOFT + 1], axis=1) / view.shape[1]
    own = shares if view[0].mean() > 0.5 else 1 - shares
    width = int(np.argmax(own < FULL))
    if own[width] >= FULL or width > most or own[min(width + SOFT, len(own) - 1)] > BARE:
        return 0
    return width + SOFT

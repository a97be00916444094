"""Whether what looks like a 1 is several things, one below the other.

The digits of a number that lies on its side make a tall, narrow column; scaled down to a patch,
that is a stroke. A real 1 of such a shape is one stroke in most of its height, whatever its flag
and foot look like, and where it is broken its parts are solid.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from palote.ink.segments import strokes_above

__all__ = ["is_stacked"]

TALL = 2.5
"""Heights of a column of digits, in its widths, at least."""

CROSSED = 0.5
"""Share of its height, and of the lower half of that, with more than one stroke, at least. (Of 282
written 1s that are so tall the most has 0.49 and 0.46.)"""

THINGS, HIGH, BROAD, FULL = 3, 0.1, 0.6, 0.65
"""Or so many things, each so high and so broad, as shares of the whole, which fill no more of their
boxes than that."""


def is_stacked(mask: NDArray[np.bool_]) -> bool:
    """Tell whether ink that looks like a tall stroke is several things, one below the other.

    Args:
        mask: bool (h, w), the ink.
    """
    x, y, width, height = cv2.boundingRect(mask.view(np.uint8))
    if height == 0 or height < TALL * width:
        return False
    ink = mask[y : y + height, x : x + width]
    several = strokes_above(ink.T) > 1
    return min(several.mean(), several[height // 2 :].mean()) >= CROSSED or _things(ink) >= THINGS


def _things(ink: NDArray[np.bool_]) -> int:
    """Count what stands one below the other, with bare rows between."""
    bare = np.flatnonzero(~ink.any(axis=1))
    height, width = ink.shape
    things = 0
    for band in np.split(ink, bare):
        _, _, wide, high = cv2.boundingRect(band.astype(np.uint8))
        filled = np.count_nonzero(band) <= FULL * wide * high
        things += high >= HIGH * height and wide >= BROAD * width and filled
    return things

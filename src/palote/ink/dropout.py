"""Drop coloured print and stamps where the writing is darker, as scanners of forms do.

In the brightest of its three colours, red is as light as paper, and so are yellow, green and pale
blue, while black, grey and the blue of pens stay dark.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from palote.ink.tones import beyond, shrink

__all__ = ["brightest", "is_print_dropped", "may_drop"]

VANISHES, STAYS = 40, 50
"""Print is so many tones darker than paper in its darkest colour, and not in its brightest; writing
is so many tones darker in that, too."""

LEAST = 0.003
"""Share of the picture at a glance that each is at least."""

GLANCE = 160
"""Longer side in pixels of that glance: lines are thin."""

WITHIN, PRINT = 0.9, 0.25
"""So much of the writing is ink of the whole picture, and so much of that is print."""


def brightest(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the brightest colour of each pixel of uint8 (h, w, 3): (h, w)."""
    red, green, blue = cv2.split(picture)
    return np.asarray(cv2.max(cv2.max(red, green), blue), np.uint8)


def may_drop(picture: NDArray[np.uint8]) -> bool:
    """Tell whether there is coloured print beside darker writing, in a time that hardly counts.

    Args:
        picture: uint8, (h, w) grey or (h, w, 3) RGB.
    """
    if picture.ndim == 2:
        return False
    glance, _ = shrink(picture, GLANCE)
    high, low = brightest(glance), glance.min(axis=2)
    paper_high, paper_low = (float(np.median(one)) for one in (high, low))
    vanishes = (low < paper_low - VANISHES) & (high >= paper_high - VANISHES)
    stays = high < paper_high - STAYS
    least = LEAST * high.size
    return bool(np.count_nonzero(vanishes) >= least and np.count_nonzero(stays) >= least)


def is_print_dropped(writing: NDArray[np.bool_], ink: NDArray[np.bool_]) -> bool:
    """Tell whether some ink is writing and print, of which only the writing was left.

    Args:
        writing: bool (h, w), what is dark in the brightest colour.
        ink: bool (h, w), what is ink otherwise.
    """
    if beyond(writing, ink) > (1 - WITHIN) * np.count_nonzero(writing):
        return False
    return bool(beyond(ink, writing) >= PRINT * max(1, int(np.count_nonzero(ink))))

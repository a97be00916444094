"""What speaks against an interpretation, where a picture has several.

The network sees one patch at a time. A strip of paper beside a sheet looks like a 1, and so does
what a shadow's edge leaves of a 4; only beside the rest of the picture it is plain what they are.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from palote.ink.cleaned import Cleaned

__all__ = ["is_edge_of_light", "is_edge_of_sheet", "is_rest_of", "runs_along_side"]

ALONG = 0.8
"""Ink along the picture's side on so much of its own length runs along it,"""
NARROW = 0.5
"""unless it is wider than this share of the picture."""

SLIM, LONG = 0.3, 0.7
"""An edge of a sheet is no wider than this share of its length, and no shorter than this share of
the sheet's side."""

FULL = 0.97
"""Share of a side that a shadow fills."""

WITHIN, MORE = 0.8, 1.2
"""Ink is the rest of other ink if so much of it lies there, and what hangs together with
it there is so many times more."""


def runs_along_side(mask: NDArray[np.bool_]) -> bool:
    """Tell whether ink is a strip along the left, right, upper or lower side of its picture.

    Args:
        mask: bool (h, w), the ink.
    """
    x, y, wide, high = cv2.boundingRect(mask.view(np.uint8))
    height, width = mask.shape
    strips = []
    if wide < NARROW * width:
        at_sides = ((0, x == 0), (width - 1, x + wide == width))
        strips += [(mask[:, at], high) for at, there in at_sides if there]
    if high < NARROW * height:
        at_sides = ((0, y == 0), (height - 1, y + high == height))
        strips += [(mask[at], wide) for at, there in at_sides if there]
    return any(np.count_nonzero(line) >= ALONG * length for line, length in strips)


def is_edge_of_sheet(mask: NDArray[np.bool_]) -> bool:
    """Tell whether ink is a narrow strip at a side of its sheet, straight along it or aslant.

    Args:
        mask: bool (h, w), the ink; the sheet fills the picture.
    """
    x, y, wide, high = cv2.boundingRect(mask.view(np.uint8))
    height, width = mask.shape
    upright = (x == 0 or x + wide == width) and wide <= SLIM * high and high >= LONG * height
    level = (y == 0 or y + high == height) and high <= SLIM * wide and wide >= LONG * width
    return bool(upright or level)


def is_edge_of_light(mask: NDArray[np.bool_]) -> bool:
    """Tell whether ink fills one side of its picture, and leaves the other bare: a shadow.

    Args:
        mask: bool (h, w), the ink.
    """
    row, column = mask.shape[0] // 2, mask.shape[1] // 2
    if not (mask[row, 0] or mask[row, -1] or mask[0, column] or mask[-1, column]):
        return False  # hardly ever is there more to look at
    sides = (mask[:, 0], mask[:, -1]), (mask[0], mask[-1])
    return any(
        np.count_nonzero(one) >= FULL * one.size and not other.any()
        for pair in sides
        for one, other in (pair, pair[::-1])
    )


def is_rest_of(
    part: NDArray[np.bool_], own: Cleaned, mask: NDArray[np.bool_], whole: Cleaned
) -> bool:
    """Tell whether some ink is what another interpretation has left of a larger piece.

    Args:
        part: bool (h, w), the ink.
        own: what it was found in: the picture, or a sheet in it.
        mask: bool (h', w'), the larger piece.
        whole: what that was found in.
    """
    there, larger = _placed(part, own, whole), mask.view(np.uint8)
    if cv2.countNonZero(there & larger) < WITHIN * max(1, cv2.countNonZero(there)):
        return False
    shared = cv2.dilate(there, np.ones((3, 3), np.uint8)) & larger
    count, labels = cv2.connectedComponents(larger, connectivity=8)
    areas = np.bincount(labels.ravel(), minlength=count)
    met = np.unique(labels[shared > 0])
    return bool(areas[met].sum() > MORE * cv2.countNonZero(shared))


def _placed(ink: NDArray[np.bool_], own: Cleaned, others: Cleaned) -> NDArray[np.uint8]:
    """Return ink found in one picture as 0 and 1 at the size of another."""
    scale = others.scale / own.scale
    corner = (np.array(own.origin) - others.origin) * others.scale
    start = corner + 0.5 * scale - 0.5
    matrix = np.array([[scale, 0, start[0]], [0, scale, start[1]]])
    size = others.mask.shape[1], others.mask.shape[0]
    share = cv2.warpAffine(ink.view(np.uint8) * np.uint8(255), matrix, size)
    return np.asarray(share > 127, np.uint8)

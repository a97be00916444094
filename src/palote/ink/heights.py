"""How high a digit is: what is usual among the pieces of ink, of which many are no digits."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from palote.ink.components import at_border

__all__ = [
    "APART",
    "LARGE",
    "MOST_PIECES",
    "OVERLAP",
    "TALL",
    "higher_writing",
    "largest",
    "usual_height",
]

MOST_PIECES = 1000
"""No more pieces of ink than this are looked at: the largest."""

TALL = 0.5
LARGE = 2.3
"""Pieces between these shares of the usual height make up rows."""

APART = 5.0
"""Pieces further apart than so many heights of a digit belong to different numbers."""

OVERLAP = 0.45
"""Neighbours of a row share so much of the height of the lower one."""

FEW = 6
"""Of more pieces than this, the heaviest are looked at: whether they are digits."""
THIN = 0.04
"""A line has less area than this share of its longer side, squared,"""
STRAY = 2
"""and so many of the heaviest pieces may be no digits without being lines; one, if two of them may
be a number of two digits,"""
BROAD = 1.5
"""none of which is wider than this, in its heights."""

HIGHEST = 10.0
"""Writing is no higher than so many times what is printed around it,"""
SLIM, SPARSE = 0.2, 0.6
"""its digits, or all but one, are no narrower than this share of their height, and fill no more of
their boxes than that."""


def largest(stats: NDArray[np.int32]) -> NDArray[np.intp]:
    """Return the numbers of the components that are looked at, the largest first.

    Args:
        stats: int32 (n, 5) of the components.
    """
    return np.argsort(-stats[:, cv2.CC_STAT_AREA], kind="stable")[:MOST_PIECES]


def usual_height(stats: NDArray[np.int32]) -> float:
    """Return the height of a digit: the median, in which tall and heavy pieces count more.

    Args:
        stats: int32 (n, 5) of the components.

    Returns:
        In pixels; 0 if there are none.
    """
    if len(stats) == 0:
        return 0.0
    heights = stats[:, 3].astype(np.float64)
    weights = heights * np.sqrt(stats[:, 4])
    weights[stats[:, 2] > 12 * heights] = 0
    if len(weights) > FEW:
        # The edges of a sheet outweigh its writing, but they are few, and lines. Dots and specks,
        # which are many, must not take the weight from the few digits that stand among them.
        longer = np.maximum(stats[:, 2], heights)
        compact = np.flatnonzero(stats[:, 4] >= THIN * longer * longer)
        compact = compact[np.argsort(weights[compact], kind="stable")]
        stray = 1 if _may_be_a_number(stats[compact[-2:]]) else STRAY
        most = max([4 * np.sort(weights)[-FEW], *weights[compact[-stray - 1 : -stray]]])
        weights = np.minimum(weights, most)
    order = np.argsort(heights)
    total = np.cumsum(weights[order])
    if total[-1] <= 0:
        return 0.0
    return float(heights[order][np.searchsorted(total, total[-1] / 2)])


def higher_writing(stats: NDArray[np.int32], height: float, shape: tuple[int, ...]) -> float:
    """Return the height of digits that are far higher than what is usual, if there are several.

    Letters that are printed around them outnumber them. What is cut off by the border, or solid,
    is no digit, but some thing.

    Args:
        stats: int32 (n, 5) of the components.
        height: what is usual among them, in pixels.
        shape: (height, width) of the picture.

    Returns:
        In pixels; what is usual if there are none.
    """
    wide, high, area = (stats[:, k] for k in (2, 3, 4))
    inside = ~at_border(stats, shape).any(axis=0)
    some = inside & (high > LARGE * height) & (high <= HIGHEST * height) & (wide <= BROAD * high)
    longer = np.maximum(wide, high)
    some &= area >= THIN * longer * longer
    some &= (area <= SPARSE * wide * high) | (wide < SLIM * high)
    found = stats[some]
    found = found[np.argsort(found[:, 0], kind="stable")]
    pairs = (found[k : k + 2] for k in range(len(found) - 1))
    heights = (
        float(pair[:, 3].mean())
        for pair in pairs
        if _may_be_a_number(pair) and (pair[:, 2] >= SLIM * pair[:, 3]).any()
    )
    return max(heights, default=height)


def _may_be_a_number(stats: NDArray[np.int32]) -> bool:
    """Tell whether two pieces stand side by side and are about as high, as the digits of one do."""
    if len(stats) < 2:
        return False
    (x, y, wide, high), (u, v, wider, higher) = (row[:4].tolist() for row in stats)
    lower = min(high, higher)
    if lower < TALL * max(high, higher) or max(wide / high, wider / higher) > BROAD:
        return False
    shared = min(y + high, v + higher) - max(y, v)
    gap = max(x, u) - min(x + wide, u + wider)
    return bool(shared >= OVERLAP * lower and -0.25 * lower <= gap <= APART * lower)

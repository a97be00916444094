"""Lines of smaller writing: a date above an amount, a note under a number.

What is less than half as high as the largest writing was taken for dots, bars and crumbs of that.
Where several such pieces stand side by side, alike in height, and nothing of the larger writing
stands beside them, they are lines of their own.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["alike", "apart", "is_line"]

LOWEST = 0.12
"""Height of the pieces, at least, as a share of a digit's in the larger writing."""
LOW, HIGH = 0.6, 1.7
"""They are alike in height between these shares of what is usual among them."""
FEWEST = 2
"""So many make up a line, at least,"""
WIDEST = 2.0
"""and some are no wider than this, in their heights: the others may be several that touch."""
CLOSE = 2.5
"""Larger writing beside them is farther away than so many heights of its digits."""


def apart(
    stats: NDArray[np.int32], small: NDArray[np.intp], tall: NDArray[np.intp], height: float
) -> NDArray[np.intp]:
    """Return the small components that may be writing of their own.

    Args:
        stats: int32 (n, 5) of the components.
        small: those too low for digits of the larger writing.
        tall: its digits.
        height: of one of those, in pixels.
    """
    free = ~_beside(stats, small, tall, height)
    return np.asarray(small[free & (stats[small, 3] >= LOWEST * height)], np.intp)


def alike(stats: NDArray[np.int32], some: NDArray[np.intp], own: float) -> NDArray[np.intp]:
    """Return those about as high as is usual among them, in pixels."""
    high = stats[some, 3]
    return np.asarray(some[(high >= LOW * own) & (high <= HIGH * own)], np.intp)


def is_line(stats: NDArray[np.int32], chain: list[int]) -> bool:
    """Tell whether components side by side are a line of writing."""
    return len(chain) >= FEWEST and bool((stats[chain, 2] <= WIDEST * stats[chain, 3]).any())


def _beside(
    stats: NDArray[np.int32], small: NDArray[np.intp], tall: NDArray[np.intp], height: float
) -> NDArray[np.bool_]:
    """Tell which small pieces, bool (n,), stand in a line of the larger writing."""
    x, y, wide, high = (stats[tall, k].astype(np.float64) for k in range(4))
    middle = stats[small, 1] + stats[small, 3] / 2
    left, right = stats[small, 0], stats[small, 0] + stats[small, 2]
    level = (middle[:, None] >= y) & (middle[:, None] <= y + high)
    away = np.maximum(x - right[:, None], left[:, None] - x - wide)
    return np.asarray((level & (away <= CLOSE * height)).any(axis=1))

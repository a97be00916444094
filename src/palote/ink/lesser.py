"""Lines of smaller writing: a date above an amount, a note under a number.

What is less than half as high as the largest writing was taken for dots, bars and crumbs of that.
Where several such pieces stand side by side, alike in height, and nothing of the larger writing
stands beside them, they are lines of their own.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

__all__ = ["lesser_lines"]

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

Chains = Callable[[NDArray[np.intp], float], list[list[int]]]


def lesser_lines(
    stats: NDArray[np.int32],
    small: NDArray[np.intp],
    tall: NDArray[np.intp],
    height: float,
    usual: Callable[[NDArray[np.int32]], float],
    chains: Chains,
) -> tuple[list[list[int]], float]:
    """Find lines of smaller writing.

    Args:
        stats: int32 (n, 5) of the components.
        small: those too low for digits of the larger writing.
        tall: its digits.
        height: of one of those, in pixels.
        usual: tells the usual height of components.
        chains: makes lines of components as high as a digit.

    Returns:
        The components of each line, and the height of a digit in them.
    """
    high = stats[small, 3]
    some = small[(high >= LOWEST * height) & ~_beside(stats, small, tall, height)]
    if len(some) < FEWEST:
        return [], 0.0
    own = usual(stats[some])
    alike = some[(stats[some, 3] >= LOW * own) & (stats[some, 3] <= HIGH * own)]
    if len(alike) < FEWEST:
        return [], 0.0
    found = []
    for chain in chains(alike, own):
        if len(chain) >= FEWEST and (stats[chain, 2] <= WIDEST * stats[chain, 3]).any():
            found.append(chain)
    return found, own


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

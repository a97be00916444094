"""What stands beside a digit: something as high, or a line of far smaller writing."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from palote.ink.components import sides

__all__ = ["has_lesser_line", "has_neighbour"]

AS_HIGH, ON_ROW, FAR = 0.5, 0.25, 2.0
"""A neighbour is as high as this share of the main piece, and that as this share of it; it shares
so much of the lower one's height with it, and is no farther away than so many of its heights."""

NO_BAR = 0.6
"""It is higher than this share of its width,"""

LOWER = 0.6
"""and smaller writing lower than this share of the main piece, and as even."""

LESSER, BROAD, MOST_ALIKE = 0.1, 1.5, 60
"""Smaller writing has pieces at least this share of its height high, no wider than this in their
own; and no more than so many are looked at."""


def has_lesser_line(stats: NDArray[np.int32], main: NDArray[np.int32]) -> bool:
    """Tell whether two components, alike and lower than a digit beside it, stand side by side."""
    left, top, right, bottom = sides(stats)
    x0, y0, x1, y1 = sides(main)
    away = (bottom <= y0) | (top >= y1) | (right <= x0) | (left >= x1)
    wide, high = stats[:, 2], stats[:, 3]
    some = away & (high >= LESSER * main[3]) & (high < LOWER * main[3]) & (wide <= BROAD * high)
    if np.count_nonzero(some) < 2:
        return False
    order = np.flatnonzero(some)[np.argsort(left[some], kind="stable")][:MOST_ALIKE]
    first, second = (order[k] for k in np.triu_indices(len(order), 1))
    lower = np.minimum(high[first], high[second])
    alike = lower >= LOWER * np.maximum(high[first], high[second])
    shared = np.minimum(bottom[first], bottom[second]) - np.maximum(top[first], top[second])
    apart = left[second] - right[first]
    side_by_side = (2 * shared >= lower) & (apart >= -0.2 * lower) & (apart <= FAR * lower)
    return bool((alike & side_by_side).any())


def has_neighbour(stats: NDArray[np.int32], main: NDArray[np.int32]) -> bool:
    """Tell whether a component stands beside the main one, on its row and as high as a digit."""
    left, top, right, bottom = sides(stats)
    x0, y0, x1, y1 = sides(main)
    high = stats[:, 3]
    shared = np.minimum(bottom, y1) - np.maximum(top, y0)
    apart = np.maximum(left - x1, x0 - right)
    tall = (high >= AS_HIGH * main[3]) & (AS_HIGH * high <= main[3])
    tall &= NO_BAR * stats[:, 2] <= high
    near = (apart >= 0) & (apart <= FAR * main[3])
    return bool((tall & near & (shared >= ON_ROW * np.minimum(high, main[3]))).any())

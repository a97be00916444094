"""The wire that binds a notepad, and the holes of a sheet that was torn out of it.

They are a row of pieces along one side of the picture, alike and evenly spaced. Digits of a column
are neither as alike nor as solid.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from palote.ink.components import Components, at_border

__all__ = ["without_binding"]


@dataclass(frozen=True)
class _Alike:
    """How alike the loops of a wire are, or the holes that it goes through.

    Attributes:
        least: so many there are.
        unlike: share of the usual size and distance by which one may differ.
        even: share of them that differs by no more.
        along: they go along so much of the side.
    """

    least: int
    unlike: float
    even: float
    along: float


CUT = _Alike(6, 0.35, 0.8, 0.6)
"""Loops that the border cuts off."""

WHOLE = _Alike(10, 0.2, 0.9, 0.8)
"""Holes, or loops, that are whole in the picture."""

FILLED, BLUNT = 0.6, 0.5
"""Holes fill so much of their boxes, and are as broad as so much of their length; digits do not, or
are plain 1s."""

LYING = 1.2
"""Loops at an upright side are so many times as wide as they are high, which no digit is."""

OUTER = 0.25
"""They lie in this share of the picture at a side."""

STRAIGHT = 0.5
"""How far they are from a straight line, at most, in their own sizes."""


def without_binding(components: Components) -> Components:
    """Return the ink without the wire of a notepad, or its holes, along a side of the picture.

    Args:
        components: the ink.
    """
    stats, shape = components.stats, components.mask.shape
    if len(stats) <= CUT.least:
        return components
    kept = np.ones(len(stats), np.bool_)
    middle = stats[:, :2] + stats[:, 2:4] / 2
    short, long = np.sort(stats[:, 2:4], axis=1).T
    holes = (stats[:, 4] >= FILLED * short * long) & (short >= BLUNT * long)
    lying = stats[:, 2] >= LYING * stats[:, 3]
    for side, cut in enumerate(at_border(stats, shape, margin=1)):
        across = side % 2  # 0: the side is upright
        far = shape[1 - across] * OUTER
        outer = middle[:, across] < far if side < 2 else middle[:, across] > 3 * far
        cut &= stats[:, 2 + across] <= far  # digits that fill their picture are cut off as well
        whole = outer & (holes if across else holes | lying)
        for there, alike in ((np.flatnonzero(cut), CUT), (np.flatnonzero(whole), WHOLE)):
            loops = there[_loops(stats[there], alike)]
            if len(loops) and _evenly(stats[loops], across, shape[across], alike):
                kept[loops] = False
                # The last one may be cut off twice.
                largest = stats[loops, 2:4].max(axis=0)
                kept[cut & (stats[:, 2:4] <= largest).all(axis=1)] = False
    return components if kept.all() else Components(components.only(np.flatnonzero(kept)))


def _loops(stats: NDArray[np.int32], alike: _Alike) -> NDArray[np.bool_]:
    """Tell which pieces are as large as most of them, if there are enough, bool (n,)."""
    if len(stats) < alike.least:
        return np.zeros(len(stats), np.bool_)
    measures = stats[:, 2:4].astype(np.float64)
    usual = np.median(measures, axis=0)
    same = np.all(np.abs(measures - usual) <= alike.unlike * usual, axis=1)
    return np.asarray(same & (np.count_nonzero(same) >= alike.least), np.bool_)


def _evenly(stats: NDArray[np.int32], across: int, length: int, alike: _Alike) -> bool:
    """Tell whether pieces stand in a straight line along a side, as far apart as one another.

    Args:
        stats: int32 (n, 5) of the pieces.
        across: which of x and y goes away from the side.
        length: of the side, in pixels.
        alike: how even they are, at least.
    """
    middle = stats[:, :2] + stats[:, 2:4] / 2
    middle = middle[np.argsort(middle[:, 1 - across], kind="stable")]
    apart = np.diff(middle[:, 1 - across])
    usual = float(np.median(apart))
    if usual == 0 or apart.sum() < alike.along * length:
        return False
    if np.mean(np.abs(apart - usual) <= alike.unlike * usual) < alike.even:
        return False
    line = np.polynomial.Polynomial.fit(middle[:, 1 - across], middle[:, across], 2)
    off = np.abs(line(middle[:, 1 - across]) - middle[:, across])
    return bool(off.max() <= STRAIGHT * float(np.median(stats[:, 2:4])))

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
            loops = there[_as_usual(stats[there, 2:4], alike)]
            if len(loops) < alike.least:
                continue
            places = middle[loops][:, [1 - across, across]]
            if _evenly(places, stats[loops, 2:4], shape[across], alike):
                kept[loops] = False
                # The last one may be cut off twice.
                largest = stats[loops, 2:4].max(axis=0)
                kept[cut & (stats[:, 2:4] <= largest).all(axis=1)] = False
    return components if kept.all() else Components(components.only(np.flatnonzero(kept)))


def _as_usual(sizes: NDArray[np.int32], alike: _Alike) -> NDArray[np.bool_]:
    """Tell which pieces are as large as most of them, bool (n,)."""
    if len(sizes) < alike.least:
        return np.zeros(len(sizes), np.bool_)
    usual = np.median(sizes, axis=0)
    return np.asarray((np.abs(sizes - usual) <= alike.unlike * usual).all(axis=1), np.bool_)


def _evenly(
    places: NDArray[np.float64], sizes: NDArray[np.int32], length: int, alike: _Alike
) -> bool:
    """Tell whether pieces stand in a straight line along a side, as far apart as one another.

    Args:
        places: float64 (n, 2), their middles: along the side, and away from it.
        sizes: int32 (n, 2), their widths and heights.
        length: of the side, in pixels.
        alike: how even they are, at least.
    """
    along, away = places[np.argsort(places[:, 0], kind="stable")].T
    apart = np.diff(along)
    usual = float(np.median(apart))
    if usual == 0 or apart.sum() < alike.along * length:
        return False
    if np.mean(np.abs(apart - usual) <= alike.unlike * usual) < alike.even:
        return False
    off = np.abs(np.polynomial.Polynomial.fit(along, away, 2)(along) - away)
    return bool(off.max() <= STRAIGHT * float(np.median(sizes)))

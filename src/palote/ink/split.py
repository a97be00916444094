"""Which connected components of the mask make up the digit.

One digit at first: the heaviest piece of ink that does not run along the border,
with what lies close to it (a broken stroke, the bar of a five). Dust and what
belongs to other things stays out. Of what stands beside it, or is cut off by the
border, the picture does not say whether it is a part of the digit (a broken one)
or another sign, or a neighbour's; then there are two answers.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from palote.ink.components import Components

__all__ = ["Piece", "main_pieces"]

DUST = 0.004
"""A component of less than this share of the main one's box is dust."""

SPECK = 0.06
"""So is what is smaller than this share of its size, and beside it what is lower."""

REACH = 0.3
"""How far a part may lie from the digit, in sizes of the digit so far."""

BESIDE = 0.05
"""What stands so far to one side of it, in sizes of the main piece, may be another sign."""

SMALL, NARROW, MOST_SIGNS = 0.6, 0.45, 4
"""Signs are no higher than this share of the digit's height, but for one, or for two no wider than
that: brackets around it. And there are no more of them than so many."""

FLAT, WIDE = 0.3, 0.6
"""What lies below the main piece may underline it: no higher than this share of its own width, and
at least as wide as this share of that piece."""

MOST = 400
"""No more components than this are looked at, so that a page of dust stays cheap."""


@dataclass(frozen=True, eq=False)
class Piece:
    """Ink that belongs together.

    Attributes:
        mask: bool (h, w) of the whole frame.
        box: (x, y, width, height) of its pixels.
        part: whether ink near it was left out, which may belong to it.
        beside: whether some of that is whole: another sign, or another digit.
    """

    mask: NDArray[np.bool_]
    box: tuple[int, int, int, int]
    part: bool = False
    beside: bool = False

    @classmethod
    def whole(cls, mask: NDArray[np.bool_]) -> Piece:
        """Take the frame as it is."""
        return cls(mask, (0, 0, mask.shape[1], mask.shape[0]))


def main_pieces(components: Components) -> list[Piece]:
    """Return the digit's ink, and the same without what may not belong to it, if there is some."""
    stats = components.stats
    if len(stats) == 0:
        return []
    if len(stats) == 1:
        return [Piece(components.mask, components.window)]
    centres = components.centres
    kept = np.arange(len(stats))
    if len(stats) > MOST:
        kept = np.sort(np.argsort(stats[:, cv2.CC_STAT_AREA])[-MOST:])
        stats, centres = stats[kept], centres[kept]
    main = int(np.argmax(_weights(stats, centres, components.mask.shape)))
    chosen = _gather(stats, main)
    pieces = [Piece(components.only(kept[chosen]), _union(stats[chosen]))]
    cut, whole = (some[chosen] for some in _others(stats, stats[main], components.mask.shape))
    own = chosen[~(cut | whole)]
    if len(own) < len(chosen):
        beside = bool((whole & ~cut).any())
        pieces.append(Piece(components.only(kept[own]), _union(stats[own]), True, beside))
    return pieces


def _others(
    stats: NDArray[np.int32], main: NDArray[np.int32], shape: tuple[int, ...]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Tell which components may not belong to the digit.

    Args:
        stats: int32 (n, 5) of the components.
        main: int32 (5,) of the main one.
        shape: (height, width) of the picture.

    Returns:
        Those apart from the main one that the border cuts off, unless it is cut off there itself;
        and those to one side of it, and what may underline it.
    """
    left, top, right, bottom = _sides(stats)
    x0, y0, x1, y1 = _sides(main)
    height, width = shape
    cut = (left <= 0) & (right <= x0) & (x0 > 0)
    cut |= (right >= width) & (left >= x1) & (x1 < width)
    cut |= (top <= 0) & (bottom <= y0) & (y0 > 0)
    cut |= (bottom >= height) & (top >= y1) & (y1 < height)
    gap, wide = BESIDE * max(main[2], main[3]), right - left
    beside = (right <= x0 - gap) | (left >= x1 + gap)
    row = (top < y1) & (bottom > y0) & (stats[:, 3] > SPECK * main[3])
    if not _signs(stats[beside & ~cut & row], main):
        beside[:] = False
    beside |= (top >= y1) & (bottom - top <= FLAT * wide) & (wide >= WIDE * main[2])
    return np.asarray(cut), np.asarray(beside)


def _signs(stats: NDArray[np.int32], main: NDArray[np.int32]) -> bool:
    """Tell whether components may be signs, rather than letters of one word with the main one."""
    tall = stats[stats[:, 3] > SMALL * main[3]]
    if len(stats) > MOST_SIGNS or len(tall) > 2:
        return False
    if len(tall) < 2:  # a tick, the bar of a percent sign
        return True
    before = tall[:, 0] < main[0]
    return bool(before[0] != before[1] and (tall[:, 2] <= NARROW * main[3]).all())


def _sides(stats: NDArray[np.int32]) -> tuple[NDArray[np.int32], ...]:
    """Return the left, top, right and bottom of boxes (..., 4 or more)."""
    x, y, width, height = np.moveaxis(stats[..., :4], -1, 0)
    return x, y, x + width, y + height


def _weights(
    stats: NDArray[np.int32], centres: NDArray[np.float64], shape: tuple[int, ...]
) -> NDArray[np.float64]:
    """Weigh components: large, central, and not running along the border."""
    height, width = shape
    x, y, w, h, area = stats.T.astype(np.float64)
    # The diagonal of the box says more about a pen stroke than its area does.
    size = np.hypot(w, h) * np.sqrt(area)
    offset = np.hypot(centres[:, 0] / width - 0.5, centres[:, 1] / height - 0.5)
    sides = (x <= 0).astype(int) + (y <= 0) + (x + w >= width) + (y + h >= height)
    crowded = np.array([1.0, 0.5, 0.25, 0.2, 0.2])[sides]
    return np.asarray(size * (1.2 - offset) * crowded, np.float64)


def _gather(stats: NDArray[np.int32], main: int) -> NDArray[np.intp]:
    """Collect the components near enough to the main one, growing outwards."""
    chosen = [main]
    rest = [i for i in range(len(stats)) if i != main]
    x, y, w, h = (int(v) for v in stats[main, :4])
    least = DUST * w * h if len(rest) < 30 else 3 * DUST * w * h
    longest = max(w, h)
    grown = True
    while grown:
        grown = False
        for i in list(rest):
            cx, cy, cw, ch, area = (int(v) for v in stats[i])
            if area < least or max(cw, ch) < SPECK * longest:
                rest.remove(i)
                continue
            gap = max(max(x - cx - cw, cx - x - w), max(y - cy - ch, cy - y - h), 0)
            # A part is smaller than the digit; what is as large is something else. What lies
            # straight below, inside its width, is a broken foot or the dot of a sign.
            below = x <= cx and cx + cw <= x + w and cy >= y + h
            allowed = REACH * longest * (1.0 if below else min(1.0, 0.35 + max(cw, ch) / longest))
            if gap <= allowed and max(cw, ch) <= 1.2 * longest:
                chosen.append(i)
                rest.remove(i)
                right, bottom = max(x + w, cx + cw), max(y + h, cy + ch)
                x, y = min(x, cx), min(y, cy)
                w, h = right - x, bottom - y
                grown = True
    return np.array(chosen)


def _union(stats: NDArray[np.int32]) -> tuple[int, int, int, int]:
    left, top = stats[:, 0].min(), stats[:, 1].min()
    right = (stats[:, 0] + stats[:, 2]).max()
    bottom = (stats[:, 1] + stats[:, 3]).max()
    return int(left), int(top), int(right - left), int(bottom - top)

"""How far a mark can be moved towards those before it until ink meets ink.

Neighbours touch where a bar reaches over a bow, not where their rectangles do: what people
write close together is nested. Outlines are kept as the farthest ink on each of some rows.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from palote.train.glyphs import Glyph, Points

__all__ = ["Edge"]

TOP, BOTTOM = -1.6, 0.8
"""Heights between which outlines are kept, in heights of a digit; the baseline is at 0."""

ROWS = 48
BETWEEN = 8
"""Points that are set between two points of a stroke."""

INK = 100
"""Level from which a pixel of an MNIST picture belongs to its outline."""

NESTED = 0.5
"""A mark is moved in by this share of its width at most."""


class Edge:
    """The right outline of what stands on a line so far.

    Args:
        pen: width of the pen, in heights of a digit.
    """

    def __init__(self, pen: float) -> None:
        self._pen = pen
        self._right = np.full(ROWS, -np.inf)

    def add(self, glyph: Glyph) -> None:
        """Let a mark be among what stands there, at the place that its points have."""
        rows, x = _ink(glyph)
        np.maximum.at(self._right, rows, x)

    def meets(self, glyph: Glyph) -> float:
        """Return by how much a mark has to move along x for its ink to touch what is there.

        It stays at least so far to the right that half of it stands free; 0 if their rows
        are not the same.
        """
        rows, x = _ink(glyph)
        left = np.full(ROWS, np.inf)
        np.minimum.at(left, rows, x)
        around = max(0, round(self._pen * ROWS / (BOTTOM - TOP)))  # a pen is as high as wide
        reach = np.array(
            [self._right[max(0, row - around) : row + around + 1].max() for row in range(ROWS)]
        )
        shared = np.isfinite(left) & np.isfinite(reach)
        if not shared.any():
            return 0.0
        way = float((reach[shared] - left[shared]).max()) + self._pen
        end = float(self._right.max())
        return max(way, end - float(x.min()) - NESTED * float(np.ptp(x)))


def _ink(glyph: Glyph) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Return the row and the x of many points of its ink."""
    if glyph.picture is None:
        x, y = _along(glyph.points)
    else:
        left, top, wide, high = glyph.box
        down, along = np.nonzero(glyph.picture[top : top + high, left : left + wide] > INK)
        (x0, y0), (x1, y1) = glyph.points[:, :2].astype(np.float64)
        x = x0 + (along + 0.5) * (x1 - x0) / wide
        y = y0 + (down + 0.5) * (y1 - y0) / high
    rows = np.clip((y - TOP) * (ROWS / (BOTTOM - TOP)), 0, ROWS - 1).astype(np.intp)
    return rows, x


def _along(points: Points) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return x and y along the strokes, so close together that no row is left out."""
    share = np.linspace(0, 1, BETWEEN + 1)[:, None]
    begin, end = points[:-1], points[1:]
    same = begin[:, 2] == end[:, 2]
    begin, end = begin[same, :2].astype(np.float64), end[same, :2].astype(np.float64)
    between = begin + share[..., None] * (end - begin)  # (BETWEEN + 1, n, 2)
    every = np.concatenate([between.reshape(-1, 2), points[:, :2].astype(np.float64)])
    return every[:, 0], every[:, 1]

"""Take a ring that somebody drew around something out of the mask.

Answers are ringed, and so are numbers of lists. A ring is a component that goes once round, or
nearly, is bent outwards everywhere, and has writing within that does not touch it. A 0 with a dot
or a slash in it is none.
"""

from __future__ import annotations

from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from palote.ink.components import Components, sides

__all__ = ["within_ring", "without_rings"]

SMALLEST = 24
"""Shorter side of a ring, in pixels, at least."""

MOST = 60
"""With more components than this, nothing is looked for."""

WAYS = 72
"""Directions from its middle in which a ring is measured."""

CLOSED = 0.92
"""A ring has ink in at least this share of them."""

THIN = 0.4
"""Share of its radius that a ring is thick, at most, in nine directions of ten."""

CONVEX = 0.94
"""Share of its convex hull that a ring surrounds, at least."""

HIGH = 0.15
"""Share of the ring's height that is writing, at least."""

THICKEST = 0.35
"""Share of its radius that the ring is thick, at most, where what is within touches it,"""
PEELED = 1.25
"""and so many times as much is taken off."""

INNER = 0.3
"""Share of the ring's height that is writing there, at least."""

DEEP = 0.75
"""What hangs together with a ring is no end of its stroke if it comes so near to the middle, in
shares of the way to the rim."""

SPECK = 0.09
"""What is within, but smaller than this share of the ring's height, is dust."""

DOT = 3.5
"""What is no larger than so many times the ring's thickness is the dot of a 0."""

ASIDE = 0.17
"""How far from the middle of the ring that of the writing lies, in sizes of the ring, at most."""

STROKE = 0.25
"""What is narrower than this share of its length is one stroke."""

UPRIGHT = np.deg2rad(22)
"""A stroke that leans more than this is the slash of a 0, and no 1 in a ring."""

ROUND = 0.8
"""Nor is one in a ring that is narrower than this share of its height."""

_TURNS = np.linspace(0, 2 * np.pi, 16, endpoint=False)
RAYS = (
    np.stack([np.sin(_TURNS), np.cos(_TURNS)], axis=-1)[:, None] * np.linspace(0.7, 1, 10)[:, None]
)
"""float64 (16, 10, 2), places of an ellipse's rim, outermost parts of 16 rays from its middle: down
and across, in halves of its axes."""


class _Loop:
    """Ink that may go once round, in directions and distances from the middle of its box.

    Args:
        ink: bool (h, w), what lies in the box.
    """

    def __init__(self, ink: NDArray[np.bool_]) -> None:
        self.shape = ink.shape
        self.middle = (np.array(ink.shape) - 1) / 2
        self.rows, self.columns = np.nonzero(ink)
        self.ways, self.radii = self.places(self.rows, self.columns)
        self.outer = np.zeros(WAYS)
        np.maximum.at(self.outer, self.ways, self.radii)
        self.there = np.flatnonzero(self.outer)

    def places(
        self, rows: NDArray[np.intp], columns: NDArray[np.intp]
    ) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
        """Return the direction of each pixel, one of `WAYS`, and how far out it lies."""
        down, across = rows - self.middle[0], columns - self.middle[1]
        angles = np.arctan2(down, across) / (2 * np.pi) * WAYS
        return np.floor(angles).astype(np.intp) % WAYS, np.hypot(down, across)

    @property
    def closed(self) -> bool:
        """Whether it goes round, or nearly, and is bent outwards everywhere."""
        return len(self.there) >= CLOSED * WAYS and _convex(self.outer, self.there)

    @cached_property
    def pen(self) -> float:
        """How thick the outermost stroke is: the median of its first run of ink inwards."""
        depths = []
        for way in range(0, WAYS, 2):
            own = np.sort(self.radii[self.ways == way])[::-1]
            if len(own):
                steps = np.flatnonzero(-np.diff(own) > 1.5)
                depths.append(self.outer[way] - own[steps[0] if len(steps) else -1] + 1)
        return float(np.median(depths)) if depths else 0.0

    def peeled(self) -> NDArray[np.bool_]:
        """Return bool (h, w), the ink without the outermost stroke."""
        inside = self.radii < self.outer[self.ways] - PEELED * self.pen
        left = np.zeros(self.shape, np.bool_)
        left[self.rows[inside], self.columns[inside]] = True
        return left


def without_rings(components: Components) -> Components | None:
    """Erase each ring drawn around something; nothing if there is none."""
    stats = components.stats
    if not 2 <= len(stats) <= MOST:
        return None
    result: NDArray[np.bool_] | None = None
    for index in np.flatnonzero(stats[:, 2:4].min(axis=1) >= SMALLEST):
        within = _held(stats, int(index))
        if len(within) == 0:
            continue
        ring = components.in_box(int(index))
        loop = _Loop(ring)
        if _surrounds(loop, components.in_box(int(index), within)):
            if result is None:
                result = components.mask.copy()
            x, y, width, height = (int(v) for v in stats[index, :4])
            result[y : y + height, x : x + width] &= ~ring | _touching(loop)
    return None if result is None else Components(result)


def within_ring(components: Components) -> NDArray[np.bool_] | None:
    """Return what a ring holds of which some touches it; nothing if the ink is no such ring.

    The outermost stroke goes, all around. A slash, and what is far from the middle, is no digit.

    Args:
        components: the ink.

    Returns:
        bool (h, w), the ink within.
    """
    stats = components.stats
    if not 1 <= len(stats) <= MOST:
        return None
    ring = int(np.argmax(stats[:, 2].astype(np.int64) * stats[:, 3]))
    x, y, width, height = (int(v) for v in stats[ring, :4])
    if min(width, height) < SMALLEST:
        return None
    ink = components.in_box(ring)
    if not _may_hold(ink):
        return None
    loop = _Loop(ink)
    if not loop.closed or loop.pen > THICKEST * loop.outer[loop.there].mean():
        return None
    left = np.zeros(components.mask.shape, np.bool_)
    left[y : y + height, x : x + width] = loop.peeled()
    pieces = Components(left)
    if len(pieces.stats) == 0:
        return None
    own = pieces.only(np.flatnonzero(pieces.stats[:, 3] >= SPECK * height))
    own |= components.only(_held(stats, ring))
    wx, wy, wide, tall = Components(own).window
    if tall < INNER * height or max(wide, tall) < DOT * loop.pen:
        return None
    aside = np.abs(np.array([wy + tall / 2 - y, wx + wide / 2 - x]) - loop.middle)
    rows, columns = np.nonzero(own)
    if aside.max() > ASIDE * max(width, height) or _slash(rows, columns, width / height):
        return None
    return own


def _touching(loop: _Loop) -> NDArray[np.bool_]:
    """Return what hangs together with a ring and reaches far into it, bool (h, w) of its box."""
    pieces = Components(loop.peeled())
    rows, columns = loop.rows, loop.columns
    deep = np.zeros(loop.shape, np.bool_)
    deep[rows, columns] = loop.radii < DEEP * loop.outer[loop.ways]
    x, y, width, height = pieces.window
    reached = np.unique(pieces.labels[deep[y : y + height, x : x + width]]) - 1
    tall = np.flatnonzero(pieces.stats[:, 3] >= INNER * loop.shape[0])
    return pieces.only(np.intersect1d(reached, tall))


def _held(stats: NDArray[np.int32], ring: int) -> NDArray[np.intp]:
    """Return the components whose boxes lie in the box of a ring, but for dust."""
    left, top, right, bottom = sides(stats)
    held = (left > left[ring]) & (top > top[ring])
    held &= (right < right[ring]) & (bottom < bottom[ring])
    return np.flatnonzero(held & (stats[:, 2:4].max(axis=1) >= SPECK * stats[ring, 3]))


def _may_hold(ink: NDArray[np.bool_]) -> bool:
    """Tell whether there is ink all around, near an ellipse in the box, and some in its middle."""
    height, width = ink.shape
    if not _may_surround(ink):
        return False
    scale = np.array([(height - 1) / 2, (width - 1) / 2])
    y, x = np.rint(scale * (1 + RAYS)).astype(np.intp).transpose(2, 0, 1)
    if not ink[y, x].any(axis=1).all():
        return False
    return bool(
        ink[
            round(0.3 * height) : round(0.7 * height), round(0.3 * width) : round(0.7 * width)
        ].any()
    )


def _may_surround(ink: NDArray[np.bool_]) -> bool:
    """Tell whether there is ink straight above, below and beside the middle: most has none."""
    height, width = ink.shape
    across = ink[(height - 1) // 2 : height // 2 + 1]
    down = ink[:, (width - 1) // 2 : width // 2 + 1]
    tall, wide = height // 4, width // 4
    return all(
        way.any() for way in (across[:, :wide], across[:, -wide:], down[:tall], down[-tall:])
    )


def _convex(outer: NDArray[np.float64], there: NDArray[np.intp]) -> bool:
    angles = 2 * np.pi * there / WAYS
    outline = outer[there, None] * np.column_stack([np.cos(angles), np.sin(angles)])
    hull = cv2.convexHull(outline.astype(np.float32))
    return bool(cv2.contourArea(outline.astype(np.float32)) >= CONVEX * cv2.contourArea(hull))


def _surrounds(loop: _Loop, held: NDArray[np.bool_]) -> bool:
    """Tell whether a component is a ring around writing.

    Args:
        loop: the component.
        held: bool (h, w), what lies within its box.
    """
    height, width = loop.shape
    if not loop.closed:
        return False
    inner = np.full(WAYS, np.inf)
    np.minimum.at(inner, loop.ways, loop.radii)
    outer, inside = loop.outer[loop.there], inner[loop.there]
    if np.quantile((outer - inside) / outer, 0.9) > THIN:
        return False
    pen = float(np.median(outer - inside)) + 1
    rows, columns = np.nonzero(held)
    ways, radii = loop.places(rows, columns)
    if np.mean(radii < inner[ways]) < 0.98:
        return False
    low, high = np.array([rows.min(), columns.min()]), np.array([rows.max(), columns.max()])
    if high[0] - low[0] < HIGH * height or (high - low).max() < DOT * pen:
        return False
    aside = np.abs((low + high) / 2 - loop.middle)
    return bool(aside.max() <= ASIDE * max(width, height)) and not _slash(
        rows, columns, width / height
    )


def _slash(rows: NDArray[np.intp], columns: NDArray[np.intp], shape: float) -> bool:
    """Tell whether what is within belongs to a 0: a single stroke that leans, or fills it.

    Args:
        rows: of its pixels.
        columns: of its pixels.
        shape: width of what surrounds it, in its heights.
    """
    spread, ways = np.linalg.eigh(np.cov(np.stack([columns, rows]).astype(np.float64)))
    if np.sqrt(max(spread[0], 0.0)) > STROKE * np.sqrt(spread[1]):
        return False
    across, down = np.abs(ways[:, 1])
    return bool(np.arctan2(across, down) > UPRIGHT or shape < ROUND)

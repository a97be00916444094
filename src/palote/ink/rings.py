"""Take a ring that somebody drew around something out of the mask.

Answers are ringed, and so are numbers of lists. A ring is a component that goes once round, or
nearly, is bent outwards everywhere, and has writing within that does not touch it. A 0 with a dot
or a slash in it is none.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from palote.ink.components import Components

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


def without_rings(components: Components) -> Components | None:
    """Erase each ring drawn around something; nothing if there is none."""
    stats = components.stats
    if not 2 <= len(stats) <= MOST:
        return None
    x, y, width, height = stats[:, :4].T
    right, bottom = x + width, y + height
    result: NDArray[np.bool_] | None = None
    for index in np.flatnonzero(np.minimum(width, height) >= SMALLEST):
        within = (x > x[index]) & (y > y[index]) & (right < right[index]) & (bottom < bottom[index])
        within &= np.maximum(width, height) >= SPECK * height[index]
        if within.any() and _surrounds(components, int(index), np.flatnonzero(within)):
            if result is None:
                result = components.mask.copy()
            window = np.s_[y[index] : bottom[index], x[index] : right[index]]
            result[window] &= ~components.in_box(int(index))
    return None if result is None else Components(result)


def within_ring(components: Components) -> NDArray[np.bool_] | None:
    """Return what a ring holds that touches it; nothing if the ink is no such ring.

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
    rows, columns = np.nonzero(ink)
    middle = np.array([(height - 1) / 2, (width - 1) / 2])
    ways, radii = _polar(rows, columns, middle)
    outer = np.zeros(WAYS)
    np.maximum.at(outer, ways, radii)
    there = np.flatnonzero(outer)
    if len(there) < CLOSED * WAYS or not _convex(outer, there):
        return None
    pen = _pen(ways, radii, outer)
    if pen > THICKEST * outer[there].mean():
        return None
    inside = radii < outer[ways] - PEELED * pen
    left = np.zeros(components.mask.shape, np.bool_)
    left[y + rows[inside], x + columns[inside]] = True
    pieces = Components(left)
    if len(pieces.stats) == 0:
        return None
    own = pieces.only(np.flatnonzero(pieces.stats[:, 3] >= SPECK * height))
    wx, wy, wide, tall = Components(own).window
    if tall < INNER * height or max(wide, tall) < DOT * pen:
        return None
    aside = np.abs(np.array([wy + tall / 2 - y, wx + wide / 2 - x]) - middle)
    rows, columns = np.nonzero(own)
    if aside.max() > ASIDE * max(width, height) or _slash(rows, columns, width / height):
        return None
    return own


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


def _pen(ways: NDArray[np.intp], radii: NDArray[np.float64], outer: NDArray[np.float64]) -> float:
    """Return how thick the outermost stroke is: the median of its first run of ink inwards."""
    depths = []
    for way in range(0, WAYS, 2):
        own = np.sort(radii[ways == way])[::-1]
        if len(own):
            steps = np.flatnonzero(-np.diff(own) > 1.5)
            depths.append(outer[way] - own[steps[0] if len(steps) else -1] + 1)
    return float(np.median(depths)) if depths else 0.0


def _convex(outer: NDArray[np.float64], there: NDArray[np.intp]) -> bool:
    angles = 2 * np.pi * there / WAYS
    outline = outer[there, None] * np.column_stack([np.cos(angles), np.sin(angles)])
    hull = cv2.convexHull(outline.astype(np.float32))
    return bool(cv2.contourArea(outline.astype(np.float32)) >= CONVEX * cv2.contourArea(hull))


def _surrounds(components: Components, ring: int, within: NDArray[np.intp]) -> bool:
    """Tell whether a component is a ring around writing.

    Args:
        components: the ink.
        ring: number of the component.
        within: numbers of those whose boxes lie in its box.
    """
    rows, columns = np.nonzero(components.in_box(ring))
    _, _, width, height = (int(v) for v in components.stats[ring, :4])
    middle = np.array([(height - 1) / 2, (width - 1) / 2])
    ways, radii = _polar(rows, columns, middle)
    outer, inner = np.zeros(WAYS), np.full(WAYS, np.inf)
    np.maximum.at(outer, ways, radii)
    np.minimum.at(inner, ways, radii)
    there = np.flatnonzero(outer)
    if len(there) < CLOSED * WAYS:
        return False
    thick = (outer[there] - inner[there]) / outer[there]
    if np.quantile(thick, 0.9) > THIN:
        return False
    pen = float(np.median(outer[there] - inner[there])) + 1
    if not _convex(outer, there):
        return False
    rows, columns = np.nonzero(components.in_box(ring, within))
    ways, radii = _polar(rows, columns, middle)
    if np.mean(radii < inner[ways]) < 0.98:
        return False
    low, high = np.array([rows.min(), columns.min()]), np.array([rows.max(), columns.max()])
    if high[0] - low[0] < HIGH * height or (high - low).max() < DOT * pen:
        return False
    aside = np.abs((low + high) / 2 - middle)
    return bool(aside.max() <= ASIDE * max(width, height)) and not _slash(
        rows, columns, width / height
    )


def _polar(
    rows: NDArray[np.intp], columns: NDArray[np.intp], middle: NDArray[np.float64]
) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Return the direction of each pixel, one of `WAYS`, and how far out it lies."""
    down, across = rows - middle[0], columns - middle[1]
    angles = np.arctan2(down, across) / (2 * np.pi) * WAYS
    return np.floor(angles).astype(np.intp) % WAYS, np.hypot(down, across)


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

"""Take the boxes of a form's field out of a picture of numbers: one for each digit, or a comb.

Their upper and lower sides lie on two lines, and between these stand their uprights, from the one
to the other. What a person writes hardly ever does both.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from palote.ink.cleaned import Cleaned
from palote.ink.components import Components
from palote.ink.ground import cut_twice
from palote.ink.printed import covered_sides, erased, outermost, traced, turned, uprights, wiped
from palote.ink.ruler import Line

__all__ = ["without_boxes"]

SMALLEST = 18
"""Height of a box in pixels, at least."""

HIGHEST = 300
"""What is higher than this, in pixels, is a sheet, or a table."""

MOST = 40
"""No more pieces of ink are looked at one by one, the largest."""

FEWEST = 2
"""Uprights that a field has at least."""

LEVEL = 0.65
"""Share of the columns that has ink in the upper quarter, and in the lower, at least."""

CLOSE = 4
"""The sides of two boxes are no farther apart than so many times as they are thick."""

SIDES = 0.5
"""Share of a field's upper, or lower, line that is ink at a first look: boxes have gaps."""

WHOLE, THICK = 0.8, 1.5
"""The same of a piece with ink along all of its four sides; its lines may be so much thicker."""

TOP, BOTTOM = 2, 3
"""Numbers of two sides, see `palote.ink.printed.turned`."""


def without_boxes(cleaned: Cleaned, components: Components) -> Cleaned:
    """Erase boxes around digits; the picture itself if there are none.

    Args:
        cleaned: the picture.
        components: its ink.
    """
    left = cleaned.mask.view(np.uint8).copy()
    found = False
    stats = components.stats
    sizes = stats[:, 2].astype(np.int64) * stats[:, 3]
    for piece in np.argsort(-sizes)[:MOST]:
        x, y, width, height = (int(v) for v in stats[piece, :4])
        own = components.in_box(int(piece)).view(np.uint8).copy()
        window = np.s_[y : y + height, x : x + width]
        if not _may_hold(own) or covered_sides(own) < 4:
            continue
        before = own.copy()
        if _erase(own, cleaned.strength[window], WHOLE, THICK):
            left[window] -= before - own
            found = True
    if not found:
        x, y, width, height = components.window
        window = np.s_[y : y + height, x : x + width]
        found = _may_hold(left[window]) and _erase(left[window], cleaned.strength[window], SIDES)
    if not found:
        return cleaned
    # The writing may be fainter than the lines, by whose tone the picture was cut.
    parts = cut_twice(wiped(cleaned.strength, cleaned.mask.view(np.uint8), left))
    return cleaned if parts is None else replace(cleaned, strength=parts[0], mask=parts[1])


def _may_hold(ink: NDArray[np.generic]) -> bool:
    """Tell whether there is ink nearly all along the top and the bottom of a window."""
    height, width = ink.shape
    if min(height, width) < SMALLEST or height > HIGHEST:
        return False
    band = max(3, height // 4)
    shares = (np.count_nonzero(part.any(axis=0)) / width for part in (ink[:band], ink[-band:]))
    return bool(min(shares) >= LEVEL)


def _erase(
    ink: NDArray[np.uint8], tones: NDArray[np.uint8], share: float, thicker: float = 1.0
) -> bool:
    """Erase the lines of a field from a window of the ink; tell whether there were some.

    Args:
        ink: uint8 (h, w), changed in place.
        tones: uint8 (h, w); 0 is paper, 255 full ink.
        share: of the upper, and of the lower, line that is ink, at least.
        thicker: how much thicker than usual lines may be.
    """
    upper = outermost(turned(ink, TOP), share, thicker)
    lower = outermost(turned(ink, BOTTOM), share, thicker)
    if upper is None or lower is None:
        return False
    found = _between(upper, lower, ink.shape)
    if found is None:
        return False
    rows, places = found
    columns = np.arange(ink.shape[1])
    straight = np.ascontiguousarray(ink[rows, columns])
    lines = {
        side: traced(turned(straight, side), place, 0.0, share, thicker)
        for side, place in zip((TOP, BOTTOM), places, strict=True)
    }
    flat = [(side, line) for side, line in lines.items() if line is not None]
    standing = uprights(straight) if len(flat) == 2 else []
    if len(standing) < FEWEST:
        return False
    every = [*flat, *((0, line) for line in standing)]
    left = erased(straight, tones[rows, columns], every, flat)
    for one, other in pairwise(standing):
        _clear_between(left, one, other)
    ink[rows, columns] = left
    return True


def _clear_between(ink: NDArray[np.uint8], one: Line, other: Line) -> None:
    """Erase what lies between the facing sides of two boxes, which may have grown together."""
    near = CLOSE * max(one.thickness, other.thickness)
    if abs(sum(x for x, _ in other.ends) - sum(x for x, _ in one.ends)) / 2 > near:
        return
    reach = np.array([max(one.thickness, other.thickness) / 2 + 1, 0])
    corners = np.concatenate([np.array(one.ends) - reach, np.array(other.ends[::-1]) + reach])
    cv2.fillConvexPoly(ink, np.rint(corners).astype(np.int32), 0)


def _between(
    upper: Line, lower: Line, shape: tuple[int, ...]
) -> tuple[NDArray[np.intp], tuple[float, float]] | None:
    """Return the rows of a window that are level with its lines, for each column.

    Args:
        upper: in the view of the top.
        lower: in the view of the bottom.
        shape: (h, w) of the window.

    Returns:
        intp (h', w), neither above the window nor below it; and how far the two lines are from
        their ends. None if the lines are too near.
    """
    height, width = shape
    tops = _places(upper, width)
    bottoms = height - 1 - _places(lower, width)
    start = tops.mean() - upper.thickness / 2 - 1
    stop = bottoms.mean() + lower.thickness / 2 + 1
    if bottoms.min() - tops.max() < SMALLEST / 2 or stop - start < SMALLEST:
        return None
    lean = ((tops + bottoms) - (tops + bottoms).mean()) / 2
    first, last = int(start), int(np.ceil(stop))
    rows = np.rint(np.arange(first, last + 1)[:, None] + lean)
    places = float(tops.mean()) - first, last - float(bottoms.mean())
    return np.asarray(np.clip(rows, 0, height - 1), np.intp), places


def _places(line: Line, width: int) -> NDArray[np.float64]:
    """Return how far from the side a line is, float64 (w,), at each column."""
    (x0, y0), (x1, y1) = line.ends
    return np.asarray(x0 + (x1 - x0) / (y1 - y0) * (np.arange(width) - y0), np.float64)

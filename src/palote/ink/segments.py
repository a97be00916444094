"""An upright line of writing, cut into the smallest parts that digits may be made of.

What does not hang together is apart already. Where digits touch, or one reaches over the
next, the ink is cut along seams: the paths from top to bottom that cross the least ink
(Casey and Lecolinet, 1996, call it over-segmentation; the path is found as in seam
carving, Avidan and Shamir, 2007). Too many cuts do no harm: what belongs together is put
together again by whoever reads.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from palote.ink.components import Components
from palote.ink.fit import stroke_width
from palote.ink.level import Level

__all__ = ["Parts", "cut", "strokes_above"]

MOST_PARTS = 250
"""A line has no more parts than this; what lies further right is left out."""

DUST = 0.006
"""A part with less ink than this share of a digit's height, squared, is dust."""

FINE = 0.05
"""and so many heights of a digit more, since a fine stroke is crossed askew."""

ASIDE = 0.3
"""What a step aside costs a seam, in pixels of ink."""

DEEPEST = 2.0
"""A seam crosses no more ink than so many widths of a stroke."""

NARROW = 0.35
"""A piece narrower than this share of a digit's height is not cut."""

BETWEEN = 0.2
"""Least distance between seams, in heights of a digit."""

NOTCH = 0.08
"""So far the outline is drawn in where two digits meet, in heights of a digit."""


@dataclass(frozen=True, eq=False)
class Parts:
    """The parts of a line, numbered from left to right.

    Attributes:
        level: the line.
        labels: int32 (h, w): 0 is paper, i + 1 is part i.
        boxes: int32 (n, 4): x, y, width and height of each.
        area: int64 (n,): pixels of ink.
        piece: int64 (n,): parts of one number hang together in the picture.
        stroke: width of a stroke, in pixels.
    """

    level: Level
    labels: NDArray[np.int32]
    boxes: NDArray[np.int32]
    area: NDArray[np.int64]
    piece: NDArray[np.int64]
    stroke: float

    def __len__(self) -> int:
        return len(self.boxes)

    @cached_property
    def touches(self) -> NDArray[np.float64]:
        """float64 (n, n): how many pixels of a part touch each later part."""
        labels, count = self.labels, len(self)
        pairs = []
        for one, other in ((labels[:, :-1], labels[:, 1:]), (labels[:-1], labels[1:])):
            meet = (one != other) & (one > 0) & (other > 0)
            pairs.append(np.stack([one[meet], other[meet]], axis=1))
        met = np.sort(np.concatenate(pairs), axis=1) - 1
        flat = np.bincount(met[:, 0].astype(np.int64) * count + met[:, 1], minlength=count * count)
        return flat.reshape(count, count).astype(np.float64)

    @property
    def middles(self) -> NDArray[np.float64]:
        """float64 (n,): middle of each, in heights of a digit from the left edge of the line."""
        middles = self.boxes[:, 0] + self.boxes[:, 2] / 2
        return np.asarray(middles / self.level.digit, np.float64)


def cut(level: Level) -> Parts:
    """Cut a line into parts.

    Args:
        level: the line, upright.
    """
    components = Components(level.mask)
    stats = components.stats
    stroke = max(1.0, stroke_width(level.mask)) if len(stats) else 1.0
    large = np.flatnonzero(stats[:, 4] >= DUST * level.digit**2)
    wx, wy, ww, wh = components.window
    labels = np.zeros(level.mask.shape, np.int32)
    inside = labels[wy : wy + wh, wx : wx + ww]
    wide = large[stats[large, 2] > NARROW * level.digit]
    offsets, costs = _seams(level.mask[wy : wy + wh, wx : wx + ww]) if len(wide) else _NONE
    found: list[_Part] = []
    for index in large:
        x, y, width, height, _ = (int(v) for v in stats[index])
        box = np.s_[y - wy : y - wy + height, x - wx : x - wx + width]
        own = components.labels[box] == index + 1
        number = None
        if index in wide:
            seams = _chosen(costs[x - wx : x - wx + width], stroke, level.digit)
            paths = [offsets[y - wy : y - wy + height, x - wx + seam] - (x - wx) for seam in seams]
            number = _sides(own, paths, _notches(own, seams, level.digit))
        for part in range(1 if number is None else int(number.max()) + 1):
            ink = own if number is None else own & (number == part)
            columns = np.count_nonzero(ink, axis=0)
            area = int(columns.sum())
            if area == 0:
                continue
            left, top, wide_part, high = cv2.boundingRect(ink.view(np.uint8))
            middle = x + int(columns @ np.arange(width)) / area
            part_box = (x + left, y + top, wide_part, high)
            found.append(_Part(middle, int(index), area, part_box))
            inside[box][ink] = len(found)
    return _numbered(level, labels, found, stroke)


def strokes_above(ink: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Count, of each column of ink (h, w), the strokes that lie above one another: (w,)."""
    begins = ink & ~np.pad(ink, ((1, 0), (0, 0)))[:-1]
    return np.asarray(np.count_nonzero(begins, axis=0), np.intp)


@dataclass(frozen=True)
class _Part:
    """A part: where its middle lies, the piece it is of, its pixels and its box."""

    middle: float
    piece: int
    area: int
    box: tuple[int, int, int, int]


def _sides(
    ink: NDArray[np.bool_], paths: list[NDArray[np.intp]], notches: tuple[int, ...]
) -> NDArray[np.int32] | None:
    """Number the pixels of a piece from left to right by its cuts; nothing if it has none."""
    if not paths and not notches:
        return None
    number = np.zeros(ink.shape, np.int32)
    columns = np.arange(ink.shape[1])
    for path in paths:
        number += columns[None, :] > path[:, None]
    for notch in notches:
        number += columns[None, :] > notch
    return number


_NONE = (np.zeros((0, 0), np.intp), np.zeros(0, np.float32))


def _seams(mask: NDArray[np.bool_]) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
    """Find the cheapest path from top to bottom through each column of the middle.

    Returns:
        intp (h, w), the path's column in each row, for each column of the middle; float32
        (w,), how much ink it crosses.
    """
    height, width = mask.shape
    cost = mask.astype(np.float32)
    middle = height // 2
    above, moves_up = _walk(cost[: middle + 1])
    below, moves_down = _walk(cost[middle:][::-1])
    paths = np.empty((height, width), np.intp)
    columns = np.arange(width)
    paths[middle] = columns
    at = columns
    for row in range(middle, 0, -1):
        at = at + moves_up[row][at]
        paths[row - 1] = at
    at = columns
    for row in range(middle, height - 1):
        at = at + moves_down[height - 1 - row][at]
        paths[row + 1] = at
    return paths, above + below - cost[middle]


def _walk(cost: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.int8]]:
    """Walk down; return the cost of arriving at each column, and whence each step came."""
    height, width = cost.shape
    from_left = np.zeros((height, width), np.bool_)
    from_right = np.zeros((height, width), np.bool_)
    total = cost[0].copy()
    aside = np.full(width + 2, np.inf, np.float32)
    left, middle, right = aside[:-2], aside[1:-1], aside[2:]
    for row in range(1, height):
        np.add(total, ASIDE, out=middle)
        np.less(left, total, out=from_left[row])
        np.minimum(total, left, out=total)
        np.less(right, total, out=from_right[row])
        np.minimum(total, right, out=total)
        np.add(total, cost[row], out=total)
    moves = from_right.astype(np.int8)
    moves[from_left & ~from_right] = -1
    return total, moves


def _chosen(costs: NDArray[np.float32], stroke: float, digit: float) -> tuple[int, ...]:
    """Choose where to cut one piece: the cheapest seams that keep their distance."""
    margin = max(2, round(0.08 * digit))
    deepest, apart = DEEPEST * stroke + FINE * digit, BETWEEN * digit
    most = 4 * (1 + len(costs) / digit)
    order = np.argsort(costs, kind="stable")
    order = order[costs[order] <= deepest]
    chosen: list[int] = []
    for at in order[(order >= margin) & (order < len(costs) - margin)].tolist():
        if len(chosen) >= most:
            break
        if all(abs(at - other) >= apart for other in chosen):
            chosen.append(at)
    return tuple(sorted(chosen))


def _notches(ink: NDArray[np.bool_], seams: tuple[int, ...], digit: float) -> tuple[int, ...]:
    """Find where the outline of a piece is drawn in from above and below.

    Noughts that lean on each other share a stroke: no path between them is cheap.

    Args:
        ink: bool (h, w) of the piece.
        seams: where it is cut already.
        digit: height of a digit, in pixels.
    """
    height, width = ink.shape
    margin = max(2, round(0.15 * digit))
    if width < 0.8 * digit:
        return ()
    extent = height - np.argmax(ink, axis=0) - np.argmax(ink[::-1], axis=0)
    extent = cv2.blur(extent.astype(np.float32)[None], (3, 1))[0]
    reach = max(3, round(0.3 * digit))
    before, after = np.full(reach, np.inf), np.full(reach + 1, np.inf)
    left = sliding_window_view(np.concatenate([before, extent]), reach)[:width]
    right = sliding_window_view(np.concatenate([extent, after]), reach)[1 : width + 1]
    lowest = (extent <= left.min(axis=1)) & (extent < right.min(axis=1))
    left, right = (np.where(np.isfinite(side), side, -np.inf) for side in (left, right))
    drawn_in = np.minimum(left.max(axis=1), right.max(axis=1)) - extent >= NOTCH * digit
    chosen: list[int] = []
    for at in (int(found) for found in np.flatnonzero(lowest & drawn_in)):
        free = all(abs(at - other) >= BETWEEN / 2 * digit for other in (*seams, *chosen))
        if margin <= at < width - margin and free:
            chosen.append(at)
    return tuple(chosen)


def _numbered(level: Level, labels: NDArray[np.int32], found: list[_Part], stroke: float) -> Parts:
    """Number parts from left to right."""
    order = sorted(range(len(found)), key=lambda part: found[part].middle)[:MOST_PARTS]
    names = np.zeros(len(found) + 1, np.int32)
    names[np.array(order, np.intp) + 1] = np.arange(1, len(order) + 1)
    kept = [found[part] for part in order]
    return Parts(
        level,
        names[labels],
        np.array([part.box for part in kept], np.int32).reshape(-1, 4),
        np.array([part.area for part in kept], np.int64),
        np.array([part.piece for part in kept], np.int64),
        stroke,
    )

"""What each run of parts of a line may be: the lattice that a number is read from.

An edge of the lattice is a run of neighbouring parts, taken for one symbol. It has a patch,
which the digit network sees, and measures of where it lies and how it was cut, which the
network cannot see: a nought and a full stop are the same patch.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from palote.ink import InkSpec
from palote.ink.fit import SQUARE, fit_crop
from palote.ink.segments import Parts

__all__ = ["MEASURES", "Edges", "Runs", "edges_of", "hangs_together", "runs_of"]

MEASURES = 18
"""How many measures an edge has."""

MOST_EDGES = 1500
"""A line has no more edges than this; the widest are left out."""

MOST_RUN = 7
"""A symbol is made of no more parts than this."""

WIDEST = 1.9
"""A symbol is no wider than this, in heights of a digit, unless it is one part."""

TALL, CLEAR = 0.6, 0.12
"""What is so tall on both sides of so wide a gap, in heights of a digit, is two symbols."""

LOOSEST = 0.55
"""Parts of a symbol lie no further apart than this, in heights of a digit."""


@dataclass(frozen=True, eq=False)
class Runs:
    """Runs of neighbouring parts, each of which may be one symbol.

    Attributes:
        ends: int64 (n, 2), the first part of each, and the part after its last.
        boxes: int32 (n, 4): x, y, width, height in the upright line.
        gaps: float64 (n,), the widest gap within each, in pixels.
    """

    ends: NDArray[np.int64]
    boxes: NDArray[np.int32]
    gaps: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.ends)

    def only(self, which: NDArray[np.intp]) -> Runs:
        """Return some of them."""
        return Runs(self.ends[which], self.boxes[which], self.gaps[which])


@dataclass(frozen=True, eq=False)
class Edges:
    """The edges of a line's lattice.

    Attributes:
        first: int64 (n,), the first part of each.
        last: int64 (n,), the part after its last.
        boxes: int32 (n, 4): x, y, width, height in the upright line.
        patches: float32 (n, *shape of the InkSpec).
        measures: float32 (n, MEASURES).
        parts: how many parts the line has.
    """

    first: NDArray[np.int64]
    last: NDArray[np.int64]
    boxes: NDArray[np.int32]
    patches: NDArray[np.float32]
    measures: NDArray[np.float32]
    parts: int

    def __len__(self) -> int:
        return len(self.first)

    def at(self, ends: NDArray[np.int64]) -> NDArray[np.intp]:
        """Return the index of the edge between each two parts of (k, 2); -1 where there is none."""
        numbered = {pair: edge for edge, pair in enumerate(zip(self.first, self.last, strict=True))}
        return np.array([numbered.get((first, last), -1) for first, last in ends], np.intp)

    def only(self, which: NDArray[np.intp]) -> Edges:
        """Return some of them."""
        first, last, boxes = self.first[which], self.last[which], self.boxes[which]
        return Edges(first, last, boxes, self.patches[which], self.measures[which], self.parts)


def runs_of(parts: Parts) -> Runs:
    """Return the runs of a line that may be symbols.

    Args:
        parts: the line, cut.
    """
    count = len(parts)
    digit = parts.level.digit
    left = parts.boxes[:, 0].astype(np.float64)
    right = left + parts.boxes[:, 2]
    top = parts.boxes[:, 1].astype(np.float64)
    bottom = top + parts.boxes[:, 3]
    runs: list[tuple[int, int]] = []
    boxes: list[tuple[float, float, float, float]] = []
    gaps: list[float] = []
    tall = parts.boxes[:, 3] >= TALL * digit
    for first in range(count):
        x0, x1, y0, y1 = left[first], right[first], top[first], bottom[first]
        widest_gap = 0.0
        stands, ended = bool(tall[first]), False
        for last in range(first, min(count, first + MOST_RUN)):
            if last > first:
                gap = left[last] - x1
                widest_gap = max(widest_gap, gap)
                ended |= stands and gap > CLEAR * digit
                if ended and tall[last]:
                    break
                stands |= bool(tall[last])
                x0, x1 = min(x0, left[last]), max(x1, right[last])
                y0, y1 = min(y0, top[last]), max(y1, bottom[last])
                if x1 - x0 > WIDEST * digit or widest_gap > LOOSEST * digit:
                    break
            runs.append((first, last + 1))
            boxes.append((x0, y0, x1 - x0, y1 - y0))
            gaps.append(widest_gap)
    if len(runs) > MOST_EDGES:
        kept = np.sort(
            np.argsort([last - first for first, last in runs], kind="stable")[:MOST_EDGES]
        )
        runs, boxes, gaps = ([many[i] for i in kept] for many in (runs, boxes, gaps))
    return Runs(
        np.array(runs, np.int64).reshape(-1, 2),
        np.array(boxes, np.int32).reshape(-1, 4),
        np.array(gaps),
    )


def edges_of(
    parts: Parts,
    spec: InkSpec,
    runs: Runs | None = None,
    made: Mapping[int, NDArray[np.float32]] | None = None,
) -> Edges:
    """Make the lattice of a line.

    Args:
        parts: the line, cut.
        spec: geometry of the network's patches.
        runs: which runs are edges; all that may be symbols if not given.
        made: patches that were made before, by the number of their run.
    """
    runs = runs_of(parts) if runs is None else runs
    patches = np.empty((len(runs), *spec.shape), np.float32)
    made = made or {}
    for edge in range(len(runs)):
        own = made.get(edge)
        if own is None:
            own = _patch(parts, runs.ends[edge], runs.boxes[edge], spec)
        patches[edge] = own
    measures = _measures(parts, runs.ends, runs.boxes, runs.gaps)
    return Edges(runs.ends[:, 0], runs.ends[:, 1], runs.boxes, patches, measures, len(parts))


def _patch(
    parts: Parts, ends: NDArray[np.int64], box: NDArray[np.int32], spec: InkSpec
) -> NDArray[np.float32]:
    x, y, width, height = box.tolist()
    near = np.s_[max(0, y - 1) : y + height + 1, max(0, x - 1) : x + width + 1]
    labels = parts.labels[near]
    own = cv2.inRange(labels, int(ends[0]) + 1, int(ends[1]))
    paper = cv2.inRange(labels, 0, 0)
    # The soft edge of its strokes is its own, too, but not what other parts have of it.
    shown = cv2.bitwise_and(cv2.dilate(own, SQUARE), cv2.bitwise_or(own, paper))
    patch = fit_crop(cv2.bitwise_and(parts.level.strength[near], shown), spec)
    return patch if spec.channels == 1 else np.repeat(patch[..., None], spec.channels, axis=2)


def _measures(
    parts: Parts,
    ends: NDArray[np.int64],
    boxes: NDArray[np.int32],
    gaps: NDArray[np.float64],
) -> NDArray[np.float32]:
    """Measure edges; lengths in heights of a digit."""
    count, digit = len(parts), parts.level.digit
    if len(ends) == 0:
        return np.zeros((0, MEASURES), np.float32)
    first, last = ends[:, 0], ends[:, 1]
    x, y, wide, high = (boxes[:, k].astype(np.float64) for k in range(4))
    heights = parts.boxes[:, 3].astype(np.float64)
    weight = heights**2
    middle = float((parts.boxes[:, 1] + heights / 2) @ weight / max(float(weight.sum()), 1.0))
    right = np.maximum.accumulate(parts.boxes[:, 0] + parts.boxes[:, 2]).astype(np.float64)
    left = np.minimum.accumulate(parts.boxes[::-1, 0])[::-1].astype(np.float64)
    before = np.where(first > 0, x - right[np.maximum(first - 1, 0)], 1.5 * digit)
    after = np.where(last < count, left[np.minimum(last, count - 1)] - x - wide, 1.5 * digit)
    total = np.zeros((count + 1, count + 1))
    total[1:, 1:] = parts.touches.cumsum(axis=0).cumsum(axis=1)
    touch_left = total[first, last] - total[first, first]
    touch_right = total[last, count] - total[last, last] - total[first, count] + total[first, last]
    area = np.concatenate([[0], np.cumsum(parts.area)]).astype(np.float64)
    ink = area[last] - area[first]
    largest = np.maximum.reduceat(np.append(parts.area, 0), ends.ravel())[::2] / np.maximum(ink, 1)
    split_left = hangs_together(parts.piece, first)
    split_right = hangs_together(parts.piece, last)
    run = last - first
    columns = [
        high,
        wide,
        y - middle,
        y + high - middle,
        gaps,
        np.clip(before, -digit, 1.5 * digit),
        np.clip(after, -digit, 1.5 * digit),
    ]
    stroke = parts.stroke
    rest = [
        ink / digit**2,
        np.full(len(ends), stroke / digit),
        np.minimum(touch_left / stroke, 4.0),
        np.minimum(touch_right / stroke, 4.0),
        split_left,
        split_right,
        run / 4,
        largest,
        np.log(np.maximum(high, 1) / np.maximum(wide, 1)),
        first == 0,
        last == count,
    ]
    lengths = np.stack(columns, axis=1) / digit
    return np.asarray(np.column_stack([lengths, *rest]), np.float32)


def hangs_together(piece: NDArray[np.int64], at: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Tell whether the parts on both sides of a boundary hang together in the picture."""
    inside = (at > 0) & (at < len(piece))
    place = np.clip(at, 1, max(1, len(piece) - 1))
    return np.asarray(inside & (piece[place - 1] == piece[np.minimum(place, len(piece) - 1)]))

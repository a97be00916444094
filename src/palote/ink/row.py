"""One line of writing: its ink, how high a digit is in it, and how it slopes and slants."""

from __future__ import annotations

import statistics
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from palote.ink.components import Components

__all__ = ["SMALLEST", "Row", "digit_row", "median", "row_of"]

SMALLEST = 6
"""Height of a digit in pixels, at least."""

EDGE = 0.1
"""Grey around the mask that is kept, in heights of a digit."""

STEEPEST = 0.6
SLANTS = np.arange(-0.5, 1.01, 0.1)


@dataclass(frozen=True, eq=False)
class Row:
    """One line of writing.

    Attributes:
        strength: uint8 (h, w); 0 is paper, 255 full ink; what is not this row's ink is 0.
        mask: bool (h, w); which pixels are its ink.
        box: (x, y, width, height) of this crop in the picture it was found in.
        height: of a digit, in pixels.
        slope: of the baseline, downwards per pixel to the right.
        slant: of the strokes, to the right per pixel upwards.
        cell: row and column, counted from 0, of the cell that it stands in, if there is a table.
        lesser: whether its writing is far smaller than other writing of the picture.
    """

    strength: NDArray[np.uint8]
    mask: NDArray[np.bool_]
    box: tuple[int, int, int, int]
    height: float
    slope: float
    slant: float
    cell: tuple[int, int] | None = None
    lesser: bool = False


def row_of(
    components: Components, strength: NDArray[np.uint8], group: list[int], tall: NDArray[np.intp]
) -> Row:
    """Return the row that some pieces of ink make.

    Args:
        components: the ink.
        strength: uint8 (h, w); 0 is paper, 255 full ink.
        group: its pieces.
        tall: pieces, of this row or of others, that are as high as digits.
    """
    stats = components.stats[group]
    left, top = int(stats[:, 0].min()), int(stats[:, 1].min())
    right = int((stats[:, 0] + stats[:, 2]).max())
    bottom = int((stats[:, 1] + stats[:, 3]).max())
    among = set(tall.tolist())
    large = components.stats[[piece for piece in group if piece in among]]
    height = median(large[:, 3])
    slope = _slope(large, height)
    if slope:
        height = max(float(SMALLEST), height - abs(slope) * median(large[:, 2]))
    rows, columns = components.mask.shape
    edge = max(1, round(EDGE * height))
    y0, y1 = max(0, top - edge), min(rows, bottom + edge)
    x0, x1 = max(0, left - edge), min(columns, right + edge)
    mask = np.zeros((y1 - y0, x1 - x0), np.bool_)
    wx, wy = components.window[:2]
    wanted = np.zeros(len(components.stats) + 1, np.bool_)
    wanted[np.array(group) + 1] = True
    labels = components.labels[top - wy : bottom - wy, left - wx : right - wx]
    mask[top - y0 : bottom - y0, left - x0 : right - x0] = wanted[labels]
    side = 2 * edge + 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    near = cv2.dilate(mask.view(np.uint8), kernel)
    others = components.mask[y0:y1, x0:x1] & ~mask
    near[others] = 0
    crop = strength[y0:y1, x0:x1] * near
    slant = _slant(mask, height, slope)
    return Row(crop, mask, (x0, y0, x1 - x0, y1 - y0), height, slope, slant)


def digit_row(strength: NDArray[np.uint8], mask: NDArray[np.bool_]) -> Row:
    """Return the row that a single digit makes by itself.

    Args:
        strength: uint8 (h, w); 0 is paper, 255 full ink.
        mask: bool (h, w), the ink of the digit; there is some.
    """
    pieces = Components(mask)
    largest = np.argmax(pieces.stats[:, cv2.CC_STAT_AREA], keepdims=True)
    row = row_of(pieces, strength, list(range(len(pieces.stats))), largest)
    _, _, _, height = cv2.boundingRect(mask.view(np.uint8))
    return replace(row, height=float(height))


def median(values: NDArray[np.generic]) -> float:
    """Return the median of a few values; NumPy's own takes ten times as long for them."""
    return float(statistics.median(values.tolist()))


def _slope(large: NDArray[np.int32], height: float) -> float:
    """Return the slope of the baseline (Theil, 1950, and Sen, 1968)."""
    x = large[:, 0] + large[:, 2] / 2
    if len(x) < 3 or float(np.ptp(x)) < 2 * height:
        return 0.0
    y = large[:, 1] + large[:, 3] / 2
    if len(x) > 80:
        pick = np.linspace(0, len(x) - 1, 80).astype(np.intp)
        x, y = x[pick], y[pick]
    i, j = np.triu_indices(len(x), 1)
    apart = x[j] - x[i]
    far = np.abs(apart) > height
    if not far.any():
        return 0.0
    slope = median((y[j] - y[i])[far] / apart[far])
    return float(np.clip(slope, -STEEPEST, STEEPEST))


def _slant(mask: NDArray[np.bool_], height: float, slope: float) -> float:
    """Return the slant that, taken out, heaps the ink on the fewest columns."""
    step = max(1, int(height / 20))
    ys, xs = np.nonzero(mask[::step, ::step])
    if len(xs) == 0:
        return 0.0
    ys = ys - slope * xs
    moved = xs + np.multiply.outer(SLANTS, ys)
    moved -= moved.min(axis=1, keepdims=True)
    columns = np.rint(moved, out=moved).astype(np.intp)
    wide = int(columns.max()) + 1
    columns += wide * np.arange(len(SLANTS))[:, None]
    counts = np.bincount(columns.ravel(), minlength=wide * len(SLANTS)).reshape(-1, wide)
    # What leans far must gain by it.
    scores = np.square(counts).sum(axis=1) * (1 - 0.15 * np.abs(SLANTS))
    best = int(np.argmax(scores))
    if 0 < best < len(scores) - 1:
        before, here, after = scores[best - 1 : best + 2]
        bend = before - 2 * here + after
        shift = 0.5 * (before - after) / bend if bend < 0 else 0.0
        return float(SLANTS[best] + 0.1 * shift)
    return float(SLANTS[best])

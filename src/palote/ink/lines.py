"""Take ruled and squared paper and printed frames out of the mask.

A line goes only if it runs from border to border, or belongs to a frame around
something: otherwise the bars of 2, 4 and 7 would go with it. Where a stroke
crosses the line it stays whole: a pixel of the line is erased only if the ink
across the line is no thicker there than the line itself.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ["without_lines"]

SMALLEST = 40
"""Shorter side, in pixels, below which a picture is too coarse to tell lines from strokes."""

THICKEST = 0.05
"""A line is no thicker than this share of the shorter side."""

FULLEST = 0.45
"""More ink than this share of the frame is no writing on lines."""

MOST_LINES = 40


def without_lines(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the mask without ruled lines, grids and frames.

    Args:
        mask: bool (h, w), True where there is ink.
    """
    if min(mask.shape) < SMALLEST or mask.mean() > FULLEST:
        return mask
    if _touches_opposite_borders(mask):
        mask = _without_border_lines(mask)
    for _ in range(2):
        mask, found = _without_frame(mask)
        if not found:
            break
    return mask


def _touches_opposite_borders(mask: NDArray[np.bool_]) -> bool:
    edge = max(2, min(mask.shape) // 60)
    across = mask[:, :edge].any() and mask[:, -edge:].any()
    down = mask[:edge].any() and mask[-edge:].any()
    return bool(across or down)


def _without_border_lines(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    binary = mask.astype(np.uint8)
    least = int(0.6 * min(mask.shape))
    found = cv2.HoughLines(binary, 1, np.pi / 240, least)
    if found is None:
        return mask
    result = binary.copy()
    erased = 0
    for rho, theta in _distinct(found[:, 0, :2])[:MOST_LINES]:
        erased += _erase(result, binary, float(rho), float(theta))
    if not erased:
        return mask
    result = _mend(result, binary)
    kept = _largest_side(result)
    # What was a line alone may be the digit: a 1, or the bar of a cropped 7.
    return result > 0 if kept >= 0.12 * min(mask.shape) else mask


def _distinct(lines: NDArray[np.float32]) -> list[tuple[float, float]]:
    """Keep the strongest of lines that nearly coincide; Hough gives them by votes."""
    kept: list[tuple[float, float]] = []
    for rho, theta in lines[:300]:
        for other_rho, other_theta in kept:
            turn = abs(theta - other_theta)
            flipped = turn > np.pi / 2
            turn = np.pi - turn if flipped else turn
            gap = abs(rho + other_rho) if flipped else abs(rho - other_rho)
            if turn < 0.12 and gap < 8:
                break
        else:
            kept.append((float(rho), float(theta)))
    return kept


def _erase(result: NDArray[np.uint8], binary: NDArray[np.uint8], rho: float, theta: float) -> int:
    """Erase one line from ``result`` if it spans the picture; return the pixels erased."""
    height, width = binary.shape
    chord = _chord(rho, theta, width, height)
    if chord is None:
        return 0
    (x0, y0), (x1, y1) = chord
    length = float(np.hypot(x1 - x0, y1 - y0))
    if length < 0.5 * min(height, width):
        return 0
    half = max(4, round(1.5 * THICKEST * min(height, width)))
    steps = np.linspace(0.0, 1.0, int(length) + 1)
    normal_x, normal_y = np.cos(theta), np.sin(theta)
    offsets = np.arange(-half, half + 1)
    xs = np.rint(x0 + (x1 - x0) * steps[:, None] + normal_x * offsets).astype(int)
    ys = np.rint(y0 + (y1 - y0) * steps[:, None] + normal_y * offsets).astype(int)
    inside = (xs >= 0) & (xs < width) & (ys >= 0) & (ys < height)
    band = np.zeros(xs.shape, bool)
    band[inside] = binary[ys[inside], xs[inside]] > 0  # (length, 2 half + 1)
    centre, run = _runs(band, half)
    covered = run > 0
    if covered.mean() < 0.85 or not (covered[:8].any() and covered[-8:].any()):
        return 0
    thickness = float(np.median(run[covered]))
    if thickness > THICKEST * min(height, width):
        return 0
    thin = covered & (run <= 1.6 * thickness + 1)
    reach = np.abs(offsets[None, :] - centre[:, None]) <= run[:, None] / 2 + 1
    gone = band & reach & thin[:, None] & inside
    result[ys[gone], xs[gone]] = 0
    return int(gone.sum())


def _chord(
    rho: float, theta: float, width: int, height: int
) -> tuple[tuple[float, float], tuple[float, float]] | None:
    """Return where the line enters and leaves the picture."""
    cos, sin = np.cos(theta), np.sin(theta)
    points = []
    if abs(sin) > 1e-6:
        points += [(x, (rho - x * cos) / sin) for x in (0.0, width - 1.0)]
    if abs(cos) > 1e-6:
        points += [((rho - y * sin) / cos, y) for y in (0.0, height - 1.0)]
    points = [(x, y) for x, y in points if -0.5 <= x <= width - 0.5 and -0.5 <= y <= height - 0.5]
    if len(points) < 2:
        return None
    first = points[0]
    last = max(points[1:], key=lambda p: (p[0] - first[0]) ** 2 + (p[1] - first[1]) ** 2)
    return first, last


def _runs(band: NDArray[np.bool_], half: int) -> tuple[NDArray[np.float64], NDArray[np.int_]]:
    """For each step along the line, the middle and length of the ink nearest its axis."""
    near = max(2, half // 3)
    window = band[:, half - near : half + near + 1]
    order = np.argsort(np.abs(np.arange(-near, near + 1)), kind="stable")
    has = window.any(axis=1)
    start = order[np.argmax(window[:, order], axis=1)] + half - near
    rows = np.arange(len(band))
    low, high = start.copy(), start.copy()
    for _ in range(2 * half):
        down = has & (low > 0) & band[rows, np.maximum(low - 1, 0)]
        up = has & (high < band.shape[1] - 1) & band[rows, np.minimum(high + 1, band.shape[1] - 1)]
        if not (down.any() or up.any()):
            break
        low, high = low - down, high + up
    run = np.where(has, high - low + 1, 0)
    return (low + high) / 2 - half, run


def _mend(result: NDArray[np.uint8], binary: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Close the small cuts that erasing left in strokes, within what was ink before."""
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (5, 5))
    opened = cv2.morphologyEx(result, cv2.MORPH_OPEN, np.ones((2, 2), np.uint8))
    closed = cv2.morphologyEx(opened, cv2.MORPH_CLOSE, kernel)
    return np.asarray(cv2.bitwise_and(closed, binary), np.uint8)


def _largest_side(binary: NDArray[np.uint8]) -> int:
    _, _, stats, _ = cv2.connectedComponentsWithStats(binary, connectivity=8)
    return int(stats[1:, 2:4].max()) if len(stats) > 1 else 0


def _without_frame(mask: NDArray[np.bool_]) -> tuple[NDArray[np.bool_], bool]:
    """Erase a rectangle drawn around something; say whether there was one."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    if len(stats) < 2:
        return mask, False
    index = 1 + int(np.argmax(stats[1:, 2].astype(np.int64) * stats[1:, 3]))
    x, y, width, height, _ = (int(v) for v in stats[index])
    if min(width, height) < max(SMALLEST // 2, 0.1 * min(mask.shape)):
        return mask, False
    window = np.s_[y : y + height, x : x + width]
    box = labels[window] == index
    bands = (max(3, height // 9), max(3, width // 9))
    sides = [(box, bands[0]), (box[::-1], bands[0]), (box.T, bands[1]), (box.T[::-1], bands[1])]
    coverage = sorted(float(side[:band].any(axis=0).mean()) for side, band in sides)
    if coverage[1] < 0.88 or coverage[0] < 0.5:
        return mask, False
    inner = box.copy()
    views = [inner, inner[::-1], inner.T, inner.T[::-1]]
    for view, (side, band) in zip(views, sides, strict=True):
        _erase_side(view, side[:band])
    result = mask.copy()
    result[window] &= ~box | inner
    inside = np.s_[bands[0] : height - bands[0], bands[1] : width - bands[1]]
    _, _, left, _ = cv2.connectedComponentsWithStats(
        np.ascontiguousarray(result[window][inside]).astype(np.uint8), connectivity=8
    )
    if len(left) < 2 or int(left[1:, 3].max()) < 0.25 * height:
        return mask, False
    return result, True


def _erase_side(view: NDArray[np.bool_], band: NDArray[np.bool_]) -> None:
    """Erase the outermost run of ink in each column of the band, if it is thin."""
    depth, _ = band.shape
    has = band.any(axis=0)
    start = np.argmax(band, axis=0)
    after = np.cumsum(~band & (np.arange(depth)[:, None] >= start), axis=0) > 0
    end = np.where(after.any(axis=0), np.argmax(after, axis=0), depth)
    run = end - start
    thickness = float(np.median(run[has])) if has.any() else 0.0
    cut = np.where(run <= 1.7 * thickness + 1, end, start + int(np.ceil(thickness)))
    rows = np.arange(depth)[:, None]
    view[:depth] &= ~(has & (rows < cut) & (rows >= 0))

"""Take ruled and squared paper, printed frames and drawn rings out of the mask.

A line goes only if it runs from border to border, or belongs to a frame around
something: otherwise the bars of 2, 4 and 7 would go with it. Where a stroke
crosses the line it stays whole: a pixel of the line is erased only if the ink
across the line is no thicker there than the line itself, or if the writing is
clearly darker than the line and this pixel is not.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from palote.ink.components import Components
from palote.ink.frames import without_frame
from palote.ink.rings import without_rings
from palote.ink.ruler import THICKEST, Line, trace

__all__ = ["may_be_ruled", "without_lines"]

SMALLEST = 40
"""Shorter side, in pixels, below which a picture is too coarse to tell lines from strokes."""

FULLEST = 0.55
"""More ink than this share of the frame is no writing on lines."""

HOUGH_SIDE = 200
"""Longer side of the mask in which lines are looked for, in pixels."""

MOST_LINES = 60

RULING = 3
"""So many parallel lines are a ruling."""

SAME_DIRECTION = 0.06
"""Lines within this angle, in radians, are ruled in one direction."""


def without_lines(components: Components, strength: NDArray[np.uint8]) -> Components:
    """Return the ink without ruled lines, grids, frames and rings.

    Args:
        components: the ink.
        strength: uint8 (h, w); 0 is paper, 255 full ink.
    """
    if not _is_writing(components):
        return components
    if _touches_opposite_borders(components):
        components = _without_ruling(components, strength)
    for _ in range(2):
        inside = without_frame(components)
        if inside is None:
            break
        components = inside
    return without_rings(components) or components


def may_be_ruled(components: Components) -> bool:
    """Tell whether `without_lines` would look for a ruling, which takes long.

    Args:
        components: the ink.
    """
    return _is_writing(components) and _touches_opposite_borders(components)


def _is_writing(components: Components) -> bool:
    mask = components.mask
    return bool(min(mask.shape) >= SMALLEST and np.count_nonzero(mask) <= FULLEST * mask.size)


def _touches_opposite_borders(components: Components) -> bool:
    x, y, width, height = components.window
    rows, columns = components.mask.shape
    edge = max(2, min(rows, columns) // 60)
    across = x < edge and x + width > columns - edge
    down = y < edge and y + height > rows - edge
    return bool(across or down)


def _without_ruling(components: Components, strength: NDArray[np.uint8]) -> Components:
    binary = components.mask.view(np.uint8)
    lines = _spanning(binary)
    if not lines:
        return components
    lines = _with_kin(binary, lines)
    covered = np.zeros(binary.shape, np.uint8)
    for line in lines:
        covered += line.paint(binary.shape)
    writing = _writing(strength, components.mask & (covered == 0))
    result = binary.copy()
    for line in lines:
        line.erase(result, strength, writing, covered > 1)
    result = _mend(result, binary, max(line.thickness for line in lines))
    left = _without_leftovers(Components(result > 0), covered > 0)
    # What was a line alone may be the digit: a 1, or the bar of a cropped 7.
    sides = left.stats[:, 2:4]
    kept = int(sides.max()) if len(sides) else 0
    return left if kept >= 0.12 * min(binary.shape) else components


def _spanning(binary: NDArray[np.uint8]) -> list[Line]:
    """Find the lines from border to border (Hough transform)."""
    side = max(3, int(1.2 * THICKEST * min(binary.shape)) + 1)
    thin = binary - cv2.morphologyEx(binary, cv2.MORPH_OPEN, np.ones((side, side), np.uint8))
    scale = min(1.0, HOUGH_SIDE / max(binary.shape))
    if scale < 1:
        thin = cv2.resize(
            thin * np.uint8(255), None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA
        )
        thin = (thin > 60).view(np.uint8)
    found = cv2.HoughLines(thin, 1, np.pi / 240, int(0.5 * min(thin.shape)))
    lines: list[Line] = []
    if found is not None:
        for rho, theta in _distinct(found[:, 0, :2].astype(np.float64))[:MOST_LINES]:
            _add(lines, trace(binary, rho / scale, theta, 0.5 * min(binary.shape)))
    return _in_order(lines)


def _in_order(lines: list[Line]) -> list[Line]:
    """Leave out lines that lie askew to a ruling: a stroke that the ruling prolongs."""
    ruled = [line.theta for line in lines if len(_family(line, lines)) >= RULING]
    if not ruled:
        return lines
    return [line for line in lines if any(_askew(line.theta, t) < SAME_DIRECTION for t in ruled)]


def _family(line: Line, lines: list[Line]) -> list[Line]:
    return [other for other in lines if _turn(line.theta, other.theta) < SAME_DIRECTION]


def _askew(one: float, other: float) -> float:
    """Return by how much two directions are neither the same nor square to each other."""
    turn = _turn(one, other)
    return min(turn, np.pi / 2 - turn)


def _add(lines: list[Line], line: Line | None) -> None:
    if line is not None and not any(line.same(other) for other in lines):
        lines.append(line)


def _distinct(lines: NDArray[np.float64]) -> list[tuple[float, float]]:
    """Keep the strongest of lines that nearly coincide; Hough gives them by votes."""
    kept: list[tuple[float, float]] = []
    for rho, theta in lines[:300].tolist():
        for other, direction in kept:
            turn, gap = abs(theta - direction), abs(rho - other)
            if turn > np.pi / 2:
                turn, gap = np.pi - turn, abs(rho + other)
            if turn < 0.12 and gap < 8:
                break
        else:
            kept.append((rho, theta))
    return kept


def _with_kin(binary: NDArray[np.uint8], lines: list[Line]) -> list[Line]:
    """Add the shorter lines of the same ruling, near the corners of slanted paper."""
    every, rest = list(lines), lines
    ys, xs = np.nonzero(binary)
    while rest:
        family = _family(rest[0], rest)
        rest = [line for line in rest if line not in family]
        if len(family) < 2:
            continue
        theta = max(family, key=lambda line: line.length).theta
        thickness = float(np.median([line.thickness for line in family]))
        for rho in _peaks(xs * np.cos(theta) + ys * np.sin(theta), thickness):
            if any(line.spans(rho, theta) for line in family):
                continue
            line = trace(binary, rho, theta, 0.1 * min(binary.shape))
            if line is not None and line.thickness <= 1.6 * thickness + 1:
                _add(every, line)
    return every


def _turn(one: float, other: float) -> float:
    turn = abs(one - other)
    return min(turn, np.pi - turn)


def _peaks(rhos: NDArray[np.float64], thickness: float) -> NDArray[np.float64]:
    """Return the offsets at which most ink lies, the fullest first."""
    low = float(rhos.min())
    counts = np.bincount(np.rint(rhos - low).astype(np.int64))
    smooth = np.convolve(counts, np.ones(max(1, round(thickness))), "same")
    top = (smooth[1:-1] >= smooth[:-2]) & (smooth[1:-1] > smooth[2:])
    at = 1 + np.flatnonzero(top)
    return low + at[np.argsort(-smooth[at])][:MOST_LINES].astype(np.float64)


def _writing(strength: NDArray[np.uint8], ink: NDArray[np.bool_]) -> float:
    """Return how strong the writing is that lies beside the lines."""
    values = strength[ink]
    return float(np.percentile(values, 70)) if len(values) else 0.0


def _mend(
    result: NDArray[np.uint8], binary: NDArray[np.uint8], thickness: float
) -> NDArray[np.uint8]:
    """Close the small cuts that erasing left in strokes, within what was ink before."""
    side = max(5, int(thickness) + 3)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    opened = cv2.morphologyEx(result, cv2.MORPH_OPEN, np.ones((2, 2), np.uint8))
    closed = cv2.morphologyEx(opened, cv2.MORPH_CLOSE, kernel)
    return np.asarray(cv2.bitwise_and(closed, binary), np.uint8)


def _without_leftovers(components: Components, ruled: NDArray[np.bool_]) -> Components:
    """Drop small pieces that lie on the lines alone: what crossings leave behind."""
    stats = components.stats
    if len(stats) < 2:
        return components
    x, y, width, height = components.window
    labels = components.labels[ruled[y : y + height, x : x + width]]
    on_lines = np.bincount(labels, minlength=len(stats) + 1)[1:]
    area = stats[:, cv2.CC_STAT_AREA]
    kept = (on_lines < 0.85 * area) | (area == area.max())
    return components if kept.all() else Components(components.only(np.flatnonzero(kept)))

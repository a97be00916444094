"""One straight line of the mask: found roughly, laid exactly on the ink, measured, erased."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ["THICKEST", "Line", "measured", "trace"]

THICKEST = 0.05
"""A line is no thicker than this share of the shorter side."""

THIN = 1.5
"""Ink across a line of up to this many times its thickness, and a pixel, is the line's own."""

COVERED = 0.85
"""Share of a line's length that must be ink, at least."""

DARKER = 40
"""Writing this much stronger than a line, of 255, is told from it by strength."""

End = tuple[float, float]


@dataclass(frozen=True, eq=False)
class Line:
    """A line with the ink around it: a step along it is a pixel, and so is one across.

    Attributes:
        ends: (x, y) where it enters and leaves the picture.
        theta: direction of its normal, in radians, from 0 to pi.
        xs: int (steps, offsets), the pixels across it.
        ys: the same.
        ink: bool (steps, offsets), whether they are ink.
        middle: float (steps,), offset of the middle of the ink nearest to the axis.
        run: int (steps,), how much ink in a row that is, across; 0 for none.
        thickness: of the line, in pixels.
    """

    ends: tuple[End, End]
    theta: float
    xs: NDArray[np.intp]
    ys: NDArray[np.intp]
    ink: NDArray[np.bool_]
    middle: NDArray[np.float64]
    run: NDArray[np.intp]
    thickness: float

    @property
    def length(self) -> float:
        """Length in pixels."""
        return _direction(self.ends)[0]

    def same(self, other: Line) -> bool:
        """Tell whether this is the other line, found again."""
        (x0, y0), (x1, y1) = other.ends
        cos, sin = np.cos(self.theta), np.sin(self.theta)
        rho = self.ends[0][0] * cos + self.ends[0][1] * sin
        near = max(2.0, (self.thickness + other.thickness) / 2)
        away = abs(x0 * cos + y0 * sin - rho), abs(x1 * cos + y1 * sin - rho)
        return bool(min(away) < near and max(away) < 3 * near)

    def spans(self, rho: float, theta: float) -> bool:
        """Tell whether a line as Hough gives it lies on this one at its middle."""
        cos, sin = np.cos(theta), np.sin(theta)
        low, high = sorted(x * cos + y * sin for x, y in self.ends)
        return bool(low - self.thickness / 2 - 1 <= rho <= high + self.thickness / 2 + 1)

    def paint(self, shape: tuple[int, ...]) -> NDArray[np.uint8]:
        """Return uint8 (h, w): 1 where the line lies, half a pixel more on either side."""
        picture = np.zeros(shape, np.uint8)
        (x0, y0), (x1, y1) = self.ends
        ends = (round(x0), round(y0)), (round(x1), round(y1))
        return np.asarray(cv2.line(picture, *ends, 1, round(self.thickness) + 1), np.uint8)

    def erase(
        self,
        result: NDArray[np.uint8],
        strength: NDArray[np.uint8],
        writing: float,
        crossed: NDArray[np.bool_],
    ) -> None:
        """Erase the line from a mask, but not the strokes that cross it.

        Args:
            result: uint8 (h, w), changed in place.
            strength: uint8 (h, w); 0 is paper, 255 full ink.
            writing: how strong the writing is, 0 to 255.
            crossed: bool (h, w), where lines cross: there, thick ink is no stroke.
        """
        offsets = _offsets(self.ink)
        axis = len(offsets) // 2
        values = strength[self.ys, self.xs]
        thin = (self.run > 0) & (self.run <= THIN * self.thickness + 1)
        peak = np.where(self.ink, values, 0).max(axis=1)[thin]
        tone = float(np.median(peak)) if len(peak) else 255.0
        if tone + DARKER < writing:
            near = np.abs(offsets) <= self.thickness / 2 + 2
            gone = self.ink & near & (values < (tone + writing) / 2)
        else:
            at_crossing = crossed[self.ys[:, axis], self.xs[:, axis]]
            own = np.abs(offsets[None, :] - self.middle[:, None]) <= self.run[:, None] / 2 + 1
            near = np.abs(offsets) <= self.thickness / 2 + 1
            gone = self.ink & ((own & thin[:, None]) | (near & at_crossing[:, None]))
        result[self.ys[gone], self.xs[gone]] = 0


def trace(
    binary: NDArray[np.uint8],
    rho: float,
    theta: float,
    least: float,
    thickest: float | None = None,
    share: float = COVERED,
) -> Line | None:
    """Measure a line; nothing if it is too short, too thick, or has gaps.

    Args:
        binary: uint8 (h, w), not 0 where there is ink.
        rho: distance of the line from the corner, in pixels, about (as Hough counts it).
        theta: direction of its normal, in radians, about.
        least: length that it must have, in pixels.
        thickest: how thick it may be, in pixels; the share `THICKEST` if not given.
        share: of its length that must be ink.
    """
    most = THICKEST * min(binary.shape) if thickest is None else thickest
    ends = _chord(rho, theta, binary.shape[1], binary.shape[0])
    if ends is None or _direction(ends)[0] < least:
        return None
    return measured(binary, ends, most, share)


def measured(
    binary: NDArray[np.uint8], ends: tuple[End, End], most: float, share: float
) -> Line | None:
    """Measure a line from one place to another; nothing if it is too thick, or has gaps.

    Args:
        binary: uint8 (h, w), not 0 where there is ink.
        ends: (x, y) of both places, about.
        most: how thick it may be, in pixels.
        share: of its length that must be ink.
    """
    near = max(2, round(0.5 * most))
    _, _, ink = _across(binary, ends, near, every=2)
    covered = np.asarray(ink.any(axis=1))
    if float(covered.mean()) < share or not (covered[:4].any() and covered[-4:].any()):
        return None
    _, _, ink = _across(binary, ends, max(4, 3 * near))
    middle, run = _runs(ink, near)
    covered = run > 0
    if not covered.any():
        return None
    # Low, because what crosses the line is thicker: other lines, strokes.
    thickness = float(np.percentile(run[covered], 30))
    if thickness > most:
        return None
    thin = covered & (run <= THIN * thickness + 1)
    ends = _laid(ends, np.flatnonzero(thin), middle[thin], len(run))
    xs, ys, ink = _across(binary, ends, int(np.ceil(2 * thickness)) + 3)
    middle, run = _runs(ink, 1)
    if (run > 0).mean() < share:
        return None
    normal = np.arctan2(ends[1][0] - ends[0][0], ends[0][1] - ends[1][1]) % np.pi
    return Line(ends, float(normal), xs, ys, ink, middle, run, thickness)


def _direction(ends: tuple[End, End]) -> tuple[float, float, float]:
    """Return the length of a line, and x and y of its unit normal."""
    (x0, y0), (x1, y1) = ends
    along = max(float(np.hypot(x1 - x0, y1 - y0)), 1e-6)
    return along, (y1 - y0) / along, (x0 - x1) / along


def _laid(
    ends: tuple[End, End], steps: NDArray[np.intp], middle: NDArray[np.float64], length: int
) -> tuple[End, End]:
    """Lay the line through the middles of its ink (least squares, outliers dropped once)."""
    slope, start = _least_squares(steps, middle)
    off = np.abs(middle - start - slope * steps)
    kept = off <= max(1.0, 2 * float(np.median(off)))
    if np.count_nonzero(kept) > 10:
        slope, start = _least_squares(steps[kept], middle[kept])
    (x0, y0), (x1, y1) = ends
    _, normal_x, normal_y = _direction(ends)
    stop = start + slope * (length - 1)
    return (
        (float(x0 + normal_x * start), float(y0 + normal_y * start)),
        (float(x1 + normal_x * stop), float(y1 + normal_y * stop)),
    )


def _least_squares(x: NDArray[np.intp], y: NDArray[np.float64]) -> tuple[float, float]:
    """Return slope and start of the straight line through points."""
    away = x - x.mean()
    slope = float(away @ y / max(float(away @ away), 1.0))
    return slope, float(y.mean() - slope * x.mean())


def _across(
    binary: NDArray[np.uint8], ends: tuple[End, End], half: int, every: int = 1
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.bool_]]:
    """Return the pixels (steps, 2 half + 1) along a line and beside it, and which are ink."""
    height, width = binary.shape
    (x0, y0), (x1, y1) = ends
    along, normal_x, normal_y = _direction(ends)
    steps = np.linspace(0.0, 1.0, int(along) // every + 1)[:, None]
    offsets = np.arange(-half, half + 1)
    # Not rint: it would take every other pixel twice where the line lies between two.
    xs = np.floor(x0 + (x1 - x0) * steps + normal_x * offsets + 0.5).astype(np.intp)
    ys = np.floor(y0 + (y1 - y0) * steps + normal_y * offsets + 0.5).astype(np.intp)
    inside = (xs >= 0) & (xs < width) & (ys >= 0) & (ys < height)
    np.clip(xs, 0, width - 1, out=xs)
    np.clip(ys, 0, height - 1, out=ys)
    return xs, ys, (binary[ys, xs] > 0) & inside


def _offsets(ink: NDArray[np.bool_]) -> NDArray[np.intp]:
    half = ink.shape[1] // 2
    return np.arange(-half, half + 1)


def _runs(ink: NDArray[np.bool_], near: int) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """For each step, the middle and length of the ink nearest the axis, if near enough."""
    half = ink.shape[1] // 2
    window = ink[:, half - near : half + near + 1]
    order = np.argsort(np.abs(np.arange(-near, near + 1)), kind="stable")
    has = window.any(axis=1)
    start = order[np.argmax(window[:, order], axis=1)] + half - near
    columns = np.arange(ink.shape[1])
    # The nearest paper on either side of the start.
    paper = ~ink
    below = np.where(paper & (columns < start[:, None]), columns, -1).max(axis=1)
    above = np.where(paper & (columns > start[:, None]), columns, ink.shape[1]).min(axis=1)
    return (below + above) / 2 - half, np.where(has, above - below - 1, 0)


def _chord(rho: float, theta: float, width: int, height: int) -> tuple[End, End] | None:
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

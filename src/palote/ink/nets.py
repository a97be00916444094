"""Nets of straight lines, level and upright, that cross: a table's, however faint it is printed.

Looked for in what is stronger than paper, since lines are often fainter than any ink beside them.
Long runs of it hang together as a net, and in the window of that each line is laid exactly.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from palote.ink.components import Components
from palote.ink.printed import along, turned
from palote.ink.row import median
from palote.ink.ruler import End, Line, measured

__all__ = ["TOP", "Net", "faint", "may_have_nets", "nets"]

WEAK = 24
"""What is stronger than this, of 255, may be a line, however faint it is beside the ink."""

SMALLEST, LOWEST = 48, 40
"""Sides of a net, in pixels, at least; and how far its outermost level lines are apart."""

LARGEST = 3
"""So many nets are looked at: the largest."""

LEVEL, UPRIGHT = 2, 3
"""Lines of a net, at least."""

RUN, SHORT, COARSE = 32, 12, 4
"""Lines have runs of so many pixels; in the window of a net, of so many. At a glance, so many are
one."""

PART, TALL, SPREAD = 0.5, 0.8, 0.3
"""Level lines, or parts of them, are at least so long, as a share of the ink's width; upright ones,
as a share of how far the former are apart; and a net has so much of the area over which the ink is
spread, at least."""

LONG, SEEN, SOLID = 0.6, 0.8, 0.8
"""A line has so much of a net's width, or height, at least; so much of that is ink in two
neighbouring rows, or columns, at a first look; and so much of the line consists of runs."""

COVERED, BREAK = 0.9, 0.03
"""Share of a line's length that is ink, at least; and share of the net's side that a gap may be,
or three pixels."""

THICKEST = 0.07
"""A line is no thicker than this share of the shorter side,"""
LIMITS = 8.0, 28.0
"""or the former, and no thicker than the latter, in pixels."""

MOST, IN_VAIN = 60, 4
"""No more lines than this are looked for, either way; none after so many places without one."""

THERE, EDGE = 0.4, 0.15
"""Share of the way between two lines that is ink where there is a line between two cells; but for
such a share at either end."""

TOP = 2
"""Number of a side, see `palote.ink.printed.turned`."""


@dataclass(frozen=True, eq=False)
class Net:
    """Lines that cross.

    Attributes:
        window: (x, y, width, height), in pixels.
        level: from top to bottom, each in the view of the top of the window.
        upright: from left to right.
    """

    window: tuple[int, int, int, int]
    level: tuple[Line, ...]
    upright: tuple[Line, ...]

    @property
    def step(self) -> tuple[float, float]:
        """The usual distance of upright lines, and of level ones, in pixels."""
        across, down = (np.diff([_middle(line) for line in own]) for own in self._both)
        return median(across), median(down)

    @property
    def margin(self) -> float:
        """How far lines reach beyond the outermost that they cross, at most, in pixels."""
        _, _, width, height = self.window
        room = [
            max(_middle(own[0]) - _lean(own[0]), size - _middle(own[-1]) - _lean(own[-1]))
            for own, size in zip(self._both, (width, height), strict=True)
        ]
        return max(room)

    @property
    def _both(self) -> tuple[tuple[Line, ...], tuple[Line, ...]]:
        return self.upright, self.level

    def at(
        self, xs: NDArray[np.intp], ys: NDArray[np.intp]
    ) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Return how many level lines lie above pixels of the picture, and upright ones left."""
        x, y = xs - self.window[0], ys - self.window[1]
        above, left = np.zeros(len(x), np.intp), np.zeros(len(x), np.intp)
        for line in self.level:
            above += y > _place(line, x)
        for line in self.upright:
            left += x > _place(line, y)
        return above, left

    def joined(self) -> list[tuple[int, int]]:
        """Return pairs of cells between which there is no line, though it goes on elsewhere.

        A cell is counted from the upper left, beginning with those outside of all lines.
        """
        across = len(self.upright) + 1
        pairs = []
        for column, line in enumerate(self.upright):
            for row in _bare(line, self.level):
                pairs.append((row * across + column, row * across + column + 1))
        for row, line in enumerate(self.level):
            for column in _bare(line, self.upright):
                pairs.append((row * across + column, (row + 1) * across + column))
        return pairs


def faint(strength: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return uint8 (h, w): 1 where there is ink, even if it is hardly any.

    Args:
        strength: uint8 (h, w); 0 is paper, 255 full ink.
    """
    return np.asarray(cv2.threshold(strength, WEAK, 1, cv2.THRESH_BINARY)[1], np.uint8)


def may_have_nets(strength: NDArray[np.uint8], spread: int) -> bool:
    """Tell at a glance whether there may be nets of lines.

    Args:
        strength: uint8 (h, w); 0 is paper, 255 full ink.
        spread: width of the window with all that is surely ink, in pixels.
    """
    high, wide = strength.shape
    # Along a line, nothing is lost if several pixels become one.
    level = _long(_shrunk(strength, wide // COARSE, high), PART * spread)
    between = int(np.ptp(level[:, 1])) if len(level) >= LEVEL else 0
    if between < LOWEST:
        return False
    upright = _long(_shrunk(strength, wide, high // COARSE).T, TALL * between)
    return len(upright) >= UPRIGHT


def _shrunk(strength: NDArray[np.uint8], wide: int, high: int) -> NDArray[np.uint8]:
    size = max(1, wide), max(1, high)
    return np.asarray(cv2.resize(strength, size, interpolation=cv2.INTER_AREA), np.uint8)


def _long(shrunk: NDArray[np.uint8], length: float) -> NDArray[np.int32]:
    """Return the boxes, int32 (n, 5), of long level runs.

    Args:
        shrunk: uint8 (h, w), strength, `COARSE` times less wide than it was.
        length: that they have at least, in pixels of what it was.
    """
    stats = Components(_middles(faint(np.ascontiguousarray(shrunk)), RUN // COARSE) > 0).stats
    return stats[COARSE * stats[:, 2] + RUN >= length]


def nets(weak: NDArray[np.uint8], spread: tuple[int, int]) -> Iterator[Net]:
    """Find nets of lines, the largest first.

    Args:
        weak: uint8 (h, w), see `faint`.
        spread: width and height of the window with all that is surely ink, in pixels.
    """
    wide, high = spread
    level, upright = _runs(weak, RUN), _runs(weak.T, RUN)
    stats = Components((level | upright.T) > 0).stats
    sizes = stats[:, 2].astype(np.int64) * stats[:, 3]
    for piece in np.argsort(-sizes)[:LARGEST]:
        x, y, width, height = (int(v) for v in stats[piece, :4])
        if min(width, height) < SMALLEST or sizes[piece] < SPREAD * wide * high:
            return
        ink = np.ascontiguousarray(weak[y : y + height, x : x + width])
        rows = _lines(turned(ink, TOP))
        columns = _lines(ink) if len(rows) >= LEVEL else []
        if len(columns) >= UPRIGHT:
            yield Net((x, y, width, height), tuple(rows), tuple(columns))


def _middles(ink: NDArray[np.uint8], run: int) -> NDArray[np.uint8]:
    """Return the middles, uint8 (h, w), of level runs of ink that are so long, in pixels.

    They may lean a little.
    """
    thick = cv2.dilate(np.ascontiguousarray(ink), np.ones((3, 1), np.uint8))
    return np.asarray(cv2.erode(thick, np.ones((1, run), np.uint8)), np.uint8)


def _runs(ink: NDArray[np.uint8], run: int) -> NDArray[np.uint8]:
    """Return these runs, whole, uint8 (h, w)."""
    return np.asarray(cv2.dilate(_middles(ink, run), np.ones((1, run), np.uint8)), np.uint8)


def _lines(ink: NDArray[np.uint8]) -> list[Line]:
    """Find the upright lines of a window, uint8 (h, w), from left to right."""
    height = len(ink)
    runs, straight = _runs(ink.T, SHORT).T, np.ascontiguousarray(ink)
    best, slopes, margin = along(runs)
    thickest = float(np.clip(THICKEST * min(ink.shape), *LIMITS))
    lines: list[Line] = []
    vain = 0
    while len(lines) < MOST and vain < IN_VAIN and best.max() >= SEEN * height:
        at = int(np.argmax(best))
        ends = _ends(runs, at - margin + 0.5, float(slopes[at]))
        line = None if ends is None else measured(straight, ends, thickest, COVERED)
        around = 2
        if line is None or any(line.same(other) for other in lines):
            vain += 1
        else:
            vain, around = 0, 2 + round(line.thickness)
            lines.append(line)
        best[max(0, at - around) : at + around + 1] = 0
    return sorted(lines, key=_middle)


def _ends(runs: NDArray[np.uint8], place: float, slope: float) -> tuple[End, End] | None:
    """Return (x, y) of both ends of an upright line; nothing if it is too short.

    Args:
        runs: uint8 (h, w), upright runs of ink.
        place: how far from the left the line is at half height, in pixels.
        slope: to the right per pixel downwards.
    """
    height, width = runs.shape
    rows = np.arange(height)
    xs = place + slope * (rows - height / 2)
    beside = np.rint(xs)[:, None].astype(np.intp) + np.arange(-2, 3)
    inside = (beside >= 0) & (beside < width)
    covered = np.flatnonzero((runs[rows[:, None], np.clip(beside, 0, width - 1)] * inside).any(1))
    if not len(covered):
        return None
    breaks = np.flatnonzero(np.diff(covered) > max(3, BREAK * height))
    starts = covered[np.concatenate([[0], breaks + 1])]
    stops = covered[np.concatenate([breaks, [len(covered) - 1]])]
    longest = int(np.argmax(stops - starts))
    first, last = int(starts[longest]), int(stops[longest])
    size = last - first + 1
    if size <= LONG * height or np.ptp(np.searchsorted(covered, [first, last + 1])) < SOLID * size:
        return None
    return (float(xs[first]), float(first)), (float(xs[last]), float(last))


def _middle(line: Line) -> float:
    """Return how far from its side a line is, in pixels."""
    return (line.ends[0][0] + line.ends[1][0]) / 2


def _lean(line: Line) -> float:
    """Return how much farther from that an end of it is."""
    return abs(line.ends[1][0] - line.ends[0][0]) / 2


def _bare(line: Line, crossing: tuple[Line, ...]) -> Iterator[int]:
    """Yield between which of the lines that it crosses, or beyond the outermost, a line is not.

    Args:
        line: it.
        crossing: those that it crosses, in order; k stands for what lies before number k.
    """
    middle = np.array([round(_middle(line))], np.intp)
    bounds = [float(_place(other, middle)[0]) for other in crossing]
    start, end = line.ends[0][1], line.ends[1][1]
    steps = len(line.run) / max(end - start, 1.0)
    ways = pairwise([min(start, 0.0), *bounds, max(end, bounds[-1])])
    for number, (first, last) in enumerate(ways):
        # What crosses it covers both ends in any case.
        edge = EDGE * (last - first)
        low, high = ((place - start) * steps for place in (first + edge, last - edge))
        inside = np.count_nonzero(line.run[max(0, round(low)) : max(0, round(high))])
        if inside < THERE * max(high - low, 1.0):
            yield number


def _place(line: Line, steps: NDArray[np.intp]) -> NDArray[np.float64]:
    """Return how far from its side a line is, float64 (n,), at steps along it."""
    (x0, y0), (x1, y1) = line.ends
    return np.asarray(x0 + (x1 - x0) / (y1 - y0) * (steps - y0), np.float64)

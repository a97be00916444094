"""The straight lines of a printed box: found from outside, and erased as a ruling is.

Everything works on the window of what is printed. A side is looked at in a view in which it is on
the left (`turned`), and its line is described in that view.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from palote.ink.ruler import COVERED as SOLID
from palote.ink.ruler import Line, trace

__all__ = [
    "Lines",
    "along",
    "around",
    "covered_sides",
    "erased",
    "outermost",
    "traced",
    "turned",
    "uprights",
    "wiped",
]

Lines: TypeAlias = Sequence[tuple[int, Line]]
"""Lines, each with the side (left, right, top, bottom) in the view of which it is described."""

STEEPEST = 0.07
STEEP = sorted(np.linspace(-STEEPEST, STEEPEST, 15).tolist(), key=abs)
"""How far lines may lean, as a slope: the least first, for it is taken where others fit as well."""

OUTER = 0.38
"""A line lies within this share of the width from its side."""

COVERED = 0.7
"""Share of the height that is ink along a line, at a first look."""

ALONG = 0.85
"""So much of a side has ink near it where there may be a line."""

GAP = 0.03
"""Writing nearer to a line than this share of the shorter side may hang together with it."""

REACHING = 0.9
"""Of an upright between two lines, this share is ink at a first look."""

SPACED = 0.85
"""One of the distances of an upright to its neighbours is at least this share of the usual width of
a box."""

DOUBLE = 1.5
"""Uprights may be so much thicker than lines: those of two boxes side by side may have grown
together."""

SINGLE = 1.2
"""A window narrower than so many times its height holds one box."""

MOST = 80
"""No more uprights than this are looked for."""

THICKEST = 0.12
"""A line is no thicker than this share of the shorter side,"""
LIMITS = 3.5, 24.0
"""nor thinner than to be seen, in pixels, or thicker than to be printed."""

CRUMB = 0.6
"""So much of a small piece on the lines belongs to them."""


def covered_sides(ink: NDArray[np.generic]) -> int:
    """Tell along how many sides of a window, (h, w), there is ink nearly everywhere."""
    height, width = ink.shape
    high, wide = max(3, height // 7), max(3, width // 7)
    shares = (
        np.count_nonzero(ink[:high].any(axis=0)) / width,
        np.count_nonzero(ink[-high:].any(axis=0)) / width,
        np.count_nonzero(ink[:, :wide].any(axis=1)) / height,
        np.count_nonzero(ink[:, -wide:].any(axis=1)) / height,
    )
    return sum(share > ALONG for share in shares)


def turned(picture: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    """Return a view in which a side (left, right, top, bottom) is on the left."""
    view = picture.T if side >= 2 else picture
    return view[:, ::-1] if side % 2 else view


def outermost(
    ink: NDArray[np.uint8], covered: float = COVERED, thicker: float = 1.0
) -> Line | None:
    """Find the line that is outermost on the left; nothing if there is none.

    Args:
        ink: uint8 (h, w), the window.
        covered: share of the height that is ink along it, at least, at a first look.
        thicker: how much thicker than usual it may be.
    """
    height, width = ink.shape
    best, slopes, margin = along(ink[:, : int(np.ceil(OUTER * width))])
    found = np.flatnonzero(best >= covered * height)
    if len(found) == 0:
        return None
    first = int(found[0])
    # Along a slope that is not the line's own it is seen earlier, and less of it.
    near = best[first : first + round(_thickest(ink)) + 4]
    at = first + int(np.median(np.flatnonzero(near == near.max())))
    share = min(covered + 0.15, SOLID)
    return traced(ink, at - margin + 0.5, float(slopes[at]), share, thicker)


def uprights(ink: NDArray[np.uint8]) -> list[Line]:
    """Find all upright lines that reach from the top to the bottom.

    Args:
        ink: uint8 (h, w), the window.
    """
    height = len(ink)
    best, slopes, margin = along(ink)
    lines: list[Line] = []
    while len(lines) < MOST and best.max() >= REACHING * height:
        at = int(np.argmax(best))
        line = traced(ink, at - margin + 0.5, float(slopes[at]), SOLID, DOUBLE)
        if line is not None and not any(line.same(other) for other in lines):
            lines.append(line)
        best[max(0, at - 2) : at + 3] = 0
    return _spaced(lines, ink.shape[1] < SINGLE * height)


def _spaced(lines: list[Line], single: bool) -> list[Line]:
    """Leave out what stands within a box: a digit's stem.

    Args:
        lines: uprights.
        single: whether there is one box.
    """
    lines = sorted(lines, key=lambda line: line.ends[0][0] + line.ends[1][0])
    if len(lines) < 3:
        return lines
    if single:
        return [lines[0], lines[-1]]
    gaps = np.diff([(line.ends[0][0] + line.ends[1][0]) / 2 for line in lines])
    near = gaps < SPACED * np.percentile(gaps, 75)
    within = np.concatenate([[False], near[:-1] & near[1:], [False]])
    return [line for line, out in zip(lines, within, strict=True) if not out]


def along(ink: NDArray[np.uint8]) -> tuple[NDArray[np.float64], NDArray[np.float64], int]:
    """Measure how much ink lies along nearly upright lines.

    Returns:
        For each place at half height, from ``margin`` pixels left of the window on, the most ink
        in two neighbouring columns, and the slope of the columns; and ``margin``.
    """
    height, width = ink.shape
    ys, xs = np.nonzero(ink)
    margin = int(np.ceil(STEEPEST * height / 2)) + 1
    best = np.zeros(width + 2 * margin + 1)
    slopes = np.zeros(len(best))
    for slope in STEEP:
        places = np.rint(xs - slope * (ys - height / 2)).astype(np.intp) + margin
        counts = np.bincount(places, minlength=len(best)).astype(np.float64)[: len(best)]
        counts[:-1] += counts[1:]
        better = counts > best
        best[better], slopes[better] = counts[better], slope
    return best, slopes, margin


def traced(
    ink: NDArray[np.uint8], place: float, slope: float, covered: float, thicker: float = 1.0
) -> Line | None:
    """Measure a nearly upright line; nothing if it is too thick, or has gaps.

    Args:
        ink: uint8 (h, w), the window.
        place: how far from the left it is at half height, in pixels.
        slope: to the right per pixel downwards.
        covered: share of its length that is ink, at least.
        thicker: how much thicker than usual it may be.
    """
    theta = float(np.arctan2(-slope, 1.0))
    rho, least = (place - slope * len(ink) / 2) * np.cos(theta), 0.5 * len(ink)
    thickest = thicker * _thickest(ink)
    return trace(np.ascontiguousarray(ink), rho, theta, least, thickest, covered)


def _thickest(ink: NDArray[np.uint8]) -> float:
    return float(np.clip(THICKEST * min(ink.shape), *LIMITS))


def around(
    shape: tuple[int, ...], side: int, line: Line, gap: int | None = None
) -> NDArray[np.uint8]:
    """Return uint8 (h, w): 1 on a line and near it.

    Args:
        shape: (h, w) of the window.
        side: in the view of which the line is described.
        line: it.
        gap: how near, in pixels; the share `GAP` of the window if not given.
    """
    gap = max(1, round(GAP * min(shape))) if gap is None else gap
    picture = np.zeros(shape, np.uint8)
    view = turned(picture, side)
    painted = line.paint(view.shape)
    view[...] = cv2.dilate(painted, np.ones((2 * gap + 1, 2 * gap + 1), np.uint8))
    return picture


def erased(
    before: NDArray[np.uint8],
    tones: NDArray[np.uint8],
    lines: Lines,
    sides: Lines | None = None,
    gap: int | None = None,
) -> NDArray[np.uint8]:
    """Return the ink without lines, but with the strokes that cross them.

    Args:
        before: uint8 (h, w), the window.
        tones: uint8 (h, w); 0 is paper, 255 full ink.
        lines: they, each with the side in the view of which it is described.
        sides: those beyond which nothing belongs to the writing; all if not given.
        gap: small pieces as near to a line belong to it, see `around`.
    """
    covered = np.zeros(before.shape, np.uint8)
    for side, line in lines:
        view = turned(covered, side)
        view += line.paint(view.shape)
    beside = tones[(before > 0) & (covered == 0)]
    writing = float(np.percentile(beside, 70)) if len(beside) else 0.0
    after = before.copy()
    for side, line in lines:
        line.erase(turned(after, side), turned(tones, side), writing, turned(covered, side) > 1)
    near = np.max([around(before.shape, *one, gap) for one in lines], axis=0)
    return _without_crumbs(_within(after, lines if sides is None else sides), near)


def wiped(
    strength: NDArray[np.uint8], before: NDArray[np.uint8], left: NDArray[np.uint8]
) -> NDArray[np.uint8]:
    """Return the strength of a picture without ink that was erased.

    Args:
        strength: uint8 (h, w); 0 is paper, 255 full ink.
        before: uint8 (h, w), 1 where there was ink.
        left: uint8 (h, w), 1 where it is left.
    """
    gone = cv2.dilate(cv2.subtract(before, left), np.ones((3, 3), np.uint8))
    strength = strength.copy()
    strength[(gone > 0) & (left == 0)] = 0
    return strength


def _without_crumbs(ink: NDArray[np.uint8], near: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Leave out small pieces that lie on the lines: what noise leaves there."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    if count < 3:
        return ink
    area = stats[:, cv2.CC_STAT_AREA]
    on_lines = np.bincount(labels[near > 0], minlength=count)
    kept = (on_lines < CRUMB * area) | (area >= area[1:].max())
    kept[0] = False
    return np.asarray(kept[labels], np.uint8)


def _within(ink: NDArray[np.uint8], lines: Lines) -> NDArray[np.uint8]:
    """Leave out what lies beyond the lines: neighbours' sides, and what a comb has there."""
    result = ink.copy()
    for side, line in lines:
        view = turned(result, side)
        edge = max(0, int(min(x for x, _ in line.ends)))
        # What a stroke leaves there hangs together with what is within.
        if np.count_nonzero(view[:, :edge]):
            _, labels = cv2.connectedComponents(np.ascontiguousarray(view), connectivity=8)
            inner = np.unique(labels[:, edge:])
            view[~np.isin(labels, inner)] = 0
    return result

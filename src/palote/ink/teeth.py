"""The teeth of an open comb: short uprights on a printed line, between which a form's digits stand.

They are as high as one another and lower than digits, as thin as the line, begin on it, and stand
at even distances from its one end to the other. No writing does all of that.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from palote.ink.components import Components

__all__ = ["without_teeth"]

LOWEST, HIGHEST = 0.12, 0.75
"""Height of a tooth above the line, in heights of a digit."""

ALIKE = 0.2
"""Teeth differ from what is usual among them by no more than this share of their height, or two
pixels,"""
EVEN = 0.14
"""and stand where they are expected, but for this share of their distance."""

FEWEST, MISSING = 3, 0.35
"""So many make a comb, of which no more than such a share is not found: digits may touch them."""

NEAREST = 0.45
"""They stand at least so far apart, in heights of a digit."""

WIDER = 2.0
"""A tooth is no wider than so many times the thickness of the line, and a pixel."""


@dataclass(frozen=True)
class _Tooth:
    """A short upright: where it is, from its first to behind its last column, and its top."""

    left: int
    right: int
    top: int
    high: int

    @property
    def middle(self) -> float:
        return (self.left + self.right - 1) / 2


def without_teeth(
    ink: NDArray[np.uint8], line: NDArray[np.uint8], thickness: float, height: float
) -> NDArray[np.uint8]:
    """Erase the teeth that stand on printed lines.

    Args:
        ink: uint8 (h, w), 1 where there is ink.
        line: uint8 (h, w), 1 where that is a printed, level line.
        thickness: of the line, in pixels.
        height: of a digit, in pixels, about.

    Returns:
        uint8 (h, w), what is left; the same array if there are no teeth.
    """
    left = ink
    widest = WIDER * thickness + 1
    lines = Components(line > 0)
    for number, (x, y, wide) in enumerate(lines.stats[:, :3].tolist()):
        if wide < (FEWEST - 1) * NEAREST * height:
            continue
        own = lines.in_box(number)
        tops = np.where(own.any(axis=0), y + own.argmax(axis=0), -1)
        found = _uprights(ink, x, tops, widest, (LOWEST * height, HIGHEST * height))
        for tooth in _comb(found, (x, x + wide), height):
            if left is ink:
                left = ink.copy()
            _erase(left, tooth, widest)
    return left


def _uprights(
    ink: NDArray[np.uint8],
    x: int,
    tops: NDArray[np.intp],
    widest: float,
    heights: tuple[float, float],
) -> list[_Tooth]:
    """Return the thin uprights on a line.

    Args:
        ink: uint8 (h, w).
        x: where the line begins.
        tops: (wide,), the line's upper edge in each of its columns, -1 where it is broken.
        widest: of an upright, in pixels.
        heights: from, to; in pixels.
    """
    least, most = heights
    # Of the ink above each column of the line, as far as tells what is too high.
    rows = tops - 1 - np.arange(int(most) + 2)[:, None]
    strips = (rows >= 0) & (ink[np.maximum(rows, 0), x + np.arange(len(tops))] > 0)
    above = np.where(strips.all(axis=0), len(rows), strips.argmin(axis=0))
    tall = np.pad(above >= least, 1)
    starts = np.flatnonzero(~tall[:-1] & tall[1:])
    ends = np.flatnonzero(tall[:-1] & ~tall[1:])
    found = []
    for start, end in zip(starts, ends, strict=True):
        high = int(above[start:end].max())
        if end - start <= widest and high <= most:
            column = start + int(above[start:end].argmax())
            found.append(_Tooth(int(x + start), int(x + end), int(tops[column]) - high, high))
    return found


def _comb(found: list[_Tooth], ends: tuple[int, int], height: float) -> list[_Tooth]:
    """Return the uprights that are teeth of one comb; none if it is none."""
    if len(found) < FEWEST:
        return []
    usual = float(np.median([tooth.high for tooth in found]))
    alike = [one for one in found if abs(one.high - usual) <= max(2.0, ALIKE * usual)]
    if len(alike) < FEWEST:
        return []
    middles = np.array([tooth.middle for tooth in alike])
    step = float(np.median(np.diff(middles)))
    if step < NEAREST * height:
        return []
    numbers = np.rint((middles - middles[0]) / step)
    step = float(np.polyfit(numbers, middles, 1)[0])
    even = np.abs(middles - middles[0] - numbers * step) <= EVEN * step
    teeth = [tooth for tooth, fits in zip(alike, even, strict=True) if fits]
    if len(teeth) < max(FEWEST, (1 - MISSING) * (numbers[-1] + 1)) or not even[-1]:
        return []
    whole = middles[0] - ends[0] <= step and ends[1] - middles[-1] <= step
    return teeth if whole else []


def _erase(left: NDArray[np.uint8], tooth: _Tooth, widest: float) -> None:
    """Erase a tooth, but not the strokes that cross it."""
    first, last = max(0, tooth.left - 1), tooth.right + 1
    for row in range(tooth.top, tooth.top + tooth.high):
        run = left[row, first:last]
        before = bool(first > 0 and left[row, first - 1] and run[0])
        after = bool(last < left.shape[1] and left[row, last] and run[-1])
        if run.sum() <= widest + 1 and not before and not after:
            run[:] = 0

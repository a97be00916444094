"""Faint writing beside strong: a pencil's line among a pen's, the digit for which the pen ran dry.

A picture is cut once for all of its ink. What was left out is cut again by itself, and joins the
writing if it looks like it: a few pieces as high as digits, and hardly anything else. Patterns and
grain do not.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from palote.ink.cleaned import Parts
from palote.ink.tones import histogram, otsu, percentile

__all__ = ["with_faint"]

FAINTEST = 10.0
"""Least contrast of faint ink, of 255."""

CLEAR = 5.0
"""It stands out of the paper by so many times the usual grain."""

GRAIN = 3.0
"""What stands out by less than this is grain, even if a ruling counts as grain, too."""

EVERYWHERE = 0.05
"""Grain is on such a share of the paper, at least."""

SHARE = 0.16
"""It has at least this share of the strong ink's strength."""

LOW, HIGH = 0.55, 1.8
"""A piece is as high as a digit between these shares of the strong ones' height."""

WRITTEN = 0.75
"""Of all faint ink, pieces as high as digits are at least this share."""

AROUND = 0.1
"""In the box of a piece, strong ink is less than this share of its own."""

MOST = 3
"""There are no more of them than so many times as many as strong ones, and three."""

LONG = 1.6
"""Ink that goes on level, or upright, for so many heights of a digit is a ruling."""

HALO = 5
"""Side in pixels of what around strong ink is its own soft edge."""

NARROWEST = 0.03
"""Share of its box that a piece fills, at least."""


def with_faint(
    lifted: NDArray[np.uint8],
    strength: NDArray[np.uint8],
    mask: NDArray[np.bool_],
    grain: float | None = None,
) -> Parts:
    """Return strength and mask with the faint writing, as strong as the other.

    Args:
        lifted: uint8 (h, w), how far each pixel rises above its ground.
        strength: uint8 (h, w); 0 is paper, 255 full ink.
        mask: bool (h, w), the ink that was found.
        grain: how far the paper's grain stands out, if that is known.
    """
    own = cv2.dilate(mask.view(np.uint8), np.ones((HALO, HALO), np.uint8))
    rest = cv2.bitwise_and(lifted, lifted, mask=np.uint8(1) - own)
    counts = histogram(rest)
    counts[0] = 0
    if not counts.any() or not mask.any():
        return strength, mask
    threshold, known = otsu(counts), grain is not None
    grain = percentile(counts, 0.5) if grain is None else grain
    counts[: threshold + 1] = 0
    level = percentile(counts, 0.5) if counts.any() else 0.0
    if level < max(FAINTEST, GRAIN * grain):
        return strength, mask
    if level < SHARE * percentile(histogram(lifted, mask), 0.5):
        return strength, mask
    usual = _heights(mask)
    if len(usual) == 0:
        return strength, mask
    high = float(np.median(usual))
    ink = rest > threshold
    lines = _lines(ink, own > 0, high)
    if lines is not None:
        ink &= ~lines
        if not known:
            counts = histogram(rest, ~lines)
            counts[0] = 0
            # Where there is no grain, what else is left is the edges of what was erased.
            grain = percentile(counts, 0.5) if counts.sum() >= EVERYWHERE * rest.size else grain
    if level < CLEAR * grain:
        return strength, mask
    _, labels, stats, _ = cv2.connectedComponentsWithStats(ink.view(np.uint8), connectivity=8)
    heights, areas = stats[:, cv2.CC_STAT_HEIGHT], stats[:, cv2.CC_STAT_AREA]
    boxes = stats[:, cv2.CC_STAT_WIDTH] * heights
    digits = (heights >= LOW * high) & (heights <= HIGH * high) & (areas >= NARROWEST * boxes)
    digits &= stats[:, cv2.CC_STAT_WIDTH] <= HIGH * high
    digits[0] = False
    for piece in np.flatnonzero(digits)[: MOST * (len(usual) + 1)]:
        x, y, wide, tall, area = (int(v) for v in stats[piece])
        at_border = x == 0 or y == 0 or x + wide == ink.shape[1] or y + tall == ink.shape[0]
        around = np.count_nonzero(mask[y : y + tall, x : x + wide]) > AROUND * area
        digits[piece] = not (at_border or around)
    if not digits.any() or digits.sum() > MOST * (len(usual) + 1):
        return strength, mask
    if areas[digits].sum() < WRITTEN * areas[1:].sum():
        return strength, mask
    found = digits[labels]
    if lines is not None:  # a stroke goes on where it crosses a line
        upright = np.ones((2 * HALO + 1, 1), np.uint8)
        closed = cv2.morphologyEx(found.view(np.uint8), cv2.MORPH_CLOSE, upright)
        found |= lines & (closed > 0) & ~mask
    near = cv2.dilate(found.view(np.uint8), np.ones((HALO, HALO), np.uint8)) > 0
    stronger = cv2.convertScaleAbs(lifted, alpha=255 / float(np.percentile(lifted[found], 85)))
    return np.where(near & ~mask, stronger, strength).astype(np.uint8), mask | found


def _lines(ink: NDArray[np.bool_], own: NDArray[np.bool_], high: float) -> NDArray[np.bool_] | None:
    """Return a faint ruling, and a pixel around it: bool (h, w); nothing if there is none.

    Upright lines without level ones are the edge of a sheet, or of a shadow, and count as ink.

    Args:
        ink: bool (h, w), what is faint.
        own: bool (h, w), what is strong, with what surrounds it; lines go on through it.
        high: height of a digit, in pixels.
    """
    side, whole = round(LONG * high), (ink | own).view(np.uint8)
    if side > min(whole.shape):
        return None
    found = cv2.morphologyEx(whole, cv2.MORPH_OPEN, np.ones((1, side), np.uint8))
    if 2 * np.count_nonzero(found[ink]) <= np.count_nonzero(found):
        return None
    found |= cv2.morphologyEx(whole, cv2.MORPH_OPEN, np.ones((side, 1), np.uint8))
    return np.asarray(cv2.dilate(found, np.ones((3, 3), np.uint8)) > 0)


def _heights(mask: NDArray[np.bool_]) -> NDArray[np.int32]:
    """Return the heights of the larger pieces, of those a quarter as high as the highest."""
    _, _, stats, _ = cv2.connectedComponentsWithStats(mask.view(np.uint8), connectivity=8)
    heights = stats[1:, cv2.CC_STAT_HEIGHT]
    return np.asarray(heights[heights >= heights.max(initial=0) / 4], np.int32)

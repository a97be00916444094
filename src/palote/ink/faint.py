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

__all__ = ["with_faint"]

FAINTEST = 10.0
"""Least contrast of faint ink, of 255."""

GRAINY = 5.0
"""It stands out of the paper by so many times the usual grain."""

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

HALO = 5
"""Side in pixels of what around strong ink is its own soft edge."""

NARROWEST = 0.03
"""Share of its box that a piece fills, at least."""


def with_faint(
    lifted: NDArray[np.uint8], strength: NDArray[np.uint8], mask: NDArray[np.bool_]
) -> Parts:
    """Return strength and mask with the faint writing, as strong as the other.

    Args:
        lifted: uint8 (h, w), how far each pixel rises above its ground.
        strength: uint8 (h, w); 0 is paper, 255 full ink.
        mask: bool (h, w), the ink that was found.
    """
    own = cv2.dilate(mask.view(np.uint8), np.ones((HALO, HALO), np.uint8))
    rest = cv2.bitwise_and(lifted, lifted, mask=np.uint8(1) - own)
    above = rest[rest > 0]
    if len(above) < FAINTEST:
        return strength, mask
    threshold, _ = cv2.threshold(above[None], 0, 255, cv2.THRESH_OTSU)
    grain = float(np.median(above))
    ink = rest > threshold
    level = float(np.median(rest[ink])) if ink.any() else 0.0
    strong = float(np.median(lifted[mask])) if mask.any() else 255.0
    if level < max(FAINTEST, GRAINY * grain, SHARE * strong):
        return strength, mask
    usual = _heights(mask)
    if len(usual) == 0:
        return strength, mask
    high = float(np.median(usual))
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
    near = cv2.dilate(found.view(np.uint8), np.ones((HALO, HALO), np.uint8)) > 0
    stronger = cv2.convertScaleAbs(lifted, alpha=255 / float(np.percentile(lifted[found], 85)))
    return np.where(near & ~mask, stronger, strength).astype(np.uint8), mask | found


def _heights(mask: NDArray[np.bool_]) -> NDArray[np.int32]:
    """Return the heights of the larger pieces, of those a quarter as high as the highest."""
    _, _, stats, _ = cv2.connectedComponentsWithStats(mask.view(np.uint8), connectivity=8)
    heights = stats[1:, cv2.CC_STAT_HEIGHT]
    return np.asarray(heights[heights >= heights.max(initial=0) / 4], np.int32)

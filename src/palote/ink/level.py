"""A line of writing, brought upright: its baseline level, its strokes vertical.

Both ways of reading a line begin with it: the cuts of `palote.ink.segments`, and the crop
that a network for whole lines sees.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from palote.ink.components import Components
from palote.ink.fit import THINNEST, stroke_width
from palote.ink.row import Row

__all__ = ["CROP_DIGIT", "CROP_HEIGHT", "CROP_MARGIN", "Level", "level", "line_crop"]

TALL = 0.5
"""Pieces from this height on, as a share of a digit's, say where the middle of a line is."""

CROP_HEIGHT = 32
CROP_DIGIT = 22
CROP_MARGIN = 4
WIDEST = 1024


@dataclass(frozen=True, eq=False)
class Level:
    """A row with its baseline level and its strokes upright.

    Attributes:
        strength: uint8 (h, w).
        mask: bool (h, w).
        digit: height of a digit, in pixels.
        matrix: float64 (2, 3), from (x, y, 1) of this crop to x, y of the picture.
    """

    strength: NDArray[np.uint8]
    mask: NDArray[np.bool_]
    digit: float
    matrix: NDArray[np.float64]


def level(row: Row, digit: float, deslant: bool = True) -> Level:
    """Bring a row upright: baseline level, slant taken out, digits of a given height.

    Args:
        row: what was found.
        digit: height of a digit in the result, in pixels.
        deslant: whether to take the slant out.
    """
    scale = digit / row.height
    strength, mask = row.strength, row.mask
    first = 1.0
    if scale < 0.5:
        # A warp looks at four pixels only: shrink by means first.
        first = 2 * scale
        high, wide = strength.shape
        size = max(1, round(wide * first)), max(1, round(high * first))
        strength = np.asarray(cv2.resize(strength, size, interpolation=cv2.INTER_AREA), np.uint8)
        share = cv2.resize(mask.view(np.uint8) * np.uint8(255), size, interpolation=cv2.INTER_AREA)
        mask = share > 100
        scale /= first
    slant = row.slant if deslant else 0.0
    shear = np.array([[1 - slant * row.slope, slant], [-row.slope, 1.0]]) * scale
    high, wide = strength.shape
    corners = np.array([[0, 0], [wide, 0], [0, high], [wide, high]], np.float64) @ shear.T
    low = corners.min(axis=0)
    size = np.maximum(1, np.ceil(corners.max(axis=0) - low)).astype(int)
    forward = np.column_stack([shear, -low])
    box = int(size[0]), int(size[1])
    turned = cv2.warpAffine(strength, forward, box, flags=cv2.INTER_LINEAR)
    share = cv2.warpAffine(mask.view(np.uint8) * np.uint8(255), forward, box)
    back = cv2.invertAffineTransform(forward) / first
    back[:, 2] += row.box[:2]
    return Level(
        np.asarray(turned, np.uint8), share > 127, float(digit), np.asarray(back, np.float64)
    )


def line_crop(row: Row) -> NDArray[np.float32]:
    """Return what a network for whole lines sees: float32 (32, w) in [0, 1], ink 1."""
    upright = level(row, CROP_DIGIT)
    ink = _widened(upright)
    boxes = Components(upright.mask).stats
    boxes = boxes[boxes[:, 3] >= TALL * CROP_DIGIT]
    if len(boxes):
        weight = boxes[:, 3].astype(np.float64)
        middle = float((boxes[:, 1] + boxes[:, 3] / 2) @ weight / weight.sum())
    else:
        middle = ink.shape[0] / 2
    width = min(WIDEST, max(16, ink.shape[1] + 2 * CROP_MARGIN))
    crop = np.zeros((CROP_HEIGHT, max(16, ink.shape[1] + 2 * CROP_MARGIN)), np.uint8)
    top = round(CROP_HEIGHT / 2 - middle)
    first, last = max(0, top), min(CROP_HEIGHT, top + ink.shape[0])
    if last > first:
        crop[first:last, CROP_MARGIN : CROP_MARGIN + ink.shape[1]] = ink[first - top : last - top]
    if crop.shape[1] > width:
        crop = np.asarray(
            cv2.resize(crop, (width, CROP_HEIGHT), interpolation=cv2.INTER_AREA), np.uint8
        )
    return np.asarray(crop.astype(np.float32) / np.float32(255), np.float32)


def _widened(upright: Level) -> NDArray[np.uint8]:
    ink = upright.strength
    missing = THINNEST * upright.digit - stroke_width(upright.mask)
    if missing < 0.5:
        return ink
    return np.asarray(cv2.dilate(ink, np.ones((2, 2), np.uint8)), np.uint8)

"""What is no writing at all: polygons, icons, stains and texture, as ink on a square."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ["blot", "shape"]

SIDES = (56, 112, 160)
"""Of the square, in pixels."""


def shape(rng: np.random.Generator) -> NDArray[np.float32]:
    """Return a polygon, star or arc, in outline or filled; or an icon of several of them.

    Args:
        rng: chance.

    Returns:
        float32 (side, side) in [0, 1], ink 1.
    """
    side = int(rng.choice(SIDES))
    image = np.zeros((side, side), np.uint8)
    for _ in range(int(rng.integers(3, 7)) if rng.random() < 0.5 else 1):
        # An icon has holes, too.
        tone = 0 if image.any() and rng.random() < 0.2 else 255
        if rng.random() < 0.5:
            _add_polygon(image, tone, rng)
        else:
            _add_arc(image, tone, rng)
    return image.astype(np.float32) / np.float32(255)


def _add_polygon(image: NDArray[np.uint8], tone: int, rng: np.random.Generator) -> None:
    side = len(image)
    corners = int(rng.integers(3, 11))
    angle = np.sort(rng.uniform(0, 6.3, corners))
    reach = side * rng.uniform(0.15, 0.45, corners)
    outline = np.stack([np.cos(angle) * reach, np.sin(angle) * reach], axis=1)
    fixed = [np.rint(outline + rng.uniform(0.4, 0.6, 2) * side).astype(np.int32)[:, None]]
    if rng.random() < 0.5:
        cv2.fillPoly(image, fixed, tone, cv2.LINE_AA)
    else:
        cv2.polylines(image, fixed, True, tone, int(rng.integers(1, 9)), cv2.LINE_AA)


def _add_arc(image: NDArray[np.uint8], tone: int, rng: np.random.Generator) -> None:
    """Draw a sector, or an arc that neither closes to a 0 nor is as straight as a 1."""
    side = len(image)
    x, y = (int(v) for v in rng.uniform(0.3, 0.7, 2) * side)
    reach = rng.uniform(0.15, 0.35) * side
    size = int(reach), int(reach * rng.uniform(0.5, 1))
    turn, until = rng.uniform(0, 360), rng.uniform(150, 250)
    thick = -1 if rng.random() < 0.4 else int(rng.integers(1, 9))
    cv2.ellipse(image, (x, y), size, turn, 0, until, tone, thick, cv2.LINE_AA)


def blot(rng: np.random.Generator) -> NDArray[np.float32]:
    """Return stains and texture: smooth noise, cut at some height; as `shape` does."""
    side = int(rng.choice(SIDES))
    noise = rng.normal(0, 1, (side, side)).astype(np.float32)
    noise = cv2.GaussianBlur(noise, (0, 0), side * rng.uniform(0.01, 0.12))
    height = float(np.quantile(noise, rng.uniform(0.5, 0.97)))
    soft = float(noise.std()) * rng.uniform(0.02, 0.8)
    inked = 1 / (1 + np.exp(-np.clip((noise - height) / soft, -30, 30)))
    return np.asarray(inked, np.float32)

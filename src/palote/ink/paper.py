"""The paper under the ink: how light or dark it is everywhere, and how grainy.

Paper is what an opening leaves of the picture with its ink bright: whatever is larger than a
stroke. Light that changes slowly is read off the small picture; `palote.ink.steps` is for light
that does not.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from palote.ink.tones import histogram, lowered, quantile

__all__ = ["FAINTEST", "STROKE", "Glance", "bright", "lift", "odd", "slow_paper"]

FAINTEST = 14.0
"""Least contrast of ink to paper, of 255; below it the picture is blank."""

GRAINS = 10_000
"""About so many pixels tell how grainy the paper is."""

STROKE = 0.17
"""No stroke is wider than this share of the longer side."""

DARKEST = 24
"""No paper is taken for darker than this tone, where ink's strength is measured by it."""


@dataclass(frozen=True, eq=False)
class Glance:
    """The picture at glance size, ink bright.

    Attributes:
        pixels: uint8 (h, w).
        below: float64 (n,), how many pixels have each tone of the paper: up to Otsu's threshold.
        above: float64 (256 - n,), the same of the ink.
    """

    pixels: NDArray[np.uint8]
    below: NDArray[np.float64]
    above: NDArray[np.float64]

    @classmethod
    def of(cls, pixels: NDArray[np.uint8]) -> Glance:
        """Look at uint8 (h, w), ink bright."""
        threshold, _ = cv2.threshold(pixels, 0, 255, cv2.THRESH_OTSU)
        counts = histogram(pixels)
        return cls(pixels, counts[: int(threshold) + 1], counts[int(threshold) + 1 :])


def bright(grey: NDArray[np.uint8], dark: bool) -> NDArray[np.uint8]:
    """Return a picture with its ink bright."""
    return np.asarray(cv2.bitwise_not(grey), np.uint8) if dark else grey


def slow_paper(small: Glance) -> NDArray[np.uint8] | None:
    """Return the uneven paper at glance size, ink bright, or nothing if it is even."""
    paper, ink = small.below, small.above
    contrast = 1.0
    # Otsu puts a glance of one tone above its threshold: then there is no paper to compare with.
    if ink.any() and paper.any():
        tones = np.arange(256)
        contrast = float(
            tones[-len(ink) :] @ ink / ink.sum() - tones[: len(paper)] @ paper / paper.sum()
        )
    if paper.any() and quantile(paper, 0.85) - quantile(paper, 0.08) < 0.12 * contrast:
        return None
    side = odd(STROKE * max(small.pixels.shape))
    opened = cv2.morphologyEx(small.pixels, cv2.MORPH_OPEN, np.ones((side, side), np.uint8))
    return np.asarray(cv2.GaussianBlur(opened, (side, side), 0), np.uint8)


def lift(
    ink: NDArray[np.uint8],
    small: Glance,
    paper: NDArray[np.uint8] | None,
    dark: bool,
    darkest: int = DARKEST,
) -> tuple[NDArray[np.uint8], float]:
    """Take the paper away.

    Args:
        ink: uint8 (h, w), ink bright.
        small: the same at a glance.
        paper: uint8, of any size; of one tone if there is none.
        dark: whether the ink is the darker tone: then it is measured by the paper's light.
        darkest: paper is not taken for darker than this tone.

    Returns:
        uint8 (h, w), what is left, and its noise: the standard deviation of the paper's grain.
    """
    if paper is None:
        below = small.below
        level = quantile(below, 0.5)
        away = np.asarray(np.bincount(np.abs(np.arange(len(below)) - level), below), np.float64)
        return lowered(ink, level), 1.4826 * quantile(away, 0.5)
    height, width = ink.shape
    full = np.asarray(cv2.resize(paper, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8)
    lifted = np.asarray(cv2.subtract(ink, full), np.uint8)
    step = max(2, int(np.sqrt(lifted.size / GRAINS)))
    grain = ink[::step, ::step].astype(np.float32) - full[::step, ::step]
    if dark:
        # Light falls on paper by multiplication: divide, so that ink in shadow counts alike.
        white = cv2.max(cv2.bitwise_not(full), np.full(full.shape, darkest, np.uint8))
        cv2.divide(lifted, white, dst=lifted, scale=255)
        grain *= np.float32(255) / white[::step, ::step]
    # The opening rests on the lightest grain of the paper: go up to its middle.
    middle, noise = _grain(grain)
    return lowered(lifted, max(0, round(middle))), noise


def _grain(lifted: NDArray[np.float32]) -> tuple[float, float]:
    """Return the middle of the paper's grain and its standard deviation."""
    values = np.sort(lifted, axis=None)
    middle, noise = _middle(values)
    # Squared paper has so much ink that it counts as grain: look below it.
    threshold, _ = cv2.threshold(np.clip(values, 0, 255).astype(np.uint8), 0, 255, cv2.THRESH_OTSU)
    below = values[: np.searchsorted(values, threshold, "right")]
    if 0 < len(below) < 0.85 * len(values):
        low_middle, low_noise = _middle(below)
        ink = float(values[(len(below) + len(values)) // 2])
        if ink - low_middle > max(10 * low_noise, 2 * FAINTEST):
            return low_middle, low_noise
    return middle, noise


def _middle(values: NDArray[np.float32]) -> tuple[float, float]:
    """Return median and standard deviation (from the median deviation) of sorted values."""
    middle = float(values[len(values) // 2])
    return middle, 1.4826 * float(np.median(np.abs(values - middle)))


def odd(side: float) -> int:
    """Return the side of a window with a middle, in pixels: 3 at least."""
    return max(3, int(side) // 2 * 2 + 1)

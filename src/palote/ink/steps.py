"""Paper on which the light changes in steps: a shadow's edge, a marker's stripe, a glare.

The opening of the whole picture, with its ink bright, keeps the edges of whatever is larger than a
stroke; so the paper's tone is known on both sides of an edge, and what is written across it comes
out in one piece.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from palote.ink.cleaned import Parts
from palote.ink.paper import FAINTEST, STROKE, Glance, lift, odd
from palote.ink.tones import histogram, quantile

__all__ = ["Stepped", "stepped"]

STEP = 0.15
"""Light changes in steps where the paper's tones differ by this share of the contrast, at least,"""

STEEP = 0.05
"""and within the width of a stroke by this share, if there is no glare: else light is slow."""

DARKEST = 64
"""Paper in shadow is not taken for darker than this tone: noise would be ink."""

BESIDE = 0.06
"""Paper beside ink is no farther away than this share of the longer side."""

DARKER = 0.5
"""Ink rises above the paper beside it by this share of what it rises above that under it,"""
OWN = 0.5
"""in so much of a piece."""

GLARE = 13
"""Paper within so many tones of white is under a glare,"""
LEAST, MOST = 0.01, 0.4
"""if it is such a share of the picture,"""
USUAL = 20, 110
"""and the rest usually so far from white, in tones."""

GAIN = 3.9
"""Ink is made no more than so many times as strong under a glare: 1 is 64 there, in eight bits."""


@dataclass(frozen=True, eq=False)
class Stepped:
    """A picture on paper of which the light changes in steps.

    Attributes:
        ink: uint8 (h, w), ink bright.
        paper: uint8 (h, w), the tone of its paper everywhere.
        dark: whether the ink is the darker tone.
        small: the picture at a glance.
    """

    ink: NDArray[np.uint8]
    paper: NDArray[np.uint8]
    dark: bool
    small: Glance

    def cuts(self, cut: Callable[[NDArray[np.uint8], float], Parts | None]) -> Iterator[Parts]:
        """Yield strength and mask of what is written: uint8 and bool, (h, w).

        First by the light that falls on the paper; and if there is a glare, brought out under it.

        Args:
            cut: makes both, or nothing, of how far each pixel rises above the paper, and of the
                noise of that.
        """
        lifted, noise = lift(self.ink, self.small, self.paper, self.dark, DARKEST)
        gain = self._gain() if self.dark else None
        rises = [lifted] if gain is None else [lifted, cv2.multiply(lifted, gain, scale=1 / 64)]
        for rise in rises:
            parts = cut(np.asarray(rise, np.uint8), noise)
            if parts is not None:
                mask = self.written(parts[1])
                if mask.any():
                    yield parts[0], mask

    def _gain(self) -> NDArray[np.uint8] | None:
        """Return how much weaker ink is than elsewhere, uint8 (h, w) in 64ths; None without glare.

        Light that a surface mirrors adds to what it shows: the brighter it is, the less is left
        of the ink's contrast.
        """
        usual = _glare(self.paper)
        if usual is None:
            return None
        gain = np.clip(usual / np.maximum(np.arange(256), 1), 1, GAIN) * 64
        return np.asarray(cv2.LUT(self.paper, gain.astype(np.uint8)[None]), np.uint8)

    @cached_property
    def _darker(self) -> NDArray[np.bool_]:
        """Which pixels, bool (h, w), are ink beside the paper around them, too."""
        side = odd(BESIDE * max(self.ink.shape))
        beside = cv2.dilate(self.paper, np.ones((side, side), np.uint8))
        own = cv2.subtract(self.ink, beside) > DARKER * cv2.subtract(self.ink, self.paper)
        return np.asarray(own)

    def written(self, mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Leave out pieces of ink no darker than the paper beside them: slivers along an edge.

        Args:
            mask: bool (h, w), ink.
        """
        count, labels = cv2.connectedComponents(mask.view(np.uint8), connectivity=8)
        areas = np.bincount(labels.ravel(), minlength=count)
        kept = np.bincount(labels[self._darker], minlength=count) >= OWN * areas
        kept[0] = False
        return np.asarray(kept[labels])


def stepped(
    ink: NDArray[np.uint8], small: Glance, dark: bool, widest: float = 1.0
) -> Stepped | None:
    """Look for light that may change in steps; nothing if it does not.

    Args:
        ink: uint8 (h, w), ink bright.
        small: the same at a glance.
        dark: whether the ink is the darker tone.
        widest: no stroke is wider than this share of the shorter side.
    """
    side = _side(small.pixels, widest)
    square = np.ones((side, side), np.uint8)
    darkest, lightest, _, _ = cv2.minMaxLoc(small.pixels)
    contrast = lightest - darkest
    eroded = cv2.erode(small.pixels, square)
    # An opening has no tones but those, and where there are strokes alone nothing is left.
    if cv2.minMaxLoc(eroded)[1] - darkest < FAINTEST:
        return None
    opened = np.asarray(cv2.dilate(eroded, square), np.uint8)
    low, high, _, _ = cv2.minMaxLoc(opened)
    if high - low < FAINTEST:
        return None
    steep = high - low >= STEP * contrast and _is_steep(opened, side, STEEP * contrast)
    if not (steep or (dark and _glare(opened) is not None)):
        return None
    side = _side(ink, widest)
    paper = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((side, side), np.uint8))
    return Stepped(ink, np.asarray(paper, np.uint8), dark, small)


def _side(ink: NDArray[np.uint8], widest: float) -> int:
    """Return the side in pixels of a square that fits into no stroke."""
    return odd(min(STROKE * max(ink.shape), widest * min(ink.shape)))


def _is_steep(paper: NDArray[np.uint8], side: int, least: float) -> bool:
    """Tell whether the light changes within the width of a stroke, by so many tones at least."""
    soft = cv2.GaussianBlur(paper, (side, side), 0)
    return float(cv2.absdiff(paper, soft).max()) >= least


def _glare(paper: NDArray[np.uint8]) -> int | None:
    """Return how far from white the paper usually is if there is a glare on it, else nothing.

    Args:
        paper: uint8 (h, w), ink bright.
    """
    counts = histogram(paper)
    usual = quantile(counts, 0.5)
    share = float(counts[: GLARE + 1].sum() / counts.sum())
    glare = LEAST <= share <= MOST and USUAL[0] <= usual <= USUAL[1]
    return usual if glare else None

"""Take printed lines that lie under or above writing out of the mask.

`palote.ink.lines` knows rulings that run from border to border. The line of a form's field
or of a cheque often does neither, is broken by the threshold, and touches the digits that
stand on it. In a line of writing it shows by its length alone: no stroke lies flat for so
long. If it is an open comb's, its teeth go with it.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from palote.ink.components import Components
from palote.ink.teeth import without_teeth

__all__ = ["without_underlines"]

LONGEST = 1.7
"""A stroke lies flat for no more than this, in heights of a digit."""

THICKEST = 0.2
"""A printed line is no thicker than this, in heights of a digit."""


def without_underlines(components: Components, height: float) -> NDArray[np.bool_]:
    """Erase what lies flat for longer than strokes do, but not the strokes that stand on it.

    Args:
        components: the ink.
        height: of a digit, in pixels, about.

    Returns:
        bool (h, w), what is left; the mask itself if nothing lies so.
    """
    mask = components.mask
    long = max(8, round(LONGEST * height))
    # Beyond the picture's sides what runs off it may go on.
    runs_off = mask[:, 0].any() or mask[:, -1].any()
    widest = mask.shape[1] if runs_off else components.stats[:, 2].max(initial=0)
    if long > widest:
        return mask
    ink = mask.view(np.uint8)
    flat = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((1, long), np.uint8))
    if not flat.any():
        return mask
    # A line that climbs a little is flat in steps, each of which lies beside the next.
    near = cv2.dilate(flat, np.ones((3, 3), np.uint8)) & ink
    thickness = _thickness(near)
    if thickness > THICKEST * height:
        return mask
    ink = without_teeth(ink, near, thickness, height)
    tall = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((round(thickness) + 3, 1), np.uint8))
    left = ink & ~(near & ~tall)
    return np.asarray(left > 0, np.bool_)


def _thickness(line: NDArray[np.uint8]) -> float:
    """Return how thick the line is, down its columns, where it is there."""
    columns = line.sum(axis=0)
    return float(np.median(columns[columns > 0])) if columns.any() else 0.0

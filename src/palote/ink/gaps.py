"""Which components hang together over small gaps, as the pieces of a thin, broken stroke do."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from palote.ink.components import Components

__all__ = ["chains"]

GAP = 0.1
"""A stroke goes on over a gap of up to this share of all the ink's longer side."""

NARROWEST = 4
"""In pictures so small that this would be less, in pixels, nothing is joined: all is near there."""


def chains(components: Components) -> NDArray[np.intp]:
    """Tell which components hang together if small gaps count as none.

    Args:
        components: the ink.

    Returns:
        intp (n,), a number for each component, the same for those of one chain.
    """
    x, y, width, height = components.window
    reach = round(GAP / 2 * max(width, height))
    if 2 * reach < NARROWEST:
        return np.arange(len(components.stats))
    edge = reach + 1
    ink = components.mask[y : y + height, x : x + width].view(np.uint8)
    framed = cv2.copyMakeBorder(ink, edge, edge, edge, edge, cv2.BORDER_CONSTANT, value=0)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    _, grown = cv2.connectedComponents(cv2.dilate(framed, kernel))
    numbers = np.zeros(len(components.stats) + 1, np.intp)
    own = components.labels > 0
    numbers[components.labels[own]] = grown[edge:-edge, edge:-edge][own]
    return numbers[1:]

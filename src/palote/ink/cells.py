"""Take the printed lines around a digit that was cut out of a form out of the mask.

A crop of a form shows its box whole, or one to three sides of it, or the lines of a comb that go on
to the neighbours. Such a line is straight, nearly upright or level, thin, lies outermost, and runs
from one side of what is printed to the other.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from palote.ink.cleaned import Cleaned
from palote.ink.components import Components
from palote.ink.lines import may_be_ruled
from palote.ink.printed import around, covered_sides, erased, outermost, turned, wiped
from palote.ink.ruler import Line

__all__ = ["InCell", "in_cell", "may_be_in_cell"]

SMALLEST = 18
"""Shorter side of what is printed, in pixels, at least."""

FULLEST = 0.55
"""More ink than this share of the window is no writing in a cell."""

FAINT, FAINTEST, BARE = 0.8, 60, 0.005
"""Writing of less than this share of the lines' strength is cut anew: what is stronger than this,
of 255, if less than this share of the picture was ink."""

CUT = 0.42
"""Ink has at least this share of the writing's strength."""

OPPOSITE = ({0, 1}, {2, 3})
"""Numbers of two sides that face each other."""

HIGH = 0.28
"""Share of the height that the writing takes, at least."""


@dataclass(frozen=True, eq=False)
class InCell:
    """What may be left without the printed lines.

    Attributes:
        found: the picture without those lines that nothing touches, and without all of them.
        sure: whether the lines can hardly be strokes of the digit.
    """

    found: tuple[Cleaned, ...]
    sure: bool


def may_be_in_cell(components: Components) -> bool:
    """Tell whether `in_cell` would look for printed lines, which takes long.

    Args:
        components: the ink.
    """
    x, y, width, height = components.window
    rows, columns = components.mask.shape
    if min(width, height) < SMALLEST:
        return False
    at_border = (x <= 1) + (y <= 1) + (x + width >= columns - 1) + (y + height >= rows - 1)
    return at_border >= 2 or covered_sides(components.mask[y : y + height, x : x + width]) >= 3


def in_cell(cleaned: Cleaned, components: Components) -> InCell | None:
    """Erase printed lines around a digit; nothing if there are none.

    Args:
        cleaned: the picture.
        components: its ink.
    """
    if not may_be_in_cell(components):
        return None
    x, y, width, height = components.window
    window = np.s_[y : y + height, x : x + width]
    before = components.mask[window].view(np.uint8)
    if np.count_nonzero(before) > FULLEST * before.size:
        return None
    lines: dict[int, Line] = {}
    for side in range(4):
        line = outermost(turned(before, side))
        if line is not None:
            lines[side] = line
    if not lines:
        return None
    near = {side: around(before.shape, side, line) for side, line in lines.items()}
    after = erased(before, cleaned.strength[window], list(lines.items()))
    clear = {
        side: line
        for side, line in lines.items()
        if not cv2.countNonZero(cv2.bitwise_and(near[side], after))
    }
    bare = _left(cleaned, components, after)
    if bare is None:
        return None
    found = [bare]
    if 0 < len(clear) < len(lines):
        some = _left(
            cleaned, components, erased(before, cleaned.strength[window], list(clear.items()))
        )
        found = [some, bare] if some is not None else found
    sure = len(clear) >= 2 and (len(lines) >= 3 or set(clear) in OPPOSITE)
    return InCell(tuple(found), sure and not may_be_ruled(Components(bare.mask)))


def _left(cleaned: Cleaned, components: Components, after: NDArray[np.uint8]) -> Cleaned | None:
    """Return the picture with that ink alone in the window; nothing if there is hardly any."""
    x, y, width, height = components.window
    left = np.zeros(cleaned.mask.shape, np.uint8)
    left[y : y + height, x : x + width] = after
    strength, mask = _again(wiped(cleaned.strength, cleaned.mask.view(np.uint8), left), left > 0)
    if cv2.boundingRect(mask.view(np.uint8))[3] < HIGH * height:
        return None
    return replace(cleaned, strength=strength, mask=mask)


def _again(
    strength: NDArray[np.uint8], mask: NDArray[np.bool_]
) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """Cut anew where the writing is fainter than the lines were, by whose tone it was cut."""
    if np.count_nonzero(mask) < BARE * mask.size:
        mask = strength > FAINTEST
    values = strength[mask]
    level = float(np.percentile(values, 90)) if len(values) else 255.0
    if level > FAINT * 255:
        return strength, mask
    stronger = np.asarray(cv2.convertScaleAbs(strength, alpha=255 / level), np.uint8)
    return stronger, stronger > CUT * 255

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

from palote.ink.clean import Cleaned
from palote.ink.components import Components
from palote.ink.lines import may_be_ruled
from palote.ink.ruler import Line, trace

__all__ = ["InCell", "in_cell", "may_be_in_cell"]

SMALLEST = 18
"""Shorter side of what is printed, in pixels, at least."""

FULLEST = 0.55
"""More ink than this share of the window is no writing in a cell."""

STEEP = np.linspace(-0.07, 0.07, 15)
"""How far lines may lean, as a slope."""

OUTER = 0.38
"""A line lies within this share of the width from its side."""

COVERED = 0.7
"""Share of the height that is ink along a line, at a first look."""

ALONG = 0.85
"""So much of a side has ink near it where there may be a line."""

GAP = 0.03
"""Writing nearer to a line than this share of the shorter side may hang together with it."""

THICKEST = 0.12
"""A line is no thicker than this share of the shorter side, or than three pixels and a half."""

FAINT, FAINTEST, BARE = 0.8, 60, 0.005
"""Writing of less than this share of the lines' strength is cut anew: what is stronger than this,
of 255, if less than this share of the picture was ink."""

CUT = 0.42
"""Ink has at least this share of the writing's strength."""

OPPOSITE = ({0, 1}, {2, 3})
"""Numbers of two sides that face each other."""

CRUMB = 0.6
"""So much of a small piece on the lines belongs to them."""

SQUARE = np.ones((3, 3), np.uint8)

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
    return at_border >= 2 or _covered_sides(components.mask[y : y + height, x : x + width]) >= 3


def _covered_sides(ink: NDArray[np.bool_]) -> int:
    height, width = ink.shape
    high, wide = max(3, height // 7), max(3, width // 7)
    shares = (
        np.count_nonzero(ink[:high].any(axis=0)) / width,
        np.count_nonzero(ink[-high:].any(axis=0)) / width,
        np.count_nonzero(ink[:, :wide].any(axis=1)) / height,
        np.count_nonzero(ink[:, -wide:].any(axis=1)) / height,
    )
    return sum(share > ALONG for share in shares)


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
        line = _outermost(_turned(before, side))
        if line is not None:
            lines[side] = line
    if not lines:
        return None
    around = {side: _around(before.shape, side, line) for side, line in lines.items()}
    after = _erased(before, cleaned.strength[window], lines, around)
    clear = {
        side: line
        for side, line in lines.items()
        if not cv2.countNonZero(cv2.bitwise_and(around[side], after))
    }
    bare = _left(cleaned, components, after)
    if bare is None:
        return None
    found = [bare]
    if 0 < len(clear) < len(lines):
        some = _left(cleaned, components, _erased(before, cleaned.strength[window], clear, around))
        found = [some, bare] if some is not None else found
    sure = len(clear) >= 2 and (len(lines) >= 3 or set(clear) in OPPOSITE)
    return InCell(tuple(found), sure and not may_be_ruled(Components(bare.mask)))


def _left(cleaned: Cleaned, components: Components, after: NDArray[np.uint8]) -> Cleaned | None:
    """Return the picture with that ink alone in the window; nothing if there is hardly any."""
    x, y, width, height = components.window
    left = np.zeros(cleaned.mask.shape, np.uint8)
    left[y : y + height, x : x + width] = after
    strength = cleaned.strength.copy()
    gone = cv2.dilate(cv2.subtract(components.mask.view(np.uint8), left), SQUARE)
    strength[(gone > 0) & (left == 0)] = 0
    strength, mask = _again(strength, left > 0)
    if cv2.boundingRect(mask.view(np.uint8))[3] < HIGH * height:
        return None
    return replace(cleaned, strength=strength, mask=mask)


def _around(shape: tuple[int, ...], side: int, line: Line) -> NDArray[np.uint8]:
    """Return uint8 (h, w): 1 on a line and near it."""
    gap = max(1, round(GAP * min(shape)))
    picture = np.zeros(shape, np.uint8)
    view = _turned(picture, side)
    painted = line.paint(view.shape)
    view[...] = cv2.dilate(painted, np.ones((2 * gap + 1, 2 * gap + 1), np.uint8))
    return picture


def _erased(
    before: NDArray[np.uint8],
    tones: NDArray[np.uint8],
    lines: dict[int, Line],
    around: dict[int, NDArray[np.uint8]],
) -> NDArray[np.uint8]:
    """Return the ink without the lines, but with the strokes that cross them."""
    covered = np.zeros(before.shape, np.uint8)
    for side, line in lines.items():
        view = _turned(covered, side)
        view += line.paint(view.shape)
    beside = tones[(before > 0) & (covered == 0)]
    writing = float(np.percentile(beside, 70)) if len(beside) else 0.0
    after = before.copy()
    for side, line in lines.items():
        line.erase(_turned(after, side), _turned(tones, side), writing, _turned(covered, side) > 1)
    near = np.max([around[side] for side in lines], axis=0)
    return _without_crumbs(_within(after, lines), near)


def _without_crumbs(ink: NDArray[np.uint8], near: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Leave out small pieces that lie on the lines: what noise leaves there."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    if count < 3:
        return ink
    area = stats[:, cv2.CC_STAT_AREA]
    on_lines = np.bincount(labels[near > 0], minlength=count)
    kept = (on_lines < CRUMB * area) | (area >= area[1:].max())
    kept[0] = False
    return np.asarray(kept[labels], np.uint8)


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


def _turned(picture: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    """Return a view in which a side (left, right, top, bottom) is on the left."""
    view = picture.T if side >= 2 else picture
    return view[:, ::-1] if side % 2 else view


def _outermost(ink: NDArray[np.uint8]) -> Line | None:
    """Find the line that is outermost on the left."""
    height, width = ink.shape
    near = int(np.ceil(OUTER * width))
    ys, xs = np.nonzero(ink[:, :near])
    if len(ys) < COVERED * height:
        return None
    margin = int(np.ceil(STEEP[-1] * height / 2)) + 1
    best = np.zeros(near + 2 * margin + 1)
    slopes = np.zeros(len(best))
    for slope in STEEP:
        places = np.rint(xs - slope * (ys - height / 2)).astype(np.intp) + margin
        counts = np.bincount(places, minlength=len(best)).astype(np.float64)[: len(best)]
        counts[:-1] += counts[1:]
        better = counts > best
        best[better], slopes[better] = counts[better], slope
    found = np.flatnonzero(best >= COVERED * height)
    if len(found) == 0:
        return None
    first = int(found[0])
    at = first + int(np.argmax(best[first : first + 4]))
    slope = float(slopes[at])
    theta = float(np.arctan2(-slope, 1.0))
    start = at - margin + 0.5 - slope * height / 2
    thickest = max(3.5, THICKEST * min(ink.shape))
    return trace(np.ascontiguousarray(ink), start * np.cos(theta), theta, 0.5 * height, thickest)


def _within(ink: NDArray[np.uint8], lines: dict[int, Line]) -> NDArray[np.uint8]:
    """Leave out what lies beyond the lines: neighbours' sides, and what a comb has there."""
    result = ink.copy()
    for side, line in lines.items():
        view = _turned(result, side)
        (x0, _), (x1, _) = line.ends
        edge = int(min(x0, x1))
        # what a stroke leaves there hangs together with what is within
        beyond = view[:, : max(0, edge)]
        if beyond.size and np.count_nonzero(beyond):
            _, labels = cv2.connectedComponents(np.ascontiguousarray(view), connectivity=8)
            inner = np.unique(labels[:, max(0, edge) :])
            view[~np.isin(labels, inner)] = 0
    return result

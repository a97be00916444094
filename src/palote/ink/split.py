"""Which connected components of the mask make up the digit.

One digit at first: the heaviest piece of ink that does not run along the border,
with what lies close to it (a broken stroke, the bar of a five). Dust and what
belongs to other things stays out. Of what stands beside it, or is cut off by the
border, the picture does not say whether it is a part of the digit (a broken one)
or another sign, or a neighbour's; then there are two answers. So there are where the
heaviest piece reaches out of the picture, as a thumb or a cable does.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from palote.ink.beside import has_lesser_line, has_neighbour
from palote.ink.components import Components, at_border, sides
from palote.ink.gaps import chains

__all__ = ["Piece", "main_pieces"]

DUST = 0.004
"""A component of less than this share of the main one's box is dust."""

SPECK = 0.06
"""So is what is smaller than this share of its size, and beside it what is lower."""

REACH = 0.3
"""How far a part may lie from the digit, in sizes of the digit so far."""

BESIDE = 0.05
"""What stands so far to one side of it, in sizes of the main piece, may be another sign."""

SMALL, NARROW, MOST_SIGNS = 0.6, 0.45, 4
"""Signs are no higher than this share of the digit's height, but for one, or for two no wider than
that: brackets around it. And there are no more of them than so many."""

FLAT, WIDE = 0.3, 0.6
"""What lies below the main piece may underline it: no higher than this share of its own width, and
at least as wide as this share of that piece."""

PART = 0.9
"""So much a digit counts if ink beside it is left out. Chosen on validation data: with 1 a few
tight crops lose a piece of their digit, with 0.5 a third of the digits in brackets stay none."""

WITHIN, HIGH = 0.5, 0.08
"""So much it counts where the heaviest piece reaches out of the picture, as a thumb or a cable
does, and this one does not; then it is higher or wider than so much of the picture's shorter side.
"""

BROKEN, JOINED = 0.6, 1.0
"""So much the digit counts where its strokes seem to go on over gaps, and with what lies there."""

SHORT = 0.04
"""Pieces of a broken stroke that are shorter than this share of all of it are dust."""

LARGER = 1.15
"""What hangs together over gaps is looked at if it is so much longer than the digit without."""

MOST = 400
"""No more components than this are looked at, so that a page of dust stays cheap."""


@dataclass(frozen=True, eq=False)
class Piece:
    """Ink that belongs together.

    Attributes:
        mask: bool (h, w) of the whole frame.
        box: (x, y, width, height) of its pixels.
        worth: what a digit counts that is seen in it; 1 for the likeliest piece of a picture.
        beside: whether whole ink near it was left out: another sign, or another digit.
        neighbour: whether ink as high as a digit stands beside its main piece, belonging to it or
            not: a 1 may pass for a part of a digit.
        lesser: whether a line of far smaller writing stands away from its main piece.
    """

    mask: NDArray[np.bool_]
    box: tuple[int, int, int, int]
    worth: float = 1.0
    beside: bool = False
    neighbour: bool = False
    lesser: bool = False

    @classmethod
    def whole(cls, mask: NDArray[np.bool_]) -> Piece:
        """Take the frame as it is."""
        return cls(mask, (0, 0, mask.shape[1], mask.shape[0]))


def main_pieces(components: Components, broken: bool = True, things: bool = False) -> list[Piece]:
    """Return the digit's ink, and what else it may be, if that is not clear.

    Args:
        components: the ink.
        broken: whether strokes may have gaps that are no gaps between things.
        things: whether something else may lie beside the digit, and reach out of the picture.

    Returns:
        The digit's ink; the same without what may not belong to it; what hangs together over
        small gaps; and what lies within the picture, if the first reaches out of it.
    """
    stats = components.stats
    if len(stats) == 0:
        return []
    if len(stats) == 1:
        return [Piece(components.mask, components.window)]
    centres = components.centres
    kept = np.arange(len(stats))
    if len(stats) > MOST:
        kept = np.sort(np.argsort(stats[:, cv2.CC_STAT_AREA])[-MOST:])
        stats, centres = stats[kept], centres[kept]
    main = int(np.argmax(_weights(stats, centres, components.mask.shape)))
    chosen = _gather(stats, main)
    pieces = [Piece(components.only(kept[chosen]), _union(stats[chosen]))]
    cut, whole = _others(stats, stats[main], components.mask.shape)
    own = chosen[~(cut | whole)[chosen]]
    if len(own) < len(chosen):
        beside = bool((whole & ~cut)[chosen].any())
        pieces.append(Piece(components.only(kept[own]), _union(stats[own]), PART, beside))
    if broken:
        chain = _heaviest_chain(chains(components)[kept], stats, centres, components.mask.shape)
        joined = chain[~(cut | _underlines(stats, stats[main]))[chain]]
        longer = stats[joined, 2:4].max(axis=1)
        solid = joined[longer >= SHORT * max(_union(stats[chain])[2:])]
        if len(solid) and max(_union(stats[solid])[2:]) > LARGER * max(pieces[0].box[2:]):
            pieces = [replace(piece, worth=BROKEN * piece.worth) for piece in pieces]
            pieces.append(Piece(components.only(kept[joined]), _union(stats[joined]), JOINED))
    if things and len(within := _within(stats, centres, chosen, components.mask.shape)):
        pieces.append(Piece(components.only(kept[within]), _union(stats[within]), WITHIN))
    if has_neighbour(stats, stats[main]):
        pieces = [replace(piece, neighbour=True) for piece in pieces]
    if has_lesser_line(stats, stats[main]):
        pieces = [replace(piece, lesser=True) for piece in pieces]
    return pieces


def _heaviest_chain(
    numbers: NDArray[np.intp],
    stats: NDArray[np.int32],
    centres: NDArray[np.float64],
    shape: tuple[int, ...],
) -> NDArray[np.intp]:
    """Return the components of the chain that weighs most.

    Args:
        numbers: intp (n,), the same for those of one chain.
        stats: int32 (n, 5) of the components.
        centres: float64 (n, 2) of them.
        shape: (height, width) of the picture.
    """
    members = [np.flatnonzero(numbers == number) for number in np.unique(numbers)]
    areas = [stats[own, cv2.CC_STAT_AREA] for own in members]
    whole = [(*_union(stats[own]), area.sum()) for own, area in zip(members, areas, strict=True)]
    middles = [
        np.average(centres[own], axis=0, weights=area)
        for own, area in zip(members, areas, strict=True)
    ]
    return members[int(np.argmax(_weights(np.array(whole), np.array(middles), shape)))]


def _within(
    stats: NDArray[np.int32],
    centres: NDArray[np.float64],
    chosen: NDArray[np.intp],
    shape: tuple[int, ...],
) -> NDArray[np.intp]:
    """Return the digit among what the border does not cut off, if it cuts off the main piece.

    Args:
        stats: int32 (n, 5) of the components.
        centres: float64 (n, 2) of them.
        chosen: numbers of the heaviest one, and of those near it.
        shape: (height, width) of the picture.
    """
    cut = at_border(stats, shape)
    large = stats[:, 2:4].max(axis=1) >= HIGH * min(shape)
    inside = np.flatnonzero(~cut.any(axis=0) & large)
    left, top, right, bottom = cut[:, chosen[0]].tolist()
    across = left and right
    ground = across and (top or bottom)
    if not (left or top or right or bottom) or ground or not len(inside):
        return np.zeros(0, np.intp)
    best = int(np.argmax(_weights(stats[inside], centres[inside], shape)))
    within = inside[_gather(stats[inside], best)]
    # What is near to something that goes through all the picture does not belong to it for that.
    through = across or (top and bottom)
    return within if through or not np.isin(within, chosen).any() else within[:0]


def _others(
    stats: NDArray[np.int32], main: NDArray[np.int32], shape: tuple[int, ...]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Tell which components may not belong to the digit.

    Args:
        stats: int32 (n, 5) of the components.
        main: int32 (5,) of the main one.
        shape: (height, width) of the picture.

    Returns:
        Those apart from the main one that the border cuts off, unless it is cut off there itself;
        and those to one side of it, and what may underline it.
    """
    left, top, right, bottom = sides(stats)
    x0, y0, x1, y1 = sides(main)
    height, width = shape
    cut = (left <= 0) & (right <= x0) & (x0 > 0)
    cut |= (right >= width) & (left >= x1) & (x1 < width)
    cut |= (top <= 0) & (bottom <= y0) & (y0 > 0)
    cut |= (bottom >= height) & (top >= y1) & (y1 < height)
    gap = BESIDE * max(main[2], main[3])
    beside = (right <= x0 - gap) | (left >= x1 + gap)
    row = (top < y1) & (bottom > y0) & (stats[:, 3] > SPECK * main[3])
    if not _signs(stats[beside & ~cut & row], main):
        beside[:] = False
    beside |= _underlines(stats, main)
    return np.asarray(cut), np.asarray(beside)


def _underlines(stats: NDArray[np.int32], main: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Tell which components may underline the main one."""
    _, top, wide, high, _ = stats.T
    below = top >= main[1] + main[3]
    return np.asarray(below & (high <= FLAT * wide) & (wide >= WIDE * main[2]))


def _signs(stats: NDArray[np.int32], main: NDArray[np.int32]) -> bool:
    """Tell whether components may be signs, rather than letters of one word with the main one."""
    tall = stats[stats[:, 3] > SMALL * main[3]]
    if len(stats) > MOST_SIGNS or len(tall) > 2:
        return False
    if len(tall) < 2:  # a tick, the bar of a percent sign
        return True
    before = tall[:, 0] < main[0]
    return bool(before[0] != before[1] and (tall[:, 2] <= NARROW * main[3]).all())


def _weights(
    stats: NDArray[np.integer], centres: NDArray[np.float64], shape: tuple[int, ...]
) -> NDArray[np.float64]:
    """Weigh components: large, central, and not running along the border."""
    height, width = shape
    w, h, area = stats[:, 2:5].T.astype(np.float64)
    # The diagonal of the box says more about a pen stroke than its area does.
    size = np.hypot(w, h) * np.sqrt(area)
    offset = np.hypot(centres[:, 0] / width - 0.5, centres[:, 1] / height - 0.5)
    crowded = np.array([1.0, 0.5, 0.25, 0.2, 0.2])[at_border(stats, shape).sum(axis=0)]
    return np.asarray(size * (1.2 - offset) * crowded, np.float64)


def _gather(stats: NDArray[np.int32], main: int) -> NDArray[np.intp]:
    """Collect the components near enough to the main one, growing outwards."""
    chosen = [main]
    rest = [i for i in range(len(stats)) if i != main]
    x, y, w, h = (int(v) for v in stats[main, :4])
    least = DUST * w * h if len(rest) < 30 else 3 * DUST * w * h
    longest = max(w, h)
    grown = True
    while grown:
        grown = False
        for i in list(rest):
            cx, cy, cw, ch, area = (int(v) for v in stats[i])
            if area < least or max(cw, ch) < SPECK * longest:
                rest.remove(i)
                continue
            gap = max(max(x - cx - cw, cx - x - w), max(y - cy - ch, cy - y - h), 0)
            # A part is smaller than the digit; what is as large is something else. What lies
            # straight below, inside its width, is a broken foot or the dot of a sign.
            below = x <= cx and cx + cw <= x + w and cy >= y + h
            allowed = REACH * longest * (1.0 if below else min(1.0, 0.35 + max(cw, ch) / longest))
            if gap <= allowed and max(cw, ch) <= 1.2 * longest:
                chosen.append(i)
                rest.remove(i)
                right, bottom = max(x + w, cx + cw), max(y + h, cy + ch)
                x, y = min(x, cx), min(y, cy)
                w, h = right - x, bottom - y
                grown = True
    return np.array(chosen)


def _union(stats: NDArray[np.int32]) -> tuple[int, int, int, int]:
    left, top = stats[:, 0].min(), stats[:, 1].min()
    right = (stats[:, 0] + stats[:, 2]).max()
    bottom = (stats[:, 1] + stats[:, 3]).max()
    return int(left), int(top), int(right - left), int(bottom - top)

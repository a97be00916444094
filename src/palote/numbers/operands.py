"""Signs of arithmetic between numbers: of 12 + 30 = 42 three numbers are read, not one.

The network for lines sees something between two digits that is neither a digit nor a separator, and
what lies there is as a plus is: lower than a digit, at half its height. An equals sign, or that of
division, it takes for a stroke that lies; the one is two, the other has a dot above and one below.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from palote.ink.row import Row
from palote.ink.segments import strokes_above
from palote.numbers.decode import SEPARATORS
from palote.numbers.opinion import Opinion, Seen
from palote.numbers.rest import rest_of
from palote.numbers.second import is_foreign

__all__ = ["operands"]

SEEN = float(np.log(0.8))
"""Log probability from which on the network for lines sees a sign."""

LEAST, HIGHEST, WIDEST = 0.15, 0.8, 1.0
"""A sign is between so high, and so wide, in heights of a digit: higher than a speck, lower than a
letter that is written between hours and minutes."""

MIDDLE = 0.25
"""Its middle lies so far from that of the digits at most, in their height: no comma, no degree."""

LYING = "-"
EQUAL = 2
"""So many strokes lie above one another in an equals sign."""
DOT = 0.1
"""The dots of a division sign are farther from its stroke than this, in heights of a digit."""


def operands(row: Row, seen: Seen, opinion: Opinion) -> list[Row]:
    """Return the rows of the numbers between signs; nothing if there are none.

    Args:
        row: a line of writing.
        seen: what the networks see of it.
        opinion: what it is read as.
    """
    signs = list(_signs(seen, opinion))
    if not signs:
        return []
    begins, ends = ([sign[k] for sign in signs] for k in (0, 1))
    found = []
    for left, right in zip([-np.inf, *ends], [*begins, np.inf], strict=True):
        part = rest_of(row, seen.parts.level, partial(_between, left=left, right=right))
        if part is None:
            return []
        found.append(part)
    return found


def _between(middles: NDArray[np.float64], left: float, right: float) -> NDArray[np.bool_]:
    return np.asarray((middles[:, 0] > left) & (middles[:, 0] < right), np.bool_)


def _signs(seen: Seen, opinion: Opinion) -> Iterator[tuple[int, int]]:
    """Yield where signs between two digits begin and end, in pixels."""
    edges, parts, best = seen.edges, seen.parts, opinion.found[0]
    digits = [place for place, symbol in enumerate(best.text) if symbol not in SEPARATORS]
    gaps = [
        (int(edges.last[best.edges[one]]), int(edges.first[best.edges[other]]), one, other)
        for one, other in pairwise(digits)
    ]
    gaps = [gap for gap in gaps if gap[0] < gap[1]]
    if not gaps:
        return
    digit, own_boxes = parts.level.digit, edges.boxes[[best.edges[place] for place in digits]]
    middle = float(np.median(own_boxes[:, 1] + own_boxes[:, 3] / 2))
    text, places, logs = seen.steps.peaks()
    at = places[is_foreign(text) & (logs >= SEEN)] * digit
    for begin, end, one, other in gaps:
        boxes = parts.boxes[begin:end]
        left, top = (int(v) for v in boxes[:, :2].min(axis=0))
        right, bottom = (int(v) for v in (boxes[:, :2] + boxes[:, 2:4]).max(axis=0))
        high, wide = (bottom - top) / digit, (right - left) / digit
        fits = LEAST <= high <= HIGHEST and LEAST <= wide <= WIDEST
        if not fits or abs((top + bottom) / 2 - middle) > MIDDLE * digit:
            continue
        within = best.text[one + 1 : other]
        labels = parts.labels[top:bottom, left:right]
        own = (labels > begin) & (labels <= end)
        foreign = not within and ((at >= left) & (at <= right)).any()
        if foreign or (within == LYING and _is_more_than_lying(own, digit)):
            yield left, right


def _is_more_than_lying(ink: NDArray[np.bool_], digit: float) -> bool:
    """Tell whether a stroke that lies has another beside it, or a dot above and one below.

    Args:
        ink: bool (h, w).
        digit: height of a digit, in pixels.
    """
    if 2 * np.count_nonzero(strokes_above(ink) == EQUAL) > ink.shape[1]:
        return True
    rows = np.count_nonzero(ink, axis=1)
    apart = round(DOT * digit)
    bar = int(rows.argmax())
    return bool(rows[: max(0, bar - apart)].any() and rows[bar + apart + 1 :].any())

"""What somebody has crossed out on a line, because the number beside it is meant instead.

A stroke across makes one piece of several digits, in which the network for lines sees none. It is
left out, and the rest is read anew.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from palote.ink.row import Row
from palote.ink.segments import Parts, strokes_above
from palote.numbers.opinion import Seen
from palote.numbers.rest import rest_of
from palote.numbers.second import FOREIGN, is_foreign

__all__ = ["number_meant"]

WIDE = 1.3
"""What is crossed out is so wide at least, in heights of a digit: a bar through one digit is a part
of it,"""

APART = 0.25
"""Pieces of it are no farther apart, in heights of a digit, where the stroke across was broken,"""

TWICE = 0.5
"""and along such a share of its width there are two strokes above one another, or more: a 1 with a
long upstroke, or two 5s that touch, the network may not know either."""


def number_meant(row: Row, seen: Seen) -> Row | None:
    """Return the row without what is crossed out; nothing if nothing is, or all of it.

    Args:
        row: a line of writing.
        seen: what the networks see of it.
    """
    crossed = _crossed(seen)
    if len(crossed) == 0:
        return None

    def stays(middles: NDArray[np.float64]) -> NDArray[np.bool_]:
        x = middles[:, :1]
        return np.asarray(~((x >= crossed[:, 0]) & (x <= crossed[:, 1])).any(axis=1), np.bool_)

    return rest_of(row, seen.parts.level, stays)


def _crossed(seen: Seen) -> NDArray[np.float64]:
    """Return where what is crossed out begins and ends, float64 (n, 2), in pixels."""
    parts, digit = seen.parts, seen.parts.level.digit
    text, places, logs = seen.steps.peaks()
    places = places * digit
    foreign = is_foreign(text)
    found = []
    for left, right in _stretches(parts, places) if foreign.any() else ():
        within = (places >= left) & (places <= right)
        if right - left < WIDE * digit or not foreign[within].all():
            continue
        if logs[within].max() >= FOREIGN and _twice(parts, left, right) >= TWICE:
            found.append((left, right))
    return np.array(found, np.float64).reshape(-1, 2)


def _stretches(parts: Parts, places: NDArray[np.float64]) -> list[tuple[int, int]]:
    """Return where each piece with a symbol begins and ends, and those close behind that have none.

    Args:
        parts: of the line.
        places: float64 (n,), of the symbols, in pixels.
    """
    pieces = []
    for piece in np.unique(parts.piece):
        boxes = parts.boxes[parts.piece == piece]
        pieces.append((int(boxes[:, 0].min()), int((boxes[:, 0] + boxes[:, 2]).max())))
    found: list[tuple[int, int]] = []
    for left, right in sorted(pieces):
        if ((places >= left) & (places <= right)).any():
            found.append((left, right))
        elif found and left - found[-1][1] <= APART * parts.level.digit:
            found[-1] = found[-1][0], max(found[-1][1], right)
    return found


def _twice(parts: Parts, left: int, right: int) -> float:
    """Return the share of the columns between two places that meet two strokes or more."""
    return float(np.mean(strokes_above(parts.labels[:, left:right] > 0) >= 2))

"""What somebody has crossed out on a line, because the number beside it is meant instead.

A stroke across makes one piece of several digits, in which the network for lines sees none. It is
left out, and the rest is read anew.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from palote.ink.row import Row
from palote.ink.segments import Parts
from palote.numbers.decode import SYMBOLS
from palote.numbers.opinion import Seen
from palote.numbers.rest import rest_of
from palote.numbers.second import FOREIGN

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
    foreign = np.array([symbol not in SYMBOLS for symbol in text], np.bool_)
    found = []
    for stretch in _stretches(parts, places * digit) if foreign.any() else ():
        within = (places * digit >= stretch.left) & (places * digit <= stretch.right)
        if stretch.right - stretch.left < WIDE * digit or not foreign[within].all():
            continue
        if logs[within].max() >= FOREIGN and stretch.twice(parts) >= TWICE:
            found.append((stretch.left, stretch.right))
    return np.array(found, np.float64).reshape(-1, 2)


@dataclass(frozen=True)
class Stretch:
    """Pieces of ink side by side of which the first has a symbol, and no other has one.

    Attributes:
        left, right: where they begin and end, in pixels.
    """

    left: int
    right: int

    def twice(self, parts: Parts) -> float:
        """Return the share of its columns that meet two strokes or more."""
        ink = parts.labels[:, self.left : self.right] > 0
        begins = ink & ~np.pad(ink, ((1, 0), (0, 0)))[:-1]
        return float(np.mean(np.count_nonzero(begins, axis=0) >= 2))


def _stretches(parts: Parts, places: NDArray[np.float64]) -> list[Stretch]:
    """Part a line between the pieces that have symbols, at places (n,), and where gaps are wide."""
    edges = [
        (parts.boxes[own, 0].min(), (parts.boxes[own, 0] + parts.boxes[own, 2]).max())
        for own in (parts.piece == piece for piece in np.unique(parts.piece))
    ]
    found: list[Stretch] = []
    for left, right in sorted((int(a), int(b)) for a, b in edges):
        named = ((places >= left) & (places <= right)).any()
        if found and not named and left - found[-1].right <= APART * parts.level.digit:
            found[-1] = Stretch(found[-1].left, max(found[-1].right, right))
        elif named:
            found.append(Stretch(left, right))
    return found

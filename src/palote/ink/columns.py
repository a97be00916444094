"""Part lines where a table has its columns: the numbers side by side are numbers of their own.

One line does not tell: somebody may write digits far apart. But where several lines, one below the
other, leave the same wide strip bare, it runs between columns.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

__all__ = ["in_columns"]

FAR, FARTHER = 2.0, 2.0
"""In one of the lines, at least, the numbers are so many heights of a digit apart, and from middle
to middle so many times as far as digits on that line;"""
NEAREST, NEAR = 0.05, 1.2
"""what is nearer than the former may be parts of one digit, and tells nothing of how far two are
apart; what is farther than the latter, in heights of a digit, may be two columns as well;"""
BARE = 1.3
"""and the strip that is bare in all of them is so many heights of a digit wide."""
FEWEST = 2
"""Lines that have a column on either side of it, at least."""

MOST = 200
"""Of more lines than this, which are none of people's, nothing is asked."""
LEVEL, NEAREST_ROWS = 0.5, 3
"""What stands side by side differs by no more than so many heights of a digit; and only so many
lines above are looked at for it."""

Strip = tuple[float, float]
"""Where a gap begins and ends, in pixels from the left."""


@dataclass(frozen=True, eq=False)
class _Line:
    """All that stands side by side, from left to right, and the gaps ahead of all but the first.

    Attributes:
        pieces: their numbers.
        starts, ends: float64 (n - 1,), of the gaps; where pieces overlap, they end before that.
        steps: float64 (n - 1,), from the middle of the digit ahead of each to that of the next.
        cuts: places among the pieces at which another group begins.
    """

    pieces: list[int]
    starts: NDArray[np.float64]
    ends: NDArray[np.float64]
    steps: NDArray[np.float64]
    cuts: set[int]

    @classmethod
    def of(cls, stats: NDArray[np.int32], groups: list[list[int]], height: float) -> _Line:
        """Put groups side by side, from left to right; no two are above one another."""
        pieces = [piece for group in groups for piece in _from_left(stats, group)]
        boxes = stats[pieces].astype(np.float64)
        right = np.maximum.accumulate(boxes[:, 0] + boxes[:, 2])
        # Several digits may have grown together.
        half = np.minimum(boxes[:, 2], height) / 2
        steps = boxes[1:, 0] + half[1:] - right[:-1] + half[:-1]
        cuts = set(np.cumsum([len(group) for group in groups])[:-1].tolist())
        return cls(pieces, right[:-1], boxes[1:, 0], steps, cuts)

    def shared(self, strip: Strip) -> tuple[int, Strip]:
        """Return which gap has most of a strip, and what of it."""
        starts, ends = np.maximum(self.starts, strip[0]), np.minimum(self.ends, strip[1])
        best = int(np.argmax(ends - starts))
        return best, (float(starts[best]), float(ends[best]))

    def crosses(self, strip: Strip) -> bool:
        """Tell whether there is something on either side of a strip's middle."""
        middle = sum(strip) / 2
        return bool(len(self.starts) and self.starts.min() < middle < self.ends.max())

    def wide(self, height: float) -> list[Strip]:
        """Return the gaps that are far wider than those between digits, in pixels."""
        gaps = (self.ends - self.starts) / height
        far, near = gaps >= FAR, (gaps > NEAREST) & (gaps < NEAR)
        if not (far.any() and near.any()):
            return []
        wide = np.flatnonzero(far & (self.steps >= FARTHER * self.steps[near].max()))
        return [(float(self.starts[gap]), float(self.ends[gap])) for gap in wide]

    def parted(self, cuts: set[int]) -> list[list[int]]:
        """Return its pieces, parted at its own cuts and at others."""
        places = [0, *sorted(self.cuts | cuts), len(self.pieces)]
        return [self.pieces[start:end] for start, end in pairwise(places)]


def in_columns(stats: NDArray[np.int32], groups: list[list[int]], height: float) -> list[list[int]]:
    """Part the lines of a table at its columns; others are as they were.

    Args:
        stats: int32 (n, 5) of the components.
        groups: those of each line.
        height: of a digit, in pixels.
    """
    if not 1 < len(groups) <= MOST:
        return groups
    beside = _side_by_side(stats, groups, height)
    lines = [_Line.of(stats, [groups[k] for k in row], height) for row in beside]
    found: list[set[int]] = [set() for _ in lines]
    for number, line in enumerate(lines):
        for strip in line.wide(height):
            alike = [*_alike(lines, range(number + 1, len(lines)), strip, height)]
            alike += _alike(lines, range(number)[::-1], strip, height)
            if len(alike) + 1 >= FEWEST:
                for other in (number, *alike):
                    found[other].add(lines[other].shared(strip)[0] + 1)
    parted: list[list[int]] = []
    for line, row, cuts in zip(lines, beside, found, strict=True):
        parted += line.parted(cuts) if cuts else [groups[k] for k in row]
    return parted


def _alike(lines: list[_Line], order: Iterable[int], strip: Strip, height: float) -> Iterator[int]:
    """Yield the numbers of the next lines that leave a strip bare, up to one that does not."""
    for number in order:
        if not lines[number].crosses(strip):
            continue
        _, left = lines[number].shared(strip)
        if left[1] - left[0] < BARE * height:
            break
        yield number
        strip = left


def _side_by_side(
    stats: NDArray[np.int32], groups: list[list[int]], height: float
) -> list[list[int]]:
    """Return the numbers of groups that stand side by side, from the left; from top to bottom."""
    boxes = [stats[group].astype(np.float64) for group in groups]
    middles = [float(np.median(box[:, 1] + box[:, 3] / 2)) for box in boxes]
    spans = [(box[:, 0].min(), (box[:, 0] + box[:, 2]).max()) for box in boxes]
    rows: list[list[int]] = []
    for number in sorted(range(len(groups)), key=lambda k: middles[k]):
        left, right = spans[number]
        for row in rows[::-1][:NEAREST_ROWS]:
            level = middles[number] - middles[row[0]] < LEVEL * height
            if level and all(right <= spans[k][0] or left >= spans[k][1] for k in row):
                row.append(number)
                break
        else:
            rows.append([number])
    return [sorted(row, key=lambda k: spans[k][0]) for row in rows]


def _from_left(stats: NDArray[np.int32], group: list[int]) -> list[int]:
    return sorted(group, key=lambda piece: int(stats[piece, 0]))

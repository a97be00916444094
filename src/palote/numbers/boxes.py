"""Boxes in a picture: what is around several, and what two share."""

from __future__ import annotations

from collections.abc import Sequence

from palote.result import Box

__all__ = ["area", "around", "shared"]


def around(boxes: Sequence[Box]) -> Box:
    """Return the smallest box around all of them.

    >>> around([(2, 3, 4, 4), (0, 5, 3, 1)])
    (0, 3, 6, 4)
    """
    left, top = min(box[0] for box in boxes), min(box[1] for box in boxes)
    right = max(box[0] + box[2] for box in boxes)
    bottom = max(box[1] + box[3] for box in boxes)
    return left, top, right - left, bottom - top


def area(box: Box) -> int:
    """Return how many pixels a box has."""
    return box[2] * box[3]


def shared(one: Box, other: Box) -> int:
    """Return how many pixels two boxes share.

    >>> shared((0, 0, 4, 4), (2, 3, 4, 4))
    2
    """
    across = min(one[0] + one[2], other[0] + other[2]) - max(one[0], other[0])
    down = min(one[1] + one[3], other[1] + other[3]) - max(one[1], other[1])
    return max(0, across) * max(0, down)

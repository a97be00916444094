"""Spaces in a number: gaps far wider than those between its digits, "612 34 56"."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from palote.numbers.decode import SEPARATORS, Found
from palote.numbers.opinion import Seen

__all__ = ["SPACE", "spaced"]

SPACE = " "

LEAST = 0.55
"""A space is wider than this, in heights of a digit,"""
TIMES = 2.2
"""and than so many times the usual gap,"""
USUAL = 30
"""which is this percentile of all, since half of them may be spaces."""

ALONE = 1.5
"""Between two digits, which have no other gap to compare with, a space is wider than this."""


def spaced(text: Found, seen: Seen) -> str:
    """Return a text of a line with its spaces; beside a separator there is none.

    Args:
        text: as it was found.
        seen: the line.
    """
    boxes = seen.edges.boxes[list(text.edges)].astype(np.float64)
    right = np.maximum.accumulate(boxes[:, 0] + boxes[:, 2])
    gaps = (boxes[1:, 0] - right[:-1]) / seen.parts.level.digit
    if gaps.max(initial=0.0) <= LEAST:
        return text.text
    sign = np.array([symbol in SEPARATORS for symbol in text.text])
    between = ~(sign[1:] | sign[:-1])
    free = gaps[between]
    if len(free) == 0:
        return text.text
    least = max(LEAST, TIMES * _usual(free)) if len(free) > 1 else ALONE
    wide = (gaps > least) & between
    marks = [symbol + SPACE * bool(gap) for symbol, gap in zip(text.text, wide, strict=False)]
    return "".join(marks) + text.text[-1]


def _usual(gaps: NDArray[np.float64]) -> float:
    """Return the percentile of a few gaps; NumPy's own takes ten times as long for them."""
    ranked = sorted(gaps.tolist())
    below, rest = divmod(USUAL / 100 * (len(ranked) - 1), 1)
    low, high = ranked[int(below)], ranked[min(int(below) + 1, len(ranked) - 1)]
    return float(low + rest * (high - low))

"""Digits of straight strokes, as a mouse, a ruler or a display makes them.

Who draws with a mouse or copies a display's figures draws an 8 of two boxes, a 9 of a box and a
stem, a 3 of three bars: a few in a hundred drawings, and none in data of pens on tablets. A box by
itself is left out: it may be a 0 or a box. Strokes of pens become such if their bows are left out.
"""

from __future__ import annotations

from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from palote.train.alphabet import Strokes
from palote.train.curves import Stroke, bent, numbered

__all__ = ["DIGITS", "angular", "straightened"]

FORMS: dict[int, list[Strokes]] = {
    2: [
        [[(0, 0), (1, 0), (1, 0.5), (0, 0.5), (0, 1), (1, 1)]],
        [[(0, 0.2), (0, 0), (1, 0), (1, 0.45), (0, 1), (1, 1)]],
        [[(0, 0), (1, 0), (1, 0.35), (0, 1), (1, 1)]],
    ],
    3: [
        [[(0, 0), (1, 0), (1, 1), (0, 1)], [(0, 0.5), (1, 0.5)]],
        [[(0, 0), (1, 0), (1, 1), (0, 1)], [(-0.05, 0.45), (1.25, 0.45)]],
        [[(0, 0), (1, 0), (0.35, 0.45), (1, 0.45), (1, 1), (0, 1)]],
        [[(0, 0), (1, 0.2), (0.2, 0.5), (1, 0.75), (0, 1)]],
    ],
    4: [
        [[(0, 0), (0, 0.55), (1, 0.55)], [(1, 0), (1, 1)]],
        [[(0, 0), (0, 0.5), (1.15, 0.5)], [(0.75, 0), (0.75, 1)]],
        [[(0.75, 0), (0, 0.6), (1.05, 0.6)], [(0.75, 0), (0.75, 1)]],
        [[(0.7, 0.05), (0, 0.42), (0.95, 0.44)], [(0.95, 0), (0.95, 1)]],
    ],
    5: [
        [[(1, 0), (0, 0), (0, 0.45), (1, 0.45), (1, 1), (0, 1)]],
        [[(0.95, 0), (0.1, 0), (0, 0.45), (0.7, 0.4), (1, 0.65), (0.75, 1), (0, 0.95)]],
    ],
    6: [
        [[(1, 0), (0, 0), (0, 1), (1, 1), (1, 0.5), (0, 0.5)]],
        [[(0, 0), (0, 1), (1, 1), (1, 0.55), (0, 0.55)]],
        [[(0.7, 0), (0, 0.55), (0, 1), (1, 1), (1, 0.55), (0, 0.55)]],
    ],
    7: [
        [[(0, 0), (1, 0), (1, 1)]],
        [[(0, 0.2), (0, 0), (1, 0), (1, 1)]],
        [[(0, 0), (1, 0), (0.4, 1)], [(0.35, 0.5), (1.05, 0.5)]],
    ],
    8: [
        [[(0, 0), (1, 0), (1, 1), (0, 1), (0, 0)], [(0, 0.47), (1, 0.47)]],
        [[(0, 0), (1, 0), (1, 0.5), (0, 0.5), (0, 0)], [(0.1, 0.5), (0.1, 1), (1, 1), (1, 0.5)]],
        [[(0, 0), (1, 0), (0, 1), (1, 1), (0, 0)]],
    ],
    9: [
        [[(1, 0.5), (0, 0.5), (0, 0), (1, 0), (1, 1)]],
        [[(1, 0.55), (0, 0.5), (0, 0), (1, 0), (1, 1), (0, 1)]],
        [[(0.9, 0), (0, 0.05), (0.05, 0.5), (0.95, 0.5)], [(1, -0.05), (1, 1)]],
    ],
}
"""Digit -> ways of writing it, each of strokes, in a square of 1; y downwards."""

DIGITS = tuple(FORMS)

NARROWEST_SEVEN = 0.6
"""What has a shorter bar may be a 1."""


def angular(digit: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """Return the strokes of a digit made of straight ones, by a hand that is not sure.

    Args:
        digit: one of `DIGITS`.
        rng: chance.

    Returns:
        float32 (k, 3), x, y and number of the stroke; about 1 high.
    """
    forms = FORMS[digit]
    wide = rng.uniform(NARROWEST_SEVEN if digit == 7 else 0.4, 0.85)
    parts = []
    moved: dict[tuple[float, float], Stroke] = {}
    for outline in forms[int(rng.integers(len(forms)))]:
        corners = []
        for corner in outline:
            # The same corner of two strokes is missed by less than it is moved.
            place = moved.setdefault(corner, np.array(corner) + rng.normal(0, 0.035, 2))
            corners.append((place + rng.normal(0, 0.015, 2)) * np.array([wide, 1.0]))
        corners[0] = _beyond(corners[1], corners[0], rng)
        corners[-1] = _beyond(corners[-2], corners[-1], rng)
        edges = [bent(begin, end, rng.normal(0, 0.02), 8) for begin, end in pairwise(corners)]
        parts.append(np.vstack([*(edge[:-1] for edge in edges), edges[-1][-1:]]))
    return numbered(parts)


def straightened(points: NDArray[np.float32], off: float) -> NDArray[np.float32]:
    """Leave out what lies so little off that a straight stroke does (Douglas and Peucker, 1973).

    Args:
        points: float32 (k, 3), x, y and number of the stroke.
        off: distance up to which it is little, in heights of what is written.
    """
    away = off * max(float(np.ptp(points[:, 1])), 1e-3)
    parts = []
    for number in np.unique(points[:, 2]):
        stroke = np.ascontiguousarray(points[points[:, 2] == number, :2], np.float32)
        parts.append(cv2.approxPolyDP(stroke[:, None], away, False)[:, 0])
    return numbered(parts)


def _beyond(before: Stroke, end: Stroke, rng: np.random.Generator) -> Stroke:
    """Let a stroke end a little before its end, or beyond it."""
    length = max(float(np.hypot(*(end - before))), 1e-3)
    return np.asarray(end + (end - before) / length * rng.uniform(-0.04, 0.1))

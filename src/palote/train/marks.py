"""Signs that people write beside numbers and that are no digits: brackets, %, +, ticks, currencies.

Drawn by code, from what is common knowledge of how they are written.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from palote.train.curves import Stroke, bent, numbered, smooth, trembling

__all__ = ["MARKS", "mark"]


def mark(character: str, rng: np.random.Generator) -> NDArray[np.float32]:
    """Return the strokes of a sign.

    Args:
        character: one of `MARKS`.
        rng: chance.

    Returns:
        float32 (k, 3), x, y and number of the stroke; it stands where it would beside a digit 1
        high, on a baseline at 0.
    """
    points = numbered(trembling(MARKS[character](rng), rng))
    points[:, 0] *= np.exp(rng.normal(0, 0.12))
    return points


def _round_bracket(rng: np.random.Generator, side: float) -> list[Stroke]:
    """Return a bracket that opens to the right (side 1), or closes (-1)."""
    top, bottom = -rng.uniform(1.0, 1.35), rng.uniform(-0.02, 0.32)
    lean = rng.normal(0.05, 0.06)
    bow = rng.uniform(0.11, 0.26) * side
    return [bent(np.array([lean, top]), np.array([-lean, bottom]), bow, 14)]


def _square_bracket(rng: np.random.Generator, side: float) -> list[Stroke]:
    top, bottom, wide = -rng.uniform(1.0, 1.3), rng.uniform(0, 0.25), side * rng.uniform(0.12, 0.3)
    return [np.array([(wide, top), (0, top), (0, bottom), (wide, bottom)])]


def _plus(rng: np.random.Generator) -> list[Stroke]:
    middle, half = -rng.uniform(0.35, 0.6), rng.uniform(0.18, 0.36)
    high = half * rng.uniform(0.8, 1.3)
    return [
        np.array([(-half, middle), (half, middle)]),
        np.array([(0, middle - high), (0, middle + high)]),
    ]


def _ring(x: float, y: float, radius: float, rng: np.random.Generator) -> Stroke:
    angles = rng.uniform(0, 6) + np.linspace(0, 2 * np.pi * rng.uniform(0.92, 1.08), 14)
    return np.column_stack([x + radius * np.cos(angles), y + radius * np.sin(angles)])


def _percent(rng: np.random.Generator) -> list[Stroke]:
    wide, radius = rng.uniform(0.4, 0.75), rng.uniform(0.09, 0.18)
    slash = np.array([(wide, -rng.uniform(0.9, 1.1)), (0.0, rng.uniform(-0.05, 0.08))])
    return [
        _ring(0.12 * wide, -rng.uniform(0.7, 0.9), radius, rng),
        slash,
        _ring(0.92 * wide, -rng.uniform(0.08, 0.25), radius, rng),
    ]


def _degree(rng: np.random.Generator) -> list[Stroke]:
    return [_ring(0, -rng.uniform(0.85, 1.1), rng.uniform(0.08, 0.17), rng)]


def _euro(rng: np.random.Generator) -> list[Stroke]:
    turn = np.deg2rad(np.linspace(-rng.uniform(30, 60), -rng.uniform(295, 330), 20))
    wide = rng.uniform(0.3, 0.45)
    bow = np.column_stack([wide * np.cos(turn), 0.5 * np.sin(turn) - 0.5])
    left, right = -1.3 * wide, rng.uniform(0.1, 0.5) * wide
    gap = rng.uniform(0.06, 0.12)
    return [bow, *(np.array([(left, -0.5 + y), (right, -0.5 + y)]) for y in (-gap, gap))]


def _dollar(rng: np.random.Generator) -> list[Stroke]:
    wide = rng.uniform(0.4, 0.6)
    curve = [(0.95, -0.78), (0.7, -1.02), (0.1, -0.98), (0.02, -0.6), (0.5, -0.5)]
    curve += [(1.0, -0.38), (0.92, -0.02), (0.3, 0.04), (0.0, -0.2)]
    strokes = [smooth([(wide * x, y) for x, y in curve])]
    above, below = rng.uniform(0.05, 0.25, 2)
    lean = rng.normal(0.03, 0.05)
    bars = [0.5] if rng.random() < 0.75 else [0.4, 0.62]
    for bar in bars:
        x = wide * bar
        top, bottom = (-1 - above, below)
        if rng.random() < 0.2:  # the bar stands out above and below, and is not drawn within
            strokes.append(np.array([(x + lean, top), (x + lean, -0.9)]))
            strokes.append(np.array([(x - lean, -0.06), (x - lean, bottom)]))
        else:
            strokes.append(np.array([(x + lean, top), (x - lean, bottom)]))
    return strokes


def _pound(rng: np.random.Generator) -> list[Stroke]:
    wide = rng.uniform(0.45, 0.6)
    curve = [(0.95, -0.8), (0.75, -1.05), (0.35, -1.0), (0.35, -0.6), (0.4, -0.2), (0.02, 0.02)]
    foot = [(0.02, 0.0), (0.3, -0.12), (0.6, 0.04), (1.0, -0.06)]
    bar = np.array([(0.05 * wide, -0.48), (0.7 * wide, -0.5)])
    return [smooth([(wide * x, y) for x, y in points]) for points in (curve, foot)] + [bar]


def _hash(rng: np.random.Generator) -> list[Stroke]:
    lean, apart = rng.uniform(0.0, 0.2), rng.uniform(0.12, 0.2)
    upright = [np.array([(x + lean, -1.0), (x - lean, 0.0)]) for x in (-apart, apart)]
    level = [np.array([(-0.38, y), (0.38, y + rng.normal(0, 0.03))]) for y in (-0.67, -0.33)]
    return [*upright, *level]


def _tick(rng: np.random.Generator) -> list[Stroke]:
    far = rng.uniform(0.4, 0.8)
    end = (far, -rng.uniform(0.8, 1.25))
    return [smooth([(0.0, -rng.uniform(0.3, 0.5)), (0.18, 0.0), (0.18, 0.0), end])]


def _cross(rng: np.random.Generator) -> list[Stroke]:
    half = rng.uniform(0.2, 0.42)
    middle = -rng.uniform(0.4, 0.55)
    return [
        np.array([(-half, middle - half), (half, middle + half)]),
        np.array([(half, middle - half), (-half, middle + half)]),
    ]


MARKS: dict[str, Callable[[np.random.Generator], list[Stroke]]] = {
    "(": lambda rng: _round_bracket(rng, 1.0),
    ")": lambda rng: _round_bracket(rng, -1.0),
    "[": lambda rng: _square_bracket(rng, 1.0),
    "]": lambda rng: _square_bracket(rng, -1.0),
    "+": _plus,
    "%": _percent,
    "°": _degree,
    "€": _euro,
    "$": _dollar,
    "£": _pound,
    "#": _hash,
    "✓": _tick,
    "×": _cross,
}
"""Character -> its strokes, by chance."""

"""Ones with a flag and crossed sevens: what half of the world is taught, and few data sets show.

A 1 differs from a 7 by the angle of its first stroke. So both are drawn here, with and without
what schools add to them, for a network to learn where the one ends and the other begins.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["DIGITS", "schooled"]

DIGITS = (1, 7)

LONG = 0.3
"""Share of the flags that are at least half as long as the stem, as if the pen came from below.

They are steep: else they were the bar of a 7.
"""


def schooled(digit: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """Return the strokes of a 1 with a flag, or of a 7, crossed or hooked perhaps.

    Args:
        digit: 1 or 7.
        rng: chance.

    Returns:
        float32 (k, 3), x, y and number of the stroke; about 1 high, on a baseline at 0.
    """
    strokes = _one(rng) if digit == 1 else _seven(rng)
    parts = [
        np.column_stack([stroke, np.full(len(stroke), number)])
        for number, stroke in enumerate(strokes)
    ]
    return np.concatenate(parts).astype(np.float32)


def _one(rng: np.random.Generator) -> list[NDArray[np.float64]]:
    stem = _stem(rng, rng.normal(5, 10))
    top = stem[0]
    long = rng.random() < LONG
    length = rng.uniform(0.5, 1.05) if long else rng.uniform(0.12, 0.42)
    away = np.deg2rad(rng.uniform(48, 80) if long else rng.uniform(34, 78))
    tip = top + length * np.array([-np.cos(away), np.sin(away)])
    strokes = [np.vstack([_bent(tip, top, rng.normal(0, 0.05), 8)[:-1], stem])]
    if rng.random() < 0.3:
        half = rng.uniform(0.12, 0.36)
        foot, tilt = stem[-1] + rng.normal(0, 0.03, 2), rng.normal(0, 0.04)
        ends = foot + np.array([[-half, tilt], [half * rng.uniform(0.6, 1.2), -tilt]])
        strokes.append(_bent(ends[0], ends[1], rng.normal(0, 0.03), 6))
    return strokes


def _seven(rng: np.random.Generator) -> list[NDArray[np.float64]]:
    crossed = rng.random() < 0.6
    wide = rng.uniform(0.45 if crossed else 0.55, 0.85)
    stem = _stem(rng, rng.uniform(2, 32))
    corner = stem[0]
    # Its bar lies, or sinks a little towards either side.
    sinks = np.deg2rad(np.clip(rng.normal(0, 6), -15, 12 if crossed else 4))
    left = corner + np.array([-wide, wide * np.tan(sinks)])
    bar = _bent(left, corner, rng.normal(0, 0.05), 8)
    first = [bar[:-1], stem]
    if rng.random() < 0.4:
        hook = left + np.array([rng.normal(0, 0.04), rng.uniform(0.08, 0.24)])
        first.insert(0, _bent(hook, left, 0.0, 4)[:-1])
    strokes = [np.vstack(first)]
    if crossed:
        x, y = stem[np.searchsorted(stem[:, 1], -rng.uniform(0.35, 0.62))]
        before, after = rng.uniform(0.14, 0.34, 2)
        tilt = rng.normal(0, 0.05)
        ends = np.array([[x - before, y + tilt], [x + after, y - tilt]])
        strokes.append(_bent(ends[0], ends[1], rng.normal(0, 0.03), 6))
    return strokes


def _stem(rng: np.random.Generator, lean: float) -> NDArray[np.float64]:
    """Return the stroke downwards, leaning to the right by some degrees."""
    over = np.tan(np.deg2rad(np.clip(lean, -25, 40)))
    return _bent(np.array([over, -1.0]), np.zeros(2), rng.normal(0, 0.04), 14)


def _bent(
    begin: NDArray[np.float64], end: NDArray[np.float64], bow: float, count: int
) -> NDArray[np.float64]:
    """Return points from one place to another, off the straight line by some part of its length."""
    along = np.linspace(0, 1, count)[:, None]
    side = np.array([begin[1] - end[1], end[0] - begin[0]])
    return np.asarray(begin + along * (end - begin) + bow * np.sin(np.pi * along) * side)

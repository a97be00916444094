"""Strokes of a pen as curves: straight ones, bent ones, round ones, and their slant."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

__all__ = ["Stroke", "bent", "downwards", "leaning", "numbered", "smooth", "trembling"]

Stroke = NDArray[np.float64]
"""(k, 2): x to the right, y downwards; what is written stands on 0 and is about 1 high."""


def downwards(rng: np.random.Generator, lean: float) -> Stroke:
    """Return the stroke downwards, leaning to the right by some degrees."""
    return bent(np.array([_over(lean), -1.0]), np.zeros(2), rng.normal(0, 0.04), 14)


def leaning(stroke: Stroke, lean: float) -> Stroke:
    """Lean a stroke to the right by some degrees."""
    return np.asarray(stroke @ np.array([[1.0, 0.0], [-_over(lean), 1.0]]))


def bent(begin: Stroke, end: Stroke, bow: float, count: int) -> Stroke:
    """Return points from one place to another, off the straight line by some part of its length."""
    along = np.linspace(0, 1, count)[:, None]
    side = np.array([begin[1] - end[1], end[0] - begin[0]])
    return np.asarray(begin + along * (end - begin) + bow * np.sin(np.pi * along) * side)


def smooth(points: list[tuple[float, float]]) -> Stroke:
    """Return a curve along a polygon, from its first corner to its last (Chaikin, 1974)."""
    curve = np.array(points, np.float64)
    for _ in range(3):
        near = 0.75 * curve[:-1] + 0.25 * curve[1:]
        far = 0.25 * curve[:-1] + 0.75 * curve[1:]
        between = np.stack([near, far], axis=1).reshape(-1, 2)
        curve = np.vstack([curve[:1], between, curve[-1:]])
    return curve


def trembling(strokes: Iterable[Stroke], rng: np.random.Generator) -> list[Stroke]:
    """Return strokes as no hand makes them quite the same."""
    return [np.asarray(stroke + rng.normal(0, 0.015, stroke.shape)) for stroke in strokes]


def numbered(strokes: Iterable[NDArray[np.floating]]) -> NDArray[np.float32]:
    """Return strokes (k, 2) end to end: float32 (n, 3), x, y and number of the stroke."""
    parts = [
        np.column_stack([stroke, np.full(len(stroke), number)])
        for number, stroke in enumerate(strokes)
    ]
    return np.concatenate(parts).astype(np.float32)


def _over(lean: float) -> float:
    """Return how far to the right a stroke's top comes, per height, that leans by some degrees."""
    return float(np.tan(np.deg2rad(np.clip(lean, -25, 40))))

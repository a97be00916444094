"""Forms of digits that schools somewhere teach, or hands fall into, and few data sets show.

A 1 with a flag, from the baseline perhaps, or with a loop; a 7 that is crossed, hooked or round; a
5 whose bowl is but a hook; an 8 that is open above; a 9 that stands on its left side. Each differs
from another digit by little (a 1 from a 7 by the angle of its first stroke), so that a network has
to see both to learn where the one ends and the other begins. Drawn from what is common knowledge
of how numerals are written from country to country, not from anybody's pictures.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

__all__ = ["SHARES", "schooled"]

SHARES = {1: 0.25, 5: 0.08, 7: 0.2, 8: 0.05, 9: 0.08}
"""How much of what is written of a digit has one of these forms."""

LOOPED = 0.25
"""Share of the 1s that begin with a loop."""

LONG = 0.4
"""Share of the flags that are at least half as long as the stem, as if the pen came from below.

They are steep: else they were the bar of a 7.
"""

Stroke = NDArray[np.float64]
"""(k, 2): x to the right, y downwards; a digit stands on 0 and is about 1 high."""


def schooled(digit: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """Return the strokes of a digit in one of these forms.

    Args:
        digit: one of `SHARES`.
        rng: chance.

    Returns:
        float32 (k, 3), x, y and number of the stroke; about 1 high, on a baseline at 0.
    """
    parts = [
        np.column_stack([stroke, np.full(len(stroke), number)])
        for number, stroke in enumerate(FORMS[digit](rng))
    ]
    return np.concatenate(parts).astype(np.float32)


def _one(rng: np.random.Generator) -> list[Stroke]:
    if rng.random() < LOOPED:
        return [_looped(rng)]
    stem = _stem(rng, rng.normal(5, 10))
    top = stem[0]
    long = rng.random() < LONG
    length = rng.uniform(0.5, 1.2) if long else rng.uniform(0.12, 0.42)
    away = np.deg2rad(rng.uniform(42, 80) if long else rng.uniform(34, 78))
    tip = top + length * np.array([-np.cos(away), np.sin(away)])
    bow = rng.normal(0, 0.07 if long else 0.05)
    strokes = [np.vstack([_bent(tip, top, bow, 8)[:-1], stem])]
    if rng.random() < 0.3:
        half = rng.uniform(0.12, 0.36)
        foot, tilt = stem[-1] + rng.normal(0, 0.03, 2), rng.normal(0, 0.04)
        ends = foot + np.array([[-half, tilt], [half * rng.uniform(0.6, 1.2), -tilt]])
        strokes.append(_bent(ends[0], ends[1], rng.normal(0, 0.03), 6))
    return strokes


def _looped(rng: np.random.Generator) -> Stroke:
    """Return a 1 in one stroke: up its right side, over, and down its left one."""
    wide, crossing = rng.uniform(0.05, 0.15), rng.uniform(0.3, 0.65)
    points = [
        (-rng.uniform(0.15, 0.6), -rng.uniform(0.0, 0.45)),
        (0.0, -crossing),
        (wide, -0.85),
        (0.3 * wide, -1.02),
        (-0.7 * wide, -0.85),
        (0.0, -crossing),
        (0.0, 0.0),
    ]
    if rng.random() < 0.35:
        points[-1:] = [(0.02, -0.06), (0.06, 0.0), (rng.uniform(0.12, 0.3), -rng.uniform(0, 0.1))]
    return _leaning(_smooth(points), rng.normal(12, 9))


def _five(rng: np.random.Generator) -> list[Stroke]:
    """Return a 5 whose bowl is hardly there: a stem with a hook below, and its bar."""
    bowl = max(0.0, rng.uniform(-0.08, 0.16))
    hook = (-rng.uniform(0.12, 0.36), -rng.uniform(0.03, 0.3))
    body: list[tuple[float, float]] = [(0.0, -1.0), (rng.normal(0, 0.02), -0.55)]
    sharp = bowl == 0 and rng.random() < 0.6
    body += [(-0.02, 0.0), hook] if sharp else [(bowl, -0.3), (0.6 * bowl, -0.04), (-0.08, 0), hook]
    lean = rng.normal(10, 9)
    stem = _leaning(np.array(body) if sharp else _smooth(body), lean)
    top = stem[0]
    far = top + np.array([rng.uniform(0.3, 0.85), rng.normal(-0.03, 0.05)])
    if rng.random() < 0.5:
        return [np.vstack([_bent(far, top, rng.normal(0, 0.04), 6)[:-1], stem])]
    near = top + np.array([rng.uniform(-0.06, 0.1), rng.normal(0, 0.03)])
    return [stem, _bent(near, far, rng.normal(0, 0.04), 6)]


def _seven(rng: np.random.Generator) -> list[Stroke]:
    crossed = rng.random() < 0.6
    wide = rng.uniform(0.45 if crossed else 0.55, 0.85)
    stem = _stem(rng, rng.uniform(2, 32))
    corner = stem[0]
    # Its bar lies, or sinks a little towards either side.
    sinks = np.deg2rad(np.clip(rng.normal(0, 6), -15, 12 if crossed else 4))
    left = corner + np.array([-wide, wide * np.tan(sinks)])
    bar = _bent(left, corner, rng.normal(0, 0.05), 8)
    first = [bar[:-1], stem]
    if rng.random() < 0.25:  # round, and none of it is straight
        first = [_smooth([tuple(left), tuple((2 * corner + left) / 3), tuple(corner), *stem[3:]])]
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


def _eight(rng: np.random.Generator) -> list[Stroke]:
    """Return an 8 whose upper loop is not closed."""
    wide, waist = rng.uniform(0.16, 0.28), -rng.uniform(0.48, 0.62)
    points = [
        (rng.uniform(0.15, 0.38), -1.0),
        (0.04, waist),
        (-wide, 0.45 * waist),
        (0.0, 0.0),
        (wide, 0.45 * waist),
        (0.0, waist),
        (-rng.uniform(0.14, 0.32), -rng.uniform(0.82, 1.02)),
    ]
    return [_leaning(_smooth(points), rng.normal(8, 8))]


def _nine(rng: np.random.Generator) -> list[Stroke]:
    """Return a 9 whose stem comes from below its bowl, or from its left side."""
    wide, high = rng.uniform(0.16, 0.27), rng.uniform(0.2, 0.29)
    # From where the stem begins once round, counted clockwise from the bottom.
    begin = np.deg2rad(rng.uniform(-25, 80))
    around = begin + np.linspace(0, 2 * np.pi - np.deg2rad(rng.uniform(0, 30)), 24)
    bowl = np.column_stack([-wide * np.sin(around), high * (np.cos(around) + 1) - 1])
    foot = np.array([bowl[0, 0] + rng.normal(0, 0.06), 0.0])
    stem = _bent(bowl[0], foot, rng.normal(0, 0.05), 8)
    return [_leaning(np.vstack([bowl[::-1][:-1], stem]), rng.normal(8, 9))]


FORMS: dict[int, Callable[[np.random.Generator], list[Stroke]]] = {
    1: _one,
    5: _five,
    7: _seven,
    8: _eight,
    9: _nine,
}


def _stem(rng: np.random.Generator, lean: float) -> Stroke:
    """Return the stroke downwards, leaning to the right by some degrees."""
    return _bent(np.array([_over(lean), -1.0]), np.zeros(2), rng.normal(0, 0.04), 14)


def _leaning(stroke: Stroke, lean: float) -> Stroke:
    """Lean a stroke to the right by some degrees."""
    return np.asarray(stroke @ np.array([[1.0, 0.0], [-_over(lean), 1.0]]))


def _over(lean: float) -> float:
    """Return how far to the right a stroke's top comes, per height, that leans by some degrees."""
    return float(np.tan(np.deg2rad(np.clip(lean, -25, 40))))


def _bent(begin: Stroke, end: Stroke, bow: float, count: int) -> Stroke:
    """Return points from one place to another, off the straight line by some part of its length."""
    along = np.linspace(0, 1, count)[:, None]
    side = np.array([begin[1] - end[1], end[0] - begin[0]])
    return np.asarray(begin + along * (end - begin) + bow * np.sin(np.pi * along) * side)


def _smooth(points: list[tuple[float, float]]) -> Stroke:
    """Return a curve along a polygon, from its first corner to its last (Chaikin, 1974)."""
    curve = np.array(points, np.float64)
    for _ in range(3):
        near = 0.75 * curve[:-1] + 0.25 * curve[1:]
        far = 0.25 * curve[:-1] + 0.75 * curve[1:]
        between = np.stack([near, far], axis=1).reshape(-1, 2)
        curve = np.vstack([curve[:1], between, curve[-1:]])
    return curve

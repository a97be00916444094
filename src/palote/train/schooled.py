"""Forms of digits that schools somewhere teach, or hands fall into, and few data sets show.

A 1 with a flag, from the baseline perhaps, or with a loop; a 2 whose head is a loop; a 4 that is
open above or has no stem there; a 5 like an S, or whose bowl is but a hook; a 7 that is crossed,
hooked or round, or hardly more than a cross; an 8 that is open above; a 9 that stands on its left
side; a 0 that the pen leaves to the right. Each differs from another digit by little (a 1 from a 7
by the angle of its first stroke), so that a network has to see both to learn where the one ends
and the other begins. Drawn from what is common knowledge of how numerals are written from country
to country, not from anybody's pictures.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from palote.train.curves import Stroke, bent, downwards, leaning, numbered, smooth

__all__ = ["SHARES", "schooled"]

SHARES = {0: 0.06, 1: 0.28, 2: 0.1, 4: 0.1, 5: 0.12, 7: 0.22, 8: 0.05, 9: 0.16}
"""How much of what is written of a digit has one of these forms."""

LOOPED = 0.28
"""Share of the 1s that begin with a loop."""

LIKE_P = 0.5
"""Share of the 9s whose stem is at their left."""

LONG = 0.5
"""Share of the flags that are at least half as long as the stem, as if the pen came from below.

They are steep: else they were the bar of a 7.
"""


def schooled(digit: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """Return the strokes of a digit in one of these forms.

    Args:
        digit: one of `SHARES`.
        rng: chance.

    Returns:
        float32 (k, 3), x, y and number of the stroke; about 1 high, on a baseline at 0.
    """
    return numbered(FORMS[digit](rng))


def _one(rng: np.random.Generator) -> list[Stroke]:
    if rng.random() < LOOPED:
        return [_looped(rng)]
    stem = downwards(rng, rng.normal(5, 10))
    top = stem[0]
    long = rng.random() < LONG
    length = rng.uniform(0.5, 1.2) if long else rng.uniform(0.12, 0.42)
    away = np.deg2rad(rng.uniform(42, 80) if long else rng.uniform(34, 78))
    tip = top + length * np.array([-np.cos(away), np.sin(away)])
    bow = rng.normal(0, 0.07 if long else 0.05)
    strokes = [np.vstack([bent(tip, top, bow, 8)[:-1], stem])]
    if rng.random() < 0.3:
        half = rng.uniform(0.12, 0.36)
        foot, tilt = stem[-1] + rng.normal(0, 0.03, 2), rng.normal(0, 0.04)
        ends = foot + np.array([[-half, tilt], [half * rng.uniform(0.6, 1.2), -tilt]])
        strokes.append(bent(ends[0], ends[1], rng.normal(0, 0.03), 6))
    return strokes


def _looped(rng: np.random.Generator) -> Stroke:
    """Return a 1 in one stroke: up its right side, over, and down its left one."""
    wide, crossing = rng.uniform(0.05, 0.18), rng.uniform(0.22, 0.65)
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
    return leaning(smooth(points), rng.normal(12, 9))


def _five(rng: np.random.Generator) -> list[Stroke]:
    """Return a 5 like an S, or one whose bowl is hardly there: a stem with a hook, and its bar."""
    if rng.random() < 0.35:
        return [_like_s(rng)]
    bowl = max(0.0, rng.uniform(-0.08, 0.16))
    hook = (-rng.uniform(0.12, 0.36), -rng.uniform(0.03, 0.3))
    body: list[tuple[float, float]] = [(0.0, -1.0), (rng.normal(0, 0.02), -0.55)]
    sharp = bowl == 0 and rng.random() < 0.6
    body += [(-0.02, 0.0), hook] if sharp else [(bowl, -0.3), (0.6 * bowl, -0.04), (-0.08, 0), hook]
    lean = rng.normal(10, 9)
    stem = leaning(np.array(body) if sharp else smooth(body), lean)
    top = stem[0]
    far = top + np.array([rng.uniform(0.3, 0.85), rng.normal(-0.03, 0.05)])
    if rng.random() < 0.5:
        return [np.vstack([bent(far, top, rng.normal(0, 0.04), 6)[:-1], stem])]
    near = top + np.array([rng.uniform(-0.06, 0.1), rng.normal(0, 0.03)])
    return [stem, bent(near, far, rng.normal(0, 0.04), 6)]


def _like_s(rng: np.random.Generator) -> Stroke:
    """Return a 5 in one stroke, whose bar and stem are one curve."""
    wide, waist = rng.uniform(0.14, 0.26), -rng.uniform(0.45, 0.62)
    points = [
        (wide + rng.uniform(0.0, 0.3), -1.0 + rng.normal(0, 0.04)),
        (-0.2 * wide, -1.0),
        (-wide, -0.98 + rng.uniform(0, 0.06)),
        (-wide, 0.5 * (waist - 1) + 0.08),
        (0.3 * wide, waist),
        (1.2 * wide, 0.5 * waist),
        (0.6 * wide, 0.0),
        (-wide - rng.uniform(0, 0.15), -rng.uniform(0, 0.12)),
    ]
    return leaning(smooth(points), rng.normal(8, 8))


def _seven(rng: np.random.Generator) -> list[Stroke]:
    crossed = rng.random() < 0.6
    # What has a long bar in its middle may have next to none above.
    small = crossed and rng.random() < 0.3
    wide = rng.uniform(0.16, 0.42) if small else rng.uniform(0.45 if crossed else 0.55, 0.85)
    stem = downwards(rng, rng.uniform(2, 32))
    corner = stem[0]
    # Its bar lies, or sinks a little towards either side.
    sinks = np.deg2rad(np.clip(rng.normal(0, 6), -15, 12 if crossed else 4))
    left = corner + np.array([-wide, wide * np.tan(sinks)])
    bar = bent(left, corner, rng.normal(0, 0.05), 8)
    first = [bar[:-1], stem]
    if rng.random() < 0.25:  # round, and none of it is straight
        first = [smooth([tuple(left), tuple((2 * corner + left) / 3), tuple(corner), *stem[3:]])]
    if rng.random() < 0.4:
        hook = left + np.array([rng.normal(0, 0.04), rng.uniform(0.08, 0.24)])
        first.insert(0, bent(hook, left, 0.0, 4)[:-1])
    strokes = [np.vstack(first)]
    if crossed:
        x, y = stem[np.searchsorted(stem[:, 1], -rng.uniform(0.35, 0.62))]
        before, after = rng.uniform(0.22, 0.46, 2) if small else rng.uniform(0.14, 0.34, 2)
        tilt = rng.normal(0, 0.05)
        ends = np.array([[x - before, y + tilt], [x + after, y - tilt]])
        strokes.append(bent(ends[0], ends[1], rng.normal(0, 0.03), 6))
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
    return [leaning(smooth(points), rng.normal(8, 8))]


def _nine(rng: np.random.Generator) -> list[Stroke]:
    """Return a 9 whose stem comes from below its bowl, or from its left side."""
    if rng.random() < LIKE_P:
        return _like_p(rng)
    wide, high = rng.uniform(0.16, 0.27), rng.uniform(0.2, 0.29)
    # From where the stem begins once round, counted clockwise from the bottom.
    begin = np.deg2rad(rng.uniform(-25, 80))
    around = begin + np.linspace(0, 2 * np.pi - np.deg2rad(rng.uniform(0, 30)), 24)
    bowl = np.column_stack([-wide * np.sin(around), high * (np.cos(around) + 1) - 1])
    foot = np.array([bowl[0, 0] + rng.normal(0, 0.06), 0.0])
    stem = bent(bowl[0], foot, rng.normal(0, 0.05), 8)
    return [leaning(np.vstack([bowl[::-1][:-1], stem]), rng.normal(8, 9))]


def _like_p(rng: np.random.Generator) -> list[Stroke]:
    """Return a 9 that is a stem with a bowl at its right, closed or nearly."""
    wide, deep = rng.uniform(0.26, 0.5), rng.uniform(0.36, 0.6)
    over, short = rng.uniform(-0.04, 0.08), max(0.0, rng.uniform(-0.3, 0.12))
    stem = bent(np.zeros(2), np.array([0.0, over - 1]), rng.normal(0, 0.04), 14)
    points = [
        (rng.uniform(-0.12, 0.02), -1.0 + max(over, 0.0)),
        (0.55 * wide, -1.04),
        (wide, -1.0 + 0.35 * deep),
        (0.7 * wide, deep - 1),
        (short * wide - 0.02, deep - 1 + rng.uniform(-0.06, 0.02)),
    ]
    strokes = [stem, smooth(points)]
    if rng.random() < 0.5:
        strokes = [np.vstack(strokes)]
    lean = rng.normal(10, 9)
    return [leaning(stroke, lean) for stroke in strokes]


def _two(rng: np.random.Generator) -> list[Stroke]:
    """Return a 2 whose head is a loop, small or nearly as high as all of it."""
    wide, deep = rng.uniform(0.18, 0.32), rng.uniform(0.36, 0.74)
    low = deep - 1
    points = [
        (rng.uniform(0.0, 0.7) * wide, low - 0.06),
        (-0.4 * wide, low + rng.uniform(0, 0.05)),
        (-wide, low - 0.4 * deep),
        (-0.8 * wide, -0.97),
        (0.1 * wide, -1.03),
        (wide, -0.9),
        (0.95 * wide, 0.6 * low - 0.2),
        (0.1 * wide, 0.3 * low),
        (-wide, -0.02),
    ]
    far = rng.uniform(0.7, 1.6) * wide
    if rng.random() < 0.4:  # and a small one where it turns
        points += [(-1.25 * wide, -0.06), (-1.05 * wide, -0.16), (-0.3 * wide, -0.05)]
    else:
        points += [points[-1], (-0.2 * wide, rng.normal(-0.03, 0.03))]
    points += [(0.5 * far, 0.02), (far, -rng.uniform(-0.03, 0.12))]
    return [leaning(smooth(points), rng.normal(8, 8))]


def _four(rng: np.random.Generator) -> list[Stroke]:
    """Return a 4 that is open above and round, one like an H, or one without a stem above."""
    wide, bar = rng.uniform(0.3, 0.5), -rng.uniform(0.32, 0.55)
    lean, kind = rng.normal(8, 8), rng.random()
    left = (-wide + rng.normal(0, 0.04), -rng.uniform(0.8, 1.02))
    if kind < 0.45:
        points = [left, (-wide, bar - 0.12), (-0.85 * wide, bar), (-0.3 * wide, bar + 0.03)]
        top = -rng.uniform(0.7, 1.0) if left[1] < -0.95 else -1.0
        stem = [(rng.normal(0.02, 0.03), top), (0.0, bar), (rng.normal(-0.02, 0.04), 0.0)]
        if rng.random() < 0.5:  # the pen stays down
            strokes = [np.vstack([smooth([*points, (0.0, bar - 0.06), stem[0]]), np.array(stem)])]
        else:
            strokes = [smooth([*points, (rng.uniform(0.0, 0.2), bar)]), np.array(stem)]
    elif kind < 0.65:
        bottom = rng.uniform(bar, -0.05)
        across = [(-wide + rng.uniform(-0.15, 0.0), bar), (rng.uniform(0.05, 0.25), bar)]
        stem = [(rng.normal(0.02, 0.03), -1.0), (0.0, 0.0)]
        strokes = [_straight(*one) for one in ((left, (-wide, bottom)), across, stem)]
    else:
        slant = rng.uniform(0.0, 0.6) * wide
        corner = (-wide + rng.normal(0, 0.03), bar)
        end = (rng.uniform(-0.02, 0.12), bar + rng.normal(-0.04, 0.04))
        body = [(corner[0] + slant, -1.0), corner, end]
        foot = (rng.uniform(-0.35, 0.05) * wide, 0.0)
        if rng.random() < 0.5:
            strokes = [np.vstack([np.array(body), np.array([foot])])]
        else:
            begin = (end[0] - 0.06, bar - rng.uniform(0.02, 0.2))
            strokes = [np.vstack([_straight(*body[:2])[:-1], _straight(*body[1:])])]
            strokes.append(_straight(begin, foot))
    return [leaning(stroke, lean) for stroke in strokes]


def _nought(rng: np.random.Generator) -> list[Stroke]:
    """Return a 0 that does not end where it began: the pen goes on to the right, or within."""
    wide, begin = rng.uniform(0.28, 0.46), np.deg2rad(rng.uniform(-50, 35))
    # Counter-clockwise from the top.
    past = np.deg2rad(rng.uniform(-25, 40))
    around = begin + np.linspace(0, 2 * np.pi + past, 28)
    grows = 1 + rng.uniform(-0.12, 0.12) * np.linspace(0, 1, 28)
    ring = np.column_stack([-wide * np.sin(around), -0.5 * np.cos(around)]) * grows[:, None]
    ring[:, 1] -= 0.5
    if rng.random() < 0.65:
        x, y = ring[-1]
        tail = rng.uniform(0.15, 0.5)
        dip, end = y + rng.uniform(0.0, 0.1), y + rng.normal(0.0, 0.07)
        ring = np.vstack([ring[:-1], smooth([(x, y), (x + 0.5 * tail, dip), (x + tail, end)])])
    return [leaning(ring, rng.normal(8, 8))]


def _straight(begin: tuple[float, float], end: tuple[float, float]) -> Stroke:
    return bent(np.array(begin), np.array(end), 0.0, 8)


FORMS: dict[int, Callable[[np.random.Generator], list[Stroke]]] = {
    0: _nought,
    1: _one,
    2: _two,
    4: _four,
    5: _five,
    7: _seven,
    8: _eight,
    9: _nine,
}

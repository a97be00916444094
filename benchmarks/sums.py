"""Numbers of the validation writers with signs of arithmetic between them, drawn by code."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from benchmarks.number_sets import Item, text
from benchmarks.sets import SEED, png, with_strokes
from benchmarks.styles import Points, Stroke, high
from palote import data
from palote.settings import Settings
from palote.train import draw
from palote.train.curves import numbered

__all__ = ["sums"]

SUMS = 200

KINDS = ("plus", "times", "divided by", "plus and equals")


def sums(settings: Settings) -> Iterator[Item]:
    """Two or three numbers, each of one to three digits, of one writer."""
    pens = data.pen("validation", settings)
    rng = np.random.default_rng([SEED, 23])
    for number in range(SUMS):
        kind = KINDS[number % len(KINDS)]
        signs = kind.split(" and ")
        own = np.flatnonzero(pens.writers == rng.choice(np.unique(pens.writers)))
        chosen = [
            [int(i) for i in rng.choice(own, rng.integers(1, 4))] for _ in range(len(signs) + 1)
        ]
        line = np.zeros((0, 3), np.float32)
        for place, digits in enumerate(chosen):
            for digit in digits:
                line = _beside(line, high(pens[digit]), rng.uniform(0.15, 0.4))
            if place < len(signs):
                line = _beside(line, _sign(signs[place], rng), rng.uniform(0.15, 0.6))
        height = rng.uniform(40, 110)
        longer = height * float(np.ptp(line[:, :2], axis=0).max())
        ink = draw.paint(line, longer, max(1.5, height * rng.uniform(0.05, 0.12)))
        ink = np.pad(ink, int(height * rng.uniform(0.15, 0.8)))
        paper = rng.random() < 0.5
        picture = draw.paper(ink, rng, ruled=False) if paper else draw.canvas(ink, dark=True)
        lines = tuple(text(pens, digits) for digits in chosen)
        yield Item(png(picture), lines, "sums", f"between {kind}")


def _beside(line: Points, glyph: Points, gap: float) -> Points:
    """Set strokes to the right of a line."""
    if len(line) == 0:
        return glyph
    left = float(line[:, 0].max()) + gap - float(glyph[:, 0].min())
    return with_strokes(line, glyph + np.array([left, 0, 0], np.float32))


def _sign(name: str, rng: np.random.Generator) -> Points:
    """Return a sign at half the height of digits, which are 1 high."""
    wide, middle = rng.uniform(0.35, 0.65), rng.uniform(0.42, 0.6)
    half = wide / 2
    level = np.array([(-half, 0.0), (half, 0.0)])
    upright = level[:, ::-1]
    slope = np.array([(-half, -half), (half, half)]) * 0.9
    shapes: dict[str, list[Stroke]] = {
        "plus": [level, upright],
        "times": [slope, slope * np.array([-1, 1])],
        "divided by": [
            level,
            upright * 0.1 + np.array([0, half]),
            upright * 0.1 - np.array([0, half]),
        ],
        "equals": [level - np.array([0, 0.12]), level + np.array([0, 0.12])],
    }
    strokes = [one + np.array([0, middle]) + rng.normal(0, 0.02, one.shape) for one in shapes[name]]
    return numbered(strokes)

"""What somebody has crossed out: a number that is no longer meant, taught as what is no digit."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from palote.train.curves import Stroke, bent, numbered
from palote.train.glyphs import Glyph
from palote.train.phrases import OTHER

__all__ = ["STRUCK", "struck"]

STRUCK = 0.035
"""Share of the lines on which something is crossed out."""

LEAST = 2
"""Marks that are crossed out at least: a bar through one digit belongs to it, as in a 7 or a 0."""


def struck(
    line: list[Glyph], marks: str, words: list[int], rng: np.random.Generator
) -> tuple[list[Glyph], str]:
    """Cross out one of the words on a line, if one is drawn with a pen and long enough.

    Args:
        line: the marks, set.
        marks: the symbol of each.
        words: of each, the number of the word that it belongs to.
        rng: chance.

    Returns:
        The marks, the first of those that are crossed out with the strokes across all of them,
        and their symbols, `phrases.OTHER` for what is crossed out.
    """
    chosen = int(rng.choice(words))
    first, last = words.index(chosen), len(words) - words[::-1].index(chosen)
    inside = line[first:last]
    drawn = all(glyph.picture is None for glyph in inside)
    if not drawn or sum(mark.isdigit() for mark in marks[first:last]) < LEAST:
        return line, marks
    points = np.concatenate([glyph.points for glyph in inside])
    left, right = float(points[:, 0].min()), float(points[:, 0].max())
    own = inside[0].points
    strokes = numbered(_strokes(left, right, rng))
    strokes[:, 2] += own[:, 2].max() + 1
    whole = replace(inside[0], points=np.concatenate([own, strokes]).astype(np.float32))
    crossed = OTHER * (last - first)
    return [*line[:first], whole, *line[first + 1 :]], marks[:first] + crossed + marks[last:]


def _strokes(left: float, right: float, rng: np.random.Generator) -> list[Stroke]:
    """Return the strokes across what stands on a baseline at 0 and is 1 high."""
    left, right = left - rng.uniform(0, 0.3), right + rng.uniform(0, 0.3)
    kind = rng.random()
    if kind < 0.6:  # one line, or several
        count = int(rng.choice([1, 2, 3], p=[0.6, 0.3, 0.1]))
        ends = rng.normal(-0.48, 0.11, (count, 2))
        bows = rng.normal(0, 0.02, count)
        pairs = zip(ends, bows, strict=True)
        return [bent(np.array([left, a]), np.array([right, b]), bow, 12) for (a, b), bow in pairs]
    if kind < 0.75:  # a cross
        over = rng.uniform(-0.1, 0.15, 4)
        down = bent(np.array([left, -1 - over[0]]), np.array([right, over[1]]), 0.0, 8)
        up = bent(np.array([left, over[2]]), np.array([right, -1 - over[3]]), 0.0, 8)
        return [down, up]
    count = max(4, round((right - left) * rng.uniform(2, 5)))  # to and fro
    x = np.linspace(left, right, count)
    reach = rng.uniform(0.25, 0.5)
    y = -0.5 + reach * np.where(np.arange(count) % 2, 1, -1) * rng.uniform(0.7, 1.1, count)
    return [np.column_stack([x, y])]

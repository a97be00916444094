"""What somebody has crossed out: a number that is no longer meant, taught as what is no digit."""

from __future__ import annotations

import numpy as np

from palote.train.curves import Stroke, bent, numbered
from palote.train.glyphs import Glyph
from palote.train.phrases import OTHER

__all__ = ["ANEW", "STRUCK", "struck"]

STRUCK = 0.05
"""Share of the lines on which something is crossed out,"""

ANEW = 0.05
"""and of those with a number that is crossed out and another beside it."""

LEAST = 2
"""Marks that are crossed out at least: a bar through one digit belongs to it, as in a 7 or a 0."""


def struck(
    line: list[Glyph], marks: str, words: list[int], rng: np.random.Generator
) -> tuple[list[Glyph], str]:
    """Cross out one of the words on a line, if it is long enough.

    Args:
        line: the marks, set.
        marks: the symbol of each.
        words: of each, the number of the word that it belongs to.
        rng: chance.

    Returns:
        The marks, with the strokes across what is crossed out as one more after it, and their
        symbols, `phrases.OTHER` for all of these.
    """
    chosen = int(rng.choice(words))
    first, last = words.index(chosen), len(words) - words[::-1].index(chosen)
    if sum(mark.isdigit() for mark in marks[first:last]) < LEAST:
        return line, marks
    points = np.concatenate([glyph.points for glyph in line[first:last]])
    left, right = float(points[:, 0].min()), float(points[:, 0].max())
    across = Glyph(numbered(_strokes(left, right, rng)))
    crossed = OTHER * (last - first + 1)
    return [*line[:last], across, *line[last:]], marks[:first] + crossed + marks[last:]


def _strokes(left: float, right: float, rng: np.random.Generator) -> list[Stroke]:
    """Return the strokes across what stands on a baseline at 0 and is 1 high."""
    left, right = left - rng.uniform(0, 0.3), right + rng.uniform(0, 0.3)
    kind = rng.random()
    if kind < 0.55:  # one line, or several
        count = int(rng.choice([1, 2, 3], p=[0.6, 0.3, 0.1]))
        ends = rng.normal(-0.48, 0.11, (count, 2))
        bows = rng.normal(0, 0.02, count)
        pairs = zip(ends, bows, strict=True)
        return [bent(np.array([left, a]), np.array([right, b]), bow, 12) for (a, b), bow in pairs]
    if kind < 0.75:  # a cross, or one half of it
        over = rng.uniform(-0.1, 0.15, 4)
        down = bent(np.array([left, -1 - over[0]]), np.array([right, over[1]]), 0.0, 8)
        up = bent(np.array([left, over[2]]), np.array([right, -1 - over[3]]), 0.0, 8)
        return [down, up] if kind < 0.68 else [up]
    most = 5 if kind < 0.9 else 12  # to and fro, so that it can still be read, or hardly
    count = max(4, round((right - left) * rng.uniform(2, most)))
    x = np.linspace(left, right, count)
    reach = rng.uniform(0.25, 0.5)
    y = -0.5 + reach * np.where(np.arange(count) % 2, 1, -1) * rng.uniform(0.7, 1.1, count)
    return [np.column_stack([x, y])]

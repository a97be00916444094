"""Numbers of the validation writers in the cells of tables, printed lines around them or none."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np

from benchmarks.fields import Ink, in_row, on_plain, put
from benchmarks.number_sets import Item, text
from benchmarks.sets import SEED
from palote import data
from palote.settings import Settings

__all__ = ["tables"]

TABLES = 60


def tables(settings: Settings) -> Iterator[Item]:
    """Two to five rows of two to four numbers, each of one to four digits, of one writer."""
    pens = data.pen("validation", settings)
    rng = np.random.default_rng([SEED, 17])
    for number in range(TABLES):
        kind = ("in columns", "in a ruled table")[number % 2]
        height = rng.uniform(30, 45)
        shape = int(rng.integers(2, 6)), int(rng.integers(2, 5))
        own = np.flatnonzero(pens.writers == rng.choice(np.unique(pens.writers)))
        chosen = [
            [[int(i) for i in rng.choice(own, rng.integers(1, 5))] for _ in range(shape[1])]
            for _ in range(shape[0])
        ]
        inks = [[in_row([pens[i] for i in cell], height, rng) for cell in row] for row in chosen]
        wide = max(ink.shape[1] for row in inks for ink in row) + height * rng.uniform(1.5, 3.5)
        high = max(len(ink) for row in inks for ink in row) + height * rng.uniform(0.3, 0.7)
        page = np.zeros((round(high * shape[0]) + 4, round(wide * shape[1]) + 4), np.float32)
        place = rng.uniform(0.2, 0.8)  # to the left, or to the right, of each cell
        for down, row in enumerate(inks):
            for across, ink in enumerate(row):
                left = across * wide + place * (wide - ink.shape[1])
                put(page, ink, round(down * high + (high - len(ink)) / 2), round(left))
        if kind == "in a ruled table":
            _rule(page, high, wide, int(rng.integers(1, 4)), rng.uniform(0.3, 0.9))
        texts = tuple(text(pens, cell) for row in chosen for cell in row)
        yield Item(on_plain(page, (225, 250), (150, 215), rng), texts, "in tables", kind)


def _rule(page: Ink, high: float, wide: float, thick: int, tone: float) -> None:
    """Draw the lines of a table around its cells."""
    printed = np.zeros_like(page)
    for y in np.arange(0, len(page), high):
        cv2.line(printed, (0, round(y) + 1), (page.shape[1], round(y) + 1), tone, thick)
    for x in np.arange(0, page.shape[1], wide):
        cv2.line(printed, (round(x) + 1, 0), (round(x) + 1, len(page)), tone, thick)
    np.maximum(page, printed, out=page)

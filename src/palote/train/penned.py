"""The pen strokes as pictures: each drawn once on a canvas, any place, size and pen."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from palote import data
from palote.data import Item, Part, Skip, Strokes
from palote.settings import Settings
from palote.train import draw

__all__ = ["PenStrokes"]

SEED = 2026
HELD_BACK = 10
"""Every so manieth writer of the training part is kept for validation."""


class PenStrokes:
    """Digits of the pen data sets (UCI Pen-Based Recognition and UNIPEN, CC BY 4.0).

    The test part are the writers who are never trained on. Of the others, some writers
    are kept for validation.

    Args:
        settings: where the data sets are.
    """

    name = "pen"

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def count(self, split: Part) -> int:
        """Return how many pictures the part has."""
        return len(self._strokes[split])

    def pictures(self, split: Part, skip: Skip | None = None) -> Iterator[Item]:
        """Yield the pictures, uint8 (280, 280), in a fixed mixed order; none is unreadable.

        Raises:
            DataError: a file is missing or damaged.
        """
        strokes = self._strokes[split]
        kept = set(np.unique(strokes.writers)[::HELD_BACK]) if split == "train" else set()
        for index in np.random.default_rng(SEED).permutation(len(strokes)):
            rng = np.random.default_rng([SEED, int(index)])
            yield Item(
                self._drawn(strokes[int(index)], rng),
                int(strokes.labels[index]),
                f"pen/{split}/{index}",
                bool(strokes.writers[index] in kept),
            )

    @staticmethod
    def _drawn(points: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.uint8]:
        return draw.anywhere(points, rng)

    @cached_property
    def _strokes(self) -> dict[Part, Strokes]:
        return {
            "train": data.pen("train", self._settings),
            "test": data.pen("validation", self._settings),
        }

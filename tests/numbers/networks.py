"""Networks for tests: one that says what it is told to, one that counts what it is shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from palote.model.card import Card
from palote.model.engine import Engine, Outputs
from palote.model.line import LineCard

__all__ = ["Counting", "Says", "centres_of"]


@dataclass
class Says:
    """A line network that is sure of a text, evenly spread over the ink of any line."""

    text: str
    sure: float = 0.999
    card: LineCard = field(default_factory=lambda: LineCard("says", "0123456789.-/x", 2))

    def __call__(self, lines: Sequence[NDArray[np.float32]]) -> list[NDArray[np.float32]]:
        return [self._one(line) for line in lines]

    def _one(self, line: NDArray[np.float32]) -> NDArray[np.float32]:
        classes = len(self.card.alphabet) + 1
        steps = line.shape[1] // self.card.stride
        shares = np.full((steps, classes), (1 - self.sure) / (classes - 1), np.float32)
        inked = np.flatnonzero(line.any(axis=0))
        centres = centres_of(line.any(axis=0))
        if len(centres) != len(self.text):
            low, high = int(inked[0]), int(inked[-1])
            centres = [
                low + (high - low) * (i + 0.5) / len(self.text) for i in range(len(self.text))
            ]
        at = {int(x) // self.card.stride: s for x, s in zip(centres, self.text, strict=True)}
        for step in range(steps):
            symbol = self.card.alphabet.index(at[step]) if step in at else classes - 1
            shares[step, symbol] = self.sure
        return np.log(shares)


def centres_of(inked: NDArray[np.bool_]) -> list[float]:
    """Return the middle of each stretch of inked columns."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], inked, [False]]).astype(int)))
    return [(a + b - 1) / 2 for a, b in edges.reshape(-1, 2)]


@dataclass
class Counting:
    """A digit network that counts the patches it is shown."""

    engine: Engine
    shown: list[int] = field(default_factory=list)

    @property
    def card(self) -> Card:
        return self.engine.card

    def __call__(self, patches: NDArray[np.float32]) -> Outputs:
        self.shown.append(len(patches))
        return self.engine(patches)

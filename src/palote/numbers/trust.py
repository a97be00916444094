"""How far a number may be trusted: one calibrated probability for all of it.

What the search gives are scores. How often a text with such scores is right, all of it, has
been counted on lines composed for training, and is a logistic function of a few marks
(Platt, 1999).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from palote.ink.segments import Parts
from palote.numbers.decode import SYMBOLS, Found
from palote.numbers.lattice import Edges

__all__ = ["Marks", "posteriors"]

LARGEST = 8.0
"""Log odds, and log probabilities of the line network, are cut off here."""


@dataclass(frozen=True)
class Marks:
    """What speaks for a text and against it.

    Attributes:
        ahead: log odds of the text against all others that were found.
        weakest: log probability of its least likely symbol.
        doubt: sum of those of all its symbols.
        skipped: share of the line's ink that was left out, but for what is no part of a number.
        symbols: how many it has.
        line: log probability that the line network gives it.
    """

    ahead: float
    weakest: float
    doubt: float
    skipped: float
    symbols: int
    line: float

    NAMES: ClassVar = ("always", "ahead", "weakest", "doubt", "skipped", "length", "line")

    @classmethod
    def of(
        cls,
        found: list[Found],
        edges: Edges,
        parts: Parts,
        logs: NDArray[np.float64],
        foreign: NDArray[np.bool_],
    ) -> Marks:
        """Collect the marks of the best text.

        Args:
            found: the best text first.
            edges: of the lattice.
            parts: of the line.
            logs: float64 (n, 14), log probabilities of the edges.
            foreign: bool (parts,), which are no part of a number, and may be left out.
        """
        best = found[0]
        share = float(posteriors(found)[0])
        ahead = float(np.log(max(share, 1e-4) / max(1 - share, 1e-4)))
        said = [
            float(logs[e, SYMBOLS.index(s)]) for e, s in zip(best.edges, best.text, strict=True)
        ]
        used = foreign.copy()
        for edge in best.edges:
            used[edges.first[edge] : edges.last[edge]] = True
        ink = float(parts.area.sum())
        return cls(
            min(ahead, LARGEST),
            min(said),
            sum(said),
            float(parts.area[~used].sum()) / max(ink, 1.0),
            len(best.text),
            max(best.line, -LARGEST),
        )

    @property
    def mean(self) -> float:
        """Mean log probability of the symbols."""
        return self.doubt / max(1, self.symbols)

    def row(self) -> NDArray[np.float64]:
        """Return float64 (7,): what the logistic function takes."""
        length = float(np.log(self.symbols + 1.0))
        return np.array(
            [1.0, self.ahead, self.weakest, self.doubt, self.skipped, length, self.line]
        )

    def trust(self, weights: NDArray[np.float64]) -> float:
        """Return the probability that the text is right, given what was counted."""
        return float(1 / (1 + np.exp(-float(self.row() @ weights))))


def posteriors(found: list[Found]) -> NDArray[np.float64]:
    """Return the probability of each text, given that it is one of them: float64 (n,)."""
    scores = np.array([text.score for text in found])
    powers = np.exp(scores - scores.max())
    return np.asarray(powers / powers.sum(), np.float64)

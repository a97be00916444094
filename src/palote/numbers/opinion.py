"""What a line is read as: the networks asked, their opinions weighed, a text that stands out.

Reading and the training of the judge go this way both, so that what is counted there is what
happens here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from palote.ink.segments import Parts
from palote.model.engine import DIGITS
from palote.numbers.decode import SYMBOLS, Found, decode
from palote.numbers.judge import Judge
from palote.numbers.lattice import Edges
from palote.numbers.pattern import Pattern
from palote.numbers.second import Steps, combined
from palote.numbers.trust import Marks

__all__ = ["Opinion", "Seen", "scored"]

DUST = -6.0
"""What leaving out a part costs for each height of a digit that it is high."""

LARGEST_PART = 1.5

DIGIT_LIKE = float(np.log(0.7))
"""Log probability from which on the judge sees a digit."""

ASIDE = -1.5
"""What it costs to leave out a part that the line network takes for something else than a digit."""

NOT_BAD = 0.3
"""Weight of the judge's doubt that an edge is anything whole."""

AGREES = float(np.log(0.5))
"""The quick way holds if the judge gives each symbol more, as a log probability,"""
LEFT_OUT = 0.04
"""and no more of the line's ink is left out."""


@dataclass(frozen=True, eq=False)
class Seen:
    """A line as the networks see it.

    Attributes:
        parts: the line, cut.
        edges: of its lattice, or only those of the quick way.
        shares: float32 (n, 10 or 11), what the digit network says of each edge.
        steps: what the line network says.
        quick: whether the edges are those of the quick way.
    """

    parts: Parts
    edges: Edges
    shares: NDArray[np.float32]
    steps: Steps
    quick: bool = False


@dataclass(frozen=True, eq=False)
class Opinion:
    """What a line may be read as.

    Attributes:
        found: texts with a digit in them, the likeliest first; at least one.
        logs: float64 (n, 14), log probabilities of the edges.
        marks: what speaks for the likeliest.
        confidence: probability that it is right.
    """

    found: list[Found]
    logs: NDArray[np.float64]
    marks: Marks
    confidence: float

    @classmethod
    def of(cls, seen: Seen, judge: Judge, pattern: Pattern | None = None) -> Opinion | None:
        """Weigh what was seen; nothing if there is no digit in it."""
        parts, edges = seen.parts, seen.edges
        logs, scores, skips = scored(edges, parts, seen.shares, judge)
        foreign = _foreign(seen, logs)
        skips[foreign] = np.maximum(skips[foreign], ASIDE)
        found: list[Found] = []
        if not seen.quick:
            follows = pattern.follows if pattern else None
            complete = pattern.complete if pattern else None
            found = decode(edges.first, edges.last, len(parts), scores, skips, follows, complete)
        found = combined(found, seen.steps, edges, scores, skips, judge.weights, pattern)
        found = [text for text in found if text.digits]
        if not found:
            return None
        marks = Marks.of(found, edges, parts, logs, foreign)
        confidence = marks.trust(judge.trust_quick if seen.quick else judge.trust)
        return cls(found, logs, marks, confidence)

    @property
    def holds(self) -> bool:
        """Whether the quick way need not be doubted: both networks say the same."""
        best = self.found[0]
        said = [self.logs[e, SYMBOLS.index(s)] for e, s in zip(best.edges, best.text, strict=True)]
        all_used = len(best.edges) == len(self.logs)
        return all_used and min(said) >= AGREES and self.marks.skipped <= LEFT_OUT


def _foreign(seen: Seen, logs: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Tell which parts (n,) are surely none of a number's: neither network sees a digit in them."""
    foreign = seen.steps.foreign(seen.parts.middles)
    if foreign.any():
        digits = logs[:, :DIGITS].max(axis=1, initial=-np.inf) >= DIGIT_LIKE
        for first, last in zip(seen.edges.first[digits], seen.edges.last[digits], strict=True):
            foreign[first:last] = False
    return foreign


def scored(
    edges: Edges, parts: Parts, shares: NDArray[np.float32], judge: Judge
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Judge the edges of a line.

    Args:
        edges: of the lattice.
        parts: of the line.
        shares: float32 (n, 10 or 11), what the digit network says of each edge.
        judge: weighs shape and place.

    Returns:
        float64 (n, 14), log probabilities; float64 (n, 13), what the search adds up;
        float64 (parts,), what it costs to leave a part out.
    """
    logs = judge(shares, edges.measures)
    # What is whole must beat what is not: probabilities alone favour few, wide symbols.
    scores = logs[:, :-1] - NOT_BAD * logs[:, -1:]
    skips = np.full(len(parts), DUST * LARGEST_PART)
    single = edges.last - edges.first == 1
    height = edges.boxes[single, 3] / parts.level.digit
    skips[edges.first[single]] = logs[single, -1] + DUST * height
    return logs, scores, skips

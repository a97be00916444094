"""The likeliest texts of a line, from what each edge of its lattice may be.

A text may come about in several ways, by different cuts; what counts is the sum of all of
them. The search goes from left to right and keeps the best texts that end at each part
(a beam, as in Graves and Jaitly, 2014, for networks that read lines).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["SEPARATORS", "SYMBOLS", "Found", "decode"]

DIGITS = "0123456789"
SEPARATORS = ".-/"
""""." stands for a comma, too, and "-" for all strokes that lie."""
SYMBOLS = DIGITS + SEPARATORS

BEAM = 10
"""Texts that are kept at each part."""

FAINTEST = -5.5
"""Log probability below which a symbol is not looked at."""

Follows = Callable[[str], bool]
"""Whether a text may be the beginning of an answer."""


@dataclass(frozen=True)
class Found:
    """One text that a line may be read as.

    Attributes:
        text: digits and separators.
        score: log of the sum over all ways to cut it.
        edges: number of the edge of each symbol, of the best way.
        line: log probability that the line network gives it; 0 as long as it was not asked.
    """

    text: str
    score: float
    edges: tuple[int, ...]
    line: float = 0.0

    @property
    def digits(self) -> str:
        """The text without separators."""
        return "".join(symbol for symbol in self.text if symbol not in SEPARATORS)


@dataclass(slots=True)
class _Way:
    score: float
    best: float
    edges: tuple[int, ...]


def decode(
    first: NDArray[np.int64],
    last: NDArray[np.int64],
    parts: int,
    scores: NDArray[np.float64],
    skips: NDArray[np.float64],
    follows: Follows | None = None,
    complete: Follows | None = None,
    most: int = BEAM,
) -> list[Found]:
    """Search the lattice of a line.

    Args:
        first: int64 (n,), the first part of each edge.
        last: int64 (n,), the part after its last.
        parts: how many parts there are.
        scores: float64 (n, 13), what speaks for each of `SYMBOLS`, in logs.
        skips: float64 (parts,), what it costs to leave a part out, as a log probability.
        follows: which beginnings of a text are allowed; all if not given.
        complete: which whole texts are allowed; all if not given.
        most: texts in the answer, at most.

    Returns:
        The likeliest first; nothing if none is allowed.
    """
    leaving: list[list[int]] = [[] for _ in range(parts)]
    for edge in np.flatnonzero(scores.max(axis=1) > FAINTEST) if len(scores) else ():
        leaving[first[edge]].append(int(edge))
    choices = {
        edge: [
            (SYMBOLS[symbol], float(scores[edge, symbol]))
            for symbol in np.flatnonzero(scores[edge] > FAINTEST)
        ]
        for edges in leaving
        for edge in edges
    }
    beams: list[dict[str, _Way]] = [{} for _ in range(parts + 1)]
    beams[0][""] = _Way(0.0, 0.0, ())
    for at in range(parts):
        kept = sorted(beams[at].items(), key=lambda item: -item[1].score)[:BEAM]
        for text, way in kept:
            _add(beams[at + 1], text, way, float(skips[at]), None)
            for leaf in leaving[at]:
                for symbol, score in choices[leaf]:
                    longer = text + symbol
                    if follows is None or follows(longer):
                        _add(beams[last[leaf]], longer, way, score, leaf)
    ended = [
        Found(text, way.score, way.edges)
        for text, way in beams[parts].items()
        if complete is None or complete(text)
    ]
    return sorted(ended, key=lambda found: -found.score)[:most]


def _add(beam: dict[str, _Way], text: str, way: _Way, score: float, edge: int | None) -> None:
    whole, best = way.score + score, way.best + score
    here = beam.get(text)
    if here is None:
        beam[text] = _Way(whole, best, _beyond(way, edge))
        return
    more, less = (here.score, whole) if here.score > whole else (whole, here.score)
    here.score = more + math.log1p(math.exp(less - more))
    if best > here.best:
        here.best, here.edges = best, _beyond(way, edge)


def _beyond(way: _Way, edge: int | None) -> tuple[int, ...]:
    return way.edges if edge is None else (*way.edges, edge)

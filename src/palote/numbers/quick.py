"""The quick way: where the line network is sure, only its own cuts are looked at.

Most of the time of a line goes into the patches of all runs of parts that may be a symbol.
A line network that is sure also says where each symbol lies. Then each part goes to the
symbol that it lies nearest to, and the digit network sees one patch for each. If both say the
same of the whole line, that is the answer. If they do of some of its symbols, those stay as they
are cut, and only the runs beside them are looked at.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from palote.ink.segments import Parts
from palote.numbers.decode import SYMBOLS
from palote.numbers.lattice import Runs, hangs_together
from palote.numbers.opened import OpenRow
from palote.numbers.pattern import Pattern

__all__ = ["Guess", "guessed"]

SURE = float(np.log(0.6))
"""Log probability of a text from which on the line network is believed. (Of 300 composed lines an
earlier network was so sure of 86 %, and then right in 93 %; of 300 cheques of 68 %,
and right in 92 %.)"""

PLAUSIBLE = float(np.log(0.05))
"""The same from which on single symbols of it may be."""

SYMBOL_SURE = float(np.log(0.9))
"""Log probability of such a symbol, at its place."""

AGREED = float(np.log(0.8))
"""Log probability that the judge gives the same symbol there, for its cuts to stay."""

REACH = 0.75
"""A part further from every symbol than this, in heights of a digit, belongs to none."""


@dataclass(frozen=True, eq=False)
class Guess:
    """What the line network would cut out.

    Attributes:
        runs: intp (k,), indices of runs, from left to right.
        text: the symbol of each.
        whole: whether that is all that stands on the line, and the network is sure of it.
    """

    runs: NDArray[np.intp]
    text: str
    whole: bool

    def left(self, parts: Parts, runs: Runs, logs: NDArray[np.float64]) -> NDArray[np.intp]:
        """Return which runs are left to look at: those that cross no symbol that is agreed on.

        Where such a symbol hangs together with ink that is not agreed on, the cut between them is
        not, either: a part may belong to either side.

        Args:
            parts: the line, cut.
            runs: those that may be symbols.
            logs: float64 (k, 14), log probabilities by the judge for those of the guess.
        """
        first, last = runs.ends[:, 0], runs.ends[:, 1]
        said = [SYMBOLS.index(symbol) for symbol in self.text]
        agreed = runs.ends[self.runs[logs[np.arange(len(said)), said] >= AGREED]]
        # A part of which nothing else is known may go to a neighbour's symbol.
        loose = hangs_together(parts.piece, np.arange(len(parts) + 1))
        loose[np.intersect1d(agreed[:, 0], agreed[:, 1])] = False
        kept = np.ones(len(runs), np.bool_)
        for begin, end in agreed:
            before, after = int(loose[begin]), int(loose[end])
            room = end - begin > before + after
            inner = (begin + before, end - after) if room else (begin, end)
            beside = (last <= inner[0]) | (first >= inner[1])
            around = (first <= inner[0]) & (last >= inner[1])
            kept &= beside | (around & (first >= begin - before) & (last <= end + after))
        return np.flatnonzero(kept)


def guessed(one: OpenRow, pattern: Pattern | None = None) -> Guess | None:
    """Return the runs of the symbols that the line network is sure of.

    Args:
        one: a line, which is cut only if it may be sure of some.
        pattern: the format of the numbers, if it is known.

    Returns:
        None if it is sure of none, or they are no such runs.
    """
    text, at, logs = one.steps.peaks()
    log = one.steps.texts(pattern).get("".join(s for s in text if s in SYMBOLS), -np.inf)
    # What breaks a known format is no such text, and may be cut in a wrong place.
    if not text or log < PLAUSIBLE:
        return None
    parts, runs = one.parts, one.runs
    sure = log >= SURE and all(symbol in SYMBOLS for symbol in text)
    away = np.abs(parts.middles[:, None] - at[None, :])  # (parts, k)
    nearest = np.where(away.min(axis=1) <= REACH, away.argmin(axis=1), -1)
    numbered = {(int(first), int(last)): i for i, (first, last) in enumerate(runs.ends)}
    chosen, symbols = [], ""
    for number, symbol in enumerate(text):
        if symbol not in SYMBOLS or not (sure or logs[number] >= SYMBOL_SURE):
            continue
        own = np.flatnonzero(nearest == number)
        run = numbered.get((int(own[0]), int(own[-1]) + 1)) if len(own) else None
        if run is not None and len(own) == own[-1] + 1 - own[0]:
            chosen.append(run)
            symbols += symbol
    whole = sure and symbols == text
    return Guess(np.array(chosen, np.intp), symbols, whole) if chosen else None

"""The second opinion on a line: what the network for whole lines makes of it.

The lattice cuts a line and asks what each piece is; where digits overlap, no cut is clean.
The line network never cuts. Texts that either finds are scored by both, and the sum decides;
where each digit lies, the lattice says.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from palote.ink import Row
from palote.ink.level import line_crop
from palote.model.line import LineEngine
from palote.numbers.ctc import Rule, ctc_beam, ctc_log_probabilities
from palote.numbers.decode import SYMBOLS, Found
from palote.numbers.lattice import Edges
from palote.numbers.pattern import Pattern

__all__ = ["FOREIGN", "Steps", "combined", "forced", "is_foreign"]

WIDTH = 8
"""Texts that the line network may add."""

NEVER = -60.0
"""What a text is worth to the lattice if it cannot be cut so."""

FAINTEST = -40.0
"""Log probability of a text that the line network finds hopeless."""


DATE = re.compile(r"\d{1,2}/\d{1,2}/(?:19|20)?\d{2}")
"""What is written with two slashes."""

A_DATE = float(np.log(10))
"""A stroke may be a slash or a 1, and two of them in these two places are ten times as likely a
date as a number that has both by chance."""

FOREIGN = float(np.log(0.6))
"""Log probability from which on something is neither a digit nor a separator."""


@dataclass(frozen=True, eq=False)
class Steps:
    """What the line network says of a line.

    Attributes:
        alphabet: its symbols; the blank comes after them.
        logs: float32 (t, symbols + 1), log-probabilities.
        places: float64 (t,), where each step lies, in heights of a digit from the left edge of
            the line.
    """

    alphabet: str
    logs: NDArray[np.float32]
    places: NDArray[np.float64]
    _searched: dict[Pattern | None, dict[str, float]] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, row: Row, line: LineEngine) -> Steps:
        """Ask the line network about a row."""
        crop, spec = line_crop(row), line.card.spec
        logs = line([crop])[0]
        places = (np.arange(len(logs)) + 0.5) * line.card.stride - spec.margin
        return cls(line.card.alphabet, logs, places / spec.digit)

    def peaks(self) -> tuple[str, NDArray[np.float64], NDArray[np.float32]]:
        """Return the text of the likeliest path, and of each symbol its place and log probability.

        The place, float64 (k,), is amid its steps; the log probability, float32 (k,), that of the
        step which is surest of it.
        """
        best = self.logs.argmax(axis=1)
        starts = np.flatnonzero(np.diff(best, prepend=-1))
        ends = np.append(starts[1:], len(best))
        shown = best[starts] < len(self.alphabet)
        middle = (self.places[starts] + self.places[ends - 1]) / 2
        text = "".join(self.alphabet[symbol] for symbol in best[starts[shown]])
        surest = np.maximum.reduceat(self.logs.max(axis=1), starts)
        return text, middle[shown], surest[shown]

    def foreign(self, at: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Tell which places of the line belong to a sign, a word or what is crossed out.

        Args:
            at: float64 (n,), in heights of a digit from the left edge.

        Returns:
            bool (n,): those to which nothing is nearer than what is surely neither a digit nor a
            separator.
        """
        text, places, logs = self.peaks()
        if not text:
            return np.zeros(len(at), np.bool_)
        other = is_foreign(text) & (logs >= FOREIGN)
        return np.asarray(other[np.abs(at[:, None] - places).argmin(axis=1)], np.bool_)

    def texts(self, pattern: Pattern | None) -> dict[str, float]:
        """Return the likeliest texts of digits and separators, with their log probabilities."""
        if pattern in self._searched:
            return self._searched[pattern]
        rule = None
        if pattern is not None:
            rule = Rule(self.alphabet, pattern.follows, pattern.complete)
        found: dict[str, float] = {}
        for symbols, log in ctc_beam(self.logs, WIDTH, rule):
            text = "".join(self.alphabet[s] for s in symbols if self.alphabet[s] in SYMBOLS)
            found[text] = float(np.logaddexp(found.get(text, -np.inf), log))
        self._searched[pattern] = found
        return found

    def likeliest(self, pattern: Pattern | None) -> tuple[str, float]:
        """Return the likeliest of `texts` and its log probability; "" if there is none."""
        return max(self.texts(pattern).items(), key=lambda said: said[1], default=("", 0.0))

    def log_probabilities(
        self, texts: Iterable[str], pattern: Pattern | None = None
    ) -> dict[str, float]:
        """Return the log probability of each text; `texts` has those that it has found itself."""
        said = self.texts(pattern)
        others = [text for text in texts if text not in said]
        symbols = [tuple(self.alphabet.index(symbol) for symbol in text) for text in others]
        logs = dict(zip(others, ctc_log_probabilities(self.logs, symbols).tolist(), strict=True))
        return {text: max(FAINTEST, log) for text, log in (said | logs).items()}


def is_foreign(said: str) -> NDArray[np.bool_]:
    """Tell which symbols (n,) of the line network are neither digits nor separators."""
    return np.array([symbol not in SYMBOLS for symbol in said], np.bool_)


def combined(
    found: list[Found],
    steps: Steps,
    edges: Edges,
    scores: NDArray[np.float64],
    skips: NDArray[np.float64],
    weights: NDArray[np.float64],
    pattern: Pattern | None = None,
) -> list[Found]:
    """Score the texts of the lattice and of the line network by both.

    A text gets something for each digit, too: the lattice, by itself, favours few, wide
    symbols, since every cut may cost and a 1 that leans on its neighbour looks like a part of it.

    Args:
        found: what the lattice finds.
        steps: what the line network says.
        edges: of the lattice.
        scores: float64 (n, 13), what speaks for each symbol; see `opinion.scored`.
        skips: float64 (parts,), what it costs to leave a part out.
        weights: float64 (3,), of the lattice's score, of the line network's, and of each digit.
        pattern: the format of the numbers, if it is known.

    Returns:
        The likeliest first.
    """
    said = steps.texts(pattern)
    by_text = {text.text: text for text in found}
    added = [text for text in said if text and text not in by_text]
    for one in forced(added, edges, scores, skips):
        if one is not None:
            by_text[one.text] = one
    logs = steps.log_probabilities(by_text, pattern)
    both = []
    for text, one in by_text.items():
        is_date = DATE.fullmatch(text) is not None
        # The slashes of a date are strokes that would be digits otherwise.
        strokes = len(one.digits) + is_date * text.count("/")
        opinions = np.array([max(NEVER, one.score), logs[text], strokes])
        score = float(weights @ opinions) + is_date * A_DATE
        both.append(replace(one, score=score, line=logs[text]))
    return sorted(both, key=lambda one: -one.score)


def forced(
    texts: Sequence[str],
    edges: Edges,
    scores: NDArray[np.float64],
    skips: NDArray[np.float64],
) -> list[Found | None]:
    """Find the best way to cut a line into each of some given texts.

    Args:
        texts: of digits and separators; many cost little more than one.
        edges: of the lattice.
        scores: float64 (n, 13).
        skips: float64 (parts,).

    Returns:
        For each, the text with the sum over all ways, and the edges of the best; None if the
        line has too few parts for it.
    """
    if not texts:
        return []
    longest = max(map(len, texts))
    symbols = np.array([[SYMBOLS.index(one) for one in text.ljust(longest, "0")] for text in texts])
    wanted = scores[:, symbols]  # (n, k, longest)
    total = np.full((edges.parts + 1, len(texts), longest + 1), -np.inf)
    best = total.copy()
    total[0, :, 0] = best[0, :, 0] = 0.0
    # The edge by which a text of so many symbols ends there at best; -1: a part left out.
    came = np.full(total.shape, -1)
    order = np.argsort(edges.first, kind="stable")
    starts = np.searchsorted(edges.first[order], np.arange(edges.parts + 1))
    for at in range(edges.parts):
        after = at + 1
        _take(total[after], best[after], came[after], total[at], best[at], skips[at], -1)
        for edge in order[starts[at] : starts[at + 1]]:
            end = edges.last[edge]
            _take(
                total[end, :, 1:],
                best[end, :, 1:],
                came[end, :, 1:],
                total[at, :, :-1],
                best[at, :, :-1],
                wanted[edge],
                edge,
            )
    return [
        Found(text, float(total[-1, k, len(text)]), _way(edges, came[:, k], len(text)))
        if np.isfinite(best[-1, k, len(text)])
        else None
        for k, text in enumerate(texts)
    ]


def _way(edges: Edges, came: NDArray[np.intp], count: int) -> tuple[int, ...]:
    """Go back from the end of a line to its start; return the edges of so many symbols."""
    way = []
    at = edges.parts
    while count or at:
        edge = int(came[at, count])
        if edge < 0:
            at -= 1
        else:
            way.append(edge)
            at, count = int(edges.first[edge]), count - 1
    return tuple(reversed(way))


def _take(
    total: NDArray[np.float64],
    best: NDArray[np.float64],
    came: NDArray[np.intp],
    from_total: NDArray[np.float64],
    from_best: NDArray[np.float64],
    gain: NDArray[np.float64] | np.float64,
    edge: int,
) -> None:
    """Go on from one place of the lattice to another, in place."""
    np.logaddexp(total, from_total + gain, out=total)
    reached = from_best + gain
    np.putmask(came, reached > best, edge)
    np.maximum(best, reached, out=best)

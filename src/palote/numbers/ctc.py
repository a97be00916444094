"""From the steps of a line network to texts: connectionist temporal classification.

A network gives, for each step along a line, the log-probability of every symbol and of
the blank, the last class. A text has as its probability the sum over all paths that
collapse to it: repeats are merged, then blanks dropped (Graves, Fernandez, Gomez and
Schmidhuber, 2006). NumPy alone; steps are float32 (t, symbols + 1), texts tuples of
symbols' indices.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from palote.numbers.decode import SYMBOLS as KNOWN

__all__ = [
    "Rule",
    "ctc_beam",
    "ctc_greedy",
    "ctc_log_probabilities",
    "ctc_log_probability",
]

Text = tuple[int, ...]
NEVER = -np.inf

CANDIDATES = 6
"""Symbols of a step that may be added to a prefix: the likeliest."""

HOPELESS = -12.0
"""A symbol below this log-probability is not added."""

RESCALED, TINIEST = 16, 1e-250
"""Steps after which probabilities are brought back to a sum of one; what is no more is none."""

CLEAR = -1e-3
"""A step whose blank is above this log-probability only waits."""


@dataclass(frozen=True)
class Rule:
    """Which texts may be; see `palote.numbers.pattern`.

    Attributes:
        alphabet: the network's symbols.
        follows: whether a text may begin so.
        complete: whether it may be the whole text.
    """

    alphabet: str
    follows: Callable[[str], bool]
    complete: Callable[[str], bool]

    def text(self, symbols: Text) -> str:
        """Return digits and separators; what is neither is no part of a number."""
        marks = (self.alphabet[symbol] for symbol in symbols)
        return "".join(mark for mark in marks if mark in KNOWN)


def ctc_greedy(steps: NDArray[np.float32]) -> Text:
    """Return the text of the likeliest path.

    >>> ctc_greedy(np.log(np.array([[.6, .3, .1], [.6, .3, .1], [.1, .2, .7], [.5, .4, .1]])))
    (0, 0)
    """
    best = steps.argmax(axis=1)
    blank = steps.shape[1] - 1
    first = np.diff(best, prepend=blank) != 0
    return tuple(int(symbol) for symbol in best[first & (best != blank)])


def ctc_log_probability(steps: NDArray[np.float32], text: Text) -> float:
    """Return the log-probability of a text: the sum over all its paths.

    Args:
        steps: log-probabilities (t, symbols + 1).
        text: indices of symbols.
    """
    return float(ctc_log_probabilities(steps, [text])[0])


def ctc_log_probabilities(steps: NDArray[np.float32], texts: Sequence[Text]) -> NDArray[np.float64]:
    """Return the log-probability of each of several texts (k,); they cost little more than one.

    The forward algorithm, on probabilities that are brought back to a sum of one from time to
    time.
    """
    if not texts:
        return np.zeros(0)
    states, skips, ends = _states(texts, steps.shape[1] - 1)
    every = np.arange(len(texts))
    shares = np.exp(steps.astype(np.float64))
    alpha = np.zeros(states.shape)
    alpha[:, :2] = shares[0][states[:, :2]]
    alpha[ends == 0, 1:] = 0  # An empty text has one state.
    logs = np.zeros(len(texts))
    for number in range(1, len(shares)):
        reached = alpha.copy()
        reached[:, 1:] += alpha[:, :-1]
        reached[:, 2:] += alpha[:, :-2] * skips[:, 2:]
        alpha = reached * shares[number][states]
        if number % RESCALED == 0:
            total = np.maximum(alpha.sum(axis=1), TINIEST)
            alpha /= total[:, None]
            logs += np.log(total)
    last = alpha[every, ends] + np.where(ends > 0, alpha[every, ends - 1], 0)
    with np.errstate(divide="ignore"):
        return np.asarray(logs + np.log(last), np.float64)


def ctc_beam(
    steps: NDArray[np.float32], width: int = 8, rule: Rule | None = None
) -> list[tuple[Text, float]]:
    """Search for the likeliest texts (prefix beam search; Hannun and others, 2014).

    Args:
        steps: log-probabilities (t, symbols + 1).
        width: prefixes that are kept at each step.
        rule: which texts may be; any if not given.

    Returns:
        Texts with their log-probabilities, the likeliest first, at most ``width``. Those of
        the texts are exact; empty if the rule allows none of what was found.
    """
    blank = steps.shape[1] - 1
    # prefix -> log-probability of its paths that end with a blank, and with its last symbol
    beams: dict[Text, tuple[float, float]] = {(): (0.0, NEVER)}
    for row in steps.astype(np.float64):
        wait = float(row[blank])
        if wait > CLEAR:
            beams = {text: (_sum(b, s) + wait, NEVER) for text, (b, s) in beams.items()}
            continue
        likely = np.argsort(-row[:blank])[:CANDIDATES]
        added = [(int(s), float(row[s])) for s in likely if row[s] > HOPELESS]
        grown: dict[Text, tuple[float, float]] = {}
        for text, (ends_blank, ends_symbol) in beams.items():
            whole = _sum(ends_blank, ends_symbol)
            stays = ends_symbol + float(row[text[-1]]) if text else NEVER
            _add(grown, text, whole + wait, stays)
            for symbol, gain in added:
                if rule is not None and not rule.follows(rule.text((*text, symbol))):
                    continue
                # The same symbol again needs a blank between.
                from_ = ends_blank if text and text[-1] == symbol else whole
                if from_ > NEVER:
                    _add(grown, (*text, symbol), NEVER, from_ + gain)
        ranked = sorted(grown.items(), key=lambda item: -_sum(*item[1]))
        beams = dict(ranked[:width])
    texts = [text for text in beams if rule is None or rule.complete(rule.text(text))]
    logs = ctc_log_probabilities(steps, texts).tolist()
    return sorted(zip(texts, logs, strict=True), key=lambda pair: -pair[1])


def _states(
    texts: Sequence[Text], blank: int
) -> tuple[NDArray[np.intp], NDArray[np.bool_], NDArray[np.intp]]:
    """Return texts with blanks around each symbol.

    Returns:
        intp (k, s), the symbols, and blanks up to the longest; bool (k, s), which states may be
        entered from two back: symbols that are not the same as the one before; intp (k,), the
        last state of each.
    """
    lengths = np.array([len(text) for text in texts], np.intp)
    states = np.full((len(texts), 2 * int(lengths.max()) + 2), blank, np.intp)
    for number, text in enumerate(texts):
        states[number, 1 : 2 * len(text) : 2] = text
    skips = np.zeros(states.shape, np.bool_)
    skips[:, 3::2] = states[:, 3::2] != states[:, 1:-2:2]
    return states, skips, 2 * lengths


def _sum(one: float, other: float) -> float:
    """Return the logarithm of the sum of two probabilities."""
    high, low = (one, other) if one >= other else (other, one)
    return high if low == NEVER else high + math.log1p(math.exp(low - high))


def _add(beams: dict[Text, tuple[float, float]], text: Text, blank: float, symbol: float) -> None:
    before = beams.get(text, (NEVER, NEVER))
    beams[text] = _sum(before[0], blank), _sum(before[1], symbol)

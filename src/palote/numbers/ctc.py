"""From the steps of a line network to texts: connectionist temporal classification.

A network gives, for each step along a line, the log-probability of every symbol and of
the blank, the last class. A text has as its probability the sum over all paths that
collapse to it: repeats are merged, then blanks dropped (Graves, Fernandez, Gomez and
Schmidhuber, 2006). NumPy alone; steps are float32 (t, symbols + 1), texts tuples of
symbols' indices.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from palote.numbers.decode import SYMBOLS as KNOWN

__all__ = [
    "Rule",
    "ctc_align",
    "ctc_beam",
    "ctc_greedy",
    "ctc_log_probability",
]

Text = tuple[int, ...]
NEVER = -np.inf

CANDIDATES = 6
"""Symbols of a step that may be added to a prefix: the likeliest."""

HOPELESS = -12.0
"""A symbol below this log-probability is not added."""

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
    states, skips = _states(text, steps.shape[1] - 1)
    emitted = steps[:, states].astype(np.float64)  # (t, 2 k + 1)
    alpha = np.full(len(states), NEVER)
    alpha[:2] = emitted[0, :2]
    before, over = np.full(len(states), NEVER), np.full(len(states), NEVER)
    for row in emitted[1:]:
        before[1:] = alpha[:-1]
        over[2:] = np.where(skips[2:], alpha[:-2], NEVER)
        alpha = np.logaddexp(np.logaddexp(alpha, before), over) + row
    return float(np.logaddexp.reduce(alpha[-2:]))


def ctc_align(steps: NDArray[np.float32], text: Text) -> list[tuple[int, int]]:
    """Find where each symbol of a text stands, on its likeliest path (Viterbi).

    Args:
        steps: log-probabilities (t, symbols + 1).
        text: indices of symbols.

    Returns:
        First and last step of each symbol; empty if there are too few steps for the text.
    """
    if not text:
        return []
    states, skips = _states(text, steps.shape[1] - 1)
    emitted = steps[:, states].astype(np.float64)
    count = len(states)
    best = np.full(count, NEVER)
    best[:2] = emitted[0, :2]
    came = np.zeros(emitted.shape, np.int64)  # how many states further back
    for number, row in enumerate(emitted[1:], 1):
        ways = np.full((3, count), NEVER)
        ways[0] = best
        ways[1, 1:] = best[:-1]
        ways[2, 2:] = np.where(skips[2:], best[:-2], NEVER)
        came[number] = ways.argmax(axis=0)
        best = ways.max(axis=0) + row
    state = count - 1 if best[-1] >= best[-2] else count - 2
    if best[state] == NEVER:
        return []
    spans = [(len(steps), -1)] * len(text)
    for number in range(len(steps) - 1, -1, -1):
        if state % 2:
            first, last = spans[state // 2]
            spans[state // 2] = min(first, number), max(last, number)
        state -= int(came[number, state])
    return spans


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
    found = [(text, ctc_log_probability(steps, text)) for text in texts]
    return sorted(found, key=lambda pair: -pair[1])


def _states(text: Text, blank: int) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """Return a text with blanks around each symbol, and which states may be entered from two back.

    That is: symbols that are not the same as the one before.
    """
    states = np.full(2 * len(text) + 1, blank, np.intp)
    states[1::2] = text
    skips = np.zeros(len(states), np.bool_)
    skips[3::2] = states[3::2] != states[1:-2:2]
    return states, skips


def _sum(one: float, other: float) -> float:
    """Return the logarithm of the sum of two probabilities."""
    high, low = (one, other) if one >= other else (other, one)
    return high if low == NEVER else high + float(np.log1p(np.exp(low - high)))


def _add(beams: dict[Text, tuple[float, float]], text: Text, blank: float, symbol: float) -> None:
    before = beams.get(text, (NEVER, NEVER))
    beams[text] = _sum(before[0], blank), _sum(before[1], symbol)

"""From the steps of a line network to texts: connectionist temporal classification.

A network gives, for each step along a line, the log-probability of every symbol and of
the blank, the last class. A text has as its probability the sum over all paths that
collapse to it: repeats are merged, then blanks dropped (Graves, Fernandez, Gomez and
Schmidhuber, 2006). NumPy alone; steps are float32 (t, symbols + 1), texts tuples of
symbols' indices.
"""

from __future__ import annotations

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

CANDIDATES = 6
"""Symbols of a step that may be added to a prefix: the likeliest."""

HOPELESS, LEAST = 6e-6, 1e-8
"""A symbol below this probability is not added, or where it makes a prefix less likely than
this, beside the likeliest of the step before."""

RESCALED, TINIEST = 16, 1e-250
"""Steps after which probabilities are brought back to a sum of one; what is no more is none."""

CLEAR = 0.999
"""A step whose blank is above this probability only waits."""


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
    shares = np.exp(steps.astype(np.float64))[:, states]  # (t, k, s)
    alpha = np.zeros(states.shape)
    alpha[:, :2] = shares[0][:, :2]
    alpha[ends == 0, 1:] = 0  # An empty text has one state.
    logs = np.zeros(len(texts))
    jumps, reached = skips[:, 2:].astype(np.float64), np.empty_like(alpha)
    # The same views at each step: to make them takes as long as to add what they show.
    one_back, two_back, jumped = alpha[:, :-1], alpha[:, :-2], np.empty_like(jumps)
    after_one, after_two = reached[:, 1:], reached[:, 2:]
    for number, share in enumerate(shares[1:], start=1):
        np.copyto(reached, alpha)
        np.add(after_one, one_back, out=after_one)
        np.multiply(two_back, jumps, out=jumped)
        np.add(after_two, jumped, out=after_two)
        np.multiply(reached, share, out=alpha)
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
    shares = np.exp(steps.astype(np.float64))
    likely = np.argsort(-shares[:, :blank], axis=1)[:, :CANDIDATES]
    # prefix -> probability of its paths that end with a blank, and with its last symbol; all
    # of a step by the same unknown factor, so that they stay in reach of a float.
    beams: dict[Text, tuple[float, float]] = {(): (1.0, 0.0)}
    for row, candidates in zip(shares.tolist(), likely.tolist(), strict=True):
        wait = row[blank]
        if wait > CLEAR:
            beams = {text: (b + s, 0.0) for text, (b, s) in beams.items()}
            continue
        added = [(symbol, row[symbol]) for symbol in candidates if row[symbol] > HOPELESS]
        grown = {
            text: [(b + s) * wait, s * row[text[-1]] if text else 0.0]
            for text, (b, s) in beams.items()
        }
        # What is less likely than all of these would be dropped again.
        least = min(map(sum, grown.values())) if len(grown) >= width else 0.0
        for text, (ends_blank, ends_symbol) in beams.items():
            whole = ends_blank + ends_symbol
            for symbol, share in added:
                # The same symbol again needs a blank between.
                gain = share * (ends_blank if text and text[-1] == symbol else whole)
                if gain <= LEAST:
                    continue
                longer = (*text, symbol)
                here = grown.get(longer)
                if here is not None:
                    here[1] += gain
                elif gain >= least and (rule is None or rule.follows(rule.text(longer))):
                    grown[longer] = [0.0, gain]
        ranked = sorted(((b + s, text, b, s) for text, (b, s) in grown.items()), reverse=True)
        most = ranked[0][0] or 1.0
        beams = {text: (b / most, s / most) for _, text, b, s in ranked[:width]}
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

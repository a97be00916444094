"""Both networks heard about the lines of a picture, with bounds on how much they are asked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from palote.ink import Row
from palote.ink.segments import Parts
from palote.metrics import softmax
from palote.model.engine import DIGITS, Engine
from palote.numbers.judge import Judge
from palote.numbers.lattice import Runs, edges_of
from palote.numbers.opinion import Opinion, Seen
from palote.numbers.pattern import Pattern
from palote.numbers.quick import Guess, guessed
from palote.numbers.second import Steps

__all__ = ["CutRow", "heard", "show"]

MOST_EDGES = 3000
"""Edges of a picture that are looked at: after so many, lines are left out."""

MOST_VAIN = 600
"""The same of lines in which the line network sees no number: noise, words, stains."""

FAINT = float(np.log(0.01))
"""Log probability of the likeliest text below which it sees none."""


@dataclass(frozen=True, eq=False)
class CutRow:
    """A line, cut, and what the line network says of it.

    Attributes:
        row: as it was found.
        parts: of the line.
        runs: those that may be symbols.
        steps: what the line network says.
    """

    row: Row
    parts: Parts
    runs: Runs
    steps: Steps


def heard(
    opened: list[CutRow], engine: Engine, judge: Judge, pattern: Pattern | None
) -> list[tuple[CutRow, Seen, Opinion]]:
    """Ask the networks about lines, the quick way where it holds.

    Args:
        opened: the lines of a picture.
        engine: the network that reads single digits.
        judge: weighs shape and place.
        pattern: the format of the numbers, if it is known.

    Returns:
        The lines of which anything can be said, in the order given.
    """
    found: dict[int, tuple[CutRow, Seen, Opinion]] = {}
    guesses: dict[int, Guess] = {}
    for number, one in enumerate(opened):
        guess = guessed(one.steps, one.parts, one.runs, pattern)
        if guess is not None:
            guesses[number] = guess
    left = {number: one.runs for number, one in enumerate(opened)}
    quick = [(number, left[number].only(guess.runs)) for number, guess in guesses.items()]
    looked_at: dict[int, Seen] = {}
    for number, seen in show(opened, quick, engine):
        looked_at[number] = seen
        guess = guesses[number]
        opinion = Opinion.of(seen, judge, pattern) if guess.whole else None
        if opinion is not None and opinion.holds:
            found[number] = opened[number], seen, opinion
            continue
        logs = judge(seen.shares, seen.edges.measures)
        left[number] = left[number].only(guess.left(seen.parts, left[number], logs))
    total, vain, rest = 0, 0, []
    for number, runs in left.items():
        if number in found:
            continue
        if _sees_none(opened[number].steps, pattern):
            vain += len(runs)
            if vain > MOST_VAIN:
                continue
        total += len(runs)
        if total > MOST_EDGES:
            break
        rest.append((number, runs))
    for number, seen in show(opened, rest, engine, looked_at):
        opinion = Opinion.of(seen, judge, pattern)
        if opinion is not None:
            found[number] = opened[number], seen, opinion
    return [found[number] for number in sorted(found)]


def _sees_none(steps: Steps, pattern: Pattern | None) -> bool:
    """Tell whether the line network sees no number in a line."""
    text, log = steps.likeliest(pattern)
    return not text or log < FAINT


def show(
    opened: list[CutRow],
    wanted: list[tuple[int, Runs]],
    engine: Engine,
    before: dict[int, Seen] | None = None,
) -> Iterator[tuple[int, Seen]]:
    """Show runs of lines to the digit network, all in one go.

    Args:
        opened: the lines of a picture.
        wanted: number of a line, and the runs of it.
        engine: the network that reads single digits.
        before: what it has seen already, the quick way; only the rest is shown.
    """
    planned = []
    for number, runs in wanted:
        known = before.get(number) if before is not None else None
        same, made = np.full(len(runs), -1), {}
        if known is not None:
            same = known.edges.at(runs.ends)
            made = {
                run: known.edges.patches[same[run]] for run in np.flatnonzero(same >= 0).tolist()
            }
        edges = edges_of(opened[number].parts, engine.card.ink, runs, made)
        planned.append((number, known, edges, same))
    if not planned:
        return
    new = np.concatenate([edges.patches[same < 0] for _, _, edges, same in planned])
    none = (known.shares[:0] for _, known, _, _ in planned if known)
    shares = _shares(new, engine) if len(new) else next(none, np.zeros((0, DIGITS), np.float32))
    first = 0
    for number, known, edges, same in planned:
        own = np.empty((len(edges), shares.shape[1]), shares.dtype)
        last = first + int(np.count_nonzero(same < 0))
        own[same < 0] = shares[first:last]
        first = last
        if known is not None:
            own[same >= 0] = known.shares[same[same >= 0]]
        one = opened[number]
        yield number, Seen(one.parts, edges, own, one.steps, quick=before is None)


def _shares(patches: NDArray[np.float32], engine: Engine) -> NDArray[np.float32]:
    return softmax(engine(patches).logits, engine.card.temperature)

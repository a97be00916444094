"""Both networks heard about the lines of a picture, with bounds on how much they are asked."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from palote.metrics import softmax
from palote.model.engine import DIGITS, Engine
from palote.numbers.judge import Judge
from palote.numbers.lattice import Runs, edges_of
from palote.numbers.opened import OpenRow
from palote.numbers.opinion import Opinion, Seen
from palote.numbers.pattern import Pattern
from palote.numbers.quick import Guess, guessed
from palote.numbers.second import Steps

__all__ = ["Budget", "heard", "show"]

MOST_EDGES, EDGES_IN_ALL = 3000, 4500
"""Edges of an interpretation of a picture, and of all of them, that are looked at: after so many,
lines are left out."""

MOST_VAIN, VAIN_IN_ALL = 600, 1000
"""The same of lines in which the line network sees no number: noise, words, stains."""

LEAST_VAIN = 15
"""Such a line counts as so many edges at least: it has to be cut."""

FAINT = float(np.log(0.01))
"""Log probability of the likeliest text below which it sees none."""


@dataclass
class Budget:
    """How much more of a picture is looked at.

    Attributes:
        edges: of all lines.
        vain: of those in which the line network sees no number.
    """

    edges: int = EDGES_IN_ALL
    vain: int = VAIN_IN_ALL


def heard(
    opened: list[OpenRow],
    engine: Engine,
    judge: Judge,
    pattern: Pattern | None,
    budget: Budget,
) -> list[tuple[OpenRow, Seen, Opinion]]:
    """Ask the networks about lines, the quick way where it holds.

    Args:
        opened: the lines of a picture.
        engine: the network that reads single digits.
        judge: weighs shape and place.
        pattern: the format of the numbers, if it is known.
        budget: of the picture; what is looked at is taken off.

    Returns:
        The lines of which anything can be said, in the order given.
    """
    found: dict[int, tuple[OpenRow, Seen, Opinion]] = {}
    guesses: dict[int, Guess] = {}
    for number, one in enumerate(opened):
        guess = guessed(one, pattern)
        if guess is not None:
            guesses[number] = guess
    left: dict[int, Runs] = {}
    quick = [(number, opened[number].runs.only(guess.runs)) for number, guess in guesses.items()]
    looked_at: dict[int, Seen] = {}
    for number, seen in show(opened, quick, engine):
        looked_at[number] = seen
        guess = guesses[number]
        opinion = Opinion.of(seen, judge, pattern) if guess.whole else None
        if opinion is not None and opinion.holds:
            found[number] = opened[number], seen, opinion
            continue
        logs, runs = judge(seen.shares, seen.edges.measures), opened[number].runs
        left[number] = runs.only(guess.left(seen.parts, runs, logs))
    rest = list(_affordable(opened, found, left, pattern, budget))
    for number, seen in show(opened, rest, engine, looked_at):
        opinion = Opinion.of(seen, judge, pattern)
        if opinion is not None:
            found[number] = opened[number], seen, opinion
    return [found[number] for number in sorted(found)]


def _affordable(
    opened: list[OpenRow],
    found: Container[int],
    left: Mapping[int, Runs],
    pattern: Pattern | None,
    budget: Budget,
) -> Iterator[tuple[int, Runs]]:
    """Choose what else is looked at: the numbers of lines, and their runs.

    Args:
        opened: the lines of an interpretation.
        found: those that need no more.
        left: what is left to look at of those that were looked at the quick way.
        pattern: the format of the numbers, if it is known.
        budget: of the picture.
    """
    # What is left of the budget when this interpretation has had its share.
    least_edges, least_vain = max(0, budget.edges - MOST_EDGES), max(0, budget.vain - MOST_VAIN)
    for number, one in enumerate(opened):
        if number in found:
            continue
        in_vain = _sees_none(one.steps, pattern)
        if in_vain and budget.vain <= least_vain:
            continue
        runs = left[number] if number in left else one.runs
        if in_vain:
            budget.vain -= max(LEAST_VAIN, len(runs))
            if budget.vain < least_vain:
                continue
        budget.edges -= len(runs)
        if budget.edges < least_edges:
            break
        if len(runs):
            yield number, runs


def _sees_none(steps: Steps, pattern: Pattern | None) -> bool:
    """Tell whether the line network sees no number in a line."""
    text, log = steps.likeliest(pattern)
    return not text or log < FAINT


def show(
    opened: list[OpenRow],
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

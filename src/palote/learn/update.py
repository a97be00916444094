"""From corrections to a head that may be promoted, or the reason why none may.

A candidate is always compared with the network as shipped, never with the last promotion: a
hundred small losses would otherwise add up. What it must show:

- of general data that neither trained the network nor tests it, it reads at most 0.05
  points less, and as little of MNIST's part of it alone: what it gains on pen strokes must
  not pay for a loss there;
- corrections that are held out of a second fit are read better than as shipped, and of all of
  them more are read right; or, where there are fewer than ten, or no two of any digit, more
  of the new ones are, and no other that was read right is read wrong. Where all were read
  right before, they and their augmented copies must be read more clearly.

One that fails is tried again, moved a shorter way from the shipped head and then fitted more
gently, before it is refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from palote.learn.crop import Look
from palote.learn.fit import fit
from palote.learn.general import General
from palote.learn.records import Reason
from palote.model.head import scaled

__all__ = ["MOST_LOST", "Candidate", "Lesson", "learn"]

MOST_LOST = 0.0005
"""Share of general data by which a head may be worse than the shipped one."""

FEW = 10
"""From so many corrections on, some are held out."""

HELD_OUT = 4
"""Of each digit the second one is, and from there on every so manieth."""

REPLAY = 0.3
"""Weight of a picture of the replay."""

STRENGTHS = (4.0, 1.0)
"""Weight of a correction with its copies: first this, then more gently."""

WAYS = (1.0, 0.7, 0.5, 0.3)
"""So far of the way from the shipped head to the fitted one."""


@dataclass(frozen=True, eq=False)
class Lesson:
    """One correction as it is learnt from.

    Attributes:
        look: what the network says of it and of its copies.
        label: 0 to 9, or 10 for "no digit".
        fresh: whether it is a new one.
    """

    look: Look
    label: int
    fresh: bool


@dataclass(frozen=True, eq=False)
class Candidate:
    """A head, and what the gate says of it.

    Attributes:
        change: float32 (d + 1, classes).
        verdict: "learned" if it may be promoted, else why not.
        own_before: share of the corrections that the shipped network reads right.
        own_after: the same with this head.
        general_after: share of the gate's data.
    """

    change: NDArray[np.float32]
    verdict: Reason
    own_before: float
    own_after: float
    general_after: float


class _Reading(NamedTuple):
    """How each lesson is read.

    Attributes:
        right: bool (n,), the picture itself.
        loss: float64 (n,), cross entropy over the picture and its copies.
    """

    right: NDArray[np.bool_]
    loss: NDArray[np.float64]

    def of(self, which: NDArray[np.bool_]) -> _Reading:
        return _Reading(self.right[which], self.loss[which])

    def better_than(self, other: _Reading) -> bool:
        """Tell whether more is right, or as much and more clearly."""
        mine, others = int(self.right.sum()), int(other.right.sum())
        return mine > others or (mine == others and self.loss.mean() < other.loss.mean())

    def gains_on(self, other: _Reading) -> bool:
        """Tell whether more is right; where all was right already, whether more clearly."""
        return self.better_than(other) and not (
            self.right.sum() == other.right.sum() < len(other.right)
        )


def learn(general: General, lessons: Sequence[Lesson]) -> Candidate:
    """Fit a head to lessons, and let the gate judge it.

    Args:
        general: replay and gate.
        lessons: at least one, in an order that stays.
    """
    taught = _Taught(general, lessons)
    refused: Candidate | None = None
    for strength in STRENGTHS:
        for candidate in taught.candidates(strength):
            if candidate.verdict == "learned":
                return candidate
            refused = refused or candidate
    assert refused is not None
    return refused


class _Taught:
    """Lessons and replay in one, ready for fitting."""

    def __init__(self, general: General, lessons: Sequence[Lesson]) -> None:
        self._general = general
        self._lessons = lessons
        self._fresh = np.array([lesson.fresh for lesson in lessons])
        self._labels = np.array([lesson.label for lesson in lessons], np.int64)
        self._counts = np.array([len(lesson.look.logits) for lesson in lessons])
        self._starts = np.concatenate([[0], np.cumsum(self._counts)[:-1]])
        self._logits = np.concatenate([lesson.look.logits for lesson in lessons])
        self._rows = scaled(np.concatenate([lesson.look.embedding for lesson in lessons]))
        self._before = self._read(None)

    def candidates(self, strength: float) -> Iterator[Candidate]:
        """Yield heads that were fitted with corrections of this weight, and what they are worth."""
        everyone = np.ones(len(self._lessons), np.bool_)
        whole = self._fit(everyone, strength)
        held = self._held_out()
        without = self._fit(~held, strength) if held.any() else None
        for way in WAYS:
            change = np.asarray(way * whole, np.float32)
            after = self._read(change)
            general = self._general.gate.accuracy(change)
            if self._general.forgets(change, MOST_LOST):
                verdict: Reason = "forgets"
            elif without is None:
                verdict = self._few(after)
            else:
                verdict = self._many(after, self._read(np.asarray(way * without, np.float32)), held)
            yield Candidate(
                change,
                verdict,
                float(self._before.right.mean()),
                float(after.right.mean()),
                general,
            )

    def _held_out(self) -> NDArray[np.bool_]:
        held = np.zeros(len(self._lessons), np.bool_)
        if len(held) >= FEW:
            for label in np.unique(self._labels):
                held[np.flatnonzero(self._labels == label)[1::HELD_OUT]] = True
        return held

    def _few(self, after: _Reading) -> Reason:
        fresh = self._fresh
        if (self._before.right & ~after.right)[~fresh].any():
            return "worse"
        if not fresh.any() or after.of(fresh).gains_on(self._before.of(fresh)):
            return "learned"
        return self._useless()

    def _many(self, after: _Reading, without: _Reading, held: NDArray[np.bool_]) -> Reason:
        useful = without.of(held).better_than(self._before.of(held))
        return "learned" if useful and after.gains_on(self._before) else self._useless()

    def _useless(self) -> Reason:
        fresh = self._fresh
        return "already_right" if fresh.any() and self._before.right[fresh].all() else "no_better"

    def _fit(self, which: NDArray[np.bool_], strength: float) -> NDArray[np.float32]:
        replay = self._general.replay
        rows = np.repeat(which, self._counts)
        labels, classes = np.repeat(self._labels, self._counts), replay.logits.shape[1]
        weight = np.repeat(strength / self._counts, self._counts)[rows]
        weights = np.concatenate([np.full(len(replay.labels), REPLAY), weight])
        return fit(
            np.concatenate([replay.rows, self._rows[rows]]),
            np.concatenate([replay.logits, self._logits[rows]]),
            np.concatenate([replay.shares, np.eye(classes, dtype=np.float32)[labels[rows]]]),
            weights.astype(np.float32),
        )

    def _read(self, change: NDArray[np.float32] | None) -> _Reading:
        logits = self._logits if change is None else self._logits + self._rows @ change
        logits = logits.astype(np.float64)
        logits -= logits.max(axis=1, keepdims=True)
        shares = np.exp(logits)
        shares /= shares.sum(axis=1, keepdims=True)
        own = shares[np.arange(len(shares)), np.repeat(self._labels, self._counts)]
        loss = np.add.reduceat(-np.log(np.maximum(own, 1e-12)), self._starts) / self._counts
        # Of a picture that has two views, reading takes the mean of both.
        right = [
            shares[start : start + lesson.look.views].mean(axis=0).argmax() == lesson.label
            for start, lesson in zip(self._starts, self._lessons, strict=True)
        ]
        return _Reading(np.array(right, np.bool_), loss)

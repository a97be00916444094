"""From corrections to a head that may be promoted, or the reason why none may.

A head is fitted, and the gate (`palote.learn.gate`) decides. One that fails is tried again,
moved a shorter way from the shipped head and then fitted with more weight on what everyone
writes, before it is refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from palote.learn.crop import Look
from palote.learn.fit import fit
from palote.learn.gate import How, by_all, by_held_out, forgets, held_out, how_read
from palote.learn.general import General
from palote.learn.records import Reason
from palote.model.head import scaled

__all__ = ["Candidate", "Lesson", "learn"]

ATTEMPTS = (
    (16.0, 1.0, (1.0, 0.7)),
    (8.0, 3.0, (1.0, 0.7)),
    (8.0, 10.0, (1.0, 0.7, 0.5, 0.3)),
)
"""Weights of a correction with its copies and of a picture of the replay, and how far of the way
from the shipped head to the fitted one: each in turn, until the gate lets one through. What a
correction costs others, more replay mends better than a shorter way (`benchmarks/learning.py`)."""


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


def learn(general: General, lessons: Sequence[Lesson]) -> Candidate:
    """Fit a head to lessons, and let the gate judge it.

    Args:
        general: replay and gate.
        lessons: at least one, in an order that stays.
    """
    taught = _Taught(general, lessons)
    refused: Candidate | None = None
    for strength, replay, ways in ATTEMPTS:
        for candidate in taught.candidates(strength, replay, ways):
            if candidate.verdict == "learned":
                return candidate
            refused = refused or candidate
    assert refused is not None
    return refused


class _Taught:
    """Lessons and replay in one, ready for fitting."""

    def __init__(self, general: General, lessons: Sequence[Lesson]) -> None:
        self._general = general
        self._looks = [lesson.look for lesson in lessons]
        self._fresh = np.array([lesson.fresh for lesson in lessons])
        self._labels = np.array([lesson.label for lesson in lessons], np.int64)
        self._counts = np.array([len(look.logits) for look in self._looks])
        self._logits = np.concatenate([look.logits for look in self._looks])
        self._rows = scaled(np.concatenate([look.embedding for look in self._looks]))
        self._before = how_read(self._logits, self._looks, self._labels)

    def candidates(
        self, strength: float, replay: float, ways: Sequence[float]
    ) -> Iterator[Candidate]:
        """Yield heads that were fitted with these weights, and what they are worth."""
        everyone = np.ones(len(self._looks), np.bool_)
        held = held_out(self._labels)
        # First the one that must know nothing of what is held out; the other goes on from there.
        without = self._fit(~held, strength, replay) if held.any() else None
        whole = self._fit(everyone, strength, replay, without)
        for way in ways:
            change = np.asarray(way * whole, np.float32)
            after, general = self._read(change), self._general.gate.right(change)
            if forgets(self._general.gate.as_shipped, general):
                verdict: Reason = "forgets"
            elif without is None:
                verdict = by_all(self._before, after, self._fresh)
            else:
                apart = self._read(np.asarray(way * without, np.float32))
                verdict = by_held_out(self._before, after, apart, held, self._fresh)
            yield Candidate(
                change,
                verdict,
                float(self._before.right.mean()),
                float(after.right.mean()),
                float(general.mean()),
            )

    def _fit(
        self,
        which: NDArray[np.bool_],
        strength: float,
        weight_of_replay: float,
        start: NDArray[np.float32] | None = None,
    ) -> NDArray[np.float32]:
        replay = self._general.replay
        rows = np.repeat(which, self._counts)
        labels, classes = np.repeat(self._labels, self._counts), replay.logits.shape[1]
        weight = np.repeat(strength / self._counts, self._counts)[rows]
        weights = np.concatenate([np.full(len(replay.labels), weight_of_replay), weight])
        return fit(
            np.concatenate([replay.rows, self._rows[rows]]),
            np.concatenate([replay.logits, self._logits[rows]]),
            np.concatenate([replay.shares, np.eye(classes, dtype=np.float32)[labels[rows]]]),
            weights.astype(np.float32),
            start,
        )

    def _read(self, change: NDArray[np.float32]) -> How:
        return how_read(self._logits + self._rows @ change, self._looks, self._labels)

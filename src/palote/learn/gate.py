"""The gate: what was learnt from corrections must show its worth before it reads for anybody.

A candidate is always compared with the network as shipped, never with the last promotion: a
hundred small losses would otherwise add up. What it must show:

- of general data that neither trained the network nor tests it, it reads at most 0.05
  points less, and as little of MNIST's part of it alone: what it gains on pen strokes must
  not pay for a loss there;
- corrections that are held out of what it learnt from are read better than as shipped, and of
  all of them more are read right; or, where there are fewer than ten, or no two of any digit,
  more of the new ones are (of all, where one was taken back and none is new), and no other that
  was read right is read wrong. Where all were read right before, they and their augmented copies
  must be read more clearly.

A head (`palote.learn.update`) and a network that was trained anew (`palote.learn.retrained`)
go through the same gate.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from palote import data
from palote.learn.crop import Look
from palote.learn.records import Reason

__all__ = ["How", "by_all", "by_held_out", "forgets", "held_out", "how_read"]

MOST_LOST = 0.0005
"""Share of general data by which a candidate may be worse than the shipped network."""

FEW = 10
"""From so many corrections on, some are held out."""

HELD_OUT = 4
"""Of each digit the second one is, and from there on every so manieth."""


class How(NamedTuple):
    """How corrections are read.

    Attributes:
        right: bool (n,), the picture itself.
        loss: float64 (n,), cross entropy over the picture and its copies.
    """

    right: NDArray[np.bool_]
    loss: NDArray[np.float64]

    def of(self, which: NDArray[np.bool_]) -> How:
        """Return how some of them are read."""
        return How(self.right[which], self.loss[which])

    def better_than(self, other: How) -> bool:
        """Tell whether more is right, or as much and more clearly."""
        mine, others = int(self.right.sum()), int(other.right.sum())
        return mine > others or (mine == others and self.loss.mean() < other.loss.mean())

    def gains_on(self, other: How) -> bool:
        """Tell whether more is right; where all was right already, whether more clearly."""
        return self.better_than(other) and not (
            self.right.sum() == other.right.sum() < len(other.right)
        )


def forgets(before: NDArray[np.bool_], after: NDArray[np.bool_]) -> bool:
    """Tell whether too much of general data, or of MNIST's part of it, is read worse.

    Args:
        before: bool (m,), which are read right as shipped; first MNIST's, `data.HELD_OUT`.
        after: the same with the candidate.
    """
    parts = (slice(None), slice(data.HELD_OUT))
    return any(float(after[one].mean()) < float(before[one].mean()) - MOST_LOST for one in parts)


def held_out(labels: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Tell which corrections judge what was learnt from the others; none where they are few.

    Args:
        labels: int64 (n,), in an order that stays.
    """
    held = np.zeros(len(labels), np.bool_)
    if len(held) >= FEW:
        for label in np.unique(labels):
            held[np.flatnonzero(labels == label)[1::HELD_OUT]] = True
    return held


def by_all(before: How, after: How, fresh: NDArray[np.bool_]) -> Reason:
    """Judge where none are held out: by the new ones, and that no other gets worse.

    Args:
        before: as shipped.
        after: with the candidate.
        fresh: bool (n,), which are new.
    """
    if (before.right & ~after.right)[~fresh].any():
        return "worse"
    # Where one was taken back, none is new, and all that are left must be worth it.
    asked = fresh if fresh.any() else np.ones_like(fresh)
    if after.of(asked).gains_on(before.of(asked)):
        return "learned"
    return _useless(before, fresh)


def by_held_out(
    before: How,
    after: How,
    without: How,
    held: NDArray[np.bool_],
    fresh: NDArray[np.bool_],
) -> Reason:
    """Judge by those that are held out, and by all.

    Args:
        before: as shipped.
        after: with the candidate.
        without: with a candidate that has not learnt from those that are held out.
        held: bool (n,), which are held out.
        fresh: bool (n,), which are new.
    """
    useful = without.of(held).better_than(before.of(held))
    return "learned" if useful and after.gains_on(before) else _useless(before, fresh)


def how_read(logits: NDArray[np.float32], looks: Sequence[Look], labels: NDArray[np.int64]) -> How:
    """Return how corrections are read.

    Args:
        logits: float32 (m, classes), of all looks, one below the other.
        looks: each the rows of one correction.
        labels: int64 (n,), 0 to 9, or 10 for "no digit".
    """
    counts = np.array([len(look.logits) for look in looks])
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
    shares = np.exp(logits.astype(np.float64) - logits.max(axis=1, keepdims=True))
    shares /= shares.sum(axis=1, keepdims=True)
    own = shares[np.arange(len(shares)), np.repeat(labels, counts)]
    loss = np.add.reduceat(-np.log(np.maximum(own, 1e-12)), starts) / counts
    # Of a picture that has two views, reading takes the mean of both.
    right = [
        shares[start : start + look.views].mean(axis=0).argmax() == label
        for start, look, label in zip(starts, looks, labels, strict=True)
    ]
    return How(np.array(right, np.bool_), loss)


def _useless(before: How, fresh: NDArray[np.bool_]) -> Reason:
    return "already_right" if fresh.any() and before.right[fresh].all() else "no_better"

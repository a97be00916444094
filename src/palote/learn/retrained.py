"""A whole network that was trained anew, corrections among its samples, before the gate.

It is the gate of every head (`palote.learn.gate`): the network is compared with the shipped
one, on the same general data, and on the corrections that were held out of its training.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from palote.learn import crop, gate
from palote.learn.kept import Kept
from palote.learn.records import Reason
from palote.model.engine import Engine

__all__ = ["Judgement", "judged"]

AT_ONCE = 256


@dataclass(frozen=True)
class Judgement:
    """What the gate says of a network.

    Attributes:
        verdict: "learned" if it may read, else why not.
        corrections: how many it was judged with.
        unseen: whether it was not trained on these.
        own_before: share of them that the shipped network reads right.
        own_after: the same with this one.
        general_before: share of general data that the shipped network reads right.
        general_after: the same with this one.
    """

    verdict: Reason
    corrections: int
    unseen: bool
    own_before: float
    own_after: float
    general_before: float
    general_after: float

    @property
    def passed(self) -> bool:
        """Whether it may read."""
        return self.verdict == "learned"

    @property
    def message(self) -> str:
        """The same as an English sentence."""
        which = "it was not trained on" if self.unseen else "it was trained on, and their copies"
        if self.passed:
            said = "it may read in the place of the shipped network"
        elif self.verdict == "forgets":
            said = "refused, for everyone's digits are read worse"
        elif self.verdict == "worse":
            said = "refused, for one of the corrections is read worse"
        else:
            said = "refused, for the corrections are not read better"
        return (
            f"The gate: {said}. {self.corrections} corrections that {which}: "
            f"{_percent(self.own_before)} -> {_percent(self.own_after)}, everyone's "
            f"{_percent(self.general_before)} -> {_percent(self.general_after)}."
        )


def judged(
    shipped: Engine,
    trained: Engine,
    kept: Kept,
    patches: NDArray[np.uint8],
    labels: NDArray[np.uint8],
) -> Judgement:
    """Compare a trained network with the shipped one.

    Args:
        shipped: the network as it comes.
        trained: the other; it sees what the shipped one sees.
        kept: the corrections that it was trained with.
        patches: uint8 (m, 28, 28), general data that trained neither; first MNIST's.
        labels: uint8 (m,), 0 to 9, or 10 for "no digit".
    """
    right = [_right(engine, patches, labels) for engine in (shipped, trained)]
    before, after = (_how(engine, kept) for engine in (shipped, trained))
    held, fresh = kept.held_out, np.ones(len(kept.crops), np.bool_)
    if gate.forgets(*right):
        verdict: Reason = "forgets"
    elif held.any():
        verdict = gate.by_held_out(before, after, after, held, fresh)
    else:
        verdict = gate.by_all(before, after, fresh)
    if held.any():
        before, after = before.of(held), after.of(held)
    return Judgement(
        verdict,
        len(before.right),
        bool(held.any()),
        float(before.right.mean()),
        float(after.right.mean()),
        *(float(one.mean()) for one in right),
    )


def _right(
    engine: Engine, patches: NDArray[np.uint8], labels: NDArray[np.uint8]
) -> NDArray[np.bool_]:
    found = [
        engine(patches[first : first + AT_ONCE].astype(np.float32) / np.float32(255)).logits
        for first in range(0, len(patches), AT_ONCE)
    ]
    return np.asarray(np.concatenate(found).argmax(axis=1) == labels)


def _how(engine: Engine, kept: Kept) -> gate.How:
    looks = [crop.look(png, engine) for _, png in kept.crops]
    return gate.how_read(np.concatenate([look.logits for look in looks]), looks, kept.labels)


def _percent(share: float) -> str:
    # The gate lets 0.05 points pass: fewer places would not show them.
    return f"{100 * share:.2f} %"

"""Between patches and what a model file wants: size, order of axes, values in and out.

A model that was made elsewhere says by its input shape what it takes; what its shape
does not say (values, inverted ink) the person declares.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from palote.errors import InkSpecMismatch, ModelCorrupt
from palote.ink import InkSpec
from palote.model.card import Card

__all__ = ["CLASSES", "Layout", "card_for", "check_classes", "logits_of"]

CLASSES = (10, 11)
"""Ten digits, or ten and "no digit"."""
FOUND = (InkSpec(), InkSpec.sized(96, channels=3))
"""What is found from the input shape alone."""
LEAST = 1e-12


@dataclass(frozen=True)
class Layout:
    """How a model takes patches.

    Attributes:
        spec: geometry and values.
        shape: of one patch, as the model wants its axes.
        planes_first: whether the channels come before height and width.
    """

    spec: InkSpec
    shape: tuple[int, ...]
    planes_first: bool

    def arrange(self, inks: NDArray[np.float32]) -> NDArray[np.float32]:
        """Turn patches (n, *spec.shape) in [0, 1] into what the model takes."""
        batch = np.ascontiguousarray(inks, np.float32)
        if self.planes_first and self.spec.channels > 1:
            batch = np.ascontiguousarray(np.moveaxis(batch, -1, 1))
        if (self.spec.low, self.spec.high) != (0.0, 1.0):
            batch = np.float32(self.spec.low) + batch * np.float32(self.spec.high - self.spec.low)
        return batch.reshape(len(inks), *self.shape)


def card_for(
    name: str, card: Card | None, shape: Sequence[object], source: str, declared: InkSpec | None
) -> tuple[Card, Layout]:
    """Settle which patches a model gets.

    Args:
        name: name of the model.
        card: its own card, if it has one.
        shape: its input shape without the batch axis; what is no whole number is open.
        source: where it came from, for messages.
        declared: what the person says that it takes.

    Returns:
        The card, whose ``ink`` is the spec that holds, and the layout.

    Raises:
        InkSpecMismatch: the model says itself that it takes something else than declared.
        ModelCorrupt: the shape is not known and nothing was declared, or does not fit.
    """
    if card is not None and declared is not None and declared != card.ink:
        raise InkSpecMismatch(
            f"The model in {source} was trained with {card.ink}; it cannot be read with {declared}."
        )
    wanted = (card.ink,) if card else (declared,) if declared else FOUND
    for spec in wanted:
        layout = _layout(spec, shape)
        if layout is not None:
            return card or Card(name=name, ink=spec), layout
    said = [axis if isinstance(axis, int) else "?" for axis in shape]
    raise ModelCorrupt(
        f"The model {source} takes input of shape {said}; Palote gives one picture of "
        + " or ".join("x".join(map(str, spec.shape)) for spec in wanted)
        + ". Say what it takes with --input, for instance --input 64x64 or --input 28x28,inverted."
    )


def check_classes(count: object, source: str) -> None:
    """Refuse a model that does not give ten values, or eleven with "no digit".

    Raises:
        ModelCorrupt: it gives another number of values.
    """
    if count not in CLASSES:
        raise ModelCorrupt(
            f"The model {source} gives {count} values; "
            f"a reader of digits gives {CLASSES[0]}, or {CLASSES[1]} with 'no digit'."
        )


def logits_of(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return logits for outputs (n, classes) that may be probabilities already."""
    values = np.asarray(values, np.float32)
    sums = values.sum(axis=-1)
    if values.size and values.min() >= 0 and np.allclose(sums, 1, atol=1e-3):
        return np.log(np.maximum(values, np.float32(LEAST)))
    return values


def _layout(spec: InkSpec, shape: Sequence[object]) -> Layout | None:
    size, channels = spec.size, spec.channels
    kinds: list[tuple[tuple[int, ...], bool]] = [
        ((size, size, channels), False),
        ((channels, size, size), True),
    ]
    if channels == 1:
        kinds += [((size, size), False), ((size * size,), False)]
    for kind, planes_first in kinds:
        open_or_same = (not isinstance(a, int) or a == b for a, b in zip(shape, kind, strict=False))
        if len(shape) == len(kind) and all(open_or_same):
            return Layout(spec, kind, planes_first)
    return None

"""Between patches and what a model file wants: size, order of axes, values in and out.

A model that was made elsewhere says by its input shape what it takes; what its shape
does not say (values, inverted ink) the person declares.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import DTypeLike, NDArray

from palote.errors import InkSpecMismatch, ModelCorrupt, UsageError
from palote.ink import InkSpec
from palote.model.card import LARGEST, SMALLEST, Card

__all__ = [
    "CLASSES",
    "INPUT_FORMS",
    "Heads",
    "Layout",
    "Run",
    "card_for",
    "declared_input",
    "in_parts",
]

Batch: TypeAlias = NDArray[np.float32]
Run: TypeAlias = Callable[[Batch], Mapping[str, Batch]]
"""A network as a function: a batch (n, ...) -> each output (n, ...) by its name."""

CLASSES = (10, 11)
"""Ten digits, or ten and "no digit"."""
FOUND = (InkSpec(), InkSpec.sized(96, channels=3))
"""What is found from the input shape alone."""
LEAST = 1e-12
PROBES, AT_ONCE = 8, 256
RANGES = {"0..1": (0.0, 1.0), "255": (0.0, 255.0), "-1..1": (-1.0, 1.0)}
INPUT_FORMS = (
    "28x28, 64x64x1 or 96x96x3 (height x width x channels), and after commas: "
    "inverted (dark ink on light paper), 255 or -1..1 (the values of paper and ink)"
)
DECLARED = re.compile(r"(\d{1,4})x(\d{1,4})(?:x([13]))?")


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


@dataclass(frozen=True)
class Heads:
    """Which of a model's outputs is what.

    Attributes:
        logits: name of the output with a value for each class.
        embedding: name of the output with the features, if there is one.
        probabilities: whether the values are probabilities already.
    """

    logits: str
    embedding: str | None
    probabilities: bool

    @classmethod
    def found(cls, ask: Run, spec: InkSpec, source: str) -> Heads:
        """Ask a network about a few patches, and see which output is what.

        Args:
            ask: the network, taking patches (n, *spec.shape) in [0, 1].
            spec: what it takes.
            source: where it came from, for messages.

        Raises:
            ModelCorrupt: there is no output, or no single one, with a value for each class.
        """
        rng = np.random.default_rng(0)
        probes = np.asarray(rng.random((PROBES, *spec.shape)) ** np.e, np.float32)
        results = {name: _rows(values, PROBES) for name, values in ask(probes).items()}
        fitting = [name for name, values in results.items() if values.shape[1] in CLASSES]
        if "logits" in fitting:
            fitting = ["logits"]
        if len(fitting) != 1:
            counts = ", ".join(str(values.shape[1]) for values in results.values())
            several = f"{len(fitting)} outputs of this kind" if fitting else f"{counts} values"
            raise ModelCorrupt(
                f"The model {source} gives {several}; a reader of digits gives {CLASSES[0]} "
                f"values, or {CLASSES[1]} with 'no digit'."
            )
        values = results[fitting[0]]
        # Logits of either sign come from any network but one that ends in softmax or sigmoid.
        inside = bool((values >= 0).all() and (values <= 1.001).all() and values.any())
        known = "embedding" in results and fitting[0] != "embedding"
        return cls(fitting[0], "embedding" if known else None, inside)

    def read(
        self, results: Mapping[str, NDArray[np.float32]], count: int
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return logits (count, classes) and embedding (count, d); d may be 0."""
        logits = _rows(results[self.logits], count)
        if self.probabilities:
            logits = np.log(np.maximum(logits, np.float32(LEAST)))
        if self.embedding is None:
            return logits, np.zeros((count, 0), np.float32)
        return logits, _rows(results[self.embedding], count)


def _rows(values: NDArray[np.float32], count: int) -> NDArray[np.float32]:
    rows = np.asarray(values, np.float32)
    if rows.ndim == 0 or len(rows) != count:
        return np.zeros((count, 0), np.float32)
    return rows.reshape(count, math.prod(rows.shape[1:]))


def in_parts(run: Run, batch: Batch, fixed: int | None) -> dict[str, Batch]:
    """Run a network on a batch of any size.

    Args:
        run: the network.
        batch: (n, ...), as it wants it.
        fixed: the only batch size that it takes; otherwise any, and memory sets the limit.

    Returns:
        Each output (n, ...), by its name.
    """
    size = fixed or AT_ONCE
    if len(batch) == size or (fixed is None and len(batch) < size):
        return dict(run(batch))
    parts = []
    for first in range(0, max(len(batch), 1), size):
        part = batch[first : first + size]
        missing = fixed - len(part) if fixed else 0
        filled = np.concatenate([part, np.zeros((missing, *part.shape[1:]), part.dtype)])
        parts.append({name: values[: len(part)] for name, values in run(filled).items()})
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def declared_input(text: str) -> InkSpec:
    """Return what a person says that a model takes, such as ``64x64`` or ``28x28,inverted``.

    Raises:
        UsageError: it cannot be understood; the message lists the forms.

    >>> declared_input("28x28,255,inverted").low
    255.0
    """
    size, *words = (part.strip() for part in text.lower().split(","))
    found = DECLARED.fullmatch(size)
    ranges = [word for word in words if word in RANGES]
    rest = [word for word in words if word not in RANGES]
    if found is None or len(ranges) > 1 or rest not in ([], ["inverted"]):
        raise UsageError(f"--input {text!r} is not understood. Give {INPUT_FORMS}.")
    height, width, channels = (int(part or 1) for part in found.groups())
    if height != width or not SMALLEST <= height <= LARGEST:
        raise UsageError(
            f"--input {text!r}: Palote makes square patches of {SMALLEST} to {LARGEST} pixels."
        )
    low, high = RANGES[ranges[0] if ranges else "0..1"]
    spec = InkSpec.sized(height, channels, low, high)
    return replace(spec, low=high, high=low) if rest else spec


def card_for(
    name: str,
    card: Card | None,
    shape: Sequence[object],
    source: str,
    declared: InkSpec | None,
    dtype: DTypeLike = np.float32,
) -> tuple[Card, Layout]:
    """Settle which patches a model gets.

    Args:
        name: name of the model.
        card: its own card, if it has one.
        shape: its input shape without the batch axis; what is no whole number is open.
        source: where it came from, for messages.
        declared: what the person says that it takes.
        dtype: of its input; whole numbers mean values from 0 to 255.

    Returns:
        The card, whose ``ink`` is the spec that holds, and the layout.

    Raises:
        InkSpecMismatch: the model says itself that it takes something else than declared.
        ModelCorrupt: the shape is not known and nothing was declared, or does not fit.
    """
    if card is not None and declared is not None and declared != card.ink:
        raise InkSpecMismatch(
            f"The model in {source} says itself that it takes {card.ink}. "
            f"It cannot be given {declared}."
        )
    high = 255.0 if np.dtype(dtype).kind in "iu" else 1.0
    guessed = tuple(replace(spec, high=high) for spec in FOUND)
    wanted = (card.ink,) if card else (declared,) if declared else guessed
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

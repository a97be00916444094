"""The NumPy network as an engine: what Palote reads with, when its model is an .npz file."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from palote.errors import ModelCorrupt
from palote.ink import InkSpec
from palote.model.card import Card
from palote.model.catalog import Entry
from palote.model.engine import DIGITS, Outputs
from palote.model.scratch.classifier import ScratchClassifier
from palote.model.shapes import card_for

__all__ = ["ScratchEngine"]


class ScratchEngine:
    """A network in an .npz file; safe to share between threads.

    Args:
        entry: the model.
        declared: what the network takes, if its file does not say it.

    Raises:
        ModelCorrupt: the file is no such network, or not one that reads digits.
        InkSpecMismatch: it was trained with another normalisation.
    """

    def __init__(self, entry: Entry, declared: InkSpec | None = None) -> None:
        source = str(entry.path)
        self.classifier = ScratchClassifier.from_bytes(entry.checked_bytes(), source)
        classes = self.classifier.classes_
        if not np.array_equal(classes, np.arange(DIGITS)):
            raise ModelCorrupt(
                f"The model {source!r} knows the classes {', '.join(map(str, classes[:20]))}; "
                "a reader of digits knows 0 to 9."
            )
        inner = self.classifier.card_json_
        self.card, self._layout = card_for(
            entry.name,
            entry.card or (Card.from_json(inner, source) if inner else None),
            [self.classifier.n_features_in_],
            repr(source),
            declared,
        )

    def __call__(self, inks: NDArray[np.float32]) -> Outputs:
        """Run the network on patches, float32 (n, *card.ink.shape) in [0, 1]."""
        logits, embedding = self.classifier.forward(self._layout.arrange(inks))
        return Outputs(np.asarray(logits, np.float32), np.asarray(embedding, np.float32))

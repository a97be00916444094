"""The two networks that ``palote train scratch`` makes, with what was found to work best.

Everything here was chosen on a validation split of MNIST's training set, never on its test set.
"""

from __future__ import annotations

from palote.model.scratch.classifier import ScratchClassifier
from palote.model.scratch.parameters import Seed

__all__ = ["classic", "modern"]


def modern(random_state: Seed = 2026) -> ScratchClassifier:
    """Return the network for patches of 28x28 (784 features): 784-256-128-10, ReLU, Adam."""
    return ScratchClassifier(shift=1, random_state=random_state)


def classic(random_state: Seed = 2026) -> ScratchClassifier:
    """Return the network of the old lessons: 20x20 black and white, 400-100-10, sigmoid."""
    return ScratchClassifier(
        hidden=(100,),
        activation="sigmoid",
        look="binary20",
        learning_rate=5e-3,
        epochs=60,
        l2=3e-5,
        shift=1,
        random_state=random_state,
    )

"""The layers of a network: how each works forwards and, right below, backwards.

A layer turns a batch ``x`` into ``y``. Learning asks the opposite question: if the loss
changes by ``dy`` for a small change of ``y``, by how much does it change for a small
change of ``x``? The answer, ``dx``, is the chain rule: ``dy`` times the slope of the
layer. Rumelhart, Hinton and Williams, 1986.

No layer remembers a call, so that one network can be asked from several threads: what
the way back needs (``x`` and ``y``) is handed in again.
"""

from __future__ import annotations

from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = ["Dense", "Floats", "Layer", "ReLU", "Sigmoid", "softmax", "softmax_cross_entropy"]

Floats: TypeAlias = NDArray[np.floating]
"""float32 or float64; every layer answers in the dtype that it was given."""


class Layer(Protocol):
    """What every layer can do."""

    def forward(self, x: Floats) -> Floats:
        """Return y for a batch x."""
        ...

    def backward(self, x: Floats, y: Floats, dy: Floats) -> Floats:
        """Return dx, the slope of the loss by x, for its slope dy by y."""
        ...


class Dense:
    """Every output is a weighted sum of all inputs, and a bias.

    Args:
        weights: (inputs, outputs).
        bias: (outputs,).
    """

    def __init__(self, weights: Floats, bias: Floats) -> None:
        self.weights = weights
        self.bias = bias

    def forward(self, x: Floats) -> Floats:
        """Return x times the weights, plus the bias."""
        return x @ self.weights + self.bias  # (n, inputs) -> (n, outputs)

    def backward(self, x: Floats, y: Floats, dy: Floats) -> Floats:
        """Return dx: each input gets its share of the blame, by the weights it went through."""
        return dy @ self.weights.T  # (n, outputs) -> (n, inputs)

    def gradients(self, x: Floats, dy: Floats) -> tuple[Floats, Floats]:
        """Return the slope of the loss by the weights and by the bias, summed over the batch."""
        return x.T @ dy, dy.sum(axis=0)  # (inputs, outputs), (outputs,)


class ReLU:
    """Keeps what is positive (Nair and Hinton, 2010)."""

    def forward(self, x: Floats) -> Floats:
        """Return x where it is positive, else 0."""
        return np.asarray(np.maximum(x, 0))  # (n, d)

    def backward(self, x: Floats, y: Floats, dy: Floats) -> Floats:
        """Return dx: the slope is 1 where x was positive, else 0."""
        return dy * (y > 0)  # (n, d)


class Sigmoid:
    """Squeezes every number into (0, 1): 1 / (1 + exp(-x))."""

    def forward(self, x: Floats) -> Floats:
        """Return the sigmoid of x."""
        # The same curve as 1 / (1 + exp(-x)), which would overflow for very negative x.
        return np.asarray(0.5 + 0.5 * np.tanh(0.5 * x))  # (n, d)

    def backward(self, x: Floats, y: Floats, dy: Floats) -> Floats:
        """Return dx: the slope is y (1 - y), at most a quarter, so learning is slower."""
        return dy * y * (1 - y)  # (n, d)


def softmax(logits: Floats) -> Floats:
    """Return probabilities that add up to 1 in every row."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))  # (n, classes)
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), logits.dtype)


def softmax_cross_entropy(
    logits: Floats, targets: NDArray[np.intp], weights: Floats
) -> tuple[float, Floats]:
    """Return how surprised the network is by the right answers, and the slope of that.

    The loss is the mean of ``-weight * log(probability of the target)``, in nats. Softmax
    and loss are taken together, because their common slope is so simple: what the network
    believes minus what is true.

    Args:
        logits: (n, classes).
        targets: (n,), number of the right class.
        weights: (n,), how much each example counts; 1 is usual.

    Returns:
        The loss, and its slope by the logits (n, classes).
    """
    rows = np.arange(len(logits))
    shifted = logits - logits.max(axis=1, keepdims=True)
    totals = np.log(np.exp(shifted).sum(axis=1))
    surprise = totals - shifted[rows, targets]  # (n,)

    slope = softmax(logits)  # (n, classes)
    slope[rows, targets] -= 1
    share = np.asarray(weights / len(logits), logits.dtype)
    return float(surprise @ share), slope * share[:, None]

"""Layers in a row: forwards through all of them, and backwards with the chain rule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import DTypeLike, NDArray

from palote.model.scratch.layers import (
    Dense,
    Floats,
    Layer,
    ReLU,
    Sigmoid,
    softmax_cross_entropy,
)

__all__ = ["ACTIVATIONS", "Activation", "Network", "Step"]

Activation: TypeAlias = Literal["relu", "sigmoid"]

ACTIVATIONS: dict[str, type[ReLU] | type[Sigmoid]] = {"relu": ReLU, "sigmoid": Sigmoid}
GAIN = {"relu": 2.0, "sigmoid": 1.0}
"""Variance of the first weights times the number of inputs: ReLU loses half of what comes
in (He, Zhang, Ren and Sun, 2015), the sigmoid does not (LeCun, Bottou, Orr and Müller, 1998)."""


@dataclass(frozen=True, eq=False)
class Step:
    """What one look at a batch gives.

    Attributes:
        loss: mean cross-entropy in nats, and the L2 penalty.
        logits: (n, classes).
        gradients: slope of the loss by each of `Network.parameters`, in their order.
    """

    loss: float
    logits: Floats
    gradients: list[Floats]


class Network:
    """A multi-layer perceptron: dense layers with an activation between them.

    Args:
        dense: the dense layers, first to last.
        activation: what stands between them.
    """

    def __init__(self, dense: Sequence[Dense], activation: Activation) -> None:
        self.dense = tuple(dense)
        self.activation = activation
        self.layers: list[Layer] = [self.dense[0]]
        for layer in self.dense[1:]:
            self.layers += [ACTIVATIONS[activation](), layer]

    @classmethod
    def random(
        cls,
        sizes: Sequence[int],
        activation: Activation,
        rng: np.random.Generator,
        dtype: DTypeLike = np.float32,
    ) -> Network:
        """Return a network that has learnt nothing yet.

        Args:
            sizes: inputs, hidden layers, classes: ``(784, 256, 128, 10)``.
            activation: what stands between the dense layers.
            rng: chance.
            dtype: of all weights.
        """
        dense = []
        for inputs, outputs in pairwise(sizes):
            spread = np.sqrt(GAIN[activation] / inputs)
            weights = rng.normal(0, spread, (inputs, outputs)).astype(dtype)
            dense.append(Dense(weights, np.zeros(outputs, dtype)))
        return cls(dense, activation)

    @property
    def parameters(self) -> list[Floats]:
        """Weights and bias of every dense layer, first to last: what learning changes."""
        return [array for layer in self.dense for array in (layer.weights, layer.bias)]

    def forward(self, x: Floats) -> list[Floats]:
        """Return x and what each layer made of it; the logits are the last.

        Args:
            x: (n, inputs).
        """
        passed = [x]
        for layer in self.layers:
            passed.append(layer.forward(passed[-1]))
        return passed

    def backward(self, passed: Sequence[Floats], slope: Floats) -> list[Floats]:
        """Return the slope of the loss by each of `parameters`.

        Args:
            passed: what `forward` returned.
            slope: of the loss by the logits, (n, classes).
        """
        gradients: list[Floats] = []
        for number in reversed(range(len(self.layers))):
            layer, x, y = self.layers[number], passed[number], passed[number + 1]
            if isinstance(layer, Dense):
                gradients = [*layer.gradients(x, slope), *gradients]
            if number > 0:  # nobody asks how the picture should change
                slope = layer.backward(x, y, slope)
        return gradients

    def step(self, x: Floats, targets: NDArray[np.intp], weights: Floats, l2: float = 0.0) -> Step:
        """Return loss and gradients for a batch.

        Args:
            x: (n, inputs).
            targets: (n,), number of the right class.
            weights: (n,), how much each example counts; 1 is usual.
            l2: penalty of large weights: ``l2 / 2`` times the sum of their squares.
        """
        passed = self.forward(x)
        loss, slope = softmax_cross_entropy(passed[-1], targets, weights)
        gradients = self.backward(passed, slope)
        if l2:
            for number, layer in enumerate(self.dense):
                loss += l2 / 2 * float(np.vdot(layer.weights, layer.weights))
                gradients[2 * number] += l2 * layer.weights  # biases are left free
        return Step(loss, passed[-1], gradients)

    def snapshot(self) -> list[Floats]:
        """Return a copy of all parameters, for `restore`."""
        return [array.copy() for array in self.parameters]

    def restore(self, saved: Sequence[Floats]) -> None:
        """Take back the parameters of a `snapshot`."""
        for array, old in zip(self.parameters, saved, strict=True):
            array[...] = old

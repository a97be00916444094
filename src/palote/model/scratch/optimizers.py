"""How the weights follow the gradients: stochastic gradient descent, two ways.

Both change the arrays in place, a little against the slope, after every mini-batch.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from palote.model.scratch.layers import Floats

__all__ = ["OPTIMIZERS", "Adam", "Momentum", "Optimizer"]


class Optimizer(Protocol):
    """What both can do."""

    def step(
        self, parameters: Sequence[Floats], gradients: Sequence[Floats], learning_rate: float
    ) -> None:
        """Change the parameters in place."""
        ...


class Momentum:
    """A ball that rolls down the slope and keeps some of its speed (Polyak, 1964).

    Args:
        momentum: share of the speed that is kept; 0 is plain gradient descent.
    """

    def __init__(self, momentum: float = 0.9) -> None:
        self.momentum = momentum
        self._speeds: list[Floats] = []

    def step(
        self, parameters: Sequence[Floats], gradients: Sequence[Floats], learning_rate: float
    ) -> None:
        """Change the parameters in place."""
        self._speeds = self._speeds or [np.zeros_like(array) for array in parameters]
        for array, gradient, speed in zip(parameters, gradients, self._speeds, strict=True):
            speed *= self.momentum
            speed -= learning_rate * gradient
            array += speed


class Adam:
    """Every weight at its own pace: the mean slope over its usual size (Kingma and Ba, 2015).

    Args:
        momentum: share of the mean slope that is kept from batch to batch (their beta 1).
        memory: the same for the mean square of the slope (their beta 2).
        least: keeps the division from blowing up (their epsilon).
    """

    def __init__(self, momentum: float = 0.9, memory: float = 0.999, least: float = 1e-8) -> None:
        self.momentum = momentum
        self.memory = memory
        self.least = least
        self._steps = 0
        self._means: list[Floats] = []
        self._squares: list[Floats] = []

    def step(
        self, parameters: Sequence[Floats], gradients: Sequence[Floats], learning_rate: float
    ) -> None:
        """Change the parameters in place."""
        self._means = self._means or [np.zeros_like(array) for array in parameters]
        self._squares = self._squares or [np.zeros_like(array) for array in parameters]
        self._steps += 1
        # Both means start at 0 and are too small at first; this makes up for it.
        mean_share = 1 - self.momentum**self._steps
        square_share = 1 - self.memory**self._steps
        pace = learning_rate * np.sqrt(square_share) / mean_share
        least = self.least * np.sqrt(square_share)
        for array, gradient, mean, square in zip(
            parameters, gradients, self._means, self._squares, strict=True
        ):
            mean += (1 - self.momentum) * (gradient - mean)
            square += (1 - self.memory) * (gradient * gradient - square)
            array -= float(pace) * mean / (np.sqrt(square) + float(least))


OPTIMIZERS: dict[str, type[Adam] | type[Momentum]] = {"adam": Adam, "momentum": Momentum}

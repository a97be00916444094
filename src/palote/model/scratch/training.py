"""Learning: mini-batches in ever new order, epoch after epoch, with the best weights kept."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from palote.model.scratch.layers import Floats, softmax_cross_entropy
from palote.model.scratch.network import Network
from palote.model.scratch.optimizers import Optimizer
from palote.model.scratch.patches import shifted

__all__ = ["Callback", "Epoch", "Examples", "Recipe", "forward_in_parts", "one_epoch", "train"]

PART = 4096
"""Examples that go through the network at once where none is learnt from."""


@dataclass(frozen=True, eq=False)
class Examples:
    """What is learnt from.

    Attributes:
        rows: (n, inputs), as the network sees them.
        targets: (n,), number of the right class.
        weights: (n,), how much each counts; 1 on average.
    """

    rows: Floats
    targets: NDArray[np.intp]
    weights: Floats

    def __len__(self) -> int:
        return len(self.rows)


@dataclass(frozen=True)
class Recipe:
    """How to learn.

    Attributes:
        epochs: how many times all examples are seen.
        batch_size: examples in a mini-batch.
        learning_rate: at the start; it falls to 0 along half a cosine.
        l2: penalty of large weights.
        shift: pixels by which pictures are moved, anew each time they are seen.
        patience: epochs without a better validation after which to stop; none: never.
    """

    epochs: int
    batch_size: int
    learning_rate: float
    l2: float
    shift: int
    patience: int | None


@dataclass(frozen=True)
class Epoch:
    """How one epoch went.

    Attributes:
        number: counted from 1.
        loss: mean over the batches while they were learnt from, in nats, with the L2 penalty.
        accuracy: share of right answers, over the same batches.
        val_loss: mean cross-entropy on the validation data; none without it.
        val_accuracy: share of right answers on the validation data; none without it.
        learning_rate: with which the epoch began.
        seconds: it took, validation included.
    """

    number: int
    loss: float
    accuracy: float
    val_loss: float | None
    val_accuracy: float | None
    learning_rate: float
    seconds: float


Callback: TypeAlias = Callable[[Epoch], bool | None]
"""Is told of every epoch, and stops the training by returning True."""


def train(
    network: Network,
    optimizer: Optimizer,
    examples: Examples,
    validation: Examples | None,
    recipe: Recipe,
    rng: np.random.Generator,
    history: list[Epoch],
    callback: Callback | None = None,
) -> None:
    """Train the network in place.

    However it ends, by an exception such as KeyboardInterrupt too, the network is left
    with the weights of its best finished epoch: of highest validation accuracy (of lower
    loss, where two are the same), or the last one if there is no validation data.

    Args:
        network: is changed.
        optimizer: is changed.
        examples: what is learnt from.
        validation: what tells which epoch was best; nothing is learnt from it.
        recipe: how to learn.
        rng: chance.
        history: is added to, an epoch at a time.
        callback: is told of every epoch.
    """
    best, best_weights, waited = (-math.inf, -math.inf), network.snapshot(), 0
    try:
        for number in range(recipe.epochs):
            began = time.perf_counter()
            done = number / recipe.epochs
            loss, accuracy = one_epoch(
                network, optimizer, examples, recipe, rng, (done, done + 1 / recipe.epochs)
            )
            val_loss = val_accuracy = None
            score = (float(number), 0.0)
            if validation is not None:
                val_loss, val_accuracy = evaluate(network, validation)
                score = (val_accuracy, -val_loss)
            waited += 1
            if score > best:
                best, best_weights, waited = score, network.snapshot(), 0
            rate = _annealed(recipe.learning_rate, done)
            seconds = time.perf_counter() - began
            history.append(Epoch(number + 1, loss, accuracy, val_loss, val_accuracy, rate, seconds))
            stop = callback is not None and callback(history[-1]) is True
            if stop or (recipe.patience is not None and waited >= recipe.patience):
                break
    finally:
        network.restore(best_weights)


def one_epoch(
    network: Network,
    optimizer: Optimizer,
    examples: Examples,
    recipe: Recipe,
    rng: np.random.Generator,
    span: tuple[float, float] = (0.0, 0.0),
) -> tuple[float, float]:
    """Learn from every example once, in random order.

    Args:
        network: is changed.
        optimizer: is changed.
        examples: what is learnt from.
        recipe: how to learn.
        rng: chance.
        span: which part of the whole training this is, for the learning rate.

    Returns:
        Mean loss and share of right answers, over the batches as they were learnt from.
    """
    order = rng.permutation(len(examples))
    total, right = 0.0, 0
    for start in range(0, len(order), recipe.batch_size):
        chosen = order[start : start + recipe.batch_size]
        x, targets = examples.rows[chosen], examples.targets[chosen]
        if recipe.shift:
            x = shifted(x, recipe.shift, rng)
        step = network.step(x, targets, examples.weights[chosen], recipe.l2)
        done = span[0] + (span[1] - span[0]) * start / len(order)
        optimizer.step(network.parameters, step.gradients, _annealed(recipe.learning_rate, done))
        total += step.loss * len(chosen)
        right += int(np.count_nonzero(step.logits.argmax(axis=1) == targets))
    return total / len(order), right / len(order)


def evaluate(network: Network, examples: Examples) -> tuple[float, float]:
    """Return mean cross-entropy in nats and share of right answers; nothing is learnt."""
    logits, _ = forward_in_parts(network, examples.rows)
    loss, _ = softmax_cross_entropy(logits, examples.targets, examples.weights)
    return loss, float((logits.argmax(axis=1) == examples.targets).mean())


def forward_in_parts(network: Network, rows: Floats) -> tuple[Floats, Floats]:
    """Return logits (n, classes) and what the last hidden layer made of the rows, (n, d)."""
    parts = [
        (passed[-1], passed[-2])
        for start in range(0, max(len(rows), 1), PART)
        for passed in [network.forward(rows[start : start + PART])]
    ]
    return np.concatenate([part[0] for part in parts]), np.concatenate([part[1] for part in parts])


def _annealed(learning_rate: float, done: float) -> float:
    """Return the learning rate when a share of the training is done: half a cosine.

    Loshchilov and Hutter, 2017.
    """
    return learning_rate * (1 + math.cos(math.pi * done)) / 2

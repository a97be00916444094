"""Train the judge of `palote.numbers`: a small network, and how far its numbers can be trusted.

It takes what the digit network says of an edge, not the embedding, so that it goes with
every model that reads digits. (With the embedding it was no better, on 700 lines.)
"""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import keras
import numpy as np
from numpy.typing import NDArray

from palote.model.engine import Engine
from palote.numbers.decode import SYMBOLS, decode
from palote.numbers.judge import Judge, inputs_of
from palote.numbers.reading import scored
from palote.numbers.trust import Marks
from palote.train.edges import NOT_TAUGHT, Taught, taught_edges
from palote.train.glyphs import LineStock

__all__ = ["packed", "train_judge"]

HIDDEN = 48
EPOCHS = 25
BATCH = 256
RATE = 3e-3
DECAY = 1e-3
KEPT = 0.25
"""Share of the lines on which trust is counted, and nothing learned."""

STEPS = 100
"""Newton's method takes far fewer until nothing changes."""

RIDGE = 0.1


def train_judge(stock: LineStock, engine: Engine, count: int, seed: int) -> Judge:
    """Compose lines and learn from them.

    Args:
        stock: what lines are made from; of the writers for training.
        engine: the network that reads single digits.
        count: of lines.
        seed: of the lines and of the first weights.
    """
    lines = list(taught_edges(stock, engine, np.random.default_rng(seed), count))
    kept = round(KEPT * len(lines))
    judge = _weighed(lines[kept:], seed)
    return _trusted(judge, lines[:kept])


def packed(judge: Judge) -> bytes:
    """Return a judge as the bytes of an .npz file."""
    file = BytesIO()
    np.savez(file, **{name: getattr(judge, name) for name in Judge.__dataclass_fields__})
    return file.getvalue()


def _weighed(lines: list[Taught], seed: int) -> Judge:
    keras.utils.set_random_seed(seed)
    inputs = np.concatenate([inputs_of(one.shares, one.edges.measures) for one in lines])
    labels = np.concatenate([one.labels for one in lines])
    inputs, labels = inputs[labels != NOT_TAUGHT], labels[labels != NOT_TAUGHT]
    mean, scale = inputs.mean(axis=0), inputs.std(axis=0) + 1e-3
    steps = EPOCHS * -(-len(inputs) // BATCH)
    hidden = keras.layers.Dense(HIDDEN, activation="relu")
    out = keras.layers.Dense(len(SYMBOLS) + 1)
    network = keras.Sequential([keras.Input((inputs.shape[1],)), hidden, out])
    network.compile(
        keras.optimizers.AdamW(
            keras.optimizers.schedules.CosineDecay(RATE, steps), weight_decay=DECAY
        ),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    network.fit((inputs - mean) / scale, labels, BATCH, EPOCHS, verbose=0)
    weights = [
        np.asarray(array, np.float32) for array in (*hidden.get_weights(), *out.get_weights())
    ]
    w1, b1, w2, b2 = weights
    nothing = np.zeros(len(Marks.NAMES))
    return Judge(mean.astype(np.float32), scale.astype(np.float32), w1, b1, w2, b2, nothing)


def _trusted(judge: Judge, lines: list[Taught]) -> Judge:
    """Count how often numbers are right (logistic regression, by Newton's method)."""
    rows, right = [], []
    for one in lines:
        logs, scores, skips = scored(one.edges, one.parts, one.shares, judge)
        found = decode(one.edges.first, one.edges.last, len(one.parts), scores, skips)
        found = [text for text in found if text.digits]
        if found:
            rows.append(Marks.of(found, one.edges, one.parts, logs).row())
            right.append(found[0].digits == one.text)
    weights = _logistic(np.array(rows), np.array(right))
    return replace(judge, trust=weights)


def _logistic(inputs: NDArray[np.float64], right: NDArray[np.bool_]) -> NDArray[np.float64]:
    weights = np.zeros(inputs.shape[1])
    for _ in range(STEPS):
        share = 1 / (1 + np.exp(-inputs @ weights))
        slope = inputs.T @ (right - share) - RIDGE * weights
        bend = (inputs * (share * (1 - share))[:, None]).T @ inputs
        step = np.linalg.solve(bend + RIDGE * np.eye(len(weights)), slope)
        weights += step
        if float(np.abs(step).max()) < 1e-9:
            break
    return weights

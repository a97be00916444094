"""Train the judge of `palote.numbers`: a small network, and how far its numbers can be trusted.

It takes what the digit network says of an edge, not the embedding, so that it goes with
every model that reads digits. (With the embedding it was no better, on 700 lines.)
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from io import BytesIO

import keras
import numpy as np
from numpy.typing import NDArray

from palote.model.engine import Engine
from palote.model.line import LineEngine
from palote.numbers.decode import SYMBOLS
from palote.numbers.judge import Judge, inputs_of
from palote.numbers.opinion import Opinion, Seen
from palote.numbers.quick import guessed
from palote.numbers.trust import Marks
from palote.train.edges import NOT_TAUGHT, Taught, taught_edges
from palote.train.glyphs import LineStock

__all__ = ["counted", "packed", "train_judge"]

HIDDEN = 48
EPOCHS = 25
BATCH = 256
RATE = 3e-3
DECAY = 1e-3
COUNTED = 0.4
"""So many lines more, of writers and pictures that no network learnt from, count trust."""

WEIGHTS = (0.25, 0.7, 2.0)
"""Of the lattice's score, of the line network's, and of each digit. Their proportions were chosen
on 600 composed lines with seeds of their own and on the cheques. With the networks of then, 528 and
253 were read, all of them together; by the line network's score alone 521 and 229; with less for
the lattice (0.2) 526 and 251, with more (0.4) 524 and 255. Now 527 and 248 are read, with more for
the lattice (0.35) 524 and 252, but of 300 composed numbers 263 instead of 268. Their size makes
shares of texts probabilities (conditional likelihood, composed lines)."""

STEPS = 100
"""Newton's method takes far fewer until nothing changes."""

RIDGE = 0.1


def train_judge(
    stock: LineStock,
    judging: LineStock,
    engine: Engine,
    line: LineEngine,
    count: int,
    seed: int,
) -> Judge:
    """Compose lines and learn from them.

    Args:
        stock: what lines are made from; of the writers for training.
        judging: the same of the writers for validation: the line network is surer of lines
            whose digits it has seen.
        engine: the network that reads single digits.
        line: the network that reads whole lines.
        count: of lines to learn from.
        seed: of the lines and of the first weights.
    """
    rng = np.random.default_rng(seed)
    judge = _weighed(list(taught_edges(stock, engine, rng, count, line)), seed)
    return _trusted(judge, taught_edges(judging, engine, rng, round(COUNTED * count), line))


def packed(judge: Judge) -> bytes:
    """Return a judge as the bytes of an .npz file."""
    file = BytesIO()
    np.savez(file, **{name: getattr(judge, name) for name in Judge.__dataclass_fields__})
    return file.getvalue()


def _weighed(lines: list[Taught], seed: int) -> Judge:
    keras.utils.set_random_seed(seed)
    inputs = np.concatenate([inputs_of(one.seen.shares, one.seen.edges.measures) for one in lines])
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
    even = np.zeros(len(Marks.NAMES))
    means, scales = mean.astype(np.float32), scale.astype(np.float32)
    return Judge(means, scales, w1, b1, w2, b2, np.array(WEIGHTS), even, even)


def _trusted(judge: Judge, taught: Iterable[Taught]) -> Judge:
    """Count how often numbers are right, the long way and the quick way."""
    lines = [(*_heard(one, judge), one.text) for one in taught]
    return replace(
        judge,
        trust=counted((Opinion.of(seen, judge), text) for _, seen, text in lines),
        trust_quick=counted((said, text) for said, _, text in lines if said and said.holds),
    )


def _heard(one: Taught, judge: Judge) -> tuple[Opinion | None, Seen]:
    """Return what the quick way finds, and the line as it is seen where that does not do."""
    seen = one.seen
    guess = guessed(one.row)
    if guess is None:
        return None, seen
    quick = _some(seen, guess.runs, True)
    opinion = Opinion.of(quick, judge) if guess.whole else None
    logs = judge(quick.shares, quick.edges.measures)
    return opinion, _some(seen, guess.left(seen.parts, one.row.runs, logs), False)


def _some(seen: Seen, runs: NDArray[np.intp], quick: bool) -> Seen:
    edges, shares = seen.edges.only(runs), seen.shares[runs]
    return Seen(seen.parts, edges, shares, seen.steps, quick)


def counted(read: Iterable[tuple[Opinion | None, str]]) -> NDArray[np.float64]:
    """Count how often numbers are right (logistic regression, by Newton's method).

    Args:
        read: what was made of each line, if anything was, and the digits that stand there.

    Returns:
        float64 (7,), weights for `Marks.trust`.
    """
    said = [(opinion, text) for opinion, text in read if opinion is not None]
    rows = np.array([opinion.marks.row() for opinion, _ in said])
    right = np.array([opinion.found[0].digits == text for opinion, text in said])
    return _logistic(rows, right)


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

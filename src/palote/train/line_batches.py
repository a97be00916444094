"""Batches of lines of like width, changed a little in every epoch; the loss and its metric.

What the loss and the metric take besides logits is an int32 row for each line: the number
of its steps, the number of its symbols, and the symbols.
"""

from __future__ import annotations

from itertools import pairwise

import cv2
import keras
import numpy as np
import tensorflow as tf
from keras import ops
from numpy.typing import NDArray

from palote.train.line_store import Lines
from palote.train.phrases import SYMBOLS

__all__ = ["BLANK", "STEP", "CtcLoss", "LineBatches", "exact_match"]

BLANK = len(SYMBOLS)
"""The last class: no symbol."""

STEP = 2
"""Columns of a line for one step of the network."""

LONGEST = 24
"""Symbols on a line, at most."""

ROUND = 16
"""Widths of batches are multiples of this, so that few shapes have to be planned for."""

MOST_STRETCH = 0.2
"""Logarithm of how much wider, or narrower, a change makes a line at most."""

WINDOW = 40
"""Batches among whose lines those of like width are gathered."""


class LineBatches(keras.utils.PyDataset):  # type: ignore[misc]
    """Shuffled batches of lines, padded to one width with paper.

    Args:
        lines: what is shown.
        batch: lines in a batch.
        seed: of the order and of the changes.
        strength: of the changes, see `changed`; 0 is none, and keeps the order.
        calm_from: epoch, counted from 0, from which the changes are small.
    """

    def __init__(
        self,
        lines: Lines,
        batch: int,
        seed: int = 0,
        *,
        strength: float = 1.0,
        calm_from: int | None = None,
    ) -> None:
        super().__init__()
        self.lines, self.batch, self.seed = lines, batch, seed
        self.strength, self.calm_from = strength, calm_from
        self.usable = np.array([i for i in range(len(lines)) if _fits(lines, i)])
        self.widest = int(lines.widths[self.usable].max() * np.exp(MOST_STRETCH)) + 1
        self.begin(0)

    def begin(self, epoch: int) -> None:
        """Shuffle for an epoch, counted from 0; lines of like width come together."""
        self.epoch = epoch
        rng = np.random.default_rng([self.seed, epoch])
        order = rng.permutation(self.usable)
        # So few that they do not fill a batch: some come twice.
        order = np.resize(order, len(self) * self.batch)
        size = WINDOW * self.batch
        windows = [order[at : at + size] for at in range(0, len(order), size)]
        ranked = [part[np.argsort(self.lines.widths[part], kind="stable")] for part in windows]
        batches = np.concatenate(ranked).reshape(-1, self.batch)
        self.batches = batches[rng.permutation(len(batches))]

    def on_epoch_end(self) -> None:
        """Go on to the next epoch."""
        self.begin(self.epoch + 1)

    def __len__(self) -> int:
        return max(1, len(self.usable) // self.batch)

    def __getitem__(self, index: int) -> tuple[NDArray[np.float32], NDArray[np.int32]]:
        rng = np.random.default_rng([self.seed, self.epoch, index])
        calm = self.calm_from is not None and self.epoch >= self.calm_from
        strength = self.strength * (0.4 if calm else 1.0)
        chosen = self.batches[index]
        lines = [self.lines[i] for i in chosen]
        if strength > 0:
            lines = [changed(line, strength, rng) for line in lines]
        widths = np.array([line.shape[1] for line in lines])
        # Keras learns from the first two that widths vary: the first is wider than all others.
        wide = -(-int(widths.max()) // ROUND) * ROUND
        if index == 0:
            wide = (self.widest // ROUND + 2) * ROUND
        ink = np.zeros((len(lines), lines[0].shape[0], wide, 1), np.float32)
        for number, line in enumerate(lines):
            ink[number, :, : line.shape[1], 0] = line
        ink /= 255
        if strength > 0:
            ink **= np.exp(rng.normal(0, 0.3 * strength, (len(lines), 1, 1, 1))).astype(np.float32)
        known = np.zeros((len(lines), 2 + LONGEST), np.int32)
        known[:, 0] = -(-widths // STEP)
        for number, i in enumerate(chosen):
            symbols = [SYMBOLS.index(symbol) for symbol in self.lines.texts[i]]
            known[number, 1] = len(symbols)
            known[number, 2 : 2 + len(symbols)] = symbols
        return ink, known


def changed(
    line: NDArray[np.uint8], strength: float, rng: np.random.Generator
) -> NDArray[np.uint8]:
    """Stretch, slant and shift a line a little; every fourth stays as it is.

    Args:
        line: uint8 (h, w).
        strength: 1 is a standard deviation of 9 % in width, 7 % in height, 1.2 pixels up
            or down and a slant of 0.1.
        rng: chance.
    """
    if rng.random() < 0.25:
        return line
    across, along, slant, down = rng.normal(0, strength, 4)
    across = float(np.exp(np.clip(0.09 * across, -MOST_STRETCH, MOST_STRETCH)))
    along = float(np.exp(np.clip(0.07 * along, -MOST_STRETCH, MOST_STRETCH)))
    high, wide = line.shape
    middle = (high - 1) / 2
    lean = 0.1 * slant
    matrix = np.array([[across, lean, -lean * middle], [0.0, along, middle * (1 - along)]])
    matrix[1, 2] += 1.2 * down
    size = max(16, round(wide * across)), high
    return np.asarray(cv2.warpAffine(line, matrix, size, flags=cv2.INTER_LINEAR), np.uint8)


def _fits(lines: Lines, index: int) -> bool:
    """Tell whether there are steps enough: one for each symbol, one between two alike."""
    text = lines.texts[index]
    alike = sum(one == other for one, other in pairwise(text))
    # The changes may make a line a fifth narrower.
    return len(text) <= LONGEST and len(text) + alike <= 0.8 * int(lines.widths[index]) // STEP


class CtcLoss(keras.losses.Loss):  # type: ignore[misc]
    """Connectionist temporal classification (Graves and others, 2006), per line.

    TensorFlow's own kernel, which wants the symbols sparse: `keras.ops.ctc_loss` gives the same
    and takes twenty times as long, a quarter of a training.
    """

    def call(self, y_true: keras.KerasTensor, y_pred: keras.KerasTensor) -> keras.KerasTensor:
        """Return the loss (n,) of lines known (n, 2 + LONGEST) and logits (n, t, classes)."""
        known = tf.cast(y_true, tf.int32)
        steps, count = known[:, 0], known[:, 1]
        # The kernel refuses a line with nothing on it: there every step has to be blank.
        there = tf.sequence_mask(tf.maximum(count, 1), LONGEST)
        symbols = tf.SparseTensor(
            tf.where(there),
            tf.boolean_mask(known[:, 2:], there),
            tf.cast(tf.shape(there), tf.int64),
        )
        loss = tf.nn.ctc_loss(
            symbols, y_pred, None, steps, logits_time_major=False, blank_index=BLANK
        )
        within = tf.sequence_mask(steps, tf.shape(y_pred)[1], y_pred.dtype)
        empty = -tf.reduce_sum(within * tf.nn.log_softmax(y_pred)[:, :, BLANK], axis=1)
        return tf.where(count > 0, loss, empty)


def exact_match(y_true: keras.KerasTensor, y_pred: keras.KerasTensor) -> keras.KerasTensor:
    """Return 1.0 for each line (n,) whose likeliest path gives its very symbols, else 0.0."""
    known = ops.cast(y_true, "int32")
    best = ops.cast(ops.argmax(y_pred, axis=-1), "int32")  # (n, t)
    before = ops.pad(best[:, :-1], ((0, 0), (1, 0)), constant_values=BLANK)
    within = ops.arange(ops.shape(best)[1])[None, :] < known[:, :1]
    shown = ops.logical_and(ops.logical_and(best != BLANK, best != before), within)
    place = ops.cumsum(ops.cast(shown, "int32"), axis=1)
    wanted = ops.take_along_axis(known[:, 2:], ops.clip(place - 1, 0, LONGEST - 1), axis=1)
    same = ops.logical_or(ops.logical_not(shown), wanted == best)
    right = ops.logical_and(ops.all(same, axis=1), place[:, -1] == known[:, 1])
    return ops.cast(right, "float32")

"""Small changes to finished patches, anew in every epoch: turn, slant, size, place, pressure."""

from __future__ import annotations

import cv2
import keras
import numpy as np
from numpy.typing import NDArray

from palote.train.samples import Samples

__all__ = ["Batches", "warp"]


def warp(patch: NDArray[np.uint8], strength: float, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Turn, slant, resize and shift a patch (28, 28) a little about its middle.

    Args:
        patch: uint8 (28, 28).
        strength: 1 is a standard deviation of 5 degrees, 6 % and 0.6 pixels; 0 is none.
        rng: chance.
    """
    turn, slant, wide, high, right, down = rng.normal(0, strength, 6)
    cos, sin = np.cos(0.09 * turn), np.sin(0.09 * turn)
    across, along = 1 + 0.06 * wide, 1 + 0.06 * high
    matrix = np.array([[cos * across, -sin + 0.08 * slant, 0], [sin, cos * along, 0]])
    middle = (patch.shape[0] - 1) / 2
    matrix[:, 2] = middle - matrix[:, :2] @ [middle, middle] + [0.6 * right, 0.6 * down]
    return np.asarray(cv2.warpAffine(patch, matrix, patch.shape), np.uint8)


class Batches(keras.utils.PyDataset):  # type: ignore[misc]
    """Shuffled batches of warped patches with one-hot labels.

    Args:
        samples: finished patches.
        classes: number of classes.
        batch: patches in a batch.
        calm_from: epoch, counted from 0, from which the changes are small.
        seed: of the order and of the changes.
    """

    def __init__(
        self, samples: Samples, classes: int, batch: int, calm_from: int, seed: int
    ) -> None:
        super().__init__()
        self.samples = samples
        self.classes = classes
        self.batch = batch
        self.calm_from = calm_from
        self.seed = seed
        self.begin(0)

    def begin(self, epoch: int) -> None:
        """Shuffle for an epoch, counted from 0."""
        self.epoch = epoch
        order = np.random.default_rng([self.seed, epoch]).permutation(len(self.samples.labels))
        self.order = order[: len(self) * self.batch]

    def on_epoch_end(self) -> None:
        """Go on to the next epoch."""
        self.begin(self.epoch + 1)

    def __len__(self) -> int:
        return len(self.samples.labels) // self.batch

    def __getitem__(self, index: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        rng = np.random.default_rng([self.seed, self.epoch, index])
        chosen = self.order[index * self.batch : (index + 1) * self.batch]
        strength = 0.4 if self.epoch >= self.calm_from else 1.0
        patches = np.stack([warp(self.samples.patches[i], strength, rng) for i in chosen])
        ink = patches.astype(np.float32) / np.float32(255)
        ink **= np.exp(rng.normal(0, 0.25 * strength, (len(chosen), 1, 1))).astype(np.float32)
        labels = np.eye(self.classes, dtype=np.float32)[self.samples.labels[chosen]]
        return ink[..., None], labels

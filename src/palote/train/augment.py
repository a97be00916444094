"""Small changes to finished patches, anew in every epoch: turn, slant, size, place, pressure."""

from __future__ import annotations

import cv2
import keras
import numpy as np
from numpy.typing import NDArray

__all__ = ["Batches", "repeated", "warp"]


def warp(
    patches: NDArray[np.uint8], strength: float, rng: np.random.Generator
) -> NDArray[np.uint8]:
    """Turn, slant, resize, shift and bend each patch a little about its middle.

    Bending is the elastic distortion of Simard, Steinkraus and Platt (2003). All is done
    by one cubic interpolation, and every fourth patch stays as it is: interpolation
    softens strokes, and what is read has not been softened.

    Args:
        patches: uint8 (n, size, size).
        strength: 1 is a standard deviation of 5 degrees, 6 % and 0.6 pixels of 28, and
            bends by 0.7 pixels; 0 is none.
        rng: chance.
    """
    side = patches.shape[1]
    count = len(patches)
    pixel = side / 28
    turn, slant, wide, high, right, down = rng.normal(0, strength, (count, 6)).T
    cos, sin = np.cos(0.09 * turn), np.sin(0.09 * turn)
    across, along = 1 + 0.06 * wide, 1 + 0.06 * high
    matrices = np.empty((count, 2, 2), np.float32)
    matrices[:, 0, 0], matrices[:, 0, 1] = cos * across, -sin + 0.08 * slant
    matrices[:, 1, 0], matrices[:, 1, 1] = sin, cos * along
    shifts = np.stack([right, down], axis=1).astype(np.float32) * np.float32(0.6 * pixel)
    moves = rng.normal(0, 0.7 * strength * pixel, (count, 4, 4, 2)).astype(np.float32)
    moves += shifts[:, None, None]
    away = np.arange(side, dtype=np.float32) - np.float32((side - 1) / 2)
    grid = np.stack(np.meshgrid(away, away), axis=2)  # (side, side, 2): x, y
    fields = grid @ matrices.transpose(0, 2, 1)[:, None] + np.float32((side - 1) / 2)
    warped = patches.copy()
    for index in np.flatnonzero(rng.random(count) < 0.75):
        field = fields[index] + cv2.resize(
            moves[index], (side, side), interpolation=cv2.INTER_CUBIC
        )
        cv2.remap(patches[index], field, None, cv2.INTER_CUBIC, dst=warped[index])
    return warped


def repeated(weights: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.int64]:
    """Return the indices of pictures, each as often as its weight (n,) says, on average."""
    whole = np.floor(weights).astype(np.int64)
    more = rng.random(len(whole)) < weights - whole
    return np.repeat(np.arange(len(whole)), whole + more)


class Batches(keras.utils.PyDataset):  # type: ignore[misc]
    """Shuffled batches of patches, warped if wanted, with one-hot labels.

    Args:
        patches: uint8 (n, size, size).
        labels: uint8 (n,).
        classes: number of classes.
        batch: patches in a batch.
        seed: of the order and of the changes.
        strength: of the changes, see `warp`; 0 is none.
        calm_from: epoch, counted from 0, from which the changes are small.
        weights: float (n,); how often a patch is shown in an epoch, on average.
        channels: how often the grey plane is repeated.
    """

    def __init__(
        self,
        patches: NDArray[np.uint8],
        labels: NDArray[np.uint8],
        classes: int,
        batch: int,
        seed: int,
        *,
        strength: float = 1.0,
        calm_from: int | None = None,
        weights: NDArray[np.float32] | None = None,
        channels: int = 1,
    ) -> None:
        super().__init__()
        self.patches, self.labels = patches, labels
        self.classes, self.batch, self.seed = classes, batch, seed
        self.strength, self.calm_from = strength, calm_from
        even = weights is None or bool((weights == 1).all())
        self.weights = None if even else weights
        self.channels = channels
        self.begin(0)

    def begin(self, epoch: int) -> None:
        """Shuffle for an epoch, counted from 0."""
        self.epoch = epoch
        rng = np.random.default_rng([self.seed, epoch])
        if self.weights is None:
            order = rng.permutation(len(self.labels))
        else:
            order = rng.permutation(repeated(self.weights, rng))
        # So few that they do not fill a batch, or a few too few by chance: some come twice.
        self.order = np.resize(order, len(self) * self.batch)

    def on_epoch_end(self) -> None:
        """Go on to the next epoch."""
        self.begin(self.epoch + 1)

    def __len__(self) -> int:
        shown = len(self.labels) if self.weights is None else int(self.weights.sum())
        return max(1, shown // self.batch)

    def __getitem__(self, index: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        rng = np.random.default_rng([self.seed, self.epoch, index])
        chosen = self.order[index * self.batch : (index + 1) * self.batch]
        calm = self.calm_from is not None and self.epoch >= self.calm_from
        strength = self.strength * (0.4 if calm else 1.0)
        patches = self.patches[chosen]
        if strength > 0:
            patches = warp(patches, strength, rng)
        ink = patches.astype(np.float32) / np.float32(255)
        if strength > 0:
            pressure = rng.normal(0, 0.25 * strength, (len(chosen), 1, 1))
            ink **= np.exp(pressure).astype(np.float32)
        labels = np.eye(self.classes, dtype=np.float32)[self.labels[chosen]]
        return np.repeat(ink[..., None], self.channels, axis=3), labels

"""From a patch of ink to the numbers that the network sees, and back a little varied."""

from __future__ import annotations

import math

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from palote.errors import UsageError
from palote.model.scratch.layers import Floats

__all__ = ["BINARY_SIDE", "PATCH_SIDE", "binary_patches", "flat", "shifted"]

PATCH_SIDE = 28
BINARY_SIDE = 20
INK_FROM = 0.5
"""Share of full ink from which a pixel is ink in a binary patch."""


def flat(patches: NDArray[np.uint8] | NDArray[np.float32]) -> NDArray[np.float32]:
    """Lay patches out as rows, with ink from 0 to 1.

    Args:
        patches: (n, 28, 28); uint8 with full ink 255, or float32 in [0, 1].

    Returns:
        float32 (n, 784).
    """
    rows = patches.reshape(len(patches), -1)
    if patches.dtype == np.uint8:
        return np.asarray(rows / np.float32(255), np.float32)
    return np.asarray(rows, np.float32)


def binary_patches(rows: Floats) -> Floats:
    """Return the 20x20 black-and-white patches of the classic network.

    A patch holds its ink in a box of 20x20, centred by its mass in 28x28. Here the ink's
    box itself is put into the middle and cut out; then every pixel is either ink (1, from
    half of full ink on) or paper (0). Ink that is larger than 20x20 loses its edges.

    Args:
        rows: (n, 784), patches of 28x28 with ink from 0 to 1.

    Returns:
        (n, 400), of the same dtype, only 0 and 1.

    Raises:
        UsageError: the rows are no patches of 28x28.
    """
    if rows.shape[1] != PATCH_SIDE**2:
        raise UsageError(
            f"Binary patches are cut out of 28x28 pixels, that is 784 features, "
            f"but X has {rows.shape[1]} features. Choose look='pixels' for other data."
        )
    ink = np.asarray(rows >= INK_FROM).reshape(-1, PATCH_SIDE, PATCH_SIDE)  # (n, 28, 28)
    top = _middle(np.asarray(ink.any(axis=2)))  # (n,)
    left = _middle(np.asarray(ink.any(axis=1)))  # (n,)
    half = BINARY_SIDE // 2
    roomy = np.pad(ink, ((0, 0), (half, half), (half, half)))  # (n, 48, 48)
    windows = sliding_window_view(roomy, (BINARY_SIDE, BINARY_SIDE), axis=(1, 2))
    cut = windows[np.arange(len(ink)), top, left]  # (n, 20, 20)
    return np.asarray(cut.reshape(len(ink), -1), rows.dtype)


def _middle(filled: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Return the middle (n,) between the first and the last line that is filled (n, 28)."""
    first = filled.argmax(axis=1)
    last = PATCH_SIDE - 1 - filled[:, ::-1].argmax(axis=1)
    return np.asarray((first + last + 1) // 2)


def shifted(rows: Floats, most: int, rng: np.random.Generator) -> Floats:
    """Move every picture by up to ``most`` pixels; what comes in at the edge is paper.

    Args:
        rows: (n, side * side), square pictures.
        most: pixels, in each direction.
        rng: chance.

    Returns:
        (n, side * side), of the same dtype.
    """
    side = math.isqrt(rows.shape[1])
    pictures = rows.reshape(-1, side, side)
    roomy = np.pad(pictures, ((0, 0), (most, most), (most, most)))
    windows = sliding_window_view(roomy, (side, side), axis=(1, 2))
    down, right = rng.integers(0, 2 * most + 1, (2, len(rows)))
    return np.asarray(windows[np.arange(len(rows)), down, right]).reshape(rows.shape)

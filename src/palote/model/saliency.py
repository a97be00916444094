"""Where the network looked: occlusion saliency (Zeiler and Fergus, 2014), for any Engine.

A soft round window wipes ink away, spot by spot, and the network is asked again each
time. Where the digit's odds fall, that ink spoke for it; where they rise, against it.
It needs no gradients, so that it works with every kind of model file.

The odds and not the probability, because that of a clear digit stays at 99.9 % whatever
is wiped away. All other answers count against the digit, "no digit" too.

Window and step were chosen on 162 real digits of other people. There, wiping out the tenth
of the ink's pixels with the highest values costs 5.1 in log-odds, a tenth at random 2.6,
and the tenth with the lowest values gains 0.4.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from palote.model.engine import Engine

__all__ = ["saliency_map", "saliency_maps"]

STEPS = 14
"""Window positions along each side of the patch."""

RADIUS = 2.5 / 28
"""Radius of the window, where it wipes half of the ink, as a share of the patch's side."""

SOFTNESS = 0.6 / 28
"""Width of the window's soft edge, as a share of the patch's side."""

LEAST = 0.05
"""A window that wipes less ink than this from every pixel is not tried."""

FULL = 1.0
"""Change of the log-odds, in nats, that is shown at full strength even if it is the largest."""


def saliency_map(engine: Engine, patch: NDArray[np.float32], digit: int) -> NDArray[np.float32]:
    """Tell for each pixel how much its ink speaks for one digit.

    Args:
        engine: the network.
        patch: float32 of the InkSpec's shape, in [0, 1]; 0 is paper.
        digit: 0 to 9.

    Returns:
        float32 (size, size) in [-1, 1]: positive where the ink speaks for the digit,
        negative where it speaks against it, 0 where it makes no difference and on paper.
        The strongest pixel has 1 or -1, unless nothing changes the odds much.
    """
    return saliency_maps(engine, patch, (digit,))[0]


def saliency_maps(
    engine: Engine, patch: NDArray[np.float32], digits: Sequence[int]
) -> list[NDArray[np.float32]]:
    """Tell it for several digits, for the work of one; see `saliency_map`."""
    ink = patch if patch.ndim == 2 else patch.max(axis=2)
    windows = _windows(len(ink))  # (STEPS * STEPS, size, size)
    tried = windows[(windows * ink).max(axis=(1, 2)) >= LEAST]
    if not len(tried):
        return [np.zeros_like(ink) for _ in digits]
    kept = 1 - tried.reshape(tried.shape + (1,) * (patch.ndim - 2))
    batch = np.concatenate([patch[None], patch * kept])  # the untouched patch first
    logits = engine(batch).logits / engine.card.temperature
    maps = []
    for digit in digits:
        odds = _log_odds(logits, digit)
        drops = odds[0] - odds[1:]
        spots = np.tensordot(drops, tried, 1) / windows.sum(axis=0)
        weighted = spots * ink
        maps.append(np.asarray(weighted / max(float(np.abs(weighted).max()), FULL), np.float32))
    return maps


@lru_cache(maxsize=4)
def _windows(size: int) -> NDArray[np.float32]:
    """Return the windows, float32 (n, size, size): 1 wipes a pixel, 0 leaves it."""
    centres = (np.arange(STEPS) + 0.5) * size / STEPS - 0.5
    squares = (centres[:, None] - np.arange(size)) ** 2  # (STEPS, size)
    distances = np.sqrt(squares[:, None, :, None] + squares[None, :, None, :])
    windows = 1 / (1 + np.exp((distances - RADIUS * size) / (SOFTNESS * size)))
    result = windows.reshape(-1, size, size).astype(np.float32)
    result.setflags(write=False)
    return result


def _log_odds(logits: NDArray[np.float32], digit: int) -> NDArray[np.float32]:
    """Return log(p / (1 - p)) of one class, (n,), without rounding p to 1."""
    others = np.delete(logits, digit, axis=1)
    top = others.max(axis=1)
    rest = top + np.log(np.exp(others - top[:, None]).sum(axis=1))
    return np.asarray(logits[:, digit] - rest, np.float32)

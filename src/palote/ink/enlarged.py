"""Pictures enlarged by repeating pixels, brought back to the pixels they were made of.

Data sets of 8x8 or 28x28 pixels are shown so, and editors of pixel drawings save so. The steps at
the edges of the blocks are no writing; without them the picture says the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import gcd

import numpy as np
from numpy.typing import NDArray

__all__ = ["unenlarged"]

LEAST_SIDE = 8
"""Pixels of the shorter side that are left at least."""


def unenlarged(picture: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], int]:
    """Return a picture without repeated pixels, and how often each was repeated along a side.

    Args:
        picture: uint8, (h, w) grey or (h, w, 3) RGB.

    Returns:
        The picture itself and 1 where it is not made of blocks of one size, from its upper left
        corner on.

    >>> unenlarged(np.eye(9, dtype=np.uint8).repeat(3, axis=0).repeat(3, axis=1))[1]
    3
    """
    block = 0
    for changes in _changes(picture):
        block = gcd(block, *changes.tolist())
        if block == 1:
            return picture, 1
    most = min(picture.shape[:2]) // LEAST_SIDE
    times = max((n for n in range(1, min(block, most) + 1) if block % n == 0), default=1)
    return (np.ascontiguousarray(picture[::times, ::times]), times) if times > 1 else (picture, 1)


def _changes(picture: NDArray[np.uint8]) -> Iterator[NDArray[np.intp]]:
    """Yield where neighbours differ: in the middle first, which tells of most pictures."""
    high, wide = picture.shape[:2]
    for line in (picture[high // 2], picture[:, wide // 2]):
        yield _where(line[1:] != line[:-1])
    yield _where(picture[1:] != picture[:-1])
    yield _where((picture[:, 1:] != picture[:, :-1]).swapaxes(0, 1))


def _where(differs: NDArray[np.bool_]) -> NDArray[np.intp]:
    return np.flatnonzero(differs.any(axis=tuple(range(1, differs.ndim)))) + 1

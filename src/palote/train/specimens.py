"""Digits written by code: what a network is tried on where there is no data set.

An export is calibrated and compared on pictures, also in a fresh clone without any
data. Each digit is a few strokes, slanted and bent by chance and drawn with pens of
many widths, so that no two are the same; it goes through `palote.ink` as any picture.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from palote.data import read_patches
from palote.data.cache import mnist_files
from palote.data.idx import read_split
from palote.errors import DataError
from palote.ink import InkSpec, find_digit
from palote.settings import Settings
from palote.train import draw

__all__ = ["pictures", "specimens"]

WAYS = (
    ("45 0 25 10 12 32 10 58 18 84 40 100 62 94 80 72 84 46 76 20 60 3 45 0",),
    ("50 0 50 100", "25 26 50 0 50 100"),
    (
        "12 24 22 6 44 0 66 6 74 24 68 44 44 70 8 99 90 98",
        "16 18 36 2 62 4 74 22 66 46 38 78 18 96 8 86 22 78 52 92 90 92",
    ),
    (
        "14 10 38 0 64 4 74 20 64 38 38 46 64 52 80 70 72 90 46 100 10 90",
        "12 4 76 4 42 40 66 44 80 62 76 86 52 100 16 94",
    ),
    ("30 0 8 62 88 62 / 66 32 62 100", "60 0 4 66 88 66 / 60 0 60 100"),
    (
        "22 2 16 46 44 38 70 46 82 68 70 90 42 100 10 90 / 22 2 80 2",
        "78 2 26 2 18 44 46 38 72 48 80 70 68 92 38 100 8 90",
    ),
    ("62 0 34 18 16 50 14 78 30 98 56 98 74 82 70 60 48 50 26 60 16 78",),
    ("8 4 82 4 58 40 36 100", "8 4 82 4 58 40 36 100 / 26 52 78 52", "8 22 10 4 80 4 30 100"),
    ("70 12 48 0 26 8 22 26 44 44 70 62 76 84 54 100 28 98 16 80 28 60 60 42 76 24 70 12",),
    (
        "74 22 54 2 28 6 16 28 28 48 52 48 70 32 74 20 72 50 68 100",
        "72 20 50 0 26 8 18 30 32 50 56 46 72 22 74 54 62 86 40 100 16 92",
    ),
)
"""Of each digit, the ways to write it: x and y by turns in a box of 100, ``/`` lifts the pen."""

SHEET = 128
"""Side of the sheet that they are drawn on, in pixels."""


def pictures(count: int, spec: InkSpec, settings: Settings) -> tuple[NDArray[np.float32], str]:
    """Return patches to try a network on, the best that are at hand; nothing is fetched.

    Args:
        count: how many.
        spec: geometry of the patches.
        settings: where MNIST may be.

    Returns:
        float32 (count, *spec.shape) in [0, 1], and what they are, for a sentence.
    """
    where = settings.datasets / "mnist" if settings.datasets else mnist_files(settings)
    try:
        images = read_split(where, "train")
    except DataError:
        return specimens(count, spec)[0], "digits written by code"
    chosen = np.random.default_rng(0).choice(len(images.labels), count, replace=False)
    patches = read_patches(images.pixels[chosen], spec).astype(np.float32) / np.float32(255)
    if spec.channels > 1:
        patches = np.repeat(patches[..., None], spec.channels, axis=-1)
    return patches, "of MNIST's training pictures"


def specimens(
    count: int, spec: InkSpec | None = None, seed: int = 0
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Write digits, as many of each.

    Args:
        count: how many.
        spec: geometry of the patches.
        seed: the same seed gives the same digits.

    Returns:
        Patches, float32 (count, *spec.shape) in [0, 1], and their labels, int64 (count,).
    """
    spec = spec or InkSpec()
    rng = np.random.default_rng(seed)
    labels = np.arange(count, dtype=np.int64) % len(WAYS)
    return np.stack([_patch(int(label), spec, rng) for label in labels]), labels


def _patch(label: int, spec: InkSpec, rng: np.random.Generator) -> NDArray[np.float32]:
    points = draw.distort(_points(str(rng.choice(WAYS[label]))), rng)
    ink = draw.paint(points, SHEET * rng.uniform(0.5, 0.8), rng.uniform(5, 12))
    sheet = draw.canvas(draw.place(ink, SHEET, SHEET, rng), dark=False)
    return find_digit(sheet, "otsu", spec)[0].patch


def _points(way: str) -> NDArray[np.float32]:
    """Return the points (k, 3) of one way to write: x, y, number of the stroke."""
    rows = []
    for number, stroke in enumerate(way.split("/")):
        corners = np.array(stroke.split(), np.float32).reshape(-1, 2)
        # Close points, so that bending bends the straight parts too.
        steps = np.linspace(0, len(corners) - 1, 6 * len(corners))
        dense = [np.interp(steps, np.arange(len(corners)), corners[:, axis]) for axis in (0, 1)]
        rows.append(np.column_stack([*dense, np.full(len(steps), number)]))
    return np.concatenate(rows).astype(np.float32)

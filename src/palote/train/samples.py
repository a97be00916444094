"""Training samples: drawings, crops and photographs, each passed through `palote.ink`.

The network is taught on what reading will give it, failures included. Making a
sample costs about as much as ten steps of training, so they are made once, in
parallel, by chunks that are kept on disk: a run that was stopped goes on where
it was. A chunk depends on the seed and its number alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial, reduce
from operator import add
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from palote import data
from palote.data import HELD_OUT, patches_of, read_patches
from palote.ink import InkSpec
from palote.settings import Settings
from palote.train import chunks, draw
from palote.train.kinds import MAKERS, NONE, Stock, without_look_alikes
from palote.train.signs import could_be_one

__all__ = ["Recipe", "Samples", "joined", "make", "of", "own", "validation"]

SIDE = InkSpec().size

CLOSING = (
    ("pen_canvas", 0.29),
    ("pen_paper", 0.15),
    ("mnist_warped", 0.14),
    ("mnist_tight", 0.08),
    ("frame", 0.03),
    ("spoilt", 0.12),
    ("upright_stroke", 0.015),
    ("angular", 0.05),
    ("symbol", 0.045),
    ("penned_letter", 0.03),
    ("sign", 0.03),
    ("letter", 0.03),
    ("scribble", 0.02),
    ("merged", 0.02),
    ("shape", 0.02),
    ("blot", 0.015),
)


@dataclass(frozen=True)
class Recipe:
    """How many samples, and the share of each kind.

    What is no digit but a stroke that could be a 1 is left out.

    Attributes:
        count: number of samples.
        chunk: samples in one file.
        shares: kind -> weight; the kinds are the keys of `MAKERS`.
    """

    count: int = 300_000
    chunk: int = 2000
    shares: tuple[tuple[str, float], ...] = (
        ("pen_canvas", 0.31),
        ("pen_paper", 0.15),
        ("mnist_warped", 0.16),
        ("mnist_tight", 0.07),
        ("mnist_plain", 0.03),
        ("frame", 0.03),
        ("spoilt", 0.10),
        ("upright_stroke", 0.01),
        ("symbol", 0.05),
        ("penned_letter", 0.03),
        ("sign", 0.02),
        ("letter", 0.02),
        ("scribble", 0.025),
        ("merged", 0.025),
        ("shape", 0.02),
        ("blot", 0.015),
    )

    @classmethod
    def closing(cls, count: int) -> Recipe:
        """Return what one of the closing trainings sees: fewer digits of MNIST as they are.

        More spoilt files, tight crops, plain strokes that are 1s, digits of straight strokes,
        and signs that are none.
        """
        return cls(count, shares=CLOSING)


@dataclass(frozen=True, eq=False)
class Samples:
    """Finished patches.

    Attributes:
        patches: uint8 (n, 28, 28), 255 is full ink.
        labels: uint8 (n,), 0 to 9, or `NONE`.
    """

    patches: NDArray[np.uint8]
    labels: NDArray[np.uint8]

    def __add__(self, other: Samples) -> Samples:
        """Return these and others."""
        return Samples(
            np.concatenate([self.patches, other.patches]),
            np.concatenate([self.labels, other.labels]),
        )

    def some(self, count: int, seed: int) -> Samples:
        """Return at most so many, drawn by chance."""
        count = min(count, len(self.labels))
        chosen = np.random.default_rng(seed).choice(len(self.labels), count, replace=False)
        return Samples(self.patches[chosen], self.labels[chosen])


def make(
    recipe: Recipe,
    seed: int,
    folder: Path,
    settings: Settings,
    workers: int = 2,
    progress: Callable[[int, int], None] | None = None,
) -> Samples:
    """Make the samples, or take those of an earlier run from the folder.

    Args:
        recipe: what to make.
        seed: the same seed makes the same samples.
        folder: where the chunks are kept.
        settings: where the data sets are.
        workers: processes.
        progress: called with chunks done and chunks in all.

    Raises:
        DataError: a data set is missing.
    """
    total = -(-recipe.count // recipe.chunk)
    chunk = partial(_chunk, recipe, seed)
    paths = chunks.made(folder, seed, total, chunk, _stock_of, _start, settings, workers, progress)
    parts = [np.load(path) for path in paths]
    patches = np.concatenate([part["patches"] for part in parts])[: recipe.count]
    labels = np.concatenate([part["labels"] for part in parts])[: recipe.count]
    return Samples(patches, labels)


def of(source: data.Source, weight: float) -> Samples:
    """Return what reading sees of a source's pictures, without those that it holds out.

    Args:
        source: a person's pictures.
        weight: so often each is among the samples; each time it is changed in its own way.
    """
    items = [item for item in source.pictures("train") if not item.held_out]
    found = patches_of((item.pixels for item in items), ask=True)
    pairs = [(one, item.label) for one, item in zip(found, items, strict=True) if one is not None]
    patches = np.array([patch for patch, _ in pairs], np.uint8).reshape(-1, SIDE, SIDE)
    labels, times = np.array([label for _, label in pairs], np.uint8), max(1, round(weight))
    return Samples(np.repeat(patches, times, axis=0), np.repeat(labels, times))


def joined(several: Sequence[Samples]) -> Samples | None:
    """Return all of them as one; None if there are none."""
    return reduce(add, several) if several else None


def own(settings: Settings, most: int) -> Samples:
    """Return MNIST's own training pictures, as reading sees them, without those held out.

    Args:
        settings: where MNIST is.
        most: no more than so many.

    Raises:
        DataError: MNIST is missing.
    """
    train = data.mnist("train", settings)
    patches = read_patches(train.pixels[:-HELD_OUT][:most], workers=2)
    return Samples(patches, train.labels[:-HELD_OUT][:most].astype(np.uint8))


def validation(seed: int, settings: Settings, most: int | None = None) -> Samples:
    """Make patches that training never sees: kept MNIST pictures, and writers set apart.

    Each digit and symbol of the validation writers is drawn once on a 280x280 canvas.

    Args:
        seed: of the drawings.
        settings: where the data sets are.
        most: no more than this many of each set.
    """
    rng = np.random.default_rng([seed, 10**6])
    kept = data.mnist("train", settings)
    patches = [read_patches(kept.pixels[-HELD_OUT:][:most])]
    labels = [kept.labels[-HELD_OUT:][:most].astype(np.uint8)]
    digits, symbols = data.pen("validation", settings), data.pen_symbols("validation", settings)
    symbols = without_look_alikes(symbols)
    for whole, known in ((digits, True), (symbols, False)):
        strokes = whole.only(np.arange(len(whole)) < (most or len(whole)))
        pictures = np.stack([draw.anywhere(points, rng) for points in strokes])
        patches.append(read_patches(pictures))
        labels.append(
            strokes.labels.astype(np.uint8) if known else np.full(len(strokes), NONE, np.uint8)
        )
    return Samples(np.concatenate(patches), np.concatenate(labels))


_stock: Stock | None = None


def _start(settings: Settings) -> None:
    global _stock
    cv2.setNumThreads(1)
    _stock = _stock_of(settings)


def _stock_of(settings: Settings) -> Stock:
    # First what cannot be fetched, so that who lacks it is told before MNIST is.
    symbols = data.pen_symbols("train", settings)
    train = data.mnist("train", settings)
    return Stock(
        data.Images(train.pixels[:-HELD_OUT], train.labels[:-HELD_OUT]),
        data.pen("train", settings),
        without_look_alikes(symbols),
    )


def _chunk(recipe: Recipe, seed: int, number: int, path: Path) -> None:
    assert _stock is not None
    rng = np.random.default_rng([seed, number])
    kinds = [kind for kind, _ in recipe.shares]
    weights = np.array([share for _, share in recipe.shares])
    patches: list[NDArray[np.uint8]] = []
    labels: list[int] = []
    while len(labels) < recipe.chunk:
        kind = str(rng.choice(kinds, p=weights / weights.sum()))
        for patch, label in MAKERS[kind](_stock, rng):
            if label == NONE and could_be_one(patch):
                continue
            patches.append(np.rint(patch * 255).astype(np.uint8))
            labels.append(label)
    unfinished = path.with_suffix(".part")
    with unfinished.open("wb") as file:
        np.savez_compressed(
            file,
            patches=np.stack(patches[: recipe.chunk]),
            labels=np.array(labels[: recipe.chunk], np.uint8),
        )
    unfinished.replace(path)

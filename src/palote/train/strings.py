"""Training lines: composed, photographed, and passed through `palote.ink` as reading does it.

What the ink's road loses or leaves in is in the samples, with the right label: each mark
counts only if its ink has come through. Lines are made once, in parallel, by chunks that
are kept on disk; a chunk depends on the seed and its number alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from palote import data
from palote.data import HELD_OUT
from palote.ink import find_lines
from palote.ink.components import Components
from palote.ink.level import line_crop
from palote.ink.row import Row
from palote.settings import Settings
from palote.train import chunks, draw
from palote.train.compose import Sheet, sheet
from palote.train.glyphs import LineStock
from palote.train.grounds import picture_of
from palote.train.line_store import Lines
from palote.train.phrases import OTHER, taught

__all__ = ["Recipe", "make", "stock_of", "through_ink", "validation"]

SEEN = 0.6
"""A mark whose ink has come through by this share is taught."""

LOST, GONE = 0.2, 0.03
"""A separator that has by less than the first, a digit by less than the second, is not.

Between the two nobody can tell, and the line is left out.
"""

FOREIGN = 0.25
"""A line with more than this share of ink that is not its own is left out."""

SHORT, LONG, BROAD, NOBODY = 0.6, 1.25, 0.35, 0.7
"""What is left of a frame looks like a 1: least and greatest height of an upright, in heights of a
digit; how broad it is at most, in heights of its own; and more than what share of it is no mark's.
"""

FEW = 2
"""A line with so many such uprights, or fewer, is left out: nobody can tell that they are no 1s.
Of more, the sides of a comb's cells, that can be told: they stand evenly, and alike."""

NOTHING = 0.07
"""Share of pictures with no writing."""


@dataclass(frozen=True)
class Recipe:
    """How many lines.

    Attributes:
        count: number of lines.
        chunk: lines in one file.
    """

    count: int = 100_000
    chunk: int = 1000


def through_ink(
    picture: NDArray[np.uint8], dark: bool, drawn: Sheet
) -> Iterator[tuple[NDArray[np.uint8], str]]:
    """Yield the lines that reading finds in a picture, and what stands on each.

    Args:
        picture: uint8 (h, w).
        dark: whether the ink is the darker tone.
        drawn: what is in the picture, of the same size.
    """
    for cleaned, rows in find_lines(picture, dark=dark):
        size = cleaned.mask.shape[1], cleaned.mask.shape[0]
        owner = drawn.owner.astype(np.int16)
        owner = cv2.resize(owner, size, interpolation=cv2.INTER_NEAREST)
        whole = np.bincount(owner.ravel(), minlength=sum(map(len, drawn.lines)) + 1)
        for row in rows:
            text = _read_off(row, owner, whole, drawn)
            if text is not None:
                yield np.rint(line_crop(row) * 255).astype(np.uint8), text


def _read_off(
    row: Row, owner: NDArray[np.int16], whole: NDArray[np.intp], drawn: Sheet
) -> str | None:
    """Return what stands on a row, or nothing if that cannot be told."""
    x, y, wide, high = row.box
    owner = owner[y : y + high, x : x + wide]
    if 0 < _strays(row, owner) <= FEW:
        return None
    found = np.bincount(owner[row.mask], minlength=len(whole))
    lines = [
        found[start + 1 : start + 1 + len(marks)]
        for start, marks in zip(drawn.starts, drawn.lines, strict=True)
    ]
    number = int(np.argmax([line.sum() for line in lines]))
    own = lines[number]
    if own.sum() == 0:
        return ""
    foreign = found[1:].sum() - own.sum()
    if foreign > FOREIGN * own.sum():
        return None
    start, marks = drawn.starts[number], drawn.lines[number]
    seen = own / np.maximum(whole[start + 1 : start + 1 + len(marks)], 1)
    lost = np.where([mark.isdigit() for mark in marks], GONE, LOST)
    if ((seen > lost) & (seen < SEEN)).any():
        return None
    return taught("".join(mark for mark, share in zip(marks, seen, strict=True) if share >= SEEN))


def _strays(row: Row, owner: NDArray[np.int16]) -> int:
    """Return how many pieces of a row look like a 1, and are no mark's.

    Args:
        row: a line of writing.
        owner: int16 of the size of its mask; 0 is nobody.
    """
    pieces = Components(row.mask)
    x, y, width, height = pieces.window
    theirs = pieces.labels[owner[y : y + height, x : x + width] == 0]
    wide, high, size = pieces.stats[:, 2:5].T
    nobody = np.bincount(theirs, minlength=len(size) + 1)[1:]
    upright = (high >= SHORT * row.height) & (high <= LONG * row.height) & (wide <= BROAD * high)
    return int(np.count_nonzero(upright & (nobody > NOBODY * size)))


def _nothing(rng: np.random.Generator) -> Sheet:
    """Return a sheet with no writing, or with a scribble or a stain, which is no digit."""
    height = float(np.exp(rng.normal(3.5, 0.35)))
    shape = int(height * rng.uniform(1.2, 2.5)), int(height * rng.uniform(2, 8))
    ink, marks = np.zeros(shape, np.float32), ""
    kind = rng.random()
    if kind < 0.75:
        points = draw.scribble(rng)
        if kind < 0.55:  # a signature runs to the right
            points[:, 0] += np.linspace(0, rng.uniform(2, 12), len(points), dtype=np.float32)
        points[:, 0] *= rng.uniform(0.6, 2.0)
        longer = min(shape[1] - 8, height * rng.uniform(1.5, 6))
        ink = draw.place(
            draw.paint(points, longer, height * rng.uniform(0.05, 0.2), rng), *shape, rng
        )
        marks = OTHER
    elif kind < 0.9:
        noise = rng.normal(0, 1, shape).astype(np.float32)
        noise = cv2.GaussianBlur(noise, (0, 0), height * rng.uniform(0.1, 0.4))
        edge = float(np.quantile(noise, rng.uniform(0.8, 0.98)))
        ink = np.clip((noise - edge) / float(noise.std()) * 6, 0, 1).astype(np.float32)
        marks = OTHER
    owner = (ink > 0.3).astype(np.int32) if marks else np.zeros(shape, np.int32)
    return Sheet(ink, owner, (marks,), height, (0, 0, shape[1], shape[0]))


def lines_of(
    stock: LineStock, rng: np.random.Generator, text: str | None = None
) -> Iterator[tuple[NDArray[np.uint8], str]]:
    """Compose one picture and yield the lines that reading finds in it.

    Args:
        stock: what the marks are taken from.
        rng: chance.
        text: what is written, see `compose.write`; by chance if not given.
    """
    drawn = _nothing(rng) if text is None and rng.random() < NOTHING else sheet(stock, rng, text)
    picture, dark = picture_of(drawn, rng)
    yield from through_ink(picture, dark, drawn)


def make(
    recipe: Recipe,
    seed: int,
    folder: Path,
    settings: Settings,
    workers: int = 2,
    progress: Callable[[int, int], None] | None = None,
) -> Lines:
    """Make the lines, or take those of an earlier run from the folder.

    Args:
        recipe: how many.
        seed: the same seed makes the same lines.
        folder: where the chunks are kept.
        settings: where the data sets are.
        workers: processes.
        progress: called with chunks done and chunks in all.

    Raises:
        DataError: a data set is missing.
    """
    total = -(-recipe.count // recipe.chunk)
    chunk = partial(_chunk, recipe.chunk, seed)
    paths = chunks.made(folder, seed, total, chunk, stock_of, _start, settings, workers, progress)
    return Lines.joined([Lines.load(path) for path in paths]).some(recipe.count)


def validation(count: int, seed: int, settings: Settings) -> Lines:
    """Make lines of what training never sees: kept MNIST pictures, and writers set apart.

    Args:
        count: how many.
        seed: of the lines.
        settings: where the data sets are.
    """
    stock = stock_of(settings, validation=True)
    return _several(stock, count, np.random.default_rng([seed, 10**6]))


def stock_of(settings: Settings, validation: bool = False) -> LineStock:
    """Return what lines are made from.

    Args:
        settings: where the data sets are.
        validation: take what is kept from training: the end of MNIST's training set and
            the writers set apart.

    Raises:
        DataError: a data set is missing.
    """
    split: data.Split = "validation" if validation else "train"
    # First what cannot be fetched, so that who lacks it is told before MNIST is.
    symbols, pens = data.pen_symbols(split, settings), data.pen(split, settings)
    kept = np.s_[-HELD_OUT:] if validation else np.s_[:-HELD_OUT]
    digits = data.mnist("train", settings)
    return LineStock(data.Images(digits.pixels[kept], digits.labels[kept]), pens, symbols)


_stock: LineStock | None = None


def _start(settings: Settings) -> None:
    global _stock
    cv2.setNumThreads(1)
    _stock = stock_of(settings)


def _chunk(count: int, seed: int, number: int, path: Path) -> None:
    assert _stock is not None
    _several(_stock, count, np.random.default_rng([seed, number])).save(path)


def _several(stock: LineStock, count: int, rng: np.random.Generator) -> Lines:
    made: list[tuple[NDArray[np.uint8], str]] = []
    while len(made) < count:
        made += lines_of(stock, rng)
    return Lines.of(made[:count])

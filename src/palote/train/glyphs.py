"""The marks on a line, one by one: digits of pens and of MNIST, separators, letters.

Each stands on a baseline at 0 and is about 1 high, x to the right and y downwards, until
it is set into a line and drawn.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from palote import data
from palote.train import draw
from palote.train.labels import LABELS, printed
from palote.train.letters import LETTERS, letter
from palote.train.marks import MARKS, mark
from palote.train.phrases import OTHER

__all__ = ["STROKES", "Glyph", "LineStock", "Points", "drawn_digit", "joined", "other", "stamp"]

Points = NDArray[np.float32]
"""(k, 3): x, y, number of the stroke."""

STROKES: dict[str, tuple[str, list[tuple[float, float, int]]]] = {
    ".": (".", [(0.0, -0.02, 0), (0.04, 0.0, 0)]),
    ",": (".", [(0.05, -0.06, 0), (0.03, 0.06, 0), (-0.05, 0.2, 0)]),
    ":": (".", [(0.02, -0.62, 0), (0.04, -0.6, 0), (0.0, -0.14, 1), (0.02, -0.12, 1)]),
    "'": (".", [(0.06, -1.1, 0), (0.0, -0.85, 0)]),
    "-": ("-", [(0.0, -0.45, 0), (0.2, -0.46, 0), (0.42, -0.45, 0)]),
    "=": ("-", [(0.0, -0.55, 0), (0.4, -0.56, 0), (0.02, -0.3, 1), (0.42, -0.3, 1)]),
    "~": ("-", [(0, -0.4, 0), (0.15, -0.52, 0), (0.3, -0.42, 0), (0.45, -0.35, 0), (0.6, -0.5, 0)]),
    "/": ("/", [(0.42, -1.1, 0), (0.2, -0.45, 0), (0.0, 0.15, 0)]),
}
"""Separator -> the symbol that is taught, and its strokes."""

BY_CODE = 0.75
"""Share of the letters that are drawn by code, where they stand: the others are the pen data's."""

OWN_DIGITS = 8
"""A writer who wrote so many different digits can fill a line."""


@dataclass(frozen=True, eq=False)
class LineStock:
    """What lines are made from.

    Attributes:
        digits: MNIST's pictures.
        pens: digits as pen strokes.
        symbols: letters and symbols as pen strokes.
    """

    digits: data.Images
    pens: data.Strokes
    symbols: data.Strokes

    def writer(self, rng: np.random.Generator) -> str:
        """Return a writer who can fill a line."""
        return str(rng.choice(self._writers))

    def digit(self, value: int, writer: str | None, rng: np.random.Generator) -> Points:
        """Return the strokes of a digit, of a writer if one is named who wrote it."""
        own = self._by_writer.get((writer, str(value))) if writer is not None else None
        return self.pens[int(rng.choice(self._by_label[str(value)] if own is None else own))]

    def letter(self, name: str, rng: np.random.Generator) -> Points:
        """Return the strokes of a letter or symbol; of any if that one is not there."""
        return self.symbols[int(rng.choice(self._letters.get(name, self._all_letters)))]

    def picture(self, value: int, rng: np.random.Generator) -> NDArray[np.uint8]:
        """Return an MNIST picture of a digit, uint8 (28, 28)."""
        index = int(rng.choice(self._pictures[value]))
        return np.asarray(self.digits.pixels[index], np.uint8)

    @cached_property
    def _pictures(self) -> list[NDArray[np.intp]]:
        return [np.flatnonzero(self.digits.labels == value) for value in range(10)]

    @cached_property
    def _by_label(self) -> dict[str, NDArray[np.intp]]:
        return {label: np.flatnonzero(self.pens.labels == label) for label in "0123456789"}

    @cached_property
    def _by_writer(self) -> dict[tuple[str | None, str], NDArray[np.intp]]:
        found: dict[tuple[str | None, str], list[int]] = {}
        pairs = zip(self.pens.writers, self.pens.labels, strict=True)
        for index, (writer, label) in enumerate(pairs):
            found.setdefault((str(writer), str(label)), []).append(index)
        return {key: np.array(indices) for key, indices in found.items()}

    @cached_property
    def _writers(self) -> list[str]:
        wrote: dict[str, int] = {}
        for writer, _ in self._by_writer:
            wrote[str(writer)] = wrote.get(str(writer), 0) + 1
        return [writer for writer, count in wrote.items() if count >= OWN_DIGITS]

    @cached_property
    def _letters(self) -> dict[str, NDArray[np.intp]]:
        labels = self.symbols.labels
        return {str(label): np.flatnonzero(labels == label) for label in np.unique(labels)}

    @cached_property
    def _all_letters(self) -> NDArray[np.intp]:
        return np.arange(len(self.symbols))


@dataclass(frozen=True, eq=False)
class Glyph:
    """A mark.

    Attributes:
        points: its strokes; with a picture: the corners between which its ink comes to lie.
        picture: uint8 (28, 28) of an MNIST digit, or uint8 (h, w) of a printed word, or None.
        box: (x, y, width, height) of the ink in that picture.
        word: whether it is a word.
    """

    points: Points
    picture: NDArray[np.uint8] | None = None
    box: tuple[int, int, int, int] = (0, 0, 0, 0)
    word: bool = False


def stamp(picture: NDArray[np.uint8]) -> Glyph:
    """Return an MNIST digit as a mark."""
    x, y, w, h = cv2.boundingRect((picture > 40).astype(np.uint8))
    wide, high = w / max(h, 0.5 * w), h / max(h, 0.5 * w)
    return Glyph(np.array([[0, -high, 0], [wide, 0, 0]], np.float32), picture, (x, y, w, h))


def drawn_digit(points: Points, rng: np.random.Generator) -> Glyph:
    """Return the strokes of a digit as a mark, changed a little as another hand would."""
    return Glyph(_standing(draw.distort(points, rng, 0.6)))


def other(character: str, stock: LineStock, rng: np.random.Generator) -> tuple[str, Glyph]:
    """Return a separator or a letter: the symbol that is taught, and the mark."""
    if character in STROKES:
        symbol, strokes = STROKES[character]
        points = np.array(strokes, np.float32)
        points[:, :2] += rng.normal(0, 0.03, (len(points), 2))
        if symbol in "-." and character != ":":
            points[:, 0] *= np.exp(rng.normal(0, 0.45))
        if symbol == "/":  # no higher than a digit, at times, and as upright as a 1
            points[:, :2] *= np.exp(rng.normal([0, -0.08], [0.35, 0.15]))
        points[:, 1] += rng.normal(0, 0.05)
        return symbol, Glyph(points)
    if character in LABELS:
        return OTHER, _word(character, rng)
    if character in MARKS:
        return OTHER, Glyph(mark(character, rng))
    if character in LETTERS and rng.random() < BY_CODE:
        return OTHER, Glyph(letter(character, rng))
    points = _standing(draw.distort(stock.letter(character, rng), rng, 0.6))
    points[:, :2] *= rng.uniform(0.6, 1.1) * (0.6 if character == "*" else 1.0)
    if character in "*":
        points[:, 1] -= 0.4
    return OTHER, Glyph(points)


def _word(character: str, rng: np.random.Generator) -> Glyph:
    """Return a printed word as a mark: its capital letters are hardly higher than a digit."""
    picture, above, capital = printed(character, rng)
    size = rng.uniform(0.4, 1.1) / capital
    high, wide = picture.shape
    corners = [[0, -above * size, 0], [wide * size, (high - above) * size, 0]]
    return Glyph(np.array(corners, np.float32), picture, (0, 0, wide, high), word=True)


def joined(before: Glyph, points: Points) -> Points:
    """Lead the pen from the end of one digit to the beginning of the next, if it is near."""
    if before.picture is not None:
        return points
    end, begin = before.points[-1, :2], points[0, :2]
    if float(np.hypot(*(end - begin))) > 0.75:
        return points
    steps = np.linspace(0, 1, 5)[:-1, None]
    way = end + steps * (begin - end)
    way[:, 1] += 0.08 * np.sin(np.pi * steps[:, 0])
    lead = np.column_stack([way, np.full(len(way), points[0, 2])])
    return np.concatenate([lead, points]).astype(np.float32)


def _standing(points: Points) -> Points:
    """Bring strokes to height 1, or somewhat less where they are wide, on the baseline."""
    xy = points[:, :2] - points[:, :2].min(axis=0)
    wide, high = (float(side) for side in xy.max(axis=0))
    xy /= max(high, 0.5 * wide, 1e-3)
    xy[:, 1] -= xy[:, 1].max()
    return np.column_stack([xy, points[:, 2]]).astype(np.float32)

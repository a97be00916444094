"""Digits and numbers of the validation writers under coloured stamps, and on coloured squares."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks import number_sets, sets
from benchmarks.fields import in_row, of_one
from benchmarks.sets import SEED, as_bytes, png
from palote import data
from palote.settings import Settings
from palote.train import draw

DIGITS, NUMBERS = 300, 100
"""Pictures of each kind."""

COLOURS = (
    (235, 70, 70),
    (240, 150, 60),
    (90, 190, 110),
    (120, 160, 235),
    (230, 110, 180),
    (150, 90, 220),
)
PENS = ((25, 25, 30), (30, 40, 110), (60, 60, 65))
"""Red, green, blue: print; a ballpoint, or a pencil."""

Ink = NDArray[np.float32]
"""float32 (h, w) in [0, 1]."""


def prints(settings: Settings) -> Iterator[sets.Item]:
    """Draw digits under a stamp, and on squared paper of one colour."""
    pens = data.pen("validation", settings)
    rng = np.random.default_rng([SEED, 10])
    for number in rng.choice(len(pens), DIGITS, replace=False):
        points, label = pens[int(number)], str(pens.labels[number])
        for kind, printed in (("coloured stamp", _stamp), ("coloured squares", _squares)):
            longer = rng.uniform(60, 140)
            ink = draw.paint(points, longer, max(2.5, longer * rng.uniform(0.04, 0.1)), rng)
            ink = np.pad(ink, rng.integers(10, int(0.5 * longer), (2, 2)))
            yield sets.Item(png(_over(printed(ink.shape, rng), ink, rng)), label, kind)


def stamped_numbers(settings: Settings) -> Iterator[number_sets.Item]:
    """Write two to five digits of one writer, and put a stamp on them."""
    pens = data.pen("validation", settings)
    rng = np.random.default_rng([SEED, 11])
    for _ in range(NUMBERS):
        chosen = of_one(pens, int(rng.integers(2, 6)), rng)
        ink = in_row([pens[i] for i in chosen], rng.uniform(35, 60), rng)
        ink = np.pad(ink, rng.integers(10, 40, (2, 2)))
        picture = png(_over(_stamp(ink.shape, rng), ink, rng))
        text = number_sets.text(pens, chosen)
        yield number_sets.Item(picture, (text,), "under a stamp", "under a stamp")


def _over(page: NDArray[np.float64], ink: Ink, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Write on a page; return it as OpenCV keeps colours: blue, green, red."""
    pen = np.array(PENS[rng.integers(len(PENS))], np.float64)
    shown = page * (1 - ink[..., None]) + pen * ink[..., None]
    shown = cv2.GaussianBlur(shown, (0, 0), rng.uniform(0.4, 0.9)) + rng.normal(0, 3, shown.shape)
    return as_bytes(shown)[..., ::-1]


def _paper(shape: tuple[int, ...], rng: np.random.Generator) -> NDArray[np.float64]:
    return np.full((*shape, 3), rng.uniform(228, 252)) + rng.normal(0, 3, 3)


def _stamp(shape: tuple[int, ...], rng: np.random.Generator) -> NDArray[np.float64]:
    """Print two rings, or a frame, and a word."""
    height, width = shape
    mark = np.zeros(shape, np.float32)
    x, y = (int(v) for v in np.array([width, height]) * rng.uniform(0.3, 0.7, 2))
    size = int(rng.uniform(0.3, 0.6) * min(shape))
    thick = int(rng.integers(2, 5))
    if rng.random() < 0.6:
        cv2.circle(mark, (x, y), size, 1.0, thick, cv2.LINE_AA)
        cv2.circle(mark, (x, y), int(0.75 * size), 1.0, 2, cv2.LINE_AA)
    else:
        ends = (x - size, y - size // 2), (x + size, y + size // 2)
        cv2.rectangle(mark, *ends, 1.0, thick, cv2.LINE_AA)
    word = np.zeros(shape, np.uint8)
    scale = rng.uniform(0.35, 0.6) * size / 40
    cv2.putText(word, "PAID", (x - size // 2, y + 4), 0, scale, 255, 2, cv2.LINE_AA)
    mark = np.maximum(mark, word / np.float32(255)) * rng.uniform(0.6, 1)
    turn = cv2.getRotationMatrix2D((x, y), rng.uniform(-30, 30), 1)
    mark = cv2.warpAffine(mark, turn, (width, height))[..., None]
    colour = np.array(COLOURS[rng.integers(len(COLOURS))], np.float64)
    return _paper(shape, rng) * (1 - mark) + colour * mark


def _squares(shape: tuple[int, ...], rng: np.random.Generator) -> NDArray[np.float64]:
    """Print squares of one to two tenths of the sheet."""
    page = _paper(shape, rng)
    step = int(rng.uniform(0.08, 0.2) * min(shape)) + 4
    colour = COLOURS[rng.integers(len(COLOURS))]
    for at in range(int(rng.integers(step)), shape[0], step):
        cv2.line(page, (0, at), (shape[1], at), colour, 1)
    for at in range(int(rng.integers(step)), shape[1], step):
        cv2.line(page, (at, 0), (at, shape[0]), colour, 1)
    return page

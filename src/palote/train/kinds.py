"""The kinds of training samples: what may come before a reader, drawn by chance.

Each kind yields patches, as `palote.ink` hands them to a network, with their
labels. A digit that is read inside out (its paper taken for ink) is no digit: so
the network learns to tell which of two interpretations is meant.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from palote import data
from palote.ink import InkSpec, find_digit
from palote.ink.clean import uncleaned
from palote.ink.fit import fit_frame
from palote.train import draw, shapes, signs
from palote.train.angular import DIGITS, angular, straightened
from palote.train.spoil import spoil

__all__ = ["MAKERS", "NONE", "Stock", "without_look_alikes"]

NONE = 10
"""Label of what is no digit."""

LOOK_ALIKES = "OoDQSsZzIl|!iBgqbGyJj/\\()[]{}1'`,.-_~:;\"^"
"""Symbols that may pass for a digit, or are too small to tell: never taught as "none"."""


def without_look_alikes(symbols: data.Strokes) -> data.Strokes:
    """Return the symbols that nobody would take for a digit."""
    return symbols.only(~np.isin(symbols.labels, list(LOOK_ALIKES)))


@dataclass(frozen=True, eq=False)
class Stock:
    """What samples are made from.

    Attributes:
        digits: MNIST's training set without what is held out.
        pens: digits of the writers that are trained on.
        symbols: their letters and symbols, without look-alikes.
    """

    digits: data.Images
    pens: data.Strokes
    symbols: data.Strokes


Made = Iterator[tuple[NDArray[np.float32], int]]


def _through_ink(
    picture: NDArray[np.uint8], dark: bool, label: int, rng: np.random.Generator
) -> Made:
    """Yield what reading would see; an inside-out reading of a digit is no digit."""
    for candidate in find_digit(picture):
        if candidate.part:
            continue  # a part of it, perhaps
        if candidate.cleaned.dark == dark or label == NONE:
            yield candidate.patch, label
        elif rng.random() < 0.5:
            yield candidate.patch, NONE
    if label != NONE and rng.random() < 0.04:
        for candidate in find_digit(picture, dark=not dark):
            if not candidate.part:
                yield candidate.patch, NONE


def _pick(strokes: data.Strokes, rng: np.random.Generator) -> tuple[NDArray[np.float32], str]:
    index = int(rng.integers(len(strokes)))
    return strokes[index], str(strokes.labels[index])


def _drawn(points: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    """Draw strokes somewhere in a square frame of some size, with some pen."""
    side = int(rng.choice([56, 112, 160, 220, 280], p=[0.1, 0.25, 0.25, 0.2, 0.2]))
    longer = side * rng.uniform(0.3, 0.92)
    width = max(1.0, longer * np.exp(rng.uniform(np.log(0.015), np.log(0.26))))
    ink = draw.paint(draw.distort(points, rng), longer, width, rng)
    return draw.place(ink, side, side, rng)


def _pen_canvas(stock: Stock, rng: np.random.Generator) -> Made:
    points, label = _pick(stock.pens, rng)
    yield from _on_canvas(_drawn(points, rng), int(label), rng)


def _on_canvas(ink: NDArray[np.float32], label: int, rng: np.random.Generator) -> Made:
    dark = bool(rng.random() < 0.6)
    if rng.random() < 0.2:
        ink = cv2.GaussianBlur(ink, (0, 0), rng.uniform(0.5, 0.02 * len(ink)))
    if rng.random() < 0.25:
        side = int(rng.choice([28, 28, 32, 56]))
        how = cv2.INTER_AREA if rng.random() < 0.8 else cv2.INTER_NEAREST
        ink = cv2.resize(ink, (side, side), interpolation=how)
    picture = draw.canvas(ink, dark, 1.0 if rng.random() < 0.7 else rng.uniform(0.25, 1.0))
    yield from _through_ink(picture, dark, label, rng)


def _pen_paper(stock: Stock, rng: np.random.Generator) -> Made:
    points, label = _pick(stock.pens, rng)
    yield from _on_paper(_drawn(points, rng), int(label), rng)


def _on_paper(ink: NDArray[np.float32], label: int, rng: np.random.Generator) -> Made:
    picture = draw.paper(ink, rng, ruled=bool(rng.random() < 0.3))
    ground, strokes = picture[ink < 0.1], picture[ink > 0.5]
    dark = len(ground) > 0 and float(ground.mean()) > (strokes.mean() if len(strokes) else 0)
    yield from _through_ink(picture, dark, label, rng)


def _warped(stock: Stock, rng: np.random.Generator) -> tuple[NDArray[np.float32], int]:
    """Return an MNIST digit enlarged, turned, slanted, stretched, thinner or thicker."""
    index = int(rng.integers(len(stock.digits.labels)))
    side = int(rng.choice([56, 112, 168]))
    zoom = side / 28
    turn, slant = np.deg2rad(rng.normal(0, 7)), rng.normal(0, 0.12)
    grow = np.exp(rng.normal(0, 0.1, 2))
    matrix = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    matrix = matrix @ np.array([[grow[0], slant], [0, grow[1]]]) * zoom * 0.9
    shift = side / 2 - matrix @ np.array([13.5, 13.5])
    ink = cv2.warpAffine(
        stock.digits.pixels[index],
        np.column_stack([matrix, shift]),
        (side, side),
        flags=cv2.INTER_CUBIC,
    )
    width = int(rng.integers(1, max(2, round(zoom * 1.3)) + 1))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (width, width))
    change = rng.random()
    if change < 0.3:
        ink = cv2.dilate(ink, kernel)
    elif change < 0.45:
        ink = cv2.erode(ink, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (width // 2 + 1,) * 2))
    return np.asarray(ink, np.float32) / np.float32(255), int(stock.digits.labels[index])


def _mnist_warped(stock: Stock, rng: np.random.Generator) -> Made:
    ink, label = _warped(stock, rng)
    yield from _either(ink, label, rng)


def _mnist_tight(stock: Stock, rng: np.random.Generator) -> Made:
    ink, label = _warped(stock, rng)
    x, y, width, height = cv2.boundingRect((ink > 0.3).astype(np.uint8))
    if height < 8 or width < 3:
        return
    pad = int(rng.integers(0, 4))
    crop = ink[max(0, y - pad) : y + height + pad, max(0, x - pad) : x + width + pad]
    dark = bool(rng.random() < 0.5)
    yield from _through_ink(draw.canvas(crop, dark, rng.uniform(0.5, 1.0)), dark, label, rng)


def _mnist_plain(stock: Stock, rng: np.random.Generator) -> Made:
    index = int(rng.integers(len(stock.digits.labels)))
    label = int(stock.digits.labels[index])
    yield from _through_ink(stock.digits.pixels[index], False, label, rng)


def _frame(stock: Stock, rng: np.random.Generator) -> Made:
    """Yield whole 28x28 frames, as ``clean="none"`` hands them on."""
    index = int(rng.integers(len(stock.digits.labels)))
    picture = stock.digits.pixels[index].astype(np.float32)
    shift = np.array([[1, 0, rng.normal(0, 1.5)], [0, 1, rng.normal(0, 1.5)]])
    picture = cv2.warpAffine(picture, shift, (28, 28))
    picture = picture * rng.uniform(0.6, 1) + rng.normal(0, rng.uniform(0, 20), (28, 28))
    patch = fit_frame(np.clip(picture, 0, 255).astype(np.uint8), InkSpec())
    yield patch, int(stock.digits.labels[index])


def _spoilt(stock: Stock, rng: np.random.Generator) -> Made:
    """Yield small spoilt files twice: cleaned, and as the whole frame, see `ink.Candidate`."""
    if rng.random() < 0.65:
        index = int(rng.integers(len(stock.digits.labels)))
        ink, label = stock.digits.pixels[index] / np.float32(255), int(stock.digits.labels[index])
    else:
        points, name = _pick(stock.pens, rng)
        ink, label = draw.file(points, rng), int(name)
    if rng.random() < 0.85:
        ink = spoil(np.asarray(ink, np.float32), rng)
    picture = np.rint(np.clip(ink, 0, 1) * 255).astype(np.uint8)
    yield fit_frame(uncleaned(picture, False), InkSpec()), label
    if rng.random() < 0.15:
        yield fit_frame(uncleaned(picture, True), InkSpec()), NONE
    yield from _through_ink(picture, False, label, rng)


def _either(ink: NDArray[np.float32], label: int, rng: np.random.Generator) -> Made:
    """Yield ink on canvas or on paper."""
    maker = _on_paper if rng.random() < 0.35 else _on_canvas
    yield from maker(ink, label, rng)


def _symbol(stock: Stock, rng: np.random.Generator) -> Made:
    """Yield letters and signs of the pen data, each kind as often: of some there are few."""
    kind = rng.choice(np.unique(stock.symbols.labels))
    points = stock.symbols[int(rng.choice(np.flatnonzero(stock.symbols.labels == kind)))]
    yield from _either(_drawn(points, rng), NONE, rng)


def _scribble(stock: Stock, rng: np.random.Generator) -> Made:
    yield from _either(_drawn(draw.scribble(rng), rng), NONE, rng)


def _merged(stock: Stock, rng: np.random.Generator) -> Made:
    """Yield two or three digits that touch."""
    parts, right = [], 0.0
    for number in range(int(rng.integers(2, 4))):
        points = draw.distort(_pick(stock.pens, rng)[0], rng)
        points[:, 0] += right - points[:, 0].min()
        right = float(points[:, 0].max()) - rng.uniform(-0.05, 0.1)
        points[:, 2] += 100 * number
        parts.append(points)
    yield from _either(_drawn(np.concatenate(parts), rng), NONE, rng)


def _shape(stock: Stock, rng: np.random.Generator) -> Made:
    yield from _either(shapes.shape(rng), NONE, rng)


def _blot(stock: Stock, rng: np.random.Generator) -> Made:
    yield from _either(shapes.blot(rng), NONE, rng)


def _upright_stroke(stock: Stock, rng: np.random.Generator) -> Made:
    """Yield the plainest 1."""
    yield from _either(_drawn(signs.upright_stroke(rng), rng), 1, rng)


def _angular(stock: Stock, rng: np.random.Generator) -> Made:
    """Yield a digit of straight strokes: as a display shows it, or as a pen wrote it."""
    if rng.random() < 0.5:
        digit = int(rng.choice(DIGITS))
        points = angular(digit, rng)
    else:
        curved, name = _pick(stock.pens, rng)
        points, digit = straightened(curved, rng.uniform(0.05, 0.18)), int(name)
    yield from _either(_drawn(points, rng), digit, rng)


def _sign(stock: Stock, rng: np.random.Generator) -> Made:
    yield from _either(_drawn(signs.sign(rng), rng), NONE, rng)


def _penned_letter(stock: Stock, rng: np.random.Generator) -> Made:
    yield from _either(_drawn(signs.penned(rng), rng), NONE, rng)


def _letter(stock: Stock, rng: np.random.Generator) -> Made:
    ink = signs.letter(rng)
    side = int(rng.choice([56, 112, 160]))
    scale = side * rng.uniform(0.3, 0.92) / max(ink.shape)
    size = max(1, round(ink.shape[1] * scale)), max(1, round(ink.shape[0] * scale))
    small = cv2.resize(ink, size, interpolation=cv2.INTER_AREA)
    yield from _either(draw.place(np.asarray(small, np.float32), side, side, rng), NONE, rng)


MAKERS: dict[str, Callable[[Stock, np.random.Generator], Made]] = {
    "pen_canvas": _pen_canvas,
    "pen_paper": _pen_paper,
    "mnist_warped": _mnist_warped,
    "mnist_tight": _mnist_tight,
    "mnist_plain": _mnist_plain,
    "frame": _frame,
    "spoilt": _spoilt,
    "symbol": _symbol,
    "scribble": _scribble,
    "merged": _merged,
    "shape": _shape,
    "blot": _blot,
    "upright_stroke": _upright_stroke,
    "angular": _angular,
    "sign": _sign,
    "penned_letter": _penned_letter,
    "letter": _letter,
}

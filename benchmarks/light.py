"""Digits and numbers of the validation writers in light, and on paper, that is not even.

A shadow with an edge across them, a marker's stripe, a glare, grainy paper.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

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
"""Pictures in each light."""

Ink = NDArray[np.float32]
"""float32 (h, w) in [0, 1]."""

MARKERS = ((255, 242, 90), (255, 150, 190), (150, 240, 125), (255, 190, 100), (125, 215, 255))
PENS = ((180, 30, 40), (20, 60, 160), (30, 120, 60), (30, 30, 30))
"""Red, green, blue."""


def light(settings: Settings) -> Iterator[sets.Item]:
    """Draw digits in each light."""
    pens = data.pen("validation", settings)
    rng = np.random.default_rng([SEED, 8])
    for number in rng.choice(len(pens), DIGITS, replace=False):
        points, label = pens[int(number)], str(pens.labels[number])
        for kind, show in LIGHTS.items():
            longer = rng.uniform(50, 160)
            ink = draw.paint(points, longer, max(2.0, longer * rng.uniform(0.04, 0.12)), rng)
            yield sets.Item(png(show(_placed(ink, rng), rng)), label, kind)


def lit_numbers(settings: Settings) -> Iterator[number_sets.Item]:
    """Write two to five digits of one writer in a row, in each light but on plain paper."""
    pens = data.pen("validation", settings)
    rng = np.random.default_rng([SEED, 9])
    for _ in range(NUMBERS):
        for kind in ("shadow's edge", "marker", "glare"):
            chosen = of_one(pens, int(rng.integers(2, 6)), rng)
            ink = in_row([pens[i] for i in chosen], rng.uniform(35, 60), rng)
            picture = png(LIGHTS[kind](_placed(ink, rng), rng))
            text = number_sets.text(pens, chosen)
            yield number_sets.Item(picture, (text,), "in uneven light", f"number, {kind}")


def _placed(ink: Ink, rng: np.random.Generator) -> Ink:
    """Put ink somewhere on a larger sheet."""
    room = rng.integers(5, int(0.7 * len(ink)) + 6, (2, 2))
    return np.pad(ink, room)


def _shadow(ink: Ink, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Let a straight edge, or a corner of something, cast a shadow that goes across."""
    height, width = ink.shape
    middle = np.array([width, height]) * rng.uniform(0.25, 0.75, 2)
    turn, opening = rng.uniform(0, 2 * np.pi), rng.choice([np.pi, rng.uniform(0.6, 2)])
    angles = turn + opening * np.array([0, 0.5, 1])
    far = 4 * max(ink.shape) * np.column_stack([np.cos(angles), np.sin(angles)])
    shade = np.zeros(ink.shape, np.float32)
    cv2.fillPoly(shade, [np.rint([middle, *(middle + far)]).astype(np.int32)], 1.0)
    shade = cv2.GaussianBlur(shade, (0, 0), rng.uniform(0.008, 0.06) * max(ink.shape))
    tones = rng.uniform(195, 250) * (1 - rng.uniform(0.5, 0.9) * ink)
    tones = cv2.GaussianBlur(tones * (1 - rng.uniform(0.2, 0.65) * shade), (0, 0), 0.6)
    return as_bytes(tones + rng.normal(0, rng.uniform(0.5, 5), ink.shape))


def _marker(ink: Ink, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Draw a marker's stripe over a part of it."""
    height, width = ink.shape
    ends = np.array([[-0.1, 0.2], [0.8, 1.1]])
    x = [int(width * rng.uniform(*pair)) for pair in ends]
    y = int(height * rng.uniform(0.3, 0.7))
    stripe = np.zeros(ink.shape, np.float32)
    lower = y + int(rng.normal(0, 0.04 * height))
    cv2.line(stripe, (x[0], y), (x[1], lower), 1.0, int(height * rng.uniform(0.25, 0.6)))
    stripe = cv2.GaussianBlur(stripe, (0, 0), 0.8)[..., None]
    paper = np.full(3, rng.uniform(232, 252)) + rng.normal(0, 3, 3)
    shown = paper * (1 - ink[..., None]) + rng.uniform(10, 80, 3) * ink[..., None]
    shown *= 1 - stripe * (1 - np.array(MARKERS[rng.integers(len(MARKERS))]) / 255)
    return as_bytes(shown + rng.normal(0, 3, shown.shape))[..., ::-1]


def _glare(ink: Ink, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Mirror a lamp on a whiteboard."""
    height, width = ink.shape
    y, x = np.mgrid[:height, :width]
    place, size = rng.uniform(0, 1, 2) * ink.shape, rng.uniform(0.1, 0.3) * max(ink.shape)
    lamp = np.exp(-((y - place[0]) ** 2 + (x - place[1]) ** 2) / (2 * size * size))
    lamp = (rng.uniform(0.6, 1) * lamp)[..., None]
    pen = np.array(PENS[rng.integers(len(PENS))], np.float64)
    board = rng.uniform(195, 215) * (1 - ink[..., None]) + pen * ink[..., None]
    shown = board * (1 - lamp) + 255 * lamp
    return as_bytes(shown + rng.normal(0, 3, shown.shape))[..., ::-1]


def _grain(ink: Ink, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Write with a pencil on cardboard."""
    grain = cv2.GaussianBlur(rng.normal(0, 1, ink.shape), (0, 0), rng.uniform(0.5, 1.2))
    board, lead = np.array([176.0, 138, 98]), np.array([70.0, 66, 64])
    share = rng.uniform(0.35, 0.7) * ink[..., None]
    shown = board * (1 - share) + lead * share
    shown += rng.uniform(5, 9) * (grain / grain.std())[..., None]
    return as_bytes(shown + rng.normal(0, 3, shown.shape))[..., ::-1]


LIGHTS: dict[str, Callable[[Ink, np.random.Generator], NDArray[np.uint8]]] = {
    "shadow's edge": _shadow,
    "marker": _marker,
    "glare": _glare,
    "grainy paper": _grain,
}

"""Digits of the validation writers as scanned: cut out of a form, and in broken strokes."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.sets import SEED, Item, png
from palote import data
from palote.settings import Settings
from palote.train import draw

SCANNED = 600
"""Digits that are drawn in each way."""

Ink = NDArray[np.float32]
"""float32 (h, w) in [0, 1]."""


def scans(settings: Settings) -> Iterator[Item]:
    """In a form's box, a part of one, one of few pixels; in thin, broken strokes; beside bands.

    A box is whole, or a cell of a comb; a part of one lacks some of its sides; 28, 32 or 48 pixels
    are few.
    """
    rng, beside = np.random.default_rng([SEED, 4]), np.random.default_rng([SEED, 5])
    strokes = data.pen("validation", settings)
    for number in rng.choice(len(strokes), SCANNED, replace=False):
        points, label = strokes[int(number)], str(strokes.labels[number])
        whole, _ = _in_box(points, rng)
        yield Item(png(_scanned(whole, rng)), label, "in a form's box")
        box, border = _in_box(points, rng)
        yield Item(
            png(_scanned(_without_sides(box, border, rng), rng)), label, "in a part of a box"
        )
        box, _ = _in_box(points, rng)
        side = int(rng.choice([28, 32, 48]))
        few = cv2.resize(_scanned(box, rng), (side, side), interpolation=cv2.INTER_AREA)
        yield Item(png(np.asarray(few, np.uint8)), label, "in a box, few pixels")
        yield Item(png(_broken(points, rng)), label, "thin, broken strokes")
        yield Item(png(_beside_page(points, beside)), label, "dark bands beside a page")


def _in_box(points: NDArray[np.float32], rng: np.random.Generator) -> tuple[Ink, int]:
    """Write in a printed box or a cell of a comb; return how far its lines reach from the edge."""
    wide = int(rng.uniform(40, 90))
    high, margin = int(wide * rng.uniform(0.95, 1.5)), int(rng.uniform(2, 14))
    thick, grey = int(rng.integers(1, 4)), float(rng.uniform(0.35, 1))
    height, width = high + 2 * margin, wide + 2 * margin
    box = np.zeros((height, width), np.float32)
    cv2.rectangle(box, (margin, margin), (width - margin - 1, height - margin - 1), grey, thick)
    if rng.random() < 0.3:
        for y in (margin, height - margin - 1):
            cv2.line(box, (0, y), (width, y), grey, thick)
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), rng.normal(0, 1.2), 1)
    box = np.asarray(cv2.warpAffine(box, turn, (width, height)), np.float32)
    longer = rng.uniform(0.5, 1.0) * min(high, wide * 1.15)
    ink = draw.paint(points, longer, max(1.5, rng.uniform(0.03, 0.09) * longer), rng)
    h, w = ink.shape
    top = max(0, round((height - h) / 2 + rng.normal(0, 0.06 * high)))
    left = max(0, round((width - w) / 2 + rng.normal(0, 0.06 * wide)))
    window = box[top : top + h, left : left + w]
    np.maximum(window, ink[: window.shape[0], : window.shape[1]], out=window)
    return box, margin + thick + 2


def _without_sides(box: Ink, border: int, rng: np.random.Generator) -> Ink:
    """Cut some sides of the box off."""
    left, top, right, bottom = (int(rng.choice([0, border])) for _ in range(4))
    return box[top : box.shape[0] - bottom, left : box.shape[1] - right]


def _scanned(ink: Ink, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Return it in grey, with some noise, or in black and white."""
    tones = 245 - 220 * ink + rng.normal(0, rng.uniform(0, 6), ink.shape)
    if rng.random() < 0.4:
        tones = np.where(tones > rng.uniform(120, 190), 255, 0)
    return np.clip(tones, 0, 255).astype(np.uint8)


def _beside_page(points: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Write on a page beside which one to four dark bands are seen, as of a scanner's cover."""
    height = int(rng.uniform(200, 500))
    width = int(height * rng.uniform(0.8, 1.3))
    longer = rng.uniform(0.3, 0.6) * height
    ink = draw.paint(points, longer, longer * rng.uniform(0.04, 0.1), rng)
    tones = 240 - 200 * draw.place(ink, height, width, rng)
    for side in rng.choice(4, int(rng.integers(1, 5)), replace=False):
        view = tones.T if side >= 2 else tones
        view = view[::-1] if side % 2 else view
        view[: max(2, int(rng.uniform(0.01, 0.06) * height))] = rng.uniform(0, 60)
    return np.clip(tones + rng.normal(0, 3, tones.shape), 0, 255).astype(np.uint8)


def _broken(points: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Write with a thin pen, in black and white by a threshold that grainy paper spoils."""
    longer = rng.uniform(50, 220)
    width = rng.uniform(1.2, 2.8) if longer < 120 else rng.uniform(1.5, 5)
    ink = draw.paint(points, longer, width, rng)
    ink = np.pad(ink, [(int(a), int(b)) for a, b in rng.uniform(2, 30, (2, 2))])
    grain = cv2.GaussianBlur(rng.normal(0, 1, ink.shape), (0, 0), rng.uniform(0.7, 2))
    soft = cv2.GaussianBlur(ink, (0, 0), rng.uniform(0.5, 1.1)) * rng.uniform(0.8, 1.3)
    black = soft + grain / grain.std() * rng.uniform(0.03, 0.13) > rng.uniform(0.25, 0.45)
    if rng.random() < 0.5:
        black |= rng.random(ink.shape) < rng.uniform(0, 0.004)
    return np.where(black, 0, 255).astype(np.uint8)

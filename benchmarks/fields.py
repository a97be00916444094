"""Numbers of the validation writers in the boxes of forms, and lines of pens of unlike strength."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.number_sets import Item, text
from benchmarks.sets import SEED, as_bytes, png
from benchmarks.styles import Points, high
from palote import data
from palote.data import Strokes
from palote.settings import Settings
from palote.train import draw

FIELDS, PAGES = 100, 100

Ink = NDArray[np.float32]
"""float32 (h, w) in [0, 1]."""


def fields(settings: Settings) -> Iterator[Item]:
    """Two to eight digits of one writer in boxes, apart or as a comb."""
    pens = data.pen("validation", settings)
    rng = np.random.default_rng([SEED, 6])
    for number in range(2 * FIELDS):
        kind = ("in boxes", "in a comb")[number % 2]
        chosen = of_one(pens, int(rng.integers(2, 9)), rng)
        field = _field([pens[i] for i in chosen], kind == "in a comb", rng)
        tones = 245 - 215 * field + rng.normal(0, rng.uniform(0, 6), field.shape)
        if rng.random() < 0.3:
            tones = np.where(tones > rng.uniform(120, 190), 255, 0)
        yield Item(png(as_bytes(tones)), (text(pens, chosen),), "in fields", kind)


def pages(settings: Settings) -> Iterator[Item]:
    """Two to four lines on a page in uneven light, each of a pen or a pencil of its own."""
    pens = data.pen("validation", settings)
    rng = np.random.default_rng([SEED, 7])
    for _ in range(PAGES):
        height = rng.uniform(35, 60)
        chosen = [of_one(pens, int(rng.integers(2, 6)), rng) for _ in range(rng.integers(2, 5))]
        rows = [in_row([pens[i] for i in own], height, rng) for own in chosen]
        width = max(row.shape[1] for row in rows) + 60
        page = np.zeros((sum(len(row) for row in rows) + 40, width), np.float32)
        top = 20
        for row in rows:
            left = int(rng.uniform(5, width - row.shape[1] - 1))
            page[top : top + len(row), left : left + row.shape[1]] = row * rng.uniform(0.3, 1)
            top += len(row)
        light = draw.shade(*page.shape, rng, 0.5)
        tones = cv2.GaussianBlur((232 - 190 * page) * light, (0, 0), rng.uniform(0.4, 1.2))
        tones += rng.normal(0, 4, page.shape)
        texts = tuple(text(pens, own) for own in chosen)
        yield Item(png(as_bytes(tones)), texts, "unlike pens", "unlike pens")


def ruled_pages(settings: Settings) -> Iterator[Item]:
    """Two to four lines on ruled or squared paper, each of a pen or a pencil of its own."""
    pens = data.pen("validation", settings)
    rng = np.random.default_rng([SEED, 13])
    for number in range(PAGES):
        height = rng.uniform(35, 60)
        step = round(height * rng.uniform(1.4, 1.9))
        chosen = [of_one(pens, int(rng.integers(2, 6)), rng) for _ in range(rng.integers(2, 5))]
        rows = [in_row([pens[i] for i in own], height, rng) for own in chosen]
        shape = step * (len(rows) + 1), max(row.shape[1] for row in rows) + 60
        written, printed = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
        for place, row in enumerate(rows):
            top = round(step * (place + 1) - 0.85 * len(row) + rng.normal(0, 0.05 * height))
            ink = row * rng.uniform(0.3, 1)
            put(written, ink, top, int(rng.uniform(5, shape[1] - row.shape[1] - 1)))
            cv2.line(printed, (0, step * (place + 1)), (shape[1], step * (place + 1)), 1.0, 2)
        for x in range(int(rng.integers(step)), shape[1], step) if number % 2 else ():
            cv2.line(printed, (x, 0), (x, shape[0]), 1.0, 2)
        page = np.maximum(written, printed * rng.uniform(0.15, 0.5))
        turn = cv2.getRotationMatrix2D((shape[1] / 2, shape[0] / 2), rng.normal(0, 0.7), 1)
        page = cv2.warpAffine(page, turn, shape[::-1])
        light = draw.shade(*shape, rng, 0.3)
        tones = cv2.GaussianBlur((235 - 195 * page) * light, (0, 0), rng.uniform(0.4, 1.0))
        texts = tuple(text(pens, own) for own in chosen)
        kind = ("ruled", "squared")[number % 2]
        tones += rng.normal(0, 3, shape)
        yield Item(png(as_bytes(tones)), texts, "unlike pens on ruled paper", kind)


def on_plain(
    ink: Ink, paper: tuple[int, int], contrast: tuple[int, int], rng: np.random.Generator
) -> bytes:
    """Photograph ink on plain paper with some room around it; return the PNG.

    Args:
        ink: what is written.
        paper: darkest and lightest tone that it may have.
        contrast: how much darker the ink is, at least and at most.
        rng: chance.
    """
    ink = np.pad(ink, rng.integers(5, 40, (2, 2)))
    tones = rng.uniform(*paper) - rng.uniform(*contrast) * ink
    return png(as_bytes(tones + rng.normal(0, rng.uniform(1, 5), ink.shape)))


def of_one(pens: Strokes, count: int, rng: np.random.Generator) -> list[int]:
    """Return the numbers of some digits of one writer."""
    own = np.flatnonzero(pens.writers == rng.choice(np.unique(pens.writers)))
    return [int(i) for i in rng.choice(own, count)]


def _field(digits: list[Points], comb: bool, rng: np.random.Generator) -> Ink:
    """Write digits into boxes, not quite in the middle."""
    wide = int(rng.uniform(36, 80))
    tall, margin = int(wide * rng.uniform(1, 1.5)), int(rng.uniform(5, 25))
    step = wide if comb else wide + int(rng.uniform(0.05, 0.35) * wide)
    thick, grey, pen = int(rng.integers(1, 4)), rng.uniform(0.4, 1), rng.uniform(0.035, 0.09)
    shape = tall + 2 * margin, 2 * margin + step * (len(digits) - 1) + wide
    printed, written = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
    for place, points in enumerate(digits):
        left = margin + place * step
        ends = (left + wide - 1, margin + tall - 1)
        cv2.rectangle(printed, (left, margin), ends, float(grey), thick)
        longer = rng.uniform(0.5, 0.85) * min(tall, 1.25 * wide)
        ink = draw.paint(points, longer, max(1.5, pen * longer), rng)
        y = margin + (tall - ink.shape[0]) / 2 + rng.normal(0, 0.05 * tall)
        x = left + (wide - ink.shape[1]) / 2 + rng.normal(0, 0.05 * wide)
        put(written, ink, round(y), round(x))
    field = np.maximum(printed, written * rng.uniform(0.7, 1))
    turn = cv2.getRotationMatrix2D((shape[1] / 2, shape[0] / 2), rng.normal(0, 0.8), 1)
    return np.asarray(cv2.warpAffine(field, turn, shape[::-1]), np.float32)


def in_row(digits: list[Points], height: float, rng: np.random.Generator) -> Ink:
    """Set digits side by side, with one pen."""
    pen = rng.uniform(0.05, 0.1) * height
    inks, places, right = [], [], 2
    for points in digits:
        longer = height * float(np.ptp(high(points)[:, :2], axis=0).max()) * rng.uniform(0.85, 1.1)
        inks.append(draw.paint(points, longer, pen))
        places.append(right)
        right += inks[-1].shape[1] + int(rng.uniform(0.08, 0.35) * height)
    row = np.zeros((int(1.6 * height), right), np.float32)
    for ink, left in zip(inks, places, strict=True):
        put(row, ink, round((len(row) - len(ink)) / 2 + rng.normal(0, 0.06 * height)), left)
    return row


def put(frame: Ink, ink: Ink, top: int, left: int) -> None:
    """Put ink into a frame; what lies outside is left out."""
    y, x = max(0, top), max(0, left)
    inside = frame[y : top + len(ink), x : left + ink.shape[1]]
    part = ink[y - top :, x - left :][: inside.shape[0], : inside.shape[1]]
    np.maximum(inside, part, out=inside)

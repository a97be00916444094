"""What lines stand on: canvas, paper, cheques with their patterns, boxes and combs of forms.

Each takes a `Sheet` and gives the picture that a camera, a scanner or a canvas would.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from palote.train import draw
from palote.train.compose import Sheet

__all__ = ["picture_of"]

Plane = NDArray[np.float32]


def picture_of(sheet: Sheet, rng: np.random.Generator) -> tuple[NDArray[np.uint8], bool]:
    """Show a sheet on some ground.

    Args:
        sheet: lines of ink.
        rng: chance.

    Returns:
        uint8 (h, w), of the sheet's size, and whether the ink is the darker tone.
    """
    ink = _broken(sheet.ink, sheet.height, rng) if rng.random() < 0.08 else sheet.ink
    if sheet.boxed:
        return _form(ink, sheet, rng), True
    kind = rng.random()
    if kind < 0.2:
        dark = bool(rng.random() < 0.65)
        contrast = 1.0 if rng.random() < 0.6 else rng.uniform(0.3, 1.0)
        if rng.random() < 0.3:
            ink = cv2.GaussianBlur(ink, (0, 0), rng.uniform(0.4, 0.05 * sheet.height))
        return draw.canvas(ink, dark, contrast), dark
    if kind < 0.5:
        picture = draw.paper(ink, rng, ruled=bool(rng.random() < 0.4))
        paper, strokes = picture[ink < 0.1], picture[ink > 0.5]
        dark = not len(strokes) or not len(paper) or float(paper.mean()) > float(strokes.mean())
        return picture, dark
    return _cheque(ink, rng), True


def _cheque(ink: Plane, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Scan ink on a printed pattern, with a printed rule or two."""
    height, width = ink.shape
    ys, xs = np.mgrid[0:height, 0:width].astype(np.float32)
    pattern = np.zeros_like(ink)
    for _ in range(int(rng.integers(1, 3))):
        drawn = PATTERNS[int(rng.integers(len(PATTERNS)))](xs, ys, rng)
        np.maximum(pattern, drawn, out=pattern)
    base = rng.uniform(0.5, 0.97)
    ground = base * (1 - rng.uniform(0.03, 0.3) * pattern)
    ground *= 1 + rng.normal(0, rng.uniform(0, 0.05), ink.shape).astype(np.float32)
    if rng.random() < 0.45:
        ground *= 1 - rng.uniform(0.25, 0.8) * _printed_rules(height, width, rng)
    tone = base * rng.uniform(0.08, 0.6)
    picture = ground * (1 - ink) + tone * (0.9 + 0.1 * ground) * ink
    if rng.random() < 0.3:
        picture *= draw.shade(height, width, rng, rng.uniform(0, 0.35))
    return _scanned(picture, rng)


def _scanned(picture: Plane, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Blur, grain and compress."""
    if rng.random() < 0.8:
        picture = cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.4, 1.3))
    picture = picture + rng.normal(0, rng.uniform(0, 0.025), picture.shape).astype(np.float32)
    pixels = np.asarray(np.clip(picture * 255, 0, 255), np.uint8)
    if rng.random() < 0.5:
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(40, 95))]
        pixels = np.asarray(
            cv2.imdecode(cv2.imencode(".jpg", pixels, quality)[1], cv2.IMREAD_GRAYSCALE), np.uint8
        )
    return pixels


def _sharp(wave: Plane, rng: np.random.Generator) -> Plane:
    """Turn a wave in [-1, 1] into printed lines, 0 to 1."""
    return np.asarray(np.clip((wave - rng.uniform(-0.2, 0.6)) * 2.5, 0, 1), np.float32)


def _waves(xs: Plane, ys: Plane, rng: np.random.Generator) -> Plane:
    """Print lines that wave from left to right."""
    bend = rng.uniform(0, 3) * np.sin(xs * (6.28 / rng.uniform(15, 90)) + rng.uniform(0, 6))
    return _sharp(np.sin((ys + bend) * (6.28 / rng.uniform(3.5, 10))), rng)


def _hatching(xs: Plane, ys: Plane, rng: np.random.Generator) -> Plane:
    angle = rng.uniform(0, 3.14)
    along = np.cos(angle) * xs + np.sin(angle) * ys
    bend = rng.uniform(0, 2) * np.sin(ys * (6.28 / rng.uniform(15, 60)))
    return _sharp(np.sin((along + bend) * (6.28 / rng.uniform(3.5, 11))), rng)


def _arcs(xs: Plane, ys: Plane, rng: np.random.Generator) -> Plane:
    """Print circles around one or two points, as guilloches have them."""
    height, width = xs.shape
    gap = rng.uniform(4, 12)
    rings = np.zeros_like(xs)
    for _ in range(int(rng.integers(1, 3))):
        x, y = rng.uniform(-0.3, 1.3) * width, rng.uniform(-1, 2) * height
        rings = np.maximum(rings, _sharp(np.sin(np.hypot(xs - x, ys - y) * (6.28 / gap)), rng))
    return rings


def _dots(xs: Plane, ys: Plane, rng: np.random.Generator) -> Plane:
    step = 6.28 / rng.uniform(3.5, 9)
    return _sharp(np.sin(xs * step) * np.sin(ys * step * rng.uniform(0.7, 1.4)), rng)


def _speckle(xs: Plane, ys: Plane, rng: np.random.Generator) -> Plane:
    """Print a fine grain, as safety paper has it."""
    height, width = xs.shape
    cell = rng.uniform(1.2, 4)
    coarse = rng.random((int(height / cell) + 2, int(width / cell) + 2), np.float32)
    grain = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    return np.asarray(np.clip((grain - rng.uniform(0.4, 0.8)) * 4, 0, 1), np.float32)


PATTERNS: tuple[Callable[[Plane, Plane, np.random.Generator], Plane], ...] = (
    _waves,
    _waves,
    _hatching,
    _arcs,
    _arcs,
    _dots,
    _speckle,
)


def _printed_rules(height: int, width: int, rng: np.random.Generator) -> Plane:
    """Print a line under the writing, at times one above or at a side."""
    lines = np.zeros((height, width), np.uint8)
    tilt = rng.normal(0, 0.01) * width
    for chance, at in ((0.9, rng.uniform(0.84, 1.0)), (0.3, rng.uniform(0.0, 0.12))):
        if rng.random() < chance:
            y = at * height
            ends = (0, round(y)), (width, round(y + tilt))
            cv2.line(lines, *ends, 255, int(rng.integers(1, 3)), cv2.LINE_AA)
    if rng.random() < 0.15:
        x = round(width * (rng.uniform(0.0, 0.04) if rng.random() < 0.5 else rng.uniform(0.96, 1)))
        cv2.line(lines, (x, 0), (x, height), 255, int(rng.integers(1, 3)), cv2.LINE_AA)
    return np.asarray(lines, np.float32) / np.float32(255)


def _form(ink: Plane, sheet: Sheet, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Print a frame around the line, or a comb with a cell for each digit."""
    left, top, right, bottom = sheet.box
    grow = sheet.height * rng.uniform(0.05, 0.5, 4)
    if sheet.cells:
        left, right = round(sheet.cells[0]), round(sheet.cells[-1])
        grow[[0, 2]] = 0
    x0, y0 = round(left - grow[0]), round(top - grow[1])
    x1, y1 = round(right + grow[2]), round(bottom + grow[3])
    printed = np.zeros(ink.shape, np.uint8)
    thick = int(rng.integers(1, max(2, round(0.09 * sheet.height)) + 1))
    cv2.rectangle(printed, (x0, y0), (x1, y1), 255, thick)
    begin = round(y0 + 0.6 * (y1 - y0)) if rng.random() < 0.4 else y0
    for x in sheet.cells[1:-1]:
        cv2.line(printed, (round(x), begin), (round(x), y1), 255, max(1, thick - 1))
    lines = printed.astype(np.float32) / np.float32(255)
    paper = rng.uniform(0.7, 1.0)
    picture = paper * (1 - rng.uniform(0.3, 1.0) * lines)
    picture = picture * (1 - ink) + paper * rng.uniform(0, 0.5) * ink
    if rng.random() < 0.35:
        return np.asarray(np.clip(picture * 255, 0, 255), np.uint8)
    return _scanned(np.asarray(picture, np.float32), rng)


def _broken(ink: Plane, height: float, rng: np.random.Generator) -> Plane:
    """Lose thin parts of strokes, as a dry pen or a hard threshold does."""
    broken = ink.copy()
    for _ in range(int(rng.integers(1, 7))):
        x, y = (int(rng.integers(0, side)) for side in ink.shape[::-1])
        far = rng.normal(0, 0.5, 2) * height
        ends = (x, y), (x + round(far[0]), y + round(far[1]))
        cv2.line(broken, *ends, 0.0, max(1, round(rng.uniform(0.02, 0.08) * height)), cv2.LINE_AA)
    return broken

"""Digits and numbers of the validation writers on paper that lies on a desk, as a phone sees it."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.sets import SEED, Item
from palote import data
from palote.settings import Settings
from palote.train import draw

DIGITS = 200
"""Digits that are written on each kind of paper."""

SIDE = 600
"""Side in pixels of the paper as it is written on."""

Shade = NDArray[np.float64]
"""(3,): red, green, blue."""

PAPERS: dict[str, tuple[tuple[Shade, ...], tuple[Shade, ...]]] = {
    "sheet": (
        (np.array([240.0, 238, 235]), np.array([225.0, 225, 228]), np.array([245.0, 240, 220])),
        (np.array([55.0, 55, 60]), np.array([30.0, 30, 30]), np.array([40.0, 60, 150])),
    ),
    "note": (
        (np.array([250.0, 235, 110]), np.array([250.0, 170, 195]), np.array([150.0, 220, 240])),
        (np.array([30.0, 30, 30]), np.array([30.0, 50, 150]), np.array([170.0, 30, 40])),
    ),
    "card": (
        (np.array([45.0, 50, 60]), np.array([35.0, 75, 60]), np.array([150.0, 40, 40])),
        (np.array([240.0, 240, 235]), np.array([250.0, 230, 120])),
    ),
}
"""Kind of paper -> its colours, and those of the pens."""


def scenes(settings: Settings) -> Iterator[Item]:
    """A digit on a sheet, on a sheet that the picture cuts off, and on a coloured note or card."""
    rng = np.random.default_rng([SEED, 3])
    strokes = data.pen("validation", settings)
    for number in rng.choice(len(strokes), DIGITS, replace=False):
        points, label = strokes[int(number)], str(strokes.labels[number])
        longer = rng.uniform(0.2, 0.5) * SIDE
        ink = draw.paint(points, longer, max(3.0, longer * rng.uniform(0.05, 0.12)))
        yield Item(on_desk(ink, "sheet", rng), label, "sheet on a desk")
        yield Item(on_desk(ink, "sheet", rng, cut=True), label, "edge of a sheet")
        coloured = str(rng.choice(["note", "card"]))
        yield Item(on_desk(ink, coloured, rng), label, "note or card")


def on_desk(
    ink: NDArray[np.float32], paper: str, rng: np.random.Generator, cut: bool = False
) -> bytes:
    """Photograph a paper that is written on: a JPEG.

    Args:
        ink: float32 (h, w) in [0, 1], smaller than `SIDE`.
        paper: one of `PAPERS`.
        rng: chance.
        cut: whether the picture shows a corner of the paper alone.
    """
    height = int(rng.choice([600, 960, 1200]))
    size = np.array([round(height * rng.uniform(0.75, 1.4)), height])
    room = 1 - np.array(ink.shape[::-1]) / SIDE
    corner = rng.uniform(0.05, 0.35 if cut else 0.95, 2) * room
    if cut:
        far = rng.random(2) < 0.5
        corner = np.where(far, room - corner, corner)
    sheet = _written(ink, (corner * SIDE).astype(int), PAPERS[paper], rng)
    side = height * (rng.uniform(1.1, 1.6) if cut else rng.uniform(0.45, 0.8))
    turn = rng.normal(0, 0.12)
    spin = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    square = np.array([[0, 0], [1, 0], [1, 1], [0, 1]]) * (rng.uniform(0.8, 1.2), 1.0)
    # With a corner alone it is what is written that lies near the middle of the picture.
    held = corner + (1 - room) / 2 if cut else np.array([0.5, 0.5])
    place = size * rng.uniform(0.42, 0.58, 2)
    bent = square + rng.normal(0, 0.03, (4, 2))
    corners = (bent - held * (square[2])) * side @ spin + place
    flat = np.array([[0, 0], [SIDE, 0], [SIDE, SIDE], [0, SIDE]], np.float32)
    matrix = cv2.getPerspectiveTransform(flat, corners.astype(np.float32))
    wide, high = int(size[0]), int(size[1])
    here = cv2.warpPerspective(np.ones((SIDE, SIDE), np.float32), matrix, (wide, high))
    seen = cv2.warpPerspective(sheet, matrix, (wide, high), borderMode=cv2.BORDER_REPLICATE)
    shadow = cv2.GaussianBlur(np.roll(here, (6, 6), (0, 1)), (0, 0), 8)[..., None]
    desk = _desk((high, wide), paper == "card", rng) * (1 - 0.45 * shadow)
    light = 1 + 0.2 * np.clip(_waves((high, wide), height / 5, rng), -1.5, 1.5)
    picture = desk + (seen - desk) * here[..., None]
    picture *= (light * rng.uniform(0.6, 1.0))[..., None]
    picture = cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.5, 1.6))
    picture += rng.normal(0, rng.uniform(1, 5), picture.shape)
    pixels = np.clip(picture[..., ::-1], 0, 255).astype(np.uint8)
    return cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, 88])[1].tobytes()


def _written(
    ink: NDArray[np.float32],
    corner: NDArray[np.int_],
    paper: tuple[tuple[Shade, ...], tuple[Shade, ...]],
    rng: np.random.Generator,
) -> NDArray[np.float64]:
    """Return a paper with ink on it: float64 (SIDE, SIDE, 3)."""
    paper_tone, pen = (tones[int(rng.integers(len(tones)))] for tones in paper)
    full = np.zeros((SIDE, SIDE, 1))
    x, y = (int(v) for v in corner)
    full[y : y + ink.shape[0], x : x + ink.shape[1], 0] = ink
    return paper_tone + (pen - paper_tone) * full


def _desk(shape: tuple[int, int], light: bool, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return wood, cloth, or a plain table: float64 (h, w, 3)."""
    high, wide = shape
    kind = rng.random()
    if light:
        tone = np.array([1.0, 0.97, 0.9]) * rng.uniform(140, 220)
    elif kind < 0.5:
        tone = np.array([115.0, 75, 45]) * rng.uniform(0.5, 1.5)
    else:
        tone = np.ones(3) * rng.uniform(25, 120)
    grain = np.zeros((high, wide))
    if kind < 0.5:  # along the boards
        rows = cv2.GaussianBlur(rng.normal(0, 1, (high, 16)), (0, 0), 1.5)
        grain = cv2.resize(rows, (wide, high)) / rows.std() * 0.08
    elif kind < 0.8:
        grain = _waves(shape, 1.5, rng) * rng.uniform(0.02, 0.08)
    return tone * (1 + grain[..., None])


def _waves(shape: tuple[int, int], size: float, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return smooth noise: float64 (h, w), standard deviation 1."""
    step = max(1, int(size / 4))
    small = rng.normal(0, 1, (shape[0] // step + 2, shape[1] // step + 2))
    smooth = cv2.GaussianBlur(small, (0, 0), size / step)
    whole = cv2.resize(smooth, shape[::-1], interpolation=cv2.INTER_LINEAR)
    return np.asarray((whole - whole.mean()) / whole.std(), np.float64)

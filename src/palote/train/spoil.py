"""Small pictures spoilt: by noise, blur, strokes that do not belong, bands; or left hollow.

What scanners, screens and fax machines do to a 28x28 file, and people with a pen. Everything
takes and gives float32 (h, w) in [0, 1], light ink on dark. Glass blur, spatter, fog and
brightness are left out on purpose: the benchmark has them, and so they tell how reading fares
with what training never saw.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ["spoil"]

Plane: TypeAlias = NDArray[np.float32]


def spoil(ink: Plane, rng: np.random.Generator) -> Plane:
    """Spoil a picture in one or two ways.

    Args:
        ink: float32 (h, w) in [0, 1].
        rng: chance.
    """
    ways = rng.choice(len(WAYS), 1 + int(rng.random() < 0.3), replace=False)
    for way in ways:
        ink = np.clip(WAYS[way](ink, rng), 0, 1).astype(np.float32)
    return ink


def _grainy(ink: Plane, rng: np.random.Generator) -> Plane:
    return ink + rng.normal(0, rng.uniform(0.05, 0.35), ink.shape).astype(np.float32)


def _counted(ink: Plane, rng: np.random.Generator) -> Plane:
    """Count few photons."""
    photons = rng.uniform(2, 20)
    return np.asarray(rng.poisson(ink * photons) / photons, np.float32)


def _peppered(ink: Plane, rng: np.random.Generator) -> Plane:
    hit = rng.random(ink.shape) < rng.uniform(0.01, 0.22)
    return np.where(hit, rng.random(ink.shape) < rng.uniform(0.2, 0.8), ink).astype(np.float32)


def _blurred(ink: Plane, rng: np.random.Generator) -> Plane:
    return np.asarray(cv2.GaussianBlur(ink, (0, 0), rng.uniform(0.5, 2.2)), np.float32)


def _moved(ink: Plane, rng: np.random.Generator) -> Plane:
    """Smear along a line, as a moving hand does."""
    side = int(rng.integers(3, 16)) | 1
    kernel = np.zeros((side, side), np.float32)
    kernel[side // 2] = np.exp(-0.5 * np.linspace(-1, 1, side) ** 2 * rng.uniform(0.5, 4))
    middle = (side - 1) / 2
    turn = cv2.getRotationMatrix2D((middle, middle), rng.uniform(0, 180), 1)
    kernel = cv2.warpAffine(kernel, turn, (side, side))
    return np.asarray(cv2.filter2D(ink, -1, kernel / kernel.sum()), np.float32)


def _coarse(ink: Plane, rng: np.random.Generator) -> Plane:
    height, width = ink.shape
    share = rng.uniform(0.35, 0.8)
    size = max(4, round(width * share)), max(4, round(height * share))
    small = cv2.resize(ink, size, interpolation=cv2.INTER_AREA)
    how = cv2.INTER_NEAREST if rng.random() < 0.5 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(small, (width, height), interpolation=how), np.float32)


def _struck(ink: Plane, rng: np.random.Generator) -> Plane:
    """Draw strokes over it: whole, dashed or dotted, straight or bent."""
    height, width = ink.shape
    struck = ink.copy()
    for _ in range(int(rng.integers(1, 3))):
        ends = rng.uniform(-0.2, 1.2, (3, 2)) * (width, height)
        steps = np.linspace(0, 1, 40)[:, None]
        bent = (1 - steps) ** 2 * ends[0] + 2 * steps * (1 - steps) * ends[1] + steps**2 * ends[2]
        straight = ends[0] + steps * (ends[2] - ends[0])
        points = np.rint(8 * (straight if rng.random() < 0.6 else bent)).astype(np.int32)
        tone, thick = float(rng.uniform(0.5, 1)), int(rng.integers(1, 3))
        period, on = (1, 1) if rng.random() < 0.4 else (int(rng.integers(2, 7)), 1)
        for index in range(0, len(points) - 1, period):
            a, b = points[index].tolist(), points[index + on].tolist()
            cv2.line(struck, a, b, tone, thick, cv2.LINE_AA if rng.random() < 0.5 else 8, 3)
    return struck


def _banded(ink: Plane, rng: np.random.Generator) -> Plane:
    """Invert, lift or blank bands across it."""
    banded = ink.copy()
    view = banded if rng.random() < 0.5 else banded.T
    for _ in range(int(rng.integers(1, 4))):
        start = int(rng.integers(0, len(view)))
        band = view[start : start + int(rng.integers(1, max(2, len(view) // 3)))]
        kind = rng.random()
        if kind < 0.6:
            band[:] = 1 - band
        elif kind < 0.8:
            band += rng.uniform(0.2, 0.7)
        else:
            band[:] = rng.random() < 0.3
    return banded


def _crossed(ink: Plane, rng: np.random.Generator) -> Plane:
    """Draw a line of teeth or waves from one side to the other, as one does to cancel."""
    height, width = ink.shape
    teeth = int(rng.integers(3, 14))
    along = np.linspace(0, 1, teeth + 1)
    points = np.column_stack([along, rng.uniform(0, 1) + rng.normal(0, 0.25) * (along - 0.5)])
    points[:, 1] += np.where(np.arange(teeth + 1) % 2, 1, -1) * rng.uniform(0.03, 0.2)
    points += rng.normal(0, 0.015, points.shape)
    if rng.random() < 0.5:
        points = points[:, ::-1]
    crossed = ink.copy()
    fixed = np.rint(points * (width - 1, height - 1) * 8).astype(np.int32)
    how = cv2.LINE_AA if rng.random() < 0.5 else cv2.LINE_8
    tone, thick = float(rng.uniform(0.6, 1)), 1 + int(rng.random() < 0.15)
    cv2.polylines(crossed, [fixed[:, None]], False, tone, thick, how, 3)
    return crossed


def _hollow(ink: Plane, rng: np.random.Generator) -> Plane:
    """Leave the outline: what edge finders give, and what people draw as letters of two lines."""
    grey = np.rint(np.clip(ink, 0, 1) * 255).astype(np.uint8)
    if rng.random() < 0.6:
        low = rng.uniform(30, 150)
        edges = cv2.Canny(grey, low, low * rng.uniform(1.2, 3))
        return np.asarray(edges, np.float32) / np.float32(255)
    size = int(rng.integers(2, 4))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    edges = cv2.morphologyEx(grey, cv2.MORPH_GRADIENT, kernel)
    return np.asarray(edges, np.float32) / np.float32(255)


def _covered(ink: Plane, rng: np.random.Generator) -> Plane:
    """Cover or stain small parts."""
    height, width = ink.shape
    covered = ink.copy()
    for _ in range(int(rng.integers(1, 5))):
        x, y = int(rng.integers(0, width)), int(rng.integers(0, height))
        w, h = (int(v) for v in rng.integers(1, max(3, height // 5), 2))
        covered[y : y + h, x : x + w] = rng.random()
    return covered


def _turned(ink: Plane, rng: np.random.Generator) -> Plane:
    height, width = ink.shape
    turn, slant = rng.normal(0, 0.25), rng.normal(0, 0.25)
    grow = np.exp(rng.normal(-0.1, 0.25, 2))
    matrix = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    matrix = matrix @ np.array([[grow[0], slant], [0, grow[1]]])
    middle = np.array([width - 1, height - 1]) / 2
    shift = middle - matrix @ middle + rng.normal(0, 0.07 * height, 2)
    return np.asarray(
        cv2.warpAffine(ink, np.column_stack([matrix, shift]), (width, height)), np.float32
    )


WAYS: tuple[Callable[[Plane, np.random.Generator], Plane], ...] = (
    _grainy,
    _counted,
    _peppered,
    _blurred,
    _moved,
    _moved,
    _coarse,
    _struck,
    _struck,
    _crossed,
    _crossed,
    _hollow,
    _hollow,
    _banded,
    _banded,
    _covered,
    _turned,
)

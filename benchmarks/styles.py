"""Digits of the validation writers as mice make them, ringed, and with other ink beside them."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.sets import SEED, Item, png, with_strokes
from palote import data
from palote.settings import Settings
from palote.train import draw
from palote.train.angular import straightened
from palote.train.curves import Stroke, numbered

STYLED = 600
"""Digits that are drawn in each style."""

Points = NDArray[np.float32]
"""(k, 3): x, y, number of the stroke."""


def styles(settings: Settings) -> Iterator[Item]:
    """In straight strokes, in cells, ringed, beside a sign, and with parts of their neighbours.

    Straight strokes have a corner where the pen was more than 10 to 18 % of the height off; cells
    are 12 to 28, each shown as a block.
    """
    rng, around = np.random.default_rng(SEED), np.random.default_rng([SEED, 1])
    strokes = data.pen("validation", settings)
    for number in rng.choice(len(strokes), STYLED, replace=False):
        points, label = strokes[int(number)], str(strokes.labels[number])
        straight = straightened(points, rng.uniform(0.1, 0.18))
        yield Item(png(draw.anywhere(straight, rng)), label, "straight strokes")
        cells, times = int(rng.integers(12, 29)), int(rng.integers(4, 21))
        grid = _in_cells(points, cells).repeat(times, axis=0).repeat(times, axis=1)
        yield Item(png(grid), label, "pixel drawings, enlarged")
        yield Item(png(draw.anywhere(_ringed(points, around), around)), label, "ringed")
        beside = with_sign(high(points), around)
        yield Item(png(draw.anywhere(beside, around)), label, "beside a sign")
        others = [high(strokes[int(other)]) for other in around.integers(len(strokes), size=2)]
        cut = _cropped(high(points), others, around)
        yield Item(png(cut), label, "neighbours cut off")


def high(points: Points) -> Points:
    """Move a digit to the origin, and make it 1 high (or wide, if that is more than 1.3)."""
    xy = points[:, :2] - points[:, :2].min(axis=0)
    width, height = xy.max(axis=0)
    xy /= max(float(height), float(width) / 1.3, 1e-3)
    return np.column_stack([xy, points[:, 2]]).astype(np.float32)


def _in_cells(points: Points, cells: int) -> NDArray[np.uint8]:
    """Draw strokes one cell wide in the middle of a grid: uint8 (cells, cells), dark on white."""
    xy = points[:, :2] - points[:, :2].min(axis=0)
    xy *= 0.75 * (cells - 1) / max(float(xy.max()), 1e-3)
    places = np.rint(xy + (cells - 1 - xy.max(axis=0)) / 2).astype(np.int32)
    grid = np.full((cells, cells), 255, np.uint8)
    for number in np.unique(points[:, 2]):
        cv2.polylines(grid, [places[points[:, 2] == number]], False, 0)
    return grid


def _ringed(points: Points, rng: np.random.Generator) -> Points:
    """Add a ring, not quite round, not quite closed or a little too long, and not in the middle."""
    low, high = points[:, :2].min(axis=0), points[:, :2].max(axis=0)
    half = float((high - low).max()) / 2
    angles = rng.uniform(0, 2 * np.pi) + np.linspace(0, 2 * np.pi + rng.uniform(-0.3, 0.5), 60)
    wobble = 1 + 0.03 * (np.sin(2 * angles + rng.uniform(0, 6)) + np.sin(3 * angles))
    across = half * rng.uniform(1.5, 2.1)
    radii = np.array([across, across * rng.uniform(0.85, 1.2)])
    ring = radii * wobble[:, None] * np.column_stack([np.cos(angles), np.sin(angles)])
    ring += (low + high) / 2 + rng.normal(0, 0.05 * half, 2)
    return with_strokes(points, numbered([ring]))


def with_sign(points: Points, rng: np.random.Generator) -> Points:
    """Add a minus, a plus or an equals sign before, a bracket, a tick or a percent sign after."""
    x, y = (float(v) for v in points[:, :2].max(axis=0))
    gap, wide = rng.uniform(0.2, 0.5), rng.uniform(0.25, 0.45)
    left, right, mid = -gap - wide, x + gap, y * rng.uniform(0.4, 0.6)
    bar = np.array([(left, mid), (-gap, mid)])
    turn = np.linspace(-1, 1, 12)
    bow = np.column_stack([0.4 * np.cos(turn), 0.6 * y * turn])
    signs: list[list[Stroke]] = [
        [bar],
        [bar, np.array([(left + wide / 2, mid - wide / 2), (left + wide / 2, mid + wide / 2)])],
        [bar - np.array([0, 0.1]), bar + np.array([0, 0.1])],
        [bow + np.array([right - 0.3, mid])],
        [bow + np.array([right - 0.3, mid]), bow * np.array([-1, 1]) + np.array([0.3 - gap, mid])],
        [np.array([(right, mid), (right + 0.1, y), (right + wide + 0.1, 0.1 * y)])],
        [
            np.array([(right + wide, 0.05), (right, y)]),
            _circle(right + 0.05, 0.2 * y, 0.09),
            _circle(right + wide - 0.05, 0.8 * y, 0.09),
        ],
    ]
    strokes = signs[int(rng.integers(len(signs)))]
    return with_strokes(
        points, numbered([one + rng.normal(0, 0.012, one.shape) for one in strokes])
    )


def _circle(x: float, y: float, radius: float) -> Stroke:
    angles = np.linspace(0, 2 * np.pi, 16)
    return np.column_stack([x + radius * np.cos(angles), y + radius * np.sin(angles)])


def _cropped(points: Points, others: list[Points], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Cut a digit out of a row or a column so that parts of its neighbours are left: 5 to 60 %."""
    axis = int(rng.random() < 0.4)
    size, pen = rng.uniform(60, 140), rng.uniform(0.04, 0.12)
    before, after = (other + 0 for other in others)
    edges = np.zeros(2)
    for other, side in ((before, 0), (after, 1)):
        gap, length = rng.uniform(0.05, 0.4) + pen, float(other[:, axis].max())
        start = -gap - length if side == 0 else float(points[:, axis].max()) + gap
        other[:, axis] += start
        seen = length * rng.uniform(0.05, 0.6)
        edges[side] = start + length - seen if side == 0 else start + seen
    if rng.random() < 0.5:  # only one of them
        edges[0] = -pen / 2 - 0.1
    whole = with_strokes(with_strokes(points, before), after)
    low = whole[:, :2].min(axis=0)
    longer = size * float((whole[:, :2].max(axis=0) - low).max())
    ink = draw.paint(whole, longer, pen * size, rng)
    first, last = (edges - low[axis]) * size + draw.margin(pen * size)
    window = slice(max(0, round(first)), round(last))
    ink = ink[:, window] if axis == 0 else ink[window]
    room = [(0, 0), (0, 0)]
    room[axis] = (round(0.15 * size),) * 2
    return draw.canvas(np.pad(ink, room), bool(rng.random() < 0.8))

"""The app's examples, drawn by code: digits as people write them, and on what.

Each digit is a few strokes through some points, rounded to a curve. The same input
always gives the same picture; nothing is taken from a data set.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ["Example", "examples"]

Grey: TypeAlias = NDArray[np.uint8]
Stroke: TypeAlias = Sequence[tuple[float, float]]

SIDE = 360
"""Pixels of the sheet."""
GROWN = 2
"""The sheet is drawn so many times larger and shrunk, so that pens have soft edges."""

THREE = (((22, 16), (44, 3), (70, 10), (70, 32), (42, 45), (72, 58), (76, 82), (48, 98), (16, 88)),)
SEVEN = (((14, 8), (46, 10), (82, 4), (62, 46), (44, 100)), ((30, 54), (72, 50)))
FOUR = (((38, 0), (24, 36), (12, 62), (48, 60), (86, 56)), ((64, 30), (60, 66), (56, 100)))
FIVE = (((30, 6), (24, 42), (56, 38), (78, 58), (70, 86), (42, 100), (14, 90)), ((30, 6), (78, 2)))
SCRIBBLE = (
    ((4, 20), (96, 12), (10, 44), (92, 38), (6, 70), (94, 62), (12, 96), (90, 88)),
    ((20, 4), (16, 96), (52, 6), (48, 98), (84, 4), (80, 96)),
)
"""Strokes in a box of 100, x and y, y downwards."""


@dataclass(frozen=True, eq=False)
class Example:
    """A picture to try the app with.

    Attributes:
        title: what it shows, in English.
        image: uint8 (SIDE, SIDE) grey.
    """

    title: str
    image: Grey


@cache
def examples() -> tuple[Example, ...]:
    """Return the examples, in the order in which they are shown."""
    return (
        Example("With a pen", _written(_sheet(250), THREE, pen=11, ink=40, at=(0.5, 0.5))),
        Example("On squared paper", _written(_squared(), SEVEN, pen=10, ink=70, at=(0.56, 0.47))),
        Example("Chalk on a board", _written(_sheet(58), FOUR, pen=14, ink=226, at=(0.46, 0.52))),
        Example("In bad light", _shaded(_written(_sheet(235), FIVE, pen=9, ink=60, at=(0.6, 0.6)))),
        Example("No digit at all", _written(_sheet(250), SCRIBBLE, pen=7, ink=40, at=(0.5, 0.5))),
    )


def _sheet(paper: int) -> Grey:
    """Return paper with a fine grain."""
    grain = np.random.default_rng(5).normal(paper, 2.5, (SIDE, SIDE))
    return np.asarray(np.clip(np.rint(grain), 0, 255), np.uint8)


def _squared() -> Grey:
    sheet = _sheet(248)
    for line in range(20, SIDE, 40):
        sheet[line : line + 2] = sheet[:, line : line + 2] = 214
    return sheet


def _written(
    sheet: Grey, strokes: Sequence[Stroke], pen: int, ink: int, at: tuple[float, float]
) -> Grey:
    """Write strokes onto a sheet: pen in pixels, ink 0 to 255, the middle at a share of it."""
    cover = np.zeros((SIDE * GROWN, SIDE * GROWN), np.uint8)
    scale = SIDE * GROWN * 0.0058
    for stroke in strokes:
        placed = (_curve(stroke) - 50) * scale + np.array(at) * SIDE * GROWN
        points = np.rint(placed).astype(np.int32)
        cv2.polylines(cover, [points], False, 255, pen * GROWN, cv2.LINE_AA)
    small = cv2.resize(cover, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    share = np.asarray(small, np.float64) / 255
    return np.asarray(np.rint(sheet * (1 - share) + ink * share), np.uint8)


def _shaded(picture: Grey) -> Grey:
    """Let the light fall off towards a corner, with the edge of a shadow across."""
    x, y = np.meshgrid(np.linspace(0, 1, SIDE), np.linspace(0, 1, SIDE))
    shadow = 1 / (1 + np.exp((x + 0.6 * y - 0.75) * 40))
    light = (1 - 0.45 * x) * (1 - 0.4 * shadow)
    return np.asarray(np.rint(picture * light), np.uint8)


def _curve(stroke: Stroke, steps: int = 16) -> NDArray[np.float64]:
    """Return a Catmull-Rom curve through the points of a stroke, float64 (n, 2)."""
    points = np.array([stroke[0], *stroke, stroke[-1]], np.float64)
    t = np.linspace(0, 1, steps, endpoint=False)[:, None]
    pieces = [
        0.5
        * (
            2 * b
            + (c - a) * t
            + (2 * a - 5 * b + 4 * c - d) * t**2
            + (3 * b - a - 3 * c + d) * t**3
        )
        for a, b, c, d in zip(points, points[1:], points[2:], points[3:], strict=False)
    ]
    return np.concatenate([*pieces, points[-1:]])

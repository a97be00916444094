"""A line of marks in ink: slanted, sloped and drawn; each pixel knows its mark."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from palote.train import draw
from palote.train.glyphs import Glyph
from palote.train.hand import Hand

__all__ = ["Writing", "inked"]


@dataclass(frozen=True, eq=False)
class Writing:
    """One line of marks.

    Attributes:
        ink: float32 (h, w) in [0, 1], just large enough.
        owner: uint8 (h, w); 0 is paper, i + 1 is mark i.
        marks: the symbol of each mark, in order; `phrases.OTHER` is what is no digit.
        height: of a digit, in pixels.
        cells: x of the edges of a comb's cells, in pixels; empty if there is none.
    """

    ink: NDArray[np.float32]
    owner: NDArray[np.uint8]
    marks: str
    height: float
    cells: tuple[float, ...] = ()


def inked(
    line: list[Glyph],
    marks: str,
    hand: Hand,
    edges: tuple[float, ...],
    rng: np.random.Generator,
) -> Writing:
    """Slant, slope and draw the marks of a line.

    Args:
        line: the marks, set on a baseline; lengths in heights of a digit.
        marks: the symbol of each.
        hand: who writes.
        edges: x of the edges of a comb's cells, in heights of a digit; empty if there is none.
        rng: chance.
    """
    matrix = hand.height * np.array([[1.0, -hand.slant], [hand.slope, 1.0]])
    if edges:  # a comb stands upright
        matrix[0, 1] *= 0.3
        matrix[1, 0] = 0.0
    pen = max(1.0, hand.width * hand.height)
    parts: list[tuple[NDArray[np.float32], int, int]] = []
    swell = int(rng.integers(-2, 3))
    for glyph in line:
        if glyph.picture is not None:
            parts.append(_stamped(glyph, matrix, hand.height, 0 if glyph.word else swell))
            continue
        points = glyph.points.copy()
        points[:, :2] = points[:, :2] @ matrix.T
        corner = points[:, :2].min(axis=0)
        longer = float((points[:, :2] - corner).max())
        drawn = draw.paint(points, max(longer, 1e-3), pen, rng, hand.pen)
        margin = draw.margin(pen)
        parts.append((drawn, round(float(corner[0])) - margin, round(float(corner[1])) - margin))
    left, top = min(x for _, x, _ in parts), min(y for _, _, y in parts)
    right = max(x + part.shape[1] for part, x, _ in parts)
    bottom = max(y + part.shape[0] for part, _, y in parts)
    ink = np.zeros((bottom - top, right - left), np.float32)
    owner = np.zeros(ink.shape, np.uint8)
    for number, (part, x, y) in enumerate(parts):
        window = np.s_[y - top : y - top + part.shape[0], x - left : x - left + part.shape[1]]
        owner[window][part > np.maximum(ink[window], 0.3)] = number + 1
        np.maximum(ink[window], part, out=ink[window])
    cells = tuple(edge * hand.height - left for edge in edges)
    return Writing(ink, owner, marks, hand.height, cells)


def _stamped(
    glyph: Glyph, matrix: NDArray[np.float64], height: float, swell: int
) -> tuple[NDArray[np.float32], int, int]:
    """Enlarge a picture to its place; return its ink and where its corner comes to lie."""
    assert glyph.picture is not None
    x, y, w, h = glyph.box
    (left, top), (right, bottom) = glyph.points[:, :2]
    scale = np.array([(right - left) / w, (bottom - top) / h])
    inner = matrix * scale  # pixels of the picture -> pixels of the line
    corners = np.array([[0, 0], [w, 0], [0, h], [w, h]]) @ inner.T
    low, high = np.floor(corners.min(axis=0)) - 2, np.ceil(corners.max(axis=0)) + 3
    shift = -inner @ np.array([x, y]) - low
    size = int(high[0] - low[0]), int(high[1] - low[1])
    ink = cv2.warpAffine(
        glyph.picture, np.column_stack([inner, shift]), size, flags=cv2.INTER_CUBIC
    )
    side = 1 + round(abs(swell) * height / 56)
    if side > 1:
        kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
        ink = cv2.dilate(ink, kernel) if swell > 0 else cv2.erode(ink, kernel)
    place = matrix @ np.array([left, top]) + low
    return np.asarray(ink, np.float32) / np.float32(255), round(place[0]), round(place[1])

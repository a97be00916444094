"""One digit of a number, alone: its ink as the lattice cut it, without that of its neighbours.

A rectangle of the picture would not do: where digits touch or lean over one another, the
neighbours' strokes lie in it, too, and nobody should learn from those.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from palote.ink import Cleaning, InkSpec, find_lines
from palote.ink.components import Components
from palote.ink.level import level
from palote.ink.segments import Parts, cut
from palote.numbers.lattice import Edges, edges_of
from palote.numbers.opened import HEIGHT
from palote.pixels import Picture
from palote.result import Box

__all__ = ["digit_alone"]

AT_LEAST = 0.5
"""Intersection over union from which on a box is that of a digit."""

ALIKE = 0.02
"""Boxes that differ by less are the same one, rounded."""

SPECK = 0.03
"""A loose piece with less than this share of a digit's ink is no part of it."""

GREY = 1
"""Pixels around the ink whose grey is kept."""


def digit_alone(picture: Picture, box: Box, how: Cleaning = "auto") -> NDArray[np.uint8] | None:
    """Return the strength of the one digit of a number that lies in a box.

    Args:
        picture: that the number was read from, upright.
        box: (x, y, width, height) of the digit, as the reading gives it.
        how: the way of cleaning that it was read with.

    Returns:
        uint8 (h, w), upright; 0 is paper, 255 full ink; None if no digit can lie there.
    """
    wanted = np.array([[box[:2], (box[0] + box[2], box[1] + box[3])]], np.float64)
    best, found = AT_LEAST, None
    for cleaned, rows in find_lines(picture.pixels, how):
        height, width = picture.pixels.shape[:2]
        scale = np.array(picture.size, np.float64) / (width, height)
        for row in rows:
            x, y, wide, high = row.box
            around = cleaned.placed(np.array([[(x, y), (x + wide, y + high)]])) * scale
            if _shared(around, wanted)[0] <= 0:
                continue
            parts = cut(level(row, HEIGHT))
            edges = edges_of(parts, InkSpec())
            if not len(edges):
                continue
            frames = [_corners(edges, parts), _outlines(edges, parts)]
            likeness = np.max(
                [_likeness(cleaned.placed(each) * scale, wanted) for each in frames], axis=0
            )
            # A piece in the middle of a digit does not change its box: all of them are wanted.
            area = np.concatenate([[0], np.cumsum(parts.area)])
            ink = area[edges.last] - area[edges.first]
            edge = int(np.argmax(np.where(likeness >= likeness.max() - ALIKE, ink, 0)))
            if likeness[edge] > best:
                best, found = float(likeness[edge]), _ink(parts, edges, edge)
    return found


def _corners(edges: Edges, parts: Parts) -> NDArray[np.float64]:
    """Return float64 (n, 2, 2): where the upright boxes of edges lie, least and greatest x, y."""
    x, y, wide, high = (edges.boxes[:, k].astype(np.float64) for k in range(4))
    corners = [np.column_stack([a, b]) for a in (x, x + wide) for b in (y, y + high)]
    placed = np.stack([_placed(points, parts) for points in corners])  # (4, n, 2)
    return np.stack([placed.min(axis=0), placed.max(axis=0)], axis=1)


def _outlines(edges: Edges, parts: Parts) -> NDArray[np.float64]:
    """Return float64 (n, 2, 2): the same of the ink alone, which is less where writing leans."""
    rows, columns = np.nonzero(parts.labels)
    placed = _placed(np.column_stack([columns, rows]).astype(np.float64), parts)
    owner = parts.labels[rows, columns]
    own = [placed[owner == part + 1] for part in range(len(parts))]
    low = np.array([points.min(axis=0) for points in own])
    high = np.array([points.max(axis=0) for points in own])
    runs = list(zip(edges.first, edges.last, strict=True))
    return np.array([[low[a:b].min(axis=0), high[a:b].max(axis=0)] for a, b in runs])


def _placed(points: NDArray[np.float64], parts: Parts) -> NDArray[np.float64]:
    """Return where points (n, 2) of the upright line lie in the cleaned picture."""
    matrix = parts.level.matrix
    return np.asarray(points @ matrix[:, :2].T + matrix[:, 2], np.float64)


def _shared(frames: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the area that each frame shares with another one."""
    low = np.maximum(frames[:, 0], other[:, 0])
    high = np.minimum(frames[:, 1], other[:, 1])
    return np.asarray(np.maximum(high - low, 0).prod(axis=1), np.float64)


def _likeness(frames: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the intersection over union of each frame with another one."""
    shared = _shared(frames, other)
    areas = [(one[:, 1] - one[:, 0]).prod(axis=1) for one in (frames, other)]
    return np.asarray(shared / np.maximum(areas[0] + areas[1] - shared, 1e-9), np.float64)


def _ink(parts: Parts, edges: Edges, edge: int) -> NDArray[np.uint8]:
    """Return the strength of an edge's own ink."""
    x, y, wide, high = (int(v) for v in edges.boxes[edge])
    near = np.s_[max(0, y - GREY) : y + high + GREY, max(0, x - GREY) : x + wide + GREY]
    labels = parts.labels[near]
    own = _without_specks((labels > edges.first[edge]) & (labels <= edges.last[edge]))
    # The soft edges of the neighbours are nobody's ink, and lie further away.
    around = cv2.dilate(own.view(np.uint8), np.ones((2 * GREY + 1,) * 2, np.uint8)) > 0
    kept = around & (own | (labels == 0))
    return np.where(kept, parts.level.strength[near], 0).astype(np.uint8)


def _without_specks(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Drop what a cut left over of a neighbour."""
    pieces = Components(mask)
    area = pieces.stats[:, cv2.CC_STAT_AREA]
    return pieces.only(np.flatnonzero(area >= SPECK * area.sum()))

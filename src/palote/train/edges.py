"""Lattices of composed lines, with what each edge truly is: what the judge is taught from.

Each pixel of a composed line remembers its mark. An edge is a mark if it has nearly all of
the mark's ink and hardly any other; it is nothing whole if it has clearly less or more; and
what lies between is not taught.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from palote.ink import find_lines
from palote.ink.row import Row
from palote.ink.segments import Parts
from palote.metrics import softmax
from palote.model.engine import Engine
from palote.model.line import LineEngine
from palote.numbers.decode import SYMBOLS
from palote.numbers.lattice import edges_of
from palote.numbers.opened import OpenRow
from palote.numbers.opinion import Seen
from palote.train.compose import Sheet, sheet
from palote.train.glyphs import LineStock
from palote.train.grounds import picture_of
from palote.train.phrases import phrase

__all__ = ["NOT_TAUGHT", "Taught", "taught_edges"]

WHOLE = 0.82
"""Edge and mark have so much of their ink in common, at least (intersection over union)."""

PART = 0.6
"""Up to so much, an edge is a part of a mark, or more than one."""

SEEN = 0.5
"""So much of a mark's ink must have been found for it to be in the text."""

NOT_TAUGHT = -1
NOTHING = len(SYMBOLS)


@dataclass(frozen=True, eq=False)
class Taught:
    """The lattice of one line, and the truth.

    Attributes:
        row: the line; of its runs each is an edge.
        seen: the line as the networks see it.
        labels: int64 (n,), index in `SYMBOLS`, 13 for nothing whole, or `NOT_TAUGHT`.
        text: the digits that stand there.
    """

    row: OpenRow
    seen: Seen
    labels: NDArray[np.int64]
    text: str


def taught_edges(
    stock: LineStock,
    engine: Engine,
    rng: np.random.Generator,
    count: int,
    line: LineEngine,
) -> Iterator[Taught]:
    """Compose lines and yield their lattices.

    Args:
        stock: what the marks are taken from.
        engine: the network that reads single digits.
        rng: chance.
        count: of lattices.
        line: the network that reads whole lines.
    """
    made = 0
    while made < count:
        # Words beside a number are left out before it is trusted: see `palote.numbers.words`.
        drawn = sheet(stock, rng, phrase(rng, labelled=False))
        picture, dark = picture_of(drawn, rng)
        for cleaned, rows in find_lines(picture, dark=dark):
            for row in rows:
                taught = _taught(row, cleaned.scale, drawn, engine, line)
                if taught is not None and made < count:
                    made += 1
                    yield taught


def _taught(
    row: Row, scale: float, drawn: Sheet, engine: Engine, line: LineEngine
) -> Taught | None:
    one = OpenRow.of(row, line)
    parts = one.parts
    if len(one.runs) == 0:
        return None
    edges = edges_of(parts, engine.card.ink, one.runs)
    shares = softmax(engine(edges.patches).logits, engine.card.temperature)
    owned = _owners(parts, scale, drawn)  # (parts, marks + 1)
    total = owned.sum(axis=0)
    before = np.vstack([np.zeros(owned.shape[1]), owned.cumsum(axis=0)])
    found = before[edges.last] - before[edges.first]
    best = found[:, 1:].argmax(axis=1) + 1 if owned.shape[1] > 1 else np.zeros(len(edges), int)
    common = found[np.arange(len(edges)), best]
    overlap = common / np.maximum(found.sum(axis=1) + total[best] - common, 1)
    marks = "".join(drawn.lines)
    labels = np.full(len(edges), NOTHING)
    labels[(overlap > PART) & (overlap < WHOLE)] = NOT_TAUGHT
    for edge in np.flatnonzero((overlap >= WHOLE) & (best > 0)):
        labels[edge] = SYMBOLS.find(marks[best[edge] - 1])
        if labels[edge] < 0:
            labels[edge] = NOTHING
    whole = np.bincount(drawn.owner.ravel(), minlength=len(marks) + 1)
    seen = total[1:] / np.maximum(whole[1:] * _pixels(parts, scale), 1)
    text = "".join(m for m, share in zip(marks, seen, strict=True) if share >= SEEN and m.isdigit())
    return Taught(one, Seen(parts, edges, shares, one.steps), labels, text)


def _pixels(parts: Parts, scale: float) -> float:
    """Return how many pixels of the upright line a pixel of the picture is."""
    matrix = parts.level.matrix[:, :2]
    return 1 / max(float(abs(np.linalg.det(matrix))) / scale**2, 1e-6)


def _owners(parts: Parts, scale: float, drawn: Sheet) -> NDArray[np.float64]:
    """Count (parts, marks + 1) how many pixels of each part belong to each mark."""
    high, wide = drawn.owner.shape
    # Blur spreads ink over the edge of its mark.
    near = np.asarray(cv2.dilate(drawn.owner.astype(np.float32), np.ones((3, 3))), np.int64)
    ys, xs = np.nonzero(parts.labels)
    there = parts.level.matrix @ np.stack([xs, ys, np.ones(len(xs))])
    there = np.rint((there + 0.5) / scale - 0.5).astype(np.intp)
    px, py = np.clip(there[0], 0, wide - 1), np.clip(there[1], 0, high - 1)
    own = drawn.owner[py, px].astype(np.int64)
    own = np.where(own > 0, own, near[py, px])
    count = sum(len(marks) for marks in drawn.lines) + 1
    flat = (parts.labels[ys, xs].astype(np.int64) - 1) * count + own
    counted = np.bincount(flat, minlength=len(parts) * count)
    return counted.reshape(len(parts), count).astype(np.float64)

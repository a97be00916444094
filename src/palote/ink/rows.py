"""Lines of writing: found, and put in reading order.

A row is a chain of pieces of ink of about one height whose neighbours overlap vertically;
so a line may climb. Small pieces (dots, dashes, the bar of a five) go to the row beside
which they lie. What is far larger than the writing (the edge of a sheet) belongs to none, but
for digits side by side among print (`palote.ink.heights`).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from palote.ink.components import Components
from palote.ink.heights import APART, LARGE, OVERLAP, TALL, higher_writing, largest, usual_height
from palote.ink.lesser import alike, apart, is_line
from palote.ink.lying import without_things
from palote.ink.order import by_cells, by_columns, in_order
from palote.ink.row import SMALLEST, Row, row_of
from palote.ink.tables import Table
from palote.ink.underlines import without_underlines

__all__ = ["find_rows"]

MOST_ROWS = 60
"""Lines of a picture that are looked at; a page of text has no more numbers than that,"""
MOST_CELLS = 150
"""and a table no more than this."""

PAIR, ASLANT = 3, 0.2
"""Neighbours of a row share so much of the lower one's height, where there are no more than so
many pieces, and they stand clear of each other: nobody writes such a number in two lines."""

DUST = 0.004
"""A piece with less area than this share of a digit's height, squared, is dust."""

TANGLED, CLEAN = 0.4, 0.22
"""Lines that climb run into one another if the middles of a chain's pieces deviate so far from one
line, and along some slope by no more than the latter from several, in heights of a digit."""
LEAN = np.linspace(-0.35, 0.35, 36)
BETWEEN = 0.55
"""Lines lie farther apart than this, in heights of a digit."""
SEVERAL = 4
"""Pieces that make up two lines, at least."""

BAR = 0.2
"""The side of a frame is narrower than this share of its height,"""
SPANS = 0.85
"""spans so much of the picture's height,"""
LOW = 0.7
"""and the writing has no more than this share of its height."""

MOST_FRAMES = 8
INNER = 0.2
HOLLOW = 0.02
"""A frame has hardly any of its ink in its middle, `INNER` of its sides away from them,
and something else lies there. Both are shares of what there is."""

HIGH = 1.5
WIDE = 0.3
"""A digit that surrounds others, together with one more and the line below them, is no higher than
so many times their height, and no narrower than this share of its own."""


def find_rows(
    components: Components,
    strength: NDArray[np.uint8],
    table: Table | None = None,
) -> list[Row]:
    """Find the lines of writing, from top to bottom and left to right.

    Args:
        components: the ink.
        strength: uint8 (h, w); 0 is paper, 255 full ink.
        table: what parts the ink into cells, each with lines of its own.

    Returns:
        At most `MOST_ROWS`, or in a table `MOST_CELLS`: the first in reading order.
    """
    if len(components.stats) == 0:
        return []
    components = _without_edges(without_things(components))
    height = usual_height(components.stats[largest(components.stats)])
    clear = without_underlines(components, height)
    if clear is not components.mask:
        components = Components(clear)
    stats = components.stats
    order = largest(stats)
    height = usual_height(stats[order])
    if table is None:
        height = higher_writing(stats[order], height, components.mask.shape)
    if height < SMALLEST:
        return []
    sizes = stats[:, 3]
    fits = (sizes >= TALL * height) & (sizes <= LARGE * height)
    tall = order[fits[order]]
    if len(tall) == 0:
        return []
    cells = np.zeros(len(stats), np.intp) if table is None else table.homes(components)[0]
    chains = _chains(stats, tall, height, cells)
    groups = [group for chain in chains for group in _untangled(stats, chain, height)]
    small = order[~fits[order] & (sizes[order] < TALL * height)]
    lower: list[list[int]] = []
    if table is None and len(small):
        lower = _lesser(stats, small, tall, height)
        small = np.setdiff1d(small, [piece for line in lower for piece in line])
    small = small[stats[small, 4] >= DUST * height * height]
    _attach(stats, groups, small, height, cells)
    if table is None:
        groups = by_columns(stats, groups, tall, height)[:MOST_ROWS]
        if lower:
            tall = np.append(tall, [piece for line in lower for piece in line])
            groups = in_order(stats, [*groups, *lower])[:MOST_ROWS]
    else:
        groups = by_cells(stats, groups, cells, tall, height)[:MOST_CELLS]
    rows = [row_of(components, strength, group, tall) for group in groups]
    if table is None:
        return [
            replace(row, lesser=group in lower) for row, group in zip(rows, groups, strict=True)
        ]
    places = table.places(np.array([cells[group[0]] for group in groups], np.intp))
    return [replace(row, cell=place) for row, place in zip(rows, places, strict=True)]


def _without_edges(components: Components) -> Components:
    """Drop what only surrounds writing: frames, and the edges of a sheet on a table."""
    stats = components.stats
    wx, wy = components.window[:2]
    kept = np.ones(len(stats), np.bool_)
    for piece in np.argsort(-stats[:, 2].astype(np.int64) * stats[:, 3])[:MOST_FRAMES]:
        x, y, width, height, area = (int(v) for v in stats[piece])
        dx, dy = round(INNER * width), round(INNER * height)
        top, left = y - wy + dy, x - wx + dx
        inner = components.labels[top : y - wy + height - dy, left : x - wx + width - dx]
        own = int(np.count_nonzero(inner == piece + 1))
        other = int(np.count_nonzero(inner)) - own
        if own <= HOLLOW * area and other >= HOLLOW * inner.size:
            kept[piece] = _stands_on_a_line(components, int(piece))
    bars = (stats[:, 3] >= SPANS * components.mask.shape[0]) & (stats[:, 2] <= BAR * stats[:, 3])
    others = stats[kept & ~bars, 3]
    if bars.any() and len(others) and others.max() < LOW * stats[bars, 3].min():
        kept &= ~bars
    return components if kept.all() else Components(components.only(np.flatnonzero(kept)))


def _stands_on_a_line(components: Components, piece: int) -> bool:
    """Tell whether a piece that surrounds writing is two digits, and the line on which they stand.

    Without the line there is one as high as the writing between them, and no bar.
    """
    others = np.delete(components.stats, piece, axis=0)
    height = usual_height(others)
    alone = Components(components.only(np.array([piece])))
    left = Components(without_underlines(alone, height))
    wide, high = left.stats[:, 2], left.stats[:, 3]
    digits = (high >= TALL * height) & (high <= HIGH * height) & (wide >= WIDE * high)
    return left.mask is not alone.mask and bool(digits.any())


def _lesser(
    stats: NDArray[np.int32], small: NDArray[np.intp], tall: NDArray[np.intp], height: float
) -> list[list[int]]:
    """Find the lines of smaller writing, with the small pieces beside their own."""
    some = apart(stats, small, tall, height)
    if len(some) == 0:
        return []
    own, nowhere = usual_height(stats[some]), np.zeros(len(stats), np.intp)
    chains = _chains(stats, alike(stats, some, own), own, nowhere)
    lines = [chain for chain in chains if is_line(stats, chain)]
    if lines:
        rest = np.setdiff1d(small, [piece for line in lines for piece in line])
        rest = rest[(stats[rest, 3] < TALL * own) & (stats[rest, 4] >= DUST * own * own)]
        _attach(stats, lines, rest, own, nowhere)
    return lines


def _chains(
    stats: NDArray[np.int32], tall: NDArray[np.intp], height: float, cells: NDArray[np.intp]
) -> list[list[int]]:
    """Join neighbours, in the same cell, that overlap vertically (union and find)."""
    tall = tall[np.argsort(stats[tall, 0], kind="stable")]
    parent = list(range(len(tall)))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    left, top, wide, high = (stats[tall, k].astype(np.float64) for k in range(4))
    right, bottom = left + wide, top + high
    few = len(tall) <= PAIR
    for i in range(len(tall)):
        after = slice(i + 1, len(tall))
        shared = np.minimum(bottom[i], bottom[after]) - np.maximum(top[i], top[after])
        lower = np.minimum(high[i], high[after])
        beside = shared >= OVERLAP * lower
        if few:
            beside |= (shared >= ASLANT * lower) & (left[after] >= right[i])
        near = left[after] - right[i] <= APART * height
        near &= cells[tall[after]] == cells[tall[i]]
        for j in np.flatnonzero(beside & near)[:4]:
            parent[root(i + 1 + int(j))] = root(i)
    groups: dict[int, list[int]] = {}
    for i, piece in enumerate(tall):
        groups.setdefault(root(i), []).append(int(piece))
    return list(groups.values())


def _untangled(stats: NDArray[np.int32], chain: list[int], height: float) -> list[list[int]]:
    """Part a chain in which lines that climb have run into one another; itself if it is one line.

    Args:
        stats: int32 (n, 5) of the components.
        chain: those of one chain, as high as digits.
        height: of a digit, in pixels.
    """
    boxes = stats[chain].astype(np.float64)
    if len(chain) < SEVERAL or np.ptp(boxes[:, 1] + boxes[:, 3]) < (1 + BETWEEN) * height:
        return [chain]
    x, y = boxes[:, 0] + boxes[:, 2] / 2, boxes[:, 1] + boxes[:, 3] / 2
    one_line, best, parted = np.inf, CLEAN * height, [chain]
    for slope in LEAN:
        away = y - slope * x
        one_line = min(one_line, float(away.std()))
        order = np.argsort(away, kind="stable")
        starts = np.flatnonzero(np.diff(away[order]) > BETWEEN * height) + 1
        lines = np.split(order, starts)
        squares = sum(float(np.square(away[k] - away[k].mean()).sum()) for k in lines)
        spread = float(np.sqrt(squares / len(x)))
        if 1 < len(lines) <= len(x) / 2 and spread < best:
            best, parted = spread, [[chain[i] for i in line] for line in lines]
    return parted if one_line > TANGLED * height else [chain]


def _attach(
    stats: NDArray[np.int32],
    groups: list[list[int]],
    small: NDArray[np.intp],
    height: float,
    cells: NDArray[np.intp],
) -> None:
    """Give small pieces to the row beside or in which they lie, in the same cell."""
    if len(small) == 0:
        return
    middles = stats[small, :2] + stats[small, 2:4] / 2
    best = np.full(len(small), -1)
    nearest = np.full(len(small), 1.6 * height)
    for number, group in enumerate(groups):
        boxes = stats[group]
        for x, y, w, h, _ in boxes.astype(np.float64):
            across = np.maximum(np.maximum(x - middles[:, 0], middles[:, 0] - x - w), 0)
            down = np.maximum(np.maximum(y - middles[:, 1], middles[:, 1] - y - h), 0)
            away = across + 3 * down
            closer = (away < nearest) & (cells[small] == cells[group[0]])
            nearest[closer], best[closer] = away[closer], number
    for piece, number in zip(small, best, strict=True):
        if number >= 0:
            groups[number].append(int(piece))

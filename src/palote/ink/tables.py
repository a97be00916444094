"""The lines of a table, a calendar or a sudoku: taken out, and their cells kept apart.

What stands in a cell is read by itself, however near it is to what stands in the next; and a digit
that touches a line does not go with it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from palote.ink.cleaned import Cleaned, Parts
from palote.ink.components import Components
from palote.ink.ground import cut_twice
from palote.ink.nets import TOP, Net, faint, may_have_nets, nets
from palote.ink.printed import erased, wiped
from palote.ink.tones import histogram, percentile

__all__ = ["Table", "in_table"]

MOST = 600
"""What has more cells than this is squared paper."""

GRAIN = 0.75
"""Of the paper such a share stands out by less than its grain usually does: half, not at all."""

NEAR = 1
"""What is left so near to a line, in pixels, and small, is left of the line."""

MOSTLY = 0.5
"""A picture of a table has at least this share of its writing within."""

HIGH = 0.45
"""A digit is higher than this share of the usual height."""

FILLED = 3
"""Cells with writing, at least."""

HOME, SETTLED = 0.6, 0.75
"""A piece of ink is at home in a cell with so much of it; so many of a table's are somewhere."""

ASTRIDE = 0.3
"""Writing of two cells has grown together where each has so much of it."""

SQUARE, SHUT, MANY, BARE = 1.3, 0.25, 25, 0.1
"""Squared paper has cells no longer than so many times as wide; lines that go on to the border
where they have crossed all others, by more than such a share of their distance; or so many cells,
of which no more than such a share is filled."""

BORDER = 4
"""What is so near to the border of the picture, in pixels, goes on beyond it."""

WIDE = 2.2
"""In a table of one row, cells are so many times as wide as digits are high; boxes for a digit each
are narrower."""


@dataclass(frozen=True, eq=False)
class Table:
    """The cells between lines, numbered in reading order, with those left and right of all lines.

    Attributes:
        net: the lines.
    """

    net: Net

    @property
    def columns(self) -> int:
        """Number of columns."""
        return len(self.net.upright) + 1

    @cached_property
    def whole(self) -> NDArray[np.intp]:
        """The first of all cells that are one cell with each, intp (cells,)."""
        whole = np.arange((len(self.net.level) + 1) * self.columns)
        for one, other in self.net.joined():
            first, second = sorted((whole[one], whole[other]))
            whole[whole == second] = first
        return whole

    def cells_at(self, xs: NDArray[np.intp], ys: NDArray[np.intp]) -> NDArray[np.intp]:
        """Return the cells in which pixels of the picture lie."""
        above, left = self.net.at(xs, ys)
        return np.asarray(self.whole[above * self.columns + left], np.intp)

    def places(self, cells: NDArray[np.intp]) -> list[tuple[int, int] | None]:
        """Return row and column of cells, counted from 0; None for what is in none.

        Args:
            cells: intp (n,), with writing. Where there is none beyond a frame, that does not count.
        """
        rows, columns = cells // self.columns, cells % self.columns
        inside = cells >= 0
        first = [int((way[inside] > 0).all()) for way in (rows, columns)]
        return [
            (row - first[0], column - first[1]) if cell >= 0 else None
            for cell, row, column in zip(
                cells.tolist(), rows.tolist(), columns.tolist(), strict=True
            )
        ]

    def homes(self, components: Components) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
        """Tell in which cell each piece of ink lies.

        Returns:
            intp (n,), the cell with most of it, -1 outside of the table; and float64 (n, 2), what
            share of it lies in this cell, and in the one with most of the rest.
        """
        stats = components.stats
        if not len(stats):
            return np.zeros(0, np.intp), np.zeros((0, 2))
        ys, xs = np.nonzero(components.labels)
        pieces = components.labels[ys, xs] - 1
        left, top = components.window[:2]
        cells = self.cells_at(xs + left, ys + top)
        count = (len(self.net.level) + 1) * self.columns
        both, areas = np.unique(pieces * count + cells, return_counts=True)
        # Of each piece, its cells by how much of it they have.
        order = np.lexsort((-areas, both // count))
        both, areas = both[order], areas[order]
        first = np.flatnonzero(np.diff(both // count, prepend=-1))
        following = np.diff(first, append=len(both)) > 1
        second = np.where(following, areas[np.minimum(first + 1, len(both) - 1)], 0)
        shares = np.column_stack([areas[first], second]) / stats[:, cv2.CC_STAT_AREA, None]
        x, y, width, height = self.net.window
        middle = stats[:, :2] + stats[:, 2:4] / 2
        outside = (middle < (x, y)).any(axis=1) | (middle > (x + width, y + height)).any(axis=1)
        return np.where(outside, -1, both[first] % count), shares


def in_table(cleaned: Cleaned) -> tuple[Cleaned, Table] | None:
    """Find a table, and erase its lines.

    Args:
        cleaned: the picture.

    Returns:
        The picture without the lines, in which writing of two cells has not grown together, and
        the table; None if there is none.
    """
    _, _, wide, high = cv2.boundingRect(cleaned.mask.view(np.uint8))
    if not may_have_nets(cleaned.strength, wide):
        return None
    weak = faint(cleaned.strength)
    for net in nets(weak, (wide, high)):
        if len(net.level) * len(net.upright) > MOST:
            continue
        parts = _without_lines(cleaned.strength, weak, net)
        if parts is None:
            continue
        table, components = Table(net), Components(parts[1])
        cells, shares = table.homes(components)
        if _is_table(components.stats, cells, shares, table, _goes_on(net, weak.shape)):
            mask = _parted(components, shares, table)
            return replace(cleaned, strength=parts[0], mask=mask), table
    return None


def _without_lines(strength: NDArray[np.uint8], weak: NDArray[np.uint8], net: Net) -> Parts | None:
    """Erase lines; nothing if nothing else stands out.

    Args:
        strength: uint8 (h, w); 0 is paper, 255 full ink.
        weak: uint8 (h, w), 1 where there is ink, however faint.
        net: the lines.
    """
    x, y, width, height = net.window
    window = np.s_[y : y + height, x : x + width]
    lines = [*((TOP, line) for line in net.level), *((0, line) for line in net.upright)]
    left = weak.copy()
    left[window] = erased(np.ascontiguousarray(left[window]), strength[window], lines, [], NEAR)
    grain = percentile(histogram(strength, weak == 0), GRAIN)
    # The writing may be fainter than the lines, by whose tone the picture was cut.
    return cut_twice(wiped(strength, weak, left), grain)


def _is_table(
    stats: NDArray[np.int32],
    cells: NDArray[np.intp],
    shares: NDArray[np.float64],
    table: Table,
    goes_on: bool,
) -> bool:
    """Tell whether what stands between lines stands in their cells.

    Args:
        stats: int32 (n, 5) of the pieces of ink.
        cells: intp (n,), see `Table.homes`.
        shares: float64 (n, 2), see there.
        table: the lines.
        goes_on: whether lines go on beyond the picture.
    """
    heights = np.sort(stats[cells >= 0, 3]).astype(np.float64)
    if not len(heights):
        return False
    total = np.cumsum(heights)
    usual = float(heights[np.searchsorted(total, total[-1] / 2)])
    area, tall = stats[:, cv2.CC_STAT_AREA], stats[:, 3] >= HIGH * usual
    inside = tall & (cells >= 0)
    full = np.unique(cells[inside])
    wide, high = table.net.step
    if (
        len(full) < FILLED
        or area[inside].sum() < MOSTLY * area[tall].sum()
        or np.mean(shares[inside, 0] >= HOME) < SETTLED
        or (len(np.unique(full // table.columns)) < 2 and wide < WIDE * usual)
    ):
        return False
    if max(wide, high) > SQUARE * min(wide, high):
        return True
    count = (len(table.net.level) - 1) * (len(table.net.upright) - 1)
    return not goes_on and (count < MANY or len(full) >= BARE * count)


def _goes_on(net: Net, shape: tuple[int, ...]) -> bool:
    """Tell whether a net has no frame, and reaches two sides of the picture, (h, w), or more."""
    if net.margin <= SHUT * min(net.step):
        return False
    x, y, width, height = net.window
    room = x, y, shape[1] - x - width, shape[0] - y - height
    return sum(gap <= BORDER for gap in room) > 1


def _parted(components: Components, shares: NDArray[np.float64], table: Table) -> NDArray[np.bool_]:
    """Return the ink, bool (h, w), cut along lines where that of two cells has grown together."""
    both = np.flatnonzero(shares[:, 1] >= ASTRIDE)
    if not len(both):
        return components.mask
    mask = components.mask.copy()
    ys, xs = np.nonzero(components.only(both))
    here = table.cells_at(xs, ys)
    for right, down in ((1, 0), (0, 1), (1, 1)):
        cut = here != table.cells_at(xs + right, ys + down)
        mask[ys[cut], xs[cut]] = False
    return mask

"""Lines of writing in reading order: by height, by columns, by the cells of a table."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from palote.ink.columns import in_columns
from palote.ink.row import median

__all__ = ["by_cells", "by_columns", "in_order"]


def by_columns(
    stats: NDArray[np.int32], groups: list[list[int]], tall: NDArray[np.intp], height: float
) -> list[list[int]]:
    """Part lines at a table's columns, and sort them.

    Args:
        stats: int32 (n, 5) of the components.
        groups: those of each line.
        tall: those as high as digits. A dash alone in a column is no line.
        height: of a digit, in pixels.
    """
    among = set(tall.tolist())
    parted = in_columns(stats, groups, height)
    return in_order(stats, [group for group in parted if not among.isdisjoint(group)])


def by_cells(
    stats: NDArray[np.int32],
    groups: list[list[int]],
    cells: NDArray[np.intp],
    tall: NDArray[np.intp],
    height: float,
) -> list[list[int]]:
    """Sort lines by the cells of a table; what is not in it comes before, or after.

    Args:
        stats: int32 (n, 5) of the components.
        groups: those of each line.
        cells: intp (n,), in which cell each is; below 0 for none.
        tall: those as high as digits.
        height: of a digit, in pixels.
    """
    inside = [group for group in groups if cells[group[0]] >= 0]
    outside = [group for group in groups if cells[group[0]] < 0]
    ordered = sorted(in_order(stats, inside), key=lambda group: cells[group[0]])
    if not outside:
        return ordered
    middle = median(stats[[piece for group in ordered for piece in group], 1]) if ordered else 0.0
    outside = by_columns(stats, outside, tall, height)
    ahead = [group for group in outside if float(stats[group, 1].mean()) < middle]
    return [*ahead, *ordered, *(group for group in outside if group not in ahead)]


def in_order(stats: NDArray[np.int32], groups: list[list[int]]) -> list[list[int]]:
    """Sort lines: those above first; of two side by side, the left one."""
    spans = []
    for group in groups:
        boxes = stats[group].astype(np.float64)
        middle = median(boxes[:, 1] + boxes[:, 3] / 2)
        spans.append((middle, float(boxes[:, 0].min()), median(boxes[:, 3])))
    order = sorted(range(len(groups)), key=lambda i: spans[i][0])
    result: list[list[int]] = []
    while order:
        middle, _, high = spans[order[0]]
        level = [i for i in order if spans[i][0] < middle + 0.5 * high]
        result += [groups[i] for i in sorted(level, key=lambda i: spans[i][1])]
        order = [i for i in order if i not in level]
    return result

"""What is left of a line without some of its pieces, as a line by itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from palote.ink.components import Components
from palote.ink.level import Level
from palote.ink.row import Row
from palote.ink.rows import find_rows

__all__ = ["rest_of"]


def rest_of(
    row: Row, level: Level, stays: Callable[[NDArray[np.float64]], NDArray[np.bool_]]
) -> Row | None:
    """Return the row of the pieces that stay; nothing if they are none, or no one row.

    Height, slope and slant are measured anew: what goes has misled whoever measured them.

    Args:
        row: a line of writing.
        level: the same line, upright.
        stays: told the middles of the pieces, float64 (n, 2), in pixels of the upright line, says
            which of them stay.
    """
    ink = Components(row.mask)
    upright = np.linalg.inv(np.vstack([level.matrix, [0, 0, 1]]))[:2]
    middles = (ink.centres + np.array(row.box[:2])) @ upright[:, :2].T + upright[:, 2]
    left = np.flatnonzero(stays(middles))
    if len(left) == 0:
        return None
    found = find_rows(Components(ink.only(left)), row.strength)
    if len(found) != 1:
        return None
    x, y, width, height = found[0].box
    box = x + row.box[0], y + row.box[1], width, height
    return replace(found[0], box=box, cell=row.cell)

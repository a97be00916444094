"""Take a printed frame, such as a form's box, out of the mask.

A frame is the component with the largest box whose sides are covered nearly whole
(three of them are enough: a digit may cross the fourth), with writing inside. Where a
stroke crosses a side it stays.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from palote.ink.components import Components

__all__ = ["without_frame"]

SOLID = 0.7
"""A frame is filled by its writing to no more than this share."""

SMALLEST = 20
"""Shorter side of a frame, in pixels, at least."""


def without_frame(components: Components) -> Components | None:
    """Erase a rectangle drawn around something; nothing if there is none."""
    mask, stats = components.mask, components.stats
    if len(stats) == 0:
        return None
    index = int(np.argmax(stats[:, 2].astype(np.int64) * stats[:, 3]))
    x, y, width, height, _ = (int(v) for v in stats[index])
    if min(width, height) < max(SMALLEST, 0.1 * min(mask.shape)):
        return None
    box = components.in_box(index)
    bands = (max(3, height // 9), max(3, width // 9))
    sides = [(box, bands[0]), (box[::-1], bands[0]), (box.T, bands[1]), (box.T[::-1], bands[1])]
    open_sides = 0
    for side, band in sides:
        coverage = np.count_nonzero(side[:band].any(axis=0)) / side.shape[1]
        open_sides += coverage < 0.88
        if coverage < 0.5 or open_sides > 1:
            return None
    # A thick bar covers its sides, too, but a frame is hollow.
    core = box[bands[0] : height - bands[0], bands[1] : width - bands[1]]
    if core.size and np.count_nonzero(core) > SOLID * core.size:
        return None
    inner = box.copy()
    views = [inner, inner[::-1], inner.T, inner.T[::-1]]
    for view, (side, band) in zip(views, sides, strict=True):
        if not _erase_side(view, side, band):
            return None
    result = mask.copy()
    window = result[y : y + height, x : x + width]
    window &= ~box | inner
    within = window[bands[0] : height - bands[0], bands[1] : width - bands[1]]
    writing = Components(np.ascontiguousarray(within)).stats
    if len(writing) == 0 or int(writing[:, 3].max()) < 0.25 * height:
        return None
    return Components(result)


def _erase_side(view: NDArray[np.bool_], side: NDArray[np.bool_], band: int) -> bool:
    """Erase the outermost run of ink in each column that has some in the band, if it is thin.

    Returns:
        Whether it is: what is as thick as the band is a pen's stroke, and nothing was erased.
    """
    ink = side[: 2 * band]
    has = ink[:band].any(axis=0)
    depth = len(ink)
    rows = np.arange(depth)[:, None]
    start = np.argmax(ink, axis=0)
    after = np.cumsum(~ink & (rows >= start), axis=0) > 0
    end = np.where(after.any(axis=0), np.argmax(after, axis=0), depth)
    run = end - start
    thickness = float(np.median(run[has])) if has.any() else 0.0
    if thickness > band:
        return False
    cut = np.where(run <= 1.7 * thickness + 1, end, start + int(np.ceil(thickness)))
    view[:depth] &= ~(has & (rows < cut))
    return True

"""Things that lie on the paper and reach out of the picture: a pen, a ruler, a cable's end.

They are bars far broader than the strokes of the writing beside them, and the picture's border cuts
them off. A plain 1 at the border has the stroke of its neighbours.
"""

from __future__ import annotations

import cv2
import numpy as np

from palote.ink.binding import without_binding
from palote.ink.components import Components, at_border
from palote.ink.fit import stroke_width

__all__ = ["without_things"]

LONG, SOLID = 3.5, 0.6
"""A bar is so many times longer than broad, and fills so much of the box that is turned with it."""

BROADER = 1.6
"""Times the stroke of the writing that it is broad, at least."""

WRITING, STROKES = 0.08, 4.0
"""Writing has a piece that is so much of the bar's length high, and so many of its strokes long."""

MOST = 8
"""No more pieces at the border than this are looked at: the largest."""


def without_things(components: Components) -> Components:
    """Return the ink without what reaches out of the picture, if there is writing beside it.

    Args:
        components: the ink.
    """
    components = without_binding(components)
    stats = components.stats
    wide, high, area = (stats[:, k] for k in (2, 3, 4))
    out = at_border(stats, components.mask.shape, margin=1).any(axis=0)
    inside = np.flatnonzero(~out)
    reaching = np.flatnonzero(out)
    if len(reaching) == 0 or len(inside) == 0:
        return components
    reaching = reaching[np.argsort(-area[reaching], kind="stable")[:MOST]]
    main = int(inside[np.argmax(area[inside])])
    longer = max(int(wide[main]), int(high[main]))
    stroke = stroke_width(components.in_box(main))
    if longer < STROKES * stroke:
        return components
    kept = np.ones(len(stats), np.bool_)
    for piece in reaching:
        long, broad = _bar(components, int(piece))
        if broad >= BROADER * stroke and long >= LONG * broad and longer >= WRITING * long:
            kept[piece] = False
    return components if kept.all() else Components(components.only(np.flatnonzero(kept)))


def _bar(components: Components, piece: int) -> tuple[float, float]:
    """Return how long and how broad a piece is, if it is a solid bar; else nothing."""
    points = cv2.findNonZero(components.in_box(piece).view(np.uint8))
    long, short = sorted(cv2.minAreaRect(points)[1], reverse=True)
    area = float(components.stats[piece, cv2.CC_STAT_AREA])
    if area < SOLID * long * short:
        return 0.0, 0.0
    return long, area / max(long, 1.0)

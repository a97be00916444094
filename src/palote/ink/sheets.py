"""Find the sheet that somebody wrote on, where the picture shows what it lies on as well.

A sheet on a desk, a note, a card held up: one tone, bent outwards or straight all around, set off
from what lies around it by a clear edge, with writing within. What is around it becomes paper.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from palote.ink.outlines import LEAST, outlines, set_off
from palote.ink.tones import shrink

__all__ = ["GLANCE", "NESTED", "Sheet", "find_sheet", "may_show_sheet"]

NESTED = 2
"""A note on a sheet on a desk is found, and no more than that."""

GLANCE = 96
"""Longer side of the picture from which paper and polarity are judged, and sheets are found."""

SMALLEST = 120
"""Shorter side in pixels of a picture in which it is."""

SOLID = 9
"""Side in pixels of the glance of a square that fits into what a sheet lies on, or into the sheet;
into a stroke it does not."""

COLOURED = 50
"""Saturation, of 255, from which the colours are looked at one by one."""

BARE = 0.5
"""So much a sheet counts on which nothing can be seen at a glance."""

INSET, SOFT = 5, 1.0
"""Side in pixels of the glance of the square by which a sheet is cut smaller all around: its edge,
and the shadow of it; and how softly what is kept goes over into what is filled in."""

LONGEST = 960
"""Longer side in pixels of the part that is kept; a larger one is shrunk."""

STROKE = 15
"""Side in pixels of the glance of the window in which a sheet is brighter, or darker, than what is
written on it."""


@dataclass(frozen=True, eq=False)
class Sheet:
    """A sheet in a picture.

    Attributes:
        pixels: uint8, (h, w) or (h, w, 3); the part of the picture around it, with paper in place
            of what is no sheet.
        origin: x, y of that part's upper left corner in the picture.
        scale: pixels of it for each pixel of the picture.
    """

    pixels: NDArray[np.uint8]
    origin: tuple[int, int]
    scale: float


def may_show_sheet(glance: NDArray[np.uint8]) -> bool:
    """Tell whether a picture may show a sheet and more, in a time that hardly counts.

    Args:
        glance: uint8 (h, w), at most `GLANCE` pixels long.
    """
    tone, _ = cv2.threshold(glance, 0, 255, cv2.THRESH_OTSU)
    return _cut(glance, tone) is not None


def find_sheet(picture: NDArray[np.uint8]) -> Sheet | None:
    """Find the sheet in a picture that shows more than that; nothing if there is none.

    Args:
        picture: uint8, (h, w) grey or (h, w, 3) RGB, upright.
    """
    if min(picture.shape[:2]) < SMALLEST:
        return None
    glance, scale = shrink(picture, GLANCE)
    best, chosen = 0.0, None
    for plane in _planes(glance):
        for side, bright in _cuts(plane):
            for hull, written in outlines(side):
                worth = set_off(hull, plane, bright) * (1.0 if written else BARE)
                if worth > best:
                    best, chosen = worth, (hull, bright, written)
        if chosen is not None and chosen[2]:
            break
    return None if chosen is None else _cut_out(picture, glance, *chosen[:2], scale)


def _planes(glance: NDArray[np.uint8]) -> Iterator[NDArray[np.uint8]]:
    """Yield luminance, and each colour and saturation if there are some: wood may be as bright."""
    if glance.ndim == 2:
        yield glance
        return
    yield np.asarray(cv2.cvtColor(glance, cv2.COLOR_RGB2GRAY), np.uint8)
    saturation = np.ascontiguousarray(cv2.cvtColor(glance, cv2.COLOR_RGB2HSV)[..., 1])
    if np.count_nonzero(saturation > COLOURED) < LEAST * saturation.size:
        return
    for colour in cv2.split(glance):
        yield np.asarray(colour, np.uint8)
    yield saturation


def _cuts(plane: NDArray[np.uint8]) -> Iterator[tuple[NDArray[np.uint8], bool]]:
    """Yield what is brighter than a tone, and what is not, as 0 and 1, where both are solid."""
    first, _ = cv2.threshold(plane, 0, 255, cv2.THRESH_OTSU)
    tones = [first]
    for part in (plane[plane > first], plane[plane <= first]):
        if part.size > SOLID**2:
            tones.append(cv2.threshold(part[None], 0, 255, cv2.THRESH_OTSU)[0])
    for tone in tones:
        above = _cut(plane, tone)
        if above is not None:
            yield above, True
            yield np.uint8(1) - above, False


def _cut(plane: NDArray[np.uint8], tone: float) -> NDArray[np.uint8] | None:
    """Return what is brighter than a tone, as 0 and 1, if the lesser side is solid somewhere."""
    above = cv2.threshold(plane, tone, 1, cv2.THRESH_BINARY)[1]
    count = cv2.countNonZero(above)
    if min(count, above.size - count) < SOLID**2:
        return None
    # In a stroke there is no room for a square.
    lesser = above if 2 * count < above.size else np.uint8(1) - above
    square = np.ones((SOLID, SOLID), np.uint8)
    solid = cv2.erode(lesser, square, borderType=cv2.BORDER_CONSTANT, borderValue=0)
    return np.asarray(above, np.uint8) if cv2.countNonZero(solid) else None


def _cut_out(
    picture: NDArray[np.uint8],
    glance: NDArray[np.uint8],
    hull: NDArray[np.int32],
    bright: bool,
    scale: float,
) -> Sheet:
    """Return the part of the picture with the sheet, and paper around that."""
    own = np.zeros(glance.shape[:2], np.uint8)
    cv2.fillConvexPoly(own, hull, 1)
    own = cv2.erode(own, np.ones((INSET, INSET), np.uint8), borderValue=1)
    paper = _paper(glance, own, bright)
    share = cv2.GaussianBlur(own * np.uint8(255), (0, 0), SOFT)
    x, y, wide, high = cv2.boundingRect(own)
    height, width = picture.shape[:2]
    left, top = int(x / scale), int(y / scale)
    # What the glance leaves out at the end belongs to the last pixel.
    right = width if x + wide == own.shape[1] else int((x + wide) / scale)
    bottom = height if y + high == own.shape[0] else int((y + high) / scale)
    part, smaller = shrink(picture[top:bottom, left:right], LONGEST)
    step = scale / smaller
    start = (np.array([left, top]) + 0.5) * scale - 0.5
    matrix = np.array([[step, 0, start[0]], [0, step, start[1]]])
    how, size = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, part.shape[1::-1]
    edge = cv2.BORDER_REPLICATE
    share = cv2.warpAffine(share, matrix, size, flags=how, borderMode=edge)
    paper = cv2.warpAffine(paper, matrix, size, flags=how, borderMode=edge)
    if part.ndim == 3:
        share = cv2.merge([share] * 3)
    kept = cv2.multiply(part, share, scale=1 / 255)
    filled = cv2.multiply(paper, cv2.bitwise_not(share), scale=1 / 255)
    return Sheet(np.asarray(cv2.add(kept, filled), np.uint8), (left, top), smaller)


def _paper(glance: NDArray[np.uint8], own: NDArray[np.uint8], bright: bool) -> NDArray[np.uint8]:
    """Return the tone of the bare sheet at a glance, and around it that of its nearest place."""
    kernel = np.ones((STROKE, STROKE), np.uint8)
    inside = own > 0
    _, nearest = cv2.distanceTransformWithLabels(
        np.uint8(1) - own, cv2.DIST_L2, 3, labelType=cv2.DIST_LABEL_PIXEL
    )
    place = np.zeros(int(nearest.max()) + 1, np.intp)
    place[nearest[inside]] = np.flatnonzero(inside)
    how = cv2.MORPH_CLOSE if bright else cv2.MORPH_OPEN
    layers = []
    for layer in [glance] if glance.ndim == 2 else cv2.split(glance):
        spread = layer.ravel()[place[nearest]].reshape(layer.shape)
        layers.append(cv2.GaussianBlur(cv2.morphologyEx(spread, how, kernel), (0, 0), 2))
    return np.asarray(layers[0] if glance.ndim == 2 else cv2.merge(layers), np.uint8)

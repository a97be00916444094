"""Outlines that a sheet may have in a picture, and how clearly each is set off from its ground."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ["LEAST", "outlines", "set_off"]

LEAST, MOST = 0.1, 0.985
"""Share of the picture that a sheet covers."""

CONVEX = 0.93
"""Share of its convex hull that a sheet fills, with what is written on it."""

CORNERED = 0.82
"""Share of the smallest rectangle around it that a sheet fills: a circle fills 0.785."""

LENGTHY = 5
"""A sheet is not longer than so many times its width."""

EDGE = 5
"""What is so near to the outline, in sides of a square in pixels, is not written."""

INK = 7
"""Side in pixels of the glance of a square into which strokes of a pen fit."""

THUMB = 13
"""Width of a thumb that holds the sheet, at most."""

WRITTEN = 0.3
"""Share of the sheet that is written on, at most."""

HIGH = 0.06
"""Longer side of the largest thing on it, in longer sides of the sheet, at least."""

HOLES = 0.4
"""Share that the holes of a thick 0 or 8 have in common with what is as far within its outline."""

STEP, CLEAR = 20.0, 0.8
"""An edge is a step of so many tones at least, in this share of its length."""

AWAY, FAR = 2.0, 7.0
"""Pixels of the glance within and without that are compared, and so far without again: there a
sheet does not go on, as it does beyond a stroke or a frame."""

BEYOND = 0.6
"""Share of its edge that this holds for, at least."""

SHOWN = 0.12
"""Share of its outline that lies in the picture, at least."""


def outlines(side: NDArray[np.uint8]) -> Iterator[tuple[NDArray[np.int32], bool]]:
    """Yield the convex hulls of what may be sheets, and whether something is written on each.

    Args:
        side: uint8 (h, w), 1 where the picture is brighter than some tone, or where it is not.
    """
    solid = cv2.morphologyEx(side, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(solid, connectivity=4)
    for index in 1 + np.flatnonzero(stats[1:, cv2.CC_STAT_AREA] > 0.5 * LEAST * side.size):
        # What is written may reach its edge.
        own = cv2.copyMakeBorder((labels == index).view(np.uint8), *4 * [INK], cv2.BORDER_CONSTANT)
        own = cv2.morphologyEx(own, cv2.MORPH_CLOSE, np.ones((INK, INK), np.uint8))
        own = np.ascontiguousarray(own[INK:-INK, INK:-INK])
        outline = _outline(own)
        if outline is None:
            # A hand that holds it may have its tone.
            thumb = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (THUMB, THUMB))
            outline = _outline(cv2.morphologyEx(own, cv2.MORPH_OPEN, thumb))
        if outline is None:
            continue
        hull, full = outline
        within = cv2.erode(full, np.ones((EDGE, EDGE), np.uint8), borderValue=1)
        written = within & (np.uint8(1) - side)
        if cv2.countNonZero(written) > WRITTEN * cv2.countNonZero(full):
            continue
        seen = _longest(written) >= max(1.0, HIGH * int(stats[index, 2:4].max()))
        if not seen or not _are_holes(written, full):
            yield hull, seen


def _outline(own: NDArray[np.uint8]) -> tuple[NDArray[np.int32], NDArray[np.uint8]] | None:
    """Return the convex hull of a piece if it may be a sheet's, and uint8 (h, w), 1 within."""
    contours, _ = cv2.findContours(own, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    if not contours:
        return None
    contour = max(contours, key=cv2.contourArea)
    hull = np.asarray(cv2.convexHull(contour))
    filled, full = np.zeros(own.shape, np.uint8), np.zeros(own.shape, np.uint8)
    cv2.drawContours(filled, [contour], 0, 1, cv2.FILLED)
    cv2.fillConvexPoly(full, hull, 1)
    covered = cv2.countNonZero(full)
    if not LEAST * own.size <= covered <= MOST * own.size:
        return None
    short, long = sorted(cv2.minAreaRect(hull)[1])
    straight = cv2.countNonZero(filled) >= CONVEX * covered
    cornered = cv2.contourArea(hull) >= CORNERED * short * long
    return (hull, full) if straight and cornered and long <= LENGTHY * short else None


def _longest(written: NDArray[np.uint8]) -> int:
    """Return the longer side of the largest thing, 0 if there is none."""
    stats = cv2.connectedComponentsWithStats(written, connectivity=8)[2]
    return int(stats[1:, 2:4].max(initial=0))


def _are_holes(written: NDArray[np.uint8], full: NDArray[np.uint8]) -> bool:
    """Tell whether what seems to be written are the holes of a thick 0 or 8.

    They are where all of it, and little else, is as far from the outline as its edge is.

    Args:
        written: uint8 (h, w), 1 there.
        full: uint8 (h, w), 1 within the outline.
    """
    edges = cv2.findContours(written, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)[0]
    x, y = np.concatenate(edges)[:, 0].T
    around = cv2.copyMakeBorder(full, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    away = cv2.distanceTransform(around, cv2.DIST_L2, 3)[1:-1, 1:-1]
    inner, holes = away >= np.median(away[y, x]), written > 0
    return bool(np.count_nonzero(inner & holes) > HOLES * np.count_nonzero(inner | holes))


def set_off(hull: NDArray[np.int32], plane: NDArray[np.uint8], bright: bool) -> float:
    """Return by how many tones a sheet is set off from what lies around it; 0 if it is not.

    Args:
        hull: int32 (n, 1, 2), the corners of its outline.
        plane: uint8 (h, w), that it was found in.
        bright: whether it is the brighter.
    """
    points, outwards = _along(hull[:, 0].astype(np.float64))
    room = np.array(plane.shape[::-1]) - 1.0
    inner, outer = points - AWAY * outwards, points + AWAY * outwards
    seen = np.logical_and.reduce([(0 <= at) & (at <= room) for at in (inner, outer)]).all(axis=1)
    if np.count_nonzero(seen) < SHOWN * len(points):
        return 0.0
    own = _tones(plane, inner[seen])
    far = np.clip(points + FAR * outwards, 0, room)[seen]
    steps, beyond = (_steps(own, _tones(plane, at), bright) for at in (outer[seen], far))
    clear = (steps > STEP).mean() >= CLEAR and (beyond > STEP / 2).mean() >= BEYOND
    return float(np.median(steps)) if clear else 0.0


def _steps(
    inner: NDArray[np.float64], outer: NDArray[np.float64], bright: bool
) -> NDArray[np.float64]:
    return inner - outer if bright else outer - inner


def _tones(plane: NDArray[np.uint8], points: NDArray[np.float64]) -> NDArray[np.float64]:
    x, y = np.rint(points).astype(int).T
    return np.asarray(plane[y, x], np.float64)


def _along(corners: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return points along a convex outline, a pixel apart, and the way outwards at each."""
    sides = np.roll(corners, -1, axis=0) - corners
    lengths = np.hypot(*sides.T)
    steps = np.maximum(1, lengths.astype(int))
    side = np.repeat(np.arange(len(corners)), steps)
    along = (np.arange(len(side)) - np.repeat(np.cumsum(steps) - steps, steps) + 0.5) / steps[side]
    points = corners[side] + along[:, None] * sides[side]
    normals = np.column_stack([sides[:, 1], -sides[:, 0]])
    outwards = (normals / np.maximum(lengths, 1)[:, None])[side]
    away = np.einsum("ij,ij->i", outwards, points - corners.mean(axis=0))
    return points, outwards * np.where(away < 0, -1, 1)[:, None]

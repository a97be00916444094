"""Ink on any ground: the printed patterns of cheques, paper that lies on a table, shadows.

`palote.ink.clean` looks for one digit and cuts at a share of its strength. A line of
writing covers so little of the picture, and of its patterns so much, that the ground is
better taken from the picture itself: the median of a window that is larger than a stroke
is the paper, whichever tone the ink has. What rises above it is cut twice (hysteresis;
Canny, 1986): weak ink stays where strong ink hangs on to it, and so a broken stroke does,
while a pale pattern does not.
"""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from palote.ink.clean import grey_of, on_sheet
from palote.ink.cleaned import Cleaned, Parts, told_apart
from palote.ink.dropout import brightest, may_drop
from palote.ink.enlarged import unenlarged
from palote.ink.faint import with_faint
from palote.ink.paper import Glance, bright
from palote.ink.sheets import GLANCE, NESTED
from palote.ink.steps import stepped
from palote.ink.tones import beyond, histogram, otsu, percentile, shrink

__all__ = ["cut_twice", "find_ink"]

AREA = 600_000
"""Most pixels of the picture while it is looked through; larger ones are shrunk."""

SMALL = 320
"""A picture whose longer side is below this is enlarged to twice its size."""

WINDOW = 0.8
"""Side of the median's window, in shorter sides of the picture, at most `LARGEST`."""

LARGEST = 100
COARSE = 4
"""The ground is looked for in a picture so many times smaller."""

FAINTEST = 10.0
"""Least contrast of ink to paper, of 255."""

CLEAR = 3.0
"""One tone is ink if it stands out so many times more than the other."""

LOW, HIGH = 0.85, 1.15
"""Weak and strong ink, in shares of the threshold."""

WIDEST = 0.25
"""No stroke of a line is wider than this share of the picture's shorter side."""

SAME = 0.02
"""Two cuts are the same if only such a share of each lies beyond the other and its soft edge."""

HOLD = 0.3
"""A piece stays if so much of it is strong."""

BYTE = 256
"""Numbers that fit into one."""


def find_ink(
    picture: NDArray[np.uint8], dark: bool | None = None, sheets: int = NESTED
) -> list[Cleaned]:
    """Separate writing from its ground.

    Args:
        picture: uint8, (h, w) grey or (h, w, 3) RGB.
        dark: whether the ink is the darker tone, if that is known.
        sheets: so many, one on the other, are looked for, unless that is known.

    Returns:
        Nothing for a blank picture; one interpretation; or two if either tone may be ink,
        the likelier first. Where the picture shows a sheet and what that lies on, those of
        the sheet come before those of the whole.
    """
    native, times = unenlarged(picture)
    original, scale = _sized(native)
    grey = grey_of(original)
    if int(grey.max()) - int(grey.min()) < FAINTEST:
        return []
    found = []
    if dark is None:
        found = on_sheet(native, times, shrink(grey, GLANCE)[0], sheets, find_ink)
    whole = _interpretations(original, grey, dark, scale / times)
    if dark is not False and may_drop(original):
        writing = _interpretations(original, brightest(original), True, scale / times)
        whole = told_apart(whole, writing)
    return found + whole


def _interpretations(
    original: NDArray[np.uint8], grey: NDArray[np.uint8], dark: bool | None, scale: float
) -> list[Cleaned]:
    """Return a picture with the ink that either tone may be; see `find_ink`.

    Args:
        original: uint8 (h, w) or (h, w, 3), as large as it is looked through.
        grey: uint8 (h, w), its tones.
        dark: whether the ink is the darker tone, if that is known.
        scale: pixels of it for each of the input.
    """
    found = []
    ground = _ground(grey)
    soft = cv2.GaussianBlur(grey, (0, 0), 0.8 * max(1.0, scale))
    depth = cv2.subtract(ground, soft, dtype=cv2.CV_32F)
    tones = _tones(depth) if dark is None else [dark]
    for tone in tones:
        # Light falls on paper by multiplication: what is dark in shadow counts alike.
        lifted = np.maximum(ground if tone else 255 - ground, 24)
        np.divide(255 if tone else -255, lifted, out=lifted)
        np.multiply(depth, lifted, out=lifted)
        np.clip(lifted, 0, 255, out=lifted)
        parts = cut_twice(lifted.astype(np.uint8))
        if parts is not None:
            found.append(Cleaned(original, *parts, tone, scale))
    glance = shrink(grey, GLANCE)[0]
    for tone in tones:
        before = [k for k, one in enumerate(found) if one.dark == tone]
        steps = stepped(bright(grey, tone), Glance.of(bright(glance, tone)), tone, WIDEST)
        for parts in () if steps is None else steps.cuts(lambda rise, _: cut_twice(rise)):
            if before and _same(parts[1], found[before[0]].mask):
                found[before[0]] = replace(found[before[0]], stepped=True)
            else:
                found.append(Cleaned(original, *parts, tone, scale, stepped=True))
    return found


def _same(one: NDArray[np.bool_], other: NDArray[np.bool_]) -> bool:
    """Tell whether two cuts have the same ink, but for its edges."""
    most = SAME * min(np.count_nonzero(one), np.count_nonzero(other))
    return bool(beyond(one, other) <= most and beyond(other, one) <= most)


def _sized(picture: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], float]:
    height, width = picture.shape[:2]
    scale = float(np.sqrt(AREA / (height * width)))
    if scale >= 1:
        scale = 2.0 if max(height, width) < SMALL else 1.0
    if scale == 1:
        return picture, 1.0
    size = max(1, round(width * scale)), max(1, round(height * scale))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(picture, size, interpolation=how), np.uint8), scale


def _ground(grey: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return the tone of the paper everywhere: a median, which is the same for either ink."""
    height, width = grey.shape
    size = max(1, width // COARSE), max(1, height // COARSE)
    small = cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
    side = int(min(LARGEST, WINDOW * min(height, width)) / COARSE)
    middle = cv2.medianBlur(small, max(3, side | 1))
    smooth = cv2.GaussianBlur(middle, (0, 0), 3)
    return np.asarray(
        cv2.resize(smooth, (width, height), interpolation=cv2.INTER_LINEAR), np.float32
    )


def _tones(depth: NDArray[np.float32]) -> list[bool]:
    """Say which tone stands out from the ground: one answer if it is clear, both if not."""
    part = np.maximum(depth, 0).ravel()
    darker = float(part @ part)
    np.subtract(depth.ravel(), part, out=part)
    lighter = float(part @ part)
    likely = darker >= lighter
    sure = max(darker, lighter) > CLEAR * min(darker, lighter)
    return [likely] if sure else [likely, not likely]


def cut_twice(lifted: NDArray[np.uint8], grain: float | None = None) -> Parts | None:
    """Return strength and mask, or nothing if nothing stands out.

    Args:
        lifted: uint8 (h, w), how far each pixel rises above its ground.
        grain: how far the paper's grain does, if that is known.
    """
    ink = histogram(lifted)
    ink[0] = 0
    if not ink.any():
        return None
    threshold = otsu(ink)
    ink[: threshold + 1] = 0
    if not ink.any() or threshold < FAINTEST:
        return None
    level = percentile(ink, 0.85)
    strength = np.asarray(cv2.convertScaleAbs(lifted, alpha=255 / level), np.uint8)
    weak = _above(lifted, LOW * threshold).view(np.uint8)
    count, labels = cv2.connectedComponentsWithAlgorithm(weak, 8, cv2.CV_32S, cv2.CCL_BBDT)
    peaks = _above(lifted, HIGH * threshold)
    mask = _held(np.asarray(labels, np.int32), count, peaks)
    return with_faint(lifted, strength, mask, grain)


def _above(lifted: NDArray[np.uint8], level: float) -> NDArray[np.bool_]:
    """Tell which pixels rise above a level; compared as bytes, that takes a tenth of the time."""
    return lifted > np.uint8(min(255, int(level)))


def _held(labels: NDArray[np.int32], count: int, strong: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the ink of those pieces that are strong enough, bool (h, w).

    Args:
        labels: int32 (h, w); 0 is paper.
        count: of the pieces, and the paper.
        strong: bool (h, w), which pixels are.
    """
    if count <= BYTE:
        # Of so few, OpenCV counts and looks up in a fifth of the time.
        few = labels.astype(np.uint8)
        if 2 * count <= BYTE:
            both = histogram(few * np.uint8(2) + strong).reshape(-1, 2)
            peaks, areas = both[:count, 1], both[:count].sum(axis=1)
        else:
            peaks, areas = histogram(few, strong)[:count], histogram(few)[:count]
        kept = peaks >= HOLD * areas
        kept[0] = False
        table = np.zeros((1, BYTE), np.uint8)
        table[0, :count] = kept
        return np.asarray(cv2.LUT(few, table), np.uint8).view(np.bool_)
    area = np.bincount(labels.ravel(), minlength=count)
    kept = np.bincount(labels[strong], minlength=count) >= HOLD * area
    kept[0] = False
    return np.asarray(kept[labels], np.bool_)

"""Which pixels are ink, and how strongly: polarity, uneven light, threshold.

The automatic way evens the light only where it is uneven (a morphological
opening of the shrunken picture is the paper; closing a flat one would eat ink at
the edge of a tight crop), then cuts at a share of the ink's own strength, above
the noise. The named ways, Otsu's global threshold (Otsu, 1979), the adaptive
Gaussian threshold, and CLAHE before Otsu (Zuiderveld, 1994), are there to be
seen and chosen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal, TypeAlias, get_args

import cv2
import numpy as np
from numpy.typing import NDArray

from palote.ink.bands import may_have_bands, without_bands
from palote.ink.cleaned import Cleaned, Parts, told_apart
from palote.ink.dropout import brightest, may_drop
from palote.ink.enlarged import unenlarged
from palote.ink.paper import FAINTEST, Glance, bright, lift, odd, slow_paper
from palote.ink.sheets import GLANCE, NESTED, find_sheet, may_show_sheet
from palote.ink.steps import stepped
from palote.ink.tones import histogram, lowered, shrink

__all__ = [
    "CLEANINGS",
    "Cleaned",
    "Cleaning",
    "clean",
    "grey_of",
    "on_sheet",
    "told_apart",
    "uncleaned",
]

Cleaning: TypeAlias = Literal["auto", "otsu", "adaptive", "clahe", "none"]
CLEANINGS: tuple[Cleaning, ...] = get_args(Cleaning)

WORKING_SIDE = 640
"""Longer side while cleaning, in pixels; larger pictures are shrunk to it."""

SOFTEST, SOFT = 1.2, 0.008
"""Grainy paper is blurred by so many pixels at least, or by this share of the longer side."""

CLEAR = 6.0
"""Ink is so many times as strong as the noise."""

MANY = 200_000
"""From so many pixels on, every fourth tells how strong the ink is."""


def clean(
    picture: NDArray[np.uint8],
    how: Cleaning = "auto",
    dark: bool | None = None,
    sheets: int = NESTED,
) -> list[Cleaned]:
    """Separate ink from paper.

    Args:
        picture: uint8, (h, w) grey or (h, w, 3) RGB.
        how: one of `CLEANINGS`.
        dark: whether the ink is the darker tone, if that is known.
        sheets: so many, one on the other, are looked for, unless that is known.

    Returns:
        Nothing for a blank picture; one interpretation; or several when either tone may
        be the ink, the likelier tone first, with and without evening the light.
    """
    native, times = unenlarged(picture)
    original, scale = shrink(native, WORKING_SIDE)
    grey = grey_of(original)
    if int(grey.max()) - int(grey.min()) < FAINTEST:
        return []
    if how == "clahe":
        grey = cv2.createCLAHE(clipLimit=2.0, tileGridSize=(8, 8)).apply(grey)
    glance, _ = shrink(grey, GLANCE)
    found = []
    if how == "auto" and dark is None:
        found = on_sheet(native, times, glance, sheets, clean)
    whole = _interpretations(original, grey, glance, how, dark, scale / times)
    if how == "auto" and dark is not False and may_drop(original):
        high = brightest(original)
        glance, _ = shrink(high, GLANCE)
        writing = _interpretations(original, high, glance, how, True, scale / times)
        whole = told_apart(whole, writing)
    if found or whole or how != "auto":
        return found + whole
    # On grainy paper it takes more than a pixel to tell what is written.
    sigma = max(SOFTEST, SOFT * max(grey.shape))
    soft = np.asarray(cv2.GaussianBlur(grey, (0, 0), sigma), np.uint8)
    glance, _ = shrink(soft, GLANCE)
    return _interpretations(original, soft, glance, how, dark, scale / times)


def _interpretations(
    original: NDArray[np.uint8],
    grey: NDArray[np.uint8],
    glance: NDArray[np.uint8],
    how: Cleaning,
    dark: bool | None,
    scale: float,
) -> list[Cleaned]:
    """Return a picture with the ink that either tone may be; see `clean`.

    Args:
        original: uint8 (h, w) or (h, w, 3), at working size.
        grey: uint8 (h, w), its tones.
        glance: the same, at most `GLANCE` pixels long.
        how: the way.
        dark: whether the ink is the darker tone, if that is known.
        scale: pixels of it for each of the input.
    """
    tones = (dark,) if dark is not None else _polarities(glance)
    found = []
    for tone in tones:
        ink, small = bright(grey, tone), Glance.of(bright(glance, tone))
        if how == "auto":
            cuts = [*_cuts(ink, small, tone, len(tones) > 1)]
        else:
            named = _named(ink, small, how)
            cuts = [] if named is None else [(*named, False)]
        found += [
            Cleaned(original, strength, mask, tone, scale, stepped=steps)
            for strength, mask, steps in cuts
        ]
    return found


def _cuts(
    ink: NDArray[np.uint8], small: Glance, dark: bool, doubtful: bool
) -> Iterator[tuple[NDArray[np.uint8], NDArray[np.bool_], bool]]:
    """Yield strength, mask, and whether the light is taken to change in steps.

    Args:
        ink: uint8 (h, w), ink bright.
        small: the same at a glance.
        dark: whether the ink is the darker tone.
        doubtful: whether it may be the other one as well.
    """
    slow, steps = slow_paper(small), stepped(ink, small, dark)
    # What looks like uneven light may be a thick digit that fills its frame.
    for paper in [slow, None] if slow is not None and doubtful else [slow]:
        parts = _cut(*lift(ink, small, paper, dark))
        if parts is None:
            continue
        # What slow light leaves along an edge is no ink, if there is nothing else.
        if paper is None or steps is None or steps.written(parts[1]).any():
            yield *parts, False
    if steps is not None:
        for strength, mask in steps.cuts(_cut):
            yield strength, mask, True


def on_sheet(
    picture: NDArray[np.uint8],
    times: int,
    glance: NDArray[np.uint8],
    sheets: int,
    again: Callable[..., list[Cleaned]],
) -> list[Cleaned]:
    """Return what there is on the sheet that a picture shows with what it lies on, if it does.

    Args:
        picture: uint8, (h, w) grey or (h, w, 3) RGB.
        times: how often each of its pixels was repeated in the input.
        glance: uint8 (h, w), its tones, at most `GLANCE` pixels long.
        sheets: so many, one on the other, are looked for.
        again: what makes interpretations of the sheet's pixels; it takes `sheets`, too.
    """
    if sheets < 1:
        return []
    sheet = find_sheet(picture) if may_show_sheet(glance) else None
    if sheet is None and may_have_bands(glance):
        sheet = without_bands(picture, grey_of(shrink(picture, WORKING_SIDE)[0]))
    if sheet is None:
        return []
    return [one.part(sheet, times) for one in again(sheet.pixels, sheets=sheets - 1)]


def uncleaned(picture: NDArray[np.uint8], dark: bool) -> NDArray[np.uint8]:
    """Return the strength of everything above the faintest tone: uint8 (h, w).

    Args:
        picture: uint8, (h, w) grey or (h, w, 3) RGB.
        dark: whether the ink is the darker tone.
    """
    ink = bright(grey_of(picture), dark)
    return lowered(ink, int(ink.min()))


def grey_of(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Take the luminance, or one channel where that shows the pen far better."""
    if picture.ndim == 2:
        return picture
    luminance = np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), np.uint8)
    contrasts = cv2.meanStdDev(picture)[1].ravel()
    best = int(np.argmax(contrasts))
    if contrasts[best] > 1.5 * float(cv2.meanStdDev(luminance)[1].item()):
        return np.ascontiguousarray(picture[..., best])
    return luminance


def _polarities(glance: NDArray[np.uint8]) -> tuple[bool, ...]:
    """Say whether the ink is dark: one answer if it is clear, both if not."""
    threshold, _ = cv2.threshold(glance, 0, 255, cv2.THRESH_OTSU)
    above = glance > threshold
    edge = np.concatenate([above[0], above[-1], above[1:-1, 0], above[1:-1, -1]])
    on_edge, overall = np.count_nonzero(edge) / edge.size, np.count_nonzero(above) / above.size
    # Here the two agree by so much that the third vote could not change it.
    if on_edge > 0.93 and overall > 0.6:
        return (True,)
    if on_edge < 0.07 and overall < 0.4:
        return (False,)
    side = odd(0.2 * max(glance.shape))
    kernel = np.ones((side, side), np.uint8)
    dark_detail = float((cv2.morphologyEx(glance, cv2.MORPH_CLOSE, kernel) - glance).sum())
    light_detail = float((glance - cv2.morphologyEx(glance, cv2.MORPH_OPEN, kernel)).sum())
    detail = (dark_detail - light_detail) / max(dark_detail + light_detail, 1.0)
    # Each vote lies in [-1, 1]; positive speaks for dark ink on light paper.
    votes = (2 * on_edge - 1, 2 * overall - 1, detail)
    likely = sum(votes) > 0
    return likely, not likely


def _named(ink: NDArray[np.uint8], small: Glance, how: Cleaning) -> Parts | None:
    """Return strength and mask by one of the named ways, which do not even the light."""
    if how == "none":
        return lowered(ink, int(ink.min())), np.ones(ink.shape, np.bool_)
    lifted, noise = lift(ink, small, None, False)
    level = _level(lifted, noise)
    if level < FAINTEST:
        return None
    strength = np.asarray(cv2.convertScaleAbs(lifted, alpha=255 / level), np.uint8)
    if how == "adaptive":
        side = odd(0.12 * max(ink.shape))
        local = cv2.adaptiveThreshold(
            ink, 255, cv2.ADAPTIVE_THRESH_GAUSSIAN_C, cv2.THRESH_BINARY, side, -10
        )
        mask = local > 0
    else:
        threshold, _ = cv2.threshold(ink, 0, 255, cv2.THRESH_OTSU)
        mask = ink > threshold
    return strength, mask & (strength > 0)


def _cut(lifted: NDArray[np.uint8], noise: float) -> Parts | None:
    """Cut what rises above the paper at a share of the ink's own strength, above the noise."""
    level = _level(lifted, noise)
    if level < max(FAINTEST, CLEAR * noise):
        return None
    strength = np.asarray(cv2.convertScaleAbs(lifted, alpha=255 / level), np.uint8)
    return strength, lifted > np.uint8(min(255.0, max(0.42 * level, 4 * noise)))


def _level(lifted: NDArray[np.uint8], noise: float) -> float:
    """Return the strength of full ink: high among what rises above the noise."""
    if lifted.size > MANY:
        lifted = np.ascontiguousarray(lifted[::2, ::2])
    # Most of a clean sheet is bare.
    x, y, width, height = cv2.boundingRect(lifted)
    counts = histogram(lifted[y : y + height, x : x + width])
    counts[0] += lifted.size - width * height
    above = np.cumsum(counts[::-1])[::-1]
    # A handful of brightest pixels may be a glint: look below them.
    top = int(np.nonzero(above > max(3, lifted.size // 20000))[0][-1]) if above[0] > 3 else 0
    least = int(max(4 * noise, 0.2 * top, 6))
    if least >= 255 or above[least] == 0:
        return 0.0
    # Pale ruling may cover more than the writing does, which then is the darker half.
    strong = float(above[max(least, int(0.6 * top))])
    writing = strong >= max(0.02 * float(above[least]), 0.0015 * lifted.size)
    wanted = 0.1 * (strong if writing else float(above[least]))
    return float(np.nonzero(above >= wanted)[0][-1])

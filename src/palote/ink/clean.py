"""Which pixels are ink, and how strongly: polarity, uneven light, threshold.

The automatic way evens the light only where it is uneven (a morphological
opening of the shrunken picture is the paper; closing a flat one would eat ink at
the edge of a tight crop), then cuts at a share of the ink's own strength, above
the noise. The named ways, Otsu's global threshold (Otsu, 1979), the adaptive
Gaussian threshold, and CLAHE before Otsu (Zuiderveld, 1994), are there to be
seen and chosen.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias, get_args

import cv2
import numpy as np
from numpy.typing import NDArray

from palote.ink.bands import may_have_bands, without_bands
from palote.ink.enlarged import unenlarged
from palote.ink.sheets import GLANCE, NESTED, Sheet, find_sheet, may_show_sheet
from palote.ink.tones import histogram, lowered, quantile, shrink

__all__ = ["CLEANINGS", "Cleaned", "Cleaning", "clean", "grey_of", "on_sheet", "uncleaned"]

Cleaning: TypeAlias = Literal["auto", "otsu", "adaptive", "clahe", "none"]
CLEANINGS: tuple[Cleaning, ...] = get_args(Cleaning)

WORKING_SIDE = 640
"""Longer side while cleaning, in pixels; larger pictures are shrunk to it."""

GRAINS = 10_000
"""About so many pixels tell how grainy the paper is."""

MANY = 200_000
"""From so many pixels on, every fourth tells how strong the ink is."""

FAINTEST = 14.0
"""Least contrast of ink to paper, of 255; below it the picture is blank."""


@dataclass(frozen=True, eq=False)
class Cleaned:
    """A picture under the assumption that its darker, or its lighter, tone is ink.

    Attributes:
        original: uint8 (h, w) or (h, w, 3); the picture at working size.
        strength: uint8 (h, w); 0 is paper, 255 full ink.
        mask: bool (h, w); what counts as ink.
        dark: True if the ink is the darker tone.
        scale: working pixels for each pixel of the input.
        origin: where the picture of working size begins, x and y in pixels of the input.
    """

    original: NDArray[np.uint8]
    strength: NDArray[np.uint8]
    mask: NDArray[np.bool_]
    dark: bool
    scale: float = 1.0
    origin: tuple[float, float] = (0.0, 0.0)

    def to_input(self, box: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
        """Bring a box of the working picture into pixels of the input."""
        x, y, width, height = (v / self.scale for v in box)
        left, top = round(x + self.origin[0]), round(y + self.origin[1])
        return left, top, max(1, round(width)), max(1, round(height))

    def placed(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Bring points (..., 2), x and y of the working picture, into pixels of the input."""
        return np.asarray(points / self.scale + self.origin, np.float64)

    def part(self, sheet: Sheet, times: int = 1) -> Cleaned:
        """Return the same as a part of the picture that a sheet was found in.

        Args:
            sheet: that this is the picture of.
            times: how often each pixel of that picture was repeated in the input.
        """
        scale = sheet.scale / times
        x, y = (sheet.origin[k] * times + self.origin[k] / scale for k in (0, 1))
        return replace(self, scale=self.scale * scale, origin=(x, y))


@dataclass(frozen=True, eq=False)
class _Glance:
    """The picture at glance size, ink bright.

    Attributes:
        pixels: uint8 (h, w).
        below: float64 (n,), how many pixels have each tone of the paper: up to Otsu's threshold.
        above: float64 (256 - n,), the same of the ink.
    """

    pixels: NDArray[np.uint8]
    below: NDArray[np.float64]
    above: NDArray[np.float64]

    @classmethod
    def of(cls, pixels: NDArray[np.uint8]) -> _Glance:
        threshold, _ = cv2.threshold(pixels, 0, 255, cv2.THRESH_OTSU)
        counts = histogram(pixels)
        return cls(pixels, counts[: int(threshold) + 1], counts[int(threshold) + 1 :])


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
    cleaned = []
    if how == "auto" and dark is None:
        cleaned = on_sheet(native, times, glance, sheets, clean)
    tones = (dark,) if dark is not None else _polarities(glance)
    for tone in tones:
        small = _Glance.of(cv2.bitwise_not(glance) if tone else glance)
        paper = _paper(small) if how == "auto" else None
        # What looks like uneven light may be a thick digit that fills its frame.
        papers = [paper] if paper is None or len(tones) == 1 else [paper, None]
        for ground in papers:
            parts = _separate(grey, small, how, tone, ground)
            if parts is not None:
                cleaned.append(Cleaned(original, *parts, tone, scale / times))
    return cleaned


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
    grey = grey_of(picture)
    ink = cv2.bitwise_not(grey) if dark else grey
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
    bright = glance > threshold
    edge = np.concatenate([bright[0], bright[-1], bright[1:-1, 0], bright[1:-1, -1]])
    on_edge, overall = np.count_nonzero(edge) / edge.size, np.count_nonzero(bright) / bright.size
    # Here the two agree by so much that the third vote could not change it.
    if on_edge > 0.93 and overall > 0.6:
        return (True,)
    if on_edge < 0.07 and overall < 0.4:
        return (False,)
    side = _odd(0.2 * max(glance.shape))
    kernel = np.ones((side, side), np.uint8)
    dark_detail = float((cv2.morphologyEx(glance, cv2.MORPH_CLOSE, kernel) - glance).sum())
    light_detail = float((glance - cv2.morphologyEx(glance, cv2.MORPH_OPEN, kernel)).sum())
    detail = (dark_detail - light_detail) / max(dark_detail + light_detail, 1.0)
    # Each vote lies in [-1, 1]; positive speaks for dark ink on light paper.
    votes = (2 * on_edge - 1, 2 * overall - 1, detail)
    likely = sum(votes) > 0
    return likely, not likely


def _separate(
    grey: NDArray[np.uint8],
    small: _Glance,
    how: Cleaning,
    dark: bool,
    paper: NDArray[np.uint8] | None,
) -> tuple[NDArray[np.uint8], NDArray[np.bool_]] | None:
    """Return strength and mask, or nothing if there is no ink of this polarity."""
    ink = cv2.bitwise_not(grey) if dark else grey
    if how == "none":
        return lowered(ink, int(ink.min())), np.ones(ink.shape, np.bool_)
    lifted, noise = _lift(ink, small, paper, dark)
    level = _level(lifted, noise)
    # The named ways do not even the light, so that its slope looks like noise to them.
    if level < (max(FAINTEST, 6 * noise) if how == "auto" else FAINTEST):
        return None
    strength = np.asarray(cv2.convertScaleAbs(lifted, alpha=255 / level), np.uint8)
    if how == "auto":
        return strength, lifted > np.uint8(min(255.0, max(0.42 * level, 4 * noise)))
    if how == "adaptive":
        side = max(3, _odd(0.12 * max(ink.shape)))
        local = cv2.adaptiveThreshold(
            ink, 255, cv2.ADAPTIVE_THRESH_GAUSSIAN_C, cv2.THRESH_BINARY, side, -10
        )
        mask = local > 0
    else:
        threshold, _ = cv2.threshold(ink, 0, 255, cv2.THRESH_OTSU)
        mask = ink > threshold
    return strength, mask & (strength > 0)


def _paper(small: _Glance) -> NDArray[np.uint8] | None:
    """Return the uneven paper at glance size, ink bright, or nothing if it is even."""
    paper, ink = small.below, small.above
    contrast = 1.0
    # Otsu puts a glance of one tone above its threshold: then there is no paper to compare with.
    if ink.any() and paper.any():
        tones = np.arange(256)
        contrast = float(
            tones[-len(ink) :] @ ink / ink.sum() - tones[: len(paper)] @ paper / paper.sum()
        )
    if paper.any() and quantile(paper, 0.85) - quantile(paper, 0.08) < 0.12 * contrast:
        return None
    side = _odd(0.17 * max(small.pixels.shape))
    opened = cv2.morphologyEx(small.pixels, cv2.MORPH_OPEN, np.ones((side, side), np.uint8))
    return np.asarray(cv2.GaussianBlur(opened, (side, side), 0), np.uint8)


def _lift(
    ink: NDArray[np.uint8],
    small: _Glance,
    paper: NDArray[np.uint8] | None,
    dark: bool,
) -> tuple[NDArray[np.uint8], float]:
    """Take the paper away; return what is left and its noise (standard deviation)."""
    if paper is None:
        below = small.below
        level = quantile(below, 0.5)
        away = np.asarray(np.bincount(np.abs(np.arange(len(below)) - level), below), np.float64)
        return lowered(ink, level), 1.4826 * quantile(away, 0.5)
    height, width = ink.shape
    full = np.asarray(cv2.resize(paper, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8)
    lifted = np.asarray(cv2.subtract(ink, full), np.uint8)
    step = max(2, int(np.sqrt(lifted.size / GRAINS)))
    grain = ink[::step, ::step].astype(np.float32) - full[::step, ::step]
    if dark:
        # Light falls on paper by multiplication: divide, so that ink in shadow counts alike.
        white = cv2.max(cv2.bitwise_not(full), np.full(full.shape, 24, np.uint8))
        cv2.divide(lifted, white, dst=lifted, scale=255)
        grain *= np.float32(255) / white[::step, ::step]
    # The opening rests on the lightest grain of the paper: go up to its middle.
    middle, noise = _grain(grain)
    return lowered(lifted, max(0, round(middle))), noise


def _grain(lifted: NDArray[np.float32]) -> tuple[float, float]:
    """Return the middle of the paper's grain and its standard deviation."""
    values = np.sort(lifted, axis=None)
    middle, noise = _middle(values)
    # Squared paper has so much ink that it counts as grain: look below it.
    threshold, _ = cv2.threshold(np.clip(values, 0, 255).astype(np.uint8), 0, 255, cv2.THRESH_OTSU)
    below = values[: np.searchsorted(values, threshold, "right")]
    if 0 < len(below) < 0.85 * len(values):
        low_middle, low_noise = _middle(below)
        ink = float(values[(len(below) + len(values)) // 2])
        if ink - low_middle > max(10 * low_noise, 2 * FAINTEST):
            return low_middle, low_noise
    return middle, noise


def _middle(values: NDArray[np.float32]) -> tuple[float, float]:
    """Return median and standard deviation (from the median deviation) of sorted values."""
    middle = float(values[len(values) // 2])
    return middle, 1.4826 * float(np.median(np.abs(values - middle)))


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


def _odd(side: float) -> int:
    return max(3, int(side) // 2 * 2 + 1)

"""Drawings as people make them: strokes by many pens, on canvas or on paper.

Everything takes a ``numpy.random.Generator``, so that a seed gives the same
pictures again. Ink is float32 in [0, 1] while it is being made; what comes out
is a uint8 picture as a camera or a canvas would give it.
"""

from __future__ import annotations

from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from palote.train.curves import numbered

__all__ = [
    "anywhere",
    "canvas",
    "distort",
    "margin",
    "paint",
    "paper",
    "place",
    "scribble",
    "shade",
]

SHIFT = 4
"""Fractional bits of the coordinates that OpenCV draws with."""


def margin(width: float) -> int:
    """Return the empty pixels that `paint` leaves around the strokes of a pen of some width."""
    return int(np.ceil(width / 2)) + 2


def paint(
    points: NDArray[np.float32],
    longer: float,
    width: float,
    rng: np.random.Generator | None = None,
    pen: str | None = None,
) -> NDArray[np.float32]:
    """Draw strokes with a round pen.

    Args:
        points: (k, 3): x, y, number of the stroke.
        longer: longer side of the strokes' box, in pixels.
        width: width of the pen, in pixels.
        rng: if given, the pen is chosen by chance: even, pressed, flat or worn.
        pen: that very one of those, with its changes by chance.

    Returns:
        float32 (h, w), just large enough, ink 1.
    """
    xy = points[:, :2] - points[:, :2].min(axis=0)
    xy = xy * (longer / max(float(xy.max()), 1e-3))
    around = margin(width)
    size = np.ceil(xy.max(axis=0)).astype(int) + 2 * around + 1
    image = np.zeros((size[1], size[0]), np.uint8)
    xy = xy + around
    kind = pen or (
        "even"
        if rng is None
        else rng.choice(["even", "pressed", "flat", "worn"], p=[0.6, 0.2, 0.12, 0.08])
    )
    for number in np.unique(points[:, 2]):
        stroke = xy[points[:, 2] == number]
        if len(stroke) == 1:
            stroke = np.repeat(stroke, 2, axis=0)
        if kind == "pressed" and rng is not None:
            _pressed(image, stroke, width, rng)
        elif kind == "flat" and rng is not None:
            _flat(image, stroke, width, rng.uniform(0.2, 1.4))
        else:
            _line(image, stroke, width)
    ink = image.astype(np.float32) / np.float32(255)
    if kind == "worn" and rng is not None:
        ink *= _grain(ink.shape, rng)
    return ink


def _line(image: NDArray[np.uint8], stroke: NDArray[np.float32], width: float) -> None:
    fixed = np.rint(stroke * 2**SHIFT).astype(np.int32)[:, None]
    cv2.polylines(image, [fixed], False, 255, _thickness(width), cv2.LINE_AA, SHIFT)


def _thickness(width: float) -> int:
    """Return what to ask OpenCV for: its smooth lines of even thickness t are t + 1.4 wide."""
    return max(1, 2 * round((width - 1.4) / 2))


def _pressed(
    image: NDArray[np.uint8], stroke: NDArray[np.float32], width: float, rng: np.random.Generator
) -> None:
    """Vary the width along the stroke, as pressure does."""
    phase, waves = rng.uniform(0, 6.3), rng.uniform(0.5, 2.0)
    along = np.linspace(0, 6.3 * waves, len(stroke)) + phase
    widths = width * (1 + 0.4 * np.sin(along))
    fixed = np.rint(stroke * 2**SHIFT).astype(np.int32)
    for a, b, w in zip(fixed[:-1], fixed[1:], widths[:-1], strict=True):
        cv2.line(image, a.tolist(), b.tolist(), 255, _thickness(float(w)), cv2.LINE_AA, SHIFT)


def _flat(
    image: NDArray[np.uint8], stroke: NDArray[np.float32], width: float, angle: float
) -> None:
    """Draw with a flat nib held at an angle (radians)."""
    half = 0.5 * width * np.array([np.cos(angle), -np.sin(angle)], np.float32)
    thin = max(1, round(width / 3))
    for a, b in pairwise(stroke):
        quad = np.rint(np.array([a - half, a + half, b + half, b - half]) * 2**SHIFT)
        hull = cv2.convexHull(quad.astype(np.int32))
        cv2.fillConvexPoly(image, hull, 255, cv2.LINE_AA, SHIFT)
    _line(image, stroke, thin)


def _grain(shape: tuple[int, ...], rng: np.random.Generator) -> NDArray[np.float32]:
    """Return chalk or pencil texture, 0.2 to 1."""
    cell = int(rng.integers(1, 4))
    coarse = rng.random((shape[0] // cell + 1, shape[1] // cell + 1), np.float32)
    full = cv2.resize(coarse, (shape[1], shape[0]), interpolation=cv2.INTER_LINEAR)
    return np.asarray(np.clip(0.35 + 1.3 * full, 0.2, 1.0), np.float32)


def distort(
    points: NDArray[np.float32], rng: np.random.Generator, strength: float = 1.0
) -> NDArray[np.float32]:
    """Rotate, slant, stretch and bend strokes a little, as another hand would write them."""
    xy = points[:, :2] - points[:, :2].mean(axis=0)
    xy = xy / max(float(np.abs(xy).max()), 1e-3)
    turn = strength * rng.normal(0, 0.10)
    slant = strength * rng.normal(0, 0.16)
    stretch = np.exp(strength * rng.normal(0, 0.13))
    matrix = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    matrix = matrix @ np.array([[stretch, slant], [0, 1 / stretch]])
    bent = xy @ matrix.T
    for _ in range(2):
        wave = rng.uniform(1.0, 3.0, 2)
        phase = rng.uniform(0, 6.3, 2)
        amount = strength * rng.normal(0, 0.025, 2)
        bent = bent + amount * np.sin(bent[:, ::-1] * wave + phase)
    result = points.copy()
    result[:, :2] = bent
    return result


def place(
    ink: NDArray[np.float32], height: int, width: int, rng: np.random.Generator
) -> NDArray[np.float32]:
    """Put ink anywhere into a frame; what is larger than the frame is cut off."""
    frame = np.zeros((height, width), np.float32)
    h, w = ink.shape
    top = _anywhere(height - h, rng)
    left = _anywhere(width - w, rng)
    y0, x0 = max(top, 0), max(left, 0)
    y1, x1 = min(top + h, height), min(left + w, width)
    frame[y0:y1, x0:x1] = ink[y0 - top : y1 - top, x0 - left : x1 - left]
    return frame


def file(points: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    """Draw strokes as a small file: float32 (28, 28), anywhere in it, with some pen.

    Args:
        points: (k, 3): x, y, number of the stroke.
        rng: chance.
    """
    longer = rng.uniform(45, 80)
    ink = paint(distort(points, rng), longer, longer * rng.uniform(0.06, 0.2), rng)
    return np.asarray(
        cv2.resize(place(ink, 84, 84, rng), (28, 28), interpolation=cv2.INTER_AREA), np.float32
    )


def _anywhere(room: int, rng: np.random.Generator) -> int:
    return int(rng.integers(0, room + 1)) if room >= 0 else room // 2


def canvas(ink: NDArray[np.float32], dark: bool, contrast: float = 1.0) -> NDArray[np.uint8]:
    """Turn ink into an even picture: dark on white, or light on black.

    Args:
        ink: float32 (h, w) in [0, 1].
        dark: True for dark ink.
        contrast: of the ink to its ground, 1 is full.
    """
    value = np.clip(ink, 0, 1) * (255 * contrast)
    return np.asarray(255 - value if dark else value, np.uint8)


def anywhere(points: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Draw strokes dark on a 280x280 canvas: any place, 35 to 85 % of it, pens of 6 to 22."""
    ink = paint(points, 280 * rng.uniform(0.35, 0.85), rng.uniform(6, 22))
    return canvas(place(ink, 280, 280, rng), dark=True)


def shade(height: int, width: int, rng: np.random.Generator, depth: float) -> NDArray[np.float32]:
    """Return light that falls unevenly: a slope, and at times the edge of a shadow.

    Args:
        height: pixels.
        width: pixels.
        rng: chance.
        depth: how much darker the darkest place may be, in [0, 1].
    """
    ys, xs = np.mgrid[0:height, 0:width].astype(np.float32)
    angle = rng.uniform(0, 6.3)
    slope = np.cos(angle) * xs / width + np.sin(angle) * ys / height
    low, high = float(slope.min()), float(slope.max())
    light = 1 - depth * (slope - low) / max(high - low, 1e-6) * rng.uniform(0.2, 1.0)
    if rng.random() < 0.35:
        edge = rng.uniform(low, high)
        angle += rng.normal(0, 0.6)
        across = np.cos(angle) * xs / width + np.sin(angle) * ys / height
        soft = rng.uniform(0.01, 0.15)
        light *= 1 - depth * rng.uniform(0.2, 0.8) / (1 + np.exp(-(across - edge) / soft))
    return np.asarray(light, np.float32)


def paper(
    ink: NDArray[np.float32], rng: np.random.Generator, ruled: bool = False
) -> NDArray[np.uint8]:
    """Photograph ink on paper: texture, pale lines, uneven light, blur, noise, JPEG.

    Args:
        ink: float32 (h, w) in [0, 1].
        rng: chance.
        ruled: draw pale lines or squares on the paper.
    """
    height, width = ink.shape
    ground = np.full((height, width), rng.uniform(0.6, 1.0), np.float32)
    ground += (
        rng.normal(0, 0.012, (height // 3 + 1, width // 3 + 1))
        .astype(np.float32)
        .repeat(3, axis=0)
        .repeat(3, axis=1)[:height, :width]
    )
    if ruled:
        ground *= 1 - rng.uniform(0.08, 0.3) * _rules(height, width, rng)
    pen = ground * rng.uniform(0.05, 0.55)
    picture = ground * (1 - ink) + pen * ink
    picture *= shade(height, width, rng, rng.uniform(0, 0.6))
    if rng.random() < 0.6:
        picture = cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.4, 1.6))
    picture = picture + rng.normal(0, rng.uniform(0, 0.02), picture.shape)
    if rng.random() < 0.08:
        picture = 1 - picture
    pixels = np.asarray(np.clip(picture * 255, 0, 255), np.uint8)
    if rng.random() < 0.6:
        _, data = cv2.imencode(
            ".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(35, 95))]
        )
        pixels = np.asarray(cv2.imdecode(data, cv2.IMREAD_GRAYSCALE), np.uint8)
    return pixels


def _rules(height: int, width: int, rng: np.random.Generator) -> NDArray[np.float32]:
    lines = np.zeros((height, width), np.uint8)
    gap = max(8, int(min(height, width) * rng.uniform(0.12, 0.4)))
    thick = int(rng.integers(1, 3))
    for y in range(int(rng.integers(0, gap)), height, gap):
        cv2.line(lines, (0, y), (width, y), 255, thick, cv2.LINE_AA)
    if rng.random() < 0.5:
        for x in range(int(rng.integers(0, gap)), width, gap):
            cv2.line(lines, (x, 0), (x, height), 255, thick, cv2.LINE_AA)
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), rng.normal(0, 2), 1.08)
    return np.asarray(cv2.warpAffine(lines, turn, (width, height)), np.float32) / np.float32(255)


def scribble(rng: np.random.Generator) -> NDArray[np.float32]:
    """Return the points (k, 3) of a meaningless line or two."""
    parts = []
    for _ in range(int(rng.integers(1, 4))):
        turns = int(rng.integers(7, 16))
        corners = (
            rng.normal(0, 1, (turns, 2)).cumsum(axis=0)
            if rng.random() < 0.5
            else rng.random((turns, 2)) * 3
        )
        steps = np.linspace(0, turns - 1, turns * 6)
        smooth = [np.interp(steps, np.arange(turns), corners[:, i]) for i in (0, 1)]
        parts.append(np.stack(smooth, axis=1))
    return numbered(parts)

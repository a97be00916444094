"""What is no writing at all: polygons, icons, stains and texture, as ink on a square."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from palote.train.signs import letter

__all__ = ["blot", "shape"]

SIDES = (56, 112, 160)
"""Of the square, in pixels."""


def shape(rng: np.random.Generator) -> NDArray[np.float32]:
    """Return a polygon, star or arc, in outline or filled; an icon of several; or a badge.

    Args:
        rng: chance.

    Returns:
        float32 (side, side) in [0, 1], ink 1.
    """
    side = int(rng.choice(SIDES))
    image = np.zeros((side, side), np.uint8)
    kind = rng.random()
    if kind < 0.35:
        maker = (_badge, _crescent, _links)[int(rng.integers(3))]
        return maker(image, rng).astype(np.float32) / np.float32(255)
    for _ in range(int(rng.integers(3, 7)) if rng.random() < 0.5 else 1):
        # An icon has holes, too.
        tone = 0 if image.any() and rng.random() < 0.2 else 255
        if rng.random() < 0.5:
            _add_polygon(image, tone, rng)
        else:
            _add_arc(image, tone, rng)
    return image.astype(np.float32) / np.float32(255)


def _add_polygon(image: NDArray[np.uint8], tone: int, rng: np.random.Generator) -> None:
    side = len(image)
    corners = int(rng.integers(3, 11))
    angle = np.sort(rng.uniform(0, 6.3, corners))
    reach = side * rng.uniform(0.15, 0.45, corners)
    outline = np.stack([np.cos(angle) * reach, np.sin(angle) * reach], axis=1)
    fixed = [np.rint(outline + rng.uniform(0.4, 0.6, 2) * side).astype(np.int32)[:, None]]
    if rng.random() < 0.5:
        cv2.fillPoly(image, fixed, tone, cv2.LINE_AA)
    else:
        cv2.polylines(image, fixed, True, tone, int(rng.integers(1, 9)), cv2.LINE_AA)


def _add_arc(image: NDArray[np.uint8], tone: int, rng: np.random.Generator) -> None:
    """Draw a sector, or an arc that neither closes to a 0 nor is as straight as a 1."""
    side = len(image)
    x, y = (int(v) for v in rng.uniform(0.3, 0.7, 2) * side)
    reach = rng.uniform(0.15, 0.35) * side
    size = int(reach), int(reach * rng.uniform(0.5, 1))
    turn, until = rng.uniform(0, 360), rng.uniform(150, 250)
    thick = -1 if rng.random() < 0.4 else int(rng.integers(1, 9))
    cv2.ellipse(image, (x, y), size, turn, 0, until, tone, thick, cv2.LINE_AA)


def _badge(image: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Cut letters out of a disk or a plate, or put them into a ring or a frame."""
    side = len(image)
    middle = tuple(int(v) for v in rng.uniform(0.45, 0.55, 2) * side)
    reach = int(side * rng.uniform(0.25, 0.45))
    filled = rng.random() < 0.5
    thick = -1 if filled else int(rng.integers(1, max(2, side // 14)))
    if rng.random() < 0.5:
        size = reach, int(reach * rng.uniform(0.7, 1.0))
        cv2.ellipse(image, middle, size, 0, 0, 360, 255, thick, cv2.LINE_AA)
    else:
        high = int(reach * rng.uniform(0.6, 1.0))
        corners = [(middle[0] - reach, middle[1] - high), (middle[0] + reach, middle[1] + high)]
        cv2.rectangle(image, *corners, 255, thick, cv2.LINE_AA)
    count = int(rng.integers(1, 5))
    room = 1.3 * reach / count
    for number in range(count):
        ink = letter(rng)
        scale = min(room / ink.shape[1], 1.1 * reach / ink.shape[0]) * rng.uniform(0.7, 1.0)
        size = max(2, round(ink.shape[1] * scale)), max(2, round(ink.shape[0] * scale))
        small = cv2.resize(ink, size, interpolation=cv2.INTER_AREA)
        x = round(middle[0] + (number - (count - 1) / 2) * room - size[0] / 2)
        y = round(middle[1] - size[1] / 2)
        place = image[max(0, y) : y + size[1], max(0, x) : x + size[0]]
        tone = np.rint(255 * small[: place.shape[0], : place.shape[1]]).astype(np.uint8)
        place[:] = np.minimum(place, 255 - tone) if filled else np.maximum(place, tone)
    return image


def _crescent(image: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Take a disk out of another; at times in outline, and with a star beside."""
    side = len(image)
    middle, reach = rng.uniform(0.4, 0.6, 2) * side, rng.uniform(0.2, 0.4) * side
    turn = rng.uniform(0, 6.3)
    away = reach * rng.uniform(0.35, 0.8) * np.array([np.cos(turn), np.sin(turn)])
    cv2.circle(image, _at(middle), int(reach), 255, -1, cv2.LINE_AA)
    cv2.circle(image, _at(middle + away), int(reach * rng.uniform(0.7, 1.0)), 0, -1, cv2.LINE_AA)
    if rng.random() < 0.5:
        width = int(rng.integers(2, max(3, side // 16)))
        kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (width, width))
        image = np.asarray(cv2.morphologyEx(image, cv2.MORPH_GRADIENT, kernel), np.uint8)
    if rng.random() < 0.5:
        angles = np.linspace(0, 2 * np.pi, 11)[:-1] + rng.uniform(0, 6.3)
        points = np.stack([np.cos(angles), np.sin(angles)], axis=1)
        points[1::2] *= rng.uniform(0.35, 0.6)
        star = [np.rint(middle + away + points * reach * rng.uniform(0.2, 0.5)).astype(np.int32)]
        cv2.polylines(image, star, True, 255, int(rng.integers(1, 4)), cv2.LINE_AA)
    return image


def _links(image: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Draw long rings in a row that overlap: three, or two that lie, as two that stand are an 8."""
    side, count = len(image), 3 if rng.random() < 0.6 else 2
    turn = rng.uniform(-90, 90) if count == 3 else rng.uniform(-25, 25)
    along = np.array([np.cos(np.deg2rad(turn)), np.sin(np.deg2rad(turn))])
    long = side * rng.uniform(0.16, 0.22)
    size = int(long), int(long * rng.uniform(0.3, 0.55))
    apart = long * rng.uniform(1.1, 1.8)
    for number in range(count):
        middle = 0.5 * side + (number - (count - 1) / 2) * apart * along
        thick = int(rng.integers(2, max(3, side // 16)))
        cv2.ellipse(image, _at(middle), size, turn, 0, 360, 255, thick, cv2.LINE_AA)
    return image


def _at(point: NDArray[np.float64]) -> tuple[int, int]:
    return int(point[0]), int(point[1])


def blot(rng: np.random.Generator) -> NDArray[np.float32]:
    """Return stains and texture: smooth noise, cut at some height; as `shape` does."""
    side = int(rng.choice(SIDES))
    noise = rng.normal(0, 1, (side, side)).astype(np.float32)
    noise = cv2.GaussianBlur(noise, (0, 0), side * rng.uniform(0.01, 0.12))
    height = float(np.quantile(noise, rng.uniform(0.5, 0.97)))
    soft = float(noise.std()) * rng.uniform(0.02, 0.8)
    inked = 1 / (1 + np.exp(-np.clip((noise - height) / soft, -30, 30)))
    return np.asarray(inked, np.float32)

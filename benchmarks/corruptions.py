"""Fifteen corruptions of 28x28 pictures, after MNIST-C (Mu and Gilmer, 2019); our own code.

The names and the strengths follow that paper; each takes and returns float32 (28, 28) in
[0, 1], light ink on dark, and draws its chance from the generator that it is given.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ["CORRUPTIONS", "NEVER_TAUGHT"]

Plane: TypeAlias = NDArray[np.float32]
Corruption: TypeAlias = Callable[[Plane, np.random.Generator], NDArray[np.floating]]


def shot_noise(ink: Plane, rng: np.random.Generator) -> NDArray[np.floating]:
    return rng.poisson(ink * 3) / 3


def impulse_noise(ink: Plane, rng: np.random.Generator) -> NDArray[np.floating]:
    hit = rng.random(ink.shape) < 0.17
    return np.where(hit, rng.random(ink.shape) < 0.5, ink)


def glass_blur(ink: Plane, rng: np.random.Generator) -> NDArray[np.floating]:
    soft = cv2.GaussianBlur(ink, (0, 0), 0.7)
    for y in range(26, 1, -1):
        for x in range(26, 1, -1):
            down, right = rng.integers(-1, 2, 2)
            other = y + down, x + right
            soft[y, x], soft[other] = soft[other], soft[y, x]
    return cv2.GaussianBlur(soft, (0, 0), 0.7)


def motion_blur(ink: Plane, rng: np.random.Generator) -> NDArray[np.floating]:
    side = 11
    kernel = np.zeros((side, side), np.float32)
    kernel[side // 2] = np.exp(-0.5 * (np.arange(side) - side // 2) ** 2 / 3**2)
    turn = cv2.getRotationMatrix2D((side // 2, side // 2), rng.uniform(-45, 45), 1)
    kernel = cv2.warpAffine(kernel, turn, (side, side))
    return cv2.filter2D(ink, -1, kernel / kernel.sum())


def shear(ink: Plane, rng: np.random.Generator) -> NDArray[np.floating]:
    return _affine(ink, np.array([[1, 0.4 * rng.choice([-1, 1])], [0, 1]]))


def scale(ink: Plane, rng: np.random.Generator) -> NDArray[np.floating]:
    return _affine(ink, np.diag(rng.choice([0.6, 0.75], 2)))


def rotate(ink: Plane, rng: np.random.Generator) -> NDArray[np.floating]:
    turn = 0.4 * rng.choice([-1, 1])
    return _affine(ink, np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]]))


def brightness(ink: Plane, rng: np.random.Generator) -> NDArray[np.floating]:
    return ink + 0.5


def translate(ink: Plane, rng: np.random.Generator) -> NDArray[np.floating]:
    return _affine(ink, np.eye(2), rng.choice([-1, 1], 2) * 0.2 * len(ink))


def stripe(ink: Plane, rng: np.random.Generator) -> NDArray[np.floating]:
    striped = ink.copy()
    striped[:, :7] = 1 - striped[:, :7]
    striped[:, 21:] = 1 - striped[:, 21:]
    return striped


def fog(ink: Plane, rng: np.random.Generator) -> NDArray[np.floating]:
    clouds = np.zeros((32, 32), np.float32)
    for cells, weight in ((2, 1.0), (4, 0.5), (8, 0.25), (16, 0.125)):
        clouds += weight * cv2.resize(rng.random((cells, cells), np.float32), (32, 32))
    clouds = (clouds - clouds.min()) / np.ptp(clouds)
    return (ink + 1.3 * clouds[:28, :28]) / 2.3 * 1.4


def spatter(ink: Plane, rng: np.random.Generator) -> NDArray[np.floating]:
    drops = cv2.GaussianBlur(rng.normal(0.65, 0.3, ink.shape).astype(np.float32), (0, 0), 1.0)
    return np.maximum(ink, (drops > 0.76) * 0.6)


def dotted_line(ink: Plane, rng: np.random.Generator) -> NDArray[np.floating]:
    (x0, y0), (x1, y1) = _across(rng)
    dotted = ink.copy()
    for step in np.arange(0, 1, 0.12):
        centre = round(x0 + (x1 - x0) * step), round(y0 + (y1 - y0) * step)
        cv2.circle(dotted, centre, 1, 1.0, -1)
    return dotted


def zigzag(ink: Plane, rng: np.random.Generator) -> NDArray[np.floating]:
    (x0, y0), (x1, y1) = _across(rng)
    steps = np.linspace(0, 1, 9)[:, None]
    points = np.array([[x0, y0]]) + steps * np.array([[x1 - x0, y1 - y0]])
    away = np.array([y1 - y0, x0 - x1]) / np.hypot(x1 - x0, y1 - y0)
    points += np.where(np.arange(9) % 2, 2.5, -2.5)[:, None] * away
    drawn = ink.copy()
    cv2.polylines(drawn, [np.rint(points * 8).astype(np.int32)], False, 1.0, 1, cv2.LINE_8, 3)
    return drawn


def canny_edges(ink: Plane, rng: np.random.Generator) -> NDArray[np.floating]:
    return cv2.Canny(np.rint(ink * 255).astype(np.uint8), 80, 200) / 255


def _affine(
    ink: Plane, matrix: NDArray[np.floating], shift: NDArray[np.floating] | None = None
) -> NDArray[np.floating]:
    middle = np.full(2, (len(ink) - 1) / 2)
    offset = middle - matrix @ middle + (0 if shift is None else shift)
    return cv2.warpAffine(ink, np.hstack([matrix, offset[:, None]]), ink.shape[::-1])


def _across(rng: np.random.Generator) -> tuple[tuple[float, float], tuple[float, float]]:
    """Two points on opposite sides of the picture."""
    low, high = rng.uniform(3, 25, 2)
    ends = (0.0, float(low)), (27.0, float(high))
    if rng.random() < 0.5:
        return ends
    return (ends[0][1], ends[0][0]), (ends[1][1], ends[1][0])


CORRUPTIONS: dict[str, Corruption] = {
    "shot noise": shot_noise,
    "impulse noise": impulse_noise,
    "glass blur": glass_blur,
    "motion blur": motion_blur,
    "shear": shear,
    "scale": scale,
    "rotate": rotate,
    "brightness": brightness,
    "translate": translate,
    "stripe": stripe,
    "fog": fog,
    "spatter": spatter,
    "dotted line": dotted_line,
    "zigzag": zigzag,
    "canny edges": canny_edges,
}

NEVER_TAUGHT = ("glass blur", "brightness", "fog", "spatter")
"""What `palote.train.spoil` leaves out of training on purpose."""

"""Pictures that the tests draw for themselves."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

SEVEN = ((60, 60), (150, 62), (100, 180))


def seven(
    side: int = 240, pen: int = 12, ink: int = 0, paper: int = 255, at: tuple[int, int] = (0, 0)
) -> NDArray[np.uint8]:
    """A 7 in a few straight strokes, uint8 (side, side)."""
    picture = np.full((side, side), paper, np.uint8)
    corners = np.array([(x + at[0], y + at[1]) for x, y in SEVEN], np.int32)
    cv2.polylines(picture, [corners], False, ink, pen, cv2.LINE_AA)
    return picture


def ring(side: int = 240, radius: int = 60, pen: int = 12) -> NDArray[np.uint8]:
    """A 0, dark on white."""
    picture = np.full((side, side), 255, np.uint8)
    cv2.ellipse(
        picture, (side // 2, side // 2), (radius * 2 // 3, radius), 0, 0, 360, 0, pen, cv2.LINE_AA
    )
    return picture


def shadow(picture: NDArray[np.uint8], darkest: float = 0.35) -> NDArray[np.uint8]:
    """The same picture with light that falls off from left to right, and a hard shadow."""
    height, width = picture.shape
    light = np.linspace(1.0, darkest, width)[None, :] * np.ones((height, 1))
    light[:, : width // 3] *= 0.6
    return np.asarray(picture * light, np.uint8)

"""A piece of ink as the centred patch that the network sees.

The geometry is MNIST's (LeCun, Bottou, Bengio and Haffner, 1998): the longer side
of the ink's box becomes 20 pixels, and the centre of mass lies in the middle of
28x28. Grey levels are kept; thin strokes are widened first, because a hair line
fades when it is shrunk to 20 pixels.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ["SQUARE", "InkSpec", "fit", "fit_crop", "fit_frame"]

Ink = TypeVar("Ink", NDArray[np.uint8], NDArray[np.float32])

ROOMY = 4
"""Stroke width is set at this multiple of the final size."""

CROSS = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))
SQUARE = np.ones((3, 3), np.uint8)

THINNEST = 2.1 / 28
"""Least width of a stroke as a share of the patch's side: 2.1 pixels of 28; MNIST's median is 3."""


@dataclass(frozen=True)
class InkSpec:
    """Geometry of the patch, and the values that the model wants; it travels with every model.

    Attributes:
        size: side of the square patch, in pixels.
        box: longer side of the ink inside it, in pixels.
        channels: 1 is grey; 3 is the same grey three times.
        centring: ``"mass"`` puts the centre of mass in the middle.
        low: value of paper as the model wants it; patches themselves lie in [0, 1].
        high: value of full ink as the model wants it.
    """

    size: int = 28
    box: int = 20
    channels: int = 1
    centring: str = "mass"
    low: float = 0.0
    high: float = 1.0

    @classmethod
    def sized(cls, size: int, channels: int = 1, low: float = 0.0, high: float = 1.0) -> InkSpec:
        """Return MNIST's geometry at another size: the ink takes 20/28 of the side."""
        return cls(size, round(size * 20 / 28), channels, "mass", low, high)

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of a patch: (size, size), or (size, size, channels) for more than one."""
        plane = (self.size, self.size)
        return plane if self.channels == 1 else (*plane, self.channels)

    def to_dict(self) -> dict[str, int | float | str]:
        """Return the fields, ready for JSON."""
        return asdict(self)

    def __str__(self) -> str:
        """Say it in words, for messages.

        >>> str(InkSpec())
        'patches of 28x28, with 20 pixels of ink centred by mass, in values from 0 to 1'
        """
        sides = "x".join(map(str, (self.size, self.size, *([self.channels] * (self.channels > 1)))))
        return (
            f"patches of {sides}, with {self.box} pixels of ink centred by {self.centring}, "
            f"in values from {self.low:g} to {self.high:g}"
        )


def fit(
    strength: NDArray[np.uint8],
    mask: NDArray[np.bool_],
    box: tuple[int, int, int, int],
    spec: InkSpec,
) -> NDArray[np.float32]:
    """Bring one piece of ink into the patch.

    Args:
        strength: uint8 (h, w); 0 is paper, 255 full ink.
        mask: bool (h, w); the pixels that belong to the piece.
        box: (x, y, width, height) of the mask.
        spec: geometry of the patch.

    Returns:
        float32 (spec.size, spec.size) in [0, 1].
    """
    if _already_fits(strength, box, spec):
        patch = strength.astype(np.float32)
        return np.asarray(patch / patch.max(), np.float32)
    x, y, width, height = box
    top, left = max(y - 1, 0), max(x - 1, 0)
    inside = np.s_[top : y + height + 1, left : x + width + 1]
    near = cv2.dilate(mask[inside].view(np.uint8), SQUARE)
    return fit_crop(strength[inside] * near, spec)


def fit_crop(crop: NDArray[np.uint8], spec: InkSpec) -> NDArray[np.float32]:
    """Bring a crop into the patch that has one piece of ink and nothing else.

    Args:
        crop: uint8 (h, w); 0 is paper. One pixel around the piece keeps the soft edge of strokes.
        spec: geometry of the patch.

    Returns:
        float32 (spec.size, spec.size) in [0, 1].
    """
    roomy = _resize(crop, ROOMY * spec.box)
    roomy = _trim(_widen(roomy, ROOMY * THINNEST * spec.size))
    if roomy.size == 0:  # bare paper, or too faint to be seen when smaller
        return np.zeros((spec.size, spec.size), np.float32)
    return _centre(_resize(roomy.astype(np.float32), spec.box), spec)


def fit_frame(strength: NDArray[np.uint8], spec: InkSpec) -> NDArray[np.float32]:
    """Shrink the whole frame into the patch, keeping its aspect: nothing else.

    Args:
        strength: uint8 (h, w); 0 is paper, 255 full ink.
        spec: geometry of the patch.
    """
    small = _resize(strength.astype(np.float32), spec.size)
    patch = np.zeros((spec.size, spec.size), np.float32)
    top, left = (spec.size - small.shape[0]) // 2, (spec.size - small.shape[1]) // 2
    patch[top : top + small.shape[0], left : left + small.shape[1]] = small
    return np.asarray(patch / max(float(patch.max()), 1e-6), np.float32)


def _already_fits(
    strength: NDArray[np.uint8], box: tuple[int, int, int, int], spec: InkSpec
) -> bool:
    """Tell whether the frame is a finished patch already, as an MNIST file is."""
    if strength.shape != (spec.size, spec.size):
        return False
    _, _, width, height = cv2.boundingRect(strength)
    thinnest = THINNEST * spec.size
    if max(width, height) != spec.box or stroke_width(strength > strength.max() // 2) < thinnest:
        return False
    mass_x, mass_y = _mass(strength.astype(np.float32))
    middle = (spec.size - 1) / 2
    return abs(mass_x - middle) <= 1.0 and abs(mass_y - middle) <= 1.0


def stroke_width(mask: NDArray[np.bool_] | NDArray[np.uint8]) -> float:
    """Estimate the mean width of the strokes in pixels, from what one erosion takes away."""
    binary = mask.view(np.uint8)
    area = cv2.countNonZero(binary)
    left = cv2.countNonZero(cv2.erode(binary, CROSS, borderType=cv2.BORDER_CONSTANT, borderValue=0))
    return 2.0 * float(area) / max(float(area - left), 1.0)


def _widen(ink: NDArray[np.uint8], least: float) -> NDArray[np.uint8]:
    missing = least - stroke_width(_above(ink, 2))
    if missing < 1.0:
        return ink
    side = 1 + round(missing)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    border = side // 2 + 1
    framed = cv2.copyMakeBorder(ink, border, border, border, border, cv2.BORDER_CONSTANT, value=0)
    return np.asarray(cv2.dilate(framed, kernel), np.uint8)


def _above(ink: NDArray[np.uint8], part: int) -> NDArray[np.uint8]:
    """Return where ink is darker than a part of the darkest: 1, elsewhere 0."""
    darkest = cv2.minMaxLoc(ink)[1]
    return np.asarray(cv2.threshold(ink, darkest // part, 1, cv2.THRESH_BINARY)[1], np.uint8)


def _trim(ink: NDArray[np.uint8]) -> NDArray[np.uint8]:
    x, y, width, height = cv2.boundingRect(_above(ink, 8))
    return ink[y : y + height, x : x + width]


def _resize(ink: Ink, longer: int) -> Ink:
    height, width = ink.shape
    scale = longer / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    if scale < 1:
        return np.asarray(cv2.resize(ink, size, interpolation=cv2.INTER_AREA), ink.dtype)
    # Bytes stay in their range by themselves; means do, too.
    larger = cv2.resize(ink, size, interpolation=cv2.INTER_CUBIC)
    return np.asarray(larger if ink.dtype == np.uint8 else np.clip(larger, 0, 255), ink.dtype)


def _mass(ink: NDArray[np.float32]) -> tuple[float, float]:
    height, width = ink.shape
    total = float(ink.sum())
    x = float(ink.sum(axis=0) @ np.arange(width)) / total
    y = float(ink.sum(axis=1) @ np.arange(height)) / total
    return x, y


def _centre(ink: NDArray[np.float32], spec: InkSpec) -> NDArray[np.float32]:
    small = ink / float(ink.max())
    mass_x, mass_y = _mass(small)
    height, width = small.shape
    left = _clip(round((spec.size - 1) / 2 - mass_x), spec.size - width)
    top = _clip(round((spec.size - 1) / 2 - mass_y), spec.size - height)
    patch = np.zeros((spec.size, spec.size), np.float32)
    patch[top : top + height, left : left + width] = small
    return patch


def _clip(offset: int, largest: int) -> int:
    return min(max(offset, 0), largest)

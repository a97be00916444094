"""What is usually done instead: a lesson's network behind no, or a plain, normaliser.

For `benchmarks.accuracy --beside`. Nothing here is clever on purpose: it is what tutorials
do, so that a table shows how much of Palote's reading comes from the network and how much
from the ink.
"""

from __future__ import annotations

import io
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from palote import Reader
from palote.model.engine import DIGITS

__all__ = ["WAYS", "Plain"]

SIDE, BOX = 28, 20


def _grey(image: bytes | Path) -> NDArray[np.uint8]:
    """Load a picture as light ink on dark, turning it round where most of it is light."""
    source = io.BytesIO(image) if isinstance(image, bytes) else image
    with Image.open(source) as picture:
        grey = np.asarray(picture.convert("RGB").convert("L"), np.uint8)
    return 255 - grey if grey.mean() > 127 else grey


def whole_frame(image: bytes | Path) -> NDArray[np.float32]:
    """Shrink the frame to 28x28, whatever its shape: float32 in [0, 1]."""
    small = cv2.resize(_grey(image), (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.float32) / np.float32(255)


def normalised(image: bytes | Path) -> NDArray[np.float32]:
    """Otsu's threshold, the ink's box into 20x20, its centre of mass into the middle."""
    grey = _grey(image)
    _, binary = cv2.threshold(grey, 0, 255, cv2.THRESH_OTSU)
    x, y, width, height = cv2.boundingRect(binary)
    patch = np.zeros((SIDE, SIDE), np.float32)
    if width == 0:
        return patch
    scale = BOX / max(width, height)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    crop = grey[y : y + height, x : x + width].astype(np.float32)
    small = np.asarray(cv2.resize(crop, size, interpolation=cv2.INTER_AREA), np.float32)
    small /= max(float(small.max()), 1.0)
    moments = cv2.moments(small)
    left = round((SIDE - 1) / 2 - moments["m10"] / max(moments["m00"], 1e-6))
    top = round((SIDE - 1) / 2 - moments["m01"] / max(moments["m00"], 1e-6))
    left, top = (min(max(v, 0), SIDE - s) for v, s in zip((left, top), size, strict=True))
    patch[top : top + size[1], left : left + size[0]] = small
    return patch


WAYS = {"lesson CNN, frame": whole_frame, "lesson CNN, normalised": normalised}


class Plain:
    """A network behind each of `WAYS`, counting its right answers by set.

    Args:
        model: name or file of the network.
    """

    def __init__(self, model: str) -> None:
        self._reader = Reader(model)
        self.right: dict[str, dict[str, int]] = {way: {} for way in WAYS}

    def add(self, image: bytes | Path, label: str, group: str) -> None:
        """Read one picture each way, and count."""
        patches = np.stack([prepare(image) for prepare in WAYS.values()])
        values = self._reader._engine(patches).logits[:, :DIGITS].argmax(axis=1)
        for way, value in zip(WAYS, values, strict=True):
            counted = self.right[way]
            counted[group] = counted.get(group, 0) + (str(value) == label)

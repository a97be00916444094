"""Numbers that the tests write for themselves."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

FONT = cv2.FONT_HERSHEY_SIMPLEX


def written(
    *lines: str, scale: float = 2.0, pen: int = 5, ink: int = 0, paper: int = 255, gap: int = 30
) -> NDArray[np.uint8]:
    """Lines of a plotter's plain digits, uint8 (h, w)."""
    sizes = [cv2.getTextSize(line, FONT, scale, pen)[0] for line in lines]
    step = max(size[1] for size in sizes) + gap
    width = max(size[0] for size in sizes) + 2 * gap
    picture = np.full((len(lines) * step + gap, width), paper, np.uint8)
    for number, line in enumerate(lines):
        cv2.putText(picture, line, (gap, (number + 1) * step), FONT, scale, ink, pen, cv2.LINE_AA)
    return picture

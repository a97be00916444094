"""Tables with printed lines, drawn for tests."""

from __future__ import annotations

import cv2
import numpy as np

MARGIN = 40
ROWS = (("204", "75", "8"), ("31", "", "964"), ("7", "52", "483"))


def table(
    rows: tuple[tuple[str, ...], ...] = ROWS,
    wide: int = 130,
    high: int = 70,
    line: int = 2,
    tone: int = 90,
    down: int = 0,
    frame: bool = True,
) -> np.ndarray:
    """Numbers in cells of that size, so far below their middles."""
    across, along = len(rows[0]), len(rows)
    picture = np.full((2 * MARGIN + along * high, 2 * MARGIN + across * wide), 245, np.uint8)
    outer = 0 if frame else 1
    for number in range(outer, across + 1 - outer):
        x = MARGIN + number * wide
        cv2.line(picture, (x, MARGIN), (x, MARGIN + along * high), tone, line)
    for number in range(outer, along + 1 - outer):
        y = MARGIN + number * high
        cv2.line(picture, (MARGIN, y), (MARGIN + across * wide, y), tone, line)
    for j, row in enumerate(rows):
        for i, text in enumerate(row):
            size, _ = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, 1.4, 3)
            at = MARGIN + i * wide + (wide - size[0]) // 2
            base = MARGIN + j * high + (high + size[1]) // 2 + down
            font = cv2.FONT_HERSHEY_SIMPLEX
            cv2.putText(picture, text, (at, base), font, 1.4, 20, 3, cv2.LINE_AA)
    return picture


def between(above: str, below: str) -> np.ndarray:
    """The table with a number above it and one below."""
    inner = table()
    picture = np.full((inner.shape[0] + 240, inner.shape[1]), 245, np.uint8)
    picture[120 : 120 + inner.shape[0]] = inner
    for text, base in ((above, 90), (below, picture.shape[0] - 60)):
        font = cv2.FONT_HERSHEY_SIMPLEX
        cv2.putText(picture, text, (60, base), font, 1.4, 20, 3, cv2.LINE_AA)
    return picture

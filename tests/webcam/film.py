"""What a camera would see: a sheet of paper with a digit that moves, and none now and then.

The digits are ten pen trajectories of people (their credit is in ``trajectories.json``).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]

WIDTH, HEIGHT = 640, 480
FILE = Path(__file__).parents[1] / "web" / "trajectories.json"
TRAJECTORIES = json.loads(FILE.read_text(encoding="utf-8"))["digits"]


def scene(
    digit: int | None, step: int = 0, size: tuple[int, int] = (WIDTH, HEIGHT)
) -> NDArray[np.uint8]:
    """One frame, uint8 (h, w, 3) BGR: paper in uneven light, a digit in blue ink, some noise."""
    width, height = size
    rng = np.random.default_rng(step)
    light = np.linspace(0.95, 0.75, width)[None, :, None] * np.array([226, 236, 240])
    page = np.repeat(light, height, axis=0)
    page = np.clip(page + rng.normal(0, 2, page.shape), 0, 255).astype(np.uint8)
    if digit is None:
        return page
    middle = np.array([width / 2, height / 2])
    wander = np.array([width / 8 * np.sin(step / 9), height / 12 * np.cos(step / 7)])
    for stroke in TRAJECTORIES[str(digit)]:
        points = np.array(stroke, float).reshape(-1, 2)
        placed = (points - 50) * height * 0.45 / 100 + middle + wander
        pen = max(2, round(height / 44))
        cv2.polylines(page, [np.rint(placed).astype(np.int32)], False, (110, 50, 30), pen, 16)
    return page


def write(
    path: Path,
    digits: Sequence[int | None],
    frames_each: int = 25,
    rate: float = 25.0,
    size: tuple[int, int] = (WIDTH, HEIGHT),
) -> Path:
    """Write a video (MJPEG in AVI) in which the digits follow each other."""
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), rate, size)
    assert writer.isOpened()
    for number, digit in enumerate(digits):
        for step in range(frames_each):
            writer.write(scene(digit, number * frames_each + step, size))
    writer.release()
    return path

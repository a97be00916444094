"""Digits of straight strokes: what is drawn, and what the shipped network makes of such."""

from __future__ import annotations

from itertools import pairwise

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from palote import Reader
from palote.train import draw
from palote.train.angular import DIGITS, angular, straightened

Place = NDArray[np.float32]

HOLES = {2: 0, 3: 0, 5: 0, 7: 0, 6: 1, 9: 1, 8: 2}


def _holes(points: NDArray[np.float32]) -> int:
    ink = np.pad(draw.paint(points, 120, 9), 4) > 0.3
    count, _ = cv2.connectedComponents((~ink).astype(np.uint8), connectivity=4)
    return count - 2  # the background is labelled, and so is what lies around the digit


@pytest.mark.parametrize("digit", HOLES)
def test_a_digit_has_the_holes_that_tell_it(digit: int):
    rng = np.random.default_rng(digit)
    found = [_holes(angular(digit, rng)) for _ in range(80)]
    assert np.mean([holes == HOLES[digit] for holes in found]) > 0.75, "some are not quite closed"


def test_all_are_about_one_high_and_stand():
    rng = np.random.default_rng(1)
    for digit in DIGITS * 20:
        points = angular(digit, rng)
        assert points.dtype == np.float32 and points.shape[1] == 3
        wide, high = np.ptp(points[:, :2], axis=0)
        assert 0.8 < high < 1.35 and 0.25 < wide < 1.4


def test_straightened_strokes_keep_their_ends_and_stay_near():
    around = np.linspace(0, 1.5 * np.pi, 60)
    bow = np.column_stack([np.cos(around), np.sin(around), np.zeros(60)])
    dot = np.array([[3, 0, 1], [3.01, 0, 1]])
    points = np.concatenate([bow, dot]).astype(np.float32)
    found = straightened(points, 0.1)
    assert 4 <= np.count_nonzero(found[:, 2] == 0) <= 8
    first = found[found[:, 2] == 0][:, :2]
    assert np.allclose(first[[0, -1]], points[[0, 59], :2])
    away = [
        min(_away(point, begin, end) for begin, end in pairwise(first)) for point in points[:60, :2]
    ]
    assert max(away) <= 0.1 * 2 + 1e-6, "of a height of 2"


def _away(
    point: NDArray[np.float32], begin: NDArray[np.float32], end: NDArray[np.float32]
) -> float:
    way = end - begin
    along = np.clip((point - begin) @ way / (way @ way), 0, 1)
    return float(np.hypot(*(begin + along * way - point)))


BOXES = {
    3: [[(0, 0), (10, 0), (10, 20), (0, 20)], [(2, 10), (10, 10)]],
    6: [[(11, 0), (0, 0), (0, 20), (11, 20), (11, 10), (0, 10)]],
    8: [[(0, 0), (11, 0), (11, 20), (0, 20), (0, 0)], [(0, 9), (11, 9)]],
    9: [[(11, 9), (0, 9), (0, 0), (11, 0), (11, 21)]],
}
"""As somebody with a mouse may draw them."""


def test_digits_drawn_in_boxes_are_read():
    pictures, labels = [], []
    for digit, outlines in BOXES.items():
        for scale in (5, 7, 9):
            for pen in (6, 14, 22):
                picture = np.full((280, 280), 255, np.uint8)
                for outline in outlines:
                    line = np.array(outline, np.int32) * scale + (70, 45)
                    cv2.polylines(picture, [line], False, 0, pen, cv2.LINE_AA)
                pictures.append(picture)
                labels.append(str(digit))
    wrong = [
        label
        for reading, label in zip(Reader().read_many(pictures, expect="digit"), labels, strict=True)
        if not reading.digits or reading.digits[0].value != label
    ]
    assert len(wrong) <= len(labels) // 10, wrong

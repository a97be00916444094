"""One digit of a number, without the ink of its neighbours."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from palote import Reader
from palote.numbers.alone import digit_alone
from palote.pixels import load
from tests.numbers.writing import written


@pytest.mark.parametrize("scale", [1, 4])
def test_the_ink_in_a_box_is_one_digit(scale: int) -> None:
    leaning = np.array([[1, -0.35, 80], [0.04, 1, 0]], float)
    picture = cv2.warpAffine(written("2036"), leaning, (440, 140), borderValue=255)
    picture = cv2.resize(picture, None, fx=scale, fy=scale)
    reader = Reader(profile="none")
    digits = reader.read(picture, expect="number").digits
    assert [digit.value for digit in digits] == list("2036")
    boxes = [digit.box for digit in digits]
    taken = [digit_alone(load(picture), box) for box in boxes]
    for digit, ink in zip(digits, taken, strict=True):
        assert ink is not None and ink.max() > 200
        pieces, _ = cv2.connectedComponents((ink > 100).astype(np.uint8))
        assert pieces == 2, "the paper and the digit"
        sheet = np.asarray(255 - np.pad(ink, 12), np.uint8)
        assert reader.read(sheet, expect="digit").text == digit.value


def test_where_no_digit_lies_there_is_none() -> None:
    picture = load(written("20"))
    assert digit_alone(picture, (0, 0, 9, 9)) is None
    assert digit_alone(picture, (0, 0, *picture.size)) is None, "a box around both"
    assert digit_alone(load(np.full((90, 90), 255, np.uint8)), (10, 10, 50, 50)) is None
    assert digit_alone(picture, (999_999, 999_999, 999_999, 999_999)) is None

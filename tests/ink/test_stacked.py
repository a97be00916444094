"""Several things one below the other, which pass for a stroke."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from palote import Reader
from palote.ink.stacked import is_stacked
from tests.numbers.writing import written


def one(width: int = 9, flag: bool = True) -> NDArray[np.uint8]:
    """A tall 1 with a flag and a foot."""
    picture = np.full((240, 160), 255, np.uint8)
    cv2.line(picture, (84, 30), (78, 210), 0, width, cv2.LINE_AA)
    if flag:
        cv2.line(picture, (84, 30), (52, 70), 0, width, cv2.LINE_AA)
        cv2.line(picture, (58, 210), (104, 210), 0, width, cv2.LINE_AA)
    return picture


@pytest.mark.parametrize("text", ["40620", "926400", "03850"])
def test_a_number_on_its_side_is_no_1(text: str) -> None:
    reader = Reader(profile="none")
    for turns in (1, 3):
        reading = reader.read(np.rot90(written(text), turns), expect="digit")
        assert reading.status != "ok" or reading.text != "1"


@pytest.mark.parametrize("flag", [False, True])
def test_a_tall_1_is_one(flag: bool) -> None:
    assert not is_stacked(one(flag=flag) < 128)
    assert Reader(profile="none").read(one(flag=flag), expect="digit").text == "1"


def test_only_what_is_tall_and_crossed_twice_is_stacked() -> None:
    column = np.zeros((300, 60), np.uint8)
    for y in (35, 100, 165, 230):
        cv2.circle(column, (30, y), 25, 1, 5)
    assert is_stacked(column.view(np.bool_))
    assert not is_stacked(column[:140].view(np.bool_))
    assert not is_stacked(np.zeros((40, 10), np.bool_))

"""What is crossed out on a line is left out, and a bar through one digit is not crossing out."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from palote import Reader
from tests.numbers.writing import written


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader()


def bar(picture: NDArray[np.uint8]) -> None:
    cv2.line(picture, (34, 66), (picture.shape[1] - 34, 62), 0, 4, cv2.LINE_AA)


def two_bars(picture: NDArray[np.uint8]) -> None:
    for y in (57, 71):
        cv2.line(picture, (34, y), (picture.shape[1] - 34, y - 3), 0, 4, cv2.LINE_AA)


def to_and_fro(picture: NDArray[np.uint8], step: int = 7) -> None:
    xs = np.arange(40, picture.shape[1] - 34, step)
    ys = np.where(np.arange(len(xs)) % 2, 44, 84)
    cv2.polylines(picture, [np.column_stack([xs, ys]).astype(np.int32)], False, 0, 4, cv2.LINE_AA)


@pytest.mark.parametrize(
    ("wrong", "across"), [("85", bar), ("453", two_bars), ("453", to_and_fro), ("4853", to_and_fro)]
)
@pytest.mark.parametrize("ahead", [True, False])
def test_the_number_that_is_not_crossed_out_is_meant(
    reader: Reader, wrong: str, across: Callable[[NDArray[np.uint8]], None], ahead: bool
):
    old, new = (written(number, pen=3)[:90].copy() for number in (wrong, "2607"))
    across(old)
    picture = np.hstack([old, new] if ahead else [new, old])
    (line,) = reader.read(picture, expect="number").lines
    assert (line.text, line.status) == ("2607", "ok")
    x, _, width, _ = line.box
    start = old.shape[1] if ahead else 0
    assert start + 20 < x and x + width < start + new.shape[1] - 20


@pytest.mark.parametrize("wrong", ["453", "4853"])
def test_a_sparse_zigzag_hides_no_number(reader: Reader, wrong: str):
    """Behind the number it is crossed out; ahead of it, at the least in doubt."""
    old, new = (written(number, pen=3)[:90].copy() for number in (wrong, "2607"))
    to_and_fro(old, 9)
    (line,) = reader.read(np.hstack([new, old]), expect="number").lines
    assert (line.text, line.status) == ("2607", "ok")
    (line,) = reader.read(np.hstack([old, new]), expect="number").lines
    assert line.text.endswith("2607")
    assert line.text == "2607" or line.status == "unsure"


def test_two_digits_that_touch_stay(reader: Reader):
    """They are one wide piece, and no stroke goes across."""
    picture = written("5588", pen=3)[:90]
    first = picture[:, 30:62]
    close = np.hstack([picture[:, :62], first[:, 4:], picture[:, 62:]])
    reading = reader.read(close, expect="number")
    assert len(reading.digits) == 5


def test_a_bar_through_one_digit_leaves_the_number_whole(reader: Reader):
    picture = written("2737")[:90].copy()
    plain = reader.read(picture, expect="number")
    for digit in plain.digits:
        x, y, width, height = digit.box
        if digit.value == "7":
            middle = y + height // 2
            cv2.line(picture, (x + 2, middle), (x + width - 2, middle), 0, 3, cv2.LINE_AA)
    reading = reader.read(picture, expect="number")
    assert len(reading.digits) == len(plain.digits) == 4


def test_all_of_it_crossed_out_is_no_sure_number(reader: Reader):
    picture = written("4853")[:90].copy()
    to_and_fro(picture)
    assert reader.read(picture, expect="number").status != "ok"

"""Numbers with signs of arithmetic between them are numbers of their own, and others are whole."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from palote import Reader
from tests.numbers.writing import written

PAPER, HIGH, HALF, MIDDLE = 255, 90, 13, 62
"""Of strips that are put together: tone, height, half of a sign's side, middle of the digits."""

SIGNS = {
    "+": [((-1, 0), (1, 0)), ((0, -1), (0, 1))],
    "x": [((-0.8, -0.8), (0.8, 0.8)), ((0.8, -0.8), (-0.8, 0.8))],
    "=": [((-1, -0.4), (1, -0.4)), ((-1, 0.4), (1, 0.4))],
    "÷": [((-1, 0), (1, 0)), ((0, -0.75), (0, -0.7)), ((0, 0.7), (0, 0.75))],
    "-": [((-1, 0), (1, 0))],
}


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader()


def sum_of(words: str, pen: int = 3) -> NDArray[np.uint8]:
    """Write numbers and signs, with spaces between them, side by side."""
    strips = []
    for word in words.split():
        if word not in SIGNS:
            strip = written(word, pen=pen)[:HIGH]
            columns = np.flatnonzero((strip < 128).any(axis=0))
            strips.append(strip[:, columns[0] - 8 : columns[-1] + 9])
            continue
        strip = np.full((HIGH, 4 * HALF), PAPER, np.uint8)
        for ends in SIGNS[word]:
            one, other = ((round(2 * HALF + HALF * x), round(MIDDLE + HALF * y)) for x, y in ends)
            cv2.line(strip, one, other, 0, pen + 1, cv2.LINE_AA)
        strips.append(strip)
    return np.asarray(cv2.copyMakeBorder(np.hstack(strips), 20, 20, 30, 30, 0, value=PAPER))


@pytest.mark.parametrize(
    "words", ["12 + 30", "4 + 3", "26 x 3", "2 + 5 = 7", "24 ÷ 6", "26 + 30 + 45 = 101"]
)
def test_each_number_of_a_sum_is_one_by_itself(reader: Reader, words: str):
    reading = reader.read(sum_of(words), expect="number")
    numbers = [word for word in words.split() if word not in SIGNS]
    assert [line.text for line in reading.lines] == numbers
    assert reading.text == "\n".join(numbers)
    assert all(line.status == "ok" for line in reading.lines)
    right = 0
    for line in reading.lines:
        x, _, width, _ = line.box
        assert x >= right, "from left to right, and no box reaches over a sign"
        right = x + width


def test_a_dash_or_a_gap_parts_no_number(reader: Reader):
    for words, raw in (("30 - 45", "30-45"), ("12 30", "1230")):
        (line,) = reader.read(sum_of(words), expect="number").lines
        assert line.raw.replace(" ", "") == raw


def test_a_sum_of_which_a_pattern_is_known_is_read_by_it(reader: Reader):
    (line,) = reader.read(sum_of("12 + 30"), expect="number", pattern="####").lines
    assert line.text == "1230"


def test_a_sign_at_an_end_parts_nothing(reader: Reader):
    (line,) = reader.read(sum_of("+ 34"), expect="number").lines
    assert line.text == "34"

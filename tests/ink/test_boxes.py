"""Numbers in the boxes of a form: apart, side by side, combs; and rows that have none."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from palote import Reader
from palote.ink import find_lines
from palote.ink.boxes import without_boxes
from palote.ink.components import Components
from palote.ink.ground import find_ink

WIDE, HIGH, MARGIN = 56, 70, 20
DIGITS = "20475"


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader()


def field(
    text: str, gap: int = 0, line: int = 2, tone: int = 0, ink: int = 0, turn: float = 0
) -> np.ndarray:
    """Digits in boxes so far apart."""
    step = WIDE + gap
    size = (2 * MARGIN + step * len(text), 2 * MARGIN + HIGH)
    picture = np.full(size[::-1], 255, np.uint8)
    for place, digit in enumerate(text):
        left = MARGIN + place * step
        cv2.rectangle(picture, (left, MARGIN), (left + WIDE, MARGIN + HIGH), tone, line)
        at = (left + 14, MARGIN + 54)
        cv2.putText(picture, digit, at, cv2.FONT_HERSHEY_SIMPLEX, 1.5, ink, 3, cv2.LINE_AA)
    matrix = cv2.getRotationMatrix2D((size[0] / 2, size[1] / 2), turn, 1)
    return cv2.warpAffine(picture, matrix, size, borderValue=255)


@pytest.mark.parametrize("gap", [0, 4, 14])
@pytest.mark.parametrize("line, tone", [(1, 0), (2, 110), (4, 0)])
@pytest.mark.parametrize("turn", [-1.0, 0, 0.8])
def test_numbers_in_boxes_are_read(reader: Reader, gap: int, line: int, tone: int, turn: float):
    reading = reader.read(field(DIGITS, gap, line, tone, turn=turn), expect="number")
    assert "".join(digit.value for digit in reading.digits) == DIGITS


@pytest.mark.parametrize("text", ["4", "11", "1111", "74174717"])
def test_stems_of_digits_are_no_sides_of_boxes(reader: Reader, text: str):
    reading = reader.read(field(text), expect="number")
    assert "".join(digit.value for digit in reading.digits) == text


def test_faint_digits_in_dark_boxes_are_read(reader: Reader):
    reading = reader.read(field(DIGITS, 6, 3, ink=165), expect="number")
    assert "".join(digit.value for digit in reading.digits) == DIGITS


def test_two_fields_on_one_page_are_two_lines(reader: Reader):
    page = np.vstack([field("204", 8), field("759", 8)])
    reading = reader.read(page, expect="number")
    assert [line.text.replace("?", "") for line in reading.lines if line.text] != []
    found = ["".join(digit.value for digit in line.digits) for line in reading.lines]
    assert found == ["204", "759"]


def test_the_lines_are_gone_and_the_digits_are_not():
    picture = field(DIGITS, 0, 2)
    (whole,) = find_ink(picture)
    left = without_boxes(whole, Components(whole.mask))
    alone = field(DIGITS, 0, 2, tone=255) < 128
    printed = (picture < 128) & ~cv2.dilate(alone.view(np.uint8), np.ones((5, 5))).astype(bool)
    scale = round(whole.scale)
    small = left.mask[::scale, ::scale][: picture.shape[0], : picture.shape[1]]
    assert small[printed].mean() < 0.02 and small[alone].mean() > 0.9
    before = whole.mask[::scale, ::scale][: picture.shape[0], : picture.shape[1]]
    assert before[printed].mean() > 0.9, "they were there"


@pytest.mark.parametrize("text", ["77757", "11111", "08080"])
def test_a_row_without_boxes_stays_as_it_is(text: str):
    picture = np.full((120, 60 * len(text) + 40), 255, np.uint8)
    font = cv2.FONT_HERSHEY_SIMPLEX
    cv2.putText(picture, text, (20, 90), font, 2.5, 0, 4, cv2.LINE_AA)
    (whole,) = find_ink(picture)
    assert without_boxes(whole, Components(whole.mask)) is whole
    assert len(find_lines(picture)[0][1]) == 1


def test_an_empty_field_is_no_number(reader: Reader):
    assert reader.read(field("     ", 4), expect="number").status != "ok"

"""Writing far smaller than other writing of the picture: lines of its own, not crumbs of that."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from palote import Reader
from palote.ink import find_digit, find_lines
from palote.ink.heights import higher_writing

FONT = cv2.FONT_HERSHEY_SIMPLEX


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader()


def sheet(*texts: tuple[str, tuple[int, int], float, int]) -> NDArray[np.uint8]:
    """Each with its place, its size and its pen: a digit of size 1 is 22 pixels high."""
    picture = np.full((330, 420), 255, np.uint8)
    for text, place, scale, pen in texts:
        cv2.putText(picture, text, place, FONT, scale, 20, pen, cv2.LINE_AA)
    return picture


@pytest.mark.parametrize("expect", ["auto", "number"])
@pytest.mark.parametrize("scale", [0.9, 1.2, 1.6])
def test_a_small_number_above_a_large_one_is_read(reader: Reader, scale: float, expect: str):
    picture = sheet(("2068", (220, 60), scale, 2), ("579", (60, 270), 5, 10))
    reading = reader.read(picture, expect=expect)
    assert [line.text for line in reading.lines] == ["2068", "579"]
    assert reading.status == "ok"


def test_small_numbers_stand_where_they_were_written(reader: Reader):
    picture = sheet(
        ("358", (230, 50), 1.1, 2), ("835", (230, 100), 1.1, 2), ("029", (40, 260), 4.5, 9)
    )
    found = reader.read(picture, expect="number").lines
    assert [line.text for line in found] == ["358", "835", "029"]
    for line, top in zip(found, (26, 76, 160), strict=True):
        assert abs(line.box[1] - top) <= 8
    lesser = [row.lesser for row in find_lines(picture)[0][1]]
    assert lesser == [True, True, False]


@pytest.mark.parametrize("below", [230, 310])
def test_a_small_number_below_a_digit_is_no_part_of_it(reader: Reader, below: int):
    picture = sheet(("5", (150, 190), 6, 12), ("8407", (150, below), 1, 2))
    assert find_digit(picture)[0].lesser
    reading = reader.read(picture)
    assert [line.text for line in reading.lines] == ["5", "8407"]


@pytest.mark.parametrize("text", ["3.57", "-42", "1,5", "7/8"])
def test_signs_of_a_number_are_no_smaller_writing(text: str):
    picture = sheet((text, (40, 220), 4.5, 9))
    assert [row.lesser for row in find_lines(picture)[0][1]] == [False]


def test_dots_dashes_and_a_lone_mark_are_no_writing(reader: Reader):
    picture = sheet(("2853", (40, 250), 4, 8))
    cv2.circle(picture, (60, 40), 4, 20, -1)  # an i's dot, a speck
    cv2.circle(picture, (150, 52), 14, 20, 2)  # one letter
    for x in (220, 260, 300):
        cv2.line(picture, (x, 50), (x + 24, 50), 20, 3)
    assert [row.lesser for row in find_lines(picture)[0][1]] == [False]
    assert not find_digit(sheet(("5", (150, 190), 6, 12)))[0].lesser
    assert reader.read(picture, expect="number").text == "2853"


PRINT = ("Importe total a pagar", "Reference of the customer")


def receipt(number: str, size: float = 3) -> NDArray[np.uint8]:
    """Two lines of print, a third as high as the number below them."""
    lines = [(line, (20, 40 + 40 * at), 0.9, 2) for at, line in enumerate(PRINT)]
    return sheet(*lines, (number, (60, 220), size, 7))


@pytest.mark.parametrize("expect", ["auto", "number"])
@pytest.mark.parametrize("number", ["412", "77", "2360"])
def test_a_number_below_lines_of_print_is_read(reader: Reader, number: str, expect: str):
    reading = reader.read(receipt(number), expect=expect)
    assert (reading.text, reading.status) == (number, "ok")


@pytest.mark.parametrize("digit", ["2", "7"])
def test_a_digit_on_the_screenshot_of_a_drawing_page_is_read(reader: Reader, digit: str):
    page = np.full((420, 480), 244, np.uint8)
    cv2.rectangle(page, (130, 90), (370, 330), 255, -1)
    cv2.rectangle(page, (130, 90), (370, 330), 120, 1)
    cv2.putText(page, digit, (200, 280), FONT, 6, 0, 14, cv2.LINE_AA)
    for x in (130, 220):
        cv2.rectangle(page, (x, 345), (x + 74, 375), 205, -1)
    image = Image.fromarray(page)
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(20)
    for place, word in (((12, 10), "Draw a digit"), ((138, 350), "Clear"), ((228, 350), "Predict")):
        draw.text(place, word, 30, font=font)
    for expect in ("auto", "digit"):
        reading = reader.read(image, expect=expect)
        assert (reading.text, reading.status) == (digit, "ok")


def test_higher_writing_is_two_digits_side_by_side():
    print_ = [[10 + 14 * k, 20, 10, 12, 50] for k in range(20)]
    digits = [[60, 80, 30, 40, 400], [110, 82, 28, 38, 380]]
    shape = (200, 400)

    def height(*pieces: list[int]) -> float:
        return higher_writing(np.array([*print_, *pieces], np.int32), 12.0, shape)

    assert height() == height(digits[0]) == 12.0
    assert height(*digits) == 39.0
    # One solid, one cut off by the border, one below the other.
    assert height(digits[0], [110, 82, 28, 38, 1000]) == 12.0
    assert height(digits[0], [372, 82, 28, 38, 380]) == 12.0
    assert height(digits[0], [60, 130, 28, 38, 380]) == 12.0

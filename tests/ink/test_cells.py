"""Digits cut out of forms: boxes whole and in part, combs, and what only looks like a line."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from palote import Reader
from palote.ink import find_digit
from palote.ink.cells import in_cell, may_be_in_cell
from palote.ink.clean import clean
from palote.ink.components import Components
from tests.drawing import ring, seven

SIDE, MARGIN = 72, 8


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader()


def cell(digit: str, line: int = 2, tone: int = 0, pen: int = 2) -> np.ndarray:
    """A digit in a printed box."""
    picture = np.full((SIDE + 10, SIDE), 255, np.uint8)
    ends = (SIDE - MARGIN, SIDE + 10 - MARGIN)
    cv2.rectangle(picture, (MARGIN, MARGIN), ends, tone, line)
    cv2.putText(picture, digit, (24, 58), cv2.FONT_HERSHEY_SIMPLEX, 1.4, 0, pen, cv2.LINE_AA)
    return picture


def comb(digit: str) -> np.ndarray:
    """The same in a comb, whose lines go on to the neighbours."""
    picture = cell(digit)
    for y in (MARGIN, SIDE + 10 - MARGIN):
        cv2.line(picture, (0, y), (SIDE, y), 0, 2)
    return picture


def without(picture: np.ndarray, *sides: str) -> np.ndarray:
    """Cut sides of the box off."""
    cut = MARGIN + 4
    left, top, right, bottom = (cut if side in sides else 0 for side in "ltrb")
    return picture[top : picture.shape[0] - bottom, left : picture.shape[1] - right]


@pytest.mark.parametrize("digit", "023456789")
@pytest.mark.parametrize("line, tone", [(1, 0), (2, 120), (4, 0), (6, 160)])
def test_a_digit_in_a_box_is_read(reader: Reader, digit: str, line: int, tone: int):
    reading = reader.read(cell(digit, line, tone), expect="digit")
    assert (reading.text, reading.status) == (digit, "ok")
    x, y, width, height = reading.digits[0].box
    assert x > MARGIN + 4 and y > MARGIN + 4 and width < SIDE / 2 and height < SIDE * 0.7


@pytest.mark.parametrize("digit", "023456789")
def test_a_digit_in_a_comb_is_read(reader: Reader, digit: str):
    assert reader.read(comb(digit), expect="digit").text == digit


@pytest.mark.parametrize("sides", ["l", "b", "lr", "tb", "lt", "rb", "ltr"])
@pytest.mark.parametrize("digit", "2345689")
def test_a_digit_in_a_part_of_a_box_is_read(reader: Reader, digit: str, sides: str):
    reading = reader.read(np.ascontiguousarray(without(cell(digit, 3), *sides)), expect="digit")
    assert reading.text == digit


@pytest.mark.parametrize("digit", "023456789")
def test_a_box_of_few_pixels_is_left_out(reader: Reader, digit: str):
    small = cv2.resize(cell(digit, 3, pen=4), (32, 36), interpolation=cv2.INTER_AREA)
    assert reader.read(small, expect="digit").text == digit


def test_faint_writing_in_a_dark_box_is_not_lost(reader: Reader):
    faint = np.where(cell("5", 3, 255) < 255, 150, 255).astype(np.uint8)
    box = cell("", 3)
    reading = reader.read(np.minimum(faint, box), expect="digit")
    assert (reading.text, reading.status) == ("5", "ok")


def test_lines_are_taken_out_and_nothing_else():
    picture = cell("8", 3)
    (cleaned,) = clean(picture)
    found = in_cell(cleaned, Components(cleaned.mask))
    assert found is not None and found.sure
    (left,) = found.found
    alone = cell("8", 3, 255) < 128
    assert not left.mask[~cv2.dilate(alone.view(np.uint8), np.ones((3, 3))).astype(bool)].any()
    assert left.mask[alone].mean() > 0.95
    assert cleaned.mask[MARGIN].any(), "the picture that was given is as it was"


def test_what_touches_a_line_is_looked_at_with_it_and_without():
    picture = cell("7", 2)
    cv2.line(picture, (30, 40), (SIDE - MARGIN, 40), 0, 2)
    (cleaned,) = clean(picture)
    found = in_cell(cleaned, Components(cleaned.mask))
    assert found is not None and len(found.found) == 2
    side = np.s_[MARGIN + 6 : -MARGIN - 6, SIDE - MARGIN]
    kept, erased = (np.count_nonzero(one.mask[side]) for one in found.found)
    assert kept == SIDE + 10 - 2 * MARGIN - 12 and erased <= 6, "but for the stroke's end"


@pytest.mark.parametrize("picture", [seven(), ring(), 255 - seven()])
def test_plain_drawings_are_not_looked_at(picture: np.ndarray):
    (cleaned,) = clean(picture)
    components = Components(cleaned.mask)
    assert not may_be_in_cell(components)
    assert in_cell(cleaned, components) is None


@pytest.mark.parametrize("digit", "23457")
def test_a_tight_crop_keeps_its_straight_strokes(reader: Reader, digit: str):
    """A 7's bar and a 4's stem run from border to border, too."""
    strokes = {
        "2": [[(3, 12), (20, 3), (37, 14), (3, 57), (40, 57)]],
        "3": [[(3, 3), (37, 3), (18, 26), (37, 40), (22, 57), (3, 50)]],
        "4": [[(30, 60), (30, 0), (3, 38), (40, 38)]],
        "5": [[(38, 3), (6, 3), (4, 25), (26, 25), (37, 40), (26, 57), (3, 54)]],
        "7": [[(0, 3), (38, 3), (14, 60)]],
    }[digit]
    picture = np.full((60, 41), 255, np.uint8)
    for stroke in strokes:
        cv2.polylines(picture, [np.array(stroke)], False, 0, 5, cv2.LINE_AA)
    assert reader.read(picture, expect="digit").digits[0].value == digit


def test_an_empty_box_is_no_digit(reader: Reader):
    for line in (1, 3):
        reading = reader.read(cell("", line), expect="digit")
        assert reading.status != "ok" or reading.text == "0", "a box may be somebody's 0"
    assert len(find_digit(cell("", 2))) > 0

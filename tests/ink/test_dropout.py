"""Coloured print beside darker writing: dropped, where there is both."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from palote import Reader
from palote.ink import find_digit, find_lines
from palote.ink.dropout import brightest, is_print_dropped, may_drop

FONT, LINE = cv2.FONT_HERSHEY_SIMPLEX, cv2.LINE_AA
BLACK, NAVY, RED, ORANGE, GREEN = (
    (30, 30, 30),
    (30, 40, 110),
    (235, 70, 70),
    (240, 150, 60),
    (90, 190, 110),
)
PRINTS = [RED, ORANGE, GREEN, (120, 160, 235), (230, 110, 180)]


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader()


def paper(width: int = 200) -> np.ndarray:
    away = np.random.default_rng(0).normal(0, 2, (200, width, 3))
    return np.clip(243 + away, 0, 255).astype(np.uint8)


def stamp(sheet: np.ndarray, colour: tuple[int, int, int]) -> np.ndarray:
    """Two rings that cross, as of two stamps."""
    for place, size in (((70, 80), 62), ((115, 120), 50)):
        cv2.circle(sheet, place, size, colour, 4, LINE)
    return sheet


def write(sheet: np.ndarray, text: str, pen: tuple[int, int, int] = BLACK) -> np.ndarray:
    return cv2.putText(sheet, text, (65, 135), FONT, 3, pen, 6, LINE)


@pytest.mark.parametrize("pen", [BLACK, NAVY])
@pytest.mark.parametrize("colour", PRINTS)
@pytest.mark.parametrize("digit", ["2", "4", "7"])
def test_a_digit_under_a_coloured_stamp_is_read(reader: Reader, digit: str, colour, pen):
    reading = reader.read(write(stamp(paper(), colour), digit, pen), expect="digit")
    assert (reading.text, reading.status) == (digit, "ok")


@pytest.mark.parametrize("colour", PRINTS)
def test_a_number_under_a_coloured_stamp_is_read(reader: Reader, colour):
    reading = reader.read(write(stamp(paper(400), colour), "2475"), expect="number")
    assert (reading.text, reading.status) == ("2475", "ok")


@pytest.mark.parametrize("colour", PRINTS)
@pytest.mark.parametrize("digit", ["2", "4", "7"])
def test_a_coloured_digit_by_itself_is_no_print(reader: Reader, digit: str, colour):
    reading = reader.read(write(paper(), digit, colour), expect="digit")
    assert (reading.text, reading.status) == (digit, "ok")


@pytest.mark.parametrize("digit", ["2", "4", "7"])
def test_a_red_digit_beside_black_print_is_read(reader: Reader, digit: str):
    sheet = write(paper(), digit, RED)
    for text, at in (("Points", (5, 18)), ("of 10 at most", (5, 192))):
        cv2.putText(sheet, text, at, FONT, 0.5, BLACK, 1, LINE)
    assert may_drop(sheet)
    assert reader.read(sheet, expect="digit").text == digit


def test_a_number_of_two_pens_keeps_all_its_digits(reader: Reader):
    sheet = cv2.putText(write(paper(400), "24", NAVY), "75", (190, 135), FONT, 3, RED, 6, LINE)
    assert reader.read(sheet, expect="number").text == "2475"


def test_red_squares_are_not_the_papers_grain(reader: Reader):
    sheet = paper(120)
    for at in range(4, 200, 11):
        cv2.line(sheet, (0, at), (120, at), RED, 1)
        cv2.line(sheet, (at, 0), (at, 200), RED, 1)
    sheet = cv2.putText(sheet, "6", (28, 135), FONT, 3, BLACK, 6, LINE)
    reading = reader.read(sheet, expect="digit")
    assert (reading.text, reading.status) == ("6", "ok")


def test_what_has_print_counts_less_and_comes_after_the_writing():
    found = find_digit(write(stamp(paper(), RED), "2"))
    assert not found[0].cleaned.mixed
    assert {one.worth for one in found if one.cleaned.mixed} == {0.6}
    assert np.count_nonzero(found[0].mask) < np.count_nonzero(found[-1].cleaned.mask)
    (first, _), *_ = find_lines(write(stamp(paper(), RED), "2"))
    assert not first.mixed


def test_grey_pictures_and_bare_print_have_nothing_to_drop():
    assert not may_drop(write(stamp(paper(), RED), "2")[..., 0])
    assert not may_drop(stamp(paper(), RED))
    assert not may_drop(write(paper(), "2", NAVY))
    assert may_drop(write(stamp(paper(), RED), "2"))


def test_the_brightest_colour_of_each_pixel_is_taken():
    picture = np.array([[[10, 200, 30], [0, 0, 0]], [[255, 1, 2], [7, 8, 9]]], np.uint8)
    assert brightest(picture).tolist() == [[200, 0], [255, 9]]


def test_print_is_what_lies_away_from_the_writing():
    writing, ink = np.zeros((40, 40), np.bool_), np.zeros((40, 40), np.bool_)
    writing[5:30, 5:9] = True
    ink[4:31, 4:10] = True
    assert not is_print_dropped(writing, ink)
    ink[5:30, 25:30] = True
    assert is_print_dropped(writing, ink)
    # What is no ink otherwise was not written beside print.
    writing[5:30, 35:39] = True
    assert not is_print_dropped(writing, ink)

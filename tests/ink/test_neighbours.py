"""Other ink beside a digit: what is left of its neighbours, signs, and broken strokes."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from benchmarks.number_sets import composed
from palote import Reader, Settings
from palote.ink import find_digit
from palote.ink.components import Components
from palote.ink.split import main_pieces
from tests.drawing import seven

THICK = 8


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader()


def written(text: str, room: int = 0) -> np.ndarray:
    """Text in plain letters, with so much white around it."""
    font = cv2.FONT_HERSHEY_SIMPLEX
    (wide, high), _ = cv2.getTextSize(text, font, 4, THICK)
    picture = np.full((high + 2 * room + 20, wide + 2 * room), 255, np.uint8)
    cv2.putText(picture, text, (room, room + high), font, 4, 0, THICK, cv2.LINE_AA)
    return picture


def cut(digit: str, side: str) -> np.ndarray:
    """A digit with a third of an 8 at one side of the picture."""
    middle, other = written(digit, 30), written("8", 30)
    third = [size // 3 for size in other.shape]
    if side in ("left", "right"):
        parts = (
            [other[:, -third[1] :], middle] if side == "left" else [middle, other[:, : third[1]]]
        )
        return np.hstack(parts)
    wide = max(middle.shape[1], other.shape[1])
    middle, other = (
        np.pad(one, ((0, 0), (0, wide - one.shape[1])), constant_values=255)
        for one in (middle, other)
    )
    rest = third[0]
    return np.vstack([other[-rest:], middle] if side == "top" else [middle, other[:rest]])


@pytest.mark.parametrize("side", ["left", "right", "top", "bottom"])
@pytest.mark.parametrize("digit", "023456789")
def test_what_is_left_of_a_neighbour_is_not_read(reader: Reader, digit: str, side: str):
    reading = reader.read(cut(digit, side), expect="digit")
    assert (reading.text, reading.status) == (digit, "ok")


@pytest.mark.parametrize("text", ["-4", "+5", "=6", "(3)", "9)", "8%", "#2"])
def test_a_sign_beside_a_digit_is_not_read(reader: Reader, text: str):
    (digit,) = (one for one in text if one.isdigit())
    reading = reader.read(written(text, 60), expect="digit")
    assert (reading.text, reading.status) == (digit, "ok")


@pytest.mark.parametrize("lines", [1, 2])
@pytest.mark.parametrize("digit", "0123456789")
def test_what_underlines_a_digit_is_not_read(reader: Reader, digit: str, lines: int):
    picture = written(digit, 60)
    low = int(np.flatnonzero((picture < 128).any(axis=1))[-1])
    for number in range(lines):
        y = low + 16 + 18 * number
        cv2.line(picture, (45, y), (picture.shape[1] - 45, y + 3), 0, THICK, cv2.LINE_AA)
    reading = reader.read(picture, expect="digit")
    assert (reading.text, reading.status) == (digit, "ok")


def test_all_of_a_broken_digit_is_read(reader: Reader):
    gap = written("4", 40)
    columns = np.flatnonzero((gap < 128).any(axis=0))
    at = int(columns[0] + 0.45 * (columns[-1] - columns[0]))
    gap[:, at : at + 4] = 255
    reading = reader.read(gap, expect="digit")
    x, _, wide, _ = reading.digits[0].box
    assert reading.text == "4"
    assert x <= columns[0] + 2 and x + wide >= columns[-1] - 2, "both parts"
    tight = gap[:, columns[0] : columns[-1] + 1]  # each part is at a border
    assert reader.read(tight, expect="digit").text == "4"


def test_a_digit_at_the_border_keeps_what_lies_there():
    mask = np.zeros((100, 100), np.bool_)
    mask[10:90, 0:40], mask[10:20, 42:52] = True, True
    (whole,) = main_pieces(Components(mask))
    assert whole.box == (0, 10, 52, 80), "near enough to be a part of it, and nowhere cut off"
    mask[30:70, 60:] = True
    several = main_pieces(Components(mask))
    assert [piece.box for piece in several] == [(0, 10, 100, 80), (0, 10, 52, 80)]


def test_a_plain_digit_is_one_candidate():
    (candidate,) = find_digit(seven())
    assert not candidate.part


def test_letters_of_several_strokes_do_not_become_digits(reader: Reader):
    apart = np.full((280, 280), 255, np.uint8)  # an H whose strokes do not meet
    for line in (((80, 60), (80, 220)), ((200, 60), (200, 220)), ((96, 140), (184, 140))):
        cv2.line(apart, *line, 0, THICK, cv2.LINE_AA)
    for picture in (apart, *(written(letter, 60) for letter in "KNHMi!")):
        reading = reader.read(picture, expect="digit")
        assert reading.status != "ok" and reading.text in ("", "?")


def test_one_digit_of_a_number_in_doubt_is_not_the_answer(datasets, reader: Reader):
    """Where nobody says what is expected: each digit alone would be sure of itself."""
    numbers = [item for item in composed(Settings(datasets=datasets)) if "apart" in item.kind]
    readings = [reader.read(item.image) for item in numbers[:24]]
    assert any(reading.status == "unsure" for reading in readings), "or nothing is tested"
    assert not [one.text for one in readings if one.status == "ok" and len(one.digits) == 1]


def test_a_neighbour_that_is_cut_off_makes_no_number_of_a_digit(reader: Reader):
    for side in ("left", "right"):
        reading = reader.read(cut("3", side))
        assert (reading.text, reading.status) == ("3", "ok")


@pytest.mark.parametrize("word", ["soil", "Total", "sell", "Zoe", "Sold", "bozo"])
def test_a_word_is_not_answered_with_one_letter_that_looks_like_a_digit(reader: Reader, word: str):
    for expect in ("digit", "auto"):
        assert reader.read(written(word, 60), expect=expect).status != "ok"

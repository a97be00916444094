"""Rings that somebody drew around a digit or a number, and what looks like one."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from palote import Reader
from palote.ink import find_digit
from palote.ink.components import Components
from palote.ink.rings import within_ring
from tests.drawing import seven

THICK = 8


def canvas() -> np.ndarray:
    return np.full((280, 280), 255, np.uint8)


def oval(picture: np.ndarray, across: int, down: int, gap: int = 0) -> np.ndarray:
    """Draw a ring in the middle that is open over some degrees."""
    middle = (picture.shape[1] // 2, picture.shape[0] // 2)
    cv2.ellipse(picture, middle, (across, down), 30, gap, 360, 0, THICK, cv2.LINE_AA)
    return picture


def written(text: str, picture: np.ndarray, scale: float = 3.5) -> np.ndarray:
    font = cv2.FONT_HERSHEY_SIMPLEX
    (wide, high), _ = cv2.getTextSize(text, font, scale, THICK)
    left, low = (picture.shape[1] - wide) // 2, (picture.shape[0] + high) // 2
    cv2.putText(picture, text, (left, low), font, scale, 0, THICK, cv2.LINE_AA)
    return picture


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader()


@pytest.mark.parametrize("gap", [0, 15])
@pytest.mark.parametrize("digit", "0123456789")
def test_a_ringed_digit_is_read(reader: Reader, digit: str, gap: int):
    picture = written(digit, oval(canvas(), 100, 95, gap))
    for expect in ("digit", "auto"):
        reading = reader.read(picture, expect=expect)
        assert (reading.text, reading.status) == (digit, "ok")
        x, y, wide, high = reading.digits[0].box
        assert x > 60 and y > 60 and x + wide < 220 and y + high < 220, "the digit alone"


@pytest.mark.parametrize("digit", "23457")
def test_a_ring_that_touches_its_digit_is_left_out(reader: Reader, digit: str):
    top = int(np.flatnonzero((written(digit, canvas()) < 128)[:, 140])[0])
    picture = written(digit, oval(canvas(), 78, 72))
    cv2.line(picture, (140, 70), (140, top), 0, THICK)
    assert cv2.connectedComponents(255 - picture)[0] == 2, "one piece on paper"
    reading = reader.read(picture, expect="digit")
    assert (reading.text, reading.status) == (digit, "ok")
    assert reading.digits[0].box[3] < 130, "the digit alone"


@pytest.mark.parametrize("digit", "068")
def test_round_digits_are_no_rings(digit: str):
    for scale in (3.5, 7.0):
        (cleaned,) = (one.cleaned for one in find_digit(written(digit, canvas(), scale))[:1])
        assert within_ring(Components(cleaned.mask)) is None


def test_a_ringed_number_is_read(reader: Reader):
    picture = written("42", oval(np.full((280, 400), 255, np.uint8), 160, 115))
    assert reader.read(picture, expect="number").text == "42"
    assert reader.read(picture).text == "42"


def tight(text: str, aside: int) -> np.ndarray:
    """A ring that runs through the first digit, or the last one."""
    picture = written(text, np.full((280, 460), 255, np.uint8), 3)
    rows, columns = np.nonzero(picture < 128)
    axes = int(np.ptp(columns) / 2 + 2), int(0.85 * np.ptp(rows))
    cv2.ellipse(picture, (230 + aside, 140), axes, 0, 0, 360, 0, THICK, cv2.LINE_AA)
    return picture


@pytest.mark.parametrize("expect", ["auto", "number"])
@pytest.mark.parametrize("aside", [-6, 6])
@pytest.mark.parametrize("text", ["42", "75", "273"])
def test_a_ring_that_touches_a_number_is_left_out(
    reader: Reader, text: str, aside: int, expect: str
):
    reading = reader.read(tight(text, aside), expect=expect)
    assert (reading.text, reading.status) == (text, "ok")


@pytest.mark.parametrize("aside", [-6, 6])
def test_a_digit_that_a_ring_touches_is_not_erased_with_it(reader: Reader, aside: int):
    picture = tight("2853", aside)
    assert cv2.connectedComponents(255 - picture)[0] == 4, "the ring with two digits, and two"
    assert len(reader.read(picture).digits) == 4


def test_ringed_digits_side_by_side_are_a_number(reader: Reader):
    parts = [written(one, oval(canvas(), 100, 95)) for one in "375"]
    assert reader.read(np.hstack(parts), expect="number").text == "375"


def test_a_zero_with_something_in_it_stays_a_zero(reader: Reader):
    dotted = oval(canvas(), 80, 90)
    cv2.circle(dotted, (140, 140), 9, 0, -1)
    slashed = oval(canvas(), 75, 100)
    cv2.line(slashed, (105, 185), (175, 95), 0, THICK, cv2.LINE_AA)
    narrow = canvas()
    cv2.ellipse(narrow, (140, 140), (55, 100), 0, 0, 360, 0, THICK, cv2.LINE_AA)
    cv2.line(narrow, (140, 100), (140, 180), 0, THICK, cv2.LINE_AA)
    for picture in (dotted, slashed, narrow):
        (candidate,) = find_digit(picture)
        assert candidate.box[3] > 150, "all of it"
    assert reader.read(dotted).text == reader.read(slashed).text == "0"


@pytest.mark.parametrize("kind", ["letter", "nothing", "open", "horseshoe"])
def test_what_is_no_ring_around_a_digit_is_not_made_one(reader: Reader, kind: str):
    picture = canvas()
    if kind == "letter":
        reading = reader.read(written("W", oval(picture, 110, 105), 2.0), expect="digit")
        assert reading.status == "not_digit"
        return
    if kind == "nothing":
        assert reader.read(oval(picture, 80, 100), expect="digit").text == "0"
        return
    if kind == "open":
        oval(picture, 100, 95, 90)
    else:
        points = np.array([(60, 40), (60, 240), (220, 240), (220, 40), (140, 110), (60, 40)])
        cv2.polylines(picture, [points], False, 0, THICK, cv2.LINE_AA)
    candidate, *_ = find_digit(np.minimum(picture, written("7", canvas(), 2.0)))
    assert candidate.box[3] > 170, "what surrounds it is still there"


def test_a_digit_without_a_ring_is_left_as_it_is():
    (candidate,) = find_digit(seven())
    assert np.array_equal(candidate.mask, candidate.cleaned.mask)

"""Sheets, notes and cards that lie on something else, and what looks like one."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from palote import Reader, Reading
from palote.ink import find_digit
from palote.ink.sheets import find_sheet
from palote.numbers.alone import digit_alone
from palote.pixels import Picture
from tests.drawing import ring, seven, shadow

DESK = (700, 900)
"""Height and width of the pictures."""

Tone = tuple[int, int, int]

WHITE, YELLOW, GREEN = (240, 238, 232), (245, 225, 90), (35, 80, 60)
WOOD, CLOTH, TABLE = (110, 70, 40), (50, 50, 55), (215, 210, 200)
BLACK, BLUE, CHALK = (25, 25, 25), (35, 50, 150), (240, 240, 235)


def lying(
    written: NDArray[np.uint8],
    paper: Tone = WHITE,
    desk: Tone = WOOD,
    pen: Tone = BLACK,
    turn: float = 8,
    middle: tuple[int, int] = (460, 340),
    times: float = 1.5,
) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
    """Lay a drawing, dark on white, on a desk.

    Returns:
        uint8 (700, 900, 3), with light that falls off and grain; and float64 (2, 3), which brings
        pixels of the drawing into it.
    """
    high, wide = written.shape
    matrix = cv2.getRotationMatrix2D((wide / 2, high / 2), turn, times)
    matrix[:, 2] += np.array(middle) - (wide / 2, high / 2)
    size = DESK[::-1]
    ink = cv2.warpAffine((255 - written).astype(np.float32) / 255, matrix, size)[..., None]
    here = cv2.warpAffine(np.ones((high, wide), np.float32), matrix, size)[..., None]
    sheet = np.array(paper) * (1 - ink) + np.array(pen) * ink
    picture = np.array(desk) * (1 - here) + sheet * here
    rng = np.random.default_rng(7)
    picture *= np.linspace(1.0, 0.75, DESK[1])[None, :, None]
    picture = cv2.GaussianBlur(picture, (0, 0), 1) + rng.normal(0, 3, picture.shape)
    return np.clip(picture, 0, 255).astype(np.uint8), matrix


def number(text: str, side: int = 300) -> NDArray[np.uint8]:
    sheet = np.full((side, side), 255, np.uint8)
    cv2.putText(sheet, text, (30, side // 2), cv2.FONT_HERSHEY_SIMPLEX, 2.2, 0, 6, cv2.LINE_AA)
    return sheet


def best(reading: Reading) -> str:
    return reading.digits[0].value if reading.digits else ""


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader()


@pytest.mark.parametrize(
    ("paper", "desk", "pen"),
    [
        (WHITE, WOOD, BLACK),
        (WHITE, CLOTH, BLUE),
        (YELLOW, CLOTH, BLUE),
        (YELLOW, TABLE, BLACK),
        (GREEN, TABLE, CHALK),
    ],
)
@pytest.mark.parametrize("expect", ["digit", "auto"])
def test_a_digit_on_a_sheet_is_read(
    reader: Reader, paper: Tone, desk: Tone, pen: Tone, expect: str
) -> None:
    picture, _ = lying(seven(), paper, desk, pen)
    reading = reader.read(picture, expect=expect)
    assert (reading.text, reading.status) == ("7", "ok")


@pytest.mark.parametrize("middle", [(80, 340), (860, 380), (450, 200), (300, 560)])
def test_a_sheet_may_leave_the_picture(reader: Reader, middle: tuple[int, int]) -> None:
    picture, _ = lying(seven(400, at=(80, 90)), middle=middle, times=2)
    assert reader.read(picture).text == "7"


def test_the_box_lies_where_the_digit_is(reader: Reader) -> None:
    picture, matrix = lying(seven(), turn=0)
    x, y, wide, high = reader.read(picture).digits[0].box
    low, top = matrix @ (60 - 6, 60 - 6, 1)
    right, bottom = matrix @ (150 + 6, 180 + 6, 1)
    assert np.allclose([x, y, x + wide, y + high], [low, top, right, bottom], atol=8)


def test_the_box_lies_there_in_an_enlarged_picture(reader: Reader) -> None:
    plain, _ = lying(seven())
    large = plain.repeat(3, axis=0).repeat(3, axis=1)
    box, larger = (reader.read(picture).digits[0].box for picture in (plain, large))
    assert np.allclose(np.array(larger) / 3, box, atol=3)


def test_a_number_on_a_sheet_is_read_where_it_stands(reader: Reader) -> None:
    picture, matrix = lying(number("4172"), turn=3)
    reading = reader.read(picture, expect="number")
    assert "".join(digit.value for digit in reading.digits) == "4172"
    found = np.array([digit.box for digit in reading.digits], np.float64)
    centres = found[:, :2] + found[:, 2:] / 2
    back = cv2.invertAffineTransform(matrix)
    written = centres @ back[:, :2].T + back[:, 2]
    assert (written[:, 1] > 90).all()
    assert (written[:, 1] < 155).all()
    assert (np.diff(written[:, 0]) > 25).all()


def test_a_digit_of_such_a_number_can_be_cut_out(reader: Reader) -> None:
    picture, _ = lying(number("4172"), turn=3)
    digit = reader.read(picture, expect="number").digits[3]
    strength = digit_alone(Picture(picture, picture.shape[1::-1]), digit.box)
    assert strength is not None
    assert reader.read(255 - strength).text == "2"


def test_a_note_on_a_sheet_on_a_desk(reader: Reader) -> None:
    note = np.full((400, 400), 255, np.uint8)
    note[60:340, 50:330] = np.where(seven(280) < 128, 0, 190)
    picture, _ = lying(note)
    assert best(reader.read(picture)) == "7"


@pytest.mark.parametrize("place", [(330, 590), (590, 600)])
def test_a_thumb_may_hold_it(reader: Reader, place: tuple[int, int]) -> None:
    picture, _ = lying(seven(), desk=CLOTH)
    cv2.ellipse(picture, place, (45, 110), 15, 0, 360, (205, 190, 180), -1, cv2.LINE_AA)
    assert reader.read(picture).text == "7"


def test_a_bare_sheet_holds_no_digit(reader: Reader) -> None:
    picture, _ = lying(np.full((240, 240), 255, np.uint8))
    assert find_sheet(picture) is not None
    assert reader.read(picture).status in ("empty", "not_digit")


@pytest.mark.parametrize("dark", [True, False])
@pytest.mark.parametrize("pen", [8, 20, 40])
def test_a_thick_zero_is_no_sheet(reader: Reader, pen: int, dark: bool) -> None:
    picture = ring(280, 90, pen)
    box = np.full((280, 280), 255, np.uint8)
    cv2.rectangle(box, (70, 50), (200, 230), 0, pen)
    oval, corners = (drawn if dark else 255 - drawn for drawn in (picture, box))
    assert find_sheet(oval) is None
    assert reader.read(oval).text == "0"
    assert reader.read(corners).text in ("", "0")


@pytest.mark.parametrize("picture", [seven(), shadow(seven()), seven(400, 60)])
def test_paper_all_over_is_no_sheet(picture: NDArray[np.uint8]) -> None:
    assert find_sheet(picture) is None


def test_a_frame_is_no_sheet(reader: Reader) -> None:
    picture = seven()
    cv2.rectangle(picture, (30, 30), (200, 210), 0, 6)
    assert find_sheet(picture) is None
    assert reader.read(picture).text == "7"


def test_the_sheet_comes_before_the_whole(reader: Reader) -> None:
    picture, _ = lying(seven())
    candidates = find_digit(picture)
    assert candidates[0].cleaned.origin != (0.0, 0.0)
    assert candidates[-1].cleaned.origin == (0.0, 0.0)


def test_many_sheets_one_on_the_other_are_not_followed() -> None:
    picture = np.zeros((900, 900), np.uint8)
    for number, edge in enumerate(range(20, 360, 24)):
        picture[edge : 900 - edge, edge : 900 - edge] = 200 if number % 2 == 0 else 60
    cleaned = {candidate.cleaned.origin for candidate in find_digit(picture)}
    assert len(cleaned) <= 3


@pytest.mark.parametrize("shape", [(1, 1), (119, 4000), (130, 20_000), (2000, 125)])
def test_odd_shapes_are_looked_at(shape: tuple[int, int]) -> None:
    rng = np.random.default_rng(3)
    coarse = rng.integers(0, 256, (6, 6), np.uint8)
    picture = cv2.resize(coarse, shape[::-1], interpolation=cv2.INTER_NEAREST)
    sheet = find_sheet(picture)
    assert sheet is None or sheet.pixels.size > 0

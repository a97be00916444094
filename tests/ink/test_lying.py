"""Things that lie on the paper beside the writing, and what lies about among it."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from palote import Reader
from palote.ink.binding import without_binding
from palote.ink.components import Components
from palote.ink.lying import without_things
from tests.drawing import seven
from tests.numbers.writing import written


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader(profile="none")


def with_pen(picture: NDArray[np.uint8], thick: int = 26) -> NDArray[np.uint8]:
    """The picture on a larger sheet, with a pen lying across its lower right corner."""
    sheet = cv2.copyMakeBorder(picture, 40, 220, 40, 320, cv2.BORDER_CONSTANT, value=(255,))
    height, width = sheet.shape
    start = (width - 300, height - 190)
    cv2.line(sheet, start, (width + 60, height + 20), 40, thick, cv2.LINE_AA)
    return np.asarray(sheet, np.uint8)


def test_a_pen_that_lies_on_the_sheet_is_not_read(reader: Reader) -> None:
    reading = reader.read(with_pen(seven()))
    assert (reading.text, reading.status) == ("7", "ok")
    assert reader.read(with_pen(seven()), expect="digit").text == "7"
    reading = reader.read(with_pen(written("2047")), expect="number")
    assert (reading.text, reading.status) == ("2047", "ok")


def with_thumb(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The picture on a larger sheet, held by a thumb at its lower edge."""
    sheet = cv2.copyMakeBorder(picture, 60, 200, 60, 300, cv2.BORDER_CONSTANT, value=(255,))
    height, width = sheet.shape
    cv2.ellipse(sheet, (width - 150, height), (60, 130), 0, 0, 360, 90, -1, cv2.LINE_AA)
    cv2.ellipse(sheet, (width - 150, height - 80), (34, 40), 0, 0, 360, 130, -1, cv2.LINE_AA)
    return np.asarray(sheet, np.uint8)


def with_cable(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The picture on a larger sheet, with a cable across its lower part."""
    sheet = cv2.copyMakeBorder(picture, 60, 160, 200, 360, cv2.BORDER_CONSTANT, value=(255,))
    height, width = sheet.shape
    x = np.arange(-5, width + 5, 5)
    y = height - 70 + 14 * np.sin(x / 90)
    cv2.polylines(sheet, [np.column_stack([x, y]).astype(np.int32)], False, 20, 9, cv2.LINE_AA)
    return np.asarray(sheet, np.uint8)


@pytest.mark.parametrize("beside", [with_thumb, with_cable])
def test_a_thumb_and_a_cable_are_not_read(
    reader: Reader, beside: Callable[[NDArray[np.uint8]], NDArray[np.uint8]]
) -> None:
    assert reader.read(beside(seven())).text == "7"
    assert reader.read(beside(seven()), expect="digit").text == "7"
    # Without writing it is none.
    assert reader.read(beside(np.full((240, 240), 255, np.uint8))).status != "ok"


def with_binding(picture: NDArray[np.uint8], side: int, wire: bool) -> NDArray[np.uint8]:
    """The picture on a larger sheet, bound at a side by a wire, or with the holes for one."""
    sheet = cv2.copyMakeBorder(picture, 60, 90, 120, 160, cv2.BORDER_CONSTANT, value=(255,))
    sheet = np.ascontiguousarray(np.rot90(sheet, -side))
    for y in range(12, len(sheet), 22):
        cv2.rectangle(sheet, (24, y), (34, y + 10), 60, -1)
        if wire:
            cv2.line(sheet, (0, y + 8), (28, y + 4), 100, 4, cv2.LINE_AA)
    return np.asarray(np.rot90(sheet, side), np.uint8)


@pytest.mark.parametrize("wire", [False, True])
@pytest.mark.parametrize("side", range(4))
def test_what_binds_a_notepad_is_not_read(reader: Reader, side: int, wire: bool) -> None:
    digit = with_binding(seven(), side, wire)
    for expect in ("digit", "auto", "number"):
        reading = reader.read(digit, expect=expect)
        assert (reading.text, reading.status) == ("7", "ok")
    for text in ("2047", "56"):
        reading = reader.read(with_binding(written(text), side, wire))
        assert (reading.text, reading.status) == (text, "ok")


def test_digits_one_below_the_other_are_no_binding(reader: Reader) -> None:
    rng = np.random.default_rng(3)
    column = np.full((900, 400), 255, np.uint8)
    for at, digit in enumerate("52836947025"):
        x, y = 14 + int(rng.integers(-3, 4)), 64 + 80 * at + int(rng.integers(-5, 6))
        size = 1.3 + float(rng.uniform(-0.1, 0.1))
        cv2.putText(column, digit, (x, y), 0, size, 0, 4, cv2.LINE_AA)
    components = Components(column < 128)
    assert without_binding(components) is components
    page = reader.read(column, expect="number")
    assert page.text.split("\n") == list("52836947025")


@pytest.mark.parametrize("text", ["528369", "0000000"])
def test_digits_that_fill_their_picture_are_no_binding(reader: Reader, text: str) -> None:
    glyphs = []
    for digit in text:
        one = np.full((120, 120), 255, np.uint8)
        cv2.putText(one, digit, (20, 100), 0, 3.0, 0, 6, cv2.LINE_AA)
        x, y, width, height = cv2.boundingRect((one < 128).view(np.uint8))
        glyphs.append(cv2.resize(one[y : y + height, x : x + width], (44, 66)))
    strip = np.hstack([np.pad(one, ((0, 0), (9, 9)), constant_values=255) for one in glyphs])
    reading = reader.read(strip, expect="number")
    assert reading.text == text


def test_two_heaps_of_specks_are_no_binding() -> None:
    mask = np.zeros((200, 400), np.bool_)
    for y in (10, 188):
        mask[y : y + 4, 4:84:8] = mask[y : y + 4, 5:84:8] = mask[y : y + 4, 6:84:8] = True
    components = Components(mask)
    assert len(components.stats) == 20
    assert without_binding(components) is components


def test_a_plain_stroke_at_the_border_stays() -> None:
    # As broad as the strokes beside it; and a broad one with nothing but dust beside it.
    digits = np.zeros((60, 80), np.uint8)
    cv2.line(digits, (12, 0), (12, 59), 1, 5)
    cv2.circle(digits, (50, 30), 18, 1, 5)
    dust = np.zeros((60, 80), np.uint8)
    cv2.line(dust, (30, 0), (30, 59), 1, 14)
    cv2.circle(dust, (60, 30), 2, 1, -1)
    for mask in (digits, dust):
        components = Components(mask.view(np.bool_))
        assert without_things(components) is components
    assert without_things(Components(np.zeros((9, 9), np.bool_))).mask.shape == (9, 9)


@pytest.mark.parametrize("text", ["87", "22", "50"])
def test_two_digits_among_many_dots_are_a_number(reader: Reader, text: str) -> None:
    picture = written(text, gap=90)
    height, width = picture.shape
    line = picture.copy()
    for x in range(20, width - 20, 14):
        cv2.circle(line, (x, height - 70), 2, 0, -1)
    specks = picture.copy()
    rng = np.random.default_rng(7)
    for x, y in zip(rng.integers(0, width, 30), rng.integers(0, height, 30), strict=True):
        cv2.circle(specks, (int(x), int(y)), 1, 0, -1)
    for dotted in (line, specks):
        reading = reader.read(dotted)
        assert (reading.text, reading.status) == (text, "ok")


@pytest.mark.parametrize("step", [-30, -18, 18, 30])
def test_two_digits_aslant_are_one_number(reader: Reader, step: int) -> None:
    picture = np.full((220, 260), 255, np.uint8)
    cv2.putText(picture, "2", (60, 120 - step // 2), 0, 2.0, 0, 5, cv2.LINE_AA)
    cv2.putText(picture, "4", (120, 120 + step // 2), 0, 2.0, 0, 5, cv2.LINE_AA)
    reading = reader.read(picture)
    assert len(reading.lines) == 1
    assert reading.lines[0].alternatives[0].text == "24"

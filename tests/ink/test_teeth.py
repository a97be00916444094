"""Open combs: a line with short uprights, between which a form's digits stand."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from palote import Reader
from palote.ink.components import Components
from palote.ink.underlines import without_underlines

FONT = cv2.FONT_HERSHEY_SIMPLEX
STEP, TOP, BOTTOM = 62, 40, 106


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader(profile="none")


def comb(text: str, tooth: int = 20, lift: int = 4) -> NDArray[np.uint8]:
    """Digits between the teeth of a comb."""
    picture = np.full((140, STEP * len(text) + 40), 255, np.uint8)
    for number, digit in enumerate(text):
        place = (20 + number * STEP + 12, BOTTOM - lift)
        cv2.putText(picture, digit, place, FONT, 2, 20, 5, cv2.LINE_AA)
    cv2.line(picture, (20, BOTTOM), (20 + STEP * len(text), BOTTOM), 90, 2)
    for number in range(len(text) + 1):
        x = 20 + number * STEP
        cv2.line(picture, (x, BOTTOM), (x, BOTTOM - tooth), 90, 2)
    return picture


@pytest.mark.parametrize("tooth", [12, 20, 30])
@pytest.mark.parametrize("text", ["24502", "813967"])
def test_a_number_in_an_open_comb_is_read(reader: Reader, text: str, tooth: int) -> None:
    reading = reader.read(comb(text, tooth), expect="number")
    assert (reading.text, reading.raw) == (text, text)


def left(picture: NDArray[np.uint8]) -> NDArray[np.bool_]:
    return without_underlines(Components(picture < 160), 46)


def test_teeth_go_and_strokes_that_cross_them_stay() -> None:
    assert not left(comb("     ")).any()
    crossed = comb("     ")
    cv2.line(crossed, (120, 100), (170, 84), 0, 6)
    stroke = np.zeros_like(crossed)
    cv2.line(stroke, (120, 100), (170, 84), 1, 6)
    assert (left(crossed) & (stroke > 0)).sum() >= 0.97 * stroke.sum()


def test_uneven_strokes_on_a_line_stay() -> None:
    # 1s on a line are as high as digits; strokes of a hand are not even.
    for tops in ((46, 46, 46, 46), (20, 31, 14, 26)):
        picture = np.full((140, 300), 255, np.uint8)
        cv2.line(picture, (20, BOTTOM), (270, BOTTOM), 90, 2)
        for x, top in zip((40, 95, 150, 205), tops, strict=True):
            cv2.line(picture, (x, BOTTOM), (x, BOTTOM - top), 90, 3)
        found = Components(left(picture)).stats
        assert len(found) == 4
        assert (found[:, 3] >= np.array(sorted(tops))[0] - 4).all()

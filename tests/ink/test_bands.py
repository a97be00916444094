"""Dark bands along a picture's sides: a scanner's cover, the desk beside a page."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from palote import Reader
from palote.ink.bands import may_have_bands, without_bands
from tests.drawing import ring, seven

SIDES = {
    "top": np.s_[:12],
    "bottom": np.s_[-20:],
    "left": np.s_[:, :7],
    "right": np.s_[:, -16:],
}
SETS = [chosen for count in (1, 2, 3, 4) for chosen in combinations(SIDES, count)]


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader()


def banded(picture: np.ndarray, sides: tuple[str, ...], tone: int) -> np.ndarray:
    result = picture.copy()
    for side in sides:
        result[SIDES[side]] = tone
    return result


@pytest.mark.parametrize("sides", SETS, ids="-".join)
@pytest.mark.parametrize("light", [False, True])
def test_bands_along_the_sides_are_not_read(reader: Reader, sides: tuple[str, ...], light: bool):
    picture = banded(seven(paper=235, ink=30), sides, 40)
    if light:
        picture = 255 - picture
    reading = reader.read(picture, expect="digit")
    assert (reading.text, reading.status) == ("7", "ok")
    plain = reader.read(seven(paper=235, ink=30), expect="digit").digits[0].box
    assert np.abs(np.subtract(reading.digits[0].box, plain)).max() <= 2, "in the whole picture"


def test_numbers_are_read_beside_bands(reader: Reader):
    row = np.hstack([seven()[40:200, 40:180], ring()[40:200, 50:190], seven()[40:200, 40:180]])
    picture = banded(np.pad(row, 40, constant_values=255), ("left", "bottom"), 30)
    reading = reader.read(picture, expect="number")
    assert reading.text.replace("?", "7") == "707"


def test_the_part_begins_behind_the_bands():
    picture = banded(seven(), ("top", "left"), 0)
    found = without_bands(picture, picture)
    assert found is not None
    assert found.origin == (7 + 2, 12 + 2) and found.scale == 1
    assert found.pixels.shape == (240 - 14, 240 - 9)


@pytest.mark.parametrize(
    "picture",
    [
        seven(),
        255 - seven(),
        seven()[50:190, 50:160],  # a tight crop: the bar lies along the top
        np.full((240, 240), 255, np.uint8),
        banded(seven(), ("top",), 250),
    ],
)
def test_without_bands_nothing_is_cut_off(picture: np.ndarray):
    assert without_bands(picture, picture) is None


def test_half_a_dark_picture_is_no_band():
    picture = seven()
    picture[:, :60] = 0
    assert may_have_bands(picture) and without_bands(picture, picture) is None

"""Words beside a number: left out, where nothing that may be a digit goes with them."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from palote import Reader
from tests.numbers.writing import written


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader()


def printed(word: str, size: float = 44, height: int = 90) -> NDArray[np.uint8]:
    """A word in Pillow's own font, on a sheet of its width, its baseline where `written` has it."""
    font = ImageFont.load_default(size)
    sheet = Image.new("L", (int(font.getlength(word)) + 8, height), 255)
    ImageDraw.Draw(sheet).text((4, 73), word, 0, font, anchor="ls")
    return np.asarray(sheet)


def beside(*parts: str | NDArray[np.uint8], gap: int = 30) -> NDArray[np.uint8]:
    """Print words and write numbers side by side."""
    pictures = [written(p)[:90] if isinstance(p, str) else p for p in parts]
    space = np.full((90, gap), 255, np.uint8)
    return np.hstack([one for picture in pictures for one in (space, picture)] + [space])


@pytest.mark.parametrize(
    ("ahead", "after"), [("Total:", ""), ("Fecha:", ""), ("", "km"), ("", "EUR"), ("Ref.", "cm")]
)
def test_what_a_number_counts_is_no_part_of_it(reader: Reader, ahead: str, after: str):
    parts = [*([printed(ahead)] if ahead else []), "2356", *([printed(after)] if after else [])]
    picture = beside(*parts)
    (line,) = reader.read(picture, expect="number").lines
    assert "".join(digit.value for digit in line.digits) == "2356"
    x, _, width, _ = line.box
    first = 60 + (printed(ahead).shape[1] + 30 if ahead else 0)
    last = picture.shape[1] - 60 - (printed(after).shape[1] + 30 if after else 0)
    assert abs(x - first) < 20 and abs(x + width - last) < 25


def test_digits_that_stand_apart_stay(reader: Reader):
    reading = reader.read(beside("23", "56", "4789"), expect="number")
    assert "".join(digit.value for digit in reading.digits) == "23564789"


@pytest.mark.parametrize("place", range(5))
def test_what_cannot_be_read_among_digits_is_not_left_out(reader: Reader, place: int):
    marks = ["2", "3", "5", "6"]
    blot = np.random.default_rng(7).uniform(0, 1, (46, 36)) < 0.55
    sheet = np.full((90, 60), 255, np.uint8)
    sheet[27:73, 12:48][blot] = 0
    parts = [written(mark)[:90, 14:-14] for mark in marks]
    parts.insert(place, sheet)
    picture = np.pad(np.hstack(parts), ((0, 0), (30, 30)), constant_values=255)
    reading = reader.read(picture, expect="number")
    whole = len(reading.digits) >= 4
    assert reading.status != "ok" or whole, "no part of it is vouched for"


def test_nothing_but_words_is_no_number(reader: Reader):
    reading = reader.read(beside(printed("Fecha:"), printed("km")), expect="number")
    assert reading.status != "ok"

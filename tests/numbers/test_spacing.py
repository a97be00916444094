"""Spaces in numbers: kept in the raw text, where a gap is far wider than the others."""

from __future__ import annotations

import numpy as np
import pytest

from palote import Reader
from tests.numbers.writing import written


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader()


def apart(text: str, gap: int, space: int) -> np.ndarray:
    """Digits of a plotter, so many pixels apart, with wider spaces."""
    white = np.full((110, space - gap), 255, np.uint8)
    room = np.full((110, gap), 255, np.uint8)
    parts = [white]
    for mark in text:
        glyph = written(mark)[:110] if mark != " " else white
        ink = np.flatnonzero((glyph < 128).any(axis=0))
        parts.append(glyph[:, ink[0] : ink[-1] + 1] if len(ink) else white)
        parts.append(room if mark != " " else room[:, :0])
    return np.hstack([*parts, white])


@pytest.mark.parametrize("text", ["612 34 56", "23 4567", "90 210", "3 52 487"])
def test_a_space_is_kept_in_the_raw_text_alone(reader: Reader, text: str):
    (line,) = reader.read(apart(text, 10, 50), expect="number").lines
    assert line.raw == text
    assert line.text == text.replace(" ", "")
    assert line.alternatives[0].raw == text
    assert line.alternatives[0].text == line.text


@pytest.mark.parametrize("gap", [4, 12, 30, 45])
def test_digits_evenly_apart_have_none(reader: Reader, gap: int):
    (line,) = reader.read(apart("235647", gap, 60), expect="number").lines
    assert line.raw == line.text
    assert len(line.digits) == 6


def test_two_digits_stand_apart_only_if_nothing_else_can_be_meant(reader: Reader):
    near, far = (reader.read(apart("2 5", 10, space), expect="number") for space in (30, 110))
    assert [line.raw for line in near.lines] == ["25"]
    assert [line.raw for line in far.lines] == ["2 5"]

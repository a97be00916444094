"""A single digit where numbers are expected, and several that look like one."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from palote import Reader
from palote.numbers.boxes import around
from palote.numbers.one import as_number, may_be_one, outvoted
from palote.result import Alternative, Digit, Line, Reading
from tests.numbers.writing import written
from tests.web.conftest import drawing

BOX = (10, 10, 40, 60)


def one(value: str, confidence: float) -> Reading:
    """A single digit, read by itself."""
    others = (1 - confidence) / 9
    shares = np.full(10, others, np.float32)
    shares[int(value)] = confidence
    digit = Digit(value, confidence, shares, BOX, np.zeros((28, 28), np.float32))
    return Reading(value, "ok", confidence, (digit,))


def numbers(*texts: tuple[str, float], status: str = "unsure") -> Reading:
    """What may stand in a picture's only line, with the likelihood of each."""
    value, confidence = texts[0]
    width = BOX[2] // len(value)
    digits = tuple(
        Digit(
            mark,
            confidence,
            one(mark, 0.9).digits[0].probabilities,
            (BOX[0] + place * width, BOX[1], width, BOX[3]),
            np.zeros((28, 28), np.float32),
        )
        for place, mark in enumerate(value)
    )
    line = Line(
        value,
        value,
        status,  # type: ignore[arg-type]
        confidence,
        around([digit.box for digit in digits]),
        digits,
        tuple(Alternative(text, text, share) for text, share in texts),
    )
    return Reading(value, line.status, confidence, digits, lines=(line,))


@pytest.mark.parametrize(("digit", "pen"), [(8, 20), (8, 28), (7, 28), (4, 28), (5, 28)])
def test_a_thick_digit_is_a_number_of_one_digit(digit: int, pen: int) -> None:
    reader = Reader(profile="none")
    picture: NDArray[np.uint8] = drawing(digit, pen=pen)
    reading = reader.read(picture, expect="number")
    assert (reading.text, reading.status) == (str(digit), "ok")
    (line,) = reading.lines
    assert (line.text, line.raw, line.status) == (str(digit), str(digit), "ok")
    assert line.confidence == reading.confidence > 0.9
    assert line.box == line.digits[0].box == reader.read(picture, expect="digit").digits[0].box
    assert line.alternatives[0].text == str(digit)
    assert reader.read(picture, pattern="#").text == str(digit)
    # Two digits were asked for: that one of them is there is no answer.
    assert reader.read(picture, pattern="##").text != str(digit)


def test_what_is_broader_or_vouched_for_is_no_single_digit() -> None:
    reader = Reader(profile="none")
    assert not may_be_one(reader.read(written("2047"), expect="number"))
    assert not may_be_one(numbers(("47", 0.95), status="ok"))
    assert may_be_one(numbers(("47", 0.5)))
    assert may_be_one(numbers(("4", 0.95), status="ok"))
    assert may_be_one(Reading("", "empty", 0.0))
    assert reader.read(written("-7"), expect="number").raw == "-7"


def test_two_digits_that_touch_are_not_one_of_them() -> None:
    # A 1 and an 8 that touch: a single look sees an 8, the line both.
    eight = one("8", 0.975)
    both = numbers(("18", 0.97), ("8", 0.01), status="ok")
    assert outvoted(eight, both.lines)
    assert not outvoted(one("8", 0.995), both.lines)
    assert not outvoted(eight, numbers(("18", 0.6), ("8", 0.3)).lines)
    assert not outvoted(eight, numbers(("8", 0.99), status="ok").lines)
    # Where numbers are expected, one digit has to be the surer, the likelier several are.
    for confidence, several, believed in (
        (0.97, 0.05, True),
        (0.97, 0.4, False),
        (0.999, 0.4, True),
        (0.98, 0.95, False),
        (0.9999, 0.95, True),
        (0.85, 0.0, False),
    ):
        read = numbers(("5", 1 - several), ("15", several))
        assert (as_number(one("5", confidence), None, read, None) is not None) == believed

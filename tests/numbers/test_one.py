"""A single digit where numbers are expected, and several that look like one."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from palote import Reader
from palote.numbers.boxes import around
from palote.numbers.one import in_doubt, may_be_one, may_be_several, one_or_numbers, outvoted
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
        answer = one_or_numbers(one("5", confidence), None, read, None)
        assert (answer is not read) == believed
        assert (answer.status == "ok") == believed


def test_a_digit_beside_which_something_stands_may_be_a_part_of_a_number() -> None:
    certain, likely = one("7", 0.995), one("7", 0.97)
    alone = numbers(("7", 0.98), ("71", 0.02)).lines
    several = numbers(("7", 0.8), ("71", 0.2)).lines
    assert not may_be_several(certain, alone)
    assert may_be_several(likely, alone), "a 1 may have passed for a part of it"
    assert may_be_several(certain, several) and may_be_several(certain, ())
    assert (in_doubt(certain).text, in_doubt(certain).status) == ("?", "unsure")
    nothing = Reading("", "not_digit", 0.1)
    assert in_doubt(nothing) is nothing


def test_a_number_of_one_digit_that_may_as_well_be_another_is_in_doubt() -> None:
    # A 7 in a narrow ring, or a 0 with a slash.
    zero = numbers(("0", 0.99), status="ok")
    answer = one_or_numbers(one("7", 0.97), None, zero, None)
    assert (answer.text, answer.lines[0].text, answer.status) == ("?", "?", "unsure")
    assert one_or_numbers(one("0", 0.97), None, zero, None) is zero
    assert one_or_numbers(in_doubt(one("7", 0.5)), None, zero, None) is zero


@pytest.mark.parametrize("raised", [0, 25, 40])
def test_a_plain_one_beside_a_digit_is_never_passed_over(raised: int) -> None:
    reader = Reader(profile="none")
    for left in (100, 195):
        picture: NDArray[np.uint8] = drawing(7, side=200, pen=9)
        picture = np.pad(picture, ((60, 60), (0, 60)), constant_values=255)
        if left == 100:
            picture = np.ascontiguousarray(np.roll(picture, 50, axis=1))
        x = 40 if left == 100 else 210
        picture[100 - raised : 230 - raised, x : x + 9] = 0
        for expect in ("auto", "number"):
            reading = reader.read(picture, expect=expect)
            assert reading.text in ("71", "17") or reading.status != "ok", (reading.text, x)

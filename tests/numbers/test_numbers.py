"""Whole numbers, end to end."""

from __future__ import annotations

import json

import cv2
import numpy as np
import pytest

from palote import Reader
from palote.errors import UsageError
from palote.pixels import load
from tests.drawing import ring, seven
from tests.numbers.writing import written


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader()


@pytest.mark.parametrize(("ink", "paper"), [(0, 255), (255, 0), (90, 200)])
def test_a_number(reader: Reader, ink: int, paper: int) -> None:
    reading = reader.read(written("2047", ink=ink, paper=paper), expect="number")
    assert [digit.value for digit in reading.digits] == list("2047")
    (line,) = reading.lines
    lefts = [digit.box[0] for digit in line.digits]
    assert lefts == sorted(lefts)
    assert line.alternatives[0].text == "2047"
    assert 0 < sum(other.probability for other in line.alternatives) <= 1.0001
    for digit in line.digits:
        assert digit.probabilities.sum() == pytest.approx(1, abs=1e-5)
        assert digit.ink.shape == (28, 28)


def test_boxes_are_in_pixels_of_the_picture(reader: Reader) -> None:
    picture = written("35", scale=1.2, pen=3)
    ink = cv2.boundingRect((picture < 128).astype(np.uint8))
    x, y, width, height = reader.read(picture, expect="number").lines[0].box
    assert abs(x - ink[0]) <= 4 and abs(y - ink[1]) <= 4
    assert abs(width - ink[2]) <= 8 and abs(height - ink[3]) <= 8


def test_lines_are_kept_apart(reader: Reader) -> None:
    reading = reader.read(written("2047", "635", "94"), expect="number")
    assert len(reading.lines) == 3
    assert reading.text.count("\n") == 2
    assert [len(line.digits) for line in reading.lines] == [4, 3, 2]
    assert len(reading.digits) == 9
    assert reading.alternatives == ()


def test_numbers_in_the_columns_of_a_table_are_kept_apart(reader: Reader) -> None:
    left, right = written("2047", "635", "4908"), written("83", "2560", "94")
    table = np.hstack([left, np.full((len(left), 40), 255, np.uint8), right])
    for ruled in (False, True):
        if ruled:
            cv2.line(table, (left.shape[1] + 10, 0), (left.shape[1] + 10, len(table)), 120, 2)
        reading = reader.read(table, expect="number")
        answers = ["".join(digit.value for digit in line.digits) for line in reading.lines]
        assert answers == ["2047", "83", "635", "2560", "4908", "94"]
        assert reader.read(table).lines, "with 'auto' it is no single digit"


def test_separators_are_no_digits(reader: Reader) -> None:
    reading = reader.read(written("20.47"), expect="number")
    assert "." not in reading.text
    assert len(reading.digits) == 4
    assert "." in reading.raw


def test_a_pattern_is_kept_to(reader: Reader) -> None:
    for pattern in ("###", "##"):
        reading = reader.read(written("2047"), pattern=pattern)
        assert len(reading.digits) in (0, len(pattern))
    assert len(reader.read(written("2047"), pattern="####").text) == 4


def test_auto_decides(reader: Reader) -> None:
    several = reader.read(written("2047"))
    assert len(several.digits) == 4
    for picture in (seven(), ring()):
        auto, digit = reader.read(picture), reader.read(picture, expect="digit")
        assert (auto.text, auto.lines) == (digit.text, ())
    both = list(reader.read_many([written("2047"), seven()]))
    assert [len(reading.digits) for reading in both] == [4, 1]


def test_a_number_in_doubt_is_not_answered_with_one_of_its_digits(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture = written("2 0 4 7")
    assert reader.read(picture, expect="digit").status == "ok"
    monkeypatch.setattr("palote.numbers.reading.OK_FROM", 1.1)
    reading = reader.read(picture)
    assert (len(reading.digits), reading.status) == (4, "unsure")


def test_blank_paper_is_empty(reader: Reader) -> None:
    for expect in ("number", "auto"):
        reading = reader.read(np.full((200, 300), 255, np.uint8), expect=expect)
        assert (reading.text, reading.status, reading.confidence) == ("", "empty", 0.0)


def test_a_word_is_no_number_that_can_be_trusted(reader: Reader) -> None:
    for word in ("MAKE", "wax", "Fremk"):
        assert reader.read(written(word), expect="number").status != "ok"


def test_a_number_that_was_oddly_cut_is_still_one(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the lattice finds nothing likely, the line network's word keeps a line."""
    picture = written("2047")
    monkeypatch.setattr("palote.numbers.reading.NO_NUMBER", 1.1)
    monkeypatch.setattr("palote.numbers.reading.UNLIKELY", 1.0)
    kept = reader.read(picture, expect="number")
    assert [digit.value for digit in kept.digits] == list("2047")
    monkeypatch.setattr("palote.numbers.reading.CLEAR", 1.0)
    assert reader.read(picture, expect="number").status == "not_digit"


def test_it_goes_into_json(reader: Reader) -> None:
    reading = reader.read(written("2047"), expect="number", stages=True)
    whole = json.loads(json.dumps(reading.to_dict(images=True)))
    assert whole["lines"][0]["alternatives"][0]["text"] == "2047"
    assert whole["raw"] == reading.raw
    assert [stage["name"] for stage in whole["stages"]] == ["original", "evened", "binary"]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"expect": "word"}, "expect must be one of auto, digit, number; not 'word'"),
        ({"pattern": "ab"}, "pattern must have a #"),
        ({"pattern": 4}, "pattern must be a text such as '####', not 4"),
        ({"expect": "digit", "pattern": "#"}, "is for numbers"),
    ],
)
def test_wrong_questions(reader: Reader, asked: dict[str, str], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        reader.read(seven(), **asked)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match=said):
        reader.read_many([], **asked)  # type: ignore[call-overload]


def test_a_page_of_text_and_a_long_strip_come_to_an_end(reader: Reader) -> None:
    page = written(*["the quick brown fox 17 jumps over it"] * 20, scale=0.8, pen=2, gap=12)
    line = cv2.copyMakeBorder(written("0123456789", scale=3), 40, 40, 0, 0, cv2.BORDER_REPLICATE)
    strip = np.hstack([line] * 40)[:, :20_000]
    for picture in (page, strip):
        reading = reader.read(picture, expect="number")
        assert len(reading.lines) <= 60
        assert reading.status != "ok"
    assert load(strip).size[0] == 20_000


def test_the_same_picture_gives_the_same_answer_from_many_threads(reader: Reader) -> None:
    from concurrent.futures import ThreadPoolExecutor

    picture = written("2047")
    with ThreadPoolExecutor(4) as threads:
        readings = threads.map(lambda _: reader.read(picture, expect="number"), range(8))
        assert len({(reading.raw, reading.confidence) for reading in readings}) == 1


@pytest.mark.parametrize("number", ["31", "15", "10", "11"])
def test_with_auto_no_digit_is_vouched_for_beside_a_plain_1(reader: Reader, number: str) -> None:
    # A stroke beside a digit passes for a part of it, and a single digit for all there is.
    picture = np.full((220, 190), 245, np.uint8)
    for place, digit in enumerate(number):
        x = 50 + 55 * place
        if digit == "1":
            cv2.line(picture, (x + 15, 60), (x + 13, 155), 30, 7, cv2.LINE_AA)
        else:
            cv2.putText(picture, digit, (x - 15, 155), cv2.FONT_HERSHEY_SIMPLEX, 4.2, 30, 8)
    reading = reader.read(picture)
    assert reading.status == "unsure" or reading.text == number
    assert reading.lines and len(reading.lines[0].digits) == 2


def test_with_auto_a_minus_stays_before_a_digit(reader: Reader) -> None:
    picture = written("-7")
    assert reader.read(picture, expect="number").raw == "-7"
    assert reader.read(picture).raw == "-7"

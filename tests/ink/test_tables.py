"""Numbers between the lines of tables, calendars and sudokus; and lines that are none of these."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from palote import Reader
from palote.ink import find_lines
from palote.ink.ground import find_ink
from palote.ink.nets import faint, nets
from palote.ink.tables import in_table
from tests.numbers.ruled import MARGIN, ROWS, between, table


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader()


def seen(picture: np.ndarray, degrees: float = 0.0, lean: float = 0.0) -> np.ndarray:
    """The picture turned, and from an angle."""
    height, width = picture.shape
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    turn = np.deg2rad(degrees)
    matrix = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    middle = np.array([width, height]) / 2
    moved = (corners - middle) @ matrix.T + middle
    moved[0] += lean * width, lean * height
    view = cv2.getPerspectiveTransform(corners, moved.astype(np.float32))
    return cv2.warpPerspective(picture, view, (width, height), borderValue=245)


def read(reader: Reader, picture: np.ndarray) -> list[str]:
    reading = reader.read(picture, expect="number")
    return ["".join(digit.value for digit in line.digits) for line in reading.lines]


def written(rows: tuple[tuple[str, ...], ...]) -> list[str]:
    return [text for row in rows for text in row if text]


@pytest.mark.parametrize("line, tone", [(1, 200), (2, 90), (5, 20)])
def test_each_cell_is_a_number(reader: Reader, line: int, tone: int):
    assert read(reader, table(line=line, tone=tone)) == written(ROWS)


@pytest.mark.parametrize("degrees, lean", [(2.0, 0.0), (-2.5, 0.0), (0.0, 0.04), (1.0, 0.03)])
def test_a_table_may_be_taken_at_an_angle(reader: Reader, degrees: float, lean: float):
    picture = seen(table(), degrees, lean)
    assert read(reader, picture) == written(ROWS)


@pytest.mark.parametrize("down", [-19, 19])
def test_digits_that_touch_a_line_are_still_there(reader: Reader, down: int):
    picture = table(down=down, line=2)
    gone = table(down=down, line=2, tone=245)
    assert read(reader, picture) == written(ROWS)
    (whole,) = find_ink(picture)
    left, _ = in_table(whole)
    scale = round(whole.scale)
    small = left.mask[::scale, ::scale][: gone.shape[0], : gone.shape[1]]
    digits = gone < 120
    lines = (picture < 170) & (gone > 220)
    lines &= ~cv2.dilate(digits.view(np.uint8), np.ones((7, 7))).astype(bool)
    assert small[digits].mean() > 0.9
    assert small[lines].mean() < 0.02


def test_the_digits_of_a_sudoku_are_apart(reader: Reader):
    rng = np.random.default_rng(3)
    rows = tuple(
        tuple(str(digit) if rng.random() < 0.5 else "" for digit in rng.permutation(9) + 1)
        for _ in range(9)
    )
    found = find_lines(table(rows, 56, 56))
    assert len(found[0][1]) == len(written(rows))
    filled = [(j, i) for j, row in enumerate(rows) for i, text in enumerate(row) if text]
    assert [row.cell for row in found[0][1]] == filled
    answers = read(reader, table(rows, 56, 56))
    right = sum(one == other for one, other in zip(answers, written(rows), strict=True))
    assert right >= 0.9 * len(answers)  # a font's 1 and 7 are not everybody's


def test_a_calendar_keeps_its_days_apart(reader: Reader):
    days = [str(day) if 1 <= day <= 31 else "" for day in range(-1, 34)]
    rows = tuple(tuple(days[at : at + 7]) for at in range(0, 35, 7))
    assert len(find_lines(table(rows, 90, 64))[0][1]) == 31


def test_more_cells_than_a_page_has_lines_are_all_read():
    rows = tuple(tuple(str((i * j) % 9 + 1) for i in range(10)) for j in range(9))
    assert len(find_lines(table(rows, 56, 56))[0][1]) == 90


def test_what_stands_above_and_below_a_table_comes_before_and_after_it(reader: Reader):
    picture = between("2026", "55")
    assert read(reader, picture) == ["2026", *written(ROWS), "55"]
    reading = reader.read(picture, expect="number")
    assert [line.cell is None for line in reading.lines] == [True, *[False] * 8, True]
    assert [len(row) for row in reading.table] == [3, 3, 3]
    assert reading.table[1][1] == ""


def test_numbers_in_no_table_have_no_cells(reader: Reader):
    reading = reader.read(table((tuple("20475"),), 56, 70), expect="number")
    assert reading.table == () and [line.cell for line in reading.lines] == [None]


def test_boxes_for_one_digit_each_are_one_number(reader: Reader):
    picture = table((tuple("20475"),), 56, 70)
    assert read(reader, picture) == ["20475"]


def test_a_row_of_wide_cells_is_so_many_numbers(reader: Reader):
    assert read(reader, table((("204", "75", "83"),), 150, 70)) == ["204", "75", "83"]


@pytest.mark.parametrize("step", [28, 45, 70])
def test_squared_paper_is_no_table(step: int):
    picture = np.full((300, 420), 245, np.uint8)
    picture[11::step] = picture[:, 17::step] = 190
    font = cv2.FONT_HERSHEY_SIMPLEX
    cv2.putText(picture, "20475", (60, 170), font, 2.2, 20, 4, cv2.LINE_AA)
    for whole in find_ink(picture):
        assert in_table(whole) is None
    assert len(find_lines(picture)[0][1]) == 1


@pytest.mark.parametrize("text", ["74174717", "11111111", "77777"])
def test_strokes_of_digits_are_no_net(text: str):
    picture = np.full((160, 60 * len(text) + 40), 255, np.uint8)
    cv2.putText(picture, text, (20, 120), cv2.FONT_HERSHEY_SIMPLEX, 3, 0, 5, cv2.LINE_AA)
    (whole,) = find_ink(picture)
    _, _, wide, high = cv2.boundingRect(whole.mask.view(np.uint8))
    assert list(nets(faint(whole.strength), (wide, high))) == []


def test_an_empty_table_is_no_number(reader: Reader):
    assert reader.read(table((("",) * 3,) * 3), expect="number").lines == ()


def by_hand(rows: tuple[tuple[str, ...], ...], wide: int, high: int) -> np.ndarray:
    """Numbers between lines that are neither straight nor end where they should."""
    picture = table(rows, wide, high, tone=245)
    rng = np.random.default_rng(5)
    across, along = len(rows[0]) * wide, len(rows) * high
    upright = [((MARGIN + n * wide, MARGIN), (0, 1), along) for n in range(len(rows[0]) + 1)]
    level = [((MARGIN, MARGIN + n * high), (1, 0), across) for n in range(len(rows) + 1)]
    for start, way, length in (*upright, *level):
        steps = np.linspace(-rng.uniform(0, 14), length + rng.uniform(0, 14), 50)
        away = rng.normal(0, 1.5) + 2 * np.sin(steps / length * np.pi * 2 + rng.uniform(0, 6))
        points = np.outer(steps, way) + np.outer(away, way[::-1]) + start
        line = np.rint(points * 8).astype(np.int32)
        cv2.polylines(picture, [line], False, 60, 2, cv2.LINE_AA, 3)
    return picture


@pytest.mark.parametrize("wide, high", [(130, 70), (86, 80)])
def test_the_lines_may_be_drawn_by_hand(reader: Reader, wide: int, high: int):
    rows = ROWS if wide > 100 else (("4", "7", "5"), ("3", "6", "9"), ("7", "2", "8"))
    assert read(reader, by_hand(rows, wide, high)) == written(rows)


def test_cells_that_are_joined_are_one(reader: Reader):
    picture = table((("", "", ""), *ROWS))
    for wall in (130, 260):  # the first row is one cell
        x = MARGIN + wall
        picture[MARGIN + 4 : MARGIN + 66, x - 4 : x + 5] = 245
    at = (MARGIN + 130, MARGIN + 52)
    cv2.putText(picture, "20475", at, cv2.FONT_HERSHEY_SIMPLEX, 1.4, 20, 3, cv2.LINE_AA)
    assert read(reader, picture) == ["20475", *written(ROWS)]
    reading = reader.read(picture, expect="number")
    assert [line.cell for line in reading.lines][:3] == [(0, 0), (1, 0), (1, 1)]

"""Numbers side by side are parted where a table has its columns, and nowhere else."""

import numpy as np

from palote.ink import find_lines
from palote.ink.columns import in_columns

HIGH = 20.0


def parted(*rows: tuple[int, ...], step: float = 40.0, apart: tuple[int, ...] = ()) -> list[int]:
    """Part rows of digits, 14 pixels wide, that begin at some places; return how many are in each.

    Args:
        rows: where digits begin.
        step: from one row to the next.
        apart: places at which the first row's digits belong to another line already.
    """
    boxes, groups = [], []
    for number, row in enumerate(rows):
        groups.append([])
        for x in row:
            if number == 0 and x in apart:
                groups.append([])
            groups[-1].append(len(boxes))
            boxes.append((x, round(number * step), 14, round(HIGH), 100))
    found = in_columns(np.array(boxes, np.int32), groups, HIGH)
    assert sorted(piece for group in found for piece in group) == list(range(len(boxes)))
    return [len(group) for group in found]


def test_two_columns_are_parted():
    assert parted((0, 20, 40, 120, 140), (20, 40, 120, 140, 160)) == [3, 2, 2, 3]


def test_one_line_is_left_as_it_is():
    # Somebody may write digits far apart, and others of the page tell nothing of it.
    assert parted((0, 20, 40, 120, 140)) == [5]
    assert parted((0, 20, 40, 120, 140), (0, 20, 40)) == [5, 3]
    assert parted((0, 20, 40, 120, 140), (10, 30, 50, 70, 90, 110)) == [5, 6]


def test_a_single_digit_in_each_cell_goes_with_the_rest():
    assert parted((0, 20, 120, 140), (20, 140), (0, 120)) == [2, 2, 1, 1, 1, 1]


def test_digits_in_squares_are_one_number():
    # Ones are narrow: between two of them there is more room, but no column.
    squares = [tuple(range(0, 350, 50)) for _ in range(4)]
    assert parted(*squares) == [7] * 4
    assert parted((0, 34, 50, 100, 150), (0, 34, 50, 100, 150)) == [5, 5]


def test_spaces_of_telephone_numbers_are_none():
    number = (0, 20, 40, 76, 96, 132, 152)
    assert parted(number, number, number) == [7, 7, 7]


def test_a_line_across_ends_the_columns():
    wide = tuple(range(0, 180, 20))
    assert parted((0, 20, 120, 140), wide, (0, 20, 120, 140)) == [4, 9, 4]


def test_a_broken_stroke_tells_nothing_of_how_far_digits_are_apart():
    broken = (0, 4, 60, 120, 180)
    assert parted(broken, broken) == [5, 5]


def test_what_is_parted_already_counts_as_one_line():
    rows = (0, 20, 120, 140, 400, 420), (0, 20, 120, 140, 400, 420)
    assert parted(*rows, apart=(400,)) == [2, 2, 2, 2, 2, 2]


def test_nothing_and_very_much():
    assert in_columns(np.zeros((0, 5), np.int32), [], HIGH) == []
    many = [(0, 20, 120, 140)] * 300
    assert parted(*many) == [4] * 300


def test_a_dash_for_a_number_that_is_missing_is_no_row():
    """It crashed: a row's measures are those of its digits, and there were none."""
    page = np.full((260, 400), 255, np.uint8)

    def digits(left: int, top: int) -> None:
        for x in (left + 6, left + 34):  # two upright strokes of 1s
            page[top : top + 40, x - 3 : x + 3] = 0

    for top in (30, 120, 190):
        for left in (30, 150, 270):
            if (top, left) != (120, 150):
                digits(left, top)
    page[138:142, 124:137] = 0
    rows = find_lines(page)[0][1]
    assert [row.box[0] < 160 for row in rows].count(True) >= 3
    assert len(rows) == 8
